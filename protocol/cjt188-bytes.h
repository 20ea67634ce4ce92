/* cjt188-bytes.h
 * How bytes become whole numbers: the primitives that every value is made of, here once.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_BYTES_H
#define CJT188_BYTES_H

#include <stdbool.h>
#include <stdint.h>

/* Are both halves of a byte decimal digits? */
static inline bool
cjt188_is_bcd(uint8_t byte)
{
    return (byte >> 4) <= 9 && (byte & 0x0F) <= 9;
}

/* Two decimal digits, or -1. */
static inline int
cjt188_bcd_byte(uint8_t byte)
{
    return cjt188_is_bcd(byte) ? (byte >> 4) * 10 + (byte & 0x0F) : -1;
}

/* Decimal digits of up to 8 bytes, low byte first. Returns false where a half is no digit; then *number counts it all the
 * same. */
static inline bool
cjt188_bcd_low_first(const uint8_t *bytes, unsigned width, uint64_t *number)
{
    bool is_decimal = true;

    *number = 0;
    for (unsigned i = width; i > 0; i--) {
        const uint8_t byte = bytes[i - 1];

        is_decimal = is_decimal && cjt188_is_bcd(byte);
        *number = *number * 100 + (uint64_t)(byte >> 4) * 10 + (byte & 0x0F);
    }
    return is_decimal;
}

/* A binary number of up to 8 bytes. */
static inline uint64_t
cjt188_low_first(const uint8_t *bytes, unsigned width)
{
    uint64_t number = 0;

    for (unsigned i = width; i > 0; i--)
        number = number << 8 | bytes[i - 1];
    return number;
}

static inline uint64_t
cjt188_high_first(const uint8_t *bytes, unsigned width)
{
    uint64_t number = 0;

    for (unsigned i = 0; i < width; i++)
        number = number << 8 | bytes[i];
    return number;
}

static inline bool
cjt188_all_are(const uint8_t *bytes, unsigned width, uint8_t value)
{
    for (unsigned i = 0; i < width; i++) {
        if (bytes[i] != value)
            return false;
    }
    return true;
}

#endif
