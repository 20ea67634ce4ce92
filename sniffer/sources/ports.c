/* ports.c
 * The list of lines: see ports.h. It reads /sys only: sp_list_ports() opens ports to see what they are, and
 * that can disturb a capture that runs on them.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "ports.h"

#include <stdlib.h>
#include <string.h>

/* The same name for the same adapter, and for the same socket where adapters have no name of their own. */
static const char *const identities[] = { "/dev/serial/by-id", "/dev/serial/by-path" };

enum { ADAPTER_LEVELS = 6 }; /* from a tty up to its adapter in the tree of devices there are fewer */

/* /sys/class/tty/<tty>, or another one in place of /sys: tests bring adapters that nobody has. */
static char *
tty_folder(const char *tty)
{
    const char *root = g_getenv("CJT188_SYSFS");

    return g_build_filename(root != NULL ? root : "/sys", "class/tty", tty, NULL);
}

static char *
read_line(const char *folder, const char *file)
{
    char *path = g_build_filename(folder, file, NULL), *text = NULL;

    if (g_file_get_contents(path, &text, NULL, NULL))
        g_strstrip(text);
    g_free(path);
    return text;
}

/* The 8250 driver makes nodes for ports that are not there; their type is 0. */
static gboolean
has_hardware(const char *tty)
{
    char *folder = tty_folder(tty), *device = g_build_filename(folder, "device", NULL);
    char *type = read_line(folder, "type");
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
    char *folder = tty_folder("console"), *text = read_line(folder, "active"), **consoles;
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

/* USB descriptors hold what their maker put there. */
static void
append_printable(GString *text, const char *separator, const char *part)
{
    char *valid;

    if (part == NULL || *part == '\0')
        return;
    valid = g_utf8_make_valid(part, -1);
    if (text->len > 0)
        g_string_append(text, separator);
    for (const char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
        const gunichar character = g_utf8_get_char(at);

        g_string_append_unichar(text, g_unichar_isprint(character) ? character : ' ');
    }
    g_free(valid);
}

/* The folder of the USB adapter above a tty, or NULL. */
static char *
adapter_folder(const char *tty)
{
    char *folder = tty_folder(tty), *device = g_build_filename(folder, "device", NULL), *at = realpath(device, NULL);
    char *found = NULL;

    g_free(folder);
    g_free(device);
    for (int level = 0; found == NULL && at != NULL && *at != '\0' && level < ADAPTER_LEVELS; level++) {
        char *vendor = g_build_filename(at, "idVendor", NULL);

        if (g_file_test(vendor, G_FILE_TEST_EXISTS))
            found = g_strdup(at);
        *strrchr(at, '/') = '\0'; /* a real path has one in front of each part */
        g_free(vendor);
    }
    free(at);
    return found;
}

char *
ports_hardware(const char *device)
{
    static const struct {
        const char *separator, *file;
    } parts[] = { { " ", "manufacturer" }, { " ", "product" }, { ", serial number ", "serial" } };
    char *tty, *folder;
    GString *text;

    if (!g_str_has_prefix(device, "/dev/"))
        return NULL;
    tty = g_strdelimit(g_strdup(device + strlen("/dev/")), "/", '!'); /* as the kernel does */
    folder = adapter_folder(tty);
    g_free(tty);
    if (folder == NULL)
        return NULL;
    text = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        char *part = read_line(folder, parts[i].file);

        append_printable(text, parts[i].separator, part);
        g_free(part);
    }
    g_free(folder);
    return g_string_free(text, text->len == 0);
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
    char *path = tty_folder("");
    GDir *folder = g_dir_open(path, 0, NULL);
    const char *tty;

    g_free(path);
    while (folder != NULL && (tty = g_dir_read_name(folder)) != NULL) {
        char *device;

        if (!has_hardware(tty) || is_console(tty))
            continue;
        device = g_strdelimit(g_build_filename("/dev", tty, NULL), "!", '/');
        add_port(ports, device, ports_hardware(device));
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

/* The link in a folder that leads to a device, or NULL. */
static char *
link_to(const char *folder, const char *device)
{
    GDir *links = g_dir_open(folder, 0, NULL);
    const char *link;
    char *found = NULL;

    while (found == NULL && links != NULL && (link = g_dir_read_name(links)) != NULL) {
        char *candidate = g_build_filename(folder, link, NULL), *target = realpath(candidate, NULL);

        if (g_strcmp0(target, device) == 0)
            found = g_steal_pointer(&candidate);
        free(target);
        g_free(candidate);
    }
    if (links != NULL)
        g_dir_close(links);
    return found;
}

char *
ports_stable_name(const char *path, const char *device)
{
    char *found = NULL;

    if (strcmp(path, device) != 0)
        return g_strdup(path);
    for (size_t i = 0; i < G_N_ELEMENTS(identities) && found == NULL; i++)
        found = link_to(identities[i], device);
    return found != NULL ? found : g_strdup(path);
}
