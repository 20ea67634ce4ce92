/* ring.c
 * Names of ring files: see ring.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "ring.h"
#include "scan.h"
#include "status.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

enum {
    NUMBERS = 100000, /* five digits, as dumpcap has them */
    STAMP = 14,
    STAMPED = 1 + 5 + 1 + STAMP,
    KEEP_AT_LEAST = 7, /* a week of days */
    MEGABYTE = 1000000,
};

struct ring {
    char *base, *extension; /* "folder/line" and ".pcapng" */
    unsigned number;        /* of the last name */
    guint64 keep, keep_at_least, budget, reserve;
    bool hopeless; /* it was said that the reserve cannot be restored */
    char *next;
    GQueue files;   /* that are there, of struct file, oldest first; the newest may be the one that is being written */
    uint64_t bytes; /* of all of them, as far as they are known */
};

struct file {
    uint64_t bytes; /* when it was finished */
    char path[];
};

bool
ring_wanted(const struct ring_limits *limits)
{
    return limits->bytes != 0 || limits->packets != 0 || limits->duration_ns != 0 || limits->interval_ns != 0;
}

/* "_00001_20260427181215" and what follows. */
static const char *
middle_of(const struct ring *ring, const char *path)
{
    const char *slash = strrchr(path, '/'), *base_slash = strrchr(ring->base, '/');

    return (slash != NULL ? slash + 1 : path) + strlen(base_slash != NULL ? base_slash + 1 : ring->base);
}

/* Ours, with `more` behind its name. */
static bool
is_ours_with(const struct ring *ring, const char *name, const char *more)
{
    const char *slash = strrchr(ring->base, '/'), *base = slash != NULL ? slash + 1 : ring->base, *middle;
    const size_t extension = strlen(ring->extension);

    if (!g_str_has_prefix(name, base) || strlen(name) != strlen(base) + STAMPED + extension + strlen(more))
        return false;
    middle = name + strlen(base);
    for (size_t i = 0; i < STAMPED; i++)
        if (i == 0 || i == STAMPED - STAMP - 1 ? middle[i] != '_' : !g_ascii_isdigit(middle[i]))
            return false;
    return strncmp(middle + STAMPED, ring->extension, extension) == 0 &&
        strcmp(middle + STAMPED + extension, more) == 0;
}

static bool
is_ours(const struct ring *ring, const char *name)
{
    for (enum compression compression = COMPRESSION_NONE; compression < COMPRESSIONS; compression++)
        if (is_ours_with(ring, name, compress_suffix(compression)))
            return true;
    return false;
}

/* Half a compressed file, as a power cut leaves it beside the whole original. */
static bool
is_part(const struct ring *ring, const char *name)
{
    return is_ours_with(ring, name, ".gz" COMPRESS_PART) || is_ours_with(ring, name, ".zst" COMPRESS_PART);
}

static unsigned
number_of(const struct ring *ring, const char *path)
{
    return (unsigned)g_ascii_strtoull(middle_of(ring, path) + 1, NULL, 10);
}

/* What a name is ordered by: numbers go round. */
struct order {
    const struct ring *ring;
    unsigned first; /* number */
    bool by_stamp;
};

static gint
compare_files(gconstpointer a, gconstpointer b, gpointer user)
{
    const struct order *order = user;
    const char *first = ((const struct file *)a)->path, *second = ((const struct file *)b)->path;
    const unsigned left = (number_of(order->ring, first) + NUMBERS - order->first) % NUMBERS;
    const unsigned right = (number_of(order->ring, second) + NUMBERS - order->first) % NUMBERS;

    if (order->by_stamp || left == right)
        return strcmp(middle_of(order->ring, first) + STAMPED - STAMP,
                      middle_of(order->ring, second) + STAMPED - STAMP);
    return left < right ? -1 : 1;
}

/* By number, which a clock without a battery does not reach; where runs began at 1 each, by the clock all the same. */
static void
sort_files(struct ring *ring)
{
    struct order order = { ring, 0, false };
    GList *last;

    g_queue_sort(&ring->files, compare_files, &order);
    last = g_queue_peek_tail_link(&ring->files);
    for (GList *at = last; at != NULL && at->prev != NULL; at = at->prev) {
        const unsigned number = number_of(ring, ((struct file *)at->data)->path);
        const unsigned before = number_of(ring, ((struct file *)at->prev->data)->path);

        order.by_stamp |= number == before;
        if (number - before > NUMBERS / 2)
            order.first = number;
    }
    g_queue_sort(&ring->files, compare_files, &order);
}

static uint64_t
size_of(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 ? (uint64_t)status.st_size : 0;
}

static struct file *
file_new(const char *path)
{
    const size_t size = strlen(path) + 1;
    struct file *file = g_malloc(sizeof *file + size);

    memcpy(file->path, path, size);
    file->bytes = size_of(path);
    return file;
}

static void
add_file(struct ring *ring, const char *path)
{
    struct file *file = file_new(path);

    ring->bytes += file->bytes;
    g_queue_push_tail(&ring->files, file);
}

void
ring_renamed(struct ring *ring, const char *path, const char *name)
{
    GList *at = ring->files.tail;

    while (at != NULL && strcmp(((struct file *)at->data)->path, path) != 0)
        at = at->prev;
    if (at == NULL)
        return;
    ring->bytes -= ((struct file *)at->data)->bytes;
    g_free(at->data);
    at->data = file_new(name);
    ring->bytes += ((struct file *)at->data)->bytes;
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

static void
remove_oldest(struct ring *ring)
{
    struct file *oldest = g_queue_pop_head(&ring->files);

    remove_unused(oldest->path);
    ring->bytes -= oldest->bytes;
    g_free(oldest);
}

/* What holds no packet is what a start has left that heard nothing: it counts for nothing, and goes. */
static void
adopt_file(struct ring *ring, char *path)
{
    if (scan_holds_packets(path))
        add_file(ring, path);
    else
        remove_unused(path);
    g_free(path);
}

/* Where all are kept there is no list, which would grow for years. */
static bool
is_limited(const struct ring *ring)
{
    return ring->keep != 0 || ring->budget != 0 || ring->reserve != 0;
}

static void
remove_part(const char *folder, const char *name)
{
    char *path = g_build_filename(folder, name, NULL);

    unlink(path);
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
        if (is_part(ring, name))
            remove_part(path, name);
        else if (is_limited(ring) && is_ours(ring, name))
            adopt_file(ring, g_build_filename(path, name, NULL));
    if (folder != NULL)
        g_dir_close(folder);
    g_free(path);
    sort_files(ring);
    if (!g_queue_is_empty(&ring->files))
        ring->number = number_of(ring, ((struct file *)g_queue_peek_tail(&ring->files))->path);
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
    ring->keep_at_least = limits->keep_at_least != 0 ? limits->keep_at_least : KEEP_AT_LEAST;
    ring->budget = limits->budget;
    ring->reserve = limits->reserve;
    g_queue_init(&ring->files);
    if (is_limited(ring) || limits->compression != COMPRESSION_NONE)
        adopt(ring);
    return ring;
}

void
ring_free(struct ring *ring)
{
    if (ring == NULL)
        return;
    g_queue_clear_full(&ring->files, g_free);
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

/* How many files may go for budget and reserve. `listed`: the last of them is the one that is being written. */
static guint64
spare_files(const struct ring *ring, bool listed)
{
    const guint64 finished = ring->files.length - (listed ? 1 : 0);

    return finished > ring->keep_at_least ? finished - ring->keep_at_least : 0;
}

static uint64_t
spare_bytes(const struct ring *ring, bool listed)
{
    const GList *at = ring->files.head;
    uint64_t bytes = 0;

    for (guint64 count = spare_files(ring, listed); count > 0; count--, at = at->next)
        bytes += ((const struct file *)at->data)->bytes;
    return bytes;
}

static uint64_t
free_bytes(int fd)
{
    struct statvfs disk;

    return fstatvfs(fd, &disk) == 0 ? (uint64_t)disk.f_bavail * disk.f_frsize : UINT64_MAX;
}

/* Others have filled the disk: our files would go one after the other, and it stayed full. */
static bool
is_hopeless(struct ring *ring, int fd, bool listed, uint64_t wanted)
{
    const uint64_t room = free_bytes(fd);
    const bool hopeless = room < wanted && room + spare_bytes(ring, listed) < wanted;

    if (hopeless && !ring->hopeless)
        tap_complain("The files of \"%s%s\" cannot leave %" G_GUINT64_FORMAT
                     " MB of the disk free, even if all but %" G_GUINT64_FORMAT
                     " of them went: others have filled it. None is removed for that.",
                     ring->base, ring->extension, ring->reserve / MEGABYTE, ring->keep_at_least);
    ring->hopeless = hopeless;
    return hopeless;
}

void
ring_make_room(struct ring *ring, int fd, bool listed, uint64_t written, uint64_t need)
{
    const uint64_t wanted = ring->reserve + need;
    const struct file *last = g_queue_peek_tail(&ring->files);
    const uint64_t before = listed && last != NULL ? last->bytes : 0;

    while (ring->budget != 0 && spare_files(ring, listed) > 0 && ring->bytes - before + written + need > ring->budget)
        remove_oldest(ring);
    if (ring->reserve == 0 || is_hopeless(ring, fd, listed, wanted))
        return;
    while (spare_files(ring, listed) > 0 && free_bytes(fd) < wanted)
        remove_oldest(ring);
}

bool
ring_give_room(struct ring *ring, bool listed)
{
    if ((ring->budget == 0 && ring->reserve == 0) || ring->hopeless || spare_files(ring, listed) == 0)
        return false;
    remove_oldest(ring);
    return true;
}

bool
ring_is_long(const struct ring *ring)
{
    return ring->keep != 0 && ring->files.length >= ring->keep;
}

/* The one before is finished, so its size is known now. */
static void
settle_last(struct ring *ring)
{
    struct file *last = g_queue_peek_tail(&ring->files);

    if (last == NULL)
        return;
    ring->bytes -= last->bytes;
    last->bytes = size_of(last->path);
    ring->bytes += last->bytes;
}

void
ring_began(struct ring *ring, const char *path)
{
    if (!is_limited(ring))
        return;
    settle_last(ring);
    add_file(ring, path);
    while (ring->keep != 0 && ring->files.length > ring->keep)
        remove_oldest(ring);
}
