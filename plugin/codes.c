/* codes.c
 * Look-ups in the code lists of protocol/cjt188-codes.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "cjt188.h"

#include "cjt188-codes.h"

const struct unit *
cjt188_unit(uint8_t code)
{
#define UNIT(code, name, class, exponent, divisor) { code, name, class, exponent, divisor },
    static const struct unit units[] = { CJT188_UNITS(UNIT) };
#undef UNIT

    for (size_t i = 0; i < array_length(units); i++) {
        if (units[i].code == code)
            return &units[i];
    }
    return NULL;
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

    for (size_t i = 0; i < array_length(identifiers); i++) {
        if (di >= identifiers[i].first && di <= identifiers[i].last &&
            (identifiers[i].function == 0 || identifiers[i].function == function))
            return identifiers[i].name;
    }
    return NULL;
}

const char *
cjt188_frame_identifier_name(const struct cjt188_frame *frame)
{
    static const struct {
        uint16_t di;
        uint8_t families, function, length; /* 0: any */
        const char *name;
    } special[] = {
        { 0x903F, FAMILY_GAS, 0, 0, "history of the months 1 to 6 (gas)" },
        { 0x903F, FAMILY_HEAT, 0x01, 0x08, "power (2018, one source)" },
        { 0xA019, 0, 0x36, 0, "flow coefficients" },
        { 0xA019, 0, 0x37, 0, "temperature coefficients" },
        { 0xA019, 0, 0x38, 0, "temperature coefficients" },
    };

    for (size_t i = 0; i < array_length(special); i++) {
        if (special[i].di == frame->di && (special[i].families == 0 || (special[i].families & cjt188_family(frame->type)) != 0) &&
            (special[i].function == 0 || special[i].function == frame->function) &&
            (special[i].length == 0 || special[i].length == frame->data_length))
            return special[i].name;
    }
    return cjt188_identifier_name(frame->di, frame->function);
}

const char *
cjt188_function_verb(uint8_t function)
{
#define VERB(code, name, verb) { code, verb },
    static const value_string verbs[] = { CJT188_FUNCTIONS(VERB) { 0, NULL } };
#undef VERB

    return try_val_to_str(function, verbs);
}

uint8_t
cjt188_family(uint8_t type)
{
    switch (type >> 4) {
    case 1:
        return FAMILY_WATER;
    case 2:
        return FAMILY_HEAT;
    case 3:
        return FAMILY_GAS;
    case 4:
        return type < 0x48 ? FAMILY_ELECTRICITY : FAMILY_OTHER;
    default:
        return FAMILY_OTHER;
    }
}
