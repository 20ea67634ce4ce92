/* status.h
 * How these programs end, and how their modules say so: a GError of domain TAP_ERROR carries the exit code
 * and one sentence for the user.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef STATUS_H
#define STATUS_H

#include <glib.h>
#include <stdbool.h>

enum tap_status {
    TAP_OK = 0,
    TAP_USAGE = 1,         /* the command line is wrong */
    TAP_CANNOT_OPEN = 2,   /* line or file cannot be opened */
    TAP_OUTPUT_FAILED = 3, /* disk full, reader gone */
    TAP_LINE_LOST = 4,     /* the line went away */
    POLL_NO_ANSWER = 5,
    POLL_REFUSED = 6, /* not done, or not confirmed */
    POLL_DIFFERS = 7, /* what was read back is not what was written */
    POLL_BUSY = 8,    /* somebody else speaks on the line */
};

#define TAP_ERROR tap_error_quark()
GQuark tap_error_quark(void);

/* All of these may be called from any thread. A stderr that nobody reads is not waited for: what finds no room there is
 * counted, and told when there is some. */

/* As it is, on stderr. */
void tap_print(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* One line on stderr about something that goes wrong while the tap goes on. Said even when quiet; the same
 * sentence again within a minute is counted, and that is told later. */
void tap_complain(const char *format, ...) G_GNUC_PRINTF(1, 2);
/* The end is near: what was only counted is told. */
void tap_complain_no_more(void);

/* One line on stderr that is good to know; not said when quiet. */
void tap_say(const char *format, ...) G_GNUC_PRINTF(1, 2);
void tap_be_quiet(bool quiet);

/* Both kinds of lines, as they are without a name in front, from now on to `callback` and not to stderr; NULL = to
 * stderr again. It is called from the main thread. */
void tap_tell_to(void (*callback)(const char *text, void *user), void *user);

#endif
