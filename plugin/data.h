/* data.h
 * The data of a frame: its layout's rows, the user's own fields, what changed, and what is left over.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_DATA_H
#define CJT188_DATA_H

#include "exchange.h"

/* Add every byte between SER and CS to the tree, and fill frame->layout, ->spans, ->reading and what the info column says. */
void cjt188_data_add(struct cjt188_frame *frame, proto_tree *tree, struct cjt188_facts *facts);

#endif
