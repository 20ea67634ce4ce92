/* meters.h
 * The user's Meters table: which meter has which name, dialect and decimal places.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_METERS_H
#define CJT188_METERS_H

#include "cjt188.h"

struct meter_row {
    char *pattern;   /* 8, 10 or 14 characters: digits, A-F and ? */
    char *name;      /* may be empty */
    unsigned dialect; /* enum dialect_id + 1; 0: as the rules say */
    char *places[DIALECT_CLASSES]; /* "" or one digit: energy, power, flow, volume, hours */
};

/* Register the table as a preference. */
void cjt188_meters_register(module_t *module);

/* First row whose pattern matches an address, A0..A6 in wire order; NULL when none does. 14 digits match A6..A0; 10
 * match A4..A0; 8 match A3..A0 of a meter whose A4 is 00, as the display shows it. */
const struct meter_row *cjt188_meter_row(const uint8_t address[CJT188_ADDRESS_LENGTH]);

/* Is this text an address pattern? And does such a pattern match an address, A0..A6 in wire order? */
bool cjt188_is_pattern(const char *text);
bool cjt188_pattern_matches(const char *pattern, const uint8_t address[CJT188_ADDRESS_LENGTH]);

/* The same for A0..A4 alone: rows of 14 digits match when their last ten do. */
const char *cjt188_meter_name(const uint8_t number[5]);

#endif
