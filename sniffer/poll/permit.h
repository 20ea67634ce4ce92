/* permit.h
 * What may be sent at all, and what has to be said for it. Nothing is harmless by its name: only reads are.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Pure. Numbers, base readings, factory enable, calibration, valves, prices and keys travel under many codes, in both orders of
 * the identifier and with +33H, so that none of them is recognised, and all of them are writes.
 */
#ifndef PERMIT_H
#define PERMIT_H

#include "cjt188-frame.h"

enum permit {
    PERMIT_READ,  /* control 01, 03 or 09, and nothing behind the sequence number */
    PERMIT_CLOCK, /* control 04, A015, a date and time and nothing else: to be confirmed */
    PERMIT_WRITE, /* any other: only with --i-know, and to be confirmed */
    PERMIT_NEVER,
};

/* bytes: what is to be sent, preamble or none, as a whole. *why: for PERMIT_NEVER a sentence, static. *preamble: FE bytes in front. */
enum permit permit_of(const uint8_t *bytes, size_t length, size_t *preamble, const char **why);

#endif
