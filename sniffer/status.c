/* status.c
 * What these programs say on stderr: see status.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "status.h"

#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

enum {
    COMPLAINTS = 8,
    MINUTE_US = 60000000,
};

enum { TEXT_MAX = 2000 }; /* a pipe that has room at all has room for so much at once */

static bool quiet;
static void (*listener)(const char *text, void *user);
static void *listener_user;
static GMutex lock; /* of standard error */
static unsigned unsaid;

/* A complaint that was made: the same again within a minute is only counted. */
struct complaint {
    char *text;
    int64_t said_us;
    unsigned again;
};

static GMutex complaints_lock;
static struct complaint complaints[COMPLAINTS];

GQuark
tap_error_quark(void)
{
    return g_quark_from_static_string("tap-error");
}

void
tap_be_quiet(bool be_quiet)
{
    quiet = be_quiet;
}

void
tap_tell_to(void (*callback)(const char *text, void *user), void *user)
{
    listener = callback;
    listener_user = user;
}

/* false: nobody reads, and waiting for him would stop all. */
static bool
write_line(const char *text)
{
    struct pollfd room = { .fd = STDERR_FILENO, .events = POLLOUT };
    const size_t length = MIN(strlen(text), TEXT_MAX);

    return poll(&room, 1, 0) == 1 && (room.revents & POLLOUT) != 0 && write(STDERR_FILENO, text, length) >= 0;
}

void
tap_print(const char *format, ...)
{
    va_list arguments;
    char *text, *before;

    va_start(arguments, format);
    text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_mutex_lock(&lock);
    before = g_strdup_printf("%s: %u messages before this found no reader.\n", g_get_prgname(), unsaid);
    if ((unsaid == 0 || write_line(before)) && write_line(text))
        unsaid = 0;
    else
        unsaid++;
    g_mutex_unlock(&lock);
    g_free(before);
    g_free(text);
}

static gboolean
on_told(gpointer text)
{
    if (listener != NULL)
        listener(text, listener_user);
    return G_SOURCE_REMOVE;
}

/* The listener hears from the main thread only. */
static void
tell(bool named, const char *text)
{
    if (listener == NULL)
        tap_print("%s%s%s\n", named ? g_get_prgname() : "", named ? ": " : "", text);
    else if (gettid() == getpid())
        listener(text, listener_user);
    else
        g_idle_add_full(G_PRIORITY_DEFAULT, on_told, g_strdup(text), g_free);
}

static void
say_again(const struct complaint *complaint)
{
    char *text = g_strdup_printf("%s (%u times more within a minute)", complaint->text, complaint->again);

    tell(true, text);
    g_free(text);
}

/* What was counted is told when its minute is over and there is something to say, or at the end. */
static void
say_counted(int64_t before_us)
{
    for (size_t i = 0; i < COMPLAINTS; i++) {
        struct complaint *complaint = &complaints[i];

        if (complaint->text == NULL || complaint->said_us >= before_us)
            continue;
        if (complaint->again > 0)
            say_again(complaint);
        g_clear_pointer(&complaint->text, g_free);
    }
}

/* true: it was said less than a minute ago. Otherwise it is remembered, in place of the oldest. */
static bool
is_repeated(const char *text, int64_t now_us)
{
    struct complaint *oldest = &complaints[0];

    for (size_t i = 0; i < COMPLAINTS; i++) {
        struct complaint *complaint = &complaints[i];

        if (g_strcmp0(complaint->text, text) == 0) {
            complaint->again++;
            return true;
        }
        if (oldest->text != NULL && (complaint->text == NULL || complaint->said_us < oldest->said_us))
            oldest = complaint;
    }
    if (oldest->text != NULL && oldest->again > 0)
        say_again(oldest);
    g_free(oldest->text);
    *oldest = (struct complaint){ g_strdup(text), now_us, 0 };
    return false;
}

void
tap_complain(const char *format, ...)
{
    const int64_t now_us = g_get_monotonic_time();
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_mutex_lock(&complaints_lock);
    say_counted(now_us - MINUTE_US);
    if (!is_repeated(text, now_us))
        tell(true, text);
    g_mutex_unlock(&complaints_lock);
    g_free(text);
}

void
tap_complain_no_more(void)
{
    g_mutex_lock(&complaints_lock);
    say_counted(INT64_MAX);
    g_mutex_unlock(&complaints_lock);
}

void
tap_say(const char *format, ...)
{
    va_list arguments;
    char *text;

    if (quiet && listener == NULL)
        return;
    va_start(arguments, format);
    text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    tell(false, text);
    g_free(text);
}
