/* parmrk.h
 * Undo what a tty does to bytes when PARMRK is set: FF FF is a byte FF, FF 00 xx is xx with a line error
 * (parity or framing; FF 00 00 also a break).
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef PARMRK_H
#define PARMRK_H

#include <stddef.h>
#include <stdint.h>

/* Zero at first. How much of an escape the last call ended in: 0, 1 (FF) or 2 (FF 00). */
struct parmrk {
    int pending;
};

enum { PARMRK_CARRY = 2 }; /* bytes that a call may give more than it was given */

/*
 * Decode length bytes of `in`; writes at most length + PARMRK_CARRY bytes to `out` and as many marks (1 = line
 * error, 0 = none) to `marks`. Returns how many. `in` and `out` must not overlap. An FF that is no escape, which
 * no tty sends, is kept as it is.
 */
size_t parmrk_decode(struct parmrk *state, const uint8_t *in, size_t length, uint8_t *out, uint8_t *marks);

/* The stream is over: what the last call held back, at most PARMRK_CARRY bytes. Returns how many. */
size_t parmrk_finish(struct parmrk *state, uint8_t *out, uint8_t *marks);

#endif
