/* test_parmrk.c
 * The decoder of PARMRK streams: every byte back, marks where the tty put them, however it is portioned.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "sources/parmrk.h"

#include <glib.h>

static void
check(const guint8 *in, gsize length, const guint8 *bytes, const guint8 *marks, gsize expected)
{
    for (gsize portion = 1; portion <= length; portion++) {
        struct parmrk state = { 0 };
        guint8 out[64], out_marks[64];
        gsize got = 0;

        for (gsize at = 0; at < length; at += portion)
            got += parmrk_decode(&state, in + at, MIN(portion, length - at), out + got, out_marks + got);
        got += parmrk_finish(&state, out + got, out_marks + got);
        g_assert_cmpmem(out, got, bytes, expected);
        g_assert_cmpmem(out_marks, got, marks, expected);
    }
}

#define CHECK(in, bytes, marks)                                                                                        \
    do {                                                                                                               \
        G_STATIC_ASSERT(sizeof(bytes) == sizeof(marks));                                                               \
        check(in, sizeof(in), bytes, marks, sizeof(bytes));                                                            \
    } while (0)

static void
test_escapes(void)
{
    static const guint8 plain[] = { 0x68, 0x00, 0xFE, 0x16 }, none[] = { 0, 0, 0, 0 };
    static const guint8 doubled[] = { 0xFF, 0xFF, 0xFF, 0xFF, 0x00 }, two[] = { 0xFF, 0xFF, 0x00 },
                        zeros[] = { 0, 0, 0 };
    static const guint8 marked[] = { 0x68, 0xFF, 0x00, 0x20, 0x16 }, at[] = { 0x68, 0x20, 0x16 }, one[] = { 0, 1, 0 };
    static const guint8 broken[] = { 0xFF, 0x00, 0x00 }, zero[] = { 0 }, mark[] = { 1 };
    static const guint8 marked_ff[] = { 0xFF, 0x00, 0xFF, 0x01 }, ff[] = { 0xFF, 0x01 }, first[] = { 1, 0 };

    CHECK(plain, plain, none);
    CHECK(doubled, two, zeros);
    CHECK(marked, at, one);
    CHECK(broken, zero, mark);
    CHECK(marked_ff, ff, first);
}

/* What no tty sends loses nothing either. */
static void
test_no_escape(void)
{
    static const guint8 lone[] = { 0xFF, 0x41 }, none[] = { 0, 0 };
    static const guint8 end[] = { 0x41, 0xFF }, end_zero[] = { 0xFF, 0x00 };

    CHECK(lone, lone, none);
    CHECK(end, end, none);
    CHECK(end_zero, end_zero, none);
}

/* Any bytes with any marks survive the way of a tty and back. */
static void
test_round_trip(void)
{
    GRand *random = g_rand_new_with_seed(8);

    for (int round = 0; round < 2000; round++) {
        GByteArray *bytes = g_byte_array_new(), *marks = g_byte_array_new(), *line = g_byte_array_new();
        guint8 out[300], out_marks[300];
        struct parmrk state = { 0 };
        gsize got = 0;

        for (guint i = g_rand_int(random) % 90; i > 0; i--) {
            const guint8 byte = g_rand_int(random) % 3 == 0 ? 0xFF : g_rand_int(random) % 3 == 0 ? 0 : (guint8)i;
            const guint8 mark = g_rand_int(random) % 4 == 0;
            const guint8 escaped[] = { 0xFF, 0x00, byte }, doubled[] = { 0xFF, 0xFF };

            g_byte_array_append(bytes, &byte, 1);
            g_byte_array_append(marks, &mark, 1);
            if (mark)
                g_byte_array_append(line, escaped, 3);
            else if (byte == 0xFF)
                g_byte_array_append(line, doubled, 2);
            else
                g_byte_array_append(line, &byte, 1);
        }
        for (guint at = 0; at < line->len;) {
            const guint portion = 1 + g_rand_int(random) % 5, length = MIN(portion, line->len - at);

            got += parmrk_decode(&state, line->data + at, length, out + got, out_marks + got);
            at += length;
        }
        got += parmrk_finish(&state, out + got, out_marks + got);
        g_assert_cmpmem(out, got, bytes->data, bytes->len);
        g_assert_cmpmem(out_marks, got, marks->data, marks->len);
        g_byte_array_unref(bytes);
        g_byte_array_unref(marks);
        g_byte_array_unref(line);
    }
    g_rand_free(random);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/parmrk/escapes", test_escapes);
    g_test_add_func("/parmrk/no-escape", test_no_escape);
    g_test_add_func("/parmrk/round-trip", test_round_trip);
    return g_test_run();
}
