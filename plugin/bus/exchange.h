/* exchange.h
 * Requests and replies: who asked, who answered, how fast, and what went unanswered.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_EXCHANGE_H
#define CJT188_EXCHANGE_H

#include "lines.h"

/* Seen for the first time only: pair a frame with a right checksum whose fact is `id`, or look at damage. */
void cjt188_exchange_frame(const struct cjt188_frame *frame, fact_id id);
void cjt188_exchange_damage(const struct cjt188_frame *frame);

/* In the first look at a packet: the requests that were taken for echoes until it came, and those that are known only since
 * then to have got no reply. Valid until the next packet. */
enum cjt188_parted { PARTED_ECHO, PARTED_SILENT, PARTED_KINDS };
const fact_id *cjt188_parted_by(const packet_info *pinfo, enum cjt188_parted kind, unsigned *count);

/* The items of what is known so far. */
void cjt188_exchange_add(const struct cjt188_frame *frame, proto_tree *tree);

/* Once, at start. */
void cjt188_exchange_register(void);

#endif
