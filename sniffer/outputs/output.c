/* output.c
 * The lines' side of the output: see output.h. Where a line is live, the disk's side has a thread of its own, so that no
 * write keeps a byte of the line waiting for its time; between them stands a queue.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "output.h"
#include "capture.h"
#include "status.h"

#include <glib-unix.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* What a disk may be behind: hours of a busy line. Where the sender can wait for it, we do; a real line loses what finds no
 * place. */
enum { QUEUE_MAX = 8 << 20 };

enum order { ORDER_RECORD, ORDER_MISSING, ORDER_NOTE, ORDER_REOPEN, ORDER_END };

/* What the disk's side is to do. */
struct message {
    enum order order;
    unsigned line;
    uint64_t missing;     /* also in front of a record */
    struct record record; /* its bytes are `bytes` */
    size_t length;
    uint8_t bytes[]; /* of a record, or a note with its 0 */
};

/* A line's records that found no place in the queue. */
struct overflow {
    uint64_t packets;
    uint64_t bytes; /* not yet told to the disk's side */
};

struct output {
    struct output_events events;
    struct capture *capture; /* the thread's, while there is one */
    guint reader_watch;
    int stop_fd;
    bool over;                 /* complete or failed: it was said, nothing more is taken */
    GPtrArray *infos;          /* of each line, struct source_info */
    GThread *thread;           /* or NULL: the lines wait for the disk */
    struct overflow *overflow; /* of each line */
    bool behind;               /* it was said that the disk does not keep up */
    const char *path;          /* for messages */

    GMutex lock; /* of all below */
    GCond work, room;
    GQueue queue; /* of struct message */
    size_t queued;
    bool idle, crowded; /* the thread waits for work; the lines wait for room. Else there is nobody to wake */
    bool done, good; /* the thread's end */
    GError *error;
    struct output_totals totals;
    struct output_counts *counts; /* of each line */
};

static void
fail(struct output *output, GError *error)
{
    output->over = true;
    output->events.failed(output->events.user, error);
}

static gboolean
on_reader_gone(gint fd G_GNUC_UNUSED, GIOCondition condition G_GNUC_UNUSED, gpointer user)
{
    struct output *output = user;
    GError *error = NULL;

    output->reader_watch = 0;
    capture_tell_reader_gone(output->capture, &error);
    if (!output->over)
        fail(output, error);
    else
        g_error_free(error);
    return G_SOURCE_REMOVE;
}

/* On a line that is silent there is nothing to write that would tell. */
static void
watch_reader(struct output *output)
{
    const int fd = capture_reader_fd(output->capture);

    if (fd >= 0)
        output->reader_watch = g_unix_fd_add(fd, G_IO_ERR | G_IO_HUP, on_reader_gone, output);
}

struct output *
output_open(const struct output_options *options, const struct output_events *events, GError **error)
{
    const int stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct capture *capture = capture_open(options, stop_fd, error);
    struct output *output;

    if (capture == NULL) {
        close(stop_fd);
        return NULL;
    }
    output = g_new0(struct output, 1);
    output->events = *events;
    output->capture = capture;
    output->stop_fd = stop_fd;
    output->path = options->path != NULL ? options->path : "-";
    output->infos = g_ptr_array_new();
    g_mutex_init(&output->lock);
    g_cond_init(&output->work);
    g_cond_init(&output->room);
    watch_reader(output);
    return output;
}

void
output_add_line(struct output *output, const struct source_info *info, const struct output_line *line)
{
    capture_add_line(output->capture, info, line);
    g_ptr_array_add(output->infos, (gpointer)info);
}

static const struct source_info *
info_of(const struct output *output, guint line)
{
    return output->infos->pdata[line];
}

/* ---- the disk's side ---- */

static bool
obey(struct output *output, const struct message *message, GError **error)
{
    struct capture *capture = output->capture;
    struct record record = message->record;

    switch (message->order) {
    case ORDER_RECORD:
        capture_missing(capture, message->line, message->missing);
        record.bytes = message->bytes;
        return capture_record(capture, message->line, &record, error);
    case ORDER_MISSING:
        capture_missing(capture, message->line, message->missing);
        return true;
    case ORDER_NOTE:
        capture_note(capture, message->line, (const char *)message->bytes);
        return true;
    case ORDER_REOPEN:
        return capture_reopen(capture, error);
    case ORDER_END:
        return capture_end(capture, error);
    }
    return true;
}

/* What others may want to know while a write takes its time. */
static void
publish(struct output *output)
{
    capture_totals(output->capture, &output->totals);
    for (guint i = 0; i < output->infos->len; i++)
        capture_counts(output->capture, i, &output->counts[i]);
}

static gboolean
on_done(gpointer user)
{
    struct output *output = user;

    if (output->over)
        return G_SOURCE_REMOVE;
    if (output->good) {
        output->over = true;
        output->events.complete(output->events.user);
    } else {
        fail(output, g_steal_pointer(&output->error));
    }
    return G_SOURCE_REMOVE;
}

/* The next message, or NULL when the capture's time has come. With the lock held. */
static struct message *
next_message(struct output *output)
{
    const int64_t deadline = capture_deadline(output->capture);
    bool early = true;

    while (g_queue_is_empty(&output->queue) && early) {
        output->idle = true;
        if (deadline == INT64_MAX)
            g_cond_wait(&output->work, &output->lock);
        else
            early = g_cond_wait_until(&output->work, &output->lock, (deadline + 999) / 1000);
    }
    output->idle = false;
    return g_queue_pop_head(&output->queue);
}

static bool
work(struct output *output, const struct message *message, GError **error)
{
    struct capture *capture = output->capture;

    if (output->done && (!output->good || message == NULL || message->order != ORDER_END))
        return true;
    if (message != NULL && !obey(output, message, error))
        return false;
    return output->done || source_now() < capture_deadline(capture) || capture_on_time(capture, error);
}

/* The lock is held on both sides of what may take long. */
static gpointer
disk_thread(gpointer user)
{
    struct output *output = user;
    bool last = false;

    g_mutex_lock(&output->lock);
    while (!last) {
        struct message *message = next_message(output);
        GError *error = NULL;
        bool good;

        if (message != NULL)
            output->queued -= sizeof *message + message->length;
        last = message != NULL && message->order == ORDER_END;
        if (output->crowded)
            g_cond_signal(&output->room);
        g_mutex_unlock(&output->lock);
        good = work(output, message, &error);
        g_mutex_lock(&output->lock);
        g_free(message);
        publish(output);
        if (!good && output->error == NULL)
            output->error = g_steal_pointer(&error);
        g_clear_error(&error);
        if (last || output->done || (good && !capture_is_complete(output->capture)))
            continue;
        output->good = good;
        output->done = true;
        g_idle_add(on_done, output);
    }
    g_mutex_unlock(&output->lock);
    return NULL;
}

/* ---- the lines' side ---- */

static struct message *
message_new(enum order order, unsigned line, const void *bytes, size_t length)
{
    struct message *message = g_malloc0(sizeof *message + length);

    message->order = order;
    message->line = line;
    message->length = length;
    if (length > 0)
        memcpy(message->bytes, bytes, length);
    return message;
}

/* Without a thread: at once. */
static void
do_now(struct output *output, struct message *message)
{
    GError *error = NULL;
    const bool good = obey(output, message, &error);

    g_free(message);
    publish(output);
    if (!good) {
        fail(output, error);
    } else if (capture_is_complete(output->capture)) {
        output->over = true;
        output->events.complete(output->events.user);
    }
}

/* patient: wait for a place, as nothing is lost by that. false: there is none, and the message is gone. */
static bool
post(struct output *output, struct message *message, bool patient)
{
    const size_t size = sizeof *message + message->length;
    bool fits, wake = false;

    if (output->thread == NULL) {
        do_now(output, message);
        return true;
    }
    g_mutex_lock(&output->lock);
    while (patient && !output->done && output->queued + size > QUEUE_MAX) {
        output->crowded = true;
        g_cond_wait(&output->room, &output->lock);
    }
    output->crowded = false;
    fits = output->queued + size <= QUEUE_MAX || message->order != ORDER_RECORD;
    if (fits) {
        output->behind &= !g_queue_is_empty(&output->queue);
        g_queue_push_tail(&output->queue, message);
        output->queued += size;
        wake = output->idle;
    }
    g_mutex_unlock(&output->lock);
    if (wake) /* not with the lock held, which is the first thing that it would wait for */
        g_cond_signal(&output->work);
    if (!fits)
        g_free(message);
    return fits;
}

static void
post_missing(struct output *output, unsigned line, uint64_t bytes)
{
    struct message *message = message_new(ORDER_MISSING, line, NULL, 0);

    message->missing = bytes;
    post(output, message, false);
}

static void
lose(struct output *output, struct overflow *overflow, uint64_t bytes)
{
    if (!output->behind)
        tap_complain("Writing to \"%s\" takes too long: %d MB are waiting. Counting what is lost until there is room.",
                     output->path, QUEUE_MAX >> 20);
    output->behind = true;
    overflow->packets++;
    overflow->bytes += bytes;
}

void
output_record(struct output *output, unsigned line, const struct record *record)
{
    struct overflow *overflow = &output->overflow[line];
    struct message *message;

    if (output->over)
        return;
    message = message_new(ORDER_RECORD, line, record->bytes, record->length);
    message->record = *record;
    message->missing = overflow->bytes;
    if (post(output, message, info_of(output, line)->waits))
        overflow->bytes = 0;
    else
        lose(output, overflow, record->length);
}

void
output_missing(struct output *output, unsigned line, uint64_t bytes)
{
    if (!output->over)
        post_missing(output, line, bytes);
}

void
output_note(struct output *output, unsigned line, const char *text)
{
    if (!output->over)
        post(output, message_new(ORDER_NOTE, line, text, strlen(text) + 1), false);
}

void
output_reopen(struct output *output)
{
    if (!output->over)
        post(output, message_new(ORDER_REOPEN, 0, NULL, 0), false);
}

bool
output_begin(struct output *output, GError **error)
{
    const guint lines = output->infos->len;
    bool live = false;

    output->counts = g_new0(struct output_counts, lines);
    output->overflow = g_new0(struct overflow, lines);
    if (!capture_begin(output->capture, error))
        return false;
    for (guint i = 0; i < lines; i++)
        live |= info_of(output, i)->timing == TIMING_LIVE;
    if (live)
        output->thread = g_thread_try_new("disk", disk_thread, output, NULL);
    if (live && output->thread == NULL)
        tap_complain("There is no thread to be had: while the disk is slow, the lines are not listened to.");
    return true;
}

/* Who waits for a reader sees it, in whichever thread. */
void
output_stop(struct output *output)
{
    const uint64_t one = 1;

    if (write(output->stop_fd, &one, sizeof one) < 0)
        g_debug("It was said before.");
}

/* false: the thread's own last words. */
static bool
end_thread(struct output *output, GError **error)
{
    for (guint i = 0; i < output->infos->len; i++)
        if (output->overflow[i].bytes > 0)
            post_missing(output, i, output->overflow[i].bytes);
    post(output, message_new(ORDER_END, 0, NULL, 0), false);
    g_thread_join(g_steal_pointer(&output->thread));
    g_idle_remove_by_data(output);
    if (output->error == NULL)
        return true;
    if (output->over) /* it was told when it happened */
        g_clear_error(&output->error);
    else
        g_propagate_error(error, g_steal_pointer(&output->error));
    return false;
}

bool
output_end(struct output *output, GError **error)
{
    bool good;

    if (output->thread != NULL)
        return end_thread(output, error);
    good = capture_end(output->capture, error);
    publish(output);
    return good;
}

void
output_close(struct output *output)
{
    if (output == NULL)
        return;
    if (output->thread != NULL)
        end_thread(output, NULL);
    if (output->reader_watch != 0)
        g_source_remove(output->reader_watch);
    capture_close(output->capture);
    close(output->stop_fd);
    g_ptr_array_unref(output->infos);
    g_free(output->counts);
    g_free(output->overflow);
    g_mutex_clear(&output->lock);
    g_cond_clear(&output->work);
    g_cond_clear(&output->room);
    g_free(output);
}

void
output_totals(struct output *output, struct output_totals *totals)
{
    g_mutex_lock(&output->lock);
    *totals = output->totals;
    g_mutex_unlock(&output->lock);
    for (guint i = 0; i < output->infos->len; i++) {
        totals->lost_packets += output->overflow[i].packets;
        totals->lost_bytes += output->overflow[i].bytes;
    }
}

void
output_counts(struct output *output, unsigned line, struct output_counts *counts)
{
    g_mutex_lock(&output->lock);
    *counts = output->counts[line];
    g_mutex_unlock(&output->lock);
    counts->lost_bytes += output->overflow[line].bytes;
}

const char *
output_name(const struct output *output)
{
    return capture_path(output->capture);
}
