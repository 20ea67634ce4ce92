/* cjt188-frame.h
 * The CJ/T 188 frame grammar: cut a run of bytes into frames, damaged frames,
 * truncated frames, frames of neighbouring protocols and noise.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Plain C11, no library, no allocation, no state of its own: the dissector and
 * the tap both call it, so a capture is cut in Wireshark as it was cut live.
 *
 *     FE…FE 68 T A0 A1 A2 A3 A4 A5 A6 C L DATA[L] CS 16        (CJ/T 188-2004)
 *
 * CS is the sum modulo 256 of every byte from 68 itself to the last data byte.
 */
#ifndef CJT188_FRAME_H
#define CJT188_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CJT188_PREAMBLE 0xFE
#define CJT188_START    0x68
#define CJT188_END      0x16

/* Offsets from the start byte 68. */
enum {
    CJT188_OFF_TYPE = 1,    /* T, meter type */
    CJT188_OFF_ADDRESS = 2, /* A0..A6, low byte first */
    CJT188_OFF_CONTROL = 9, /* C: bit 7 reply, bit 6 error, bits 0-5 function */
    CJT188_OFF_LENGTH = 10, /* L counts DATA only; 0 is legal */
    CJT188_OFF_DATA = 11,   /* DI (2), SER (1) and what follows */
};

enum {
    CJT188_ADDRESS_LENGTH = 7,
    CJT188_OVERHEAD = 13,                          /* 68 T A0-A6 C L … CS 16 without DATA */
    CJT188_FRAME_MAX = CJT188_OVERHEAD + UINT8_MAX, /* without preamble */
    /* No piece is longer than this; a stream may have to hold as many bytes before a piece is decided. */
    CJT188_PIECE_MAX = 4096,
};

/* What a piece of a line is. */
enum cjt188_kind {
    CJT188_NEED_MORE, /* no piece yet: the bytes at hand do not decide it */
    CJT188_FRAME,     /* whole, end byte and checksum right */
    CJT188_DAMAGED,   /* recognisable and as long as L says, but checksum or end byte wrong */
    CJT188_TRUNCATED, /* recognisable, but it stops before the length that L says */
    CJT188_NOISE,     /* anything else */
    CJT188_MBUS,      /* a whole EN 13757-2 frame: 68 L L 68 …, 10 …, or E5 */
    CJT188_DLT645,    /* a whole DL/T 645 frame: 68 A0-A5 68 C L … */
};

struct cjt188_piece {
    enum cjt188_kind kind;
    size_t length;   /* bytes of the whole piece, preamble included; never 0 unless NEED_MORE */
    size_t preamble; /* FE bytes before the start byte (frames of either protocol); 0 for noise */
};

/* How far earlier calls on the same beginning have looked. It only saves work: with it, the time over
 * a whole stream is linear however the bytes are portioned. */
struct cjt188_progress {
    size_t good;    /* no frame with a right checksum starts before this offset */
    size_t damaged; /* nor a recognisable damaged one before this */
};

/*
 * Cut the next piece off the beginning of a run of bytes.
 *
 * buf, length  the bytes; the piece begins at buf[0].
 * final        true: no byte follows (a packet, a silent line, end of file). Then a piece is always
 *              found unless length is 0. false: more may come, and the answer can be NEED_MORE.
 * progress     in and out: set to {0, 0} at first. When a piece was cut, it is what is known of the bytes behind that;
 *              {0, 0} is always right. May be NULL.
 *
 * The pieces of a run, in order, are exactly its bytes. A frame with a right checksum is found wherever
 * it stands, unless it lies inside an earlier one with a right checksum: neither noise that looks like
 * a start nor a damaged frame hides it. How the bytes were portioned does not change
 * the pieces, as long as `final` is said at the same places.
 */
struct cjt188_piece cjt188_next_piece(const uint8_t *buf, size_t length, bool final,
                                     struct cjt188_progress *progress);

/* Can bytes that follow make a frame with a right checksum of one that has begun here? Else what NEED_MORE waits for is the
 * end of noise. */
bool cjt188_may_become_frame(const uint8_t *buf, size_t length);

/* Sum modulo 256 of `length` bytes: over 68 … last data byte it is CS. */
uint8_t cjt188_checksum(const uint8_t *buf, size_t length);

/* True when A0-A4 are one of the wildcards every meter answers to: AA, FF, 99 or DD repeated in A0-A3
 * (AA*7, AA*5 + 11 11, AA*4 00 11 11, FF*4 00 11 11, 99*7, DD*7). `address` is A0..A6 in wire order. */
bool cjt188_address_is_wildcard(const uint8_t address[CJT188_ADDRESS_LENGTH]);

#endif
