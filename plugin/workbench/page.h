/* page.h
 * Text of an HTML page: whatever a capture or a user says is masked where that is asked for, and escaped.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_PAGE_H
#define CJT188_PAGE_H

#include "compat.h"

struct mask;

struct page {
    GString *text;
    const struct mask *mask; /* NULL: nothing is to be masked */
};

/* Markup as it stands. In `format` no text but our own. */
void page_put(struct page *page, const char *markup);
void page_format(struct page *page, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Anybody's text, in an element or in an attribute's double quotes. */
void page_text(struct page *page, const char *text);
void page_text_format(struct page *page, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* A coordinate, to a tenth, and a number; with a point in every language. */
void page_coordinate(struct page *page, double number);
enum { PAGE_NUMBER_MAX = 48 };
const char *page_number(char buffer[PAGE_NUMBER_MAX], double number, int decimals);

#endif
