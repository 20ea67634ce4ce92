/* hexrow.c
 * One byte a line: see hexrow.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "hexrow.h"

#include <glib.h>
#include <string.h>

static const char decimals[] = "0123456789";

/* "1234-5678 UART: ". */
void
hexrows_look(struct hexrows *rows, char *line)
{
    char *at = line + strspn(line, " \t"), *end;
    const size_t first = strspn(at, decimals), last = at[first] == '-' ? strspn(at + first + 1, decimals) : 0;

    rows->first = rows->end = 0;
    if (*at == '\0')
        rows->alike = rows->count = 0;
    if (strstr(line, "Parity Error") != NULL)
        rows->bare = HEXROW_DECIMAL;
    end = at + first + 1 + last;
    if (first == 0 || last == 0 || *end != ' ' || !g_ascii_isalpha(end[1]) || strchr(end, ':') == NULL)
        return;
    rows->first = g_ascii_strtoull(at, NULL, 10);
    rows->end = g_ascii_strtoull(at + first + 1, NULL, 10);
    if (rows->first < rows->end)
        memset(at, ' ', (size_t)(end - at));
    else
        rows->first = rows->end = 0;
}

/* The last word of the line. */
struct value {
    const char *start, *end;
    enum hexrow_base base;
};

static bool
is_number_char(char c)
{
    return g_ascii_isalnum(c) || c == '.';
}

static bool
find_value(const char *line, struct value *value)
{
    const char *start, *end = line + strlen(line);
    size_t length;

    while (end > line && strchr(" \t\r,;|\"')]}", end[-1]) != NULL)
        end--;
    for (start = end; start > line && is_number_char(start[-1]);)
        start--;
    length = (size_t)(end - start);
    if (length == 0 || line + strspn(line, " \t") == start || strchr("-_/", start[-1]) != NULL)
        return false;
    value->base = HEXROW_HEX_OR_DECIMAL;
    if (length > 2 && length <= 4 && start[0] == '0' && (start[1] == 'x' || start[1] == 'X')) {
        value->base = HEXROW_HEX;
        start += 2;
    } else if (strspn(start, decimals) < length) {
        value->base = HEXROW_HEX;
        if (length != 2)
            return false;
    } else if (length == 3) {
        value->base = HEXROW_DECIMAL;
    }
    for (const char *at = start; at < end; at++)
        if (!g_ascii_isxdigit(*at))
            return false;
    value->start = start;
    value->end = end;
    return length <= 4;
}

/* One byte in hex or decimal, and not a bit, which sigrok writes in the same form. */
static bool
read_value(struct hexrows *rows, const struct value *value, uint8_t *byte)
{
    const bool written = value->start[-1] == 'x' || value->start[-1] == 'X';
    guint64 number;

    if (!written && value->base != HEXROW_HEX_OR_DECIMAL) {
        if (rows->base != HEXROW_HEX_OR_DECIMAL && rows->base != value->base)
            return false;
        rows->base = value->base;
    }
    number = g_ascii_strtoull(value->start, NULL, !written && rows->base == HEXROW_DECIMAL ? 10 : 16);
    *byte = (uint8_t)number;
    return number <= UINT8_MAX && (written || rows->base == HEXROW_DECIMAL || value->end - value->start == 2);
}

static bool
is_separator(char c)
{
    return c != '\0' && strchr(" \t,;:", c) != NULL;
}

/* What looks like a byte and stands directly beside another one is none of a table, but of a text: two of them in front of
 * the value, or one that does not count the rows. */
static bool
is_among_bytes(const char *line, const struct value *value, bool counted)
{
    size_t side_by_side = 0, words = 0;

    for (const char *at = line; at < value->start;) {
        const char *end = at;

        while (is_number_char(*end))
            end++;
        if (end == value->start || end >= value->end)
            break;
        if (end == at) {
            side_by_side = is_separator(*at) ? side_by_side : 0;
            at++;
            continue;
        }
        words++;
        side_by_side = end - at <= 3 && g_ascii_isxdigit(at[0]) && g_ascii_isxdigit(end[-1]) &&
                (at == line || is_separator(at[-1]))
            ? side_by_side + 1
            : 0;
        if (side_by_side > 1)
            return true;
        at = end;
    }
    return side_by_side > 0 && !(words == 1 && counted);
}

/* The line without its numbers, and the value. */
static bool
make_form(const char *line, const struct value *value, char form[HEXROW_FORM_MAX + 1])
{
    size_t length = 0;

    for (const char *at = line; *at != '\0'; at++) {
        const char c = at == value->start ? 'X' : g_ascii_isdigit(*at) || *at == '.' ? '0' : *at == '\t' ? ' ' : *at;

        if (at == value->start)
            at = value->end - 1;
        if (c == '\r' || ((c == '0' || c == ' ') && length > 0 && form[length - 1] == c))
            continue;
        if (length == HEXROW_FORM_MAX)
            return false;
        form[length++] = c;
    }
    form[length] = '\0';
    return true;
}

static uint64_t
first_number(const char *line)
{
    return g_ascii_strtoull(line + strcspn(line, decimals), NULL, 10);
}

/* The second column of a table of Saleae's that shows characters: h, '254', COMMA. */
static bool
read_letter(struct hexrows *rows, const char *line, uint8_t *byte)
{
    static const struct {
        const char *text;
        char c;
    } names[] = { { "COMMA", ',' }, { "' '", ' ' }, { "\\n", '\n' }, { "\\r", '\r' }, { "\\t", '\t' } };
    const char *field = strchr(line, ',');
    const size_t length = field != NULL ? strcspn(field + 1, ",") : 0;

    if (rows->bare != HEXROW_DECIMAL || length == 0 || line[strspn(line, " \t")] != ',')
        return false;
    field++;
    if (length > 2 && field[0] == '\'' && strspn(field + 1, decimals) == length - 2) {
        rows->letters = true;
        *byte = (uint8_t)g_ascii_strtoull(field + 1, NULL, 10);
        return true;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (strlen(names[i].text) == length && strncmp(field, names[i].text, length) == 0) {
            *byte = (uint8_t)names[i].c;
            return true;
        }
    *byte = (uint8_t)field[0];
    return length == 1 && (rows->letters || !g_ascii_isdigit(field[0]));
}

static bool
read_row(struct hexrows *rows, const char *line, bool timed, uint8_t *byte)
{
    const uint64_t index = first_number(line);
    struct value value;
    char form[HEXROW_FORM_MAX + 1];

    if (timed && read_letter(rows, line, byte))
        return true;
    if (!find_value(line, &value) || !make_form(line, &value, form))
        return false;
    if (rows->alike == 0 || strcmp(form, rows->form) != 0) {
        rows->alike = rows->count = 0;
        rows->base = timed ? rows->bare : HEXROW_HEX_OR_DECIMAL;
        memcpy(rows->form, form, sizeof form);
    }
    if (is_among_bytes(line, &value, rows->alike == 0 || index == rows->index + 1)) {
        rows->alike = rows->count = 0;
        return false;
    }
    if (!read_value(rows, &value, byte)) /* a bit, perhaps */
        return false;
    rows->index = index;
    return true;
}

bool
hexrows_take(struct hexrows *rows, const char *line, uint64_t number, int64_t time_ns, bool timed)
{
    uint8_t byte;

    if (rows->given)
        rows->count = 0;
    rows->given = false;
    if (!read_row(rows, line, timed, &byte))
        return false;
    rows->alike++;
    rows->rows[rows->count++] = (struct hexrow){ byte, number, time_ns, rows->first, rows->end };
    rows->given = rows->count == HEXROW_SURE || rows->alike >= HEXROW_SURE || timed || rows->end > 0;
    return rows->given;
}

bool
hexrows_leave(struct hexrows *rows)
{
    if (rows->alike == 0 || rows->count == 0)
        return true;
    if (rows->base == HEXROW_DECIMAL)
        return false;
    rows->count--;
    return true;
}

bool
hexrows_gap(const struct hexrow *before, const struct hexrow *row)
{
    enum { GAP = 30 }; /* bytes; a meter's own pauses in a frame are shorter */

    return before->end > before->first && row->first > before->end &&
        row->first - before->end > GAP * (before->end - before->first);
}
