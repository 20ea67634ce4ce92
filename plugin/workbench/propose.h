/* propose.h
 * What the two halves of proposing share: the samples in order, the readings tried, and what each would save.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Every reading of some bytes is judged by one measure: how many bits are needed to tell somebody the samples, if the
 * reading is true, against telling them byte by byte. A counter read as one is told by its small steps, a copy by
 * nothing at all; noise saves nothing under any reading. So readings of all kinds and widths can be ranked.
 */
#ifndef CJT188_PROPOSE_H
#define CJT188_PROPOSE_H

#include "explore.h"

enum { KNOWN_FIELDS = 64, KNOWN_MAX = CJT188_MEASUREMENTS + 1 + KNOWN_FIELDS, WINDOW_MAX = 8 };

/* Bits that a reading must save to be proposed, and more the more windows are tried: each is another chance to be wrong. */
#define LEAST_GAIN 6.0

/* Something that is known of each sample: a present value of the meter, the time, a documented field. */
struct known_series {
    char name[64];
    const char *unit;
    bool is_time;
    double value[EXPLORE_SAMPLES]; /* NAN where not known */
    double centred[EXPLORE_SAMPLES]; /* less the meter's mean */
    double norm;                   /* sum of squares of `centred` */
    unsigned missing;
};

/* The samples of a group by meter, then by time. */
struct series {
    const struct explore_group *group;
    unsigned count, meters;
    double least_gain;                /* of a reading, bits */
    const uint8_t *data[EXPLORE_SAMPLES];
    const struct explore_sample *sample[EXPLORE_SAMPLES];
    bool starts[EXPLORE_SAMPLES];     /* the meter's first */
    double local[EXPLORE_SAMPLES];    /* time of the place, s */
    struct known_series *known;       /* known_count of them */
    unsigned known_count;
};

enum number_code { CODE_BCD, CODE_LOW, CODE_HIGH, CODE_SIGNED_LOW, CODE_SIGNED_HIGH, CODES };

enum candidate_type {
    TYPE_ADDRESS, TYPE_CLOCK, TYPE_DATE, TYPE_COEFFICIENT, TYPE_COPY, TYPE_FOLLOWS, TYPE_COUNTER, TYPE_NUMBER, TYPE_BITS,
    TYPE_TEXT, TYPE_SERIAL, TYPE_CONSTANT
};

/* An interpretation that was tried. */
struct candidate {
    unsigned at, width;
    enum candidate_type type;
    const char *kind;
    uint32_t mask;
    double gain;                    /* bits */
    double order;                   /* of these, what is not because of decimal digits alone */
    const struct known_series *known; /* of a copy, and of what follows; of a counter what it advances with */
    double scale, add, r, per_count; /* per_count: of `known`, of one count */
    unsigned increases, decreases, restarts, exact; /* `restarts`: at 0, behind the end of the number; no decreases */
    bool counts;                    /* it increases, and hardly ever decreases */
    bool is_exact;                  /* to the last digit something known, or a time */
    bool is_near;                   /* of a clock: to the time of capture, within a day */
    bool cut_off;                   /* what `known` has behind a whole count is left out */
    bool scaled;                    /* the value in the unit of `known` is scale × count + add */
};

/* What is known of one byte. */
struct byte_facts {
    bool constant, varies_within;
    uint8_t value;                  /* of a constant */
    double raw;                     /* bits to tell it by itself */
    double decimal;                 /* the same for somebody who knows that it is two decimal digits, if it is */
};

/* ---- series.c ---- */

struct series *series_new(const struct explore_group *group);
void series_free(struct series *series);
void series_byte_facts(const struct series *series, unsigned at, struct byte_facts *facts);

/* Bits to tell residuals, none of which needs more than `limit` bits. */
double code_residuals(const int64_t *residual, unsigned count, double limit);
/* Bits to tell which of two it is, `a` and `b` times. */
double code_choice(unsigned a, unsigned b);
/* Bits of a whole number without a limit. */
double code_number(double number);

/* Try all readings of a window; append to `candidates` those that save something. `facts` are of its bytes. */
void try_numbers(const struct series *series, const struct byte_facts *facts, unsigned at, unsigned width, GArray *candidates);
void try_others(const struct series *series, const struct byte_facts *facts, unsigned at, unsigned width, GArray *candidates);

#endif
