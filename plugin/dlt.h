/* dlt.h
 * Claiming user DLTs for CJ/T 188.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_DLT_H
#define CJT188_DLT_H

#include "compat.h"

/* Register the preference cjt188.dlt_user. */
void cjt188_dlt_register(module_t *module);
/* Claim the DLTs that the preference names for `handle`. */
void cjt188_dlt_handoff(dissector_handle_t handle);
/* The preference has changed. */
void cjt188_dlt_apply(void);

#endif
