/* format_pcap.c
 * Records as classic pcap, by libpcap: see format.h. It has no place for lines, comments and flags.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "format.h"
#include "pcapng.h"

#include <pcap/pcap.h>
#include <stdio.h>

static ssize_t
take(void *block, const char *data, size_t length)
{
    g_byte_array_append(block, (const guint8 *)data, (guint)length);
    return (ssize_t)length;
}

/* libpcap writes to a stdio stream: let it write into the block. */
static FILE *
stream_of(GByteArray *block)
{
    return fopencookie(block, "w", (cookie_io_functions_t){ .write = take });
}

static void
header(GByteArray *block, struct format_line *lines G_GNUC_UNUSED, unsigned count G_GNUC_UNUSED,
       const char *comment G_GNUC_UNUSED)
{
    pcap_t *pcap = pcap_open_dead_with_tstamp_precision(PCAPNG_LINKTYPE, PCAPNG_SNAPLEN, PCAP_TSTAMP_PRECISION_NANO);
    FILE *stream = stream_of(block);
    pcap_dumper_t *dumper = stream != NULL ? pcap_dump_fopen(pcap, stream) : NULL;

    if (dumper != NULL)
        pcap_dump_close(dumper);
    else if (stream != NULL)
        fclose(stream);
    pcap_close(pcap);
}

static void
record(GByteArray *block, const struct record *record, const struct format_line *lines G_GNUC_UNUSED,
       unsigned line G_GNUC_UNUSED, unsigned count G_GNUC_UNUSED)
{
    /* With this precision tv_usec holds nanoseconds. */
    const struct pcap_pkthdr packet = {
        .ts = { .tv_sec = (time_t)(record->time_ns / NS_PER_SECOND),
                .tv_usec = (suseconds_t)(record->time_ns % NS_PER_SECOND) },
        .caplen = (bpf_u_int32)record->length,
        .len = (bpf_u_int32)record->length,
    };
    FILE *stream = stream_of(block);

    if (stream == NULL)
        return;
    pcap_dump((u_char *)stream, &packet, record->bytes);
    fclose(stream);
}

const struct format format_pcap = { header, record, NULL };
