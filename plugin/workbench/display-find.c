/* display-find.c
 * Which bytes of the replies say what the display said: every place, kind, order and decimal place is tried.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * So much is tried that something fits by chance. A finding is therefore worth what its explained lines tell: the first value
 * as many bits as its digits are surprising whatever the decimal point, another one as many as it lies counts away from those
 * before, less the room that rounding and several replies leave. Against that stand the bits that choose among all readings.
 */
#include "display.h"

#include <math.h>

enum { FACTORS_MAX = 3, EXPONENT_LEAST = -8, EXPONENT_MOST = 3, EXPONENTS = EXPONENT_MOST - EXPONENT_LEAST + 1 };

/* How bytes may be read. `only_negative`: without a minus it is another kind. */
struct way {
    enum cjt188_value_kind raw;
    bool only_negative, is_of_one_byte;
};

static const struct way ways[] = {
    { CJT188_K_BCD, false, true },          { CJT188_K_UNSIGNED_LOW, false, true },
    { CJT188_K_UNSIGNED_HIGH, false, false }, { CJT188_K_SIGNED_LOW, true, true },
    { CJT188_K_SIGNED_HIGH, true, false },  { CJT188_K_BCD_TOP_BIT, true, true },
    { CJT188_K_BCD_TOP_F, true, true },     { CJT188_K_BCD_HIGH, false, false },
    { CJT188_K_COEFFICIENT, false, false },
    { CJT188_K_FLOAT32_LOW, false, false }, { CJT188_K_FLOAT32_HIGH, false, false },
    { CJT188_K_FLOAT64_LOW, false, false }, { CJT188_K_FLOAT64_HIGH, false, false },
};

/* One way of reading one place of one kind of reply. */
struct attempt {
    const struct display_series *series;
    const struct reply_kind *kind;
    const struct placed_value *value;
    const struct way *way;
    unsigned at, width;
    unsigned factors;
    double factor[FACTORS_MAX];
    int least, most; /* exponents */
};

/* The numbers that it reads near one line. */
struct numbers_near {
    unsigned count;
    double number[DISPLAY_NEAR];
};

/* ---- reading ---- */

/* NAN where the bytes are no such number. */
static double
read_reply(const struct attempt *attempt, const struct near_reply *reply)
{
    double number;

    if (attempt->value != NULL) /* as the digits are, in the value's own unit */
        return reply->number[attempt->value - attempt->kind->value] * pow(10, attempt->value->is_by_dialect ? attempt->value->places : 0);
    return cjt188_raw(attempt->way->raw)->number(reply->data + attempt->at, attempt->width, &number) ? number : NAN;
}

static void
read_near(const struct attempt *attempt, unsigned line, struct numbers_near *numbers)
{
    const struct near_line *near = &attempt->kind->near[line];

    numbers->count = 0;
    for (unsigned i = 0; i < near->count; i++) {
        const double number = read_reply(attempt, near->reply[i]);
        bool is_new = true;

        if (number - number != 0) { /* then it is no such number in the others either */
            numbers->count = 0;
            return;
        }
        for (unsigned j = 0; j < numbers->count && is_new; j++)
            is_new = numbers->number[j] != number;
        if (is_new)
            numbers->number[numbers->count++] = number;
    }
}

/* A kind that has a minus must show one. */
static bool
is_worth_trying(const struct attempt *attempt)
{
    for (unsigned i = 0; attempt->way->only_negative && i < attempt->series->lines->len; i++) {
        struct numbers_near numbers;

        read_near(attempt, i, &numbers);
        for (unsigned j = 0; j < numbers.count; j++) {
            if (numbers.number[j] < 0)
                return true;
        }
    }
    return !attempt->way->only_negative;
}

/* ---- comparing ---- */

/* What one count of a reading is on the display; a float has none. */
static double
grain_of(const struct attempt *attempt, double scale)
{
    if (attempt->value != NULL)
        return attempt->value->is_by_dialect ? scale : 0;
    return cjt188_raw(attempt->way->raw)->digits == 7 || attempt->way->raw >= CJT188_K_FLOAT32_LOW ? 0 :
        attempt->way->raw == CJT188_K_COEFFICIENT ? scale / 4096 : scale;
}

static double
last_place(const struct log_line *line)
{
    return pow(10, -(double)line->decimals);
}

/* Rounded or cut off, by whoever has fewer digits. */
static bool
is_same(double said, double value, double place, double grain)
{
    const double over = said - value, least = 1e-9 * (fabs(value) + place);

    return (over > -0.5 * place - least && over < place - least) || (over > -grain + least && over <= 0.5 * grain + least);
}

/* Does any number near the line say what it says, or was it only between two of them? *off: by how much the nearest is wrong. */
static bool
says_line(const struct attempt *attempt, const struct log_line *line, const struct numbers_near *numbers, double scale,
          double *off, bool *is_between)
{
    const double place = last_place(line), grain = grain_of(attempt, scale);
    bool any = false, is_above = false, is_below = false;

    *off = INFINITY;
    for (unsigned i = 0; i < numbers->count; i++) {
        const double said = numbers->number[i] * scale;

        any = any || is_same(said, line->value, place, grain);
        is_above = is_above || said > line->value;
        is_below = is_below || said < line->value;
        *off = MIN(*off, fabs(said - line->value));
    }
    if (is_above && is_below)
        *off = MIN(*off, 0.5 * place);
    *is_between = !any && is_above && is_below;
    return any || *is_between;
}

static const struct log_line *
line_of(const struct attempt *attempt, unsigned index)
{
    return (const struct log_line *)g_ptr_array_index(attempt->series->lines, index);
}

/* The display may change from kWh to MWh. */
static double
unit_ratio(const struct attempt *attempt, const struct log_line *line)
{
    return line->of_unit != NULL ? attempt->series->of_unit->factor / line->of_unit->factor : 1;
}

/* ---- how much it tells ---- */

static int
by_size(const void *a, const void *b)
{
    const double first = *(const double *)a, second = *(const double *)b;

    return first < second ? -1 : first > second;
}

/* Bits that the value needs whatever the decimal point. */
static double
bits_of_first(double counts)
{
    return counts < 1 ? 0 : -log2(log10(1 + 1 / counts));
}

/* Log of in how many ways some of the lines can be those explained. */
static double
bits_of_choice(unsigned some, unsigned all)
{
    return (lgamma(all + 1.0) - lgamma(some + 1.0) - lgamma(all - some + 1.0)) / log(2);
}

/* The room, in counts, that rounding and the replies near a line leave. */
static double
room_of(const struct numbers_near *numbers, double scale, double place, bool is_between)
{
    double least = INFINITY, most = -INFINITY;

    for (unsigned i = 0; i < numbers->count; i++) {
        least = MIN(least, numbers->number[i] * scale);
        most = MAX(most, numbers->number[i] * scale);
    }
    return MIN(is_between ? INFINITY : 1.5 * numbers->count, (most - least) / place + 1.5);
}

/* What each next value tells of a counter that goes on by single counts: that it went on when the display did. Bits. */
static const double LEAST_OF_NEXT = 1;

/* From the different values that it explains, in counts. */
static double
bits_of(double *values, unsigned count, double room, unsigned *distinct)
{
    double bits, most = 0;

    *distinct = 0;
    if (count == 0)
        return 0;
    qsort(values, count, sizeof values[0], by_size);
    for (unsigned i = 0; i < count; i++)
        most = MAX(most, fabs(values[i]));
    *distinct = 1;
    bits = MAX(0, bits_of_first(most) - room);
    for (unsigned i = 1; i < count; i++) {
        const double gap = values[i] - values[i - 1];

        if (gap < 0.5)
            continue;
        (*distinct)++;
        bits += MAX(room < 1 ? LEAST_OF_NEXT : 0, log2(1 + gap) - room);
    }
    return bits;
}

/* What one byte of it counts to. */
static double
byte_range(const struct attempt *attempt)
{
    return attempt->way != NULL && attempt->way->raw != CJT188_K_BCD && attempt->way->raw != CJT188_K_BCD_TOP_BIT &&
        attempt->way->raw != CJT188_K_BCD_TOP_F && attempt->way->raw != CJT188_K_BCD_HIGH ? 256 : 100;
}

/* One scale, against all lines. */
static void
weigh(const struct attempt *attempt, double scale, struct finding *finding)
{
    double *values = g_new(double, attempt->series->lines->len);
    double room = 0;
    unsigned count = 0;

    for (unsigned i = 0; i < attempt->series->lines->len; i++) {
        const struct log_line *line = line_of(attempt, i);
        const double here = scale * unit_ratio(attempt, line), place = MAX(last_place(line), grain_of(attempt, here));
        struct numbers_near numbers;
        bool is_between;
        double off;

        read_near(attempt, i, &numbers);
        if (!says_line(attempt, line, &numbers, here, &off, &is_between))
            continue;
        finding->explained++;
        finding->off += off / last_place(line);
        finding->is_idle_below = grain_of(attempt, here) * byte_range(attempt) < 0.5 * last_place(line);
        room += log2(room_of(&numbers, here, place, is_between));
        values[count++] = line->value / place;
    }
    finding->bits = bits_of(values, count, count > 0 ? room / count : 0, &finding->distinct);
    g_free(values);
}

/* ---- all scales of one reading ---- */

struct hits {
    unsigned count[FACTORS_MAX][EXPONENTS];
};

/* Returns how many lines could be checked at all. */
static unsigned
count_hits(const struct attempt *attempt, struct hits *hits)
{
    unsigned checked = 0;

    memset(hits, 0, sizeof *hits);
    for (unsigned i = 0; i < attempt->series->lines->len; i++) {
        const struct log_line *line = line_of(attempt, i);
        struct numbers_near numbers;
        bool is_between;
        double off;

        checked += attempt->kind->near[i].count > 0;
        read_near(attempt, i, &numbers);
        for (unsigned f = 0; f < attempt->factors && numbers.count > 0; f++) {
            for (int e = attempt->least; e <= attempt->most; e++)
                hits->count[f][e - EXPONENT_LEAST] +=
                    says_line(attempt, line, &numbers, attempt->factor[f] * pow(10, e) * unit_ratio(attempt, line), &off,
                              &is_between);
        }
    }
    return checked;
}

/* Append what explains at least half of the lines. */
static void
try_attempt(const struct attempt *attempt, GArray *findings)
{
    struct hits hits;
    const unsigned checked = count_hits(attempt, &hits);

    for (unsigned f = 0; f < attempt->factors; f++) {
        for (int e = attempt->least; e <= attempt->most; e++) {
            struct finding finding = { .kind = attempt->kind, .value = attempt->value, .at = attempt->at, .width = attempt->width,
                                       .raw = attempt->way != NULL ? attempt->way->raw : CJT188_K_BCD,
                                       .factor = attempt->factor[f], .exponent = e, .checked = checked };

            if (hits.count[f][e - EXPONENT_LEAST] == 0 || 2 * hits.count[f][e - EXPONENT_LEAST] < checked)
                continue;
            weigh(attempt, attempt->factor[f] * pow(10, e), &finding);
            if (finding.bits > 0)
                g_array_append_val(findings, finding);
        }
    }
}

/* ---- what is tried ---- */

/* Factors between what is shown and what may be sent, powers of ten aside. */
static void
set_factors(struct attempt *attempt)
{
    const struct display_unit *unit = attempt->series->of_unit;
    const enum cjt188_class class = unit != NULL ? unit->class : CJT188_PLAIN;

    attempt->factors = 1;
    attempt->factor[0] = 1;
    if (class == CJT188_ENERGY || class == CJT188_POWER) {
        attempt->factor[attempt->factors++] = strchr(unit->name, 'J') != NULL ? 3.6 : 1 / 3.6;
    } else if (class == CJT188_HOURS) {
        attempt->factor[attempt->factors++] = unit->factor < 1 ? 60 : 1 / 60.0;
        attempt->factor[attempt->factors++] = unit->factor < 1 / 60.0 ? 3600 : 1 / 3600.0;
    }
}

/* Values that are documented: the question is only where their point is. */
static void
try_values(struct attempt attempt, GArray *findings, unsigned *tried)
{
    const struct display_unit *unit = attempt.series->of_unit;

    for (unsigned i = 0; i < attempt.kind->value_count; i++) {
        const struct placed_value *value = &attempt.kind->value[i];

        if (!value->is_number || (unit != NULL && value->class != unit->class))
            continue;
        attempt.value = value;
        attempt.at = value->at;
        attempt.width = value->width;
        attempt.factors = 1;
        attempt.factor[0] = unit != NULL ? 1 / unit->factor : 1;
        attempt.least = value->is_by_dialect ? EXPONENT_LEAST : 0;
        attempt.most = unit == NULL && value->is_by_dialect ? EXPONENT_MOST : 0;
        try_attempt(&attempt, findings);
        (*tried)++;
    }
}

static void
try_bytes(struct attempt attempt, GArray *findings, unsigned *tried)
{
    set_factors(&attempt);
    attempt.least = EXPONENT_LEAST;
    attempt.most = EXPONENT_MOST;
    for (unsigned i = 0; i < array_length(ways); i++) {
        const struct cjt188_raw *raw = cjt188_raw(ways[i].raw);

        attempt.way = &ways[i];
        for (attempt.width = ways[i].is_of_one_byte ? raw->least : MAX(raw->least, 2); attempt.width <= raw->most; attempt.width++) {
            for (attempt.at = 0; attempt.at + attempt.width <= attempt.kind->width; attempt.at++) {
                if (!is_worth_trying(&attempt))
                    continue;
                try_attempt(&attempt, findings);
                *tried += attempt.factors;
            }
        }
    }
}

/* ---- judging ---- */

static enum finding_strength
strength_of(const struct finding *finding)
{
    enum { MANY_VALUES = 8 };

    if (finding->distinct >= 3 && finding->chance < 0.001 && 4 * finding->explained >= 3 * finding->checked)
        return FINDING_STRONG;
    if (finding->distinct >= MANY_VALUES && finding->chance < 0.05 && finding->explained == finding->checked)
        return FINDING_STRONG;
    if (finding->distinct >= 2 && finding->chance < 0.05)
        return FINDING_LIKELY;
    return finding->chance < 1 ? FINDING_WEAK : FINDING_NONE;
}

static void
judge(GArray *findings, unsigned from, unsigned tried)
{
    for (unsigned i = from; i < findings->len; i++) {
        struct finding *finding = &g_array_index(findings, struct finding, i);

        finding->chance = tried * exp2(bits_of_choice(finding->explained, finding->checked) - finding->bits);
        finding->strength = strength_of(finding);
    }
}

/* A unit's byte of the standard behind digits. */
static bool
has_unit_behind(const struct finding *finding)
{
    for (unsigned i = 0; finding->at + finding->width < finding->kind->width; i++) {
        const struct near_line *near = &finding->kind->near[i];

        if (near->count > 0)
            return cjt188_unit(near->reply[0]->data[finding->at + finding->width]) != NULL;
    }
    return false;
}

static unsigned
documented_bytes(const struct finding *finding)
{
    unsigned count = 0;

    for (unsigned i = 0; i < finding->width; i++)
        count += finding->kind->is_documented[finding->at + i];
    return count;
}

enum { KEYS = 10 };

/* What makes one better than another, the most important first. Readings of the same bytes often explain the same lines:
 * with the byte before, which is a fraction then that no display shows, or with zeros behind. */
static void
find_keys(const struct finding *finding, double key[KEYS])
{
    const double keys[KEYS] = {
        finding->strength != FINDING_NONE,
        finding->value != NULL,
        finding->explained,
        -(double)documented_bytes(finding),
        finding->value != NULL || !finding->is_idle_below,
        -round(1000 * finding->off / finding->explained),
        finding->factor == 1,
        finding->exponent,
        finding->width == 4 && finding->raw == CJT188_K_BCD && has_unit_behind(finding) ? 10 : finding->width == 4,
        -(double)finding->raw,
    };

    memcpy(key, keys, sizeof keys);
}

static int
by_worth(const void *a, const void *b)
{
    double first[KEYS], second[KEYS];

    find_keys((const struct finding *)a, first);
    find_keys((const struct finding *)b, second);
    for (unsigned i = 0; i < KEYS; i++) {
        if (first[i] != second[i])
            return first[i] > second[i] ? -1 : 1;
    }
    return (int)((const struct finding *)a)->at - (int)((const struct finding *)b)->at;
}

static bool
is_of_same_bytes(const struct finding *one, const struct finding *other)
{
    return one->kind == other->kind && one->at < other->at + other->width && other->at < one->at + one->width;
}

static int
by_strength(const void *a, const void *b)
{
    const int more = (int)((const struct finding *)b)->strength - (int)((const struct finding *)a)->strength;

    return more != 0 ? more : by_worth(a, b);
}

/* Of those that share bytes the best. */
static void
thin_out(GArray *findings)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < findings->len; i++) {
        const struct finding finding = g_array_index(findings, struct finding, i);
        unsigned j = 0;

        while (j < kept && !is_of_same_bytes(&g_array_index(findings, struct finding, j), &finding))
            j++;
        if (j < kept)
            g_array_index(findings, struct finding, j).others++;
        else if (finding.strength != FINDING_NONE)
            g_array_index(findings, struct finding, kept++) = finding;
    }
    g_array_set_size(findings, kept);
}

static unsigned
count_checked(const struct display_series *series)
{
    unsigned checked = 0;

    for (unsigned i = 0; i < series->lines->len; i++) {
        bool any = false;

        for (unsigned j = 0; j < series->kind_count; j++)
            any = any || series->kind[j]->near[i].count > 0;
        checked += any;
    }
    return checked;
}

GArray *
display_find(const struct display_series *series, unsigned *checked, unsigned *tried)
{
    GArray *findings = g_array_new(false, true, sizeof(struct finding));
    unsigned values = 0;

    *tried = 0;
    *checked = count_checked(series);
    for (unsigned i = 0; i < series->kind_count && !series->is_words; i++)
        try_values((struct attempt){ .series = series, .kind = series->kind[i] }, findings, &values);
    judge(findings, 0, values);
    values = findings->len;
    for (unsigned i = 0; i < series->kind_count; i++) {
        if (series->is_words)
            display_try_words(series, series->kind[i], findings, tried);
        else
            try_bytes((struct attempt){ .series = series, .kind = series->kind[i] }, findings, tried);
    }
    judge(findings, values, *tried);
    g_array_sort(findings, by_worth);
    thin_out(findings);
    g_array_sort(findings, by_strength);
    return findings;
}
