/* meters.c
 * What is known of the meters on the lines: see meters.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The table is the one that Wireshark's preferences edit: a row a line, each cell in quotes, signs that have a meaning there
 * as \xHH. A meter is A0 to A4 on one line, as in the dissector.
 */
#include "meters.h"

#include "cjt188-codes.h"
#include "status.h"

#include <string.h>

enum { NUMBER_BYTES = 5, NAME_BYTES = 192, PLACES_MAX = 8, METERS_MAX = 65536 };
enum { CELL_PATTERN, CELL_NAME, CELL_DIALECT, CELL_PLACES, CELLS = CELL_PLACES + CJT188_DIALECT_CLASSES };

/* A row of the table. */
struct row {
    char *pattern, *name;
    struct cjt188_known known;
};

/* What replies have shown of one meter. */
struct learned {
    uint64_t key; /* line and number */
    bool has_dialect, number_high_first;
    enum cjt188_dialect_id dialect;
    enum cjt188_di_order di_order[2]; /* of identifiers to it, and from it */
};

struct meters {
    GArray *rows;         /* of struct row */
    GHashTable *learned;  /* of struct learned, up to METERS_MAX */
    struct cjt188_decoded frame;
};

/* ---- the table ---- */

static void
clear_row(gpointer data)
{
    g_free(((struct row *)data)->pattern);
    g_free(((struct row *)data)->name);
}

/* The cell at *text, which then points behind it and its comma. NULL when it is none. */
static char *
take_cell(const char **text)
{
    GString *cell = g_string_new(NULL);
    const char *at = *text;

    if (*at++ != '"')
        return g_string_free(cell, TRUE);
    for (; *at != '"' && *at != '\0'; at++) {
        if (at[0] == '\\' && at[1] == 'x' && g_ascii_isxdigit(at[2]) && g_ascii_isxdigit(at[3])) {
            g_string_append_c(cell, (char)(g_ascii_xdigit_value(at[2]) << 4 | g_ascii_xdigit_value(at[3])));
            at += 3;
        } else {
            g_string_append_c(cell, *at);
        }
    }
    if (*at++ != '"' || (*at != ',' && *at != '\0'))
        return g_string_free(cell, TRUE);
    *text = *at == ',' ? at + 1 : at;
    return g_string_free(cell, FALSE);
}

static bool
is_name(const char *text)
{
    if (strlen(text) > NAME_BYTES || !g_utf8_validate(text, -1, NULL))
        return false;
    for (; *text != '\0'; text = g_utf8_next_char(text)) {
        if (!g_unichar_isprint(g_utf8_get_char(text)))
            return false;
    }
    return true;
}

/* Returns what is wrong, or NULL. Takes pattern and name over. */
static const char *
fill_row(struct row *row, char **cells)
{
    row->pattern = g_steal_pointer(&cells[CELL_PATTERN]);
    row->name = g_steal_pointer(&cells[CELL_NAME]);
    if (!cjt188_is_pattern(row->pattern))
        return "the address wants 8, 10 or 14 digits, ? for any";
    if (!is_name(row->name))
        return "the name wants plain UTF-8 text";
    row->known.name = row->name[0] != '\0' ? row->name : NULL;
    row->known.has_dialect = strcmp(cells[CELL_DIALECT], "by the rules") != 0;
    row->known.dialect = row->known.has_dialect ? cjt188_dialect_named(cells[CELL_DIALECT]) : CJT188_STANDARD;
    if (row->known.dialect == CJT188_NO_DIALECT)
        return "there is no such dialect";
    for (unsigned i = 0; i < CJT188_DIALECT_CLASSES; i++) {
        const char *places = cells[CELL_PLACES + i];

        if (places[0] != '\0' && (places[0] < '0' || places[0] > '0' + PLACES_MAX || places[1] != '\0'))
            return "decimal places are 0 to 8, or nothing";
        row->known.has_places[i] = places[0] != '\0';
        row->known.places[i] = (gint8)(places[0] != '\0' ? places[0] - '0' : 0);
    }
    return NULL;
}

static const char *
parse_line(GArray *rows, const char *line)
{
    char *cells[CELLS] = { NULL };
    const char *wrong = NULL, *at = line;
    struct row row = { NULL, NULL, { NULL } };

    for (unsigned i = 0; i < CELLS && wrong == NULL; i++) {
        cells[i] = take_cell(&at);
        if (cells[i] == NULL)
            wrong = "a row is eight texts in quotes, a comma between them";
    }
    if (wrong == NULL)
        wrong = fill_row(&row, cells);
    for (unsigned i = 0; i < CELLS; i++)
        g_free(cells[i]);
    if (wrong == NULL)
        g_array_append_val(rows, row);
    else
        clear_row(&row);
    return wrong;
}

static bool
read_table(struct meters *meters, const char *path, GError **error)
{
    GError *cannot = NULL;
    char *text, **lines;
    const char *wrong = NULL;
    unsigned number = 0;

    if (!g_file_get_contents(path, &text, NULL, &cannot)) {
        g_set_error(error, TAP_ERROR, TAP_CANNOT_OPEN, "The table of meters cannot be read: %s.", cannot->message);
        g_error_free(cannot);
        return false;
    }
    lines = g_strsplit(text, "\n", 0);
    g_free(text);
    for (; lines[number] != NULL && wrong == NULL; number++) {
        g_strchomp(lines[number]);
        if (lines[number][0] != '#' && lines[number][0] != '\0')
            wrong = parse_line(meters->rows, lines[number]);
    }
    g_strfreev(lines);
    if (wrong != NULL)
        g_set_error(error, TAP_ERROR, TAP_USAGE, "%s, line %u: %s.", path, number, wrong);
    return wrong == NULL;
}

struct meters *
meters_new(const char *path, GError **error)
{
    struct meters *meters = g_new0(struct meters, 1);

    meters->rows = g_array_new(FALSE, FALSE, sizeof(struct row));
    g_array_set_clear_func(meters->rows, clear_row);
    meters->learned = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
    if (path == NULL || read_table(meters, path, error))
        return meters;
    meters_free(meters);
    return NULL;
}

void
meters_free(struct meters *meters)
{
    if (meters == NULL)
        return;
    g_array_unref(meters->rows);
    g_hash_table_destroy(meters->learned);
    g_free(meters);
}

/* ---- a frame ---- */

static struct learned *
learned_of(struct meters *meters, unsigned line, const uint8_t *address)
{
    uint64_t key = line;
    struct learned *learned;

    for (unsigned i = 0; i < NUMBER_BYTES; i++)
        key = key << 8 | address[i];
    learned = g_hash_table_lookup(meters->learned, &key);
    if (learned != NULL || g_hash_table_size(meters->learned) >= METERS_MAX)
        return learned;
    learned = g_new0(struct learned, 1);
    learned->key = key;
    g_hash_table_insert(meters->learned, &learned->key, learned);
    return learned;
}

static void
find_known(const struct meters *meters, const uint8_t *address, const struct learned *learned, bool is_reply,
           struct cjt188_known *known)
{
    memset(known, 0, sizeof *known);
    for (guint i = 0; i < meters->rows->len; i++) {
        const struct row *row = &g_array_index(meters->rows, struct row, i);

        if (cjt188_pattern_matches(row->pattern, address)) {
            *known = row->known;
            break;
        }
    }
    known->has_last_dialect = learned != NULL && learned->has_dialect;
    known->last_dialect = learned != NULL ? learned->dialect : CJT188_STANDARD;
    known->di_order = learned != NULL ? learned->di_order[is_reply] : CJT188_DI_UNKNOWN_ORDER;
    known->number_high_first = known->has_dialect ? cjt188_dialect(known->dialect)->number_high_first
                                                  : learned != NULL && learned->number_high_first;
}

static void
learn(struct learned *learned, const struct cjt188_decoded *frame)
{
    if (learned == NULL || frame->kind != CJT188_FRAME)
        return;
    if (cjt188_tells_dialect(frame)) {
        learned->has_dialect = true;
        learned->dialect = cjt188_dialect_id(frame->dialect);
    }
    if (frame->is_reply && frame->dialect->number_high_first)
        learned->number_high_first = true;
    if (frame->di_known && !frame->plus_33)
        learned->di_order[frame->is_reply] = frame->di_order;
}

bool
meters_decode(struct meters *meters, unsigned line, const struct record *record, const struct cjt188_decoded **frame)
{
    const uint8_t *bytes = record->bytes + record->preamble, *address = bytes + CJT188_OFF_ADDRESS;
    const unsigned have = (unsigned)(record->length - record->preamble);
    struct learned *learned = NULL;
    struct cjt188_known known = { .name = NULL };

    if (record->kind != CJT188_FRAME && record->kind != CJT188_DAMAGED && record->kind != CJT188_TRUNCATED)
        return false;
    if (have >= CJT188_OFF_CONTROL && !cjt188_address_is_wildcard(address)) {
        learned = record->kind == CJT188_FRAME ? learned_of(meters, line, address) : NULL;
        find_known(meters, address, learned,
                   have > CJT188_OFF_CONTROL && (bytes[CJT188_OFF_CONTROL] & CJT188_CONTROL_REPLY) != 0, &known);
    }
    cjt188_decode(bytes, have, record->kind, &known, &meters->frame);
    learn(learned, &meters->frame);
    *frame = &meters->frame;
    return true;
}
