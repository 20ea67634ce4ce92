/* main.c
 * cjt188dump: a passive tap for lines with CJ/T 188 meters.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "extcap/extcap.h"
#include "options.h"
#include "outputs/repair.h"
#include "signals.h"
#include "sources/ports.h"
#include "status.h"
#include "tap.h"

#include <locale.h>
#include <stdio.h>

static void
print_for_machine(guint number, const struct port *port)
{
    printf("%u\t%s\t%s\n", number, port->name, port->description);
}

static void
print_quoted(const char *name, const char *value)
{
    printf("\"%s\": \"", name);
    for (; *value != '\0'; value++)
        printf(*value == '"' || *value == '\\' ? "\\%c" : "%c", *value); /* it is printable UTF-8 */
    putchar('"');
}

static void
print_json(guint number, const struct port *port)
{
    printf("%s{ \"number\": %u, ", number == 1 ? "[\n  " : ",\n  ", number);
    print_quoted("name", port->name);
    printf(", ");
    print_quoted("description", port->description);
    printf(" }");
}

static void
list_ports(const struct options *options)
{
    void (*const print)(guint number, const struct port *port) = options->json ? print_json : print_for_machine;
    GPtrArray *ports;

    if (!options->json && !options->machine) {
        ports_print();
        return;
    }
    ports = ports_list();
    for (guint i = 0; i < ports->len; i++) /* there is one at least, the demo bus */
        print(i + 1, g_ptr_array_index(ports, i));
    if (options->json)
        puts("\n]");
    g_ptr_array_unref(ports);
}

static gboolean
run(const struct options *options, GError **error)
{
    if (options->version)
        printf("%s %s\n", g_get_prgname(), CJT188_VERSION);
    else if (options->list)
        list_ports(options);
    else if (options->list_types)
        puts("Data link types of every line (there is no other):\n  USER0 (DLT_USER0, 147: CJ/T 188)");
    else if (options->repair)
        return repair_files(options->files, error);
    else if (options->install_extcap)
        return extcap_install(error);
    else
        return tap_run(options, error);
    return TRUE;
}

int
main(int argc, char **argv)
{
    struct options options;
    GError *error = NULL;
    int status = TAP_OK;

    signals_hold_streams();
    signals_hold(); /* before anything takes its time */
    setlocale(LC_ALL, "");
    g_set_prgname("cjt188dump");
    if (extcap_is_meant(argc, argv))
        return extcap_run(argc, argv);
    if (!options_parse(&options, argv, &error) || !run(&options, &error)) {
        tap_complain("%s", error->message);
        status = error->code;
        g_error_free(error);
    }
    tap_complain_no_more();
    options_clear(&options);
    return status;
}
