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
#include "meters.h"

enum party { MASTER, ALL_METERS, METER };
enum { NUMBER_BYTES = 5, ADDRESS_BYTES = 1 + NUMBER_BYTES, TEXT_BYTES = 16 };

static int cjt188_address_type = -1;

/* A0..A4, as text, of meters that send their number high byte first; of the capture at hand. */
static wmem_map_t *high_first_numbers;

/* ---- order of the number ---- */

enum { KEY_BYTES = 2 * NUMBER_BYTES + 1 };

static const char *
number_key(const uint8_t number[NUMBER_BYTES], char key[KEY_BYTES])
{
    for (unsigned i = 0; i < NUMBER_BYTES; i++)
        snprintf(key + 2 * i, 3, "%02X", number[i]);
    return key;
}

bool
cjt188_number_high_first(const uint8_t number[5])
{
    uint8_t address[CJT188_ADDRESS_LENGTH] = { 0 };
    char key[KEY_BYTES];
    const struct meter_row *row;

    memcpy(address, number, NUMBER_BYTES);
    row = cjt188_meter_row(address);
    if (row != NULL && row->dialect > 0)
        return cjt188_dialect((int)row->dialect - 1)->number_high_first;
    return wmem_map_contains(high_first_numbers, number_key(number, key));
}

void
cjt188_note_number_high_first(const uint8_t number[5])
{
    char key[KEY_BYTES];

    number_key(number, key);
    if (!wmem_map_contains(high_first_numbers, key))
        wmem_map_insert(high_first_numbers, wmem_strdup(wmem_file_scope(), key), GINT_TO_POINTER(1));
}

/* ---- the address type ---- */

/* A4..A0, or A0..A4 where the maker sends the number so; 8 digits when A4 is 00. */
static int
address_to_text(const address *addr, char *buffer, int size)
{
    const uint8_t *bytes = (const uint8_t *)addr->data;
    const uint8_t *number = bytes + 1;
    const unsigned width = number[NUMBER_BYTES - 1] != 0 ? NUMBER_BYTES : NUMBER_BYTES - 1;
    bool wire_order;

    if (bytes[0] == MASTER || bytes[0] == ALL_METERS) {
        g_strlcpy(buffer, bytes[0] == MASTER ? "master" : "all meters", (size_t)size);
        return (int)strlen(buffer) + 1;
    }
    if (size <= (int)(2 * width))
        return 0;
    wire_order = cjt188_number_high_first(number);
    for (unsigned i = 0; i < width; i++)
        snprintf(buffer + 2 * i, 3, "%02X", number[wire_order ? i : width - 1 - i]);
    return (int)(2 * width) + 1;
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

    return bytes[0] == METER ? cjt188_meter_name(bytes + 1) : NULL;
}

static int
address_name_length(void)
{
    enum { NAME_MAX_BYTES = 64 };

    return NAME_MAX_BYTES;
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

static tap_packet_status
count_conversation(void *table, packet_info *pinfo, epan_dissect_t *edt _U_, const void *data, tap_flags_t flags)
{
    static ct_dissector_info_t info = { conversation_filter_name };
    conv_hash_t *hash = (conv_hash_t *)table;
    const struct cjt188_seen *seen = (const struct cjt188_seen *)data;

    if (!seen->has_addresses || seen->kind != CJT188_FRAME) /* a damaged address must not invent a meter */
        return TAP_PACKET_DONT_REDRAW;
    hash->flags = flags;
    add_conversation_table_data(hash, &seen->source, &seen->destination, 0, 0, 1, (int)seen->length, &pinfo->rel_ts,
                                &pinfo->abs_ts, &info, CONVERSATION_NONE);
    return TAP_PACKET_REDRAW;
}

static tap_packet_status
count_endpoint(void *table, packet_info *pinfo _U_, epan_dissect_t *edt _U_, const void *data, tap_flags_t flags)
{
    static et_dissector_info_t info = { endpoint_filter_name };
    conv_hash_t *hash = (conv_hash_t *)table;
    const struct cjt188_seen *seen = (const struct cjt188_seen *)data;

    if (!seen->has_addresses || seen->kind != CJT188_FRAME) /* a damaged address must not invent a meter */
        return TAP_PACKET_DONT_REDRAW;
    hash->flags = flags;
    add_endpoint_table_data(hash, &seen->source, 0, true, 1, (int)seen->length, &info, ENDPOINT_NONE);
    add_endpoint_table_data(hash, &seen->destination, 0, false, 1, (int)seen->length, &info, ENDPOINT_NONE);
    return TAP_PACKET_REDRAW;
}

/* ---- a frame ---- */

static void
set_party(const struct cjt188_frame *frame, address *addr, enum party party)
{
    uint8_t *bytes = (uint8_t *)wmem_alloc0(frame->pinfo->pool, ADDRESS_BYTES);

    bytes[0] = (uint8_t)party;
    if (party == METER)
        memcpy(bytes + 1, frame->bytes + CJT188_OFF_ADDRESS, NUMBER_BYTES);
    set_address(addr, cjt188_address_type, ADDRESS_BYTES, bytes);
}

static void
add_hidden(const struct cjt188_frame *frame, proto_tree *tree, int field, const address *addr)
{
    char text[TEXT_BYTES];

    address_to_text(addr, text, sizeof text);
    proto_item_set_hidden(proto_tree_add_string(tree, field, frame->tvb, (int)frame->offset + CJT188_OFF_ADDRESS,
                                                CJT188_ADDRESS_LENGTH, text));
}

void
cjt188_address_add(const struct cjt188_frame *frame, proto_tree *tree, struct cjt188_seen *seen)
{
    const enum party meter = frame->is_wildcard ? ALL_METERS : METER;
    packet_info *pinfo = frame->pinfo;

    set_party(frame, &seen->source, frame->is_reply ? meter : MASTER);
    set_party(frame, &seen->destination, frame->is_reply ? MASTER : meter);
    seen->has_addresses = true;
    add_hidden(frame, tree, hf_cjt188_src, &seen->source);
    add_hidden(frame, tree, hf_cjt188_dst, &seen->destination);
    add_hidden(frame, tree, hf_cjt188_addr, &seen->source);
    add_hidden(frame, tree, hf_cjt188_addr, &seen->destination);
    if (pinfo->src.type == AT_NONE && pinfo->dst.type == AT_NONE) { /* inside TCP and UDP the IP addresses stay */
        copy_address_shallow(&pinfo->dl_src, &seen->source);
        copy_address_shallow(&pinfo->src, &seen->source);
        copy_address_shallow(&pinfo->dl_dst, &seen->destination);
        copy_address_shallow(&pinfo->dst, &seen->destination);
    }
}

void
cjt188_address_register(int proto)
{
    cjt188_address_type = address_type_dissector_register("AT_CJT188", "CJ/T 188 address", address_to_text, address_text_length,
                                                   NULL, address_filter, address_length, address_name,
                                                   address_name_length);
    high_first_numbers = wmem_map_new_autoreset(wmem_epan_scope(), wmem_file_scope(), wmem_str_hash, g_str_equal);
    register_conversation_table(proto, true, count_conversation, count_endpoint);
}
