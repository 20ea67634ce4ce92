/* timer.c
 * The one-shot timer: see timer.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "timer.h"

#include <stdbool.h>

/* Moving GLib's own time costs three system calls each time. A timer that is moved with each byte is moved back, nearly always: so
 * GLib's stays where it is, and when that comes too early, it is set anew. */
struct timer {
    GSource source;
    void (*callback)(void *user);
    void *user;
    int64_t at_us; /* -1: not set */
};

static gboolean
dispatch(GSource *source, GSourceFunc callback G_GNUC_UNUSED, gpointer user G_GNUC_UNUSED)
{
    struct timer *timer = (struct timer *)source;
    const bool due = timer->at_us >= 0 && timer->at_us <= g_source_get_time(source);

    g_source_set_ready_time(source, due ? -1 : timer->at_us);
    if (!due)
        return G_SOURCE_CONTINUE;
    timer->at_us = -1;
    timer->callback(timer->user);
    return G_SOURCE_CONTINUE;
}

GSource *
timer_new(int priority, void (*callback)(void *user), void *user)
{
    static GSourceFuncs functions = { .dispatch = dispatch };
    GSource *source = g_source_new(&functions, sizeof(struct timer));
    struct timer *timer = (struct timer *)source;

    timer->callback = callback;
    timer->user = user;
    timer->at_us = -1;
    g_source_set_priority(source, priority);
    g_source_attach(source, NULL);
    return source;
}

void
timer_set(GSource *source, int64_t at_ns)
{
    struct timer *timer = (struct timer *)source;
    const gint64 ready = g_source_get_ready_time(source);

    timer->at_us = (at_ns + 999) / 1000;
    if (ready < 0 || timer->at_us < ready)
        g_source_set_ready_time(source, timer->at_us);
}

void
timer_unset(GSource *source)
{
    ((struct timer *)source)->at_us = -1;
}

void
timer_free(GSource *timer)
{
    if (timer == NULL)
        return;
    g_source_destroy(timer);
    g_source_unref(timer);
}
