/* changes.c
 * What changed in a reply since the same meter's last reply to the same identifier.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Of each frame only the bytes are kept that had changed, as they were before; of each meter and identifier the last
 * data.
 */
#include "changes.h"

#include "fields.h"
#include "reading.h"
#include "userfields.h"

enum { DATA_MAX = UINT8_MAX };

/* Runs of bytes that differed, as they were before: offset from the first byte behind SER, width, bytes; width 0 ends them.
 * The most when every second byte differs. */
enum { RUNS_MAX = 3 * (DATA_MAX + 1) / 2 + 2 };

struct last_data {
    uint32_t packet;
    uint8_t bytes[DATA_MAX];
};

/* "meter function identifier L" to struct last_data. */
static wmem_map_t *last_replies;

static const char *
reply_key(const struct cjt188_frame *frame)
{
    return wmem_strdup_printf(frame->pinfo->pool, "%s %02X %04X %u", cjt188_meter_key(frame, frame->pinfo->pool),
                              frame->function, frame->di, frame->data_length);
}

/* How many bytes from `at` on differ. */
static unsigned
changed_run(const uint8_t *before, const uint8_t *now, unsigned at, unsigned length)
{
    unsigned end = at;

    while (end < length && before[end] != now[end])
        end++;
    return end - at;
}

/* The runs in which `now` differs from `before`, in one block. NULL: none. */
static const uint8_t *
find_changes(const uint8_t *before, const uint8_t *now, unsigned length)
{
    uint8_t runs[RUNS_MAX];
    unsigned size = 0;

    for (unsigned at = 0; at < length;) {
        const unsigned width = changed_run(before, now, at, length);

        if (width == 0) {
            at++;
            continue;
        }
        runs[size++] = (uint8_t)at;
        runs[size++] = (uint8_t)width;
        memcpy(runs + size, before + at, width);
        size += width;
        at += width;
    }
    if (size == 0)
        return NULL;
    runs[size++] = 0;
    runs[size++] = 0;
    return (const uint8_t *)wmem_memdup(wmem_file_scope(), runs, size);
}

static void
compare(const struct cjt188_frame *frame, struct cjt188_facts *facts)
{
    const char *key = reply_key(frame);
    const unsigned length = frame->data_end - frame->data;
    struct last_data *last = (struct last_data *)wmem_map_lookup(last_replies, key);

    if (last == NULL) {
        last = wmem_new0(wmem_file_scope(), struct last_data);
        wmem_map_insert(last_replies, wmem_strdup(wmem_file_scope(), key), last);
    } else {
        facts->changes = find_changes(last->bytes, frame->bytes + frame->data, length);
        facts->changed_since = last->packet;
    }
    cjt188_note_number(frame->pinfo, &last->packet);
    memcpy(last->bytes, frame->bytes + frame->data, length);
}

/* ---- items ---- */

/* The frame as its data were before. */
static struct cjt188_frame *
frame_before(const struct cjt188_frame *frame, const uint8_t *run)
{
    struct cjt188_frame *before = (struct cjt188_frame *)wmem_memdup(frame->pinfo->pool, frame, sizeof *frame);

    for (; run[1] != 0; run += 2 + run[1])
        memcpy(before->bytes + before->data + run[0], run + 2, run[1]);
    cjt188_decide_unit_position(before);
    return before;
}

static bool
is_time(const struct cjt188_span *span)
{
    static const int *const fields[] = { &hf_cjt188_clock, &hf_cjt188_date, &hf_cjt188_operating_hours };

    for (size_t i = 0; i < array_length(fields); i++) {
        if (g_str_equal(span->abbrev, proto_registrar_get_nth((unsigned)*fields[i])->abbrev))
            return true;
    }
    return false;
}

static const char *
span_text(const struct cjt188_frame *frame, const struct cjt188_span *span)
{
    if (span->user != NULL)
        return cjt188_userfield_text(frame, span->user);
    return cjt188_row_text(frame, span->row, frame->data + span->at, span->width);
}

static bool
differs(const struct cjt188_frame *frame, const struct cjt188_frame *before, const struct cjt188_span *span)
{
    const uint8_t *now = frame->bytes + frame->data, *then = before->bytes + frame->data;
    uint8_t masked_now[DATA_MAX], masked_then[DATA_MAX];

    if (span->user == NULL)
        return memcmp(now + span->at, then + span->at, span->width) != 0;
    cjt188_userfield_bytes(span->user, now, masked_now);
    cjt188_userfield_bytes(span->user, then, masked_then);
    return memcmp(masked_now, masked_then, span->width) != 0;
}

/* From the first byte to the last that differ, in hexadecimal: two values may look alike, as texts with signs that cannot be
 * shown do, and long runs of bytes. */
static void
show_bytes(const struct cjt188_frame *frame, const struct cjt188_frame *before, const struct cjt188_span *span,
           const char **then, const char **now)
{
    unsigned at = frame->data + span->at, end = at + span->width;

    while (frame->bytes[at] == before->bytes[at])
        at++;
    while (frame->bytes[end - 1] == before->bytes[end - 1])
        end--;
    *then = cjt188_row_text(before, NULL, at, end - at);
    *now = cjt188_row_text(frame, NULL, at, end - at);
}

static void
add_field_change(const struct cjt188_frame *frame, const struct cjt188_frame *before, proto_tree *tree,
                 const struct cjt188_span *span)
{
    const int field = is_time(span) ? hf_cjt188_changed_time : hf_cjt188_changed;
    const unsigned at = frame->data + span->at;
    const char *then, *now, *text;

    if (!proto_field_is_referenced(tree, field) || !differs(frame, before, span))
        return;
    then = span_text(before, span);
    now = span_text(frame, span);
    if (g_str_equal(then, now))
        show_bytes(frame, before, span, &then, &now);
    text = wmem_strdup_printf(frame->pinfo->pool, "%s: %s → %s", span->name, then, now);
    proto_item_set_generated(
        proto_tree_add_string(tree, field, frame->tvb, (int)(frame->offset + at), span->width, text));
}

static bool
is_named_by_user(const struct cjt188_frame *frame, unsigned at)
{
    return frame->user_covered != NULL && frame->user_covered[at];
}

/* Each run of changed bytes in a span that nobody has documented. */
static void
add_undocumented_changes(const struct cjt188_frame *frame, const struct cjt188_frame *before, proto_tree *tree,
                         const struct cjt188_span *span)
{
    const uint8_t *now = frame->bytes + frame->data, *then = before->bytes + frame->data;
    const unsigned span_end = (unsigned)span->at + span->width;

    for (unsigned at = span->at; at < span_end;) {
        unsigned end = at;

        while (end < span_end && now[end] != then[end] && !is_named_by_user(frame, end))
            end++;
        if (end == at) {
            at++;
            continue;
        }
        proto_item_set_generated(proto_tree_add_bytes_format_value(
            tree, hf_cjt188_undocumented_changed, frame->tvb, (int)(frame->offset + frame->data + at), (int)(end - at),
            now + at, "offset %u: %s → %s", at, cjt188_row_text(before, NULL, frame->data + at, end - at),
            cjt188_row_text(frame, NULL, frame->data + at, end - at)));
        at = end;
    }
}

void
cjt188_changes_add(const struct cjt188_frame *frame, proto_tree *tree, struct cjt188_facts *facts)
{
    const struct cjt188_frame *before;

    if (frame->kind != CJT188_FRAME || !frame->is_reply || frame->is_error || !frame->has_di)
        return;
    if (frame->is_wildcard) /* any meter's; the last such reply may be another's */
        return;
    if (!PINFO_FD_VISITED(frame->pinfo))
        compare(frame, facts);
    if (facts->changes == NULL || tree == NULL) /* from here on there are only items */
        return;
    before = frame_before(frame, facts->changes);
    tree = proto_tree_add_subtree_format(tree, frame->tvb, 0, 0, ett_cjt188_part, NULL, "Changed since %s",
                                         facts->changed_since == 0 ? "the last such reply"
                                             : wmem_strdup_printf(frame->pinfo->pool, "packet %u", facts->changed_since));
    for (unsigned i = 0; i < frame->span_count; i++) {
        if (frame->spans[i].undocumented)
            add_undocumented_changes(frame, before, tree, &frame->spans[i]);
        else
            add_field_change(frame, before, tree, &frame->spans[i]);
    }
}

void
cjt188_changes_register(void)
{
    last_replies = wmem_map_new_autoreset(wmem_epan_scope(), wmem_file_scope(), wmem_str_hash, g_str_equal);
}
