/* neighbours.h
 * The neighbours on the wire: link layer fields of EN 13757 (M-Bus) and DL/T 645 frames.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_NEIGHBOURS_H
#define CJT188_NEIGHBOURS_H

#include "compat.h"

/* Whole frames with a right checksum, from tvb[offset]. Their data are left alone. */
void cjt188_show_mbus(tvbuff_t *tvb, proto_tree *tree, unsigned offset, unsigned length);
void cjt188_show_dlt645(tvbuff_t *tvb, proto_tree *tree, unsigned offset, unsigned length);

/* The FE bytes before a frame of whichever protocol. */
void cjt188_add_preamble(tvbuff_t *tvb, proto_tree *tree, unsigned at, unsigned length);

#endif
