/* filter.h
 * Capture filters in libpcap's language, as far as they make sense on a serial line.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef FILTER_H
#define FILTER_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Compile `link[2] = 0x68 and len > 20`. NULL with *error set (TAP_USAGE) when that is no filter, or one that asks for
 * what a line does not have. The caller ends with filter_free(). */
struct filter *filter_new(const char *text, GError **error);
void filter_free(struct filter *filter);

/* Does it let these bytes through? A NULL filter lets everything through. */
bool filter_passes(const struct filter *filter, const uint8_t *bytes, size_t length);

#endif
