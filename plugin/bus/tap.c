/* tap.c
 * What the statistics are told: one record a packet, with all its pieces.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One record, not one a piece: Wireshark takes no more than 5000 of a packet, and a packet may have more frames.
 */
#include "tap.h"

#include "interface.h"

static int tap = -1;

bool
cjt188_tap_is_heard(void)
{
    return have_tap_listener(tap);
}

/* Few packets have any. */
static void
add_comments(packet_info *pinfo, struct cjt188_tap *record)
{
    const char *comment;

    while (record->comment_count < CJT188_COMMENTS &&
           (comment = cjt188_packet_comment(pinfo, record->comment_count)) != NULL)
        record->comment[record->comment_count++] = wmem_strdup(pinfo->pool, comment);
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
        add_comments(pinfo, packet->tap);
        tap_queue_packet(tap, pinfo, packet->tap);
    } else {
        packet->tap->last->next = seen;
        packet->tap->last = seen;
    }
    return seen;
}

/* Damage names a meter that is known, or none; with two taps the one on the line that the replies are asked for on. */
static const struct cjt188_meter *
damaged_meter(const struct cjt188_frame *frame)
{
    const struct cjt188_decoded *decoded = frame->decoded;

    if (frame->line->asking == NULL || decoded->have < CJT188_OFF_CONTROL)
        return frame->meter;
    return cjt188_meter(frame->line->asking, decoded->bytes + CJT188_OFF_ADDRESS, decoded->is_wildcard, false);
}

/* With two taps the meter of a reply is counted on the line of its requests. */
static const struct cjt188_meter *
counted_meter(const struct cjt188_frame *frame)
{
    const struct cjt188_fact *request = cjt188_fact(cjt188_fact_request(frame->fact));
    const struct cjt188_meter *asked = request != NULL && frame->decoded->is_reply ? cjt188_meter_at(request->meter) : NULL;
    const uint8_t *address = frame->decoded->bytes + CJT188_OFF_ADDRESS;

    if (asked == NULL || frame->meter == NULL || asked->line == frame->line)
        return frame->meter;
    return cjt188_meter(asked->line, address, frame->decoded->is_wildcard, true);
}

void
cjt188_tap_frame(struct cjt188_seen *seen, const struct cjt188_frame *frame)
{
    seen->frame = frame->decoded;
    seen->fact = frame->fact;
    seen->own = frame->own;
    seen->meter = frame->decoded->kind == CJT188_FRAME ? counted_meter(frame) : damaged_meter(frame);
}

const struct cjt188_fact *
cjt188_request_of(const struct cjt188_seen *seen)
{
    return seen->kind == CJT188_FRAME && seen->frame->is_reply ? cjt188_fact(cjt188_fact_request(seen->fact)) : NULL;
}

bool
cjt188_is_overtaken(const struct cjt188_seen *seen)
{
    const struct cjt188_fact *request = cjt188_request_of(seen);

    return request != NULL && (request->flags & FACT_OVERTAKEN) != 0 && cjt188_fact(request->partner) == seen->fact;
}

bool
cjt188_is_echo(const struct cjt188_seen *seen)
{
    return seen->fact != NULL && (seen->fact->flags & FACT_ECHO) != 0;
}

const struct cjt188_fact *
cjt188_unanswered_by(const struct cjt188_seen *seen)
{
    if (seen->kind != CJT188_FRAME || seen->frame->is_reply || cjt188_is_echo(seen))
        return NULL;
    return cjt188_fact(seen->fact->earlier);
}

void
cjt188_tap_register(void)
{
    tap = register_tap("cjt188");
}
