/* marks.h
 * Marks of the tap, packet comments as "Mark 3: valve opened", and tshark -z cjt188,marks: what changed at them and nowhere
 * else.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_MARKS_H
#define CJT188_MARKS_H

#include <stdbool.h>

/* Is a packet's comment one? Its number, and what somebody wrote to it: "" for nothing. */
bool cjt188_is_mark(const char *comment, unsigned *number, const char **text);

/* Once, at start, after the tap "cjt188" is registered. */
void cjt188_marks_register(void);

#endif
