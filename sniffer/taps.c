/* taps.c
 * The taps that run as services: see taps.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taps.h"
#include "status.h"

#include <stdbool.h>
#include <string.h>

/* systemd would write any other character of an instance in another way, and a folder is called so. */
static bool
is_name(const char *text)
{
    for (const char *at = text; *at != '\0'; at++)
        if (!g_ascii_isalnum(*at) && *at != '_')
            return false;
    return *text != '\0';
}

/* Is this the line of the tap? What is wrong with other lines is none of its business. */
static bool
is_line_of(const char *line, const char *name)
{
    const size_t length = strlen(name);

    line += strspn(line, " \t");
    return strncmp(line, name, length) == 0 && (line[length] == '\0' || g_ascii_isspace(line[length]));
}

static char **
find(const char *path, char **lines, const char *name, GError **error)
{
    GError *wrong = NULL;
    char **words = NULL;
    guint at = 0;

    while (lines[at] != NULL && !is_line_of(lines[at], name))
        at++;
    if (lines[at] == NULL)
        g_set_error(error, TAP_ERROR, TAP_CANNOT_OPEN,
                    "There is no tap \"%s\" in \"%s\": it wants a line such as \"%s -i /dev/ttyUSB0%s\".", name, path,
                    name, g_str_has_suffix(path, "polls.conf") ? " read" : "");
    else if (!g_shell_parse_argv(lines[at], NULL, &words, &wrong))
        g_set_error(error, TAP_ERROR, TAP_USAGE, "\"%s\", line %u: %s.", path, at + 1, wrong->message);
    g_clear_error(&wrong);
    return words;
}

char **
taps_words(const char *path, const char *name, GError **error)
{
    GError *wrong = NULL;
    char *text, **lines, **words, **rest;

    if (!is_name(name)) {
        g_set_error(error, TAP_ERROR, TAP_USAGE, "\"%s\" is no name of a tap: that has letters, digits and _ only.",
                    name);
        return NULL;
    }
    if (!g_file_get_contents(path, &text, NULL, &wrong)) {
        g_set_error(error, TAP_ERROR, TAP_CANNOT_OPEN,
                    "The taps cannot be read: %s. A tap is a line such as \"%s -i /dev/ttyUSB0\" in this file.",
                    wrong->message, name);
        g_error_free(wrong);
        return NULL;
    }
    lines = g_strsplit(text, "\n", -1);
    words = find(path, lines, name, error);
    g_strfreev(lines);
    g_free(text);
    rest = words != NULL ? g_strdupv(words + 1) : NULL;
    g_strfreev(words);
    return rest;
}

static void
add_lines(GPtrArray *found, char **words)
{
    for (; *words != NULL; words++) {
        const bool apart = strcmp(*words, "-i") == 0 || strcmp(*words, "--interface") == 0;

        if (apart && words[1] != NULL)
            g_ptr_array_add(found, g_strdup(*++words));
        else if (!apart && g_str_has_prefix(*words, "-i"))
            g_ptr_array_add(found, g_strdup(*words + strlen("-i")));
        else if (g_str_has_prefix(*words, "--interface="))
            g_ptr_array_add(found, g_strdup(*words + strlen("--interface=")));
    }
}

static void
add_file(GPtrArray *found, const char *path)
{
    char *text, **lines;

    if (!g_file_get_contents(path, &text, NULL, NULL))
        return;
    lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        char **words;

        if (!g_shell_parse_argv(*line, NULL, &words, NULL))
            continue;
        add_lines(found, words);
        g_strfreev(words);
    }
    g_strfreev(lines);
    g_free(text);
}

char **
taps_lines(const char *path)
{
    static const char *const names[] = { "taps.conf", "polls.conf" };
    GPtrArray *found = g_ptr_array_new();
    char *folder = g_path_get_dirname(path), *own = g_path_get_basename(path);

    add_file(found, path);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        char *other = g_build_filename(folder, names[i], NULL);

        if (strcmp(names[i], own) != 0)
            add_file(found, other);
        g_free(other);
    }
    g_free(folder);
    g_free(own);
    g_ptr_array_add(found, NULL);
    return (char **)g_ptr_array_free(found, FALSE);
}
