/* watch.c
 * A line that is gone: see watch.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "watch.h"
#include "backoff.h"
#include "source.h"
#include "timer.h"

#include <glib-unix.h>
#include <sys/inotify.h>
#include <unistd.h>

/* A device gets its links and its permissions after it has appeared. */
#define SETTLE_NS (200 * NS_PER_MS)

struct watch {
    char *path;
    void (*callback)(void *user);
    void *user;
    GSource *timer;
    struct backoff backoff;
    int fd; /* -1: nothing is watched */
    guint source;
};

static void
on_time(void *user)
{
    struct watch *watch = user;

    watch->callback(watch->user);
}

struct watch *
watch_new(const char *path, void (*callback)(void *user), void *user)
{
    struct watch *watch = g_new0(struct watch, 1);

    watch->path = g_strdup(path);
    watch->callback = callback;
    watch->user = user;
    watch->timer = timer_new(G_PRIORITY_DEFAULT, on_time, watch);
    watch->fd = -1;
    return watch;
}

static gboolean
on_change(gint fd, GIOCondition condition G_GNUC_UNUSED, gpointer user)
{
    struct watch *watch = user;
    char events[4096];

    while (read(fd, events, sizeof events) > 0)
        continue;
    watch->backoff = (struct backoff){ 0 };
    timer_set(watch->timer, source_now() + SETTLE_NS);
    return G_SOURCE_CONTINUE;
}

/* Folders of links come and go with them, so each time anew. What cannot be watched is looked at now and then. */
static void
watch_folders(struct watch *watch)
{
    char *folder = g_path_get_dirname(watch->path);
    const char *const folders[] = { "/dev", "/dev/serial", "/dev/serial/by-id", "/dev/serial/by-path", folder };

    for (size_t i = 0; i < G_N_ELEMENTS(folders); i++)
        inotify_add_watch(watch->fd, folders[i], IN_CREATE | IN_MOVED_TO | IN_ATTRIB);
    g_free(folder);
}

void
watch_begin(struct watch *watch)
{
    watch->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    watch->backoff = (struct backoff){ 0 };
    if (watch->fd >= 0)
        watch->source = g_unix_fd_add(watch->fd, G_IO_IN, on_change, watch);
    watch_again(watch);
}

void
watch_again(struct watch *watch)
{
    if (watch->fd >= 0)
        watch_folders(watch);
    timer_set(watch->timer, source_now() + backoff_next(&watch->backoff));
}

void
watch_end(struct watch *watch)
{
    timer_unset(watch->timer);
    if (watch->fd < 0)
        return;
    g_source_remove(watch->source);
    close(watch->fd);
    watch->fd = -1;
}

void
watch_free(struct watch *watch)
{
    if (watch == NULL)
        return;
    watch_end(watch);
    timer_free(watch->timer);
    g_free(watch->path);
    g_free(watch);
}
