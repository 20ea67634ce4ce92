/* cjt188-decode.h
 * The decoder: a frame's bytes and what is known of its meter in, values out, each decoded once.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Plain C11, no library, no allocation, no state. The dissector, the tap and whatever else shows a frame call
 * cjt188_decode() and show what it says; none of them looks at the bytes of a value again.
 *
 *     bytes -> header -> dialect -> layout, a table of rows -> values, one kind each -> text, sentence
 */
#ifndef CJT188_DECODE_H
#define CJT188_DECODE_H

#include "cjt188-frame.h"
#include "cjt188-text.h"

/* ---- what a value can be ---- */

/* The display fields of cjt188-fields.def. */
enum cjt188_field {
#define FIELD(id, name, filter, type, display, names, mask, blurb) CJT188_F_##id,
#include "cjt188-fields.def"
#undef FIELD
    CJT188_FIELDS
};

enum cjt188_field_type {
    CJT188_BYTES, CJT188_STRING, CJT188_UINT8, CJT188_UINT16, CJT188_UINT24, CJT188_UINT32, CJT188_DOUBLE, CJT188_BOOLEAN
};

struct cjt188_code {
    uint32_t code;
    const char *name;
};

struct cjt188_field_info {
    const char *name, *filter; /* "Heating energy", "cjt188.energy.heating" */
    enum cjt188_field_type type;
    bool hexadecimal;
    const struct cjt188_code *names; /* of codes, ended by a name of NULL; NULL: the numbers have none */
};

/* Never NULL; static. */
const struct cjt188_field_info *cjt188_field_info(enum cjt188_field field);

/* The fields that replies of an identifier can hold, whatever the meter, each once; those that are nothing but bytes are left out.
 * At most `max` are written. Returns how many. */
unsigned cjt188_fields_of(uint16_t di, enum cjt188_field *fields, unsigned max);

/* What a number measures. A unit code belongs to one of the first four, the others have no unit byte. */
enum cjt188_class {
    CJT188_ENERGY,      /* kWh */
    CJT188_POWER,       /* kW */
    CJT188_FLOW,        /* m³/h */
    CJT188_VOLUME,      /* m³ */
    CJT188_HOURS,
    CJT188_TEMPERATURE, /* °C */
    CJT188_PLAIN,
    CJT188_CLASSES,
    CJT188_DIALECT_CLASSES = CJT188_HOURS + 1, /* those whose decimal places no byte tells, but the dialect */
};

/* The unit that a field's number is in: "kWh"; "" where it has none. */
const char *cjt188_class_unit(enum cjt188_class class);

struct cjt188_unit {
    uint8_t code;
    enum cjt188_class class;
    const char *name;  /* "kWh×10", UTF-8; NULL: no unit has this code */
    int8_t exponent;   /* kWh, kW, m³ or m³/h = value × 10^exponent, in joules / 3.6 */
    bool in_joules;
};

/* NULL where no unit has this code. Static. */
const struct cjt188_unit *cjt188_unit(uint8_t code);

/* The present values of a meter that a reply can tell. */
enum cjt188_measurement {
    CJT188_NOT_MEASURED, /* a value of the past, a setting */
    CJT188_HEATING,
    CJT188_COOLING,
    CJT188_ELECTRIC,
    CJT188_POWER_NOW,
    CJT188_FLOW_NOW,
    CJT188_VOLUME_NOW,
    CJT188_SUPPLY,
    CJT188_RETURN,
    CJT188_HOURS_RUN,
    CJT188_CLOCK_NOW,
    CJT188_MEASUREMENTS
};

/* A number that a frame can hold. */
struct cjt188_quantity {
    const char *name;
    enum cjt188_field field;
    enum cjt188_class class;
    const char *suffix;    /* unit where no unit byte is sent, with its space: " °C"; NULL: none */
    const char *brief;     /* what the sentence calls it; NULL: the sentence does without */
    bool is_brief_if_any;  /* and it does without a zero */
    enum cjt188_measurement measurement;
    bool is_first_energy;  /* the dialect says what it is */
    uint8_t families;      /* whose meters measure it; 0: all */
    const struct cjt188_quantity *other[CJT188_VOLUME + 1]; /* what it is when its unit is of that class */
};

/* How bytes become a value: the rows of cjt188-kinds.c. */
enum cjt188_value_kind {
    CJT188_K_END,
    CJT188_K_QUANTITY,    /* BCD digits, decimal places, unit byte or none */
    CJT188_K_U64,         /* 8 bytes, low byte first, in units of 1e-8 */
    CJT188_K_UINT,        /* a number or code, low byte first */
    CJT188_K_MONTH,       /* MM YY; width 0: the identifier tells how many months back */
    CJT188_K_DAY,         /* DD */
    CJT188_K_STATUS,      /* two bytes of bits, as the dialect names them */
    CJT188_K_STATUS_CODE, /* one byte */
    CJT188_K_NUMBER,      /* a meter's number, BCD digits */
    CJT188_K_ADDRESS,     /* A0 to A6 */
    CJT188_K_TUNNEL,      /* a frame of another protocol */

    /* From here on bytes need no frame to be read: these are the kinds of the user's table, too (cjt188-raw.h). A layout's
     * row of such a number has a quantity, whose own unit or `unit` it is in, divided by `places`; one without is a code. */
    CJT188_K_BCD,
    CJT188_K_UNSIGNED_LOW,     /* low byte first */
    CJT188_K_UNSIGNED_HIGH,
    CJT188_K_SIGNED_LOW,       /* two's complement */
    CJT188_K_SIGNED_HIGH,
    CJT188_K_BITS,             /* low byte first; which of them count is told elsewhere */
    CJT188_K_COEFFICIENT,      /* u16 low byte first / 4096 */
    CJT188_K_DATE,             /* 4 bytes DD MM YY CC */
    CJT188_K_CLOCK,            /* 7 bytes ss mm hh DD MM YY CC */
    CJT188_K_TEXT,
    CJT188_K_BYTES,            /* nothing but bytes */
    CJT188_K_BCD_TOP_BIT,      /* the top bit is the minus */
    CJT188_K_BCD_TOP_F,        /* F as the top digit is */
    CJT188_K_BCD_HIGH,         /* the first byte has the highest digits */
    CJT188_K_TENTHS,           /* low byte first */
    CJT188_K_HUNDREDTHS,
    CJT188_K_THOUSANDTHS,
    CJT188_K_FLOAT32_LOW,
    CJT188_K_FLOAT32_HIGH,
    CJT188_K_FLOAT64_LOW,
    CJT188_K_FLOAT64_HIGH,
    CJT188_K_UNIX_LOW,         /* seconds since 1970, UTC */
    CJT188_K_UNIX_HIGH,
    CJT188_K_HOUR_MINUTE_LOW,  /* mm hh */
    CJT188_K_HOUR_MINUTE_HIGH, /* hh mm */
    CJT188_K_WEEKDAY,          /* 1 to 7 from Monday, 0 is Sunday */
    CJT188_K_NUMBER_LOW,       /* a meter's number, as it stands on it */
    CJT188_K_NUMBER_HIGH,
    CJT188_K_NUMBER_TEXT,
    CJT188_K_KINDS,
    CJT188_K_FIRST_RAW = CJT188_K_BCD,
};

enum { CJT188_PLACES_DIALECT = -1 };
/* Where a row's unit is: >= 0, no unit byte, this code is meant. */
enum { CJT188_UNIT_AS_FRAME = -1, CJT188_UNIT_BEHIND = -2, CJT188_UNIT_NONE = -3 };
enum { CJT188_WIDTH_REST = 0xFF }; /* all that is left of the data */

/* A field of a layout. */
struct cjt188_row {
    enum cjt188_value_kind kind;
    uint8_t width;
    const struct cjt188_quantity *quantity; /* of numbers, else NULL */
    enum cjt188_field field;                /* of others */
    const char *name;                       /* when the field's own name is not enough */
    const char *remark;                     /* which of several such fields: "first" */
    const char *brief;                      /* the sentence says the value, behind this and a space if it is not empty */
    int8_t places;                          /* decimal places, or PLACES_DIALECT */
    int16_t unit;
    const char *source;                     /* where the decimal places come from, when not from the dialect */
};

struct cjt188_layout {
    const char *name;
    uint8_t direction;     /* CJT188_REQUEST | CJT188_REPLY */
    uint8_t families;      /* CJT188_FAMILY_ bits */
    uint8_t function;      /* 0: any */
    uint16_t first, last;  /* identifier */
    uint8_t length;        /* L; 0: any */
    int8_t dialect;        /* enum cjt188_dialect_id, or -1 for any */
    const struct cjt188_row *rows; /* ended by CJT188_K_END */
};

enum { CJT188_REQUEST = 1, CJT188_REPLY = 2, CJT188_BOTH = 3 };

enum {
    CJT188_FAMILY_WATER = 1,
    CJT188_FAMILY_HEAT = 2,
    CJT188_FAMILY_GAS = 4,
    CJT188_FAMILY_ELECTRICITY = 8,
    CJT188_FAMILY_OTHER = 16,
    CJT188_FAMILY_ANY = 31,
};

/* ---- dialects ---- */

/* A bit of a status word. */
struct cjt188_status_bit {
    uint16_t mask;           /* 0 ends the list */
    enum cjt188_field field; /* a BOOLEAN */
    const char *name;        /* what the sentence says */
    bool is_fault;
};

struct cjt188_status_layout {
    bool has_valve;                /* bits 0-1 are the valve, as in the standard, where there is one */
    bool is_there;                 /* and there is one */
    int code_byte;                 /* which byte is a code of its own: 0, 1, or -1 */
    int valve_byte;                /* which byte is a valve code 55/99/59, or -1 */
    bool opaque;                   /* the maker's own, not documented */
    bool other_byte;               /* meters that nothing else tells apart set the same faults in either byte */
    const struct cjt188_status_bit *bits; /* may be NULL */
};

enum cjt188_dialect_id {
    CJT188_STANDARD,
    CJT188_OEM_ULTRASONIC,
    CJT188_TIANGANG,
    CJT188_DELU_MECHANICAL,
    CJT188_DELU_VERIFICATION,
    CJT188_LICHUANG,
    CJT188_UNIT_FIRST,
    CJT188_MAITUO,
    CJT188_MAITUO_VALVE,
    CJT188_HIWITS,
    CJT188_RUINA,
    CJT188_CHUANGZHAN,
    CJT188_SANEXT,
    CJT188_YUANDA,
    CJT188_HUIZHONG,
    CJT188_JIADE,
    CJT188_PLUS33,
    CJT188_GAS5,
    CJT188_BARE_WATER,
    CJT188_DIALECTS,
    CJT188_NO_DIALECT = -1,
};

/* How one maker's meters use the same bytes. */
struct cjt188_dialect {
    const char *key;  /* in preferences and tables */
    const char *name;
    int8_t places[CJT188_DIALECT_CLASSES];       /* decimal places in 901F; no byte of a frame carries them */
    const char *remark[CJT188_DIALECT_CLASSES];  /* what to say of these decimal places, or NULL */
    bool first_is_cooling;             /* first energy of 901F: cooling, else settlement day */
    bool number_high_first;            /* A0 is the high byte of the number on the display */
    bool data_high_first;              /* all BCD high byte first, FF as padding */
    bool filler_33;                    /* 33 in every byte is a filler too */
    uint8_t families;                  /* whose meters speak it; 0: all */
    const struct cjt188_status_layout *status; /* of heat meters */
};

/* The dialect of an id: the standard's when out of range. Never NULL; static. */
const struct cjt188_dialect *cjt188_dialect(int id);
enum cjt188_dialect_id cjt188_dialect_id(const struct cjt188_dialect *dialect);
/* By its name or key; NO_DIALECT where none is called so. */
enum cjt188_dialect_id cjt188_dialect_named(const char *name);

/* ---- values ---- */

enum cjt188_value_state {
    CJT188_IS_NUMBER,       /* .number, in the field's unit */
    CJT188_IS_CODE,         /* .digits is a whole number or a code */
    CJT188_IS_BITS,         /* .digits is a status word */
    CJT188_IS_TIME,         /* .time */
    CJT188_IS_TEXT,         /* its text is all there is */
    CJT188_IS_BYTES,        /* and so are its bytes */
    CJT188_IS_UNDOCUMENTED, /* bytes that no document explains */
    CJT188_IS_CUT_OFF,      /* bytes of a field that is not there as a whole */
    CJT188_IS_FILLER,       /* the meter has no such value: not supported, or not yet settled */
    CJT188_BAD_DIGITS,      /* not decimal */
    CJT188_BAD_TIME,        /* no possible date or time */
    CJT188_UNKNOWN_UNIT,
    CJT188_FOREIGN_UNIT,    /* a unit of another kind than the field */
    CJT188_IS_SUSPECT,      /* a number that no meter can have: a sign where none is documented, or a broken sensor */
};

/* In which order a clock or date was sent. */
enum cjt188_time_order { CJT188_TIME_LOW_FIRST, CJT188_TIME_HIGH_FIRST, CJT188_TIME_YEAR_SPLIT, CJT188_NO_TIME };

/* Second, minute, hour, day, month, year of the century, century, each 0 to 99; of a date the first three are 0. */
struct cjt188_time {
    uint8_t part[7];
};

struct cjt188_value {
    enum cjt188_field field;
    enum cjt188_value_state state;
    const char *name;                       /* of the field, or the layout's own word for it */
    const struct cjt188_row *row;           /* NULL: no layout's, state UNDOCUMENTED or CUT_OFF */
    const struct cjt188_quantity *quantity; /* what is measured, its unit considered; NULL: no number */
    uint16_t at, width;                     /* bytes of the frame, counted from 68; width may be 0 */

    /* Of quantities: where in these bytes the digits and the unit byte are; of a frame in transit: where its frame is, behind
     * its preamble. */
    uint8_t digits_at, digits_width, unit_at;
    bool has_unit_byte;
    const struct cjt188_unit *unit;         /* as sent or meant; NULL: none, or an unknown code */

    uint64_t digits;                        /* as sent, a whole number */
    int8_t places;                          /* decimal places of these digits */
    int8_t decimals;                        /* decimal places of `number`; -1: any, it was joules */
    double number;                          /* digits / 10^places × unit, in kWh, kW, m³, m³/h, °C, h */

    struct cjt188_time time;
    enum cjt188_time_order order;
};

/* ---- frames ---- */

/* What stands in the sentence behind a function's verb: nothing where the verb says all of a known identifier, the identifier,
 * or its name too. A report is no request: the meter speaks unasked, with the reply bit clear. */
enum cjt188_behind_verb { CJT188_SAY_NOTHING, CJT188_SAY_IDENTIFIER, CJT188_SAY_NAME, CJT188_SAY_REPORT };

struct cjt188_function {
    const char *name; /* "write data" */
    const char *verb; /* of a request: "Write" */
    enum cjt188_behind_verb behind;
};

enum cjt188_unit_position { CJT188_UNIT_LAST, CJT188_UNIT_FIRST_BYTE, CJT188_UNIT_ABSENT };

/* No layout has more rows, and behind them is one run of bytes. */
enum { CJT188_VALUES_MAX = 24 };

enum cjt188_di_order { CJT188_DI_UNKNOWN_ORDER, CJT188_DI_LOW_FIRST, CJT188_DI_HIGH_FIRST };

/* What is known of a frame's meter from elsewhere: other frames, and the user. {0} is: nothing. */
struct cjt188_known {
    const char *name;            /* what the user calls it, UTF-8; NULL: nothing. Must live as long as the frame */
    bool has_dialect;            /* the user says which */
    enum cjt188_dialect_id dialect;
    bool has_last_dialect;       /* of this meter's last reading; for requests, and replies that say too little of themselves */
    enum cjt188_dialect_id last_dialect;
    enum cjt188_di_order di_order; /* in which its other identifiers were sent; UNKNOWN_ORDER: nothing is known */
    enum cjt188_dialect_id fallback; /* where no rule speaks; 0 is the standard's */
    bool number_high_first;      /* this meter sends its number so */
    bool is_cut;                 /* a truncated frame: the capture has cut it (snap length), not the line */
    bool has_places[CJT188_DIALECT_CLASSES]; /* the user says how many */
    int8_t places[CJT188_DIALECT_CLASSES];   /* 0 to 9 */
};

struct cjt188_decoded {
    enum cjt188_kind kind;       /* CJT188_FRAME, _DAMAGED or _TRUNCATED */
    bool is_cut;                 /* from `known`: by the capture; the line has done nothing to it */
    bool has_right_sum;          /* its checksum is there and right; so may be that of a damaged frame, without its end byte */
    const uint8_t *bytes;        /* from 68, +33H taken off DATA: the caller's, or `plain` */
    unsigned have;               /* bytes that are there; less than length only when truncated */
    unsigned length;             /* 13 + L, or `have` when not even L is there */

    uint8_t type, control, function, data_length;
    uint8_t family;              /* CJT188_FAMILY_ */
    bool is_reply, is_error, is_wildcard;
    bool is_report;              /* no request, though the reply bit is clear: the meter speaks, and nobody asked */
    uint16_t manufacturer;       /* A6A5 */

    bool has_di, has_ser, di_known;
    uint16_t di;
    enum cjt188_di_order di_order;
    bool plus_33;
    unsigned data;               /* offset from 68 of what follows DI and SER */
    unsigned data_end;           /* offset from 68 of CS, or of the end of what is there */
    enum cjt188_unit_position unit_position;

    const struct cjt188_dialect *dialect;
    const char *dialect_reason;
    const struct cjt188_function *does; /* what its function is; NULL: it has no name here, another maker's does not hold */
    int8_t places[CJT188_DIALECT_CLASSES]; /* decimal places of this meter */
    bool places_by_user[CJT188_DIALECT_CLASSES];
    const char *name;            /* from `known` */
    bool number_high_first;      /* from `known`, or the dialect's */

    const struct cjt188_layout *layout; /* or NULL */
    uint8_t longer_by;           /* bytes that the data go on behind the layout, undocumented; mostly 0 */
    bool has_suspect;            /* one of the values is */
    unsigned value_count;
    struct cjt188_value values[CJT188_VALUES_MAX]; /* in wire order; together they are all bytes from `data` to `data_end` */
    uint8_t measured[CJT188_MEASUREMENTS];         /* index + 1 into `values`; 0: not there */

    uint8_t plain[CJT188_FRAME_MAX];
};

/*
 * Decode a frame.
 *
 * bytes, have  from its start byte 68 on, all that is there, at most CJT188_FRAME_MAX; must live as long as *frame
 * kind         what cjt188_next_piece() found it to be: a frame, damaged or truncated
 * known        of its meter; NULL: nothing
 *
 * Always succeeds: what cannot be read is UNDOCUMENTED, CUT_OFF or a state of its value. *frame must not be moved.
 */
void cjt188_decode(const uint8_t *bytes, unsigned have, enum cjt188_kind kind, const struct cjt188_known *known,
                   struct cjt188_decoded *frame);

/* A frame with other data: its header, dialect and layout stay, so that values of one index are values of one field. They are
 * decoded when they are asked for. */
struct cjt188_other {
    const struct cjt188_decoded *frame;
    struct cjt188_decoded decoded; /* its values: only those asked for that differ */
    bool is_decoded[CJT188_VALUES_MAX];
};

/* data: frame->data_end - frame->data bytes, +33H taken off. `frame` must live as long as *other, which must not be moved. */
void cjt188_other_start(const struct cjt188_decoded *frame, const uint8_t *data, struct cjt188_other *other);

/* Its value with that index in frame->values. Its text is of &other->decoded. */
const struct cjt188_value *cjt188_other_value(struct cjt188_other *other, unsigned index);

/* Is its checksum wrong, or missing because the line has lost it? Then no value of it can be relied on. */
bool cjt188_is_damaged(const struct cjt188_decoded *frame);
/* Is it suspect only because it comes out of nothing? 80000000 of a counter is a number once the same meter's reply before had
 * one of as many digits. */
bool cjt188_is_odd_counter(const struct cjt188_value *value);
/* Then it is one. */
void cjt188_believe(struct cjt188_decoded *frame, struct cjt188_value *value);

/* A present value of a meter; NULL where the frame has none, or no number or time in its place. */
const struct cjt188_value *cjt188_measured(const struct cjt188_decoded *frame, enum cjt188_measurement measurement);

/* Which of them a value is. */
enum cjt188_measurement cjt188_measurement_of(const struct cjt188_value *value);

/* The smallest difference of two such numbers, in the field's unit. Only of IS_NUMBER. */
double cjt188_step(const struct cjt188_value *value);

/* What a counter has gained since it stood at `before`; below zero where it went back. One that was in the last tenth of
 * what its digits can hold and is in the first has begun anew behind its last digit: no step back. Only of IS_NUMBER. */
double cjt188_gain(const struct cjt188_value *now, double before);

/* Does the meter speak, and not the master? */
static inline bool
cjt188_is_from_meter(const struct cjt188_decoded *frame)
{
    return frame->is_reply || frame->is_report;
}

/* Is this a whole reply with the meter's present values: 901F or 902F? And one that tells the dialect, 903F and 610A
 * among them? */
bool cjt188_is_reading(const struct cjt188_decoded *frame);
bool cjt188_tells_dialect(const struct cjt188_decoded *frame);

/* ---- names ---- */

/* Does the standard or any maker whose documents are known use this function? What for, a decoded frame says. */
bool cjt188_function_is_in_use(uint8_t function);

/* Each NULL where it is not known; static. An identifier's name can depend on meter type, function and length. */
const char *cjt188_type_name(uint8_t type);
const char *cjt188_identifier_name(uint16_t di, uint8_t function);
const char *cjt188_frame_identifier_name(const struct cjt188_decoded *frame);

/* CJT188_FAMILY_ of a meter type. */
uint8_t cjt188_family(uint8_t type);

/* ---- patterns of addresses: 14 digits are A6 to A0, 10 are A4 to A0, 8 are A3 to A0 of a meter whose A4 is 00, as the
 * display shows it; ? is any digit ---- */

bool cjt188_is_pattern(const char *text);
/* `pattern` is one; `address` is A0 to A6 in wire order. Of 10 and 8 digits A5 and A6 are not looked at. */
bool cjt188_pattern_matches(const char *pattern, const uint8_t address[CJT188_ADDRESS_LENGTH]);

/* ---- text: each writes into a buffer of `size` bytes, at least 1, and returns the length ---- */

/* A6 to A0, 14 digits; `address` is A0 to A6 in wire order. */
size_t cjt188_address_text(const uint8_t address[CJT188_ADDRESS_LENGTH], char *buffer, size_t size);

/* The number on the display: A4 to A0, 8 digits, 10 when A4 is not zero; as sent where the meter sends the high byte first.
 * `number` is A0 to A4 in wire order. */
size_t cjt188_number_text(const uint8_t *number, bool high_first, char *buffer, size_t size);

/* The same of a frame; "" for wildcards and what is not decimal. */
size_t cjt188_meter_text(const struct cjt188_decoded *frame, char *buffer, size_t size);

/* Who the frame is from or for: its name, its number, its address, or "all meters". */
size_t cjt188_who_text(const struct cjt188_decoded *frame, char *buffer, size_t size);

/* A value without its name: "0.007 kWh", "2026-04-27 18:12:15", "0x0800"; its bytes where it has none better. */
size_t cjt188_value_text(const struct cjt188_decoded *frame, const struct cjt188_value *value, char *buffer, size_t size);

/* A value's name, with which of several it is: "Temperature coefficient, first". */
size_t cjt188_full_name(const struct cjt188_value *value, char *buffer, size_t size);

/* What follows the text in a line, with its own punctuation: " (0.03800 kWh)" of 38.00 Wh, " (sent high byte first)", the text
 * that undocumented bytes may be; "" mostly. */
size_t cjt188_value_remark(const struct cjt188_decoded *frame, const struct cjt188_value *value, char *buffer, size_t size);

/* Why there is no number or time: "digits 1A000000, unit kW, no number"; "" where there is one. */
size_t cjt188_value_trouble(const struct cjt188_decoded *frame, const struct cjt188_value *value, char *buffer, size_t size);

/* The digits as they were sent, high digit first: "00000007"; "" where a value has none. */
size_t cjt188_digits_text(const struct cjt188_decoded *frame, const struct cjt188_value *value, char *buffer, size_t size);

/* How many decimal places they have, and who says so: "3 decimal places: your Meters table"; "" where there is no number of
 * such digits. */
size_t cjt188_places_text(const struct cjt188_decoded *frame, const struct cjt188_value *value, char *buffer, size_t size);

/* A number in the field's unit, without it, every digit that is known, for machines: "0.007". Only of IS_NUMBER. */
size_t cjt188_plain_number(const struct cjt188_value *value, char *buffer, size_t size);

/* A clock (width 7) or a date (4) of any bytes in whatever order they were sent, as ISO 8601. False where they are none;
 * *order may be NULL. */
bool cjt188_read_time(const uint8_t *bytes, unsigned width, struct cjt188_time *time, enum cjt188_time_order *order);
size_t cjt188_time_text(const struct cjt188_time *time, unsigned width, char *buffer, size_t size);

/* How this frame's status word is read. Never NULL. */
const struct cjt188_status_layout *cjt188_status_layout(const struct cjt188_decoded *frame);

/* Is a valve known to be there, so that its two bits mean something: a reply of the valve, a maker's meter that has one? */
bool cjt188_has_valve(const struct cjt188_decoded *frame);

/* The faults that bits without a name of a status word would be if they stood in the other byte; "" where they would be none,
 * or where no meter is known that sends them so. */
size_t cjt188_other_byte_faults(const struct cjt188_decoded *frame, uint16_t nameless, char *buffer, size_t size);

/* The faults that the frame's status sets, comma between them; "" when there are none. */
size_t cjt188_fault_text(const struct cjt188_decoded *frame, char *buffer, size_t size);

/* The lengths that layouts of this identifier and direction have: "22, 46"; "" where there is none. */
size_t cjt188_known_lengths(const struct cjt188_decoded *frame, char *buffer, size_t size);

/* What the frame says in one sentence: "24263225: heating 0.007 kWh, 25.66/25.54 °C, flow sensor fault". */
size_t cjt188_sentence(const struct cjt188_decoded *frame, char *buffer, size_t size);

/* The same of a whole M-Bus or DL/T 645 frame, from its start byte on. */
size_t cjt188_neighbour_sentence(enum cjt188_kind kind, const uint8_t *bytes, unsigned length, char *buffer, size_t size);

#endif
