/* framer.c
 * The framer: see framer.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "framer.h"

#include <string.h>

enum {
    /* Bytes given to the grammar at a time: enough for most starts to be judged at once, with all of a frame at hand. */
    SLICE = 2048,
    CAPACITY = 2 * CJT188_PIECE_MAX, /* so that the rest is moved to the front only now and then */
    /* Chunks that tell when a record began. More would carry the error of the sender's clock into it. */
    ENVELOPE = 16,
};

/* The arrival of one chunk: it brought the bytes up to stream offset `end`. */
struct stamp {
    uint64_t end;
    int64_t arrival_ns;
};

struct framer {
    int64_t char_time_ns;
    framer_callback callback;
    void *user;
    struct cjt188_progress progress;
    uint64_t offset;     /* of bytes[head] in the stream */
    uint64_t marked_end; /* of the last byte with a mark, in the stream */
    size_t head, length; /* bytes[head, head + length) are held back */
    uint8_t bytes[CAPACITY];
    uint8_t marks[CAPACITY];
    /* A ring. Each stamp but the newest covers a byte that is held back, so it cannot run full. */
    size_t first_stamp, stamps;
    struct stamp stamp[CAPACITY];
};

struct framer *
framer_new(int64_t char_time_ns, framer_callback callback, void *user)
{
    struct framer *framer = g_new0(struct framer, 1);

    framer->char_time_ns = char_time_ns;
    framer->callback = callback;
    framer->user = user;
    return framer;
}

void
framer_free(struct framer *framer)
{
    g_free(framer);
}

void
framer_set_char_time(struct framer *framer, int64_t char_time_ns)
{
    framer->char_time_ns = char_time_ns;
}

size_t
framer_pending(const struct framer *framer)
{
    return framer->length;
}

static const struct stamp *
stamp_at(const struct framer *framer, size_t index)
{
    return &framer->stamp[(framer->first_stamp + index) % CAPACITY];
}

/*
 * When the first byte held back began. A chunk that ends n characters after that beginning cannot have been
 * complete before n character times were over, so each gives a latest possible moment; the earliest counts.
 * An adapter holds bytes back, but rarely each time for the full latency.
 */
static int64_t
first_byte_time(const struct framer *framer)
{
    int64_t best = INT64_MAX;

    for (size_t i = 0; i < framer->stamps; i++) {
        const struct stamp *stamp = stamp_at(framer, i);
        const int64_t characters = (int64_t)(stamp->end - framer->offset);
        const int64_t begun = stamp->arrival_ns - characters * framer->char_time_ns;

        if (begun < best)
            best = begun;
        if (characters >= ENVELOPE || framer->char_time_ns == 0)
            break;
    }
    return best;
}

static void
drop_head(struct framer *framer, size_t length)
{
    framer->head += length;
    framer->length -= length;
    framer->offset += length;
    while (framer->stamps > 0 && stamp_at(framer, 0)->end <= framer->offset) {
        framer->first_stamp = (framer->first_stamp + 1) % CAPACITY;
        framer->stamps--;
    }
    if (framer->length == 0)
        framer->head = 0;
}

static void
emit(struct framer *framer, const struct cjt188_piece *piece)
{
    const uint8_t *marks = framer->marks + framer->head;
    struct record record = {
        .kind = piece->kind,
        .bytes = framer->bytes + framer->head,
        .length = piece->length,
        .preamble = piece->preamble,
        .time_ns = first_byte_time(framer),
    };

    for (size_t i = framer->offset < framer->marked_end ? piece->length : 0; i-- > 0;)
        if (marks[i] != 0) {
            record.marks++;
            record.first_mark = i;
        }
    framer->callback(&record, framer->user);
    drop_head(framer, piece->length);
}

static void
take_pieces(struct framer *framer, bool final)
{
    for (;;) {
        const struct cjt188_piece piece =
            cjt188_next_piece(framer->bytes + framer->head, framer->length, final, &framer->progress);

        if (piece.kind == CJT188_NEED_MORE)
            return;
        emit(framer, &piece);
    }
}

static void
make_room(struct framer *framer)
{
    if (framer->head + framer->length + SLICE <= CAPACITY)
        return;
    memmove(framer->bytes, framer->bytes + framer->head, framer->length);
    memmove(framer->marks, framer->marks + framer->head, framer->length);
    framer->head = 0;
}

static void
take_marks(struct framer *framer, size_t tail, const uint8_t *marks, size_t length)
{
    memcpy(framer->marks + tail, marks, length);
    for (size_t i = 0; i < length; i++)
        if (marks[i] != 0)
            framer->marked_end = framer->offset + (tail - framer->head) + i + 1;
}

void
framer_push(struct framer *framer, const uint8_t *bytes, const uint8_t *marks, size_t length, int64_t arrival_ns)
{
    if (length == 0)
        return;
    framer->stamp[(framer->first_stamp + framer->stamps) % CAPACITY] =
        (struct stamp){ framer->offset + framer->length + length, arrival_ns };
    framer->stamps++;

    while (length > 0) {
        const size_t slice = MIN(length, SLICE);
        size_t tail;

        make_room(framer);
        tail = framer->head + framer->length;
        memcpy(framer->bytes + tail, bytes, slice);
        if (marks != NULL)
            take_marks(framer, tail, marks, slice);
        else
            memset(framer->marks + tail, 0, slice);
        framer->length += slice;
        bytes += slice;
        marks = marks != NULL ? marks + slice : NULL;
        length -= slice;
        take_pieces(framer, false);
    }
}

void
framer_finish(struct framer *framer)
{
    take_pieces(framer, true);
}
