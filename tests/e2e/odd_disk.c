/* odd_disk.c
 * For e2e.tap_outputs: a library to preload, by which writes to files are interrupted, put off, or take a part only, as file
 * systems over a network may have it.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

__attribute__((visibility("default"))) ssize_t
write(int fd, const void *bytes, size_t length)
{
    static const int reasons[] = { EINTR, 0, EAGAIN, 0, 0 };
    static unsigned count;
    struct stat status;
    unsigned now;

    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
        return syscall(SYS_write, fd, bytes, length);
    now = count++ % (sizeof reasons / sizeof *reasons);
    if (reasons[now] != 0) {
        errno = reasons[now];
        return -1;
    }
    return syscall(SYS_write, fd, bytes, now == 1 && length > 1 ? length / 2 : length);
}
