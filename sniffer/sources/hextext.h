/* hextext.h
 * Bytes in text as people post it: a log, a forum post, a hex dump. What is a frame is found wherever it
 * stands; prose around it is left out.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Known are bytes in the notations of hextoken.h, in brackets, broken over lines, behind SEND, RECV, TX, RX, >>>, <<<
 * and the like, behind the times of hextime.h and numbers of bytes, the tables of hexrow.h, and hex dumps with offsets in
 * front and text behind. Whole frames are taken from any line; other bytes only from lines that hold nothing but bytes.
 */
#ifndef HEXTEXT_H
#define HEXTEXT_H

#include "record.h"

#include <stddef.h>
#include <stdint.h>

struct hextext_piece {
    const uint8_t *bytes; /* of one frame, or of something else; valid during the call only */
    size_t length;
    enum record_direction direction; /* as the text says */
    int64_t time_ns;                 /* since 1970, of the line the piece begins in; 0 = the text has none */
};

typedef void (*hextext_callback)(const struct hextext_piece *piece, void *user);

/* today_s: since 1970; the day for times without a date. The caller frees it with hextext_free(). */
struct hextext *hextext_new(int64_t today_s, hextext_callback callback, void *user);
void hextext_free(struct hextext *hextext);

/* Text in any portions, in any encoding that has ASCII's characters where ASCII has them, or in marked UTF-16. */
void hextext_feed(struct hextext *hextext, const char *text, size_t length);
/* The text is over. */
void hextext_finish(struct hextext *hextext);

/* After the end: what hexlost.h knows, how much and on which lines, or that there is no frame among all the digits. A
 * sentence without its point, or NULL. The caller frees it. */
char *hextext_lost(const struct hextext *hextext);

#endif
