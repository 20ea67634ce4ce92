/* cjt188-raw.h
 * The kinds that need no frame to be read, CJT188_K_FIRST_RAW and on: those of the user's own fields, which the explorer
 * proposes, and of layouts, too.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_RAW_H
#define CJT188_RAW_H

#include "cjt188-decode.h"

/* Reads a number; false where the bytes are none. */
typedef bool cjt188_raw_number_function(const uint8_t *bytes, unsigned width, double *number);
/* Writes a text; nothing where the bytes are none. */
typedef void cjt188_raw_text_function(const uint8_t *bytes, unsigned width, struct cjt188_text *text);

/* Part of a kind's row in cjt188-kinds.c. A number, a text, or neither of what is nothing but bytes. */
struct cjt188_raw {
    const char *name;    /* in the user's table */
    const char *key;     /* in the names of filters, 3 letters */
    uint8_t least, most; /* bytes */
    uint8_t digits;      /* of a number, that mean something */
    int8_t places;       /* decimal places of every number; -1: any */
    cjt188_raw_number_function *number;
    cjt188_raw_text_function *text;
};

/* Of a kind that needs a frame, or is none, that of CJT188_K_BYTES. Never NULL; static. */
const struct cjt188_raw *cjt188_raw(enum cjt188_value_kind kind);
/* CJT188_K_KINDS where none is called so. */
enum cjt188_value_kind cjt188_raw_named(const char *name);

/* " (Wednesday)" behind a number that is a day of the week, 0 to 7; "" behind others. */
const char *cjt188_raw_remark(enum cjt188_value_kind kind, double number);

#endif
