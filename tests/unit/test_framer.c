/* test_framer.c
 * The framer: whatever the portions, its records are the bytes that came, at the time they began.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "framer.h"
#include "frames.h"
#include "line.h"

#include <math.h>

static GPtrArray *frames;

/* What came out, in order. */
struct seen {
    enum cjt188_kind kind;
    size_t start, length, preamble;
    int64_t time_ns;
    size_t marks, first_mark;
};

struct collector {
    GByteArray *bytes;
    GArray *records;
};

static void
on_record(const struct record *record, void *user)
{
    struct collector *collector = user;
    const struct seen seen = { record->kind,    collector->bytes->len, record->length,    record->preamble,
                               record->time_ns, record->marks,         record->first_mark };

    g_assert_cmpuint(record->length, >, 0);
    g_assert_cmpuint(record->length, <=, CJT188_PIECE_MAX);
    g_byte_array_append(collector->bytes, record->bytes, (guint)record->length);
    g_array_append_val(collector->records, seen);
}

static struct collector
collector_new(void)
{
    return (struct collector){ g_byte_array_new(), g_array_new(FALSE, FALSE, sizeof(struct seen)) };
}

static void
collector_free(struct collector *collector)
{
    g_byte_array_unref(collector->bytes);
    g_array_unref(collector->records);
}

static const struct seen *
seen_at(const struct collector *collector, guint index)
{
    g_assert_cmpuint(index, <, collector->records->len);
    return &g_array_index(collector->records, struct seen, index);
}

static bool
saw_frame(const struct collector *collector, size_t start, size_t end)
{
    for (guint i = 0; i < collector->records->len; i++) {
        const struct seen *seen = seen_at(collector, i);

        if (seen->kind == CJT188_FRAME && seen->start + seen->preamble == start && seen->start + seen->length == end)
            return true;
    }
    return false;
}

static void
assert_lossless(const struct collector *collector, const GByteArray *stream)
{
    g_assert_cmpmem(collector->bytes->data, collector->bytes->len, stream->data, stream->len);
}

static void
push_in_portions(struct framer *framer, const GByteArray *stream, GRand *random, guint most)
{
    guint at = 0;

    while (at < stream->len) {
        const guint length = 1 + g_rand_int(random) % most, left = stream->len - at;

        framer_push(framer, stream->data + at, NULL, MIN(length, left), at);
        g_assert_cmpuint(framer_pending(framer), <, CJT188_PIECE_MAX);
        at += MIN(length, left);
    }
    framer_finish(framer);
    g_assert_cmpuint(framer_pending(framer), ==, 0);
}

static void
assert_same_records(const struct collector *a, const struct collector *b)
{
    g_assert_cmpuint(a->records->len, ==, b->records->len);
    for (guint i = 0; i < a->records->len; i++) {
        g_assert_cmpint(seen_at(a, i)->kind, ==, seen_at(b, i)->kind);
        g_assert_cmpuint(seen_at(a, i)->start, ==, seen_at(b, i)->start);
        g_assert_cmpuint(seen_at(a, i)->length, ==, seen_at(b, i)->length);
    }
}

static void
test_portions(void)
{
    static const guint portions[] = { 1, 7, 62, 300, 5000, 70000 };
    GRand *random = g_rand_new_with_seed(9600);

    for (int round = 0; round < 20; round++) {
        GByteArray *stream = make_stream(frames, random, 60000);
        struct collector first = { NULL, NULL };

        for (size_t i = 0; i < G_N_ELEMENTS(portions); i++) {
            struct collector collector = collector_new();
            struct framer *framer = framer_new(0, on_record, &collector);

            push_in_portions(framer, stream, random, portions[i]);
            assert_lossless(&collector, stream);
            if (i == 0) {
                first = collector;
            } else {
                assert_same_records(&first, &collector);
                collector_free(&collector);
            }
            framer_free(framer);
        }
        collector_free(&first);
        g_byte_array_unref(stream);
    }
    g_rand_free(random);
}

/* Every known frame, noise between; then silence. */
static void
test_frames_found(void)
{
    GRand *random = g_rand_new_with_seed(1200);

    for (guint noise = 0; noise < 30; noise++) {
        GByteArray *stream = g_byte_array_new();
        GArray *starts = g_array_new(FALSE, FALSE, sizeof(guint));
        struct collector collector = collector_new();
        struct framer *framer = framer_new(0, on_record, &collector);

        for (guint i = 0; i < frames->len; i++) {
            append_noise(stream, random, noise);
            g_array_append_val(starts, stream->len);
            g_byte_array_append(stream, frame_at(frames, i)->bytes->data, frame_at(frames, i)->bytes->len);
        }
        push_in_portions(framer, stream, random, 16);
        assert_lossless(&collector, stream);
        for (guint i = 0; i < frames->len; i++) {
            const guint start = g_array_index(starts, guint, i);
            const struct frame *frame = frame_at(frames, i);

            if (frame->good)
                g_assert_true(saw_frame(&collector, start + frame->start, start + frame->end));
        }
        framer_free(framer);
        collector_free(&collector);
        g_array_unref(starts);
        g_byte_array_unref(stream);
    }
    g_rand_free(random);
}

/* Silence in the middle of a frame: two records, the second one noise or what it looks like. */
static void
test_silence(void)
{
    const GByteArray *bytes = frame_at(frames, 3)->bytes;
    struct collector collector = collector_new();
    struct framer *framer = framer_new(0, on_record, &collector);

    framer_push(framer, bytes->data, NULL, 30, 100);
    g_assert_cmpuint(framer_pending(framer), ==, 30);
    g_assert_cmpuint(collector.records->len, ==, 0);
    framer_finish(framer);
    g_assert_cmpuint(collector.records->len, ==, 1);
    g_assert_cmpint(seen_at(&collector, 0)->kind, ==, CJT188_TRUNCATED);
    framer_finish(framer);
    framer_push(framer, bytes->data + 30, NULL, bytes->len - 30, 900);
    framer_finish(framer);
    assert_lossless(&collector, bytes);
    g_assert_cmpint(seen_at(&collector, 1)->time_ns, ==, 900);
    framer_free(framer);
    collector_free(&collector);
}

/* A whole frame is a record at once, not after silence; E5 alone needs the silence. */
static void
test_at_once(void)
{
    static const guint8 ack = 0xE5;
    const GByteArray *bytes = frame_at(frames, 2)->bytes;
    struct collector collector = collector_new();
    struct framer *framer = framer_new(0, on_record, &collector);

    framer_push(framer, bytes->data, NULL, bytes->len, 1);
    g_assert_cmpuint(collector.records->len, ==, 1);
    framer_push(framer, &ack, NULL, 1, 2);
    g_assert_cmpuint(collector.records->len, ==, 1);
    framer_finish(framer);
    g_assert_cmpint(seen_at(&collector, 1)->kind, ==, CJT188_MBUS);
    framer_free(framer);
    collector_free(&collector);
}

static void
test_marks(void)
{
    const GByteArray *bytes = frame_at(frames, 2)->bytes; /* 22 bytes */
    guint8 marks[44] = { 0 };
    struct collector collector = collector_new();
    struct framer *framer = framer_new(0, on_record, &collector);

    marks[7] = marks[9] = marks[22 + 21] = 1;
    for (guint i = 0; i < 44; i++)
        framer_push(framer, bytes->data + i % 22, marks + i, 1, i);
    framer_push(framer, bytes->data, NULL, 22, 44);
    g_assert_cmpuint(collector.records->len, ==, 3);
    g_assert_cmpuint(seen_at(&collector, 0)->marks, ==, 2);
    g_assert_cmpuint(seen_at(&collector, 0)->first_mark, ==, 7);
    g_assert_cmpuint(seen_at(&collector, 1)->marks, ==, 1);
    g_assert_cmpuint(seen_at(&collector, 1)->first_mark, ==, 21);
    g_assert_cmpuint(seen_at(&collector, 2)->marks, ==, 0);
    framer_free(framer);
    collector_free(&collector);
}

/* Without a character time a record has the arrival of its first byte, also when chunks hold several records. */
static void
test_arrival(void)
{
    const GByteArray *bytes = frame_at(frames, 2)->bytes;
    struct collector collector = collector_new();
    struct framer *framer = framer_new(0, on_record, &collector);
    GByteArray *both = g_byte_array_new();

    g_byte_array_append(both, bytes->data + 10, 12);
    g_byte_array_append(both, bytes->data, 22);
    g_byte_array_append(both, bytes->data, 3);
    framer_push(framer, bytes->data, NULL, 10, 1000);
    framer_push(framer, both->data, NULL, both->len, 2000);
    framer_push(framer, bytes->data + 3, NULL, 19, 3000);
    g_assert_cmpuint(collector.records->len, ==, 3);
    g_assert_cmpint(seen_at(&collector, 0)->time_ns, ==, 1000);
    g_assert_cmpint(seen_at(&collector, 1)->time_ns, ==, 2000);
    g_assert_cmpint(seen_at(&collector, 2)->time_ns, ==, 2000);
    g_byte_array_unref(both);
    framer_free(framer);
    collector_free(&collector);
}

/* One frame through an adapter that hands over every 16 ms, from a meter whose clock is 1.5 % off. Returns how far
 * the time of the record is from the truth. */
static int64_t
time_error(const GByteArray *bytes, int64_t phase_ns, int64_t per_mille)
{
    const int64_t latency = 16 * NS_PER_MS, begun = 5 * NS_PER_SECOND + phase_ns;
    const int64_t character = line_char_time_ns(&line_default), real = character * (1000 + per_mille) / 1000;
    struct collector collector = collector_new();
    struct framer *framer = framer_new(character, on_record, &collector);
    int64_t error;
    guint sent = 0;

    for (int64_t now = 5 * NS_PER_SECOND; sent < bytes->len; now += latency) {
        const guint first = sent;

        while (sent < bytes->len && begun + (sent + 1) * real <= now)
            sent++;
        framer_push(framer, bytes->data + first, NULL, sent - first, now);
    }
    g_assert_cmpuint(collector.records->len, ==, 1);
    error = seen_at(&collector, 0)->time_ns - begun;
    framer_free(framer);
    collector_free(&collector);
    return error;
}

static void
test_first_byte_time(void)
{
    static const int64_t clocks[] = { 0, 15, -15 };

    for (size_t c = 0; c < G_N_ELEMENTS(clocks); c++) {
        double sum = 0, worst = 0;
        const int rounds = 160;

        for (int i = 0; i < rounds; i++) {
            const double error = fabs((double)time_error(frame_at(frames, 3)->bytes, i * NS_PER_MS / 10, clocks[c]));

            sum += error;
            worst = MAX(worst, error);
        }
        g_test_message("meter's clock %+d per mille: mean error %.2f ms, worst %.2f ms", (int)clocks[c],
                       sum / rounds / NS_PER_MS, worst / NS_PER_MS);
        g_assert_cmpfloat(sum / rounds, <, 2.0 * NS_PER_MS);
        g_assert_cmpfloat(worst, <, 5.0 * NS_PER_MS);
    }
}

static void
ignore_record(const struct record *record G_GNUC_UNUSED, void *user G_GNUC_UNUSED)
{
}

static void
run_framer(const GByteArray *bytes)
{
    struct framer *framer = framer_new(0, ignore_record, NULL);

    for (guint at = 0; at < bytes->len; at += 62)
        framer_push(framer, bytes->data + at, NULL, MIN(62, bytes->len - at), at);
    framer_finish(framer);
    framer_free(framer);
}

static void
test_linear(void)
{
    assert_linear(run_framer);
}

int
main(int argc, char **argv)
{
    int result;

    g_test_init(&argc, &argv, NULL);
    frames = frames_load();
    g_test_add_func("/framer/portions", test_portions);
    g_test_add_func("/framer/frames-found", test_frames_found);
    g_test_add_func("/framer/silence", test_silence);
    g_test_add_func("/framer/at-once", test_at_once);
    g_test_add_func("/framer/marks", test_marks);
    g_test_add_func("/framer/arrival", test_arrival);
    g_test_add_func("/framer/first-byte-time", test_first_byte_time);
    g_test_add_func("/framer/linear", test_linear);
    result = g_test_run();
    g_ptr_array_unref(frames);
    return result;
}
