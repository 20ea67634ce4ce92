/* stats.h
 * The statistics of a capture: meters, lines, response times, a tree by control and identifier.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_STATS_H
#define CJT188_STATS_H

#include "exchange.h"

/* What the statistics are told of a piece of a packet. Lives as long as the packet. */
struct cjt188_seen {
    enum cjt188_kind kind;
    unsigned length;
    const char *line;
    bool line_error;   /* not a piece: the tap has marked errors in this packet */

    bool has_addresses;
    address source, destination;

    /* A frame: of the rest only what its kind allows. */
    bool is_reply, is_error, is_wildcard;
    uint8_t function;
    bool has_di;
    uint16_t di;
    uint8_t number[5]; /* A0-A4 */
    const char *meter, *name, *dialect, *faults;
    const char *meter_line;                /* the line that the meter is on: with two taps, that of its requests */
    const struct exchange *exchange;       /* of a reply, NULL where nobody asked */
    bool is_late;                          /* a reply to a request that was counted as unanswered */
    const struct exchange *no_response_to; /* of a request, when the one before went unanswered */
    const struct reading *reading;         /* of a reading, else NULL */
    const struct cjt188_frame *frame;      /* a copy with bytes, layout and spans, of a frame with a right checksum that has
                                            * an identifier; else NULL */
};

/* A piece of this packet, handed to every statistic when the packet is done. Never NULL. */
struct cjt188_seen *cjt188_seen_new(packet_info *pinfo, enum cjt188_kind kind, unsigned length);
void cjt188_seen_line_error(packet_info *pinfo);

/* Fill in what a frame tells. `frame` must outlive the packet's taps only as far as its texts do. */
void cjt188_seen_frame(struct cjt188_seen *seen, const struct cjt188_frame *frame, const struct cjt188_facts *facts);

/* Once, at start. */
void cjt188_stats_register(int proto);

#endif
