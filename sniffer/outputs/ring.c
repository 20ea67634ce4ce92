/* ring.c
 * Names of ring files: see ring.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "ring.h"
#include "scan.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

enum {
    NUMBERS = 100000, /* five digits, as dumpcap has them */
    STAMP = 14,
    STAMPED = 1 + 5 + 1 + STAMP,
};

struct ring {
    char *base, *extension; /* "folder/line" and ".pcapng" */
    unsigned number;        /* of the last name */
    guint64 keep;
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

static unsigned
number_of(const struct ring *ring, const char *name)
{
    return (unsigned)g_ascii_strtoull(name + strlen(name) - strlen(ring->extension) - STAMPED + 1, NULL, 10);
}

/* What a name is ordered by: numbers go round. */
struct order {
    const struct ring *ring;
    unsigned first; /* number */
    bool by_stamp;
};

static gint
compare_names(gconstpointer a, gconstpointer b, gpointer user)
{
    const struct order *order = user;
    const size_t tail = strlen(order->ring->extension) + STAMP;
    const char *first = a, *second = b;
    const unsigned left = (number_of(order->ring, a) + NUMBERS - order->first) % NUMBERS;
    const unsigned right = (number_of(order->ring, b) + NUMBERS - order->first) % NUMBERS;

    if (order->by_stamp || left == right)
        return strcmp(first + strlen(first) - tail, second + strlen(second) - tail);
    return left < right ? -1 : 1;
}

/* By number, which a clock without a battery does not reach; where runs began at 1 each, by the clock all the same. */
static void
sort_names(struct ring *ring)
{
    struct order order = { ring, 0, false };
    GList *last;

    g_queue_sort(&ring->names, compare_names, &order);
    last = g_queue_peek_tail_link(&ring->names);
    for (GList *at = last; at != NULL && at->prev != NULL; at = at->prev) {
        const unsigned number = number_of(ring, at->data), before = number_of(ring, at->prev->data);

        order.by_stamp |= number == before;
        if (number - before > NUMBERS / 2)
            order.first = number;
    }
    g_queue_sort(&ring->names, compare_names, &order);
}

static void
remove_unused(const char *path)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        unlink(path);
    close(fd);
}

/* What holds no packet is what a start has left that heard nothing: it counts for nothing, and goes. */
static void
adopt_file(struct ring *ring, char *path)
{
    if (scan_holds_packets(path)) {
        g_queue_push_tail(&ring->names, path);
        return;
    }
    remove_unused(path);
    g_free(path);
}

/* Files of an earlier run count: what runs for years is started anew now and then, and the disk does not grow with it. */
static void
adopt(struct ring *ring)
{
    char *path = g_path_get_dirname(ring->base);
    GDir *folder = g_dir_open(path, 0, NULL);
    const char *name;

    while (folder != NULL && (name = g_dir_read_name(folder)) != NULL)
        if (is_ours(ring, name))
            adopt_file(ring, g_build_filename(path, name, NULL));
    if (folder != NULL)
        g_dir_close(folder);
    g_free(path);
    sort_names(ring);
    if (!g_queue_is_empty(&ring->names))
        ring->number = number_of(ring, g_queue_peek_tail(&ring->names));
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
    ring->number = (ring->number + 1) % NUMBERS;
    ring->next = g_strdup_printf("%s_%05u_%s%s", ring->base, ring->number, stamp, ring->extension);
    return ring->next;
}

bool
ring_is_long(const struct ring *ring)
{
    return ring->keep != 0 && g_queue_get_length((GQueue *)&ring->names) >= ring->keep;
}

void
ring_began(struct ring *ring, const char *path)
{
    if (ring->keep == 0) /* all are kept: no list that grows for years */
        return;
    g_queue_push_tail(&ring->names, g_strdup(path));
    while (g_queue_get_length(&ring->names) > ring->keep) {
        char *oldest = g_queue_pop_head(&ring->names);

        remove_unused(oldest);
        g_free(oldest);
    }
}
