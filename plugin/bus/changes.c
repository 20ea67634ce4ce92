/* changes.c
 * What changed in a reply since the same meter's last reply to the same identifier.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Of each reply only those bytes are kept that its predecessor had otherwise, with a bit for each byte that says which; of
 * each meter and kind of reply the last data.
 */
#include "changes.h"

#include "fields.h"
#include "own.h"

enum { DATA_MAX = UINT8_MAX };

/* Of one meter, one function, identifier and L. */
struct cjt188_last_reply {
    const struct cjt188_meter *meter;
    uint8_t function, data_length;
    uint16_t di;
    fact_id fact;
    uint8_t *data; /* behind SER */
};

static wmem_map_t *last_replies;

static unsigned
reply_hash(const void *key)
{
    const struct cjt188_last_reply *reply = (const struct cjt188_last_reply *)key;
    const uint64_t kind = (uint64_t)reply->meter->id << 32 | (uint64_t)reply->function << 24 |
        (uint64_t)reply->di << 8 | reply->data_length;

    return (unsigned)(kind * UINT64_C(0x9E3779B97F4A7C15) >> 32);
}

static gboolean
reply_equal(const void *a, const void *b)
{
    const struct cjt188_last_reply *one = (const struct cjt188_last_reply *)a;
    const struct cjt188_last_reply *other = (const struct cjt188_last_reply *)b;

    return one->meter == other->meter && one->function == other->function && one->di == other->di &&
        one->data_length == other->data_length;
}

/* ---- seen for the first time ---- */

static struct cjt188_last_reply *
last_reply_of(struct cjt188_meter *meter, const struct cjt188_decoded *frame)
{
    const struct cjt188_last_reply key = { .meter = meter, .function = frame->function, .di = frame->di,
                                           .data_length = frame->data_length };
    struct cjt188_last_reply *reply = meter->last_reply;

    if (reply != NULL && reply_equal(reply, &key))
        return reply;
    reply = (struct cjt188_last_reply *)wmem_map_lookup(last_replies, &key);
    if (reply == NULL) {
        reply = (struct cjt188_last_reply *)wmem_memdup(wmem_file_scope(), &key, sizeof key);
        reply->data = (uint8_t *)wmem_alloc(wmem_file_scope(), MAX(frame->data_end - frame->data, 1));
        wmem_map_insert(last_replies, reply, reply);
    }
    meter->last_reply = reply;
    return reply;
}

/* A bit for each byte, low bit first, then those that differ, as they were. 0: none does. */
static uint32_t
keep_changes(const uint8_t *before, const uint8_t *now, unsigned length)
{
    uint8_t kept[(DATA_MAX + 7) / 8 + DATA_MAX];
    unsigned size = (length + 7) / 8;

    if (memcmp(before, now, length) == 0)
        return 0;
    for (unsigned at = 0; at < length; at += 8) {
        const unsigned end = MIN(at + 8, length);

        kept[at / 8] = 0;
        if (end == at + 8 && memcmp(before + at, now + at, 8) == 0)
            continue;
        for (unsigned i = at; i < end; i++) {
            if (before[i] == now[i])
                continue;
            kept[at / 8] |= (uint8_t)(1u << (i - at));
            kept[size++] = before[i];
        }
    }
    return cjt188_fact_keep(kept, size);
}

/* Replies from a wildcard address are any meter's; the last such reply may be another's. */
static bool
is_compared(const struct cjt188_frame *frame)
{
    const struct cjt188_decoded *decoded = frame->decoded;

    return frame->meter != NULL && decoded->kind == CJT188_FRAME && decoded->is_reply && !decoded->is_error &&
        decoded->has_di && !decoded->is_wildcard;
}

void
cjt188_changes_see(const struct cjt188_frame *frame, fact_id id)
{
    const struct cjt188_decoded *decoded = frame->decoded;
    const unsigned length = decoded->data_end - decoded->data;
    struct cjt188_last_reply *last;

    if (!is_compared(frame))
        return;
    last = last_reply_of(frame->meter, decoded);
    if (last->fact != 0) {
        frame->fact->earlier = last->fact;
        frame->fact->changes = keep_changes(last->data, decoded->bytes + decoded->data, length);
    }
    last->fact = id;
    memcpy(last->data, decoded->bytes + decoded->data, length);
}

/* ---- what it was before ---- */

/* What keep_changes() kept, put into `data`. */
static void
put_back(const uint8_t *kept, uint8_t *data, unsigned length)
{
    const uint8_t *byte = kept + (length + 7) / 8;

    for (unsigned at = 0; at < length; at += 8, kept++) {
        for (unsigned bits = *kept, i = at; bits != 0; bits >>= 1, i++) {
            if ((bits & 1) != 0)
                data[i] = *byte++;
        }
    }
}

struct cjt188_other *
cjt188_before(const struct cjt188_frame *frame)
{
    const struct cjt188_decoded *decoded = frame->decoded;
    const unsigned length = decoded->data_end - decoded->data;
    struct cjt188_other *before;
    uint8_t data[DATA_MAX];

    if (!is_compared(frame) || frame->fact->earlier == 0)
        return NULL;
    memcpy(data, decoded->bytes + decoded->data, length);
    if (frame->fact->changes != 0)
        put_back(cjt188_fact_kept(frame->fact->changes), data, length);
    before = wmem_new(frame->pinfo->pool, struct cjt188_other);
    cjt188_other_start(decoded, data, before);
    return before;
}

/* ---- items ---- */

const char *
cjt188_earlier_text(const struct cjt188_frame *frame, const char *otherwise)
{
    enum { ROOM = 20 };
    const struct cjt188_fact *earlier = cjt188_fact(frame->fact->earlier);
    struct cjt188_text text;

    if (earlier == NULL || earlier->packet == 0)
        return otherwise;
    text = cjt188_text_start((char *)wmem_alloc(frame->pinfo->pool, ROOM), ROOM);
    cjt188_put(&text, "packet ");
    cjt188_put_number(&text, earlier->packet, 1);
    return text.buffer;
}

static bool
is_time(enum cjt188_field field)
{
    return field == CJT188_F_CLOCK || field == CJT188_F_DATE || field == CJT188_F_OPERATING_HOURS;
}

static void
put_run(struct cjt188_text *text, const uint8_t *before, const uint8_t *now, unsigned width)
{
    cjt188_put_bytes(text, before, width);
    cjt188_put(text, " → ");
    cjt188_put_bytes(text, now, width);
}

/* From the first byte to the last that differ, in hexadecimal: two values may look alike, as texts with signs that cannot be
 * shown do, and long runs of bytes. */
static void
put_differing(struct cjt188_text *text, const uint8_t *before, const uint8_t *now, unsigned width)
{
    while (*before == *now)
        before++, now++, width--;
    while (before[width - 1] == now[width - 1])
        width--;
    put_run(text, before, now, width);
}

/* "Power: 0.000 kW → 0.150 kW" of any two texts, or of the bytes where these are alike. */
static void
add_change(const struct cjt188_frame *frame, const struct cjt188_other *before, proto_tree *tree, int field,
           const char *name, unsigned at, unsigned width, const char *then, const char *now)
{
    char buffer[3 * CJT188_TEXT_MAX];
    struct cjt188_text text = cjt188_text_start(buffer, sizeof buffer);

    cjt188_put(&text, name);
    cjt188_put(&text, ": ");
    if (strcmp(then, now) == 0) {
        put_differing(&text, before->decoded.bytes + at, frame->decoded->bytes + at, width);
    } else {
        cjt188_put(&text, then);
        cjt188_put(&text, " → ");
        cjt188_put(&text, now);
    }
    proto_item_set_generated(
        proto_tree_add_string(tree, field, frame->tvb, (int)(frame->offset + at), (int)width, buffer));
}

static void
add_value_change(const struct cjt188_frame *frame, struct cjt188_other *before, unsigned index, proto_tree *tree)
{
    const struct cjt188_value *now = &frame->decoded->values[index];
    const int field = is_time(now->field) ? hf_cjt188_changed_time : hf_cjt188_changed;
    char now_text[CJT188_TEXT_MAX], then_text[CJT188_TEXT_MAX], name[CJT188_TEXT_MAX];

    if (!proto_field_is_referenced(tree, field) ||
        memcmp(frame->decoded->bytes + now->at, before->decoded.bytes + now->at, now->width) == 0)
        return;
    cjt188_value_text(&before->decoded, cjt188_other_value(before, index), then_text, sizeof then_text);
    cjt188_value_text(frame->decoded, now, now_text, sizeof now_text);
    cjt188_full_name(now, name, sizeof name);
    add_change(frame, before, tree, field, name, now->at, now->width, then_text, now_text);
}

/* Each run of changed bytes in a value that nobody has documented. */
static void
add_undocumented_changes(const struct cjt188_frame *frame, const struct cjt188_other *before,
                         const struct cjt188_value *value, proto_tree *tree)
{
    const uint8_t *now = frame->decoded->bytes, *then = before->decoded.bytes;
    const unsigned value_end = (unsigned)value->at + value->width, data = frame->decoded->data;
    char buffer[CJT188_TEXT_MAX];

    for (unsigned at = value->at; at < value_end;) {
        struct cjt188_text text = cjt188_text_start(buffer, sizeof buffer);
        unsigned end = at;

        while (end < value_end && now[end] != then[end] && !cjt188_is_own(frame->own, end - data))
            end++;
        if (end == at) {
            at++;
            continue;
        }
        put_run(&text, then + at, now + at, end - at);
        proto_item_set_generated(proto_tree_add_bytes_format_value(
            tree, hf_cjt188_undocumented_changed, frame->tvb, (int)(frame->offset + at), (int)(end - at), now + at,
            "offset %u: %s", at - data, buffer));
        at = end;
    }
}

/* Of the user's own fields. */
static void
add_own_change(const struct cjt188_frame *frame, const struct cjt188_other *before, const struct own_field *own,
               proto_tree *tree)
{
    const unsigned data = frame->decoded->data;
    uint8_t now_bytes[DATA_MAX], then_bytes[DATA_MAX];
    struct cjt188_own_place place;

    if (!proto_field_is_referenced(tree, hf_cjt188_changed) || !cjt188_own_fields->place(own, &place))
        return;
    cjt188_own_fields->bytes(own, frame->decoded->bytes + data, now_bytes);
    cjt188_own_fields->bytes(own, before->decoded.bytes + data, then_bytes);
    if (memcmp(now_bytes, then_bytes, place.width) != 0)
        add_change(frame, before, tree, hf_cjt188_changed, place.name, data + place.at, place.width,
                   cjt188_own_fields->text(own, &before->decoded, frame->pinfo->pool),
                   cjt188_own_fields->text(own, frame->decoded, frame->pinfo->pool));
}

void
cjt188_changes_add(const struct cjt188_frame *frame, struct cjt188_other *before, proto_tree *tree)
{
    const struct cjt188_decoded *decoded = frame->decoded;

    if (frame->fact->changes == 0 || tree == NULL) /* from here on there are only items */
        return;
    tree = proto_tree_add_subtree_format(tree, frame->tvb, 0, 0, ett_cjt188_changes, NULL, "Changed since %s",
                                         cjt188_earlier_text(frame, "the last such reply"));
    for (unsigned i = 0; i < decoded->value_count; i++) {
        if (decoded->values[i].field == CJT188_F_UNDOCUMENTED)
            add_undocumented_changes(frame, before, &decoded->values[i], tree);
        else
            add_value_change(frame, before, i, tree);
    }
    for (unsigned i = 0; frame->own != NULL && i < frame->own->count; i++)
        add_own_change(frame, before, frame->own->field[i], tree);
}

void
cjt188_changes_register(void)
{
    last_replies = wmem_map_new_autoreset(wmem_epan_scope(), wmem_file_scope(), reply_hash, reply_equal);
}
