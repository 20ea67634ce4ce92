/* compress.c
 * Finished ring files, made smaller: see compress.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "compress.h"
#include "status.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

enum { CHUNK = 65536 };

const char *
compress_suffix(enum compression compression)
{
    static const char *const suffixes[] = {
        [COMPRESSION_NONE] = "", [COMPRESSION_GZIP] = ".gz", [COMPRESSION_ZSTD] = ".zst"
    };

    return suffixes[compression];
}

static bool
write_all(int fd, const uint8_t *bytes, size_t length)
{
    while (length > 0) {
        const ssize_t written = write(fd, bytes, length);

        if (written < 0 && errno != EINTR)
            return false;
        bytes += MAX(written, 0);
        length -= (size_t)MAX(written, 0);
    }
    return true;
}

/* errno is what the disk said; zlib has its own otherwise. */
static bool
gzip(int from, int to)
{
    const int copy = fcntl(to, F_DUPFD_CLOEXEC, 0);
    gzFile file = copy >= 0 ? gzdopen(copy, "wb") : NULL;
    uint8_t bytes[CHUNK];
    ssize_t length = 0;
    bool good = file != NULL;

    while (good && (length = read(from, bytes, sizeof bytes)) > 0)
        good = gzwrite(file, bytes, (unsigned)length) == length;
    good = good && length == 0;
    return file != NULL && gzclose(file) == Z_OK && good;
}

/* One step; *left is what the library still holds, 0 at the end. */
static bool
zstd_step(ZSTD_CCtx *context, int to, ZSTD_inBuffer *in, ZSTD_EndDirective how, size_t *left)
{
    uint8_t bytes[CHUNK];
    ZSTD_outBuffer out = { bytes, sizeof bytes, 0 };

    *left = ZSTD_compressStream2(context, &out, in, how);
    return !ZSTD_isError(*left) && write_all(to, bytes, out.pos);
}

static bool
zstd(int from, int to)
{
    ZSTD_CCtx *context = ZSTD_createCCtx();
    uint8_t bytes[CHUNK];
    ssize_t length = 1;
    bool good = context != NULL;

    while (good && length > 0) {
        ZSTD_inBuffer in = { bytes, 0, 0 };
        size_t left = 0;

        length = read(from, bytes, sizeof bytes);
        good = length >= 0;
        in.size = (size_t)MAX(length, 0);
        do {
            good = good && zstd_step(context, to, &in, length > 0 ? ZSTD_e_continue : ZSTD_e_end, &left);
        } while (good && (in.pos < in.size || (length == 0 && left > 0)));
    }
    ZSTD_freeCCtx(context);
    return good;
}

static bool
sync_folder(const char *path)
{
    char *folder = g_path_get_dirname(path);
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool good = fd >= 0 && fsync(fd) == 0;

    if (fd >= 0)
        close(fd);
    g_free(folder);
    return good;
}

/* Everything that `part` has to be before it takes the place: whole, with owner's mode and time, on the disk. */
static bool
fill(int from, int to, enum compression compression)
{
    static bool (*const ways[])(int from, int to) = { [COMPRESSION_GZIP] = gzip, [COMPRESSION_ZSTD] = zstd };
    struct stat status;
    struct timespec times[2];

    errno = 0;
    if (!ways[compression](from, to) || fstat(from, &status) != 0 || fchmod(to, status.st_mode & 07777) != 0)
        return false;
    times[0] = status.st_atim;
    times[1] = status.st_mtim;
    return futimens(to, times) == 0 && fsync(to) == 0;
}

static bool
make(const char *path, const char *part, const char *name, int from, enum compression compression)
{
    const int to = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool good = to >= 0 && fill(from, to, compression);

    if (to >= 0)
        good = close(to) == 0 && good;
    good = good && rename(part, name) == 0 && sync_folder(name) && unlink(path) == 0;
    if (!good)
        unlink(part);
    return good;
}

char *
compress_file(const char *path, enum compression compression, GError **error)
{
    char *name = g_strconcat(path, compress_suffix(compression), NULL), *part = g_strconcat(name, COMPRESS_PART, NULL);
    const int from = open(path, O_RDONLY | O_CLOEXEC);

    if (from < 0 || flock(from, LOCK_EX | LOCK_NB) != 0) {
        g_clear_pointer(&name, g_free);
    } else if (!make(path, part, name, from, compression)) {
        g_set_error(error, TAP_ERROR, TAP_OUTPUT_FAILED, "Cannot compress \"%s\": %s. It stays as it is.", path,
                    errno != 0 ? g_strerror(errno) : "the library has failed");
        g_clear_pointer(&name, g_free);
    }
    if (from >= 0)
        close(from);
    g_free(part);
    return name;
}
