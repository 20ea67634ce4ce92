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

/* Add every byte between SER and CS. Returns the tree of the data. */
proto_tree *cjt188_show_data(const struct cjt188_frame *frame, proto_tree *tree);

/* An expert info of this frame. Wireshark groups them by their text, so that is one for each kind; what is special to this
 * frame, names and numbers, stands in an item that has the expert info below it. */
void cjt188_add_remark(const struct cjt188_frame *frame, expert_field *expert, const char *format, ...) G_GNUC_PRINTF(3, 4);

#endif
