/* register.c
 * Registration of the protocol with all its rooms, and its preferences.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The only place that knows every room.
 */
#include "register.h"

#include "bus/address.h"
#include "bus/changes.h"
#include "bus/exchange.h"
#include "bus/meters.h"
#include "bus/stats.h"
#include "bus/tap.h"
#include "carriers/carriers.h"
#include "fields.h"
#include "frame.h"
#include "packet-cjt188.h"
#include "show.h"
#ifdef CJT188_WORKBENCH
#include "workbench/workbench.h"
#endif

static void
register_preferences(void)
{
    module_t *module = prefs_register_protocol(proto_cjt188, cjt188_dlt_apply);

    cjt188_dlt_register(module);
    cjt188_meters_register(module);
#ifdef CJT188_WORKBENCH
    cjt188_workbench_register(module);
#endif
    prefs_register_enum_preference(module, "dialect", "Dialect where no rule speaks",
                                   "How frames are read that nothing in them assigns to a maker. No byte of a frame says "
                                   "how many decimal places its values have.",
                                   &cjt188_default_dialect, cjt188_dialect_choices(), false);
    prefs_register_bool_preference(module, "verify_checksum", "Verify checksums",
                                   "Whether the checksum of each frame is compared with its bytes.", &cjt188_verify_checksums);
    prefs_register_bool_preference(module, "damaged_values", "Values of damaged frames",
                                   "Whether the data of a frame with a wrong checksum become fields like others. Off, they "
                                   "are bytes with a text that says what they mean if they are right all the same, so that no "
                                   "column, graph or statistic takes a number that the line has made up. On, for documents "
                                   "whose examples have wrong checksums.",
                                   &cjt188_damaged_values);
    prefs_register_bool_preference(module, "show_digits", "Show the digits behind values",
                                   "Whether each value shows the digits that were sent, and where its decimal places come "
                                   "from.",
                                   &cjt188_show_digits);
    prefs_register_bool_preference(module, "desegment", "Reassemble frames that span several TCP segments",
                                   "Whether a frame that a serial device server has sent in pieces is put together. \"Allow "
                                   "subdissector to reassemble TCP streams\" must be on in the TCP preferences too.",
                                   &cjt188_desegment);
}

void
proto_register_cjt188(void)
{
    proto_cjt188 = proto_register_protocol("CJ/T 188 meter protocol", "CJ/T 188", "cjt188");
    cjt188_register_fields(proto_cjt188);
    cjt188_register_dissector();
    cjt188_tap_register();
    register_preferences();
    cjt188_address_register(proto_cjt188);
    cjt188_facts_register();
    cjt188_lines_register();
    cjt188_exchange_register();
    cjt188_changes_register();
    cjt188_usb_register();
    cjt188_stats_register(proto_cjt188); /* last: at a capture's end it writes what the others then forget */
}

void
proto_reg_handoff_cjt188(void)
{
    cjt188_dlt_handoff(find_dissector("cjt188"));
    cjt188_transport_handoff(proto_cjt188);
    cjt188_usb_handoff(proto_cjt188);
}
