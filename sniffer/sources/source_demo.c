/* source_demo.c
 * The demo bus as a source: at the pace of a line, through something like a USB adapter.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "demo_bus.h"
#include "record.h"
#include "source.h"
#include "status.h"
#include "timer.h"

#include <stdlib.h>
#include <string.h>

/* A common adapter hands over what it has every 16 ms. */
#define LATENCY_NS (16 * NS_PER_MS)

/* When the simulated clock starts: 2026-04-27 18:10:00 UTC, which its meters take for local time. */
#define FAST_START_S G_GINT64_CONSTANT(1777313400)

struct demo {
    struct source source;
    struct demo_bus *bus;
    struct demo_burst burst;
    size_t sent;      /* of the burst */
    int64_t start_ns; /* of the bus, on the clock of the arrivals */
    int64_t char_time_ns;
    GSource *timer; /* NULL when fast */
};

struct demo_options {
    uint32_t seed;
    bool fast;
};

/* When the adapter hands over the character that is next. */
static int64_t
due_ns(const struct demo *demo)
{
    const int64_t complete = demo->burst.start_ns + (int64_t)(demo->sent + 1) * demo->char_time_ns;

    return (complete + LATENCY_NS - 1) / LATENCY_NS * LATENCY_NS;
}

/* Everything complete at `due` in one chunk. */
static void
hand_over(struct demo *demo, int64_t due, int64_t arrival_ns)
{
    const struct source_sink *sink = &demo->source.sink;
    const size_t first = demo->sent;

    while (demo->sent < demo->burst.length && due_ns(demo) <= due)
        demo->sent++;
    sink->bytes(sink->user, demo->burst.bytes + first, demo->burst.marks + first, demo->sent - first, arrival_ns);
    if (demo->sent == demo->burst.length) {
        demo_bus_next(demo->bus, &demo->burst);
        demo->sent = 0;
    }
}

static gboolean
on_fast(gpointer user)
{
    struct demo *demo = user;
    const int64_t due = due_ns(demo);

    hand_over(demo, due, demo->start_ns + due);
    return G_SOURCE_CONTINUE;
}

static void
on_time(void *user)
{
    struct demo *demo = user;
    const int64_t now = source_now();
    int64_t due;

    while ((due = due_ns(demo)) <= now - demo->start_ns)
        hand_over(demo, due, now);
    timer_set(demo->timer, demo->start_ns + due);
}

static void
demo_start(struct source *source)
{
    struct demo *demo = (struct demo *)source;

    if (source->info.timing == TIMING_SIMULATED) {
        demo->start_ns = FAST_START_S * NS_PER_SECOND;
        source->watch = g_idle_add_full(G_PRIORITY_DEFAULT, on_fast, demo, NULL);
        return;
    }
    demo->start_ns = source_now();
    demo->timer = timer_new(G_PRIORITY_DEFAULT, on_time, demo);
    on_time(demo);
}

static void
demo_close(struct source *source)
{
    struct demo *demo = (struct demo *)source;

    timer_free(demo->timer);
    demo_bus_free(demo->bus);
    g_free(demo);
}

static bool
parse_option(const char *text, struct demo_options *options)
{
    guint64 seed;

    if (strcmp(text, "fast") == 0) {
        options->fast = true;
        return true;
    }
    if (!g_str_has_prefix(text, "seed=") ||
        !g_ascii_string_to_unsigned(text + strlen("seed="), 10, 0, UINT32_MAX, &seed, NULL))
        return false;
    options->seed = (uint32_t)seed;
    return true;
}

static bool
parse_options(const char *text, struct demo_options *options, GError **error)
{
    char **parts = g_strsplit(text, ",", -1);
    bool good = true;

    for (char **part = parts; good && *part != NULL; part++)
        good = parse_option(*part, options);
    if (!good)
        g_set_error(error, TAP_ERROR, TAP_USAGE,
                    "\"demo:%s\" is not understood: after demo: come seed=NUMBER and fast, with a comma between.",
                    text);
    g_strfreev(parts);
    return good;
}

struct source *
source_demo_open(const char *name, const struct source_options *options, GError **error)
{
    const struct line_settings *line = &options->line;
    struct demo_options wanted = { .seed = g_random_int() };
    struct demo *demo;
    GDateTime *wall_clock;
    char *settings;

    if (*name != '\0' && !parse_options(name, &wanted, error))
        return NULL;
    demo = g_new0(struct demo, 1);
    demo->source.start = demo_start;
    demo->source.close = demo_close;
    demo->char_time_ns = line_char_time_ns(line);
    settings = line_text(line);
    demo->source.info = (struct source_info){
        .name = g_strdup("demo"),
        .description = g_strdup_printf("built-in demo bus, %s", settings),
        .hardware = g_strdup("simulated"),
        .baud = line->baud,
        .char_time_ns = demo->char_time_ns,
        .waits = wanted.fast,
        .timing = wanted.fast ? TIMING_SIMULATED : TIMING_LIVE,
    };
    g_free(settings);
    wall_clock = wanted.fast ? g_date_time_new_from_unix_utc(FAST_START_S) : g_date_time_new_now_local();
    demo->bus = demo_bus_new(wanted.seed, demo->char_time_ns, wall_clock);
    g_date_time_unref(wall_clock);
    demo_bus_next(demo->bus, &demo->burst);
    return &demo->source;
}
