/* raw.c
 * cjt188poll raw: exactly one frame, as the user has it.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "command.h"
#include "status.h"

#include <string.h>

#define LISTEN_READ_NS  (2 * NS_PER_SECOND)
#define LISTEN_WRITE_NS (30 * NS_PER_SECOND)

static bool
refuse(GError **error, enum tap_status status, const char *why)
{
    g_set_error(error, TAP_ERROR, (int)status, "The frame is not sent: %s.", why);
    return false;
}

/* Without FE in front it gets those of --preamble, without an end its checksum and 16. */
static bool
complete(struct request *request, const uint8_t *bytes, size_t length, unsigned preamble)
{
    size_t given = 0, whole;
    const uint8_t *frame;
    uint8_t *end;

    while (given < length && bytes[given] == CJT188_PREAMBLE)
        given++;
    frame = bytes + given;
    length -= given; /* 0 where it is nothing but FE */
    if (given > 0 || length == 0 || frame[0] != CJT188_START) /* what is no frame is not made one */
        preamble = (unsigned)given;
    if (length == 0 || length > CJT188_FRAME_MAX || given > REQUEST_PREAMBLE_MAX)
        return false;
    whole = length > CJT188_OFF_LENGTH ? (size_t)CJT188_OVERHEAD + frame[CJT188_OFF_LENGTH] : 0;
    memset(request->bytes, CJT188_PREAMBLE, preamble);
    memcpy(request->bytes + preamble, frame, length);
    if (length + 2 == whole) {
        end = request->bytes + preamble + length;
        end[0] = cjt188_checksum(frame, length);
        end[1] = CJT188_END;
        length = whole;
    }
    request->preamble = preamble;
    request->length = preamble + length;
    return true;
}

bool
poll_prepare_raw(struct poll *poll, GError **error)
{
    char *text = g_strjoinv(" ", poll->options->words);
    const char *why = NULL;
    uint8_t *bytes = NULL;
    size_t length, preamble;
    bool good = request_parse_hex(text, &bytes, &length);

    if (!good)
        g_set_error(error, TAP_ERROR, TAP_USAGE, "\"%s\" is no frame in hex, such as \"68 20 AA AA AA AA AA 11 11 01 03 1F 90 00\".",
                    text);
    else if (!complete(&poll->raw, bytes, length, poll->options->form.preamble))
        good = refuse(error, POLL_REFUSED, "it is nothing but FE, or longer than a frame can be");
    g_free(text);
    g_free(bytes);
    if (!good)
        return false;
    poll->permit = permit_of(poll->raw.bytes, poll->raw.length, &preamble, &why);
    if (poll->permit == PERMIT_NEVER)
        return refuse(error, POLL_REFUSED, why);
    if (poll->permit == PERMIT_WRITE && !poll->options->i_know)
        return refuse(error, POLL_REFUSED,
                      "it is no read, so it may change the meter for good, whatever it is called. --i-know lets it pass, once "
                      "it is confirmed");
    return true;
}

static void
show_frame(const struct poll *poll)
{
    GString *text = g_string_new(NULL);

    for (size_t i = poll->raw.preamble; i < poll->raw.length; i++)
        g_string_append_printf(text, " %02X", poll->raw.bytes[i]);
    tap_print("To be sent, behind %zu FE: %s\n", poll->raw.preamble, text->str + 1);
    g_string_free(text, TRUE);
}

static bool
is_confirmed(struct poll *poll)
{
    const uint8_t *frame = poll->raw.bytes + poll->raw.preamble;
    char *who = poll_who(frame + CJT188_OFF_ADDRESS);
    char *question = g_strdup_printf("Control %02X writes to meter %s. Type its number to send it:", frame[CJT188_OFF_CONTROL], who);
    unsigned heard = 0; /* who asks is remembered, and all else is listened for after this */
    const bool confirmed = (poll->permit == PERMIT_CLOCK && poll->options->yes) || poll_confirm(poll, question, who, &heard);

    g_free(question);
    g_free(who);
    return confirmed;
}

static bool
say_what_came(struct poll *poll, const struct hearing_log *log, GError **error)
{
    const struct answer answer = answer_find(&poll->raw, log);
    char *who = poll_who(poll->raw.bytes + poll->raw.preamble + CJT188_OFF_ADDRESS);
    bool good;

    if (answer.kind == ANSWER_REPLY)
        good = poll_print(poll, log, answer.reply, error);
    else
        good = poll_no_answer(poll, who, &poll->raw, &answer, error);
    g_free(who);
    return good;
}

bool
poll_raw(struct poll *poll, GError **error)
{
    const bool writes = poll->permit != PERMIT_READ;
    const struct bus_writing writing = {
        .comment = poll->options->yes ? "Write, by cjt188poll raw: sent once, confirmed with --yes"
                                      : "Write, by cjt188poll raw: sent once, confirmed by the user",
        .not_after_ns = INT64_MAX,
    };
    struct hearing_log log = { .heard = NULL };
    struct answer answer;
    bool good;

    if (writes)
        show_frame(poll);
    if (writes && !is_confirmed(poll))
        return refuse(error, POLL_REFUSED, "it was not confirmed on a terminal");
    good = poll_listen_first(poll, writes ? LISTEN_WRITE_NS : LISTEN_READ_NS, writes, error);
    if (good && writes)
        good = poll_write(poll, &poll->raw, &writing, &log, error);
    else if (good)
        good = poll_ask(poll, &poll->raw, 0, &log, &answer, error);
    good = good && say_what_came(poll, &log, error);
    hearing_log_clear(&log);
    return good;
}
