/* inspect.c
 * Every reading of undocumented bytes below their item, like a data inspector, each with the row that names it.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Items cannot be made when somebody unfolds a tree, so the preference is off unless they are wanted.
 */
#include "inspect.h"

#include "cjt188-raw.h"

#include "fields.h"
#include "userfields.h"

enum { INSPECT_BYTES = 64, WIDTH_MOST = 8, TREE_ITEMS_MOST = 200000 }; /* Wireshark ends a packet at 1000000 items */

static ws_bool is_wanted;

/* "0000 1000" */
static void
put_bits(struct cjt188_text *text, const uint8_t *bytes, unsigned width)
{
    for (unsigned i = width; i > 0; i--) {
        for (unsigned bit = 8; bit > 0; bit--)
            cjt188_put(text, (bytes[i - 1] >> (bit - 1) & 1) != 0 ? "1" : "0");
        cjt188_put(text, i > 1 ? " " : "");
    }
}

/* False where the bytes are no such thing. */
static bool
write_reading(enum cjt188_value_kind kind, const uint8_t *bytes, unsigned width, struct cjt188_text *text)
{
    const struct cjt188_raw *raw = cjt188_raw(kind);
    double number;

    if (kind == CJT188_K_BITS) {
        put_bits(text, bytes, width);
    } else if (raw->number != NULL && raw->number(bytes, width, &number)) {
        char *digits = g_strdup_printf("%.*g", raw->digits, number);

        cjt188_put(text, digits);
        g_free(digits);
        cjt188_put(text, cjt188_raw_remark(kind, number));
    } else if (raw->text != NULL) {
        raw->text(bytes, width, text);
    }
    return text->length > 0;
}

static char *
row_of(const struct cjt188_decoded *frame, enum cjt188_value_kind kind, unsigned at, unsigned width)
{
    char *name = width == 1 ? g_strdup_printf("Byte %u", at) : g_strdup_printf("Bytes %u to %u", at, at + width - 1);
    const char *mask = kind == CJT188_K_BITS ? "FFFFFFFF" + 2 * (4 - width) : "";
    const struct userfield_row row = {
        .dialect = frame->dialect, .is_reply = frame->is_reply, .has_di = frame->has_di, .control = frame->control,
        .di = frame->di, .length = frame->data_length, .at = at, .width = width, .kind = cjt188_raw(kind)->name,
        .mask = mask, .scale = "", .add = "", .unit = "", .name = name, .note = "",
    };
    char *text = cjt188_userfield_row(&row);

    g_free(name);
    return text;
}

static void
add_reading(const struct cjt188_frame *frame, proto_tree *tree, enum cjt188_value_kind kind, unsigned at, unsigned width)
{
    const struct cjt188_decoded *decoded = frame->decoded;
    const int place = (int)(frame->offset + decoded->data + at);
    char buffer[CJT188_TEXT_MAX], *row;
    struct cjt188_text text = cjt188_text_start(buffer, sizeof buffer);
    proto_item *item;

    if (!write_reading(kind, decoded->bytes + decoded->data + at, width, &text))
        return;
    tree = proto_tree_add_subtree_format(tree, frame->tvb, place, (int)width, cjt188_ett[CJT188_F_UNDOCUMENTED], NULL,
                                         "%u byte%s, %s: %s", width, width == 1 ? "" : "s", cjt188_raw(kind)->name, buffer);
    row = row_of(decoded, kind, at, width);
    item = proto_tree_add_string(tree, hf_cjt188_undocumented_row, frame->tvb, place, (int)width, row);
    proto_item_set_generated(item);
    g_free(row);
}

/* All readings that begin at one byte, within the run. */
static void
add_byte(const struct cjt188_frame *frame, proto_tree *tree, unsigned at, unsigned room)
{
    proto_tree *below = proto_tree_add_subtree_format(tree, frame->tvb, (int)(frame->offset + frame->decoded->data + at), 1,
                                                      cjt188_ett[CJT188_F_UNDOCUMENTED], NULL, "What begins at byte %u", at);

    for (unsigned width = 1; width <= room && width <= WIDTH_MOST; width++) {
        for (unsigned kind = CJT188_K_FIRST_RAW; kind < CJT188_K_KINDS; kind++) {
            const struct cjt188_raw *raw = cjt188_raw((enum cjt188_value_kind)kind);

            if (kind != CJT188_K_BYTES && width >= raw->least && width <= raw->most)
                add_reading(frame, below, (enum cjt188_value_kind)kind, at, width);
        }
    }
}

static void
inspect(const struct cjt188_frame *frame, proto_tree *tree, unsigned at, unsigned width)
{
    if (!is_wanted || !cjt188_is_read(tree) || frame->decoded->kind != CJT188_FRAME)
        return;
    for (unsigned i = 0; i < width && i < INSPECT_BYTES && PTREE_DATA(tree)->count < TREE_ITEMS_MOST; i++)
        add_byte(frame, tree, at + i, width - i);
}

void
cjt188_inspect_register(module_t *module)
{
    cjt188_own_inspect = inspect;
    prefs_register_bool_preference(module, "inspect", "Inspect undocumented bytes",
                                   "Whether undocumented bytes show what they would be as each kind of value, with the row of "
                                   "\"Your own fields\" that names it. Many items: for looking at a few packets.",
                                   &is_wanted);
}
