/* marks.c
 * tshark -z cjt188,marks: the tap's marks as labels, and which bits changed at them and nowhere else.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Somebody has turned a valve and marked it. Of each meter and kind of frame, the first frame behind a mark is compared with
 * the last one before it; every other frame says which bits change anyway. Marks of one text are a class: a bit that becomes 1 at each
 * "opened" and 0 at each "closed" says what it is.
 */
#include "marks.h"

#include "explore.h"
#include "wording.h"

#include <epan/stat_groups.h>
#include <epan/stat_tap_ui.h>
#include <wsutil/report_message.h>

#define MARKS_OPTION "cjt188,marks"

enum { MARKS = 256, CLASSES = 32, CHAINS = 512 };

struct mark_class {
    char *text;
    unsigned count;            /* marks */
};

/* The first frame behind a mark: its data, and which bits are others than before. */
struct step {
    unsigned class;
    uint8_t *data, *changed;
};

/* Frames of one kind from one meter, or to it. */
struct chain {
    struct wording_kind is;
    uint32_t meter;
    char *number;
    char **field;
    unsigned frames, marks_before; /* `marks_before`: that were known with the last frame */
    uint8_t *last;
    uint8_t *elsewhere;        /* bits that changed with no mark before */
    GArray *steps;             /* struct step */
};

struct marks {
    GArray *classes;           /* struct mark_class */
    unsigned count, more;      /* marks; of them those beyond MARKS and of classes beyond CLASSES */
    unsigned newest;           /* class of the last one, or CLASSES: it is beyond them */
    unsigned before_newest;    /* so many marks were there before those of one class that came last */
    GHashTable *index;
    GPtrArray *chains;
    unsigned more_chains;      /* frames of chains beyond CHAINS */
};

/* ---- marks ---- */

bool
cjt188_is_mark(const char *comment, unsigned *number, const char **text)
{
    const char *behind = comment + strlen("Mark ");
    char *end;

    if (!g_str_has_prefix(comment, "Mark ") || !g_ascii_isdigit(*behind))
        return false;
    *number = (unsigned)strtoul(behind, &end, 10);
    *text = end + strspn(end, ": ");
    return *end == '\0' || *end == ':' || g_ascii_isspace(*end);
}

static void
free_class(void *data)
{
    g_free(((struct mark_class *)data)->text);
}

/* The class of a text; CLASSES: there are too many, or too many marks. */
static unsigned
class_of(struct marks *marks, const char *text)
{
    struct mark_class class = { .text = g_strstrip(g_strdup(text)) };
    unsigned which = 0;

    while (which < marks->classes->len &&
           !g_str_equal(g_array_index(marks->classes, struct mark_class, which).text, class.text))
        which++;
    if (marks->count - marks->more >= MARKS || which >= CLASSES)
        which = CLASSES;
    if (which == marks->classes->len && which < CLASSES)
        g_array_append_val(marks->classes, class);
    else
        g_free(class.text);
    return which;
}

static void
note_comment(struct marks *marks, const char *comment)
{
    const char *text;
    unsigned number, which;

    if (!cjt188_is_mark(comment, &number, &text))
        return;
    which = class_of(marks, text);
    if (which < CLASSES)
        g_array_index(marks->classes, struct mark_class, which).count++;
    else
        marks->more++;
    if (which != marks->newest)
        marks->before_newest = marks->count;
    marks->newest = which;
    marks->count++;
}

/* ---- frames ---- */

static unsigned
chain_hash(const void *data)
{
    const struct chain *chain = (const struct chain *)data;

    return wording_hash(&chain->is) ^ chain->meter * 0x9E3779B9u;
}

static int
chain_equal(const void *a, const void *b)
{
    const struct chain *one = (const struct chain *)a, *other = (const struct chain *)b;

    return one->meter == other->meter && wording_compare(&one->is, &other->is) == 0;
}

static void
free_step(void *data)
{
    g_free(((struct step *)data)->data);
    g_free(((struct step *)data)->changed);
}

static void
free_chain(void *data)
{
    struct chain *chain = (struct chain *)data;

    wording_free_names(chain->field, chain->is.width);
    g_array_unref(chain->steps);
    g_free(chain->number);
    g_free(chain->last);
    g_free(chain->elsewhere);
    g_free(chain);
}

static struct chain *
chain_of(struct marks *marks, const struct cjt188_seen *seen)
{
    const struct chain key = { .is = wording_kind_of(seen), .meter = seen->meter->id };
    struct chain *chain = (struct chain *)g_hash_table_lookup(marks->index, &key);
    char number[CJT188_TEXT_MAX];

    if (chain != NULL)
        return chain;
    if (marks->chains->len >= CHAINS) {
        marks->more_chains++;
        return NULL;
    }
    chain = g_new(struct chain, 1);
    *chain = key;
    cjt188_number_text(seen->meter->number, cjt188_number_is_high_first(seen->meter->number), number, sizeof number);
    chain->number = g_strdup(number);
    chain->field = wording_names(seen, chain->is.width);
    chain->last = (uint8_t *)g_malloc0(MAX(chain->is.width, 1));
    chain->elsewhere = (uint8_t *)g_malloc0(MAX(chain->is.width, 1));
    chain->steps = g_array_new(false, true, sizeof(struct step));
    g_array_set_clear_func(chain->steps, free_step);
    g_ptr_array_add(marks->chains, chain);
    g_hash_table_insert(marks->index, chain, chain);
    return chain;
}

static void
add_step(const struct marks *marks, struct chain *chain, const uint8_t *data)
{
    struct step step = { .class = marks->newest, .data = (uint8_t *)g_memdup2(data, chain->is.width) };

    step.changed = (uint8_t *)g_malloc0(chain->is.width);
    for (unsigned i = 0; i < chain->is.width; i++)
        step.changed[i] = data[i] ^ chain->last[i];
    g_array_append_val(chain->steps, step);
}

static void
add_frame(struct marks *marks, const struct cjt188_seen *seen)
{
    struct chain *chain = seen->meter != NULL && !seen->meter->is_wildcard ? chain_of(marks, seen) : NULL;
    const uint8_t *data = seen->frame->bytes + seen->frame->data;

    if (chain == NULL || chain->is.width == 0)
        return;
    /* Behind marks of several texts, or of none that is kept, nobody knows which of them it was. */
    if (chain->frames > 0 && marks->count > chain->marks_before && marks->before_newest <= chain->marks_before &&
        marks->newest < CLASSES)
        add_step(marks, chain, data);
    for (unsigned i = 0; chain->frames > 0 && marks->count == chain->marks_before && i < chain->is.width; i++)
        chain->elsewhere[i] |= data[i] ^ chain->last[i];
    memcpy(chain->last, data, chain->is.width);
    chain->marks_before = marks->count;
    chain->frames++;
}

static tap_packet_status
add_packet(void *data, packet_info *pinfo _U_, epan_dissect_t *edt _U_, const void *packet, tap_flags_t flags _U_)
{
    const struct cjt188_tap *record = (const struct cjt188_tap *)packet;

    for (unsigned i = 0; i < record->comment_count; i++)
        note_comment((struct marks *)data, record->comment[i]);
    for (const struct cjt188_seen *seen = record->first; seen != NULL; seen = seen->next) {
        if (wording_has_kind(seen))
            add_frame((struct marks *)data, seen);
    }
    return TAP_PACKET_DONT_REDRAW;
}

/* ---- what a bit does at a class of marks ---- */

struct bit_at {
    unsigned marks, ones, zeros; /* frames behind a mark; in how many of them the bit became 1, and 0 */
};

static struct bit_at
look_at(const struct chain *chain, unsigned class, unsigned at, uint8_t bit)
{
    struct bit_at found = { 0 };

    for (unsigned i = 0; i < chain->steps->len; i++) {
        const struct step *step = &g_array_index(chain->steps, struct step, i);

        if (step->class != class)
            continue;
        found.marks++;
        if ((step->changed[at] & bit) != 0)
            *((step->data[at] & bit) != 0 ? &found.ones : &found.zeros) += 1;
    }
    return found;
}

static const char *
class_text(const struct marks *marks, unsigned class)
{
    const char *text = g_array_index(marks->classes, struct mark_class, class).text;

    return text[0] != '\0' ? text : "a mark without text";
}

/* Did the bit become the same at two marks of a class or more, and at each of them? */
static bool
is_repeated(const struct marks *marks, const struct chain *chain, unsigned at, uint8_t bit)
{
    for (unsigned class = 0; class < marks->classes->len; class++) {
        const struct bit_at found = look_at(chain, class, at, bit);

        if (found.marks > 1 && (found.ones == found.marks || found.zeros == found.marks))
            return true;
    }
    return false;
}

/* Bits that did what no mark explains are not asked. In a byte of which others do so a bit is a digit of a counter, or of a
 * clock, that happens to be due, unless it comes again. */
static uint8_t
bits_at_marks(const struct marks *marks, const struct chain *chain, unsigned at)
{
    uint8_t bits = 0, repeated = 0;

    for (unsigned i = 0; i < chain->steps->len; i++)
        bits |= g_array_index(chain->steps, struct step, i).changed[at];
    bits &= (uint8_t)~chain->elsewhere[at];
    if (chain->elsewhere[at] == 0)
        return bits;
    for (unsigned bit = 0; bit < 8; bit++) {
        if ((bits >> bit & 1) != 0 && is_repeated(marks, chain, at, (uint8_t)(1 << bit)))
            repeated |= (uint8_t)(1 << bit);
    }
    return repeated;
}

static void
print_bit(const struct marks *marks, const struct chain *chain, unsigned at, unsigned bit)
{
    for (unsigned class = 0; class < marks->classes->len; class++) {
        const struct bit_at found = look_at(chain, class, at, (uint8_t)(1 << bit));

        if (found.ones + found.zeros == 0)
            continue;
        printf("      byte %3u bit %u %s at %u of %u: ", at, bit,
               found.zeros == 0 ? "becomes 1" : found.ones == 0 ? "becomes 0" : "changes  ", found.ones + found.zeros,
               found.marks);
        wording_print(class_text(marks, class), 40);
        if (chain->field[at] != NULL) {
            printf("  (");
            wording_print(chain->field[at], 30);
            printf(")");
        }
        printf("\n");
    }
}

static bool
has_bits(const struct marks *marks, const struct chain *chain)
{
    for (unsigned i = 0; i < chain->is.width; i++) {
        if (bits_at_marks(marks, chain, i) != 0)
            return true;
    }
    return false;
}

static void
print_chain(const struct marks *marks, const struct chain *chain)
{
    printf("    meter %s: %u frame%s, %u the first behind a mark\n", chain->number, chain->frames,
           chain->frames == 1 ? "" : "s", chain->steps->len);
    for (unsigned i = 0; i < chain->is.width; i++) {
        const uint8_t bits = bits_at_marks(marks, chain, i);

        for (unsigned bit = 0; bit < 8; bit++) {
            if ((bits >> bit & 1) != 0)
                print_bit(marks, chain, i, bit);
        }
    }
}

/* ---- all of it ---- */

static int
by_kind(const void *a, const void *b)
{
    const struct chain *one = *(const struct chain *const *)a, *other = *(const struct chain *const *)b;
    const int order = wording_compare(&one->is, &other->is);

    return order != 0 ? order : one->meter < other->meter ? -1 : one->meter > other->meter;
}

static void
print_chains(const struct marks *marks)
{
    const struct chain *before = NULL;

    for (unsigned i = 0; i < marks->chains->len; i++) {
        const struct chain *chain = (const struct chain *)g_ptr_array_index(marks->chains, i);

        if (!has_bits(marks, chain))
            continue;
        if (before == NULL || wording_compare(&before->is, &chain->is) != 0)
            wording_print_title(&chain->is);
        print_chain(marks, chain);
        before = chain;
    }
    if (before == NULL)
        printf("\nNo bit has changed at a mark and nowhere else.\n");
}

static void
print_all(void *data)
{
    struct marks *marks = (struct marks *)data;

    printf("\n===================================================================\n"
           "CJ/T 188 marks: bits behind SER that have changed at a mark of the tap and nowhere else.\n");
    for (unsigned i = 0; i < marks->classes->len; i++) {
        printf("  %3u x ", g_array_index(marks->classes, struct mark_class, i).count);
        wording_print(class_text(marks, i), WORDING_COLUMNS - 8);
        printf("\n");
    }
    if (marks->count == 0)
        printf("  no packet has a mark\n");
    g_ptr_array_sort(marks->chains, by_kind);
    if (marks->count > 0)
        print_chains(marks);
    if (marks->more > 0)
        printf("\n%u more marks were not looked at: there are more than %d, or more than %d texts\n", marks->more, MARKS,
               CLASSES);
    if (marks->more_chains > 0)
        printf("\n%u frames of further meters and kinds were not looked at\n", marks->more_chains);
    printf("===================================================================\n");
}

/* ---- the tap ---- */

static void
reset(void *data)
{
    struct marks *marks = (struct marks *)data;

    g_hash_table_remove_all(marks->index);
    g_ptr_array_set_size(marks->chains, 0);
    g_array_set_size(marks->classes, 0);
    marks->count = marks->more = marks->newest = marks->before_newest = marks->more_chains = 0;
}

static void
finish(void *data)
{
    struct marks *marks = (struct marks *)data;

    g_hash_table_destroy(marks->index);
    g_ptr_array_unref(marks->chains);
    g_array_unref(marks->classes);
    g_free(marks);
}

/* No filter: it would leave out the packets that the marks stand on. */
static bool
start(const char *argument, void *data _U_)
{
    struct marks *marks;
    const char *rest;

    if (!explore_option_rest(MARKS_OPTION, argument, &rest))
        return false;
    if (rest != NULL) {
        report_failure("-z " MARKS_OPTION " takes no filter: it would leave out packets that marks stand on.");
        return false;
    }
    marks = g_new0(struct marks, 1);
    marks->index = g_hash_table_new(chain_hash, chain_equal);
    marks->chains = g_ptr_array_new_with_free_func(free_chain);
    marks->classes = g_array_new(false, true, sizeof(struct mark_class));
    g_array_set_clear_func(marks->classes, free_class);
    return explore_listen(marks, NULL, reset, add_packet, print_all, finish);
}

STAT_TAP_INIT(start_marks, start)

void
cjt188_marks_register(void)
{
    static stat_tap_ui ui = { .group = REGISTER_PACKET_STAT_GROUP_UNSORTED, .title = "CJ/T 188 marks",
                              .cli_string = MARKS_OPTION, .tap_init_cb = start_marks };

    register_stat_tap_ui(&ui, NULL);
}
