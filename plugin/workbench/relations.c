/* relations.c
 * Numbers beside something that is known of the same samples: does one follow the other?
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Steps are compared, not levels: a constant of each meter follows everything, and a counter that was cleared nothing. Each
 * step of each meter votes for a slope, so that one odd meter, or one that says nothing, decides nothing for the others.
 * Levels are compared besides for a copy in a round scale: of one that has more digits than what is known, or fewer, single
 * steps tell little.
 */
#include "propose.h"

#include <math.h>

enum { VOTES_MOST = 128, LEAST_KNOWN = 5, CLOCK_TOLERANCE = 2 };

/* What a vote for a slope weighs: the step of what is known. */
struct vote {
    double slope, weight;
};

static int
by_slope(const void *a, const void *b)
{
    const struct vote *first = (const struct vote *)a, *second = (const struct vote *)b;

    return first->slope < second->slope ? -1 : first->slope > second->slope;
}

static bool
is_step(const struct series *series, const struct known_series *known, unsigned i)
{
    return !series->starts[i] && !isnan(known->value[i]) && !isnan(known->value[i - 1]);
}

/* The slope that half of all steps, by their size, lie below. False where hardly anything moves together. */
static bool
vote_slope(const struct series *series, const struct numbers *numbers, const struct known_series *known, double *slope)
{
    struct vote votes[VOTES_MOST];
    const unsigned stride = series->count / VOTES_MOST + 1;
    unsigned count = 0, together = 0, against = 0;
    double sum = 0, half = 0;

    for (unsigned i = 1; i < series->count; i += stride) {
        double dx, dy;

        if (!is_step(series, known, i))
            continue;
        dx = known->value[i] - known->value[i - 1];
        dy = numbers->real[i] - numbers->real[i - 1];
        together += dx * dy > 0;
        against += dx * dy < 0;
        if (dx == 0 || count == VOTES_MOST)
            continue;
        votes[count++] = (struct vote){ dy / dx, fabs(dx) };
        sum += fabs(dx);
    }
    if (count < LEAST_KNOWN || MAX(together, against) < LEAST_KNOWN - 1 || 4 * MIN(together, against) > MAX(together, against))
        return false;
    qsort(votes, count, sizeof *votes, by_slope);
    for (unsigned i = 0; i < count && half < sum / 2; i++) {
        half += votes[i].weight;
        *slope = votes[i].slope;
    }
    return *slope != 0 && isfinite(*slope);
}

/* Least squares over the steps that are no leap, and how well they go together. False where too many are. */
static bool
fit_steps(const struct series *series, const struct numbers *numbers, const struct known_series *known, double *slope, double *r)
{
    double n = 0, x = 0, y = 0, xx = 0, xy = 0, yy = 0, typical = 0;
    unsigned steps = 0;

    for (unsigned i = 1; i < series->count; i++) {
        if (!is_step(series, known, i))
            continue;
        typical += fabs(*slope * (known->value[i] - known->value[i - 1]));
        steps++;
    }
    typical /= steps;
    for (unsigned i = 1; i < series->count; i++) {
        const double dx = is_step(series, known, i) ? known->value[i] - known->value[i - 1] : 0;
        const double dy = dx != 0 || is_step(series, known, i) ? numbers->real[i] - numbers->real[i - 1] : 0;

        if (!is_step(series, known, i) || fabs(dy - *slope * dx) > 4 * typical + 4 * (numbers->code->is_float ? 0 : 1))
            continue;
        n++;
        x += dx;
        y += dy;
        xx += dx * dx;
        xy += dx * dy;
        yy += dy * dy;
    }
    if (n < 0.8 * steps || xx <= 0 || yy <= 0)
        return false;
    *slope = xy / xx;
    /* Time goes on evenly: there is nothing to take its mean off. */
    *r = xy / sqrt(xx * yy);
    if (known->is_time)
        return true;
    x /= n, y /= n;
    *r = xx / n - x * x <= 1e-9 * xx / n || yy / n - y * y <= 1e-9 * yy / n ? 0 :
        (xy / n - x * y) / sqrt((xx / n - x * x) * (yy / n - y * y));
    return true;
}

/* ---- a line ---- */

/* What the line says, without its intercept. The little more is for 54.9 x 10, which is less than 549 in a double. */
static double
on_line(const struct line *line, double at)
{
    const double value = line->slope * at;

    return line->cut_off ? trunc(value + copysign(1e-6, value)) : value;
}

static int64_t
predict(const struct numbers *numbers, const struct known_series *known, const struct line *line, double at)
{
    if (known->is_time && !numbers->code->is_float)
        return llround(on_line(line, at) + line->intercept);
    if (numbers->code->is_float)
        return number_order(numbers->code, numbers->width, on_line(line, at) + line->intercept);
    return llround(on_line(line, at)) + llround(line->intercept);
}

/* As near as what is known is told. Not so near of time, which is the capture's, not the meter's. */
static double
tolerance(const struct numbers *numbers, const struct known_series *known, const struct line *line, double at)
{
    const double grain = fabs(line->slope) * known->digit;

    if (known->is_time)
        return line->slope < 1 ? 1 : CLOCK_TOLERANCE * line->slope;
    if (numbers->code->is_float) /* of what is counted the display's last digit is cut off, not rounded */
        return grain + 1e-6 * fabs(line->slope * at);
    return grain > 1.5 ? grain : 0.5;
}

bool
is_one_number(const struct numbers *numbers, const struct known_series *known, const struct line *line)
{
    const double byte = numbers->code->is_decimal ? 100 : 256;

    return numbers->code->is_float || fabs(line->slope) * known->digit < 0.99 * byte ||
        (numbers->decreases - numbers->restarts) * 20 <= numbers->increases;
}

/* Of a copy with more digits than what is known: that tells where each meter begins, the steps are told by themselves. */
static double
code_finer(const struct series *series, const struct numbers *numbers, const struct follow *follow)
{
    const struct line *line = &follow->line;
    double bits = line->bits + code_residuals(numbers->step, numbers->step_count, numbers->limit);

    if (!is_one_number(numbers, follow->known, line) || line->by_meter || line->intercept != 0 || follow->known->is_time ||
        50 * follow->exact < 49 * follow->compared)
        return INFINITY;
    for (unsigned i = 0; i < series->count; i++) {
        const double at = follow->known->value[i];
        double off;

        if (!series->starts[i])
            continue;
        off = isnan(at) ? 0 : fabs((double)(numbers->value[i] - predict(numbers, follow->known, line, at)));
        bits += isnan(at) ? numbers->limit : log2(2 * off + 1) + 2;
    }
    return bits;
}

/* The bits, and how many are exact. By meter it is the steps that are told: what has happened before stays. */
static double
code_line(const struct series *series, const struct numbers *numbers, struct follow *follow)
{
    const struct known_series *known = follow->known;
    int64_t residual[EXPLORE_SAMPLES], unknown[EXPLORE_SAMPLES], before = 0;
    unsigned count = 0, unknowns = 0, starts = 0;
    double off_first = 0, bits = follow->line.bits;

    follow->exact = follow->compared = 0;
    for (unsigned i = 0; i < series->count; i++) {
        const double at = known->value[i];
        const bool by_step = follow->line.by_meter && is_step(series, known, i);
        bool is_exact = false;
        int64_t here;
        double off;

        if (isnan(at) || (follow->line.by_meter && !by_step)) {
            if (series->starts[i])
                starts++;
            else
                unknown[unknowns++] = numbers->value[i] - numbers->value[i - 1];
            if (isnan(at))
                continue;
        }
        here = numbers->value[i] - predict(numbers, known, &follow->line, at);
        off = numbers->code->is_float || known->is_time ? numbers->real[i] - on_line(&follow->line, at) - follow->line.intercept
                                                        : (double)here;
        if (by_step || !follow->line.by_meter) {
            residual[count++] = by_step ? here - before : here;
            is_exact = fabs(by_step ? off - off_first : off) <= tolerance(numbers, known, &follow->line, at);
            follow->exact += is_exact;
            follow->compared++;
        }
        before = here;
        if (!by_step || !is_exact)
            off_first = off;
    }
    bits += code_residuals(residual, count, numbers->limit) + code_residuals(unknown, unknowns, numbers->limit);
    bits += follow->line.by_meter ? numbers_code_firsts(series, numbers) : starts * numbers->limit;
    return MIN(bits, code_finer(series, numbers, follow));
}

/* Bits that a line is worth more before others because it is exact. */
static double
worth_of(const struct follow *follow)
{
    return !follow->is_exact ? 0 : follow->line.is_round ? 16 : 6;
}

static void
keep_cheaper(struct follow *best, const struct series *series, const struct numbers *numbers, struct follow follow)
{
    follow.bits = code_line(series, numbers, &follow);
    /* The same for all meters says more than an offset of each. */
    if (follow.line.by_meter && best->is_exact && !best->line.by_meter && best->known == follow.known)
        return;
    follow.is_exact = follow.compared >= LEAST_KNOWN && 10 * follow.exact >= 9 * follow.compared;
    /* Without an offset it is a copy; else the residuals would tell the offset, and a proposed row would lack it. */
    if (follow.line.is_round && !follow.line.by_meter && follow.line.intercept == 0 && 2 * follow.exact < follow.compared)
        return;
    if (follow.bits - worth_of(&follow) < best->bits - worth_of(best))
        *best = follow;
}

/* ---- round numbers ---- */

/* A round slope near the fitted one, 0 when there is none: a power of ten, perhaps times 2 or 5, or divided by 3.6; a power of
 * two; of time a unit of it. Time does not go back, other things are told with their sign turned. */
static double
round_slope(const struct known_series *known, double slope)
{
    static const double times[] = { 1, 1.0 / 60, 1.0 / 3600, 1.0 / 86400, 10, 100, 1000 };
    static const double factors[] = { 1, 3.6, 1 / 3.6, 2, 5, 4, 2.5 };
    double power;

    if (slope == 0 || (known->is_time && slope < 0))
        return 0;
    if (slope < 0)
        return -round_slope(known, -slope);
    for (size_t i = 0; known->is_time && i < array_length(times); i++) {
        if (fabs(slope / times[i] - 1) < 0.02)
            return times[i];
    }
    if (known->is_time)
        return 0;
    for (size_t i = 0; i < array_length(factors); i++) {
        power = factors[i] * pow(10, round(log10(slope / factors[i])));
        if (fabs(slope / power - 1) < (i < 3 ? 0.02 : 0.004))
            return power;
    }
    power = exp2(round(log2(slope)));
    return fabs(slope / power - 1) < 0.01 && power > 1 && power <= 256 ? power : 0;
}

/* What most samples are above the line: a whole number, because a fraction would hide that the digits below are in another
 * byte; not so of time. */
static double
usual_intercept(const struct series *series, const struct numbers *numbers, const struct known_series *known,
                const struct line *line)
{
    struct vote votes[EXPLORE_SAMPLES];
    unsigned count = 0;
    double usual, spread;

    for (unsigned i = 0; i < series->count; i++) {
        if (!isnan(known->value[i]))
            votes[count++] = (struct vote){ numbers->real[i] - on_line(line, known->value[i]), 1 };
    }
    if (count == 0)
        return 0;
    qsort(votes, count, sizeof *votes, by_slope);
    usual = votes[count / 2].slope;
    spread = votes[count * 3 / 4].slope - votes[count / 4].slope;
    if (fabs(usual) <= spread || (numbers->code->is_float && fabs(usual) < 1e-3 * fabs(line->slope)))
        return 0;
    return known->is_time || numbers->code->is_float ? usual : round(usual);
}

static void
try_lines(struct follow *best, const struct series *series, const struct numbers *numbers, struct follow follow, double slope)
{
    struct line *line = &follow.line;
    const double own = numbers->limit + 4;

    line->slope = slope;
    for (unsigned cut_off = 0; cut_off < (line->is_round && !follow.known->is_time && !numbers->code->is_float ? 2 : 1); cut_off++) {
        line->cut_off = cut_off;
        line->by_meter = false;
        line->intercept = usual_intercept(series, numbers, follow.known, line);
        line->bits = (line->is_round ? 5 : own) + cut_off + (line->intercept != 0 ? own : 0);
        keep_cheaper(best, series, numbers, follow);
        if (line->intercept != 0 && !follow.known->is_time) {
            line->intercept = 0;
            line->bits -= own;
            keep_cheaper(best, series, numbers, follow);
        }
        line->intercept = 0;
        line->by_meter = true;
        line->bits = (line->is_round ? 5 : own) + cut_off;
        keep_cheaper(best, series, numbers, follow);
    }
}

/* By steps: a slope, round or not, with or without an offset. */
static void
try_steps(struct follow *best, const struct series *series, const struct numbers *numbers, struct follow follow)
{
    double slope = 0, round_to;

    if (!vote_slope(series, numbers, follow.known, &slope) ||
        !fit_steps(series, numbers, follow.known, &slope, &follow.r) || fabs(follow.r) < 0.8)
        return;
    round_to = round_slope(follow.known, slope);
    if (round_to == 0 || fabs(slope / round_to - 1) > (follow.known->is_time ? 0.01 : 0.001))
        try_lines(best, series, numbers, follow, slope);
    follow.line.is_round = true;
    if (round_to != 0)
        try_lines(best, series, numbers, follow, round_to);
}

/* How often it moves within a meter. */
static unsigned
count_moves(const struct series *series, const struct known_series *known)
{
    unsigned moves = 0;

    for (unsigned i = 1; i < series->count; i++)
        moves += is_step(series, known, i) && known->value[i] != known->value[i - 1];
    return moves;
}

/* In hardly any sample it is otherwise: half a digit of both is all that they may be off. */
static bool
keep_exact(struct follow *best, const struct series *series, const struct numbers *numbers, struct follow follow)
{
    code_line(series, numbers, &follow);
    if (!is_one_number(numbers, follow.known, &follow.line) || follow.compared < LEAST_KNOWN ||
        50 * follow.exact < 49 * follow.compared)
        return false;
    keep_cheaper(best, series, numbers, follow);
    return true;
}

/* By levels: a copy in a round scale, or, if several meters have it alike, in any. The largest value tells it best. */
static void
try_levels(struct follow *best, const struct series *series, const struct numbers *numbers, struct follow follow)
{
    unsigned largest = 0;
    double at;
    bool fits = false;

    for (unsigned i = 1; i < series->count; i++) {
        if (isnan(follow.known->value[largest]) || fabs(follow.known->value[i]) > fabs(follow.known->value[largest]))
            largest = i;
    }
    at = follow.known->value[largest];
    if (follow.known->is_time || isnan(at) || at == 0)
        return;
    follow.line.slope = round_slope(follow.known, numbers->real[largest] / at);
    follow.line.is_round = follow.line.slope != 0;
    for (unsigned cut_off = 0; cut_off < (numbers->code->is_float ? 1 : 2) && follow.line.is_round; cut_off++) {
        follow.line.cut_off = cut_off;
        follow.line.bits = 5 + cut_off;
        fits = keep_exact(best, series, numbers, follow) || fits;
    }
    if (fits)
        return; /* what fits in a round scale needs no other */
    /* Of fewer digits the upper bytes of a number would be such a copy, too, and of what stands still any number. */
    if (fabs(numbers->real[largest] / at - follow.line.slope) <= 0.001 * fabs(follow.line.slope) || series->meters < 2 ||
        fabs(numbers->real[largest] / at) * follow.known->digit < 1.5 || count_moves(series, follow.known) < LEAST_KNOWN)
        return;
    follow.line = (struct line){ .slope = numbers->real[largest] / at };
    follow.line.bits = numbers->limit + 4;
    keep_exact(best, series, numbers, follow);
}

struct follow
relations_find(const struct series *series, const struct numbers *numbers)
{
    enum { LEAST_DISTINCT = 3 };
    struct follow best = { .bits = INFINITY };

    for (unsigned i = 0; i < series->known_count && numbers->distinct >= LEAST_DISTINCT; i++) {
        const struct follow follow = { .known = &series->known[i] };

        if (numbers->distinct >= LEAST_KNOWN)
            try_steps(&best, series, numbers, follow);
        try_levels(&best, series, numbers, follow);
    }
    if (series->known_count > 1)
        best.bits += log2(series->known_count);
    return best;
}
