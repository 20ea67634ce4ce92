/* changes.h
 * What changed in a reply since the same meter's last reply to the same identifier.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_CHANGES_H
#define CJT188_CHANGES_H

#include "lines.h"

/* Seen for the first time: note what differs from this meter's last such reply, and keep this one. */
void cjt188_changes_see(const struct cjt188_frame *frame, fact_id id);

/* This meter's last such reply as it was; in the packet's memory. NULL: none. */
struct cjt188_other *cjt188_before(const struct cjt188_frame *frame);

/* Add what changed since `before` to the tree. */
void cjt188_changes_add(const struct cjt188_frame *frame, struct cjt188_other *before, proto_tree *tree);

/* "packet 4", or "the last such reply" where a read filter has taken it away; in `scope`. */
const char *cjt188_earlier_text(const struct cjt188_frame *frame, const char *otherwise);

/* Once, at start. */
void cjt188_changes_register(void);

#endif
