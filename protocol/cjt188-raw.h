/* cjt188-raw.h
 * What bytes may be that no layout names: the kinds of the user's own fields, which the explorer proposes, too.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_RAW_H
#define CJT188_RAW_H

#include "cjt188-decode.h"

/* The rows of cjt188-raw.c. */
enum cjt188_raw_kind {
    CJT188_RAW_BCD,
    CJT188_RAW_UNSIGNED_LOW,      /* low byte first */
    CJT188_RAW_UNSIGNED_HIGH,
    CJT188_RAW_SIGNED_LOW,
    CJT188_RAW_SIGNED_HIGH,
    CJT188_RAW_BITS,              /* low byte first; which of them count is told elsewhere */
    CJT188_RAW_4096,
    CJT188_RAW_DATE,
    CJT188_RAW_CLOCK,
    CJT188_RAW_TEXT,
    CJT188_RAW_BYTES,
    CJT188_RAW_BCD_TOP_BIT,       /* the top bit is the minus */
    CJT188_RAW_BCD_TOP_F,         /* F as the top digit is */
    CJT188_RAW_TENTHS,
    CJT188_RAW_HUNDREDTHS,
    CJT188_RAW_THOUSANDTHS,
    CJT188_RAW_FLOAT32_LOW,
    CJT188_RAW_FLOAT32_HIGH,
    CJT188_RAW_FLOAT64_LOW,
    CJT188_RAW_FLOAT64_HIGH,
    CJT188_RAW_UNIX_LOW,          /* seconds since 1970, UTC */
    CJT188_RAW_UNIX_HIGH,
    CJT188_RAW_HOUR_MINUTE_LOW,   /* mm hh */
    CJT188_RAW_HOUR_MINUTE_HIGH,  /* hh mm */
    CJT188_RAW_WEEKDAY,           /* 1 to 7 from Monday, 0 is Sunday */
    CJT188_RAW_NUMBER_LOW,        /* a meter's number, as it stands on it */
    CJT188_RAW_NUMBER_HIGH,
    CJT188_RAW_NUMBER_TEXT,
    CJT188_RAW_KINDS
};

/* Reads a number; false where the bytes are none. */
typedef bool cjt188_raw_number_function(const uint8_t *bytes, unsigned width, double *number);
/* Writes a text; nothing where the bytes are none. */
typedef void cjt188_raw_text_function(const uint8_t *bytes, unsigned width, struct cjt188_text *text);

/* One of both, or neither of what is nothing but bytes. */
struct cjt188_raw {
    const char *name;    /* in the user's table */
    const char *key;     /* in the names of filters, 3 letters */
    uint8_t least, most; /* bytes */
    uint8_t digits;      /* of a number, that mean something */
    cjt188_raw_number_function *number;
    cjt188_raw_text_function *text;
};

/* Never NULL; static. */
const struct cjt188_raw *cjt188_raw(enum cjt188_raw_kind kind);
/* CJT188_RAW_KINDS where none is called so. */
enum cjt188_raw_kind cjt188_raw_named(const char *name);

/* " (Wednesday)" behind a number that is a day of the week, 0 to 7; "" behind others. */
const char *cjt188_raw_remark(enum cjt188_raw_kind kind, double number);

#endif
