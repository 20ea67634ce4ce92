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
#include "hexloose.h"
#include "hexlost.h"
#include "hexrow.h"
#include "hextime.h"
#include "hextoken.h"

#include <string.h>

enum {
    HISTORY = 2 * CJT188_PIECE_MAX + HEXTOKEN_LINE_MAX, /* what the framer can hold back, and a line */
    LONELY = 3,       /* bytes that a line without prose must have to be more than a number */
    CLEARLY_DATA = 8, /* bytes in the middle of prose that are more than the line's first ones */
    SHORTEST = 12,    /* of a frame that begins with 68 */
    DUMP_ROW = 16,
    ORDER_MARK = 2, /* bytes at the beginning that tell UTF-16 */
    GAP_MS = 500,   /* between the rows of a table, ends a frame: the tap's own --gap */
};

/* Where a byte of the stream came from. */
struct origin {
    bool strong;       /* its line has no prose */
    bool begins, ends; /* a run, whose FE do not count */
    uint64_t line;
    enum record_direction direction;
    int64_t time_ns;
};

struct hextext {
    hextext_callback callback;
    void *user;
    struct framer *framer;
    struct hextime time;
    struct token_line line;
    uint64_t number; /* of the line */
    struct hexlost lost;
    struct hexloose *loose;
    struct hexrows rows;
    struct hexrow last_row; /* that was taken */
    struct origin origin[HISTORY];
    uint64_t pushed, taken; /* bytes of the stream */
    enum record_direction direction, last_direction;
    bool after_strong;    /* the line before was one without prose */
    uint64_t dump_offset; /* of the next row of a hex dump */
    bool in_dump;         /* the line before was such a row */
    uint64_t fed;         /* bytes of the text */
    bool utf16, big_endian;
    uint8_t half[ORDER_MARK]; /* what came of a character of UTF-16, or of the mark */
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

/* A program's text has frames without the sum and the end that it adds: in the midst of other words these are not cut. */
static bool
is_unfinished(const struct hextext *hextext, const struct record *record, uint64_t frame)
{
    const uint8_t *bytes = record->bytes + record->preamble;
    const size_t length = record->length - record->preamble;

    return record->kind == CJT188_TRUNCATED && length > CJT188_OFF_LENGTH &&
        length == CJT188_OFF_DATA + (size_t)bytes[CJT188_OFF_LENGTH] && !origin_at(hextext, frame)->strong;
}

/* What is told as damaged or cut is no frame either: who only keeps the capture does not see it. */
static void
note_lost(struct hextext *hextext, const struct record *record, uint64_t start)
{
    static const struct {
        enum cjt188_kind kind;
        enum hexlost_kind lost;
    } kinds[] = { { CJT188_DAMAGED, HEXLOST_RUN }, { CJT188_TRUNCATED, HEXLOST_CUT } };
    struct hexlost *lost = &hextext->lost;
    const uint64_t before = lost->tallies[HEXLOST_RUN].count, frame = start + record->preamble;

    for (size_t i = 0; i < record->length; i++) {
        const struct origin *origin = origin_at(hextext, start + i);

        hexlost_byte(lost, record->bytes[i], origin->begins, origin->ends, origin->line, start + i);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (record->kind == kinds[i].kind && !is_unfinished(hextext, record, frame) &&
            lost->tallies[HEXLOST_RUN].count == before)
            hexlost_broken(lost, kinds[i].lost, origin_at(hextext, frame)->line, frame);
}

static void
on_record(const struct record *record, void *user)
{
    struct hextext *hextext = user;
    const uint64_t start = hextext->taken;
    size_t at = 0;

    hextext->taken += record->length;
    if (hexlost_is_frame(record)) {
        hexlost_frame(&hextext->lost, origin_at(hextext, start + record->preamble)->line, start + record->preamble);
        tell(hextext, record->bytes, start, record->length);
        return;
    }
    note_lost(hextext, record, start);
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

static void
on_loose_frame(uint64_t line, bool again, void *user)
{
    hexlost_loose(&((struct hextext *)user)->lost, line, again);
}

struct hextext *
hextext_new(int64_t today_s, hextext_callback callback, void *user)
{
    struct hextext *hextext = g_new0(struct hextext, 1);

    hextext->callback = callback;
    hextext->user = user;
    hextext->time.today_s = today_s;
    hextext->number = 1;
    hextext->framer = framer_new(0, on_record, hextext);
    hextext->loose = hexloose_new(on_loose_frame, hextext);
    return hextext;
}

void
hextext_free(struct hextext *hextext)
{
    if (hextext == NULL)
        return;
    framer_free(hextext->framer);
    hexloose_free(hextext->loose);
    g_free(hextext);
}

/* Some of the tokens of the line, which are neighbours. */
struct run {
    size_t first, end; /* tokens */
    size_t bytes;
};

static struct run
run_at(const struct token_line *line, size_t first)
{
    struct run run = { first, first, 0 };

    while (run.end < line->count && line->tokens[run.end].kind == TOKEN_BYTES)
        run.bytes += line->tokens[run.end++].length;
    return run;
}

/* Words in front of a number of bytes, and behind it. */
static const char *const lengths[] = { "LEN", "LENGTH", "SIZE", "COUNT", "N", NULL };
static const char *const units[] = { "BYTES", "BYTE", "OCTETS", NULL };

static bool
is_in_brackets(const struct token_line *line, const struct token *token)
{
    const char before = token->start > 0 ? line->text[token->start - 1] : '\0', behind = line->text[token->end];

    return (before == '(' && behind == ')') || (before == '[' && behind == ']');
}

/* The token as a number as people write it, decimal or with 0x; false when it is none. */
static bool
number_of(const struct token_line *line, const struct token *token, uint64_t *number)
{
    const char *text = line->text + token->start;
    const bool hex = token->notation == NOTATION_0X;

    *number = g_ascii_strtoull(text + (hex ? 2 : 0), NULL, hex ? 16 : 10);
    return hex || strspn(text, "0123456789") == token->end - token->start;
}

/* "TX 22: FE FE", but not "TX 22:FE:FE". */
static bool
is_label(const struct token_line *line, const struct token *token)
{
    return line->text[token->end] == ':' && line->text[token->end + 1] == ' ' &&
        (size_t)(token - line->tokens) + 1 < line->count && line->text[token[1].end] != ':';
}

static bool
begins_frame(uint8_t byte)
{
    return byte == CJT188_PREAMBLE || byte == CJT188_START;
}

/* Do the words in front of a number say that it is one? */
static bool
is_announced(const struct token_line *line, size_t index, uint64_t number, uint64_t follow)
{
    const struct token *token = &line->tokens[index];
    const bool sign = index > 1 && token[-1].kind == TOKEN_SIGN;
    const struct token *before = token - 1 - sign;

    if (token_is_one_of(line, before, lengths))
        return true;
    if (token_is_one_of(line, before, units))
        return sign;
    return before->mark != DIRECTION_UNKNOWN &&
        (is_label(line, token) || (is_in_brackets(line, token) && number >= follow));
}

/* Behind a frame, a table's column with its length. */
static bool
is_length_behind(const struct token_line *line, size_t index, uint64_t number)
{
    size_t first = index, bytes = 0;

    if (index == 0 || (index + 1 < line->count && line->tokens[index + 1].kind == TOKEN_BYTES) ||
        line->tokens[index - 1].kind != TOKEN_BYTES || line->bytes[line->tokens[index].first - 1] != CJT188_END)
        return false;
    while (first > 0 && line->tokens[first - 1].kind == TOKEN_BYTES)
        bytes += line->tokens[--first].length;
    return bytes == number && begins_frame(line->bytes[line->tokens[first].first]);
}

/* A number of bytes, not a byte: "SEND (22)", "TX 22:", "len=22", "22 bytes". 68 more likely begins a frame. */
static bool
is_count(const struct token_line *line, size_t index)
{
    const struct token *token = &line->tokens[index];
    const bool in_run = index > 0 && token[-1].kind == TOKEN_BYTES;
    const bool has_unit =
        index + 1 < line->count && token[1].kind == TOKEN_WORD && token_is_one_of(line, token + 1, units);
    uint64_t number, follow;

    if (token->kind != TOKEN_BYTES || !number_of(line, token, &number))
        return false;
    if (in_run && !(has_unit && is_in_brackets(line, token)))
        return is_length_behind(line, index, number);
    if (has_unit || index == 0)
        return has_unit;
    follow = run_at(line, index + 1).bytes;
    if (begins_frame(line->bytes[token->first]) && follow > 0 &&
        (number != follow || !begins_frame(line->bytes[token[1].first])))
        return false;
    return is_announced(line, index, number, follow);
}

/* Between a mark and the bytes: "TX 022", "TX len=22". */
static bool
is_about_count(const struct token_line *line, size_t index)
{
    const struct token *token = &line->tokens[index];

    return is_count(line, index) || token_is_one_of(line, token, lengths) || token_is_one_of(line, token, units) ||
        (token->kind == TOKEN_WORD && g_ascii_isdigit(line->text[token->start])) ||
        (token->kind == TOKEN_SIGN && line->text[token->start] == '=');
}

/* The first token as a number. */
static uint64_t
offset_of(const struct token_line *line)
{
    uint64_t offset = 0;

    for (size_t i = 0; i < line->tokens[0].length; i++)
        offset = offset << 8 | line->bytes[line->tokens[0].first + i];
    return offset;
}

/* Does the line begin with the offset that the next row of a hex dump has, or the first one? */
static bool
has_offset(const struct hextext *hextext)
{
    const struct token_line *line = &hextext->line;
    const struct token *token = line->tokens;

    if (line->count == 0 || token->kind != TOKEN_BYTES || token->length < 2 || token->length > 4)
        return false;
    if (token->end - token->start != 2 * token->length &&
        (token->notation != NOTATION_0X || line->text[token->end] != ':'))
        return false;
    return offset_of(line) == 0 || offset_of(line) == hextext->dump_offset;
}

/* "0010  FE FE …  text", "00000010: fefe …  text", "0x0010:  fefe …". */
static bool
is_dump_row(const struct hextext *hextext)
{
    const struct token *token = hextext->line.tokens;

    return hextext->line.count > 1 && has_offset(hextext) && token[1].kind == TOKEN_BYTES &&
        (hextext->line.text[token->end] == ':' || token[1].length == 1);
}

/* The offset of its end, on a line of its own. */
static bool
is_dump_end(const struct hextext *hextext)
{
    return hextext->in_dump && hextext->line.count == 1 && has_offset(hextext) && offset_of(&hextext->line) != 0;
}

/* Behind the bytes of a row, after a wide gap, stand its characters. */
static struct run
dump_run(const struct token_line *line)
{
    struct run run = { 1, 1, 0 };

    while (run.end < line->count && line->tokens[run.end].kind == TOKEN_BYTES && run.bytes < DUMP_ROW) {
        const struct token *token = &line->tokens[run.end];

        if (run.bytes != 0 && run.bytes != DUMP_ROW / 2 && token->start >= token[-1].end + 2)
            break;
        run.bytes += token->length;
        run.end++;
    }
    return run;
}

/* The first bytes of the line, unless others are clearly more. */
static struct run
best_run(const struct token_line *line, size_t begin)
{
    struct run best = run_at(line, begin);

    for (size_t i = best.end; i < line->count; i++) {
        const struct run run = run_at(line, i);

        if (run.bytes >= (best.first == begin && best.bytes > 0 ? CLEARLY_DATA : LONELY) && run.bytes > best.bytes)
            best = run;
        if (run.end > i)
            i = run.end - 1;
    }
    return best;
}

/* 00 01 02 03 …, D0 D1 D2 D3 …: the heading of a table. */
static bool
is_heading(const struct token_line *line, const struct run *run)
{
    if (run->end - run->first < 4)
        return false;
    for (size_t i = run->first + 1; i < run->end; i++)
        if (line->tokens[i].length != 1 ||
            line->bytes[line->tokens[i].first] != line->bytes[line->tokens[i - 1].first] + 1)
            return false;
    return true;
}

/* One word as long as a hash, MD5 to SHA-512, and not like the beginning of a frame. */
static bool
is_digest(const struct token_line *line, const struct run *run)
{
    static const size_t digests[] = { 16, 20, 28, 32, 48, 64 };
    const struct token *token = &line->tokens[run->first];

    if (run->end - run->first != 1 || token->end - token->start != 2 * run->bytes ||
        begins_frame(line->bytes[token->first]))
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(digests); i++)
        if (run->bytes == digests[i])
            return true;
    return false;
}

/* Bytes that stand together, which came from there. */
static void
push(struct hextext *hextext, const uint8_t *bytes, size_t length, const struct origin *from)
{
    bool preamble = true;

    if (from->direction != hextext->last_direction)
        framer_finish(hextext->framer);
    hextext->last_direction = from->direction;
    for (size_t i = 0; i < length; i++) {
        struct origin *origin = &hextext->origin[hextext->pushed++ % HISTORY];

        *origin = *from;
        origin->begins = preamble && bytes[i] != CJT188_PREAMBLE;
        origin->ends = i + 1 == length;
        preamble = preamble && !origin->begins;
    }
    framer_push(hextext->framer, bytes, NULL, length, 0);
}

static void
push_run(struct hextext *hextext, const struct run *run, bool strong)
{
    const struct token *token = &hextext->line.tokens[run->first];
    const struct origin from = { .strong = strong || token->sure,
                                 .line = hextext->number,
                                 .direction = hextext->direction,
                                 .time_ns = hextext->time.time_ns };

    push(hextext, hextext->line.bytes + token->first, run->bytes, &from);
}

/* The last mark counts, but "RX ->" is a reply. */
static void
note_mark(struct hextext *hextext, const struct token *token, bool *by_word)
{
    if (token->mark == DIRECTION_UNKNOWN || (token->kind == TOKEN_ARROW && *by_word))
        return;
    hextext->direction = token->mark;
    *by_word = *by_word || token->kind == TOKEN_WORD;
}

/* Marks and counts at the beginning say who speaks, and are no prose. Returns the first token behind them. */
static size_t
take_marks(const struct token_line *line, bool *marked)
{
    size_t at = 0;

    for (; at < line->count; at++) {
        if (line->tokens[at].mark != DIRECTION_UNKNOWN)
            *marked = true;
        else if (!*marked || !is_about_count(line, at))
            break;
    }
    return at;
}

/* FE … 68 … 16, or a whole frame among other bytes. */
static bool
is_candidate(const struct token_line *line, const struct run *run)
{
    const uint8_t *bytes = line->bytes + line->tokens[run->first].first;
    struct cjt188_progress progress = { 0, 0 };
    size_t at = 0;

    while (at < run->bytes && bytes[at] == CJT188_PREAMBLE)
        at++;
    if (run->bytes - at >= SHORTEST && bytes[at] == CJT188_START && bytes[run->bytes - 1] == CJT188_END)
        return true;
    for (at = 0; run->bytes - at >= CJT188_OVERHEAD;) {
        const struct cjt188_piece piece = cjt188_next_piece(bytes + at, run->bytes - at, true, &progress);

        if (piece.kind == CJT188_FRAME)
            return true;
        at += piece.length;
    }
    return false;
}

/* Is the run, of all bytes that stand together, one of those that the line is read for? */
static bool
is_wanted(const struct token_line *line, const struct run *run, const struct run *best)
{
    return run->bytes > 0 && (run->first == best->first || is_candidate(line, run));
}

/* "|" between the columns of a table. */
static bool
is_between(const struct token_line *line, size_t index)
{
    const struct token *token = &line->tokens[index];

    return token->mark != DIRECTION_UNKNOWN || (token->kind == TOKEN_SIGN && line->text[token->start] == '|') ||
        is_about_count(line, index);
}

/* Does the line hold several runs that are wanted, and nothing else but what tells them apart? */
static bool
is_all_runs(const struct token_line *line, const struct run *best)
{
    size_t runs = 0;

    for (size_t i = 0; i < line->count;) {
        const struct run run = run_at(line, i);

        if (run.bytes > 0 ? !is_wanted(line, &run, best) : !is_between(line, i))
            return false;
        runs += run.bytes > 0;
        i = MAX(run.end, i + 1);
    }
    return runs > 1;
}

/* Where the last run ends that is wanted; marks behind that are prose. 0 = there is none. */
static size_t
wanted_end(const struct token_line *line, const struct run *best)
{
    size_t end = 0;

    for (size_t i = 0; i < line->count;) {
        const struct run run = run_at(line, i);

        i = MAX(run.end, i + 1);
        if (is_wanted(line, &run, best))
            end = i;
    }
    return end;
}

/* Marks between two runs are of the second one, but in "a -> b" without one in front nobody knows who speaks. */
static void
push_runs(struct hextext *hextext, const struct run *best, size_t marks_end, bool strong)
{
    const struct token_line *line = &hextext->line;
    bool by_word = false, first = true, told = false;

    for (size_t i = 0; i < line->count;) {
        const struct run run = run_at(line, i);
        const bool wanted = is_wanted(line, &run, best);

        if (i < marks_end && (first || told || line->tokens[i].kind != TOKEN_ARROW))
            note_mark(hextext, &line->tokens[i], &by_word);
        told = told || line->tokens[i].mark != DIRECTION_UNKNOWN;
        hexlost_run(&hextext->lost, line->bytes + line->tokens[i].first, run.bytes, wanted, hextext->number,
                    hextext->pushed);
        if (wanted && !first)
            framer_finish(hextext->framer);
        if (wanted) {
            push_run(hextext, &run, strong);
            by_word = first = false;
        }
        if (line->tokens[i].kind == TOKEN_CUT) {
            framer_finish(hextext->framer);
            hexlost_cut(&hextext->lost, hextext->number);
        }
        i = MAX(run.end, i + 1);
    }
}

/* A byte a line, each with its own time. */
static void
push_rows(struct hextext *hextext, bool strong)
{
    bool by_word = false;

    hextext->direction = DIRECTION_UNKNOWN;
    for (size_t i = 0; i < hextext->line.count; i++)
        note_mark(hextext, &hextext->line.tokens[i], &by_word);
    for (size_t i = 0; i < hextext->rows.count; i++) {
        const struct hexrow *row = &hextext->rows.rows[i];
        const struct origin from = {
            .strong = strong, .line = row->line, .direction = hextext->direction, .time_ns = row->time_ns
        };

        if (hexrows_gap(&hextext->last_row, row) || row->time_ns - hextext->last_row.time_ns >= GAP_MS * NS_PER_MS)
            framer_finish(hextext->framer);
        push(hextext, &row->byte, 1, &from);
        hextext->last_row = *row;
    }
}

/* Tables of numbers look like decimal bytes. */
static bool
is_decimal(const struct token_line *line, const struct run *run)
{
    return run->bytes > 0 && line->tokens[run->first].notation == NOTATION_DECIMAL;
}

/* The bytes of a line, where they are all it has, and the direction that it tells. */
static bool
take_runs(struct hextext *hextext)
{
    struct token_line *line = &hextext->line;
    bool marked = false;
    const size_t begin = take_marks(line, &marked);
    struct run run;
    bool strong;

    for (size_t i = 0; i < line->count; i++)
        if (line->tokens[i].kind == TOKEN_BYTES && (i < begin || is_count(line, i)))
            line->tokens[i].kind = TOKEN_WORD;
    run = best_run(line, begin);
    if (run.bytes == 0 && !marked)
        hextext->direction = DIRECTION_UNKNOWN;
    strong = run.bytes > 0 && run.first == begin && run.end == line->count && !is_heading(line, &run) &&
        (marked || hextext->after_strong || (run.bytes >= LONELY && !is_digest(line, &run)));
    strong = (strong || is_all_runs(line, &run)) && (marked || !is_decimal(line, &run));
    if ((!strong || run.bytes == 1) &&
        hexrows_take(&hextext->rows, line->text, hextext->number, hextext->time.time_ns, hextext->time.in_column)) {
        push_rows(hextext, strong || hextext->time.in_column || hextext->rows.end > 0);
        return false;
    }
    if (strong && run.bytes == 1 && !hexrows_leave(&hextext->rows))
        return false;
    push_runs(hextext, &run, run.bytes > 0 ? wanted_end(line, &run) : begin, strong);
    return strong;
}

static void
take_dump_row(struct hextext *hextext)
{
    const struct run run = dump_run(&hextext->line);

    hextext->dump_offset = offset_of(&hextext->line) + run.bytes;
    hextext->in_dump = true;
    if (run.bytes > 0)
        push_run(hextext, &run, true);
    hextext->after_strong = true;
}

static void
take_line(struct hextext *hextext)
{
    struct token_line *line = &hextext->line;

    line->text[line->length] = '\0';
    hextime_take(&hextext->time, line->text);
    hexrows_look(&hextext->rows, line->text);
    hexloose_take(hextext->loose, line->text, hextext->number);
    token_line_cut(line);
    if (strpbrk(line->text, "0123456789") != NULL)
        hexlost_digits(&hextext->lost, hextext->number);
    if (is_dump_row(hextext)) {
        take_dump_row(hextext);
        return;
    }
    hextext->after_strong = !is_dump_end(hextext) && take_runs(hextext);
    hextext->in_dump = false;
}

/* A line that is too long is cut where no byte is. */
static void
cut_line(struct hextext *hextext)
{
    struct token_line *line = &hextext->line;
    size_t cut = line->length;
    char rest[HEXTOKEN_LINE_MAX];
    size_t left;

    while (cut > HEXTOKEN_LINE_MAX / 2 && token_is_word_char(line->text[cut - 1]))
        cut--;
    if (cut == HEXTOKEN_LINE_MAX / 2)
        cut = line->length - line->length % 2;
    left = line->length - cut;
    memcpy(rest, line->text + cut, left);
    line->length = cut;
    take_line(hextext);
    memcpy(line->text, rest, left);
    line->length = left;
}

static void
take_char(struct hextext *hextext, char c)
{
    struct token_line *line = &hextext->line;

    if (c == '\n') {
        take_line(hextext);
        line->length = 0;
        hextext->number++;
        return;
    }
    line->text[line->length++] = c != '\0' ? c : ' ';
    if (line->length == HEXTOKEN_LINE_MAX)
        cut_line(hextext);
}

/* One half of a surrogate pair is as foreign as the sign itself. */
static void
take_utf16(struct hextext *hextext, uint8_t first, uint8_t second)
{
    char utf8[6];
    const int length = g_unichar_to_utf8(hextext->big_endian ? first << 8 | second : second << 8 | first, utf8);

    for (int i = 0; i < length; i++)
        take_char(hextext, utf8[i]);
}

/* Windows' shell writes UTF-16, with a mark in front. */
static void
take_order_mark(struct hextext *hextext)
{
    const uint8_t *mark = hextext->half;

    hextext->big_endian = mark[0] == 0xFE && mark[1] == 0xFF;
    hextext->utf16 = hextext->big_endian || (mark[0] == 0xFF && mark[1] == 0xFE);
    for (size_t i = 0; i < ORDER_MARK && !hextext->utf16; i++)
        take_char(hextext, (char)mark[i]);
}

void
hextext_feed(struct hextext *hextext, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++, hextext->fed++) {
        if (hextext->fed >= ORDER_MARK && !hextext->utf16) {
            take_char(hextext, text[i]);
            continue;
        }
        hextext->half[hextext->fed % ORDER_MARK] = (uint8_t)text[i];
        if (hextext->fed == ORDER_MARK - 1)
            take_order_mark(hextext);
        else if (hextext->fed % ORDER_MARK == ORDER_MARK - 1)
            take_utf16(hextext, hextext->half[0], hextext->half[1]);
    }
}

void
hextext_finish(struct hextext *hextext)
{
    if (hextext->fed > 0 && hextext->fed < ORDER_MARK)
        take_char(hextext, (char)hextext->half[0]);
    if (hextext->line.length > 0)
        take_line(hextext);
    hextext->line.length = 0;
    framer_finish(hextext->framer);
    hexloose_finish(hextext->loose);
    hexlost_finish(&hextext->lost);
}

char *
hextext_lost(const struct hextext *hextext)
{
    return hexlost_text(&hextext->lost);
}
