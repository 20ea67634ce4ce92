/* clock.c
 * cjt188poll set-clock: reads the meter, asks the user, writes once, and reads back.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A wrong write can give a meter another number, or all of them one. So nothing is written unless what was heard before it is exactly
 * what had to be heard, and nothing is ever written twice.
 */
#include "clock_time.h"
#include "cjt188-codes.h"
#include "command.h"
#include "sources/source.h"
#include "status.h"

#include <string.h>

enum { DI_READING = 0x901F, NUMBER_BYTES = 5 };

#define LISTEN_NS      (30 * NS_PER_SECOND)
#define FRESH_NS       (10 * NS_PER_SECOND) /* what was read is no older when it is written */
#define TOLERANCE_NS   (10 * NS_PER_SECOND)
#define STEP_NS        (1 * NS_PER_SECOND)  /* this computer's clock, set while it is at work */
#define STALL_NS       (100 * NS_PER_MS)    /* later than that, the second that is written is over */
#define SILENCE_MAX_NS (10 * NS_PER_SECOND) /* before what was written is read back, which harms nobody */

/* A meter that is to be set, what it said of itself, and what the user was asked. Moments are of CLOCK_BOOTTIME, which nobody sets. */
struct setting {
    struct poll *poll;
    const uint8_t *address;
    char *who;
    int64_t read_ns, wall_offset_ns; /* when it was read; the wall clock's distance then */
    int64_t said_ns, shown_ns;       /* when it said what its clock shows */
    bool has_clock;                  /* that can be read */
    const struct cjt188_dialect *dialect;
    bool di_high_first, plus_33;
    char name[CJT188_TEXT_MAX];
    bool may_jump;
    unsigned heard; /* while the user was asked */
    int echoes;     /* of the first request: later ones are no others; -1 = not known yet */
};

static bool
refuse(GError **error, enum tap_status status, const char *who, const char *why)
{
    g_set_error(error, TAP_ERROR, (int)status, "%s: %s. Nothing was written.", who, why);
    return false;
}

static int64_t
wall_offset(void)
{
    return source_wall_clock() - source_boot_clock();
}

/* ---- before the line is opened ---- */

static bool
add_target(struct poll *poll, const uint8_t *given, const char *text, GError **error)
{
    static const uint8_t usual[] = { 0x11, 0x11 };
    const struct poll_options *options = poll->options;
    const uint8_t *maker = options->has_manufacturer ? options->manufacturer : usual;
    uint8_t address[CJT188_ADDRESS_LENGTH];

    memcpy(address, given, sizeof address);
    if (options->has_manufacturer && memcmp(address + NUMBER_BYTES, usual, sizeof usual) == 0)
        memcpy(address + NUMBER_BYTES, maker, sizeof usual);
    if (options->clock_form == FORM_THREAD && memcmp(address + NUMBER_BYTES, maker, sizeof usual) != 0)
        return refuse(error, POLL_REFUSED, text,
                      "--form thread writes the manufacturer code, too: give it with --manufacturer, and here the number only");
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
read_lines(struct poll *poll, char **lines, GError **error)
{
    for (unsigned i = 0; lines[i] != NULL; i++) {
        uint8_t address[CJT188_ADDRESS_LENGTH];

        lines[i][strcspn(lines[i], "#")] = '\0';
        g_strstrip(lines[i]);
        if (lines[i][0] == '\0')
            continue;
        if (!request_parse_address(lines[i], address)) {
            g_set_error(error, TAP_ERROR, TAP_USAGE, "%s, line %u: \"%s\" is no number of 8 or 10 digits.",
                        poll->options->all_file, i + 1, lines[i]);
            return false;
        }
        if (!add_target(poll, address, lines[i], error))
            return false;
    }
    if (poll->targets->len > 0)
        return true;
    g_set_error(error, TAP_ERROR, TAP_USAGE, "%s names no meter.", poll->options->all_file);
    return false;
}

static bool
read_list(struct poll *poll, GError **error)
{
    GError *wrong = NULL;
    char *text, **lines;
    gsize length;
    bool good = g_file_get_contents(poll->options->all_file, &text, &length, &wrong);

    if (!good) {
        g_set_error(error, TAP_ERROR, TAP_CANNOT_OPEN, "The list cannot be read: %s.", wrong->message);
        g_error_free(wrong);
        return false;
    }
    good = strlen(text) == length;
    if (!good)
        g_set_error(error, TAP_ERROR, TAP_USAGE, "%s is no text.", poll->options->all_file);
    lines = g_strsplit(text, "\n", -1);
    g_free(text);
    good = good && read_lines(poll, lines, error);
    g_strfreev(lines);
    return good;
}

bool
poll_prepare_set_clock(struct poll *poll, GError **error)
{
    const struct poll_options *options = poll->options;
    char **words = options->words;
    char *who;
    bool good;

    poll->sets_now = words[0] == NULL || (strcmp(words[0], "now") == 0 && words[1] == NULL);
    if (poll->sets_now && !clock_is_known(error))
        return false;
    if (!poll->sets_now && !clock_parse(words, &poll->wanted_ns)) {
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

static void
take_state(struct setting *setting, const struct answer *answer)
{
    const struct cjt188_decoded *frame = printer_decode(setting->poll->printer, answer->reply);
    const struct cjt188_value *clock = cjt188_measured(frame, CJT188_CLOCK_NOW);

    setting->wall_offset_ns = wall_offset();
    setting->read_ns = source_boot_clock();
    setting->said_ns = answer->reply->record.time_ns - setting->wall_offset_ns;
    setting->has_clock = clock != NULL && clock->state == CJT188_IS_TIME && clock_shown(&clock->time, &setting->shown_ns);
    setting->dialect = frame->dialect;
    setting->plus_33 = frame->plus_33;
    setting->di_high_first = frame->di_order == CJT188_DI_HIGH_FIRST;
    cjt188_who_text(frame, setting->name, sizeof setting->name);
}

/* The reply, and nothing else: whatever else is heard is a reason to stop. */
static bool
check_heard(const struct setting *setting, const struct request *request, const struct hearing_log *log,
            const struct answer *answer, GError **error)
{
    char *heard = answer_heard_text(log), *why = NULL;

    if (answer->kind == ANSWER_REPLY && answer->is_error)
        why = g_strdup("the meter answers that it cannot be read so");
    else if (answer->kind == ANSWER_REPLY && answer->is_repeated)
        why = g_strdup_printf("it answered more than once, perhaps late, which --timeout 2000 waits for: %s", heard);
    else if (answer->kind == ANSWER_REPLY && !answer->is_clean)
        why = g_strdup_printf("its reply was not alone: %s", heard);
    else if (answer->kind != ANSWER_REPLY)
        why = answer_text(answer, request, bus_timeout_ns(setting->poll->bus));
    else if (setting->echoes >= 0 && (unsigned)setting->echoes != log->count[HEARD_ECHO])
        why = g_strdup("the converter's echo came and went: somebody else may have asked the same");
    g_free(heard);
    if (why == NULL)
        return true;
    refuse(error, POLL_REFUSED, setting->who, why);
    g_free(why);
    return false;
}

/* Silence may be asked again; anything that was heard may not be forgotten. */
static bool
read_before(struct setting *setting, GError **error)
{
    struct poll *poll = setting->poll;
    const unsigned retries = poll_retries(poll, POLL_RETRIES);
    struct hearing_log log = { .heard = NULL };
    struct request request;
    struct answer answer = { .kind = ANSWER_SILENCE };
    bool silent = true, good = true;

    request_read(&request, &poll->options->form, setting->address, DI_READING);
    for (unsigned attempt = 0; good && silent && attempt <= retries; attempt++) {
        good = poll_ask(poll, &request, 0, &log, &answer, error);
        silent = good && (answer.kind == ANSWER_SILENCE || answer.kind == ANSWER_ECHO);
    }
    if (good && bus_has_other_master(poll->bus))
        good = poll_refuse_busy(error);
    else if (good && silent)
        good = poll_no_answer(poll, setting->who, &request, &answer, error);
    else if (good)
        good = check_heard(setting, &request, &log, &answer, error);
    if (good) {
        take_state(setting, &answer);
        setting->echoes = (int)log.count[HEARD_ECHO];
    }
    hearing_log_clear(&log);
    return good;
}

/* Nobody says anything. */
static bool
hear_silence(const struct setting *setting, int64_t until_ns, GError **error)
{
    struct poll *poll = setting->poll;
    struct hearing_log log = { .heard = NULL };
    bool good = bus_listen_until(poll->bus, until_ns, &log, error);

    if (good && bus_has_other_master(poll->bus))
        good = poll_refuse_busy(error);
    else if (good && log.heard->len > 0)
        good = refuse(error, POLL_REFUSED, setting->who, "the line was not silent before the write");
    hearing_log_clear(&log);
    return good;
}

/* ---- what is to be written ---- */

static int64_t
shown_now(const struct setting *setting)
{
    return setting->shown_ns + source_boot_clock() - setting->said_ns;
}

static int64_t
to_be_shown(const struct poll *poll)
{
    return poll->sets_now ? clock_shown_here(source_wall_clock()) : poll->wanted_ns;
}

/* NULL, or why setting it to that wants a word more. */
static const char *
jump_of(const struct setting *setting, int64_t to_ns)
{
    return setting->has_clock ? clock_jump(shown_now(setting), to_ns)
                              : "The meter's clock shows no date: what it does with its stored months is not known.";
}

static bool
check_form(const struct setting *setting, GError **error)
{
    const struct poll_options *options = setting->poll->options;
    char *why;

    if (setting->plus_33)
        return refuse(error, POLL_REFUSED, setting->who,
                      "this meter adds 33 to its data, and how it is written to is in no document");
    if (options->clock_form != FORM_THREAD || options->has_manufacturer ||
        setting->dialect == cjt188_dialect(CJT188_OEM_ULTRASONIC))
        return true;
    why = g_strdup_printf("it speaks as \"%s\", not as the thread's meter, and --form thread writes its manufacturer code, too: "
                          "give it with --manufacturer",
                          setting->dialect->name);
    refuse(error, POLL_REFUSED, setting->who, why);
    g_free(why);
    return false;
}

static void
show_plan(const struct setting *setting)
{
    const struct poll *poll = setting->poll;
    const uint8_t *address = setting->address;
    const int64_t wall_ns = source_wall_clock();
    char *old = clock_text(setting->shown_ns), *new = clock_text(to_be_shown(poll)), *zone = clock_zone(wall_ns);
    char *off = clock_difference_text(shown_now(setting) - clock_shown_here(wall_ns));

    tap_print("Meter        %s, read as \"%s\"\n", setting->name, setting->dialect->name);
    if (setting->has_clock)
        tap_print("Its clock    %s, against this computer %s\n", old, off);
    else
        tap_print("Its clock    shows no date\n");
    tap_print("To be set    %s%s, time zone %s\n", poll->sets_now ? "now: " : "", new, zone);
    tap_print("Written to   %02X %02X %02X %02X %02X %02X %02X, low byte first as on the wire%s\n", address[0], address[1], address[2], address[3], address[4],
              address[5], address[6],
              poll->options->clock_form == FORM_THREAD
                  ? "; it becomes the meter's address, too (if it stores 11 11, its decimal places may be read differently)"
                  : "");
    g_free(off);
    g_free(zone);
    g_free(new);
    g_free(old);
}

static bool
confirm_jump(struct setting *setting, const char *jump, GError **error)
{
    struct poll *poll = setting->poll;

    setting->may_jump = poll->options->allow_jump;
    if (jump == NULL || setting->may_jump)
        return true;
    tap_print("%s\n", jump);
    if (poll->options->yes)
        return refuse(error, POLL_REFUSED, setting->who, "the clock would jump, which --yes does not allow and --allow-jump does");
    setting->may_jump = poll_confirm(poll, "Type jump to set it all the same:", "jump", &setting->heard);
    return setting->may_jump || refuse(error, POLL_REFUSED, setting->who, "the jump was not confirmed");
}

static bool
confirm(struct setting *setting, GError **error)
{
    struct poll *poll = setting->poll;
    char *question = g_strdup_printf("Type the meter's number, %s, to set its clock:", setting->who);
    const bool confirmed = poll->options->yes || poll_confirm(poll, question, setting->who, &setting->heard);

    g_free(question);
    if (!confirmed)
        return refuse(error, POLL_REFUSED, setting->who, "it was not confirmed on a terminal, nor with --yes");
    if (!confirm_jump(setting, jump_of(setting, to_be_shown(poll)), error))
        return false;
    if (bus_has_other_master(poll->bus))
        return poll_refuse_busy(error);
    return setting->heard == 0 || refuse(error, POLL_REFUSED, setting->who, "something was heard while you were asked");
}

/* ---- writing ---- */

static void
make_write(const struct setting *setting, int64_t shown_ns, struct request *request)
{
    struct request_form form = setting->poll->options->form;
    GDateTime *date = clock_date(shown_ns);

    form.di_high_first = setting->di_high_first;
    if (setting->poll->options->clock_form == FORM_THREAD)
        request_set_number_and_clock(request, &form, setting->address, date);
    else
        request_set_clock(request, &form, setting->address, date);
    g_date_time_unref(date);
}

/* What it was decided on still holds. */
static bool
check_last(const struct setting *setting, int64_t shown_ns, GError **error)
{
    const int64_t moved_ns = wall_offset() - setting->wall_offset_ns;
    const int64_t oldest_ns = FRESH_NS + 2 * bus_timeout_ns(setting->poll->bus) + bus_gap_ns(setting->poll->bus);

    if (moved_ns > STEP_NS || moved_ns < -STEP_NS)
        return refuse(error, POLL_REFUSED, setting->who, "this computer's clock was set meanwhile");
    if (source_boot_clock() - setting->read_ns > oldest_ns)
        return refuse(error, POLL_REFUSED, setting->who, "what was read is too old by now: this computer stood still");
    if (!setting->may_jump && jump_of(setting, shown_ns) != NULL)
        return refuse(error, POLL_REFUSED, setting->who, "by now the clock would jump, and that was not confirmed");
    return true;
}

static char *
comment_of(const struct setting *setting, int64_t shown_ns)
{
    const struct poll_options *options = setting->poll->options;
    char *text = clock_text(shown_ns);
    char *comment = g_strdup_printf("Write: sets the clock of %s to %s%s, confirmed %s", setting->who, text,
                                    options->clock_form == FORM_THREAD ? ", and its number anew" : "",
                                    options->yes ? "with --yes" : "by the user");

    g_free(text);
    return comment;
}

/* What is sent when: its last byte leaves when the second begins that it bears. */
struct plan {
    int64_t shown_ns;
    int64_t begin_ns; /* by CLOCK_MONOTONIC */
};

static struct plan
make_plan(const struct setting *setting)
{
    struct request request;
    int64_t duration_ns, now_ns, second;

    if (!setting->poll->sets_now)
        return (struct plan){ setting->poll->wanted_ns, source_now() };
    make_write(setting, 0, &request); /* for its length */
    duration_ns = (int64_t)request.length * bus_info(setting->poll->bus)->char_time_ns;
    now_ns = source_wall_clock();
    second = (now_ns + duration_ns) / NS_PER_SECOND + 1;
    return (struct plan){ clock_shown_here(second * NS_PER_SECOND), source_now() + second * NS_PER_SECOND - duration_ns - now_ns };
}

/* What came of it, as far as it can be said before it is read back. surprise: what was heard that no write explains. */
struct outcome {
    int64_t shown_ns, at_ns; /* the meter was to show that then; CLOCK_BOOTTIME */
    bool confirmed, refused;
    char *surprise; /* or NULL */
};

static void
judge(const struct setting *setting, const struct request *request, const struct hearing_log *log, struct outcome *outcome)
{
    const struct answer answer = answer_find(request, log);
    const bool quiet = answer.kind == ANSWER_SILENCE || answer.kind == ANSWER_ECHO;
    const bool strange = !(quiet || answer.is_clean) || (unsigned)setting->echoes != log->count[HEARD_ECHO];
    char *text;

    outcome->refused = answer.kind == ANSWER_REPLY && answer.is_error;
    outcome->confirmed = answer.kind == ANSWER_REPLY && !answer.is_error;
    if (strange)
        outcome->surprise = answer_heard_text(log);
    text = outcome->confirmed ? g_strdup("the meter confirms") : outcome->refused ? g_strdup("the meter says that it cannot")
                              : answer_text(&answer, request, bus_timeout_ns(setting->poll->bus));
    tap_say("Written once; %s. What is read back decides.", text);
    g_free(text);
}

static bool
write_once(struct setting *setting, struct outcome *outcome, GError **error)
{
    struct poll *poll = setting->poll;
    struct hearing_log log = { .heard = NULL };
    struct request request;
    struct plan plan;
    char *comment;
    bool good = hear_silence(setting, source_now() + bus_timeout_ns(poll->bus), error);

    if (!good)
        return false;
    plan = make_plan(setting);
    make_write(setting, plan.shown_ns, &request);
    comment = comment_of(setting, plan.shown_ns);
    good = hear_silence(setting, plan.begin_ns, error) && check_last(setting, plan.shown_ns, error);
    if (good) {
        const struct bus_writing writing = { comment, plan.begin_ns + (poll->sets_now ? STALL_NS : SILENCE_MAX_NS) };

        good = poll_write(poll, &request, &writing, &log, error);
        outcome->shown_ns = plan.shown_ns;
        outcome->at_ns = log.sent_boot_ns + (int64_t)request.length * bus_info(poll->bus)->char_time_ns;
        if (good)
            judge(setting, &request, &log, outcome);
        else if (log.sent_ns != 0)
            g_prefix_error(error, "The write has left, or a part of it; read %s to see what became of it. ", setting->who);
        else
            g_prefix_error(error, "Nothing was written: ");
    }
    if (log.sent_ns != 0 && !good && error != NULL && (*error)->code == POLL_REFUSED)
        (*error)->code = POLL_DIFFERS;
    g_free(comment);
    hearing_log_clear(&log);
    return good;
}

/* ---- reading back ---- */

static void
add_surprise(struct outcome *outcome, const struct hearing_log *log)
{
    if (log->heard->len > 0 && outcome->surprise == NULL)
        outcome->surprise = answer_heard_text(log);
}

static bool
read_after(struct setting *setting, struct outcome *outcome, GError **error)
{
    struct poll *poll = setting->poll;
    struct hearing_log log = { .heard = NULL };
    struct request request;
    struct answer answer;
    bool silent, good = bus_listen(poll->bus, bus_timeout_ns(poll->bus), &log, error);

    if (good)
        add_surprise(outcome, &log);
    good = good && bus_wait_for_silence(poll->bus, bus_timeout_ns(poll->bus), SILENCE_MAX_NS, &silent, error);
    if (good)
        bus_expect_silence(poll->bus);
    request_read(&request, &poll->options->form, setting->address, DI_READING);
    good = good && poll_ask(poll, &request, poll_retries(poll, POLL_RETRIES), &log, &answer, error);
    if (good && answer.kind != ANSWER_REPLY)
        good = poll_no_answer(poll, setting->who, &request, &answer, error);
    if (good && !answer.is_clean)
        add_surprise(outcome, &log);
    if (good)
        take_state(setting, &answer);
    hearing_log_clear(&log);
    return good;
}

static bool
fail_after(GError **error, const struct setting *setting, const char *what, const char *why)
{
    g_set_error(error, TAP_ERROR, POLL_DIFFERS, "%s %s%s.", setting->who, what, why);
    return false;
}

/* was_right: its clock was as near before. */
static bool
compare(const struct setting *setting, const struct outcome *outcome, bool was_right, GError **error)
{
    const int64_t meant_ns = outcome->shown_ns + source_boot_clock() - outcome->at_ns;
    const int64_t off_ns = shown_now(setting) - meant_ns;
    const bool is_right = setting->has_clock && off_ns <= TOLERANCE_NS && off_ns >= -TOLERANCE_NS;
    char *off = clock_difference_text(off_ns), *shown = clock_text(shown_now(setting)), *meant = clock_text(meant_ns);
    bool good = false;

    if (!setting->has_clock)
        fail_after(error, setting, "shows no date after the write", "");
    else if (!is_right)
        g_set_error(error, TAP_ERROR, POLL_DIFFERS, "%s shows %s where %s was meant: its clock was not set.", setting->who, shown,
                    meant);
    else if (outcome->surprise != NULL)
        fail_after(error, setting, "now shows the right time, but more was heard than there should have been: ", outcome->surprise);
    else if (outcome->refused)
        fail_after(error, setting, "answered that it cannot set its clock, which shows the right time all the same", "");
    else
        good = true;
    if (good)
        tap_print("%s now shows %s; meant was %s: %s.%s\n", setting->who, shown, meant, off,
                  was_right && !outcome->confirmed ? " It was right before, so whether it took the write is not known." : "");
    g_free(meant);
    g_free(shown);
    g_free(off);
    return good;
}

static bool
read_back(struct setting *setting, struct outcome *outcome, bool was_right, GError **error)
{
    GError *wrong = NULL;

    if (read_after(setting, outcome, &wrong))
        return compare(setting, outcome, was_right, error);
    g_set_error(error, TAP_ERROR, wrong->code == POLL_REFUSED ? POLL_DIFFERS : wrong->code,
                "The write was sent, and could not be read back: %s", wrong->message);
    g_error_free(wrong);
    return false;
}

/* ---- a meter ---- */

static bool
decide(struct setting *setting, GError **error)
{
    if (!read_before(setting, error) || !check_form(setting, error))
        return false;
    show_plan(setting);
    if (!confirm(setting, error))
        return false;
    if (source_boot_clock() - setting->read_ns <= FRESH_NS)
        return true;
    tap_say("What was read is older than 10 s: reading again.");
    return read_before(setting, error) && check_form(setting, error);
}

static bool
set_one(struct poll *poll, const uint8_t *address, GError **error)
{
    struct setting setting = { .poll = poll, .address = address, .who = poll_who(address), .echoes = -1 };
    struct outcome outcome = { .surprise = NULL };
    bool good = decide(&setting, error);

    if (good) {
        const int64_t off_ns = shown_now(&setting) - to_be_shown(poll);
        const bool was_right = setting.has_clock && off_ns <= TOLERANCE_NS && off_ns >= -TOLERANCE_NS;

        good = write_once(&setting, &outcome, error) && read_back(&setting, &outcome, was_right, error);
    }
    g_free(outcome.surprise);
    g_free(setting.who);
    return good;
}

static const uint8_t *
target_at(const struct poll *poll, guint index)
{
    return (const uint8_t *)poll->targets->data + index * CJT188_ADDRESS_LENGTH;
}

/* Who was set, and who was not even asked. */
static void
tell_progress(const struct poll *poll, guint done)
{
    GString *set = g_string_new(NULL), *left = g_string_new(NULL);

    for (guint i = 0; i < poll->targets->len; i++) {
        GString *list = i < done ? set : left;
        char *who = poll_who(target_at(poll, i));

        if (i != done)
            g_string_append_printf(list, "%s%s", list->len > 0 ? ", " : "", who);
        g_free(who);
    }
    tap_complain("Set: %s. Not touched: %s.", set->len > 0 ? set->str : "none", left->len > 0 ? left->str : "none");
    g_string_free(set, TRUE);
    g_string_free(left, TRUE);
}

bool
poll_set_clock(struct poll *poll, GError **error)
{
    bool good = poll_listen_first(poll, LISTEN_NS, true, error);
    guint done = 0;

    while (good && done < poll->targets->len) {
        good = set_one(poll, target_at(poll, done), error);
        done += good;
    }
    if (!good && poll->targets->len > 1)
        tell_progress(poll, done);
    return good;
}
