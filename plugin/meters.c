/* meters.c
 * The user's Meters table: which meter has which name, dialect and decimal places.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * It is a Wireshark table: edited in the preferences, stored with the profile as cjt188_meters.
 */
#include "meters.h"

enum { NUMBER_BYTES = 5, SHORT_DIGITS = 8, NUMBER_DIGITS = 10, ADDRESS_DIGITS = 14, PLACES_MAX = 8 };

static struct meter_row *rows;
static unsigned row_count;

static value_string dialect_names[DIALECTS + 2];

/* ---- matching ---- */

/* Does a pattern, high digit first, match the last strlen(pattern) / 2 bytes of an address written so? */
static bool
matches(const char *pattern, const uint8_t *low_first)
{
    const size_t digits = strlen(pattern);

    for (size_t i = 0; i < digits; i++) {
        const uint8_t byte = low_first[(digits - 1 - i) / 2];
        const char digit = "0123456789ABCDEF"[i % 2 == 0 ? byte >> 4 : byte & 0x0F];

        if (pattern[i] != '?' && g_ascii_toupper(pattern[i]) != digit)
            return false;
    }
    return true;
}

bool
cjt188_pattern_matches(const char *pattern, const uint8_t address[CJT188_ADDRESS_LENGTH])
{
    return matches(pattern, address) && (strlen(pattern) != SHORT_DIGITS || address[NUMBER_BYTES - 1] == 0);
}

const struct meter_row *
cjt188_meter_row(const uint8_t address[CJT188_ADDRESS_LENGTH])
{
    for (unsigned i = 0; i < row_count; i++) {
        if (cjt188_pattern_matches(rows[i].pattern, address))
            return &rows[i];
    }
    return NULL;
}

const char *
cjt188_meter_name(const uint8_t number[5])
{
    for (unsigned i = 0; i < row_count; i++) {
        const size_t digits = strlen(rows[i].pattern);
        const char *last_ten = digits == ADDRESS_DIGITS ? rows[i].pattern + ADDRESS_DIGITS - NUMBER_DIGITS : rows[i].pattern;

        if (matches(last_ten, number) && (digits != SHORT_DIGITS || number[NUMBER_BYTES - 1] == 0) &&
            rows[i].name[0] != '\0')
            return rows[i].name;
    }
    return NULL;
}

/* ---- the table ---- */

UAT_CSTRING_CB_DEF(meters, pattern, struct meter_row)
UAT_CSTRING_CB_DEF(meters, name, struct meter_row)
UAT_VS_DEF(meters, dialect, struct meter_row, unsigned, 0, "by the rules")

/* Five columns of the same kind, which the macros cannot make: they want a member's name. */
#define PLACES_CALLBACKS(column, class)                                                                      \
    static void meters_##column##_set_cb(void *record, const char *text, unsigned length, const void *u1 _U_, \
                                         const void *u2 _U_)                                                 \
    {                                                                                                        \
        struct meter_row *row = (struct meter_row *)record;                                                  \
        g_free(row->places[class]);                                                                          \
        row->places[class] = g_strndup(text, length);                                                        \
    }                                                                                                        \
    static void meters_##column##_tostr_cb(void *record, char **text, unsigned *length, const void *u1 _U_,   \
                                           const void *u2 _U_)                                               \
    {                                                                                                        \
        const char *places = ((struct meter_row *)record)->places[class];                                    \
        *text = g_strdup(places != NULL ? places : "");                                                      \
        *length = (unsigned)strlen(*text);                                                                   \
    }

PLACES_CALLBACKS(energy, ENERGY)
PLACES_CALLBACKS(power, POWER)
PLACES_CALLBACKS(flow, FLOW)
PLACES_CALLBACKS(volume, VOLUME)
PLACES_CALLBACKS(hours, HOURS)

static void *
copy_row(void *to, const void *from, size_t size _U_)
{
    struct meter_row *copy = (struct meter_row *)to;
    const struct meter_row *row = (const struct meter_row *)from;

    copy->pattern = g_strdup(row->pattern);
    copy->name = g_strdup(row->name);
    copy->dialect = row->dialect;
    for (unsigned i = 0; i < DIALECT_CLASSES; i++)
        copy->places[i] = g_strdup(row->places[i]);
    return copy;
}

static void
free_row(void *record)
{
    struct meter_row *row = (struct meter_row *)record;

    g_free(row->pattern);
    g_free(row->name);
    for (unsigned i = 0; i < DIALECT_CLASSES; i++)
        g_free(row->places[i]);
}

bool
cjt188_is_pattern(const char *text)
{
    const size_t digits = text != NULL ? strlen(text) : 0;

    if (digits != SHORT_DIGITS && digits != NUMBER_DIGITS && digits != ADDRESS_DIGITS)
        return false;
    for (; *text != '\0'; text++) {
        if (*text != '?' && !g_ascii_isxdigit(*text))
            return false;
    }
    return true;
}

static ws_bool
check_row(void *record, char **error)
{
    struct meter_row *row = (struct meter_row *)record;

    if (!cjt188_is_pattern(row->pattern)) {
        *error = g_strdup_printf("\"%s\" is no address pattern: write 8, 10 or 14 digits as the meter's address shows "
                                 "them, ? for any digit.",
                                 row->pattern != NULL ? row->pattern : "");
        return false;
    }
    for (unsigned i = 0; i < DIALECT_CLASSES; i++) {
        const char *places = row->places[i] != NULL ? row->places[i] : "";

        if (places[0] != '\0' && (places[0] < '0' || places[0] > '0' + PLACES_MAX || places[1] != '\0')) {
            *error = g_strdup_printf("\"%s\" is no number of decimal places: write 0 to %d, or nothing to leave it to the "
                                     "dialect.",
                                     places, PLACES_MAX);
            return false;
        }
    }
    if (row->name == NULL)
        row->name = g_strdup("");
    *error = NULL;
    return true;
}

#define PLACES_COLUMN(column, title, unit) \
    UAT_FLD_CSTRING(meters, column, title, "Decimal places of " unit ", 0 to 8; empty: as the dialect says")

static void
fill_dialect_names(void)
{
    dialect_names[0] = (value_string){ 0, "by the rules" };
    for (int i = 0; i < DIALECTS; i++)
        dialect_names[i + 1] = (value_string){ (uint32_t)i + 1, cjt188_dialect(i)->name };
    dialect_names[DIALECTS + 1] = (value_string){ 0, NULL };
}

void
cjt188_meters_register(module_t *module)
{
    static uat_field_t columns[] = {
        UAT_FLD_CSTRING(meters, pattern, "Address",
                        "8 or 10 digits of the number on the display, or 14 of the whole address; ? is any digit. The "
                        "first row that matches is taken."),
        UAT_FLD_CSTRING(meters, name, "Name", "What you call this meter"),
        UAT_FLD_VS(meters, dialect, "Dialect", dialect_names, "Whose way of using CJ/T 188 this meter speaks"),
        PLACES_COLUMN(energy, "Energy", "energies"),
        PLACES_COLUMN(power, "Power", "the power"),
        PLACES_COLUMN(flow, "Flow", "the flow"),
        PLACES_COLUMN(volume, "Volume", "volumes"),
        PLACES_COLUMN(hours, "Hours", "operating hours"),
        UAT_END_FIELDS,
    };
    uat_t *table;

    fill_dialect_names();
    table = uat_new("CJ/T 188 meters", sizeof(struct meter_row), "cjt188_meters", true, (void *)&rows, &row_count,
                    UAT_AFFECTS_DISSECTION, NULL, copy_row, check_row, free_row, NULL, NULL, columns);
    prefs_register_uat_preference(module, "meters", "Meters",
                                  "Names, dialects and decimal places of your meters. No byte of a frame tells the decimal "
                                  "places: compare one reading with the meter's display.",
                                  table);
}
