/* show.c
 * Values as items of the tree: the one place that makes them.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a value is called, how it reads and what it lacks is the decoder's word. Here it gets its field and its place; text is
 * made only where somebody reads it.
 */
#include "show.h"

#include "fields.h"
#include "neighbours.h"
#include "own.h"
#include "remark.h"

ws_bool cjt188_show_digits = true;

/* A value about to become an item. */
struct shown {
    const struct cjt188_frame *frame;
    const struct cjt188_value *value;
    proto_tree *tree;
    int hf;
    int at, width; /* in the packet */
};

/* ---- labels ---- */

enum { LABEL_MAX = 2 * CJT188_TEXT_MAX };

/* "Heating energy: 38.00 Wh (0.03800 kWh)" */
static void
write_label(const struct shown *shown, char *label)
{
    const struct cjt188_decoded *frame = shown->frame->decoded;
    struct cjt188_text text = cjt188_text_start(label, LABEL_MAX);

    cjt188_put(&text, shown->value->name);
    cjt188_put(&text, ": ");
    text.length += cjt188_value_text(frame, shown->value, text.buffer + text.length, LABEL_MAX - text.length);
    cjt188_value_remark(frame, shown->value, text.buffer + text.length, LABEL_MAX - text.length);
}

/* "Heating energy: not supported", "Power: digits 000000AA, unit kW, no number" */
static void
write_trouble(const struct shown *shown, char *label)
{
    struct cjt188_text text = cjt188_text_start(label, LABEL_MAX);

    cjt188_put(&text, shown->value->name);
    cjt188_put(&text, ": ");
    cjt188_value_trouble(shown->frame->decoded, shown->value, text.buffer + text.length, LABEL_MAX - text.length);
}

/* ---- parts of a quantity ---- */

static proto_item *
add_unit(const struct shown *shown, proto_tree *tree)
{
    const struct cjt188_value *value = shown->value;
    const int at = shown->at + value->unit_at;
    uint8_t code;

    if (!value->has_unit_byte)
        return NULL;
    code = shown->frame->decoded->bytes[value->at + value->unit_at];
    if (code == 0)
        return proto_tree_add_uint_format_value(tree, cjt188_hf[CJT188_F_UNIT], shown->frame->tvb, at, 1, code,
                                                "none (0x00)");
    return proto_tree_add_uint(tree, cjt188_hf[CJT188_F_UNIT], shown->frame->tvb, at, 1, code);
}

/* "Digits 00000007, 3 decimal places: your Meters table" */
static void
add_digits(const struct shown *shown, proto_tree *tree)
{
    const struct cjt188_decoded *frame = shown->frame->decoded;
    const int hf = cjt188_hf[CJT188_F_DIGITS], at = shown->at + shown->value->digits_at;
    char digits[CJT188_TEXT_MAX], label[LABEL_MAX];
    struct cjt188_text text = cjt188_text_start(label, sizeof label);
    proto_item *item;

    if (!proto_field_is_referenced(tree, hf))
        return;
    cjt188_digits_text(frame, shown->value, digits, sizeof digits);
    if (!cjt188_is_read(tree)) {
        proto_tree_add_string(tree, hf, shown->frame->tvb, at, shown->value->digits_width, digits);
        return;
    }
    cjt188_put(&text, "Digits ");
    cjt188_put(&text, digits);
    cjt188_put(&text, ", ");
    cjt188_places_text(frame, shown->value, label + text.length, sizeof label - text.length);
    item = proto_tree_add_string_format(tree, hf, shown->frame->tvb, at, shown->value->digits_width, digits, "%s", label);
    if (!cjt188_show_digits)
        proto_item_set_hidden(item);
}

/* ---- by state ---- */

static void
show_number(const struct shown *shown)
{
    const struct cjt188_value *value = shown->value;
    tvbuff_t *tvb = shown->frame->tvb;
    const bool is_first = value->row->quantity != NULL && value->row->quantity->is_first_energy;
    proto_tree *below;
    proto_item *item;
    char label[LABEL_MAX];

    if (cjt188_is_read(shown->tree)) {
        write_label(shown, label);
        item = proto_tree_add_double_format(shown->tree, shown->hf, tvb, shown->at, shown->width, value->number, "%s", label);
    } else {
        item = proto_tree_add_double(shown->tree, shown->hf, tvb, shown->at, shown->width, value->number);
    }
    if (value->row->kind == CJT188_K_QUANTITY || value->row->kind == CJT188_K_U64) {
        below = proto_item_add_subtree(item, cjt188_ett[value->field]);
        add_digits(shown, below);
        add_unit(shown, below);
    }
    if (is_first && proto_field_is_referenced(shown->tree, cjt188_hf[CJT188_F_ENERGY_FIRST]))
        proto_item_set_hidden(proto_tree_add_double(shown->tree, cjt188_hf[CJT188_F_ENERGY_FIRST], tvb, shown->at,
                                                    shown->width, value->number));
}

static void
show_code(const struct shown *shown)
{
    char label[LABEL_MAX];

    /* Without a remark Wireshark writes the same, and only when it is printed. */
    if (!cjt188_is_read(shown->tree) || shown->value->row->remark == NULL) {
        proto_tree_add_uint(shown->tree, shown->hf, shown->frame->tvb, shown->at, shown->width,
                            (uint32_t)shown->value->digits);
        return;
    }
    write_label(shown, label);
    proto_tree_add_uint_format(shown->tree, shown->hf, shown->frame->tvb, shown->at, shown->width,
                               (uint32_t)shown->value->digits, "%s", label);
}

static proto_item *
add_text(const struct shown *shown)
{
    char text[CJT188_TEXT_MAX], label[LABEL_MAX];
    proto_item *item;

    if (!proto_field_is_referenced(shown->tree, shown->hf))
        return NULL;
    cjt188_value_text(shown->frame->decoded, shown->value, text, sizeof text);
    if (cjt188_value_remark(shown->frame->decoded, shown->value, label, sizeof label) == 0) { /* as Wireshark writes it */
        item = proto_tree_add_string(shown->tree, shown->hf, shown->frame->tvb, shown->at, shown->width, text);
    } else {
        write_label(shown, label);
        item = proto_tree_add_string_format(shown->tree, shown->hf, shown->frame->tvb, shown->at, shown->width, text, "%s",
                                            label);
    }
    if (shown->width == 0) /* told by the identifier */
        proto_item_set_generated(item);
    return item;
}

static void
show_text(const struct shown *shown)
{
    add_text(shown);
}

/* " (offset 48, width 1)": where the user's table has these bytes. */
static void
put_place(struct cjt188_text *text, unsigned place, unsigned width)
{
    cjt188_put(text, " (offset ");
    cjt188_put_number(text, place, 1);
    cjt188_put(text, ", width ");
    cjt188_put_number(text, width, 1);
    cjt188_put(text, ")");
}

/* What the user can copy into his table. What the line has damaged or cut short is not as long as others of its kind. */
static void
add_row(const struct shown *shown, proto_item *item, unsigned from, unsigned width)
{
    const struct cjt188_decoded *frame = shown->frame->decoded;
    proto_tree *tree;

    if (cjt188_own_fields == NULL || frame->kind != CJT188_FRAME ||
        !proto_field_is_referenced(shown->tree, hf_cjt188_undocumented_row))
        return;
    tree = proto_item_add_subtree(item, cjt188_ett[shown->value->field]);
    proto_item_set_generated(proto_tree_add_string(
        tree, hf_cjt188_undocumented_row, shown->frame->tvb, shown->at + (int)from, (int)width,
        cjt188_own_fields->row(shown->frame, shown->value->at - frame->data + from, width)));
    if (cjt188_own_inspect != NULL)
        cjt188_own_inspect(shown->frame, tree, shown->value->at - frame->data + from, width);
}

/* A run of bytes, but for those that the user's own fields name. */
static void
add_run(const struct shown *shown, unsigned from, unsigned width)
{
    const struct cjt188_decoded *frame = shown->frame->decoded;
    const uint8_t *bytes = frame->bytes + shown->value->at + from;
    const int at = shown->at + (int)from;
    const bool is_undocumented = shown->value->state == CJT188_IS_UNDOCUMENTED;
    char label[LABEL_MAX];
    struct cjt188_text text = cjt188_text_start(label, sizeof label);
    proto_item *item;

    if (cjt188_is_read(shown->tree)) {
        cjt188_put(&text, shown->value->name);
        cjt188_put(&text, ": ");
        cjt188_put_bytes(&text, bytes, width);
        if (shown->value->state != CJT188_IS_BYTES)
            cjt188_put_readable(&text, bytes, width, false);
        if (is_undocumented)
            put_place(&text, shown->value->at - frame->data + from, width);
        item = proto_tree_add_bytes_format(shown->tree, shown->hf, shown->frame->tvb, at, (int)width, bytes, "%s", label);
    } else {
        item = proto_tree_add_bytes_with_length(shown->tree, shown->hf, shown->frame->tvb, at, (int)width, bytes, (int)width);
    }
    if (is_undocumented)
        add_row(shown, item, from, width);
}

static void
show_bytes(const struct shown *shown)
{
    const struct cjt188_own *own = shown->value->field == CJT188_F_UNDOCUMENTED ? shown->frame->own : NULL;
    const unsigned first = shown->value->at - shown->frame->decoded->data, width = shown->value->width;

    for (unsigned from = 0, to; from < width; from = to) {
        const bool is_own = cjt188_is_own(own, first + from);

        for (to = from + 1; to < width && cjt188_is_own(own, first + to) == is_own;)
            to++;
        if (!is_own)
            add_run(shown, from, to - from);
    }
}

/* The meter has no such value: with a unit byte a line over both, else the bytes alone. */
static void
show_filler(const struct shown *shown)
{
    const struct cjt188_value *value = shown->value;
    const struct cjt188_decoded *frame = shown->frame->decoded;
    const unsigned width = value->digits_width != 0 ? value->digits_width : value->width;
    const uint8_t *bytes = frame->bytes + value->at + value->digits_at;
    const int at = shown->at + value->digits_at, hf = cjt188_hf[CJT188_F_UNSUPPORTED];
    char why[CJT188_TEXT_MAX], hex[CJT188_TEXT_MAX];
    struct cjt188_text text = cjt188_text_start(hex, sizeof hex);
    proto_tree *tree;

    cjt188_value_trouble(frame, value, why, sizeof why);
    cjt188_put_bytes(&text, bytes, width);
    if (!value->has_unit_byte) {
        proto_tree_add_bytes_format(shown->tree, hf, shown->frame->tvb, at, (int)width, bytes, "%s, %s: %s", value->name, why,
                                    hex);
        return;
    }
    tree = proto_tree_add_subtree_format(shown->tree, shown->frame->tvb, shown->at, shown->width, cjt188_ett[value->field],
                                         NULL, "%s: %s (%s)", value->name, why, hex);
    proto_tree_add_bytes_format(tree, hf, shown->frame->tvb, at, (int)width, bytes, "%s: %s",
                                cjt188_field_info(CJT188_F_UNSUPPORTED)->name, hex);
    add_unit(shown, tree);
}

/* No number can be given: the digits stand for the value. */
static void
show_digits_only(const struct shown *shown)
{
    static expert_field *const reasons[] = {
        [CJT188_BAD_DIGITS] = &ei_cjt188_bad_bcd,
        [CJT188_BAD_TIME] = &ei_cjt188_bad_clock,
        [CJT188_UNKNOWN_UNIT] = &ei_cjt188_unknown_unit,
        [CJT188_FOREIGN_UNIT] = &ei_cjt188_unit_mismatch,
        [CJT188_IS_SUSPECT] = &ei_cjt188_suspect,
    };
    const struct cjt188_value *value = shown->value;
    const int hf = cjt188_hf[CJT188_F_DIGITS], at = shown->at + value->digits_at;
    char label[LABEL_MAX], digits[CJT188_TEXT_MAX];
    const bool is_unit = value->state == CJT188_UNKNOWN_UNIT || value->state == CJT188_FOREIGN_UNIT;
    proto_item *item, *unit = NULL;

    cjt188_digits_text(shown->frame->decoded, value, digits, sizeof digits);
    write_trouble(shown, label);
    if (value->has_unit_byte) {
        proto_tree *tree = proto_tree_add_subtree(shown->tree, shown->frame->tvb, shown->at, shown->width,
                                                  cjt188_ett[value->field], NULL, label);

        item = proto_tree_add_string(tree, hf, shown->frame->tvb, at, value->digits_width, digits);
        unit = add_unit(shown, tree);
    } else {
        item = proto_tree_add_string_format(shown->tree, hf, shown->frame->tvb, at,
                                            value->digits_width != 0 ? value->digits_width : shown->width, digits, "%s", label);
    }
    expert_add_info(shown->frame->pinfo, is_unit && unit != NULL ? unit : item, reasons[value->state]);
}

/* ---- status ---- */

/* ".... .1.. .... .... = " */
static void
put_picture(struct cjt188_text *text, uint16_t word, uint16_t mask)
{
    char picture[] = ".... .... .... .... = ";

    for (unsigned bit = 0; bit < 16; bit++) {
        if ((mask >> bit & 1) != 0)
            picture[18 - bit - bit / 4] = (word >> bit & 1) != 0 ? '1' : '0';
    }
    cjt188_put(text, picture);
}

static void
add_bit(const struct shown *shown, proto_tree *tree, const struct cjt188_status_bit *bit)
{
    const uint16_t word = (uint16_t)shown->value->digits;
    const bool set = (word & bit->mask) != 0;
    char label[LABEL_MAX];
    struct cjt188_text text = cjt188_text_start(label, sizeof label);

    if (!cjt188_is_read(tree)) {
        proto_tree_add_boolean(tree, cjt188_hf[bit->field], shown->frame->tvb, shown->at, shown->width, set);
        return;
    }
    put_picture(&text, word, bit->mask);
    cjt188_put(&text, cjt188_field_info(bit->field)->name);
    cjt188_put(&text, set ? ": Yes" : ": No");
    proto_tree_add_boolean_format(tree, cjt188_hf[bit->field], shown->frame->tvb, shown->at, shown->width, set, "%s", label);
}

/* One byte of the word that is a code of its own. Returns its bits. */
static uint16_t
add_code_byte(const struct shown *shown, proto_tree *tree, enum cjt188_field field, int byte)
{
    if (byte < 0)
        return 0;
    proto_tree_add_uint(tree, cjt188_hf[field], shown->frame->tvb, shown->at + byte, 1,
                        shown->frame->decoded->bytes[shown->value->at + (unsigned)byte]);
    return (uint16_t)(0xFF << 8 * byte);
}

/* ".... .... .... ..00 = Valve bits 00 (open, where there is a valve)": most heat meters have none, and say 00. Returns its
 * bits. */
static uint16_t
add_valve_bits(const struct shown *shown, proto_tree *tree)
{
    enum { BITS = 0x0003 };
    const uint16_t word = (uint16_t)shown->value->digits;
    const struct cjt188_code *names = cjt188_field_info(CJT188_F_STATUS_VALVE)->names;
    const int hf = cjt188_hf[CJT188_F_STATUS_VALVE];
    char label[LABEL_MAX];
    struct cjt188_text text = cjt188_text_start(label, sizeof label);

    if (!cjt188_is_read(tree) || cjt188_has_valve(shown->frame->decoded)) {
        proto_tree_add_uint(tree, hf, shown->frame->tvb, shown->at, shown->width, word);
        return BITS;
    }
    put_picture(&text, word, BITS);
    cjt188_put(&text, (word & 2) != 0 ? "Valve bits 1" : "Valve bits 0");
    cjt188_put(&text, (word & 1) != 0 ? "1 (" : "0 (");
    cjt188_put(&text, names[word & BITS].name);
    cjt188_put(&text, ", where there is a valve)");
    proto_tree_add_uint_format(tree, hf, shown->frame->tvb, shown->at, shown->width, word & BITS, "%s", label);
    return BITS;
}

/* Those of the mask; with what they would be in the other byte, where a meter like this one is known to set them there. */
static void
add_nameless_bits(const struct shown *shown, proto_tree *tree, uint16_t mask)
{
    const uint16_t word = (uint16_t)shown->value->digits;
    char label[LABEL_MAX], faults[CJT188_TEXT_MAX];
    struct cjt188_text text = cjt188_text_start(label, sizeof label);

    put_picture(&text, word, mask);
    cjt188_put(&text, "Bits without a name: ");
    cjt188_put_hex_number(&text, word & mask, 4);
    if (cjt188_other_byte_faults(shown->frame->decoded, word & mask, faults, sizeof faults) > 0) {
        cjt188_put(&text, " (if the two bytes were swapped: ");
        cjt188_put(&text, faults);
        cjt188_put(&text, "; in the thread's meter these bits stand in the other byte)");
    }
    proto_tree_add_uint_format(tree, cjt188_hf[CJT188_F_STATUS_OTHER], shown->frame->tvb, shown->at, shown->width,
                               word & mask, "%s", label);
}

static void
add_status_bits(const struct shown *shown, proto_tree *tree)
{
    const struct cjt188_status_layout *layout = cjt188_status_layout(shown->frame->decoded);
    const uint16_t word = (uint16_t)shown->value->digits;
    uint16_t named = 0;

    if (layout->has_valve)
        named |= add_valve_bits(shown, tree);
    for (const struct cjt188_status_bit *bit = layout->bits; bit != NULL && bit->mask != 0; bit++) {
        add_bit(shown, tree, bit);
        named |= bit->mask;
    }
    named |= add_code_byte(shown, tree, CJT188_F_STATUS_CODE, layout->code_byte);
    named |= add_code_byte(shown, tree, CJT188_F_VALVE, layout->valve_byte);
    if ((word & ~named) != 0)
        add_nameless_bits(shown, tree, (uint16_t)~named);
}

static void
show_status(const struct shown *shown)
{
    char faults[CJT188_TEXT_MAX];
    const bool has_faults = cjt188_fault_text(shown->frame->decoded, faults, sizeof faults) > 0;
    proto_item *item = has_faults && cjt188_is_read(shown->tree)
        ? proto_tree_add_uint_format_value(shown->tree, shown->hf, shown->frame->tvb, shown->at, shown->width,
                                           (uint32_t)shown->value->digits, "0x%04x (%s)", (unsigned)shown->value->digits,
                                           faults)
        : proto_tree_add_uint(shown->tree, shown->hf, shown->frame->tvb, shown->at, shown->width,
                              (uint32_t)shown->value->digits);

    if (item != NULL)
        add_status_bits(shown, proto_item_add_subtree(item, cjt188_ett[shown->value->field]));
    if (!has_faults)
        return;
    expert_add_info(shown->frame->pinfo, item, &ei_cjt188_fault); /* the item names them */
}

/* ---- two kinds that are not as others of their state ---- */

/* Its digits are shown also where they are not decimal. */
static void
show_meter_number(const struct shown *shown)
{
    proto_item *item = add_text(shown);

    if (shown->value->state == CJT188_BAD_DIGITS)
        expert_add_info(shown->frame->pinfo, item != NULL ? item : shown->frame->item, &ei_cjt188_bad_bcd);
}

/* The packet with the frame as it was decoded, each byte in its old place: where 33H was added, a copy without it. */
static tvbuff_t *
plain_tvb(const struct cjt188_frame *frame)
{
    const struct cjt188_decoded *decoded = frame->decoded;
    const unsigned length = tvb_captured_length(frame->tvb);
    uint8_t *bytes;
    tvbuff_t *plain;

    if (!decoded->plus_33)
        return frame->tvb;
    bytes = (uint8_t *)tvb_memdup(frame->pinfo->pool, frame->tvb, 0, length);
    memcpy(bytes + frame->offset, decoded->bytes, decoded->data_end);
    plain = tvb_new_child_real_data(frame->tvb, bytes, length, (int)length);
    add_new_data_source(frame->pinfo, plain, "33H taken off");
    return plain;
}

/* 19BB: a frame of another protocol, whose link layer is named and whose data are left alone. */
static void
show_tunnel(const struct shown *shown)
{
    const struct cjt188_value *value = shown->value;
    const int start = shown->at + value->digits_at, end = start + value->digits_width;
    const int rest = shown->at + shown->width - end;
    tvbuff_t *tvb = plain_tvb(shown->frame);

    cjt188_add_preamble(tvb, shown->tree, (unsigned)shown->at, value->digits_at);
    cjt188_show_mbus(tvb, shown->tree, (unsigned)start, value->digits_width);
    if (rest > 0)
        proto_tree_add_item(shown->tree, cjt188_hf[CJT188_F_UNDOCUMENTED], tvb, end, rest, ENC_NA);
}

/* ---- damaged ---- */

/* "Heating energy, if undamaged: 0.007 kWh": bytes, and no value that a column could take. */
static void
show_damaged(const struct shown *shown)
{
    const struct cjt188_decoded *frame = shown->frame->decoded;
    const struct cjt188_value *value = shown->value;
    char label[LABEL_MAX];
    struct cjt188_text text = cjt188_text_start(label, sizeof label);

    if (shown->width == 0 || !proto_field_is_referenced(shown->tree, hf_cjt188_damaged))
        return;
    cjt188_put(&text, value->name);
    cjt188_put(&text, ", if undamaged: ");
    text.length += cjt188_value_trouble(frame, value, label + text.length, sizeof label - text.length);
    if (value->state <= CJT188_IS_CUT_OFF || value->state == CJT188_IS_FILLER) {
        cjt188_put(&text, value->state == CJT188_IS_FILLER ? " (" : "");
        text.length += cjt188_value_text(frame, value, label + text.length, sizeof label - text.length);
        text.length += cjt188_value_remark(frame, value, label + text.length, sizeof label - text.length);
        cjt188_put(&text, value->state == CJT188_IS_FILLER ? ")" : "");
    }
    proto_tree_add_bytes_format(shown->tree, hf_cjt188_damaged, shown->frame->tvb, shown->at, shown->width,
                                frame->bytes + value->at, "%s", label);
}

/* ---- all of them ---- */

static void
show_value(const struct cjt188_frame *frame, const struct cjt188_value *value, proto_tree *tree)
{
    static void (*const by_state[])(const struct shown *shown) = {
        [CJT188_IS_NUMBER] = show_number,       [CJT188_IS_CODE] = show_code,
        [CJT188_IS_BITS] = show_status,         [CJT188_IS_TIME] = show_text,
        [CJT188_IS_TEXT] = show_text,           [CJT188_IS_BYTES] = show_bytes,
        [CJT188_IS_UNDOCUMENTED] = show_bytes,  [CJT188_IS_CUT_OFF] = show_bytes,
        [CJT188_IS_FILLER] = show_filler,       [CJT188_BAD_DIGITS] = show_digits_only,
        [CJT188_BAD_TIME] = show_digits_only,   [CJT188_UNKNOWN_UNIT] = show_digits_only,
        [CJT188_FOREIGN_UNIT] = show_digits_only, [CJT188_IS_SUSPECT] = show_digits_only,
    };
    const enum cjt188_value_kind kind = value->row != NULL ? value->row->kind : CJT188_K_END;
    const unsigned at = value->width > 0 ? value->at : CJT188_OFF_DATA;
    const struct shown shown = { frame, value, tree, cjt188_hf[value->field], (int)(frame->offset + at),
                                 value->width };

    if (cjt188_gives_no_values(frame))
        show_damaged(&shown);
    else if (kind == CJT188_K_NUMBER)
        show_meter_number(&shown);
    else if (kind == CJT188_K_TUNNEL && value->state == CJT188_IS_BYTES)
        show_tunnel(&shown);
    else
        by_state[value->state](&shown);
}

/* Can anything be said of it to somebody who does not see the tree? */
static bool
warns(const struct cjt188_value *value)
{
    return value->state == CJT188_IS_BITS || value->state > CJT188_IS_FILLER;
}

static const char *
data_name(const struct cjt188_decoded *frame)
{
    const char *name = frame->has_di ? cjt188_frame_identifier_name(frame) : NULL;

    if (frame->layout != NULL)
        return frame->layout->name;
    return name != NULL ? name : "not documented";
}

/* A length that no layout of this identifier has: said once of a meter, for it will not change. */
static void
check_length(const struct cjt188_frame *frame, proto_item *data)
{
    const struct cjt188_decoded *decoded = frame->decoded;
    char lengths[CJT188_TEXT_MAX];

    if (decoded->longer_by > 0)
        expert_add_info(frame->pinfo, data, &ei_cjt188_longer);
    if (decoded->layout != NULL || decoded->kind != CJT188_FRAME || !(decoded->di_known || decoded->is_error) ||
        cjt188_known_lengths(decoded, lengths, sizeof lengths) == 0)
        return;
    cjt188_add_remark(frame, &ei_cjt188_unexpected_length, "Length %u fits no known layout of %s; known: %s",
                      decoded->data_length, decoded->is_error ? "an error reply" : "this identifier", lengths);
}

proto_tree *
cjt188_show_data(const struct cjt188_frame *frame, proto_tree *tree, bool says_length)
{
    const struct cjt188_decoded *decoded = frame->decoded;
    proto_item *item = frame->item;

    if (tree != NULL && decoded->data < decoded->data_end)
        tree = proto_tree_add_subtree_format(tree, frame->tvb, (int)(frame->offset + decoded->data),
                                             (int)(decoded->data_end - decoded->data), ett_cjt188_data, &item,
                                             decoded->longer_by > 0 ? "Data: %s, longer than the known layout by %u: the rest is "
                                                                      "not documented" : "Data: %s",
                                             data_name(decoded), decoded->longer_by);
    for (unsigned i = 0; i < decoded->value_count; i++) {
        if (tree != NULL || warns(&decoded->values[i]))
            show_value(frame, &decoded->values[i], tree);
    }
    if (says_length)
        check_length(frame, item);
    if (frame->own != NULL && !cjt188_gives_no_values(frame))
        cjt188_own_fields->show(frame, tree);
    return tree;
}
