/* userfields.h
 * The user's own fields: a table that turns undocumented bytes into named, filterable fields.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The dissector reaches them through own.h only.
 */
#ifndef CJT188_USERFIELDS_H
#define CJT188_USERFIELDS_H

#include "cjt188-raw.h"

#include "own.h"

/* Register the table "CJ/T 188 fields" as a preference, and with the dissector. */
void cjt188_userfields_register(module_t *module);

/* The value of a row as text, without its name and its unit, which is a person's word; in `scope`. */
const char *cjt188_userfield_plain_text(const struct own_field *field, const struct cjt188_decoded *frame,
                                        wmem_allocator_t *scope);

/* How its bytes become a value: "unsigned, low byte first". Static. */
const char *cjt188_userfield_kind(const struct own_field *field);

/* How its number is made: (bits of `mask` of what its kind reads × scale + add) / divisor; scale and add are whole numbers, or
 * the divisor is 1. Texts live until the table changes. */
struct userfield_form {
    enum cjt188_value_kind kind;
    uint32_t mask; /* of bits */
    double scale, add, divisor;
    const char *unit, *name, *suffix, *note;
};
struct userfield_form cjt188_userfield_form(const struct own_field *field);

/* What it is compared by: its number, else its text where that has an order, else nothing but its bytes. */
struct userfield_value {
    bool has_number, is_time_or_text;
    double number;
};
struct userfield_value cjt188_userfield_value(const struct own_field *field, const struct cjt188_decoded *frame);

/* A row that is ready for the table. Texts are never NULL. */
struct userfield_row {
    const struct cjt188_dialect *dialect;
    const char *meter; /* a pattern of its address; NULL: all meters of the dialect */
    bool is_reply, has_di;
    uint8_t control;
    uint16_t di;
    unsigned length, at, width; /* L; the place behind SER */
    const char *kind, *mask, *scale, *add, *unit, *name, *note;
};

/* As Wireshark writes it. Its filter suffix is made of the frame, the place, the kind and the width. The caller frees it. */
char *cjt188_userfield_row(const struct userfield_row *row);

#endif
