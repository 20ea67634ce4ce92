/* cjt188-text.h
 * Text written into a buffer of the caller's: bounded, UTF-8 to the last byte, the same in every locale.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_TEXT_H
#define CJT188_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a value's text, with all that can be read in its bytes, and a frame's sentence need at the most; where less is given they are
 * cut between two characters. */
enum { CJT188_TEXT_MAX = 512, CJT188_SENTENCE_MAX = 1024 };

/* Always ends in NUL. Once something did not fit, nothing more is written. */
struct cjt188_text {
    char *buffer;
    size_t room;   /* without the NUL */
    size_t length;
    bool is_full;
};

/* size: of the buffer, at least 1. */
struct cjt188_text cjt188_text_start(char *buffer, size_t size);

void cjt188_put(struct cjt188_text *text, const char *more);
/* The first `length` bytes of it. */
void cjt188_put_part(struct cjt188_text *text, const char *more, size_t length);

/* "00FF2C": bytes in their order, `between` them where it is not NULL. */
void cjt188_put_hex(struct cjt188_text *text, const uint8_t *bytes, unsigned width, const char *between);
/* The same, last byte first: digits that came low byte first as they read. */
void cjt188_put_hex_reversed(struct cjt188_text *text, const uint8_t *bytes, unsigned width);
/* "00 FF 2C", no more than fits on a line. */
void cjt188_put_bytes(struct cjt188_text *text, const uint8_t *bytes, unsigned width);

/* ` "AT+RDMETER=UL"`: every run of bytes that can be read as ASCII text, at least 4 long, each behind a space; nothing where
 * there is none. beyond_digits: only those with a byte that can be neither digits nor a unit, for 2C 30 31 32 33 may be a number. */
void cjt188_put_readable(struct cjt188_text *text, const uint8_t *bytes, unsigned width, bool beyond_digits);

/* A whole number with at least so many decimal digits, and in hexadecimal with exactly so many. */
void cjt188_put_number(struct cjt188_text *text, uint64_t number, unsigned least_digits);
void cjt188_put_hex_number(struct cjt188_text *text, uint64_t number, unsigned digits);

/* number × 10^exponent, every digit of it: 7 and -3 is "0.007". */
void cjt188_put_decimal(struct cjt188_text *text, uint64_t number, int exponent);

/* A finite number rounded to so many significant digits (1 to 15), without zeros at the end: "-0.07", "15e-61" where it is
 * far from 1. */
void cjt188_put_real(struct cjt188_text *text, double number, unsigned significant);

/*
 * number × 10^exponent / 3.6, what joules are in watt hours, rounded half up to so many significant digits (1 to 15) or to a
 * whole number where that has more, without zeros at the end. The one rounding rule of this program.
 */
void cjt188_put_watt_hours(struct cjt188_text *text, uint64_t number, int exponent, unsigned significant);

#endif
