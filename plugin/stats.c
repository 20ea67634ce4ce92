/* stats.c
 * What statistics are told of each piece; response times by identifier; a tree by control and identifier.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "stats.h"

#include <epan/srt_table.h>
#include <epan/stats_tree.h>

#include "cjt188-codes.h"
#include "explore.h"
#include "notes.h"
#include "reading.h"
#include "tables.h"

static int tap = -1;

/* ---- what is seen ---- */

static struct cjt188_seen *
seen_new(packet_info *pinfo)
{
    struct cjt188_seen *seen = wmem_new0(pinfo->pool, struct cjt188_seen);

    seen->line = cjt188_line_key(pinfo, pinfo->pool);
    tap_queue_packet(tap, pinfo, seen);
    return seen;
}

struct cjt188_seen *
cjt188_seen_new(packet_info *pinfo, enum cjt188_kind kind, unsigned length)
{
    struct cjt188_seen *seen = seen_new(pinfo);

    seen->kind = kind;
    seen->length = length;
    return seen;
}

void
cjt188_seen_line_error(packet_info *pinfo)
{
    seen_new(pinfo)->line_error = true;
}

void
cjt188_seen_frame(struct cjt188_seen *seen, const struct cjt188_frame *frame, const struct cjt188_facts *facts)
{
    wmem_allocator_t *pool = frame->pinfo->pool;
    const struct exchange *exchange = facts->exchange;

    seen->is_reply = frame->is_reply;
    seen->is_error = frame->is_error;
    seen->is_wildcard = frame->is_wildcard;
    seen->function = frame->function;
    seen->has_di = frame->has_di;
    seen->di = frame->di;
    memcpy(seen->number, frame->bytes + CJT188_OFF_ADDRESS, sizeof seen->number);
    seen->meter = address_to_str(pool, frame->is_reply ? &seen->source : &seen->destination);
    seen->name = frame->name;
    seen->dialect = frame->dialect->name;
    seen->faults = frame->faults;
    seen->meter_line = seen->line;
    if (frame->kind != CJT188_FRAME)
        return;
    if (frame->is_reply && exchange != NULL) {
        seen->exchange = exchange;
        seen->meter_line = exchange->line;
        seen->is_late = exchange->late && exchange->reply_frame == frame->pinfo->num; /* not further replies to a broadcast */
    }
    seen->no_response_to = facts->no_response_to;
    if (frame->has_di && have_tap_listener(tap))
        seen->frame = (const struct cjt188_frame *)wmem_memdup(pool, frame, sizeof *frame);
    if (cjt188_is_reading(frame))
        seen->reading = (const struct reading *)wmem_memdup(pool, &frame->reading, sizeof frame->reading);
}

/* ---- response times ---- */

#define IDENTIFIER_COUNT(first, last, function, name) +1
enum { SRT_ROWS = 1 CJT188_IDENTIFIERS(IDENTIFIER_COUNT) };

static void
srt_init(struct register_srt *srt _U_, GArray *tables)
{
#define IDENTIFIER_NAME(first, last, function, name) #first " " name,
    static const char *const names[SRT_ROWS] = { CJT188_IDENTIFIERS(IDENTIFIER_NAME) "other" };
#undef IDENTIFIER_NAME
    srt_stat_table *table =
        init_srt_table("CJ/T 188 response times", NULL, tables, SRT_ROWS, NULL, NULL, NULL);

    for (int i = 0; i < SRT_ROWS; i++)
        init_srt_table_row(table, i, names[i] + (i < SRT_ROWS - 1 ? 2 : 0)); /* without 0x */
}

static int
srt_row(const struct cjt188_seen *seen)
{
#define IDENTIFIER_RANGE(first, last, function, name) { first, last },
    static const uint16_t ranges[][2] = { CJT188_IDENTIFIERS(IDENTIFIER_RANGE) };
#undef IDENTIFIER_RANGE

    for (int i = 0; seen->exchange->has_di && i < (int)array_length(ranges); i++) {
        if (seen->exchange->di >= ranges[i][0] && seen->exchange->di <= ranges[i][1])
            return i;
    }
    return SRT_ROWS - 1;
}

static tap_packet_status
srt_packet(void *data, packet_info *pinfo, epan_dissect_t *edt _U_, const void *packet, tap_flags_t flags _U_)
{
    srt_data_t *srt = (srt_data_t *)data;
    const struct cjt188_seen *seen = (const struct cjt188_seen *)packet;

    if (seen->exchange == NULL)
        return TAP_PACKET_DONT_REDRAW;
    add_srt_table_data(g_array_index(srt->srt_array, srt_stat_table *, 0), srt_row(seen), &seen->exchange->request_time,
                       pinfo);
    return TAP_PACKET_REDRAW;
}

/* ---- tree ---- */

#define TREE_ROOT "Frames and other pieces" /* a slash would split it */

static int tree_root;

static void
tree_init(stats_tree *tree)
{
    tree_root = stats_tree_create_node(tree, TREE_ROOT, 0, STAT_DT_INT, true);
}

static const char *
tree_kind(const struct cjt188_seen *seen)
{
    switch (seen->kind) {
    case CJT188_FRAME:
        return seen->is_error ? "Error replies" : seen->is_reply ? "Replies" : "Requests";
    case CJT188_DAMAGED:
        return "Damaged";
    case CJT188_TRUNCATED:
        return "Truncated";
    case CJT188_MBUS:
        return "M-Bus";
    case CJT188_DLT645:
        return "DL/T 645";
    default:
        return "Noise";
    }
}

static tap_packet_status
tree_packet(stats_tree *tree, packet_info *pinfo, epan_dissect_t *edt _U_, const void *packet, tap_flags_t flags _U_)
{
    const struct cjt188_seen *seen = (const struct cjt188_seen *)packet;
    const char *verb = cjt188_function_verb(seen->function);
    int kind, control;

    if (seen->line_error)
        return TAP_PACKET_DONT_REDRAW;
    tick_stat_node(tree, TREE_ROOT, 0, true);
    kind = tick_stat_node(tree, tree_kind(seen), tree_root, true);
    if (seen->kind != CJT188_FRAME)
        return TAP_PACKET_REDRAW;
    control = tick_stat_node(tree, wmem_strdup_printf(pinfo->pool, "Control %02X %s", seen->function,
                                                      verb != NULL ? verb : "maker's own"), kind, true);
    if (seen->has_di)
        tick_stat_node(tree, wmem_strdup_printf(pinfo->pool, "%04X", seen->di), control, false);
    return TAP_PACKET_REDRAW;
}

void
cjt188_stats_register(int proto)
{
    tap = register_tap("cjt188");
    register_srt_table(proto, NULL, 1, srt_packet, srt_init, NULL);
    stats_tree_register_plugin("cjt188", "cjt188", "CJT 188", 0, tree_packet, tree_init, NULL);
    cjt188_tables_register();
    cjt188_explore_register();
    cjt188_explore_table_register();
    cjt188_notes_register();
}
