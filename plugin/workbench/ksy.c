/* ksy.c
 * tshark -z cjt188,export-ksy,FILE: what is known of one kind of frame as a Kaitai Struct description.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The rows of the layout follow each other; the user's own fields, which may lie over anything, are found by their places. Of a
 * number the bytes are one field and the value in its unit another, which is made from it. What a number needs beyond Kaitai's
 * own types (decimal digits, units, times) is a type of its own, of which only those are written that are used.
 */
#include "export.h"

#include <ctype.h>
#include <math.h>

#include "fields.h"
#include "userfields.h"

#include "explore.h"
#include "output.h"

#include <wsutil/report_message.h>

enum { KINDS_MAX = 64, ID_MAX = 48 };

/* A kind of frame, by the first that was seen. */
struct kind {
    struct cjt188_decoded frame;
    const struct own_field **own;
    unsigned own_count;
    uint64_t frames;
};

struct listener {
    char *path;
    struct mask *mask; /* NULL: nothing is to be masked */
    GPtrArray *kinds;  /* struct kind */
};

/* What is being written. */
struct ksy {
    const struct kind *kind;
    const struct mask *mask;
    GString *seq, *instances; /* of the data */
    GHashTable *ids;          /* without _, which some languages leave out */
    bool units[CJT188_VOLUME + 1];
    bool digits[4][9], whole[2][9]; /* types that are used, by the rows of digit_types and whole_types, and bytes */
    bool times[3], date[3], month, hour_minute;
};

/* ---- text ---- */

/* A text in double quotes, as YAML and JSON both have it. */
static void
append_quoted(GString *text, const char *word)
{
    g_string_append_c(text, '"');
    for (; *word != '\0'; word++) {
        if (*word == '"' || *word == '\\')
            g_string_append_printf(text, "\\%c", *word);
        else if ((unsigned char)*word < 0x20 || *word == 0x7F)
            g_string_append_c(text, ' ');
        else
            g_string_append_c(text, *word);
    }
    g_string_append_c(text, '"');
}

/* Small letters, digits and _ of any words, a letter first. */
static GString *
make_id(const char *words)
{
    GString *id = g_string_new(NULL);

    for (; *words != '\0' && id->len < ID_MAX; words++) {
        if (g_ascii_isalnum(*words) && (id->len > 0 || g_ascii_isalpha(*words)))
            g_string_append_c(id, g_ascii_tolower(*words));
        else if (id->len > 0 && id->str[id->len - 1] != '_')
            g_string_append_c(id, '_');
    }
    while (id->len > 0 && id->str[id->len - 1] == '_')
        g_string_truncate(id, id->len - 1);
    if (id->len == 0)
        g_string_assign(id, "field");
    return id;
}

/* The same, and nothing else is called so, nor begins with it: "_raw" and the like come behind it. The caller frees. */
static char *
take_id(struct ksy *ksy, const char *words)
{
    GString *id = make_id(words);
    const size_t length = id->len;

    for (unsigned turn = 2;; turn++) {
        char **parts = g_strsplit(id->str, "_", -1);
        char *key = g_strjoinv("", parts);
        const bool is_new = g_hash_table_add(ksy->ids, key);

        g_strfreev(parts);
        if (is_new)
            return g_string_free(id, false);
        g_string_truncate(id, length);
        g_string_append_printf(id, "_n%u", turn);
    }
}

/* A number as an expression has it, always with a point or an exponent, and with no more digits than tell it from others. */
static char *
real_text(double number)
{
    static const char *const formats[] = { "%.15g", "%.16g", "%.17g" };
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    if (fabs(number) < 1e15 && trunc(number) == number)
        g_ascii_formatd(text, sizeof text, "%.1f", number);
    else
        for (size_t i = 0; i < array_length(formats); i++) {
            g_ascii_formatd(text, sizeof text, formats[i], number);
            if (g_ascii_strtod(text, NULL) == number)
                break;
        }
    return g_strdup_printf(number < 0 ? "(%s)" : "%s", text);
}

/* " * 3.6", and nothing for 1; the caller frees. */
static char *
times_text(const char *sign, double number)
{
    char *real = real_text(number);
    char *text = number == 1 ? g_strdup("") : g_strdup_printf(" %s %s", sign, real);

    g_free(real);
    return text;
}

static void
append_field(GString *text, const char *id, const char *type)
{
    g_string_append_printf(text, "      - id: %s\n        %s\n", id, type);
}

static void
append_doc(GString *text, const char *doc)
{
    if (doc[0] == '\0')
        return;
    g_string_append(text, "        doc: ");
    append_quoted(text, doc);
    g_string_append_c(text, '\n');
}

static void G_GNUC_PRINTF(4, 5)
append_value(GString *text, const char *id, const char *doc, const char *format, ...)
{
    va_list arguments;
    char *value;

    va_start(arguments, format);
    value = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_string_append_printf(text, "      %s:\n        value: ", id);
    append_quoted(text, value);
    g_string_append_c(text, '\n');
    append_doc(text, doc);
    g_free(value);
}

/* ---- types ---- */

/* Decimal digits, two a byte. What makes a minus is in the top byte. */
static const struct digit_type {
    const char *name, *doc;
    bool high_first;
    unsigned minus; /* these bits of the top byte, all set */
} digit_types[] = {
    { "bcd", "decimal digits, low byte first", false, 0 },
    { "bcd_high", "decimal digits, high byte first", true, 0 },
    { "bcd_top_bit", "decimal digits, low byte first, whose top bit is the minus", false, 0x80 },
    { "bcd_top_f", "decimal digits, low byte first, whose top digit F is the minus", false, 0xF0 },
};
enum { DIGITS_LOW, DIGITS_HIGH, DIGITS_TOP_BIT, DIGITS_TOP_F, DIGIT_TYPES };

static const char *const whole_types[] = { "whole_low", "whole_high" };

/* Where a type of times has year, month, day, hour, minute and second; by enum cjt188_time_order. */
static const char *const time_types[] = { "clock", "clock_high", "clock_year_split" };
static const char *const date_types[] = { "date", "date_high", "date_year_split" };

static void
append_bytes(GString *text, const char *name, unsigned width, const char *doc)
{
    g_string_append_printf(text, "  %s:\n    doc: %s\n    seq:\n      - id: bytes\n        type: u1\n        repeat: expr\n"
                           "        repeat-expr: %u\n    instances:\n", name, doc, width);
}

static void
append_digit_type(GString *text, const struct digit_type *type, unsigned width)
{
    char *name = g_strdup_printf("%s%u", type->name, width);
    GString *value = g_string_new(NULL), *is_decimal = g_string_new(NULL);
    char *minus = g_strdup_printf("(bytes[%u] & 0x%02x) == 0x%02x", width - 1, type->minus, type->minus);

    for (unsigned i = 0; i < width; i++) {
        char *byte = g_strdup_printf("bytes[%u]", type->high_first ? width - 1 - i : i);
        char *digits = type->minus != 0 && i == width - 1 ?
            g_strdup_printf("(is_negative ? %s & 0x%02x : %s)", byte, ~type->minus & 0xFF, byte) : g_strdup(byte);
        char *factor = g_strdup_printf("1%.*s", (int)(2 * i), "00000000000000");

        g_string_append_printf(value, "%s(%s & 15) * %s + (%s >> 4) * %s0", i > 0 ? " + " : "", digits, factor, digits, factor);
        g_string_append_printf(is_decimal, "%s(%s & 15) < 10 and (%s >> 4) < 10", i > 0 ? " and " : "", digits, digits);
        g_free(factor);
        g_free(digits);
        g_free(byte);
    }
    append_bytes(text, name, width, type->doc);
    if (type->minus != 0)
        g_string_append_printf(text, "      is_negative:\n        value: %s\n", minus);
    g_string_append_printf(text, "      is_decimal:\n        value: \"%s\"\n      value:\n        value: \"%s(%s)\"\n",
                           is_decimal->str, type->minus != 0 ? "(is_negative ? -1 : 1) * " : "", value->str);
    g_string_free(value, true);
    g_string_free(is_decimal, true);
    g_free(minus);
    g_free(name);
}

static void
append_whole_type(GString *text, bool high_first, unsigned width)
{
    char *name = g_strdup_printf("%s%u", whole_types[high_first], width);

    append_bytes(text, name, width, high_first ? "a whole number, high byte first" : "a whole number, low byte first");
    g_string_append(text, "      value:\n        value: ");
    for (unsigned i = 0; i < width; i++)
        g_string_append_printf(text, "%sbytes[%u] * %" G_GUINT64_FORMAT, i > 0 ? " + " : "", high_first ? width - 1 - i : i,
                               UINT64_C(1) << 8 * i);
    g_string_append_c(text, '\n');
    g_free(name);
}

/* Kilowatt-hours and so on by the unit's code. */
static void
append_unit_type(GString *text, enum cjt188_class class)
{
    g_string_append_printf(text, "  unit_%s:\n    doc: the unit's code, and how many %s one of it is; 0 for codes of other kinds\n"
                           "    seq:\n      - id: code\n        type: u1\n    instances:\n      factor:\n        value: >-\n",
                           cjt188_class_unit(class)[0] == 'm' ? class == CJT188_FLOW ? "m3_h" : "m3" :
                           class == CJT188_POWER ? "kw" : "kwh", cjt188_class_unit(class));
    for (unsigned code = 0; code <= UINT8_MAX; code++) {
        const struct cjt188_unit *unit = cjt188_unit((uint8_t)code);
        char *factor;

        if (unit == NULL || unit->name == NULL || unit->class != class)
            continue;
        factor = real_text(pow(10, unit->exponent) / (unit->in_joules ? 3.6 : 1));
        g_string_append_printf(text, "          code == 0x%02x ? %s :\n", code, factor);
        g_free(factor);
    }
    g_string_append(text, "          0.0\n");
}

static const char *
unit_type(enum cjt188_class class)
{
    static const char *const names[] = { [CJT188_ENERGY] = "unit_kwh", [CJT188_POWER] = "unit_kw", [CJT188_FLOW] = "unit_m3_h",
                                         [CJT188_VOLUME] = "unit_m3" };

    return names[class];
}

static void
append_time_type(GString *text, const char *name, enum cjt188_time_order order, bool has_day_time)
{
    static const char *const parts[][7] = {
        [CJT188_TIME_LOW_FIRST] = { "second", "minute", "hour", "day", "month", "year_of_century", "century" },
        [CJT188_TIME_HIGH_FIRST] = { "century", "year_of_century", "month", "day", "hour", "minute", "second" },
        [CJT188_TIME_YEAR_SPLIT] = { "second", "minute", "hour", "day", "month", "century", "year_of_century" },
    };
    const bool high = order == CJT188_TIME_HIGH_FIRST;
    const unsigned from = has_day_time || high ? 0 : 3, to = has_day_time || !high ? 7 : 4;

    g_string_append_printf(text, "  %s:\n    doc: a time, in decimal digits\n    seq:\n", name);
    for (unsigned i = from; i < to; i++)
        g_string_append_printf(text, "      - id: %s_digits\n        type: bcd1\n", parts[order][i]);
    g_string_append(text, "    instances:\n      year:\n"
                          "        value: century_digits.value * 100 + year_of_century_digits.value\n");
    for (unsigned i = from; i < to; i++) {
        if (strstr(parts[order][i], "century") == NULL)
            g_string_append_printf(text, "      %s:\n        value: %s_digits.value\n", parts[order][i], parts[order][i]);
    }
}

static void
append_types(GString *text, struct ksy *ksy)
{
    for (unsigned i = 0; i < 3; i++) {
        if (ksy->times[i])
            append_time_type(text, time_types[i], (enum cjt188_time_order)i, true);
        if (ksy->date[i])
            append_time_type(text, date_types[i], (enum cjt188_time_order)i, false);
        ksy->digits[DIGITS_LOW][1] |= ksy->times[i] || ksy->date[i];
    }
    if (ksy->month)
        g_string_append(text, "  month_of_year:\n    seq:\n      - id: month\n        type: bcd1\n      - id: year_of_century\n"
                              "        type: bcd1\n");
    ksy->digits[DIGITS_LOW][1] |= ksy->month;
    for (unsigned i = 0; i < array_length(ksy->units); i++) {
        if (ksy->units[i])
            append_unit_type(text, (enum cjt188_class)i);
    }
    for (unsigned width = 1; width <= 8; width++) {
        for (unsigned i = 0; i < DIGIT_TYPES; i++) {
            if (ksy->digits[i][width])
                append_digit_type(text, &digit_types[i], width);
        }
        for (unsigned i = 0; i < 2; i++) {
            if (ksy->whole[i][width])
                append_whole_type(text, i == 1, width);
        }
    }
}

/* ---- types that fields have: "type: …", which the caller frees ---- */

static char *
digit_type(struct ksy *ksy, unsigned order, unsigned width)
{
    ksy->digits[order][width] = true;
    return g_strdup_printf("type: %s%u", digit_types[order].name, width);
}

/* *value: what stands behind its id to get the number. */
static char *
whole_type(struct ksy *ksy, bool high_first, unsigned width, const char **value)
{
    const bool is_own = (width & (width - 1)) != 0 || width > 8;

    *value = is_own ? ".value" : "";
    if (!is_own)
        return width == 1 ? g_strdup("type: u1") : g_strdup_printf("type: u%u%s", width, high_first ? "be" : "le");
    ksy->whole[high_first][MIN(width, 8)] = true;
    return g_strdup_printf("type: %s%u", whole_types[high_first], width);
}

static char *
time_type(struct ksy *ksy, enum cjt188_time_order order, unsigned width)
{
    const unsigned at = order == CJT188_NO_TIME ? CJT188_TIME_LOW_FIRST : (unsigned)order;

    *(width == 7 ? &ksy->times[at] : &ksy->date[at]) = true;
    return g_strdup_printf("type: %s", width == 7 ? time_types[at] : date_types[at]);
}

/* ---- fields of the layout ---- */

static char *
doc_of(const struct cjt188_value *value)
{
    const header_field_info *info = proto_registrar_get_byname(cjt188_field_info(value->field)->filter);
    const char *blurb = info != NULL && info->blurb != NULL ? info->blurb : "";

    return g_strdup_printf("%s%s%s", value->name, blurb[0] != '\0' ? ": " : "", blurb);
}

static void
add_quantity(struct ksy *ksy, const struct cjt188_value *value, const char *id, const char *doc)
{
    const struct cjt188_decoded *frame = &ksy->kind->frame;
    char *digits = digit_type(ksy, frame->dialect->data_high_first ? DIGITS_HIGH : DIGITS_LOW, value->digits_width);
    char *digits_id = g_strdup_printf("%s_digits", id), *unit_id = g_strdup_printf("%s_unit", id);
    const enum cjt188_class class = value->quantity->class;
    const bool has_unit = value->has_unit_byte && class <= CJT188_VOLUME;
    char *factor = has_unit ? g_strdup_printf(" * %s.factor", unit_id) :
        times_text("*", value->unit != NULL ? pow(10, value->unit->exponent) / (value->unit->in_joules ? 3.6 : 1) : 1);
    char *divisor = times_text("/", pow(10, value->places));
    char *unit = has_unit ? g_strdup_printf("type: %s", unit_type(class)) : g_strdup("type: u1");
    char *full = g_strdup_printf("%s; %d decimal places", doc, value->places);

    if (value->has_unit_byte && value->unit_at == 0)
        append_field(ksy->seq, unit_id, unit);
    append_field(ksy->seq, digits_id, digits);
    if (value->has_unit_byte && value->unit_at != 0)
        append_field(ksy->seq, unit_id, unit);
    if (has_unit)
        ksy->units[class] = true;
    append_value(ksy->instances, id, full, "%s.value%s%s", digits_id, factor, divisor);
    g_string_append_printf(ksy->instances, "        if: %s.is_decimal\n", digits_id);
    g_free(full);
    g_free(unit);
    g_free(divisor);
    g_free(factor);
    g_free(unit_id);
    g_free(digits_id);
    g_free(digits);
}

/* A whole number, of which `divisor` make one; 1: it is one itself. */
static void
add_whole(struct ksy *ksy, const struct cjt188_value *value, const char *id, const char *doc, double divisor)
{
    const char *behind;
    char *type = whole_type(ksy, false, value->width, &behind);
    char *raw = divisor != 1 || behind[0] != '\0' ? g_strdup_printf("%s_raw", id) : g_strdup(id);
    char *number = real_text(divisor);

    append_field(ksy->seq, raw, type);
    if (divisor != 1)
        append_value(ksy->instances, id, doc, "%s%s / %s", raw, behind, number);
    else if (behind[0] != '\0')
        append_value(ksy->instances, id, doc, "%s%s", raw, behind);
    else
        append_doc(ksy->seq, doc);
    g_free(number);
    g_free(raw);
    g_free(type);
}

static void
add_status(struct ksy *ksy, const char *id, const char *doc)
{
    const struct cjt188_status_layout *layout = cjt188_status_layout(&ksy->kind->frame);

    append_field(ksy->seq, id, "type: u2");
    append_doc(ksy->seq, doc);
    if (layout->code_byte >= 0)
        append_value(ksy->instances, "status_code_of_maker", "", "(%s >> %d) & 0xff", id, 8 * layout->code_byte);
    if (layout->valve_byte >= 0)
        append_value(ksy->instances, "status_valve_code", "", "(%s >> %d) & 0xff", id, 8 * layout->valve_byte);
    if (cjt188_has_valve(&ksy->kind->frame) && layout->has_valve)
        append_value(ksy->instances, "status_valve", "as the standard has it", "%s & 3", id);
    for (const struct cjt188_status_bit *bit = layout->bits; bit != NULL && bit->mask != 0; bit++) {
        char *words = g_strdup_printf("status %s", bit->name), *bit_id = take_id(ksy, words);

        append_value(ksy->instances, bit_id, bit->name, "(%s & 0x%04x) != 0", id, bit->mask);
        g_free(bit_id);
        g_free(words);
    }
}

/* Nothing but bytes, or what Kaitai has a type for. */
static void
add_plain(struct ksy *ksy, const struct cjt188_value *value, const char *id, const char *doc, char *type)
{
    append_field(ksy->seq, id, type != NULL ? type : "");
    if (type == NULL) {
        g_string_truncate(ksy->seq, ksy->seq->len - 1);
        g_string_append_printf(ksy->seq, "size: %u\n", value->width);
    }
    append_doc(ksy->seq, doc);
    g_free(type);
}

static void
add_value(struct ksy *ksy, const struct cjt188_value *value, unsigned at)
{
    const enum cjt188_value_kind kind = value->row != NULL ? value->row->kind : CJT188_K_BYTES;
    const bool is_nameless = value->field == CJT188_F_UNDOCUMENTED && (value->row == NULL || value->row->name == NULL);
    const bool is_known = value->row != NULL && value->field != CJT188_F_UNDOCUMENTED;
    const char *remark = value->row != NULL && value->row->remark != NULL ? value->row->remark : "";
    char *words = is_nameless || !is_known ? g_strdup_printf("undocumented_%u", at) : g_strdup_printf("%s %s", value->name, remark);
    char *id = take_id(ksy, words), *doc = is_nameless ? g_strdup("nobody knows") : is_known ? doc_of(value) : g_strdup(value->name);

    switch (kind) {
    case CJT188_K_QUANTITY:
        add_quantity(ksy, value, id, doc);
        break;
    case CJT188_K_UNSIGNED_LOW:
    case CJT188_K_U64:
        add_whole(ksy, value, id, doc, pow(10, value->row->places));
        break;
    case CJT188_K_COEFFICIENT:
        add_whole(ksy, value, id, doc, 4096);
        break;
    case CJT188_K_UINT:
    case CJT188_K_STATUS_CODE:
        add_whole(ksy, value, id, doc, 1);
        break;
    case CJT188_K_STATUS:
        add_status(ksy, id, doc);
        break;
    case CJT188_K_CLOCK:
    case CJT188_K_DATE:
        add_plain(ksy, value, id, doc, time_type(ksy, value->order, value->width));
        break;
    case CJT188_K_MONTH:
        ksy->month = true;
        add_plain(ksy, value, id, doc, g_strdup("type: month_of_year"));
        break;
    case CJT188_K_DAY:
    case CJT188_K_NUMBER:
        add_plain(ksy, value, id, doc, digit_type(ksy, ksy->kind->frame.dialect->data_high_first ? DIGITS_HIGH : DIGITS_LOW,
                                                  value->width));
        break;
    default:
        add_plain(ksy, value, id, doc, NULL);
    }
    g_free(doc);
    g_free(id);
    g_free(words);
}

/* ---- the user's own fields ---- */

enum raw_way { AS_DIGITS, AS_WHOLE, AS_SIGNED, AS_FLOAT, AS_TIME, AS_TEXT, AS_BYTES, AS_HOUR_MINUTE };

/* How Kaitai reads a kind of the user's table, by its kind. */
static const struct raw_form {
    enum raw_way way;
    unsigned order;  /* of digits a row of digit_types; else 1 is high byte first */
    unsigned divisor;
} raw_forms[CJT188_K_KINDS] = {
    [CJT188_K_BCD] = { AS_DIGITS, DIGITS_LOW, 1 },
    [CJT188_K_UNSIGNED_LOW] = { AS_WHOLE, 0, 1 },
    [CJT188_K_UNSIGNED_HIGH] = { AS_WHOLE, 1, 1 },
    [CJT188_K_SIGNED_LOW] = { AS_SIGNED, 0, 1 },
    [CJT188_K_SIGNED_HIGH] = { AS_SIGNED, 1, 1 },
    [CJT188_K_BITS] = { AS_WHOLE, 0, 1 },
    [CJT188_K_COEFFICIENT] = { AS_WHOLE, 0, 4096 },
    [CJT188_K_DATE] = { AS_TIME, 0, 1 },
    [CJT188_K_CLOCK] = { AS_TIME, 0, 1 },
    [CJT188_K_TEXT] = { AS_TEXT, 0, 1 },
    [CJT188_K_BYTES] = { AS_BYTES, 0, 1 },
    [CJT188_K_BCD_TOP_BIT] = { AS_DIGITS, DIGITS_TOP_BIT, 1 },
    [CJT188_K_BCD_TOP_F] = { AS_DIGITS, DIGITS_TOP_F, 1 },
    [CJT188_K_BCD_HIGH] = { AS_DIGITS, DIGITS_HIGH, 1 },
    [CJT188_K_TENTHS] = { AS_WHOLE, 0, 10 },
    [CJT188_K_HUNDREDTHS] = { AS_WHOLE, 0, 100 },
    [CJT188_K_THOUSANDTHS] = { AS_WHOLE, 0, 1000 },
    [CJT188_K_FLOAT32_LOW] = { AS_FLOAT, 0, 1 },
    [CJT188_K_FLOAT32_HIGH] = { AS_FLOAT, 1, 1 },
    [CJT188_K_FLOAT64_LOW] = { AS_FLOAT, 0, 1 },
    [CJT188_K_FLOAT64_HIGH] = { AS_FLOAT, 1, 1 },
    [CJT188_K_UNIX_LOW] = { AS_WHOLE, 0, 1 },
    [CJT188_K_UNIX_HIGH] = { AS_WHOLE, 1, 1 },
    [CJT188_K_HOUR_MINUTE_LOW] = { AS_HOUR_MINUTE, 0, 1 },
    [CJT188_K_HOUR_MINUTE_HIGH] = { AS_HOUR_MINUTE, 1, 1 },
    [CJT188_K_WEEKDAY] = { AS_WHOLE, 0, 1 },
    [CJT188_K_NUMBER_LOW] = { AS_WHOLE, 0, 1 },
    [CJT188_K_NUMBER_HIGH] = { AS_WHOLE, 1, 1 },
    [CJT188_K_NUMBER_TEXT] = { AS_TEXT, 0, 1 },
};

/* The type of its bytes, and in *behind what is written behind their id to get the number; "" in it where there is no number. */
static char *
own_type(struct ksy *ksy, const struct raw_form *form, const struct cjt188_own_place *place, char **behind)
{
    const uint8_t *bytes = ksy->kind->frame.bytes + ksy->kind->frame.data + place->at;
    const char *value = "";
    enum cjt188_time_order order = CJT188_NO_TIME;
    struct cjt188_time time;
    char *type;

    *behind = NULL;
    switch (form->way) {
    case AS_DIGITS:
        *behind = g_strdup(".value");
        return digit_type(ksy, form->order, place->width);
    case AS_WHOLE:
    case AS_SIGNED:
        type = whole_type(ksy, form->order == 1, place->width, &value);
        *behind = g_strdup(value);
        return type;
    case AS_FLOAT:
        *behind = g_strdup("");
        return g_strdup_printf("type: f%u%s", place->width, form->order == 1 ? "be" : "le");
    case AS_TIME:
        cjt188_read_time(bytes, place->width, &time, &order);
        return time_type(ksy, order, place->width);
    case AS_TEXT:
        return g_strdup_printf("type: str\n        size: %u\n        encoding: ASCII", place->width);
    case AS_HOUR_MINUTE:
        *behind = g_strdup(".value");
        return digit_type(ksy, form->order == 1 ? DIGITS_HIGH : DIGITS_LOW, place->width);
    default:
        return g_strdup_printf("size: %u", place->width);
    }
}

/* What its bytes are as a number, before scale and offset. */
static char *
own_number(const struct raw_form *form, const struct userfield_form *own, const struct cjt188_own_place *place, const char *raw,
           const char *behind)
{
    if (own->kind == CJT188_K_BITS)
        return g_strdup_printf("((%s%s & 0x%x) / %u)", raw, behind, own->mask, own->mask & (~own->mask + 1));
    if (form->way == AS_SIGNED) { /* two's complement of any width */
        char *half = real_text(ldexp(1, (int)(8 * place->width - 1))), *whole = real_text(ldexp(1, (int)(8 * place->width)));
        char *number = g_strdup_printf("(%s%s >= %s ? %s%s - %s : %s%s * 1.0)", raw, behind, half, raw, behind, whole, raw, behind);

        g_free(half);
        g_free(whole);
        return number;
    }
    return form->divisor == 1 ? g_strdup_printf("%s%s", raw, behind) : g_strdup_printf("%s%s / %u.0", raw, behind, form->divisor);
}

static void
add_own(struct ksy *ksy, const struct own_field *field)
{
    const struct userfield_form own = cjt188_userfield_form(field);
    const struct raw_form *form = &raw_forms[own.kind];
    struct cjt188_own_place place;
    char *suffix, *words, *id, *raw, *behind, *type, *said, *doc;

    if (!cjt188_own_fields->place(field, &place))
        return;
    suffix = mask_words(ksy->mask, own.suffix);
    words = g_strdup_printf("user_%s", suffix);
    id = take_id(ksy, words);
    type = own_type(ksy, form, &place, &behind);
    raw = behind != NULL ? g_strdup_printf("%s_raw", id) : g_strdup(id);
    said = g_strdup_printf("%s%s%s (%s%s%s)", own.name, own.note[0] != '\0' ? ": " : "", own.note,
                           cjt188_raw(own.kind)->name, own.unit[0] != '\0' ? ", in " : "", own.unit);
    doc = mask_words(ksy->mask, said);
    g_string_append_printf(ksy->instances, "      %s:\n        pos: %u\n        %s\n", raw, place.at, type);
    append_doc(ksy->instances, doc);
    if (behind != NULL) {
        char *number = own_number(form, &own, &place, raw, behind);
        char *scale = times_text("*", own.scale), *add = real_text(own.add), *divisor = times_text("/", own.divisor);

        if (own.add == 0)
            append_value(ksy->instances, id, doc, "%s%s%s", number, scale, divisor);
        else
            append_value(ksy->instances, id, doc, "(%s%s + %s)%s", number, scale, add, divisor);
        if (form->way == AS_DIGITS || form->way == AS_HOUR_MINUTE)
            g_string_append_printf(ksy->instances, "        if: %s.is_decimal\n", raw);
        g_free(divisor);
        g_free(add);
        g_free(scale);
        g_free(number);
    }
    g_free(doc);
    g_free(said);
    g_free(raw);
    g_free(behind);
    g_free(type);
    g_free(id);
    g_free(words);
    g_free(suffix);
}

/* ---- the file ---- */

static char *
title_of(const struct cjt188_decoded *frame)
{
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): no entry of the list of kinds is NULL */
    return g_strdup_printf("CJ/T 188, %s %04X, control %02X, L %u (%s), dialect %s", frame->is_reply ? "reply" : "request",
                           frame->di, frame->control, frame->data_length,
                           frame->layout != NULL ? frame->layout->name : "no layout is known", frame->dialect->name);
}

/* The frame around the data, whose numbers are all those of this kind. */
static void
append_frame(GString *text, struct ksy *ksy)
{
    const struct cjt188_decoded *frame = &ksy->kind->frame;
    char *number = digit_type(ksy, frame->number_high_first ? DIGITS_HIGH : DIGITS_LOW, CJT188_NUMBER_BYTES);

    g_string_append_printf(text,
                           "seq:\n"
                           "  - id: start\n    type: u1\n    repeat: until\n    repeat-until: _ == 0x68\n"
                           "    doc: bytes FE that wake up the line, and the start byte\n"
                           "  - id: meter_type\n    type: u1\n"
                           "  - id: number\n    %s\n    doc: of the meter, as on its display\n"
                           "  - id: manufacturer\n    type: u2\n"
                           "  - id: control\n    type: u1\n    valid: 0x%02x\n"
                           "  - id: length\n    type: u1\n    valid: %u\n",
                           number, frame->control, frame->data_length);
    if (frame->has_di)
        g_string_append_printf(text, "  - id: identifier\n    contents: [0x%02x, 0x%02x]\n", frame->bytes[CJT188_OFF_DATA],
                               frame->bytes[CJT188_OFF_DATA + 1]);
    if (frame->has_ser)
        g_string_append(text, "  - id: sequence_number\n    type: u1\n");
    if (frame->data_end > frame->data)
        g_string_append_printf(text, "  - id: data\n    size: %u\n    type: data_of_frame\n", frame->data_end - frame->data);
    g_string_append(text, "  - id: checksum\n    type: u1\n    doc: of all bytes from 68 on, the sum modulo 256; it is not looked at\n"
                          "  - id: end\n    contents: [0x16]\n");
    g_free(number);
}

static void
append_meta(GString *text, const struct cjt188_decoded *frame)
{
    char *title = title_of(frame), *licence = export_licence(text);

    g_string_append_printf(text, "meta:\n  id: cjt188_%04x_%02x_%u\n  title: ", frame->di, frame->control, frame->data_length);
    append_quoted(text, title);
    if (licence != NULL)
        g_string_append_printf(text, "\n  license: %s", licence);
    g_string_append(text, "\n  ks-version: \"0.9\"\n  endian: le\n"
                          "doc: Offsets of data count from the first byte behind the sequence number. No byte tells decimal places;"
                          " they are those of the meter that this was made from.\n");
    g_free(licence);
    g_free(title);
}

static GString *
make_ksy(const struct kind *kind, const struct mask *mask, GString *text)
{
    const struct cjt188_decoded *frame = &kind->frame;
    struct ksy ksy = { .kind = kind, .mask = mask, .seq = g_string_new(NULL), .instances = g_string_new(NULL),
                       .ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL) };

    append_meta(text, frame);
    for (unsigned i = 0; i < frame->value_count; i++) {
        if (frame->values[i].width > 0)
            add_value(&ksy, &frame->values[i], frame->values[i].at - frame->data);
    }
    for (unsigned i = 0; i < kind->own_count; i++)
        add_own(&ksy, kind->own[i]);
    append_frame(text, &ksy);
    g_string_append(text, "types:\n");
    if (ksy.seq->len > 0)
        g_string_append_printf(text, "  data_of_frame:\n    seq:\n%s", ksy.seq->str);
    if (ksy.instances->len > 0)
        g_string_append_printf(text, "    instances:\n%s", ksy.instances->str);
    append_types(text, &ksy);
    g_hash_table_destroy(ksy.ids);
    g_string_free(ksy.seq, true);
    g_string_free(ksy.instances, true);
    return text;
}

/* ---- the frames ---- */

static void
free_kind(void *data)
{
    g_free(((struct kind *)data)->own);
    g_free(data);
}

/* Read and shown alike? */
static bool
is_same(const struct kind *kind, const struct cjt188_seen *seen)
{
    const struct cjt188_decoded *a = &kind->frame, *b = seen->frame;
    const unsigned own_count = seen->own != NULL ? seen->own->count : 0;

    return a->control == b->control && a->has_di == b->has_di && a->di == b->di && a->di_order == b->di_order &&
        a->data_length == b->data_length && a->dialect == b->dialect && a->layout == b->layout &&
        a->unit_position == b->unit_position && memcmp(a->places, b->places, sizeof a->places) == 0 &&
        kind->own_count == own_count &&
        (own_count == 0 || memcmp(kind->own, seen->own->field, own_count * sizeof kind->own[0]) == 0);
}

static void
take_in(struct listener *listener, const struct cjt188_seen *seen)
{
    struct kind *kind = NULL;

    for (unsigned i = 0; i < listener->kinds->len && kind == NULL; i++) {
        struct kind *old = (struct kind *)g_ptr_array_index(listener->kinds, i);

        kind = is_same(old, seen) ? old : NULL;
    }
    if (kind == NULL && listener->kinds->len < KINDS_MAX) {
        kind = g_new0(struct kind, 1);
        kind->frame = *seen->frame;
        memcpy(kind->frame.plain, seen->frame->bytes, MIN(seen->frame->have, sizeof kind->frame.plain));
        kind->frame.bytes = kind->frame.plain;
        kind->own_count = seen->own != NULL ? seen->own->count : 0;
        kind->own = g_new(const struct own_field *, kind->own_count + 1);
        if (kind->own_count > 0)
            memcpy(kind->own, seen->own->field, kind->own_count * sizeof kind->own[0]);
        g_ptr_array_add(listener->kinds, kind);
    }
    if (kind != NULL)
        kind->frames++;
}

static tap_packet_status
add_packet(void *data, packet_info *pinfo _U_, epan_dissect_t *edt _U_, const void *packet, tap_flags_t flags _U_)
{
    struct listener *listener = (struct listener *)data;

    export_mask_see(listener->mask, (const struct cjt188_tap *)packet);
    for (const struct cjt188_seen *seen = ((const struct cjt188_tap *)packet)->first; seen != NULL; seen = seen->next) {
        if (seen->kind == CJT188_FRAME && !seen->line_error)
            take_in(listener, seen);
    }
    return TAP_PACKET_DONT_REDRAW;
}

/* Whoever has more than one kind gets what chooses each. */
static void
tell_kinds(const struct listener *listener)
{
    GString *text = g_string_new(NULL);

    for (unsigned i = 0; i < listener->kinds->len; i++) {
        const struct kind *kind = (const struct kind *)g_ptr_array_index(listener->kinds, i);
        char *title = title_of(&kind->frame);

        g_string_append_printf(text, "\n  -2 -R 'cjt188.control == 0x%02x && cjt188.di == 0x%04x && cjt188.length == %u'   %" G_GUINT64_FORMAT
                               " of %s", kind->frame.control, kind->frame.di, kind->frame.data_length, kind->frames, title);
        g_free(title);
    }
    if (listener->kinds->len == 0)
        report_failure("%s is not written: there is no frame.", listener->path);
    else
        report_failure("%s is not written: there are %u kinds of frames, or of decimal places. Choose one:%s", listener->path,
                       listener->kinds->len, text->str);
    g_string_free(text, true);
}

static void
write_file(void *data)
{
    struct listener *listener = (struct listener *)data;
    const struct kind *kind = listener->kinds->len == 1 ? (const struct kind *)g_ptr_array_index(listener->kinds, 0) : NULL;
    GString *text;

    if (kind == NULL) {
        tell_kinds(listener);
        output_has_failed();
        return;
    }
    if (kind->frame.plus_33) {
        report_failure("%s is not written: Kaitai Struct cannot take off what was added to the bytes (+33H).", listener->path);
        output_has_failed();
        return;
    }
    text = export_head(listener->path,
                       "# A Kaitai Struct description (https://kaitai.io), of frames from their start byte or the FE before it.\n",
                       listener->mask);
    if (text == NULL)
        return;
    output_write(listener->path, make_ksy(kind, listener->mask, text));
    g_string_free(text, true);
}

static void
reset(void *data)
{
    g_ptr_array_set_size(((struct listener *)data)->kinds, 0);
}

static void
finish(void *data)
{
    struct listener *listener = (struct listener *)data;

    g_ptr_array_unref(listener->kinds);
    g_clear_pointer(&listener->mask, mask_free);
    g_free(listener->path);
    g_free(listener);
}

bool
ksy_start(const char *path, bool is_masked)
{
    struct listener *listener = g_new0(struct listener, 1);

    listener->path = g_strdup(path);
    listener->mask = is_masked ? export_mask() : NULL;
    listener->kinds = g_ptr_array_new_with_free_func(free_kind);
    return explore_listen(listener, NULL, reset, add_packet, write_file, finish);
}
