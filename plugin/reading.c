/* reading.c
 * What follows from a meter's reading, alone and beside the meter's last one.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A meter is A0-A4 on one line. Power is checked against flow and temperatures; counters must not run backwards; a clock
 * must advance as the capture does.
 */
#define _GNU_SOURCE /* timegm */
#include "reading.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "fields.h"

/* What heats one cubic metre of water by one kelvin. Between 20 °C and 90 °C it falls by 3 %. */
#define KWH_PER_M3_K 1.163

/* Power, flow and temperatures are not taken at the same moment; what the digits cut off comes on top. */
#define POWER_TOLERANCE 0.10

enum { CLOCK_TOLERANCE_SECONDS = 60 };

/* Meter keys to struct past_reading, and to dialect id + 1. */
static wmem_map_t *last_readings;
static wmem_map_t *last_dialects;

const char *
cjt188_meter_key(const struct cjt188_frame *frame, wmem_allocator_t *scope)
{
    const uint8_t *a = frame->bytes + CJT188_OFF_ADDRESS;

    return wmem_strdup_printf(scope, "%s %02X%02X%02X%02X%02X", cjt188_line_key(frame->pinfo, frame->pinfo->pool), a[0],
                              a[1], a[2], a[3], a[4]);
}

bool
cjt188_is_reading(const struct cjt188_frame *frame)
{
    return frame->kind == CJT188_FRAME && frame->is_reply && !frame->is_error && !frame->is_wildcard &&
        (frame->di == 0x901F || frame->di == 0x902F);
}

/* 903F and 610A tell the dialect as well. */
static bool
tells_dialect(const struct cjt188_frame *frame)
{
    return cjt188_is_reading(frame) || (frame->kind == CJT188_FRAME && frame->is_reply && !frame->is_error &&
                                        (frame->di == 0x903F || frame->di == 0x610A));
}

void
cjt188_remember_dialect(const struct cjt188_frame *frame, int dialect, struct cjt188_facts *facts)
{
    const int stored = GPOINTER_TO_INT(wmem_map_lookup(last_dialects, cjt188_meter_key(frame, frame->pinfo->pool)));

    facts->remembered_dialect = stored - 1;
    if (tells_dialect(frame) && stored != dialect + 1)
        wmem_map_insert(last_dialects, cjt188_meter_key(frame, wmem_file_scope()), GINT_TO_POINTER(dialect + 1));
}

/* ---- alone ---- */

static void
add_number(const struct cjt188_frame *frame, proto_tree *tree, int field, double number, const char *text)
{
    proto_item_set_generated(
        proto_tree_add_double_format_value(tree, field, frame->tvb, 0, 0, number, "%s", text));
}

static void
add_power(const struct cjt188_frame *frame, proto_tree *tree, double difference)
{
    const struct reading *r = &frame->reading;
    const double computed = KWH_PER_M3_K * r->value[READING_FLOW] * fabs(difference);
    const double cut_off = KWH_PER_M3_K *
            (r->value[READING_FLOW] * (r->step[READING_SUPPLY] + r->step[READING_RETURN]) +
             fabs(difference) * r->step[READING_FLOW]) +
        r->step[READING_POWER];
    const double apart = fabs(computed - r->value[READING_POWER]);

    add_number(frame, tree, hf_cjt188_power_computed, computed,
               wmem_strdup_printf(frame->pinfo->pool, "%.3f kW, from flow and temperatures", computed));
    if (r->has[READING_POWER] && apart > POWER_TOLERANCE * MAX(computed, r->value[READING_POWER]) + cut_off)
        expert_add_info_format(frame->pinfo, frame->item, &ei_cjt188_power_mismatch,
                               "The meter says %.3f kW, flow and temperatures say %.3f kW", r->value[READING_POWER],
                               computed);
}

/* ---- clocks ---- */

static struct tm
broken_down(const struct reading *reading)
{
    const int *c = reading->clock;

    return (struct tm){ .tm_sec = c[0], .tm_min = c[1], .tm_hour = c[2], .tm_mday = c[3], .tm_mon = c[4] - 1,
                        .tm_year = c[6] * 100 + c[5] - 1900, .tm_isdst = -1 };
}

static double
seconds_of(const nstime_t *time)
{
    return (double)time->secs + time->nsecs / 1e9;
}

/* The hour when summer time ends comes twice: of the two what is nearer to the time of capture is meant. */
static time_t
nearer_hour(const struct reading *reading, time_t meant, time_t captured)
{
    enum { HOUR = 3600 };
    const time_t other = meant > captured ? meant - HOUR : meant + HOUR;
    const struct tm clock = broken_down(reading);
    struct tm local;

    if (llabs((long long)(meant - captured)) <= HOUR / 2 || localtime_r(&other, &local) == NULL)
        return meant;
    return local.tm_hour == clock.tm_hour && local.tm_mday == clock.tm_mday ? other : meant;
}

double
cjt188_clock_offset(const struct reading *reading, const nstime_t *captured)
{
    struct tm clock = broken_down(reading);
    const time_t meant = nearer_hour(reading, mktime(&clock), captured->secs);

    /* whole seconds first: a difference of two large fractions would show digits that mean nothing */
    return (double)(meant - captured->secs) - captured->nsecs / 1e9;
}

/* How far local time is ahead of UTC at a moment. */
static double
zone_offset(const nstime_t *time)
{
    const time_t then = time->secs;
    struct tm local;

    if (localtime_r(&then, &local) == NULL)
        return 0;
    return (double)(timegm(&local) - then);
}

/* A clock that follows summer time, and one that does not, are both right. */
static double
clock_jump(const struct cjt188_frame *frame, const struct past_reading *past)
{
    struct tm now = broken_down(&frame->reading);
    struct tm then = broken_down(&past->reading);
    const double advanced = (double)timegm(&now) - (double)timegm(&then);
    const double jump = advanced - (seconds_of(&frame->pinfo->abs_ts) - seconds_of(&past->time));
    double summer;

    if (fabs(jump) <= CLOCK_TOLERANCE_SECONDS)
        return jump;
    summer = zone_offset(&frame->pinfo->abs_ts) - zone_offset(&past->time);
    return fabs(jump - summer) < fabs(jump) ? jump - summer : jump;
}

/* ---- beside the last reading ---- */

int
cjt188_places(double step)
{
    const double places = -log10(step);

    if (!(step > 0) || fabs(places - round(places)) > 1e-9)
        return -1;
    return places > 0 ? (int)round(places) : 0;
}

/* A difference of two decimal numbers with so many places, as a decimal number itself. */
static double
decimal(double number, int places)
{
    const double power = pow(10, places);

    return places < 0 ? number : round(number * power) / power;
}

static const char *
number_text(wmem_allocator_t *pool, double number, int places)
{
    return places < 0 ? wmem_strdup_printf(pool, "%.6g", number) : wmem_strdup_printf(pool, "%.*f", places, number);
}

/* "packet 4"; 0: a read filter has taken it away. */
static const char *
packet_text(wmem_allocator_t *pool, uint32_t packet)
{
    return packet != 0 ? wmem_strdup_printf(pool, "packet %u", packet) : "this meter's last reading";
}

struct counter {
    enum reading_value value;
    const int *field; /* of the difference, or NULL */
    const char *name, *unit;
};

static void
add_difference(const struct cjt188_frame *frame, proto_tree *tree, const struct past_reading *past,
               const struct counter *counter)
{
    const struct reading *now = &frame->reading, *then = &past->reading;
    wmem_allocator_t *pool = frame->pinfo->pool;
    double difference;
    int places;

    if (!now->has[counter->value] || !then->has[counter->value])
        return;
    places = cjt188_places(now->step[counter->value]);
    difference = decimal(now->value[counter->value] - then->value[counter->value], places);
    if (counter->field != NULL)
        add_number(frame, tree, *counter->field, difference,
                   wmem_strdup_printf(pool, "%s %s, since %s", number_text(pool, difference, places),
                                      counter->unit, packet_text(pool, past->packet)));
    if (difference < 0)
        expert_add_info_format(frame->pinfo, frame->item, &ei_cjt188_backwards,
                               "%s ran backwards since %s: from %s to %s %s", counter->name,
                               packet_text(pool, past->packet),
                               number_text(pool, then->value[counter->value], places),
                               number_text(pool, now->value[counter->value], places), counter->unit);
}

static void
compare_readings(const struct cjt188_frame *frame, proto_tree *tree, const struct past_reading *past)
{
    static const struct counter counters[] = {
        { READING_HEATING, &hf_cjt188_energy_delta, "Heating energy", "kWh" },
        { READING_ELECTRIC, &hf_cjt188_energy_delta, "Electric energy", "kWh" },
        { READING_COOLING, NULL, "Cooling energy", "kWh" },
        { READING_VOLUME, &hf_cjt188_volume_delta, "Volume", "m³" },
        { READING_HOURS, NULL, "Operating hours", "h" },
    };
    double jump;

    for (size_t i = 0; i < array_length(counters); i++)
        add_difference(frame, tree, past, &counters[i]);
    if (!frame->reading.has_clock || !past->reading.has_clock)
        return;
    jump = clock_jump(frame, past);
    if (fabs(jump) > CLOCK_TOLERANCE_SECONDS)
        expert_add_info_format(frame->pinfo, frame->item, &ei_cjt188_clock_jump,
                               "The meter's clock jumped by %.0f s since %s", jump,
                               packet_text(frame->pinfo->pool, past->packet));
}

static void
remember_reading(const struct cjt188_frame *frame, struct cjt188_facts *facts)
{
    struct past_reading *past = wmem_new0(wmem_file_scope(), struct past_reading);
    const char *key = cjt188_meter_key(frame, frame->pinfo->pool);

    facts->previous = (const struct past_reading *)wmem_map_lookup(last_readings, key);
    cjt188_note_number(frame->pinfo, &past->packet);
    past->time = frame->pinfo->abs_ts;
    past->reading = frame->reading;
    wmem_map_insert(last_readings, facts->previous != NULL ? key : wmem_strdup(wmem_file_scope(), key), past);
}

void
cjt188_reading_add(struct cjt188_frame *frame, proto_tree *tree, struct cjt188_facts *facts)
{
    const struct reading *r = &frame->reading;

    if (r->has[READING_SUPPLY] && r->has[READING_RETURN]) {
        const double difference = decimal(r->value[READING_SUPPLY] - r->value[READING_RETURN], 2);

        add_number(frame, tree, hf_cjt188_temperature_difference, difference,
                   wmem_strdup_printf(frame->pinfo->pool, "%.2f K", difference));
        if (r->has[READING_FLOW] && cjt188_is_reading(frame))
            add_power(frame, tree, difference);
    }
    if (!cjt188_is_reading(frame))
        return;
    if (r->has_clock) {
        const double offset = cjt188_clock_offset(r, &frame->pinfo->abs_ts);

        add_number(frame, tree, hf_cjt188_clock_offset, offset,
                   wmem_strdup_printf(frame->pinfo->pool, "%.1f s, the meter's clock as local time", offset));
    }
    if (!PINFO_FD_VISITED(frame->pinfo))
        remember_reading(frame, facts);
    if (facts->previous != NULL)
        compare_readings(frame, tree, facts->previous);
}

void
cjt188_reading_register(void)
{
    last_readings = wmem_map_new_autoreset(wmem_epan_scope(), wmem_file_scope(), wmem_str_hash, g_str_equal);
    last_dialects = wmem_map_new_autoreset(wmem_epan_scope(), wmem_file_scope(), wmem_str_hash, g_str_equal);
}
