/* facts.h
 * What one piece of a packet is known to be in the traffic around it: small facts of one size, in pages.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * They are found out when packets are seen for the first time, in their order, and stay as they are once all were seen, so that
 * a packet says the same whenever it is dissected again. 40 bytes each and 4 a packet, no allocation of their own.
 */
#ifndef CJT188_FACTS_H
#define CJT188_FACTS_H

#include "frame.h"

/* A fact by its place; 0: none. */
typedef uint32_t fact_id;

enum cjt188_fact_flag {
    FACT_HAS_TIME = 1,
    FACT_HAS_DI = 2,
    FACT_UNASKED = 4,          /* a reply to nothing, on a line that does carry requests */
    FACT_COLLISION = 8,        /* damage right behind a broadcast */
    FACT_UNANSWERED = 16,      /* a request: a later one on its line proves that no reply came */
    FACT_IS_REPLY = 32,
    FACT_REPEATS = 64,         /* a request: the same as `earlier` */
    FACT_NUMBER_HIGH_FIRST = 128, /* the meter was known to send its number so */
    FACT_HAS_LAST_DIALECT = 256,
    FACT_DI_LOW_FIRST = 512,   /* a reply: the order of its meter's other identifiers, as far as it was known */
    FACT_DI_HIGH_FIRST = 1024,
    FACT_LENGTH_NOTED = 4096,  /* the first of its meter and kind whose length is worth a word */
    FACT_BELIEVED = 2048,      /* a counter of 80000000 that the readings before have led to */
    FACT_ECHO = 8192,          /* a request: what the master sent, `earlier`, come back from its converter */
    FACT_SAME_AGAIN = 16384,   /* a request: soon behind the same on its line, answered or not */
    FACT_ASKED_ELSEWHERE = 32768, /* a reply: two taps, its meter is counted on the line of its request */
    FACT_ECHO_MISSED = 65536,  /* a reply on a line of echoes, to a request whose echo is not there */
};

struct cjt188_fact {
    int64_t time;      /* of the packet in which it began, ns since 1970, if FACT_HAS_TIME */
    uint32_t packet;   /* its number; 0 once a read filter has taken it away (tshark -2 -R) */
    fact_id partner;   /* of a request: its first reply; of a reply: its request, or what echoed that: see cjt188_request() */
    fact_id earlier;   /* of a request: the one before on its line, if that got no reply; of an echo: the request itself; of a
                        * reply: the same meter's last such reply */
    uint32_t meter;    /* cjt188_meter_at(); 0: none */
    union {
        uint32_t changes; /* of a reply: what `earlier` had otherwise, for changes.c; 0: nothing */
        fact_id before;   /* of a request: the one before on its line, whatever became of it */
    };
    uint32_t characters; /* of a request: from the time of its packet to its end */
    uint32_t flags;
    uint16_t di;       /* if FACT_HAS_DI */
    int8_t last_dialect; /* of the meter's last reading, if FACT_HAS_LAST_DIALECT */
};

/* The statistics' record of a packet (tap.h) and how many pieces of it were seen. In the packet's own memory. */
struct cjt188_packet {
    unsigned pieces;
    bool is_told; /* the info column says something of it */
    bool has_began;
    nstime_t began; /* the next piece, in an earlier packet */
    struct cjt188_tap *tap;
};

/* Of the packet at hand. Never NULL. */
struct cjt188_packet *cjt188_packet_of(packet_info *pinfo);

/* Seen for the first time: the next piece began in an earlier packet, at this time. */
void cjt188_packet_began(packet_info *pinfo, const nstime_t *time);

/* The fact of the next piece of this packet, its own id in *id: call once per piece, in order, in every pass. Never NULL.
 * Filled in only while !PINFO_FD_VISITED. */
struct cjt188_fact *cjt188_fact_next(packet_info *pinfo, struct cjt188_packet *packet, fact_id *id);

/* NULL for 0. Valid as long as the capture. */
struct cjt188_fact *cjt188_fact(fact_id id);

/* Before its pieces are looked at, with or without facts. In a later look at the packets: is this the last one? */
void cjt188_note_packet(const packet_info *pinfo);
bool cjt188_is_last_packet(const packet_info *pinfo);

/* Keep up to FACT_BYTES_MAX bytes; returns where, 0 when there is no more room. */
enum { FACT_BYTES_MAX = 512 };
uint32_t cjt188_fact_keep(const uint8_t *bytes, unsigned length);
const uint8_t *cjt188_fact_kept(uint32_t place);

/* Nanoseconds from one fact to another, false where either has no time. */
bool cjt188_fact_between(const struct cjt188_fact *from, const struct cjt188_fact *to, int64_t *nanoseconds);

/* Has this packet a time that somebody measured? None have packets without one, those of 1970-01-01 00:00:00, which is how the
 * tap and others write bytes of unknown time, and those that Wireshark's text2pcap has numbered by the microsecond. */
bool cjt188_has_time(const packet_info *pinfo);

/* Once, at start. */
void cjt188_facts_register(void);

#endif
