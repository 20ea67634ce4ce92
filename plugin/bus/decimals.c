/* decimals.c
 * What physics says of a meter's decimal places: a table in Wireshark's Statistics menu, and tshark -z cjt188,decimals.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * No byte of a frame says how many decimal places a value has, but power must be flow × difference × 1.163, energy gained power
 * × time, volume gained flow × time. All is computed from the digits and their units, as if nothing had decimal places; how many
 * times too large the one side is then, is ten to the difference of the two decimal places. Nothing but such differences
 * follows: 3, 3, 3, 3 and 2, 2, 2, 2 fit equally well, always. What they are takes one class that the user has compared with
 * the display.
 *
 *     readings -> pairs -> intervals, each a ratio (bounded) -> a verdict for each relation -> family -> cells
 */
#include "decimals.h"

#include <math.h>
#include <stdlib.h>

#include "meters.h"
#include "tables.h"

#include <epan/stat_groups.h>

/* ---- the rules of evidence ---- */

/* What heats one cubic metre of water by one kelvin. Between 20 °C and 90 °C it falls by 3 %. */
#define KWH_PER_M3_K 1.163

/* Power and flow within an interval: what changes more is not known between two readings. */
#define STEADY_FACTOR 1.5
/* Below, the errors of the two sensors are too large a part of it. */
#define LEAST_DIFFERENCE_K 3.0
/* Of a counter: one step more or less is 5 % then. */
enum { LEAST_GAIN_STEPS = 20 };
/* Of power and flow: what their digits cut off is 10 % then. */
enum { LEAST_LEVEL_STEPS = 10 };
/* Burners and valves open and close every ten minutes or seldomer. Readings further apart than half of that may never see one
 * closed, and a valve that is open for six minutes of each hour makes energy and volume ten times too small. Five minutes, and
 * what a poll may be late. */
enum { LONGEST_GAP_SECONDS = 5 * 60 + 30 };
/* A valve that is faster all the same: to one pair of readings that shows it there must be so many that are steady. */
enum { STEADY_TO_UNSTEADY = 4 };

enum { LEAST_INTERVALS = 10 };
/* Two levels of power or flow are two when they are further apart than what counts as the same. At one level alone a constant
 * error looks like a power of ten too. */
#define LEVELS_APART 1.25
/* How far a ratio may be from a power of ten, and how many must not be further. */
#define TOLERANCE 0.25
#define LEAST_SHARE 0.9
/* The ratios that are said: without the outermost on either side. */
#define OUTERMOST_SHARE 0.05

enum { PLACES_MAX = 8 }; /* as in the Meters table */

/* ---- what is compared ---- */

enum quantity { POWER, FLOW, HEATING, COOLING, VOLUME, QUANTITIES };

static const enum cjt188_measurement measurements[QUANTITIES] = {
    [POWER] = CJT188_POWER_NOW, [FLOW] = CJT188_FLOW_NOW, [HEATING] = CJT188_HEATING, [COOLING] = CJT188_COOLING,
    [VOLUME] = CJT188_VOLUME_NOW,
};

/* Digits as they were sent. */
struct amount {
    bool is_there;
    uint64_t digits;
    const struct cjt188_unit *unit; /* NULL: the class's own */
};

struct reading {
    bool is_there, has_time, has_fault, has_difference;
    int64_t time;      /* ns since 1970 */
    double difference; /* K, below 0 when cooling */
    struct amount amounts[QUANTITIES];
};

/* In kWh, kW, m³ or m³/h if the digits had no decimal places. */
static double
number_of(const struct amount *amount)
{
    if (amount->unit == NULL)
        return (double)amount->digits;
    return (double)amount->digits * pow(10, amount->unit->exponent) / (amount->unit->in_joules ? 3.6 : 1);
}

static double
power_of(const struct reading *reading)
{
    return number_of(&reading->amounts[POWER]);
}

static double
flow_of(const struct reading *reading)
{
    return number_of(&reading->amounts[FLOW]);
}

static double
heat_of(const struct reading *reading)
{
    return KWH_PER_M3_K * flow_of(reading) * fabs(reading->difference);
}

/* The class that is above the fraction bar and the one below: their ratio is ten to the places of `above` minus those of
 * `below`. Each relation leads from one class to the next, in their order. */
struct relation {
    const char *title;
    enum cjt188_class above, below;
    bool gains;              /* `above` is a counter; else it is a rate as well, `rate_above` */
    double (*rate_above)(const struct reading *reading);
    double (*rate_below)(const struct reading *reading);
    uint8_t steady;          /* quantities that must be steady: bits */
    enum quantity level;     /* the one whose levels are compared */
};

enum { ENERGY_POWER, POWER_FLOW, VOLUME_FLOW, RELATIONS, PLACED = RELATIONS + 1 };

static const struct relation relations[RELATIONS] = {
    [ENERGY_POWER] = { .title = "Energy gained = power × time", .above = CJT188_ENERGY, .below = CJT188_POWER, .gains = true,
                       .rate_below = power_of, .steady = 1 << POWER, .level = POWER },
    [POWER_FLOW] = { .title = "Power = flow × difference × 1.163", .above = CJT188_POWER, .below = CJT188_FLOW,
                     .rate_above = power_of, .rate_below = heat_of, .steady = 1 << POWER | 1 << FLOW, .level = POWER },
    [VOLUME_FLOW] = { .title = "Volume gained = flow × time", .above = CJT188_VOLUME, .below = CJT188_FLOW, .gains = true,
                      .rate_below = flow_of, .steady = 1 << FLOW, .level = FLOW },
};

static const struct {
    const char *name;
    char letter;
} placed[PLACED] = {
    [CJT188_ENERGY] = { "energy", 'e' }, [CJT188_POWER] = { "power", 'p' }, [CJT188_FLOW] = { "flow", 'f' },
    [CJT188_VOLUME] = { "volume", 'v' },
};

/* The counter behind a relation: of energy, that of cooling where it cools. */
static enum quantity
counter_of(const struct relation *relation, const struct reading *reading)
{
    if (relation->above == CJT188_VOLUME)
        return VOLUME;
    return reading->difference < 0 ? COOLING : HEATING;
}

/* ---- what is kept of a meter ---- */

/* Why two readings are no evidence. Of COARSE and UNSTEADY the later one is the more serious. */
enum why {
    GOOD, NO_TIME, FAULT, RESET, MISSING, STANDSTILL, FAR_APART, SMALL_DIFFERENCE, COARSE, UNSTEADY, WHYS
};

static const char *const why_texts[WHYS] = {
    [GOOD] = "nothing is wrong, but they are few, or the counter gained fewer than 20 steps before something changed",
    [NO_TIME] = "one has no time, or not a later one than the one before",
    [FAULT] = "the meter reports a fault",
    [RESET] = "a counter ran backwards",
    [MISSING] = "a value or a temperature is not sent, or its unit changed",
    [STANDSTILL] = "power or flow is zero",
    [SMALL_DIFFERENCE] = "the temperature difference is below 3 K, or changes its sign",
    [COARSE] = "power or flow has fewer than 10 steps",
    [FAR_APART] = "these are more than 5 minutes apart, what happened between is not known: read it more often",
    [UNSTEADY] = "power or flow changed by more than 1.5 times, or came and went between them: "
                 "read it more often",
};

struct sample {
    float ratio, level;
};

/* Readings, one behind the other, that together make an interval. */
struct run {
    bool is_open;
    struct amount base;   /* the counter where it began */
    double below, hours;
    double least, most;   /* of the level */
};

enum { SAMPLES_MAX = 256, SAMPLES_FIRST = 16 };

struct evidence {
    struct run run;
    uint64_t pairs[WHYS];
    uint64_t intervals;
    struct sample *samples; /* every stride-th interval */
    unsigned used, room;
    uint64_t stride;
};

struct meter {
    struct sums sums;
    struct reading last;
    uint64_t readings;
    bool is_written; /* the cells show all of it */
    uint8_t address[CJT188_ADDRESS_LENGTH];
    uint8_t family;  /* CJT188_FAMILY_ */
    char *name;
    struct evidence evidence[RELATIONS];
};

static void
empty_meter(struct sums *sums)
{
    struct meter *meter = (struct meter *)sums;

    g_free(meter->name);
    for (unsigned i = 0; i < RELATIONS; i++)
        g_free(meter->evidence[i].samples);
}

/* Evenly spread over the capture, however long it is: when there is no more room, every other one goes. */
static void
add_sample(struct evidence *evidence, double ratio, double level)
{
    if (evidence->stride == 0)
        evidence->stride = 1;
    if (evidence->intervals++ % evidence->stride != 0)
        return;
    if (evidence->used == SAMPLES_MAX) {
        evidence->used /= 2;
        for (unsigned i = 0; i < evidence->used; i++)
            evidence->samples[i] = evidence->samples[2 * i];
        evidence->stride *= 2; /* SAMPLES_MAX is even: this one is kept */
    }
    if (evidence->used == evidence->room) {
        evidence->room = evidence->room == 0 ? SAMPLES_FIRST : 2 * evidence->room;
        evidence->samples = g_renew(struct sample, evidence->samples, evidence->room);
    }
    evidence->samples[evidence->used++] = (struct sample){ (float)ratio, (float)level };
}

/* ---- pairs of readings ---- */

static bool
ran_backwards(const struct reading *then, const struct reading *now)
{
    for (unsigned i = HEATING; i <= VOLUME; i++) {
        const struct amount *before = &then->amounts[i], *after = &now->amounts[i];

        if (before->is_there && after->is_there && before->unit == after->unit && after->digits < before->digits)
            return true;
    }
    return false;
}

/* The quantities that a relation is made of. */
static uint8_t
needed_by(const struct relation *relation, const struct reading *reading)
{
    return (uint8_t)(relation->steady | (relation->gains ? 1u << counter_of(relation, reading) : 0));
}

static bool
is_complete(const struct relation *relation, const struct reading *then, const struct reading *now)
{
    const unsigned needed = needed_by(relation, now);

    for (unsigned i = 0; i < QUANTITIES; i++) {
        if ((needed & 1u << i) != 0 && (!then->amounts[i].is_there || !now->amounts[i].is_there))
            return false;
        if ((needed & 1u << i) != 0 && i >= HEATING && then->amounts[i].unit != now->amounts[i].unit)
            return false;
    }
    return then->has_difference && now->has_difference;
}

static bool
is_small_difference(const struct reading *then, const struct reading *now)
{
    return MIN(fabs(then->difference), fabs(now->difference)) < LEAST_DIFFERENCE_K ||
        (then->difference < 0) != (now->difference < 0);
}

/* Hours from one to the other; not above 0 where they have no times or the wrong ones. */
static double
hours_between(const struct reading *then, const struct reading *now)
{
    return then->has_time && now->has_time ? ((double)now->time - (double)then->time) / 3.6e12 : 0;
}

/* Power or flow in two readings. */
static enum why
look_at_level(const struct amount *then, const struct amount *now)
{
    const double least = MIN(number_of(then), number_of(now)), most = MAX(number_of(then), number_of(now));

    if (most == 0)
        return STANDSTILL;
    if (least > 0 && MIN(then->digits, now->digits) < LEAST_LEVEL_STEPS &&
        (double)MAX(then->digits, now->digits) <= STEADY_FACTOR * LEAST_LEVEL_STEPS)
        return COARSE;
    return most <= STEADY_FACTOR * least ? GOOD : UNSTEADY;
}

/* Nothing flowed in either reading, but something did between them. */
static bool
gained_unseen(const struct relation *relation, const struct reading *then, const struct reading *now)
{
    const enum quantity counter = counter_of(relation, now);

    return relation->gains && now->amounts[counter].digits != then->amounts[counter].digits;
}

/* Of power and flow, those that the relation is made of. */
static enum why
look_at_levels(const struct relation *relation, const struct reading *then, const struct reading *now)
{
    enum why why = GOOD;

    for (unsigned i = POWER; i <= FLOW; i++) {
        const enum why found = (relation->steady & 1u << i) != 0 ? look_at_level(&then->amounts[i], &now->amounts[i]) : GOOD;

        if (found == STANDSTILL)
            return gained_unseen(relation, then, now) ? UNSTEADY : STANDSTILL;
        why = MAX(why, found);
    }
    return why;
}

static enum why
look_at(const struct relation *relation, const struct reading *then, const struct reading *now)
{
    const double hours = hours_between(then, now);
    enum why why;

    if (!(hours > 0))
        return NO_TIME;
    if (then->has_fault || now->has_fault)
        return FAULT;
    if (ran_backwards(then, now))
        return RESET;
    if (!is_complete(relation, then, now))
        return MISSING;
    why = look_at_levels(relation, then, now);
    if (why == STANDSTILL)
        return why;
    if (relation->gains && hours * 3600 > LONGEST_GAP_SECONDS)
        return FAR_APART;
    return why == GOOD && is_small_difference(then, now) ? SMALL_DIFFERENCE : why;
}

/* ---- intervals ---- */

static double
mean_of(double (*rate)(const struct reading *reading), const struct reading *then, const struct reading *now)
{
    return (rate(then) + rate(now)) / 2;
}

/* Power or flow have not changed too much since the run began, `now` included. */
static bool
stays_level(struct run *run, double level)
{
    run->least = MIN(run->least, level);
    run->most = MAX(run->most, level);
    return run->most <= STEADY_FACTOR * run->least;
}

static void
open_run(struct run *run, const struct amount *base, double level)
{
    *run = (struct run){ .is_open = true, .base = *base, .least = level, .most = level };
}

/* A counter may need many readings for its steps: the run goes on until it has them, or until something changes. */
static void
lengthen_run(struct evidence *evidence, const struct relation *relation, const struct reading *then,
             const struct reading *now)
{
    const enum quantity counter = counter_of(relation, now);
    const struct amount *amount = &now->amounts[counter];
    const double level = number_of(&now->amounts[relation->level]), hours = hours_between(then, now);
    struct run *run = &evidence->run;
    struct amount gain;

    if (!run->is_open || !stays_level(run, level)) {
        open_run(run, &then->amounts[counter], number_of(&then->amounts[relation->level]));
        stays_level(run, level);
    }
    run->below += mean_of(relation->rate_below, then, now) * hours;
    run->hours += hours;
    gain = (struct amount){ .digits = amount->digits - run->base.digits, .unit = amount->unit };
    if (gain.digits < LEAST_GAIN_STEPS)
        return;
    add_sample(evidence, number_of(&gain) / run->below, run->below / run->hours);
    run->is_open = false;
}

static void
add_pair(struct evidence *evidence, const struct relation *relation, const struct reading *then, const struct reading *now)
{
    const enum why why = look_at(relation, then, now);

    evidence->pairs[why]++;
    if (why != GOOD)
        evidence->run.is_open = false;
    else if (relation->gains)
        lengthen_run(evidence, relation, then, now);
    else
        add_sample(evidence, mean_of(relation->rate_above, then, now) / mean_of(relation->rate_below, then, now),
                   number_of(&now->amounts[relation->level]));
}

/* ---- readings ---- */

static void
take_reading(const struct cjt188_seen *seen, struct reading *reading)
{
    const struct cjt188_value *supply = cjt188_measured(seen->frame, CJT188_SUPPLY);
    const struct cjt188_value *back = cjt188_measured(seen->frame, CJT188_RETURN);
    char fault[CJT188_TEXT_MAX];

    *reading = (struct reading){ .is_there = true, .time = seen->fact->time };
    reading->has_time = (seen->fact->flags & FACT_HAS_TIME) != 0;
    reading->has_fault = cjt188_fault_text(seen->frame, fault, sizeof fault) > 0;
    reading->has_difference = supply != NULL && back != NULL;
    if (reading->has_difference)
        reading->difference = supply->number - back->number;
    for (unsigned i = 0; i < QUANTITIES; i++) {
        const struct cjt188_value *value = cjt188_measured(seen->frame, measurements[i]);

        if (value != NULL && value->row->places == CJT188_PLACES_DIALECT)
            reading->amounts[i] = (struct amount){ true, value->digits, value->unit };
    }
}

static void
add_reading(struct table *table, const struct cjt188_seen *seen)
{
    struct meter *meter = (struct meter *)cjt188_table_sums(table, seen->meter);
    struct reading now;

    if (g_strcmp0(meter->name, seen->frame->name) != 0) {
        g_free(meter->name);
        meter->name = g_strdup(seen->frame->name);
    }
    memcpy(meter->address, seen->frame->bytes + CJT188_OFF_ADDRESS, sizeof meter->address);
    meter->family = seen->frame->family;
    take_reading(seen, &now);
    for (unsigned i = 0; meter->last.is_there && i < RELATIONS; i++)
        add_pair(&meter->evidence[i], &relations[i], &meter->last, &now);
    meter->last = now;
    meter->readings++;
    meter->is_written = false;
}

static tap_packet_status
decimals_packet(void *data, packet_info *pinfo, epan_dissect_t *edt _U_, const void *packet, tap_flags_t flags _U_)
{
    const struct cjt188_tap *tap = (const struct cjt188_tap *)packet;
    struct table *table = cjt188_table_behind(data);

    for (const struct cjt188_seen *seen = tap->first; seen != NULL; seen = seen->next) {
        if (seen->frame != NULL && seen->meter != NULL && seen->frame->family == CJT188_FAMILY_HEAT &&
            cjt188_is_reading(seen->frame))
            add_reading(table, seen);
    }
    return cjt188_table_added(table, pinfo, tap);
}

/* ---- verdicts ---- */

enum outcome { CANNOT_BE_TOLD, DOES_NOT_FIT, TOLD };

struct verdict {
    enum outcome outcome;
    int more;        /* decimal places that `above` has more than `below`, if TOLD */
    GString *reason; /* one sentence */
};

/* What is looked at for one: the ratios in order, and their middles below and above the middle of the levels. */
struct ratios {
    double sorted[SAMPLES_MAX];
    unsigned count;
    double median, low, high;        /* `low` to `high`: without the outermost */
    double least_level, most_level;
    double median_of_level[2];
};

static int
by_size(const void *a, const void *b)
{
    const double one = *(const double *)a, other = *(const double *)b;

    return (one > other) - (one < other);
}

static double
middle_of(double *numbers, unsigned count)
{
    qsort(numbers, count, sizeof *numbers, by_size);
    return count > 0 ? (numbers[(count - 1) / 2] + numbers[count / 2]) / 2 : 0;
}

static void
look_at_each_level(const struct evidence *evidence, struct ratios *ratios)
{
    const double between = sqrt(ratios->least_level * ratios->most_level);
    double of_level[2][SAMPLES_MAX];
    unsigned counts[2] = { 0 };

    for (unsigned i = 0; i < evidence->used; i++) {
        const unsigned level = evidence->samples[i].level > between;

        of_level[level][counts[level]++] = evidence->samples[i].ratio;
    }
    for (unsigned level = 0; level < 2; level++)
        ratios->median_of_level[level] = middle_of(of_level[level], counts[level]);
}

static void
sort_ratios(const struct evidence *evidence, struct ratios *ratios)
{
    const unsigned outermost = (unsigned)(OUTERMOST_SHARE * evidence->used);

    *ratios = (struct ratios){ .count = evidence->used, .least_level = INFINITY };
    for (unsigned i = 0; i < evidence->used; i++) {
        ratios->sorted[i] = evidence->samples[i].ratio;
        ratios->least_level = MIN(ratios->least_level, evidence->samples[i].level);
        ratios->most_level = MAX(ratios->most_level, evidence->samples[i].level);
    }
    ratios->median = middle_of(ratios->sorted, ratios->count);
    ratios->low = ratios->sorted[outermost];
    ratios->high = ratios->sorted[ratios->count - 1 - outermost];
    look_at_each_level(evidence, ratios);
}

static bool
is_near(double ratio, double power)
{
    return fabs(ratio - power) <= TOLERANCE * power;
}

static double
share_near(const struct ratios *ratios, double power)
{
    unsigned near = 0;

    for (unsigned i = 0; i < ratios->count; i++)
        near += is_near(ratios->sorted[i], power);
    return (double)near / ratios->count;
}

/* The ratios say this number, and say it at either level. */
static bool
agree_on(const struct ratios *ratios, double number)
{
    return share_near(ratios, number) >= LEAST_SHARE && is_near(ratios->median_of_level[0], number) &&
        is_near(ratios->median_of_level[1], number);
}

/* But for the outermost, none is near the next power of ten. */
static bool
excludes_next(const struct ratios *ratios, double power)
{
    return ratios->low > (1 + TOLERANCE) * power / 10 && ratios->high < (1 - TOLERANCE) * power * 10;
}

/* What hindered most pairs of readings. */
static enum why
most_frequent(const struct evidence *evidence)
{
    enum why most = WHYS - 1;

    for (unsigned i = WHYS - 1; i-- > 0;) {
        if (evidence->pairs[i] > evidence->pairs[most])
            most = (enum why)i;
    }
    return most;
}

static void
say_too_few(const struct meter *meter, const struct evidence *evidence, GString *reason)
{
    const enum why why = most_frequent(evidence);

    if (meter->readings < 2) {
        g_string_append(reason, "one reading only");
        return;
    }
    g_string_append_printf(reason, "%" PRIu64 " interval%s, %d are needed; in %" PRIu64 " of %" PRIu64 " pairs of readings %s",
                           evidence->intervals, evidence->intervals == 1 ? "" : "s", LEAST_INTERVALS, evidence->pairs[why],
                           meter->readings - 1, why_texts[why]);
}

/* "312 intervals, median ratio 1.02, 9 of 10 between 0.95 and 1.08". */
static void
say_ratios(const struct evidence *evidence, const struct ratios *ratios, GString *reason)
{
    g_string_append_printf(reason, "%" PRIu64 " intervals, median ratio %.3g, 9 of 10 between %.3g and %.3g", evidence->intervals,
                           ratios->median, ratios->low, ratios->high);
}

/* Enough of it, and of the right kind? Else the reason is written. */
static bool
is_enough(const struct meter *meter, unsigned number, struct ratios *ratios, GString *reason)
{
    const struct evidence *evidence = &meter->evidence[number];

    if (evidence->used < LEAST_INTERVALS) {
        say_too_few(meter, evidence, reason);
        return false;
    }
    sort_ratios(evidence, ratios);
    say_ratios(evidence, ratios, reason);
    if (relations[number].gains && evidence->pairs[UNSTEADY] * STEADY_TO_UNSTEADY > evidence->pairs[GOOD]) {
        g_string_append_printf(reason, "; but in %" PRIu64 " of %" PRIu64 " pairs of readings %s",
                               evidence->pairs[UNSTEADY], meter->readings - 1, why_texts[UNSTEADY]);
        return false;
    }
    if (ratios->most_level < LEVELS_APART * ratios->least_level) {
        g_string_append(reason, "; but all at about the same power or flow, two levels are needed");
        return false;
    }
    return true;
}

static void
say_more(const struct relation *relation, int more, GString *reason)
{
    const char *above = placed[relation->above].name, *below = placed[relation->below].name;
    char *sentence;

    if (more == 0)
        sentence = g_strdup_printf("%s has as many decimal places as %s: ", above, below);
    else
        sentence = g_strdup_printf("%s has %d decimal place%s %s than %s: ", above, abs(more), abs(more) == 1 ? "" : "s",
                                   more > 0 ? "more" : "fewer", below);
    g_string_prepend(reason, sentence);
    g_free(sentence);
}

static struct verdict
judge(const struct meter *meter, unsigned number)
{
    struct verdict verdict = { .reason = g_string_new(NULL) };
    struct ratios ratios;
    double power;

    if (!is_enough(meter, number, &ratios, verdict.reason)) {
        g_string_prepend(verdict.reason, "cannot be told: ");
        return verdict;
    }
    verdict.more = (int)lround(log10(ratios.median));
    power = pow(10, verdict.more);
    if (agree_on(&ratios, power) && excludes_next(&ratios, power) && abs(verdict.more) <= PLACES_MAX) {
        verdict.outcome = TOLD;
        g_string_append_printf(verdict.reason, ", %.0f %% within 25 %% of %.10g", 100 * share_near(&ratios, power), power);
        say_more(&relations[number], verdict.more, verdict.reason);
    } else if (agree_on(&ratios, ratios.median) && !is_near(ratios.median, power)) {
        verdict.outcome = DOES_NOT_FIT;
        g_string_prepend(verdict.reason, "does not fit: ");
        g_string_append(verdict.reason, ", which is near no power of ten");
    } else {
        g_string_prepend(verdict.reason, "cannot be told: ");
        g_string_append_printf(verdict.reason, "; but not 9 of 10, at high and low level, within 25 %% of %.10g", power);
    }
    return verdict;
}

/* ---- the family ---- */

/* Classes of one group go together: their decimal places are those of its first class plus `more`. */
struct family {
    unsigned group[PLACED];
    int more[PLACED];
    bool is_told, fits; /* anything; nothing speaks against it */
};

static struct family
family_of(const struct verdict verdicts[RELATIONS])
{
    struct family family = { .fits = true };

    for (unsigned i = 0; i < RELATIONS; i++) {
        const struct verdict *verdict = &verdicts[i];
        const bool is_told = verdict->outcome == TOLD, leads_up = relations[i].above == (enum cjt188_class)(i + 1);

        family.is_told = family.is_told || is_told;
        family.fits = family.fits && verdict->outcome != DOES_NOT_FIT;
        family.group[i + 1] = is_told ? family.group[i] : i + 1;
        if (is_told)
            family.more[i + 1] = family.more[i] + (leads_up ? verdict->more : -verdict->more);
    }
    return family;
}

static unsigned
size_of_group(const struct family *family, unsigned group)
{
    unsigned size = 0;

    for (unsigned i = 0; i < PLACED; i++)
        size += family->group[i] == group;
    return size;
}

/* "energy e, power e, flow e+1; e unknown". */
static void
say_group(const struct family *family, unsigned group, GString *text)
{
    const char letter = placed[group].letter;
    const char *comma = "";

    for (unsigned i = group; i < PLACED; i++) {
        if (family->group[i] != group)
            continue;
        g_string_append_printf(text, "%s%s %c", comma, placed[i].name, letter);
        if (family->more[i] != 0)
            g_string_append_printf(text, "%+d", family->more[i]);
        comma = ", ";
    }
    g_string_append_printf(text, "; %c unknown", letter);
}

static char *
family_text(const struct family *family)
{
    GString *text = g_string_new(NULL);

    for (unsigned i = 0; family->fits && family->is_told && i < PLACED; i++) {
        const unsigned size = size_of_group(family, i);

        if (family->group[i] != i)
            continue;
        g_string_append(text, text->len > 0 ? "; " : "");
        if (size > 1)
            say_group(family, i, text);
        else
            g_string_append_printf(text, "%s cannot be told", placed[i].name);
    }
    if (text->len == 0)
        g_string_append(text, family->fits ? "cannot be told" : "does not fit");
    return g_string_free(text, false);
}

/* ---- the dialects ---- */

static bool
is_in_family(const struct cjt188_dialect *dialect, const struct verdict verdicts[RELATIONS])
{
    for (unsigned i = 0; i < RELATIONS; i++) {
        const int more = dialect->places[relations[i].above] - dialect->places[relations[i].below];

        if (verdicts[i].outcome == TOLD && more != verdicts[i].more)
            return false;
    }
    return true;
}

/* Of those that such a meter can speak those in the family, or those that are not. */
static char *
dialects_text(const struct meter *meter, const struct family *family, const struct verdict verdicts[RELATIONS],
              bool in_family)
{
    GString *text = g_string_new(NULL);

    if (!family->is_told || !family->fits)
        return g_string_free(text, false);
    for (int i = 0; i < CJT188_DIALECTS; i++) {
        const uint8_t families = cjt188_dialect(i)->families;

        if ((families == 0 || (families & meter->family) != 0) && is_in_family(cjt188_dialect(i), verdicts) == in_family)
            g_string_append_printf(text, "%s%s", text->len > 0 ? "; " : "", cjt188_dialect(i)->name);
    }
    if (text->len == 0)
        g_string_append(text, "none");
    return g_string_free(text, false);
}

/* ---- a row for the Meters table ---- */

/* Classes that the user has set settle those of their groups. Returns why not, or NULL. */
static const char *
settle(const struct family *family, const struct cjt188_known *row, int places[PLACED])
{
    unsigned anchored = 0, settled = 0;

    for (unsigned i = 0; i < PLACED; i++) {
        places[i] = row != NULL && row->has_places[i] ? row->places[i] : -1;
        anchored += places[i] >= 0;
    }
    if (anchored == 0)
        return "none: your row sets no decimal places. Compare one value with the display and set them; others follow";
    for (unsigned i = 0; i < PLACED; i++) {
        for (unsigned j = 0; j < PLACED; j++) {
            const int follows = row->places[i] + family->more[j] - family->more[i];

            if (!row->has_places[i] || family->group[i] != family->group[j])
                continue;
            if (row->has_places[j] && row->places[j] != follows)
                return "none: the decimal places in your row do not go together";
            if (follows < 0 || follows > PLACES_MAX)
                return "none: others would have less than 0 or more than 8 decimal places by those in your row";
            settled += places[j] < 0;
            places[j] = follows;
        }
    }
    return settled == 0 ? "none: nothing more follows from your row" : NULL;
}

static char *
row_text(const struct meter *meter, const struct family *family)
{
    const struct meter_row *own = cjt188_meter_row(meter->address);
    const char *why_not;
    int places[CJT188_DIALECT_CLASSES];

    if (!family->fits)
        return g_strdup("none: what the meter sends does not fit");
    if (!family->is_told)
        return g_strdup("none: nothing can be told");
    why_not = settle(family, own != NULL ? &own->known : NULL, places);
    places[CJT188_HOURS] = -1;
    return why_not != NULL ? g_strdup(why_not) : cjt188_meters_row_text(meter->address, meter->name, &own->known, places);
}

/* ---- the table ---- */

enum { COLUMN_METER, COLUMN_LINE, COLUMN_WHAT, COLUMN_SAYS, COLUMNS };
enum { ROW_FAMILY, ROW_RELATIONS, ROW_IN = ROW_RELATIONS + RELATIONS, ROW_OUT, ROW_ROW, ROWS };

#define TEXT_COLUMN(title) { TABLE_ITEM_STRING, TAP_ALIGN_LEFT, title, "%-s" }

static stat_tap_table_item columns[COLUMNS] = {
    [COLUMN_METER] = TEXT_COLUMN("Meter"),
    [COLUMN_LINE] = TEXT_COLUMN("Line"),
    [COLUMN_WHAT] = TEXT_COLUMN("What"),
    [COLUMN_SAYS] = TEXT_COLUMN("What follows from its readings"),
};

/* Takes `text`. */
static void
write_row(struct table *table, const struct sums *sums, unsigned row, const char *what, char *text)
{
    cjt188_table_names(table, sums, row, COLUMN_METER, COLUMN_LINE);
    cjt188_table_text(table, sums, row, COLUMN_WHAT, what);
    cjt188_table_text(table, sums, row, COLUMN_SAYS, text);
    g_free(text);
}

static void
write_meter(struct table *table, struct sums *sums)
{
    struct meter *meter = (struct meter *)sums;
    struct verdict verdicts[RELATIONS];
    struct family family;

    if (meter->is_written)
        return;
    meter->is_written = true;
    for (unsigned i = 0; i < RELATIONS; i++)
        verdicts[i] = judge(meter, i);
    family = family_of(verdicts);
    write_row(table, sums, ROW_FAMILY, "Decimal places", family_text(&family));
    write_row(table, sums, ROW_IN, "Dialects that fit", dialects_text(meter, &family, verdicts, true));
    write_row(table, sums, ROW_OUT, "Dialects excluded", dialects_text(meter, &family, verdicts, false));
    write_row(table, sums, ROW_ROW, "Row for the Meters table", row_text(meter, &family));
    for (unsigned i = 0; i < RELATIONS; i++)
        write_row(table, sums, ROW_RELATIONS + i, relations[i].title, g_string_free(verdicts[i].reason, false));
}

static void
init_decimals(stat_tap_table_ui *ui)
{
    cjt188_table_start(ui, sizeof(struct meter), ROWS, empty_meter, write_meter);
}

void
cjt188_decimals_register(void)
{
    static tap_param filter[] = { { PARAM_FILTER, "filter", "Filter", NULL, true } };
    static stat_tap_table_ui decimals = {
        .group = REGISTER_PACKET_STAT_GROUP_UNSORTED,
        .title = "CJ/T 188 decimal places",
        .tap_name = "cjt188",
        .cli_string = "cjt188,decimals",
        .stat_tap_init_cb = init_decimals,
        .packet_func = decimals_packet,
        .stat_tap_reset_table_cb = cjt188_table_reset,
        .stat_tap_free_table_item_cb = cjt188_table_free_cell,
        .nfields = COLUMNS,
        .fields = columns,
        .nparams = array_length(filter),
        .params = filter,
    };

    register_stat_tap_table_ui(&decimals);
}
