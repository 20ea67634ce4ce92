/* format_readings.c
 * Frames as JSON, an object a line, for scripts: see format.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A value's key is its display filter name. A number is one in the field's unit; all else is the text that Wireshark's tree
 * shows; null is a value that the meter does not have or that cannot be read. What a damaged frame says is not told.
 */
#include "format.h"
#include "meters.h"

#include <string.h>

static void
put(GByteArray *block, const char *text)
{
    g_byte_array_append(block, (const guint8 *)text, (guint)strlen(text));
}

/* In quotes. */
static void
put_string(GByteArray *block, const char *text)
{
    char *valid = g_utf8_make_valid(text, -1);
    char escape[8];

    put(block, "\"");
    for (const char *at = valid; *at != '\0'; at++) {
        if (*at == '"' || *at == '\\' || (unsigned char)*at < 0x20 || *at == 0x7F) {
            g_snprintf(escape, sizeof escape, "\\u%04x", (unsigned char)*at);
            put(block, escape);
        } else {
            g_byte_array_append(block, (const guint8 *)at, 1);
        }
    }
    put(block, "\"");
    g_free(valid);
}

/* ,"key":"text" */
static void
put_text(GByteArray *block, const char *key, const char *text)
{
    put(block, ",");
    put_string(block, key);
    put(block, ":");
    put_string(block, text);
}

static void
put_bytes(GByteArray *block, const struct record *record)
{
    GString *hex = g_string_sized_new(2 * record->length);

    for (size_t i = 0; i < record->length; i++)
        g_string_append_printf(hex, "%02X", record->bytes[i]);
    put_text(block, "bytes", hex->str);
    g_string_free(hex, TRUE);
}

/* "2026-04-27T18:12:17.123456Z"; null where nobody knows */
static void
put_time(GByteArray *block, int64_t time_ns)
{
    const gint64 micros = (time_ns % NS_PER_SECOND + NS_PER_SECOND) % NS_PER_SECOND / 1000;
    GDateTime *time = g_date_time_new_from_unix_utc((time_ns - micros * 1000) / NS_PER_SECOND);
    char *seconds = time != NULL ? g_date_time_format(time, "%Y-%m-%dT%H:%M:%S") : g_strdup("");
    char *all = g_strdup_printf("%s.%06dZ", seconds, (int)micros);

    put(block, "\"time\":");
    if (time_ns != 0)
        put_string(block, time != NULL ? all : "");
    else
        put(block, "null");
    g_free(all);
    g_free(seconds);
    if (time != NULL)
        g_date_time_unref(time);
}

/* ---- values ---- */

static void
put_value(GByteArray *block, const struct cjt188_decoded *frame, const struct cjt188_value *value)
{
    const struct cjt188_field_info *info = cjt188_field_info(value->field);
    char text[CJT188_TEXT_MAX];

    if (value->state >= CJT188_IS_FILLER) {
        put(block, "null");
    } else if (value->state == CJT188_IS_NUMBER) {
        cjt188_plain_number(value, text, sizeof text);
        put(block, text);
    } else {
        cjt188_value_text(frame, value, text, sizeof text);
        if (value->state == CJT188_IS_CODE && !info->hexadecimal && info->names == NULL)
            put(block, text);
        else
            put_string(block, text);
    }
}

static bool
is_of(const struct cjt188_decoded *frame, unsigned index, enum cjt188_field field)
{
    return frame->values[index].field == field;
}

/* All values of the field that the value at `first` has: several are an array. */
static void
put_field(GByteArray *block, const struct cjt188_decoded *frame, unsigned first)
{
    const enum cjt188_field field = frame->values[first].field;
    unsigned count = 0;

    for (unsigned i = first; i < frame->value_count; i++)
        count += is_of(frame, i, field);
    put(block, ",");
    put_string(block, cjt188_field_info(field)->filter);
    put(block, count > 1 ? ":[" : ":");
    for (unsigned i = first, put_so_far = 0; i < frame->value_count; i++) {
        if (!is_of(frame, i, field))
            continue;
        put(block, put_so_far++ > 0 ? "," : "");
        put_value(block, frame, &frame->values[i]);
    }
    put(block, count > 1 ? "]" : "");
}

static void
put_values(GByteArray *block, const struct cjt188_decoded *frame)
{
    for (unsigned i = 0; i < frame->value_count; i++) {
        bool is_first = true;

        for (unsigned j = 0; j < i && is_first; j++)
            is_first = !is_of(frame, j, frame->values[i].field);
        if (is_first)
            put_field(block, frame, i);
    }
}

static void
put_faults(GByteArray *block, const struct cjt188_decoded *frame)
{
    char text[CJT188_TEXT_MAX];
    char **faults;

    cjt188_fault_text(frame, text, sizeof text);
    faults = g_strsplit(text, ", ", 0);
    put(block, ",\"faults\":[");
    for (unsigned i = 0; faults[i] != NULL; i++) {
        put(block, i > 0 ? "," : "");
        put_string(block, faults[i]);
    }
    put(block, "]");
    g_strfreev(faults);
}

/* ---- frames ---- */

static void
put_frame(GByteArray *block, const struct cjt188_decoded *frame)
{
    char text[CJT188_SENTENCE_MAX];

    if (cjt188_meter_text(frame, text, sizeof text) > 0)
        put_text(block, "meter", text);
    if (frame->name != NULL)
        put_text(block, "name", frame->name);
    cjt188_address_text(frame->bytes + CJT188_OFF_ADDRESS, text, sizeof text);
    put_text(block, "address", text);
    if (frame->has_di) {
        g_snprintf(text, sizeof text, "%04X", frame->di);
        put_text(block, "identifier", text);
    }
    put_text(block, "dialect", frame->dialect->name);
    cjt188_sentence(frame, text, sizeof text);
    put_text(block, "sentence", text);
    put_values(block, frame);
    put_faults(block, frame);
}

static void
readings(GByteArray *block, const struct record *record, const struct format_line *lines, unsigned line, unsigned count)
{
    static const char *const sums[] = {
        [CJT188_FRAME] = "right", [CJT188_DAMAGED] = "wrong", [CJT188_TRUNCATED] = "missing"
    };
    const struct cjt188_decoded *frame;

    (void)count;
    if (!meters_decode(lines[line].meters, line, record, &frame))
        return;
    put(block, "{");
    put_time(block, record->time_ns);
    put_text(block, "line", format_line_name(&lines[line]));
    put_text(block, "kind", frame->is_error ? "error reply" : record_class_name(record_class(record)));
    if (record->kind == CJT188_FRAME)
        put_frame(block, frame);
    else
        put_bytes(block, record);
    put_text(block, "checksum", sums[record->kind]);
    put(block, "}\n");
}

static void
no_header(GByteArray *block G_GNUC_UNUSED, struct format_line *lines G_GNUC_UNUSED, unsigned count G_GNUC_UNUSED,
          const char *comment G_GNUC_UNUSED)
{
}

const struct format format_readings = { no_header, readings, NULL };
