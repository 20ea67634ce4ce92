/* hextoken.h
 * A line of text, cut into bytes, words, arrows and other signs.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Bytes are FE FE 68, fe:fe:68, FE-FE-68, FE|FE|68, FE/FE/68, <FE><FE>, FE_FE_68, %FE%68, FEFE68, 0xFE,0x68, 0xFEu8, \xFE\x68,
 * $FE $68, FEh 68h, Python's b'\xfeh' and the lists of hexlist.h, with *emphasis*, `code` and HTML's tags between them.
 */
#ifndef HEXTOKEN_H
#define HEXTOKEN_H

#include "record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HEXTOKEN_LINE_MAX = 4096 }; /* characters; a line has no more tokens and no more bytes either */

enum token_kind {
    TOKEN_BYTES,
    TOKEN_WORD,
    TOKEN_ARROW,
    TOKEN_SIGN,
    TOKEN_CUT, /* "... 9 more bytes>": who printed the bytes left the rest out */
};

/* How bytes are written. What also stands in prose needs company of its kind. */
enum notation { NOTATION_PLAIN, NOTATION_0X, NOTATION_H, NOTATION_DOLLAR, NOTATION_DECIMAL };

/* A list that the line leaves open, and what goes on with it in the next one. */
enum list_open {
    LIST_CLOSED,
    LIST_COMMA,    /* of decimals: whatever it begins with */
    LIST_ROWS,     /* of decimals: nothing but numbers */
    LIST_COLUMN,   /* of decimals: one number */
    LIST_0X,       /* all with 0x: the same */
    LIST_0X_COMMA, /* or decimals with commas */
};

struct token {
    enum token_kind kind;
    enum record_direction mark; /* what a word or an arrow says */
    enum notation notation;
    bool doubtful; /* bytes only in company */
    bool sure;     /* bytes, as the text says: <Buffer FE 68> */
    bool valued;   /* one byte, which only a list tells: value */
    uint8_t value;
    size_t start, end;    /* in text */
    size_t first, length; /* in bytes */
};

struct token_line {
    char text[HEXTOKEN_LINE_MAX + 1];
    size_t length;
    struct token tokens[HEXTOKEN_LINE_MAX];
    size_t count;
    uint8_t bytes[HEXTOKEN_LINE_MAX];
    size_t bytes_length;
    enum list_open open; /* from line to line */
    bool in_buffer;      /* while it is cut: behind "<Buffer" */
};

/* Cut text, which must end with NUL at `length` and hold none before. `open` is of the line before. */
void token_line_cut(struct token_line *line);

/* Is the token one of these words? The list ends with NULL; letters are compared without regard to case. */
bool token_is_one_of(const struct token_line *line, const struct token *token, const char *const *words);

/* Can it be in the middle of a word or of bytes? */
bool token_is_word_char(char c);

#endif
