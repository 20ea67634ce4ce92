/* command.c
 * What all commands of cjt188poll share: see command.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "command.h"
#include "meters.h"
#include "sources/source.h"
#include "status.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* How long a busy line is waited for. */
#define BUSY_NS (60 * NS_PER_SECOND)

const uint8_t *
poll_all(const struct poll *poll)
{
    return poll->options->broadcast_aa7 ? request_all_aa7 : request_all_aa5;
}

char *
poll_who(const uint8_t *address)
{
    char text[CJT188_TEXT_MAX];

    if (cjt188_address_is_wildcard(address))
        return g_strdup("all meters");
    cjt188_number_text(address, false, text, sizeof text);
    return g_strdup(text);
}

bool
poll_refuse_busy(GError **error)
{
    g_set_error(error, TAP_ERROR, POLL_BUSY,
                "Somebody else asks on this line: two masters spoil each other's answers. Switch the other one off, or tap "
                "what it asks with cjt188dump.");
    return false;
}

bool
poll_listen_first(struct poll *poll, int64_t usual_ns, bool for_write, GError **error)
{
    const int64_t duration_ns = poll->options->listen_ns >= 0 ? poll->options->listen_ns : usual_ns;
    struct hearing_log log = { .heard = NULL };
    bool good;

    if (for_write && duration_ns > 0)
        tap_say("Listening for %d s: somebody else may be asking on this line.", (int)(duration_ns / NS_PER_SECOND));
    good = bus_listen(poll->bus, duration_ns, &log, error);
    if (good && log.heard->len > 0) {
        char *heard = answer_heard_text(&log);

        tap_say("Heard before anything was asked: %s.", heard);
        g_free(heard);
    } else if (good && for_write) {
        tap_say("Nothing was heard, as far as this receiver hears: a master that it cannot hear may ask all the same.");
    }
    hearing_log_clear(&log);
    if (good && bus_has_other_master(poll->bus) && (for_write || poll->options->exit_if_busy))
        return poll_refuse_busy(error);
    return good;
}

/* Between two exchanges of somebody else, or never. */
static bool
wait_for_turn(struct poll *poll, GError **error)
{
    const int64_t silence_ns = bus_timeout_ns(poll->bus) + bus_gap_ns(poll->bus);
    bool silent;

    if (!bus_has_other_master(poll->bus))
        return true;
    if (poll->options->exit_if_busy)
        return poll_refuse_busy(error);
    if (!bus_wait_for_silence(poll->bus, silence_ns, BUSY_NS, &silent, error))
        return false;
    if (!silent)
        g_set_error(error, TAP_ERROR, POLL_BUSY, "The line was not silent for %.1f s within a minute: somebody else asks on it.",
                    (double)silence_ns / NS_PER_SECOND);
    return silent;
}

static enum permit
permit_for(const struct request *request)
{
    const char *why;
    size_t preamble;

    return permit_of(request->bytes, request->length, &preamble, &why);
}

bool
poll_ask(struct poll *poll, const struct request *request, unsigned retries, struct hearing_log *log,
         struct answer *answer, GError **error)
{
    if (poll->options->retries >= 0)
        retries = (unsigned)poll->options->retries;
    g_return_val_if_fail(permit_for(request) == PERMIT_READ, false);
    for (unsigned attempt = 0;; attempt++) {
        if (!wait_for_turn(poll, error) || !bus_ask(poll->bus, request, NULL, log, error) ||
            !printer_exchange(poll->printer, request, log, error))
            return false;
        *answer = answer_find(request, log);
        if (answer->kind == ANSWER_REPLY || answer->kind == ANSWER_SEVERAL || attempt >= retries || log->sent_ns == 0)
            return true;
    }
}

bool
poll_write(struct poll *poll, const struct request *request, const char *comment, struct hearing_log *log, GError **error)
{
    g_return_val_if_fail(permit_for(request) != PERMIT_NEVER, false);
    if (bus_has_other_master(poll->bus))
        return poll_refuse_busy(error);
    return bus_ask(poll->bus, request, comment, log, error) && printer_exchange(poll->printer, request, log, error);
}

bool
poll_no_answer(const struct poll *poll, const char *who, const struct request *request, const struct answer *answer,
               GError **error)
{
    char *text = answer_text(answer, request, bus_timeout_ns(poll->bus));

    g_set_error(error, TAP_ERROR, answer->kind == ANSWER_MASTER ? POLL_BUSY : POLL_NO_ANSWER, "%c%s: %s.",
                g_ascii_toupper(who[0]), who + 1, text);
    g_free(text);
    return false;
}

static const struct line_options *
line_of(const struct poll_options *options)
{
    return options->common.lines->pdata[0];
}

bool
poll_print(struct poll *poll, const struct hearing_log *log, const struct heard *reply, GError **error)
{
    return printer_reply(poll->printer, bus_info(poll->bus), line_of(poll->options)->shown_name, log, reply, error);
}

bool
poll_put_line(GError **error, const char *format, ...)
{
    va_list arguments;
    bool good;

    va_start(arguments, format);
    good = vprintf(format, arguments) >= 0 && putchar('\n') != EOF && fflush(stdout) == 0;
    va_end(arguments);
    if (!good)
        g_set_error(error, TAP_ERROR, TAP_OUTPUT_FAILED, "Writing to \"standard output\" failed: %s.", g_strerror(errno));
    return good;
}

bool
poll_confirm(struct poll *poll, const char *question, const char *word, unsigned *heard)
{
    struct hearing_log log = { .heard = NULL };
    char line[64];
    ssize_t length = 0;

    if (!isatty(STDIN_FILENO))
        return false;
    tap_print("%s ", question);
    if (bus_listen_for_input(poll->bus, STDIN_FILENO, &log, NULL))
        length = read(STDIN_FILENO, line, sizeof line - 1);
    else
        tap_print("\n");
    *heard += log.heard->len;
    hearing_log_clear(&log);
    line[MAX(length, 0)] = '\0';
    return length > 0 && strcmp(g_strchomp(line), word) == 0;
}

static bool
open_printer(struct poll *poll, GError **error)
{
    const struct poll_options *options = poll->options;
    uint16_t dis[64] = { 0x901F };
    unsigned count = options->command == COMMAND_READ ? g_strv_length(options->words) : 0;

    for (unsigned i = 0; i < count; i++)
        if (!request_parse_di(options->words[i], &dis[i])) {
            g_set_error(error, TAP_ERROR, TAP_USAGE, "\"%s\" is no identifier of four hex digits, such as 901F or 903F.",
                        options->words[i]);
            return false;
        }
    poll->printer = printer_new(options->print, options->print_to, poll->meters, dis, MAX(count, 1), error);
    return poll->printer != NULL;
}

bool
poll_run(const struct poll_options *options, GError **error)
{
    static const struct {
        poll_command *prepare, *run;
    } commands[COMMANDS] = {
        [COMMAND_READ] = { NULL, poll_read },
        [COMMAND_FIND] = { NULL, poll_find },
        [COMMAND_ADDRESS] = { NULL, poll_address },
        [COMMAND_SCAN] = { poll_prepare_scan, poll_scan },
        [COMMAND_SET_CLOCK] = { poll_prepare_set_clock, poll_set_clock },
        [COMMAND_RAW] = { poll_prepare_raw, poll_raw },
    };
    const struct bus_options bus_options = {
        .line = line_of(options),
        .output = &options->common.output,
        .switch_by_rts = line_of(options)->source.rts == SIGNAL_SEND,
        .may_come_later = options->every_ns != 0 && !line_of(options)->source.no_wait,
        .timeout_ns = options->timeout_ns,
    };
    struct poll poll = { .options = options };
    GError *wrong = NULL;
    bool good;

    tap_be_quiet(options->quiet);
    poll.meters = meters_new(options->common.meters, &wrong);
    poll.targets = g_array_new(FALSE, FALSE, CJT188_ADDRESS_LENGTH);
    good = poll.meters != NULL && open_printer(&poll, &wrong) &&
        (commands[options->command].prepare == NULL || commands[options->command].prepare(&poll, &wrong));
    if (good)
        poll.bus = bus_open(&bus_options, &wrong);
    good = poll.bus != NULL && commands[options->command].run(&poll, &wrong);
    good = bus_close(poll.bus, wrong == NULL ? &wrong : NULL) && good;
    printer_free(poll.printer);
    meters_free(poll.meters);
    g_array_unref(poll.targets);
    if (poll.wanted != NULL)
        g_date_time_unref(poll.wanted);
    if (wrong != NULL)
        g_propagate_error(error, wrong);
    return good;
}
