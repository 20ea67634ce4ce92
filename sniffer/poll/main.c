/* main.c
 * cjt188poll: asks CJ/T 188 meters, and sets their clocks.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "command.h"
#include "signals.h"
#include "sources/ports.h"
#include "status.h"

#include <locale.h>
#include <stdio.h>

static bool
run(const struct poll_options *options, GError **error)
{
    if (!options->version && !options->list)
        return poll_run(options, error);
    if (options->version)
        printf("%s %s\n", g_get_prgname(), CJT188_VERSION);
    else
        ports_print();
    return true;
}

int
main(int argc, char **argv)
{
    struct poll_options options;
    GError *error = NULL;
    int status = TAP_OK;

    (void)argc;
    signals_hold_streams();
    signals_hold();
    setlocale(LC_ALL, "");
    g_set_prgname("cjt188poll");
    if (!poll_options_parse(&options, argv, &error) || !run(&options, &error)) {
        tap_complain("%s", error->message);
        status = error->code;
        g_error_free(error);
    }
    tap_complain_no_more();
    poll_options_clear(&options);
    return status;
}
