/* hexloose.h
 * A second reader of the same text, without any regard to what stands between numbers: which frames are there at all?
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * It knows nothing of notations, only of bases, and finds nothing but whole frames with a right checksum. What it finds and
 * hextext.h does not is told as lost, in place of being taken: direction and neighbours would be guessed.
 */
#ifndef HEXLOOSE_H
#define HEXLOOSE_H

#include <stdbool.h>
#include <stdint.h>

/* A frame, whose 68 stands in this line. again: another reading may have found the same one. */
typedef void (*hexloose_callback)(uint64_t line, bool again, void *user);

/* The caller frees it with hexloose_free(). */
struct hexloose *hexloose_new(hexloose_callback callback, void *user);
void hexloose_free(struct hexloose *loose);

/* A line, or a part of one. */
void hexloose_take(struct hexloose *loose, const char *text, uint64_t line);
/* The text is over. */
void hexloose_finish(struct hexloose *loose);

#endif
