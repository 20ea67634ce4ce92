/* tap.h
 * The tap at work: source -> framer -> output, until something ends it.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef TAP_H
#define TAP_H

#include "options.h"

/* Runs until the line ends, a stop condition holds, SIGINT or SIGTERM. false with *error set (its code is the exit
 * code) when it could not begin or had to give up; what was received before that is written. */
gboolean tap_run(const struct options *options, GError **error);

/* While it runs: the next record, of whichever line, bears this comment. */
void tap_mark(const char *text);

#endif
