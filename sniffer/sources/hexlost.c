/* hexlost.c
 * What looks like a frame and gave none: see hexlost.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "hexlost.h"
#include "cjt188-frame.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

enum {
    SHORTEST = 12,                 /* of a DL/T 645 frame, which is shorter than CJ/T 188's */
    LONGEST = CJT188_FRAME_MAX * 2, /* more than that is no frame, whatever is between its bytes */
    BEGINNING = 3,                 /* bytes from 68 on that are no number in prose */
};

static void
mark(struct hexlost *lost, uint64_t line)
{
    lost->count++;
    for (size_t i = 0; i < lost->lines_count; i++)
        if (lost->lines[i] == line)
            return;
    if (lost->lines_count < HEXLOST_LINES)
        lost->lines[lost->lines_count++] = line;
}

void
hexlost_digits(struct hexlost *lost, uint64_t line)
{
    if (lost->digit_lines++ == 0)
        lost->first_digit_line = line;
}

/* The first so many will not become frames any more. */
static void
give_up(struct hexlost *lost, size_t count)
{
    for (size_t i = 0; i < count; i++)
        mark(lost, lost->pending[i].line);
    lost->pending_count -= count;
    memmove(lost->pending, lost->pending + count, lost->pending_count * sizeof *lost->pending);
}

/* The framer has decided about the 68 at this offset: who waits for it waits no longer, and those before it are lost. */
static void
settle(struct hexlost *lost, uint64_t offset)
{
    size_t before = 0;

    while (before < lost->pending_count && lost->pending[before].end <= offset)
        before++;
    give_up(lost, before);
    if (lost->pending_count == 0 || lost->pending[0].first > offset)
        return;
    lost->pending_count--;
    memmove(lost->pending, lost->pending + 1, lost->pending_count * sizeof *lost->pending);
}

/* Prose may stand between its bytes and be taken for some. So what the framer did not get in one piece may still become
 * a frame. */
static void
close_candidate(struct hexlost *lost, uint64_t end)
{
    struct hexlost_candidate *open = &lost->in_text;

    open->end = end;
    if (!open->taken && lost->pending_count == HEXLOST_PENDING)
        give_up(lost, 1);
    if (!open->taken)
        lost->pending[lost->pending_count++] = *open;
    open->line = 0;
}

/* A single 68 does not begin anew what is open: it may be a byte that was cut off from the others. */
void
hexlost_run(struct hexlost *lost, const uint8_t *bytes, size_t length, bool taken, uint64_t line, uint64_t offset)
{
    struct hexlost_candidate *open = &lost->in_text;
    size_t start = 0;

    while (start < length && bytes[start] == CJT188_PREAMBLE)
        start++;
    if (start < length && bytes[start] == CJT188_START && (open->line == 0 || length >= BEGINNING))
        *open = (struct hexlost_candidate){ .line = line, .first = offset + (taken ? start : 0), .taken = true };
    if (open->line == 0 || length == 0)
        return;
    open->bytes += length - start;
    open->taken = open->taken && taken;
    if (bytes[length - 1] == CJT188_END && open->bytes >= SHORTEST)
        close_candidate(lost, offset + (taken ? length : 0));
    else if (open->bytes > LONGEST)
        open->line = 0;
}

void
hexlost_byte(struct hexlost *lost, uint8_t byte, bool begins, bool ends, uint64_t line, uint64_t offset)
{
    struct hexlost_candidate *open = &lost->in_stream;

    if (byte == CJT188_START && begins && open->line == 0)
        *open = (struct hexlost_candidate){ .line = line, .first = offset };
    if (open->line == 0)
        return;
    open->bytes++;
    if (byte == CJT188_END && ends && open->bytes >= SHORTEST)
        hexlost_broken(lost, open->line, open->first);
    else if (open->bytes > LONGEST)
        open->line = 0;
}

void
hexlost_broken(struct hexlost *lost, uint64_t line, uint64_t offset)
{
    settle(lost, offset);
    mark(lost, line);
    lost->in_stream.line = 0;
}

void
hexlost_frame(struct hexlost *lost, uint64_t offset)
{
    settle(lost, offset);
    lost->frames++;
    lost->in_stream.line = 0;
}

void
hexlost_finish(struct hexlost *lost)
{
    give_up(lost, lost->pending_count);
}

static int
compare_lines(const void *a, const void *b)
{
    const uint64_t first = *(const uint64_t *)a, second = *(const uint64_t *)b;

    return (first > second) - (first < second);
}

static char *
candidates_text(const struct hexlost *lost)
{
    GString *text = g_string_new(NULL);
    uint64_t lines[HEXLOST_LINES];
    const size_t count = lost->lines_count;

    for (size_t i = 0; i < count; i++)
        lines[i] = lost->lines[i];
    qsort(lines, count, sizeof *lines, compare_lines);
    g_string_append_printf(text, "%" G_GUINT64_FORMAT " %s from 68 to 16 gave no whole frame, on line%s", lost->count,
                           lost->count == 1 ? "run of bytes" : "runs of bytes", count == 1 ? "" : "s");
    for (size_t i = 0; i < count; i++)
        g_string_append_printf(text, "%s%" G_GUINT64_FORMAT, i == 0 ? " " : i + 1 < count ? ", " : " and ", lines[i]);
    if (count == HEXLOST_LINES)
        g_string_append(text, " and perhaps more");
    return g_string_free(text, FALSE);
}

char *
hexlost_text(const struct hexlost *lost)
{
    if (lost->count > 0)
        return candidates_text(lost);
    if (lost->frames > 0 || lost->digit_lines == 0)
        return NULL;
    return g_strdup_printf("no whole frame was found, and there are digits on %" G_GUINT64_FORMAT
                           " line%s, first on line %" G_GUINT64_FORMAT,
                           lost->digit_lines, lost->digit_lines == 1 ? "" : "s", lost->first_digit_line);
}
