/* meters.c
 * The user's Meters table: which meter has which name, dialect and decimal places.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * It is a Wireshark table: edited in the preferences, stored with the profile as cjt188_meters.
 */
#include "meters.h"

#include "plain.h"

enum { NUMBER_BYTES = 5, SHORT_DIGITS = 8, NUMBER_DIGITS = 10, ADDRESS_DIGITS = 14, PLACES_MAX = 8 };

/* A row as the user writes it. */
struct written_row {
    char *pattern;
    char *name;       /* may be empty */
    unsigned dialect; /* enum cjt188_dialect_id + 1; 0: as the rules say */
    char *places[CJT188_DIALECT_CLASSES]; /* "" or one digit: energy, power, flow, volume, hours */
};

static struct written_row *written;
static unsigned written_count;

/* Copies of them: Wireshark moves and frees its own while the user edits. */
static struct meter_row *rows;
static unsigned row_count;

static value_string dialect_names[CJT188_DIALECTS + 2];

/* ---- finding ---- */

/* A way into the table: patterns without ? by what they match, the others in their order. */
struct index {
    GHashTable *exact; /* digits of a pattern -> number of its first row + 1 */
    GArray *loose;     /* numbers of rows */
    bool by_name;      /* rows with a name only, 14 digits by their last ten */
};

static struct index by_address, by_name;
static unsigned generation = 1;

static uint64_t
exact_key(size_t digits, uint64_t value)
{
    return (uint64_t)digits << 56 | value;
}

static const char *
pattern_of(const struct index *index, const struct meter_row *row)
{
    const bool is_longer = index->by_name && strlen(row->pattern) == ADDRESS_DIGITS;

    return is_longer ? row->pattern + ADDRESS_DIGITS - NUMBER_DIGITS : row->pattern;
}

static void
build_index(struct index *index, bool named_only)
{
    if (index->exact == NULL) {
        index->exact = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
        index->loose = g_array_new(false, false, sizeof(unsigned));
    }
    index->by_name = named_only;
    g_hash_table_remove_all(index->exact);
    g_array_set_size(index->loose, 0);
    for (unsigned i = 0; i < row_count; i++) {
        const char *pattern = pattern_of(index, &rows[i]);
        const uint64_t key = exact_key(strlen(pattern), g_ascii_strtoull(pattern, NULL, 16));

        if (named_only && rows[i].known.name == NULL)
            continue;
        if (strchr(pattern, '?') != NULL)
            g_array_append_val(index->loose, i);
        else if (!g_hash_table_contains(index->exact, &key))
            g_hash_table_insert(index->exact, g_memdup2(&key, sizeof key), GUINT_TO_POINTER(i + 1));
    }
}

static unsigned
first_exact(const struct index *index, size_t digits, const uint8_t *octets, unsigned best)
{
    uint64_t key = 0;
    unsigned found;

    for (size_t i = digits / 2; i > 0; i--)
        key = key << 8 | octets[i - 1];
    key = exact_key(digits, key);
    found = GPOINTER_TO_UINT(g_hash_table_lookup(index->exact, &key));
    return found != 0 ? MIN(best, found - 1) : best;
}

static const struct meter_row *
find_row(const struct index *index, const uint8_t *octets)
{
    unsigned best = row_count;

    if (row_count == 0)
        return NULL;
    if (!index->by_name)
        best = first_exact(index, ADDRESS_DIGITS, octets, best);
    best = first_exact(index, NUMBER_DIGITS, octets, best);
    if (octets[NUMBER_BYTES - 1] == 0)
        best = first_exact(index, SHORT_DIGITS, octets, best);
    for (unsigned i = 0; i < index->loose->len; i++) {
        const unsigned row = g_array_index(index->loose, unsigned, i);

        if (row >= best)
            break;
        if (cjt188_pattern_matches(pattern_of(index, &rows[row]), octets))
            best = row;
    }
    return best < row_count ? &rows[best] : NULL;
}

const struct meter_row *
cjt188_meter_row(const uint8_t octets[CJT188_ADDRESS_LENGTH])
{
    return find_row(&by_address, octets);
}

const struct meter_row *
cjt188_meter_row_with_name(const uint8_t octets[CJT188_ADDRESS_LENGTH])
{
    return find_row(&by_name, octets);
}

unsigned
cjt188_meter_rows_generation(void)
{
    return generation;
}

/* What the user says of a meter, for the decoder. */
static void
compile_row(const struct written_row *from, struct meter_row *row)
{
    row->pattern = g_strdup(from->pattern);
    row->known = (struct cjt188_known){ .name = from->name[0] != '\0' ? g_strdup(from->name) : NULL };
    row->known.has_dialect = from->dialect > 0;
    row->known.dialect = from->dialect > 0 ? (enum cjt188_dialect_id)(from->dialect - 1) : CJT188_STANDARD;
    for (unsigned i = 0; i < CJT188_DIALECT_CLASSES; i++) {
        row->known.has_places[i] = from->places[i] != NULL && from->places[i][0] != '\0';
        row->known.places[i] = row->known.has_places[i] ? (int8_t)(from->places[i][0] - '0') : 0;
    }
}

/* The table has changed, or was emptied. */
static void
renew(void)
{
    for (unsigned i = 0; i < row_count; i++) {
        g_free(rows[i].pattern);
        g_free((char *)rows[i].known.name);
    }
    g_free(rows);
    rows = g_new0(struct meter_row, written_count);
    row_count = written_count;
    for (unsigned i = 0; i < row_count; i++)
        compile_row(&written[i], &rows[i]);
    build_index(&by_address, false);
    build_index(&by_name, true);
    generation++;
}

/* ---- the table ---- */

UAT_CSTRING_CB_DEF(meters, pattern, struct written_row)
UAT_CSTRING_CB_DEF(meters, name, struct written_row)
UAT_VS_DEF(meters, dialect, struct written_row, unsigned, 0, "by the rules")

/* Five columns of the same kind, which the macros cannot make: they want a member's name. */
#define PLACES_CALLBACKS(column, class)                                                                      \
    static void meters_##column##_set_cb(void *record, const char *text, unsigned length, const void *u1 _U_, \
                                         const void *u2 _U_)                                                 \
    {                                                                                                        \
        struct written_row *row = (struct written_row *)record;                                                  \
        g_free(row->places[class]);                                                                          \
        row->places[class] = g_strndup(text, length);                                                        \
    }                                                                                                        \
    static void meters_##column##_tostr_cb(void *record, char **text, unsigned *length, const void *u1 _U_,   \
                                           const void *u2 _U_)                                               \
    {                                                                                                        \
        const char *places = ((struct written_row *)record)->places[class];                                    \
        *text = g_strdup(places != NULL ? places : "");                                                      \
        *length = (unsigned)strlen(*text);                                                                   \
    }

PLACES_CALLBACKS(energy, CJT188_ENERGY)
PLACES_CALLBACKS(power, CJT188_POWER)
PLACES_CALLBACKS(flow, CJT188_FLOW)
PLACES_CALLBACKS(volume, CJT188_VOLUME)
PLACES_CALLBACKS(hours, CJT188_HOURS)

static void *
copy_row(void *to, const void *from, size_t size _U_)
{
    struct written_row *copy = (struct written_row *)to;
    const struct written_row *row = (const struct written_row *)from;

    copy->pattern = g_strdup(row->pattern);
    copy->name = g_strdup(row->name);
    copy->dialect = row->dialect;
    for (unsigned i = 0; i < CJT188_DIALECT_CLASSES; i++)
        copy->places[i] = g_strdup(row->places[i]);
    return copy;
}

static void
free_row(void *record)
{
    struct written_row *row = (struct written_row *)record;

    g_free(row->pattern);
    g_free(row->name);
    for (unsigned i = 0; i < CJT188_DIALECT_CLASSES; i++)
        g_free(row->places[i]);
}

static bool
is_right(struct written_row *row, char **error)
{
    if (!cjt188_is_pattern(row->pattern)) {
        *error = g_strdup_printf("\"%s\" is no address pattern: write 8, 10 or 14 digits as the meter's address shows "
                                 "them, ? for any digit.",
                                 row->pattern != NULL ? row->pattern : "");
        return false;
    }
    for (unsigned i = 0; i < CJT188_DIALECT_CLASSES; i++) {
        const char *places = row->places[i] != NULL ? row->places[i] : "";

        if (places[0] != '\0' && (places[0] < '0' || places[0] > '0' + PLACES_MAX || places[1] != '\0')) {
            *error = g_strdup_printf("\"%s\" is no number of decimal places: write 0 to %d, or nothing to leave it to the "
                                     "dialect.",
                                     places, PLACES_MAX);
            return false;
        }
    }
    if (!cjt188_is_plain(row->name, PLAIN_NAME_CHARACTERS)) {
        *error = g_strdup_printf("The name of \"%s\" is too long or not plain UTF-8 text: write one line of at most %d "
                                 "characters.",
                                 row->pattern, PLAIN_NAME_CHARACTERS);
        return false;
    }
    if (row->name == NULL)
        row->name = g_strdup("");
    *error = NULL;
    return true;
}

static ws_bool
check_row(void *record, char **error)
{
    if (is_right((struct written_row *)record, error))
        return true;
    *error = cjt188_plain_message(*error);
    return false;
}

/* The number as the table wants it: 8 digits, or 10 where A4 is not zero. */
static void
append_pattern(GString *row, const uint8_t *octets)
{
    const unsigned width = octets[NUMBER_BYTES - 1] != 0 ? NUMBER_BYTES : NUMBER_BYTES - 1;
    char digits[2 * NUMBER_BYTES + 1];
    struct cjt188_text pattern = cjt188_text_start(digits, sizeof digits);

    cjt188_put_hex_reversed(&pattern, octets, width);
    cjt188_append_cell(row, digits);
}

char *
cjt188_meters_row_text(const uint8_t octets[CJT188_ADDRESS_LENGTH], const char *name, const struct cjt188_known *known,
                       const int places[CJT188_DIALECT_CLASSES])
{
    GString *row = g_string_new(NULL);

    append_pattern(row, octets);
    cjt188_append_cell(row, name != NULL ? name : "");
    cjt188_append_cell(row, known->has_dialect ? cjt188_dialect(known->dialect)->name : dialect_names[0].strptr);
    for (unsigned i = 0; i < CJT188_DIALECT_CLASSES; i++) {
        const int said = places[i] >= 0 ? places[i] : known->has_places[i] ? known->places[i] : -1;
        const char digit[] = { (char)(said >= 0 ? '0' + said : '\0'), '\0' };

        cjt188_append_cell(row, digit);
    }
    return g_string_free(row, false);
}

#define PLACES_COLUMN(column, title, unit) \
    UAT_FLD_CSTRING(meters, column, title, "Decimal places of " unit ", 0 to 8; empty: as the dialect says")

static void
fill_dialect_names(void)
{
    dialect_names[0] = (value_string){ 0, "by the rules" };
    for (int i = 0; i < CJT188_DIALECTS; i++)
        dialect_names[i + 1] = (value_string){ (uint32_t)i + 1, cjt188_dialect(i)->name };
    dialect_names[CJT188_DIALECTS + 1] = (value_string){ 0, NULL };
}

const enum_val_t *
cjt188_dialect_choices(void)
{
    static enum_val_t choices[CJT188_DIALECTS + 1];

    for (int i = 0; i < CJT188_DIALECTS; i++)
        choices[i] = (enum_val_t){ cjt188_dialect(i)->key, cjt188_dialect(i)->name, i };
    choices[CJT188_DIALECTS] = (enum_val_t){ NULL, NULL, -1 };
    return choices;
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
    table = uat_new("CJ/T 188 meters", sizeof(struct written_row), "cjt188_meters", true, (void *)&written, &written_count,
                    UAT_AFFECTS_DISSECTION, NULL, copy_row, check_row, free_row, renew, renew, columns);
    prefs_register_uat_preference(module, "meters", "Meters",
                                  "Names, dialects and decimal places of your meters. No byte of a frame tells the decimal "
                                  "places: compare one reading with the meter's display.",
                                  table);
}
