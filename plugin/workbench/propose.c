/* propose.c
 * From the readings tried to the fields proposed: cuts undocumented bytes into fields, ranks, and says why.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "propose.h"

#include <math.h>

#include <wsutil/bits_count_ones.h>

#include "userfields.h"

enum {
    TEXT_LEAST = 4,
    TEXT_MOST = 32,
    RANKS = 3,            /* proposals for the same bytes */
    SURE_INCREASES = 8,
    SURE_SAMPLES = 16,
    FEW_SAMPLES = 40,
    FLAGS_MOST = 6,       /* bits of a byte that are flags: more of them are likelier anything else */
    SURE_DISTINCT = 8,
    SURE_CARRIES = 5,
};

/* How many bits less the best cut without a reading saves, for it to be called likely or strong. */
static const double LIKELY_MARGIN = 9, STRONG_MARGIN = 11;

/* Bits that a reading must save to be called likely. */
#define LIKELY_GAIN 14.0

/* ---- text and constants ---- */

/* Bits of a byte as a letter or another sign of a text; 0 when it is none. What changes within a meter is hardly ever text. */
static double
sign_bits(const struct series *series, const struct byte_facts *facts, unsigned at)
{
    const uint8_t first = series->data[0][at];

    if (facts->varies_within)
        return 0;
    for (unsigned i = 0; i < series->count; i++) {
        const uint8_t byte = series->data[i][at];

        if (!g_ascii_isalnum(byte) && byte != ' ' && byte != '-' && byte != '.' && byte != '_' && byte != '/')
            return 0;
    }
    return g_ascii_isalnum(first) ? 5.2 : 8;
}

/* Every run of signs, not the longest only: the sign at its end may be another field's. */
static void
try_texts(const struct series *series, const struct byte_facts *facts, unsigned at, unsigned width, GArray *candidates)
{
    for (unsigned start = 0; start < width; start++) {
        struct candidate text = { .type = TYPE_TEXT, .kind = CJT188_K_TEXT, .scale = 1, .at = at + start };
        double bits, gain = 5 - 6; /* what a text is worth, and what it costs to say so */

        for (unsigned end = start; end < width && end - start < TEXT_MOST; end++) {
            bits = sign_bits(series, &facts[end], at + end);
            if (bits == 0)
                break;
            gain += MIN(facts[end].raw, 8) - bits;
            text.width = end - start + 1;
            text.gain = gain;
            if (text.width >= TEXT_LEAST && text.gain >= LEAST_GAIN)
                g_array_append_val(candidates, text);
        }
    }
}

static bool
is_filler(const struct byte_facts *facts)
{
    return facts->constant && (facts->value == 0 || facts->value == 0xFF);
}

/* Constant bytes that no field has claimed, from the first that is not zero to the last. */
static void
add_constants(const struct byte_facts *facts, const bool *claimed, unsigned at, unsigned width, GArray *chosen)
{
    for (unsigned start = 0, end; start < width; start = end) {
        struct candidate constant = { .type = TYPE_CONSTANT, .kind = CJT188_K_BYTES, .scale = 1, .at = at + start };

        end = start + 1;
        if (claimed[start] || !facts[start].constant || is_filler(&facts[start]))
            continue;
        while (end < width && !claimed[end] && facts[end].constant && !is_filler(&facts[end]))
            end++;
        constant.width = end - start;
        g_array_append_val(chosen, constant);
    }
}

/* ---- cutting ---- */

/* What is in front of a place: a field, zeros that no field has, bytes in which no order was found. */
enum before { BEHIND_FIELD, BEHIND_ZEROS, BEHIND_RAW, BEFORES };

struct step {
    double gain;
    int candidate;       /* index, -1: one byte that belongs to none */
    enum before from;
};

static void
improve(struct step *steps, unsigned to, enum before state, double gain, int candidate, enum before from)
{
    struct step *step = &steps[to * BEFORES + state];

    if (gain > step->gain)
        *step = (struct step){ gain, candidate, from };
}

/* Loose bytes cost a little, so that what can belong to a field does. */
static void
leave_byte(struct step *steps, const struct byte_facts *facts, unsigned at, enum before state, double gain)
{
    const bool empty = facts->constant;
    const enum before to = empty ? BEHIND_ZEROS : BEHIND_RAW;

    improve(steps, at + 1, to, gain - (state == to ? 0 : empty ? 0.9 : 8), -1, state);
}

/* With its unit's byte. */
static unsigned
begin_of(const struct candidate *candidate)
{
    return candidate->at - candidate->lead;
}

static unsigned
bytes_of(const struct candidate *candidate)
{
    return candidate->lead + candidate->width + candidate->tail;
}

/* Bytes that both read. */
static unsigned
shared(const struct candidate *a, const struct candidate *b)
{
    const unsigned start = MAX(a->at, b->at), end = MIN(a->at + a->width, b->at + b->width);

    return end > start ? end - start : 0;
}

/* A reading that takes more bytes than one that is exact saves no more than that: what it says of the others is that they
 * are further digits, and then these would not be exact. */
static void
bound_by_exact(const struct series *series, GArray *candidates)
{
    GArray *exact = g_array_new(false, false, sizeof(struct candidate));

    for (unsigned i = 0; i < candidates->len; i++) {
        const struct candidate *candidate = &g_array_index(candidates, struct candidate, i);

        if (candidate->is_exact && candidate->width > 1 && candidate->gain > 2 * series->least_gain)
            g_array_append_val(exact, *candidate);
    }
    for (unsigned i = 0; i < candidates->len; i++) {
        struct candidate *wide = &g_array_index(candidates, struct candidate, i);

        for (unsigned j = 0; j < exact->len && !wide->is_exact; j++) {
            const struct candidate *inner = &g_array_index(exact, struct candidate, j);

            if (inner->width < wide->width && shared(inner, wide) == inner->width)
                wide->gain = MIN(wide->gain, inner->gain - 1);
        }
    }
    g_array_unref(exact);
}

/* Does one say the same as the other? Parts of a number or a text that is one all the same, what follows the same in the same
 * way, and a number of two or four bytes without its zeros. */
static bool
says_the_same(const struct byte_facts *facts, unsigned at, const struct candidate *candidate, const struct candidate *other)
{
    const bool high_first = candidate->at > other->at;
    const unsigned first = high_first ? other->at : other->at + candidate->width;
    bool zeros = candidate->width < other->width && (other->width == 2 || other->width == 4);

    if (candidate->type == other->type && (candidate->type == TYPE_ADDRESS || candidate->type == TYPE_TEXT))
        return shared(candidate, other) > 0;
    if (other->known != NULL && candidate->known == other->known && candidate->at == other->at &&
        candidate->width == other->width && fabs(candidate->per_count - other->per_count) < 1e-9 * fabs(other->per_count))
        return true;
    if (candidate->kind != other->kind || shared(candidate, other) != candidate->width ||
        (high_first ? candidate->at + candidate->width != other->at + other->width : candidate->at != other->at))
        return false;
    for (unsigned i = candidate->width; i < other->width; i++) {
        const struct byte_facts *byte = &facts[first - at + i - candidate->width];

        zeros = zeros && byte->constant && byte->value == 0;
    }
    return zeros || candidate->width == other->width;
}

/* The best cut of `width` bytes from `at` on into candidates and loose bytes, all but `without`; what it saves. It goes into
 * `chosen`, last field first, if that is not NULL. */
static double
cut(const struct byte_facts *facts, unsigned at, unsigned width, const GArray *candidates, const struct candidate *without,
    GArray *chosen)
{
    struct step *steps = g_new0(struct step, (width + 1) * BEFORES);
    enum before state = BEHIND_FIELD;
    double best;

    for (unsigned i = 1; i < (width + 1) * BEFORES; i++)
        steps[i].gain = -INFINITY;
    for (unsigned i = 0, j = 0; i < width; i++) {
        for (enum before from = 0; from < BEFORES; from++) {
            if (steps[i * BEFORES + from].gain > -INFINITY)
                leave_byte(steps, &facts[i], i, from, steps[i * BEFORES + from].gain);
        }
        for (; j < candidates->len && begin_of(&g_array_index(candidates, struct candidate, j)) == at + i; j++) {
            const struct candidate *candidate = &g_array_index(candidates, struct candidate, j);

            if (without != NULL && says_the_same(facts, at, candidate, without))
                continue;
            for (enum before from = 0; from < BEFORES; from++)
                improve(steps, i + bytes_of(candidate), BEHIND_FIELD,
                        steps[i * BEFORES + from].gain + candidate->gain, (int)j, from);
        }
    }
    for (enum before last = 0; last < BEFORES; last++)
        state = steps[width * BEFORES + last].gain > steps[width * BEFORES + state].gain ? last : state;
    best = steps[width * BEFORES + state].gain;
    for (unsigned i = width; i > 0 && chosen != NULL;) {
        const struct step *step = &steps[i * BEFORES + state];
        const struct candidate *candidate =
            step->candidate >= 0 ? &g_array_index(candidates, struct candidate, step->candidate) : NULL;

        if (candidate != NULL)
            g_array_append_val(chosen, *candidate);
        i -= candidate != NULL ? bytes_of(candidate) : 1;
        state = step->from;
    }
    g_free(steps);
    return best;
}

/* How much worse the next best is: with these bytes cut otherwise, or read as another kind. */
static void
find_margins(const struct byte_facts *facts, unsigned at, unsigned width, const GArray *candidates, double best, GArray *chosen)
{
    for (unsigned i = 0; i < chosen->len; i++) {
        struct candidate *candidate = &g_array_index(chosen, struct candidate, i);

        candidate->margin = best - cut(facts, at, width, candidates, candidate, NULL);
    }
}

static int
by_place(const void *a, const void *b)
{
    return (int)begin_of((const struct candidate *)a) - (int)begin_of((const struct candidate *)b);
}

/* ---- how sure ---- */

/* What may be called strong, and what likely at the most; the rest is weak. */
static const enum proposal_strength most_of[TYPES] = {
    [TYPE_ADDRESS] = PROPOSAL_STRONG, [TYPE_CLOCK] = PROPOSAL_STRONG, [TYPE_DATE] = PROPOSAL_STRONG,
    [TYPE_TIME_OF_DAY] = PROPOSAL_STRONG, [TYPE_WEEKDAY] = PROPOSAL_STRONG, [TYPE_COEFFICIENT] = PROPOSAL_LIKELY,
    [TYPE_COPY] = PROPOSAL_STRONG, [TYPE_FOLLOWS] = PROPOSAL_STRONG, [TYPE_COUNTER] = PROPOSAL_STRONG,
    [TYPE_NUMBER] = PROPOSAL_STRONG, [TYPE_BITS] = PROPOSAL_STRONG, [TYPE_TEXT] = PROPOSAL_LIKELY,
    [TYPE_CHECKSUM] = PROPOSAL_STRONG, [TYPE_SERIAL] = PROPOSAL_WEAK, [TYPE_CONSTANT] = PROPOSAL_WEAK,
};

/* A number that nothing known tells: it must be seen to carry from one byte to the next, or count and have its unit behind it. */
static enum proposal_strength
strength_of_number(const struct series *series, const struct candidate *candidate)
{
    if (candidate->of_unit != NULL)
        return candidate->order < series->least_gain ? PROPOSAL_WEAK :
            candidate->distinct > 2 && (candidate->counts || candidate->carries >= SURE_CARRIES) ? PROPOSAL_STRONG
                                                                                            : PROPOSAL_LIKELY;
    if (candidate->width == 1 && candidate->decreases > 0)
        return PROPOSAL_WEAK; /* perhaps the low byte of what was cleared, or carries */
    if (cjt188_raw(candidate->kind)->digits == 7 && candidate->distinct >= SURE_DISTINCT)
        return PROPOSAL_STRONG;
    if (candidate->width < 2 || candidate->carries < SURE_CARRIES || candidate->distinct < SURE_DISTINCT)
        return candidate->order > 40 && candidate->distinct >= SURE_DISTINCT ? PROPOSAL_LIKELY : PROPOSAL_WEAK;
    return candidate->counts && candidate->increases >= SURE_INCREASES ? PROPOSAL_STRONG : PROPOSAL_LIKELY;
}

static enum proposal_strength
strength_of(const struct series *series, const struct candidate *candidate, unsigned rank)
{
    enum proposal_strength strength = most_of[candidate->type];
    /* Few samples are easily all in order by chance. */
    const double few = series->count < FEW_SAMPLES ? 1.6 : 1;

    if (rank > 1 || series->count == 1 || candidate->gain < series->least_gain + LIKELY_GAIN - LEAST_GAIN ||
        candidate->margin < few * LIKELY_MARGIN)
        return PROPOSAL_WEAK;
    if (candidate->margin < few * STRONG_MARGIN || series->count < SURE_SAMPLES)
        strength = MIN(strength, PROPOSAL_LIKELY);
    if (candidate->type == TYPE_CHECKSUM && candidate->distinct < SURE_SUMS)
        strength = MIN(strength, PROPOSAL_LIKELY);
    if (candidate->type == TYPE_BITS && candidate->known == NULL)
        strength = MIN(strength, ws_count_ones(candidate->mask) <= FLAGS_MOST ? PROPOSAL_LIKELY : PROPOSAL_WEAK);
    if (candidate->type == TYPE_DATE && series->meters == 1 && candidate->increases + candidate->decreases == 0)
        strength = PROPOSAL_WEAK; /* one value is easily a date by chance */
    if (candidate->is_open)
        strength = MIN(strength, candidate->type == TYPE_BITS && candidate->known != NULL ? PROPOSAL_LIKELY : PROPOSAL_WEAK);
    if (candidate->by_reply)
        strength = MIN(strength, PROPOSAL_LIKELY);
    if (candidate->type == TYPE_WEEKDAY && candidate->increases < SURE_INCREASES)
        strength = MIN(strength, PROPOSAL_LIKELY);
    if (candidate->type == TYPE_NUMBER || (candidate->type == TYPE_COUNTER && !candidate->is_exact))
        strength = MIN(strength, strength_of_number(series, candidate));
    return strength;
}

static const char *
unit_of(const struct candidate *candidate)
{
    if (!candidate->scaled || candidate->type == TYPE_WEEKDAY)
        return "";
    if (candidate->is_battery)
        return "V";
    if (candidate->of_unit != NULL && (candidate->known == NULL || candidate->type == TYPE_COUNTER))
        return candidate->of_unit->in_joules ? "GJ" : cjt188_class_unit(candidate->of_unit->class);
    return candidate->known != NULL ? candidate->known->unit : "";
}

/* The only meter that a reading's scale and offset are known of, as the user's table names it; NULL: they are round, or
 * several meters agree. The caller frees. */
static char *
fitted_on(const struct series *series, const struct candidate *candidate)
{
    enum { MANUFACTURER_DIGITS = 4, HIGHEST_DIGITS = 2 };
    const struct explore_sample *only = NULL;
    char text[CJT188_TEXT_MAX];

    for (unsigned i = 0; i < series->count && candidate->is_fitted && candidate->scaled; i++) {
        if (isnan(candidate->known->value[i]))
            continue;
        if (only != NULL && only->meter != series->sample[i]->meter)
            return NULL;
        only = series->sample[i];
    }
    if (only == NULL || series->group->meters[only->meter].is_wildcard)
        return NULL;
    cjt188_address_text(only->address, text, sizeof text);
    return g_strdup(text + MANUFACTURER_DIGITS + (only->address[4] == 0 ? HIGHEST_DIGITS : 0));
}

/* Hours that are sent in seconds are read in seconds. */
static void
name_parts(struct proposal *proposal)
{
    static const struct {
        const char *whole;
        double parts;
        const char *unit;
    } units[] = { { "h", 3600, "s" }, { "h", 60, "min" } };

    for (size_t i = 0; i < array_length(units); i++) {
        if (proposal->add == 0 && strcmp(proposal->unit, units[i].whole) == 0 &&
            fabs(proposal->scale * units[i].parts - 1) < 1e-9) {
            proposal->scale = 1;
            proposal->unit = units[i].unit;
        }
    }
}

static struct proposal *
proposal_of(const struct series *series, const struct candidate *candidate, unsigned rank)
{
    struct proposal *proposal = g_new0(struct proposal, 1);

    proposal->at = candidate->at;
    proposal->width = candidate->width;
    proposal->kind = cjt188_raw(candidate->kind)->name;
    proposal->mask = candidate->mask;
    proposal->scale = candidate->scaled ? candidate->scale : 1;
    proposal->add = candidate->scaled ? candidate->add : 0;
    proposal->unit = unit_of(candidate);
    name_parts(proposal);
    proposal->name = say_name(candidate);
    proposal->meter = fitted_on(series, candidate);
    proposal->has_row = candidate->type != TYPE_CHECKSUM;
    proposal->brief = say_briefly(candidate);
    proposal->evidence = say_evidence(series, candidate);
    proposal->gain = candidate->gain;
    proposal->strength = strength_of(series, candidate, rank);
    proposal->rank = rank;
    return proposal;
}

static void
free_proposal(void *data)
{
    struct proposal *proposal = (struct proposal *)data;

    g_free(proposal->name);
    g_free(proposal->meter);
    g_free(proposal->brief);
    g_string_free(proposal->evidence, true);
    g_free(proposal);
}

/* ---- ranking ---- */

/* Another reading of the same bytes: of most of them, or of half from the same start. So it is one of no neighbour, too. */
static bool
is_alternative(const struct candidate *candidate, const struct candidate *chosen)
{
    const unsigned both = 2 * shared(candidate, chosen), width = MAX(candidate->width, chosen->width);

    return candidate->at == chosen->at ? both >= width : both > width;
}

/* The next best reading of the same bytes whose kind or type is not in the list yet. */
static const struct candidate *
next_best(const GArray *candidates, const struct candidate *const *taken, unsigned count)
{
    const struct candidate *best = NULL;

    for (unsigned i = 0; i < candidates->len; i++) {
        const struct candidate *candidate = &g_array_index(candidates, struct candidate, i);
        bool is_new = is_alternative(candidate, taken[0]) && candidate->gain >= MAX(LEAST_GAIN, 0.4 * taken[0]->gain) &&
            (best == NULL || candidate->gain > best->gain);

        for (unsigned j = 0; j < count && is_new; j++)
            is_new = candidate->kind != taken[j]->kind || (candidate->at == taken[j]->at && candidate->width != taken[j]->width && j > 0);
        if (is_new)
            best = candidate;
    }
    return best;
}

/* The chosen reading and others of its bytes, which are weak whatever they save: the chosen one saves more. */
static void
rank(const struct series *series, const struct candidate *chosen, const GArray *candidates, GPtrArray *proposals)
{
    const struct candidate *taken[RANKS] = { chosen };

    for (unsigned i = 0; i < RANKS && taken[i] != NULL; i++) {
        g_ptr_array_add(proposals, proposal_of(series, taken[i], i + 1));
        if (i + 1 < RANKS && chosen->type != TYPE_CONSTANT)
            taken[i + 1] = next_best(candidates, taken, i + 1);
    }
}

static char *
noise_text(const struct byte_facts *facts, const bool *claimed, unsigned at, unsigned width)
{
    GString *text = g_string_new(NULL);

    for (unsigned start = 0, end; start < width; start = end) {
        end = start + 1;
        if (claimed[start] || facts[start].constant)
            continue;
        while (end < width && !claimed[end] && !facts[end].constant)
            end++;
        g_string_append_printf(text, "%s%s %u", text->len > 0 ? ", " : "", end - start > 1 ? "bytes" : "byte", at + start);
        if (end - start > 1)
            g_string_append_printf(text, " to %u", at + end - 1);
    }
    return g_string_free(text, text->len == 0);
}

static GArray *
try_all(const struct series *series, const struct byte_facts *facts, const struct explore_field *field)
{
    GArray *candidates = g_array_new(false, false, sizeof(struct candidate));

    for (unsigned i = 0; i < field->width; i++) {
        struct window window = { .series = series, .facts = facts + i, .at = field->at + i, .before = i };

        for (unsigned width = 1; width <= WINDOW_MAX && i + width <= field->width; width++) {
            window.width = width;
            window.room = field->width - i - width;
            window.raw += facts[i + width - 1].raw;
            try_numbers(&window, candidates);
            try_times(&window, candidates);
            try_others(&window, candidates);
            try_checksums(&window, candidates);
        }
    }
    try_texts(series, facts, field->at, field->width, candidates);
    bound_by_exact(series, candidates);
    g_array_sort(candidates, by_place);
    return candidates;
}

static bool
goes_on(const struct candidate *before, const struct candidate *candidate)
{
    return before->of_unit != NULL && candidate->of_unit != NULL && before->width == candidate->width &&
        before->lead == candidate->lead && begin_of(before) + bytes_of(before) == begin_of(candidate);
}

/* Numbers with a unit, again and again. */
static void
find_alike(GArray *chosen)
{
    for (unsigned start = 0, end; start < chosen->len; start = end) {
        for (end = start + 1; end < chosen->len; end++) {
            if (!goes_on(&g_array_index(chosen, struct candidate, end - 1), &g_array_index(chosen, struct candidate, end)))
                break;
        }
        for (unsigned i = start; i < end && end - start > 1; i++)
            g_array_index(chosen, struct candidate, i).alike = end - start;
    }
}

static void
propose(const struct series *series, const struct byte_facts *facts, const struct explore_field *field, GPtrArray *proposals,
        char **noise)
{
    GArray *candidates = try_all(series, facts, field);
    GArray *chosen = g_array_new(false, false, sizeof(struct candidate));
    bool claimed[UINT8_MAX + 1] = { false };
    const double best = cut(facts, field->at, field->width, candidates, NULL, chosen);

    find_margins(facts, field->at, field->width, candidates, best, chosen);
    for (unsigned i = chosen->len; i > 0; i--) {
        const struct candidate *candidate = &g_array_index(chosen, struct candidate, i - 1);

        if ((candidate->gain < LEAST_GAIN && candidate->type != TYPE_SERIAL) ||
            (candidate->width == 1 && candidate->type == TYPE_NUMBER && candidate->order < series->least_gain))
            g_array_remove_index(chosen, i - 1);
        else
            memset(claimed + begin_of(candidate) - field->at, 1, bytes_of(candidate));
    }
    add_constants(facts, claimed, field->at, field->width, chosen);
    g_array_sort(chosen, by_place);
    find_alike(chosen);
    for (unsigned i = 0; i < chosen->len; i++)
        rank(series, &g_array_index(chosen, struct candidate, i), candidates, proposals);
    *noise = noise_text(facts, claimed, field->at, field->width);
    g_array_unref(candidates);
    g_array_unref(chosen);
}

/* How many windows of up to WINDOW_MAX bytes lie in a field. */
static unsigned
windows_of(unsigned width)
{
    unsigned windows = 0;

    for (unsigned i = 1; i <= MIN(width, WINDOW_MAX); i++)
        windows += width - i + 1;
    return windows;
}

GPtrArray *
explore_propose(const struct explore_group *group, const struct explore_field *field, char **noise)
{
    GPtrArray *proposals = g_ptr_array_new_with_free_func(free_proposal);
    struct byte_facts facts[UINT8_MAX + 1];
    struct series *series;

    *noise = NULL;
    if (group->sample_count == 0)
        return proposals;
    series = series_new(group);
    series->least_gain = LEAST_GAIN + log2(windows_of(field->width));
    for (unsigned i = 0; i < field->width; i++)
        series_byte_facts(series, field->at + i, &facts[i]);
    propose(series, facts, field, proposals, noise);
    series_free(series);
    return proposals;
}

/* ---- rows ---- */

const char *
explore_strength_text(enum proposal_strength strength)
{
    static const char *const texts[] = { "weak", "likely", "strong" };

    return texts[strength];
}

static char *
number_text(double number, double left_out)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    return number == left_out ? g_strdup("") : g_strdup(g_ascii_formatd(text, sizeof text, "%.10g", number));
}

/* Some replies have no identifier: what is behind SER then begins sooner. */
char *
explore_row(const struct explore_group *group, const struct proposal *proposal)
{
    char *scale = number_text(proposal->scale, 1), *add = number_text(proposal->add, 0);
    char *mask = proposal->mask != 0 ? g_strdup_printf("%02X", proposal->mask) : g_strdup("");
    char *note = g_strdup_printf("proposed by the explorer: %s", proposal->evidence->str);
    const struct userfield_row parts = {
        .dialect = group->dialect, .meter = proposal->meter, .is_reply = group->is_reply,
        .has_di = group->length >= group->width + 2,
        .control = group->control, .di = group->di, .length = group->length, .at = proposal->at, .width = proposal->width,
        .kind = proposal->kind, .mask = mask, .scale = scale, .add = add, .unit = proposal->unit, .name = proposal->name,
        .note = note,
    };
    char *row = cjt188_userfield_row(&parts);

    g_free(scale);
    g_free(add);
    g_free(mask);
    g_free(note);
    return row;
}
