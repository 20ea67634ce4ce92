/* format.c
 * What all forms of output say alike: see format.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "format.h"

#include <string.h>

const char *
format_line_name(const struct format_line *line)
{
    return line->line.name != NULL ? line->line.name : line->info->name;
}

char *
format_comment(const struct record *record, const struct format_line *line)
{
    char *wrong = record_comment(record), *all;

    if (line->missing == 0 && line->note->len == 0)
        return wrong;
    all = g_strdup_printf("%s%s", line->note->str, wrong != NULL ? wrong : "");
    g_free(wrong);
    if (line->missing != 0) {
        char *missing = g_strdup_printf("%" G_GUINT64_FORMAT " bytes of the line are missing before this%s%s",
                                        line->missing, *all != '\0' ? "; " : "", all);

        g_free(all);
        all = missing;
    }
    if (g_str_has_suffix(all, "; "))
        all[strlen(all) - 2] = '\0';
    return all;
}
