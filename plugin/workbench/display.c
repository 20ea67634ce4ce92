/* display.c
 * tshark -z cjt188,explore,display=FILE: collects the replies around each line of a log of the display, in bounded memory.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "display.h"

#include <math.h>

#include <wsutil/report_message.h>

#include "bus/meters.h"
#include "explore.h"

/* ---- series ---- */

static bool
is_same_series(const struct display_series *series, const struct log_line *line)
{
    const enum cjt188_class one = series->of_unit != NULL ? series->of_unit->class : CJT188_PLAIN;
    const enum cjt188_class other = line->of_unit != NULL ? line->of_unit->class : CJT188_PLAIN;

    return one == other && series->is_words == (line->said != NULL) && g_str_equal(series->meter, line->meter) &&
        g_ascii_strcasecmp(series->name, line->name) == 0 &&
        (one != CJT188_PLAIN || g_str_equal(series->unit, line->unit));
}

static struct display_series *
series_for(struct display *display, const struct log_line *line)
{
    struct display_series *series;

    for (unsigned i = 0; i < display->series->len; i++) {
        series = (struct display_series *)g_ptr_array_index(display->series, i);
        if (is_same_series(series, line))
            return series;
    }
    if (display->series->len >= DISPLAY_SERIES)
        return NULL;
    series = g_new0(struct display_series, 1);
    series->meter = line->meter;
    series->name = line->name;
    series->unit = line->unit;
    series->of_unit = line->of_unit;
    series->is_words = line->said != NULL;
    series->lines = g_ptr_array_new();
    g_ptr_array_add(display->series, series);
    return series;
}

static void
make_series(struct display *display)
{
    for (unsigned i = 0; i < display->log->lines->len; i++) {
        struct log_line *line = &g_array_index(display->log->lines, struct log_line, i);
        struct display_series *series = series_for(display, line);

        if (series != NULL)
            g_ptr_array_add(series->lines, line);
        else
            display->unkept_lines++;
    }
}

static void
forget_replies(struct display *display, struct display_series *series)
{
    for (unsigned i = 0; i < series->kind_count; i++) {
        struct reply_kind *kind = series->kind[i];

        for (unsigned j = 0; j < series->lines->len; j++) {
            for (unsigned k = 0; k < kind->near[j].count; k++)
                g_free(kind->near[j].reply[k]);
        }
        for (unsigned j = 0; j < kind->value_count; j++)
            g_free(kind->value[j].name);
        g_free(kind->near);
        g_free(kind);
    }
    series->kind_count = 0;
    series->has_meter = series->is_of_several = false;
    display->frames = 0;
}

static void
free_series(void *data)
{
    struct display_series *series = (struct display_series *)data;

    g_ptr_array_unref(series->lines);
    g_free(series);
}

/* ---- times ---- */

static int
by_time(const void *a, const void *b)
{
    const struct log_line *first = *(const struct log_line *const *)a, *second = *(const struct log_line *const *)b;

    return first->time != second->time ? (first->time < second->time ? -1 : 1) : (int)first->number - (int)second->number;
}

/* The capture's first packet tells which day is meant where none is written. */
static void
set_day(struct display *display, double time)
{
    display->has_day = true;
    display->day = display_log_midnight(time);
    for (unsigned i = 0; i < display->log->lines->len; i++) {
        struct log_line *line = &g_array_index(display->log->lines, struct log_line, i);

        if (line->has_day)
            continue;
        line->has_day = display->used_day = true;
        line->time += display->day;
    }
    for (unsigned i = 0; i < display->series->len; i++)
        g_ptr_array_sort(((struct display_series *)g_ptr_array_index(display->series, i))->lines, by_time);
}

/* s from a line's time to a reply's, 0 within its minute. */
static double
gap_of(const struct log_line *line, double time)
{
    return time < line->time ? line->time - time : MAX(0, time - line->time - line->length);
}

/* ---- replies ---- */

/* By its number, a pattern of it, or what the Meters table calls it. */
static bool
is_of_meter(const struct display_series *series, const struct cjt188_decoded *frame)
{
    char number[2 * CJT188_NUMBER_BYTES + 1];

    if (series->meter[0] == '\0')
        return true;
    if (cjt188_is_pattern(series->meter))
        return cjt188_pattern_matches(series->meter, frame->bytes + CJT188_OFF_ADDRESS);
    if (frame->name != NULL && g_str_equal(frame->name, series->meter))
        return true;
    cjt188_meter_text(frame, number, sizeof number);
    return g_str_has_suffix(number, series->meter) && /* spreadsheets take leading zeros away */
        strspn(number, "0") + strlen(series->meter) >= strlen(number);
}

static bool
is_of_kind(const struct reply_kind *kind, const struct cjt188_decoded *frame)
{
    return kind->dialect == frame->dialect && kind->layout == frame->layout && kind->control == frame->control &&
        kind->di == frame->di && kind->length == frame->data_length && kind->value_count == frame->value_count &&
        kind->width == frame->data_end - frame->data;
}

static void
describe_value(struct reply_kind *kind, const struct cjt188_decoded *frame, unsigned index)
{
    const struct cjt188_value *value = &frame->values[index];
    struct placed_value *placed = &kind->value[index];
    char name[CJT188_TEXT_MAX];

    cjt188_full_name(value, name, sizeof name);
    placed->name = g_strdup(name);
    placed->at = value->at - frame->data;
    placed->width = value->width;
    placed->places = value->places;
    if (value->state != CJT188_IS_UNDOCUMENTED && value->state != CJT188_IS_CUT_OFF)
        memset(kind->is_documented + placed->at, 1, placed->width);
    if (value->quantity == NULL || value->row == NULL || value->width == 0)
        return;
    placed->is_number = true;
    placed->class = value->quantity->class;
    placed->is_by_dialect = value->row->kind == CJT188_K_QUANTITY && value->row->places == CJT188_PLACES_DIALECT &&
        placed->class < CJT188_DIALECT_CLASSES;
    placed->by_user = placed->is_by_dialect && frame->places_by_user[placed->class];
}

static struct reply_kind *
kind_for(struct display_series *series, const struct cjt188_decoded *frame)
{
    struct reply_kind *kind;

    for (unsigned i = 0; i < series->kind_count; i++) {
        if (is_of_kind(series->kind[i], frame))
            return series->kind[i];
    }
    if (series->kind_count >= DISPLAY_KINDS)
        return NULL;
    kind = g_new0(struct reply_kind, 1);
    kind->dialect = frame->dialect;
    kind->layout = frame->layout;
    kind->control = frame->control;
    kind->length = frame->data_length;
    kind->di = frame->di;
    kind->width = frame->data_end - frame->data;
    kind->value_count = frame->value_count;
    for (unsigned i = 0; i < frame->value_count; i++)
        describe_value(kind, frame, i);
    kind->near = g_new0(struct near_line, series->lines->len);
    series->kind[series->kind_count++] = kind;
    return kind;
}

/* Of one that is full the farthest makes room. NULL: this one is farther. */
static struct near_reply *
room_near(struct display *display, struct near_line *near, double gap)
{
    struct near_reply *farthest = NULL;

    if (near->count < DISPLAY_NEAR) {
        if (display->frames >= DISPLAY_FRAMES) {
            display->is_full = true;
            return NULL;
        }
        display->frames++;
        return near->reply[near->count++] = g_new0(struct near_reply, 1);
    }
    for (unsigned i = 0; i < near->count; i++) {
        if (farthest == NULL || near->reply[i]->gap > farthest->gap)
            farthest = near->reply[i];
    }
    return farthest->gap > gap ? farthest : NULL;
}

static void
keep_reply(struct display *display, struct near_line *near, double gap, const struct cjt188_decoded *frame)
{
    struct near_reply *reply = room_near(display, near, gap);

    if (reply == NULL)
        return;
    reply->gap = gap;
    memcpy(reply->data, frame->bytes + frame->data, frame->data_end - frame->data);
    for (unsigned i = 0; i < frame->value_count; i++)
        reply->number[i] = frame->values[i].state == CJT188_IS_NUMBER ? frame->values[i].number : NAN;
}

static bool
is_another_meter(struct display_series *series, const struct cjt188_decoded *frame)
{
    const uint8_t *octets = frame->bytes + CJT188_OFF_ADDRESS;

    if (!series->has_meter)
        memcpy(series->address, octets, sizeof series->address);
    series->has_meter = true;
    return memcmp(series->address, octets, CJT188_NUMBER_BYTES) != 0;
}

/* The first line that may have this reply near it. */
static unsigned
first_line(const GPtrArray *lines, double time)
{
    unsigned first = 0, end = lines->len;

    while (first < end) {
        const unsigned middle = (first + end) / 2;

        if (((const struct log_line *)g_ptr_array_index(lines, middle))->time < time)
            first = middle + 1;
        else
            end = middle;
    }
    return first;
}

static void
add_reply(struct display *display, struct display_series *series, double time, const struct cjt188_decoded *frame)
{
    struct reply_kind *kind = NULL;

    if (!is_of_meter(series, frame))
        return;
    if (is_another_meter(series, frame)) {
        series->is_of_several = true;
        return;
    }
    for (unsigned i = first_line(series->lines, time - display->tolerance - 60); i < series->lines->len; i++) {
        const struct log_line *line = (const struct log_line *)g_ptr_array_index(series->lines, i);
        const double gap = gap_of(line, time);

        if (line->time > time + display->tolerance)
            break;
        kind = kind != NULL || gap > display->tolerance ? kind : kind_for(series, frame);
        if (kind != NULL && gap <= display->tolerance)
            keep_reply(display, &kind->near[i], gap, frame);
    }
}

/* ---- the tap ---- */

static tap_packet_status
add_packet(void *data, packet_info *pinfo, epan_dissect_t *edt _U_, const void *packet, tap_flags_t flags _U_)
{
    struct display *display = (struct display *)data;
    const double time = (double)pinfo->abs_ts.secs + pinfo->abs_ts.nsecs / 1e9;

    if (!display->has_day)
        set_day(display, time);
    for (const struct cjt188_seen *seen = ((const struct cjt188_tap *)packet)->first; seen != NULL; seen = seen->next) {
        const struct cjt188_decoded *frame = seen->frame;

        if (seen->kind != CJT188_FRAME || frame == NULL || !cjt188_is_from_meter(frame) || frame->is_error ||
            frame->is_wildcard || frame->data >= frame->data_end)
            continue;
        for (unsigned i = 0; i < display->series->len; i++)
            add_reply(display, (struct display_series *)g_ptr_array_index(display->series, i), time, frame);
    }
    return TAP_PACKET_DONT_REDRAW;
}

static void
reset(void *data)
{
    struct display *display = (struct display *)data;

    for (unsigned i = 0; i < display->series->len; i++)
        forget_replies(display, (struct display_series *)g_ptr_array_index(display->series, i));
}

static void
print(void *data)
{
    display_print((const struct display *)data);
}

static void
finish(void *data)
{
    struct display *display = (struct display *)data;

    reset(display);
    g_ptr_array_unref(display->series);
    display_log_free(display->log);
    g_free(display);
}

/* ---- what was asked for ---- */

#define DISPLAY_WORD "display="
#define TOLERANCE_WORD "tolerance="

bool
display_is_meant(const char *rest)
{
    return rest != NULL && (g_str_has_prefix(rest, DISPLAY_WORD) || g_str_has_prefix(rest, TOLERANCE_WORD));
}

/* Takes "tolerance=300," off the front. False when it is no number of seconds. */
static bool
take_tolerance(const char **rest, double *tolerance)
{
    char *end;
    uint64_t seconds;

    *tolerance = DISPLAY_TOLERANCE;
    if (!g_str_has_prefix(*rest, TOLERANCE_WORD))
        return true;
    *rest += strlen(TOLERANCE_WORD);
    seconds = g_ascii_strtoull(*rest, &end, 10);
    if (!g_ascii_isdigit(**rest) || *end != ',' || seconds > DISPLAY_TOLERANCE_MAX)
        return false;
    *tolerance = (double)seconds;
    *rest = end + 1;
    return true;
}

bool
display_start(const char *rest, bool rows)
{
    struct display *display;
    struct display_log *log;
    double tolerance;
    char *error = NULL;

    if (!take_tolerance(&rest, &tolerance) || !g_str_has_prefix(rest, DISPLAY_WORD) || rest[strlen(DISPLAY_WORD)] == '\0') {
        report_failure("Write -z 'cjt188,explore,display=FILE', or 'cjt188,explore,tolerance=SECONDS,display=FILE' with 0 to %d "
                       "seconds.", DISPLAY_TOLERANCE_MAX);
        return false;
    }
    log = display_log_read(rest + strlen(DISPLAY_WORD), &error);
    if (log == NULL) {
        report_failure("%s", error);
        g_free(error);
        return false;
    }
    display = g_new0(struct display, 1);
    display->log = log;
    display->tolerance = tolerance;
    display->rows = rows;
    display->series = g_ptr_array_new_with_free_func(free_series);
    make_series(display);
    return explore_listen(display, NULL, reset, add_packet, print, finish);
}
