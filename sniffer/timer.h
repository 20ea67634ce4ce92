/* timer.h
 * A one-shot timer on the main loop that is moved often and costs nothing while it is not set.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TIMER_H
#define TIMER_H

#include <glib.h>
#include <stdint.h>

/* Not set at first. callback is called with `user` when its time has come; the timer is then not set again. The
 * caller ends with timer_free(). */
GSource *timer_new(int priority, void (*callback)(void *user), void *user);

/* at_ns: a moment of CLOCK_MONOTONIC. */
void timer_set(GSource *source, int64_t at_ns);
void timer_unset(GSource *source);
void timer_free(GSource *timer);

#endif
