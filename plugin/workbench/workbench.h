/* workbench.h
 * The workbench for bytes that nobody has documented: the user's own fields, the explorer, pages of notes.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * It knows of the dissector only the tap's record (bus/tap.h) and own.h; the dissector knows nothing else of it.
 */
#ifndef CJT188_WORKBENCH_H
#define CJT188_WORKBENCH_H

#include "compat.h"

/* Once, at start, after the tap "cjt188" is registered. */
void cjt188_workbench_register(module_t *module);

#endif
