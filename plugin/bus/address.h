/* address.h
 * Meters as Wireshark addresses: source and destination columns, Endpoints and Conversations.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_ADDRESS_H
#define CJT188_ADDRESS_H

#include "tap.h"

/* Register the address type and the tables of endpoints and conversations for the protocol. */
void cjt188_address_register(int proto);

/* A frame with a whole address: add the hidden fields .src, .dst and .addr to `tree`, set the packet's addresses where no
 * other protocol has, and tell who speaks to whom in *seen, which may be NULL. */
void cjt188_address_add(const struct cjt188_frame *frame, proto_tree *tree, struct cjt188_seen *seen);

#endif
