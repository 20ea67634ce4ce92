/* report.c
 * tshark -z cjt188,report,FILE and cjt188,report-mask,FILE: collects what the page shows, in bounded memory.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Masked, meters and lines are numbered in the order of the capture, marks have no text, times count from the first packet, and
 * undocumented bytes show which bits change, and the shape of what they do, but no value.
 */
#include "report.h"

#include <errno.h>
#include <math.h>

#include <glib/gstdio.h>

#include "marks.h"
#include "mask.h"
#include "output.h"

#include <epan/stat_groups.h>
#include <epan/stat_tap_ui.h>
#include <wsutil/report_message.h>

#define REPORT_OPTION "cjt188,report"

/* ---- marks ---- */

static void
free_mark(void *data)
{
    g_free(((struct chart_mark *)data)->text);
}

static void
note_comment(struct report *report, const char *comment, double at)
{
    struct chart_mark mark = { .at = at };
    const char *text;

    if (!cjt188_is_mark(comment, &mark.number, &text))
        return;
    if (report->marks->len >= REPORT_MARKS) {
        report->more_marks++;
        return;
    }
    if (report->mask != NULL) /* "Mark 24263225 is open": who wrote it by hand meant a meter */
        mark.number = report->marks->len + 1;
    mark.text = report->mask != NULL ? g_strdup_printf("Mark %u", mark.number) : g_strdup(comment);
    g_array_append_val(report->marks, mark);
}

/* ---- lines ---- */

static void
free_line(void *data)
{
    struct report_line *line = (struct report_line *)data;

    curve_empty(&line->response);
    curve_empty(&line->silent);
    curve_empty(&line->quiet);
    g_free(line->name);
    g_free(line);
}

/* NULL: there are too many. */
static struct report_line *
line_of(struct report *report, const struct cjt188_line *of)
{
    struct report_line *line = (struct report_line *)g_hash_table_lookup(report->line_index, GUINT_TO_POINTER(of->id));

    if (line != NULL)
        return line;
    if (report->lines->len >= REPORT_LINES) {
        report->more_lines++;
        return NULL;
    }
    line = g_new0(struct report_line, 1);
    line->id = of->id;
    g_ptr_array_add(report->lines, line);
    line->name = report->mask != NULL ? g_strdup_printf("Line %u", report->lines->len) : g_strdup(of->name);
    g_hash_table_insert(report->line_index, GUINT_TO_POINTER(of->id), line);
    return line;
}

static void
hear_line(struct report_line *line, double at)
{
    if (line->has_last && at >= line->last)
        curve_add(&line->quiet, at, at - line->last);
    if (line->has_last && at - line->last > line->silence.to - line->silence.from)
        line->silence = (struct report_silence){ line->last, at };
    line->last = line->has_last ? MAX(line->last, at) : at;
    line->has_last = true;
}

static void
count_on_line(struct report_line *line, const struct cjt188_seen *seen)
{
    if (seen->line_error)
        line->symbol_errors++;
    else if (seen->kind == CJT188_DAMAGED)
        line->damaged++;
    else if (seen->kind == CJT188_TRUNCATED && !seen->frame->is_cut)
        line->truncated++;
    else if (seen->kind == CJT188_NOISE)
        line->noise += seen->length;
}

/* ---- meters ---- */

static void
free_meter(void *data)
{
    struct report_meter *meter = (struct report_meter *)data;

    for (unsigned i = 0; i < CJT188_MEASUREMENTS; i++)
        curve_empty(&meter->curve[i]);
    g_free(meter->number);
    g_free(meter->name);
    g_free(meter->faults);
    g_free(meter);
}

/* A number on a line and its echoes, as far as these are known now. */
static uint64_t
key_of_meter(const struct cjt188_meter *meter)
{
    uint64_t key = (uint64_t)cjt188_whole_line(meter->line)->id << 1 | meter->is_wildcard;

    for (unsigned i = 0; i < CJT188_NUMBER_BYTES; i++)
        key ^= (uint64_t)meter->number[i] << (24 + 8 * i);
    return key;
}

static struct report_meter *
meter_at(const struct report *report, const struct cjt188_meter *of)
{
    const uint64_t key = key_of_meter(of);

    return (struct report_meter *)g_hash_table_lookup(report->meter_index, &key);
}

/* NULL: there are too many, or too many lines. */
static struct report_meter *
meter_of(struct report *report, const struct cjt188_meter *of)
{
    struct report_meter *meter = meter_at(report, of);
    const struct report_line *line = meter == NULL ? line_of(report, cjt188_whole_line(of->line)) : NULL;
    char number[CJT188_TEXT_MAX];

    if (meter != NULL)
        return meter;
    if (report->meters->len >= REPORT_METERS || line == NULL) {
        report->more_meters++;
        return NULL;
    }
    meter = g_new0(struct report_meter, 1);
    meter->id = of->id;
    meter->key = key_of_meter(of);
    memcpy(meter->bytes, of->number, sizeof meter->bytes);
    g_ptr_array_find(report->lines, line, &meter->line);
    meter->is_wildcard = of->is_wildcard;
    meter->is_drawn = !of->is_wildcard && report->meters->len < REPORT_DRAWN;
    g_ptr_array_add(report->meters, meter);
    g_hash_table_insert(report->meter_index, &meter->key, meter);
    cjt188_number_text(of->number, cjt188_number_is_high_first(of->number), number, sizeof number);
    meter->number = of->is_wildcard ? g_strdup("all meters") : report->mask != NULL
        ? g_strdup_printf("Meter %u", report->meters->len) : g_strdup(number);
    if (report->mask != NULL && !of->is_wildcard)
        mask_add(report->mask, of->number, meter->number);
    return meter;
}

static void
add_faults(struct report_meter *meter, const struct cjt188_decoded *frame)
{
    char text[CJT188_TEXT_MAX];
    char **each;

    if (cjt188_fault_text(frame, text, sizeof text) == 0 || g_strcmp0(text, meter->faults) == 0)
        return;
    each = g_strsplit(text, ", ", 0);
    for (char **fault = each; *fault != NULL; fault++) {
        char *all;

        if (meter->faults != NULL && strstr(meter->faults, *fault) != NULL)
            continue;
        all = meter->faults == NULL ? g_strdup(*fault) : g_strdup_printf("%s, %s", meter->faults, *fault);
        g_free(meter->faults);
        meter->faults = all;
    }
    g_strfreev(each);
}

static void
count_step(struct report_counter *counter, const struct cjt188_value *value)
{
    if (value == NULL)
        return;
    if (counter->readings++ == 0)
        counter->first = value->number;
    else if (cjt188_gain(value, counter->last) >= 0)
        counter->gained += cjt188_gain(value, counter->last);
    else
        counter->backwards++;
    counter->last = value->number;
    counter->decimals = value->decimals;
}

/* A heat meter's heating, else what else it counts. */
static enum cjt188_measurement
energy_of(const struct cjt188_decoded *frame)
{
    static const enum cjt188_measurement energies[] = { CJT188_HEATING, CJT188_ELECTRIC, CJT188_COOLING };

    for (size_t i = 0; i < array_length(energies); i++) {
        if (cjt188_measured(frame, energies[i]) != NULL)
            return energies[i];
    }
    return CJT188_NOT_MEASURED;
}

static void
note_reading(struct report_meter *meter, const struct cjt188_decoded *frame, double at, bool has_place)
{
    meter->has_several |= meter->has_reading && meter->manufacturer != frame->manufacturer;
    if (!meter->has_reading)
        meter->manufacturer = frame->manufacturer;
    meter->has_reading = true;
    if (meter->energy == CJT188_NOT_MEASURED)
        meter->energy = energy_of(frame);
    if (meter->energy != CJT188_NOT_MEASURED)
        count_step(&meter->counter[REPORT_ENERGY], cjt188_measured(frame, meter->energy));
    count_step(&meter->counter[REPORT_VOLUME], cjt188_measured(frame, CJT188_VOLUME_NOW));
    add_faults(meter, frame);
    for (unsigned i = CJT188_HEATING; has_place && meter->is_drawn && i <= CJT188_RETURN; i++) {
        const struct cjt188_value *value = cjt188_measured(frame, (enum cjt188_measurement)i);

        if (value != NULL)
            curve_add(&meter->curve[i], at, value->number);
    }
}

/* ---- what became of requests and replies ---- */

/* Where its line has turned out to be another one's second wire, its number tells. */
static struct report_meter *
meter_of_outcome(const struct report *report, const struct cjt188_outcome *outcome)
{
    struct report_meter *meter = outcome->meter != NULL ? meter_at(report, outcome->meter) : NULL;
    const bool is_elsewhere = outcome->meter != NULL && meter == NULL && report->more_meters == 0;

    for (unsigned i = 0; is_elsewhere && meter == NULL && i < report->meters->len; i++) {
        struct report_meter *other = (struct report_meter *)g_ptr_array_index(report->meters, i);

        if (memcmp(other->bytes, outcome->meter->number, sizeof other->bytes) == 0)
            meter = other;
    }
    return meter;
}

static void
settle_reply(struct report_line *line, const struct cjt188_outcome *outcome, double at, bool has_place)
{
    const double ms = (double)outcome->response / 1e6;

    line->replies++;
    if (outcome->is_timed && has_place)
        curve_add(&line->response, at, ms);
    line->late += outcome->is_timed && outcome->is_late;
    if (!outcome->is_timed || outcome->is_late) /* which no table takes into its mean */
        return;
    line->fastest = line->timed == 0 ? ms : MIN(line->fastest, ms);
    line->slowest = line->timed == 0 ? ms : MAX(line->slowest, ms);
    line->total += ms;
    line->timed++;
}

static void
settle(struct report *report, const struct cjt188_outcome *outcome)
{
    const bool has_place = outcome->has_time != report->is_packets;
    const double at = report->is_packets ? outcome->packet : (double)outcome->time / 1e9;
    struct report_meter *meter = outcome->is_echo ? NULL : meter_of_outcome(report, outcome);
    struct report_line *line = meter != NULL ? (struct report_line *)g_ptr_array_index(report->lines, meter->line) : NULL;

    if (meter == NULL)
        return;
    if (outcome->is_reply) {
        meter->replies++;
        settle_reply(line, outcome, at, has_place);
        return;
    }
    meter->requests++;
    line->requests++;
    meter->unanswered += outcome->is_unanswered;
    line->unanswered += outcome->is_unanswered;
    if (outcome->is_unanswered && has_place)
        curve_add(&line->silent, at, 1);
}

void
report_settle(struct report *report)
{
    for (unsigned i = 0; i < report->meters->len; i++) {
        struct report_meter *meter = (struct report_meter *)g_ptr_array_index(report->meters, i);

        meter->requests = meter->replies = meter->unanswered = 0;
    }
    for (unsigned i = 0; i < report->lines->len; i++) {
        struct report_line *line = (struct report_line *)g_ptr_array_index(report->lines, i);

        line->requests = line->replies = line->unanswered = line->late = line->timed = 0;
        line->total = 0;
        curve_empty(&line->response);
        curve_empty(&line->silent);
    }
    for (unsigned i = 0; i < report->asked->len; i++) {
        struct cjt188_outcome outcome;

        cjt188_outcome(g_array_index(report->asked, fact_id, i), &outcome);
        settle(report, &outcome);
    }
}

/* ---- pieces ---- */

static void
note_frame(struct report *report, const struct cjt188_seen *seen, double at, bool has_place)
{
    const struct cjt188_decoded *frame = seen->frame;
    struct report_meter *meter;

    report->frames++;
    if (seen->id != 0 && !frame->is_report)
        g_array_append_val(report->asked, seen->id);
    if (cjt188_is_echo(seen)) /* on another line than its meter */
        return;
    meter = seen->meter != NULL ? meter_of(report, seen->meter) : NULL;
    if (meter == NULL)
        return;
    if (frame->name != NULL && report->mask == NULL && g_strcmp0(frame->name, meter->name) != 0) {
        g_free(meter->name);
        meter->name = g_strdup(frame->name);
    }
    if (frame->is_reply)
        meter->dialect = frame->dialect->name;
    if (frame->is_reply && cjt188_is_reading(frame))
        note_reading(meter, frame, at, has_place);
}

static void
free_heat(void *data)
{
    heat_free((struct heat *)data);
}

static void
note_bytes(struct report *report, packet_info *pinfo, const struct cjt188_seen *seen, double at, bool has_place)
{
    struct explore_group *group = explore_add(report->explore, pinfo, seen);
    struct heat *heat;

    if (group == NULL || group->width == 0 || !has_place)
        return;
    heat = (struct heat *)g_hash_table_lookup(report->heats, group);
    if (heat == NULL) {
        heat = heat_new(group->width);
        g_hash_table_insert(report->heats, group, heat);
    }
    heat_add(heat, at, group->changed);
}

static void
note_piece(struct report *report, packet_info *pinfo, const struct cjt188_seen *seen, double at, bool has_place)
{
    struct report_line *line = line_of(report, seen->line);

    if (line != NULL && has_place)
        hear_line(line, at);
    if (line != NULL)
        count_on_line(line, seen);
    if (seen->line_error)
        return;
    if (seen->kind == CJT188_FRAME)
        note_frame(report, seen, at, has_place);
    if (report->mask != NULL) /* it may stand elsewhere, though it is damaged and counts for no meter */
        mask_add_seen(report->mask, seen, "another meter");
    note_bytes(report, pinfo, seen, at, has_place);
}

/* The place of a packet on the page's time axis. */
static double
place_of(struct report *report, const packet_info *pinfo, bool *has_place)
{
    const bool is_timed = cjt188_has_time(pinfo);
    double at;

    if (report->packets++ == 0)
        report->is_packets = !is_timed;
    *has_place = report->is_packets != is_timed;
    at = report->is_packets ? pinfo->num : nstime_to_sec(&pinfo->abs_ts);
    if (!*has_place) {
        report->other_clock++;
        return at;
    }
    report->from = report->has_time ? MIN(report->from, at) : at;
    report->to = report->has_time ? MAX(report->to, at) : at;
    report->has_time = true;
    return at;
}

static tap_packet_status
add_packet(void *data, packet_info *pinfo, epan_dissect_t *edt _U_, const void *packet, tap_flags_t flags _U_)
{
    struct report *report = (struct report *)data;
    const struct cjt188_tap *record = (const struct cjt188_tap *)packet;
    bool has_place;
    const double at = place_of(report, pinfo, &has_place);

    for (unsigned i = 0; has_place && i < record->comment_count; i++)
        note_comment(report, record->comment[i], at);
    for (const struct cjt188_seen *seen = record->first; seen != NULL; seen = seen->next)
        note_piece(report, pinfo, seen, at, has_place);
    return TAP_PACKET_REDRAW;
}

/* ---- the file ---- */

static void
write_page(void *data)
{
    struct report *report = (struct report *)data;
    GString *page;

    report_settle(report);
    page = report_page(report);
    output_write(report->file, page);
    g_string_free(page, true);
}

/* ---- the tap ---- */

static void
reset(void *data)
{
    struct report *report = (struct report *)data;

    g_hash_table_remove_all(report->heats);
    explore_reset(report->explore);
    g_hash_table_remove_all(report->meter_index);
    g_hash_table_remove_all(report->line_index);
    g_ptr_array_set_size(report->meters, 0);
    g_ptr_array_set_size(report->lines, 0);
    g_array_set_size(report->marks, 0);
    g_array_set_size(report->asked, 0);
    report->packets = report->frames = report->more_meters = report->more_lines = report->more_marks = report->other_clock = 0;
    report->has_time = report->is_packets = false;
    report->from = report->to = 0;
}

static void
finish(void *data)
{
    struct report *report = (struct report *)data;

    g_hash_table_destroy(report->heats);
    explore_free(report->explore);
    g_hash_table_destroy(report->meter_index);
    g_hash_table_destroy(report->line_index);
    g_ptr_array_unref(report->meters);
    g_ptr_array_unref(report->lines);
    g_array_unref(report->marks);
    g_array_unref(report->asked);
    g_clear_pointer(&report->mask, mask_free);
    g_free(report->file);
    g_free(report);
}

static struct report *
report_new(bool mask, const char *file)
{
    struct report *report = g_new0(struct report, 1);

    report->file = g_strdup(file);
    report->mask = mask ? mask_new() : NULL;
    report->explore = explore_new(false);
    report->explore->masked = mask;
    report->heats = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, free_heat);
    report->meters = g_ptr_array_new_with_free_func(free_meter);
    report->lines = g_ptr_array_new_with_free_func(free_line);
    report->meter_index = g_hash_table_new(g_int64_hash, g_int64_equal);
    report->line_index = g_hash_table_new(g_direct_hash, g_direct_equal);
    report->marks = g_array_new(false, true, sizeof(struct chart_mark));
    g_array_set_clear_func(report->marks, free_mark);
    report->asked = g_array_new(false, false, sizeof(fact_id));
    return report;
}

/* Of what was given to -z, the name of the file; NULL, and it has told the user: there is none. */
static const char *
file_of(const char *argument, bool *mask)
{
    const char *rest = argument + strlen(REPORT_OPTION);

    *mask = g_str_has_prefix(rest, "-mask");
    rest += *mask ? strlen("-mask") : 0;
    if (rest[0] == ',' && rest[1] != '\0')
        return rest + 1;
    if (rest[0] == '\0' || rest[0] == ',')
        report_failure("-z %s writes a page into a file: name it, as in -z %s,report.html.", argument,
                       *mask ? REPORT_OPTION "-mask" : REPORT_OPTION);
    else
        report_failure("-z %s is not known; there is -z " REPORT_OPTION ",FILE and -z " REPORT_OPTION "-mask,FILE.", argument);
    return NULL;
}

static bool
start(const char *argument, void *data _U_)
{
    bool mask;
    const char *file = file_of(argument, &mask);
    FILE *there;

    if (file == NULL)
        return false;
    if (!output_may_be_written(file, REPORT_BEGINS)) {
        report_failure("\"%s\" is there already and no such page: it stays as it is. Name another file.", file);
        return false;
    }
    there = g_fopen(file, "ab");
    if (there == NULL) {
        report_failure("The report cannot be written to \"%s\": %s.", file, g_strerror(errno));
        return false;
    }
    fclose(there);
    return explore_listen(report_new(mask, file), NULL, reset, add_packet, write_page, finish);
}

STAT_TAP_INIT(start_report, start)

void
cjt188_report_register(void)
{
    static stat_tap_ui ui = { .group = REGISTER_PACKET_STAT_GROUP_UNSORTED, .title = "CJ/T 188 report",
                              .cli_string = REPORT_OPTION, .tap_init_cb = start_report };

    register_stat_tap_ui(&ui, NULL);
}
