/* source_hex.c
 * Text with bytes in hex, from a file or pipe, as a source: see hextext.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "hextext.h"
#include "source.h"
#include "status.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <unistd.h>

enum { READ_MAX = 65536 };

struct hex_source {
    struct source source;
    struct hextext *text;
    int fd;
    char buffer[READ_MAX];
};

static void
on_piece(const struct hextext_piece *piece, void *user)
{
    const struct source_sink *sink = &((struct hex_source *)user)->source.sink;

    sink->direction(sink->user, piece->direction);
    sink->bytes(sink->user, piece->bytes, NULL, piece->length, piece->time_ns); /* 0 where the text has none */
    sink->pause(sink->user);
}

static void
tell_lost(const struct hex_source *hex)
{
    char *lost = hextext_lost(hex->text);

    if (lost != NULL)
        tap_complain("\"%s\": %s.", hex->source.info.name, lost);
    g_free(lost);
}

static gboolean
on_readable(gint fd, GIOCondition condition G_GNUC_UNUSED, gpointer user)
{
    struct hex_source *hex = user;
    struct source *source = &hex->source;
    const ssize_t length = read(fd, hex->buffer, sizeof hex->buffer);
    GError *lost = NULL;

    if (length > 0) {
        hextext_feed(hex->text, hex->buffer, (size_t)length);
        return G_SOURCE_CONTINUE;
    }
    if (length < 0 && (errno == EINTR || errno == EAGAIN))
        return G_SOURCE_CONTINUE;
    if (length < 0)
        lost = g_error_new(TAP_ERROR, TAP_LINE_LOST, "Cannot read on from \"%s\": %s.", source->info.name,
                           g_strerror(errno));
    hextext_finish(hex->text);
    tell_lost(hex);
    source->watch = 0;
    source->sink.end(source->sink.user, lost);
    return G_SOURCE_REMOVE;
}

static void
hex_start(struct source *source)
{
    struct hex_source *hex = (struct hex_source *)source;

    source_watch(source, hex->fd, on_readable);
}

static void
hex_close(struct source *source)
{
    struct hex_source *hex = (struct hex_source *)source;

    hextext_free(hex->text);
    close(hex->fd);
    g_free(hex);
}

struct source *
source_hex_open(const char *name, int fd, GError **error G_GNUC_UNUSED)
{
    struct hex_source *hex = g_new0(struct hex_source, 1);

    hex->fd = fd;
    hex->text = hextext_new(g_get_real_time() / G_USEC_PER_SEC, on_piece, hex);
    hex->source.start = hex_start;
    hex->source.close = hex_close;
    hex->source.info.name = g_filename_display_name(name);
    hex->source.info.description = g_strdup(
        "bytes from text, with its directions and times where it has them; dates, years and zones that it does not "
        "name are assumed, and times from a start on count from midnight; bytes without a time are of 1970-01-01 "
        "00:00:00 UTC");
    hex->source.info.waits = true;
    hex->source.info.timing = TIMING_SIMULATED;
    return &hex->source;
}
