/* fields.c
 * Registration of the display fields, the expert infos of expert.def and the subtrees.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "fields.h"

#include "cjt188-codes.h"

int cjt188_hf[CJT188_FIELDS];
int cjt188_ett[CJT188_FIELDS];

#define FIELD(variable, name, abbrev, type, display, strings, mask, blurb) int hf_cjt188_##variable;
#include "fields.def"
#undef FIELD

#define EXPERT(variable, abbrev, group, severity, text) expert_field ei_cjt188_##variable = EI_INIT;
#include "expert.def"
#undef EXPERT

#define SUBTREE(variable) int ett_cjt188_##variable = -1;
CJT188_SUBTREES(SUBTREE)
#undef SUBTREE

#define NAMED(code, name) { code, name },
#define FUNCTION(code, name, verb, behind) { code, name },
#define UNIT(code, name, class, exponent, divisor) { code, name },

const value_string cjt188_type_vals[] = { CJT188_METER_TYPES(NAMED) { 0, NULL } };

static const value_string cjt188_function_vals[] = { CJT188_FUNCTIONS(FUNCTION) { 0, NULL } };
static const value_string vals_diameter[] = { CJT188_DIAMETERS(NAMED) { 0, NULL } };
static const value_string vals_valve[] = { CJT188_VALVE_CODES(NAMED) { 0, NULL } };
static const value_string vals_valve_state[] = { CJT188_VALVE_STATES(NAMED) { 0, NULL } };
static const value_string vals_unit[] = { CJT188_UNITS(UNIT) { 0, NULL } };

static const true_false_string cjt188_tfs_reply = { "from the meter", "from the master" };
static const true_false_string cjt188_tfs_error = { "the meter could not do it", "none" };

/* Wireshark's tfs_yes_no and proto_checksum_vals once more: on Windows they are another library's, and what is another
 * library's has no address that a constant table could hold. */
static const true_false_string cjt188_tfs_yes_no = { "Yes", "No" };
static const value_string cjt188_checksum_vals[] = {
    { PROTO_CHECKSUM_E_BAD, "Bad" },
    { PROTO_CHECKSUM_E_GOOD, "Good" },
    { PROTO_CHECKSUM_E_UNVERIFIED, "Unverified" },
    { PROTO_CHECKSUM_E_NOT_PRESENT, "Not present" },
    { PROTO_CHECKSUM_E_ILLEGAL, "Illegal" },
    { 0, NULL },
};

/* The words of cjt188-fields.def in Wireshark's. */
#define NO_NAMES NULL
#define YES_NO TFS(&cjt188_tfs_yes_no)
#define NAMES(list) VALS(vals_##list)

static void
register_value_fields(int proto)
{
    static hf_register_info hf[] = {
#define FIELD(id, name, abbrev, type, display, names, mask, blurb) \
    { &cjt188_hf[CJT188_F_##id], { name, abbrev, FT_##type, BASE_##display, names, mask, blurb, HFILL } },
#include "cjt188-fields.def"
#undef FIELD
    };

    proto_register_field_array(proto, hf, array_length(hf));
}

static void
register_other_fields(int proto)
{
    static hf_register_info hf[] = {
#define FIELD(variable, name, abbrev, type, display, strings, mask, blurb) \
    { &hf_cjt188_##variable, { name, abbrev, type, display, strings, mask, blurb, HFILL } },
#include "fields.def"
#undef FIELD
    };

    proto_register_field_array(proto, hf, array_length(hf));
}

static void
register_subtrees(void)
{
    static int *named[] = {
#define SUBTREE(variable) &ett_cjt188_##variable,
        CJT188_SUBTREES(SUBTREE)
#undef SUBTREE
    };
    static int *values[CJT188_FIELDS];

    for (unsigned i = 0; i < CJT188_FIELDS; i++) {
        cjt188_ett[i] = -1;
        values[i] = &cjt188_ett[i];
    }
    proto_register_subtree_array(named, array_length(named));
    proto_register_subtree_array(values, array_length(values));
}

void
cjt188_register_fields(int proto)
{
    static ei_register_info ei[] = {
#define EXPERT(variable, abbrev, group, severity, text) \
    { &ei_cjt188_##variable, { abbrev, group, severity, text, EXPFILL } },
#include "expert.def"
#undef EXPERT
    };

    register_value_fields(proto);
    register_other_fields(proto);
    register_subtrees();
    expert_register_field_array(expert_register_protocol(proto), ei, array_length(ei));
}
