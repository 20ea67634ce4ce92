/* notes-values.c
 * What the notes show of the values of a field: all, or, masked, nothing that tells a meter or a household from others.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Masked, a byte is hidden that takes part in a number of a meter, wherever it stands. In bytes that no document explains
 * such a number may be one that nobody has told us: there a byte is hidden that its meter never changed, unless three meters
 * agree in it and in all else that is shown of them. Times of day are told to the hour.
 */
#include "notes-values.h"

#include "cjt188-raw.h"

#include "userfields.h"

enum { CROWD = 3 }; /* so many meters that one of them is nobody */

void
notes_values_clear(struct notes_values *values)
{
    for (unsigned i = 0; i < EXPLORE_METERS; i++)
        g_clear_pointer(&values->shared[i], g_free);
}

/* ---- times of day ---- */

static bool
is_time_of_day(enum cjt188_value_kind kind)
{
    return kind == CJT188_K_CLOCK || kind == CJT188_K_UNIX_LOW || kind == CJT188_K_UNIX_HIGH ||
        kind == CJT188_K_HOUR_MINUTE_LOW || kind == CJT188_K_HOUR_MINUTE_HIGH;
}

void
notes_values_learn(struct notes_values *values, const GPtrArray *proposals)
{
    for (unsigned i = 0; i < proposals->len; i++) {
        const struct proposal *proposal = (const struct proposal *)g_ptr_array_index(proposals, i);

        if (is_time_of_day(cjt188_raw_named(proposal->kind)))
            memset(values->is_time + proposal->at, true, proposal->width * sizeof values->is_time[0]);
    }
}

static bool
is_clock(const struct explore_field *field)
{
    return field->own != NULL ? is_time_of_day(cjt188_userfield_form(field->own).kind)
                              : field->row != NULL && field->row->kind == CJT188_K_CLOCK;
}

/* A clock that shows no time shows its digits. */
static bool
shows_digits(const struct explore_field *field)
{
    return field->least.order != EXPLORE_TEXT || field->most.order != EXPLORE_TEXT || field->example.order != EXPLORE_TEXT;
}

/* Times that go on are no number, though their year stays. */
static bool
goes_on(const struct explore_field *field)
{
    return (is_clock(field) || cjt188_userfield_form(field->own).kind == CJT188_K_DATE) && field->first_change != 0 &&
        !shows_digits(field);
}

/* Bytes of which nobody says that they are no number of a meter. */
static bool
is_open(const struct explore_field *field)
{
    return field->undocumented || (field->own != NULL && !goes_on(field)) ||
        (field->row != NULL && field->row->kind == CJT188_K_BYTES);
}

/* "2026-04-27 18:12:15" is "2026-04-27 18:··": minutes and seconds find a meter in other captures of that day. */
static char *
to_the_hour(const char *text)
{
    GString *hours = g_string_new(NULL);

    while (*text != '\0') {
        const bool is_behind_digit = hours->len > 0 && g_ascii_isdigit(hours->str[hours->len - 1]);

        if (!is_behind_digit || text[0] != ':' || !g_ascii_isdigit(text[1]) || !g_ascii_isdigit(text[2])) {
            g_string_append_c(hours, *text++);
            continue;
        }
        g_string_append(hours, ":··");
        while (text[0] == ':' && g_ascii_isdigit(text[1]) && g_ascii_isdigit(text[2]))
            text += 3;
    }
    return g_string_free(hours, false);
}

/* ---- bytes that a crowd of meters has in common ---- */

/* Has a meter had this byte always, at this place? */
static bool
has_always(const struct explore_meter *meter, unsigned at, uint8_t byte)
{
    return !meter->is_wildcard && meter->toggled[at] == 0 && meter->last[at] == byte;
}

/* A meter heard on two lines is one. */
static bool
is_counted_before(const struct explore_group *group, unsigned meter)
{
    for (unsigned i = 0; i < meter; i++) {
        if (memcmp(group->meters[i].number, group->meters[meter].number, sizeof group->meters[i].number) == 0)
            return true;
    }
    return false;
}

static unsigned
crowd_at(const struct explore_group *group, const bool *is_member, unsigned at, uint8_t byte)
{
    unsigned count = 0;

    for (unsigned i = 0; i < group->meter_count; i++)
        count += is_member[i] && has_always(&group->meters[i], at, byte);
    return count;
}

/* The place that the most meters have in common with this one, of those that are not tried yet; false: no crowd does. */
static bool
next_place(const unsigned *crowd, const bool *is_tried, unsigned width, unsigned *at)
{
    unsigned most = CROWD - 1;

    for (unsigned i = 0; i < width; i++) {
        if (is_tried[i] || crowd[i] <= most)
            continue;
        most = crowd[i];
        *at = i;
    }
    return most >= CROWD;
}

/* By place: may a byte that this meter never changed be shown? All that may be is the same in one crowd, whose members so
 * cannot be told apart; where different crowds have different bytes in common, the larger one's are tried first. */
static const bool *
shared_of(struct notes_values *values, unsigned meter)
{
    const struct explore_group *group = values->group;
    const uint8_t *bytes = group->meters[meter].last;
    bool is_member[EXPLORE_METERS], is_tried[UINT8_MAX] = { false };
    unsigned crowd[UINT8_MAX], at = 0;

    if (values->shared[meter] != NULL)
        return values->shared[meter];
    values->shared[meter] = g_new0(bool, group->width + 1);
    for (unsigned i = 0; i < group->meter_count; i++)
        is_member[i] = !is_counted_before(group, i);
    for (unsigned i = 0; i < group->width; i++)
        crowd[i] = has_always(&group->meters[meter], i, bytes[i]) ? crowd_at(group, is_member, i, bytes[i]) : 0;
    while (next_place(crowd, is_tried, group->width, &at)) {
        is_tried[at] = true;
        if (crowd_at(group, is_member, at, bytes[at]) < CROWD)
            continue;
        values->shared[meter][at] = true;
        for (unsigned i = 0; i < group->meter_count; i++)
            is_member[i] = is_member[i] && has_always(&group->meters[i], at, bytes[at]);
    }
    return values->shared[meter];
}

/* ---- bytes that are hidden ---- */

/* Is a field about a meter's identity, whatever it holds? A frame in transit has the number of another protocol's meter. */
static bool
is_identity(const struct explore_field *field)
{
    static const char *const fields[] = { "cjt188.new_address", "cjt188.meter_number", "cjt188.key",
                                          "cjt188.mbus.data" };

    for (size_t i = 0; i < array_length(fields); i++) {
        if (g_str_equal(field->abbrev, fields[i]))
            return true;
    }
    return false;
}

/* A value in bytes, and which of them are hidden: zeros are not. Frames from a wildcard address are of several meters, none
 * of which is known to have changed any. Returns how many are. */
static unsigned
find_hidden(struct notes_values *values, const struct explore_field *field, const struct explore_shown *shown,
            uint8_t *bytes, bool *hidden)
{
    const struct explore_group *group = values->group;
    const struct explore_meter *meter = &group->meters[shown->meter];
    const bool *shared = is_open(field) ? shared_of(values, shown->meter) : NULL;
    uint8_t toggled[UINT8_MAX];
    unsigned count = 0;

    explore_value_bytes(field, shown->data, bytes);
    explore_value_bytes(field, meter->toggled, toggled);
    for (unsigned i = 0; i < field->width; i++)
        hidden[i] = shared != NULL && (meter->is_wildcard || (toggled[i] == 0 && !shared[field->at + i]));
    for (unsigned i = 0; i < field->width; i++)
        hidden[i] = hidden[i] || (field->undocumented && values->is_time[field->at + i]);
    mask_bytes(values->mask, shown->data, group->width, field->at, field->width, meter->number, is_open(field), hidden);
    for (unsigned i = 0; i < field->width; i++) {
        hidden[i] = hidden[i] && bytes[i] != 0;
        count += hidden[i];
    }
    return count;
}

/* Fewest and most hidden bytes of what is shown of a field. */
static void
count_hidden(struct notes_values *values, const struct explore_field *field, unsigned *fewest, unsigned *most)
{
    const struct explore_shown *const all[] = { &field->least, &field->most, &field->example };
    uint8_t bytes[UINT8_MAX];
    bool hidden[UINT8_MAX];

    *fewest = UINT_MAX;
    *most = 0;
    for (size_t i = 0; i < array_length(all); i++) {
        const unsigned count = find_hidden(values, field, all[i], bytes, hidden);

        *fewest = MIN(*fewest, count);
        *most = MAX(*most, count);
    }
}

bool
notes_values_are_masked(struct notes_values *values, const struct explore_field *field)
{
    unsigned fewest, most;

    if (values->mask == NULL || field->is_zero)
        return false;
    if (is_identity(field) || (is_open(field) && values->is_partial))
        return true;
    count_hidden(values, field, &fewest, &most);
    return fewest == field->width || (is_clock(field) && (most > 0 || shows_digits(field)));
}

/* ---- text ---- */

static char *
dotted_text(const uint8_t *bytes, const bool *hidden, unsigned width)
{
    enum { SHOWN = 32 };
    GString *text = g_string_new(NULL);

    for (unsigned i = 0; i < width && i < SHOWN; i++) {
        if (hidden[i])
            g_string_append(text, "··");
        else
            g_string_append_printf(text, "%02X", bytes[i]);
        if (i + 1 < width)
            g_string_append(text, i + 1 < SHOWN ? " " : " …");
    }
    return g_string_free(text, false);
}

/* The user's unit behind a number: masked, the explorer leaves it to us. */
static char *
with_unit(const struct notes_values *values, const struct explore_field *field, const struct explore_shown *shown, char *text)
{
    const char *unit = field->own != NULL && values->names && shown->order == EXPLORE_NUMBER
        ? cjt188_userfield_form(field->own).unit : "";
    char *words = mask_words(values->mask, unit);
    char *full = g_strconcat(text, words[0] != '\0' ? " " : "", words, NULL);

    g_free(words);
    g_free(text);
    return full;
}

char *
notes_value_text(struct notes_values *values, const struct explore_field *field, const struct explore_shown *shown)
{
    uint8_t bytes[UINT8_MAX];
    bool hidden[UINT8_MAX];
    unsigned fewest, most;

    if (values->mask == NULL)
        return g_strdup(shown->text);
    count_hidden(values, field, &fewest, &most);
    if (most == 0)
        return with_unit(values, field, shown, to_the_hour(shown->text));
    find_hidden(values, field, shown, bytes, hidden);
    return dotted_text(bytes, hidden, field->width);
}
