/* options.h
 * The command line of cjt188dump. The letters are dumpcap's where dumpcap has one.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "outputs/output.h"
#include "sources/source.h"

#include <glib.h>

/* One -i with what belongs to it: as with dumpcap, options before the first -i are for all. */
struct line_options {
    char *name;                     /* -i */
    char *filter;                   /* -f, or NULL */
    char *shown_name, *description; /* --name, --description, or NULL */
    struct source_options source;
};

struct options {
    struct line_options all; /* what was said before the first -i; has no name */
    GPtrArray *lines;        /* of struct line_options */
    char *taps;              /* the file of all taps */
    char *meters;            /* a table of meters, or NULL */
    struct output_options output;
    gint64 stop_after_ns;
    gint64 alarm_silence_ns; /* 0 = never */
    char *alarm_command;     /* for sh, or NULL */
    char *metrics;           /* a file, or NULL */
    bool speaks;             /* the program sends, too */
    gboolean quiet, list, list_types, version;
    gboolean machine, json;  /* how -D lists */
    gboolean install_extcap; /* link this program into Wireshark's folder */
    gboolean repair;         /* look at `files`, end */
    char **files;
    gboolean probe; /* find the settings, print them, end */
};

/* Read the command line, which ends with NULL; prints help and exits when asked to. false with *error set (TAP_USAGE) when it is wrong. */
gboolean options_parse(struct options *options, char **argv, GError **error);
void options_clear(struct options *options);

#endif
