/* probe.h
 * Find the settings of a line by listening: which speed and format to try, and when they are right.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Pure: no clock, no port. Silence alone never leads on: a setting is given up after traffic without a whole frame.
 */
#ifndef PROBE_H
#define PROBE_H

#include "line.h"

#include <stddef.h>
#include <stdint.h>

enum probe_advice {
    PROBE_STAY,    /* listen on as it is */
    PROBE_CHANGE,  /* probe_settings() has changed: listen with that */
    PROBE_FOUND,   /* probe_settings() are right, which may be others than were listened with last. What follows is a
                     refusal or nothing */
    PROBE_NOTHING, /* the port has refused all settings in a row */
};

/* gap_ms: as struct line_settings has it, for all settings. The caller ends with probe_free(). */
struct probe *probe_new(unsigned gap_ms);
void probe_free(struct probe *probe);

const struct line_settings *probe_settings(const struct probe *probe);

/* What was heard with these settings; as framer_push(). */
enum probe_advice probe_bytes(struct probe *probe, const uint8_t *bytes, const uint8_t *marks, size_t length);
/* The line has fallen silent after bytes. */
enum probe_advice probe_silence(struct probe *probe);
/* The port cannot do these settings. */
enum probe_advice probe_refused(struct probe *probe);

/* What speaks for the settings: "3 whole frames, no line errors". The caller frees it. */
char *probe_reasons(const struct probe *probe);

#endif
