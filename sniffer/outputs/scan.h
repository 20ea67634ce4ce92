/* scan.h
 * What a capture file holds, seen from its blocks: pcapng or classic pcap in the byte order of either kind of machine.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SCAN_H
#define SCAN_H

#include <stdbool.h>

/* false: only what a file begins and ends with, or nothing at all. What is no capture, or cannot be read, is taken to hold
 * something: somebody may miss it. */
bool scan_holds_packets(const char *path);

#endif
