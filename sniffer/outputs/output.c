/* output.c
 * The lines' side of the output: see output.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "output.h"
#include "capture.h"
#include "timer.h"

#include <glib-unix.h>

struct output {
    struct output_events events;
    struct capture *capture;
    GSource *deadline;
    guint reader_watch;
    bool over; /* complete or failed: it was said, nothing more is taken */
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

/* After everything that was done with the capture: `error` is read when that is over. */
static void
look(struct output *output, bool good, GError **error)
{
    const int64_t deadline = capture_deadline(output->capture);

    if (deadline == INT64_MAX)
        timer_unset(output->deadline);
    else
        timer_set(output->deadline, deadline);
    if (!good) {
        fail(output, *error);
    } else if (capture_is_complete(output->capture)) {
        output->over = true;
        output->events.complete(output->events.user);
    }
}

static void
on_deadline(void *user)
{
    struct output *output = user;
    GError *error = NULL;

    if (!output->over)
        look(output, capture_on_time(output->capture, &error), &error);
}

struct output *
output_open(const struct output_options *options, const struct output_events *events, GError **error)
{
    struct capture *capture = capture_open(options, error);
    struct output *output;

    if (capture == NULL)
        return NULL;
    output = g_new0(struct output, 1);
    output->events = *events;
    output->capture = capture;
    output->deadline = timer_new(G_PRIORITY_DEFAULT, on_deadline, output);
    watch_reader(output);
    return output;
}

void
output_close(struct output *output)
{
    if (output == NULL)
        return;
    if (output->reader_watch != 0)
        g_source_remove(output->reader_watch);
    timer_free(output->deadline);
    capture_close(output->capture);
    g_free(output);
}

void
output_add_line(struct output *output, const struct source_info *info, const char *filter)
{
    capture_add_line(output->capture, info, filter);
}

bool
output_begin(struct output *output, GError **error)
{
    return capture_begin(output->capture, error);
}

void
output_record(struct output *output, unsigned line, const struct record *record)
{
    GError *error = NULL;

    if (!output->over)
        look(output, capture_record(output->capture, line, record, &error), &error);
}

void
output_missing(struct output *output, unsigned line, uint64_t bytes)
{
    capture_missing(output->capture, line, bytes);
}

void
output_note(struct output *output, unsigned line, const char *text)
{
    capture_note(output->capture, line, text);
}

void
output_reopen(struct output *output)
{
    GError *error = NULL;

    if (!output->over)
        look(output, capture_reopen(output->capture, &error), &error);
}

void
output_stop(struct output *output)
{
    capture_stop(output->capture);
}

bool
output_end(struct output *output, GError **error)
{
    return capture_end(output->capture, error);
}

void
output_totals(struct output *output, struct output_totals *totals)
{
    capture_totals(output->capture, totals);
}

void
output_counts(struct output *output, unsigned line, struct output_counts *counts)
{
    capture_counts(output->capture, line, counts);
}

const char *
output_name(const struct output *output)
{
    return capture_path(output->capture);
}
