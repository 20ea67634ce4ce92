/* compare.c
 * tshark -z cjt188,compare,FILTER1,FILTER2: what differs between two sets of frames, by byte and bit.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Two meters, two spans of time, two captures merged into one: a display filter says which frames are A, another which are B.
 * Of each kind of frame and each byte behind SER the values are remembered that it had in A and in B, and nothing else.
 */
#include "compare.h"

#include <inttypes.h>

#include "explore.h"
#include "wording.h"

#include <epan/stat_groups.h>
#include <epan/stat_tap_ui.h>
#include <wsutil/report_message.h>

#define COMPARE_OPTION "cjt188,compare"

enum { SIDES = 2, KINDS = 256 };

/* What a byte was, in all frames of one side. */
struct byte {
    uint8_t ones, zeros;       /* bits that were ever 1, ever 0 */
    uint64_t values[4];        /* a bit for each value it had */
};

struct kind {
    struct wording_kind is;    /* first: what it is found by */
    char **field;              /* of each byte its name, as the first frame has it */
    uint64_t frames[SIDES];
    struct byte *bytes[SIDES];
};

struct compare {
    char *filter[SIDES];
    GHashTable *index;
    GPtrArray *kinds;          /* struct kind */
    uint64_t unkept;           /* frames of kinds beyond KINDS */
    unsigned listeners;
    struct side {
        struct compare *compare;
        unsigned number;
    } side[SIDES];
};

/* ---- taking in ---- */

static unsigned
kind_hash(const void *data)
{
    return wording_hash(&((const struct kind *)data)->is);
}

static int
kind_equal(const void *a, const void *b)
{
    return wording_compare(&((const struct kind *)a)->is, &((const struct kind *)b)->is) == 0;
}

static void
free_kind(void *data)
{
    struct kind *kind = (struct kind *)data;

    wording_free_names(kind->field, kind->is.width);
    for (unsigned side = 0; side < SIDES; side++)
        g_free(kind->bytes[side]);
    g_free(kind);
}

static struct kind *
kind_of(struct compare *compare, const struct cjt188_seen *seen)
{
    const struct kind key = { .is = wording_kind_of(seen) };
    struct kind *kind = (struct kind *)g_hash_table_lookup(compare->index, &key);

    if (kind != NULL)
        return kind;
    if (compare->kinds->len >= KINDS) {
        compare->unkept++;
        return NULL;
    }
    kind = g_new(struct kind, 1);
    *kind = key;
    kind->field = wording_names(seen, kind->is.width);
    for (unsigned side = 0; side < SIDES; side++)
        kind->bytes[side] = g_new0(struct byte, MAX(kind->is.width, 1));
    g_ptr_array_add(compare->kinds, kind);
    g_hash_table_insert(compare->index, kind, kind);
    return kind;
}

static void
add_frame(struct side *side, const struct cjt188_seen *seen)
{
    struct kind *kind = kind_of(side->compare, seen);
    const uint8_t *data = seen->frame->bytes + seen->frame->data;

    if (kind == NULL)
        return;
    kind->frames[side->number]++;
    for (unsigned i = 0; i < kind->is.width; i++) {
        struct byte *byte = &kind->bytes[side->number][i];

        byte->ones |= data[i];
        byte->zeros |= (uint8_t)~data[i];
        byte->values[data[i] / 64] |= UINT64_C(1) << data[i] % 64;
    }
}

static tap_packet_status
add_packet(void *data, packet_info *pinfo _U_, epan_dissect_t *edt _U_, const void *packet, tap_flags_t flags _U_)
{
    for (const struct cjt188_seen *seen = ((const struct cjt188_tap *)packet)->first; seen != NULL; seen = seen->next) {
        if (wording_has_kind(seen))
            add_frame((struct side *)data, seen);
    }
    return TAP_PACKET_DONT_REDRAW;
}

/* ---- a byte ---- */

static bool
has_value(const struct byte *byte, unsigned value)
{
    return (byte->values[value / 64] >> value % 64 & 1) != 0;
}

static bool
is_constant(const struct byte *byte)
{
    return (byte->ones & byte->zeros) == 0;
}

static bool
have_common_value(const struct byte *one, const struct byte *other)
{
    for (unsigned i = 0; i < 4; i++) {
        if ((one->values[i] & other->values[i]) != 0)
            return true;
    }
    return false;
}

/* "always 03", "00 04 07", "17 values, 00 to F3" */
static void
values_text(const struct byte *byte, char *text, size_t size)
{
    enum { LISTED = 5 };
    unsigned count = 0, least = 0, most = 0;
    size_t length = 0;

    for (unsigned value = 0; value <= UINT8_MAX; value++) {
        if (!has_value(byte, value))
            continue;
        least = count++ == 0 ? value : least;
        most = value;
    }
    if (count > LISTED) {
        snprintf(text, size, "%u values, %02X to %02X", count, least, most);
        return;
    }
    text[0] = '\0';
    if (count == 1)
        length = (size_t)snprintf(text, size, "always ");
    for (unsigned value = least; value <= most; value++) {
        if (has_value(byte, value))
            length += (size_t)snprintf(text + length, size - length, "%s%02X", value > least ? " " : "", value);
    }
}

/* What each bit tells, high bit first. */
static void
bits_text(const struct byte *a, const struct byte *b, char text[9])
{
    for (unsigned i = 0; i < 8; i++) {
        const uint8_t bit = (uint8_t)(0x80 >> i);
        const bool varies_a = (a->ones & a->zeros & bit) != 0, varies_b = (b->ones & b->zeros & bit) != 0;

        text[i] = varies_a && varies_b ? '.' : varies_a ? 'a' : varies_b ? 'b' : ((a->ones ^ b->ones) & bit) != 0 ? '#' : '.';
    }
    text[8] = '\0';
}

/* By whether it is constant in A, in B, and whether no value is in both. */
static const char *const what_differs[2][2][2] = {
    { { "some bits", "no value in common" }, { "constant in B", "constant in B, not A's" } },
    { { "constant in A", "constant in A, not B's" }, { "", "another constant" } },
};

/* Returns false where nothing differs. */
static bool
print_byte(const struct kind *kind, unsigned at)
{
    enum { BEHIND = 86 };
    const struct byte *a = &kind->bytes[0][at], *b = &kind->bytes[1][at];
    const bool is_apart = !have_common_value(a, b);
    char values[SIDES][40], bits[9];

    bits_text(a, b, bits);
    if (!is_apart && strspn(bits, ".") == 8)
        return false;
    values_text(a, values[0], sizeof values[0]);
    values_text(b, values[1], sizeof values[1]);
    printf("  %4u  %-22s  %-22s  %s  %-22s  ", at, values[0], values[1], bits,
           what_differs[is_constant(a)][is_constant(b)][is_apart]);
    if (kind->field[at] != NULL)
        wording_print(kind->field[at], WORDING_COLUMNS - BEHIND - 6);
    printf("\n");
    return true;
}

/* ---- kinds of frames ---- */

static int
by_name(const void *a, const void *b)
{
    return wording_compare(&(*(const struct kind *const *)a)->is, &(*(const struct kind *const *)b)->is);
}

static void
print_sums(const struct kind *kind, unsigned differing)
{
    unsigned constant = 0;

    for (unsigned i = 0; i < kind->is.width; i++)
        constant += is_constant(&kind->bytes[0][i]) && is_constant(&kind->bytes[1][i]) &&
            kind->bytes[0][i].ones == kind->bytes[1][i].ones;
    printf("  %u of %u byte%s differ%s; the same constant in A and B: %u, the same bits change in both: %u\n", differing,
           kind->is.width, kind->is.width == 1 ? "" : "s", kind->is.width == 1 ? "s" : "", constant,
           kind->is.width - differing - constant);
}

static void
print_kind(const struct kind *kind)
{
    unsigned differing = 0;

    wording_print_title(&kind->is);
    if (kind->frames[0] == 0 || kind->frames[1] == 0) {
        printf("  only in %c: %" PRIu64 " frame%s\n", kind->frames[0] > 0 ? 'A' : 'B', kind->frames[0] + kind->frames[1],
               kind->frames[0] + kind->frames[1] == 1 ? "" : "s");
        return;
    }
    printf("  %" PRIu64 " frame%s in A, %" PRIu64 " in B\n", kind->frames[0], kind->frames[0] == 1 ? "" : "s", kind->frames[1]);
    if (kind->is.width == 0) {
        printf("  nothing follows the sequence number\n");
        return;
    }
    if (kind->frames[0] == 1 || kind->frames[1] == 1)
        printf("  one frame in %s: that a byte is constant there says nothing\n",
               kind->frames[1] > 1 ? "A" : kind->frames[0] > 1 ? "B" : "each");
    printf("  %4s  %-22s  %-22s  %s  %-22s  %s\n", "byte", "in A", "in B", "76543210", "what", "field");
    for (unsigned i = 0; i < kind->is.width; i++)
        differing += print_byte(kind, i);
    print_sums(kind, differing);
}

static void
print_all(void *data)
{
    const struct compare *compare = ((const struct side *)data)->compare;

    printf("\n===================================================================\n"
           "CJ/T 188 compare: bytes behind SER in which the frames of two filters differ.\n"
           "Bits: # is another constant, a changes in A only, b changes in B only, . is alike.\n");
    for (unsigned side = 0; side < SIDES; side++) {
        printf("%c: ", 'A' + (int)side);
        wording_print(compare->filter[side], WORDING_COLUMNS - 3);
        printf("\n");
    }
    g_ptr_array_sort(compare->kinds, by_name);
    for (unsigned i = 0; i < compare->kinds->len; i++)
        print_kind((const struct kind *)g_ptr_array_index(compare->kinds, i));
    if (compare->kinds->len == 0)
        printf("\nNeither filter has let a frame through.\n");
    if (compare->unkept > 0)
        printf("\n%" PRIu64 " frames of further kinds were not compared: there are more than %d kinds\n",
               compare->unkept, KINDS);
    printf("===================================================================\n");
}

/* ---- the option ---- */

/* Behind the quoted text that begins here. In r"…" a backslash is one. */
static const char *
behind_quotes(const char *at, bool is_raw)
{
    const char quote = *at++;

    while (*at != '\0' && *at != quote)
        at += *at == '\\' && !is_raw && at[1] != '\0' ? 2 : 1;
    return *at != '\0' ? at + 1 : at;
}

/* The one comma outside quotes, braces, brackets and parentheses; NULL: there is none, or there are several. */
static const char *
comma_of(const char *filters)
{
    const char *comma = NULL;
    int depth = 0;

    for (const char *at = filters; *at != '\0';) {
        if (*at == '"' || *at == '\'') {
            at = behind_quotes(at, at > filters && (at[-1] == 'r' || at[-1] == 'R'));
            continue;
        }
        depth += strchr("{[(", *at) != NULL ? 1 : strchr("}])", *at) != NULL ? -1 : 0;
        if (*at == ',' && depth == 0) {
            if (comma != NULL)
                return NULL;
            comma = at;
        }
        at++;
    }
    return comma;
}

static bool
split_filters(const char *argument, char *filter[SIDES])
{
    const char *rest = argument + strlen(COMPARE_OPTION);
    const char *comma;

    if (*rest != ',' && *rest != '\0') {
        report_failure("-z %s is not known; there is -z " COMPARE_OPTION ",FILTER1,FILTER2.", argument);
        return false;
    }
    rest += *rest == ',';
    comma = comma_of(rest);
    filter[0] = comma != NULL ? g_strstrip(g_strndup(rest, (size_t)(comma - rest))) : g_strdup("");
    filter[1] = comma != NULL ? g_strstrip(g_strdup(comma + 1)) : g_strdup("");
    if (filter[0][0] != '\0' && filter[1][0] != '\0')
        return true;
    report_failure("-z " COMPARE_OPTION " needs two display filters with one comma between them, and no other comma outside "
                   "quotes and brackets: -z '" COMPARE_OPTION ",FILTER1,FILTER2'.");
    for (unsigned side = 0; side < SIDES; side++)
        g_free(filter[side]);
    return false;
}

/* ---- the tap: a listener a side, of which the first prints ---- */

static void
reset(void *data)
{
    struct compare *compare = ((struct side *)data)->compare;

    g_hash_table_remove_all(compare->index);
    g_ptr_array_set_size(compare->kinds, 0);
    compare->unkept = 0;
}

static void
finish(void *data)
{
    struct compare *compare = ((struct side *)data)->compare;

    if (--compare->listeners > 0)
        return;
    g_hash_table_destroy(compare->index);
    g_ptr_array_unref(compare->kinds);
    for (unsigned side = 0; side < SIDES; side++)
        g_free(compare->filter[side]);
    g_free(compare);
}

static bool
start(const char *argument, void *data _U_)
{
    char *filter[SIDES];
    struct compare *compare;

    if (!split_filters(argument, filter))
        return false;
    compare = g_new0(struct compare, 1);
    compare->index = g_hash_table_new(kind_hash, kind_equal);
    compare->kinds = g_ptr_array_new_with_free_func(free_kind);
    for (unsigned side = 0; side < SIDES; side++) {
        compare->filter[side] = filter[side];
        compare->side[side] = (struct side){ compare, side };
    }
    compare->listeners = 1;
    if (!explore_listen(&compare->side[0], filter[0], reset, add_packet, print_all, finish))
        return false;
    compare->listeners = 2;
    return explore_listen(&compare->side[1], filter[1], NULL, add_packet, NULL, finish);
}

STAT_TAP_INIT(start_compare, start)

void
cjt188_compare_register(void)
{
    static stat_tap_ui ui = { .group = REGISTER_PACKET_STAT_GROUP_UNSORTED, .title = "CJ/T 188 compare",
                              .cli_string = COMPARE_OPTION, .tap_init_cb = start_compare };

    register_stat_tap_ui(&ui, NULL);
}
