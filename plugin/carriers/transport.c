/* transport.c
 * Serial device servers and serial captures: TCP and UDP, RTAC.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * By Decode As, by port, or by a heuristic that is off. TCP has Wireshark's own reassembly.
 */
#include "carriers.h"

#include "cjt188-decode.h"

#include "fields.h"
#include "packet-cjt188.h"

ws_bool cjt188_desegment = true;

static dissector_handle_t tcp_handle;

/* ---- TCP and UDP ---- */

/* Can more bytes still make a frame of this end? Noise without a start byte or preamble cannot become one. */
static bool
may_become_frame(tvbuff_t *tvb, unsigned at)
{
    const unsigned length = tvb_captured_length(tvb);

    return tvb_get_uint8(tvb, (int)length - 1) == CJT188_PREAMBLE ||
        tvb_find_uint8(tvb, (int)at, (int)(length - at), CJT188_START) >= 0;
}

static void
say_noise(packet_info *pinfo, bool found)
{
    if (found)
        return;
    col_clear(pinfo->cinfo, COL_INFO);
    col_append_sep_str(pinfo->cinfo, COL_INFO, " | ", "No CJ/T 188 frame");
}

static int
dissect_tcp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data _U_)
{
    const unsigned length = tvb_captured_length(tvb);
    const bool whole = tvb_reported_length(tvb) == length;
    const bool wait = cjt188_desegment && pinfo->can_desegment && whole;
    bool found;
    unsigned at;

    /* What TCP says of a segment stays until there is something better: dissected again, one that only goes on elsewhere does
     * not come here at all. */
    col_set_str(pinfo->cinfo, COL_PROTOCOL, "CJ/T 188");
    at = cjt188_dissect_pieces(tvb, pinfo, tree, !wait, &found);
    if (at < length && !may_become_frame(tvb, at)) {
        bool more;

        at += cjt188_dissect_pieces(tvb_new_subset_remaining(tvb, (int)at), pinfo, tree, true, &more);
        found = found || more;
    }
    if (at == length) {
        say_noise(pinfo, found);
        cjt188_tell_cut(tvb);
        return (int)length;
    }
    pinfo->desegment_offset = (int)at;
    pinfo->desegment_len = DESEGMENT_ONE_MORE_SEGMENT;
    return (int)length;
}

/* A datagram, or the payload of a serial capture: no piece of it goes on elsewhere. */
static int
dissect_packet(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data _U_)
{
    unsigned length;
    bool found;

    col_set_str(pinfo->cinfo, COL_PROTOCOL, "CJ/T 188");
    length = cjt188_dissect_pieces(tvb, pinfo, tree, true, &found);
    say_noise(pinfo, found);
    cjt188_tell_cut(tvb);
    return (int)length;
}

/* Bytes that begin with a whole frame, its checksum right, its type and function known. */
static bool
begins_with_frame(tvbuff_t *tvb)
{
    const unsigned length = tvb_captured_length(tvb);
    const uint8_t *bytes = tvb_get_ptr(tvb, 0, (int)length);
    const struct cjt188_piece piece = cjt188_next_piece(bytes, length, true, NULL);

    return piece.kind == CJT188_FRAME &&
        cjt188_type_name(bytes[piece.preamble + CJT188_OFF_TYPE]) != NULL &&
        cjt188_function_is_in_use(bytes[piece.preamble + CJT188_OFF_CONTROL] & 0x3F);
}

static ws_bool
claim_tcp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    if (!begins_with_frame(tvb))
        return false;
    conversation_set_dissector(find_or_create_conversation(pinfo), tcp_handle);
    dissect_tcp(tvb, pinfo, tree, data);
    return true;
}

static ws_bool
claim_udp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    if (!begins_with_frame(tvb))
        return false;
    dissect_packet(tvb, pinfo, tree, data);
    return true;
}

/* ---- registration ---- */

void
cjt188_transport_handoff(int proto)
{
    dissector_handle_t packet_handle;

    if (tcp_handle != NULL)
        return;
    tcp_handle = create_dissector_handle(dissect_tcp, proto);
    packet_handle = create_dissector_handle(dissect_packet, proto);
    dissector_add_for_decode_as_with_preference("tcp.port", tcp_handle);
    dissector_add_for_decode_as_with_preference("udp.port", packet_handle);
    dissector_add_for_decode_as("rtacser.data", packet_handle);
    heur_dissector_add("tcp", claim_tcp, "CJ/T 188 over TCP", "cjt188_tcp", proto, HEURISTIC_DISABLE);
    heur_dissector_add("udp", claim_udp, "CJ/T 188 over UDP", "cjt188_udp", proto, HEURISTIC_DISABLE);
}
