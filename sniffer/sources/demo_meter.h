/* demo_meter.h
 * Simulated heat meters: values that change as a heating's do, and what such a meter answers.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A pure simulation: no clock, no I/O; times are nanoseconds since the bus was started. They speak as one known ultrasonic
 * heat meter does: asked with T 20 and maker's code 11 11 they answer with maker's code 00 00, DI low byte first, 901F with T 20
 * and L 2E, 903F with T 25 and L 3A.
 */
#ifndef DEMO_METER_H
#define DEMO_METER_H

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

enum { DEMO_BURST_MAX = 128, DEMO_METERS = 4 };

/* Bytes sent without a pause. */
struct demo_burst {
    int64_t start_ns; /* when the first character begins, since the bus was started */
    size_t length;
    uint8_t bytes[DEMO_BURST_MAX];
    uint8_t marks[DEMO_BURST_MAX]; /* 1 where the parity is wrong */
};

struct demo_meter {
    uint32_t number; /* as on its display */
    uint16_t status;
    unsigned diameter;
    double nominal_flow;   /* m³/h; 0 = its sensor is broken, or there is no water */
    double supply, back;   /* °C it wanders around */
    double energy, volume; /* kWh, m³: the totals */
    double hours;          /* of operation */
    int clock_offset;      /* s */
    double flow, power;    /* now */
    double supply_now, back_now;
    double precise_energy, precise_volume; /* the verification counters of 903F */
    uint32_t pulses;
    int64_t updated_ns;
};

void demo_meters_start(struct demo_meter meters[DEMO_METERS]);

/* Let it count and change until then. */
void demo_meter_update(struct demo_meter *meter, GRand *random, int64_t now_ns);

/* What its clock shows; wall_clock: the time when the bus was started. The caller unrefs it. */
GDateTime *demo_meter_clock(const struct demo_meter *meter, GDateTime *wall_clock, int64_t now_ns);

/* Append its reply to a read of 901F or 903F: preamble, frame. Returns where 68 is in burst->bytes. */
size_t demo_meter_reply(const struct demo_meter *meter, unsigned di, GDateTime *clock, struct demo_burst *burst);

/* Frames of whoever speaks on such a bus: begin, bytes, finish. Low byte first, as every number on this line. */
size_t demo_begin_frame(struct demo_burst *burst, size_t preamble, uint8_t type, uint32_t number, uint8_t maker,
                        uint8_t control);
void demo_put(struct demo_burst *burst, uint8_t byte);
void demo_put_u16(struct demo_burst *burst, unsigned value);
void demo_finish_frame(struct demo_burst *burst, size_t start);

/* Only g_rand_int(): its sequence is promised, that of the range functions is not. */
unsigned demo_random_below(GRand *random, unsigned limit);

enum {
    DEMO_REQUEST_PREAMBLE = 6,
    DEMO_REPLY_PREAMBLE = 5,
    DEMO_DI_READING = 0x901F,
    DEMO_DI_PRECISION = 0x903F,
    DEMO_CONTROL_READ = 0x01,
};

#endif
