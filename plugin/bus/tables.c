/* tables.c
 * Two tables in Wireshark's Statistics menu, and with tshark -z: cjt188,meters and cjt188,lines.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A packet only adds to the sums of its meter and its line what is in it. What it has to do with others may still change: who
 * asked, who answered and who stayed silent is counted from the facts when cells are written, so that one pass and two count the
 * same. Wireshark draws cells as they stand and tells nobody before it does, so they are written when that is due: with the last
 * packet of the capture where it is known, before tshark draws what it read in one pass, and now and then between.
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
    stat_tap_table_ui *ui;
    stat_tap_table *table;
    const stat_tap_table_item *columns;
    size_t size;          /* of its sums */
    unsigned rows;        /* of one sums, one below the other; 0: one */
    void (*empty)(struct sums *sums); /* free what they hold; NULL: nothing */
    void (*count)(struct table *table);    /* what facts say, before it is written; NULL: nothing */
    struct sums *(*shown_as)(const struct table *table, struct sums *sums); /* itself, another or NULL: none */
    void (*write)(struct table *table);
    cjt188_write_sums *write_each; /* in place of `write` */
    GHashTable *index;
    GPtrArray *sums;      /* in the order of the capture */
    GArray *frames;       /* facts of the requests and replies in it */
    GHashTable *damage;   /* struct damage, by the number that a damaged frame claims to be of, and its line */
    unsigned since;       /* packets that the cells do not show yet */
    unsigned first_row;   /* those above are of sessions that are over */
    unsigned end_row;
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
    sums->line = line;
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

/* Nothing is summed up of a capture that is gone, or is read anew. */
static void
forget_sums(struct table *table)
{
    for (unsigned i = 0; i < table->sums->len && table->empty != NULL; i++)
        table->empty((struct sums *)g_ptr_array_index(table->sums, i));
    g_hash_table_remove_all(table->index);
    g_hash_table_remove_all(table->damage);
    g_ptr_array_set_size(table->sums, 0);
    g_array_set_size(table->frames, 0);
    table->since = 0;
}

static void
drop_table(struct table *table)
{
    tables = g_slist_remove(tables, table);
    forget_sums(table);
    g_hash_table_destroy(table->index);
    g_hash_table_destroy(table->damage);
    g_ptr_array_unref(table->sums);
    g_array_free(table->frames, TRUE);
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

/* With nothing in it: the meter behind it may have turned out to be a part of another. */
static void
empty_row(const struct table *table, unsigned row)
{
    for (unsigned column = 0; column < table->table->num_fields; column++) {
        stat_tap_table_item_type *cell = stat_tap_get_field_data(table->table, row, column);

        if (cell->type == TABLE_ITEM_UINT) {
            cell->value.uint_value = 0;
        } else {
            g_free((char *)cell->value.string_value);
            cell->value.string_value = g_strdup("");
        }
        stat_tap_set_field_data(table->table, row, column, cell);
    }
}

static void
give_row(struct table *table, struct sums *sums, int row)
{
    for (unsigned each = 0; sums->row >= 0 && sums->row != row && each < MAX(table->rows, 1); each++)
        empty_row(table, (unsigned)sums->row + each);
    sums->row = row;
}

/* Rows for all that are shown, in the order of the capture: each where the first of it was seen, on whichever line. */
static void
give_rows(struct table *table)
{
    GHashTable *given = g_hash_table_new(g_direct_hash, g_direct_equal);
    unsigned count = table->first_row;

    for (unsigned i = 0; i < table->sums->len; i++) {
        struct sums *sums = (struct sums *)g_ptr_array_index(table->sums, i);
        struct sums *shown = table->shown_as != NULL ? table->shown_as(table, sums) : sums;

        if (shown != sums)
            give_row(table, sums, -1);
        if (shown == NULL || !g_hash_table_add(given, shown))
            continue;
        give_row(table, shown, (int)count);
        count += MAX(table->rows, 1);
    }
    g_hash_table_destroy(given);
    table->end_row = count;
    while (table->table->num_elements < count)
        add_row(table);
}

/* All cells as it is now. */
static void
write_table(struct table *table)
{
    table->since = 0;
    if (table->count != NULL)
        table->count(table);
    give_rows(table);
    if (table->write != NULL)
        table->write(table);
    for (unsigned i = 0; i < table->sums->len && table->write_each != NULL; i++)
        table->write_each(table, (struct sums *)g_ptr_array_index(table->sums, i));
}

/* Wireshark tells of a table that goes by its cells: of one without any nobody is told. */
static void
drop_those_gone(void)
{
    GSList *each = tables;

    while (each != NULL) {
        struct table *table = (struct table *)each->data;

        each = each->next;
        if (stat_tap_find_table(table->ui, table->ui->title) != table->table)
            drop_table(table);
    }
}

void
cjt188_tables_write(void)
{
    drop_those_gone();
    for (GSList *each = tables; each != NULL; each = each->next) {
        if (((struct table *)each->data)->since > 0)
            write_table((struct table *)each->data);
    }
}

/* A capture is closed, or tshark -M begins another session of it, which nobody tells the tables, and what was counted must
 * not be lost: it is written, and the next session has its rows below. What nobody wants any more is reset. */
static void
forget_capture(void)
{
    drop_those_gone();
    for (GSList *each = tables; each != NULL; each = each->next) {
        struct table *table = (struct table *)each->data;

        if (table->since > 0)
            write_table(table);
        if (table->sums->len > 0)
            table->first_row = table->end_row;
        forget_sums(table);
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

/* While tshark reads the file for the only time nobody knows its end, nor where a read filter takes the last packets away. A
 * listener that comes later than the table's own is asked to draw before it. Has it come now? Then it has not heard of this
 * packet. */
static bool
listen_before(void)
{
    static bool is_listening;
    GString *error;

    if (is_listening)
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
    enum { AT_LEAST = 1000, ROWS = 8, FRAMES = 4 };
    const bool is_last = tap->is_seen_again && cjt188_is_last_packet(pinfo);

    table->since++;
    if (listen_before() || is_last || table->since >= AT_LEAST + ROWS * table->sums->len + table->frames->len / FRAMES)
        write_table(table);
    return TAP_PACKET_REDRAW;
}

/* A request or a reply: what became of it is counted later. A second look may see some that the first one could not. */
static void
keep_frame(struct table *table, const struct cjt188_seen *seen, unsigned untold[2])
{
    if (seen->frame->is_report)
        return;
    if (seen->id != 0)
        g_array_append_val(table->frames, seen->id);
    else
        untold[seen->frame->is_reply]++;
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

/* What a bill is split by, in the order of preference. Each is one sum: nobody pays for gas and water, nor for heat and
 * electricity, by one and the same. */
static const struct {
    enum cjt188_measurement value;
    uint8_t families;
    const char *unit;
} bill[] = {
    { CJT188_HEATING, CJT188_FAMILY_ANY, "kWh" },
    { CJT188_ELECTRIC, CJT188_FAMILY_ANY, "kWh" },
    { CJT188_VOLUME_NOW, CJT188_FAMILY_WATER, "m³" },
    { CJT188_VOLUME_NOW, CJT188_FAMILY_GAS, "m³" },
    { CJT188_VOLUME_NOW, CJT188_FAMILY_HEAT, "m³" },
    { CJT188_VOLUME_NOW, CJT188_FAMILY_ANY, "m³" },
};
enum { BILL_SUMS = array_length(bill) };

struct meter_sums {
    struct sums sums;
    unsigned reports, untold[2];     /* and requests and replies without a fact */
    struct exchange {
        unsigned reports, requests, replies, unanswered, damaged, timed;
        int64_t fastest, slowest, total; /* response times, ns; without late ones */
        unsigned late;
    } exchange;
    int counter;                     /* row of `bill` + 1; 0: nothing is compared yet */
    unsigned readings;               /* with this counter */
    double first, last;
    double counted, lost;            /* sums of the steps up, and of those down */
    unsigned rollovers;              /* of the steps up: behind its last digit the counter began anew */
    unsigned resets, steps_back;     /* down to less than a half, or less far */
    int decimals;
    char *name, *faults;
    const char *dialect;
    uint16_t manufacturer;           /* of its first reading */
    bool has_manufacturer, has_several; /* other readings have others: perhaps other meters' */
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
time_reply(struct exchange *exchange, const struct cjt188_fact *reply)
{
    int64_t time;
    const enum cjt188_timing timing = cjt188_response(reply, &time);

    if (timing == NOT_TIMED || (time > 0 ? exchange->total > INT64_MAX - time
                                         : exchange->total < INT64_MIN - time)) /* centuries: broken time stamps */
        return;
    if (timing == TIMED_LATE) {
        exchange->late++;
        return;
    }
    exchange->fastest = exchange->timed == 0 ? time : MIN(exchange->fastest, time);
    exchange->slowest = exchange->timed == 0 ? time : MAX(exchange->slowest, time);
    exchange->total += time;
    exchange->timed++;
}

/* A bill is split by what was counted, step by step: a counter that is set back has counted no less for that. */
static void
count_step(struct meter_sums *sums, double now, double step)
{
    if (sums->readings++ == 0)
        sums->first = now;
    else if (step >= 0)
        sums->counted += step;
    else
        sums->lost += step;
    if (sums->readings > 1 && step >= 0)
        sums->rollovers += now < sums->last;
    else if (sums->readings > 1)
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
        value = (bill[i].families & frame->family) != 0 ? cjt188_measured(frame, bill[i].value) : NULL;
        if (value == NULL)
            continue;
        sums->counter = (int)i + 1;
        sums->decimals = value->decimals;
    }
    value = sums->counter != 0 ? cjt188_measured(frame, bill[sums->counter - 1].value) : NULL;
    if (value != NULL)
        count_step(sums, value->number, cjt188_gain(value, sums->last));
}

/* A meter's replies have one manufacturer code. Two meters whose numbers go on there are not told apart. */
static void
note_manufacturer(struct meter_sums *sums, uint16_t manufacturer)
{
    sums->has_several |= sums->has_manufacturer && sums->manufacturer != manufacturer;
    if (!sums->has_manufacturer)
        sums->manufacturer = manufacturer;
    sums->has_manufacturer = true;
}

/* Every fault that any reading had, each once. */
static void
add_fault_text(struct meter_sums *sums, const char *text)
{
    char **each;

    if (text == NULL || g_strcmp0(text, sums->faults) == 0)
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
add_faults(struct meter_sums *sums, const struct cjt188_decoded *frame)
{
    char text[CJT188_TEXT_MAX];

    if (cjt188_fault_text(frame, text, sizeof text) > 0)
        add_fault_text(sums, text);
}

static void
count_meter_frame(struct table *table, const packet_info *pinfo, const struct cjt188_seen *seen)
{
    struct meter_sums *sums = (struct meter_sums *)make_sums(table, key_of_meter(seen->meter), seen->meter->line);
    const struct cjt188_decoded *frame = seen->frame;
    const struct cjt188_value *clock = cjt188_measured(frame, CJT188_CLOCK_NOW);

    keep_frame(table, seen, sums->untold);
    sums->reports += frame->is_report;
    if (frame->name != NULL && g_strcmp0(frame->name, sums->name) != 0) {
        g_free(sums->name);
        sums->name = g_strdup(frame->name);
    }
    if (!frame->is_reply)
        return;
    sums->dialect = frame->dialect->name;
    if (!cjt188_is_reading(frame))
        return;
    note_manufacturer(sums, frame->manufacturer);
    add_faults(sums, frame);
    if (clock != NULL && (seen->fact->flags & FACT_HAS_TIME) != 0)
        note_clock(sums, cjt188_clock_offset(&clock->time, &pinfo->abs_ts));
    note_reading(sums, frame);
}

/* Damaged frames that claim to be of one meter. */
struct damage {
    struct sums_key key;
    const struct cjt188_line *line;
    unsigned count;
};

static void
count_damage(struct table *table, const struct cjt188_seen *seen)
{
    struct sums_key key = key_of_line(seen->line);
    struct damage *damage;

    if (seen->frame->have < CJT188_OFF_CONTROL)
        return;
    key.is_wildcard = seen->frame->is_wildcard;
    if (key.is_wildcard)
        memset(key.number, 0xFF, sizeof key.number);
    else
        memcpy(key.number, seen->frame->bytes + CJT188_OFF_ADDRESS, sizeof key.number);
    damage = (struct damage *)g_hash_table_lookup(table->damage, &key);
    if (damage == NULL) {
        damage = g_new0(struct damage, 1);
        *damage = (struct damage){ .key = key, .line = seen->line };
        g_hash_table_insert(table->damage, &damage->key, damage);
    }
    damage->count++;
}

static void
count_meter_piece(struct table *table, const packet_info *pinfo, const struct cjt188_seen *seen)
{
    if (seen->frame == NULL || seen->line_error || seen->frame->is_cut) /* which is not the line's doing */
        return;
    if (seen->kind != CJT188_FRAME)
        count_damage(table, seen);
    else if (seen->meter != NULL)
        count_meter_frame(table, pinfo, seen);
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
    return packet_added(table, pinfo, (const struct cjt188_tap *)packet);
}

/* ---- what facts say of meters ---- */

/* The key on another line. */
static struct sums_key
key_on(const struct sums_key *key, const struct cjt188_line *line)
{
    struct sums_key other = key_of_line(line);

    other.is_wildcard = key->is_wildcard;
    memcpy(other.number, key->number, sizeof other.number);
    return other;
}

/* A meter's on its whole line. */
static struct meter_sums *
sums_of_key(struct table *table, const struct sums_key *key, const struct cjt188_line *line)
{
    line = cjt188_whole_line(line);
    return (struct meter_sums *)make_sums(table, key_on(key, line), line);
}

/* Looked up once for each meter and look at the facts; the rest is in `known`, by the meter's id. */
static struct meter_sums *
sums_of_meter(struct table *table, GPtrArray *known, const struct cjt188_meter *meter)
{
    const struct sums_key key = key_of_meter(meter);

    if (meter->id >= known->len)
        g_ptr_array_set_size(known, (int)MAX(meter->id + 1, 2 * known->len));
    if (g_ptr_array_index(known, meter->id) == NULL)
        g_ptr_array_index(known, meter->id) = sums_of_key(table, &key, meter->line);
    return (struct meter_sums *)g_ptr_array_index(known, meter->id);
}

/* Of two taps' replies the meter on the line of the requests. */
static const struct cjt188_meter *
meter_of_fact(const struct cjt188_fact *fact)
{
    const struct cjt188_meter *meter = cjt188_meter_at(fact->meter);

    if ((fact->flags & FACT_ASKED_ELSEWHERE) == 0)
        return meter;
    return cjt188_meter(cjt188_meter_at(cjt188_fact(fact->partner)->meter)->line, meter->number, meter->is_wildcard, true);
}

static void
count_fact(struct table *table, GPtrArray *known, const struct cjt188_fact *fact)
{
    struct exchange *exchange;

    if ((fact->flags & FACT_ECHO) != 0)
        return;
    exchange = &sums_of_meter(table, known, meter_of_fact(fact))->exchange;
    if ((fact->flags & FACT_IS_REPLY) != 0) {
        exchange->replies++;
        time_reply(exchange, fact);
    } else {
        exchange->requests++;
        exchange->unanswered += (fact->flags & FACT_UNANSWERED) != 0;
    }
}

/* A damaged address must not invent a meter. Of two taps it is the replies'. */
static void
add_damage(struct table *table)
{
    GHashTableIter each;
    void *value;

    g_hash_table_iter_init(&each, table->damage);
    while (g_hash_table_iter_next(&each, NULL, &value)) {
        const struct damage *damage = (const struct damage *)value;
        const struct cjt188_line *line = cjt188_whole_line(damage->line);
        struct meter_sums *sums;

        if (line->asking != NULL && !line->has_requests)
            line = line->asking;
        sums = (struct meter_sums *)find_sums(table, key_on(&damage->key, line));
        if (sums != NULL)
            sums->exchange.damaged += damage->count;
    }
}

/* What was counted with the packets. */
static void
count_told(struct table *table)
{
    const unsigned count = table->sums->len;

    for (unsigned i = 0; i < count; i++)
        memset(&((struct meter_sums *)g_ptr_array_index(table->sums, i))->exchange, 0, sizeof(struct exchange));
    for (unsigned i = 0; i < count; i++) {
        const struct meter_sums *told = (const struct meter_sums *)g_ptr_array_index(table->sums, i);
        struct exchange *exchange;

        if (told->reports + told->untold[false] + told->untold[true] == 0)
            continue;
        exchange = &sums_of_key(table, &told->sums.key, told->sums.line)->exchange;
        exchange->reports += told->reports;
        exchange->requests += told->untold[false];
        exchange->replies += told->untold[true];
    }
}

static void
count_meters(struct table *table)
{
    GPtrArray *known = g_ptr_array_new();

    count_told(table);
    for (unsigned i = 0; i < table->frames->len; i++)
        count_fact(table, known, cjt188_fact(g_array_index(table->frames, fact_id, i)));
    add_damage(table);
    g_ptr_array_unref(known);
}

/* On its whole line; nowhere with nothing but echoes. */
static struct sums *
show_meter_as(const struct table *table, struct sums *sums)
{
    const struct cjt188_line *line = cjt188_whole_line(sums->line);
    struct meter_sums *shown =
        (struct meter_sums *)(line == sums->line ? sums : find_sums(table, key_on(&sums->key, line)));

    if (shown == NULL || shown->exchange.requests + shown->exchange.replies + shown->exchange.reports == 0)
        return NULL;
    return &shown->sums;
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

    put_steps(text, sums->rollovers, "rollover");
    put_steps(text, sums->resets, "reset");
    put_steps(text, sums->steps_back, "step");
    if (sums->resets + sums->steps_back == 0)
        g_string_truncate(text, text->len - strlen(", "));
    else if (sums->decimals < 0)
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
    if (sums->exchange.replies == 0)
        return "none: no reply";
    if (sums->counter == 0)
        return "none: no energy or volume was read";
    if (sums->has_several)
        return "none: replies with several manufacturer codes, perhaps of several meters";
    if (sums->readings == 1)
        return "none: only one reading";
    return all[sums->counter - 1] > 0 ? NULL : "none: no meter counted anything";
}

/* Each meter's part of what all meters of its kind counted: for splitting a bill between them. Relative, because the
 * meters' own errors are not known. */
static void
write_readings(struct table *table, const struct meter_sums *sums, const double all[BILL_SUMS])
{
    const char *why = why_no_share(sums, all);

    if (why != NULL)
        set_text(table, &sums->sums, METER_SHARE, why);
    else
        set_format(table, &sums->sums, METER_SHARE, "%.1f %%", sums->counted / all[sums->counter - 1] * 100);
    if (sums->counter == 0 || sums->has_several)
        return;
    write_reading(table, sums, METER_FIRST, sums->first);
    write_reading(table, sums, METER_LAST, sums->last);
    if (sums->readings > 1)
        write_reading(table, sums, METER_COUNTED, sums->counted);
    if (sums->rollovers + sums->resets + sums->steps_back > 0)
        write_backwards(table, sums);
}

static void
put_duration(GString *text, double seconds, const char *plus)
{
    char words[CJT188_TEXT_MAX];
    struct cjt188_text duration = cjt188_text_start(words, sizeof words);

    cjt188_put_duration(&duration, seconds, plus);
    g_string_append(text, words);
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

    if (sums->clocks == 0 || sums->has_several)
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
write_times(struct table *table, const struct sums *sums, const struct exchange *exchange)
{
    if (exchange->late > 0)
        set_format(table, sums, METER_LATE, "%u, not in the mean", exchange->late);
    if (exchange->timed == 0)
        return;
    write_time(table, sums, METER_MIN, exchange->fastest);
    write_time(table, sums, METER_MEAN, exchange->total / exchange->timed);
    write_time(table, sums, METER_MAX, exchange->slowest);
}

/* Which meter it is, and its line. */
static void
write_meter_names(struct table *table, const struct sums *sums, unsigned number_column, unsigned line_column)
{
    const struct sums_key *key = &sums->key;
    char number[CJT188_TEXT_MAX];

    cjt188_number_text(key->number, cjt188_number_is_high_first(key->number), number, sizeof number);
    set_text(table, sums, number_column, key->is_wildcard ? "all meters" : number);
    set_text(table, sums, line_column, cjt188_whole_line(sums->line)->name);
}

static void
write_meter(struct table *table, const struct meter_sums *sums, const double all[BILL_SUMS])
{
    write_meter_names(table, &sums->sums, METER_NUMBER, METER_LINE);
    set_text(table, &sums->sums, METER_NAME, sums->name != NULL ? sums->name : "");
    set_text(table, &sums->sums, METER_DIALECT, sums->dialect != NULL ? sums->dialect : "");
    set_count(table, &sums->sums, METER_REQUESTS, sums->exchange.requests);
    set_count(table, &sums->sums, METER_REPLIES, sums->exchange.replies);
    set_count(table, &sums->sums, METER_UNANSWERED, sums->exchange.unanswered);
    set_count(table, &sums->sums, METER_DAMAGED, sums->exchange.damaged);
    write_times(table, &sums->sums, &sums->exchange);
    write_readings(table, sums, all);
    set_text(table, &sums->sums, METER_FAULTS, sums->faults != NULL ? sums->faults : "");
    write_clock(table, sums);
}

/* What was read behind what was read before. */
static void
join_readings(struct meter_sums *all, const struct meter_sums *more)
{
    if (more->counter == 0 || (all->counter != 0 && all->counter != more->counter))
        return;
    if (all->counter == 0) {
        all->counter = more->counter;
        all->decimals = more->decimals;
    }
    count_step(all, more->first, more->first - all->last);
    all->readings += more->readings - 1;
    all->counted += more->counted;
    all->lost += more->lost;
    all->rollovers += more->rollovers;
    all->resets += more->resets;
    all->steps_back += more->steps_back;
    all->last = more->last;
}

static void
join_clocks(struct meter_sums *all, const struct meter_sums *more)
{
    if (more->clocks == 0)
        return;
    note_clock(all, more->clock_first);
    all->clocks += more->clocks - 1;
    all->clock_last = more->clock_last;
    all->summer.count += more->summer.count;
    all->summer.sum += more->summer.sum;
    all->jumps.count += more->jumps.count;
    all->jumps.sum += more->jumps.sum;
}

/* A meter's replies on the line of echoes, where it is shown on the whole one. */
static void
join_meter(struct meter_sums *all, const struct meter_sums *more)
{
    join_readings(all, more);
    join_clocks(all, more);
    all->has_several |= more->has_several;
    if (more->has_manufacturer)
        note_manufacturer(all, more->manufacturer);
    if (more->dialect != NULL)
        all->dialect = more->dialect;
    if (more->name != NULL) {
        g_free(all->name);
        all->name = g_strdup(more->name);
    }
    add_fault_text(all, more->faults);
}

/* As they are shown: each by the place of its sums. */
static struct meter_sums *
join_meters(const struct table *table)
{
    struct meter_sums *shown = g_new(struct meter_sums, table->sums->len);
    GHashTable *place = g_hash_table_new(g_direct_hash, g_direct_equal);

    for (unsigned i = 0; i < table->sums->len; i++) {
        shown[i] = *(const struct meter_sums *)g_ptr_array_index(table->sums, i);
        shown[i].name = g_strdup(shown[i].name);
        shown[i].faults = g_strdup(shown[i].faults);
        g_hash_table_insert(place, g_ptr_array_index(table->sums, i), &shown[i]);
    }
    for (unsigned i = 0; i < table->sums->len; i++) {
        const struct cjt188_line *line = cjt188_whole_line(shown[i].sums.line);
        void *all;

        if (line == shown[i].sums.line)
            continue;
        all = g_hash_table_lookup(place, find_sums(table, key_on(&shown[i].sums.key, line)));
        if (all != NULL)
            join_meter((struct meter_sums *)all, &shown[i]);
    }
    g_hash_table_destroy(place);
    return shown;
}

static void
write_meters(struct table *table)
{
    struct meter_sums *shown = join_meters(table);
    double all[BILL_SUMS] = { 0 };

    for (unsigned i = 0; i < table->sums->len; i++) {
        if (shown[i].counter != 0 && shown[i].sums.row >= 0 && !shown[i].has_several)
            all[shown[i].counter - 1] += shown[i].counted;
    }
    for (unsigned i = 0; i < table->sums->len; i++) {
        if (shown[i].sums.row >= 0)
            write_meter(table, &shown[i], all);
        empty_meter(&shown[i].sums);
    }
    g_free(shown);
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
    unsigned untold[2];
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
    else if (seen->kind == CJT188_FRAME)
        keep_frame(table, seen, sums->untold);
    else if (seen->kind != CJT188_FRAME && column_of[seen->kind] != 0 &&
             !(seen->frame != NULL && seen->frame->is_cut)) /* which is not the line's doing */
        sums->count[column_of[seen->kind]] += seen->kind == CJT188_NOISE ? seen->length : 1;
}

static tap_packet_status
lines_packet(void *data, packet_info *pinfo, epan_dissect_t *edt _U_, const void *packet, tap_flags_t flags _U_)
{
    struct table *table = table_behind(data);

    for (const struct cjt188_seen *seen = ((const struct cjt188_tap *)packet)->first; seen != NULL; seen = seen->next)
        count_line_piece(table, pinfo, seen);
    return packet_added(table, pinfo, (const struct cjt188_tap *)packet);
}

static unsigned
column_of_fact(const struct cjt188_fact *fact)
{
    return (fact->flags & FACT_ECHO) != 0 ? LINE_ECHOES : (fact->flags & FACT_IS_REPLY) != 0 ? LINE_REPLIES : LINE_REQUESTS;
}

static void
count_lines(struct table *table)
{
    static const unsigned columns[] = { LINE_REQUESTS, LINE_ECHOES, LINE_REPLIES, LINE_UNANSWERED };
    const struct cjt188_line *line = NULL;
    struct line_sums *sums = NULL;

    for (unsigned i = 0; i < table->sums->len; i++) {
        sums = (struct line_sums *)g_ptr_array_index(table->sums, i);
        for (size_t column = 0; column < array_length(columns); column++)
            sums->count[columns[column]] = 0;
        sums->count[LINE_REQUESTS] = sums->untold[false];
        sums->count[LINE_REPLIES] = sums->untold[true];
    }
    for (unsigned i = 0; i < table->frames->len; i++) {
        const struct cjt188_fact *fact = cjt188_fact(g_array_index(table->frames, fact_id, i));

        if (sums == NULL || line != cjt188_meter_at(fact->meter)->line) {
            line = cjt188_meter_at(fact->meter)->line;
            sums = (struct line_sums *)make_sums(table, key_of_line(line), line);
        }
        sums->count[column_of_fact(fact)]++;
        sums->count[LINE_UNANSWERED] += (fact->flags & FACT_UNANSWERED) != 0;
    }
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

        set_text(table, &sums->sums, LINE_NAME, sums->sums.line->name);
        for (unsigned column = LINE_REQUESTS; column <= LINE_MARKS; column++)
            set_count(table, &sums->sums, column, sums->count[column]);
        write_per_hour(table, sums);
    }
}

/* ---- registration ---- */

static void
init_table(stat_tap_table_ui *ui, const struct table *like)
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
    table = g_new(struct table, 1);
    *table = *like;
    table->ui = ui;
    table->table = made;
    table->columns = ui->fields;
    table->index = g_hash_table_new(key_hash, key_equal);
    table->sums = g_ptr_array_new_with_free_func(g_free);
    table->frames = g_array_new(FALSE, FALSE, sizeof(fact_id));
    table->damage = g_hash_table_new_full(key_hash, key_equal, NULL, g_free);
    tables = g_slist_prepend(tables, table);
}

static void
init_meters(stat_tap_table_ui *ui)
{
    static const struct table like = {
        .size = sizeof(struct meter_sums),
        .empty = empty_meter,
        .count = count_meters,
        .shown_as = show_meter_as,
        .write = write_meters,
    };

    init_table(ui, &like);
}

static void
init_lines(stat_tap_table_ui *ui)
{
    static const struct table like = { .size = sizeof(struct line_sums), .count = count_lines, .write = write_lines };

    init_table(ui, &like);
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

    if (table == NULL)
        return;
    forget_sums(table);
    table->first_row = 0;
    for (unsigned row = 0; row < made->num_elements; row++)
        empty_row(table, row);
}

/* ---- tables of meters that another file fills ---- */

void
cjt188_table_start(stat_tap_table_ui *ui, size_t size, unsigned rows, void (*empty)(struct sums *sums),
                   cjt188_write_sums *write)
{
    const struct table like = { .size = size, .rows = rows, .empty = empty, .write_each = write };

    init_table(ui, &like);
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

    register_cleanup_routine(forget_capture);
    register_stat_tap_table_ui(&meters);
    register_stat_tap_table_ui(&lines);
}
