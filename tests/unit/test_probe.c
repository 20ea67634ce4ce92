/* test_probe.c
 * Finding the settings of a line: a model of a UART sends bit by bit with some settings, another one listens with those
 * that the probe asks for.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "frames.h"
#include "record.h"
#include "sources/probe.h"

static GPtrArray *frames;

/* The level of a line over time: bits of one length, idle behind them. */
struct wire {
    GByteArray *bits;
    double baud;
};

static void
put_bit(struct wire *wire, guint8 bit)
{
    g_byte_array_append(wire->bits, &bit, 1);
}

static bool
parity_bit(guint8 byte, char parity)
{
    bool odd = false;

    for (; byte != 0; byte &= (guint8)(byte - 1))
        odd = !odd;
    return parity == 'E' ? odd : !odd;
}

static void
put_byte(struct wire *wire, guint8 byte, const struct line_settings *line)
{
    put_bit(wire, 0);
    byte &= (guint8)((1u << line->data_bits) - 1);
    for (unsigned i = 0; i < line->data_bits; i++)
        put_bit(wire, byte >> i & 1);
    if (line->parity != 'N')
        put_bit(wire, parity_bit(byte, line->parity));
    for (unsigned i = 0; i < line->stop_bits; i++)
        put_bit(wire, 1);
}

static guint8
level_at(const struct wire *wire, double time)
{
    const double bit = time * wire->baud;

    return bit < 0 || bit >= wire->bits->len ? 1 : wire->bits->data[(guint)bit];
}

/* When the level falls at or after `time`, or becomes low; a negative number when it never does. */
static double
next_start(const struct wire *wire, double time)
{
    guint bit = (guint)(time * wire->baud);

    if (level_at(wire, time) == 0)
        return time;
    while (bit < wire->bits->len && wire->bits->data[bit] != 0)
        bit++;
    return bit < wire->bits->len ? bit / wire->baud : -1;
}

static double
wait_for_high(const struct wire *wire, double time)
{
    while (level_at(wire, time) == 0)
        time += 0.25 / wire->baud;
    return time;
}

/* What a receiver makes of it. */
static void
receive(const struct wire *wire, const struct line_settings *line, GByteArray *bytes, GByteArray *marks)
{
    const double bit = 1.0 / line->baud;
    double time = 0;

    while ((time = next_start(wire, time)) >= 0) {
        double at = time + 1.5 * bit;
        guint8 byte = 0, mark = 0;

        if (level_at(wire, time + 0.5 * bit) != 0) { /* a glitch */
            time += 0.5 * bit;
            continue;
        }
        for (unsigned i = 0; i < line->data_bits; i++, at += bit)
            byte |= (guint8)(level_at(wire, at) << i);
        if (line->parity != 'N') {
            mark = level_at(wire, at) != parity_bit(byte, line->parity);
            at += bit;
        }
        if (level_at(wire, at) == 0)
            mark = 1;
        g_byte_array_append(bytes, &byte, 1);
        g_byte_array_append(marks, &mark, 1);
        time = wait_for_high(wire, at);
    }
}

/* A request and its reply, with a short pause between: what a master and a meter say in one go. */
static struct wire
poll_meter(guint index, const struct line_settings *line)
{
    struct wire wire = { g_byte_array_new(), line->baud };

    for (guint i = 0; i < 2; i++) {
        const GByteArray *frame = frame_at(frames, index % 2 * 2 + 2 + i)->bytes;

        for (guint byte = 0; byte < frame->len; byte++)
            put_byte(&wire, frame->data[byte], line);
        for (guint pause = line->baud / 20; pause > 0; pause--)
            put_bit(&wire, 1);
    }
    return wire;
}

static enum probe_advice
hear(struct probe *probe, const struct wire *wire, bool with_marks)
{
    GByteArray *bytes = g_byte_array_new(), *marks = g_byte_array_new();
    enum probe_advice advice = PROBE_STAY;

    receive(wire, probe_settings(probe), bytes, marks);
    for (guint at = 0; at < bytes->len && advice == PROBE_STAY; at += 16)
        advice = probe_bytes(probe, bytes->data + at, with_marks ? marks->data + at : NULL, MIN(16, bytes->len - at));
    if (advice == PROBE_STAY && bytes->len > 0)
        advice = probe_silence(probe);
    g_byte_array_unref(bytes);
    g_byte_array_unref(marks);
    return advice;
}

/* How many polls it takes; the settings in *found. */
static guint
search(const struct line_settings *line, bool with_marks, struct line_settings *found)
{
    struct probe *probe = probe_new(0);
    guint polls = 0;
    enum probe_advice advice;
    char *reasons;

    do {
        struct wire wire = poll_meter(polls, line);

        advice = hear(probe, &wire, with_marks);
        g_byte_array_unref(wire.bits);
        g_assert_cmpuint(++polls, <, 200);
    } while (advice != PROBE_FOUND);
    *found = *probe_settings(probe);
    reasons = probe_reasons(probe);
    g_assert_nonnull(strstr(reasons, "whole frame"));
    g_assert_cmpint(strstr(reasons, "rule out 7 data bits") != NULL, ==, found->data_bits == 8);
    g_free(reasons);
    probe_free(probe);
    return polls;
}

static void
test_every_setting(void)
{
    static const unsigned speeds[] = { 300, 600, 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200 };
    static const char *const formats[] = { "8E1", "8N1", "8O1", "7E1" };

    for (size_t i = 0; i < G_N_ELEMENTS(speeds); i++)
        for (size_t j = 0; j < G_N_ELEMENTS(formats); j++)
            for (int marks = 0; marks < 2; marks++) {
                struct line_settings line = { .baud = speeds[i] }, found;
                guint polls;
                char *text;

                g_assert_true(line_parse_format(formats[j], &line));
                polls = search(&line, marks != 0, &found);
                text = line_text(&found);
                g_test_message("%u %s, %s marks: %s after %u polls", speeds[i], formats[j], marks ? "with" : "without",
                               text, polls);
                g_free(text);
                g_assert_cmpuint(found.baud, ==, line.baud);
                g_assert_cmpuint(found.data_bits, ==, line.data_bits);
                if (marks)
                    g_assert_cmpint(found.parity, ==, line.parity);
            }
}

/* The model itself: who listens as is spoken hears every byte and no error. */
static void
test_model(void)
{
    const struct line_settings line = line_default;
    struct wire wire = poll_meter(0, &line);
    GByteArray *bytes = g_byte_array_new(), *marks = g_byte_array_new();
    guint length = frame_at(frames, 2)->bytes->len;

    receive(&wire, &line, bytes, marks);
    g_assert_cmpuint(bytes->len, ==, length + frame_at(frames, 3)->bytes->len);
    g_assert_cmpmem(bytes->data, length, frame_at(frames, 2)->bytes->data, length);
    for (guint i = 0; i < marks->len; i++)
        g_assert_cmpint(marks->data[i], ==, 0);
    g_byte_array_unref(wire.bits);
    g_byte_array_unref(bytes);
    g_byte_array_unref(marks);
}

/* Silence is no reason to try others, noise is; a setting that the port refuses is left out. */
static void
test_advance(void)
{
    static const guint8 noise[] = { 0x12, 0x34, 0x56 };
    struct probe *probe = probe_new(0);
    unsigned first = probe_settings(probe)->baud;

    g_assert_cmpuint(first, ==, 2400);
    g_assert_cmpint(probe_bytes(probe, noise, NULL, sizeof noise), ==, PROBE_STAY);
    g_assert_cmpint(probe_silence(probe), ==, PROBE_STAY);
    g_assert_cmpint(probe_bytes(probe, noise, NULL, sizeof noise), ==, PROBE_STAY);
    g_assert_cmpint(probe_silence(probe), ==, PROBE_CHANGE);
    g_assert_cmpuint(probe_settings(probe)->baud, ==, 9600);
    g_assert_cmpint(probe_refused(probe), ==, PROBE_CHANGE);
    g_assert_cmpint(probe_settings(probe)->parity, ==, 'N');
    probe_free(probe);
}

/* After the first setting, which may have begun in the middle of a burst, one burst says enough, if it is long enough. */
static void
test_one_burst(void)
{
    static const guint8 noise[] = { 0x12, 0x34, 0x56, 0x78 };
    struct probe *probe = probe_new(0);

    for (int i = 0; i < 2; i++) {
        g_assert_cmpint(probe_bytes(probe, noise, NULL, sizeof noise), ==, PROBE_STAY);
        g_assert_cmpint(probe_silence(probe), ==, i == 0 ? PROBE_STAY : PROBE_CHANGE);
    }
    g_assert_cmpint(probe_bytes(probe, noise, NULL, sizeof noise), ==, PROBE_STAY);
    g_assert_cmpint(probe_silence(probe), ==, PROBE_CHANGE);
    g_assert_cmpint(probe_bytes(probe, noise, NULL, 2), ==, PROBE_STAY);
    g_assert_cmpint(probe_silence(probe), ==, PROBE_STAY);
    g_assert_cmpint(probe_bytes(probe, noise, NULL, 2), ==, PROBE_STAY);
    g_assert_cmpint(probe_silence(probe), ==, PROBE_CHANGE);
    probe_free(probe);
}

/* A line on which nobody speaks CJ/T 188: long frames of M-Bus are proof, short ones and E5 may be noise. */
static void
test_mbus(void)
{
    static const guint8 loose[] = { 0x10, 0x5B, 0x01, 0x5C, 0x16, 0xE5 };
    static const guint8 frame[] = { 0x68, 0x03, 0x03, 0x68, 0x08, 0x01, 0x72, 0x7B, 0x16 };
    struct probe *probe = probe_new(0);
    char *reasons;

    g_assert_cmpint(probe_bytes(probe, loose, NULL, sizeof loose), ==, PROBE_STAY);
    g_assert_cmpint(probe_bytes(probe, frame, NULL, sizeof frame), ==, PROBE_FOUND);
    g_assert_cmpuint(probe_settings(probe)->baud, ==, 2400);
    reasons = probe_reasons(probe);
    g_assert_nonnull(strstr(reasons, "1 whole frame, no line errors"));
    g_assert_nonnull(strstr(reasons, "cannot tell the parity"));
    g_free(reasons);
    probe_free(probe);
}

/* What cannot be heard is said. */
static void
test_doubts(void)
{
    const struct line_settings line = { .baud = 4800, .data_bits = 8, .parity = 'N', .stop_bits = 2 };
    struct probe *probe = probe_new(0);
    enum probe_advice advice;
    guint polls = 0;
    char *reasons;

    do {
        struct wire wire = poll_meter(polls++, &line);

        advice = hear(probe, &wire, true);
        g_byte_array_unref(wire.bits);
    } while (advice != PROBE_FOUND && polls < 200);
    reasons = probe_reasons(probe);
    g_assert_cmpint(probe_settings(probe)->parity, ==, 'N');
    g_assert_nonnull(strstr(reasons, "a second stop bit cannot be heard"));
    g_assert_null(strstr(reasons, "cannot tell the parity"));
    g_free(reasons);
    probe_free(probe);
}

/* A port that takes no settings at all is gone. A byte is a sign of life. */
static void
test_refusals(void)
{
    const uint8_t byte = 0;
    struct probe *probe = probe_new(0);
    int refusals = 1;

    while (probe_refused(probe) == PROBE_CHANGE)
        g_assert_cmpint(++refusals, <, 100);
    g_assert_cmpint(refusals, ==, 40); /* 10 speeds, 4 formats */
    g_assert_cmpint(probe_refused(probe), ==, PROBE_NOTHING);
    g_assert_cmpint(probe_bytes(probe, &byte, NULL, 1), ==, PROBE_STAY);
    g_assert_cmpint(probe_refused(probe), ==, PROBE_CHANGE);
    probe_free(probe);
}

/* Some marks on a bad line do not lead away from the right settings. */
static void
test_bad_line(void)
{
    const struct line_settings line = line_default;
    struct probe *probe = probe_new(0);
    enum probe_advice advice;
    guint polls = 0;

    do {
        struct wire wire = poll_meter(polls, &line);

        for (guint i = 300; i + 200 < wire.bits->len; i += 500)
            wire.bits->data[i] ^= 1;
        advice = hear(probe, &wire, true);
        g_byte_array_unref(wire.bits);
        g_assert_cmpuint(++polls, <, 200);
    } while (advice != PROBE_FOUND);
    g_assert_cmpuint(probe_settings(probe)->baud, ==, 2400);
    g_assert_cmpint(probe_settings(probe)->parity, ==, 'E');
    probe_free(probe);
}

int
main(int argc, char **argv)
{
    int result;

    g_test_init(&argc, &argv, NULL);
    frames = frames_load();
    g_test_add_func("/probe/model", test_model);
    g_test_add_func("/probe/every-setting", test_every_setting);
    g_test_add_func("/probe/advance", test_advance);
    g_test_add_func("/probe/one-burst", test_one_burst);
    g_test_add_func("/probe/mbus", test_mbus);
    g_test_add_func("/probe/doubts", test_doubts);
    g_test_add_func("/probe/refusals", test_refusals);
    g_test_add_func("/probe/bad-line", test_bad_line);
    result = g_test_run();
    g_ptr_array_unref(frames);
    return result;
}
