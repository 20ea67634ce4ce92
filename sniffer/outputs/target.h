/* target.h
 * One thing that is written to: a file, a FIFO, standard output. Whole blocks go in; of a file that takes only half of
 * one, the half is taken back.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TARGET_H
#define TARGET_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct target {
    int fd;        /* -1: nothing is open */
    char *path;    /* NULL: standard output */
    char *name;    /* for messages */
    bool at_rest;  /* a regular file: what was written by halves can be undone */
    bool own;      /* opened by its name, so that it can wait for room, and be another one later */
    bool socket;   /* only lent to us, so it cannot be made non-blocking for us alone */
    bool patient;  /* no line is live: a reader may take his time */
    bool stalled;  /* it was said that nobody reads */
    int stop_fd;   /* readable: the end was asked for, patience is short */
    uint64_t size; /* written, whole blocks */
    bool entered;  /* its name is on the disk, too */
};

/* These return a descriptor, -1 with *error set when it cannot be opened. A device is refused: nothing is ever written to a
 * line. A file is locked, so that no ring removes it and no repair touches it. The first truncates, the second hurts nobody's file: it makes one, or takes an empty one that was made for us. */
int target_open_path(const char *path, bool group_read, GError **error);
int target_open_new(const char *path, bool group_read, GError **error);
/* as_text: it is read along, so a terminal is welcome. */
int target_open_stdout(bool as_text, GError **error);

/* From here on this is written; what was open before is closed. path: NULL = standard output. */
void target_use(struct target *target, int fd, const char *path);
void target_close(struct target *target);

/* All of it, or *reason says why not (ETIMEDOUT: nobody reads) and the number of bytes that went is returned. One write,
 * unless a pipe is full. */
size_t target_write(struct target *target, const uint8_t *bytes, size_t length, int *reason);
/* What was written is on the disk when this returns. false with errno set: it may not be. */
bool target_sync(struct target *target);
/* Take the last `torn` bytes back. */
void target_undo(const struct target *target, size_t torn);

/* Does the path still name the file that is open? Has that no name any more at all? */
bool target_is_there(const struct target *target);
bool target_is_removed(const struct target *target);

#endif
