/* source.c
 * Which kind of source a name stands for: see source.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "source.h"
#include "ports.h"
#include "record.h"
#include "status.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int64_t
read_clock(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return now.tv_sec * NS_PER_SECOND + now.tv_nsec;
}

int64_t
source_now(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t
source_wall_clock(void)
{
    return read_clock(CLOCK_REALTIME);
}

int64_t
source_boot_clock(void)
{
    return read_clock(CLOCK_BOOTTIME);
}

const char *
source_called(const char *name)
{
    return strcmp(name, "-") == 0 ? "standard input" : name;
}

bool
source_is_capture(const uint8_t *start)
{
    static const uint8_t magics[][SOURCE_MAGIC] = {
        { 0x0A, 0x0D, 0x0D, 0x0A }, { 0xA1, 0xB2, 0xC3, 0xD4 }, { 0xD4, 0xC3, 0xB2, 0xA1 },
        { 0xA1, 0xB2, 0x3C, 0x4D }, { 0x4D, 0x3C, 0xB2, 0xA1 },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(magics); i++)
        if (memcmp(start, magics[i], sizeof magics[i]) == 0)
            return true;
    return false;
}

enum { GZIP_FLAGS = 0x20 }; /* above these none is defined */

bool
source_is_compressed(const uint8_t *start)
{
    static const uint8_t gzip[] = { 0x1F, 0x8B, 0x08 }, zstd[] = { 0x28, 0xB5, 0x2F, 0xFD };

    return (memcmp(start, gzip, sizeof gzip) == 0 && start[sizeof gzip] < GZIP_FLAGS) ||
        memcmp(start, zstd, sizeof zstd) == 0;
}

/* A pipe cannot be looked into. */
static bool
begins_as(int fd, bool (*what)(const uint8_t *start))
{
    uint8_t start[SOURCE_MAGIC];

    return pread(fd, start, sizeof start, 0) == sizeof start && what(start);
}

static bool
is_capture(int fd)
{
    return begins_as(fd, source_is_capture);
}

/* What is in it decides. Takes fd over. */
static struct source *
open_content(const char *name, int fd, const struct source_options *options, GError **error)
{
    struct stat status;

    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size == 0)
        g_set_error(error, TAP_ERROR, TAP_CANNOT_OPEN, "\"%s\" is empty: there is nothing to read.",
                    source_called(name));
    else if (S_ISDIR(status.st_mode))
        g_set_error(error, TAP_ERROR, TAP_CANNOT_OPEN, "\"%s\" is a folder, not a line or a file of raw bytes.", name);
    else if (begins_as(fd, source_is_compressed))
        g_set_error(error, TAP_ERROR, TAP_CANNOT_OPEN, "\"%s\" is compressed: gunzip or unzstd it first.",
                    source_called(name));
    else if (is_capture(fd) && (options->hex || options->marked))
        g_set_error(error, TAP_ERROR, TAP_USAGE, "\"%s\" is a capture: leave %s out.", source_called(name),
                    options->hex ? "--hex" : "--marked");
    else if (is_capture(fd))
        return source_pcap_open(name, fd, error);
    else if (options->hex)
        return source_hex_open(name, fd, error);
    else
        return source_stream_open(name, fd, options, error);
    close(fd);
    return NULL;
}

/* Who wants to speak is heard on a line only. */
static bool
can_be_asked(const char *name, const struct source_options *options, GError **error)
{
    if (options->partner != NULL)
        g_set_error(error, TAP_ERROR, TAP_USAGE, "\"%s\" is no line that could be asked.", source_called(name));
    return options->partner == NULL;
}

static struct source *
open_stdin(const struct source_options *options, GError **error)
{
    int fd;

    if (!can_be_asked("-", options, error))
        return NULL;
    fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
    if (fd < 0 || (fcntl(fd, F_GETFL) & O_ACCMODE) == O_WRONLY) { /* see signals_hold_streams() */
        if (fd >= 0)
            close(fd);
        g_set_error(error, TAP_ERROR, TAP_CANNOT_OPEN, "Standard input is not open.");
        return NULL;
    }
    return open_content("-", fd, options, error);
}

static void
explain_open(const char *path, int reason, GError **error)
{
    if (reason == ENOENT && strchr(path, '/') == NULL)
        g_set_error(error, TAP_ERROR, TAP_CANNOT_OPEN,
                    "There is no line or file called \"%s\"; \"%s -D\" lists the lines.", path, g_get_prgname());
    else
        g_set_error(error, TAP_ERROR, TAP_CANNOT_OPEN, "Cannot open \"%s\": %s.", path, g_strerror(reason));
}

static struct source *
open_path(const char *path, const struct source_options *options, GError **error)
{
    struct stat status;
    int fd;

    if (stat(path, &status) != 0) {
        if (g_str_has_prefix(path, "/dev/")) /* a line that is not there yet */
            return source_serial_open(path, options, error);
        explain_open(path, errno, error);
        return NULL;
    }
    if (S_ISCHR(status.st_mode))
        return source_serial_open(path, options, error);
    if (!can_be_asked(path, options, error))
        return NULL;
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        explain_open(path, errno, error);
        return NULL;
    }
    flock(fd, LOCK_SH | LOCK_NB); /* no ring, not even our own, removes what is read */
    return open_content(path, fd, options, error);
}

static struct source *
open_number(const char *number, const struct source_options *options, GError **error)
{
    char *name = ports_name(g_ascii_strtoull(number, NULL, 10));
    struct source *source = NULL;

    if (name == NULL)
        g_set_error(error, TAP_ERROR, TAP_CANNOT_OPEN, "There is no line number %s; \"%s -D\" lists the lines.", number,
                    g_get_prgname());
    else
        source = source_open(name, options, error);
    g_free(name);
    return source;
}

/* Neither a file nor a pipe. */
static bool
is_line(const char *name)
{
    struct stat status;

    return strcmp(name, "demo") == 0 || g_str_has_prefix(name, "demo:") || g_str_has_prefix(name, "tcp://") ||
        (stat(name, &status) == 0 && S_ISCHR(status.st_mode));
}

static struct source *
open_demo(const char *text, const struct source_options *options, GError **error)
{
    if (options->partner != NULL)
        return options->partner->open_demo(options->partner->user, text, options, error);
    return source_demo_open(text, options, error);
}

static struct source *
open_kind(const char *name, const struct source_options *options, GError **error)
{
    if (strcmp(name, "-") == 0)
        return open_stdin(options, error);
    if (strcmp(name, "demo") == 0)
        return open_demo("", options, error);
    if (g_str_has_prefix(name, "demo:"))
        return open_demo(name + strlen("demo:"), options, error);
    if (g_str_has_prefix(name, "tcp://"))
        return source_tcp_open(name, options, error);
    if (g_str_has_prefix(name, "rfc2217:") || g_str_has_prefix(name, "telnet:")) {
        g_set_error(error, TAP_ERROR, TAP_USAGE,
                    "\"%s\": RFC 2217 and Telnet are not spoken here; set the device server to raw TCP, with the line's speed and "
                    "format, and say tcp://HOST:PORT.", name);
        return NULL;
    }
    if (*name != '\0' && strspn(name, "0123456789") == strlen(name))
        return open_number(name, options, error);
    return open_path(name, options, error);
}

struct source *
source_open(const char *name, const struct source_options *options, GError **error)
{
    struct source *source = NULL;

    if ((options->hex || options->marked) && is_line(name))
        g_set_error(error, TAP_ERROR, TAP_USAGE, "%s is for files and pipes, and \"%s\" is none.",
                    options->hex ? "--hex" : "--marked", name);
    else
        source = open_kind(name, options, error);
    /* A port whose settings are searched has characters, but no speed yet. */
    if (source == NULL || !options->find_settings || (source->info.baud == 0 && source->info.char_time_ns != 0))
        return source;
    g_set_error(error, TAP_ERROR, TAP_USAGE, "\"%s\" is no serial port whose settings could be searched.", name);
    source_close(source);
    return NULL;
}

/* GLib takes a source out of its list while it is at work, for main loops within main loops, of which there are none here. That
 * would be two system calls, and a second poll, for each read. */
void
source_watch(struct source *source, int fd, GUnixFDSourceFunc callback)
{
    GSource *watch = g_unix_fd_source_new(fd, G_IO_IN | G_IO_HUP | G_IO_ERR);

    g_source_set_can_recurse(watch, TRUE);
    g_source_set_callback(watch, G_SOURCE_FUNC(callback), source, NULL);
    source->watch = g_source_attach(watch, NULL);
    g_source_unref(watch);
}

void
source_start(struct source *source, const struct source_sink *sink)
{
    source->sink = *sink;
    source->start(source);
}

void
source_drain(struct source *source)
{
    if (source->watch != 0 && source->drain != NULL)
        source->drain(source);
}

bool
source_set_line(struct source *source, const struct line_settings *line, GError **error)
{
    if (source->set_line != NULL)
        return source->set_line(source, line, error);
    g_set_error(error, TAP_ERROR, TAP_CANNOT_OPEN, "The settings of \"%s\" cannot be changed from here.",
                source->info.name);
    return false;
}

void
source_stop(struct source *source)
{
    if (source->watch != 0)
        g_source_remove(source->watch);
    source->watch = 0;
}

void
source_close(struct source *source)
{
    if (source == NULL)
        return;
    source_stop(source);
    g_free(source->info.name);
    g_free(source->info.description);
    g_free(source->info.hardware);
    source->close(source);
}
