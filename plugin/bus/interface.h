/* interface.h
 * What the capture says of the interface that a packet came from.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_INTERFACE_H
#define CJT188_INTERFACE_H

#include "compat.h"

/* The capture's section; 0 where it has none. */
unsigned cjt188_section_of(const packet_info *pinfo);

/* By which the interfaces of a section are told apart. */
uint32_t cjt188_interface_of(const packet_info *pinfo);

/* WTAP_ENCAP_ of the packet. */
int cjt188_encapsulation_of(const packet_info *pinfo);

/* The packet's own flags (direction in bits 0 and 1, error marks above 24); 0 where it has none. */
uint32_t cjt188_packet_flags(const packet_info *pinfo);

/* The packet's comment number `index`, from 0, as it was captured or edited since; NULL: there is none. Only while it is
 * dissected: Wireshark drops the captured ones before the statistics get a packet. */
const char *cjt188_packet_comment(const packet_info *pinfo, unsigned index);

/* "/dev/ttyUSB0", as the frame's header shows it; NULL: the capture names none. */
const char *cjt188_interface_name(const packet_info *pinfo);

/* How long one character takes on a serial line, in nanoseconds, from the settings that the interface's description names
 * ("2400 8E1"); 0: it names none. Wireshark hands no interface's speed to a dissector, only name and description. */
int64_t cjt188_interface_character(const packet_info *pinfo);

#endif
