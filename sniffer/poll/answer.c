/* answer.c
 * What became of a request: see answer.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "answer.h"
#include "cjt188-codes.h"
#include "cjt188-decode.h"

#include <string.h>

enum { NUMBER_BYTES = 5, DI_BYTES = 2, PLUS = 0x33, HEARD_TEXT_MAX = 4 };

static const uint8_t *
frame_of(const struct heard *heard)
{
    return heard->record.bytes + heard->record.preamble;
}

static const struct heard *
heard_at(const struct hearing_log *log, unsigned index)
{
    return log->heard->pdata[index];
}

static bool
is_same_number(const uint8_t *frame, const uint8_t *other)
{
    return memcmp(frame + CJT188_OFF_ADDRESS, other + CJT188_OFF_ADDRESS, NUMBER_BYTES) == 0;
}

/* Turned around, as makers do, or not. */
static bool
is_same_di(const uint8_t *asked, const uint8_t *reply, uint8_t added)
{
    const uint8_t first = (uint8_t)(asked[0] + added), second = (uint8_t)(asked[1] + added);

    return (reply[0] == first && reply[1] == second) || (reply[0] == second && reply[1] == first);
}

/* Does the reply speak of the identifier that was asked for? Error replies need not. Some makers add 33 to all data. */
static bool
has_same_di(const uint8_t *asked, const uint8_t *reply)
{
    if ((reply[CJT188_OFF_CONTROL] & CJT188_CONTROL_ERROR) != 0 || asked[CJT188_OFF_LENGTH] < DI_BYTES ||
        reply[CJT188_OFF_LENGTH] < DI_BYTES)
        return true;
    return is_same_di(asked + CJT188_OFF_DATA, reply + CJT188_OFF_DATA, 0) ||
        is_same_di(asked + CJT188_OFF_DATA, reply + CJT188_OFF_DATA, PLUS);
}

/* T and SER are the meter's own affair. */
static bool
answers(const uint8_t *asked, const uint8_t *reply)
{
    const bool to_all = cjt188_address_is_wildcard(asked + CJT188_OFF_ADDRESS);
    const uint8_t function = CJT188_CONTROL_FUNCTION;

    return (asked[CJT188_OFF_CONTROL] & function) == (reply[CJT188_OFF_CONTROL] & function) &&
        (to_all || is_same_number(asked, reply)) && has_same_di(asked, reply);
}

/* As long as the request, and more than half of it. A whole frame is none: what disturbs an echo does not make its checksum right. */
static bool
is_altered_echo(const struct request *request, const struct heard *heard)
{
    const size_t length = MIN(heard->record.length, request->length);
    const uint8_t *heard_end = heard->record.bytes + heard->record.length, *end = request->bytes + request->length;
    size_t equal = 0;

    if (heard->what != HEARD_DAMAGED && heard->what != HEARD_NOISE)
        return false;
    if (length + REQUEST_PREAMBLE_MAX < request->length || 2 * length < request->length - request->preamble)
        return false;
    for (size_t i = 1; i <= length; i++)
        equal += heard_end[-(ptrdiff_t)i] == end[-(ptrdiff_t)i];
    return 2 * equal > length;
}

struct sums {
    unsigned answers, others, altered, noise;
    const struct heard *answer, *other;
    bool several, is_error;
    size_t longest_noise;
};

static void
sum_up(const struct request *request, const struct hearing_log *log, struct sums *sums)
{
    const uint8_t *asked = request->bytes + request->preamble;

    for (unsigned i = 0; i < log->heard->len; i++) {
        const struct heard *heard = heard_at(log, i);

        if (heard->what == HEARD_REPLY && answers(asked, frame_of(heard))) {
            if (sums->answers++ == 0)
                sums->answer = heard;
            else
                sums->several |= !is_same_number(frame_of(sums->answer), frame_of(heard));
        } else if (heard->what == HEARD_REPLY) {
            if (sums->others++ == 0)
                sums->other = heard;
        } else if (is_altered_echo(request, heard)) {
            sums->altered++;
        } else if (heard->what == HEARD_NOISE) {
            sums->longest_noise = MAX(sums->longest_noise, heard->record.length);
        }
    }
}

struct answer
answer_find(const struct request *request, const struct hearing_log *log)
{
    struct sums sums = { .answers = 0 };
    struct answer answer = { .kind = ANSWER_SILENCE };
    unsigned damaged, others;

    sum_up(request, log, &sums);
    damaged = log->count[HEARD_DAMAGED] - MIN(sums.altered, log->count[HEARD_DAMAGED]);
    others = log->count[HEARD_REQUEST];
    answer.reply = sums.answers > 0 ? sums.answer : sums.other;
    if (sums.answers > 0)
        answer.kind = sums.several ? ANSWER_SEVERAL : ANSWER_REPLY;
    else if (log->endless)
        answer.kind = ANSWER_ENDLESS;
    else if (damaged > 0 || sums.longest_noise >= CJT188_OVERHEAD)
        answer.kind = ANSWER_GARBLED;
    else if (sums.others > 0)
        answer.kind = ANSWER_OTHER;
    else if (sums.altered > 0)
        answer.kind = ANSWER_ALTERED;
    else if (others > 0)
        answer.kind = ANSWER_MASTER;
    else if (sums.longest_noise > 0)
        answer.kind = ANSWER_NOISE;
    else if (log->count[HEARD_ECHO] > 0)
        answer.kind = ANSWER_ECHO;
    answer.is_error =
        sums.answers > 0 && (frame_of(sums.answer)[CJT188_OFF_CONTROL] & CJT188_CONTROL_ERROR) != 0;
    answer.is_repeated = answer.kind == ANSWER_REPLY && sums.answers > 1;
    answer.is_clean = sums.answers == 1 && !sums.answer->is_early && log->heard->len == 1 + log->count[HEARD_ECHO] && !log->endless;
    return answer;
}

char *
answer_text(const struct answer *answer, const struct request *request, int64_t timeout_ns)
{
    static const char *const texts[ANSWERS] = {
        [ANSWER_SEVERAL] = "several meters answered",
        [ANSWER_GARBLED] = "something answered, but no frame was whole: the line is disturbed",
        [ANSWER_ALTERED] = "the request came back altered and nothing after it: somebody else sent at the same time, or the "
                           "converter is in the way",
        [ANSWER_MASTER] = "somebody else asks on this line",
        [ANSWER_ENDLESS] = "the line did not fall silent",
        [ANSWER_NOISE] = "only a few bytes came that are no frame",
        [ANSWER_ECHO] = "no answer, only the echo of the request from the converter",
    };
    const bool to_all = cjt188_address_is_wildcard(request->bytes + request->preamble + CJT188_OFF_ADDRESS);

    if (answer->kind == ANSWER_OTHER) {
        char number[CJT188_TEXT_MAX];

        cjt188_number_text(frame_of(answer->reply) + CJT188_OFF_ADDRESS, false, number, sizeof number);
        return g_strdup_printf("meter %s replied to something else, perhaps late to what was asked before", number);
    }
    if (answer->kind == ANSWER_SILENCE)
        return g_strdup_printf("no answer within %.1f s", (double)timeout_ns / NS_PER_SECOND);
    if (answer->kind == ANSWER_GARBLED && to_all)
        return g_strdup("several meters answered at once (or the line is disturbed): ask each with --address");
    if (answer->kind == ANSWER_SEVERAL && to_all)
        return g_strdup("several meters answered, one after the other: ask each with --address");
    return g_strdup(texts[answer->kind]);
}

char *
answer_heard_text(const struct hearing_log *log)
{
    static const char *const names[HEARINGS] = {
        [HEARD_ECHO] = "an echo of the request", [HEARD_REPLY] = "a reply of meter", [HEARD_REQUEST] = "a request of somebody else",
        [HEARD_DAMAGED] = "a damaged frame",     [HEARD_NOISE] = "bytes that are no frame",
    };
    GString *text = g_string_new(NULL);
    char number[CJT188_TEXT_MAX];

    for (unsigned i = 0; i < log->heard->len && i < HEARD_TEXT_MAX; i++) {
        const struct heard *heard = heard_at(log, i);

        g_string_append_printf(text, "%s%s", text->len > 0 ? ", " : "", names[heard->what]);
        if (heard->what != HEARD_REPLY)
            continue;
        cjt188_number_text(frame_of(heard) + CJT188_OFF_ADDRESS, false, number, sizeof number);
        g_string_append_printf(text, " %s%s", number, heard->is_early ? ", which began before the request had left" : "");
    }
    if (log->heard->len > HEARD_TEXT_MAX)
        g_string_append_printf(text, " and %u more", log->heard->len - HEARD_TEXT_MAX);
    if (text->len == 0)
        g_string_append(text, "nothing");
    return g_string_free(text, FALSE);
}
