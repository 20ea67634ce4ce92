/* fields.h
 * The variables behind the display fields, the expert infos and the subtrees.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_PLUGIN_FIELDS_H
#define CJT188_PLUGIN_FIELDS_H

#include "compat.h"

#include "cjt188-decode.h"

/* Values of the data, by protocol/cjt188-fields.def; and all others, by fields.def. */
extern int cjt188_hf[CJT188_FIELDS];

#define FIELD(variable, name, abbrev, type, display, strings, mask, blurb) extern int hf_cjt188_##variable;
#include "fields.def"
#undef FIELD

#define EXPERT(variable, abbrev, group, severity, text) extern expert_field ei_cjt188_##variable;
#include "expert.def"
#undef EXPERT

/* One for each subtree that can be opened by itself: SUBTREE(variable without ett_cjt188_). */
#define CJT188_SUBTREES(SUBTREE)                                                                       \
    SUBTREE(frame) SUBTREE(noise) SUBTREE(neighbour) SUBTREE(usb) SUBTREE(address) SUBTREE(control)    \
    SUBTREE(di) SUBTREE(data) SUBTREE(changes) SUBTREE(mbus) SUBTREE(dlt645)

#define SUBTREE(variable) extern int ett_cjt188_##variable;
CJT188_SUBTREES(SUBTREE)
#undef SUBTREE

/* What is behind the value of a field. */
extern int cjt188_ett[CJT188_FIELDS];

/* Codes and names, ended by {0, NULL}. */
extern const value_string cjt188_type_vals[];

/* Register fields, expert infos and subtrees for the protocol `proto`. Once, at start. */
void cjt188_register_fields(int proto);

#endif
