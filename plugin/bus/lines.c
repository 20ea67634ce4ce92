/* lines.c
 * Lines and the meters on them.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "lines.h"

#include <epan/dissectors/packet-usb.h>

#include "cjt188-codes.h"

#include "interface.h"
#include "meters.h"
#include "plain.h"

/* All by what they are found by: lines and meters by their first members, numbers as a whole number. */
static wmem_map_t *lines, *meters, *numbers, *line_names;

/* Kinds of frames of a meter whose length fits no layout, as whole numbers. */
static wmem_map_t *odd_lengths;

/* By id - 1; file memory. */
static struct cjt188_meter **meter_list;
static uint32_t meter_count, meter_room;
static unsigned line_count;

/* Most packets are from where the last one was. */
static struct cjt188_line *newest_line;

/* What is known of a number whatever its line: addresses have none. */
struct cjt188_number {
    uint64_t key;
    bool is_high_first;        /* its replies have shown it */
    const struct meter_row *named, *dialect_row; /* rows of the Meters table */
    unsigned rows_generation;
};

static void
forget_all(void)
{
    meter_list = NULL;
    meter_count = meter_room = line_count = 0;
    newest_line = NULL;
}

static unsigned
mix(uint64_t key)
{
    key *= UINT64_C(0x9E3779B97F4A7C15);
    return (unsigned)(key >> 32);
}

/* ---- lines ---- */

static unsigned
line_hash(const void *key)
{
    const struct cjt188_line *line = (const struct cjt188_line *)key;

    return mix(((uint64_t)line->a << 32 | line->b) ^ (uint64_t)line->kind << 60);
}

static gboolean
line_equal(const void *a, const void *b)
{
    const struct cjt188_line *one = (const struct cjt188_line *)a, *other = (const struct cjt188_line *)b;

    return one->kind == other->kind && one->a == other->a && one->b == other->b;
}

static struct cjt188_line
usb_key(const packet_info *pinfo)
{
    const usb_address_t *source = (const usb_address_t *)pinfo->src.data;
    const bool from_host = pinfo->src.len >= (int)sizeof *source && source->device == 0xFFFFFFFF;
    const address *device = from_host ? &pinfo->dst : &pinfo->src;
    const usb_address_t *usb = (const usb_address_t *)device->data;

    if (device->len < (int)sizeof *usb)
        return (struct cjt188_line){ .kind = LINE_USB_UNKNOWN };
    return (struct cjt188_line){ .kind = LINE_USB, .a = usb->bus_id, .b = usb->device };
}

static struct cjt188_line
line_key(const packet_info *pinfo)
{
    if (pinfo->ptype == PT_USB)
        return usb_key(pinfo);
    return (struct cjt188_line){
        .kind = LINE_INTERFACE,
        .a = cjt188_section_of(pinfo),
        .b = cjt188_interface_of(pinfo),
    };
}

/* "10.0.0.1:50000 - 10.0.0.2:4001", the first packet's sender in front. */
static char *
conversation_name(const packet_info *pinfo)
{
    char *source = address_to_str(pinfo->pool, &pinfo->src), *destination = address_to_str(pinfo->pool, &pinfo->dst);

    return wmem_strdup_printf(wmem_file_scope(), "%s:%u - %s:%u", source, pinfo->srcport, destination, pinfo->destport);
}

/* Two boxes may each have a ttyUSB0: the second line of a name has its section and interface as well. Tables go to terminals,
 * and repeat it in every row: no control character of a capture's name is in it, nor all that 64 kB have room for. */
static char *
interface_line_name(const struct cjt188_line *line, const packet_info *pinfo)
{
    const char *said = cjt188_interface_name(pinfo);
    char plain[PLAIN_BYTES(PLAIN_NAME_CHARACTERS)], *name;

    if (said == NULL) {
        name = wmem_strdup_printf(wmem_file_scope(), "interface %u.%u", line->a, line->b);
    } else {
        cjt188_make_plain(said, PLAIN_NAME_CHARACTERS, plain);
        name = wmem_strdup(wmem_file_scope(), plain);
    }
    while (wmem_map_lookup(line_names, name) != NULL) /* again where an interface is called as if it were the second */
        name = wmem_strdup_printf(wmem_file_scope(), "%s (interface %u.%u)", name, line->a, line->b);
    return name;
}

/* Where a capture has no name for it: "interface 0.1", section and interface; "usb 1.4", bus and device. */
static char *
name_of(const struct cjt188_line *line, const packet_info *pinfo)
{
    switch (line->kind) {
    case LINE_CONVERSATION:
        return conversation_name(pinfo);
    case LINE_USB:
        return wmem_strdup_printf(wmem_file_scope(), "usb %u.%u", line->a, line->b);
    case LINE_USB_UNKNOWN:
        return wmem_strdup(wmem_file_scope(), "usb");
    default:
        return interface_line_name(line, pinfo);
    }
}

static struct cjt188_line *
new_line(const struct cjt188_line *key, const packet_info *pinfo)
{
    struct cjt188_line *line = wmem_new(wmem_file_scope(), struct cjt188_line);

    *line = *key;
    line->section = cjt188_section_of(pinfo);
    line->name = name_of(line, pinfo);
    if (line->kind == LINE_INTERFACE)
        wmem_map_insert(line_names, line->name, line);
    line->character = key->kind == LINE_INTERFACE ? cjt188_interface_character(pinfo) : 0;
    line->id = ++line_count;
    return line;
}

static struct cjt188_line *
conversation_line(packet_info *pinfo)
{
    conversation_t *conversation = find_or_create_conversation(pinfo);
    struct cjt188_line *line = (struct cjt188_line *)conversation_get_proto_data(conversation, proto_cjt188);
    const struct cjt188_line key = { .kind = LINE_CONVERSATION, .a = conversation->conv_index };

    if (line == NULL) {
        line = new_line(&key, pinfo);
        conversation_add_proto_data(conversation, proto_cjt188, line);
    }
    return line;
}

struct cjt188_line *
cjt188_line(packet_info *pinfo)
{
    struct cjt188_line key, *line;

    if (pinfo->ptype == PT_TCP || pinfo->ptype == PT_UDP)
        return conversation_line(pinfo);
    key = line_key(pinfo);
    if (newest_line != NULL && line_equal(newest_line, &key))
        return newest_line;
    line = (struct cjt188_line *)wmem_map_lookup(lines, &key);
    if (line == NULL) {
        line = new_line(&key, pinfo);
        wmem_map_insert(lines, line, line);
    }
    newest_line = line;
    return line;
}

const struct cjt188_line *
cjt188_whole_line(const struct cjt188_line *line)
{
    return line->echoes_of != NULL ? line->echoes_of : line;
}

/* ---- numbers ---- */

static uint64_t
number_key(const uint8_t *number)
{
    uint64_t key = 0;

    memcpy(&key, number, CJT188_NUMBER_BYTES);
    return key;
}

static struct cjt188_number *
number_of(const uint8_t *number, bool make)
{
    const uint64_t key = number_key(number);
    struct cjt188_number *known = (struct cjt188_number *)wmem_map_lookup(numbers, &key);

    if (known != NULL || !make)
        return known;
    known = wmem_new0(wmem_file_scope(), struct cjt188_number);
    known->key = key;
    wmem_map_insert(numbers, &known->key, known);
    return known;
}

/* The rows that are for a number without manufacturer code. */
static void
find_rows(struct cjt188_number *known)
{
    uint8_t octets[CJT188_ADDRESS_LENGTH] = { 0 };

    if (known->rows_generation == cjt188_meter_rows_generation())
        return;
    memcpy(octets, &known->key, CJT188_NUMBER_BYTES);
    known->named = cjt188_meter_row_with_name(octets);
    known->dialect_row = cjt188_meter_row(octets);
    known->rows_generation = cjt188_meter_rows_generation();
}

bool
cjt188_number_is_high_first(const uint8_t *number)
{
    struct cjt188_number *known = number_of(number, false);

    if (known == NULL)
        return false;
    find_rows(known);
    return known->dialect_row != NULL && known->dialect_row->known.has_dialect
        ? cjt188_dialect(known->dialect_row->known.dialect)->number_high_first : known->is_high_first;
}

const char *
cjt188_number_name(const uint8_t *number)
{
    struct cjt188_number *known = number_of(number, false);
    uint8_t octets[CJT188_ADDRESS_LENGTH] = { 0 };
    const struct meter_row *row;

    if (known != NULL) {
        find_rows(known);
        return known->named != NULL ? known->named->known.name : NULL;
    }
    memcpy(octets, number, CJT188_NUMBER_BYTES);
    row = cjt188_meter_row_with_name(octets);
    return row != NULL ? row->known.name : NULL;
}

/* ---- meters ---- */

static unsigned
meter_hash(const void *key)
{
    const struct cjt188_meter *meter = (const struct cjt188_meter *)key;

    return mix(number_key(meter->number) ^ (uint64_t)meter->line->id << 40 ^ (uint64_t)meter->line->id >> 24);
}

static gboolean
meter_equal(const void *a, const void *b)
{
    const struct cjt188_meter *one = (const struct cjt188_meter *)a, *other = (const struct cjt188_meter *)b;

    return one->line == other->line && one->is_wildcard == other->is_wildcard &&
        memcmp(one->number, other->number, CJT188_NUMBER_BYTES) == 0;
}

static struct cjt188_meter *
new_meter(const struct cjt188_meter *key)
{
    struct cjt188_meter *meter = wmem_new(wmem_file_scope(), struct cjt188_meter);

    *meter = *key;
    meter->last_dialect = CJT188_NO_DIALECT;
    meter->known = key->is_wildcard ? NULL : number_of(key->number, true);
    if (meter_count == meter_room) {
        meter_room = meter_room == 0 ? 64 : 2 * meter_room;
        meter_list = (struct cjt188_meter **)wmem_realloc(wmem_file_scope(), meter_list, meter_room * sizeof *meter_list);
    }
    meter_list[meter_count++] = meter;
    meter->id = meter_count;
    wmem_map_insert(meters, meter, meter);
    return meter;
}

struct cjt188_meter *
cjt188_meter(struct cjt188_line *line, const uint8_t *octets, bool is_wildcard, bool make)
{
    struct cjt188_meter key = { .line = line, .is_wildcard = is_wildcard };
    struct cjt188_meter *meter;

    if (is_wildcard)
        memset(key.number, 0xFF, sizeof key.number);
    else
        memcpy(key.number, octets, sizeof key.number);
    meter = (struct cjt188_meter *)wmem_map_lookup(meters, &key);
    return meter != NULL || !make ? meter : new_meter(&key);
}

struct cjt188_meter *
cjt188_meter_at(uint32_t id)
{
    return id != 0 && id <= meter_count ? meter_list[id - 1] : NULL;
}

/* ---- what is known of a frame's meter ---- */

static const struct meter_row *
row_of(struct cjt188_meter *meter, const uint8_t *octets)
{
    const uint16_t manufacturer = (uint16_t)(octets[6] << 8 | octets[5]);
    unsigned i;

    if (meter->rows_generation != cjt188_meter_rows_generation()) {
        memset(meter->rows, 0, sizeof meter->rows);
        meter->rows_generation = cjt188_meter_rows_generation();
    }
    for (i = 0; i < array_length(meter->rows); i++) {
        if (meter->rows[i].is_known && meter->rows[i].manufacturer == manufacturer)
            return meter->rows[i].row;
    }
    i = meter->next_row++ % array_length(meter->rows);
    meter->rows[i].is_known = true;
    meter->rows[i].manufacturer = manufacturer;
    meter->rows[i].row = cjt188_meter_row(octets);
    return meter->rows[i].row;
}

/* In the first look what was learned so far, in every later one the same again. */
static void
add_learned(const struct cjt188_frame *frame, struct cjt188_known *known)
{
    struct cjt188_meter *meter = frame->meter;
    struct cjt188_fact *fact = frame->fact;

    if (!PINFO_FD_VISITED(frame->pinfo) && meter != NULL) {
        if (meter->known != NULL && meter->known->is_high_first)
            fact->flags |= FACT_NUMBER_HIGH_FIRST;
        if (meter->last_dialect != CJT188_NO_DIALECT)
            fact->flags |= FACT_HAS_LAST_DIALECT;
        fact->last_dialect = meter->last_dialect;
    }
    known->number_high_first = (fact->flags & FACT_NUMBER_HIGH_FIRST) != 0;
    known->has_last_dialect = (fact->flags & FACT_HAS_LAST_DIALECT) != 0;
    known->last_dialect = (enum cjt188_dialect_id)fact->last_dialect;
}

/* The order of a reply's identifier, as it was known in the first look. */
static enum cjt188_di_order
order_of_reply(const struct cjt188_frame *frame)
{
    static const uint32_t flags[] = { [CJT188_DI_LOW_FIRST] = FACT_DI_LOW_FIRST, [CJT188_DI_HIGH_FIRST] = FACT_DI_HIGH_FIRST };
    struct cjt188_fact *fact = frame->fact;

    if (!PINFO_FD_VISITED(frame->pinfo) && frame->meter != NULL)
        fact->flags |= flags[frame->meter->di_order[true]];
    return (fact->flags & FACT_DI_LOW_FIRST) != 0 ? CJT188_DI_LOW_FIRST
        : (fact->flags & FACT_DI_HIGH_FIRST) != 0 ? CJT188_DI_HIGH_FIRST : CJT188_DI_UNKNOWN_ORDER;
}

/* A request says little of itself: dissected again, the whole capture speaks for it. So do the other identifiers of the same
 * meter, or else of the same master, for one whose bytes do not tell their order. */
static void
add_conversation(const struct cjt188_frame *frame, bool is_reply, struct cjt188_known *known)
{
    const struct cjt188_meter *meter = frame->meter;

    if (is_reply) {
        known->di_order = order_of_reply(frame);
        return;
    }
    if (meter != NULL)
        known->di_order = meter->di_order[false];
    if (known->di_order == CJT188_DI_UNKNOWN_ORDER)
        known->di_order = frame->line->di_order;
    if (meter != NULL && meter->last_dialect != CJT188_NO_DIALECT) {
        known->has_last_dialect = true;
        known->last_dialect = (enum cjt188_dialect_id)meter->last_dialect;
    }
}

void
cjt188_known_of(const struct cjt188_frame *frame, const uint8_t *bytes, unsigned have, struct cjt188_known *known)
{
    const uint8_t *octets = bytes + CJT188_OFF_ADDRESS;
    const struct meter_row *row = NULL;

    if (have >= CJT188_OFF_CONTROL && !cjt188_address_is_wildcard(octets))
        row = frame->meter != NULL ? row_of(frame->meter, octets) : cjt188_meter_row(octets);
    *known = row != NULL ? row->known : (struct cjt188_known){ .name = NULL };
    known->fallback = (enum cjt188_dialect_id)cjt188_default_dialect;
    add_learned(frame, known);
    if (have > CJT188_OFF_CONTROL)
        add_conversation(frame, (bytes[CJT188_OFF_CONTROL] & CJT188_CONTROL_REPLY) != 0, known);
    if (known->has_dialect)
        known->number_high_first = cjt188_dialect(known->dialect)->number_high_first;
}

static void
learn_order(const struct cjt188_frame *frame)
{
    const struct cjt188_decoded *decoded = frame->decoded;

    if (!decoded->di_known || decoded->plus_33)
        return;
    frame->meter->di_order[decoded->is_reply] = decoded->di_order;
    if (!decoded->is_reply)
        frame->line->di_order = decoded->di_order;
}

void
cjt188_learn(const struct cjt188_frame *frame)
{
    const struct cjt188_decoded *decoded = frame->decoded;

    if (frame->meter == NULL || decoded->kind != CJT188_FRAME)
        return;
    if (cjt188_tells_dialect(decoded))
        frame->meter->last_dialect = (int8_t)cjt188_dialect_id(decoded->dialect);
    if (decoded->is_reply && decoded->dialect->number_high_first && frame->meter->known != NULL)
        frame->meter->known->is_high_first = true;
    learn_order(frame);
}

/* Of one meter, control, identifier and L. Returns whether it is the first. */
static bool
is_first_of_length(const struct cjt188_frame *frame)
{
    const struct cjt188_decoded *decoded = frame->decoded;
    const uint64_t key = (uint64_t)frame->meter->id << 32 | (uint64_t)decoded->control << 24 | (uint64_t)decoded->di << 8 |
        decoded->data_length;

    if (wmem_map_lookup(odd_lengths, &key) != NULL)
        return false;
    wmem_map_insert(odd_lengths, wmem_memdup(wmem_file_scope(), &key, sizeof key), frame->meter);
    return true;
}

void
cjt188_note_length(const struct cjt188_frame *frame)
{
    struct cjt188_meter *meter = frame->meter;
    bool is_first;

    if (meter == NULL || frame->decoded->kind != CJT188_FRAME || (frame->decoded->layout != NULL && frame->decoded->longer_by == 0))
        return;
    is_first = frame->decoded->longer_by > 0 ? !meter->has_longer : is_first_of_length(frame);
    meter->has_longer = meter->has_longer || frame->decoded->longer_by > 0;
    if (is_first)
        frame->fact->flags |= FACT_LENGTH_NOTED;
}

void
cjt188_lines_register(void)
{
    odd_lengths = wmem_map_new_autoreset(wmem_epan_scope(), wmem_file_scope(), g_int64_hash, g_int64_equal);
    lines = wmem_map_new_autoreset(wmem_epan_scope(), wmem_file_scope(), line_hash, line_equal);
    meters = wmem_map_new_autoreset(wmem_epan_scope(), wmem_file_scope(), meter_hash, meter_equal);
    line_names = wmem_map_new_autoreset(wmem_epan_scope(), wmem_file_scope(), g_str_hash, g_str_equal);
    numbers = wmem_map_new_autoreset(wmem_epan_scope(), wmem_file_scope(), g_int64_hash, g_int64_equal);
    register_cleanup_routine(forget_all);
}
