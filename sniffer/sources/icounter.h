/* icounter.h
 * What the driver of a port counts, beside what was heard: the difference is what is missing, because the adapter or the
 * kernel had no room, or because another program has read it.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * FTDI and most board UARTs count every character (rx); cp210x, CH340 and cdc-acm count errors at most, and a pseudo terminal
 * nothing.
 */
#ifndef ICOUNTER_H
#define ICOUNTER_H

#include <linux/serial.h>
#include <stdbool.h>
#include <stdint.h>

enum icounter_rx {
    RX_UNKNOWN, /* nothing was heard yet */
    RX_MOVES,
    RX_STANDS, /* the driver does not count characters */
};

struct icounter {
    bool there; /* the driver counts anything */
    enum icounter_rx rx;
    struct serial_icounter_struct last;
    uint64_t received, overruns, no_room; /* since the beginning, as the driver has them */
    uint64_t heard;
    uint64_t taken; /* received and not heard, when it was looked at last in silence */
    uint64_t told;
};

/* From here on, with what the kernel holds for us already. */
void icounter_begin(struct icounter *icounter, int fd);
void icounter_hear(struct icounter *icounter, uint64_t bytes);

/* How many more are missing than were told. silence: nothing was read for longer than an adapter holds bytes back; only then
 * what was received can be compared. */
uint64_t icounter_missing(struct icounter *icounter, int fd, bool silence);

#endif
