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

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "compat.h"
#include "cjt188-bytes.h"

enum { NUMBER_BYTES = 5, WHOLE = 4, PART = 3, PAIR = 2, REACH = 4 * WHOLE - 1 };

/* Of a number in words: as short as that it may be, and as long: a decimal number of ten hexadecimal digits. */
enum { WORD_LEAST = 5, WORD_PART = 2 * PART, WORD_MOST = 13 };

struct mask {
    GHashTable *wholes;   /* four bytes of a number, as they stand and in other orders */
    GHashTable *parts;    /* three bytes of one, likewise */
    GHashTable *decimals; /* its last eight digits, high digit first */
    GHashTable *names;    /* text of a number -> what it is called */
    GHashTable *words;    /* the same of every text that a person may write it in */
    GStringChunk *texts;  /* what those two hold */
    GHashTable *known;    /* the numbers */
    char *other;          /* what one more would have been called; NULL: there was none */
};

/* ---- numbers ---- */

struct mask *
mask_new(void)
{
    struct mask *mask = g_new0(struct mask, 1);

    mask->wholes = g_hash_table_new(g_direct_hash, g_direct_equal);
    mask->parts = g_hash_table_new(g_direct_hash, g_direct_equal);
    mask->decimals = g_hash_table_new(g_direct_hash, g_direct_equal);
    mask->names = g_hash_table_new(g_str_hash, g_str_equal);
    mask->words = g_hash_table_new(g_str_hash, g_str_equal);
    mask->texts = g_string_chunk_new(BUFSIZ);
    mask->known = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    return mask;
}

void
mask_free(struct mask *mask)
{
    g_hash_table_destroy(mask->wholes);
    g_hash_table_destroy(mask->parts);
    g_hash_table_destroy(mask->decimals);
    g_hash_table_destroy(mask->names);
    g_hash_table_destroy(mask->words);
    g_string_chunk_free(mask->texts);
    g_hash_table_destroy(mask->known);
    g_free(mask->other);
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

/* Digits of a number in capitals, high byte first or low. */
static void
write_digits(const uint8_t *number, unsigned width, bool low_first, char text[2 * NUMBER_BYTES + 1])
{
    for (unsigned i = 0; i < width; i++)
        snprintf(text + 2 * i, 3, "%02X", number[low_first ? i : width - 1 - i]);
}

/* Some digits, unless they are another number's already. */
static void
add_text(struct mask *mask, GHashTable *texts, const char *digits, size_t length, const char *name)
{
    char *text = g_strndup(digits, length);

    if (!g_hash_table_contains(texts, text))
        g_hash_table_insert(texts, g_string_chunk_insert_const(mask->texts, text),
                            g_string_chunk_insert_const(mask->texts, name));
    g_free(text);
}

static void
add_name(struct mask *mask, const uint8_t *number, unsigned width, const char *name)
{
    char text[2 * NUMBER_BYTES + 1], turned[2 * NUMBER_BYTES + 1];

    write_digits(number, width, false, text);
    write_digits(number, width, true, turned);
    add_text(mask, mask->names, text, 2 * width, name);
    add_text(mask, mask->names, turned, 2 * width, name);
}

static void
add_word(struct mask *mask, const char *text, size_t length, const char *name)
{
    if (length >= WORD_LEAST && length <= WORD_MOST)
        add_text(mask, mask->words, text, length, name);
}

/* A text, without the zeros that it begins with, and parts of it that are not mostly zeros. */
static void
add_words(struct mask *mask, const char *text, const char *name)
{
    enum { LEAST_SET = 3 };
    const size_t length = strlen(text), zeros = strspn(text, "0");

    add_word(mask, text, length, name);
    add_word(mask, text + zeros, length - zeros, name);
    for (size_t at = 0; at + WORD_PART <= length; at++) {
        unsigned set = 0;

        for (size_t i = at; i < at + WORD_PART; i++)
            set += text[i] != '0';
        if (set >= LEAST_SET)
            add_word(mask, text + at, WORD_PART, name);
    }
}

/* Whoever says of bytes what number they are may take them in either order, and for digits or for a binary number. */
static void
add_readings(struct mask *mask, const uint8_t *number, unsigned width, const char *name)
{
    for (unsigned low_first = 0; low_first < 2; low_first++) {
        char digits[2 * NUMBER_BYTES + 1], other[WORD_MOST + 1];
        uint8_t binary[sizeof(uint64_t)];
        uint64_t decimal;

        write_digits(number, width, low_first, digits);
        add_words(mask, digits, name);
        g_strreverse(digits);
        add_words(mask, digits, name);
        g_strreverse(digits);
        snprintf(other, sizeof other, "%" PRIu64, (uint64_t)g_ascii_strtoull(digits, NULL, 16));
        add_word(mask, other, strlen(other), name);
        decimal = g_ascii_strtoull(digits, NULL, 10);
        snprintf(other, sizeof other, "%" PRIX64, decimal);
        add_word(mask, other, strlen(other), name);
        for (unsigned i = 0; i < width; i++)
            binary[i] = (uint8_t)(decimal >> 8 * i);
        write_digits(binary, width, true, other);
        add_word(mask, other, strlen(other), name);
    }
}

/* Another number, for which there is room? */
static bool
is_new(struct mask *mask, const uint8_t number[NUMBER_BYTES], const char *name)
{
    const uint64_t key = cjt188_low_first(number, NUMBER_BYTES);
    const bool is_known = key == 0 || g_hash_table_contains(mask->known, &key);

    if (is_known)
        return false;
    if (g_hash_table_size(mask->known) >= MASK_NUMBERS) {
        g_free(mask->other);
        mask->other = g_strdup(name);
        return false;
    }
    g_hash_table_add(mask->known, g_memdup2(&key, sizeof key));
    return true;
}

void
mask_add(struct mask *mask, const uint8_t number[NUMBER_BYTES], const char *name)
{
    const unsigned width = number[NUMBER_BYTES - 1] != 0 ? NUMBER_BYTES : WHOLE;

    if (!is_new(mask, number, name))
        return;
    add_name(mask, number, WHOLE, name);
    add_name(mask, number, NUMBER_BYTES, name);
    add_readings(mask, number, width, name);
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

void
mask_add_seen(struct mask *mask, const struct cjt188_seen *seen, const char *name)
{
    if (seen->has_addresses && !seen->line_error && seen->frame != NULL && !seen->frame->is_wildcard)
        mask_add(mask, seen->frame->bytes + CJT188_OFF_ADDRESS, name);
}

bool
mask_is_partial(const struct mask *mask)
{
    return mask->other != NULL;
}

/* Digits of a pattern of addresses: 8 or 10 of A4 to A0, 14 with the maker's before them. Of one with gaps, the digits that
 * stand together. */
static void
add_pattern(struct mask *mask, const char *pattern, const char *name)
{
    enum { WITH_MAKER = 14, MAKER = 4 };
    const char *digits = strlen(pattern) == WITH_MAKER ? pattern + MAKER : pattern;
    uint8_t number[NUMBER_BYTES] = { 0 };
    const size_t length = strlen(digits);

    if (!cjt188_is_pattern(pattern))
        return;
    for (const char *run = digits; *run != '\0'; run += strcspn(run, "0123456789")) {
        const size_t together = strspn(run, "0123456789");
        char *part = g_strndup(run, together);

        if (part[strspn(part, "0")] != '\0')
            add_words(mask, part, name);
        run += together;
        g_free(part);
    }
    if (strchr(digits, '?') != NULL)
        return;
    for (size_t i = 0; i < length / 2; i++)
        number[i] = (uint8_t)(g_ascii_xdigit_value(digits[length - 2 - 2 * i]) << 4 |
                              g_ascii_xdigit_value(digits[length - 1 - 2 * i]));
    mask_add(mask, number, name);
}

void
mask_add_tables(struct mask *mask, const char *name)
{
    static const char *const tables[] = { "CJ/T 188 meters", "CJ/T 188 fields" }; /* the first column is the address */

    for (size_t i = 0; i < array_length(tables); i++) {
        const uat_t *table = uat_get_table_by_name(tables[i]);

        for (unsigned j = 0; table != NULL && j < table->user_data->len; j++) {
            const uat_field_t *column = &table->fields[0];
            char *cell = NULL;
            unsigned length = 0;

            column->cb.tostr(UAT_USER_INDEX_PTR(table, j), &cell, &length, column->cbdata.tostr, column->fld_data);
            add_pattern(mask, cell, name);
            g_free(cell);
        }
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
mask_bytes(const struct mask *mask, const uint8_t *data, unsigned length, unsigned at, unsigned width,
           const uint8_t own[5], bool loosely, bool *hidden)
{
    const unsigned least = loosely ? 1 : PAIR;
    bool any = false;

    for (unsigned i = at > REACH ? at - REACH : 0; i < at + width; i++) {
        const unsigned end = MIN(i + number_at(mask, data + i, length - i, own, loosely), at + width), from = MAX(i, at);

        if (end < from + least)
            continue;
        any = true;
        for (unsigned j = from; j < end; j++)
            hidden[j - at] = true;
    }
    return any;
}

/* ---- in text ---- */

/* A number with decimal places is no meter's. */
static bool
stands_alone(const char *text, size_t from, size_t to)
{
    const bool behind_point = from > 1 && text[from - 1] == '.' && g_ascii_isdigit(text[from - 2]);

    return !behind_point && !(text[to] == '.' && g_ascii_isdigit(text[to + 1]));
}

static void
mask_tokens(const struct mask *mask, GString *text)
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

/* A digit of a text, and where it stands there. */
struct digit {
    char digit;
    bool is_joined;      /* it stands right behind the one before */
    unsigned others;     /* so many other characters lie between them */
    size_t from, to;
};

/* What a character is as a digit, in whatever alphabet, with a circle or raised; -1: none. */
static int
value_of(gunichar character)
{
    gunichar plain[2] = { character, 0 };

    if (character >= 0x80 && g_unichar_fully_decompose(character, true, plain, array_length(plain)) > 1)
        return -1;
    return g_unichar_xdigit_value(plain[0]);
}

/* Does a hexadecimal number of C begin here? Its 0x is no part of the number. */
static bool
is_prefix(const char *text, const char *at)
{
    return at[0] == '0' && g_ascii_tolower(at[1]) == 'x' && (at == text || !g_ascii_isdigit(at[-1]));
}

/* The digits of a text; letters A to F are some only if `base` says so. */
static GArray *
find_digits(const char *text, unsigned base)
{
    GArray *digits = g_array_new(false, false, sizeof(struct digit));
    unsigned others = 0;

    for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
        const int value = value_of(g_utf8_get_char(at));
        struct digit digit = { .is_joined = others == 0 && digits->len > 0, .others = others };

        if (value < 0 || (unsigned)value >= base || is_prefix(text, at)) {
            others++;
            continue;
        }
        digit.digit = "0123456789ABCDEF"[value];
        digit.from = (size_t)(at - text);
        digit.to = (size_t)(g_utf8_next_char(at) - text);
        g_array_append_val(digits, digit);
        others = 0;
    }
    return digits;
}

/* The longest number that begins with a digit: how many digits it has, 0 when there is none. */
static unsigned
word_at(const struct mask *mask, const GArray *digits, unsigned first, const char **name)
{
    enum { BETWEEN = 4 };
    char word[WORD_MOST + 1] = "";
    unsigned length = 0;

    while (length < WORD_MOST && first + length < digits->len) {
        const struct digit *digit = &g_array_index(digits, struct digit, first + length);

        if (length > 0 && digit->others > BETWEEN)
            break;
        word[length++] = digit->digit;
    }
    if (length >= WORD_LEAST && mask->other != NULL) { /* of the numbers that have found no room */
        *name = mask->other;
        return length;
    }
    for (; length >= WORD_LEAST; length--) {
        word[length] = '\0';
        *name = (const char *)g_hash_table_lookup(mask->words, word);
        if (*name != NULL)
            return length;
    }
    return 0;
}

/* The digits that a number's touch go with it: the rest of an address, or of a number of which six digits are known. */
static void
widen(const GArray *digits, unsigned first, unsigned *from, unsigned *to)
{
    while (*from > first && g_array_index(digits, struct digit, *from).is_joined)
        (*from)--;
    while (*to < digits->len && g_array_index(digits, struct digit, *to).is_joined)
        (*to)++;
}

static void
mask_digits(const struct mask *mask, GString *text, unsigned base)
{
    GArray *digits = find_digits(text->str, base);
    GString *masked = g_string_sized_new(text->len);
    size_t done = 0;

    for (unsigned i = 0, first = 0; i < digits->len;) {
        const char *name;
        unsigned from = i, to = i + word_at(mask, digits, i, &name);

        if (to == from) {
            i++;
            continue;
        }
        widen(digits, first, &from, &to);
        g_string_append_len(masked, text->str + done, (gssize)(g_array_index(digits, struct digit, from).from - done));
        g_string_append(masked, name);
        done = g_array_index(digits, struct digit, to - 1).to;
        i = first = to;
    }
    g_string_append(masked, text->str + done);
    g_string_assign(text, masked->str);
    g_string_free(masked, true);
    g_array_unref(digits);
}

void
mask_text(const struct mask *mask, GString *text, bool loosely)
{
    char *valid;

    if (!loosely) {
        mask_tokens(mask, text);
        return;
    }
    valid = g_utf8_make_valid(text->str, (gssize)text->len);
    g_string_assign(text, valid);
    g_free(valid);
    mask_digits(mask, text, 10); /* a letter between digits may be one, or not */
    mask_digits(mask, text, 16);
}

char *
mask_words(const struct mask *mask, const char *words)
{
    GString *text = g_string_new(words);

    if (mask != NULL)
        mask_text(mask, text, true);
    return g_string_free(text, false);
}
