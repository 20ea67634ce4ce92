/* packet-cjt188.c
 * CJ/T 188 dissector: heat, water and gas meters on M-Bus or RS485, as makers really speak it.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A packet is a run of bytes from the line: mostly one frame with its preamble, but also noise, a damaged frame, or
 * several frames. protocol/cjt188-frame.h cuts it; here each piece gets its header, its dialect and its layout, and every
 * byte ends up in a named field.
 *
 *     FE…FE 68 T A0 A1 A2 A3 A4 A5 A6 C L DATA[L] CS 16
 */
#include "packet-cjt188.h"

#include "address.h"
#include "changes.h"
#include "cjt188.h"
#include "cjt188-codes.h"
#include "data.h"
#include "dlt.h"
#include "exchange.h"
#include "fields.h"
#include "meters.h"
#include "reading.h"
#include "stats.h"
#include "transport.h"
#include "userfields.h"

#define INFO_NOTHING "No CJ/T 188 frame (user DLT %u; preference cjt188.dlt_user)"

int proto_cjt188;

ws_bool cjt188_show_digits = true;
int cjt188_default_dialect = DIALECT_STANDARD;
static ws_bool verify_checksums = true;

/* ---- who speaks ---- */

static const char *
address_text(const struct cjt188_frame *frame)
{
    char *text = (char *)wmem_alloc(frame->pinfo->pool, 2 * CJT188_ADDRESS_LENGTH + 1);

    for (unsigned i = 0; i < CJT188_ADDRESS_LENGTH; i++)
        snprintf(text + 2 * i, 3, "%02X",
                 frame->bytes[CJT188_OFF_ADDRESS + CJT188_ADDRESS_LENGTH - 1 - i]);
    return text;
}

/* The number on the display: A4..A0, 8 digits, 10 when A4 is not zero; NULL for wildcards and what is not decimal. */
static const char *
meter_text(const struct cjt188_frame *frame)
{
    enum { NUMBER = 5 };
    const uint8_t *a = frame->bytes + CJT188_OFF_ADDRESS;
    const bool wire_order = cjt188_number_high_first(a);
    const unsigned width = a[NUMBER - 1] != 0 ? NUMBER : NUMBER - 1;
    char *text;

    if (frame->is_wildcard)
        return NULL;
    text = (char *)wmem_alloc(frame->pinfo->pool, 2 * NUMBER + 1);
    for (unsigned i = 0; i < width; i++) {
        const uint8_t byte = a[wire_order ? i : width - 1 - i];

        if ((byte >> 4) > 9 || (byte & 0x0F) > 9)
            return NULL;
        snprintf(text + 2 * i, 3, "%02X", byte);
    }
    return text;
}

static const char *
who_text(const struct cjt188_frame *frame)
{
    const char *meter;

    if (frame->have < CJT188_OFF_CONTROL)
        return "meter unknown";
    if (frame->is_wildcard)
        return "all meters";
    if (frame->name != NULL)
        return frame->name;
    meter = meter_text(frame);
    return meter != NULL ? meter : address_text(frame);
}

/* ---- dialect ---- */

/* An error reply or a valve reply says too little of itself: it is read as the same meter's last reading was. */
static bool
says_too_little(const struct cjt188_frame *frame)
{
    return frame->is_reply && (frame->is_error || (frame->has_di && frame->di == 0xA017));
}

static void
choose_dialect(struct cjt188_frame *frame, struct cjt188_facts *facts)
{
    bool weak;
    int id = cjt188_decide_dialect(frame, &frame->dialect_reason, &weak);

    if (weak && cjt188_default_dialect != DIALECT_STANDARD) {
        id = cjt188_default_dialect;
        frame->dialect_reason = "preference, where no rule speaks";
    }
    if (!PINFO_FD_VISITED(frame->pinfo))
        cjt188_remember_dialect(frame, id, facts);
    if (says_too_little(frame) && facts->remembered_dialect >= 0) {
        id = facts->remembered_dialect;
        frame->dialect_reason = "as this meter's last reading";
    }
    frame->dialect = cjt188_dialect(id);
    memcpy(frame->places, frame->dialect->places, sizeof frame->places);
}

/* What the user says of a meter goes before every rule. */
static void
apply_meters_table(struct cjt188_frame *frame)
{
    const struct meter_row *row = frame->have >= CJT188_OFF_CONTROL && !frame->is_wildcard
        ? cjt188_meter_row(frame->bytes + CJT188_OFF_ADDRESS) : NULL;

    if (row == NULL)
        return;
    if (row->name[0] != '\0')
        frame->name = row->name;
    if (row->dialect > 0) {
        frame->dialect = cjt188_dialect((int)row->dialect - 1);
        frame->dialect_reason = "your Meters table";
        memcpy(frame->places, frame->dialect->places, sizeof frame->places);
    }
    for (unsigned i = 0; i < DIALECT_CLASSES; i++) {
        if (row->places[i] == NULL || row->places[i][0] == '\0')
            continue;
        frame->places[i] = (int8_t)(row->places[i][0] - '0');
        frame->places_source[i] = "your Meters table";
    }
}

/* ---- reading the header ---- */

/* Everything that can be told before the first item is made. The piece begins at tvb[at]. */
static void
read_frame(struct cjt188_frame *frame, tvbuff_t *tvb, packet_info *pinfo, unsigned at,
           const struct cjt188_piece *piece, struct cjt188_facts *facts)
{
    unsigned data_there;

    memset(frame, 0, sizeof *frame);
    frame->tvb = tvb;
    frame->pinfo = pinfo;
    frame->kind = piece->kind;
    frame->offset = at + (unsigned)piece->preamble;
    frame->have = MIN((unsigned)(piece->length - piece->preamble), (unsigned)CJT188_FRAME_MAX);
    tvb_memcpy(tvb, frame->bytes, (int)frame->offset, frame->have);
    frame->length = frame->have;
    if (frame->have > CJT188_OFF_TYPE)
        frame->type = frame->bytes[CJT188_OFF_TYPE];
    if (frame->have >= CJT188_OFF_CONTROL) {
        frame->is_wildcard = cjt188_address_is_wildcard(frame->bytes + CJT188_OFF_ADDRESS);
        frame->manufacturer = (uint16_t)(frame->bytes[CJT188_OFF_ADDRESS + 6] << 8 | frame->bytes[CJT188_OFF_ADDRESS + 5]);
    }
    if (frame->have > CJT188_OFF_CONTROL) {
        frame->control = frame->bytes[CJT188_OFF_CONTROL];
        frame->function = frame->control & CJT188_CONTROL_FUNCTION;
        frame->is_reply = (frame->control & CJT188_CONTROL_REPLY) != 0;
        frame->is_error = frame->is_reply && (frame->control & CJT188_CONTROL_ERROR) != 0;
    }
    if (frame->have > CJT188_OFF_LENGTH) {
        frame->data_length = frame->bytes[CJT188_OFF_LENGTH];
        frame->length = CJT188_OVERHEAD + frame->data_length;
    }
    data_there = frame->have > CJT188_OFF_DATA ? frame->have - CJT188_OFF_DATA : 0;
    frame->data_end = CJT188_OFF_DATA + MIN(data_there, frame->data_length);
    cjt188_decide_identifier(frame);
    frame->has_ser = frame->has_di ? frame->data_end > CJT188_OFF_DATA + 2
                                   : frame->is_error && frame->data_length == 3 && data_there > 0;
    frame->data = CJT188_OFF_DATA + (frame->has_di ? 2 : 0) + (frame->has_ser ? 1 : 0);
    cjt188_decide_unit_position(frame);
    choose_dialect(frame, facts);
    apply_meters_table(frame);
    if (frame->kind == CJT188_FRAME && frame->is_reply && frame->dialect->number_high_first)
        cjt188_note_number_high_first(frame->bytes + CJT188_OFF_ADDRESS);
}

/* ---- showing the header ---- */

static void
add_byte(const struct cjt188_frame *frame, proto_tree *tree, int field, unsigned at)
{
    if (at < frame->have)
        proto_tree_add_uint(tree, field, frame->tvb, frame->offset + at, 1, frame->bytes[at]);
}

static void
add_address(const struct cjt188_frame *frame, proto_tree *tree)
{
    const unsigned at = frame->offset + CJT188_OFF_ADDRESS;
    const char *meter = meter_text(frame);
    proto_tree *below;
    proto_item *item;

    if (frame->have < CJT188_OFF_CONTROL) {
        if (frame->have > CJT188_OFF_ADDRESS)
            cjt188_add_bytes(frame, tree, hf_cjt188_undocumented, CJT188_OFF_ADDRESS,
                             frame->have - CJT188_OFF_ADDRESS, "Cut-off address");
        return;
    }
    item = proto_tree_add_string(tree, hf_cjt188_address, frame->tvb, at, CJT188_ADDRESS_LENGTH, address_text(frame));
    proto_item_append_text(item, " (%s%s)", frame->name == NULL && meter != NULL ? "meter " : "", who_text(frame));
    below = proto_item_add_subtree(item, ett_cjt188_part);
    if (meter != NULL)
        proto_tree_add_string(below, hf_cjt188_meter, frame->tvb, at, 5, meter);
    if (frame->name != NULL)
        proto_item_set_generated(proto_tree_add_string(below, hf_cjt188_meter_name, frame->tvb, at, 5, frame->name));
    /* A column of two fields would print both. */
    proto_item_set_hidden(proto_tree_add_string(below, hf_cjt188_meter_label, frame->tvb, at, 5, who_text(frame)));
    proto_tree_add_uint(below, hf_cjt188_manufacturer, frame->tvb, at + 5, 2, frame->manufacturer);
}

static void
add_control(const struct cjt188_frame *frame, proto_tree *tree)
{
    const unsigned at = frame->offset + CJT188_OFF_CONTROL;
    proto_item *item;

    if (frame->have <= CJT188_OFF_CONTROL)
        return;
    item = proto_tree_add_uint(tree, hf_cjt188_control, frame->tvb, at, 1, frame->control);
    proto_item_append_text(item, " (%s: %s)",
                           frame->is_error ? "error reply" : frame->is_reply ? "reply" : "request",
                           val_to_str_const(frame->function, cjt188_function_vals, "maker's own"));
    if (frame->is_error)
        expert_add_info(frame->pinfo, item, &ei_cjt188_error_reply);
    tree = proto_item_add_subtree(item, ett_cjt188_part);
    proto_tree_add_boolean(tree, hf_cjt188_control_response, frame->tvb, at, 1, frame->control);
    proto_tree_add_boolean(tree, hf_cjt188_control_error, frame->tvb, at, 1, frame->control);
    proto_tree_add_uint(tree, hf_cjt188_control_function, frame->tvb, at, 1, frame->control);
}

static void
add_identifier(const struct cjt188_frame *frame, proto_tree *tree)
{
    const char *name = cjt188_frame_identifier_name(frame);
    const unsigned at = frame->offset + CJT188_OFF_DATA;
    proto_item *item;

    if (frame->has_di) {
        item = proto_tree_add_uint_format_value(tree, hf_cjt188_di, frame->tvb, at, 2, frame->di, "%04X (%s)%s", frame->di,
                                                name != NULL ? name : "unknown",
                                                frame->di_order == DI_HIGH_FIRST ? ", sent high byte first"
                                                    : frame->di_order == DI_LOW_FIRST ? ", sent low byte first"
                                                                                      : ", order of its bytes unknown");
        if (frame->plus_33)
            proto_item_append_text(item, ", 33H added to every data byte");
        if (!frame->di_known && !frame->is_error)
            expert_add_info(frame->pinfo, item, &ei_cjt188_unknown_di);
        if (frame->di_order != DI_UNKNOWN_ORDER)
            proto_item_set_generated(proto_tree_add_boolean(proto_item_add_subtree(item, ett_cjt188_part),
                                                            hf_cjt188_di_swapped, frame->tvb, at, 2,
                                                            frame->di_order == DI_HIGH_FIRST));
    }
    if (frame->has_ser)
        add_byte(frame, tree, hf_cjt188_ser, frame->data - 1);
}

static void
add_dialect(const struct cjt188_frame *frame, proto_tree *tree)
{
    proto_item *item;

    if (frame->have <= CJT188_OFF_CONTROL)
        return;
    item = proto_tree_add_string_format_value(tree, hf_cjt188_dialect, frame->tvb, 0, 0, frame->dialect->name, "%s (%s)",
                                              frame->dialect->name, frame->dialect_reason);
    proto_item_set_generated(item);
}

static void
add_tail(const struct cjt188_frame *frame, proto_tree *tree)
{
    const unsigned checksum_at = frame->length - 2;
    const unsigned end_at = frame->length - 1;
    tvbuff_t *tvb = frame->tvb;

    if (frame->have <= CJT188_OFF_LENGTH)
        return;
    if (checksum_at < frame->have) {
        uint8_t sum = 0;

        for (unsigned i = 0; i < checksum_at; i++)
            sum = (uint8_t)(sum + tvb_get_uint8(tvb, (int)(frame->offset + i)));
        proto_tree_add_checksum(tree, tvb, (int)(frame->offset + checksum_at), hf_cjt188_checksum,
                                hf_cjt188_checksum_status, &ei_cjt188_checksum_bad, frame->pinfo, sum, ENC_NA,
                                verify_checksums ? PROTO_CHECKSUM_VERIFY : PROTO_CHECKSUM_NO_FLAGS);
    }
    if (end_at < frame->have) {
        add_byte(frame, tree, hf_cjt188_end, end_at);
        if (frame->bytes[end_at] != CJT188_END)
            expert_add_info(frame->pinfo, frame->item, &ei_cjt188_no_end);
    }
}

/* ---- the info column ---- */

static const char *
summary_text(const struct cjt188_frame *frame)
{
    wmem_strbuf_t *text = wmem_strbuf_new(frame->pinfo->pool, NULL);
    const struct reading *reading = &frame->reading;

    for (unsigned i = 0; i < frame->summaries; i++)
        wmem_strbuf_append_printf(text, "%s%s", i > 0 ? ", " : "", frame->summary[i]);
    if (reading->has[READING_SUPPLY] && reading->has[READING_RETURN])
        wmem_strbuf_append_printf(text, "%s%.2f/%.2f °C", frame->summaries > 0 ? ", " : "",
                                  reading->value[READING_SUPPLY], reading->value[READING_RETURN]);
    if (frame->faults != NULL)
        wmem_strbuf_append_printf(text, "%s%s", wmem_strbuf_get_len(text) > 0 ? ", " : "", frame->faults);
    return wmem_strbuf_get_str(text);
}

/* An identifier's name without what it says of its origin: "high-precision reading" of "… (Lichuang)". */
static const char *
plain_name(wmem_allocator_t *pool, const char *name)
{
    const char *origin = strstr(name, " (");

    return origin != NULL ? wmem_strndup(pool, name, (size_t)(origin - name)) : name;
}

/* "Read 901F", "Write A017 (valve)", "Write address": what is asked, or what a reply answers. */
static const char *
action_text(const struct cjt188_frame *frame)
{
    wmem_allocator_t *pool = frame->pinfo->pool;
    const char *verb = cjt188_function_verb(frame->function);
    const char *name = cjt188_frame_identifier_name(frame);
    const bool generic = verb == NULL || g_str_equal(verb, "Read") || g_str_equal(verb, "Write");

    if (verb == NULL)
        verb = wmem_strdup_printf(pool, "Control %02X", frame->control);
    if (!frame->has_di || (!generic && name != NULL && (frame->function < 0x1A || frame->function == 0x39)))
        return verb;
    if (!generic || frame->function == 0x01 || name == NULL)
        return wmem_strdup_printf(pool, "%s %04X", verb, frame->di);
    return wmem_strdup_printf(pool, "%s %04X (%s)", verb, frame->di, plain_name(pool, name));
}

static const char *
info_text(const struct cjt188_frame *frame)
{
    wmem_allocator_t *pool = frame->pinfo->pool;
    const char *values = summary_text(frame);
    const char *who = who_text(frame);
    const char *action = action_text(frame);
    const char *identifier = cjt188_frame_identifier_name(frame);

    if (frame->have <= CJT188_OFF_CONTROL)
        return "beginning of a frame";
    if (!frame->is_reply)
        return wmem_strdup_printf(pool, "%s%s%s, %s", action, values[0] != '\0' ? ": " : "", values, who);
    if (frame->is_error)
        return wmem_strdup_printf(pool, "%s: error reply to \"%s\"%s%s", who, action, values[0] != '\0' ? ", " : "", values);
    if (frame->has_di && frame->di == 0x901F && values[0] != '\0')
        return wmem_strdup_printf(pool, "%s: %s", who, values);
    if (frame->has_di && frame->function == 0x01)
        return wmem_strdup_printf(pool, "%s: %04X %s%s%s", who, frame->di, identifier != NULL ? identifier : "unknown identifier",
                                  values[0] != '\0' ? ", " : "", values);
    return wmem_strdup_printf(pool, "%s: reply to \"%s\"%s%s", who, action, values[0] != '\0' ? ", " : "", values);
}

/* ---- pieces ---- */

static void
add_preamble(tvbuff_t *tvb, proto_tree *tree, unsigned at, unsigned length)
{
    if (length > 0)
        proto_tree_add_bytes_format_value(tree, hf_cjt188_preamble, tvb, (int)at, (int)length, NULL, "%u × FE", length);
}

/* Seen for the first time. Damage that a request may have suffered is no collision of replies. */
static void
see_frame(const struct cjt188_frame *frame, struct cjt188_facts *facts)
{
    if (frame->kind == CJT188_FRAME)
        cjt188_exchange_frame(frame, facts);
    else if (frame->is_reply || frame->have <= CJT188_OFF_CONTROL)
        cjt188_exchange_damage(frame->pinfo, facts);
}

static const char *
dissect_frame(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, unsigned at, const struct cjt188_piece *piece)
{
    struct cjt188_facts *facts = cjt188_facts_next(pinfo);
    struct cjt188_seen *seen = cjt188_seen_new(pinfo, piece->kind, (unsigned)piece->length);
    struct cjt188_frame frame;
    const char *info;

    read_frame(&frame, tvb, pinfo, at, piece, facts);
    frame.item = proto_tree_add_item(tree, proto_cjt188, tvb, (int)at, (int)piece->length, ENC_NA);
    tree = proto_item_add_subtree(frame.item, ett_cjt188);
    add_preamble(tvb, tree, at, (unsigned)piece->preamble);
    add_byte(&frame, tree, hf_cjt188_start, 0);
    add_byte(&frame, tree, hf_cjt188_type, CJT188_OFF_TYPE);
    add_address(&frame, tree);
    add_control(&frame, tree);
    add_byte(&frame, tree, hf_cjt188_length, CJT188_OFF_LENGTH);
    add_identifier(&frame, tree);
    add_dialect(&frame, tree);
    cjt188_data_add(&frame, tree, facts);
    add_tail(&frame, tree);
    if (!PINFO_FD_VISITED(pinfo))
        see_frame(&frame, facts);
    cjt188_exchange_add(&frame, tree, facts);
    if (frame.have > CJT188_OFF_CONTROL)
        cjt188_address_add(&frame, tree, seen);
    cjt188_seen_frame(seen, &frame, facts);
    info = info_text(&frame);
    if (frame.kind == CJT188_DAMAGED)
        info = wmem_strdup_printf(pinfo->pool, "Damaged: %s", info);
    if (frame.kind == CJT188_TRUNCATED) {
        info = wmem_strdup_printf(pinfo->pool, "Truncated: %s", info);
        if (tvb_reported_length(tvb) == tvb_captured_length(tvb))
            expert_add_info_format(pinfo, frame.item, &ei_cjt188_truncated,
                                   frame.have > CJT188_OFF_LENGTH ? "The frame stops after %u of %u bytes"
                                                                  : "The frame stops after %u bytes",
                                   frame.have, frame.length);
    }
    proto_item_append_text(frame.item, ", %s", info);
    return info;
}

static const char *
dissect_noise(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, unsigned at, unsigned length, bool behind_frame)
{
    enum { COLLISION_BYTES = 8 }; /* less is a spike, not two meters speaking at once */
    struct cjt188_facts *facts = cjt188_facts_next(pinfo);
    proto_item *item = proto_tree_add_item(tree, proto_cjt188, tvb, (int)at, (int)length, ENC_NA);
    const char *text = wmem_strdup_printf(pinfo->pool, "%u byte%s of noise", length, length == 1 ? "" : "s");

    cjt188_seen_new(pinfo, CJT188_NOISE, length);
    if (!PINFO_FD_VISITED(pinfo) && length >= COLLISION_BYTES)
        cjt188_exchange_damage(pinfo, facts);
    if (facts->collision)
        expert_add_info(pinfo, item, &ei_cjt188_collision);
    proto_item_append_text(item, ", %s", text);
    tree = proto_item_add_subtree(item, ett_cjt188);
    item = proto_tree_add_item(tree, behind_frame ? hf_cjt188_trailing : hf_cjt188_noise, tvb, (int)at, (int)length,
                               ENC_NA);
    expert_add_info(pinfo, item, &ei_cjt188_noise_found);
    return text;
}

static const char *
dissect_neighbour(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, unsigned at, const struct cjt188_piece *piece)
{
    proto_item *item = proto_tree_add_item(tree, proto_cjt188, tvb, (int)at, (int)piece->length, ENC_NA);
    const unsigned start = at + (unsigned)piece->preamble;
    const unsigned length = (unsigned)(piece->length - piece->preamble);
    const char *text;

    cjt188_seen_new(pinfo, piece->kind, (unsigned)piece->length);
    tree = proto_item_add_subtree(item, ett_cjt188);
    add_preamble(tvb, tree, at, (unsigned)piece->preamble);
    text = piece->kind == CJT188_MBUS ? cjt188_dissect_mbus(tvb, pinfo, tree, start, length)
                                      : cjt188_dissect_dlt645(tvb, pinfo, tree, start, length);
    proto_item_append_text(item, ", %s", text);
    return text;
}

/* What the tap has noted of the line: bit 31 of the packet flags, a parity, framing or break mark. */
static bool
has_line_errors(const packet_info *pinfo)
{
    const uint32_t symbol_error = 1u << 31;
    uint32_t flags = 0;

    return pinfo->rec->block != NULL &&
        wtap_block_get_uint32_option_value(pinfo->rec->block, OPT_PKT_FLAGS, &flags) == WTAP_OPTTYPE_SUCCESS &&
        (flags & symbol_error) != 0;
}

static const char *
dissect_piece(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, unsigned at, const struct cjt188_piece *piece)
{
    switch (piece->kind) {
    case CJT188_FRAME:
    case CJT188_DAMAGED:
    case CJT188_TRUNCATED:
        return dissect_frame(tvb, pinfo, tree, at, piece);
    default:
        return dissect_neighbour(tvb, pinfo, tree, at, piece);
    }
}

unsigned
cjt188_dissect_pieces(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, bool final, bool *found)
{
    const unsigned length = tvb_captured_length(tvb);
    unsigned at = 0;

    *found = false;
    while (at < length) {
        const struct cjt188_piece piece =
            cjt188_next_piece(tvb_get_ptr(tvb, (int)at, (int)(length - at)), length - at, final, NULL);

        if (piece.kind == CJT188_NEED_MORE)
            break;
        if (piece.kind == CJT188_NOISE) {
            dissect_noise(tvb, pinfo, tree, at, (unsigned)piece.length, *found);
        } else {
            col_append_sep_str(pinfo->cinfo, COL_INFO, " | ", dissect_piece(tvb, pinfo, tree, at, &piece));
            *found = true;
        }
        at += (unsigned)piece.length;
    }
    return at;
}

static int
dissect_cjt188(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data _U_)
{
    const unsigned length = tvb_captured_length(tvb);
    bool found;

    col_set_str(pinfo->cinfo, COL_PROTOCOL, "CJ/T 188");
    col_clear(pinfo->cinfo, COL_INFO);
    if (has_line_errors(pinfo)) {
        proto_tree_add_expert(tree, pinfo, &ei_cjt188_line_error, tvb, 0, (int)length);
        cjt188_seen_line_error(pinfo);
    }
    cjt188_dissect_pieces(tvb, pinfo, tree, true, &found);
    if (!found)
        col_add_fstr(pinfo->cinfo, COL_INFO, INFO_NOTHING, (unsigned)(pinfo->match_uint - WTAP_ENCAP_USER0 + 147));
    if (tvb_reported_length(tvb) > length) /* cut by a snap length: say so as Wireshark does */
        tvb_ensure_bytes_exist(tvb, 0, (int)tvb_reported_length(tvb));
    return (int)length;
}

/* ---- registration ---- */

static void
register_preferences(void)
{
    module_t *module = prefs_register_protocol(proto_cjt188, cjt188_dlt_apply);

    cjt188_dlt_register(module);
    cjt188_meters_register(module);
    cjt188_userfields_register(module);
    prefs_register_enum_preference(module, "dialect", "Dialect where no rule speaks",
                                   "How frames are read that nothing in them assigns to a maker. No byte of a frame says "
                                   "how many decimal places its values have.",
                                   &cjt188_default_dialect, cjt188_dialect_choices(), false);
    prefs_register_bool_preference(module, "verify_checksum", "Verify checksums",
                                   "Whether the checksum of each frame is compared with its bytes.", &verify_checksums);
    prefs_register_bool_preference(module, "show_digits", "Show the digits behind values",
                                   "Whether each value shows the digits that were sent, and where its decimal places come "
                                   "from.",
                                   &cjt188_show_digits);
    prefs_register_bool_preference(module, "desegment", "Reassemble frames that span several TCP segments",
                                   "Whether a frame that a serial device server has sent in pieces is put together. \"Allow "
                                   "subdissector to reassemble TCP streams\" must be on in the TCP preferences too.",
                                   &cjt188_desegment);
}

void
proto_register_cjt188(void)
{
    proto_cjt188 = proto_register_protocol("CJ/T 188 meter protocol", "CJ/T 188", "cjt188");
    cjt188_register_fields(proto_cjt188);
    register_dissector("cjt188", dissect_cjt188, proto_cjt188);
    register_preferences();
    cjt188_address_register(proto_cjt188);
    cjt188_stats_register(proto_cjt188);
    cjt188_exchange_register();
    cjt188_transport_register();
    cjt188_reading_register();
    cjt188_changes_register();
}

void
proto_reg_handoff_cjt188(void)
{
    cjt188_dlt_handoff(find_dissector("cjt188"));
    cjt188_transport_handoff(proto_cjt188);
}
