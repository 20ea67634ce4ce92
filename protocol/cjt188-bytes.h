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

/* A binary number of up to 8 bytes. */
static inline uint64_t
cjt188_low_first(const uint8_t *bytes, unsigned width)
{
    uint64_t number = 0;

    if (width == 4) /* most are of 4 bytes, which this reads at once */
        return (uint32_t)bytes[3] << 24 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[1] << 8 | bytes[0];
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

/* Decimal digits of up to 8 bytes, low byte first. Returns false where a half is no digit; then *number is of no use. All
 * digits at once: pairs of digits become numbers below 100, pairs of these numbers below 10000, and so on. */
static inline bool
cjt188_bcd_low_first(const uint8_t *bytes, unsigned width, uint64_t *number)
{
    const uint64_t packed = cjt188_low_first(bytes, width);
    const uint64_t above_nine = (packed >> 3) & (packed >> 2 | packed >> 1) & UINT64_C(0x1111111111111111);
    uint64_t n = packed - 6 * (packed >> 4 & UINT64_C(0x0F0F0F0F0F0F0F0F));

    n -= 156 * (n >> 8 & UINT64_C(0x00FF00FF00FF00FF));
    n -= 55536 * (n >> 16 & UINT64_C(0x0000FFFF0000FFFF));
    *number = (n & UINT32_MAX) + (n >> 32) * 100000000;
    return above_nine == 0;
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
