/* cjt188-text.c
 * Text written into a buffer of the caller's.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * No printf: most texts are a few digits, and printing them would cost more than decoding the frame they are from.
 */
#include "cjt188-text.h"

#include "cjt188-bytes.h"

#include <string.h>

static const char hex_digits[] = "0123456789ABCDEF";

struct cjt188_text
cjt188_text_start(char *buffer, size_t size)
{
    buffer[0] = '\0';
    return (struct cjt188_text){ buffer, size - 1, 0, false };
}

void
cjt188_put_part(struct cjt188_text *text, const char *more, size_t length)
{
    if (text->is_full)
        return;
    if (length > text->room - text->length) {
        text->is_full = true;
        length = text->room - text->length;
        while (length > 0 && ((unsigned char)more[length] & 0xC0) == 0x80) /* not within a character */
            length--;
    }
    memcpy(text->buffer + text->length, more, length);
    text->length += length;
    text->buffer[text->length] = '\0';
}

void
cjt188_put(struct cjt188_text *text, const char *more)
{
    cjt188_put_part(text, more, strlen(more));
}

static void
put_hex_byte(struct cjt188_text *text, uint8_t byte)
{
    const char two[] = { hex_digits[byte >> 4], hex_digits[byte & 0x0F] };

    cjt188_put_part(text, two, sizeof two);
}

void
cjt188_put_hex(struct cjt188_text *text, const uint8_t *bytes, unsigned width, const char *between)
{
    for (unsigned i = 0; i < width; i++) {
        if (i > 0 && between != NULL)
            cjt188_put(text, between);
        put_hex_byte(text, bytes[i]);
    }
}

void
cjt188_put_hex_reversed(struct cjt188_text *text, const uint8_t *bytes, unsigned width)
{
    for (unsigned i = width; i > 0; i--)
        put_hex_byte(text, bytes[i - 1]);
}

void
cjt188_put_bytes(struct cjt188_text *text, const uint8_t *bytes, unsigned width)
{
    enum { SHOWN = 32 };

    cjt188_put_hex(text, bytes, width < SHOWN ? width : SHOWN, " ");
    if (width > SHOWN)
        cjt188_put(text, " …");
}

static bool
is_readable(uint8_t byte)
{
    return byte >= ' ' && byte <= '~';
}

void
cjt188_put_readable(struct cjt188_text *text, const uint8_t *bytes, unsigned width, bool beyond_digits)
{
    enum { LEAST = 4, BEHIND_UNITS = 0x30 }; /* 2C, a comma, is m³ */

    for (unsigned from = 0, to; from < width; from = to + 1) {
        bool is_text = !beyond_digits;

        for (to = from; to < width && is_readable(bytes[to]); to++)
            is_text = is_text || (bytes[to] >= BEHIND_UNITS && !cjt188_is_bcd(bytes[to]));
        if (to - from < LEAST || !is_text)
            continue;
        cjt188_put(text, " \"");
        cjt188_put_part(text, (const char *)bytes + from, to - from);
        cjt188_put(text, "\"");
    }
}

enum { NUMBER_DIGITS = 20 };

/* The decimal digits of a number at the end of digits[NUMBER_DIGITS]; returns how many. */
static unsigned
decimal_digits(uint64_t number, char digits[NUMBER_DIGITS])
{
    unsigned count = 0;

    do {
        digits[NUMBER_DIGITS - ++count] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return count;
}

static void
put_zeros(struct cjt188_text *text, unsigned count)
{
    for (; count > 0; count--)
        cjt188_put_part(text, "0", 1);
}

void
cjt188_put_number(struct cjt188_text *text, uint64_t number, unsigned least_digits)
{
    char digits[NUMBER_DIGITS];
    const unsigned count = decimal_digits(number, digits);

    put_zeros(text, least_digits > count ? least_digits - count : 0);
    cjt188_put_part(text, digits + NUMBER_DIGITS - count, count);
}

void
cjt188_put_hex_number(struct cjt188_text *text, uint64_t number, unsigned digits)
{
    static const char lower[] = "0123456789abcdef";

    cjt188_put_part(text, "0x", 2);
    while (digits > 0)
        cjt188_put_part(text, &lower[number >> 4 * --digits & 0x0F], 1);
}

void
cjt188_put_decimal(struct cjt188_text *text, uint64_t number, int exponent)
{
    const unsigned places = exponent < 0 ? (unsigned)-exponent : 0;
    char digits[NUMBER_DIGITS];
    const unsigned count = decimal_digits(number, digits);
    const char *first = digits + NUMBER_DIGITS - count;

    if (count > places) {
        cjt188_put_part(text, first, count - places);
        first += count - places;
    } else {
        put_zeros(text, 1);
    }
    if (places > 0) {
        cjt188_put_part(text, ".", 1);
        put_zeros(text, places > count ? places - count : 0);
        cjt188_put_part(text, first, count > places ? places : count);
    } else if (number != 0) {
        put_zeros(text, (unsigned)exponent);
    }
}

/* number × 10^exponent; of a power of ten that a double has exactly the result is rounded once. */
static double
times_power(double number, int exponent)
{
    enum { EXACT = 22 };
    static const double powers[EXACT + 1] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                              1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };

    for (; exponent > EXACT; exponent -= EXACT)
        number *= powers[EXACT];
    for (; exponent < -EXACT; exponent += EXACT)
        number /= powers[EXACT];
    return exponent < 0 ? number / powers[-exponent] : number * powers[exponent];
}

/* Writes its exponent, if it has one, behind an e. */
static void
put_digits(struct cjt188_text *text, uint64_t digits, int exponent)
{
    enum { FAR = 30 };

    if (exponent >= -FAR && exponent <= FAR) {
        cjt188_put_decimal(text, digits, exponent);
        return;
    }
    cjt188_put_number(text, digits, 1);
    cjt188_put(text, exponent < 0 ? "e-" : "e");
    cjt188_put_number(text, (uint64_t)(exponent < 0 ? -exponent : exponent), 1);
}

void
cjt188_put_real(struct cjt188_text *text, double number, unsigned significant)
{
    const double size = number < 0 ? -number : number;
    double least = 1;
    uint64_t digits;
    int exponent = 0;

    for (unsigned i = 1; i < significant; i++)
        least *= 10;
    while (size != 0 && times_power(size, -exponent) < least)
        exponent--;
    while (times_power(size, -exponent) >= 10 * least)
        exponent++;
    digits = (uint64_t)(times_power(size, -exponent) + 0.5);
    for (; digits != 0 && digits % 10 == 0 && exponent != 0; digits /= 10)
        exponent++;
    if (number < 0 && digits != 0)
        cjt188_put(text, "-");
    put_digits(text, digits, exponent);
}

void
cjt188_put_watt_hours(struct cjt188_text *text, uint64_t number, int exponent, unsigned significant)
{
    enum { DIVISOR = 36, HALF = DIVISOR / 2 }; /* 1 / 3.6 is 10 / 36 */
    uint64_t end = 1, unit = 1, rest;

    for (unsigned i = 0; i < significant; i++)
        end *= 10;
    for (; number != 0 && number <= UINT64_MAX / 10; number *= 10)
        exponent--;
    rest = number % DIVISOR;
    number /= DIVISOR;
    exponent++;
    for (; number / unit >= end && exponent < 0; unit *= 10)
        exponent++;
    if (unit > 1) /* what is cut off is at least a half whether or not there is a rest below it */
        number = (number + unit / 2) / unit;
    else if (rest >= HALF)
        number++;
    for (; number != 0 && number % 10 == 0 && exponent < 0; number /= 10)
        exponent++;
    cjt188_put_decimal(text, number, number == 0 ? 0 : exponent);
}
