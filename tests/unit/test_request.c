/* test_request.c
 * What a master sends, byte for byte, and what text is taken for an address, an identifier, bytes.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "request.h"
#include "bytes.h"

#include <string.h>

static const struct request_form thread_form = { .preamble = 6, .type = 0x20 };

static void
assert_sent(const struct request *request, const char *hex)
{
    char *sent = hex_of(request->bytes, request->length);

    g_assert_cmpstr(sent, ==, hex);
    g_free(sent);
}

/* As the thread's script sent them. */
static void
test_reads_of_the_thread(void)
{
    struct request request;

    request_read(&request, &thread_form, request_all_aa5, 0x901F);
    assert_sent(&request, "FE FE FE FE FE FE 68 20 AA AA AA AA AA 11 11 01 03 1F 90 00 AF 16");
    g_assert_cmpuint(request.preamble, ==, 6);
    request_read(&request, &thread_form, request_all_aa5, 0x903F);
    assert_sent(&request, "FE FE FE FE FE FE 68 20 AA AA AA AA AA 11 11 01 03 3F 90 00 CF 16");
}

static void
test_other_forms_of_a_read(void)
{
    const struct request_form bare = { .preamble = 0, .type = 0x10, .di_high_first = true };
    struct request request;

    request_read(&request, &bare, request_all_aa7, 0x901F);
    assert_sent(&request, "68 10 AA AA AA AA AA AA AA 01 03 90 1F 00 D1 16");
    g_assert_cmpuint(request.preamble, ==, 0);
    request_read_address(&request, &thread_form, request_all_aa7);
    assert_sent(&request, "FE FE FE FE FE FE 68 20 AA AA AA AA AA AA AA 03 03 0A 81 00 BF 16");
}

/* As long as can be: nothing is written behind the end. */
static void
test_longest(void)
{
    const struct request_form form = { .preamble = REQUEST_PREAMBLE_MAX, .type = 0x20 };
    uint8_t data[UINT8_MAX];
    struct request request;

    memset(data, 0x5A, sizeof data);
    request_make(&request, &form, request_all_aa5, 0x01, data, sizeof data);
    g_assert_cmpuint(request.length, ==, REQUEST_MAX);
    g_assert_cmpuint(request.bytes[REQUEST_MAX - 1], ==, CJT188_END);
    g_assert_cmpint(cjt188_next_piece(request.bytes, request.length, true, NULL).kind, ==, CJT188_FRAME);
}

static GDateTime *
time_of_the_thread(void)
{
    return g_date_time_new_utc(2026, 4, 27, 11, 31, 0);
}

static void
test_number_and_clock_of_the_thread(void)
{
    GDateTime *time = time_of_the_thread();
    uint8_t address[CJT188_ADDRESS_LENGTH];
    struct request request;

    g_assert_true(request_parse_address("24263225", address));
    request_set_number_and_clock(&request, &thread_form, address, time);
    assert_sent(&request, "FE FE FE FE FE FE 68 20 25 32 26 24 00 11 11 39 11 18 A0 AA 25 32 26 24 00 11 11 00 31 11 27 04 26 20 "
                          "6D 16");
    g_date_time_unref(time);
}

static void
test_clock_of_the_standard(void)
{
    struct request_form form = thread_form;
    GDateTime *time = time_of_the_thread();
    uint8_t address[CJT188_ADDRESS_LENGTH];
    struct request request;

    g_assert_true(request_parse_address("24263225", address));
    request_set_clock(&request, &form, address, time);
    assert_sent(&request, "FE FE FE FE FE FE 68 20 25 32 26 24 00 11 11 04 0A 15 A0 00 00 31 11 27 04 26 20 C1 16");
    form.di_high_first = true;
    request_set_clock(&request, &form, address, time);
    assert_sent(&request, "FE FE FE FE FE FE 68 20 25 32 26 24 00 11 11 04 0A A0 15 00 00 31 11 27 04 26 20 C1 16");
    g_date_time_unref(time);
}

static void
test_addresses(void)
{
    static const struct {
        const char *text, *wire;
    } good[] = {
        { "24263225", "25 32 26 24 00 11 11" },       { "0024263225", "25 32 26 24 00 11 11" },
        { "1234567890", "90 78 56 34 12 11 11" },     { "42590024263225", "25 32 26 24 00 59 42" },
        { "1111AAAAAAAAAA", "AA AA AA AA AA 11 11" }, { "00000000", "00 00 00 00 00 11 11" },
        { "abcdef01234567", "67 45 23 01 EF CD AB" },
    };
    static const char *const bad[] = {
        "",          " 24263225",  "24263225 ",   "2426322",         "242632255",      "24263225\n",     "2426322A",   "-4263225",
        "+4263225",  "0x263225",   "24 63 22 5",  "24263225244",     "2426322524263",  "242632252426322", "4259002426322G",
        "２４２６３２２５", "4259 024263225", "all",      "24263225,",   "2426.225",        "%s%s%s%s",
        "11111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111",
    };
    uint8_t address[CJT188_ADDRESS_LENGTH];

    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        char *wire;

        g_assert_true(request_parse_address(good[i].text, address));
        wire = hex_of(address, sizeof address);
        g_assert_cmpstr(wire, ==, good[i].wire);
        g_free(wire);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
        if (request_parse_address(bad[i], address))
            g_error("\"%s\" is taken for an address", bad[i]);
}

static void
test_numbers(void)
{
    static const struct {
        uint8_t number[5];
        bool is_one;
    } table[] = {
        { { 0x25, 0x32, 0x26, 0x24, 0x00 }, true },  { { 0x01, 0, 0, 0, 0 }, true },
        { { 0, 0, 0, 0, 0x10 }, true },              { { 0x99, 0x99, 0x99, 0x99, 0x00 }, true }, /* but a wildcard */
        { { 0, 0, 0, 0, 0 }, false },                { { 0xAA, 0xAA, 0xAA, 0xAA, 0xAA }, false },
        { { 0x25, 0x32, 0xAA, 0x24, 0x00 }, false }, { { 0x25, 0x32, 0x26, 0x24, 0x0A }, false },
        { { 0xF5, 0x32, 0x26, 0x24, 0x00 }, false }, { { 0x2B, 0x32, 0x26, 0x24, 0x00 }, false },
        { { 0xFF, 0xFF, 0xFF, 0xFF, 0x00 }, false }, { { 0xDD, 0xDD, 0xDD, 0xDD, 0xDD }, false },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
        g_assert_cmpint(request_is_number(table[i].number), ==, table[i].is_one);
}

static void
test_makers(void)
{
    for (unsigned byte = 0; byte < 256; byte++) {
        const uint8_t both[2] = { (uint8_t)byte, (uint8_t)byte }, one[2] = { (uint8_t)byte, 0x59 };
        const bool is_any = byte == 0xFF || byte == 0xAA || byte == 0xDD;

        g_assert_cmpint(request_is_any_maker(both), ==, is_any || byte == 0x99);
        g_assert_cmpint(request_is_any_maker(one), ==, is_any);
    }
}

static void
test_hex(void)
{
    static const struct {
        const char *text, *bytes;
    } good[] = {
        { "68", "68" },       { "6820aA", "68 20 AA" },         { " 68  20\tAA\n", "68 20 AA" },
        { "FEfe 68", "FE FE 68" }, { "00 00", "00 00" },
    };
    static const char *const bad[] = { "", " ", "6", "682", "68 2", "6 8", "68 2G", "0x68", "68,20", "68-20", "68 20 %n", "６８", "68 20 \x80" };
    uint8_t *bytes;
    size_t length;

    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        char *text;

        g_assert_true(request_parse_hex(good[i].text, &bytes, &length));
        text = hex_of(bytes, length);
        g_assert_cmpstr(text, ==, good[i].bytes);
        g_free(text);
        g_free(bytes);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_assert_false(request_parse_hex(bad[i], &bytes, &length));
        g_assert_null(bytes);
    }
}

/* A book in place of a frame. */
static void
test_long_hex(void)
{
    char *text = g_strnfill(2000000, 'A');
    uint8_t *bytes;
    size_t length;

    g_assert_true(request_parse_hex(text, &bytes, &length));
    g_assert_cmpuint(length, ==, 1000000);
    g_free(bytes);
    text[1999999] = 'x';
    g_assert_false(request_parse_hex(text, &bytes, &length));
    g_free(text);
}

static void
test_identifiers(void)
{
    static const char *const bad[] = { "", "901", "901F0", "0x1F", "+01F", " 01F", "901G", "901F ", "９０" };
    uint16_t di = 0;

    g_assert_true(request_parse_di("901F", &di) && di == 0x901F);
    g_assert_true(request_parse_di("d120", &di) && di == 0xD120);
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_false(request_parse_di(bad[i], &di));
    g_assert_cmpuint(di, ==, 0xD120);
}

static void
test_clocks(void)
{
    GDateTime *time = g_date_time_new_utc(2099, 12, 31, 23, 59, 58.9);
    uint8_t clock[7];
    char *text;

    request_put_clock(clock, time);
    text = hex_of(clock, sizeof clock);
    g_assert_cmpstr(text, ==, "58 59 23 31 12 99 20");
    g_free(text);
    g_date_time_unref(time);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/request/reads-of-the-thread", test_reads_of_the_thread);
    g_test_add_func("/request/other-forms-of-a-read", test_other_forms_of_a_read);
    g_test_add_func("/request/longest", test_longest);
    g_test_add_func("/request/number-and-clock-of-the-thread", test_number_and_clock_of_the_thread);
    g_test_add_func("/request/clock-of-the-standard", test_clock_of_the_standard);
    g_test_add_func("/request/addresses", test_addresses);
    g_test_add_func("/request/numbers", test_numbers);
    g_test_add_func("/request/makers", test_makers);
    g_test_add_func("/request/hex", test_hex);
    g_test_add_func("/request/long-hex", test_long_hex);
    g_test_add_func("/request/identifiers", test_identifiers);
    g_test_add_func("/request/clocks", test_clocks);
    return g_test_run();
}
