/* tap.h
 * What the statistics are told: one record a packet, with all its pieces.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_TAP_H
#define CJT188_TAP_H

#include "lines.h"

/* A piece of a packet. */
struct cjt188_seen {
    struct cjt188_seen *next;
    enum cjt188_kind kind;
    unsigned length;
    bool line_error;                    /* not a piece: the tap has marked errors in this packet */
    const struct cjt188_line *line;

    bool has_addresses;
    address source, destination;

    /* Of a frame, a damaged or truncated one; else NULL. */
    const struct cjt188_decoded *frame;
    const struct cjt188_fact *fact;
    fact_id id;                         /* of the fact, 0: nothing is known of it */
    const struct cjt188_meter *meter;   /* of two taps on the line of its requests; NULL: nobody known */
    const struct cjt188_own *own;       /* the user's own fields in it, or NULL */
};

/* What a listener to "cjt188" gets. Lives as long as its packet. */
struct cjt188_tap {
    struct cjt188_seen *first, *last;
    bool is_seen_again; /* not for the first time; when a listener gets it, Wireshark says so of every packet */
};

/* Is anybody listening? Nothing is recorded for nobody. */
bool cjt188_tap_is_heard(void);

/* Another piece of this packet. NULL when nobody listens. */
struct cjt188_seen *cjt188_tap_add(packet_info *pinfo, struct cjt188_line *line, enum cjt188_kind kind, unsigned length);

/* A record's frame; its texts must live as long as the packet. */
void cjt188_tap_frame(struct cjt188_seen *seen, const struct cjt188_frame *frame, fact_id id);

/* A request that was not sent again, but came back from the master's converter: as far as that is known now. */
bool cjt188_is_echo(const struct cjt188_seen *seen);

/* Once, at start. */
void cjt188_tap_register(void);

#endif
