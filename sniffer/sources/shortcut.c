/* shortcut.c
 * A live line is read while GLib's main loop waits: see shortcut.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "shortcut.h"
#include "record.h"

struct shortcut {
    struct source *source;
    int fd;
    GUnixFDSourceFunc callback;
};

static GArray *shortcuts; /* of struct shortcut; NULL: there was none yet */
static GPollFunc wait_for_any;

/* The one of `count` that is ready, if it is a line with bytes. A line that is gone is for the loop. */
static GPollFD *
ready_line(GPollFD *fds, guint count, struct shortcut *line)
{
    GPollFD *ready = fds;

    while (ready < fds + count && ready->revents == 0)
        ready++;
    if (ready == fds + count || ready->revents != G_IO_IN)
        return NULL;
    for (guint i = 0; i < shortcuts->len; i++) {
        *line = g_array_index(shortcuts, struct shortcut, i);
        if (line->fd == ready->fd)
            return ready;
    }
    return NULL;
}

/* false: there is one thing less to wait for, so the loop has to look. */
static bool
read_line(const struct shortcut *line)
{
    const guint watch = line->source->watch;

    line->callback(line->fd, G_IO_IN, line->source);
    return line->source->watch == watch;
}

/* What the loop waits with. It gets to know neither of a line's bytes nor of the time that they took. */
static gint
wait_or_read(GPollFD *fds, guint count, gint timeout_ms)
{
    const int64_t end = source_now() + timeout_ms * NS_PER_MS;

    for (;;) {
        const gint ready = wait_for_any(fds, count, timeout_ms);
        struct shortcut line;
        GPollFD *fd = ready == 1 && timeout_ms != 0 ? ready_line(fds, count, &line) : NULL;

        if (fd == NULL)
            return ready;
        fd->revents = 0;
        if (!read_line(&line))
            return 0;
        if (timeout_ms < 0)
            continue;
        timeout_ms = (gint)((end - source_now() + NS_PER_MS - 1) / NS_PER_MS);
        if (timeout_ms <= 0)
            return 0;
    }
}

void
shortcut_add(struct source *source, int fd, GUnixFDSourceFunc callback)
{
    const struct shortcut line = { source, fd, callback };

    if (shortcuts == NULL) {
        shortcuts = g_array_new(FALSE, FALSE, sizeof(struct shortcut));
        wait_for_any = g_main_context_get_poll_func(NULL);
        g_main_context_set_poll_func(NULL, wait_or_read);
    }
    g_array_append_val(shortcuts, line);
}

void
shortcut_remove(const struct source *source)
{
    for (guint i = 0; shortcuts != NULL && i < shortcuts->len; i++)
        if (g_array_index(shortcuts, struct shortcut, i).source == source) {
            g_array_remove_index_fast(shortcuts, i);
            return;
        }
}
