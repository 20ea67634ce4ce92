/* permit.c
 * What may be sent: see permit.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "permit.h"
#include "cjt188-codes.h"
#include "cjt188-decode.h"
#include "request.h"

#include <string.h>

enum { CONTROL_WRITE = 0x04, CONTROL_WRITE_ADDRESS = 0x15, CONTROL_NUMBER_AND_CLOCK = 0x39, READ_LENGTH_MAX = 3, CLOCK_LENGTH = 10, NUMBER_BYTES = 5, DI_CLOCK_HIGH = 0xA0, DI_CLOCK_LOW = 0x15, CENTURY_MIN = 0x20 };

static bool
is_read(uint8_t control)
{
    static const uint8_t reads[] = { 0x01, 0x03, 0x09 };

    return memchr(reads, control, sizeof reads) != NULL;
}

/* A015 in either order, and behind it a time in the only order that the standard knows. */
static bool
is_clock(const uint8_t *frame)
{
    const uint8_t *data = frame + CJT188_OFF_DATA;
    struct cjt188_time time;
    enum cjt188_time_order order;

    if (frame[CJT188_OFF_CONTROL] != CONTROL_WRITE || frame[CJT188_OFF_LENGTH] != CLOCK_LENGTH)
        return false;
    if (!(data[0] == DI_CLOCK_LOW && data[1] == DI_CLOCK_HIGH) && !(data[0] == DI_CLOCK_HIGH && data[1] == DI_CLOCK_LOW))
        return false;
    return cjt188_read_time(data + 3, 7, &time, &order) && order == CJT188_TIME_LOW_FIRST && data[9] >= CENTURY_MIN;
}

/* AA, FF and DD in any place stand for more than one. */
static bool
is_one_meter(const uint8_t *address)
{
    return !cjt188_address_is_wildcard(address) && request_is_number(address) && !request_is_any_maker(address + NUMBER_BYTES);
}

/* A018 in either order: the meter gets the address behind it. */
static bool
gives_wildcard(const uint8_t *frame)
{
    const uint8_t *data = frame + CJT188_OFF_DATA;
    const uint8_t control = frame[CJT188_OFF_CONTROL];

    if ((control != CONTROL_WRITE_ADDRESS && control != CONTROL_NUMBER_AND_CLOCK) ||
        frame[CJT188_OFF_LENGTH] < 3 + CJT188_ADDRESS_LENGTH)
        return false;
    return ((data[0] == 0x18 && data[1] == 0xA0) || (data[0] == 0xA0 && data[1] == 0x18)) && !is_one_meter(data + 3);
}

/* A meter that wakes up in the middle of a frame takes what it finds there. */
static bool
hides_frame(const uint8_t *frame, size_t length)
{
    for (size_t i = 1; i + CJT188_OVERHEAD <= length; i++) {
        if (frame[i] != CJT188_START || i + CJT188_OVERHEAD + frame[i + CJT188_OFF_LENGTH] > length)
            continue;
        if (cjt188_next_piece(frame + i, CJT188_OVERHEAD + frame[i + CJT188_OFF_LENGTH], true, NULL).kind == CJT188_FRAME)
            return true;
    }
    return false;
}

static enum permit
never(const char **why, const char *sentence)
{
    *why = sentence;
    return PERMIT_NEVER;
}

enum permit
permit_of(const uint8_t *bytes, size_t length, size_t *preamble, const char **why)
{
    const struct cjt188_piece piece = cjt188_next_piece(bytes, length, true, NULL);
    const uint8_t *frame = bytes + piece.preamble;

    *preamble = piece.preamble;
    if (length == 0 || (piece.kind != CJT188_FRAME && piece.kind != CJT188_MBUS && piece.kind != CJT188_DLT645))
        return never(why, "it is no CJ/T 188 frame");
    if (piece.kind == CJT188_MBUS)
        return never(why, "it is an M-Bus frame, and only CJ/T 188 is spoken here");
    if (piece.kind == CJT188_DLT645)
        return never(why, "it is a DL/T 645 frame, and only CJ/T 188 is spoken here");
    if (piece.length != length)
        return never(why, "it is more than one frame");
    if (piece.preamble > REQUEST_PREAMBLE_MAX)
        return never(why, "it has more than 64 FE in front");
    if ((frame[CJT188_OFF_CONTROL] & (CJT188_CONTROL_REPLY | CJT188_CONTROL_ERROR)) != 0)
        return never(why, "its control code has bit 7 or 6 set, so it is what meters send");
    if (hides_frame(frame, length - piece.preamble))
        return never(why, "another frame stands inside it, and a meter that wakes up late would hear that one");
    if (is_read(frame[CJT188_OFF_CONTROL]) && frame[CJT188_OFF_LENGTH] <= READ_LENGTH_MAX)
        return PERMIT_READ;
    if (!is_one_meter(frame + CJT188_OFF_ADDRESS))
        return never(why, "it writes, and its address is not the number of one meter");
    if (gives_wildcard(frame))
        return never(why, "the new address in it is not the number of one meter");
    return is_clock(frame) ? PERMIT_CLOCK : PERMIT_WRITE;
}
