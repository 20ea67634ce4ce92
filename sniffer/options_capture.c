/* options_capture.c
 * What the command line says of the capture: see options_parts.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "options_parts.h"
#include "taps.h"

#include <string.h>

static gboolean
on_output(const gchar *name G_GNUC_UNUSED, const gchar *value, gpointer data, GError **error)
{
    struct options *options = data;

    if (options->output.path != NULL)
        return options_refuse(error, "There can be one -w only: all lines go into one capture.");
    options->output.path = g_strdup(value);
    return TRUE;
}

gboolean
options_parse_seconds(const char *text, gint64 *duration_ns)
{
    char *end;
    const double seconds = g_ascii_strtod(text, &end);

    if (end == text || *end != '\0' || !(seconds > 0 && seconds < 1e9))
        return FALSE;
    *duration_ns = (gint64)(seconds * NS_PER_SECOND);
    return *duration_ns > 0;
}

/* dumpcap counts 1000 bytes to the kB. */
gboolean
options_parse_kilobytes(const char *text, guint64 *bytes)
{
    if (!options_parse_positive(text, G_MAXINT64 / 1000, bytes))
        return FALSE;
    *bytes *= 1000;
    return TRUE;
}

static gboolean
set_ring_duration(struct options *options, const char *text)
{
    return options_parse_seconds(text, &options->output.ring.duration_ns);
}

static gboolean
set_ring_interval(struct options *options, const char *text)
{
    return options_parse_seconds(text, &options->output.ring.interval_ns);
}

static gboolean
set_ring_filesize(struct options *options, const char *text)
{
    return options_parse_kilobytes(text, &options->output.ring.bytes);
}

static gboolean
set_ring_packets(struct options *options, const char *text)
{
    return options_parse_positive(text, G_MAXINT64, &options->output.ring.packets);
}

static gboolean
set_ring_files(struct options *options, const char *text)
{
    return options_parse_positive(text, 100000, &options->output.ring.files);
}

/* The disk's makers count 1000 * 1000 bytes to the MB. */
static gboolean
parse_megabytes(const char *text, guint64 *bytes)
{
    if (!options_parse_positive(text, G_MAXINT64 / 1000000, bytes))
        return FALSE;
    *bytes *= 1000000;
    return TRUE;
}

static gboolean
set_ring_budget(struct options *options, const char *text)
{
    return parse_megabytes(text, &options->output.ring.budget);
}

static gboolean
set_ring_reserve(struct options *options, const char *text)
{
    return parse_megabytes(text, &options->output.ring.reserve);
}

static gboolean
set_ring_keep(struct options *options, const char *text)
{
    return options_parse_positive(text, 100000, &options->output.ring.keep_at_least);
}

gboolean
options_set_condition(const struct options_condition *conditions, size_t count, const char *name, const char *value,
              struct options *options, GError **error)
{
    GString *known = g_string_new(NULL);

    for (size_t i = 0; i < count; i++) {
        if (g_str_has_prefix(value, conditions[i].what)) {
            g_string_free(known, TRUE);
            if (conditions[i].set(options, value + strlen(conditions[i].what)))
                return TRUE;
            return options_refuse(error, "%s %s wants a number above 0 behind the colon.", name, value);
        }
        g_string_append_printf(known, "%s%s", i == 0 ? "" : i + 1 == count ? " or " : ", ", conditions[i].what);
    }
    options_refuse(error, "%s wants %s with a number behind it, not \"%s\".", name, known->str, value);
    g_string_free(known, TRUE);
    return FALSE;
}

static gboolean
on_ring(const gchar *name, const gchar *value, gpointer data, GError **error)
{
    static const struct options_condition conditions[] = {
        { "duration:", set_ring_duration }, { "interval:", set_ring_interval }, { "filesize:", set_ring_filesize },
        { "packets:", set_ring_packets },   { "files:", set_ring_files },       { "budget:", set_ring_budget },
        { "reserve:", set_ring_reserve },   { "keep:", set_ring_keep },
    };

    return options_set_condition(conditions, G_N_ELEMENTS(conditions), name, value, data, error);
}

static gboolean
on_full(const gchar *name, const gchar *value, gpointer data, GError **error)
{
    struct options *options = data;

    options->output.exit_when_full = strcmp(value, "exit") == 0;
    if (options->output.exit_when_full || strcmp(value, "wait") == 0)
        return TRUE;
    return options_refuse(error, "%s wants wait or exit, not \"%s\".", name, value);
}

static gboolean
on_compress(const gchar *name, const gchar *value, gpointer data, GError **error)
{
    static const char *const words[] = { [COMPRESSION_GZIP] = "gzip", [COMPRESSION_ZSTD] = "zstd" };
    struct options *options = data;

    for (enum compression i = COMPRESSION_GZIP; i < COMPRESSIONS; i++)
        if (strcmp(value, words[i]) == 0) {
            options->output.ring.compression = i;
            return TRUE;
        }
    return options_refuse(error, "%s wants gzip or zstd, not \"%s\".", name, value);
}

static gboolean
on_sync(const gchar *name, const gchar *value, gpointer data, GError **error)
{
    struct options *options = data;
    guint64 seconds;

    if (!g_ascii_string_to_unsigned(value, 10, 0, 86400, &seconds, NULL))
        return options_refuse(error, "%s wants seconds from 0 to 86400, not \"%s\"; 0 is only when a file is over.", name,
                      value);
    options->output.sync_ns = (gint64)seconds * NS_PER_SECOND;
    return TRUE;
}

static gboolean
on_comment(const gchar *name, const gchar *value, gpointer data, GError **error)
{
    struct options *options = data;

    if (!g_utf8_validate(value, -1, NULL))
        return options_refuse(error, "%s wants UTF-8.", name);
    g_free(options->output.comment);
    options->output.comment = g_strdup(value);
    return TRUE;
}

/* Those on the command line are gone by now. */
static gboolean
on_tap(const gchar *name, const gchar *value G_GNUC_UNUSED, gpointer data G_GNUC_UNUSED, GError **error)
{
    return options_refuse(error, "%s is for the command line, with its value as a word of its own.", name);
}

void
options_add_capture(GOptionGroup *group, struct options *options)
{
    const GOptionEntry entries[] = {
        OPTION_CALLBACK('w', "write", on_output, "Write pcapng to this file; - is standard output", "FILE"),
        OPTION_CALLBACK(
            'b', "ring-buffer", on_ring,
            "A new file after duration:SECONDS, interval:SECONDS, filesize:KB, packets:N; keep files:N, budget:MB, and "
            "reserve:MB of the disk free, but at least keep:N files (7)",
            "WHEN"),
        OPTION_CALLBACK(0, "capture-comment", on_comment, "A comment on the whole capture", "TEXT"),
        OPTION_CALLBACK(0, "on-full", on_full, "When the disk is full: count what is lost, or end with code 3 (wait)",
                        "wait|exit"),
        OPTION_CALLBACK(0, "compress", on_compress, "Make finished files of -b smaller", "gzip|zstd"),
        OPTION_CALLBACK(0, "sync", on_sync, "Bring to the disk what is older than this (60); 0: only whole files",
                        "SECONDS"),
        { "meters", 0, 0, G_OPTION_ARG_FILENAME, &options->meters,
          "Names, dialects and decimal places of meters, as Wireshark stores them (cjt188_meters)", "FILE" },
        { "group-read", 'g', 0, G_OPTION_ARG_NONE, &options->output.group_read, "Let the group read the files", NULL },
        OPTION_CALLBACK(0, "tap", on_tap, "Take line and options from this line of the file that --taps names", "NAME"),
        OPTION_CALLBACK(0, "taps", on_tap, "Another file for --tap behind it", "FILE"),
        G_OPTION_ENTRY_NULL,
    };

    g_option_group_add_entries(group, entries);
}

gboolean
options_check_capture(const struct options *options, GError **error)
{
    const struct output_options *output = &options->output;
    const gboolean ring = ring_wanted(&output->ring);
    const gboolean limited = output->ring.files != 0 || output->ring.budget != 0 || output->ring.reserve != 0 ||
        output->ring.keep_at_least != 0;
    const gboolean to_file = output->path != NULL && strcmp(output->path, "-") != 0;

    if ((ring || limited) && !to_file)
        return options_refuse(error, "-b needs a file to write with -w: its name becomes NAME_00001_DATETIME.pcapng.");
    if (limited && !ring)
        return options_refuse(error,
                              "-b files:, budget:, reserve: and keep: say how much is kept; say when a file is over as "
                              "well, with -b duration:, interval:, filesize: or packets:.");
    if (output->ring.compression != COMPRESSION_NONE && !ring)
        return options_refuse(error, "--compress is for finished files, and needs -b, which says when one is.");
    if (output->format == FORMAT_READINGS && (ring || limited))
        return options_refuse(error,
                              "-b is for captures: readings go into one file, which logrotate and SIGHUP can change.");
    return TRUE;
}
