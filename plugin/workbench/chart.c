/* chart.c
 * Charts of curves over time, and heat maps, as SVG.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Colours, strokes and letters are in the page's style sheet. A chart is as wide as a telephone, so that its letters are as
 * large there as on a screen that has four beside each other.
 */
#include "chart.h"

#include <math.h>

enum { WIDTH = 300, HEIGHT = 164, LEFT = 44, RIGHT = 292, TOP = 14, BOTTOM = 142 };
enum { TICKS_X = 4, TICKS_Y = 4, TICKS_HEAT = 6, TICKS_MOST = 16, HOVERED = 42, MARKS_DRAWN = 64, DIGIT = 9 };

#define DAY 86400.0

/* ---- time ---- */

/* In the place's own time; false where there is no such time. */
static bool
format_moment(double at, const char *format, char *buffer)
{
    const double limit = 9e15;
    GDateTime *moment = fabs(at) < limit ? g_date_time_new_from_unix_local((int64_t)floor(at)) : NULL;
    char *text = moment != NULL ? g_date_time_format(moment, format) : NULL;

    g_strlcpy(buffer, text != NULL ? text : "?", CHART_TIME_MAX);
    g_free(text);
    g_clear_pointer(&moment, g_date_time_unref);
    return buffer[0] != '?';
}

/* "3 h 20 min": the two largest units. */
static void
put_duration(double seconds, char *buffer)
{
    static const struct {
        double seconds;
        const char *unit;
    } units[] = { { DAY, "d" }, { 3600, "h" }, { 60, "min" }, { 1, "s" } };
    size_t unit = 0, length;
    double rest;

    while (unit + 1 < array_length(units) && seconds < units[unit].seconds)
        unit++;
    snprintf(buffer, CHART_TIME_MAX, "%.0f %s", floor(seconds / units[unit].seconds), units[unit].unit);
    if (unit + 1 == array_length(units))
        return;
    length = strlen(buffer);
    rest = floor(fmod(seconds, units[unit].seconds) / units[unit + 1].seconds);
    if (rest > 0)
        snprintf(buffer + length, CHART_TIME_MAX - length, " %.0f %s", rest, units[unit + 1].unit);
}

const char *
chart_time_text(const struct chart_time *time, double at, char buffer[CHART_TIME_MAX])
{
    if (time->is_packets)
        snprintf(buffer, CHART_TIME_MAX, "packet %.0f", at);
    else if (!time->is_relative)
        format_moment(at, time->to - time->from > 2 * DAY ? "%-d %b %Y %H:%M" : "%-d %b %H:%M:%S", buffer);
    else if (at <= time->from)
        g_strlcpy(buffer, "start", CHART_TIME_MAX);
    else {
        buffer[0] = '+';
        put_duration(at - time->from, buffer + 1);
    }
    return buffer;
}

/* A tick's, which is short. */
static void
tick_text(const struct chart_time *time, double at, double step, char *buffer)
{
    const double minute = 60;

    if (time->is_packets || time->is_relative) {
        chart_time_text(time, at, buffer);
        if (time->is_packets)
            memmove(buffer, buffer + strlen("packet "), strlen(buffer + strlen("packet ")) + 1);
        return;
    }
    format_moment(at, step >= DAY ? "%-d %b" : step < minute ? "%H:%M:%S" : "%H:%M", buffer);
    if (step < DAY && g_str_equal(buffer, "00:00"))
        format_moment(at, "%-d %b", buffer);
}

/* 1, 2 or 5 times a power of ten. */
static double
round_step(double least)
{
    const double power = pow(10, floor(log10(least)));
    static const double factors[] = { 1, 2, 5, 10 };

    for (size_t i = 0; i < array_length(factors); i++) {
        if (factors[i] * power >= least * (1 - 1e-9))
            return factors[i] * power;
    }
    return 10 * power;
}

static double
time_step(const struct chart_time *time, unsigned ticks)
{
    static const double steps[] = { 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, DAY,
                                    2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY, 56 * DAY, 91 * DAY, 182 * DAY };
    const double least = (time->to - time->from) / ticks;

    if (time->is_packets)
        return MAX(round_step(MAX(least, 1)), 1);
    for (size_t i = 0; i < array_length(steps); i++) {
        if (steps[i] >= least)
            return steps[i];
    }
    return ceil(least / (365 * DAY)) * 365 * DAY;
}

/* The first tick: at a full hour or midnight of the place. */
static double
first_tick(const struct chart_time *time, double step)
{
    double ahead = 0;

    if (time->is_relative)
        return time->from;
    if (!time->is_packets) {
        GDateTime *moment = fabs(time->from) < 9e15 ? g_date_time_new_from_unix_local((int64_t)time->from) : NULL;

        ahead = moment != NULL ? (double)g_date_time_get_utc_offset(moment) / 1e6 : 0;
        g_clear_pointer(&moment, g_date_time_unref);
    }
    return ceil((time->from + ahead) / step) * step - ahead;
}

/* ---- places ---- */

struct scale {
    double from, to, begin, end; /* values, and where they are drawn */
};

static double
place(const struct scale *scale, double value)
{
    return scale->begin + (value - scale->from) / (scale->to - scale->from) * (scale->end - scale->begin);
}

static struct scale
scale_of_time(const struct chart_time *time, double begin, double end)
{
    return (struct scale){ time->from, time->to > time->from ? time->to : time->from + 1, begin, end };
}

static void
put_point(struct page *page, char command, double x, double y)
{
    page_format(page, "%c", command);
    page_coordinate(page, x);
    page_put(page, " ");
    page_coordinate(page, y);
}

/* ---- axes ---- */

static void
draw_time_axis(struct page *page, const struct chart_time *time, const struct scale *x)
{
    const double step = time_step(time, TICKS_X), first = first_tick(time, step);
    char text[CHART_TIME_MAX];

    for (unsigned i = 0; i < TICKS_MOST; i++) {
        const double at = first + i * step;
        const double where = place(x, at);

        if (at > x->to)
            break;
        page_put(page, "<path class=tick d=\"");
        put_point(page, 'M', where, BOTTOM);
        page_put(page, "v3\"/><text text-anchor=\"");
        page_put(page, where > RIGHT - 12 ? "end" : where < LEFT + 8 ? "start" : "middle");
        page_put(page, "\" x=\"");
        page_coordinate(page, MIN(where, WIDTH - 2));
        page_format(page, "\" y=\"%d\">", BOTTOM + 14);
        tick_text(time, at, step, text);
        page_put(page, text);
        page_put(page, "</text>");
    }
}

static int
decimals_of(double step)
{
    return step >= 1 ? 0 : (int)ceil(-log10(step) - 1e-9);
}

/* Large numbers in thousands or millions: there is room for seven signs. */
static void
put_tick(struct page *page, double value, double step, double most)
{
    static const struct {
        double least, divisor;
        const char *suffix;
    } units[] = { { 1e9, 1e9, "G" }, { 1e7, 1e6, "M" }, { 1e5, 1e3, "k" }, { 0, 1, "" } };
    char number[PAGE_NUMBER_MAX];
    size_t unit = 0;

    while (most < units[unit].least)
        unit++;
    page_number(number, value / units[unit].divisor, decimals_of(step / units[unit].divisor));
    page_format(page, "%s%s", number, units[unit].suffix);
}

static void
draw_value_axis(struct page *page, const struct scale *y, double step, bool hides_values)
{
    const double most = MAX(fabs(y->from), fabs(y->to));

    for (double value = y->from; value <= y->to + step / 2; value += step) {
        const double where = place(y, value);

        page_put(page, value == y->from ? "<path class=base d=\"" : "<path class=grid d=\"");
        put_point(page, 'M', LEFT, where);
        page_format(page, "H%d\"/>", RIGHT);
        if (hides_values)
            continue;
        page_format(page, "<text text-anchor=end x=\"%d\" y=\"", LEFT - 5);
        page_coordinate(page, where + 3.5);
        page_put(page, "\">");
        put_tick(page, value, step, most);
        page_put(page, "</text>");
    }
}

/* From and to whole steps, so that the first and the last line have round numbers. */
static double
choose_scale(double least, double most, bool from_zero, struct scale *y)
{
    double step;

    if (from_zero && least > 0)
        least = 0;
    if (most - least <= fabs(most) * 1e-12) { /* constant: in the middle */
        const double room = most != 0 ? fabs(most) * 0.02 : 1;

        most += room;
        least = from_zero && least >= 0 ? 0 : least - room;
    }
    step = round_step((most - least) / TICKS_Y);
    y->from = floor(least / step + 1e-9) * step;
    y->to = ceil(most / step - 1e-9) * step;
    if (y->to <= y->from)
        y->to = y->from + step;
    return step;
}

/* ---- marks ---- */

static void
draw_marks(struct page *page, const struct chart_time *time, const struct scale *x)
{
    double free_from = 0;

    for (unsigned i = 0; i < time->marks->len && i < MARKS_DRAWN; i++) {
        const struct chart_mark *mark = &g_array_index(time->marks, struct chart_mark, i);
        const double where = place(x, mark->at);

        page_put(page, "<g class=mark><path d=\"");
        put_point(page, 'M', where, TOP);
        page_format(page, "V%d\"/>", BOTTOM);
        if (where >= free_from) {
            page_put(page, "<text text-anchor=middle x=\"");
            page_coordinate(page, where);
            page_format(page, "\" y=\"%d\">%u</text>", TOP - 4, mark->number);
            free_from = where + 2 * DIGIT;
        }
        page_put(page, "<title>");
        page_text(page, mark->text);
        page_put(page, "</title></g>");
    }
}

/* ---- curves ---- */

static int
by_size(const void *a, const void *b)
{
    const double one = *(const double *)a, other = *(const double *)b;

    return one < other ? -1 : one > other;
}

/* Where so much time has passed a line would claim what nobody has heard. */
static double
longest_step(const struct curve *curve, const struct scale *x)
{
    const double usual = 4, least = (x->to - x->from) / 100;
    double *steps, middle;

    if (curve->count < 3)
        return INFINITY;
    steps = g_new(double, curve->count - 1);
    for (unsigned i = 0; i + 1 < curve->count; i++)
        steps[i] = curve->steps[i + 1].first - curve->steps[i].first;
    qsort(steps, curve->count - 1, sizeof *steps, by_size);
    middle = steps[(curve->count - 1) / 2];
    g_free(steps);
    return MAX(usual * middle, least);
}

static void
draw_line(struct page *page, const struct curve *curve, const struct scale *x, const struct scale *y, bool is_dotted)
{
    const double longest = longest_step(curve, x);
    bool is_new = true;

    for (unsigned i = 0; i < curve->count; i++) {
        const struct curve_step *step = &curve->steps[i];
        const bool upwards = step->x_least <= step->x_most;
        const bool is_alone = is_new && (i + 1 == curve->count || curve->steps[i + 1].first - step->last > longest);

        put_point(page, is_new || is_dotted ? 'M' : 'L', place(x, upwards ? step->x_least : step->x_most),
                  place(y, upwards ? step->least : step->most));
        if (is_dotted || is_alone)
            page_put(page, "h0");
        if (step->least < step->most) {
            put_point(page, is_dotted ? 'M' : 'L', place(x, upwards ? step->x_most : step->x_least),
                      place(y, upwards ? step->most : step->least));
            if (is_dotted)
                page_put(page, "h0");
        }
        is_new = i + 1 < curve->count && curve->steps[i + 1].first - step->last > longest;
    }
}

static void
draw_lines(struct page *page, const struct chart *chart, const struct scale *x, const struct scale *y)
{
    for (unsigned i = 0; i < chart->count; i++) {
        page_format(page, "<path class=\"%s c%u\" d=\"", chart->is_dotted ? "dots" : "line", i);
        draw_line(page, chart->line[i].curve, x, y, chart->is_dotted);
        page_put(page, "\"/>");
    }
    if (chart->events == NULL || chart->events->count == 0)
        return;
    page_put(page, "<path class=event d=\"");
    for (unsigned i = 0; i < chart->events->count; i++) {
        put_point(page, 'M', place(x, chart->events->steps[i].first), BOTTOM - 6);
        page_put(page, "v6");
    }
    page_put(page, "\"/>");
}

/* ---- what is shown beside the pointer ---- */

static bool
range_between(const struct curve *curve, double from, double to, double *least, double *most)
{
    bool any = false;

    for (unsigned i = 0; i < curve->count; i++) {
        const struct curve_step *step = &curve->steps[i];

        if (step->first >= to || step->last < from)
            continue;
        *least = any ? MIN(*least, step->least) : step->least;
        *most = any ? MAX(*most, step->most) : step->most;
        any = true;
    }
    return any;
}

static void
put_values(GString *text, const struct chart *chart, double from, double to)
{
    char number[PAGE_NUMBER_MAX];
    double least, most;

    for (unsigned i = 0; i < chart->count; i++) {
        if (!range_between(chart->line[i].curve, from, to, &least, &most))
            continue;
        g_string_append_printf(text, "\n%s%s%s", chart->line[i].name, chart->line[i].name[0] != '\0' ? ": " : "",
                               page_number(number, least, chart->decimals));
        if (least < most)
            g_string_append_printf(text, " to %s", page_number(number, most, chart->decimals));
        g_string_append_printf(text, " %s", chart->unit);
    }
    if (chart->events != NULL && range_between(chart->events, from, to, &least, &most))
        g_string_append_printf(text, "\n%s", chart->events_name);
}

static void
draw_hover(struct page *page, const struct chart_time *time, const struct chart *chart, const struct scale *x)
{
    const double span = (x->to - x->from) / HOVERED, width = (double)(RIGHT - LEFT) / HOVERED;
    char when[CHART_TIME_MAX];

    for (unsigned i = 0; i < HOVERED; i++) {
        const double from = x->from + i * span;
        GString *text = g_string_new(NULL);

        put_values(text, chart, from, i + 1 < HOVERED ? from + span : INFINITY);
        if (text->len > 0) {
            page_put(page, "<rect class=hover x=\"");
            page_coordinate(page, LEFT + i * width);
            page_format(page, "\" y=\"%d\" width=\"6\" height=\"%d\"><title>", TOP, BOTTOM - TOP);
            page_put(page, chart_time_text(time, from, when));
            for (char *line = text->str; line != NULL && *line != '\0';) {
                char *next = strchr(line + 1, '\n');

                if (next != NULL)
                    *next = '\0';
                page_put(page, "\n");
                page_text(page, line + 1);
                if (next != NULL)
                    *next = '\n';
                line = next;
            }
            page_put(page, "</title></rect>");
        }
        g_string_free(text, true);
    }
}

/* ---- a chart ---- */

void
chart_draw_keys(struct page *page, const struct chart *chart)
{
    for (unsigned i = 0; i < chart->count; i++) {
        page_format(page, " <span class=\"key c%u\">", i);
        page_text(page, chart->line[i].name);
        page_put(page, "</span>");
    }
}

static void
draw_legend(struct page *page, const struct chart *chart)
{
    page_put(page, "<figcaption><b>");
    page_text(page, chart->title);
    page_put(page, "</b>");
    if (chart->unit[0] != '\0') {
        page_put(page, " <i>");
        page_text(page, chart->unit);
        page_put(page, "</i>");
    }
    if (!chart->has_no_keys && (chart->count > 1 || chart->events != NULL))
        chart_draw_keys(page, chart);
    if (chart->events != NULL) {
        page_put(page, " <span class=\"key event\">");
        page_text(page, chart->events_name);
        page_put(page, "</span>");
    }
    page_put(page, "</figcaption>");
}

static bool
range_of(const struct chart *chart, double *least, double *most)
{
    bool any = false;

    for (unsigned i = 0; i < chart->count; i++) {
        double low, high;

        if (!curve_range(chart->line[i].curve, &low, &high))
            continue;
        *least = any ? MIN(*least, low) : low;
        *most = any ? MAX(*most, high) : high;
        any = true;
    }
    return any && isfinite(*most - *least);
}

void
chart_draw(struct page *page, const struct chart_time *time, const struct chart *chart)
{
    const struct scale x = scale_of_time(time, LEFT, RIGHT);
    struct scale y = { .begin = BOTTOM, .end = TOP };
    double least = 0, most = 1, step;

    range_of(chart, &least, &most);
    if (!isfinite(most - least))
        return;
    step = choose_scale(least, most, chart->from_zero, &y);
    page_format(page, "<figure class=\"%s\">", chart->class);
    draw_legend(page, chart);
    page_format(page, "<svg class=chart viewBox=\"0 0 %d %d\" role=img aria-label=\"", WIDTH, HEIGHT);
    page_text(page, chart->title);
    page_put(page, "\">");
    draw_value_axis(page, &y, step, chart->hides_values);
    draw_time_axis(page, time, &x);
    draw_lines(page, chart, &x, &y);
    if (!chart->hides_values)
        draw_hover(page, time, chart, &x);
    draw_marks(page, time, &x);
    page_put(page, "</svg>");
    if (chart->note != NULL) {
        page_put(page, "<p class=note>");
        page_text(page, chart->note);
        page_put(page, "</p>");
    }
    page_put(page, "</figure>");
}

/* ---- heat maps: bytes from left to right, time downwards ---- */

enum { HEAT_LEFT = 58, HEAT_RIGHT = 70, HEAT_HEIGHT = 240, NAME_MOST = 36, BRACKET = 6, LEVELS = 5, LABEL = 12 };

/* How many of a byte's eight bits: their shade. */
static const uint8_t level_of[9] = { 0, 1, 2, 3, 3, 4, 4, 5, 5 };

static unsigned
level_at(const struct heat *heat, unsigned row, unsigned byte)
{
    unsigned bits = heat->bits[(size_t)row * heat->width + byte], count = 0;

    for (; bits != 0; bits &= bits - 1)
        count++;
    return level_of[count];
}

/* Runs of one shade, downwards. */
static void
draw_level(struct page *page, const struct heat *heat, unsigned rows, unsigned level)
{
    page_format(page, "<path class=\"heat h%u\" d=\"", level);
    for (unsigned byte = 0; byte < heat->width; byte++) {
        for (unsigned row = 0, end; row < rows; row = end) {
            end = row + 1;
            if (level_at(heat, row, byte) != level)
                continue;
            while (end < rows && level_at(heat, end, byte) == level)
                end++;
            page_format(page, "M%u %uv%u", byte, row, end - row);
        }
    }
    page_put(page, "\"/>");
}

/* Where frames were at all. */
static void
draw_ground(struct page *page, const struct heat *heat, unsigned rows)
{
    page_put(page, "<path class=\"heat h0\" style=\"stroke-width:1\" d=\"");
    for (unsigned row = 0; row < rows; row++) {
        if (heat->frames[row] > 0)
            page_format(page, "M-.5 %u.5h%u", row, heat->width);
    }
    page_put(page, "\"/>");
}

static void
draw_cells(struct page *page, const struct heat *heat, unsigned rows, double cell, double top, double height)
{
    page_format(page, "<svg class=cells x=\"%d\" y=\"", HEAT_LEFT);
    page_coordinate(page, top);
    page_put(page, "\" width=\"");
    page_coordinate(page, cell * heat->width);
    page_put(page, "\" height=\"");
    page_coordinate(page, height);
    page_format(page, "\" viewBox=\"-.5 0 %u %u\" preserveAspectRatio=none>", heat->width, rows);
    draw_ground(page, heat, rows);
    for (unsigned level = 1; level <= LEVELS; level++)
        draw_level(page, heat, rows, level);
    page_put(page, "</svg>");
}

/* Letters of a name that are drawn. */
static unsigned
letters_of(const char *name)
{
    return (unsigned)MIN(g_utf8_strlen(name, -1), NAME_MOST);
}

/* A letter is 5.9 wide, and names rise by 50 degrees. */
static double
rise_of(const char *name)
{
    return 4.5 * letters_of(name) + 16;
}

static double
reach_of(const char *name)
{
    return 3.8 * letters_of(name) + 12;
}

static void
draw_name(struct page *page, const struct chart_range *range, double x, double top)
{
    char *name = g_utf8_substring(range->name, 0, letters_of(range->name));

    page_format(page, "<text class=\"%s\" transform=\"translate(", range->is_unknown ? "unknown" : "known");
    page_coordinate(page, x + 3);
    page_put(page, " ");
    page_coordinate(page, top - BRACKET - 4);
    page_put(page, ") rotate(-50)\">");
    page_text(page, name);
    if (strlen(name) < strlen(range->name))
        page_put(page, "…");
    page_put(page, "</text>");
    g_free(name);
}

/* Each field: its name where there is room, a bracket over its bytes, and all of it beside the pointer. */
static void
draw_ranges(struct page *page, const struct chart_range *ranges, unsigned count, double cell, double top, double bottom)
{
    double free_from = 0;

    for (unsigned i = 0; i < count; i++) {
        const struct chart_range *range = &ranges[i];
        const double from = HEAT_LEFT + range->at * cell, width = range->width * cell, middle = from + width / 2;

        if (middle >= free_from) {
            draw_name(page, range, middle, top);
            free_from = middle + LABEL;
        }
        page_format(page, "<path class=\"bracket%s\" d=\"", range->is_unknown ? " unknown" : "");
        put_point(page, 'M', from + 1, top - 3);
        page_put(page, "h");
        page_coordinate(page, MAX(width - 2, 1));
        page_put(page, "\"/><rect class=hover x=\"");
        page_coordinate(page, from);
        page_put(page, "\" y=\"");
        page_coordinate(page, top - BRACKET);
        page_put(page, "\" width=\"");
        page_coordinate(page, width);
        page_put(page, "\" height=\"");
        page_coordinate(page, bottom - top + BRACKET);
        page_put(page, "\"><title>");
        page_text(page, range->name);
        if (range->width == 1)
            page_format(page, ", byte %u", range->at);
        else
            page_format(page, ", bytes %u to %u", range->at, range->at + range->width - 1);
        page_put(page, "</title></rect>");
    }
}

static void
draw_offsets(struct page *page, const struct heat *heat, double cell, double bottom)
{
    const unsigned step = cell >= 10 ? 4 : 8;

    for (unsigned byte = 0; byte < heat->width; byte += step) {
        page_put(page, "<text text-anchor=middle x=\"");
        page_coordinate(page, HEAT_LEFT + (byte + 0.5) * cell);
        page_put(page, "\" y=\"");
        page_coordinate(page, bottom + LABEL);
        page_format(page, "\">%u</text>", byte);
    }
}

static void
draw_heat_time(struct page *page, const struct chart_time *time, const struct scale *y)
{
    const double step = time_step(time, TICKS_HEAT), first = first_tick(time, step);
    char text[CHART_TIME_MAX];

    for (unsigned i = 0; i < TICKS_MOST; i++) {
        const double at = first + i * step;

        if (at < y->from || at > y->to)
            continue;
        page_format(page, "<text text-anchor=end x=\"%d\" y=\"", HEAT_LEFT - 6);
        page_coordinate(page, place(y, at) + 3.5);
        page_put(page, "\">");
        tick_text(time, at, step, text);
        page_put(page, text);
        page_put(page, "</text>");
    }
}

static void
draw_heat_marks(struct page *page, const struct chart_time *time, const struct scale *y, double right)
{
    for (unsigned i = 0; i < time->marks->len && i < MARKS_DRAWN; i++) {
        const struct chart_mark *mark = &g_array_index(time->marks, struct chart_mark, i);
        const double where = place(y, mark->at);

        if (mark->at < y->from || mark->at > y->to)
            continue;
        page_put(page, "<g class=mark><path d=\"");
        put_point(page, 'M', HEAT_LEFT - 3, where);
        page_put(page, "H");
        page_coordinate(page, right + 4);
        page_put(page, "\"/><text x=\"");
        page_coordinate(page, right + 7);
        page_put(page, "\" y=\"");
        page_coordinate(page, where + 3.5);
        page_format(page, "\">Mark %u</text><title>", mark->number);
        page_text(page, mark->text);
        page_put(page, "</title></g>");
    }
}

void
chart_draw_heat(struct page *page, const struct chart_time *time, const struct heat *heat, const struct chart_range *ranges,
                unsigned count)
{
    const unsigned rows = heat_rows(heat);
    const double cell = CLAMP(1000.0 / MAX(heat->width, 1), 4, 16), right = HEAT_LEFT + cell * heat->width;
    const double height = MIN(HEAT_HEIGHT, MAX(rows * 16.0, 16));
    const struct chart_time own = { .from = heat->start, .to = heat->start + rows * heat->step,
                                    .is_packets = time->is_packets };
    struct scale y = { .from = own.from, .to = own.to };
    double wide = right + HEAT_RIGHT, high;

    if (rows == 0)
        return;
    for (unsigned i = 0; i < count; i++) {
        y.begin = MAX(y.begin, rise_of(ranges[i].name));
        wide = MAX(wide, HEAT_LEFT + (ranges[i].at + ranges[i].width / 2.0) * cell + reach_of(ranges[i].name));
    }
    y.end = y.begin + height;
    high = y.end + 2 * LABEL;
    page_put(page, "<div class=wide><svg class=heatmap role=img aria-label=\"Changed bits per byte over time\"");
    page_format(page, " width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\">", wide, high, wide, high);
    draw_cells(page, heat, rows, cell, y.begin, height);
    draw_ranges(page, ranges, count, cell, y.begin, y.end);
    draw_offsets(page, heat, cell, y.end);
    draw_heat_time(page, time->is_relative ? time : &own, &y);
    draw_heat_marks(page, time, &y, right);
    page_put(page, "</svg></div>");
}

void
chart_draw_heat_legend(struct page *page)
{
    static const char *const names[LEVELS] = { "1 bit", "2", "3–4", "5–6", "7–8 bits changed" };

    page_put(page, "<p class=legend><span class=\"cell h0\"></span>unchanged");
    for (unsigned i = 0; i < LEVELS; i++)
        page_format(page, "<span class=\"cell h%u\"></span>%s", i + 1, names[i]);
    page_put(page, "<span class=\"cell none\"></span>no frame");
    page_put(page, "<span class=\"cell unknown\"></span>not documented</p>\n");
}
