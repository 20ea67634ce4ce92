/* clock_time.h
 * Times as clocks show them: a meter knows no time zone, so its times are compared field by field.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A shown time is nanoseconds since 1970-01-01 00:00:00 on the face of the clock, summer time or not.
 */
#ifndef CLOCK_TIME_H
#define CLOCK_TIME_H

#include "cjt188-decode.h"

#include <glib.h>

/* What this computer shows, at a moment since 1970. */
int64_t clock_shown_here(int64_t wall_ns);
/* What a meter has shown. false where the calendar has no such day. */
bool clock_shown(const struct cjt188_time *time, int64_t *shown_ns);
/* "2026-04-27 11:31:00", in one word or two. false when it is none, or not of this century. */
bool clock_parse(char **words, int64_t *shown_ns);

/* As a date and time without a zone. The caller unrefs it. */
GDateTime *clock_date(int64_t shown_ns);
/* "2026-04-27 11:31:00". The caller frees it. */
char *clock_text(int64_t shown_ns);
/* "CEST, UTC+02:00", at a moment since 1970. The caller frees it. */
char *clock_zone(int64_t wall_ns);
/* "3 s ahead", "2 days 4 h behind", "right to the second". The caller frees it. */
char *clock_difference_text(int64_t difference_ns);

/* Why a step from one to the other wants a word more, or NULL; static. */
const char *clock_jump(int64_t from_ns, int64_t to_ns);

/* Does this computer know what time it is? false with *error set (POLL_REFUSED) where its kernel, its calendar or its time zone says no. */
bool clock_is_known(GError **error);

#endif
