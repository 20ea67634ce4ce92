/* plugin.c
 * The door that Wireshark looks for in a plugin.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define WS_BUILD_DLL /* what this file defines is what Wireshark looks for: before any header */
#include "compat.h"

#include <ws_symbol_export.h>

#if WS_AT_LEAST(4, 4)
#include <wsutil/plugins.h>
#endif

#include "register.h"

WS_DLL_PUBLIC_DEF const char plugin_version[] = CJT188_VERSION;
WS_DLL_PUBLIC_DEF const int plugin_want_major = WIRESHARK_VERSION_MAJOR;
WS_DLL_PUBLIC_DEF const int plugin_want_minor = WIRESHARK_VERSION_MINOR;

WS_DLL_PUBLIC void plugin_register(void);
WS_DLL_PUBLIC uint32_t plugin_describe(void);

void
plugin_register(void)
{
    static proto_plugin plugin = {
        .register_protoinfo = proto_register_cjt188,
        .register_handoff = proto_reg_handoff_cjt188,
    };

    proto_register_plugin(&plugin);
}

/* Asked for by 4.4 and newer. */
uint32_t
plugin_describe(void)
{
#ifdef WS_PLUGIN_DESC_DISSECTOR
    return WS_PLUGIN_DESC_DISSECTOR;
#else
    return 0;
#endif
}
