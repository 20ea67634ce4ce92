/* decimals.h
 * What physics says of a meter's decimal places: a table in Wireshark's Statistics menu, and tshark -z cjt188,decimals.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_DECIMALS_H
#define CJT188_DECIMALS_H

/* Once, at start, after the tap "cjt188" is registered. */
void cjt188_decimals_register(void);

#endif
