/* command.h
 * cjt188poll at work: what all commands share, and the commands.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef COMMAND_H
#define COMMAND_H

#include "answer.h"
#include "bus.h"
#include "permit.h"
#include "poll_options.h"
#include "printer.h"

struct poll {
    const struct poll_options *options;
    struct bus *bus;
    struct meters *meters;
    struct printer *printer;
    GArray *targets;     /* of uint8_t[7]: what scan and set-clock go through */
    bool sets_now;
    int64_t wanted_ns;   /* else: as clock_time.h has it */
    struct request raw;  /* what raw sends */
    enum permit permit;  /* and what it is */
};

/* Each is a command, or what can be looked at before its line is opened. false with *error set, whose code is the exit code. */
typedef bool poll_command(struct poll *poll, GError **error);
poll_command poll_read, poll_find, poll_address, poll_scan, poll_set_clock, poll_raw;
poll_command poll_prepare_scan, poll_prepare_set_clock, poll_prepare_raw;

/* Runs the command of `options`. */
bool poll_run(const struct poll_options *options, GError **error);

/* ---- for commands ---- */

/* Listen for as long as was asked for, or else for `usual_ns`; false with POLL_BUSY when somebody asks on the line and that is
 * not to be waited for. for_write: it never is. */
bool poll_listen_first(struct poll *poll, int64_t usual_ns, bool for_write, GError **error);

/* As -r has it, or else usual. */
enum { POLL_RETRIES = 2 };
unsigned poll_retries(const struct poll *poll, unsigned usual);

/*
 * Ask, and again, up to `retries` times, while there is no answer. *log is begun anew, *answer lives as long as it.
 * Only for reads; what writes is sent by poll_write().
 */
bool poll_ask(struct poll *poll, const struct request *request, unsigned retries, struct hearing_log *log,
              struct answer *answer, GError **error);

/* Send what writes: once, never again. *log as above. */
bool poll_write(struct poll *poll, const struct request *request, const struct bus_writing *writing, struct hearing_log *log,
                GError **error);

/* A sentence about what came of a request that had no reply, or had more than one; `who` was asked. Sets *error (POLL_NO_ANSWER, or
 * POLL_BUSY). Returns false. */
bool poll_no_answer(const struct poll *poll, const char *who, const struct request *request, const struct answer *answer,
                    GError **error);

/* Sets *error to POLL_BUSY, which is said of two masters. Returns false. */
bool poll_refuse_busy(GError **error);

/* The broadcast address of this run. */
const uint8_t *poll_all(const struct poll *poll);
/* What a sentence calls an address: the number on the display, or "all meters". The caller frees it. */
char *poll_who(const uint8_t *address);

/* Print a line. */
bool poll_say(struct poll *poll, GError **error, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* Print a reply. */
bool poll_print(struct poll *poll, const struct hearing_log *log, const struct heard *reply, GError **error);

/* Ask the user on the terminal to type `word`; false when he types something else, when there is no terminal, or when SIGINT or
 * SIGTERM came. The line is listened to meanwhile: *heard grows by as many pieces. */
bool poll_confirm(struct poll *poll, const char *question, const char *word, unsigned *heard);

#endif
