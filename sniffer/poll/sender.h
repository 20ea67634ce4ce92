/* sender.h
 * The only place from which bytes go out on a line. cjt188dump has it not.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SENDER_H
#define SENDER_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* switch_by_rts: the converter sends while RTS is up. char_time_ns: of the line, 0 where it is not known. The caller ends with sender_free(). */
struct sender *sender_new(bool switch_by_rts, int64_t char_time_ns);
void sender_free(struct sender *sender);
void sender_set_char_time(struct sender *sender, int64_t char_time_ns);

/* Where bytes go: a port by its device's name (opened here, for writing only), a connection (fd is kept by its owner), or a
 * function. sender_detach(): nowhere. */
void sender_attach_port(struct sender *sender, const char *device);
void sender_attach_connection(struct sender *sender, int fd);
void sender_attach_function(struct sender *sender, void (*take)(void *user, const uint8_t *bytes, size_t length), void *user);
void sender_detach(struct sender *sender);

/* Hand all bytes over. false with *error set (TAP_LINE_LOST) when that did not work; some may have left then. */
bool sender_begin(struct sender *sender, const uint8_t *bytes, size_t length, GError **error);

/* When the last of them has left, by CLOCK_MONOTONIC: drained or computed, the later; INT64_MAX while they are on their way.
 * Where RTS switches, it is taken back here, so it is to be asked soon and again. */
int64_t sender_left(struct sender *sender);
/* Is it a port, whose echo comes at once? */
bool sender_is_port(const struct sender *sender);
/* When to ask again. */
int64_t sender_ask_again_ns(const struct sender *sender);

#endif
