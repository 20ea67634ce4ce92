/* workbench.c
 * Registration of the workbench.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "workbench.h"

#include "compare.h"
#include "explore.h"
#include "export.h"
#include "inspect.h"
#include "marks.h"
#include "notes.h"
#include "report.h"
#include "userfields.h"

void
cjt188_workbench_register(module_t *module)
{
    cjt188_userfields_register(module);
    cjt188_inspect_register(module);
    cjt188_explore_register();
    cjt188_explore_table_register();
    cjt188_notes_register();
    cjt188_report_register();
    cjt188_compare_register();
    cjt188_marks_register();
    cjt188_export_register();
}
