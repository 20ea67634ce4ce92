/* sender.c
 * Bytes go out on a line: see sender.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Draining is looked at with TIOCOUTQ, not waited for with tcdrain(): that would stop the listening, and it is the same system
 * call as sending a break.
 */
#include "sender.h"
#include "record.h"
#include "sources/source.h"
#include "status.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/serial.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PATIENCE_MS = 2000 };

/* How often the driver is asked whether it has sent all. RTS has to fall before the meter speaks, some 30 ms later at the soonest. */
#define ASK_NS     (5 * NS_PER_MS)
#define ASK_RTS_NS (1 * NS_PER_MS)
/* What has not left by then never will; RTS must fall, or nobody else can speak. */
#define STUCK_NS   (2 * NS_PER_SECOND)

struct sender {
    bool switch_by_rts, driver_switches, rts_is_up;
    int64_t char_time_ns;
    int fd;
    bool is_port, is_ours;
    void (*take)(void *user, const uint8_t *bytes, size_t length);
    void *user;
    int64_t computed_ns; /* when the last byte should have left */
    int64_t left_ns;     /* when it has; INT64_MAX: on its way */
};

struct sender *
sender_new(bool switch_by_rts, int64_t char_time_ns)
{
    struct sender *sender = g_new0(struct sender, 1);

    sender->switch_by_rts = switch_by_rts;
    sender->char_time_ns = char_time_ns;
    sender->fd = -1;
    return sender;
}

static void
set_rts(struct sender *sender, bool up)
{
    int line = TIOCM_RTS;

    if (!sender->switch_by_rts || sender->driver_switches || !sender->is_port || sender->rts_is_up == up)
        return;
    if (ioctl(sender->fd, up ? TIOCMBIS : TIOCMBIC, &line) != 0)
        tap_complain("RTS cannot be set on this line: %s.", g_strerror(errno));
    sender->rts_is_up = up;
}

void
sender_detach(struct sender *sender)
{
    if (sender->fd >= 0)
        set_rts(sender, false);
    if (sender->fd >= 0 && sender->is_ours)
        close(sender->fd);
    sender->fd = -1;
    sender->take = NULL;
    sender->is_port = sender->is_ours = sender->driver_switches = false;
}

void
sender_free(struct sender *sender)
{
    if (sender == NULL)
        return;
    sender_detach(sender);
    g_free(sender);
}

void
sender_set_char_time(struct sender *sender, int64_t char_time_ns)
{
    sender->char_time_ns = char_time_ns;
}

/* The driver knows better than we when the last bit has left, where it can do it. */
static bool
let_driver_switch(int fd)
{
    struct serial_rs485 mode = { 0 };

    if (ioctl(fd, TIOCGRS485, &mode) != 0)
        return false;
    mode.flags |= SER_RS485_ENABLED | SER_RS485_RTS_ON_SEND;
    mode.flags &= ~(unsigned)SER_RS485_RTS_AFTER_SEND;
    return ioctl(fd, TIOCSRS485, &mode) == 0;
}

void
sender_attach_port(struct sender *sender, const char *device)
{
    sender_detach(sender);
    sender->fd = open(device, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (sender->fd < 0) {
        tap_complain("\"%s\" cannot be opened for writing: %s.", device, g_strerror(errno));
        return;
    }
    sender->is_port = sender->is_ours = true;
    if (!sender->switch_by_rts)
        return;
    sender->driver_switches = let_driver_switch(sender->fd);
    sender->rts_is_up = true; /* the kernel raised it at open */
    set_rts(sender, false);
}

void
sender_attach_connection(struct sender *sender, int fd)
{
    sender_detach(sender);
    sender->fd = fd;
}

void
sender_attach_function(struct sender *sender, void (*take)(void *user, const uint8_t *bytes, size_t length), void *user)
{
    sender_detach(sender);
    sender->take = take;
    sender->user = user;
}

static bool
fail(GError **error, const char *why)
{
    g_set_error(error, TAP_ERROR, TAP_LINE_LOST, "The request could not be sent: %s.", why);
    return false;
}

/* A few dozen bytes, which find room at once unless something is wrong. */
static bool
write_all(const struct sender *sender, const uint8_t *bytes, size_t length, GError **error)
{
    struct pollfd room = { .fd = sender->fd, .events = POLLOUT };

    while (length > 0) {
        const ssize_t sent =
            sender->is_port ? write(sender->fd, bytes, length) : send(sender->fd, bytes, length, MSG_NOSIGNAL);

        if (sent > 0) {
            bytes += sent;
            length -= (size_t)sent;
        } else if (sent < 0 && errno != EAGAIN && errno != EINTR) {
            return fail(error, g_strerror(errno));
        } else if (poll(&room, 1, PATIENCE_MS) == 0) {
            return fail(error, "the port takes no bytes");
        }
    }
    return true;
}

bool
sender_begin(struct sender *sender, const uint8_t *bytes, size_t length, GError **error)
{
    if (sender->take == NULL && sender->fd < 0)
        return fail(error, "the line is not there");
    set_rts(sender, true);
    if (sender->take != NULL)
        sender->take(sender->user, bytes, length);
    else if (!write_all(sender, bytes, length, error)) {
        set_rts(sender, false);
        return false;
    }
    sender->computed_ns = source_now() + (int64_t)length * sender->char_time_ns;
    sender->left_ns = INT64_MAX;
    return true;
}

static bool
is_drained(const struct sender *sender)
{
    int waiting = 0;

    return !sender->is_port || ioctl(sender->fd, TIOCOUTQ, &waiting) != 0 || waiting == 0;
}

int64_t
sender_left(struct sender *sender)
{
    const int64_t now = source_now();

    if (sender->left_ns != INT64_MAX || now < sender->computed_ns)
        return sender->left_ns;
    if (!is_drained(sender)) {
        if (now >= sender->computed_ns + STUCK_NS)
            set_rts(sender, false);
        return INT64_MAX;
    }
    /* Asked soon enough, it is the computed moment; else the driver was slower. */
    sender->left_ns = now - sender->computed_ns < 2 * ASK_NS ? sender->computed_ns : now;
    set_rts(sender, false);
    return sender->left_ns;
}

int64_t
sender_ask_again_ns(const struct sender *sender)
{
    const int64_t next = source_now() + (sender->switch_by_rts ? ASK_RTS_NS : ASK_NS);

    return MAX(next, sender->computed_ns);
}

bool
sender_is_port(const struct sender *sender)
{
    return sender->is_port || sender->take != NULL;
}
