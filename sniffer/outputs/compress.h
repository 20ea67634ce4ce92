/* compress.h
 * Finished ring files, made smaller: tshark and Wireshark open them as they are.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef COMPRESS_H
#define COMPRESS_H

#include <glib.h>
#include <stdbool.h>

enum compression { COMPRESSION_NONE, COMPRESSION_GZIP, COMPRESSION_ZSTD, COMPRESSIONS };

/* What stands behind the name of such a file, "" for none; and behind one that is not complete yet. Static. */
const char *compress_suffix(enum compression compression);
#define COMPRESS_PART ".part"

/* Put the compressed file in the place of this one, which goes only when the other is on the disk under its name. NULL with
 * *error set when that does not work: then the file is as it was. Returns the new name, which the caller frees. A file that
 * somebody else has locked stays, with neither a name nor an error. */
char *compress_file(const char *path, enum compression compression, GError **error);

#endif
