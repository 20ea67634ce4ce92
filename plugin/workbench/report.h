/* report.h
 * tshark -z cjt188,report,FILE: what a report has collected, for those who draw it.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * collecting (report.c, curve.c) -> one page (report-page.c) of charts (chart.c) in escaped text (page.c).
 */
#ifndef CJT188_REPORT_H
#define CJT188_REPORT_H

#include "chart.h"
#include "explore.h"

struct mask;

/* How each page begins: by this an older one is known, which may be written over. */
#define REPORT_BEGINS \
    "<!DOCTYPE html>\n<html lang=en><head><meta charset=utf-8>" \
    "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'\">" \
    "<meta name=viewport content=\"width=device-width,initial-scale=1\"><title>CJ/T 188: "

enum {
    REPORT_METERS = 4096, /* in the summary */
    REPORT_LINES = 256,
    REPORT_MARKS = 256,
    REPORT_DRAWN = 64,    /* meters with charts, and lines */
};

/* A counter of a meter. */
struct report_counter {
    unsigned readings, backwards;
    int decimals;         /* -1: any */
    double first, last, gained;
};

enum report_sum { REPORT_ENERGY, REPORT_VOLUME, REPORT_SUMS };

struct report_meter {
    uint64_t key;         /* what it is found by */
    uint32_t id;
    unsigned line;        /* index in the lines */
    uint8_t bytes[CJT188_NUMBER_BYTES];
    char *number, *name;  /* what it is called; `name` NULL: nothing */
    const char *dialect;  /* of its last reply; lives as long as the program */
    bool is_wildcard, is_drawn;
    bool has_reading, has_several; /* readings; and of several manufacturer codes: perhaps of several meters */
    uint16_t manufacturer; /* of the first reading */
    uint64_t requests, replies, unanswered; /* as report_settle() has counted them */
    char *faults;         /* each once; NULL: none */
    enum cjt188_measurement energy; /* which of them the meter counts; NOT_MEASURED: none yet */
    struct report_counter counter[REPORT_SUMS];
    struct curve curve[CJT188_MEASUREMENTS];
};

struct report_silence {
    double from, to;
};

struct report_line {
    unsigned id;
    char *name;
    uint64_t requests, replies, unanswered, late, damaged, truncated, noise, symbol_errors;
    double last;          /* when something was heard last */
    bool has_last;
    struct curve response, silent; /* ms; requests without a reply */
    struct curve quiet;   /* s between two packets, at the second */
    uint64_t timed;       /* late replies are not */
    double fastest, slowest, total; /* ms */
    struct report_silence silence;  /* the longest */
};

struct report {
    char *file;
    struct mask *mask;    /* NULL: nothing is to be masked */
    struct explore *explore;
    GHashTable *heats;    /* explore_group -> heat */
    GPtrArray *meters, *lines;
    GHashTable *meter_index, *line_index;
    GArray *marks;        /* chart_mark */
    uint64_t packets, frames, more_meters, more_lines, more_marks, other_clock;
    GArray *asked;        /* fact_id of requests and replies: what became of them is known later */
    bool has_time;        /* of `from` and `to` */
    bool is_packets;      /* the first packet has no time: no other's counts */
    double from, to;
};

/* The number that a proposal reads in its bytes, before scale and what is added; false: its kind is none. report-number.c */
bool report_read_number(const struct proposal *reading, const uint8_t *bytes, double *number);

/* Count what became of requests and replies, as it is known now. */
void report_settle(struct report *report);

/* The page; the caller frees. */
GString *report_page(const struct report *report);

/* Once, at start, after the tap "cjt188" is registered. */
void cjt188_report_register(void);

#endif
