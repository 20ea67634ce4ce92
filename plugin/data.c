/* data.c
 * The data of a frame: its layout's rows, and what is left over.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "data.h"

#include "changes.h"
#include "fields.h"
#include "reading.h"
#include "userfields.h"

static const char *
data_text(const struct cjt188_frame *frame)
{
    const char *name = cjt188_frame_identifier_name(frame);

    if (frame->layout != NULL)
        return frame->layout->name;
    return frame->has_di && name != NULL ? name : "not documented";
}

/* There are no more than rows, of layouts and the user's, and runs of bytes between them. */
void
cjt188_span_add(struct cjt188_frame *frame, const struct cjt188_span *span)
{
    enum { FIRST_ROOM = 32 };

    if (frame->span_count == frame->span_room) {
        frame->span_room = frame->span_room == 0 ? FIRST_ROOM : 2 * frame->span_room;
        frame->spans = (struct cjt188_span *)wmem_realloc(frame->pinfo->pool, frame->spans,
                                                          frame->span_room * sizeof *frame->spans);
    }
    frame->spans[frame->span_count++] = *span;
}

static void
add_span(struct cjt188_frame *frame, const struct layout_row *row, unsigned at, unsigned width)
{
    const int field = row != NULL ? cjt188_row_field(frame, row, at) : hf_cjt188_undocumented;
    const struct cjt188_span span = {
        .at = (uint8_t)(at - frame->data),
        .width = (uint8_t)width,
        .row = row,
        .name = row != NULL ? cjt188_row_name(frame, row, at) : proto_registrar_get_name(field),
        .abbrev = proto_registrar_get_nth((unsigned)field)->abbrev,
        .undocumented = field == hf_cjt188_undocumented,
    };

    if (width > 0)
        cjt188_span_add(frame, &span);
}

/* Bytes of the data that no row has claimed. */
static void
add_rest(struct cjt188_frame *frame, proto_tree *tree, unsigned at)
{
    const bool unexpected = frame->layout == NULL && (frame->di_known || frame->is_error);
    const char *lengths = unexpected ? cjt188_expected_lengths(frame) : NULL;

    if (lengths != NULL && frame->kind == CJT188_FRAME)
        expert_add_info_format(frame->pinfo, frame->item, &ei_cjt188_unexpected_length,
                               "Length %u fits no known layout of %s; known: %s", frame->data_length,
                               frame->is_error ? "an error reply" : "this identifier", lengths);
    if (at >= frame->data_end)
        return;
    cjt188_add_bytes(frame, tree, hf_cjt188_undocumented, at, frame->data_end - at,
                     frame->have < frame->length && frame->layout != NULL ? "Cut-off field" : NULL);
    add_span(frame, NULL, at, frame->data_end - at);
}

/* Returns where the rows end. */
static unsigned
add_rows(struct cjt188_frame *frame, proto_tree *tree)
{
    const struct layout_row *row = frame->layout != NULL ? frame->layout->rows : NULL;
    unsigned at = frame->data;

    for (; row != NULL && row->kind != NULL; row++) {
        const unsigned width = row->width == WIDTH_REST ? frame->data_end - at : row->width;

        if (at + width > frame->data_end)
            break;
        add_span(frame, row, at, width);
        row->kind(frame, tree, row, at);
        at += width;
    }
    return at;
}

void
cjt188_data_add(struct cjt188_frame *frame, proto_tree *tree, struct cjt188_facts *facts)
{
    struct user_matches *own = wmem_new(frame->pinfo->pool, struct user_matches);

    cjt188_userfields_match(frame, own);
    frame->user_covered = own->count > 0 ? own->covered : NULL;
    frame->layout = frame->have > CJT188_OFF_LENGTH ? cjt188_layout(frame) : NULL;
    if (frame->data < frame->data_end)
        tree = proto_tree_add_subtree_format(tree, frame->tvb, frame->offset + frame->data,
                                             (int)(frame->data_end - frame->data), ett_cjt188_part, NULL, "Data: %s",
                                             data_text(frame));
    add_rest(frame, tree, add_rows(frame, tree));
    cjt188_userfields_add(frame, tree, own);
    cjt188_reading_add(frame, tree, facts);
    cjt188_changes_add(frame, tree, facts);
}
