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
#include "exchange.h"
#include "tables.h"
#include "tap.h"

/* ---- counted again ---- */

/* What is known of earlier packets may change when lines are parted. Wireshark's own tables cannot take anything back, so what
 * was counted is kept, and counted anew. That is done as often as packets pay for it, so that no capture makes it slow. */
struct recount {
    GArray *counted;
    unsigned partings;  /* as many there were */
    uint32_t packet;    /* the last one: Wireshark begins again without a word */
    uint64_t paid;
    int count[2];       /* of the tree: requests, echoes */
    GHashTable *asked;  /* and the same by control, and by its identifiers */
};

/* By Wireshark's table, which tells nobody when it goes: the next one in its place begins anew. */
static GHashTable *recounts;

static void
free_recount(void *data)
{
    g_array_free(((struct recount *)data)->counted, TRUE);
    g_hash_table_destroy(((struct recount *)data)->asked);
    g_free(data);
}

static void
forget_recounts(void)
{
    g_hash_table_remove_all(recounts);
}

static struct recount *
recount_of(const void *table, unsigned size)
{
    struct recount *recount = (struct recount *)g_hash_table_lookup(recounts, table);

    if (recount != NULL)
        return recount;
    recount = g_new0(struct recount, 1);
    recount->counted = g_array_new(FALSE, FALSE, size);
    recount->asked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    recount->partings = cjt188_exchange_partings();
    g_hash_table_insert(recounts, (void *)(uintptr_t)table, recount);
    return recount;
}

/* With each packet: is it time to count anew? */
static bool
is_recount_due(struct recount *recount, const packet_info *pinfo)
{
    enum { PAY = 256 };

    if (pinfo->num <= recount->packet) {
        g_array_set_size(recount->counted, 0);
        g_hash_table_remove_all(recount->asked);
        memset(recount->count, 0, sizeof recount->count);
    }
    recount->packet = pinfo->num;
    recount->paid += PAY;
    if (recount->partings == cjt188_exchange_partings() || recount->paid < recount->counted->len)
        return false;
    recount->partings = cjt188_exchange_partings();
    recount->paid -= recount->counted->len;
    return true;
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
        init_srt_table("CJ/T 188 response times", NULL, tables, SRT_ROWS, "Identifier (without late replies)", NULL, NULL);

    for (int i = 0; i < SRT_ROWS; i++)
        init_srt_table_row(table, i, names[i] + (i < SRT_ROWS - 1 ? 2 : 0)); /* without 0x */
    g_hash_table_remove(recounts, table);
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

/* Of the packets that are counted Wireshark wants the number and the time alone. */
static void
add_response(srt_stat_table *table, const struct cjt188_fact *reply)
{
    packet_info pinfo = { .num = reply->packet };
    nstime_t asked = NSTIME_INIT_ZERO;
    int64_t passed;

    if (cjt188_response(reply, &passed) != TIMED)
        return;
    pinfo.abs_ts = (nstime_t){ (time_t)(passed / 1000000000), (int)(passed % 1000000000) };
    add_srt_table_data(table, srt_row(cjt188_fact(cjt188_request(reply))), &asked, &pinfo);
}

static void
add_responses_again(srt_stat_table *table, const GArray *replies)
{
    for (int i = 0; i < table->num_procs; i++)
        time_stat_init(&table->procedures[i].stats);
    for (unsigned i = 0; i < replies->len; i++)
        add_response(table, g_array_index(replies, const struct cjt188_fact *, i));
}

static tap_packet_status
srt_packet(void *data, packet_info *pinfo, epan_dissect_t *edt _U_, const void *packet, tap_flags_t flags _U_)
{
    srt_stat_table *table = g_array_index(((srt_data_t *)data)->srt_array, srt_stat_table *, 0);
    struct recount *recount = recount_of(table, sizeof(struct cjt188_fact *));

    if (is_recount_due(recount, pinfo))
        add_responses_again(table, recount->counted);
    for (const struct cjt188_seen *seen = ((const struct cjt188_tap *)packet)->first; seen != NULL; seen = seen->next) {
        if (seen->frame == NULL || seen->kind != CJT188_FRAME || !seen->frame->is_reply || seen->fact->partner == 0)
            continue;
        g_array_append_val(recount->counted, seen->fact);
        add_response(table, seen->fact);
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
    g_hash_table_remove(recounts, tree);
}

#define TREE_ECHOES "Echoes of requests"
#define TREE_REQUESTS "Requests"

static const char *
tree_kind(const struct cjt188_seen *seen)
{
    switch (seen->kind) {
    case CJT188_FRAME:
        return cjt188_is_echo(seen) ? TREE_ECHOES : seen->frame->is_error ? "Error replies"
            : seen->frame->is_reply ? "Replies" : seen->frame->is_report ? "Reports of the meters' own" : TREE_REQUESTS;
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

/* Requests of one control, or of one of its identifiers, and echoes of them. */
struct asked {
    const char *control, *di; /* g_intern_string(); all identifiers: NULL */
    int count[2];             /* requests, echoes */
};

/* What was taken for an echo. */
struct counted_echo {
    const struct cjt188_fact *fact;
    struct asked *by_control, *by_di; /* no identifier: NULL */
};

static const char *const asked_kinds[] = { TREE_REQUESTS, TREE_ECHOES };

static struct asked *
asked_of(struct recount *recount, const char *control, const char *di)
{
    char *name = g_strjoin("\n", control, di, NULL);
    struct asked *asked = (struct asked *)g_hash_table_lookup(recount->asked, name);

    if (asked != NULL) {
        g_free(name);
        return asked;
    }
    asked = g_new0(struct asked, 1);
    asked->control = g_intern_string(control);
    asked->di = di != NULL ? g_intern_string(di) : NULL;
    g_hash_table_insert(recount->asked, name, asked);
    return asked;
}

static void
add_to_asked(struct recount *recount, const struct counted_echo *frame, bool is_echo, int difference)
{
    recount->count[is_echo] += difference;
    frame->by_control->count[is_echo] += difference;
    if (frame->by_di != NULL)
        frame->by_di->count[is_echo] += difference;
}

/* So that it can be moved later. */
static void
keep_asked(struct recount *recount, const struct cjt188_seen *seen, const char *control, const char *di)
{
    const bool is_echo = cjt188_is_echo(seen);
    const struct counted_echo frame = { seen->fact, asked_of(recount, control, NULL),
                                        di != NULL ? asked_of(recount, control, di) : NULL };

    add_to_asked(recount, &frame, is_echo, 1);
    if (is_echo)
        g_array_append_val(recount->counted, frame);
}

/* Nodes are set, not counted down: that would be a burst. */
static void
write_asked(stats_tree *tree, const struct recount *recount, const struct counted_echo *frame)
{
    for (unsigned i = 0; i < array_length(asked_kinds); i++) {
        const int kind = set_stat_node(tree, asked_kinds[i], tree_root, true, recount->count[i]);
        const int control = set_stat_node(tree, frame->by_control->control, kind, true, frame->by_control->count[i]);

        if (frame->by_di != NULL)
            set_stat_node(tree, frame->by_di->di, control, false, frame->by_di->count[i]);
    }
}

/* What was an echo may have become a request. */
static void
move_echoes(stats_tree *tree, struct recount *recount)
{
    for (unsigned i = recount->counted->len; i-- > 0;) {
        const struct counted_echo frame = g_array_index(recount->counted, struct counted_echo, i);

        if ((frame.fact->flags & FACT_ECHO) != 0)
            continue;
        add_to_asked(recount, &frame, true, -1);
        add_to_asked(recount, &frame, false, 1);
        write_asked(tree, recount, &frame);
        g_array_remove_index_fast(recount->counted, i);
    }
}

static void
count_piece(stats_tree *tree, const packet_info *pinfo, const struct cjt188_seen *seen, struct recount *recount)
{
    const struct cjt188_decoded *frame = seen->frame;
    const char *control, *di = NULL;
    int kind, node;

    tick_stat_node(tree, TREE_ROOT, 0, true);
    kind = tick_stat_node(tree, tree_kind(seen), tree_root, true);
    if (seen->kind != CJT188_FRAME)
        return;
    control = wmem_strdup_printf(pinfo->pool, "Control %02X %s", frame->function,
                                 frame->does != NULL ? frame->does->verb : "maker's own");
    node = tick_stat_node(tree, control, kind, true);
    if (frame->has_di) {
        di = wmem_strdup_printf(pinfo->pool, "%04X", frame->di);
        tick_stat_node(tree, di, node, false);
    }
    if (!frame->is_reply && !frame->is_report)
        keep_asked(recount, seen, control, di);
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
    struct recount *recount = recount_of(tree, sizeof(struct counted_echo));

    if (!is_countable(pinfo))
        return TAP_PACKET_DONT_REDRAW;
    if (is_recount_due(recount, pinfo))
        move_echoes(tree, recount);
    for (const struct cjt188_seen *seen = ((const struct cjt188_tap *)packet)->first; seen != NULL; seen = seen->next) {
        if (!seen->line_error)
            count_piece(tree, pinfo, seen, recount);
    }
    return TAP_PACKET_REDRAW;
}

void
cjt188_stats_register(int proto)
{
    recounts = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, free_recount);
    register_cleanup_routine(forget_recounts);
    /* The slash of a tree's name would make a menu of it: without, it stands right beside the tables. */
    register_srt_table(proto, NULL, 1, srt_packet, srt_init, NULL);
    stats_tree_register_plugin("cjt188", "cjt188", "CJT 188 frames", 0, tree_packet, tree_init, NULL);
    cjt188_tables_register();
    cjt188_decimals_register();
}
