/* output.h
 * Where records go: pcapng or pcap into a file, ring files, a FIFO or standard output, or one line of text each. One path
 * for all of them: every block leaves in one write(2), so a kill costs at most the block in flight.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Functions that return bool return false with *error set (TAP_OUTPUT_FAILED) when writing failed for good; a file then
 * still ends with its last whole block. A full disk is waited for, unless told otherwise: what cannot be written
 * meanwhile is counted, and the next record of that line says so.
 */
#ifndef OUTPUT_H
#define OUTPUT_H

#include "record.h"
#include "ring.h"
#include "sources/source.h"

enum output_format { FORMAT_PCAPNG, FORMAT_PCAP, FORMAT_TEXT, FORMAT_NOTHING };

struct output_options {
    char *path; /* a file, or "-" for standard output; NULL with text */
    enum output_format format;
    struct ring_limits ring;
    gboolean group_read;
    gboolean exit_when_full;
};

struct output_events {
    /* The last file that was asked for is complete. */
    void (*complete)(void *user);
    /* Writing failed while nobody had called; `error` is the callee's. */
    void (*failed)(void *user, GError *error);
    void *user;
};

/* Opens what is to be written; a file is truncated. `options` is kept. NULL with *error set when it cannot be
 * opened. The caller ends with output_close(). */
struct output *output_open(const struct output_options *options, const struct output_events *events, GError **error);
void output_close(struct output *output);

/* The lines, in the order in which they are numbered from 0; all before output_begin(). `info` and `filter`, which may be
 * NULL, are kept. */
void output_add_line(struct output *output, const struct source_info *info, const char *filter);

/* What stands at the beginning: which program, which lines. */
bool output_begin(struct output *output, GError **error);
/* record->time_ns is since 1970. */
bool output_record(struct output *output, unsigned line, const struct record *record, GError **error);
/* What the next record of that line says: bytes that are missing in front of it, a sentence in its comment. */
void output_missing(struct output *output, unsigned line, uint64_t bytes);
void output_note(struct output *output, unsigned line, const char *text);
/* The end is near: from now on a reader that does not read is waited for no longer than he deserves. */
void output_stop(struct output *output);
bool output_end(struct output *output, GError **error);

/* The file may have been renamed: then begin a new one under the old name. */
bool output_reopen(struct output *output, GError **error);

/* Bytes written so far, all files together; bytes of the lines that are missing in them; packets that found no room. */
uint64_t output_size(const struct output *output);
uint64_t output_lost(const struct output *output);
uint64_t output_lost_packets(const struct output *output);
/* The file that is being written, for people. */
const char *output_name(const struct output *output);

#endif
