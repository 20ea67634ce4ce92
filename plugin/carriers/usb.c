/* usb.c
 * Captures of USB serial adapters.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * By Decode As. An adapter hands over a few bytes at a time, and Wireshark reassembles nothing here, so each endpoint of a
 * device has a stream that keeps what no piece has taken yet.
 */
#include "carriers.h"

#include <epan/dissectors/packet-usb.h>

#include "bus/lines.h"
#include "fields.h"
#include "packet-cjt188.h"

enum {
    BULK = 3,
    VENDOR_FTDI = 0x0403,
    FTDI_STATUS = 2,
    FULL_SPEED_PACKET = 64,
    HIGH_SPEED_PACKET = 512,
    SILENCE_MS = 500,
};

/* A piece of a USB stream that was completed by a packet. */
struct usb_piece {
    nstime_t began; /* in this packet or an earlier one */
    unsigned length;
    uint8_t *bytes;
    struct usb_piece *next;
};

/* One endpoint of a device, in one direction. */
struct usb_stream_key {
    const struct cjt188_line *line;
    unsigned endpoint;
    bool is_out;
};

struct usb_stream {
    struct usb_stream_key key;
    unsigned length;
    uint8_t bytes[2 * CJT188_PIECE_MAX];
    nstime_t began; /* the first of them */
    nstime_t last;
    bool bare_status, no_status; /* an IN packet was nothing but FTDI's status; one began otherwise */
};

/* What was found in a packet when it was seen first. */
struct usb_found {
    bool has_status;
    struct usb_piece *pieces;
};

static wmem_map_t *usb_streams;

/* What the dissector of USB knows of a packet. */
struct usb_facts {
    uint8_t transfer_type;
    uint16_t vendor;
    unsigned packet_size;
};

static struct usb_facts
usb_facts(const void *data)
{
    struct usb_facts facts = { 0, 0, 0 };
#if WS_AT_LEAST(4, 4)
    const urb_info_t *urb = (const urb_info_t *)data;
    const usb_conv_info_t *conv = urb != NULL ? urb->conv : NULL;
    const usb_speed_t speed = urb != NULL ? urb->speed : USB_SPEED_UNKNOWN;

    facts.transfer_type = urb != NULL ? urb->transfer_type : BULK;
#else
    const usb_conv_info_t *conv = (const usb_conv_info_t *)data;
    const usb_speed_t speed = conv != NULL ? conv->speed : USB_SPEED_UNKNOWN;

    facts.transfer_type = conv != NULL ? conv->transfer_type : BULK;
#endif
    facts.packet_size = speed == USB_SPEED_HIGH ? HIGH_SPEED_PACKET : FULL_SPEED_PACKET;
    if (conv != NULL) {
        facts.vendor = conv->deviceVendor;
        if (conv->max_packet_size >= FULL_SPEED_PACKET)
            facts.packet_size = conv->max_packet_size;
    }
    return facts;
}

static bool
is_from_host(const packet_info *pinfo)
{
    const usb_address_t *source = (const usb_address_t *)pinfo->src.data;

    return pinfo->src.len >= (int)sizeof *source && source->device == 0xFFFFFFFF;
}

static unsigned
stream_hash(const void *key)
{
    const struct usb_stream_key *stream = (const struct usb_stream_key *)key;

    return (stream->line->id * 64 + stream->endpoint * 2 + stream->is_out) * 0x9E3779B1u;
}

static gboolean
stream_equal(const void *a, const void *b)
{
    const struct usb_stream_key *one = (const struct usb_stream_key *)a, *other = (const struct usb_stream_key *)b;

    return one->line == other->line && one->endpoint == other->endpoint && one->is_out == other->is_out;
}

static struct usb_stream *
usb_stream_of(packet_info *pinfo)
{
    const bool out = is_from_host(pinfo);
    const address *device = out ? &pinfo->dst : &pinfo->src;
    const unsigned endpoint = device->len >= (int)sizeof(usb_address_t) ? ((const usb_address_t *)device->data)->endpoint : 0;
    const struct usb_stream_key key = { cjt188_line(pinfo), endpoint, out };
    struct usb_stream *stream = (struct usb_stream *)wmem_map_lookup(usb_streams, &key);

    if (stream == NULL) {
        stream = wmem_new0(wmem_file_scope(), struct usb_stream);
        stream->key = key;
        stream->last = pinfo->abs_ts;
        wmem_map_insert(usb_streams, &stream->key, stream);
    }
    return stream;
}

/*
 * Does this IN packet begin with FTDI's status? Without descriptors in the capture nothing names the vendor: then a device
 * is FTDI's when all its packets so far began as theirs do (modem status x1 or x2, an even line status) and one of
 * them held nothing else, as theirs do all the time.
 */
static bool
has_ftdi_status(struct usb_stream *stream, const struct usb_facts *facts, const uint8_t *bytes, unsigned length)
{
    const unsigned modem = length >= FTDI_STATUS ? bytes[0] & 0x0F : 0;

    if (facts->vendor != 0)
        return facts->vendor == VENDOR_FTDI;
    if (length < FTDI_STATUS || (modem != 1 && modem != 2) || (bytes[1] & 1) != 0)
        stream->no_status = true;
    else if (length == FTDI_STATUS)
        stream->bare_status = true;
    return stream->bare_status && !stream->no_status;
}

static struct usb_piece **
take_pieces(struct usb_stream *stream, bool final, struct usb_piece **end)
{
    unsigned at = 0;

    for (;;) {
        const struct cjt188_piece piece = cjt188_next_piece(stream->bytes + at, stream->length - at, final, NULL);
        struct usb_piece *taken;

        if (piece.kind == CJT188_NEED_MORE)
            break;
        taken = wmem_new0(wmem_file_scope(), struct usb_piece);
        taken->began = stream->began;
        stream->began = stream->last;
        taken->length = (unsigned)piece.length;
        taken->bytes = (uint8_t *)wmem_memdup(wmem_file_scope(), stream->bytes + at, piece.length);
        *end = taken;
        end = &taken->next;
        at += (unsigned)piece.length;
    }
    stream->length -= at;
    memmove(stream->bytes, stream->bytes + at, stream->length);
    return end;
}

/* Seen for the first time: the pieces that these bytes of the line complete. `is_cut`: others of this packet are not in the
 * capture, so that what comes next does not go on here. */
static struct usb_piece *
feed_stream(packet_info *pinfo, struct usb_stream *stream, tvbuff_t **chunks, unsigned count, bool is_cut)
{
    struct usb_piece *pieces = NULL, **end = &pieces;
    const double silence = nstime_to_msec(&pinfo->abs_ts) - nstime_to_msec(&stream->last);

    if (silence >= SILENCE_MS)
        end = take_pieces(stream, true, end);
    stream->last = pinfo->abs_ts;
    if (stream->length == 0)
        stream->began = pinfo->abs_ts;
    for (unsigned i = 0; i < count; i++) {
        const unsigned length = tvb_captured_length(chunks[i]);

        for (unsigned at = 0; at < length;) {
            const unsigned part = MIN(length - at, (unsigned)CJT188_PIECE_MAX);

            /* less than a piece is ever left, so this fits */
            tvb_memcpy(chunks[i], stream->bytes + stream->length, (int)at, part);
            stream->length += part;
            at += part;
            end = take_pieces(stream, false, end);
        }
    }
    if (is_cut)
        take_pieces(stream, true, end);
    return pieces;
}

/* Of the last one so many bytes are missing. */
static void
show_pieces(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, const struct usb_piece *piece, unsigned missing)
{
    bool found;

    for (; piece != NULL; piece = piece->next) {
        const unsigned reported = piece->length + (piece->next == NULL ? missing : 0);
        tvbuff_t *line = tvb_new_child_real_data(tvb, piece->bytes, piece->length, (int)reported);

        add_new_data_source(pinfo, line, "Bytes of the line");
        if (!PINFO_FD_VISITED(pinfo))
            cjt188_packet_began(pinfo, &piece->began);
        cjt188_dissect_pieces(line, pinfo, tree, true, &found);
    }
}

/* Bytes of the line in this packet, without what an FTDI adapter puts between them. */
static unsigned
split_payload(tvbuff_t *tvb, proto_tree *tree, const struct usb_facts *facts, bool ftdi, tvbuff_t **chunks,
              unsigned room)
{
    const unsigned length = tvb_captured_length(tvb);
    const unsigned step = ftdi ? facts->packet_size : length;
    unsigned count = 0;

    for (unsigned at = 0; at < length && count < room; at += step) {
        const unsigned skip = ftdi ? MIN((unsigned)FTDI_STATUS, length - at) : 0;
        const unsigned there = MIN(step, length - at) - skip;

        if (skip == FTDI_STATUS)
            proto_tree_add_item(tree, hf_cjt188_adapter_status, tvb, (int)at, FTDI_STATUS, ENC_BIG_ENDIAN);
        if (there == 0)
            continue;
        proto_tree_add_item(tree, hf_cjt188_fragment, tvb, (int)(at + skip), (int)there, ENC_NA);
        chunks[count++] = tvb_new_subset_length(tvb, (int)(at + skip), (int)there);
    }
    return count;
}

static int
dissect_usb(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    enum { CHUNKS = 1024, FOUND_KEY = 0x7FFFFFFF };
    const struct usb_facts facts = usb_facts(data);
    const unsigned length = tvb_captured_length(tvb), missing = tvb_reported_length(tvb) - length;
    tvbuff_t *chunks[CHUNKS];
    struct usb_stream *stream;
    struct usb_found *found;
    proto_item *item;
    unsigned count;
    bool first;

    if (facts.transfer_type != BULK || length == 0)
        return 0;
    col_set_str(pinfo->cinfo, COL_PROTOCOL, "CJ/T 188");
    col_clear(pinfo->cinfo, COL_INFO);
    item = proto_tree_add_item(tree, proto_cjt188, tvb, 0, (int)length, ENC_NA);
    proto_item_append_text(item, ", bytes of a serial adapter");
    stream = usb_stream_of(pinfo);
    found = (struct usb_found *)p_get_proto_data(wmem_file_scope(), pinfo, proto_cjt188, FOUND_KEY);
    first = found == NULL;
    if (first) {
        found = wmem_new0(wmem_file_scope(), struct usb_found);
        found->has_status = !is_from_host(pinfo) &&
            has_ftdi_status(stream, &facts, tvb_get_ptr(tvb, 0, (int)length), length);
        p_add_proto_data(wmem_file_scope(), pinfo, proto_cjt188, FOUND_KEY, found);
    }
    count = split_payload(tvb, proto_item_add_subtree(item, ett_cjt188_usb), &facts, found->has_status, chunks, CHUNKS);
    if (first)
        found->pieces = feed_stream(pinfo, stream, chunks, count, missing > 0);
    show_pieces(tvb, pinfo, tree, found->pieces, missing);
    cjt188_tell_cut(tvb);
    return (int)length;
}

/* ---- registration ---- */

void
cjt188_usb_register(void)
{
    usb_streams = wmem_map_new_autoreset(wmem_epan_scope(), wmem_file_scope(), stream_hash, stream_equal);
}

void
cjt188_usb_handoff(int proto)
{
    static dissector_handle_t handle;

    if (handle != NULL)
        return;
    handle = create_dissector_handle(dissect_usb, proto);
    dissector_add_for_decode_as("usb.device", handle);
    dissector_add_for_decode_as("usb.product", handle);
}
