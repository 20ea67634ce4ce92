/* demo_meter.c
 * Simulated heat meters: see demo_meter.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "demo_meter.h"
#include "cjt188-frame.h"
#include "record.h"

#include <math.h>
#include <string.h>

enum {
    CONTROL_REPLY = 0x81,
    UNIT_KWH = 0x05,
    UNIT_KW = 0x17,
    UNIT_M3 = 0x2C,
    UNIT_M3_PER_H = 0x35,
    STATUS_BATTERY_LOW = 0x0004,
    STATUS_FLOW_SENSOR = 0x0800,
    DN20 = 2,
    DN25 = 3,
};

/* Water takes up 1.163 kWh per m³ and kelvin. */
#define KWH_PER_M3_K 1.163

static const struct demo_meter meter_start[DEMO_METERS] = {
    { .number = 24263225,
      .status = STATUS_FLOW_SENSOR,
      .diameter = DN25,
      .supply = 25.66,
      .back = 25.54,
      .energy = 0.007,
      .volume = 0.003,
      .hours = 13100,
      .clock_offset = 0 },
    { .number = 24263241,
      .diameter = DN25,
      .nominal_flow = 1.250,
      .supply = 61.5,
      .back = 42.0,
      .energy = 8412.306,
      .volume = 402.118,
      .hours = 13088,
      .clock_offset = -4 },
    { .number = 24263258,
      .diameter = DN20,
      .nominal_flow = 0.420,
      .supply = 58.2,
      .back = 37.5,
      .energy = 3127.845,
      .volume = 140.552,
      .hours = 9214,
      .clock_offset = 12 },
    { .number = 24263266,
      .status = STATUS_BATTERY_LOW,
      .diameter = DN20,
      .nominal_flow = 0.185,
      .supply = 55.0,
      .back = 31.8,
      .energy = 977.120,
      .volume = 38.907,
      .hours = 21850,
      .clock_offset = 95 },
};

/* Only g_rand_int(): its sequence is promised, that of the range functions is not. */
unsigned
demo_random_below(GRand *random, unsigned limit)
{
    return g_rand_int(random) % limit;
}

/* -1 … 1 */
static double
random_swing(GRand *random)
{
    return (double)demo_random_below(random, 2001) / 1000 - 1;
}

void
demo_meters_start(struct demo_meter meters[DEMO_METERS])
{
    memcpy(meters, meter_start, sizeof meter_start);
    for (size_t i = 0; i < DEMO_METERS; i++) {
        struct demo_meter *meter = &meters[i];

        meter->flow = meter->nominal_flow;
        meter->supply_now = meter->supply;
        meter->back_now = meter->back;
        meter->power = KWH_PER_M3_K * meter->flow * (meter->supply - meter->back);
    }
}

/* A value wanders, but does not run away. */
static double
wander(GRand *random, double value, double home, double step)
{
    return value + (home - value) * 0.1 + random_swing(random) * step;
}

/* Count with the values that held until now, then let them change. */
void
demo_meter_update(struct demo_meter *meter, GRand *random, int64_t now_ns)
{
    const double hours = (double)(now_ns - meter->updated_ns) / (3600.0 * NS_PER_SECOND);

    meter->updated_ns = now_ns;
    meter->hours += hours;
    meter->energy += meter->power * hours;
    meter->precise_energy += meter->power * hours;
    meter->volume += meter->flow * hours;
    meter->precise_volume += meter->flow * hours;
    meter->pulses = (uint32_t)(meter->precise_volume * 10000);

    meter->supply_now = wander(random, meter->supply_now, meter->supply, 0.08);
    meter->back_now = wander(random, meter->back_now, meter->back, 0.05);
    if (meter->nominal_flow > 0)
        meter->flow = MAX(0, wander(random, meter->flow, meter->nominal_flow, 0.03 * meter->nominal_flow));
    meter->power = KWH_PER_M3_K * meter->flow * (meter->supply_now - meter->back_now);
}

void
demo_put(struct demo_burst *burst, uint8_t byte)
{
    burst->bytes[burst->length++] = byte;
}

static void
put_zeros(struct demo_burst *burst, size_t count)
{
    while (count-- > 0)
        demo_put(burst, 0);
}

void
demo_put_u16(struct demo_burst *burst, unsigned value)
{
    demo_put(burst, value & 0xFF);
    demo_put(burst, value >> 8 & 0xFF);
}

/* Low byte first, as every number on this line. */
static void
put_bcd(struct demo_burst *burst, uint64_t value, size_t bytes)
{
    while (bytes-- > 0) {
        demo_put(burst, (uint8_t)(value / 10 % 10 << 4 | value % 10));
        value /= 100;
    }
}

/* value with so many decimal places; digits beyond the field's width are cut off, as a counter's are. */
static void
put_quantity(struct demo_burst *burst, double value, unsigned decimals, size_t bytes)
{
    put_bcd(burst, (uint64_t)floor(MAX(0, value) * pow(10, decimals) + 1e-6), bytes);
}

static void
put_with_unit(struct demo_burst *burst, double value, unsigned decimals, uint8_t unit)
{
    put_quantity(burst, value, decimals, 4);
    demo_put(burst, unit);
}

GDateTime *
demo_meter_clock(const struct demo_meter *meter, GDateTime *wall_clock, int64_t now_ns)
{
    return g_date_time_add_seconds(wall_clock, (double)(now_ns / NS_PER_SECOND + meter->clock_offset));
}

static void
put_date(struct demo_burst *burst, GDateTime *clock)
{
    put_bcd(burst, (uint64_t)g_date_time_get_day_of_month(clock), 1);
    put_bcd(burst, (uint64_t)g_date_time_get_month(clock), 1);
    put_bcd(burst, (uint64_t)g_date_time_get_year(clock), 2);
}

static void
put_reading(struct demo_burst *burst, const struct demo_meter *meter, GDateTime *clock)
{
    demo_put(burst, 0x12);                     /* this meter's sequence number, whatever it was asked with */
    put_with_unit(burst, 0, 3, UNIT_KWH); /* cooling */
    put_with_unit(burst, meter->energy, 3, UNIT_KWH);
    put_with_unit(burst, meter->power, 3, UNIT_KW);
    put_with_unit(burst, meter->flow, 3, UNIT_M3_PER_H);
    put_with_unit(burst, meter->volume, 3, UNIT_M3);
    put_quantity(burst, meter->supply_now, 2, 3);
    put_quantity(burst, meter->back_now, 2, 3);
    put_quantity(burst, meter->hours, 0, 3);
    put_bcd(burst, (uint64_t)g_date_time_get_second(clock), 1);
    put_bcd(burst, (uint64_t)g_date_time_get_minute(clock), 1);
    put_bcd(burst, (uint64_t)g_date_time_get_hour(clock), 1);
    put_date(burst, clock);
    demo_put_u16(burst, meter->status);
}

static void
put_precision(struct demo_burst *burst, const struct demo_meter *meter, GDateTime *clock)
{
    demo_put(burst, 0x03);
    put_quantity(burst, meter->supply_now, 2, 2);
    demo_put_u16(burst, meter->pulses & 0xFFFF);
    demo_put_u16(burst, meter->pulses >> 16);
    put_with_unit(burst, meter->precise_volume, 6, UNIT_M3);
    put_with_unit(burst, meter->precise_energy, 4, UNIT_KWH);
    put_zeros(burst, 3); /* alarm time */
    demo_put_u16(burst, meter->diameter);
    put_zeros(burst, 4 + 3 + 4); /* zero offset, pulse width, meter number */
    for (unsigned point = 0; point < 4; point++)
        demo_put_u16(burst, 0x1000 + (meter->number + point * 7) % 5 * (meter->nominal_flow > 0)); /* near 1.0 */
    put_zeros(burst, 4 + 2); /* temperature coefficients, instrument parameter */
    put_quantity(burst, meter->back_now, 2, 2);
    demo_put(burst, 0);
    put_date(burst, clock);
    demo_put_u16(burst, meter->status);
}

/* Preamble, start, type, address and control; demo_finish_frame() fills in L and the sum. Returns where 68 is. */
size_t
demo_begin_frame(struct demo_burst *burst, size_t preamble, uint8_t type, uint32_t number, uint8_t maker, uint8_t control)
{
    while (preamble-- > 0)
        demo_put(burst, CJT188_PREAMBLE);
    demo_put(burst, CJT188_START);
    demo_put(burst, type);
    put_bcd(burst, number, 5);
    demo_put(burst, maker);
    demo_put(burst, maker);
    demo_put(burst, control);
    demo_put(burst, 0);
    return burst->length - CJT188_OFF_DATA;
}

void
demo_finish_frame(struct demo_burst *burst, size_t start)
{
    burst->bytes[start + CJT188_OFF_LENGTH] = (uint8_t)(burst->length - start - CJT188_OFF_DATA);
    demo_put(burst, cjt188_checksum(burst->bytes + start, burst->length - start));
    demo_put(burst, CJT188_END);
}

size_t
demo_meter_reply(const struct demo_meter *meter, unsigned di, GDateTime *clock, struct demo_burst *burst)
{
    const bool reading = di == DEMO_DI_READING;
    const size_t start =
        demo_begin_frame(burst, DEMO_REPLY_PREAMBLE, reading ? 0x20 : 0x25, meter->number, 0x00, CONTROL_REPLY);

    demo_put_u16(burst, di);
    (reading ? put_reading : put_precision)(burst, meter, clock);
    demo_finish_frame(burst, start);
    return start;
}
