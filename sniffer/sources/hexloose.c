/* hexloose.c
 * The second reader: see hexloose.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "hexloose.h"
#include "framer.h"
#include "hexlost.h"
#include "hextoken.h"

#include <stdlib.h>
#include <string.h>

enum { HEX = 16, DIGITS_MAX = 8 };

/* Numbers of a base have so many digits; in hex, any number of pairs may stand together. */
static const struct base {
    const char *digits;
    size_t min, max;
    int base;
} bases[] = {
    { "0123456789ABCDEFabcdef", 2, HEXTOKEN_LINE_MAX, HEX },
    { "0123456789", 1, 3, 10 },
    { "01234567", 3, 3, 8 },
    { "01", DIGITS_MAX, DIGITS_MAX, 2 },
};

enum {
    BASES = G_N_ELEMENTS(bases),
    HISTORY = 2 * CJT188_PIECE_MAX + HEXTOKEN_LINE_MAX, /* what the framer can hold back, and a line */
};

struct reading {
    struct hexloose *loose;
    struct framer *framer;
    uint64_t lines[HISTORY]; /* of each byte */
    uint64_t pushed, taken;
};

struct hexloose {
    hexloose_callback callback;
    void *user;
    struct reading readings[BASES];
};

static void
on_record(const struct record *record, void *user)
{
    struct reading *reading = user;

    if (hexlost_is_frame(record))
        reading->loose->callback(reading->lines[(reading->taken + record->preamble) % HISTORY], reading->loose->user);
    reading->taken += record->length;
}

struct hexloose *
hexloose_new(hexloose_callback callback, void *user)
{
    struct hexloose *loose = g_new0(struct hexloose, 1);

    loose->callback = callback;
    loose->user = user;
    for (size_t i = 0; i < BASES; i++) {
        loose->readings[i].loose = loose;
        loose->readings[i].framer = framer_new(0, on_record, &loose->readings[i]);
    }
    return loose;
}

void
hexloose_free(struct hexloose *loose)
{
    if (loose == NULL)
        return;
    for (size_t i = 0; i < BASES; i++)
        framer_free(loose->readings[i].framer);
    g_free(loose);
}

static void
push(struct reading *reading, long value, uint64_t line)
{
    const uint8_t byte = (uint8_t)value;

    if (value < INT8_MIN || value > UINT8_MAX)
        return;
    reading->lines[reading->pushed++ % HISTORY] = line;
    framer_push(reading->framer, &byte, NULL, 1, 0);
}

/* The digits in a word are none, but 0xFE, FEh and &HFE are. */
static bool
is_in_word(const struct base *base, char before, char behind)
{
    return base->base == HEX
        ? (g_ascii_isalpha(before) && strchr("xXhH", before) == NULL) ||
            (g_ascii_isalpha(behind) && strchr("hHuUxX", behind) == NULL)
        : g_ascii_isalnum(before) || g_ascii_isalnum(behind) || before == '.' || behind == '.';
}

/* Digits that stand together; `minus` is in front of them. */
static void
take_digits(struct reading *reading, const struct base *base, const char *text, size_t length, bool minus, uint64_t line)
{
    const size_t step = base->base == HEX ? base->min : length;
    char digits[DIGITS_MAX + 1];

    if (length < base->min || length > base->max || length % step != 0)
        return;
    for (size_t at = 0; at < length; at += step) {
        memcpy(digits, text + at, step);
        digits[step] = '\0';
        push(reading, (minus ? -1 : 1) * strtol(digits, NULL, base->base), line);
    }
}

static void
take_base(struct reading *reading, const struct base *base, const char *text, uint64_t line)
{
    const char *at = text + strcspn(text, base->digits);

    while (*at != '\0') {
        const size_t length = strspn(at, base->digits);
        const char before = at > text ? at[-1] : ' ';

        if (!is_in_word(base, before, at[length]))
            take_digits(reading, base, at, length, base->base == 10 && before == '-', line);
        at += length;
        at += strcspn(at, base->digits);
    }
}

void
hexloose_take(struct hexloose *loose, const char *text, uint64_t line)
{
    for (size_t i = 0; i < BASES; i++)
        take_base(&loose->readings[i], &bases[i], text, line);
}

void
hexloose_finish(struct hexloose *loose)
{
    for (size_t i = 0; i < BASES; i++)
        framer_finish(loose->readings[i].framer);
}
