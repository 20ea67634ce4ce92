/* answering_demo.c
 * Simulated meters that answer: see answering_demo.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Behind the first two meters there is nothing special; the converter in front of the third echoes, the fourth answers late. Only
 * the first answers the broadcast, as if the others were another maker's.
 */
#include "answering_demo.h"
#include "cjt188-decode.h"
#include "request.h"
#include "sources/demo_meter.h"
#include "status.h"
#include "timer.h"

#include <string.h>

#define LATENCY_NS (16 * NS_PER_MS) /* a common adapter hands over what it has that often */
#define ANSWER_NS  (45 * NS_PER_MS)
#define LATE_NS    (1200 * NS_PER_MS)
#define ECHO_NS    (1 * NS_PER_MS)

enum { BROADCAST_METER = 0, ECHO_METER = 2, LATE_METER = 3, QUEUE = 8 };
enum { CONTROL_READ_ADDRESS = 0x03, CONTROL_WRITE = 0x04, CONTROL_SET = 0x39 };

struct demo {
    struct source source;
    struct demo_meter meters[DEMO_METERS];
    GRand *random;
    GDateTime *wall_clock; /* at start_ns */
    int64_t start_ns, char_time_ns;
    bool crowd, deaf; /* deaf: the line has other settings than the meters */
    struct demo_burst bursts[QUEUE]; /* in order of their start, on CLOCK_MONOTONIC */
    unsigned count;
    size_t sent; /* of the first */
    GSource *timer;
};

/* ---- what the line says ---- */

static int64_t
due_ns(const struct demo *demo)
{
    const struct demo_burst *burst = &demo->bursts[0];

    return burst->start_ns + (int64_t)MIN(burst->length, demo->sent + LATENCY_NS / demo->char_time_ns) * demo->char_time_ns;
}

static void
on_time(void *user)
{
    struct demo *demo = user;
    const struct source_sink *sink = &demo->source.sink;
    struct demo_burst *burst = &demo->bursts[0];
    const int64_t now = source_now();

    while (demo->count > 0 && now >= due_ns(demo)) {
        const size_t end = MIN(burst->length, (size_t)((now - burst->start_ns) / demo->char_time_ns));

        sink->bytes(sink->user, burst->bytes + demo->sent, burst->marks + demo->sent, end - demo->sent, now);
        demo->sent = end;
        if (end < burst->length)
            continue;
        demo->count--;
        memmove(demo->bursts, demo->bursts + 1, demo->count * sizeof *burst);
        demo->sent = 0;
    }
    if (demo->count > 0)
        timer_set(demo->timer, due_ns(demo));
}

/* Two at once: what is on the line is neither's. */
static void
collide(struct demo_burst *burst, const struct demo_burst *other)
{
    for (size_t i = 0; i < other->length; i++) {
        burst->bytes[i] = i < burst->length ? burst->bytes[i] & other->bytes[i] : other->bytes[i];
        burst->marks[i] = i % 3 == 0;
    }
    burst->length = MAX(burst->length, other->length);
}

static void
say(struct demo *demo, const struct demo_burst *burst)
{
    const unsigned last = demo->count - 1;

    if (demo->count > 0 && demo->bursts[last].start_ns == burst->start_ns) {
        collide(&demo->bursts[last], burst);
        return;
    }
    if (demo->count == QUEUE)
        return;
    demo->bursts[demo->count++] = *burst;
    timer_set(demo->timer, due_ns(demo));
}

/* ---- what a meter does ---- */

/* Its clock shows this from now on. */
static void
set_clock(struct demo *demo, struct demo_meter *meter, const uint8_t *clock)
{
    struct cjt188_time time;
    GDateTime *wanted, *shown = demo_meter_clock(meter, demo->wall_clock, source_now() - demo->start_ns);

    if (cjt188_read_time(clock, 7, &time, NULL)) {
        wanted = g_date_time_new_local(time.part[6] * 100 + time.part[5], time.part[4], time.part[3], time.part[2],
                                       time.part[1], time.part[0]);
        if (wanted != NULL) {
            meter->clock_offset += (int)((g_date_time_difference(wanted, shown) + G_TIME_SPAN_SECOND / 2) / G_TIME_SPAN_SECOND);
            g_date_time_unref(wanted);
        }
    }
    g_date_time_unref(shown);
}

static uint32_t
number_of(const uint8_t *address)
{
    uint32_t number = 0;

    for (int i = 3; i >= 0; i--)
        number = number * 100 + (address[i] >> 4) * 10 + (address[i] & 0x0F);
    return number;
}

/* L = 3, DI and SER: what a write is answered with, and the question for the address. */
static void
confirm(const struct demo_meter *meter, uint8_t control, const uint8_t *data, struct demo_burst *burst)
{
    const size_t start = demo_begin_frame(burst, DEMO_REPLY_PREAMBLE, 0x20, meter->number, 0x00, control | 0x80);

    for (unsigned i = 0; i < 3; i++)
        demo_put(burst, data[i]);
    demo_finish_frame(burst, start);
}

static bool
answer_read(struct demo *demo, struct demo_meter *meter, const uint8_t *data, struct demo_burst *burst)
{
    const unsigned di = data[0] | (unsigned)data[1] << 8;
    GDateTime *clock;

    if (di != DEMO_DI_READING && di != DEMO_DI_PRECISION)
        return false;
    demo_meter_update(meter, demo->random, source_now() - demo->start_ns);
    clock = demo_meter_clock(meter, demo->wall_clock, source_now() - demo->start_ns);
    demo_meter_reply(meter, di, clock, burst);
    g_date_time_unref(clock);
    return true;
}

static bool
answer(struct demo *demo, struct demo_meter *meter, const uint8_t *frame, struct demo_burst *burst)
{
    static const uint8_t number_and_clock[] = { 0x18, 0xA0, 0xAA }, clock_only[] = { 0x15, 0xA0 }, its_address[] = { 0x0A, 0x81 };
    const uint8_t *data = frame + CJT188_OFF_DATA;
    const uint8_t control = frame[CJT188_OFF_CONTROL], length = frame[CJT188_OFF_LENGTH];

    if (control == DEMO_CONTROL_READ && length >= 2)
        return answer_read(demo, meter, data, burst);
    if (control == CONTROL_READ_ADDRESS && length == 3 && memcmp(data, its_address, sizeof its_address) == 0) {
        confirm(meter, control, data, burst); /* it stands in every reply's header */
        return true;
    }
    if (control == CONTROL_SET && length == 17 && memcmp(data, number_and_clock, sizeof number_and_clock) == 0) {
        meter->number = number_of(data + 3);
        set_clock(demo, meter, data + 10);
        confirm(meter, control, data, burst);
        return true;
    }
    if (control != CONTROL_WRITE || length != 10 || memcmp(data, clock_only, sizeof clock_only) != 0)
        return false;
    set_clock(demo, meter, data + 3);
    confirm(meter, control, data, burst);
    return true;
}

static bool
is_asked(const struct demo *demo, unsigned index, const uint8_t *address)
{
    if (memcmp(address, request_all_aa5, CJT188_ADDRESS_LENGTH) == 0)
        return demo->crowd || index == BROADCAST_METER;
    return request_is_number(address) && address[4] == 0 && number_of(address) == demo->meters[index].number;
}

void
answering_demo_take(void *source, const uint8_t *bytes, size_t length)
{
    struct demo *demo = source;
    const struct cjt188_piece piece = cjt188_next_piece(bytes, length, true, NULL);
    const uint8_t *frame = bytes + piece.preamble;
    const int64_t now = source_now(), over = now + (int64_t)length * demo->char_time_ns;

    if (demo->deaf || piece.kind != CJT188_FRAME || piece.preamble == 0) /* they sleep, and FE wakes them */
        return;
    for (unsigned i = 0; i < DEMO_METERS; i++) {
        struct demo_burst echo = { .start_ns = now + ECHO_NS, .length = length };
        struct demo_burst burst = { .start_ns = over + (i == LATE_METER && !demo->crowd ? LATE_NS : ANSWER_NS) };

        if (!is_asked(demo, i, frame + CJT188_OFF_ADDRESS))
            continue;
        if (i == ECHO_METER && !demo->crowd && length <= sizeof echo.bytes) {
            memcpy(echo.bytes, bytes, length);
            say(demo, &echo);
        }
        if (answer(demo, &demo->meters[i], frame, &burst))
            say(demo, &burst);
    }
}

/* ---- the source ---- */

static void
demo_start(struct source *source)
{
    ((struct demo *)source)->timer = timer_new(G_PRIORITY_DEFAULT, on_time, source);
}

static bool
is_deaf(const struct line_settings *line)
{
    return line->baud != line_default.baud || line->data_bits != line_default.data_bits ||
        line->parity != line_default.parity || line->stop_bits != line_default.stop_bits;
}

static bool
demo_set_line(struct source *source, const struct line_settings *line, GError **error G_GNUC_UNUSED)
{
    struct demo *demo = (struct demo *)source;

    demo->deaf = is_deaf(line);
    demo->char_time_ns = line_char_time_ns(line);
    source->sink.settings(source->sink.user, line, false);
    return true;
}

static void
demo_close(struct source *source)
{
    struct demo *demo = (struct demo *)source;

    timer_free(demo->timer);
    g_rand_free(demo->random);
    g_date_time_unref(demo->wall_clock);
    g_free(demo);
}

static bool
parse_words(const char *text, uint32_t *seed, bool *crowd)
{
    char **words = g_strsplit(text, ",", -1);
    bool good = true;

    for (char **word = words; good && *word != NULL && **word != '\0'; word++) {
        guint64 number;

        if (strcmp(*word, "crowd") == 0)
            *crowd = true;
        else if (g_str_has_prefix(*word, "seed=") &&
                 g_ascii_string_to_unsigned(*word + strlen("seed="), 10, 0, UINT32_MAX, &number, NULL))
            *seed = (uint32_t)number;
        else
            good = false;
    }
    g_strfreev(words);
    return good;
}

struct source *
answering_demo_open(const char *text, const struct source_options *options, GError **error)
{
    uint32_t seed = g_random_int();
    struct demo *demo;
    bool crowd = false;
    char *settings;

    if (!parse_words(text, &seed, &crowd)) {
        g_set_error(error, TAP_ERROR, TAP_USAGE,
                    "\"demo:%s\" is not understood: after demo: come seed=NUMBER and crowd, with a comma between.", text);
        return NULL;
    }
    demo = g_new0(struct demo, 1);
    demo->source.start = demo_start;
    demo->source.set_line = demo_set_line;
    demo->source.close = demo_close;
    demo->char_time_ns = line_char_time_ns(&options->line);
    demo->random = g_rand_new_with_seed(seed);
    demo->crowd = crowd;
    demo->deaf = is_deaf(&options->line);
    demo->wall_clock = g_date_time_new_now_local();
    demo->start_ns = source_now();
    demo_meters_start(demo->meters);
    settings = line_text(&options->line);
    demo->source.info = (struct source_info){
        .name = g_strdup("demo"),
        .description = g_strdup_printf("built-in demo meters, %s", settings),
        .hardware = g_strdup("simulated"),
        .baud = options->line.baud,
        .char_time_ns = demo->char_time_ns,
        .timing = TIMING_LIVE,
        .waits = true,
    };
    g_free(settings);
    return &demo->source;
}
