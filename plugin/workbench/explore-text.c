/* explore-text.c
 * tshark -z cjt188,explore[,evidence][,all][,rows][,filter]: prints what the byte explorer found, at the end. Words of a log of
 * the display are for display.c.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "explore.h"

#include <inttypes.h>
#include <math.h>

#include <epan/stat_groups.h>
#include <epan/stat_tap_ui.h>
#include <wsutil/report_message.h>

#include "display.h"
#include "wording.h"

#define EXPLORE_OPTION "cjt188,explore"

/* ---- fields ---- */

static void
print_range(const char *title, uint64_t least, uint64_t most)
{
    if (least == most)
        printf("  %s %" PRIu64, title, least);
    else
        printf("  %s %" PRIu64 "..%" PRIu64, title, least, most);
}

static void
print_numbers(const struct explore_field *field)
{
    if (field->width > 8) {
        printf("  (too wide for a number)");
        return;
    }
    if (field->not_bcd == 0)
        print_range("BCD", field->least_bcd, field->most_bcd);
    else
        printf("  BCD no");
    print_range("low byte first", field->least_low, field->most_low);
    if (field->width > 1)
        print_range("high byte first", field->least_high, field->most_high);
}

static void
print_toggled(const struct explore_group *group, const struct explore_field *field)
{
    printf("  bits toggled");
    for (unsigned i = 0; i < field->width; i++)
        printf(" %02X", group->toggled[field->at + i]);
}

static void
print_field(const struct explore_group *group, const struct explore_field *field)
{
    printf("  %3u %2u  %s (%s): seen %" PRIu64 "  distinct %s%u", field->at, field->width, field->name, field->abbrev,
           field->seen, field->distinct.more ? "more than " : "", field->distinct.used);
    print_numbers(field);
    if (field->first_change != 0) {
        printf("  changes in packets %u..%u", field->first_change, field->last_change);
        print_toggled(group, field);
    } else {
        printf("  never changes within a meter");
    }
    printf("\n");
}

/* ---- proposals ---- */

/* What is printed beside the best reading of each byte. */
struct wanted {
    bool evidence, all, rows;
};

struct explorer {
    struct explore *explore;
    struct wanted wanted;
};

/* "byte 12", "bytes 12 to 15". */
static char *
place_text(const struct proposal *proposal)
{
    return proposal->width == 1 ? g_strdup_printf("byte %u", proposal->at) :
                                  g_strdup_printf("bytes %u to %u", proposal->at, proposal->at + proposal->width - 1);
}

/* "BCD × 0.01 °C", as a row shows it. */
static char *
kind_text(const struct proposal *proposal)
{
    char scale[G_ASCII_DTOSTR_BUF_SIZE], add[G_ASCII_DTOSTR_BUF_SIZE];
    GString *text = g_string_new(proposal->kind);

    if (proposal->scale != 1)
        g_string_append_printf(text, " × %s", g_ascii_formatd(scale, sizeof scale, "%.6g", proposal->scale));
    if (proposal->add != 0)
        g_string_append_printf(text, " %s %s", proposal->add < 0 ? "-" : "+",
                               g_ascii_formatd(add, sizeof add, "%.6g", fabs(proposal->add)));
    if (proposal->unit[0] != '\0')
        g_string_append_printf(text, "%s%s", proposal->scale == 1 && proposal->add == 0 ? ", " : " ", proposal->unit);
    return g_string_free(text, false);
}

/* What else fits the same bytes is marked "or", and is weak whatever it is. */
static void
print_proposal(const struct explore_group *group, const struct proposal *proposal, const struct wanted *wanted)
{
    char *place = place_text(proposal), *kind = kind_text(proposal);
    char *row = explore_row(group, proposal);

    wording_print_line(g_strdup_printf("  %-7s %-16s %s: %s",
                                       proposal->rank > 1 ? "  or" : explore_strength_text(proposal->strength), place,
                                       kind, proposal->brief));
    if (wanted->evidence)
        printf("          %s\n", proposal->evidence->str);
    if (wanted->rows && proposal->has_row)
        printf("          %s\n", row);
    g_free(place);
    g_free(kind);
    g_free(row);
}

/* The best reading of some bytes, and others of these behind it. */
static void
print_strength(const struct explore_group *group, const GPtrArray *proposals, enum proposal_strength strength,
               const struct wanted *wanted)
{
    bool is_of_it = false;

    for (unsigned i = 0; i < proposals->len; i++) {
        const struct proposal *proposal = (const struct proposal *)g_ptr_array_index(proposals, i);

        is_of_it = proposal->rank == 1 ? proposal->strength == strength : is_of_it;
        if (is_of_it && (proposal->rank == 1 || wanted->all))
            print_proposal(group, proposal, wanted);
    }
}

/* Strong ones on top. */
static void
print_proposals(const struct explore_group *group, const struct wanted *wanted)
{
    GPtrArray *proposals[EXPLORE_FIELDS + UINT8_MAX];
    GString *noises = g_string_new(NULL);
    unsigned count = 0, proposed = 0;

    for (unsigned i = 0; i < group->field_count && count < array_length(proposals); i++) {
        char *noise;

        if (!group->fields[i].undocumented)
            continue;
        proposals[count++] = explore_propose(group, &group->fields[i], &noise);
        proposed += proposals[count - 1]->len;
        if (noise != NULL)
            g_string_append_printf(noises, "%s%s", noises->len > 0 ? ", " : "", noise);
        g_free(noise);
    }
    for (int strength = PROPOSAL_STRONG; strength >= PROPOSAL_WEAK; strength--) {
        for (unsigned i = 0; i < count; i++)
            print_strength(group, proposals[i], (enum proposal_strength)strength, wanted);
    }
    if (noises->len > 0)
        printf("  no proposal for %s: no order was found in what varies there\n", noises->str);
    else if (count > 0 && proposed == 0)
        printf("  no proposal: the bytes never differ, and may be anything\n");
    for (unsigned i = 0; i < count; i++)
        g_ptr_array_unref(proposals[i]);
    g_string_free(noises, true);
}

static bool
has_undocumented(const struct explore_group *group)
{
    for (unsigned i = 0; i < group->field_count; i++) {
        if (group->fields[i].undocumented)
            return true;
    }
    return false;
}

static void
print_group(const struct explore_group *group, const struct wanted *wanted)
{
    char *title = explore_group_title(group), *frames = explore_group_frames(group);
    char *unkept = explore_unkept_fields(group);

    printf("\n%s\n", title);
    if (group->first_packet == group->last_packet)
        printf("  %s, packet %u; ", frames, group->first_packet);
    else
        printf("  %s, packets %u to %u; ", frames, group->first_packet, group->last_packet);
    printf("%u sample%s kept\n", group->sample_count, group->sample_count == 1 ? "" : "s");
    for (unsigned i = 0; i < group->field_count && wanted->all; i++)
        print_field(group, &group->fields[i]);
    if (unkept != NULL)
        printf("  %s\n", unkept);
    print_proposals(group, wanted);
    g_free(unkept);
    g_free(frames);
    g_free(title);
}

static GPtrArray *
groups_by_name(const struct explore *explore)
{
    GPtrArray *groups = g_ptr_array_new();

    for (unsigned i = 0; i < explore->groups->len; i++)
        g_ptr_array_add(groups, g_ptr_array_index(explore->groups, i));
    g_ptr_array_sort(groups, explore_by_identifier);
    return groups;
}

static void
print_all(void *data)
{
    const struct explorer *explorer = (const struct explorer *)data;
    GPtrArray *groups = groups_by_name(explorer->explore);
    bool any = false;

    printf("\n===================================================================\n"
           "CJ/T 188: what undocumented bytes may be; places count from the first byte behind SER.\n"
           "strong: nothing else fits; likely: nothing else fits as well; weak: a guess. More with -z cjt188,explore,evidence\n"
           "(why), ,all (what else fits, and every field) and ,rows (for the table \"CJ/T 188 fields\", tshark -o\n"
           "'uat:cjt188_fields:ROW').\n");
    for (unsigned i = 0; i < groups->len; i++) {
        const struct explore_group *group = (const struct explore_group *)g_ptr_array_index(groups, i);

        if (group->frames == 0 || group->width == 0 || !(explorer->wanted.all || has_undocumented(group)))
            continue;
        print_group(group, &explorer->wanted);
        any = true;
    }
    if (!any)
        printf("\nThere are none.\n");
    if (explorer->explore->unkept_groups > 0)
        printf("\n%" PRIu64 " frames of further kinds were not explored: there are more than %d kinds\n",
               explorer->explore->unkept_groups, EXPLORE_GROUPS);
    printf("===================================================================\n");
    g_ptr_array_unref(groups);
}

/* ---- the tap ---- */

static tap_packet_status
add_packet(void *data, packet_info *pinfo, epan_dissect_t *edt _U_, const void *packet, tap_flags_t flags _U_)
{
    explore_add_packet(((struct explorer *)data)->explore, pinfo, (const struct cjt188_tap *)packet);
    return TAP_PACKET_DONT_REDRAW;
}

static void
reset(void *data)
{
    explore_reset(((struct explorer *)data)->explore);
}

static void
finish(void *data)
{
    struct explorer *explorer = (struct explorer *)data;

    explore_free(explorer->explore);
    g_free(explorer);
}

bool
explore_option_rest(const char *option, const char *argument, const char **rest)
{
    const char *behind = argument + strlen(option);

    if (*behind == '\0' || *behind == ',') {
        *rest = *behind == ',' && behind[1] != '\0' ? behind + 1 : NULL;
        return true;
    }
    report_failure("-z %s is not known; there is -z %s.", argument, option);
    return false;
}

bool
explore_listen(void *data, const char *filter, tap_reset_cb reset_all, tap_packet_cb add, tap_draw_cb print,
               tap_finish_cb finish_all)
{
    GString *error = register_tap_listener("cjt188", data, filter, TL_REQUIRES_NOTHING, reset_all, add, print, finish_all);

    if (error == NULL)
        return true;
    report_failure("%s", error->str);
    g_string_free(error, true);
    finish_all(data);
    return false;
}

/* Takes a word off the front of what is left of the argument. */
static bool
take_word(const char **rest, const char *word)
{
    const size_t length = strlen(word);

    if (*rest == NULL || strncmp(*rest, word, length) != 0 || ((*rest)[length] != '\0' && (*rest)[length] != ','))
        return false;
    *rest = (*rest)[length] == ',' && (*rest)[length + 1] != '\0' ? *rest + length + 1 : NULL;
    return true;
}

static bool
start(const char *argument, void *data _U_)
{
    struct wanted wanted = { false, false, false };
    struct explorer *explorer;
    const char *filter;
    bool *taken;

    if (!explore_option_rest(EXPLORE_OPTION, argument, &filter))
        return false;
    do {
        taken = take_word(&filter, "evidence") ? &wanted.evidence : take_word(&filter, "all") ? &wanted.all :
            take_word(&filter, "rows") ? &wanted.rows : NULL;
        if (taken != NULL)
            *taken = true;
    } while (taken != NULL);
    if (display_is_meant(filter))
        return display_start(filter, wanted.rows);
    explorer = g_new0(struct explorer, 1);
    explorer->explore = explore_new(false);
    explorer->wanted = wanted;
    return explore_listen(explorer, filter, reset, add_packet, print_all, finish);
}

STAT_TAP_INIT(start_explore, start)

void
cjt188_explore_register(void)
{
    static stat_tap_ui ui = { .group = REGISTER_PACKET_STAT_GROUP_UNSORTED, .title = "CJ/T 188 byte explorer",
                              .cli_string = EXPLORE_OPTION, .tap_init_cb = start_explore };

    register_stat_tap_ui(&ui, NULL);
}
