/* source_stream.c
 * Raw bytes of a line from a file, a pipe, or standard input.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parmrk.h"
#include "source.h"
#include "status.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_MAX = 65536 };

struct stream {
    struct source source;
    int fd;
    bool marked; /* as a tty with PARMRK gives it */
    bool begun;  /* something was read */
    struct parmrk parmrk;
    uint8_t raw[READ_MAX];
    uint8_t bytes[READ_MAX + PARMRK_CARRY];
    uint8_t marks[READ_MAX + PARMRK_CARRY];
};

static void
give(struct stream *stream, size_t length, bool over)
{
    struct source *source = &stream->source;

    if (!stream->marked) {
        if (length > 0)
            source->sink.bytes(source->sink.user, stream->raw, NULL, length, source_now());
        return;
    }
    length = over ? parmrk_finish(&stream->parmrk, stream->bytes, stream->marks)
                  : parmrk_decode(&stream->parmrk, stream->raw, length, stream->bytes, stream->marks);
    if (length > 0)
        source->sink.bytes(source->sink.user, stream->bytes, stream->marks, length, source_now());
}

static void
end(struct stream *stream, GError *lost)
{
    source_stop(&stream->source);
    stream->source.sink.end(stream->source.sink.user, lost);
}

static gboolean
on_readable(gint fd, GIOCondition condition G_GNUC_UNUSED, gpointer user)
{
    struct stream *stream = user;
    struct source *source = &stream->source;
    const ssize_t length = read(fd, stream->raw, sizeof stream->raw);
    GError *lost = NULL;

    if (length >= SOURCE_MAGIC && !stream->begun &&
        (source_is_capture(stream->raw) || (!stream->marked && source_is_compressed(stream->raw)))) {
        end(stream,
            g_error_new(TAP_ERROR, TAP_CANNOT_OPEN,
                        "\"%s\" gives a capture, and that has to be a file, not compressed: \"-i FILE\" cuts it anew.",
                        source_called(source->info.name)));
        return G_SOURCE_CONTINUE;
    }
    stream->begun = true;
    if (length > 0) {
        give(stream, (size_t)length, false);
        return G_SOURCE_CONTINUE;
    }
    if (length < 0 && (errno == EINTR || errno == EAGAIN))
        return G_SOURCE_CONTINUE;
    if (length < 0)
        lost = g_error_new(TAP_ERROR, TAP_LINE_LOST, "Cannot read on from \"%s\": %s.", source->info.name,
                           g_strerror(errno));
    give(stream, 0, true);
    end(stream, lost);
    return G_SOURCE_CONTINUE;
}

static void
stream_start(struct source *source)
{
    struct stream *stream = (struct stream *)source;

    source_watch(source, stream->fd, on_readable);
}

/* A pipe is not emptied: who fills it may fill it for ever. What is held back of it was read. */
static void
stream_drain(struct source *source)
{
    give((struct stream *)source, 0, true);
}

static void
stream_close(struct source *source)
{
    close(((struct stream *)source)->fd);
    g_free(source);
}

struct source *
source_stream_open(const char *name, int fd, const struct source_options *options, GError **error G_GNUC_UNUSED)
{
    struct stat status;
    const bool at_rest = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    struct stream *stream = g_new0(struct stream, 1);

    stream->fd = fd;
    stream->marked = options->marked;
    stream->source.start = stream_start;
    stream->source.drain = stream_drain;
    stream->source.close = stream_close;
    stream->source.info.name = g_filename_display_name(name);
    stream->source.info.waits = true;
    stream->source.info.timing = at_rest ? TIMING_NONE : TIMING_LIVE;
    /* No character time: a pipe may bring a line as it goes, but in portions that say nothing about characters. */
    stream->source.info.description =
        g_strdup_printf("raw bytes%s from a %s", options->marked ? " with line error marks" : "",
                        at_rest ? "file, times are when it was read" : "pipe");
    return &stream->source;
}
