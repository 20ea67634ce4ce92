/* plugin_taps.c
 * For fuzz_plugin.c: the plugin's statistics, listening as in tshark and in the window, and gone again.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Wireshark's own windows and tshark's printers are not in its libraries: each kind of table is listened to as they do it.
 */
#define _GNU_SOURCE /* memfd_create() */
#include "plugin_taps.h"

#include "compat.h"

#include <sanitizer/lsan_interface.h>
#include <unistd.h>
#include <sys/mman.h>

#include <epan/srt_table.h>
#include <epan/stat_tap_ui.h>
#include <epan/stats_tree.h>
#include <epan/stats_tree_priv.h>

#include "fields.h"
#include "frame.h"

/* ---- what is listening ---- */

/* What a listener was registered with, and how what it has made is freed. */
struct listener {
    void *data;
    void (*draw)(void *data);
    void (*free)(void *data);
};

static GArray *listeners;

static void
add_listener(void *data, void (*draw)(void *data), void (*free_data)(void *data))
{
    const struct listener listener = { data, draw, free_data };

    g_array_append_val(listeners, listener);
}

static void
listen(void *data, tap_packet_cb packet, tap_reset_cb reset, void (*draw)(void *data), void (*free_data)(void *data))
{
    if (register_tap_listener("cjt188", data, NULL, TL_REQUIRES_NOTHING, reset, packet, NULL, NULL) != NULL)
        abort();
    add_listener(data, draw, free_data);
}

/* ---- tables ---- */

static void
table_draw(void *data)
{
    const stat_data_t *stat = data;
    const stat_tap_table *table = g_array_index(stat->stat_tap_data->tables, stat_tap_table *, 0);

    for (unsigned row = 0; row < table->num_elements; row++) {
        for (unsigned column = 0; column < table->num_fields; column++) {
            const stat_tap_table_item_type *cell = stat_tap_get_field_data(table, row, column);

            if (cell->type == TABLE_ITEM_STRING)
                check_utf8(table->title, cell->value.string_value, -1);
        }
    }
}

static void
table_reset(void *data)
{
    reset_stat_table(((stat_data_t *)data)->stat_tap_data);
}

static void
table_free(void *data)
{
    free_stat_tables(((stat_data_t *)data)->stat_tap_data);
    g_free(data);
}

static void
table_start(const char *option)
{
    stat_tap_table_ui *ui = stat_tap_by_name(option);
    stat_data_t *stat = g_new0(stat_data_t, 1);

    stat->stat_tap_data = ui;
    ui->stat_tap_init_cb(ui);
    listen(stat, ui->packet_func, table_reset, table_draw, table_free);
}

/* ---- response times ---- */

static void
srt_draw(void *data)
{
    const srt_stat_table *table = g_array_index(((srt_data_t *)data)->srt_array, srt_stat_table *, 0);

    for (int i = 0; i < table->num_procs; i++)
        check_utf8("srt", table->procedures[i].procedure, -1);
}

static void
srt_reset(void *data)
{
    reset_srt_table(((srt_data_t *)data)->srt_array);
}

static void
srt_free(void *data)
{
    free_srt_table(get_srt_table_by_name("cjt188"), ((srt_data_t *)data)->srt_array);
    g_array_free(((srt_data_t *)data)->srt_array, TRUE);
    g_free(data);
}

static void
srt_start(const char *option _U_)
{
    register_srt_t *srt = get_srt_table_by_name("cjt188");
    srt_data_t *data = g_new0(srt_data_t, 1);

    data->srt_array = g_array_new(FALSE, TRUE, sizeof(srt_stat_table *));
    srt_table_dissector_init(srt, data->srt_array);
    listen(data, get_srt_packet_func(srt), srt_reset, srt_draw, srt_free);
}

/* ---- tree ---- */

static void
tree_draw(void *data)
{
    GString *text = stats_tree_format_as_str(data, ST_FORMAT_PLAIN, 0, false);

    check_utf8("tree", text->str, (long)text->len);
    g_string_free(text, TRUE);
}

/* Wireshark's own functions forget to free those of the root. */
static void
free_bursts(stat_node *node)
{
    while (node->bh != NULL) {
        burst_bucket *next = node->bh->next;

        g_free(node->bh);
        node->bh = next;
    }
}

static void
tree_reset(void *data)
{
    free_bursts(&((stats_tree *)data)->root);
    stats_tree_reset(data);
}

static void
tree_free(void *data)
{
    free_bursts(&((stats_tree *)data)->root);
    stats_tree_free(data);
}

static void
tree_start(const char *option)
{
    stats_tree_cfg *config = stats_tree_get_cfg_by_abbr(option);
    stats_tree *tree;

    __lsan_disable(); /* it makes the tree's name twice, and forgets the first */
    tree = stats_tree_new(config, NULL, NULL);
    __lsan_enable();
    config->init(tree);
    listen(tree, stats_tree_packet, tree_reset, tree_draw, tree_free);
}

/* ---- conversations and endpoints ---- */

static void
endpoints_free(void *data)
{
    reset_endpoint_table_data(data);
    g_free(data);
}

static void
conversations_free(void *data)
{
    reset_conversation_table_data(data);
    g_free(data);
}

static void
endpoints_reset(void *data)
{
    reset_endpoint_table_data(data);
}

static void
conversations_reset(void *data)
{
    reset_conversation_table_data(data);
}

static void
conversations_start(const char *option _U_)
{
    register_ct_t *table = get_conversation_by_proto_id(proto_cjt188);

    listen(g_new0(conv_hash_t, 1), get_conversation_packet_func(table), conversations_reset, NULL, conversations_free);
    listen(g_new0(conv_hash_t, 1), get_endpoint_packet_func(table), endpoints_reset, NULL, endpoints_free);
}

/* ---- what prints, or writes a file ---- */

enum { FILES = 2 };
static int files[FILES];
static bool starting; /* a -z of the plugin's own: the listener that is registered now is its */

GString *__wrap_register_tap_listener(const char *tap, void *data, const char *filter, unsigned flags, tap_reset_cb reset,
                                      tap_packet_cb packet, tap_draw_cb draw, tap_finish_cb finish);
GString *__real_register_tap_listener(const char *tap, void *data, const char *filter, unsigned flags, tap_reset_cb reset,
                                      tap_packet_cb packet, tap_draw_cb draw, tap_finish_cb finish);

/* For the linker's --wrap: nothing else says under what a -z of the plugin's is registered. */
GString *
__wrap_register_tap_listener(const char *tap, void *data, const char *filter, unsigned flags, tap_reset_cb reset,
                             tap_packet_cb packet, tap_draw_cb draw, tap_finish_cb finish)
{
    if (starting)
        add_listener(data, draw, NULL);
    return __real_register_tap_listener(tap, data, filter, flags, reset, packet, draw, finish);
}

static void
option_start(const char *option)
{
    char *text = g_strdup(option);

    for (char *at = strchr(text, '%'); at != NULL; at = strchr(text, '%')) {
        char *whole = g_strdup_printf("%.*s/proc/self/fd/%d%s", (int)(at - text), text, files[at[1] - '0'], at + 2);

        g_free(text);
        text = whole;
    }
    starting = true;
    if (!process_stat_cmd_arg(text))
        abort();
    start_requested_stats();
    starting = false;
    g_free(text);
}

/* ---- all ---- */

/* %0 is a file to write, %1 the display log. */
static const struct {
    void (*start)(const char *option);
    const char *option;
} taps[] = {
    { table_start, "cjt188,meters" },
    { table_start, "cjt188,lines" },
    { table_start, "cjt188,decimals" },
    { table_start, "cjt188,bytes" },
    { srt_start, "cjt188,srt" },
    { tree_start, "cjt188" },
    { conversations_start, "cjt188" },
    { option_start, "cjt188,explore" },
    { option_start, "cjt188,explore,evidence,all,rows" },
    { option_start, "cjt188,explore,rows,tolerance=300,display=%1" },
    { option_start, "cjt188,notes" },
    { option_start, "cjt188,notes,mask" },
    { option_start, "cjt188,notes,mask,names" },
    { option_start, "cjt188,marks" },
    { option_start, "cjt188,compare,frame.number <= 4,frame.number > 4" },
    { option_start, "cjt188,report,%0" },
    { option_start, "cjt188,report-mask,%0" },
    { option_start, "cjt188,export,%0" },
    { option_start, "cjt188,export-ksy,%0" },
};

/* A file is for one of them at a time. */
static bool
writes_file(const char *option)
{
    return strstr(option, "%0") != NULL;
}

static bool
reads_log(const char *option)
{
    return strstr(option, "%1") != NULL;
}

/* At least one line of a log can be read, else tshark would stop here. */
static const char first_lines[] =
    "2026-04-27 18:12:15;24263225;heat;0.007;kWh\n"
    "2026-04-27 18:12;;volume;0.003;m3\n"
    "18:12;;supply;25.66;C\n";

void
plugin_taps_init(void)
{
    listeners = g_array_new(FALSE, FALSE, sizeof(struct listener));
    for (int i = 0; i < FILES; i++)
        files[i] = memfd_create("fuzz", 0);
    if (files[0] < 0 || files[1] < 0)
        abort();
}

static void
write_display_log(const char *more)
{
    char *text = g_strconcat(first_lines, more, NULL);

    if (ftruncate(files[1], 0) != 0 || pwrite(files[1], text, strlen(text), 0) != (ssize_t)strlen(text))
        abort();
    g_free(text);
}

void
plugin_taps_start(uint32_t wanted, const char *log)
{
    bool has_file = false;

    if (log != NULL)
        write_display_log(log);
    if (ftruncate(files[0], 0) != 0)
        abort();
    for (unsigned i = 0; i < array_length(taps); i++) {
        const bool writes = writes_file(taps[i].option);

        if ((wanted >> i & 1) == 0 || (writes && has_file) || (reads_log(taps[i].option) && log == NULL))
            continue;
        has_file = has_file || writes;
        taps[i].start(taps[i].option);
    }
}

static void
check_file(int file)
{
    const off_t length = lseek(file, 0, SEEK_END);
    char *text = g_malloc((size_t)length + 1);

    if (pread(file, text, (size_t)length, 0) != length)
        abort();
    check_utf8("a file", text, (long)length);
    g_free(text);
}

void
plugin_taps_draw(void)
{
    FILE *terminal = stdout;
    char *text = NULL;
    size_t length = 0;

    stdout = open_memstream(&text, &length);
    if (stdout == NULL)
        abort();
    for (unsigned i = 0; i < listeners->len; i++) {
        const struct listener *listener = &g_array_index(listeners, struct listener, i);

        if (listener->draw != NULL)
            listener->draw(listener->data);
    }
    draw_tap_listeners(FALSE); /* the plugin's own */
    fclose(stdout);
    stdout = terminal;
    check_utf8("what is printed", text, (long)length);
    free(text);
    check_file(files[0]);
}

void
plugin_taps_stop(void)
{
    for (unsigned i = 0; i < listeners->len; i++) {
        const struct listener *listener = &g_array_index(listeners, struct listener, i);

        remove_tap_listener(listener->data);
        if (listener->free != NULL)
            listener->free(listener->data);
    }
    g_array_set_size(listeners, 0);
}
