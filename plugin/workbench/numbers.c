/* numbers.c
 * A window of bytes as a number: what it is in each sample, how it goes on, what it costs to tell it by itself.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "propose.h"

#include <math.h>

#define WIDTH(n) (1u << (n))

/* The kinds of numbers, and in which widths each is tried. */
static const struct number_code codes[CODES] = {
    [CODE_BCD] = { .kind = CJT188_K_BCD, .widths = WIDTH(1) | WIDTH(2) | WIDTH(3) | WIDTH(4) | WIDTH(5) | WIDTH(6),
                   .is_decimal = true },
    [CODE_BCD_HIGH] = { .kind = CJT188_K_BCD_HIGH, .widths = WIDTH(2) | WIDTH(3) | WIDTH(4) | WIDTH(5) | WIDTH(6),
                        .is_decimal = true, .high_first = true },
    [CODE_LOW] = { .kind = CJT188_K_UNSIGNED_LOW, .widths = WIDTH(1) | WIDTH(2) | WIDTH(3) | WIDTH(4) | WIDTH(8) },
    [CODE_HIGH] = { .kind = CJT188_K_UNSIGNED_HIGH, .widths = WIDTH(2) | WIDTH(3) | WIDTH(4) | WIDTH(8),
                    .high_first = true },
    [CODE_SIGNED_LOW] = { .kind = CJT188_K_SIGNED_LOW, .widths = WIDTH(1) | WIDTH(2) | WIDTH(4), .is_signed = true },
    [CODE_SIGNED_HIGH] = { .kind = CJT188_K_SIGNED_HIGH, .widths = WIDTH(2) | WIDTH(4), .is_signed = true,
                           .high_first = true },
    [CODE_BCD_TOP_BIT] = { .kind = CJT188_K_BCD_TOP_BIT, .widths = WIDTH(2) | WIDTH(3) | WIDTH(4), .is_signed = true,
                           .is_decimal = true, .has_sign_bits = true },
    [CODE_BCD_TOP_F] = { .kind = CJT188_K_BCD_TOP_F, .widths = WIDTH(2) | WIDTH(3) | WIDTH(4), .is_signed = true,
                         .is_decimal = true, .has_sign_bits = true },
    [CODE_FLOAT32_LOW] = { .kind = CJT188_K_FLOAT32_LOW, .widths = WIDTH(4), .is_float = true },
    [CODE_FLOAT32_HIGH] = { .kind = CJT188_K_FLOAT32_HIGH, .widths = WIDTH(4), .is_float = true, .high_first = true },
    [CODE_FLOAT64_LOW] = { .kind = CJT188_K_FLOAT64_LOW, .widths = WIDTH(8), .is_float = true },
    [CODE_FLOAT64_HIGH] = { .kind = CJT188_K_FLOAT64_HIGH, .widths = WIDTH(8), .is_float = true, .high_first = true },
};

/* What it costs to say that a counter goes on from its end at 0. Bits. */
static const double RESTART_BITS = 3;

const struct number_code *
number_code(enum number_code_id id)
{
    return &codes[id];
}

/* Numbers with a point in the order of whole numbers: what lies between two of them is how many there are. */
int64_t
number_order(const struct number_code *code, unsigned width, double real)
{
    const float single = (float)real;
    int64_t bits;
    uint32_t low;

    if (!code->is_float)
        return llround(real);
    if (width == sizeof single) {
        memcpy(&low, &single, sizeof low);
        bits = low & INT32_MAX;
    } else {
        memcpy(&bits, &real, sizeof bits);
        bits &= INT64_MAX;
    }
    return signbit(real) ? -bits : bits;
}

/* Of what a meter measures: no dust, nothing beyond all counters. */
static bool
is_plausible(const struct number_code *code, double real)
{
    return !code->is_float || real == 0 || (fabs(real) > 1e-5 && fabs(real) < 1e9);
}

/* How many values a number has; of a signed one no matter. */
double
numbers_end(const struct numbers *numbers)
{
    return pow(numbers->code->is_decimal ? 100 : 256, numbers->width);
}

/* Whether the byte above a number, of the next higher digits if it has any, is another than in the sample before. */
static bool
is_carried(const struct window *window, const struct number_code *code, unsigned i)
{
    const struct series *series = window->series;
    const unsigned above = code->high_first ? window->at - 1 : window->at + window->width;

    return above < series->group->width && series->data[i][above] != series->data[i - 1][above];
}

/* A counter that goes on from its end at 0 again. Steps are told so if that is cheaper, and if it is not each time that a
 * carry goes to the next byte: then that one belongs to it. */
static void
find_restarts(const struct window *window, struct numbers *numbers)
{
    const struct series *series = window->series;
    const double end = numbers_end(numbers);
    int64_t through[EXPLORE_SAMPLES];
    unsigned count = 0, restarts = 0, carries = 0;

    for (unsigned i = 0; i < series->count && !numbers->code->is_signed && !numbers->code->is_float; i++) {
        bool is_restart;

        if (series->starts[i])
            continue;
        is_restart = (double)numbers->step[count] < -end / 2;
        through[count] = numbers->step[count] + (is_restart ? (int64_t)end : 0);
        restarts += is_restart;
        carries += is_restart && is_carried(window, numbers->code, i);
        count++;
    }
    if (restarts == carries || code_residuals(through, count, numbers->limit) + RESTART_BITS >=
                                   code_residuals(numbers->step, count, numbers->limit))
        return;
    memcpy(numbers->step, through, count * sizeof *through);
    numbers->restarts = restarts;
}

static void
add_step(struct numbers *numbers, unsigned i)
{
    const int64_t step = numbers->value[i] - numbers->value[i - 1];

    numbers->step[numbers->step_count++] = step;
    numbers->increases += step > 0;
    numbers->decreases += step < 0;
}

static void
count_distinct(const struct series *series, struct numbers *numbers)
{
    numbers->distinct = 0;
    for (unsigned i = 0; i < series->count && numbers->distinct < DISTINCT_MOST; i++) {
        bool is_new = true;

        for (unsigned j = 0; j < numbers->distinct && is_new; j++)
            is_new = numbers->seen[j] != numbers->value[i];
        if (is_new)
            numbers->seen[numbers->distinct++] = numbers->value[i];
    }
}

/* Bits of each meter's first, byte by byte: of high bytes many are the same. */
static double
code_first_bytes(const struct window *window)
{
    const struct series *series = window->series;
    double bits = 0;

    for (unsigned j = 0; j < window->width; j++) {
        unsigned counts[256] = { 0 }, told = 0;

        for (unsigned i = 0; i < series->count && !window->facts[j].constant; i++) {
            if (series->starts[i])
                bits += log2((16.0 * told++ + 256) / (16.0 * counts[series->data[i][window->at + j]]++ + 1));
        }
    }
    return bits;
}

bool
numbers_read(const struct window *window, const struct number_code *code, struct numbers *numbers)
{
    const struct series *series = window->series;
    const struct cjt188_raw *kind = cjt188_raw(code->kind);

    numbers->code = code;
    numbers->width = window->width;
    numbers->limit = 0;
    numbers->step_count = numbers->increases = numbers->decreases = numbers->restarts = numbers->negative = 0;
    numbers->least = INT64_MAX;
    numbers->most = INT64_MIN;
    for (unsigned i = 0; i < window->width; i++)
        numbers->limit += window->facts[i].constant ? 0 : code->is_decimal ? log2(100) : 8;
    for (unsigned i = 0; i < series->count; i++) {
        if (!kind->number(series->data[i] + window->at, window->width, &numbers->real[i]) ||
            !is_plausible(code, numbers->real[i]))
            return false;
        numbers->value[i] = number_order(code, window->width, numbers->real[i]);
        numbers->negative += numbers->real[i] < 0;
        numbers->least = MIN(numbers->least, numbers->value[i]);
        numbers->most = MAX(numbers->most, numbers->value[i]);
        if (!series->starts[i])
            add_step(numbers, i);
    }
    numbers->firsts = code_first_bytes(window);
    count_distinct(series, numbers);
    find_restarts(window, numbers);
    return true;
}

/* Each meter's first value: any, or, behind the first, within some distance of it, which has to be told, too. */
double
numbers_code_firsts(const struct series *series, const struct numbers *numbers)
{
    const double first = (double)numbers->value[0];
    double farthest = 0;

    for (unsigned i = 0; i < series->count; i++) {
        if (series->starts[i])
            farthest = MAX(farthest, fabs((double)numbers->value[i] - first));
    }
    return MIN(numbers->firsts,
               numbers->limit + MIN((series->meters - 1) * numbers->limit,
                                    (series->meters - 1) * log2(2 * farthest + 1) + code_number(farthest)));
}

static double
code_steps(const struct series *series, const struct numbers *numbers)
{
    return numbers_code_firsts(series, numbers) + code_residuals(numbers->step, numbers->step_count, numbers->limit) +
        (numbers->restarts > 0 ? RESTART_BITS : 0);
}

/* Values around a mean, each for itself. */
static double
code_around(const struct series *series, const struct numbers *numbers)
{
    int64_t residual[EXPLORE_SAMPLES];
    double sum = 0;

    for (unsigned i = 0; i < series->count; i++)
        sum += (double)numbers->value[i];
    for (unsigned i = 0; i < series->count; i++)
        residual[i] = numbers->value[i] - llround(sum / series->count);
    return numbers->limit + code_residuals(residual, series->count, numbers->limit) + 2;
}

/* What it costs to tell the numbers by themselves. */
double
numbers_code(const struct series *series, const struct numbers *numbers)
{
    return MIN(code_steps(series, numbers), code_around(series, numbers));
}
