/* format.h
 * The forms in which output.c writes: blocks of bytes, each of which makes sense only whole.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef FORMAT_H
#define FORMAT_H

#include "output.h"

/* A line, and what is to be said about it. */
struct format_line {
    const struct source_info *info;
    struct output_line line;
    struct meters *meters; /* of all lines; NULL where no form wants them */
    uint64_t missing;   /* in front of the next record */
    uint64_t unwritten; /* of these: bytes that were heard, but found no room */
    GString *note;      /* for the next record */
    uint64_t records, missing_ever;
    uint64_t of_class[RECORD_CLASSES];
    int64_t first_ns, last_ns; /* of its records */
};

/* A line's name: the user's, else its port's. */
const char *format_line_name(const struct format_line *line);

/* What is missing before a record, what happened, what is wrong with it: NULL when there is nothing to say. The caller frees
 * it. */
char *format_comment(const struct record *record, const struct format_line *line);

struct format {
    /* What a file begins with. comment: the user's on the whole capture, or NULL. */
    void (*header)(GByteArray *block, struct format_line *lines, unsigned count, const char *comment);
    /* lines[line] says what is missing and noted; `count` lines there are. */
    void (*record)(GByteArray *block, const struct record *record, const struct format_line *lines, unsigned line,
                   unsigned count);
    /* What a file ends with, about one line; NULL = nothing. start_ns: of the capture. */
    void (*totals)(GByteArray *block, const struct format_line *lines, unsigned line, int64_t start_ns, int64_t end_ns);
};

extern const struct format format_pcapng, format_pcap, format_text, format_readings, format_nothing;

#endif
