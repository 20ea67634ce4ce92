/* frames.h
 * For the unit tests: the known frames of tests/frames.json, and streams made of them.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TEST_FRAMES_H
#define TEST_FRAMES_H

#include "cjt188-frame.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

enum { FRAMES_AT_LEAST = 100 }; /* fewer were read: the test would prove nothing */

struct frame {
    GByteArray *bytes;
    char *name;       /* in the file */
    guint start, end; /* from its start byte to behind its end byte; junk may stand around */
    bool plain;       /* nothing but a preamble around it */
    bool good;        /* its checksum is right */
    bool from_thread; /* one of the frames this project began with */
};

static void
frame_free(gpointer data)
{
    struct frame *frame = data;

    g_byte_array_unref(frame->bytes);
    g_free(frame->name);
    g_free(frame);
}

static GByteArray *
bytes_from_hex(const char *hex)
{
    GByteArray *bytes = g_byte_array_new();

    for (; *hex != '\0'; hex++)
        if (g_ascii_isxdigit(hex[0]) && g_ascii_isxdigit(hex[1])) {
            const guint8 byte = (guint8)(g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1]));

            g_byte_array_append(bytes, &byte, 1);
            hex++;
        }
    return bytes;
}

static void
frame_measure(struct frame *frame)
{
    const guint8 *bytes = frame->bytes->data;

    frame->plain = true;
    while (bytes[frame->start] != CJT188_START)
        frame->plain &= bytes[frame->start++] == CJT188_PREAMBLE;
    frame->end = frame->start + CJT188_OVERHEAD + bytes[frame->start + CJT188_OFF_LENGTH];
    frame->plain &= frame->end == frame->bytes->len;
}

/* The file holds one frame on a line; no JSON library is worth it. */
static GPtrArray *
frames_load(void)
{
    GPtrArray *frames = g_ptr_array_new_with_free_func(frame_free);
    GRegex *pattern = g_regex_new("\"name\": \"([^\"]*)\", \"hex\": \"([0-9A-F ]+)\".*\"checksum_ok\": (true|false)", 0, 0, NULL);
    char *text = NULL;
    GMatchInfo *match;

    g_assert_true(g_file_get_contents(CJT188_FRAMES_JSON, &text, NULL, NULL));
    for (g_regex_match(pattern, text, 0, &match); g_match_info_matches(match); g_match_info_next(match, NULL)) {
        struct frame *frame = g_new0(struct frame, 1);
        char *hex = g_match_info_fetch(match, 2), *good = g_match_info_fetch(match, 3);
        char *whole = g_match_info_fetch(match, 0);

        frame->name = g_match_info_fetch(match, 1);
        frame->bytes = bytes_from_hex(hex);
        frame_measure(frame);
        frame->good = strcmp(good, "true") == 0;
        frame->from_thread = strstr(whole, "\"kind\": \"thread\"") != NULL;
        g_ptr_array_add(frames, frame);
        g_free(whole);
        g_free(good);
        g_free(hex);
    }
    g_match_info_free(match);
    g_regex_unref(pattern);
    g_free(text);
    g_assert_cmpuint(frames->len, >=, FRAMES_AT_LEAST);
    return frames;
}

static G_GNUC_UNUSED const struct frame *
frame_at(const GPtrArray *frames, guint index)
{
    return frames->pdata[index];
}

static G_GNUC_UNUSED void
append_noise(GByteArray *stream, GRand *random, guint length)
{
    while (length-- > 0) {
        const guint8 byte = (guint8)g_rand_int(random);

        g_byte_array_append(stream, &byte, 1);
    }
}

/* About `length` bytes of frames, whole, cut and changed, with noise between. */
static G_GNUC_UNUSED GByteArray *
make_stream(const GPtrArray *frames, GRand *random, guint length)
{
    GByteArray *stream = g_byte_array_new();

    while (stream->len < length) {
        const struct frame *frame = frame_at(frames, g_rand_int(random) % frames->len);
        const guint start = stream->len;

        g_byte_array_append(stream, frame->bytes->data, frame->bytes->len);
        switch (g_rand_int(random) % 8) {
        case 0:
            g_byte_array_set_size(stream, start + g_rand_int(random) % frame->bytes->len);
            break;
        case 1:
            stream->data[start + g_rand_int(random) % frame->bytes->len] = (guint8)g_rand_int(random);
            break;
        case 2:
            append_noise(stream, random, g_rand_int(random) % 40);
            break;
        case 3:
            if (g_rand_int(random) % 16 == 0)
                append_noise(stream, random, g_rand_int(random) % 6000);
            break;
        default:
            break;
        }
    }
    return stream;
}

/* CPU seconds of one run, the best of three: other programs disturb. */
static G_GNUC_UNUSED double
cpu_seconds(void (*run)(const GByteArray *bytes), const GByteArray *bytes)
{
    double best = G_MAXDOUBLE;

    for (int i = 0; i < 3; i++) {
        const clock_t start = clock();

        run(bytes);
        best = MIN(best, (double)(clock() - start) / CLOCKS_PER_SEC);
    }
    return best;
}

/* Inputs that invite an algorithm to look at everything again and again. */
static G_GNUC_UNUSED GByteArray *
repeat(const char *hex, guint length)
{
    GByteArray *pattern = bytes_from_hex(hex), *bytes = g_byte_array_new();

    while (bytes->len < length)
        g_byte_array_append(bytes, pattern->data, MIN(pattern->len, length - bytes->len));
    g_byte_array_unref(pattern);
    return bytes;
}

/* Eight times the input may take 24 times as long, three times what is fair; quadratic would be 64 times. */
static G_GNUC_UNUSED void
assert_linear(void (*run)(const GByteArray *bytes))
{
    static const char *const patterns[] = {
        "68",          "FE",    "68 FF", "68 FF FF FF FF FF FF FF FF FF FF", "10",
        "E5",          "16 68", "FE 68", "68 20 01 01 01 01 01 01 01 81 FF", "68 20 01 01 01 01 01 01 01 81 00 00 16",
        "68 FF FF 68",
    };
    const guint length = 100000;

    for (size_t i = 0; i < G_N_ELEMENTS(patterns); i++) {
        GByteArray *small = repeat(patterns[i], length), *large = repeat(patterns[i], 8 * length);
        const double one = cpu_seconds(run, small), eight = cpu_seconds(run, large);

        g_test_message("%s ...: %.1f ns/byte, %.1f ns/byte at eight times the length", patterns[i], one / length * 1e9,
                       eight / length / 8 * 1e9);
        g_assert_cmpfloat(eight, <, 24 * MAX(one, 0.0005));
        g_byte_array_unref(small);
        g_byte_array_unref(large);
    }
}

#endif
