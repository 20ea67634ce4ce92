/* display-text.c
 * Prints which bytes say what the display said, and the rows that follow.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "display.h"

#include <math.h>
#include <time.h>

#include "bus/meters.h"
#include "plain.h"
#include "userfields.h"
#include "wording.h"

enum { FINDINGS_MAX = 8, BRIEF = 24, PLACES_MAX = 8 };

static const char *const strengths[] = {
    [FINDING_NONE] = "", [FINDING_WEAK] = "weak", [FINDING_LIKELY] = "likely", [FINDING_STRONG] = "strong",
};

static const char *
plural(unsigned count)
{
    return count == 1 ? "" : "s";
}

/* ---- a row for the Meters table ---- */

/* What the user's row of this meter says already stays. The caller frees. */
static char *
meters_row(const struct display_series *series, enum cjt188_class class, int places)
{
    static const struct cjt188_known nothing = { .name = NULL };
    const struct meter_row *own = cjt188_meter_row(series->address);
    const struct cjt188_known *known = own != NULL ? &own->known : &nothing;
    int settled[CJT188_DIALECT_CLASSES];

    for (unsigned i = 0; i < CJT188_DIALECT_CLASSES; i++)
        settled[i] = i == class ? places : -1;
    return cjt188_meters_row_text(series->address, known->name, known, settled);
}

/* What a documented value teaches of its decimal places. */
static void
print_places(const struct display_series *series, const struct finding *finding)
{
    const struct placed_value *value = finding->value;
    const int places = -finding->exponent;
    const char *who = value->by_user ? "your Meters table" : "the dialect";
    char *row;

    if (value->is_by_dialect && series->of_unit == NULL) {
        printf("          Decimal places are not settled: write the unit beside the value, too.\n");
        return;
    }
    if (!value->is_by_dialect || places < 0 || places > PLACES_MAX)
        return;
    if (places == value->places)
        printf("          So says %s, too.", who);
    else
        printf("          But %s says %d.", who, value->places);
    if (finding->strength != FINDING_STRONG) {
        printf(" This does not settle it: compare more and other values.\n");
        return;
    }
    row = meters_row(series, value->class, places);
    printf(" This settles it; the row for the Meters table:\n          %s\n", row);
    g_free(row);
}

/* ---- a row for the user's own fields ---- */

static void
print_row(const struct display_series *series, const struct finding *finding)
{
    const struct reply_kind *kind = finding->kind;
    const double scale = finding->exponent < 0 ? finding->factor / pow(10, -finding->exponent) :
                                                 finding->factor * pow(10, finding->exponent);
    char number[G_ASCII_DTOSTR_BUF_SIZE], unit[PLAIN_BYTES(20)];
    const char *name = series->name[0] != '\0' ? series->name : "As displayed";
    char *note = g_strdup_printf("says what the display said in %u of %u lines", finding->explained, finding->checked);
    struct userfield_row parts = {
        .dialect = kind->dialect, .is_reply = true, .has_di = kind->length >= kind->width + 2, .control = kind->control,
        .di = kind->di, .length = kind->length, .at = finding->at, .width = finding->width,
        .kind = cjt188_raw(finding->raw)->name, .mask = "", .scale = "", .add = "", .name = name, .note = note,
    };
    char *row;

    cjt188_make_plain(series->unit, 19, unit);
    parts.unit = unit;
    if (scale != 1)
        parts.scale = g_ascii_formatd(number, sizeof number, "%.15g", scale);
    row = cjt188_userfield_row(&parts);
    printf("          %s\n", row);
    g_free(row);
    g_free(note);
}

/* ---- findings ---- */

/* "BCD × 0.001 MWh" */
static char *
bytes_text(const struct display_series *series, const struct finding *finding)
{
    char *place = finding->width == 1 ? g_strdup_printf("byte %u", finding->at) :
                                        g_strdup_printf("bytes %u to %u", finding->at, finding->at + finding->width - 1);
    char *unit = cjt188_plain_copy(series->unit, BRIEF), *text;
    char scale[G_ASCII_DTOSTR_BUF_SIZE];

    g_ascii_formatd(scale, sizeof scale, "%.6g", finding->factor * pow(10, finding->exponent));
    if (series->is_words)
        text = g_strdup_printf("%s: %s", place, cjt188_raw(finding->raw)->name);
    else
        text = g_strdup_printf("%s: %s × %s%s%s", place, cjt188_raw(finding->raw)->name, scale, unit[0] != '\0' ? " " : "",
                               unit);
    g_free(place);
    g_free(unit);
    return text;
}

static char *
value_text(const struct finding *finding)
{
    char *name = cjt188_plain_copy(finding->value->name, BRIEF), *text;

    if (!finding->value->is_by_dialect)
        text = g_strdup_printf("%s as it is", name);
    else if (finding->exponent > 0)
        text = g_strdup_printf("%s, digits × %g", name, pow(10, finding->exponent));
    else
        text = g_strdup_printf("%s, %d decimal place%s", name, -finding->exponent, plural((unsigned)-finding->exponent));
    g_free(name);
    return text;
}

/* How many would do as well if nothing were true. */
static char *
chance_text(double chance)
{
    return chance < 0.001 ? g_strdup("< 0.001") : g_strdup_printf("%.*f", chance < 0.1 ? 3 : 1, chance);
}

static void
print_finding(const struct display *display, const struct display_series *series, const struct finding *finding)
{
    char *what = finding->value != NULL ? value_text(finding) : bytes_text(series, finding);
    char *chance = chance_text(finding->chance);

    wording_print_line(g_strdup_printf("  %-6s  %04X, %s: %u of %u lines, %u value%s; by chance %s",
                                       strengths[finding->strength], finding->kind->di, what, finding->explained, finding->checked, finding->distinct,
                              plural(finding->distinct), chance));
    if (finding->value != NULL)
        print_places(series, finding);
    else if (display->rows)
        print_row(series, finding);
    g_free(chance);
    g_free(what);
}

/* ---- a meter and name ---- */

static void
print_title(const struct display_series *series, unsigned checked, double tolerance)
{
    char *meter = cjt188_plain_copy(series->meter, BRIEF), *name = cjt188_plain_copy(series->name, BRIEF);
    char *unit = cjt188_plain_copy(series->unit, BRIEF);

    wording_print_line(g_strdup_printf("%s%s, %s%s%s%s: %u line%s, %u with replies within %.0f s",
                                       series->meter[0] != '\0' ? "Meter " : "The meter", meter, name[0] != '\0' ? name : "no name", unit[0] != '\0' ? " (" : "", unit,
                              unit[0] != '\0' ? ")" : "", series->lines->len, plural(series->lines->len), checked, tolerance));
    g_free(unit);
    g_free(name);
    g_free(meter);
}

/* Why nothing can be said; NULL where something may. */
static const char *
why_nothing(const struct display_series *series, unsigned checked)
{
    if (series->is_of_several)
        return "There is more than one such meter in the capture: write each line's meter by its number.";
    if (!series->has_meter)
        return "No reply of this meter is in the capture: write its number as the display shows it, or nothing if it is alone.";
    return checked > 0 ? NULL : "No reply is near any line: compare the day and the time zone, or set tolerance=SECONDS.";
}

/* Beside what is strong nobody needs a guess. They are the last. */
static void
drop_weak(GArray *findings)
{
    while (findings->len > 0 && g_array_index(findings, struct finding, findings->len - 1).strength == FINDING_WEAK)
        g_array_set_size(findings, findings->len - 1);
}

static void
print_series(const struct display *display, const struct display_series *series)
{
    unsigned checked, tried;
    GArray *findings = display_find(series, &checked, &tried);
    const char *why_not = why_nothing(series, checked);

    printf("\n");
    print_title(series, checked, display->tolerance);
    if (why_not != NULL)
        printf("  %s\n", why_not);
    if (findings->len > 0 && g_array_index(findings, struct finding, 0).strength == FINDING_STRONG)
        drop_weak(findings);
    for (unsigned i = 0; i < findings->len && i < FINDINGS_MAX && why_not == NULL; i++)
        print_finding(display, series, &g_array_index(findings, struct finding, i));
    if (why_not == NULL && findings->len > FINDINGS_MAX)
        printf("  and %u more places that do no better\n", findings->len - FINDINGS_MAX);
    if (why_not == NULL && findings->len == 0)
        printf("  Of %u readings of bytes none says so more often than chance would: log other and longer values.\n", tried);
    g_array_unref(findings);
}

/* ---- the whole ---- */

static void
print_log(const struct display *display)
{
    const struct display_log *log = display->log;
    char *file = g_path_get_basename(log->file);
    const time_t day = (time_t)display->day;

    wording_print_line(g_strdup_printf("CJ/T 188: what says the same as the display, by %s: %u line%s, %u more cannot be read",
                                       file, log->lines->len, plural(log->lines->len), log->bad));
    for (unsigned i = 0; i < log->complaints->len; i++)
        wording_print_line(g_strdup_printf("  %s", (const char *)g_ptr_array_index(log->complaints, i)));
    if (log->bad > log->complaints->len)
        printf("  and %u more\n", log->bad - log->complaints->len);
    if (log->is_cut)
        printf("The log is longer than %d lines or 1 MiB: the rest was not read.\n", LOG_LINES);
    if (display->unkept_lines > 0)
        printf("%u lines of further meters and names were not looked at: there are more than %d.\n", display->unkept_lines,
               DISPLAY_SERIES);
    if (display->is_full)
        printf("Only %d replies were kept: split the log for the rest.\n", DISPLAY_FRAMES);
    if (display->used_day) {
        const struct tm *tm = localtime(&day);

        if (tm != NULL)
            printf("Times without a day are of the capture's first, %04d-%02d-%02d.\n", tm->tm_year + 1900, tm->tm_mon + 1, tm->tm_mday);
    }
    g_free(file);
}

void
display_print(const struct display *display)
{
    printf("\n===================================================================\n");
    print_log(display);
    printf("The clock of whoever wrote it may be wrong by %.0f s. \"By chance\" is how many of all readings that were tried would\n"
           "do as well if none were true; strong is below 0.001 with three values or more. Bytes count from the first behind\n"
           "SER.%s\n", display->tolerance,
           display->rows ? "" : " Rows for the table \"CJ/T 188 fields\": -z cjt188,explore,rows,display=FILE");
    for (unsigned i = 0; i < display->series->len; i++)
        print_series(display, (const struct display_series *)g_ptr_array_index(display->series, i));
    printf("===================================================================\n");
}
