/* transport.h
 * Other ways in: TCP and UDP (serial device servers), captures of USB serial adapters, RTAC serial captures.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_TRANSPORT_H
#define CJT188_TRANSPORT_H

#include "compat.h"

/* Preference: put frames together that span TCP segments. */
extern ws_bool cjt188_desegment;

/* The USB device of a packet, as text in `scope`. */
const char *cjt188_usb_line(packet_info *pinfo, wmem_allocator_t *scope);

/* Once each, at start. */
void cjt188_transport_register(void);
void cjt188_transport_handoff(int proto);

#endif
