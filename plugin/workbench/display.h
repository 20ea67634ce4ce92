/* display.h
 * What says the same as a meter's display: a log that a person wrote against the replies around each of its lines.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * log (display-log.c) -> replies near its lines (display.c) -> findings (display-find.c) -> text (display-text.c).
 * What is kept is bounded by the numbers below, however many frames are seen.
 */
#ifndef CJT188_DISPLAY_H
#define CJT188_DISPLAY_H

#include "cjt188-raw.h"

#include "bus/tap.h"
#include "display-log.h"

enum {
    DISPLAY_SERIES = 64,
    DISPLAY_KINDS = 16,    /* kinds of replies of a meter */
    DISPLAY_NEAR = 8,      /* replies of a kind near a line */
    DISPLAY_FRAMES = 8192, /* of all lines together: 4 MiB */
    DISPLAY_TOLERANCE = 90, /* s, of the clock of whoever wrote the log */
    DISPLAY_TOLERANCE_MAX = 3600,
};

/* A reply near a line. */
struct near_reply {
    double gap;                       /* s from the line's time; 0: in its minute */
    double number[CJT188_VALUES_MAX]; /* its values in their own unit, NAN where they are none */
    uint8_t data[UINT8_MAX];          /* behind SER */
};

struct near_line {
    unsigned count;
    struct near_reply *reply[DISPLAY_NEAR];
};

/* A value that a layout names. */
struct placed_value {
    char *name;
    enum cjt188_class class;
    unsigned at, width;     /* behind SER */
    bool is_number, is_by_dialect; /* `is_by_dialect`: no byte tells its decimal places */
    bool by_user;           /* the Meters table tells them */
    int places;
};

/* Replies of one kind from one meter. */
struct reply_kind {
    const struct cjt188_dialect *dialect;
    const struct cjt188_layout *layout;
    uint8_t control, length;
    uint16_t di;
    unsigned width, value_count;
    struct placed_value value[CJT188_VALUES_MAX];
    bool is_documented[UINT8_MAX]; /* a byte of a value that a layout names */
    struct near_line *near;        /* for each line of the series */
};

/* Lines of one meter and name, in units of one class. */
struct display_series {
    const char *meter, *name, *unit; /* the first line's */
    const struct display_unit *of_unit;
    bool is_words;                   /* its values are no numbers */
    GPtrArray *lines;                /* struct log_line, by time */
    bool has_meter, is_of_several;   /* `is_of_several`: its lines do not say which of two meters */
    uint8_t address[CJT188_ADDRESS_LENGTH];
    struct reply_kind *kind[DISPLAY_KINDS];
    unsigned kind_count;
};

struct display {
    struct display_log *log;
    double tolerance;
    bool rows;                  /* rows for the user's table are wanted */
    bool has_day, used_day;     /* lines without a day are of this one, the capture's first */
    double day;
    GPtrArray *series;
    unsigned frames, unkept_lines; /* `unkept_lines`: of series beyond DISPLAY_SERIES */
    bool is_full;
};

enum finding_strength { FINDING_NONE, FINDING_WEAK, FINDING_LIKELY, FINDING_STRONG };

/* Bytes that say what the display said. */
struct finding {
    const struct reply_kind *kind;
    const struct placed_value *value; /* NULL: bytes, read as `raw` */
    enum cjt188_value_kind raw;
    unsigned at, width;
    double factor;             /* display = number × factor × 10^exponent */
    int exponent;
    unsigned explained, checked, distinct;
    double off;                /* of the explained, sum of what the nearest replies are wrong by, in last places */
    bool is_idle_below;        /* its lowest byte is less than the display shows */
    double bits;               /* that the explained lines tell */
    double chance;             /* how many of all that was tried would do as well if nothing were true */
    enum finding_strength strength;
    unsigned others;           /* readings of the same bytes that do no better */
};

/* ---- display.c ---- */

/* Of `rest`, what -z cjt188,explore was given: are these the words of a display log? */
bool display_is_meant(const char *rest);
/* Start listening; false when it cannot, and has told why. */
bool display_start(const char *rest, bool rows);

/* ---- display-find.c ---- */

/* The best for each place, best first; freed by g_array_unref. *checked: lines that had a reply near them; *tried: readings. */
GArray *display_find(const struct display_series *series, unsigned *checked, unsigned *tried);

/* ---- display-words.c ---- */

/* The same where the values are no numbers: append to `findings` what is not judged yet. */
void display_try_words(const struct display_series *series, const struct reply_kind *kind, GArray *findings,
                       unsigned *tried);

/* ---- display-text.c ---- */

void display_print(const struct display *display);

#endif
