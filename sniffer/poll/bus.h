/* bus.h
 * A line on which this program speaks: it listens before it speaks, sends a request, hears what comes, and records both.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Everything here waits in the main loop and returns when what it waits for has come. A function that returns bool returns false
 * with *error set when the line or the output is lost (TAP_LINE_LOST, TAP_OUTPUT_FAILED) or when SIGINT or SIGTERM came
 * (POLL_REFUSED, and bus_is_stopped()).
 */
#ifndef BUS_H
#define BUS_H

#include "options.h"
#include "record.h"
#include "request.h"

/* What a record is to one who asks. */
enum hearing {
    HEARD_ECHO,      /* our own request, given back by the converter */
    HEARD_REPLY,     /* a whole frame of a meter */
    HEARD_REQUEST,   /* a whole frame of another master, or a neighbour's */
    HEARD_DAMAGED,   /* a frame of ours or anybody's, damaged or cut; also an altered echo */
    HEARD_NOISE,
    HEARINGS
};

struct heard {
    enum hearing what;
    struct record record; /* time_ns since 1970; its bytes are a copy of ours */
    bool is_early;        /* it began before our request had left, so it is no answer to that */
};

/* What was heard in a stretch of time. */
struct hearing_log {
    GPtrArray *heard; /* of struct heard */
    unsigned count[HEARINGS];
    int64_t sent_ns;        /* since 1970: when our first byte began; 0 = nothing was sent */
    int64_t sent_boot_ns;   /* the same by CLOCK_BOOTTIME */
    int64_t answered_ns;    /* from when our last byte left to when the first byte of the first reply began; -1 = no reply */
    bool endless;           /* the line did not fall silent */
};
void hearing_log_clear(struct hearing_log *log);

struct bus_options {
    const struct line_options *line;
    const struct output_options *output; /* path NULL: nothing is recorded */
    bool switch_by_rts;
    bool may_come_later; /* a line that is not there is waited for */
    gint64 timeout_ns;   /* for the first byte of a reply; 0 = the standard's */
};

/* NULL with *error set when line or output cannot be opened. `options` is kept. The caller ends with bus_close(), which
 * ends the capture; false with *error set when that failed. */
struct bus *bus_open(const struct bus_options *options, GError **error);
bool bus_close(struct bus *bus, GError **error);

const struct source_info *bus_info(const struct bus *bus);
bool bus_is_stopped(const struct bus *bus);
/* Is the line there? */
bool bus_is_up(const struct bus *bus);
/* A request of somebody else was heard since the beginning. */
bool bus_has_other_master(const struct bus *bus);
/* How long the first byte of a reply is waited for, and what silence ends one. */
int64_t bus_timeout_ns(const struct bus *bus);
int64_t bus_gap_ns(const struct bus *bus);

/* Listen for so long; log may be NULL. */
bool bus_listen(struct bus *bus, int64_t duration_ns, struct hearing_log *log, GError **error);
bool bus_listen_until(struct bus *bus, int64_t at_ns, struct hearing_log *log, GError **error);
/* Listen until there is something to read from fd. */
bool bus_listen_for_input(struct bus *bus, int fd, struct hearing_log *log, GError **error);
/* Wait until nothing was heard for `silence_ns`, but no longer than at_most_ns: *silent says whether it came. */
bool bus_wait_for_silence(struct bus *bus, int64_t silence_ns, int64_t at_most_ns, bool *silent, GError **error);

/* How something is sent that changes a meter. It is in the capture before it leaves. */
struct bus_writing {
    const char *comment;  /* for the capture */
    int64_t not_after_ns; /* by CLOCK_MONOTONIC: later it is refused; INT64_MAX = any time */
};

/* Send it, and hear what comes: until the first byte is overdue, or the line is silent again. writing: NULL for what only reads. *log
 * is begun anew; its sent_ns is 0 where the line is not there and waited for. */
bool bus_ask(struct bus *bus, const struct request *request, const struct bus_writing *writing, struct hearing_log *log,
             GError **error);

/* From now on bus_ask() refuses (POLL_REFUSED, POLL_BUSY) when a single byte was heard that did not come after what it has sent itself. */
void bus_expect_silence(struct bus *bus);

/* Other settings of the line. */
bool bus_set_line(struct bus *bus, const struct line_settings *line, GError **error);

#endif
