/* packet-cjt188.c
 * CJ/T 188 dissector: heat, water and gas meters on M-Bus or RS485, as makers really speak it.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A packet is a run of bytes from the line: mostly one frame with its preamble, but also noise, a damaged frame, or
 * several frames. protocol/ cuts it and decodes each frame; here every byte ends up in a named field, and what the rooms
 * below know of the traffic is added.
 *
 *     FE…FE 68 T A0 A1 A2 A3 A4 A5 A6 C L DATA[L] CS 16
 */
#include "packet-cjt188.h"

#include "cjt188-codes.h"

#include "bus/address.h"
#include "bus/changes.h"
#include "bus/exchange.h"
#include "bus/interface.h"
#include "bus/readings.h"
#include "bus/tables.h"
#include "bus/tap.h"
#include "columns.h"
#include "fields.h"
#include "frame.h"
#include "neighbours.h"
#include "own.h"
#include "remark.h"
#include "show.h"

#define INFO_NOTHING "No CJ/T 188 frame"

int proto_cjt188;

ws_bool cjt188_verify_checksums = true;
ws_bool cjt188_damaged_values;
int cjt188_default_dialect = CJT188_STANDARD;
const struct cjt188_own_fields *cjt188_own_fields;
void (*cjt188_own_inspect)(const struct cjt188_frame *frame, proto_tree *tree, unsigned at, unsigned width);

/* ---- showing the header ---- */

static void
add_byte(const struct cjt188_frame *frame, proto_tree *tree, int field, unsigned at)
{
    if (at < frame->decoded->have)
        proto_tree_add_uint(tree, field, frame->tvb, (int)(frame->offset + at), 1, frame->decoded->bytes[at]);
}

/* A text below the address. */
static proto_item *
add_address_part(const struct cjt188_frame *frame, proto_tree *tree, int field, const char *text)
{
    if (text == NULL || text[0] == '\0' || !proto_field_is_referenced(tree, field))
        return NULL;
    return proto_tree_add_string(tree, field, frame->tvb, (int)frame->offset + CJT188_OFF_ADDRESS, CJT188_NUMBER_BYTES, text);
}

static void
add_address_parts(const struct cjt188_frame *frame, proto_tree *tree, const char *who)
{
    char meter[CJT188_TEXT_MAX];
    proto_item *item;

    cjt188_meter_text(frame->decoded, meter, sizeof meter);
    add_address_part(frame, tree, hf_cjt188_meter, meter);
    item = add_address_part(frame, tree, hf_cjt188_meter_name, frame->decoded->name);
    if (item != NULL)
        proto_item_set_generated(item);
    item = add_address_part(frame, tree, hf_cjt188_meter_label, who);
    if (item != NULL) /* a column of two fields would print both */
        proto_item_set_hidden(item);
    proto_tree_add_uint(tree, hf_cjt188_manufacturer, frame->tvb, (int)frame->offset + CJT188_OFF_ADDRESS + 5, 2,
                        frame->decoded->manufacturer);
}

static void
add_cut_address(const struct cjt188_frame *frame, proto_tree *tree)
{
    const struct cjt188_decoded *decoded = frame->decoded;
    char hex[CJT188_TEXT_MAX];
    struct cjt188_text text = cjt188_text_start(hex, sizeof hex);
    unsigned width;

    if (decoded->have <= CJT188_OFF_ADDRESS)
        return;
    width = decoded->have - CJT188_OFF_ADDRESS;
    cjt188_put_bytes(&text, decoded->bytes + CJT188_OFF_ADDRESS, width);
    proto_tree_add_bytes_format(tree, cjt188_hf[CJT188_F_UNDOCUMENTED], frame->tvb, (int)frame->offset + CJT188_OFF_ADDRESS,
                                (int)width, decoded->bytes + CJT188_OFF_ADDRESS, "Cut-off address: %s", hex);
}

static void
add_address(const struct cjt188_frame *frame, proto_tree *tree)
{
    const struct cjt188_decoded *decoded = frame->decoded;
    char digits[CJT188_TEXT_MAX], who[CJT188_TEXT_MAX];
    const char *meter = "";
    proto_item *item;

    if (decoded->have < CJT188_OFF_CONTROL) {
        add_cut_address(frame, tree);
        return;
    }
    cjt188_address_text(decoded->bytes + CJT188_OFF_ADDRESS, digits, sizeof digits);
    cjt188_who_text(decoded, who, sizeof who);
    if (!decoded->is_wildcard && decoded->name == NULL && strcmp(who, digits) != 0)
        meter = "meter ";
    item = proto_tree_add_string_format_value(tree, hf_cjt188_address, frame->tvb, (int)frame->offset + CJT188_OFF_ADDRESS,
                                              CJT188_ADDRESS_LENGTH, digits, "%s (%s%s)", digits, meter, who);
    add_address_parts(frame, proto_item_add_subtree(item, ett_cjt188_address), who);
}

/* "..10 0100 = Function: write general data (one water maker) (0x24)": Wireshark's own list has the standard's names. */
static void
add_function(const struct cjt188_frame *frame, proto_tree *tree, const char *name)
{
    const uint8_t function = frame->decoded->function;
    const int at = (int)frame->offset + CJT188_OFF_CONTROL;
    char bits[] = "..00 0000";

    for (unsigned bit = 0; bit < 6; bit++) {
        if ((function >> bit & 1) != 0)
            bits[8 - bit - bit / 4] = '1';
    }
    if (cjt188_is_read(tree))
        proto_tree_add_uint_format(tree, hf_cjt188_control_function, frame->tvb, at, 1, function, "%s = Function: %s (0x%02x)",
                                   bits, name, function);
    else
        proto_tree_add_uint(tree, hf_cjt188_control_function, frame->tvb, at, 1, frame->decoded->control);
}

static void
add_control(const struct cjt188_frame *frame, proto_tree *tree)
{
    const struct cjt188_decoded *decoded = frame->decoded;
    const int at = (int)frame->offset + CJT188_OFF_CONTROL;
    const char *name = decoded->does != NULL ? decoded->does->name : "maker's own, without a name here";
    proto_item *item;

    if (decoded->have <= CJT188_OFF_CONTROL)
        return;
    item = proto_tree_add_uint_format_value(
        tree, hf_cjt188_control, frame->tvb, at, 1, decoded->control, "0x%02x (%s: %s)", decoded->control,
        decoded->is_error ? "error reply" : decoded->is_reply ? "reply" : decoded->is_report ? "no request" : "request", name);
    if (decoded->is_error && !cjt188_gives_no_values(frame))
        expert_add_info(frame->pinfo, item, &ei_cjt188_error_reply);
    tree = proto_item_add_subtree(item, ett_cjt188_control);
    if (decoded->is_report)
        proto_tree_add_boolean_format(tree, hf_cjt188_control_response, frame->tvb, at, 1, decoded->control,
                                      "0... .... = Reply: no, though it is from the meter");
    else
        proto_tree_add_boolean(tree, hf_cjt188_control_response, frame->tvb, at, 1, decoded->control);
    proto_tree_add_boolean(tree, hf_cjt188_control_error, frame->tvb, at, 1, decoded->control);
    add_function(frame, tree, name);
}

static void
add_identifier(const struct cjt188_frame *frame, proto_tree *tree)
{
    static const char *const orders[] = {
        [CJT188_DI_UNKNOWN_ORDER] = ", order of its bytes unknown",
        [CJT188_DI_LOW_FIRST] = ", sent low byte first",
        [CJT188_DI_HIGH_FIRST] = ", sent high byte first",
    };
    const struct cjt188_decoded *decoded = frame->decoded;
    const int at = (int)frame->offset + CJT188_OFF_DATA;
    const char *name = cjt188_frame_identifier_name(decoded);
    proto_item *item;

    if (!decoded->has_di)
        return;
    item = proto_tree_add_uint_format_value(tree, hf_cjt188_di, frame->tvb, at, 2, decoded->di, "%04X (%s)%s%s", decoded->di,
                                            name != NULL ? name : "unknown", orders[decoded->di_order],
                                            decoded->plus_33 ? ", 33H added to every data byte" : "");
    if (!decoded->di_known && !decoded->is_error && !cjt188_gives_no_values(frame))
        expert_add_info(frame->pinfo, item, &ei_cjt188_unknown_di);
    if (decoded->di_order != CJT188_DI_UNKNOWN_ORDER)
        proto_item_set_generated(proto_tree_add_boolean(proto_item_add_subtree(item, ett_cjt188_di), hf_cjt188_di_swapped,
                                                        frame->tvb, at, 2, decoded->di_order == CJT188_DI_HIGH_FIRST));
}

static void
add_dialect(const struct cjt188_frame *frame, proto_tree *tree)
{
    const struct cjt188_decoded *decoded = frame->decoded;

    if (decoded->have <= CJT188_OFF_CONTROL)
        return;
    proto_item_set_generated(proto_tree_add_string_format_value(tree, hf_cjt188_dialect, frame->tvb, 0, 0,
                                                                decoded->dialect->name, "%s (%s)", decoded->dialect->name,
                                                                decoded->dialect_reason));
}

static void
add_header(const struct cjt188_frame *frame, proto_tree *tree)
{
    const struct cjt188_decoded *decoded = frame->decoded;

    if (tree == NULL && decoded->di_known && !decoded->is_error) /* nothing to warn of */
        return;
    add_byte(frame, tree, hf_cjt188_start, 0);
    add_byte(frame, tree, hf_cjt188_type, CJT188_OFF_TYPE);
    add_address(frame, tree);
    add_control(frame, tree);
    add_byte(frame, tree, hf_cjt188_length, CJT188_OFF_LENGTH);
    add_identifier(frame, tree);
    if (decoded->has_ser)
        add_byte(frame, tree, hf_cjt188_ser, decoded->data - 1);
    add_dialect(frame, tree);
}

static void
add_tail(const struct cjt188_frame *frame, proto_tree *tree)
{
    const struct cjt188_decoded *decoded = frame->decoded;
    const unsigned checksum_at = decoded->length - 2, end_at = decoded->length - 1;
    tvbuff_t *tvb = frame->tvb;

    if (decoded->have <= CJT188_OFF_LENGTH || (tree == NULL && decoded->kind == CJT188_FRAME)) /* nothing to warn of */
        return;
    if (checksum_at < decoded->have)
        proto_tree_add_checksum(tree, tvb, (int)(frame->offset + checksum_at), hf_cjt188_checksum,
                                hf_cjt188_checksum_status, &ei_cjt188_checksum_bad, frame->pinfo,
                                cjt188_checksum(tvb_get_ptr(tvb, (int)frame->offset, (int)checksum_at), checksum_at), ENC_NA,
                                cjt188_verify_checksums ? PROTO_CHECKSUM_VERIFY : PROTO_CHECKSUM_NO_FLAGS);
    if (end_at >= decoded->have)
        return;
    add_byte(frame, tree, hf_cjt188_end, end_at);
    if (decoded->bytes[end_at] != CJT188_END)
        expert_add_info(frame->pinfo, frame->item, &ei_cjt188_no_end);
}

/* ---- frames ---- */

/* Seen for the first time. Damage that a request may have suffered is no collision of replies. */
static void
see_frame(const struct cjt188_frame *frame, fact_id id)
{
    const struct cjt188_decoded *decoded = frame->decoded;

    cjt188_learn(frame);
    cjt188_note_length(frame);
    if (decoded->kind == CJT188_FRAME)
        cjt188_exchange_frame(frame, id);
    else if (!decoded->is_cut)
        cjt188_exchange_damage(frame, decoded->is_reply || decoded->have <= CJT188_OFF_CONTROL);
    cjt188_changes_see(frame, id);
}

static void
add_truncated(const struct cjt188_frame *frame)
{
    const struct cjt188_decoded *decoded = frame->decoded;

    if (decoded->kind != CJT188_TRUNCATED || decoded->is_cut)
        return;
    if (decoded->have > CJT188_OFF_LENGTH)
        cjt188_add_remark(frame, &ei_cjt188_truncated, "The frame stops after %u of %u bytes", decoded->have, decoded->length);
    else
        cjt188_add_remark(frame, &ei_cjt188_truncated, "The frame stops after %u bytes", decoded->have);
}

/* In the info column, behind what other pieces said. */
static void
tell_piece(packet_info *pinfo, struct cjt188_packet *packet, const char *sentence)
{
    if (packet->is_told)
        col_append_sep_str(pinfo->cinfo, COL_INFO, " | ", sentence);
    else
        col_add_str(pinfo->cinfo, COL_INFO, sentence);
    packet->is_told = true;
}

/* The frame's item and what it says in one sentence, there and in the column, where they are read. */
static void
add_frame(struct cjt188_frame *frame, proto_tree *tree, unsigned at, unsigned length)
{
    const bool in_column = col_get_writable(frame->pinfo->cinfo, COL_INFO), in_tree = cjt188_is_read(tree);
    char sentence[CJT188_SENTENCE_MAX];

    if (in_column || in_tree)
        cjt188_sentence(frame->decoded, sentence, sizeof sentence);
    if (in_column)
        tell_piece(frame->pinfo, frame->packet, sentence);
    if (in_tree)
        frame->item = proto_tree_add_protocol_format(tree, proto_cjt188, frame->tvb, (int)at, (int)length, "%s, %s",
                                                     proto_get_protocol_long_name(find_protocol_by_id(proto_cjt188)), sentence);
    else
        frame->item = proto_tree_add_item(tree, proto_cjt188, frame->tvb, (int)at, (int)length, ENC_NA);
}

/* Also without a tree: what the experts say goes to a column and to a statistic of their own. */
static void
show_frame(struct cjt188_frame *frame, proto_tree *tree, unsigned at, const struct cjt188_piece *piece)
{
    struct cjt188_other *before;
    proto_tree *data;

    add_frame(frame, tree, at, (unsigned)piece->length);
    tree = proto_item_add_subtree(frame->item, ett_cjt188_frame);
    cjt188_add_preamble(frame->tvb, tree, at, (unsigned)piece->preamble);
    add_header(frame, tree);
    data = cjt188_show_data(frame, tree, (frame->fact->flags & FACT_LENGTH_NOTED) != 0);
    cjt188_columns_add(frame, tree);
    before = cjt188_before(frame);
    if (!cjt188_gives_no_values(frame))
        cjt188_readings_add(frame, before, data);
    if (before != NULL)
        cjt188_changes_add(frame, before, data);
    add_tail(frame, tree);
    cjt188_exchange_add(frame, tree);
}

/* Would the frame go on where the packet was cut? */
static bool
is_cut(const struct cjt188_frame *frame, const uint8_t *bytes, unsigned have)
{
    const unsigned captured = tvb_captured_length(frame->tvb);

    if (tvb_reported_length(frame->tvb) <= captured)
        return false;
    return have <= CJT188_OFF_LENGTH || frame->offset + CJT188_OVERHEAD + bytes[CJT188_OFF_LENGTH] > captured;
}

static void
decode_frame(struct cjt188_frame *frame, const struct cjt188_piece *piece)
{
    const unsigned have = (unsigned)(piece->length - piece->preamble);
    const uint8_t *bytes = tvb_get_ptr(frame->tvb, (int)frame->offset, (int)have);
    const uint8_t *octets = bytes + CJT188_OFF_ADDRESS;
    const bool has_address = have >= CJT188_OFF_CONTROL, is_wildcard = has_address && cjt188_address_is_wildcard(octets);
    struct cjt188_known known;

    frame->line = cjt188_line(frame->pinfo);
    frame->meter = has_address ? cjt188_meter(frame->line, octets, is_wildcard, piece->kind == CJT188_FRAME) : NULL;
    cjt188_known_of(frame, bytes, have, &known);
    known.is_cut = is_cut(frame, bytes, have);
    cjt188_decode(bytes, have, piece->kind, &known, frame->decoded);
}

static void
dissect_frame(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, unsigned at, const struct cjt188_piece *piece)
{
    struct cjt188_frame frame = { .tvb = tvb, .pinfo = pinfo, .offset = at + (unsigned)piece->preamble };
    const bool is_heard = cjt188_tap_is_heard();
    struct cjt188_decoded on_stack;
    struct cjt188_seen *seen = NULL;
    fact_id id;

    frame.packet = cjt188_packet_of(pinfo);
    frame.fact = cjt188_fact_next(pinfo, frame.packet, &id);
    frame.decoded = is_heard ? wmem_new(pinfo->pool, struct cjt188_decoded) : &on_stack;
    decode_frame(&frame, piece);
    if (!PINFO_FD_VISITED(pinfo))
        see_frame(&frame, id);
    cjt188_readings_believe(&frame);
    if (cjt188_own_fields != NULL)
        frame.own = cjt188_own_fields->match(&frame);
    show_frame(&frame, tree, at, piece);
    if (is_heard) {
        seen = cjt188_tap_add(pinfo, frame.line, piece->kind, (unsigned)piece->length);
        cjt188_tap_frame(seen, &frame, id);
    }
    cjt188_address_add(&frame, frame.item, seen);
    add_truncated(&frame);
}

/* ---- other pieces ---- */

static void
dissect_noise(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, unsigned at, unsigned length, bool behind_frame)
{
    enum { COLLISION_BYTES = 8 }; /* less is a spike, not two meters speaking at once */
    struct cjt188_frame frame = { .tvb = tvb, .pinfo = pinfo, .line = cjt188_line(pinfo) };
    proto_item *item;
    fact_id id;

    frame.fact = cjt188_fact_next(pinfo, cjt188_packet_of(pinfo), &id);
    cjt188_tap_add(pinfo, frame.line, CJT188_NOISE, length);
    if (!PINFO_FD_VISITED(pinfo))
        cjt188_exchange_damage(&frame, length >= COLLISION_BYTES);
    item = proto_tree_add_item(tree, proto_cjt188, tvb, (int)at, (int)length, ENC_NA);
    if ((frame.fact->flags & FACT_COLLISION) != 0)
        expert_add_info(pinfo, item, &ei_cjt188_collision);
    proto_item_append_text(item, ", %u byte%s of noise", length, length == 1 ? "" : "s");
    tree = proto_item_add_subtree(item, ett_cjt188_noise);
    item = proto_tree_add_item(tree, behind_frame ? hf_cjt188_trailing : hf_cjt188_noise, tvb, (int)at, (int)length, ENC_NA);
    expert_add_info(pinfo, item, &ei_cjt188_noise_found);
}

static void
dissect_neighbour(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, unsigned at, const struct cjt188_piece *piece)
{
    const unsigned start = at + (unsigned)piece->preamble, length = (unsigned)(piece->length - piece->preamble);
    struct cjt188_packet *packet = cjt188_packet_of(pinfo);
    char sentence[CJT188_TEXT_MAX];
    proto_item *item;

    cjt188_tap_add(pinfo, cjt188_line(pinfo), piece->kind, (unsigned)piece->length);
    cjt188_neighbour_sentence(piece->kind, tvb_get_ptr(tvb, (int)start, (int)length), length, sentence, sizeof sentence);
    packet->has_began = false;
    tell_piece(pinfo, packet, sentence);
    item = proto_tree_add_item(tree, proto_cjt188, tvb, (int)at, (int)piece->length, ENC_NA);
    proto_item_append_text(item, ", %s", sentence);
    tree = proto_item_add_subtree(item, ett_cjt188_neighbour);
    cjt188_add_preamble(tvb, tree, at, (unsigned)piece->preamble);
    if (piece->kind == CJT188_MBUS)
        cjt188_show_mbus(tvb, tree, start, length);
    else
        cjt188_show_dlt645(tvb, tree, start, length);
}

/* ---- packets ---- */

/* What the tap has noted of the line, in the packet flags of pcapng. */
enum line_note {
    NOTE_NOISE = 29,      /* "start frame delimiter": it has found no frame either */
    NOTE_LINE_ERROR = 31, /* "symbol error": a parity, framing or break mark */
};

static bool
is_noted(const packet_info *pinfo, enum line_note note)
{
    return (cjt188_packet_flags(pinfo) >> note & 1) != 0;
}

/* Without a note it may be somebody else's protocol, and then it is a matter of configuration. A packet that names this
 * dissector, as exported ones do, is no user DLT's. */
static void
tell_nothing_found(packet_info *pinfo, unsigned length)
{
    const int encap = cjt188_encapsulation_of(pinfo);

    if (is_noted(pinfo, NOTE_NOISE))
        col_add_fstr(pinfo->cinfo, COL_INFO, "Noise, %u byte%s", length, length == 1 ? "" : "s");
    else if (encap >= WTAP_ENCAP_USER0 && encap <= WTAP_ENCAP_USER15)
        col_add_fstr(pinfo->cinfo, COL_INFO, INFO_NOTHING " (user DLT %d; preference cjt188.dlt_user)",
                     encap - WTAP_ENCAP_USER0 + 147);
    else
        col_set_str(pinfo->cinfo, COL_INFO, INFO_NOTHING);
}

static void
dissect_piece(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, unsigned at, const struct cjt188_piece *piece,
              bool behind_frame)
{
    switch (piece->kind) {
    case CJT188_FRAME:
    case CJT188_DAMAGED:
    case CJT188_TRUNCATED:
        dissect_frame(tvb, pinfo, tree, at, piece);
        break;
    case CJT188_NOISE:
        dissect_noise(tvb, pinfo, tree, at, (unsigned)piece->length, behind_frame);
        break;
    default:
        dissect_neighbour(tvb, pinfo, tree, at, piece);
        break;
    }
}

/* Behind it nothing more can be counted of the capture. */
static void
begin_pieces(const packet_info *pinfo, bool *found)
{
    cjt188_note_packet(pinfo);
    if (cjt188_is_last_packet(pinfo))
        cjt188_tables_write();
    *found = false;
}

unsigned
cjt188_dissect_pieces(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, bool final, bool *found)
{
    const unsigned length = tvb_captured_length(tvb);
    unsigned at = 0;

    begin_pieces(pinfo, found);
    while (at < length) {
        const struct cjt188_piece piece =
            cjt188_next_piece(tvb_get_ptr(tvb, (int)at, (int)(length - at)), length - at, final, NULL);

        if (piece.kind == CJT188_NEED_MORE)
            break;
        dissect_piece(tvb, pinfo, tree, at, &piece, *found);
        *found = *found || piece.kind != CJT188_NOISE;
        at += (unsigned)piece.length;
    }
    return at;
}

unsigned
cjt188_dissect_cut(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, const struct cjt188_piece *pieces, unsigned count,
                   bool *found)
{
    const unsigned length = tvb_captured_length(tvb);
    unsigned at = 0;

    begin_pieces(pinfo, found);
    for (unsigned i = 0; i < count && pieces[i].length <= length - at; i++) {
        dissect_piece(tvb, pinfo, tree, at, &pieces[i], *found);
        *found = *found || pieces[i].kind != CJT188_NOISE;
        at += (unsigned)pieces[i].length;
    }
    return at;
}

void
cjt188_tell_cut(tvbuff_t *tvb)
{
    if (tvb_reported_length(tvb) > tvb_captured_length(tvb))
        tvb_ensure_bytes_exist(tvb, 0, (int)tvb_reported_length(tvb));
}

static int
dissect_cjt188(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data _U_)
{
    const unsigned length = tvb_captured_length(tvb);
    bool found;

    col_set_str(pinfo->cinfo, COL_PROTOCOL, "CJ/T 188");
    col_clear(pinfo->cinfo, COL_INFO);
    if (is_noted(pinfo, NOTE_LINE_ERROR)) {
        struct cjt188_seen *seen = cjt188_tap_add(pinfo, cjt188_line(pinfo), CJT188_NOISE, 0);

        proto_tree_add_expert(tree, pinfo, &ei_cjt188_line_error, tvb, 0, (int)length);
        if (seen != NULL)
            seen->line_error = true;
    }
    cjt188_dissect_pieces(tvb, pinfo, tree, true, &found);
    if (!found)
        tell_nothing_found(pinfo, tvb_reported_length(tvb));
    cjt188_tell_cut(tvb);
    return (int)length;
}

void
cjt188_register_dissector(void)
{
    register_dissector("cjt188", dissect_cjt188, proto_cjt188);
}
