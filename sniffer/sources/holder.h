/* holder.h
 * Who else has a device open.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef HOLDER_H
#define HOLDER_H

/* "minicom (process 1234)", several with commas between, or NULL when nobody is found: only root sees everybody's
 * programs. path: of the device. The caller frees it. */
char *holder_of(const char *path);

#endif
