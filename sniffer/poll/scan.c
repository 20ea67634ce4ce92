/* scan.c
 * cjt188poll scan: which of these numbers answer.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "command.h"
#include "sources/source.h"
#include "status.h"

#include <string.h>
#include <unistd.h>

enum { TARGETS_MAX = 100000, BAR_WIDTH = 30, DI_READING = 0x901F };

#define LISTEN_NS (2 * NS_PER_SECOND)

static bool
refuse(GError **error, const char *text)
{
    g_set_error(error, TAP_ERROR, TAP_USAGE, "\"%s\" is no number of 8 or 10 digits, and no FIRST-LAST of two with as many.",
                text);
    return false;
}

static bool
is_number_text(const char *text, size_t length)
{
    return (length == 8 || length == 10) && strspn(text, "0123456789") >= length;
}

static bool
add_range(struct poll *poll, const char *text, GError **error)
{
    const char *dash = strchr(text, '-');
    const size_t width = dash != NULL ? (size_t)(dash - text) : strlen(text);
    const char *last_text = dash != NULL ? dash + 1 : text;
    uint64_t first, last;

    if (!is_number_text(text, width) || strlen(last_text) != width || !is_number_text(last_text, width))
        return refuse(error, text);
    first = g_ascii_strtoull(text, NULL, 10);
    last = g_ascii_strtoull(last_text, NULL, 10);
    if (last < first || last - first >= TARGETS_MAX - poll->targets->len) {
        g_set_error(error, TAP_ERROR, TAP_USAGE,
                    last < first ? "\"%s\" ends before it begins." : "\"%s\" makes more than 100000 numbers: that takes a day.", text);
        return false;
    }
    for (; first <= last; first++) {
        char *number = g_strdup_printf("%0*" G_GUINT64_FORMAT, (int)width, first);
        uint8_t address[CJT188_ADDRESS_LENGTH];

        request_parse_address(number, address);
        g_array_append_val(poll->targets, address);
        g_free(number);
    }
    return true;
}

bool
poll_prepare_scan(struct poll *poll, GError **error)
{
    for (char **word = poll->options->words; *word != NULL; word++)
        if (!add_range(poll, *word, error))
            return false;
    return true;
}

static void
show_progress(const struct poll *poll, guint done, guint found, int64_t begun_ns)
{
    const guint all = poll->targets->len, full = (guint)((guint64)done * BAR_WIDTH / all);
    const double seconds = (double)(source_now() - begun_ns) / NS_PER_SECOND;
    const guint left = done > 0 ? (guint)(seconds / done * (all - done)) : 0;

    if (poll->options->quiet || !isatty(STDERR_FILENO))
        return;
    tap_print("\r[%.*s%*s] %u of %u, %u found, %u:%02u left ", (int)full, "##############################", (int)(BAR_WIDTH - full),
              "", done, all, found, left / 60, left % 60);
}

static void
clear_progress(const struct poll *poll)
{
    if (!poll->options->quiet && isatty(STDERR_FILENO))
        tap_print("\r%*s\r", BAR_WIDTH + 50, "");
}

/* *found: it answers. */
static bool
try_one(struct poll *poll, const uint8_t *address, bool *found, GError **error)
{
    struct hearing_log log = { .heard = NULL };
    struct request request;
    struct answer answer;
    char sentence[CJT188_SENTENCE_MAX];
    bool good;

    request_read(&request, &poll->options->form, address, DI_READING);
    good = poll_ask(poll, &request, poll_retries(poll, 0), &log, &answer, error);
    *found = good && (answer.kind == ANSWER_REPLY || answer.kind == ANSWER_SEVERAL);
    if (*found) {
        const struct cjt188_decoded *frame = printer_decode(poll->printer, answer.reply);

        clear_progress(poll);
        cjt188_sentence(frame, sentence, sizeof sentence);
        good = poll_say(poll, error, "%s", sentence);
    } else if (good && answer.kind != ANSWER_SILENCE && answer.kind != ANSWER_ECHO) {
        char *text = answer_text(&answer, &request, bus_timeout_ns(poll->bus)), *who = poll_who(address);

        clear_progress(poll);
        tap_complain("%s: %s.", who, text);
        g_free(text);
        g_free(who);
    }
    hearing_log_clear(&log);
    return good;
}

bool
poll_scan(struct poll *poll, GError **error)
{
    const guint all = poll->targets->len;
    guint found = 0, done = 0;
    int64_t begun_ns;
    bool good = poll_listen_first(poll, LISTEN_NS, false, error);

    tap_say("Asking %u numbers one by one. Meters of this family know only AA×5 11 11, all of them at once, and no other "
            "wildcard: halving the range by collisions, as M-Bus does, is impossible.", all);
    begun_ns = source_now();
    while (good && done < all) {
        bool is_there;

        show_progress(poll, done, found, begun_ns);
        good = try_one(poll, (const uint8_t *)poll->targets->data + done * CJT188_ADDRESS_LENGTH, &is_there, error);
        found += good && is_there;
        done += good;
    }
    clear_progress(poll);
    tap_say("%u of %u numbers answered, in %d s%s.", found, done, (int)((source_now() - begun_ns) / NS_PER_SECOND),
            done < all ? "; the others were not asked" : "");
    if (good && found == 0) {
        g_set_error(error, TAP_ERROR, POLL_NO_ANSWER, "None of these numbers answered.");
        return false;
    }
    return good;
}
