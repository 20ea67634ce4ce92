/* changes.h
 * What changed in a reply since the same meter's last reply to the same identifier.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_CHANGES_H
#define CJT188_CHANGES_H

#include "exchange.h"

/* Add what changed to the tree. Call when frame->spans is complete. */
void cjt188_changes_add(const struct cjt188_frame *frame, proto_tree *tree, struct cjt188_facts *facts);

/* Once, at start. */
void cjt188_changes_register(void);

#endif
