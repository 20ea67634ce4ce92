/* request.c
 * Frames that a master sends: see request.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "request.h"

#include <string.h>

enum {
    CONTROL_READ = 0x01,
    CONTROL_READ_ADDRESS = 0x03,
    CONTROL_WRITE = 0x04,
    CONTROL_NUMBER_AND_CLOCK = 0x39,
    DI_ADDRESS = 0x810A,
    DI_CLOCK = 0xA015,
    NUMBER_BYTES = 5,
    CLOCK_BYTES = 7,
    DI_BYTES = 2,
};

const uint8_t request_all_aa5[CJT188_ADDRESS_LENGTH] = { 0xAA, 0xAA, 0xAA, 0xAA, 0xAA, 0x11, 0x11 };
const uint8_t request_all_aa7[CJT188_ADDRESS_LENGTH] = { 0xAA, 0xAA, 0xAA, 0xAA, 0xAA, 0xAA, 0xAA };

static uint8_t
hex_byte(const char *text)
{
    return (uint8_t)(g_ascii_xdigit_value(text[0]) << 4 | g_ascii_xdigit_value(text[1]));
}

bool
request_parse_address(const char *text, uint8_t address[CJT188_ADDRESS_LENGTH])
{
    static const char decimal[] = "0123456789", hex[] = "0123456789ABCDEFabcdef";
    const size_t length = strlen(text), bytes = length / 2;

    if (length != 8 && length != 10 && length != 14)
        return false;
    if (strspn(text, length == 14 ? hex : decimal) != length)
        return false;
    memset(address, 0, NUMBER_BYTES);
    memset(address + NUMBER_BYTES, 0x11, CJT188_ADDRESS_LENGTH - NUMBER_BYTES);
    for (size_t i = 0; i < bytes; i++)
        address[bytes - 1 - i] = hex_byte(text + 2 * i);
    return true;
}

bool
request_is_number(const uint8_t *number)
{
    bool any = false;

    for (unsigned i = 0; i < NUMBER_BYTES; i++) {
        if (number[i] >> 4 > 9 || (number[i] & 0x0F) > 9)
            return false;
        any |= number[i] != 0;
    }
    return any;
}

bool
request_is_any_maker(const uint8_t *maker)
{
    static const uint8_t wildcards[] = { 0xFF, 0xAA, 0xDD };

    for (unsigned i = 0; i < 2; i++)
        if (memchr(wildcards, maker[i], sizeof wildcards) != NULL)
            return true;
    return maker[0] == 0x99 && maker[1] == 0x99;
}

bool
request_parse_hex(const char *text, uint8_t **bytes, size_t *length)
{
    GByteArray *array = g_byte_array_new();
    bool good = true;

    while (good && *(text += strspn(text, " \t\n")) != '\0') {
        good = g_ascii_isxdigit(text[0]) && g_ascii_isxdigit(text[1]);
        if (good) {
            const uint8_t byte = hex_byte(text);

            g_byte_array_append(array, &byte, 1);
            text += 2;
        }
    }
    good = good && array->len > 0;
    *length = array->len;
    *bytes = g_byte_array_free(array, !good);
    return good;
}

bool
request_parse_di(const char *text, uint16_t *di)
{
    guint64 number;

    if (strlen(text) != 4 || !g_ascii_string_to_unsigned(text, 16, 0, UINT16_MAX, &number, NULL))
        return false;
    *di = (uint16_t)number;
    return true;
}

void
request_make(struct request *request, const struct request_form *form, const uint8_t *address, uint8_t control,
             const uint8_t *data, size_t length)
{
    uint8_t *frame = request->bytes + form->preamble;

    g_assert(form->preamble <= REQUEST_PREAMBLE_MAX && length <= UINT8_MAX);
    memset(request->bytes, CJT188_PREAMBLE, form->preamble);
    frame[0] = CJT188_START;
    frame[CJT188_OFF_TYPE] = form->type;
    memcpy(frame + CJT188_OFF_ADDRESS, address, CJT188_ADDRESS_LENGTH);
    frame[CJT188_OFF_CONTROL] = control;
    frame[CJT188_OFF_LENGTH] = (uint8_t)length;
    memcpy(frame + CJT188_OFF_DATA, data, length);
    frame[CJT188_OFF_DATA + length] = cjt188_checksum(frame, CJT188_OFF_DATA + length);
    frame[CJT188_OFF_DATA + length + 1] = CJT188_END;
    request->preamble = form->preamble;
    request->length = form->preamble + CJT188_OVERHEAD + length;
}

static void
put_di(uint8_t *data, const struct request_form *form, uint16_t di)
{
    const uint8_t high = (uint8_t)(di >> 8), low = (uint8_t)di;

    data[0] = form->di_high_first ? high : low;
    data[1] = form->di_high_first ? low : high;
}

static void
make_read(struct request *request, const struct request_form *form, const uint8_t *address, uint8_t control, uint16_t di)
{
    uint8_t data[DI_BYTES + 1] = { 0 };

    put_di(data, form, di);
    request_make(request, form, address, control, data, sizeof data);
}

void
request_read(struct request *request, const struct request_form *form, const uint8_t *address, uint16_t di)
{
    make_read(request, form, address, CONTROL_READ, di);
}

void
request_read_address(struct request *request, const struct request_form *form, const uint8_t *address)
{
    make_read(request, form, address, CONTROL_READ_ADDRESS, DI_ADDRESS);
}

static uint8_t
bcd(int number)
{
    return (uint8_t)(number / 10 % 10 << 4 | number % 10);
}

void
request_put_clock(uint8_t clock[7], GDateTime *time)
{
    clock[0] = bcd(g_date_time_get_second(time));
    clock[1] = bcd(g_date_time_get_minute(time));
    clock[2] = bcd(g_date_time_get_hour(time));
    clock[3] = bcd(g_date_time_get_day_of_month(time));
    clock[4] = bcd(g_date_time_get_month(time));
    clock[5] = bcd(g_date_time_get_year(time) % 100);
    clock[6] = bcd(g_date_time_get_year(time) / 100);
}

void
request_set_clock(struct request *request, const struct request_form *form, const uint8_t *address, GDateTime *time)
{
    uint8_t data[DI_BYTES + 1 + CLOCK_BYTES] = { 0 };

    put_di(data, form, DI_CLOCK);
    request_put_clock(data + DI_BYTES + 1, time);
    request_make(request, form, address, CONTROL_WRITE, data, sizeof data);
}

void
request_set_number_and_clock(struct request *request, const struct request_form *form, const uint8_t *address,
                             GDateTime *time)
{
    uint8_t data[DI_BYTES + 1 + CJT188_ADDRESS_LENGTH + CLOCK_BYTES] = { 0x18, 0xA0, 0xAA };

    memcpy(data + DI_BYTES + 1, address, CJT188_ADDRESS_LENGTH);
    request_put_clock(data + DI_BYTES + 1 + CJT188_ADDRESS_LENGTH, time);
    request_make(request, form, address, CONTROL_NUMBER_AND_CLOCK, data, sizeof data);
}
