/* hexlost.h
 * What looks like a frame in a text and gave none: nobody shall miss one without a word.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A candidate is a run of bytes that begins 68, behind any FE, and ends 16. What begins like a frame and stops early, and
 * what only hexloose.h can read, is told as well.
 */
#ifndef HEXLOST_H
#define HEXLOST_H

#include "record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    HEXLOST_LINES = 8,     /* so many are named */
    HEXLOST_PENDING = 64,  /* and so many may wait for what the framer says */
    HEXLOST_RECENT = 64,   /* lines that are remembered: nothing is told twice of one */
    HEXLOST_WAITING = 512, /* frames that one reader has found and the other one not yet: it holds bytes back */
};

enum hexlost_kind {
    HEXLOST_RUN,    /* 68 … 16 */
    HEXLOST_CUT,    /* recognised as a frame, but it stops early */
    HEXLOST_UNREAD, /* whole, but hextext.h has not found it */
    HEXLOST_KINDS,
};

struct hexlost_tally {
    uint64_t count;
    uint64_t lines[HEXLOST_LINES]; /* the first ones */
    size_t lines_count;
};

/* A frame that only one reader has found so far. */
struct hexlost_found {
    uint64_t line;
    bool again; /* in more than one way, perhaps */
};

struct hexlost_list {
    struct hexlost_found found[HEXLOST_WAITING];
    size_t count;
};

/* A candidate, or half of one. Offsets are those of the bytes that the framer gets. */
struct hexlost_candidate {
    uint64_t line; /* it begins in; 0 = there is none */
    uint64_t first, end;
    size_t bytes;
    bool taken; /* all of it goes to the framer */
};

struct hexlost {
    uint64_t frames;
    struct hexlost_tally tallies[HEXLOST_KINDS];
    uint64_t recent[HEXLOST_RECENT];
    size_t recent_count;
    struct hexlost_list read, loose;       /* each without what the other one has found too */
    uint64_t frame_lines[HEXLOST_WAITING]; /* of the last frames of either */
    size_t frame_lines_count;
    uint64_t digit_lines, first_digit_line, last_digit_line;
    struct hexlost_candidate in_text, in_stream;
    struct hexlost_candidate pending[HEXLOST_PENDING]; /* of which the framer did not get all */
    size_t pending_count;
};

/* Only what begins with 68 is long enough not to be found in prose by chance. */
bool hexlost_is_frame(const struct record *record);

/* A line, or a part of one, has digits. */
void hexlost_digits(struct hexlost *lost, uint64_t line);

/* A run of bytes in the text, in order. taken: it goes to the framer, at this offset. */
void hexlost_run(struct hexlost *lost, const uint8_t *bytes, size_t length, bool taken, uint64_t line, uint64_t offset);

/* A byte that the framer found in no frame, in order, and whether it begins or ends a run. */
void hexlost_byte(struct hexlost *lost, uint8_t byte, bool begins, bool ends, uint64_t line, uint64_t offset);
/* The framer has cut what is recognised as a frame, but is none: HEXLOST_RUN or HEXLOST_CUT. The offset is that of its 68. */
void hexlost_broken(struct hexlost *lost, enum hexlost_kind kind, uint64_t line, uint64_t offset);
/* And here it has cut one. */
void hexlost_frame(struct hexlost *lost, uint64_t line, uint64_t offset);
/* The text itself says that there was more. */
void hexlost_cut(struct hexlost *lost, uint64_t line);
/* hexloose.h has found a frame; again: perhaps one that it has told already. */
void hexlost_loose(struct hexlost *lost, uint64_t line, bool again);
/* The text is over. */
void hexlost_finish(struct hexlost *lost);

/* All of it as a sentence without its point, or NULL when nothing was lost. The caller frees it. */
char *hexlost_text(const struct hexlost *lost);

#endif
