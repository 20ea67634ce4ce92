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
                    "There is no tap \"%s\" in \"%s\": it wants a line such as \"%s -i /dev/ttyUSB0\".", name, path,
                    name);
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
