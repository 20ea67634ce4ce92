/* record.h
 * A record is what the framer cuts off a line and the outputs write: the bytes of one frame, damaged
 * frame, neighbour's frame or stretch of noise, with its time and what was wrong with it.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef RECORD_H
#define RECORD_H

#include "cjt188-frame.h"

#include <glib.h>

#define NS_PER_SECOND G_GINT64_CONSTANT(1000000000)
#define NS_PER_MS     G_GINT64_CONSTANT(1000000)
#define NS_PER_US     G_GINT64_CONSTANT(1000)

/* The direction of a packet as pcapng numbers it: meters send inbound, the master outbound. */
enum record_direction { DIRECTION_UNKNOWN = 0, DIRECTION_REPLY = 1, DIRECTION_REQUEST = 2 };

struct record {
    enum cjt188_kind kind; /* never CJT188_NEED_MORE */
    const uint8_t *bytes;  /* preamble included; belongs to the framer, valid during the callback only */
    size_t length;
    size_t preamble;            /* FE bytes before the start byte */
    int64_t time_ns;            /* when the first character began */
    size_t marks;               /* characters with a parity, framing or break mark */
    size_t first_mark;          /* offset of the first of them, when there is one */
    enum record_direction told; /* who sent it, as the source says; a whole frame knows better */
};

/* From bit 7 of the control code; as told for noise, for neighbours, and when C is not there. */
enum record_direction record_direction(const struct record *record);

/* What records are called and counted by. */
enum record_class {
    CLASS_REQUEST,
    CLASS_REPLY,
    CLASS_DAMAGED,
    CLASS_TRUNCATED,
    CLASS_NOISE,
    CLASS_MBUS,
    CLASS_DLT645,
    RECORD_CLASSES
};
enum record_class record_class(const struct record *record);

/* "request", "reply", "damaged", "truncated", "noise", "M-Bus", "DL/T 645". Static. */
const char *record_class_name(enum record_class record_class);

/* The flags word of pcapng's enhanced packet block (epb_flags). */
uint32_t record_flags(const struct record *record);

/* What was wrong with it in one sentence, or NULL when nothing was. The caller frees it. */
char *record_comment(const struct record *record);

#endif
