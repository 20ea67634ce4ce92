/* ring.c
 * Names of ring files: see ring.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "ring.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    NUMBERS = 100000, /* five digits, as dumpcap has them */
    STAMP = 14,
    STAMPED = 1 + 5 + 1 + STAMP,
};

struct ring {
    char *base, *extension; /* "folder/line" and ".pcapng" */
    guint64 number, keep;
    char *next;
    GQueue names; /* of files that are there, oldest first; the newest is being written */
};

bool
ring_wanted(const struct ring_limits *limits)
{
    return limits->bytes != 0 || limits->packets != 0 || limits->duration_ns != 0 || limits->interval_ns != 0;
}

/* "_00001_20260427181215" between base and extension. */
static bool
is_ours(const struct ring *ring, const char *name)
{
    const char *base = strrchr(ring->base, '/');
    const size_t length = strlen(name), base_length = strlen(base = base != NULL ? base + 1 : ring->base);
    const char *middle = name + base_length;

    if (length != base_length + STAMPED + strlen(ring->extension) || !g_str_has_prefix(name, base) ||
        !g_str_has_suffix(name, ring->extension))
        return false;
    for (size_t i = 0; i < STAMPED; i++)
        if (i == 0 || i == STAMPED - STAMP - 1 ? middle[i] != '_' : !g_ascii_isdigit(middle[i]))
            return false;
    return true;
}

/* The stamp, then the number. */
static gint
compare_names(gconstpointer a, gconstpointer b, gpointer user)
{
    const size_t extension = strlen(((const struct ring *)user)->extension);
    const char *first = a, *second = b;
    const gint order = strcmp(first + strlen(first) - extension - STAMP, second + strlen(second) - extension - STAMP);

    return order != 0 ? order : strcmp(first, second);
}

/* Files of an earlier run count: what runs for years is started anew now and then, and the disk does not grow with it. */
static void
adopt(struct ring *ring)
{
    char *path = g_path_get_dirname(ring->base);
    GDir *folder = g_dir_open(path, 0, NULL);
    const char *name, *newest;

    while (folder != NULL && (name = g_dir_read_name(folder)) != NULL)
        if (is_ours(ring, name))
            g_queue_insert_sorted(&ring->names, g_build_filename(path, name, NULL), compare_names, ring);
    if (folder != NULL)
        g_dir_close(folder);
    g_free(path);
    newest = g_queue_peek_tail(&ring->names);
    if (newest != NULL)
        ring->number = g_ascii_strtoull(newest + strlen(newest) - strlen(ring->extension) - STAMPED + 1, NULL, 10);
}

struct ring *
ring_new(const char *path, const struct ring_limits *limits)
{
    struct ring *ring = g_new0(struct ring, 1);
    const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
    const char *dot = strrchr(name, '.');

    ring->base = dot != NULL && dot != name ? g_strndup(path, (gsize)(dot - path)) : g_strdup(path);
    ring->extension = g_strdup(path + strlen(ring->base));
    ring->keep = limits->files;
    g_queue_init(&ring->names);
    if (ring->keep != 0)
        adopt(ring);
    return ring;
}

void
ring_free(struct ring *ring)
{
    if (ring == NULL)
        return;
    g_queue_clear_full(&ring->names, g_free);
    g_free(ring->next);
    g_free(ring->base);
    g_free(ring->extension);
    g_free(ring);
}

const char *
ring_next(struct ring *ring, gint64 now_s)
{
    const time_t now = (time_t)now_s;
    struct tm local;
    char stamp[32];

    localtime_r(&now, &local);
    strftime(stamp, sizeof stamp, "%Y%m%d%H%M%S", &local); /* STAMP digits */
    g_free(ring->next);
    ring->next =
        g_strdup_printf("%s_%05u_%s%s", ring->base, (unsigned)((ring->number + 1) % NUMBERS), stamp, ring->extension);
    return ring->next;
}

void
ring_opened(struct ring *ring)
{
    ring->number++;
    if (ring->keep == 0) /* all are kept: no list that grows for years */
        return;
    g_queue_push_tail(&ring->names, g_steal_pointer(&ring->next));
    while (g_queue_get_length(&ring->names) > ring->keep) {
        char *oldest = g_queue_pop_head(&ring->names);

        unlink(oldest);
        g_free(oldest);
    }
}

gint64
ring_until_ns(const struct ring_limits *limits, gint64 begun_ns)
{
    const gint64 duration = limits->duration_ns != 0 ? begun_ns + limits->duration_ns : 0;
    const gint64 interval = limits->interval_ns != 0 ? (begun_ns / limits->interval_ns + 1) * limits->interval_ns : 0;

    if (duration == 0 || interval == 0)
        return duration + interval;
    return MIN(duration, interval);
}
