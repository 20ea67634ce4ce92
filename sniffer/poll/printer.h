/* printer.h
 * What is printed of replies: fields in plain words, JSON, a CSV table, or bytes.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef PRINTER_H
#define PRINTER_H

#include "bus.h"
#include "cjt188-decode.h"

struct meters;

enum print_form { PRINT_TEXT, PRINT_JSON, PRINT_CSV, PRINT_HEX };

/*
 * path       a file to append to, or NULL for standard output. It is opened for each piece, so that it may be renamed
 * meters     what is known of them; kept
 * dis, count the identifiers that will be asked for: they make a table's columns
 * NULL with *error set (TAP_OUTPUT_FAILED, TAP_USAGE) when the file cannot be written or holds another table. The caller ends with printer_free().
 */
struct printer *printer_new(enum print_form form, const char *path, struct meters *meters, const uint16_t *dis, unsigned count,
                            GError **error);
void printer_free(struct printer *printer);
/* In place of standard output, which something else needs. */
void printer_use_stderr(struct printer *printer);
/* A line of its own, on standard output whatever the form; a newline is added. false with *error set (TAP_OUTPUT_FAILED). */
bool printer_line(struct printer *printer, const char *text, GError **error);

/* A reply, decoded; `info` and the user's name of the line are for JSON and CSV. false with *error set (TAP_OUTPUT_FAILED). */
bool printer_reply(struct printer *printer, const struct source_info *info, const char *line_name, const struct hearing_log *log,
                   const struct heard *reply, GError **error);
/* PRINT_HEX: what was sent and what came, whatever it is. Nothing in other forms. */
bool printer_exchange(struct printer *printer, const struct request *request, const struct hearing_log *log, GError **error);

/* Decode a reply, as it is printed. Good until the next call. */
const struct cjt188_decoded *printer_decode(struct printer *printer, const struct heard *reply);

#endif
