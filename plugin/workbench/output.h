/* output.h
 * A file that the workbench writes for a person: what was there before stays unless the new one is whole.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_OUTPUT_H
#define CJT188_OUTPUT_H

#include <stdbool.h>

#include <glib.h>

/* May it be written over? `begins` is how every file of the kind begins: so does what is there, or it is empty, or there is none,
 * or it is no file at all but a pipe. */
bool output_may_be_written(const char *path, const char *begins);

/* False, and the user was told, when it cannot be written; output_has_failed() then. */
bool output_write(const char *path, const GString *text);

/* The user was told that no file is written: tshark ends with 1, also where it is known only when all packets are read. */
void output_has_failed(void);

#endif
