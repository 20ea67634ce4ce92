/* source.h
 * Where bytes come from: a serial port, a pseudo terminal, a serial device server, a file or pipe of raw bytes,
 * a capture, text, the built-in demo bus. A source hands bytes with their arrival to a sink and knows nothing of frames.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Every source opens what it reads from for reading only; who wants to speak there opens it himself, see source_partner.
 */
#ifndef SOURCE_H
#define SOURCE_H

#include "line.h"
#include "record.h"

#include <glib-unix.h>
#include <stddef.h>
#include <stdint.h>

enum source_timing {
    TIMING_LIVE,      /* arrivals are CLOCK_MONOTONIC; silence means something */
    TIMING_NONE,      /* a file at rest: arrivals are when it was read, there is no silence in it */
    TIMING_SIMULATED, /* arrivals are nanoseconds since 1970 of a clock that runs as fast as it can */
};

/* A control line of a port: some level converters are fed from it. */
enum source_signal { SIGNAL_KEEP, SIGNAL_ON, SIGNAL_OFF, SIGNAL_SEND /* while something is sent, else off */ };

struct source;
struct source_options;

/* Who speaks on the line, too. A tap has none: what it opens is for reading only. */
struct source_partner {
    /* The line is open, and nobody else's. device: the port's real name, or NULL where fd is a connection. */
    void (*opened)(void *user, const char *device, int fd);
    /* It is going, or gone: a port that somebody holds does not come back under its name. */
    void (*closed)(void *user);
    /* "demo:TEXT": a bus whose meters answer. As source_open() has it. */
    struct source *(*open_demo)(void *user, const char *text, const struct source_options *options, GError **error);
    void *user;
};

struct source_options {
    struct line_settings line;
    bool find_settings; /* --baud auto: `line` is only what is tried first */
    bool no_wait;       /* a lost line is the end */
    bool must_be_there; /* one that is missing at the start as well */
    bool others;        /* there are other lines, which do not wait for this one */
    bool same_adapter;  /* a lost line is no other adapter's, not even in its place */
    const char *taps;   /* the file that names other lines */
    bool low_latency;
    bool marked; /* a file or pipe holds what a tty with PARMRK gives */
    bool hex;    /* a file or pipe holds text with bytes in hex */
    enum source_signal dtr, rts;
    const struct source_partner *partner; /* or NULL */
};

struct source_info {
    char *name;           /* what the user called it, or the device found for it */
    char *description;    /* settings, in words */
    char *hardware;       /* the adapter, or NULL */
    unsigned baud;        /* 0 = none, or not known yet */
    int64_t char_time_ns; /* 0 = unknown */
    enum source_timing timing;
    bool waits; /* whoever sends waits when he is not read: nothing is lost by that */
};

struct source_sink {
    /* marks: as framer_push() has them. arrival_ns: as the source's timing says. */
    void (*bytes)(void *user, const uint8_t *bytes, const uint8_t *marks, size_t length, int64_t arrival_ns);
    /* What came so far is all of it: what comes next does not belong to it. */
    void (*pause)(void *user);
    /* As many bytes, or more, are lost here. */
    void (*missing)(void *user, uint64_t bytes);
    /* A sentence for the comment of the next record. */
    void (*note)(void *user, const char *text);
    /* Who sends what comes next, as far as its bytes do not tell. */
    void (*direction)(void *user, enum record_direction direction);
    /* The line is listened to with other settings from now on. found: they are right, and no others are tried. */
    void (*settings)(void *user, const struct line_settings *line, bool found);
    /* No more will come. lost is NULL at a regular end (end of file), else why; the sink frees it. */
    void (*end)(void *user, GError *lost);
    void *user;
};

struct source {
    struct source_info info;
    struct source_sink sink;
    bool down;   /* the line is not there, and waited for */
    guint watch; /* the GSource of the main context that feeds it, or 0 */
    void (*start)(struct source *source);
    void (*drain)(struct source *source); /* what is at hand already; NULL where it can wait */
    /* Other settings from now on; NULL where the line has none that could be set. */
    bool (*set_line)(struct source *source, const struct line_settings *line, GError **error);
    void (*close)(struct source *source); /* frees what the kind of source added, and the struct itself */
};

/*
 * Open what the user named: a path, a number of `cjt188dump -D`, "tcp://host:port", "-", or "demo[:options]".
 * NULL with *error set (TAP_USAGE or TAP_CANNOT_OPEN) when that does not work; a line that may come later is waited for. The
 * caller ends with source_close().
 */
struct source *source_open(const char *name, const struct source_options *options, GError **error);

/* Begin to feed the sink from the default main context. Nothing is given before that. */
void source_start(struct source *source, const struct source_sink *sink);
/* The end is near: give what is at hand, without waiting for more. */
void source_drain(struct source *source);
/* Listen with other settings. false with *error set (TAP_CANNOT_OPEN) where that cannot be. */
bool source_set_line(struct source *source, const struct line_settings *line, GError **error);
/* No more, please. */
void source_stop(struct source *source);
void source_close(struct source *source);

/* Do these first bytes, SOURCE_MAGIC of them, begin a pcap or pcapng file? */
enum { SOURCE_MAGIC = 4 };
bool source_is_capture(const uint8_t *start);
/* Or a compressed file? */
bool source_is_compressed(const uint8_t *start);

/* CLOCK_MONOTONIC in nanoseconds; CLOCK_REALTIME, since 1970; CLOCK_BOOTTIME, which goes on while the computer sleeps. */
int64_t source_now(void);
int64_t source_wall_clock(void);
int64_t source_boot_clock(void);

/* For the kinds of sources: call `callback`, with the source, whenever fd can be read. */
void source_watch(struct source *source, int fd, GUnixFDSourceFunc callback);

/* What a sentence calls it: "-" is standard input. */
const char *source_called(const char *name);

/* The kinds of sources; source_open() picks one. `name` is what the user said. */
struct source *source_demo_open(const char *name, const struct source_options *options, GError **error);
struct source *source_serial_open(const char *path, const struct source_options *options, GError **error);
struct source *source_tcp_open(const char *name, const struct source_options *options, GError **error);
/* These take fd over. */
struct source *source_stream_open(const char *name, int fd, const struct source_options *options, GError **error);
struct source *source_hex_open(const char *name, int fd, GError **error);
struct source *source_pcap_open(const char *name, int fd, GError **error);

#endif
