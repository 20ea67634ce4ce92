/* fuzz_parmrk.c
 * libFuzzer target: the decoder of PARMRK streams keeps to its bounds, and portions do not matter; what is encoded comes
 * back.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "sources/parmrk.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

struct decoded {
    size_t length;
    uint8_t *bytes, *marks;
};

static struct decoded
decode(const uint8_t *in, size_t length, size_t portion)
{
    struct decoded out = { 0, g_malloc(length + PARMRK_CARRY), g_malloc(length + PARMRK_CARRY) };
    struct parmrk state = { 0 };

    for (size_t at = 0; at < length; at += portion) {
        const size_t size = MIN(portion, length - at);
        /* Of the exact size, for the sanitizer. */
        uint8_t *bytes = malloc(size + PARMRK_CARRY), *marks = malloc(size + PARMRK_CARRY);
        const size_t got = parmrk_decode(&state, in + at, size, bytes, marks);

        if (got > size + PARMRK_CARRY || out.length + got > length + PARMRK_CARRY)
            abort();
        memcpy(out.bytes + out.length, bytes, got);
        memcpy(out.marks + out.length, marks, got);
        out.length += got;
        free(bytes);
        free(marks);
    }
    out.length += parmrk_finish(&state, out.bytes + out.length, out.marks + out.length);
    return out;
}

static void
decoded_free(struct decoded *decoded)
{
    g_free(decoded->bytes);
    g_free(decoded->marks);
}

/* As a tty does it: every other byte below 80 gets a mark. */
static void
check_round_trip(const uint8_t *data, size_t length)
{
    GByteArray *stream = g_byte_array_new();
    struct decoded out;

    for (size_t i = 0; i < length; i++) {
        static const uint8_t escape[] = { 0xFF, 0x00 };

        if (i % 2 != 0 && data[i] < 0x80)
            g_byte_array_append(stream, escape, 2);
        else if (data[i] == 0xFF)
            g_byte_array_append(stream, escape, 1);
        g_byte_array_append(stream, data + i, 1);
    }
    out = decode(stream->data, stream->len, 7);
    if (out.length != length || (length > 0 && memcmp(out.bytes, data, length) != 0))
        abort();
    for (size_t i = 0; i < length; i++)
        if (out.marks[i] != (i % 2 != 0 && data[i] < 0x80))
            abort();
    decoded_free(&out);
    g_byte_array_unref(stream);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
    struct decoded whole, portions;

    if (length == 0)
        return 0;
    whole = decode(data + 1, length - 1, length);
    portions = decode(data + 1, length - 1, (size_t)data[0] + 1);
    if (whole.length != portions.length ||
        (whole.length > 0 &&
         (memcmp(whole.bytes, portions.bytes, whole.length) != 0 ||
          memcmp(whole.marks, portions.marks, whole.length) != 0)))
        abort();
    decoded_free(&whole);
    decoded_free(&portions);
    check_round_trip(data + 1, length - 1);
    return 0;
}
