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

#include "cjt188-raw.h"

#include "explore.h"

enum { KNOWN_FIELDS = 64, KNOWN_MAX = CJT188_MEASUREMENTS + 8 + KNOWN_FIELDS, WINDOW_MAX = 8 };

/* Bits that a reading must save to be proposed, and more the more windows are tried: each is another chance to be wrong. */
#define LEAST_GAIN 6.0

/* Something that is known of each sample: a present value of the meter, the time, a documented field, a sum of such. */
struct known_series {
    char name[64];
    const char *unit;
    bool is_time;
    double value[EXPLORE_SAMPLES]; /* NAN where not known */
    double grain;                  /* the smallest difference between two values that is seen */
    double digit;                  /* what its last digit is worth, no more than that */
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
    double fresh;                     /* a reading that is older than this many s is none any more */
    struct known_series *known;       /* known_count of them */
    unsigned known_count;
};

/* Kinds of numbers that are tried. */
enum number_code_id {
    CODE_BCD, CODE_BCD_HIGH, CODE_LOW, CODE_HIGH, CODE_SIGNED_LOW, CODE_SIGNED_HIGH, CODE_BCD_TOP_BIT, CODE_BCD_TOP_F,
    CODE_FLOAT32_LOW, CODE_FLOAT32_HIGH, CODE_FLOAT64_LOW, CODE_FLOAT64_HIGH, CODES
};

struct number_code {
    enum cjt188_value_kind kind;
    unsigned widths;               /* bit n: n bytes */
    bool high_first, is_signed, is_decimal, is_float;
    bool has_sign_bits;            /* beside its digits */
};

enum candidate_type {
    TYPE_ADDRESS, TYPE_CLOCK, TYPE_DATE, TYPE_TIME_OF_DAY, TYPE_WEEKDAY, TYPE_COEFFICIENT, TYPE_COPY, TYPE_FOLLOWS,
    TYPE_COUNTER, TYPE_NUMBER, TYPE_BITS, TYPE_TEXT, TYPE_CHECKSUM, TYPE_SERIAL, TYPE_CONSTANT, TYPES
};

/* An interpretation that was tried. */
struct candidate {
    unsigned at, width;
    unsigned lead, tail;            /* bytes in front of it and behind it that belong to it: its unit's */
    unsigned alike;                 /* so many numbers with a unit of the same form stand in a row; 0: it is alone */
    enum candidate_type type;
    enum cjt188_value_kind kind;
    uint32_t mask;
    double gain;                    /* bits */
    double order;                   /* of these, what is not because of decimal digits alone */
    double margin;                  /* bits that the best cut without it saves less */
    const struct known_series *known; /* of a copy, and of what follows; of a counter what it advances with */
    const struct cjt188_unit *of_unit; /* its unit's byte says */
    double scale, add, r, per_count; /* per_count: of `known`, of one count */
    double least, most;             /* of a number, as its kind reads it */
    unsigned increases, decreases, restarts, exact, compared; /* `restarts`: at 0, behind the end of the number; no decreases */
    unsigned distinct;
    unsigned carries;               /* steps in which the upper half of its bytes moved, too */
    bool counts;                    /* it increases, and hardly ever decreases */
    bool is_exact;                  /* to the last digit something known, or a time */
    bool is_near;                   /* of a clock: to the time of capture, within a day */
    bool is_battery;                /* it may be a battery's voltage */
    bool by_reply;                  /* it goes with the time, and by one from reply to reply: it may count those */
    bool stands;                    /* of a clock: it does not go, but is set to the time when something happens */
    bool cut_off;                   /* what `known` has behind a whole count is left out */
    bool scaled;                    /* the value in the unit of `known` is scale × count + add */
    bool by_meter;                  /* each meter has an offset of its own to `known` */
    bool is_fitted;                 /* scale or add are of the samples; else they are round, and hold for other meters */
    const char *algorithm;          /* of a checksum of the bytes `from` on */
    unsigned from;
    bool high_first;                /* of a checksum */
    bool with_front;                /* and of something in front of them that is the same in all replies */
    bool is_open;                   /* a byte above it, which never moves within a meter, or the other bits may be its own */
};

/* Some bytes of all samples. */
struct window {
    const struct series *series;
    const struct byte_facts *facts; /* of its bytes */
    unsigned at, width;
    unsigned before, room;          /* undocumented bytes before and behind it; their facts are beside its own */
    double raw;                     /* bits to tell it byte by byte */
};

/* Different contents of which a checksum must be right for it to be sure. */
enum { SURE_SUMS = 5 };

enum { DISTINCT_MOST = 16 };

/* A window read as numbers. */
struct numbers {
    const struct number_code *code;
    unsigned width;
    double real[EXPLORE_SAMPLES];
    int64_t value[EXPLORE_SAMPLES]; /* the same in the order of whole numbers */
    int64_t step[EXPLORE_SAMPLES];  /* since the meter's sample before, step_count of them */
    unsigned step_count, increases, decreases, negative;
    unsigned restarts;              /* of `decreases`, those through the end of the number: 255, 0 */
    unsigned distinct;              /* up to DISTINCT_MOST */
    int64_t seen[DISTINCT_MOST];
    int64_t least, most;
    double limit;                   /* bits that any of them needs */
    double firsts;                  /* bits of each meter's first, byte by byte */
};

struct line {
    double slope, intercept; /* value = slope × known + intercept */
    bool by_meter;           /* each meter has an intercept of its own */
    bool is_round;           /* the slope is a power of ten, a count of seconds or the like */
    bool cut_off;            /* what is behind the point is left out, not rounded */
    double bits;             /* to tell the line: slope and intercept as exact as the values, unless they are round */
};

/* How a number follows something known. */
struct follow {
    double bits, r;          /* bits INFINITY: it does not; r is of steps */
    struct line line;
    unsigned exact, compared;
    bool is_exact;           /* nearly all of those compared */
    const struct known_series *known;
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

/* ---- numbers.c ---- */

const struct number_code *number_code(enum number_code_id id);
/* False where the bytes of a sample are no such number. */
bool numbers_read(const struct window *window, const struct number_code *code, struct numbers *numbers);
/* How many values it can have; of a signed one no matter. */
double numbers_end(const struct numbers *numbers);
double numbers_code(const struct series *series, const struct numbers *numbers);
double numbers_code_firsts(const struct series *series, const struct numbers *numbers);
/* A number's place in the order of all of its kind. */
int64_t number_order(const struct number_code *code, unsigned width, double real);

/* ---- relations.c ---- */

/* The cheapest way to tell the numbers by something known. */
struct follow relations_find(const struct series *series, const struct numbers *numbers);

/* Has it no more digits than what is known, but those of one byte? A whole byte of further digits is a neighbour's, unless
 * all of it counts on. */
bool is_one_number(const struct numbers *numbers, const struct known_series *known, const struct line *line);

/* ---- candidates.c, times.c, checksum.c: try readings of a window, append to `candidates` those that save something ---- */

void try_numbers(const struct window *window, GArray *candidates);
void try_others(const struct window *window, GArray *candidates);
void try_times(const struct window *window, GArray *candidates);
void try_checksums(const struct window *window, GArray *candidates);
void offer(GArray *candidates, const struct window *window, struct candidate candidate);
/* Of a battery's voltage. */
double counts_of_volt(const struct candidate *candidate);

/* ---- say.c ---- */

/* The evidence for a reading, a sentence. */
GString *say_evidence(const struct series *series, const struct candidate *candidate);
/* What it is in a few plain words, for one line. */
char *say_briefly(const struct candidate *candidate);
char *say_name(const struct candidate *candidate);

#endif
