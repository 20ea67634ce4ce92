/* clock.c
 * cjt188poll set-clock: reads the meter, asks the user, writes once, and reads back.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A wrong write can give a meter another number, or all of them one. So nothing is written unless what was heard before it is exactly
 * what had to be heard, and nothing is ever written twice.
 */
#include "cjt188-codes.h"
#include "command.h"
#include "sources/source.h"
#include "status.h"

#include <stdio.h>
#include <string.h>
#include <sys/timex.h>

enum { DI_READING = 0x901F, NUMBER_BYTES = 5, YEAR_MIN = 2000, YEAR_MAX = 2099 };

#define LISTEN_NS   (30 * NS_PER_SECOND)
#define FRESH_NS    (10 * NS_PER_SECOND) /* what was read is no older when it is written */
#define TOLERANCE_S 10

/* What a meter said of itself. */
struct state {
    int64_t read_ns; /* by CLOCK_MONOTONIC */
    int64_t at_ns;   /* since 1970: when it said so */
    GDateTime *clock;
    const struct cjt188_dialect *dialect;
    bool di_high_first, plus_33;
    char name[CJT188_TEXT_MAX];
};

static bool
refuse(GError **error, enum tap_status status, const char *who, const char *why)
{
    g_set_error(error, TAP_ERROR, (int)status, "%s: %s. Nothing was written.", who, why);
    return false;
}

static void
set_time(GDateTime **where, GDateTime *time)
{
    if (*where != NULL)
        g_date_time_unref(*where);
    *where = time;
}

/* ---- before the line is opened ---- */

static bool
parse_time(char **words, GDateTime **time)
{
    int year, month, day, hour, minute, second, length = 0;
    char *text = g_strjoinv(" ", words);
    const bool good = (sscanf(text, "%4d-%2d-%2d%*[ T]%2d:%2d:%2d%n", &year, &month, &day, &hour, &minute, &second, &length) == 6) &&
        text[length] == '\0' && year >= YEAR_MIN && year <= YEAR_MAX;

    if (good)
        *time = g_date_time_new_local(year, month, day, hour, minute, second);
    g_free(text);
    return good && *time != NULL;
}

/* By the clock that is written from. */
static GDateTime *
own_time(void)
{
    return g_date_time_new_from_unix_local(source_wall_clock() / NS_PER_SECOND);
}

/* A computer that does not know the time would write 1970, or yesterday. */
static bool
check_own_clock(GError **error)
{
    struct timex state = { .modes = 0 };
    GDateTime *now = own_time();
    const int year = g_date_time_get_year(now);

    g_date_time_unref(now);
    if (adjtimex(&state) == TIME_ERROR || (state.status & STA_UNSYNC) != 0) {
        g_set_error(error, TAP_ERROR, POLL_REFUSED,
                    "This computer's clock is not synchronised, says its kernel: \"now\" may be wrong. Start a time service "
                    "(timedatectl set-ntp true) and wait for it, or give the time: set-clock \"2026-04-27 11:31:00\".");
        return false;
    }
    if (year >= CJT188_BUILD_YEAR)
        return true;
    g_set_error(error, TAP_ERROR, POLL_REFUSED, "This computer's clock says %d, which is before this program was made.", year);
    return false;
}

static bool
add_target(struct poll *poll, const uint8_t *given, const char *text, GError **error)
{
    const struct poll_options *options = poll->options;
    uint8_t address[CJT188_ADDRESS_LENGTH];

    memcpy(address, given, sizeof address);
    if (options->has_manufacturer)
        memcpy(address + NUMBER_BYTES, options->manufacturer, sizeof options->manufacturer);
    if (!request_is_number(address) || cjt188_address_is_wildcard(address))
        return refuse(error, POLL_REFUSED, text, "that is no number of one meter");
    if (request_is_any_maker(address + NUMBER_BYTES))
        return refuse(error, POLL_REFUSED, text, "its manufacturer code stands for every maker");
    for (guint i = 0; i < poll->targets->len; i++)
        if (memcmp(poll->targets->data + i * CJT188_ADDRESS_LENGTH, address, NUMBER_BYTES) == 0)
            return refuse(error, POLL_REFUSED, text, "it is named twice, and a meter is written to once");
    g_array_append_vals(poll->targets, address, 1);
    return true;
}

/* A number a line; # begins a comment. */
static bool
read_list(struct poll *poll, GError **error)
{
    const char *path = poll->options->all_file;
    GError *wrong = NULL;
    char *text, **lines;
    bool good = g_file_get_contents(path, &text, NULL, &wrong);

    if (!good) {
        g_set_error(error, TAP_ERROR, TAP_CANNOT_OPEN, "The list cannot be read: %s.", wrong->message);
        g_error_free(wrong);
        return false;
    }
    lines = g_strsplit(text, "\n", -1);
    g_free(text);
    for (unsigned i = 0; good && lines[i] != NULL; i++) {
        uint8_t address[CJT188_ADDRESS_LENGTH];

        lines[i][strcspn(lines[i], "#")] = '\0';
        g_strstrip(lines[i]);
        if (lines[i][0] == '\0')
            continue;
        good = request_parse_address(lines[i], address);
        if (!good)
            g_set_error(error, TAP_ERROR, TAP_USAGE, "%s, line %u: \"%s\" is no number of 8 or 10 digits.", path, i + 1, lines[i]);
        else
            good = add_target(poll, address, lines[i], error);
    }
    g_strfreev(lines);
    if (good && poll->targets->len == 0) {
        g_set_error(error, TAP_ERROR, TAP_USAGE, "%s names no meter.", path);
        return false;
    }
    return good;
}

bool
poll_prepare_set_clock(struct poll *poll, GError **error)
{
    const struct poll_options *options = poll->options;
    char **words = options->words;
    char *who;
    bool good;

    if (words[0] == NULL || (strcmp(words[0], "now") == 0 && words[1] == NULL)) {
        if (!check_own_clock(error))
            return false;
    } else if (!parse_time(words, &poll->wanted)) {
        g_set_error(error, TAP_ERROR, TAP_USAGE, "set-clock wants now, or a time such as \"2026-04-27 11:31:00\".");
        return false;
    }
    if (options->all_file != NULL)
        return read_list(poll, error);
    who = poll_who((const uint8_t *)options->addresses->data);
    good = add_target(poll, (const uint8_t *)options->addresses->data, who, error);
    g_free(who);
    return good;
}

/* ---- reading ---- */

static bool
take_state(struct poll *poll, const char *who, const struct answer *answer, struct state *state, GError **error)
{
    const struct cjt188_decoded *frame = printer_decode(poll->printer, answer->reply);
    const struct cjt188_value *clock = cjt188_measured(frame, CJT188_CLOCK_NOW);
    const uint8_t *part;

    if (clock == NULL || clock->state != CJT188_IS_TIME)
        return refuse(error, POLL_REFUSED, who, "its 901F has no clock that can be read");
    part = clock->time.part;
    set_time(&state->clock, g_date_time_new_local(part[6] * 100 + part[5], part[4], part[3], part[2], part[1], part[0]));
    if (state->clock == NULL)
        return refuse(error, POLL_REFUSED, who, "its clock shows no time that this time zone has");
    state->at_ns = answer->reply->record.time_ns;
    state->read_ns = source_now();
    state->dialect = frame->dialect;
    state->plus_33 = frame->plus_33;
    state->di_high_first = frame->di_order == CJT188_DI_HIGH_FIRST;
    cjt188_who_text(frame, state->name, sizeof state->name);
    return true;
}

/* The reply, and nothing else: whatever else is heard is a reason to stop. */
static bool
read_state(struct poll *poll, const uint8_t *address, const char *who, struct state *state, GError **error)
{
    struct hearing_log log = { .heard = NULL };
    struct request request;
    struct answer answer;
    bool good;

    request_read(&request, &poll->options->form, address, DI_READING);
    good = poll_ask(poll, &request, POLL_RETRIES, &log, &answer, error);
    if (good && bus_has_other_master(poll->bus)) {
        good = poll_refuse_busy(error);
    } else if (good && answer.kind != ANSWER_REPLY) {
        good = poll_no_answer(poll, who, &request, &answer, error);
    } else if (good && answer.is_error) {
        good = refuse(error, POLL_REFUSED, who, "the meter answers that it cannot be read so");
    } else if (good && !answer.is_clean) {
        char *heard = answer_heard_text(&log), *why = g_strdup_printf("more was heard than its reply: %s", heard);

        good = refuse(error, POLL_REFUSED, who, why);
        g_free(why);
        g_free(heard);
    }
    good = good && take_state(poll, who, &answer, state, error);
    hearing_log_clear(&log);
    return good;
}

/* Nobody says anything for as long as a reply may take. */
static bool
hear_silence(struct poll *poll, const char *who, int64_t until_ns, GError **error)
{
    struct hearing_log log = { .heard = NULL };
    bool good = bus_listen_until(poll->bus, until_ns, &log, error);

    if (good && bus_has_other_master(poll->bus))
        good = poll_refuse_busy(error);
    else if (good && log.heard->len > 0)
        good = refuse(error, POLL_REFUSED, who, "the line was not silent before the write");
    hearing_log_clear(&log);
    return good;
}

/* ---- what is to be written ---- */

static double
seconds_ahead(const struct state *state)
{
    return (double)g_date_time_to_unix(state->clock) - (double)state->at_ns / NS_PER_SECOND;
}

/* What the meter shows by now. */
static GDateTime *
shown_now(const struct state *state)
{
    return g_date_time_add_seconds(state->clock, (double)(source_wall_clock() - state->at_ns) / NS_PER_SECOND);
}

static GDateTime *
time_to_write(const struct poll *poll)
{
    return poll->wanted != NULL ? g_date_time_ref(poll->wanted) : own_time();
}

/* NULL, or why this needs a word more. */
static const char *
jump_of(const struct poll *poll, const struct state *state)
{
    GDateTime *old = shown_now(state), *new = time_to_write(poll);
    const GTimeSpan ahead = g_date_time_difference(new, old);
    const bool other_month = g_date_time_get_month(old) != g_date_time_get_month(new) ||
        g_date_time_get_year(old) != g_date_time_get_year(new);
    const char *why = NULL;

    if (other_month)
        why = "The end of a month lies between the two: the meter may skip or repeat a month in its display's memory.";
    else if (ahead < -1 * G_TIME_SPAN_SECOND)
        why = "The clock is set back: what it has stored since then may be stored twice.";
    g_date_time_unref(old);
    g_date_time_unref(new);
    return why;
}

static void
make_write(const struct poll *poll, const uint8_t *address, const struct state *state, GDateTime *time, struct request *request)
{
    struct request_form form = poll->options->form;

    form.di_high_first = state->di_high_first;
    if (poll->options->clock_form == FORM_THREAD)
        request_set_number_and_clock(request, &form, address, time);
    else
        request_set_clock(request, &form, address, time);
}

static bool
check_form(const struct poll *poll, const char *who, const struct state *state, GError **error)
{
    char *why;
    bool good = true;

    if (state->plus_33)
        return refuse(error, POLL_REFUSED, who, "this meter adds 33 to its data, and how it is written to is in no document");
    if (poll->options->clock_form == FORM_THREAD && state->dialect != cjt188_dialect(CJT188_OEM_ULTRASONIC) &&
        !poll->options->has_manufacturer) {
        why = g_strdup_printf("it speaks as \"%s\", not as the thread's meter, and --form thread writes its manufacturer code, too: "
                              "give it with --manufacturer",
                              state->dialect->name);
        good = refuse(error, POLL_REFUSED, who, why);
        g_free(why);
    }
    return good;
}

static void
show_plan(const struct poll *poll, const uint8_t *address, const struct state *state)
{
    GDateTime *new = time_to_write(poll);
    char *old_text = g_date_time_format(state->clock, "%Y-%m-%d %H:%M:%S"), *new_text = g_date_time_format(new, "%Y-%m-%d %H:%M:%S");
    char *zone = g_date_time_format(new, "%Z, UTC%:z");

    tap_print("Meter        %s, read as \"%s\"\n", state->name, state->dialect->name);
    tap_print("Its clock    %s, %+.0f s against this computer\n", old_text, seconds_ahead(state));
    tap_print("To be set    %s%s, time zone %s\n", poll->wanted == NULL ? "now: " : "", new_text, zone);
    tap_print("Written to   %02X %02X %02X %02X %02X %02X %02X%s\n", address[0], address[1], address[2], address[3], address[4],
              address[5], address[6],
              poll->options->clock_form == FORM_THREAD
                  ? ", which becomes the meter's address, too (if it stores 11 11, its decimal places may be read differently)"
                  : "");
    g_free(zone);
    g_free(new_text);
    g_free(old_text);
    g_date_time_unref(new);
}

/* What the user was asked, and what was heard meanwhile. */
struct confirmation {
    bool jump; /* is wanted, too */
    unsigned heard;
};

static bool
confirm_jump(struct poll *poll, const char *who, const char *jump, struct confirmation *confirmation, GError **error)
{
    confirmation->jump = poll->options->allow_jump;
    if (jump == NULL || confirmation->jump)
        return true;
    tap_print("%s\n", jump);
    if (poll->options->yes)
        return refuse(error, POLL_REFUSED, who, "the clock would jump, which --yes does not allow and --allow-jump does");
    confirmation->jump = poll_confirm(poll, "Type jump to set it all the same:", "jump", &confirmation->heard);
    return confirmation->jump || refuse(error, POLL_REFUSED, who, "the jump was not confirmed");
}

static bool
confirm(struct poll *poll, const char *who, const struct state *state, struct confirmation *confirmation, GError **error)
{
    char *question = g_strdup_printf("Type the meter's number, %s, to set its clock:", who);
    const bool confirmed = poll->options->yes || poll_confirm(poll, question, who, &confirmation->heard);

    g_free(question);
    if (!confirmed)
        return refuse(error, POLL_REFUSED, who, "it was not confirmed on a terminal, nor with --yes");
    if (!confirm_jump(poll, who, jump_of(poll, state), confirmation, error))
        return false;
    if (bus_has_other_master(poll->bus))
        return poll_refuse_busy(error);
    return confirmation->heard == 0 || refuse(error, POLL_REFUSED, who, "something was heard while you were asked");
}

/* The meter is as it was shown to the user, and still so. */
static bool
read_again(struct poll *poll, const uint8_t *address, const char *who, struct state *state, bool may_jump, GError **error)
{
    tap_say("What was read is older than 10 s: reading again.");
    if (!read_state(poll, address, who, state, error) || !check_form(poll, who, state, error))
        return false;
    return may_jump || jump_of(poll, state) == NULL ||
        refuse(error, POLL_REFUSED, who, "by now the clock would jump, and that was not confirmed");
}

/* ---- writing ---- */

/* Its last byte is to leave when the second begins that it bears. */
static bool
wait_for_second(struct poll *poll, const char *who, size_t length, GDateTime **time, GError **error)
{
    const int64_t duration_ns = (int64_t)length * bus_info(poll->bus)->char_time_ns;
    const int64_t now_ns = source_wall_clock();
    const int64_t second = (now_ns + duration_ns) / NS_PER_SECOND + 1;

    *time = g_date_time_new_from_unix_local(second);
    return hear_silence(poll, who, source_now() + second * NS_PER_SECOND - duration_ns - now_ns, error);
}

static char *
comment_of(const struct poll *poll, const char *who, GDateTime *time)
{
    char *text = g_date_time_format(time, "%Y-%m-%d %H:%M:%S");
    char *comment = g_strdup_printf("Write: sets the clock of %s to %s%s, confirmed %s", who, text,
                                    poll->options->clock_form == FORM_THREAD ? ", and its number anew" : "",
                                    poll->options->yes ? "with --yes" : "by the user");

    g_free(text);
    return comment;
}

static bool
write_once(struct poll *poll, const uint8_t *address, const char *who, const struct state *state, int64_t *meant_ns, GError **error)
{
    struct hearing_log log = { .heard = NULL };
    struct request request;
    GDateTime *time = time_to_write(poll);
    char *comment;
    bool good = hear_silence(poll, who, source_now() + bus_timeout_ns(poll->bus), error);

    make_write(poll, address, state, time, &request); /* for its length */
    if (good && poll->wanted == NULL) {
        g_date_time_unref(time);
        good = wait_for_second(poll, who, request.length, &time, error);
        make_write(poll, address, state, time, &request);
    }
    if (good) {
        GError *lost = NULL;
        struct answer answer;
        char *heard;

        comment = comment_of(poll, who, time);
        good = poll_write(poll, &request, comment, &log, &lost);
        if (!good)
            g_set_error(error, TAP_ERROR, lost->code, "%s The write may have left: read %s to see what became of it.", lost->message, who);
        g_clear_error(&lost);
        g_free(comment);
        if (good) {
            answer = answer_find(&request, &log);
            heard = answer.kind == ANSWER_REPLY ? g_strdup(answer.is_error ? "it says that it cannot" : "it confirms")
                                                : answer_text(&answer, &request, bus_timeout_ns(poll->bus));
            tap_say("Written once; %s. What is read back decides.", heard);
            g_free(heard);
        }
        /* Since 1970, of the zone in which both were read: what the meter is to show minus what this computer shows. */
        *meant_ns = g_date_time_to_unix(time) * NS_PER_SECOND -
            (log.sent_ns + (int64_t)request.length * bus_info(poll->bus)->char_time_ns);
    }
    g_date_time_unref(time);
    hearing_log_clear(&log);
    return good;
}

static bool
read_back(struct poll *poll, const uint8_t *address, const char *who, int64_t meant_ns, GError **error)
{
    struct state state = { .clock = NULL };
    GError *wrong = NULL;
    double off;
    char *shown;
    bool good = bus_listen(poll->bus, bus_timeout_ns(poll->bus), NULL, error) && read_state(poll, address, who, &state, &wrong);

    if (!good) {
        if (wrong != NULL) {
            char *end = strstr(wrong->message, " Nothing was written.");

            if (end != NULL)
                *end = '\0';
            g_set_error(error, TAP_ERROR, wrong->code == POLL_REFUSED ? POLL_DIFFERS : wrong->code,
                        "%s The write was sent, and could not be read back.", wrong->message);
            g_error_free(wrong);
        }
        set_time(&state.clock, NULL);
        return false;
    }
    off = seconds_ahead(&state) - (double)meant_ns / NS_PER_SECOND;
    shown = g_date_time_format(state.clock, "%Y-%m-%d %H:%M:%S");
    good = off <= TOLERANCE_S && off >= -TOLERANCE_S;
    if (good)
        tap_print("%s now shows %s, %+.0f s against what was meant.\n", who, shown, off);
    else
        g_set_error(error, TAP_ERROR, POLL_DIFFERS, "%s shows %s, %+.0f s against what was written: its clock was not set.", who,
                    shown, off);
    g_free(shown);
    set_time(&state.clock, NULL);
    return good;
}

/* ---- a meter ---- */

static bool
set_one(struct poll *poll, const uint8_t *address, GError **error)
{
    struct state state = { .clock = NULL };
    struct confirmation confirmation = { .jump = false };
    char *who = poll_who(address);
    int64_t meant_ns = 0;
    bool good = read_state(poll, address, who, &state, error) && check_form(poll, who, &state, error);

    if (good) {
        show_plan(poll, address, &state);
        good = confirm(poll, who, &state, &confirmation, error);
    }
    if (good && source_now() - state.read_ns > FRESH_NS)
        good = read_again(poll, address, who, &state, confirmation.jump, error);
    good = good && write_once(poll, address, who, &state, &meant_ns, error) && read_back(poll, address, who, meant_ns, error);
    set_time(&state.clock, NULL);
    g_free(who);
    return good;
}

bool
poll_set_clock(struct poll *poll, GError **error)
{
    bool good = poll_listen_first(poll, LISTEN_NS, true, error);

    for (guint i = 0; good && i < poll->targets->len; i++)
        good = set_one(poll, (const uint8_t *)poll->targets->data + i * CJT188_ADDRESS_LENGTH, error);
    return good;
}
