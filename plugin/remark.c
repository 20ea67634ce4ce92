/* remark.c
 * Expert infos with something to say of one frame alone.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "remark.h"

#include "fields.h"

void
cjt188_add_remark(const struct cjt188_frame *frame, expert_field *expert, const char *format, ...)
{
    proto_tree *tree = proto_item_get_subtree(frame->item);
    proto_item *item = frame->item;
    char text[ITEM_LABEL_LENGTH];
    va_list arguments;

    if (tree != NULL && (cjt188_is_read(tree) || proto_field_is_referenced(tree, hf_cjt188_remark))) {
        va_start(arguments, format);
        vsnprintf(text, sizeof text, format, arguments);
        va_end(arguments);
        item = proto_tree_add_string_format(tree, hf_cjt188_remark, frame->tvb, 0, 0, text, "%s", text);
        proto_item_set_generated(item);
    }
    expert_add_info(frame->pinfo, item, expert);
}
