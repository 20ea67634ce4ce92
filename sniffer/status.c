/* status.c
 * What cjt188dump says on stderr: see status.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "status.h"

#include <stdio.h>

static bool quiet;
static void (*listener)(const char *text, void *user);
static void *listener_user;

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

void
tap_complain(const char *format, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    if (listener != NULL)
        listener(text, listener_user);
    else
        fprintf(stderr, "cjt188dump: %s\n", text);
    g_free(text);
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
    if (listener != NULL)
        listener(text, listener_user);
    else
        fprintf(stderr, "%s\n", text);
    g_free(text);
}
