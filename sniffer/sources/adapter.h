/* adapter.h
 * Which adapter a serial port is: by its serial number, where that tells it from all others that are plugged in, and by the
 * place that it is plugged into. All of it is read from /sys; nothing is opened.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A device is a real path, "/dev/ttyUSB0". The environment variable CJT188_SYSFS names another folder than /sys, for tests.
 */
#ifndef ADAPTER_H
#define ADAPTER_H

#include <glib.h>
#include <stdbool.h>

struct adapter {
    char *text;  /* for people: "FTDI FT232R USB UART, serial number A50285BI", or NULL */
    char *key;   /* maker, model, serial number and port of it; NULL where there is no serial number */
    char *place; /* where it is plugged in, and which port of it; NULL for what is no USB adapter */
    bool unique; /* no other that is plugged in has this key */
    bool alone;  /* nor this text */
};

/* Free with adapter_clear(). */
void adapter_of(const char *device, struct adapter *adapter);
void adapter_clear(struct adapter *adapter);

/* The device that has this key, or this text, when there is exactly one; that is at this place. NULL when there is none. The
 * caller frees it. */
char *adapter_find_key(const char *key);
char *adapter_find_text(const char *text);
char *adapter_find_place(const char *place);

/* Is `device` still what /sys says that it is, now that it is open? Where /sys knows nothing of it, it is. */
bool adapter_is_open(const char *device, int fd);

/* /sys/class/tty/<tty>; the caller frees it. */
char *adapter_tty_folder(const char *tty);
/* The first line of a file in a folder, without the spaces around it, or NULL. */
char *adapter_read_line(const char *folder, const char *file);

#endif
