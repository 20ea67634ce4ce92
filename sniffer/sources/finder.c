/* finder.c
 * Where a line is: see finder.h.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "finder.h"
#include "adapter.h"
#include "status.h"
#include "taps.h"

#include <stdlib.h>
#include <string.h>

#define BY_ID "/dev/serial/by-id/"

struct finder {
    char *path;
    bool same_adapter;
    const char *taps;
    bool known; /* it was open before */
    struct adapter adapter;
};

static GPtrArray *finders; /* of all lines of this process */

struct finder *
finder_new(const char *path, bool same_adapter, const char *taps)
{
    struct finder *finder = g_new0(struct finder, 1);

    finder->path = g_strdup(path);
    finder->same_adapter = same_adapter;
    finder->taps = taps;
    if (finders == NULL)
        finders = g_ptr_array_new();
    g_ptr_array_add(finders, finder);
    return finder;
}

void
finder_free(struct finder *finder)
{
    g_ptr_array_remove(finders, finder);
    adapter_clear(&finder->adapter);
    g_free(finder->path);
    g_free(finder);
}

static bool
is_link(const char *path)
{
    return g_file_test(path, G_FILE_TEST_IS_SYMLINK);
}

static bool
leads_to(const char *path, const char *device)
{
    char *target = realpath(path, NULL);
    const bool same = g_strcmp0(target, device) == 0;

    free(target);
    return same;
}

/* by_key: it is known by its serial number, which is more than a plain name: the kernel gives those in the order of plugging
 * in. */
static bool
is_named_in_taps(const struct finder *finder, const char *device, bool by_key)
{
    char **lines = taps_lines(finder->taps);
    bool found = false;

    for (char **line = lines; !found && line != NULL && *line != NULL; line++)
        found = strcmp(*line, finder->path) != 0 && (!by_key || is_link(*line)) && leads_to(*line, device);
    g_strfreev(lines);
    return found;
}

static bool
is_other_lines(const struct finder *finder, const char *device, const struct adapter *adapter, bool by_key)
{
    for (guint i = 0; i < finders->len; i++) {
        const struct finder *other = finders->pdata[i];
        const struct adapter *its = &other->adapter;

        if (other == finder)
            continue;
        if ((its->unique && g_strcmp0(its->key, adapter->key) == 0) ||
            (!by_key && its->place != NULL && g_strcmp0(its->place, adapter->place) == 0) ||
            (is_link(other->path) && leads_to(other->path, device)))
            return true;
    }
    return is_named_in_taps(finder, device, by_key);
}

/* A link that is not by a serial number, which several adapters may have alike. */
static bool
is_users_link(const char *path)
{
    return is_link(path) && !g_str_has_prefix(path, BY_ID);
}

static char *
look_for(const struct finder *finder, bool *by_key)
{
    const struct adapter *adapter = &finder->adapter;
    char *device = NULL, *target;

    *by_key = false;
    if (adapter->place == NULL || is_users_link(finder->path)) { /* also what is no USB adapter */
        target = realpath(finder->path, NULL);
        device = g_strdup(target);
        free(target);
        return device;
    }
    if (adapter->unique)
        device = adapter_find_key(adapter->key);
    *by_key = device != NULL;
    if (device == NULL)
        device = adapter_find_place(adapter->place);
    if (device == NULL && adapter->alone)
        device = adapter_find_text(adapter->text);
    return device;
}

/* What speaks against this device, or NULL. */
static char *
doubt(const struct finder *finder, const char *device, const struct adapter *now, bool by_key)
{
    const bool same_text = g_strcmp0(now->text, finder->adapter.text) == 0;
    const bool same_place = g_strcmp0(now->place, finder->adapter.place) == 0;

    if (!finder->known || (same_text && same_place))
        return NULL;
    if (!same_text && finder->same_adapter)
        return g_strdup_printf("\"%s\" is another adapter now: %s.", finder->path,
                               now->text != NULL ? now->text : "one without a name");
    if (is_other_lines(finder, device, now, by_key))
        return g_strdup_printf("\"%s\" would be \"%s\" now, and that is another line's.", finder->path, device);
    return NULL;
}

char *
finder_device(struct finder *finder, GError **why)
{
    struct adapter now;
    bool by_key;
    char *device = look_for(finder, &by_key), *against;

    if (device == NULL)
        return NULL;
    adapter_of(device, &now);
    against = doubt(finder, device, &now, by_key);
    adapter_clear(&now);
    if (against == NULL)
        return device;
    g_set_error_literal(why, TAP_ERROR, TAP_CANNOT_OPEN, against);
    g_free(against);
    g_free(device);
    return NULL;
}

static char *
tell(const struct finder *finder, const struct adapter *now)
{
    const char *text = now->text != NULL ? now->text : "one without a name";

    if (!finder->known && g_str_has_prefix(finder->path, BY_ID) && now->place != NULL && !now->unique)
        return g_strdup_printf("\"%s\" may be any of several adapters that call themselves alike (%s): "
                               "/dev/serial/by-path tells them apart.",
                               finder->path, text);
    if (finder->known && g_strcmp0(now->text, finder->adapter.text) != 0)
        return g_strdup_printf("\"%s\" is another adapter now: %s.", finder->path, text);
    if (finder->known && g_strcmp0(now->place, finder->adapter.place) != 0)
        return g_strdup_printf("\"%s\" is plugged in at another place now.", finder->path);
    return NULL;
}

bool
finder_opened(struct finder *finder, const char *device, int fd, char **news)
{
    struct adapter now;

    *news = NULL;
    if (!adapter_is_open(device, fd))
        return false;
    adapter_of(device, &now);
    *news = tell(finder, &now);
    adapter_clear(&finder->adapter);
    finder->adapter = now;
    finder->known = true;
    return true;
}

const char *
finder_hardware(const struct finder *finder)
{
    return finder->adapter.text;
}
