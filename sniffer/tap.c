/* tap.c
 * The tap at work: see tap.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tap.h"
#include "channel.h"
#include "house.h"
#include "notify.h"
#include "outputs/output.h"
#include "signals.h"
#include "sources/source.h"
#include "status.h"
#include "timer.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct tap {
    const struct options *options;
    GPtrArray *channels; /* of struct channel, in the order of -i */
    unsigned ended;      /* of them */
    struct output *output;
    struct house *house;
    GMainLoop *loop;
    GSource *duration;
    bool full;  /* a stop condition holds: no record counts any more */
    bool found; /* the settings of a line */
    bool show_counter;
    GError *error;
};

/* For the next record, or NULL. */
static char *mark;

void
tap_mark(const char *text)
{
    char *before = mark;

    mark = before == NULL ? g_strdup(text) : g_strdup_printf("%s; %s", before, text);
    g_free(before);
}

static void
stop(struct tap *tap, GError *error)
{
    if (tap->error == NULL) {
        tap->error = error;
    } else if (error != NULL) {
        tap_complain("%s", error->message);
        g_error_free(error);
    }
    g_main_loop_quit(tap->loop);
}

static void
fill_up(struct tap *tap, GError *error)
{
    tap->full = true;
    stop(tap, error);
}

static void
on_record(void *user, unsigned number, const struct record *record)
{
    struct tap *tap = user;
    struct output_totals totals;

    if (tap->full)
        return;
    if (mark != NULL)
        output_note(tap->output, number, mark);
    g_clear_pointer(&mark, g_free);
    output_record(tap->output, number, record);
    if (!tap->show_counter)
        return;
    output_totals(tap->output, &totals);
    tap_print("\rPackets: %" G_GUINT64_FORMAT " ", totals.packets);
}

static void
on_missing(void *user, unsigned number, uint64_t bytes)
{
    output_missing(((struct tap *)user)->output, number, bytes);
}

static void
on_note(void *user, unsigned number, const char *text)
{
    output_note(((struct tap *)user)->output, number, text);
}

static void
on_found(void *user, unsigned number G_GNUC_UNUSED, const struct line_settings *line)
{
    struct tap *tap = user;
    char *settings;

    tap->found = true;
    if (!tap->options->probe)
        return;
    settings = line_text(line);
    printf("%s\n", settings);
    g_free(settings);
    fill_up(tap, NULL);
}

/* One line is lost for good: the tap ends. A file is over: the others go on. */
static void
on_end(void *user, unsigned number G_GNUC_UNUSED, GError *lost)
{
    struct tap *tap = user;

    if (++tap->ended == tap->channels->len || lost != NULL)
        stop(tap, lost);
}

static void
on_duration(void *user)
{
    stop(user, NULL);
}

static void
on_complete(void *user)
{
    fill_up(user, NULL);
}

static void
on_output_failed(void *user, GError *error)
{
    fill_up(user, error);
}

static void
add_counters(const struct tap *tap, unsigned line, GString *text)
{
    const bool several = tap->channels->len > 1;
    const char *separator = "  ";
    struct output_counts counts;

    output_counts(tap->output, line, &counts);
    if (several)
        g_string_append_printf(text, "  %s:", channel_info(tap->channels->pdata[line])->name);
    for (enum record_class class = 0; class < RECORD_CLASSES; class ++)
        if (counts.of_class[class] > 0) {
            g_string_append_printf(text, "%s%s %" G_GUINT64_FORMAT, separator, record_class_name(class),
                                   counts.of_class[class]);
            separator = ", ";
        }
    if (several && *separator == ' ')
        g_string_append(text, "  nothing");
    if (several || *separator == ',')
        g_string_append_c(text, '\n');
}

static void
print_totals(const struct tap *tap)
{
    struct output_totals totals;
    GString *text = g_string_new(NULL);

    output_totals(tap->output, &totals);
    if (tap->show_counter && totals.packets + totals.lost_packets > 0)
        g_string_append_c(text, '\r');
    g_string_append_printf(text, "Packets captured: %" G_GUINT64_FORMAT "\n", totals.packets);
    for (guint i = 0; i < tap->channels->len; i++)
        add_counters(tap, i, text);
    if (totals.lost_packets > 0)
        g_string_append_printf(text, "  packets that found no room: %" G_GUINT64_FORMAT "\n", totals.lost_packets);
    if (totals.lost_bytes > 0)
        g_string_append_printf(text, "  bytes of the line that are missing: %" G_GUINT64_FORMAT "\n",
                               totals.lost_bytes);
    tap_print("%s", text->str);
    g_string_free(text, TRUE);
}

/* A line that is gone is another thing than one on which nobody speaks. */
static void
print_states(const struct tap *tap)
{
    for (guint i = 0; tap->house != NULL && i < tap->channels->len; i++) {
        char *how = house_describe(tap->house, i);

        tap_print("  %s: %s\n", channel_info(tap->channels->pdata[i])->name, how);
        g_free(how);
    }
}

/* A service manager sends SIGCONT behind SIGTERM, in case. */
static void
go_on(struct tap *tap)
{
    if (signals_stop_waits())
        return;
    tap_complain("This program was stopped, and goes on: times may be late.");
    for (guint i = 0; i < tap->channels->len; i++)
        output_note(tap->output, i, "The tap stood still before this, so its time may be late");
}

static void
on_signal(int number, void *user)
{
    struct tap *tap = user;

    if (number == SIGUSR1) {
        print_totals(tap);
        print_states(tap);
    } else if (number == SIGHUP)
        output_reopen(tap->output);
    else if (number == SIGCONT)
        go_on(tap);
    else
        stop(tap, NULL);
}

static void
announce(const struct tap *tap)
{
    for (guint i = 0; i < tap->channels->len; i++)
        tap_say("Capturing on '%s'", channel_info(tap->channels->pdata[i])->name);
    if (tap->options->output.path != NULL && !tap->options->quiet)
        tap_say("File: %s", output_name(tap->output));
}

/* What a name stands for, or the standard stream that "-" stands for. */
static bool
look_at(const char *name, int standard, struct stat *status)
{
    return strcmp(name, "-") == 0 ? fstat(standard, status) == 0 : stat(name, status) == 0;
}

static bool
is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Writing over what is being read would destroy it, or never end. A line heard twice is one heard by halves. */
static bool
check_names(const struct options *options, guint index, GError **error)
{
    const char *name = ((struct line_options *)options->lines->pdata[index])->name, *path = options->output.path;
    struct stat in, other;

    if (path == NULL) /* text */
        path = "-";
    if (!look_at(name, STDIN_FILENO, &in))
        return true;
    if (S_ISREG(in.st_mode) && look_at(path, STDOUT_FILENO, &other) && is_same(&in, &other)) {
        g_set_error(error, TAP_ERROR, TAP_USAGE, "\"%s\" cannot be read and written at once.",
                    strcmp(path, "-") == 0 ? name : path);
        return false;
    }
    for (guint i = 0; S_ISCHR(in.st_mode) && i < index; i++)
        if (stat(((struct line_options *)options->lines->pdata[i])->name, &other) == 0 && is_same(&in, &other)) {
            g_set_error(error, TAP_ERROR, TAP_USAGE, "\"%s\" is given twice: each line needs one -i.", name);
            return false;
        }
    return true;
}

static bool
open_lines(struct tap *tap)
{
    const struct options *options = tap->options;
    const struct channel_events events = { on_record, on_missing, on_note, on_found, on_end, tap };

    for (guint i = 0; i < options->lines->len; i++) {
        const struct line_options *line = options->lines->pdata[i];
        struct channel *channel = NULL;

        if (check_names(options, i, &tap->error))
            channel = channel_open(line, i, options->stop_after_ns, &events, &tap->error);
        if (channel == NULL)
            return false;
        g_ptr_array_add(tap->channels, channel);
    }
    return true;
}

static bool
open_output(struct tap *tap)
{
    const struct output_events events = { on_complete, on_output_failed, tap };

    tap->output = output_open(&tap->options->output, &events, &tap->error);
    return tap->output != NULL;
}

static bool
writes_to_fifo(const struct options *options)
{
    struct stat status;

    return options->output.path != NULL && stat(options->output.path, &status) == 0 && S_ISFIFO(status.st_mode);
}

/* The lines first: when one cannot be opened, the file of an earlier capture stays as it is. But a FIFO waits for its
 * reader, and what a line says meanwhile would bear the time of its coming. */
static bool
open_ends(struct tap *tap)
{
    const bool waits = writes_to_fifo(tap->options);

    if ((waits && !open_output(tap)) || !open_lines(tap) || (!waits && !open_output(tap)))
        return false;
    for (guint i = 0; i < tap->channels->len; i++) {
        const struct line_options *line = tap->options->lines->pdata[i];
        const struct output_line said = { line->shown_name, line->description, line->filter };

        output_add_line(tap->output, channel_info(tap->channels->pdata[i]), &said);
    }
    announce(tap);
    signals_begin(on_signal, tap); /* only now: opening a FIFO waits for its reader, and must be easy to end */
    return output_begin(tap->output, &tap->error);
}

static void
run_loop(struct tap *tap)
{
    tap->duration = timer_new(G_PRIORITY_DEFAULT, on_duration, tap);
    if (tap->options->stop_after_ns != 0)
        for (guint i = 0; i < tap->channels->len; i++)
            if (channel_info(tap->channels->pdata[i])->timing != TIMING_SIMULATED)
                timer_set(tap->duration, source_now() + tap->options->stop_after_ns);
    tap->show_counter = !tap->options->quiet && tap->options->output.path != NULL && isatty(STDERR_FILENO);
    for (guint i = 0; i < tap->channels->len; i++)
        channel_start(tap->channels->pdata[i]);
    notify("READY=1"); /* also when there are lines to wait for */
    tap->house = house_new(tap->options, tap->channels, tap->output);
    g_main_loop_run(tap->loop);
    notify("STOPPING=1");
    output_stop(tap->output);
    for (guint i = 0; i < tap->channels->len; i++)
        channel_finish(tap->channels->pdata[i]);
}

static void
write_totals(struct tap *tap)
{
    GError *error = NULL;

    if (g_error_matches(tap->error, TAP_ERROR, TAP_OUTPUT_FAILED))
        return;
    if (!output_end(tap->output, &error))
        stop(tap, error);
}

/* Classic pcap has no place for what is missing, so it is said, be the tap as quiet as it may. */
static void
tell_loss(const struct tap *tap)
{
    struct output_totals totals;

    output_totals(tap->output, &totals);
    if (totals.lost_bytes > 0 && tap->options->output.format == FORMAT_PCAP)
        tap_complain("%" G_GUINT64_FORMAT " bytes of the line are missing in \"%s\".", totals.lost_bytes,
                     tap->options->output.path);
}

static void
close_channel(gpointer channel)
{
    channel_close(channel);
}

gboolean
tap_run(const struct options *options, GError **error)
{
    struct tap tap = { .options = options };

    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    tap_be_quiet(options->quiet);
    tap.loop = g_main_loop_new(NULL, FALSE);
    tap.channels = g_ptr_array_new_with_free_func(close_channel);
    if (open_ends(&tap)) {
        run_loop(&tap);
        write_totals(&tap);
        g_clear_pointer(&tap.house, house_free);
        if (!options->quiet && !options->probe)
            print_totals(&tap);
        else
            tell_loss(&tap);
    }
    output_close(tap.output);
    timer_free(tap.duration);
    g_ptr_array_unref(tap.channels);
    signals_end();
    g_clear_pointer(&mark, g_free);
    if (options->probe && !tap.found && tap.error == NULL)
        tap.error =
            g_error_new(TAP_ERROR, TAP_LINE_LOST,
                        "Nothing was found: no whole frame was heard. It takes some traffic; is the master asking?");
    g_main_loop_unref(tap.loop);
    if (tap.error == NULL)
        return TRUE;
    g_propagate_error(error, tap.error);
    return FALSE;
}
