/* bench_framer.c
 * How fast the framer is: bytes of standard input through it, again and again for about a second. Started by tests/bench.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "framer.h"

#include <stdio.h>
#include <time.h>

enum { CHUNK = 65536, ENOUGH_S = 1 };

static void
on_record(const struct record *record, void *user)
{
    *(uint64_t *)user += record->length;
}

static double
cpu_seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

int
main(void)
{
    GByteArray *input = g_byte_array_new();
    uint64_t taken = 0, bytes = 0;
    struct framer *framer = framer_new(0, on_record, &taken);
    uint8_t chunk[CHUNK];
    size_t length;
    double begun;

    while ((length = fread(chunk, 1, sizeof chunk, stdin)) > 0)
        g_byte_array_append(input, chunk, (guint)length);
    begun = cpu_seconds();
    do {
        for (size_t at = 0; at < input->len; at += CHUNK)
            framer_push(framer, input->data + at, NULL, MIN(CHUNK, input->len - at), 0);
        framer_finish(framer);
        bytes += input->len;
    } while (input->len > 0 && cpu_seconds() - begun < ENOUGH_S);
    printf("%.1f\n", (double)bytes / (cpu_seconds() - begun) / 1e6);
    framer_free(framer);
    g_byte_array_unref(input);
    return taken == bytes ? 0 : 1;
}
