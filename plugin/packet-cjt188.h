/* packet-cjt188.h
 * The dissector: a run of bytes from the line, cut into pieces, each shown.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef PACKET_CJT188_H
#define PACKET_CJT188_H

#include "compat.h"

#include "cjt188-frame.h"

/*
 * Cut a run of bytes into pieces and show each.
 *
 * final  false: more bytes may follow, so an undecided end is left alone.
 * found  out: whether any piece was more than noise.
 * Returns how many bytes were shown: all of them when `final`.
 */
unsigned cjt188_dissect_pieces(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, bool final, bool *found);

/* Show pieces that a run of bytes was cut into before, from its beginning on, as far as it has their bytes. Returns how many
 * bytes were shown. */
unsigned cjt188_dissect_cut(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, const struct cjt188_piece *pieces,
                            unsigned count, bool *found);

/* Say as Wireshark does that a snap length has cut the packet, when it has. Call last: it does not return then. */
void cjt188_tell_cut(tvbuff_t *tvb);

/* Preference: whether each checksum is compared with its frame. */
extern ws_bool cjt188_verify_checksums;

/* Register the dissector "cjt188" of the protocol. */
void cjt188_register_dissector(void);

#endif
