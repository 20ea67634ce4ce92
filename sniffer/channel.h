/* channel.h
 * One line at work: its source, its framer, its filter, the silence that ends a frame, and its clock.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CHANNEL_H
#define CHANNEL_H

#include "options.h"
#include "record.h"

/* What a channel tells; `number` is that of channel_open(). */
struct channel_events {
    /* record->time_ns is since 1970. The record is valid during the call only. */
    void (*record)(void *user, unsigned number, const struct record *record);
    void (*missing)(void *user, unsigned number, uint64_t bytes);
    void (*note)(void *user, unsigned number, const char *text);
    void (*found)(void *user, unsigned number, const struct line_settings *line);
    /* No more will come. lost: why, or NULL at a regular end; the callee frees it. */
    void (*end)(void *user, unsigned number, GError *lost);
    void *user;
};

/* Open the line of `options`, which are kept. stop_after_ns ends a line whose clock is simulated; 0 = never.
 * NULL with *error set when it cannot be opened. The caller ends with channel_close(). */
struct channel *channel_open(const struct line_options *options, unsigned number, int64_t stop_after_ns,
                             const struct channel_events *events, GError **error);
void channel_close(struct channel *channel);

struct channel_state {
    uint64_t bytes;       /* heard */
    int64_t last_byte_ns; /* when, by CLOCK_MONOTONIC */
    bool up;              /* the line is there */
};
struct channel_state channel_state(const struct channel *channel);

const struct source_info *channel_info(const struct channel *channel);

void channel_start(struct channel *channel);
/* As source_set_line() has it. */
bool channel_set_line(struct channel *channel, const struct line_settings *line, GError **error);
/* It has said what it had to say, however short the silence: what is held back becomes records. */
void channel_cut(struct channel *channel);
/* The end has come from elsewhere: what is held back becomes records. */
void channel_finish(struct channel *channel);

#endif
