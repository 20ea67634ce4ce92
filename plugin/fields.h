/* fields.h
 * The variables behind the display fields of fields.def, the expert infos and the subtrees.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_FIELDS_H
#define CJT188_FIELDS_H

#include "compat.h"

#define FIELD(variable, name, abbrev, type, display, strings, mask, blurb) extern int hf_cjt188_##variable;
#include "fields.def"
#undef FIELD

#define EXPERT(variable, abbrev, group, severity, text) extern expert_field ei_cjt188_##variable;
#include "expert.def"
#undef EXPERT

extern int ett_cjt188;         /* a frame */
extern int ett_cjt188_part;    /* address, control code, data, status */
extern int ett_cjt188_value;   /* what is behind one value */

/* Codes and names, ended by {0, NULL}. */
extern const value_string cjt188_type_vals[];
extern const value_string cjt188_function_vals[];
extern const value_string cjt188_diameter_vals[];
extern const value_string cjt188_valve_vals[];
extern const value_string cjt188_valve_state_vals[];

/* Register fields, expert infos and subtrees for the protocol `proto`. Once, at start. */
void cjt188_register_fields(int proto);

#endif
