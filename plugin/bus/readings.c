/* readings.c
 * What follows from a meter's reading, alone and beside the meter's last one.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Power is checked against flow and temperatures; counters must not run backwards; a clock must advance as the capture does.
 */
#include "readings.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "changes.h"
#include "fields.h"
#include "remark.h"

/* What heats one cubic metre of water by one kelvin. Between 20 °C and 90 °C it falls by 3 %. */
#define KWH_PER_M3_K 1.163

/* Power, flow and temperatures are not taken at the same moment; what the digits cut off comes on top. */
#define POWER_TOLERANCE 0.10

enum { CLOCK_TOLERANCE_SECONDS = 60 };

/* "12.357", or six digits where joules leave no decimal places. */
static void
put_number(struct cjt188_text *text, double number, int decimals)
{
    char digits[CJT188_TEXT_MAX];

    snprintf(digits, sizeof digits, decimals < 0 ? "%.*g" : "%.*f", decimals < 0 ? 6 : decimals, number);
    cjt188_put(text, digits);
}

void
cjt188_put_duration(struct cjt188_text *text, double seconds, const char *plus)
{
    static const struct {
        const char *unit;
        uint64_t seconds;
    } parts[] = { { " d", 86400 }, { " h", 3600 }, { " m", 60 }, { " s", 1 } };
    uint64_t left = (uint64_t)llround(MIN(fabs(seconds), 1e18)); /* no stamp of a capture is beyond */

    cjt188_put(text, left == 0 ? "0 s" : seconds < 0 ? "−" : plus);
    for (size_t i = 0, written = 0; i < array_length(parts) && left > 0; i++) {
        if (left >= parts[i].seconds) {
            cjt188_put(text, written++ > 0 ? " " : "");
            cjt188_put_number(text, left / parts[i].seconds, 1);
            cjt188_put(text, parts[i].unit);
        }
        left %= parts[i].seconds;
    }
}

/* " s", and of an hour or more what that is: " s (−1 d 2 h 4 s)". */
static void
put_seconds_behind(struct cjt188_text *text, double seconds)
{
    cjt188_put(text, " s");
    if (fabs(seconds) < 3600)
        return;
    cjt188_put(text, " (");
    cjt188_put_duration(text, seconds, "");
    cjt188_put(text, ")");
}

/* An item computed here: the number and what follows it. */
static void
add_number(const struct cjt188_frame *frame, proto_tree *tree, int field, double number, int decimals, const char *behind)
{
    char label[CJT188_TEXT_MAX];
    struct cjt188_text text = cjt188_text_start(label, sizeof label);

    if (!proto_field_is_referenced(tree, field))
        return;
    if (!cjt188_is_read(tree)) {
        proto_tree_add_double(tree, field, frame->tvb, 0, 0, number);
        return;
    }
    put_number(&text, number, decimals);
    cjt188_put(&text, behind);
    proto_item_set_generated(
        proto_tree_add_double_format_value(tree, field, frame->tvb, 0, 0, number, "%s", label));
}

/* A difference of two decimal numbers with so many places, as a decimal number itself. */
static double
decimal(double number, int places)
{
    static const double powers[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14 };

    if (number == 0 || places < 0 || places >= (int)array_length(powers))
        return number;
    return round(number * powers[places]) / powers[places];
}

/* ---- believed ---- */

/* An odd counter that stands still is believed as long as it was. */
static bool
is_believable(const struct cjt188_frame *frame, const struct cjt188_value *then)
{
    const uint64_t as_many_digits = 10000000;
    const struct cjt188_fact *earlier = cjt188_fact(frame->fact->earlier);

    return then->state == CJT188_IS_NUMBER ? then->digits >= as_many_digits
                                           : earlier != NULL && (earlier->flags & FACT_BELIEVED) != 0 && cjt188_is_odd_counter(then);
}

void
cjt188_readings_believe(const struct cjt188_frame *frame)
{
    struct cjt188_other *before = NULL;

    for (unsigned i = 0; frame->decoded->has_suspect && i < frame->decoded->value_count; i++) {
        struct cjt188_value *value = &frame->decoded->values[i];

        if (value->state != CJT188_IS_SUSPECT || !cjt188_is_odd_counter(value))
            continue;
        if (before == NULL)
            before = cjt188_before(frame);
        if (before == NULL || !is_believable(frame, cjt188_other_value(before, i)))
            continue;
        cjt188_believe(frame->decoded, value);
        if (!PINFO_FD_VISITED(frame->pinfo))
            frame->fact->flags |= FACT_BELIEVED;
    }
}

/* ---- alone ---- */

static void
add_power(const struct cjt188_frame *frame, proto_tree *tree, double difference)
{
    const struct cjt188_value *flow = cjt188_measured(frame->decoded, CJT188_FLOW_NOW);
    const struct cjt188_value *power = cjt188_measured(frame->decoded, CJT188_POWER_NOW);
    const struct cjt188_value *supply = cjt188_measured(frame->decoded, CJT188_SUPPLY);
    const struct cjt188_value *back = cjt188_measured(frame->decoded, CJT188_RETURN);
    double computed, cut_off, apart;

    if (flow == NULL)
        return;
    computed = KWH_PER_M3_K * flow->number * fabs(difference);
    add_number(frame, tree, hf_cjt188_power_computed, computed, 3, " kW, from flow and temperatures");
    if (power == NULL)
        return;
    apart = fabs(computed - power->number) - POWER_TOLERANCE * MAX(computed, power->number);
    if (apart <= 0)
        return;
    cut_off = KWH_PER_M3_K * (flow->number * (cjt188_step(supply) + cjt188_step(back)) + fabs(difference) * cjt188_step(flow)) +
        cjt188_step(power);
    if (apart > cut_off)
        cjt188_add_remark(frame, &ei_cjt188_power_mismatch, "The meter says %.3f kW, flow and temperatures say %.3f kW",
                          power->number, computed);
}

static void
add_temperatures(const struct cjt188_frame *frame, proto_tree *tree)
{
    const struct cjt188_value *supply = cjt188_measured(frame->decoded, CJT188_SUPPLY);
    const struct cjt188_value *back = cjt188_measured(frame->decoded, CJT188_RETURN);
    double difference;

    if (supply == NULL || back == NULL)
        return;
    difference = decimal(supply->number - back->number, 2);
    add_number(frame, tree, hf_cjt188_temperature_difference, difference, 2, " K");
    if (cjt188_is_reading(frame->decoded))
        add_power(frame, tree, difference);
}

/* ---- clocks ---- */

static struct tm
broken_down(const struct cjt188_time *clock)
{
    const uint8_t *c = clock->part;

    return (struct tm){ .tm_sec = c[0], .tm_min = c[1], .tm_hour = c[2], .tm_mday = c[3], .tm_mon = c[4] - 1,
                        .tm_year = c[6] * 100 + c[5] - 1900, .tm_isdst = -1 };
}

/* Seconds since 1970 if the clock were UTC's. Days by Howard Hinnant's rule for the civil calendar: March begins the year. */
static int64_t
seconds_of(const struct cjt188_time *clock)
{
    const uint8_t *c = clock->part;
    const int month = c[4] + (c[4] > 2 ? -3 : 9), year = c[6] * 100 + c[5] - (c[4] > 2 ? 0 : 1);
    const int64_t days = (int64_t)year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + c[3] - 719469;

    return ((days * 24 + c[2]) * 60 + c[1]) * 60 + c[0];
}

/* The hour when summer time ends comes twice: of the two what is nearer to the time of capture is meant. */
static time_t
nearer_hour(const struct cjt188_time *clock, time_t meant, time_t captured)
{
    enum { HOUR = 3600 };
    const time_t other = meant > captured ? meant - HOUR : meant + HOUR;
    const struct tm down = broken_down(clock);
    GDateTime *local;
    bool is_same;

    if (fabs((double)meant - (double)captured) <= HOUR / 2)
        return meant;
    local = g_date_time_new_from_unix_local(other);
    if (local == NULL)
        return meant;
    is_same = g_date_time_get_hour(local) == down.tm_hour && g_date_time_get_day_of_month(local) == down.tm_mday;
    g_date_time_unref(local);
    return is_same ? other : meant;
}

double
cjt188_clock_offset(const struct cjt188_time *clock, const nstime_t *captured)
{
    struct tm down = broken_down(clock);
    const time_t meant = nearer_hour(clock, mktime(&down), captured->secs);

    /* whole seconds first, exact below 2^53: a difference of two large fractions would show digits that mean nothing; and no
     * stamp, be it 2^63, overflows */
    return ((double)meant - (double)captured->secs) - captured->nsecs / 1e9;
}

/* How far local time is ahead of UTC at a moment. */
static double
zone_offset(const struct cjt188_fact *fact)
{
    GDateTime *local = g_date_time_new_from_unix_local(fact->time / 1000000000);
    double ahead;

    if (local == NULL)
        return 0;
    ahead = (double)g_date_time_get_utc_offset(local) / G_TIME_SPAN_SECOND;
    g_date_time_unref(local);
    return ahead;
}

/* A clock that follows summer time, and one that does not, are both right. */
static double
clock_jump(const struct cjt188_frame *frame, const struct cjt188_value *now, const struct cjt188_value *then)
{
    const struct cjt188_fact *earlier = cjt188_fact(frame->fact->earlier);
    double jump, summer;
    int64_t passed;

    if (!cjt188_fact_between(earlier, frame->fact, &passed))
        return 0;
    jump = (double)(seconds_of(&now->time) - seconds_of(&then->time)) - (double)passed / 1e9;
    if (fabs(jump) <= CLOCK_TOLERANCE_SECONDS)
        return jump;
    summer = zone_offset(frame->fact) - zone_offset(earlier);
    return fabs(jump - summer) < fabs(jump) ? jump - summer : jump;
}

static void
add_clock(const struct cjt188_frame *frame, proto_tree *tree)
{
    const struct cjt188_value *clock = cjt188_measured(frame->decoded, CJT188_CLOCK_NOW);
    char behind[CJT188_TEXT_MAX];
    struct cjt188_text text = cjt188_text_start(behind, sizeof behind);
    double offset;

    if (clock == NULL || (frame->fact->flags & FACT_HAS_TIME) == 0 ||
        !proto_field_is_referenced(tree, hf_cjt188_clock_offset))
        return;
    offset = cjt188_clock_offset(&clock->time, &frame->pinfo->abs_ts);
    put_seconds_behind(&text, offset);
    cjt188_put(&text, ", the meter's clock as local time");
    add_number(frame, tree, hf_cjt188_clock_offset, offset, 1, behind);
}

/* ---- beside the last reading ---- */

/* The same value in the last reading; NULL where it had none. */
static const struct cjt188_value *
value_before(struct cjt188_other *before, const struct cjt188_value *now)
{
    const struct cjt188_value *then = cjt188_other_value(before, (unsigned)(now - before->frame->values));

    return cjt188_measurement_of(then) == cjt188_measurement_of(now) ? then : NULL;
}

static const char *
since_text(const struct cjt188_frame *frame)
{
    return cjt188_earlier_text(frame, "this meter's last reading");
}

struct counter {
    enum cjt188_measurement value;
    const int *field; /* of the difference, or NULL */
    const char *name, *unit;
};

static void
add_backwards(const struct cjt188_frame *frame, const struct counter *counter, const struct cjt188_value *now,
              const struct cjt188_value *then)
{
    char from_to[CJT188_TEXT_MAX];
    struct cjt188_text text = cjt188_text_start(from_to, sizeof from_to);

    put_number(&text, then->number, now->decimals);
    cjt188_put(&text, " to ");
    put_number(&text, now->number, now->decimals);
    cjt188_put(&text, " ");
    cjt188_put(&text, counter->unit);
    if (cjt188_gain(now, then->number) >= 0)
        cjt188_put(&text, ", taken as a counter that began anew behind its last digit");
    cjt188_add_remark(frame, &ei_cjt188_backwards, "%s ran backwards since %s: from %s", counter->name, since_text(frame),
                      from_to);
}

static void
add_difference(const struct cjt188_frame *frame, struct cjt188_other *before, proto_tree *tree,
               const struct counter *counter)
{
    const struct cjt188_value *now = cjt188_measured(frame->decoded, counter->value);
    const struct cjt188_value *then = now != NULL ? value_before(before, now) : NULL;
    char behind[CJT188_TEXT_MAX];
    double difference;

    if (then == NULL)
        return;
    difference = decimal(cjt188_gain(now, then->number), now->decimals);
    if (counter->field != NULL && proto_field_is_referenced(tree, *counter->field)) {
        struct cjt188_text text = cjt188_text_start(behind, sizeof behind);

        cjt188_put(&text, " ");
        cjt188_put(&text, counter->unit);
        cjt188_put(&text, ", since ");
        cjt188_put(&text, since_text(frame));
        add_number(frame, tree, *counter->field, difference, now->decimals, behind);
    }
    if (now->number < then->number)
        add_backwards(frame, counter, now, then);
}

static void
tell_clock_jump(const struct cjt188_frame *frame, double jump)
{
    char by[CJT188_TEXT_MAX];
    struct cjt188_text text = cjt188_text_start(by, sizeof by);

    put_number(&text, jump, 0);
    put_seconds_behind(&text, jump);
    cjt188_add_remark(frame, &ei_cjt188_clock_jump, "The meter's clock jumped by %s since %s", by, since_text(frame));
}

static void
compare_readings(const struct cjt188_frame *frame, struct cjt188_other *before, proto_tree *tree)
{
    static const struct counter counters[] = {
        { CJT188_HEATING, &hf_cjt188_energy_delta, "Heating energy", "kWh" },
        { CJT188_ELECTRIC, &hf_cjt188_energy_delta, "Electric energy", "kWh" },
        { CJT188_COOLING, NULL, "Cooling energy", "kWh" },
        { CJT188_VOLUME_NOW, &hf_cjt188_volume_delta, "Volume", "m³" },
        { CJT188_HOURS_RUN, NULL, "Operating hours", "h" },
    };
    const struct cjt188_value *now = cjt188_measured(frame->decoded, CJT188_CLOCK_NOW);
    const struct cjt188_value *then = now != NULL ? value_before(before, now) : NULL;
    double jump;

    for (size_t i = 0; i < array_length(counters); i++)
        add_difference(frame, before, tree, &counters[i]);
    if (then == NULL)
        return;
    jump = clock_jump(frame, now, then);
    if (fabs(jump) > CLOCK_TOLERANCE_SECONDS)
        tell_clock_jump(frame, jump);
}

void
cjt188_readings_add(const struct cjt188_frame *frame, struct cjt188_other *before, proto_tree *tree)
{
    add_temperatures(frame, tree);
    if (!cjt188_is_reading(frame->decoded))
        return;
    add_clock(frame, tree);
    if (before != NULL)
        compare_readings(frame, before, tree);
}
