/* pcapng.h
 * pcapng blocks, built whole in memory so that each can leave in one write(2). No library writes pcapng
 * without dragging Wireshark's own along.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Each function replaces the content of `block`. Texts are UTF-8; NULL and "" leave the option out. Blocks are
 * in the byte order of this machine, as the section header says.
 */
#ifndef PCAPNG_H
#define PCAPNG_H

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PCAPNG_LINKTYPE = 147, /* USER0: one for all interfaces, libpcap refuses a mixture */
    PCAPNG_SNAPLEN = 262144,
};

enum pcapng_block {
    PCAPNG_SECTION = 0x0A0D0D0A,
    PCAPNG_INTERFACE = 1,
    PCAPNG_STATISTICS = 5,
    PCAPNG_PACKET = 6,
};

#define PCAPNG_BYTE_ORDER 0x1A2B3C4Du

struct pcapng_section {
    const char *comments[2];
    const char *hardware, *os, *application;
};

struct pcapng_interface {
    const char *name, *description, *hardware, *os;
    uint64_t speed;     /* bit/s, 0 = unknown */
    const char *filter; /* in libpcap's language */
};

struct pcapng_packet {
    uint32_t interface;
    int64_t time_ns; /* since 1970 */
    const uint8_t *bytes;
    size_t length;    /* at most PCAPNG_SNAPLEN */
    uint32_t flags;   /* epb_flags; 0 leaves the option out */
    uint64_t dropped; /* epb_dropcount: lost since the packet before; 0 leaves the option out */
    const char *comment;
};

struct pcapng_statistics {
    uint32_t interface;
    int64_t start_ns, end_ns; /* of the capture, since 1970 */
    uint64_t received, dropped;
};

void pcapng_section(GByteArray *block, const struct pcapng_section *section);
void pcapng_interface(GByteArray *block, const struct pcapng_interface *interface);
void pcapng_packet(GByteArray *block, const struct pcapng_packet *packet);
void pcapng_statistics(GByteArray *block, const struct pcapng_statistics *statistics);

#endif
