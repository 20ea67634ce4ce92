/* readings.c
 * The readings that the explorer tries on a window of bytes, and what each would save.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "propose.h"

#include <math.h>

static const char *const code_kinds[CODES] = {
    [CODE_BCD] = "BCD",
    [CODE_LOW] = "unsigned, low byte first",
    [CODE_HIGH] = "unsigned, high byte first",
    [CODE_SIGNED_LOW] = "signed, low byte first",
    [CODE_SIGNED_HIGH] = "signed, high byte first",
};

enum { LEAST_SAMPLES = 4, LEAST_INCREASES = 3, CLOCK_TOLERANCE = 2, NUMBER_MOST = 6 };

/* What a width is worth before anything is known, bits: meters send 4 bytes of a counter, 2 of a temperature. */
static const double counter_widths[NUMBER_MOST + 1] = { 0, 0.5, 2.5, 2.2, 3.2, -15, -12 };
static const double number_widths[NUMBER_MOST + 1] = { 0, -1, 3, 2.4, 1.2, -15, -15 };

struct window {
    const struct series *series;
    const struct byte_facts *facts; /* of its bytes */
    unsigned at, width;
    double raw;
};

static double
raw_of(const struct byte_facts *facts, unsigned width)
{
    double raw = 0;

    for (unsigned i = 0; i < width; i++)
        raw += facts[i].raw;
    return raw;
}

static void
offer(GArray *candidates, const struct window *window, struct candidate candidate)
{
    candidate.at = window->at;
    candidate.width = window->width;
    if (candidate.gain >= LEAST_GAIN || candidate.type == TYPE_SERIAL)
        g_array_append_val(candidates, candidate);
}

/* ---- numbers ---- */

struct numbers {
    enum number_code code;
    int64_t value[EXPLORE_SAMPLES];
    int64_t step[EXPLORE_SAMPLES];  /* since the meter's sample before, step_count of them */
    unsigned step_count, increases, decreases;
    double limit;                   /* bits that any of them needs */
    double centred[EXPLORE_SAMPLES], norm;
};

static bool
read_number(const uint8_t *bytes, unsigned width, enum number_code code, int64_t *number)
{
    const bool high_first = code == CODE_HIGH || code == CODE_SIGNED_HIGH;
    uint64_t value = 0;

    if (code == CODE_BCD) {
        if (!explore_bcd(bytes, width, &value))
            return false;
        *number = (int64_t)value;
        return true;
    }
    for (unsigned i = 0; i < width; i++)
        value = value << 8 | bytes[high_first ? i : width - 1 - i];
    *number = (int64_t)value;
    if ((code == CODE_SIGNED_LOW || code == CODE_SIGNED_HIGH) && (value >> (8 * width - 1)) != 0)
        *number -= (int64_t)1 << 8 * width;
    return true;
}

static void
centre_numbers(const struct series *series, struct numbers *numbers)
{
    numbers->norm = 0;
    for (unsigned start = 0, end; start < series->count; start = end) {
        double sum = 0;

        for (end = start; end < series->count && (end == start || !series->starts[end]); end++)
            sum += (double)numbers->value[end];
        for (unsigned i = start; i < end; i++) {
            numbers->centred[i] = (double)numbers->value[i] - sum / (end - start);
            numbers->norm += numbers->centred[i] * numbers->centred[i];
        }
    }
}

static bool
read_numbers(const struct window *window, enum number_code code, struct numbers *numbers)
{
    const struct series *series = window->series;

    numbers->code = code;
    numbers->limit = 0;
    numbers->step_count = numbers->increases = numbers->decreases = 0;
    for (unsigned i = 0; i < window->width; i++)
        numbers->limit += window->facts[i].constant ? 0 : code == CODE_BCD ? log2(100) : 8;
    for (unsigned i = 0; i < series->count; i++) {
        if (!read_number(series->data[i] + window->at, window->width, code, &numbers->value[i]))
            return false;
        if (series->starts[i])
            continue;
        numbers->step[numbers->step_count] = numbers->value[i] - numbers->value[i - 1];
        numbers->increases += numbers->step[numbers->step_count] > 0;
        numbers->decreases += numbers->step[numbers->step_count] < 0;
        numbers->step_count++;
    }
    centre_numbers(series, numbers);
    return true;
}

/* Each meter's first value: any, or, behind the first, within the range of all of them. */
static double
code_firsts(const struct series *series, const struct numbers *numbers)
{
    int64_t least = INT64_MAX, most = INT64_MIN;

    for (unsigned i = 0; i < series->count; i++) {
        if (!series->starts[i])
            continue;
        least = MIN(least, numbers->value[i]);
        most = MAX(most, numbers->value[i]);
    }
    return MIN(series->meters * numbers->limit,
               numbers->limit + (series->meters - 1) * log2((double)(most - least) + 1) + 4);
}

static double
code_steps(const struct series *series, const struct numbers *numbers)
{
    return code_firsts(series, numbers) + code_residuals(numbers->step, numbers->step_count, numbers->limit);
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

/* ---- following something known ---- */

struct line {
    double slope, intercept; /* value = slope × known + intercept */
    bool by_meter;           /* each meter has an intercept of its own */
    double bits;             /* to tell the line */
};

static double
code_line(const struct series *series, const struct numbers *numbers, const struct known_series *known,
          const struct line *line, unsigned *exact)
{
    int64_t residual[EXPLORE_SAMPLES];
    unsigned count = 0, missing = 0;
    double intercept = line->intercept, bits;

    *exact = 0;
    for (unsigned i = 0; i < series->count; i++) {
        if (isnan(known->value[i])) {
            missing++;
            continue;
        }
        if (line->by_meter && (series->starts[i] || isnan(known->value[i - 1])))
            intercept = (double)numbers->value[i] - numbers->centred[i] -
                line->slope * (known->value[i] - known->centred[i]);
        residual[count] = numbers->value[i] - llround(line->slope * known->value[i] + intercept);
        *exact += residual[count++] == 0;
    }
    bits = line->bits + missing * numbers->limit + code_residuals(residual, count, numbers->limit);
    return bits + (line->by_meter ? code_firsts(series, numbers) : 0);
}

/* Slope and intercept by least squares over all meters at once. */
static bool
fit_pooled(const struct series *series, const struct numbers *numbers, const struct known_series *known, struct line *line,
           double *r)
{
    double n = 0, x = 0, y = 0, xx = 0, xy = 0, yy = 0, mx, my;

    for (unsigned i = 0; i < series->count; i++) {
        if (isnan(known->value[i]))
            continue;
        n++;
        x += known->value[i];
        y += (double)numbers->value[i];
    }
    mx = x / n, my = y / n;
    for (unsigned i = 0; i < series->count; i++) {
        const double dx = known->value[i] - mx, dy = (double)numbers->value[i] - my;

        if (isnan(dx))
            continue;
        xx += dx * dx;
        xy += dx * dy;
        yy += dy * dy;
    }
    if (xx <= 0 || yy <= 0)
        return false;
    *r = xy / sqrt(xx * yy);
    *line = (struct line){ .slope = xy / xx, .intercept = my - xy / xx * mx, .bits = 36 };
    return true;
}

static bool
fit_by_meter(const struct series *series, const struct numbers *numbers, const struct known_series *known,
             struct line *line, double *r)
{
    double xy = 0;

    for (unsigned i = 0; i < series->count; i++)
        xy += known->centred[i] * numbers->centred[i];
    if (known->norm <= 0 || numbers->norm <= 0)
        return false;
    *r = xy / sqrt(known->norm * numbers->norm);
    *line = (struct line){ .slope = xy / known->norm, .by_meter = true, .bits = 20 };
    return true;
}

/* A round slope near the fitted one, 0 when there is none. */
static double
round_slope(const struct known_series *known, double slope)
{
    static const double times[] = { 1, 1.0 / 60, 1.0 / 3600, 1.0 / 86400 };
    static const double halves[] = { 2, 4, 8, 16, 32, 64, 128, 256 };
    double power;

    if (slope <= 0)
        return 0;
    for (size_t i = 0; known->is_time && i < array_length(times); i++) {
        if (fabs(slope / times[i] - 1) < 0.02)
            return times[i];
    }
    power = pow(10, round(log10(slope)));
    if (fabs(slope / power - 1) < 0.02)
        return power;
    for (size_t i = 0; i < array_length(halves); i++) {
        if (fabs(slope / halves[i] - 1) < 0.01)
            return halves[i];
    }
    return 0;
}

struct follow {
    double bits, r;
    struct line line;
    unsigned exact;
    const struct known_series *known;
};

static void
keep_cheaper(struct follow *best, const struct series *series, const struct numbers *numbers,
             const struct known_series *known, const struct line *line, double r)
{
    unsigned exact;
    const double bits = code_line(series, numbers, known, line, &exact);

    if (bits < best->bits)
        *best = (struct follow){ .bits = bits, .r = r, .line = *line, .exact = exact, .known = known };
}

static void
try_line(struct follow *best, const struct series *series, const struct numbers *numbers, const struct known_series *known,
         const struct line *fitted, double r)
{
    const double round_to = round_slope(known, fitted->slope);
    struct line line = *fitted;

    if (fabs(r) < 0.8)
        return;
    keep_cheaper(best, series, numbers, known, &line, r);
    if (round_to == 0)
        return;
    line.slope = round_to;
    line.bits = fitted->by_meter ? 5 : 21;
    if (!fitted->by_meter && known->missing == 0) {
        double sum = 0;

        for (unsigned i = 0; i < series->count; i++)
            sum += (double)numbers->value[i] - round_to * known->value[i];
        line.intercept = round(sum / series->count);
    }
    keep_cheaper(best, series, numbers, known, &line, r);
    if (fitted->by_meter)
        return;
    line.intercept = 0;
    line.bits = 5;
    keep_cheaper(best, series, numbers, known, &line, r);
}

static struct follow
try_known(const struct series *series, const struct numbers *numbers)
{
    struct follow best = { .bits = INFINITY };

    for (unsigned i = 0; i < series->known_count; i++) {
        const struct known_series *known = &series->known[i];
        struct line line;
        double r;

        if (fit_pooled(series, numbers, known, &line, &r))
            try_line(&best, series, numbers, known, &line, r);
        if (series->meters > 1 && fit_by_meter(series, numbers, known, &line, &r))
            try_line(&best, series, numbers, known, &line, r);
    }
    if (series->known_count > 1)
        best.bits += log2(series->known_count);
    return best;
}

/* ---- a number, all in all ---- */

static double
width_bonus(const struct window *window, enum number_code code, bool is_counter)
{
    const bool high_first = code == CODE_HIGH || code == CODE_SIGNED_HIGH;
    double bonus = (is_counter ? counter_widths : number_widths)[window->width];

    bonus -= high_first && window->width > 1 ? 1.5 : 0;
    bonus -= code == CODE_SIGNED_LOW || code == CODE_SIGNED_HIGH ? 1 : 0;
    for (unsigned i = 0; i < window->width; i++) {
        if (is_counter ? window->facts[i].constant && window->facts[i].value != 0
                       : !window->facts[i].varies_within && window->facts[i].raw > 0)
            bonus -= is_counter ? 0.3 : 2.5;
    }
    return bonus;
}

/* Bits of constant bytes, which `limit` leaves out. */
static double
code_constants(const struct window *window)
{
    double bits = 0;

    for (unsigned i = 0; i < window->width; i++)
        bits += window->facts[i].constant ? window->facts[i].raw : 0;
    return bits;
}

static bool
is_counter(const struct numbers *numbers)
{
    return numbers->increases >= LEAST_INCREASES && numbers->decreases * 50 <= numbers->increases;
}

static void
describe_follow(struct candidate *candidate, const struct series *series, const struct follow *follow, bool counts)
{
    const unsigned known = series->count - follow->known->missing;
    const bool is_round = follow->line.bits <= 21;

    candidate->known = follow->known;
    candidate->r = follow->r;
    candidate->exact = follow->exact;
    candidate->per_count = 1 / follow->line.slope;
    if (is_round && !follow->line.by_meter && follow->line.intercept == 0 && 10 * follow->exact >= 9 * known)
        candidate->type = TYPE_COPY;
    else
        candidate->type = counts ? TYPE_COUNTER : TYPE_FOLLOWS;
    if (candidate->type == TYPE_COUNTER && !(is_round && 10 * follow->exact >= 9 * known))
        return;
    candidate->scaled = true;
    candidate->scale = 1 / follow->line.slope;
    candidate->add = follow->line.by_meter ? 0 : -follow->line.intercept / follow->line.slope;
}

static void
try_code(const struct window *window, enum number_code code, struct numbers *numbers, GArray *candidates)
{
    const struct series *series = window->series;
    struct candidate candidate = { .kind = code_kinds[code], .scale = 1 };
    struct follow follow;
    double bits;
    bool counts;

    if (!read_numbers(window, code, numbers))
        return;
    counts = is_counter(numbers);
    bits = MIN(code_steps(series, numbers), code_around(series, numbers));
    follow = try_known(series, numbers);
    candidate.type = counts ? TYPE_COUNTER : TYPE_NUMBER;
    candidate.increases = numbers->increases;
    candidate.decreases = numbers->decreases;
    if (follow.bits < bits) {
        bits = follow.bits;
        describe_follow(&candidate, series, &follow, counts);
    } else if (counts && follow.known != NULL && follow.r > 0.99) {
        candidate.known = follow.known;
        candidate.r = follow.r;
        candidate.per_count = 1 / follow.line.slope;
    }
    candidate.gain = window->raw - bits - code_constants(window) + width_bonus(window, code, counts);
    offer(candidates, window, candidate);
}

/* The low byte must vary, and the high byte too, unless the width is one that meters use. */
static bool
fits(const struct window *window, bool high_first)
{
    const struct byte_facts *low = &window->facts[high_first ? window->width - 1 : 0];
    const struct byte_facts *high = &window->facts[high_first ? 0 : window->width - 1];

    if (!low->varies_within && (window->series->meters < window->series->count || low->constant))
        return false;
    return !high->constant || window->width <= 4 || window->width == 6 || window->width == 8;
}

static bool
crosses_zero(const struct window *window, bool high_first)
{
    const unsigned top = window->at + (high_first ? 0 : window->width - 1);
    unsigned low = 0, high = 0;

    for (unsigned i = 0; i < window->series->count; i++) {
        low += window->series->data[i][top] <= 0x0F;
        high += window->series->data[i][top] >= 0xF0;
    }
    return high > 0 && low + high == window->series->count;
}

void
try_numbers(const struct series *series, const struct byte_facts *facts, unsigned at, unsigned width, GArray *candidates)
{
    const struct window window = { series, facts, at, width, raw_of(facts, width) };
    struct numbers *numbers;

    if (series->count < LEAST_SAMPLES || window.raw <= 0 || width > NUMBER_MOST)
        return;
    numbers = g_new(struct numbers, 1);
    if (fits(&window, false)) {
        try_code(&window, CODE_BCD, numbers, candidates);
        if (width <= 4)
            try_code(&window, CODE_LOW, numbers, candidates);
        if (width <= 4 && width != 3 && crosses_zero(&window, false))
            try_code(&window, CODE_SIGNED_LOW, numbers, candidates);
    }
    if (width > 1 && width <= 4 && fits(&window, true)) {
        try_code(&window, CODE_HIGH, numbers, candidates);
        if (width != 3 && crosses_zero(&window, true))
            try_code(&window, CODE_SIGNED_HIGH, numbers, candidates);
    }
    g_free(numbers);
}

/* ---- the address ---- */

static void
try_address(const struct window *window, GArray *candidates)
{
    const struct series *series = window->series;
    const unsigned width = window->width;
    unsigned told = 0;
    uint64_t number;
    bool is_bcd = true;

    if (width < 2 || width > CJT188_ADDRESS_LENGTH)
        return;
    for (unsigned i = 0; i < width; i++)
        told += !window->facts[i].constant || window->facts[i].value != 0;
    for (unsigned from = 0; told >= 2 && from + width <= CJT188_ADDRESS_LENGTH; from++) {
        bool same = true;

        for (unsigned i = 0; i < series->count && same; i++) {
            same = memcmp(series->data[i] + window->at, series->sample[i]->address + from, width) == 0;
            is_bcd = is_bcd && explore_bcd(series->data[i] + window->at, width, &number);
        }
        if (same)
            offer(candidates, window, (struct candidate){ .type = TYPE_ADDRESS, .kind = is_bcd ? "BCD" : "bytes", .scale = 1,
                                                          .gain = window->raw - 7 + (width == 4 ? 2 : width == 5 ? 0.5 : 0),
                                                          .exact = series->count });
    }
}

/* ---- dates and clocks ---- */

/* Days since 1970 of a date, low byte first: day, month, year, century. */
static bool
read_date(const uint8_t *bytes, double *days)
{
    uint64_t part[4];
    GDate date;

    for (unsigned i = 0; i < 4; i++) {
        if (!explore_bcd(bytes + i, 1, &part[i]))
            return false;
    }
    if (part[3] < 19 || part[3] > 21 || part[1] < 1 || part[1] > 12 ||
        !g_date_valid_dmy((GDateDay)part[0], (GDateMonth)part[1], (GDateYear)(part[3] * 100 + part[2])))
        return false;
    g_date_set_dmy(&date, (GDateDay)part[0], (GDateMonth)part[1], (GDateYear)(part[3] * 100 + part[2]));
    *days = (double)g_date_get_julian(&date) - 719163; /* of 1970-01-01 */
    return true;
}

static bool
read_clock(const uint8_t *bytes, double *seconds)
{
    uint64_t part[3];
    double days;

    for (unsigned i = 0; i < 3; i++) {
        if (!explore_bcd(bytes + i, 1, &part[i]) || part[i] > (i == 2 ? 23 : 59))
            return false;
    }
    if (!read_date(bytes + 3, &days))
        return false;
    *seconds = days * 86400 + (double)(part[2] * 3600 + part[1] * 60 + part[0]);
    return true;
}

/* Days from the day of capture: today, in these years, or at any time. */
static double
code_days(double days)
{
    const double years = days <= 1 && days > -5 * 365 ? 11 : days <= 1 && days > -20 * 365 ? 13 : 16;

    return MIN(code_number(days) + (days > 1 ? 6 : 0), years);
}

/* A new date is told by nothing when it is the day of capture as far off as before. */
static void
try_date(const struct window *window, GArray *candidates)
{
    const struct series *series = window->series;
    unsigned same = 0, moved = 0, other = 0;
    double before = 0, bits = 0;

    if (window->width != 4)
        return;
    for (unsigned i = 0; i < series->count; i++) {
        const double today = floor(series->local[i] / 86400);
        double days;

        if (!read_date(series->data[i] + window->at, &days))
            return;
        if (series->starts[i])
            bits += code_days(days - today);
        else if (days == before)
            same++;
        else if (fabs(days - before - (today - floor(series->local[i - 1] / 86400))) <= 1)
            moved++;
        else
            other++;
        before = days;
    }
    bits += 0.5 * log2(series->count) * (moved > 0) + other * 17 - 4;
    offer(candidates, window, (struct candidate){ .type = TYPE_DATE, .kind = "date", .scale = 1, .exact = same + moved,
                                                  .increases = moved, .gain = window->raw - bits });
}

static void
try_clock(const struct window *window, GArray *candidates)
{
    const struct series *series = window->series;
    int64_t residual[EXPLORE_SAMPLES];
    double before = 0, bits = -6;
    unsigned count = 0;

    if (window->width != 7)
        return;
    for (unsigned i = 0; i < series->count; i++) {
        double seconds, off;

        if (!read_clock(series->data[i] + window->at, &seconds))
            return;
        off = seconds - series->local[i];
        if (series->starts[i])
            bits += code_number(off);
        else
            residual[count++] = fabs(off - before) <= CLOCK_TOLERANCE ? 0 : llround(off - before);
        before = off;
    }
    bits += code_residuals(residual, count, 34);
    offer(candidates, window,
          (struct candidate){ .type = TYPE_CLOCK, .kind = "clock", .scale = 1, .gain = window->raw - bits });
}

/* ---- value / 4096 ---- */

enum { ONE = 4096 };

/* How the values of a window lie around 1; false when one is far from it. */
struct around_one {
    unsigned ones, fresh; /* `fresh`: first of a meter, or changed */
    bool all_bcd;
    double farthest, range;
    int64_t residual[EXPLORE_SAMPLES];
};

static bool
measure_around_one(const struct window *window, struct around_one *around)
{
    const struct series *series = window->series;
    int least = INT_MAX, most = 0;
    uint64_t bcd;

    *around = (struct around_one){ .all_bcd = true };
    for (unsigned i = 0; i < series->count; i++) {
        const uint8_t *b = series->data[i] + window->at;
        const int value = b[1] << 8 | b[0];

        if (value < ONE / 2 || value > ONE * 3 / 2)
            return false;
        least = MIN(least, value);
        most = MAX(most, value);
        around->residual[i] = value - ONE;
        around->farthest = MAX(around->farthest, abs(value - ONE));
        around->ones += value == ONE;
        around->fresh += series->starts[i] || around->residual[i] != around->residual[i - 1];
        around->all_bcd = around->all_bcd && explore_bcd(b, 2, &bcd);
    }
    around->range = most - least + 1;
    return true;
}

static void
try_coefficient(const struct window *window, GArray *candidates)
{
    const struct series *series = window->series;
    struct around_one *around = g_new(struct around_one, 1);
    const bool constant = window->facts[0].constant && window->facts[1].constant;
    unsigned told;
    double bits;

    if (window->width == 2 && measure_around_one(window, around) &&
        (around->fresh <= series->meters || !around->all_bcd)) {
        told = constant ? 1 : around->fresh;
        bits = around->ones == series->count ? 2 : MIN(told * log2(around->range) + 8, told * log2(2 * around->farthest + 1) + 1);
        bits += around->fresh > series->meters ? 0.3 * series->count : 0;
        if (series->count > 0 && !constant)
            bits = MIN(bits, code_residuals(around->residual, series->count, 16));
        bits += around->farthest < ONE / 8 ? -8 : around->farthest < ONE / 4 ? -3 : 0;
        offer(candidates, window, (struct candidate){ .type = TYPE_COEFFICIENT, .kind = "value/4096", .scale = 1,
                                                      .exact = around->ones, .gain = window->raw - bits });
    }
    g_free(around);
}

/* ---- bits ---- */

static void
try_bits(const struct window *window, GArray *candidates)
{
    const struct series *series = window->series;
    unsigned changes[8] = { 0 }, pairs = 0;
    uint8_t mask = 0;
    double bits = 0;

    if (window->width != 1 || !window->facts[0].varies_within || series->count < LEAST_SAMPLES)
        return;
    for (unsigned i = 0; i < series->count; i++) {
        const uint8_t now = series->data[i][window->at];

        mask |= now ^ series->data[0][window->at];
        for (unsigned bit = 0; bit < 8 && !series->starts[i]; bit++)
            changes[bit] += ((now ^ series->data[i - 1][window->at]) >> bit) & 1;
        pairs += !series->starts[i];
    }
    for (unsigned bit = 0; bit < 8; bit++) {
        const unsigned same = pairs - changes[bit];

        if ((mask >> bit & 1) == 0)
            continue;
        bits += series->meters + 3 + 0.5 * log2(pairs + 1.0) + 0.02 * series->count;
        if (same > 0 && changes[bit] > 0)
            bits -= same * log2((double)same / pairs) + changes[bit] * log2((double)changes[bit] / pairs);
    }
    offer(candidates, window, (struct candidate){ .type = TYPE_BITS, .kind = "bits", .mask = mask, .scale = 1,
                                                  .gain = window->raw - bits + (__builtin_popcount(mask) <= 3 ? 3 : -3) });
}

/* ---- what never changes within a meter ---- */

/* The meter's number aside: a run of bytes that tells meters apart. */
static void
try_serial(const struct window *window, GArray *candidates)
{
    const struct series *series = window->series;
    uint64_t number;
    bool is_bcd = window->width >= 2;

    if (series->meters < 2 || window->facts[0].constant || window->facts[window->width - 1].constant)
        return;
    for (unsigned i = 0; i < window->width; i++) {
        if (window->facts[i].varies_within)
            return;
    }
    for (unsigned i = 0; i < series->count && is_bcd; i++)
        is_bcd = explore_bcd(series->data[i] + window->at, window->width, &number);
    offer(candidates, window, (struct candidate){ .type = TYPE_SERIAL, .kind = is_bcd ? "BCD" : "bytes", .scale = 1,
                                                  .gain = window->width * (is_bcd ? 1.3 * series->meters : 1) +
                                                      (window->width == 4 ? 1.5 : 0) - 4 });
}

void
try_others(const struct series *series, const struct byte_facts *facts, unsigned at, unsigned width, GArray *candidates)
{
    const struct window window = { series, facts, at, width, raw_of(facts, width) };

    if (series->count == 0 || window.raw <= 0)
        return;
    try_address(&window, candidates);
    try_date(&window, candidates);
    try_clock(&window, candidates);
    try_coefficient(&window, candidates);
    try_bits(&window, candidates);
    try_serial(&window, candidates);
}
