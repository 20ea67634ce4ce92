/* tap.c
 * What the statistics are told: one record a packet, with all its pieces.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One record, not one a piece: Wireshark takes no more than 5000 of a packet, and a packet may have more frames.
 */
#include "tap.h"

static int tap = -1;

bool
cjt188_tap_is_heard(void)
{
    return have_tap_listener(tap);
}

struct cjt188_seen *
cjt188_tap_add(packet_info *pinfo, struct cjt188_line *line, enum cjt188_kind kind, unsigned length)
{
    struct cjt188_packet *packet;
    struct cjt188_seen *seen;

    if (!have_tap_listener(tap))
        return NULL;
    packet = cjt188_packet_of(pinfo);
    seen = wmem_new0(pinfo->pool, struct cjt188_seen);
    seen->line = line;
    seen->kind = kind;
    seen->length = length;
    if (packet->tap == NULL) {
        packet->tap = wmem_new0(pinfo->pool, struct cjt188_tap);
        packet->tap->first = packet->tap->last = seen;
        packet->tap->is_seen_again = PINFO_FD_VISITED(pinfo);
        tap_queue_packet(tap, pinfo, packet->tap);
    } else {
        packet->tap->last->next = seen;
        packet->tap->last = seen;
    }
    return seen;
}

/* With two taps the meter of a reply is counted on the line of its requests. Damage names a meter that is known, or none. */
static const struct cjt188_meter *
counted_meter(const struct cjt188_frame *frame)
{
    const struct cjt188_fact *request;

    if ((frame->fact->flags & FACT_ASKED_ELSEWHERE) == 0)
        return frame->meter;
    request = cjt188_fact(frame->fact->partner);
    return cjt188_meter(cjt188_meter_at(request->meter)->line, frame->decoded->bytes + CJT188_OFF_ADDRESS,
                        frame->decoded->is_wildcard, true);
}

void
cjt188_tap_frame(struct cjt188_seen *seen, const struct cjt188_frame *frame, fact_id id)
{
    seen->frame = frame->decoded;
    seen->fact = frame->fact;
    seen->id = id;
    seen->own = frame->own;
    seen->meter = counted_meter(frame);
}

bool
cjt188_is_echo(const struct cjt188_seen *seen)
{
    return seen->fact != NULL && (seen->fact->flags & FACT_ECHO) != 0;
}

void
cjt188_tap_register(void)
{
    tap = register_tap("cjt188");
}
