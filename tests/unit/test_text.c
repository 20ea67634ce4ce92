/* test_text.c
 * The primitives of the decoder: digits of bytes, and texts that are cut between characters and rounded by one rule.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "cjt188-bytes.h"
#include "cjt188-text.h"

#include <glib.h>
#include <string.h>

enum { ROOM = 512, GUARD = 0x5A };

static GRand *chance;

/* ---- digits ---- */

/* The same as the program's, digit by digit. */
static bool
bcd_slowly(const uint8_t *bytes, unsigned width, uint64_t *number)
{
    *number = 0;
    while (width-- > 0) {
        const uint8_t high = bytes[width] >> 4, low = bytes[width] & 0x0F;

        if (high > 9 || low > 9)
            return false;
        *number = *number * 100 + high * 10 + low;
    }
    return true;
}

static void
compare_bcd(const uint8_t *bytes, unsigned width)
{
    uint64_t expected, found = 0;
    const bool is_number = bcd_slowly(bytes, width, &expected);

    g_assert_cmpint(cjt188_bcd_low_first(bytes, width, &found), ==, is_number);
    if (is_number)
        g_assert_cmpuint(found, ==, expected);
}

static void
test_bcd(void)
{
    uint8_t bytes[8];

    for (unsigned width = 0; width <= sizeof bytes; width++) {
        for (unsigned i = 0; i < 100000; i++) {
            for (unsigned at = 0; at < sizeof bytes; at++)
                bytes[at] = (uint8_t)(g_rand_int_range(chance, 0, 10) << 4 | g_rand_int_range(chance, 0, 10));
            compare_bcd(bytes, width);
            bytes[g_rand_int_range(chance, 0, sizeof bytes)] = (uint8_t)g_rand_int(chance);
            compare_bcd(bytes, width);
        }
        for (unsigned at = 0; at < width; at++) {
            for (unsigned value = 0; value <= UINT8_MAX; value++) {
                memset(bytes, 0x99, sizeof bytes);
                bytes[at] = (uint8_t)value;
                compare_bcd(bytes, width);
                memset(bytes, 0, sizeof bytes);
                bytes[at] = (uint8_t)value;
                compare_bcd(bytes, width);
            }
        }
    }
}

static void
test_bytes(void)
{
    static const uint8_t bytes[] = { 0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF };
    uint64_t low = 0, high = 0;

    for (unsigned width = 0; width <= sizeof bytes; width++) {
        g_assert_cmphex(cjt188_low_first(bytes, width), ==, low);
        g_assert_cmphex(cjt188_high_first(bytes, width), ==, high);
        if (width < sizeof bytes) {
            low |= (uint64_t)bytes[width] << 8 * width;
            high = high << 8 | bytes[width];
        }
    }
    for (unsigned byte = 0; byte <= UINT8_MAX; byte++) {
        const bool is_bcd = byte / 16 < 10 && byte % 16 < 10;

        g_assert_cmpint(cjt188_is_bcd((uint8_t)byte), ==, is_bcd);
        g_assert_cmpint(cjt188_bcd_byte((uint8_t)byte), ==, is_bcd ? (int)(byte / 16 * 10 + byte % 16) : -1);
    }
    g_assert_true(cjt188_all_are(bytes, 0, 0xFF));
    g_assert_true(cjt188_all_are(bytes, 1, 0x01));
    g_assert_false(cjt188_all_are(bytes, 2, 0x01));
}

/* ---- cutting ---- */

static const uint8_t some_bytes[] = { 0x00, 0xFF, 0x2C, 0x9A };

/* All kinds of writing, one after the other. */
static void
write_all(struct cjt188_text *text)
{
    cjt188_put(text, "°");
    cjt188_put(text, "25,5 °C – 第一 🚰 m³/h");
    cjt188_put(text, "");
    cjt188_put_part(text, "abcdef", 3);
    cjt188_put_hex(text, some_bytes, sizeof some_bytes, NULL);
    cjt188_put_hex(text, some_bytes, sizeof some_bytes, "°");
    cjt188_put_hex_reversed(text, some_bytes, sizeof some_bytes);
    cjt188_put_bytes(text, some_bytes, sizeof some_bytes);
    cjt188_put_number(text, 42, 5);
    cjt188_put_hex_number(text, 0x2C, 4);
    cjt188_put_decimal(text, 7, -3);
    cjt188_put_watt_hours(text, 1, 0, 6);
    cjt188_put(text, "end");
}

static void
test_cut_everywhere(void)
{
    static const char expected[] = "°25,5 °C – 第一 🚰 m³/habc00FF2C9A00°FF°2C°9A9A2CFF0000 FF 2C 9A000420x002c0.0070.277778end";
    char whole[ROOM], part[ROOM];
    struct cjt188_text text = cjt188_text_start(whole, sizeof whole);

    write_all(&text);
    g_assert_cmpstr(whole, ==, expected);
    g_assert_cmpuint(text.length, ==, strlen(expected));
    g_assert_false(text.is_full);
    for (size_t size = 1; size <= sizeof expected; size++) {
        memset(part, GUARD, sizeof part);
        text = cjt188_text_start(part, size);
        g_assert_cmpstr(part, ==, "");
        write_all(&text);
        g_assert_cmpuint(text.length, ==, strlen(part));
        g_assert_cmpuint(text.length, <, size);
        g_assert_cmpint(part[size], ==, GUARD);
        g_assert_cmpmem(part, text.length, expected, text.length);
        g_assert_true(g_utf8_validate(part, -1, NULL));
        g_assert_cmpint(text.is_full, ==, size < sizeof expected);
        /* No shorter than it must be: the next character did not fit. */
        if (text.is_full)
            g_assert_cmpuint(text.length + (size_t)(g_utf8_next_char(expected + text.length) - (expected + text.length)), >=, size);
    }
}

static const char *
written(void (*put)(struct cjt188_text *text, uint64_t number, int how), uint64_t number, int how)
{
    static char buffer[ROOM];
    struct cjt188_text text = cjt188_text_start(buffer, sizeof buffer);

    put(&text, number, how);
    g_assert_cmpuint(text.length, ==, strlen(buffer));
    return buffer;
}

static void
put_number(struct cjt188_text *text, uint64_t number, int how)
{
    cjt188_put_number(text, number, (unsigned)how);
}

static void
put_hex_number(struct cjt188_text *text, uint64_t number, int how)
{
    cjt188_put_hex_number(text, number, (unsigned)how);
}

static void
test_numbers(void)
{
    g_assert_cmpstr(written(put_number, 0, 0), ==, "0");
    g_assert_cmpstr(written(put_number, 0, 1), ==, "0");
    g_assert_cmpstr(written(put_number, 7, 3), ==, "007");
    g_assert_cmpstr(written(put_number, 1234, 3), ==, "1234");
    g_assert_cmpstr(written(put_number, G_MAXUINT64, 0), ==, "18446744073709551615");
    g_assert_cmpstr(written(put_number, G_MAXUINT64, 22), ==, "0018446744073709551615");
    g_assert_cmpstr(written(put_hex_number, 0x800, 4), ==, "0x0800");
    g_assert_cmpstr(written(put_hex_number, 0xABCDEF, 2), ==, "0xef");
    g_assert_cmpstr(written(put_hex_number, G_MAXUINT64, 16), ==, "0xffffffffffffffff");
    g_assert_cmpstr(written(cjt188_put_decimal, 7, -3), ==, "0.007");
    g_assert_cmpstr(written(cjt188_put_decimal, 0, -3), ==, "0.000");
    g_assert_cmpstr(written(cjt188_put_decimal, 1000, -3), ==, "1.000");
    g_assert_cmpstr(written(cjt188_put_decimal, 999, -3), ==, "0.999");
    g_assert_cmpstr(written(cjt188_put_decimal, 12, 3), ==, "12000");
    g_assert_cmpstr(written(cjt188_put_decimal, 0, 5), ==, "0");
    g_assert_cmpstr(written(cjt188_put_decimal, G_MAXUINT64, -20), ==, "0.18446744073709551615");
    g_assert_cmpstr(written(cjt188_put_decimal, G_MAXUINT64, -8), ==, "184467440737.09551615");
    g_assert_cmpstr(written(cjt188_put_decimal, 1, -25), ==, "0.0000000000000000000000001");
}

static void
test_bytes_of_a_line(void)
{
    uint8_t bytes[40];
    char buffer[ROOM];
    struct cjt188_text text;

    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)i;
    text = cjt188_text_start(buffer, sizeof buffer);
    cjt188_put_bytes(&text, bytes, 32);
    g_assert_true(g_str_has_suffix(buffer, " 1E 1F"));
    text = cjt188_text_start(buffer, sizeof buffer);
    cjt188_put_bytes(&text, bytes, 33);
    g_assert_true(g_str_has_suffix(buffer, " 1E 1F …"));
    text = cjt188_text_start(buffer, sizeof buffer);
    cjt188_put_bytes(&text, bytes, 0);
    g_assert_cmpstr(buffer, ==, "");
}

/* ---- joules ---- */

enum { DECIMALS = 45 }; /* so many more digits are divided than the number has: all that can be asked for */

/* The digits of number × 10 / 36 with DECIMALS decimal places, divided as on paper. */
static GString *
divide_on_paper(uint64_t number)
{
    char *digits = g_strdup_printf("%" G_GUINT64_FORMAT "0", number);
    GString *quotient = g_string_new(NULL);
    const size_t length = strlen(digits);
    unsigned rest = 0;

    for (size_t i = 0; i < length + DECIMALS; i++) {
        rest = rest * 10 + (i < length ? (unsigned)(digits[i] - '0') : 0);
        g_string_append_c(quotient, (char)('0' + rest / 36));
        rest %= 36;
    }
    g_free(digits);
    while (quotient->str[0] == '0')
        g_string_erase(quotient, 0, 1);
    return quotient;
}

/* The first `kept` digits, half up; the digits are cut off but never rounded before. */
static void
round_on_paper(GString *digits, size_t kept, long *exponent)
{
    const bool up = digits->str[kept] >= '5';
    size_t at = kept;

    *exponent += (long)(digits->len - kept);
    g_string_truncate(digits, kept);
    while (up && at > 0 && digits->str[at - 1] == '9')
        digits->str[--at] = '0';
    if (up && at > 0)
        digits->str[at - 1]++;
    else if (up)
        g_string_prepend_c(digits, '1');
}

/* digits × 10^exponent without a point where it has none, and without zeros at its end. */
static char *
write_on_paper(GString *digits, long exponent)
{
    while (exponent < 0 && digits->len > 1 && digits->str[digits->len - 1] == '0') {
        g_string_truncate(digits, digits->len - 1);
        exponent++;
    }
    while (exponent < 0 && digits->len <= (size_t)-exponent)
        g_string_prepend_c(digits, '0');
    if (exponent < 0)
        g_string_insert_c(digits, (gssize)digits->len + exponent, '.');
    for (; exponent > 0; exponent--)
        g_string_append_c(digits, '0');
    return g_string_free(digits, FALSE);
}

static char *
watt_hours_on_paper(uint64_t number, int power, unsigned significant)
{
    GString *digits;
    long exponent = power - DECIMALS, whole;

    if (number == 0)
        return g_strdup("0");
    digits = divide_on_paper(number);
    whole = (long)digits->len + exponent;
    round_on_paper(digits, MAX((long)significant, whole) > 0 ? (size_t)MAX((long)significant, whole) : 0, &exponent);
    return write_on_paper(digits, exponent);
}

static void
compare_watt_hours(uint64_t number, int power, unsigned significant)
{
    char *expected = watt_hours_on_paper(number, power, significant), found[ROOM];
    struct cjt188_text text = cjt188_text_start(found, sizeof found);

    cjt188_put_watt_hours(&text, number, power, significant);
    if (strcmp(found, expected) != 0)
        g_error("%" G_GUINT64_FORMAT " times 10^%d to %u digits: %s, not %s", number, power, significant, found, expected);
    g_free(expected);
}

static void
test_watt_hours(void)
{
    static const uint64_t edges[] = {
        0, 1, 2, 3, 5, 9, 17, 18, 19, 35, 36, 37, 99, 100, 359, 360, 361, 1799999, 1800000, 3599998, 3599999, 3600000, 99999999,
        35999982, 35999981, 17999999, 123456789012, 999999999999, 359999999999, 360000000001,
    };

    for (unsigned significant = 1; significant <= 15; significant++) {
        for (int power = -14; power <= 5; power++) {
            for (size_t i = 0; i < G_N_ELEMENTS(edges); i++)
                compare_watt_hours(edges[i], power, significant);
            for (uint64_t number = 0; number < 200; number++)
                compare_watt_hours(number, power, significant);
            for (unsigned i = 0; i < 1000; i++)
                compare_watt_hours(g_rand_int(chance) % 100000000, power, significant);
        }
    }
    /* Whole numbers of as many digits as 64 bits hold: where one digit is cut off or none, and what is below it counts. */
    for (unsigned i = 0; i < 200000; i++) {
        uint64_t number = (uint64_t)g_rand_int(chance) << 32 | g_rand_int(chance);
        int power = 0;

        for (number >>= 8 + i % 24; power < 4 && number < UINT64_C(10000000000000000) >> 3 * power; power++)
            compare_watt_hours(number, power, 1 + i % 15);
    }
}

static void
test_real(void)
{
    static const struct {
        double number;
        unsigned significant;
        const char *text;
    } cases[] = {
        { 0, 7, "0" },
        { -0.0, 7, "0" },
        { -0.07, 15, "-0.07" },
        { 12.5, 7, "12.5" },
        { 1234567, 7, "1234567" },
        { 123456789, 7, "123456800" },
        { 0.99999996, 7, "1" },
        { 9.9999999, 7, "10" },
        { 2.0 / 3, 15, "0.666666666666667" },
        { 1e22, 15, "10000000000000000000000" },
        { 1e-20, 15, "0.00000000000000000001" },
        { 1e300, 15, "1e300" },
        { -2.5e-300, 15, "-25e-301" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        char buffer[64];
        struct cjt188_text text = cjt188_text_start(buffer, sizeof buffer);

        cjt188_put_real(&text, cases[i].number, cases[i].significant);
        g_assert_cmpstr(buffer, ==, cases[i].text);
    }
}

int
main(int argc, char **argv)
{
    int result;

    g_test_init(&argc, &argv, NULL);
    chance = g_rand_new_with_seed(188);
    g_test_add_func("/text/bcd", test_bcd);
    g_test_add_func("/text/bytes", test_bytes);
    g_test_add_func("/text/cut-everywhere", test_cut_everywhere);
    g_test_add_func("/text/numbers", test_numbers);
    g_test_add_func("/text/bytes-of-a-line", test_bytes_of_a_line);
    g_test_add_func("/text/watt-hours", test_watt_hours);
    g_test_add_func("/text/real", test_real);
    result = g_test_run();
    g_rand_free(chance);
    return result;
}
