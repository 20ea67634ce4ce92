/* exchange.h
 * Requests and replies: who asked, who answered, how fast, and what went unanswered.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_EXCHANGE_H
#define CJT188_EXCHANGE_H

#include "cjt188.h"

/* A request and its first reply. Lives as long as the capture; filled while packets are seen for the first time. */
struct exchange {
    uint32_t request_frame; /* packet numbers; 0: none, or filtered away (tshark -2 -R) */
    nstime_t request_time;
    uint32_t reply_frame;
    bool replied;
    bool unanswered;      /* a later request on the line proves that no reply came */
    bool late;            /* the reply came behind a later request */
    const char *line;
    bool is_wildcard;
    uint8_t address[CJT188_ADDRESS_LENGTH];
    uint8_t function;
    bool has_di;
    uint16_t di;
    uint8_t data_length;
    const uint8_t *data;  /* behind SER */
};

/* What one frame is known to be in the traffic around it. Decided when the frame is seen first, kept for later passes. */
struct cjt188_facts {
    struct exchange *exchange;  /* of a request: its own; of a reply: that of its request; else NULL */
    const struct exchange *retransmission_of; /* the same request before, NULL: none */
    const struct exchange *no_response_to; /* the last request of the line, when it got no reply; else NULL */
    bool unasked;               /* a reply to nothing, on a line that does carry requests */
    bool collision;             /* damage right behind a broadcast */
    int remembered_dialect;     /* of this meter's last reading, -1: none */
    const struct past_reading *previous; /* of this meter, NULL: none */
    const uint8_t *changes;              /* since this meter's last such reply, as changes.c packs them; NULL: none */
    uint32_t changed_since;              /* its packet number */
};

/* The line that the packet came from, for keys: a capture interface, or a TCP, UDP or USB conversation. Text in `scope`. */
const char *cjt188_line_key(packet_info *pinfo, wmem_allocator_t *scope);

/*
 * Remember the number of this packet in *number. A packet that a read filter takes away in the first of two passes leaves
 * its number to the next one: then *number becomes 0, so `number` must live as long as the capture.
 */
void cjt188_note_number(packet_info *pinfo, uint32_t *number);

/* The facts of the next piece of this packet: call once per piece, in order, in every pass. Never NULL. */
struct cjt188_facts *cjt188_facts_next(packet_info *pinfo);

/* Seen for the first time only: pair a frame with a right checksum, or look at damage. */
void cjt188_exchange_frame(const struct cjt188_frame *frame, struct cjt188_facts *facts);
void cjt188_exchange_damage(packet_info *pinfo, struct cjt188_facts *facts);

/* The items of what is known so far. */
void cjt188_exchange_add(const struct cjt188_frame *frame, proto_tree *tree, const struct cjt188_facts *facts);

/* Once, at start. */
void cjt188_exchange_register(void);

#endif
