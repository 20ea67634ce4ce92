/* export.c
 * tshark -z cjt188,export,FILE: the user's tables as one text file to give away, with maker, model, source and licence;
 * export-mask,FILE: without the numbers of meters.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A part of the file is what Wireshark's own file of that table holds, so it enters by being copied. What the person writes into
 * the first lines stays when the file is written again: that needs no preferences, and each file has its own. Masked, it is
 * written when the capture has told which numbers there are; a row for one meter is then one for any.
 */
#include "export.h"

#include "compat.h"
#include "explore.h"
#include "mask.h"
#include "output.h"
#include "plain.h"

#include <epan/stat_groups.h>
#include <epan/stat_tap_ui.h>
#include <wsutil/report_message.h>

#define EXPORT_OPTION "cjt188,export"
#define MAGIC "# CJ/T 188 dictionary: "

enum { LINE_CHARACTERS = 1000 };

/* ---- the first lines ---- */

static const char *const titles[] = { "# Maker: ", "# Model: ", "# Source: ", "# Licence: " };
enum { LICENCE = 3, TITLES = 4 };

/* What stands behind a title in a text, or ""; the caller frees. */
static char *
line_behind(const char *text, const char *title)
{
    const char *at = g_str_has_prefix(text, title) ? text : strstr(text, title);
    char *line;

    while (at != NULL && at > text && at[-1] != '\n')
        at = strstr(at + 1, title);
    if (at == NULL)
        return g_strdup("");
    at += strlen(title);
    line = g_strchomp(g_strndup(at, strcspn(at, "\r\n")));
    if (!cjt188_is_plain(line, LINE_CHARACTERS))
        line[0] = '\0';
    return line;
}

/* What is there already; "" when nothing is. NULL: a file that this is not to overwrite, and the user was told. */
static char *
read_old(const char *path)
{
    char *text = NULL;

    if (!output_may_be_written(path, MAGIC)) {
        report_failure("%s is there already and is no CJ/T 188 dictionary; it is left as it is.", path);
        output_has_failed();
        return NULL;
    }
    if (!g_file_test(path, G_FILE_TEST_IS_REGULAR) || !g_file_get_contents(path, &text, NULL, NULL))
        return g_strdup("");
    return text;
}

GString *
export_head(const char *path, const char *how_to_use, const struct mask *mask)
{
    char *old = read_old(path);
    GString *head;

    if (old == NULL)
        return NULL;
    head = g_string_new(MAGIC "what is known of one maker's meter, for the CJ/T 188 tools and others\n");
    for (size_t i = 0; i < TITLES; i++) {
        char *line = line_behind(old, titles[i]), *given = mask_words(mask, line);

        g_string_append_printf(head, "%s%s\n", titles[i], given);
        g_free(given);
        g_free(line);
    }
    g_string_append(head, "# Fill in these four: they stay when this file is written again.\n#\n");
    g_string_append(head, how_to_use);
    g_free(old);
    return head;
}

char *
export_licence(const GString *head)
{
    char *licence = line_behind(head->str, titles[LICENCE]);

    if (licence[0] != '\0' && licence[strspn(licence, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+-")] == '\0')
        return licence;
    g_free(licence);
    return NULL;
}

/* ---- the tables ---- */

/* A table that is given away. */
struct part {
    const char *file, *table;
    int secret;   /* a column that nobody else needs: left empty; -1: none */
    int says;     /* a row says something if a column from here on does; 0: each does */
    const char *silence; /* what such a column holds that says nothing, besides "" */
    int words;    /* columns from here on are a person's; -1: none */
};

static const struct part parts[] = {
    { "cjt188_fields", "CJ/T 188 fields", -1, 0, "", 11 },
    { "cjt188_meters", "CJ/T 188 meters", 1, 2, "by the rules", -1 },
};

/* What stands for a number: a part of a filter's name, too, and no longer than the shortest number. */
static const char number_name[] = "meter";

static const char how_to_use[] =
    "# Below are the rows of two tables of Wireshark's, each under the name of its file, as that file has them. To take them in, add\n"
    "# them to the files of these names in the folder of your profile (Help > About Wireshark > Folders: Personal configuration):\n"
    "#\n"
    "#     sed -n '/^# \\[cjt188_fields]/,/^# \\[/p' THIS >>FOLDER/cjt188_fields\n"
    "#     sed -n '/^# \\[cjt188_meters]/,/^# \\[/p' THIS >>FOLDER/cjt188_meters\n"
    "#\n"
    "# Rows above win over rows below. Addresses are as they were typed: ? is any digit. Meters' names are left out.\n";

/* An address for any digits, but for its maker's. */
static void
open_pattern(char *pattern)
{
    enum { WITH_MAKER = 14, MAKER = 4 };

    for (char *at = pattern + (strlen(pattern) == WITH_MAKER ? MAKER : 0); *at != '\0'; at++)
        *at = '?';
}

/* A cell as it may be given away; the caller frees. */
static char *
cell_to_give(const struct part *part, const struct mask *mask, int column, const char *cell)
{
    char *given = column == part->secret ? g_strdup("")
        : part->words >= 0 && column >= part->words ? mask_words(mask, cell) : g_strdup(cell);

    if (mask != NULL && column == 0 && cjt188_is_pattern(given)) /* the address, in each of them */
        open_pattern(given);
    return given;
}

static void
append_row(GString *text, const struct part *part, const struct mask *mask, const uat_t *table, void *record)
{
    GString *row = g_string_new(NULL);
    bool says = part->says == 0;

    for (int i = 0; table->fields[i].name != NULL; i++) {
        const uat_field_t *column = &table->fields[i];
        char *cell = NULL, *given;
        unsigned length = 0;

        column->cb.tostr(record, &cell, &length, column->cbdata.tostr, column->fld_data);
        given = cell_to_give(part, mask, i, cell);
        says = says || (i >= part->says && cell[0] != '\0' && !g_str_equal(cell, part->silence));
        cjt188_append_cell(row, given);
        g_free(given);
        g_free(cell);
    }
    if (says)
        g_string_append_printf(text, "%s\n", row->str);
    g_string_free(row, true);
}

/* `mask` NULL: as it is. */
static bool
write_tables(const char *path, const struct mask *mask)
{
    GString *text = export_head(path, how_to_use, mask);
    bool is_written;

    if (text == NULL)
        return false;
    for (size_t i = 0; i < array_length(parts); i++) {
        const uat_t *table = uat_get_table_by_name(parts[i].table);

        g_string_append_printf(text, "\n# [%s]\n", parts[i].file);
        for (unsigned j = 0; table != NULL && j < table->user_data->len; j++)
            append_row(text, &parts[i], mask, table, UAT_USER_INDEX_PTR(table, j));
    }
    is_written = output_write(path, text);
    g_string_free(text, true);
    return is_written;
}

/* ---- masked: the capture's numbers first ---- */

struct mask *
export_mask(void)
{
    struct mask *mask = mask_new();

    mask_add_tables(mask, number_name);
    return mask;
}

void
export_mask_see(struct mask *mask, const struct cjt188_tap *record)
{
    for (const struct cjt188_seen *seen = record->first; mask != NULL && seen != NULL; seen = seen->next)
        mask_add_seen(mask, seen, number_name);
}

struct masked_dictionary {
    char *path;
    struct mask *mask;
};

static tap_packet_status
add_packet(void *data, packet_info *pinfo _U_, epan_dissect_t *edt _U_, const void *packet, tap_flags_t flags _U_)
{
    export_mask_see(((struct masked_dictionary *)data)->mask, (const struct cjt188_tap *)packet);
    return TAP_PACKET_DONT_REDRAW;
}

static void
write_masked(void *data)
{
    const struct masked_dictionary *dictionary = (const struct masked_dictionary *)data;

    write_tables(dictionary->path, dictionary->mask);
}

static void
finish(void *data)
{
    struct masked_dictionary *dictionary = (struct masked_dictionary *)data;

    mask_free(dictionary->mask);
    g_free(dictionary->path);
    g_free(dictionary);
}

/* ---- the option ---- */

/* The tables are known before any packet is. */
static bool
write_dictionary(const char *path, bool is_masked)
{
    struct masked_dictionary *dictionary;

    if (!is_masked)
        return write_tables(path, NULL);
    dictionary = g_new(struct masked_dictionary, 1);
    *dictionary = (struct masked_dictionary){ g_strdup(path), export_mask() };
    return explore_listen(dictionary, NULL, NULL, add_packet, write_masked, finish);
}

static bool
start(const char *argument, void *data _U_)
{
    static const struct {
        const char *option;
        bool (*write)(const char *path, bool is_masked);
        bool is_masked;
    } kinds[] = {
        { EXPORT_OPTION ",", write_dictionary, false }, { EXPORT_OPTION "-mask,", write_dictionary, true },
        { EXPORT_OPTION "-ksy,", ksy_start, false }, { EXPORT_OPTION "-ksy-mask,", ksy_start, true },
    };

    for (size_t i = 0; i < array_length(kinds); i++) {
        const char *path = argument + strlen(kinds[i].option);

        if (g_str_has_prefix(argument, kinds[i].option) && *path != '\0')
            return kinds[i].write(path, kinds[i].is_masked);
    }
    report_failure("-z %s is not known; there are -z " EXPORT_OPTION ",FILE and -z " EXPORT_OPTION "-ksy,FILE, and masked "
                   "-z " EXPORT_OPTION "-mask,FILE and -z " EXPORT_OPTION "-ksy-mask,FILE.", argument);
    return false;
}

STAT_TAP_INIT(start_export, start)

void
cjt188_export_register(void)
{
    static stat_tap_ui ui = { .group = REGISTER_PACKET_STAT_GROUP_UNSORTED, .title = "CJ/T 188 dictionary",
                              .cli_string = EXPORT_OPTION, .tap_init_cb = start_export };

    register_stat_tap_ui(&ui, NULL);
}
