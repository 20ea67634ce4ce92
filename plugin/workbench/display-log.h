/* display-log.h
 * A log of what a meter's display said: a CSV file that a person wrote.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_DISPLAY_LOG_H
#define CJT188_DISPLAY_LOG_H

#include "compat.h"

#include "cjt188-decode.h"

/* What is taken from a file, whatever is in it. */
enum {
    LOG_LINES = 1000,
    LOG_BYTES = 1 << 20,
    LOG_COMPLAINTS = 5, /* about lines, that are kept as sentences */
    LOG_TEXT = 64,      /* characters of a name */
};

/* A unit that people read on displays. */
struct display_unit {
    const char *name;
    enum cjt188_class class; /* CJT188_PLAIN: none that is known */
    double factor;           /* to the class's own: kWh, kW, m³, m³/h, h, °C */
};

/* "At 12:03 the display said 1.234 MWh." */
struct log_line {
    unsigned number;         /* in the file, from 1 */
    bool has_day;
    double time;             /* s since 1970, without a day since midnight */
    double length;           /* s: of a minute without seconds it may be any */
    char *meter, *name, *unit; /* plain text, never NULL */
    const struct display_unit *of_unit; /* NULL: none that is known */
    char *said;              /* a date, a time or a text, as values are written; NULL: a number */
    double value;            /* of a number */
    unsigned decimals;
};

struct display_log {
    char *file;
    GArray *lines;           /* struct log_line */
    unsigned bad;            /* lines that cannot be read */
    GPtrArray *complaints;   /* about the first of them, a sentence each */
    bool is_cut;             /* there is more than is read */
};

/* NULL when nothing of it can be read: *error is a sentence, which the caller frees. */
struct display_log *display_log_read(const char *file, char **error);
void display_log_free(struct display_log *log);

/* NULL where it is none that is known. Static. */
const struct display_unit *display_unit_named(const char *name);

/* Midnight of the day in which this time is here, s since 1970. */
double display_log_midnight(double time);

#endif
