/* toolbar.c
 * Wireshark's toolbar: see toolbar.h. A message is 'T', three bytes of length, high byte first, the number of the
 * control, a command, and as many bytes less two.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "toolbar.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum control { CONTROL_COMMENT, CONTROL_MARK, CONTROL_LOG };
enum command { COMMAND_INITIALIZED = 0, COMMAND_SET = 1, COMMAND_ADD = 2, COMMAND_STATUS = 6 };

enum {
    HEADER = 6, /* with control and command */
    PAYLOAD_MAX = 2048,
};

struct toolbar {
    int in, out; /* or -1 */
    guint watch;
    bool ready; /* Wireshark has it */
    uint8_t header[HEADER];
    size_t have;       /* of the header */
    size_t left;       /* of the payload */
    GByteArray *start; /* of the payload, as much of it as means anything */
    char *comment;     /* what the next marks say, or "" */
    unsigned marks;
    void (*on_mark)(const char *comment);
};

void
toolbar_declare(void)
{
    /* Wireshark hands the text over only then, and says so nowhere. */
    printf("control {number=%d}{type=string}{display=Comment}{placeholder=Text of the next marks, then Enter}"
           "{tooltip=What the next marks say, once Enter was pressed in this field; empty: they are only numbered}\n",
           CONTROL_COMMENT);
    printf("control {number=%d}{type=button}{display=Mark}{tooltip=Put a comment on the next packet}\n", CONTROL_MARK);
    printf("control {number=%d}{type=button}{role=logger}{display=Log}{tooltip=What happened to the line so far}\n",
           CONTROL_LOG);
}

static void
send_message(struct toolbar *toolbar, enum control control, enum command command, const char *text)
{
    const size_t length = MIN(strlen(text), PAYLOAD_MAX);
    const uint8_t header[HEADER] = {
        'T', (uint8_t)((length + 2) >> 16), (uint8_t)((length + 2) >> 8), (uint8_t)(length + 2), control, command,
    };
    GByteArray *message;

    if (toolbar->out < 0)
        return;
    message = g_byte_array_new();
    g_byte_array_append(message, header, HEADER);
    g_byte_array_append(message, (const uint8_t *)text, (guint)length);
    /* A FIFO takes so few bytes whole or not at all, and there is room again when Wireshark has fetched the others. */
    if (write(toolbar->out, message->data, message->len) < 0)
        g_debug("Wireshark's toolbar missed: %s", text);
    g_byte_array_unref(message);
}

void
toolbar_tell(struct toolbar *toolbar, const char *text)
{
    GDateTime *now = g_date_time_new_now_local();
    char *time = g_date_time_format(now, "%H:%M:%S"), *line = g_strdup_printf("%s  %.1000s\n", time, text);

    send_message(toolbar, CONTROL_LOG, COMMAND_ADD, line);
    line[strlen(line) - 1] = '\0';
    send_message(toolbar, 0, COMMAND_STATUS, line + strlen(time) + 2);
    g_free(line);
    g_free(time);
    g_date_time_unref(now);
}

static void
set_comment(struct toolbar *toolbar)
{
    char *text = g_strndup((const char *)toolbar->start->data, toolbar->start->len);

    g_free(toolbar->comment);
    toolbar->comment = g_strstrip(g_utf8_make_valid(text, -1));
    g_free(text);
}

static void
mark(struct toolbar *toolbar)
{
    const bool has_text = *toolbar->comment != '\0';
    char *comment = has_text ? g_strdup_printf("Mark %u: %s", ++toolbar->marks, toolbar->comment)
                             : g_strdup_printf("Mark %u", ++toolbar->marks);
    char *told = g_strdup_printf(has_text ? "%s waits for the next packet"
                                          : "%s, without text: press Enter in the field first. It waits for the next packet",
                                 comment);

    toolbar->on_mark(comment);
    toolbar_tell(toolbar, told);
    g_free(told);
    g_free(comment);
}

static void
obey(struct toolbar *toolbar)
{
    const enum control control = toolbar->header[4];
    const enum command command = toolbar->header[5];

    if (command == COMMAND_INITIALIZED)
        toolbar->ready = true;
    else if (command == COMMAND_SET && control == CONTROL_COMMENT)
        set_comment(toolbar);
    else if (command == COMMAND_SET && control == CONTROL_MARK)
        mark(toolbar);
}

/* A header is complete, or what cannot be one is thrown away. */
static void
begin_message(struct toolbar *toolbar)
{
    const uint8_t *header = toolbar->header;
    const size_t length = (size_t)header[1] << 16 | (size_t)header[2] << 8 | header[3];

    if (header[0] != 'T' || length < 2) {
        memmove(toolbar->header, toolbar->header + 1, HEADER - 1);
        toolbar->have = HEADER - 1;
        return;
    }
    toolbar->left = length - 2;
    g_byte_array_set_size(toolbar->start, 0);
}

void
toolbar_feed(struct toolbar *toolbar, const uint8_t *bytes, size_t length)
{
    size_t at = 0;

    while (at < length) {
        if (toolbar->have < HEADER) {
            toolbar->header[toolbar->have++] = bytes[at++];
            if (toolbar->have == HEADER)
                begin_message(toolbar);
        } else {
            const size_t part = MIN(toolbar->left, length - at);
            const size_t room = TOOLBAR_COMMENT_MAX - toolbar->start->len;

            g_byte_array_append(toolbar->start, bytes + at, (guint)MIN(part, room));
            at += part;
            toolbar->left -= part;
        }
        if (toolbar->have == HEADER && toolbar->left == 0) {
            obey(toolbar);
            toolbar->have = 0;
        }
    }
}

static gboolean
on_readable(gint fd, GIOCondition condition G_GNUC_UNUSED, gpointer user)
{
    uint8_t bytes[4096];
    const ssize_t length = read(fd, bytes, sizeof bytes);

    if (length > 0)
        toolbar_feed(user, bytes, (size_t)length);
    return G_SOURCE_CONTINUE;
}

/* For reading and writing: then it is open at once, and never over. */
static int
open_fifo(const char *path)
{
    return path != NULL ? open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC) : -1;
}

struct toolbar *
toolbar_open(const char *in_path, const char *out_path, void (*on_mark)(const char *comment))
{
    struct toolbar *toolbar = g_new0(struct toolbar, 1);

    toolbar->in = open_fifo(in_path);
    toolbar->out = open_fifo(out_path);
    toolbar->start = g_byte_array_new();
    toolbar->comment = g_strdup("");
    toolbar->on_mark = on_mark;
    if (toolbar->in >= 0)
        toolbar->watch = g_unix_fd_add(toolbar->in, G_IO_IN, on_readable, toolbar);
    return toolbar;
}

void
toolbar_wait(struct toolbar *toolbar, int64_t ms)
{
    struct pollfd fd = { .fd = toolbar->in, .events = POLLIN };
    const int64_t until = g_get_monotonic_time() + ms * 1000;

    while (toolbar->in >= 0 && !toolbar->ready) {
        const int64_t left = until - g_get_monotonic_time();

        if (left <= 0 || poll(&fd, 1, (int)(left / 1000) + 1) <= 0)
            return;
        on_readable(toolbar->in, G_IO_IN, toolbar);
    }
}

void
toolbar_close(struct toolbar *toolbar)
{
    if (toolbar->watch != 0)
        g_source_remove(toolbar->watch);
    if (toolbar->in >= 0)
        close(toolbar->in);
    if (toolbar->out >= 0)
        close(toolbar->out);
    g_byte_array_unref(toolbar->start);
    g_free(toolbar->comment);
    g_free(toolbar);
}
