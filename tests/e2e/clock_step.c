/* clock_step.c
 * For a test: a library to preload, by which the wall clock is wrong by the seconds that a file says.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define _GNU_SOURCE
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

__attribute__((visibility("default"))) int
clock_gettime(clockid_t clock, struct timespec *now)
{
    const int result = (int)syscall(SYS_clock_gettime, clock, now);
    const char *path = getenv("CJT188_CLOCK_STEP");
    FILE *file = clock == CLOCK_REALTIME && path != NULL ? fopen(path, "r") : NULL;
    double seconds = 0;

    if (file == NULL)
        return result;
    if (fscanf(file, "%lf", &seconds) == 1) {
        const double whole = floor(seconds);

        now->tv_sec += (time_t)whole;
        now->tv_nsec += (long)((seconds - whole) * 1e9);
        if (now->tv_nsec >= 1000000000) {
            now->tv_sec++;
            now->tv_nsec -= 1000000000;
        }
    }
    fclose(file);
    return result;
}
