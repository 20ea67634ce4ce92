/* cjt188-sentence.c
 * Who speaks, and what a frame says in one sentence.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "cjt188-tables.h"

#include "cjt188-bytes.h"
#include "cjt188-codes.h"

#include <string.h>

/* ---- who ---- */

enum { NUMBER_BYTES = 5 };

size_t
cjt188_address_text(const uint8_t address[CJT188_ADDRESS_LENGTH], char *buffer, size_t size)
{
    struct cjt188_text text = cjt188_text_start(buffer, size);

    cjt188_put_hex_reversed(&text, address, CJT188_ADDRESS_LENGTH);
    return text.length;
}

size_t
cjt188_number_text(const uint8_t *number, bool high_first, char *buffer, size_t size)
{
    struct cjt188_text text = cjt188_text_start(buffer, size);
    const unsigned width = number[NUMBER_BYTES - 1] != 0 ? NUMBER_BYTES : NUMBER_BYTES - 1;

    if (high_first)
        cjt188_put_hex(&text, number, width, NULL);
    else
        cjt188_put_hex_reversed(&text, number, width);
    return text.length;
}

size_t
cjt188_meter_text(const struct cjt188_decoded *frame, char *buffer, size_t size)
{
    const uint8_t *number = frame->bytes + CJT188_OFF_ADDRESS;
    uint64_t value;

    buffer[0] = '\0';
    if (frame->have < CJT188_OFF_CONTROL || frame->is_wildcard || !cjt188_bcd_low_first(number, NUMBER_BYTES, &value))
        return 0;
    return cjt188_number_text(number, frame->number_high_first, buffer, size);
}

static void
put_who(const struct cjt188_decoded *frame, struct cjt188_text *text)
{
    char number[2 * CJT188_ADDRESS_LENGTH + 1];

    if (frame->have < CJT188_OFF_CONTROL) {
        cjt188_put(text, "meter unknown");
    } else if (frame->is_wildcard || frame->name != NULL) {
        cjt188_put(text, frame->is_wildcard ? "all meters" : frame->name);
    } else {
        if (cjt188_meter_text(frame, number, sizeof number) == 0)
            cjt188_address_text(frame->bytes + CJT188_OFF_ADDRESS, number, sizeof number);
        cjt188_put(text, number);
    }
}

size_t
cjt188_who_text(const struct cjt188_decoded *frame, char *buffer, size_t size)
{
    struct cjt188_text text = cjt188_text_start(buffer, size);

    put_who(frame, &text);
    return text.length;
}

/* ---- what ---- */

/* Of two temperatures only both together. */
static void
put_temperatures(const struct cjt188_decoded *frame, struct cjt188_text *text)
{
    const struct cjt188_value *supply = cjt188_measured(frame, CJT188_SUPPLY);
    const struct cjt188_value *back = cjt188_measured(frame, CJT188_RETURN);

    if (supply == NULL || back == NULL)
        return;
    cjt188_put_comma(text);
    cjt188_put_amount(supply, text);
    cjt188_put(text, "/");
    cjt188_put_amount(back, text);
    cjt188_put(text, " °C");
}

/* The text behind what is written, as one of its own; put_behind() takes it in. */
static struct cjt188_text
text_behind(const struct cjt188_text *text)
{
    return cjt188_text_start(text->buffer + text->length, text->room - text->length + 1);
}

static void
put_behind(struct cjt188_text *text, const struct cjt188_text *behind)
{
    text->length += behind->length;
    text->is_full |= behind->is_full;
}

/* What is told of the values, behind a separator. Returns false, and has written nothing, where that is nothing. Where not
 * even the separator fits, a text without room tells whether something would have followed it. */
static bool
put_values(const struct cjt188_decoded *frame, struct cjt188_text *text, const char *separator)
{
    const struct cjt188_text before = *text;
    struct cjt188_text values;
    char faults[CJT188_TEXT_MAX], no_room[1];

    cjt188_put(text, separator);
    values = text->is_full ? cjt188_text_start(no_room, sizeof no_room) : text_behind(text);
    for (unsigned i = 0; i < frame->value_count; i++)
        cjt188_tell_value(frame, &frame->values[i], &values);
    put_temperatures(frame, &values);
    if (cjt188_fault_text(frame, faults, sizeof faults) > 0) {
        cjt188_put_comma(&values);
        cjt188_put(&values, faults);
    }
    if (values.length == 0 && !values.is_full) {
        *text = before;
        text->buffer[text->length] = '\0';
        return false;
    }
    put_behind(text, &values);
    return true;
}

/* An identifier's name without what it says of its origin: "high-precision reading" of "… (Lichuang)". */
static void
put_plain_name(struct cjt188_text *text, const char *name)
{
    const char *origin = strstr(name, " (");

    cjt188_put_part(text, name, origin != NULL ? (size_t)(origin - name) : strlen(name));
}

static void
put_identifier(struct cjt188_text *text, uint16_t di)
{
    const uint8_t bytes[] = { (uint8_t)(di >> 8), (uint8_t)di };

    cjt188_put_hex(text, bytes, sizeof bytes, NULL);
}

/* "Read 901F", "Write A017 (valve)", "Write address": what is asked, or what a reply answers. */
static void
put_action(const struct cjt188_decoded *frame, struct cjt188_text *text)
{
    const struct cjt188_function *does = frame->does;
    const enum cjt188_behind_verb behind = does != NULL ? does->behind : CJT188_SAY_NAME;
    const char *name = frame->has_di ? cjt188_frame_identifier_name(frame) : NULL;

    if (does == NULL) {
        cjt188_put(text, "Control ");
        cjt188_put_hex(text, &frame->control, 1, NULL);
    } else {
        cjt188_put(text, does->verb);
    }
    if (!frame->has_di || (behind == CJT188_SAY_NOTHING && name != NULL))
        return;
    cjt188_put(text, " ");
    put_identifier(text, frame->di);
    if (behind != CJT188_SAY_NAME || name == NULL)
        return;
    cjt188_put(text, " (");
    put_plain_name(text, name);
    cjt188_put(text, ")");
}

static void
put_request(const struct cjt188_decoded *frame, struct cjt188_text *text)
{
    put_action(frame, text);
    put_values(frame, text, ": ");
    cjt188_put(text, ", ");
    put_who(frame, text);
}

/* "3523514321: report of its own, C001, 2015-04-22 16:14:40" */
static void
put_report(const struct cjt188_decoded *frame, struct cjt188_text *text)
{
    put_who(frame, text);
    cjt188_put(text, ": report of its own, ");
    put_identifier(text, frame->di);
    put_values(frame, text, ", ");
}

static void
put_reply(const struct cjt188_decoded *frame, struct cjt188_text *text)
{
    const char *name;

    put_who(frame, text);
    if (!frame->is_error && frame->has_di && frame->di == 0x901F && put_values(frame, text, ": "))
        return;
    cjt188_put(text, ": ");
    if (!frame->is_error && frame->has_di && frame->function == 0x01) {
        name = cjt188_frame_identifier_name(frame);
        put_identifier(text, frame->di);
        cjt188_put(text, " ");
        cjt188_put(text, name != NULL ? name : "unknown identifier");
    } else {
        cjt188_put(text, frame->is_error ? "error reply to \"" : "reply to \"");
        put_action(frame, text);
        cjt188_put(text, "\"");
    }
    put_values(frame, text, ", ");
}

size_t
cjt188_sentence(const struct cjt188_decoded *frame, char *buffer, size_t size)
{
    struct cjt188_text text = cjt188_text_start(buffer, size);

    if (frame->kind == CJT188_DAMAGED)
        cjt188_put(&text, "Damaged: ");
    else if (frame->kind == CJT188_TRUNCATED)
        cjt188_put(&text, frame->is_cut ? "Cut by the snap length: " : "Truncated: ");
    if (frame->have <= CJT188_OFF_CONTROL) {
        cjt188_put(&text, "beginning of a frame");
        return text.length;
    }
    if (frame->is_reply)
        put_reply(frame, &text);
    else if (frame->is_report)
        put_report(frame, &text);
    else
        put_request(frame, &text);
    return text.length;
}

/* ---- neighbours ---- */

static void
put_mbus(struct cjt188_text *text, const uint8_t *bytes, unsigned length)
{
    enum { ACK = 0xE5, SHORT_START = 0x10, LONG_FIELDS = 4, LONG_MIN = 9 };
    const bool is_short = bytes[0] == SHORT_START;
    const uint8_t *fields = bytes + (is_short ? 1 : LONG_FIELDS);

    if (bytes[0] == ACK || length < (is_short ? 5 : LONG_MIN)) {
        cjt188_put(text, "M-Bus acknowledge");
        return;
    }
    cjt188_put(text, is_short ? "M-Bus short frame, control " : "M-Bus long frame, control ");
    cjt188_put_hex(text, fields, 1, NULL);
    cjt188_put(text, ", address ");
    cjt188_put_number(text, fields[1], 1);
    if (is_short)
        return;
    cjt188_put(text, ", CI ");
    cjt188_put_hex(text, fields + 2, 1, NULL);
}

size_t
cjt188_neighbour_sentence(enum cjt188_kind kind, const uint8_t *bytes, unsigned length, char *buffer, size_t size)
{
    enum { DLT645_ADDRESS = 1, DLT645_ADDRESS_LENGTH = 6, DLT645_CONTROL = 8 };
    struct cjt188_text text = cjt188_text_start(buffer, size);

    if (kind == CJT188_MBUS && length > 0) {
        put_mbus(&text, bytes, length);
    } else if (kind == CJT188_DLT645 && length > DLT645_CONTROL) {
        cjt188_put(&text, "DL/T 645 frame, control ");
        cjt188_put_hex(&text, bytes + DLT645_CONTROL, 1, NULL);
        cjt188_put(&text, ", address ");
        cjt188_put_hex_reversed(&text, bytes + DLT645_ADDRESS, DLT645_ADDRESS_LENGTH);
    }
    return text.length;
}
