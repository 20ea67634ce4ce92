/* fake_port.c
 * For e2e.tap_lines: gives a pseudo terminal what only a port of hardware has. Preloaded into the tap, it logs what is
 * done to control lines, latency and exclusive use, and counts what a file says.
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
#include <unistd.h>

#define LOW_LATENCY (1 << 13) /* ASYNC_LOW_LATENCY */

static int flags;                         /* of the port */
static int lines = TIOCM_DTR | TIOCM_RTS; /* as the kernel raises them */

static void
note(const char *text)
{
    FILE *log = fopen(getenv("CJT188_PORT_LOG"), "a");

    if (log == NULL)
        abort();
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
    case TIOCEXCL:
        note("exclusive");
        break;
    }
    return (int)syscall(SYS_ioctl, fd, request, data);
}
