/* answering_demo.h
 * "demo": a line with simulated meters that answer when they are asked, so that every command can be tried without hardware.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ANSWERING_DEMO_H
#define ANSWERING_DEMO_H

#include "sources/source.h"

/* What stands behind "demo:": nothing, or words with commas between them: seed=N, and crowd, on which all answer the
 * broadcast at once. NULL with *error set (TAP_USAGE) when it is something else. */
struct source *answering_demo_open(const char *text, const struct source_options *options, GError **error);

/* These bytes were sent to it. source: what answering_demo_open() gave. */
void answering_demo_take(void *source, const uint8_t *bytes, size_t length);

#endif
