/* source_serial.c
 * A serial port, or a pseudo terminal that stands for one, opened for reading only. When it goes away it is
 * waited for; when its settings are not known they are searched.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "finder.h"
#include "holder.h"
#include "icounter.h"
#include "parmrk.h"
#include "probe.h"
#include "record.h"
#include "source.h"
#include "status.h"
#include "timer.h"
#include "watch.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <libserialport.h>
#include <linux/serial.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

enum {
    READ_MAX = 4096,
    DRAIN_READS = 64, /* at the end, of what is at hand: a line that is never silent ends all the same */
};

/* After which silence it is told what may be its reason. */
#define HINT_NS (10 * NS_PER_SECOND)

/* What an adapter holds bytes back for; what is late beyond that. */
#define LATENCY_NS (16 * NS_PER_MS)
#define LATE_NS    (50 * NS_PER_MS)

/* Longer than an adapter holds bytes back; how often a silent line's counters are looked at; how often it is said that somebody
 * takes bytes. */
#define SILENCE_NS   (200 * NS_PER_MS)
#define AUDIT_NS     (60 * NS_PER_SECOND)
#define SAY_AGAIN_NS (60 * NS_PER_SECOND)

struct serial {
    struct source source;
    struct source_options options;
    char *path; /* what the user named */
    struct finder *finder;
    struct sp_port *port; /* NULL: libserialport does not know the device */
    int lock_fd;          /* holds the lock; opened first, before any setting is touched */
    int fd;               /* what is read; the port's own, or lock_fd */
    bool marked;          /* the tty escapes FF and marks errors */
    bool latency_lowered; /* by us */
    struct icounter icounter;
    GSource *audit;        /* when what the driver counts is compared with what was heard */
    uint64_t taken;        /* bytes that others have read, not yet said */
    int64_t taken_said_ns; /* when it was said last */
    struct parmrk parmrk;
    struct watch *watch; /* looks for the line while it is gone */
    int64_t lost_ns;     /* since when */
    int reason;          /* errno of the last attempt to open it */
    bool known;          /* it was open before */
    char *hindrance;     /* why it cannot be listened to again, as far as it was said */
    struct probe *probe; /* NULL: the settings are known */
    GSource *silence;    /* for the probe */
    GSource *hint;       /* when what was heard until then may have a reason */
    uint64_t breaks;     /* of what was heard until then: marked and 0 */
    uint8_t raw[READ_MAX];
    uint8_t bytes[READ_MAX + PARMRK_CARRY];
    uint8_t marks[READ_MAX + PARMRK_CARRY];
};

static bool
fail(GError **error, const char *path, const char *what)
{
    g_set_error(error, TAP_ERROR, TAP_CANNOT_OPEN, "Cannot open \"%s\": %s.", path, what);
    return false;
}

static bool
fail_busy(GError **error, const char *path, const char *device)
{
    char *holder = holder_of(device);
    char *what =
        holder != NULL ? g_strdup_printf("it is open already, in %s", holder) : g_strdup("another program has it open");

    fail(error, path, what);
    g_free(what);
    g_free(holder);
    return false;
}

/* In words for a user. */
static bool
fail_errno(GError **error, const char *path, int reason)
{
    if (reason == EPERM)
        return fail(error, path,
                    "operation not permitted; a service may use only ports whose driver was there when it was started");
    if (reason == EACCES)
        return fail(error, path,
                    "permission denied; serial ports belong to the group dialout, "
                    "\"sudo adduser $USER dialout\" and a new login let you in");
    return fail(error, path, g_strerror(reason));
}

/* Nothing keeps those out who came before us and took no lock. */
static void
tell_others(const struct serial *serial, const char *device)
{
    char *holder = holder_of(device);

    if (holder != NULL)
        tap_complain("\"%s\" is open in %s, too: what that reads is missing here.", serial->path, holder);
    g_free(holder);
}

static void
set_signal(const struct serial *serial, int line, const char *name, enum source_signal wanted)
{
    if (wanted == SIGNAL_KEEP)
        return;
    if (ioctl(serial->lock_fd, wanted == SIGNAL_ON ? TIOCMBIS : TIOCMBIC, &line) != 0)
        tap_complain("\"%s\" has no control line %s that could be set: %s.", serial->path, name, g_strerror(errno));
}

/* Alone on the port: a second reader would take bytes away. flock is what terminal programs look at. */
static bool
lock(struct serial *serial, const char *device, GError **error)
{
    serial->lock_fd = open(device, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    serial->reason = serial->lock_fd < 0 ? errno : 0;
    if (serial->lock_fd < 0)
        return errno == EBUSY ? fail_busy(error, serial->path, device) : fail_errno(error, serial->path, errno);
    if (!isatty(serial->lock_fd))
        return fail(error, serial->path, "it is a device, but no serial line");
    if (flock(serial->lock_fd, LOCK_EX | LOCK_NB) == 0) {
        /* The kernel has raised both just now: what they switch is to be switched back at once. Not before the lock: they would be
         * another program's. */
        set_signal(serial, TIOCM_DTR, "DTR", serial->options.dtr);
        set_signal(serial, TIOCM_RTS, "RTS", serial->options.rts);
        return true;
    }
    serial->reason = errno == EWOULDBLOCK ? EBUSY : errno;
    return serial->reason == EBUSY ? fail_busy(error, serial->path, device) : fail_errno(error, serial->path, errno);
}

/* Through libserialport, where it knows the device. It knows neither ptys nor links, hence the real name. */
static bool
open_port(struct serial *serial, const char *device, GError **error)
{
    if (sp_get_port_by_name(device, &serial->port) != SP_OK) {
        serial->port = NULL;
        serial->fd = serial->lock_fd;
        return true;
    }
    if (sp_open(serial->port, SP_MODE_READ) != SP_OK || sp_get_port_handle(serial->port, &serial->fd) != SP_OK)
        return errno == EBUSY ? fail_busy(error, serial->path, device) : fail_errno(error, serial->path, errno);
    fcntl(serial->fd, F_SETFD, FD_CLOEXEC);
    return true;
}

static bool
set_port(struct sp_port *port, const struct line_settings *line)
{
    static const struct {
        char letter;
        enum sp_parity parity;
    } parities[] = { { 'N', SP_PARITY_NONE }, { 'E', SP_PARITY_EVEN }, { 'O', SP_PARITY_ODD } };
    enum sp_parity parity = SP_PARITY_NONE;

    for (size_t i = 0; i < G_N_ELEMENTS(parities); i++)
        if (parities[i].letter == line->parity)
            parity = parities[i].parity;
    return sp_set_baudrate(port, (int)line->baud) == SP_OK && sp_set_bits(port, (int)line->data_bits) == SP_OK &&
        sp_set_parity(port, parity) == SP_OK && sp_set_stopbits(port, (int)line->stop_bits) == SP_OK;
}

/* What libserialport does not set, or not as a tap needs it. */
static void
tap_mode(struct termios *mode, const struct line_settings *line)
{
    static const tcflag_t sizes[] = { CS5, CS6, CS7, CS8 };

    mode->c_iflag &= ~(tcflag_t)(IGNPAR | IGNBRK | BRKINT | ISTRIP | INLCR | IGNCR | ICRNL | IXON | IXOFF);
    mode->c_iflag |= INPCK | PARMRK; /* PARMRK does nothing without INPCK */
    mode->c_oflag &= ~(tcflag_t)OPOST;
    mode->c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
    mode->c_cflag &= ~(tcflag_t)(CRTSCTS | HUPCL); /* no toggling of DTR at the end: it may feed the converter */
    mode->c_cflag |= CLOCAL | CREAD;
    mode->c_cc[VMIN] = 1; /* else an idle read looks like a lost line */
    mode->c_cc[VTIME] = 0;
    mode->c_cflag &= ~(tcflag_t)(CSIZE | PARENB | PARODD | CSTOPB);
    mode->c_cflag |= sizes[line->data_bits - 5] | (line->stop_bits == 2 ? CSTOPB : 0) |
        (line->parity != 'N' ? PARENB : 0) | (line->parity == 'O' ? PARODD : 0);
}

/* The speed that a port really has; drivers may round. */
static bool
has_speed(struct sp_port *port, unsigned baud)
{
    struct sp_port_config *config;
    int real = 0;

    if (sp_new_config(&config) != SP_OK)
        return false;
    if (sp_get_config(port, config) != SP_OK || sp_get_config_baudrate(config, &real) != SP_OK)
        real = 0;
    sp_free_config(config);
    return real > 0 && abs(real - (int)baud) <= (int)(baud / 30);
}

static bool
same_settings(const struct termios *wanted, const struct termios *got)
{
    const tcflag_t bits = CSIZE | PARENB | PARODD | CSTOPB | CRTSCTS;

    return (wanted->c_cflag & bits) == (got->c_cflag & bits);
}

/* A driver may take less than it is asked for, without a word. */
static bool
set_mode(struct serial *serial, const struct line_settings *line, GError **error)
{
    const char *path = serial->path;
    struct termios wanted, got;

    if (serial->port != NULL && !set_port(serial->port, line))
        return fail(error, path, "the port refuses these line settings");
    if (tcgetattr(serial->fd, &wanted) != 0)
        return fail_errno(error, path, errno);
    tap_mode(&wanted, line);
    if (serial->port == NULL)
        cfsetspeed(&wanted, line->baud); /* for show, as far as it is known: a pty has no speed */
    if (tcsetattr(serial->fd, TCSANOW, &wanted) != 0 && serial->port != NULL)
        return fail(error, path, "the port refuses these line settings");
    if (tcgetattr(serial->fd, &got) != 0)
        return fail_errno(error, path, errno);
    /* A pty has no characters on a wire: it drops parity and size, and that changes nothing. */
    if (serial->port != NULL && (!same_settings(&wanted, &got) || !has_speed(serial->port, line->baud)))
        return fail(error, path, "the port took other line settings than these");
    if ((got.c_lflag & ICANON) != 0 || got.c_cc[VMIN] != 1)
        return fail(error, path, "it does not give its bytes as they come");
    serial->marked = (got.c_iflag & (INPCK | PARMRK)) == (INPCK | PARMRK);
    return true;
}

static bool
set_latency(const struct serial *serial, bool low)
{
    struct serial_struct state;

    if (ioctl(serial->fd, TIOCGSERIAL, &state) != 0)
        return false;
    if (((state.flags & ASYNC_LOW_LATENCY) != 0) == low)
        return false;
    state.flags ^= ASYNC_LOW_LATENCY;
    return ioctl(serial->fd, TIOCSSERIAL, &state) == 0;
}

static void
close_line(struct serial *serial)
{
    if (serial->options.partner != NULL)
        serial->options.partner->closed(serial->options.partner->user);
    if (serial->fd >= 0) {
        ioctl(serial->fd, TIOCNXCL); /* a pty outlives us */
        if (serial->latency_lowered)
            set_latency(serial, false);
    }
    if (serial->port != NULL) {
        sp_close(serial->port);
        sp_free_port(serial->port);
    }
    if (serial->lock_fd >= 0)
        close(serial->lock_fd);
    serial->port = NULL;
    serial->fd = serial->lock_fd = -1;
    serial->latency_lowered = false;
}

static bool
open_line(struct serial *serial, const char *device, GError **error)
{
    const struct source_options *options = &serial->options;

    if (!lock(serial, device, error) || !open_port(serial, device, error) || !set_mode(serial, &options->line, error)) {
        close_line(serial);
        return false;
    }
    if (options->partner != NULL) /* before nobody else can open it */
        options->partner->opened(options->partner->user, device, -1);
    ioctl(serial->fd, TIOCEXCL);
    tell_others(serial, device);
    serial->latency_lowered = options->low_latency && set_latency(serial, true);
    icounter_begin(&serial->icounter, serial->fd);
    serial->parmrk = (struct parmrk){ 0 };
    return true;
}

/* In the service's log nobody else can be named: it does not see other users' programs. */
static void
tell_taken(struct serial *serial, uint64_t bytes)
{
    const int64_t now = source_now();
    char *device, *holder;

    serial->taken += bytes;
    if (serial->taken == 0 || (serial->taken_said_ns != 0 && now - serial->taken_said_ns < SAY_AGAIN_NS))
        return;
    device = ttyname(serial->fd);
    holder = device != NULL ? holder_of(device) : NULL;
    tap_complain("%" G_GUINT64_FORMAT " bytes that came to \"%s\" were not heard here: %s reads this line, too.",
                 serial->taken, serial->path, holder != NULL ? holder : "another program");
    g_free(holder);
    serial->taken = 0;
    serial->taken_said_ns = now;
}

/* What is missing goes into the next record. silence: as icounter_missing() has it. */
static void
audit(struct serial *serial, bool silence)
{
    const struct icounter *icounter = &serial->icounter;
    const uint64_t taken = icounter->taken, no_room = icounter->no_room;
    const bool unknown = icounter->rx == RX_UNKNOWN;
    const uint64_t missing = icounter_missing(&serial->icounter, serial->fd, silence);
    const uint64_t more_taken = icounter->taken - taken, more_no_room = icounter->no_room - no_room;

    if (missing > 0)
        serial->source.sink.missing(serial->source.sink.user, missing);
    if (silence)
        tell_taken(serial, more_taken > more_no_room ? more_taken - more_no_room : 0);
    if (unknown && icounter->rx == RX_STANDS)
        tap_complain(
            "The driver of \"%s\" does not count characters: if another program takes bytes away, that goes unseen.",
            serial->path);
}

/* In the first silence, and now and then: who takes all bytes leaves none that would tell. */
static void
set_audit(struct serial *serial, int64_t after_ns)
{
    if (serial->icounter.there && serial->icounter.rx != RX_STANDS)
        timer_set(serial->audit, source_now() + after_ns);
}

static void
on_audit(void *user)
{
    struct serial *serial = user;

    audit(serial, true);
    set_audit(serial, AUDIT_NS);
}

static void line_is_lost(struct serial *serial);

static void
tell_settings(struct serial *serial, bool found)
{
    const struct source_sink *sink = &serial->source.sink;
    char *settings = line_text(&serial->options.line), *reasons = probe_reasons(serial->probe);
    char *text = found ? g_strdup_printf("Settings found: %s (%s)", settings, reasons)
                       : g_strdup_printf("Settings searched, from here with %s", settings);

    sink->note(sink->user, text);
    if (found)
        tap_say("%s: %s.", serial->source.info.name, text);
    g_free(text);
    g_free(reasons);
    g_free(settings);
}

/* The line is listened to with what the probe wants; the record in progress is over. A port that refuses all settings is
 * gone. */
static void
follow_probe(struct serial *serial, enum probe_advice advice)
{
    const struct source_sink *sink = &serial->source.sink;

    if (advice == PROBE_STAY)
        return;
    sink->pause(sink->user);
    while (advice != PROBE_NOTHING && !set_mode(serial, probe_settings(serial->probe), NULL))
        advice = probe_refused(serial->probe);
    if (advice == PROBE_NOTHING) {
        line_is_lost(serial);
        return;
    }
    serial->options.line = *probe_settings(serial->probe);
    tell_settings(serial, advice == PROBE_FOUND);
    if (advice == PROBE_FOUND) {
        g_clear_pointer(&serial->probe, probe_free);
        timer_unset(serial->silence);
    }
    sink->settings(sink->user, &serial->options.line, advice == PROBE_FOUND);
}

static void
on_silence(void *user)
{
    struct serial *serial = user;

    if (serial->probe != NULL)
        follow_probe(serial, probe_silence(serial->probe));
}

/* Characters do not come faster than the line has them: of a long piece the first waited for us. A pseudo terminal has no such
 * pace. */
static void
tell_late(struct serial *serial, size_t length)
{
    const struct source_sink *sink = &serial->source.sink;
    const int64_t late_ns = (int64_t)length * line_char_time_ns(&serial->options.line) - LATENCY_NS;
    char *text;

    if (late_ns < LATE_NS || (serial->port == NULL && !serial->icounter.there))
        return;
    text = g_strdup_printf("Bytes of this were read at least %d ms late, so its time is less exact",
                           (int)(late_ns / NS_PER_MS));
    sink->note(sink->user, text);
    g_free(text);
}

static void
count_breaks(struct serial *serial, const uint8_t *bytes, const uint8_t *marks, size_t length)
{
    for (size_t i = 0; marks != NULL && i < length; i++)
        serial->breaks += marks[i] != 0 && bytes[i] == 0;
}

/* Nothing, or nothing but breaks, was heard on a line on which RTS is up: it may be that which drives the bus. */
static void
on_hint(void *user)
{
    const struct serial *serial = user;
    int state = 0;

    if (serial->fd < 0 || serial->icounter.heard > serial->breaks || ioctl(serial->fd, TIOCMGET, &state) != 0 ||
        (state & TIOCM_RTS) == 0)
        return;
    tap_complain(
        "\"%s\" has given %s for %d s, and its RTS is up: an RS485 converter that sends while RTS is up then holds the "
        "bus and hears nothing. If the master was asking meanwhile, try --rts off.",
        serial->path, serial->breaks > 0 ? "nothing but breaks" : "nothing", (int)(HINT_NS / NS_PER_SECOND));
}

static void
pass_on(struct serial *serial, const uint8_t *bytes, const uint8_t *marks, size_t length)
{
    const struct source_sink *sink = &serial->source.sink;

    icounter_hear(&serial->icounter, length);
    count_breaks(serial, bytes, marks, length);
    tell_late(serial, length);
    sink->bytes(sink->user, bytes, marks, length, source_now());
    if (serial->probe == NULL)
        return;
    timer_set(serial->silence, source_now() + line_gap_ns(&serial->options.line));
    follow_probe(serial, probe_bytes(serial->probe, bytes, marks, length));
}

static void
give(struct serial *serial, size_t length, bool over)
{
    size_t decoded;

    audit(serial, false);
    set_audit(serial, SILENCE_NS);
    if (!serial->marked) {
        if (length > 0)
            pass_on(serial, serial->raw, NULL, length);
        return;
    }
    decoded = over ? parmrk_finish(&serial->parmrk, serial->bytes, serial->marks)
                   : parmrk_decode(&serial->parmrk, serial->raw, length, serial->bytes, serial->marks);
    if (decoded > 0)
        pass_on(serial, serial->bytes, serial->marks, decoded);
}

/* Closed at once: an adapter that comes back gets its old name only when nobody holds it any more. */
static void
line_is_lost(struct serial *serial)
{
    struct source *source = &serial->source;

    source_stop(source);
    timer_unset(serial->silence);
    timer_unset(serial->audit);
    close_line(serial);
    if (serial->options.no_wait) {
        source->sink.end(source->sink.user,
                         g_error_new(TAP_ERROR, TAP_LINE_LOST,
                                     "The line \"%s\" is gone: adapter unplugged, or the other end "
                                     "closed.",
                                     source->info.name));
        return;
    }
    source->sink.pause(source->sink.user);
    tap_complain("The line \"%s\" is gone. Waiting for it to come back.", source->info.name);
    source->down = true;
    serial->lost_ns = source_now();
    watch_begin(serial->watch);
}

static gboolean
on_readable(gint fd, GIOCondition condition G_GNUC_UNUSED, gpointer user)
{
    struct serial *serial = user;
    const ssize_t length = read(fd, serial->raw, sizeof serial->raw);

    if (length > 0) {
        give(serial, (size_t)length, false);
        return G_SOURCE_CONTINUE;
    }
    if (length < 0 && (errno == EINTR || errno == EAGAIN)) {
        set_audit(serial, SILENCE_NS); /* somebody was faster */
        return G_SOURCE_CONTINUE;
    }
    give(serial, 0, true);
    if (serial->fd >= 0) /* what was held back may have changed the settings, and the port was gone for that already */
        line_is_lost(serial);
    return G_SOURCE_CONTINUE;
}

static void
listen(struct serial *serial)
{
    source_watch(&serial->source, serial->fd, on_readable);
    set_audit(serial, AUDIT_NS);
}

/* It is there, but cannot be listened to: said once for each reason. */
static void
tell_hindrance(struct serial *serial, GError *error)
{
    if (error == NULL)
        return;
    if (g_strcmp0(serial->hindrance, error->message) != 0)
        tap_complain("%s Waiting.", error->message);
    g_free(serial->hindrance);
    serial->hindrance = g_strdup(error->message);
    g_error_free(error);
}

/* Find the line and open it; *news is what there is to say about its adapter. */
static bool
find_line(struct serial *serial, char **news, GError **error)
{
    char *device = finder_device(serial->finder, error);
    bool good;

    serial->reason = ENOENT;
    good = device != NULL && open_line(serial, device, error);
    if (good && !finder_opened(serial->finder, device, serial->fd, news)) {
        close_line(serial);
        good = false;
    }
    g_free(device);
    return good;
}

static void
tell_return(struct serial *serial, const char *news)
{
    const struct source_sink *sink = &serial->source.sink;
    const double seconds = (double)(source_now() - serial->lost_ns) / NS_PER_SECOND;
    char *text = serial->known
        ? g_strdup_printf("The line was gone for %.1f s, what was said meanwhile is missing", seconds)
        : g_strdup_printf("The line was not there before, for %.1f s", seconds);

    sink->note(sink->user, text);
    g_free(text);
    tap_complain("The line \"%s\" is %s.", serial->source.info.name, serial->known ? "back" : "there");
    if (news == NULL)
        return;
    sink->note(sink->user, news);
    tap_complain("%s", news);
}

/* What the settings alone already tell. */
static void
tell_doubts(const struct serial *serial)
{
    const unsigned bits = serial->options.line.data_bits;

    if (!serial->marked)
        tap_complain("\"%s\" does not mark line errors: a wrong parity goes unseen.", serial->path);
    if (bits < 8 && serial->probe == NULL)
        tap_complain(
            "FE, 81 and 90, which are in every exchange, do not pass %u data bits: no frame will be whole. 8E1 is "
            "what meters use, whatever their paper says.",
            bits);
}

/* It is heard for the first time. */
static void
begin_line(struct serial *serial)
{
    serial->known = true;
    tell_doubts(serial);
    timer_set(serial->hint, source_now() + HINT_NS);
    if (serial->probe != NULL)
        follow_probe(serial, PROBE_CHANGE);
}

static void
on_retry(void *user)
{
    struct serial *serial = user;
    GError *error = NULL;
    char *news = NULL;

    if (!find_line(serial, &news, &error)) {
        if (serial->reason == EPERM) { /* a service may not use what came after it; the next one may */
            serial->source.sink.end(serial->source.sink.user, error);
            return;
        }
        tell_hindrance(serial, error);
        watch_again(serial->watch);
        return;
    }
    watch_end(serial->watch);
    serial->source.down = false;
    g_clear_pointer(&serial->hindrance, g_free);
    tell_return(serial, news);
    g_free(news);
    listen(serial);
    if (!serial->known)
        begin_line(serial);
}

static void
serial_start(struct source *source)
{
    struct serial *serial = (struct serial *)source;

    serial->watch = watch_new(serial->path, on_retry, serial);
    serial->silence = timer_new(G_PRIORITY_LOW, on_silence, serial);
    serial->audit = timer_new(G_PRIORITY_LOW, on_audit, serial);
    serial->hint = timer_new(G_PRIORITY_LOW, on_hint, serial);
    if (serial->fd < 0) {
        source->down = true;
        serial->lost_ns = source_now();
        watch_begin(serial->watch);
        return;
    }
    listen(serial);
    begin_line(serial);
}

static void
serial_drain(struct source *source)
{
    struct serial *serial = (struct serial *)source;

    for (int i = 0; i < DRAIN_READS && serial->fd >= 0; i++) {
        const ssize_t length = read(serial->fd, serial->raw, sizeof serial->raw);

        if (length <= 0)
            break;
        give(serial, (size_t)length, false);
    }
    if (serial->fd >= 0)
        give(serial, 0, true);
}

static bool
serial_set_line(struct source *source, const struct line_settings *line, GError **error)
{
    struct serial *serial = (struct serial *)source;
    const struct source_sink *sink = &source->sink;

    sink->pause(sink->user);
    if (serial->fd >= 0 && !set_mode(serial, line, error))
        return false;
    serial->options.line = *line;
    sink->settings(sink->user, line, false);
    return true;
}

static void
serial_close(struct source *source)
{
    struct serial *serial = (struct serial *)source;

    close_line(serial);
    watch_free(serial->watch);
    timer_free(serial->silence);
    timer_free(serial->audit);
    timer_free(serial->hint);
    probe_free(serial->probe);
    g_free(serial->hindrance);
    finder_free(serial->finder);
    g_free(serial->path);
    g_free(serial);
}

static void
describe(struct serial *serial)
{
    struct source_info *info = &serial->source.info;
    const struct line_settings *line = &serial->options.line;
    const bool is_pseudo = serial->fd >= 0 && serial->port == NULL;
    char *settings = serial->probe != NULL ? g_strdup("settings searched") : line_text(line);

    info->name = g_filename_display_name(serial->path);
    info->hardware = g_strdup(finder_hardware(serial->finder));
    info->description = g_strdup_printf("%s, %s", is_pseudo ? "pseudo terminal" : "serial port", settings);
    info->baud = serial->probe != NULL ? 0 : line->baud;
    info->char_time_ns = line_char_time_ns(line);
    info->timing = TIMING_LIVE;
    info->waits = is_pseudo && !serial->icounter.there;
    g_free(settings);
}

/* Is it a line that may come later? One that another program has is waited for when there are others to listen to. */
static bool
may_come(const struct serial *serial)
{
    static const int absent[] = { ENOENT, ENODEV, ENXIO, EIO };

    if (serial->options.no_wait || serial->options.must_be_there)
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(absent); i++)
        if (serial->reason == absent[i])
            return true;
    return serial->reason == EBUSY && serial->options.others;
}

static bool
open_first(struct serial *serial, GError **error)
{
    GError *wrong = NULL;
    char *news = NULL;
    const bool opened = find_line(serial, &news, &wrong);

    if (!opened && wrong == NULL)
        fail_errno(&wrong, serial->path, serial->reason);
    if (!opened && !may_come(serial)) {
        g_propagate_error(error, wrong);
        return false;
    }
    if (opened && news != NULL)
        tap_complain("%s", news);
    g_free(news);
    if (!opened)
        tell_hindrance(serial, wrong);
    describe(serial);
    return true;
}

struct source *
source_serial_open(const char *path, const struct source_options *options, GError **error)
{
    struct serial *serial = g_new0(struct serial, 1);

    serial->fd = serial->lock_fd = -1;
    serial->source.start = serial_start;
    serial->source.drain = serial_drain;
    serial->source.set_line = serial_set_line;
    serial->source.close = serial_close;
    serial->options = *options;
    serial->path = g_strdup(path);
    serial->finder = finder_new(path, options->same_adapter, options->taps);
    if (options->find_settings) {
        serial->probe = probe_new(options->line.gap_ms);
        serial->options.line = *probe_settings(serial->probe);
    }
    if (open_first(serial, error))
        return &serial->source;
    source_close(&serial->source);
    return NULL;
}
