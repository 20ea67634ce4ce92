/* options.c
 * The command line of cjt188dump: see options.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "options_parts.h"
#include "meters.h"
#include "taps.h"

#include <string.h>

static gboolean
on_count(const gchar *name, const gchar *value, gpointer data, GError **error)
{
    struct options *options = data;

    if (!options_parse_positive(value, G_MAXINT64, &options->output.stop_packets))
        return options_refuse(error, "%s wants a number of packets above 0, not \"%s\".", name, value);
    return TRUE;
}

static gboolean
set_duration(struct options *options, const char *text)
{
    return options_parse_seconds(text, &options->stop_after_ns);
}

static gboolean
set_packets(struct options *options, const char *text)
{
    return options_parse_positive(text, G_MAXINT64, &options->output.stop_packets);
}

static gboolean
set_filesize(struct options *options, const char *text)
{
    return options_parse_kilobytes(text, &options->output.stop_bytes);
}

static gboolean
set_files(struct options *options, const char *text)
{
    return options_parse_positive(text, G_MAXINT64, &options->output.ring.stop_files);
}

static gboolean
on_autostop(const gchar *name, const gchar *value, gpointer data, GError **error)
{
    static const struct options_condition conditions[] = {
        { "duration:", set_duration },
        { "packets:", set_packets },
        { "filesize:", set_filesize },
        { "files:", set_files },
    };

    return options_set_condition(conditions, G_N_ELEMENTS(conditions), name, value, data, error);
}

static gboolean
on_capture_format(const gchar *name, const gchar *value G_GNUC_UNUSED, gpointer data, GError **error G_GNUC_UNUSED)
{
    const bool classic = strcmp(name, "-P") == 0 || strcmp(name, "--pcap") == 0;

    ((struct options *)data)->output.format = classic ? FORMAT_PCAP : FORMAT_PCAPNG;
    return TRUE;
}

static gboolean
on_readings(const gchar *name, const gchar *value, gpointer data, GError **error)
{
    struct options *options = data;

    if (strcmp(value, "json") != 0)
        return options_refuse(error, "%s wants json, not \"%s\".", name, value);
    options->output.format = FORMAT_READINGS;
    return TRUE;
}

static gboolean
on_alarm_silence(const gchar *name, const gchar *value, gpointer data, GError **error)
{
    if (options_parse_time(value, &((struct options *)data)->alarm_silence_ns))
        return TRUE;
    return options_refuse(error, "%s wants a time such as 90s, 15m or 2h, not \"%s\".", name, value);
}

/* dumpcap's options that make no sense here: better said than silently not done. */
static gboolean
on_senseless(const gchar *name, const gchar *value G_GNUC_UNUSED, gpointer data G_GNUC_UNUSED, GError **error)
{
    static const struct {
        const char *letter, *name, *why;
    } reasons[] = {
        { "-s", "--snaplen", "packets are never cut, a frame has 268 bytes at most" },
        { "-y", "--linktype", "there is one link type only, USER0 (147)" },
        { "-p", "--no-promiscuous-mode", "a serial line has no promiscuous mode, everybody hears all" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(reasons); i++)
        if (strcmp(name, reasons[i].letter) == 0 || strcmp(name, reasons[i].name) == 0)
            return options_refuse(error, "There is no %s: %s. Leave it out.", name, reasons[i].why);
    return options_refuse(error, "There is no %s.", name);
}

static const char letters[] = "iwcabfsy"; /* those that have a value */

#define SENSELESS(letter, name, flags)                                                                                 \
    {                                                                                                                  \
        name, letter, G_OPTION_FLAG_HIDDEN | G_OPTION_FLAG_FILENAME | (flags), G_OPTION_ARG_CALLBACK,                  \
            (gpointer)on_senseless, NULL, NULL                                                                         \
    }

static void
add_own_options(GOptionGroup *group, struct options *options)
{
    const GOptionEntry entries[] = {
        OPTION_CALLBACK('c', "count", on_count, "Stop after this many packets", "N"),
        OPTION_CALLBACK('a', "autostop", on_autostop, "Stop at duration:SECONDS, packets:N, filesize:KB, files:N", "WHEN"),
        OPTION_CALLBACK(0, "readings", on_readings, "Print what frames say, a JSON object each, in place of a capture",
                        "json"),
        OPTION_FLAG('P', "pcap", on_capture_format, "Write classic pcap: no comments, lines or flags"),
        OPTION_FLAG('n', "pcapng", on_capture_format, "Write pcapng, as it does anyway"),
        OPTION_CALLBACK(0, "alarm-silence", on_alarm_silence, "Say so when a line is silent for that long: 90s, 15m, 2h",
                        "TIME"),
        { "alarm-command", 0, 0, G_OPTION_ARG_STRING, &options->alarm_command, "And run this, see the manual",
          "COMMAND" },
        { "metrics", 0, 0, G_OPTION_ARG_FILENAME, &options->metrics, "Renew figures for Prometheus in this file",
          "FILE" },
        { "machine-readable", 'M', 0, G_OPTION_ARG_NONE, &options->machine, "With -D: words apart by tabs", NULL },
        { "json", 0, 0, G_OPTION_ARG_NONE, &options->json, "With -D: as JSON", NULL },
        { "probe", 0, 0, G_OPTION_ARG_NONE, &options->probe, "Find speed and format, print them, end", NULL },
        { "repair", 0, 0, G_OPTION_ARG_NONE, &options->repair, "Cut torn ends off the capture files that follow",
          NULL },
        { "list", 'D', 0, G_OPTION_ARG_NONE, &options->list, "List the lines there are", NULL },
        { "list-data-link-types", 'L', 0, G_OPTION_ARG_NONE, &options->list_types, "List the link types", NULL },
        { "install-extcap", 0, 0, G_OPTION_ARG_NONE, &options->install_extcap, "Show the lines in Wireshark", NULL },
        { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options->quiet, "Say nothing unless something fails", NULL },
        { "version", 'v', 0, G_OPTION_ARG_NONE, &options->version, "Print the version", NULL },
        SENSELESS('s', "snaplen", 0),
        SENSELESS('y', "linktype", 0),
        SENSELESS('p', "no-promiscuous-mode", G_OPTION_FLAG_NO_ARG),
        G_OPTION_ENTRY_NULL,
    };

    g_option_group_add_entries(group, entries);
}

static GOptionContext *
make_context(struct options *options)
{
    GOptionContext *context = g_option_context_new("-i LINE [-w FILE]");
    GOptionGroup *group = g_option_group_new("cjt188dump", "", "", options, NULL);

    options_add_line(group, false);
    options_add_file(group);
    options_add_capture(group, options);
    add_own_options(group, options);
    g_option_context_set_main_group(context, group);
    g_option_context_set_summary(context,
                                 "Taps a line with CJ/T 188 meters and records what is said on it. It only "
                                 "listens.\nWithout -w it prints one line for each packet.");
    g_option_context_set_description(
        context,
        "LINE is one of:\n"
        "  /dev/ttyUSB0           a serial port, opened for reading only, or a link to one\n"
        "  1                      a number from \"cjt188dump -D\"\n"
        "  tcp://host:4001        a serial device server that passes bytes on as they are\n"
        "  FILE, -                raw bytes of a line from a file, a pipe, standard input. A file holds no\n"
        "                         times: its packets bear the time of reading\n"
        "  FILE.pcapng            a capture whose packets are pieces of a line, to be cut anew\n"
        "  demo                   a built-in bus: a master and four heat meters at true pace\n"
        "  demo:seed=7,fast       the same bytes every time; fast: a clock of its own, without waiting\n\n"
        "--name, --description, --baud, --format, --gap, --dtr, --rts, --low-latency, --no-wait, --same-adapter, "
        "--marked, --hex and -f\n"
        "belong to the -i before them, or to all when they come first.\n\n"
        "Exit codes: 0 ok, 1 wrong command line, 2 line or file cannot be opened, 3 output failed,\n"
        "4 line lost and told not to wait, or --probe found nothing.");
    return context;
}

static gboolean
check_output(struct options *options, GError **error)
{
    struct output_options *output = &options->output;

    if (!options_check_capture(options, error))
        return FALSE;
    if (output->stop_bytes != 0 && output->path == NULL)
        return options_refuse(error, "-a filesize: needs a file to write with -w.");
    if (output->ring.stop_files != 0 && !ring_wanted(&output->ring))
        return options_refuse(error, "-a files: needs -b, which makes several files.");
    if (output->path == NULL && output->format == FORMAT_PCAP)
        return options_refuse(error, "-P needs a file to write with -w.");
    if (output->path == NULL && output->format != FORMAT_READINGS)
        output->format = options->probe ? FORMAT_NOTHING : FORMAT_TEXT;
    if (options->meters != NULL && output->format != FORMAT_READINGS && output->format != FORMAT_TEXT)
        return options_refuse(error, "--meters is for what is printed of frames: a capture holds their bytes. Leave it out, or -w.");
    if (output->format == FORMAT_READINGS || output->format == FORMAT_TEXT)
        output->meters = meters_new(options->meters, error);
    return output->meters != NULL || (output->format != FORMAT_READINGS && output->format != FORMAT_TEXT);
}

static gboolean
check_lines(const struct options *options, GError **error)
{
    for (guint i = 0; i < options->lines->len; i++) {
        struct line_options *line = options->lines->pdata[i];

        line->source.others = options->lines->len > 1;
        if (line->source.hex && line->source.marked)
            return options_refuse(error, "--hex and --marked exclude each other: \"%s\" is either text or raw bytes.",
                          line->name);
    }
    return TRUE;
}

static gboolean
check(struct options *options, char **rest, GError **error)
{
    if (options->repair) {
        options->files = g_strdupv(rest + 1);
        return rest[1] != NULL || options_refuse(error, "--repair wants the capture files to look at.");
    }
    if (rest[0] != NULL && rest[1] != NULL)
        return options_refuse(error, "\"%s\" is no option; lines are given with -i, a file to write with -w.", rest[1]);
    if (options->version || options->list || options->list_types || options->install_extcap)
        return TRUE;
    if (options->lines->len == 0)
        return options_refuse(error,
                      "Which line? Give it with -i; \"cjt188dump -D\" lists what there is, \"-i demo\" needs no "
                      "hardware.");
    if (options->probe && options->lines->len != 1)
        return options_refuse(error, "--probe looks at one line: give one -i.");
    if (options->probe) {
        struct source_options *source = &((struct line_options *)options->lines->pdata[0])->source;

        source->find_settings = source->must_be_there = true;
    }
    if (options->alarm_command != NULL && options->alarm_silence_ns == 0)
        return options_refuse(error, "--alarm-command needs --alarm-silence, which says when it is run.");
    return check_lines(options, error) && check_output(options, error);
}

gboolean
options_parse(struct options *options, char **argv, GError **error)
{
    GOptionContext *context;
    char **rest;
    gboolean good;

    options_begin(options, TAPS_FILE);
    context = make_context(options);
    good = options_read(options, argv, letters, context, &rest, error) && check(options, rest, error);
    g_strfreev(rest);
    g_option_context_free(context);
    return good;
}
