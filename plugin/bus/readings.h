/* readings.h
 * What follows from a meter's reading, alone and beside the meter's last one.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_READINGS_H
#define CJT188_READINGS_H

#include "cjt188-text.h"

#include "lines.h"

/* A counter at 80000000 is suspect by itself, and none where this meter's reply before had a number of as many digits. Before
 * anything is shown of the frame, once it was seen. */
void cjt188_readings_believe(const struct cjt188_frame *frame);

/* Add what follows from the present values: temperature difference, power, differences to the last reading, clock. `before`:
 * that last reading; NULL: none. */
void cjt188_readings_add(const struct cjt188_frame *frame, struct cjt188_other *before, proto_tree *tree);

/* "−1 d 2 h 4 s": what is zero is left out; `plus` is in front of what is not below zero. */
void cjt188_put_duration(struct cjt188_text *text, double seconds, const char *plus);

/* The meter's clock minus the time of capture in seconds, the clock taken as local time. */
double cjt188_clock_offset(const struct cjt188_time *clock, const nstime_t *captured);

#endif
