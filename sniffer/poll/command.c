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

#include <string.h>
#include <termios.h>
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

/* Whatever it is that was heard: nothing is written beside it. */
static bool
refuse_heard(const struct poll *poll, const struct hearing_log *log, const char *heard, GError **error)
{
    const unsigned frames = log->count[HEARD_REQUEST] + log->count[HEARD_REPLY] + log->count[HEARD_DAMAGED];

    if (bus_has_other_master(poll->bus))
        return poll_refuse_busy(error);
    g_set_error(error, TAP_ERROR, frames > 0 ? POLL_BUSY : POLL_REFUSED,
                "The line is not silent, so nothing is written: heard was %s.%s", heard,
                frames > 0 ? " Perhaps a master asks that this receiver does not hear." : "");
    return false;
}

bool
poll_listen_first(struct poll *poll, int64_t usual_ns, bool for_write, GError **error)
{
    const int64_t duration_ns = poll->options->listen_ns >= 0 ? poll->options->listen_ns : usual_ns;
    struct hearing_log log = { .heard = NULL };
    char *heard;
    bool good;

    if (for_write && duration_ns > 0)
        tap_say("Listening for %d s: somebody else may be asking on this line.", (int)(duration_ns / NS_PER_SECOND));
    good = bus_listen(poll->bus, duration_ns, &log, error);
    heard = good ? answer_heard_text(&log) : NULL;
    if (good && log.heard->len > 0) {
        tap_say("Heard before anything was asked: %s.", heard);
        good = !for_write || refuse_heard(poll, &log, heard, error);
    } else if (good && for_write && duration_ns > 0) {
        tap_say("Nothing was heard, as far as this receiver hears: a master that it cannot hear may ask all the same.");
    }
    if (good && for_write)
        bus_expect_silence(poll->bus);
    g_free(heard);
    hearing_log_clear(&log);
    if (good && bus_has_other_master(poll->bus) && poll->options->exit_if_busy)
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

/* The last look at what goes out. */
static bool
is_permitted(const struct request *request, bool writes, GError **error)
{
    const char *why = "it is no read";
    size_t preamble;
    const enum permit permit = permit_of(request->bytes, request->length, &preamble, &why);

    if (permit == PERMIT_READ || (writes && permit != PERMIT_NEVER))
        return true;
    g_set_error(error, TAP_ERROR, POLL_REFUSED, "The frame is not sent: %s.", why);
    return false;
}

unsigned
poll_retries(const struct poll *poll, unsigned usual)
{
    return poll->options->retries >= 0 ? (unsigned)poll->options->retries : usual;
}

bool
poll_ask(struct poll *poll, const struct request *request, unsigned retries, struct hearing_log *log,
         struct answer *answer, GError **error)
{
    if (!is_permitted(request, false, error))
        return false;
    for (unsigned attempt = 0;; attempt++) {
        if (!wait_for_turn(poll, error) || !bus_ask(poll->bus, request, NULL, log, error) ||
            !printer_exchange(poll->printer, request, log, error))
            return false;
        *answer = answer_find(request, log);
        if (attempt > 0)
            log->answered_ns = -1; /* to which of them? */
        if (answer->kind == ANSWER_REPLY || answer->kind == ANSWER_SEVERAL || attempt >= retries || log->sent_ns == 0)
            return true;
    }
}

bool
poll_write(struct poll *poll, const struct request *request, const struct bus_writing *writing, struct hearing_log *log,
           GError **error)
{
    if (!is_permitted(request, true, error))
        return false;
    if (bus_has_other_master(poll->bus))
        return poll_refuse_busy(error);
    return bus_ask(poll->bus, request, writing, log, error) && printer_exchange(poll->printer, request, log, error);
}

bool
poll_no_answer(const struct poll *poll, const char *who, const struct request *request, const struct answer *answer,
               GError **error)
{
    char *text = answer_text(answer, request, bus_timeout_ns(poll->bus));

    g_set_error(error, TAP_ERROR, answer->kind == ANSWER_MASTER ? POLL_BUSY : POLL_NO_ANSWER, "Asked %s: %s.", who, text);
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
poll_say(struct poll *poll, GError **error, const char *format, ...)
{
    va_list arguments;
    char *text;
    bool good;

    va_start(arguments, format);
    text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    good = printer_line(poll->printer, text, error);
    g_free(text);
    return good;
}

/* A whole line, and nothing but the word; what was typed before the question answers no question. */
static bool
is_typed(const char *line, ssize_t length, const char *word)
{
    return length == (ssize_t)strlen(word) + 1 && line[length - 1] == '\n' && memcmp(line, word, strlen(word)) == 0;
}

bool
poll_confirm(struct poll *poll, const char *question, const char *word, unsigned *heard)
{
    struct hearing_log log = { .heard = NULL };
    char line[256];
    ssize_t length = 0;

    if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
        return false;
    tcflush(STDIN_FILENO, TCIFLUSH);
    tap_print("%s ", question);
    if (bus_listen_for_input(poll->bus, STDIN_FILENO, &log, NULL))
        length = read(STDIN_FILENO, line, sizeof line);
    else
        tap_print("\n");
    *heard += log.heard->len;
    hearing_log_clear(&log);
    return is_typed(line, length, word);
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
    if (g_strcmp0(options->common.output.path, "-") == 0 && options->print_to == NULL && options->print != PRINT_TEXT) {
        g_set_error(error, TAP_ERROR, TAP_USAGE, "-w - has standard output for itself: name a file for the rest with -o.");
        return false;
    }
    poll->printer = printer_new(options->print, options->print_to, poll->meters, dis, MAX(count, 1), error);
    if (poll->printer != NULL && g_strcmp0(options->common.output.path, "-") == 0)
        printer_use_stderr(poll->printer);
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
    const bool writes = options->command == COMMAND_SET_CLOCK || options->command == COMMAND_RAW;
    struct output_options output = options->common.output;
    const struct bus_options bus_options = {
        .line = line_of(options),
        .output = &output,
        .switch_by_rts = line_of(options)->source.rts == SIGNAL_SEND,
        .may_come_later = options->every_ns != 0 && !line_of(options)->source.no_wait,
        .timeout_ns = options->timeout_ns,
    };
    struct poll poll = { .options = options };
    GError *wrong = NULL;
    bool good;

    output.exit_when_full |= writes; /* what is not recorded is not written */
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
    if (wrong != NULL)
        g_propagate_error(error, wrong);
    return good;
}
