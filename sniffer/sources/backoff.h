/* backoff.h
 * How long to wait before something is tried again: longer each time, up to a minute.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BACKOFF_H
#define BACKOFF_H

#include "record.h"

#define BACKOFF_FIRST_NS (NS_PER_SECOND / 2)
#define BACKOFF_MAX_NS   (60 * NS_PER_SECOND)

/* All zero at first, and again when it has worked for long enough. */
struct backoff {
    int64_t delay_ns;
};

static inline int64_t
backoff_next(struct backoff *backoff)
{
    backoff->delay_ns = backoff->delay_ns == 0 ? BACKOFF_FIRST_NS : MIN(2 * backoff->delay_ns, BACKOFF_MAX_NS);
    return backoff->delay_ns;
}

#endif
