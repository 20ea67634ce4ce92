/* show.h
 * Values as items of the tree: the one place that makes them.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_SHOW_H
#define CJT188_SHOW_H

#include "frame.h"

/* Preference: the digits behind values. */
extern ws_bool cjt188_show_digits;

/* Add every byte between SER and CS. says_length: a length that fits no layout is worth a word. Returns the tree of the data. */
proto_tree *cjt188_show_data(const struct cjt188_frame *frame, proto_tree *tree, bool says_length);

#endif
