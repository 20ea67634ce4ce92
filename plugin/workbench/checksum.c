/* checksum.c
 * Bytes that change with everything before them: is it a checksum of those bytes?
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "propose.h"

/* Where the summed bytes may begin, from the first behind SER: what is tried is little, whatever was captured. How few of
 * them there are, and how many different contents must be right for a checksum to be offered. */
enum { STARTS = 16, COVERED_LEAST = 2, DISTINCT_LEAST = 3 };

/* What it costs to say which algorithm, order of bytes and start. Bits. What is the same in front of the bytes that are
 * kept, the identifier say, or another first value, turns a few bits round in all replies alike: it costs as much as these. */
static const double SAYING = 10;

/* A step over one byte, by `poly`, lowest bit first or highest. */
static const struct checksum {
    const char *name;
    enum { BY_SUM, BY_XOR, BY_LOW_BIT, BY_HIGH_BIT } way;
    unsigned width; /* bytes */
    uint16_t poly, first, at_end; /* `at_end` turns bits of the result round */
} checksums[] = {
    { "sum of 8 bits", BY_SUM, 1, 0, 0, 0 },
    { "exclusive or", BY_XOR, 1, 0, 0, 0 },
    { "CRC-8", BY_HIGH_BIT, 1, 0x07, 0, 0 },
    { "CRC-8/MAXIM", BY_LOW_BIT, 1, 0x8C, 0, 0 },
    { "sum of 16 bits", BY_SUM, 2, 0, 0, 0 },
    { "CRC-16/MODBUS", BY_LOW_BIT, 2, 0xA001, 0xFFFF, 0 },
    { "CRC-16/ARC", BY_LOW_BIT, 2, 0xA001, 0, 0 },
    { "CRC-16/CCITT-FALSE", BY_HIGH_BIT, 2, 0x1021, 0xFFFF, 0 },
    { "CRC-16/XMODEM", BY_HIGH_BIT, 2, 0x1021, 0, 0 },
    { "CRC-16/KERMIT", BY_LOW_BIT, 2, 0x8408, 0, 0 },
    { "CRC-16/X-25", BY_LOW_BIT, 2, 0x8408, 0xFFFF, 0xFFFF },
    { "CRC-16/EN-13757", BY_HIGH_BIT, 2, 0x3D65, 0, 0xFFFF },
    { "CRC-16/DNP", BY_LOW_BIT, 2, 0xA6BC, 0, 0xFFFF },
};

static uint16_t
take_byte(const struct checksum *checksum, uint16_t value, uint8_t byte)
{
    const unsigned bits = 8 * checksum->width;

    switch (checksum->way) {
    case BY_SUM:
        return (uint16_t)(value + byte);
    case BY_XOR:
        return value ^ byte;
    case BY_LOW_BIT:
        value ^= byte;
        for (unsigned i = 0; i < 8; i++)
            value = (uint16_t)(value >> 1 ^ ((value & 1) != 0 ? checksum->poly : 0));
        return value;
    default:
        value ^= (uint16_t)(byte << (bits - 8));
        for (unsigned i = 0; i < 8; i++)
            value = (uint16_t)(value << 1 ^ ((value >> (bits - 1) & 1) != 0 ? checksum->poly : 0));
        return value;
    }
}

static uint16_t
checksum_of(const struct checksum *checksum, const uint8_t *bytes, unsigned count)
{
    uint16_t value = checksum->first;

    for (unsigned i = 0; i < count; i++)
        value = take_byte(checksum, value, bytes[i]);
    return (uint16_t)((value ^ checksum->at_end) & (checksum->width == 1 ? UINT8_MAX : UINT16_MAX));
}

static uint16_t
sent_checksum(const struct window *window, unsigned sample, bool high_first)
{
    const uint8_t *bytes = window->series->data[sample] + window->at;

    return (uint16_t)(window->width == 1 ? bytes[0] : high_first ? bytes[0] << 8 | bytes[1] : bytes[1] << 8 | bytes[0]);
}

/* What was sent beside what it should be. */
static uint16_t
difference_of(const struct window *window, const struct checksum *checksum, unsigned from, bool high_first, unsigned sample)
{
    const uint16_t sent = sent_checksum(window, sample, high_first);
    const uint16_t due = checksum_of(checksum, window->series->data[sample] + from, window->at - from);
    const unsigned all = checksum->width == 1 ? UINT8_MAX : UINT16_MAX;

    return checksum->way == BY_SUM ? (uint16_t)((unsigned)(sent - due) & all) : sent ^ due;
}

/* The same difference in all replies; of those that begin with the first byte it need not be 0. */
static bool
is_right_everywhere(const struct window *window, const struct checksum *checksum, unsigned from, bool high_first,
                    uint16_t *difference)
{
    *difference = difference_of(window, checksum, from, high_first, 0);
    if (*difference != 0 && from > 0)
        return false;
    for (unsigned i = 1; i < window->series->count; i++) {
        if (difference_of(window, checksum, from, high_first, i) != *difference)
            return false;
    }
    return true;
}

/* How many of the summed bytes differ between samples: of one alone its sum is no more than a copy. */
static unsigned
count_varying(const struct series *series, unsigned from, unsigned to)
{
    unsigned varying = 0;

    for (unsigned at = from; at < to; at++) {
        for (unsigned i = 1; i < series->count; i++) {
            if (series->data[i][at] != series->data[0][at]) {
                varying++;
                break;
            }
        }
    }
    return varying;
}

/* Different contents that were summed, up to SURE_SUMS. */
static unsigned
count_contents(const struct series *series, unsigned from, unsigned to)
{
    const uint8_t *seen[SURE_SUMS];
    unsigned count = 0;

    for (unsigned i = 0; i < series->count && count < SURE_SUMS; i++) {
        bool is_new = true;

        for (unsigned j = 0; j < count && is_new; j++)
            is_new = memcmp(series->data[i] + from, seen[j], to - from) != 0;
        if (is_new)
            seen[count++] = series->data[i] + from;
    }
    return count;
}

/* The longest run that it is a checksum of. */
static void
try_checksum(const struct window *window, const struct checksum *checksum, bool high_first, GArray *candidates)
{
    const struct series *series = window->series;
    const unsigned varying_least = checksum->way <= BY_XOR ? 2 : 1;

    for (unsigned from = 0; from < STARTS && from + COVERED_LEAST <= window->at; from++) {
        uint16_t difference;
        const unsigned distinct = is_right_everywhere(window, checksum, from, high_first, &difference) &&
            count_varying(series, from, window->at) >= varying_least ? count_contents(series, from, window->at) : 0;

        if (distinct < DISTINCT_LEAST + (difference != 0))
            continue;
        offer(candidates, window, (struct candidate){ .type = TYPE_CHECKSUM, .kind = CJT188_K_BYTES, .scale = 1,
                                                      .from = from, .algorithm = checksum->name, .high_first = high_first,
                                                      .with_front = difference != 0,
                                                      .gain = window->raw - SAYING -
                                                          (difference != 0 ? 8 * checksum->width : 0),
                                                      .distinct = distinct, .is_exact = true,
                                                      .exact = series->count, .compared = series->count });
        return;
    }
}

void
try_checksums(const struct window *window, GArray *candidates)
{
    if (window->width > 2 || window->series->count < DISTINCT_LEAST)
        return;
    for (unsigned i = 0; i < window->width; i++) {
        if (window->facts[i].constant)
            return;
    }
    for (size_t i = 0; i < array_length(checksums); i++) {
        if (checksums[i].width != window->width)
            continue;
        try_checksum(window, &checksums[i], false, candidates);
        if (window->width > 1)
            try_checksum(window, &checksums[i], true, candidates);
    }
}
