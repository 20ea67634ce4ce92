/* demo_bus.c
 * The built-in bus: see demo_bus.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The meters speak as one known ultrasonic heat meter does: asked with T 20 and maker's code 11 11 they answer
 * with maker's code 00 00, DI low byte first, 901F with T 20 and L 2E, 903F with T 25 and L 3A.
 */
#include "demo_bus.h"
#include "cjt188-frame.h"
#include "record.h"

#include <math.h>
#include <string.h>

enum {
    METERS = 4,
    REQUEST_PREAMBLE = 6,
    REPLY_PREAMBLE = 5,
    DI_READING = 0x901F,
    DI_PRECISION = 0x903F,
    CONTROL_READ = 0x01,
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

/* What happens, and every how many polls. Coprime, so that everything meets everything in time. */
enum { NOISE_EVERY = 7, DAMAGE_EVERY = 11, SILENCE_EVERY = 17, CUT_EVERY = 29 };

/* Water takes up 1.163 kWh per m³ and kelvin. */
#define KWH_PER_M3_K 1.163

/* Milliseconds. */
enum {
    REPLY_MIN = 20,
    REPLY_SPREAD = 100,
    PAUSE_MIN = 180, /* between a reply and the next request */
    PAUSE_SPREAD = 120,
    ROUND_PAUSE = 1500,
    REPLY_TIMEOUT = 900, /* then the master asks once more, and then goes on */
};

struct meter {
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

static const struct meter meter_start[METERS] = {
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

/* What the master does next. */
enum step { STEP_REQUEST, STEP_REPLY, STEP_NOISE };

struct demo_bus {
    GRand *random;
    int64_t char_time_ns;
    GDateTime *wall_clock;
    struct meter meters[METERS];
    int64_t now_ns; /* end of what was on the line last */
    enum step step;
    unsigned poll; /* polls begun; two of each meter make its turn */
    bool repeated; /* this request was already sent once without an answer */
};

/* Only g_rand_int(): its sequence is promised, that of the range functions is not. */
static unsigned
random_below(struct demo_bus *bus, unsigned limit)
{
    return g_rand_int(bus->random) % limit;
}

/* -1 … 1 */
static double
random_swing(struct demo_bus *bus)
{
    return (double)random_below(bus, 2001) / 1000 - 1;
}

static bool
happens(const struct demo_bus *bus, unsigned every)
{
    return bus->poll % every == every - 1;
}

struct demo_bus *
demo_bus_new(uint32_t seed, int64_t char_time_ns, GDateTime *wall_clock)
{
    struct demo_bus *bus = g_new0(struct demo_bus, 1);

    bus->random = g_rand_new_with_seed(seed);
    bus->char_time_ns = char_time_ns;
    bus->wall_clock = g_date_time_ref(wall_clock);
    memcpy(bus->meters, meter_start, sizeof bus->meters);
    for (size_t i = 0; i < METERS; i++) {
        struct meter *meter = &bus->meters[i];

        meter->flow = meter->nominal_flow;
        meter->supply_now = meter->supply;
        meter->back_now = meter->back;
        meter->power = KWH_PER_M3_K * meter->flow * (meter->supply - meter->back);
    }
    return bus;
}

void
demo_bus_free(struct demo_bus *bus)
{
    if (bus == NULL)
        return;
    g_rand_free(bus->random);
    g_date_time_unref(bus->wall_clock);
    g_free(bus);
}

/* A value wanders, but does not run away. */
static double
wander(struct demo_bus *bus, double value, double home, double step)
{
    return value + (home - value) * 0.1 + random_swing(bus) * step;
}

/* Count with the values that held until now, then let them change. */
static void
meter_update(struct demo_bus *bus, struct meter *meter)
{
    const double hours = (double)(bus->now_ns - meter->updated_ns) / (3600.0 * NS_PER_SECOND);

    meter->updated_ns = bus->now_ns;
    meter->hours += hours;
    meter->energy += meter->power * hours;
    meter->precise_energy += meter->power * hours;
    meter->volume += meter->flow * hours;
    meter->precise_volume += meter->flow * hours;
    meter->pulses = (uint32_t)(meter->precise_volume * 10000);

    meter->supply_now = wander(bus, meter->supply_now, meter->supply, 0.08);
    meter->back_now = wander(bus, meter->back_now, meter->back, 0.05);
    if (meter->nominal_flow > 0)
        meter->flow = MAX(0, wander(bus, meter->flow, meter->nominal_flow, 0.03 * meter->nominal_flow));
    meter->power = KWH_PER_M3_K * meter->flow * (meter->supply_now - meter->back_now);
}

static void
put(struct demo_burst *burst, uint8_t byte)
{
    burst->bytes[burst->length++] = byte;
}

static void
put_zeros(struct demo_burst *burst, size_t count)
{
    while (count-- > 0)
        put(burst, 0);
}

static void
put_u16(struct demo_burst *burst, unsigned value)
{
    put(burst, value & 0xFF);
    put(burst, value >> 8 & 0xFF);
}

/* Low byte first, as every number on this line. */
static void
put_bcd(struct demo_burst *burst, uint64_t value, size_t bytes)
{
    while (bytes-- > 0) {
        put(burst, (uint8_t)(value / 10 % 10 << 4 | value % 10));
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
    put(burst, unit);
}

static GDateTime *
meter_clock(const struct demo_bus *bus, const struct meter *meter)
{
    return g_date_time_add_seconds(bus->wall_clock, (double)(bus->now_ns / NS_PER_SECOND + meter->clock_offset));
}

static void
put_date(struct demo_burst *burst, GDateTime *clock)
{
    put_bcd(burst, (uint64_t)g_date_time_get_day_of_month(clock), 1);
    put_bcd(burst, (uint64_t)g_date_time_get_month(clock), 1);
    put_bcd(burst, (uint64_t)g_date_time_get_year(clock), 2);
}

static void
put_reading(struct demo_burst *burst, const struct meter *meter, GDateTime *clock)
{
    put(burst, 0x12);                     /* this meter's sequence number, whatever it was asked with */
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
    put_u16(burst, meter->status);
}

static void
put_precision(struct demo_burst *burst, const struct meter *meter, GDateTime *clock)
{
    put(burst, 0x03);
    put_quantity(burst, meter->supply_now, 2, 2);
    put_u16(burst, meter->pulses & 0xFFFF);
    put_u16(burst, meter->pulses >> 16);
    put_with_unit(burst, meter->precise_volume, 6, UNIT_M3);
    put_with_unit(burst, meter->precise_energy, 4, UNIT_KWH);
    put_zeros(burst, 3); /* alarm time */
    put_u16(burst, meter->diameter);
    put_zeros(burst, 4 + 3 + 4); /* zero offset, pulse width, meter number */
    for (unsigned point = 0; point < 4; point++)
        put_u16(burst, 0x1000 + (meter->number + point * 7) % 5 * (meter->nominal_flow > 0)); /* near 1.0 */
    put_zeros(burst, 4 + 2); /* temperature coefficients, instrument parameter */
    put_quantity(burst, meter->back_now, 2, 2);
    put(burst, 0);
    put_date(burst, clock);
    put_u16(burst, meter->status);
}

/* Preamble, start, type, address and control; finish_frame() fills in L and the sum. Returns where 68 is. */
static size_t
begin_frame(struct demo_burst *burst, size_t preamble, uint8_t type, uint32_t number, uint8_t maker, uint8_t control)
{
    while (preamble-- > 0)
        put(burst, CJT188_PREAMBLE);
    put(burst, CJT188_START);
    put(burst, type);
    put_bcd(burst, number, 5);
    put(burst, maker);
    put(burst, maker);
    put(burst, control);
    put(burst, 0);
    return burst->length - CJT188_OFF_DATA;
}

static void
finish_frame(struct demo_burst *burst, size_t start)
{
    burst->bytes[start + CJT188_OFF_LENGTH] = (uint8_t)(burst->length - start - CJT188_OFF_DATA);
    put(burst, cjt188_checksum(burst->bytes + start, burst->length - start));
    put(burst, CJT188_END);
}

static unsigned
asked_di(const struct demo_bus *bus)
{
    return bus->poll % 2 == 0 ? DI_READING : DI_PRECISION;
}

static struct meter *
asked_meter(struct demo_bus *bus)
{
    return &bus->meters[bus->poll / 2 % METERS];
}

static void
put_request(struct demo_bus *bus, struct demo_burst *burst)
{
    const size_t start = begin_frame(burst, REQUEST_PREAMBLE, 0x20, asked_meter(bus)->number, 0x11, CONTROL_READ);

    put_u16(burst, asked_di(bus));
    put(burst, (uint8_t)bus->poll);
    finish_frame(burst, start);
}

/* A flipped bit has the wrong parity too; whoever checks it gets a mark. */
static void
damage(struct demo_bus *bus, struct demo_burst *burst)
{
    const size_t at = REPLY_PREAMBLE + CJT188_OFF_DATA + random_below(bus, 40);

    burst->bytes[at] ^= (uint8_t)(1 << random_below(bus, 8));
    burst->marks[at] = 1;
}

static void
put_reply(struct demo_bus *bus, struct demo_burst *burst)
{
    struct meter *meter = asked_meter(bus);
    const bool reading = asked_di(bus) == DI_READING;
    const size_t start = begin_frame(burst, REPLY_PREAMBLE, reading ? 0x20 : 0x25, meter->number, 0x00, CONTROL_REPLY);
    GDateTime *clock;

    meter_update(bus, meter);
    clock = meter_clock(bus, meter);
    put_u16(burst, asked_di(bus));
    (reading ? put_reading : put_precision)(burst, meter, clock);
    g_date_time_unref(clock);
    finish_frame(burst, start);
    if (happens(bus, DAMAGE_EVERY))
        damage(bus, burst);
    if (happens(bus, CUT_EVERY))
        burst->length = start + CJT188_OFF_DATA + random_below(bus, 30);
}

static void
put_noise(struct demo_bus *bus, struct demo_burst *burst)
{
    const size_t length = 3 + random_below(bus, 18);

    while (burst->length < length) {
        burst->marks[burst->length] = random_below(bus, 2) == 0;
        put(burst, (uint8_t)random_below(bus, 256));
    }
}

static void
pause_ms(struct demo_bus *bus, unsigned at_least, unsigned spread)
{
    bus->now_ns += (at_least + random_below(bus, spread)) * NS_PER_MS;
}

static void
next_poll(struct demo_bus *bus)
{
    bus->poll++;
    bus->repeated = false;
    bus->step = happens(bus, NOISE_EVERY) ? STEP_NOISE : STEP_REQUEST;
    if (bus->poll % (2 * METERS) == 0)
        bus->now_ns += ROUND_PAUSE * NS_PER_MS;
}

/* The request is out: who answers, and what does the master do when nobody does? */
static void
after_request(struct demo_bus *bus)
{
    if (!happens(bus, SILENCE_EVERY)) {
        bus->step = STEP_REPLY;
        return;
    }
    bus->now_ns += REPLY_TIMEOUT * NS_PER_MS;
    if (bus->repeated)
        next_poll(bus);
    else
        bus->repeated = true;
}

void
demo_bus_next(struct demo_bus *bus, struct demo_burst *burst)
{
    const enum step step = bus->step;

    memset(burst, 0, sizeof *burst);
    if (step == STEP_REPLY)
        pause_ms(bus, REPLY_MIN, REPLY_SPREAD);
    else
        pause_ms(bus, PAUSE_MIN, PAUSE_SPREAD);
    burst->start_ns = bus->now_ns;
    (step == STEP_REPLY ? put_reply : step == STEP_NOISE ? put_noise : put_request)(bus, burst);
    bus->now_ns += (int64_t)burst->length * bus->char_time_ns;

    if (step == STEP_REPLY)
        next_poll(bus);
    else if (step == STEP_NOISE)
        bus->step = STEP_REQUEST;
    else
        after_request(bus);
}
