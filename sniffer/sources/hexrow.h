/* hexrow.h
 * One byte a line with something in front that tells which one it is: exports of logic analysers, listings.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Known are Saleae's and Kingst's tables (Time [s],Value,… and name,type,start_time,duration,data), DSView's, other columns
 * of times and values, sigrok's annotations (uart-1: 68, 1234-5678 UART: RX data: 68), data[3] = 0x68, | 3 | 68 |: lines
 * whose last word is a byte and that otherwise differ in nothing but numbers.
 */
#ifndef HEXROW_H
#define HEXROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    HEXROW_SURE = 4,       /* so many of the same form are no chance */
    HEXROW_FORM_MAX = 120, /* characters around the byte */
};

struct hexrow {
    uint8_t byte;
    uint64_t line;
    int64_t time_ns;     /* as the caller gave it */
    uint64_t first, end; /* the sample numbers that sigrok writes in front; 0 = none */
};

enum hexrow_base { HEXROW_HEX_OR_DECIMAL, HEXROW_HEX, HEXROW_DECIMAL };

/* Begin with all 0. */
struct hexrows {
    char form[HEXROW_FORM_MAX + 1]; /* of the last one */
    uint64_t index;                 /* the first number in it */
    size_t alike;                   /* so many in this form */
    enum hexrow_base base, bare;    /* of the values; of those without 0x, as a heading says */
    bool letters;                   /* the values are characters, as Saleae writes them */
    uint64_t first, end;            /* sample numbers of the line; 0 = none */
    struct hexrow rows[HEXROW_SURE];
    size_t count;
    bool given; /* the caller has them */
};

/* At first, on every line: sample numbers in front of it are noted and blanked out, for they look like bytes. */
void hexrows_look(struct hexrows *rows, char *line);

/* Is the line a row of a table? Then `rows` are its bytes, of this line and of those before that were not sure to be one.
 * timed: a heading said where its time is, and it is there. */
bool hexrows_take(struct hexrows *rows, const char *line, uint64_t number, int64_t time_ns, bool timed);

/* The caller reads the byte of the line, which was no row so far, in hex. Returns false when it is decimal and must wait. */
bool hexrows_leave(struct hexrows *rows);

/* Is there a gap between two rows, by the sample numbers? */
bool hexrows_gap(const struct hexrow *before, const struct hexrow *row);

#endif
