/* holder.c
 * Who else has a device open: see holder.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "holder.h"

#include <glib.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A name alone does not do: a container has a /dev/pts of its own, with the same names in it. */
static bool
is_device(const char *link, const struct stat *device)
{
    char *target = g_file_read_link(link, NULL);
    struct stat open;
    const bool is_it = target != NULL && g_str_has_prefix(target, "/dev/") && stat(link, &open) == 0 &&
        S_ISCHR(open.st_mode) && open.st_rdev == device->st_rdev && open.st_dev == device->st_dev;

    g_free(target);
    return is_it;
}

static bool
has_open(const char *process, const struct stat *device)
{
    char *folder = g_build_filename("/proc", process, "fd", NULL);
    GDir *fds = g_dir_open(folder, 0, NULL);
    const char *fd;
    bool found = false;

    while (!found && fds != NULL && (fd = g_dir_read_name(fds)) != NULL) {
        char *link = g_build_filename(folder, fd, NULL);

        found = is_device(link, device);
        g_free(link);
    }
    if (fds != NULL)
        g_dir_close(fds);
    g_free(folder);
    return found;
}

static char *
describe(const char *process)
{
    char *path = g_build_filename("/proc", process, "comm", NULL), *name = NULL, *text;

    if (g_file_get_contents(path, &name, NULL, NULL))
        g_strstrip(name);
    text = g_strdup_printf("%s (process %s)", name != NULL ? name : "a program", process);
    g_free(name);
    g_free(path);
    return text;
}

char *
holder_of(const char *path)
{
    GDir *processes = g_dir_open("/proc", 0, NULL);
    GString *text = g_string_new(NULL);
    struct stat device;
    const char *process;

    if (stat(path, &device) != 0 && processes != NULL)
        g_clear_pointer(&processes, g_dir_close);
    while (processes != NULL && (process = g_dir_read_name(processes)) != NULL)
        if (g_ascii_isdigit(*process) && atol(process) != (long)getpid() && has_open(process, &device)) {
            char *name = describe(process);

            g_string_append_printf(text, "%s%s", text->len > 0 ? ", " : "", name);
            g_free(name);
        }
    if (processes != NULL)
        g_dir_close(processes);
    return g_string_free(text, text->len == 0);
}
