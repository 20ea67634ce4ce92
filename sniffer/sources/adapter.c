/* adapter.c
 * Which adapter a serial port is: see adapter.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "adapter.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

enum { ADAPTER_LEVELS = 6 }; /* from a tty up to its adapter in the tree of devices there are fewer */

/* Or another folder in place of /sys: tests bring adapters that nobody has. */
char *
adapter_tty_folder(const char *tty)
{
    const char *root = g_getenv("CJT188_SYSFS");

    return g_build_filename(root != NULL ? root : "/sys", "class/tty", tty, NULL);
}

char *
adapter_read_line(const char *folder, const char *file)
{
    char *path = g_build_filename(folder, file, NULL), *text = NULL;

    if (g_file_get_contents(path, &text, NULL, NULL))
        g_strstrip(text);
    g_free(path);
    return text;
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

/* The folder of the USB adapter above a tty, or NULL. *interface: the folder below it on the way. */
static char *
adapter_folder(const char *tty, char **interface)
{
    char *folder = adapter_tty_folder(tty), *device = g_build_filename(folder, "device", NULL);
    char *at = realpath(device, NULL), *found = NULL;

    g_free(folder);
    g_free(device);
    *interface = NULL;
    for (int level = 0; found == NULL && at != NULL && *at != '\0' && level < ADAPTER_LEVELS; level++) {
        char *vendor = g_build_filename(at, "idVendor", NULL);

        if (g_file_test(vendor, G_FILE_TEST_EXISTS)) {
            found = g_strdup(at);
        } else {
            g_free(*interface);
            *interface = g_strdup(at);
            *strrchr(at, '/') = '\0'; /* a real path has one in front of each part */
        }
        g_free(vendor);
    }
    free(at);
    if (found == NULL)
        g_clear_pointer(interface, g_free);
    return found;
}

static char *
describe(const char *folder)
{
    static const struct {
        const char *separator, *file;
    } parts[] = { { " ", "manufacturer" }, { " ", "product" }, { ", serial number ", "serial" } };
    GString *text = g_string_new(NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        char *part = adapter_read_line(folder, parts[i].file);

        append_printable(text, parts[i].separator, part);
        g_free(part);
    }
    return g_string_free(text, text->len == 0);
}

/* "1.0/0" of ".../1-1.4:1.0": which of the adapter's interfaces, and which port of that, where a driver has several. */
static char *
port_of(const char *tty, const char *interface)
{
    char *folder = adapter_tty_folder(tty), *device = g_build_filename(folder, "device", NULL);
    char *number = adapter_read_line(device, "port_number");
    const char *colon = strrchr(interface, ':');
    char *port = g_strdup_printf("%s/%s", colon != NULL ? colon + 1 : "", number != NULL ? number : "0");

    g_free(number);
    g_free(device);
    g_free(folder);
    return port;
}

static char *
key_of(const char *folder, const char *port)
{
    static const char *const files[] = { "idVendor", "idProduct", "serial" };
    GString *key = g_string_new(NULL);
    bool any = false;

    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        char *part = adapter_read_line(folder, files[i]);

        any = part != NULL && *part != '\0'; /* of the last of them, the serial number */
        g_string_append_printf(key, "%s\n", part != NULL ? part : "");
        g_free(part);
    }
    g_string_append(key, port);
    return g_string_free(key, !any);
}

/* All but whether it is the only one. */
static void
look_at(const char *tty, struct adapter *adapter)
{
    char *interface, *folder = adapter_folder(tty, &interface), *port;

    *adapter = (struct adapter){ 0 };
    if (folder == NULL)
        return;
    port = port_of(tty, interface != NULL ? interface : "");
    adapter->text = describe(folder);
    adapter->key = key_of(folder, port);
    adapter->place = g_strdup_printf("%s\n%s", folder, port);
    g_free(port);
    g_free(folder);
    g_free(interface);
}

static const char *
key_in(const struct adapter *adapter)
{
    return adapter->key;
}

static const char *
text_in(const struct adapter *adapter)
{
    return adapter->text;
}

static const char *
place_in(const struct adapter *adapter)
{
    return adapter->place;
}

/* "ttyUSB0" for "/dev/ttyUSB0", as the kernel writes it, and the other way round. */
static char *
tty_of(const char *device)
{
    return g_strdelimit(g_strdup(device + strlen("/dev/")), "/", '!');
}

static char *
device_of(const char *tty)
{
    return g_strdelimit(g_build_filename("/dev", tty, NULL), "!", '/');
}

/* The device of which `part` is this; *count is of how many. The first of them is returned. */
static char *
find(const char *(*part)(const struct adapter *adapter), const char *wanted, guint *count)
{
    char *path = adapter_tty_folder(""), *found = NULL;
    GDir *folder = g_dir_open(path, 0, NULL);
    const char *tty;

    *count = 0;
    g_free(path);
    while (wanted != NULL && folder != NULL && (tty = g_dir_read_name(folder)) != NULL) {
        struct adapter adapter;

        look_at(tty, &adapter);
        if (g_strcmp0(part(&adapter), wanted) == 0 && (*count)++ == 0)
            found = device_of(tty);
        adapter_clear(&adapter);
    }
    if (folder != NULL)
        g_dir_close(folder);
    return found;
}

static char *
find_only(const char *(*part)(const struct adapter *adapter), const char *wanted)
{
    guint count;
    char *device = find(part, wanted, &count);

    if (count > 1)
        g_clear_pointer(&device, g_free);
    return device;
}

char *
adapter_find_key(const char *key)
{
    return find_only(key_in, key);
}

char *
adapter_find_text(const char *text)
{
    return find_only(text_in, text);
}

char *
adapter_find_place(const char *place)
{
    guint count;

    return find(place_in, place, &count);
}

static bool
is_only(const char *(*part)(const struct adapter *adapter), const char *wanted)
{
    char *device = find_only(part, wanted);
    const bool only = device != NULL;

    g_free(device);
    return only;
}

void
adapter_of(const char *device, struct adapter *adapter)
{
    char *tty;

    *adapter = (struct adapter){ 0 };
    if (!g_str_has_prefix(device, "/dev/"))
        return;
    tty = tty_of(device);
    look_at(tty, adapter);
    g_free(tty);
    adapter->unique = is_only(key_in, adapter->key);
    adapter->alone = is_only(text_in, adapter->text);
}

void
adapter_clear(struct adapter *adapter)
{
    g_free(adapter->text);
    g_free(adapter->key);
    g_free(adapter->place);
    *adapter = (struct adapter){ 0 };
}

bool
adapter_is_open(const char *device, int fd)
{
    char *tty, *folder, *told, *real;
    struct stat status;
    bool same;

    if (!g_str_has_prefix(device, "/dev/") || fstat(fd, &status) != 0)
        return true;
    tty = tty_of(device);
    folder = adapter_tty_folder(tty);
    told = adapter_read_line(folder, "dev");
    real = g_strdup_printf("%u:%u", major(status.st_rdev), minor(status.st_rdev));
    same = told == NULL || strcmp(told, real) == 0;
    g_free(real);
    g_free(told);
    g_free(folder);
    g_free(tty);
    return same;
}
