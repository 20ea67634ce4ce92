/* probe.c
 * Find the settings of a line: see probe.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * With the wrong speed no frame has ever a right checksum. With the right speed and the wrong parity all have, but
 * the line marks errors; with 7 data bits some have, because a checksum does not see an even number of top bits.
 */
#include "probe.h"
#include "framer.h"

enum {
    BURSTS = 2,         /* of traffic on one setting: the first may have begun before we listened, or say too little */
    GOOD_BURST = 4,     /* bytes, of a burst that began in our time */
    VISIT_BYTES = 4096, /* a line that is never silent */
    SHARES = 4,         /* bytes in whole frames are compared in quarters: less says nothing */
};

/* What is common first; and fast ones before slow ones, since a slow receiver hears nothing at all of a fast line. */
static const struct {
    unsigned baud;
    const char *format;
} settings[] = {
    { 2400, "8E1" },  { 9600, "8E1" },  { 9600, "8N1" },   { 2400, "8N1" },   { 19200, "8E1" },  { 19200, "8N1" },
    { 38400, "8E1" }, { 38400, "8N1" }, { 57600, "8E1" },  { 57600, "8N1" },  { 115200, "8N1" }, { 115200, "8E1" },
    { 4800, "8E1" },  { 1200, "8E1" },  { 4800, "8N1" },   { 1200, "8N1" },   { 300, "8E1" },    { 600, "8E1" },
    { 300, "8N1" },   { 600, "8N1" },   { 2400, "8O1" },   { 2400, "7E1" },   { 9600, "8O1" },   { 9600, "7E1" },
    { 1200, "8O1" },  { 1200, "7E1" },  { 4800, "8O1" },   { 4800, "7E1" },   { 19200, "8O1" },  { 19200, "7E1" },
    { 300, "8O1" },   { 300, "7E1" },   { 600, "8O1" },    { 600, "7E1" },    { 38400, "8O1" },  { 38400, "7E1" },
    { 57600, "8O1" }, { 57600, "7E1" }, { 115200, "8O1" }, { 115200, "7E1" },
};
enum { SETTINGS = G_N_ELEMENTS(settings) };

/* What was heard with one setting. */
struct heard {
    bool visited; /* for as long as it takes, or refused */
    uint64_t frames, frame_bytes, bytes, marks;
    bool high_bytes; /* bytes above 7F in whole frames */
};

struct probe {
    unsigned now; /* index of the setting */
    unsigned gap_ms;
    struct line_settings line;
    struct heard heard[SETTINGS];
    unsigned refused; /* settings, one after the other */
    unsigned bursts;  /* of this visit */
    bool in_silence;  /* it began between two bursts */
    bool any_marks;   /* this adapter marks errors at all */
    uint64_t visit_bytes, burst_bytes;
    struct framer *framer;
};

/* A frame whose sum proves that it was heard rightly: of M-Bus' kinds, the long one only. */
static bool
is_proof(const struct record *record)
{
    return record->kind == CJT188_FRAME || record->kind == CJT188_DLT645 ||
        (record->kind == CJT188_MBUS && record->bytes[record->preamble] == CJT188_START);
}

static void
on_record(const struct record *record, void *user)
{
    struct probe *probe = user;
    struct heard *heard = &probe->heard[probe->now];

    if (!is_proof(record))
        return;
    heard->frames++;
    heard->frame_bytes += record->length;
    for (size_t i = 0; i < record->length; i++)
        heard->high_bytes |= record->bytes[i] > 0x7F;
}

static void
listen_with(struct probe *probe, unsigned index)
{
    probe->in_silence = probe->burst_bytes == 0;
    probe->now = index;
    probe->line = (struct line_settings){ .baud = settings[index].baud, .gap_ms = probe->gap_ms };
    line_parse_format(settings[index].format, &probe->line);
    probe->bursts = 0;
    probe->visit_bytes = 0;
    framer_free(probe->framer);
    probe->framer = framer_new(0, on_record, probe);
}

struct probe *
probe_new(unsigned gap_ms)
{
    struct probe *probe = g_new0(struct probe, 1);

    probe->gap_ms = gap_ms;
    listen_with(probe, 0);
    probe->in_silence = false; /* who knows since when somebody speaks */
    return probe;
}

void
probe_free(struct probe *probe)
{
    if (probe == NULL)
        return;
    framer_free(probe->framer);
    g_free(probe);
}

const struct line_settings *
probe_settings(const struct probe *probe)
{
    return &probe->line;
}

/* Nothing can be better than whole frames, all 8 bits of them, and not one mark. */
static bool
is_perfect(const struct probe *probe)
{
    const struct heard *heard = &probe->heard[probe->now];

    return heard->frames > 0 && heard->marks == 0 && probe->line.data_bits == 8;
}

static bool
is_better(unsigned a, unsigned b, const struct heard *heard)
{
    const struct heard *left = &heard[a], *right = &heard[b];
    const uint64_t left_share = left->bytes > 0 ? left->frame_bytes * SHARES / left->bytes : 0;
    const uint64_t right_share = right->bytes > 0 ? right->frame_bytes * SHARES / right->bytes : 0;

    if ((left->frames > 0) != (right->frames > 0))
        return left->frames > 0;
    if (left_share != right_share)
        return left_share > right_share;
    if (left->marks * right->bytes != right->marks * left->bytes)
        return left->marks * right->bytes < right->marks * left->bytes;
    return settings[a].format[0] > settings[b].format[0];
}

/* A frame has shown the speed: which of its formats is still to be heard? SETTINGS when all are. */
static unsigned
next_format(const struct probe *probe, unsigned baud)
{
    for (unsigned i = 0; i < SETTINGS; i++)
        if (settings[i].baud == baud && !probe->heard[i].visited)
            return i;
    return SETTINGS;
}

static enum probe_advice
decide(struct probe *probe, unsigned baud)
{
    unsigned best = SETTINGS;

    for (unsigned i = 0; i < SETTINGS; i++)
        if (settings[i].baud == baud && (best == SETTINGS || is_better(i, best, probe->heard)))
            best = i;
    listen_with(probe, best);
    return PROBE_FOUND;
}

static enum probe_advice
next_setting(struct probe *probe)
{
    unsigned known = 0, next;

    probe->heard[probe->now].visited = true;
    for (unsigned i = 0; i < SETTINGS && known == 0; i++)
        if (probe->heard[i].frames > 0)
            known = settings[i].baud;
    if (known == 0) {
        listen_with(probe, (probe->now + 1) % SETTINGS);
        return PROBE_CHANGE;
    }
    next = next_format(probe, known);
    if (next == SETTINGS)
        return decide(probe, known);
    listen_with(probe, next);
    return PROBE_CHANGE;
}

enum probe_advice
probe_bytes(struct probe *probe, const uint8_t *bytes, const uint8_t *marks, size_t length)
{
    struct heard *heard = &probe->heard[probe->now];

    for (size_t i = 0; marks != NULL && i < length; i++)
        heard->marks += marks[i] != 0;
    probe->any_marks |= heard->marks > 0;
    probe->refused = 0;
    heard->bytes += length;
    probe->visit_bytes += length;
    probe->burst_bytes += length;
    framer_push(probe->framer, bytes, marks, length, 0);
    if (is_perfect(probe))
        return PROBE_FOUND;
    return probe->visit_bytes >= VISIT_BYTES ? next_setting(probe) : PROBE_STAY;
}

enum probe_advice
probe_silence(struct probe *probe)
{
    const bool good = probe->in_silence && probe->burst_bytes >= GOOD_BURST;

    framer_finish(probe->framer);
    probe->burst_bytes = 0;
    if (is_perfect(probe))
        return PROBE_FOUND;
    return ++probe->bursts >= BURSTS || good ? next_setting(probe) : PROBE_STAY;
}

enum probe_advice
probe_refused(struct probe *probe)
{
    if (++probe->refused >= SETTINGS)
        return PROBE_NOTHING;
    return next_setting(probe);
}

char *
probe_reasons(const struct probe *probe)
{
    const struct heard *heard = &probe->heard[probe->now];
    GString *text = g_string_new(NULL);

    g_string_append_printf(text, "%" G_GUINT64_FORMAT " whole frame%s, ", heard->frames, heard->frames == 1 ? "" : "s");
    if (heard->marks == 0)
        g_string_append(text, "no line errors");
    else
        g_string_append_printf(text, "line errors on %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " bytes",
                               heard->marks, heard->bytes);
    if (heard->high_bytes)
        g_string_append(text, "; bytes such as FE and 81 rule out 7 data bits");
    if (!probe->any_marks && probe->line.data_bits == 8)
        g_string_append(
            text, "; no error was marked meanwhile, and an adapter that marks none, as CH340, cannot tell the parity");
    if (probe->line.parity == 'N')
        g_string_append(text, "; a second stop bit cannot be heard");
    return g_string_free(text, FALSE);
}
