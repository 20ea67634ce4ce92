/* kinds.c
 * The value kinds: how bytes become a value, one function a kind.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A kind reads frame->bytes, from which +33H has been taken off, and puts its items on the packet's own bytes. Every
 * byte of its row ends up in a named field.
 */
#include "cjt188.h"

#include "fields.h"

enum { BCD_MAX = 8 };

/* ---- small helpers ---- */

static const char *
row_name(const struct layout_row *row, int field)
{
    if (row->name != NULL)
        return row->name;
    return row->quantity != NULL ? row->quantity->name : proto_registrar_get_name(field);
}

static bool
all_are(const struct cjt188_frame *frame, unsigned at, unsigned width, uint8_t value)
{
    for (unsigned i = 0; i < width; i++) {
        if (frame->bytes[at + i] != value)
            return false;
    }
    return true;
}

/* "00 FF 2C", no more than fits on a line. */
static const char *
hex_text(const struct cjt188_frame *frame, unsigned at, unsigned width)
{
    enum { SHOWN = 32 };
    wmem_strbuf_t *text = wmem_strbuf_new(frame->pinfo->pool, NULL);

    for (unsigned i = 0; i < width && i < SHOWN; i++)
        wmem_strbuf_append_printf(text, "%s%02X", i > 0 ? " " : "", frame->bytes[at + i]);
    if (width > SHOWN)
        wmem_strbuf_append(text, " …");
    return wmem_strbuf_get_str(text);
}

static void
add_run(const struct cjt188_frame *frame, proto_tree *tree, int field, unsigned at, unsigned width, const char *name)
{
    proto_tree_add_bytes_format(tree, field, frame->tvb, frame->offset + at, width, frame->bytes + at, "%s: %s",
                                name != NULL ? name : proto_registrar_get_name(field), hex_text(frame, at, width));
}

/* How many bytes from `at` on are alike in being named by the user or not. */
static unsigned
same_cover(const struct cjt188_frame *frame, unsigned at, unsigned width, bool *covered)
{
    unsigned run = 1;

    *covered = frame->user_covered != NULL && frame->user_covered[at - frame->data];
    while (run < width && *covered == (frame->user_covered != NULL && frame->user_covered[at + run - frame->data]))
        run++;
    return run;
}

void
cjt188_add_bytes(const struct cjt188_frame *frame, proto_tree *tree, int field, unsigned at, unsigned width,
                 const char *name)
{
    if (field == hf_cjt188_undocumented && frame->user_covered != NULL && at >= frame->data) {
        while (width > 0) {
            bool covered;
            const unsigned run = same_cover(frame, at, width, &covered);

            if (!covered)
                add_run(frame, tree, field, at, run, name);
            at += run;
            width -= run;
        }
    }
    if (width > 0)
        add_run(frame, tree, field, at, width, name);
}


static void
summarize(struct cjt188_frame *frame, const char *text)
{
    if (frame->summaries < SUMMARY_MAX)
        frame->summary[frame->summaries++] = text;
}

/* Decimal digits as they read, high digit first. */
struct bcd {
    char text[2 * BCD_MAX + 1];
    uint64_t value;
    bool is_decimal;
};

static struct bcd
read_bcd(const struct cjt188_frame *frame, unsigned at, unsigned width)
{
    const bool high_first = frame->dialect != NULL && frame->dialect->data_high_first;
    struct bcd bcd = { "", 0, true };
    bool padding = high_first; /* FF in front of the first digit */

    for (unsigned i = 0; i < width && i < BCD_MAX; i++) {
        uint8_t byte = frame->bytes[high_first ? at + i : at + width - 1 - i];

        padding = padding && byte == 0xFF && i + 1 < width;
        if (padding)
            byte = 0;
        if ((byte >> 4) > 9 || (byte & 0x0F) > 9)
            bcd.is_decimal = false;
        bcd.value = bcd.value * 100 + (uint64_t)(byte >> 4) * 10 + (byte & 0x0F);
        snprintf(bcd.text + 2 * i, 3, "%02X", byte);
    }
    return bcd;
}

/* value × 10^exponent with one rounding, so that the number equals the decimal literal that it prints as. */
static double
scale(uint64_t value, int exponent)
{
    static const double powers[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13,
                                     1e14, 1e15, 1e16 };
    const unsigned size = (unsigned)(exponent < 0 ? -exponent : exponent);

    if (size >= array_length(powers))
        return 0;
    return exponent < 0 ? (double)value / powers[size] : (double)value * powers[size];
}

/* ---- quantities: BCD digits, decimal places, unit ---- */

/* Where the parts of a quantity are. */
struct parts {
    unsigned digits_at, digits;
    bool has_unit_byte;
    unsigned unit_at;
    const struct unit *unit; /* NULL: unknown, or no unit at all */
};

static struct parts
quantity_parts(const struct cjt188_frame *frame, const struct layout_row *row, unsigned at)
{
    struct parts parts = { at, row->width, false, 0, NULL };
    bool first;

    if (row->unit == UNIT_NONE)
        return parts;
    if (row->unit >= 0) {
        parts.unit = cjt188_unit((uint8_t)row->unit);
        return parts;
    }
    first = row->unit == UNIT_AS_FRAME && frame->unit_position == UNIT_FIRST;
    parts.has_unit_byte = true;
    parts.digits = row->width - 1u;
    parts.digits_at = first ? at + 1 : at;
    parts.unit_at = first ? at : at + parts.digits;
    parts.unit = cjt188_unit(frame->bytes[parts.unit_at]);
    return parts;
}

static proto_item *
add_unit(const struct cjt188_frame *frame, proto_tree *tree, const struct parts *parts)
{
    const uint8_t code = parts->has_unit_byte ? frame->bytes[parts->unit_at] : 0;

    if (!parts->has_unit_byte)
        return NULL;
    if (code == 0)
        return proto_tree_add_uint_format_value(tree, hf_cjt188_unit, frame->tvb, frame->offset + parts->unit_at, 1, code,
                                                "none (0x00)");
    return proto_tree_add_uint(tree, hf_cjt188_unit, frame->tvb, frame->offset + parts->unit_at, 1, code);
}

/* A line without a field of its own over digits and unit, whichever comes first. */
static proto_tree *
add_parent(const struct cjt188_frame *frame, proto_tree *tree, const struct parts *parts, const char *text)
{
    return proto_tree_add_subtree(tree, frame->tvb, frame->offset + MIN(parts->digits_at, parts->unit_at),
                                  (int)parts->digits + 1, ett_cjt188_value, NULL, text);
}

static const char *
filler_text(const struct cjt188_frame *frame, const struct parts *parts)
{
    const bool four = parts->digits == 4 && parts->has_unit_byte;

    if (all_are(frame, parts->digits_at, parts->digits, 0xFF) ||
        (four && all_are(frame, parts->digits_at, parts->digits, 0x99)) ||
        (four && frame->dialect->filler_33 && all_are(frame, parts->digits_at, parts->digits, 0x33)))
        return "not supported";
    if (parts->has_unit_byte && frame->bytes[parts->unit_at] == 0 &&
        all_are(frame, parts->digits_at, parts->digits, 0))
        return "not supported or not yet settled";
    return NULL;
}

static void
add_filler(const struct cjt188_frame *frame, proto_tree *tree, const char *name, const struct parts *parts,
           const char *why)
{
    const char *digits = hex_text(frame, parts->digits_at, parts->digits);

    if (!parts->has_unit_byte) {
        cjt188_add_bytes(frame, tree, hf_cjt188_unsupported, parts->digits_at, parts->digits,
                         wmem_strdup_printf(frame->pinfo->pool, "%s, %s", name, why));
        return;
    }
    tree = add_parent(frame, tree, parts, wmem_strdup_printf(frame->pinfo->pool, "%s: %s (%s)", name, why, digits));
    cjt188_add_bytes(frame, tree, hf_cjt188_unsupported, parts->digits_at, parts->digits, NULL);
    add_unit(frame, tree, parts);
}

/* Decimal places, and the sentence that says where they come from. */
static int
decimal_places(const struct cjt188_frame *frame, const struct layout_row *row, enum unit_class class, const char **why)
{
    const struct dialect *standard = cjt188_dialect(DIALECT_STANDARD);
    wmem_allocator_t *pool = frame->pinfo->pool;
    int places;

    if (row->places != PLACES_DIALECT || class >= DIALECT_CLASSES) {
        *why = row->source != NULL ? row->source : standard->name;
        return row->places;
    }
    places = frame->places[class];
    if (frame->places_source[class] != NULL)
        *why = frame->places_source[class];
    else if (frame->dialect == standard)
        *why = standard->name;
    else if (places == standard->places[class])
        *why = wmem_strdup_printf(pool, "dialect \"%s\", as in CJ/T 188", frame->dialect->name);
    else
        *why = wmem_strdup_printf(pool, "dialect \"%s\"%s%s; CJ/T 188 says %d", frame->dialect->name,
                                  frame->dialect->remark[class] != NULL ? ", " : "",
                                  frame->dialect->remark[class] != NULL ? frame->dialect->remark[class] : "",
                                  standard->places[class]);
    return places;
}

static void
add_digits(const struct cjt188_frame *frame, proto_tree *tree, const struct parts *parts, const struct bcd *bcd,
           int places, const char *why)
{
    proto_item *item;

    item = proto_tree_add_string_format(tree, hf_cjt188_digits, frame->tvb, frame->offset + parts->digits_at,
                                        parts->digits, bcd->text, "Digits %s, %d decimal place%s: %s", bcd->text, places,
                                        places == 1 ? "" : "s", why);
    if (!cjt188_show_digits)
        proto_item_set_hidden(item);
}

/* No number can be given: the digits stand for the value. */
static void
add_digits_only(const struct cjt188_frame *frame, proto_tree *tree, const char *name, const struct parts *parts,
                const struct bcd *bcd, const struct unit *unit, expert_field *reason)
{
    const char *text = wmem_strdup_printf(frame->pinfo->pool, "%s: digits %s%s%s, no number", name, bcd->text,
                                          unit != NULL ? ", unit " : "", unit != NULL ? unit->name : "");
    const unsigned at = frame->offset + parts->digits_at;
    proto_item *digits, *unit_item = NULL;

    if (parts->has_unit_byte) {
        tree = add_parent(frame, tree, parts, text);
        digits = proto_tree_add_string(tree, hf_cjt188_digits, frame->tvb, at, parts->digits, bcd->text);
        unit_item = add_unit(frame, tree, parts);
    } else {
        digits = proto_tree_add_string_format(tree, hf_cjt188_digits, frame->tvb, at, parts->digits, bcd->text, "%s", text);
    }
    expert_add_info(frame->pinfo, reason == &ei_cjt188_bad_bcd || unit_item == NULL ? digits : unit_item, reason);
}

/* "38.00 Wh (0.03800 kWh)": what the meter sent, and in the field's unit when that is another. */
static const char *
quantity_text(const struct cjt188_frame *frame, const struct quantity *quantity, const struct bcd *bcd, int places,
              const struct unit *unit, double number)
{
    static const char *const units[] = { [ENERGY] = "kWh", [POWER] = "kW", [FLOW] = "m³/h", [VOLUME] = "m³" };
    wmem_allocator_t *pool = frame->pinfo->pool;
    const char *own;

    if (unit == NULL)
        return wmem_strdup_printf(pool, "%.*f%s", places, number, quantity->suffix != NULL ? quantity->suffix : "");
    own = wmem_strdup_printf(pool, "%.*f %s", places, scale(bcd->value, -places), unit->name);
    if (unit->exponent == 0 && unit->divisor == 1)
        return own;
    if (unit->divisor != 1)
        return wmem_strdup_printf(pool, "%s (%.6g %s)", own, number, units[unit->class]);
    return wmem_strdup_printf(pool, "%s (%.*f %s)", own, MAX(0, places - unit->exponent), number, units[unit->class]);
}

static const struct quantity *
quantity_for(const struct cjt188_frame *frame, const struct quantity *quantity, const struct unit *unit)
{
    static const struct quantity cooling = { .name = "Cooling energy", .field = &hf_cjt188_energy_cooling,
                                             .reading = READING_COOLING };
    static const struct quantity settlement = { .name = "Settlement-day energy",
                                                .field = &hf_cjt188_energy_settlement };

    if (quantity->is_first_energy)
        return frame->dialect->first_is_cooling ? &cooling : &settlement;
    if (unit != NULL && unit->class <= VOLUME && unit->class != quantity->class && quantity->other[unit->class] != NULL)
        return quantity->other[unit->class];
    return quantity;
}

static void
note_quantity(struct cjt188_frame *frame, const struct quantity *quantity, double number, double step, const char *text)
{
    struct reading *reading = &frame->reading;

    if (quantity->reading != READING_NONE) {
        reading->has[quantity->reading] = true;
        reading->value[quantity->reading] = number;
        reading->step[quantity->reading] = step;
    }
    if (quantity->brief != NULL)
        summarize(frame, wmem_strdup_printf(frame->pinfo->pool, "%s %s", quantity->brief, text));
}

void
cjt188_kind_quantity(struct cjt188_frame *frame, proto_tree *tree, const struct layout_row *row, unsigned at)
{
    const struct parts parts = quantity_parts(frame, row, at);
    const struct quantity *meant = quantity_for(frame, row->quantity, parts.unit);
    const enum unit_class class = row->quantity->is_first_energy ? ENERGY : meant->class;
    const char *name = row->name != NULL ? row->name : meant->name;
    const struct bcd bcd = read_bcd(frame, parts.digits_at, parts.digits);
    const char *why = filler_text(frame, &parts);
    const char *text;
    proto_item *item;
    proto_tree *below;
    double number, divisor;
    int places, exponent;

    if (why != NULL) {
        add_filler(frame, tree, name, &parts, why);
        return;
    }
    if (!bcd.is_decimal || (parts.has_unit_byte && (parts.unit == NULL || parts.unit->class != class))) {
        add_digits_only(frame, tree, name, &parts, &bcd, parts.unit,
                        !bcd.is_decimal ? &ei_cjt188_bad_bcd
                            : parts.unit == NULL ? &ei_cjt188_unknown_unit : &ei_cjt188_unit_mismatch);
        return;
    }
    places = decimal_places(frame, row, class, &why);
    exponent = (parts.unit != NULL ? parts.unit->exponent : 0) - places;
    divisor = parts.unit != NULL ? parts.unit->divisor : 1;
    number = scale(bcd.value, exponent) / divisor;
    text = quantity_text(frame, meant, &bcd, places, parts.unit, number);
    item = proto_tree_add_double_format(tree, *meant->field, frame->tvb, frame->offset + at, row->width, number,
                                        "%s: %s", name, text);
    below = proto_item_add_subtree(item, ett_cjt188_value);
    add_digits(frame, below, &parts, &bcd, places, why);
    add_unit(frame, below, &parts);
    if (row->quantity->is_first_energy)
        proto_item_set_hidden(proto_tree_add_double(tree, hf_cjt188_energy_first, frame->tvb, frame->offset + at,
                                                    row->width, number));
    note_quantity(frame, meant, number, scale(1, exponent) / divisor, text);
}

/* ---- dates and clocks ---- */

enum time_order { LOW_FIRST, HIGH_FIRST, YEAR_SPLIT, NO_TIME };

/* Two digits, or -1. */
static int
bcd_byte(uint8_t byte)
{
    return (byte >> 4) > 9 || (byte & 0x0F) > 9 ? -1 : (byte >> 4) * 10 + (byte & 0x0F);
}

static bool
is_date(int century, int year, int month, int day)
{
    return century >= 19 && century <= 21 && year >= 0 && month >= 1 && month <= 12 && day >= 1 &&
        g_date_valid_dmy((GDateDay)day, (GDateMonth)month, (GDateYear)(century * 100 + year));
}

static bool
is_time(int hour, int minute, int second)
{
    return hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59 && second >= 0 && second <= 59;
}

/* Two digits of each of ss mm hh DD MM YY CC (a date: DD MM YY CC, width 4) in the order in which they were sent. */
static enum time_order
read_time(const uint8_t *bytes, unsigned width, int out[7])
{
    static const uint8_t orders[][7] = {
        [LOW_FIRST] = { 0, 1, 2, 3, 4, 5, 6 },
        [HIGH_FIRST] = { 6, 5, 4, 3, 2, 1, 0 },
        [YEAR_SPLIT] = { 0, 1, 2, 3, 4, 6, 5 },
    };
    const unsigned skip = 7 - width;

    for (unsigned order = LOW_FIRST; order < NO_TIME; order++) {
        for (unsigned i = 0; i < 7; i++)
            out[i] = 0;
        for (unsigned i = skip; i < 7; i++) {
            const unsigned from = orders[order][i];

            out[i] = bcd_byte(bytes[order == HIGH_FIRST ? from : from - skip]);
        }
        if (is_date(out[6], out[5], out[4], out[3]) && is_time(out[2], out[1], out[0]))
            return (enum time_order)order;
    }
    return NO_TIME;
}

/* A clock of 7 bytes, a date of 4. */
static const char *
iso_time(wmem_allocator_t *pool, const int t[7], unsigned width)
{
    if (width == 7)
        return wmem_strdup_printf(pool, "%02d%02d-%02d-%02d %02d:%02d:%02d", t[6], t[5], t[4], t[3], t[2], t[1], t[0]);
    return wmem_strdup_printf(pool, "%02d%02d-%02d-%02d", t[6], t[5], t[4], t[3]);
}

/* Digits in the order sent: nothing tells which is which. */
static void
add_bad_time(struct cjt188_frame *frame, proto_tree *tree, const char *name, unsigned at, unsigned width)
{
    wmem_strbuf_t *sent = wmem_strbuf_new(frame->pinfo->pool, NULL);
    const char *digits;
    proto_item *item;

    for (unsigned i = 0; i < width; i++)
        wmem_strbuf_append_printf(sent, "%02X", frame->bytes[at + i]);
    digits = wmem_strbuf_get_str(sent);
    item = proto_tree_add_string_format(tree, hf_cjt188_digits, frame->tvb, frame->offset + at, width, digits,
                                        "%s: digits %s as sent, %s", name, digits,
                                        all_are(frame, at, width, 0) ? "not set" : "no possible time");
    expert_add_info(frame->pinfo, item, &ei_cjt188_bad_clock);
}

static void
add_time(struct cjt188_frame *frame, proto_tree *tree, const struct layout_row *row, unsigned at)
{
    static const char *const remarks[] = {
        [LOW_FIRST] = "",
        [HIGH_FIRST] = " (sent high byte first)",
        [YEAR_SPLIT] = " (year sent high byte first)",
    };
    const char *name = row_name(row, *row->field);
    const char *text;
    enum time_order order;
    int t[7];

    if (all_are(frame, at, row->width, 0xFF) || (row->width == 7 && all_are(frame, at, row->width, 0x99)) ||
        (row->width == 7 && frame->dialect->filler_33 && all_are(frame, at, row->width, 0x33))) {
        const struct parts parts = { at, row->width, false, 0, NULL };

        add_filler(frame, tree, name, &parts, "not supported");
        return;
    }
    order = read_time(frame->bytes + at, row->width, t);
    if (order == NO_TIME) {
        add_bad_time(frame, tree, name, at, row->width);
        return;
    }
    text = iso_time(frame->pinfo->pool, t, row->width);
    proto_tree_add_string_format(tree, *row->field, frame->tvb, frame->offset + at, row->width, text, "%s: %s%s", name,
                                 text, remarks[order]);
    if (row->places != 0) { /* this time is what the frame is about */
        summarize(frame, text);
    } else if (row->width == 7) {
        frame->reading.has_clock = true;
        memcpy(frame->reading.clock, t, sizeof t);
    }
}

void
cjt188_kind_clock(struct cjt188_frame *frame, proto_tree *tree, const struct layout_row *row, unsigned at)
{
    add_time(frame, tree, row, at);
}

void
cjt188_kind_date(struct cjt188_frame *frame, proto_tree *tree, const struct layout_row *row, unsigned at)
{
    add_time(frame, tree, row, at);
}

/* Width 2: YYMM, low byte first. Width 0: the identifier tells how many months back. */
void
cjt188_kind_month(struct cjt188_frame *frame, proto_tree *tree, const struct layout_row *row, unsigned at)
{
    const char *name = row_name(row, hf_cjt188_month);
    const char *text;
    int month, year;

    if (row->width == 0) {
        text = wmem_strdup_printf(frame->pinfo->pool, "N-%d", (frame->di & 0xFF) - 0x1F);
        proto_item_set_generated(proto_tree_add_string_format_value(
            tree, hf_cjt188_month, frame->tvb, frame->offset + CJT188_OFF_DATA, 2, text,
            "%s, N being the meter's present month", text));
        summarize(frame, wmem_strdup_printf(frame->pinfo->pool, "month %s", text));
        return;
    }
    month = bcd_byte(frame->bytes[at]);
    year = bcd_byte(frame->bytes[at + 1]);
    if (month < 1 || month > 12 || year < 0) {
        add_bad_time(frame, tree, name, at, row->width);
        return;
    }
    text = wmem_strdup_printf(frame->pinfo->pool, "20%02d-%02d", year, month);
    proto_tree_add_string_format(tree, hf_cjt188_month, frame->tvb, frame->offset + at, row->width, text, "%s: %s", name,
                                 text);
    summarize(frame, wmem_strdup_printf(frame->pinfo->pool, "month %s", text));
}

void
cjt188_kind_day(struct cjt188_frame *frame, proto_tree *tree, const struct layout_row *row, unsigned at)
{
    const int day = bcd_byte(frame->bytes[at]);

    if (day < 0 || day > 31) {
        add_bad_time(frame, tree, row_name(row, hf_cjt188_day), at, row->width);
        return;
    }
    proto_tree_add_uint_format(tree, hf_cjt188_day, frame->tvb, frame->offset + at, row->width, (uint32_t)day, "%s: %d",
                               row_name(row, hf_cjt188_day), day);
    summarize(frame, wmem_strdup_printf(frame->pinfo->pool, "day %d", day));
}

/* ---- status ---- */

/* ".... .1.. .... ...." */
static const char *
bit_picture(wmem_allocator_t *pool, uint16_t word, uint16_t mask)
{
    char *picture = (char *)wmem_alloc(pool, 20);
    unsigned out = 0;

    for (int bit = 15; bit >= 0; bit--) {
        picture[out++] = (mask & 1u << bit) == 0 ? '.' : (word & 1u << bit) != 0 ? '1' : '0';
        if (bit % 4 == 0 && bit != 0)
            picture[out++] = ' ';
    }
    picture[out] = '\0';
    return picture;
}

static void
add_status_bits(const struct cjt188_frame *frame, proto_tree *tree, const struct status_layout *layout, uint16_t word,
                unsigned at, uint16_t *named)
{
    wmem_allocator_t *pool = frame->pinfo->pool;

    if (layout->has_valve) {
        proto_tree_add_uint(tree, hf_cjt188_status_valve, frame->tvb, frame->offset + at, 2, word);
        *named |= 0x0003;
    }
    for (const struct status_bit *bit = layout->bits; bit != NULL && bit->mask != 0; bit++) {
        const bool set = (word & bit->mask) != 0;

        proto_tree_add_boolean_format(tree, *bit->field, frame->tvb, frame->offset + at, 2, set, "%s = %s: %s",
                                      bit_picture(pool, word, bit->mask), proto_registrar_get_name(*bit->field),
                                      set ? "Yes" : "No");
        *named |= bit->mask;
    }
    if (layout->code_byte >= 0) {
        proto_tree_add_uint(tree, hf_cjt188_status_code, frame->tvb, frame->offset + at + layout->code_byte, 1,
                            frame->bytes[at + layout->code_byte]);
        *named |= (uint16_t)(0xFF << 8 * layout->code_byte);
    }
    if (layout->valve_byte >= 0) {
        proto_tree_add_uint(tree, hf_cjt188_valve, frame->tvb, frame->offset + at + layout->valve_byte, 1,
                            frame->bytes[at + layout->valve_byte]);
        *named |= (uint16_t)(0xFF << 8 * layout->valve_byte);
    }
    if ((word & ~*named) != 0)
        proto_tree_add_uint_format(tree, hf_cjt188_status_other, frame->tvb, frame->offset + at, 2,
                                   (uint16_t)(word & ~*named), "%s = Bits without a name: 0x%04x",
                                   bit_picture(pool, word, (uint16_t)~*named), word & ~*named);
}

/* The faults that are set, comma between them; NULL when there are none. */
static const char *
fault_text(wmem_allocator_t *pool, const struct status_layout *layout, uint16_t word)
{
    wmem_strbuf_t *text = wmem_strbuf_new(pool, NULL);

    for (const struct status_bit *bit = layout->bits; bit != NULL && bit->mask != 0; bit++) {
        if (bit->is_fault && (word & bit->mask) != 0)
            wmem_strbuf_append_printf(text, "%s%s", wmem_strbuf_get_len(text) > 0 ? ", " : "", bit->name);
    }
    return wmem_strbuf_get_len(text) > 0 ? wmem_strbuf_get_str(text) : NULL;
}

void
cjt188_kind_status(struct cjt188_frame *frame, proto_tree *tree, const struct layout_row *row, unsigned at)
{
    const struct status_layout *layout = cjt188_status_layout(frame);
    const uint16_t word = (uint16_t)(frame->bytes[at] | frame->bytes[at + 1] << 8);
    uint16_t named = 0;
    proto_item *item;

    if (layout->opaque) {
        cjt188_add_bytes(frame, tree, hf_cjt188_undocumented, at, row->width,
                         "Status, the maker's own and not documented in this mode");
        return;
    }
    item = proto_tree_add_uint(tree, hf_cjt188_status, frame->tvb, frame->offset + at, row->width, word);
    add_status_bits(frame, proto_item_add_subtree(item, ett_cjt188_part), layout, word, at, &named);
    if (layout->has_valve && frame->di == 0xA017)
        summarize(frame, wmem_strdup_printf(frame->pinfo->pool, "valve %s",
                                            val_to_str_const(word & 3, cjt188_valve_state_vals, "unknown")));
    frame->faults = fault_text(frame->pinfo->pool, layout, word);
    if (frame->faults != NULL) {
        proto_item_append_text(item, " (%s)", frame->faults);
        expert_add_info_format(frame->pinfo, item, &ei_cjt188_fault, "The meter reports: %s", frame->faults);
    }
}

void
cjt188_kind_status_code(struct cjt188_frame *frame, proto_tree *tree, const struct layout_row *row, unsigned at)
{
    proto_tree_add_uint(tree, hf_cjt188_status_code, frame->tvb, frame->offset + at, row->width, frame->bytes[at]);
}

/* ---- numbers without decimal places, texts, bytes ---- */

/* Low byte first, up to 4 bytes. */
static uint32_t
read_binary(const struct cjt188_frame *frame, unsigned at, unsigned width)
{
    uint32_t value = 0;

    for (unsigned i = width; i > 0; i--)
        value = value << 8 | frame->bytes[at + i - 1];
    return value;
}

/* A whole number of the quantity's own unit, binary, low byte first. */
void
cjt188_kind_binary(struct cjt188_frame *frame, proto_tree *tree, const struct layout_row *row, unsigned at)
{
    const struct quantity *quantity = row->quantity;
    const uint32_t value = read_binary(frame, at, row->width);

    proto_tree_add_double_format(tree, *quantity->field, frame->tvb, frame->offset + at, row->width, value,
                                 "%s: %u%s (binary, low byte first)", quantity->name, value, quantity->suffix);
    note_quantity(frame, quantity, value, 1, "");
}

void
cjt188_kind_uint(struct cjt188_frame *frame, proto_tree *tree, const struct layout_row *row, unsigned at)
{
    const uint32_t value = read_binary(frame, at, row->width);
    proto_item *item;

    item = proto_tree_add_uint(tree, *row->field, frame->tvb, frame->offset + at, row->width, value);
    if (row->field == &hf_cjt188_diameter)
        summarize(frame, val_to_str_const(value, cjt188_diameter_vals, "unknown nominal diameter"));
    else if (row->field == &hf_cjt188_valve)
        summarize(frame, val_to_str_const(value, cjt188_valve_vals, "unknown valve code"));
    else if (row->field == &hf_cjt188_key_version)
        summarize(frame, wmem_strdup_printf(frame->pinfo->pool, "version %u", value));
    if (row->name != NULL)
        proto_item_append_text(item, " (%s)", row->name);
}

void
cjt188_kind_bytes(struct cjt188_frame *frame, proto_tree *tree, const struct layout_row *row, unsigned at)
{
    const unsigned width = row->width == WIDTH_REST ? frame->data_end - at : row->width;

    cjt188_add_bytes(frame, tree, *row->field, at, width, row->name);
}

/* 8 bytes, binary, low byte first, in units of 1e-8. */
void
cjt188_kind_u64(struct cjt188_frame *frame, proto_tree *tree, const struct layout_row *row, unsigned at)
{
    enum { STEP = 100000000 };
    const struct quantity *quantity = row->quantity;
    const char *text, *digits;
    proto_item *item;
    uint64_t value = 0;

    if (all_are(frame, at, row->width, 0xFF)) {
        const struct parts parts = { at, row->width, false, 0, NULL };

        add_filler(frame, tree, quantity->name, &parts, "not supported");
        return;
    }
    for (unsigned i = row->width; i > 0; i--)
        value = value << 8 | frame->bytes[at + i - 1];
    text = wmem_strdup_printf(frame->pinfo->pool, "%" PRIu64 ".%08" PRIu64 "%s", value / STEP, value % STEP,
                              quantity->suffix);
    digits = wmem_strdup_printf(frame->pinfo->pool, "%" PRIu64, value);
    item = proto_tree_add_double_format(tree, *quantity->field, frame->tvb, frame->offset + at, row->width,
                                        (double)value / STEP, "%s: %s", quantity->name, text);
    item = proto_tree_add_string_format(proto_item_add_subtree(item, ett_cjt188_value), hf_cjt188_digits, frame->tvb,
                                        frame->offset + at, row->width, digits,
                                        "Digits %s, 8 decimal places, binary, low byte first: %s", digits, row->source);
    if (!cjt188_show_digits)
        proto_item_set_hidden(item);
    note_quantity(frame, quantity, (double)value / STEP, 1.0 / STEP, text);
}

void
cjt188_kind_coefficient(struct cjt188_frame *frame, proto_tree *tree, const struct layout_row *row, unsigned at)
{
    const unsigned value = frame->bytes[at] | (unsigned)frame->bytes[at + 1] << 8;

    proto_tree_add_double_format(tree, *row->field, frame->tvb, frame->offset + at, row->width, value / 4096.0,
                                 "%s: %.4f (0x%04x / 4096)", proto_registrar_get_name(*row->field), value / 4096.0,
                                 value);
}

void
cjt188_kind_meter_number(struct cjt188_frame *frame, proto_tree *tree, const struct layout_row *row, unsigned at)
{
    const struct bcd bcd = read_bcd(frame, at, row->width);
    proto_item *item;

    item = proto_tree_add_string(tree, hf_cjt188_meter_number, frame->tvb, frame->offset + at, row->width, bcd.text);
    if (!bcd.is_decimal)
        expert_add_info(frame->pinfo, item, &ei_cjt188_bad_bcd);
    else if (bcd.value == 0)
        proto_item_append_text(item, " (not set)");
}

void
cjt188_kind_address(struct cjt188_frame *frame, proto_tree *tree, const struct layout_row *row, unsigned at)
{
    char text[2 * CJT188_ADDRESS_LENGTH + 1];

    for (unsigned i = 0; i < CJT188_ADDRESS_LENGTH; i++)
        snprintf(text + 2 * i, 3, "%02X", frame->bytes[at + CJT188_ADDRESS_LENGTH - 1 - i]);
    proto_tree_add_string(tree, *row->field, frame->tvb, frame->offset + at, row->width, text);
    summarize(frame, wmem_strdup(frame->pinfo->pool, text));
}

/* 19BB: a frame of another protocol, whose link layer is named and whose data are left alone. */
void
cjt188_kind_tunnel(struct cjt188_frame *frame, proto_tree *tree, const struct layout_row *row _U_, unsigned at)
{
    const unsigned rest = frame->data_end - at;
    const struct cjt188_piece piece = cjt188_next_piece(frame->bytes + at, rest, true, NULL);

    if (piece.kind != CJT188_MBUS) {
        cjt188_add_bytes(frame, tree, hf_cjt188_undocumented, at, rest, "Frame in transit, not recognised");
        return;
    }
    summarize(frame, cjt188_dissect_mbus(frame->tvb, frame->pinfo, tree, frame->offset + at, (unsigned)piece.length));
    cjt188_add_bytes(frame, tree, hf_cjt188_undocumented, at + (unsigned)piece.length, rest - (unsigned)piece.length, NULL);
}

/* ---- what a row is, and its value as text ---- */

/* The field of a row that has no quantity. */
static const struct {
    kind_function *kind;
    const int *field;
} kind_fields[] = {
    { cjt188_kind_status, &hf_cjt188_status },
    { cjt188_kind_status_code, &hf_cjt188_status_code },
    { cjt188_kind_meter_number, &hf_cjt188_meter_number },
    { cjt188_kind_month, &hf_cjt188_month },
    { cjt188_kind_day, &hf_cjt188_day },
    { cjt188_kind_tunnel, &hf_cjt188_mbus_data },
};

static const struct quantity *
row_quantity(const struct cjt188_frame *frame, const struct layout_row *row, unsigned at)
{
    if (row->kind != cjt188_kind_quantity)
        return row->quantity;
    return quantity_for(frame, row->quantity, quantity_parts(frame, row, at).unit);
}

int
cjt188_row_field(const struct cjt188_frame *frame, const struct layout_row *row, unsigned at)
{
    if (row->quantity != NULL)
        return *row_quantity(frame, row, at)->field;
    if (row->field != NULL)
        return *row->field;
    for (size_t i = 0; i < array_length(kind_fields); i++) {
        if (kind_fields[i].kind == row->kind)
            return *kind_fields[i].field;
    }
    return hf_cjt188_undocumented;
}

const char *
cjt188_row_name(const struct cjt188_frame *frame, const struct layout_row *row, unsigned at)
{
    if (row->name != NULL)
        return row->name;
    if (row->quantity != NULL)
        return row_quantity(frame, row, at)->name;
    return proto_registrar_get_name(cjt188_row_field(frame, row, at));
}

/* A quantity as it was sent. */
struct told {
    const struct quantity *meant;
    const struct unit *unit; /* NULL: none is sent */
    uint64_t digits;
    int places;
};

/* False: a filler, digits that are not decimal, or a unit that does not fit. */
static bool
tell(const struct cjt188_frame *frame, const struct layout_row *row, unsigned at, struct told *told)
{
    const struct parts parts = quantity_parts(frame, row, at);
    const struct quantity *meant = quantity_for(frame, row->quantity, parts.unit);
    const enum unit_class class = row->quantity->is_first_energy ? ENERGY : meant->class;
    const struct bcd bcd = read_bcd(frame, parts.digits_at, parts.digits);
    const char *why;

    if (filler_text(frame, &parts) != NULL || !bcd.is_decimal ||
        (parts.has_unit_byte && (parts.unit == NULL || parts.unit->class != class)))
        return false;
    *told = (struct told){ meant, parts.unit, bcd.value, decimal_places(frame, row, class, &why) };
    return true;
}

/* NULL where it is no number. */
static const char *
number_text(const struct cjt188_frame *frame, const struct layout_row *row, unsigned at)
{
    struct told told;

    if (!tell(frame, row, at, &told))
        return NULL;
    return wmem_strdup_printf(frame->pinfo->pool, "%.*f%s%s", told.places, scale(told.digits, -told.places),
                              told.unit != NULL ? " " : "",
                              told.unit != NULL                ? told.unit->name
                                  : told.meant->suffix != NULL ? told.meant->suffix
                                                               : "");
}

struct cjt188_value
cjt188_row_value(const struct cjt188_frame *frame, const struct layout_row *row, unsigned at)
{
    kind_function *kind = row->kind;
    struct cjt188_value value = { false, 0, NULL };
    struct told told;

    if (kind == cjt188_kind_quantity && tell(frame, row, at, &told)) {
        value.has_number = true;
        value.number = scale(told.digits, (told.unit != NULL ? told.unit->exponent : 0) - told.places) /
            (told.unit != NULL ? told.unit->divisor : 1);
    } else if (kind == cjt188_kind_uint || kind == cjt188_kind_binary || kind == cjt188_kind_coefficient ||
               kind == cjt188_kind_status) {
        value.has_number = true;
        value.number = read_binary(frame, at, row->width);
    } else if (kind == cjt188_kind_clock || kind == cjt188_kind_date) {
        value.text = cjt188_time_text(frame->pinfo->pool, frame->bytes + at, row->width);
    }
    return value;
}

const char *
cjt188_time_text(wmem_allocator_t *pool, const uint8_t *bytes, unsigned width)
{
    int t[7];

    return read_time(bytes, width, t) == NO_TIME ? NULL : iso_time(pool, t, width);
}

const char *
cjt188_row_text(const struct cjt188_frame *frame, const struct layout_row *row, unsigned at, unsigned width)
{
    wmem_allocator_t *pool = frame->pinfo->pool;
    const char *text = NULL;

    if (row == NULL)
        return hex_text(frame, at, width);
    if (row->kind == cjt188_kind_quantity)
        text = number_text(frame, row, at);
    else if (row->kind == cjt188_kind_clock || row->kind == cjt188_kind_date)
        text = cjt188_time_text(pool, frame->bytes + at, row->width);
    else if (row->kind == cjt188_kind_coefficient)
        text = wmem_strdup_printf(pool, "%.4f", read_binary(frame, at, 2) / 4096.0);
    else if (row->kind == cjt188_kind_status)
        text = wmem_strdup_printf(pool, "0x%04x", read_binary(frame, at, 2));
    else if (row->field == &hf_cjt188_valve)
        text = val_to_str_const(frame->bytes[at], cjt188_valve_vals, "unknown valve code");
    else if (row->kind == cjt188_kind_uint || row->kind == cjt188_kind_binary)
        text = wmem_strdup_printf(pool, "%u", read_binary(frame, at, width));
    return text != NULL ? text : hex_text(frame, at, width);
}
