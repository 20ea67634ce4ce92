/* extcap.c
 * What Wireshark asks and is told: see extcap.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "extcap.h"
#include "options.h"
#include "outputs/filter.h"
#include "outputs/pcapng.h"
#include "sources/ports.h"
#include "status.h"
#include "tap.h"
#include "toolbar.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "cjt188-" /* other programs may list a port under its own name */
#define SERVER "tcp://"
#define AUTO   "auto"

enum {
    READER_MS = 5000,  /* patience with a Wireshark that does not come for the error */
    TOOLBAR_MS = 3000, /* and with its toolbar */
};

/* The command line. Strings belong to GLib's parser, NULL where Wireshark said nothing. */
struct call {
    gboolean interfaces, dlts, config, capture;
    char *version, *interface, *filter, *fifo, *control_in, *control_out, *reload;
    char *baud, *format, *server, *second_line, *gap, *dtr, *rts;
    gboolean low_latency;
};

struct choice {
    const char *value, *text;
    bool ports_only; /* means nothing on a line without a port */
};

/* A row of the dialog. What is not said on the command line is the first choice, or `preset`. */
struct argument {
    const char *call, *display, *tooltip, *type, *group;
    const char *more; /* sentences of its own: validation, range, placeholder */
    const char *preset;
    const struct choice *choices;
    bool ports_only; /* as a choice's */
};

static const struct choice speeds[] = {
    { "2400", "2400 (most meters)", false },
    { AUTO, "auto: try what is common", true },
    { "300", "300", false },
    { "600", "600", false },
    { "1200", "1200", false },
    { "4800", "4800", false },
    { "9600", "9600", false },
    { "19200", "19200", false },
    { "38400", "38400", false },
    { "57600", "57600", false },
    { "115200", "115200", false },
    { NULL, NULL, false },
};
static const struct choice formats[] = {
    { "8E1", "8E1 (most meters)", false },
    { "8N1", "8N1", false },
    { "8O1", "8O1", false },
    { "8E2", "8E2", false },
    { "8N2", "8N2", false },
    { "7E1", "7E1", false },
    { "7O1", "7O1", false },
    { NULL, NULL, false },
};
static const struct choice signals[] = {
    { "keep", "as the system sets it", false },
    { "on", "on", false },
    { "off", "off", false },
    { NULL, NULL, false },
};
static const struct choice no_second[] = { { "none", "none", false }, { NULL, NULL, false } };

#define LINE    "Line"
#define MORE    "More lines"
#define ADAPTER "Adapter"

/* A host, and a port of 1 to 65535. Without braces, at which Wireshark would end the sentence. */
#define ADDRESS                                                                                                        \
    "^(" SERVER ".+:0*([1-9][0-9]?[0-9]?[0-9]?|[1-5][0-9][0-9][0-9][0-9]|6[0-4][0-9][0-9][0-9]|65[0-4][0-9][0-9]|"     \
    "655[0-2][0-9]|6553[0-5]))?$"

static const struct argument arguments[] = {
    { "--baud", "Speed",
      "Bits per second. auto listens until whole frames are found, which needs traffic; a device server knows its own",
      "selector", LINE, "", NULL, speeds, false },
    { "--format", "Format", "Data bits, parity, stop bits. FE, 81 and 90 need 8 data bits, whatever a document says",
      "selector", LINE, "", NULL, formats, false },
    { "--gap", "Gap (ms)", "Silence that ends a frame; 0 is 500 ms, or more on slow lines", "unsigned", LINE,
      "{range=0,60000}", "0", NULL, false },
    { "--server", "Device server", "Listen to a serial device server in place of this line: " SERVER "host:port",
      "string", MORE, "{placeholder=" SERVER "192.168.1.50:4001}{validation=" ADDRESS "}", "", NULL, false },
    { "--second-line", "Second line", "Another adapter, for the other direction of the same line", "selector", MORE, "",
      NULL, no_second, false },
    { "--low-latency", "Low latency", "Have the adapter hand over bytes at once: times become better", "boolflag",
      ADAPTER, "", "false", NULL, true },
    { "--dtr", "DTR", "Some level converters are fed from this control line", "selector", ADAPTER, "", NULL, signals,
      true },
    { "--rts", "RTS", "Some level converters are fed from this control line", "selector", ADAPTER, "", NULL, signals,
      true },
};

char *
extcap_text(const char *text)
{
    char *valid = g_utf8_make_valid(text, -1);
    GString *safe = g_string_new(NULL);

    for (const char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
        const gunichar character = g_utf8_get_char(at);

        g_string_append_unichar(safe,
                                character == '{'                   ? '('
                                    : character == '}'             ? ')'
                                    : g_unichar_isprint(character) ? character
                                                                   : ' ');
    }
    g_free(valid);
    return g_string_free(safe, FALSE);
}

static bool
is_demo(const char *line)
{
    return strcmp(line, "demo") == 0;
}

/* "cjt188-ttyUSB0" for "/dev/ttyUSB0", "cjt188-demo" for "demo". */
static char *
interface_of(const char *line)
{
    const char *name = g_str_has_prefix(line, "/dev/") ? line + strlen("/dev/") : line;
    char *safe = extcap_text(name), *interface = g_strconcat(PREFIX, safe, NULL);

    g_free(safe);
    return interface;
}

/* The other way round, also for a port that is not there any more. */
static char *
line_of(const char *interface)
{
    const char *name = g_str_has_prefix(interface, PREFIX) ? interface + strlen(PREFIX) : interface;

    if (is_demo(name) || g_str_has_prefix(name, "demo:") || *name == '/')
        return g_strdup(name);
    return g_build_filename("/dev", name, NULL);
}

static void
print_interface(const struct port *port)
{
    char *interface = interface_of(port->name);
    char *text = extcap_text(*port->description != '\0' ? port->description : "serial port");

    if (is_demo(port->name))
        printf("interface {value=%s}{display=CJ/T 188 demo bus}\n", interface);
    else
        printf("interface {value=%s}{display=CJ/T 188 on %s}\n", interface, text);
    g_free(text);
    g_free(interface);
}

static void
print_interfaces(void)
{
    GPtrArray *ports = ports_list();

    printf("extcap {version=" CJT188_VERSION "}{display=CJ/T 188 tap}\n");
    for (guint i = 0; i < ports->len; i++)
        print_interface(ports->pdata[i]);
    toolbar_declare();
    g_ptr_array_unref(ports);
}

static void
print_choices(unsigned number, const struct choice *choices, bool port)
{
    for (const struct choice *choice = choices; choice->value != NULL; choice++)
        if (port || !choice->ports_only)
            printf("value {arg=%u}{value=%s}{display=%s}%s\n", number, choice->value, choice->text,
                   choice == choices ? "{default=true}" : "");
}

static void
print_second_lines(unsigned number, const char *line)
{
    GPtrArray *ports = ports_list();

    for (guint i = 0; i < ports->len; i++) {
        const struct port *port = ports->pdata[i];
        char *name = extcap_text(port->name), *text = extcap_text(port->description);

        if (strcmp(port->name, line) != 0 && !is_demo(port->name))
            printf("value {arg=%u}{value=%s}{display=%s%s%s}\n", number, name, name, *text != '\0' ? ": " : "", text);
        g_free(text);
        g_free(name);
    }
    g_ptr_array_unref(ports);
}

static void
print_config(const char *interface)
{
    char *line = line_of(interface);
    const bool port = !is_demo(line);

    for (unsigned i = 0; i < G_N_ELEMENTS(arguments); i++) {
        const struct argument *argument = &arguments[i];

        if (argument->ports_only && !port)
            continue;
        printf("arg {number=%u}{call=%s}{display=%s}{type=%s}{tooltip=%s}{group=%s}%s", i, argument->call,
               argument->display, argument->type, argument->tooltip, argument->group, argument->more);
        if (argument->preset != NULL && *argument->preset != '\0')
            printf("{default=%s}", argument->preset);
        putchar('\n');
        if (argument->choices != NULL)
            print_choices(i, argument->choices, port);
        if (argument->choices == no_second)
            print_second_lines(i, line);
    }
    g_free(line);
}

/* What is printed is shown as the reason why the filter is red; nothing means that it is good. */
static void
check_filter(const char *text)
{
    GError *error = NULL;
    struct filter *filter;

    if (*text == '\0')
        return;
    filter = filter_new(text, &error);
    if (filter == NULL)
        puts(error->message);
    g_clear_error(&error);
    filter_free(filter);
}

static bool
is_said(const char *value)
{
    return value != NULL && *value != '\0';
}

static void
add_option(GPtrArray *argv, const char *name, const char *value, const char *nothing)
{
    if (!is_said(value) || strcmp(value, nothing) == 0)
        return;
    g_ptr_array_add(argv, g_strdup(name));
    g_ptr_array_add(argv, g_strdup(value));
}

/* What Wireshark's dialog checks, for those who come by another way. */
static bool
is_server(const char *server, GError **error)
{
    if (g_str_has_prefix(server, SERVER))
        return true;
    g_set_error(error, TAP_ERROR, TAP_USAGE, "The device server \"%s\" is not of the form " SERVER "host:port.",
                server);
    return false;
}

/* The same as a person would have said it: then it is checked in the same words. NULL with *error set when it cannot be said.
 * A device server has its own speed, which cannot be found from here: "auto" is then the second line's. */
static GPtrArray *
command_line(const struct call *call, GError **error)
{
    const bool server = is_said(call->server), auto_second = server && g_strcmp0(call->baud, AUTO) == 0;
    GPtrArray *argv;
    char *line;

    if (server && !is_server(call->server, error))
        return NULL;
    line = server ? g_strdup(call->server) : line_of(call->interface);
    argv = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(argv, g_strdup("cjt188dump"));
    g_ptr_array_add(argv, g_strdup("--quiet"));
    add_option(argv, "--baud", auto_second ? NULL : call->baud, "");
    add_option(argv, "--format", call->format, "");
    add_option(argv, "--gap", call->gap, "0");
    add_option(argv, "--dtr", call->dtr, "keep");
    add_option(argv, "--rts", call->rts, "keep");
    if (call->low_latency)
        g_ptr_array_add(argv, g_strdup("--low-latency"));
    add_option(argv, "-f", call->filter, "");
    add_option(argv, "-i", line, "");
    add_option(argv, "-i", call->second_line, "none");
    if (auto_second && is_said(call->second_line) && strcmp(call->second_line, "none") != 0)
        add_option(argv, "--baud", AUTO, "");
    add_option(argv, "-w", call->fifo, "");
    g_ptr_array_add(argv, NULL);
    g_free(line);
    return argv;
}

/* Wireshark opens its end when it has started dumpcap. -1: it does not come. */
static int
open_for_reader(const char *fifo)
{
    for (int waited = 0; waited < READER_MS; waited += 10) {
        const int fd = open(fifo, O_WRONLY | O_NONBLOCK | O_CLOEXEC);

        if (fd >= 0 || errno != ENXIO)
            return fd;
        g_usleep(10000);
    }
    return -1;
}

/* Wireshark shows our reason, and no second one of its own, when there is a capture, be it empty. */
static void
write_empty_capture(const struct call *call, int fd)
{
    const struct pcapng_section section = { .application = "cjt188dump " CJT188_VERSION };
    const struct pcapng_interface interface = { .name = call->interface };
    GByteArray *all = g_byte_array_new(), *block = g_byte_array_new();

    pcapng_section(block, &section);
    g_byte_array_append(all, block->data, block->len);
    pcapng_interface(block, &interface);
    g_byte_array_append(all, block->data, block->len);
    if (fd >= 0 && write(fd, all->data, all->len) < 0)
        g_debug("The reader is gone."); /* then nobody is left to be told */
    g_byte_array_unref(block);
    g_byte_array_unref(all);
}

static void
on_told(const char *text, void *user)
{
    toolbar_tell(user, text);
}

/* To its end, which was bad where *error is set. */
static void
run_tap(const struct call *call, GError **error)
{
    GPtrArray *argv = command_line(call, error);
    struct options options;
    bool good;

    if (argv == NULL)
        return;
    good = options_parse(&options, (char **)argv->pdata, error);
    for (guint i = 0; good && i < options.lines->len; i++) /* Wireshark shows why a capture cannot begin */
        ((struct line_options *)options.lines->pdata[i])->source.must_be_there = true;
    if (good)
        tap_run(&options, error);
    options_clear(&options);
    g_ptr_array_unref(argv);
}

static int
capture(const struct call *call)
{
    /* First of all: Wireshark's window stands still until somebody reads what its toolbar has to say. */
    struct toolbar *toolbar = toolbar_open(call->control_in, call->control_out, tap_mark);
    /* Held until the end: what the tap opens and closes is no end of the capture before the reason is told. */
    const int fd = open_for_reader(call->fifo);
    GError *error = NULL;
    int status = TAP_OK;

    signal(SIGPIPE, SIG_IGN);
    tap_tell_to(on_told, toolbar);
    run_tap(call, &error);
    if (error != NULL && error->code != TAP_OUTPUT_FAILED) { /* that is how Wireshark stops us at times */
        status = error->code;
        if (status != TAP_LINE_LOST)
            write_empty_capture(call, fd);
        fprintf(stderr, "%s\n", error->message);
        toolbar_wait(toolbar, TOOLBAR_MS);
    }
    g_clear_error(&error);
    tap_tell_to(NULL, NULL);
    toolbar_close(toolbar);
    if (fd >= 0)
        close(fd);
    return status;
}

static int
refuse(const char *sentence)
{
    fprintf(stderr, "cjt188dump: %s\n", sentence);
    return TAP_USAGE;
}

static int
answer(const struct call *call)
{
    if (call->interfaces) {
        print_interfaces();
        return TAP_OK;
    }
    if (call->interface == NULL)
        return refuse("Wireshark names a line with --extcap-interface; to tap a line by hand, use -i.");
    if (call->config)
        print_config(call->interface);
    else if (call->dlts)
        puts("dlt {number=147}{name=USER0}{display=CJ/T 188}");
    else if (!call->capture && call->filter != NULL)
        check_filter(call->filter);
    else if (!call->capture || call->fifo == NULL)
        return refuse("Wireshark captures with --capture --fifo; to tap a line by hand, use -i and -w.");
    else
        return capture(call);
    return TAP_OK;
}

bool
extcap_is_meant(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (g_str_has_prefix(argv[i], "--extcap-") || strcmp(argv[i], "--capture") == 0)
            return true;
    return false;
}

#define WORD(name, where)                                                                                              \
    {                                                                                                                  \
        name, 0, 0, G_OPTION_ARG_FILENAME, where, NULL, NULL                                                           \
    }
#define FLAG(name, where)                                                                                              \
    {                                                                                                                  \
        name, 0, 0, G_OPTION_ARG_NONE, where, NULL, NULL                                                               \
    }

int
extcap_run(int argc, char **argv)
{
    static struct call call; /* lives as long as the program */
    const GOptionEntry entries[] = {
        FLAG("extcap-interfaces", &call.interfaces),
        WORD("extcap-version", &call.version),
        WORD("extcap-interface", &call.interface),
        FLAG("extcap-dlts", &call.dlts),
        FLAG("extcap-config", &call.config),
        WORD("extcap-reload-option", &call.reload),
        WORD("extcap-capture-filter", &call.filter),
        WORD("extcap-control-in", &call.control_in),
        WORD("extcap-control-out", &call.control_out),
        FLAG("capture", &call.capture),
        WORD("fifo", &call.fifo),
        WORD("baud", &call.baud),
        WORD("format", &call.format),
        WORD("gap", &call.gap),
        WORD("server", &call.server),
        WORD("second-line", &call.second_line),
        WORD("dtr", &call.dtr),
        WORD("rts", &call.rts),
        FLAG("low-latency", &call.low_latency),
        G_OPTION_ENTRY_NULL,
    };
    GOptionContext *context = g_option_context_new(NULL);
    GError *error = NULL;
    gboolean good;

    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_set_ignore_unknown_options(context, TRUE); /* of a newer Wireshark */
    good = g_option_context_parse(context, &argc, &argv, &error);
    g_option_context_free(context);
    if (good)
        return answer(&call);
    refuse(error->message);
    g_error_free(error);
    return TAP_USAGE;
}

static bool
link_into(const char *program, char *folder, GError **error)
{
    char *path = g_build_filename(folder, "cjt188dump", NULL);
    const bool old_link = g_file_test(path, G_FILE_TEST_IS_SYMLINK);
    bool good = g_mkdir_with_parents(folder, 0755) == 0;

    if (good && old_link)
        good = unlink(path) == 0;
    good = good && symlink(program, path) == 0;
    if (good)
        printf("%s -> %s\n", path, program);
    else
        g_set_error(error, TAP_ERROR, TAP_CANNOT_OPEN, "Cannot make the link \"%s\": %s.", path, g_strerror(errno));
    g_free(path);
    g_free(folder);
    return good;
}

/* Where Wireshark 4.0 keeps what is one's own. */
static char *
config_folder(void)
{
    const char *folder = g_getenv("WIRESHARK_CONFIG_DIR");

    return folder != NULL && *folder != '\0' ? g_strdup(folder)
                                             : g_build_filename(g_get_user_config_dir(), "wireshark", NULL);
}

bool
extcap_install(GError **error)
{
    char *program = g_file_read_link("/proc/self/exe", error), *config;
    bool good;

    if (program == NULL) {
        (*error)->domain = TAP_ERROR;
        (*error)->code = TAP_CANNOT_OPEN;
        return false;
    }
    config = config_folder();
    /* 4.0 looks into the first only, 4.2 and later into the second only. */
    good = link_into(program, g_build_filename(config, "extcap", NULL), error) &&
        link_into(program, g_build_filename(g_get_home_dir(), ".local/lib/wireshark/extcap", NULL), error);
    if (good)
        puts("Wireshark lists the lines when it is started anew, or with Capture > Refresh Interfaces.");
    g_free(config);
    g_free(program);
    return good;
}
