/* hexlist.h
 * Numbers side by side in a line: which of them are bytes, and in which base.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Decimal are [104,32,170], 104 32 170, Java's -2 for FE, and what stands without 0x in {0x68, 32, 0xAA}; they are known by
 * three digits or a sign, and a list that goes on in the next line stays decimal there. Of 68 20 1 A, the single digits in
 * the midst of bytes are bytes.
 */
#ifndef HEXLIST_H
#define HEXLIST_H

#include "hextoken.h"

/* Settle it for all tokens of a line. */
void hexlist_settle(struct token_line *line);

#endif
