/* test_frame_grammar.c
 * The frame grammar on every known frame: whole, cut, glued, in noise, damaged; and on bytes made to hurt.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "cjt188-frame.h"
#include "frames.h"

static GPtrArray *frames;

struct found {
    size_t start;
    struct cjt188_piece piece;
};

static void
add_piece(GArray *pieces, size_t start, struct cjt188_piece piece)
{
    const struct found found = { start, piece };

    g_assert_cmpuint(piece.length, >, 0);
    g_assert_cmpuint(piece.length, <=, CJT188_PIECE_MAX);
    g_assert_cmpuint(piece.preamble, <, piece.length);
    g_array_append_val(pieces, found);
}

/* All pieces of bytes that are complete; that they cover them is asserted here, for every test. */
static GArray *
cut(const GByteArray *bytes)
{
    GArray *pieces = g_array_new(FALSE, FALSE, sizeof(struct found));
    size_t at = 0;

    while (at < bytes->len) {
        struct cjt188_progress progress = { 0, 0 };
        const struct cjt188_piece piece = cjt188_next_piece(bytes->data + at, bytes->len - at, true, &progress);

        g_assert_cmpint(piece.kind, !=, CJT188_NEED_MORE);
        add_piece(pieces, at, piece);
        at += piece.length;
    }
    g_assert_cmpuint(at, ==, bytes->len);
    return pieces;
}

/* The same, in portions; the grammar sees only what has come. */
static GArray *
cut_in_portions(const GByteArray *bytes, GRand *random)
{
    GArray *pieces = g_array_new(FALSE, FALSE, sizeof(struct found));
    struct cjt188_progress progress = { 0, 0 };
    size_t at = 0, have = 0;

    while (at < bytes->len) {
        const bool final = have == bytes->len;
        const struct cjt188_piece piece = cjt188_next_piece(bytes->data + at, have - at, final, &progress);

        if (piece.kind == CJT188_NEED_MORE) {
            g_assert_false(final);
            g_assert_cmpuint(have - at, <, CJT188_PIECE_MAX);
            have += 1 + g_rand_int(random) % (g_rand_int(random) % 4 == 0 ? 600 : 12);
            have = MIN(bytes->len, have);
            continue;
        }
        add_piece(pieces, at, piece);
        at += piece.length; /* `progress` goes on: what it knows must be as good as nothing known, above */
    }
    return pieces;
}

static const struct found *
piece_at(const GArray *pieces, guint index)
{
    return &g_array_index(pieces, struct found, index);
}

/* Is there a whole frame that ends at `end` and has its start byte at `start`? */
static bool
has_frame(const GArray *pieces, size_t start, size_t end)
{
    for (guint i = 0; i < pieces->len; i++) {
        const struct found *found = piece_at(pieces, i);

        if (found->piece.kind == CJT188_FRAME && found->start + found->piece.preamble == start &&
            found->start + found->piece.length == end)
            return true;
    }
    return false;
}

static guint
count_kind(const GArray *pieces, enum cjt188_kind kind)
{
    guint count = 0;

    for (guint i = 0; i < pieces->len; i++)
        count += piece_at(pieces, i)->piece.kind == kind;
    return count;
}

static void
test_whole(void)
{
    guint good = 0, bad = 0;

    for (guint i = 0; i < frames->len; i++) {
        const struct frame *frame = frame_at(frames, i);
        GArray *pieces = cut(frame->bytes);

        if (frame->good) {
            g_assert_true(has_frame(pieces, frame->start, frame->end));
            g_assert_cmpuint(pieces->len, ==, frame->plain ? 1 : 3);
            good++;
        } else {
            g_assert_cmpuint(count_kind(pieces, CJT188_FRAME), ==, 0);
            g_assert_cmpuint(count_kind(pieces, CJT188_DAMAGED) + count_kind(pieces, CJT188_TRUNCATED) +
                             count_kind(pieces, CJT188_NOISE), ==, pieces->len);
            bad++;
        }
        g_array_unref(pieces);
    }
    g_assert_cmpuint(good, >=, 90);
    g_assert_cmpuint(bad, ==, 13);
}

static void
test_cut_at_every_byte(void)
{
    for (guint i = 0; i < frames->len; i++) {
        const struct frame *frame = frame_at(frames, i);

        for (guint at = 1; at < frame->bytes->len; at++) {
            GByteArray *head = g_byte_array_new(), *tail = g_byte_array_new();
            GArray *head_pieces, *tail_pieces;

            g_byte_array_append(head, frame->bytes->data, at);
            g_byte_array_append(tail, frame->bytes->data + at, frame->bytes->len - at);
            head_pieces = cut(head);
            tail_pieces = cut(tail);
            g_assert_cmpuint(count_kind(head_pieces, CJT188_FRAME), ==, frame->good && at >= frame->end);
            if (frame->from_thread && at > frame->start + 1)
                g_assert_cmpuint(count_kind(head_pieces, CJT188_TRUNCATED), ==, 1);
            if (frame->good)
                g_assert_cmpuint(count_kind(tail_pieces, CJT188_FRAME), ==, at <= frame->start);
            g_array_unref(head_pieces);
            g_array_unref(tail_pieces);
            g_byte_array_unref(head);
            g_byte_array_unref(tail);
        }
    }
}

/* All frames behind each other, `noise` bytes of noise in front of each. */
static void
check_glued(GRand *random, guint noise)
{
    GByteArray *stream = g_byte_array_new();
    GArray *starts = g_array_new(FALSE, FALSE, sizeof(guint)), *pieces;

    for (guint i = 0; i < frames->len; i++) {
        guint start;

        append_noise(stream, random, noise);
        start = stream->len;
        g_byte_array_append(stream, frame_at(frames, i)->bytes->data, frame_at(frames, i)->bytes->len);
        g_array_append_val(starts, start);
    }
    pieces = cut(stream);
    for (guint i = 0; i < frames->len; i++) {
        const struct frame *frame = frame_at(frames, i);
        const guint start = g_array_index(starts, guint, i);

        if (frame->good)
            g_assert_true(has_frame(pieces, start + frame->start, start + frame->end));
    }
    g_array_unref(starts);
    g_array_unref(pieces);
    g_byte_array_unref(stream);
}

static void
test_glued(void)
{
    check_glued(NULL, 0);
}

static void
test_noise_between(void)
{
    GRand *random = g_rand_new_with_seed(188);

    for (guint noise = 1; noise < 60; noise++)
        check_glued(random, noise);
    check_glued(random, 2 * CJT188_PIECE_MAX);
    g_rand_free(random);
}

static void
check_changed(const struct frame *frame, GByteArray *bytes, guint at, guint8 value)
{
    const guint start = frame->start, end = frame->end;
    const guint8 before = bytes->data[at];
    GArray *pieces;

    bytes->data[at] = value;
    pieces = cut(bytes);
    if ((at < start || at >= end) && value != CJT188_START)
        g_assert_true(!frame->good || has_frame(pieces, start, end));
    if (at >= start && at < end && frame->good)
        g_assert_false(has_frame(pieces, start, end));
    /* One wrong byte behind the start byte still shows where a frame was. */
    if (frame->from_thread && at > start && at != start + CJT188_OFF_LENGTH) {
        g_assert_cmpuint(count_kind(pieces, CJT188_DAMAGED), ==, 1);
        g_assert_cmpuint(pieces->len, ==, 1);
    }
    bytes->data[at] = before;
    g_array_unref(pieces);
}

static void
test_single_byte_changed(void)
{
    static const guint8 values[] = { 0x00, 0x01, 0x10, 0x16, 0x20, 0x68, 0x80, 0xE5, 0xFE, 0xFF };

    for (guint i = 0; i < frames->len; i++) {
        const struct frame *frame = frame_at(frames, i);

        for (guint at = 0; at < frame->bytes->len; at++) {
            for (size_t v = 0; v < G_N_ELEMENTS(values); v++)
                if (values[v] != frame->bytes->data[at])
                    check_changed(frame, frame->bytes, at, values[v]);
            for (guint bit = 0; bit < 8; bit++)
                check_changed(frame, frame->bytes, at, (guint8)(frame->bytes->data[at] ^ 1u << bit));
        }
    }
}

static void
test_neighbours(void)
{
    static const struct {
        const char *hex;
        enum cjt188_kind kind;
    } neighbours[] = {
        { "E5", CJT188_MBUS },
        { "10 5B 01 5C 16", CJT188_MBUS },
        { "10 40 FD 3D 16", CJT188_MBUS },
        { "68 03 03 68 53 01 51 A5 16", CJT188_MBUS },
        { "68 12 00 00 00 00 00 68 11 04 33 33 34 33 C4 16", CJT188_DLT645 },
        { "FE FE FE FE 68 12 00 00 00 00 00 68 11 04 33 33 34 33 C4 16", CJT188_DLT645 },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(neighbours); i++) {
        GByteArray *bytes = bytes_from_hex(neighbours[i].hex);
        GArray *pieces = cut(bytes);

        g_assert_cmpuint(pieces->len, ==, 1);
        g_assert_cmpint(piece_at(pieces, 0)->piece.kind, ==, neighbours[i].kind);
        g_array_unref(pieces);
        g_byte_array_unref(bytes);
    }
}

static void
test_portions(void)
{
    GRand *random = g_rand_new_with_seed(2400);

    for (int round = 0; round < 200; round++) {
        GByteArray *stream = make_stream(frames, random, 3000);
        GArray *whole = cut(stream), *portions = cut_in_portions(stream, random);

        g_assert_cmpuint(whole->len, ==, portions->len);
        for (guint i = 0; i < whole->len; i++) {
            const struct found *a = piece_at(whole, i), *b = piece_at(portions, i);

            g_assert_cmpuint(a->start, ==, b->start);
            g_assert_cmpint(a->piece.kind, ==, b->piece.kind);
            g_assert_cmpuint(a->piece.length, ==, b->piece.length);
            g_assert_cmpuint(a->piece.preamble, ==, b->piece.preamble);
        }
        g_array_unref(whole);
        g_array_unref(portions);
        g_byte_array_unref(stream);
    }
    g_rand_free(random);
}

static void
run_cut(const GByteArray *bytes)
{
    g_array_unref(cut(bytes));
}

static void
test_linear(void)
{
    assert_linear(run_cut);
}

static void
test_wildcards(void)
{
    static const struct {
        const char *address;
        bool wildcard;
    } addresses[] = {
        { "AA AA AA AA AA AA AA", true },  { "AA AA AA AA AA 11 11", true },  { "AA AA AA AA 00 11 11", true },
        { "FF FF FF FF 00 11 11", true },  { "99 99 99 99 99 99 99", true },  { "DD DD DD DD DD DD DD", true },
        { "25 32 26 24 00 00 00", false }, { "AA AA AA 24 00 11 11", false }, { "11 11 11 11 00 11 11", false },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(addresses); i++) {
        GByteArray *bytes = bytes_from_hex(addresses[i].address);

        g_assert_cmpint(cjt188_address_is_wildcard(bytes->data), ==, addresses[i].wildcard);
        g_byte_array_unref(bytes);
    }
}

int
main(int argc, char **argv)
{
    int result;

    g_test_init(&argc, &argv, NULL);
    frames = frames_load();
    g_test_add_func("/grammar/whole", test_whole);
    g_test_add_func("/grammar/cut-at-every-byte", test_cut_at_every_byte);
    g_test_add_func("/grammar/glued", test_glued);
    g_test_add_func("/grammar/noise-between", test_noise_between);
    g_test_add_func("/grammar/single-byte-changed", test_single_byte_changed);
    g_test_add_func("/grammar/neighbours", test_neighbours);
    g_test_add_func("/grammar/portions", test_portions);
    g_test_add_func("/grammar/linear", test_linear);
    g_test_add_func("/grammar/wildcards", test_wildcards);
    result = g_test_run();
    g_ptr_array_unref(frames);
    return result;
}
