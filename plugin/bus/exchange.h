/* exchange.h
 * Requests and replies: who asked, who answered, how fast, and what went unanswered.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_EXCHANGE_H
#define CJT188_EXCHANGE_H

#include "lines.h"

/* Seen for the first time only: pair a frame with a right checksum whose fact is `id`, or look at what is none. */
void cjt188_exchange_frame(const struct cjt188_frame *frame, fact_id id);
void cjt188_exchange_damage(const struct cjt188_frame *frame, bool may_be_collision);

/* Of a reply: its request, 0 where nobody asked. As far as it is known now: what seemed an echo may be a request. */
fact_id cjt188_request(const struct cjt188_fact *reply);

/* How long a reply took, of which nothing may be known. */
enum cjt188_timing { NOT_TIMED, TIMED, TIMED_LATE };
enum cjt188_timing cjt188_response(const struct cjt188_fact *reply, int64_t *nanoseconds);

/* How often what was known of earlier packets has changed by now: two lines, which seemed one and its echoes, were parted. */
unsigned cjt188_exchange_partings(void);

/* The items of what is known so far. */
void cjt188_exchange_add(const struct cjt188_frame *frame, proto_tree *tree);

/* Once, at start. */
void cjt188_exchange_register(void);

#endif
