/* columns.c
 * Texts for columns of the packet list: see columns.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Wireshark prints a number of FT_DOUBLE without the zeros at its end, 25.5 for 25.50. Here numbers are texts. Spaces before
 * them put the points below each other in the list's font, and let Wireshark, which sorts texts letter by letter, sort them
 * by size.
 */
#include "columns.h"

#include "fields.h"

/* Before the point. What is larger is shown, too, but sorted wrongly. */
enum { COUNTER_DIGITS = 6, RATE_DIGITS = 4, TEMPERATURE_DIGITS = 3 };

static void
add_text(const struct cjt188_frame *frame, proto_tree *tree, int hf, unsigned at, unsigned width, const char *text)
{
    proto_item_set_hidden(
        proto_tree_add_string(tree, hf, frame->tvb, (int)(frame->offset + at), (int)width, text));
}

static void
add_number(const struct cjt188_frame *frame, proto_tree *tree, int hf, const struct cjt188_value *value, unsigned digits)
{
    char text[CJT188_TEXT_MAX], number[CJT188_TEXT_MAX];
    struct cjt188_text padded = cjt188_text_start(text, sizeof text);

    cjt188_plain_number(value, number, sizeof number);
    for (size_t whole = strcspn(number, "."); whole < digits; whole++)
        cjt188_put(&padded, " ");
    cjt188_put(&padded, number);
    add_text(frame, tree, hf, value->at, value->width, text);
}

static void
add_numbers(const struct cjt188_frame *frame, proto_tree *tree)
{
    static const struct {
        const int *hf;
        enum cjt188_measurement measurement;
        unsigned digits;
    } numbers[] = {
        { &hf_cjt188_column_heating, CJT188_HEATING, COUNTER_DIGITS },
        { &hf_cjt188_column_power, CJT188_POWER_NOW, RATE_DIGITS },
        { &hf_cjt188_column_flow, CJT188_FLOW_NOW, RATE_DIGITS },
        { &hf_cjt188_column_volume, CJT188_VOLUME_NOW, COUNTER_DIGITS },
        { &hf_cjt188_column_supply, CJT188_SUPPLY, TEMPERATURE_DIGITS },
        { &hf_cjt188_column_return, CJT188_RETURN, TEMPERATURE_DIGITS },
    };

    for (size_t i = 0; i < array_length(numbers); i++) {
        const struct cjt188_value *value = cjt188_measured(frame->decoded, numbers[i].measurement);

        if (value != NULL && cjt188_is_column(tree, *numbers[i].hf))
            add_number(frame, tree, *numbers[i].hf, value, numbers[i].digits);
    }
}

/* Of what the line has damaged the meter says nothing. */
static void
add_fault(const struct cjt188_frame *frame, proto_tree *tree)
{
    char text[CJT188_TEXT_MAX];

    if (!cjt188_is_column(tree, hf_cjt188_column_fault))
        return;
    if (frame->decoded->is_error)
        add_text(frame, tree, hf_cjt188_column_fault, CJT188_OFF_CONTROL, 1, "error reply");
    else if (cjt188_fault_text(frame->decoded, text, sizeof text) > 0)
        add_text(frame, tree, hf_cjt188_column_fault, frame->decoded->data,
                 frame->decoded->data_end - frame->decoded->data, text);
}

void
cjt188_columns_add(const struct cjt188_frame *frame, proto_tree *tree)
{
    const struct cjt188_decoded *decoded = frame->decoded;

    if (tree == NULL || decoded->have <= CJT188_OFF_CONTROL)
        return;
    if (cjt188_is_column(tree, hf_cjt188_column_direction))
        add_text(frame, tree, hf_cjt188_column_direction, CJT188_OFF_CONTROL, 1, decoded->is_reply ? "reply" : "request");
    if (decoded->kind != CJT188_FRAME)
        return;
    add_numbers(frame, tree);
    add_fault(frame, tree);
}

void
cjt188_columns_response(const struct cjt188_frame *frame, proto_tree *tree, int64_t nanoseconds)
{
    const int64_t millisecond = 1000000, rest = nanoseconds % millisecond;
    const int64_t rounded = nanoseconds / millisecond + (rest >= millisecond / 2) - (rest <= -millisecond / 2); /* none overflows */

    if (cjt188_is_column(tree, hf_cjt188_column_response))
        proto_item_set_hidden(proto_tree_add_int64(tree, hf_cjt188_column_response, frame->tvb, 0, 0, rounded));
}
