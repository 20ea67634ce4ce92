/* options_line.c
 * What the command line says of a line: see options_parts.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "options_parts.h"

#include <string.h>

/* What a line option is about: the -i before it, or all that follow. */
static struct line_options *
current(struct options *options)
{
    return options->lines->len > 0 ? options->lines->pdata[options->lines->len - 1] : &options->all;
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
    };

    if (!g_utf8_validate(value, -1, NULL))
        return options_refuse(error, "%s wants UTF-8.", name);
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
on_baud(const gchar *name, const gchar *value, gpointer data, GError **error)
{
    struct source_options *source = &current(data)->source;
    guint64 baud;

    source->find_settings = strcmp(value, "auto") == 0;
    if (source->find_settings)
        return TRUE;
    if (!g_ascii_string_to_unsigned(value, 10, LINE_BAUD_MIN, LINE_BAUD_MAX, &baud, NULL))
        return options_refuse(error, "%s wants a speed from %d to %d bit/s, or auto, not \"%s\".", name, LINE_BAUD_MIN,
                      LINE_BAUD_MAX, value);
    source->line.baud = (unsigned)baud;
    return TRUE;
}

static gboolean
on_format(const gchar *name, const gchar *value, gpointer data, GError **error)
{
    if (!line_parse_format(value, &current(data)->source.line))
        return options_refuse(error, "%s wants data bits, parity and stop bits as in 8E1, not \"%s\".", name, value);
    return TRUE;
}

static gboolean
on_gap(const gchar *name, const gchar *value, gpointer data, GError **error)
{
    guint64 gap;

    if (!options_parse_positive(value, LINE_GAP_MAX_MS, &gap))
        return options_refuse(error, "%s wants milliseconds of silence from 1 to %d, not \"%s\".", name, LINE_GAP_MAX_MS,
                      value);
    current(data)->source.line.gap_ms = (unsigned)gap;
    return TRUE;
}

static gboolean
set_signal(enum source_signal *where, const char *name, const char *value, bool may_send, GError **error)
{
    static const char *const words[] = {
        [SIGNAL_KEEP] = "keep", [SIGNAL_ON] = "on", [SIGNAL_OFF] = "off", [SIGNAL_SEND] = "send"
    };

    for (size_t i = 0; i < G_N_ELEMENTS(words) - !may_send; i++)
        if (strcmp(value, words[i]) == 0) {
            *where = (enum source_signal)i;
            return TRUE;
        }
    return options_refuse(error, "%s wants on, off%s or keep, not \"%s\".", name, may_send ? ", send" : "", value);
}

static gboolean
on_dtr(const gchar *name, const gchar *value, gpointer data, GError **error)
{
    return set_signal(&current(data)->source.dtr, name, value, false, error);
}

static gboolean
on_rts(const gchar *name, const gchar *value, gpointer data, GError **error)
{
    return set_signal(&current(data)->source.rts, name, value, ((struct options *)data)->speaks, error);
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

void
options_add_line(GOptionGroup *group, bool speaks)
{
    const GOptionEntry entries[] = {
        OPTION_CALLBACK('i', "interface", on_interface,
                        speaks ? "Line to ask on, see below" : "Line to tap, see below; several are recorded together", "LINE"),
        OPTION_CALLBACK(0, "name", on_text, "Call the line so in the capture, not by its device", "NAME"),
        OPTION_CALLBACK(0, "description", on_text, "What stands in front of the line's description: where, whose", "TEXT"),
        OPTION_DUMPCAPS("ifname", on_text),
        OPTION_DUMPCAPS("ifdescr", on_text),
        OPTION_CALLBACK(0, "baud", on_baud, speaks ? "Speed of the line (2400)" : "Speed of the line (2400); auto finds it, and the format",
                        speaks ? "N" : "N|auto"),
        OPTION_CALLBACK(0, "format", on_format, "Data bits, parity, stop bits (8E1)", "FORMAT"),
        OPTION_CALLBACK(0, "gap", on_gap, "Silence that ends a frame (500, more on slow lines)", "MS"),
        OPTION_CALLBACK(0, "dtr", on_dtr, "Set the control line DTR", "on|off|keep"),
        OPTION_CALLBACK(0, "rts", on_rts,
                        speaks ? "Set the control line RTS; send: up while a request leaves" : "Set the control line RTS",
                        speaks ? "on|off|send|keep" : "on|off|keep"),
        OPTION_FLAG(0, "low-latency", on_line_flag, "Have the adapter hand over bytes at once"),
        OPTION_FLAG(0, "no-wait", on_line_flag,
                    speaks ? "With --every: end with code 4 when the line is lost" : "End with code 4 when the line is lost"),
        OPTION_FLAG(0, "same-adapter", on_line_flag, "Wait for the adapter itself, not for what is plugged into its place"),
        G_OPTION_ENTRY_NULL,
    };

    g_option_group_add_entries(group, entries);
}

/* Of a line that is a file or a pipe at rest, or that nobody speaks on. */
void
options_add_file(GOptionGroup *group)
{
    const GOptionEntry entries[] = {
        OPTION_CALLBACK('f', "filter", on_filter, "Keep only these packets, e.g. \"link[0] = 0x68\", \"len > 20\"", "FILTER"),
        OPTION_FLAG(0, "marked", on_line_flag, "A file or pipe of raw bytes holds PARMRK marks"),
        OPTION_FLAG(0, "hex", on_line_flag, "A file or pipe is text with bytes in hex"),
        G_OPTION_ENTRY_NULL,
    };

    g_option_group_add_entries(group, entries);
}
