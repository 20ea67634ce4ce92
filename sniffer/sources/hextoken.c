/* hextoken.c
 * The tokens of a line: see hextoken.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "hextoken.h"

#include <string.h>

bool
token_is_word_char(char c)
{
    return g_ascii_isalnum(c) || c == '.' || c == '_' || c == '%';
}

bool
token_is_one_of(const struct token_line *line, const struct token *token, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strlen(*words) == token->end - token->start &&
            g_ascii_strncasecmp(line->text + token->start, *words, token->end - token->start) == 0)
            return true;
    return false;
}

static struct token *
add_token(struct token_line *line, enum token_kind kind, size_t start, size_t end)
{
    struct token *token = &line->tokens[line->count++];

    *token = (struct token){ .kind = kind, .start = start, .end = end, .first = line->bytes_length };
    return token;
}

static void
add_word(struct token_line *line, size_t start, size_t end)
{
    static const char *const requests[] = { "SEND",  "SENT",    "SENDING", "TX",       "TXD",         "OUT",
                                            "WRITE", "REQUEST", "REQ",     "TRANSMIT", "TRANSMITTED", NULL };
    static const char *const replies[] = { "RECV", "RCVD",  "RECEIVED", "RECEIVE", "RECEIVING", "RX", "RXD",
                                           "IN",   "REPLY", "READ",     "RESP",    "RESPONSE",  NULL };
    struct token *token = add_token(line, TOKEN_WORD, start, end);

    if (token_is_one_of(line, token, requests))
        token->mark = DIRECTION_REQUEST;
    else if (token_is_one_of(line, token, replies))
        token->mark = DIRECTION_REPLY;
}

/* Two digits are a byte; so is a single one. */
static void
add_bytes(struct token_line *line, size_t start, size_t end, const char *digits, size_t count)
{
    struct token *token = add_token(line, TOKEN_BYTES, start, end);

    if (count == 1)
        line->bytes[line->bytes_length++] = (uint8_t)g_ascii_xdigit_value(*digits);
    for (size_t i = 0; i + 1 < count; i += 2)
        line->bytes[line->bytes_length++] =
            (uint8_t)(g_ascii_xdigit_value(digits[i]) << 4 | g_ascii_xdigit_value(digits[i + 1]));
    token->length = line->bytes_length - token->first;
}

struct form {
    const char *prefix, *suffix;
    enum notation notation;
    size_t digits; /* 0 = any even number */
    bool doubtful;
};

/* The digits of a word in this form; 0 = it is none. */
static size_t
digits_in(const struct form *form, const char *word, size_t length)
{
    const size_t before = strlen(form->prefix), around = before + strlen(form->suffix);
    const size_t digits = length > around ? length - around : 0;

    if (digits == 0 || (form->digits != 0 ? digits != form->digits : digits % 2 != 0) ||
        g_ascii_strncasecmp(word, form->prefix, before) != 0 ||
        g_ascii_strncasecmp(word + before + digits, form->suffix, around - before) != 0)
        return 0;
    for (size_t i = 0; i < digits; i++)
        if (!g_ascii_isxdigit(word[before + i]))
            return 0;
    return digits;
}

static bool
take_bytes(struct token_line *line, size_t start, size_t end)
{
    static const struct form forms[] = {
        { "", "", NOTATION_PLAIN, 0, false },   { "0x", "", NOTATION_0X, 0, false },
        { "0x", "", NOTATION_0X, 1, true },     { "\\x", "", NOTATION_PLAIN, 0, false },
        { "\\", "", NOTATION_PLAIN, 0, false }, { "", "h", NOTATION_H, 2, true },
        { "0", "h", NOTATION_H, 2, true },      { "$", "", NOTATION_DOLLAR, 2, true },
    };
    const char *word = line->text + start;

    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
        const size_t digits = digits_in(&forms[i], word, end - start);

        if (digits == 0)
            continue;
        add_bytes(line, start, end, word + strlen(forms[i].prefix), digits);
        line->tokens[line->count - 1].notation = forms[i].notation;
        line->tokens[line->count - 1].doubtful = forms[i].doubtful;
        return true;
    }
    return false;
}

/* Of 0x1, $FE and FEh, with neighbours of their kind, those that can be bytes stay; one 0x1 needs a 0xFE. */
static void
settle_doubtful(struct token_line *line)
{
    for (size_t first = 0, end; first < line->count; first = end) {
        struct token *tokens = line->tokens;
        bool sure = false;

        for (end = first;
             end < line->count && tokens[end].kind == TOKEN_BYTES && tokens[end].notation == tokens[first].notation;
             end++)
            sure = sure || !tokens[end].doubtful;
        sure = sure || (end - first > 1 && tokens[first].notation != NOTATION_0X);
        if (end == first)
            end++;
        for (size_t i = first; i < end && !sure; i++)
            if (tokens[i].doubtful)
                tokens[i].kind = TOKEN_WORD;
    }
}

/* 8-4-4-4-12 digits: no bytes but a name. */
static bool
is_uuid(const char *text)
{
    static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    size_t i = 0;

    for (; form[i] != '\0'; i++)
        if (form[i] == 'x' ? !g_ascii_isxdigit(text[i]) : text[i] != form[i])
            return false;
    return !token_is_word_char(text[i]) && text[i] != '-';
}

/* Where the Python literal ends that this quote begins; 0 = it is none. */
static size_t
literal_end(const char *text, size_t start)
{
    for (size_t at = start + 1; text[at] != '\0' && (text[at] & 0x80) == 0; at++) {
        if (text[at] == text[start])
            return at;
        if (text[at] == '\\' && text[at + 1] != '\0')
            at++;
    }
    return 0;
}

/* One character of a literal, or an escape. Returns how long that is. */
static size_t
literal_byte(const char *at, uint8_t *byte)
{
    static const char letters[] = "nrt0\\'\"", meanings[] = "\n\r\t\0\\'\"";
    const char *letter = at[0] == '\\' && at[1] != '\0' ? strchr(letters, at[1]) : NULL;

    *byte = (uint8_t)at[0];
    if (at[0] == '\\' && at[1] == 'x' && g_ascii_isxdigit(at[2]) && g_ascii_isxdigit(at[3])) {
        *byte = (uint8_t)(g_ascii_xdigit_value(at[2]) << 4 | g_ascii_xdigit_value(at[3]));
        return 4;
    }
    if (letter == NULL)
        return 1;
    *byte = (uint8_t)meanings[letter - letters];
    return 2;
}

/* b'\xfeh \xaa'. Returns where it ends, or `start` when there is none. */
static size_t
take_literal(struct token_line *line, size_t start)
{
    const char *text = line->text;
    const size_t end = literal_end(text, start + 1);
    struct token *token;

    if (end == 0)
        return start;
    token = add_token(line, TOKEN_BYTES, start, end + 1);
    for (size_t at = start + 2; at < end;)
        at += literal_byte(text + at, &line->bytes[line->bytes_length++]);
    token->length = line->bytes_length - token->first;
    if (token->length == 0)
        line->count--;
    return end + 1;
}

/* "->", "<<<", ">": but "<FE 68>" are brackets. */
static bool
take_arrow(struct token_line *line, size_t start, size_t end)
{
    const char *text = line->text;
    const bool left = memchr(text + start, '<', end - start) != NULL;

    if (!left && memchr(text + start, '>', end - start) == NULL)
        return false;
    if (end - start == 1 && end < line->length && text[end] != ' ' && text[end] != '\t')
        return false;
    add_token(line, TOKEN_ARROW, start, end)->mark = left ? DIRECTION_REPLY : DIRECTION_REQUEST;
    return true;
}

static size_t
take_drawn(struct token_line *line, size_t start)
{
    const char *text = line->text;
    size_t end = start;

    while (end < line->length && strchr("<>-=", text[end]) != NULL)
        end++;
    /* FE-FE-68; a dash in prose has blanks around. */
    if (!take_arrow(line, start, end) &&
        (text[start] != '-' || start == 0 || !g_ascii_isxdigit(text[start - 1]) || !g_ascii_isxdigit(text[end])))
        add_token(line, TOKEN_SIGN, start, end);
    return end;
}

/* Signs outside of ASCII: marks, and those that are as good as a blank. */
static const struct {
    const char *text;
    enum record_direction mark;
    enum token_kind kind; /* of a mark */
} foreign[] = {
    /* SSCOM's, in UTF-8 and in GBK. */
    { "发→", DIRECTION_REQUEST, TOKEN_WORD },
    { "收←", DIRECTION_REPLY, TOKEN_WORD },
    { "\xB7\xA2\xA1\xFA", DIRECTION_REQUEST, TOKEN_WORD },
    { "\xCA\xD5\xA1\xFB", DIRECTION_REPLY, TOKEN_WORD },
    { .text = "◇" },
    { .text = "◆" },
    { .text = "□" },
    { .text = "\xA1\xF3" },
    { .text = "\xA1\xF4" },
    { .text = "\xA1\xF5" },
    /* Other programs'. */
    { "发送", DIRECTION_REQUEST, TOKEN_WORD },
    { "接收", DIRECTION_REPLY, TOKEN_WORD },
    { "→", DIRECTION_REQUEST, TOKEN_ARROW },
    { "←", DIRECTION_REPLY, TOKEN_ARROW },
    { .text = "：" },
    { .text = "，" },
    { .text = "【" },
    { .text = "】" },
    { .text = "\xEF\xBB\xBF" }, /* byte order mark */
    { .text = "\xE3\x80\x80" }, /* ideographic space */
    { .text = "\xC2\xA0" },     /* no-break space */
    { .text = "\xA0" },         /* the same in Latin-1 */
};

/* What is not known is prose. */
static size_t
take_foreign(struct token_line *line, size_t start)
{
    size_t end = start + 1;

    for (size_t i = 0; i < G_N_ELEMENTS(foreign); i++) {
        const size_t length = strlen(foreign[i].text);

        if (strncmp(line->text + start, foreign[i].text, length) != 0)
            continue;
        if (foreign[i].mark != DIRECTION_UNKNOWN)
            add_token(line, foreign[i].kind, start, start + length)->mark = foreign[i].mark;
        return start + length;
    }
    while ((line->text[end] & 0xC0) == 0x80)
        end++;
    add_token(line, TOKEN_SIGN, start, end);
    return end;
}

static size_t
take_word(struct token_line *line, size_t start)
{
    const char *text = line->text;
    size_t end = start + 1;

    while (token_is_word_char(text[end]))
        end++;
    if (end - start == 8 && is_uuid(text + start))
        end = start + 36;
    else if (take_bytes(line, start, end))
        return end;
    add_word(line, start, end);
    return end;
}

static size_t
take_sign(struct token_line *line, size_t start)
{
    const char *text = line->text;

    /* FE|FE|68. */
    if (text[start] == '|' && start > 0 && g_ascii_isxdigit(text[start - 1]) && g_ascii_isxdigit(text[start + 1]))
        return start + 1;
    if (strchr(" \t\r,;:()[]{}\"'\\", text[start]) == NULL)
        add_token(line, TOKEN_SIGN, start, start + 1);
    return start + 1;
}

void
token_line_cut(struct token_line *line)
{
    const char *text = line->text;
    bool literals = true; /* each is searched to its end: not again after one without */

    line->count = line->bytes_length = 0;
    for (size_t at = 0; at < line->length;) {
        const size_t start = at;
        const char c = text[at], next = text[at + 1];

        if (literals && (c == 'b' || c == 'B') && (next == '\'' || next == '"')) {
            at = take_literal(line, start);
            literals = at > start;
        }
        if (at > start)
            continue;
        if (token_is_word_char(c) || ((c == '\\' || c == '$') && token_is_word_char(next)))
            at = take_word(line, start);
        else if ((c & 0x80) != 0)
            at = take_foreign(line, start);
        else
            at = strchr("<>-=", c) != NULL ? take_drawn(line, start) : take_sign(line, start);
    }
    settle_doubtful(line);
}
