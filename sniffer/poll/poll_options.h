/* poll_options.h
 * The command line of cjt188poll: line and capture as cjt188dump has them, a command, and what belongs to it.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef POLL_OPTIONS_H
#define POLL_OPTIONS_H

#include "options.h"
#include "printer.h"
#include "request.h"

#define POLLS_FILE "/etc/cjt188/polls.conf"

enum command { COMMAND_READ, COMMAND_FIND, COMMAND_ADDRESS, COMMAND_SCAN, COMMAND_SET_CLOCK, COMMAND_RAW, COMMANDS };

enum clock_form { FORM_NONE, FORM_THREAD, FORM_STANDARD };

struct poll_options {
    struct options common; /* first, see options_parts.h */
    enum command command;
    char **words; /* behind the command; of `rest` */
    char **rest;
    GArray *addresses; /* of uint8_t[7], in the order of --address; empty: all */
    bool asks_all;
    struct request_form form;
    bool broadcast_aa7;
    gint64 every_ns; /* 0 = once */
    guint64 count;   /* rounds, 0 = no end */
    gboolean fast;
    gint64 timeout_ns; /* 0 = the standard's */
    int retries; /* -1 = as the command has it */
    gint64 listen_ns; /* -1 = as the command has it */
    bool exit_if_busy;
    enum print_form print;
    char *print_to;
    enum clock_form clock_form;
    bool has_manufacturer;
    uint8_t manufacturer[2]; /* A5 A6 */
    gboolean yes, allow_jump, i_know;
    char *all_file;
    gboolean list, version, quiet;
};

/* Prints help and exits when asked to. false with *error set (TAP_USAGE) when it is wrong. poll_options_clear() in either case. */
gboolean poll_options_parse(struct poll_options *options, char **argv, GError **error);
void poll_options_clear(struct poll_options *options);

#endif
