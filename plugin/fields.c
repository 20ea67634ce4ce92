/* fields.c
 * Registration of the display fields of fields.def, the expert infos of expert.def and the subtrees.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fields.h"

#include "cjt188-codes.h"

#define FIELD(variable, name, abbrev, type, display, strings, mask, blurb) int hf_cjt188_##variable;
#include "fields.def"
#undef FIELD

#define EXPERT(variable, abbrev, group, severity, text) expert_field ei_cjt188_##variable = EI_INIT;
#include "expert.def"
#undef EXPERT

int ett_cjt188 = -1;
int ett_cjt188_part = -1;
int ett_cjt188_value = -1;

#define NAMED(code, name) { code, name },
#define FUNCTION(code, name, verb) { code, name },
#define UNIT(code, name, class, exponent, divisor) { code, name },

const value_string cjt188_type_vals[] = { CJT188_METER_TYPES(NAMED) { 0, NULL } };
const value_string cjt188_function_vals[] = { CJT188_FUNCTIONS(FUNCTION) { 0, NULL } };
const value_string cjt188_diameter_vals[] = { CJT188_DIAMETERS(NAMED) { 0, NULL } };
const value_string cjt188_valve_vals[] = { CJT188_VALVE_CODES(NAMED) { 0, NULL } };

static const value_string cjt188_unit_vals[] = { CJT188_UNITS(UNIT) { 0, NULL } };
static value_string_ext cjt188_unit_vals_ext = VALUE_STRING_EXT_INIT(cjt188_unit_vals);

const value_string cjt188_valve_state_vals[] = {
    { 0, "open" },
    { 1, "closed" },
    { 2, "undefined" },
    { 3, "abnormal" },
    { 0, NULL },
};

static const true_false_string cjt188_tfs_reply = { "from the meter", "from the master" };
static const true_false_string cjt188_tfs_error = { "the meter could not do it", "none" };

void
cjt188_register_fields(int proto)
{
    static hf_register_info hf[] = {
#define FIELD(variable, name, abbrev, type, display, strings, mask, blurb) \
    { &hf_cjt188_##variable, { name, abbrev, type, display, strings, mask, blurb, HFILL } },
#include "fields.def"
#undef FIELD
    };
    static ei_register_info ei[] = {
#define EXPERT(variable, abbrev, group, severity, text) \
    { &ei_cjt188_##variable, { abbrev, group, severity, text, EXPFILL } },
#include "expert.def"
#undef EXPERT
    };
    static int *ett[] = { &ett_cjt188, &ett_cjt188_part, &ett_cjt188_value };

    proto_register_field_array(proto, hf, array_length(hf));
    proto_register_subtree_array(ett, array_length(ett));
    expert_register_field_array(expert_register_protocol(proto), ei, array_length(ei));
}
