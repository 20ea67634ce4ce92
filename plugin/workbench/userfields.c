/* userfields.c
 * The user's own fields: a table that turns undocumented bytes into named, filterable fields.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * It is a Wireshark table, stored with the profile as cjt188_fields. Rows with one suffix share one display filter field,
 * cjt188.user.<suffix>, whose type the first of them decides: two types under one name would crash Wireshark 4.0.
 */
#include "userfields.h"

#include <errno.h>
#include <math.h>

#include "cjt188-bytes.h"
#include "cjt188-raw.h"

#include "fields.h"
#include "own.h"
#include "plain.h"
#include "remark.h"

enum { SUFFIX_MAX = 40, UNIT_CHARACTERS = 20 };
enum { ANY_DIRECTION, ONLY_REQUEST, ONLY_REPLY };

/* A row as the user writes it. */
struct user_row {
    char *who, *control, *identifier, *length, *offset, *width, *mask, *scale, *add, *unit, *name, *suffix, *note;
    unsigned direction, kind;
};

/* A row as it is used. */
struct own_field {
    const struct cjt188_dialect *dialect; /* NULL: any */
    const char *pattern;           /* of the address; NULL: any */
    unsigned direction;
    int control, length;           /* -1: any; control up to 3F is a function, above it the whole byte */
    int32_t di;                    /* -1: any */
    unsigned offset, width;
    enum cjt188_value_kind kind;
    uint32_t mask;
    double scale, add, divisor;    /* number = (raw × scale + add) / divisor */
    const char *unit, *name, *suffix, *note;
    int *hf;                       /* NULL: inactive, another row gave this suffix another type */
};

static struct user_row *rows;
static unsigned row_count;
static struct own_field *fields;
static unsigned field_count;
static hf_register_info *registered; /* one for each suffix */
static unsigned registered_count;

/* struct shelf by its key. One is made when a frame first asks for it, so that rows for other frames cost nothing; all go
 * when the rows change. */
static GHashTable *shelves;
enum { SHELVES_MAX = 1024 };

static value_string kind_names[CJT188_K_KINDS - CJT188_K_FIRST_RAW + 1];
static const value_string direction_names[] = {
    { ANY_DIRECTION, "any" },
    { ONLY_REQUEST, "request" },
    { ONLY_REPLY, "reply" },
    { 0, NULL },
};

/* ---- reading a row ---- */

static const char *
text_of(const char *text)
{
    return text != NULL ? text : "";
}

/* A whole number from least to most; `otherwise` for empty text. False where it is none. */
static bool
parse_number(const char *text, unsigned base, int64_t least, int64_t most, int64_t otherwise, int64_t *number)
{
    char *end;

    *number = otherwise;
    if (text_of(text)[0] == '\0')
        return otherwise >= least || otherwise == -1;
    errno = 0;
    *number = g_ascii_strtoll(text, &end, base);
    return errno == 0 && *end == '\0' && g_ascii_isxdigit(text[0]) && *number >= least && *number <= most;
}

static bool
parse_double(const char *text, double otherwise, double *number)
{
    char *end;

    *number = otherwise;
    if (text_of(text)[0] == '\0')
        return true;
    *number = g_ascii_strtod(text, &end);
    return *end == '\0' && *number - *number == 0; /* finite */
}

/* Scale and what is added as whole numbers over one power of ten, where they are: with a single rounding the number equals
 * the decimal literal that it prints as. */
static void
make_exact(struct own_field *field)
{
    enum { PLACES_MAX = 15 };
    double divisor = 1;

    field->divisor = 1;
    for (unsigned places = 0; places <= PLACES_MAX; places++, divisor *= 10) {
        const double scale = round(field->scale * divisor), add = round(field->add * divisor);

        if (scale / divisor != field->scale || add / divisor != field->add)
            continue;
        field->scale = scale;
        field->add = add;
        field->divisor = divisor;
        return;
    }
}

static bool
is_suffix(const char *text)
{
    const size_t length = strlen(text_of(text));

    if (length == 0 || length > SUFFIX_MAX || !g_ascii_islower(text[0]) || text[length - 1] == '.')
        return false;
    for (; *text != '\0'; text++) {
        if (!g_ascii_islower(*text) && !g_ascii_isdigit(*text) && *text != '_' && *text != '.')
            return false;
        if (text[0] == '.' && text[1] == '.')
            return false;
    }
    return true;
}

static char *
check_texts(const struct user_row *row)
{
    const struct {
        const char *title, *text;
        unsigned most;
    } texts[] = {
        { "name", row->name, PLAIN_NAME_CHARACTERS },
        { "unit", row->unit, UNIT_CHARACTERS },
        { "note", row->note, PLAIN_NOTE_CHARACTERS },
    };

    if (text_of(row->name)[0] == '\0')
        return g_strdup("A field needs a name.");
    for (size_t i = 0; i < array_length(texts); i++) {
        if (!cjt188_is_plain(texts[i].text, texts[i].most))
            return g_strdup_printf("The %s is too long or not plain UTF-8 text: write one line of at most %u characters.",
                                   texts[i].title, texts[i].most);
    }
    return NULL;
}

/* Returns NULL when the row is right, else a sentence that the caller frees. Texts in *field point into the row. */
static char *
compile_row(const struct user_row *row, struct own_field *field)
{
    const struct cjt188_raw *as = cjt188_raw((enum cjt188_value_kind)row->kind);
    const bool has_mask = row->kind == CJT188_K_BITS;
    int64_t control, di, length, offset, width, mask;
    char *error;

    *field = (struct own_field){ .direction = row->direction, .kind = (enum cjt188_value_kind)row->kind,
                                  .unit = text_of(row->unit), .name = text_of(row->name), .suffix = text_of(row->suffix), .note = text_of(row->note) };
    if (text_of(row->who)[0] != '\0') {
        if (cjt188_dialect_named(row->who) != CJT188_NO_DIALECT)
            field->dialect = cjt188_dialect(cjt188_dialect_named(row->who));
        if (field->dialect == NULL && !cjt188_is_pattern(row->who))
            return g_strdup_printf("\"%s\" is neither a dialect nor an address: write a dialect's name, 8, 10 or 14 digits "
                                   "with ? for any, or nothing.", row->who);
        field->pattern = field->dialect == NULL ? row->who : NULL;
    }
    if (!parse_number(row->control, 16, 0, 0xFF, -1, &control))
        return g_strdup_printf("\"%s\" is no control code: write two hexadecimal digits, or nothing.", row->control);
    if (!parse_number(row->identifier, 16, 0, 0xFFFF, -1, &di))
        return g_strdup_printf("\"%s\" is no identifier: write four hexadecimal digits, or nothing.", row->identifier);
    if (!parse_number(row->length, 10, 0, UINT8_MAX, -1, &length))
        return g_strdup_printf("\"%s\" is no length: write 0 to 255, or nothing.", row->length);
    if (!parse_number(row->offset, 10, 0, UINT8_MAX - 4, 0, &offset))
        return g_strdup_printf("\"%s\" is no offset: write 0 to 251, counted from the first byte behind SER.", row->offset);
    if (!parse_number(row->width, 10, as->least, as->most, 0, &width) || width == 0)
        return g_strdup_printf("\"%s\" is no width for %s: write %u to %u bytes.", text_of(row->width),
                               as->name, as->least, as->most);
    if (!parse_number(row->mask, 16, 1, has_mask ? UINT32_MAX >> (32 - 8 * width) : UINT32_MAX, -1, &mask) ||
        has_mask != (mask != -1))
        return g_strdup_printf(has_mask ? "\"%s\" is no mask: write which bits of these bytes count, in hexadecimal."
                                                   : "\"%s\" is a mask, but only the kind \"bits\" has one: leave it empty.",
                               text_of(row->mask));
    if (!parse_double(row->scale, 1, &field->scale) || !parse_double(row->add, 0, &field->add))
        return g_strdup_printf("Scale \"%s\" or offset to add \"%s\" is no number.", text_of(row->scale), text_of(row->add));
    if (!is_suffix(row->suffix))
        return g_strdup_printf("\"%s\" is no filter suffix: write small letters, digits, _ and single dots, a letter first, "
                               "%d characters at most.", text_of(row->suffix), SUFFIX_MAX);
    error = check_texts(row);
    if (error != NULL)
        return error;
    field->control = (int)control;
    field->di = (int32_t)di;
    field->length = (int)length;
    field->offset = (unsigned)offset;
    field->width = (unsigned)width;
    field->mask = mask < 0 ? 0 : (uint32_t)mask;
    make_exact(field);
    return NULL;
}

/* ---- registering the fields ---- */

static enum ftenum
type_of(const struct own_field *field)
{
    const struct cjt188_raw *as = cjt188_raw(field->kind);

    return as->number != NULL ? FT_DOUBLE : as->text != NULL ? FT_STRING : FT_BYTES;
}

static void
forget_fields(void)
{
    for (unsigned i = 0; i < registered_count; i++) {
        proto_deregister_field(proto_cjt188, *registered[i].p_id);
        g_free(registered[i].p_id);
    }
    if (registered != NULL)
        proto_add_deregistered_data(registered);
    registered = NULL;
    registered_count = 0;
    g_hash_table_remove_all(shelves);
    g_free(fields);
    fields = NULL;
    field_count = 0;
}

static hf_register_info *
registered_as(const char *suffix)
{
    for (unsigned i = 0; i < registered_count; i++) {
        if (g_str_equal(registered[i].hfinfo.abbrev + strlen("cjt188.user."), suffix))
            return &registered[i];
    }
    return NULL;
}

/* Name, abbreviation and blurb belong to Wireshark from now on. */
static hf_register_info *
prepare_field(const struct own_field *field, const char *note)
{
    hf_register_info *info = &registered[registered_count++];

    info->p_id = g_new(int, 1);
    *info->p_id = -1;
    info->hfinfo.name = g_strdup(field->name);
    info->hfinfo.abbrev = g_strdup_printf("cjt188.user.%s", field->suffix);
    info->hfinfo.type = type_of(field);
    info->hfinfo.display = BASE_NONE;
    info->hfinfo.strings = NULL;
    info->hfinfo.bitmask = 0;
    info->hfinfo.blurb = g_strdup_printf("%s%s(your table \"CJ/T 188 fields\")", note, note[0] != '\0' ? " " : "");
    HFILL_INIT(registered[registered_count - 1]);
    return info;
}

static void
renew_fields(void)
{
    forget_fields();
    if (row_count == 0)
        return;
    fields = g_new0(struct own_field, row_count);
    registered = g_new0(hf_register_info, row_count);
    for (unsigned i = 0; i < row_count; i++) {
        struct own_field *field = &fields[field_count];
        char *error = compile_row(&rows[i], field);
        hf_register_info *info;

        if (error != NULL) { /* such rows are refused; this is for a table that somebody has edited by hand */
            g_free(error);
            continue;
        }
        info = registered_as(field->suffix);
        if (info == NULL)
            info = prepare_field(field, text_of(rows[i].note));
        if (info->hfinfo.type == type_of(field))
            field->hf = info->p_id;
        field_count++;
    }
    proto_register_field_array(proto_cjt188, registered, (int)registered_count);
}

/* ---- a frame ---- */

/* Rows that may be for frames of one control, identifier and length. */
struct shelf {
    uint64_t key;
    unsigned count;
    const struct own_field *field[];
};

static bool
is_for_kind(const struct own_field *field, const struct cjt188_decoded *frame)
{
    return (field->direction == ANY_DIRECTION || (field->direction == ONLY_REPLY) == frame->is_reply) &&
        (field->control < 0 || field->control == (field->control > 0x3F ? frame->control : frame->function)) &&
        (field->di < 0 || (frame->has_di && field->di == frame->di)) &&
        (field->length < 0 || field->length == frame->data_length);
}

static const struct shelf *
shelf_for(const struct cjt188_decoded *frame)
{
    const uint64_t key =
        (uint64_t)frame->has_di << 32 | (uint64_t)frame->di << 16 | (uint64_t)frame->control << 8 | frame->data_length;
    struct shelf *shelf = (struct shelf *)g_hash_table_lookup(shelves, &key);
    unsigned count = 0;

    if (shelf != NULL)
        return shelf;
    for (unsigned i = 0; i < field_count; i++)
        count += is_for_kind(&fields[i], frame);
    shelf = (struct shelf *)g_malloc(sizeof *shelf + count * sizeof shelf->field[0]);
    shelf->key = key;
    shelf->count = 0;
    for (unsigned i = 0; i < field_count; i++) {
        if (is_for_kind(&fields[i], frame))
            shelf->field[shelf->count++] = &fields[i];
    }
    if (g_hash_table_size(shelves) >= SHELVES_MAX)
        g_hash_table_remove_all(shelves);
    g_hash_table_insert(shelves, &shelf->key, shelf);
    return shelf;
}

static bool
is_for(const struct own_field *field, const struct cjt188_decoded *frame)
{
    return (field->dialect == NULL || field->dialect == frame->dialect) &&
        (field->pattern == NULL || cjt188_pattern_matches(field->pattern, frame->bytes + CJT188_OFF_ADDRESS)) &&
        frame->data + field->offset + field->width <= frame->data_end;
}

static const struct cjt188_own *
match(const struct cjt188_frame *frame)
{
    const struct cjt188_decoded *decoded = frame->decoded;
    const struct shelf *shelf = field_count > 0 ? shelf_for(decoded) : NULL;
    struct cjt188_own *own = NULL;

    for (unsigned i = 0; shelf != NULL && i < shelf->count; i++) {
        const struct own_field *field = shelf->field[i];

        if (!is_for(field, decoded))
            continue;
        if (own == NULL) {
            own = wmem_new0(frame->pinfo->pool, struct cjt188_own);
            own->field = wmem_alloc_array(frame->pinfo->pool, const struct own_field *, shelf->count);
        }
        own->field[own->count++] = field;
        if (field->hf != NULL)
            memset(own->covered + field->offset, 1, field->width);
    }
    return own;
}

/* False where the bytes are no number. */
static bool
number_of(const struct own_field *field, const uint8_t *bytes, double *number)
{
    const struct cjt188_raw *as = cjt188_raw(field->kind);
    double raw;

    if (as->number == NULL || !as->number(bytes, field->width, &raw))
        return false;
    if (field->kind == CJT188_K_BITS)
        raw = ((uint32_t)raw & field->mask) / (field->mask & (~field->mask + 1));
    *number = (raw * field->scale + field->add) / field->divisor;
    return true;
}

/* A text of CJT188_TEXT_MAX at most; false where the bytes are none. */
static bool
string_of(const struct own_field *field, const uint8_t *bytes, char *buffer)
{
    struct cjt188_text text = cjt188_text_start(buffer, CJT188_TEXT_MAX);
    const struct cjt188_raw *as = cjt188_raw(field->kind);

    if (as->text != NULL)
        as->text(bytes, field->width, &text);
    return text.length > 0;
}

static const char *
bytes_text(wmem_allocator_t *scope, const struct own_field *field, const uint8_t *bytes)
{
    char buffer[CJT188_TEXT_MAX];
    struct cjt188_text text = cjt188_text_start(buffer, sizeof buffer);

    cjt188_put_bytes(&text, bytes, field->width);
    return wmem_strdup(scope, buffer);
}

static void
masked_bytes(const struct own_field *field, const uint8_t *data, uint8_t *bytes)
{
    for (unsigned i = 0; i < field->width; i++)
        bytes[i] = (uint8_t)(data[field->offset + i] & (field->kind == CJT188_K_BITS ? field->mask >> 8 * i : 0xFF));
}

const char *
cjt188_userfield_kind(const struct own_field *field)
{
    return cjt188_raw(field->kind)->name;
}

struct userfield_form
cjt188_userfield_form(const struct own_field *field)
{
    return (struct userfield_form){ field->kind, field->mask, field->scale, field->add, field->divisor, field->unit, field->name,
                                    field->suffix, field->note };
}

static const double EXACT_MAX = 9007199254740992.0; /* 2^53: every whole number below is exact */
enum { EXACT_DIGITS = 16 };

static const char *
value_text(const struct own_field *field, const struct cjt188_decoded *frame, wmem_allocator_t *scope, const char *unit)
{
    const uint8_t *bytes = frame->bytes + frame->data + field->offset;
    const int digits = cjt188_raw(field->kind)->digits;
    char text[CJT188_TEXT_MAX];
    double number;

    if (number_of(field, bytes, &number))
        return wmem_strdup_printf(scope, "%.*g%s%s%s", trunc(number) == number && fabs(number) < EXACT_MAX ? EXACT_DIGITS : digits,
                                  number, unit[0] != '\0' ? " " : "", unit, cjt188_raw_remark(field->kind, number));
    return string_of(field, bytes, text) ? wmem_strdup(scope, text) : bytes_text(scope, field, bytes);
}

static const char *
own_text(const struct own_field *field, const struct cjt188_decoded *frame, wmem_allocator_t *scope)
{
    return value_text(field, frame, scope, field->unit);
}

const char *
cjt188_userfield_plain_text(const struct own_field *field, const struct cjt188_decoded *frame, wmem_allocator_t *scope)
{
    return value_text(field, frame, scope, "");
}

struct userfield_value
cjt188_userfield_value(const struct own_field *field, const struct cjt188_decoded *frame)
{
    const uint8_t *bytes = frame->bytes + frame->data + field->offset;
    struct userfield_value value = { false, false, 0 };
    char text[CJT188_TEXT_MAX];

    value.has_number = number_of(field, bytes, &value.number);
    value.is_time_or_text = string_of(field, bytes, text);
    return value;
}

/* Bytes that are not what the row says they are. */
static proto_item *
add_misfit(const struct cjt188_frame *frame, proto_tree *tree, const struct own_field *field, int offset, const char *text)
{
    proto_item *item = proto_tree_add_string_format(tree, cjt188_hf[CJT188_F_DIGITS], frame->tvb, offset, (int)field->width,
                                                    text, "%s: %s, no %s", field->name, text, cjt188_raw(field->kind)->name);

    expert_add_info(frame->pinfo, item, cjt188_raw(field->kind)->number != NULL ? &ei_cjt188_bad_bcd : &ei_cjt188_bad_clock);
    return item;
}

/* What becomes of the bytes is decided by themselves. The text costs most, and mostly nobody wants it. */
static void
add_field(const struct cjt188_frame *frame, proto_tree *tree, const struct own_field *field)
{
    const struct cjt188_decoded *decoded = frame->decoded;
    const uint8_t *bytes = decoded->bytes + decoded->data + field->offset;
    const int offset = (int)(frame->offset + decoded->data + field->offset), width = (int)field->width;
    const bool is_wanted = proto_field_is_referenced(tree, *field->hf);
    const char *text = is_wanted ? own_text(field, decoded, frame->pinfo->pool) : "";
    proto_item *item;
    double number;

    if (number_of(field, bytes, &number))
        item = proto_tree_add_double_format(tree, *field->hf, frame->tvb, offset, width, number, "%s: %s", field->name,
                                            text);
    else if (cjt188_userfield_value(field, decoded).is_time_or_text)
        item = proto_tree_add_string_format(tree, *field->hf, frame->tvb, offset, width, text, "%s: %s", field->name,
                                            text);
    else if (field->kind == CJT188_K_BYTES)
        item = proto_tree_add_bytes_format(tree, *field->hf, frame->tvb, offset, width, bytes, "%s: %s", field->name,
                                           text);
    else
        item = add_misfit(frame, tree, field, offset, own_text(field, decoded, frame->pinfo->pool));
    proto_item_append_text(item, " (your field)");
}

static void
show(const struct cjt188_frame *frame, proto_tree *tree)
{
    for (unsigned i = 0; i < frame->own->count; i++) {
        const struct own_field *field = frame->own->field[i];

        if (field->hf != NULL)
            add_field(frame, tree, field);
        else
            cjt188_add_remark(frame, &ei_cjt188_user_field_inactive,
                              "Your field \"%s\" is inactive: an earlier row gives cjt188.user.%s another type", field->name,
                              field->suffix);
    }
}

static bool
place_of(const struct own_field *field, struct cjt188_own_place *place)
{
    if (field->hf == NULL)
        return false;
    *place = (struct cjt188_own_place){ field->offset, field->width, field->name,
                                        proto_registrar_get_nth((unsigned)*field->hf)->abbrev };
    return true;
}

/* ---- rows that are ready ---- */

/* Every kind of frame, place, kind and width its own: a filter field has one type, and in another frame the same bytes are
 * something else. Within the 40 characters that a suffix may have. */
static char *
suffix_of(const struct userfield_row *row)
{
    const char *kind = cjt188_raw(cjt188_raw_named(row->kind))->key;
    char *suffix;

    suffix = g_strdup_printf("%s_%02x_%04x_%u_%u_%s%u", row->dialect->key, row->control, row->di, row->length, row->at, kind,
                             row->width);
    return g_strdelimit(suffix, "-", '_');
}

static void
append_number(GString *text, const char *format, unsigned number)
{
    char *cell = g_strdup_printf(format, number);

    cjt188_append_cell(text, cell);
    g_free(cell);
}

/* The whole control code, because an error reply's bytes are not those of a good one. Only of requests the table takes the
 * function; there it is the same. */
char *
cjt188_userfield_row(const struct userfield_row *row)
{
    GString *text = g_string_new(NULL);
    char *suffix = suffix_of(row);
    const char *const behind[] = { row->kind, row->mask, row->scale, row->add, row->unit, row->name, suffix, row->note };

    cjt188_append_cell(text, row->meter != NULL ? row->meter : row->dialect->name);
    cjt188_append_cell(text, row->is_reply ? "reply" : "request");
    append_number(text, "%02X", row->control);
    append_number(text, row->has_di ? "%04X" : "", row->di);
    append_number(text, "%u", row->length);
    append_number(text, "%u", row->at);
    append_number(text, "%u", row->width);
    for (size_t i = 0; i < array_length(behind); i++)
        cjt188_append_cell(text, behind[i]);
    g_free(suffix);
    return g_string_free(text, false);
}

/* Nobody knows what they are: bytes. */
static const char *
row_for(const struct cjt188_frame *frame, unsigned at, unsigned width)
{
    const struct cjt188_decoded *decoded = frame->decoded;
    char *name = width == 1 ? g_strdup_printf("Byte %u", at) : g_strdup_printf("Bytes %u to %u", at, at + width - 1);
    const struct userfield_row row = {
        .dialect = decoded->dialect, .is_reply = decoded->is_reply, .has_di = decoded->has_di, .control = decoded->control,
        .di = decoded->di, .length = decoded->data_length, .at = at, .width = width, .kind = cjt188_raw(CJT188_K_BYTES)->name,
        .mask = "", .scale = "", .add = "", .unit = "", .name = name, .note = "",
    };
    char *made = cjt188_userfield_row(&row);
    const char *text = wmem_strdup(frame->pinfo->pool, made);

    g_free(made);
    g_free(name);
    return text;
}

/* ---- the table ---- */

UAT_CSTRING_CB_DEF(user, who, struct user_row)
UAT_VS_DEF(user, direction, struct user_row, unsigned, ANY_DIRECTION, "any")
UAT_CSTRING_CB_DEF(user, control, struct user_row)
UAT_CSTRING_CB_DEF(user, identifier, struct user_row)
UAT_CSTRING_CB_DEF(user, length, struct user_row)
UAT_CSTRING_CB_DEF(user, offset, struct user_row)
UAT_CSTRING_CB_DEF(user, width, struct user_row)
UAT_VS_DEF(user, kind, struct user_row, unsigned, CJT188_K_BCD, "BCD")
UAT_CSTRING_CB_DEF(user, mask, struct user_row)
UAT_CSTRING_CB_DEF(user, scale, struct user_row)
UAT_CSTRING_CB_DEF(user, add, struct user_row)
UAT_CSTRING_CB_DEF(user, unit, struct user_row)
UAT_CSTRING_CB_DEF(user, name, struct user_row)
UAT_CSTRING_CB_DEF(user, suffix, struct user_row)
UAT_CSTRING_CB_DEF(user, note, struct user_row)

/* The texts of a row, so that each is copied and freed alike. */
#define USER_TEXTS(X) X(who) X(control) X(identifier) X(length) X(offset) X(width) X(mask) X(scale) X(add) X(unit) \
    X(name) X(suffix) X(note)

static void *
copy_row(void *to, const void *from, size_t size _U_)
{
    struct user_row *copy = (struct user_row *)to;
    const struct user_row *row = (const struct user_row *)from;

#define COPY(text) copy->text = g_strdup(row->text);
    USER_TEXTS(COPY)
#undef COPY
    copy->direction = row->direction;
    copy->kind = row->kind;
    return copy;
}

static void
free_row(void *record)
{
    struct user_row *row = (struct user_row *)record;

#define FREE(text) g_free(row->text);
    USER_TEXTS(FREE)
#undef FREE
}

static ws_bool
check_row(void *record, char **error)
{
    struct own_field field;

    *error = compile_row((const struct user_row *)record, &field);
    if (*error == NULL)
        return true;
    *error = cjt188_plain_message(*error);
    return false;
}

static uat_field_t columns[] = {
    UAT_FLD_CSTRING(user, who, "Dialect or address", "A dialect's name, or 8, 10 or 14 digits of an address with ? for any; empty: every meter"),
    UAT_FLD_VS(user, direction, "Direction", direction_names, "Requests, replies, or both"),
    UAT_FLD_CSTRING(user, control, "Control", "Function (01) or whole control code (81), hexadecimal; empty: any"),
    UAT_FLD_CSTRING(user, identifier, "Identifier", "As the documents write it, 903F; empty: any"),
    UAT_FLD_CSTRING(user, length, "Length", "L of the frame, decimal; empty: any"),
    UAT_FLD_CSTRING(user, offset, "Offset", "Of the first byte, counted from the first byte behind SER"),
    UAT_FLD_CSTRING(user, width, "Width", "Bytes"),
    UAT_FLD_VS(user, kind, "Kind", kind_names, "How the bytes become a value; BCD is low byte first"),
    UAT_FLD_CSTRING(user, mask, "Mask", "Of the kind bits: which bits count, hexadecimal, of the bytes low byte first"),
    UAT_FLD_CSTRING(user, scale, "Scale", "What the number is multiplied by; empty: 1"),
    UAT_FLD_CSTRING(user, add, "Add", "What is added after that; empty: 0"),
    UAT_FLD_CSTRING(user, unit, "Unit", "Written behind the number"),
    UAT_FLD_CSTRING(user, name, "Name", "What the field is called in the tree"),
    UAT_FLD_CSTRING(user, suffix, "Filter suffix", "The field is cjt188.user. and this"),
    UAT_FLD_CSTRING(user, note, "Note", "Where you know it from"),
    UAT_END_FIELDS,
};

void
cjt188_userfields_register(module_t *module)
{
    static const struct cjt188_own_fields own_fields = { match, show, place_of, masked_bytes, own_text, row_for };
    uat_t *table;

    for (unsigned kind = CJT188_K_FIRST_RAW; kind < CJT188_K_KINDS; kind++)
        kind_names[kind - CJT188_K_FIRST_RAW] = (value_string){ kind, cjt188_raw((enum cjt188_value_kind)kind)->name };
    shelves = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
    table = uat_new("CJ/T 188 fields", sizeof(struct user_row), "cjt188_fields", true, (void *)&rows, &row_count,
                    UAT_AFFECTS_DISSECTION | UAT_AFFECTS_FIELDS, NULL, copy_row, check_row, free_row, renew_fields,
                    forget_fields, columns);
    cjt188_own_fields = &own_fields;
    prefs_register_uat_preference(module, "fields", "Your own fields",
                                  "Names for bytes that nobody has documented. Each row becomes a field cjt188.user.… that "
                                  "can be filtered, shown as a column and graphed.",
                                  table);
}
