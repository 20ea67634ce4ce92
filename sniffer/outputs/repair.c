/* repair.c
 * Captures that were torn: see repair.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "repair.h"
#include "scan.h"
#include "status.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

static bool
fail(GError **error, const char *path, const char *why)
{
    g_set_error(error, TAP_ERROR, TAP_CANNOT_OPEN, "\"%s\" is left as it is: %s.", path, why);
    return false;
}

static bool
repair(const char *path, int fd, GError **error)
{
    struct scan_result result;

    if (flock(fd, LOCK_EX | LOCK_NB) != 0)
        return fail(error, path, "it is being written or read");
    if (!scan_file(fd, &result))
        return fail(error, path, "it is no pcapng or pcap file");
    if (result.torn > 0 && (ftruncate(fd, result.whole) != 0 || fsync(fd) != 0))
        return fail(error, path, g_strerror(errno));
    if (result.torn > 0)
        printf("%s: repaired, %" G_GUINT64_FORMAT " bytes of a torn end cut off, %" G_GUINT64_FORMAT
               " packets are whole\n",
               path, result.torn, result.packets);
    else
        printf("%s: whole, %" G_GUINT64_FORMAT " packets\n", path, result.packets);
    return true;
}

static bool
repair_file(const char *path, GError **error)
{
    const int fd = open(path, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    bool good;

    if (fd < 0)
        return fail(error, path, g_strerror(errno));
    good = repair(path, fd, error);
    close(fd);
    return good;
}

bool
repair_files(char **paths, GError **error)
{
    GError *first = NULL;

    for (; *paths != NULL; paths++) {
        GError *wrong = NULL;

        if (repair_file(*paths, &wrong))
            continue;
        if (first == NULL) {
            first = wrong;
        } else {
            tap_complain("%s", wrong->message);
            g_error_free(wrong);
        }
    }
    if (first == NULL)
        return true;
    g_propagate_error(error, first);
    return false;
}
