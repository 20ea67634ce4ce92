/* notes-values.h
 * What the notes show of the values of a field: all, or, masked, nothing that tells a meter or a household from others.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_NOTES_VALUES_H
#define CJT188_NOTES_VALUES_H

#include "explore.h"
#include "mask.h"

/* One kind of frames, while its table is written. */
struct notes_values {
    const struct explore_group *group;
    const struct mask *mask; /* NULL: nothing is to be masked */
    bool names;              /* masked, units of the user's fields stay */
    bool is_partial;         /* there were too many meters: not all numbers are known */
    bool is_time[UINT8_MAX]; /* by place: a proposal says that it is of a time of day */
    bool *shared[EXPLORE_METERS]; /* by meter, then by place: see notes-values.c; NULL: not asked for yet */
};

/* Free what it has come to know. */
void notes_values_clear(struct notes_values *values);

/* These proposals are for undocumented bytes of it. */
void notes_values_learn(struct notes_values *values, const GPtrArray *proposals);

/* Is nothing of this field to be shown? */
bool notes_values_are_masked(struct notes_values *values, const struct explore_field *field);

/* One of its values; the caller frees. */
char *notes_value_text(struct notes_values *values, const struct explore_field *field, const struct explore_shown *shown);

#endif
