/* house.h
 * What a tap that runs for years tells about itself, now and then, on one timer: an alarm when a line falls silent, figures for
 * a monitoring program, a sign of life for the service manager.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HOUSE_H
#define HOUSE_H

#include "options.h"
#include "outputs/output.h"

/* channels: of struct channel, in the order of options->lines; all of it is kept. The caller ends with house_free(), which tells
 * the last figures. */
struct house *house_new(const struct options *options, const GPtrArray *channels, struct output *output);
void house_free(struct house *house);

/* How a line is: "gone for 12 s", "silent for 3 s", "silent since the start, 15 s ago". */
char *house_describe(const struct house *house, unsigned line);

#endif
