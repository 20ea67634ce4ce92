/* tables.h
 * Two tables in Wireshark's Statistics menu, and with tshark -z: cjt188,meters and cjt188,lines. And what others need for theirs.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_TABLES_H
#define CJT188_TABLES_H

#include "tap.h"

#include <epan/stat_tap_ui.h>

/* Which meter, or which line: `is_wildcard` and `number` are of meters only. */
struct sums_key {
    enum cjt188_line_kind kind;
    uint32_t a, b;
    bool is_wildcard;
    uint8_t number[CJT188_NUMBER_BYTES];
};

/* What is summed up of one. The sums of a table begin with it. */
struct sums {
    struct sums_key key;
    const struct cjt188_line *line;
    int row;    /* of the table, its first, when it is written; -1: it has none */
};

/* Write what the cells do not show yet: before a packet of which it is known that no other comes. */
void cjt188_tables_write(void);

/* Once, at start, after the tap "cjt188" is registered. */
void cjt188_tables_register(void);

/* ---- tables of meters that another file fills ---- */

struct table;
typedef void cjt188_write_sums(struct table *table, struct sums *sums);

/* A table's stat_tap_init_cb. A meter has `rows` rows, one below the other, and a struct of `size` bytes that begins with
 * struct sums. empty: free what it holds. write: bring it into the cells. */
void cjt188_table_start(stat_tap_table_ui *ui, size_t size, unsigned rows, void (*empty)(struct sums *sums),
                        cjt188_write_sums *write);
/* In a table's packet_func: the table, a meter's sums, all 0 at first, and what is to be returned. */
struct table *cjt188_table_behind(void *data);
struct sums *cjt188_table_sums(struct table *table, const struct cjt188_meter *meter);
tap_packet_status cjt188_table_added(struct table *table, const packet_info *pinfo, const struct cjt188_tap *tap);
/* Cells, when they are written. `row`: of this meter's, from 0. */
void cjt188_table_text(struct table *table, const struct sums *sums, unsigned row, unsigned column, const char *text);
void cjt188_table_names(struct table *table, const struct sums *sums, unsigned row, unsigned number_column,
                        unsigned line_column);
/* A table's other callbacks. */
void cjt188_table_reset(stat_tap_table *made);
void cjt188_table_free_cell(stat_tap_table *made, unsigned row, unsigned column, stat_tap_table_item_type *cell);

#endif
