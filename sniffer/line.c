/* line.c
 * The settings of a serial line: see line.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "line.h"
#include "record.h"

#include <string.h>

/* DL/T 645, the sister protocol, allows pauses of 500 ms inside a frame; EN 13757-2 lets a meter begin
 * its answer after 330 bits + 50 ms. A USB adapter adds up to 16 ms, once on each side. */
enum { GAP_MIN_MS = 500, GAP_BITS = 330, GAP_EXTRA_MS = 50 + 2 * 16 };

const struct line_settings line_default = { .baud = 2400, .data_bits = 8, .parity = 'E', .stop_bits = 1 };

bool
line_parse_format(const char *text, struct line_settings *line)
{
    char parity;

    if (strlen(text) != 3)
        return false;
    parity = g_ascii_toupper(text[1]);
    if (text[0] < '5' || text[0] > '8' || strchr("NEO", parity) == NULL || (text[2] != '1' && text[2] != '2'))
        return false;
    line->data_bits = (unsigned)(text[0] - '0');
    line->parity = parity;
    line->stop_bits = (unsigned)(text[2] - '0');
    return true;
}

char *
line_text(const struct line_settings *line)
{
    return g_strdup_printf("%u %u%c%u", line->baud, line->data_bits, line->parity, line->stop_bits);
}

int64_t
line_char_time_ns(const struct line_settings *line)
{
    const unsigned bits = 1 + line->data_bits + (line->parity != 'N') + line->stop_bits;

    return bits * NS_PER_SECOND / line->baud;
}

int64_t
line_gap_ns(const struct line_settings *line)
{
    const int64_t answer = GAP_BITS * NS_PER_SECOND / line->baud + GAP_EXTRA_MS * NS_PER_MS;

    if (line->gap_ms != 0)
        return line->gap_ms * NS_PER_MS;
    return MAX(answer, GAP_MIN_MS * NS_PER_MS);
}
