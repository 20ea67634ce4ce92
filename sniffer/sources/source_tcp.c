/* source_tcp.c
 * A serial device server, which passes the bytes of its line on as they are. Nothing is sent to it from here.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "backoff.h"
#include "record.h"
#include "source.h"
#include "status.h"
#include "timer.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READ_MAX = 4096, CONNECT_MS = 10000, DRAIN_READS = 64 };

/* A connection that has lasted so long was a good one: after it, the next is tried soon. */
#define GOOD_NS (60 * NS_PER_SECOND)

/* What Telnet would look like. */
enum { TELNET_IAC = 0xFF, TELNET_FIRST_OFFER = 0xFA, TELNET_DOUBLED = 4 };

struct telnet {
    uint64_t offset; /* in the connection */
    unsigned run;    /* of FF */
    unsigned doubled;
    bool single, told;
};

/* An attempt to connect, in a thread of its own: names may take long to resolve, and other lines do not wait. */
struct attempt {
    char *host, *port;
    const char *why; /* static */
    struct tcp *tcp; /* who asked; NULL when nobody waits any more. The main thread's alone */
    int fd;
};

struct tcp {
    struct source source;
    char *host, *port;
    bool no_wait;
    const struct source_partner *partner;
    int fd;
    GSource *retry;
    struct backoff backoff;
    int64_t begun_ns; /* the connection */
    struct telnet telnet;
    struct attempt *attempt; /* under way, or NULL */
    bool told;               /* that there is no connection yet */
    int64_t lost_ns;
    uint8_t bytes[READ_MAX];
};

/* Without a byte of ours a dead peer is never noticed, but for these. They carry no data. */
static void
keep_alive(int fd)
{
    static const struct {
        int level, option, value;
    } settings[] = {
        { SOL_SOCKET, SO_KEEPALIVE, 1 },
        { IPPROTO_TCP, TCP_KEEPIDLE, 60 },
        { IPPROTO_TCP, TCP_KEEPINTVL, 10 },
        { IPPROTO_TCP, TCP_KEEPCNT, 3 },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(settings); i++)
        setsockopt(fd, settings[i].level, settings[i].option, &settings[i].value, sizeof settings[i].value);
}

static int
connect_to(const struct addrinfo *address, int *reason)
{
    const int fd =
        socket(address->ai_family, address->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, address->ai_protocol);
    struct pollfd done = { .fd = fd, .events = POLLOUT };
    socklen_t length = sizeof *reason;

    if (fd < 0) {
        *reason = errno;
        return -1;
    }
    *reason = connect(fd, address->ai_addr, address->ai_addrlen) == 0 ? 0 : errno;
    if (*reason == EINPROGRESS) {
        *reason = ETIMEDOUT;
        if (poll(&done, 1, CONNECT_MS) > 0)
            getsockopt(fd, SOL_SOCKET, SO_ERROR, reason, &length);
    }
    if (*reason == 0) {
        keep_alive(fd);
        return fd;
    }
    close(fd);
    return -1;
}

/* The first of the host's addresses that answers, or -1 with *why set to a static text. */
static int
connect_host(const char *host, const char *port, const char **why)
{
    const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
    struct addrinfo *addresses;
    int fd = -1, reason = 0;
    const int result = getaddrinfo(host, port, &hints, &addresses);

    if (result != 0) {
        *why = gai_strerror(result);
        return -1;
    }
    for (const struct addrinfo *address = addresses; fd < 0 && address != NULL; address = address->ai_next)
        fd = connect_to(address, &reason);
    freeaddrinfo(addresses);
    *why = g_strerror(reason);
    return fd;
}

static void listen_to(struct tcp *tcp);

static void
attempt_free(struct attempt *attempt)
{
    g_free(attempt->host);
    g_free(attempt->port);
    g_free(attempt);
}

/* Said once: what the first connection fails for. After that it is known to be gone. */
static void
connect_later(struct tcp *tcp, const char *why)
{
    if (!tcp->told && tcp->lost_ns == 0)
        tap_complain("Cannot connect to \"%s\": %s. Trying again until it works.", tcp->source.info.name, why);
    tcp->told = true;
    timer_set(tcp->retry, source_now() + backoff_next(&tcp->backoff));
}

static gboolean
on_attempted(gpointer user)
{
    struct attempt *attempt = user;
    struct tcp *tcp = attempt->tcp;

    if (tcp == NULL) {
        if (attempt->fd >= 0)
            close(attempt->fd);
    } else {
        tcp->attempt = NULL;
        tcp->fd = attempt->fd;
        if (tcp->fd >= 0)
            listen_to(tcp);
        else
            connect_later(tcp, attempt->why);
    }
    attempt_free(attempt);
    return G_SOURCE_REMOVE;
}

static gpointer
attempt_thread(gpointer user)
{
    struct attempt *attempt = user;

    attempt->fd = connect_host(attempt->host, attempt->port, &attempt->why);
    g_idle_add(on_attempted, attempt);
    return NULL;
}

static void
on_retry(void *user)
{
    struct tcp *tcp = user;
    struct attempt *attempt = g_new(struct attempt, 1);
    GThread *thread;

    *attempt = (struct attempt){ g_strdup(tcp->host), g_strdup(tcp->port), NULL, tcp, -1 };
    thread = g_thread_try_new("connect", attempt_thread, attempt, NULL);
    if (thread != NULL) {
        tcp->attempt = attempt;
        g_thread_unref(thread);
        return;
    }
    attempt_free(attempt);
    connect_later(tcp, "there is no thread to be had");
}

static void
connection_is_lost(struct tcp *tcp)
{
    struct source *source = &tcp->source;

    source->watch = 0;
    if (tcp->partner != NULL)
        tcp->partner->closed(tcp->partner->user);
    close(tcp->fd);
    tcp->fd = -1;
    if (tcp->no_wait) {
        source->sink.end(source->sink.user,
                         g_error_new(TAP_ERROR, TAP_LINE_LOST, "The connection to \"%s\" is gone.", source->info.name));
        return;
    }
    source->down = true;
    source->sink.pause(source->sink.user);
    tap_complain("The connection to \"%s\" is gone. Connecting again until it works.", source->info.name);
    tcp->lost_ns = source_now();
    if (tcp->lost_ns - tcp->begun_ns >= GOOD_NS)
        tcp->backoff = (struct backoff){ 0 };
    timer_set(tcp->retry, tcp->lost_ns + backoff_next(&tcp->backoff));
}

/* Such servers open with an offer, and double each FF. */
static bool
is_telnet(struct telnet *telnet, const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (telnet->offset++ == 1 && telnet->run == 1 && bytes[i] >= TELNET_FIRST_OFFER && bytes[i] < TELNET_IAC)
            return true;
        if (bytes[i] == TELNET_IAC) {
            telnet->run++;
            continue;
        }
        telnet->single |= telnet->run % 2 != 0;
        telnet->doubled += telnet->run > 0 && telnet->run % 2 == 0;
        telnet->run = 0;
    }
    return telnet->doubled >= TELNET_DOUBLED && !telnet->single;
}

static void
look_for_telnet(struct tcp *tcp, size_t length)
{
    if (tcp->telnet.told || !is_telnet(&tcp->telnet, tcp->bytes, length))
        return;
    tap_complain(
        "\"%s\" speaks Telnet, with bytes of its own between those of the line and each FF doubled: set it to raw "
        "TCP, without RFC 2217.",
        tcp->source.info.name);
    tcp->telnet.told = true;
}

static gboolean
on_readable(gint fd, GIOCondition condition G_GNUC_UNUSED, gpointer user)
{
    struct tcp *tcp = user;
    struct source *source = &tcp->source;
    const ssize_t length = read(fd, tcp->bytes, sizeof tcp->bytes);

    if (length > 0) {
        look_for_telnet(tcp, (size_t)length);
        source->sink.bytes(source->sink.user, tcp->bytes, NULL, (size_t)length, source_now());
        return G_SOURCE_CONTINUE;
    }
    if (length < 0 && (errno == EINTR || errno == EAGAIN))
        return G_SOURCE_CONTINUE;
    connection_is_lost(tcp);
    return G_SOURCE_REMOVE;
}

static void
listen_to(struct tcp *tcp)
{
    const struct source_sink *sink = &tcp->source.sink;

    source_watch(&tcp->source, tcp->fd, on_readable);
    if (tcp->partner != NULL)
        tcp->partner->opened(tcp->partner->user, NULL, tcp->fd);
    tcp->source.down = false;
    tcp->begun_ns = source_now();
    tcp->telnet.offset = 0;
    if (tcp->lost_ns != 0) {
        char *text = g_strdup_printf("The connection was gone for %.1f s, what was said meanwhile is missing",
                                     (double)(source_now() - tcp->lost_ns) / NS_PER_SECOND);

        sink->note(sink->user, text);
        g_free(text);
        tap_complain("The connection to \"%s\" is back.", tcp->source.info.name);
    } else if (tcp->told) {
        tap_complain("There is a connection to \"%s\" now.", tcp->source.info.name);
    }
}

static void
tcp_start(struct source *source)
{
    struct tcp *tcp = (struct tcp *)source;

    tcp->retry = timer_new(G_PRIORITY_DEFAULT, on_retry, tcp);
    if (tcp->fd >= 0)
        listen_to(tcp);
    else {
        source->down = true;
        on_retry(tcp);
    }
}

static void
tcp_drain(struct source *source)
{
    struct tcp *tcp = (struct tcp *)source;

    for (int i = 0; i < DRAIN_READS; i++) {
        const ssize_t length = read(tcp->fd, tcp->bytes, sizeof tcp->bytes);

        if (length <= 0)
            break;
        source->sink.bytes(source->sink.user, tcp->bytes, NULL, (size_t)length, source_now());
    }
}

static void
tcp_close(struct source *source)
{
    struct tcp *tcp = (struct tcp *)source;

    if (tcp->attempt != NULL)
        tcp->attempt->tcp = NULL;
    timer_free(tcp->retry);
    if (tcp->fd >= 0)
        close(tcp->fd);
    g_free(tcp->host);
    g_free(tcp->port);
    g_free(tcp);
}

/* tcp://host:port, tcp://[address]:port */
static bool
split_name(const char *name, char **host, char **port)
{
    const char *begin = name + strlen("tcp://"), *colon = strrchr(begin, ':');
    guint64 number;

    if (colon == NULL || colon == begin || !g_ascii_string_to_unsigned(colon + 1, 10, 1, 65535, &number, NULL))
        return false;
    *port = g_strdup(colon + 1);
    if (*begin == '[' && colon[-1] == ']')
        *host = g_strndup(begin + 1, (gsize)(colon - begin) - 2);
    else
        *host = g_strndup(begin, (gsize)(colon - begin));
    return true;
}

static void
describe(struct tcp *tcp, const char *name, const struct line_settings *line)
{
    struct source_info *info = &tcp->source.info;
    char *settings = line_text(line);

    info->name = g_strdup(name);
    info->description = g_strdup_printf("serial device server, %s as far as is known here", settings);
    info->baud = line->baud;
    info->char_time_ns = line_char_time_ns(line);
    info->timing = TIMING_LIVE;
    info->waits = true;
    g_free(settings);
}

/* Where the line must be there, it is looked at here; else no other line waits for it. */
static bool
connect_first(struct tcp *tcp, const char *name, const struct source_options *options, GError **error)
{
    const char *why = NULL;

    if (!split_name(name, &tcp->host, &tcp->port)) {
        g_set_error(error, TAP_ERROR, TAP_USAGE, "\"%s\" is no tcp://HOST:PORT.", name);
        return false;
    }
    if (!options->no_wait && !options->must_be_there)
        return true;
    tcp->fd = connect_host(tcp->host, tcp->port, &why);
    if (tcp->fd < 0)
        g_set_error(error, TAP_ERROR, TAP_CANNOT_OPEN, "Cannot connect to \"%s\": %s.", name, why);
    return tcp->fd >= 0;
}

struct source *
source_tcp_open(const char *name, const struct source_options *options, GError **error)
{
    struct tcp *tcp = g_new0(struct tcp, 1);

    tcp->fd = -1;
    tcp->source.start = tcp_start;
    tcp->source.drain = tcp_drain;
    tcp->source.close = tcp_close;
    tcp->no_wait = options->no_wait;
    tcp->partner = options->partner;
    if (connect_first(tcp, name, options, error)) {
        describe(tcp, name, &options->line);
        return &tcp->source;
    }
    source_close(&tcp->source);
    return NULL;
}
