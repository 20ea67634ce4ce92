/* test_pcapng.c
 * pcapng blocks byte for byte, and what a record says in them: flags, direction, comment.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "frames.h"
#include "outputs/pcapng.h"
#include "record.h"

static guint32
u32_at(const GByteArray *block, guint at)
{
    guint32 value;

    g_assert_cmpuint(at + 4, <=, block->len);
    memcpy(&value, block->data + at, sizeof value);
    return value;
}

static guint16
u16_at(const GByteArray *block, guint at)
{
    guint16 value;

    g_assert_cmpuint(at + 2, <=, block->len);
    memcpy(&value, block->data + at, sizeof value);
    return value;
}

/* Both lengths right, a multiple of four, of this type. */
static void
assert_frame(const GByteArray *block, guint32 type)
{
    g_assert_cmpuint(block->len % 4, ==, 0);
    g_assert_cmphex(u32_at(block, 0), ==, type);
    g_assert_cmpuint(u32_at(block, 4), ==, block->len);
    g_assert_cmpuint(u32_at(block, block->len - 4), ==, block->len);
}

/* The value of an option, walking from `at` to opt_endofopt; length -1 when it is not there. */
static const guint8 *
find_option(const GByteArray *block, guint at, guint16 code, int *length)
{
    const guint8 *found = NULL;

    *length = -1;
    while (u16_at(block, at) != 0) {
        const guint16 size = u16_at(block, at + 2);

        if (u16_at(block, at) == code) {
            g_assert_null(found);
            found = block->data + at + 4;
            *length = size;
        }
        at += 4 + (size + 3u) / 4 * 4;
    }
    g_assert_cmpuint(u16_at(block, at + 2), ==, 0);
    g_assert_cmpuint(at + 8, ==, block->len);
    return found;
}

static void
assert_option(const GByteArray *block, guint options, guint16 code, const void *value, int expected)
{
    int length;
    const guint8 *found = find_option(block, options, code, &length);

    g_assert_cmpint(length, ==, expected);
    if (expected > 0)
        g_assert_cmpmem(found, length, value, expected);
}

static void
assert_text(const GByteArray *block, guint options, guint16 code, const char *text)
{
    assert_option(block, options, code, text, text != NULL ? (int)strlen(text) : -1);
}

static void
test_section(void)
{
    GByteArray *block = g_byte_array_new();

    pcapng_section(block,
                   &(struct pcapng_section){ .hardware = "x86_64", .os = "Linux", .application = "cjt188dump 1" });
    assert_frame(block, 0x0A0D0D0A);
    g_assert_cmphex(u32_at(block, 8), ==, 0x1A2B3C4D);
    g_assert_cmpuint(u16_at(block, 12), ==, 1);
    g_assert_cmpuint(u16_at(block, 14), ==, 0);
    g_assert_cmphex(u32_at(block, 16), ==, 0xFFFFFFFF);
    g_assert_cmphex(u32_at(block, 20), ==, 0xFFFFFFFF);
    assert_text(block, 24, 2, "x86_64");
    assert_text(block, 24, 3, "Linux");
    assert_text(block, 24, 4, "cjt188dump 1");
    g_byte_array_unref(block);
}

static void
test_interface(void)
{
    const struct pcapng_interface full = { "/dev/ttyUSB0", "serial port, 2400 8E1", "FTDI", "Linux", 2400, "len > 20" };
    const struct pcapng_interface bare = { "-", "", NULL, NULL, 0, NULL };
    const guint64 speed = 2400;
    const guint8 nanoseconds = 9;
    GByteArray *block = g_byte_array_new();

    pcapng_interface(block, &full);
    assert_frame(block, 1);
    g_assert_cmpuint(u16_at(block, 8), ==, 147);
    g_assert_cmpuint(u16_at(block, 10), ==, 0);
    g_assert_cmpuint(u32_at(block, 12), ==, 262144);
    assert_text(block, 16, 2, "/dev/ttyUSB0");
    assert_text(block, 16, 3, "serial port, 2400 8E1");
    assert_option(block, 16, 8, &speed, 8);
    assert_option(block, 16, 9, &nanoseconds, 1);
    assert_text(block, 16, 12, "Linux");
    assert_text(block, 16, 15, "FTDI");

    pcapng_interface(block, &bare);
    assert_frame(block, 1);
    assert_text(block, 16, 2, "-");
    assert_text(block, 16, 3, NULL);
    assert_option(block, 16, 8, NULL, -1);
    assert_option(block, 16, 9, &nanoseconds, 1);
    g_byte_array_unref(block);
}

/* Every length of packet and comment, so every padding. */
static void
test_packet(void)
{
    static const guint8 bytes[] = { 0x68, 0x20, 0x25, 0x32, 0x26, 0x24, 0x00, 0x11, 0x11 };
    const guint64 dropped = 17;
    GByteArray *block = g_byte_array_new();

    for (guint length = 1; length <= sizeof bytes; length++)
        for (guint comment = 0; comment < 6; comment++) {
            char *text = g_strndup("abcdef", comment);
            const struct pcapng_packet packet = {
                .interface = 3,
                .time_ns = G_GINT64_CONSTANT(0x123456789ABCDEF0),
                .bytes = bytes,
                .length = length,
                .flags = comment == 0 ? 0 : 0x80000002,
                .dropped = comment == 0 ? 0 : dropped,
                .comment = text,
            };
            const guint options = 28 + (length + 3) / 4 * 4;

            pcapng_packet(block, &packet);
            assert_frame(block, 6);
            g_assert_cmpuint(u32_at(block, 8), ==, 3);
            g_assert_cmphex(u32_at(block, 12), ==, 0x12345678);
            g_assert_cmphex(u32_at(block, 16), ==, 0x9ABCDEF0);
            g_assert_cmpuint(u32_at(block, 20), ==, length);
            g_assert_cmpuint(u32_at(block, 24), ==, length);
            g_assert_cmpmem(block->data + 28, length, bytes, length);
            for (guint at = 28 + length; at < options; at++)
                g_assert_cmpuint(block->data[at], ==, 0);
            assert_text(block, options, 1, comment == 0 ? NULL : text);
            assert_option(block, options, 2, &packet.flags, comment == 0 ? -1 : 4);
            assert_option(block, options, 4, &dropped, comment == 0 ? -1 : 8);
            g_free(text);
        }
    g_byte_array_unref(block);
}

static void
test_statistics(void)
{
    const struct pcapng_statistics statistics = {
        .interface = 1,
        .start_ns = G_GINT64_CONSTANT(0x0102030405060708),
        .end_ns = G_GINT64_CONSTANT(0x1112131415161718),
        .received = 5,
        .dropped = 6,
    };
    const guint32 start[] = { 0x01020304, 0x05060708 }, end[] = { 0x11121314, 0x15161718 };
    GByteArray *block = g_byte_array_new();

    pcapng_statistics(block, &statistics);
    assert_frame(block, 5);
    g_assert_cmpuint(u32_at(block, 8), ==, 1);
    g_assert_cmphex(u32_at(block, 12), ==, 0x11121314);
    g_assert_cmphex(u32_at(block, 16), ==, 0x15161718);
    assert_option(block, 20, 2, start, 8);
    assert_option(block, 20, 3, end, 8);
    assert_option(block, 20, 4, &statistics.received, 8);
    assert_option(block, 20, 5, &statistics.dropped, 8);
    g_byte_array_unref(block);
}

static struct record
record_of(const GByteArray *bytes, enum cjt188_kind kind, size_t preamble)
{
    return (struct record){ .kind = kind, .bytes = bytes->data, .length = bytes->len, .preamble = preamble };
}

static void
assert_record(const struct record *record, enum record_class class, guint32 flags, const char *comment)
{
    char *text = record_comment(record);

    g_assert_cmpint(record_class(record), ==, class);
    g_assert_cmphex(record_flags(record), ==, flags);
    g_assert_cmpstr(text, ==, comment);
    g_free(text);
}

static void
test_records(void)
{
    GByteArray *request = bytes_from_hex("FE FE 68 20 AA AA AA AA AA 11 11 01 03 1F 90 00 AF 16");
    GByteArray *reply = bytes_from_hex("68 20 25 32 26 24 00 00 00 81 03 1F 90 12 6E 16");
    struct record record = record_of(request, CJT188_FRAME, 2);

    assert_record(&record, CLASS_REQUEST, 2, NULL);
    record = record_of(reply, CJT188_FRAME, 0);
    assert_record(&record, CLASS_REPLY, 1, NULL);
    record.marks = 2;
    record.first_mark = 4;
    assert_record(&record, CLASS_REPLY, 0x80000001,
                  "The line marked 2 of 16 bytes (parity, framing or break), the first is byte 5");

    reply->data[3] ^= 1;
    record = record_of(reply, CJT188_DAMAGED, 0);
    assert_record(&record, CLASS_DAMAGED, 0x01000001, "Checksum is 6E, the bytes give 6F");
    reply->data[3] ^= 1;
    reply->data[14] = cjt188_checksum(reply->data, 14);
    reply->data[15] = 0x17;
    assert_record(&record, CLASS_DAMAGED, 0x00000001, "End byte is 17, not 16");

    record = record_of(request, CJT188_TRUNCATED, 2);
    record.length = 15;
    assert_record(&record, CLASS_TRUNCATED, 0x04000002, "Ends after 13 of 16 bytes");
    record.length = 6;
    assert_record(&record, CLASS_TRUNCATED, 0x04000000, "Ends after 4 bytes, before its length");

    record = record_of(request, CJT188_NOISE, 0);
    assert_record(&record, CLASS_NOISE, 0x20000000, "No frame in these bytes");
    record = record_of(request, CJT188_MBUS, 0);
    assert_record(&record, CLASS_MBUS, 0, NULL);
    record = record_of(request, CJT188_DLT645, 2);
    assert_record(&record, CLASS_DLT645, 0, NULL);
    g_byte_array_unref(request);
    g_byte_array_unref(reply);
}

/* Every record's name and comment exists, whatever the bytes; run with the sanitizers it reads nothing beyond. */
static void
test_any_record(void)
{
    GPtrArray *frames = frames_load();
    guint described = 0;

    for (guint i = 0; i < frames->len; i++) {
        const GByteArray *bytes = frame_at(frames, i)->bytes;

        for (guint length = 1; length <= bytes->len; length++) {
            guint8 *copy = g_memdup2(bytes->data, length);
            const struct cjt188_piece piece = cjt188_next_piece(copy, length, true, NULL);
            const struct record record = {
                .kind = piece.kind, .bytes = copy, .length = piece.length, .preamble = piece.preamble
            };
            char *comment = record_comment(&record);

            g_assert_nonnull(record_class_name(record_class(&record)));
            g_assert_cmpint(comment == NULL, ==, (record_flags(&record) & ~3u) == 0 && record.kind != CJT188_DAMAGED);
            described += comment != NULL;
            g_free(comment);
            g_free(copy);
        }
    }
    g_assert_cmpuint(described, >, 1000);
    g_ptr_array_unref(frames);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pcapng/section", test_section);
    g_test_add_func("/pcapng/interface", test_interface);
    g_test_add_func("/pcapng/packet", test_packet);
    g_test_add_func("/pcapng/statistics", test_statistics);
    g_test_add_func("/record/names-flags-comments", test_records);
    g_test_add_func("/record/any", test_any_record);
    return g_test_run();
}
