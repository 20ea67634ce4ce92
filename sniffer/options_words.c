/* options_words.c
 * The words of a command line, before they are options: see options_parts.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "options_parts.h"
#include "meters.h"
#include "status.h"
#include "taps.h"

#include <string.h>

#define SYNC_NS (60 * NS_PER_SECOND) /* unless --sync says otherwise */

gboolean
options_refuse(GError **error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_propagate_error(error, g_error_new_valist(TAP_ERROR, TAP_USAGE, format, arguments));
    va_end(arguments);
    return FALSE;
}

gboolean
options_parse_positive(const char *text, guint64 max, guint64 *number)
{
    return g_ascii_string_to_unsigned(text, 10, 1, max, number, NULL);
}

gboolean
options_parse_time(const char *text, gint64 *duration_ns)
{
    static const struct {
        const char *unit;
        guint64 seconds;
    } units[] = { { "", 1 }, { "s", 1 }, { "m", 60 }, { "h", 3600 }, { "d", 86400 } };
    char *unit;
    const guint64 number = g_ascii_strtoull(text, &unit, 10);

    for (size_t i = 0; i < G_N_ELEMENTS(units); i++)
        if (g_ascii_isdigit(*text) && number >= 1 && number <= 1000000 && strcmp(unit, units[i].unit) == 0) {
            *duration_ns = (gint64)(number * units[i].seconds) * NS_PER_SECOND;
            return TRUE;
        }
    return FALSE;
}

static bool
is_letter_with_value(const char *argument, const char *letters)
{
    return argument[0] == '-' && argument[1] != '\0' && argument[1] != '-' && strchr(letters, argument[1]) != NULL;
}

/* "-c5" is "-c 5" to everybody but GLib. Returns a list of its own. */
static GPtrArray *
split_letters(char **words, const char *letters)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(g_free);

    for (; *words != NULL; words++) {
        const char *argument = *words;

        if (is_letter_with_value(argument, letters)) {
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
insert_tap(GPtrArray *list, const char *letters, const char *file, const char *name, GError **error)
{
    char **words = taps_words(file, name, error);
    GPtrArray *split;

    if (words == NULL)
        return false;
    g_ptr_array_add(list, g_strdup("--description")); /* unless it says another */
    g_ptr_array_add(list, g_strdup(name));
    split = split_letters(words, letters);
    g_strfreev(words);
    g_ptr_array_extend_and_steal(list, split);
    return true;
}

/* All words, with those of --tap and --taps replaced by what they stand for; *file follows --taps. NULL with *error set when there is none. */
static char **
expand(char **argv, const char *letters, char **file, GError **error)
{
    GPtrArray *words = split_letters(argv, letters), *list = g_ptr_array_new_with_free_func(g_free);
    bool good = true;

    for (guint i = 0; good && i < words->len; i++) {
        const char *word = words->pdata[i];
        const bool is_tap = strcmp(word, "--tap") == 0, is_file = strcmp(word, "--taps") == 0;

        if ((!is_tap && !is_file) || i + 1 == words->len) {
            g_ptr_array_add(list, g_strdup(word));
        } else if (is_tap) {
            good = insert_tap(list, letters, *file, words->pdata[++i], error);
        } else {
            g_free(*file);
            *file = g_strdup(words->pdata[++i]);
        }
    }
    g_ptr_array_unref(words);
    g_ptr_array_add(list, NULL);
    if (good)
        return (char **)g_ptr_array_free(list, FALSE);
    g_ptr_array_unref(list);
    return NULL;
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

void
options_begin(struct options *options, const char *taps)
{
    *options = (struct options){ .all.source.line = line_default, .output.sync_ns = SYNC_NS };
    options->lines = g_ptr_array_new_with_free_func(line_free);
    options->taps = g_strdup(taps);
}

gboolean
options_read(struct options *options, char **argv, const char *letters, GOptionContext *context, char ***rest, GError **error)
{
    GError *wrong = NULL;

    *rest = expand(argv, letters, &options->taps, error);
    if (*rest == NULL)
        return FALSE;
    options->all.source.taps = options->taps;
    if (g_option_context_parse_strv(context, rest, &wrong))
        return TRUE;
    if (wrong->domain == TAP_ERROR) {
        g_propagate_error(error, wrong);
        return FALSE;
    }
    options_refuse(error, "%s; \"%s -h\" lists the options.", wrong->message, g_get_prgname());
    g_error_free(wrong);
    return FALSE;
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
