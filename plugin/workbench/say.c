/* say.c
 * What a reading is, and why, in words.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "propose.h"

#include <math.h>

/* ---- why ---- */

static const char *
plural(unsigned count)
{
    return count == 1 ? "" : "s";
}

static void
say_samples(GString *text, const struct series *series)
{
    g_string_append_printf(text, " in %u sample%s of %u meter%s", series->count, plural(series->count), series->meters,
                           plural(series->meters));
}

/* Of how many samples it is known: what is not known decides nothing. */
static void
say_exact(GString *text, const struct series *series, const struct candidate *candidate)
{
    g_string_append_printf(text, ", in %u of %u samples", candidate->exact, candidate->compared);
    if (candidate->known->missing > 0)
        g_string_append_printf(text, " (known in %u of %u)", series->count - candidate->known->missing, series->count);
}

static void
say_known(GString *text, const struct series *series, const struct candidate *candidate)
{
    g_string_append_printf(text, ", advances with %s%s, one count each %.4g %s (r of steps %.4f)",
                           candidate->known->is_time ? "" : "the ", candidate->known->name, candidate->per_count,
                           candidate->known->unit, candidate->r);
    say_exact(text, series, candidate);
}

static void
say_copy(GString *text, const struct series *series, const struct candidate *candidate)
{
    const double count = fabs(candidate->per_count);

    g_string_append_printf(text, "equals the %s%s", candidate->known->name,
                           candidate->per_count < 0 ? " with its sign turned" : "");
    if (candidate->cut_off && candidate->known->unit[0] != '\0')
        g_string_append_printf(text, ", cut off to %.4g %s", count, candidate->known->unit);
    else if (candidate->cut_off)
        g_string_append_printf(text, ", cut off to whole counts of %.4g", count);
    say_exact(text, series, candidate);
}

static void
say_coefficient(GString *text, const struct series *series, const struct candidate *candidate)
{
    double least = INFINITY, most = -INFINITY;

    for (unsigned i = 0; i < series->count; i++) {
        const uint8_t *b = series->data[i] + candidate->at;

        least = MIN(least, (b[1] << 8 | b[0]) / 4096.0);
        most = MAX(most, (b[1] << 8 | b[0]) / 4096.0);
    }
    if (least == most)
        g_string_append_printf(text, "value/4096 is %.4f", least);
    else
        g_string_append_printf(text, "value/4096 is %.4f to %.4f", least, most);
    say_samples(text, series);
}

static bool
is_decimal(const struct candidate *candidate)
{
    return candidate->kind == CJT188_K_BCD || candidate->kind == CJT188_K_BCD_HIGH ||
        candidate->kind == CJT188_K_BCD_TOP_BIT || candidate->kind == CJT188_K_BCD_TOP_F;
}

static const char *
number_words(const struct candidate *candidate)
{
    if (candidate->kind >= CJT188_K_FLOAT32_LOW && candidate->kind <= CJT188_K_FLOAT64_HIGH)
        return "numbers with a point that a meter can have";
    return is_decimal(candidate) ? "decimal digits" : "whole numbers";
}

static void
say_number(GString *text, const struct series *series, const struct candidate *candidate)
{
    g_string_append_printf(text, "%s", number_words(candidate));
    say_samples(text, series);
    if (candidate->type == TYPE_COUNTER) {
        g_string_append_printf(text, ", increases %u time%s", candidate->increases, plural(candidate->increases));
        if (candidate->restarts > 0)
            g_string_append_printf(text, ", goes on from its end at 0 %u time%s", candidate->restarts,
                                   plural(candidate->restarts));
        g_string_append(text, " and ");
        if (candidate->decreases == 0)
            g_string_append(text, "does not decrease");
        else
            g_string_append_printf(text, "decreases %u time%s", candidate->decreases, plural(candidate->decreases));
        if (candidate->known != NULL)
            say_known(text, series, candidate);
        else
            g_string_append(text, ", in step with nothing known");
    } else {
        g_string_append(text, candidate->order >= series->least_gain ? ", closer together than loose bytes would be"
                                                                     : ", in no order that was found");
    }
    if (candidate->of_unit != NULL)
        g_string_append_printf(text, ", with the unit %s (%02X) of the standard %s them", candidate->of_unit->name,
                               candidate->of_unit->code, candidate->lead > 0 ? "in front of" : "behind");
}

static void
say_bits(GString *text, const struct series *series, const struct candidate *candidate)
{
    if (candidate->known != NULL) {
        g_string_append_printf(text, "bit %d is %d exactly when the %s is above 0", g_bit_nth_lsf(candidate->mask, -1),
                               candidate->r > 0, candidate->known->name);
        say_exact(text, series, candidate);
    } else {
        g_string_append_printf(text, "only the bits %02X ever differ", candidate->mask);
        say_samples(text, series);
    }
}

static void
say_follows(GString *text, const struct series *series, const struct candidate *candidate)
{
    g_string_append_printf(text, "follows the %s, one count is %.4g %s (r of steps %.4f)", candidate->known->name,
                           candidate->per_count, candidate->known->unit, candidate->r);
    say_exact(text, series, candidate);
}

static void
say_clock(GString *text, const struct series *series, const struct candidate *candidate)
{
    g_string_append_printf(text, "a valid date and time of day%s",
                           candidate->stands ? ", set when something happens," :
                           candidate->is_near ? " near the time of capture" : "");
    say_samples(text, series);
}

static void
say_date(GString *text, const struct series *series, const struct candidate *candidate)
{
    g_string_append(text, "a valid date");
    say_samples(text, series);
    if (candidate->increases > 0)
        g_string_append_printf(text, ", follows the day of capture (%u change%s)", candidate->increases,
                               plural(candidate->increases));
}

static void
say_time_of_day(GString *text, const struct series *series G_GNUC_UNUSED, const struct candidate *candidate)
{
    g_string_append_printf(text, "hours and minutes that go with the time of capture, in %u of %u samples", candidate->exact,
                           candidate->compared);
}

static void
say_weekday(GString *text, const struct series *series G_GNUC_UNUSED, const struct candidate *candidate)
{
    g_string_append_printf(text, "is the day of the week, in %u of %u samples (%u change%s)", candidate->exact,
                           candidate->compared, candidate->increases, plural(candidate->increases));
}

static void
say_checksum(GString *text, const struct series *series, const struct candidate *candidate)
{
    g_string_append_printf(text, "the checksum %s of the bytes %u to %u%s%s, right", candidate->algorithm, candidate->from,
                           candidate->at - 1,
                           candidate->with_front ? " and of something in front of them that is always the same" : "",
                           candidate->width == 1 ? "" : candidate->high_first ? ", high byte first" : ", low byte first");
    say_samples(text, series);
}

GString *
say_evidence(const struct series *series, const struct candidate *candidate)
{
    static const struct {
        const char *plain; /* in all samples; else `say` */
        void (*say)(GString *text, const struct series *series, const struct candidate *candidate);
    } words[TYPES] = {
        [TYPE_ADDRESS] = { "equals bytes of the address", NULL },
        [TYPE_TEXT] = { "letters and digits", NULL },
        [TYPE_SERIAL] = { "differs between meters, never changes within one,", NULL },
        [TYPE_CONSTANT] = { "always the same", NULL },
        [TYPE_CLOCK] = { NULL, say_clock },
        [TYPE_DATE] = { NULL, say_date },
        [TYPE_TIME_OF_DAY] = { NULL, say_time_of_day },
        [TYPE_WEEKDAY] = { NULL, say_weekday },
        [TYPE_COEFFICIENT] = { NULL, say_coefficient },
        [TYPE_COPY] = { NULL, say_copy },
        [TYPE_FOLLOWS] = { NULL, say_follows },
        [TYPE_COUNTER] = { NULL, say_number },
        [TYPE_NUMBER] = { NULL, say_number },
        [TYPE_BITS] = { NULL, say_bits },
        [TYPE_CHECKSUM] = { NULL, say_checksum },
    };
    GString *text = g_string_new(words[candidate->type].plain);

    if (words[candidate->type].say != NULL)
        words[candidate->type].say(text, series, candidate);
    else
        say_samples(text, series);
    return text;
}

/* ---- what ---- */

char *
say_name(const struct candidate *candidate)
{
    static const char *const names[TYPES] = {
        [TYPE_ADDRESS] = "Address", [TYPE_CLOCK] = "Clock", [TYPE_DATE] = "Date", [TYPE_COEFFICIENT] = "Coefficient",
        [TYPE_COUNTER] = "Counter", [TYPE_NUMBER] = "Number", [TYPE_BITS] = "Flags", [TYPE_TEXT] = "Text",
        [TYPE_SERIAL] = "Parameter", [TYPE_CONSTANT] = "Constant", [TYPE_TIME_OF_DAY] = "Time of day",
        [TYPE_WEEKDAY] = "Day of week", [TYPE_CHECKSUM] = "Checksum",
    };

    if (candidate->type == TYPE_COPY)
        return g_strdup_printf("Copy of %s at %u", candidate->known->name, candidate->at);
    if (candidate->type == TYPE_FOLLOWS)
        return g_strdup_printf("Follows %s at %u", candidate->known->name, candidate->at);
    return g_strdup_printf("%s at %u", names[candidate->type], candidate->at);
}

/* As the row shows it. */
static double
shown(const struct candidate *candidate, double value)
{
    return candidate->scaled ? value * candidate->scale + candidate->add : value;
}

static char *
brief_counter(const struct candidate *candidate)
{
    if (candidate->known != NULL && candidate->known->is_time)
        return candidate->per_count == 1 ? g_strdup("counts seconds") : g_strdup_printf("counts one each %.4g s", candidate->per_count);
    if (candidate->known != NULL)
        return g_strdup_printf("counts with the %s, one each %.4g %s", candidate->known->name, candidate->per_count,
                               candidate->known->unit);
    return g_strdup_printf("a counter, went up %u time%s to %.10g", candidate->increases, plural(candidate->increases),
                           shown(candidate, candidate->most));
}

static char *
brief_copy(const struct candidate *candidate)
{
    const double scale = candidate->scale;

    return g_strdup_printf("the %s%s%s", candidate->known->name, scale < 0 ? " with its sign turned" : "",
                           candidate->cut_off ? ", cut off" : "");
}

static char *
brief_clock(const struct candidate *candidate)
{
    return g_strdup(candidate->stands ? "date and time when something last happened" :
                    candidate->is_near ? "the meter's clock" : "date and time");
}

static char *
brief_number(const struct candidate *candidate)
{
    const double volt = counts_of_volt(candidate);

    if (candidate->is_battery)
        return g_strdup_printf("perhaps the battery, %.4g to %.4g V", candidate->least / volt, candidate->most / volt);
    if (candidate->least == candidate->most)
        return g_strdup_printf("always %.7g", shown(candidate, candidate->least));
    return g_strdup_printf("a number, %.7g to %.7g", shown(candidate, candidate->least), shown(candidate, candidate->most));
}

static char *
brief_bits(const struct candidate *candidate)
{
    if (candidate->known == NULL)
        return g_strdup_printf("flags, the bits %02X change", candidate->mask);
    return g_strdup_printf("bit %d is %d exactly when the %s is above 0", g_bit_nth_lsf(candidate->mask, -1), candidate->r > 0,
                           candidate->known->name);
}

static char *
brief_coefficient(const struct candidate *candidate _U_)
{
    return g_strdup("a coefficient around 1");
}

static char *
brief_date(const struct candidate *candidate)
{
    return g_strdup(candidate->decreases > 0 ? "a date, set when something happens" :
                    candidate->increases > 0 ? "the date of today" : "a date");
}

static char *
brief_follows(const struct candidate *candidate)
{
    return g_strdup_printf("follows the %s", candidate->known->name);
}

static char *
brief_checksum(const struct candidate *candidate)
{
    return g_strdup_printf("checksum (%s) of bytes %u to %u%s", candidate->algorithm, candidate->from, candidate->at - 1,
                           candidate->with_front ? " and more in front" : "");
}

/* " (4 alike in a row)" behind a text, which is freed. */
static char *
append_alike(char *text, unsigned alike)
{
    char *longer = g_strdup_printf("%s (%u alike in a row)", text, alike);

    g_free(text);
    return longer;
}

char *
say_briefly(const struct candidate *candidate)
{
    static char *(*const words[TYPES])(const struct candidate *) = {
        [TYPE_COUNTER] = brief_counter, [TYPE_COPY] = brief_copy, [TYPE_CLOCK] = brief_clock, [TYPE_NUMBER] = brief_number,
        [TYPE_BITS] = brief_bits, [TYPE_COEFFICIENT] = brief_coefficient, [TYPE_DATE] = brief_date, [TYPE_FOLLOWS] = brief_follows,
        [TYPE_CHECKSUM] = brief_checksum,
    };
    static const char *const plain[TYPES] = {
        [TYPE_ADDRESS] = "the meter's own number", [TYPE_TEXT] = "readable text", [TYPE_SERIAL] = "differs from meter to meter",
        [TYPE_CONSTANT] = "always the same", [TYPE_TIME_OF_DAY] = "the time of day", [TYPE_WEEKDAY] = "the day of the week",
    };
    char *text = words[candidate->type] != NULL ? words[candidate->type](candidate) : g_strdup(plain[candidate->type]);
    char *with_unit;

    if (candidate->by_reply) {
        char *both = g_strdup_printf("%s, or one each reply", text);

        g_free(text);
        text = both;
    }
    if (candidate->of_unit == NULL)
        return text;
    with_unit = g_strdup_printf("%s; byte %u is its unit, %s", text,
                                candidate->lead > 0 ? candidate->at - 1 : candidate->at + candidate->width,
                                candidate->of_unit->name);
    if (candidate->alike > 1)
        with_unit = append_alike(with_unit, candidate->alike);
    g_free(text);
    return with_unit;
}
