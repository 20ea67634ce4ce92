/* format_text.c
 * Records as lines of text for people, or not at all: see format.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "format.h"
#include "meters.h"

#include <string.h>
#include <time.h>

static void
put(GByteArray *block, const char *text)
{
    g_byte_array_append(block, (const guint8 *)text, (guint)strlen(text));
}

static void
no_header(GByteArray *block G_GNUC_UNUSED, struct format_line *lines G_GNUC_UNUSED, unsigned count G_GNUC_UNUSED,
          const char *comment G_GNUC_UNUSED)
{
}

/* What it says, behind its bytes: of a frame, whole or damaged, and of a neighbour. */
static void
put_sentence(GByteArray *block, const struct record *record, struct meters *meters, unsigned line)
{
    const struct cjt188_decoded *frame;
    char sentence[CJT188_SENTENCE_MAX] = "";

    if (meters_decode(meters, line, record, &frame))
        cjt188_sentence(frame, sentence, sizeof sentence);
    else
        cjt188_neighbour_sentence(record->kind, record->bytes + record->preamble,
                                  (unsigned)(record->length - record->preamble), sentence, sizeof sentence);
    if (sentence[0] != '\0')
        put(block, "  ");
    put(block, sentence);
}

/* Local time with microseconds: finer than any line of this kind is known. */
static void
record(GByteArray *block, const struct record *record, const struct format_line *lines, unsigned line, unsigned count)
{
    const time_t seconds = (time_t)(record->time_ns / NS_PER_SECOND);
    char *comment = format_comment(record, &lines[line]);
    char text[80];
    struct tm local;
    size_t length;

    localtime_r(&seconds, &local);
    length = strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &local);
    g_snprintf(text + length, sizeof text - length, ".%06d  ", (int)(record->time_ns % NS_PER_SECOND / 1000));
    if (record->time_ns == 0) /* text that names none */
        g_snprintf(text, sizeof text, "%-26s  ", "no time");
    put(block, text);
    if (count > 1) {
        put(block, format_line_name(&lines[line]));
        put(block, "  ");
    }
    g_snprintf(text, sizeof text, "%-9s ", record_class_name(record_class(record)));
    put(block, text);
    for (size_t i = 0; i < record->length; i++) {
        g_snprintf(text, sizeof text, " %02X", record->bytes[i]);
        put(block, text);
    }
    put_sentence(block, record, lines[line].meters, line);
    if (comment != NULL) {
        put(block, "  (");
        put(block, comment);
        put(block, ")");
    }
    put(block, "\n");
    g_free(comment);
}

static void
no_record(GByteArray *block G_GNUC_UNUSED, const struct record *record G_GNUC_UNUSED,
          const struct format_line *lines G_GNUC_UNUSED, unsigned line G_GNUC_UNUSED, unsigned count G_GNUC_UNUSED)
{
}

const struct format format_text = { no_header, record, NULL };
const struct format format_nothing = { no_header, no_record, NULL };
