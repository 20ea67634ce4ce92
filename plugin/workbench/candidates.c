/* candidates.c
 * The interpretations that the explorer tries on a window of bytes, and what each would save.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "propose.h"

#include "cjt188-bytes.h"

#include <math.h>

#include <wsutil/bits_count_ones.h>

enum { LEAST_SAMPLES = 4, LEAST_INCREASES = 3, WIDTHS = WINDOW_MAX + 1, UNIT_DIGITS = 4 };

/* What a width is worth before anything is known, bits: meters send 4 bytes of a counter, 2 of a temperature. */
static const double counter_widths[WIDTHS] = { 0, -3, 2.5, 2.2, 3.2, 2.6, -12, -15, -6 };
static const double number_widths[WIDTHS] = { 0, -2.5, 3, 2.4, 1.2, -15, -15, -15, -6 };

/* What a relation to something known is worth when it holds to the last digit: then no other reading of these bytes is right,
 * least of all one that takes a neighbour's byte for more digits. Bits. */
static const double EXACT_PRIOR = 12;

/* What a unit of the standard's table behind four bytes of decimal digits is worth, and as much again with the changes in which
 * they stay digits: nothing else in a frame looks so. */
static const double UNIT_PRIOR = 28;

/* What numbers with a point are worth that a meter can have: of loose bytes hardly any are. */
static const double FLOAT_PRIOR = 9;

/* What a number is worth less for zeros above a single byte that never comes near its end: they are likelier bytes of their own,
 * behind flags or a weekday. Its value is the same without them. Bits. */
static const double LOOSE_ZEROS = 8;

/* What a binary number of three bytes is worth less: hardly any program has one. Bits. */
static const double ODD_WIDTH = 20;

/* What it is worth to be the seconds since 1970 of the day of capture: of all values of four bytes few are. Bits. */
static const double EPOCH_PRIOR = 14;

/* What a byte above a number costs that never moves, and what a battery's voltage is worth. Bits. */
static const double STILL_TOP = 8, BATTERY_PRIOR = 8;

/* What a binary number is worth more whose zeros fill it up to the width that meters send. Bits. */
static const double FILLED_UP = 7;

/* What flags are worth less that may be the top of a number. Bits. */
static const double TOP_BITS = 12;

/* What two decimal digits without an order are worth less than as the low digits of a number beside them. Bits. */
static const double LONELY_DIGITS = 20;

void
offer(GArray *candidates, const struct window *window, struct candidate candidate)
{
    candidate.at = window->at;
    candidate.width = window->width;
    if (candidate.gain >= (candidate.type == TYPE_COEFFICIENT ? LEAST_GAIN : window->series->least_gain) ||
        candidate.type == TYPE_SERIAL)
        g_array_append_val(candidates, candidate);
}

/* ---- a number, all in all ---- */

static bool
is_constant(const struct window *window, unsigned at, uint8_t value)
{
    return window->facts[at].constant && window->facts[at].value == value;
}

static bool
is_counter(const struct numbers *numbers)
{
    return !numbers->code->is_signed && numbers->increases >= LEAST_INCREASES &&
        (numbers->decreases - numbers->restarts) * 50 <= numbers->increases;
}

/* Zeros beside the low byte alone, whose values are few, or which counts through its end without them. */
static bool
has_loose_zeros(const struct window *window, const struct numbers *numbers, bool high_first)
{
    const int end = numbers->code->is_decimal ? 100 : 256;
    bool is_through = false;

    for (unsigned i = 1; i < window->width; i++) {
        if (!is_constant(window, high_first ? i - 1 : i, 0))
            return false;
    }
    for (unsigned i = 0; i < numbers->step_count && is_counter(numbers); i++)
        is_through = is_through || numbers->step[i] < -end / 2;
    return window->width > 1 && (numbers->most < end / 8 || is_through);
}

/* Up to four bytes whose upper ones are zeros, with no more of them beyond: meters send numbers of such widths, and seldom zeros
 * beside one that would fill it up to them by chance. */
static bool
is_filled_up(const struct window *window, bool high_first)
{
    const unsigned zeros = window->width / 2, top = high_first ? 0 : window->width - 1;
    const bool is_last = high_first ? window->before == 0 : window->room == 0;
    const struct byte_facts *beyond = &window->facts[high_first ? -1 : (int)window->width];

    if (window->width == 1 || window->width > 4 || !is_constant(window, top, 0))
        return false;
    return is_constant(window, high_first ? zeros - 1 : window->width - zeros, 0) &&
        (is_last || !beyond->constant || beyond->value != 0);
}

/* Unsigned, unless it would always be near its end without counting to it. */
static double
sign_bonus(const struct window *window, const struct numbers *numbers, bool is_counter)
{
    if (!numbers->code->is_signed || numbers->code->has_sign_bits)
        return 0;
    return !is_counter && numbers->most < 0 && (double)numbers->least >= -pow(256, window->width) / 16 ? 1.5 : -1;
}

static double
width_bonus(const struct window *window, const struct numbers *numbers, bool is_counter)
{
    const bool high_first = numbers->code->high_first;
    double bonus = (is_counter ? counter_widths : number_widths)[window->width] + sign_bonus(window, numbers, is_counter);

    if (numbers->code->is_float)
        return FLOAT_PRIOR;
    bonus -= high_first && window->width > 1 ? 1.5 : 0;
    bonus -= window->width == 3 && !numbers->code->is_decimal ? ODD_WIDTH : 0;
    if (!is_counter && window->width > 1 && is_constant(window, high_first ? 0 : window->width - 1, 0))
        bonus -= high_first ? 4.5 : 2.5;
    if (!numbers->code->is_decimal && window->width != 3 && is_filled_up(window, high_first))
        bonus += FILLED_UP;
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

/* Only what holds nearly everywhere is said to follow. */
static void
describe_follow(struct candidate *candidate, const struct follow *follow)
{
    candidate->r = follow->r;
    candidate->exact = follow->exact;
    candidate->compared = follow->compared;
    if (!follow->is_exact)
        return;
    candidate->known = follow->known;
    candidate->per_count = 1 / follow->line.slope;
    candidate->cut_off = follow->line.cut_off;
    candidate->by_meter = follow->line.by_meter;
    if (follow->line.is_round && !follow->line.by_meter && follow->line.intercept == 0 && !follow->known->is_time)
        candidate->type = TYPE_COPY;
    else
        candidate->type = candidate->counts ? TYPE_COUNTER : TYPE_FOLLOWS;
    candidate->scaled = follow->line.is_round || !follow->line.by_meter;
    candidate->scale = 1 / follow->line.slope;
    candidate->add = follow->line.by_meter || follow->known->is_time ? 0 : -follow->line.intercept / follow->line.slope;
    candidate->is_fitted = candidate->scaled && (!follow->line.is_round || candidate->add != 0);
}

/* Then a minus of what follows it is none. */
static bool
is_below_zero(const struct series *series, const struct known_series *known)
{
    for (unsigned i = 0; i < series->count; i++) {
        if (known->value[i] < 0)
            return true;
    }
    return false;
}

/* A copy that has more digits than what is known: from the top down it is the same, and that by no chance. */
static bool
is_finer_copy(const struct numbers *numbers, const struct follow *follow)
{
    enum { SURE_GRAINS = 1000 };
    const double most = MAX(fabs((double)numbers->most), fabs((double)numbers->least));

    return !follow->line.by_meter && follow->line.intercept == 0 && is_one_number(numbers, follow->known, &follow->line) &&
        most >= SURE_GRAINS * fabs(follow->line.slope) * follow->known->digit;
}

/* What is cut off may be in the byte below, and a wider reading is right then. Seconds would soon fill less than four bytes. */
static bool
is_exact(const struct numbers *numbers, const struct follow *follow)
{
    enum { SURE_CHANGES = 8 };

    return 50 * follow->exact >= 49 * follow->compared && follow->is_exact && follow->line.is_round && !follow->line.cut_off &&
        numbers->increases + numbers->decreases >= SURE_CHANGES &&
        (numbers->code->is_float || follow->known->is_time || fabs(follow->line.slope) * follow->known->digit < 1.5 ||
         is_finer_copy(numbers, follow)) &&
        !(follow->known->is_time && follow->line.slope > 0.5 && numbers->width < 4);
}

/* Seconds since 1970, give or take a time zone. */
static bool
tells_epoch(const struct series *series, const struct candidate *candidate, const struct numbers *numbers)
{
    return candidate->known != NULL && candidate->known->is_time && candidate->scale == 1 && numbers->width == 4 &&
        !numbers->code->is_decimal && fabs(numbers->real[0] - series->sample[0]->time) < 86400;
}

/* What never moves within a meter is no top of a number that does: nothing was ever carried to it. Bits. */
static double
code_still(const struct window *window, const struct candidate *candidate)
{
    const bool high_first = candidate->kind == CJT188_K_UNSIGNED_HIGH || candidate->kind == CJT188_K_SIGNED_HIGH ||
        candidate->kind == CJT188_K_BCD_HIGH;
    const struct byte_facts *top = &window->facts[high_first ? 0 : window->width - 1];

    if (candidate->known != NULL || window->width == 1 || candidate->carries > 0 || (top->constant && top->value == 0))
        return 0;
    return candidate->counts ? STILL_TOP : STILL_TOP / 4;
}

/* Does it end where it seems to? Its top byte never moved within a meter, or the one above it did not: constant, or another
 * in each meter. Zeros and fillers above are no digits. */
static bool
is_open(const struct window *window, const struct candidate *candidate, bool high_first)
{
    const struct byte_facts *top = &window->facts[high_first ? 0 : window->width - 1];
    const bool has_above = high_first ? window->before > 0 : window->room > 0;
    const struct byte_facts *above = has_above ? &window->facts[high_first ? -1 : (int)window->width] : top;

    if (candidate->type != TYPE_COUNTER || candidate->restarts > 0 || candidate->of_unit != NULL)
        return false;
    if (window->width > 1 && candidate->known == NULL && !top->varies_within && !(top->constant && top->value == 0))
        return true;
    return has_above && !above->varies_within && !(above->constant && (above->value == 0 || above->value == 0xFF)) &&
        window->width < 4;
}

double
counts_of_volt(const struct candidate *candidate)
{
    return candidate->kind == CJT188_K_BCD || candidate->kind == CJT188_K_BCD_HIGH ? 100 : 1000;
}

/* A battery's voltage in hundredths or thousandths of a volt, which only falls. */
static bool
is_battery(const struct candidate *candidate)
{
    const double volt = counts_of_volt(candidate);

    const bool is_kind = candidate->kind == CJT188_K_BCD || candidate->kind == CJT188_K_BCD_HIGH ||
        candidate->kind == CJT188_K_UNSIGNED_LOW || candidate->kind == CJT188_K_UNSIGNED_HIGH;

    return is_kind && candidate->known == NULL &&
        candidate->least >= 2.5 * volt && candidate->most <= 3.8 * volt && candidate->most - candidate->least <= 0.5 * volt &&
        candidate->increases <= candidate->decreases;
}

/* What the reading saves if it needs `bits`, and how much of it is order. */
static void
weigh(const struct window *window, const struct numbers *numbers, double bits, bool is_epoch, struct candidate *candidate)
{
    candidate->gain = window->raw - bits + width_bonus(window, numbers, candidate->counts);
    if (candidate->type != TYPE_COPY && !is_epoch)
        candidate->gain -= code_constants(window);
    candidate->gain -= code_still(window, candidate);
    candidate->gain += is_epoch ? EPOCH_PRIOR : 0;
    if (candidate->type == TYPE_COPY && window->width == 3 && !numbers->code->is_decimal &&
        !is_constant(window, numbers->code->high_first ? 0 : 2, 0))
        candidate->gain += ODD_WIDTH; /* here it is seen to have that width */
    if (window->width == 2 && is_battery(candidate)) {
        candidate->is_battery = candidate->scaled = true;
        candidate->scale = 1 / counts_of_volt(candidate);
        candidate->gain += BATTERY_PRIOR;
    }
    if (window->width == 1 && candidate->known != NULL && candidate->known->is_time)
        candidate->gain -= LONELY_DIGITS; /* it would soon be at its end */
    candidate->order = candidate->gain - (window->raw - decimal_of(window));
    if (candidate->type == TYPE_NUMBER && window->width == 1 && candidate->order < window->series->least_gain)
        candidate->gain -= LONELY_DIGITS;
    if (candidate->type == TYPE_NUMBER && (candidate->distinct < 3 || numbers->step_count < LEAST_INCREASES))
        candidate->gain -= LONELY_DIGITS; /* a flag, or chance */
    if (candidate->is_exact)
        candidate->gain += EXACT_PRIOR;
}

/* The standard's unit whose code that byte is in all samples; NULL: none. */
static const struct cjt188_unit *
constant_unit(const struct byte_facts *facts, bool is_there)
{
    return is_there && facts->constant ? cjt188_unit(facts->value) : NULL;
}

/* A multiple, a unit too small for what a meter counts, one of the list of 2018 that one source has: hardly any meter sends
 * it, and bytes of such values are many. */
static bool
is_rare(const struct cjt188_unit *unit)
{
    return strstr(unit->name, "×") != NULL || strstr(unit->name, "J/h") != NULL || g_str_has_prefix(unit->name, "mL") ||
        strcmp(unit->name, "J") == 0;
}

/* The unit that stands behind the window where four bytes of digits would be; NULL: none, or a rare one. */
static const struct cjt188_unit *
unit_behind(const struct window *window)
{
    const struct cjt188_unit *unit = constant_unit(&window->facts[window->width], window->room > 0);

    return window->width == UNIT_DIGITS && unit != NULL && !is_rare(unit) ? unit : NULL;
}

static double
scale_of_unit(const struct window *window, const struct cjt188_unit *unit)
{
    return pow(10, unit->exponent - window->series->group->dialect->places[unit->class]);
}

/* Something else is what the digits are a copy of. */
static bool
is_of_another(const struct candidate *candidate, const struct cjt188_unit *unit)
{
    return candidate->type == TYPE_COPY && candidate->known->unit[0] != '\0' &&
        strcmp(candidate->known->unit, cjt188_class_unit(unit->class)) != 0;
}

/* The digits are a copy of something known if they are in that unit. */
static bool
agrees(const struct window *window, const struct candidate *candidate, const struct cjt188_unit *unit)
{
    const double scale = unit != NULL ? scale_of_unit(window, unit) / (unit->in_joules ? 3.6 : 1) : 1;

    return unit != NULL && candidate->type == TYPE_COPY && window->width > 1 && !is_of_another(candidate, unit) &&
        candidate->known->unit[0] != '\0' && fabs(candidate->scale / scale - 1) < 1e-9;
}

static bool
may_have_unit(const struct number_code *code)
{
    return code->is_decimal && !code->high_first;
}

/* Of four bytes of digits the unit behind them; of others, multiples and one in front only what makes them a copy. */
static const struct cjt188_unit *
unit_of_digits(const struct window *window, const struct candidate *candidate, bool *is_in_front)
{
    const struct cjt188_unit *behind = constant_unit(&window->facts[window->width], window->room > 0);
    const struct cjt188_unit *in_front = constant_unit(&window->facts[-1], window->before > 0);

    *is_in_front = false;
    if (unit_behind(window) != NULL && !is_of_another(candidate, behind))
        return behind;
    if (agrees(window, candidate, behind))
        return behind;
    *is_in_front = agrees(window, candidate, in_front);
    return *is_in_front ? in_front : NULL;
}

/* Its byte is of the number then, and says what the number is. */
static void
take_unit(const struct window *window, struct candidate *candidate)
{
    bool is_in_front;
    const struct cjt188_unit *unit = unit_of_digits(window, candidate, &is_in_front);

    if (unit == NULL)
        return;
    candidate->lead = is_in_front ? 1 : 0;
    candidate->tail = is_in_front ? 0 : 1;
    candidate->of_unit = unit;
    candidate->gain += UNIT_PRIOR + MIN(UNIT_PRIOR, 0.5 * (candidate->increases + candidate->decreases));
    if (candidate->scaled && candidate->type != TYPE_COUNTER)
        return;
    candidate->scaled = true;
    candidate->is_fitted = false;
    candidate->add = 0;
    candidate->scale = scale_of_unit(window, unit);
}

static void
count_carries(const struct window *window, const struct numbers *numbers, struct candidate *candidate)
{
    const struct series *series = window->series;
    const unsigned above = window->at + (numbers->code->high_first ? 0 : 1);

    for (unsigned i = 1; i < series->count && window->width > 1; i++)
        candidate->carries += !series->starts[i] && memcmp(series->data[i] + above, series->data[i - 1] + above, window->width - 1) != 0;
}

/* One more in each reply? Between samples that are kept lie others. */
static bool
counts_replies(const struct series *series, const struct numbers *numbers)
{
    const int64_t between = (int64_t)((series->group->frames + series->count - 1) / series->count);

    for (unsigned i = 0; i < numbers->step_count; i++) {
        if (numbers->step[i] != numbers->step[0])
            return false;
    }
    return numbers->step_count > 0 && numbers->step[0] >= 1 && numbers->step[0] <= between;
}

/* Nearly all steps leave the low byte as it is: it is a neighbour's. */
static bool
has_still_low_byte(const struct numbers *numbers)
{
    const int64_t byte = numbers->code->is_decimal ? 100 : 256;
    unsigned moved = 0, whole = 0;

    for (unsigned i = 0; i < numbers->step_count && !numbers->code->is_float && numbers->width > 1; i++) {
        moved += numbers->step[i] != 0;
        whole += numbers->step[i] != 0 && numbers->step[i] % byte == 0;
    }
    return moved >= LEAST_SAMPLES && 10 * whole > 9 * moved;
}

static void
try_code(const struct window *window, const struct number_code *code, struct numbers *numbers, GArray *candidates)
{
    const struct series *series = window->series;
    struct candidate candidate = { .kind = code->kind, .scale = 1 };
    struct follow follow;
    double bits;
    bool exact, epoch;

    if (!numbers_read(window, code, numbers) || has_still_low_byte(numbers) ||
        (code->has_sign_bits && (numbers->negative == 0 || numbers->most <= 0)))
        return;
    candidate.counts = is_counter(numbers);
    candidate.type = candidate.counts ? TYPE_COUNTER : TYPE_NUMBER;
    candidate.increases = numbers->increases;
    candidate.decreases = numbers->decreases - numbers->restarts;
    candidate.restarts = numbers->restarts;
    candidate.distinct = numbers->distinct;
    candidate.least = candidate.most = numbers->real[0];
    for (unsigned i = 0; i < series->count; i++) {
        candidate.least = MIN(candidate.least, numbers->real[i]);
        candidate.most = MAX(candidate.most, numbers->real[i]);
    }
    count_carries(window, numbers, &candidate);
    bits = numbers_code(series, numbers);
    follow = relations_find(series, numbers);
    if (follow.known != NULL && follow.known->is_time && candidate.decreases > 2 &&
        50 * candidate.decreases > candidate.increases)
        follow = (struct follow){ .bits = INFINITY }; /* time does not go back */
    exact = follow.known != NULL && is_exact(numbers, &follow);
    if (exact && code->has_sign_bits && !is_below_zero(series, follow.known))
        return;
    if (follow.bits - (exact ? EXACT_PRIOR : 0) < bits || exact) {
        bits = MIN(bits, follow.bits);
        describe_follow(&candidate, &follow);
        candidate.is_exact = exact;
        candidate.by_reply = follow.known != NULL && follow.known->is_time && counts_replies(series, numbers);
    }
    epoch = tells_epoch(series, &candidate, numbers);
    if (epoch) {
        candidate.kind = code->high_first ? CJT188_K_UNIX_HIGH : CJT188_K_UNIX_LOW;
        candidate.scaled = false;
    }
    weigh(window, numbers, bits, epoch, &candidate);
    if (candidate.type == TYPE_COPY && code->is_decimal && is_filled_up(window, code->high_first))
        candidate.gain += FILLED_UP; /* as wide as the digits it is a copy of */
    if (may_have_unit(code))
        take_unit(window, &candidate);
    candidate.is_open = is_open(window, &candidate, code->high_first);
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
    return !high->constant || window->width <= 4 || window->width == WINDOW_MAX || high->value != 0;
}

/* Of eight bytes the upper ones are zeros: no meter counts as far as they go. */
static bool
has_zeros_above(const struct window *window, bool high_first)
{
    return is_constant(window, high_first ? 0 : WINDOW_MAX - 1, 0) && is_constant(window, high_first ? 1 : WINDOW_MAX - 2, 0);
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

static bool
varies_within(const struct window *window)
{
    for (unsigned i = 0; i < window->width; i++) {
        if (window->facts[i].varies_within)
            return true;
    }
    return false;
}

/* Of a number with a point the lowest digits may be zeros in all samples. */
static bool
is_worth_trying(const struct window *window, const struct number_code *code)
{
    if ((code->widths >> window->width & 1) == 0)
        return false;
    if (code->is_float)
        return varies_within(window);
    if (window->width == WINDOW_MAX && !has_zeros_above(window, code->high_first))
        return false;
    return (fits(window, code->high_first) ||
            (may_have_unit(code) && unit_behind(window) != NULL && varies_within(window))) &&
        (!code->is_signed || code->has_sign_bits || may_be_signed(window, code->high_first));
}

void
try_numbers(const struct window *window, GArray *candidates)
{
    struct numbers *numbers;

    if (window->series->count < LEAST_SAMPLES || window->raw <= 0)
        return;
    numbers = g_new(struct numbers, 1);
    for (enum number_code_id id = 0; id < CODES; id++) {
        if (is_worth_trying(window, number_code(id)))
            try_code(window, number_code(id), numbers, candidates);
    }
    g_free(numbers);
}

/* ---- digits and a unit that did not change ---- */

static void
try_quantity(const struct window *window, GArray *candidates)
{
    const struct series *series = window->series;
    struct candidate candidate = { .type = TYPE_NUMBER, .kind = CJT188_K_BCD, .scale = 1, .exact = series->count };
    uint64_t number;

    if (unit_behind(window) == NULL || varies_within(window))
        return;
    for (unsigned i = 0; i < series->count; i++) {
        if (!cjt188_bcd_low_first(series->data[i] + window->at, UNIT_DIGITS, &number))
            return;
        candidate.least = i == 0 ? (double)number : MIN(candidate.least, (double)number);
        candidate.most = MAX(candidate.most, (double)number);
    }
    if (candidate.most == 0)
        return; /* zeros may be anything */
    candidate.distinct = candidate.least < candidate.most ? 2 : 1;
    candidate.gain = candidate.order = window->raw - decimal_of(window) + 1;
    take_unit(window, &candidate);
    offer(candidates, window, candidate);
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
            offer(candidates, window, (struct candidate){ .type = TYPE_ADDRESS, .scale = 1,
                                                          .kind = is_bcd ? CJT188_K_BCD : CJT188_K_BYTES,
                                                          .gain = window->raw - 7 + (width == 4 ? 2 : width == 5 ? 0.5 : 0),
                                                          .exact = series->count, .is_exact = true });
    }
}

/* The number on the meter, as a binary number or as text. */
static void
try_meter_number(const struct window *window, GArray *candidates)
{
    static const enum cjt188_value_kind kinds[] = { CJT188_K_NUMBER_LOW, CJT188_K_NUMBER_HIGH, CJT188_K_NUMBER_TEXT };
    const struct series *series = window->series;

    for (size_t j = 0; j < array_length(kinds) && window->raw > 8; j++) {
        const struct cjt188_raw *kind = cjt188_raw(kinds[j]);
        bool same = window->width == kind->least;

        for (unsigned i = 0; i < series->count && same; i++) {
            char told[CJT188_TEXT_MAX], number[CJT188_TEXT_MAX];
            struct cjt188_text text = cjt188_text_start(told, sizeof told);

            kind->text(series->data[i] + window->at, window->width, &text);
            cjt188_number_text(series->sample[i]->address, false, number, sizeof number);
            same = strcmp(told, number) == 0;
        }
        if (same)
            offer(candidates, window, (struct candidate){ .type = TYPE_ADDRESS, .kind = kinds[j], .scale = 1,
                                                          .gain = window->raw - 7, .exact = series->count, .is_exact = true });
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

    if (window->width == 2 && !varies_within(window) && measure_around_one(window, around) && around->farthest <= ONE / 10) {
        told = constant ? 1 : around->fresh;
        bits = told * log2(2 * around->farthest + 1) + 2;
        if (around->fresh > 1)
            bits = MIN(bits, told * log2(around->range) + 12);
        bits += around->fresh > series->meters ? 0.3 * series->count : 0;
        if (series->count > 0 && !constant)
            bits = MIN(bits, code_residuals(around->residual, series->count, 16));
        bits -= around->farthest < ONE / 8 ? 4 : 0;
        offer(candidates, window, (struct candidate){ .type = TYPE_COEFFICIENT, .kind = CJT188_K_COEFFICIENT, .scale = 1,
                                                      .exact = around->ones, .gain = window->raw - bits });
    }
    g_free(around);
}

/* ---- bits ---- */

struct bit_counts {
    unsigned changes[8], pairs;
    uint8_t mask;
};

static struct bit_counts
count_bits(const struct window *window)
{
    const struct series *series = window->series;
    struct bit_counts counts = { .pairs = 0 };

    for (unsigned i = 0; i < series->count; i++) {
        const uint8_t now = series->data[i][window->at];

        counts.mask |= now ^ series->data[0][window->at];
        for (unsigned bit = 0; bit < 8 && !series->starts[i]; bit++)
            counts.changes[bit] += ((now ^ series->data[i - 1][window->at]) >> bit) & 1;
        counts.pairs += !series->starts[i];
    }
    return counts;
}

/* It is 0 only until it has begun to count: other things change then, too. */
static bool
is_counted(const struct series *series, const struct known_series *known)
{
    bool falls = false;

    for (unsigned i = 1; i < series->count; i++)
        falls = falls || (!series->starts[i] && known->value[i] < known->value[i - 1] && known->value[i] > 0);
    return known->is_time || (known->unit[0] == '\0' && !falls) || strcmp(known->unit, "kWh") == 0 ||
        strcmp(known->unit, "m³") == 0 || strcmp(known->unit, "h") == 0;
}

/* Is the bit set exactly when something known is above 0, or exactly when it is not? */
static bool
tells_flow(const struct window *window, unsigned bit, struct candidate *candidate)
{
    enum { LEAST_OF_EACH = 3 };
    const struct series *series = window->series;

    for (unsigned j = 0; j < series->known_count; j++) {
        const struct known_series *known = &series->known[j];
        unsigned same = 0, other = 0, above = 0;

        if (is_counted(series, known))
            continue;
        for (unsigned i = 0; i < series->count; i++) {
            const bool is_set = (series->data[i][window->at] >> bit & 1) != 0;

            if (isnan(known->value[i]))
                continue;
            above += known->value[i] > 0;
            same += is_set == (known->value[i] > 0);
            other += is_set != (known->value[i] > 0);
        }
        if (above < LEAST_OF_EACH || same + other < above + LEAST_OF_EACH || 50 * MIN(same, other) > same + other)
            continue;
        candidate->known = known;
        candidate->mask = 1u << bit;
        candidate->exact = MAX(same, other);
        candidate->compared = same + other;
        candidate->r = same > other ? 1 : -1;
        return true;
    }
    return false;
}

/* The lowest bits alone, beside a byte that changes more: likelier the top of a number. */
static bool
may_be_top(const struct window *window, uint8_t mask)
{
    const bool below = window->before > 0 && window->facts[-1].varies_within && window->facts[-1].raw > window->facts[0].raw;
    const bool above = window->room > 0 && window->facts[1].varies_within && window->facts[1].raw > window->facts[0].raw;

    return (mask & (mask + 1)) == 0 && (below || above);
}

static void
try_bits(const struct window *window, GArray *candidates)
{
    const struct series *series = window->series;
    struct candidate candidate = { .type = TYPE_BITS, .kind = CJT188_K_BITS, .scale = 1 };
    struct bit_counts counts;
    double bits = 0;

    if (window->width != 1 || !window->facts[0].varies_within || series->count < LEAST_SAMPLES)
        return;
    counts = count_bits(window);
    for (unsigned bit = 0; bit < 8; bit++) {
        const unsigned changes = counts.changes[bit], same = counts.pairs - changes;
        double told;

        if ((counts.mask >> bit & 1) == 0)
            continue;
        told = series->meters + 3 + 0.5 * log2(counts.pairs + 1.0) + (changes <= 2 ? 8 : 0);
        if (same > 0 && changes > 0)
            told -= same * log2((double)same / counts.pairs) + changes * log2((double)changes / counts.pairs);
        if (candidate.known == NULL && tells_flow(window, bit, &candidate)) /* but where that is not known */
            told = 4 + told * (series->count - candidate.compared) / series->count - EXACT_PRIOR;
        bits += told;
    }
    candidate.is_exact = candidate.known != NULL;
    if (candidate.known == NULL || ws_count_ones(counts.mask) > 1)
        candidate.mask = counts.mask;
    candidate.gain = window->raw - bits + (ws_count_ones(counts.mask) <= 3 ? 3 : -3);
    /* Digits, say, of which one changes between two values, have others that are set. */
    candidate.is_open = (series->data[0][window->at] & ~counts.mask) != 0;
    if (candidate.known == NULL && may_be_top(window, counts.mask))
        candidate.gain -= TOP_BITS;
    offer(candidates, window, candidate);
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
    offer(candidates, window, (struct candidate){ .type = TYPE_SERIAL, .scale = 1, .kind = is_bcd ? CJT188_K_BCD : CJT188_K_BYTES,
                                                  .gain = window->width * (is_bcd ? 1.3 * series->meters : 1) +
                                                      (window->width == 4 ? 1.5 : 0) - 4 });
}

void
try_others(const struct window *window, GArray *candidates)
{
    if (window->series->count == 0)
        return;
    try_quantity(window, candidates);
    if (window->raw <= 0)
        return;
    try_address(window, candidates);
    try_meter_number(window, candidates);
    try_coefficient(window, candidates);
    try_bits(window, candidates);
    try_serial(window, candidates);
}
