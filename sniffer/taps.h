/* taps.h
 * /etc/cjt188/taps.conf: a line "NAME -i LINE options…" for each tap that runs as a service.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TAPS_H
#define TAPS_H

#include <glib.h>

#define TAPS_FILE "/etc/cjt188/taps.conf"

/* The words behind NAME in this file; the caller frees them with g_strfreev(). NULL with *error set (TAP_USAGE,
 * TAP_CANNOT_OPEN) when there is no such tap, or the file has a mistake. */
char **taps_words(const char *path, const char *name, GError **error);

/* What stands behind each -i of the file, and of taps.conf and polls.conf beside it, whosever it is. The caller frees it. */
char **taps_lines(const char *path);

#endif
