/* explore.c
 * Collects what the byte explorer knows of a capture, in bounded memory.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Counters run over all frames. Of the frames themselves at most EXPLORE_SAMPLES per group are kept: each meter's first,
 * then every stride-th of that meter; when there is no more room the stride doubles and every second sample goes.
 */
#include "explore.h"

#include <inttypes.h>
#include <math.h>

#include "cjt188-bytes.h"
#include "cjt188-codes.h"

#include "userfields.h"

/* ---- hashes ---- */

static uint64_t
hash_bytes(uint64_t hash, const void *bytes, size_t length)
{
    const uint8_t *byte = (const uint8_t *)bytes;

    for (size_t i = 0; i < length; i++)
        hash = (hash ^ byte[i]) * UINT64_C(0x100000001b3);
    return hash;
}

#define HASH_START UINT64_C(0xcbf29ce484222325)

static bool
put(uint64_t *slots, unsigned size, uint64_t hash)
{
    unsigned i = (unsigned)(hash ^ hash >> 32) & (size - 1);

    for (; slots[i] != 0; i = (i + 1) & (size - 1)) {
        if (slots[i] == hash)
            return false;
    }
    slots[i] = hash;
    return true;
}

/* What is in the set is forgotten, only not how many. */
static void
close_distinct(struct explore *explore, struct distinct *set)
{
    set->more = true;
    explore->slots -= set->size;
    set->size = 0;
    g_clear_pointer(&set->slots, g_free);
}

/* Returns false when all fields together have no more room. */
static bool
grow_distinct(struct explore *explore, struct distinct *set)
{
    const unsigned size = set->size == 0 ? 8 : 2 * set->size;
    uint64_t *slots;

    if (explore->slots - set->size + size > EXPLORE_SLOTS)
        return false;
    explore->slots += size - set->size;
    slots = g_new0(uint64_t, size);
    for (unsigned i = 0; i < set->size; i++) {
        if (set->slots[i] != 0)
            put(slots, size, set->slots[i]);
    }
    g_free(set->slots);
    set->slots = slots;
    set->size = size;
    return true;
}

static void
add_distinct(struct explore *explore, struct distinct *set, const uint8_t *bytes, unsigned width)
{
    const uint64_t hash = hash_bytes(HASH_START, bytes, width) | 1;

    if (set->used == 0) {
        set->first = hash;
        set->used = 1;
    }
    if (set->more || hash == set->first)
        return;
    if (2 * set->used >= set->size && !grow_distinct(explore, set)) {
        close_distinct(explore, set);
        return;
    }
    if (put(set->slots, set->size, hash) && set->used++ == EXPLORE_DISTINCT) {
        close_distinct(explore, set);
        set->used = EXPLORE_DISTINCT;
    }
}

/* ---- numbers ---- */

static int
compare_low_first(const uint8_t *a, const uint8_t *b, unsigned width)
{
    for (unsigned i = width; i > 0; i--) {
        if (a[i - 1] != b[i - 1])
            return a[i - 1] < b[i - 1] ? -1 : 1;
    }
    return 0;
}

/* ---- fields ---- */

static void
widen(uint64_t *least, uint64_t *most, uint64_t number, bool first)
{
    if (first || number < *least)
        *least = number;
    if (first || number > *most)
        *most = number;
}

static void
count_numbers(struct explore_field *field, const uint8_t *bytes)
{
    const bool first = field->seen == 0;
    uint64_t bcd;

    if (field->width > 8)
        return;
    widen(&field->least_low, &field->most_low, cjt188_low_first(bytes, field->width), first);
    widen(&field->least_high, &field->most_high, cjt188_high_first(bytes, field->width), first);
    if (!cjt188_bcd_low_first(bytes, field->width, &bcd))
        field->not_bcd++;
    else
        widen(&field->least_bcd, &field->most_bcd, bcd, field->seen == field->not_bcd);
}

/* ---- the values that a page shows ---- */

/* As the tree shows it. */
static char *
text_of(const struct explore *explore, const struct cjt188_decoded *frame, const struct explore_field *field)
{
    char buffer[CJT188_TEXT_MAX];
    struct cjt188_text text = cjt188_text_start(buffer, sizeof buffer);

    if (field->own != NULL && explore->masked)
        return (char *)cjt188_userfield_plain_text(field->own, frame, NULL);
    if (field->own != NULL)
        return (char *)cjt188_own_fields->text(field->own, frame, NULL);
    if (field->undocumented) /* a part of the value */
        cjt188_put_bytes(&text, frame->bytes + frame->data + field->at, field->width);
    else
        cjt188_value_text(frame, &frame->values[field->value], buffer, sizeof buffer);
    return wmem_strdup(NULL, buffer);
}

/* What a value is compared by. */
static void
find_order(const struct cjt188_decoded *frame, const struct explore_field *field, struct explore_shown *shown)
{
    const struct cjt188_value *value = &frame->values[field->value];

    shown->order = EXPLORE_BYTES;
    if (field->own != NULL) {
        const struct userfield_value own = cjt188_userfield_value(field->own, frame);

        shown->number = own.number;
        shown->order = own.has_number ? EXPLORE_NUMBER : own.is_time_or_text ? EXPLORE_TEXT : EXPLORE_BYTES;
    } else if (!field->undocumented && value->state <= CJT188_IS_BITS) {
        shown->number = value->number;
        shown->order = EXPLORE_NUMBER;
    } else if (!field->undocumented && value->state == CJT188_IS_TIME) {
        shown->order = EXPLORE_TEXT;
    }
}

/* A value of this frame; its text must be freed. */
static struct explore_shown
shown_of(const struct explore *explore, const struct cjt188_decoded *frame, const struct explore_field *field)
{
    struct explore_shown shown = { .order = EXPLORE_NONE };

    find_order(frame, field, &shown);
    shown.text = text_of(explore, frame, field);
    shown.data = (uint8_t *)frame->bytes + frame->data;
    return shown;
}

static int
compare_shown(const struct explore_shown *a, const struct explore_shown *b, const struct explore_field *field)
{
    if (a->order == EXPLORE_NUMBER)
        return a->number < b->number ? -1 : a->number > b->number;
    if (a->order == EXPLORE_TEXT)
        return strcmp(a->text, b->text);
    return compare_low_first(a->data + field->at, b->data + field->at, field->width);
}

static void
empty_shown(struct explore_shown *shown)
{
    wmem_free(NULL, shown->text);
    g_free(shown->data);
    *shown = (struct explore_shown){ .order = EXPLORE_NONE };
}

static void
keep_shown(struct explore_shown *kept, const struct explore_shown *shown, unsigned width)
{
    empty_shown(kept);
    *kept = *shown;
    kept->text = wmem_strdup(NULL, shown->text);
    kept->data = (uint8_t *)g_memdup2(shown->data, width);
}

/* Fillers and digits that are none belong to a range only as long as there is nothing better. */
static void
count_extremes(const struct explore *explore, struct explore_field *field, const struct cjt188_decoded *frame,
               unsigned width, unsigned meter)
{
    struct explore_shown shown = shown_of(explore, frame, field);

    shown.meter = meter;
    if (field->seen == 0)
        keep_shown(&field->example, &shown, width);
    if (shown.order > field->least.order ||
        (shown.order == field->least.order && compare_shown(&shown, &field->least, field) < 0))
        keep_shown(&field->least, &shown, width);
    if (shown.order > field->most.order ||
        (shown.order == field->most.order && compare_shown(&shown, &field->most, field) > 0))
        keep_shown(&field->most, &shown, width);
    wmem_free(NULL, shown.text);
}

void
explore_value_bytes(const struct explore_field *field, const uint8_t *data, uint8_t *bytes)
{
    if (field->own != NULL)
        cjt188_own_fields->bytes(field->own, data, bytes);
    else
        memcpy(bytes, data + field->at, field->width);
}

static bool
is_same_value(const struct explore_field *field, const uint8_t *data, const uint8_t *other)
{
    uint8_t one[UINT8_MAX], two[UINT8_MAX];

    if (memcmp(data + field->at, other + field->at, field->width) == 0)
        return true;
    explore_value_bytes(field, data, one);
    explore_value_bytes(field, other, two);
    return memcmp(one, two, field->width) == 0;
}

/* A value that this meter did not have the last time. */
static void
count_value(struct explore *explore, struct explore_field *field, const uint8_t *data)
{
    uint8_t bytes[UINT8_MAX];

    explore_value_bytes(field, data, bytes);
    add_distinct(explore, &field->distinct, bytes, field->width);
    count_numbers(field, data + field->at);
    for (unsigned i = 0; i < field->width; i++)
        field->is_zero = field->is_zero && bytes[i] == 0;
    field->dirty = true;
}

static void
add_field(GArray *fields, const struct cjt188_value *value, int index, unsigned at, unsigned width)
{
    char name[CJT188_TEXT_MAX];
    struct explore_field field = {
        .at = at,
        .width = width,
        .value = index,
        .row = value->row,
        .abbrev = g_strdup(cjt188_field_info(value->field)->filter),
        .undocumented = value->field == CJT188_F_UNDOCUMENTED,
        .is_zero = true,
        .row_in_table = -1,
    };

    cjt188_full_name(value, name, sizeof name);
    field.name = g_strdup(name);
    g_array_append_val(fields, field);
}

/* The parts of undocumented bytes that no row of the user's names. */
static void
add_undocumented(GArray *fields, const struct cjt188_seen *seen, int index)
{
    const struct cjt188_value *value = &seen->frame->values[index];
    const unsigned first = value->at - seen->frame->data, last = first + value->width;
    unsigned at = first;

    for (unsigned end = at; end <= last; end++) {
        if (end < last && !cjt188_is_own(seen->own, end))
            continue;
        if (end > at)
            add_field(fields, value, index, at, end - at);
        at = end + 1;
    }
}

static void
add_own_field(const struct explore *explore, GArray *fields, const struct own_field *own)
{
    struct cjt188_own_place place;
    struct explore_field field = { .own = own, .is_zero = true, .row_in_table = -1 };

    if (!cjt188_own_fields->place(own, &place))
        return;
    field.at = place.at;
    field.width = place.width;
    field.abbrev = g_strdup(place.filter);
    field.name = g_strdup(explore->masked ? place.filter + strlen("cjt188.user.") : place.name);
    g_array_append_val(fields, field);
}

static int
by_place(const void *a, const void *b)
{
    const struct explore_field *first = (const struct explore_field *)a, *second = (const struct explore_field *)b;

    return first->at != second->at ? (int)first->at - (int)second->at : (int)first->width - (int)second->width;
}

/* Values come first, then the user's in the order of the table: of those the last are left out. */
static void
find_fields(const struct explore *explore, struct explore_group *group, const struct cjt188_seen *seen)
{
    const struct cjt188_decoded *frame = seen->frame;
    GArray *fields = g_array_new(false, true, sizeof(struct explore_field));

    for (unsigned i = 0; i < frame->value_count; i++) {
        const struct cjt188_value *value = &frame->values[i];

        if (value->field == CJT188_F_UNDOCUMENTED)
            add_undocumented(fields, seen, (int)i);
        else if (value->width > 0)
            add_field(fields, value, (int)i, value->at - frame->data, value->width);
    }
    for (unsigned i = 0; seen->own != NULL && i < seen->own->count; i++) {
        if (fields->len >= EXPLORE_FIELDS)
            group->unkept_fields++;
        else
            add_own_field(explore, fields, seen->own->field[i]);
    }
    g_array_sort(fields, by_place);
    group->field_count = fields->len;
    group->fields = (struct explore_field *)(void *)g_array_free(fields, false);
}

/* ---- groups ---- */

static uint64_t
hash_word(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ hash >> 29;
}

static uint64_t
hash_fields(const struct cjt188_seen *seen)
{
    uint64_t hash = HASH_START;

    for (unsigned i = 0; i < seen->frame->value_count; i++) {
        const struct cjt188_value *value = &seen->frame->values[i];

        hash = hash_word(hash, (uint64_t)value->at << 24 | (uint64_t)value->width << 8 | (uint64_t)value->field);
    }
    for (unsigned i = 0; seen->own != NULL && i < seen->own->count; i++)
        hash = hash_word(hash, (uintptr_t)seen->own->field[i]);
    return hash;
}

static unsigned
group_hash(const void *key)
{
    const struct explore_group *group = (const struct explore_group *)key;

    return (unsigned)(group->fields_hash ^ group->fields_hash >> 32) ^
        ((unsigned)group->di << 16 | (unsigned)group->control << 8 | group->length);
}

static int
group_equal(const void *a, const void *b)
{
    const struct explore_group *first = (const struct explore_group *)a, *second = (const struct explore_group *)b;

    return first->fields_hash == second->fields_hash && first->dialect == second->dialect &&
        first->layout == second->layout && first->control == second->control && first->di == second->di &&
        first->length == second->length && first->width == second->width && first->unit_first == second->unit_first;
}

static struct explore_group *
group_of(struct explore *explore, const struct cjt188_seen *seen)
{
    const struct cjt188_decoded *frame = seen->frame;
    struct explore_group key = { .dialect = frame->dialect, .layout = frame->layout, .is_reply = frame->is_reply,
                                 .unit_first = frame->unit_position == CJT188_UNIT_FIRST_BYTE, .control = frame->control,
                                 .length = frame->data_length, .di = frame->di,
                                 .width = frame->data_end > frame->data ? frame->data_end - frame->data : 0,
                                 .fields_hash = hash_fields(seen) };
    struct explore_group *group = (struct explore_group *)g_hash_table_lookup(explore->group_index, &key);

    if (group != NULL)
        return group;
    if (explore->groups->len >= EXPLORE_GROUPS) {
        explore->unkept_groups++;
        return NULL;
    }
    group = g_new(struct explore_group, 1);
    *group = key;
    group->stride = 1;
    group->meter_index = g_hash_table_new(g_int64_hash, g_int64_equal);
    group->meters = g_new0(struct explore_meter, EXPLORE_METERS);
    group->toggled = g_new0(uint8_t, MAX(group->width, 1));
    group->changed = g_new0(uint8_t, MAX(group->width, 1));
    find_fields(explore, group, seen);
    g_ptr_array_add(explore->groups, group);
    g_hash_table_add(explore->group_index, group);
    return group;
}

static void
free_field(struct explore_field *field)
{
    g_free(field->distinct.slots);
    empty_shown(&field->least);
    empty_shown(&field->most);
    empty_shown(&field->example);
    g_free(field->name);
    g_free(field->abbrev);
}

static void
free_group(void *data)
{
    struct explore_group *group = (struct explore_group *)data;

    for (unsigned i = 0; i < group->field_count; i++)
        free_field(&group->fields[i]);
    for (unsigned i = 0; i < group->meter_count; i++) {
        g_free(group->meters[i].last);
        g_free(group->meters[i].toggled);
    }
    g_free(group->fields);
    g_free(group->meters);
    g_free(group->toggled);
    g_free(group->changed);
    g_free(group->samples);
    g_free(group->data);
    g_hash_table_destroy(group->meter_index);
    g_free(group);
}

/* ---- meters, and what is known of them ---- */

static uint64_t
meter_hash(const struct cjt188_seen *seen, const uint8_t *octets)
{
    return hash_bytes(hash_bytes(HASH_START, &seen->line->id, sizeof seen->line->id), octets, CJT188_NUMBER_BYTES);
}

static struct explore_meter *
meter_of(struct explore_group *group, uint64_t hash, const struct cjt188_decoded *frame)
{
    struct explore_meter *meter;
    void *found;

    if (g_hash_table_lookup_extended(group->meter_index, &hash, NULL, &found))
        return &group->meters[GPOINTER_TO_UINT(found)];
    if (group->meter_count >= EXPLORE_METERS)
        return NULL;
    meter = &group->meters[group->meter_count];
    meter->last = (uint8_t *)g_malloc(MAX(group->width, 1));
    meter->toggled = g_new0(uint8_t, MAX(group->width, 1));
    meter->is_wildcard = frame->is_wildcard;
    memcpy(meter->number, frame->bytes + CJT188_OFF_ADDRESS, sizeof meter->number);
    meter->key = hash;
    meter->last_sample = NO_SAMPLE;
    g_hash_table_insert(group->meter_index, &meter->key, GUINT_TO_POINTER(group->meter_count));
    group->meter_count++;
    group->wildcards += frame->is_wildcard;
    return meter;
}

static double
time_of(const packet_info *pinfo)
{
    return (double)pinfo->abs_ts.secs + pinfo->abs_ts.nsecs / 1e9;
}

/* A present value, or what is to stand in its place. */
static double
measured(const struct cjt188_decoded *frame, enum cjt188_measurement which, double otherwise)
{
    const struct cjt188_value *value = cjt188_measured(frame, which);

    return value != NULL ? value->number : otherwise;
}

struct known {
    uint64_t key;
    double time;
    double value[CJT188_MEASUREMENTS];
};

/* A reading that comes sooner after a sample than the one before it came is nearer to what the meter had then. */
static void
tell_last_sample(struct explore_group *group, const struct known *known)
{
    struct explore_meter *meter;
    struct explore_sample *sample;
    void *found;

    if (!g_hash_table_lookup_extended(group->meter_index, &known->key, NULL, &found))
        return;
    meter = &group->meters[GPOINTER_TO_UINT(found)];
    if (meter->last_sample >= group->sample_count)
        return;
    sample = &group->samples[meter->last_sample];
    meter->last_sample = NO_SAMPLE;
    if (known->time - sample->time >= sample->age)
        return;
    sample->age = known->time - sample->time;
    for (unsigned i = 0; i < CJT188_MEASUREMENTS; i++) {
        if ((sample->own >> i & 1) == 0)
            sample->measured[i] = known->value[i];
    }
}

static void
remember_reading(struct explore *explore, uint64_t hash, const struct cjt188_decoded *frame, double time)
{
    struct known *known = (struct known *)g_hash_table_lookup(explore->readings, &hash);

    if (known == NULL) {
        if (g_hash_table_size(explore->readings) >= EXPLORE_READINGS)
            return;
        known = g_new0(struct known, 1);
        known->key = hash;
        g_hash_table_insert(explore->readings, &known->key, known);
    }
    known->time = time;
    for (unsigned i = 0; i < CJT188_MEASUREMENTS; i++)
        known->value[i] = measured(frame, (enum cjt188_measurement)i, NAN);
    for (unsigned i = 0; i < explore->groups->len; i++)
        tell_last_sample((struct explore_group *)g_ptr_array_index(explore->groups, i), known);
}

/* ---- samples ---- */

static void
thin_out(struct explore_group *group)
{
    unsigned kept = 0;

    group->stride *= 2;
    for (unsigned i = 0; i < group->sample_count; i++) {
        if (group->samples[i].turn % group->stride != 0)
            continue;
        if (kept != i) {
            group->samples[kept] = group->samples[i];
            memcpy(group->data + (size_t)kept * group->width, group->data + (size_t)i * group->width, group->width);
        }
        kept++;
    }
    group->sample_count = kept;
    for (unsigned i = 0; i < group->meter_count; i++)
        group->meters[i].last_sample = NO_SAMPLE;
}

static void
make_room(struct explore_group *group)
{
    while (group->sample_count >= EXPLORE_SAMPLES)
        thin_out(group);
    if (group->sample_count < group->sample_room)
        return;
    group->sample_room = group->sample_room == 0 ? 8 : MIN(2 * group->sample_room, EXPLORE_SAMPLES);
    group->samples = g_renew(struct explore_sample, group->samples, group->sample_room);
    group->data = (uint8_t *)g_realloc(group->data, (size_t)group->sample_room * MAX(group->width, 1));
}

static void
keep_sample(struct explore *explore, struct explore_group *group, struct explore_meter *meter, uint64_t hash,
            const packet_info *pinfo, const struct cjt188_decoded *frame)
{
    const struct known *known = (const struct known *)g_hash_table_lookup(explore->readings, &hash);
    struct explore_sample *sample;

    if (meter->frames % group->stride != 0)
        return;
    make_room(group);
    if (meter->frames % group->stride != 0)
        return;
    sample = &group->samples[group->sample_count];
    sample->meter = (unsigned)(meter - group->meters);
    sample->turn = meter->frames;
    sample->packet = pinfo->num;
    sample->time = time_of(pinfo);
    sample->age = known != NULL ? sample->time - known->time : NAN;
    sample->own = 0;
    for (unsigned i = 0; i < CJT188_MEASUREMENTS; i++) {
        sample->measured[i] = measured(frame, (enum cjt188_measurement)i, known != NULL ? known->value[i] : NAN);
        sample->own |= cjt188_measured(frame, (enum cjt188_measurement)i) != NULL ? UINT32_C(1) << i : 0;
    }
    memcpy(sample->address, frame->bytes + CJT188_OFF_ADDRESS, sizeof sample->address);
    memcpy(group->data + (size_t)group->sample_count * group->width, frame->bytes + frame->data, group->width);
    meter->last_sample = group->sample_count++;
}

/* ---- frames ---- */

static void
count_changes(struct explore *explore, struct explore_group *group, struct explore_meter *meter, uint32_t packet,
              const struct cjt188_decoded *frame)
{
    const uint8_t *data = frame->bytes + frame->data;
    const bool first = meter->frames == 0;

    for (unsigned i = 0; i < group->field_count; i++) {
        struct explore_field *field = &group->fields[i];

        if (first || !is_same_value(field, data, meter->last)) {
            count_value(explore, field, data);
            if (explore->texts)
                count_extremes(explore, field, frame, group->width, (unsigned)(meter - group->meters));
            if (!first) {
                field->first_change = field->first_change != 0 ? field->first_change : packet;
                field->last_change = packet;
            }
        }
        field->seen++;
    }
    for (unsigned i = 0; i < group->width; i++) {
        group->changed[i] = first ? 0 : data[i] ^ meter->last[i];
        meter->toggled[i] |= group->changed[i];
        group->toggled[i] |= meter->toggled[i];
    }
}

struct explore_group *
explore_add(struct explore *explore, packet_info *pinfo, const struct cjt188_seen *seen)
{
    const struct cjt188_decoded *frame = seen->frame;
    struct explore_group *group;
    struct explore_meter *meter;
    uint64_t hash;

    if (seen->kind != CJT188_FRAME || frame == NULL || !frame->has_di)
        return NULL;
    hash = meter_hash(seen, frame->bytes + CJT188_OFF_ADDRESS);
    if (cjt188_is_reading(frame))
        remember_reading(explore, hash, frame, time_of(pinfo));
    group = group_of(explore, seen);
    if (group == NULL)
        return NULL;
    group->first_packet = group->frames == 0 ? pinfo->num : group->first_packet;
    group->last_packet = pinfo->num;
    group->frames++;
    meter = meter_of(group, hash, frame);
    if (meter == NULL) {
        group->unkept++;
        memset(group->changed, 0, group->width);
        return group;
    }
    count_changes(explore, group, meter, pinfo->num, frame);
    keep_sample(explore, group, meter, hash, pinfo, frame);
    memcpy(meter->last, frame->bytes + frame->data, group->width);
    meter->frames++;
    return group;
}

void
explore_add_packet(struct explore *explore, packet_info *pinfo, const struct cjt188_tap *tap)
{
    for (const struct cjt188_seen *seen = tap->first; seen != NULL; seen = seen->next)
        explore_add(explore, pinfo, seen);
}

/* ---- the whole ---- */

struct explore *
explore_new(bool texts)
{
    struct explore *explore = g_new0(struct explore, 1);

    explore->texts = texts;
    explore->groups = g_ptr_array_new_with_free_func(free_group);
    explore->group_index = g_hash_table_new(group_hash, group_equal);
    explore->readings = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
    return explore;
}

void
explore_free(struct explore *explore)
{
    g_hash_table_destroy(explore->group_index);
    g_ptr_array_unref(explore->groups);
    g_hash_table_destroy(explore->readings);
    g_free(explore);
}

void
explore_reset(struct explore *explore)
{
    g_hash_table_remove_all(explore->group_index);
    g_ptr_array_set_size(explore->groups, 0);
    g_hash_table_remove_all(explore->readings);
    explore->unkept_groups = 0;
    explore->slots = 0;
}

int
explore_by_identifier(const void *a, const void *b)
{
    const struct explore_group *first = *(const struct explore_group *const *)a;
    const struct explore_group *second = *(const struct explore_group *const *)b;

    if (first->di != second->di)
        return (int)first->di - (int)second->di;
    if (first->control != second->control)
        return (int)first->control - (int)second->control;
    return (int)first->first_packet - (int)second->first_packet;
}

char *
explore_group_title(const struct explore_group *group)
{
    const char *name = group->layout != NULL ? group->layout->name : cjt188_identifier_name(group->di, group->control & 0x3F);

    return g_strdup_printf("%s %04X, control %02X, L %u (%s), dialect %s",
                           (group->control & 0x40) != 0 ? "Error reply" : group->is_reply ? "Reply" : "Request", group->di,
                           group->control, group->length, name != NULL ? name : "not documented", group->dialect->name);
}

char *
explore_unkept_fields(const struct explore_group *group)
{
    if (group->unkept_fields == 0)
        return NULL;
    return g_strdup_printf("%u more of your fields %s not explored: there are more than %d", group->unkept_fields,
                           group->unkept_fields == 1 ? "is" : "are", EXPLORE_FIELDS);
}

char *
explore_group_frames(const struct explore_group *group)
{
    const char *to_all = group->is_reply ? "from a wildcard address" : "to all meters";
    const unsigned meters = group->meter_count - group->wildcards;
    GString *text = g_string_new(NULL);

    g_string_printf(text, "%" PRIu64 " frame%s ", group->frames, group->frames == 1 ? "" : "s");
    if (meters > 0)
        g_string_append_printf(text, "of %s%u meter%s", group->unkept > 0 ? "more than " : "", meters,
                               meters == 1 ? "" : "s");
    if (group->wildcards > 0)
        g_string_append_printf(text, "%s%s", meters > 0 ? " and " : "", to_all);
    return g_string_free(text, false);
}
