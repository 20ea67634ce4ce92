/* read.c
 * cjt188poll read, address: ask, and print what the meters say.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "command.h"
#include "sources/source.h"
#include "status.h"

#define LISTEN_NS (2 * NS_PER_SECOND)

/* What a meter is like may stand in its answer; what did not go as it should is said beside it. */
static void
tell_doubts(const struct answer *answer, const struct hearing_log *log, const char *who)
{
    char *heard;

    if (answer->is_clean)
        return;
    if (answer->is_repeated) {
        tap_complain("%s: it answered more than once, so one of the replies was late, to a request before: --timeout 2000 waits "
                     "for it.", who);
        return;
    }
    heard = answer_heard_text(log);
    tap_complain("%s: the reply is right, but it was not alone: %s.", who, heard);
    g_free(heard);
}

/* What is to go on for years does so beside a busy line and a full disk: the next time may be better, and a service that is begun
 * anew would ask at once. */
static bool
goes_on(const struct poll *poll, const GError *wrong)
{
    const struct poll_options *options = poll->options;

    return options->every_ns != 0 &&
        ((wrong->code == POLL_BUSY && !options->exit_if_busy) || (wrong->code == TAP_OUTPUT_FAILED && options->print_to != NULL));
}

/* One question. *answered: false when there was no answer, which is said; the function's false is for what ends all. */
static bool
ask_one(struct poll *poll, const uint8_t *address, uint16_t di, bool *answered, GError **error)
{
    struct hearing_log log = { .heard = NULL };
    struct request request;
    struct answer answer;
    char *who = poll_who(address);
    GError *none = NULL;
    bool good;

    request_read(&request, &poll->options->form, address, di);
    good = poll_ask(poll, &request, poll_retries(poll, POLL_RETRIES), &log, &answer, error);
    *answered = good && answer.kind == ANSWER_REPLY && !answer.is_error;
    if (good && answer.kind == ANSWER_REPLY && answer.is_error) {
        tap_complain("%s answered, but that it cannot tell %04X.", who, di);
        good = poll->options->print == PRINT_CSV || poll_print(poll, &log, answer.reply, error); /* no row of a table */
    } else if (*answered) {
        tell_doubts(&answer, &log, who);
        good = poll_print(poll, &log, answer.reply, error);
    } else if (good) {
        poll_no_answer(poll, who, &request, &answer, &none);
        if (none->code == POLL_BUSY && poll->options->exit_if_busy) {
            g_propagate_error(error, none);
            good = false;
        } else {
            tap_complain("%s (%04X)", none->message, di);
            g_error_free(none);
        }
    }
    hearing_log_clear(&log);
    g_free(who);
    return good;
}

static bool
read_one(struct poll *poll, const uint8_t *address, uint16_t di, bool *answered, GError **error)
{
    GError *wrong = NULL;

    if (ask_one(poll, address, di, answered, &wrong))
        return true;
    if (!goes_on(poll, wrong)) {
        g_propagate_error(error, wrong);
        return false;
    }
    tap_complain("%s This reading is missing.", wrong->message);
    g_error_free(wrong);
    *answered = false;
    return true;
}

static bool
read_meter(struct poll *poll, const uint8_t *address, unsigned *missing, GError **error)
{
    static char *usual[] = { "901F", NULL };
    char **words = poll->options->words[0] != NULL ? poll->options->words : usual;

    for (; *words != NULL; words++) {
        uint16_t di;
        bool answered;

        request_parse_di(*words, &di);
        if (!read_one(poll, address, di, &answered, error))
            return false;
        *missing += !answered;
    }
    return true;
}

/* All that was asked for, once. *was_up: the line was there the last time; one that is back is listened to first. */
static bool
read_round(struct poll *poll, bool *was_up, unsigned *missing, GError **error)
{
    const GArray *addresses = poll->options->addresses;
    const bool is_up = bus_is_up(poll->bus), is_back = is_up && !*was_up;

    *missing = 0;
    *was_up = is_up;
    if (!is_up) { /* it was said when it went */
        *missing = 1;
        return true;
    }
    if (is_back && !poll_listen_first(poll, LISTEN_NS, false, error))
        return false;
    for (guint i = 0; i < addresses->len; i++)
        if (!read_meter(poll, (const uint8_t *)addresses->data + i * CJT188_ADDRESS_LENGTH, missing, error))
            return false;
    return addresses->len > 0 || read_meter(poll, poll_all(poll), missing, error);
}

bool
poll_read(struct poll *poll, GError **error)
{
    const struct poll_options *options = poll->options;
    int64_t next;
    unsigned missing = 0;
    bool good = poll_listen_first(poll, LISTEN_NS, false, error), was_up = bus_is_up(poll->bus);

    next = source_now();
    for (guint64 round = 1; good; round++) {
        good = read_round(poll, &was_up, &missing, error);
        if (options->every_ns == 0 || round == options->count)
            break;
        while (next <= source_now())
            next += options->every_ns; /* what was missed is not asked at once */
        good = good && bus_listen_until(poll->bus, next, NULL, error);
    }
    if (!good && options->every_ns != 0 && bus_is_stopped(poll->bus)) {
        g_clear_error(error); /* that is how this ends */
        return true;
    }
    if (good && missing > 0)
        g_set_error(error, TAP_ERROR, POLL_NO_ANSWER, "%s",
                    options->addresses->len > 0 ? "Not all that was asked for was told."
                                                : "No reading. Where nothing answers, \"cjt188poll find\" tries how this line's meter wants to be asked.");
    return good && missing == 0;
}

bool
poll_address(struct poll *poll, GError **error)
{
    struct hearing_log log = { .heard = NULL };
    struct request request;
    struct answer answer;
    bool good = poll_listen_first(poll, LISTEN_NS, false, error);

    request_read_address(&request, &poll->options->form, poll_all(poll));
    good = good && poll_ask(poll, &request, poll_retries(poll, POLL_RETRIES), &log, &answer, error);
    if (good && answer.kind == ANSWER_REPLY)
        good = poll_print(poll, &log, answer.reply, error);
    else if (good)
        good = poll_no_answer(poll, "all meters", &request, &answer, error);
    hearing_log_clear(&log);
    return good;
}
