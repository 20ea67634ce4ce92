/* clock_time.c
 * Times as clocks show them: see clock_time.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "clock_time.h"
#include "record.h"
#include "sources/source.h"
#include "status.h"

#include <stdio.h>
#include <sys/timex.h>

enum { YEAR_MIN = 2000, YEAR_MAX = 2099 };

int64_t
clock_shown_here(int64_t wall_ns)
{
    GDateTime *local = g_date_time_new_from_unix_local(wall_ns / NS_PER_SECOND);
    const int64_t offset_us = g_date_time_get_utc_offset(local);

    g_date_time_unref(local);
    return wall_ns + offset_us * 1000;
}

static bool
shown_of(int year, int month, int day, int hour, int minute, int second, int64_t *shown_ns)
{
    GDateTime *date = g_date_time_new_utc(year, month, day, hour, minute, second);

    if (date == NULL)
        return false;
    *shown_ns = g_date_time_to_unix(date) * NS_PER_SECOND;
    g_date_time_unref(date);
    return true;
}

bool
clock_shown(const struct cjt188_time *time, int64_t *shown_ns)
{
    const uint8_t *part = time->part;

    return shown_of(part[6] * 100 + part[5], part[4], part[3], part[2], part[1], part[0], shown_ns);
}

bool
clock_parse(char **words, int64_t *shown_ns)
{
    int year, month, day, hour, minute, second, length = 0;
    char *text = g_strjoinv(" ", words);
    const bool good =
        sscanf(text, "%4d-%2d-%2d%*1[ T]%2d:%2d:%2d%n", &year, &month, &day, &hour, &minute, &second, &length) == 6 &&
        text[length] == '\0' && year >= YEAR_MIN && year <= YEAR_MAX;

    g_free(text);
    return good && shown_of(year, month, day, hour, minute, second, shown_ns);
}

GDateTime *
clock_date(int64_t shown_ns)
{
    return g_date_time_new_from_unix_utc(shown_ns / NS_PER_SECOND);
}

static char *
format(GDateTime *date, const char *how)
{
    char *text = g_date_time_format(date, how);

    g_date_time_unref(date);
    return text;
}

char *
clock_text(int64_t shown_ns)
{
    return format(clock_date(shown_ns), "%Y-%m-%d %H:%M:%S");
}

char *
clock_zone(int64_t wall_ns)
{
    return format(g_date_time_new_from_unix_local(wall_ns / NS_PER_SECOND), "%Z, UTC%:z");
}

char *
clock_difference_text(int64_t difference_ns)
{
    const bool behind = difference_ns < 0;
    const int64_t all = ((behind ? -difference_ns : difference_ns) + NS_PER_SECOND / 2) / NS_PER_SECOND;
    const char *way = behind ? "behind" : "ahead";

    if (all < 2)
        return g_strdup("right to the second");
    if (all < 120)
        return g_strdup_printf("%d s %s", (int)all, way);
    if (all < 2 * 3600)
        return g_strdup_printf("%d min %s", (int)(all / 60), way);
    if (all < 2 * 86400)
        return g_strdup_printf("%d h %d min %s", (int)(all / 3600), (int)(all % 3600 / 60), way);
    return g_strdup_printf("%d days %s", (int)(all / 86400), way);
}

const char *
clock_jump(int64_t from_ns, int64_t to_ns)
{
    GDateTime *from = clock_date(from_ns), *to = clock_date(to_ns);
    const bool other_month = g_date_time_get_month(from) != g_date_time_get_month(to) ||
        g_date_time_get_year(from) != g_date_time_get_year(to);

    g_date_time_unref(from);
    g_date_time_unref(to);
    if (other_month)
        return "The end of a month lies between the two: the meter may skip or repeat a month in its display's memory.";
    if (to_ns < from_ns - NS_PER_SECOND)
        return "The clock is set back: what the meter has stored since then it may store twice.";
    return NULL;
}

static bool
refuse(GError **error, const char *why)
{
    g_set_error(error, TAP_ERROR, POLL_REFUSED,
                "%s: \"now\" may be wrong. Give the time yourself: set-clock \"2026-04-27 11:31:00\".", why);
    return false;
}

static bool
is_zone_known(void)
{
    const char *name = g_getenv("TZ");
    GTimeZone *zone;

    if (name == NULL || name[0] == '\0')
        return true;
    zone = g_time_zone_new_identifier(name);
    if (zone == NULL)
        return false;
    g_time_zone_unref(zone);
    return true;
}

bool
clock_is_known(GError **error)
{
    struct timex state = { .modes = 0 };
    const int result = adjtimex(&state);
    GDateTime *here = clock_date(clock_shown_here(source_wall_clock()));
    const int year = g_date_time_get_year(here);

    g_date_time_unref(here);
    if (result < 0 || result == TIME_ERROR || (state.status & STA_UNSYNC) != 0)
        return refuse(error,
                      "This computer's clock is not synchronised, says its kernel (timedatectl set-ntp true starts what does "
                      "it)");
    if (year < CJT188_BUILD_YEAR)
        return refuse(error, "This computer's clock shows a year before this program was made");
    return is_zone_known() || refuse(error, "TZ names no time zone that is known here");
}
