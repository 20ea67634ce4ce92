/* explore-table.c
 * The window "CJ/T 188 bytes", and tshark -z cjt188,bytes: the byte explorer's counts, a row for each field.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Wireshark draws the cells as they are after each packet: what is new is brought into them with each. Wireshark keeps one
 * table for all that ask for it, so there is one explorer, which takes each packet once.
 */
#include "explore.h"

#include <inttypes.h>

#include <epan/stat_groups.h>
#include <epan/stat_tap_ui.h>

enum {
    BYTES_FRAMES, BYTES_OFFSET, BYTES_WIDTH, BYTES_FIELD, BYTES_FILTER, BYTES_SEEN, BYTES_METERS, BYTES_DISTINCT, BYTES_BCD,
    BYTES_LOW, BYTES_HIGH, BYTES_FIRST, BYTES_LAST, BYTES_BITS, BYTES_COLUMNS
};

#define TEXT_COLUMN(title) { TABLE_ITEM_STRING, TAP_ALIGN_LEFT, title, "%-s" }
#define COUNT_COLUMN(title) { TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, title, "%u" }

static stat_tap_table_item columns[BYTES_COLUMNS] = {
    [BYTES_FRAMES] = TEXT_COLUMN("Frames"),
    [BYTES_OFFSET] = COUNT_COLUMN("Offset"),
    [BYTES_WIDTH] = COUNT_COLUMN("Bytes"),
    [BYTES_FIELD] = TEXT_COLUMN("Field"),
    [BYTES_FILTER] = TEXT_COLUMN("Filter"),
    [BYTES_SEEN] = COUNT_COLUMN("Seen"),
    [BYTES_METERS] = COUNT_COLUMN("Meters"),
    [BYTES_DISTINCT] = TEXT_COLUMN("Distinct values"),
    [BYTES_BCD] = TEXT_COLUMN("BCD"),
    [BYTES_LOW] = TEXT_COLUMN("Low byte first"),
    [BYTES_HIGH] = TEXT_COLUMN("High byte first"),
    [BYTES_FIRST] = COUNT_COLUMN("First change in packet"),
    [BYTES_LAST] = COUNT_COLUMN("Last change in packet"),
    [BYTES_BITS] = TEXT_COLUMN("Bits toggled"),
};

static struct explore *explore; /* of the one table */
static const struct cjt188_tap *last_record; /* taken in last, of packet last_packet */
static uint32_t last_packet;

/* ---- cells ---- */

static void
set_text(stat_tap_table *table, unsigned row, unsigned column, char *text)
{
    stat_tap_table_item_type *cell = stat_tap_get_field_data(table, row, column);

    g_free((char *)cell->value.string_value);
    cell->value.string_value = text;
    stat_tap_set_field_data(table, row, column, cell);
}

static void
set_count(stat_tap_table *table, unsigned row, unsigned column, unsigned count)
{
    stat_tap_table_item_type *cell = stat_tap_get_field_data(table, row, column);

    cell->value.uint_value = count;
    stat_tap_set_field_data(table, row, column, cell);
}

/* "81 903F L58": the column repeats in each row, and of the same frames from several dialects the rows tell which. */
static char *
frames_text(const struct explore_group *group)
{
    return g_strdup_printf("%02X %04X L%u", group->control, group->di, group->length);
}

static void
add_row(stat_tap_table *table, const struct explore_group *group, struct explore_field *field)
{
    stat_tap_table_item_type cells[BYTES_COLUMNS];

    memset(cells, 0, sizeof cells);
    for (unsigned i = 0; i < BYTES_COLUMNS; i++) {
        cells[i].type = columns[i].type;
        if (cells[i].type == TABLE_ITEM_STRING)
            cells[i].value.string_value = g_strdup("");
    }
    field->row_in_table = (int)table->num_elements;
    stat_tap_init_table_row(table, table->num_elements, table->num_fields, cells);
    set_text(table, (unsigned)field->row_in_table, BYTES_FRAMES, frames_text(group));
    set_count(table, (unsigned)field->row_in_table, BYTES_OFFSET, field->at);
    set_count(table, (unsigned)field->row_in_table, BYTES_WIDTH, field->width);
    set_text(table, (unsigned)field->row_in_table, BYTES_FIELD, g_strdup(field->name));
    set_text(table, (unsigned)field->row_in_table, BYTES_FILTER, g_strdup(field->abbrev));
}

/* ---- a field's row ---- */

static char *
range_text(uint64_t least, uint64_t most)
{
    return least == most ? g_strdup_printf("%" PRIu64, least) : g_strdup_printf("%" PRIu64 "..%" PRIu64, least, most);
}

static char *
bits_text(const struct explore_group *group, const struct explore_field *field)
{
    GString *text = g_string_new(NULL);

    for (unsigned i = 0; i < field->width; i++)
        g_string_append_printf(text, "%s%02X", i > 0 ? " " : "", group->toggled[field->at + i]);
    return g_string_free(text, false);
}

static void
update_values(stat_tap_table *table, unsigned row, const struct explore_group *group, const struct explore_field *field)
{
    const bool has_numbers = field->seen > 0 && field->width <= 8;

    set_text(table, row, BYTES_DISTINCT,
             g_strdup_printf("%s%u", field->distinct.more ? "more than " : "", field->distinct.used));
    set_text(table, row, BYTES_BCD,
             has_numbers && field->not_bcd == 0 ? range_text(field->least_bcd, field->most_bcd) : g_strdup(""));
    set_text(table, row, BYTES_LOW, has_numbers ? range_text(field->least_low, field->most_low) : g_strdup(""));
    set_text(table, row, BYTES_HIGH, has_numbers ? range_text(field->least_high, field->most_high) : g_strdup(""));
    set_count(table, row, BYTES_FIRST, field->first_change);
    set_count(table, row, BYTES_LAST, field->last_change);
    set_text(table, row, BYTES_BITS, bits_text(group, field));
}

static void
update_group(stat_tap_table *table, struct explore_group *group)
{
    for (unsigned i = 0; i < group->field_count; i++) {
        struct explore_field *field = &group->fields[i];

        if (field->row_in_table < 0)
            add_row(table, group, field);
        set_count(table, (unsigned)field->row_in_table, BYTES_SEEN, (unsigned)field->seen);
        set_count(table, (unsigned)field->row_in_table, BYTES_METERS, group->meter_count - group->wildcards);
        if (field->dirty)
            update_values(table, (unsigned)field->row_in_table, group, field);
        field->dirty = false;
    }
}

/* ---- the tap ---- */

static tap_packet_status
bytes_packet(void *data, packet_info *pinfo, epan_dissect_t *edt _U_, const void *packet, tap_flags_t flags _U_)
{
    stat_tap_table *table = g_array_index(((stat_data_t *)data)->stat_tap_data->tables, stat_tap_table *, 0);

    if (last_record == packet && last_packet == pinfo->num) /* another -z has brought it */
        return TAP_PACKET_DONT_REDRAW;
    last_record = (const struct cjt188_tap *)packet;
    last_packet = pinfo->num;
    for (const struct cjt188_seen *seen = last_record->first; seen != NULL; seen = seen->next) {
        struct explore_group *group = explore_add(explore, pinfo, seen);

        if (group != NULL)
            update_group(table, group);
    }
    return TAP_PACKET_REDRAW;
}

static void
init_table(stat_tap_table_ui *ui)
{
    if (stat_tap_find_table(ui, ui->title) != NULL)
        return;
    g_clear_pointer(&explore, explore_free);
    explore = explore_new(false);
    last_record = NULL;
    stat_tap_add_table(ui, stat_tap_init_table(ui->title, (int)ui->nfields, 0, NULL));
}

static void
free_cell(stat_tap_table *table _U_, unsigned row _U_, unsigned column _U_, stat_tap_table_item_type *cell)
{
    if (cell->type == TABLE_ITEM_STRING)
        g_free((char *)cell->value.string_value);
}

/* The rows go with their groups: what they tell of may be no more since the user's fields or the dialects are others. */
static void
reset_table(stat_tap_table *table)
{
    for (unsigned row = 0; row < table->num_elements; row++) {
        for (unsigned column = 0; column < table->num_fields; column++)
            free_cell(table, row, column, stat_tap_get_field_data(table, row, column));
        g_free(table->elements[row]);
    }
    table->num_elements = 0;
    explore_reset(explore);
    last_record = NULL;
}

void
cjt188_explore_table_register(void)
{
    static tap_param filter[] = { { PARAM_FILTER, "filter", "Filter", NULL, true } };
    static stat_tap_table_ui bytes = {
        .group = REGISTER_PACKET_STAT_GROUP_UNSORTED,
        .title = "CJ/T 188 bytes",
        .tap_name = "cjt188",
        .cli_string = "cjt188,bytes",
        .stat_tap_init_cb = init_table,
        .packet_func = bytes_packet,
        .stat_tap_reset_table_cb = reset_table,
        .stat_tap_free_table_item_cb = free_cell,
        .nfields = BYTES_COLUMNS,
        .fields = columns,
        .nparams = array_length(filter),
        .params = filter,
    };

    register_stat_tap_table_ui(&bytes);
}
