/* notify.h
 * What a service manager is told, over the socket that it names in NOTIFY_SOCKET; where it names none, nothing happens.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef NOTIFY_H
#define NOTIFY_H

/* One message, as sd_notify(3) has them: "READY=1". */
void notify(const char *message);

#endif
