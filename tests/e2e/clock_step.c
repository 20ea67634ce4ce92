/* clock_step.c
 * For a test: a library to preload, by which the wall clock is wrong by the seconds that a file says, or the computer has slept
 * for the seconds that another says. What the kernel says of its clock is said in its place: CJT188_CLOCK_SYNCHRONISED is yes or no.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define _GNU_SOURCE
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

static double
seconds_in(const char *variable)
{
    const char *path = getenv(variable);
    FILE *file = path != NULL ? fopen(path, "r") : NULL;
    double seconds = 0;

    if (file == NULL)
        return 0;
    if (fscanf(file, "%lf", &seconds) != 1)
        seconds = 0;
    fclose(file);
    return seconds;
}

__attribute__((visibility("default"))) int
clock_gettime(clockid_t clock, struct timespec *now)
{
    const int result = (int)syscall(SYS_clock_gettime, clock, now);
    double seconds = 0, whole;

    if (clock == CLOCK_REALTIME)
        seconds = seconds_in("CJT188_CLOCK_STEP");
    if (clock == CLOCK_REALTIME || clock == CLOCK_BOOTTIME)
        seconds += seconds_in("CJT188_CLOCK_SLEPT");
    whole = floor(seconds);
    now->tv_sec += (time_t)whole;
    now->tv_nsec += (long)((seconds - whole) * 1e9);
    if (now->tv_nsec >= 1000000000) {
        now->tv_sec++;
        now->tv_nsec -= 1000000000;
    }
    return result;
}

__attribute__((visibility("default"))) int
adjtimex(struct timex *state)
{
    const char *synchronised = getenv("CJT188_CLOCK_SYNCHRONISED");

    if (synchronised == NULL)
        return (int)syscall(SYS_adjtimex, state);
    *state = (struct timex){ .status = strcmp(synchronised, "yes") == 0 ? STA_PLL : STA_PLL | STA_UNSYNC };
    return strcmp(synchronised, "yes") == 0 ? TIME_OK : TIME_ERROR;
}
