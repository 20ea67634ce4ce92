/* scan.c
 * What a capture file holds: see scan.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "scan.h"
#include "pcapng.h"

#include <fcntl.h>
#include <glib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PCAP_HEADER = 24,
    PACKET_HEADER = 16,
    BLOCK_MIN = 12,
    BLOCK_MAX = 16 << 20, /* what libpcap and Wireshark take */
    ORDER_AT = 8,         /* of a section header: its byte order */
};

enum kind { KIND_OTHER, KIND_PCAPNG, KIND_PCAP };

struct scan {
    int fd;
    enum kind kind;
    bool swapped; /* numbers are in the other byte order */
    off_t at, size;
};

static bool
read_word(const struct scan *scan, off_t at, uint32_t *word)
{
    if (pread(scan->fd, word, sizeof *word, at) != sizeof *word)
        return false;
    if (scan->swapped)
        *word = GUINT32_SWAP_LE_BE(*word);
    return true;
}

static void
find_kind(struct scan *scan)
{
    uint32_t magic, order = 0;

    if (!read_word(scan, 0, &magic))
        return;
    if (magic == PCAPNG_SECTION) { /* the same in both orders */
        scan->kind = KIND_PCAPNG;
        scan->swapped = read_word(scan, ORDER_AT, &order) && order == GUINT32_SWAP_LE_BE(PCAPNG_BYTE_ORDER);
        return;
    }
    for (int swapped = 0; swapped < 2; swapped++, magic = GUINT32_SWAP_LE_BE(magic))
        if (magic == 0xA1B2C3D4 || magic == 0xA1B23C4D) {
            scan->kind = KIND_PCAP;
            scan->swapped = swapped == 1;
        }
}

/* The whole block at scan->at. false: there is none. */
static bool
whole_block(const struct scan *scan, uint32_t *type, uint32_t *length)
{
    uint32_t tail;

    return read_word(scan, scan->at, type) && read_word(scan, scan->at + 4, length) && *length >= BLOCK_MIN &&
        *length <= BLOCK_MAX && *length % 4 == 0 && scan->at + *length <= scan->size &&
        read_word(scan, scan->at + *length - 4, &tail) && tail == *length;
}

/* The whole packet at scan->at of a pcap file. */
static bool
whole_packet(const struct scan *scan, uint32_t *length)
{
    uint32_t captured;

    if (!read_word(scan, scan->at + 8, &captured) || captured == 0 || captured > BLOCK_MAX)
        return false;
    *length = PACKET_HEADER + captured;
    return scan->at + *length <= scan->size;
}

/* One step on, over what is whole. false: nothing whole is left. */
static bool
step(struct scan *scan, bool *is_packet)
{
    uint32_t type = PCAPNG_PACKET, length;

    if (scan->kind == KIND_OTHER ||
        !(scan->kind == KIND_PCAP ? whole_packet(scan, &length) : whole_block(scan, &type, &length)))
        return false;
    *is_packet = type != PCAPNG_SECTION && type != PCAPNG_INTERFACE && type != PCAPNG_STATISTICS;
    scan->at += length;
    return true;
}

static bool
holds_packets(struct scan *scan)
{
    uint32_t type;
    bool is_packet = false;

    if (scan->kind == KIND_PCAP)
        return scan->size > PCAP_HEADER;
    if (scan->kind == KIND_OTHER)
        return scan->size > 0;
    while (!is_packet && step(scan, &is_packet))
        continue;
    /* A torn block may be that of a packet. A torn beginning never held one. */
    return is_packet || (scan->at < scan->size && read_word(scan, scan->at, &type) && type == PCAPNG_PACKET);
}

static bool
begin(struct scan *scan, int fd)
{
    struct stat status;

    *scan = (struct scan){ .fd = fd };
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
        return false;
    scan->size = status.st_size;
    find_kind(scan);
    scan->at = scan->kind == KIND_PCAP ? PCAP_HEADER : 0;
    return true;
}

bool
scan_file(int fd, struct scan_result *result)
{
    struct scan scan;
    bool is_packet;

    *result = (struct scan_result){ 0 };
    if (!begin(&scan, fd) || (scan.size > 0 && scan.kind == KIND_OTHER) || scan.at > scan.size)
        return false;
    while (step(&scan, &is_packet))
        result->packets += is_packet;
    result->whole = scan.at;
    result->torn = (uint64_t)(scan.size - scan.at);
    return true;
}

bool
scan_holds_packets(const char *path)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct scan scan;
    bool holds;

    if (fd < 0)
        return true;
    holds = !begin(&scan, fd) || holds_packets(&scan);
    close(fd);
    return holds;
}
