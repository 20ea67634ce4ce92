/* plain.c
 * Texts of the user's tables and of captures.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "plain.h"

#include <string.h>

bool
cjt188_is_plain(const char *text, unsigned characters)
{
    const size_t bytes = text != NULL ? strlen(text) : 0;

    if (bytes > 3 * (size_t)characters || (text != NULL && !g_utf8_validate(text, (gssize)bytes, NULL)))
        return false;
    for (unsigned count = 0; text != NULL && *text != '\0'; text = g_utf8_next_char(text)) {
        if (++count > characters || !g_unichar_isprint(g_utf8_get_char(text)))
            return false;
    }
    return true;
}

void
cjt188_make_plain(const char *text, unsigned characters, char *plain)
{
    const gunichar other = 0xFFFD, ellipsis = 0x2026;

    for (unsigned count = 0; *text != '\0'; count++) {
        const gunichar character = g_utf8_get_char_validated(text, (gssize)strnlen(text, 6));
        const bool is_valid = character != (gunichar)-1 && character != (gunichar)-2;

        if (count == characters) {
            plain += g_unichar_to_utf8(ellipsis, plain);
            break;
        }
        plain += g_unichar_to_utf8(is_valid && g_unichar_isprint(character) ? character : other, plain);
        text = is_valid ? g_utf8_next_char(text) : text + 1;
    }
    *plain = '\0';
}

char *
cjt188_plain_copy(const char *text, unsigned characters)
{
    char *plain = (char *)g_malloc(PLAIN_BYTES(characters));

    cjt188_make_plain(text, characters, plain);
    return plain;
}

char *
cjt188_plain_message(char *message)
{
    char *plain = cjt188_plain_copy(message, PLAIN_NOTE_CHARACTERS);

    g_free(message);
    return plain;
}

void
cjt188_append_cell(GString *row, const char *cell)
{
    g_string_append(row, row->len > 0 ? ",\"" : "\"");
    for (; *cell != '\0'; cell++) {
        if (*cell == '"' || *cell == '\\' || g_ascii_iscntrl(*cell))
            g_string_append_printf(row, "\\x%02x", (unsigned)*cell);
        else
            g_string_append_c(row, *cell);
    }
    g_string_append_c(row, '"');
}
