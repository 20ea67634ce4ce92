/* metrics.c
 * Figures as Prometheus reads them: see metrics.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "metrics.h"
#include "status.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

static void
add_quoted(GString *text, const char *value)
{
    for (; *value != '\0'; value++)
        if (*value == '\n')
            g_string_append(text, "\\n");
        else if (*value == '"' || *value == '\\')
            g_string_append_printf(text, "\\%c", *value);
        else
            g_string_append_c(text, *value);
}

/* `name` without its prefix, and one more label or "". */
static void
add_value(GString *text, const char *name, const struct metrics_line *line, const char *label, double value)
{
    char number[G_ASCII_DTOSTR_BUF_SIZE];

    g_string_append_printf(text, "cjt188_line_%s{line=\"", name);
    add_quoted(text, line->name);
    g_string_append_printf(text, "\"%s} %s\n", label, g_ascii_formatd(number, sizeof number, "%.15g", value));
}

static double
bytes_of(const struct metrics_line *line)
{
    return (double)line->bytes;
}

static double
damaged_of(const struct metrics_line *line)
{
    return (double)(line->counts.of_class[CLASS_DAMAGED] + line->counts.of_class[CLASS_TRUNCATED]);
}

static double
lost_of(const struct metrics_line *line)
{
    return (double)line->counts.lost_bytes;
}

static double
last_byte_of(const struct metrics_line *line)
{
    return (double)line->last_byte_ns / NS_PER_SECOND;
}

static double
up_of(const struct metrics_line *line)
{
    return line->up;
}

static double
alarm_of(const struct metrics_line *line)
{
    return line->alarm;
}

static void
add_head(GString *text, const char *name, const char *type, const char *help)
{
    g_string_append_printf(text, "# HELP cjt188_line_%s %s\n# TYPE cjt188_line_%s %s\n", name, help, name, type);
}

static void
add_records(GString *text, const struct metrics_line *lines, unsigned count)
{
    add_head(text, "records_total", "counter", "Frames and stretches of noise that were heard, by what they are.");
    for (unsigned i = 0; i < count; i++)
        for (enum record_class class = 0; class < RECORD_CLASSES; class ++) {
            char *label = g_strdup_printf(",class=\"%s\"", record_class_name(class));

            add_value(text, "records_total", &lines[i], label, (double)lines[i].counts.of_class[class]);
            g_free(label);
        }
}

char *
metrics_text(const struct metrics_line *lines, unsigned count)
{
    static const struct {
        const char *name, *type, *help;
        double (*value)(const struct metrics_line *line);
    } rows[] = {
        { "bytes_total", "counter", "Bytes that were heard on the line.", bytes_of },
        { "damaged_total", "counter", "Frames with a wrong sum or end, or cut off.", damaged_of },
        { "lost_bytes_total", "counter", "Bytes of the line that are known to be missing in the capture.", lost_of },
        { "last_byte_seconds", "gauge", "When the last byte was heard, in seconds since 1970; 0: never.",
          last_byte_of },
        { "up", "gauge", "Whether the port is open, the device server connected.", up_of },
        { "alarm", "gauge", "Whether the line has been silent for longer than --alarm-silence allows.", alarm_of },
    };
    GString *text = g_string_new(NULL);

    for (size_t row = 0; row < G_N_ELEMENTS(rows); row++) {
        add_head(text, rows[row].name, rows[row].type, rows[row].help);
        for (unsigned i = 0; i < count; i++)
            add_value(text, rows[row].name, &lines[i], "", rows[row].value(&lines[i]));
    }
    add_records(text, lines, count);
    return g_string_free(text, FALSE);
}

/* The collector takes whatever ends in .prom, so the file in progress must not. */
bool
metrics_write(const char *path, const char *text, GError **error)
{
    char *draft = g_strconcat(path, ".new", NULL);
    FILE *file = fopen(draft, "we");
    bool good = file != NULL && fputs(text, file) >= 0 && fchmod(fileno(file), 0644) == 0;

    if (file != NULL)
        good = fclose(file) == 0 && good;
    good = good && rename(draft, path) == 0;
    if (!good)
        g_set_error(error, TAP_ERROR, TAP_CANNOT_OPEN, "Cannot write the figures to \"%s\": %s.", path,
                    g_strerror(errno));
    g_free(draft);
    return good;
}
