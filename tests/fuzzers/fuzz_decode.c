/* fuzz_decode.c
 * libFuzzer target: whatever a frame holds, its values are its bytes in their order, and each text is UTF-8 and ends in its
 * buffer.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The first bytes of the input are what is known of the meter and what this run looks at, the rest is the frame. A run looks
 * at one value and one way of asking, so that there are many runs a second; the fuzzer asks in all ways.
 */
#include "cjt188-decode.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Only the decoder's own branches are of interest; counting those of the checks would halve the runs a second. */
#pragma clang attribute push(__attribute__((no_sanitize("coverage"))), apply_to = function)

enum { DIALECT, OTHER_DIALECT, PLACES, KNOWN, LOOK, WHICH, SIZE, FRAME };
enum { FULL = 2048, GUARD = 0x5A, NAMES = 4 };
enum { EXACT_BITS = 53 }; /* of a double: larger numbers are rounded twice */

/* A name of a table is at most 64 characters. */
#define FOUR "\xF0\x9F\x9A\xB0\xF0\x9F\x9A\xB0\xF0\x9F\x9A\xB0\xF0\x9F\x9A\xB0"
#define SIXTEEN FOUR FOUR FOUR FOUR
static const char *const names[NAMES] = { NULL, "K\xC3\xBC" "che", "", SIXTEEN SIXTEEN SIXTEEN SIXTEEN };

static void
check(bool holds)
{
    if (!holds)
        abort();
}

/* ---- texts ---- */

/* Bytes of the character at `text`; 0 where it is no UTF-8. */
static size_t
character(const uint8_t *text)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    const size_t width = text[0] < 0x80 ? 1 : text[0] < 0xC0 ? 0 : text[0] < 0xE0 ? 2 : text[0] < 0xF0 ? 3 : text[0] < 0xF8 ? 4 : 0;
    uint32_t code = width > 1 ? text[0] & (0x7Fu >> width) : text[0];

    for (size_t i = 1; i < width; i++) {
        if ((text[i] & 0xC0) != 0x80)
            return 0;
        code = code << 6 | (text[i] & 0x3F);
    }
    return width == 0 || code < least[width] || code > 0x10FFFF || code >> 11 == 0x1B ? 0 : width;
}

static void
check_text(const char *text, size_t length)
{
    check(text[length] == '\0' && memchr(text, '\0', length) == NULL);
    for (size_t at = 0, width; at < length; at += width) {
        width = character((const uint8_t *)text + at);
        check(width > 0);
    }
}

typedef size_t value_text(const struct cjt188_decoded *frame, const struct cjt188_value *value, char *buffer, size_t size);

/* What is asked for a text: a value, a frame, or a run of bytes of a neighbouring protocol. */
struct question {
    value_text *of_value;
    size_t (*of_frame)(const struct cjt188_decoded *frame, char *buffer, size_t size);
    const struct cjt188_decoded *frame;
    const struct cjt188_value *value;
    enum cjt188_kind kind;
    const uint8_t *bytes;
    unsigned length;
};

static size_t
ask(const struct question *question, char *buffer, size_t size)
{
    if (question->of_value != NULL)
        return question->of_value(question->frame, question->value, buffer, size);
    if (question->of_frame != NULL)
        return question->of_frame(question->frame, buffer, size);
    return cjt188_neighbour_sentence(question->kind, question->bytes, question->length, buffer, size);
}

/* Whole within what is promised; in a small buffer its beginning, and nothing behind the buffer. */
static void
check_answer(const struct question *question, size_t size, size_t promised)
{
    static char full[FULL], small[UINT8_MAX + 2];
    const size_t whole = ask(question, full, sizeof full);
    size_t part;

    check(whole < promised);
    check_text(full, whole);
    small[size] = GUARD;
    part = ask(question, small, size);
    check(small[size] == GUARD && part < size && part <= whole);
    check_text(small, part);
    check(memcmp(small, full, part) == 0 && (whole >= size || part == whole));
}

/* ---- values ---- */

static size_t
full_name(const struct cjt188_decoded *frame, const struct cjt188_value *value, char *buffer, size_t size)
{
    (void)frame;
    return cjt188_full_name(value, buffer, size);
}

static size_t
plain_number(const struct cjt188_decoded *frame, const struct cjt188_value *value, char *buffer, size_t size)
{
    (void)frame;
    buffer[0] = '\0';
    return value->state == CJT188_IS_NUMBER ? cjt188_plain_number(value, buffer, size) : 0;
}

static value_text *const of_values[] = {
    cjt188_value_text, cjt188_value_remark, cjt188_value_trouble, cjt188_digits_text,
    cjt188_places_text, full_name, plain_number,
};

enum { OF_VALUES = sizeof of_values / sizeof of_values[0], OF_FRAMES = 5 };

/* The number is what its text says. */
static void
check_number(const struct cjt188_value *value)
{
    char text[CJT188_TEXT_MAX];
    double said;

    if (value->state != CJT188_IS_NUMBER)
        return;
    cjt188_plain_number(value, text, sizeof text);
    said = strtod(text, NULL);
    check(isfinite(value->number) && cjt188_step(value) > 0);
    if (value->digits >> EXACT_BITS == 0 && (value->unit == NULL || !value->unit->in_joules))
        check(said == value->number);
    else
        check(fabs(said - value->number) <= 1e-14 * said);
}

/* All bytes of the data, each once, in their order. */
static void
check_spans(const struct cjt188_decoded *frame)
{
    unsigned at = frame->data;

    check(frame->value_count <= CJT188_VALUES_MAX && frame->data <= frame->data_end && frame->data_end <= frame->data + UINT8_MAX);
    for (unsigned i = 0; i < frame->value_count; i++) {
        const struct cjt188_value *value = &frame->values[i];

        check(value->at == at && value->name != NULL && value->field < CJT188_FIELDS);
        at += value->width;
    }
    check(at == frame->data_end);
    for (unsigned i = 0; i < CJT188_MEASUREMENTS; i++)
        check(frame->measured[i] <= frame->value_count);
}

static void
look_at_value(const struct cjt188_decoded *frame, const struct cjt188_value *value, const uint8_t *input)
{
    const struct question question = { .of_value = of_values[input[LOOK] % OF_VALUES], .frame = frame, .value = value };

    check_answer(&question, input[SIZE] + 1u, CJT188_TEXT_MAX);
    check_number(value);
}

static void
look_at_frame(const struct cjt188_decoded *frame, const uint8_t *input)
{
    static size_t (*const of_frames[OF_FRAMES])(const struct cjt188_decoded *frame, char *buffer, size_t size) = {
        cjt188_sentence, cjt188_who_text, cjt188_meter_text, cjt188_fault_text, cjt188_known_lengths,
    };
    const unsigned which = input[LOOK] % OF_FRAMES;
    const struct question question = { .of_frame = of_frames[which], .frame = frame };

    check_answer(&question, input[SIZE] + 1u, which < 2 ? CJT188_SENTENCE_MAX : CJT188_TEXT_MAX);
    cjt188_is_reading(frame);
    cjt188_tells_dialect(frame);
    cjt188_frame_identifier_name(frame);
}

/* Other data: every so many bytes are others. */
static void
look_at_other(const struct cjt188_decoded *frame, const uint8_t *input)
{
    const unsigned length = frame->data_end - frame->data, stride = input[WHICH] / CJT188_VALUES_MAX + 1u;
    struct cjt188_other other;
    uint8_t data[UINT8_MAX];

    for (unsigned i = 0; i < length; i++)
        data[i] = frame->bytes[frame->data + i] ^ (i % stride == 0 ? input[LOOK] : 0);
    cjt188_other_start(frame, data, &other);
    for (unsigned i = 0; i < frame->value_count; i++) {
        const struct cjt188_value *value = cjt188_other_value(&other, i), *then = &frame->values[i];

        check(value->at == then->at && value->width == then->width && value->row == then->row && value->name != NULL);
        check(value == cjt188_other_value(&other, i) && (input[LOOK] != 0 || value == then));
        if (i == input[WHICH] % CJT188_VALUES_MAX)
            look_at_value(&other.decoded, value, input);
    }
}

static void
look_at_neighbour(const uint8_t *input, const uint8_t *bytes, unsigned have)
{
    const struct question question = { .kind = input[LOOK] & 1 ? CJT188_MBUS : CJT188_DLT645, .bytes = bytes, .length = have };

    check_answer(&question, input[SIZE] + 1u, CJT188_TEXT_MAX);
}

static struct cjt188_known
known_of(const uint8_t *input)
{
    struct cjt188_known known = {
        .name = names[input[KNOWN] % NAMES],
        .has_dialect = input[DIALECT] < CJT188_DIALECTS,
        .dialect = (enum cjt188_dialect_id)(input[DIALECT] % CJT188_DIALECTS),
        .has_last_dialect = input[OTHER_DIALECT] < CJT188_DIALECTS,
        .last_dialect = (enum cjt188_dialect_id)(input[OTHER_DIALECT] % CJT188_DIALECTS),
        .fallback = (enum cjt188_dialect_id)(input[OTHER_DIALECT] / CJT188_DIALECTS),
        .number_high_first = (input[KNOWN] & 0x04) != 0,
    };

    for (unsigned i = 0; i < CJT188_DIALECT_CLASSES; i++) {
        known.has_places[i] = (input[KNOWN] & 0x08u << i) != 0;
        known.places[i] = (int8_t)((input[PLACES] + 3 * i) % 10);
    }
    return known;
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t length);

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t length)
{
    static struct cjt188_decoded frame;
    struct cjt188_known known;
    unsigned have;

    if (length <= FRAME)
        return 0;
    have = (unsigned)(length - FRAME < CJT188_FRAME_MAX ? length - FRAME : CJT188_FRAME_MAX);
    known = known_of(input);
    cjt188_decode(input + length - have, have, (enum cjt188_kind)(CJT188_FRAME + (input[LOOK] >> 6) % 3), &known, &frame);
    check_spans(&frame);
    switch (input[WHICH] % 4) {
    case 0:
        look_at_frame(&frame, input);
        break;
    case 1:
        look_at_other(&frame, input);
        break;
    case 2:
        look_at_neighbour(input, input + length - have, have);
        break;
    default:
        if (frame.value_count > 0)
            look_at_value(&frame, &frame.values[input[WHICH] / 4 % frame.value_count], input);
    }
    return 0;
}

#pragma clang attribute pop
