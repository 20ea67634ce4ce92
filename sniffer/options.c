/* options.c
 * The command line of cjt188dump: see options.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "options.h"
#include "meters.h"
#include "record.h"
#include "status.h"
#include "taps.h"

#include <string.h>

#define SYNC_NS (60 * NS_PER_SECOND) /* unless --sync says otherwise */

static gboolean G_GNUC_PRINTF(2, 3) refuse(GError **error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_propagate_error(error, g_error_new_valist(TAP_ERROR, TAP_USAGE, format, arguments));
    va_end(arguments);
    return FALSE;
}

/* What a line option is about: the -i before it, or all that follow. */
static struct line_options *
current(struct options *options)
{
    return options->lines->len > 0 ? options->lines->pdata[options->lines->len - 1] : &options->all;
}

static void
line_free(gpointer data)
{
    struct line_options *line = data;

    g_free(line->name);
    g_free(line->filter);
    g_free(line->shown_name);
    g_free(line->description);
    g_free(line);
}

static gboolean
on_interface(const gchar *name G_GNUC_UNUSED, const gchar *value, gpointer data, GError **error G_GNUC_UNUSED)
{
    struct options *options = data;
    struct line_options *line = g_new(struct line_options, 1);

    *line = options->all;
    line->name = g_strdup(value);
    line->filter = g_strdup(options->all.filter);
    line->shown_name = g_strdup(options->all.shown_name);
    line->description = g_strdup(options->all.description);
    g_ptr_array_add(options->lines, line);
    return TRUE;
}

/* Texts that belong to a line, and one on all of them. They are UTF-8 in every capture. */
static gboolean
on_text(const gchar *name, const gchar *value, gpointer data, GError **error)
{
    struct options *options = data;
    struct line_options *line = current(options);
    const struct {
        const char *name, *dumpcaps;
        char **text;
    } texts[] = {
        { "--name", "--ifname", &line->shown_name },
        { "--description", "--ifdescr", &line->description },
        { "--capture-comment", NULL, &options->output.comment },
    };

    if (!g_utf8_validate(value, -1, NULL))
        return refuse(error, "%s wants UTF-8.", name);
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        if (strcmp(name, texts[i].name) == 0 || g_strcmp0(name, texts[i].dumpcaps) == 0) {
            g_free(*texts[i].text);
            *texts[i].text = g_strdup(value);
        }
    return TRUE;
}

static gboolean
on_filter(const gchar *name G_GNUC_UNUSED, const gchar *value, gpointer data, GError **error G_GNUC_UNUSED)
{
    struct line_options *line = current(data);

    g_free(line->filter);
    line->filter = g_strdup(value);
    return TRUE;
}

static gboolean
on_output(const gchar *name G_GNUC_UNUSED, const gchar *value, gpointer data, GError **error)
{
    struct options *options = data;

    if (options->output.path != NULL)
        return refuse(error, "There can be one -w only: all lines go into one capture.");
    options->output.path = g_strdup(value);
    return TRUE;
}

static gboolean
parse_positive(const char *text, guint64 max, guint64 *number)
{
    return g_ascii_string_to_unsigned(text, 10, 1, max, number, NULL);
}

static gboolean
on_count(const gchar *name, const gchar *value, gpointer data, GError **error)
{
    struct options *options = data;

    if (!parse_positive(value, G_MAXINT64, &options->output.stop_packets))
        return refuse(error, "%s wants a number of packets above 0, not \"%s\".", name, value);
    return TRUE;
}

static gboolean
parse_seconds(const char *text, gint64 *duration_ns)
{
    char *end;
    const double seconds = g_ascii_strtod(text, &end);

    if (end == text || *end != '\0' || !(seconds > 0 && seconds < 1e9))
        return FALSE;
    *duration_ns = (gint64)(seconds * NS_PER_SECOND);
    return *duration_ns > 0;
}

static gboolean
set_duration(struct options *options, const char *text)
{
    return parse_seconds(text, &options->stop_after_ns);
}

static gboolean
set_packets(struct options *options, const char *text)
{
    return parse_positive(text, G_MAXINT64, &options->output.stop_packets);
}

/* dumpcap counts 1000 bytes to the kB. */
static gboolean
parse_kilobytes(const char *text, guint64 *bytes)
{
    if (!parse_positive(text, G_MAXINT64 / 1000, bytes))
        return FALSE;
    *bytes *= 1000;
    return TRUE;
}

static gboolean
set_filesize(struct options *options, const char *text)
{
    return parse_kilobytes(text, &options->output.stop_bytes);
}

static gboolean
set_files(struct options *options, const char *text)
{
    return parse_positive(text, G_MAXINT64, &options->output.ring.stop_files);
}

static gboolean
set_ring_duration(struct options *options, const char *text)
{
    return parse_seconds(text, &options->output.ring.duration_ns);
}

static gboolean
set_ring_interval(struct options *options, const char *text)
{
    return parse_seconds(text, &options->output.ring.interval_ns);
}

static gboolean
set_ring_filesize(struct options *options, const char *text)
{
    return parse_kilobytes(text, &options->output.ring.bytes);
}

static gboolean
set_ring_packets(struct options *options, const char *text)
{
    return parse_positive(text, G_MAXINT64, &options->output.ring.packets);
}

static gboolean
set_ring_files(struct options *options, const char *text)
{
    return parse_positive(text, 100000, &options->output.ring.files);
}

/* The disk's makers count 1000 * 1000 bytes to the MB. */
static gboolean
parse_megabytes(const char *text, guint64 *bytes)
{
    if (!parse_positive(text, G_MAXINT64 / 1000000, bytes))
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
    return parse_positive(text, 100000, &options->output.ring.keep_at_least);
}

struct condition {
    const char *what;
    gboolean (*set)(struct options *options, const char *text);
};

static gboolean
set_condition(const struct condition *conditions, size_t count, const char *name, const char *value,
              struct options *options, GError **error)
{
    GString *known = g_string_new(NULL);

    for (size_t i = 0; i < count; i++) {
        if (g_str_has_prefix(value, conditions[i].what)) {
            g_string_free(known, TRUE);
            if (conditions[i].set(options, value + strlen(conditions[i].what)))
                return TRUE;
            return refuse(error, "%s %s wants a number above 0 behind the colon.", name, value);
        }
        g_string_append_printf(known, "%s%s", i == 0 ? "" : i + 1 == count ? " or " : ", ", conditions[i].what);
    }
    refuse(error, "%s wants %s with a number behind it, not \"%s\".", name, known->str, value);
    g_string_free(known, TRUE);
    return FALSE;
}

static gboolean
on_autostop(const gchar *name, const gchar *value, gpointer data, GError **error)
{
    static const struct condition conditions[] = {
        { "duration:", set_duration },
        { "packets:", set_packets },
        { "filesize:", set_filesize },
        { "files:", set_files },
    };

    return set_condition(conditions, G_N_ELEMENTS(conditions), name, value, data, error);
}

static gboolean
on_ring(const gchar *name, const gchar *value, gpointer data, GError **error)
{
    static const struct condition conditions[] = {
        { "duration:", set_ring_duration }, { "interval:", set_ring_interval }, { "filesize:", set_ring_filesize },
        { "packets:", set_ring_packets },   { "files:", set_ring_files },       { "budget:", set_ring_budget },
        { "reserve:", set_ring_reserve },   { "keep:", set_ring_keep },
    };

    return set_condition(conditions, G_N_ELEMENTS(conditions), name, value, data, error);
}

static gboolean
on_baud(const gchar *name, const gchar *value, gpointer data, GError **error)
{
    struct source_options *source = &current(data)->source;
    guint64 baud;

    source->find_settings = strcmp(value, "auto") == 0;
    if (source->find_settings)
        return TRUE;
    if (!g_ascii_string_to_unsigned(value, 10, LINE_BAUD_MIN, LINE_BAUD_MAX, &baud, NULL))
        return refuse(error, "%s wants a speed from %d to %d bit/s, or auto, not \"%s\".", name, LINE_BAUD_MIN,
                      LINE_BAUD_MAX, value);
    source->line.baud = (unsigned)baud;
    return TRUE;
}

static gboolean
on_format(const gchar *name, const gchar *value, gpointer data, GError **error)
{
    if (!line_parse_format(value, &current(data)->source.line))
        return refuse(error, "%s wants data bits, parity and stop bits as in 8E1, not \"%s\".", name, value);
    return TRUE;
}

static gboolean
on_gap(const gchar *name, const gchar *value, gpointer data, GError **error)
{
    guint64 gap;

    if (!parse_positive(value, LINE_GAP_MAX_MS, &gap))
        return refuse(error, "%s wants milliseconds of silence from 1 to %d, not \"%s\".", name, LINE_GAP_MAX_MS,
                      value);
    current(data)->source.line.gap_ms = (unsigned)gap;
    return TRUE;
}

static gboolean
set_signal(enum source_signal *where, const char *name, const char *value, GError **error)
{
    static const char *const words[] = { [SIGNAL_KEEP] = "keep", [SIGNAL_ON] = "on", [SIGNAL_OFF] = "off" };

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (strcmp(value, words[i]) == 0) {
            *where = (enum source_signal)i;
            return TRUE;
        }
    return refuse(error, "%s wants on, off or keep, not \"%s\".", name, value);
}

static gboolean
on_dtr(const gchar *name, const gchar *value, gpointer data, GError **error)
{
    return set_signal(&current(data)->source.dtr, name, value, error);
}

static gboolean
on_rts(const gchar *name, const gchar *value, gpointer data, GError **error)
{
    return set_signal(&current(data)->source.rts, name, value, error);
}

/* Options without a value that belong to a line. */
static gboolean
on_line_flag(const gchar *name, const gchar *value G_GNUC_UNUSED, gpointer data, GError **error G_GNUC_UNUSED)
{
    struct source_options *source = &current(data)->source;
    const struct {
        const char *name;
        bool *flag;
    } flags[] = {
        { "--low-latency", &source->low_latency },
        { "--no-wait", &source->no_wait },
        { "--same-adapter", &source->same_adapter },
        { "--marked", &source->marked },
        { "--hex", &source->hex },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(flags); i++)
        if (strcmp(name, flags[i].name) == 0)
            *flags[i].flag = true;
    return TRUE;
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
        return refuse(error, "%s wants json, not \"%s\".", name, value);
    options->output.format = FORMAT_READINGS;
    return TRUE;
}

static gboolean
on_full(const gchar *name, const gchar *value, gpointer data, GError **error)
{
    struct options *options = data;

    options->output.exit_when_full = strcmp(value, "exit") == 0;
    if (options->output.exit_when_full || strcmp(value, "wait") == 0)
        return TRUE;
    return refuse(error, "%s wants wait or exit, not \"%s\".", name, value);
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
    return refuse(error, "%s wants gzip or zstd, not \"%s\".", name, value);
}

static gboolean
on_sync(const gchar *name, const gchar *value, gpointer data, GError **error)
{
    struct options *options = data;
    guint64 seconds;

    if (!g_ascii_string_to_unsigned(value, 10, 0, 86400, &seconds, NULL))
        return refuse(error, "%s wants seconds from 0 to 86400, not \"%s\"; 0 is only when a file is over.", name,
                      value);
    options->output.sync_ns = (gint64)seconds * NS_PER_SECOND;
    return TRUE;
}

/* "15m", "90", "2h". */
static gboolean
on_alarm_silence(const gchar *name, const gchar *value, gpointer data, GError **error)
{
    static const struct {
        const char *unit;
        guint64 seconds;
    } units[] = { { "", 1 }, { "s", 1 }, { "m", 60 }, { "h", 3600 }, { "d", 86400 } };
    struct options *options = data;
    char *unit;
    const guint64 number = g_ascii_strtoull(value, &unit, 10);

    for (size_t i = 0; i < G_N_ELEMENTS(units); i++)
        if (g_ascii_isdigit(*value) && number >= 1 && number <= 1000000 && strcmp(unit, units[i].unit) == 0) {
            options->alarm_silence_ns = (gint64)(number * units[i].seconds) * NS_PER_SECOND;
            return TRUE;
        }
    return refuse(error, "%s wants a time such as 90s, 15m or 2h, not \"%s\".", name, value);
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
            return refuse(error, "There is no %s: %s. Leave it out.", name, reasons[i].why);
    return refuse(error, "There is no %s.", name);
}

static bool
is_letter_with_value(const char *argument)
{
    static const char letters[] = "iwcabfsy";

    return argument[0] == '-' && argument[1] != '\0' && argument[1] != '-' && strchr(letters, argument[1]) != NULL;
}

/* "-c5" is "-c 5" to everybody but GLib. Returns a list of its own. */
static GPtrArray *
split_letters(char **words)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(g_free);

    for (; *words != NULL; words++) {
        const char *argument = *words;

        if (is_letter_with_value(argument)) {
            g_ptr_array_add(list, g_strndup(argument, 2));
            argument += 2;
            if (*argument == '\0') {
                if (words[1] == NULL)
                    break;
                argument = *++words;
            }
        }
        g_ptr_array_add(list, g_strdup(argument));
    }
    return list;
}

/* The words of this tap in place of its name. */
static bool
insert_tap(GPtrArray *list, const char *file, const char *name, GError **error)
{
    char **words = taps_words(file, name, error);
    GPtrArray *split;

    if (words == NULL)
        return false;
    g_ptr_array_add(list, g_strdup("--description")); /* unless it says another */
    g_ptr_array_add(list, g_strdup(name));
    split = split_letters(words);
    g_strfreev(words);
    g_ptr_array_extend_and_steal(list, split);
    return true;
}

/* All words, with those of --tap and --taps replaced by what they stand for; *file follows --taps. NULL with *error set when there is none. */
static char **
expand(char **argv, char **file, GError **error)
{
    GPtrArray *words = split_letters(argv), *list = g_ptr_array_new_with_free_func(g_free);
    bool good = true;

    for (guint i = 0; good && i < words->len; i++) {
        const char *word = words->pdata[i], *value = i + 1 < words->len ? words->pdata[i + 1] : NULL;
        const bool is_tap = strcmp(word, "--tap") == 0, is_file = strcmp(word, "--taps") == 0;

        if ((!is_tap && !is_file) || value == NULL) {
            g_ptr_array_add(list, g_strdup(word));
            continue;
        }
        i++;
        if (is_tap) {
            good = insert_tap(list, *file, value, error);
        } else {
            g_free(*file);
            *file = g_strdup(value);
        }
    }
    g_ptr_array_unref(words);
    g_ptr_array_add(list, NULL);
    if (good)
        return (char **)g_ptr_array_free(list, FALSE);
    g_ptr_array_unref(list);
    return NULL;
}

/* Those on the command line are gone by now. */
static gboolean
on_tap(const gchar *name, const gchar *value G_GNUC_UNUSED, gpointer data G_GNUC_UNUSED, GError **error)
{
    return refuse(error, "%s is for the command line, with its value as a word of its own.", name);
}

#define CALLBACK(letter, name, function, help, argument)                                                               \
    {                                                                                                                  \
        name, letter, G_OPTION_FLAG_FILENAME, G_OPTION_ARG_CALLBACK, (gpointer)(function), help, argument              \
    }
#define FLAG(letter, name, function, help)                                                                             \
    {                                                                                                                  \
        name, letter, G_OPTION_FLAG_NO_ARG, G_OPTION_ARG_CALLBACK, (gpointer)(function), help, NULL                    \
    }
#define DUMPCAPS(name, function)                                                                                       \
    {                                                                                                                  \
        name, 0, G_OPTION_FLAG_HIDDEN | G_OPTION_FLAG_FILENAME, G_OPTION_ARG_CALLBACK, (gpointer)(function), NULL,     \
            NULL                                                                                                       \
    }
#define SENSELESS(letter, name, flags)                                                                                 \
    {                                                                                                                  \
        name, letter, G_OPTION_FLAG_HIDDEN | G_OPTION_FLAG_FILENAME | (flags), G_OPTION_ARG_CALLBACK,                  \
            (gpointer)on_senseless, NULL, NULL                                                                         \
    }

static void
add_line_options(GOptionGroup *group)
{
    static const GOptionEntry entries[] = {
        CALLBACK('i', "interface", on_interface, "Line to tap, see below; several are recorded together", "LINE"),
        CALLBACK('f', "filter", on_filter, "Keep only these packets, e.g. \"link[0] = 0x68\", \"len > 20\"", "FILTER"),
        CALLBACK(0, "name", on_text, "Call the line so in the capture, not by its device", "NAME"),
        CALLBACK(0, "description", on_text, "What stands in front of the line's description: where, whose", "TEXT"),
        DUMPCAPS("ifname", on_text),
        DUMPCAPS("ifdescr", on_text),
        CALLBACK(0, "baud", on_baud, "Speed of the line (2400); auto finds it, and the format", "N|auto"),
        CALLBACK(0, "format", on_format, "Data bits, parity, stop bits (8E1)", "FORMAT"),
        CALLBACK(0, "gap", on_gap, "Silence that ends a frame (500, more on slow lines)", "MS"),
        CALLBACK(0, "dtr", on_dtr, "Set the control line DTR: on, off, keep", "HOW"),
        CALLBACK(0, "rts", on_rts, "Set the control line RTS: on, off, keep", "HOW"),
        FLAG(0, "low-latency", on_line_flag, "Have the adapter hand over bytes at once"),
        FLAG(0, "no-wait", on_line_flag, "End with code 4 when the line is lost"),
        FLAG(0, "same-adapter", on_line_flag, "Wait for the adapter itself, not for what is plugged into its place"),
        FLAG(0, "marked", on_line_flag, "A file or pipe of raw bytes holds PARMRK marks"),
        FLAG(0, "hex", on_line_flag, "A file or pipe is text with bytes in hex"),
        G_OPTION_ENTRY_NULL,
    };

    g_option_group_add_entries(group, entries);
}

static void
add_capture_options(GOptionGroup *group, struct options *options)
{
    const GOptionEntry entries[] = {
        CALLBACK('w', "write", on_output, "Write pcapng to this file; - is standard output", "FILE"),
        CALLBACK('c', "count", on_count, "Stop after this many packets", "N"),
        CALLBACK('a', "autostop", on_autostop, "Stop at duration:SECONDS, packets:N, filesize:KB, files:N", "WHEN"),
        CALLBACK(
            'b', "ring-buffer", on_ring,
            "A new file after duration:SECONDS, interval:SECONDS, filesize:KB, packets:N; keep files:N, budget:MB, and "
            "reserve:MB of the disk free, but at least keep:N files (7)",
            "WHEN"),
        CALLBACK(0, "capture-comment", on_text, "A comment on the whole capture", "TEXT"),
        CALLBACK(0, "on-full", on_full, "When the disk is full: wait or exit (wait)", "HOW"),
        CALLBACK(0, "compress", on_compress, "Make finished files of -b smaller: gzip, zstd", "HOW"),
        CALLBACK(0, "sync", on_sync, "Bring to the disk what is older than this (60); 0: only whole files", "SECONDS"),
        CALLBACK(0, "readings", on_readings, "Print what frames say, a JSON object each, in place of a capture", "json"),
        { "meters", 0, 0, G_OPTION_ARG_FILENAME, &options->meters,
          "Names, dialects and decimal places of meters, as Wireshark stores them (cjt188_meters)", "FILE" },
        FLAG('P', "pcap", on_capture_format, "Write classic pcap: no comments, lines or flags"),
        FLAG('n', "pcapng", on_capture_format, "Write pcapng, as it does anyway"),
        { "group-read", 'g', 0, G_OPTION_ARG_NONE, &options->output.group_read, "Let the group read the files", NULL },
        CALLBACK(0, "tap", on_tap, "Take line and options from this line of " TAPS_FILE, "NAME"),
        CALLBACK(0, "taps", on_tap, "Another file for --tap behind it", "FILE"),
        CALLBACK(0, "alarm-silence", on_alarm_silence, "Say so when a line is silent for that long: 90s, 15m, 2h",
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

    add_line_options(group);
    add_capture_options(group, options);
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
    const gboolean ring = ring_wanted(&output->ring);
    const gboolean limited = output->ring.files != 0 || output->ring.budget != 0 || output->ring.reserve != 0 ||
        output->ring.keep_at_least != 0;
    const gboolean to_file = output->path != NULL && strcmp(output->path, "-") != 0;

    if (output->stop_bytes != 0 && output->path == NULL)
        return refuse(error, "-a filesize: needs a file to write with -w.");
    if ((ring || limited) && !to_file)
        return refuse(error, "-b needs a file to write with -w: its name becomes NAME_00001_DATETIME.pcapng.");
    if (limited && !ring)
        return refuse(error,
                      "-b files:, budget:, reserve: and keep: say how much is kept; say when a file is over as well, "
                      "with -b duration:, "
                      "interval:, filesize: or packets:.");
    if (output->ring.compression != COMPRESSION_NONE && !ring)
        return refuse(error, "--compress is for finished files, and needs -b, which says when one is.");
    if (output->ring.stop_files != 0 && !ring)
        return refuse(error, "-a files: needs -b, which makes several files.");
    if (output->path == NULL && output->format == FORMAT_PCAP)
        return refuse(error, "-P needs a file to write with -w.");
    if (output->format == FORMAT_READINGS && (ring || limited))
        return refuse(error, "-b is for captures: readings go into one file, which logrotate and SIGHUP can change.");
    if (output->path == NULL && output->format != FORMAT_READINGS)
        output->format = options->probe ? FORMAT_NOTHING : FORMAT_TEXT;
    if (options->meters != NULL && output->format != FORMAT_READINGS && output->format != FORMAT_TEXT)
        return refuse(error, "--meters is for what is printed of frames: a capture holds their bytes. Leave it out, or -w.");
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
            return refuse(error, "--hex and --marked exclude each other: \"%s\" is either text or raw bytes.",
                          line->name);
    }
    return TRUE;
}

static gboolean
check(struct options *options, char **rest, GError **error)
{
    if (options->repair) {
        options->files = g_strdupv(rest + 1);
        return rest[1] != NULL || refuse(error, "--repair wants the capture files to look at.");
    }
    if (rest[0] != NULL && rest[1] != NULL)
        return refuse(error, "\"%s\" is no option; lines are given with -i, a file to write with -w.", rest[1]);
    if (options->version || options->list || options->list_types || options->install_extcap)
        return TRUE;
    if (options->lines->len == 0)
        return refuse(error,
                      "Which line? Give it with -i; \"cjt188dump -D\" lists what there is, \"-i demo\" needs no "
                      "hardware.");
    if (options->probe && options->lines->len != 1)
        return refuse(error, "--probe looks at one line: give one -i.");
    if (options->probe) {
        struct source_options *source = &((struct line_options *)options->lines->pdata[0])->source;

        source->find_settings = source->must_be_there = true;
    }
    if (options->alarm_command != NULL && options->alarm_silence_ns == 0)
        return refuse(error, "--alarm-command needs --alarm-silence, which says when it is run.");
    return check_lines(options, error) && check_output(options, error);
}

gboolean
options_parse(struct options *options, char **argv, GError **error)
{
    GOptionContext *context;
    GError *wrong = NULL;
    char **arguments;
    gboolean good;

    *options = (struct options){ .all.source.line = line_default, .output.sync_ns = SYNC_NS };
    options->lines = g_ptr_array_new_with_free_func(line_free);
    options->taps = g_strdup(TAPS_FILE);
    arguments = expand(argv, &options->taps, error);
    if (arguments == NULL)
        return FALSE;
    options->all.source.taps = options->taps;
    context = make_context(options);
    good = g_option_context_parse_strv(context, &arguments, &wrong);
    if (good)
        good = check(options, arguments, error);
    else if (wrong->domain == TAP_ERROR)
        g_propagate_error(error, wrong);
    else {
        refuse(error, "%s; \"cjt188dump -h\" lists the options.", wrong->message);
        g_error_free(wrong);
    }
    g_strfreev(arguments);
    g_option_context_free(context);
    return good;
}

void
options_clear(struct options *options)
{
    g_ptr_array_unref(options->lines);
    g_free(options->all.filter);
    g_free(options->all.shown_name);
    g_free(options->all.description);
    g_free(options->output.comment);
    g_free(options->taps);
    g_free(options->meters);
    g_strfreev(options->files);
    g_free(options->alarm_command);
    g_free(options->metrics);
    g_free(options->output.path);
    meters_free(options->output.meters);
}
