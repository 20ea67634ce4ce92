/* cjt188-raw.c
 * Bytes as numbers and texts that need no frame to be read: what the rows of cjt188-kinds.c call.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "cjt188-raw.h"

#include "cjt188-bytes.h"
#include "cjt188-tables.h"

#include <string.h>

/* ---- whole numbers ---- */

bool
cjt188_raw_read_bcd(const uint8_t *bytes, unsigned width, double *number)
{
    uint64_t digits;

    if (!cjt188_bcd_low_first(bytes, width, &digits))
        return false;
    *number = (double)digits;
    return true;
}

bool
cjt188_raw_read_bcd_high(const uint8_t *bytes, unsigned width, double *number)
{
    uint8_t low_first[8];

    for (unsigned i = 0; i < width; i++)
        low_first[i] = bytes[width - 1 - i];
    return cjt188_raw_read_bcd(low_first, width, number);
}

bool
cjt188_raw_read_low(const uint8_t *bytes, unsigned width, double *number)
{
    *number = (double)cjt188_low_first(bytes, width);
    return true;
}

bool
cjt188_raw_read_high(const uint8_t *bytes, unsigned width, double *number)
{
    *number = (double)cjt188_high_first(bytes, width);
    return true;
}

/* Two's complement. */
static double
with_sign(uint64_t value, unsigned width)
{
    const uint64_t sign = UINT64_C(1) << (8 * width - 1);

    return (value & sign) == 0 ? (double)value : -(double)(sign - (value & (sign - 1)));
}

bool
cjt188_raw_read_signed_low(const uint8_t *bytes, unsigned width, double *number)
{
    *number = with_sign(cjt188_low_first(bytes, width), width);
    return true;
}

bool
cjt188_raw_read_signed_high(const uint8_t *bytes, unsigned width, double *number)
{
    *number = with_sign(cjt188_high_first(bytes, width), width);
    return true;
}

/* Digits whose top byte holds a minus: `minus` where all of these bits are set. */
static bool
read_bcd_behind(const uint8_t *bytes, unsigned width, uint8_t minus, double *number)
{
    const bool negative = (bytes[width - 1] & minus) == minus;
    uint8_t digits[8];
    uint64_t value;

    memcpy(digits, bytes, width);
    digits[width - 1] = (uint8_t)(negative ? digits[width - 1] & ~minus : digits[width - 1]);
    if (!cjt188_bcd_low_first(digits, width, &value))
        return false;
    *number = negative ? -(double)value : (double)value;
    return true;
}

bool
cjt188_raw_read_bcd_top_bit(const uint8_t *bytes, unsigned width, double *number)
{
    return read_bcd_behind(bytes, width, 0x80, number);
}

bool
cjt188_raw_read_bcd_top_f(const uint8_t *bytes, unsigned width, double *number)
{
    return read_bcd_behind(bytes, width, 0xF0, number);
}

/* ---- numbers with a point ---- */

bool
cjt188_raw_read_4096(const uint8_t *bytes, unsigned width, double *number)
{
    *number = (double)cjt188_low_first(bytes, width) / 4096;
    return true;
}

bool
cjt188_raw_read_tenths(const uint8_t *bytes, unsigned width, double *number)
{
    *number = (double)cjt188_low_first(bytes, width) / 10;
    return true;
}

bool
cjt188_raw_read_hundredths(const uint8_t *bytes, unsigned width, double *number)
{
    *number = (double)cjt188_low_first(bytes, width) / 100;
    return true;
}

bool
cjt188_raw_read_thousandths(const uint8_t *bytes, unsigned width, double *number)
{
    *number = (double)cjt188_low_first(bytes, width) / 1000;
    return true;
}

/* Infinity and what is no number are none. */
static bool
is_finite(double number)
{
    return number - number == 0;
}

static bool
read_float32(uint64_t bits, double *number)
{
    const uint32_t low = (uint32_t)bits;
    float value;

    memcpy(&value, &low, sizeof value);
    *number = (double)value;
    return is_finite(*number);
}

static bool
read_float64(uint64_t bits, double *number)
{
    memcpy(number, &bits, sizeof *number);
    return is_finite(*number);
}

bool
cjt188_raw_read_float32_low(const uint8_t *bytes, unsigned width, double *number)
{
    return read_float32(cjt188_low_first(bytes, width), number);
}

bool
cjt188_raw_read_float32_high(const uint8_t *bytes, unsigned width, double *number)
{
    return read_float32(cjt188_high_first(bytes, width), number);
}

bool
cjt188_raw_read_float64_low(const uint8_t *bytes, unsigned width, double *number)
{
    return read_float64(cjt188_low_first(bytes, width), number);
}

bool
cjt188_raw_read_float64_high(const uint8_t *bytes, unsigned width, double *number)
{
    return read_float64(cjt188_high_first(bytes, width), number);
}

/* ---- times ---- */

void
cjt188_raw_write_time(const uint8_t *bytes, unsigned width, struct cjt188_text *text)
{
    char buffer[CJT188_TEXT_MAX];
    struct cjt188_time time;

    if (!cjt188_read_time(bytes, width, &time, NULL))
        return;
    cjt188_time_text(&time, width, buffer, sizeof buffer);
    cjt188_put(text, buffer);
}

/* The day so many days after 1970-01-01. Years begin in March here, so that the leap day is their last. */
static void
set_day(struct cjt188_time *time, uint32_t days)
{
    const uint32_t since = days + 719468, era = since / 146097, day_of_era = since % 146097;
    const uint32_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const uint32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const uint32_t month = (5 * day_of_year + 2) / 153;
    const uint32_t year = era * 400 + year_of_era + (month >= 10);

    time->part[3] = (uint8_t)(day_of_year - (153 * month + 2) / 5 + 1);
    time->part[4] = (uint8_t)(month < 10 ? month + 3 : month - 9);
    time->part[5] = (uint8_t)(year % 100);
    time->part[6] = (uint8_t)(year / 100);
}

static void
write_unix(uint32_t seconds, struct cjt188_text *text)
{
    struct cjt188_time time = { .part = { (uint8_t)(seconds % 60), (uint8_t)(seconds / 60 % 60), (uint8_t)(seconds / 3600 % 24) } };
    char buffer[CJT188_TEXT_MAX];

    set_day(&time, seconds / 86400);
    cjt188_time_text(&time, 7, buffer, sizeof buffer);
    cjt188_put(text, buffer);
}

void
cjt188_raw_write_unix_low(const uint8_t *bytes, unsigned width, struct cjt188_text *text)
{
    write_unix((uint32_t)cjt188_low_first(bytes, width), text);
}

void
cjt188_raw_write_unix_high(const uint8_t *bytes, unsigned width, struct cjt188_text *text)
{
    write_unix((uint32_t)cjt188_high_first(bytes, width), text);
}

static void
write_hour_minute(uint8_t hour, uint8_t minute, struct cjt188_text *text)
{
    const int hours = cjt188_bcd_byte(hour), minutes = cjt188_bcd_byte(minute);

    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
        return;
    cjt188_put_number(text, (uint64_t)hours, 2);
    cjt188_put(text, ":");
    cjt188_put_number(text, (uint64_t)minutes, 2);
}

void
cjt188_raw_write_hour_minute_low(const uint8_t *bytes, unsigned width, struct cjt188_text *text)
{
    (void)width;
    write_hour_minute(bytes[1], bytes[0], text);
}

void
cjt188_raw_write_hour_minute_high(const uint8_t *bytes, unsigned width, struct cjt188_text *text)
{
    (void)width;
    write_hour_minute(bytes[0], bytes[1], text);
}

bool
cjt188_raw_read_weekday(const uint8_t *bytes, unsigned width, double *number)
{
    (void)width;
    *number = bytes[0];
    return bytes[0] <= 7;
}

/* ---- numbers of meters, text ---- */

enum { NUMBER_DIGITS = 8 };

void
cjt188_raw_write_number_low(const uint8_t *bytes, unsigned width, struct cjt188_text *text)
{
    cjt188_put_number(text, cjt188_low_first(bytes, width), NUMBER_DIGITS);
}

void
cjt188_raw_write_number_high(const uint8_t *bytes, unsigned width, struct cjt188_text *text)
{
    cjt188_put_number(text, cjt188_high_first(bytes, width), NUMBER_DIGITS);
}

void
cjt188_raw_write_number_text(const uint8_t *bytes, unsigned width, struct cjt188_text *text)
{
    for (unsigned i = 0; i < width; i++) {
        if (bytes[i] < '0' || bytes[i] > '9')
            return;
    }
    cjt188_put_part(text, (const char *)bytes, width);
}

void
cjt188_raw_write_printable(const uint8_t *bytes, unsigned width, struct cjt188_text *text)
{
    for (unsigned i = 0; i < width; i++) {
        const char sign = bytes[i] >= 0x20 && bytes[i] < 0x7F ? (char)bytes[i] : '.';

        cjt188_put_part(text, &sign, 1);
    }
}

const char *
cjt188_raw_remark(enum cjt188_value_kind kind, double number)
{
    static const char *const days[] = { " (Sunday)",   " (Monday)", " (Tuesday)",  " (Wednesday)",
                                        " (Thursday)", " (Friday)", " (Saturday)", " (Sunday)" };

    for (unsigned i = 0; kind == CJT188_K_WEEKDAY && i < COUNT_OF(days); i++) {
        if (number == i)
            return days[i];
    }
    return "";
}
