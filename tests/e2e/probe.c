/* probe.c
 * A plugin for tests: what Wireshark's windows do, for tshark and sharkd, which have none.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A row put into the table "cjt188_probe" works on the table "CJ/T 188 fields": load,FILE puts a file's rows in place of all,
 * as another profile does; drop,N takes row N away and saves, as its window does. tshark -z probe,reset,N forgets all statistics at
 * packet N, as a window does whose packets are dissected again.
 */
#include "compat.h"

#include <epan/stat_groups.h>
#include <epan/stat_tap_ui.h>
#include <ws_symbol_export.h>

WS_DLL_PUBLIC_DEF const char plugin_version[] = "0";
WS_DLL_PUBLIC_DEF const int plugin_want_major = WS_MAJOR;
WS_DLL_PUBLIC_DEF const int plugin_want_minor = WS_MINOR;

WS_DLL_PUBLIC void plugin_register(void);
WS_DLL_PUBLIC uint32_t plugin_describe(void);

struct order {
    char *what, *with;
};

static struct order *orders;
static unsigned order_count;
static uint32_t reset_at;

UAT_CSTRING_CB_DEF(probe, what, struct order)
UAT_CSTRING_CB_DEF(probe, with, struct order)

static void *
copy_order(void *to, const void *from, size_t size _U_)
{
    struct order *copy = (struct order *)to;
    const struct order *order = (const struct order *)from;

    copy->what = g_strdup(order->what);
    copy->with = g_strdup(order->with);
    return copy;
}

static void
free_order(void *record)
{
    g_free(((struct order *)record)->what);
    g_free(((struct order *)record)->with);
}

static void
obey(void)
{
    uat_t *table = uat_get_table_by_name("CJ/T 188 fields");
    const struct order *order = order_count > 0 ? &orders[order_count - 1] : NULL;
    char *error = NULL;

    if (order == NULL)
        return;
    if (strcmp(order->what, "load") == 0) {
        uat_clear(table);
        if (!uat_load(table, order->with, &error))
            fprintf(stderr, "probe: %s\n", error);
    } else {
        uat_remove_record_idx(table, (unsigned)atoi(order->with));
        if (!uat_save(table, &error))
            fprintf(stderr, "probe: %s\n", error);
        table->post_update_cb();
    }
    proto_free_deregistered_fields();
}

static tap_packet_status
see(void *data _U_, packet_info *pinfo, epan_dissect_t *edt _U_, const void *packet _U_, tap_flags_t flags _U_)
{
    if (pinfo->num == reset_at) {
        reset_at = 0;
        reset_tap_listeners();
        reset_stat_table(stat_tap_by_name("cjt188,bytes")); /* a window's listener does that, tshark's does not */
    }
    return TAP_PACKET_DONT_REDRAW;
}

static bool
start(const char *argument, void *data _U_)
{
    reset_at = (uint32_t)atoi(argument + strlen("probe,reset,"));
    return register_tap_listener("cjt188", &reset_at, NULL, TL_REQUIRES_NOTHING, NULL, see, NULL, NULL) == NULL;
}

STAT_TAP_INIT(start_probe, start)

static void
register_probe(void)
{
    static uat_field_t columns[] = { UAT_FLD_CSTRING(probe, what, "What", ""), UAT_FLD_CSTRING(probe, with, "With", ""),
                                     UAT_END_FIELDS };
    static stat_tap_ui ui = { .group = REGISTER_PACKET_STAT_GROUP_UNSORTED,
                              .title = "Probe",
                              .cli_string = "probe,reset",
                              .tap_init_cb = start_probe };
    module_t *module = prefs_register_protocol(proto_register_protocol("Probe", "Probe", "cjt188_probe"), NULL);

    prefs_register_uat_preference(module, "orders", "Orders", "",
                                  uat_new("Probe", sizeof(struct order), "cjt188_probe", false, (void *)&orders,
                                          &order_count, 0, NULL, copy_order, NULL, free_order, obey, NULL, columns));
    register_stat_tap_ui(&ui, NULL);
}

static void
nothing(void)
{
}

void
plugin_register(void)
{
    static proto_plugin plugin = { .register_protoinfo = register_probe, .register_handoff = nothing };

    proto_register_plugin(&plugin);
}

/* 1: a dissector. */
uint32_t
plugin_describe(void)
{
    return 1;
}
