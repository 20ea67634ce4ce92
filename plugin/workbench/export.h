/* export.h
 * What is known of a meter as a file for others: a dictionary of the user's tables, or a Kaitai Struct description.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_EXPORT_H
#define CJT188_EXPORT_H

#include "mask.h"

/* Once, at start, after the tap "cjt188" is registered. */
void cjt188_export_register(void);

/* The comment that such a file begins with: maker, model, source, licence. What a person has filled in when `path` was written
 * before is kept, masked if there is a mask. NULL when `path` is a file of another kind, and the user was told. */
GString *export_head(const char *path, const char *how_to_use, const struct mask *mask);
/* The licence that somebody filled in there, if a machine can read it (SPDX), else NULL; the caller frees. */
char *export_licence(const GString *head);

/* A mask that knows the numbers in the user's tables; those in the packets, for which it may be NULL. */
struct mask *export_mask(void);
void export_mask_see(struct mask *mask, const struct cjt188_tap *record);

/* ksy.c: listen, and at the end write the file. False when that cannot be, and the user was told. */
bool ksy_start(const char *path, bool is_masked);

#endif
