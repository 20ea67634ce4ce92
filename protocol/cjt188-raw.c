/* cjt188-raw.c
 * The kinds that bytes may be which no layout names, a row each.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "cjt188-raw.h"

#include "cjt188-bytes.h"
#include "cjt188-tables.h"

#include <string.h>

/* ---- whole numbers ---- */

static bool
read_bcd(const uint8_t *bytes, unsigned width, double *number)
{
    uint64_t digits;

    if (!cjt188_bcd_low_first(bytes, width, &digits))
        return false;
    *number = (double)digits;
    return true;
}

static bool
read_low(const uint8_t *bytes, unsigned width, double *number)
{
    *number = (double)cjt188_low_first(bytes, width);
    return true;
}

static bool
read_high(const uint8_t *bytes, unsigned width, double *number)
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

static bool
read_signed_low(const uint8_t *bytes, unsigned width, double *number)
{
    *number = with_sign(cjt188_low_first(bytes, width), width);
    return true;
}

static bool
read_signed_high(const uint8_t *bytes, unsigned width, double *number)
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

static bool
read_bcd_top_bit(const uint8_t *bytes, unsigned width, double *number)
{
    return read_bcd_behind(bytes, width, 0x80, number);
}

static bool
read_bcd_top_f(const uint8_t *bytes, unsigned width, double *number)
{
    return read_bcd_behind(bytes, width, 0xF0, number);
}

/* ---- numbers with a point ---- */

static bool
read_4096(const uint8_t *bytes, unsigned width, double *number)
{
    *number = (double)cjt188_low_first(bytes, width) / 4096;
    return true;
}

static bool
read_tenths(const uint8_t *bytes, unsigned width, double *number)
{
    *number = (double)cjt188_low_first(bytes, width) / 10;
    return true;
}

static bool
read_hundredths(const uint8_t *bytes, unsigned width, double *number)
{
    *number = (double)cjt188_low_first(bytes, width) / 100;
    return true;
}

static bool
read_thousandths(const uint8_t *bytes, unsigned width, double *number)
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

static bool
read_float32_low(const uint8_t *bytes, unsigned width, double *number)
{
    return read_float32(cjt188_low_first(bytes, width), number);
}

static bool
read_float32_high(const uint8_t *bytes, unsigned width, double *number)
{
    return read_float32(cjt188_high_first(bytes, width), number);
}

static bool
read_float64_low(const uint8_t *bytes, unsigned width, double *number)
{
    return read_float64(cjt188_low_first(bytes, width), number);
}

static bool
read_float64_high(const uint8_t *bytes, unsigned width, double *number)
{
    return read_float64(cjt188_high_first(bytes, width), number);
}

/* ---- times ---- */

static void
write_time(const uint8_t *bytes, unsigned width, struct cjt188_text *text)
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

static void
write_unix_low(const uint8_t *bytes, unsigned width, struct cjt188_text *text)
{
    write_unix((uint32_t)cjt188_low_first(bytes, width), text);
}

static void
write_unix_high(const uint8_t *bytes, unsigned width, struct cjt188_text *text)
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

static void
write_hour_minute_low(const uint8_t *bytes, unsigned width, struct cjt188_text *text)
{
    (void)width;
    write_hour_minute(bytes[1], bytes[0], text);
}

static void
write_hour_minute_high(const uint8_t *bytes, unsigned width, struct cjt188_text *text)
{
    (void)width;
    write_hour_minute(bytes[0], bytes[1], text);
}

static bool
read_weekday(const uint8_t *bytes, unsigned width, double *number)
{
    (void)width;
    *number = bytes[0];
    return bytes[0] <= 7;
}

/* ---- numbers of meters, text ---- */

enum { NUMBER_DIGITS = 8 };

static void
write_number_low(const uint8_t *bytes, unsigned width, struct cjt188_text *text)
{
    cjt188_put_number(text, cjt188_low_first(bytes, width), NUMBER_DIGITS);
}

static void
write_number_high(const uint8_t *bytes, unsigned width, struct cjt188_text *text)
{
    cjt188_put_number(text, cjt188_high_first(bytes, width), NUMBER_DIGITS);
}

static void
write_number_text(const uint8_t *bytes, unsigned width, struct cjt188_text *text)
{
    for (unsigned i = 0; i < width; i++) {
        if (bytes[i] < '0' || bytes[i] > '9')
            return;
    }
    cjt188_put_part(text, (const char *)bytes, width);
}

static void
write_printable(const uint8_t *bytes, unsigned width, struct cjt188_text *text)
{
    for (unsigned i = 0; i < width; i++) {
        const char sign = bytes[i] >= 0x20 && bytes[i] < 0x7F ? (char)bytes[i] : '.';

        cjt188_put_part(text, &sign, 1);
    }
}

/* ---- the kinds ---- */

enum { WHOLE = 15, SINGLE = 7 }; /* decimal digits of a double and of a float */

static const struct cjt188_raw kinds[CJT188_RAW_KINDS] = {
    [CJT188_RAW_BCD] = { "BCD", "bcd", 1, 8, WHOLE, read_bcd, NULL },
    [CJT188_RAW_UNSIGNED_LOW] = { "unsigned, low byte first", "ule", 1, 8, WHOLE, read_low, NULL },
    [CJT188_RAW_UNSIGNED_HIGH] = { "unsigned, high byte first", "ube", 1, 8, WHOLE, read_high, NULL },
    [CJT188_RAW_SIGNED_LOW] = { "signed, low byte first", "sle", 1, 8, WHOLE, read_signed_low, NULL },
    [CJT188_RAW_SIGNED_HIGH] = { "signed, high byte first", "sbe", 1, 8, WHOLE, read_signed_high, NULL },
    [CJT188_RAW_BITS] = { "bits", "bit", 1, 4, WHOLE, read_low, NULL },
    [CJT188_RAW_4096] = { "value/4096", "fix", 2, 2, WHOLE, read_4096, NULL },
    [CJT188_RAW_DATE] = { "date", "day", 4, 4, 0, NULL, write_time },
    [CJT188_RAW_CLOCK] = { "clock", "clk", 7, 7, 0, NULL, write_time },
    [CJT188_RAW_TEXT] = { "text", "txt", 1, 64, 0, NULL, write_printable },
    [CJT188_RAW_BYTES] = { "bytes", "raw", 1, 252, 0, NULL, NULL },
    [CJT188_RAW_BCD_TOP_BIT] = { "BCD, top bit is minus", "bcs", 1, 8, WHOLE, read_bcd_top_bit, NULL },
    [CJT188_RAW_BCD_TOP_F] = { "BCD, top F is minus", "bcf", 1, 8, WHOLE, read_bcd_top_f, NULL },
    [CJT188_RAW_TENTHS] = { "value/10", "d1_", 1, 4, WHOLE, read_tenths, NULL },
    [CJT188_RAW_HUNDREDTHS] = { "value/100", "d2_", 1, 4, WHOLE, read_hundredths, NULL },
    [CJT188_RAW_THOUSANDTHS] = { "value/1000", "d3_", 1, 4, WHOLE, read_thousandths, NULL },
    [CJT188_RAW_FLOAT32_LOW] = { "float32, low byte first", "fle", 4, 4, SINGLE, read_float32_low, NULL },
    [CJT188_RAW_FLOAT32_HIGH] = { "float32, high byte first", "fbe", 4, 4, SINGLE, read_float32_high, NULL },
    [CJT188_RAW_FLOAT64_LOW] = { "float64, low byte first", "dle", 8, 8, WHOLE, read_float64_low, NULL },
    [CJT188_RAW_FLOAT64_HIGH] = { "float64, high byte first", "dbe", 8, 8, WHOLE, read_float64_high, NULL },
    [CJT188_RAW_UNIX_LOW] = { "Unix time, low byte first", "xle", 4, 4, 0, NULL, write_unix_low },
    [CJT188_RAW_UNIX_HIGH] = { "Unix time, high byte first", "xbe", 4, 4, 0, NULL, write_unix_high },
    [CJT188_RAW_HOUR_MINUTE_LOW] = { "hh:mm", "hml", 2, 2, 0, NULL, write_hour_minute_low },
    [CJT188_RAW_HOUR_MINUTE_HIGH] = { "hh:mm, high byte first", "hmb", 2, 2, 0, NULL, write_hour_minute_high },
    [CJT188_RAW_WEEKDAY] = { "day of week", "dow", 1, 1, WHOLE, read_weekday, NULL },
    [CJT188_RAW_NUMBER_LOW] = { "meter number, low byte first", "nle", 4, 5, 0, NULL, write_number_low },
    [CJT188_RAW_NUMBER_HIGH] = { "meter number, high byte first", "nbe", 4, 5, 0, NULL, write_number_high },
    [CJT188_RAW_NUMBER_TEXT] = { "meter number, text", "ntx", 8, 14, 0, NULL, write_number_text },
};

const struct cjt188_raw *
cjt188_raw(enum cjt188_raw_kind kind)
{
    return &kinds[kind < CJT188_RAW_KINDS ? kind : CJT188_RAW_BYTES];
}

enum cjt188_raw_kind
cjt188_raw_named(const char *name)
{
    enum cjt188_raw_kind kind = CJT188_RAW_BCD;

    while (kind < CJT188_RAW_KINDS && strcmp(kinds[kind].name, name) != 0)
        kind++;
    return kind;
}

const char *
cjt188_raw_remark(enum cjt188_raw_kind kind, double number)
{
    static const char *const days[] = { " (Sunday)",   " (Monday)", " (Tuesday)",  " (Wednesday)",
                                        " (Thursday)", " (Friday)", " (Saturday)", " (Sunday)" };

    for (unsigned i = 0; kind == CJT188_RAW_WEEKDAY && i < COUNT_OF(days); i++) {
        if (number == i)
            return days[i];
    }
    return "";
}
