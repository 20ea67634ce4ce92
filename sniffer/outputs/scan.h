/* scan.h
 * What a capture file holds, seen from its blocks: pcapng or classic pcap in the byte order of either kind of machine.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SCAN_H
#define SCAN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct scan_result {
    off_t whole;      /* bytes of whole blocks at the beginning */
    uint64_t torn;    /* bytes behind them */
    uint64_t packets; /* whole ones */
};

/* All of it. false: it is neither pcapng nor pcap, or cannot be read. */
bool scan_file(int fd, struct scan_result *result);

/* false: only what a file begins and ends with, or nothing at all. What is no capture, or cannot be read, is taken to hold
 * something: somebody may miss it. */
bool scan_holds_packets(const char *path);

#endif
