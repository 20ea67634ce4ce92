/* display-words.c
 * Which bytes say what the display said where that is no number: a date, a time of day, both, a text.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Like numbers, a finding is worth what the different values that it explains tell, less the room that several replies near
 * a line leave.
 */
#include "display.h"

#include <math.h>

enum { DATE_CHARACTERS = 10, TIME_CHARACTERS = 5, WORDS_MOST = 16 };

/* What one value tells, bits: a date is one of this year or the last, a time one minute of a day, a text any letters. */
static const double DATE_BITS = 9, TIME_BITS = 10, LETTER_BITS = 4, TEXT_BITS_MOST = 32;

static bool
is_date(const char *said)
{
    return strlen(said) >= DATE_CHARACTERS && said[4] == '-' && said[7] == '-';
}

static bool
is_time(const char *said)
{
    return strlen(said) >= TIME_CHARACTERS && said[2] == ':';
}

static double
bits_of_said(const char *said)
{
    if (is_date(said))
        return DATE_BITS + (strlen(said) > DATE_CHARACTERS ? TIME_BITS : 0);
    return is_time(said) ? TIME_BITS : MIN(TEXT_BITS_MOST, LETTER_BITS * (double)strlen(said));
}

/* The display may leave out the seconds, the time of day, or the day. A text must be all of it. */
static bool
is_same_text(const char *said, const char *told)
{
    const char *behind_day = is_date(told) ? strchr(told, ' ') : NULL;

    if (strcmp(said, told) == 0)
        return true;
    if (is_date(said))
        return g_str_has_prefix(told, said);
    return is_time(said) && (g_str_has_prefix(told, said) || (behind_day != NULL && g_str_has_prefix(behind_day + 1, said)));
}

/* One kind at one place. */
struct place {
    const struct display_series *series;
    const struct reply_kind *kind;
    enum cjt188_value_kind raw;
    unsigned at, width;
};

/* Does any reply near the line tell it? *different: how many texts the replies tell. */
static bool
tells_line(const struct place *place, unsigned index, const char *said, unsigned *different)
{
    const struct near_line *near = &place->kind->near[index];
    char before[CJT188_TEXT_MAX] = "";
    bool any = false;

    *different = 0;
    for (unsigned i = 0; i < near->count; i++) {
        char told[CJT188_TEXT_MAX];
        struct cjt188_text text = cjt188_text_start(told, sizeof told);

        cjt188_raw(place->raw)->text(near->reply[i]->data + place->at, place->width, &text);
        if (text.length == 0) /* then it is no such thing in the others either */
            return false;
        any = any || is_same_text(said, told);
        *different += strcmp(told, before) != 0;
        g_strlcpy(before, told, sizeof before);
    }
    return any;
}

static bool
was_said(const GPtrArray *words, const char *said)
{
    for (unsigned i = 0; i < words->len; i++) {
        if (g_str_equal((const char *)g_ptr_array_index(words, i), said))
            return true;
    }
    return false;
}

static void
try_place(const struct place *place, GArray *findings)
{
    struct finding finding = { .kind = place->kind, .raw = place->raw, .at = place->at, .width = place->width, .factor = 1 };
    GPtrArray *words = g_ptr_array_new();

    for (unsigned i = 0; i < place->series->lines->len; i++) {
        const char *said = ((const struct log_line *)g_ptr_array_index(place->series->lines, i))->said;
        unsigned different;

        finding.checked += place->kind->near[i].count > 0;
        if (!tells_line(place, i, said, &different))
            continue;
        finding.explained++;
        if (words->len >= WORDS_MOST || was_said(words, said))
            continue;
        g_ptr_array_add(words, (void *)said);
        finding.bits += MAX(0, bits_of_said(said) - log2(different));
    }
    finding.distinct = words->len;
    if (finding.explained > 0 && 2 * finding.explained >= finding.checked)
        g_array_append_val(findings, finding);
    g_ptr_array_unref(words);
}

void
display_try_words(const struct display_series *series, const struct reply_kind *kind, GArray *findings, unsigned *tried)
{
    struct place place = { .series = series, .kind = kind };

    for (place.raw = CJT188_K_FIRST_RAW; place.raw < CJT188_K_KINDS; place.raw++) {
        const struct cjt188_raw *raw = cjt188_raw(place.raw);

        if (raw->text == NULL)
            continue;
        for (place.width = raw->least; place.width <= raw->most && place.width <= kind->width; place.width++) {
            for (place.at = 0; place.at + place.width <= kind->width; place.at++, (*tried)++)
                try_place(&place, findings);
        }
    }
}
