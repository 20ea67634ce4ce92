/* test_answer.c
 * What became of a request, from logs of what was heard after it.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "answer.h"

#include <string.h>

#define ONE   "FE FE 68 20 25 32 26 24 00 00 00 81 05 1F 90 12 00 05"
#define OTHER "FE FE 68 20 41 32 26 24 00 00 00 81 05 1F 90 12 00 05"

static const struct request_form form = { .preamble = 6, .type = 0x20 };

static void
free_heard(gpointer data)
{
    struct heard *heard = data;

    g_free((gpointer)heard->record.bytes);
    g_free(heard);
}

static struct hearing_log
new_log(void)
{
    return (struct hearing_log){ .heard = g_ptr_array_new_with_free_func(free_heard), .answered_ns = -1 };
}

static void
hear_bytes(struct hearing_log *log, enum hearing what, const uint8_t *bytes, size_t length, size_t preamble)
{
    struct heard *heard = g_new0(struct heard, 1);

    heard->what = what;
    heard->record.bytes = g_memdup2(bytes, length);
    heard->record.length = length;
    heard->record.preamble = preamble;
    g_ptr_array_add(log->heard, heard);
    log->count[what]++;
}

/* Bytes as they are. */
static void
hear(struct hearing_log *log, enum hearing what, const char *hex)
{
    uint8_t *bytes;
    size_t length, preamble = 0;

    g_assert_true(request_parse_hex(hex, &bytes, &length));
    if (what == HEARD_REPLY || what == HEARD_REQUEST)
        while (bytes[preamble] == CJT188_PREAMBLE)
            preamble++;
    hear_bytes(log, what, bytes, length, preamble);
    g_free(bytes);
}

static void
hear_request(struct hearing_log *log, enum hearing what, const struct request *request)
{
    hear_bytes(log, what, request->bytes, request->length, request->preamble);
}

static struct request
ask(const char *address)
{
    uint8_t wire[CJT188_ADDRESS_LENGTH];
    struct request request;

    memcpy(wire, request_all_aa5, sizeof wire);
    if (address != NULL)
        g_assert_true(request_parse_address(address, wire));
    request_read(&request, &form, wire, 0x901F);
    return request;
}

/* What was heard, a letter each: e echo, 1 a reply, 2 another meter's, 3 to another identifier, 4 the same turned around, x the
 * meter's error reply, p and P the reply with 33 added to its data, in both orders,
 * d damage, n 3 bytes of noise, N 21, m another master's request, a our own altered, A its end only,
 * o a reply to a write. */
static struct hearing_log
heard_of(const struct request *request, const char *letters)
{
    struct hearing_log log = new_log();
    struct request altered = *request, end = *request;

    altered.bytes[request->length - 4] ^= 0x40;
    end.length = 12;
    end.preamble = 0;
    memmove(end.bytes, request->bytes + request->length - 12, 12);
    end.bytes[3] ^= 0x01;
    for (; *letters != '\0'; letters++)
        switch (*letters) {
        case 'e': hear_request(&log, HEARD_ECHO, request); break;
        case '1': hear(&log, HEARD_REPLY, ONE " 00 16"); break;
        case '2': hear(&log, HEARD_REPLY, OTHER " 00 16"); break;
        case '3': hear(&log, HEARD_REPLY, "68 25 25 32 26 24 00 00 00 81 05 3F 90 12 00 05 00 16"); break;
        case '4': hear(&log, HEARD_REPLY, "68 AA 25 32 26 24 00 59 42 81 05 90 1F 12 00 05 00 16"); break;
        case 'x': hear(&log, HEARD_REPLY, "68 20 25 32 26 24 00 00 00 C1 02 00 02 00 16"); break;
        case 'p': hear(&log, HEARD_REPLY, "68 20 25 32 26 24 00 00 00 81 05 52 C3 45 33 38 00 16"); break;
        case 'P': hear(&log, HEARD_REPLY, "68 20 25 32 26 24 00 00 00 81 05 C3 52 45 33 38 00 16"); break;
        case 'o': hear(&log, HEARD_REPLY, "68 20 25 32 26 24 00 00 00 84 05 1F 90 12 00 02 00 16"); break;
        case 'd': hear(&log, HEARD_DAMAGED, ONE " 01 16"); break;
        case 'n': hear(&log, HEARD_NOISE, "00 81 42"); break;
        case 'N': hear(&log, HEARD_NOISE, "00 81 42 00 81 42 00 81 42 00 81 42 00 81 42 00 81 42 00 81 42"); break;
        case 'm': hear(&log, HEARD_REQUEST, "FE FE 68 10 41 32 26 24 00 11 11 03 03 0A 81 00 00 16"); break;
        case 'a': hear_request(&log, HEARD_DAMAGED, &altered); break;
        case 'A': hear_bytes(&log, HEARD_NOISE, end.bytes, end.length, 0); break;
        default: g_assert_not_reached();
        }
    return log;
}

struct row {
    const char *heard;
    enum answer_kind kind;
    bool clean, repeated, error;
};

static void
check(const struct request *request, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct hearing_log log = heard_of(request, rows[i].heard);
        const struct answer answer = answer_find(request, &log);

        if (answer.kind != rows[i].kind || answer.is_clean != rows[i].clean || answer.is_repeated != rows[i].repeated ||
            answer.is_error != rows[i].error)
            g_error("\"%s\": kind %d, clean %d, repeated %d, error %d", rows[i].heard, answer.kind, answer.is_clean,
                    answer.is_repeated, answer.is_error);
        g_assert_cmpint(answer.reply != NULL, ==,
                        answer.kind == ANSWER_REPLY || answer.kind == ANSWER_SEVERAL || strpbrk(rows[i].heard, "123o4xpP") != NULL);
        if (answer.kind != ANSWER_REPLY) {
            char *text = answer_text(&answer, request, NS_PER_SECOND);

            g_assert_nonnull(text);
            g_free(text);
        }
        hearing_log_clear(&log);
    }
}

static void
test_asked_all(void)
{
    static const struct row rows[] = {
        { "", ANSWER_SILENCE, false, false, false },    { "e", ANSWER_ECHO, false, false, false },
        { "1", ANSWER_REPLY, true, false, false },      { "e1", ANSWER_REPLY, true, false, false },
        { "4", ANSWER_REPLY, true, false, false },      { "x", ANSWER_REPLY, true, false, true },
        { "p", ANSWER_REPLY, true, false, false },      { "P", ANSWER_REPLY, true, false, false },
        { "12", ANSWER_SEVERAL, false, false, false },  { "e12", ANSWER_SEVERAL, false, false, false },
        { "11", ANSWER_REPLY, false, true, false },     { "1x", ANSWER_REPLY, false, true, false },
        { "1d", ANSWER_REPLY, false, false, false },    { "d1", ANSWER_REPLY, false, false, false },
        { "n1", ANSWER_REPLY, false, false, false },    { "1n", ANSWER_REPLY, false, false, false },
        { "m1", ANSWER_REPLY, false, false, false },    { "31", ANSWER_REPLY, false, false, false },
        { "a1", ANSWER_REPLY, false, false, false },    { "d", ANSWER_GARBLED, false, false, false },
        { "ed", ANSWER_GARBLED, false, false, false },  { "dd", ANSWER_GARBLED, false, false, false },
        { "N", ANSWER_GARBLED, false, false, false },   { "n", ANSWER_NOISE, false, false, false },
        { "en", ANSWER_NOISE, false, false, false },    { "a", ANSWER_ALTERED, false, false, false },
        { "A", ANSWER_ALTERED, false, false, false },   { "ad", ANSWER_GARBLED, false, false, false },
        { "3", ANSWER_OTHER, false, false, false },     { "o", ANSWER_OTHER, false, false, false },
        { "m", ANSWER_MASTER, false, false, false },    { "em", ANSWER_MASTER, false, false, false },
        { "m3", ANSWER_OTHER, false, false, false },    { "nnn", ANSWER_NOISE, false, false, false },
    };
    const struct request request = ask(NULL);

    check(&request, rows, G_N_ELEMENTS(rows));
}

static void
test_asked_one(void)
{
    static const struct row rows[] = {
        { "1", ANSWER_REPLY, true, false, false },   { "2", ANSWER_OTHER, false, false, false },
        { "12", ANSWER_REPLY, false, false, false }, { "21", ANSWER_REPLY, false, false, false },
        { "22", ANSWER_OTHER, false, false, false }, { "4", ANSWER_REPLY, true, false, false },
        { "3", ANSWER_OTHER, false, false, false },  { "d", ANSWER_GARBLED, false, false, false },
    };
    const struct request request = ask("24263225");

    check(&request, rows, G_N_ELEMENTS(rows));
}

/* A line that does not fall silent has no clean reply, but may have had one. */
static void
test_endless(void)
{
    const struct request request = ask(NULL);
    struct hearing_log log = heard_of(&request, "N");

    log.endless = true;
    g_assert_cmpint(answer_find(&request, &log).kind, ==, ANSWER_ENDLESS);
    hearing_log_clear(&log);
    log = heard_of(&request, "1");
    log.endless = true;
    g_assert_cmpint(answer_find(&request, &log).kind, ==, ANSWER_REPLY);
    g_assert_false(answer_find(&request, &log).is_clean);
    hearing_log_clear(&log);
}

/* Cut, empty, without data: nothing is read behind the end of what was heard. */
static void
test_short(void)
{
    static const char *const pieces[] = { "68", "68 20", "FE", "16", "68 20 25 32 26 24 00 00 00 81", "AF 16" };
    static const char *const replies[] = {
        "68 20 25 32 26 24 00 00 00 81 00 00 16", "68 20 25 32 26 24 00 00 00 81 01 1F 00 16", "68 20 25 32 26 24 00 00 00 C1 00 00 16",
    };
    const struct request request = ask("24263225");

    for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++) {
        struct hearing_log log = new_log();

        hear(&log, i % 2 == 0 ? HEARD_NOISE : HEARD_DAMAGED, pieces[i]);
        g_assert_cmpint(answer_find(&request, &log).kind, !=, ANSWER_REPLY);
        hearing_log_clear(&log);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(replies); i++) {
        struct hearing_log log = new_log();

        hear(&log, HEARD_REPLY, replies[i]);
        g_assert_cmpint(answer_find(&request, &log).kind, ==, ANSWER_REPLY);
        hearing_log_clear(&log);
    }
}

static void
test_texts(void)
{
    static const struct {
        const char *address, *heard, *says;
    } table[] = {
        { NULL, "d", "several meters answered at once" },     { NULL, "12", "several meters answered, one after the other" },
        { "24263225", "d", "no frame was whole" },            { "24263225", "2", "meter 24263241 replied to something else" },
        { NULL, "", "no answer within 1.0 s" },               { NULL, "e", "only the echo" },
        { NULL, "a", "came back altered" },                   { NULL, "m", "somebody else asks" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        const struct request request = ask(table[i].address);
        struct hearing_log log = heard_of(&request, table[i].heard);
        const struct answer answer = answer_find(&request, &log);
        char *text = answer_text(&answer, &request, NS_PER_SECOND);

        if (strstr(text, table[i].says) == NULL)
            g_error("\"%s\" does not say \"%s\"", text, table[i].says);
        g_free(text);
        hearing_log_clear(&log);
    }
}

static void
test_heard_text(void)
{
    const struct request request = ask(NULL);
    struct hearing_log log = heard_of(&request, "e11nd");
    char *text = answer_heard_text(&log);

    g_assert_cmpstr(text, ==, "an echo of the request, a reply of meter 24263225, a reply of meter 24263225, bytes that are no frame and 1 more");
    g_free(text);
    hearing_log_clear(&log);
    log = new_log();
    text = answer_heard_text(&log);
    g_assert_cmpstr(text, ==, "nothing");
    g_free(text);
    hearing_log_clear(&log);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/answer/asked-all", test_asked_all);
    g_test_add_func("/answer/asked-one", test_asked_one);
    g_test_add_func("/answer/endless", test_endless);
    g_test_add_func("/answer/short", test_short);
    g_test_add_func("/answer/texts", test_texts);
    g_test_add_func("/answer/heard-text", test_heard_text);
    return g_test_run();
}
