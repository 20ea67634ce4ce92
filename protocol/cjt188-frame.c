/* cjt188-frame.c
 * The CJ/T 188 frame grammar: see cjt188-frame.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "cjt188-frame.h"
#include "cjt188-codes.h"

#include <string.h>

enum {
    MBUS_LONG_START = 0x68,
    MBUS_SHORT_START = 0x10,
    MBUS_ACK = 0xE5,
    MBUS_SHORT_LENGTH = 5,   /* 10 C A CS 16 */
    MBUS_LONG_OVERHEAD = 6,  /* 68 L L 68 … CS 16 */
    MBUS_LONG_MIN = 3,       /* C A CI */
    DLT645_OVERHEAD = 12,    /* 68 A0-A5 68 C L … CS 16 */
    DLT645_OFF_LENGTH = 9,
};

/* What a start byte turned out to be. */
enum verdict { FAILED, PENDING, FOUND };

struct candidate {
    enum verdict verdict;
    enum cjt188_kind kind;
    size_t length;
};

/* Eight bytes at a time, as four sums of 16 bits, which hold for 128 steps of two bytes each. */
uint8_t
cjt188_checksum(const uint8_t *buf, size_t length)
{
    const uint64_t even = 0x00FF00FF00FF00FF;
    unsigned sum = 0;

    while (length >= sizeof even) {
        uint64_t sums = 0;

        for (int steps = 0; steps < 128 && length >= sizeof even; steps++) {
            uint64_t word;

            memcpy(&word, buf, sizeof word);
            sums += (word & even) + (word >> 8 & even);
            buf += sizeof word;
            length -= sizeof word;
        }
        for (; sums != 0; sums >>= 16)
            sum += sums & 0xFFFF;
    }
    for (; length > 0; length--)
        sum += *buf++;
    return (uint8_t)sum;
}

bool
cjt188_address_is_wildcard(const uint8_t address[CJT188_ADDRESS_LENGTH])
{
    const uint8_t first = address[0];

    if (first != 0xAA && first != 0xFF && first != 0x99 && first != 0xDD)
        return false;
    return address[1] == first && address[2] == first && address[3] == first;
}

/* Total length is known and whether its last byte is there: is it a frame with a right checksum? The
 * sum covers [from, total - 2). */
static struct candidate
settle(const uint8_t *buf, size_t length, size_t total, size_t from, enum cjt188_kind kind)
{
    if (length < total)
        return (struct candidate){ PENDING, kind, 0 };
    if (buf[total - 1] != CJT188_END ||
        cjt188_checksum(buf + from, total - 2 - from) != buf[total - 2])
        return (struct candidate){ FAILED, kind, 0 };
    return (struct candidate){ FOUND, kind, total };
}

static struct candidate
try_cjt188(const uint8_t *buf, size_t length)
{
    if (length <= CJT188_OFF_LENGTH)
        return (struct candidate){ PENDING, CJT188_FRAME, 0 };
    return settle(buf, length, (size_t)CJT188_OVERHEAD + buf[CJT188_OFF_LENGTH], 0, CJT188_FRAME);
}

/* EN 13757-2 long frame: 68 L L 68, then L bytes which CS sums, CS, 16. */
static struct candidate
try_mbus_long(const uint8_t *buf, size_t length)
{
    const struct candidate failed = { FAILED, CJT188_MBUS, 0 };

    if ((length > 1 && buf[1] < MBUS_LONG_MIN) || (length > 2 && buf[2] != buf[1]) ||
        (length > 3 && buf[3] != MBUS_LONG_START))
        return failed;
    if (length <= 3)
        return (struct candidate){ PENDING, CJT188_MBUS, 0 };
    return settle(buf, length, (size_t)MBUS_LONG_OVERHEAD + buf[1], 4, CJT188_MBUS);
}

/* DL/T 645: 68 A0-A5 68 C L, then L bytes, CS over all of it, 16. */
static struct candidate
try_dlt645(const uint8_t *buf, size_t length)
{
    if (length > 7 && buf[7] != CJT188_START)
        return (struct candidate){ FAILED, CJT188_DLT645, 0 };
    if (length <= DLT645_OFF_LENGTH)
        return (struct candidate){ PENDING, CJT188_DLT645, 0 };
    return settle(buf, length, (size_t)DLT645_OVERHEAD + buf[DLT645_OFF_LENGTH], 0, CJT188_DLT645);
}

static bool
type_is_known(uint8_t type)
{
#define CODE(code, name) [code] = true,
    static const bool known[UINT8_MAX + 1] = { CJT188_METER_TYPES(CODE) };
#undef CODE

    return known[type];
}

static bool
control_is_known(uint8_t control)
{
    static const uint8_t functions[] = { 0x01, 0x03, 0x04, 0x09, 0x11, 0x15, 0x16, 0x1A };
    const uint8_t function = control & CJT188_CONTROL_FUNCTION;

    if ((control & CJT188_CONTROL_ERROR) != 0 && (control & CJT188_CONTROL_REPLY) == 0)
        return false;
    return function >= 0x20 || memchr(functions, function, sizeof functions) != NULL;
}

/*
 * buf[0] is 68: is it the start of a frame with a right checksum, of whichever protocol? The shortest counts, as it
 * would on a line where the bytes come one by one. Among equals a CJ/T 188 frame needs a known type and control:
 * 68 18 18 68 adds up to 100H, so that M-Bus frames of that length have CJ/T 188's checksum too, and DL/T 645 sums the
 * same bytes.
 */
static struct candidate
try_start(const uint8_t *buf, size_t length)
{
    const struct candidate tries[] = {
        try_cjt188(buf, length),
        try_mbus_long(buf, length),
        try_dlt645(buf, length),
    };
    struct candidate best = { FAILED, CJT188_NOISE, 0 };

    for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
        const struct candidate c = tries[i];
        const bool first = best.verdict != FOUND || c.length < best.length;
        const bool doubtful = best.verdict == FOUND && best.kind == CJT188_FRAME && c.length == best.length &&
            !(type_is_known(buf[CJT188_OFF_TYPE]) && control_is_known(buf[CJT188_OFF_CONTROL]));

        if ((c.verdict == FOUND && (first || doubtful)) || (c.verdict == PENDING && best.verdict == FAILED))
            best = c;
    }
    return best;
}

/* The same question with FRAME_MAX bytes at hand, answered for most starts that are none: does any of the protocols
 * have its end byte where it says? */
static inline bool
has_any_end(const uint8_t *buf)
{
    return buf[CJT188_OVERHEAD - 1 + buf[CJT188_OFF_LENGTH]] == CJT188_END ||
        (buf[7] == CJT188_START && buf[DLT645_OVERHEAD - 1 + buf[DLT645_OFF_LENGTH]] == CJT188_END) ||
        (buf[3] == MBUS_LONG_START && buf[2] == buf[1] && buf[MBUS_LONG_OVERHEAD - 1 + buf[1]] == CJT188_END);
}

/* The next start byte in buf[from, stop), or stop. They may stand close together. */
static inline size_t
next_start(const uint8_t *buf, size_t from, size_t stop)
{
    const uint8_t *at;

    if (from >= stop || buf[from] == CJT188_START)
        return from < stop ? from : stop;
    at = memchr(buf + from, CJT188_START, stop - from);
    return at != NULL ? (size_t)(at - buf) : stop;
}

/* The frames of EN 13757-2 that do not begin with 68. They are short, so only the very beginning of a
 * run may be one: inside noise they would be found by chance. */
static struct candidate
try_mbus_short(const uint8_t *buf, size_t length, bool final)
{
    struct candidate none = { FAILED, CJT188_MBUS, 0 };

    if (buf[0] == MBUS_ACK && length == 1)
        return (struct candidate){ final ? FOUND : PENDING, CJT188_MBUS, 1 };
    if (buf[0] != MBUS_SHORT_START)
        return none;
    if (length < MBUS_SHORT_LENGTH)
        return final ? none : (struct candidate){ PENDING, CJT188_MBUS, 0 };
    return settle(buf, length, MBUS_SHORT_LENGTH, 1, CJT188_MBUS);
}

/* Where the run of FE before `start` begins. */
static size_t
preamble_start(const uint8_t *buf, size_t start)
{
    while (start > 0 && buf[start - 1] == CJT188_PREAMBLE)
        start--;
    return start;
}

/* What a start byte that is no frame with a right checksum still can be. */
struct remnant {
    enum verdict verdict; /* PENDING: the end of the region is not settled yet */
    enum cjt188_kind kind;
    size_t length;
    bool has_end;
};

/*
 * buf[0] is 68, `length` bytes up to the end of the region. A damaged frame needs two witnesses out of
 * three (meter type, control code, end byte), so that any one damaged byte behind 68 still shows a frame.
 * A truncated one has only the first two, and needs both as far as they are there.
 */
static struct remnant
judge_remnant(const uint8_t *buf, size_t length, bool settled)
{
    const struct remnant no = { FAILED, CJT188_NOISE, 0, false };
    const size_t total = length > CJT188_OFF_LENGTH ? (size_t)CJT188_OVERHEAD + buf[CJT188_OFF_LENGTH] : 0;

    if (total != 0 && total <= length) {
        const bool end_ok = buf[total - 1] == CJT188_END;
        const bool two_ok = type_is_known(buf[CJT188_OFF_TYPE])
            ? end_ok || control_is_known(buf[CJT188_OFF_CONTROL])
            : end_ok && control_is_known(buf[CJT188_OFF_CONTROL]);

        return two_ok ? (struct remnant){ FOUND, CJT188_DAMAGED, total, end_ok } : no;
    }
    if (!settled)
        return (struct remnant){ PENDING, CJT188_NOISE, 0, false };
    if (length <= CJT188_OFF_TYPE || !type_is_known(buf[CJT188_OFF_TYPE]) ||
        (length > CJT188_OFF_CONTROL && !control_is_known(buf[CJT188_OFF_CONTROL])))
        return no;
    return (struct remnant){ FOUND, CJT188_TRUNCATED, length, false };
}

/* With FRAME_MAX bytes at hand: neither meter type nor end byte, so there is at most one witness. */
static inline bool
has_no_witness(const uint8_t *buf)
{
    return buf[CJT188_OVERHEAD - 1 + buf[CJT188_OFF_LENGTH]] != CJT188_END && !type_is_known(buf[CJT188_OFF_TYPE]);
}

/* First damaged or truncated frame that starts in buf[from, stop) of a region that ends at `end`, its start in
 * *start. With `need_end`, only a damaged one that has its end byte counts. */
static struct remnant
find_remnant(const uint8_t *buf, size_t from, size_t stop, size_t end, bool settled, bool need_end,
             size_t *start)
{
    for (size_t here = next_start(buf, from, stop); here < stop; here = next_start(buf, here + 1, stop)) {
        struct remnant r;

        if (end - here >= CJT188_FRAME_MAX && has_no_witness(buf + here))
            continue;
        r = judge_remnant(buf + here, end - here, settled);

        if (r.verdict == PENDING || (r.verdict == FOUND && (!need_end || r.has_end))) {
            *start = here;
            return r;
        }
    }
    *start = stop;
    return (struct remnant){ FAILED, CJT188_NOISE, 0, false };
}

/* A remnant without its end byte ran out somewhere: it must not swallow a better one. */
static struct remnant
shorten_remnant(const uint8_t *buf, struct remnant r, size_t start, size_t end, bool settled)
{
    const size_t reach = r.kind == CJT188_TRUNCATED ? end : start + r.length;
    struct remnant better;
    size_t at, cut;

    if (r.has_end)
        return r;
    better = find_remnant(buf, start + 1, reach, end, settled, true, &at);
    if (better.verdict == FAILED)
        return r;
    if (better.verdict == PENDING)
        return better;
    cut = preamble_start(buf, at);
    if (cut <= start)
        cut = at;
    return (struct remnant){ FOUND, CJT188_TRUNCATED, cut - start, false };
}

static struct cjt188_piece
piece_of(enum cjt188_kind kind, size_t length, size_t preamble)
{
    return (struct cjt188_piece){ kind, length, preamble };
}

static struct cjt188_piece
noise_of(const uint8_t *buf, size_t length)
{
    return piece_of(length == 1 && buf[0] == MBUS_ACK ? CJT188_MBUS : CJT188_NOISE, length, 0);
}

/*
 * The beginning of a region in which no frame with a right checksum starts: buf[0, end). It is settled when
 * nothing that follows can change it. NEED_MORE when what comes may still decide it, or when nothing was found.
 */
static struct cjt188_piece
next_in_region(const uint8_t *buf, size_t end, bool settled, size_t *looked)
{
    const struct cjt188_piece undecided = piece_of(CJT188_NEED_MORE, 0, 0);
    size_t start, first;
    struct remnant r = find_remnant(buf, *looked, end, end, settled, false, &start);

    *looked = start;
    if (r.verdict == FOUND)
        r = shorten_remnant(buf, r, start, end, settled);
    if (r.verdict != FOUND)
        return undecided;
    /* Its last bytes may be the preamble of a frame still to come. */
    if (!settled && buf[start + r.length - 1] == CJT188_PREAMBLE) {
        size_t run_end = start + r.length;

        while (run_end < end && buf[run_end] == CJT188_PREAMBLE)
            run_end++;
        if (run_end == end)
            return undecided;
    }
    first = preamble_start(buf, start);
    if (first > 0)
        return noise_of(buf, first);
    return piece_of(r.kind, start + r.length, start);
}

/* The first start byte at or after `from` that is a frame with a right checksum, or that may become one. */
static struct candidate
find_frame(const uint8_t *buf, size_t from, size_t length, bool final, size_t *start)
{
    for (size_t here = next_start(buf, from, length); here < length; here = next_start(buf, here + 1, length)) {
        struct candidate c;

        if (length - here >= CJT188_FRAME_MAX && !has_any_end(buf + here))
            continue;
        c = try_start(buf + here, length - here);
        if (c.verdict == FOUND || (c.verdict == PENDING && !final)) {
            *start = here;
            return c;
        }
    }
    *start = length;
    return (struct candidate){ FAILED, CJT188_NOISE, 0 };
}

/* PIECE_MAX bytes and nothing decided: give away as noise what surely is none of a frame that may follow. */
static struct cjt188_piece
overfull(const uint8_t *buf, size_t length, size_t pending, size_t looked)
{
    const size_t keep = pending < looked ? pending : looked;
    size_t cut = preamble_start(buf, keep);

    if (cut == 0)
        cut = keep > 0 ? keep : length;
    return piece_of(CJT188_NOISE, cut, 0);
}

static struct cjt188_piece
cut_piece(const uint8_t *buf, size_t length, bool final, struct cjt188_progress *progress)
{
    struct candidate frame;
    struct cjt188_piece piece;
    size_t start, end;
    const bool full = length >= CJT188_PIECE_MAX;

    if (length == 0)
        return piece_of(CJT188_NEED_MORE, 0, 0);
    if (full) { /* look at no more than this, so that portions do not matter */
        length = CJT188_PIECE_MAX;
        final = false;
    }
    frame = try_mbus_short(buf, length, final);
    if (frame.verdict == FOUND)
        return piece_of(frame.kind, frame.length, 0);
    if (frame.verdict == PENDING)
        return piece_of(CJT188_NEED_MORE, 0, 0);

    frame = find_frame(buf, progress->good, length, final, &start);
    progress->good = start;
    end = frame.verdict == FAILED ? length : preamble_start(buf, start);
    if (frame.verdict == FOUND && end == 0)
        return piece_of(frame.kind, start + frame.length, start);

    piece = next_in_region(buf, end, final || frame.verdict == FOUND, &progress->damaged);
    if (piece.kind != CJT188_NEED_MORE)
        return piece;
    if (final || frame.verdict == FOUND)
        return noise_of(buf, end);
    return full ? overfull(buf, length, start, progress->damaged) : piece;
}

struct cjt188_piece
cjt188_next_piece(const uint8_t *buf, size_t length, bool final, struct cjt188_progress *progress)
{
    struct cjt188_progress fresh = { 0, 0 };
    struct cjt188_piece piece;

    if (progress == NULL)
        progress = &fresh;
    piece = cut_piece(buf, length, final, progress);
    if (piece.kind != CJT188_NEED_MORE) {
        /* Where no frame starts, none starts whatever is taken off in front; what is damaged is a matter of the region. */
        progress->good -= piece.length < progress->good ? piece.length : progress->good;
        progress->damaged = 0;
    }
    return piece;
}

bool
cjt188_may_become_frame(const uint8_t *buf, size_t length)
{
    size_t start;

    return length > 0 &&
        (buf[length - 1] == CJT188_PREAMBLE || find_frame(buf, 0, length, false, &start).verdict != FAILED);
}
