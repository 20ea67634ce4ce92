/* filter.c
 * Capture filters: see filter.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "filter.h"
#include "pcapng.h"
#include "status.h"

#include <pcap/pcap.h>

struct filter {
    struct bpf_program program;
};

/* libpcap compiles these for any link type, and they then say nothing about a meter's line. */
#define MEANINGLESS "\\b(inbound|outbound|ifname|ifindex|on|dir|type|wlan|vlan|mpls)\\b"

static void
refuse(GError **error, const char *text, const char *why)
{
    g_set_error(error, TAP_ERROR, TAP_USAGE,
                "The filter \"%s\" does not work: %s. On a meter's line it can ask for bytes, link[2] = 0x68, and for "
                "the length, len > 20, greater 20, less 80.",
                text, why);
}

struct filter *
filter_new(const char *text, GError **error)
{
    struct filter *filter;
    pcap_t *line;

    if (g_regex_match_simple(MEANINGLESS, text, 0, 0)) {
        refuse(error, text,
               "it asks for what only networks have; a display filter such as cjt188.control.response "
               "tells requests from replies");
        return NULL;
    }
    line = pcap_open_dead(PCAPNG_LINKTYPE, PCAPNG_SNAPLEN);
    filter = g_new0(struct filter, 1);
    if (pcap_compile(line, &filter->program, text, 1, PCAP_NETMASK_UNKNOWN) != 0) {
        refuse(error, text, pcap_geterr(line));
        g_clear_pointer(&filter, g_free);
    }
    pcap_close(line);
    return filter;
}

void
filter_free(struct filter *filter)
{
    if (filter == NULL)
        return;
    pcap_freecode(&filter->program);
    g_free(filter);
}

bool
filter_passes(const struct filter *filter, const uint8_t *bytes, size_t length)
{
    const struct pcap_pkthdr header = { .caplen = (bpf_u_int32)length, .len = (bpf_u_int32)length };

    return filter == NULL || pcap_offline_filter(&filter->program, &header, bytes) != 0;
}
