/* hextime.c
 * Times in text: see hextime.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "hextime.h"
#include "record.h"

#include <string.h>

enum {
    BLANKS_MAX = 4, /* between the parts of a time: what is tried at one place stays short */
    DAY_S = 24 * 60 * 60,
    HALF_YEAR_S = 183 * DAY_S,
    YEAR_MIN = 1971,
    YEAR_MAX = 2099,
};

/* What the text says. */
struct moment {
    int year, month, day; /* 0 = not said */
    bool has_clock, has_zone;
    int hour, minute, second, zone_s;
    int64_t fraction_ns;
    int64_t epoch_s; /* instead of all of these; 0 = not said */
};

/* All functions match_… return the end of what they have found, or NULL. */

static const char *
match_number(const char *at, int min_digits, int max_digits, int *number)
{
    int digits = 0;

    *number = 0;
    for (; digits < max_digits && g_ascii_isdigit(*at); at++, digits++)
        *number = *number * 10 + (*at - '0');
    return digits >= min_digits ? at : NULL;
}

static const char *
match_blanks(const char *at, const char *blanks, int min)
{
    int count = 0;

    for (; count < BLANKS_MAX && *at != '\0' && strchr(blanks, *at) != NULL; at++)
        count++;
    return count >= min ? at : NULL;
}

/* "Apr", "April". */
static const char *
match_month(const char *at, int *month)
{
    static const char *const names[] = { "January", "February", "March",     "April",   "May",      "June",
                                         "July",    "August",   "September", "October", "November", "December" };

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        const size_t length = strlen(names[i]);

        if (g_ascii_strncasecmp(at, names[i], 3) != 0)
            continue;
        at += g_ascii_strncasecmp(at, names[i], length) == 0 ? length : 3;
        *month = (int)i + 1;
        return g_ascii_isalpha(*at) ? NULL : at;
    }
    return NULL;
}

/* One letter of a form: Y, M and D are numbers, N is a month's name, a blank is some of them. */
static const char *
match_part(const char *at, char part, struct moment *moment)
{
    switch (part) {
    case 'Y':
        return match_number(at, 4, 4, &moment->year);
    case 'M':
        return match_number(at, 1, 2, &moment->month);
    case 'D':
        return match_number(at, 1, 2, &moment->day);
    case 'N':
        return match_month(at, &moment->month);
    case ' ':
        return match_blanks(at, " ,\t", 1);
    default:
        return *at == part ? at + 1 : NULL;
    }
}

static bool
is_date(const struct moment *moment, bool has_year)
{
    return (!has_year || (moment->year >= YEAR_MIN && moment->year <= YEAR_MAX)) && moment->month >= 1 &&
        moment->month <= 12 && moment->day >= 1 && moment->day <= 31;
}

static const char *
match_date(const char *at, struct moment *moment)
{
    static const char *const forms[] = { "Y-M-D", "Y/M/D", "Y.M.D", "D.M.Y", "D-M-Y", "M/D/Y",
                                         "D/N/Y", "D-N-Y", "D N Y", "N D Y", "N D",   "D N" };

    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
        struct moment found = *moment;
        const char *end = at;

        for (const char *part = forms[i]; *part != '\0' && end != NULL; part++)
            end = match_part(end, *part, &found);
        if (end == NULL || g_ascii_isxdigit(*end))
            continue;
        if (found.month > 12 && *forms[i] != 'Y') { /* it is the day */
            const int day = found.month;

            found.month = found.day;
            found.day = day;
        }
        if (!is_date(&found, found.year != 0))
            continue;
        *moment = found;
        return end;
    }
    return NULL;
}

/* Behind ".", any digits; behind ",", as loggers write them, for a list of bytes may follow; behind ":", three. */
static const char *
match_fraction(const char *at, int64_t *fraction_ns)
{
    const size_t digits = *at == '.' || *at == ',' || *at == ':' ? strspn(at + 1, "0123456789") : 0;
    int64_t fraction = 0, weight = NS_PER_SECOND / 10;

    if (digits == 0 || g_ascii_isxdigit(at[1 + digits]))
        return NULL;
    if ((*at == ',' && (digits % 3 != 0 || digits > 9)) || (*at == ':' && (digits != 3 || at[1 + digits] == ':')))
        return NULL;
    at++;
    for (size_t i = 0; i < digits; i++, weight /= 10)
        fraction += (at[i] - '0') * weight;
    *fraction_ns = fraction;
    return at + digits;
}

/* " PM". */
static const char *
match_half(const char *at, struct moment *moment)
{
    const char half = g_ascii_toupper(*(at += *at == ' '));

    if ((half != 'A' && half != 'P') || g_ascii_toupper(at[1]) != 'M' || g_ascii_isalnum(at[2]) || moment->hour < 1 ||
        moment->hour > 12)
        return NULL;
    moment->hour = moment->hour % 12 + (half == 'P' ? 12 : 0);
    return at + 2;
}

/* "Z", "+02:00", " +0200". */
static const char *
match_zone(const char *at, struct moment *moment)
{
    int hours, minutes, sign;

    if (*at == 'Z' && !g_ascii_isalnum(at[1])) {
        moment->has_zone = true;
        return at + 1;
    }
    at += *at == ' ';
    if (*at != '+' && *at != '-')
        return NULL;
    sign = *at == '-' ? -1 : 1;
    at = match_number(at + 1, 2, 2, &hours);
    if (at == NULL)
        return NULL;
    at = match_number(at + (*at == ':'), 2, 2, &minutes);
    if (at == NULL || hours > 14 || minutes % 15 != 0 || minutes > 45 || g_ascii_isalnum(*at))
        return NULL;
    moment->has_zone = true;
    moment->zone_s = sign * (hours * 60 + minutes) * 60;
    return at;
}

static const char *
match_clock(const char *at, struct moment *moment)
{
    static const char *(*const tails[])(const char *, struct moment *) = { match_half, match_zone };
    struct moment found = *moment;
    const char *end;

    if ((at = match_number(at, 1, 2, &found.hour)) == NULL || *at != ':' ||
        (at = match_number(at + 1, 2, 2, &found.minute)) == NULL || *at != ':' ||
        (at = match_number(at + 1, 2, 2, &found.second)) == NULL)
        return NULL;
    if (found.hour > 23 || found.minute > 59 || found.second > 59)
        return NULL;
    end = match_fraction(at, &found.fraction_ns);
    at = end != NULL ? end : at;
    for (size_t i = 0; i < G_N_ELEMENTS(tails); i++) {
        end = tails[i](at, &found);
        at = end != NULL ? end : at;
    }
    if (g_ascii_isxdigit(*at) || (*at == ':' && g_ascii_isxdigit(at[1])))
        return NULL;
    found.has_clock = true;
    *moment = found;
    return at;
}

/* A date, the clock behind or in front of it, or one of them; ctime() has the year behind the clock. */
static const char *
match_date_and_clock(const char *at, struct moment *moment)
{
    struct moment found = *moment;
    const char *date = match_date(at, &found);
    const char *between = date != NULL ? match_blanks(date, "T ,_:\t-", 1) : at;
    const char *clock = between != NULL ? match_clock(between, &found) : NULL, *behind;

    if (clock == NULL && found.year == 0)
        return NULL;
    *moment = found;
    if (clock == NULL)
        return date;
    behind = match_blanks(clock, " ,\t", 1);
    if (behind == NULL)
        return clock;
    behind = date == NULL ? match_date(behind, &found)
        : found.year == 0 ? match_number(behind, 4, 4, &found.year)
                          : NULL;
    if (behind == NULL || g_ascii_isalnum(*behind) || !is_date(&found, true))
        return clock;
    *moment = found;
    return behind;
}

/* 1777313535.250, or "[1777313535]" at the beginning of the line. */
static const char *
match_epoch(const char *line, const char *at, struct moment *moment)
{
    const size_t digits = strspn(at, "0123456789");
    int64_t fraction_ns = 0;
    const char *end = at + digits, *fraction = match_fraction(end, &fraction_ns);

    if (digits != 10 || (*at != '1' && *at != '2') || *end == ':')
        return NULL;
    if (fraction == NULL &&
        (at == line || !((at[-1] == '[' && *end == ']') || (at[-1] == '(' && *end == ')')) ||
         strspn(line, " \t") + 1 != (size_t)(at - line)))
        return NULL;
    end = fraction != NULL ? fraction : end;
    if (g_ascii_isalnum(*end) || *end == '.')
        return NULL;
    moment->fraction_ns = fraction_ns;
    moment->epoch_s = g_ascii_strtoll(at, NULL, 10);
    moment->has_clock = true;
    return end;
}

/* The digits of 11:12:13 are no clock in FE:11:12:13, but in "time:11:12:13". */
static bool
can_begin(const char *line, const char *at)
{
    const size_t before = (size_t)(at - line);

    if (!g_ascii_isalnum(*at) || (before > 0 && (g_ascii_isalnum(at[-1]) || at[-1] == '.')))
        return false;
    return before < 3 || at[-1] != ':' || !g_ascii_isxdigit(at[-2]) || !g_ascii_isxdigit(at[-3]) ||
        (before > 3 && g_ascii_isalnum(at[-4]));
}

static const char *
match_moment(const char *line, const char *at, struct moment *moment)
{
    const char *end;

    if (!can_begin(line, at))
        return NULL;
    end = match_epoch(line, at, moment);
    return end != NULL ? end : match_date_and_clock(at, moment);
}

static void
get_date(int64_t moment_s, GTimeZone *zone, struct moment *date)
{
    GDateTime *utc = g_date_time_new_from_unix_utc(moment_s), *local = g_date_time_to_timezone(utc, zone);

    g_date_time_get_ymd(local, &date->year, &date->month, &date->day);
    g_date_time_unref(local);
    g_date_time_unref(utc);
}

/* The last such day: of all, or of those close to the last date that had a year. */
static int
assumed_year(const struct hextime *time, const struct moment *moment, GTimeZone *zone)
{
    struct moment last;

    get_date(time->year_told ? time->date_s + HALF_YEAR_S : time->today_s + DAY_S, zone, &last);
    return moment->month * 31 + moment->day > last.month * 31 + last.day ? last.year - 1 : last.year;
}

/* Since 1970; -1 when there is no such day. */
static int64_t
seconds_of(const struct hextime *time, struct moment moment)
{
    GTimeZone *zone = moment.has_zone ? g_time_zone_new_offset(moment.zone_s) : g_time_zone_new_local();
    GDateTime *found;
    int64_t seconds = -1;

    if (moment.month == 0)
        get_date(time->date_s != 0 ? time->date_s : time->today_s, zone, &moment);
    else if (moment.year == 0)
        moment.year = assumed_year(time, &moment, zone);
    found = g_date_time_new(zone, moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second);
    if (found != NULL) {
        seconds = g_date_time_to_unix(found);
        g_date_time_unref(found);
    }
    g_time_zone_unref(zone);
    return seconds;
}

static void
note(struct hextime *time, const struct moment *moment)
{
    const bool dated = moment->month != 0 || moment->epoch_s != 0;
    const bool year_told = moment->year != 0 || moment->epoch_s != 0;
    int64_t seconds = moment->epoch_s != 0 ? moment->epoch_s : seconds_of(time, *moment);

    if (!dated && time->clock_s != 0 && seconds < time->clock_s - DAY_S / 2) {
        time->date_s += DAY_S;
        seconds = seconds_of(time, *moment);
    }
    if (seconds <= 0)
        return;
    time->date_s = seconds;
    time->clock_s = moment->has_clock ? seconds : 0;
    if (dated)
        time->year_told = year_told;
    if (moment->has_clock)
        time->time_ns = seconds * NS_PER_SECOND + moment->fraction_ns;
}

/* A field of a table, without quotes and blanks. */
struct field {
    char *start, *end;
    unsigned column; /* from 1 on */
    char separator;  /* in front or behind */
};

static bool
next_field(char *line, struct field *field, const char *separators)
{
    char *start = field->column == 0 ? line : field->end + strcspn(field->end, separators), *end;

    if (field->column > 0 && *start == '\0')
        return false;
    if (field->column++ > 0)
        field->separator = *start++;
    end = start + strcspn(start, separators);
    if (*end != '\0')
        field->separator = *end;
    while (start < end && strchr("\" ", *start) != NULL)
        start++;
    field->start = start;
    while (end > start && strchr("\" \r", end[-1]) != NULL)
        end--;
    field->end = end;
    return true;
}

/* "Time [s]", "Time(ms)", "start_time". Returns its unit, or 0. */
static int64_t
heading_unit(const struct field *field)
{
    static const char *const names[] = { "time", "start_time", "start time", "timestamp", "start" };
    static const struct {
        const char *name;
        int64_t ns;
    } units[] = { { "", NS_PER_SECOND }, { "[s]", NS_PER_SECOND }, { "[ms]", NS_PER_MS },
                  { "[us]", NS_PER_US }, { "[µs]", NS_PER_US },    { "[ns]", 1 } };
    char text[32] = "";
    size_t length = 0;

    for (const char *at = field->start; at < field->end && length < sizeof text - 1; at++)
        text[length++] = *at == '(' ? '[' : *at == ')' ? ']' : *at;
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        const size_t name = strlen(names[i]);

        if (g_ascii_strncasecmp(text, names[i], name) != 0)
            continue;
        for (size_t k = 0; k < G_N_ELEMENTS(units); k++)
            if (g_ascii_strcasecmp(text + name + (text[name] == ' '), units[k].name) == 0)
                return units[k].ns;
    }
    return 0;
}

static size_t
count_of(const char *line, char c)
{
    size_t count = 0;

    for (; *line != '\0'; line++)
        count += *line == c;
    return count;
}

static void
look_for_heading(struct hextime *time, char *line)
{
    struct field field = { .separator = '\0' };

    while (next_field(line, &field, ",;\t")) {
        const int64_t unit_ns = field.separator != '\0' ? heading_unit(&field) : 0;

        if (unit_ns == 0)
            continue;
        time->column = field.column;
        time->separator = field.separator;
        time->separators = count_of(line, field.separator);
        time->unit_ns = unit_ns;
        return;
    }
}

static void
note_since_start(struct hextime *time, double since_ns)
{
    if (time->start_s == 0) {
        struct moment midnight = { 0 };

        time->start_s = MAX(seconds_of(time, midnight), 1);
    }
    time->time_ns = time->start_s * NS_PER_SECOND + (int64_t)since_ns;
}

/* A number below a heading is no byte either. */
static bool
take_column(struct hextime *time, char *line)
{
    const char separators[] = { time->separator, '\0' };
    const double limit_ns = 1e18;
    struct field field = { .column = 0 };
    char *end;
    double since_ns;

    if (count_of(line, time->separator) != time->separators)
        return false;
    while (time->column > field.column)
        if (!next_field(line, &field, separators))
            return false;
    if (time->unit_ns == NS_PER_SECOND && memchr(field.start, '.', (size_t)(field.end - field.start)) == NULL)
        return false;
    if (field.start == field.end || strspn(field.start, "0123456789.-+eE") != (size_t)(field.end - field.start))
        return false;
    since_ns = g_ascii_strtod(field.start, &end) * (double)time->unit_ns;
    if (end != field.end || !(since_ns > -limit_ns && since_ns < limit_ns))
        return false;
    note_since_start(time, since_ns);
    memset(field.start, ' ', (size_t)(field.end - field.start));
    return true;
}

/* "[   12.345678]", "0.000123,". */
static void
take_since_start(struct hextime *time, char *line)
{
    enum { SECONDS_MAX = 8, FRACTION_MIN = 3 };
    char *at = line + strspn(line, " \t");
    const bool bracket = *at == '[' || *at == '(';
    size_t seconds, fraction;

    at += bracket;
    at += strspn(at, " ");
    seconds = strspn(at, "0123456789");
    fraction = at[seconds] == '.' ? strspn(at + seconds + 1, "0123456789") : 0;
    if (seconds == 0 || seconds > SECONDS_MAX || fraction < FRACTION_MIN ||
        strchr(bracket ? "])" : ",;\t", at[seconds + 1 + fraction]) == NULL || at[seconds + 1 + fraction] == '\0')
        return;
    note_since_start(time, g_ascii_strtod(at, NULL) * (double)NS_PER_SECOND);
    memset(at, ' ', seconds + 1 + fraction);
}

void
hextime_take(struct hextime *time, char *line)
{
    bool noted = time->in_column = time->column != 0 && take_column(time, line);

    look_for_heading(time, line);
    for (char *at = line; *at != '\0';) {
        struct moment moment = { 0 };
        const char *end = match_moment(line, at, &moment);

        if (end == NULL) {
            at++;
            continue;
        }
        if (!noted)
            note(time, &moment);
        time->absolute = time->absolute || (!noted && moment.has_clock);
        noted = noted || moment.has_clock;
        memset(at, ' ', (size_t)(end - at));
        at += end - at;
    }
    if (!noted && !time->absolute)
        take_since_start(time, line);
}
