/* compat.h
 * Every difference between Wireshark 4.0, 4.4 and 4.6 that this plugin meets, in one place.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_COMPAT_H
#define CJT188_COMPAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <glib.h>

#include <epan/packet.h>
#include <epan/address_types.h>
#include <epan/conversation.h>
#include <epan/conversation_table.h>
#include <epan/exceptions.h>
#include <epan/epan.h>
#include <epan/expert.h>
#include <epan/prefs.h>
#include <epan/proto.h>
#include <epan/proto_data.h>
#include <epan/tap.h>
#include <epan/tfs.h>
#include <epan/to_str.h>
#include <epan/uat.h>
#include <epan/uat-int.h>
#include <wiretap/wtap.h>
#include <ws_attributes.h>
#include <ws_version.h>

#define WS_AT_LEAST(major, minor) \
    (WIRESHARK_VERSION_MAJOR > (major) || (WIRESHARK_VERSION_MAJOR == (major) && WIRESHARK_VERSION_MINOR >= (minor)))

/* Callbacks and preferences that were gboolean, an int, became bool. */
#if WS_AT_LEAST(4, 4)
typedef bool ws_bool;
#else
typedef gboolean ws_bool;
#endif

#if !WS_AT_LEAST(4, 4)
#define tvb_get_uint8(tvb, offset) tvb_get_guint8(tvb, offset)
#endif

/* Define the callback `name` that starts a statistic by `start(argument, data)`, which returns false when it cannot. */
#if WS_AT_LEAST(4, 6)
#define STAT_TAP_INIT(name, start)                \
    static bool name(const char *argument, void *data) \
    {                                             \
        return start(argument, data);             \
    }
#else
#define STAT_TAP_INIT(name, start)                \
    static void name(const char *argument, void *data) \
    {                                             \
        if (!start(argument, data))               \
            exit(1);                              \
    }
#endif

/* Interfaces of later sections: before 4.4 they were looked up by a number that is the section's own, as if it were the
 * first one's. NULL: not known. */
#if WS_AT_LEAST(4, 4)
#define CJT188_OF_INTERFACE(get, pinfo, id, section) get((pinfo)->epan, id, section)
#else
#define CJT188_OF_INTERFACE(get, pinfo, id, section) ((section) == 0 ? get((pinfo)->epan, id) : NULL)
#endif

#endif
