/* transport.c
 * Serial device servers and serial captures: TCP and UDP, RTAC.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * By Decode As, by port, or by a heuristic that is off. TCP has Wireshark's own reassembly.
 */
#include "carriers.h"

#include <epan/dissectors/packet-tcp.h>

#include "cjt188-decode.h"

#include "bus/lines.h"
#include "fields.h"
#include "packet-cjt188.h"

ws_bool cjt188_desegment = true;

static dissector_handle_t tcp_handle;

/* ---- what the first look made of a TCP stream ---- */

/* Bytes behind which more was wanted. Where they are cut may depend on those that were left for the next segment, and when
 * they are dissected again, TCP hands over only what was taken. */
struct tcp_cut {
    struct tcp_cut *next;        /* of the same packet */
    const struct cjt188_line *line;
    uint32_t sequence;           /* of the first byte */
    unsigned count;              /* 0: nothing was taken */
    struct cjt188_piece *pieces;
};

enum { CUTS_KEY = 0x7FFFFFFE };

/* The end of a stream that waits for more bytes, by its line and sender. */
struct tcp_rest {
    const struct cjt188_line *line;
    uint32_t sender;
    uint32_t sequence;           /* of its first byte */
    unsigned length;
    nstime_t time;               /* of the packet that has its first byte */
};

static wmem_map_t *tcp_rests;

static unsigned
rest_hash(const void *key)
{
    const struct tcp_rest *rest = (const struct tcp_rest *)key;

    return (rest->line->id ^ rest->sender) * 0x9E3779B1u;
}

static gboolean
rest_equal(const void *a, const void *b)
{
    const struct tcp_rest *one = (const struct tcp_rest *)a, *other = (const struct tcp_rest *)b;

    return one->line == other->line && one->sender == other->sender;
}

static struct tcp_rest *
rest_of(packet_info *pinfo)
{
    const struct tcp_rest key = { .line = cjt188_line(pinfo), .sender = add_address_to_hash(pinfo->srcport, &pinfo->src) };
    struct tcp_rest *rest = (struct tcp_rest *)wmem_map_lookup(tcp_rests, &key);

    if (rest == NULL) {
        rest = (struct tcp_rest *)wmem_memdup(wmem_file_scope(), &key, sizeof key);
        wmem_map_insert(tcp_rests, rest, rest);
    }
    return rest;
}

static const struct tcp_cut *
known_cut(packet_info *pinfo, uint32_t sequence)
{
    const struct tcp_cut *cut = (const struct tcp_cut *)p_get_proto_data(wmem_file_scope(), pinfo, proto_cjt188, CUTS_KEY);
    const struct cjt188_line *line = cut != NULL ? cjt188_line(pinfo) : NULL;

    while (cut != NULL && !(cut->line == line && cut->sequence == sequence))
        cut = cut->next;
    return cut;
}

static void
keep_cut(packet_info *pinfo, uint32_t sequence, wmem_array_t *pieces, unsigned count)
{
    struct tcp_cut *cut = wmem_new(wmem_file_scope(), struct tcp_cut);

    *cut = (struct tcp_cut){ .line = cjt188_line(pinfo), .sequence = sequence, .count = count };
    if (count > 0)
        cut->pieces = (struct cjt188_piece *)wmem_memdup(wmem_file_scope(), wmem_array_get_raw(pieces),
                                                         count * sizeof *cut->pieces);
    cut->next = (struct tcp_cut *)p_get_proto_data(wmem_file_scope(), pinfo, proto_cjt188, CUTS_KEY);
    if (cut->next != NULL)
        p_remove_proto_data(wmem_file_scope(), pinfo, proto_cjt188, CUTS_KEY);
    p_add_proto_data(wmem_file_scope(), pinfo, proto_cjt188, CUTS_KEY, cut);
}

/* ---- TCP and UDP ---- */

/* An ICMP error says once more what was sent: on the line it was once. */
static bool
is_quoted(const packet_info *pinfo)
{
    return pinfo->flags.in_error_pkt;
}

static void
say_noise(packet_info *pinfo, bool found)
{
    if (found)
        return;
    col_clear(pinfo->cinfo, COL_INFO);
    col_append_sep_str(pinfo->cinfo, COL_INFO, " | ", "No CJ/T 188 frame");
}

/* A datagram, or the payload of a serial capture: no piece of it goes on elsewhere. */
static int
dissect_packet(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data _U_)
{
    unsigned length;
    bool found;

    if (is_quoted(pinfo))
        return 0;
    col_set_str(pinfo->cinfo, COL_PROTOCOL, "CJ/T 188");
    length = cjt188_dissect_pieces(tvb, pinfo, tree, true, &found);
    say_noise(pinfo, found);
    cjt188_tell_cut(tvb);
    return (int)length;
}

/* Pieces of a segment, as far as the bytes at hand decide them. Returns where the last one ends. */
static unsigned
cut_bytes(tvbuff_t *tvb, wmem_array_t *pieces)
{
    const unsigned length = tvb_captured_length(tvb);
    bool final = false;
    unsigned at = 0;

    while (at < length) {
        const uint8_t *bytes = tvb_get_ptr(tvb, (int)at, (int)(length - at));
        const struct cjt188_piece piece = cjt188_next_piece(bytes, length - at, final, NULL);

        if (piece.kind != CJT188_NEED_MORE) {
            wmem_array_append_one(pieces, piece);
            at += (unsigned)piece.length;
        } else if (cjt188_may_become_frame(bytes, length - at)) {
            break;
        } else {
            final = true; /* no byte that follows makes anything else of it */
        }
    }
    return at;
}

/*
 * Seen for the first time: remember how these bytes were cut, `at` of them and no more. Returns how many pieces are shown.
 *
 * Of bytes that an earlier segment has left TCP does not take some and leave others: unless a byte of this segment is among
 * the taken ones, it hands over all of them once more with the next one. Then they wait for that.
 */
static unsigned
keep_segment(packet_info *pinfo, uint32_t sequence, wmem_array_t *pieces, unsigned at, unsigned length)
{
    struct tcp_rest *rest = rest_of(pinfo);
    const unsigned earlier = rest->sequence == sequence ? rest->length : 0;
    const bool waits = at < length && at <= earlier;
    const unsigned count = waits ? 0 : wmem_array_get_count(pieces);

    if (at > 0 && at < length)
        keep_cut(pinfo, sequence, pieces, count);
    if (earlier > 0 && count > 0)
        cjt188_packet_began(pinfo, &rest->time);
    if (earlier == 0 || count > 0) /* what is left now begins here */
        rest->time = pinfo->abs_ts;
    rest->sequence = waits ? sequence : sequence + at;
    rest->length = waits ? length : length - at;
    return count;
}

/* More bytes may come. Returns how many were shown. */
static unsigned
dissect_segment(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, uint32_t sequence)
{
    const unsigned length = tvb_captured_length(tvb);
    const struct tcp_cut *known = known_cut(pinfo, sequence);
    wmem_array_t *pieces;
    unsigned at, count;
    bool found;

    if (known != NULL)
        return cjt188_dissect_cut(tvb, pinfo, tree, known->pieces, known->count, &found);
    pieces = wmem_array_new(pinfo->pool, sizeof(struct cjt188_piece));
    at = cut_bytes(tvb, pieces);
    count = PINFO_FD_VISITED(pinfo) ? wmem_array_get_count(pieces) : keep_segment(pinfo, sequence, pieces, at, length);
    at = cjt188_dissect_cut(tvb, pinfo, tree, (const struct cjt188_piece *)wmem_array_get_raw(pieces), count, &found);
    if (at == length)
        say_noise(pinfo, found);
    return at;
}

static int
dissect_tcp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    const struct tcpinfo *segment = (const struct tcpinfo *)data;
    const unsigned length = tvb_captured_length(tvb);
    const bool whole = tvb_reported_length(tvb) == length;
    unsigned at;

    if (!cjt188_desegment || !pinfo->can_desegment || !whole || segment == NULL)
        return dissect_packet(tvb, pinfo, tree, NULL);
    /* What TCP says of a segment stays until there is something better: dissected again, one that only goes on elsewhere
     * does not come here at all. */
    col_set_str(pinfo->cinfo, COL_PROTOCOL, "CJ/T 188");
    at = dissect_segment(tvb, pinfo, tree, segment->seq);
    if (at < length) {
        pinfo->desegment_offset = (int)at;
        pinfo->desegment_len = DESEGMENT_ONE_MORE_SEGMENT;
    }
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
    if (is_quoted(pinfo) || !begins_with_frame(tvb))
        return false;
    conversation_set_dissector(find_or_create_conversation(pinfo), tcp_handle);
    dissect_tcp(tvb, pinfo, tree, data);
    return true;
}

static ws_bool
claim_udp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    if (is_quoted(pinfo) || !begins_with_frame(tvb))
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
    tcp_rests = wmem_map_new_autoreset(wmem_epan_scope(), wmem_file_scope(), rest_hash, rest_equal);
    tcp_handle = create_dissector_handle(dissect_tcp, proto);
    packet_handle = create_dissector_handle(dissect_packet, proto);
    dissector_add_for_decode_as_with_preference("tcp.port", tcp_handle);
    dissector_add_for_decode_as_with_preference("udp.port", packet_handle);
    dissector_add_for_decode_as("rtacser.data", packet_handle);
    heur_dissector_add("tcp", claim_tcp, "CJ/T 188 over TCP", "cjt188_tcp", proto, HEURISTIC_DISABLE);
    heur_dissector_add("udp", claim_udp, "CJ/T 188 over UDP", "cjt188_udp", proto, HEURISTIC_DISABLE);
}
