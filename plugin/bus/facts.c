/* facts.c
 * Pages of facts, and the way from a packet's number to its facts.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "facts.h"

#include "interface.h"

enum { FACTS_A_PAGE = 1024, PACKETS_A_PAGE = 4096, BYTES_A_PAGE = 65536, PACKET_KEY = 0 };
enum { PAGES_MAX = 65536 }; /* of bytes: a place is 32 bits */

/* Pages in a table that doubles. All of it is file memory: it goes with the capture. */
struct pages {
    void **page;
    unsigned room;
};

static struct {
    struct pages facts, firsts, bytes;
    uint32_t count;       /* facts */
    uint32_t bytes_page, bytes_used;
    uint32_t last_packet; /* whose facts are the newest, from last_first on */
    uint32_t last_first;
    uint32_t newest;      /* packet of all, with facts or without */
} all;

static void
forget_all(void)
{
    memset(&all, 0, sizeof all);
}

static void *
page_at(struct pages *pages, unsigned number, size_t size)
{
    if (number >= pages->room) {
        const unsigned room = MAX(2 * pages->room, number + 16);

        pages->page = (void **)wmem_realloc(wmem_file_scope(), pages->page, room * sizeof *pages->page);
        memset(pages->page + pages->room, 0, (room - pages->room) * sizeof *pages->page);
        pages->room = room;
    }
    if (pages->page[number] == NULL)
        pages->page[number] = wmem_alloc0(wmem_file_scope(), size);
    return pages->page[number];
}

/* ---- facts ---- */

struct cjt188_fact *
cjt188_fact(fact_id id)
{
    const uint32_t at = id - 1;

    if (id == 0 || id > all.count)
        return NULL;
    return (struct cjt188_fact *)all.facts.page[at / FACTS_A_PAGE] + at % FACTS_A_PAGE;
}

static fact_id *
first_of(uint32_t packet)
{
    return (fact_id *)page_at(&all.firsts, packet / PACKETS_A_PAGE, PACKETS_A_PAGE * sizeof(fact_id)) +
        packet % PACKETS_A_PAGE;
}

struct cjt188_packet *
cjt188_packet_of(packet_info *pinfo)
{
    struct cjt188_packet *packet =
        (struct cjt188_packet *)p_get_proto_data(pinfo->pool, pinfo, proto_cjt188, PACKET_KEY);

    if (packet == NULL) {
        packet = wmem_new0(pinfo->pool, struct cjt188_packet);
        p_add_proto_data(pinfo->pool, pinfo, proto_cjt188, PACKET_KEY, packet);
    }
    return packet;
}

/* A packet that a read filter takes away in the first of two passes leaves its number to the next one. */
static void
begin_packet(uint32_t number)
{
    for (uint32_t i = all.last_first; all.last_packet == number && i < all.count; i++)
        cjt188_fact(i + 1)->packet = 0;
    all.last_packet = number;
    all.last_first = all.count;
    *first_of(number) = all.count + 1;
}

/* Text without times gets those of its conversion: the moment of its start, and for each packet a microsecond more. */
static bool
is_numbered(const packet_info *pinfo)
{
    static const char text_import[] = "Fake IF, "; /* "text2pcap", "Import from Hex Dump" */
    const unsigned a_second = 1000000;
    const char *name;

    if (pinfo->abs_ts.nsecs != (int)(pinfo->num % a_second * 1000))
        return false;
    name = cjt188_interface_name(pinfo);
    return name != NULL && strncmp(name, text_import, strlen(text_import)) == 0;
}

bool
cjt188_has_time(const packet_info *pinfo)
{
    return pinfo->fd->has_ts && (pinfo->abs_ts.secs != 0 || pinfo->abs_ts.nsecs != 0) && !is_numbered(pinfo);
}

static void
set_time(struct cjt188_fact *fact, const packet_info *pinfo, const nstime_t *time)
{
    const int64_t limit = INT64_MAX / 1000000000 - 1;

    if (!cjt188_has_time(pinfo) || time->secs > limit || time->secs < -limit)
        return;
    fact->time = (int64_t)time->secs * 1000000000 + time->nsecs;
    fact->flags |= FACT_HAS_TIME;
}

static struct cjt188_fact *
new_fact(const packet_info *pinfo, const nstime_t *time, fact_id *id)
{
    struct cjt188_fact *fact;

    page_at(&all.facts, all.count / FACTS_A_PAGE, FACTS_A_PAGE * sizeof *fact);
    *id = ++all.count;
    fact = cjt188_fact(*id);
    fact->packet = pinfo->num;
    set_time(fact, pinfo, time);
    return fact;
}

void
cjt188_packet_began(packet_info *pinfo, const nstime_t *time)
{
    struct cjt188_packet *packet = cjt188_packet_of(pinfo);

    packet->has_began = true;
    packet->began = *time;
}

struct cjt188_fact *
cjt188_fact_next(packet_info *pinfo, struct cjt188_packet *packet, fact_id *id)
{
    static struct cjt188_fact none;
    const unsigned piece = packet->pieces++;
    const nstime_t *time = packet->has_began ? &packet->began : &pinfo->abs_ts;
    struct cjt188_fact *fact;
    fact_id first;

    packet->has_began = false;
    if (!PINFO_FD_VISITED(pinfo)) {
        if (piece == 0)
            begin_packet(pinfo->num);
        return new_fact(pinfo, time, id);
    }
    first = *first_of(pinfo->num);
    *id = first != 0 ? first + piece : 0;
    fact = cjt188_fact(*id);
    if (fact != NULL && fact->packet == pinfo->num)
        return fact;
    memset(&none, 0, sizeof none);
    *id = 0;
    return &none;
}

bool
cjt188_fact_between(const struct cjt188_fact *from, const struct cjt188_fact *to, int64_t *nanoseconds)
{
    if (from == NULL || to == NULL || (from->flags & to->flags & FACT_HAS_TIME) == 0)
        return false;
    *nanoseconds = (int64_t)((uint64_t)to->time - (uint64_t)from->time);
    return (to->time >= from->time) == (*nanoseconds >= 0); /* no overflow */
}

void
cjt188_note_packet(const packet_info *pinfo)
{
    if (!PINFO_FD_VISITED(pinfo))
        all.newest = pinfo->num;
}

bool
cjt188_is_last_packet(const packet_info *pinfo)
{
    return PINFO_FD_VISITED(pinfo) && pinfo->num == all.newest;
}

/* ---- bytes ---- */

uint32_t
cjt188_fact_keep(const uint8_t *bytes, unsigned length)
{
    uint8_t *page;
    uint32_t place;

    if (all.bytes_used + length > BYTES_A_PAGE) {
        all.bytes_page++;
        all.bytes_used = 0;
    }
    if (all.bytes_page >= PAGES_MAX - 1)
        return 0;
    page = (uint8_t *)page_at(&all.bytes, all.bytes_page, BYTES_A_PAGE);
    memcpy(page + all.bytes_used, bytes, length);
    place = all.bytes_page * BYTES_A_PAGE + all.bytes_used + 1;
    all.bytes_used += length;
    return place;
}

const uint8_t *
cjt188_fact_kept(uint32_t place)
{
    return (const uint8_t *)all.bytes.page[(place - 1) / BYTES_A_PAGE] + (place - 1) % BYTES_A_PAGE;
}

void
cjt188_facts_register(void)
{
    register_cleanup_routine(forget_all);
}
