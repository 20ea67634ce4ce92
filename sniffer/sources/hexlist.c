/* hexlist.c
 * Numbers side by side: see hexlist.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "hexlist.h"
#include "cjt188-frame.h"

#include <string.h>

enum {
    ENOUGH = 3,          /* numbers in brackets, or alone in a line, that are a list */
    ENOUGH_IN_PROSE = 8, /* and anywhere */
    SHORTEST_FRAME = 12,
};

/* What a number can be. */
enum element {
    NO_ELEMENT,
    PAIR,         /* 20: a byte in hex, or a decimal number */
    LETTER_PAIR,  /* AA: a byte in hex */
    DIGIT,        /* 3: either of them */
    LETTER,       /* A: a byte in hex, or a word */
    LONG_DECIMAL, /* 170, -2 */
    WITH_0X,
};

/* Numbers with no other token between them. */
struct list {
    size_t first, end; /* tokens */
    size_t count[WITH_0X + 1];
    bool commas; /* between all of them */
    bool whole;  /* nothing else is in the line */
};

static size_t
list_length(const struct list *list)
{
    return list->end - list->first;
}

static enum element
element_of(const struct token_line *line, const struct token *token)
{
    const char *text = line->text + token->start;
    const size_t length = token->end - token->start, digits = strspn(text, "0123456789");

    if (token->kind == TOKEN_BYTES && token->notation == NOTATION_0X && token->length == 1)
        return WITH_0X;
    if ((token->kind != TOKEN_WORD && token->kind != TOKEN_BYTES) || length > 4 ||
        (token->kind == TOKEN_BYTES && token->notation != NOTATION_PLAIN))
        return NO_ELEMENT;
    if (text[0] == '-')
        return g_ascii_strtoll(text, NULL, 10) >= INT8_MIN ? LONG_DECIMAL : NO_ELEMENT;
    if (digits >= length && length == 3)
        return g_ascii_strtoull(text, NULL, 10) <= UINT8_MAX ? LONG_DECIMAL : NO_ELEMENT;
    if (length == 2 && token->kind == TOKEN_BYTES)
        return digits >= length ? PAIR : LETTER_PAIR;
    if (length == 1 && g_ascii_isxdigit(text[0]))
        return digits >= length ? DIGIT : LETTER;
    return NO_ELEMENT;
}

/* "d": [1, 2]: a name in front of a list. */
static bool
is_name(const struct token_line *line, const struct token *token)
{
    const char *at = line->text + token->end;

    at += strspn(at, "\"'");
    at += strspn(at, " ");
    if (*at != ':' && *at != '=')
        return false;
    at++;
    at += strspn(at, " ");
    return *at == '[' || *at == '{';
}

static struct list
list_at(const struct token_line *line, size_t first)
{
    struct list list = { .first = first, .end = first, .commas = true };

    for (; list.end < line->count; list.end++) {
        const struct token *token = &line->tokens[list.end];
        const enum element element = element_of(line, token);

        if (element == NO_ELEMENT || is_name(line, token))
            break;
        list.count[element]++;
        if (list.end > first)
            list.commas = list.commas && memchr(line->text + token[-1].end, ',', token->start - token[-1].end) != NULL;
    }
    list.whole = first == 0 && list.end == line->count;
    return list;
}

/* A type with parentheses. */
static bool
is_cast(const struct token_line *line, const struct token *token)
{
    static const char *const types[] = { "BYTE", "SBYTE", "UBYTE", "CHAR",    "UCHAR",  "UNSIGNED",
                                         "U8",   "UINT8", "INT8",  "UINT8_T", "INT8_T", NULL };
    const char before = token->start > 0 ? line->text[token->start - 1] : '\0', behind = line->text[token->end];

    return token->kind == TOKEN_WORD && token_is_one_of(line, token, types) &&
        (behind == ')' || behind == '(' || before == '(');
}

/* (byte)0x68, (unsigned char) 104, byte(0x68): only the numbers stay. */
static void
drop_casts(struct token_line *line)
{
    size_t kept = 0;

    for (size_t i = 0; i < line->count; i++) {
        const bool before = i + 1 < line->count &&
            (element_of(line, &line->tokens[i + 1]) != NO_ELEMENT || is_cast(line, &line->tokens[i + 1]));

        if (!before || !is_cast(line, &line->tokens[i]))
            line->tokens[kept++] = line->tokens[i];
    }
    line->count = kept;
}

static bool
is_in_brackets(const struct token_line *line, const struct list *list)
{
    size_t before = line->tokens[list->first].start, behind = line->tokens[list->end - 1].end;

    while (before > 0 && line->text[before - 1] == ' ')
        before--;
    while (line->text[behind] != '\0' && strchr(" ,", line->text[behind]) != NULL)
        behind++;
    return (before > 0 && strchr("[{(", line->text[before - 1]) != NULL) ||
        (line->text[behind] != '\0' && strchr("]})", line->text[behind]) != NULL);
}

/* 68 … 16 in it, all of two digits: who reads it in hex reads a frame. */
static bool
is_frame_in_hex(const struct token_line *line, const struct list *list)
{
    size_t start = list->end;

    for (size_t i = list->first; i < list->end; i++) {
        const struct token *token = &line->tokens[i];
        const enum element element = element_of(line, token);
        const uint8_t byte = line->bytes[token->first];

        if (element != PAIR)
            start = list->end;
        else if (byte == CJT188_START && start == list->end)
            start = i;
        else if (byte == CJT188_END && start < list->end && i - start + 1 >= SHORTEST_FRAME)
            return true;
    }
    return false;
}

/* The last sign of the line, if it is one of these. */
static bool
ends_with(const struct token_line *line, const char *signs)
{
    size_t end = line->length;

    while (end > 0 && strchr(" \t\r", line->text[end - 1]) != NULL)
        end--;
    return end > 0 && strchr(signs, line->text[end - 1]) != NULL;
}

/* Is the list the next part of the decimal one that the line before has begun? */
static bool
goes_on(const struct token_line *line, const struct list *list)
{
    switch (line->open) {
    case LIST_COMMA:
        return list->first == 0;
    case LIST_0X_COMMA:
        return list->whole && ends_with(line, ",]})");
    case LIST_ROWS:
        return list->whole;
    case LIST_COLUMN:
        return list->whole && list_length(list) == 1;
    default:
        return false;
    }
}

static bool
is_decimal(const struct token_line *line, const struct list *list)
{
    const size_t *count = list->count, length = list_length(list);

    if (count[LETTER_PAIR] > 0 || count[LETTER] > 0)
        return false;
    if (goes_on(line, list))
        return !is_frame_in_hex(line, list);
    if (count[WITH_0X] > 0)
        return count[WITH_0X] < length && list->commas && length > ENOUGH;
    if (count[LONG_DECIMAL] == 0 || is_frame_in_hex(line, list))
        return false;
    return list->whole || length >= ENOUGH_IN_PROSE || (length >= ENOUGH && is_in_brackets(line, list));
}

/* A number that is no byte so far. */
static void
set_value(struct token_line *line, struct token *token, int base)
{
    token->kind = TOKEN_BYTES;
    token->length = 1;
    token->value = (uint8_t)g_ascii_strtoll(line->text + token->start, NULL, base);
    token->valued = true;
}

/* 0x1 below 0xFE. */
static void
set_sure(struct token_line *line, const struct list *list)
{
    for (size_t i = list->first; i < list->end; i++)
        line->tokens[i].doubtful = false;
}

static void
set_decimal(struct token_line *line, const struct list *list)
{
    set_sure(line, list);
    for (size_t i = list->first; i < list->end; i++) {
        struct token *token = &line->tokens[i];

        if (element_of(line, token) == WITH_0X)
            continue;
        set_value(line, token, 10);
        token->notation = NOTATION_DECIMAL;
    }
}

/* 68 20 1 A 16: the single digits between the first pair and the last one, when the pairs are many or look like a frame. */
static void
set_digits(struct token_line *line, const struct list *list)
{
    const size_t pairs = list->count[PAIR] + list->count[LETTER_PAIR];
    size_t first = list->first, end = list->end;
    uint8_t begin;

    if (pairs == 0 || list->count[LONG_DECIMAL] > 0 || list->count[WITH_0X] > 0)
        return;
    while (line->tokens[first].kind != TOKEN_BYTES)
        first++;
    while (line->tokens[end - 1].kind != TOKEN_BYTES)
        end--;
    begin = line->bytes[line->tokens[first].first];
    if (pairs < ENOUGH_IN_PROSE &&
        ((begin != CJT188_START && begin != CJT188_PREAMBLE) || end - first < SHORTEST_FRAME ||
         line->bytes[line->tokens[end - 1].first] != CJT188_END))
        return;
    for (size_t i = first; i < end; i++)
        if (line->tokens[i].kind != TOKEN_BYTES)
            set_value(line, &line->tokens[i], 16);
}

/* Every frame has a 68, and what is in front of it is FE. */
static bool
has_start(const struct token_line *line, const struct list *list)
{
    for (size_t i = list->first; i < list->end; i++) {
        const struct token *token = &line->tokens[i];
        const uint8_t byte = token->valued ? token->value : line->bytes[token->first];

        if (byte == CJT188_START || byte == CJT188_PREAMBLE)
            return true;
    }
    return false;
}

/* Is there more of a list that ends this line, and what may it look like? */
static enum list_open
list_open(const struct token_line *line, const struct list *list, bool decimal, bool went_on)
{
    const bool all_0x = list->count[WITH_0X] == list_length(list), comma = ends_with(line, ",");

    if (list->end < line->count || (!decimal && !all_0x) || ends_with(line, "]})") ||
        (!went_on && !has_start(line, list)))
        return LIST_CLOSED;
    if (all_0x)
        return comma ? went_on && line->open == LIST_COMMA ? LIST_COMMA : LIST_0X_COMMA : LIST_0X;
    if (comma)
        return LIST_COMMA;
    if (!list->whole || (list->commas && list_length(list) > 1))
        return LIST_CLOSED;
    return list_length(list) >= ENOUGH ? LIST_ROWS : LIST_COLUMN;
}

/* The bytes of the tokens, in order again. */
static void
gather_bytes(struct token_line *line)
{
    uint8_t bytes[HEXTOKEN_LINE_MAX];
    size_t length = 0;

    for (size_t i = 0; i < line->count; i++) {
        struct token *token = &line->tokens[i];
        const size_t first = length;

        if (token->valued)
            bytes[length++] = token->value;
        else if (token->kind == TOKEN_BYTES)
            memcpy(bytes + length, line->bytes + token->first, token->length);
        if (!token->valued && token->kind == TOKEN_BYTES)
            length += token->length;
        token->first = first;
    }
    memcpy(line->bytes, bytes, length);
    line->bytes_length = length;
}

/* "-68 20 AA" of a diff or an enumeration: a byte. In a list of decimals one with a sign, or of three digits, is next to it. */
static void
settle_dash(struct token_line *line)
{
    struct token *token = line->tokens;

    if (line->count < 2 || line->text[token->start] != '-' || token->kind != TOKEN_WORD || line->open != LIST_CLOSED ||
        token->end - token->start != 3 || element_of(line, token + 1) == LONG_DECIMAL)
        return;
    token->start++;
    set_value(line, token, 16);
}

/* od's offset in front of a row of decimals, where no byte has so many digits. */
static void
drop_offset(struct token_line *line)
{
    enum { OFFSET_MIN = 6 };
    const struct token *token = line->tokens;
    const size_t length = line->count > 1 ? token->end - token->start : 0;
    struct list list;

    if (length < OFFSET_MIN || strspn(line->text + token->start, "0123456789") < length)
        return;
    list = list_at(line, 1);
    list.whole = true;
    if (list.end < line->count || !is_decimal(line, &list))
        return;
    line->count--;
    memmove(line->tokens, line->tokens + 1, line->count * sizeof *line->tokens);
}

void
hexlist_settle(struct token_line *line)
{
    enum list_open open = LIST_CLOSED;

    drop_casts(line);
    settle_dash(line);
    drop_offset(line);
    for (size_t i = 0; i < line->count;) {
        const struct list list = list_at(line, i);
        const bool all_0x = list.count[WITH_0X] == list_length(&list);
        const bool went_on = goes_on(line, &list) || (all_0x && list.first == 0 && line->open >= LIST_0X);
        const bool decimal = list_length(&list) > 0 && is_decimal(line, &list);

        if (decimal)
            set_decimal(line, &list);
        else if (went_on && all_0x)
            set_sure(line, &list);
        else
            set_digits(line, &list);
        open = list_length(&list) > 0 ? list_open(line, &list, decimal, went_on) : LIST_CLOSED;
        i = MAX(list.end, i + 1);
    }
    line->open = open;
    gather_bytes(line);
}
