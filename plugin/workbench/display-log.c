/* display-log.c
 * Reads a log of what a meter's display said: a CSV file as people and their spreadsheets write it.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Columns are time, meter, name, value and unit, unless a header says another order. A line that cannot be read is counted
 * and told; it is fatal only when no line can be read.
 */
#include "display-log.h"

#include <errno.h>
#include <math.h>
#include <time.h>

#include <glib/gstdio.h>

#include "plain.h"

enum column { COLUMN_TIME, COLUMN_METER, COLUMN_NAME, COLUMN_VALUE, COLUMN_UNIT, COLUMNS };
enum { CELLS_MAX = 16, LINE_BYTES = 1000, DIGITS_MAX = 15 };

/* ---- units ---- */

#define JOULE (1 / 3.6e6) /* kWh */

static const struct display_unit units[] = {
    { "kWh", CJT188_ENERGY, 1 },         { "MWh", CJT188_ENERGY, 1e3 },       { "Wh", CJT188_ENERGY, 1e-3 },
    { "GWh", CJT188_ENERGY, 1e6 },       { "GJ", CJT188_ENERGY, 1e9 * JOULE }, { "MJ", CJT188_ENERGY, 1e6 * JOULE },
    { "kJ", CJT188_ENERGY, 1e3 * JOULE }, { "J", CJT188_ENERGY, JOULE },       { "kW", CJT188_POWER, 1 },
    { "W", CJT188_POWER, 1e-3 },         { "MW", CJT188_POWER, 1e3 },         { "GJ/h", CJT188_POWER, 1e9 * JOULE },
    { "MJ/h", CJT188_POWER, 1e6 * JOULE }, { "kJ/h", CJT188_POWER, 1e3 * JOULE }, { "m³", CJT188_VOLUME, 1 },
    { "m3", CJT188_VOLUME, 1 },          { "L", CJT188_VOLUME, 1e-3 },        { "m³/h", CJT188_FLOW, 1 },
    { "m3/h", CJT188_FLOW, 1 },          { "L/h", CJT188_FLOW, 1e-3 },        { "L/min", CJT188_FLOW, 0.06 },
    { "L/s", CJT188_FLOW, 3.6 },         { "°C", CJT188_TEMPERATURE, 1 },     { "℃", CJT188_TEMPERATURE, 1 },
    { "C", CJT188_TEMPERATURE, 1 },      { "K", CJT188_TEMPERATURE, 1 },      { "h", CJT188_HOURS, 1 },
    { "min", CJT188_HOURS, 1 / 60.0 },   { "s", CJT188_HOURS, 1 / 3600.0 },
};

const struct display_unit *
display_unit_named(const char *name)
{
    for (size_t i = 0; i < array_length(units); i++) {
        if (g_str_equal(units[i].name, name))
            return &units[i];
    }
    for (size_t i = 0; i < array_length(units); i++) { /* people write l/h and mwh */
        if (g_ascii_strcasecmp(units[i].name, name) == 0)
            return &units[i];
    }
    return NULL;
}

/* ---- times ---- */

/* How people write them; `day` and `month` are swapped in the second row. */
static const struct {
    const char *format;
    bool has_day, day_first;
} time_formats[] = {
    { "%4u-%2u-%2u%*1[ T]%2u:%2u%n:%2u%n", true, false },
    { "%2u.%2u.%4u %2u:%2u%n:%2u%n", true, true },
    { "%4u/%2u/%2u %2u:%2u%n:%2u%n", true, false },
    { "%2u:%2u%n:%2u%n", false, false },
};

static bool
is_day(const unsigned part[3])
{
    return part[0] >= 1990 && part[0] <= 2099 && part[1] >= 1 && part[2] >= 1 && part[1] <= 12 &&
        g_date_valid_dmy((GDateDay)MIN(part[2], 32), (GDateMonth)part[1], (GDateYear)part[0]);
}

/* Local time. False where there is no such day or hour. */
static bool
make_time(const unsigned part[6], double *time)
{
    struct tm tm = { .tm_year = (int)part[0] - 1900, .tm_mon = (int)part[1] - 1, .tm_mday = (int)part[2],
                     .tm_hour = (int)part[3], .tm_min = (int)part[4], .tm_sec = (int)part[5], .tm_isdst = -1 };
    const int day = tm.tm_mday, month = tm.tm_mon;

    if (!is_day(part))
        return false;
    *time = (double)mktime(&tm);
    return tm.tm_mday == day && tm.tm_mon == month;
}

/* Year, month, day, hour, minute, second; how many bytes of `cell` they take, 0: it is not written so. */
static int
scan_time(unsigned row, const char *cell, unsigned part[6], bool *has_seconds)
{
    int minutes = 0, seconds = 0;

    memset(part, 0, 6 * sizeof part[0]);
    if (time_formats[row].has_day)
        sscanf(cell, time_formats[row].format, &part[0], &part[1], &part[2], &part[3], &part[4], &minutes, &part[5], &seconds);
    else
        sscanf(cell, time_formats[row].format, &part[3], &part[4], &minutes, &part[5], &seconds);
    if (time_formats[row].day_first) {
        const unsigned day = part[0];

        part[0] = part[2] < 100 ? part[2] + 2000 : part[2];
        part[2] = day;
    }
    *has_seconds = seconds > 0;
    return seconds > 0 ? seconds : minutes;
}

static bool
read_time(const char *cell, struct log_line *line)
{
    unsigned part[6];
    bool has_seconds;

    if (!g_ascii_isdigit(cell[0])) /* scanf would take a sign */
        return false;
    for (unsigned row = 0; row < array_length(time_formats); row++) {
        const int length = scan_time(row, cell, part, &has_seconds);

        if (length == 0 || cell[length] != '\0' || part[3] > 23 || part[4] > 59 || part[5] > 59)
            continue;
        line->has_day = time_formats[row].has_day;
        line->length = has_seconds ? 1 : 60;
        line->time = 3600.0 * part[3] + 60.0 * part[4] + part[5];
        return !line->has_day || make_time(part, &line->time);
    }
    return false;
}

double
display_log_midnight(double time)
{
    const time_t now = (time_t)time;
    const struct tm *tm = localtime(&now);
    struct tm day;

    if (tm == NULL)
        return 0;
    day = *tm;
    day.tm_hour = day.tm_min = day.tm_sec = 0;
    day.tm_isdst = -1;
    return (double)mktime(&day);
}

/* ---- numbers ---- */

/* Between groups of three digits. */
static size_t
group_space(const char *text)
{
    static const char *const spaces[] = { " ", "'", "\u00A0", "\u202F", "\u2019" };

    for (size_t i = 0; i < array_length(spaces); i++) {
        if (g_str_has_prefix(text, spaces[i]) && g_ascii_isdigit(text[strlen(spaces[i])]))
            return strlen(spaces[i]);
    }
    return 0;
}

/* The point is the last of "," and "."; the other one may stand before it, between digits. */
static const char *
find_point(const char *text)
{
    const char *comma = strrchr(text, ','), *point = strrchr(text, '.');

    return comma == NULL || (point != NULL && point > comma) ? point : comma;
}

/* "1.234", "1,234", "1.234,5", "1 234,5". Returns what is behind it, NULL where there is no number. */
static const char *
read_number(const char *text, struct log_line *line)
{
    const char *point = find_point(text);
    char digits[DIGITS_MAX + 4];
    unsigned length = 0, count = 0;

    line->decimals = 0;
    if (*text == '-' || *text == '+')
        digits[length++] = *text++;
    else if (g_str_has_prefix(text, "\u2212")) { /* a minus as typographers have it */
        digits[length++] = '-';
        text += strlen("\u2212");
    }
    while (count <= DIGITS_MAX) {
        if (g_ascii_isdigit(*text)) {
            line->decimals += point != NULL && text > point;
            digits[length++] = *text++;
            count++;
        } else if (text == point && g_ascii_isdigit(text[1])) {
            digits[length++] = '.';
            text++;
        } else if ((*text == '.' || *text == ',') && point != NULL && text < point && *text != *point && count > 0) {
            text++;
        } else if (count > 0 && (point == NULL || text < point) && group_space(text) > 0) {
            text += group_space(text);
        } else {
            break;
        }
    }
    digits[length] = '\0';
    if (count == 0 || count > DIGITS_MAX)
        return NULL;
    line->value = g_ascii_strtod(digits, NULL);
    return text;
}

/* ---- values that are no numbers ---- */

/* A day alone, as people write it, to "2026-04-27". NULL: it is none. */
static char *
read_day(const char *cell)
{
    static const struct {
        const char *format;
        bool day_first;
    } formats[] = { { "%4u-%2u-%2u%n", false }, { "%2u.%2u.%4u%n", true }, { "%4u/%2u/%2u%n", false } };

    for (size_t i = 0; i < array_length(formats); i++) {
        unsigned part[3] = { 0, 0, 0 };
        int length = 0;

        sscanf(cell, formats[i].format, &part[0], &part[1], &part[2], &length);
        if (length == 0 || cell[length] != '\0')
            continue;
        if (formats[i].day_first) {
            const unsigned day = part[0];

            part[0] = part[2] < 100 ? part[2] + 2000 : part[2];
            part[2] = day;
        }
        return is_day(part) ? g_strdup_printf("%04u-%02u-%02u", part[0], part[1], part[2]) : NULL;
    }
    return NULL;
}

/* A time of day, with a day or without, as values of clocks are written. NULL: it is none. */
static char *
read_clock(const char *cell)
{
    for (unsigned row = 0; row < array_length(time_formats); row++) {
        unsigned part[6];
        bool has_seconds;
        const int length = scan_time(row, cell, part, &has_seconds);
        GString *text;

        if (length == 0 || cell[length] != '\0' || part[3] > 23 || part[4] > 59 || part[5] > 59 ||
            (time_formats[row].has_day && !is_day(part)))
            continue;
        text = g_string_new(NULL);
        if (time_formats[row].has_day)
            g_string_append_printf(text, "%04u-%02u-%02u ", part[0], part[1], part[2]);
        g_string_append_printf(text, "%02u:%02u", part[3], part[4]);
        if (has_seconds)
            g_string_append_printf(text, ":%02u", part[5]);
        return g_string_free(text, false);
    }
    return NULL;
}

/* A date, a time, or a text that nobody could mean as a number. NULL: it is none of them. */
static char *
read_words(const char *cell)
{
    char *said;

    if (g_ascii_isalpha(cell[0]))
        return cjt188_plain_copy(cell, LOG_TEXT);
    if (!g_ascii_isdigit(cell[0])) /* scanf would take a sign */
        return NULL;
    said = read_day(cell);
    return said != NULL ? said : read_clock(cell);
}

/* ---- a line ---- */

/* Cuts a line, which it changes. Returns how many cells; those behind CELLS_MAX are counted, too. */
static unsigned
split(char *line, char separator, char *cells[CELLS_MAX])
{
    unsigned count = 0;

    for (char *next = line; next != NULL; count++) {
        char *cell = next, *to = next;
        bool is_quoted = false;

        for (next = NULL; *cell != '\0' && next == NULL; cell++) {
            if (*cell == '"' && is_quoted && cell[1] == '"')
                *to++ = *cell++;
            else if (*cell == '"')
                is_quoted = !is_quoted;
            else if (*cell == separator && !is_quoted)
                next = cell + 1;
            else
                *to++ = *cell;
        }
        if (count < CELLS_MAX)
            cells[count] = line;
        *to = '\0';
        g_strstrip(line);
        line = next;
    }
    return count;
}

static char
separator_of(const char *line)
{
    return strchr(line, '\t') != NULL ? '\t' : strchr(line, ';') != NULL ? ';' : ',';
}

/* How a file's columns stand. */
struct order {
    char separator;
    bool is_known; /* the first line was seen */
    int place[COLUMNS];
    unsigned least; /* cells that a line must have */
};

/* False: it is no header, because something in it is a time or a number. */
static bool
read_header(struct order *order, char *const cells[CELLS_MAX], unsigned count)
{
    static const struct {
        const char *word;
        enum column column;
    } words[] = {
        { "time", COLUMN_TIME },   { "date", COLUMN_TIME },     { "when", COLUMN_TIME },     { "timestamp", COLUMN_TIME },
        { "meter", COLUMN_METER }, { "number", COLUMN_METER },  { "address", COLUMN_METER }, { "quantity", COLUMN_NAME },
        { "name", COLUMN_NAME },   { "what", COLUMN_NAME },     { "value", COLUMN_VALUE },   { "reading", COLUMN_VALUE },
        { "display", COLUMN_VALUE }, { "unit", COLUMN_UNIT },
    };
    int place[COLUMNS] = { -1, -1, -1, -1, -1 };

    for (unsigned i = 0; i < count && i < CELLS_MAX; i++) {
        if (g_ascii_isdigit(cells[i][0]) || cells[i][0] == '-')
            return false;
        for (size_t j = 0; j < array_length(words); j++) {
            if (g_ascii_strcasecmp(cells[i], words[j].word) == 0)
                place[words[j].column] = (int)i;
        }
    }
    if (place[COLUMN_TIME] < 0 || place[COLUMN_VALUE] < 0) /* a header in other words: the order is the usual */
        return true;
    memcpy(order->place, place, sizeof place);
    order->least = (unsigned)MAX(place[COLUMN_TIME], place[COLUMN_VALUE]) + 1;
    return true;
}

static const char *
cell_of(const struct order *order, char *const cells[CELLS_MAX], unsigned count, enum column column)
{
    const int place = order->place[column];

    return place >= 0 && (unsigned)place < count && place < CELLS_MAX ? cells[place] : "";
}

/* What is wrong with it, and what to do; NULL when it is read into *line. The caller frees. */
static char *
read_line(const struct order *order, char *const cells[CELLS_MAX], unsigned count, struct log_line *line)
{
    const char *time = cell_of(order, cells, count, COLUMN_TIME), *value = cell_of(order, cells, count, COLUMN_VALUE);
    const char *unit = cell_of(order, cells, count, COLUMN_UNIT), *behind;
    char *said = NULL, *error = NULL;

    if (count < order->least || count > MAX(COLUMNS, order->least + 2))
        return g_strdup_printf("%u column%s: write time, meter, name, value, unit; quote a value with a comma, or use ;",
                               count, count == 1 ? "" : "s");
    behind = read_number(value, line);
    while (behind != NULL && *behind == ' ')
        behind++;
    if (!read_time(time, line)) {
        said = cjt188_plain_copy(time, LOG_TEXT);
        error = g_strdup_printf("\"%s\" is no time: write 2026-04-27 12:03, 27.04.2026 12:03 or 12:03", said);
    } else if (behind == NULL || (*behind != '\0' && (unit[0] != '\0' || display_unit_named(behind) == NULL))) {
        line->said = unit[0] == '\0' ? read_words(value) : NULL;
        behind = "";
        said = cjt188_plain_copy(value, LOG_TEXT);
        if (line->said == NULL)
            error = g_strdup_printf("\"%s\" is no number: write digits with one point or comma, and the unit behind it",
                                    said);
    } else if (g_ascii_isdigit(unit[0])) { /* 0,07 between commas is no 0 */
        said = cjt188_plain_copy(unit, LOG_TEXT);
        error = g_strdup_printf("\"%s\" is no unit: quote a value with a comma, or use ;", said);
    }
    if (error == NULL) {
        unit = *behind != '\0' ? behind : unit;
        line->of_unit = display_unit_named(unit);
        line->unit = cjt188_plain_copy(unit, LOG_TEXT);
        line->meter = cjt188_plain_copy(cell_of(order, cells, count, COLUMN_METER), LOG_TEXT);
        line->name = cjt188_plain_copy(cell_of(order, cells, count, COLUMN_NAME), LOG_TEXT);
    }
    g_free(said);
    return error;
}

/* Spreadsheets of some countries write a byte a sign. */
static char *
utf8_of(const char *text, size_t length)
{
    return g_utf8_validate(text, (gssize)length, NULL) ? g_strndup(text, length) :
                                                         g_convert(text, (gssize)length, "UTF-8", "ISO-8859-1", NULL, NULL, NULL);
}

static void
complain(struct display_log *log, unsigned number, char *error)
{
    log->bad++;
    if (log->complaints->len < LOG_COMPLAINTS)
        g_ptr_array_add(log->complaints, g_strdup_printf("line %u: %s", number, error));
    g_free(error);
}

static void
free_line(void *data)
{
    struct log_line *line = (struct log_line *)data;

    g_free(line->meter);
    g_free(line->said);
    g_free(line->name);
    g_free(line->unit);
}

/* What is beyond LOG_LINES is let go. */
static void
keep_line(struct display_log *log, struct log_line *line)
{
    if (log->lines->len < LOG_LINES) {
        g_array_append_val(log->lines, *line);
        return;
    }
    log->is_cut = true;
    free_line(line);
}

static void
take_line(struct display_log *log, struct order *order, unsigned number, const char *text, size_t length)
{
    struct log_line line = { .number = number };
    char *cells[CELLS_MAX], *copy, *error;
    unsigned count;

    copy = length <= LINE_BYTES ? utf8_of(text, length) : NULL;
    if (copy == NULL) {
        complain(log, number, g_strdup_printf("it is longer than %d bytes, or no text: write one reading a line", LINE_BYTES));
        return;
    }
    g_strchomp(copy);
    if (copy[0] != '\0' && copy[0] != '#') {
        order->separator = order->is_known ? order->separator : separator_of(copy);
        count = split(copy, order->separator, cells);
        if (order->is_known || !read_header(order, cells, count)) {
            error = read_line(order, cells, count, &line);
            if (error != NULL)
                complain(log, number, error);
            else
                keep_line(log, &line);
        }
        order->is_known = true;
    }
    g_free(copy);
}

/* ---- a file ---- */

/* Spreadsheets' "Unicode text" is UTF-16 with a mark before it. `text` is freed where it becomes another. */
static char *
from_utf_16(char *text, size_t *length)
{
    const bool low_first = *length >= 2 && memcmp(text, "\xFF\xFE", 2) == 0;
    const bool high_first = *length >= 2 && memcmp(text, "\xFE\xFF", 2) == 0;
    size_t taken, made;
    char *utf_8;

    if (!low_first && !high_first)
        return text;
    utf_8 = g_convert(text + 2, (gssize)*length - 2, "UTF-8", low_first ? "UTF-16LE" : "UTF-16BE", &taken, &made, NULL);
    if (utf_8 == NULL)
        return text; /* with its zeros, if there are any: then it is no text */
    g_free(text);
    *length = made;
    return utf_8;
}

/* At most LOG_BYTES of it; the caller frees. NULL: *error is a sentence. */
static char *
read_file(const char *file, size_t *length, bool *is_cut, char **error)
{
    GStatBuf status;
    FILE *stream;
    char *text;

    *error = NULL;
    if (g_stat(file, &status) == 0 && !S_ISREG(status.st_mode)) {
        *error = g_strdup_printf("The display log \"%s\" is no file: give the name of a CSV file.", file);
        return NULL;
    }
    stream = g_fopen(file, "rb");
    if (stream == NULL) {
        *error = g_strdup_printf("The display log \"%s\" cannot be opened: %s.", file, g_strerror(errno));
        return NULL;
    }
    text = (char *)g_malloc(LOG_BYTES + 1);
    *length = fread(text, 1, LOG_BYTES + 1, stream);
    *is_cut = *length > LOG_BYTES;
    *length = MIN(*length, LOG_BYTES);
    fclose(stream);
    text = from_utf_16(text, length);
    if (memchr(text, '\0', *length) != NULL) {
        *error = g_strdup_printf("The display log \"%s\" is not plain text: save it as CSV in UTF-8.", file);
        g_clear_pointer(&text, g_free);
    }
    return text;
}

/* Lines that end with LF, CR LF or CR. */
static void
take_lines(struct display_log *log, const char *text, size_t length)
{
    struct order order = { .place = { 0, 1, 2, 3, 4 }, .least = COLUMN_VALUE + 1 };
    unsigned number = 0;
    size_t at = 0;

    if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
        at = 3;
    while (at < length) {
        size_t end = at;

        while (end < length && text[end] != '\n' && text[end] != '\r')
            end++;
        take_line(log, &order, ++number, text + at, end - at);
        at = end + 1;
        if (end + 1 < length && text[end] == '\r' && text[end + 1] == '\n')
            at++;
    }
}

struct display_log *
display_log_read(const char *file, char **error)
{
    struct display_log *log;
    bool is_cut;
    size_t length;
    char *text = read_file(file, &length, &is_cut, error);

    if (text == NULL)
        return NULL;
    log = g_new0(struct display_log, 1);
    log->file = g_strdup(file);
    log->is_cut = is_cut;
    log->lines = g_array_new(false, true, sizeof(struct log_line));
    g_array_set_clear_func(log->lines, free_line);
    log->complaints = g_ptr_array_new_with_free_func(g_free);
    take_lines(log, text, length);
    g_free(text);
    if (log->lines->len > 0)
        return log;
    *error = log->bad == 0 ? g_strdup_printf("The display log \"%s\" has no line with a reading: write time, meter, name, value, "
                                             "unit.", file) :
                             g_strdup_printf("No line of the display log \"%s\" can be read; %s.", file,
                                             (const char *)g_ptr_array_index(log->complaints, 0));
    display_log_free(log);
    return NULL;
}

void
display_log_free(struct display_log *log)
{
    g_array_unref(log->lines);
    g_ptr_array_unref(log->complaints);
    g_free(log->file);
    g_free(log);
}
