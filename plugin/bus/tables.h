/* tables.h
 * Two tables in Wireshark's Statistics menu, and with tshark -z: cjt188,meters and cjt188,lines.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_TABLES_H
#define CJT188_TABLES_H

/* Write what the cells do not show yet: before a packet of which it is known that no other comes. */
void cjt188_tables_write(void);

/* Once, at start, after the tap "cjt188" is registered. */
void cjt188_tables_register(void);

#endif
