/* times.c
 * Dates, clocks, times of day and days of the week that the explorer tries on a window of bytes.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "propose.h"

#include "cjt188-bytes.h"

#include <math.h>

enum { CLOCK_TOLERANCE = 2, MINUTE = 60, HOUR = 3600, DAY = 86400, WEEK = 7 };

/* What a clock or a date is worth before anything is known, bits: bytes that are a time of these years are hardly ever anything
 * else, and their parts are all readings of their own. */
static const double CLOCK_PRIOR = 30, DATE_PRIOR = 10, EVENT_PRIOR = 3;

/* Where second, minute, hour, day, month, year and century are, as meters send them; the table's kinds decode any. */
enum { TIME_PARTS = 7, DATE_PARTS = 4, TIME_ORDERS = 3 };
static const uint8_t time_orders[TIME_ORDERS][TIME_PARTS] = {
    { 0, 1, 2, 3, 4, 5, 6 },
    { 6, 5, 4, 3, 2, 1, 0 },
    { 0, 1, 2, 3, 4, 6, 5 },
};
/* What the rarer orders cost, bits. */
static const double order_bits[TIME_ORDERS] = { 0, 2, 5 };

/* Seconds since 1970 of a clock of 7 bytes, or of the midnight of a date of 4. */
static bool
read_time(const uint8_t *bytes, unsigned width, unsigned order, double *seconds)
{
    const unsigned skip = TIME_PARTS - width;
    uint64_t part[TIME_PARTS] = { 0 };
    GDate date;

    for (unsigned i = skip; i < TIME_PARTS; i++) {
        const unsigned from = time_orders[order][i];

        if (!cjt188_bcd_low_first(bytes + (order == 1 ? from : from - skip), 1, &part[i]))
            return false;
    }
    if (part[0] > 59 || part[1] > 59 || part[2] > 23 || part[6] < 19 || part[6] > 21 || part[4] < 1 || part[4] > 12 ||
        !g_date_valid_dmy((GDateDay)part[3], (GDateMonth)part[4], (GDateYear)(part[6] * 100 + part[5])))
        return false;
    g_date_set_dmy(&date, (GDateDay)part[3], (GDateMonth)part[4], (GDateYear)(part[6] * 100 + part[5]));
    *seconds = ((double)g_date_get_julian(&date) - 719163) * 86400 + /* days to 1970-01-01 */
        (double)(part[2] * 3600 + part[1] * 60 + part[0]);
    return true;
}

/* Days from the day of capture: today, in these years, or at any time. */
static double
code_days(double days)
{
    const double years = days <= 1 && days > -5 * 365 ? 11 : days <= 1 && days > -20 * 365 ? 13 : 16;

    return MIN(code_number(days) + (days > 1 ? 6 : 0), years);
}

/* A new date is told by nothing when it is the day of capture as far off as before; that of a further meter by nothing
 * when it is the last one's, because meters share the day of settlement, or that of their program. */
static void
try_date(const struct window *window, unsigned order, GArray *candidates)
{
    const struct series *series = window->series;
    unsigned same = 0, moved = 0, set = 0, other = 0, shared = 0;
    double before = 0, first = 0, bits = order_bits[order] - DATE_PRIOR;

    if (window->width != DATE_PARTS)
        return;
    for (unsigned i = 0; i < series->count; i++) {
        const double today = floor(series->local[i] / DAY);
        double days;

        if (!read_time(series->data[i] + window->at, DATE_PARTS, order, &days))
            return;
        days /= DAY;
        if (series->starts[i]) {
            const bool is_shared = i > 0 && days == first;

            bits += is_shared ? 0 : code_days(days - today);
            shared += is_shared;
            first = days;
        } else if (days == before) {
            same++;
        } else if (fabs(days - before - (today - floor(series->local[i - 1] / DAY))) <= 1) {
            moved++;
        } else if (fabs(days - today) <= 1) {
            set++;
        } else {
            other++;
        }
        before = days;
    }
    bits += code_choice(shared, series->meters - 1 - shared);
    bits += 0.5 * log2(series->count) * (moved > 0) + other * 17 + (set > 0 ? code_choice(set, same) + 2 * set : 0);
    offer(candidates, window, (struct candidate){ .type = TYPE_DATE, .kind = CJT188_K_DATE, .scale = 1, .exact = same + moved,
                                                  .increases = moved, .decreases = set + other, .gain = window->raw - bits });
}

/* How far a meter's clock is off what is expected: some seconds, and perhaps whole hours, because it keeps winter time or the
 * capture was opened elsewhere. */
static double
code_offset(double off)
{
    const double hours = round(off / HOUR);

    return hours == 0 ? code_number(off) : MIN(code_number(off), 6 + code_number(off - hours * HOUR));
}

/* A clock that stands until something happens, and is set to the time of it then: it is told by how many seconds before the
 * frame that was. Bits of its steps; less for each new time that is later than the one before and not yet to come, because no
 * other digits would be so. */
static double
code_events(const struct series *series, const double *told, unsigned *events)
{
    int64_t before[EXPLORE_SAMPLES];
    unsigned same = 0, right = 0;

    *events = 0;
    for (unsigned i = 1; i < series->count; i++) {
        if (series->starts[i])
            continue;
        if (told[i] == told[i - 1]) {
            same++;
            continue;
        }
        before[(*events)++] = llround(series->local[i] - told[i]);
        right += told[i] > told[i - 1] && told[i] < series->local[i] + DAY;
    }
    return code_residuals(before, *events, 34) + code_choice(same, *events) - EVENT_PRIOR * right;
}

/* It goes, or it stands: the time of what happened last. A midnight that never changes is likelier a date beside zeros. */
static void
try_clock(const struct window *window, unsigned order, GArray *candidates)
{
    const struct series *series = window->series;
    struct candidate clock = { .type = TYPE_CLOCK, .kind = CJT188_K_CLOCK, .scale = 1, .is_exact = true };
    int64_t residual[EXPLORE_SAMPLES], step[EXPLORE_SAMPLES];
    double told[EXPLORE_SAMPLES], first = 0, farthest = 0, bits = order_bits[order] - CLOCK_PRIOR, goes, events;
    unsigned count = 0, zeros = 0;

    if (window->width != TIME_PARTS)
        return;
    for (unsigned i = 0; i < window->width; i++)
        zeros += window->facts[i].constant && window->facts[i].value == 0;
    for (unsigned i = 0; i < series->count; i++) {
        double off, before;

        if (!read_time(series->data[i] + window->at, TIME_PARTS, order, &told[i]))
            return;
        off = told[i] - series->local[i];
        if (series->starts[i]) {
            bits += MIN(code_offset(off - first) + (i > 0), code_offset(off) + (i > 0));
            first = off;
        } else {
            before = told[i - 1] - series->local[i - 1];
            step[count] = llround(told[i] - told[i - 1]);
            residual[count++] = fabs(off - before) <= CLOCK_TOLERANCE ? 0 : llround(off - before);
        }
        farthest = MAX(farthest, fabs(off));
    }
    goes = code_residuals(residual, count, 34);
    events = MIN(code_events(series, told, &clock.increases), code_residuals(step, count, 34)) + 2 + 8 * zeros;
    clock.stands = events < goes;
    clock.is_near = farthest <= DAY;
    clock.gain = window->raw - bits - MIN(goes, events);
    offer(candidates, window, clock);
}

/* ---- hours and minutes ---- */

/* Minutes of the day; -1 where the bytes are no time of it. */
static int
read_minutes(const uint8_t *bytes, bool high_first)
{
    const int hours = cjt188_bcd_byte(bytes[high_first ? 0 : 1]), minutes = cjt188_bcd_byte(bytes[high_first ? 1 : 0]);

    return hours < 0 || hours > 23 || minutes < 0 || minutes > 59 ? -1 : hours * 60 + minutes;
}

/* Minutes that a time of day is off another, by the shorter way. */
static double
off_by(double minutes, double other)
{
    const double off = fmod(minutes - other + 2.5 * DAY / MINUTE, DAY / MINUTE);

    return off - 0.5 * DAY / MINUTE;
}

/* It goes with the time of capture, in the meter's time zone. */
static void
try_time_of_day(const struct window *window, bool high_first, GArray *candidates)
{
    const struct series *series = window->series;
    struct candidate candidate = { .type = TYPE_TIME_OF_DAY, .scale = 1, .is_exact = true,
                                   .kind = high_first ? CJT188_K_HOUR_MINUTE_HIGH : CJT188_K_HOUR_MINUTE_LOW };
    int64_t residual[EXPLORE_SAMPLES];
    unsigned count = 0, changes = 0;
    double before = 0, bits = 0;

    for (unsigned i = 0; i < series->count; i++) {
        const int minutes = read_minutes(series->data[i] + window->at, high_first);
        const double off = off_by(minutes, floor(fmod(series->local[i], DAY) / MINUTE));

        if (minutes < 0)
            return;
        if (series->starts[i]) {
            bits += i == 0 ? log2(DAY / MINUTE) : MIN(code_number(off_by(off, before)), log2(DAY / MINUTE));
        } else {
            changes += minutes != read_minutes(series->data[i - 1] + window->at, high_first);
            candidate.exact += fabs(off_by(off, before)) <= 1;
            residual[count++] = llround(off_by(off, before)); /* one that is off by 1 again and again may be a flag */
        }
        before = off;
    }
    if (count == 0 || 10 * candidate.exact < 9 * count || 2 * changes < count)
        return;
    candidate.compared = count;
    candidate.increases = changes;
    bits += code_residuals(residual, count, log2(DAY / MINUTE)) + (high_first ? 2 : 0);
    candidate.gain = window->raw - bits + 16; /* as a relation that holds to the last digit */
    offer(candidates, window, candidate);
}

/* ---- days of the week ---- */

/* From Sunday, which is 0, `hours` later than in the capture's place. */
static int
weekday_of(const struct series *series, unsigned i, int hours)
{
    return (int)fmod(floor((series->local[i] + hours * HOUR) / DAY) + 4, WEEK);
}

/* How many samples a byte is the day of the week in, counted from `first`, the number of Sunday. */
static unsigned
count_days(const struct window *window, int hours, int sunday)
{
    const struct series *series = window->series;
    unsigned same = 0;

    for (unsigned i = 0; i < series->count; i++)
        same += (series->data[i][window->at] - sunday - weekday_of(series, i, hours)) % WEEK == 0;
    return same;
}

/* Monday is 1 or 0, or Sunday is 1; the meter's midnight may be another. */
static void
try_weekday(const struct window *window, GArray *candidates)
{
    static const int sundays[] = { 0, 6, 1 };
    const struct series *series = window->series;
    struct candidate candidate = { .type = TYPE_WEEKDAY, .kind = CJT188_K_WEEKDAY, .scale = 1, .is_exact = true };
    uint8_t least = UINT8_MAX, most = 0;

    for (unsigned i = 0; i < series->count; i++) {
        least = MIN(least, series->data[i][window->at]);
        most = MAX(most, series->data[i][window->at]);
        candidate.increases += !series->starts[i] && series->data[i][window->at] != series->data[i - 1][window->at];
    }
    if (most > WEEK || (most == WEEK && least == 0) || candidate.increases == 0)
        return;
    for (size_t j = 0; j < array_length(sundays); j++) {
        for (int hours = -12; hours <= 14; hours++) {
            const unsigned same = count_days(window, hours, sundays[j]);

            if (same <= candidate.exact)
                continue;
            candidate.exact = same;
            candidate.add = sundays[j] == 6 ? 1 : -sundays[j];
        }
    }
    if (50 * candidate.exact < 49 * series->count)
        return;
    candidate.compared = series->count;
    candidate.scaled = candidate.add != 0;
    candidate.distinct = most - least + 1;
    candidate.gain = window->raw - 8 - code_choice(candidate.exact, series->count - candidate.exact) -
        3 * (series->count - candidate.exact) + 12;
    offer(candidates, window, candidate);
}

void
try_times(const struct window *window, GArray *candidates)
{
    if (window->series->count == 0 || window->raw <= 0)
        return;
    for (unsigned order = 0; order < TIME_ORDERS; order++) {
        try_date(window, order, candidates);
        try_clock(window, order, candidates);
    }
    if (window->width == 2) {
        try_time_of_day(window, false, candidates);
        try_time_of_day(window, true, candidates);
    }
    if (window->width == 1 && window->facts[0].varies_within)
        try_weekday(window, candidates);
}
