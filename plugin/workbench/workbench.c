/* workbench.c
 * Registration of the workbench.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "workbench.h"

#include "explore.h"
#include "inspect.h"
#include "notes.h"
#include "userfields.h"

void
cjt188_workbench_register(module_t *module)
{
    cjt188_userfields_register(module);
    cjt188_inspect_register(module);
    cjt188_explore_register();
    cjt188_explore_table_register();
    cjt188_notes_register();
}
