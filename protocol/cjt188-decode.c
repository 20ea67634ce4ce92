/* cjt188-decode.c
 * A frame from its header to its values.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "cjt188-tables.h"

#include "cjt188-codes.h"

#include <string.h>

/* ---- header ---- */

static void
read_control(struct cjt188_decoded *frame)
{
    if (frame->have <= CJT188_OFF_CONTROL)
        return;
    frame->control = frame->bytes[CJT188_OFF_CONTROL];
    frame->function = frame->control & CJT188_CONTROL_FUNCTION;
    frame->is_reply = (frame->control & CJT188_CONTROL_REPLY) != 0;
    frame->is_error = frame->is_reply && (frame->control & CJT188_CONTROL_ERROR) != 0;
}

static void
read_address(struct cjt188_decoded *frame)
{
    const uint8_t *address = frame->bytes + CJT188_OFF_ADDRESS;

    if (frame->have < CJT188_OFF_CONTROL)
        return;
    frame->is_wildcard = cjt188_address_is_wildcard(address);
    frame->manufacturer = (uint16_t)(address[6] << 8 | address[5]);
}

static void
read_data_place(struct cjt188_decoded *frame, enum cjt188_di_order order)
{
    const unsigned there = frame->have > CJT188_OFF_DATA ? frame->have - CJT188_OFF_DATA : 0;

    frame->length = frame->have;
    if (frame->have > CJT188_OFF_LENGTH) {
        frame->data_length = frame->bytes[CJT188_OFF_LENGTH];
        frame->length = CJT188_OVERHEAD + (unsigned)frame->data_length;
    }
    frame->data_end = CJT188_OFF_DATA + (there < frame->data_length ? there : frame->data_length);
    cjt188_decide_identifier(frame, order);
    frame->has_ser = frame->has_di ? frame->data_end > CJT188_OFF_DATA + 2
                                   : frame->is_error && frame->data_length == 3 && there > 0;
    frame->data = CJT188_OFF_DATA + (frame->has_di ? 2u : 0u) + (frame->has_ser ? 1u : 0u);
}

/* Of the bytes as they were sent. */
static bool
has_right_sum(const struct cjt188_decoded *frame)
{
    const unsigned sum_at = CJT188_OFF_DATA + (frame->have > CJT188_OFF_LENGTH ? frame->bytes[CJT188_OFF_LENGTH] : 0u);

    return frame->have > CJT188_OFF_LENGTH && frame->have > sum_at &&
        cjt188_checksum(frame->bytes, sum_at) == frame->bytes[sum_at];
}

/* Rules look at bytes that a short frame does not have: there they are 0. */
static void
read_header(struct cjt188_decoded *frame, const uint8_t *bytes, unsigned have, enum cjt188_kind kind,
            enum cjt188_di_order order)
{
    memset(frame, 0, offsetof(struct cjt188_decoded, values));
    memset(frame->measured, 0, sizeof frame->measured);
    frame->have = have < CJT188_FRAME_MAX ? have : CJT188_FRAME_MAX;
    frame->bytes = bytes;
    if (frame->have < CJT188_OVERHEAD) {
        memset(frame->plain, 0, CJT188_OVERHEAD);
        memcpy(frame->plain, bytes, frame->have);
        frame->bytes = frame->plain;
    }
    if (frame->have > CJT188_OFF_TYPE)
        frame->type = frame->bytes[CJT188_OFF_TYPE];
    frame->family = cjt188_family(frame->type);
    read_address(frame);
    read_control(frame);
    frame->has_right_sum = kind == CJT188_FRAME || has_right_sum(frame);
    read_data_place(frame, order);
}

/* ---- dialect ---- */

/* A request, an error reply or a valve reply says too little of itself: it is read as the same meter's last reading was. What
 * only one maker's meters understand says enough. */
static bool
says_too_little(const struct cjt188_decoded *frame)
{
    if (!frame->is_reply)
        return !frame->plus_33 && frame->function < 0x1A;
    return frame->is_error || (frame->has_di && frame->di == 0xA017);
}

static void
choose_dialect(struct cjt188_decoded *frame, const struct cjt188_known *known)
{
    int id = cjt188_decide_dialect(frame, &frame->dialect_reason);

    if (id == CJT188_NO_DIALECT) {
        id = known->fallback;
        if (id != CJT188_STANDARD)
            frame->dialect_reason = "preference, where no rule speaks";
    }
    if (says_too_little(frame) && known->has_last_dialect) {
        id = known->last_dialect;
        frame->dialect_reason = "as this meter's last reading";
    }
    if (known->has_dialect) {
        id = known->dialect;
        frame->dialect_reason = "your Meters table";
    }
    frame->dialect = cjt188_dialect(id);
}

static void
use_known(struct cjt188_decoded *frame, const struct cjt188_known *known)
{
    choose_dialect(frame, known);
    memcpy(frame->places, frame->dialect->places, sizeof frame->places);
    for (unsigned i = 0; i < CJT188_DIALECT_CLASSES; i++) {
        if (!known->has_places[i])
            continue;
        frame->places[i] = known->places[i];
        frame->places_by_user[i] = true;
    }
    frame->does = cjt188_find_function(frame);
    frame->is_report = frame->does != NULL && frame->does->behind == CJT188_SAY_REPORT && !frame->is_reply;
    frame->name = known->name;
    frame->number_high_first = known->number_high_first ||
        (frame->kind == CJT188_FRAME && frame->is_reply && !known->has_dialect && frame->dialect->number_high_first);
}

/* ---- values ---- */

static struct cjt188_value *
add_value(struct cjt188_decoded *frame, const struct cjt188_row *row, unsigned at, unsigned width)
{
    struct cjt188_value *value = &frame->values[frame->value_count++];

    *value = (struct cjt188_value){ .row = row, .at = (uint16_t)at, .width = (uint16_t)width };
    return value;
}

enum cjt188_measurement
cjt188_measurement_of(const struct cjt188_value *value)
{
    if (value->state == CJT188_IS_NUMBER && value->quantity != NULL)
        return value->quantity->measurement;
    return value->state == CJT188_IS_TIME && value->field == CJT188_F_CLOCK && value->row->brief == NULL
        ? CJT188_CLOCK_NOW : CJT188_NOT_MEASURED;
}

/* Returns where the rows end. */
static unsigned
add_rows(struct cjt188_decoded *frame)
{
    const struct cjt188_row *row = frame->layout != NULL ? frame->layout->rows : NULL;
    unsigned at = frame->data;

    for (; row != NULL && row->kind != CJT188_K_END && frame->value_count < CJT188_VALUES_MAX - 1; row++) {
        const unsigned width = row->width == CJT188_WIDTH_REST ? frame->data_end - at : row->width;
        struct cjt188_value *value;

        if (at + width > frame->data_end)
            break;
        value = add_value(frame, row, at, width);
        cjt188_decode_value(frame, value);
        frame->has_suspect |= value->state == CJT188_IS_SUSPECT;
        frame->measured[cjt188_measurement_of(value)] = (uint8_t)frame->value_count;
        at += width;
    }
    return at;
}

/* Bytes of the data that no row has claimed. */
static void
add_rest(struct cjt188_decoded *frame, unsigned at)
{
    const bool cut_off = frame->have < frame->length && frame->layout != NULL;
    struct cjt188_value *value;

    if (at >= frame->data_end)
        return;
    value = add_value(frame, NULL, at, frame->data_end - at);
    value->field = CJT188_F_UNDOCUMENTED;
    value->state = cut_off ? CJT188_IS_CUT_OFF : CJT188_IS_UNDOCUMENTED;
    value->name = cut_off ? "Cut-off field" : cjt188_field_info(CJT188_F_UNDOCUMENTED)->name;
}

/* ---- a known layout that goes on ---- */

/* Only of data that is there to its end, whatever the frame is called. */
static bool
may_be_longer(const struct cjt188_decoded *frame)
{
    return frame->is_reply && !frame->is_error && frame->data_end == CJT188_OFF_DATA + (unsigned)frame->data_length && (frame->di == 0x901F || frame->di == 0x903F);
}

/* A value whose kind can be right or wrong: what it must be for its layout to be believed. */
enum evidence { NO_EVIDENCE, FOR, AGAINST, UNIT_FOR, UNIT_AGAINST };

static enum evidence
evidence_of(const struct cjt188_value *value)
{
    const bool is_clock = value->row->kind == CJT188_K_CLOCK || value->row->kind == CJT188_K_DATE;
    const bool is_temperature = value->quantity != NULL && value->quantity->class == CJT188_TEMPERATURE;

    if (is_clock)
        return value->state == CJT188_IS_TIME || value->state == CJT188_IS_FILLER ? FOR : AGAINST;
    if (is_temperature)
        return value->state == CJT188_IS_NUMBER ? FOR : AGAINST;
    if (!value->has_unit_byte || value->quantity == NULL)
        return NO_EVIDENCE;
    return value->unit != NULL && value->unit->class == value->quantity->class && value->state != CJT188_IS_SUSPECT ? UNIT_FOR
                                                                                                        : UNIT_AGAINST;
}

/* Four of five units and more stand where they should; of fewer all, and there are some. Nothing else is wrong. */
static bool
is_believable(const struct cjt188_decoded *frame)
{
    enum { MANY = 5 };
    unsigned count[UNIT_AGAINST + 1] = { 0 };

    for (unsigned i = 0; i < frame->value_count; i++)
        count[evidence_of(&frame->values[i])]++;
    return count[AGAINST] == 0 && count[FOR] > 0 && count[UNIT_FOR] > 0 &&
        count[UNIT_AGAINST] <= (count[UNIT_FOR] + count[UNIT_AGAINST] >= MANY ? 1u : 0u);
}

/* As if L were that, for the place of the units and the layout. What the dialect is, the whole frame says. */
static void
set_length(struct cjt188_decoded *frame, uint8_t length)
{
    frame->data_length = length;
    frame->data_end = CJT188_OFF_DATA + (unsigned)length;
}

/* Returns whether the beginning can be a frame of that length; its values are there then, up to *end. */
static bool
fits(struct cjt188_decoded *frame, uint8_t length, const struct cjt188_known *known, unsigned *end)
{
    const uint8_t whole = frame->data_length;

    set_length(frame, length);
    cjt188_decide_unit_position(frame);
    set_length(frame, whole);
    use_known(frame, known);
    set_length(frame, length);
    frame->layout = cjt188_find_layout(frame);
    *end = add_rows(frame);
    set_length(frame, whole);
    frame->longer_by = (uint8_t)(whole - length);
    return frame->layout != NULL && is_believable(frame);
}

/* Read the beginning as a shorter frame of this kind, the longest that fits, or nothing. Returns where the values end. */
static unsigned
read_beginning(struct cjt188_decoded *frame, const struct cjt188_known *known)
{
    uint8_t length = frame->data_length;
    unsigned end;

    while ((length = cjt188_shorter_length(frame, length)) > 0) {
        if (fits(frame, length, known, &end))
            return end;
        frame->value_count = 0;
        memset(frame->measured, 0, sizeof frame->measured);
    }
    cjt188_decide_unit_position(frame);
    use_known(frame, known);
    frame->layout = NULL;
    frame->longer_by = 0;
    return frame->data;
}

/* ---- frames ---- */

void
cjt188_decode(const uint8_t *bytes, unsigned have, enum cjt188_kind kind, const struct cjt188_known *known,
              struct cjt188_decoded *frame)
{
    static const struct cjt188_known nothing = { .name = NULL };

    if (known == NULL)
        known = &nothing;
    read_header(frame, bytes, have, kind, known->di_order);
    frame->kind = kind;
    frame->is_cut = kind == CJT188_TRUNCATED && known->is_cut;
    cjt188_decide_unit_position(frame);
    use_known(frame, known);
    frame->layout = cjt188_find_layout(frame);
    add_rest(frame, frame->layout == NULL && may_be_longer(frame) ? read_beginning(frame, known) : add_rows(frame));
}

void
cjt188_other_start(const struct cjt188_decoded *frame, const uint8_t *data, struct cjt188_other *other)
{
    struct cjt188_decoded *decoded = &other->decoded;

    other->frame = frame;
    memcpy(decoded, frame, offsetof(struct cjt188_decoded, values));
    memcpy(decoded->plain, frame->bytes, frame->data);
    memcpy(decoded->plain + frame->data, data, frame->data_end - frame->data);
    decoded->bytes = decoded->plain;
    decoded->data_length = (uint8_t)(frame->data_length - frame->longer_by);
    cjt188_decide_unit_position(decoded);
    decoded->data_length = frame->data_length;
    memset(other->is_decoded, 0, sizeof other->is_decoded);
}

/* A value is made of its own bytes and the place of the units. */
static bool
is_the_same(const struct cjt188_other *other, const struct cjt188_value *value)
{
    return value->row == NULL || value->width == 0 ||
        (other->decoded.unit_position == other->frame->unit_position &&
         memcmp(other->decoded.bytes + value->at, other->frame->bytes + value->at, value->width) == 0);
}

const struct cjt188_value *
cjt188_other_value(struct cjt188_other *other, unsigned index)
{
    const struct cjt188_value *value = &other->frame->values[index];
    struct cjt188_value *own = &other->decoded.values[index];

    if (is_the_same(other, value))
        return value;
    if (!other->is_decoded[index]) {
        *own = (struct cjt188_value){ .row = value->row, .at = value->at, .width = value->width };
        cjt188_decode_value(&other->decoded, own);
        other->is_decoded[index] = true;
    }
    return own;
}

bool
cjt188_is_damaged(const struct cjt188_decoded *frame)
{
    return !frame->has_right_sum && !frame->is_cut;
}

bool
cjt188_is_odd_counter(const struct cjt188_value *value)
{
    return value->state == CJT188_IS_SUSPECT && (value->quantity->class == CJT188_ENERGY || value->quantity->class == CJT188_VOLUME);
}

void
cjt188_believe(struct cjt188_decoded *frame, struct cjt188_value *value)
{
    cjt188_make_number(frame, value);
    frame->measured[cjt188_measurement_of(value)] = (uint8_t)(value - frame->values + 1);
}

const struct cjt188_value *
cjt188_measured(const struct cjt188_decoded *frame, enum cjt188_measurement measurement)
{
    const unsigned index = frame->measured[measurement];

    return index != 0 && measurement != CJT188_NOT_MEASURED ? &frame->values[index - 1] : NULL;
}

static bool
is_good_reply(const struct cjt188_decoded *frame)
{
    return frame->kind == CJT188_FRAME && frame->is_reply && !frame->is_error;
}

bool
cjt188_is_reading(const struct cjt188_decoded *frame)
{
    return is_good_reply(frame) && !frame->is_wildcard && (frame->di == 0x901F || frame->di == 0x902F);
}

bool
cjt188_tells_dialect(const struct cjt188_decoded *frame)
{
    return cjt188_is_reading(frame) || (is_good_reply(frame) && (frame->di == 0x903F || frame->di == 0x610A));
}
