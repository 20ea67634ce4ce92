/* plain.h
 * Texts of the user's tables and of captures: what may be shown in a tree, a column and a terminal, and how a table's rows
 * are written.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_PLAIN_H
#define CJT188_PLAIN_H

#include <glib.h>
#include <stdbool.h>

/* A name, or a unit: no line is made longer by it than that. */
enum { PLAIN_NAME_CHARACTERS = 64, PLAIN_NAME_BYTES = 192, PLAIN_NOTE_CHARACTERS = 1000 };

/* One line of printable UTF-8 of at most so many characters, and 3 times as many bytes? NULL is empty, and plain. Nothing that
 * turns the direction of text or moves a terminal's cursor is. */
bool cjt188_is_plain(const char *text, unsigned characters);

/* Of any bytes such a line: U+FFFD stands for what is not plain, and an ellipsis for what is behind so many characters. In
 * PLAIN_BYTES(characters). */
#define PLAIN_BYTES(characters) (6 * (characters) + 4)
void cjt188_make_plain(const char *text, unsigned characters, char *plain);

/* The same as a text of its own, which the caller frees. */
char *cjt188_plain_copy(const char *text, unsigned characters);

/* The same of a message that repeats what somebody has written, in PLAIN_NOTE_CHARACTERS. It frees the message; the caller frees
 * what it returns. */
char *cjt188_plain_message(char *message);

/* Append a cell to a row of a user's table, behind a comma if it is not the first, as Wireshark stores and reads it. */
void cjt188_append_cell(GString *row, const char *cell);

#endif
