/* notify.c
 * What a service manager is told: see notify.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "notify.h"

#include <glib.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void
notify(const char *message)
{
    const char *path = g_getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    size_t length;
    int fd;

    if (path == NULL || strlen(path) >= sizeof address.sun_path)
        return;
    length = strlen(path);
    memcpy(address.sun_path, path, length);
    if (*path == '@') /* without a file */
        address.sun_path[0] = '\0';
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    if (sendto(fd, message, strlen(message), MSG_NOSIGNAL | MSG_DONTWAIT, (struct sockaddr *)&address,
               (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)) < 0)
        g_debug("The service manager does not listen."); /* and nobody else would want to know */
    close(fd);
}

bool
notify_is_heard(void)
{
    return g_getenv("NOTIFY_SOCKET") != NULL;
}

int64_t
notify_watchdog_ns(void)
{
    const char *text = g_getenv("WATCHDOG_USEC"), *pid = g_getenv("WATCHDOG_PID");
    guint64 microseconds, process;

    if (text == NULL || !g_ascii_string_to_unsigned(text, 10, 1, G_MAXINT64 / 1000, &microseconds, NULL))
        return 0;
    if (pid != NULL &&
        (!g_ascii_string_to_unsigned(pid, 10, 1, G_MAXINT, &process, NULL) || process != (guint64)getpid()))
        return 0;
    return (int64_t)microseconds * 1000 / 2;
}
