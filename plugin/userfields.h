/* userfields.h
 * The user's own fields: a table that turns undocumented bytes into named, filterable fields.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_USERFIELDS_H
#define CJT188_USERFIELDS_H

#include "cjt188.h"

struct user_field;

/* The rows of the table that are for a frame, in the table's order. */
struct user_matches {
    const struct user_field **field;
    unsigned count;
    bool covered[UINT8_MAX]; /* bytes behind SER that at least one of them names */
};

/* Register the table "CJ/T 188 fields" as a preference. */
void cjt188_userfields_register(module_t *module);

/* Which rows are for this frame and lie within its data. */
void cjt188_userfields_match(const struct cjt188_frame *frame, struct user_matches *matches);

/* Add an item for each, and a span to the frame. */
void cjt188_userfields_add(struct cjt188_frame *frame, proto_tree *tree, const struct user_matches *matches);

/* The bytes of a row, from those behind SER, with the bits cleared that its mask leaves out: what is equal here is equal
 * for the row. */
void cjt188_userfield_bytes(const struct user_field *field, const uint8_t *data, uint8_t *bytes);
/* The value of a row as text, without its name; the second without its unit, too, which is a person's word. */
const char *cjt188_userfield_text(const struct cjt188_frame *frame, const struct user_field *field);
const char *cjt188_userfield_plain_text(const struct cjt188_frame *frame, const struct user_field *field);
/* How its bytes become a value: "unsigned, low byte first". Static. */
const char *cjt188_userfield_kind(const struct user_field *field);
/* What it is compared by. */
struct cjt188_value cjt188_userfield_value(const struct cjt188_frame *frame, const struct user_field *field);

#endif
