/* signals.c
 * Signals: see signals.h. They are read from file descriptors, so that a write that waits for a reader can
 * wait for the order to stop as well.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "signals.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { STOP, OTHER, GO_ON, WATCHES };

/* Signals that are read from one descriptor. */
struct watch {
    int signals[2], priority;
    int fd;
    guint source;
};

static void (*callback)(int number, void *user);
static void *callback_user;
static struct watch watches[WATCHES] = {
    [STOP] = { { SIGINT, SIGTERM }, G_PRIORITY_DEFAULT, -1, 0 },
    [OTHER] = { { SIGHUP, SIGUSR1 }, G_PRIORITY_DEFAULT, -1, 0 },
    [GO_ON] = { { SIGCONT, SIGCONT }, G_PRIORITY_HIGH, -1, 0 },
};

static gboolean
on_signal(gint fd, GIOCondition condition G_GNUC_UNUSED, gpointer data G_GNUC_UNUSED)
{
    struct signalfd_siginfo info;

    if (read(fd, &info, sizeof info) == sizeof info)
        callback((int)info.ssi_signo, callback_user);
    return G_SOURCE_CONTINUE;
}

static sigset_t
hold(const struct watch *watch)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, watch->signals[0]);
    sigaddset(&set, watch->signals[1]);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return set;
}

void
signals_hold(void)
{
    hold(&watches[OTHER]);
}

void
signals_hold_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            _exit(1);
}

static void
begin(struct watch *watch)
{
    const sigset_t set = hold(watch);
    GSource *source;

    watch->fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    if (watch->fd < 0)
        return;
    source = g_unix_fd_source_new(watch->fd, G_IO_IN);
    g_source_set_callback(source, G_SOURCE_FUNC(on_signal), NULL, NULL);
    g_source_set_priority(source, watch->priority);
    watch->source = g_source_attach(source, NULL);
    g_source_unref(source);
}

void
signals_begin(void (*function)(int number, void *user), void *user)
{
    callback = function;
    callback_user = user;
    for (int i = 0; i < WATCHES; i++)
        begin(&watches[i]);
}

void
signals_end(void)
{
    for (int i = 0; i < WATCHES; i++)
        if (watches[i].fd >= 0) {
            g_source_remove(watches[i].source);
            close(watches[i].fd);
            watches[i].fd = -1;
        }
}

int
signals_stop_fd(void)
{
    return watches[STOP].fd;
}

bool
signals_stop_waits(void)
{
    sigset_t waiting;

    return sigpending(&waiting) == 0 && (sigismember(&waiting, SIGINT) || sigismember(&waiting, SIGTERM));
}
