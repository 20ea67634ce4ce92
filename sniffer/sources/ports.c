/* ports.c
 * The list of lines: see ports.h. It reads /sys only: sp_list_ports() opens ports to see what they are, and
 * that can disturb a capture that runs on them.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "ports.h"
#include "adapter.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>

/* The 8250 driver makes nodes for ports that are not there; their type is 0. */
static gboolean
has_hardware(const char *tty)
{
    char *folder = adapter_tty_folder(tty), *device = g_build_filename(folder, "device", NULL);
    char *type = adapter_read_line(folder, "type");
    const gboolean there = g_file_test(device, G_FILE_TEST_EXISTS) && (type == NULL || strcmp(type, "0") != 0);

    g_free(type);
    g_free(device);
    g_free(folder);
    return there;
}

/* Somebody's kernel console is not a meter line. */
static gboolean
is_console(const char *tty)
{
    char *folder = adapter_tty_folder("console"), *text = adapter_read_line(folder, "active"), **consoles;
    gboolean found;

    g_free(folder);
    if (text == NULL)
        return FALSE;
    consoles = g_strsplit(text, " ", -1);
    found = g_strv_contains((const char *const *)consoles, tty);
    g_strfreev(consoles);
    g_free(text);
    return found;
}

static void
port_free(gpointer data)
{
    struct port *port = data;

    g_free(port->name);
    g_free(port->description);
    g_free(port);
}

static void
add_port(GPtrArray *ports, char *name, char *description)
{
    struct port *port = g_new(struct port, 1);

    port->name = name;
    port->description = description != NULL ? description : g_strdup("");
    g_ptr_array_add(ports, port);
}

/* ttyUSB2 before ttyUSB10. */
static gint
compare_ports(gconstpointer a, gconstpointer b)
{
    const struct port *const *first = a, *const *second = b;
    char *key1 = g_utf8_collate_key_for_filename((*first)->name, -1);
    char *key2 = g_utf8_collate_key_for_filename((*second)->name, -1);
    const gint order = strcmp(key1, key2);

    g_free(key1);
    g_free(key2);
    return order;
}

GPtrArray *
ports_list(void)
{
    GPtrArray *ports = g_ptr_array_new_with_free_func(port_free);
    char *path = adapter_tty_folder("");
    GDir *folder = g_dir_open(path, 0, NULL);
    const char *tty;

    g_free(path);
    while (folder != NULL && (tty = g_dir_read_name(folder)) != NULL) {
        struct adapter adapter;
        char *device;

        if (!has_hardware(tty) || is_console(tty))
            continue;
        device = g_strdelimit(g_build_filename("/dev", tty, NULL), "!", '/');
        adapter_of(device, &adapter);
        add_port(ports, device, g_steal_pointer(&adapter.text));
        adapter_clear(&adapter);
    }
    if (folder != NULL)
        g_dir_close(folder);
    g_ptr_array_sort(ports, compare_ports);
    add_port(ports, g_strdup("demo"), g_strdup("built-in demo bus, needs no hardware"));
    return ports;
}

char *
ports_name(uint64_t number)
{
    GPtrArray *ports = ports_list();
    char *name = NULL;

    if (number >= 1 && number <= ports->len)
        name = g_strdup(((struct port *)g_ptr_array_index(ports, number - 1))->name);
    g_ptr_array_unref(ports);
    return name;
}

void
ports_print(void)
{
    GPtrArray *ports = ports_list();

    for (guint i = 0; i < ports->len; i++) {
        const struct port *port = ports->pdata[i];

        if (*port->description != '\0')
            printf("%u. %s (%s)\n", i + 1, port->name, port->description);
        else
            printf("%u. %s\n", i + 1, port->name);
    }
    g_ptr_array_unref(ports);
}
