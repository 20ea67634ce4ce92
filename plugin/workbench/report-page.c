/* report-page.c
 * The page of a report: one HTML file that needs no network, no script and nothing beside it.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "report.h"

#include <inttypes.h>
#include <math.h>

#include "mask.h"
#include "report-style.h"

enum { PAGE_MOST = 24 << 20, GROUPS_DRAWN = 32, PLOTS_OF_RUN = 12, PLOTS = 96 };

/* What is needed at every place of the page. */
struct writer {
    const struct report *report;
    struct page page;
    struct chart_time time;
    unsigned plots;
};

static const char *
plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

/* ---- the head ---- */

/* What was taken for a meter before its line turned out to be another one's second wire is none. */
static bool
is_heard(const struct report_meter *meter)
{
    return meter->requests + meter->replies > 0 || meter->counter[REPORT_ENERGY].readings + meter->counter[REPORT_VOLUME].readings > 0;
}

static void
write_title(struct writer *writer)
{
    const struct report *report = writer->report;
    unsigned meters = 0;

    for (unsigned i = 0; i < report->meters->len; i++) {
        const struct report_meter *meter = (const struct report_meter *)g_ptr_array_index(report->meters, i);

        meters += !meter->is_wildcard && is_heard(meter);
    }
    page_format(&writer->page, "%u meter%s on %u line%s", meters, plural(meters), report->lines->len,
                plural(report->lines->len));
}

static void
write_span(struct writer *writer)
{
    const struct report *report = writer->report;
    const double span = report->to - report->from, from = report->from;
    const struct chart_time days = { .from = 0, .to = 1e9 }, relative = { .from = from, .is_relative = true };
    char text[CHART_TIME_MAX];

    if (!report->has_time)
        return;
    if (report->is_packets) {
        page_put(&writer->page, "No packet has a time, so packet numbers stand for it · ");
        return;
    }
    if (!writer->time.is_relative) {
        page_put(&writer->page, chart_time_text(&days, from, text));
        page_put(&writer->page, " to ");
        page_put(&writer->page, chart_time_text(&days, report->to, text));
        page_put(&writer->page, " · ");
    }
    if (span > 0)
        page_put(&writer->page, chart_time_text(&relative, report->to, text) + 1);
    if (span > 0)
        page_put(&writer->page, " · ");
}

static void
write_head(struct writer *writer)
{
    const struct report *report = writer->report;
    struct page *page = &writer->page;

    page_put(page, REPORT_BEGINS);
    write_title(writer);
    page_format(page, "</title><style>%s</style></head><body>\n<h1>", report_style);
    write_title(writer);
    page_put(page, "</h1>\n<p class=lead>");
    write_span(writer);
    page_format(page, "%" PRIu64 " frame%s in %" PRIu64 " packet%s</p>\n", report->frames, plural(report->frames),
                report->packets, plural(report->packets));
    if (report->other_clock > 0)
        page_format(page, "<p class=note>%" PRIu64 " packet%s %s left out of the charts: %s.</p>\n", report->other_clock,
                    plural(report->other_clock), report->other_clock == 1 ? "is" : "are",
                    report->is_packets ? "it has a time, and the first packet has none" : "no time is known of it");
}

/* ---- the summary ---- */

static const char *
energy_name(const struct report_meter *meter)
{
    return meter->energy == CJT188_COOLING ? "cooling" : meter->energy == CJT188_ELECTRIC ? "electric" : "";
}

static void
write_number_cell(struct page *page, double value, int decimals, const char *unit)
{
    char number[PAGE_NUMBER_MAX];

    page_format(page, "<td class=n>%s %s</td>", page_number(number, value, decimals), unit);
}

static void
write_counter(struct page *page, const struct report_counter *counter, const char *unit, bool has_several)
{
    if (counter->readings == 0) {
        page_put(page, "<td></td><td></td><td></td>");
        return;
    }
    if (has_several) {
        page_put(page, "<td></td><td></td><td class=n>several manufacturer codes, perhaps several meters</td>");
        return;
    }
    write_number_cell(page, counter->first, counter->decimals, unit);
    write_number_cell(page, counter->last, counter->decimals, unit);
    if (counter->readings == 1) {
        page_put(page, "<td class=n>one reading</td>");
        return;
    }
    write_number_cell(page, counter->gained, counter->decimals, unit);
    if (counter->backwards > 0) {
        g_string_truncate(page->text, page->text->len - strlen("</td>"));
        page_format(page, "<small>ran back %u time%s</small></td>", counter->backwards, plural(counter->backwards));
    }
}

/* One reading alone is no curve: it is in the table. */
static bool
has_curves(const struct report_meter *meter)
{
    return meter->counter[REPORT_ENERGY].readings > 1 || meter->counter[REPORT_VOLUME].readings > 1;
}

static void
write_name_cell(struct page *page, const struct report_meter *meter)
{
    page_put(page, meter->name != NULL ? "<td class=name>" : "<td class=\"name number\">");
    if (meter->is_drawn && has_curves(meter))
        page_format(page, "<a href=\"#m%u\">", meter->id);
    page_text(page, meter->name != NULL ? meter->name : meter->number);
    if (meter->is_drawn && has_curves(meter))
        page_put(page, "</a>");
    if (meter->name != NULL) {
        page_put(page, "<small>");
        page_text(page, meter->number);
        page_put(page, "</small>");
    }
    page_put(page, "</td>");
}

static void
write_meter_row(struct writer *writer, const struct report_meter *meter)
{
    struct page *page = &writer->page;

    page_put(page, "<tr>");
    write_name_cell(page, meter);
    page_format(page, "<td class=n>%" PRIu64 "</td><td class=\"n%s\">%" PRIu64 "</td>", meter->replies,
                meter->unanswered > 0 ? " bad" : "", meter->unanswered);
    write_counter(page, &meter->counter[REPORT_ENERGY], "kWh", meter->has_several);
    write_counter(page, &meter->counter[REPORT_VOLUME], "m³", meter->has_several);
    page_format(page, "<td class=%s>", meter->faults != NULL ? "bad" : "none");
    page_text(page, meter->faults != NULL ? meter->faults : "");
    page_put(page, "</td></tr>\n");
}

static void
write_summary(struct writer *writer)
{
    const struct report *report = writer->report;
    struct page *page = &writer->page;

    page_put(page, "<div class=wide><table class=summary><thead><tr><th>Meter</th><th class=n>Replies</th>"
                   "<th class=n>Unanswered</th><th class=n>Energy, first</th><th class=n>last</th><th class=n>gained</th>"
                   "<th class=n>Volume, first</th><th class=n>last</th><th class=n>gained</th><th>Faults</th></tr></thead>"
                   "<tbody>\n");
    for (unsigned i = 0; i < report->meters->len; i++) {
        const struct report_meter *meter = (const struct report_meter *)g_ptr_array_index(report->meters, i);

        if (is_heard(meter))
            write_meter_row(writer, meter);
    }
    page_put(page, "</tbody></table></div>\n");
    if (report->more_meters > 0)
        page_format(page, "<p class=note>There are more meters than %u; %" PRIu64 " of their frames are not here.</p>\n",
                    REPORT_METERS, report->more_meters);
}

static void
write_marks(struct writer *writer)
{
    const struct report *report = writer->report;
    struct page *page = &writer->page;
    char when[CHART_TIME_MAX];

    if (report->marks->len == 0)
        return;
    page_put(page, "<div class=wide><table class=marks><thead><tr><th>Mark</th><th>When</th></tr></thead><tbody>\n");
    for (unsigned i = 0; i < report->marks->len; i++) {
        const struct chart_mark *mark = &g_array_index(report->marks, struct chart_mark, i);

        page_put(page, "<tr><td class=name>");
        page_text(page, mark->text);
        page_put(page, "</td><td>");
        page_put(page, chart_time_text(&writer->time, mark->at, when));
        page_put(page, "</td></tr>\n");
    }
    page_put(page, "</tbody></table></div>\n");
    if (report->more_marks > 0)
        page_format(page, "<p class=note>and %" PRIu64 " more marks.</p>\n", report->more_marks);
}

/* ---- meters ---- */

/* Which curves a chart of a meter has. A counter that stands at zero all the time is left out beside another. */
static const struct {
    const char *title, *unit, *class;
    int decimals;
    bool from_zero, leaves_zeros_out;
    struct {
        enum cjt188_measurement value;
        const char *name;
    } line[3];
} meter_charts[] = {
    { "Temperature", "°C", "warm", 2, false, false, { { CJT188_SUPPLY, "supply" }, { CJT188_RETURN, "return" } } },
    { "Power", "kW", "", 3, true, false, { { CJT188_POWER_NOW, "power" } } },
    { "Flow", "m³/h", "", 3, true, false, { { CJT188_FLOW_NOW, "flow" } } },
    { "Energy", "kWh", "", 3, false, true,
      { { CJT188_HEATING, "heating" }, { CJT188_COOLING, "cooling" }, { CJT188_ELECTRIC, "electric" } } },
    { "Volume", "m³", "", 3, false, false, { { CJT188_VOLUME_NOW, "volume" } } },
};
enum { VOLUME_CHART = array_length(meter_charts) - 1 };

static bool
is_all_zero(const struct curve *curve)
{
    double least, most;

    return !curve_range(curve, &least, &most) || (least == 0 && most == 0);
}

static void
add_curves(struct chart *chart, const struct report_meter *meter, unsigned which, bool zeros)
{
    for (unsigned i = 0; i < array_length(meter_charts[which].line); i++) {
        const enum cjt188_measurement value = meter_charts[which].line[i].value;
        const struct curve *curve = &meter->curve[value];

        if (value == CJT188_NOT_MEASURED || curve->count == 0 || (!zeros && is_all_zero(curve)))
            continue;
        chart->line[chart->count].name = meter_charts[which].line[i].name;
        chart->line[chart->count++].curve = curve;
    }
}

static void
write_meter_chart(struct writer *writer, const struct report_meter *meter, unsigned which)
{
    struct chart chart = { .title = meter_charts[which].title, .unit = meter_charts[which].unit,
                           .class = meter_charts[which].class, .decimals = meter_charts[which].decimals,
                           .from_zero = meter_charts[which].from_zero };

    add_curves(&chart, meter, which, !meter_charts[which].leaves_zeros_out);
    if (chart.count == 0)
        add_curves(&chart, meter, which, true);
    if (chart.count > 0)
        chart_draw(&writer->page, &writer->time, &chart);
}

static void
write_meter(struct writer *writer, const struct report_meter *meter)
{
    struct page *page = &writer->page;
    const struct report_line *line = (const struct report_line *)g_ptr_array_index(writer->report->lines, meter->line);

    page_format(page, "<section class=meter id=m%u><h3>", meter->id);
    if (meter->name != NULL) {
        page_text(page, meter->name);
        page_put(page, " · ");
    }
    page_text(page, meter->number);
    page_put(page, " <small>");
    page_text(page, line->name);
    page_put(page, " · ");
    page_text(page, meter->dialect);
    if (energy_name(meter)[0] != '\0')
        page_format(page, " · %s energy", energy_name(meter));
    page_put(page, "</small></h3><div class=grid>\n");
    for (unsigned i = 0; i < array_length(meter_charts); i++) {
        if (i != VOLUME_CHART || meter->counter[REPORT_ENERGY].readings == 0)
            write_meter_chart(writer, meter, i);
    }
    page_put(page, "</div></section>\n");
}

static void
write_meters(struct writer *writer)
{
    const struct report *report = writer->report;
    unsigned left = 0;
    bool any = false;

    page_put(&writer->page, "<h2>Meters over time</h2>\n");
    for (unsigned i = 0; i < report->meters->len; i++) {
        const struct report_meter *meter = (const struct report_meter *)g_ptr_array_index(report->meters, i);

        if (!has_curves(meter))
            continue;
        any = true;
        if (meter->is_drawn)
            write_meter(writer, meter);
        else
            left++;
    }
    if (!any)
        page_put(&writer->page, "<p>Nothing: no meter has told two readings.</p>\n");
    if (left > 0)
        page_format(&writer->page, "<p class=note>Charts are of the first %u meters; %u more are in the table only.</p>\n",
                    REPORT_DRAWN, left);
}

/* ---- lines ---- */

static void
write_silence(struct writer *writer, const struct report_line *line)
{
    const struct report_silence *silence = &line->silence;
    const struct chart_time from = { .from = silence->from, .is_relative = true };
    struct page *page = &writer->page;
    char text[CHART_TIME_MAX];

    if (silence->to <= silence->from || writer->time.is_packets)
        return;
    page_put(page, "<tr><th>Longest silence</th><td>");
    page_put(page, chart_time_text(&from, silence->to, text) + 1);
    page_put(page, writer->time.is_relative ? ", at " : ", from ");
    page_put(page, chart_time_text(&writer->time, silence->from, text));
    page_put(page, "</td></tr>");
}

static void
write_line_figures(struct writer *writer, const struct report_line *line)
{
    const struct {
        const char *name;
        uint64_t count;
        bool is_bad;
    } counts[] = {
        { "Requests", line->requests, false },          { "Replies", line->replies, false },
        { "Unanswered", line->unanswered, true },       { "Late replies", line->late, true },
        { "Damaged frames", line->damaged, true },      { "Truncated frames", line->truncated, true },
        { "Bytes of noise", line->noise, true },        { "Packets with errors of characters", line->symbol_errors, true },
    };
    struct page *page = &writer->page;
    char number[PAGE_NUMBER_MAX];

    page_put(page, "<figure><table class=line><tbody>");
    for (size_t i = 0; i < array_length(counts); i++) {
        if (counts[i].count > 0 || !counts[i].is_bad)
            page_format(page, "<tr><th>%s</th><td%s>%" PRIu64 "</td></tr>", counts[i].name,
                        counts[i].is_bad ? " class=bad" : "", counts[i].count);
    }
    if (line->timed > 0) {
        page_format(page, "<tr><th>Response time</th><td>%s to ", page_number(number, line->fastest, 0));
        page_format(page, "%s ms", page_number(number, line->slowest, 0));
        page_format(page, ", mean %s ms%s</td></tr>", page_number(number, line->total / line->timed, 0),
                    line->late > 0 ? ", without late replies" : "");
    }
    write_silence(writer, line);
    page_put(page, "</tbody></table></figure>\n");
}

static void
write_line(struct writer *writer, const struct report_line *line)
{
    struct page *page = &writer->page;
    const struct chart chart = { .title = "Response time", .unit = "ms", .class = "", .decimals = 0, .from_zero = true,
                                 .is_dotted = true, .count = 1, .line[0] = { "reply", &line->response },
                                 .events_name = "unanswered", .events = &line->silent };
    const struct chart quiet = { .title = "Silence before a packet", .unit = "s", .class = "", .decimals = 1, .from_zero = true,
                                 .is_dotted = true, .count = 1, .line[0] = { "", &line->quiet } };

    page_put(page, "<section class=line><h3>");
    page_text(page, line->name);
    page_put(page, "</h3><div class=grid>\n");
    if (line->response.count > 0 || line->silent.count > 0)
        chart_draw(page, &writer->time, &chart);
    if (line->quiet.count > 0 && !writer->time.is_packets)
        chart_draw(page, &writer->time, &quiet);
    write_line_figures(writer, line);
    page_put(page, "</div></section>\n");
}

static void
write_lines(struct writer *writer)
{
    const struct report *report = writer->report;

    page_put(&writer->page, "<h2>Lines: response times and silence</h2>\n");
    for (unsigned i = 0; i < report->lines->len && i < REPORT_DRAWN; i++)
        write_line(writer, (const struct report_line *)g_ptr_array_index(report->lines, i));
    if (report->lines->len > REPORT_DRAWN)
        page_format(&writer->page, "<p class=note>%u more lines are not shown.</p>\n", report->lines->len - REPORT_DRAWN);
    if (report->more_lines > 0)
        page_format(&writer->page, "<p class=note>%" PRIu64 " packets of further lines are not shown.</p>\n",
                    report->more_lines);
}

/* ---- kinds of frames ---- */

static bool
changes(const uint8_t *toggled, unsigned width)
{
    for (unsigned i = 0; i < width; i++) {
        if (toggled[i] != 0)
            return true;
    }
    return false;
}

/* Kinds of which a picture says something: their meters sent more than one, and not always the same. */
static GPtrArray *
drawn_groups(const struct report *report)
{
    GPtrArray *groups = g_ptr_array_new();

    for (unsigned i = 0; i < report->explore->groups->len; i++) {
        struct explore_group *group = (struct explore_group *)g_ptr_array_index(report->explore->groups, i);

        if (group->width > 0 && g_hash_table_contains(report->heats, group) && changes(group->toggled, group->width))
            g_ptr_array_add(groups, group);
    }
    g_ptr_array_sort(groups, explore_by_identifier);
    return groups;
}

static void
write_heat(struct writer *writer, const struct explore_group *group)
{
    const struct heat *heat = (const struct heat *)g_hash_table_lookup(writer->report->heats, group);
    struct chart_range *ranges = g_new0(struct chart_range, MAX(group->field_count, 1));

    for (unsigned i = 0; i < group->field_count; i++) {
        const struct explore_field *field = &group->fields[i];

        ranges[i] = (struct chart_range){ field->at, field->width, field->name, field->undocumented };
    }
    chart_draw_heat(&writer->page, &writer->time, heat, ranges, group->field_count);
    g_free(ranges);
}

/* ---- plots of what may be in undocumented bytes ---- */

/* One curve for each of the first meters, with their numbers. */
struct plot {
    struct curve curve[CHART_LINES];
    char number[CHART_LINES][CJT188_TEXT_MAX];
    struct chart chart;
};

static void
name_meters(const struct explore_group *group, struct plot *plot)
{
    for (unsigned i = 0; i < group->meter_count && i < CHART_LINES; i++) {
        const uint8_t *number = group->meters[i].number;

        if (group->meters[i].is_wildcard)
            g_strlcpy(plot->number[i], "all meters", sizeof plot->number[i]);
        else
            cjt188_number_text(number, cjt188_number_is_high_first(number), plot->number[i], sizeof plot->number[i]);
        plot->chart.line[i].name = plot->number[i];
        plot->chart.line[i].curve = &plot->curve[i];
        plot->chart.count++;
    }
}

static void
fill_plot(const struct writer *writer, const struct explore_group *group, const struct proposal *reading, struct plot *plot)
{
    name_meters(group, plot);
    for (unsigned i = 0; i < group->sample_count; i++) {
        const struct explore_sample *sample = &group->samples[i];
        const uint8_t *data = group->data + (size_t)i * group->width + reading->at;
        const double at = writer->time.is_packets ? sample->packet : sample->time;
        double number;

        if (sample->meter < CHART_LINES && at >= writer->time.from && at <= writer->time.to &&
            report_read_number(reading, data, &number))
            curve_add(&plot->curve[sample->meter], at, number * reading->scale + reading->add);
    }
}

/* Once for all plots of a kind of frame. */
static void
write_keys(struct writer *writer, const struct explore_group *group)
{
    struct plot *plot = g_new0(struct plot, 1);

    name_meters(group, plot);
    page_put(&writer->page, "<p class=legend>Undocumented bytes, the best reading of each part: ");
    chart_draw_keys(&writer->page, &plot->chart);
    if (group->meter_count > CHART_LINES)
        page_format(&writer->page, " and %u more meters, which are not drawn", group->meter_count - CHART_LINES);
    page_put(&writer->page, "</p>\n");
    g_free(plot);
}

static bool
plot_varies(const struct plot *plot)
{
    double least, most;

    for (unsigned i = 0; i < CHART_LINES; i++) {
        if (curve_range(&plot->curve[i], &least, &most) && least < most)
            return true;
    }
    return false;
}

static char *
place_text(unsigned at, unsigned width)
{
    return width == 1 ? g_strdup_printf("byte %u", at) : g_strdup_printf("bytes %u to %u", at, at + width - 1);
}

/* Returns false where there is nothing to see: no number, or always the same. */
static bool
write_plot(struct writer *writer, const struct explore_group *group, const struct proposal *reading, const char *note)
{
    struct plot *plot = g_new0(struct plot, 1);
    char *place = place_text(reading->at, reading->width);
    const bool is_masked = writer->report->mask != NULL;
    char *title = g_strdup_printf("%c%s: %s", g_ascii_toupper(place[0]), place + 1,
                                  reading->brief != NULL && !is_masked ? reading->brief : reading->kind);
    bool varies;

    fill_plot(writer, group, reading, plot);
    varies = plot_varies(plot);
    plot->chart.title = title;
    plot->chart.unit = reading->unit != NULL && !is_masked ? reading->unit : "";
    plot->chart.class = "";
    plot->chart.decimals = -1;
    plot->chart.note = note;
    plot->chart.hides_values = is_masked;
    plot->chart.has_no_keys = true;
    if (varies)
        chart_draw(&writer->page, &writer->time, &plot->chart);
    for (unsigned i = 0; i < CHART_LINES; i++)
        curve_empty(&plot->curve[i]);
    g_free(title);
    g_free(place);
    g_free(plot);
    return varies;
}

/* The first bytes of the run that ever change, as a number: it is a picture, and no reading. */
static void
write_raw_plot(struct writer *writer, const struct explore_group *group, const struct explore_field *field)
{
    struct proposal raw = { .at = field->at, .kind = "unsigned, low byte first", .scale = 1 };
    const unsigned end = field->at + field->width;

    while (raw.at < end && group->toggled[raw.at] == 0)
        raw.at++;
    while (raw.at + raw.width < end && raw.width < 4 && group->toggled[raw.at + raw.width] != 0)
        raw.width++;
    if (raw.width > 0 && write_plot(writer, group, &raw, "No reading was found. This is how the bytes change, no more."))
        writer->plots++;
}

static void
write_reading(struct writer *writer, const struct proposal *proposal, GString *others)
{
    char *place = place_text(proposal->at, proposal->width);
    struct page list = { others, writer->page.mask };

    page_put(&list, "<li>");
    page_text_format(&list, "%c%s: %s, %s", g_ascii_toupper(place[0]), place + 1, proposal->kind,
                     explore_strength_text(proposal->strength));
    if (writer->report->mask == NULL && proposal->evidence != NULL) {
        page_put(&list, " <i>");
        page_text(&list, proposal->evidence->str);
        page_put(&list, "</i>");
    }
    page_put(&list, "</li>");
    g_free(place);
}

static char *
note_of(const struct writer *writer, const struct proposal *proposal)
{
    const char *strength = explore_strength_text(proposal->strength);

    if (writer->report->mask != NULL || proposal->evidence == NULL)
        return g_strdup(strength);
    return g_strdup_printf("%s, %s: %s", strength, proposal->kind, proposal->evidence->str);
}

/* The best reading of each part of the run. Those that show nothing are listed below. */
static void
write_run(struct writer *writer, const struct explore_group *group, const struct explore_field *field, GString *others)
{
    char *noise = NULL;
    GPtrArray *proposals = explore_propose(group, field, &noise);
    unsigned drawn = 0;

    for (unsigned i = 0; i < proposals->len; i++) {
        const struct proposal *proposal = (const struct proposal *)g_ptr_array_index(proposals, i);
        char *note;

        if (proposal->rank != 1)
            continue;
        note = note_of(writer, proposal);
        if (drawn < PLOTS_OF_RUN && writer->plots < PLOTS && write_plot(writer, group, proposal, note)) {
            drawn++;
            writer->plots++;
        } else {
            write_reading(writer, proposal, others);
        }
        g_free(note);
    }
    if (drawn == 0 && writer->plots < PLOTS)
        write_raw_plot(writer, group, field);
    g_free(noise);
    g_ptr_array_unref(proposals);
}

static void
write_runs(struct writer *writer, const struct explore_group *group)
{
    GString *others = g_string_new(NULL);
    const size_t before = writer->page.text->len;
    size_t empty;

    write_keys(writer, group);
    page_put(&writer->page, "<div class=grid>\n");
    empty = writer->page.text->len;
    for (unsigned i = 0; i < group->field_count; i++) {
        if (group->fields[i].undocumented)
            write_run(writer, group, &group->fields[i], others);
    }
    if (writer->page.text->len > empty)
        page_put(&writer->page, "</div>\n");
    else
        g_string_truncate(writer->page.text, before);
    if (others->len > 0)
        page_format(&writer->page, "<ul class=readings>%s</ul>\n", others->str);
    g_string_free(others, true);
}

static void
write_group(struct writer *writer, const struct explore_group *group)
{
    char *title = explore_group_title(group), *frames = explore_group_frames(group);

    page_put(&writer->page, "<section class=kind><h3>");
    page_text(&writer->page, title);
    page_put(&writer->page, " <small>");
    page_text(&writer->page, frames);
    page_put(&writer->page, "</small></h3>\n");
    write_heat(writer, group);
    write_runs(writer, group);
    page_put(&writer->page, "</section>\n");
    g_free(frames);
    g_free(title);
}

static void
write_groups(struct writer *writer)
{
    GPtrArray *groups = drawn_groups(writer->report);
    unsigned drawn = 0;

    page_put(&writer->page, "<h2>Bytes: what changed, and when</h2>\n");
    if (groups->len > 0)
        chart_draw_heat_legend(&writer->page);
    else
        page_put(&writer->page, "<p>Nothing: of no kind of frame has a meter sent two that differ.</p>\n");
    while (drawn < groups->len && drawn < GROUPS_DRAWN && writer->page.text->len < PAGE_MOST)
        write_group(writer, (const struct explore_group *)g_ptr_array_index(groups, drawn++));
    if (drawn < groups->len)
        page_format(&writer->page, "<p class=note>%u more kinds of frames are not drawn.</p>\n", groups->len - drawn);
    g_ptr_array_unref(groups);
}

/* ---- the page ---- */

GString *
report_page(const struct report *report)
{
    struct writer writer = { .report = report, .page = { g_string_new(NULL), report->mask },
                             .time = { report->from, report->to, report->is_packets, report->mask != NULL, report->marks } };

    if (report->mask != NULL)
        mask_add_tables(report->mask, "another meter");
    write_head(&writer);
    write_summary(&writer);
    write_marks(&writer);
    write_meters(&writer);
    write_lines(&writer);
    write_groups(&writer);
    page_put(&writer.page, "<p class=note>Made by tshark -z cjt188,report. Offsets count from the first byte behind the "
                           "sequence number. Readings of undocumented bytes are proposals.</p>\n</body></html>\n");
    return writer.page.text;
}
