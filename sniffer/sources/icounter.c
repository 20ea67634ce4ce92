/* icounter.c
 * What the driver of a port counts: see icounter.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "icounter.h"

#include <sys/ioctl.h>

static int
waiting_bytes(int fd)
{
    int count = 0;

    return ioctl(fd, FIONREAD, &count) == 0 ? count : 0;
}

void
icounter_begin(struct icounter *icounter, int fd)
{
    *icounter = (struct icounter){ 0 };
    icounter->there = ioctl(fd, TIOCGICOUNT, &icounter->last) == 0;
    icounter->received = (uint64_t)waiting_bytes(fd); /* counted before, and yet to be heard */
}

void
icounter_hear(struct icounter *icounter, uint64_t bytes)
{
    icounter->heard += bytes;
}

/* The driver's counters go round. */
static bool
look(struct icounter *icounter, int fd)
{
    struct serial_icounter_struct now;

    if (!icounter->there || ioctl(fd, TIOCGICOUNT, &now) != 0)
        return false;
    icounter->received += (unsigned)now.rx - (unsigned)icounter->last.rx;
    icounter->overruns += (unsigned)now.overrun - (unsigned)icounter->last.overrun;
    icounter->no_room += (unsigned)now.buf_overrun - (unsigned)icounter->last.buf_overrun;
    if (now.rx != icounter->last.rx)
        icounter->rx = RX_MOVES;
    icounter->last = now;
    return true;
}

/* What had no room in the kernel was received; what had none in the adapter was not. */
static void
compare(struct icounter *icounter)
{
    if (icounter->rx == RX_UNKNOWN && icounter->heard > 0)
        icounter->rx = RX_STANDS;
    if (icounter->rx != RX_MOVES)
        return;
    if (icounter->heard > icounter->received) /* bytes from before the beginning */
        icounter->received = icounter->heard;
    icounter->taken = icounter->received - icounter->heard;
}

uint64_t
icounter_missing(struct icounter *icounter, int fd, bool silence)
{
    uint64_t all, news;

    if (!look(icounter, fd))
        return 0;
    if (silence && waiting_bytes(fd) == 0)
        compare(icounter);
    all = icounter->overruns + (icounter->rx == RX_STANDS ? icounter->no_room : icounter->taken);
    news = all > icounter->told ? all - icounter->told : 0;
    icounter->told += news;
    return news;
}
