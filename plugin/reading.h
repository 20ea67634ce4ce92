/* reading.h
 * What follows from a meter's reading, alone and beside the meter's last one.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_READING_H
#define CJT188_READING_H

#include "exchange.h"

/* A reading that a later one of the same meter is compared with. Lives as long as the capture. */
struct past_reading {
    uint32_t packet;
    nstime_t time;
    struct reading reading;
};

/* The meter on its line, for keys. Text in `scope`. */
const char *cjt188_meter_key(const struct cjt188_frame *frame, wmem_allocator_t *scope);

/* Is this frame a whole reply with the meter's present values? */
bool cjt188_is_reading(const struct cjt188_frame *frame);

/* Seen for the first time only, before the data are read: a reading's dialect is kept for the meter's frames that say too
 * little of themselves; facts->remembered_dialect tells what was kept before. */
void cjt188_remember_dialect(const struct cjt188_frame *frame, int dialect, struct cjt188_facts *facts);

/* Add what follows from frame->reading: temperature difference, power, differences to the last reading, clock. */
void cjt188_reading_add(struct cjt188_frame *frame, proto_tree *tree, struct cjt188_facts *facts);

/* Decimal places of numbers with this smallest difference; -1 where it is no power of ten (units of joules). */
int cjt188_places(double step);

/* The meter's clock minus the time of capture in seconds, the clock taken as local time. */
double cjt188_clock_offset(const struct reading *reading, const nstime_t *captured);

/* Once, at start. */
void cjt188_reading_register(void);

#endif
