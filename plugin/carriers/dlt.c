/* dlt.c
 * Claiming user DLTs (147-162) for CJ/T 188, and giving way to the user's own DLT_USER table.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Wireshark's own DLT_USER dissector holds all of them and looks into the user's table. Taking one over makes captures
 * open without any configuration; where the user has written a row for that DLT, the packet is handed back.
 */
#include "carriers.h"

enum { DLT_USER_FIRST = 147, DLT_USER_LAST = 162 };

static dissector_handle_t own_handle;
static dissector_handle_t entry_handle;
static dissector_handle_t dlt_user_handle;
static range_t *wanted;
static range_t *claimed;

static bool
user_has_row(uint32_t encap)
{
    uat_t *table = uat_get_table_by_name("User DLTs Table");
    char sought[32];

    if (table == NULL || table->user_data == NULL)
        return false;
    snprintf(sought, sizeof sought, "(DLT=%u)", (unsigned)(encap - WTAP_ENCAP_USER0 + DLT_USER_FIRST));
    for (unsigned i = 0; i < table->user_data->len; i++) {
        char *row = uat_fld_tostr(table->user_data->data + (size_t)i * table->record_size, &table->fields[0]);
        const bool found = row != NULL && strstr(row, sought) != NULL;

        g_free(row);
        if (found)
            return true;
    }
    return false;
}

static int
dissect_entry(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    if (dlt_user_handle != NULL && user_has_row(pinfo->match_uint))
        return call_dissector_only(dlt_user_handle, tvb, pinfo, tree, data);
    return call_dissector_only(own_handle, tvb, pinfo, tree, data);
}

static void
claim(uint32_t dlt, void *data _U_)
{
    if (dlt >= DLT_USER_FIRST && dlt <= DLT_USER_LAST)
        dissector_add_uint("wtap_encap", WTAP_ENCAP_USER0 + (dlt - DLT_USER_FIRST), entry_handle);
}

static void
give_back(uint32_t dlt, void *data _U_)
{
    if (dlt_user_handle != NULL && dlt >= DLT_USER_FIRST && dlt <= DLT_USER_LAST)
        dissector_add_uint("wtap_encap", WTAP_ENCAP_USER0 + (dlt - DLT_USER_FIRST), dlt_user_handle);
}

void
cjt188_dlt_apply(void)
{
    if (entry_handle == NULL) /* preferences are applied once before the hand-off */
        return;
    if (claimed != NULL)
        range_foreach(claimed, give_back, NULL);
    wmem_free(wmem_epan_scope(), claimed);
    claimed = range_copy(wmem_epan_scope(), wanted);
    range_foreach(claimed, claim, NULL);
}

void
cjt188_dlt_register(module_t *module)
{
    range_convert_str(wmem_epan_scope(), &wanted, "147", DLT_USER_LAST);
    prefs_register_range_preference(module, "dlt_user", "User DLTs",
                                    "User link types (147-162) that hold CJ/T 188, 147 (DLT_USER0) unless changed. A row "
                                    "of your own for one of them in the DLT_USER table wins.",
                                    &wanted, DLT_USER_LAST);
}

void
cjt188_dlt_handoff(dissector_handle_t handle)
{
    if (entry_handle == NULL) {
        own_handle = handle;
        /* of no protocol: a packet that is handed back is not CJ/T 188, and stays so when that is disabled */
        entry_handle = create_dissector_handle(dissect_entry, -1);
        dlt_user_handle = find_dissector("user_dlt");
    }
    cjt188_dlt_apply();
}
