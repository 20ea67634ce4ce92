/* notify.h
 * What a service manager is told, over the socket that it names in NOTIFY_SOCKET; where it names none, nothing happens.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef NOTIFY_H
#define NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

/* One message, as sd_notify(3) has them: "READY=1". */
void notify(const char *message);

/* Is anybody told? */
bool notify_is_heard(void);

/* How often "WATCHDOG=1" has to be told, well in time; 0 = never. */
int64_t notify_watchdog_ns(void);

#endif
