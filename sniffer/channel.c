/* channel.c
 * One line at work: see channel.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "channel.h"
#include "framer.h"
#include "outputs/filter.h"
#include "timer.h"

#include <stdlib.h>

/* The wall clock may wander this much between two arrivals; more is a step. */
#define STEP_NS (50 * NS_PER_MS)

struct channel {
    unsigned number;
    struct channel_events events;
    struct source *source;
    struct framer *framer;
    struct filter *filter;
    GSource *silence; /* set while the framer holds bytes back */
    int64_t gap_ns;
    int64_t clock_offset_ns; /* what makes an arrival a time since 1970 */
    int64_t next_offset_ns;  /* after a step: of what begins behind it */
    bool stepped;
    int64_t slept_ns; /* the computer, as far as it was told */
    int64_t first_arrival_ns, last_arrival_ns;
    int64_t stop_after_ns; /* of a simulated clock */
    bool any_arrival, over;
    uint64_t bytes;
    int64_t heard_ns; /* the last of them, by CLOCK_MONOTONIC */
    enum record_direction told;
};

static void
follow_clock(struct channel *channel)
{
    const int64_t step = channel->next_offset_ns - channel->clock_offset_ns;
    char *text = g_strdup_printf("The clock of this computer was set %s by %.3f s before this",
                                 step > 0 ? "forward" : "back", (double)llabs(step) / NS_PER_SECOND);

    channel->events.note(channel->events.user, channel->number, text);
    g_free(text);
    channel->clock_offset_ns = channel->next_offset_ns;
    channel->stepped = false;
}

static void
on_record(const struct record *from_framer, void *user)
{
    struct channel *channel = user;
    struct record record = *from_framer;

    if (channel->over)
        return;
    if (filter_passes(channel->filter, record.bytes, record.length)) {
        record.time_ns += channel->clock_offset_ns;
        record.told = channel->told;
        channel->events.record(channel->events.user, channel->number, &record);
    }
    if (channel->stepped)
        follow_clock(channel);
}

static void
on_pause(void *user)
{
    struct channel *channel = user;

    framer_finish(channel->framer);
    timer_unset(channel->silence);
}

static void
on_missing(void *user, uint64_t bytes)
{
    struct channel *channel = user;

    channel->events.missing(channel->events.user, channel->number, bytes);
}

static void
on_note(void *user, const char *text)
{
    struct channel *channel = user;

    channel->events.note(channel->events.user, channel->number, text);
}

static void
on_direction(void *user, enum record_direction direction)
{
    ((struct channel *)user)->told = direction;
}

static void
on_settings(void *user, const struct line_settings *line, bool found)
{
    struct channel *channel = user;

    channel->gap_ns = line_gap_ns(line);
    framer_set_char_time(channel->framer, line_char_time_ns(line));
    if (found)
        channel->events.found(channel->events.user, channel->number, line);
}

static void
on_end(void *user, GError *lost)
{
    struct channel *channel = user;

    on_pause(channel);
    channel->over = true;
    source_stop(channel->source);
    channel->events.end(channel->events.user, channel->number, lost);
}

/* A clock that is simulated has no timers: what they would have done is done when it has moved on. */
static void
catch_up(struct channel *channel, int64_t arrival_ns)
{
    if (!channel->any_arrival)
        return;
    if (arrival_ns - channel->last_arrival_ns >= channel->gap_ns)
        framer_finish(channel->framer);
    if (channel->stop_after_ns != 0 && arrival_ns - channel->first_arrival_ns >= channel->stop_after_ns)
        on_end(channel, NULL);
}

/* Somebody, or a time server, has set the clock: the capture has to say where. A record that was begun before keeps the
 * time that it was begun at. */
static void
look_at_clock(struct channel *channel)
{
    const int64_t offset = source_wall_clock() - source_now();

    if (channel->stepped || (channel->any_arrival && llabs(offset - channel->clock_offset_ns) > STEP_NS)) {
        channel->stepped = true;
        channel->next_offset_ns = offset;
        if (framer_pending(channel->framer) == 0)
            follow_clock(channel);
    } else {
        channel->clock_offset_ns = offset;
    }
}

/* What was said meanwhile is missing, and what comes first may have waited. */
static void
look_for_sleep(struct channel *channel)
{
    const int64_t slept = source_boot_clock() - source_now(), more = slept - channel->slept_ns;
    char *text;

    channel->slept_ns = slept;
    if (!channel->any_arrival || more < STEP_NS)
        return;
    on_pause(channel);
    channel->clock_offset_ns += more;
    text = g_strdup_printf("The computer slept for %.1f s before this, what was said meanwhile is missing",
                           (double)more / NS_PER_SECOND);
    channel->events.note(channel->events.user, channel->number, text);
    g_free(text);
}

static void
on_bytes(void *user, const uint8_t *bytes, const uint8_t *marks, size_t length, int64_t arrival_ns)
{
    struct channel *channel = user;
    const enum source_timing timing = channel->source->info.timing;

    if (timing == TIMING_SIMULATED) {
        catch_up(channel, arrival_ns);
    } else {
        look_for_sleep(channel);
        look_at_clock(channel);
    }
    if (channel->over)
        return;
    if (!channel->any_arrival)
        channel->first_arrival_ns = arrival_ns;
    channel->any_arrival = true;
    channel->last_arrival_ns = arrival_ns;
    channel->bytes += length;
    channel->heard_ns = timing == TIMING_SIMULATED ? source_now() : arrival_ns;

    framer_push(channel->framer, bytes, marks, length, arrival_ns);
    if (timing != TIMING_LIVE)
        return;
    if (framer_pending(channel->framer) > 0)
        timer_set(channel->silence, arrival_ns + channel->gap_ns);
    else
        timer_unset(channel->silence);
}

struct channel *
channel_open(const struct line_options *options, unsigned number, int64_t stop_after_ns,
             const struct channel_events *events, GError **error)
{
    struct channel *channel = g_new0(struct channel, 1);

    channel->number = number;
    channel->events = *events;
    channel->stop_after_ns = stop_after_ns;
    channel->gap_ns = line_gap_ns(&options->source.line);
    if (options->filter != NULL)
        channel->filter = filter_new(options->filter, error);
    if (options->filter == NULL || channel->filter != NULL)
        channel->source = source_open(options->name, &options->source, error);
    if (channel->source != NULL)
        return channel;
    channel_close(channel);
    return NULL;
}

void
channel_close(struct channel *channel)
{
    if (channel == NULL)
        return;
    source_close(channel->source);
    timer_free(channel->silence);
    framer_free(channel->framer);
    filter_free(channel->filter);
    g_free(channel);
}

struct channel_state
channel_state(const struct channel *channel)
{
    return (struct channel_state){ channel->bytes, channel->heard_ns, !channel->source->down && !channel->over };
}

const struct source_info *
channel_info(const struct channel *channel)
{
    return &channel->source->info;
}

void
channel_start(struct channel *channel)
{
    const struct source_sink sink = {
        .bytes = on_bytes,
        .pause = on_pause,
        .missing = on_missing,
        .note = on_note,
        .direction = on_direction,
        .settings = on_settings,
        .end = on_end,
        .user = channel,
    };

    channel->framer = framer_new(channel->source->info.char_time_ns, on_record, channel);
    /* After the line: bytes that are there already are no silence, however late we look. */
    channel->silence = timer_new(G_PRIORITY_LOW, on_pause, channel);
    source_start(channel->source, &sink);
}

bool
channel_set_line(struct channel *channel, const struct line_settings *line, GError **error)
{
    return source_set_line(channel->source, line, error);
}

void
channel_cut(struct channel *channel)
{
    on_pause(channel);
}

void
channel_finish(struct channel *channel)
{
    if (channel->framer == NULL)
        return;
    source_drain(channel->source);
    framer_finish(channel->framer);
}
