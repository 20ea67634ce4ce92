/* register.h
 * Registration of the protocol with all its rooms.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_REGISTER_H
#define CJT188_REGISTER_H

/* Called by Wireshark once each at start, in this order. */
void proto_register_cjt188(void);
void proto_reg_handoff_cjt188(void);

#endif
