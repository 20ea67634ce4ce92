/* fuzz_framer.c
 * libFuzzer target: whatever comes in whatever portions, the records are the bytes, and portions do not matter.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The first byte of the input says how large the portions are, the rest is the line.
 */
#include "framer.h"

#include <stdlib.h>
#include <string.h>

enum { PIECES_MAX = 1 << 16 };

struct seen {
    const uint8_t *expected;
    size_t taken, length;
    size_t count;
    size_t ends[PIECES_MAX];
};

static void
on_record(const struct record *record, void *user)
{
    struct seen *seen = user;

    if (record->length == 0 || record->length > seen->length - seen->taken ||
        memcmp(record->bytes, seen->expected + seen->taken, record->length) != 0 || record->preamble > record->length)
        abort();
    record_class(record);
    record_flags(record);
    g_free(record_comment(record));
    seen->taken += record->length;
    if (seen->count < PIECES_MAX)
        seen->ends[seen->count++] = seen->taken;
}

static void
run(struct seen *seen, const uint8_t *bytes, size_t length, size_t portion)
{
    struct framer *framer = framer_new(4583333, on_record, seen);

    seen->expected = bytes; /* not all of it: `ends` is large */
    seen->length = length;
    seen->taken = seen->count = 0;
    for (size_t at = 0; at < length; at += portion)
        framer_push(framer, bytes + at, NULL, MIN(portion, length - at), (int64_t)at);
    framer_finish(framer);
    if (seen->taken != length || framer_pending(framer) != 0)
        abort();
    framer_free(framer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
    static struct seen whole, portions;

    if (length == 0)
        return 0;
    run(&whole, data + 1, length - 1, length);
    run(&portions, data + 1, length - 1, (size_t)data[0] + 1);
    if (whole.count != portions.count || memcmp(whole.ends, portions.ends, whole.count * sizeof whole.ends[0]) != 0)
        abort();
    return 0;
}
