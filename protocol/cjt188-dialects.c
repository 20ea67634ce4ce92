/* cjt188-dialects.c
 * The dialects, a row each, and the rules that choose identifier order, unit position and dialect of a frame.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * CJ/T 188 leaves open how many decimal places a value has, and makers fill its gaps each in their own way; no byte of a
 * frame names the maker for sure. The rules were tried on the published frames of tests/frames.json.
 */
#include "cjt188-tables.h"

#include "cjt188-bytes.h"
#include "cjt188-codes.h"

#include <string.h>

/* ---- status words ---- */

#define BIT(mask, id, name, is_fault) { mask, CJT188_F_STATUS_##id, name, is_fault }
#define BATTERY_LOW BIT(0x0004, BATTERY_LOW, "battery low", true)

static const struct cjt188_status_bit battery_bits[] = { BATTERY_LOW, { .mask = 0 } };

/* The thread quotes the second byte as the standard's; it is Tiangang's. */
static const struct cjt188_status_bit heat_bits[] = {
    BATTERY_LOW,
    BIT(0x0100, INTEGRATOR_FAULT, "integrator fault", true),
    BIT(0x0200, SUPPLY_SENSOR_FAULT, "supply temperature sensor fault", true),
    BIT(0x0400, RETURN_SENSOR_FAULT, "return temperature sensor fault", true),
    BIT(0x0800, FLOW_SENSOR_FAULT, "flow sensor fault", true),
    { .mask = 0 },
};

/* Ruina's meters carry Tiangang's maker code and set two more bits. */
static const struct cjt188_status_bit tiangang_bits[] = {
    BATTERY_LOW,
    BIT(0x0100, INTEGRATOR_FAULT, "integrator fault", true),
    BIT(0x0200, SUPPLY_SENSOR_FAULT, "supply temperature sensor fault", true),
    BIT(0x0400, RETURN_SENSOR_FAULT, "return temperature sensor fault", true),
    BIT(0x0800, FLOW_SENSOR_FAULT, "flow sensor fault", true),
    BIT(0x4000, REVERSE_FLOW, "reverse flow", true),
    BIT(0x8000, NO_WATER, "no water", true),
    { .mask = 0 },
};

static const struct cjt188_status_bit hiwits_bits[] = {
    BATTERY_LOW,
    BIT(0x0100, SUPPLY_BELOW, "supply below 0 °C", true),
    BIT(0x0200, SUPPLY_ABOVE, "supply above 100 °C", true),
    BIT(0x0400, RETURN_BELOW, "return below 0 °C", true),
    BIT(0x0800, RETURN_ABOVE, "return above 100 °C", true),
    BIT(0x1000, CONVERTER_FAULT, "converter fault", true),
    BIT(0x2000, FLOW_HIGH, "flow too high", true),
    BIT(0x4000, NO_FLOW, "no flow", true),
    { .mask = 0 },
};

static const struct cjt188_status_bit ruina_bits[] = {
    BATTERY_LOW,
    BIT(0x0200, SUPPLY_SENSOR_FAULT, "supply temperature sensor fault", true),
    BIT(0x0400, RETURN_SENSOR_FAULT, "return temperature sensor fault", true),
    BIT(0x4000, REVERSE_FLOW, "reverse flow", true),
    BIT(0x8000, NO_WATER, "no water", true),
    { .mask = 0 },
};

static const struct cjt188_status_bit maituo_bits[] = {
    BATTERY_LOW,
    BIT(0x0100, SENSOR_SHORT, "temperature sensor short-circuited", true),
    BIT(0x0200, SENSOR_OPEN, "temperature sensor open", true),
    BIT(0x0400, NO_WATER, "no water", true),
    BIT(0x0800, BOARD_FAULT, "board fault", true),
    BIT(0x1000, FLOW_HIGH, "overflow", true),
    { .mask = 0 },
};

/* Seen in public code that reads these meters: fault code first, then the valve. */
static const struct cjt188_status_bit maituo_valve_bits[] = {
    BIT(0x0001, SENSOR_SHORT, "temperature sensor short-circuited", true),
    BIT(0x0002, SENSOR_OPEN, "temperature sensor open", true),
    BIT(0x0004, NO_WATER, "no water", true),
    BIT(0x0008, BOARD_FAULT, "board fault", true),
    BIT(0x0010, FLOW_HIGH, "flow too high", true),
    BIT(0x0020, BATTERY_LOW, "battery low", true),
    { .mask = 0 },
};

static const struct cjt188_status_bit yuanda_bits[] = {
    BATTERY_LOW,
    BIT(0x0200, SUPPLY_SENSOR_FAULT, "supply temperature sensor fault", true),
    BIT(0x0400, RETURN_SENSOR_FAULT, "return temperature sensor fault", true),
    { .mask = 0 },
};

static const struct cjt188_status_bit jiade_bits[] = {
    BATTERY_LOW,
    BIT(0x0020, COOLING, "heating or cooling", false),
    BIT(0x0040, FLOW_SENSOR_FAULT, "flow sensor fault", true),
    BIT(0x0080, SUPPLY_SENSOR_FAULT, "supply temperature sensor fault", true),
    BIT(0x0100, RETURN_SENSOR_FAULT, "return temperature sensor fault", true),
    BIT(0x0200, EEPROM_FAULT, "EEPROM fault", true),
    BIT(0x0400, INVALID_DATA, "invalid data", true),
    BIT(0x1000, SETTLEMENT_MODE, "settlement mode", false),
    { .mask = 0 },
};

static const struct cjt188_status_bit gas_bits[] = {
    BIT(0x0004, BATTERY_LOW, "6 V battery low", true),
    BIT(0x0008, VALVE_LEAK, "valve leaks", true),
    BIT(0x0010, UNUSED, "unused for 15 days", true),
    BIT(0x0020, BACKUP_BATTERY_LOW, "3.6 V battery low", true),
    BIT(0x0040, MAGNET, "magnetic tampering", true),
    BIT(0x0080, REED, "reed contact fault", true),
    { .mask = 0 },
};

static const struct cjt188_status_layout status_plain = { .has_valve = true, .code_byte = -1, .valve_byte = -1, .bits = battery_bits };
static const struct cjt188_status_layout status_heat = { .has_valve = true, .code_byte = -1, .valve_byte = -1, .other_byte = true, .bits = heat_bits };
static const struct cjt188_status_layout status_tiangang = { .has_valve = true, .code_byte = -1, .valve_byte = -1, .bits = tiangang_bits };
static const struct cjt188_status_layout status_hiwits = { .has_valve = true, .code_byte = -1, .valve_byte = -1, .bits = hiwits_bits };
static const struct cjt188_status_layout status_ruina = { .has_valve = true, .code_byte = -1, .valve_byte = -1, .bits = ruina_bits };
static const struct cjt188_status_layout status_maituo = { .has_valve = true, .code_byte = 1, .valve_byte = -1, .bits = maituo_bits };
static const struct cjt188_status_layout status_maituo_valve = { .code_byte = 0, .valve_byte = 1, .bits = maituo_valve_bits };
static const struct cjt188_status_layout status_yuanda = { .has_valve = true, .code_byte = -1, .valve_byte = -1, .bits = yuanda_bits };
static const struct cjt188_status_layout status_jiade = { .code_byte = -1, .valve_byte = -1, .bits = jiade_bits };
static const struct cjt188_status_layout status_gas = { .has_valve = true, .is_there = true, .code_byte = -1, .valve_byte = -1, .bits = gas_bits };
static const struct cjt188_status_layout status_internal = { .code_byte = -1, .valve_byte = -1, .opaque = true };

/* ---- dialects ---- */

/* Decimal places in the order of the classes: energy, power, flow, volume, hours. Where nothing is said of the first energy
 * it is the settlement day's, and all numbers come low byte first. */
static const struct cjt188_dialect dialects[CJT188_DIALECTS] = {
    [CJT188_STANDARD] = {
        .key = "standard", .name = "CJ/T 188-2004",
        .places = { 2, 2, 4, 2, 0 }, .status = &status_heat,
    },
    [CJT188_OEM_ULTRASONIC] = { /* the thread's meter */
        .key = "oem", .name = "OEM ultrasonic",
        .places = { 3, 3, 3, 3, 0 },
        .remark = { /* two owners of meters that no byte of a frame tells apart; neither has compared with a display */
            [CJT188_ENERGY] = "not confirmed: its owner reads 3, the owner of another meter that looks the same reads 2",
            [CJT188_POWER] = "not confirmed: its owner reads 3, the owner of another meter that looks the same reads 2",
            [CJT188_FLOW] = "not confirmed: its owner reads 3, the owner of another meter that looks the same reads 4",
            [CJT188_VOLUME] = "not confirmed: its owner reads 3, the owner of another meter that looks the same says nothing",
        },
        .first_is_cooling = true, .status = &status_heat,
    },
    [CJT188_TIANGANG] = { /* Tiangang QB/T 010-2008, Delu */
        .key = "tiangang", .name = "Tiangang, Delu ultrasonic",
        .places = { 2, 2, 4, 2, 0 }, .first_is_cooling = true, .status = &status_tiangang,
    },
    [CJT188_DELU_MECHANICAL] = {
        .key = "delu-mechanical", .name = "Delu mechanical",
        .places = { 2, 2, 4, 2, 0 }, .filler_33 = true, .status = &status_heat,
    },
    [CJT188_DELU_VERIFICATION] = {
        .key = "delu-verification", .name = "Delu mechanical, verification mode",
        .places = { 2, 2, 2, 2, 2 }, .filler_33 = true, .status = &status_internal,
    },
    [CJT188_LICHUANG] = {
        .key = "lichuang", .name = "Lichuang, new Delu",
        .places = { 2, 2, 3, 2, 0 }, .status = &status_heat,
    },
    [CJT188_UNIT_FIRST] = { /* JY, one water maker */
        .key = "unit-first", .name = "Unit first",
        .places = { 2, 2, 4, 2, 0 }, .status = &status_heat,
    },
    [CJT188_MAITUO] = {
        .key = "maituo", .name = "Maituo",
        .places = { 0, 0, 0, 0, 0 }, .first_is_cooling = true, .number_high_first = true, .status = &status_maituo,
    },
    [CJT188_MAITUO_VALVE] = {
        .key = "maituo-valve", .name = "Maituo, valve-controlled heat",
        .places = { 0, 0, 0, 0, 0 }, .first_is_cooling = true, .number_high_first = true,
        .status = &status_maituo_valve,
    },
    [CJT188_HIWITS] = {
        .key = "hiwits", .name = "Hiwits",
        .places = { 2, 2, 4, 2, 0 }, .status = &status_hiwits,
    },
    [CJT188_RUINA] = {
        .key = "ruina", .name = "Ruina",
        .places = { 2, 2, 4, 2, 0 }, .first_is_cooling = true, .status = &status_ruina,
    },
    [CJT188_CHUANGZHAN] = {
        .key = "chuangzhan", .name = "Chuangzhan",
        .places = { 2, 2, 4, 2, 0 }, .first_is_cooling = true, .status = &status_heat,
    },
    [CJT188_SANEXT] = {
        .key = "sanext", .name = "SANEXT",
        .places = { 2, 2, 2, 2, 0 }, .first_is_cooling = true, .status = &status_heat,
    },
    [CJT188_YUANDA] = {
        .key = "yuanda", .name = "Yuanda",
        .places = { 2, 2, 4, 2, 0 }, .first_is_cooling = true, .status = &status_yuanda,
    },
    [CJT188_HUIZHONG] = {
        .key = "huizhong", .name = "Huizhong",
        .places = { 2, 2, 4, 2, 0 }, .number_high_first = true, .data_high_first = true, .status = &status_heat,
    },
    [CJT188_JIADE] = {
        .key = "jiade", .name = "Jiade",
        .places = { 2, 2, 4, 2, 0 }, .status = &status_jiade,
    },
    [CJT188_PLUS33] = { /* Guangda, Wanhua */
        .key = "plus33", .name = "+33H",
        .places = { 2, 2, 4, 2, 0 }, .status = &status_heat,
    },
    [CJT188_GAS5] = { /* one gas maker */
        .key = "gas5", .name = "Five-byte gas",
        .places = { 2, 2, 4, 1, 0 }, .families = CJT188_FAMILY_GAS, .status = &status_gas,
    },
    [CJT188_BARE_WATER] = { /* one water document */
        .key = "bare-water", .name = "Water without units",
        .places = { 2, 2, 4, 2, 0 }, .families = CJT188_FAMILY_WATER, .status = &status_heat,
    },
};

const struct cjt188_dialect *
cjt188_dialect(int id)
{
    return &dialects[id >= 0 && id < CJT188_DIALECTS ? id : CJT188_STANDARD];
}

enum cjt188_dialect_id
cjt188_dialect_id(const struct cjt188_dialect *dialect)
{
    return (enum cjt188_dialect_id)(dialect - dialects);
}

enum cjt188_dialect_id
cjt188_dialect_named(const char *name)
{
    for (int i = 0; i < CJT188_DIALECTS; i++) {
        if (strcmp(dialects[i].name, name) == 0 || strcmp(dialects[i].key, name) == 0)
            return (enum cjt188_dialect_id)i;
    }
    return CJT188_NO_DIALECT;
}

const struct cjt188_status_layout *
cjt188_status_layout(const struct cjt188_decoded *frame)
{
    /* The second byte is named for heat meters; of water and gas meters it is the maker's own, unless the dialect is one of
     * theirs. */
    if (frame->family != CJT188_FAMILY_HEAT && frame->dialect->status != &status_gas)
        return &status_plain;
    return frame->dialect->status;
}

bool
cjt188_has_valve(const struct cjt188_decoded *frame)
{
    const struct cjt188_status_layout *layout = cjt188_status_layout(frame);

    return layout->has_valve && (layout->is_there || (frame->has_di && frame->di == 0xA017));
}

/* ---- order of the identifier's bytes ---- */

static bool
identifier_known(const struct cjt188_decoded *frame, uint16_t di)
{
    return cjt188_identifier_name(di, frame->function) != NULL;
}

static void
take_33_off(struct cjt188_decoded *frame)
{
    if (frame->bytes != frame->plain)
        memcpy(frame->plain, frame->bytes, frame->have);
    for (unsigned i = CJT188_OFF_DATA; i < frame->data_end; i++)
        frame->plain[i] = (uint8_t)(frame->plain[i] - 0x33);
    frame->bytes = frame->plain;
    frame->plus_33 = true;
}

static void
set_identifier(struct cjt188_decoded *frame, uint8_t high, uint8_t low, enum cjt188_di_order order, bool known)
{
    frame->has_di = true;
    frame->di = (uint16_t)(high << 8 | low);
    frame->di_order = order;
    frame->di_known = known;
}

/* An identifier of which one order is known. */
static bool
set_known_identifier(struct cjt188_decoded *frame, uint8_t first, uint8_t second)
{
    if (identifier_known(frame, (uint16_t)(first << 8 | second)))
        set_identifier(frame, first, second, CJT188_DI_HIGH_FIRST, true);
    else if (identifier_known(frame, (uint16_t)(second << 8 | first)))
        set_identifier(frame, second, first, CJT188_DI_LOW_FIRST, true);
    else
        return false;
    return true;
}

void
cjt188_decide_identifier(struct cjt188_decoded *frame, enum cjt188_di_order order)
{
    uint8_t first, second;

    if (frame->data_end < CJT188_OFF_DATA + 2)
        return;
    first = frame->bytes[CJT188_OFF_DATA];
    second = frame->bytes[CJT188_OFF_DATA + 1];
    if (set_known_identifier(frame, first, second))
        return;
    if (frame->is_error && frame->data_length <= 3) /* then these are no identifier at all */
        return;
    if (set_known_identifier(frame, (uint8_t)(first - 0x33), (uint8_t)(second - 0x33)))
        take_33_off(frame);
    else if (first >= 0x80 && second < 0x80)
        set_identifier(frame, first, second, CJT188_DI_HIGH_FIRST, false);
    else if (second >= 0x80 && first < 0x80)
        set_identifier(frame, second, first, CJT188_DI_LOW_FIRST, false);
    else if (order == CJT188_DI_LOW_FIRST)
        set_identifier(frame, second, first, CJT188_DI_LOW_FIRST, false);
    else
        set_identifier(frame, first, second, order, false);
}

/* ---- position of the unit bytes ---- */

#define BIT_OF(class) (1u << (class))

/* The class of each unit code as a bit. */
static const uint8_t class_bits[UINT8_MAX + 1] = {
#define UNIT(code, name, class, exponent, divisor) [code] = BIT_OF(CJT188_##class),
    CJT188_UNITS(UNIT)
#undef UNIT
};

static bool
is_decimal(const uint8_t *bytes, unsigned width)
{
    uint64_t number;

    return cjt188_bcd_low_first(bytes, width, &number);
}

/* The slots of a length, each with the classes that its unit may have; 0 ends them. */
enum { SLOTS = 5, SLOT_WIDTH = 5 };

static const uint8_t *
slots_of(uint8_t length)
{
    enum { E = BIT_OF(CJT188_ENERGY), P = BIT_OF(CJT188_POWER), F = BIT_OF(CJT188_FLOW), V = BIT_OF(CJT188_VOLUME) };
    static const struct {
        uint8_t length;
        uint8_t classes[SLOTS + 1];
    } slots[] = {
        { 0x2E, { E, E, P, F, V, 0 } },
        { 0x16, { V, V | F | E, 0 } },
        { 0x1B, { V, V, F, 0 } },
        { 0x1D, { V, V, F, 0 } },
    };

    for (size_t i = 0; i < COUNT_OF(slots); i++) {
        if (slots[i].length == length)
            return slots[i].classes;
    }
    return NULL;
}

/* How many slots have a unit of theirs in the byte at `end` of them. with_digits: and decimal digits beside it. */
static unsigned
count_units(const struct cjt188_decoded *frame, const uint8_t *slots, unsigned end, bool with_digits)
{
    const bool gas = frame->family == CJT188_FAMILY_GAS;
    unsigned count = 0;

    for (unsigned at = frame->data; *slots != 0 && at + SLOT_WIDTH <= frame->data_end; at += SLOT_WIDTH, slots++)
        count += (class_bits[frame->bytes[at + end]] & (gas ? BIT_OF(CJT188_VOLUME) : *slots)) != 0 &&
            (!with_digits || is_decimal(frame->bytes + at + (end == 0 ? 1 : 0), SLOT_WIDTH - 1));
    return count;
}

/* Six bytes, the year in two digits, in any of the orders that are in use. */
static bool
is_short_time(const uint8_t *bytes)
{
    static const uint8_t orders[][6] = { { 0, 1, 2, 3, 4, 5 }, { 2, 1, 0, 3, 4, 5 }, { 5, 4, 3, 2, 1, 0 } };
    uint8_t clock[7] = { [6] = 0x20 };
    struct cjt188_time time;
    enum cjt188_time_order order;

    for (size_t i = 0; i < COUNT_OF(orders); i++) {
        for (size_t j = 0; j < sizeof orders[i]; j++)
            clock[j] = bytes[orders[i][j]];
        if (cjt188_read_time(clock, sizeof clock, &time, &order) && order == CJT188_TIME_LOW_FIRST)
            return true;
    }
    return false;
}

/* One document has volume, fraction, flow, temperature and a time of six bytes, all digits, and no unit at all: a digit among
 * them may look like one. Where the standard has its clock there is none then, nor units at one place of both its values. */
static bool
is_bare_water(const struct cjt188_decoded *frame)
{
    enum { LENGTH = 0x16, CLOCK = 10, CLOCK_WIDTH = 7, DIGITS = 17, TIME = 11 };
    const uint8_t *data = frame->bytes + frame->data;
    const uint8_t *slots = slots_of(LENGTH);
    struct cjt188_time time;

    return frame->family == CJT188_FAMILY_WATER && frame->data_length == LENGTH && frame->data + DIGITS <= frame->data_end &&
        is_decimal(data, 8) && is_decimal(data + 8, 8) && is_decimal(data + 16, 1) && is_short_time(data + TIME) &&
        !cjt188_read_time(data + CLOCK, CLOCK_WIDTH, &time, NULL) && count_units(frame, slots, 0, false) < 2 &&
        count_units(frame, slots, SLOT_WIDTH - 1, false) < 2;
}

void
cjt188_decide_unit_position(struct cjt188_decoded *frame)
{
    const uint8_t *slots = slots_of(frame->data_length);
    unsigned first, last;

    frame->unit_position = CJT188_UNIT_LAST;
    if (slots == NULL || !frame->is_reply || frame->is_error || (frame->di != 0x901F && frame->di != 0x902F))
        return;
    first = count_units(frame, slots, 0, false);
    last = count_units(frame, slots, SLOT_WIDTH - 1, false);
    if (frame->family == CJT188_FAMILY_GAS && first < 2) /* digits of one that sends no units may look like a unit */
        first = 0;
    if ((first == 0 && last == 0) || is_bare_water(frame)) {
        frame->unit_position = CJT188_UNIT_ABSENT;
        return;
    }
    if (first == last) { /* those count more whose digits are decimal: 2C 82 66 31 26 is no 3166822C mL */
        first = count_units(frame, slots, 0, true);
        last = count_units(frame, slots, SLOT_WIDTH - 1, true);
    }
    if (first > last)
        frame->unit_position = CJT188_UNIT_FIRST_BYTE;
}

/* ---- rules ---- */

static bool
is_one_of(uint16_t di, const uint16_t *list)
{
    while (*list != 0 && *list != di)
        list++;
    return *list != 0;
}

static bool
has_33_added(const struct cjt188_decoded *frame)
{
    return frame->plus_33;
}

static bool
is_lichuang_command(const struct cjt188_decoded *frame)
{
    static const uint16_t identifiers[] = { 0x610A, 0x020A, 0x120A, 0xA021, 0 };

    return (frame->function == 0x20 || frame->function == 0x21) && is_one_of(frame->di, identifiers);
}

static bool
is_huizhong_command(const struct cjt188_decoded *frame)
{
    static const uint16_t identifiers[] = { 0x2A49, 0x2A43, 0xB26C, 0xB26D, 0 };

    return (frame->function == 0x3A || frame->function == 0x3B) && is_one_of(frame->di, identifiers);
}

static bool
is_maituo_command(const struct cjt188_decoded *frame)
{
    return frame->function == 0x1A || frame->function == 0x3E || (frame->type >= 0x48 && frame->type <= 0x51) ||
        (frame->di == 0x901F && frame->data_length == 0x1B);
}

static bool
is_wildcard(const struct cjt188_decoded *frame)
{
    return frame->is_wildcard;
}

static bool
has_no_unit_bytes(const struct cjt188_decoded *frame)
{
    return frame->unit_position == CJT188_UNIT_ABSENT;
}

static bool
has_unit_bytes_first(const struct cjt188_decoded *frame)
{
    return frame->unit_position == CJT188_UNIT_FIRST_BYTE;
}

static bool
has_short_number(const struct cjt188_decoded *frame)
{
    return frame->bytes[CJT188_OFF_ADDRESS + 4] == 0;
}

static bool
is_delu_mechanical(const struct cjt188_decoded *frame)
{
    enum { VOLUME_UNIT = 24, STATUS_HIGH = 42, LITRE = 0x29 };

    return frame->data + STATUS_HIGH < frame->data_end && (frame->bytes[frame->data + STATUS_HIGH] & 0xF0) == 0x30 &&
        frame->bytes[frame->data + VOLUME_UNIT] == LITRE;
}

/* A5 A6 in the order in which they are sent. */
#define MAKER(a5, a6) (0x10000 | (a6) << 8 | (a5))
#define ORDER(order) (1u << (order))

/* What is 0 or NULL is not asked for. */
struct rule {
    enum cjt188_dialect_id dialect;
    const char *reason;
    uint8_t families;
    uint32_t maker;
    uint8_t orders;   /* of the identifier's bytes: ORDER bits */
    uint16_t di;
    uint8_t length;
    bool reply_only;
    bool (*also)(const struct cjt188_decoded *frame);
};

/* The first that holds is taken. */
static const struct rule rules[] = {
    { CJT188_PLUS33, "the identifier is known only after 33H is taken off", .also = has_33_added },
    { CJT188_LICHUANG, "Lichuang's own control and identifier", .also = is_lichuang_command },
    { CJT188_HUIZHONG, "Huizhong's own control and identifier", .also = is_huizhong_command },
    { CJT188_MAITUO, "Maituo's own control, meter type or length", .also = is_maituo_command },
    { CJT188_STANDARD, "the address is a wildcard, it names no maker", .also = is_wildcard },
    { CJT188_GAS5, "gas meter without unit bytes", .families = CJT188_FAMILY_GAS, .di = 0x901F, .length = 0x16,
      .reply_only = true, .also = has_no_unit_bytes },
    { CJT188_BARE_WATER, "water meter without unit bytes, and a time of six bytes", .families = CJT188_FAMILY_WATER, .di = 0x901F,
      .length = 0x16, .reply_only = true, .also = is_bare_water },
    { CJT188_STANDARD, "gas meter", .families = CJT188_FAMILY_GAS },
    { CJT188_LICHUANG, "manufacturer code 59 42", .maker = MAKER(0x59, 0x42) },
    { CJT188_HIWITS, "heat meter with manufacturer code 55 55", .families = CJT188_FAMILY_HEAT, .maker = MAKER(0x55, 0x55) },
    { CJT188_SANEXT, "heat meter with manufacturer code 74 00", .families = CJT188_FAMILY_HEAT, .maker = MAKER(0x74, 0x00) },
    { CJT188_MAITUO, "manufacturer code 11 11, identifier sent high byte first", .maker = MAKER(0x11, 0x11),
      .orders = ORDER(CJT188_DI_HIGH_FIRST), .reply_only = true, .also = has_short_number },
    { CJT188_TIANGANG, "heat meter with manufacturer code 11 11", .families = CJT188_FAMILY_HEAT, .maker = MAKER(0x11, 0x11),
      .orders = ORDER(CJT188_DI_LOW_FIRST) | ORDER(CJT188_DI_UNKNOWN_ORDER) },
    { CJT188_TIANGANG, "903F of a mechanical heat meter", .families = CJT188_FAMILY_HEAT, .di = 0x903F, .length = 0x3D },
    { CJT188_UNIT_FIRST, "the unit bytes stand before the digits", .also = has_unit_bytes_first },
    { CJT188_OEM_ULTRASONIC, "heat meter with manufacturer code 00 00, identifier sent low byte first",
      .families = CJT188_FAMILY_HEAT, .maker = MAKER(0x00, 0x00), .orders = ORDER(CJT188_DI_LOW_FIRST) },
    { CJT188_DELU_MECHANICAL, "manufacturer code 00 00, volume in litres, status 3x", .families = CJT188_FAMILY_HEAT,
      .maker = MAKER(0x00, 0x00), .length = 0x2E, .reply_only = true, .also = is_delu_mechanical },
};

static bool
rule_holds(const struct rule *rule, const struct cjt188_decoded *frame)
{
    return (rule->families == 0 || (rule->families & frame->family) != 0) &&
        (rule->maker == 0 || rule->maker == (0x10000u | frame->manufacturer)) &&
        (rule->orders == 0 || (rule->orders & ORDER(frame->di_order)) != 0) &&
        (rule->di == 0 || rule->di == frame->di) && (rule->length == 0 || rule->length == frame->data_length) &&
        (!rule->reply_only || frame->is_reply) && (rule->also == NULL || rule->also(frame));
}

enum cjt188_dialect_id
cjt188_decide_dialect(const struct cjt188_decoded *frame, const char **reason)
{
    for (size_t i = 0; i < COUNT_OF(rules); i++) {
        if (rule_holds(&rules[i], frame)) {
            *reason = rules[i].reason;
            return rules[i].dialect;
        }
    }
    *reason = "nothing points to a maker's own";
    return CJT188_NO_DIALECT;
}
