/* cjt188.h
 * What the parts of the dissector share: the frame being read, dialects, layouts and value kinds.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The way of a frame: header (packet-cjt188.c) -> dialect (dialects.c) -> layout, a table of rows (layouts.c) ->
 * value kinds, one function each (kinds.c) -> items of the tree.
 */
#ifndef CJT188_H
#define CJT188_H

#include "compat.h"

#include "cjt188-frame.h"

/* What a number measures. A unit belongs to one of the first four, the others have no unit byte. */
enum unit_class { ENERGY, POWER, FLOW, VOLUME, HOURS, TEMPERATURE, PLAIN, UNIT_CLASSES };
#define DIALECT_CLASSES (HOURS + 1) /* those whose decimal places the dialect tells */

struct unit {
    uint8_t code;
    const char *name;
    enum unit_class class;
    int exponent;   /* kWh, kW, m³ or m³/h = value × 10^exponent / divisor */
    double divisor;
};

enum unit_position { UNIT_LAST, UNIT_FIRST, UNIT_ABSENT };

/* Bits of a status word. `field` is an FT_BOOLEAN without a mask; text is what the info column says. */
struct status_bit {
    uint16_t mask;
    const int *field;
    const char *name;
    bool is_fault;
};

struct status_layout {
    bool has_valve;                /* bits 0-1 are the valve, as in the standard */
    int code_byte;                 /* which byte is a code of its own: 0, 1, or -1 */
    int valve_byte;                /* which byte is a valve code 55/99/59, or -1 */
    bool opaque;                   /* the maker's own, not documented */
    const struct status_bit *bits; /* ended by mask 0; may be NULL */
};

enum dialect_id {
    DIALECT_STANDARD,
    DIALECT_OEM_ULTRASONIC,
    DIALECT_TIANGANG,
    DIALECT_DELU_MECHANICAL,
    DIALECT_DELU_VERIFICATION,
    DIALECT_LICHUANG,
    DIALECT_UNIT_FIRST,
    DIALECT_MAITUO,
    DIALECT_MAITUO_VALVE,
    DIALECT_HIWITS,
    DIALECT_RUINA,
    DIALECT_CHUANGZHAN,
    DIALECT_SANEXT,
    DIALECT_YUANDA,
    DIALECT_HUIZHONG,
    DIALECT_JIADE,
    DIALECT_PLUS33,
    DIALECT_GAS5,
    DIALECTS
};

/* How one maker's meters use the same bytes. */
struct dialect {
    const char *key;  /* in preferences and tables */
    const char *name;
    int8_t places[DIALECT_CLASSES];    /* decimal places in 901F; no byte of a frame carries them */
    const char *remark[DIALECT_CLASSES]; /* what to say of these decimal places, or NULL */
    bool first_is_cooling;             /* first energy of 901F: cooling, else settlement day */
    bool number_high_first;            /* A0 is the high byte of the number on the display */
    bool data_high_first;              /* all BCD high byte first, FF as padding */
    bool filler_33;                    /* 33 in every byte is a filler too */
    const struct status_layout *status; /* of heat meters */
};

struct layout_row;
struct user_field;

/* Bytes of the data and what they are: the fields of a frame in order, without gaps, and the user's own among them. */
struct cjt188_span {
    uint8_t at;     /* from the first byte behind SER */
    uint8_t width;
    const struct layout_row *row; /* NULL: no layout's */
    const char *name;
    const char *abbrev;           /* display filter name */
    bool undocumented;
    const struct user_field *user; /* from the user's fields: lies over other spans; else NULL */
};

enum di_order { DI_UNKNOWN_ORDER, DI_LOW_FIRST, DI_HIGH_FIRST };

enum { SUMMARY_MAX = 8 };

/* The present values of a meter that a frame can tell. */
enum reading_value {
    READING_NONE,
    READING_HEATING,
    READING_COOLING,
    READING_ELECTRIC,
    READING_POWER,
    READING_FLOW,
    READING_VOLUME,
    READING_SUPPLY,
    READING_RETURN,
    READING_HOURS,
    READINGS
};

struct reading {
    bool has[READINGS];
    double value[READINGS]; /* kWh, kW, m³/h, m³, °C, h */
    double step[READINGS];  /* the smallest difference that the meter sends */
    bool has_clock;
    int clock[7];           /* second, minute, hour, day, month, year of the century, century */
};

/* A frame being read. Filled by the header, then read by everything behind it. */
struct cjt188_frame {
    tvbuff_t *tvb;
    packet_info *pinfo;
    proto_item *item;       /* of the frame */
    unsigned offset;        /* of 68 in tvb */
    unsigned have;          /* bytes of the frame from 68 that are there; less than length only when truncated */
    unsigned length;        /* 13 + L, or `have` when not even L is there */
    enum cjt188_kind kind;  /* CJT188_FRAME, _DAMAGED or _TRUNCATED */
    uint8_t bytes[CJT188_FRAME_MAX]; /* the frame, with 33H taken off DATA where the maker adds it */

    uint8_t type, control, function, data_length;
    bool is_reply, is_error, is_wildcard;
    uint16_t manufacturer;  /* A6A5 */

    bool has_di, has_ser, di_known;
    uint16_t di;
    enum di_order di_order;
    bool plus_33;
    unsigned data;          /* offset from 68 of what follows DI and SER */
    unsigned data_end;      /* offset from 68 of CS, or of the end of what is there */

    const struct dialect *dialect;
    const char *dialect_reason;
    int8_t places[DIALECT_CLASSES];       /* decimal places of this meter */
    const char *places_source[DIALECT_CLASSES]; /* NULL: the dialect's */
    const char *name;                     /* from the Meters table, or NULL */
    enum unit_position unit_position;

    /* What the info column says. */
    const char *summary[SUMMARY_MAX];
    unsigned summaries;
    const char *faults;
    struct reading reading;

    const struct layout *layout; /* or NULL */
    const bool *user_covered;    /* of each byte behind SER: one of the user's own fields names it; NULL: none does */
    struct cjt188_span *spans;   /* span_count of them, with room for span_room; in the packet's pool */
    unsigned span_count, span_room;
};

/* A number that a frame can hold. */
struct quantity {
    const char *name;
    const int *field;
    enum unit_class class;
    const char *suffix;    /* unit where no unit byte is sent, with its space: " °C" */
    const char *brief;     /* for the info column, or NULL */
    enum reading_value reading;
    bool is_first_energy;  /* the dialect says what it is */
    const struct quantity *other[VOLUME + 1]; /* what it is when its unit is of that class */
};

/* Add the items of one row: `at` is the offset from 68 of its first byte, all row->width bytes are there. */
typedef void kind_function(struct cjt188_frame *frame, proto_tree *tree, const struct layout_row *row, unsigned at);

enum { PLACES_DIALECT = -1 };
/* Where a row's unit is: >= 0, no unit byte, this code is meant. */
enum { UNIT_AS_FRAME = -1, UNIT_BEHIND = -2, UNIT_NONE = -3 };
enum { WIDTH_REST = 0xFF }; /* all that is left of the data */

struct layout_row {
    kind_function *kind;
    uint8_t width;
    const struct quantity *quantity; /* numbers */
    const int *field;                /* others */
    const char *name;                /* when the field's own name is not enough */
    int8_t places;                   /* decimal places, PLACES_DIALECT, or what the kind makes of it */
    int16_t unit;
    const char *source;              /* where the decimal places come from, when not from the dialect */
};

struct layout {
    const char *name;
    uint8_t direction;     /* DIRECTION_ bits */
    uint8_t families;      /* FAMILY_ bits */
    uint8_t function;      /* 0: any */
    uint16_t first, last;  /* identifier */
    uint8_t length;        /* L; 0: any */
    int8_t dialect;        /* enum dialect_id, or -1 for any */
    const struct layout_row *rows; /* ended by kind NULL */
};

enum { DIRECTION_REQUEST = 1, DIRECTION_REPLY = 2, DIRECTION_BOTH = 3 };
enum { FAMILY_WATER = 1, FAMILY_HEAT = 2, FAMILY_GAS = 4, FAMILY_ELECTRICITY = 8, FAMILY_OTHER = 16, FAMILY_ANY = 31 };

/* Preferences. */
extern ws_bool cjt188_show_digits; /* the digits behind values */
extern int cjt188_default_dialect; /* where no rule speaks */

extern int proto_cjt188;

/* codes.c */

/* Row of a unit code, or NULL. */
const struct unit *cjt188_unit(uint8_t code);
/* Name of an identifier, or NULL where it is not known with this function. */
const char *cjt188_identifier_name(uint16_t di, uint8_t function);
/* The same for a frame: what an identifier means can depend on meter type, function and length. */
const char *cjt188_frame_identifier_name(const struct cjt188_frame *frame);
/* What the info column says of a request with this function ("Read"), or NULL. */
const char *cjt188_function_verb(uint8_t function);
/* Which FAMILY_ a meter type belongs to. */
uint8_t cjt188_family(uint8_t type);

/* dialects.c */

/* Every dialect, for a preference; ended by {NULL, NULL, -1}. */
const enum_val_t *cjt188_dialect_choices(void);
/* The dialect of an id: the standard's when out of range. Never NULL. */
const struct dialect *cjt188_dialect(int id);
int cjt188_dialect_id(const struct dialect *dialect);
/* Find identifier, order of its bytes and +33H; takes the 33H off frame->bytes. */
void cjt188_decide_identifier(struct cjt188_frame *frame);
/* Count where the unit bytes of a 901F or 902F reply stand. */
void cjt188_decide_unit_position(struct cjt188_frame *frame);
/* First row of the rule table that holds, its reason in *reason. *weak: none did, the standard is the last resort. */
int cjt188_decide_dialect(const struct cjt188_frame *frame, const char **reason, bool *weak);
/* How the status word of this frame is read. Never NULL. */
const struct status_layout *cjt188_status_layout(const struct cjt188_frame *frame);

/* layouts.c */

/* Layout of this frame, or NULL. */
const struct layout *cjt188_layout(const struct cjt188_frame *frame);
/* The lengths that layouts of this identifier and direction have, as text ("22, 46"), or NULL where there is none. */
const char *cjt188_expected_lengths(const struct cjt188_frame *frame);

/* kinds.c */

kind_function cjt188_kind_quantity, cjt188_kind_clock, cjt188_kind_date, cjt188_kind_status, cjt188_kind_status_code,
    cjt188_kind_uint, cjt188_kind_binary, cjt188_kind_bytes, cjt188_kind_u64, cjt188_kind_coefficient, cjt188_kind_meter_number,
    cjt188_kind_address, cjt188_kind_month, cjt188_kind_day, cjt188_kind_tunnel;

/* What a row is in this frame: its display filter field and its name; the first energy is what the dialect says. */
int cjt188_row_field(const struct cjt188_frame *frame, const struct layout_row *row, unsigned at);
const char *cjt188_row_name(const struct cjt188_frame *frame, const struct layout_row *row, unsigned at);
/* The value of a row as text, without its name: "0.007 kWh", "2026-04-27 18:12:15", "00 FF" where it has none better. */
const char *cjt188_row_text(const struct cjt188_frame *frame, const struct layout_row *row, unsigned at, unsigned width);

/* What a value is compared by: its number where it has one, else its text where that has an order, as a date's, else nothing
 * but its bytes, as a filler's and that of digits that are none. */
struct cjt188_value {
    bool has_number;
    double number;    /* in the field's unit, whatever unit the meter sent */
    const char *text; /* or NULL */
};
struct cjt188_value cjt188_row_value(const struct cjt188_frame *frame, const struct layout_row *row, unsigned at);

/* A clock (7 bytes) or date (4 bytes) as ISO 8601 in whatever order it was sent, or NULL where the bytes are none. */
const char *cjt188_time_text(wmem_allocator_t *pool, const uint8_t *bytes, unsigned width);

/* Bytes of the frame as one FT_BYTES item, with `name` in place of the field's own where it is not NULL. Of undocumented
 * bytes those are left out that the user's own fields name. */
void cjt188_add_bytes(const struct cjt188_frame *frame, proto_tree *tree, int field, unsigned at, unsigned width,
                      const char *name);

/* data.c: add a span to frame->spans. */
void cjt188_span_add(struct cjt188_frame *frame, const struct cjt188_span *span);

/* neighbours.c: EN 13757 and DL/T 645 frames, whole and with a right checksum, from tvb[offset]. Returns the text
 * for the info column. */
const char *cjt188_dissect_mbus(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, unsigned offset, unsigned length);
const char *cjt188_dissect_dlt645(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, unsigned offset, unsigned length);

#endif
