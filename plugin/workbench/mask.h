/* mask.h
 * Finds the numbers of meters in bytes and in text, so that a page shows none.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_MASK_H
#define CJT188_MASK_H

#include <glib.h>

#include <stdbool.h>
#include <stdint.h>

struct mask;

struct mask *mask_new(void);
void mask_free(struct mask *mask);

/* A0 to A4 of a meter, and what a page calls it. Zeros alone tell nobody from another and are left out. */
void mask_add(struct mask *mask, const uint8_t number[5], const char *name);

/*
 * Do bytes at..at + width of data[length] take part in a number? It may be there as digits in any order and half a byte off, as
 * a binary number or as text. `loosely`: three bytes of a number in a row count as well, two of those of `own`, the meter
 * that sent the data, a single byte of a whole one, a digit in each byte, and digits that are inverted or have 33H added.
 */
bool mask_finds(const struct mask *mask, const uint8_t *data, unsigned length, unsigned at, unsigned width,
                const uint8_t own[5], bool loosely);

/* Put names in place of the numbers that stand in a text by themselves. */
void mask_text(const struct mask *mask, GString *text);

#endif
