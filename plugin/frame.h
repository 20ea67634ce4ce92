/* frame.h
 * A frame in its packet: what the rooms of the dissector hand to each other.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_PLUGIN_FRAME_H
#define CJT188_PLUGIN_FRAME_H

#include "compat.h"

#include "cjt188-decode.h"

struct cjt188_fact;
struct cjt188_line;
struct cjt188_meter;
struct cjt188_packet;
struct own_field;

/* The user's own fields of one frame, in the order of the table. */
struct cjt188_own {
    const struct own_field **field;
    unsigned count;
    bool covered[UINT8_MAX]; /* bytes behind SER that at least one of them names */
};

/* Lives as long as its packet. */
struct cjt188_frame {
    struct cjt188_decoded *decoded;
    tvbuff_t *tvb;
    packet_info *pinfo;
    unsigned offset;           /* of 68 in tvb */
    proto_item *item;          /* of the frame */
    struct cjt188_packet *packet; /* bus/facts.h */

    struct cjt188_line *line;
    struct cjt188_meter *meter; /* NULL: nobody known; a damaged address makes none */
    struct cjt188_fact *fact;   /* never NULL */
    const struct cjt188_own *own; /* NULL: none */
};

/* Does anybody read the texts of this tree? A tree that a filter alone has asked for is seen by nobody. */
static inline bool
cjt188_is_read(const proto_tree *tree)
{
    return tree != NULL && PTREE_DATA(tree)->visible;
}

/* Preference: values of damaged frames as fields, for documents whose examples have wrong sums. */
extern ws_bool cjt188_damaged_values;

/* Is nothing to be taken from this frame's data but bytes? */
static inline bool
cjt188_gives_no_values(const struct cjt188_frame *frame)
{
    return cjt188_is_damaged(frame->decoded) && !cjt188_damaged_values;
}

/* Preference: what is taken where no rule of the decoder speaks. */
extern int cjt188_default_dialect;

extern int proto_cjt188;

#endif
