/* target.c
 * One thing that is written to: see target.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "target.h"
#include "signals.h"
#include "status.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum {
    /* Patience with a reader that does not read: then it is said, or the end, when that was asked for. */
    STALLED_MS = 2000,
    AGAIN_US = 10000,
    MEMORY_DEVICES = 1, /* the major number of /dev/null and its like */
};

/* A forgotten -i makes the next line of the bus a file to write to. Opening it would be too much already: that raises DTR. */
static bool
is_device(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 &&
        (S_ISBLK(status.st_mode) || (S_ISCHR(status.st_mode) && major(status.st_rdev) != MEMORY_DEVICES));
}

static int
fail_open(const char *path, GError **error)
{
    g_set_error(error, TAP_ERROR, TAP_CANNOT_OPEN, "Cannot write to \"%s\": %s.", path, g_strerror(errno));
    return -1;
}

static int
open_for_writing(const char *path, int how, bool group_read)
{
    const int fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC | how, group_read ? 0640 : 0600);

    if (fd >= 0)
        flock(fd, LOCK_EX | LOCK_NB);
    return fd;
}

int
target_open_path(const char *path, bool group_read, GError **error)
{
    int fd;

    if (is_device(path)) {
        g_set_error(error, TAP_ERROR, TAP_USAGE,
                    "\"%s\" is a device: nothing is ever written to a line. -w takes a file; another line to listen to "
                    "wants -i in front.",
                    path);
        return -1;
    }
    fd = open_for_writing(path, O_CREAT | O_TRUNC, group_read);
    return fd >= 0 ? fd : fail_open(path, error);
}

/* logrotate's "create" has made it, with the owner and the mode that it was told. -1 with errno = EEXIST: it is not empty. */
static int
take_empty(const char *path)
{
    struct stat status;
    int fd;

    if (lstat(path, &status) != 0)
        return -1;
    errno = EEXIST;
    if (!S_ISREG(status.st_mode) || status.st_size != 0)
        return -1;
    fd = open_for_writing(path, O_NONBLOCK | O_NOFOLLOW, false);
    if (fd < 0 || (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size == 0))
        return fd;
    close(fd);
    errno = EEXIST;
    return -1;
}

int
target_open_new(const char *path, bool group_read, GError **error)
{
    int fd = open_for_writing(path, O_CREAT | O_EXCL, group_read);

    if (fd < 0 && errno == EEXIST)
        fd = take_empty(path);
    return fd >= 0 ? fd : fail_open(path, error);
}

/* Others share standard output with us, so a pipe is opened anew before it is made non-blocking. */
int
target_open_stdout(bool as_text, GError **error)
{
    struct stat status;
    int fd = -1;

    if (!as_text && isatty(STDOUT_FILENO)) {
        g_set_error(error, TAP_ERROR, TAP_USAGE,
                    "Standard output is a terminal: send it to a file or a program, or leave out -w to read along.");
        return -1;
    }
    if (fstat(STDOUT_FILENO, &status) == 0 && S_ISFIFO(status.st_mode))
        fd = open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
    if (fd < 0)
        g_set_error(error, TAP_ERROR, TAP_CANNOT_OPEN, "Standard output is not open.");
    return fd;
}

static void
forget(struct target *target)
{
    if (target->fd >= 0)
        close(target->fd);
    target->fd = -1;
    g_clear_pointer(&target->path, g_free);
    g_clear_pointer(&target->name, g_free);
}

void
target_use(struct target *target, int fd, const char *path)
{
    struct stat status = { 0 };
    char *copy = g_strdup(path); /* it may be that of the file before */

    forget(target);
    target->fd = fd;
    target->path = copy;
    target->name = path != NULL ? g_strdup_printf("\"%s\"", copy) : g_strdup("standard output");
    target->own = path != NULL;
    target->at_rest = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    target->socket = S_ISSOCK(status.st_mode);
    target->size = 0;
    target->entered = false;
    if (target->own && !target->at_rest)
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK); /* so that a reader that stalls does not hold us */
}

void
target_close(struct target *target)
{
    forget(target);
}

/* false: the end was asked for, and the reader still does not read. */
static bool
wait_for_room(struct target *target)
{
    struct pollfd fds[] = {
        { .fd = target->fd, .events = POLLOUT },
        { .fd = target->stop_fd, .events = POLLIN },
        { .fd = signals_stop_fd(), .events = POLLIN }, /* where the lines wait for us, nobody else looks at it */
    };

    if (poll(fds, G_N_ELEMENTS(fds), target->stalled || target->patient ? -1 : STALLED_MS) == 0) {
        tap_complain(
            "Whoever reads from %s has stopped reading. Waiting; what is heard meanwhile is kept, as long as there is "
            "room.",
            target->name);
        target->stalled = true;
        return true;
    }
    return fds[0].revents != 0 || poll(fds, 1, STALLED_MS) > 0;
}

static ssize_t
write_some(const struct target *target, const uint8_t *bytes, size_t length)
{
    return target->socket ? send(target->fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL)
                          : write(target->fd, bytes, length);
}

/* After a write that took less than all, or nothing. 0: try again. */
static int
look_at_write(struct target *target, ssize_t written)
{
    if (written == 0)
        return target->at_rest ? ENOSPC : 0;
    if (written > 0 || errno == EINTR)
        return 0;
    if (errno != EAGAIN)
        return errno;
    if (target->at_rest) { /* some file systems over a network say so, and poll() knows nothing of it */
        g_usleep(AGAIN_US);
        return 0;
    }
    return wait_for_room(target) ? 0 : ETIMEDOUT;
}

size_t
target_write(struct target *target, const uint8_t *bytes, size_t length, int *reason)
{
    size_t done = 0;

    *reason = 0;
    while (done < length && *reason == 0) {
        const ssize_t written = write_some(target, bytes + done, length - done);

        done += written > 0 ? (size_t)written : 0;
        if (done < length)
            *reason = look_at_write(target, written);
    }
    if (*reason == 0) {
        target->size += done;
        target->stalled = false;
    }
    return done;
}

static bool
sync_folder(const char *path)
{
    char *folder = g_path_get_dirname(path);
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool good = fd >= 0 && fsync(fd) == 0;

    if (fd >= 0)
        close(fd);
    g_free(folder);
    return good;
}

bool
target_sync(struct target *target)
{
    if (fdatasync(target->fd) != 0)
        return false;
    if (!target->entered)
        target->entered = sync_folder(target->path);
    return target->entered;
}

/* What was written by halves goes, unless others, where the file is only lent to us, have written behind it. */
void
target_undo(const struct target *target, size_t torn)
{
    const off_t end = lseek(target->fd, 0, SEEK_CUR);
    struct stat status;

    if (end >= (off_t)torn && fstat(target->fd, &status) == 0 && status.st_size == end &&
        ftruncate(target->fd, end - (off_t)torn) == 0)
        lseek(target->fd, end - (off_t)torn, SEEK_SET);
}

bool
target_is_removed(const struct target *target)
{
    struct stat status;

    return target->own && target->at_rest && fstat(target->fd, &status) == 0 && status.st_nlink == 0;
}

bool
target_is_there(const struct target *target)
{
    struct stat here, open_one;

    return stat(target->path, &here) == 0 && fstat(target->fd, &open_one) == 0 && here.st_dev == open_one.st_dev &&
        here.st_ino == open_one.st_ino;
}
