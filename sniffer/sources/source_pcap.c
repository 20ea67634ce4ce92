/* source_pcap.c
 * A capture as a source: its packets are pieces of a serial stream, which another tool has cut by silence.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * libpcap reads it. It refuses pcapng files whose interfaces differ in link type or snapshot length, and does not tell which
 * interface a packet came from: lines that were captured together come out as one.
 */
#include "source.h"
#include "status.h"

#include <glib.h>
#include <pcap/pcap.h>
#include <string.h>
#include <unistd.h>

enum {
    USER_FIRST = 147, /* the link types USER0 to USER15: bytes as they are */
    USER_LAST = 162,
    PACKETS = 256, /* between two looks at other events */
};

#define LAST_SECOND G_GINT64_CONSTANT(9000000000) /* in the year 2255; nanoseconds end in 2262 */

struct capture {
    struct source source;
    pcap_t *pcap;
};

static void
give(const struct source_sink *sink, const struct pcap_pkthdr *packet, const uint8_t *bytes)
{
    /* With this precision tv_usec holds nanoseconds. A file may say any time, up to the end of all clocks. */
    const int64_t time_ns = CLAMP((int64_t)packet->ts.tv_sec, 0, LAST_SECOND) * NS_PER_SECOND +
        CLAMP((int64_t)packet->ts.tv_usec, 0, NS_PER_SECOND - 1);

    if (packet->caplen > 0)
        sink->bytes(sink->user, bytes, NULL, packet->caplen, time_ns);
    if (packet->len > packet->caplen)
        sink->missing(sink->user, packet->len - packet->caplen);
}

static gboolean
on_idle(gpointer user)
{
    struct capture *capture = user;
    struct source *source = &capture->source;

    for (int i = 0; i < PACKETS && source->watch != 0; i++) {
        struct pcap_pkthdr *packet;
        const uint8_t *bytes;
        const int result = pcap_next_ex(capture->pcap, &packet, &bytes);

        if (result == 1) {
            give(&source->sink, packet, bytes);
            continue;
        }
        source->watch = 0;
        source->sink.end(source->sink.user,
                         result == PCAP_ERROR_BREAK
                             ? NULL
                             : g_error_new(TAP_ERROR, TAP_LINE_LOST, "Cannot read on from \"%s\": %s.",
                                           source->info.name, pcap_geterr(capture->pcap)));
        return G_SOURCE_REMOVE;
    }
    return G_SOURCE_CONTINUE;
}

static void
capture_start(struct source *source)
{
    source->watch = g_idle_add_full(G_PRIORITY_DEFAULT, on_idle, source, NULL);
}

static void
capture_close(struct source *source)
{
    pcap_close(((struct capture *)source)->pcap);
    g_free(source);
}

static pcap_t *
open_pcap(const char *name, int fd, GError **error)
{
    char reason[PCAP_ERRBUF_SIZE] = "out of memory";
    FILE *file = fdopen(fd, "rb");
    pcap_t *pcap =
        file != NULL ? pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, reason) : NULL;
    int type;

    if (pcap == NULL) {
        g_set_error(error, TAP_ERROR, TAP_CANNOT_OPEN, "Cannot read the capture \"%s\": %s.", name, reason);
        if (file != NULL)
            fclose(file);
        else
            close(fd);
        return NULL;
    }
    type = pcap_datalink(pcap);
    if (type >= USER_FIRST && type <= USER_LAST)
        return pcap;
    g_set_error(error, TAP_ERROR, TAP_CANNOT_OPEN,
                "The capture \"%s\" has the link type %d: only those of USER0 to USER15 (%d to %d) hold the bytes of a "
                "serial line as they are.",
                name, type, USER_FIRST, USER_LAST);
    pcap_close(pcap);
    return NULL;
}

struct source *
source_pcap_open(const char *name, int fd, GError **error)
{
    pcap_t *pcap = open_pcap(name, fd, error);
    struct capture *capture;

    if (pcap == NULL)
        return NULL;
    capture = g_new0(struct capture, 1);
    capture->pcap = pcap;
    capture->source.start = capture_start;
    capture->source.close = capture_close;
    capture->source.info.name = g_filename_display_name(name);
    capture->source.info.description = g_strdup("packets of a capture, cut anew");
    capture->source.info.waits = true;
    capture->source.info.timing = TIMING_SIMULATED;
    return &capture->source;
}
