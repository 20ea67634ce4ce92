/* hexlost.c
 * What looks like a frame and gave none: see hexlost.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "hexlost.h"

#include <stdlib.h>
#include <string.h>

enum {
    SHORTEST = 12,                  /* of a DL/T 645 frame, which is shorter than CJ/T 188's */
    LONGEST = CJT188_FRAME_MAX * 2, /* more than that is no frame, whatever is between its bytes */
    BEGINNING = 3,                  /* bytes from 68 on that are no number in prose */
};

bool
hexlost_is_frame(const struct record *record)
{
    return record->kind == CJT188_FRAME || record->kind == CJT188_DLT645 ||
        (record->kind == CJT188_MBUS && record->bytes[record->preamble] == CJT188_START);
}

static bool
is_recent(const struct hexlost *lost, uint64_t line)
{
    for (size_t i = 0; i < MIN(lost->recent_count, HEXLOST_RECENT); i++)
        if (lost->recent[i] == line)
            return true;
    return false;
}

static void
mark(struct hexlost *lost, enum hexlost_kind kind, uint64_t line)
{
    struct hexlost_tally *tally = &lost->tallies[kind];

    if (kind != HEXLOST_UNREAD)
        lost->recent[lost->recent_count++ % HEXLOST_RECENT] = line;
    tally->count++;
    for (size_t i = 0; i < tally->lines_count; i++)
        if (tally->lines[i] == line)
            return;
    if (tally->lines_count < HEXLOST_LINES)
        tally->lines[tally->lines_count++] = line;
}

static void
forget(struct hexlost_list *list, size_t index)
{
    list->count--;
    memmove(list->found + index, list->found + index + 1, (list->count - index) * sizeof *list->found);
}

/* They are one that is found in another way too. */
static void
forget_again(struct hexlost_list *list, uint64_t line)
{
    for (size_t i = list->count; i > 0; i--)
        if (list->found[i - 1].line == line && list->found[i - 1].again)
            forget(list, i - 1);
}

static bool
take_found(struct hexlost_list *list, uint64_t line)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->found[i].line == line) {
            forget(list, i);
            return true;
        }
    return false;
}

/* The other reader will not find it any more. */
static void
give_up_loose(struct hexlost *lost)
{
    if (!is_recent(lost, lost->loose.found[0].line))
        mark(lost, HEXLOST_UNREAD, lost->loose.found[0].line);
    forget(&lost->loose, 0);
}

static bool
is_frame_line(const struct hexlost *lost, uint64_t line)
{
    for (size_t i = 0; i < MIN(lost->frame_lines_count, HEXLOST_WAITING); i++)
        if (lost->frame_lines[i] == line)
            return true;
    return false;
}

void
hexlost_loose(struct hexlost *lost, uint64_t line, bool again)
{
    if (again && is_frame_line(lost, line))
        return;
    lost->frame_lines[lost->frame_lines_count++ % HEXLOST_WAITING] = line;
    forget_again(&lost->loose, line);
    if (!again && take_found(&lost->read, line))
        return;
    if (lost->loose.count == HEXLOST_WAITING)
        give_up_loose(lost);
    lost->loose.found[lost->loose.count++] = (struct hexlost_found){ line, again };
}

static void
note_read(struct hexlost *lost, uint64_t line)
{
    lost->frame_lines[lost->frame_lines_count++ % HEXLOST_WAITING] = line;
    forget_again(&lost->loose, line);
    if (take_found(&lost->loose, line))
        return;
    if (lost->read.count == HEXLOST_WAITING)
        forget(&lost->read, 0);
    lost->read.found[lost->read.count++] = (struct hexlost_found){ line, false };
}

void
hexlost_digits(struct hexlost *lost, uint64_t line)
{
    if (lost->last_digit_line == line)
        return;
    lost->last_digit_line = line;
    if (lost->digit_lines++ == 0)
        lost->first_digit_line = line;
}

/* The first so many will not become frames any more. */
static void
give_up(struct hexlost *lost, size_t count)
{
    for (size_t i = 0; i < count; i++)
        mark(lost, HEXLOST_RUN, lost->pending[i].line);
    lost->pending_count -= count;
    memmove(lost->pending, lost->pending + count, lost->pending_count * sizeof *lost->pending);
}

/* The framer has decided about the 68 at this offset: who waits for it waits no longer, and those before it are lost. */
static void
settle(struct hexlost *lost, uint64_t offset)
{
    size_t before = 0;

    while (before < lost->pending_count && lost->pending[before].end <= offset)
        before++;
    give_up(lost, before);
    if (lost->pending_count == 0 || lost->pending[0].first > offset)
        return;
    lost->pending_count--;
    memmove(lost->pending, lost->pending + 1, lost->pending_count * sizeof *lost->pending);
}

/* Prose may stand between its bytes and be taken for some. So what the framer did not get in one piece may still become
 * a frame. */
static void
close_candidate(struct hexlost *lost, uint64_t end)
{
    struct hexlost_candidate *open = &lost->in_text;

    open->end = end;
    if (!open->taken && lost->pending_count == HEXLOST_PENDING)
        give_up(lost, 1);
    if (!open->taken)
        lost->pending[lost->pending_count++] = *open;
    open->line = 0;
}

/* A single 68 does not begin anew what is open: it may be a byte that was cut off from the others. */
void
hexlost_run(struct hexlost *lost, const uint8_t *bytes, size_t length, bool taken, uint64_t line, uint64_t offset)
{
    struct hexlost_candidate *open = &lost->in_text;
    size_t start = 0;

    while (start < length && bytes[start] == CJT188_PREAMBLE)
        start++;
    if (start < length && bytes[start] == CJT188_START && (open->line == 0 || length >= BEGINNING))
        *open = (struct hexlost_candidate){ .line = line, .first = offset + (taken ? start : 0), .taken = true };
    if (open->line == 0 || length == 0)
        return;
    open->bytes += length - start;
    open->taken = open->taken && taken;
    if (bytes[length - 1] == CJT188_END && open->bytes >= SHORTEST)
        close_candidate(lost, offset + (taken ? length : 0));
    else if (open->bytes > LONGEST)
        open->line = 0;
}

void
hexlost_byte(struct hexlost *lost, uint8_t byte, bool begins, bool ends, uint64_t line, uint64_t offset)
{
    struct hexlost_candidate *open = &lost->in_stream;

    if (byte == CJT188_START && begins && open->line == 0)
        *open = (struct hexlost_candidate){ .line = line, .first = offset };
    if (open->line == 0)
        return;
    open->bytes++;
    if (byte == CJT188_END && ends && open->bytes >= SHORTEST)
        hexlost_broken(lost, HEXLOST_RUN, open->line, open->first);
    else if (open->bytes > LONGEST)
        open->line = 0;
}

void
hexlost_broken(struct hexlost *lost, enum hexlost_kind kind, uint64_t line, uint64_t offset)
{
    settle(lost, offset);
    mark(lost, kind, line);
    lost->in_stream.line = 0;
}

void
hexlost_frame(struct hexlost *lost, uint64_t line, uint64_t offset)
{
    settle(lost, offset);
    note_read(lost, line);
    lost->frames++;
    lost->in_stream.line = 0;
}

void
hexlost_cut(struct hexlost *lost, uint64_t line)
{
    if (!is_recent(lost, line))
        mark(lost, HEXLOST_CUT, line);
}

void
hexlost_finish(struct hexlost *lost)
{
    give_up(lost, lost->pending_count);
    while (lost->loose.count > 0)
        give_up_loose(lost);
}

static int
compare_lines(const void *a, const void *b)
{
    const uint64_t first = *(const uint64_t *)a, second = *(const uint64_t *)b;

    return (first > second) - (first < second);
}

static void
append_tally(GString *text, const struct hexlost_tally *tally, const char *const what[2])
{
    uint64_t lines[HEXLOST_LINES];
    const size_t count = tally->lines_count;

    memcpy(lines, tally->lines, sizeof lines);
    qsort(lines, count, sizeof *lines, compare_lines);
    g_string_append_printf(text, "%s%" G_GUINT64_FORMAT " %s, on line%s", text->len > 0 ? "; " : "", tally->count,
                           what[tally->count != 1], count == 1 ? "" : "s");
    for (size_t i = 0; i < count; i++)
        g_string_append_printf(text, "%s%" G_GUINT64_FORMAT, i == 0 ? " " : i + 1 < count ? ", " : " and ", lines[i]);
    if (count == HEXLOST_LINES)
        g_string_append(text, " and perhaps more");
}

char *
hexlost_text(const struct hexlost *lost)
{
    static const char *const whats[HEXLOST_KINDS][2] = {
        [HEXLOST_RUN] = { "run of bytes from 68 to 16 gave no whole frame",
                          "runs of bytes from 68 to 16 gave no whole frame" },
        [HEXLOST_CUT] = { "frame stops before its end", "frames stop before their end" },
        [HEXLOST_UNREAD] = { "whole frame is written in a way that is not read",
                             "whole frames are written in a way that is not read" },
    };
    GString *text = g_string_new(NULL);

    for (size_t kind = 0; kind < HEXLOST_KINDS; kind++)
        if (lost->tallies[kind].count > 0)
            append_tally(text, &lost->tallies[kind], whats[kind]);
    if (lost->frames == 0 && lost->digit_lines > 0 && lost->tallies[HEXLOST_RUN].count == 0 &&
        lost->tallies[HEXLOST_CUT].count == 0)
        g_string_printf(text,
                        "no whole frame was found, and there are digits on %" G_GUINT64_FORMAT
                        " line%s, first on line %" G_GUINT64_FORMAT,
                        lost->digit_lines, lost->digit_lines == 1 ? "" : "s", lost->first_digit_line);
    return g_string_free(text, text->len == 0);
}
