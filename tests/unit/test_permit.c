/* test_permit.c
 * What may be sent, and what never: a table of frames.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "permit.h"
#include "request.h"

#include <string.h>

#define METER   "25 32 26 24 00 11 11"
#define ALL     "AA AA AA AA AA 11 11"
#define CLOCK   "00 31 11 27 04 26 20"

/* address, control and data of a frame whose length and checksum are right. */
struct row {
    const char *what, *address, *control, *data;
    enum permit permit;
};

static const struct row rows[] = {
    /* Reads, to whom ever. */
    { "read", ALL, "01", "1F 90 00", PERMIT_READ },
    { "read one", METER, "01", "1F 90 00", PERMIT_READ },
    { "read without data", METER, "01", "", PERMIT_READ },
    { "read address", "AA AA AA AA AA AA AA", "03", "0A 81 00", PERMIT_READ },
    { "read key", METER, "09", "06 81 00", PERMIT_READ },
    { "read to 0", "00 00 00 00 00 00 00", "01", "1F 90 00", PERMIT_READ },
    /* The clock, and what only looks like it. */
    { "A015", METER, "04", "15 A0 00 " CLOCK, PERMIT_CLOCK },
    { "A015 high first", METER, "04", "A0 15 00 " CLOCK, PERMIT_CLOCK },
    { "A015, another SER", METER, "04", "15 A0 7F " CLOCK, PERMIT_CLOCK },
    { "A015, 29 February", METER, "04", "15 A0 00 00 31 11 29 02 28 20", PERMIT_CLOCK },
    { "A015, no 29 February", METER, "04", "15 A0 00 00 31 11 29 02 26 20", PERMIT_WRITE },
    { "A015, month 13", METER, "04", "15 A0 00 00 31 11 27 13 26 20", PERMIT_WRITE },
    { "A015, month 0", METER, "04", "15 A0 00 00 31 11 27 00 26 20", PERMIT_WRITE },
    { "A015, day 0", METER, "04", "15 A0 00 00 31 11 00 04 26 20", PERMIT_WRITE },
    { "A015, hour 24", METER, "04", "15 A0 00 00 31 24 27 04 26 20", PERMIT_WRITE },
    { "A015, second 60", METER, "04", "15 A0 00 60 31 11 27 04 26 20", PERMIT_WRITE },
    { "A015, no decimal", METER, "04", "15 A0 00 0A 31 11 27 04 26 20", PERMIT_WRITE },
    { "A015, 1926", METER, "04", "15 A0 00 00 31 11 27 04 26 19", PERMIT_WRITE },
    { "A015, other way round", METER, "04", "15 A0 00 20 26 04 27 11 31 00", PERMIT_WRITE },
    { "A015, nothing but FF", METER, "04", "15 A0 00 FF FF FF FF FF FF FF", PERMIT_WRITE },
    { "A015, one byte more", METER, "04", "15 A0 00 " CLOCK " 00", PERMIT_WRITE },
    { "A015, one byte less", METER, "04", "15 A0 00 00 31 11 27 04 26", PERMIT_WRITE },
    { "A015, no time", METER, "04", "15 A0 00", PERMIT_WRITE },
    { "A015 +33H", METER, "04", "48 D3 33 33 64 44 5A 37 59 53", PERMIT_WRITE },
    { "A015 under 14", METER, "14", "15 A0 00 " CLOCK, PERMIT_WRITE },
    { "A015 under 39", METER, "39", "15 A0 00 " CLOCK, PERMIT_WRITE },
    /* All else is a write, whatever it is called. */
    { "A018, number and clock", METER, "39", "18 A0 AA 25 32 26 24 00 11 11 " CLOCK, PERMIT_WRITE },
    { "A010, price", METER, "04", "10 A0 00 00 00 00 00 00 00 00", PERMIT_WRITE },
    { "A017, valve", METER, "04", "17 A0 00 55", PERMIT_WRITE },
    { "A019, factory enable", METER, "04", "19 A0 00", PERMIT_WRITE },
    { "write of nothing", METER, "04", "", PERMIT_WRITE },
    { "15, number", METER, "15", "18 A0 00 25 32 26 24 00 11 11", PERMIT_WRITE },
    { "16, base reading", METER, "16", "16 A0 00 00 00 00 00 2C", PERMIT_WRITE },
    { "24", METER, "24", "17 A0 00 55", PERMIT_WRITE },
    { "33", METER, "33", "1F 90 00", PERMIT_WRITE },
    { "36", METER, "36", "1F 90 00", PERMIT_WRITE },
    { "00", METER, "00", "1F 90 00", PERMIT_WRITE },
    { "02", METER, "02", "1F 90 00", PERMIT_WRITE },
    { "0A, what is near a read", METER, "0A", "1F 90 00", PERMIT_WRITE },
    { "11, what is near a read", METER, "11", "1F 90 00", PERMIT_WRITE },
    { "21, what is near a read", METER, "21", "1F 90 00", PERMIT_WRITE },
    { "3F", METER, "3F", "1F 90 00", PERMIT_WRITE },
    /* Writes to more than one. */
    { "write to AA×5", ALL, "04", "15 A0 00 " CLOCK, PERMIT_NEVER },
    { "write to AA×7", "AA AA AA AA AA AA AA", "04", "15 A0 00 " CLOCK, PERMIT_NEVER },
    { "write to AA×4 00", "AA AA AA AA 00 11 11", "04", "15 A0 00 " CLOCK, PERMIT_NEVER },
    { "write to FF×4 00", "FF FF FF FF 00 11 11", "04", "15 A0 00 " CLOCK, PERMIT_NEVER },
    { "write to FF×7", "FF FF FF FF FF FF FF", "39", "18 A0 AA", PERMIT_NEVER },
    { "write to 99×7", "99 99 99 99 99 99 99", "39", "18 A0 AA", PERMIT_NEVER },
    { "write to 99×4", "99 99 99 99 00 11 11", "39", "18 A0 AA", PERMIT_NEVER },
    { "write to DD×7", "DD DD DD DD DD DD DD", "16", "", PERMIT_NEVER },
    { "write to 0", "00 00 00 00 00 11 11", "04", "15 A0 00 " CLOCK, PERMIT_NEVER },
    { "AA in a number, first", "AA 32 26 24 00 11 11", "04", "15 A0 00 " CLOCK, PERMIT_NEVER },
    { "AA in a number, second", "25 AA 26 24 00 11 11", "04", "15 A0 00 " CLOCK, PERMIT_NEVER },
    { "AA in a number, fourth", "25 32 26 AA 00 11 11", "04", "15 A0 00 " CLOCK, PERMIT_NEVER },
    { "AA in a number, fifth", "25 32 26 24 AA 11 11", "04", "15 A0 00 " CLOCK, PERMIT_NEVER },
    { "half an A", "25 32 26 2A 00 11 11", "36", "", PERMIT_NEVER },
    { "FF in a number", "25 FF 26 24 00 11 11", "15", "", PERMIT_NEVER },
    { "every maker's AA", "25 32 26 24 00 AA AA", "04", "15 A0 00 " CLOCK, PERMIT_NEVER },
    { "every maker's FF", "25 32 26 24 00 FF FF", "39", "", PERMIT_NEVER },
    { "every maker's 99", "25 32 26 24 00 99 99", "39", "", PERMIT_NEVER },
    { "every maker's DD", "25 32 26 24 00 DD DD", "39", "", PERMIT_NEVER },
    /* What meters send. */
    { "reply", METER, "81", "1F 90 00", PERMIT_NEVER },
    { "reply to a write", METER, "84", "15 A0 00", PERMIT_NEVER },
    { "error reply", METER, "C1", "00 00", PERMIT_NEVER },
    { "bit 6 alone", METER, "41", "1F 90 00", PERMIT_NEVER },
    { "bit 6 and a write", METER, "44", "15 A0 00 " CLOCK, PERMIT_NEVER },
};

static void
put(GByteArray *bytes, const char *hex)
{
    uint8_t *more;
    size_t length;

    if (!request_parse_hex(hex, &more, &length))
        return;
    g_byte_array_append(bytes, more, (guint)length);
    g_free(more);
}

static GByteArray *
frame_of(const struct row *row, unsigned type)
{
    GByteArray *bytes = g_byte_array_new(), *data = g_byte_array_new();
    const uint8_t head[] = { CJT188_START, (uint8_t)type };
    uint8_t length, tail[2];

    put(data, row->data);
    length = (uint8_t)data->len;
    g_byte_array_append(bytes, head, sizeof head);
    put(bytes, row->address);
    put(bytes, row->control);
    g_byte_array_append(bytes, &length, 1);
    g_byte_array_append(bytes, data->data, data->len);
    tail[0] = cjt188_checksum(bytes->data, bytes->len);
    tail[1] = CJT188_END;
    g_byte_array_append(bytes, tail, sizeof tail);
    g_byte_array_unref(data);
    return bytes;
}

static void
assert_permit(const char *what, const GByteArray *bytes, size_t preamble, enum permit wanted, const char *reason)
{
    const char *why = NULL;
    size_t found = 999;
    const enum permit permit = permit_of(bytes->data, bytes->len, &found, &why);

    if (permit != wanted)
        g_error("%s: %d, not %d", what, permit, wanted);
    g_assert_cmpint(why != NULL, ==, permit == PERMIT_NEVER);
    if (permit != PERMIT_NEVER)
        g_assert_cmpuint(found, ==, preamble);
    if (reason != NULL && strstr(why, reason) == NULL)
        g_error("%s: \"%s\" says nothing of \"%s\"", what, why, reason);
}

/* T says nothing of what is written, nor do FE in front. */
static void
test_table(void)
{
    static const unsigned types[] = { 0x20, 0x10, 0xAA, 0x00 };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        for (size_t j = 0; j < G_N_ELEMENTS(types); j++) {
            GByteArray *bytes = frame_of(&rows[i], types[j]);

            assert_permit(rows[i].what, bytes, 0, rows[i].permit, NULL);
            g_byte_array_prepend(bytes, (const uint8_t *)"\xFE\xFE\xFE\xFE", 4);
            assert_permit(rows[i].what, bytes, 4, rows[i].permit, NULL);
            g_byte_array_unref(bytes);
        }
}

/* Every control code to one meter: 01, 03 and 09 read, bits 7 and 6 are the meter's, all else writes. */
static void
test_every_control(void)
{
    for (unsigned control = 0; control < 256; control++) {
        char text[4];
        const bool is_read = control == 0x01 || control == 0x03 || control == 0x09;
        const struct row one = { "one", METER, text, "1F 90 00", PERMIT_READ }, all = { "all", ALL, text, "1F 90 00", PERMIT_READ };
        GByteArray *bytes;

        g_snprintf(text, sizeof text, "%02X", control);
        bytes = frame_of(&one, 0x20);
        assert_permit(text, bytes, 0, control >= 0x40 ? PERMIT_NEVER : is_read ? PERMIT_READ : PERMIT_WRITE, NULL);
        g_byte_array_unref(bytes);
        bytes = frame_of(&all, 0x20);
        assert_permit(text, bytes, 0, is_read ? PERMIT_READ : PERMIT_NEVER, NULL);
        g_byte_array_unref(bytes);
    }
}

/* Anything but exactly one frame. */
static void
test_no_frame(void)
{
#define READ  "68 20 AA AA AA AA AA 11 11 01 03 1F 90 00 AF 16"
#define WRITE "68 20 25 32 26 24 00 11 11 04 0A 15 A0 00 00 31 11 27 04 26 20 C1 16"
    static const struct {
        const char *hex, *reason;
    } table[] = {
        { "", "no CJ/T 188" },
        { "FE", "no CJ/T 188" },
        { "FE FE FE FE FE FE", "no CJ/T 188" },
        { "68", "no CJ/T 188" },
        { "68 20 AA AA AA AA AA 11 11 01 03 1F 90 00 AF", "no CJ/T 188" },
        { "68 20 AA AA AA AA AA 11 11 01 03 1F 90 00 B0 16", "no CJ/T 188" },
        { "68 20 AA AA AA AA AA 11 11 01 03 1F 90 00 AF 17", "no CJ/T 188" },
        { "00 " READ, "no CJ/T 188" },
        { "16 " READ, "no CJ/T 188" },
        { READ " 00", "more than one" },
        { READ " FE", "more than one" },
        { READ " " READ, "more than one" },
        { READ " FE FE " WRITE, "more than one" },
        { READ " " WRITE, "more than one" },
        { READ " 68 20", "more than one" },
        { "10 5B 01 5C 16", "M-Bus" },
        { "10 40 FE 3E 16", "M-Bus" },
        { "E5", "M-Bus" },
        { "68 03 03 68 53 FE 51 A2 16", "M-Bus" },
        { "68 AA AA AA AA AA AA 68 13 00 DF 16", "DL/T 645" },
        { "FE FE FE FE 68 AA AA AA AA AA AA 68 13 00 DF 16", "DL/T 645" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        GByteArray *bytes = g_byte_array_new();

        put(bytes, table[i].hex);
        assert_permit(table[i].hex, bytes, 0, PERMIT_NEVER, table[i].reason);
        g_byte_array_unref(bytes);
    }
}

static void
test_long_preamble(void)
{
    for (unsigned preamble = REQUEST_PREAMBLE_MAX - 1; preamble <= REQUEST_PREAMBLE_MAX + 1; preamble++) {
        GByteArray *bytes = g_byte_array_new();

        for (unsigned i = 0; i < preamble; i++)
            put(bytes, "FE");
        put(bytes, READ);
        assert_permit("FE", bytes, preamble, preamble <= REQUEST_PREAMBLE_MAX ? PERMIT_READ : PERMIT_NEVER, NULL);
        g_byte_array_unref(bytes);
    }
}

/* Whatever one bit of a right frame is turned into, is no frame any more, or what its control code says. */
static void
test_every_bit(void)
{
    GByteArray *bytes = g_byte_array_new();

    put(bytes, WRITE);
    for (unsigned bit = 0; bit < bytes->len * 8; bit++) {
        size_t preamble;
        const char *why;

        bytes->data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        g_assert_cmpint(permit_of(bytes->data, bytes->len, &preamble, &why), ==, PERMIT_NEVER);
        bytes->data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    g_byte_array_unref(bytes);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/permit/table", test_table);
    g_test_add_func("/permit/every-control", test_every_control);
    g_test_add_func("/permit/no-frame", test_no_frame);
    g_test_add_func("/permit/long-preamble", test_long_preamble);
    g_test_add_func("/permit/every-bit", test_every_bit);
    return g_test_run();
}
