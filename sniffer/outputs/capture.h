/* capture.h
 * What becomes of records: blocks of a file, ring files, a FIFO or standard output; what is lost on the way is counted and
 * told with what comes next. It knows no main loop: who owns it says when time has passed.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Functions that return bool return false with *error set (TAP_OUTPUT_FAILED) when writing failed for good; a file then
 * still ends with its last whole block. A full disk is waited for, unless told otherwise: what cannot be written
 * meanwhile is counted, and the next record of that line says so.
 */
#ifndef CAPTURE_H
#define CAPTURE_H

#include "output.h"

/* Opens what is to be written; a file is truncated, a ring has none before its first record. `options` is kept. stop_fd:
 * readable when the end is near, and a reader that does not read is waited for no longer than he deserves. NULL with *error set
 * when it cannot be opened. The caller ends with capture_close(). */
struct capture *capture_open(const struct output_options *options, int stop_fd, GError **error);
void capture_close(struct capture *capture);

/* As output_add_line() and so on have it. */
void capture_add_line(struct capture *capture, const struct source_info *info, const struct output_line *line);
bool capture_begin(struct capture *capture, GError **error);
bool capture_record(struct capture *capture, unsigned line, const struct record *record, GError **error);
void capture_missing(struct capture *capture, unsigned line, uint64_t bytes);
void capture_note(struct capture *capture, unsigned line, const char *text);
bool capture_reopen(struct capture *capture, GError **error);
bool capture_end(struct capture *capture, GError **error);

/* When capture_on_time() is to be called, by CLOCK_MONOTONIC; INT64_MAX = never. */
int64_t capture_deadline(const struct capture *capture);
bool capture_on_time(struct capture *capture, GError **error);

/* All that was asked for is written: nothing more is taken. */
bool capture_is_complete(const struct capture *capture);
/* A FIFO or socket whose reader may go, or -1. */
int capture_reader_fd(const struct capture *capture);
/* That reader is gone. */
void capture_tell_reader_gone(const struct capture *capture, GError **error);

void capture_totals(const struct capture *capture, struct output_totals *totals);
void capture_counts(const struct capture *capture, unsigned number, struct output_counts *counts);
const char *capture_path(const struct capture *capture);

#endif
