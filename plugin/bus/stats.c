/* stats.c
 * Response times by identifier, and a tree by control and identifier.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "stats.h"

#include <epan/srt_table.h>
#include <epan/stats_tree.h>

#include "cjt188-codes.h"
#include "decimals.h"
#include "tables.h"
#include "tap.h"

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
        init_srt_table("CJ/T 188 response times", NULL, tables, SRT_ROWS, "Identifier (without late replies)", NULL, NULL);

    for (int i = 0; i < SRT_ROWS; i++)
        init_srt_table_row(table, i, names[i] + (i < SRT_ROWS - 1 ? 2 : 0)); /* without 0x */
}

static int
srt_row(const struct cjt188_fact *request)
{
#define IDENTIFIER_RANGE(first, last, function, name) { first, last },
    static const uint16_t ranges[][2] = { CJT188_IDENTIFIERS(IDENTIFIER_RANGE) };
#undef IDENTIFIER_RANGE

    for (int i = 0; (request->flags & FACT_HAS_DI) != 0 && i < (int)array_length(ranges); i++) {
        if (request->di >= ranges[i][0] && request->di <= ranges[i][1])
            return i;
    }
    return SRT_ROWS - 1;
}

static tap_packet_status
srt_packet(void *data, packet_info *pinfo, epan_dissect_t *edt _U_, const void *packet, tap_flags_t flags _U_)
{
    srt_stat_table *table = g_array_index(((srt_data_t *)data)->srt_array, srt_stat_table *, 0);

    for (const struct cjt188_seen *seen = ((const struct cjt188_tap *)packet)->first; seen != NULL; seen = seen->next) {
        const struct cjt188_fact *request = seen->frame != NULL ? cjt188_request_of(seen) : NULL;
        int64_t passed;
        nstime_t asked;

        if (request == NULL || !cjt188_fact_response(request, seen->fact, &passed) || (seen->fact->flags & FACT_LATE) != 0)
            continue;
        asked = (nstime_t){ (time_t)(passed / 1000000000), (int)(passed % 1000000000) };
        nstime_delta(&asked, &pinfo->abs_ts, &asked);
        add_srt_table_data(table, srt_row(request), &asked, pinfo);
    }
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
        return cjt188_is_echo(seen) ? "Echoes of requests" : seen->frame->is_error ? "Error replies"
            : seen->frame->is_reply ? "Replies" : seen->frame->is_report ? "Reports of the meters' own" : "Requests";
    case CJT188_DAMAGED:
        return "Damaged";
    case CJT188_TRUNCATED:
        return seen->frame->is_cut ? "Cut by the snap length" : "Truncated";
    case CJT188_MBUS:
        return "M-Bus";
    case CJT188_DLT645:
        return "DL/T 645";
    default:
        return "Noise";
    }
}

static void
count_piece(stats_tree *tree, const packet_info *pinfo, const struct cjt188_seen *seen)
{
    int kind, control;

    tick_stat_node(tree, TREE_ROOT, 0, true);
    kind = tick_stat_node(tree, tree_kind(seen), tree_root, true);
    if (seen->kind != CJT188_FRAME)
        return;
    control = tick_stat_node(tree, wmem_strdup_printf(pinfo->pool, "Control %02X %s", seen->frame->function,
                                                      seen->frame->does != NULL ? seen->frame->does->verb : "maker's own"),
                             kind, true);
    if (seen->frame->has_di)
        tick_stat_node(tree, wmem_strdup_printf(pinfo->pool, "%04X", seen->frame->di), control, false);
}

/* Wireshark's burst rates crash where a double has no room for their 5 ms: after 10^5 years, which only a broken time stamp
 * claims. */
static bool
is_countable(const packet_info *pinfo)
{
    const time_t limit = (time_t)100000 * 365 * 86400;

    return pinfo->rel_ts.secs > -limit && pinfo->rel_ts.secs < limit;
}

static tap_packet_status
tree_packet(stats_tree *tree, packet_info *pinfo, epan_dissect_t *edt _U_, const void *packet, tap_flags_t flags _U_)
{
    if (!is_countable(pinfo))
        return TAP_PACKET_DONT_REDRAW;
    for (const struct cjt188_seen *seen = ((const struct cjt188_tap *)packet)->first; seen != NULL; seen = seen->next) {
        if (!seen->line_error)
            count_piece(tree, pinfo, seen);
    }
    return TAP_PACKET_REDRAW;
}

void
cjt188_stats_register(int proto)
{
    /* The slash of a tree's name would make a menu of it: without, it stands right beside the tables. */
    register_srt_table(proto, NULL, 1, srt_packet, srt_init, NULL);
    stats_tree_register_plugin("cjt188", "cjt188", "CJT 188 frames", 0, tree_packet, tree_init, NULL);
    cjt188_tables_register();
    cjt188_decimals_register();
}
