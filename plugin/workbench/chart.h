/* chart.h
 * Charts of curves over time, and heat maps, as SVG.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_CHART_H
#define CJT188_CHART_H

#include "curve.h"
#include "page.h"

/* What somebody has marked, with the packet comment "Mark 3: valve opened". */
struct chart_mark {
    double at;
    unsigned number;
    char *text;
};

/* The time that all charts of a page share. */
struct chart_time {
    double from, to;
    bool is_packets;           /* no packet has a time: packet numbers stand for it */
    bool is_relative;          /* times of day would tell whose capture it is */
    const GArray *marks;       /* struct chart_mark */
};

/* "29 Mar 14:30:05", "+3 h 20 min", "packet 17" */
enum { CHART_TIME_MAX = 64 };
const char *chart_time_text(const struct chart_time *time, double at, char buffer[CHART_TIME_MAX]);

enum { CHART_LINES = 8 };

struct chart {
    const char *title, *unit;  /* `unit` "": the values have none */
    const char *class;         /* its colours in the style sheet, "" the usual ones */
    const char *note;          /* below it; NULL: nothing */
    int decimals;              /* of the values in what is shown beside the pointer */
    bool from_zero;
    bool is_dotted;            /* values that have nothing to do with each other: no line between them */
    bool hides_values;         /* only their shape is shown */
    bool has_no_keys;          /* which curve is whose stands elsewhere, for several charts */
    unsigned count;
    struct {
        const char *name;
        const struct curve *curve;
    } line[CHART_LINES];
    const char *events_name;   /* of `events`, ticks along the lower edge; NULL: none */
    const struct curve *events;
};

/* A figure: title, unit and legend, and the picture. */
void chart_draw(struct page *page, const struct chart_time *time, const struct chart *chart);

/* Which colour is which curve, for charts that do not say it themselves. */
void chart_draw_keys(struct page *page, const struct chart *chart);

/* A range of bytes that a heat map names. */
struct chart_range {
    unsigned at, width;
    const char *name;
    bool is_unknown;
};

void chart_draw_heat(struct page *page, const struct chart_time *time, const struct heat *heat,
                     const struct chart_range *ranges, unsigned count);
/* What the colours of all heat maps mean. */
void chart_draw_heat_legend(struct page *page);

#endif
