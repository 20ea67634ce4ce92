/* hexloose.c
 * The second reader: see hexloose.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "hexloose.h"
#include "framer.h"
#include "hextoken.h"

#include <string.h>

enum { HEX = 16, DIGITS_MAX = 8 };

/* Which numbers of a line. */
enum which { ALL, FIRST, LAST };

/* Numbers of a base have so many digits; in hex, any number of pairs may stand together, and in hexdump's words of two
 * bytes the second one comes first. Listings have other numbers in front or behind. */
static const struct base {
    int base;
    size_t min, max;
    bool swapped;
    enum which which;
    bool again; /* what it finds, one before it may have found */
} bases[] = {
    { HEX, 2, HEXTOKEN_LINE_MAX, false, ALL, false },
    { HEX, 1, 2, false, ALL, true },
    { HEX, 2, 2, false, FIRST, true },
    { HEX, 2, 2, false, LAST, true },
    { HEX, 4, 4, true, ALL, false },
    { 10, 1, 3, false, ALL, false },
    { 10, 1, 3, false, FIRST, true },
    { 10, 1, 3, false, LAST, true },
    { 8, 3, 3, false, ALL, false },
    { 2, DIGITS_MAX, DIGITS_MAX, false, ALL, false },
};

enum {
    BASES = G_N_ELEMENTS(bases),
    HISTORY = 2 * CJT188_PIECE_MAX, /* more than the framer can hold back */
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
        reading->loose->callback(reading->lines[(reading->taken + record->preamble) % HISTORY], reading->base->again,
                                 reading->loose->user);
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
push(struct reading *reading, int value, uint64_t line)
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
    if (base->base != HEX)
        return g_ascii_isalnum(before) || g_ascii_isalnum(behind) || before == '.' || behind == '.';
    return (g_ascii_isalpha(before) && strchr("xXhH", before) == NULL) ||
        (g_ascii_isalpha(behind) && strchr("hHuUxX", behind) == NULL);
}

/* Digits that stand together. */
struct digits {
    const char *text;
    size_t length;
    bool minus; /* in front of them */
};

static int
digit_value(char c)
{
    return c >= '0' && c <= '9' ? c - '0'
        : c >= 'a' && c <= 'f'  ? c - 'a' + 10
        : c >= 'A' && c <= 'F'  ? c - 'A' + 10
                                : HEX;
}

static bool
next_digits(const struct base *base, const char *text, struct digits *digits)
{
    const char *at = digits->text == NULL ? text : digits->text + digits->length, *end;

    for (; *at != '\0'; at = end) {
        const char before = at > text ? at[-1] : ' ';

        end = at;
        while (digit_value(*end) < base->base)
            end++;
        *digits = (struct digits){ at, (size_t)(end - at), base->base == 10 && before == '-' };
        if (end == at)
            end++;
        else if (digits->length >= base->min && digits->length <= base->max &&
                 (base->base != HEX || base->min < 2 || digits->length % 2 == 0) && !is_in_word(base, before, *end))
            return true;
    }
    return false;
}

static void
push_digits(struct reading *reading, const struct digits *digits, uint64_t line)
{
    const struct base *base = reading->base;
    const size_t step = base->base == HEX && base->min >= 2 ? 2 : digits->length;

    for (size_t at = 0; at < digits->length; at += step) {
        const char *number = digits->text + (base->swapped ? digits->length - step - at : at);
        int value = 0;

        for (size_t i = 0; i < step; i++)
            value = value * base->base + digit_value(number[i]);
        push(reading, digits->minus ? -value : value, line);
    }
}

static void
take_line(struct reading *reading, const char *text, uint64_t line)
{
    const struct base *base = reading->base;
    struct digits digits = { .text = NULL }, last = digits;

    while (next_digits(base, text, &digits)) {
        last = digits;
        if (base->which != LAST)
            push_digits(reading, &digits, line);
        if (base->which == FIRST)
            return;
    }
    if (last.text != NULL && base->which == LAST)
        push_digits(reading, &last, line);
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
