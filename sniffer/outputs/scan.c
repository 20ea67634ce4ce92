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

static bool
holds_packets(struct scan *scan)
{
    uint32_t type, length;

    if (scan->kind == KIND_PCAP)
        return scan->size > PCAP_HEADER;
    if (scan->kind == KIND_OTHER)
        return scan->size > 0;
    while (whole_block(scan, &type, &length)) {
        if (type != PCAPNG_SECTION && type != PCAPNG_INTERFACE && type != PCAPNG_STATISTICS)
            return true;
        scan->at += length;
    }
    /* A torn block may be that of a packet. A torn beginning never held one. */
    return scan->at < scan->size && read_word(scan, scan->at, &type) && type == PCAPNG_PACKET;
}

bool
scan_holds_packets(const char *path)
{
    struct scan scan = { .fd = open(path, O_RDONLY | O_CLOEXEC) };
    struct stat status;
    bool holds = true;

    if (scan.fd < 0)
        return true;
    if (fstat(scan.fd, &status) == 0 && S_ISREG(status.st_mode)) {
        scan.size = status.st_size;
        find_kind(&scan);
        holds = holds_packets(&scan);
    }
    close(scan.fd);
    return holds;
}
