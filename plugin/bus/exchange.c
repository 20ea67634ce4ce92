/* exchange.c
 * Requests and replies: who asked, who answered, how fast, and what went unanswered.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A reply belongs to the newest open request of its line with the same function and identifier that went to its A0-A4
 * or to all meters. Meter type, manufacturer code and sequence number are never compared: a meter may answer with
 * others than it was asked with. Where the two directions are tapped as two interfaces, the request is looked for on
 * the others: in queues by what could answer, so that the number of lines costs nothing.
 */
#include "exchange.h"

#include "fields.h"

enum {
    OPEN_MAX = 8,           /* requests of a line that may still be answered */
    COLLISION_SECONDS = 5,
    OTHER_TAP_SECONDS = 10, /* what is older on another interface has nothing to do with this one */
    QUEUE_WALK_MAX = 256,   /* requests that are looked at for one reply: no capture makes this slow */
    FASTEST_CHARACTER = 10000, /* ns: 1 Mbit/s, which no meter's line has */
};

/* Where a request can be found from other lines. */
enum { BY_REPLY, BY_BROADCAST, QUEUES };

/* Requests of one section that one kind of reply answers, or its broadcasts; newest first. */
struct queue {
    unsigned section;
    uint8_t number[CJT188_NUMBER_BYTES]; /* FF: all meters */
    uint8_t function;                    /* ANY_FUNCTION: the queue of broadcasts */
    struct cjt188_open *newest;
};

enum { ANY_FUNCTION = 0xFF };

/* A request that waits for its reply. */
struct cjt188_open {
    struct cjt188_line *line;
    struct cjt188_open *older;  /* on the line */
    fact_id fact;
    nstime_t time;
    bool is_wildcard, has_di, replied;
    uint8_t number[CJT188_NUMBER_BYTES];
    uint8_t function, data_length;
    uint16_t di;
    uint64_t data_hash;         /* of what is behind SER */
    unsigned characters;        /* from the time of its packet to its end */
    struct {
        struct queue *queue;    /* NULL: in none */
        struct cjt188_open *newer, *older;
    } in[QUEUES];
};

static wmem_map_t *queues;

/* ---- queues ---- */

static unsigned
queue_hash(const void *key)
{
    const struct queue *queue = (const struct queue *)key;
    uint64_t word = 0;

    memcpy(&word, queue->number, sizeof queue->number);
    word = (word ^ (uint64_t)queue->function << 56 ^ (uint64_t)queue->section << 24) * UINT64_C(0x9E3779B97F4A7C15);
    return (unsigned)(word >> 32);
}

static gboolean
queue_equal(const void *a, const void *b)
{
    const struct queue *one = (const struct queue *)a, *other = (const struct queue *)b;

    return one->section == other->section && one->function == other->function &&
        memcmp(one->number, other->number, sizeof one->number) == 0;
}

static struct queue *
queue_of(unsigned section, bool is_wildcard, const uint8_t *number, uint8_t function, bool make)
{
    struct queue key = { .section = section, .function = function }, *queue;

    if (is_wildcard)
        memset(key.number, 0xFF, sizeof key.number);
    else
        memcpy(key.number, number, sizeof key.number);
    queue = (struct queue *)wmem_map_lookup(queues, &key);
    if (queue != NULL || !make)
        return queue;
    queue = (struct queue *)wmem_memdup(wmem_file_scope(), &key, sizeof key);
    wmem_map_insert(queues, queue, queue);
    return queue;
}

static void
enqueue(struct cjt188_open *open, unsigned which, struct queue *queue)
{
    open->in[which].queue = queue;
    open->in[which].newer = NULL;
    open->in[which].older = queue->newest;
    if (queue->newest != NULL)
        queue->newest->in[which].newer = open;
    queue->newest = open;
}

static void
dequeue(struct cjt188_open *open, unsigned which)
{
    struct cjt188_open *newer = open->in[which].newer, *older = open->in[which].older;

    if (open->in[which].queue == NULL)
        return;
    if (newer != NULL)
        newer->in[which].older = older;
    else
        open->in[which].queue->newest = older;
    if (older != NULL)
        older->in[which].newer = newer;
    open->in[which].queue = NULL;
}

/* ---- a line's requests ---- */

static bool
is_newest(const struct cjt188_open *open)
{
    return open->line->open == open;
}

static uint64_t
hash_data(const struct cjt188_decoded *frame)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (unsigned i = frame->data; i < frame->data_end; i++)
        hash = (hash ^ frame->bytes[i]) * UINT64_C(0x100000001b3);
    return hash;
}

static bool
is_same_request(const struct cjt188_open *a, const struct cjt188_open *b)
{
    return a->is_wildcard == b->is_wildcard && (a->is_wildcard || memcmp(a->number, b->number, sizeof a->number) == 0) &&
        a->function == b->function && a->has_di == b->has_di && a->di == b->di && a->data_length == b->data_length &&
        a->data_hash == b->data_hash;
}

/* An error reply may come without an identifier. Several meters may answer a broadcast, but only until the next request. */
static bool
answers(const struct cjt188_decoded *reply, const struct cjt188_open *open)
{
    if (open->replied && !(open->is_wildcard && is_newest(open)))
        return false;
    return open->function == reply->function &&
        (open->is_wildcard || memcmp(open->number, reply->bytes + CJT188_OFF_ADDRESS, sizeof open->number) == 0) &&
        (!open->has_di || !reply->has_di || open->di == reply->di);
}

static struct cjt188_open *
find_open(const struct cjt188_line *line, const struct cjt188_decoded *reply)
{
    struct cjt188_open *open = line->open;

    while (open != NULL && !answers(reply, open))
        open = open->older;
    return open;
}

/* The line's newest; the oldest of OPEN_MAX makes room for it. */
static struct cjt188_open *
push_open(struct cjt188_line *line)
{
    struct cjt188_open *open = line->open, *before = NULL;
    unsigned count = 1;

    for (; open != NULL && open->older != NULL; open = open->older, count++)
        before = open;
    if (count < OPEN_MAX) {
        open = wmem_new(wmem_file_scope(), struct cjt188_open);
    } else {
        before->older = NULL;
        for (unsigned which = 0; which < QUEUES; which++)
            dequeue(open, which);
    }
    memset(open, 0, sizeof *open);
    open->line = line;
    open->older = line->open;
    line->open = open;
    return open;
}

/* ---- on other lines ---- */

static bool
is_recent(const struct cjt188_open *open, const packet_info *pinfo, time_t seconds)
{
    nstime_t since;

    nstime_delta(&since, &pinfo->abs_ts, &open->time);
    return since.secs >= 0 && since.nsecs >= 0 && since.secs < seconds;
}

/* Two adapters, one on each direction: the request's line has carried no reply. Else nothing will ever find it again. */
static bool
is_over(const struct cjt188_open *open, unsigned which)
{
    if (open->line->has_replies || (which == BY_BROADCAST && !(is_newest(open) && open->line->last_is_newest)))
        return true;
    return open->replied && !(open->is_wildcard && is_newest(open));
}

/* The newest of a queue that this frame answers, or that is recent at all. */
static struct cjt188_open *
search_queue(struct queue *queue, unsigned which, const struct cjt188_frame *frame, bool for_reply, time_t seconds)
{
    struct cjt188_open *open = queue != NULL ? queue->newest : NULL, *older;

    for (unsigned walked = 0; open != NULL && walked < QUEUE_WALK_MAX; open = older, walked++) {
        older = open->in[which].older;
        if (is_over(open, which))
            dequeue(open, which);
        else if ((!for_reply || answers(frame->decoded, open)) && is_recent(open, frame->pinfo, seconds))
            return open;
    }
    return NULL;
}

static struct cjt188_open *
find_on_other_lines(const struct cjt188_frame *frame)
{
    const struct cjt188_decoded *reply = frame->decoded;
    const uint8_t *number = reply->bytes + CJT188_OFF_ADDRESS;
    const unsigned section = frame->line->section;
    struct cjt188_open *own = search_queue(queue_of(section, false, number, reply->function, false), BY_REPLY, frame, true,
                                           OTHER_TAP_SECONDS);
    struct cjt188_open *all = search_queue(queue_of(section, true, NULL, reply->function, false), BY_REPLY, frame, true,
                                           OTHER_TAP_SECONDS);
    int later;

    if (own == NULL || all == NULL)
        return own != NULL ? own : all;
    later = nstime_cmp(&own->time, &all->time);
    return later > 0 || (later == 0 && own->fact > all->fact) ? own : all;
}

/* ---- what a frame means to its line ---- */

static void
see_request(const struct cjt188_frame *frame, fact_id id)
{
    const struct cjt188_decoded *decoded = frame->decoded;
    struct cjt188_line *line = frame->line;
    const struct cjt188_open *last = line->open;
    struct cjt188_open *open = push_open(line);

    open->fact = id;
    open->time = frame->pinfo->abs_ts;
    open->is_wildcard = decoded->is_wildcard;
    memcpy(open->number, decoded->bytes + CJT188_OFF_ADDRESS, sizeof open->number);
    open->function = decoded->function;
    open->has_di = decoded->has_di;
    open->di = decoded->di;
    open->data_length = (uint8_t)(decoded->data_end - decoded->data);
    open->data_hash = hash_data(decoded);
    open->characters = frame->offset + decoded->length;
    if (last != NULL && !last->replied) {
        cjt188_fact(last->fact)->flags |= FACT_UNANSWERED;
        frame->fact->earlier = last->fact;
        if (is_same_request(last, open))
            frame->fact->flags |= FACT_REPEATS;
    }
    if (!line->has_replies) { /* else nobody asks for it from elsewhere */
        enqueue(open, BY_REPLY, queue_of(line->section, open->is_wildcard, open->number, open->function, true));
        if (open->is_wildcard)
            enqueue(open, BY_BROADCAST, queue_of(line->section, true, NULL, ANY_FUNCTION, true));
    }
    line->has_requests = true;
    line->last_is_newest = true;
}

/* Two frames of one packet share its time, and a reply that begins while its request is still being sent has a time that
 * nobody measured: programs that turn text into a capture make such. */
static bool
is_untimed(const struct cjt188_open *open, const struct cjt188_frame *frame)
{
    const struct cjt188_fact *request = cjt188_fact(open->fact);
    int64_t passed;

    if (request->packet == frame->fact->packet)
        return true;
    return frame->line->kind == LINE_INTERFACE && cjt188_fact_between(request, frame->fact, &passed) && passed >= 0 &&
        passed < (int64_t)open->characters * FASTEST_CHARACTER;
}

static void
see_reply(const struct cjt188_frame *frame, fact_id id)
{
    struct cjt188_line *line = frame->line;
    struct cjt188_open *open = find_open(line, frame->decoded);
    struct cjt188_fact *request;

    if (open == NULL && !line->has_requests)
        open = find_on_other_lines(frame);
    line->has_replies = true;
    line->last_is_newest = false;
    if (open == NULL) {
        frame->fact->flags |= line->has_requests ? FACT_UNASKED : 0;
        return;
    }
    frame->fact->partner = open->fact;
    if (is_untimed(open, frame))
        frame->fact->flags |= FACT_UNTIMED;
    if (open->replied)
        return;
    open->replied = true;
    request = cjt188_fact(open->fact);
    request->partner = id;
    if ((request->flags & FACT_UNANSWERED) != 0)
        request->flags = (uint16_t)((request->flags & ~FACT_UNANSWERED) | FACT_LATE);
}

void
cjt188_exchange_frame(const struct cjt188_frame *frame, fact_id id)
{
    if (frame->decoded->has_di) {
        frame->fact->flags |= FACT_HAS_DI;
        frame->fact->di = frame->decoded->di;
    }
    frame->fact->meter = frame->meter != NULL ? frame->meter->id : 0;
    if (frame->decoded->is_reply)
        see_reply(frame, id);
    else
        see_request(frame, id);
}

void
cjt188_exchange_damage(const struct cjt188_frame *frame)
{
    const struct cjt188_line *line = frame->line;
    const struct cjt188_open *broadcast = NULL;

    if (!line->has_requests)
        broadcast = search_queue(queue_of(line->section, true, NULL, ANY_FUNCTION, false), BY_BROADCAST, frame, false,
                                 COLLISION_SECONDS);
    else if (line->last_is_newest && line->open->is_wildcard && is_recent(line->open, frame->pinfo, COLLISION_SECONDS))
        broadcast = line->open;
    if (broadcast != NULL)
        frame->fact->flags |= FACT_COLLISION;
}

/* ---- items ---- */

static void
add_frame_number(const struct cjt188_frame *frame, proto_tree *tree, int field, fact_id id)
{
    const struct cjt188_fact *fact = cjt188_fact(id);

    if (fact != NULL && fact->packet != 0)
        proto_item_set_generated(proto_tree_add_uint(tree, field, frame->tvb, 0, 0, fact->packet));
}

static void
add_request_items(const struct cjt188_frame *frame, proto_tree *tree)
{
    const struct cjt188_fact *fact = frame->fact, *earlier = cjt188_fact(fact->earlier);

    add_frame_number(frame, tree, hf_cjt188_response_in, fact->partner);
    if ((fact->flags & FACT_UNANSWERED) != 0)
        proto_item_set_generated(proto_tree_add_boolean(tree, hf_cjt188_unanswered, frame->tvb, 0, 0, true));
    if ((fact->flags & FACT_REPEATS) != 0)
        add_frame_number(frame, tree, hf_cjt188_retransmission, fact->earlier);
    if (earlier != NULL && earlier->partner == 0) /* dissected again, a late reply is known */
        add_frame_number(frame, tree, hf_cjt188_no_response_to, fact->earlier);
}

static void
add_reply_items(const struct cjt188_frame *frame, proto_tree *tree)
{
    const int64_t second = 1000000000;
    int64_t nanoseconds;
    nstime_t time;

    add_frame_number(frame, tree, hf_cjt188_request_in, frame->fact->partner);
    if (!cjt188_fact_response(cjt188_fact(frame->fact->partner), frame->fact, &nanoseconds))
        return;
    time.secs = (time_t)(nanoseconds / second);
    time.nsecs = (int)(nanoseconds % second);
    proto_item_set_generated(proto_tree_add_time(tree, hf_cjt188_response_time, frame->tvb, 0, 0, &time));
}

void
cjt188_exchange_add(const struct cjt188_frame *frame, proto_tree *tree)
{
    const struct cjt188_fact *fact = frame->fact;

    if ((fact->flags & FACT_COLLISION) != 0)
        expert_add_info(frame->pinfo, frame->item, &ei_cjt188_collision);
    if (frame->decoded->kind != CJT188_FRAME)
        return;
    if ((fact->flags & FACT_HAS_TIME) == 0)
        expert_add_info(frame->pinfo, frame->item, &ei_cjt188_no_time);
    if ((fact->flags & FACT_UNASKED) != 0)
        expert_add_info(frame->pinfo, frame->item, &ei_cjt188_no_request);
    if (tree == NULL)
        return;
    if (!frame->decoded->is_reply)
        add_request_items(frame, tree);
    else if (fact->partner != 0)
        add_reply_items(frame, tree);
}

void
cjt188_exchange_register(void)
{
    queues = wmem_map_new_autoreset(wmem_epan_scope(), wmem_file_scope(), queue_hash, queue_equal);
}
