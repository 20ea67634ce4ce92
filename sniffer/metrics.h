/* metrics.h
 * Figures as Prometheus reads them, in a file that node_exporter's textfile collector picks up.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef METRICS_H
#define METRICS_H

#include "outputs/output.h"

struct metrics_line {
    const char *name;
    uint64_t bytes;
    struct output_counts counts;
    int64_t last_byte_ns; /* since 1970; 0 = there was none */
    bool up;              /* its device is open, its server connected */
    bool alarm;           /* it has been silent for too long */
};

/* The text; the caller frees it. Lines of the same kind stand together, as the format wants it. */
char *metrics_text(const struct metrics_line *lines, unsigned count);

/* Put the text into the file, for everybody to read, at once and as a whole. false with *error set when that does not work. */
bool metrics_write(const char *path, const char *text, GError **error);

#endif
