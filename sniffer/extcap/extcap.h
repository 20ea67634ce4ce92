/* extcap.h
 * cjt188dump as Wireshark calls it: it asks which lines there are and how they are set, then has one of them captured.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef EXTCAP_H
#define EXTCAP_H

#include <glib.h>
#include <stdbool.h>

/* Is this Wireshark's command line, and not a person's? */
bool extcap_is_meant(int argc, char **argv);

/* Does what the command line asks for; returns the exit code. Says nothing on stderr unless it failed. */
int extcap_run(int argc, char **argv);

/* Link this program into the personal folders in which Wireshark looks for such programs, and say so. false with *error
 * set (TAP_CANNOT_OPEN) when that does not work. */
bool extcap_install(GError **error);

/* A copy of the text that means itself where Wireshark reads it: no braces, no control characters, valid UTF-8. The caller
 * frees it. */
char *extcap_text(const char *text);

#endif
