/* exchange.c
 * Requests and replies: who asked, who answered, how fast, and what went unanswered.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A reply belongs to the newest open request of its line with the same function and identifier that went to its A0-A4
 * or to all meters. Meter type, manufacturer code and sequence number are never compared: a meter may answer with
 * others than it was asked with. Where the two directions are tapped as two interfaces, the request is looked for on
 * the others: in queues by what could answer, so that the number of lines costs nothing. A reply to a request that went to
 * its meter alone tells which two interfaces are one line; broadcasts on others are then none of its business.
 *
 * A converter that echoes what the master sends makes each request appear twice, on the interface that sends and on the one that
 * carries the replies, too; a reply belongs to what was sent. Two lines that are asked the same at the same time look like that
 * as well, until one of them shows that it is a line of its own: then all that was taken for echoes is made the requests that
 * they are, from the first on, and tables count anew.
 */
#include "exchange.h"

#include "columns.h"
#include "fields.h"
#include "interface.h"

enum {
    OPEN_MAX = 8,           /* requests of a line that may still be answered */
    ECHO_WALK_MAX = 8,      /* requests of other lines that one may be the echo of */
    COLLISION_SECONDS = 5,
    RETRY_SECONDS = 10,     /* the same request after more is the next round of a poll */
    OTHER_TAP_SECONDS = 10, /* what is older on another interface has nothing to do with this one */
    QUEUE_WALK_MAX = 256,   /* requests that are looked at for one reply: no capture makes this slow */
    FASTEST_CHARACTER = 10000, /* ns: 1 Mbit/s, which no meter's line has */
    USUAL_CHARACTER = 4583333, /* ns: 2400 8E1, where the capture names no speed */
};

/* What times in a capture may be wrong by: adapters hold bytes back. */
static const int64_t second = 1000000000, slack = 50000000;

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
    bool is_echoed;             /* on another line */
    bool is_shared;             /* another line was asked the same just before: a reply to it tells nothing of lines */
    fact_id echo_of;            /* this is an echo, of the request with this fact on another line */
    uint8_t number[CJT188_NUMBER_BYTES];
    uint8_t function, data_length;
    uint16_t di;
    uint64_t data_hash;         /* of what is behind SER */
    uint64_t frame_hash;        /* of all of it but the preamble */
    uint32_t sender;            /* which way it went: see is_other_way() */
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
hash_bytes(const uint8_t *bytes, unsigned from, unsigned end)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (unsigned i = from; i < end; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    return hash;
}

static int64_t
character_of(const struct cjt188_line *line)
{
    return line->character != 0 ? line->character : (int64_t)USUAL_CHARACTER;
}

static int64_t
duration_of(const struct cjt188_open *open)
{
    return open->characters * character_of(open->line);
}

static bool
is_same_request(const struct cjt188_open *a, const struct cjt188_open *b)
{
    return a->is_wildcard == b->is_wildcard && (a->is_wildcard || memcmp(a->number, b->number, sizeof a->number) == 0) &&
        a->function == b->function && a->has_di == b->has_di && a->di == b->di && a->data_length == b->data_length &&
        a->data_hash == b->data_hash;
}

/* Had the request ended when the reply began? Where the speed is known: a reply that came too early is another's, late. */
static bool
is_over_before(const struct cjt188_open *open, const struct cjt188_fact *reply)
{
    const struct cjt188_fact *request = cjt188_fact(open->fact);
    int64_t passed;

    if (open->line->character == 0 || request->packet == reply->packet || !cjt188_fact_between(request, reply, &passed))
        return true;
    return passed >= duration_of(open) - slack;
}

/* An error reply may come without an identifier. */
static bool
fits(const struct cjt188_decoded *reply, const struct cjt188_open *open)
{
    return open->function == reply->function &&
        (open->is_wildcard || memcmp(open->number, reply->bytes + CJT188_OFF_ADDRESS, sizeof open->number) == 0) &&
        (!open->has_di || !reply->has_di || open->di == reply->di);
}

/* Several meters may answer a broadcast, but only until the next request. */
static bool
answers(const struct cjt188_frame *reply, const struct cjt188_open *open)
{
    if (open->replied && !(open->is_wildcard && is_newest(open)))
        return false;
    return fits(reply->decoded, open) && is_over_before(open, reply->fact);
}

static struct cjt188_open *
find_open(const struct cjt188_line *line, const struct cjt188_frame *reply)
{
    struct cjt188_open *open = line->open;

    while (open != NULL && !answers(reply, open))
        open = open->older;
    return open;
}

/* By its fact, on whichever line; NULL when younger ones have taken its place. */
static struct cjt188_open *
open_of(fact_id id)
{
    const struct cjt188_meter *meter = cjt188_meter_at(cjt188_fact(id)->meter);
    struct cjt188_open *open = meter != NULL ? meter->line->open : NULL;

    while (open != NULL && open->fact != id)
        open = open->older;
    return open;
}

/* The line's newest; the oldest of OPEN_MAX makes room for it. */
static struct cjt188_open *
push_open(struct cjt188_line *line, const struct cjt188_open *request)
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
    *open = *request;
    open->older = line->open;
    line->open = open;
    return open;
}

/* ---- on other lines ---- */

/* In numbers that no stamp of a capture overflows. */
static bool
is_recent(const struct cjt188_open *open, const packet_info *pinfo, double seconds)
{
    const double since = nstime_to_sec(&pinfo->abs_ts) - nstime_to_sec(&open->time);

    return since >= 0 && since < seconds;
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
search_queue(struct queue *queue, unsigned which, const struct cjt188_frame *frame, bool for_reply, double seconds)
{
    struct cjt188_open *open = queue != NULL ? queue->newest : NULL, *older;

    for (unsigned walked = 0; open != NULL && walked < QUEUE_WALK_MAX; open = older, walked++) {
        older = open->in[which].older;
        if (is_over(open, which))
            dequeue(open, which);
        else if ((!for_reply || answers(frame, open)) && is_recent(open, frame->pinfo, seconds))
            return open;
    }
    return NULL;
}

/* Is it the only line on which this meter is being asked for this? A number can be on two lines. */
static bool
is_on_one_line(const struct cjt188_open *found, const struct cjt188_frame *frame)
{
    const struct cjt188_open *open = found->in[BY_REPLY].older;

    for (unsigned walked = 0; open != NULL && walked < QUEUE_WALK_MAX; open = open->in[BY_REPLY].older, walked++) {
        if (open->line != found->line && !is_over(open, BY_REPLY) && answers(frame, open) &&
            is_recent(open, frame->pinfo, OTHER_TAP_SECONDS))
            return false;
    }
    return true;
}

/* On the line of the newest request to this meter alone: there also a later one to all meters may be meant. */
static struct cjt188_open *
find_by_number(const struct cjt188_frame *frame)
{
    const struct cjt188_decoded *reply = frame->decoded;
    struct queue *queue =
        queue_of(frame->line->section, false, reply->bytes + CJT188_OFF_ADDRESS, reply->function, false);
    struct cjt188_open *open = search_queue(queue, BY_REPLY, frame, true, OTHER_TAP_SECONDS);

    if (open == NULL)
        return NULL;
    if (is_on_one_line(open, frame))
        frame->line->asking = open->line;
    return find_open(open->line, frame);
}

/* To all meters, on any line. */
static struct cjt188_open *
find_broadcast(const struct cjt188_frame *frame)
{
    return search_queue(queue_of(frame->line->section, true, NULL, frame->decoded->function, false), BY_REPLY, frame, true,
                        OTHER_TAP_SECONDS);
}

static struct cjt188_open *
search_other_lines(const struct cjt188_frame *frame)
{
    const struct cjt188_line *asking = frame->line->asking;
    struct cjt188_open *open = asking != NULL ? find_open(asking, frame) : NULL;

    if (open != NULL && is_recent(open, frame->pinfo, OTHER_TAP_SECONDS))
        return open;
    open = find_by_number(frame);
    return open != NULL || asking != NULL ? open : find_broadcast(frame);
}

/* ---- echoes ---- */

/* Which way a packet went: on an interface as its flags say, elsewhere by who sent it. */
static uint32_t
sender_of(const struct cjt188_frame *frame)
{
    enum { DIRECTION = 3 };
    const packet_info *pinfo = frame->pinfo;

    if (frame->line->kind == LINE_INTERFACE)
        return cjt188_packet_flags(pinfo) & DIRECTION;
    return add_address_to_hash(pinfo->srcport, &pinfo->src);
}

/* Can what went this way come back that way? A tap that hears one wire may say the same of both, or nothing of either. */
static bool
is_other_way(const struct cjt188_open *request, const struct cjt188_open *echo)
{
    enum { IN = 1, OUT = 2 };

    if (echo->line->kind == LINE_INTERFACE)
        return !(request->sender == IN && echo->sender == OUT);
    return request->sender != echo->sender;
}

/* The same bytes, while these are still being sent or as soon as they are. */
static bool
is_echo(const struct cjt188_open *request, const struct cjt188_open *echo)
{
    int64_t passed;

    return !request->replied && is_same_request(request, echo) && request->frame_hash == echo->frame_hash &&
        cjt188_fact_between(cjt188_fact(request->fact), cjt188_fact(echo->fact), &passed) && passed >= -slack &&
        passed <= duration_of(request) + slack;
}

/* Can `line` be where a converter brings back what is sent on `asking`? One line is the other's only, and nobody else's. */
static bool
may_be_echoes_of(const struct cjt188_line *line, const struct cjt188_line *asking)
{
    return asking != line && asking->kind == LINE_INTERFACE && !asking->has_replies && asking->echoes_of == NULL &&
        (asking->echo_line == NULL || asking->echo_line == line) && (line->echoes_of == NULL || line->echoes_of == asking) &&
        (asking->answering == NULL || asking->answering == line);
}

/* The request on another line that this is the echo of: one adapter on each direction. */
static struct cjt188_open *
find_echoed_elsewhere(struct cjt188_open *echo)
{
    const struct cjt188_line *line = echo->line;
    const struct queue *queue;
    struct cjt188_open *open;

    if (line->kind != LINE_INTERFACE || line->is_own || line->echo_line != NULL)
        return NULL; /* not a converter's, or one that has shown to be a line of its own */
    queue = queue_of(line->section, echo->is_wildcard, echo->number, echo->function, false);
    open = queue != NULL ? queue->newest : NULL;
    for (unsigned walked = 0; open != NULL && walked < ECHO_WALK_MAX; open = open->in[BY_REPLY].older, walked++) {
        if (open->line == line || !is_echo(open, echo))
            continue;
        if (!open->is_echoed && may_be_echoes_of(line, open->line))
            return open;
        echo->is_shared = true;
    }
    return NULL;
}

static struct cjt188_open *
find_echoed(struct cjt188_open *echo)
{
    struct cjt188_open *last = echo->line->open;

    if (last != NULL && last->echo_of == 0 && is_other_way(last, echo) && is_echo(last, echo))
        return last;
    return find_echoed_elsewhere(echo);
}

/* ---- what a frame means to its line ---- */

/* As it is compared and kept. */
static struct cjt188_open
describe_request(const struct cjt188_frame *frame, fact_id id)
{
    const struct cjt188_decoded *decoded = frame->decoded;
    struct cjt188_open request = {
        .line = frame->line,
        .fact = id,
        .time = frame->pinfo->abs_ts,
        .is_wildcard = decoded->is_wildcard,
        .function = decoded->function,
        .has_di = decoded->has_di,
        .di = decoded->di,
        .data_length = (uint8_t)(decoded->data_end - decoded->data),
        .data_hash = hash_bytes(decoded->bytes, decoded->data, decoded->data_end),
        .frame_hash = hash_bytes(decoded->bytes, 0, decoded->length),
        .characters = frame->offset + decoded->length,
        .sender = sender_of(frame),
    };

    memcpy(request.number, decoded->bytes + CJT188_OFF_ADDRESS, sizeof request.number);
    return request;
}

/* Where nobody knows the times, the order is all there is. */
static bool
is_retry(const struct cjt188_open *last, const struct cjt188_open *request)
{
    int64_t passed;

    return is_same_request(last, request) && (!cjt188_fact_between(cjt188_fact(last->fact), cjt188_fact(request->fact), &passed) ||
                                              passed <= RETRY_SECONDS * second);
}

/* Has it no reply, or one that may turn out to be another's? */
static bool
may_be_silence(const struct cjt188_open *open)
{
    return !open->replied || open->line->echoes_of != NULL || open->line->echo_line != NULL;
}

/* A line's next request proves that the one before got no reply so far. */
static void
note_silence(struct cjt188_fact *request)
{
    struct cjt188_fact *last = cjt188_fact(request->before);

    if (last == NULL || (last->flags & FACT_ECHO) != 0 || last->partner != 0)
        return;
    request->earlier = request->before;
    last->flags |= FACT_UNANSWERED;
    if ((request->flags & FACT_SAME_AGAIN) != 0)
        request->flags |= FACT_REPEATS;
}

static void
note_echo(struct cjt188_fact *fact, struct cjt188_open *echoed, struct cjt188_open *echo)
{
    struct cjt188_line *line = echo->line;

    fact->flags |= FACT_ECHO;
    fact->earlier = echoed->fact;
    if (echoed->line == line)
        return;
    echoed->is_echoed = true;
    echo->echo_of = echoed->fact;
    if (line->echoes_of == NULL)
        line->first_echo = echo->fact;
    line->echoes_of = echoed->line;
    echoed->line->echo_line = line;
}

/* Where replies of other lines look for it. */
static void
enqueue_request(struct cjt188_open *open)
{
    const struct cjt188_line *line = open->line;

    enqueue(open, BY_REPLY, queue_of(line->section, open->is_wildcard, open->number, open->function, true));
    if (open->is_wildcard)
        enqueue(open, BY_BROADCAST, queue_of(line->section, true, NULL, ANY_FUNCTION, true));
}

/* An echo on the request's own line is nothing more. On another line it waits for the reply in the request's name. */
static void
see_request(const struct cjt188_frame *frame, fact_id id)
{
    struct cjt188_line *line = frame->line;
    struct cjt188_open request = describe_request(frame, id), *echoed = find_echoed(&request), *open;

    frame->fact->characters = request.characters;
    if (echoed != NULL)
        note_echo(frame->fact, echoed, &request);
    if (echoed != NULL && echoed->line == line)
        return;
    frame->fact->before = line->last_request;
    line->last_request = id;
    if (line->open != NULL && may_be_silence(line->open) && is_retry(line->open, &request))
        frame->fact->flags |= FACT_SAME_AGAIN;
    if (echoed == NULL)
        note_silence(frame->fact);
    open = push_open(line, &request);
    if (!line->has_replies) /* else nobody asks for it from elsewhere */
        enqueue_request(open);
    line->has_requests = true;
    line->last_is_newest = true;
}

/* The first reply of all to a request. */
static void
close_request(struct cjt188_open *open, fact_id request_id, fact_id reply)
{
    struct cjt188_open *echoed = open->echo_of != 0 ? open_of(open->echo_of) : NULL;
    struct cjt188_fact *request = cjt188_fact(request_id);

    open->replied = true;
    if (echoed != NULL)
        echoed->replied = true;
    request->partner = reply;
    request->flags &= ~(uint32_t)FACT_UNANSWERED;
}

/* ---- two lines that seemed one ---- */

static unsigned partings;

/* All that seemed echoes on this line: each a request of its own, with the reply that it was taken to have brought to another. */
static void
make_requests(const struct cjt188_line *line)
{
    for (fact_id id = line->last_request; id >= line->first_echo; id = cjt188_fact(id)->before) {
        struct cjt188_fact *echo = cjt188_fact(id), *request = cjt188_fact(echo->earlier);

        if ((echo->flags & FACT_ECHO) == 0)
            continue;
        echo->flags &= ~(uint32_t)FACT_ECHO;
        echo->earlier = 0;
        if (request->partner == 0 || cjt188_fact(request->partner)->partner != id)
            continue;
        echo->partner = request->partner;
        request->partner = 0;
    }
}

/* Replies on one of two lines to requests on the other: they were nobody's. */
static void
take_back_missed(const struct cjt188_line *line, fact_id first)
{
    for (fact_id id = line->last_request; id >= first && id != 0; id = cjt188_fact(id)->before) {
        struct cjt188_fact *request = cjt188_fact(id);

        if (request->partner != 0 && (cjt188_fact(request->partner)->flags & FACT_ECHO_MISSED) != 0)
            request->partner = 0;
    }
}

/* What echoes, or replies through them, kept from being noted. */
static void
note_silences(const struct cjt188_line *line, fact_id first)
{
    for (fact_id id = line->last_request; id >= first && id != 0; id = cjt188_fact(id)->before)
        note_silence(cjt188_fact(id));
}

static void
open_again(const struct cjt188_line *line)
{
    for (struct cjt188_open *open = line->open; open != NULL; open = open->older) {
        open->echo_of = 0;
        open->is_echoed = false;
        open->replied = cjt188_fact(open->fact)->partner != 0;
    }
}

/* What seemed a line and its echoes are two lines, asked at the same time, and were so from the beginning. Once in a line's life:
 * never again is it one of echoes. */
static void
part_lines(struct cjt188_line *asking)
{
    struct cjt188_line *line = asking->echo_line;
    const fact_id first = cjt188_fact(line->first_echo)->earlier;

    asking->echo_line = NULL;
    line->echoes_of = NULL;
    line->is_own = true;
    make_requests(line);
    take_back_missed(asking, first);
    note_silences(asking, first);
    note_silences(line, line->first_echo);
    open_again(asking);
    open_again(line);
    partings++;
}

unsigned
cjt188_exchange_partings(void)
{
    return partings;
}

static bool
is_near(const struct cjt188_fact *fact, const struct cjt188_open *request)
{
    const int64_t near = duration_of(request) + slack;
    int64_t passed;

    return cjt188_fact_between(fact, cjt188_fact(request->fact), &passed) && passed >= -near && passed <= near;
}

/* Did the line carry the same, just before or just behind? */
static bool
has_carried(const struct cjt188_line *line, const struct cjt188_open *request)
{
    const struct cjt188_open *open = line->open;

    while (open != NULL && !(open->frame_hash == request->frame_hash && is_same_request(open, request) &&
                             is_near(cjt188_fact(open->fact), request)))
        open = open->older;
    return open != NULL;
}

/* A line has answered a request that is no echo: where the other one was not asked the same, nor had its request damaged, it is
 * no line of echoes. */
static void
see_own_pair(struct cjt188_line *line, const struct cjt188_open *open)
{
    if (line->echoes_of != NULL) {
        if (!has_carried(line->echoes_of, open) && !is_near(line->echoes_of->damage, open))
            part_lines(line->echoes_of);
    } else if (!open->is_shared) {
        line->is_own = true;
    }
}

/* ---- replies ---- */

/* Who sends echoes sends the replies, too: a reply that comes from elsewhere is none to an echo, and its request has none. */
static struct cjt188_open *
find_on_other_lines(const struct cjt188_frame *frame)
{
    struct cjt188_open *open = search_other_lines(frame);

    if (open == NULL)
        return NULL;
    open->line->is_own = true;
    open->line->answering = frame->line;
    if (open->line->echoes_of != NULL)
        part_lines(open->line->echoes_of);
    else if (open->line->echo_line != NULL)
        part_lines(open->line);
    frame->fact->flags |= FACT_ASKED_ELSEWHERE;
    return open;
}

/* On the line of echoes, or to a request whose echo was damaged: the newest of all. */
static struct cjt188_open *
find_through_echo(const struct cjt188_frame *frame)
{
    struct cjt188_open *open = find_open(frame->line, frame), *missed = find_open(frame->line->echoes_of, frame);

    if (missed == NULL || missed->is_echoed || (open != NULL && open->fact > missed->fact) ||
        !is_near(frame->line->damage, missed))
        return open;
    frame->fact->flags |= FACT_ECHO_MISSED;
    return missed;
}

static struct cjt188_open *
find_asked(const struct cjt188_frame *frame)
{
    struct cjt188_line *line = frame->line;
    struct cjt188_open *open;

    if (line->echo_line != NULL)
        part_lines(line);
    open = line->echoes_of != NULL ? find_through_echo(frame) : find_open(line, frame);
    if (open == NULL && !line->has_requests)
        return find_on_other_lines(frame);
    if (open != NULL && open->line == line && open->echo_of == 0)
        see_own_pair(line, open);
    return open;
}

static void
see_reply(const struct cjt188_frame *frame, fact_id id)
{
    struct cjt188_line *line = frame->line;
    struct cjt188_open *open = find_asked(frame);

    frame->fact->flags |= FACT_IS_REPLY;
    line->has_replies = true;
    line->last_is_newest = false;
    if (open == NULL) {
        frame->fact->flags |= line->has_requests ? FACT_UNASKED : 0;
        return;
    }
    open->line->last_is_newest = false;
    frame->fact->partner = open->fact;
    if (!open->replied)
        close_request(open, open->echo_of != 0 ? open->echo_of : open->fact, id);
}

fact_id
cjt188_request(const struct cjt188_fact *reply)
{
    const struct cjt188_fact *heard = cjt188_fact(reply->partner);

    if (heard == NULL)
        return 0;
    if ((reply->flags & FACT_ECHO_MISSED) != 0 && cjt188_meter_at(reply->meter)->line->echoes_of == NULL)
        return 0;
    return (heard->flags & FACT_ECHO) != 0 ? heard->earlier : reply->partner;
}

/* ---- times ---- */

/* The standard's 500 ms and 30 characters behind the request, and 100 ms for the adapter; a network may take its time. */
static int64_t
longest_wait(const struct cjt188_line *line, const struct cjt188_fact *request)
{
    enum { CHARACTERS = 30, NETWORK_SECONDS = 10 };
    const int64_t standard = 600000000;

    return line->kind == LINE_CONVERSATION ? NETWORK_SECONDS * second
                                           : standard + (request->characters + CHARACTERS) * character_of(line);
}

/* Two frames of one packet share its time, and a reply that begins while its request is still being sent has a time that
 * nobody measured: programs that turn text into a capture make such. */
enum cjt188_timing
cjt188_response(const struct cjt188_fact *reply, int64_t *nanoseconds)
{
    const struct cjt188_fact *request = cjt188_fact(cjt188_request(reply));
    const struct cjt188_line *line;

    if (!cjt188_fact_between(request, reply, nanoseconds) || request->packet == reply->packet)
        return NOT_TIMED;
    line = cjt188_meter_at(request->meter)->line;
    if (line->kind == LINE_INTERFACE && *nanoseconds >= 0 &&
        *nanoseconds < (int64_t)request->characters * FASTEST_CHARACTER)
        return NOT_TIMED;
    return *nanoseconds > longest_wait(line, request) ? TIMED_LATE : TIMED;
}

/* ---- what packets say ---- */

void
cjt188_exchange_frame(const struct cjt188_frame *frame, fact_id id)
{
    if (frame->decoded->has_di) {
        frame->fact->flags |= FACT_HAS_DI;
        frame->fact->di = frame->decoded->di;
    }
    frame->fact->meter = frame->meter != NULL ? frame->meter->id : 0;
    if (frame->decoded->is_report) /* asks nobody, and nobody has asked */
        return;
    if (frame->decoded->is_reply)
        see_reply(frame, id);
    else
        see_request(frame, id);
}

/* The broadcast right behind which this damage is; NULL: none. */
static const struct cjt188_open *
broadcast_before(const struct cjt188_frame *frame)
{
    const bool is_asked_elsewhere = frame->line->asking != NULL && !frame->line->has_requests;
    const struct cjt188_line *line = is_asked_elsewhere ? frame->line->asking : frame->line;

    if (!line->has_requests)
        return search_queue(queue_of(line->section, true, NULL, ANY_FUNCTION, false), BY_BROADCAST, frame, false,
                            COLLISION_SECONDS);
    return line->last_is_newest && line->open->is_wildcard && is_recent(line->open, frame->pinfo, COLLISION_SECONDS)
        ? line->open : NULL;
}

void
cjt188_exchange_damage(const struct cjt188_frame *frame, bool may_be_collision)
{
    frame->line->damage = frame->fact;
    if (may_be_collision && broadcast_before(frame) != NULL)
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

    if ((fact->flags & FACT_ECHO) != 0) {
        add_frame_number(frame, tree, hf_cjt188_echo, fact->earlier);
        return;
    }
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
    int64_t nanoseconds;
    const enum cjt188_timing timing = cjt188_response(frame->fact, &nanoseconds);
    nstime_t time;

    add_frame_number(frame, tree, hf_cjt188_request_in, cjt188_request(frame->fact));
    if (timing == TIMED_LATE)
        proto_item_set_generated(proto_tree_add_boolean(tree, hf_cjt188_late, frame->tvb, 0, 0, true));
    if (timing == NOT_TIMED)
        return;
    time.secs = (time_t)(nanoseconds / second);
    time.nsecs = (int)(nanoseconds % second);
    proto_item_set_generated(proto_tree_add_time(tree, hf_cjt188_response_time, frame->tvb, 0, 0, &time));
    cjt188_columns_response(frame, tree, nanoseconds);
}

/* With no request, where requests are seen. */
static bool
is_unasked(const struct cjt188_fact *fact)
{
    return (fact->flags & FACT_UNASKED) != 0 || ((fact->flags & FACT_ECHO_MISSED) != 0 && cjt188_request(fact) == 0);
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
    if (is_unasked(fact))
        expert_add_info(frame->pinfo, frame->item, &ei_cjt188_no_request);
    if ((fact->flags & FACT_ECHO) != 0)
        col_append_str(frame->pinfo->cinfo, COL_INFO, " (echo)");
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
