/* plugin_taps.h
 * For fuzz_plugin.c: the plugin's statistics, listening as in tshark and in the window, and gone again.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef CJT188_PLUGIN_TAPS_H
#define CJT188_PLUGIN_TAPS_H

#include <stdbool.h>
#include <stdint.h>

/* Once, behind epan_init(). */
void plugin_taps_init(void);

/* Let those listen whose bits are set. `log` is lines of a display log, UTF-8; NULL: there is none, and none is compared. */
void plugin_taps_start(uint32_t wanted, const char *log);

/* Have all of them say what they know; whatever they print, or write into files and cells, has to be UTF-8. */
void plugin_taps_draw(void);

/* None listens any more. */
void plugin_taps_stop(void);

/* A text that anybody may read: abort() when it is not UTF-8. `what` says where it was. */
void check_utf8(const char *what, const char *text, long length);

#endif
