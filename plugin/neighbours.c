/* neighbours.c
 * The neighbours on the wire: link layer fields of EN 13757 (M-Bus) and DL/T 645 frames. Their data are left alone.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "neighbours.h"

#include "fields.h"

enum { MBUS_ACK = 0xE5, MBUS_SHORT_START = 0x10 };

/* A field of one byte at a fixed place, counted from the start or, negative, from the end. */
struct link_field {
    int at;
    const int *field;
};

static void
add_link_fields(tvbuff_t *tvb, proto_tree *tree, unsigned offset, unsigned length, const struct link_field *fields)
{
    for (; fields->field != NULL; fields++) {
        const unsigned at = fields->at >= 0 ? (unsigned)fields->at : length - (unsigned)-fields->at;

        proto_tree_add_item(tree, *fields->field, tvb, offset + at, 1, ENC_NA);
    }
}

static void
add_data(tvbuff_t *tvb, proto_tree *tree, int field, unsigned offset, unsigned length, unsigned head, unsigned tail)
{
    if (length > head + tail)
        proto_tree_add_item(tree, field, tvb, offset + head, (int)(length - head - tail), ENC_NA);
}

/* A subtree headed by what the frame says in one sentence. */
static proto_tree *
add_neighbour(tvbuff_t *tvb, proto_tree *tree, unsigned offset, unsigned length, enum cjt188_kind kind, int subtree)
{
    char text[CJT188_TEXT_MAX];

    cjt188_neighbour_sentence(kind, tvb_get_ptr(tvb, (int)offset, (int)length), length, text, sizeof text);
    return proto_tree_add_subtree(tree, tvb, (int)offset, (int)length, subtree, NULL, text);
}

void
cjt188_add_preamble(tvbuff_t *tvb, proto_tree *tree, unsigned at, unsigned length)
{
    if (length > 0)
        proto_tree_add_bytes_format_value(tree, hf_cjt188_preamble, tvb, (int)at, (int)length, NULL, "%u × FE", length);
}

void
cjt188_show_mbus(tvbuff_t *tvb, proto_tree *tree, unsigned offset, unsigned length)
{
    static const struct link_field ack[] = { { 0, &hf_cjt188_mbus_start }, { 0, NULL } };
    static const struct link_field short_frame[] = {
        { 0, &hf_cjt188_mbus_start },     { 1, &hf_cjt188_mbus_control }, { 2, &hf_cjt188_mbus_address },
        { -2, &hf_cjt188_mbus_checksum }, { -1, &hf_cjt188_mbus_end },    { 0, NULL },
    };
    static const struct link_field long_frame[] = {
        { 0, &hf_cjt188_mbus_start },   { 1, &hf_cjt188_mbus_length },  { 2, &hf_cjt188_mbus_length },
        { 3, &hf_cjt188_mbus_start },   { 4, &hf_cjt188_mbus_control }, { 5, &hf_cjt188_mbus_address },
        { 6, &hf_cjt188_mbus_ci },      { -2, &hf_cjt188_mbus_checksum }, { -1, &hf_cjt188_mbus_end },
        { 0, NULL },
    };
    enum { LONG_HEAD = 7, TAIL = 2 };
    const uint8_t start = tvb_get_uint8(tvb, (int)offset);

    tree = add_neighbour(tvb, tree, offset, length, CJT188_MBUS, ett_cjt188_mbus);
    if (start == MBUS_ACK) {
        add_link_fields(tvb, tree, offset, length, ack);
        return;
    }
    if (start == MBUS_SHORT_START) {
        add_link_fields(tvb, tree, offset, length, short_frame);
        return;
    }
    add_link_fields(tvb, tree, offset, length, long_frame);
    add_data(tvb, tree, cjt188_hf[CJT188_F_MBUS_DATA], offset, length, LONG_HEAD, TAIL);
}

void
cjt188_show_dlt645(tvbuff_t *tvb, proto_tree *tree, unsigned offset, unsigned length)
{
    static const struct link_field fields[] = {
        { 0, &hf_cjt188_dlt645_start },   { 7, &hf_cjt188_dlt645_start },     { 8, &hf_cjt188_dlt645_control },
        { 9, &hf_cjt188_dlt645_length },  { -2, &hf_cjt188_dlt645_checksum }, { -1, &hf_cjt188_dlt645_end },
        { 0, NULL },
    };
    enum { ADDRESS = 1, ADDRESS_LENGTH = 6, HEAD = 10, TAIL = 2 };
    char digits[2 * ADDRESS_LENGTH + 1];
    struct cjt188_text text = cjt188_text_start(digits, sizeof digits);

    tree = add_neighbour(tvb, tree, offset, length, CJT188_DLT645, ett_cjt188_dlt645);
    cjt188_put_hex_reversed(&text, tvb_get_ptr(tvb, (int)offset + ADDRESS, ADDRESS_LENGTH), ADDRESS_LENGTH);
    proto_tree_add_string(tree, hf_cjt188_dlt645_address, tvb, (int)offset + ADDRESS, ADDRESS_LENGTH, digits);
    add_link_fields(tvb, tree, offset, length, fields);
    add_data(tvb, tree, hf_cjt188_dlt645_data, offset, length, HEAD, TAIL);
}
