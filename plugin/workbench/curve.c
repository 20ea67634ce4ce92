/* curve.c
 * Curves and heat maps that are kept while a capture is read: bounded, however long it is.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Nobody knows how long a capture is before its end. So what is full is folded: two steps become one, and from then on a step
 * takes twice as much.
 */
#include "curve.h"

#include <math.h>

/* ---- curves ---- */

static void
merge_step(struct curve_step *step, const struct curve_step *other)
{
    step->last = other->last;
    if (other->least < step->least) {
        step->least = other->least;
        step->x_least = other->x_least;
    }
    if (other->most > step->most) {
        step->most = other->most;
        step->x_most = other->x_most;
    }
}

static void
fold(struct curve *curve)
{
    for (unsigned i = 0; i < curve->count / 2; i++) {
        struct curve_step step = curve->steps[2 * i];

        merge_step(&step, &curve->steps[2 * i + 1]);
        curve->steps[i] = step;
    }
    curve->count /= 2;
    curve->stride *= 2;
    curve->in_last = curve->stride;
}

void
curve_add(struct curve *curve, double x, double y)
{
    const struct curve_step step = { x, x, x, y, x, y };

    if (!isfinite(x) || !isfinite(y))
        return;
    if (curve->count > 0 && curve->in_last < curve->stride) {
        merge_step(&curve->steps[curve->count - 1], &step);
        curve->in_last++;
        return;
    }
    if (curve->count == CURVE_STEPS)
        fold(curve);
    if (curve->count == curve->room) {
        curve->room = curve->room == 0 ? 16 : 2 * curve->room;
        curve->steps = g_renew(struct curve_step, curve->steps, curve->room);
    }
    curve->stride = MAX(curve->stride, 1);
    curve->in_last = 1;
    curve->steps[curve->count++] = step;
}

void
curve_empty(struct curve *curve)
{
    g_free(curve->steps);
    *curve = (struct curve){ 0 };
}

bool
curve_range(const struct curve *curve, double *least, double *most)
{
    for (unsigned i = 0; i < curve->count; i++) {
        *least = i == 0 ? curve->steps[i].least : MIN(*least, curve->steps[i].least);
        *most = i == 0 ? curve->steps[i].most : MAX(*most, curve->steps[i].most);
    }
    return curve->count > 0;
}

/* ---- heat maps ---- */

struct heat *
heat_new(unsigned width)
{
    struct heat *heat = g_new0(struct heat, 1);

    heat->width = width;
    heat->bits = (uint8_t *)g_malloc0((size_t)HEAT_ROWS * MAX(width, 1));
    return heat;
}

void
heat_free(struct heat *heat)
{
    g_free(heat->bits);
    g_free(heat);
}

static void
fold_rows(struct heat *heat)
{
    const size_t width = heat->width;

    for (unsigned row = 0; row < HEAT_ROWS / 2; row++) {
        const uint8_t *one = heat->bits + 2 * row * width, *two = one + width;
        uint8_t *both = heat->bits + row * width;

        for (size_t i = 0; i < width; i++)
            both[i] = one[i] | two[i];
        heat->frames[row] = heat->frames[2 * row] + heat->frames[2 * row + 1];
    }
    memset(heat->bits + HEAT_ROWS / 2 * width, 0, HEAT_ROWS / 2 * width);
    memset(heat->frames + HEAT_ROWS / 2, 0, HEAT_ROWS / 2 * sizeof heat->frames[0]);
    heat->step *= 2;
}

/* What lies before the first frame, in a capture out of order, is of the first row. */
void
heat_add(struct heat *heat, double x, const uint8_t *changed)
{
    unsigned row;
    uint8_t *bits;

    if (!isfinite(x))
        return;
    if (heat->step == 0) {
        heat->start = x;
        heat->step = 1.0 / 64;
    }
    while (x - heat->start >= HEAT_ROWS * heat->step)
        fold_rows(heat);
    row = x > heat->start ? (unsigned)((x - heat->start) / heat->step) : 0;
    row = MIN(row, HEAT_ROWS - 1);
    heat->frames[row]++;
    bits = heat->bits + (size_t)row * heat->width;
    for (unsigned i = 0; i < heat->width; i++)
        bits[i] |= changed[i];
}

unsigned
heat_rows(const struct heat *heat)
{
    unsigned rows = HEAT_ROWS;

    while (rows > 0 && heat->frames[rows - 1] == 0)
        rows--;
    return rows;
}
