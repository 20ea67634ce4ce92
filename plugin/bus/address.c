/* address.c
 * Meters as Wireshark addresses: source and destination columns, Endpoints and Conversations.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * An address is one byte of kind and A0..A4 in wire order: a meter answers with another manufacturer code (A5, A6) than
 * it was asked with, and is one endpoint all the same.
 */
#include "address.h"

#include "fields.h"
#include "plain.h"

enum party { MASTER, ALL_METERS, METER };
enum { ADDRESS_BYTES = 1 + CJT188_NUMBER_BYTES, TEXT_BYTES = 16 };

static int cjt188_address_type = -1;

/* The address of the meter in the packet at hand, by the place of its bytes, and whether its number reads high byte first
 * there: a column says what the tree says, though more may be known by now. */
static const void *shown_bytes;
static bool shown_high_first;

/* ---- the address type ---- */

/* A4..A0, or A0..A4 where the maker sends the number so; 8 digits when A4 is 00. Returns the length with its NUL. */
static int
write_address(const uint8_t *bytes, bool high_first, char *buffer, int size)
{
    if (bytes[0] == METER)
        return (int)cjt188_number_text(bytes + 1, high_first, buffer, (size_t)size) + 1;
    g_strlcpy(buffer, bytes[0] == MASTER ? "master" : "all meters", (size_t)size);
    return (int)strlen(buffer) + 1;
}

static int
address_to_text(const address *addr, char *buffer, int size)
{
    const uint8_t *bytes = (const uint8_t *)addr->data;

    return write_address(bytes, bytes == shown_bytes ? shown_high_first : cjt188_number_is_high_first(bytes + 1), buffer,
                         size);
}

static int
address_text_length(const address *addr _U_)
{
    return TEXT_BYTES;
}

static int
address_length(void)
{
    return ADDRESS_BYTES;
}

/* Names of the Meters table; NULL makes Wireshark show the address itself. */
static const char *
address_name(const address *addr)
{
    const uint8_t *bytes = (const uint8_t *)addr->data;

    return bytes[0] == METER ? cjt188_number_name(bytes + 1) : NULL;
}

static int
address_name_length(void)
{
    return PLAIN_NAME_BYTES + 1;
}

static const char *
address_filter(const address *addr _U_, ws_bool is_source)
{
    return is_source ? "cjt188.src" : "cjt188.dst";
}

/* ---- endpoints and conversations ---- */

static const char *
conversation_filter_name(conv_item_t *item _U_, conv_filter_type_e filter)
{
    switch (filter) {
    case CONV_FT_SRC_ADDRESS:
        return "cjt188.src";
    case CONV_FT_DST_ADDRESS:
        return "cjt188.dst";
    case CONV_FT_ANY_ADDRESS:
        return "cjt188.addr";
    default:
        return CONV_FILTER_INVALID;
    }
}

static const char *
endpoint_filter_name(endpoint_item_t *item _U_, conv_filter_type_e filter)
{
    return filter == CONV_FT_ANY_ADDRESS ? "cjt188.addr" : CONV_FILTER_INVALID;
}

/* A damaged address must not invent a meter. */
static bool
is_counted(const struct cjt188_seen *seen)
{
    return seen->has_addresses && seen->kind == CJT188_FRAME;
}

static tap_packet_status
count_conversation(void *table, packet_info *pinfo, epan_dissect_t *edt _U_, const void *data, tap_flags_t flags)
{
    static ct_dissector_info_t info = { conversation_filter_name };
    const struct cjt188_seen *seen = ((const struct cjt188_tap *)data)->first;
    conv_hash_t *hash = (conv_hash_t *)table;

    hash->flags = flags;
    for (; seen != NULL; seen = seen->next) {
        if (is_counted(seen))
            add_conversation_table_data(hash, &seen->source, &seen->destination, 0, 0, 1, (int)seen->length, &pinfo->rel_ts,
                                        &pinfo->abs_ts, &info, CONVERSATION_NONE);
    }
    return TAP_PACKET_REDRAW;
}

static tap_packet_status
count_endpoint(void *table, packet_info *pinfo _U_, epan_dissect_t *edt _U_, const void *data, tap_flags_t flags)
{
    static et_dissector_info_t info = { endpoint_filter_name };
    const struct cjt188_seen *seen = ((const struct cjt188_tap *)data)->first;
    conv_hash_t *hash = (conv_hash_t *)table;

    hash->flags = flags;
    for (; seen != NULL; seen = seen->next) {
        if (!is_counted(seen))
            continue;
        add_endpoint_table_data(hash, &seen->source, 0, true, 1, (int)seen->length, &info, ENDPOINT_NONE);
        add_endpoint_table_data(hash, &seen->destination, 0, false, 1, (int)seen->length, &info, ENDPOINT_NONE);
    }
    return TAP_PACKET_REDRAW;
}

/* ---- a frame ---- */

static void
set_party(const struct cjt188_frame *frame, address *addr, enum party party)
{
    static const uint8_t nobody[][ADDRESS_BYTES] = { { MASTER }, { ALL_METERS } };
    uint8_t *bytes;

    if (party != METER) {
        set_address(addr, cjt188_address_type, ADDRESS_BYTES, nobody[party]);
        return;
    }
    bytes = (uint8_t *)wmem_alloc(frame->pinfo->pool, ADDRESS_BYTES);
    bytes[0] = METER;
    memcpy(bytes + 1, frame->decoded->bytes + CJT188_OFF_ADDRESS, CJT188_NUMBER_BYTES);
    set_address(addr, cjt188_address_type, ADDRESS_BYTES, bytes);
}

static void
add_hidden(const struct cjt188_frame *frame, proto_tree *tree, int field, const address *addr)
{
    char text[TEXT_BYTES];

    if (!proto_field_is_referenced(tree, field))
        return;
    write_address((const uint8_t *)addr->data, frame->decoded->number_high_first, text, sizeof text);
    proto_item_set_hidden(proto_tree_add_string(tree, field, frame->tvb, (int)frame->offset + CJT188_OFF_ADDRESS,
                                                CJT188_ADDRESS_LENGTH, text));
}

/* Inside TCP and UDP the IP addresses stay. */
static void
set_packet_addresses(const struct cjt188_frame *frame, const address *source, const address *destination)
{
    packet_info *pinfo = frame->pinfo;

    if (pinfo->src.type != AT_NONE || pinfo->dst.type != AT_NONE)
        return;
    copy_address_shallow(&pinfo->dl_src, source);
    copy_address_shallow(&pinfo->src, source);
    copy_address_shallow(&pinfo->dl_dst, destination);
    copy_address_shallow(&pinfo->dst, destination);
    shown_bytes = cjt188_is_from_meter(frame->decoded) ? source->data : destination->data;
    shown_high_first = frame->decoded->number_high_first;
}

void
cjt188_address_add(const struct cjt188_frame *frame, proto_tree *tree, struct cjt188_seen *seen)
{
    const enum party meter = frame->decoded->is_wildcard ? ALL_METERS : METER;
    address source, destination;

    if (frame->decoded->have <= CJT188_OFF_CONTROL)
        return;
    set_party(frame, &source, cjt188_is_from_meter(frame->decoded) ? meter : MASTER);
    set_party(frame, &destination, cjt188_is_from_meter(frame->decoded) ? MASTER : meter);
    if (tree != NULL) {
        add_hidden(frame, tree, hf_cjt188_src, &source);
        add_hidden(frame, tree, hf_cjt188_dst, &destination);
        add_hidden(frame, tree, hf_cjt188_addr, &source);
        add_hidden(frame, tree, hf_cjt188_addr, &destination);
    }
    set_packet_addresses(frame, &source, &destination);
    if (seen == NULL)
        return;
    seen->has_addresses = true;
    copy_address_shallow(&seen->source, &source);
    copy_address_shallow(&seen->destination, &destination);
}

void
cjt188_address_register(int proto)
{
    cjt188_address_type = address_type_dissector_register("AT_CJT188", "CJ/T 188 address", address_to_text,
                                                          address_text_length, NULL, address_filter, address_length,
                                                          address_name, address_name_length);
    register_conversation_table(proto, true, count_conversation, count_endpoint);
}
