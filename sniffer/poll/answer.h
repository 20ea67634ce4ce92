/* answer.h
 * What became of a request, from what was heard after it.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Pure.
 */
#ifndef ANSWER_H
#define ANSWER_H

#include "bus.h"

enum answer_kind {
    ANSWER_REPLY,    /* one meter's reply to this request, or its error reply */
    ANSWER_SEVERAL,  /* several meters' */
    ANSWER_GARBLED,  /* something, but no whole frame: on a broadcast, several at once */
    ANSWER_ALTERED,  /* our request came back as something else, and nothing after it */
    ANSWER_OTHER,    /* a reply that is none to this request */
    ANSWER_MASTER,   /* somebody else asks on this line */
    ANSWER_ENDLESS,  /* the line does not fall silent */
    ANSWER_NOISE,    /* a few bytes that mean nothing */
    ANSWER_ECHO,     /* our own request, and nothing else */
    ANSWER_SILENCE,
    ANSWERS
};

struct answer {
    enum answer_kind kind;
    const struct heard *reply; /* of REPLY; the first of SEVERAL and OTHER; else NULL */
    bool is_repeated;          /* REPLY, and the same meter's once more: late, to a request before */
    bool is_clean;             /* one reply, an unaltered echo or none, and nothing else */
    bool is_error;             /* the meter says that it cannot */
};

/* The answer lives as long as the log. */
struct answer answer_find(const struct request *request, const struct hearing_log *log);

/* What it is, in a sentence without its end; not of REPLY. The caller frees it. */
char *answer_text(const struct answer *answer, const struct request *request, int64_t timeout_ns);

/* What was heard, in order, for a sentence: "a reply of meter 24263225, bytes that are no frame". The caller frees it. */
char *answer_heard_text(const struct hearing_log *log);

#endif
