/* mask.c
 * Finds the numbers of meters in bytes and in text, so that a page shows none.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A number is looked up, not searched for: at each place of the data what stands there is read in every way that a meter may
 * write its number, and each reading is a key. So thousands of meters cost no more than one.
 */
#include "mask.h"

#include <stdio.h>
#include <string.h>

enum { NUMBER_BYTES = 5, WHOLE = 4, PART = 3, PAIR = 2, REACH = 4 * WHOLE - 1 };

struct mask {
    GHashTable *wholes;   /* four bytes of a number, as they stand and in other orders */
    GHashTable *parts;    /* three bytes of one, likewise */
    GHashTable *decimals; /* its last eight digits, high digit first */
    GHashTable *names;    /* text of a number -> what it is called */
};

/* ---- numbers ---- */

struct mask *
mask_new(void)
{
    struct mask *mask = g_new0(struct mask, 1);

    mask->wholes = g_hash_table_new(g_direct_hash, g_direct_equal);
    mask->parts = g_hash_table_new(g_direct_hash, g_direct_equal);
    mask->decimals = g_hash_table_new(g_direct_hash, g_direct_equal);
    mask->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return mask;
}

void
mask_free(struct mask *mask)
{
    g_hash_table_destroy(mask->wholes);
    g_hash_table_destroy(mask->parts);
    g_hash_table_destroy(mask->decimals);
    g_hash_table_destroy(mask->names);
    g_free(mask);
}

static uint32_t
high_first(const uint8_t *bytes, unsigned width)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < width; i++)
        value = value << 8 | bytes[i];
    return value;
}

/* The digits of each byte change places. */
static uint32_t
swapped(uint32_t value)
{
    return (value & 0x0F0F0F0F) << 4 | (value >> 4 & 0x0F0F0F0F);
}

/* Bytes of a number, low byte first, in both orders of the bytes and of the digits in each. */
static void
add_orders(GHashTable *keys, const uint8_t *low_first, unsigned width)
{
    uint8_t turned[WHOLE];

    for (unsigned i = 0; i < width; i++)
        turned[i] = low_first[width - 1 - i];
    g_hash_table_add(keys, GUINT_TO_POINTER(high_first(low_first, width)));
    g_hash_table_add(keys, GUINT_TO_POINTER(swapped(high_first(low_first, width))));
    g_hash_table_add(keys, GUINT_TO_POINTER(high_first(turned, width)));
    g_hash_table_add(keys, GUINT_TO_POINTER(swapped(high_first(turned, width))));
}

static unsigned
bytes_set(const uint8_t *bytes, unsigned width)
{
    unsigned set = 0;

    for (unsigned i = 0; i < width; i++)
        set += bytes[i] != 0;
    return set;
}

static void
add_name(struct mask *mask, const uint8_t *number, unsigned width, const char *name)
{
    char text[2 * NUMBER_BYTES + 1], turned[2 * NUMBER_BYTES + 1];

    for (unsigned i = 0; i < width; i++) {
        snprintf(text + 2 * i, 3, "%02X", number[width - 1 - i]);
        snprintf(turned + 2 * i, 3, "%02X", number[i]);
    }
    g_hash_table_insert(mask->names, g_strdup(turned), g_strdup(name));
    g_hash_table_insert(mask->names, g_strdup(text), g_strdup(name));
}

void
mask_add(struct mask *mask, const uint8_t number[NUMBER_BYTES], const char *name)
{
    const unsigned width = number[NUMBER_BYTES - 1] != 0 ? NUMBER_BYTES : WHOLE;

    if (bytes_set(number, NUMBER_BYTES) == 0)
        return;
    add_name(mask, number, WHOLE, name);
    add_name(mask, number, NUMBER_BYTES, name);
    g_hash_table_add(
        mask->decimals,
        GUINT_TO_POINTER((uint32_t)number[3] << 24 | (uint32_t)number[2] << 16 | (uint32_t)number[1] << 8 | number[0]));
    for (unsigned i = 0; i + WHOLE <= width; i++) {
        if (bytes_set(number + i, WHOLE) > 0)
            add_orders(mask->wholes, number + i, WHOLE);
    }
    for (unsigned i = 0; i + PART <= width; i++) {
        if (bytes_set(number + i, PART) > 1) /* one byte and zeros could be anything */
            add_orders(mask->parts, number + i, PART);
    }
}

static bool
has(GHashTable *keys, uint32_t key)
{
    return g_hash_table_contains(keys, GUINT_TO_POINTER(key));
}

/* ---- in bytes: each reading tells how many bytes it takes, 0 when it is none ---- */

static unsigned
digits_at(GHashTable *keys, const uint8_t *bytes, unsigned left, unsigned width)
{
    uint8_t between[WHOLE];

    if (left >= width && has(keys, high_first(bytes, width)))
        return width;
    if (left <= width)
        return 0;
    for (unsigned i = 0; i < width; i++) /* half a byte off */
        between[i] = (uint8_t)(bytes[i] << 4 | bytes[i + 1] >> 4);
    return has(keys, high_first(between, width)) ? width + 1 : 0;
}

/* The last eight decimal digits as they stand in a number. */
static uint32_t
to_digits(uint64_t value)
{
    uint32_t digits = 0;

    for (unsigned i = 0; i < 2 * WHOLE; i++, value /= 10)
        digits |= (uint32_t)(value % 10) << 4 * i;
    return digits;
}

static unsigned
binary_at(const struct mask *mask, const uint8_t *bytes, unsigned left)
{
    static const uint64_t least[] = { [PART] = 0x10000, [WHOLE] = 1, [NUMBER_BYTES] = UINT64_C(0x100000000) };

    for (unsigned width = PART; width <= NUMBER_BYTES && width <= left; width++) {
        uint64_t low = 0, high = 0;

        for (unsigned i = 0; i < width; i++) {
            low = low << 8 | bytes[width - 1 - i];
            high = high << 8 | bytes[i];
        }
        if ((low >= least[width] && has(mask->decimals, to_digits(low))) ||
            (high >= least[width] && has(mask->decimals, to_digits(high))))
            return width;
    }
    return 0;
}

/* Text, with a sign between digits or without; in UTF-16 that sign is 00. */
static unsigned
text_at(GHashTable *keys, const uint8_t *bytes, unsigned left, unsigned width)
{
    static const char between[] = " -./:_,"; /* and the 00 that ends it */
    unsigned at = 0;
    uint32_t key = 0;

    for (unsigned i = 0; i < 2 * width; i++, at++) {
        at += i > 0 && at < left && memchr(between, bytes[at], sizeof between) != NULL;
        if (at >= left || !g_ascii_isxdigit((char)bytes[at]))
            return 0;
        key = key << 4 | (uint32_t)g_ascii_xdigit_value((char)bytes[at]);
    }
    return has(keys, key) ? at : 0;
}

/* A digit in each byte. */
static unsigned
unpacked_at(GHashTable *keys, const uint8_t *bytes, unsigned left, unsigned width)
{
    uint32_t key = 0;

    if (left < 2 * width)
        return 0;
    for (unsigned i = 0; i < 2 * width; i++) {
        if (bytes[i] > 9)
            return 0;
        key = key << 4 | bytes[i];
    }
    return has(keys, key) ? 2 * width : 0;
}

/* Digits with 33H added to each byte, and inverted ones. */
static unsigned
disguised_at(GHashTable *keys, const uint8_t *bytes, unsigned left, unsigned width)
{
    uint8_t plus33[WHOLE + 1] = { 0 }, inverted[WHOLE + 1] = { 0 };

    left = MIN(left, width + 1);
    for (unsigned i = 0; i < left; i++) {
        plus33[i] = (uint8_t)(bytes[i] - 0x33);
        inverted[i] = (uint8_t)~bytes[i];
    }
    return MAX(digits_at(keys, plus33, left, width), digits_at(keys, inverted, left, width));
}

static unsigned
pair_at(const uint8_t *bytes, unsigned left, const uint8_t *own)
{
    for (unsigned i = 0; left >= PAIR && i + 1 < NUMBER_BYTES; i++) {
        if (own[i] != 0 && own[i + 1] != 0 &&
            ((bytes[0] == own[i] && bytes[1] == own[i + 1]) || (bytes[0] == own[i + 1] && bytes[1] == own[i])))
            return PAIR;
    }
    return 0;
}

static unsigned
number_at(const struct mask *mask, const uint8_t *bytes, unsigned left, const uint8_t *own, bool loosely)
{
    unsigned most = MAX(digits_at(mask->wholes, bytes, left, WHOLE), text_at(mask->wholes, bytes, left, WHOLE));

    most = MAX(most, binary_at(mask, bytes, left));
    if (!loosely)
        return most;
    most = MAX(most, unpacked_at(mask->wholes, bytes, left, WHOLE));
    most = MAX(most, disguised_at(mask->wholes, bytes, left, WHOLE));
    most = MAX(most, digits_at(mask->parts, bytes, left, PART));
    most = MAX(most, text_at(mask->parts, bytes, left, PART));
    most = MAX(most, unpacked_at(mask->parts, bytes, left, PART));
    return MAX(most, pair_at(bytes, left, own));
}

bool
mask_finds(const struct mask *mask, const uint8_t *data, unsigned length, unsigned at, unsigned width,
           const uint8_t own[5], bool loosely)
{
    const unsigned least = loosely ? 1 : PAIR;

    for (unsigned i = at > REACH ? at - REACH : 0; i < at + width; i++) {
        const unsigned end = i + number_at(mask, data + i, length - i, own, loosely);

        if (MIN(end, at + width) >= MAX(i, at) + least)
            return true;
    }
    return false;
}

/* ---- in text ---- */

/* A number with decimal places is no meter's. */
static bool
stands_alone(const char *text, size_t from, size_t to)
{
    const bool behind_point = from > 1 && text[from - 1] == '.' && g_ascii_isdigit(text[from - 2]);

    return !behind_point && !(text[to] == '.' && g_ascii_isdigit(text[to + 1]));
}

void
mask_text(const struct mask *mask, GString *text)
{
    GString *masked = g_string_sized_new(text->len);

    for (size_t at = 0; at < text->len;) {
        const size_t end = at + strspn(text->str + at, "0123456789ABCDEF");
        char *token = g_strndup(text->str + at, end - at);
        const char *name =
            stands_alone(text->str, at, end) ? (const char *)g_hash_table_lookup(mask->names, token) : NULL;

        if (end == at)
            g_string_append_c(masked, text->str[at++]);
        else
            g_string_append(masked, name != NULL ? name : token);
        at = MAX(at, end);
        g_free(token);
    }
    g_string_assign(text, masked->str);
    g_string_free(masked, true);
}
