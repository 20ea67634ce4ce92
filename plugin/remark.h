/* remark.h
 * Expert infos with something to say of one frame alone.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_REMARK_H
#define CJT188_REMARK_H

#include "frame.h"

#include <epan/expert.h>

/* An expert info of this frame. Wireshark groups them by their text, so that is one for each kind; what is special to this
 * frame, names and numbers, stands in an item that has the expert info below it. */
void cjt188_add_remark(const struct cjt188_frame *frame, expert_field *expert, const char *format, ...) G_GNUC_PRINTF(3, 4);

#endif
