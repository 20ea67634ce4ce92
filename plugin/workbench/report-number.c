/* report-number.c
 * What a plot shows of undocumented bytes: the number that a proposed reading finds in them.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "report.h"

#include "cjt188-bytes.h"

typedef bool read_number(const struct proposal *reading, const uint8_t *bytes, double *number);

static bool
read_bcd(const struct proposal *reading, const uint8_t *bytes, double *number)
{
    uint64_t value;

    if (!cjt188_bcd_low_first(bytes, reading->width, &value))
        return false;
    *number = (double)value;
    return true;
}

static bool
read_low(const struct proposal *reading, const uint8_t *bytes, double *number)
{
    *number = (double)cjt188_low_first(bytes, reading->width);
    return true;
}

static bool
read_high(const struct proposal *reading, const uint8_t *bytes, double *number)
{
    *number = (double)cjt188_high_first(bytes, reading->width);
    return true;
}

static double
with_sign(double number, unsigned width)
{
    double end = 1;

    while (width-- > 0)
        end *= 256;
    return number >= end / 2 ? number - end : number;
}

static bool
read_signed_low(const struct proposal *reading, const uint8_t *bytes, double *number)
{
    *number = with_sign((double)cjt188_low_first(bytes, reading->width), reading->width);
    return true;
}

static bool
read_signed_high(const struct proposal *reading, const uint8_t *bytes, double *number)
{
    *number = with_sign((double)cjt188_high_first(bytes, reading->width), reading->width);
    return true;
}

static bool
read_bits(const struct proposal *reading, const uint8_t *bytes, double *number)
{
    uint64_t bits = cjt188_low_first(bytes, reading->width) & reading->mask;

    for (uint64_t mask = reading->mask; mask != 0 && (mask & 1) == 0; mask >>= 1)
        bits >>= 1;
    *number = (double)bits;
    return true;
}

static bool
read_4096(const struct proposal *reading, const uint8_t *bytes, double *number)
{
    *number = (double)cjt188_low_first(bytes, reading->width) / 4096;
    return true;
}

/* Kinds of the user's table that are numbers; of any other, and of times and texts, there is no plot. */
static const struct {
    const char *kind;
    read_number *read;
} kinds[] = {
    { "BCD", read_bcd },
    { "unsigned, low byte first", read_low },
    { "unsigned, high byte first", read_high },
    { "signed, low byte first", read_signed_low },
    { "signed, high byte first", read_signed_high },
    { "bits", read_bits },
    { "value/4096", read_4096 },
};

bool
report_read_number(const struct proposal *reading, const uint8_t *bytes, double *number)
{
    for (size_t i = 0; i < array_length(kinds) && reading->width <= 8; i++) {
        if (g_str_equal(kinds[i].kind, reading->kind))
            return kinds[i].read(reading, bytes, number);
    }
    return false;
}
