/* record.c
 * What a record is called, which way it went and what was wrong with it: see record.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "record.h"

/* Bits of epb_flags. */
enum {
    FLAG_CRC_ERROR = 1u << 24,
    FLAG_TOO_SHORT = 1u << 26,
    FLAG_START_DELIMITER = 1u << 29,
};
#define FLAG_SYMBOL_ERROR (1u << 31) /* no int holds it, so no enum may */

#define CONTROL_REPLY 0x80

static bool
is_ours(const struct record *record)
{
    return record->kind == CJT188_FRAME || record->kind == CJT188_DAMAGED || record->kind == CJT188_TRUNCATED;
}

static const uint8_t *
frame_start(const struct record *record)
{
    return record->bytes + record->preamble;
}

static size_t
frame_length(const struct record *record)
{
    return record->length - record->preamble;
}

static bool
checksum_is_bad(const struct record *record)
{
    const uint8_t *frame = frame_start(record);
    const size_t length = frame_length(record);

    return record->kind == CJT188_DAMAGED && cjt188_checksum(frame, length - 2) != frame[length - 2];
}

enum record_direction
record_direction(const struct record *record)
{
    if (!is_ours(record) || frame_length(record) <= CJT188_OFF_CONTROL)
        return record->told;
    return frame_start(record)[CJT188_OFF_CONTROL] & CONTROL_REPLY ? DIRECTION_REPLY : DIRECTION_REQUEST;
}

enum record_class
record_class(const struct record *record)
{
    static const enum record_class classes[] = {
        [CJT188_DAMAGED] = CLASS_DAMAGED, [CJT188_TRUNCATED] = CLASS_TRUNCATED, [CJT188_NOISE] = CLASS_NOISE,
        [CJT188_MBUS] = CLASS_MBUS,       [CJT188_DLT645] = CLASS_DLT645,
    };

    if (record->kind == CJT188_FRAME)
        return record_direction(record) == DIRECTION_REPLY ? CLASS_REPLY : CLASS_REQUEST;
    return classes[record->kind];
}

const char *
record_class_name(enum record_class record_class)
{
    static const char *const names[RECORD_CLASSES] = {
        [CLASS_REQUEST] = "request",     [CLASS_REPLY] = "reply", [CLASS_DAMAGED] = "damaged",
        [CLASS_TRUNCATED] = "truncated", [CLASS_NOISE] = "noise", [CLASS_MBUS] = "M-Bus",
        [CLASS_DLT645] = "DL/T 645",
    };

    return names[record_class];
}

uint32_t
record_flags(const struct record *record)
{
    uint32_t flags = record_direction(record);

    if (checksum_is_bad(record))
        flags |= FLAG_CRC_ERROR;
    if (record->kind == CJT188_TRUNCATED)
        flags |= FLAG_TOO_SHORT;
    if (record->kind == CJT188_NOISE)
        flags |= FLAG_START_DELIMITER;
    if (record->marks > 0)
        flags |= FLAG_SYMBOL_ERROR;
    return flags;
}

static void
describe_damage(GString *text, const struct record *record)
{
    const uint8_t *frame = frame_start(record);
    const size_t length = frame_length(record);

    if (checksum_is_bad(record))
        g_string_append_printf(text, "Checksum is %02X, the bytes give %02X", frame[length - 2],
                               cjt188_checksum(frame, length - 2));
    if (frame[length - 1] != CJT188_END)
        g_string_append_printf(text, "%snd byte is %02X, not 16", text->len > 0 ? ", e" : "E", frame[length - 1]);
}

static void
describe_truncation(GString *text, const struct record *record)
{
    const size_t length = frame_length(record);

    if (length > CJT188_OFF_LENGTH)
        g_string_append_printf(text, "Ends after %zu of %u bytes", length,
                               (unsigned)CJT188_OVERHEAD + frame_start(record)[CJT188_OFF_LENGTH]);
    else
        g_string_append_printf(text, "Ends after %zu bytes, before its length", length);
}

char *
record_comment(const struct record *record)
{
    const bool right =
        record->kind != CJT188_DAMAGED && record->kind != CJT188_TRUNCATED && record->kind != CJT188_NOISE;
    GString *text;

    if (right && record->marks == 0)
        return NULL;
    text = g_string_new(NULL);
    if (record->kind == CJT188_DAMAGED)
        describe_damage(text, record);
    else if (record->kind == CJT188_TRUNCATED)
        describe_truncation(text, record);
    else if (record->kind == CJT188_NOISE)
        g_string_append_printf(text, "No frame in %s", record->length == 1 ? "this byte" : "these bytes");
    if (record->marks > 0)
        g_string_append_printf(text, "%sine marked %zu of %zu bytes (parity, framing or break), the first is byte %zu",
                               text->len > 0 ? "; the l" : "The l", record->marks, record->length,
                               record->first_mark + 1);
    return g_string_free(text, text->len == 0);
}
