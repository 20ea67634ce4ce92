/* carriers.h
 * How frames come in: user link types, TCP, UDP, USB serial adapters, RTAC serial captures.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Each hands runs of bytes to cjt188_dissect_pieces() or to the dissector itself; none looks into a frame.
 */
#ifndef CJT188_CARRIERS_H
#define CJT188_CARRIERS_H

#include "compat.h"

/* dlt.c: register the preference cjt188.dlt_user; claim the DLTs that it names for `handle`; it has changed. */
void cjt188_dlt_register(module_t *module);
void cjt188_dlt_handoff(dissector_handle_t handle);
void cjt188_dlt_apply(void);

/* transport.c: preference, put frames together that span TCP segments. */
extern ws_bool cjt188_desegment;
void cjt188_transport_handoff(int proto);

/* usb.c */
void cjt188_usb_register(void);
void cjt188_usb_handoff(int proto);

#endif
