/* bus.c
 * A line on which this program speaks: see bus.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "bus.h"
#include "answering_demo.h"
#include "channel.h"
#include "outputs/output.h"
#include "sender.h"
#include "signals.h"
#include "status.h"
#include "timer.h"

#include <signal.h>
#include <string.h>

/* CJ/T 188-2004 lets a meter take 500 ms; real ones have needed their own preamble on top. */
#define ANSWER_NS     (500 * NS_PER_MS)
#define ANSWER_CHARS  30
#define LATENCY_NS    (16 * NS_PER_MS) /* of common adapters */
#define ENDLESS_NS    (10 * NS_PER_SECOND)
/* A converter gives back what passes through it; a device server behind a network takes its time. */
#define ECHO_PORT_NS  (50 * NS_PER_MS)
#define ECHO_OTHER_NS (1 * NS_PER_SECOND)
/* Baud rates differ a little, and so do clocks: what begins so much before our last byte has left may be an answer to it. */
#define EARLY_NS      (20 * NS_PER_MS)
/* How long the disk may take for the record of a write. */
#define RECORD_NS     (5 * NS_PER_SECOND)
#define PATIENCE_NS   (2 * NS_PER_SECOND) /* with a driver, beyond the time that its bytes take */

struct bus {
    const struct bus_options *options;
    struct source_partner partner;
    struct line_options line;
    struct channel *channel;
    struct sender *sender;
    struct output *output; /* NULL: nothing is recorded */
    GSource *alarm;        /* wakes the loop */
    int64_t gap_ns, char_time_ns;
    bool stopped, other_master;
    bool expects_silence;
    uint64_t expected; /* bytes of the line, of which all is known */
    GError *lost;
    struct hearing_log *log;        /* of who listens now, or NULL */
    const struct request *request;  /* under way, its echo not yet heard; or NULL */
    int64_t left_ns;                /* when its last byte left; INT64_MAX = not yet */
    int64_t quiet_since_ns;         /* nothing was heard since the bus was opened, or since its last byte */
};

/* ---- what is heard ---- */

static void
heard_free(gpointer data)
{
    struct heard *heard = data;

    g_free((gpointer)heard->record.bytes);
    g_free(heard);
}

void
hearing_log_clear(struct hearing_log *log)
{
    if (log->heard != NULL)
        g_ptr_array_unref(log->heard);
    *log = (struct hearing_log){ .answered_ns = -1 };
}

static void
log_begin(struct hearing_log *log)
{
    hearing_log_clear(log);
    log->heard = g_ptr_array_new_with_free_func(heard_free);
}

static int64_t
clock_offset(void)
{
    return source_wall_clock() - source_now();
}

/* Since our last byte left, to when it began; negative where that was before. */
static int64_t
after_sending(const struct bus *bus, const struct record *record)
{
    return bus->left_ns == INT64_MAX ? INT64_MIN : record->time_ns - clock_offset() - bus->left_ns;
}

/* Converters may swallow the first bytes of a preamble, not more. What comes later than an echo can is another master's, who asks the same. */
static bool
is_echo(const struct bus *bus, const struct record *record)
{
    const struct request *request = bus->request;
    const int64_t latest_ns = sender_is_port(bus->sender) ? ECHO_PORT_NS : ECHO_OTHER_NS;

    return request != NULL && after_sending(bus, record) <= latest_ns && record->preamble <= request->preamble &&
        record->length - record->preamble == request->length - request->preamble &&
        memcmp(record->bytes + record->preamble, request->bytes + request->preamble,
               request->length - request->preamble) == 0;
}

static enum hearing
hearing_of(const struct bus *bus, const struct record *record)
{
    static const enum hearing hearings[RECORD_CLASSES] = {
        [CLASS_REQUEST] = HEARD_REQUEST,   [CLASS_REPLY] = HEARD_REPLY, [CLASS_DAMAGED] = HEARD_DAMAGED,
        [CLASS_TRUNCATED] = HEARD_DAMAGED, [CLASS_NOISE] = HEARD_NOISE, [CLASS_MBUS] = HEARD_REQUEST,
        [CLASS_DLT645] = HEARD_REQUEST,
    };

    if (record->kind == CJT188_MBUS && record->length == 1) /* E5 alone is nothing that anybody has to mean */
        return HEARD_NOISE;
    return is_echo(bus, record) ? HEARD_ECHO : hearings[record_class(record)];
}

static void
remember(struct bus *bus, enum hearing what, const struct record *record)
{
    struct hearing_log *log = bus->log;
    struct heard *heard = g_new0(struct heard, 1);

    heard->what = what;
    heard->record = *record;
    heard->record.bytes = g_memdup2(record->bytes, record->length);
    heard->is_early = log->sent_ns != 0 && after_sending(bus, record) < -EARLY_NS;
    g_ptr_array_add(log->heard, heard);
    log->count[what]++;
    if (what == HEARD_REPLY && log->answered_ns < 0 && log->sent_ns != 0 && bus->left_ns != INT64_MAX)
        log->answered_ns = MAX(0, after_sending(bus, record));
}

static void
on_record(void *user, unsigned number, const struct record *record)
{
    struct bus *bus = user;
    const enum hearing what = hearing_of(bus, record);

    if (what == HEARD_ECHO)
        bus->request = NULL; /* the same once more is somebody else's */
    bus->other_master |= what == HEARD_REQUEST;
    if (bus->output != NULL && what == HEARD_ECHO)
        output_note(bus->output, number, "Echo of our own request, from the converter");
    if (bus->output != NULL)
        output_record(bus->output, number, record);
    if (bus->log != NULL)
        remember(bus, what, record);
}

static void
on_missing(void *user, unsigned number, uint64_t bytes)
{
    struct bus *bus = user;

    if (bus->output != NULL)
        output_missing(bus->output, number, bytes);
}

static void
on_note(void *user, unsigned number, const char *text)
{
    struct bus *bus = user;

    if (bus->output != NULL)
        output_note(bus->output, number, text);
}

static void
on_found(void *user G_GNUC_UNUSED, unsigned number G_GNUC_UNUSED, const struct line_settings *line G_GNUC_UNUSED)
{
}

static void
lose(struct bus *bus, GError *error)
{
    if (bus->lost == NULL)
        bus->lost = error;
    else
        g_clear_error(&error);
}

static void
on_end(void *user, unsigned number G_GNUC_UNUSED, GError *lost)
{
    lose(user, lost != NULL ? lost : g_error_new(TAP_ERROR, TAP_LINE_LOST, "The line has ended."));
}

static void
on_complete(void *user G_GNUC_UNUSED)
{
}

static void
on_output_failed(void *user, GError *error)
{
    lose(user, error);
}

/* ---- the line's other side ---- */

static void
on_opened(void *user, const char *device, int fd)
{
    struct bus *bus = user;

    if (device != NULL)
        sender_attach_port(bus->sender, device);
    else
        sender_attach_connection(bus->sender, fd);
}

static void
on_closed(void *user)
{
    sender_detach(((struct bus *)user)->sender);
}

static struct source *
on_demo(void *user, const char *text, const struct source_options *options, GError **error)
{
    struct bus *bus = user;
    struct source *source = answering_demo_open(text, options, error);

    if (source != NULL)
        sender_attach_function(bus->sender, answering_demo_take, source);
    return source;
}

/* ---- opening ---- */

static void
on_signal(int number, void *user)
{
    struct bus *bus = user;

    if (number == SIGHUP && bus->output != NULL)
        output_reopen(bus->output);
    else if (number == SIGINT || number == SIGTERM)
        bus->stopped = true;
}

static void
on_alarm(void *user G_GNUC_UNUSED)
{
}

static bool
open_channel(struct bus *bus, GError **error)
{
    const struct channel_events events = { on_record, on_missing, on_note, on_found, on_end, bus };

    bus->line = *bus->options->line;
    bus->partner = (struct source_partner){ on_opened, on_closed, on_demo, bus };
    bus->line.source.partner = &bus->partner;
    bus->line.source.must_be_there = !bus->options->may_come_later;
    bus->line.source.no_wait |= !bus->options->may_come_later;
    bus->char_time_ns = line_char_time_ns(&bus->line.source.line);
    bus->gap_ns = line_gap_ns(&bus->line.source.line);
    bus->sender = sender_new(bus->options->switch_by_rts, bus->char_time_ns);
    bus->channel = channel_open(&bus->line, 0, 0, &events, error);
    return bus->channel != NULL;
}

static bool
open_output(struct bus *bus, GError **error)
{
    const struct output_events events = { on_complete, on_output_failed, bus };
    const struct output_line said = { bus->line.shown_name, bus->line.description, NULL };

    if (bus->options->output->path == NULL)
        return true;
    bus->output = output_open(bus->options->output, &events, error);
    if (bus->output == NULL)
        return false;
    output_add_line(bus->output, channel_info(bus->channel), &said);
    return true;
}

struct bus *
bus_open(const struct bus_options *options, GError **error)
{
    struct bus *bus = g_new0(struct bus, 1);

    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    bus->options = options;
    bus->left_ns = INT64_MAX;
    bus->alarm = timer_new(G_PRIORITY_LOW, on_alarm, bus);
    if (!open_channel(bus, error) || !open_output(bus, error)) {
        bus_close(bus, NULL);
        return NULL;
    }
    signals_begin(on_signal, bus);
    if (bus->output != NULL && !output_begin(bus->output, error)) {
        bus_close(bus, NULL);
        return NULL;
    }
    channel_start(bus->channel);
    bus->quiet_since_ns = source_now();
    return bus;
}

bool
bus_close(struct bus *bus, GError **error)
{
    bool good = true;

    if (bus == NULL)
        return true;
    bus->log = NULL;
    if (bus->output != NULL && bus->channel != NULL && !g_error_matches(bus->lost, TAP_ERROR, TAP_OUTPUT_FAILED)) {
        output_stop(bus->output);
        channel_finish(bus->channel);
        good = output_end(bus->output, error);
    }
    output_close(bus->output);
    channel_close(bus->channel);
    sender_free(bus->sender);
    timer_free(bus->alarm);
    signals_end();
    g_clear_error(&bus->lost);
    g_free(bus);
    return good;
}

/* ---- what is asked of it ---- */

const struct source_info *
bus_info(const struct bus *bus)
{
    return channel_info(bus->channel);
}

bool
bus_is_stopped(const struct bus *bus)
{
    return bus->stopped;
}

bool
bus_is_up(const struct bus *bus)
{
    return channel_state(bus->channel).up;
}

bool
bus_has_other_master(const struct bus *bus)
{
    return bus->other_master;
}

int64_t
bus_timeout_ns(const struct bus *bus)
{
    return bus->options->timeout_ns != 0 ? bus->options->timeout_ns
                                         : ANSWER_NS + ANSWER_CHARS * bus->char_time_ns + LATENCY_NS;
}

int64_t
bus_gap_ns(const struct bus *bus)
{
    return bus->gap_ns;
}

/* ---- listening ---- */

static bool
goes_on(const struct bus *bus, GError **error)
{
    if (bus->lost != NULL) {
        g_propagate_error(error, g_error_copy(bus->lost));
        return false;
    }
    if (bus->stopped)
        g_set_error(error, TAP_ERROR, POLL_REFUSED, "Stopped.");
    return !bus->stopped;
}

/* Let happen what happens, until then at the latest. */
static bool
turn(struct bus *bus, int64_t until_ns, GError **error)
{
    timer_set(bus->alarm, until_ns);
    g_main_context_iteration(NULL, TRUE);
    return goes_on(bus, error);
}

/* When the last byte was heard; before the first, when it began to listen. */
static int64_t
quiet_since(const struct bus *bus)
{
    return MAX(bus->quiet_since_ns, channel_state(bus->channel).last_byte_ns);
}

bool
bus_listen_until(struct bus *bus, int64_t at_ns, struct hearing_log *log, GError **error)
{
    bool good = goes_on(bus, error);

    if (log != NULL)
        log_begin(log);
    bus->log = log;
    while (good && source_now() < at_ns)
        good = turn(bus, at_ns, error);
    /* What has begun is heard out: half a frame says nothing of who sends. */
    while (good && source_now() < MIN(quiet_since(bus) + bus->gap_ns, at_ns + ENDLESS_NS))
        good = turn(bus, quiet_since(bus) + bus->gap_ns, error);
    if (good)
        channel_cut(bus->channel);
    bus->log = NULL;
    return good;
}

bool
bus_listen(struct bus *bus, int64_t duration_ns, struct hearing_log *log, GError **error)
{
    return bus_listen_until(bus, source_now() + duration_ns, log, error);
}

static gboolean
on_input(gint fd G_GNUC_UNUSED, GIOCondition condition G_GNUC_UNUSED, gpointer user)
{
    *(bool *)user = true;
    return G_SOURCE_REMOVE;
}

bool
bus_listen_for_input(struct bus *bus, int fd, struct hearing_log *log, GError **error)
{
    bool there = false, good = goes_on(bus, error);
    const guint watch = g_unix_fd_add(fd, G_IO_IN | G_IO_HUP | G_IO_ERR, on_input, &there);

    log_begin(log);
    bus->log = log;
    timer_unset(bus->alarm);
    while (good && !there) {
        g_main_context_iteration(NULL, TRUE);
        good = goes_on(bus, error);
    }
    bus->log = NULL;
    if (!there)
        g_source_remove(watch);
    return good;
}

bool
bus_wait_for_silence(struct bus *bus, int64_t silence_ns, int64_t at_most_ns, bool *silent, GError **error)
{
    const int64_t end = source_now() + at_most_ns;
    bool good = goes_on(bus, error);
    int64_t now;

    while (good && (now = source_now()) < end && now - quiet_since(bus) < silence_ns)
        good = turn(bus, MIN(end, quiet_since(bus) + silence_ns), error);
    *silent = source_now() - quiet_since(bus) >= silence_ns;
    return good;
}

/* ---- asking ---- */

static void
record_request(struct bus *bus, const struct request *request, const char *comment, int64_t time_ns)
{
    const struct record record = {
        .kind = CJT188_FRAME,
        .bytes = request->bytes,
        .length = request->length,
        .preamble = request->preamble,
        .time_ns = time_ns,
        .told = DIRECTION_REQUEST,
    };

    if (bus->output == NULL)
        return;
    if (comment != NULL)
        output_note(bus->output, 0, comment);
    output_record(bus->output, 0, &record);
}

/* What waits to be looked at: also after this program stood still. */
static void
look_at_all(void)
{
    for (unsigned i = 0; i < 10000 && g_main_context_iteration(NULL, FALSE); i++)
        ;
}

void
bus_expect_silence(struct bus *bus)
{
    look_at_all();
    bus->expects_silence = true;
    bus->expected = channel_state(bus->channel).bytes;
}

static bool
was_silent(struct bus *bus, GError **error)
{
    look_at_all();
    if (!bus->expects_silence || channel_state(bus->channel).bytes == bus->expected)
        return goes_on(bus, error);
    channel_cut(bus->channel); /* who it was */
    g_set_error(error, TAP_ERROR, bus->other_master ? POLL_BUSY : POLL_REFUSED, "%s",
                bus->other_master ? "Somebody else asks on this line." : "Something was heard that was not asked for.");
    return false;
}

/* What is sent has to be in the capture, whatever happens then. */
static bool
record_first(struct bus *bus, const struct request *request, const char *comment, GError **error)
{
    const int64_t end = source_now() + RECORD_NS;
    struct output_totals totals;
    uint64_t before;

    if (bus->output == NULL)
        return true;
    output_totals(bus->output, &totals);
    before = totals.packets;
    record_request(bus, request, comment, source_wall_clock());
    while (output_totals(bus->output, &totals), totals.packets == before && source_now() < end && bus->lost == NULL) {
        look_at_all();
        g_usleep(500);
    }
    if (!goes_on(bus, error))
        return false;
    if (totals.packets > before)
        return true;
    g_set_error(error, TAP_ERROR, TAP_OUTPUT_FAILED, "The capture takes no more.");
    return false;
}

/* All that has to hold in the moment before it leaves. */
static bool
may_write(struct bus *bus, const struct request *request, const struct bus_writing *writing, GError **error)
{
    if (!record_first(bus, request, writing->comment, error) || !was_silent(bus, error))
        return false;
    if (source_now() <= writing->not_after_ns)
        return true;
    g_set_error(error, TAP_ERROR, POLL_REFUSED, "This computer stood still when it was to be sent.");
    return false;
}

/* When it is over, as far as can be said now. */
static int64_t
end_of(const struct bus *bus, const struct hearing_log *log, uint64_t bytes_before)
{
    const struct channel_state state = channel_state(bus->channel);
    const int64_t silent = state.bytes > bytes_before ? state.last_byte_ns + bus->gap_ns : 0;
    const int64_t overdue = bus->left_ns == INT64_MAX ? INT64_MAX : bus->left_ns + bus_timeout_ns(bus);
    const bool answered = log->count[HEARD_REPLY] + log->count[HEARD_DAMAGED] > 0;

    return bus->left_ns != INT64_MAX && answered ? MAX(silent, bus->left_ns) : MAX(silent, overdue);
}

static bool
never_left(GError **error)
{
    g_set_error(error, TAP_ERROR, TAP_LINE_LOST, "The request did not leave: the driver has bytes and does not send them.");
    return false;
}

static bool
hear_out(struct bus *bus, struct hearing_log *log, uint64_t bytes_before, GError **error)
{
    const int64_t endless = source_now() + bus_timeout_ns(bus) + ENDLESS_NS;
    bool good = true;

    for (;;) {
        const int64_t now = source_now();
        int64_t end;

        if (bus->left_ns == INT64_MAX)
            bus->left_ns = sender_left(bus->sender);
        end = end_of(bus, log, bytes_before);
        if (now >= endless) {
            log->endless = true;
            good = bus->left_ns != INT64_MAX || never_left(error);
            break;
        }
        if (now >= end) {
            const unsigned before = log->heard->len;

            channel_cut(bus->channel); /* what was held back may say that there is more to wait for, or nothing */
            if (log->heard->len == before || now >= end_of(bus, log, bytes_before))
                break;
            continue;
        }
        if (bus->left_ns == INT64_MAX)
            end = MIN(end, sender_ask_again_ns(bus->sender));
        good = turn(bus, MIN(end, endless), error);
        if (!good)
            break;
    }
    return good;
}

/* It is gone, which was said, and may come back. What happened to it may not have been looked at yet. */
static bool
is_awaited(const struct bus *bus)
{
    while (bus_is_up(bus) && g_main_context_iteration(NULL, FALSE))
        ;
    return bus->options->may_come_later && !bus_is_up(bus) && bus->lost == NULL && !bus->stopped;
}

/* Stopped while it leaves: RTS must fall all the same, but a driver that never sends is not waited for. */
static void
finish_sending(const struct bus *bus)
{
    const int64_t end = sender_ask_again_ns(bus->sender) + PATIENCE_NS;

    while (bus->left_ns == INT64_MAX && sender_left(bus->sender) == INT64_MAX && bus_is_up(bus) && bus->lost == NULL &&
           source_now() < end)
        g_usleep(1000);
}

bool
bus_ask(struct bus *bus, const struct request *request, const struct bus_writing *writing, struct hearing_log *log,
        GError **error)
{
    GError *failed = NULL;
    uint64_t bytes_before;
    bool good = goes_on(bus, error);

    log_begin(log);
    if (!good)
        return false;
    if (is_awaited(bus))
        return true;
    if (!was_silent(bus, error) || (writing != NULL && !may_write(bus, request, writing, error)))
        return false;
    bytes_before = channel_state(bus->channel).bytes;
    log->sent_ns = source_wall_clock();
    log->sent_boot_ns = source_boot_clock();
    bus->log = log;
    bus->request = request;
    bus->left_ns = INT64_MAX;
    if (writing == NULL)
        record_request(bus, request, NULL, log->sent_ns);
    good = sender_begin(bus->sender, request->bytes, request->length, &failed) && hear_out(bus, log, bytes_before, &failed);
    if (failed != NULL && is_awaited(bus)) {
        g_clear_error(&failed);
        good = true;
    }
    if (failed != NULL)
        g_propagate_error(error, failed);
    finish_sending(bus);
    bus->log = NULL;
    bus->request = NULL;
    bus->expected = channel_state(bus->channel).bytes;
    return good;
}

bool
bus_set_line(struct bus *bus, const struct line_settings *line, GError **error)
{
    char *settings = line_text(line), *text;

    if (!channel_set_line(bus->channel, line, error)) {
        g_free(settings);
        return false;
    }
    bus->char_time_ns = line_char_time_ns(line);
    bus->gap_ns = line_gap_ns(line);
    sender_set_char_time(bus->sender, bus->char_time_ns);
    text = g_strdup_printf("From here with %s", settings);
    if (bus->output != NULL)
        output_note(bus->output, 0, text);
    g_free(text);
    g_free(settings);
    return true;
}
