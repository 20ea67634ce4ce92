/* bytes.h
 * For unit tests: bytes as text and back.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BYTES_H
#define BYTES_H

#include <glib.h>
#include <stdint.h>

/* "68 20 AA". The caller frees it. */
static inline char *
hex_of(const uint8_t *bytes, size_t length)
{
    GString *text = g_string_new(NULL);

    for (size_t i = 0; i < length; i++)
        g_string_append_printf(text, "%s%02X", i > 0 ? " " : "", bytes[i]);
    return g_string_free(text, FALSE);
}

#endif
