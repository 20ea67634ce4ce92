/* poll_options.c
 * The command line of cjt188poll: see poll_options.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "poll_options.h"
#include "options_parts.h"

#include <string.h>

enum { PREAMBLE = 6, TYPE_HEAT = 0x20, RETRIES_MAX = 20, TIMEOUT_MAX_MS = 60000 };

#define FAST_NS (60 * NS_PER_SECOND)

static const char letters[] = "iwbor"; /* those that have a value */

/* Which options belong to which commands. */
enum {
    READ = 1 << COMMAND_READ,
    FIND = 1 << COMMAND_FIND,
    ADDRESS = 1 << COMMAND_ADDRESS,
    SCAN = 1 << COMMAND_SCAN,
    CLOCK = 1 << COMMAND_SET_CLOCK,
    RAW = 1 << COMMAND_RAW,
};

static const struct {
    const char *name;
    unsigned words_min, words_max;
    const char *missing;
} commands[COMMANDS] = {
    [COMMAND_READ] = { "read", 0, 64, NULL },
    [COMMAND_FIND] = { "find", 0, 0, NULL },
    [COMMAND_ADDRESS] = { "address", 0, 0, NULL },
    [COMMAND_SCAN] = { "scan", 1, 64, "which meters: numbers, or FIRST-LAST" },
    [COMMAND_SET_CLOCK] = { "set-clock", 0, 2, NULL },
    [COMMAND_RAW] = { "raw", 1, 300, "the frame in hex" },
};

static gboolean
on_address(const gchar *name, const gchar *value, gpointer data, GError **error)
{
    struct poll_options *options = data;
    char **texts = g_strsplit(value, ",", -1);
    gboolean good = TRUE;

    for (char **text = texts; good && *text != NULL; text++) {
        uint8_t address[CJT188_ADDRESS_LENGTH];

        if (strcmp(*text, "all") == 0)
            options->asks_all = true;
        else if (request_parse_address(*text, address))
            g_array_append_val(options->addresses, address);
        else
            good = options_refuse(error, "%s wants the 8 or 10 digits on the display, an address of 14, or all, not \"%s\".",
                                  name, *text);
    }
    g_strfreev(texts);
    return good;
}

static gboolean
on_every(const gchar *name, const gchar *value, gpointer data, GError **error)
{
    if (options_parse_time(value, &((struct poll_options *)data)->every_ns))
        return TRUE;
    return options_refuse(error, "%s wants a time such as 60s, 15m or 1h, not \"%s\".", name, value);
}

static gboolean
parse_number(const char *text, unsigned least, unsigned most, unsigned *number)
{
    guint64 parsed;

    if (!g_ascii_string_to_unsigned(text, 10, least, most, &parsed, NULL))
        return FALSE;
    *number = (unsigned)parsed;
    return TRUE;
}

/* Options that are a number. */
static gboolean
on_number(const gchar *name, const gchar *value, gpointer data, GError **error)
{
    struct poll_options *options = data;
    unsigned timeout_ms = 0, listen_s = 0, count = 0, retries = 0;
    const struct {
        const char *name;
        unsigned least, most, *number;
    } numbers[] = {
        { "--count", 1, G_MAXINT, &count },
        { "--preamble", 0, REQUEST_PREAMBLE_MAX, &options->form.preamble },
        { "--retries", 0, RETRIES_MAX, &retries },
        { "-r", 0, RETRIES_MAX, &retries },
        { "--timeout", 1, TIMEOUT_MAX_MS, &timeout_ms },
        { "--listen", 0, 86400, &listen_s },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        if (strcmp(name, numbers[i].name) != 0)
            continue;
        if (!parse_number(value, numbers[i].least, numbers[i].most, numbers[i].number))
            return options_refuse(error, "%s wants a number from %u to %u, not \"%s\".", name, numbers[i].least,
                                  numbers[i].most, value);
        if (numbers[i].number == &retries)
            options->retries = (int)retries;
        if (numbers[i].number == &count)
            options->count = count;
        if (numbers[i].number == &timeout_ms)
            options->timeout_ns = timeout_ms * NS_PER_MS;
        if (numbers[i].number == &listen_s)
            options->listen_ns = listen_s * NS_PER_SECOND;
    }
    return TRUE;
}

static gboolean
on_type(const gchar *name, const gchar *value, gpointer data, GError **error)
{
    guint64 type;

    if (strlen(value) > 2 || !g_ascii_string_to_unsigned(value, 16, 0, UINT8_MAX, &type, NULL))
        return options_refuse(error, "%s wants two hex digits, 20 for heat or 10 for cold water, not \"%s\".", name, value);
    ((struct poll_options *)data)->form.type = (uint8_t)type;
    return TRUE;
}

static gboolean
on_manufacturer(const gchar *name, const gchar *value, gpointer data, GError **error)
{
    struct poll_options *options = data;
    guint64 code;

    if (strlen(value) != 4 || !g_ascii_string_to_unsigned(value, 16, 0, UINT16_MAX, &code, NULL))
        return options_refuse(error, "%s wants four hex digits, as cjt188.manufacturer shows them, not \"%s\".", name, value);
    options->has_manufacturer = true;
    options->manufacturer[0] = (uint8_t)code; /* A5, low byte first */
    options->manufacturer[1] = (uint8_t)(code >> 8);
    return !request_is_any_maker(options->manufacturer) ||
        options_refuse(error, "%s %s stands for every maker: a clock is set on one meter.", name, value);
}

/* Options that are one of a few words. */
static gboolean
on_word(const gchar *name, const gchar *value, gpointer data, GError **error)
{
    struct poll_options *options = data;
    const struct {
        const char *name, *word;
        bool *flag;
        bool value;
    } flags[] = {
        { "--di-order", "low", &options->form.di_high_first, false },
        { "--di-order", "high", &options->form.di_high_first, true },
        { "--broadcast", "aa5", &options->broadcast_aa7, false },
        { "--broadcast", "aa7", &options->broadcast_aa7, true },
        { "--if-busy", "wait", &options->exit_if_busy, false },
        { "--if-busy", "exit", &options->exit_if_busy, true },
    };
    GString *known = g_string_new(NULL);
    bool found = false;

    for (size_t i = 0; i < G_N_ELEMENTS(flags); i++) {
        if (strcmp(name, flags[i].name) != 0)
            continue;
        g_string_append_printf(known, "%s%s", known->len > 0 ? " or " : "", flags[i].word);
        if (strcmp(value, flags[i].word) == 0) {
            *flags[i].flag = flags[i].value;
            found = true;
        }
    }
    if (!found)
        options_refuse(error, "%s wants %s, not \"%s\".", name, known->str, value);
    g_string_free(known, TRUE);
    return found;
}

static gboolean
on_form(const gchar *name, const gchar *value, gpointer data, GError **error)
{
    struct poll_options *options = data;

    options->clock_form = strcmp(value, "thread") == 0 ? FORM_THREAD : strcmp(value, "standard") == 0 ? FORM_STANDARD : FORM_NONE;
    return options->clock_form != FORM_NONE || options_refuse(error, "%s wants thread or standard, not \"%s\".", name, value);
}

static gboolean
on_print(const gchar *name, const gchar *value G_GNUC_UNUSED, gpointer data, GError **error)
{
    static const char *const names[] = { [PRINT_JSON] = "--json", [PRINT_CSV] = "--csv", [PRINT_HEX] = "--hex" };
    struct poll_options *options = data;

    for (enum print_form form = PRINT_JSON; form <= PRINT_HEX; form++) {
        if (strcmp(name, names[form]) != 0)
            continue;
        if (options->print != PRINT_TEXT && options->print != form)
            return options_refuse(error, "%s and %s exclude each other.", names[options->print], name);
        options->print = form;
    }
    return TRUE;
}

static void
add_own_options(GOptionGroup *group, struct poll_options *options)
{
    const GOptionEntry entries[] = {
        OPTION_CALLBACK(0, "address", on_address, "Which meters: the number on the display, 14 hex digits, or all (all)", "N|all"),
        OPTION_CALLBACK(0, "every", on_every, "Read again and again: 60s, 15m, 1h", "TIME"),
        OPTION_CALLBACK(0, "count", on_number, "As many times", "N"),
        { "fast", 0, 0, G_OPTION_ARG_NONE, &options->fast, "Let --every be less than 60s; batteries pay for it", NULL },
        OPTION_CALLBACK(0, "timeout", on_number, "Wait so long for the first byte (500 and 30 characters)", "MS"),
        OPTION_CALLBACK('r', "retries", on_number, "Ask as often again when there is no answer (2; scan 0)", "N"),
        OPTION_CALLBACK(0, "preamble", on_number, "FE bytes in front of a request (6)", "N"),
        OPTION_CALLBACK(0, "type", on_type, "Meter type in the request, hex: 20 heat, 10 cold water (20)", "T"),
        OPTION_CALLBACK(0, "di-order", on_word, "Which byte of the identifier comes first (low)", "low|high"),
        OPTION_CALLBACK(0, "broadcast", on_word, "How all are addressed: aa5 is five AA, 11 11; aa7 is seven AA (aa5)", "aa5|aa7"),
        OPTION_CALLBACK(0, "listen", on_number, "Listen first: 2 before reads, 30 before writes", "SECONDS"),
        OPTION_CALLBACK(0, "if-busy", on_word, "When somebody else asks: wait for a pause, or end with code 8 (wait)",
                        "wait|exit"),
        OPTION_FLAG(0, "json", on_print, "Print a JSON object for each reading"),
        OPTION_FLAG(0, "csv", on_print, "Print a table of readings"),
        OPTION_FLAG(0, "hex", on_print, "Print what was sent and what came, in hex"),
        { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options->print_to, "Append what is printed to this file", "FILE" },
        OPTION_CALLBACK(0, "form", on_form, "How this meter's clock is set", "thread|standard"),
        OPTION_CALLBACK(0, "manufacturer", on_manufacturer, "Manufacturer code to write to, as cjt188.manufacturer shows it (1111)",
                        "CODE"),
        { "all", 0, 0, G_OPTION_ARG_FILENAME, &options->all_file, "Set the clocks of the meters in this list", "FILE" },
        { "yes", 0, 0, G_OPTION_ARG_NONE, &options->yes, "Set the clock without asking", NULL },
        { "allow-jump", 0, 0, G_OPTION_ARG_NONE, &options->allow_jump, "Also backwards, or over the end of a month", NULL },
        { "i-know", 0, 0, G_OPTION_ARG_NONE, &options->i_know, "Let raw write, once it is confirmed", NULL },
        { "list", 'D', 0, G_OPTION_ARG_NONE, &options->list, "List the lines there are", NULL },
        { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options->quiet, "Say nothing unless something fails", NULL },
        { "version", 'v', 0, G_OPTION_ARG_NONE, &options->version, "Print the version", NULL },
        G_OPTION_ENTRY_NULL,
    };

    g_option_group_add_entries(group, entries);
}

static GOptionContext *
make_context(struct poll_options *options)
{
    GOptionContext *context = g_option_context_new("-i LINE COMMAND");
    GOptionGroup *group = g_option_group_new("cjt188poll", "", "", options, NULL);

    options_add_line(group, true);
    options_add_capture(group, &options->common);
    add_own_options(group, options);
    g_option_context_set_main_group(context, group);
    g_option_context_set_summary(context,
                                 "Asks CJ/T 188 meters, and sets their clocks. It listens before it speaks.\n\n"
                                 "Commands:\n"
                                 "  read [DI...]         read 901F, or these: 901F 903F D120 ...\n"
                                 "  find                 try how this line's meter wants to be asked\n"
                                 "  address              ask the only meter on the line for its address\n"
                                 "  scan N|FIRST-LAST... which of these numbers answer\n"
                                 "  set-clock [now|TIME] --address N --form thread|standard\n"
                                 "  raw HEX              send exactly this frame");
    g_option_context_set_description(
        context,
        "LINE is a serial port, a number from -D, tcp://HOST:PORT, or demo: simulated meters that answer, of which\n"
        "24263225 answers all, 24263241 its number only, 24263258 behind a converter that echoes, 24263266 late, and\n"
        "24263274 never. demo:crowd: all of them answer at once.\n\n"
        "Exit codes: 0 ok, 1 wrong command line, 2 line or file cannot be opened, 3 output failed, 4 line lost,\n"
        "5 no answer, 6 refused or not confirmed, 7 the clock read back differs, 8 somebody else asks on the line.");
    return context;
}

/* ---- what makes sense together ---- */

static gboolean
check_own(const struct poll_options *options, GError **error)
{
    const struct {
        const char *name;
        bool given;
        unsigned commands;
        const char *why;
    } rules[] = {
        { "--every", options->every_ns != 0, READ, "read" },
        { "--count", options->count != 0, READ, "read" },
        { "--fast", options->fast, READ, "read" },
        { "--csv", options->print == PRINT_CSV, READ, "read" },
        { "--form", options->clock_form != FORM_NONE, CLOCK, "set-clock" },
        { "--manufacturer", options->has_manufacturer, CLOCK, "set-clock" },
        { "--all", options->all_file != NULL, CLOCK, "set-clock" },
        { "--allow-jump", options->allow_jump, CLOCK, "set-clock" },
        { "--yes", options->yes, CLOCK | RAW, "set-clock and raw" },
        { "--i-know", options->i_know, RAW, "raw" },
        { "--address", options->addresses->len > 0, READ | CLOCK, "read and set-clock" },
        { "--json", options->print == PRINT_JSON, READ | ADDRESS | RAW, "read, address and raw" },
        { "--output", options->print_to != NULL, READ | ADDRESS | RAW, "read, address and raw" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rules); i++)
        if (rules[i].given && (rules[i].commands & 1u << options->command) == 0)
            return options_refuse(error, "%s is for %s, not for %s.", rules[i].name, rules[i].why,
                                  commands[options->command].name);
    if (options->every_ns != 0 && options->every_ns < FAST_NS && !options->fast)
        return options_refuse(error,
                              "--every below 60s empties batteries that were to last for years, and the display is not "
                              "faster: say --fast if you mean it.");
    if (options->count != 0 && options->every_ns == 0)
        return options_refuse(error, "--count needs --every, which says how far apart.");
    if (options->asks_all && options->addresses->len > 0)
        return options_refuse(error, "--address all, or these meters: not both.");
    return TRUE;
}

static gboolean
check_clock(const struct poll_options *options, GError **error)
{
    if (options->command != COMMAND_SET_CLOCK)
        return TRUE;
    if (options->clock_form == FORM_NONE)
        return options_refuse(error,
                              "set-clock wants --form thread (control 39, one maker's; it writes the meter's number too) or "
                              "--form standard (control 04): nobody but you knows which this meter takes.");
    if (options->all_file == NULL && (options->asks_all || options->addresses->len != 1))
        return options_refuse(error, "set-clock wants the number of one meter with --address, or a list with --all.");
    if (options->all_file != NULL && options->addresses->len > 0)
        return options_refuse(error, "--address or --all: not both.");
    return TRUE;
}

static gboolean
find_command(struct poll_options *options, GError **error)
{
    const char *word = options->rest[1];
    GString *known = g_string_new(NULL);
    unsigned words;

    for (options->command = COMMAND_READ; options->command < COMMANDS; options->command++) {
        g_string_append_printf(known, "%s%s", known->len > 0 ? ", " : "", commands[options->command].name);
        if (word != NULL && strcmp(word, commands[options->command].name) == 0)
            break;
    }
    if (options->command == COMMANDS) {
        if (word == NULL)
            options_refuse(error, "What is to be done? One of %s.", known->str);
        else
            options_refuse(error, "There is no command \"%s\"; there are %s.", word, known->str);
        g_string_free(known, TRUE);
        return FALSE;
    }
    g_string_free(known, TRUE);
    options->words = options->rest + 2;
    words = g_strv_length(options->words);
    if (words < commands[options->command].words_min)
        return options_refuse(error, "%s wants %s.", word, commands[options->command].missing);
    if (words > commands[options->command].words_max)
        return options_refuse(error, "\"%s\" is too much behind %s.", options->words[commands[options->command].words_max], word);
    return TRUE;
}

static gboolean
check(struct poll_options *options, GError **error)
{
    const struct options *common = &options->common;

    if (options->version || options->list)
        return TRUE;
    if (common->lines->len == 0)
        return options_refuse(error,
                              "Which line? Give it with -i; \"cjt188poll -D\" lists what there is, \"-i demo\" needs no "
                              "hardware.");
    if (common->lines->len > 1)
        return options_refuse(error, "One line at a time: give one -i.");
    if (((struct line_options *)common->lines->pdata[0])->source.find_settings)
        return options_refuse(error, "--baud auto listens, and nobody may be speaking: \"find\" tries speeds and formats.");
    return find_command(options, error) && check_own(options, error) && check_clock(options, error) &&
        options_check_capture(common, error);
}

gboolean
poll_options_parse(struct poll_options *options, char **argv, GError **error)
{
    GOptionContext *context;
    gboolean good;

    *options = (struct poll_options){
        .form = { .preamble = PREAMBLE, .type = TYPE_HEAT },
        .retries = -1,
        .listen_ns = -1,
    };
    options->addresses = g_array_new(FALSE, FALSE, CJT188_ADDRESS_LENGTH);
    options_begin(&options->common, POLLS_FILE);
    options->common.speaks = true;
    context = make_context(options);
    good = options_read(&options->common, argv, letters, context, &options->rest, error) && check(options, error);
    g_option_context_free(context);
    return good;
}

void
poll_options_clear(struct poll_options *options)
{
    g_array_unref(options->addresses);
    g_strfreev(options->rest);
    g_free(options->print_to);
    g_free(options->all_file);
    options_clear(&options->common);
}
