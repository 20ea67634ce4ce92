/* output.c
 * Where records go: see output.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "output.h"
#include "format.h"
#include "signals.h"
#include "status.h"
#include "timer.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum {
    /* Whole blocks of a line at rest that leave together; a live line's leave one by one. */
    BATCH_BYTES = 65536,
    STALLED_MS =
        2000, /* patience with a reader that does not read: then it is said, or the end, when that was asked for */
    HEADER = -1,
    MEMORY_DEVICES = 1, /* the major number of /dev/null and its like */
};

/* How long a file that should be over is written on when no other can be opened. */
#define ROTATE_AGAIN_NS (10 * NS_PER_SECOND)

/* A whole block in the queue. */
struct item {
    int line; /* or HEADER */
    bool record;
    size_t end;
    uint64_t bytes;     /* of the line: lost if the block is */
    uint64_t missing;   /* what the block says is missing */
    uint64_t unwritten; /* of these */
};

struct output {
    const struct output_options *options;
    struct output_events events;
    const struct format *format;
    char *name; /* for messages */
    char *path; /* of the file that is open, or NULL */
    int fd;
    bool at_rest;  /* a regular file: what was written by halves can be undone */
    bool own;      /* opened by its name, so that it can wait for room, and be another one later */
    bool begun;    /* the file has its beginning */
    bool waiting;  /* for room on the disk */
    bool stalled;  /* it was said that nobody reads */
    bool stopping; /* the end was asked for: patience is short */
    bool socket;
    bool complete;
    int64_t begun_ns;      /* the file, by CLOCK_MONOTONIC */
    int64_t not_before_ns; /* a next file could not be opened: when to try again, by CLOCK_MONOTONIC */
    int64_t until_wall_ns; /* when the wall clock ends the file, or 0 */
    uint64_t size, earlier_files;
    GByteArray *block, *queue;
    GArray *items; /* of struct item */
    GArray *lines; /* of struct format_line */
    int64_t start_ns;
    struct ring *ring;
    guint64 files, packets; /* begun; in this one */
    guint64 unwritten;      /* packets that were lost, in all files */
    GSource *until;
    guint reader_watch;
};

static struct format_line *
line_at(struct output *output, unsigned line)
{
    return &g_array_index(output->lines, struct format_line, line);
}

static bool
write_failed(struct output *output, int reason, GError **error)
{
    if (reason == EPIPE)
        g_set_error(error, TAP_ERROR, TAP_OUTPUT_FAILED,
                    "Whoever read from %s is gone, so there is nothing left to do.", output->name);
    else if (reason == ETIMEDOUT)
        g_set_error(error, TAP_ERROR, TAP_OUTPUT_FAILED,
                    "Whoever reads from %s has stopped reading, so its last packets are not complete.", output->name);
    else
        g_set_error(error, TAP_ERROR, TAP_OUTPUT_FAILED, "Cannot write to %s: %s.", output->name, g_strerror(reason));
    return false;
}

/* Is there a line that does not wait for us? */
static bool
any_live(const struct output *output)
{
    for (guint i = 0; i < output->lines->len; i++)
        if (g_array_index(output->lines, struct format_line, i).info->timing == TIMING_LIVE)
            return true;
    return false;
}

/* false: the end was asked for, and the reader still does not read. */
static bool
wait_for_room(struct output *output)
{
    struct pollfd fds[] = {
        { .fd = output->fd, .events = POLLOUT },
        { .fd = signals_stop_fd(), .events = POLLIN },
    };

    if (output->stopping)
        return poll(fds, 1, STALLED_MS) > 0;
    if (poll(fds, 2, output->stalled || !any_live(output) ? -1 : STALLED_MS) == 0) {
        tap_complain("Whoever reads from %s has stopped reading. Waiting; the lines are not listened to meanwhile.",
                     output->name);
        output->stalled = true;
        return true;
    }
    if (fds[0].revents == 0 && fds[1].revents != 0)
        return poll(fds, 1, STALLED_MS) > 0;
    return true;
}

/* A socket that is only lent to us cannot be made non-blocking for us alone. */
static ssize_t
write_some(const struct output *output, size_t done)
{
    const uint8_t *bytes = output->queue->data + done;
    const size_t length = output->queue->len - done;

    return output->socket ? send(output->fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL)
                          : write(output->fd, bytes, length);
}

/* Returns how much of the queue is written, with *reason = 0 when it is all. One write, unless a pipe is full. */
static size_t
write_queue(struct output *output, int *reason)
{
    size_t done = 0;

    *reason = 0;
    while (done < output->queue->len) {
        const ssize_t written = write_some(output, done);

        if (written >= 0)
            done += (size_t)written;
        else if (errno == EAGAIN && !wait_for_room(output))
            *reason = ETIMEDOUT;
        else if (errno != EINTR && errno != EAGAIN)
            *reason = errno;
        if (*reason != 0)
            break;
        if (output->at_rest && done < output->queue->len) {
            *reason = ENOSPC; /* a file takes all, or it is full */
            break;
        }
    }
    return done;
}

static bool
is_full(int reason)
{
    return reason == ENOSPC || reason == EDQUOT || reason == EFBIG;
}

/* How many items are whole in the first `done` bytes. */
static guint
whole_items(const struct output *output, size_t done)
{
    guint count = 0;

    while (count < output->items->len && g_array_index(output->items, struct item, count).end <= done)
        count++;
    return count;
}

/* The blocks from `first` on did not get into the file: what they held is missing. */
static void
lose_items(struct output *output, guint first)
{
    for (guint i = first; i < output->items->len; i++) {
        const struct item *item = &g_array_index(output->items, struct item, i);

        if (item->line == HEADER) {
            output->begun = false;
        } else if (item->record) {
            struct format_line *line = line_at(output, (unsigned)item->line);

            line->missing += item->bytes + item->missing;
            line->unwritten += item->bytes + item->unwritten;
            line->missing_ever -= item->missing;
            output->packets--;
            output->unwritten++;
        }
    }
}

static void
empty_queue(struct output *output)
{
    g_byte_array_set_size(output->queue, 0);
    g_array_set_size(output->items, 0);
}

static void
disk_is_full(struct output *output, int reason)
{
    if (!output->waiting)
        tap_complain("Cannot write to %s: %s. Counting what is lost until there is room.", output->name,
                     g_strerror(reason));
    output->waiting = true;
}

/* Where a record found room. The small block that ends a file may find some even so. */
static void
disk_has_room(struct output *output)
{
    if (!output->waiting || !g_array_index(output->items, struct item, output->items->len - 1).record)
        return;
    tap_complain("There is room for %s again.", output->name);
    output->waiting = false;
}

/* What was written by halves goes, unless others, where the file is only lent to us, have written behind it. */
static void
undo(const struct output *output, size_t torn)
{
    const off_t end = lseek(output->fd, 0, SEEK_CUR);
    struct stat status;

    if (end >= (off_t)torn && fstat(output->fd, &status) == 0 && status.st_size == end &&
        ftruncate(output->fd, end - (off_t)torn) == 0)
        lseek(output->fd, end - (off_t)torn, SEEK_SET);
}

static bool
flush(struct output *output, GError **error)
{
    size_t done, kept = 0;
    guint whole;
    int reason;

    if (output->queue->len == 0)
        return true;
    done = write_queue(output, &reason);
    if (reason == 0) {
        output->size += done;
        output->stalled = false;
        disk_has_room(output);
        empty_queue(output);
        return true;
    }
    if (output->at_rest) {
        whole = whole_items(output, done);
        if (whole > 0)
            kept = g_array_index(output->items, struct item, whole - 1).end;
        output->size += kept;
        undo(output, done - kept);
        lose_items(output, whole);
    }
    empty_queue(output);
    if (!output->at_rest || !output->own || !is_full(reason) || output->options->exit_when_full)
        return write_failed(output, reason, error);
    disk_is_full(output, reason);
    return true;
}

/* output->block into the queue. */
static void
enqueue(struct output *output, struct item item)
{
    g_byte_array_append(output->queue, output->block->data, output->block->len);
    item.end = output->queue->len;
    g_array_append_val(output->items, item);
}

/* A disk that was full when the file began has no beginning of it yet. */
static void
enqueue_header(struct output *output)
{
    if (output->begun)
        return;
    g_byte_array_set_size(output->block, 0);
    output->format->header(output->block, (struct format_line *)(void *)output->lines->data, output->lines->len);
    if (output->block->len > 0)
        enqueue(output, (struct item){ .line = HEADER });
    output->begun = true;
}

static void
name_output(struct output *output, const char *path)
{
    g_free(output->path);
    g_free(output->name);
    output->path = g_strdup(path);
    output->name = path != NULL ? g_strdup_printf("\"%s\"", path) : g_strdup("standard output");
}

/* A forgotten -i makes the next line of the bus a file to write to. Opening it would be too much already: that raises DTR. */
static bool
is_device(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 &&
        (S_ISBLK(status.st_mode) || (S_ISCHR(status.st_mode) && major(status.st_rdev) != MEMORY_DEVICES));
}

/* how: O_TRUNC, or O_EXCL where nobody else's file may be hurt. Returns -1 with *error set when it cannot be opened. */
static int
open_path(const struct output *output, const char *path, int how, GError **error)
{
    const mode_t mode = output->options->group_read ? 0640 : 0600;
    int fd = -1;

    if (is_device(path)) {
        g_set_error(error, TAP_ERROR, TAP_USAGE,
                    "\"%s\" is a device: nothing is ever written to a line. -w takes a file; another line to listen to "
                    "wants -i in front.",
                    path);
        return -1;
    }
    fd = open(path, O_WRONLY | O_CREAT | O_NOCTTY | O_CLOEXEC | how, mode);
    if (fd < 0)
        g_set_error(error, TAP_ERROR, TAP_CANNOT_OPEN, "Cannot write to \"%s\": %s.", path, g_strerror(errno));
    return fd;
}

static gboolean
on_reader_gone(gint fd G_GNUC_UNUSED, GIOCondition condition G_GNUC_UNUSED, gpointer user)
{
    struct output *output = user;
    GError *error = NULL;

    output->reader_watch = 0;
    if (!output->complete && !write_failed(output, EPIPE, &error))
        output->events.failed(output->events.user, error);
    return G_SOURCE_REMOVE;
}

/* On a line that is silent there is nothing to write that would tell. */
static void
watch_reader(struct output *output)
{
    struct stat status;

    if (fstat(output->fd, &status) == 0 && (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode)))
        output->reader_watch = g_unix_fd_add(output->fd, G_IO_ERR | G_IO_HUP, on_reader_gone, output);
}

/* From here on this is written. */
static void
use_file(struct output *output, int fd, const char *path)
{
    struct stat status = { 0 };

    if (output->reader_watch != 0)
        g_source_remove(output->reader_watch);
    output->reader_watch = 0;
    if (output->fd >= 0)
        close(output->fd);
    output->fd = fd;
    output->own = path != NULL;
    output->at_rest = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    output->socket = S_ISSOCK(status.st_mode);
    if (output->own && !output->at_rest)
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK); /* so that a reader that stalls does not hold us */
    watch_reader(output);
    name_output(output, path);
    output->earlier_files += output->size;
    output->size = 0;
    output->packets = 0;
    output->begun = false;
    output->files++;
}

/* Others share standard output with us, so a pipe is opened anew before it is made non-blocking. */
static bool
open_stdout(struct output *output, GError **error)
{
    struct stat status;
    int fd = -1;

    if (output->options->path != NULL && isatty(STDOUT_FILENO)) {
        g_set_error(error, TAP_ERROR, TAP_USAGE,
                    "Standard output is a terminal: send it to a file or a program, or leave out -w to read along.");
        return false;
    }
    if (fstat(STDOUT_FILENO, &status) == 0 && S_ISFIFO(status.st_mode))
        fd = open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
    if (fd < 0) {
        g_set_error(error, TAP_ERROR, TAP_CANNOT_OPEN, "Standard output is not open.");
        return false;
    }
    use_file(output, fd, NULL);
    return true;
}

static void on_until(void *user);

/* When the clocks end the file. The timer runs on another clock than the wall's, which may be set meanwhile. */
static void
set_until(struct output *output)
{
    const struct ring_limits *ring = &output->options->ring;
    const int64_t now = source_wall_clock(), passed = source_now() - output->begun_ns;
    int64_t after = ring->duration_ns != 0 ? ring->duration_ns - passed : INT64_MAX;

    output->until_wall_ns = ring->interval_ns != 0 ? (now / ring->interval_ns + 1) * ring->interval_ns : 0;
    if (output->until_wall_ns != 0)
        after = MIN(after, output->until_wall_ns - now);
    if (output->until == NULL)
        output->until = timer_new(G_PRIORITY_DEFAULT, on_until, output);
    if (after != INT64_MAX)
        timer_set(output->until, source_now() + after);
}

static void
begin_file(struct output *output, int fd, const char *path)
{
    use_file(output, fd, path);
    output->begun_ns = source_now();
    if (output->ring == NULL)
        return;
    ring_opened(output->ring);
    set_until(output);
}

/* The file to come, whose name in *path belongs to somebody else. One of a ring is new: a name that is taken is passed over.
 * It is locked, so that no other ring removes it. */
static int
open_next(struct output *output, const char **path, GError **error)
{
    int fd;

    if (output->ring == NULL) {
        *path = output->options->path;
        return open_path(output, *path, O_TRUNC, error);
    }
    do {
        *path = ring_next(output->ring, source_wall_clock() / NS_PER_SECOND);
    } while (g_file_test(*path, G_FILE_TEST_EXISTS));
    fd = open_path(output, *path, O_EXCL, error);
    if (fd >= 0)
        flock(fd, LOCK_EX | LOCK_NB);
    return fd;
}

static bool
open_file(struct output *output, GError **error)
{
    const char *path;
    const int fd = open_next(output, &path, error);

    if (fd >= 0)
        begin_file(output, fd, path);
    return fd >= 0;
}

static void
clear_line(gpointer data)
{
    g_string_free(((struct format_line *)data)->note, TRUE);
}

struct output *
output_open(const struct output_options *options, const struct output_events *events, GError **error)
{
    static const struct format *const formats[] = {
        [FORMAT_PCAPNG] = &format_pcapng,
        [FORMAT_PCAP] = &format_pcap,
        [FORMAT_TEXT] = &format_text,
        [FORMAT_NOTHING] = &format_nothing,
    };
    struct output *output = g_new0(struct output, 1);
    const bool on_stdout = options->path == NULL || strcmp(options->path, "-") == 0;

    output->options = options;
    output->events = *events;
    output->format = formats[options->format];
    output->fd = -1;
    output->block = g_byte_array_new();
    output->queue = g_byte_array_new();
    output->items = g_array_new(FALSE, FALSE, sizeof(struct item));
    output->lines = g_array_new(FALSE, TRUE, sizeof(struct format_line));
    g_array_set_clear_func(output->lines, clear_line);
    output->start_ns = source_wall_clock();
    if (ring_wanted(&options->ring))
        output->ring = ring_new(options->path, &options->ring);
    if (on_stdout ? open_stdout(output, error) : open_file(output, error))
        return output;
    output_close(output);
    return NULL;
}

void
output_close(struct output *output)
{
    if (output == NULL)
        return;
    if (output->reader_watch != 0)
        g_source_remove(output->reader_watch);
    if (output->fd >= 0)
        close(output->fd);
    timer_free(output->until);
    ring_free(output->ring);
    g_array_unref(output->lines);
    g_array_unref(output->items);
    g_byte_array_unref(output->queue);
    g_byte_array_unref(output->block);
    g_free(output->path);
    g_free(output->name);
    g_free(output);
}

void
output_add_line(struct output *output, const struct source_info *info, const char *filter)
{
    const struct format_line line = { .info = info, .filter = filter, .note = g_string_new(NULL) };

    g_array_append_val(output->lines, line);
}

bool
output_begin(struct output *output, GError **error)
{
    enqueue_header(output);
    return flush(output, error);
}

/* A line that waits for us can fill a batch; a live one may be silent for a long time. */
static bool
may_wait(const struct output *output)
{
    return !any_live(output) && output->queue->len < BATCH_BYTES && !output->waiting;
}

/* The end of the file that is open. */
static bool
finish_file(struct output *output, GError **error)
{
    const int64_t now = source_wall_clock();

    if (output->begun && output->format->totals != NULL)
        for (guint i = 0; i < output->lines->len; i++) {
            output->format->totals(output->block, (struct format_line *)(void *)output->lines->data, i,
                                   output->start_ns, now);
            enqueue(output, (struct item){ .line = (int)i });
        }
    return flush(output, error);
}

/* No other file can be opened, so this one is not over yet. */
static bool
stay(struct output *output, GError *wrong, GError **error)
{
    if (output->options->exit_when_full) {
        wrong->code = TAP_OUTPUT_FAILED;
        g_propagate_error(error, wrong);
        finish_file(output, NULL);
        return false;
    }
    if (output->not_before_ns == 0)
        tap_complain("%s The file before is written on.", wrong->message);
    output->not_before_ns = source_now() + ROTATE_AGAIN_NS;
    g_error_free(wrong);
    return flush(output, error);
}

static bool
is_last_file(const struct output *output)
{
    return output->options->ring.stop_files != 0 && output->files >= output->options->ring.stop_files;
}

/* The one after this, which is opened first: without it this one is not at its end. While the disk is full nothing new is
 * begun either, and so nothing old removed. */
static bool
next_file(struct output *output, GError **error)
{
    GError *wrong = NULL;
    const char *path;
    bool good;
    int fd;

    if (output->waiting || source_now() < output->not_before_ns)
        return flush(output, error);
    if (is_last_file(output)) {
        if (!finish_file(output, error))
            return false;
        output->complete = true;
        output->events.complete(output->events.user);
        return true;
    }
    fd = open_next(output, &path, &wrong);
    if (fd < 0)
        return stay(output, wrong, error);
    good = finish_file(output, error);
    if (!good || output->waiting) { /* the end of this one found no room, so the next one is not begun */
        close(fd);
        unlink(path);
        return good;
    }
    output->not_before_ns = 0;
    begin_file(output, fd, path);
    return output_begin(output, error);
}

static bool
clocks_end_it(const struct output *output)
{
    const int64_t duration = output->options->ring.duration_ns;

    return (duration != 0 && source_now() - output->begun_ns >= duration) ||
        (output->until_wall_ns != 0 && source_wall_clock() >= output->until_wall_ns);
}

static void
on_until(void *user)
{
    struct output *output = user;
    const guint64 file = output->files;
    GError *error = NULL;

    if (output->complete)
        return;
    if (!clocks_end_it(output)) /* the wall clock was set back */
        set_until(output);
    else if (!next_file(output, &error))
        output->events.failed(output->events.user, error);
    else if (output->files == file && !output->complete)
        timer_set(output->until, source_now() + ROTATE_AGAIN_NS);
}

static bool
file_is_over(const struct output *output)
{
    const struct ring_limits *ring = &output->options->ring;

    return clocks_end_it(output) || (ring->bytes != 0 && output->size + output->queue->len >= ring->bytes) ||
        (ring->packets != 0 && output->packets >= ring->packets);
}

/* The next file is begun when there is something to write into it, so that none is empty. */
static bool
ring_is_over(const struct output *output)
{
    return output->ring != NULL && output->packets > 0 && file_is_over(output);
}

bool
output_record(struct output *output, unsigned number, const struct record *record, GError **error)
{
    struct format_line *line = line_at(output, number);

    if (output->complete)
        return true;
    if (ring_is_over(output) && !next_file(output, error))
        return false;
    if (line->records++ == 0)
        line->first_ns = record->time_ns;
    line->last_ns = record->time_ns;
    enqueue_header(output);
    g_byte_array_set_size(output->block, 0);
    output->format->record(output->block, record, (struct format_line *)(void *)output->lines->data, number,
                           output->lines->len);
    enqueue(output,
            (struct item){ .line = (int)number,
                           .record = true,
                           .bytes = record->length,
                           .missing = line->missing,
                           .unwritten = line->unwritten });
    line->missing_ever += line->missing;
    line->missing = line->unwritten = 0;
    output->packets++;
    if (!may_wait(output) && !flush(output, error))
        return false;
    if (line->missing == 0) /* else it got lost, and the next record says it */
        g_string_truncate(line->note, 0);
    return !ring_is_over(output) || !is_last_file(output) || next_file(output, error);
}

void
output_missing(struct output *output, unsigned line, uint64_t bytes)
{
    line_at(output, line)->missing += bytes;
}

void
output_note(struct output *output, unsigned line, const char *text)
{
    GString *note = line_at(output, line)->note;

    if (note->len < 2000) /* a comment is for people */
        g_string_append_printf(note, "%s; ", text);
}

void
output_stop(struct output *output)
{
    output->stopping = true;
}

bool
output_end(struct output *output, GError **error)
{
    uint64_t lost = 0;

    if (output->complete)
        return true;
    if (!finish_file(output, error))
        return false;
    for (guint i = 0; i < output->lines->len; i++)
        lost += line_at(output, i)->unwritten;
    if (lost == 0)
        return true;
    g_set_error(error, TAP_ERROR, TAP_OUTPUT_FAILED,
                "There is no room for %s: the last %" G_GUINT64_FORMAT " bytes of the line are not in it.",
                output->name, lost);
    return false;
}

/* Does the path still name the file that is open? */
static bool
still_there(const struct output *output)
{
    struct stat here, open_one;

    return stat(output->path, &here) == 0 && fstat(output->fd, &open_one) == 0 && here.st_dev == open_one.st_dev &&
        here.st_ino == open_one.st_ino;
}

bool
output_reopen(struct output *output, GError **error)
{
    GError *wrong = NULL;
    char *path;
    int fd;

    if (!output->at_rest || !output->own || output->complete || still_there(output))
        return true;
    fd = open_path(output, output->path, O_EXCL, &wrong);
    if (fd < 0) {
        tap_complain("%s The renamed file is written on.", wrong->message);
        g_error_free(wrong);
        return true;
    }
    if (!finish_file(output, error)) {
        close(fd);
        return false;
    }
    path = g_strdup(output->path);
    use_file(output, fd, path);
    g_free(path);
    return output_begin(output, error);
}

uint64_t
output_size(const struct output *output)
{
    return output->earlier_files + output->size + output->queue->len;
}

uint64_t
output_lost(const struct output *output)
{
    uint64_t lost = 0;

    for (guint i = 0; i < output->lines->len; i++) {
        const struct format_line *line = &g_array_index(output->lines, struct format_line, i);

        lost += line->missing + line->missing_ever;
    }
    return lost;
}

uint64_t
output_lost_packets(const struct output *output)
{
    return output->unwritten;
}

const char *
output_name(const struct output *output)
{
    return output->path != NULL ? output->path : "-";
}
