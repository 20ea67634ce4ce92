/* mask.h
 * Finds the numbers of meters in bytes and in text, so that a page shows none.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_MASK_H
#define CJT188_MASK_H

#include "bus/tap.h"

struct mask;

enum { MASK_NUMBERS = 1 << 13 }; /* so many it can know */

struct mask *mask_new(void);
void mask_free(struct mask *mask);

/* A0 to A4 of a meter, and what a page calls it. Zeros alone tell nobody from another and are left out. */
void mask_add(struct mask *mask, const uint8_t number[5], const char *name);

/* The same of the number in a piece of a packet, damaged or not, if there is one. */
void mask_add_seen(struct mask *mask, const struct cjt188_seen *seen, const char *name);

/* Were there more numbers than it can know? Then any digits that could be one are, in what a person has typed. */
bool mask_is_partial(const struct mask *mask);

/* The addresses in the user's tables are numbers of meters, too, whether a frame has them or not. Of two who
 * have the same digits the first gives them its name, here as everywhere. */
void mask_add_tables(struct mask *mask, const char *name);

/*
 * Which of the bytes at..at + width of data[length] take part in a number? Those become true in hidden[width], the others
 * stay as they are; returns whether there are any. A number may be there as digits in any order and half a byte off, as
 * a binary number or as text. `loosely`: three bytes of a number in a row count as well, two of those of `own`, the meter
 * that sent the data, a single byte of a whole one, a digit in each byte, and digits that are inverted or have 33H added.
 */
bool mask_bytes(const struct mask *mask, const uint8_t *data, unsigned length, unsigned at, unsigned width,
                const uint8_t own[5], bool loosely, bool *hidden);

/*
 * Put names in place of the numbers that stand in a text by themselves. `loosely`, for what a person has typed: wherever they
 * stand, in any digits that Unicode has, with something between them or without, with other digits before and behind, turned
 * round, as a decimal number of their hexadecimal digits and the other way, without leading zeros, and six digits of one.
 */
void mask_text(const struct mask *mask, GString *text, bool loosely);

/* What a person has typed, masked so; as it is where `mask` is NULL. The caller frees. */
char *mask_words(const struct mask *mask, const char *words);

#endif
