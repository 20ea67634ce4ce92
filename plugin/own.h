/* own.h
 * The user's own fields as the dissector knows them: an interface that the workbench fills in, if it is there.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_OWN_H
#define CJT188_OWN_H

#include "frame.h"

struct cjt188_own_place {
    unsigned at, width;   /* from the first byte behind SER */
    const char *name;
    const char *filter;   /* display filter name */
};

struct cjt188_own_fields {
    /* Which are for this frame and lie within its data; NULL: none. In the packet's memory. */
    const struct cjt188_own *(*match)(const struct cjt188_frame *frame);
    /* Add an item for each. */
    void (*show)(const struct cjt188_frame *frame, proto_tree *tree);
    /* Where one is; false: it is inactive. */
    bool (*place)(const struct own_field *own, struct cjt188_own_place *place);
    /* Its bytes, from those behind SER, without the bits that it leaves out: what is equal here is equal for it. */
    void (*bytes)(const struct own_field *own, const uint8_t *data, uint8_t *bytes);
    /* Its value in a frame as text; in `scope`. */
    const char *(*text)(const struct own_field *own, const struct cjt188_decoded *frame, wmem_allocator_t *scope);
    /* A row of the user's table that would name these bytes behind SER in all frames of this kind. In the packet's memory. */
    const char *(*row)(const struct cjt188_frame *frame, unsigned at, unsigned width);
};

/* NULL without a workbench. */
extern const struct cjt188_own_fields *cjt188_own_fields;

/* Adds what bytes behind SER may be below their item, if the user wants to see that. NULL without a workbench. */
extern void (*cjt188_own_inspect)(const struct cjt188_frame *frame, proto_tree *tree, unsigned at, unsigned width);

/* Does one of the user's fields name this byte behind SER? */
static inline bool
cjt188_is_own(const struct cjt188_own *own, unsigned at)
{
    return own != NULL && own->covered[at];
}

#endif
