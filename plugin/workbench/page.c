/* page.c
 * Text of an HTML page: whatever a capture or a user says is masked where that is asked for, and escaped.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "page.h"

#include <math.h>

#include "mask.h"
#include "plain.h"

void
page_put(struct page *page, const char *markup)
{
    g_string_append(page->text, markup);
}

void
page_format(struct page *page, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_string_append_vprintf(page->text, format, arguments);
    va_end(arguments);
}

static void
append_escaped(GString *page, const char *text)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '<':
            g_string_append(page, "&lt;");
            break;
        case '>':
            g_string_append(page, "&gt;");
            break;
        case '&':
            g_string_append(page, "&amp;");
            break;
        case '"':
            g_string_append(page, "&quot;");
            break;
        case '\'':
            g_string_append(page, "&#39;");
            break;
        default:
            g_string_append_c(page, *text);
        }
    }
}

void
page_text(struct page *page, const char *text)
{
    char plain[PLAIN_BYTES(PLAIN_NOTE_CHARACTERS)];
    GString *masked;

    cjt188_make_plain(text, PLAIN_NOTE_CHARACTERS, plain);
    if (page->mask == NULL) {
        append_escaped(page->text, plain);
        return;
    }
    masked = g_string_new(plain);
    mask_text(page->mask, masked, true);
    append_escaped(page->text, masked->str);
    g_string_free(masked, true);
}

void
page_text_format(struct page *page, const char *format, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    page_text(page, text);
    g_free(text);
}

void
page_coordinate(struct page *page, double number)
{
    const double limit = 100000;
    const long tenths = lround(CLAMP(number, -limit, limit) * 10);

    g_string_append_printf(page->text, "%s%ld", tenths < 0 ? "-" : "", labs(tenths) / 10);
    if (tenths % 10 != 0)
        g_string_append_printf(page->text, ".%ld", labs(tenths) % 10);
}

const char *
page_number(char buffer[PAGE_NUMBER_MAX], double number, int decimals)
{
    const double long_number = 1e9;
    char format[8] = "%.6g";

    if (fabs(number) < long_number && decimals >= 0)
        snprintf(format, sizeof format, "%%.%df", MIN(decimals, 9));
    g_ascii_formatd(buffer, PAGE_NUMBER_MAX, format, number);
    if (buffer[0] == '-' && strspn(buffer + 1, "0.") == strlen(buffer + 1)) /* no minus zero */
        memmove(buffer, buffer + 1, strlen(buffer));
    return buffer;
}
