/* line.h
 * The settings of a serial line: speed, characters, silence.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef LINE_H
#define LINE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum { LINE_BAUD_MIN = 50, LINE_BAUD_MAX = 4000000, LINE_GAP_MAX_MS = 60000 };

struct line_settings {
    unsigned baud;
    unsigned data_bits; /* 5 to 8 */
    char parity;        /* N, E or O */
    unsigned stop_bits; /* 1 or 2 */
    unsigned gap_ms;    /* silence that ends a frame; 0 = as the speed asks for */
};

/* What meters use unless somebody changed them: 2400 8E1. */
extern const struct line_settings line_default;

/* Read "8E1" into data bits, parity and stop bits. false when it is no such thing. */
bool line_parse_format(const char *text, struct line_settings *line);

/* "2400 8E1". The caller frees it. */
char *line_text(const struct line_settings *line);

/* How long one character takes, start, parity and stop bits included. */
int64_t line_char_time_ns(const struct line_settings *line);

/* How long the line must be silent before what came is taken for all of it. */
int64_t line_gap_ns(const struct line_settings *line);

#endif
