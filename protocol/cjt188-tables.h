/* cjt188-tables.h
 * What the files of the decoder say to each other, and to nobody else.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_TABLES_H
#define CJT188_TABLES_H

#include "cjt188-decode.h"
#include "cjt188-raw.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* cjt188-dialects.c: identifier, order of its bytes and +33H, which is taken off into frame->plain. `order` is that of the
 * meter's other identifiers, for one whose bytes do not tell it. */
void cjt188_decide_identifier(struct cjt188_decoded *frame, enum cjt188_di_order order);
/* Count where the unit bytes of a 901F or 902F reply stand. */
void cjt188_decide_unit_position(struct cjt188_decoded *frame);
/* First row of the rule table that holds, its reason in *reason; NO_DIALECT when none does. */
enum cjt188_dialect_id cjt188_decide_dialect(const struct cjt188_decoded *frame, const char **reason);

/* cjt188-codes.c: what the frame's function is, its dialect being known; NULL: nobody's name holds here. */
const struct cjt188_function *cjt188_find_function(const struct cjt188_decoded *frame);

/* cjt188-layouts.c: the layout of this frame, or NULL. */
const struct cjt188_layout *cjt188_find_layout(const struct cjt188_decoded *frame);
/* The next shorter L that a layout of this frame may have, 0 when there is none. */
uint8_t cjt188_shorter_length(const struct cjt188_decoded *frame, uint8_t length);

/* cjt188-kinds.c: fill in a value whose row, place and width are known. */
void cjt188_decode_value(const struct cjt188_decoded *frame, struct cjt188_value *value);
/* Make a number of one that is suspect. */
void cjt188_make_number(const struct cjt188_decoded *frame, struct cjt188_value *value);
/* Append what the sentence says of a value, ", " before it if it is not the first. */
void cjt188_tell_value(const struct cjt188_decoded *frame, const struct cjt188_value *value, struct cjt188_text *text);

/* Append a number's digits as they were sent, with their point and a minus. */
void cjt188_put_amount(const struct cjt188_value *value, struct cjt188_text *text);

/* cjt188-raw.c: what rows of kinds are made of that need no frame. */
cjt188_raw_number_function cjt188_raw_read_bcd, cjt188_raw_read_low, cjt188_raw_read_high, cjt188_raw_read_signed_low,
    cjt188_raw_read_signed_high, cjt188_raw_read_bcd_top_bit, cjt188_raw_read_bcd_top_f, cjt188_raw_read_bcd_high,
    cjt188_raw_read_4096, cjt188_raw_read_tenths, cjt188_raw_read_hundredths, cjt188_raw_read_thousandths,
    cjt188_raw_read_float32_low, cjt188_raw_read_float32_high, cjt188_raw_read_float64_low, cjt188_raw_read_float64_high,
    cjt188_raw_read_weekday;
cjt188_raw_text_function cjt188_raw_write_time, cjt188_raw_write_unix_low, cjt188_raw_write_unix_high,
    cjt188_raw_write_hour_minute_low, cjt188_raw_write_hour_minute_high, cjt188_raw_write_number_low,
    cjt188_raw_write_number_high, cjt188_raw_write_number_text, cjt188_raw_write_printable;

/* Append ", " unless the text is empty. */
static inline void
cjt188_put_comma(struct cjt188_text *text)
{
    if (text->length > 0)
        cjt188_put(text, ", ");
}

#endif
