/* candidates.c
 * The interpretations that the explorer tries on a window of bytes, and what each would save.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "propose.h"

#include "cjt188-bytes.h"

#include <math.h>

static const char *const code_kinds[CODES] = {
    [CODE_BCD] = "BCD",
    [CODE_LOW] = "unsigned, low byte first",
    [CODE_HIGH] = "unsigned, high byte first",
    [CODE_SIGNED_LOW] = "signed, low byte first",
    [CODE_SIGNED_HIGH] = "signed, high byte first",
};

enum { LEAST_SAMPLES = 4, LEAST_INCREASES = 3, CLOCK_TOLERANCE = 2, NUMBER_MOST = 6, SURE_CHANGES = 8 };
enum { HOUR = 3600, DAY = 86400 };

/* What a clock or a date is worth before anything is known, bits: bytes that are a time of these years are hardly ever anything
 * else, and their parts are all readings of their own. */
static const double CLOCK_PRIOR = 30, DATE_PRIOR = 10;

/* What a width is worth before anything is known, bits: meters send 4 bytes of a counter, 2 of a temperature. */
static const double counter_widths[NUMBER_MOST + 1] = { 0, -3, 2.5, 2.2, 3.2, 2.6, -12 };
static const double number_widths[NUMBER_MOST + 1] = { 0, -2.5, 3, 2.4, 1.2, -15, -15 };

/* What a relation to something known is worth when it holds to the last digit: then no other reading of these bytes is right,
 * least of all one that takes a neighbour's byte for more digits. Bits. */
static const double EXACT_PRIOR = 12;

/* What it costs to say that a counter goes on from its end at 0. Bits. */
static const double RESTART_BITS = 3;

/* What a number is worth less for zeros above a single byte that never comes near its end: they are likelier bytes of their own,
 * behind flags or a weekday. Its value is the same without them. Bits. */
static const double LOOSE_ZEROS = 8;

/* What two decimal digits without an order are worth less than as the low digits of a number beside them. Bits. */
static const double LONELY_DIGITS = 20;

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
    if (candidate.gain >= (candidate.type == TYPE_COEFFICIENT ? LEAST_GAIN : window->series->least_gain) ||
        candidate.type == TYPE_SERIAL)
        g_array_append_val(candidates, candidate);
}

/* ---- numbers ---- */

struct numbers {
    enum number_code code;
    int64_t value[EXPLORE_SAMPLES];
    int64_t step[EXPLORE_SAMPLES];  /* since the meter's sample before, step_count of them */
    unsigned step_count, increases, decreases;
    unsigned restarts;              /* of `decreases`, those through the end of the number: 255, 0 */
    int64_t least, most;
    double limit;                   /* bits that any of them needs */
    double centred[EXPLORE_SAMPLES], norm;
};

static bool
read_number(const uint8_t *bytes, unsigned width, enum number_code code, int64_t *number)
{
    const bool high_first = code == CODE_HIGH || code == CODE_SIGNED_HIGH;
    uint64_t value = 0;

    if (code == CODE_BCD) {
        if (!cjt188_bcd_low_first(bytes, width, &value))
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

/* How many values a number has; of a signed one no matter. */
static double
values_of(enum number_code code, unsigned width)
{
    return pow(code == CODE_BCD ? 100 : 256, width);
}

/* Whether the byte above a number, of the next higher digits if it has any, is another than in the sample before. */
static bool
is_carried(const struct window *window, enum number_code code, unsigned i)
{
    const struct series *series = window->series;
    const unsigned above = code == CODE_HIGH ? window->at - 1 : window->at + window->width;

    return above < series->group->width && series->data[i][above] != series->data[i - 1][above];
}

/* A counter that goes on from its end at 0 again. Steps are told so if that is cheaper, and if it is not each time that a
 * carry goes to the next byte: then that one belongs to it. */
static void
find_restarts(const struct window *window, struct numbers *numbers)
{
    const struct series *series = window->series;
    const double end = values_of(numbers->code, window->width);
    int64_t through[EXPLORE_SAMPLES];
    unsigned count = 0, restarts = 0, carries = 0;

    for (unsigned i = 0; i < series->count && numbers->code < CODE_SIGNED_LOW; i++) {
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

static bool
read_numbers(const struct window *window, enum number_code code, struct numbers *numbers)
{
    const struct series *series = window->series;

    numbers->code = code;
    numbers->limit = 0;
    numbers->step_count = numbers->increases = numbers->decreases = numbers->restarts = 0;
    numbers->least = INT64_MAX;
    numbers->most = INT64_MIN;
    for (unsigned i = 0; i < window->width; i++)
        numbers->limit += window->facts[i].constant ? 0 : code == CODE_BCD ? log2(100) : 8;
    for (unsigned i = 0; i < series->count; i++) {
        if (!read_number(series->data[i] + window->at, window->width, code, &numbers->value[i]))
            return false;
        numbers->least = MIN(numbers->least, numbers->value[i]);
        numbers->most = MAX(numbers->most, numbers->value[i]);
        if (series->starts[i])
            continue;
        numbers->step[numbers->step_count] = numbers->value[i] - numbers->value[i - 1];
        numbers->increases += numbers->step[numbers->step_count] > 0;
        numbers->decreases += numbers->step[numbers->step_count] < 0;
        numbers->step_count++;
    }
    centre_numbers(series, numbers);
    find_restarts(window, numbers);
    return true;
}

/* Each meter's first value: any, or, behind the first, within some distance of it, which has to be told, too. */
static double
code_firsts(const struct series *series, const struct numbers *numbers)
{
    const double first = (double)numbers->value[0];
    double farthest = 0;

    for (unsigned i = 0; i < series->count; i++) {
        if (series->starts[i])
            farthest = MAX(farthest, fabs((double)numbers->value[i] - first));
    }
    return numbers->limit +
        MIN((series->meters - 1) * numbers->limit,
            (series->meters - 1) * log2(2 * farthest + 1) + code_number(farthest));
}

static double
code_steps(const struct series *series, const struct numbers *numbers)
{
    return code_firsts(series, numbers) + code_residuals(numbers->step, numbers->step_count, numbers->limit) +
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

/* ---- following something known ---- */

struct line {
    double slope, intercept; /* value = slope × known + intercept */
    bool by_meter;           /* each meter has an intercept of its own */
    bool is_round;           /* the slope is a power of ten, a count of seconds or the like */
    bool cut_off;            /* what is behind the point is left out, not rounded */
    double bits;             /* to tell the line: slope and intercept as exact as the values, unless they are round */
};

/* What the line says, without its intercept. The little more is for 54.9 x 10, which is less than 549 in a double. */
static double
on_line(const struct line *line, double at)
{
    const double value = line->slope * at;

    return line->cut_off ? trunc(value + copysign(1e-6, value)) : value;
}

/* Exact but for a whole number: a fraction would hide that the digits below are in another byte. Not so of time, which is the
 * capture's, not the meter's, and may be a second off. */
static bool
is_same(int64_t value, const struct known_series *known, double at, const struct line *line, double intercept)
{
    if (known->is_time)
        return fabs((double)value - on_line(line, at) - intercept) < (line->slope < 1 ? 1 : CLOCK_TOLERANCE);
    return value == llround(on_line(line, at)) + llround(intercept);
}

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
        residual[count] = numbers->value[i] - llround(on_line(line, known->value[i]) + intercept);
        *exact += is_same(numbers->value[i], known, known->value[i], line, intercept);
        count++;
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
    *line = (struct line){ .slope = xy / xx, .intercept = my - xy / xx * mx, .bits = 2 * (numbers->limit + 2) };
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
    *line = (struct line){ .slope = xy / known->norm, .by_meter = true, .bits = numbers->limit + 4 };
    return true;
}

/* A round slope near the fitted one, 0 when there is none. Time does not go back, other things are told with their sign
 * turned. */
static double
round_slope(const struct known_series *known, double slope)
{
    static const double times[] = { 1, 1.0 / 60, 1.0 / 3600, 1.0 / 86400 };
    static const double halves[] = { 2, 4, 8, 16, 32, 64, 128, 256 };
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

    /* Without an offset it is a copy; else the residuals would tell the offset, and a proposed row would lack it. */
    if (line->is_round && !line->by_meter && line->intercept == 0 && 2 * (exact + known->missing) < series->count)
        return;
    if (bits < best->bits)
        *best = (struct follow){ .bits = bits, .r = r, .line = *line, .exact = exact, .known = known };
}

/* Of a round slope, as near as it comes: a whole number, because a fraction would hide that the digits below are in another
 * byte; not so of time. */
static double
mean_intercept(const struct series *series, const struct numbers *numbers, const struct known_series *known,
               const struct line *line)
{
    double sum = 0;

    for (unsigned i = 0; i < series->count; i++)
        sum += (double)numbers->value[i] - on_line(line, known->value[i]);
    return known->is_time ? sum / series->count : round(sum / series->count);
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
    line.is_round = true;
    for (unsigned cut_off = 0; cut_off < (known->is_time ? 1 : 2); cut_off++) {
        line.cut_off = cut_off;
        line.bits = 5 + cut_off + (fitted->by_meter ? 0 : numbers->limit);
        if (!fitted->by_meter && known->missing == 0)
            line.intercept = mean_intercept(series, numbers, known, &line);
        keep_cheaper(best, series, numbers, known, &line, r);
        if (fitted->by_meter || known->is_time)
            return;
        line.intercept = 0;
        line.bits = 5 + cut_off;
        keep_cheaper(best, series, numbers, known, &line, r);
    }
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

static bool
is_constant(const struct window *window, unsigned at, uint8_t value)
{
    return window->facts[at].constant && window->facts[at].value == value;
}

/* Zeros beside the low byte alone, whose values are few. */
static bool
has_loose_zeros(const struct window *window, const struct numbers *numbers, bool high_first)
{
    for (unsigned i = 1; i < window->width; i++) {
        if (!is_constant(window, high_first ? i - 1 : i, 0))
            return false;
    }
    return window->width > 1 && (double)numbers->most < values_of(numbers->code, 1) / 8;
}

/* Unsigned, unless it would always be near its end without counting to it. */
static double
sign_bonus(const struct window *window, const struct numbers *numbers, bool is_counter)
{
    if (numbers->code < CODE_SIGNED_LOW)
        return 0;
    return !is_counter && numbers->most < 0 && (double)numbers->least >= -values_of(numbers->code, window->width) / 16 ? 1.5 : -1;
}

static double
width_bonus(const struct window *window, const struct numbers *numbers, bool is_counter)
{
    const bool high_first = numbers->code == CODE_HIGH || numbers->code == CODE_SIGNED_HIGH;
    double bonus = (is_counter ? counter_widths : number_widths)[window->width] + sign_bonus(window, numbers, is_counter);

    bonus -= high_first && window->width > 1 ? 1.5 : 0;
    if (!is_counter && window->width > 1 && is_constant(window, high_first ? 0 : window->width - 1, 0))
        bonus -= high_first ? 4.5 : 2.5;
    if (has_loose_zeros(window, numbers, high_first))
        bonus -= LOOSE_ZEROS;
    for (unsigned i = 0; i < window->width; i++) {
        const struct byte_facts *facts = &window->facts[i];

        if (facts->constant && facts->value == 0xFF)
            bonus -= 6; /* a filler beside the number */
        else if (is_counter ? facts->constant && facts->value != 0 : !facts->varies_within && facts->raw > 0)
            bonus -= !is_counter ? 2.5 : 0.3;
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

static double
decimal_of(const struct window *window)
{
    double decimal = 0;

    for (unsigned i = 0; i < window->width; i++)
        decimal += window->facts[i].decimal;
    return decimal;
}

static bool
is_counter(const struct numbers *numbers)
{
    return numbers->increases >= LEAST_INCREASES && (numbers->decreases - numbers->restarts) * 50 <= numbers->increases;
}

static void
describe_follow(struct candidate *candidate, const struct series *series, const struct follow *follow)
{
    const unsigned known = series->count - follow->known->missing;
    const bool is_round = follow->line.is_round;

    candidate->known = follow->known;
    candidate->r = follow->r;
    candidate->exact = follow->exact;
    candidate->per_count = 1 / follow->line.slope;
    candidate->cut_off = follow->line.cut_off;
    if (is_round && !follow->line.by_meter && follow->line.intercept == 0 && 10 * follow->exact >= 9 * known)
        candidate->type = TYPE_COPY;
    else
        candidate->type = candidate->counts ? TYPE_COUNTER : TYPE_FOLLOWS;
    if (candidate->type == TYPE_COUNTER && !(is_round && 10 * follow->exact >= 9 * known))
        return;
    candidate->scaled = true;
    candidate->scale = 1 / follow->line.slope;
    candidate->add = follow->line.by_meter || follow->known->is_time ? 0 : -follow->line.intercept / follow->line.slope;
}

/* With enough changes that it is no accident. What is cut off may be in the byte below, and a wider reading is right then. */
static bool
is_exact(const struct series *series, const struct numbers *numbers, const struct follow *follow)
{
    unsigned changes = numbers->increases + numbers->decreases;

    if (follow->known == NULL || !follow->line.is_round || follow->line.cut_off)
        return false;
    for (unsigned i = 1; i < series->count && !follow->line.by_meter; i++)
        changes += series->starts[i] && numbers->value[i] != numbers->value[i - 1];
    return changes >= SURE_CHANGES && 50 * follow->exact >= 49 * (series->count - follow->known->missing);
}

/* Seconds since 1970, give or take a time zone. */
static bool
tells_epoch(const struct series *series, const struct follow *follow)
{
    return follow->known->is_time && follow->line.slope == 1 && !follow->line.by_meter &&
        fabs(follow->line.intercept - series->group->samples[0].time) < DAY;
}

/* What the reading saves if it needs `bits`, and how much of it is order. */
static void
weigh(const struct window *window, const struct numbers *numbers, const struct follow *follow, double bits,
      struct candidate *candidate)
{
    const bool tells_constants =
        candidate->type == TYPE_COPY || (candidate->is_exact && tells_epoch(window->series, follow));

    candidate->gain = window->raw - bits + width_bonus(window, numbers, candidate->counts);
    if (!tells_constants)
        candidate->gain -= code_constants(window);
    candidate->order = candidate->gain - (window->raw - decimal_of(window));
    if (candidate->type == TYPE_NUMBER && window->width == 1 && candidate->order < window->series->least_gain)
        candidate->gain -= LONELY_DIGITS;
    if (candidate->is_exact)
        candidate->gain += EXACT_PRIOR;
}

static void
try_code(const struct window *window, enum number_code code, struct numbers *numbers, GArray *candidates)
{
    const struct series *series = window->series;
    struct candidate candidate = { .kind = code_kinds[code], .scale = 1 };
    struct follow follow;
    double bits;
    bool exact;

    if (!read_numbers(window, code, numbers))
        return;
    candidate.counts = is_counter(numbers);
    candidate.type = candidate.counts ? TYPE_COUNTER : TYPE_NUMBER;
    candidate.increases = numbers->increases;
    candidate.decreases = numbers->decreases - numbers->restarts;
    candidate.restarts = numbers->restarts;
    bits = MIN(code_steps(series, numbers), code_around(series, numbers));
    follow = try_known(series, numbers);
    exact = is_exact(series, numbers, &follow);
    if (follow.bits - (exact ? EXACT_PRIOR : 0) < bits) {
        bits = follow.bits;
        describe_follow(&candidate, series, &follow);
        candidate.is_exact = exact;
    } else if (candidate.counts && follow.known != NULL && follow.r > 0.99) {
        candidate.known = follow.known;
        candidate.r = follow.r;
        candidate.per_count = 1 / follow.line.slope;
    }
    weigh(window, numbers, &follow, bits, &candidate);
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
    return !high->constant || window->width <= 4 || high->value != 0;
}

/* Both sides of zero, never far from it, or always below it. */
static bool
may_be_signed(const struct window *window, bool high_first)
{
    const unsigned top = window->at + (high_first ? 0 : window->width - 1);
    unsigned low = 0, high = 0, negative = 0;

    for (unsigned i = 0; i < window->series->count; i++) {
        low += window->series->data[i][top] <= 0x0F;
        high += window->series->data[i][top] >= 0xF0;
        negative += window->series->data[i][top] >= 0x80;
    }
    return (high > 0 && low + high == window->series->count) || negative == window->series->count;
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
        if (width <= 4 && width != 3 && may_be_signed(&window, false))
            try_code(&window, CODE_SIGNED_LOW, numbers, candidates);
    }
    if (width > 1 && width <= 4 && fits(&window, true)) {
        try_code(&window, CODE_HIGH, numbers, candidates);
        if (width != 3 && may_be_signed(&window, true))
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
            is_bcd = is_bcd && cjt188_bcd_low_first(series->data[i] + window->at, width, &number);
        }
        if (same)
            offer(candidates, window, (struct candidate){ .type = TYPE_ADDRESS, .kind = is_bcd ? "BCD" : "bytes", .scale = 1,
                                                          .gain = window->raw - 7 + (width == 4 ? 2 : width == 5 ? 0.5 : 0),
                                                          .exact = series->count, .is_exact = true });
    }
}

/* ---- dates and clocks ---- */

/* Where second, minute, hour, day, month, year and century are, as meters send them; the table's kinds decode any. */
enum { TIME_PARTS = 7, DATE_PARTS = 4, TIME_ORDERS = 3 };
static const uint8_t time_orders[TIME_ORDERS][TIME_PARTS] = {
    { 0, 1, 2, 3, 4, 5, 6 },
    { 6, 5, 4, 3, 2, 1, 0 },
    { 0, 1, 2, 3, 4, 6, 5 },
};
/* What the rarer orders cost, bits. */
static const double order_bits[TIME_ORDERS] = { 0, 2, 5 };

/* Seconds since 1970 of a clock of 7 bytes, or of the midnight of a date of 4. */
static bool
read_time(const uint8_t *bytes, unsigned width, unsigned order, double *seconds)
{
    const unsigned skip = TIME_PARTS - width;
    uint64_t part[TIME_PARTS] = { 0 };
    GDate date;

    for (unsigned i = skip; i < TIME_PARTS; i++) {
        const unsigned from = time_orders[order][i];

        if (!cjt188_bcd_low_first(bytes + (order == 1 ? from : from - skip), 1, &part[i]))
            return false;
    }
    if (part[0] > 59 || part[1] > 59 || part[2] > 23 || part[6] < 19 || part[6] > 21 || part[4] < 1 || part[4] > 12 ||
        !g_date_valid_dmy((GDateDay)part[3], (GDateMonth)part[4], (GDateYear)(part[6] * 100 + part[5])))
        return false;
    g_date_set_dmy(&date, (GDateDay)part[3], (GDateMonth)part[4], (GDateYear)(part[6] * 100 + part[5]));
    *seconds = ((double)g_date_get_julian(&date) - 719163) * 86400 + /* days to 1970-01-01 */
        (double)(part[2] * 3600 + part[1] * 60 + part[0]);
    return true;
}

/* Days from the day of capture: today, in these years, or at any time. */
static double
code_days(double days)
{
    const double years = days <= 1 && days > -5 * 365 ? 11 : days <= 1 && days > -20 * 365 ? 13 : 16;

    return MIN(code_number(days) + (days > 1 ? 6 : 0), years);
}

/* A new date is told by nothing when it is the day of capture as far off as before; that of a further meter by nothing
 * when it is the last one's, because meters share the day of settlement, or that of their program. */
static void
try_date(const struct window *window, unsigned order, GArray *candidates)
{
    const struct series *series = window->series;
    unsigned same = 0, moved = 0, other = 0, shared = 0;
    double before = 0, first = 0, bits = order_bits[order] - DATE_PRIOR;

    if (window->width != DATE_PARTS)
        return;
    for (unsigned i = 0; i < series->count; i++) {
        const double today = floor(series->local[i] / DAY);
        double days;

        if (!read_time(series->data[i] + window->at, DATE_PARTS, order, &days))
            return;
        days /= DAY;
        if (series->starts[i]) {
            const bool is_shared = i > 0 && days == first;

            bits += is_shared ? 0 : code_days(days - today);
            shared += is_shared;
            first = days;
        } else if (days == before) {
            same++;
        } else if (fabs(days - before - (today - floor(series->local[i - 1] / DAY))) <= 1) {
            moved++;
        } else {
            other++;
        }
        before = days;
    }
    bits += code_choice(shared, series->meters - 1 - shared);
    bits += 0.5 * log2(series->count) * (moved > 0) + other * 17;
    offer(candidates, window, (struct candidate){ .type = TYPE_DATE, .kind = "date", .scale = 1, .exact = same + moved,
                                                  .increases = moved, .gain = window->raw - bits });
}

/* How far a meter's clock is off what is expected: some seconds, and perhaps whole hours, because it keeps winter time or the
 * capture was opened elsewhere. */
static double
code_offset(double off)
{
    const double hours = round(off / HOUR);

    return hours == 0 ? code_number(off) : MIN(code_number(off), 6 + code_number(off - hours * HOUR));
}

/* It goes, or it stands: the time of what happened last. A midnight that never changes is likelier a date beside zeros. */
static void
try_clock(const struct window *window, unsigned order, GArray *candidates)
{
    const struct series *series = window->series;
    int64_t residual[EXPLORE_SAMPLES], step[EXPLORE_SAMPLES];
    double before = 0, first = 0, farthest = 0, bits = order_bits[order] - CLOCK_PRIOR;
    unsigned count = 0, zeros = 0;

    if (window->width != TIME_PARTS)
        return;
    for (unsigned i = 0; i < window->width; i++)
        zeros += window->facts[i].constant && window->facts[i].value == 0;
    for (unsigned i = 0; i < series->count; i++) {
        double off;

        if (!read_time(series->data[i] + window->at, TIME_PARTS, order, &off))
            return;
        off -= series->local[i];
        if (series->starts[i]) {
            bits += MIN(code_offset(off - first) + (i > 0), code_offset(off) + (i > 0));
            first = off;
        } else {
            step[count] = llround(off + series->local[i] - before - series->local[i - 1]);
            residual[count++] = fabs(off - before) <= CLOCK_TOLERANCE ? 0 : llround(off - before);
        }
        before = off;
        farthest = MAX(farthest, fabs(off));
    }
    bits += MIN(code_residuals(residual, count, 34), code_residuals(step, count, 34) + 2 + 8 * zeros);
    offer(candidates, window, (struct candidate){ .type = TYPE_CLOCK, .kind = "clock", .scale = 1, .is_exact = true,
                                                  .is_near = farthest <= DAY, .gain = window->raw - bits });
}

static void
try_times(const struct window *window, GArray *candidates)
{
    for (unsigned order = 0; order < TIME_ORDERS; order++) {
        try_date(window, order, candidates);
        try_clock(window, order, candidates);
    }
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
        around->all_bcd = around->all_bcd && cjt188_bcd_low_first(b, 2, &bcd);
    }
    around->range = most - least + 1;
    return true;
}

static void
try_coefficient(const struct window *window, GArray *candidates)
{
    const struct series *series = window->series;
    struct around_one *around = g_new(struct around_one, 1);
    const bool constant = window->width == 2 && window->facts[0].constant && window->facts[1].constant;
    unsigned told;
    double bits;

    if (window->width == 2 && measure_around_one(window, around) &&
        (around->fresh <= series->meters || !around->all_bcd)) {
        told = constant ? 1 : around->fresh;
        bits = told * log2(2 * around->farthest + 1) + 2;
        if (around->fresh > 1)
            bits = MIN(bits, told * log2(around->range) + 12);
        bits += around->fresh > series->meters ? 0.3 * series->count : 0;
        if (series->count > 0 && !constant)
            bits = MIN(bits, code_residuals(around->residual, series->count, 16));
        bits -= around->farthest < ONE / 8 ? 4 : 0;
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
        bits += series->meters + 3 + 0.5 * log2(pairs + 1.0);
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

    if (series->meters < 2 || series->count < 2 * series->meters || window->facts[0].constant ||
        window->facts[window->width - 1].constant)
        return;
    for (unsigned i = 0; i < window->width; i++) {
        if (window->facts[i].varies_within)
            return;
    }
    for (unsigned i = 0; i < series->count && is_bcd; i++)
        is_bcd = cjt188_bcd_low_first(series->data[i] + window->at, window->width, &number);
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
    try_times(&window, candidates);
    try_coefficient(&window, candidates);
    try_bits(&window, candidates);
    try_serial(&window, candidates);
}
