/* packet-cjt188.h
 * Registration of the CJ/T 188 dissector.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef PACKET_CJT188_H
#define PACKET_CJT188_H

#include "compat.h"

/*
 * Cut a run of bytes into pieces and show each.
 *
 * final  false: more bytes may follow, so an undecided end is left alone.
 * found  out: whether any piece was more than noise.
 * Returns how many bytes were shown: all of them when `final`.
 */
unsigned cjt188_dissect_pieces(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, bool final, bool *found);

/* Called by Wireshark once each at start, in this order. */
void proto_register_cjt188(void);
void proto_reg_handoff_cjt188(void);

#endif
