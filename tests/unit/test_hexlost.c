/* test_hexlost.c
 * What looks like a frame in a text and gave none is told, once and with its line, and the second reader finds the frames
 * that the first one cannot read.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "sources/hexloose.h"
#include "sources/hexlost.h"
#include "sources/hextext.h"

#include <glib.h>
#include <string.h>

#define WITH_SPACES "68 20 AA AA AA AA AA 11 11 01 03 1F 90 00 AF 16"
#define DECIMAL     "104 32 170 170 170 170 170 17 17 1 3 31 144 0 175 22"
#define OCTAL       "150 040 252 252 252 252 252 021 021 001 003 037 220 000 257 026"
#define BINARY                                                                                                         \
    "01101000 00100000 10101010 10101010 10101010 10101010 10101010 00010001 00010001 00000001 00000011 00011111 "     \
    "10010000 "                                                                                                        \
    "00000000 10101111 00010110"

static const uint8_t candidate[] = { 0xFE, 0x68, 0x20, 0xAA, 0xAA, 0xAA, 0xAA, 0xAA,
                                     0x11, 0x11, 0x01, 0x03, 0x1F, 0x90, 0x00, 0x16 };

/* Nothing is lost before it begins. */
static struct hexlost *
new_lost(void)
{
    struct hexlost *lost = g_new0(struct hexlost, 1);

    g_assert_null(hexlost_text(lost));
    return lost;
}

static void
check_and_free(struct hexlost *lost, const char *expected)
{
    char *text;

    hexlost_finish(lost);
    text = hexlost_text(lost);
    g_assert_cmpstr(text, ==, expected);
    g_free(text);
    g_free(lost);
}

/* Each kind, in words. */
static void
test_words(void)
{
    struct hexlost *lost = new_lost();

    hexlost_digits(lost, 3);
    hexlost_digits(lost, 3);
    hexlost_digits(lost, 5);
    check_and_free(lost, "no whole frame was found, and there are digits on 2 lines, first on line 3");

    lost = new_lost();
    hexlost_digits(lost, 3);
    hexlost_frame(lost, 3, 0);
    check_and_free(lost, NULL);

    lost = new_lost();
    hexlost_frame(lost, 3, 0);
    hexlost_broken(lost, HEXLOST_RUN, 9, 0);
    hexlost_broken(lost, HEXLOST_RUN, 7, 0);
    hexlost_cut(lost, 8);
    hexlost_loose(lost, 4, false);
    hexlost_loose(lost, 5, false);
    check_and_free(lost,
                   "2 runs of bytes from 68 to 16 gave no whole frame, on lines 7 and 9; 1 frame stops before its end, "
                   "on line 8; 2 whole frames are written in a way that is not read, on lines 4 and 5");
}

/* A run that the framer did not get may still have become a frame. */
static void
test_runs(void)
{
    struct hexlost *lost = new_lost();

    hexlost_run(lost, candidate, sizeof candidate, false, 4, 0);
    check_and_free(lost, "1 run of bytes from 68 to 16 gave no whole frame, on line 4");

    lost = new_lost();
    hexlost_run(lost, candidate, 4, true, 4, 0);
    hexlost_run(lost, candidate + 4, sizeof candidate - 4, false, 5, 4);
    hexlost_frame(lost, 4, 1);
    check_and_free(lost, NULL);

    lost = new_lost(); /* too short, and without an end */
    hexlost_run(lost, candidate, 4, false, 4, 0);
    hexlost_run(lost, candidate, sizeof candidate - 1, false, 5, 0);
    check_and_free(lost, NULL);

    lost = new_lost(); /* the framer had it all, and found none in it */
    for (size_t i = 0; i < sizeof candidate; i++)
        hexlost_byte(lost, candidate[i], i == 1, i + 1 == sizeof candidate, 6, i);
    check_and_free(lost, "1 run of bytes from 68 to 16 gave no whole frame, on line 6");
}

/* More than can wait, or be named. */
static void
test_many(void)
{
    struct hexlost *lost = new_lost();

    for (uint64_t line = 1; line <= 1000; line++)
        hexlost_run(lost, candidate, sizeof candidate, false, line, 0);
    check_and_free(
        lost,
        "1000 runs of bytes from 68 to 16 gave no whole frame, on lines 1, 2, 3, 4, 5, 6, 7 and 8 and perhaps "
        "more");

    lost = new_lost();
    for (uint64_t line = 1; line <= 1000; line++)
        hexlost_loose(lost, line, line % 2 == 0);
    check_and_free(lost,
                   "1000 whole frames are written in a way that is not read, on lines 1, 2, 3, 4, 5, 6, 7 and 8 and "
                   "perhaps more");

    lost = new_lost();
    for (uint64_t line = 1; line <= 2000; line++) {
        hexlost_frame(lost, line, line);
        if (line > 300)
            hexlost_loose(lost, line - 300, false);
    }
    check_and_free(lost, NULL);
}

/* What both readers find, in whatever order and ways, is not lost; nor is anything told twice. */
static void
test_two_readers(void)
{
    struct hexlost *lost = new_lost();

    hexlost_loose(lost, 1, false);
    hexlost_frame(lost, 1, 0);
    hexlost_frame(lost, 2, 1);
    hexlost_loose(lost, 2, true);
    hexlost_loose(lost, 2, false);
    hexlost_loose(lost, 3, true);
    hexlost_loose(lost, 3, true);
    hexlost_frame(lost, 3, 2);
    hexlost_loose(lost, 4, true);
    hexlost_loose(lost, 4, false);
    hexlost_loose(lost, 5, false);
    hexlost_broken(lost, HEXLOST_RUN, 5, 3);
    check_and_free(
        lost,
        "1 run of bytes from 68 to 16 gave no whole frame, on line 5; 1 whole frame is written in a way that is "
        "not read, on line 4");

    lost = new_lost(); /* two in a line, of which one is read */
    hexlost_loose(lost, 1, false);
    hexlost_loose(lost, 1, false);
    hexlost_frame(lost, 1, 0);
    check_and_free(lost, "1 whole frame is written in a way that is not read, on line 1");
}

static void
on_frame(uint64_t line, bool again, void *user)
{
    if (!again)
        g_string_append_printf(user, "%" G_GUINT64_FORMAT " ", line);
}

/* In any base, whatever stands between. */
static void
test_loose(void)
{
    static const char *const found[] = {
        WITH_SPACES,
        DECIMAL,
        OCTAL,
        BINARY,
        "&H68, &H20 (type) AA AA AA AA AA|11|11 -> 01/03 = 1F90 h'00' [i]AF[/i] 16H",
        "\\150\\040\\252\\252\\252\\252\\252\\021\\021\\001\\003\\037\\220\\000\\257\\026",
        "104, 32, -86, -86, -86, -86, -86, 17, 17, 1, 3, 31, -112, 0, -81, 22",
        "2068 aaaa aaaa 11aa 0111 1f03 0090 16af"
    };
    static const char *const none[] = { "", "deadline", "68 20 face 16",
                                        "68 20 AA AA AA AA AA 11 11 01 03 1F 90 00 AE 16", "192.168.104.32" };

    for (size_t i = 0; i < G_N_ELEMENTS(found) + G_N_ELEMENTS(none); i++) {
        const bool is_found = i < G_N_ELEMENTS(found);
        GString *lines = g_string_new(NULL);
        struct hexloose *loose = hexloose_new(on_frame, lines);

        hexloose_take(loose, "prose 12", 6);
        hexloose_take(loose, is_found ? found[i] : none[i - G_N_ELEMENTS(found)], 7);
        hexloose_finish(loose);
        hexloose_free(loose);
        g_assert_cmpstr(lines->str, ==, is_found ? "7 " : "");
        g_string_free(lines, TRUE);
    }
}

static void
count_pieces(const struct hextext_piece *piece, void *user)
{
    if (piece->length >= 16)
        ++*(size_t *)user;
}

/* All of it together. */
static void
test_texts(void)
{
    static const struct {
        const char *text, *lost;
        size_t pieces;
    } cases[] = {
        { WITH_SPACES "\n" DECIMAL "\n", NULL, 2 },
        { WITH_SPACES "\n" OCTAL "\n", "1 whole frame is written in a way that is not read, on line 2", 1 },
        { WITH_SPACES "\n\nand " BINARY "\n", "1 whole frame is written in a way that is not read, on line 3", 1 },
        { OCTAL "\n", "no whole frame was found, and there are digits on 1 line, first on line 1", 0 },
        { "It said 68 20 AA AA AA AA AA 11 11 01 03 1F no more\n" WITH_SPACES "\n",
          "1 frame stops before its end, on line 1", 1 },
        { "{ x: <Buffer 68 20 AA AA AA AA AA 11 11 01 03 1F 90 00 ... 2 more bytes> }\n" WITH_SPACES "\n",
          "1 frame stops before its end, on line 1", 1 },
        { "f = b'\\x68\\x20\\xAA\\xAA\\xAA\\xAA\\xAA\\x11\\x11\\x01\\x03\\x1F\\x90\\x00'\n" WITH_SPACES "\n", NULL, 1 },
        { "prose of 68 cats, 16 dogs and 12 of 104\n" WITH_SPACES "\n", NULL, 1 },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        size_t pieces = 0;
        struct hextext *hextext = hextext_new(1777313535, count_pieces, &pieces);
        char *lost;

        hextext_feed(hextext, cases[i].text, strlen(cases[i].text));
        hextext_finish(hextext);
        lost = hextext_lost(hextext);
        hextext_free(hextext);
        g_assert_cmpstr(lost, ==, cases[i].lost);
        g_assert_cmpuint(pieces, ==, cases[i].pieces);
        g_free(lost);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hexlost/words", test_words);
    g_test_add_func("/hexlost/runs", test_runs);
    g_test_add_func("/hexlost/many", test_many);
    g_test_add_func("/hexlost/two-readers", test_two_readers);
    g_test_add_func("/hexlost/loose", test_loose);
    g_test_add_func("/hexlost/texts", test_texts);
    return g_test_run();
}
