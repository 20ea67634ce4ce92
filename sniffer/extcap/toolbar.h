/* toolbar.h
 * What Wireshark shows while it captures with cjt188dump: a toolbar with a button that marks a moment and a log window,
 * and the status line. Wireshark speaks it over two FIFOs; without them every function does nothing.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TOOLBAR_H
#define TOOLBAR_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TOOLBAR_COMMENT_MAX = 200 }; /* bytes of UTF-8 in a mark */

/* The sentences that declare the controls, on standard output. */
void toolbar_declare(void);

/* in_path: what Wireshark sends; out_path: what it is told; NULL = there is none. Both are opened without waiting for
 * Wireshark. on_mark: the user pressed Mark; it is called from the main loop. The caller ends with toolbar_close(). */
struct toolbar *toolbar_open(const char *in_path, const char *out_path, void (*on_mark)(const char *comment));
void toolbar_close(struct toolbar *toolbar);

/* A line for the log window and the status line. What Wireshark does not fetch is dropped. */
void toolbar_tell(struct toolbar *toolbar, const char *text);

/* Wait until Wireshark has the toolbar ready, at most this long: it would wait for ever for a reader that has gone. */
void toolbar_wait(struct toolbar *toolbar, int64_t ms);

/* Bytes from Wireshark, in any portions. */
void toolbar_feed(struct toolbar *toolbar, const uint8_t *bytes, size_t length);

#endif
