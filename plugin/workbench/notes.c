/* notes.c
 * tshark -z cjt188,notes[,mask[,names]]: a Markdown page of what a capture teaches about the protocol.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * With "mask" no meter can be told from the page: meters are "meter 1", "meter 2" in the order of the capture, the user's
 * fields go by their suffix and without unit and note, unless "names" says that their words are to stay. Numbers of meters
 * are replaced in any words; what is shown of values is in notes-values.c. Names from the user's Meters table are not shown
 * in either case.
 */
#include "notes.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <time.h>

#include "cjt188-bytes.h"

#include "explore.h"
#include "mask.h"
#include "notes-values.h"
#include "userfields.h"

#include <epan/stat_groups.h>
#include <epan/stat_tap_ui.h>

#define NOTES_OPTION "cjt188,notes"

enum { NOTES_METERS = 4096, NOTES_LINES = 256 };

static const char another_meter[] = "another meter";

struct noted_meter {
    uint64_t key;
    char *display;
    const char *dialect;       /* of its last reply; lives as long as the program */
    uint64_t requests, replies; /* `requests`: as count_asked() has found them */
};

/* A frame that came from no meter. */
struct asked {
    fact_id id;
    struct noted_meter *meter; /* NULL: to all, or to one of too many */
    bool is_wildcard;
};

struct notes {
    struct mask *mask; /* NULL: nothing is to be masked */
    bool names;        /* the user's fields keep their words, masked or not */
    struct explore *explore;
    GPtrArray *meters;         /* struct noted_meter */
    GHashTable *meter_index;   /* number -> struct noted_meter */
    GHashTable *lines;
    bool more_meters, more_lines;
    uint64_t frames, replies, errors, damaged, truncated, noise_bytes, neighbours;
    GArray *asked; /* struct asked: whether one was an echo, or got a reply, is known later */
    nstime_t first, last;
    bool has_time;
};

/* ---- taking in ---- */

static void
free_meter(void *data)
{
    g_free(((struct noted_meter *)data)->display);
    g_free(data);
}

static struct noted_meter *
meter_of(struct notes *notes, const struct cjt188_decoded *frame)
{
    const uint8_t *number = frame->bytes + CJT188_OFF_ADDRESS;
    const uint64_t key = cjt188_low_first(number, CJT188_NUMBER_BYTES);
    char display[CJT188_TEXT_MAX];
    struct noted_meter *meter = (struct noted_meter *)g_hash_table_lookup(notes->meter_index, &key);

    if (meter != NULL)
        return meter;
    if (notes->meters->len >= NOTES_METERS) {
        notes->more_meters = true;
        return NULL;
    }
    meter = g_new0(struct noted_meter, 1);
    meter->key = key;
    cjt188_number_text(number, frame->number_high_first, display, sizeof display);
    meter->display = g_strdup(display);
    g_ptr_array_add(notes->meters, meter);
    if (notes->mask != NULL) {
        snprintf(display, sizeof display, "meter %u", notes->meters->len);
        mask_add(notes->mask, number, display);
    }
    g_hash_table_insert(notes->meter_index, &meter->key, meter);
    return meter;
}

static void
note_frame(struct notes *notes, const struct cjt188_seen *seen)
{
    const struct cjt188_decoded *frame = seen->frame;
    struct noted_meter *meter = frame->is_wildcard ? NULL : meter_of(notes, frame);
    const struct asked asked = { seen->id, meter, frame->is_wildcard };

    notes->frames++;
    notes->replies += frame->is_reply && !frame->is_error;
    notes->errors += frame->is_error;
    if (!cjt188_is_from_meter(frame))
        g_array_append_val(notes->asked, asked);
    if (meter == NULL)
        return;
    meter->replies += frame->is_reply;
    if (frame->is_reply)
        meter->dialect = frame->dialect->name;
}

static void
note_line(struct notes *notes, const struct cjt188_line *line)
{
    if (g_hash_table_contains(notes->lines, GUINT_TO_POINTER(line->id)))
        return;
    if (g_hash_table_size(notes->lines) >= NOTES_LINES)
        notes->more_lines = true;
    else
        g_hash_table_add(notes->lines, GUINT_TO_POINTER(line->id));
}

static void
note_time(struct notes *notes, const nstime_t *time)
{
    if (!notes->has_time || nstime_cmp(time, &notes->first) < 0)
        notes->first = *time;
    if (!notes->has_time || nstime_cmp(time, &notes->last) > 0)
        notes->last = *time;
    notes->has_time = true;
}

static void
note_piece(struct notes *notes, packet_info *pinfo, const struct cjt188_seen *seen)
{
    note_line(notes, seen->line);
    if (seen->line_error)
        return;
    notes->damaged += seen->kind == CJT188_DAMAGED;
    notes->truncated += seen->kind == CJT188_TRUNCATED;
    notes->noise_bytes += seen->kind == CJT188_NOISE ? seen->length : 0;
    notes->neighbours += seen->kind == CJT188_MBUS || seen->kind == CJT188_DLT645;
    if (seen->kind == CJT188_FRAME)
        note_frame(notes, seen);
    if (notes->mask != NULL) /* it may stand elsewhere, though it is damaged and counts for no meter */
        mask_add_seen(notes->mask, seen, another_meter);
    if (!cjt188_is_echo(seen))
        explore_add(notes->explore, pinfo, seen);
}

static tap_packet_status
add_packet(void *data, packet_info *pinfo, epan_dissect_t *edt _U_, const void *packet, tap_flags_t flags _U_)
{
    struct notes *notes = (struct notes *)data;

    note_time(notes, &pinfo->abs_ts);
    for (const struct cjt188_seen *seen = ((const struct cjt188_tap *)packet)->first; seen != NULL; seen = seen->next)
        note_piece(notes, pinfo, seen);
    return TAP_PACKET_DONT_REDRAW;
}

/* ---- Markdown ---- */

/* A table's cell: nothing in it may be taken for Markdown or HTML. */
static void
append_escaped(GString *page, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\n' || *text == '\r' || *text == '\t')
            g_string_append_c(page, ' ');
        else if (*text == '<')
            g_string_append(page, "&lt;");
        else if (*text == '>')
            g_string_append(page, "&gt;");
        else if (*text == '&')
            g_string_append(page, "&amp;");
        else if ((unsigned char)*text < 0x20 || *text == 0x7F)
            g_string_append_c(page, '?');
        else {
            if (strchr("\\`*_[]|#~", *text) != NULL)
                g_string_append_c(page, '\\');
            g_string_append_c(page, *text);
        }
    }
}

static void
append_cell(GString *page, const char *text)
{
    g_string_append(page, " ");
    append_escaped(page, text);
    g_string_append(page, " |");
}

static void G_GNUC_PRINTF(2, 3)
append_format_cell(GString *page, const char *format, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    append_cell(page, text);
    g_free(text);
}

/* ---- what a field means, and who says so ---- */

/* A blurb ends in its source, in parentheses. */
static char *
split_blurb(const char *blurb, char **source)
{
    const char *open = strrchr(blurb, '(');
    const size_t length = strlen(blurb);
    char *meaning;

    *source = NULL;
    if (open == NULL || length == 0 || blurb[length - 1] != ')')
        return g_strdup(blurb);
    *source = g_strndup(open + 1, (size_t)(blurb + length - 1 - (open + 1)));
    meaning = g_strndup(blurb, (size_t)(open - blurb));
    return g_strchomp(meaning);
}

/* Blurbs of numbers say no more than their unit, which tells the owner of a meter nothing, and some say nothing but their
 * source: with the field's name it does. */
static char *
full_meaning(const char *name, char *meaning)
{
    static const char *const units[] = { "kWh", "kW", "m³/h", "m³", "°C", "K", "h", "s", "V" };
    char *full = NULL;

    for (size_t i = 0; i < array_length(units) && full == NULL; i++) {
        const size_t length = strlen(units[i]);

        if (strncmp(meaning, units[i], length) == 0 &&
            (meaning[length] == '\0' || strchr(",; ", meaning[length]) != NULL))
            full = g_strdup_printf("%s in %s", name, meaning);
    }
    if (full == NULL)
        full = g_strdup(meaning[0] != '\0' ? meaning : name);
    g_free(meaning);
    return full;
}

/* Somebody's own words in a cell. */
static void
append_words(GString *page, const struct notes *notes, const char *words)
{
    char *text = mask_words(notes->mask, words);

    append_cell(page, text);
    g_free(text);
}

/* The note, and how the bytes become a number of which unit: "the display, page 3; BCD × 0.1, in h". */
static void
append_own_meaning(GString *page, const struct notes *notes, const struct own_field *own)
{
    const struct userfield_form form = cjt188_userfield_form(own);
    const bool has_words = notes->names;
    GString *meaning = g_string_new(NULL);

    if (has_words && form.note[0] != '\0')
        g_string_append_printf(meaning, "%s; ", form.note);
    g_string_append(meaning, cjt188_raw(form.kind)->name);
    if (form.mask != 0)
        g_string_append_printf(meaning, " %02X", form.mask);
    if (form.scale != form.divisor)
        g_string_append_printf(meaning, " × %.12g", form.scale / form.divisor);
    if (form.add != 0)
        g_string_append_printf(meaning, " %c %.12g", form.add < 0 ? '-' : '+', fabs(form.add / form.divisor));
    if (has_words && form.unit[0] != '\0')
        g_string_append_printf(meaning, ", in %s", form.unit);
    append_words(page, notes, meaning->str);
    g_string_free(meaning, true);
    append_cell(page, "user's table");
}

static void
append_meaning(GString *page, const struct explore_field *field)
{
    const header_field_info *info = proto_registrar_get_byname(field->abbrev);
    char *source = NULL, *meaning = NULL;

    if (info != NULL && info->blurb != NULL)
        meaning = full_meaning(info->name, split_blurb(info->blurb, &source));
    append_cell(page, meaning != NULL ? meaning : "");
    append_cell(page, source != NULL ? source : field->undocumented ? "nobody" : "not said");
    g_free(meaning);
    g_free(source);
}

static void
append_values(GString *page, struct notes_values *values, const struct explore_field *field)
{
    char *least, *most, *example;

    if (notes_values_are_masked(values, field)) {
        append_cell(page, "masked");
        append_cell(page, "masked");
        return;
    }
    least = notes_value_text(values, field, &field->least);
    most = notes_value_text(values, field, &field->most);
    example = notes_value_text(values, field, &field->example);
    if (field->distinct.used == 1 && !field->distinct.more)
        append_format_cell(page, "%s %s", field->seen == 1 ? "once" : "always", least);
    else if (g_str_equal(least, most)) /* fillers are no part of a range */
        append_cell(page, least);
    else
        append_format_cell(page, "%s … %s", least, most);
    append_cell(page, example);
    g_free(least);
    g_free(most);
    g_free(example);
}

static void
append_place(GString *page, unsigned at, unsigned width)
{
    g_string_append(page, "|");
    append_format_cell(page, "%u", at);
    append_format_cell(page, "%u", width);
}

static void
append_field(GString *page, const struct notes *notes, struct notes_values *values, const struct explore_field *field)
{
    append_place(page, field->at, field->width);
    if (field->own != NULL) {
        append_words(page, notes, notes->names ? cjt188_userfield_form(field->own).name : field->name);
        append_own_meaning(page, notes, field->own);
    } else {
        append_cell(page, field->name);
        append_meaning(page, field);
    }
    append_values(page, values, field);
    g_string_append_c(page, '\n');
}

/* The evidence for a coefficient is its value. */
static bool
tells_value(const struct notes *notes, const struct proposal *proposal)
{
    return notes->mask != NULL && g_str_equal(proposal->kind, "value/4096");
}

/* The best reading of each part of an undocumented field, as rows of its own below it. */
static void
append_proposals(GString *page, const struct notes *notes, struct notes_values *values, const struct explore_field *field,
                 const GPtrArray *proposals)
{
    for (unsigned i = 0; i < proposals->len; i++) {
        const struct proposal *proposal = (const struct proposal *)g_ptr_array_index(proposals, i);

        if (proposal->rank != 1)
            continue;
        append_place(page, proposal->at, proposal->width);
        append_format_cell(page, "%s?", proposal->name);
        if (tells_value(notes, proposal))
            append_cell(page, proposal->kind);
        else
            append_format_cell(page, "%s: %s", proposal->kind, proposal->evidence->str);
        append_format_cell(page, "proposal, %s", explore_strength_text(proposal->strength));
        append_cell(page, notes_values_are_masked(values, field) ? "masked" : "");
        append_cell(page, "");
        g_string_append_c(page, '\n');
    }
}

static void
append_undocumented(GString *page, const struct notes *notes, struct notes_values *values, const struct explore_field *field)
{
    char *noise;
    GPtrArray *proposals = explore_propose(values->group, field, &noise);

    notes_values_learn(values, proposals);
    append_field(page, notes, values, field);
    append_proposals(page, notes, values, field, proposals);
    g_free(noise);
    g_ptr_array_unref(proposals);
}

static void
append_group(GString *page, const struct notes *notes, const struct explore_group *group)
{
    char *title = explore_group_title(group), *frames = explore_group_frames(group);
    char *unkept = explore_unkept_fields(group);
    struct notes_values values = { .group = group, .mask = notes->mask, .names = notes->names,
                                   .is_partial = notes->mask != NULL && mask_is_partial(notes->mask) };

    g_string_append(page, "\n## ");
    append_escaped(page, title);
    g_string_append_printf(page, "\n\n%s.\n", frames);
    if (group->width > 0)
        g_string_append(page, "\n| Offset | Bytes | Name | Meaning | Source | Range seen | Example |\n"
                              "|---:|---:|---|---|---|---|---|\n");
    else
        g_string_append(page, "\nNothing follows the sequence number.\n");
    for (unsigned i = 0; i < group->field_count; i++) {
        if (group->fields[i].undocumented)
            append_undocumented(page, notes, &values, &group->fields[i]);
        else
            append_field(page, notes, &values, &group->fields[i]);
    }
    notes_values_clear(&values);
    if (unkept != NULL)
        g_string_append_printf(page, "\n%s.\n", unkept);
    g_free(unkept);
    g_free(frames);
    g_free(title);
}

/* ---- what is left, and the capture as a whole ---- */

static const char *
constant_text(const struct explore_group *group, const struct explore_field *field)
{
    if (field->distinct.used != 1 || field->distinct.more)
        return field->first_change != 0 ? "changes" : "differs between meters, never changes within one";
    return field->is_zero ? "always zero" : group->frames == 1 ? "seen once" : "always the same";
}

static void
append_unknown(GString *page, const GPtrArray *groups)
{
    bool any = false;

    g_string_append(page, "\n## Still unknown\n\n");
    for (unsigned i = 0; i < groups->len; i++) {
        const struct explore_group *group = (const struct explore_group *)g_ptr_array_index(groups, i);

        for (unsigned j = 0; j < group->field_count; j++) {
            const struct explore_field *field = &group->fields[j];

            if (!field->undocumented)
                continue;
            any = true;
            g_string_append_printf(page, "- %s %04X, control %02X, L %u, ", group->is_reply ? "Reply" : "Request", group->di,
                                   group->control, group->length);
            append_escaped(page, group->dialect->name);
            g_string_append_printf(page, ": %u byte%s at %u (", field->width, field->width == 1 ? "" : "s", field->at);
            append_escaped(page, field->name);
            g_string_append_printf(page, "), %s\n", constant_text(group, field));
        }
    }
    if (groups->len == 0)
        g_string_append(page, "Nobody can tell: there is no frame with a right checksum.\n");
    else if (!any)
        g_string_append(page, "Nothing: every byte of every frame is documented.\n");
}

/* Masked it is told to the hour: minutes and seconds would tell a capture from others that somebody has. */
static void
append_time(GString *page, const struct notes *notes, const nstime_t *time)
{
    GDateTime *moment = g_date_time_new_from_unix_utc(time->secs);
    const char *format = notes->mask != NULL ? "%Y-%m-%d %H:·· UTC" : "%Y-%m-%d %H:%M:%S UTC";
    char *text = moment != NULL ? g_date_time_format(moment, format) : NULL;

    g_string_append(page, text != NULL ? text : "unknown");
    g_free(text);
    g_clear_pointer(&moment, g_date_time_unref);
}

static void
append_meters(GString *page, const struct notes *notes)
{
    g_string_append(page, "\n| Meter | Dialect | Requests to it | Replies |\n|---|---|---:|---:|\n");
    for (unsigned i = 0; i < notes->meters->len; i++) {
        const struct noted_meter *meter = (const struct noted_meter *)g_ptr_array_index(notes->meters, i);

        g_string_append_c(page, '|');
        if (notes->mask != NULL)
            append_format_cell(page, "meter %u", i + 1);
        else
            append_cell(page, meter->display);
        append_cell(page, meter->dialect != NULL ? meter->dialect : "");
        append_format_cell(page, "%" PRIu64, meter->requests);
        append_format_cell(page, "%" PRIu64, meter->replies);
        g_string_append_c(page, '\n');
    }
    if (notes->more_meters)
        g_string_append_printf(page, "\nMore than %d meters; the others are not listed.\n", NOTES_METERS);
}

struct asked_counts {
    uint64_t requests, wildcards, echoes, unanswered;
};

/* What has become of what was asked, as it is known now. */
static struct asked_counts
count_asked(const struct notes *notes)
{
    struct asked_counts counts = { 0 };

    for (unsigned i = 0; i < notes->meters->len; i++)
        ((struct noted_meter *)g_ptr_array_index(notes->meters, i))->requests = 0;
    for (unsigned i = 0; i < notes->asked->len; i++) {
        const struct asked *asked = &g_array_index(notes->asked, struct asked, i);
        struct cjt188_outcome outcome;

        cjt188_outcome(asked->id, &outcome);
        counts.echoes += outcome.is_echo;
        if (outcome.is_echo)
            continue;
        counts.requests++;
        counts.wildcards += asked->is_wildcard;
        counts.unanswered += outcome.is_unanswered;
        if (asked->meter != NULL)
            asked->meter->requests++;
    }
    return counts;
}

static void
append_statistics(GString *page, const struct notes *notes)
{
    const struct asked_counts asked = count_asked(notes);

    g_string_append(page, "\n## The capture\n\n");
    if (notes->has_time) {
        g_string_append(page, "From ");
        append_time(page, notes, &notes->first);
        g_string_append(page, " to ");
        append_time(page, notes, &notes->last);
        g_string_append_printf(page, ", %s%u line%s.\n\n", notes->more_lines ? "more than " : "",
                               g_hash_table_size(notes->lines), g_hash_table_size(notes->lines) == 1 ? "" : "s");
    }
    g_string_append_printf(page,
                           "| What | How many |\n|---|---:|\n"
                           "| Frames with a right checksum | %" PRIu64 " |\n| of them requests | %" PRIu64 " |\n"
                           "| requests to all meters | %" PRIu64 " |\n"
                           "| echoes of requests | %" PRIu64 " |\n| replies | %" PRIu64 " |\n"
                           "| error replies | %" PRIu64 " |\n| Requests without a reply | %" PRIu64 " |\n"
                           "| Damaged frames | %" PRIu64 " |\n| Truncated frames | %" PRIu64 " |\n"
                           "| Bytes of noise | %" PRIu64 " |\n| Frames of other protocols | %" PRIu64 " |\n",
                           notes->frames, asked.requests, asked.wildcards, asked.echoes, notes->replies, notes->errors,
                           asked.unanswered, notes->damaged, notes->truncated, notes->noise_bytes, notes->neighbours);
    append_meters(page, notes);
}

/* ---- the page ---- */

static GPtrArray *
groups_of(const struct explore *explore)
{
    GPtrArray *groups = g_ptr_array_new();

    for (unsigned i = 0; i < explore->groups->len; i++) {
        struct explore_group *group = (struct explore_group *)g_ptr_array_index(explore->groups, i);

        if (group->frames > 0)
            g_ptr_array_add(groups, group);
    }
    g_ptr_array_sort(groups, explore_by_identifier);
    return groups;
}

static void
print_page(void *data)
{
    const struct notes *notes = (const struct notes *)data;
    GPtrArray *groups = groups_of(notes->explore);
    GString *page = g_string_new("# What a capture teaches about CJ/T 188\n\n"
                                 "Offsets count from the first byte behind the sequence number; low byte first unless said "
                                 "otherwise. Made by `tshark -z cjt188,notes`. "
                                 "The thread is the forum thread \"Connecting to an Ultrasonic Heat Meter\".\n");

    if (notes->mask != NULL)
        mask_add_tables(notes->mask, another_meter);
    for (unsigned i = 0; i < groups->len; i++)
        append_group(page, notes, (const struct explore_group *)g_ptr_array_index(groups, i));
    append_unknown(page, groups);
    append_statistics(page, notes);
    if (notes->mask != NULL)
        mask_text(notes->mask, page, false);
    fputs(page->str, stdout);
    g_string_free(page, true);
    g_ptr_array_unref(groups);
}

/* ---- the tap ---- */

static void
reset(void *data)
{
    struct notes *notes = (struct notes *)data;

    explore_reset(notes->explore);
    g_hash_table_remove_all(notes->meter_index);
    g_ptr_array_set_size(notes->meters, 0);
    g_hash_table_remove_all(notes->lines);
    notes->more_meters = notes->more_lines = notes->has_time = false;
    notes->frames = notes->replies = notes->errors = 0;
    g_array_set_size(notes->asked, 0);
    notes->damaged = notes->truncated = notes->noise_bytes = notes->neighbours = 0;
}

static void
finish(void *data)
{
    struct notes *notes = (struct notes *)data;

    explore_free(notes->explore);
    g_hash_table_destroy(notes->meter_index);
    g_ptr_array_unref(notes->meters);
    g_hash_table_destroy(notes->lines);
    g_array_free(notes->asked, TRUE);
    g_clear_pointer(&notes->mask, mask_free);
    g_free(notes);
}

static struct notes *
notes_new(bool mask, bool names)
{
    struct notes *notes = g_new0(struct notes, 1);

    notes->mask = mask ? mask_new() : NULL;
    notes->explore = explore_new(true);
    notes->names = names;
    notes->explore->masked = mask;
    notes->asked = g_array_new(FALSE, FALSE, sizeof(struct asked));
    notes->meters = g_ptr_array_new_with_free_func(free_meter);
    notes->meter_index = g_hash_table_new(g_int64_hash, g_int64_equal);
    notes->lines = g_hash_table_new(g_direct_hash, g_direct_equal);
    return notes;
}

static bool
start(const char *argument, void *data _U_)
{
    const char *rest;
    bool mask, names;

    if (!explore_option_rest(NOTES_OPTION, argument, &rest))
        return false;
    mask = rest != NULL && g_str_has_prefix(rest, "mask") && (rest[4] == '\0' || rest[4] == ',');
    if (mask)
        rest = rest[4] == ',' && rest[5] != '\0' ? rest + 5 : NULL;
    names = mask && rest != NULL && g_str_has_prefix(rest, "names") && (rest[5] == '\0' || rest[5] == ',');
    if (names)
        rest = rest[5] == ',' && rest[6] != '\0' ? rest + 6 : NULL;
    return explore_listen(notes_new(mask, names || !mask), rest, reset, add_packet, print_page, finish);
}

STAT_TAP_INIT(start_notes, start)

void
cjt188_notes_register(void)
{
    static stat_tap_ui ui = { .group = REGISTER_PACKET_STAT_GROUP_UNSORTED, .title = "CJ/T 188 notes",
                              .cli_string = NOTES_OPTION, .tap_init_cb = start_notes };

    register_stat_tap_ui(&ui, NULL);
}
