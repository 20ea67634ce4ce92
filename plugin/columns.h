/* columns.h
 * Texts for columns of the packet list, as the profile CJT188 has them.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_COLUMNS_H
#define CJT188_COLUMNS_H

#include "frame.h"

/* Does a column, a filter or an export ask for this very field? A tree that is read as a whole does not: these fields only
 * repeat what others say. */
static inline bool
cjt188_is_column(const proto_tree *tree, int hf)
{
    return tree != NULL && proto_registrar_get_nth((unsigned)hf)->ref_type != HF_REF_TYPE_NONE;
}

/* Who speaks, what is wrong, and the readings with their decimal places. */
void cjt188_columns_add(const struct cjt188_frame *frame, proto_tree *tree);

/* Nanoseconds as whole milliseconds. */
void cjt188_columns_response(const struct cjt188_frame *frame, proto_tree *tree, int64_t nanoseconds);

#endif
