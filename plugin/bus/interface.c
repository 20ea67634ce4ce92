/* interface.c
 * What the capture says of the interface that a packet came from.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "interface.h"

unsigned
cjt188_section_of(const packet_info *pinfo)
{
    return (pinfo->rec->presence_flags & WTAP_HAS_SECTION_NUMBER) != 0 ? pinfo->rec->section_number : 0;
}

static bool
has_interface(const packet_info *pinfo)
{
    return pinfo->rec->rec_type == REC_TYPE_PACKET && (pinfo->rec->presence_flags & WTAP_HAS_INTERFACE_ID) != 0;
}

uint32_t
cjt188_interface_of(const packet_info *pinfo)
{
    return has_interface(pinfo) ? pinfo->rec->rec_header.packet_header.interface_id : 0;
}

int
cjt188_encapsulation_of(const packet_info *pinfo)
{
    return pinfo->rec->rec_type == REC_TYPE_PACKET ? pinfo->rec->rec_header.packet_header.pkt_encap : WTAP_ENCAP_UNKNOWN;
}

uint32_t
cjt188_packet_flags(const packet_info *pinfo)
{
    uint32_t flags = 0;

    if (pinfo->rec->block == NULL ||
        wtap_block_get_uint32_option_value(pinfo->rec->block, OPT_PKT_FLAGS, &flags) != WTAP_OPTTYPE_SUCCESS)
        return 0;
    return flags;
}

const char *
cjt188_packet_comment(const packet_info *pinfo, unsigned index)
{
    wtap_block_t block = pinfo->fd->has_modified_block ? epan_get_modified_block(pinfo->epan, pinfo->fd) : pinfo->rec->block;
    char *comment = NULL;

    if (block == NULL || wtap_block_get_nth_string_option_value(block, OPT_COMMENT, index, &comment) != WTAP_OPTTYPE_SUCCESS)
        return NULL;
    return comment;
}

const char *
cjt188_interface_name(const packet_info *pinfo)
{
    const char *name;

    if (!has_interface(pinfo))
        return NULL;
    name = CJT188_OF_INTERFACE(epan_get_interface_name, pinfo, cjt188_interface_of(pinfo), cjt188_section_of(pinfo));
    return name == NULL || name[0] == '\0' || strcmp(name, "unknown") == 0 ? NULL : name;
}

/* "2400 8E1" at the start of a text: the bits of a character, start bit included, by the baud; 0: something else. */
static int64_t
read_settings(const char *from)
{
    const int64_t second = 1000000000;
    char text[sizeof "1000000 8E1"]; /* sscanf() alone would look for the end of 64 kB, at every digit in them */
    unsigned baud, data, stop;
    char parity;
    int end;

    snprintf(text, sizeof text, "%.*s", (int)sizeof text - 1, from);
    if (sscanf(text, "%7u %1u%c%1u%n", &baud, &data, &parity, &stop, &end) != 4 || g_ascii_isalnum(from[end]) ||
        baud == 0 || data < 5 || data > 8 ||
        strchr("NEOMS", parity) == NULL || stop < 1 || stop > 2)
        return 0;
    return (1 + data + (parity != 'N') + stop) * second / baud;
}

int64_t
cjt188_interface_character(const packet_info *pinfo)
{
    const char *text = NULL;
    int64_t found = 0;

    if (has_interface(pinfo))
        text = CJT188_OF_INTERFACE(epan_get_interface_description, pinfo, cjt188_interface_of(pinfo), cjt188_section_of(pinfo));
    for (const char *at = text; at != NULL && *at != '\0' && found == 0; at++) {
        if (g_ascii_isdigit(*at) && (at == text || !g_ascii_isalnum(at[-1])))
            found = read_settings(at);
    }
    return found;
}
