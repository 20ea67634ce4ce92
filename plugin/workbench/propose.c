/* propose.c
 * From the readings tried to the fields proposed: cuts undocumented bytes into fields, ranks, and says why.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "propose.h"

#include <math.h>

#include "userfields.h"

enum {
    TEXT_LEAST = 4,
    TEXT_MOST = 32,
    RANKS = 3,            /* proposals for the same bytes */
    SURE_INCREASES = 8,
    SURE_SAMPLES = 16,
};

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
        struct candidate text = { .type = TYPE_TEXT, .kind = "text", .scale = 1, .at = at + start };
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
        struct candidate constant = { .type = TYPE_CONSTANT, .kind = "bytes", .scale = 1, .at = at + start };

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

static void
cut(const struct byte_facts *facts, unsigned at, unsigned width, const GArray *candidates, GArray *chosen)
{
    struct step *steps = g_new0(struct step, (width + 1) * BEFORES);
    enum before state = BEHIND_FIELD;

    for (unsigned i = 1; i < (width + 1) * BEFORES; i++)
        steps[i].gain = -INFINITY;
    for (unsigned i = 0; i < width; i++) {
        for (enum before from = 0; from < BEFORES; from++) {
            if (steps[i * BEFORES + from].gain > -INFINITY)
                leave_byte(steps, &facts[i], i, from, steps[i * BEFORES + from].gain);
        }
        for (unsigned j = 0; j < candidates->len; j++) {
            const struct candidate *candidate = &g_array_index(candidates, struct candidate, j);

            for (enum before from = 0; candidate->at == at + i && from < BEFORES; from++)
                improve(steps, i + candidate->width, BEHIND_FIELD, steps[i * BEFORES + from].gain + candidate->gain, (int)j, from);
        }
    }
    for (enum before last = 0; last < BEFORES; last++)
        state = steps[width * BEFORES + last].gain > steps[width * BEFORES + state].gain ? last : state;
    for (unsigned i = width; i > 0;) {
        const struct step *step = &steps[i * BEFORES + state];

        if (step->candidate >= 0)
            g_array_append_val(chosen, g_array_index(candidates, struct candidate, step->candidate));
        i -= step->candidate >= 0 ? g_array_index(candidates, struct candidate, step->candidate).width : 1;
        state = step->from;
    }
    g_free(steps);
}

/* ---- saying why ---- */

static const char *
plural(unsigned count)
{
    return count == 1 ? "" : "s";
}

static void
say_samples(GString *text, const struct series *series)
{
    g_string_append_printf(text, " in %u sample%s of %u meter%s", series->count, plural(series->count), series->meters,
                           plural(series->meters));
}

static void
say_known(GString *text, const struct candidate *candidate)
{
    if (candidate->known->is_time)
        g_string_append_printf(text, ", advances with time, one count each %.4g s (r = %.4f)", candidate->per_count, candidate->r);
    else
        g_string_append_printf(text, ", advances with the %s, one count each %.4g %s (r = %.4f)", candidate->known->name,
                               candidate->per_count, candidate->known->unit, candidate->r);
}

static void
say_copy(GString *text, const struct series *series, const struct candidate *candidate)
{
    const double count = fabs(candidate->per_count);

    g_string_append_printf(text, "equals the %s%s", candidate->known->name,
                           candidate->per_count < 0 ? " with its sign turned" : "");
    if (candidate->cut_off && candidate->known->unit[0] != '\0')
        g_string_append_printf(text, ", cut off to %.4g %s,", count, candidate->known->unit);
    else if (candidate->cut_off)
        g_string_append_printf(text, ", cut off to whole counts of %.4g,", count);
    g_string_append_printf(text, " in %u of %u samples (r = %.4f)", candidate->exact, series->count - candidate->known->missing,
                           candidate->r);
}

static void
say_coefficient(GString *text, const struct series *series, const struct candidate *candidate)
{
    double least = INFINITY, most = -INFINITY;

    for (unsigned i = 0; i < series->count; i++) {
        const uint8_t *b = series->data[i] + candidate->at;

        least = MIN(least, (b[1] << 8 | b[0]) / 4096.0);
        most = MAX(most, (b[1] << 8 | b[0]) / 4096.0);
    }
    if (least == most)
        g_string_append_printf(text, "value/4096 is %.4f", least);
    else
        g_string_append_printf(text, "value/4096 is %.4f to %.4f", least, most);
    say_samples(text, series);
}

/* More than that its bytes are decimal digits. */
static bool
is_orderly(const struct series *series, const struct candidate *candidate)
{
    return candidate->type != TYPE_NUMBER || candidate->order >= series->least_gain;
}

static void
say_number(GString *text, const struct candidate *candidate, const struct series *series)
{
    g_string_append_printf(text, "%s", strcmp(candidate->kind, "BCD") == 0 ? "decimal digits" : "whole numbers");
    say_samples(text, series);
    if (candidate->type == TYPE_COUNTER) {
        g_string_append_printf(text, ", increases %u time%s", candidate->increases, plural(candidate->increases));
        if (candidate->restarts > 0)
            g_string_append_printf(text, ", goes on from its end at 0 %u time%s", candidate->restarts,
                                   plural(candidate->restarts));
        g_string_append(text, " and ");
        if (candidate->decreases == 0)
            g_string_append(text, "does not decrease");
        else
            g_string_append_printf(text, "decreases %u time%s", candidate->decreases, plural(candidate->decreases));
        if (candidate->known != NULL)
            say_known(text, candidate);
        else
            g_string_append(text, ", in step with nothing known");
    } else {
        g_string_append(text,
                        is_orderly(series, candidate) ? ", closer together than loose bytes would be"
                                                      : ", in no order that was found");
    }
}

static GString *
evidence_of(const struct series *series, const struct candidate *candidate)
{
    static const char *const plain[] = {
        [TYPE_ADDRESS] = "equals bytes of the address",
        [TYPE_TEXT] = "letters and digits",
        [TYPE_SERIAL] = "differs between meters, never changes within one,",
        [TYPE_CONSTANT] = "always the same",
    };
    GString *text = g_string_new(NULL);

    switch (candidate->type) {
    case TYPE_ADDRESS:
    case TYPE_TEXT:
    case TYPE_SERIAL:
    case TYPE_CONSTANT:
        g_string_append(text, plain[candidate->type]);
        say_samples(text, series);
        break;
    case TYPE_CLOCK:
        g_string_append_printf(text, "a valid date and time of day%s",
                               candidate->is_near ? " near the time of capture" : "");
        say_samples(text, series);
        break;
    case TYPE_DATE:
        g_string_append(text, "a valid date");
        say_samples(text, series);
        if (candidate->increases > 0)
            g_string_append_printf(text, ", follows the day of capture (%u change%s)", candidate->increases, plural(candidate->increases));
        break;
    case TYPE_COEFFICIENT:
        say_coefficient(text, series, candidate);
        break;
    case TYPE_COPY:
        say_copy(text, series, candidate);
        break;
    case TYPE_FOLLOWS:
        g_string_append_printf(text, "follows the %s%s (r = %.4f, one count is %.4g %s)", candidate->known->name,
                               candidate->known->is_time ? "" : " of the last reading", candidate->r, candidate->per_count,
                               candidate->known->unit);
        say_samples(text, series);
        break;
    case TYPE_BITS:
        g_string_append_printf(text, "only the bits %02X ever differ", candidate->mask);
        say_samples(text, series);
        break;
    default:
        say_number(text, candidate, series);
    }
    return text;
}

static enum proposal_strength
strength_of(const struct series *series, const struct candidate *candidate, unsigned rank)
{
    static const enum proposal_strength most[] = {
        [TYPE_ADDRESS] = PROPOSAL_STRONG, [TYPE_CLOCK] = PROPOSAL_STRONG, [TYPE_DATE] = PROPOSAL_STRONG,
        [TYPE_COEFFICIENT] = PROPOSAL_LIKELY, [TYPE_COPY] = PROPOSAL_STRONG, [TYPE_FOLLOWS] = PROPOSAL_STRONG,
        [TYPE_COUNTER] = PROPOSAL_STRONG, [TYPE_NUMBER] = PROPOSAL_LIKELY, [TYPE_BITS] = PROPOSAL_LIKELY,
        [TYPE_TEXT] = PROPOSAL_LIKELY, [TYPE_SERIAL] = PROPOSAL_WEAK, [TYPE_CONSTANT] = PROPOSAL_WEAK,
    };
    const bool is_number = candidate->type == TYPE_NUMBER || candidate->type == TYPE_COUNTER;
    enum proposal_strength strength = most[candidate->type];

    if (rank > 1 || series->count == 1 || candidate->gain < series->least_gain + LIKELY_GAIN - LEAST_GAIN)
        return PROPOSAL_WEAK;
    if (candidate->type == TYPE_COUNTER && candidate->increases < SURE_INCREASES)
        strength = MIN(strength, PROPOSAL_LIKELY);
    if (is_number && (candidate->order < series->least_gain ||
                      (candidate->type == TYPE_NUMBER && candidate->order < 0.5 * series->count)))
        strength = PROPOSAL_WEAK;
    if (candidate->type == TYPE_FOLLOWS && (fabs(candidate->r) < 0.95 || series->count < SURE_SAMPLES))
        strength = MIN(strength, PROPOSAL_LIKELY);
    return strength;
}

static char *
name_of(const struct candidate *candidate)
{
    static const char *const names[] = {
        [TYPE_ADDRESS] = "Address", [TYPE_CLOCK] = "Clock", [TYPE_DATE] = "Date", [TYPE_COEFFICIENT] = "Coefficient",
        [TYPE_COUNTER] = "Counter", [TYPE_NUMBER] = "Number", [TYPE_BITS] = "Flags", [TYPE_TEXT] = "Text",
        [TYPE_SERIAL] = "Parameter", [TYPE_CONSTANT] = "Constant",
    };

    if (candidate->type == TYPE_COPY)
        return g_strdup_printf("Copy of %s at %u", candidate->known->name, candidate->at);
    if (candidate->type == TYPE_FOLLOWS)
        return g_strdup_printf("Follows %s at %u", candidate->known->name, candidate->at);
    return g_strdup_printf("%s at %u", names[candidate->type], candidate->at);
}

static struct proposal *
proposal_of(const struct series *series, const struct candidate *candidate, unsigned rank)
{
    struct proposal *proposal = g_new0(struct proposal, 1);

    proposal->at = candidate->at;
    proposal->width = candidate->width;
    proposal->kind = candidate->kind;
    proposal->mask = candidate->mask;
    proposal->scale = candidate->scaled ? candidate->scale : 1;
    proposal->add = candidate->scaled ? candidate->add : 0;
    proposal->unit = candidate->scaled ? candidate->known->unit : "";
    proposal->name = name_of(candidate);
    proposal->evidence = evidence_of(series, candidate);
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

static int
by_place(const void *a, const void *b)
{
    return (int)((const struct candidate *)a)->at - (int)((const struct candidate *)b)->at;
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
        g_string_append_printf(text, "%s%u", text->len > 0 ? ", " : "", at + start);
        if (end - start > 1)
            g_string_append_printf(text, " to %u", at + end - 1);
    }
    return g_string_free(text, text->len == 0);
}

static void
propose(const struct series *series, const struct byte_facts *facts, const struct explore_field *field, GPtrArray *proposals,
        char **noise)
{
    GArray *candidates = g_array_new(false, false, sizeof(struct candidate));
    GArray *chosen = g_array_new(false, false, sizeof(struct candidate));
    bool claimed[UINT8_MAX + 1] = { false };

    for (unsigned i = 0; i < field->width; i++) {
        for (unsigned width = 1; width <= WINDOW_MAX && i + width <= field->width; width++) {
            try_numbers(series, facts + i, field->at + i, width, candidates);
            try_others(series, facts + i, field->at + i, width, candidates);
        }
    }
    try_texts(series, facts, field->at, field->width, candidates);
    bound_by_exact(series, candidates);
    cut(facts, field->at, field->width, candidates, chosen);
    for (unsigned i = chosen->len; i > 0; i--) {
        const struct candidate *candidate = &g_array_index(chosen, struct candidate, i - 1);

        if ((candidate->gain < LEAST_GAIN && candidate->type != TYPE_SERIAL) ||
            (candidate->width == 1 && !is_orderly(series, candidate)))
            g_array_remove_index(chosen, i - 1);
        else
            memset(claimed + candidate->at - field->at, 1, candidate->width);
    }
    add_constants(facts, claimed, field->at, field->width, chosen);
    g_array_sort(chosen, by_place);
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
        .dialect = group->dialect, .is_reply = group->is_reply, .has_di = group->length >= group->width + 2,
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
