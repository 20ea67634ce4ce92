/* wording.c
 * What the workbench's texts print alike: lines, kinds of frames, the names of their bytes, somebody's words in a line.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "wording.h"

#include "plain.h"

/* ---- kinds ---- */

bool
wording_has_kind(const struct cjt188_seen *seen)
{
    return seen->kind == CJT188_FRAME && seen->frame != NULL && seen->frame->has_di && !cjt188_is_echo(seen) &&
        seen->frame->data_end >= seen->frame->data;
}

struct wording_kind
wording_kind_of(const struct cjt188_seen *seen)
{
    const struct cjt188_decoded *frame = seen->frame;

    return (struct wording_kind){ .control = frame->control, .length = frame->data_length, .di = frame->di,
                                  .is_reply = frame->is_reply, .width = frame->data_end - frame->data,
                                  .name = cjt188_frame_identifier_name(frame) };
}

unsigned
wording_hash(const struct wording_kind *kind)
{
    return (unsigned)kind->di << 16 | (unsigned)kind->control << 8 | kind->length;
}

int
wording_compare(const struct wording_kind *a, const struct wording_kind *b)
{
    if (a->di != b->di)
        return (int)a->di - (int)b->di;
    if (a->control != b->control)
        return (int)a->control - (int)b->control;
    return a->length != b->length ? (int)a->length - (int)b->length : (int)a->width - (int)b->width;
}

void
wording_print_title(const struct wording_kind *kind)
{
    printf("\n%s %04X, control %02X, L %u", (kind->control & 0x40) != 0 ? "Error reply" : kind->is_reply ? "Reply" : "Request",
           kind->di, kind->control, kind->length);
    if (kind->name != NULL)
        printf(" (%s)", kind->name);
    printf("\n");
}

/* ---- names of bytes ---- */

static void
name_bytes(char **names, unsigned all, unsigned at, unsigned width, const char *name)
{
    for (unsigned i = at; i < at + width && i < all; i++) {
        g_free(names[i]);
        names[i] = g_strdup(name);
    }
}

char **
wording_names(const struct cjt188_seen *seen, unsigned width)
{
    const struct cjt188_decoded *frame = seen->frame;
    char **names = g_new0(char *, width + 1);
    struct cjt188_own_place place;
    char name[CJT188_TEXT_MAX];

    for (unsigned i = 0; i < frame->value_count; i++) {
        cjt188_full_name(&frame->values[i], name, sizeof name);
        name_bytes(names, width, frame->values[i].at - frame->data, frame->values[i].width, name);
    }
    for (unsigned i = 0; seen->own != NULL && i < seen->own->count; i++) {
        if (cjt188_own_fields->place(seen->own->field[i], &place))
            name_bytes(names, width, place.at, place.width, place.name);
    }
    return names;
}

void
wording_free_names(char **names, unsigned width)
{
    for (unsigned i = 0; i < width; i++)
        g_free(names[i]);
    g_free(names);
}

/* ---- text ---- */

static unsigned
columns_of(const char *text)
{
    unsigned columns = 0;

    for (; *text != '\0'; text = g_utf8_next_char(text))
        columns += g_unichar_iswide(g_utf8_get_char(text)) ? 2 : 1;
    return columns;
}

void
wording_print(const char *text, unsigned columns)
{
    char plain[PLAIN_BYTES(PLAIN_NOTE_CHARACTERS)];
    char *end = plain;

    cjt188_make_plain(text, PLAIN_NOTE_CHARACTERS, plain);
    if (columns_of(plain) <= columns) {
        printf("%s", plain);
        return;
    }
    for (unsigned taken = 1; *end != '\0'; end = g_utf8_next_char(end)) {
        taken += g_unichar_iswide(g_utf8_get_char(end)) ? 2 : 1;
        if (taken > columns)
            break;
    }
    printf("%.*s…", (int)(end - plain), plain);
}

void
wording_print_line(char *line)
{
    wording_print(line, WORDING_COLUMNS);
    printf("\n");
    g_free(line);
}
