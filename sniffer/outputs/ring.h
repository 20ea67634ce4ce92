/* ring.h
 * Several files in place of one: their names, as dumpcap makes them, and which of them are kept.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef RING_H
#define RING_H

#include "compress.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* -b. 0 = no such limit. */
struct ring_limits {
    guint64 bytes, packets;       /* of one file */
    gint64 duration_ns;           /* of one file */
    gint64 interval_ns;           /* a new file whenever the wall clock is a multiple of this */
    guint64 files;                /* that are kept, those of earlier runs among them; older ones are removed */
    guint64 budget;               /* bytes of all of them */
    guint64 reserve;              /* bytes of the disk that are left to others */
    guint64 keep_at_least;        /* finished files that are never removed for budget and reserve; 0 = 7 of them */
    enum compression compression; /* of finished files */
    guint64 stop_files;           /* -a files: the end, when as many are complete */
};

/* Does anything end a file? */
bool ring_wanted(const struct ring_limits *limits);

struct ring *ring_new(const char *path, const struct ring_limits *limits);
void ring_free(struct ring *ring);

/* The file to write next, "base_00001_20260427181215.pcapng", and with each call the one after that; belongs to the ring
 * until the next call. now_s: since 1970. */
const char *ring_next(struct ring *ring, gint64 now_s);

/* Before `need` bytes are written to the file that is open as fd and holds `written`: finished files go, the oldest first and one
 * at a time, as budget and reserve want it. When even all that may go would not restore the reserve, that is said, and none
 * goes. `listed`: ring_began() was called for that file. */
void ring_make_room(struct ring *ring, int fd, bool listed, uint64_t written, uint64_t need);
/* The disk is full: the oldest finished file goes, if budget or reserve allow that. false: none did. */
bool ring_give_room(struct ring *ring, bool listed);

/* A finished file has got another name. */
void ring_renamed(struct ring *ring, const char *path, const char *name);

/* A next file will be one too many. */
bool ring_is_long(const struct ring *ring);
/* This file holds a record, and that is on the disk. Now, and not before, the oldest files that are too many go; not those that
 * are locked by somebody who reads or writes them. */
void ring_began(struct ring *ring, const char *path);

#endif
