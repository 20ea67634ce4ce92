/* finder.h
 * Where a line is that was unplugged and plugged in again: under what name its adapter stands now, and whether what stands
 * there is its adapter.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A link of the user's own, or by the place, is followed: whoever made it knows. Otherwise a serial number that no other
 * adapter has beats the place, the place beats the name, and never is it the device of another line, of this process or of
 * taps.conf.
 */
#ifndef FINDER_H
#define FINDER_H

#include <glib.h>
#include <stdbool.h>

/* path: what the user named. same_adapter: no other adapter will do, not even in the same place. taps: the file in which
 * other lines are named; kept. The caller ends with finder_free(). */
struct finder *finder_new(const char *path, bool same_adapter, const char *taps);
void finder_free(struct finder *finder);

/* The device to open, which the caller frees. NULL when it is not there, with *why set where that needs a word. */
char *finder_device(struct finder *finder, GError **why);

/* That device is open as fd: false, when it has become another one meanwhile. Else it is the line's from now on; *news is what
 * there is to say about that, or NULL, and the caller frees it. */
bool finder_opened(struct finder *finder, const char *device, int fd, char **news);

/* The adapter for people, or NULL. */
const char *finder_hardware(const struct finder *finder);

#endif
