/* fuzz_hextext.c
 * libFuzzer target: text of any kind in whatever portions gives the same bytes, directions and times, and loses the same.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The first byte of the input says how large the portions are, the rest is the text.
 */
#include "sources/hextext.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

enum { TODAY_S = 1777313535 };

static void
on_piece(const struct hextext_piece *piece, void *user)
{
    if (piece->length == 0)
        abort();
    g_byte_array_append(user, piece->bytes, (guint)piece->length);
    g_byte_array_append(user, (const guint8 *)&piece->direction, sizeof piece->direction);
    g_byte_array_append(user, (const guint8 *)&piece->time_ns, sizeof piece->time_ns);
}

static GByteArray *
read_text(const uint8_t *text, size_t length, size_t portion)
{
    GByteArray *found = g_byte_array_new();
    struct hextext *hextext = hextext_new(TODAY_S, on_piece, found);
    char *lost;

    for (size_t at = 0; at < length; at += portion)
        hextext_feed(hextext, (const char *)text + at, MIN(portion, length - at));
    hextext_finish(hextext);
    lost = hextext_lost(hextext);
    if (lost != NULL)
        g_byte_array_append(found, (const guint8 *)lost, (guint)strlen(lost));
    g_free(lost);
    hextext_free(hextext);
    return found;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
    GByteArray *whole, *cut;

    if (length < 2)
        return 0;
    whole = read_text(data + 1, length - 1, length);
    cut = read_text(data + 1, length - 1, 1 + data[0] % 100u);
    if (whole->len != cut->len || (whole->len > 0 && memcmp(whole->data, cut->data, whole->len) != 0))
        abort();
    g_byte_array_unref(whole);
    g_byte_array_unref(cut);
    return 0;
}
