/* test_hextext.c
 * Bytes in text, below the frames: how a line falls into bytes and words, and which moment it is of.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "sources/hexrow.h"
#include "sources/hextext.h"
#include "sources/hextime.h"
#include "sources/hextoken.h"

#include <glib.h>
#include <string.h>

static void
set_line(struct token_line *line, const char *text)
{
    line->length = strlen(text);
    g_assert_cmpuint(line->length, <=, HEXTOKEN_LINE_MAX);
    memcpy(line->text, text, line->length + 1);
    token_line_cut(line);
}

static void
append_tokens(GString *out, struct token_line *line, const char *text)
{
    static const char *const kinds[] = {
        [TOKEN_WORD] = "w", [TOKEN_ARROW] = "a", [TOKEN_SIGN] = "s", [TOKEN_CUT] = "c"
    };

    set_line(line, text);
    for (size_t i = 0; i < line->count; i++) {
        const struct token *token = &line->tokens[i];

        g_string_append(out, i > 0 ? " " : "");
        if (token->kind != TOKEN_BYTES)
            g_string_append(out, kinds[token->kind]);
        for (size_t k = 0; token->kind == TOKEN_BYTES && k < token->length; k++)
            g_string_append_printf(out, "%02X", line->bytes[token->first + k]);
        if (token->mark != DIRECTION_UNKNOWN)
            g_string_append(out, token->mark == DIRECTION_REQUEST ? "T" : "R");
    }
}

/* The bytes of lines, which end with "/"; what is not bytes is a letter: w word, a arrow, s sign, c cut, with T or R when it
 * tells a direction. */
static char *
tokens_text(const char *text)
{
    struct token_line *line = g_new0(struct token_line, 1);
    char **lines = g_strsplit(text, "\n", 0);
    GString *out = g_string_new(NULL);

    for (size_t i = 0; lines[i] != NULL; i++) {
        g_string_append(out, i > 0 ? " / " : "");
        append_tokens(out, line, lines[i]);
    }
    g_strfreev(lines);
    g_free(line);
    return g_string_free(out, FALSE);
}

static void
test_tokens(void)
{
    static const char *const cases[][2] = {
        { "FE fe 68", "FE FE 68" },
        { "fe:fe:68 FE-FE-68 FE|FE|68", "FE FE 68 FE FE 68 FE FE 68" },
        { "FEFE68 (20) [AA]", "FEFE68 20 AA" },
        { "0xFE,0X68,0x1", "FE 68 01" },
        { "\\xFE\\x68", "FE 68" },
        { "b'\\xfeh \\n\\\\z' B\"\\x16\\\"\" b''", "FE68200A5C7A 1622" },
        { "FEh 68H 0AAh", "FE 68 AA" },
        { "$FE $68", "FE 68" },
        { "FE\xC2\xA0"
          "68\xEF\xBB\xBF"
          "20\xA0"
          "16",
          "FE 68 20 16" },
        { "TX sent -> <<< RX: a = FEF", "wT wT aT aR wR w s w" },
        { "发→◇FE □", "wT FE" },
        { "收←◆FE", "wR FE" },
        { "\xB7\xA2\xA1\xFA\xA1\xF3"
          "FE \xA1\xF5",
          "wT FE" },
        { "\xCA\xD5\xA1\xFB\xA1\xF4"
          "FE",
          "wR FE" },
        { "FE_FE_68 %FE%68 01.02.03.04.05.06.07.08", "FEFE68 FE68 0102030405060708" },
        { "<FE><68> {20}", "FE 68 20" },
        { "\"\\xfeh \\x16\\x03\" '\\376h\\003\\026'", "FE68201603 FE680316" },
        { "\x1B[0;36mFE\x1B[0m 68", "FE 68" },
        /* Emphasis and tags. */
        { "FE *68 20* **16** _FE 68_ `20` ~~16~~", "FE 68 20 16 FE 68 20 16" },
        { "2 * 3 a_b", "w s w w" },
        { "<b>FE</b> <br/>68 <span style=\"x\">20</span>", "FE 68 20" },
        /* Buffers of Node. */
        { "<Buffer fe 68>", "FE 68" },
        { "x: <Buffer fe 68 ... 9 more bytes>, <Buffer 20 ... 1 more byte>", "w FE 68 c 20 c" },
        { "fe 68 ... 9 more bytes", "FE 68 w w w w" },
        /* Casts and suffixes. */
        { "(byte)0xFE, (byte) 0x68, (unsigned char)0x20", "FE 68 20" },
        { "byte(0xFE), 0x68u8, 0x20.toByte(), 0x16u", "FE 68 20 16" },
        { "(byte)-2, (byte)104, (byte) 32", "FE 68 20" },
        { "a byte of 12 bytes", "w w w 12 w" },
        /* Decimal. */
        { "[254,104,32]", "FE 68 20" },
        { "\"d\":[104, 32, 170]", "w 68 20 AA" },
        { "[-2, 104, 0, -86]", "FE 68 00 AA" },
        { "254 104 32 170", "FE 68 20 AA" },
        { "it is 254 104 32 170 0 1 2 3 of them", "w w FE 68 20 AA 00 01 02 03 w w" },
        { "{0x68, 32, 0xAA, 1}", "68 20 AA 01" },
        { "0000020 104  32 170", "68 20 AA" },
        { "[254, 104,\n 32, 17,\n 22]\n20 17", "FE 68 / 20 11 / 16 / 20 17" },
        { "254 104 32\n32 17 22\n\n32 17", "FE 68 20 / 20 11 16 /  / 32 17" },
        { "254\n104\n32\n\n32", "FE / 68 / 20 /  / 32" },
        { "{ 0x68, 0x20,\n32, 17 }\n32", "68 20 / 20 11 / 32" },
        { "0xFE\n0x1\n32", "FE / 01 / 32" },
        /* One digit. */
        { "68 20 1 A 3 1F 90 0 11 22 33 16", "68 20 01 0A 03 1F 90 00 11 22 33 16" },
        { "68 1 2 3 4 5 6 7 8 9 A 16", "68 01 02 03 04 05 06 07 08 09 0A 16" },
        /* Not decimal. */
        { "68 20 11 11 11 11 11 11 11 01 00 90 16 200", "68 20 11 11 11 11 11 11 11 01 00 90 16 w" },
        { "104 32 of 170", "w 32 w w" },
        { "200\n68\n20", "C8 / 68 / 20" },
        { "1 FE 68 2", "w FE 68 w" },
        { "-68 20 AA", "68 20 AA" },
        { "10.20.30.40 192.168.1.20", "w w" },
        { "300, 104, 256, 32", "w w w 32" },
        /* Prose. */
        { "0x1, 0x2", "w w" },
        { "for 25h, $30", "w w w" },
        { "25.66 m³ é", "w w s s" },
        { "b'68", "w 68" },
        { "550e8400-e29b-41d4-a716-446655440000", "w" },
        { "550e8400-e29b-41d4-a716-44665544", "550E8400 E29B 41D4 A716 44665544" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        char *got = tokens_text(cases[i][0]);

        g_assert_cmpstr(got, ==, cases[i][1]);
        g_free(got);
    }
}

/* A line may be full of anything. */
static void
test_full_lines(void)
{
    static const char *const fillings[] = { "b'",     "b'\\x", "$",   "\\",   "0x1 ", "f",   "\xC2",  "发",
                                            "|",      "-",     "<",   "1:1:", "12",   "'",   "\"\\x", "<b",
                                            "(byte)", "1 ",    "-1,", "200,", "_68",  "%68", "\x1B[", "0x68,32," };
    struct token_line *line = g_new0(struct token_line, 1);
    struct hextime time = { .today_s = 1777313535 };

    for (size_t i = 0; i < G_N_ELEMENTS(fillings); i++) {
        for (size_t at = 0; at < HEXTOKEN_LINE_MAX; at++)
            line->text[at] = fillings[i][at % strlen(fillings[i])];
        line->text[HEXTOKEN_LINE_MAX] = '\0';
        line->length = HEXTOKEN_LINE_MAX;
        hextime_take(&time, line->text);
        token_line_cut(line);
        g_assert_cmpuint(line->count, <=, HEXTOKEN_LINE_MAX);
        g_assert_cmpuint(line->bytes_length, <=, HEXTOKEN_LINE_MAX);
    }
    g_assert_cmpint(time.time_ns, ==, 0);
    g_free(line);
}

#define MOMENT    (G_GINT64_CONSTANT(1777313535) * NS_PER_SECOND) /* 2026-04-27 18:12:15 UTC */
#define FRACTION  (250 * NS_PER_MS)
#define A_DAY     (G_GINT64_CONSTANT(86400) * NS_PER_SECOND)
#define TODAY_S   (G_GINT64_CONSTANT(1777313535) + 3 * 86400) /* 2026-04-30 */
#define TODAY     (MOMENT + 3 * A_DAY)
#define LAST_YEAR (MOMENT - 119 * A_DAY) /* 2025-12-29 */

static int64_t
take(struct hextime *time, const char *text)
{
    char *line = g_strdup(text);
    int64_t time_ns;

    hextime_take(time, line);
    g_free(line);
    time_ns = time->time_ns;
    time->time_ns = 0;
    return time_ns;
}

static void
test_times(void)
{
    static const struct {
        const char *text;
        int64_t time_ns;
    } cases[] = {
        { "2026-04-27 18:12:15.250 TX", MOMENT + FRACTION },
        { "2026-04-27 18:12:15,250 TX", MOMENT + FRACTION },
        { "2026-04-27 18:12:15:250 TX", MOMENT + FRACTION },
        { "2026-04-27 18:12:15.250000:  /dev/ttyUSB0", MOMENT + FRACTION },
        { "2026-04-27T18:12:15.25Z", MOMENT + FRACTION },
        { "2026-04-27T20:12:15+02:00", MOMENT },
        { "2026-04-27 13:42:15 -0430", MOMENT },
        { "2026-04-27_18:12:15", MOMENT },
        { "[27/Apr/2026:18:12:15 +0000]", MOMENT },
        { "27.04.2026 18:12:15.250", MOMENT + FRACTION },
        { "27-04-2026 18:12:15", MOMENT },
        { "04/27/2026 18:12:15", MOMENT },
        { "4/27/2026 6:12:15.250 PM", MOMENT + FRACTION },
        { "4/27/2026, 12:12:15 AM", MOMENT - 18 * 3600 * NS_PER_SECOND },
        { "27/04/2026 18:12:15", MOMENT },
        { "04.05.2026 18:12:15", MOMENT + 7 * A_DAY },
        { "05/04/2026 18:12:15", MOMENT + 7 * A_DAY },
        { "Apr 27 2026 18:12:15", MOMENT },
        { "April 27, 2026 18:12:15", MOMENT },
        { "27 Apr 2026 18:12:15.250", MOMENT + FRACTION },
        { "Mon Apr 27 18:12:15 2026 TX", MOMENT },
        { "18:12:15.250 27.04.2026 TX", MOMENT + FRACTION },
        { "Apr 27 18:12:15 pi meterd[1234]: TX", MOMENT },
        { "Dec 29 18:12:15 pi meterd[1234]: TX", LAST_YEAR },
        { "1777313535.250 TX", MOMENT + FRACTION },
        { "(1777313535.250000) can0", MOMENT + FRACTION },
        { "[1777313535] TX", MOMENT },
        { "Time:18:12:15 TX", TODAY },
        { "6:12:15.250 PM TX", TODAY + FRACTION },
        { "18:12:15,68,20", TODAY },
        /* Bytes, numbers, nonsense. */
        { "18:12:15:25:32", 0 },
        { "FE:18:12:15", 0 },
        { "18:12:15:FE", 0 },
        { "25:12:15", 0 },
        { "FE (1777313535) FE", 0 },
        { "1777313535", 0 },
        { "2026-13-45 is no date, nor is 1.2.3 or 0.0.0000", 0 },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct hextime time = { .today_s = TODAY_S };

        g_test_message("%s", cases[i].text);
        g_assert_cmpint(take(&time, cases[i].text), ==, cases[i].time_ns);
    }
}

/* What a line does not say comes from those before it. */
static void
test_times_in_order(void)
{
    struct hextime time = { .today_s = TODAY_S };

    g_assert_cmpint(take(&time, "Log of 2026-04-27"), ==, 0);
    g_assert_cmpint(take(&time, "18:12:15 TX"), ==, MOMENT);
    g_assert_cmpint(take(&time, "17:12:15 TX"), ==, MOMENT - 3600 * NS_PER_SECOND);
    g_assert_cmpint(take(&time, "23:59:59 TX"), ==, MOMENT + 20864 * NS_PER_SECOND);
    g_assert_cmpint(take(&time, "00:00:00 RX"), ==, MOMENT + 20865 * NS_PER_SECOND);
    g_assert_cmpint(take(&time, "18:12:15 RX"), ==, MOMENT + A_DAY);
    g_assert_cmpint(take(&time, "2025-12-29 23:59:59"), ==, LAST_YEAR + 20864 * NS_PER_SECOND);
    g_assert_cmpint(take(&time, "Another one of 2025-12-29"), ==, 0);
    g_assert_cmpint(take(&time, "01:12:15"), ==, LAST_YEAR - 17 * 3600 * NS_PER_SECOND);
    g_assert_cmpint(take(&time, "Apr 27 18:12:15"), ==, MOMENT);
}

/* Without a date or a clock: from midnight on. */
static void
test_times_since_start(void)
{
    static const struct {
        const char *heading, *line, *rest;
        int64_t time_ns;
    } cases[] = {
        { "", "[   12.250000] TX 68", "[            ] TX 68", 12 * NS_PER_SECOND + FRACTION },
        { "", "12.250,0x68", "      ,0x68", 12 * NS_PER_SECOND + FRACTION },
        { "Time [s],Value", "12.25,0x68", "     ,0x68", 12 * NS_PER_SECOND + FRACTION },
        { "Id;Time(ms);Value", "3;12250;68", "3;     ;68", 12 * NS_PER_SECOND + FRACTION },
        { "Id,Time[ns],Value", "3,12250000000.00,68", "3,              ,68", 12 * NS_PER_SECOND + FRACTION },
        { "name,\"start_time\",data", "\"TX\",1.225e1,0x68", "\"TX\",       ,0x68", 12 * NS_PER_SECOND + FRACTION },
        /* No such times. */
        { "", "12.25,0x68", "12.25,0x68", 0 },
        { "", "12.250 is no time", "12.250 is no time", 0 },
        { "Time and tide, wait", "12.25,68", "12.25,68", 0 },
        { "Time [s],Value", "68,20", "68,20", 0 },
        { "Time [s],Value", "12.25,68,20", "12.25,68,20", 0 },
    };
    const int64_t midnight = TODAY - 65535 * NS_PER_SECOND;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct hextime time = { .today_s = TODAY_S };
        char *heading = g_strdup(cases[i].heading), *line = g_strdup(cases[i].line);

        hextime_take(&time, heading);
        hextime_take(&time, line);
        g_assert_cmpstr(line, ==, cases[i].rest);
        g_assert_cmpint(time.time_ns, ==, cases[i].time_ns != 0 ? midnight + cases[i].time_ns : 0);
        g_free(heading);
        g_free(line);
    }
}

/* What a table's lines give, and "-" for each that is none of it. */
static char *
rows_text(const char *text, bool timed)
{
    struct hexrows rows = { .count = 0 };
    char **lines = g_strsplit(text, "\n", 0);
    GString *out = g_string_new(NULL);

    for (size_t i = 0; lines[i] != NULL; i++) {
        bool taken;

        hexrows_look(&rows, lines[i]);
        taken = hexrows_take(&rows, lines[i], i + 1, 0, timed);
        for (size_t k = 0; taken && k < rows.count; k++)
            g_string_append_printf(out, "%02X", rows.rows[k].byte);
        g_string_append(out, taken ? " " : "- ");
    }
    g_strfreev(lines);
    return g_string_free(out, FALSE);
}

static void
test_rows(void)
{
    static const struct {
        const char *text, *rows;
        bool timed;
    } cases[] = {
        { "uart-1: FE\nuart-1: 68\nuart-1: 20\nuart-1: 16\nuart-1: AA", "- - - FE682016 AA ", false },
        { "uart-1: FE\nuart-1: Start bit\nuart-1: 1\nuart-1: 68\nuart-1: 20\nuart-1: 16", "- - - - - FE682016 ",
          false },
        { "1-3 UART: RX data: FE\n5-7 UART: RX bits: 1\n5-7 UART: RX data: 68", "FE - 68 ", false },
        { "d[0] = 0xFE\nd[1] = 0x68\nd[2] = 0x20\nd[3] = 0x1", "- - - FE682001 ", false },
        { "d[0] = 254\nd[1] = 104\nd[2] = 32\nd[3] = 2", "- - - FE682002 ", false },
        { "| 8 | FE |\n| 9 | 68 |\n| 10 | 20 |\n| 11 | 16 |", "- - - FE682016 ", false },
        { "10: FE\n11: 68\n12: 20\n13: 16", "- - - FE682016 ", false },
        { "    ,0xFE,,\n    ,0x68,,", "FE 68 ", true },
        { "Value,Parity Error\n    ,254,,\n    ,68,,", "- FE 44 ", true },
        { "Value,Parity Error\n    ,'254',,\n    ,h,,\n    ,COMMA,,\n    ,2,,", "- FE 68 2C 32 ", true },
        /* Not tables. */
        { "TX: FE 68\nTX: 68 20\nTX: 20 16\nTX: 16 FE", "- - - - ", false },
        { "10: FE\n12: 68\n13: 20\n14: 16", "- - - - ", false },
        { "a = 12\nb = 13\na = 14\nb = 15", "- - - - ", false },
        { "v 1.16\nv 1.68\nv 1.20\nv 1.16", "- - - - ", false },
        { "FE\n68\n20\n16", "- - - - ", false },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        char *got = rows_text(cases[i].text, cases[i].timed);

        g_assert_cmpstr(got, ==, cases[i].rows);
        g_free(got);
    }
}

/* Their digits are gone, and nothing else. */
static void
test_times_blank(void)
{
    struct hextime time = { .today_s = TODAY_S };
    char line[] = "[2026-04-27 18:12:15.250] TX 20 26 6:12:15 PM FE 27.04.2026 16";

    hextime_take(&time, line);
    g_assert_cmpstr(line, ==, "[                       ] TX 20 26            FE            16");
    g_assert_cmpint(time.time_ns, ==, MOMENT + FRACTION);
}

static void
on_piece(const struct hextext_piece *piece, void *user)
{
    g_byte_array_append(user, piece->bytes, (guint)piece->length);
}

/* In whatever portions the text comes, UTF-16 too. */
static void
test_portions(void)
{
    static const char *const mark[] = { "", "\xEF\xBB\xBF", "\xFF\xFE", "\xFE\xFF" };
    static const char text[] = "RX 01 02 03\n\n04 06 05 07\nTX b'\\x01h'\n";
    static const guint8 expected[] = { 1, 2, 3, 4, 6, 5, 7, 1, 0x68 };

    for (size_t i = 0; i < G_N_ELEMENTS(mark); i++) {
        GString *in = g_string_new(mark[i]);

        for (const char *at = text; *at != '\0'; at++) {
            if (i == 3)
                g_string_append_c(in, '\0');
            g_string_append_c(in, *at);
            if (i == 2)
                g_string_append_c(in, '\0');
        }
        for (gsize portion = 1; portion < in->len; portion++) {
            GByteArray *out = g_byte_array_new();
            struct hextext *hextext = hextext_new(TODAY_S, on_piece, out);

            for (gsize at = 0; at < in->len; at += portion)
                hextext_feed(hextext, in->str + at, MIN(portion, in->len - at));
            hextext_finish(hextext);
            hextext_free(hextext);
            g_assert_cmpmem(out->data, out->len, expected, sizeof expected);
            g_byte_array_unref(out);
        }
        g_string_free(in, TRUE);
    }
}

int
main(int argc, char **argv)
{
    g_setenv("TZ", "UTC", TRUE);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hextext/tokens", test_tokens);
    g_test_add_func("/hextext/full-lines", test_full_lines);
    g_test_add_func("/hextext/times", test_times);
    g_test_add_func("/hextext/times-in-order", test_times_in_order);
    g_test_add_func("/hextext/times-blank", test_times_blank);
    g_test_add_func("/hextext/times-since-start", test_times_since_start);
    g_test_add_func("/hextext/rows", test_rows);
    g_test_add_func("/hextext/portions", test_portions);
    return g_test_run();
}
