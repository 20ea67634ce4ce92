/* compare.h
 * tshark -z cjt188,compare,FILTER1,FILTER2: what differs between two sets of frames, by byte and bit.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_COMPARE_H
#define CJT188_COMPARE_H

/* Once, at start, after the tap "cjt188" is registered. */
void cjt188_compare_register(void);

#endif
