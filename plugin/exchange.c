/* exchange.c
 * Requests and replies: who asked, who answered, how fast, and what went unanswered.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A reply belongs to the newest open request of its line with the same function and identifier that went to its A0-A4
 * or to all meters. Meter type, manufacturer code and sequence number are never compared: a meter may answer with
 * others than it was asked with. Where the two directions are tapped as two interfaces, the request is looked for on
 * the other.
 */
#include "exchange.h"

#include "fields.h"
#include "transport.h"

enum {
    OPEN_MAX = 8,
    NUMBER_BYTES = 5,
    COLLISION_SECONDS = 5,
    OTHER_TAP_SECONDS = 10, /* what is older on another interface has nothing to do with this one */
};

struct line {
    const char *key;
    unsigned section;
    bool has_requests, has_replies;
    struct exchange *last;            /* the newest request */
    bool last_is_newest;              /* nothing came behind it yet */
    struct exchange *open[OPEN_MAX];  /* unanswered requests and broadcasts, newest first */
};

/* Line key to struct line. */
static wmem_map_t *lines;

static unsigned
section_of(const packet_info *pinfo)
{
    return (pinfo->rec->presence_flags & WTAP_HAS_SECTION_NUMBER) != 0 ? pinfo->rec->section_number : 0;
}

const char *
cjt188_line_key(packet_info *pinfo, wmem_allocator_t *scope)
{
    const wtap_rec *rec = pinfo->rec;
    unsigned interface;

    if (pinfo->ptype == PT_TCP || pinfo->ptype == PT_UDP)
        return wmem_strdup_printf(scope, "conversation %u", find_or_create_conversation(pinfo)->conv_index);
    if (pinfo->ptype == PT_USB)
        return cjt188_usb_line(pinfo, scope);
    interface = (rec->presence_flags & WTAP_HAS_INTERFACE_ID) != 0 ? rec->rec_header.packet_header.interface_id : 0;
    return wmem_strdup_printf(scope, "interface %u.%u", section_of(pinfo), interface);
}

/* ---- packet numbers ---- */

/* Where the number of the packet at hand was noted: uint32_t pointers. */
static GPtrArray *noted;
static uint32_t noted_number;

void
cjt188_note_number(packet_info *pinfo, uint32_t *number)
{
    *number = pinfo->num;
    g_ptr_array_add(noted, number);
}

/* A new packet, seen for the first time. */
static void
begin_packet(packet_info *pinfo)
{
    for (unsigned i = 0; pinfo->num == noted_number && i < noted->len; i++)
        *(uint32_t *)g_ptr_array_index(noted, i) = 0;
    g_ptr_array_set_size(noted, 0);
    noted_number = pinfo->num;
}

/* The capture is closed, what was noted is freed with it. */
static void
forget_numbers(void)
{
    g_ptr_array_set_size(noted, 0);
    noted_number = 0;
}

/* ---- facts ---- */

enum { COUNTER_KEY = 0 };

struct cjt188_facts *
cjt188_facts_next(packet_info *pinfo)
{
    uint32_t *pieces = (uint32_t *)p_get_proto_data(pinfo->pool, pinfo, proto_cjt188, COUNTER_KEY);
    struct cjt188_facts *facts;

    if (pieces == NULL) {
        pieces = wmem_new0(pinfo->pool, uint32_t);
        p_add_proto_data(pinfo->pool, pinfo, proto_cjt188, COUNTER_KEY, pieces);
        if (!PINFO_FD_VISITED(pinfo))
            begin_packet(pinfo);
    }
    ++*pieces;
    facts = (struct cjt188_facts *)p_get_proto_data(wmem_file_scope(), pinfo, proto_cjt188, *pieces);
    if (facts == NULL) {
        facts = wmem_new0(wmem_file_scope(), struct cjt188_facts);
        facts->remembered_dialect = -1;
        p_add_proto_data(wmem_file_scope(), pinfo, proto_cjt188, *pieces, facts);
    }
    return facts;
}

/* ---- lines ---- */

static struct line *
line_of(packet_info *pinfo)
{
    struct line *line = (struct line *)wmem_map_lookup(lines, cjt188_line_key(pinfo, pinfo->pool));

    if (line == NULL) {
        line = wmem_new0(wmem_file_scope(), struct line);
        line->key = cjt188_line_key(pinfo, wmem_file_scope());
        line->section = section_of(pinfo);
        wmem_map_insert(lines, line->key, line);
    }
    return line;
}

static bool
same_number(const uint8_t *a, const uint8_t *b)
{
    return memcmp(a, b, NUMBER_BYTES) == 0;
}

static bool
is_same_request(const struct exchange *a, const struct exchange *b)
{
    return a->is_wildcard == b->is_wildcard && (a->is_wildcard || same_number(a->address, b->address)) &&
        a->function == b->function && a->has_di == b->has_di && a->di == b->di && a->data_length == b->data_length &&
        (a->data_length == 0 || memcmp(a->data, b->data, a->data_length) == 0);
}

/* An error reply may come without an identifier. Several meters may answer a broadcast, but only until the next request. */
static bool
answers(const struct cjt188_frame *reply, const struct exchange *request, bool is_newest)
{
    if (request->replied && !(request->is_wildcard && is_newest))
        return false;
    return (request->is_wildcard || same_number(request->address, reply->bytes + CJT188_OFF_ADDRESS)) &&
        request->function == reply->function &&
        (!request->has_di || !reply->has_di || request->di == reply->di);
}

static struct exchange *
find_open(const struct line *line, const struct cjt188_frame *reply)
{
    for (unsigned i = 0; i < OPEN_MAX && line->open[i] != NULL; i++) {
        if (answers(reply, line->open[i], i == 0))
            return line->open[i];
    }
    return NULL;
}

struct search {
    const struct cjt188_frame *reply;
    struct exchange *found;
};

static bool
is_other_tap(const struct line *line, packet_info *pinfo, const nstime_t *asked, time_t seconds)
{
    nstime_t since;

    nstime_delta(&since, &pinfo->abs_ts, asked);
    return !line->has_replies && line->section == section_of(pinfo) && since.secs >= 0 && since.nsecs >= 0 &&
        since.secs < seconds;
}

static void
search_line(void *key _U_, void *value, void *data)
{
    const struct line *line = (const struct line *)value;
    struct search *search = (struct search *)data;
    struct exchange *candidate = find_open(line, search->reply);
    int later;

    if (candidate == NULL || !is_other_tap(line, search->reply->pinfo, &candidate->request_time, OTHER_TAP_SECONDS))
        return;
    later = search->found == NULL ? 1 : nstime_cmp(&candidate->request_time, &search->found->request_time);
    if (later > 0 || (later == 0 && candidate->request_frame > search->found->request_frame))
        search->found = candidate;
}

/* Two adapters, one on each direction: this line has carried no request, the other no reply. */
static struct exchange *
find_on_other_lines(const struct cjt188_frame *reply)
{
    struct search search = { reply, NULL };

    wmem_map_foreach(lines, search_line, &search);
    return search.found;
}

/* ---- what a frame means to its line ---- */

static void
push_open(struct line *line, struct exchange *exchange)
{
    memmove(line->open + 1, line->open, (OPEN_MAX - 1) * sizeof line->open[0]);
    line->open[0] = exchange;
}

static void
see_request(const struct cjt188_frame *frame, struct line *line, struct cjt188_facts *facts)
{
    struct exchange *exchange = wmem_new0(wmem_file_scope(), struct exchange);

    cjt188_note_number(frame->pinfo, &exchange->request_frame);
    exchange->request_time = frame->pinfo->abs_ts;
    exchange->is_wildcard = frame->is_wildcard;
    memcpy(exchange->address, frame->bytes + CJT188_OFF_ADDRESS, CJT188_ADDRESS_LENGTH);
    exchange->function = frame->function;
    exchange->has_di = frame->has_di;
    exchange->di = frame->di;
    exchange->data_length = (uint8_t)(frame->data_end - frame->data);
    if (exchange->data_length > 0)
        exchange->data = (const uint8_t *)wmem_memdup(wmem_file_scope(), frame->bytes + frame->data, exchange->data_length);
    exchange->line = line->key;
    if (line->last != NULL && !line->last->replied) {
        line->last->unanswered = true;
        facts->no_response_to = line->last;
        if (is_same_request(line->last, exchange))
            facts->retransmission_of = line->last;
    }
    facts->exchange = exchange;
    line->has_requests = true;
    line->last = exchange;
    line->last_is_newest = true;
    push_open(line, exchange);
}

static void
see_reply(const struct cjt188_frame *frame, struct line *line, struct cjt188_facts *facts)
{
    struct exchange *exchange = find_open(line, frame);

    if (exchange == NULL && !line->has_requests)
        exchange = find_on_other_lines(frame);
    line->has_replies = true;
    line->last_is_newest = false;
    facts->exchange = exchange;
    facts->unasked = exchange == NULL && line->has_requests;
    if (exchange != NULL && !exchange->replied) {
        cjt188_note_number(frame->pinfo, &exchange->reply_frame);
        exchange->replied = true;
        exchange->late = exchange->unanswered;
        exchange->unanswered = false;
    }
}

void
cjt188_exchange_frame(const struct cjt188_frame *frame, struct cjt188_facts *facts)
{
    struct line *line = line_of(frame->pinfo);

    if (frame->is_reply)
        see_reply(frame, line, facts);
    else
        see_request(frame, line, facts);
}

struct broadcast_search {
    packet_info *pinfo;
    bool found;
};

static bool
is_fresh_broadcast(const struct line *line, const nstime_t *now)
{
    nstime_t since;

    if (line->last == NULL || !line->last_is_newest || !line->last->is_wildcard)
        return false;
    nstime_delta(&since, now, &line->last->request_time);
    return since.secs >= 0 && since.secs < COLLISION_SECONDS;
}

static void
search_broadcast(void *key _U_, void *value, void *data)
{
    struct line *line = (struct line *)value;
    struct broadcast_search *search = (struct broadcast_search *)data;

    if (is_fresh_broadcast(line, &search->pinfo->abs_ts) &&
        is_other_tap(line, search->pinfo, &line->last->request_time, COLLISION_SECONDS))
        search->found = true;
}

void
cjt188_exchange_damage(packet_info *pinfo, struct cjt188_facts *facts)
{
    struct line *line = line_of(pinfo);
    struct broadcast_search search = { pinfo, false };

    if (line->has_requests)
        search.found = is_fresh_broadcast(line, &pinfo->abs_ts);
    else
        wmem_map_foreach(lines, search_broadcast, &search);
    facts->collision = search.found;
}

/* ---- items ---- */

static void
add_frame_number(const struct cjt188_frame *frame, proto_tree *tree, int field, uint32_t number)
{
    if (number != 0)
        proto_item_set_generated(proto_tree_add_uint(tree, field, frame->tvb, 0, 0, number));
}

static void
add_request_items(const struct cjt188_frame *frame, proto_tree *tree, const struct cjt188_facts *facts)
{
    add_frame_number(frame, tree, hf_cjt188_response_in, facts->exchange->reply_frame);
    if (facts->exchange->unanswered)
        proto_item_set_generated(proto_tree_add_boolean(tree, hf_cjt188_unanswered, frame->tvb, 0, 0, true));
    if (facts->retransmission_of != NULL)
        add_frame_number(frame, tree, hf_cjt188_retransmission, facts->retransmission_of->request_frame);
    if (facts->no_response_to != NULL && !facts->no_response_to->replied) /* dissected again, a late reply is known */
        add_frame_number(frame, tree, hf_cjt188_no_response_to, facts->no_response_to->request_frame);
}

static void
add_reply_items(const struct cjt188_frame *frame, proto_tree *tree, const struct cjt188_facts *facts)
{
    nstime_t time;

    add_frame_number(frame, tree, hf_cjt188_request_in, facts->exchange->request_frame);
    nstime_delta(&time, &frame->pinfo->abs_ts, &facts->exchange->request_time);
    proto_item_set_generated(proto_tree_add_time(tree, hf_cjt188_response_time, frame->tvb, 0, 0, &time));
}

void
cjt188_exchange_add(const struct cjt188_frame *frame, proto_tree *tree, const struct cjt188_facts *facts)
{
    if (facts->collision)
        expert_add_info(frame->pinfo, frame->item, &ei_cjt188_collision);
    if (frame->kind != CJT188_FRAME)
        return;
    if (facts->exchange == NULL) {
        if (facts->unasked)
            expert_add_info(frame->pinfo, frame->item, &ei_cjt188_no_request);
        return;
    }
    if (frame->is_reply)
        add_reply_items(frame, tree, facts);
    else
        add_request_items(frame, tree, facts);
}

void
cjt188_exchange_register(void)
{
    noted = g_ptr_array_new();
    register_cleanup_routine(forget_numbers);
    lines = wmem_map_new_autoreset(wmem_epan_scope(), wmem_file_scope(), wmem_str_hash, g_str_equal);
}
