/* hextext.c
 * Bytes in text: see hextext.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A line is cut into tokens: bytes, words, arrows, other signs. Words and arrows tell the direction, and how much of the
 * line is prose. The bytes of all lines make one stream, which the framer cuts; of what is no whole frame, only the
 * bytes of lines without prose are kept.
 */
#include "hextext.h"
#include "framer.h"

#include <string.h>

enum {
    LINE_MAX_LENGTH = 4096, /* longer ones are cut; so a line gives at most half as many bytes */
    TOKENS_MAX = LINE_MAX_LENGTH,
    HISTORY = 2 * CJT188_PIECE_MAX + LINE_MAX_LENGTH, /* what the framer can hold back, and a line */
    LONELY = 3,       /* bytes that a line without prose must have to be more than a number */
    CLEARLY_DATA = 8, /* bytes in the middle of prose that are more than the line's first ones */
    DUMP_ROW = 16,
};

enum token_kind { TOKEN_BYTES, TOKEN_WORD, TOKEN_ARROW, TOKEN_SIGN };

struct token {
    enum token_kind kind;
    size_t start, end;    /* in the line */
    size_t first, length; /* in bytes[] */
};

/* Where a byte of the stream came from. */
struct origin {
    bool strong; /* its line has no prose */
    enum record_direction direction;
    int64_t time_ns;
};

struct hextext {
    hextext_callback callback;
    void *user;
    struct framer *framer;
    GRegex *time;
    int64_t today_s;
    char line[LINE_MAX_LENGTH + 1];
    size_t length;
    struct token tokens[TOKENS_MAX];
    size_t count;
    uint8_t bytes[LINE_MAX_LENGTH];
    size_t bytes_length;
    struct origin origin[HISTORY];
    uint64_t pushed, taken; /* bytes of the stream */
    enum record_direction direction, last_direction;
    bool after_strong; /* the line before was one without prose */
    int64_t time_ns, date_s;
    uint64_t dump_offset; /* of the next row of a hex dump */
};

static const struct origin *
origin_at(const struct hextext *hextext, uint64_t offset)
{
    return &hextext->origin[offset % HISTORY];
}

static void
tell(const struct hextext *hextext, const uint8_t *bytes, uint64_t offset, size_t length)
{
    const struct origin *origin = origin_at(hextext, offset);
    const struct hextext_piece piece = { bytes, length, origin->direction, origin->time_ns };

    hextext->callback(&piece, hextext->user);
}

/* Only what begins with 68 is long enough not to be found in prose by chance. */
static bool
is_whole(const struct record *record)
{
    return record->kind == CJT188_FRAME || record->kind == CJT188_DLT645 ||
        (record->kind == CJT188_MBUS && record->bytes[record->preamble] == CJT188_START);
}

static void
on_record(const struct record *record, void *user)
{
    struct hextext *hextext = user;
    const uint64_t start = hextext->taken;
    size_t at = 0;

    hextext->taken += record->length;
    if (is_whole(record)) {
        tell(hextext, record->bytes, start, record->length);
        return;
    }
    while (at < record->length) {
        const bool strong = origin_at(hextext, start + at)->strong;
        size_t end = at;

        while (end < record->length && origin_at(hextext, start + end)->strong == strong)
            end++;
        if (strong)
            tell(hextext, record->bytes + at, start + at, end - at);
        at = end;
    }
}

struct hextext *
hextext_new(int64_t today_s, hextext_callback callback, void *user)
{
    struct hextext *hextext = g_new0(struct hextext, 1);

    hextext->callback = callback;
    hextext->user = user;
    hextext->today_s = today_s;
    hextext->framer = framer_new(0, on_record, hextext);
    /* Not in the middle of bytes with colons between. */
    hextext->time = g_regex_new(
        "(?<![0-9A-Fa-f:.])(?:(\\d{4})[-/.](\\d\\d)[-/.](\\d\\d)(?:[T ,]+(?=\\d\\d?:\\d\\d:\\d\\d)|(?![0-9A-Fa-f])))?"
        "(?:(\\d\\d?):(\\d\\d):(\\d\\d)(?:[.,](\\d{1,9}))?(Z|[+-]\\d\\d:?\\d\\d)?(?![0-9A-Fa-f:]))?",
        G_REGEX_RAW | G_REGEX_OPTIMIZE, 0, NULL);
    return hextext;
}

void
hextext_free(struct hextext *hextext)
{
    if (hextext == NULL)
        return;
    framer_free(hextext->framer);
    g_regex_unref(hextext->time);
    g_free(hextext);
}

static int
match_number(GMatchInfo *match, int group)
{
    char *text = g_match_info_fetch(match, group);
    const int number = text != NULL && *text != '\0' ? (int)g_ascii_strtoll(text, NULL, 10) : -1;

    g_free(text);
    return number;
}

/* Digits behind the point, as nanoseconds. */
static int64_t
match_fraction(GMatchInfo *match, int group)
{
    char *text = g_match_info_fetch(match, group);
    int64_t fraction = 0, weight = NS_PER_SECOND / 10;

    for (const char *at = text; at != NULL && g_ascii_isdigit(*at); at++, weight /= 10)
        fraction += (*at - '0') * weight;
    g_free(text);
    return fraction;
}

static GTimeZone *
match_zone(GMatchInfo *match, int group)
{
    char *text = g_match_info_fetch(match, group);
    GTimeZone *zone = text != NULL && *text != '\0' ? g_time_zone_new_identifier(text) : NULL;

    g_free(text);
    return zone != NULL ? zone : g_time_zone_new_local();
}

static void
set_time(struct hextext *hextext, GMatchInfo *match)
{
    GTimeZone *zone = match_zone(match, 8);
    GDateTime *day, *moment = NULL;
    int year = match_number(match, 1), month = match_number(match, 2), date = match_number(match, 3);
    const int hour = match_number(match, 4);

    if (year < 0) {
        GDateTime *utc = g_date_time_new_from_unix_utc(hextext->date_s != 0 ? hextext->date_s : hextext->today_s);

        day = g_date_time_to_timezone(utc, zone);
        g_date_time_get_ymd(day, &year, &month, &date);
        g_date_time_unref(day);
        g_date_time_unref(utc);
    }
    moment = g_date_time_new(zone, year, month, date, MAX(hour, 0), MAX(match_number(match, 5), 0),
                             MAX(match_number(match, 6), 0));
    if (moment != NULL) {
        hextext->date_s = g_date_time_to_unix(moment);
        if (hour >= 0)
            hextext->time_ns = hextext->date_s * NS_PER_SECOND + match_fraction(match, 7);
        g_date_time_unref(moment);
    }
    g_time_zone_unref(zone);
}

/* Times are full of digits that look like bytes: note the first, and blank all out. */
static void
take_times(struct hextext *hextext)
{
    GMatchInfo *match;
    bool noted = false;

    g_regex_match_full(hextext->time, hextext->line, (gssize)hextext->length, 0, 0, &match, NULL);
    while (g_match_info_matches(match)) {
        int start, end;

        g_match_info_fetch_pos(match, 0, &start, &end);
        if (end > start) {
            if (!noted)
                set_time(hextext, match);
            noted = true;
            memset(hextext->line + start, ' ', (size_t)(end - start));
        }
        if (!g_match_info_next(match, NULL))
            break;
    }
    g_match_info_free(match);
}

static bool
is_word_char(char c)
{
    return g_ascii_isalnum(c) || c == '.' || c == '_' || c == '%' || (c & 0x80) != 0;
}

static void
add_token(struct hextext *hextext, enum token_kind kind, size_t start, size_t end)
{
    hextext->tokens[hextext->count++] =
        (struct token){ .kind = kind, .start = start, .end = end, .first = hextext->bytes_length };
}

/* A word of an even number of hex digits is bytes; FE, 0xFE, FEFE68. */
static bool
take_bytes(struct hextext *hextext, size_t start, size_t end)
{
    const char *line = hextext->line;
    size_t at = start;
    struct token *token;

    if (end - start > 2 && line[start] == '0' && (line[start + 1] == 'x' || line[start + 1] == 'X'))
        at += 2;
    else if (end - start > 1 && start > 0 && line[start - 1] == '\\' && line[start] == 'x')
        at += 1;
    if ((end - at) % 2 != 0 || at == end)
        return false;
    for (size_t i = at; i < end; i++)
        if (!g_ascii_isxdigit(line[i]))
            return false;
    add_token(hextext, TOKEN_BYTES, start, end);
    token = &hextext->tokens[hextext->count - 1];
    for (; at < end; at += 2)
        hextext->bytes[hextext->bytes_length++] =
            (uint8_t)(g_ascii_xdigit_value(line[at]) << 4 | g_ascii_xdigit_value(line[at + 1]));
    token->length = hextext->bytes_length - token->first;
    return true;
}

/* "->", "<<<", ">": but "<FE 68>" are brackets. */
static bool
take_arrow(struct hextext *hextext, size_t start, size_t end)
{
    const char *line = hextext->line;
    const size_t length = end - start;

    if (memchr(line + start, '<', length) == NULL && memchr(line + start, '>', length) == NULL)
        return false;
    if (length == 1 && end < hextext->length && line[end] != ' ' && line[end] != '\t')
        return false;
    add_token(hextext, TOKEN_ARROW, start, end);
    return true;
}

static void
cut_tokens(struct hextext *hextext)
{
    const char *line = hextext->line;
    size_t at = 0;

    hextext->count = hextext->bytes_length = 0;
    while (at < hextext->length) {
        const size_t start = at;

        if (is_word_char(line[at])) {
            while (at < hextext->length && is_word_char(line[at]))
                at++;
            if (!take_bytes(hextext, start, at))
                add_token(hextext, TOKEN_WORD, start, at);
        } else if (strchr("<>-=", line[at]) != NULL) {
            while (at < hextext->length && strchr("<>-=", line[at]) != NULL)
                at++;
            /* FE-FE-68; a dash in prose has blanks around. */
            if (!take_arrow(hextext, start, at) &&
                (line[start] != '-' || start == 0 || !g_ascii_isxdigit(line[start - 1]) || !g_ascii_isxdigit(line[at])))
                add_token(hextext, TOKEN_SIGN, start, at);
        } else {
            if (strchr(" \t\r,;:()[]{}\"'\\", line[at]) == NULL)
                add_token(hextext, TOKEN_SIGN, at, at + 1);
            at++;
        }
    }
}

static bool
is_one_of(const struct hextext *hextext, const struct token *token, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strlen(*words) == token->end - token->start &&
            g_ascii_strncasecmp(hextext->line + token->start, *words, token->end - token->start) == 0)
            return true;
    return false;
}

static enum record_direction
mark_of(const struct hextext *hextext, const struct token *token)
{
    static const char *const requests[] = { "SEND", "SENT", "TX", "TXD", "OUT", "WRITE", "REQUEST", "REQ", NULL };
    static const char *const replies[] = { "RECV", "RCVD", "RECEIVED", "RX",       "RXD", "REPLY",
                                           "IN",   "READ", "RESP",     "RESPONSE", NULL };

    if (token->kind == TOKEN_ARROW)
        return memchr(hextext->line + token->start, '<', token->end - token->start) != NULL ? DIRECTION_REPLY
                                                                                            : DIRECTION_REQUEST;
    if (token->kind != TOKEN_WORD)
        return DIRECTION_UNKNOWN;
    if (is_one_of(hextext, token, requests))
        return DIRECTION_REQUEST;
    return is_one_of(hextext, token, replies) ? DIRECTION_REPLY : DIRECTION_UNKNOWN;
}

/* A number of bytes, not a byte: "SEND (22)", "len=22". */
static bool
is_count(const struct hextext *hextext, size_t index)
{
    static const char *const words[] = { "LEN", "LENGTH", "SIZE", "COUNT", "N", "BYTES", NULL };
    const struct token *token = &hextext->tokens[index], *before;
    const char *line = hextext->line;
    bool in_brackets;

    if (token->kind != TOKEN_BYTES || index == 0)
        return false;
    before = token - 1;
    if (before->kind == TOKEN_SIGN && index > 1)
        before--;
    if (before->kind == TOKEN_WORD && is_one_of(hextext, before, words))
        return true;
    in_brackets = token->start > 0 && strchr("([", line[token->start - 1]) != NULL && line[token->start - 1] != '\0' &&
        token->end < hextext->length && strchr(")]", line[token->end]) != NULL;
    return in_brackets && mark_of(hextext, before) != DIRECTION_UNKNOWN;
}

/* The first token as a number. */
static uint64_t
offset_of(const struct hextext *hextext)
{
    uint64_t offset = 0;

    for (size_t i = 0; i < hextext->tokens[0].length; i++)
        offset = offset << 8 | hextext->bytes[hextext->tokens[0].first + i];
    return offset;
}

/* The row of a hex dump: "0010  FE FE …  text", "00000010: fefe …  text". The first token is the right offset. */
static bool
is_dump_row(const struct hextext *hextext)
{
    const struct token *token = hextext->tokens;

    if (hextext->count < 2 || token[0].kind != TOKEN_BYTES || token[1].kind != TOKEN_BYTES || token[0].length < 2 ||
        token[0].length > 4 || token[0].end - token[0].start != 2 * token[0].length)
        return false;
    if (hextext->line[token[0].end] != ':' && token[1].length != 1)
        return false;
    return offset_of(hextext) == 0 || offset_of(hextext) == hextext->dump_offset;
}

/* Some of the tokens of the line, which are neighbours. */
struct run {
    size_t first, end; /* tokens */
    size_t bytes;
};

static struct run
run_at(const struct hextext *hextext, size_t first)
{
    struct run run = { first, first, 0 };

    while (run.end < hextext->count && hextext->tokens[run.end].kind == TOKEN_BYTES)
        run.bytes += hextext->tokens[run.end++].length;
    return run;
}

/* Behind the bytes of a row, after a wide gap, stand its characters. */
static struct run
dump_run(const struct hextext *hextext)
{
    struct run run = { 1, 1, 0 };

    while (run.end < hextext->count && hextext->tokens[run.end].kind == TOKEN_BYTES && run.bytes < DUMP_ROW) {
        const struct token *token = &hextext->tokens[run.end];

        if (run.bytes != 0 && run.bytes != DUMP_ROW / 2 && token->start >= token[-1].end + 2)
            break;
        run.bytes += token->length;
        run.end++;
    }
    return run;
}

/* The first bytes of the line, unless others are clearly more. */
static struct run
best_run(const struct hextext *hextext, size_t begin)
{
    struct run best = run_at(hextext, begin);

    for (size_t i = best.end; i < hextext->count; i++) {
        const struct run run = run_at(hextext, i);

        if (run.bytes >= (best.first == begin && best.bytes > 0 ? CLEARLY_DATA : LONELY) && run.bytes > best.bytes)
            best = run;
        if (run.end > i)
            i = run.end - 1;
    }
    return best;
}

/* 00 01 02 03 …, D0 D1 D2 D3 …: the heading of a table. */
static bool
is_heading(const struct hextext *hextext, const struct run *run)
{
    if (run->end - run->first < 4)
        return false;
    for (size_t i = run->first + 1; i < run->end; i++)
        if (hextext->tokens[i].length != 1 ||
            hextext->bytes[hextext->tokens[i].first] != hextext->bytes[hextext->tokens[i - 1].first] + 1)
            return false;
    return true;
}

static void
push(struct hextext *hextext, const struct run *run, bool strong)
{
    const struct token *token = &hextext->tokens[run->first];

    if (hextext->direction != hextext->last_direction)
        framer_finish(hextext->framer);
    hextext->last_direction = hextext->direction;
    for (size_t i = 0; i < run->bytes; i++)
        hextext->origin[hextext->pushed++ % HISTORY] = (struct origin){ strong, hextext->direction, hextext->time_ns };
    framer_push(hextext->framer, hextext->bytes + token->first, NULL, run->bytes, 0);
}

/* Marks and counts at the beginning say who speaks, and are no prose. Returns the first token behind them. */
static size_t
take_marks(struct hextext *hextext, bool *marked)
{
    size_t at = 0;

    for (; at < hextext->count; at++) {
        const enum record_direction mark = mark_of(hextext, &hextext->tokens[at]);
        const struct token *token = &hextext->tokens[at];

        if (mark != DIRECTION_UNKNOWN) {
            hextext->direction = mark;
            *marked = true;
        } else if (!*marked ||
                   !(is_count(hextext, at) ||
                     (token->kind == TOKEN_WORD && g_ascii_isdigit(hextext->line[token->start])))) {
            break;
        }
    }
    return at;
}

static void
take_line(struct hextext *hextext)
{
    bool marked = false, strong, dump;
    size_t begin;
    struct run run;

    hextext->line[hextext->length] = '\0';
    take_times(hextext);
    cut_tokens(hextext);
    dump = is_dump_row(hextext);
    begin = dump ? 0 : take_marks(hextext, &marked);
    for (size_t i = begin; !dump && i < hextext->count; i++)
        if (is_count(hextext, i))
            hextext->tokens[i].kind = TOKEN_WORD;
    run = dump ? dump_run(hextext) : best_run(hextext, begin);
    if (run.bytes == 0) {
        if (!marked)
            hextext->direction = DIRECTION_UNKNOWN;
        hextext->after_strong = false;
        return;
    }
    for (size_t i = begin; !dump && i < run.first; i++)
        if (mark_of(hextext, &hextext->tokens[i]) != DIRECTION_UNKNOWN)
            hextext->direction = mark_of(hextext, &hextext->tokens[i]);
    if (dump) {
        const bool first = offset_of(hextext) == 0;

        hextext->dump_offset = (first ? 0 : hextext->dump_offset) + run.bytes;
    }
    strong = dump ||
        (run.first == begin && run.end == hextext->count && !is_heading(hextext, &run) &&
         (run.bytes >= LONELY || marked || hextext->after_strong));
    push(hextext, &run, strong);
    hextext->after_strong = strong;
}

/* A line that is too long is cut where no byte is. */
static void
cut_line(struct hextext *hextext)
{
    size_t cut = hextext->length;
    char rest[LINE_MAX_LENGTH];
    size_t left;

    while (cut > LINE_MAX_LENGTH / 2 && is_word_char(hextext->line[cut - 1]))
        cut--;
    if (cut == LINE_MAX_LENGTH / 2)
        cut = hextext->length - hextext->length % 2;
    left = hextext->length - cut;
    memcpy(rest, hextext->line + cut, left);
    hextext->length = cut;
    take_line(hextext);
    memcpy(hextext->line, rest, left);
    hextext->length = left;
}

void
hextext_feed(struct hextext *hextext, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\n') {
            take_line(hextext);
            hextext->length = 0;
            continue;
        }
        hextext->line[hextext->length++] = text[i] != '\0' ? text[i] : ' ';
        if (hextext->length == LINE_MAX_LENGTH)
            cut_line(hextext);
    }
}

void
hextext_finish(struct hextext *hextext)
{
    if (hextext->length > 0)
        take_line(hextext);
    hextext->length = 0;
    framer_finish(hextext->framer);
}
