/* report-number.c
 * What a plot shows of undocumented bytes: the number that a proposed reading finds in them.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "report.h"

#include "cjt188-raw.h"

static double
masked_bits(double number, uint32_t mask)
{
    uint64_t bits = (uint64_t)number & mask;

    for (; mask != 0 && (mask & 1) == 0; mask >>= 1)
        bits >>= 1;
    return (double)bits;
}

bool
report_read_number(const struct proposal *reading, const uint8_t *bytes, double *number)
{
    const enum cjt188_value_kind kind = cjt188_raw_named(reading->kind);
    const struct cjt188_raw *raw = kind != CJT188_K_KINDS ? cjt188_raw(kind) : NULL;

    if (raw == NULL || raw->number == NULL || reading->width < raw->least || reading->width > raw->most ||
        !raw->number(bytes, reading->width, number))
        return false;
    if (kind == CJT188_K_BITS)
        *number = masked_bits(*number, reading->mask);
    return true;
}
