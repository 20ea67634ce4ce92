/* wording.h
 * What the workbench's texts print alike: lines, kinds of frames, the names of their bytes, somebody's words in a line.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_WORDING_H
#define CJT188_WORDING_H

#include "bus/tap.h"
#include "own.h"

enum { WORDING_COLUMNS = 120 };

/* Frames of one kind, as far as places in their data are the same. */
struct wording_kind {
    uint8_t control, length;
    uint16_t di;
    bool is_reply;
    unsigned width;            /* bytes behind SER */
    const char *name;          /* of the identifier; NULL: none */
};

/* Has it a kind? Whole frames with an identifier do, but not what a converter gave back. */
bool wording_has_kind(const struct cjt188_seen *seen);
struct wording_kind wording_kind_of(const struct cjt188_seen *seen);
/* For a hash table, and in the order of identifiers. */
unsigned wording_hash(const struct wording_kind *kind);
int wording_compare(const struct wording_kind *a, const struct wording_kind *b);
/* "Reply 901F, control 81, L 46 (metering data)", a line. */
void wording_print_title(const struct wording_kind *kind);

/* Of each byte behind SER the name that this frame gives it, the user's own names last; NULL where it has none. Freed by
 * wording_free_names(). */
char **wording_names(const struct cjt188_seen *seen, unsigned width);
void wording_free_names(char **names, unsigned width);

/* Of anybody's text as much as fits into so many columns. */
void wording_print(const char *text, unsigned columns);
/* A line no longer than most windows are wide; frees it. */
void wording_print_line(char *line);

#endif
