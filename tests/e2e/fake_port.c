/* fake_port.c
 * For e2e.tap_lines: gives a pseudo terminal what only a port of hardware has. Preloaded into the tap, it logs what is
 * done to control lines, latency and exclusive use, and counts what a file says. With CJT188_PORT_TIMES it logs when, and what is
 * written to terminals; CJT188_PORT_DRAIN_MS: bytes leave so late; CJT188_PORT_RS485: its driver switches the direction.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/serial.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define LOW_LATENCY (1 << 13) /* ASYNC_LOW_LATENCY */

static int flags;                         /* of the port */
static int lines = TIOCM_DTR | TIOCM_RTS; /* as the kernel raises them */

static double written; /* when it was, last */

static double
now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void
note(const char *text)
{
    FILE *log = fopen(getenv("CJT188_PORT_LOG"), "a");

    if (log == NULL)
        abort();
    if (getenv("CJT188_PORT_TIMES") != NULL)
        fprintf(log, "%.6f ", now());
    fprintf(log, "%s\n", text);
    fclose(log);
}

/* The file holds the driver's overrun, rx and buf_overrun; what it does not hold is 0. */
static struct serial_icounter_struct
counters(void)
{
    FILE *file = fopen(getenv("CJT188_PORT_COUNTERS"), "r");
    struct serial_icounter_struct counters = { 0 };

    if (file != NULL) {
        if (fscanf(file, "%d %d %d", &counters.overrun, &counters.rx, &counters.buf_overrun) < 1)
            counters.overrun = 0;
        fclose(file);
    }
    return counters;
}

static int
set_latency(const struct serial_struct *state)
{
    note(state->flags & LOW_LATENCY ? "low latency" : "usual latency");
    flags = state->flags;
    return 0;
}

static int
set_signal(unsigned long request, int line)
{
    char text[32];

    snprintf(text, sizeof text, "%s %s", line == TIOCM_DTR ? "DTR" : "RTS", request == TIOCMBIS ? "on" : "off");
    note(text);
    lines = request == TIOCMBIS ? lines | line : lines & ~line;
    return 0;
}

/* Bytes that wait in the driver. */
static int
waiting(void)
{
    const char *late = getenv("CJT188_PORT_DRAIN_MS");

    return late != NULL && now() < written + atof(late) / 1000;
}

static int
rs485(unsigned long request, struct serial_rs485 *mode)
{
    if (getenv("CJT188_PORT_RS485") == NULL) {
        errno = ENOTTY;
        return -1;
    }
    if (request == TIOCGRS485)
        *mode = (struct serial_rs485){ .flags = SER_RS485_RTS_AFTER_SEND };
    else
        note((mode->flags & (SER_RS485_ENABLED | SER_RS485_RTS_ON_SEND | SER_RS485_RTS_AFTER_SEND)) ==
                     (SER_RS485_ENABLED | SER_RS485_RTS_ON_SEND)
                 ? "RS485, RTS while it sends"
                 : "RS485, otherwise");
    return 0;
}

__attribute__((visibility("default"))) ssize_t
write(int fd, const void *bytes, size_t length)
{
    char text[32];

    if (getenv("CJT188_PORT_TIMES") != NULL && fd > STDERR_FILENO && isatty(fd)) {
        snprintf(text, sizeof text, "write %zu", length);
        note(text);
        written = now();
    }
    return syscall(SYS_write, fd, bytes, length);
}

/* A device whose driver came after the service may not be opened. */
__attribute__((visibility("default"))) int
open64(const char *path, int flags, ...)
{
    const char *forbidden = getenv("CJT188_PORT_FORBIDDEN");
    va_list arguments;
    mode_t mode;

    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
    if (forbidden != NULL && strcmp(path, forbidden) == 0) {
        errno = EPERM;
        return -1;
    }
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

__attribute__((visibility("default"))) int
ioctl(int fd, unsigned long request, ...)
{
    va_list arguments;
    void *data;

    va_start(arguments, request);
    data = va_arg(arguments, void *);
    va_end(arguments);
    switch (request) {
    case TIOCMBIS:
    case TIOCMBIC:
        return set_signal(request, *(int *)data);
    case TIOCMGET:
        *(int *)data = lines;
        return 0;
    case TIOCGSERIAL:
        *(struct serial_struct *)data = (struct serial_struct){ .flags = flags };
        return 0;
    case TIOCSSERIAL:
        return set_latency(data);
    case TIOCGICOUNT:
        *(struct serial_icounter_struct *)data = counters();
        return 0;
    case TIOCGRS485:
    case TIOCSRS485:
        return rs485(request, data);
    case TIOCOUTQ:
        *(int *)data = waiting();
        return 0;
    case TIOCEXCL:
        note("exclusive");
        break;
    }
    return (int)syscall(SYS_ioctl, fd, request, data);
}
