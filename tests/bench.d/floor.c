/* floor.c
 * What any dissector costs, for tests/bench: a plugin that decodes nothing.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * It sets the columns and addresses that a CJ/T 188 frame has. With FLOOR_ITEMS it also adds as many items of the same
 * types, with labels, as the CJ/T 188 dissector shows of a 901F reply (61, an expert info not counted) or, if the packet
 * is short, of its request (22).
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <glib.h>

#include <epan/address_types.h>
#include <epan/packet.h>
#include <epan/proto.h>
#include <wiretap/wtap.h>
#include <ws_symbol_export.h>

WS_DLL_PUBLIC_DEF const char plugin_version[] = "0";
WS_DLL_PUBLIC_DEF const int plugin_want_major = WS_MAJOR;
WS_DLL_PUBLIC_DEF const int plugin_want_minor = WS_MINOR;

WS_DLL_PUBLIC void plugin_register(void);
WS_DLL_PUBLIC uint32_t plugin_describe(void);

enum { REQUEST_AT_MOST = 30, ADDRESS_BYTES = 6, TEXT_BYTES = 16 };

static int proto_floor;
static int ett_floor = -1;
static int floor_address_type;

/* ---- addresses ---- */

static int
address_to_text(const address *addr, char *buffer, int size)
{
    return (int)g_strlcpy(buffer, *(const uint8_t *)addr->data == 0 ? "master" : "24263225", (size_t)size) + 1;
}

static int
address_text_length(const address *addr)
{
    (void)addr;
    return TEXT_BYTES;
}

static int
address_length(void)
{
    return ADDRESS_BYTES;
}

static void
set_addresses(packet_info *pinfo, bool request)
{
    uint8_t *bytes = (uint8_t *)wmem_alloc0(pinfo->pool, 2 * ADDRESS_BYTES);

    bytes[request ? ADDRESS_BYTES : 0] = 1;
    set_address(&pinfo->dl_src, floor_address_type, ADDRESS_BYTES, bytes);
    set_address(&pinfo->dl_dst, floor_address_type, ADDRESS_BYTES, bytes + ADDRESS_BYTES);
    copy_address_shallow(&pinfo->src, &pinfo->dl_src);
    copy_address_shallow(&pinfo->dst, &pinfo->dl_dst);
}

/* ---- items ---- */

#ifdef FLOOR_ITEMS

enum { FIELDS_MAX = 64 };

static const struct share {
    enum ftenum type;
    bool labelled, hidden;
    unsigned in_reply, in_request;
} shares[] = {
    { FT_DOUBLE, true, false, 13, 0 }, /* first, so that floor.0 and floor.1 are what -T fields prints */
    { FT_DOUBLE, false, true, 1, 0 },
    { FT_BYTES, true, false, 1, 1 },
    { FT_UINT8, false, false, 14, 9 },
    { FT_UINT16, false, false, 3, 1 },
    { FT_UINT16, true, false, 1, 1 },
    { FT_STRING, false, false, 3, 1 },
    { FT_STRING, true, false, 9, 1 },
    { FT_STRING, false, true, 5, 5 },
    { FT_BOOLEAN, false, false, 8, 3 },
    { FT_FRAMENUM, false, false, 1, 0 },
    { FT_RELATIVE_TIME, false, false, 1, 0 },
    { FT_NONE, true, false, 1, 0 },
};

static int fields[FIELDS_MAX];

static proto_item *
add_labelled(proto_tree *tree, int field, tvbuff_t *tvb, enum ftenum type)
{
    switch (type) {
    case FT_DOUBLE:
        return proto_tree_add_double_format_value(tree, field, tvb, 0, 1, 0.007, "%.3f %s", 0.007, "kWh");
    case FT_BYTES:
        return proto_tree_add_bytes_format_value(tree, field, tvb, 0, 1, NULL, "%u × FE", 5U);
    case FT_UINT16:
        return proto_tree_add_uint_format_value(tree, field, tvb, 0, 1, 0x901F, "%04X (%s)", 0x901FU, "metering data");
    case FT_STRING:
        return proto_tree_add_string_format(tree, field, tvb, 0, 1, "00000007",
                                            "Digits %s, %d decimal places: dialect \"%s\"", "00000007", 3,
                                            "OEM ultrasonic");
    default:
        return proto_tree_add_none_format(tree, field, tvb, 0, 1, "Data: %s", "metering data of a heat meter");
    }
}

static proto_item *
add_plain(proto_tree *tree, int field, tvbuff_t *tvb, enum ftenum type)
{
    const nstime_t time = NSTIME_INIT_SECS_NSECS(0, 200000000);

    switch (type) {
    case FT_DOUBLE:
        return proto_tree_add_double(tree, field, tvb, 0, 1, 0.007);
    case FT_STRING:
        return proto_tree_add_string(tree, field, tvb, 0, 1, "24263225");
    case FT_BOOLEAN:
        return proto_tree_add_boolean(tree, field, tvb, 0, 1, 1);
    case FT_RELATIVE_TIME:
        return proto_tree_add_time(tree, field, tvb, 0, 0, &time);
    default:
        return proto_tree_add_uint(tree, field, tvb, 0, 1, 1);
    }
}

static void
add_items(proto_tree *tree, tvbuff_t *tvb, bool request)
{
    const int *field = fields;

    for (size_t i = 0; i < G_N_ELEMENTS(shares); i++) {
        const struct share *share = &shares[i];
        const unsigned count = request ? share->in_request : share->in_reply;

        for (unsigned n = 0; n < count; n++) {
            proto_item *item = share->labelled ? add_labelled(tree, field[n], tvb, share->type)
                                               : add_plain(tree, field[n], tvb, share->type);

            if (share->hidden)
                proto_item_set_hidden(item);
        }
        field += share->in_reply;
    }
}

static int
display_of(enum ftenum type)
{
    return type == FT_UINT8 || type == FT_UINT16 ? BASE_HEX : BASE_NONE;
}

static void
register_items(void)
{
    static hf_register_info infos[FIELDS_MAX];
    unsigned count = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(shares); i++) {
        for (unsigned n = 0; n < shares[i].in_reply; n++, count++) {
            fields[count] = -1;
            infos[count] = (hf_register_info){ &fields[count],
                                               { "Number", g_strdup_printf("floor.%u", count), shares[i].type,
                                                 display_of(shares[i].type), NULL, 0, NULL, HFILL } };
        }
    }
    proto_register_field_array(proto_floor, infos, (int)count);
}

#else

static void
add_items(proto_tree *tree, tvbuff_t *tvb, bool request)
{
    (void)tree;
    (void)tvb;
    (void)request;
}

static void
register_items(void)
{
}

#endif

/* ---- the dissector ---- */

static int
dissect_floor(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    const bool request = tvb_captured_length(tvb) <= REQUEST_AT_MOST;
    proto_item *item = proto_tree_add_item(tree, proto_floor, tvb, 0, -1, ENC_NA);

    (void)data;
    col_set_str(pinfo->cinfo, COL_PROTOCOL, "CJ/T 188");
    col_add_str(pinfo->cinfo, COL_INFO, "24263225: heating 0.007 kWh, 25.66/25.54 °C, flow sensor fault");
    set_addresses(pinfo, request);
    add_items(proto_item_add_subtree(item, ett_floor), tvb, request);
    return (int)tvb_captured_length(tvb);
}

static void
register_floor(void)
{
    static int *subtrees[] = { &ett_floor };

    proto_floor = proto_register_protocol("Floor", "Floor", "floor");
    register_items();
    proto_register_subtree_array(subtrees, 1);
    floor_address_type = address_type_dissector_register("AT_FLOOR", "Floor address", address_to_text,
                                                         address_text_length, NULL, NULL, address_length, NULL, NULL);
}

static void
hand_off_floor(void)
{
    dissector_add_uint("wtap_encap", WTAP_ENCAP_USER0, create_dissector_handle(dissect_floor, proto_floor));
}

void
plugin_register(void)
{
    static proto_plugin plugin = { .register_protoinfo = register_floor, .register_handoff = hand_off_floor };

    proto_register_plugin(&plugin);
}

/* Asked for by 4.4 and newer: a dissector. */
uint32_t
plugin_describe(void)
{
    return 1;
}
