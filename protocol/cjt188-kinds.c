/* cjt188-kinds.c
 * The value kinds, a row each: how bytes become a value, how it is written, and what the sentence says of it.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "cjt188-tables.h"

#include "cjt188-bytes.h"

#include <string.h>

enum { BCD_MAX = 8, COEFFICIENT_ONE = 4096 };

static const uint8_t *
bytes_of(const struct cjt188_decoded *frame, const struct cjt188_value *value)
{
    return frame->bytes + value->at;
}

/* number × 10^exponent with one rounding, so that it equals the decimal literal that it prints as. */
static double
scale(uint64_t number, int exponent)
{
    static const double powers[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16 };
    const size_t size = (size_t)(exponent < 0 ? -exponent : exponent);

    if (size >= COUNT_OF(powers))
        return 0;
    return exponent < 0 ? (double)number / powers[size] : (double)number * powers[size];
}

/* ---- quantities: BCD digits, decimal places, unit ---- */

/* Where the parts of a quantity are. */
static void
find_parts(const struct cjt188_decoded *frame, struct cjt188_value *value)
{
    const struct cjt188_row *row = value->row;
    const bool first = row->unit == CJT188_UNIT_AS_FRAME && frame->unit_position == CJT188_UNIT_FIRST_BYTE;

    value->digits_width = (uint8_t)value->width;
    if (row->unit == CJT188_UNIT_NONE)
        return;
    if (row->unit >= 0) {
        value->unit = cjt188_unit((uint8_t)row->unit);
        return;
    }
    value->has_unit_byte = true;
    value->digits_width--;
    value->digits_at = first ? 1 : 0;
    value->unit_at = first ? 0 : value->digits_width;
    value->unit = cjt188_unit(bytes_of(frame, value)[value->unit_at]);
}

static const struct cjt188_quantity *
quantity_for(const struct cjt188_decoded *frame, const struct cjt188_quantity *quantity, const struct cjt188_unit *unit)
{
    static const struct cjt188_quantity cooling = { .name = "Cooling energy", .field = CJT188_F_ENERGY_COOLING,
                                                    .class = CJT188_ENERGY, .measurement = CJT188_COOLING,
                                                    .brief = "cooling", .is_brief_if_any = true };
    static const struct cjt188_quantity settlement = { .name = "Settlement-day energy", .class = CJT188_ENERGY,
                                                       .field = CJT188_F_ENERGY_SETTLEMENT };
    const struct cjt188_quantity *other;

    if (quantity->is_first_energy)
        return frame->dialect->first_is_cooling ? &cooling : &settlement;
    if (unit == NULL || unit->class > CJT188_VOLUME || unit->class == quantity->class)
        return quantity;
    other = quantity->other[unit->class];
    return other != NULL && (other->families == 0 || (other->families & frame->family) != 0) ? other : quantity;
}

static bool
is_unsettled(const struct cjt188_decoded *frame, const struct cjt188_value *value)
{
    return value->has_unit_byte && cjt188_all_are(bytes_of(frame, value), value->width, 0);
}

static bool
is_filler(const struct cjt188_decoded *frame, const struct cjt188_value *value)
{
    const uint8_t *digits = bytes_of(frame, value) + value->digits_at;
    const bool four = value->digits_width == 4 && value->has_unit_byte;
    const uint8_t first = digits[0];

    if (first != 0xFF && first != 0x99 && first != 0x33)
        return is_unsettled(frame, value);
    return (first == 0xFF || (four && (first == 0x99 || frame->dialect->filler_33))) &&
        cjt188_all_are(digits, value->digits_width, first);
}

/* The digits of a value, high digit first; FF in front of the first digit is padding where the maker sends it so. */
static void
copy_digits(const struct cjt188_decoded *frame, const struct cjt188_value *value, uint8_t digits[BCD_MAX])
{
    const uint8_t *bytes = bytes_of(frame, value) + value->digits_at;
    const unsigned width = value->digits_width;
    bool padding = frame->dialect->data_high_first;

    for (unsigned i = 0; i < width && i < BCD_MAX; i++) {
        digits[i] = bytes[frame->dialect->data_high_first ? i : width - 1 - i];
        padding = padding && digits[i] == 0xFF && i + 1 < width;
        if (padding)
            digits[i] = 0;
    }
}

/* Returns false where a digit is none. */
static bool
read_digits(const struct cjt188_decoded *frame, struct cjt188_value *value)
{
    uint8_t high_first[BCD_MAX], low_first[BCD_MAX];

    if (!frame->dialect->data_high_first)
        return cjt188_bcd_low_first(bytes_of(frame, value) + value->digits_at, value->digits_width, &value->digits);
    copy_digits(frame, value, high_first);
    for (unsigned i = 0; i < value->digits_width; i++)
        low_first[i] = high_first[value->digits_width - 1u - i];
    return cjt188_bcd_low_first(low_first, value->digits_width, &value->digits);
}

static bool
places_by_dialect(const struct cjt188_value *value)
{
    return value->row->places == CJT188_PLACES_DIALECT && value->quantity->class < CJT188_DIALECT_CLASSES;
}

static bool
is_of_its_kind(const struct cjt188_value *value)
{
    return !value->has_unit_byte || (value->unit != NULL && value->unit->class == value->quantity->class);
}

static void
set_places(const struct cjt188_decoded *frame, struct cjt188_value *value)
{
    value->places = places_by_dialect(value) ? frame->places[value->quantity->class] : value->row->places;
}

/* `digits` and `unit` are known. */
static inline void
make_number(const struct cjt188_decoded *frame, struct cjt188_value *value)
{
    const int own = value->unit != NULL ? value->unit->exponent : 0;
    const bool in_joules = value->unit != NULL && value->unit->in_joules;
    const double divisor = in_joules ? 3.6 : 1;

    set_places(frame, value);
    value->number = scale(value->digits, own - value->places) / divisor;
    value->decimals = (int8_t)(in_joules ? -1 : value->places > own ? value->places - own : 0);
    value->state = CJT188_IS_NUMBER;
}

void
cjt188_make_number(const struct cjt188_decoded *frame, struct cjt188_value *value)
{
    make_number(frame, value);
}

/* Of a kind that needs no frame. */
static const struct cjt188_raw *
raw_of(const struct cjt188_value *value)
{
    return cjt188_raw(value->row->kind);
}

/* A number whose point is anywhere: `digits` and `places` tell nothing of it. */
static bool
is_floating(const struct cjt188_value *value)
{
    return value->row->kind >= CJT188_K_FIRST_RAW && raw_of(value)->number != NULL && raw_of(value)->places < 0;
}

double
cjt188_step(const struct cjt188_value *value)
{
    const bool in_joules = value->unit != NULL && value->unit->in_joules;

    if (value->row->kind == CJT188_K_COEFFICIENT)
        return 1.0 / COEFFICIENT_ONE;
    if (is_floating(value))
        return (value->number < 0 ? -value->number : value->number) * scale(1, -raw_of(value)->digits);
    return scale(1, (value->unit != NULL ? value->unit->exponent : 0) - value->places) / (in_joules ? 3.6 : 1);
}

double
cjt188_gain(const struct cjt188_value *now, double before)
{
    const double whole = scale(1, 2 * now->digits_width) * cjt188_step(now), tenth = whole / 10;
    const bool is_anew = now->row->kind == CJT188_K_QUANTITY && now->number < tenth && before >= whole - tenth;

    return now->number - before + (is_anew ? whole : 0);
}

/* ---- numbers that no meter can have ---- */

/* Where a sign is looked for, by class: the least bytes of digits whose top byte 80 is beyond any meter (80 in two bytes of a
 * temperature is 80 °C), whether a top nibble F is one, and whether the rest must be zero, for a counter may be large. */
static const struct suspicion {
    uint8_t least_width;
    bool nibble_f, only_zero;
} suspicions[CJT188_CLASSES] = {
    [CJT188_ENERGY] = { .least_width = 4, .only_zero = true },
    [CJT188_VOLUME] = { .least_width = 4, .only_zero = true },
    [CJT188_POWER] = { .least_width = 4, .nibble_f = true },
    [CJT188_FLOW] = { .least_width = 4, .nibble_f = true },
    [CJT188_TEMPERATURE] = { .least_width = 3, .nibble_f = true },
};

enum { TEMPERATURE_MAX = 200 };

/* The digits without a sign that no document knows: 80 as the top byte, or F as its upper half. False where there is none. */
static bool
read_behind_sign(const struct cjt188_decoded *frame, const struct cjt188_value *value, uint64_t *digits)
{
    const uint8_t *bytes = bytes_of(frame, value) + value->digits_at;
    const unsigned top = value->digits_width - 1u;
    uint8_t plain[BCD_MAX];

    if (frame->dialect->data_high_first || top == 0 || top >= BCD_MAX || (bytes[top] != 0x80 && bytes[top] < 0xF0))
        return false;
    memcpy(plain, bytes, top);
    plain[top] = bytes[top] == 0x80 ? 0 : bytes[top] & 0x0F;
    return cjt188_bcd_low_first(plain, value->digits_width, digits);
}

/* Of energies only the first of 901F, where such a sign was seen; counters of other places wrap. */
static bool
has_odd_sign(const struct cjt188_decoded *frame, const struct cjt188_value *value)
{
    const struct suspicion *suspicion = &suspicions[value->quantity->class];
    const bool is_80 = bytes_of(frame, value)[value->digits_at + value->digits_width - 1] == 0x80;
    uint64_t behind;

    if (is_80 ? suspicion->least_width == 0 || value->digits_width < suspicion->least_width : !suspicion->nibble_f)
        return false;
    if (suspicion->only_zero && value->row->places != CJT188_PLACES_DIALECT)
        return false;
    if (value->quantity->class == CJT188_ENERGY && !value->row->quantity->is_first_energy)
        return false;
    return read_behind_sign(frame, value, &behind) && (!suspicion->only_zero || behind == 0);
}

static bool
is_too_hot(const struct cjt188_value *value)
{
    return value->quantity->class == CJT188_TEMPERATURE && value->number > TEMPERATURE_MAX;
}

/* Can a meter have it? Asked only where the top byte or the kind of the value gives reason to. */
static void
doubt(const struct cjt188_decoded *frame, struct cjt188_value *value)
{
    if (!(value->state == CJT188_IS_NUMBER && is_too_hot(value)) && !(is_of_its_kind(value) && has_odd_sign(frame, value)))
        return;
    set_places(frame, value);
    value->state = CJT188_IS_SUSPECT;
}

static void
decode_quantity(const struct cjt188_decoded *frame, struct cjt188_value *value)
{
    uint8_t top;

    find_parts(frame, value);
    value->quantity = quantity_for(frame, value->row->quantity, value->unit);
    value->field = value->quantity->field;
    top = bytes_of(frame, value)[value->digits_at + value->digits_width - 1];
    if (is_filler(frame, value)) {
        value->state = CJT188_IS_FILLER;
    } else if (!read_digits(frame, value)) {
        value->state = CJT188_BAD_DIGITS;
        doubt(frame, value);
    } else if (value->has_unit_byte && value->unit == NULL) {
        value->state = CJT188_UNKNOWN_UNIT;
    } else if (value->has_unit_byte && value->unit->class != value->quantity->class) {
        value->state = CJT188_FOREIGN_UNIT;
    } else {
        make_number(frame, value);
        if (top >= 0x80 || is_too_hot(value))
            doubt(frame, value);
    }
}

static void
write_number(const struct cjt188_decoded *frame, const struct cjt188_value *value, struct cjt188_text *text)
{
    (void)frame;
    cjt188_put_decimal(text, value->digits, -value->places);
    if (value->unit != NULL) {
        cjt188_put(text, " ");
        cjt188_put(text, value->unit->name);
    } else if (value->quantity->suffix != NULL) {
        cjt188_put(text, value->quantity->suffix);
    }
}

/* " (0.03800 kWh)": in the field's unit, where the meter sent another. */
static void
remark_quantity(const struct cjt188_decoded *frame, const struct cjt188_value *value, struct cjt188_text *text)
{
    const struct cjt188_unit *unit = value->unit;

    (void)frame;
    if (unit == NULL || (unit->exponent == 0 && !unit->in_joules))
        return;
    cjt188_put(text, " (");
    if (unit->in_joules)
        cjt188_put_watt_hours(text, value->digits, unit->exponent - value->places, 6);
    else
        cjt188_put_decimal(text, value->digits, unit->exponent - value->places);
    cjt188_put(text, " ");
    cjt188_put(text, cjt188_class_unit(unit->class));
    cjt188_put(text, ")");
}

/* What a minus would make of the digits, or why they are no temperature. */
static void
put_doubt(const struct cjt188_decoded *frame, const struct cjt188_value *value, struct cjt188_text *text)
{
    struct cjt188_value behind = *value;

    cjt188_put(text, " (no meter can have that: ");
    if (read_behind_sign(frame, value, &behind.digits)) {
        cjt188_put(text, "with a minus it would be -");
        write_number(frame, &behind, text);
    } else {
        cjt188_put(text, "above 200 °C");
    }
    cjt188_put(text, ")");
}

static void
tell_quantity(const struct cjt188_decoded *frame, const struct cjt188_value *value, struct cjt188_text *text)
{
    if (value->quantity->brief == NULL || (value->quantity->is_brief_if_any && value->digits == 0))
        return;
    cjt188_put_comma(text);
    cjt188_put(text, value->quantity->brief);
    cjt188_put(text, " ");
    write_number(frame, value, text);
    if (value->row->kind == CJT188_K_QUANTITY)
        remark_quantity(frame, value, text);
}

/* ---- binary numbers ---- */

static void
decode_u64(const struct cjt188_decoded *frame, struct cjt188_value *value)
{
    value->quantity = value->row->quantity;
    value->field = value->quantity->field;
    value->digits_width = (uint8_t)value->width;
    value->digits = cjt188_low_first(bytes_of(frame, value), value->width);
    if (cjt188_all_are(bytes_of(frame, value), value->width, 0xFF)) {
        value->state = CJT188_IS_FILLER;
        return;
    }
    value->places = value->decimals = value->row->places;
    value->number = scale(value->digits, -value->places);
    value->state = CJT188_IS_NUMBER;
}

static void
decode_coefficient(const struct cjt188_decoded *frame, struct cjt188_value *value)
{
    value->digits = cjt188_low_first(bytes_of(frame, value), value->width);
    value->number = (double)value->digits / COEFFICIENT_ONE;
    value->decimals = -1;
    value->state = CJT188_IS_NUMBER;
}

/* Four decimal places, half up. */
static void
write_coefficient(const struct cjt188_decoded *frame, const struct cjt188_value *value, struct cjt188_text *text)
{
    (void)frame;
    cjt188_put_decimal(text, (value->digits * 10000 + COEFFICIENT_ONE / 2) / COEFFICIENT_ONE, -4);
}

static void
remark_coefficient(const struct cjt188_decoded *frame, const struct cjt188_value *value, struct cjt188_text *text)
{
    (void)frame;
    cjt188_put(text, " (");
    cjt188_put_hex_number(text, value->digits, 4);
    cjt188_put(text, " / 4096)");
}

static void
decode_uint(const struct cjt188_decoded *frame, struct cjt188_value *value)
{
    value->digits = cjt188_low_first(bytes_of(frame, value), value->width);
    value->number = (double)value->digits;
    value->state = value->row->kind == CJT188_K_STATUS ? CJT188_IS_BITS : CJT188_IS_CODE;
}

static const char *
code_name(const struct cjt188_code *names, uint64_t code)
{
    for (; names->name != NULL; names++) {
        if (names->code == code)
            return names->name;
    }
    return NULL;
}

/* Hexadecimal digits of a field's type. */
static unsigned
hex_width(enum cjt188_field_type type)
{
    return type == CJT188_UINT8 ? 2 : type == CJT188_UINT16 ? 4 : type == CJT188_UINT24 ? 6 : 8;
}

/* As Wireshark writes such a field: "DN25 (0x0003)", "0x00000012", "7". */
static void
write_uint(const struct cjt188_decoded *frame, const struct cjt188_value *value, struct cjt188_text *text)
{
    const struct cjt188_field_info *info = cjt188_field_info(value->field);
    const char *name = info->names != NULL ? code_name(info->names, value->digits) : NULL;

    (void)frame;
    if (info->names != NULL) {
        cjt188_put(text, name != NULL ? name : "Unknown");
        cjt188_put(text, " (");
    }
    if (info->hexadecimal)
        cjt188_put_hex_number(text, value->digits, hex_width(info->type));
    else
        cjt188_put_number(text, value->digits, 1);
    if (info->names != NULL)
        cjt188_put(text, ")");
}

static void
remark_row(const struct cjt188_decoded *frame, const struct cjt188_value *value, struct cjt188_text *text)
{
    (void)frame;
    if (value->row->remark == NULL)
        return;
    cjt188_put(text, " (");
    cjt188_put(text, value->row->remark);
    cjt188_put(text, ")");
}

static void
put_brief(const struct cjt188_value *value, struct cjt188_text *text)
{
    cjt188_put_comma(text);
    cjt188_put(text, value->row->brief);
    if (value->row->brief[0] != '\0')
        cjt188_put(text, " ");
}

static void
tell_uint(const struct cjt188_decoded *frame, const struct cjt188_value *value, struct cjt188_text *text)
{
    const struct cjt188_code *names = cjt188_field_info(value->field)->names;
    const char *name = names != NULL ? code_name(names, value->digits) : NULL;

    (void)frame;
    if (value->row->brief == NULL)
        return;
    put_brief(value, text);
    if (names == NULL)
        cjt188_put_number(text, value->digits, 1);
    else
        cjt188_put(text, name != NULL ? name : value->field == CJT188_F_VALVE ? "unknown valve code" : "unknown nominal diameter");
}

/* ---- what needs no frame: numbers with a sign or a point, texts ---- */

/* In units of the quantity, or of the row's. The minus and where the point is are the kind's. */
static void
make_raw_number(const struct cjt188_decoded *frame, struct cjt188_value *value, double number)
{
    const struct cjt188_unit *unit = value->row->unit >= 0 ? cjt188_unit((uint8_t)value->row->unit) : NULL;
    const bool in_joules = unit != NULL && unit->in_joules;
    const int own = unit != NULL ? unit->exponent : 0;

    set_places(frame, value);
    value->unit = unit;
    value->state = CJT188_IS_NUMBER;
    if (is_floating(value)) {
        value->number = number * scale(1, own - value->places) / (in_joules ? 3.6 : 1);
        value->places = 0;
        value->decimals = -1;
        return;
    }
    value->places = (int8_t)(value->places + raw_of(value)->places);
    value->decimals = (int8_t)(in_joules ? -1 : value->places > own ? value->places - own : 0);
    value->number = scale(value->digits, own - value->places) / (in_joules ? 3.6 : 1);
    if (number < 0)
        value->number = -value->number;
}

/* The digits as they were sent, without the minus and the kind's point. */
static uint64_t
raw_digits(const struct cjt188_decoded *frame, const struct cjt188_value *value, double number)
{
    if (value->row->kind == CJT188_K_UNSIGNED_LOW)
        return cjt188_low_first(bytes_of(frame, value), value->width); /* a double has 2^53 of them alone */
    if (value->row->kind == CJT188_K_UNSIGNED_HIGH)
        return cjt188_high_first(bytes_of(frame, value), value->width);
    return (uint64_t)((number < 0 ? -number : number) * scale(1, raw_of(value)->places) + 0.5);
}

static void
decode_raw_number(const struct cjt188_decoded *frame, struct cjt188_value *value)
{
    double number;

    value->quantity = value->row->quantity;
    value->digits_width = (uint8_t)value->width;
    if (value->quantity != NULL)
        value->field = value->quantity->field;
    if (!raw_of(value)->number(bytes_of(frame, value), value->width, &number)) {
        value->state = CJT188_BAD_DIGITS;
        return;
    }
    if (!is_floating(value))
        value->digits = raw_digits(frame, value, number);
    if (value->quantity != NULL) {
        make_raw_number(frame, value, number);
        return;
    }
    value->number = number;
    value->state = CJT188_IS_CODE;
}

static void
decode_raw_text(const struct cjt188_decoded *frame, struct cjt188_value *value)
{
    char buffer[CJT188_TEXT_MAX];
    struct cjt188_text text = cjt188_text_start(buffer, sizeof buffer);

    raw_of(value)->text(bytes_of(frame, value), value->width, &text);
    value->state = text.length > 0 ? CJT188_IS_TEXT :
        value->row->kind == CJT188_K_NUMBER_TEXT ? CJT188_BAD_DIGITS : CJT188_BAD_TIME;
}

void
cjt188_put_amount(const struct cjt188_value *value, struct cjt188_text *text)
{
    if (is_floating(value)) {
        const double joules = value->unit != NULL && value->unit->in_joules ? 3.6 : 1;

        cjt188_put_real(text, value->number * joules * scale(1, value->unit != NULL ? -value->unit->exponent : 0),
                        raw_of(value)->digits);
        return;
    }
    if (value->number < 0)
        cjt188_put(text, "-");
    cjt188_put_decimal(text, value->digits, -value->places);
}

static void
write_raw_number(const struct cjt188_decoded *frame, const struct cjt188_value *value, struct cjt188_text *text)
{
    if (value->quantity == NULL) {
        write_uint(frame, value, text);
        return;
    }
    cjt188_put_amount(value, text);
    if (value->unit != NULL)
        cjt188_put(text, " ");
    cjt188_put(text, value->unit != NULL ? value->unit->name :
               value->quantity->suffix != NULL ? value->quantity->suffix : "");
}

static void
write_raw_text(const struct cjt188_decoded *frame, const struct cjt188_value *value, struct cjt188_text *text)
{
    raw_of(value)->text(bytes_of(frame, value), value->width, text);
}

static void
remark_binary(const struct cjt188_decoded *frame, const struct cjt188_value *value, struct cjt188_text *text)
{
    (void)frame;
    (void)value;
    cjt188_put(text, " (binary, low byte first)");
}

/* " (float32, low byte first)", " (Wednesday)". */
static void
remark_raw(const struct cjt188_decoded *frame, const struct cjt188_value *value, struct cjt188_text *text)
{
    const char *remark = cjt188_raw_remark(value->row->kind, value->number);

    (void)frame;
    cjt188_put(text, remark);
    if (remark[0] != '\0')
        return;
    cjt188_put(text, " (");
    cjt188_put(text, raw_of(value)->name);
    cjt188_put(text, ")");
}

static void
tell_raw_number(const struct cjt188_decoded *frame, const struct cjt188_value *value, struct cjt188_text *text)
{
    if (value->quantity == NULL) {
        tell_uint(frame, value, text);
        return;
    }
    if (value->quantity->brief == NULL)
        return;
    cjt188_put_comma(text);
    cjt188_put(text, value->quantity->brief);
    cjt188_put(text, " ");
    write_raw_number(frame, value, text);
}

/* ---- dates and clocks ---- */

/* Days of a month; 0 where there is no such month. */
static unsigned
days_of_month(unsigned year, unsigned month)
{
    static const uint8_t days[] = { 0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    const bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month >= COUNT_OF(days) ? 0 : days[month] + (month == 2 && is_leap ? 1u : 0u);
}

static bool
is_possible(const struct cjt188_time *time)
{
    const uint8_t *p = time->part;

    return p[6] >= 19 && p[6] <= 21 && p[2] <= 23 && p[1] <= 59 && p[0] <= 59 && p[3] >= 1 &&
        p[3] <= days_of_month(p[6] * 100u + p[5], p[4]);
}

/* The parts in one order; false where a byte is not decimal. */
static bool
read_parts(const uint8_t *bytes, unsigned width, enum cjt188_time_order order, struct cjt188_time *time)
{
    static const uint8_t orders[][7] = {
        [CJT188_TIME_LOW_FIRST] = { 0, 1, 2, 3, 4, 5, 6 },
        [CJT188_TIME_HIGH_FIRST] = { 6, 5, 4, 3, 2, 1, 0 },
        [CJT188_TIME_YEAR_SPLIT] = { 0, 1, 2, 3, 4, 6, 5 },
    };
    const unsigned skip = 7 - width; /* a date has no time of day */

    memset(time, 0, sizeof *time);
    for (unsigned i = skip; i < 7; i++) {
        const unsigned from = orders[order][i];
        const uint8_t byte = bytes[order == CJT188_TIME_HIGH_FIRST ? from : from - skip];

        if (!cjt188_is_bcd(byte))
            return false;
        time->part[i] = (uint8_t)cjt188_bcd_byte(byte);
    }
    return true;
}

static bool
read_in_order(const uint8_t *bytes, unsigned width, enum cjt188_time_order order, struct cjt188_time *time)
{
    return read_parts(bytes, width, order, time) && is_possible(time);
}

bool
cjt188_read_time(const uint8_t *bytes, unsigned width, struct cjt188_time *time, enum cjt188_time_order *order)
{
    for (unsigned i = CJT188_TIME_LOW_FIRST; i < CJT188_NO_TIME; i++) {
        if (!read_in_order(bytes, width, (enum cjt188_time_order)i, time))
            continue;
        if (order != NULL)
            *order = (enum cjt188_time_order)i;
        return true;
    }
    return false;
}

/* Where a maker sends all numbers high byte first, what fits both ways is meant so. */
static bool
read_makers_time(const struct cjt188_decoded *frame, struct cjt188_value *value)
{
    const uint8_t *bytes = bytes_of(frame, value);

    value->order = CJT188_TIME_HIGH_FIRST;
    return (frame->dialect->data_high_first && read_in_order(bytes, value->width, CJT188_TIME_HIGH_FIRST, &value->time)) ||
        cjt188_read_time(bytes, value->width, &value->time, &value->order);
}

static void
decode_time(const struct cjt188_decoded *frame, struct cjt188_value *value)
{
    const uint8_t *bytes = bytes_of(frame, value);
    const bool is_clock = value->width == 7;

    if (cjt188_all_are(bytes, value->width, 0xFF) || (is_clock && cjt188_all_are(bytes, value->width, 0x99)) ||
        (is_clock && frame->dialect->filler_33 && cjt188_all_are(bytes, value->width, 0x33)))
        value->state = CJT188_IS_FILLER;
    else if (read_makers_time(frame, value))
        value->state = CJT188_IS_TIME;
    else
        value->state = CJT188_BAD_TIME;
}

static void
write_time(const struct cjt188_decoded *frame, const struct cjt188_value *value, struct cjt188_text *text)
{
    char buffer[CJT188_TEXT_MAX];

    (void)frame;
    cjt188_time_text(&value->time, value->width, buffer, sizeof buffer);
    cjt188_put(text, buffer);
}

size_t
cjt188_time_text(const struct cjt188_time *time, unsigned width, char *buffer, size_t size)
{
    static const struct {
        uint8_t part;
        const char *before;
    } parts[] = { { 6, "" }, { 5, "" }, { 4, "-" }, { 3, "-" }, { 2, " " }, { 1, ":" }, { 0, ":" } };
    struct cjt188_text text = cjt188_text_start(buffer, size);

    for (size_t i = 0; i < COUNT_OF(parts) && i < width; i++) {
        cjt188_put(&text, parts[i].before);
        cjt188_put_number(&text, time->part[parts[i].part], 2);
    }
    return text.length;
}

static void
remark_time(const struct cjt188_decoded *frame, const struct cjt188_value *value, struct cjt188_text *text)
{
    static const char *const remarks[] = {
        [CJT188_TIME_LOW_FIRST] = "",
        [CJT188_TIME_HIGH_FIRST] = " (sent high byte first)",
        [CJT188_TIME_YEAR_SPLIT] = " (year sent high byte first)",
    };

    (void)frame;
    cjt188_put(text, remarks[value->order]);
}

/* Also of all else that is told as it is written, behind the row's own word. */
static void
tell_text(const struct cjt188_decoded *frame, const struct cjt188_value *value, struct cjt188_text *text)
{
    char buffer[CJT188_TEXT_MAX];

    if (value->row->brief == NULL)
        return;
    put_brief(value, text);
    cjt188_value_text(frame, value, buffer, sizeof buffer);
    cjt188_put(text, buffer);
}

static void
decode_month(const struct cjt188_decoded *frame, struct cjt188_value *value)
{
    const uint8_t *bytes = bytes_of(frame, value);
    const int month = value->width > 0 ? cjt188_bcd_byte(bytes[0]) : 1;
    const int year = value->width > 0 ? cjt188_bcd_byte(bytes[1]) : 0;

    value->state = month < 1 || month > 12 || year < 0 ? CJT188_BAD_TIME : CJT188_IS_TEXT;
    if (value->state != CJT188_IS_TEXT)
        return;
    value->time.part[4] = (uint8_t)month;
    value->time.part[5] = (uint8_t)year;
    value->time.part[6] = 20;
}

/* "2024-06", or "N-1" where the identifier tells. */
static void
write_month(const struct cjt188_decoded *frame, const struct cjt188_value *value, struct cjt188_text *text)
{
    if (value->width == 0) {
        cjt188_put(text, "N-");
        cjt188_put_number(text, (frame->di & 0xFFu) - 0x1F, 1);
        return;
    }
    cjt188_put(text, "20");
    cjt188_put_number(text, value->time.part[5], 2);
    cjt188_put(text, "-");
    cjt188_put_number(text, value->time.part[4], 2);
}

static void
remark_month(const struct cjt188_decoded *frame, const struct cjt188_value *value, struct cjt188_text *text)
{
    (void)frame;
    if (value->width == 0)
        cjt188_put(text, ", N being the meter's present month");
}

static void
decode_day(const struct cjt188_decoded *frame, struct cjt188_value *value)
{
    const int day = cjt188_bcd_byte(bytes_of(frame, value)[0]);

    value->state = day < 0 || day > 31 ? CJT188_BAD_TIME : CJT188_IS_CODE;
    value->digits = value->state == CJT188_IS_CODE ? (uint64_t)day : 0;
    value->number = (double)value->digits;
}

/* ---- status ---- */

static void
decode_status(const struct cjt188_decoded *frame, struct cjt188_value *value)
{
    if (!cjt188_status_layout(frame)->opaque) {
        decode_uint(frame, value);
        return;
    }
    value->state = CJT188_IS_UNDOCUMENTED;
    value->field = CJT188_F_UNDOCUMENTED;
    value->name = "Status, the maker's own and not documented in this mode";
}

static void
tell_status(const struct cjt188_decoded *frame, const struct cjt188_value *value, struct cjt188_text *text)
{
    const char *name;

    if (!cjt188_status_layout(frame)->has_valve || frame->di != 0xA017)
        return;
    name = code_name(cjt188_field_info(CJT188_F_STATUS_VALVE)->names, value->digits & 3);
    cjt188_put_comma(text);
    cjt188_put(text, "valve ");
    cjt188_put(text, name != NULL ? name : "unknown");
}

static void
put_faults(const struct cjt188_status_bit *bit, uint16_t word, struct cjt188_text *text)
{
    for (; word != 0 && bit != NULL && bit->mask != 0; bit++) {
        if (!bit->is_fault || (word & bit->mask) == 0)
            continue;
        cjt188_put_comma(text);
        cjt188_put(text, bit->name);
    }
}

size_t
cjt188_other_byte_faults(const struct cjt188_decoded *frame, uint16_t nameless, char *buffer, size_t size)
{
    const struct cjt188_status_layout *layout = cjt188_status_layout(frame);
    struct cjt188_text text = cjt188_text_start(buffer, size);

    if (layout->other_byte)
        put_faults(layout->bits, (uint16_t)(nameless << 8 | nameless >> 8), &text);
    return text.length;
}

size_t
cjt188_fault_text(const struct cjt188_decoded *frame, char *buffer, size_t size)
{
    struct cjt188_text text = cjt188_text_start(buffer, size);
    uint16_t word = 0;

    for (unsigned i = 0; i < frame->value_count; i++) {
        if (frame->values[i].state == CJT188_IS_BITS)
            word = (uint16_t)frame->values[i].digits;
    }
    put_faults(cjt188_status_layout(frame)->bits, word, &text);
    return text.length;
}

/* ---- numbers of meters, bytes, frames in transit ---- */

static void
decode_number(const struct cjt188_decoded *frame, struct cjt188_value *value)
{
    value->digits_width = (uint8_t)value->width;
    value->state = read_digits(frame, value) ? CJT188_IS_TEXT : CJT188_BAD_DIGITS;
}

static void
write_digits(const struct cjt188_decoded *frame, const struct cjt188_value *value, struct cjt188_text *text)
{
    uint8_t digits[BCD_MAX];

    copy_digits(frame, value, digits);
    cjt188_put_hex(text, digits, value->digits_width, NULL);
}

static void
remark_number(const struct cjt188_decoded *frame, const struct cjt188_value *value, struct cjt188_text *text)
{
    (void)frame;
    if (value->state == CJT188_IS_TEXT && value->digits == 0)
        cjt188_put(text, " (not set)");
}

static void
decode_text(const struct cjt188_decoded *frame, struct cjt188_value *value)
{
    (void)frame;
    value->state = CJT188_IS_TEXT;
}

static void
write_address(const struct cjt188_decoded *frame, const struct cjt188_value *value, struct cjt188_text *text)
{
    cjt188_put_hex_reversed(text, bytes_of(frame, value), value->width);
}

static void
decode_bytes(const struct cjt188_decoded *frame, struct cjt188_value *value)
{
    (void)frame;
    value->state = value->field == CJT188_F_UNDOCUMENTED ? CJT188_IS_UNDOCUMENTED : CJT188_IS_BYTES;
}

static void
write_bytes(const struct cjt188_decoded *frame, const struct cjt188_value *value, struct cjt188_text *text)
{
    cjt188_put_bytes(text, bytes_of(frame, value), value->width);
}

static void
decode_tunnel(const struct cjt188_decoded *frame, struct cjt188_value *value)
{
    const struct cjt188_piece piece = cjt188_next_piece(bytes_of(frame, value), value->width, true, NULL);

    value->state = piece.kind == CJT188_MBUS ? CJT188_IS_BYTES : CJT188_IS_UNDOCUMENTED;
    if (piece.kind == CJT188_MBUS) { /* the frame itself: a preamble may stand before it, other bytes behind it */
        value->digits_at = (uint8_t)piece.preamble;
        value->digits_width = (uint8_t)(piece.length - piece.preamble);
        return;
    }
    value->field = CJT188_F_UNDOCUMENTED;
    value->name = "Frame in transit, not recognised";
}

static void
tell_tunnel(const struct cjt188_decoded *frame, const struct cjt188_value *value, struct cjt188_text *text)
{
    char buffer[CJT188_TEXT_MAX];

    if (value->state != CJT188_IS_BYTES)
        return;
    cjt188_neighbour_sentence(CJT188_MBUS, bytes_of(frame, value) + value->digits_at, value->digits_width, buffer,
                              sizeof buffer);
    cjt188_put_comma(text);
    cjt188_put(text, buffer);
}

/* ---- the kinds ---- */

enum { WHOLE = 15, SINGLE = 7 }; /* decimal digits of a double and of a float */

/* What needs no frame: name and key in the user's table, least and most bytes, then of numbers their digits, decimal places
 * (-1: any) and how they are read, of texts how they are written. */
#define NO_RAW { .name = NULL }
#define RAW(...) { __VA_ARGS__ }
#define RAW_NUMBER(name, key, least, most, digits, places, read) \
    decode_raw_number, write_raw_number, remark_raw, tell_raw_number, RAW(name, key, least, most, digits, places, read, NULL)
#define RAW_TEXT(name, key, least, most, write) \
    decode_raw_text, write_raw_text, NULL, tell_text, RAW(name, key, least, most, 0, 0, NULL, write)

typedef void write_function(const struct cjt188_decoded *frame, const struct cjt188_value *value, struct cjt188_text *text);

static const struct {
    void (*decode)(const struct cjt188_decoded *frame, struct cjt188_value *value);
    write_function *write;  /* where there is a number, a time, a code or text */
    write_function *remark; /* what follows it; NULL: nothing */
    write_function *tell;   /* in the sentence; NULL: nothing */
    struct cjt188_raw raw;  /* of kinds from FIRST_RAW on: bytes without a frame */
} kinds[CJT188_K_KINDS] = {
    [CJT188_K_QUANTITY] = { decode_quantity, write_number, remark_quantity, tell_quantity, NO_RAW },
    [CJT188_K_U64] = { decode_u64, write_raw_number, NULL, tell_raw_number, NO_RAW },
    [CJT188_K_UINT] = { decode_uint, write_uint, remark_row, tell_uint, NO_RAW },
    [CJT188_K_MONTH] = { decode_month, write_month, remark_month, tell_text, NO_RAW },
    [CJT188_K_DAY] = { decode_day, write_uint, NULL, tell_text, NO_RAW },
    [CJT188_K_STATUS] = { decode_status, write_uint, NULL, tell_status, NO_RAW },
    [CJT188_K_STATUS_CODE] = { decode_uint, write_uint, NULL, NULL, NO_RAW },
    [CJT188_K_NUMBER] = { decode_number, write_digits, remark_number, NULL, NO_RAW },
    [CJT188_K_ADDRESS] = { decode_text, write_address, NULL, tell_text, NO_RAW },
    [CJT188_K_TUNNEL] = { decode_tunnel, write_bytes, NULL, tell_tunnel, NO_RAW },

    [CJT188_K_BCD] = { RAW_NUMBER("BCD", "bcd", 1, 8, WHOLE, 0, cjt188_raw_read_bcd) },
    [CJT188_K_UNSIGNED_LOW] = { decode_raw_number, write_raw_number, remark_binary, tell_raw_number,
                                RAW("unsigned, low byte first", "ule", 1, 8, WHOLE, 0, cjt188_raw_read_low, NULL) },
    [CJT188_K_UNSIGNED_HIGH] = { RAW_NUMBER("unsigned, high byte first", "ube", 1, 8, WHOLE, 0, cjt188_raw_read_high) },
    [CJT188_K_SIGNED_LOW] = { RAW_NUMBER("signed, low byte first", "sle", 1, 8, WHOLE, 0, cjt188_raw_read_signed_low) },
    [CJT188_K_SIGNED_HIGH] = { RAW_NUMBER("signed, high byte first", "sbe", 1, 8, WHOLE, 0, cjt188_raw_read_signed_high) },
    [CJT188_K_BITS] = { RAW_NUMBER("bits", "bit", 1, 4, WHOLE, 0, cjt188_raw_read_low) },
    [CJT188_K_COEFFICIENT] = { decode_coefficient, write_coefficient, remark_coefficient, NULL,
                               RAW("value/4096", "fix", 2, 2, WHOLE, -1, cjt188_raw_read_4096, NULL) },
    [CJT188_K_DATE] = { decode_time, write_time, remark_time, tell_text,
                        RAW("date", "day", 4, 4, 0, 0, NULL, cjt188_raw_write_time) },
    [CJT188_K_CLOCK] = { decode_time, write_time, remark_time, tell_text,
                         RAW("clock", "clk", 7, 7, 0, 0, NULL, cjt188_raw_write_time) },
    [CJT188_K_TEXT] = { RAW_TEXT("text", "txt", 1, 64, cjt188_raw_write_printable) },
    [CJT188_K_BYTES] = { decode_bytes, write_bytes, NULL, NULL, RAW("bytes", "raw", 1, 252, 0, 0, NULL, NULL) },
    [CJT188_K_BCD_TOP_BIT] = { RAW_NUMBER("BCD, top bit is minus", "bcs", 1, 8, WHOLE, 0, cjt188_raw_read_bcd_top_bit) },
    [CJT188_K_BCD_TOP_F] = { RAW_NUMBER("BCD, top F is minus", "bcf", 1, 8, WHOLE, 0, cjt188_raw_read_bcd_top_f) },
    [CJT188_K_BCD_HIGH] = { RAW_NUMBER("BCD, high byte first", "bch", 1, 8, WHOLE, 0, cjt188_raw_read_bcd_high) },
    [CJT188_K_TENTHS] = { RAW_NUMBER("value/10", "d1_", 1, 4, WHOLE, 1, cjt188_raw_read_tenths) },
    [CJT188_K_HUNDREDTHS] = { RAW_NUMBER("value/100", "d2_", 1, 4, WHOLE, 2, cjt188_raw_read_hundredths) },
    [CJT188_K_THOUSANDTHS] = { RAW_NUMBER("value/1000", "d3_", 1, 4, WHOLE, 3, cjt188_raw_read_thousandths) },
    [CJT188_K_FLOAT32_LOW] = { RAW_NUMBER("float32, low byte first", "fle", 4, 4, SINGLE, -1, cjt188_raw_read_float32_low) },
    [CJT188_K_FLOAT32_HIGH] = { RAW_NUMBER("float32, high byte first",
                                             "fbe", 4, 4, SINGLE, -1, cjt188_raw_read_float32_high) },
    [CJT188_K_FLOAT64_LOW] = { RAW_NUMBER("float64, low byte first", "dle", 8, 8, WHOLE, -1, cjt188_raw_read_float64_low) },
    [CJT188_K_FLOAT64_HIGH] = { RAW_NUMBER("float64, high byte first",
                                             "dbe", 8, 8, WHOLE, -1, cjt188_raw_read_float64_high) },
    [CJT188_K_UNIX_LOW] = { RAW_TEXT("Unix time, low byte first", "xle", 4, 4, cjt188_raw_write_unix_low) },
    [CJT188_K_UNIX_HIGH] = { RAW_TEXT("Unix time, high byte first", "xbe", 4, 4, cjt188_raw_write_unix_high) },
    [CJT188_K_HOUR_MINUTE_LOW] = { RAW_TEXT("hh:mm", "hml", 2, 2, cjt188_raw_write_hour_minute_low) },
    [CJT188_K_HOUR_MINUTE_HIGH] = { RAW_TEXT("hh:mm, high byte first", "hmb", 2, 2, cjt188_raw_write_hour_minute_high) },
    [CJT188_K_WEEKDAY] = { RAW_NUMBER("day of week", "dow", 1, 1, WHOLE, 0, cjt188_raw_read_weekday) },
    [CJT188_K_NUMBER_LOW] = { RAW_TEXT("meter number, low byte first", "nle", 4, 5, cjt188_raw_write_number_low) },
    [CJT188_K_NUMBER_HIGH] = { RAW_TEXT("meter number, high byte first", "nbe", 4, 5, cjt188_raw_write_number_high) },
    [CJT188_K_NUMBER_TEXT] = { RAW_TEXT("meter number, text", "ntx", 8, 14, cjt188_raw_write_number_text) },
};

const struct cjt188_raw *
cjt188_raw(enum cjt188_value_kind kind)
{
    return &kinds[kind >= CJT188_K_FIRST_RAW && kind < CJT188_K_KINDS ? kind : CJT188_K_BYTES].raw;
}

enum cjt188_value_kind
cjt188_raw_named(const char *name)
{
    enum cjt188_value_kind kind = CJT188_K_FIRST_RAW;

    while (kind < CJT188_K_KINDS && strcmp(kinds[kind].raw.name, name) != 0)
        kind++;
    return kind;
}

void
cjt188_decode_value(const struct cjt188_decoded *frame, struct cjt188_value *value)
{
    const struct cjt188_row *row = value->row;

    value->field = row->field;
    kinds[row->kind].decode(frame, value);
    if (row->name != NULL && value->name == NULL)
        value->name = row->name;
    else if (value->name == NULL)
        value->name = value->quantity != NULL ? value->quantity->name : cjt188_field_info(value->field)->name;
}

static bool
is_readable(const struct cjt188_value *value)
{
    return value->state < CJT188_IS_FILLER;
}

/* What nobody has documented may be text. */
static void
tell_readable(const struct cjt188_decoded *frame, const struct cjt188_value *value, struct cjt188_text *text)
{
    char readable[CJT188_TEXT_MAX];
    struct cjt188_text behind = cjt188_text_start(readable, sizeof readable);

    cjt188_put_readable(&behind, bytes_of(frame, value), value->width, true);
    if (behind.length == 0)
        return;
    cjt188_put_comma(text);
    cjt188_put(text, readable + 1);
}

void
cjt188_tell_value(const struct cjt188_decoded *frame, const struct cjt188_value *value, struct cjt188_text *text)
{
    if (value->state == CJT188_IS_UNDOCUMENTED)
        tell_readable(frame, value, text);
    else if (value->row != NULL && is_readable(value) && kinds[value->row->kind].tell != NULL)
        kinds[value->row->kind].tell(frame, value, text);
}

size_t
cjt188_value_text(const struct cjt188_decoded *frame, const struct cjt188_value *value, char *buffer, size_t size)
{
    struct cjt188_text text = cjt188_text_start(buffer, size);

    if (value->row != NULL && (is_readable(value) || value->row->kind == CJT188_K_NUMBER) &&
        value->state != CJT188_IS_UNDOCUMENTED)
        kinds[value->row->kind].write(frame, value, &text);
    else
        write_bytes(frame, value, &text);
    return text.length;
}

size_t
cjt188_value_remark(const struct cjt188_decoded *frame, const struct cjt188_value *value, char *buffer, size_t size)
{
    struct cjt188_text text = cjt188_text_start(buffer, size);

    if (value->state == CJT188_IS_UNDOCUMENTED || value->state == CJT188_IS_CUT_OFF)
        cjt188_put_readable(&text, bytes_of(frame, value), value->width, false);
    else if (value->row != NULL && is_readable(value) && kinds[value->row->kind].remark != NULL)
        kinds[value->row->kind].remark(frame, value, &text);
    return text.length;
}

size_t
cjt188_full_name(const struct cjt188_value *value, char *buffer, size_t size)
{
    struct cjt188_text text = cjt188_text_start(buffer, size);

    cjt188_put(&text, value->name);
    if (value->row != NULL && value->row->remark != NULL) {
        cjt188_put(&text, ", ");
        cjt188_put(&text, value->row->remark);
    }
    return text.length;
}

/* ---- what is said where there is no number ---- */

size_t
cjt188_digits_text(const struct cjt188_decoded *frame, const struct cjt188_value *value, char *buffer, size_t size)
{
    struct cjt188_text text = cjt188_text_start(buffer, size);
    const enum cjt188_value_kind kind = value->row != NULL ? value->row->kind : CJT188_K_END;

    if (value->state == CJT188_BAD_TIME || (value->state == CJT188_BAD_DIGITS && kind >= CJT188_K_FIRST_RAW))
        cjt188_put_hex(&text, bytes_of(frame, value), value->width, NULL);
    else if (kind == CJT188_K_U64)
        cjt188_put_number(&text, value->digits, 1);
    else if (kind == CJT188_K_QUANTITY || kind == CJT188_K_NUMBER)
        write_digits(frame, value, &text);
    return text.length;
}

static void
put_no_number(const struct cjt188_decoded *frame, const struct cjt188_value *value, struct cjt188_text *text)
{
    char digits[2 * BCD_MAX + 1];

    cjt188_digits_text(frame, value, digits, sizeof digits);
    cjt188_put(text, "digits ");
    cjt188_put(text, digits);
    if (value->unit != NULL) {
        cjt188_put(text, ", unit ");
        cjt188_put(text, value->unit->name);
    }
    cjt188_put(text, ", no number");
}

size_t
cjt188_value_trouble(const struct cjt188_decoded *frame, const struct cjt188_value *value, char *buffer, size_t size)
{
    struct cjt188_text text = cjt188_text_start(buffer, size);

    if (value->row != NULL && value->row->kind == CJT188_K_NUMBER) /* its digits are shown all the same */
        return 0;
    switch (value->state) {
    case CJT188_IS_FILLER:
        cjt188_put(&text, is_unsettled(frame, value) ? "not supported or not yet settled" : "not supported");
        break;
    case CJT188_BAD_TIME:
        cjt188_put(&text, "digits ");
        cjt188_put_hex(&text, bytes_of(frame, value), value->width, NULL);
        cjt188_put(&text, " as sent, ");
        cjt188_put(&text, cjt188_all_are(bytes_of(frame, value), value->width, 0) ? "not set" : "no possible time");
        break;
    case CJT188_BAD_DIGITS:
    case CJT188_UNKNOWN_UNIT:
    case CJT188_FOREIGN_UNIT:
        put_no_number(frame, value, &text);
        break;
    case CJT188_IS_SUSPECT:
        put_no_number(frame, value, &text);
        put_doubt(frame, value, &text);
        break;
    default:
        break;
    }
    return text.length;
}

/* ---- decimal places ---- */

/* Who says how many there are. */
static void
put_places_source(const struct cjt188_decoded *frame, const struct cjt188_value *value, struct cjt188_text *text)
{
    const struct cjt188_dialect *standard = cjt188_dialect(CJT188_STANDARD);
    const enum cjt188_class class = value->quantity->class;

    if (!places_by_dialect(value)) {
        cjt188_put(text, value->row->source != NULL ? value->row->source : standard->name);
        return;
    }
    if (frame->places_by_user[class] || frame->dialect == standard) {
        cjt188_put(text, frame->places_by_user[class] ? "your Meters table" : standard->name);
        return;
    }
    cjt188_put(text, "dialect \"");
    cjt188_put(text, frame->dialect->name);
    cjt188_put(text, "\"");
    if (frame->dialect->remark[class] != NULL) {
        cjt188_put(text, ", ");
        cjt188_put(text, frame->dialect->remark[class]);
    }
    if (value->places == standard->places[class]) {
        cjt188_put(text, ", as in CJ/T 188");
        return;
    }
    cjt188_put(text, "; CJ/T 188 says ");
    cjt188_put_number(text, (uint64_t)standard->places[class], 1);
}

size_t
cjt188_places_text(const struct cjt188_decoded *frame, const struct cjt188_value *value, char *buffer, size_t size)
{
    struct cjt188_text text = cjt188_text_start(buffer, size);

    if (value->state != CJT188_IS_NUMBER || (value->row->kind != CJT188_K_QUANTITY && value->row->kind != CJT188_K_U64))
        return 0;
    cjt188_put_number(&text, (uint64_t)value->places, 1);
    cjt188_put(&text, value->places == 1 ? " decimal place" : " decimal places");
    cjt188_put(&text, value->row->kind == CJT188_K_U64 ? ", binary, low byte first: " : ": ");
    put_places_source(frame, value, &text);
    return text.length;
}

size_t
cjt188_plain_number(const struct cjt188_value *value, char *buffer, size_t size)
{
    enum { SIGNIFICANT = 15 }; /* of a double */
    struct cjt188_text text = cjt188_text_start(buffer, size);
    const int own = value->unit != NULL ? value->unit->exponent : 0;

    if (value->number < 0 && !is_floating(value))
        cjt188_put(&text, "-");
    if (value->row->kind == CJT188_K_COEFFICIENT)
        cjt188_put_decimal(&text, value->digits * UINT64_C(244140625), -12); /* 1 / 4096 is 244140625e-12 */
    else if (is_floating(value))
        cjt188_put_real(&text, value->number, raw_of(value)->digits);
    else if (value->unit != NULL && value->unit->in_joules)
        cjt188_put_watt_hours(&text, value->digits, own - value->places, SIGNIFICANT);
    else
        cjt188_put_decimal(&text, value->digits, own - value->places);
    return text.length;
}
