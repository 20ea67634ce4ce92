/* cjt188-codes.c
 * Look-ups in the lists of cjt188-codes.h and cjt188-fields.def.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "cjt188-codes.h"

#include "cjt188-tables.h"

/* ---- fields ---- */

#define NAMED(code, name) { code, name },
#define UNIT_NAMED(code, name, class, exponent, divisor) { code, name },

static const struct cjt188_code names_diameter[] = { CJT188_DIAMETERS(NAMED) { 0, NULL } };
static const struct cjt188_code names_valve[] = { CJT188_VALVE_CODES(NAMED) { 0, NULL } };
static const struct cjt188_code names_valve_state[] = { CJT188_VALVE_STATES(NAMED) { 0, NULL } };
static const struct cjt188_code names_unit[] = { CJT188_UNITS(UNIT_NAMED) { 0, NULL } };

#undef NAMED
#undef UNIT_NAMED

enum { DISPLAY_NONE, DISPLAY_DEC, DISPLAY_HEX };
#define NO_NAMES NULL
#define YES_NO NULL
#define NAMES(list) names_##list

const struct cjt188_field_info *
cjt188_field_info(enum cjt188_field field)
{
    static const struct cjt188_field_info fields[] = {
#define FIELD(id, name, filter, type, display, names, mask, blurb) \
    [CJT188_F_##id] = { name, filter, CJT188_##type, DISPLAY_##display == DISPLAY_HEX, names },
#include "cjt188-fields.def"
#undef FIELD
    };

    return &fields[field];
}

/* ---- units ---- */

const struct cjt188_unit *
cjt188_unit(uint8_t code)
{
#define UNIT(code, name, class, exponent, divisor) [code] = { code, CJT188_##class, name, exponent, (divisor) != 1 },
    static const struct cjt188_unit units[UINT8_MAX + 1] = { CJT188_UNITS(UNIT) };
#undef UNIT

    return units[code].name != NULL ? &units[code] : NULL;
}

const char *
cjt188_class_unit(enum cjt188_class class)
{
    static const char *const units[] = {
        [CJT188_ENERGY] = "kWh", [CJT188_POWER] = "kW",       [CJT188_FLOW] = "m³/h", [CJT188_VOLUME] = "m³",
        [CJT188_HOURS] = "h",    [CJT188_TEMPERATURE] = "°C", [CJT188_PLAIN] = "",
    };

    return class < CJT188_CLASSES ? units[class] : "";
}

/* ---- types, functions, identifiers ---- */

const char *
cjt188_type_name(uint8_t type)
{
#define NAMED(code, name) [code] = name,
    static const char *const names[UINT8_MAX + 1] = { CJT188_METER_TYPES(NAMED) };
#undef NAMED

    return names[type];
}

#define FUNCTIONS (CJT188_CONTROL_FUNCTION + 1)

static const struct cjt188_function standard_functions[FUNCTIONS] = {
#define FUNCTION(code, name, verb, behind) [code] = { name, verb, CJT188_SAY_##behind },
    CJT188_FUNCTIONS(FUNCTION)
#undef FUNCTION
};

/* The words of CJT188_MAKERS_FUNCTIONS. Without an identifier the first is above the last. */
#define ONE_DI(di) di, di
#define DI_FROM_TO(first, last) first, last
#define ANY_DI 0, UINT16_MAX
#define NO_DI 1, 0
#define FOR_ANY CJT188_NO_DIALECT
#define FOR_LICHUANG CJT188_LICHUANG
#define FOR_HUIZHONG CJT188_HUIZHONG
#define FOR_MAITUO CJT188_MAITUO

static const struct makers_function {
    uint8_t code, families;
    uint16_t first, last;
    int8_t dialect;
    struct cjt188_function function;
} makers_functions[] = {
#define FUNCTION(code, families, identifiers, dialect, name, verb, behind) \
    { code, CJT188_FAMILY_##families, identifiers, FOR_##dialect, { name, verb, CJT188_SAY_##behind } },
    CJT188_MAKERS_FUNCTIONS(FUNCTION)
#undef FUNCTION
};

static bool
is_for_identifier(const struct makers_function *row, const struct cjt188_decoded *frame)
{
    if (!frame->has_di)
        return row->first > row->last || (row->first == 0 && row->last == UINT16_MAX);
    return frame->di >= row->first && frame->di <= row->last;
}

const struct cjt188_function *
cjt188_find_function(const struct cjt188_decoded *frame)
{
    const struct cjt188_function *standard = &standard_functions[frame->function];

    if (standard->name != NULL)
        return standard;
    for (size_t i = 0; i < COUNT_OF(makers_functions); i++) {
        const struct makers_function *row = &makers_functions[i];

        if (row->code == frame->function && (row->families & frame->family) != 0 && is_for_identifier(row, frame) &&
            (row->dialect == CJT188_NO_DIALECT || row->dialect == (int)cjt188_dialect_id(frame->dialect)))
            return &row->function;
    }
    return NULL;
}

bool
cjt188_function_is_in_use(uint8_t function)
{
    if (function < FUNCTIONS && standard_functions[function].name != NULL)
        return true;
    for (size_t i = 0; i < COUNT_OF(makers_functions); i++) {
        if (makers_functions[i].code == function)
            return true;
    }
    return false;
}

const char *
cjt188_identifier_name(uint16_t di, uint8_t function)
{
#define IDENTIFIER(first, last, function, name) { first, last, function, name },
    static const struct {
        uint16_t first, last;
        uint8_t function;
        const char *name;
    } identifiers[] = { CJT188_IDENTIFIERS(IDENTIFIER) };
#undef IDENTIFIER

    for (size_t i = 0; i < COUNT_OF(identifiers); i++) {
        if (di >= identifiers[i].first && di <= identifiers[i].last &&
            (identifiers[i].function == 0 || identifiers[i].function == function))
            return identifiers[i].name;
    }
    return NULL;
}

const char *
cjt188_frame_identifier_name(const struct cjt188_decoded *frame)
{
    static const struct {
        uint16_t di;
        uint8_t families, function, length; /* 0: any */
        const char *name;
    } special[] = {
        { 0x903F, CJT188_FAMILY_GAS, 0, 0, "history of the months 1 to 6 (gas)" },
        { 0x903F, CJT188_FAMILY_HEAT, 0x01, 0x08, "power (2018, one source)" },
        { 0xA019, CJT188_FAMILY_HEAT, 0x36, 0, "flow coefficients" },
        { 0xA019, CJT188_FAMILY_HEAT, 0x37, 0, "temperature coefficients" },
        { 0xA019, CJT188_FAMILY_HEAT, 0x38, 0, "temperature coefficients" },
    };

    for (size_t i = 0; i < COUNT_OF(special); i++) {
        if (special[i].di == frame->di && (special[i].families == 0 || (special[i].families & frame->family) != 0) &&
            (special[i].function == 0 || special[i].function == frame->function) &&
            (special[i].length == 0 || special[i].length == frame->data_length))
            return special[i].name;
    }
    return cjt188_identifier_name(frame->di, frame->function);
}

uint8_t
cjt188_family(uint8_t type)
{
    switch (type >> 4) {
    case 1:
        return CJT188_FAMILY_WATER;
    case 2:
        return CJT188_FAMILY_HEAT;
    case 3:
        return CJT188_FAMILY_GAS;
    case 4:
        return type < 0x48 ? CJT188_FAMILY_ELECTRICITY : CJT188_FAMILY_OTHER;
    default:
        return CJT188_FAMILY_OTHER;
    }
}
