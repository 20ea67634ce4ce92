/* watch.h
 * A line that is gone, looked for: whenever something appears in /dev, or where its name is, and now and then anyway.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef WATCH_H
#define WATCH_H

/* path: the line's name. callback: look again. Nothing is watched at first. The caller ends with watch_free(). */
struct watch *watch_new(const char *path, void (*callback)(void *user), void *user);
void watch_free(struct watch *watch);

/* The line is gone since now: look for it, from soon on. */
void watch_begin(struct watch *watch);
/* It was not there: go on looking. */
void watch_again(struct watch *watch);
/* It is back. */
void watch_end(struct watch *watch);

#endif
