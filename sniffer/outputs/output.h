/* output.h
 * Where records go: pcapng or pcap into a file, ring files, a FIFO or standard output, or one line of text each. One path
 * for all of them: every block leaves in one write(2), so a kill costs at most the block in flight.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The lines' side of it; capture.h is the disk's.
 */
#ifndef OUTPUT_H
#define OUTPUT_H

#include "record.h"
#include "ring.h"
#include "sources/source.h"

enum output_format { FORMAT_PCAPNG, FORMAT_PCAP, FORMAT_TEXT, FORMAT_READINGS, FORMAT_NOTHING };

struct meters;

struct output_options {
    char *path; /* a file, or "-" for standard output; NULL with text: standard output, too */
    char *comment; /* on the capture, or NULL */
    struct meters *meters; /* what is known of meters, for text and readings; else NULL */
    enum output_format format;
    struct ring_limits ring;
    guint64 stop_packets; /* the end, when as many are written; 0 = never */
    guint64 stop_bytes;
    gint64 sync_ns; /* how long what was written may be in the computer's memory only; 0 = until the file is over */
    gboolean group_read;
    gboolean exit_when_full;
};

/* What the user says of a line. All of it may be NULL, and is kept. */
struct output_line {
    const char *name, *description; /* in place of, and in front of, what it has by itself */
    const char *filter;
};

struct output_events {
    /* All that was asked for is written, -c, -a: nothing more is taken. */
    void (*complete)(void *user);
    /* Writing failed for good; `error` is the callee's. */
    void (*failed)(void *user, GError *error);
    void *user;
};

struct output_totals {
    uint64_t packets;      /* written */
    uint64_t lost_packets; /* that found no room */
    uint64_t lost_bytes;   /* of the lines */
};

struct output_counts {
    uint64_t of_class[RECORD_CLASSES]; /* records that were heard */
    uint64_t lost_bytes;
};

/* Opens what is to be written; a file is truncated, a ring has none before its first record. `options` is kept. NULL with
 * *error set when it cannot be opened. The caller ends with output_close(). */
struct output *output_open(const struct output_options *options, const struct output_events *events, GError **error);
void output_close(struct output *output);

/* The lines, in the order in which they are numbered from 0; all before output_begin(). `info` is kept. */
void output_add_line(struct output *output, const struct source_info *info, const struct output_line *line);

/* What stands at the beginning: which program, which lines. */
bool output_begin(struct output *output, GError **error);
/* record->time_ns is since 1970. */
void output_record(struct output *output, unsigned line, const struct record *record);
/* What the next record of that line says: bytes that are missing in front of it, a sentence in its comment. */
void output_missing(struct output *output, unsigned line, uint64_t bytes);
void output_note(struct output *output, unsigned line, const char *text);
/* The file may have been renamed: then begin a new one under the old name. */
void output_reopen(struct output *output);
/* The end is near: from now on a reader that does not read is waited for no longer than he deserves. */
void output_stop(struct output *output);
/* What a file ends with. false with *error set (TAP_OUTPUT_FAILED) when not all that was heard is written. */
bool output_end(struct output *output, GError **error);

void output_totals(struct output *output, struct output_totals *totals);
void output_counts(struct output *output, unsigned line, struct output_counts *counts);
/* The file that is written at the beginning, for people. */
const char *output_name(const struct output *output);

#endif
