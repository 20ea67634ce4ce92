/* house.c
 * What a tap tells about itself: see house.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "house.h"
#include "channel.h"
#include "metrics.h"
#include "notify.h"
#include "status.h"
#include "timer.h"

#include <signal.h>
#include <sys/wait.h>

/* How often figures are renewed, also in silence. */
#define RENEW_NS (60 * NS_PER_SECOND)

struct house {
    const struct options *options;
    const GPtrArray *channels;
    struct output *output;
    GSource *timer;
    int64_t begun_ns, renew_ns; /* when figures are due; INT64_MAX = never */
    int64_t watchdog_ns;        /* how often the service manager wants a sign; 0 = never */
    int64_t sign_ns;            /* when that is due */
    bool *alarm;                /* of each line */
    bool metrics_failed;        /* it was said */
};

static struct channel_state
state_of(const struct house *house, unsigned line)
{
    return channel_state(house->channels->pdata[line]);
}

static const struct line_options *
line_of(const struct house *house, unsigned line)
{
    return house->options->lines->pdata[line];
}

static const char *
name_of(const struct house *house, unsigned line)
{
    const char *shown = line_of(house, line)->shown_name;

    return shown != NULL ? shown : channel_info(house->channels->pdata[line])->name;
}

/* Since when nothing was heard. */
static int64_t
silent_since(const struct house *house, unsigned line)
{
    const struct channel_state state = state_of(house, line);

    return state.bytes > 0 ? state.last_byte_ns : house->begun_ns;
}

char *
house_describe(const struct house *house, unsigned line)
{
    const struct channel_state state = state_of(house, line);
    const int64_t seconds = (source_now() - silent_since(house, line)) / NS_PER_SECOND;

    if (!state.up)
        return g_strdup_printf("gone; nothing heard for %" G_GINT64_FORMAT " s", seconds);
    if (state.bytes == 0)
        return g_strdup_printf("there, and silent since the start %" G_GINT64_FORMAT " s ago", seconds);
    return g_strdup_printf("there; last heard %" G_GINT64_FORMAT " s ago", seconds);
}

/* ---- the alarm ---- */

static void
on_command_ended(GPid pid, gint status, gpointer user G_GNUC_UNUSED)
{
    GError *wrong = NULL;

    if (!g_spawn_check_wait_status(status, &wrong))
        tap_complain("The alarm command has failed: %s.", wrong->message);
    g_clear_error(&wrong);
    g_spawn_close_pid(pid);
}

/* Signals are ours to read, not the command's. */
static void
in_command(gpointer user G_GNUC_UNUSED)
{
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL);
}

static void
run_command(const struct house *house, unsigned line, const char *state)
{
    const char *command = house->options->alarm_command;
    const char *words[] = { "/bin/sh", "-c", command, NULL };
    char **environment = g_get_environ();
    GError *wrong = NULL;
    GPid pid;

    if (command != NULL) {
        environment = g_environ_setenv(environment, "CJT188_LINE", name_of(house, line), TRUE);
        environment = g_environ_setenv(environment, "CJT188_STATE", state, TRUE);
        if (g_spawn_async(NULL, (char **)words, environment, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL,
                          in_command, NULL, &pid, &wrong))
            g_child_watch_add(pid, on_command_ended, NULL);
        else
            tap_complain("The alarm command cannot be run: %s.", wrong->message);
    }
    g_clear_error(&wrong);
    g_strfreev(environment);
}

/* Returns when to look again. */
static int64_t
look_at_silence(struct house *house, unsigned line, int64_t now)
{
    const int64_t limit = house->options->alarm_silence_ns, since = silent_since(house, line);
    const bool silent = now - since >= limit;

    if (silent && !house->alarm[line]) {
        char *how = house_describe(house, line);

        tap_complain("\"%s\" is silent: %s.", name_of(house, line), how);
        g_free(how);
        run_command(house, line, "silent");
    } else if (!silent && house->alarm[line]) {
        tap_complain("\"%s\" is heard again.", name_of(house, line));
        run_command(house, line, "heard");
    }
    house->alarm[line] = silent;
    return silent ? now + MIN(limit, RENEW_NS) : since + limit;
}

/* ---- figures ---- */

static void
write_metrics(struct house *house)
{
    const unsigned count = house->channels->len;
    struct metrics_line *lines = g_new0(struct metrics_line, count);
    GError *wrong = NULL;
    char *text;

    for (unsigned i = 0; i < count; i++) {
        const struct channel_state state = state_of(house, i);

        lines[i] = (struct metrics_line){
            .name = name_of(house, i), .bytes = state.bytes, .up = state.up, .alarm = house->alarm[i]
        };
        output_counts(house->output, i, &lines[i].counts);
        if (state.bytes > 0)
            lines[i].last_byte_ns = source_wall_clock() - (source_now() - state.last_byte_ns);
    }
    text = metrics_text(lines, count);
    if (!metrics_write(house->options->metrics, text, &wrong) && !house->metrics_failed)
        tap_complain("%s", wrong->message);
    house->metrics_failed = wrong != NULL;
    g_clear_error(&wrong);
    g_free(text);
    g_free(lines);
}

static void
tell_status(const struct house *house)
{
    GString *text = g_string_new("STATUS=");
    struct output_totals totals;

    output_totals(house->output, &totals);
    g_string_append_printf(text, "%" G_GUINT64_FORMAT " packets", totals.packets);
    for (unsigned i = 0; i < house->channels->len; i++) {
        char *how = house_describe(house, i);

        g_string_append_printf(text, "; %s %s", name_of(house, i), how);
        g_free(how);
    }
    notify(text->str);
    g_string_free(text, TRUE);
}

static void
renew(struct house *house)
{
    if (house->options->metrics != NULL)
        write_metrics(house);
    tell_status(house);
}

/* ---- the timer ---- */

static void
on_time(void *user)
{
    struct house *house = user;
    const int64_t now = source_now();
    int64_t next = INT64_MAX;

    for (unsigned i = 0; house->options->alarm_silence_ns != 0 && i < house->channels->len; i++)
        next = MIN(next, look_at_silence(house, i, now));
    if (now >= house->renew_ns) {
        renew(house);
        house->renew_ns = now + RENEW_NS;
    }
    if (house->watchdog_ns != 0 && now >= house->sign_ns) {
        notify("WATCHDOG=1");
        house->sign_ns = now + house->watchdog_ns;
    }
    next = MIN(next, house->renew_ns);
    if (house->watchdog_ns != 0)
        next = MIN(next, house->sign_ns);
    if (next != INT64_MAX)
        timer_set(house->timer, next);
}

struct house *
house_new(const struct options *options, const GPtrArray *channels, struct output *output)
{
    struct house *house = g_new0(struct house, 1);

    house->options = options;
    house->channels = channels;
    house->output = output;
    house->begun_ns = source_now();
    house->alarm = g_new0(bool, channels->len);
    house->watchdog_ns = notify_watchdog_ns();
    house->renew_ns = options->metrics != NULL || notify_is_heard() ? house->begun_ns : INT64_MAX;
    house->timer = timer_new(G_PRIORITY_LOW, on_time, house);
    on_time(house);
    return house;
}

void
house_free(struct house *house)
{
    if (house == NULL)
        return;
    if (house->options->metrics != NULL)
        write_metrics(house);
    timer_free(house->timer);
    g_free(house->alarm);
    g_free(house);
}
