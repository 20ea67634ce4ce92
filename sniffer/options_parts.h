/* options_parts.h
 * What the command lines of this folder's programs have in common: one module, one set of letters.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The groups that these functions add to have a struct options, or a struct that begins with one, as their data.
 */
#ifndef OPTIONS_PARTS_H
#define OPTIONS_PARTS_H

#include "options.h"

#define OPTION_CALLBACK(letter, name, function, help, argument)                                                        \
    {                                                                                                                  \
        name, letter, G_OPTION_FLAG_FILENAME, G_OPTION_ARG_CALLBACK, (gpointer)(function), help, argument              \
    }
#define OPTION_FLAG(letter, name, function, help)                                                                      \
    {                                                                                                                  \
        name, letter, G_OPTION_FLAG_NO_ARG, G_OPTION_ARG_CALLBACK, (gpointer)(function), help, NULL                    \
    }
#define OPTION_DUMPCAPS(name, function)                                                                                \
    {                                                                                                                  \
        name, 0, G_OPTION_FLAG_HIDDEN | G_OPTION_FLAG_FILENAME, G_OPTION_ARG_CALLBACK, (gpointer)(function), NULL,     \
            NULL                                                                                                       \
    }

/* Sets *error (TAP_USAGE) to this sentence. Returns FALSE. */
gboolean options_refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Numbers in texts; FALSE where it is none, or out of range. */
gboolean options_parse_positive(const char *text, guint64 max, guint64 *number);
gboolean options_parse_seconds(const char *text, gint64 *duration_ns);
gboolean options_parse_kilobytes(const char *text, guint64 *bytes); /* dumpcap's, 1000 bytes */
/* "15m", "90", "2h", "1d". */
gboolean options_parse_time(const char *text, gint64 *duration_ns);

/* "duration:10": a word with a number behind it. */
struct options_condition {
    const char *what;
    gboolean (*set)(struct options *options, const char *text);
};
gboolean options_set_condition(const struct options_condition *conditions, size_t count, const char *name, const char *value,
                               struct options *options, GError **error);

/* -i and what belongs to a line; -f, --marked and --hex, for files; -w, -b and what belongs to a capture, --meters, --tap. speaks: the
 * program sends, too. */
void options_add_line(GOptionGroup *group, bool speaks);
void options_add_file(GOptionGroup *group);
void options_add_capture(GOptionGroup *group, struct options *options);

/* Before anything is read; taps: the file that --tap looks into. Ends with options_clear(). */
void options_begin(struct options *options, const char *taps);

/* Read argv, which ends with NULL; --tap NAME stands for the words of its line. letters: those that have a value. *rest: what is
 * no option, the program's name first; the caller frees it with g_strfreev(), also when it fails. FALSE with *error set (TAP_USAGE) when it is wrong. */
gboolean options_read(struct options *options, char **argv, const char *letters, GOptionContext *context, char ***rest,
                      GError **error);

/* Does what was said of the capture make sense? */
gboolean options_check_capture(const struct options *options, GError **error);

#endif
