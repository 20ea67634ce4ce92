/* cjt188-pattern.c
 * Patterns of addresses, as users' tables have them.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "cjt188-tables.h"

#include <string.h>

enum { SHORT_DIGITS = 8, NUMBER_DIGITS = 10, ADDRESS_DIGITS = 14, HIGHEST = 4 };

/* The value of a hexadecimal digit, or -1. */
static int
digit_value(char digit)
{
    static const char digits[] = "0123456789ABCDEF0123456789abcdef";
    const char *at = memchr(digits, digit, sizeof digits - 1);

    return at != NULL ? (int)(at - digits) % 16 : -1;
}

bool
cjt188_is_pattern(const char *text)
{
    const size_t digits = text != NULL ? strlen(text) : 0;

    if (digits != SHORT_DIGITS && digits != NUMBER_DIGITS && digits != ADDRESS_DIGITS)
        return false;
    for (; *text != '\0'; text++) {
        if (*text != '?' && digit_value(*text) < 0)
            return false;
    }
    return true;
}

bool
cjt188_pattern_matches(const char *pattern, const uint8_t address[CJT188_ADDRESS_LENGTH])
{
    const size_t digits = strlen(pattern);

    if (digits == SHORT_DIGITS && address[HIGHEST] != 0)
        return false;
    for (size_t i = 0; i < digits; i++) {
        const uint8_t byte = address[(digits - 1 - i) / 2];

        if (pattern[i] != '?' && digit_value(pattern[i]) != (i % 2 == 0 ? byte >> 4 : byte & 0x0F))
            return false;
    }
    return true;
}
