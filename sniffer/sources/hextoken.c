/* hextoken.c
 * The tokens of a line: see hextoken.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "hextoken.h"
#include "hexlist.h"

#include <string.h>

enum { LITERALS_MAX = 64 }; /* that are none, in a line */

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

    *token = (struct token){
        .kind = kind, .sure = line->in_buffer, .start = start, .end = end, .first = line->bytes_length
    };
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
        { "", "", NOTATION_PLAIN, 0, false },
        { "0x", "", NOTATION_0X, 0, false },
        { "0x", "", NOTATION_0X, 1, true },
        { "\\x", "", NOTATION_PLAIN, 0, false },
        { "0x", "u8", NOTATION_0X, 2, false },
        { "0x", "u8", NOTATION_0X, 1, true },
        { "0x", "u", NOTATION_0X, 2, false },
        { "0x", ".toByte", NOTATION_0X, 2, false },
        { "0x", ".toUByte", NOTATION_0X, 2, false },
        { "\\", "", NOTATION_PLAIN, 0, false },
        { "", "h", NOTATION_H, 2, true },
        { "0", "h", NOTATION_H, 2, true },
        { "$", "", NOTATION_DOLLAR, 2, true },
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

/* FE_FE_68, %FE%68 and FE.FE.68, which is no IP address. */
static bool
take_grouped(struct token_line *line, size_t start, size_t end)
{
    static const struct {
        char separator;
        size_t groups;
    } forms[] = { { '_', 3 }, { '%', 2 }, { '.', 8 } };
    enum { GROUP = 3 };
    const size_t pieces = (end - start + 1) / GROUP;
    const size_t shift = line->text[start] == '%';
    struct token *token;

    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
        const bool leads = forms[i].separator == '%';
        size_t at = start;

        if (pieces < forms[i].groups || (end - start) % GROUP != (leads ? 0 : GROUP - 1))
            continue;
        while (at < end && g_ascii_isxdigit(line->text[at + shift]) && g_ascii_isxdigit(line->text[at + shift + 1]) &&
               (leads ? line->text[at] == '%' : at + 2 == end || line->text[at + 2] == forms[i].separator))
            at += GROUP;
        if (at < end)
            continue;
        token = add_token(line, TOKEN_BYTES, start, end);
        for (at = start + shift; at < end; at += GROUP)
            line->bytes[line->bytes_length++] =
                (uint8_t)(g_ascii_xdigit_value(line->text[at]) << 4 | g_ascii_xdigit_value(line->text[at + 1]));
        token->length = line->bytes_length - token->first;
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

/* Where the literal ends that this quote begins, and how many bytes in it are numbers; 0 = it is none. */
static size_t
literal_end(const char *text, size_t start, size_t *numbers)
{
    *numbers = 0;
    for (size_t at = start + 1; text[at] != '\0' && (text[at] & 0x80) == 0; at++) {
        if (text[at] == text[start])
            return at;
        if (text[at] != '\\' || text[at + 1] == '\0')
            continue;
        at++;
        *numbers += text[at] == 'x' || g_ascii_isdigit(text[at]);
    }
    return 0;
}

/* One character of a literal, or an escape: \xfe, \376, \n. Returns how long that is. */
static size_t
literal_byte(const char *at, uint8_t *byte)
{
    static const char letters[] = "nrtabfv\\'\"", meanings[] = "\n\r\t\a\b\f\v\\'\"";
    const char *letter = at[0] == '\\' && at[1] != '\0' ? strchr(letters, at[1]) : NULL;
    size_t octal = at[0] == '\\' ? strspn(at + 1, "01234567") : 0;

    *byte = (uint8_t)at[0];
    if (at[0] == '\\' && at[1] == 'x' && g_ascii_isxdigit(at[2]) && g_ascii_isxdigit(at[3])) {
        *byte = (uint8_t)(g_ascii_xdigit_value(at[2]) << 4 | g_ascii_xdigit_value(at[3]));
        return 4;
    }
    if (octal > 0) {
        octal = MIN(octal, 3);
        *byte = 0;
        for (size_t i = 1; i <= octal; i++)
            *byte = (uint8_t)(*byte << 3 | (at[i] - '0'));
        return 1 + octal;
    }
    if (letter == NULL)
        return 1;
    *byte = (uint8_t)meanings[letter - letters];
    return 2;
}

/* b'\xfeh \xaa', or another string that is mostly such numbers. Returns where it ends, or `start` when there is none. */
static size_t
take_literal(struct token_line *line, size_t start)
{
    enum { NUMBERS = 3 };
    const char *text = line->text;
    const bool named = text[start] != '\'' && text[start] != '"';
    size_t numbers;
    const size_t end = literal_end(text, start + named, &numbers);
    struct token *token;

    if (end == 0 || (!named && (numbers < NUMBERS || 4 * numbers < (end - start) / 2)))
        return start;
    token = add_token(line, TOKEN_BYTES, start, end + 1);
    for (size_t at = start + named + 1; at < end;)
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

/* <b>, </span>, <br/>: returns where it ends, or `start` when there is none. */
static size_t
skip_tag(const char *text, size_t start)
{
    static const char *const tags[] = { "b",  "i",   "u",   "s",   "p",    "a",    "em",   "br",   "td",    "tr",
                                        "tt", "del", "div", "pre", "code", "font", "mark", "span", "strong" };
    enum { TAG_MAX = 200 };
    const char *name = text + start + 1 + (text[start + 1] == '/'), *end;

    for (size_t i = 0; i < G_N_ELEMENTS(tags); i++) {
        const size_t length = strlen(tags[i]);

        if (g_ascii_strncasecmp(name, tags[i], length) != 0 || strchr(" />", name[length]) == NULL)
            continue;
        end = memchr(name, '>', strnlen(name, TAG_MAX));
        return end != NULL && name[length] != '\0' ? (size_t)(end - text) + 1 : start;
    }
    return start;
}

/* <FE><68>, <Buffer FE 68>, <b>: what is no arrow, and where it ends; `start` when there is none. */
static size_t
skip_angle(struct token_line *line, size_t start)
{
    static const char buffer[] = "<Buffer";
    const char *at = line->text + start;

    if (at[0] == '>' && (line->in_buffer || (start >= 3 && at[-3] == '<' && g_ascii_isxdigit(at[-1])))) {
        line->in_buffer = false;
        return start + 1;
    }
    if (at[0] != '<')
        return start;
    if (g_ascii_isxdigit(at[1]) && g_ascii_isxdigit(at[2]) && at[3] == '>')
        return start + 1;
    if (strncmp(at, buffer, sizeof buffer - 1) == 0 && (at[sizeof buffer - 1] == ' ' || at[sizeof buffer - 1] == '>')) {
        line->in_buffer = true;
        return start + sizeof buffer - 1;
    }
    return skip_tag(line->text, start);
}

/* -2, in a list. */
static bool
is_negative(const char *text, size_t start)
{
    const size_t digits = strspn(text + start + 1, "0123456789");

    return text[start] == '-' && digits >= 1 && digits <= 3 && !token_is_word_char(text[start + 1 + digits]) &&
        (start == 0 || strchr(" \t,;:([{)=", text[start - 1]) != NULL);
}

static size_t
take_drawn(struct token_line *line, size_t start)
{
    const char *text = line->text;
    size_t end = skip_angle(line, start);

    if (end > start)
        return end;
    if (is_negative(text, start)) {
        end = start + 1 + strspn(text + start + 1, "0123456789");
        add_token(line, TOKEN_WORD, start, end);
        return end;
    }
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

/* _26 13_, __26__. */
static bool
take_emphasized(struct token_line *line, size_t start, size_t end)
{
    const size_t whole = end - start;

    while (start < end && line->text[start] == '_')
        start++;
    while (end > start && line->text[end - 1] == '_')
        end--;
    return end > start && end - start < whole && (take_bytes(line, start, end) || take_grouped(line, start, end));
}

/* "... 9 more bytes>" of Node: returns where it ends, or `start` when there is none. */
static size_t
take_cut(struct token_line *line, size_t start)
{
    static const char dots[] = "... ", more[] = " more byte";
    const char *at = line->text + start, *end;

    if (!line->in_buffer || strncmp(at, dots, sizeof dots - 1) != 0)
        return start;
    end = at + sizeof dots - 1;
    end += strspn(end, "0123456789");
    if (strncmp(end, more, sizeof more - 1) != 0)
        return start;
    end += sizeof more - 1;
    end += *end == 's';
    add_token(line, TOKEN_CUT, start, (size_t)(end - line->text));
    return (size_t)(end - line->text);
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
    else if (take_bytes(line, start, end) || take_grouped(line, start, end) || take_emphasized(line, start, end))
        return end;
    add_word(line, start, end);
    return end;
}

/* *26 13*, **26**, `26`, ~~26~~; but 2 * 3. */
static bool
is_emphasis(const char *text, size_t start)
{
    const bool before = start > 0 && !g_ascii_isspace(text[start - 1]);
    const bool behind = text[start + 1] != '\0' && !g_ascii_isspace(text[start + 1]);

    return strchr("*`~", text[start]) != NULL && (before || behind);
}

static size_t
take_sign(struct token_line *line, size_t start)
{
    const char *text = line->text;

    /* FE|FE|68, FE/FE/68. */
    if ((text[start] == '|' || text[start] == '/') && start > 0 && g_ascii_isxdigit(text[start - 1]) &&
        g_ascii_isxdigit(text[start + 1]))
        return start + 1;
    if (strchr(" \t\r,;:()[]{}\"'\\", text[start]) == NULL && !is_emphasis(text, start))
        add_token(line, TOKEN_SIGN, start, start + 1);
    return start + 1;
}

/* ESC [ 0;36 m: a terminal's colour, as good as nothing. Returns where it ends, or `start`. */
static size_t
skip_colour(const char *text, size_t start)
{
    size_t end = start + 2;

    if (text[start] != '\x1B' || text[start + 1] != '[')
        return start;
    end += strspn(text + end, "0123456789;?");
    return g_ascii_isalpha(text[end]) ? end + 1 : start;
}

static bool
begins_literal(char c, char next)
{
    return c == '\'' || c == '"' || ((c == 'b' || c == 'B') && (next == '\'' || next == '"'));
}

void
token_line_cut(struct token_line *line)
{
    const char *text = line->text;
    size_t literals = LITERALS_MAX; /* each is searched to its end: not for ever */

    line->count = line->bytes_length = 0;
    line->in_buffer = false;
    for (size_t at = 0; at < line->length;) {
        const size_t start = at;
        const char c = text[at], next = text[at + 1];

        if (begins_literal(c, next) && literals > 0) {
            at = take_literal(line, start);
            literals -= at == start;
        }
        if (at == start)
            at = take_cut(line, start);
        if (at == start)
            at = skip_colour(text, start);
        if (at > start)
            continue;
        if (token_is_word_char(c) || ((c == '\\' || c == '$') && token_is_word_char(next)))
            at = take_word(line, start);
        else if ((c & 0x80) != 0)
            at = take_foreign(line, start);
        else
            at = strchr("<>-=", c) != NULL ? take_drawn(line, start) : take_sign(line, start);
    }
    hexlist_settle(line);
    settle_doubtful(line);
}
