/* meters.h
 * The user's Meters table: which meter has which name, dialect and decimal places.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_METERS_H
#define CJT188_METERS_H

#include "frame.h"

/* A row as it is used. */
struct meter_row {
    char *pattern;             /* 8, 10 or 14 characters: digits, A-F and ? */
    struct cjt188_known known; /* for the decoder; its name is this row's, NULL where there is none */
};

/* Register the table as a preference. */
void cjt188_meters_register(module_t *module);

/* Every dialect, for a preference; ended by {NULL, NULL, -1}. */
const enum_val_t *cjt188_dialect_choices(void);

/* First row whose pattern matches an address, A0..A6 in wire order; NULL when none does. 14 digits match A6..A0; 10
 * match A4..A0; 8 match A3..A0 of a meter whose A4 is 00, as the display shows it. Good until the generation changes. */
const struct meter_row *cjt188_meter_row(const uint8_t octets[CJT188_ADDRESS_LENGTH]);

/* First row with a name whose pattern matches A0..A4; of 14 digits the last ten count. */
const struct meter_row *cjt188_meter_row_with_name(const uint8_t octets[CJT188_ADDRESS_LENGTH]);

/* A row for the table: the meter's number, its name (NULL: none), and of *known the dialect and the decimal places that the
 * user says, where `places` has not others of 0 and more. The caller frees. */
char *cjt188_meters_row_text(const uint8_t octets[CJT188_ADDRESS_LENGTH], const char *name,
                             const struct cjt188_known *known, const int places[CJT188_DIALECT_CLASSES]);

/* Never 0; another one whenever the table was changed. */
unsigned cjt188_meter_rows_generation(void);

#endif
