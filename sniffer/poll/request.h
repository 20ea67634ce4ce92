/* request.h
 * Frames that a master sends, as bytes: addresses from text, and requests.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Pure: nothing here sends.
 */
#ifndef REQUEST_H
#define REQUEST_H

#include "cjt188-frame.h"

#include <glib.h>

enum { REQUEST_PREAMBLE_MAX = 64, REQUEST_MAX = REQUEST_PREAMBLE_MAX + CJT188_FRAME_MAX };

/* How this line's meters want to be asked. */
struct request_form {
    unsigned preamble; /* FE bytes, up to REQUEST_PREAMBLE_MAX */
    uint8_t type;      /* T */
    bool di_high_first;
};

struct request {
    size_t preamble, length; /* all of it, preamble included */
    uint8_t bytes[REQUEST_MAX];
};

/* The broadcast addresses, A0 to A6. AA×5 11 11 is the only one that the thread's meter answers. */
extern const uint8_t request_all_aa5[CJT188_ADDRESS_LENGTH], request_all_aa7[CJT188_ADDRESS_LENGTH];

/* 8 or 10 digits as on the display, A5 A6 are then 11 11 (the thread); 14 hex digits are A6 to A0, as `cjt188.address` shows them.
 * false when it is neither. */
bool request_parse_address(const char *text, uint8_t address[CJT188_ADDRESS_LENGTH]);
/* A0 to A4 as a number of 8 or 10 digits that stands for one meter: decimal, and not 0. */
bool request_is_number(const uint8_t *number);
/* A5 A6 that stand for every maker, or for some: FF, AA or DD in one of them, 99 99. */
bool request_is_any_maker(const uint8_t *maker);
/* "68 20 AA": bytes in hex, with or without spaces. The caller frees *bytes. false when it is none. */
bool request_parse_hex(const char *text, uint8_t **bytes, size_t *length);
/* A data identifier, "901F". */
bool request_parse_di(const char *text, uint16_t *di);

/* A frame with these data; length up to 255. */
void request_make(struct request *request, const struct request_form *form, const uint8_t *address, uint8_t control,
                  const uint8_t *data, size_t length);
/* Control 01, sequence number 00 (the thread), CJ/T 188-2004. */
void request_read(struct request *request, const struct request_form *form, const uint8_t *address, uint16_t di);
/* Control 03, 810A: read address. */
void request_read_address(struct request *request, const struct request_form *form, const uint8_t *address);

/* Seven BCD bytes ss mm hh DD MM YY CC. */
void request_put_clock(uint8_t clock[7], GDateTime *time);
/* Control 04, A015 (CJ/T 188-2004). */
void request_set_clock(struct request *request, const struct request_form *form, const uint8_t *address, GDateTime *time);
/* Control 39, A018 AA: number and clock at once, one maker's (the thread). The new address is that of the frame. */
void request_set_number_and_clock(struct request *request, const struct request_form *form, const uint8_t *address,
                                  GDateTime *time);

#endif
