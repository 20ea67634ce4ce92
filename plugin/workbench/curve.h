/* curve.h
 * Curves and heat maps that are kept while a capture is read: bounded, however long it is.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_CURVE_H
#define CJT188_CURVE_H

#include "compat.h"

enum {
    CURVE_STEPS = 512, /* of a curve, each with its least and its most value: 1024 points */
    HEAT_ROWS = 160,   /* of a heat map; at least half of them are in use after the first few frames */
};

/* Values that came one after the other, of which only the extremes are left. */
struct curve_step {
    double first, last;         /* x */
    double x_least, least, x_most, most;
};

struct curve {
    struct curve_step *steps;
    unsigned count, room;
    uint64_t stride, in_last;   /* values of a step, and of the last so far */
};

/* {0} is an empty one. What is no number is left out. */
void curve_add(struct curve *curve, double x, double y);
void curve_empty(struct curve *curve);
/* False where nothing is in it. */
bool curve_range(const struct curve *curve, double *least, double *most);

/* Per row, a span of time, and per byte: the bits that changed in it. */
struct heat {
    unsigned width;
    double start, step;         /* of the rows; `step` 0: no frame yet */
    uint8_t *bits;              /* HEAT_ROWS rows of `width` */
    unsigned frames[HEAT_ROWS]; /* that count to a row */
};

struct heat *heat_new(unsigned width);
void heat_free(struct heat *heat);
void heat_add(struct heat *heat, double x, const uint8_t *changed);
/* Rows up to the last with a frame. */
unsigned heat_rows(const struct heat *heat);

#endif
