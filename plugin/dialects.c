/* dialects.c
 * The dialects, a row each, and the rules that choose identifier order, unit position and dialect of a frame.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * CJ/T 188 leaves open how many decimal places a value has, and makers fill its gaps each in their own way; no byte of a
 * frame names the maker for sure. The rules were tried on 107 published frames.
 */
#include "cjt188.h"

#include "fields.h"

/* ---- status words ---- */

#define BIT(mask, variable, name, is_fault) { mask, &hf_cjt188_status_##variable, name, is_fault }
#define BATTERY_LOW BIT(0x0004, battery_low, "battery low", true)

static const struct status_bit battery_bits[] = { BATTERY_LOW, { 0 } };

/* The thread quotes the second byte as the standard's; it is Tiangang's. */
static const struct status_bit heat_bits[] = {
    BATTERY_LOW,
    BIT(0x0100, integrator_fault, "integrator fault", true),
    BIT(0x0200, supply_sensor_fault, "supply temperature sensor fault", true),
    BIT(0x0400, return_sensor_fault, "return temperature sensor fault", true),
    BIT(0x0800, flow_sensor_fault, "flow sensor fault", true),
    { 0 },
};

/* Ruina's meters carry Tiangang's maker code and set two more bits. */
static const struct status_bit tiangang_bits[] = {
    BATTERY_LOW,
    BIT(0x0100, integrator_fault, "integrator fault", true),
    BIT(0x0200, supply_sensor_fault, "supply temperature sensor fault", true),
    BIT(0x0400, return_sensor_fault, "return temperature sensor fault", true),
    BIT(0x0800, flow_sensor_fault, "flow sensor fault", true),
    BIT(0x4000, reverse_flow, "reverse flow", true),
    BIT(0x8000, no_water, "no water", true),
    { 0 },
};

static const struct status_bit hiwits_bits[] = {
    BATTERY_LOW,
    BIT(0x0100, supply_below, "supply below 0 °C", true),
    BIT(0x0200, supply_above, "supply above 100 °C", true),
    BIT(0x0400, return_below, "return below 0 °C", true),
    BIT(0x0800, return_above, "return above 100 °C", true),
    BIT(0x1000, converter_fault, "converter fault", true),
    BIT(0x2000, flow_high, "flow too high", true),
    BIT(0x4000, no_flow, "no flow", true),
    { 0 },
};

static const struct status_bit ruina_bits[] = {
    BATTERY_LOW,
    BIT(0x0200, supply_sensor_fault, "supply temperature sensor fault", true),
    BIT(0x0400, return_sensor_fault, "return temperature sensor fault", true),
    BIT(0x4000, reverse_flow, "reverse flow", true),
    BIT(0x8000, no_water, "no water", true),
    { 0 },
};

static const struct status_bit maituo_bits[] = {
    BATTERY_LOW,
    BIT(0x0100, sensor_short, "temperature sensor short-circuited", true),
    BIT(0x0200, sensor_open, "temperature sensor open", true),
    BIT(0x0400, no_water, "no water", true),
    BIT(0x0800, board_fault, "board fault", true),
    BIT(0x1000, flow_high, "overflow", true),
    { 0 },
};

/* Seen in public code that reads these meters: fault code first, then the valve. */
static const struct status_bit maituo_valve_bits[] = {
    BIT(0x0001, sensor_short, "temperature sensor short-circuited", true),
    BIT(0x0002, sensor_open, "temperature sensor open", true),
    BIT(0x0004, no_water, "no water", true),
    BIT(0x0008, board_fault, "board fault", true),
    BIT(0x0010, flow_high, "flow too high", true),
    BIT(0x0020, battery_low, "battery low", true),
    { 0 },
};

static const struct status_bit yuanda_bits[] = {
    BATTERY_LOW,
    BIT(0x0200, supply_sensor_fault, "supply temperature sensor fault", true),
    BIT(0x0400, return_sensor_fault, "return temperature sensor fault", true),
    { 0 },
};

static const struct status_bit jiade_bits[] = {
    BATTERY_LOW,
    BIT(0x0020, cooling, "cooling mode", false),
    BIT(0x0040, flow_sensor_fault, "flow sensor fault", true),
    BIT(0x0080, supply_sensor_fault, "supply temperature sensor fault", true),
    BIT(0x0100, return_sensor_fault, "return temperature sensor fault", true),
    BIT(0x0200, eeprom_fault, "EEPROM fault", true),
    BIT(0x0400, invalid_data, "invalid data", true),
    BIT(0x1000, settlement_mode, "settlement mode", false),
    { 0 },
};

static const struct status_bit gas_bits[] = {
    BIT(0x0004, battery_low, "6 V battery low", true),
    BIT(0x0008, valve_leak, "valve leaks", true),
    BIT(0x0010, unused, "unused for 15 days", true),
    BIT(0x0020, backup_battery_low, "3.6 V battery low", true),
    BIT(0x0040, magnet, "magnetic tampering", true),
    BIT(0x0080, reed, "reed contact fault", true),
    { 0 },
};

static const struct status_layout status_plain = { true, -1, -1, false, battery_bits };
static const struct status_layout status_heat = { true, -1, -1, false, heat_bits };
static const struct status_layout status_tiangang = { true, -1, -1, false, tiangang_bits };
static const struct status_layout status_hiwits = { true, -1, -1, false, hiwits_bits };
static const struct status_layout status_ruina = { true, -1, -1, false, ruina_bits };
static const struct status_layout status_maituo = { true, 1, -1, false, maituo_bits };
static const struct status_layout status_maituo_valve = { false, 0, 1, false, maituo_valve_bits };
static const struct status_layout status_yuanda = { true, -1, -1, false, yuanda_bits };
static const struct status_layout status_jiade = { false, -1, -1, false, jiade_bits };
static const struct status_layout status_gas = { true, -1, -1, false, gas_bits };
static const struct status_layout status_internal = { false, -1, -1, true, NULL };

/* ---- dialects ---- */

/* Decimal places in the order of the classes: energy, power, flow, volume, hours. Where nothing is said of the first energy
 * it is the settlement day's, and all numbers come low byte first. */
static const struct dialect dialects[DIALECTS] = {
    [DIALECT_STANDARD] = {
        .key = "standard", .name = "CJ/T 188-2004",
        .places = { 2, 2, 4, 2, 0 }, .status = &status_heat,
    },
    [DIALECT_OEM_ULTRASONIC] = { /* the thread's meter */
        .key = "oem", .name = "OEM ultrasonic",
        .places = { 3, 3, 3, 3, 0 }, .remark = { [VOLUME] = "its owner's reading, not confirmed" },
        .first_is_cooling = true, .status = &status_heat,
    },
    [DIALECT_TIANGANG] = { /* Tiangang QB/T 010-2008, Delu */
        .key = "tiangang", .name = "Tiangang, Delu ultrasonic",
        .places = { 2, 2, 4, 2, 0 }, .first_is_cooling = true, .status = &status_tiangang,
    },
    [DIALECT_DELU_MECHANICAL] = {
        .key = "delu-mechanical", .name = "Delu mechanical",
        .places = { 2, 2, 4, 2, 0 }, .filler_33 = true, .status = &status_heat,
    },
    [DIALECT_DELU_VERIFICATION] = {
        .key = "delu-verification", .name = "Delu mechanical, verification mode",
        .places = { 2, 2, 2, 2, 2 }, .filler_33 = true, .status = &status_internal,
    },
    [DIALECT_LICHUANG] = {
        .key = "lichuang", .name = "Lichuang, new Delu",
        .places = { 2, 2, 3, 2, 0 }, .status = &status_heat,
    },
    [DIALECT_UNIT_FIRST] = { /* JY, one water maker */
        .key = "unit-first", .name = "Unit first",
        .places = { 2, 2, 4, 2, 0 }, .status = &status_heat,
    },
    [DIALECT_MAITUO] = {
        .key = "maituo", .name = "Maituo",
        .places = { 0, 0, 0, 0, 0 }, .first_is_cooling = true, .number_high_first = true, .status = &status_maituo,
    },
    [DIALECT_MAITUO_VALVE] = {
        .key = "maituo-valve", .name = "Maituo, valve-controlled heat",
        .places = { 0, 0, 0, 0, 0 }, .first_is_cooling = true, .number_high_first = true,
        .status = &status_maituo_valve,
    },
    [DIALECT_HIWITS] = {
        .key = "hiwits", .name = "Hiwits",
        .places = { 2, 2, 4, 2, 0 }, .status = &status_hiwits,
    },
    [DIALECT_RUINA] = {
        .key = "ruina", .name = "Ruina",
        .places = { 2, 2, 4, 2, 0 }, .first_is_cooling = true, .status = &status_ruina,
    },
    [DIALECT_CHUANGZHAN] = {
        .key = "chuangzhan", .name = "Chuangzhan",
        .places = { 2, 2, 4, 2, 0 }, .first_is_cooling = true, .status = &status_heat,
    },
    [DIALECT_SANEXT] = {
        .key = "sanext", .name = "SANEXT",
        .places = { 2, 2, 2, 2, 0 }, .first_is_cooling = true, .status = &status_heat,
    },
    [DIALECT_YUANDA] = {
        .key = "yuanda", .name = "Yuanda",
        .places = { 2, 2, 4, 2, 0 }, .first_is_cooling = true, .status = &status_yuanda,
    },
    [DIALECT_HUIZHONG] = {
        .key = "huizhong", .name = "Huizhong",
        .places = { 2, 2, 4, 2, 0 }, .number_high_first = true, .data_high_first = true, .status = &status_heat,
    },
    [DIALECT_JIADE] = {
        .key = "jiade", .name = "Jiade",
        .places = { 2, 2, 4, 2, 0 }, .status = &status_jiade,
    },
    [DIALECT_PLUS33] = { /* Guangda, Wanhua */
        .key = "plus33", .name = "+33H",
        .places = { 2, 2, 4, 2, 0 }, .status = &status_heat,
    },
    [DIALECT_GAS5] = { /* one gas maker */
        .key = "gas5", .name = "Five-byte gas",
        .places = { 2, 2, 4, 1, 0 }, .status = &status_gas,
    },
};

const enum_val_t *
cjt188_dialect_choices(void)
{
    static enum_val_t choices[DIALECTS + 1];

    for (int i = 0; i < DIALECTS; i++)
        choices[i] = (enum_val_t){ dialects[i].key, dialects[i].name, i };
    choices[DIALECTS] = (enum_val_t){ NULL, NULL, -1 };
    return choices;
}

const struct dialect *
cjt188_dialect(int id)
{
    return &dialects[id >= 0 && id < DIALECTS ? id : DIALECT_STANDARD];
}

int
cjt188_dialect_id(const struct dialect *dialect)
{
    return (int)(dialect - dialects);
}

const struct status_layout *
cjt188_status_layout(const struct cjt188_frame *frame)
{
    /* The second byte is named for heat meters; of water and gas meters it is the maker's own, unless the dialect is one of
     * theirs. */
    if (cjt188_family(frame->type) != FAMILY_HEAT && frame->dialect->status != &status_gas)
        return &status_plain;
    return frame->dialect->status;
}

/* ---- order of the identifier's bytes ---- */

static bool
identifier_known(const struct cjt188_frame *frame, uint16_t di)
{
    return cjt188_identifier_name(di, frame->function) != NULL;
}

static void
take_33_off(struct cjt188_frame *frame)
{
    for (unsigned i = CJT188_OFF_DATA; i < frame->data_end; i++)
        frame->bytes[i] = (uint8_t)(frame->bytes[i] - 0x33);
    frame->plus_33 = true;
}

static void
set_identifier(struct cjt188_frame *frame, uint8_t high, uint8_t low, enum di_order order, bool known)
{
    frame->has_di = true;
    frame->di = (uint16_t)(high << 8 | low);
    frame->di_order = order;
    frame->di_known = known;
}

/* An identifier of which one order is known. */
static bool
set_known_identifier(struct cjt188_frame *frame, uint8_t first, uint8_t second)
{
    if (identifier_known(frame, (uint16_t)(first << 8 | second)))
        set_identifier(frame, first, second, DI_HIGH_FIRST, true);
    else if (identifier_known(frame, (uint16_t)(second << 8 | first)))
        set_identifier(frame, second, first, DI_LOW_FIRST, true);
    else
        return false;
    return true;
}

void
cjt188_decide_identifier(struct cjt188_frame *frame)
{
    const uint8_t first = frame->bytes[CJT188_OFF_DATA];
    const uint8_t second = frame->bytes[CJT188_OFF_DATA + 1];

    if (frame->data_end < CJT188_OFF_DATA + 2 || frame->data_length < 2)
        return;
    if (set_known_identifier(frame, first, second))
        return;
    if (frame->is_error && frame->data_length <= 3) /* then these are no identifier at all */
        return;
    if (set_known_identifier(frame, (uint8_t)(first - 0x33), (uint8_t)(second - 0x33)))
        take_33_off(frame);
    else if (first >= 0x80 && second < 0x80)
        set_identifier(frame, first, second, DI_HIGH_FIRST, false);
    else if (second >= 0x80 && first < 0x80)
        set_identifier(frame, second, first, DI_LOW_FIRST, false);
    else
        set_identifier(frame, first, second, DI_UNKNOWN_ORDER, false);
}

/* ---- position of the unit bytes ---- */

#define BIT_OF(class) (1u << (class))

static bool
is_unit_of(uint8_t code, unsigned classes)
{
    const struct unit *unit = cjt188_unit(code);

    return unit != NULL && (classes & BIT_OF(unit->class)) != 0;
}

static bool
is_decimal(const uint8_t *bytes, unsigned width)
{
    for (unsigned i = 0; i < width; i++) {
        if ((bytes[i] >> 4) > 9 || (bytes[i] & 0x0F) > 9)
            return false;
    }
    return true;
}

/* Among as many units first as last, those count more whose digits are decimal: 2C 82 66 31 26 is no 3166822C mL. */
static enum unit_position
unit_position_of(const unsigned units[2], const unsigned decimals[2])
{
    if (units[0] == 0 && units[1] == 0)
        return UNIT_ABSENT;
    if (units[0] == units[1])
        return decimals[0] > decimals[1] ? UNIT_FIRST : UNIT_LAST;
    return units[0] > units[1] ? UNIT_FIRST : UNIT_LAST;
}

void
cjt188_decide_unit_position(struct cjt188_frame *frame)
{
    enum { SLOTS = 5, WIDTH = 5 };
    static const struct {
        uint8_t length;
        unsigned classes[SLOTS];
    } slots[] = {
        { 0x2E, { BIT_OF(ENERGY), BIT_OF(ENERGY), BIT_OF(POWER), BIT_OF(FLOW), BIT_OF(VOLUME) } },
        { 0x16, { BIT_OF(VOLUME), BIT_OF(VOLUME) | BIT_OF(FLOW) | BIT_OF(ENERGY) } },
        { 0x1B, { BIT_OF(VOLUME), BIT_OF(VOLUME), BIT_OF(FLOW) } },
        { 0x1D, { BIT_OF(VOLUME), BIT_OF(VOLUME), BIT_OF(FLOW) } },
    };
    unsigned units[2] = { 0, 0 }, decimals[2] = { 0, 0 }; /* first, last */

    const bool gas = cjt188_family(frame->type) == FAMILY_GAS;

    frame->unit_position = UNIT_LAST;
    if (!frame->is_reply || frame->is_error || (frame->di != 0x901F && frame->di != 0x902F))
        return;
    for (size_t i = 0; i < array_length(slots); i++) {
        if (slots[i].length != frame->data_length)
            continue;
        for (unsigned s = 0; s < SLOTS && slots[i].classes[s] != 0; s++) {
            const unsigned at = frame->data + s * WIDTH;

            if (at + WIDTH > frame->data_end)
                break;
            for (unsigned end = 0; end < 2; end++) {
                if (!is_unit_of(frame->bytes[at + end * (WIDTH - 1)], gas ? BIT_OF(VOLUME) : slots[i].classes[s]))
                    continue;
                units[end]++;
                decimals[end] += is_decimal(frame->bytes + at + 1 - end, WIDTH - 1);
            }
        }
        if (gas && units[0] < 2) /* digits of a gas meter that sends no units: one of them may look like a unit */
            units[0] = 0;
        frame->unit_position = unit_position_of(units, decimals);
    }
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
has_33_added(const struct cjt188_frame *frame)
{
    return frame->plus_33;
}

static bool
is_lichuang_command(const struct cjt188_frame *frame)
{
    static const uint16_t identifiers[] = { 0x610A, 0x020A, 0x120A, 0xA021, 0 };

    return (frame->function == 0x20 || frame->function == 0x21) && is_one_of(frame->di, identifiers);
}

static bool
is_huizhong_command(const struct cjt188_frame *frame)
{
    static const uint16_t identifiers[] = { 0x2A49, 0x2A43, 0xB26C, 0xB26D, 0 };

    return (frame->function == 0x3A || frame->function == 0x3B) && is_one_of(frame->di, identifiers);
}

static bool
is_maituo_command(const struct cjt188_frame *frame)
{
    return frame->function == 0x1A || frame->function == 0x3E || (frame->type >= 0x48 && frame->type <= 0x51) ||
        (frame->di == 0x901F && frame->data_length == 0x1B);
}

static bool
is_wildcard(const struct cjt188_frame *frame)
{
    return frame->is_wildcard;
}

static bool
has_no_unit_bytes(const struct cjt188_frame *frame)
{
    return frame->unit_position == UNIT_ABSENT;
}

static bool
has_unit_bytes_first(const struct cjt188_frame *frame)
{
    return frame->unit_position == UNIT_FIRST;
}

static bool
has_short_number(const struct cjt188_frame *frame)
{
    return frame->bytes[CJT188_OFF_ADDRESS + 4] == 0;
}

static bool
is_delu_mechanical(const struct cjt188_frame *frame)
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
    enum dialect_id dialect;
    const char *reason;
    uint8_t families;
    uint32_t maker;
    uint8_t orders;   /* of the identifier's bytes: ORDER bits */
    uint16_t di;
    uint8_t length;
    bool reply_only;
    bool (*also)(const struct cjt188_frame *frame);
};

/* The first that holds is taken. */
static const struct rule rules[] = {
    { DIALECT_PLUS33, "the identifier is known only after 33H is taken off", .also = has_33_added },
    { DIALECT_LICHUANG, "Lichuang's own control and identifier", .also = is_lichuang_command },
    { DIALECT_HUIZHONG, "Huizhong's own control and identifier", .also = is_huizhong_command },
    { DIALECT_MAITUO, "Maituo's own control, meter type or length", .also = is_maituo_command },
    { DIALECT_STANDARD, "the address is a wildcard, it names no maker", .also = is_wildcard },
    { DIALECT_GAS5, "gas meter without unit bytes", .families = FAMILY_GAS, .di = 0x901F, .length = 0x16,
      .reply_only = true, .also = has_no_unit_bytes },
    { DIALECT_STANDARD, "gas meter", .families = FAMILY_GAS },
    { DIALECT_LICHUANG, "manufacturer code 59 42", .maker = MAKER(0x59, 0x42) },
    { DIALECT_HIWITS, "heat meter with manufacturer code 55 55", .families = FAMILY_HEAT, .maker = MAKER(0x55, 0x55) },
    { DIALECT_SANEXT, "heat meter with manufacturer code 74 00", .families = FAMILY_HEAT, .maker = MAKER(0x74, 0x00) },
    { DIALECT_MAITUO, "manufacturer code 11 11, identifier sent high byte first", .maker = MAKER(0x11, 0x11),
      .orders = ORDER(DI_HIGH_FIRST), .reply_only = true, .also = has_short_number },
    { DIALECT_TIANGANG, "heat meter with manufacturer code 11 11", .families = FAMILY_HEAT, .maker = MAKER(0x11, 0x11),
      .orders = ORDER(DI_LOW_FIRST) | ORDER(DI_UNKNOWN_ORDER) },
    { DIALECT_TIANGANG, "903F of a mechanical heat meter", .families = FAMILY_HEAT, .di = 0x903F, .length = 0x3D },
    { DIALECT_UNIT_FIRST, "the unit bytes stand before the digits", .also = has_unit_bytes_first },
    { DIALECT_OEM_ULTRASONIC, "heat meter with manufacturer code 00 00, identifier sent low byte first",
      .families = FAMILY_HEAT, .maker = MAKER(0x00, 0x00), .orders = ORDER(DI_LOW_FIRST) },
    { DIALECT_DELU_MECHANICAL, "manufacturer code 00 00, volume in litres, status 3x", .families = FAMILY_HEAT,
      .maker = MAKER(0x00, 0x00), .length = 0x2E, .reply_only = true, .also = is_delu_mechanical },
};

static bool
rule_holds(const struct rule *rule, const struct cjt188_frame *frame)
{
    return (rule->families == 0 || (rule->families & cjt188_family(frame->type)) != 0) &&
        (rule->maker == 0 || rule->maker == (0x10000u | frame->manufacturer)) &&
        (rule->orders == 0 || (rule->orders & ORDER(frame->di_order)) != 0) &&
        (rule->di == 0 || rule->di == frame->di) && (rule->length == 0 || rule->length == frame->data_length) &&
        (!rule->reply_only || frame->is_reply) && (rule->also == NULL || rule->also(frame));
}

int
cjt188_decide_dialect(const struct cjt188_frame *frame, const char **reason, bool *weak)
{
    *weak = false;
    for (size_t i = 0; i < array_length(rules); i++) {
        if (rule_holds(&rules[i], frame)) {
            *reason = rules[i].reason;
            return rules[i].dialect;
        }
    }
    *weak = true;
    *reason = "nothing points to a maker's own";
    return DIALECT_STANDARD;
}
