/* tables.c
 * Two tables in Wireshark's Statistics menu, and with tshark -z: cjt188,meters and cjt188,lines.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A packet only adds to the sums of its meter and its line. Wireshark draws cells as they stand and tells nobody before it
 * does, so they are written when that is due: with the last packet of the capture where it is known, before tshark draws what
 * it read in one pass, and now and then between.
 */
#include "tables.h"

#include <inttypes.h>
#include <math.h>

#include "exchange.h"
#include "readings.h"
#include "tap.h"

#include <epan/stat_groups.h>

/* ---- tables of sums ---- */

struct table {
    stat_tap_table *table;
    const stat_tap_table_item *columns;
    size_t size;          /* of its sums */
    unsigned rows;        /* of one sums, one below the other; 0: one */
    void (*empty)(struct sums *sums); /* free what they hold; NULL: nothing */
    void (*write)(struct table *table);
    cjt188_write_sums *write_each; /* in place of `write` */
    GHashTable *index;
    GPtrArray *sums;      /* in the order of the capture */
    unsigned since;       /* packets that the cells do not show yet */
};

/* Those that Wireshark has. */
static GSList *tables;

static unsigned
key_hash(const void *data)
{
    const struct sums_key *key = (const struct sums_key *)data;
    uint64_t word = 0;

    memcpy(&word, key->number, sizeof key->number);
    word = (word ^ (uint64_t)key->a << 40) * UINT64_C(0x9E3779B97F4A7C15) ^ (uint64_t)key->b << 17 ^ (uint64_t)key->kind;
    word *= UINT64_C(0x9E3779B97F4A7C15);
    return (unsigned)(word >> 32);
}

static gboolean
key_equal(const void *a, const void *b)
{
    const struct sums_key *one = (const struct sums_key *)a, *other = (const struct sums_key *)b;

    return one->kind == other->kind && one->a == other->a && one->b == other->b && one->is_wildcard == other->is_wildcard &&
        memcmp(one->number, other->number, sizeof one->number) == 0;
}

static struct sums_key
key_of_line(const struct cjt188_line *line)
{
    return (struct sums_key){ .kind = line->kind, .a = line->a, .b = line->b };
}

static struct sums_key
key_of_meter(const struct cjt188_meter *meter)
{
    struct sums_key key = key_of_line(meter->line);

    key.is_wildcard = meter->is_wildcard;
    memcpy(key.number, meter->number, sizeof key.number);
    return key;
}

static void *
find_sums(const struct table *table, struct sums_key key)
{
    return g_hash_table_lookup(table->index, &key);
}

static void *
make_sums(struct table *table, struct sums_key key, const struct cjt188_line *line)
{
    struct sums *sums = (struct sums *)find_sums(table, key);

    if (sums != NULL)
        return sums;
    sums = (struct sums *)g_malloc0(table->size);
    sums->key = key;
    sums->line = g_strdup(line->name);
    sums->row = -1;
    g_ptr_array_add(table->sums, sums);
    g_hash_table_insert(table->index, &sums->key, sums);
    return sums;
}

static struct table *
table_of(const stat_tap_table *sought)
{
    GSList *each = tables;

    while (each != NULL && ((struct table *)each->data)->table != sought)
        each = each->next;
    return each != NULL ? (struct table *)each->data : NULL;
}

static void
drop_table(struct table *table)
{
    tables = g_slist_remove(tables, table);
    for (unsigned i = 0; i < table->sums->len; i++) {
        struct sums *sums = (struct sums *)g_ptr_array_index(table->sums, i);

        if (table->empty != NULL)
            table->empty(sums);
        g_free(sums->line);
    }
    g_hash_table_destroy(table->index);
    g_ptr_array_unref(table->sums);
    g_free(table);
}

/* ---- cells ---- */

static void
set_text(struct table *table, const struct sums *sums, unsigned column, const char *text)
{
    stat_tap_table_item_type *cell = stat_tap_get_field_data(table->table, (unsigned)sums->row, column);

    if (g_strcmp0(cell->value.string_value, text) == 0)
        return;
    g_free((char *)cell->value.string_value);
    cell->value.string_value = g_strdup(text);
    stat_tap_set_field_data(table->table, (unsigned)sums->row, column, cell);
}

static void G_GNUC_PRINTF(4, 5)
set_format(struct table *table, const struct sums *sums, unsigned column, const char *format, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    set_text(table, sums, column, text);
    g_free(text);
}

static void
set_count(struct table *table, const struct sums *sums, unsigned column, unsigned count)
{
    stat_tap_table_item_type *cell = stat_tap_get_field_data(table->table, (unsigned)sums->row, column);

    cell->value.uint_value = count;
    stat_tap_set_field_data(table->table, (unsigned)sums->row, column, cell);
}

/* A new row whose cells have the types of the columns. */
static void
add_row(struct table *table)
{
    stat_tap_table_item_type *cells = g_new0(stat_tap_table_item_type, table->table->num_fields);

    for (unsigned i = 0; i < table->table->num_fields; i++) {
        cells[i].type = table->columns[i].type;
        if (cells[i].type == TABLE_ITEM_STRING)
            cells[i].value.string_value = g_strdup("");
    }
    stat_tap_init_table_row(table->table, table->table->num_elements, table->table->num_fields, cells);
    g_free(cells);
}

static void
add_rows(struct table *table, struct sums *sums)
{
    sums->row = (int)table->table->num_elements;
    for (unsigned i = 0; i < MAX(table->rows, 1); i++)
        add_row(table);
}

/* All cells as the sums are now. */
static void
write_table(struct table *table)
{
    table->since = 0;
    for (unsigned i = 0; i < table->sums->len; i++) {
        struct sums *sums = (struct sums *)g_ptr_array_index(table->sums, i);

        if (sums->row < 0)
            add_rows(table, sums);
        if (table->write_each != NULL)
            table->write_each(table, sums);
    }
    if (table->write != NULL)
        table->write(table);
}

void
cjt188_tables_write(void)
{
    for (GSList *each = tables; each != NULL; each = each->next) {
        if (((struct table *)each->data)->since > 0)
            write_table((struct table *)each->data);
    }
}

/* ---- when they are written ---- */

static void
draw_all(void *data _U_)
{
    cjt188_tables_write();
}

static tap_packet_status
see_packet(void *data _U_, packet_info *pinfo _U_, epan_dissect_t *edt _U_, const void *packet _U_, tap_flags_t flags _U_)
{
    return TAP_PACKET_REDRAW;
}

/* While tshark reads the file for the only time nobody knows its end. A listener that comes later than the table's own is
 * asked to draw before it. Has it come now? Then it has not heard of this packet. */
static bool
listen_before(const struct cjt188_tap *tap)
{
    static bool is_listening;
    GString *error;

    if (is_listening || tap->is_seen_again)
        return false;
    is_listening = true;
    error = register_tap_listener("cjt188", &tables, NULL, TL_REQUIRES_NOTHING, NULL, see_packet, draw_all, NULL);
    if (error != NULL)
        g_string_free(error, true);
    return true;
}

/* A packet was added. Now and then, ever more seldom as the table grows, so that it costs the same a packet. */
static tap_packet_status
packet_added(struct table *table, const packet_info *pinfo, const struct cjt188_tap *tap)
{
    enum { AT_LEAST = 1000, ROWS = 8 };
    const bool is_last = tap->is_seen_again && cjt188_is_last_packet(pinfo);

    table->since++;
    if (listen_before(tap) || is_last || table->since >= AT_LEAST + ROWS * table->sums->len)
        write_table(table);
    return TAP_PACKET_REDRAW;
}

#define TEXT_COLUMN(title) { TABLE_ITEM_STRING, TAP_ALIGN_LEFT, title, "%-s" }
#define COUNT_COLUMN(title) { TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, title, "%u" }

/* ---- meters ---- */

enum {
    METER_NUMBER, METER_NAME, METER_LINE, METER_DIALECT, METER_REQUESTS, METER_REPLIES, METER_UNANSWERED, METER_DAMAGED, METER_MIN,
    METER_MEAN, METER_MAX, METER_LATE, METER_FIRST, METER_LAST, METER_COUNTED, METER_BACKWARDS, METER_SHARE,
    METER_FAULTS, METER_CLOCK_FIRST, METER_CLOCK_LAST, METER_DRIFT, METER_COLUMNS
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
    [METER_LATE] = TEXT_COLUMN("Late replies"),
    [METER_FIRST] = TEXT_COLUMN("First reading"),
    [METER_LAST] = TEXT_COLUMN("Last reading"),
    [METER_COUNTED] = TEXT_COLUMN("Counted"),
    [METER_BACKWARDS] = TEXT_COLUMN("Ran backwards"),
    [METER_SHARE] = TEXT_COLUMN("Share (relative)"),
    [METER_FAULTS] = TEXT_COLUMN("Faults"),
    [METER_CLOCK_FIRST] = TEXT_COLUMN("First clock offset"),
    [METER_CLOCK_LAST] = TEXT_COLUMN("Last clock offset"),
    [METER_DRIFT] = TEXT_COLUMN("Clock drift"),
};

/* What a bill is split by, in the order of preference; what has the same unit is one sum. */
static const struct {
    enum cjt188_measurement value;
    const char *unit;
    unsigned sum;
} bill[] = {
    { CJT188_HEATING, "kWh", 0 },
    { CJT188_ELECTRIC, "kWh", 0 },
    { CJT188_VOLUME_NOW, "m³", 1 },
};
enum { BILL_SUMS = 2 };

struct meter_sums {
    struct sums sums;
    unsigned requests, replies, unanswered, damaged, timed;
    int64_t fastest, slowest, total; /* response times, ns; without late ones */
    unsigned late;
    int counter;                     /* row of `bill` + 1; 0: nothing is compared yet */
    unsigned readings;               /* with this counter */
    double first, last;
    double counted, lost;            /* sums of the steps up, and of those down */
    unsigned resets, steps_back;     /* down to less than a half, or less far */
    int decimals;
    char *name, *faults;
    const char *dialect;
    unsigned clocks;
    double clock_first, clock_last;  /* offsets, s */
    struct clock_steps { unsigned count; double sum; } summer, jumps;
};

static void
empty_meter(struct sums *sums)
{
    g_free(((struct meter_sums *)sums)->name);
    g_free(((struct meter_sums *)sums)->faults);
}

static void
time_reply(struct meter_sums *sums, const struct cjt188_seen *seen)
{
    int64_t time;

    if (!cjt188_fact_response(cjt188_request_of(seen), seen->fact, &time) ||
        (time > 0 ? sums->total > INT64_MAX - time : sums->total < INT64_MIN - time)) /* centuries: broken time stamps */
        return;
    if ((seen->fact->flags & FACT_LATE) != 0) {
        sums->late++;
        return;
    }
    sums->fastest = sums->timed == 0 ? time : MIN(sums->fastest, time);
    sums->slowest = sums->timed == 0 ? time : MAX(sums->slowest, time);
    sums->total += time;
    sums->timed++;
}

/* A bill is split by what was counted, step by step: a counter that is set back has counted no less for that. */
static void
count_step(struct meter_sums *sums, double now)
{
    const double step = now - sums->last;

    if (sums->readings++ == 0)
        sums->first = now;
    else if (step >= 0)
        sums->counted += step;
    else
        sums->lost += step;
    if (sums->readings > 1 && step < 0)
        *(now < sums->last / 2 ? &sums->resets : &sums->steps_back) += 1;
    sums->last = now;
}

static void
add_clock_step(struct clock_steps *steps, double step)
{
    steps->count++;
    steps->sum += step;
}

/* What a clock does between two readings: it drifts, it follows summer time (or local time does), or somebody sets it. */
static void
note_clock(struct meter_sums *sums, double offset)
{
    const double hour = 3600, tolerance = 60, step = offset - sums->clock_last;

    if (sums->clocks++ == 0)
        sums->clock_first = offset;
    else if (fabs(fabs(step) - hour) <= tolerance)
        add_clock_step(&sums->summer, step > 0 ? hour : -hour);
    else if (fabs(step) > tolerance)
        add_clock_step(&sums->jumps, step);
    sums->clock_last = offset;
}

static void
note_reading(struct meter_sums *sums, const struct cjt188_decoded *frame)
{
    const struct cjt188_value *value;

    for (unsigned i = 0; i < array_length(bill) && sums->counter == 0; i++) {
        value = cjt188_measured(frame, bill[i].value);
        if (value == NULL)
            continue;
        sums->counter = (int)i + 1;
        sums->decimals = value->decimals;
    }
    value = sums->counter != 0 ? cjt188_measured(frame, bill[sums->counter - 1].value) : NULL;
    if (value != NULL)
        count_step(sums, value->number);
}

/* Every fault that any reading had, each once. */
static void
add_faults(struct meter_sums *sums, const struct cjt188_decoded *frame)
{
    char text[CJT188_TEXT_MAX];
    char **each;

    if (cjt188_fault_text(frame, text, sizeof text) == 0 || g_strcmp0(text, sums->faults) == 0)
        return;
    each = g_strsplit(text, ", ", 0);
    for (char **fault = each; *fault != NULL; fault++) {
        const char *known = sums->faults != NULL ? sums->faults : "";
        char *all;

        if (strstr(known, *fault) != NULL)
            continue;
        all = g_strdup_printf("%s%s%s", known, known[0] != '\0' ? ", " : "", *fault);
        g_free(sums->faults);
        sums->faults = all;
    }
    g_strfreev(each);
}

static void
count_meter_frame(struct table *table, const packet_info *pinfo, const struct cjt188_seen *seen)
{
    struct meter_sums *sums = (struct meter_sums *)make_sums(table, key_of_meter(seen->meter), seen->meter->line);
    const struct cjt188_decoded *frame = seen->frame;
    const struct cjt188_value *clock = cjt188_measured(frame, CJT188_CLOCK_NOW);

    if (frame->name != NULL && g_strcmp0(frame->name, sums->name) != 0) {
        g_free(sums->name);
        sums->name = g_strdup(frame->name);
    }
    if (!frame->is_reply) {
        sums->requests += !frame->is_report;
        return;
    }
    sums->dialect = frame->dialect->name;
    sums->replies++;
    time_reply(sums, seen);
    if (!cjt188_is_reading(frame))
        return;
    add_faults(sums, frame);
    if (clock != NULL && (seen->fact->flags & FACT_HAS_TIME) != 0)
        note_clock(sums, cjt188_clock_offset(&clock->time, &pinfo->abs_ts));
    note_reading(sums, frame);
}

static void
count_unanswered(struct table *table, const struct cjt188_fact *request, int difference)
{
    const struct cjt188_meter *meter = request != NULL ? cjt188_meter_at(request->meter) : NULL;
    struct meter_sums *sums = meter != NULL ? (struct meter_sums *)find_sums(table, key_of_meter(meter)) : NULL;

    if (sums != NULL && (difference > 0 || sums->unanswered > 0)) /* a filter may have left out what it takes back */
        sums->unanswered += (unsigned)difference;
}

/* What was taken for an echo was a request to another line's meter. */
static void
count_parted(struct table *table, const packet_info *pinfo)
{
    unsigned count;
    const fact_id *facts = cjt188_parted_by(pinfo, PARTED_ECHO, &count);

    for (unsigned i = 0; i < count; i++) {
        const struct cjt188_meter *meter = cjt188_meter_at(cjt188_fact(facts[i])->meter);

        ((struct meter_sums *)make_sums(table, key_of_meter(meter), meter->line))->requests++;
    }
    facts = cjt188_parted_by(pinfo, PARTED_SILENT, &count);
    for (unsigned i = 0; i < count; i++)
        count_unanswered(table, cjt188_fact(facts[i]), 1);
}

static void
count_meter_piece(struct table *table, const packet_info *pinfo, const struct cjt188_seen *seen)
{
    struct meter_sums *sums;

    if (seen->meter == NULL || seen->line_error || cjt188_is_echo(seen))
        return;
    if (seen->frame->is_cut) /* which is not the line's doing */
        return;
    if (seen->kind != CJT188_FRAME) { /* a damaged address must not invent a meter */
        sums = (struct meter_sums *)find_sums(table, key_of_meter(seen->meter));
        if (sums != NULL)
            sums->damaged++;
        return;
    }
    count_meter_frame(table, pinfo, seen);
    count_unanswered(table, cjt188_unanswered_by(seen), 1);
    if (cjt188_is_overtaken(seen))
        count_unanswered(table, cjt188_request_of(seen), -1);
}

static struct table *
table_behind(void *data)
{
    return table_of(g_array_index(((stat_data_t *)data)->stat_tap_data->tables, stat_tap_table *, 0));
}

static tap_packet_status
meters_packet(void *data, packet_info *pinfo, epan_dissect_t *edt _U_, const void *packet, tap_flags_t flags _U_)
{
    struct table *table = table_behind(data);

    for (const struct cjt188_seen *seen = ((const struct cjt188_tap *)packet)->first; seen != NULL; seen = seen->next)
        count_meter_piece(table, pinfo, seen);
    count_parted(table, pinfo);
    return packet_added(table, pinfo, (const struct cjt188_tap *)packet);
}

/* ---- writing meters ---- */

static void
write_reading(struct table *table, const struct meter_sums *sums, unsigned column, double value)
{
    const char *unit = bill[sums->counter - 1].unit;

    if (sums->decimals < 0)
        set_format(table, &sums->sums, column, "%.6g %s", value, unit);
    else
        set_format(table, &sums->sums, column, "%.*f %s", sums->decimals, value, unit);
}

/* "2 resets" */
static void
put_steps(GString *text, unsigned count, const char *name)
{
    if (count > 0)
        g_string_append_printf(text, "%u %s%s, ", count, name, count == 1 ? "" : "s");
}

static void
write_backwards(struct table *table, const struct meter_sums *sums)
{
    GString *text = g_string_new(NULL);
    const char *unit = bill[sums->counter - 1].unit;

    put_steps(text, sums->resets, "reset");
    put_steps(text, sums->steps_back, "step");
    if (sums->decimals < 0)
        g_string_append_printf(text, "−%.6g %s not counted", -sums->lost, unit);
    else
        g_string_append_printf(text, "−%.*f %s not counted", sums->decimals, -sums->lost, unit);
    set_text(table, &sums->sums, METER_BACKWARDS, text->str);
    g_string_free(text, true);
}

/* NULL: it has a share of `all`. */
static const char *
why_no_share(const struct meter_sums *sums, const double all[BILL_SUMS])
{
    if (sums->sums.key.is_wildcard)
        return "none: not one meter";
    if (sums->replies == 0)
        return "none: no reply";
    if (sums->counter == 0)
        return "none: no energy or volume was read";
    if (sums->readings == 1)
        return "none: only one reading";
    return all[bill[sums->counter - 1].sum] > 0 ? NULL : "none: no meter counted anything";
}

/* Each meter's part of what all meters with the same unit counted: for splitting a bill between them. Relative, because the
 * meters' own errors are not known. */
static void
write_readings(struct table *table, const struct meter_sums *sums, const double all[BILL_SUMS])
{
    const char *why = why_no_share(sums, all);

    if (why != NULL)
        set_text(table, &sums->sums, METER_SHARE, why);
    else
        set_format(table, &sums->sums, METER_SHARE, "%.1f %%", sums->counted / all[bill[sums->counter - 1].sum] * 100);
    if (sums->counter == 0)
        return;
    write_reading(table, sums, METER_FIRST, sums->first);
    write_reading(table, sums, METER_LAST, sums->last);
    if (sums->readings > 1)
        write_reading(table, sums, METER_COUNTED, sums->counted);
    if (sums->resets + sums->steps_back > 0)
        write_backwards(table, sums);
}

/* "−1 d 2 h 4 s": what is zero is left out. */
static void
put_duration(GString *text, double seconds, const char *plus)
{
    static const struct {
        const char *unit;
        long long seconds;
    } parts[] = { { "d", 86400 }, { "h", 3600 }, { "m", 60 }, { "s", 1 } };
    long long left = llround(fabs(seconds));

    g_string_append(text, left == 0 ? "0 s" : seconds < 0 ? "−" : plus);
    for (size_t i = 0, written = 0; i < array_length(parts) && left > 0; i++) {
        if (left >= parts[i].seconds)
            g_string_append_printf(text, "%s%lld %s", written++ > 0 ? " " : "", left / parts[i].seconds, parts[i].unit);
        left %= parts[i].seconds;
    }
}

static void
write_duration(struct table *table, const struct sums *sums, unsigned column, double seconds)
{
    GString *text = g_string_new(NULL);

    put_duration(text, seconds, "");
    set_text(table, sums, column, text->str);
    g_string_free(text, true);
}

static void
put_clock_steps(GString *text, const struct clock_steps *steps, const char *name)
{
    if (steps->count == 0)
        return;
    g_string_append_printf(text, "; %u %s%s, ", steps->count, name, steps->count == 1 ? "" : "s");
    put_duration(text, steps->sum, "+");
}

/* What the clock gained by itself; its steps beside it. */
static void
write_clock(struct table *table, const struct meter_sums *sums)
{
    GString *text;

    if (sums->clocks == 0)
        return;
    write_duration(table, &sums->sums, METER_CLOCK_FIRST, sums->clock_first);
    write_duration(table, &sums->sums, METER_CLOCK_LAST, sums->clock_last);
    if (sums->clocks == 1)
        return;
    text = g_string_new(NULL);
    put_duration(text, sums->clock_last - sums->clock_first - sums->summer.sum - sums->jumps.sum, "+");
    put_clock_steps(text, &sums->summer, "summer time step");
    put_clock_steps(text, &sums->jumps, "jump");
    set_text(table, &sums->sums, METER_DRIFT, text->str);
    g_string_free(text, true);
}

/* Tenths of a millisecond, half up. */
static void
write_time(struct table *table, const struct sums *sums, unsigned column, int64_t nanoseconds)
{
    const uint64_t size = nanoseconds < 0 ? 0 - (uint64_t)nanoseconds : (uint64_t)nanoseconds;
    const uint64_t tenth = 100000, tenths = (size + tenth / 2) / tenth;

    set_format(table, sums, column, "%s%" PRIu64 ".%" PRIu64 " ms", nanoseconds < 0 ? "-" : "", tenths / 10, tenths % 10);
}

static void
write_times(struct table *table, const struct meter_sums *sums)
{
    if (sums->late > 0)
        set_format(table, &sums->sums, METER_LATE, "%u, not in the mean", sums->late);
    if (sums->timed == 0)
        return;
    write_time(table, &sums->sums, METER_MIN, sums->fastest);
    write_time(table, &sums->sums, METER_MEAN, sums->total / sums->timed);
    write_time(table, &sums->sums, METER_MAX, sums->slowest);
}

/* Which meter it is, and its line. */
static void
write_meter_names(struct table *table, const struct sums *sums, unsigned number_column, unsigned line_column)
{
    const struct sums_key *key = &sums->key;
    char number[CJT188_TEXT_MAX];

    cjt188_number_text(key->number, cjt188_number_is_high_first(key->number), number, sizeof number);
    set_text(table, sums, number_column, key->is_wildcard ? "all meters" : number);
    set_text(table, sums, line_column, sums->line);
}

static void
write_meter(struct table *table, const struct meter_sums *sums, const double all[BILL_SUMS])
{
    write_meter_names(table, &sums->sums, METER_NUMBER, METER_LINE);
    set_text(table, &sums->sums, METER_NAME, sums->name != NULL ? sums->name : "");
    set_text(table, &sums->sums, METER_DIALECT, sums->dialect != NULL ? sums->dialect : "");
    set_count(table, &sums->sums, METER_REQUESTS, sums->requests);
    set_count(table, &sums->sums, METER_REPLIES, sums->replies);
    set_count(table, &sums->sums, METER_UNANSWERED, sums->unanswered);
    set_count(table, &sums->sums, METER_DAMAGED, sums->damaged);
    write_times(table, sums);
    write_readings(table, sums, all);
    set_text(table, &sums->sums, METER_FAULTS, sums->faults != NULL ? sums->faults : "");
    write_clock(table, sums);
}

static void
write_meters(struct table *table)
{
    double all[BILL_SUMS] = { 0 };

    for (unsigned i = 0; i < table->sums->len; i++) {
        const struct meter_sums *sums = (const struct meter_sums *)g_ptr_array_index(table->sums, i);

        if (sums->counter != 0)
            all[bill[sums->counter - 1].sum] += sums->counted;
    }
    for (unsigned i = 0; i < table->sums->len; i++)
        write_meter(table, (const struct meter_sums *)g_ptr_array_index(table->sums, i), all);
}

/* ---- lines ---- */

enum {
    LINE_NAME, LINE_HOURS, LINE_REQUESTS, LINE_ECHOES, LINE_REPLIES, LINE_UNANSWERED, LINE_DAMAGED, LINE_TRUNCATED, LINE_NOISE,
    LINE_MARKS, LINE_DAMAGED_HOUR, LINE_TRUNCATED_HOUR, LINE_NOISE_HOUR, LINE_MARKS_HOUR, LINE_COLUMNS
};

static stat_tap_table_item line_columns[LINE_COLUMNS] = {
    [LINE_NAME] = TEXT_COLUMN("Line"),
    [LINE_HOURS] = TEXT_COLUMN("Hours"),
    [LINE_REQUESTS] = COUNT_COLUMN("Requests"),
    [LINE_ECHOES] = COUNT_COLUMN("Echoes"),
    [LINE_REPLIES] = COUNT_COLUMN("Replies"),
    [LINE_UNANSWERED] = COUNT_COLUMN("Unanswered"),
    [LINE_DAMAGED] = COUNT_COLUMN("Damaged"),
    [LINE_TRUNCATED] = COUNT_COLUMN("Truncated"),
    [LINE_NOISE] = COUNT_COLUMN("Noise bytes"),
    [LINE_MARKS] = COUNT_COLUMN("Packets with parity, framing or break marks"),
    [LINE_DAMAGED_HOUR] = TEXT_COLUMN("Damaged per hour"),
    [LINE_TRUNCATED_HOUR] = TEXT_COLUMN("Truncated per hour"),
    [LINE_NOISE_HOUR] = TEXT_COLUMN("Noise bytes per hour"),
    [LINE_MARKS_HOUR] = TEXT_COLUMN("Packets with such marks per hour"),
};

struct line_sums {
    struct sums sums;
    bool has_time;
    nstime_t first, last;
    unsigned count[LINE_COLUMNS];
};

static void
note_time(struct line_sums *sums, const nstime_t *time)
{
    if (!sums->has_time)
        sums->first = *time;
    if (!sums->has_time || nstime_cmp(time, &sums->last) > 0)
        sums->last = *time;
    sums->has_time = true;
}

/* On the line of the request, which is another where the two directions are tapped apart; NULL: that is not in the table. */
static struct line_sums *
sums_of_request(const struct table *table, const struct cjt188_fact *request)
{
    const struct cjt188_meter *meter = cjt188_meter_at(request->meter);

    return meter != NULL ? (struct line_sums *)find_sums(table, key_of_line(meter->line)) : NULL;
}

static void
take_back_unanswered(struct table *table, const struct cjt188_fact *request)
{
    struct line_sums *sums = sums_of_request(table, request);

    if (sums != NULL && sums->count[LINE_UNANSWERED] > 0)
        sums->count[LINE_UNANSWERED]--;
}

/* What was taken for an echo was a request of its own line. */
static void
count_parted_on_lines(struct table *table, const packet_info *pinfo)
{
    unsigned count;
    const fact_id *facts = cjt188_parted_by(pinfo, PARTED_SILENT, &count);

    for (unsigned i = 0; i < count; i++) {
        struct line_sums *sums = sums_of_request(table, cjt188_fact(facts[i]));

        if (sums != NULL)
            sums->count[LINE_UNANSWERED]++;
    }
    facts = cjt188_parted_by(pinfo, PARTED_ECHO, &count);
    for (unsigned i = 0; i < count; i++) {
        struct line_sums *sums = sums_of_request(table, cjt188_fact(facts[i]));

        if (sums == NULL || sums->count[LINE_ECHOES] == 0)
            continue;
        sums->count[LINE_ECHOES]--;
        sums->count[LINE_REQUESTS]++;
    }
}

static void
count_line_piece(struct table *table, const packet_info *pinfo, const struct cjt188_seen *seen)
{
    static const int column_of[] = {
        [CJT188_DAMAGED] = LINE_DAMAGED,
        [CJT188_TRUNCATED] = LINE_TRUNCATED,
        [CJT188_NOISE] = LINE_NOISE,
        [CJT188_DLT645] = 0,
    };
    struct line_sums *sums = (struct line_sums *)make_sums(table, key_of_line(seen->line), seen->line);

    if (cjt188_has_time(pinfo))
        note_time(sums, &pinfo->abs_ts);
    if (seen->line_error)
        sums->count[LINE_MARKS]++;
    else if (cjt188_is_echo(seen))
        sums->count[LINE_ECHOES]++;
    else if (seen->kind == CJT188_FRAME && !seen->frame->is_report)
        sums->count[seen->frame->is_reply ? LINE_REPLIES : LINE_REQUESTS]++;
    else if (seen->kind != CJT188_FRAME && column_of[seen->kind] != 0 &&
             !(seen->frame != NULL && seen->frame->is_cut)) /* which is not the line's doing */
        sums->count[column_of[seen->kind]] += seen->kind == CJT188_NOISE ? seen->length : 1;
    if (seen->line_error || seen->frame == NULL)
        return;
    if (cjt188_unanswered_by(seen) != NULL)
        sums->count[LINE_UNANSWERED]++;
    if (cjt188_is_overtaken(seen))
        take_back_unanswered(table, cjt188_request_of(seen));
}

static tap_packet_status
lines_packet(void *data, packet_info *pinfo, epan_dissect_t *edt _U_, const void *packet, tap_flags_t flags _U_)
{
    struct table *table = table_behind(data);

    for (const struct cjt188_seen *seen = ((const struct cjt188_tap *)packet)->first; seen != NULL; seen = seen->next)
        count_line_piece(table, pinfo, seen);
    count_parted_on_lines(table, pinfo);
    return packet_added(table, pinfo, (const struct cjt188_tap *)packet);
}

static void
write_per_hour(struct table *table, const struct line_sums *sums)
{
    static const unsigned pairs[][2] = {
        { LINE_DAMAGED, LINE_DAMAGED_HOUR },
        { LINE_TRUNCATED, LINE_TRUNCATED_HOUR },
        { LINE_NOISE, LINE_NOISE_HOUR },
        { LINE_MARKS, LINE_MARKS_HOUR },
    };
    double hours;

    if (!sums->has_time)
        return;
    hours = (nstime_to_sec(&sums->last) - nstime_to_sec(&sums->first)) / 3600;
    set_format(table, &sums->sums, LINE_HOURS, "%.3f", hours);
    for (size_t i = 0; i < array_length(pairs); i++) {
        if (hours > 0)
            set_format(table, &sums->sums, pairs[i][1], "%.1f", sums->count[pairs[i][0]] / hours);
    }
}

static void
write_lines(struct table *table)
{
    for (unsigned i = 0; i < table->sums->len; i++) {
        const struct line_sums *sums = (const struct line_sums *)g_ptr_array_index(table->sums, i);

        set_text(table, &sums->sums, LINE_NAME, sums->sums.line);
        for (unsigned column = LINE_REQUESTS; column <= LINE_MARKS; column++)
            set_count(table, &sums->sums, column, sums->count[column]);
        write_per_hour(table, sums);
    }
}

/* ---- registration ---- */

static void
init_table(stat_tap_table_ui *ui, size_t size, void (*empty)(struct sums *), void (*write)(struct table *))
{
    stat_tap_table *made = stat_tap_find_table(ui, ui->title);
    struct table *table;

    if (made != NULL)
        return;
    made = stat_tap_init_table(ui->title, (int)ui->nfields, 0, NULL);
    stat_tap_add_table(ui, made);
    table = table_of(made);
    if (table != NULL) /* of a table that is gone, in whose place this one is */
        drop_table(table);
    table = g_new0(struct table, 1);
    table->table = made;
    table->columns = ui->fields;
    table->size = size;
    table->empty = empty;
    table->write = write;
    table->index = g_hash_table_new(key_hash, key_equal);
    table->sums = g_ptr_array_new_with_free_func(g_free);
    tables = g_slist_prepend(tables, table);
}

static void
init_meters(stat_tap_table_ui *ui)
{
    init_table(ui, sizeof(struct meter_sums), empty_meter, write_meters);
}

static void
init_lines(stat_tap_table_ui *ui)
{
    init_table(ui, sizeof(struct line_sums), NULL, write_lines);
}

/* With its first cell a table goes. */
static void
free_cell(stat_tap_table *made, unsigned row, unsigned column, stat_tap_table_item_type *cell)
{
    struct table *table = row == 0 && column == 0 ? table_of(made) : NULL;

    if (table != NULL)
        drop_table(table);
    if (cell->type == TABLE_ITEM_STRING)
        g_free((char *)cell->value.string_value);
}

/* Rows stay, with nothing in them. */
static void
reset_table(stat_tap_table *made)
{
    struct table *table = table_of(made);

    for (unsigned i = 0; table != NULL && i < table->sums->len; i++) {
        struct sums *sums = (struct sums *)g_ptr_array_index(table->sums, i);

        if (table->empty != NULL)
            table->empty(sums);
        memset(sums + 1, 0, table->size - sizeof *sums);
    }
    for (unsigned row = 0; row < made->num_elements; row++) {
        for (unsigned column = 1; column < made->num_fields; column++) {
            stat_tap_table_item_type *cell = stat_tap_get_field_data(made, row, column);

            if (cell->type == TABLE_ITEM_UINT) {
                cell->value.uint_value = 0;
            } else {
                g_free((char *)cell->value.string_value);
                cell->value.string_value = g_strdup("");
            }
            stat_tap_set_field_data(made, row, column, cell);
        }
    }
}

/* ---- tables of meters that another file fills ---- */

void
cjt188_table_start(stat_tap_table_ui *ui, size_t size, unsigned rows, void (*empty)(struct sums *sums),
                   cjt188_write_sums *write)
{
    struct table *table;

    init_table(ui, size, empty, NULL);
    table = table_of(stat_tap_find_table(ui, ui->title));
    if (table == NULL)
        return;
    table->rows = rows;
    table->write_each = write;
}

struct table *
cjt188_table_behind(void *data)
{
    return table_behind(data);
}

struct sums *
cjt188_table_sums(struct table *table, const struct cjt188_meter *meter)
{
    return (struct sums *)make_sums(table, key_of_meter(meter), meter->line);
}

tap_packet_status
cjt188_table_added(struct table *table, const packet_info *pinfo, const struct cjt188_tap *tap)
{
    return packet_added(table, pinfo, tap);
}

void
cjt188_table_text(struct table *table, const struct sums *sums, unsigned row, unsigned column, const char *text)
{
    const struct sums of_row = { .row = sums->row + (int)row };

    set_text(table, &of_row, column, text);
}

void
cjt188_table_names(struct table *table, const struct sums *sums, unsigned row, unsigned number_column, unsigned line_column)
{
    const struct sums of_row = { .key = sums->key, .line = sums->line, .row = sums->row + (int)row };

    write_meter_names(table, &of_row, number_column, line_column);
}

void
cjt188_table_reset(stat_tap_table *made)
{
    reset_table(made);
}

void
cjt188_table_free_cell(stat_tap_table *made, unsigned row, unsigned column, stat_tap_table_item_type *cell)
{
    free_cell(made, row, column, cell);
}

void
cjt188_tables_register(void)
{
    static tap_param filter[] = { { PARAM_FILTER, "filter", "Filter", NULL, true } };
    static stat_tap_table_ui meters = {
        .group = REGISTER_PACKET_STAT_GROUP_UNSORTED,
        .title = "CJ/T 188 meters",
        .tap_name = "cjt188",
        .cli_string = "cjt188,meters",
        .stat_tap_init_cb = init_meters,
        .packet_func = meters_packet,
        .stat_tap_reset_table_cb = reset_table,
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
        .stat_tap_init_cb = init_lines,
        .packet_func = lines_packet,
        .stat_tap_reset_table_cb = reset_table,
        .stat_tap_free_table_item_cb = free_cell,
        .nfields = LINE_COLUMNS,
        .fields = line_columns,
        .nparams = array_length(filter),
        .params = filter,
    };

    register_stat_tap_table_ui(&meters);
    register_stat_tap_table_ui(&lines);
}
