/* demo_bus.c
 * The built-in bus: see demo_bus.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "demo_bus.h"
#include "cjt188-frame.h"
#include "record.h"

#include <string.h>

/* What happens, and every how many polls. Coprime, so that everything meets everything in time. */
enum { NOISE_EVERY = 7, DAMAGE_EVERY = 11, SILENCE_EVERY = 17, CUT_EVERY = 29 };

/* Milliseconds. */
enum {
    REPLY_MIN = 20,
    REPLY_SPREAD = 100,
    PAUSE_MIN = 180, /* between a reply and the next request */
    PAUSE_SPREAD = 120,
    ROUND_PAUSE = 1500,
    REPLY_TIMEOUT = 900, /* then the master asks once more, and then goes on */
};

/* What the master does next. */
enum step { STEP_REQUEST, STEP_REPLY, STEP_NOISE };

struct demo_bus {
    GRand *random;
    int64_t char_time_ns;
    GDateTime *wall_clock;
    struct demo_meter meters[DEMO_METERS];
    int64_t now_ns; /* end of what was on the line last */
    enum step step;
    unsigned poll; /* polls begun; two of each meter make its turn */
    bool repeated; /* this request was already sent once without an answer */
};

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
    demo_meters_start(bus->meters);
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

static unsigned
asked_di(const struct demo_bus *bus)
{
    return bus->poll % 2 == 0 ? DEMO_DI_READING : DEMO_DI_PRECISION;
}

static struct demo_meter *
asked_meter(struct demo_bus *bus)
{
    return &bus->meters[bus->poll / 2 % DEMO_METERS];
}

static void
put_request(struct demo_bus *bus, struct demo_burst *burst)
{
    const size_t start = demo_begin_frame(burst, DEMO_REQUEST_PREAMBLE, 0x20, asked_meter(bus)->number, 0x11, DEMO_CONTROL_READ);

    demo_put_u16(burst, asked_di(bus));
    demo_put(burst, (uint8_t)bus->poll);
    demo_finish_frame(burst, start);
}

/* A flipped bit has the wrong parity too; whoever checks it gets a mark. */
static void
damage(struct demo_bus *bus, struct demo_burst *burst)
{
    const size_t at = DEMO_REPLY_PREAMBLE + CJT188_OFF_DATA + demo_random_below(bus->random, 40);

    burst->bytes[at] ^= (uint8_t)(1 << demo_random_below(bus->random, 8));
    burst->marks[at] = 1;
}

static void
put_reply(struct demo_bus *bus, struct demo_burst *burst)
{
    struct demo_meter *meter = asked_meter(bus);
    GDateTime *clock;
    size_t start;

    demo_meter_update(meter, bus->random, bus->now_ns);
    clock = demo_meter_clock(meter, bus->wall_clock, bus->now_ns);
    start = demo_meter_reply(meter, asked_di(bus), clock, burst);
    g_date_time_unref(clock);
    if (happens(bus, DAMAGE_EVERY))
        damage(bus, burst);
    if (happens(bus, CUT_EVERY))
        burst->length = start + CJT188_OFF_DATA + demo_random_below(bus->random, 30);
}

static void
put_noise(struct demo_bus *bus, struct demo_burst *burst)
{
    const size_t length = 3 + demo_random_below(bus->random, 18);

    while (burst->length < length) {
        burst->marks[burst->length] = demo_random_below(bus->random, 2) == 0;
        demo_put(burst, (uint8_t)demo_random_below(bus->random, 256));
    }
}

static void
pause_ms(struct demo_bus *bus, unsigned at_least, unsigned spread)
{
    bus->now_ns += (at_least + demo_random_below(bus->random, spread)) * NS_PER_MS;
}

static void
next_poll(struct demo_bus *bus)
{
    bus->poll++;
    bus->repeated = false;
    bus->step = happens(bus, NOISE_EVERY) ? STEP_NOISE : STEP_REQUEST;
    if (bus->poll % (2 * DEMO_METERS) == 0)
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
