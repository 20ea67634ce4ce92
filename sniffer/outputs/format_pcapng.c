/* format_pcapng.c
 * Records as pcapng: see format.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "format.h"
#include "pcapng.h"

#include <sys/utsname.h>

static void
add(GByteArray *block, GByteArray *part)
{
    g_byte_array_append(block, part->data, part->len);
}

/* Who and where, also for one who has the merged captures of many boxes: mergecap keeps the comment of the first file only, and
 * takes lines for the same whose descriptions are. */
static char *
describe(const struct format_line *line, const char *host)
{
    const char *own = line->line.description;

    return g_strdup_printf("%s%s%s%s%s", own != NULL ? own : "", own != NULL ? ": " : "", line->info->description,
                           host != NULL ? ", on " : "", host != NULL ? host : "");
}

static void
header(GByteArray *block, struct format_line *lines, unsigned count, const char *comment)
{
    struct utsname system;
    /* A simulated line is the same on every machine, and so is its capture. */
    const bool known = lines[0].info->timing != TIMING_SIMULATED && uname(&system) == 0;
    char *os = known ? g_strdup_printf("%s %s", system.sysname, system.release) : NULL;
    char *program = g_strdup_printf("%s %s", g_get_prgname(), CJT188_VERSION);
    char *where = known ? g_strdup_printf("Recorded on %s", system.nodename) : NULL;
    const struct pcapng_section section = {
        .comments = { comment, where },
        .hardware = known ? system.machine : NULL,
        .os = os,
        .application = program,
    };
    GByteArray *part = g_byte_array_new();

    pcapng_section(part, &section);
    add(block, part);
    for (unsigned i = 0; i < count; i++) {
        const struct source_info *line = lines[i].info;
        char *description = describe(&lines[i], known ? system.nodename : NULL);
        const struct pcapng_interface interface = {
            .name = format_line_name(&lines[i]),
            .description = description,
            .hardware = line->hardware,
            .filter = lines[i].line.filter,
            .os = os,
            .speed = line->baud,
        };

        pcapng_interface(part, &interface);
        add(block, part);
        g_free(description);
    }
    g_byte_array_unref(part);
    g_free(where);
    g_free(program);
    g_free(os);
}

static void
record(GByteArray *block, const struct record *record, const struct format_line *lines, unsigned line,
       unsigned count G_GNUC_UNUSED)
{
    char *comment = format_comment(record, &lines[line]);
    const struct pcapng_packet packet = {
        .interface = line,
        .time_ns = record->time_ns,
        .bytes = record->bytes,
        .length = record->length,
        .flags = record_flags(record),
        .dropped = lines[line].missing,
        .comment = comment,
    };

    pcapng_packet(block, &packet);
    g_free(comment);
}

static void
totals(GByteArray *block, const struct format_line *lines, unsigned line, int64_t start_ns, int64_t end_ns)
{
    const bool simulated = lines[line].info->timing == TIMING_SIMULATED;
    const struct pcapng_statistics statistics = {
        .interface = line,
        .start_ns = simulated ? lines[line].first_ns : start_ns,
        .end_ns = simulated ? lines[line].last_ns : end_ns,
        .received = lines[line].records,
        .dropped = lines[line].missing_ever + lines[line].missing,
    };

    pcapng_statistics(block, &statistics);
}

const struct format format_pcapng = { header, record, totals };
