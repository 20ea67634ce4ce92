/* explore-text.c
 * tshark -z cjt188,explore[,filter]: prints what the byte explorer found, at the end.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "explore.h"

#include <inttypes.h>

#include <epan/stat_groups.h>
#include <epan/stat_tap_ui.h>
#include <wsutil/report_message.h>

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

static void
print_proposals(const struct explore_group *group, const struct explore_field *field)
{
    char *noise;
    GPtrArray *proposals = explore_propose(group, field, &noise);

    for (unsigned i = 0; i < proposals->len; i++) {
        const struct proposal *proposal = (const struct proposal *)g_ptr_array_index(proposals, i);
        char *row = explore_row(group, proposal);

        printf("        %u. bytes %u to %u, %s: %s; %s (saves %.0f bits)\n           %s\n", proposal->rank, proposal->at,
               proposal->at + proposal->width - 1, proposal->kind, proposal->evidence->str,
               explore_strength_text(proposal->strength), proposal->gain, row);
        g_free(row);
    }
    if (noise != NULL)
        printf("        no proposal for the bytes %s: they vary without an order that was found\n", noise);
    g_free(noise);
    g_ptr_array_unref(proposals);
}

static void
print_group(const struct explore_group *group)
{
    char *title = explore_group_title(group), *frames = explore_group_frames(group);
    char *unkept = explore_unkept_fields(group);

    printf("\n%s\n", title);
    if (group->first_packet == group->last_packet)
        printf("  %s, packet %u; ", frames, group->first_packet);
    else
        printf("  %s, packets %u to %u; ", frames, group->first_packet, group->last_packet);
    printf("%u sample%s kept\n", group->sample_count, group->sample_count == 1 ? "" : "s");
    for (unsigned i = 0; i < group->field_count; i++) {
        print_field(group, &group->fields[i]);
        if (group->fields[i].undocumented)
            print_proposals(group, &group->fields[i]);
    }
    if (unkept != NULL)
        printf("  %s\n", unkept);
    g_free(unkept);
    g_free(frames);
    g_free(title);
}

static int
by_name(const void *a, const void *b)
{
    const struct explore_group *first = *(const struct explore_group *const *)a;
    const struct explore_group *second = *(const struct explore_group *const *)b;

    if (first->di != second->di)
        return (int)first->di - (int)second->di;
    if (first->control != second->control)
        return (int)first->control - (int)second->control;
    return (int)first->first_packet - (int)second->first_packet;
}

static void
print_all(void *data)
{
    const struct explore *explore = (const struct explore *)data;
    GPtrArray *groups = g_ptr_array_new();

    for (unsigned i = 0; i < explore->groups->len; i++)
        g_ptr_array_add(groups, g_ptr_array_index(explore->groups, i));
    g_ptr_array_sort(groups, by_name);
    printf("\n===================================================================\n"
           "CJ/T 188 bytes: offset and width of each field behind SER, and readings of undocumented bytes.\n"
           "A proposal comes with a row for the table \"CJ/T 188 fields\": tshark -o 'uat:cjt188_fields:ROW'\n");
    for (unsigned i = 0; i < groups->len; i++) {
        const struct explore_group *group = (const struct explore_group *)g_ptr_array_index(groups, i);

        if (group->frames > 0 && group->width > 0)
            print_group(group);
    }
    if (explore->unkept_groups > 0)
        printf("\n%" PRIu64 " frames of further kinds were not explored: there are more than %d kinds\n",
               explore->unkept_groups, EXPLORE_GROUPS);
    printf("===================================================================\n");
    g_ptr_array_unref(groups);
}

/* ---- the tap ---- */

static tap_packet_status
add_packet(void *data, packet_info *pinfo, epan_dissect_t *edt _U_, const void *packet, tap_flags_t flags _U_)
{
    explore_add_packet((struct explore *)data, pinfo, (const struct cjt188_tap *)packet);
    return TAP_PACKET_DONT_REDRAW;
}

static void
reset(void *data)
{
    explore_reset((struct explore *)data);
}

static void
finish(void *data)
{
    explore_free((struct explore *)data);
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

static bool
start(const char *argument, void *data _U_)
{
    const char *filter;

    return explore_option_rest(EXPLORE_OPTION, argument, &filter) &&
        explore_listen(explore_new(false), filter, reset, add_packet, print_all, finish);
}

STAT_TAP_INIT(start_explore, start)

void
cjt188_explore_register(void)
{
    static stat_tap_ui ui = { .group = REGISTER_PACKET_STAT_GROUP_UNSORTED, .title = "CJ/T 188 byte explorer",
                              .cli_string = EXPLORE_OPTION, .tap_init_cb = start_explore };

    register_stat_tap_ui(&ui, NULL);
}
