/* notes.c
 * tshark -z cjt188,notes[,mask[,names]]: a Markdown page of what a capture teaches about the protocol.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * With "mask" no meter can be told from the page: meters are "meter 1", "meter 2" in the order of the capture, the user's
 * fields go by their suffix and without unit, unless "names" says that their words are to stay. Of bytes that no document explains, the user's fields among them, those are
 * hidden that the meter which sent them never changed, so that whatever it is called by is not there in any form; only zeros
 * are not hidden. Besides, values are left out that take part in a number or that are somebody's key. Names from the user's
 * Meters table are not shown in either case.
 */
#include "notes.h"

#include <inttypes.h>
#include <time.h>

#include "cjt188-bytes.h"

#include "explore.h"
#include "mask.h"
#include "userfields.h"

#include <epan/stat_groups.h>
#include <epan/stat_tap_ui.h>

#define NOTES_OPTION "cjt188,notes"

enum { NOTES_METERS = 4096, NOTES_LINES = 256 };

struct noted_meter {
    uint64_t key;
    uint8_t number[5];
    char *display;
    const char *dialect;       /* of its last reply; lives as long as the program */
    uint64_t requests, replies, unanswered;
};

struct notes {
    struct mask *mask; /* NULL: nothing is to be masked */
    bool names;        /* the user's fields keep their words, masked or not */
    struct explore *explore;
    GPtrArray *meters;         /* struct noted_meter */
    GHashTable *meter_index;   /* number -> struct noted_meter */
    GHashTable *others;        /* numbers in damaged frames */
    GHashTable *lines;
    bool more_meters, more_others, more_lines;
    uint64_t frames, requests, wildcards, replies, errors, damaged, truncated, noise_bytes, neighbours;
    GArray *asked; /* facts of requests: whether one got a reply is known later */
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
    memcpy(meter->number, number, sizeof meter->number);
    cjt188_number_text(number, frame->number_high_first, display, sizeof display);
    meter->display = g_strdup(display);
    g_ptr_array_add(notes->meters, meter);
    g_hash_table_insert(notes->meter_index, &meter->key, meter);
    return meter;
}

/* A damaged frame counts for no meter, but its number may stand elsewhere. */
static void
note_other(struct notes *notes, const uint8_t *number)
{
    const uint64_t key = cjt188_low_first(number, CJT188_NUMBER_BYTES);

    if (g_hash_table_size(notes->others) >= NOTES_METERS)
        notes->more_others = true;
    else if (!g_hash_table_contains(notes->others, &key))
        g_hash_table_add(notes->others, g_memdup2(&key, sizeof key));
}

static void
note_frame(struct notes *notes, const struct cjt188_seen *seen)
{
    const struct cjt188_decoded *frame = seen->frame;
    struct noted_meter *meter;

    notes->frames++;
    notes->requests += !cjt188_is_from_meter(frame);
    notes->replies += frame->is_reply && !frame->is_error;
    notes->errors += frame->is_error;
    notes->wildcards += !cjt188_is_from_meter(frame) && frame->is_wildcard;
    if (!frame->is_reply)
        g_array_append_val(notes->asked, seen->id);
    if (frame->is_wildcard)
        return;
    meter = meter_of(notes, frame);
    if (meter == NULL)
        return;
    meter->requests += !cjt188_is_from_meter(frame);
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
    else if (notes->mask != NULL && seen->has_addresses && !seen->frame->is_wildcard)
        note_other(notes, seen->frame->bytes + CJT188_OFF_ADDRESS);
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

/* ---- masking ---- */

static void
learn_numbers(const struct notes *notes)
{
    GHashTableIter other;
    void *key;

    g_hash_table_iter_init(&other, notes->others);
    while (g_hash_table_iter_next(&other, &key, NULL)) {
        uint8_t number[5];

        for (unsigned i = 0; i < sizeof number; i++)
            number[i] = (uint8_t)(*(const uint64_t *)key >> 8 * i);
        mask_add(notes->mask, number, "another meter");
    }
    for (unsigned i = 0; i < notes->meters->len; i++) {
        char name[24];

        snprintf(name, sizeof name, "meter %u", i + 1);
        mask_add(notes->mask, ((const struct noted_meter *)g_ptr_array_index(notes->meters, i))->number, name);
    }
}

/* Is a field about a meter's identity, whatever it holds? A frame in transit has the number of a meter of another protocol. */
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

/* Bytes of which no document says that they are no number of a meter. */
static bool
is_open(const struct explore_field *field)
{
    return field->undocumented || field->own != NULL || (field->row != NULL && field->row->kind == CJT188_K_BYTES);
}

static bool
shows_number(const struct notes *notes, const struct explore_group *group, const struct explore_field *field)
{
    const struct explore_shown *const all[] = { &field->least, &field->most, &field->example };

    for (size_t i = 0; i < array_length(all); i++) {
        if (mask_finds(notes->mask, all[i]->data, group->width, field->at, field->width,
                       group->meters[all[i]->meter].number, is_open(field)))
            return true;
    }
    return false;
}

/* The number of a meter that never spoke is known to nobody. It is the same in all that one meter sends. */
static bool
is_private(const struct notes *notes, const struct explore_group *group, const struct explore_field *field)
{
    if (notes->mask == NULL || field->is_zero)
        return false;
    return is_identity(field) ||
        (is_open(field) && (notes->more_meters || notes->more_others || field->first_change == 0)) ||
        shows_number(notes, group, field);
}

/* A value in bytes, and which of them its meter never changed: the rule that hides what a meter is called by without knowing
 * how it writes that. Frames from a wildcard address are of several meters, none of which is known to have changed any.
 * Returns whether there are such bytes. */
static bool
find_hidden(const struct explore_group *group, const struct explore_field *field, const struct explore_shown *shown,
            uint8_t *bytes, bool *hidden)
{
    const struct explore_meter *meter = &group->meters[shown->meter];
    uint8_t toggled[UINT8_MAX];
    bool any = false;

    explore_value_bytes(field, shown->data, bytes);
    explore_value_bytes(field, meter->toggled, toggled);
    for (unsigned i = 0; i < field->width; i++) {
        hidden[i] = bytes[i] != 0 && (meter->is_wildcard || toggled[i] == 0);
        any = any || hidden[i];
    }
    return any;
}

/* Are the values shown as bytes, some of them as dots? All of a row of the user's or none, so that a range is of one kind. */
static bool
is_dotted(const struct notes *notes, const struct explore_group *group, const struct explore_field *field)
{
    const struct explore_shown *const all[] = { &field->least, &field->most, &field->example };
    uint8_t bytes[UINT8_MAX];
    bool hidden[UINT8_MAX], any = false;

    if (notes->mask == NULL || !(field->undocumented || field->own != NULL))
        return false;
    for (size_t i = 0; i < array_length(all) && !any; i++)
        any = find_hidden(group, field, all[i], bytes, hidden);
    return any;
}

static char *
value_text(const struct notes *notes, const struct explore_group *group, const struct explore_field *field,
           const struct explore_shown *shown)
{
    enum { SHOWN = 32 };
    uint8_t bytes[UINT8_MAX];
    bool hidden[UINT8_MAX];
    GString *text;

    if (!is_dotted(notes, group, field))
        return g_strdup(shown->text);
    find_hidden(group, field, shown, bytes, hidden);
    text = g_string_new(NULL);
    for (unsigned i = 0; i < field->width && i < SHOWN; i++) {
        if (hidden[i])
            g_string_append(text, "··");
        else
            g_string_append_printf(text, "%02X", bytes[i]);
        if (i + 1 < field->width)
            g_string_append(text, i + 1 < SHOWN ? " " : " …");
    }
    return g_string_free(text, false);
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

static void
append_meaning(GString *page, const struct notes *notes, const struct explore_field *field)
{
    const header_field_info *info = proto_registrar_get_byname(field->abbrev);
    char *source = NULL, *meaning = NULL;

    if (info != NULL && info->blurb != NULL)
        meaning = full_meaning(info->name, split_blurb(info->blurb, &source));
    if (field->own != NULL) {
        g_free(source);
        source = g_strdup("user's table");
    }
    if (!notes->names && field->own != NULL) /* the note is the user's own words */
        append_cell(page, cjt188_userfield_kind(field->own));
    else
        append_cell(page, meaning != NULL ? meaning : "");
    append_cell(page, source != NULL ? source : field->undocumented ? "nobody" : "not said");
    g_free(meaning);
    g_free(source);
}

static void
append_values(GString *page, const struct notes *notes, const struct explore_group *group,
              const struct explore_field *field)
{
    char *least, *most, *example;

    if (is_private(notes, group, field)) {
        append_cell(page, "masked");
        append_cell(page, "masked");
        return;
    }
    least = value_text(notes, group, field, &field->least);
    most = value_text(notes, group, field, &field->most);
    example = value_text(notes, group, field, &field->example);
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
append_field(GString *page, const struct notes *notes, const struct explore_group *group,
             const struct explore_field *field)
{
    append_place(page, field->at, field->width);
    append_cell(page, field->name);
    append_meaning(page, notes, field);
    append_values(page, notes, group, field);
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
append_proposals(GString *page, const struct notes *notes, const struct explore_group *group,
                 const struct explore_field *field)
{
    char *noise;
    GPtrArray *proposals = explore_propose(group, field, &noise);

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
        append_cell(page, is_private(notes, group, field) ? "masked" : "");
        append_cell(page, "");
        g_string_append_c(page, '\n');
    }
    g_free(noise);
    g_ptr_array_unref(proposals);
}

static void
append_group(GString *page, const struct notes *notes, const struct explore_group *group)
{
    char *title = explore_group_title(group), *frames = explore_group_frames(group);
    char *unkept = explore_unkept_fields(group);

    g_string_append(page, "\n## ");
    append_escaped(page, title);
    g_string_append_printf(page, "\n\n%s.\n", frames);
    if (group->width > 0)
        g_string_append(page, "\n| Offset | Bytes | Name | Meaning | Source | Range seen | Example |\n"
                              "|---:|---:|---|---|---|---|---|\n");
    else
        g_string_append(page, "\nNothing follows the sequence number.\n");
    for (unsigned i = 0; i < group->field_count; i++) {
        append_field(page, notes, group, &group->fields[i]);
        if (group->fields[i].undocumented)
            append_proposals(page, notes, group, &group->fields[i]);
    }
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
    if (!any)
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

static uint64_t
count_unanswered(const struct notes *notes)
{
    uint64_t count = 0;

    for (unsigned i = 0; i < notes->asked->len; i++) {
        const struct cjt188_fact *fact = cjt188_fact(g_array_index(notes->asked, fact_id, i));

        count += fact != NULL && (fact->flags & FACT_UNANSWERED) != 0;
    }
    return count;
}

static void
append_statistics(GString *page, const struct notes *notes)
{
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
                           "| requests to all meters | %" PRIu64 " |\n| replies | %" PRIu64 " |\n"
                           "| error replies | %" PRIu64 " |\n| Requests without a reply | %" PRIu64 " |\n"
                           "| Damaged frames | %" PRIu64 " |\n| Truncated frames | %" PRIu64 " |\n"
                           "| Bytes of noise | %" PRIu64 " |\n| Frames of other protocols | %" PRIu64 " |\n",
                           notes->frames, notes->requests, notes->wildcards, notes->replies, notes->errors,
                           count_unanswered(notes), notes->damaged, notes->truncated, notes->noise_bytes, notes->neighbours);
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
        learn_numbers(notes);
    for (unsigned i = 0; i < groups->len; i++)
        append_group(page, notes, (const struct explore_group *)g_ptr_array_index(groups, i));
    append_unknown(page, groups);
    append_statistics(page, notes);
    if (notes->mask != NULL)
        mask_text(notes->mask, page);
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
    g_hash_table_remove_all(notes->others);
    g_hash_table_remove_all(notes->lines);
    notes->more_meters = notes->more_others = notes->more_lines = notes->has_time = false;
    notes->frames = notes->requests = notes->wildcards = notes->replies = notes->errors = 0;
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
    g_hash_table_destroy(notes->others);
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
    notes->explore->masked = !names;
    notes->asked = g_array_new(FALSE, FALSE, sizeof(fact_id));
    notes->meters = g_ptr_array_new_with_free_func(free_meter);
    notes->meter_index = g_hash_table_new(g_int64_hash, g_int64_equal);
    notes->others = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
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
