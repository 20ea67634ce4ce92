/* signals.h
 * Signals as events of the main loop, and for whoever has to wait elsewhere.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SIGNALS_H
#define SIGNALS_H

#include <stdbool.h>

/* SIGHUP and SIGUSR1, which a program dies of unless it looks at them, wait from now on until signals_begin(). */
void signals_hold(void);

/* Of the standard streams those that are not open become ones that cannot be used: else the first file or line that is opened would be
 * taken for one of them. To be called before anything is opened. */
void signals_hold_streams(void);

/* From now on SIGINT, SIGTERM, SIGHUP, SIGUSR1 and SIGCONT come to `function` from the default main context, the last of them
 * before anything that waited while the program stood still. To be called before any thread is started. The caller ends with signals_end(). */
void signals_begin(void (*function)(int number, void *user), void *user);
void signals_end(void);

/* Readable while SIGINT or SIGTERM waits to be told to the callback; -1 before signals_begin(). */
int signals_stop_fd(void);

/* Does the order to stop wait to be told? */
bool signals_stop_waits(void);

#endif
