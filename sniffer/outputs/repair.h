/* repair.h
 * Captures that a power cut or a kill has torn: what is no whole block goes.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef REPAIR_H
#define REPAIR_H

#include <glib.h>
#include <stdbool.h>

/* Each of them, a list that ends with NULL: one line on standard output. false with *error set (TAP_CANNOT_OPEN) when one is no
 * capture, is being written, or cannot be changed; the others are repaired all the same. */
bool repair_files(char **paths, GError **error);

#endif
