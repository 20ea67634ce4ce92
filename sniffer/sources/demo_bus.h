/* demo_bus.h
 * The built-in bus: a master that reads 901F and 903F from four simulated heat meters on one line, with
 * changing values, and now and then noise, a damaged or cut reply, and a meter that stays silent.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A pure simulation: no clock, no I/O. The same seed and start give the same bytes.
 */
#ifndef DEMO_BUS_H
#define DEMO_BUS_H

#include "demo_meter.h"

/* char_time_ns: one character on the line. wall_clock: what the meters' clocks show at the start, about.
 * The caller frees the bus with demo_bus_free(). */
struct demo_bus *demo_bus_new(uint32_t seed, int64_t char_time_ns, GDateTime *wall_clock);
void demo_bus_free(struct demo_bus *bus);

/* What is on the line next. Bursts come in order and do not overlap. */
void demo_bus_next(struct demo_bus *bus, struct demo_burst *burst);

#endif
