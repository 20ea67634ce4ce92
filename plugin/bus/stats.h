/* stats.h
 * The statistics of a capture: meters, lines, decimal places, response times, a tree by control and identifier.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_STATS_H
#define CJT188_STATS_H

/* Once, at start, after the tap "cjt188" is registered. */
void cjt188_stats_register(int proto);

#endif
