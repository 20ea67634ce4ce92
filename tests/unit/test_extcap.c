/* test_extcap.c
 * What goes to Wireshark and comes from its toolbar, byte by byte, however hostile.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "extcap/extcap.h"
#include "extcap/toolbar.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static GString *marks;

static void
on_mark(const char *comment)
{
    g_assert_true(g_utf8_validate(comment, -1, NULL));
    g_string_append_printf(marks, "[%s]", comment);
}

static struct toolbar *
begin(void)
{
    marks = g_string_new(NULL);
    return toolbar_open(NULL, NULL, on_mark);
}

static void
end(struct toolbar *toolbar, const char *expected)
{
    toolbar_close(toolbar);
    g_assert_cmpstr(marks->str, ==, expected);
    g_string_free(marks, TRUE);
}

static void
add_message(GByteArray *all, uint8_t control, uint8_t command, const char *text, size_t length)
{
    const uint8_t header[] = {
        'T', (uint8_t)((length + 2) >> 16), (uint8_t)((length + 2) >> 8), (uint8_t)(length + 2), control, command,
    };

    g_byte_array_append(all, header, sizeof header);
    g_byte_array_append(all, (const uint8_t *)text, (guint)length);
}

static void
test_text(void)
{
    static const struct {
        const char *from, *to;
    } texts[] = {
        { "FT232R USB UART", "FT232R USB UART" },
        { "Serial {brace} port", "Serial (brace) port" },
        { "} {default=true}", ") (default=true)" },
        { "two\nlines\ttab\x1b[31m", "two lines tab [31m" },
        { "Zähler 热表", "Zähler 热表" },
        { "\xff\xfe{", "\xef\xbf\xbd\xef\xbf\xbd(" },
        { "", "" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        char *text = extcap_text(texts[i].from);

        g_assert_cmpstr(text, ==, texts[i].to);
        g_free(text);
    }
}

static void
test_whose_command_line(void)
{
    char *wireshark[][4] = {
        { "x", "--extcap-interfaces" },
        { "x", "--extcap-interfaces", "--extcap-version=4.0" },
        { "x", "--capture", "--extcap-interface", "y" },
    };
    char *person[][4] = { { "x" }, { "x", "-i", "demo" }, { "x", "--install-extcap" }, { "x", "-D" } };

    for (size_t i = 0; i < G_N_ELEMENTS(wireshark); i++)
        g_assert_true(extcap_is_meant(wireshark[i][2] != NULL ? 3 : 2, wireshark[i]));
    for (size_t i = 0; i < G_N_ELEMENTS(person); i++)
        g_assert_false(extcap_is_meant(person[i][1] == NULL ? 1 : 2, person[i]));
}

static GByteArray *
conversation(void)
{
    GByteArray *all = g_byte_array_new();

    add_message(all, 0, 0, "", 0);                   /* initialized */
    add_message(all, 1, 1, "", 0);                   /* Mark */
    add_message(all, 0, 1, " valve opened ", 14);    /* Comment */
    add_message(all, 1, 1, "", 0);                   /* Mark */
    add_message(all, 200, 1, "no such control", 15); /* of another version */
    add_message(all, 0, 1, "\xff", 1);               /* no UTF-8 */
    add_message(all, 1, 1, "", 0);
    add_message(all, 0, 1, "", 0);
    add_message(all, 1, 1, "ignored", 7);
    return all;
}

#define CONVERSATION "[Mark 1][Mark 2: valve opened][Mark 3: \xef\xbf\xbd][Mark 4]"

static void
test_marks(void)
{
    GByteArray *all = conversation();

    for (size_t portion = 1; portion <= all->len; portion++) {
        struct toolbar *toolbar = begin();

        for (size_t at = 0; at < all->len; at += portion)
            toolbar_feed(toolbar, all->data + at, MIN(portion, all->len - at));
        end(toolbar, CONVERSATION);
    }
    g_byte_array_unref(all);
}

/* What begins with no message is skipped; an endless comment costs nothing and is cut. */
static void
test_hostile(void)
{
    GByteArray *all = conversation();
    struct toolbar *toolbar = begin();
    char *endless = g_strnfill(1000000, 'x'), *cut = g_strnfill(TOOLBAR_COMMENT_MAX, 'x'), *expected;

    g_byte_array_prepend(all, (const uint8_t *)"\0\0\0T\0\0\1rubbish", 14);
    add_message(all, 0, 1, endless, 1000000);
    add_message(all, 1, 1, "", 0);
    toolbar_feed(toolbar, all->data, all->len);
    expected = g_strdup_printf(CONVERSATION "[Mark 5: %s]", cut);
    end(toolbar, expected);
    g_free(expected);
    g_free(cut);
    g_free(endless);
    g_byte_array_unref(all);

    toolbar = begin();
    for (int i = 0; i < 100000; i++) {
        uint8_t bytes[16];

        for (size_t j = 0; j < sizeof bytes; j++)
            bytes[j] = (uint8_t)g_test_rand_int_range(0, 256);
        toolbar_feed(toolbar, bytes, sizeof bytes);
    }
    toolbar_tell(toolbar, "nobody listens");
    toolbar_close(toolbar);
    g_string_free(marks, TRUE);
}

/* A Wireshark that was busy for a while misses what had no room, and hears again what comes later. */
static void
test_full(void)
{
    char *folder = g_dir_make_tmp("cjt188-XXXXXX", NULL), *path = g_build_filename(folder, "out", NULL);
    char *last = NULL, rest[65536];
    struct toolbar *toolbar;
    ssize_t length;
    int fd;

    g_assert_no_errno(mkfifo(path, 0600));
    fd = open(path, O_RDONLY | O_NONBLOCK);
    marks = g_string_new(NULL);
    toolbar = toolbar_open(NULL, path, on_mark);
    for (int i = 0; i < 1000; i++)
        toolbar_tell(toolbar, "the line is gone, the line is back");
    while ((length = read(fd, rest, sizeof rest)) > 0)
        g_assert_cmpint(rest[0], ==, 'T');
    toolbar_tell(toolbar, "heard");
    length = read(fd, rest, sizeof rest);
    g_assert_cmpint(length, >, 0);
    last = g_strndup(rest + length - strlen("heard"), strlen("heard"));
    g_assert_cmpstr(last, ==, "heard");
    toolbar_close(toolbar);
    g_string_free(marks, TRUE);
    close(fd);
    g_assert_no_errno(unlink(path));
    g_assert_no_errno(rmdir(folder));
    g_free(last);
    g_free(path);
    g_free(folder);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/extcap/text", test_text);
    g_test_add_func("/extcap/command-line", test_whose_command_line);
    g_test_add_func("/extcap/toolbar/marks", test_marks);
    g_test_add_func("/extcap/toolbar/hostile", test_hostile);
    g_test_add_func("/extcap/toolbar/full", test_full);
    return g_test_run();
}
