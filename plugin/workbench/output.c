/* output.c
 * A file that the workbench writes for a person: what was there before stays unless the new one is whole.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <glib/gstdio.h>

#include <wsutil/report_message.h>

bool
output_may_be_written(const char *path, const char *begins)
{
    const size_t length = strlen(begins);
    char *begin;
    size_t got;
    FILE *there;

    if (!g_file_test(path, G_FILE_TEST_IS_REGULAR))
        return true;
    there = g_fopen(path, "rb");
    if (there == NULL) /* who may not read it cannot know */
        return false;
    begin = (char *)g_malloc(length);
    got = fread(begin, 1, length, there);
    got = got == length && memcmp(begin, begins, length) == 0 ? 0 : got;
    fclose(there);
    g_free(begin);
    return got == 0;
}

/* Into what is there: a pipe, a terminal, a file in a folder that is not to be written to. NULL, or why not; the caller frees. */
static char *
write_into(const char *path, const GString *text)
{
    FILE *file = g_fopen(path, "wb");
    const bool is_written = file != NULL && fwrite(text->str, 1, text->len, file) == text->len && fflush(file) == 0;
    const int error = errno;

    if (file != NULL && fclose(file) != 0 && is_written)
        return g_strdup(g_strerror(errno));
    return is_written ? NULL : g_strdup(g_strerror(error));
}

/* What a link leads to, or the path itself; the caller frees. */
static char *
behind_links(const char *path)
{
    enum { LINKS_MOST = 40 };
    char *real = g_strdup(path);

    for (unsigned i = 0; i < LINKS_MOST && g_file_test(real, G_FILE_TEST_IS_SYMLINK); i++) {
        char *target = g_file_read_link(real, NULL), *folder = g_path_get_dirname(real), *link = real;

        if (target != NULL)
            real = g_path_is_absolute(target) ? g_strdup(target) : g_build_filename(folder, target, NULL);
        else
            real = g_strdup(link);
        g_free(link);
        g_free(folder);
        g_free(target);
    }
    return real;
}

/* In place of what is there, as soon as it is whole; what a link leads to, not the link. NULL, or why not; the caller frees. */
static char *
replace(const char *path, const GString *text)
{
    const int readable = 0666, permissions = 0777;
    char *place = behind_links(path), *reason = NULL;
    GStatBuf status;
    GError *error = NULL;
    const bool is_there = g_stat(path, &status) == 0;

    if (!g_file_set_contents_full(place, text->str, (gssize)text->len, G_FILE_SET_CONTENTS_CONSISTENT, readable, &error)) {
        const bool is_folder_closed = error->code == G_FILE_ERROR_ACCES || error->code == G_FILE_ERROR_PERM;

        reason = is_folder_closed ? write_into(path, text) : g_strdup(error->message);
        g_error_free(error);
    } else if (is_there && g_chmod(place, (int)status.st_mode & permissions) != 0) {
        reason = g_strdup(g_strerror(errno));
    }
    g_free(place);
    return reason;
}

/* A file that is open already, by whatever name: standard output, a descriptor. Another in its place would not be it. */
static bool
is_descriptor(const char *path)
{
    return g_str_has_prefix(path, "/dev/") || g_str_has_prefix(path, "/proc/");
}

/* tshark asks no listener whether it has done what it was to do. */
static void
leave_with_failure(void)
{
    fflush(NULL);
    _Exit(EXIT_FAILURE);
}

void
output_has_failed(void)
{
    static bool is_known;

    if (!is_known && g_strcmp0(g_get_prgname(), "tshark") == 0) /* a window says it, and stays */
        is_known = atexit(leave_with_failure) == 0;
}

bool
output_write(const char *path, const GString *text)
{
    const bool is_file = !is_descriptor(path) &&
        (g_file_test(path, G_FILE_TEST_IS_REGULAR) || !g_file_test(path, G_FILE_TEST_EXISTS));
    char *reason = is_file ? replace(path, text) : write_into(path, text);

    if (reason == NULL)
        return true;
    report_failure("\"%s\" cannot be written: %s.", path, reason);
    g_free(reason);
    output_has_failed();
    return false;
}
