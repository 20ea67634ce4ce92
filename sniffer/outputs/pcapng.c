/* pcapng.c
 * pcapng blocks: see pcapng.h. Numbers are those of draft-ietf-opsawg-pcapng.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pcapng.h"

#include <string.h>

enum option {
    OPTION_END = 0,
    OPTION_COMMENT = 1,
    SHB_HARDWARE = 2,
    SHB_OS = 3,
    SHB_APPLICATION = 4,
    IF_NAME = 2,
    IF_DESCRIPTION = 3,
    IF_SPEED = 8,
    IF_TSRESOL = 9,
    IF_FILTER = 11,
    IF_OS = 12,
    IF_HARDWARE = 15,
    EPB_FLAGS = 2,
    EPB_DROPCOUNT = 4,
    ISB_STARTTIME = 2,
    ISB_ENDTIME = 3,
    ISB_IFRECV = 4,
    ISB_IFDROP = 5,
};

#define SECTION_LENGTH_UNKNOWN UINT64_MAX
#define TSRESOL_NANOSECONDS    9

static void
put(GByteArray *block, const void *data, size_t length)
{
    g_byte_array_append(block, data, (guint)length);
}

static void
put_u16(GByteArray *block, uint16_t value)
{
    put(block, &value, sizeof value);
}

static void
put_u32(GByteArray *block, uint32_t value)
{
    put(block, &value, sizeof value);
}

static void
put_padding(GByteArray *block)
{
    static const uint8_t zero[3];

    if (block->len % 4 != 0)
        put(block, zero, 4 - block->len % 4);
}

static void
put_option(GByteArray *block, enum option code, const void *data, size_t length)
{
    const uint16_t head[] = { (uint16_t)code, (uint16_t)length };

    put(block, head, sizeof head);
    put(block, data, length);
    put_padding(block);
}

static void
put_text(GByteArray *block, enum option code, const char *text)
{
    if (text != NULL && *text != '\0')
        put_option(block, code, text, MIN(strlen(text), UINT16_MAX));
}

/* A filter is told with its kind in front: 0 is libpcap's language. */
static void
put_filter(GByteArray *block, const char *filter)
{
    GByteArray *value;

    if (filter == NULL)
        return;
    value = g_byte_array_new();
    g_byte_array_append(value, (const guint8 *)"", 1);
    g_byte_array_append(value, (const guint8 *)filter, (guint)MIN(strlen(filter), UINT16_MAX - 1));
    put_option(block, IF_FILTER, value->data, value->len);
    g_byte_array_unref(value);
}

/* pcapng times are two words, the high one first, in either byte order. */
static void
put_time_option(GByteArray *block, enum option code, int64_t time_ns)
{
    const uint32_t words[] = { (uint32_t)((uint64_t)time_ns >> 32), (uint32_t)time_ns };

    put_option(block, code, words, sizeof words);
}

static void
put_u64_option(GByteArray *block, enum option code, uint64_t value)
{
    put_option(block, code, &value, sizeof value);
}

/* The length of a block stands at both its ends, and is known last. */
static void
begin(GByteArray *block, enum pcapng_block type)
{
    g_byte_array_set_size(block, 0);
    put_u32(block, type);
    put_u32(block, 0);
}

static void
end(GByteArray *block)
{
    const uint32_t length = block->len + 8;
    const uint32_t tail[] = { OPTION_END, length }; /* the end of options is code and length 0 */

    put(block, tail, sizeof tail);
    memcpy(block->data + 4, &length, sizeof length);
}

void
pcapng_section(GByteArray *block, const struct pcapng_section *section)
{
    const uint64_t unknown = SECTION_LENGTH_UNKNOWN;

    begin(block, PCAPNG_SECTION);
    put_u32(block, PCAPNG_BYTE_ORDER);
    put_u16(block, 1); /* version 1.0 */
    put_u16(block, 0);
    put(block, &unknown, sizeof unknown);
    for (size_t i = 0; i < G_N_ELEMENTS(section->comments); i++)
        put_text(block, OPTION_COMMENT, section->comments[i]);
    put_text(block, SHB_HARDWARE, section->hardware);
    put_text(block, SHB_OS, section->os);
    put_text(block, SHB_APPLICATION, section->application);
    end(block);
}

void
pcapng_interface(GByteArray *block, const struct pcapng_interface *interface)
{
    const uint8_t resolution = TSRESOL_NANOSECONDS;

    begin(block, PCAPNG_INTERFACE);
    put_u16(block, PCAPNG_LINKTYPE);
    put_u16(block, 0);
    put_u32(block, PCAPNG_SNAPLEN);
    put_text(block, IF_NAME, interface->name);
    put_text(block, IF_DESCRIPTION, interface->description);
    if (interface->speed != 0)
        put_u64_option(block, IF_SPEED, interface->speed);
    put_option(block, IF_TSRESOL, &resolution, sizeof resolution);
    put_filter(block, interface->filter);
    put_text(block, IF_OS, interface->os);
    put_text(block, IF_HARDWARE, interface->hardware);
    end(block);
}

/* The one that is built a million times: fields that stand together go in together. */
void
pcapng_packet(GByteArray *block, const struct pcapng_packet *packet)
{
    const uint32_t head[] = {
        PCAPNG_PACKET,
        0,
        packet->interface,
        (uint32_t)((uint64_t)packet->time_ns >> 32),
        (uint32_t)packet->time_ns,
        (uint32_t)packet->length,
        (uint32_t)packet->length,
    };

    g_byte_array_set_size(block, 0);
    put(block, head, sizeof head);
    put(block, packet->bytes, packet->length);
    put_padding(block);
    put_text(block, OPTION_COMMENT, packet->comment);
    if (packet->flags != 0)
        put_option(block, EPB_FLAGS, &packet->flags, sizeof packet->flags);
    if (packet->dropped != 0)
        put_u64_option(block, EPB_DROPCOUNT, packet->dropped);
    end(block);
}

void
pcapng_statistics(GByteArray *block, const struct pcapng_statistics *statistics)
{
    begin(block, PCAPNG_STATISTICS);
    put_u32(block, statistics->interface);
    put_u32(block, (uint32_t)((uint64_t)statistics->end_ns >> 32));
    put_u32(block, (uint32_t)statistics->end_ns);
    put_time_option(block, ISB_STARTTIME, statistics->start_ns);
    put_time_option(block, ISB_ENDTIME, statistics->end_ns);
    put_u64_option(block, ISB_IFRECV, statistics->received);
    put_u64_option(block, ISB_IFDROP, statistics->dropped);
    end(block);
}
