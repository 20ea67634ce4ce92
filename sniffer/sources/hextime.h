/* hextime.h
 * Times in text, as logs write them: which moment a line is of.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Dates are 2026-04-27, 2026/04/27, 2026.04.27, 27.04.2026, 27-04-2026, 04/27/2026, 27/Apr/2026, 27 Apr 2026,
 * Apr 27 2026, and syslog's Apr 27. Where both numbers could be a month, the first one is it before a slash and the
 * second one before a point or dash. A clock is 18:12:15 with a fraction behind ".", "," or ":", AM or PM, and a zone.
 * Seconds since 1970 are known by their fraction, or by brackets at the beginning of a line. Seconds since some start are
 * [   12.345678] and 0.000123,… at the beginning of a line, as long as nothing else told a time, and what stands below
 * "Time [s]" or "start_time" in a table, there in ns, us and ms too.
 *
 * What is not said is assumed: the date of the last line that had one, else today; the next day when a clock
 * without a date falls back by more than half a day; of a date without a year, the last such day; of a start, midnight.
 */
#ifndef HEXTIME_H
#define HEXTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Begin with { .today_s = … } and read time_ns. */
struct hextime {
    int64_t today_s; /* since 1970 */
    int64_t time_ns; /* since 1970, of the last line with a time; 0 = there was none */
    int64_t date_s;  /* a moment of the day that clocks without a date are of; 0 = today */
    int64_t clock_s; /* of the last clock since the last date that stood alone; 0 = none */
    bool year_told;  /* date_s has its year from the text */
    bool absolute;   /* a line has told a moment, and not only how long after some start */
    int64_t start_s; /* what that is counted from; 0 = nothing yet */
    unsigned column; /* of a table, that has the time, from 1 on; 0 = no heading told any */
    char separator;  /* of its columns; a row has as many as the heading */
    size_t separators;
    int64_t unit_ns; /* of that time */
    bool in_column;  /* the last line had it there */
};

/* Take the moment of a line, which ends with NUL, and blank out all times in it: their digits look like bytes. */
void hextime_take(struct hextime *time, char *line);

#endif
