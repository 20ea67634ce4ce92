/* explore.h
 * The byte explorer: counts of every field and every undocumented byte range, samples of replies, proposed readings.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * collecting (explore.c) -> proposing (propose.c) -> text (explore-text.c), a window (explore-table.c), a page (notes.c).
 * What is kept is bounded by the numbers below, however many frames are seen.
 */
#ifndef CJT188_EXPLORE_H
#define CJT188_EXPLORE_H

#include "bus/tap.h"
#include "own.h"

enum {
    EXPLORE_GROUPS = 256,   /* kinds of frames, by dialect, direction, control, identifier, L and fields */
    EXPLORE_METERS = 256,   /* of a group */
    EXPLORE_SAMPLES = 512,  /* of a group */
    EXPLORE_FIELDS = 512,   /* of a group; the user's rows may lie over each other, so there is no other end to them */
    EXPLORE_DISTINCT = 512, /* values of a field; beyond it is "more than" */
    EXPLORE_SLOTS = 4 << 20, /* for values, of all fields together: 32 MiB */
    EXPLORE_READINGS = 4096, /* meters whose last reading is known */
};

/* A set of hashes of values, up to EXPLORE_DISTINCT of them. The first needs no slot, so that fields which never change cost
 * none. */
struct distinct {
    uint64_t first;
    uint64_t *slots;
    unsigned size, used;
    bool more;
};

/* What a value is compared as: a higher one is more of a value. */
enum explore_order { EXPLORE_NONE, EXPLORE_BYTES, EXPLORE_TEXT, EXPLORE_NUMBER };

/* A value that a page shows. */
struct explore_shown {
    enum explore_order order; /* NONE: not there yet */
    double number;
    char *text;       /* as the tree shows it */
    uint8_t *data;    /* all of that frame's behind SER */
    unsigned meter;   /* that frame's, index in the group */
};

/* A field, or a run of undocumented bytes, in all frames of a group. */
struct explore_field {
    unsigned at, width;        /* from the first byte behind SER */
    char *name, *abbrev;
    int value;                 /* index in the frames' values; of part of one, too */
    const struct cjt188_row *row;   /* that value's; NULL: no layout's */
    const struct own_field *own;    /* one of the user's; else NULL */
    bool undocumented;

    uint64_t seen;
    struct distinct distinct;
    struct explore_shown least, most, example; /* by value; only where the explorer was made with texts */
    bool is_zero;              /* no byte but 00 was seen */
    uint64_t not_bcd;          /* values that are no decimal digits */
    uint64_t least_bcd, most_bcd, least_low, most_low, least_high, most_high; /* widths up to 8 */
    uint32_t first_change, last_change; /* packets; 0: never changed in any meter */
    bool dirty;                /* something but `seen` is new since the last look */
    int row_in_table;          /* the window's; -1: none */
};

/* A frame that is kept. */
struct explore_sample {
    unsigned meter;            /* index in the group */
    uint64_t turn;             /* which of this meter's frames, from 0 */
    uint32_t packet;
    double time;               /* s since 1970 */
    double measured[CJT188_MEASUREMENTS]; /* the meter's values then, NAN where not known */
    uint32_t own;              /* bit n: this frame itself tells measurement n */
    double age;                /* s since it told the others; NAN: never */
    uint8_t address[CJT188_ADDRESS_LENGTH];
};

enum { NO_SAMPLE = INT_MAX };

struct explore_meter {
    uint64_t key;              /* of its line and number */
    uint8_t number[5];
    bool is_wildcard;          /* nobody's: replies from all meters */
    uint64_t frames;
    unsigned last_sample;      /* its latest in the group, until a reading has come behind it; NO_SAMPLE: none */
    uint8_t *last;             /* data of its last frame */
    uint8_t *toggled;          /* per byte: bits that changed in its frames */
};

/* Frames of one kind. */
struct explore_group {
    const struct cjt188_dialect *dialect;
    const struct cjt188_layout *layout;
    bool is_reply, unit_first;
    uint8_t control, length;
    uint16_t di;
    unsigned width;            /* bytes behind SER */
    uint64_t fields_hash;

    uint64_t frames, unkept;   /* `unkept`: of meters beyond EXPLORE_METERS */
    uint32_t first_packet, last_packet;
    GHashTable *meter_index;
    struct explore_meter *meters;
    unsigned meter_count;
    unsigned wildcards;        /* of them, the addresses of all meters */
    struct explore_field *fields;
    unsigned field_count, unkept_fields; /* `unkept_fields`: beyond EXPLORE_FIELDS */
    uint8_t *toggled;          /* per byte: bits that changed within any meter */
    uint8_t *changed;          /* per byte: bits in which the frame added last differs from its meter's one before */

    struct explore_sample *samples;
    uint8_t *data;             /* sample_count rows of `width` bytes */
    unsigned sample_count, sample_room;
    uint64_t stride;           /* every how many-th frame of a meter is kept */
};

struct explore {
    bool texts;
    bool masked; /* the user's fields are called by their suffix, their values have no unit */
    GPtrArray *groups;
    GHashTable *group_index;
    uint64_t unkept_groups;    /* frames of groups beyond EXPLORE_GROUPS */
    GHashTable *readings;      /* meter on its line -> its values */
    unsigned slots;            /* that sets of values have, of EXPLORE_SLOTS */
};

/* An explorer without frames. `texts`: values are kept as the tree shows them, too. */
struct explore *explore_new(bool texts);
void explore_free(struct explore *explore);
/* Forget all frames, and their groups: the user's rows that made them may be others. */
void explore_reset(struct explore *explore);
/* Take in what one piece of a packet tells. Returns its group, NULL when there is nothing to explore. */
struct explore_group *explore_add(struct explore *explore, packet_info *pinfo, const struct cjt188_seen *seen);
/* The same of a whole packet. */
void explore_add_packet(struct explore *explore, packet_info *pinfo, const struct cjt188_tap *tap);

/* For g_ptr_array_sort() of groups: by identifier, control code, then as they came. */
int explore_by_identifier(const void *a, const void *b);

/* "Reply 903F, control 81, L 58 (high-precision reading, ultrasonic meter), dialect OEM ultrasonic"; the caller frees. */
char *explore_group_title(const struct explore_group *group);

/* "3 more of your fields are not explored: there are more than 512", NULL when there are no more; the caller frees. */
char *explore_unkept_fields(const struct explore_group *group);

/* "1 frame of 1 meter", "3 frames to all meters"; the caller frees. */
char *explore_group_frames(const struct explore_group *group);

/* The bytes that tell one value of a field from another, from those behind SER: of a row with a mask only its bits. Of
 * `toggled` it gives those bits of the field that changed. */
void explore_value_bytes(const struct explore_field *field, const uint8_t *data, uint8_t *bytes);

/* ---- propose.c ---- */

enum proposal_strength { PROPOSAL_WEAK, PROPOSAL_LIKELY, PROPOSAL_STRONG };

/* A reading of some undocumented bytes. */
struct proposal {
    unsigned at, width;
    const char *kind;          /* as in the user's table */
    char *brief;               /* what it is, in a few words */
    uint32_t mask;             /* of bits, else 0 */
    double scale, add;
    const char *unit;
    char *name;
    char *meter;               /* the only one that scale and add are known of, as a pattern; NULL: they hold for all */
    bool has_row;              /* the user's table has a kind for it */
    GString *evidence;         /* one sentence */
    double gain;               /* bits that this reading saves in telling the samples */
    enum proposal_strength strength;
    unsigned rank;             /* 1: the best for its bytes */
};

/* The proposals for the bytes of one undocumented field of a group, by place and rank. Freed by g_ptr_array_unref.
 * *noise: its bytes that vary without any order, as text ("byte 7, bytes 12 to 15"), or NULL; the caller frees. */
GPtrArray *explore_propose(const struct explore_group *group, const struct explore_field *field, char **noise);

/* A row for the user's table, without line end; the caller frees. */
char *explore_row(const struct explore_group *group, const struct proposal *proposal);
const char *explore_strength_text(enum proposal_strength strength);

/* ---- explore-text.c ---- */

/* Of `argument`, what was given to -z, the text behind `option` and a comma; NULL when there is none. Returns false, and has
 * told the user, when it goes on with something else: -z takes what only begins like the option. */
bool explore_option_rest(const char *option, const char *argument, const char **rest);
/* Listen to the tap with `data`; when the filter is wrong tell the user, finish and return false. */
bool explore_listen(void *data, const char *filter, tap_reset_cb reset_all, tap_packet_cb add, tap_draw_cb print,
                    tap_finish_cb finish_all);

/* explore-text.c, explore-table.c: once each, at start, after the tap "cjt188" is registered. */
void cjt188_explore_register(void);
void cjt188_explore_table_register(void);

#endif
