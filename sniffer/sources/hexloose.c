/* hexloose.c
 * The second reader: see hexloose.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "hexloose.h"
#include "framer.h"
#include "hextoken.h"

#include <stdlib.h>
#include <string.h>

enum { HEX = 16, DIGITS_MAX = 8 };

#define HEX_DIGITS "0123456789ABCDEFabcdef"

/* Which numbers of a line. */
enum which { ALL, FIRST, LAST };

/* Numbers of a base have so many digits; in hex, any number of pairs may stand together, and in hexdump's words of two
 * bytes the second one comes first. Listings have other numbers in front or behind. */
static const struct base {
    const char *digits;
    size_t min, max;
    int base;
    bool swapped;
    enum which which;
    bool again; /* what it finds, one before it may have found */
} bases[] = {
    { HEX_DIGITS, 2, HEXTOKEN_LINE_MAX, HEX, false, ALL, false },
    { HEX_DIGITS, 1, 2, HEX, false, ALL, true },
    { HEX_DIGITS, 2, 2, HEX, false, FIRST, true },
    { HEX_DIGITS, 2, 2, HEX, false, LAST, true },
    { HEX_DIGITS, 4, 4, HEX, true, ALL, false },
    { "0123456789", 1, 3, 10, false, ALL, false },
    { "0123456789", 1, 3, 10, false, FIRST, true },
    { "0123456789", 1, 3, 10, false, LAST, true },
    { "01234567", 3, 3, 8, false, ALL, false },
    { "01", DIGITS_MAX, DIGITS_MAX, 2, false, ALL, false },
};

enum {
    BASES = G_N_ELEMENTS(bases),
    HISTORY = 2 * CJT188_PIECE_MAX + HEXTOKEN_LINE_MAX, /* what the framer can hold back, and a line */
};

struct reading {
    struct hexloose *loose;
    const struct base *base;
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

    if (record->kind == CJT188_FRAME || record->kind == CJT188_DLT645)
        reading->loose->callback(reading->lines[(reading->taken + record->preamble) % HISTORY],
                                 reading->base->again, reading->loose->user);
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
        loose->readings[i].base = &bases[i];
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

/* Digits that stand together. */
struct digits {
    const char *text;
    size_t length;
    bool minus; /* in front of them */
};

static bool
next_digits(const struct base *base, const char *text, struct digits *digits)
{
    const char *at = digits->text == NULL ? text : digits->text + digits->length;

    while (*(at += strcspn(at, base->digits)) != '\0') {
        const size_t length = strspn(at, base->digits);
        const char before = at > text ? at[-1] : ' ';

        if (length >= base->min && length <= base->max && (base->base != HEX || base->min < 2 || length % 2 == 0) &&
            !is_in_word(base, before, at[length])) {
            *digits = (struct digits){ at, length, base->base == 10 && before == '-' };
            return true;
        }
        at += length;
    }
    return false;
}

static void
push_digits(struct reading *reading, const struct digits *digits, uint64_t line)
{
    const struct base *base = reading->base;
    const size_t step = base->base == HEX && base->min >= 2 ? 2 : digits->length;
    char number[DIGITS_MAX + 1];

    for (size_t at = 0; at < digits->length; at += step) {
        memcpy(number, digits->text + (base->swapped ? digits->length - step - at : at), step);
        number[step] = '\0';
        push(reading, (digits->minus ? -1 : 1) * strtol(number, NULL, base->base), line);
    }
}

static void
take_line(struct reading *reading, const char *text, uint64_t line)
{
    const struct base *base = reading->base;
    struct digits digits = { .text = NULL };
    bool any = false;

    while (next_digits(base, text, &digits)) {
        any = true;
        if (base->which != LAST)
            push_digits(reading, &digits, line);
        if (base->which == FIRST)
            return;
    }
    if (any && base->which == LAST)
        push_digits(reading, &digits, line);
}

void
hexloose_take(struct hexloose *loose, const char *text, uint64_t line)
{
    for (size_t i = 0; i < BASES; i++)
        take_line(&loose->readings[i], text, line);
}

void
hexloose_finish(struct hexloose *loose)
{
    for (size_t i = 0; i < BASES; i++)
        framer_finish(loose->readings[i].framer);
}
