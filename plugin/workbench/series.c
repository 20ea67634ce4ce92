/* series.c
 * The samples of a group in order, what is known of each, and what it costs to tell them.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "propose.h"

#include <math.h>

/* ---- order ---- */

static int
by_meter(const void *a, const void *b)
{
    const struct explore_sample *first = *(const struct explore_sample *const *)a;
    const struct explore_sample *second = *(const struct explore_sample *const *)b;

    if (first->meter != second->meter)
        return first->meter < second->meter ? -1 : 1;
    return first->turn < second->turn ? -1 : first->turn > second->turn;
}

static double
local_time(double time)
{
    GDateTime *local = g_date_time_new_from_unix_local((int64_t)time);
    double ahead = 0;

    if (local != NULL) {
        ahead = (double)g_date_time_get_utc_offset(local) / G_TIME_SPAN_SECOND;
        g_date_time_unref(local);
    }
    return time + ahead;
}

static void
put_in_order(struct series *series)
{
    const struct explore_group *group = series->group;

    series->count = group->sample_count;
    for (unsigned i = 0; i < series->count; i++)
        series->sample[i] = &group->samples[i];
    qsort(series->sample, series->count, sizeof *series->sample, by_meter);
    for (unsigned i = 0; i < series->count; i++) {
        series->data[i] = group->data + (size_t)(series->sample[i] - group->samples) * group->width;
        series->starts[i] = i == 0 || series->sample[i]->meter != series->sample[i - 1]->meter;
        series->meters += series->starts[i];
        series->local[i] = local_time(series->sample[i]->time);
    }
}

/* ---- what is known ---- */

static struct known_series *
add_known(struct series *series, const char *name, const char *unit)
{
    struct known_series *known = &series->known[series->known_count++];

    g_strlcpy(known->name, name, sizeof known->name);
    known->unit = unit;
    return known;
}

static int
by_size(const void *a, const void *b)
{
    const double first = *(const double *)a, second = *(const double *)b;

    return first < second ? -1 : first > second;
}

/* The last decimal place that any of the values has; infinite where they are no decimal numbers, of joules say. */
static double
last_place(const double *values, unsigned count)
{
    enum { PLACES = 5 };
    double scale = 1;

    for (unsigned place = 0; place <= PLACES; place++, scale *= 10) {
        unsigned i = 0;

        while (i < count && fabs(values[i] * scale - round(values[i] * scale)) < 1e-4)
            i++;
        if (i == count)
            return 1 / scale;
    }
    return INFINITY;
}

/* How near values lie to each other, and how many differ. Where few do it is a digit all the same. */
static unsigned
find_grain(const struct series *series, struct known_series *known)
{
    double sorted[EXPLORE_SAMPLES];
    unsigned count = 0, distinct = 1;

    for (unsigned i = 0; i < series->count; i++) {
        if (!isnan(known->value[i]))
            sorted[count++] = known->value[i];
    }
    known->missing = series->count - count;
    known->grain = INFINITY;
    qsort(sorted, count, sizeof *sorted, by_size);
    for (unsigned i = 1; i < count; i++) {
        const double step = sorted[i] - sorted[i - 1];

        if (step <= 1e-9 * fabs(sorted[i]) + 1e-12)
            continue;
        distinct++;
        known->grain = MIN(known->grain, step);
    }
    known->digit = count > 0 ? MIN(known->grain, last_place(sorted, count)) : INFINITY;
    return count > 0 ? distinct : 0;
}

/* What hardly ever changes explains nothing, nor does what is known of few. */
static void
keep_known(struct series *series)
{
    enum { DISTINCT_LEAST = 3 };
    struct known_series *known = &series->known[series->known_count - 1];

    if (find_grain(series, known) >= DISTINCT_LEAST && series->count - known->missing >= MIN(6, series->count))
        return;
    memset(known, 0, sizeof *known);
    series->known_count--;
}

static double
measured(const struct series *series, unsigned i, enum cjt188_measurement which)
{
    const struct explore_sample *sample = series->sample[i];

    return (sample->own >> which & 1) != 0 || sample->age <= series->fresh ? sample->measured[which] : NAN;
}

/* Readings are about as old as most are: what the meter said long ago is not what it has now. */
static void
find_fresh(struct series *series)
{
    double ages[EXPLORE_SAMPLES];
    unsigned count = 0;

    for (unsigned i = 0; i < series->count; i++) {
        if (!isnan(series->sample[i]->age))
            ages[count++] = series->sample[i]->age;
    }
    qsort(ages, count, sizeof *ages, by_size);
    series->fresh = count > 0 ? MAX(1.5 * ages[count / 2], 10) : 0;
}

static void
add_readings(struct series *series)
{
    static const struct {
        enum cjt188_measurement value;
        const char *name, *unit;
    } names[] = {
        { CJT188_SUPPLY, "supply temperature", "°C" }, { CJT188_RETURN, "return temperature", "°C" },
        { CJT188_HEATING, "heating energy", "kWh" },   { CJT188_COOLING, "cooling energy", "kWh" },
        { CJT188_ELECTRIC, "electric energy", "kWh" }, { CJT188_VOLUME_NOW, "volume", "m³" },
        { CJT188_POWER_NOW, "power", "kW" },               { CJT188_FLOW_NOW, "flow", "m³/h" },
        { CJT188_HOURS_RUN, "operating hours", "h" },
    };

    for (size_t j = 0; j < array_length(names); j++) {
        struct known_series *known = add_known(series, names[j].name, names[j].unit);

        for (unsigned i = 0; i < series->count; i++)
            known->value[i] = measured(series, i, names[j].value);
        keep_known(series);
    }
}

/* What meters make of two values. */
static void
add_made(struct series *series)
{
    static const struct {
        enum cjt188_measurement one, other;
        double sign;
        const char *name, *unit;
    } made[] = {
        { CJT188_SUPPLY, CJT188_RETURN, -1, "temperature difference", "°C" },
        { CJT188_SUPPLY, CJT188_RETURN, 1, "sum of the temperatures", "°C" },
        { CJT188_HEATING, CJT188_COOLING, 1, "sum of heating and cooling energy", "kWh" },
        { CJT188_HEATING, CJT188_COOLING, -1, "difference of heating and cooling energy", "kWh" },
    };

    for (size_t j = 0; j < array_length(made); j++) {
        struct known_series *known = add_known(series, made[j].name, made[j].unit);

        for (unsigned i = 0; i < series->count; i++)
            known->value[i] = measured(series, i, made[j].one) + made[j].sign * measured(series, i, made[j].other);
        keep_known(series);
    }
}

static void
add_time(struct series *series)
{
    struct known_series *known = add_known(series, "time", "s");

    known->is_time = true;
    for (unsigned i = 0; i < series->count; i++)
        known->value[i] = series->sample[i]->time - series->group->samples[0].time;
    keep_known(series);
}

/* Where the digits of a quantity are in its field, and how many bytes. */
static unsigned
digits_of(const struct explore_group *group, const struct explore_field *field, unsigned *at)
{
    const bool has_unit = field->row->unit == CJT188_UNIT_AS_FRAME || field->row->unit == CJT188_UNIT_BEHIND;

    *at = field->at + (field->row->unit == CJT188_UNIT_AS_FRAME && group->unit_first ? 1 : 0);
    return has_unit ? field->width - 1 : field->width;
}

/* How the digits of such a field are read; NULL: they are no number. */
static cjt188_raw_number_function *
reader_of(enum cjt188_value_kind kind)
{
    return cjt188_raw(kind == CJT188_K_QUANTITY ? CJT188_K_BCD :
                      kind == CJT188_K_UINT ? CJT188_K_UNSIGNED_LOW : kind)->number;
}

static void
add_documented(struct series *series, const struct explore_field *field)
{
    cjt188_raw_number_function *read = field->row != NULL ? reader_of(field->row->kind) : NULL;
    struct known_series *known;
    unsigned at = field->at, width = field->width;

    if (field->undocumented || field->row == NULL || field->distinct.used < 3 ||
        (field->row->quantity != NULL && field->row->quantity->measurement != CJT188_NOT_MEASURED))
        return;
    if (field->row->kind == CJT188_K_QUANTITY)
        width = digits_of(series->group, field, &at);
    if (read == NULL || width == 0 || width > 8)
        return;
    known = add_known(series, field->name, "");
    for (unsigned i = 0; i < series->count; i++) {
        if (!read(series->data[i] + at, width, &known->value[i]))
            known->value[i] = NAN;
    }
    keep_known(series);
}

struct series *
series_new(const struct explore_group *group)
{
    struct series *series = g_new0(struct series, 1);

    series->group = group;
    series->known = g_new0(struct known_series, KNOWN_MAX + 1);
    put_in_order(series);
    find_fresh(series);
    add_readings(series);
    add_made(series);
    for (unsigned i = 0; i < group->field_count && series->known_count + 1 < KNOWN_MAX; i++)
        add_documented(series, &group->fields[i]);
    add_time(series);
    return series;
}

void
series_free(struct series *series)
{
    g_free(series->known);
    g_free(series);
}

/* ---- telling bytes ---- */

/* A byte by itself: does it repeat the meter's last, and if not, which of 256, or of 100, learning as it goes. */
void
series_byte_facts(const struct series *series, unsigned at, struct byte_facts *facts)
{
    unsigned counts[256] = { 0 }, told = 0, repeats = 0, flags = 0;
    double bits = 0, decimal = 0;
    bool is_decimal = true;

    *facts = (struct byte_facts){ .constant = true, .value = series->count > 0 ? series->data[0][at] : 0 };
    for (unsigned i = 0; i < series->count; i++) {
        const uint8_t byte = series->data[i][at];

        facts->constant = facts->constant && byte == facts->value;
        is_decimal = is_decimal && byte >> 4 <= 9 && (byte & 0x0F) <= 9;
        if (!series->starts[i]) {
            const bool same = byte == series->data[i - 1][at];

            bits -= log2((same ? repeats + 0.5 : flags - repeats + 0.5) / (flags + 1.0));
            repeats += same;
            flags++;
            facts->varies_within = facts->varies_within || !same;
            if (same)
                continue;
        }
        bits -= log2((counts[byte] + 1.0) / (told + 256.0));
        decimal += log2((told + 256.0) / (told + 100.0));
        counts[byte]++;
        told++;
    }
    if (facts->constant)
        facts->raw = facts->value == 0 ? 0 : 8;
    else
        facts->raw = MIN(bits, 8.0 * series->count + 1);
    facts->decimal =
        facts->constant || !is_decimal ? facts->raw : MIN(MAX(0, facts->raw - decimal), log2(100) * series->count);
}

double
code_number(double number)
{
    const double digits = log2(fabs(number) + 1);

    return digits + 2 * log2(digits + 1) + 1;
}

double
code_choice(unsigned a, unsigned b)
{
    const unsigned sum = a + b;
    double bits = 0.5 * log2(sum + 1.0);

    if (a > 0 && b > 0)
        bits -= a * log2((double)a / sum) + b * log2((double)b / sum);
    return bits;
}

struct spread {
    unsigned zeros, positive, negative, count;
    double sum, absolute;
    double squares; /* about the mean */
    int64_t least, most;
};

static struct spread
spread_of(const int64_t *residual, unsigned count, double cut)
{
    struct spread s = { 0 };

    for (unsigned i = 0; i < count; i++) {
        const double r = (double)residual[i];

        if (fabs(r) > cut)
            continue;
        s.zeros += r == 0;
        s.positive += r > 0;
        s.negative += r < 0;
        s.sum += r;
        s.absolute += fabs(r);
        s.least = s.count == 0 ? residual[i] : MIN(s.least, residual[i]);
        s.most = s.count == 0 ? residual[i] : MAX(s.most, residual[i]);
        s.count++;
    }
    /* By themselves: squares of large steps would lose their small differences. */
    for (unsigned i = 0; i < count; i++) {
        const double r = (double)residual[i] - s.sum / s.count;

        if (fabs((double)residual[i]) <= cut)
            s.squares += r * r;
    }
    return s;
}

/* Few different residuals, each as often as it is: steady steps. */
static double
code_few(const int64_t *residual, unsigned count, double cut, double limit)
{
    enum { FEW = 12 };
    int64_t value[FEW];
    unsigned times[FEW], distinct = 0, kept = 0, j;
    double bits = 0;

    for (unsigned i = 0; i < count; i++) {
        if (fabs((double)residual[i]) > cut)
            continue;
        kept++;
        for (j = 0; j < distinct && value[j] != residual[i]; j++)
            ;
        if (j == distinct && distinct == FEW)
            return INFINITY;
        if (j == distinct) {
            value[distinct] = residual[i];
            times[distinct++] = 0;
            bits += MIN(code_number((double)residual[i]), limit);
        }
        times[j]++;
    }
    for (j = 0; j < distinct; j++)
        bits -= times[j] * log2((double)times[j] / kept);
    return bits + distinct * 0.5 * log2(kept + 1.0);
}

/* In halves: GLib counts in a gulong, which has 32 bits on Windows. */
static int
bit_length(uint64_t number)
{
    const gulong high = (gulong)(number >> 32), low = (gulong)(number & 0xFFFFFFFF);

    if (high != 0)
        return 32 + (int)g_bit_storage(high);
    return low != 0 ? (int)g_bit_storage(low) : 0;
}

/* How large each is, and which of that size: whatever their shape is, this is not far off. */
static double
code_sizes(const int64_t *residual, unsigned count)
{
    unsigned sizes[2 * 64 + 1] = { 0 }, used = 0;
    double bits = 0;

    for (unsigned i = 0; i < count; i++) {
        const uint64_t size = residual[i] < 0 ? 0 - (uint64_t)residual[i] : (uint64_t)residual[i];
        const int length = bit_length(size);

        sizes[64 + (residual[i] < 0 ? -length : length)]++;
        bits += length > 1 ? length - 1 : 0;
    }
    for (size_t i = 0; i < array_length(sizes); i++) {
        if (sizes[i] == 0)
            continue;
        used++;
        bits -= sizes[i] * log2((double)sizes[i] / count);
    }
    return bits + used * (0.5 * log2(count + 1.0) + 2);
}

static double
code_spread(const int64_t *residual, unsigned count, double cut, double limit)
{
    const struct spread s = spread_of(residual, count, cut);
    const unsigned others = s.positive + s.negative;
    const double escapes = (count - s.count) * (limit + 1) + (s.count < count ? code_choice(s.count, count - s.count) : 0);
    double best = code_few(residual, count, cut, limit), mean, p, bits;

    if (s.count == 0)
        return escapes;
    p = others > 0 ? others / s.absolute : 1;
    bits = code_choice(s.zeros, others) + code_choice(s.positive, s.negative) + others * -log2(p) + 4;
    bits += p < 1 ? (s.absolute - others) * -log2(1 - p) : 0;
    best = MIN(best, bits);
    mean = s.sum / s.count;
    bits = s.count * 0.5 * log2(2 * G_PI * G_E * (s.squares / s.count + 1.0 / 12)) + 6 + MIN(code_number(mean), limit);
    best = MIN(best, bits);
    bits = s.count * log2((double)(s.most - s.least) + 1) + MIN(code_number((double)(s.most - s.least)), limit) +
        MIN(code_number((double)s.least), limit);
    return MIN(best, bits) + escapes;
}

/* The dearest few may be told apart from the others: a counter that was cleared, a value that was wrong once. */
double
code_residuals(const int64_t *residual, unsigned count, double limit)
{
    const struct spread s = spread_of(residual, count, INFINITY);
    double best, cut;

    if (count == 0)
        return 0;
    best = MIN(code_spread(residual, count, INFINITY, limit), code_sizes(residual, count));
    cut = 8 * s.absolute / count + 1;
    if (s.most > cut || -s.least > cut)
        best = MIN(best, code_spread(residual, count, cut, limit));
    return MIN(best, count * limit);
}
