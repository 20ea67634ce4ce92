/* capture.c
 * What becomes of records: see capture.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "capture.h"
#include "format.h"
#include "status.h"
#include "target.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    /* Whole blocks of a line at rest that leave together; a live line's leave one by one. */
    BATCH_BYTES = 65536,
    HEADER = -1,
    NOTE_MAX = 2000, /* a comment is for people */
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

struct capture {
    const struct output_options *options;
    const struct format *format;
    struct target target;
    bool begun;   /* the file has its beginning */
    bool fresh;   /* no record of the file is on the disk yet, so nothing was removed for it */
    bool over;    /* the file has its end; it stays open until there is something for the next one */
    bool waiting; /* for room on the disk, or for a file that can be opened */
    bool complete;
    int64_t begun_ns;      /* the file, by CLOCK_MONOTONIC */
    int64_t not_before_ns; /* a next file could not be opened: when to try again, by CLOCK_MONOTONIC */
    int64_t
        unsynced_ns;  /* since when the file holds what may not be on the disk, by CLOCK_MONOTONIC; 0 = all of it is */
    bool sync_failed; /* it was said */
    int64_t until_ns; /* when the clocks may have ended the file, by CLOCK_MONOTONIC */
    int64_t until_wall_ns; /* when the wall clock ends it, or 0 */
    uint64_t earlier_files;
    GByteArray *block, *queue;
    GArray *items; /* of struct item */
    GArray *lines; /* of struct format_line */
    int64_t start_ns;
    struct ring *ring;
    guint64 files, packets;   /* begun; in this one */
    guint64 heard, unwritten; /* packets, in all files; of these: that were lost */
};

static struct format_line *
line_at(const struct capture *capture, unsigned line)
{
    return &g_array_index(capture->lines, struct format_line, line);
}

static struct format_line *
all_lines(const struct capture *capture)
{
    return (struct format_line *)(void *)capture->lines->data;
}

static bool
has_file(const struct capture *capture)
{
    return capture->target.fd >= 0;
}

static bool
write_failed(const struct capture *capture, int reason, GError **error)
{
    const char *name = capture->target.name;

    if (reason == EPIPE)
        g_set_error(error, TAP_ERROR, TAP_OUTPUT_FAILED,
                    "Whoever read from %s is gone, so there is nothing left to do.", name);
    else if (reason == ETIMEDOUT)
        g_set_error(error, TAP_ERROR, TAP_OUTPUT_FAILED,
                    "Whoever reads from %s has stopped reading, so its last packets are not complete.", name);
    else
        g_set_error(error, TAP_ERROR, TAP_OUTPUT_FAILED, "Cannot write to %s: %s.", name, g_strerror(reason));
    return false;
}

void
capture_tell_reader_gone(const struct capture *capture, GError **error)
{
    write_failed(capture, EPIPE, error);
}

/* Is there a line that does not wait for us? */
static bool
any_live(const struct capture *capture)
{
    for (guint i = 0; i < capture->lines->len; i++)
        if (line_at(capture, i)->info->timing == TIMING_LIVE)
            return true;
    return false;
}

static bool
is_full(int reason)
{
    return reason == ENOSPC || reason == EDQUOT || reason == EFBIG;
}

/* How many items are whole in the first `done` bytes. */
static guint
whole_items(const struct capture *capture, size_t done)
{
    guint count = 0;

    while (count < capture->items->len && g_array_index(capture->items, struct item, count).end <= done)
        count++;
    return count;
}

/* The blocks from `first` on did not get into the file: what they held is missing. */
static void
lose_items(struct capture *capture, guint first)
{
    for (guint i = first; i < capture->items->len; i++) {
        const struct item *item = &g_array_index(capture->items, struct item, i);

        if (item->line == HEADER) {
            capture->begun = false;
        } else if (item->record) {
            struct format_line *line = line_at(capture, (unsigned)item->line);

            line->missing += item->bytes + item->missing;
            line->unwritten += item->bytes + item->unwritten;
            line->missing_ever -= item->missing;
            capture->packets--;
            capture->unwritten++;
        }
    }
}

static void
empty_queue(struct capture *capture)
{
    g_byte_array_set_size(capture->queue, 0);
    g_array_set_size(capture->items, 0);
}

static void
wait_for_room(struct capture *capture, const char *why)
{
    if (!capture->waiting)
        tap_complain("%s Counting what is lost until there is room.", why);
    capture->waiting = true;
}

/* Where a record found room. The small block that ends a file may find some even so. */
static void
end_waiting(struct capture *capture)
{
    if (!capture->waiting || !g_array_index(capture->items, struct item, capture->items->len - 1).record)
        return;
    tap_complain("There is room for %s again.", capture->target.name);
    capture->waiting = false;
}

/* Not only in the computer's memory. What is no file, or only lent to us, is not ours to look after. */
static void
sync_file(struct capture *capture)
{
    struct target *target = &capture->target;

    capture->unsynced_ns = 0;
    if (!has_file(capture) || !target->own || !target->at_rest || target_sync(target))
        return;
    if (!capture->sync_failed)
        tap_complain("%s may not be on the disk yet: %s.", target->name, g_strerror(errno));
    capture->sync_failed = true;
}

/* A start costs nothing: older files go only when this one holds a record. */
static void
settle(struct capture *capture)
{
    if (!capture->fresh || capture->packets == 0)
        return;
    capture->fresh = false;
    if (capture->ring == NULL)
        return;
    if (ring_is_long(capture->ring))
        sync_file(capture);
    ring_began(capture->ring, capture->target.path);
}

/* The queue is not in the file, but for its first `done` bytes. */
static bool
write_stopped(struct capture *capture, size_t done, int reason, GError **error)
{
    const struct target *target = &capture->target;
    GError *why = NULL;

    if (target->at_rest) {
        const guint whole = whole_items(capture, done);
        const size_t kept = whole > 0 ? g_array_index(capture->items, struct item, whole - 1).end : 0;

        capture->target.size += kept;
        target_undo(target, done - kept);
        lose_items(capture, whole);
    }
    empty_queue(capture);
    write_failed(capture, reason, &why);
    if (!target->at_rest || !target->own || !is_full(reason) || capture->options->exit_when_full) {
        g_propagate_error(error, why);
        return false;
    }
    wait_for_room(capture, why->message);
    g_error_free(why);
    return true;
}

/* The queue into the file. Where the disk is full, an older file may go for it. */
static size_t
write_queue(struct capture *capture, int *reason)
{
    struct target *target = &capture->target;
    const GByteArray *queue = capture->queue;
    size_t done;

    if (capture->ring != NULL)
        ring_make_room(capture->ring, target->fd, !capture->fresh, target->size, queue->len);
    for (;;) {
        done = target_write(target, queue->data, queue->len, reason);
        if (capture->ring == NULL || !is_full(*reason) || !ring_give_room(capture->ring, !capture->fresh))
            return done;
        target_undo(target, done);
    }
}

static bool
flush(struct capture *capture, GError **error)
{
    size_t done;
    int reason;

    if (capture->queue->len == 0)
        return true;
    done = write_queue(capture, &reason);
    if (reason != 0)
        return write_stopped(capture, done, reason, error);
    end_waiting(capture);
    empty_queue(capture);
    if (capture->unsynced_ns == 0)
        capture->unsynced_ns = source_now();
    settle(capture);
    return true;
}

/* capture->block into the queue. */
static void
enqueue(struct capture *capture, struct item item)
{
    g_byte_array_append(capture->queue, capture->block->data, capture->block->len);
    item.end = capture->queue->len;
    g_array_append_val(capture->items, item);
}

/* A disk that was full when the file began has no beginning of it yet. */
static void
enqueue_header(struct capture *capture)
{
    if (capture->begun)
        return;
    g_byte_array_set_size(capture->block, 0);
    capture->format->header(capture->block, all_lines(capture), capture->lines->len, capture->options->comment);
    if (capture->block->len > 0)
        enqueue(capture, (struct item){ .line = HEADER });
    capture->begun = true;
}

/* When the clocks end the file. What waits for it runs on another clock than the wall's, which may be set meanwhile. */
static void
set_until(struct capture *capture)
{
    const struct ring_limits *ring = &capture->options->ring;
    const int64_t wall = source_wall_clock(), now = source_now();
    int64_t until = ring->duration_ns != 0 ? capture->begun_ns + ring->duration_ns : INT64_MAX;

    capture->until_wall_ns = ring->interval_ns != 0 ? (wall / ring->interval_ns + 1) * ring->interval_ns : 0;
    if (capture->until_wall_ns != 0)
        until = MIN(until, now + capture->until_wall_ns - wall);
    capture->until_ns = until;
}

/* From here on this is written. */
static void
begin_file(struct capture *capture, int fd, const char *path)
{
    capture->earlier_files += capture->target.size;
    target_use(&capture->target, fd, path);
    capture->packets = 0;
    capture->begun = capture->over = false;
    capture->fresh = true;
    capture->files++;
    capture->begun_ns = source_now();
    capture->not_before_ns = 0;
    set_until(capture);
}

/* Also by what was compressed. */
static bool
is_taken(const char *path)
{
    bool taken = false;

    for (enum compression compression = COMPRESSION_NONE; compression < COMPRESSIONS && !taken; compression++) {
        char *name = g_strconcat(path, compress_suffix(compression), NULL);

        taken = g_file_test(name, G_FILE_TEST_EXISTS);
        g_free(name);
    }
    return taken;
}

/* A name that is taken is passed over. */
static int
open_next_of_ring(struct capture *capture, const char **path, GError **error)
{
    do {
        *path = ring_next(capture->ring, source_wall_clock() / NS_PER_SECOND);
    } while (is_taken(*path));
    return target_open_new(*path, capture->options->group_read, error);
}

/* A file behind the one that is or was open; *path belongs to somebody else. */
static int
open_next(struct capture *capture, const char **path, GError **error)
{
    if (capture->ring != NULL)
        return open_next_of_ring(capture, path, error);
    *path = capture->options->path;
    return target_open_new(*path, capture->options->group_read, error);
}

/* A ring has no file before its first record, but it must be possible to make one. */
static bool
open_ring(struct capture *capture, GError **error)
{
    const struct output_options *options = capture->options;
    char *folder = g_path_get_dirname(options->path);
    const bool good = access(folder, W_OK | X_OK) == 0;

    if (!good)
        g_set_error(error, TAP_ERROR, TAP_CANNOT_OPEN, "Cannot write to \"%s\": %s.", options->path, g_strerror(errno));
    else
        capture->ring = ring_new(options->path, &options->ring);
    capture->target.name = g_strdup_printf("\"%s\"", options->path);
    g_free(folder);
    return good;
}

static bool
open_output(struct capture *capture, GError **error)
{
    const struct output_options *options = capture->options;
    const bool on_stdout = options->path == NULL || strcmp(options->path, "-") == 0;
    int fd;

    if (ring_wanted(&options->ring))
        return open_ring(capture, error);
    fd = on_stdout ? target_open_stdout(options->path == NULL, error)
                   : target_open_path(options->path, options->group_read, error);
    if (fd >= 0)
        begin_file(capture, fd, on_stdout ? NULL : options->path);
    return fd >= 0;
}

static void
clear_line(gpointer data)
{
    g_string_free(((struct format_line *)data)->note, TRUE);
}

struct capture *
capture_open(const struct output_options *options, int stop_fd, GError **error)
{
    static const struct format *const formats[] = {
        [FORMAT_PCAPNG] = &format_pcapng,
        [FORMAT_PCAP] = &format_pcap,
        [FORMAT_TEXT] = &format_text,
        [FORMAT_READINGS] = &format_readings,
        [FORMAT_NOTHING] = &format_nothing,
    };
    struct capture *capture = g_new0(struct capture, 1);

    capture->options = options;
    capture->format = formats[options->format];
    capture->target.fd = -1;
    capture->target.stop_fd = stop_fd;
    capture->block = g_byte_array_new();
    capture->queue = g_byte_array_new();
    capture->items = g_array_new(FALSE, FALSE, sizeof(struct item));
    capture->lines = g_array_new(FALSE, TRUE, sizeof(struct format_line));
    g_array_set_clear_func(capture->lines, clear_line);
    capture->start_ns = source_wall_clock();
    if (open_output(capture, error))
        return capture;
    capture_close(capture);
    return NULL;
}

void
capture_close(struct capture *capture)
{
    target_close(&capture->target);
    ring_free(capture->ring);
    g_array_unref(capture->lines);
    g_array_unref(capture->items);
    g_byte_array_unref(capture->queue);
    g_byte_array_unref(capture->block);
    g_free(capture);
}

void
capture_add_line(struct capture *capture, const struct source_info *info, const struct output_line *line)
{
    const struct format_line all = { .info = info, .line = *line, .meters = capture->options->meters,
                                     .note = g_string_new(NULL) };

    g_array_append_val(capture->lines, all);
    capture->target.patient = !any_live(capture);
}

bool
capture_begin(struct capture *capture, GError **error)
{
    if (!has_file(capture))
        return true;
    enqueue_header(capture);
    return flush(capture, error);
}

/* A line that waits for us can fill a batch; a live one may be silent for a long time. */
static bool
may_wait(const struct capture *capture)
{
    return capture->target.patient && capture->queue->len < BATCH_BYTES && !capture->waiting;
}

/* The end of the file that is open. */
static bool
finish_file(struct capture *capture, GError **error)
{
    const int64_t now = source_wall_clock();

    if (capture->over)
        return true;
    if (capture->begun && capture->format->totals != NULL)
        for (guint i = 0; i < capture->lines->len; i++) {
            capture->format->totals(capture->block, all_lines(capture), i, capture->start_ns, now);
            enqueue(capture, (struct item){ .line = (int)i });
        }
    if (!flush(capture, error))
        return false;
    sync_file(capture);
    return true;
}

/* No file can be opened: the one before is not over yet, or, where there is none, the disk is as good as full. */
static bool
stay(struct capture *capture, GError *wrong, GError **error)
{
    if (capture->options->exit_when_full) {
        wrong->code = TAP_OUTPUT_FAILED;
        g_propagate_error(error, wrong);
        finish_file(capture, NULL);
        return false;
    }
    if (!has_file(capture))
        wait_for_room(capture, wrong->message);
    else if (capture->not_before_ns == 0)
        tap_complain("%s The file before is written on.", wrong->message);
    capture->not_before_ns = source_now() + ROTATE_AGAIN_NS;
    g_error_free(wrong);
    return flush(capture, error);
}

static bool
is_last_file(const struct capture *capture)
{
    return capture->options->ring.stop_files != 0 && capture->files >= capture->options->ring.stop_files;
}

/* A finished file of the ring, which is closed. */
static void
compress_finished(struct capture *capture, const char *path)
{
    const enum compression compression = capture->options->ring.compression;
    GError *error = NULL;
    char *name;

    if (capture->ring == NULL || compression == COMPRESSION_NONE || path == NULL)
        return;
    name = compress_file(path, compression, &error);
    if (name != NULL)
        ring_renamed(capture->ring, path, name);
    else if (error != NULL)
        tap_complain("%s", error->message);
    g_clear_error(&error);
    g_free(name);
}

/* The one after this, which is opened first: without it this one is not at its end. While the disk is full nothing new is
 * begun either, and so nothing old removed. */
static bool
next_file(struct capture *capture, GError **error)
{
    GError *wrong = NULL;
    const char *path;
    char *before;
    bool good;
    int fd;

    if ((capture->waiting && has_file(capture)) || source_now() < capture->not_before_ns)
        return flush(capture, error);
    fd = open_next(capture, &path, &wrong);
    if (fd < 0)
        return stay(capture, wrong, error);
    good = finish_file(capture, error);
    if (!good || (capture->waiting && has_file(capture))) { /* the end of this one found no room */
        close(fd);
        unlink(path);
        return good;
    }
    before = g_strdup(capture->target.path);
    begin_file(capture, fd, path);
    compress_finished(capture, before);
    g_free(before);
    return true;
}

static bool
clocks_end_it(const struct capture *capture)
{
    const int64_t duration = capture->options->ring.duration_ns;

    return (duration != 0 && source_now() - capture->begun_ns >= duration) ||
        (capture->until_wall_ns != 0 && source_wall_clock() >= capture->until_wall_ns);
}

static bool
file_is_over(const struct capture *capture)
{
    const struct ring_limits *ring = &capture->options->ring;

    return clocks_end_it(capture) || (ring->bytes != 0 && capture->target.size + capture->queue->len >= ring->bytes) ||
        (ring->packets != 0 && capture->packets >= ring->packets);
}

/* The next file is begun when there is something to write into it, so that none is empty. */
static bool
ring_is_over(const struct capture *capture)
{
    return capture->ring != NULL && capture->packets > 0 && file_is_over(capture);
}

/* The file ends at its time, though nothing may be said for long. */
static bool
end_file(struct capture *capture, GError **error)
{
    if (!finish_file(capture, error))
        return false;
    capture->over = !capture->waiting;
    capture->complete = is_last_file(capture);
    return true;
}

/* When it is time to sync the file that is being written. */
static int64_t
sync_deadline(const struct capture *capture)
{
    const int64_t interval = capture->options->sync_ns;

    return interval != 0 && capture->unsynced_ns != 0 ? capture->unsynced_ns + interval : INT64_MAX;
}

/* When it is time to end it. */
static int64_t
end_deadline(const struct capture *capture)
{
    const bool open = has_file(capture) && capture->ring != NULL && !capture->over && !capture->complete;

    return open && capture->packets > 0 ? capture->until_ns : INT64_MAX;
}

int64_t
capture_deadline(const struct capture *capture)
{
    return MIN(sync_deadline(capture), end_deadline(capture));
}

bool
capture_on_time(struct capture *capture, GError **error)
{
    const int64_t now = source_now();

    if (now >= sync_deadline(capture))
        sync_file(capture);
    if (now < end_deadline(capture))
        return true;
    if (!ring_is_over(capture)) { /* the wall clock was set back */
        set_until(capture);
        return true;
    }
    capture->until_ns = now + ROTATE_AGAIN_NS; /* when there is no room even for its end */
    return end_file(capture, error);
}

/* The file is no more ours: the next record begins another. */
static void
leave_file(struct capture *capture)
{
    target_close(&capture->target);
    capture->target.name = g_strdup_printf("\"%s\"", capture->options->path);
    capture->begun = false;
    capture->not_before_ns = 0;
}

/* Somebody has removed the file that is being written; bytes go on into it, and are gone when it is closed. */
static void
leave_removed_file(struct capture *capture)
{
    tap_complain("%s was removed while it was written, and what it held is gone. A new file is begun.",
                 capture->target.name);
    for (guint i = 0; i < capture->lines->len; i++)
        capture_note(capture, i, "The file before this one was removed while it was written");
    leave_file(capture);
}

/* There is no file that would take it. */
static void
lose_record(struct capture *capture, struct format_line *line, const struct record *record)
{
    line->missing += record->length;
    line->unwritten += record->length;
    capture->unwritten++;
}

static void
enqueue_record(struct capture *capture, unsigned number, const struct record *record)
{
    struct format_line *line = line_at(capture, number);
    const struct item item = { .line = (int)number,
                               .record = true,
                               .bytes = record->length,
                               .missing = line->missing,
                               .unwritten = line->unwritten };

    enqueue_header(capture);
    g_byte_array_set_size(capture->block, 0);
    capture->format->record(capture->block, record, all_lines(capture), number, capture->lines->len);
    enqueue(capture, item);
    line->missing_ever += line->missing;
    line->missing = line->unwritten = 0;
    capture->packets++;
    capture->over = false;
}

static void
count_record(struct capture *capture, struct format_line *line, const struct record *record)
{
    if (line->records++ == 0)
        line->first_ns = record->time_ns;
    line->last_ns = record->time_ns;
    line->of_class[record_class(record)]++;
    capture->heard++;
}

static uint64_t
size_of_all(const struct capture *capture)
{
    return capture->earlier_files + capture->target.size + capture->queue->len;
}

/* What found no room is not in the capture. */
static bool
is_enough(const struct capture *capture)
{
    const struct output_options *options = capture->options;

    return (options->stop_packets != 0 && capture->heard - capture->unwritten >= options->stop_packets) ||
        (options->stop_bytes != 0 && size_of_all(capture) >= options->stop_bytes);
}

bool
capture_record(struct capture *capture, unsigned number, const struct record *record, GError **error)
{
    struct format_line *line = line_at(capture, number);

    if (capture->complete)
        return true;
    if (has_file(capture) && capture->queue->len == 0 && target_is_removed(&capture->target))
        leave_removed_file(capture);
    if ((!has_file(capture) || ring_is_over(capture)) && !next_file(capture, error))
        return false;
    count_record(capture, line, record);
    if (!has_file(capture)) {
        lose_record(capture, line, record);
        return true;
    }
    enqueue_record(capture, number, record);
    if (!may_wait(capture) && !flush(capture, error))
        return false;
    if (line->missing == 0) /* else it got lost, and the next record says it */
        g_string_truncate(line->note, 0);
    if (is_enough(capture))
        capture->complete = true;
    else if (ring_is_over(capture) && is_last_file(capture) && !capture->waiting)
        return end_file(capture, error);
    return true;
}

void
capture_missing(struct capture *capture, unsigned line, uint64_t bytes)
{
    line_at(capture, line)->missing += bytes;
}

void
capture_note(struct capture *capture, unsigned line, const char *text)
{
    GString *note = line_at(capture, line)->note;

    if (note->len < NOTE_MAX)
        g_string_append_printf(note, "%s; ", text);
}

bool
capture_end(struct capture *capture, GError **error)
{
    uint64_t lost = 0;

    if (has_file(capture) && !finish_file(capture, error))
        return false;
    if (capture->ring != NULL && has_file(capture) && !capture->waiting) {
        char *path = g_strdup(capture->target.path);

        leave_file(capture);
        compress_finished(capture, path);
        g_free(path);
    }
    for (guint i = 0; i < capture->lines->len; i++)
        lost += line_at(capture, i)->unwritten;
    if (lost == 0)
        return true;
    g_set_error(error, TAP_ERROR, TAP_OUTPUT_FAILED,
                "There is no room for %s: the last %" G_GUINT64_FORMAT " bytes of the line are not in it.",
                capture->target.name, lost);
    return false;
}

bool
capture_reopen(struct capture *capture, GError **error)
{
    const struct target *target = &capture->target;

    capture->not_before_ns = 0;
    if (!has_file(capture) || !target->at_rest || !target->own || capture->complete || target_is_there(target))
        return true;
    if (target_is_removed(target))
        leave_removed_file(capture);
    if (capture->ring == NULL)
        return next_file(capture, error) && capture_begin(capture, error);
    if (has_file(capture) && !finish_file(capture, error))
        return false;
    if (has_file(capture))
        leave_file(capture);
    return true;
}

bool
capture_is_complete(const struct capture *capture)
{
    return capture->complete;
}

int
capture_reader_fd(const struct capture *capture)
{
    struct stat status;
    const int fd = capture->target.fd;

    return fd >= 0 && fstat(fd, &status) == 0 && (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode)) ? fd : -1;
}

void
capture_totals(const struct capture *capture, struct output_totals *totals)
{
    *totals =
        (struct output_totals){ .packets = capture->heard - capture->unwritten, .lost_packets = capture->unwritten };
    for (guint i = 0; i < capture->lines->len; i++) {
        const struct format_line *line = line_at(capture, i);

        totals->lost_bytes += line->missing + line->missing_ever;
    }
}

void
capture_counts(const struct capture *capture, unsigned number, struct output_counts *counts)
{
    const struct format_line *line = line_at(capture, number);

    memcpy(counts->of_class, line->of_class, sizeof counts->of_class);
    counts->lost_bytes = line->missing + line->missing_ever;
}

const char *
capture_path(const struct capture *capture)
{
    return capture->target.path != NULL  ? capture->target.path
        : capture->options->path != NULL ? capture->options->path
                                         : "-";
}
