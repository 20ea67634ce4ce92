/* lines.h
 * Lines and the meters on them: found once per packet, with everything that is remembered hanging on them.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A line is a capture interface (of its section), a TCP or UDP conversation, or a USB device. A meter is A0 to A4 on one line:
 * the same meter answers with another meter type and manufacturer code than it was asked with. All live as long as the
 * capture.
 */
#ifndef CJT188_LINES_H
#define CJT188_LINES_H

#include "facts.h"

enum { CJT188_NUMBER_BYTES = 5 };

enum cjt188_line_kind { LINE_INTERFACE, LINE_CONVERSATION, LINE_USB, LINE_USB_UNKNOWN };

struct cjt188_open; /* a request that waits for its reply: exchange.c */

struct cjt188_line {
    enum cjt188_line_kind kind;
    uint32_t a, b;       /* section and interface; conversation; bus and device */
    unsigned section;
    char *name;          /* as the packets' header shows it: of the interface, of both ends of a conversation */
    unsigned id;         /* from 1, in the order of the capture */
    int64_t character;   /* ns, where the capture names the line's speed; else 0 */
    bool has_requests, has_replies;
    bool is_own;         /* its requests were answered as no echoes are: it is no line of echoes */
    bool last_is_newest; /* nothing came behind the newest request yet */
    enum cjt188_di_order di_order; /* of its master's identifiers, as far as that is known */
    struct cjt188_open *open; /* the newest requests, newest first; the first of them is the last request of all */
    struct cjt188_line *asking; /* of two taps of one line this is the replies', and that the requests'; NULL: not known,
                                 * or this one */
    struct cjt188_line *answering; /* the other way round: the tap that has carried replies to this one's requests */

    /* A converter's two taps: what is sent on one comes back on the other, with the replies. Until something shows that they
     * are two lines, and then they have always been. */
    struct cjt188_line *echoes_of, *echo_line;
    fact_id first_echo;   /* of a line of echoes */
    fact_id last_request; /* the newest of all but echoes on their own line; older ones behind `before` */
    const struct cjt188_fact *damage; /* the newest, which may have been anything */
};

struct cjt188_number;
struct meter_row;
struct cjt188_last_reply; /* changes.c */

struct cjt188_meter {
    struct cjt188_line *line; /* first, with the next two: what it is found by */
    bool is_wildcard;
    uint8_t number[CJT188_NUMBER_BYTES]; /* A0 to A4; all meters of a line: FF */
    uint32_t id;              /* from 1 */
    int8_t last_dialect;      /* of its last reading, or CJT188_NO_DIALECT */
    enum cjt188_di_order di_order[2]; /* of identifiers to it, and from it */
    struct cjt188_number *known; /* of the number wherever it is; NULL: all meters */
    bool has_longer;          /* its replies go on behind a known layout: that was said */
    struct cjt188_last_reply *last_reply; /* the newest; others are found by their kind */

    /* Its row of the Meters table, by manufacturer code: a request may carry another than its reply. */
    struct {
        bool is_known;
        uint16_t manufacturer;
        const struct meter_row *row;
    } rows[2];
    unsigned rows_generation, next_row;
};

/* The line of a packet. Never NULL. */
struct cjt188_line *cjt188_line(packet_info *pinfo);

/* The line that this one is a part of in tables, as far as it is known now: that of the requests, of one with their echoes. */
const struct cjt188_line *cjt188_whole_line(const struct cjt188_line *line);

/* The meter of an address, A0 to A6, on a line. make: of one not seen before, too; else NULL. */
struct cjt188_meter *cjt188_meter(struct cjt188_line *line, const uint8_t *octets, bool is_wildcard, bool make);
/* By its id; NULL for 0. */
struct cjt188_meter *cjt188_meter_at(uint32_t id);

/* Does the meter with this number, A0 to A4, send the high byte first? What its row says, or what its replies have shown. */
bool cjt188_number_is_high_first(const uint8_t *number);

/* What the user calls the meter with this number; NULL: nothing. */
const char *cjt188_number_name(const uint8_t *number);

/* Everything that is known of a frame's meter, for the decoder: of `have` bytes from 68 on. `meter` may be NULL. */
void cjt188_known_of(const struct cjt188_frame *frame, const uint8_t *bytes, unsigned have, struct cjt188_known *known);

/* Seen for the first time: what this frame teaches of its meter. */
void cjt188_learn(const struct cjt188_frame *frame);

/* Seen for the first time: is its length worth a word, and the first such of its meter? FACT_LENGTH_NOTED then. */
void cjt188_note_length(const struct cjt188_frame *frame);

/* Once, at start. */
void cjt188_lines_register(void);

#endif
