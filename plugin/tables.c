/* tables.c
 * Two tables in Wireshark's Statistics menu, and with tshark -z: cjt188,meters and cjt188,lines.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Wireshark draws the cells as they are after each packet, so they are brought up to date with each. What a row has summed
 * up hangs on its first cell.
 */
#include "tables.h"

#include <math.h>

#include "reading.h"
#include "stats.h"

#include <epan/stat_groups.h>
#include <epan/stat_tap_ui.h>

/* ---- cells ---- */

static void
set_text(stat_tap_table *table, unsigned row, unsigned column, const char *text)
{
    stat_tap_table_item_type *cell = stat_tap_get_field_data(table, row, column);

    if (g_strcmp0(cell->value.string_value, text) == 0)
        return;
    g_free((char *)cell->value.string_value);
    cell->value.string_value = g_strdup(text);
    stat_tap_set_field_data(table, row, column, cell);
}

static void G_GNUC_PRINTF(4, 5)
set_format(stat_tap_table *table, unsigned row, unsigned column, const char *format, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    set_text(table, row, column, text);
    g_free(text);
}

static void
set_count(stat_tap_table *table, unsigned row, unsigned column, unsigned count)
{
    stat_tap_table_item_type *cell = stat_tap_get_field_data(table, row, column);

    cell->value.uint_value = count;
    stat_tap_set_field_data(table, row, column, cell);
}

static void *
row_data(const stat_tap_table *table, unsigned row)
{
    return stat_tap_get_field_data(table, row, 0)->user_data.ptr_value;
}

/* A new row whose cells have the types of the columns; `data` is freed with it. */
static unsigned
add_row(stat_tap_table *table, const stat_tap_table_item *columns, void *data)
{
    const unsigned row = table->num_elements;
    stat_tap_table_item_type *cells = g_new0(stat_tap_table_item_type, table->num_fields);

    for (unsigned i = 0; i < table->num_fields; i++) {
        cells[i].type = columns[i].type;
        if (cells[i].type == TABLE_ITEM_STRING)
            cells[i].value.string_value = g_strdup("");
    }
    cells[0].user_data.ptr_value = data;
    stat_tap_init_table_row(table, row, table->num_fields, cells);
    g_free(cells);
    return row;
}

static void
free_cell(stat_tap_table *table _U_, unsigned row _U_, unsigned column, stat_tap_table_item_type *cell)
{
    if (cell->type == TABLE_ITEM_STRING)
        g_free((char *)cell->value.string_value);
    if (column == 0)
        g_free(cell->user_data.ptr_value);
}

static stat_tap_table *
table_of(void *data)
{
    return g_array_index(((stat_data_t *)data)->stat_tap_data->tables, stat_tap_table *, 0);
}

#define TEXT_COLUMN(title) { TABLE_ITEM_STRING, TAP_ALIGN_LEFT, title, "%-s" }
#define COUNT_COLUMN(title) { TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, title, "%u" }

/* ---- meters ---- */

enum {
    METER_NUMBER, METER_NAME, METER_LINE, METER_DIALECT, METER_REQUESTS, METER_REPLIES, METER_UNANSWERED, METER_DAMAGED, METER_MIN,
    METER_MEAN, METER_MAX, METER_FIRST, METER_LAST, METER_DIFFERENCE, METER_SHARE, METER_FAULTS, METER_CLOCK,
    METER_COLUMNS
};

static stat_tap_table_item meter_columns[METER_COLUMNS] = {
    [METER_NUMBER] = TEXT_COLUMN("Meter"),
    [METER_NAME] = TEXT_COLUMN("Name"),
    [METER_LINE] = TEXT_COLUMN("Line"),
    [METER_DIALECT] = TEXT_COLUMN("Dialect"),
    [METER_REQUESTS] = COUNT_COLUMN("Requests"),
    [METER_REPLIES] = COUNT_COLUMN("Replies"),
    [METER_UNANSWERED] = COUNT_COLUMN("Unanswered"),
    [METER_DAMAGED] = COUNT_COLUMN("Damaged"),
    [METER_MIN] = TEXT_COLUMN("Response min"),
    [METER_MEAN] = TEXT_COLUMN("Response mean"),
    [METER_MAX] = TEXT_COLUMN("Response max"),
    [METER_FIRST] = TEXT_COLUMN("First reading"),
    [METER_LAST] = TEXT_COLUMN("Last reading"),
    [METER_DIFFERENCE] = TEXT_COLUMN("Difference"),
    [METER_SHARE] = TEXT_COLUMN("Share of all differences"),
    [METER_FAULTS] = TEXT_COLUMN("Faults"),
    [METER_CLOCK] = TEXT_COLUMN("Clock offset"),
};

enum { LINE_BYTES = 64 };

/* A meter is a number on a line. */
struct meter_sums {
    char line[LINE_BYTES];
    bool is_wildcard;
    uint8_t number[5];
    unsigned requests, replies, unanswered, damaged, timed;
    double fastest, slowest, total; /* response times, s */
    enum reading_value counter;     /* what is compared; READING_NONE: nothing yet */
    double first, last, step;
};

/* What a bill is split by, in the order of preference. */
static const struct {
    enum reading_value value;
    const char *unit;
} bill[] = {
    { READING_HEATING, "kWh" },
    { READING_ELECTRIC, "kWh" },
    { READING_VOLUME, "m³" },
};

static const char *
bill_unit(enum reading_value counter)
{
    for (size_t i = 0; i < array_length(bill); i++) {
        if (bill[i].value == counter)
            return bill[i].unit;
    }
    return "";
}

static int
find_meter(const stat_tap_table *table, const char *line, bool is_wildcard, const uint8_t *number)
{
    for (unsigned row = 0; row < table->num_elements; row++) {
        const struct meter_sums *sums = (const struct meter_sums *)row_data(table, row);

        if (strcmp(sums->line, line) == 0 && sums->is_wildcard == is_wildcard &&
            (is_wildcard || memcmp(sums->number, number, sizeof sums->number) == 0))
            return (int)row;
    }
    return -1;
}

static unsigned
meter_row(stat_tap_table *table, const struct cjt188_seen *seen)
{
    const int row = find_meter(table, seen->meter_line, seen->is_wildcard, seen->number);
    struct meter_sums *sums;
    unsigned added;

    if (row >= 0)
        return (unsigned)row;
    sums = g_new0(struct meter_sums, 1);
    sums->is_wildcard = seen->is_wildcard;
    memcpy(sums->number, seen->number, sizeof sums->number);
    g_strlcpy(sums->line, seen->meter_line, sizeof sums->line);
    added = add_row(table, meter_columns, sums);
    set_text(table, added, METER_LINE, sums->line);
    return added;
}

static void
time_reply(stat_tap_table *table, unsigned row, struct meter_sums *sums, const nstime_t *request, const nstime_t *reply)
{
    nstime_t time;
    double seconds;

    nstime_delta(&time, reply, request);
    seconds = nstime_to_sec(&time);
    sums->fastest = sums->timed == 0 ? seconds : MIN(sums->fastest, seconds);
    sums->slowest = sums->timed == 0 ? seconds : MAX(sums->slowest, seconds);
    sums->total += seconds;
    sums->timed++;
    set_format(table, row, METER_MIN, "%.1f ms", sums->fastest * 1000);
    set_format(table, row, METER_MEAN, "%.1f ms", sums->total / sums->timed * 1000);
    set_format(table, row, METER_MAX, "%.1f ms", sums->slowest * 1000);
}

static void
set_reading(stat_tap_table *table, unsigned row, unsigned column, const struct meter_sums *sums, double value)
{
    const int places = cjt188_places(sums->step);

    if (places < 0)
        set_format(table, row, column, "%.6g %s", value, bill_unit(sums->counter));
    else
        set_format(table, row, column, "%.*f %s", places, value, bill_unit(sums->counter));
}

static void
note_reading(stat_tap_table *table, unsigned row, struct meter_sums *sums, const struct cjt188_seen *seen)
{
    const struct reading *reading = seen->reading;

    for (size_t i = 0; i < array_length(bill) && sums->counter == READING_NONE; i++) {
        if (!reading->has[bill[i].value])
            continue;
        sums->counter = bill[i].value;
        sums->first = reading->value[sums->counter];
        sums->step = reading->step[sums->counter];
        set_reading(table, row, METER_FIRST, sums, sums->first);
    }
    if (sums->counter == READING_NONE || !reading->has[sums->counter])
        return;
    sums->last = reading->value[sums->counter];
    set_reading(table, row, METER_LAST, sums, sums->last);
    set_reading(table, row, METER_DIFFERENCE, sums, sums->last - sums->first);
}

/* Each meter's part of what all meters with the same unit counted: for splitting a bill between them. */
static void
share_out(stat_tap_table *table, enum reading_value counter)
{
    const char *unit = bill_unit(counter);
    double sum = 0;

    for (unsigned pass = 0; pass < 2; pass++) {
        for (unsigned row = 0; row < table->num_elements; row++) {
            const struct meter_sums *sums = (const struct meter_sums *)row_data(table, row);

            if (sums->counter == READING_NONE || strcmp(bill_unit(sums->counter), unit) != 0)
                continue;
            if (pass == 0)
                sum += sums->last - sums->first;
            else if (sum > 0)
                set_format(table, row, METER_SHARE, "%.1f %%", (sums->last - sums->first) / sum * 100);
            else
                set_text(table, row, METER_SHARE, "");
        }
    }
}

/* Every fault that any reading had, each once. */
static void
add_faults(stat_tap_table *table, unsigned row, const char *faults)
{
    char **each = g_strsplit(faults != NULL ? faults : "", ", ", 0);

    for (char **fault = each; *fault != NULL; fault++) {
        const char *known = stat_tap_get_field_data(table, row, METER_FAULTS)->value.string_value;

        if (strstr(known, *fault) == NULL)
            set_format(table, row, METER_FAULTS, "%s%s%s", known, known[0] != '\0' ? ", " : "", *fault);
    }
    g_strfreev(each);
}

static void
count_meter_frame(stat_tap_table *table, const packet_info *pinfo, const struct cjt188_seen *seen)
{
    const unsigned row = meter_row(table, seen);
    struct meter_sums *sums = (struct meter_sums *)row_data(table, row);

    set_text(table, row, METER_NUMBER, seen->meter);
    if (seen->name != NULL)
        set_text(table, row, METER_NAME, seen->name);
    if (!seen->is_reply) {
        set_count(table, row, METER_REQUESTS, ++sums->requests);
        return;
    }
    set_text(table, row, METER_DIALECT, seen->dialect);
    set_count(table, row, METER_REPLIES, ++sums->replies);
    if (seen->exchange != NULL)
        time_reply(table, row, sums, &seen->exchange->request_time, &pinfo->abs_ts);
    if (seen->reading == NULL)
        return;
    add_faults(table, row, seen->faults);
    if (seen->reading->has_clock)
        set_format(table, row, METER_CLOCK, "%.0f s", cjt188_clock_offset(seen->reading, &pinfo->abs_ts));
    note_reading(table, row, sums, seen);
    if (sums->counter != READING_NONE)
        share_out(table, sums->counter);
}

static void
count_unanswered(stat_tap_table *table, const struct exchange *request, int difference)
{
    const int row = find_meter(table, request->line, request->is_wildcard, request->address);
    struct meter_sums *sums;

    if (row < 0)
        return;
    sums = (struct meter_sums *)row_data(table, (unsigned)row);
    sums->unanswered += (unsigned)difference;
    set_count(table, (unsigned)row, METER_UNANSWERED, sums->unanswered);
}

/* A damaged address must not invent a meter. */
static void
count_meter_damage(stat_tap_table *table, const struct cjt188_seen *seen)
{
    const int row = seen->meter != NULL ? find_meter(table, seen->meter_line, seen->is_wildcard, seen->number) : -1;

    if (row >= 0)
        set_count(table, (unsigned)row, METER_DAMAGED, ++((struct meter_sums *)row_data(table, (unsigned)row))->damaged);
}

static tap_packet_status
meters_packet(void *data, packet_info *pinfo, epan_dissect_t *edt _U_, const void *packet, tap_flags_t flags _U_)
{
    const struct cjt188_seen *seen = (const struct cjt188_seen *)packet;
    stat_tap_table *table = table_of(data);

    if (seen->kind == CJT188_DAMAGED || seen->kind == CJT188_TRUNCATED)
        count_meter_damage(table, seen);
    if (seen->kind != CJT188_FRAME)
        return TAP_PACKET_REDRAW;
    count_meter_frame(table, pinfo, seen);
    if (seen->no_response_to != NULL)
        count_unanswered(table, seen->no_response_to, 1);
    if (seen->is_late)
        count_unanswered(table, seen->exchange, -1);
    return TAP_PACKET_REDRAW;
}

/* ---- lines ---- */

enum {
    LINE_NAME, LINE_HOURS, LINE_REQUESTS, LINE_REPLIES, LINE_UNANSWERED, LINE_DAMAGED, LINE_TRUNCATED, LINE_NOISE,
    LINE_MARKS, LINE_DAMAGED_HOUR, LINE_TRUNCATED_HOUR, LINE_NOISE_HOUR, LINE_MARKS_HOUR, LINE_COLUMNS
};

static stat_tap_table_item line_columns[LINE_COLUMNS] = {
    [LINE_NAME] = TEXT_COLUMN("Line"),
    [LINE_HOURS] = TEXT_COLUMN("Hours"),
    [LINE_REQUESTS] = COUNT_COLUMN("Requests"),
    [LINE_REPLIES] = COUNT_COLUMN("Replies"),
    [LINE_UNANSWERED] = COUNT_COLUMN("Unanswered"),
    [LINE_DAMAGED] = COUNT_COLUMN("Damaged"),
    [LINE_TRUNCATED] = COUNT_COLUMN("Truncated"),
    [LINE_NOISE] = COUNT_COLUMN("Noise bytes"),
    [LINE_MARKS] = COUNT_COLUMN("Packets with error marks"),
    [LINE_DAMAGED_HOUR] = TEXT_COLUMN("Damaged per hour"),
    [LINE_TRUNCATED_HOUR] = TEXT_COLUMN("Truncated per hour"),
    [LINE_NOISE_HOUR] = TEXT_COLUMN("Noise bytes per hour"),
    [LINE_MARKS_HOUR] = TEXT_COLUMN("Packets with error marks per hour"),
};

struct line_sums {
    char name[LINE_BYTES];
    nstime_t first, last;
    unsigned count[LINE_COLUMNS];
};

static unsigned
line_row(stat_tap_table *table, const struct cjt188_seen *seen, const nstime_t *time)
{
    struct line_sums *sums;
    unsigned row;

    for (row = 0; row < table->num_elements; row++) {
        if (strcmp(((const struct line_sums *)row_data(table, row))->name, seen->line) == 0)
            return row;
    }
    sums = g_new0(struct line_sums, 1);
    g_strlcpy(sums->name, seen->line, sizeof sums->name);
    sums->first = sums->last = *time;
    row = add_row(table, line_columns, sums);
    set_text(table, row, LINE_NAME, seen->line);
    return row;
}

static void
set_per_hour(stat_tap_table *table, unsigned row, const struct line_sums *sums)
{
    static const unsigned pairs[][2] = {
        { LINE_DAMAGED, LINE_DAMAGED_HOUR },
        { LINE_TRUNCATED, LINE_TRUNCATED_HOUR },
        { LINE_NOISE, LINE_NOISE_HOUR },
        { LINE_MARKS, LINE_MARKS_HOUR },
    };
    nstime_t span;
    double hours;

    nstime_delta(&span, &sums->last, &sums->first);
    hours = nstime_to_sec(&span) / 3600;
    set_format(table, row, LINE_HOURS, "%.3f", hours);
    for (size_t i = 0; i < array_length(pairs); i++) {
        if (hours > 0)
            set_format(table, row, pairs[i][1], "%.1f", sums->count[pairs[i][0]] / hours);
    }
}

static tap_packet_status
lines_packet(void *data, packet_info *pinfo, epan_dissect_t *edt _U_, const void *packet, tap_flags_t flags _U_)
{
    static const int column_of[] = {
        [CJT188_DAMAGED] = LINE_DAMAGED,
        [CJT188_TRUNCATED] = LINE_TRUNCATED,
        [CJT188_NOISE] = LINE_NOISE,
        [CJT188_DLT645] = 0,
    };
    const struct cjt188_seen *seen = (const struct cjt188_seen *)packet;
    stat_tap_table *table = table_of(data);
    const unsigned row = line_row(table, seen, &pinfo->abs_ts);
    struct line_sums *sums = (struct line_sums *)row_data(table, row);

    if (nstime_cmp(&pinfo->abs_ts, &sums->last) > 0)
        sums->last = pinfo->abs_ts;
    if (seen->line_error)
        sums->count[LINE_MARKS]++;
    else if (seen->kind == CJT188_FRAME)
        sums->count[seen->is_reply ? LINE_REPLIES : LINE_REQUESTS]++;
    else if (column_of[seen->kind] != 0)
        sums->count[column_of[seen->kind]] += seen->kind == CJT188_NOISE ? seen->length : 1;
    if (seen->no_response_to != NULL)
        sums->count[LINE_UNANSWERED]++;
    if (seen->is_late && strcmp(seen->meter_line, seen->line) == 0)
        sums->count[LINE_UNANSWERED]--;
    for (unsigned column = LINE_REQUESTS; column <= LINE_MARKS; column++)
        set_count(table, row, column, sums->count[column]);
    set_per_hour(table, row, sums);
    return TAP_PACKET_REDRAW;
}

/* ---- registration ---- */

static void
init_table(stat_tap_table_ui *ui)
{
    stat_tap_table *table = stat_tap_find_table(ui, ui->title);

    if (table != NULL)
        return;
    table = stat_tap_init_table(ui->title, (int)ui->nfields, 0, NULL);
    stat_tap_add_table(ui, table);
}

/* Rows stay, with nothing in them. */
static void
reset_table(stat_tap_table *table, size_t sums_size, size_t identity)
{
    for (unsigned row = 0; row < table->num_elements; row++) {
        memset((char *)row_data(table, row) + identity, 0, sums_size - identity);
        for (unsigned column = 1; column < table->num_fields; column++) {
            if (stat_tap_get_field_data(table, row, column)->type == TABLE_ITEM_STRING)
                set_text(table, row, column, "");
            else
                set_count(table, row, column, 0);
        }
    }
}

static void
reset_meters(stat_tap_table *table)
{
    reset_table(table, sizeof(struct meter_sums), offsetof(struct meter_sums, requests));
}

static void
reset_lines(stat_tap_table *table)
{
    reset_table(table, sizeof(struct line_sums), offsetof(struct line_sums, first));
}

void
cjt188_tables_register(void)
{
    static tap_param filter[] = { { PARAM_FILTER, "filter", "Filter", NULL, true } };
    static stat_tap_table_ui meters = {
        .group = REGISTER_PACKET_STAT_GROUP_UNSORTED,
        .title = "CJ/T 188 meters (shares are relative: the meters' errors are not known)",
        .tap_name = "cjt188",
        .cli_string = "cjt188,meters",
        .stat_tap_init_cb = init_table,
        .packet_func = meters_packet,
        .stat_tap_reset_table_cb = reset_meters,
        .stat_tap_free_table_item_cb = free_cell,
        .nfields = METER_COLUMNS,
        .fields = meter_columns,
        .nparams = array_length(filter),
        .params = filter,
    };
    static stat_tap_table_ui lines = {
        .group = REGISTER_PACKET_STAT_GROUP_UNSORTED,
        .title = "CJ/T 188 lines",
        .tap_name = "cjt188",
        .cli_string = "cjt188,lines",
        .stat_tap_init_cb = init_table,
        .packet_func = lines_packet,
        .stat_tap_reset_table_cb = reset_lines,
        .stat_tap_free_table_item_cb = free_cell,
        .nfields = LINE_COLUMNS,
        .fields = line_columns,
        .nparams = array_length(filter),
        .params = filter,
    };

    register_stat_tap_table_ui(&meters);
    register_stat_tap_table_ui(&lines);
}
