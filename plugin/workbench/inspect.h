/* inspect.h
 * Every reading of undocumented bytes below their item, where the user wants to see them.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_INSPECT_H
#define CJT188_INSPECT_H

#include "own.h"

/* Preference `inspect`; the dissector reaches the rest through own.h. */
void cjt188_inspect_register(module_t *module);

#endif
