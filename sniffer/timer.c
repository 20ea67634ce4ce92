/* timer.c
 * The one-shot timer: see timer.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "timer.h"

struct timer {
    GSource source;
    void (*callback)(void *user);
    void *user;
};

static gboolean
dispatch(GSource *source, GSourceFunc callback G_GNUC_UNUSED, gpointer user G_GNUC_UNUSED)
{
    struct timer *timer = (struct timer *)source;

    g_source_set_ready_time(source, -1);
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
    g_source_set_priority(source, priority);
    g_source_attach(source, NULL);
    return source;
}

void
timer_set(GSource *timer, int64_t at_ns)
{
    g_source_set_ready_time(timer, (at_ns + 999) / 1000);
}

void
timer_unset(GSource *timer)
{
    g_source_set_ready_time(timer, -1);
}

void
timer_free(GSource *timer)
{
    if (timer == NULL)
        return;
    g_source_destroy(timer);
    g_source_unref(timer);
}
