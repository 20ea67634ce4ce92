/* meters.h
 * What is known of the meters on the lines: a table of the user's, and what their replies have shown.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef METERS_H
#define METERS_H

#include "record.h"

#include "cjt188-decode.h"

/* path: a table as Wireshark writes it (cjt188_meters in a profile's folder); NULL: none. NULL with *error set
 * (TAP_CANNOT_OPEN, TAP_USAGE) when it cannot be read or has a mistake. */
struct meters *meters_new(const char *path, GError **error);
void meters_free(struct meters *meters);

/* Decode a frame of a line, by its number, with what is known of its meter, and learn from it. Returns false where the record
 * holds no frame, whole or damaged. Good until the next call. */
bool meters_decode(struct meters *meters, unsigned line, const struct record *record, const struct cjt188_decoded **frame);

#endif
