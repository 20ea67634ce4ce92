/* signals.c
 * Signals: see signals.h. They are read from file descriptors, so that a write that waits for a reader can
 * wait for the order to stop as well.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "signals.h"

#include <glib-unix.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

static void (*callback)(int number, void *user);
static void *callback_user;
static int stop_fd = -1, other_fd = -1;
static guint stop_watch, other_watch;

static gboolean
on_signal(gint fd, GIOCondition condition G_GNUC_UNUSED, gpointer data G_GNUC_UNUSED)
{
    struct signalfd_siginfo info;

    if (read(fd, &info, sizeof info) == sizeof info)
        callback((int)info.ssi_signo, callback_user);
    return G_SOURCE_CONTINUE;
}

static int
watch_signals(int first, int second, guint *watch)
{
    sigset_t set;
    int fd;

    sigemptyset(&set);
    sigaddset(&set, first);
    sigaddset(&set, second);
    sigprocmask(SIG_BLOCK, &set, NULL);
    fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    *watch = fd >= 0 ? g_unix_fd_add(fd, G_IO_IN, on_signal, NULL) : 0;
    return fd;
}

void
signals_begin(void (*function)(int number, void *user), void *user)
{
    callback = function;
    callback_user = user;
    stop_fd = watch_signals(SIGINT, SIGTERM, &stop_watch);
    other_fd = watch_signals(SIGHUP, SIGUSR1, &other_watch);
}

void
signals_end(void)
{
    const int fds[] = { stop_fd, other_fd };
    const guint watches[] = { stop_watch, other_watch };

    for (int i = 0; i < 2; i++)
        if (fds[i] >= 0) {
            g_source_remove(watches[i]);
            close(fds[i]);
        }
    stop_fd = other_fd = -1;
}

int
signals_stop_fd(void)
{
    return stop_fd;
}
