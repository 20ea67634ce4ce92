/* printer.c
 * What is printed of replies: see printer.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "printer.h"
#include "meters.h"
#include "outputs/format.h"
#include "signals.h"
#include "status.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COLUMNS_MAX = 128, NAME_WIDTH_MAX = 34 };

struct printer {
    enum print_form form;
    char *path;
    int fd; /* without a path */
    struct meters *meters;
    enum cjt188_field columns[COLUMNS_MAX];
    unsigned column_count;
    bool has_header; /* it is there already */
};

/* ---- where it goes ---- */

static bool
fail(const struct printer *printer, int reason, GError **error)
{
    g_set_error(error, TAP_ERROR, TAP_OUTPUT_FAILED, "Writing to \"%s\" failed: %s.",
                printer->path != NULL ? printer->path : "standard output", g_strerror(reason));
    return false;
}

/* Where nobody reads, the order to stop is heard all the same. A pipe that has room at all has room for PIPE_BUF bytes. */
static bool
wait_for_room(int fd)
{
    struct pollfd watched[] = { { .fd = fd, .events = POLLOUT }, { .fd = signals_stop_fd(), .events = POLLIN } };

    while (poll(watched, G_N_ELEMENTS(watched), -1) < 0 && errno == EINTR)
        ;
    if (watched[0].revents != 0)
        return true;
    errno = EINTR;
    return false;
}

static bool
write_all(int fd, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t written;

        if (!wait_for_room(fd))
            return false;
        written = write(fd, text, MIN(length, PIPE_BUF));
        if (written < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (written < 0)
            return false;
        text += written;
        length -= (size_t)written;
    }
    return true;
}

/* What a full disk takes of a row is taken back: a torn row would spoil the table. */
static bool
append_to_file(const struct printer *printer, const GString *text, GError **error)
{
    const int fd = open(printer->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666);
    struct stat before;
    bool good;
    int reason = errno;

    if (fd < 0 && reason == ENXIO) {
        g_set_error(error, TAP_ERROR, TAP_OUTPUT_FAILED, "Nobody reads the pipe \"%s\".", printer->path);
        return false;
    }
    if (fd < 0)
        return fail(printer, reason, error);
    good = fstat(fd, &before) == 0 && write_all(fd, text->str, text->len);
    reason = errno;
    if (!good && S_ISREG(before.st_mode) && ftruncate(fd, before.st_size) != 0)
        reason = errno;
    if (close(fd) != 0 && good) {
        good = false;
        reason = errno;
    }
    return good || fail(printer, reason, error);
}

/* Takes text over. */
static bool
print(const struct printer *printer, GString *text, GError **error)
{
    bool good = text->len == 0;

    if (!good && printer->path != NULL)
        good = append_to_file(printer, text, error);
    else if (!good)
        good = write_all(printer->fd, text->str, text->len) || fail(printer, errno, error);
    g_string_free(text, TRUE);
    return good;
}

void
printer_use_stderr(struct printer *printer)
{
    printer->fd = STDERR_FILENO;
}

bool
printer_line(struct printer *printer, const char *text, GError **error)
{
    const struct printer plain = { .fd = printer->fd };
    GString *line = g_string_new(text);

    g_string_append_c(line, '\n');
    return print(&plain, line, error);
}

/* ---- in plain words ---- */

static size_t
width_of(const char *text)
{
    return (size_t)g_utf8_strlen(text, -1);
}

static void
put_row(GString *text, const char *name, size_t width, const char *value, const char *remark)
{
    const size_t wide = width_of(name);

    g_string_append_printf(text, "  %s%*s%s%s\n", name, (int)(wide < width ? width - wide + 2 : 2), "", value, remark);
}

static size_t
widest_name(const struct cjt188_decoded *frame)
{
    char name[CJT188_TEXT_MAX];
    size_t widest = 0;

    for (unsigned i = 0; i < frame->value_count; i++) {
        cjt188_full_name(&frame->values[i], name, sizeof name);
        widest = MAX(widest, MIN(width_of(name), NAME_WIDTH_MAX));
    }
    return widest;
}

static void
put_values(GString *text, const struct cjt188_decoded *frame, size_t width)
{
    char name[CJT188_TEXT_MAX], value[CJT188_TEXT_MAX], remark[CJT188_TEXT_MAX], trouble[CJT188_TEXT_MAX];

    for (unsigned i = 0; i < frame->value_count; i++) {
        const struct cjt188_value *item = &frame->values[i];

        cjt188_full_name(item, name, sizeof name);
        cjt188_value_text(frame, item, value, sizeof value);
        cjt188_value_remark(frame, item, remark, sizeof remark);
        if (cjt188_value_trouble(frame, item, trouble, sizeof trouble) > 0 && strcmp(trouble, value) != 0)
            put_row(text, name, width, trouble, remark);
        else
            put_row(text, name, width, value, remark);
    }
}

/* No byte of a frame carries them, so the owner has to know whose they are. */
static void
put_places(GString *text, const struct cjt188_decoded *frame)
{
    static const char *const names[CJT188_DIALECT_CLASSES] = {
        [CJT188_ENERGY] = "energy", [CJT188_POWER] = "power", [CJT188_FLOW] = "flow",
        [CJT188_VOLUME] = "volume", [CJT188_HOURS] = "hours",
    };
    bool there[CJT188_CLASSES] = { false }, doubted = false;
    const size_t before = text->len;

    for (unsigned i = 0; i < frame->value_count; i++) {
        const struct cjt188_value *value = &frame->values[i];

        if (value->state == CJT188_IS_NUMBER && value->quantity != NULL && value->row->places == CJT188_PLACES_DIALECT)
            there[value->quantity->class] = true;
    }
    for (unsigned i = 0; i < CJT188_DIALECT_CLASSES; i++) {
        if (!there[i])
            continue;
        g_string_append_printf(text, "%s%s %d%s", text->len > before ? ", " : "  Decimal places: ", names[i], frame->places[i],
                               frame->places_by_user[i] ? " (yours)" : "");
        doubted |= !frame->places_by_user[i] && frame->dialect->remark[i] != NULL && i != CJT188_HOURS;
    }
    if (text->len > before)
        g_string_append(text, doubted ? ". No byte tells them, and nobody has confirmed them:\n"
                                        "  compare with the display, and set them with --meters.\n"
                                      : ".\n");
}

static void
put_text(GString *text, const struct cjt188_decoded *frame, const struct hearing_log *log)
{
    char who[CJT188_TEXT_MAX], faults[CJT188_TEXT_MAX], address[CJT188_TEXT_MAX];
    const char *type = cjt188_type_name(frame->type), *identifier = cjt188_frame_identifier_name(frame);

    cjt188_who_text(frame, who, sizeof who);
    cjt188_address_text(frame->bytes + CJT188_OFF_ADDRESS, address, sizeof address);
    g_string_append_printf(text, "%s answered", who);
    if (log->answered_ns >= 0)
        g_string_append_printf(text, " after %d ms", (int)(log->answered_ns / NS_PER_MS));
    g_string_append_printf(text, ": %s", type != NULL ? type : "meter type not known");
    if (frame->has_di)
        g_string_append_printf(text, ", %04X%s%s", frame->di, identifier != NULL ? " " : "",
                               identifier != NULL ? identifier : "");
    g_string_append_printf(text, ", address %s\n", address);
    if (frame->is_error)
        g_string_append(text, "  The meter says that it cannot do this.\n");
    put_values(text, frame, widest_name(frame));
    if (cjt188_fault_text(frame, faults, sizeof faults) > 0)
        g_string_append_printf(text, "  Faults: %s\n", faults);
    if (frame->value_count > 0)
        g_string_append_printf(text, "  Read as \"%s\" (%s)\n", frame->dialect->name, frame->dialect_reason);
    put_places(text, frame);
}

/* ---- a table ---- */

static void
put_cell(GString *text, const char *cell)
{
    char **parts;

    if (text->len > 0 && text->str[text->len - 1] != '\n')
        g_string_append_c(text, ',');
    if (strpbrk(cell, ",\"\r\n") == NULL) {
        g_string_append(text, cell);
        return;
    }
    parts = g_strsplit(cell, "\"", -1);
    g_string_append_c(text, '"');
    for (unsigned i = 0; parts[i] != NULL; i++)
        g_string_append_printf(text, "%s%s", i > 0 ? "\"\"" : "", parts[i]);
    g_string_append_c(text, '"');
    g_strfreev(parts);
}

static const char *const first_columns[] = { "time", "line", "meter", "name", "address", "identifier" };

static void
put_header(GString *text, const struct printer *printer)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(first_columns); i++) {
        if (i > 0)
            g_string_append_c(text, ',');
        g_string_append(text, first_columns[i]);
    }
    for (unsigned i = 0; i < printer->column_count; i++)
        put_cell(text, cjt188_field_info(printer->columns[i])->filter);
    put_cell(text, "faults");
    g_string_append_c(text, '\n');
}

static void
put_value_cell(GString *text, const struct cjt188_decoded *frame, enum cjt188_field field)
{
    GString *cell = g_string_new(NULL);
    char value[CJT188_TEXT_MAX];

    for (unsigned i = 0; i < frame->value_count; i++) {
        if (frame->values[i].field != field || frame->values[i].state >= CJT188_IS_FILLER)
            continue;
        if (frame->values[i].state == CJT188_IS_NUMBER)
            cjt188_plain_number(&frame->values[i], value, sizeof value);
        else
            cjt188_value_text(frame, &frame->values[i], value, sizeof value);
        g_string_append_printf(cell, "%s%s", cell->len > 0 ? ";" : "", value);
    }
    put_cell(text, cell->str);
    g_string_free(cell, TRUE);
}

static void
put_csv(GString *text, const struct printer *printer, const struct cjt188_decoded *frame, const char *line, int64_t time_ns)
{
    GDateTime *utc = g_date_time_new_from_unix_utc(time_ns / NS_PER_SECOND);
    GDateTime *local = g_date_time_to_local(utc);
    char *time = g_date_time_format(local, "%Y-%m-%d %H:%M:%S%:z");
    char who[CJT188_TEXT_MAX], faults[CJT188_TEXT_MAX];

    g_string_append(text, time);
    put_cell(text, line);
    cjt188_meter_text(frame, who, sizeof who);
    put_cell(text, who);
    put_cell(text, frame->name != NULL ? frame->name : "");
    cjt188_address_text(frame->bytes + CJT188_OFF_ADDRESS, who, sizeof who);
    put_cell(text, who);
    g_snprintf(who, sizeof who, "%04X", frame->di);
    put_cell(text, frame->has_di ? who : "");
    for (unsigned i = 0; i < printer->column_count; i++)
        put_value_cell(text, frame, printer->columns[i]);
    cjt188_fault_text(frame, faults, sizeof faults);
    put_cell(text, faults);
    g_string_append_c(text, '\n');
    g_free(time);
    g_date_time_unref(local);
    g_date_time_unref(utc);
}

/* ---- JSON, as the tap prints it ---- */

static void
put_json(GString *text, const struct printer *printer, const struct source_info *info, const char *line_name,
         const struct heard *reply)
{
    GString *note = g_string_new(NULL);
    const struct format_line line = { .info = info, .line.name = line_name, .meters = printer->meters, .note = note };
    GByteArray *block = g_byte_array_new();

    format_readings.record(block, &reply->record, &line, 0, 1);
    g_string_append_len(text, (const char *)block->data, block->len);
    g_byte_array_unref(block);
    g_string_free(note, TRUE);
}

/* ---- bytes ---- */

static void
put_hex(GString *text, const char *word, const uint8_t *bytes, size_t length)
{
    g_string_append_printf(text, "%s (%03zu)", word, length);
    for (size_t i = 0; i < length; i++)
        g_string_append_printf(text, " %02X", bytes[i]);
    g_string_append_c(text, '\n');
}

bool
printer_exchange(struct printer *printer, const struct request *request, const struct hearing_log *log, GError **error)
{
    GString *text;

    if (printer->form != PRINT_HEX || log->sent_ns == 0)
        return true;
    text = g_string_new(NULL);
    put_hex(text, "SEND", request->bytes, request->length);
    for (unsigned i = 0; i < log->heard->len; i++) {
        const struct heard *heard = log->heard->pdata[i];

        put_hex(text, heard->what == HEARD_ECHO ? "ECHO" : "RECV", heard->record.bytes, heard->record.length);
    }
    return print(printer, text, error);
}

/* ---- all ---- */

const struct cjt188_decoded *
printer_decode(struct printer *printer, const struct heard *reply)
{
    const struct cjt188_decoded *frame;

    return meters_decode(printer->meters, 0, &reply->record, &frame) ? frame : NULL;
}

bool
printer_reply(struct printer *printer, const struct source_info *info, const char *line_name, const struct hearing_log *log,
              const struct heard *reply, GError **error)
{
    const struct cjt188_decoded *frame;
    GString *text;

    if (printer->form == PRINT_HEX)
        return true;
    text = g_string_new(NULL);
    if (printer->form == PRINT_JSON) {
        put_json(text, printer, info, line_name, reply);
        return print(printer, text, error);
    }
    frame = printer_decode(printer, reply);
    if (frame == NULL)
        return print(printer, text, error);
    if (printer->form == PRINT_CSV) {
        struct stat status;

        /* A file that was moved away begins anew. */
        if (printer->path != NULL)
            printer->has_header = stat(printer->path, &status) == 0 && status.st_size > 0;
        if (!printer->has_header)
            put_header(text, printer);
        printer->has_header = true;
        put_csv(text, printer, frame, line_name != NULL ? line_name : info->name, reply->record.time_ns);
    } else {
        put_text(text, frame, log);
    }
    return print(printer, text, error);
}

/* Does the file that is there hold the same table? */
static bool
check_header(const struct printer *printer, GError **error)
{
    GString *wanted = g_string_new(NULL);
    char *there = NULL;
    gsize length = 0;
    bool good;

    put_header(wanted, printer);
    good = !g_file_test(printer->path, G_FILE_TEST_IS_REGULAR) || !g_file_get_contents(printer->path, &there, &length, NULL) ||
        length == 0 || g_str_has_prefix(there, wanted->str);
    if (!good)
        g_set_error(error, TAP_ERROR, TAP_USAGE,
                    "\"%s\" begins with other columns than these identifiers have: name another file.", printer->path);
    g_free(there);
    g_string_free(wanted, TRUE);
    return good;
}

struct printer *
printer_new(enum print_form form, const char *path, struct meters *meters, const uint16_t *dis, unsigned count, GError **error)
{
    struct printer *printer = g_new0(struct printer, 1);
    enum cjt188_field fields[COLUMNS_MAX];

    printer->form = form;
    printer->path = g_strdup(path);
    printer->fd = STDOUT_FILENO;
    printer->meters = meters;
    for (unsigned i = 0; i < count; i++) {
        const unsigned found = cjt188_fields_of(dis[i], fields, COLUMNS_MAX);

        for (unsigned j = 0; j < found && printer->column_count < COLUMNS_MAX; j++) {
            bool is_new = true;

            for (unsigned k = 0; k < printer->column_count; k++)
                is_new &= printer->columns[k] != fields[j];
            if (is_new)
                printer->columns[printer->column_count++] = fields[j];
        }
    }
    if (path == NULL || (append_to_file(printer, &(GString){ .str = "" }, error) &&
                         (form != PRINT_CSV || check_header(printer, error))))
        return printer;
    printer_free(printer);
    return NULL;
}

void
printer_free(struct printer *printer)
{
    if (printer == NULL)
        return;
    g_free(printer->path);
    g_free(printer);
}
