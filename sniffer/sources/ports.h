/* ports.h
 * The list of lines that -D shows and that numbers refer to. Nothing is opened for it.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef PORTS_H
#define PORTS_H

#include <glib.h>
#include <stdint.h>

struct port {
    char *name;        /* what -i takes */
    char *description; /* for people, one line of printable UTF-8; may be "" */
};

/* Serial ports in order of their names, then the demo bus. Elements are struct port; g_ptr_array_unref() frees all. */
GPtrArray *ports_list(void);

/* The name of line `number`, counted from 1, or NULL. The caller frees it. */
char *ports_name(uint64_t number);

/* The list for people, on standard output. */
void ports_print(void);

#endif
