/* framer.h
 * The framer: a stream of bytes with arrival times goes in, records come out. It buffers, times and
 * counts; what a frame is, only the grammar knows (cjt188-frame.h).
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The records of a framer, in order, are exactly the bytes that were pushed: none is lost, none changed.
 * It holds at most CJT188_PIECE_MAX bytes back and allocates nothing after framer_new().
 */
#ifndef FRAMER_H
#define FRAMER_H

#include "record.h"

typedef void (*framer_callback)(const struct record *record, void *user);

/*
 * char_time_ns  how long one character takes on the line; 0 when unknown (a file): then a record's time is
 *               the arrival of its first byte.
 * callback      called from framer_push() and framer_finish() for every record; must not call the framer.
 * Returns a framer that the caller frees with framer_free().
 */
struct framer *framer_new(int64_t char_time_ns, framer_callback callback, void *user);
void framer_free(struct framer *framer);

/* From now on characters take this long. */
void framer_set_char_time(struct framer *framer, int64_t char_time_ns);

/*
 * Bytes that arrived together. marks: one byte for each of them, not 0 where the line reported an error, or
 * NULL for none. arrival_ns is when they were at hand, on any clock that does not go back; records carry that clock.
 */
void framer_push(struct framer *framer, const uint8_t *bytes, const uint8_t *marks, size_t length, int64_t arrival_ns);

/* The line fell silent, or ended: what is held back becomes records now. */
void framer_finish(struct framer *framer);

/* Bytes held back. */
size_t framer_pending(const struct framer *framer);

#endif
