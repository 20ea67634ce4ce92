/* parmrk.c
 * The PARMRK decoder: see parmrk.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parmrk.h"

#define ESCAPE 0xFF

enum { NOTHING, AFTER_ESCAPE, AFTER_ZERO };

struct sink {
    uint8_t *out, *marks;
    size_t length;
};

static void
put(struct sink *sink, uint8_t byte, uint8_t mark)
{
    sink->out[sink->length] = byte;
    sink->marks[sink->length++] = mark;
}

static int
after_escape(struct sink *sink, uint8_t byte)
{
    if (byte == 0)
        return AFTER_ZERO;
    put(sink, ESCAPE, 0);
    if (byte != ESCAPE)
        put(sink, byte, 0);
    return NOTHING;
}

size_t
parmrk_decode(struct parmrk *state, const uint8_t *in, size_t length, uint8_t *out, uint8_t *marks)
{
    struct sink sink = { out, marks, 0 };

    for (size_t i = 0; i < length; i++) {
        if (state->pending == AFTER_ESCAPE) {
            state->pending = after_escape(&sink, in[i]);
        } else if (state->pending == AFTER_ZERO) {
            put(&sink, in[i], 1);
            state->pending = NOTHING;
        } else if (in[i] == ESCAPE) {
            state->pending = AFTER_ESCAPE;
        } else {
            put(&sink, in[i], 0);
        }
    }
    return sink.length;
}

size_t
parmrk_finish(struct parmrk *state, uint8_t *out, uint8_t *marks)
{
    struct sink sink = { out, marks, 0 };

    if (state->pending != NOTHING)
        put(&sink, ESCAPE, 0);
    if (state->pending == AFTER_ZERO)
        put(&sink, 0, 0);
    state->pending = NOTHING;
    return sink.length;
}
