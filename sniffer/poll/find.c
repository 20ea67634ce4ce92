/* find.c
 * cjt188poll find: how this line's meter wants to be asked. Reads only.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "command.h"
#include "sources/source.h"
#include "status.h"

#include <string.h>

enum { DI_READING = 0x901F, PREAMBLE = 6 };

#define LISTEN_NS (2 * NS_PER_SECOND)

/* What is tried, the likeliest first: as the thread's meter, as the standard, then what makers have made of it. */
struct step {
    unsigned baud;
    const char *format;
    unsigned preamble;
    bool aa7, di_high_first;
    uint8_t type;
};

static const struct step steps[] = {
    { 2400, "8E1", 6, false, false, 0x20 },  { 2400, "8E1", 6, true, false, 0x20 },
    { 2400, "8E1", 6, false, true, 0x20 },   { 2400, "8E1", 6, true, true, 0x20 },
    { 2400, "8E1", 6, true, false, 0xAA },   { 2400, "8E1", 6, true, true, 0x10 },
    { 2400, "8E1", 0, false, false, 0x20 },  { 2400, "8E1", 0, true, true, 0x20 },
    { 2400, "8E1", 4, false, false, 0x20 },  { 2400, "8E1", 4, true, true, 0x20 },
    { 2400, "8E1", 13, false, false, 0x20 }, { 2400, "8E1", 13, true, true, 0x20 },
    { 2400, "8N1", 6, false, false, 0x20 },  { 2400, "8N1", 6, true, true, 0x20 },
    { 9600, "8N1", 6, false, false, 0x20 },  { 9600, "8N1", 6, true, true, 0x20 },
    { 9600, "8E1", 6, false, false, 0x20 },  { 9600, "8E1", 6, true, true, 0x20 },
    { 1200, "8E1", 6, false, false, 0x20 },  { 1200, "8E1", 6, true, true, 0x20 },
    { 4800, "8E1", 6, false, false, 0x20 },  { 4800, "8E1", 6, true, true, 0x20 },
    { 19200, "8E1", 6, false, false, 0x20 }, { 300, "8E1", 6, false, false, 0x20 },
    { 2400, "8O1", 6, false, false, 0x20 },
};

/* What was heard over all steps. */
struct findings {
    bool echo, noise, altered, mbus, dlt645, other;
    bool fixed; /* the settings of the line cannot be changed from here */
};

static const struct line_options *
line_of(const struct poll *poll)
{
    return poll->options->common.lines->pdata[0];
}

static char *
step_text(const struct step *step)
{
    const char *type = cjt188_type_name(step->type);

    return g_strdup_printf("%u %s, %u FE, type %02X (%s), %s, identifier %s", step->baud, step->format, step->preamble,
                           step->type, type != NULL ? type : "?", step->aa7 ? "AA×7" : "AA×5 11 11", step->di_high_first ? "90 1F" : "1F 90");
}

static void
note_heard(struct findings *findings, const struct hearing_log *log, const struct answer *answer)
{
    findings->echo |= log->count[HEARD_ECHO] > 0;
    findings->noise |= log->count[HEARD_NOISE] + log->count[HEARD_DAMAGED] > 0;
    findings->altered |= answer->kind == ANSWER_ALTERED;
    findings->other |= answer->kind == ANSWER_OTHER;
    for (unsigned i = 0; i < log->heard->len; i++) {
        const struct heard *heard = log->heard->pdata[i];

        findings->mbus |= heard->record.kind == CJT188_MBUS;
        findings->dlt645 |= heard->record.kind == CJT188_DLT645;
    }
}

/* false also where the line cannot be set so: then *skip. */
static bool
set_line(struct poll *poll, const struct step *step, struct line_settings *line, struct findings *findings, bool *skip, GError **error)
{
    struct line_settings wanted = *line;
    GError *refused = NULL;

    wanted.baud = step->baud;
    line_parse_format(step->format, &wanted);
    *skip = false;
    if (wanted.baud == line->baud && wanted.data_bits == line->data_bits && wanted.parity == line->parity &&
        wanted.stop_bits == line->stop_bits)
        return true;
    *skip = findings->fixed;
    if (*skip)
        return true;
    if (bus_set_line(poll->bus, &wanted, &refused)) {
        *line = wanted;
        return bus_listen(poll->bus, bus_gap_ns(poll->bus), NULL, error); /* what the change has done to the line is over */
    }
    tap_complain("%s Only what it has is tried.", refused->message);
    g_error_free(refused);
    findings->fixed = *skip = true;
    return true;
}

static bool
tell_command(struct poll *poll, const struct step *step, GError **error)
{
    GString *text = g_string_new("cjt188poll");
    bool good;

    g_string_append_printf(text, " -i %s", line_of(poll)->name);
    if (step->baud != line_default.baud)
        g_string_append_printf(text, " --baud %u", step->baud);
    if (strcmp(step->format, "8E1") != 0)
        g_string_append_printf(text, " --format %s", step->format);
    if (step->preamble != PREAMBLE)
        g_string_append_printf(text, " --preamble %u", step->preamble);
    if (step->type != 0x20)
        g_string_append_printf(text, " --type %02X", step->type);
    if (step->aa7)
        g_string_append(text, " --broadcast aa7");
    if (step->di_high_first)
        g_string_append(text, " --di-order high");
    good = poll_say(poll, error, "Go on with: %s read", text->str);
    g_string_free(text, TRUE);
    return good;
}

static bool
tell_reply(struct poll *poll, const struct step *step, const char *what, const struct answer *answer, GError **error)
{
    char sentence[CJT188_SENTENCE_MAX];

    cjt188_sentence(printer_decode(poll->printer, answer->reply), sentence, sizeof sentence);
    return poll_say(poll, error, "%s: answered by %s", what, sentence) && tell_command(poll, step, error);
}

static bool
tell_answer(struct poll *poll, const struct request *request, const char *what, const struct answer *answer, bool over, GError **error)
{
    char *text = answer_text(answer, request, bus_timeout_ns(poll->bus));
    bool good = poll_say(poll, error, "%s: %s", what, text);

    g_free(text);
    if (good && over)
        g_set_error(error, TAP_ERROR, POLL_NO_ANSWER,
                    "Several meters answered at once, or the line is disturbed: ask one by its number, \"cjt188poll -i %s read "
                    "--address N\", or scan.", line_of(poll)->name);
    return good && !over;
}

/* *over: there is no need to try the others. */
static bool
try_step(struct poll *poll, const struct step *step, struct findings *findings, bool *over, GError **error)
{
    const struct request_form form = { step->preamble, step->type, step->di_high_first };
    struct hearing_log log = { .heard = NULL };
    struct request request;
    struct answer answer;
    char *what = step_text(step);
    bool good;

    request_read(&request, &form, step->aa7 ? request_all_aa7 : request_all_aa5, DI_READING);
    good = poll_ask(poll, &request, 0, &log, &answer, error);
    if (good) {
        note_heard(findings, &log, &answer);
        *over = answer.kind == ANSWER_REPLY || answer.kind == ANSWER_SEVERAL || answer.kind == ANSWER_GARBLED;
        good = answer.kind == ANSWER_REPLY ? tell_reply(poll, step, what, &answer, error)
                                           : tell_answer(poll, &request, what, &answer, *over, error);
    }
    hearing_log_clear(&log);
    g_free(what);
    return good;
}

/* What was heard says where to look. */
static const char *
conclusion(const struct findings *findings)
{
    if (findings->mbus)
        return "An M-Bus frame was heard: this line speaks M-Bus (EN 13757), which is another protocol than CJ/T 188.";
    if (findings->dlt645)
        return "A DL/T 645 frame was heard: this line speaks the protocol of electricity meters.";
    if (findings->other)
        return "Something replied, but not to what was asked: is another master at work?";
    if (findings->altered)
        return "The requests came back altered: two wires of an RS485 pair may be swapped, or something else sends.";
    if (findings->noise)
        return "Bytes came that are no frame: another speed or parity than those tried, two wires swapped, no common ground, or "
               "a bus without its supply or termination.";
    if (findings->echo)
        return "Only echoes came: sending and receiving work as far as the converter, and behind it nobody answered. Is the meter "
               "connected behind it, and does its bus have its supply (M-Bus: about 36 V)?";
    return "Nothing came at all, not even an echo: is this the right port, is the converter powered, does it have to be switched "
           "(--rts send, --dtr on), are the two wires connected, and on RS485 not swapped? A meter may also be asleep, or need a "
           "key pressed first.";
}

bool
poll_find(struct poll *poll, GError **error)
{
    struct line_settings line = line_of(poll)->source.line;
    struct findings findings = { .echo = false };
    bool over = false, good = poll_listen_first(poll, LISTEN_NS, false, error);

    for (size_t i = 0; good && !over && i < G_N_ELEMENTS(steps); i++) {
        bool skip;

        good = set_line(poll, &steps[i], &line, &findings, &skip, error);
        if (good && !skip)
            good = try_step(poll, &steps[i], &findings, &over, error);
    }
    if (!good || over)
        return good;
    g_set_error(error, TAP_ERROR, POLL_NO_ANSWER, "No meter was found. %s", conclusion(&findings));
    return false;
}
