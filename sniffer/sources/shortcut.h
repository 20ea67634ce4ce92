/* shortcut.h
 * A live line is read as soon as poll(2) says so, while GLib's main loop still waits: its bookkeeping around each wait costs
 * more than a piece of a frame does. Everything else in the loop is GLib's as ever.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SHORTCUT_H
#define SHORTCUT_H

#include "source.h"

/* From now on `callback` is also called while the default main context waits, when nothing but fd is ready. What it does is then
 * seen by the loop only if it wakes it, as timers and g_main_loop_quit() do; when its watch is over, it calls source_stop(). */
void shortcut_add(struct source *source, int fd, GUnixFDSourceFunc callback);
void shortcut_remove(const struct source *source);

#endif
