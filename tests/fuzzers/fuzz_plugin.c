/* fuzz_plugin.c
 * libFuzzer target: the whole plugin in Wireshark's own engine. Whatever packets come and whatever a user has written into
 * tables, nothing is malformed, every text is UTF-8, and a packet looks the same in whatever order packets are looked at.
 *
 * Copyright 2026, the CJ/T 188 tools contributors
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The input is a run of records: what it is, two bytes of its length, and a body. A packet's body begins with HEAD bytes
 * that say where and when it was; plugin_seeds.py writes such inputs, and says more. The plugin's sources are linked in, and
 * Debian's libwireshark is what it is.
 */
#include "compat.h"

#include <sanitizer/lsan_interface.h>

#include <epan/addr_resolv.h>
#include <epan/column.h>
#include <epan/column-info.h>
#include <epan/epan_dissect.h>
#include <epan/frame_data.h>
#include <epan/stat_tap_ui.h>
#include <epan/timestamp.h>
#include <wsutil/filesystem.h>
#include <wsutil/privileges.h>
#include <wsutil/report_message.h>
#include <wsutil/wslog.h>

#include "cjt188-frame.h"
#include "fields.h"
#include "frame.h"
#include "plugin_taps.h"

/* ---- the input ---- */

enum record {
    SETTINGS,   /* which statistics listen (4 bytes), switches */
    OWN_FIELD,  /* a row of the user's fields: cells with | between them */
    METER,      /* a row of the Meters table, likewise */
    INTERFACE,  /* name | description */
    COMMENT,    /* of the next packet */
    LOG,        /* lines of a display log */
    USER0,      /* packets: HEAD, and the bytes of the line */
    TCP,
    UDP,
    USB,
    RTAC,
    RECORDS
};

/* What a packet's body begins with. */
enum { WHERE, LATER_LOW, LATER_HIGH, SNAP, SAYS, SHIFT, HEAD };

enum {
    PACKETS = 24,
    INTERFACES = 4,
    ROWS = 4,
    BODY_MAX = 1024,
    SWITCHES = 4, /* of SETTINGS, behind the four bytes of the statistics */
};

/* Bits of the switches. */
enum {
    ON_DESEGMENT = 0x01,
    ON_DAMAGED_VALUES = 0x02,
    ON_INSPECT = 0x04,
    ON_ALL_COLUMNS = 0x08,   /* every field is asked for by a column */
    ON_HEURISTIC = 0x10,
    ON_FIRST_TREE = 0x20,    /* as a filter or a column makes it */
    ON_FIRST_TAPS = 0x40,    /* the statistics listen when packets are seen first, else when they are seen again */
    ON_NO_DIGITS = 0x80,
};

/* Bits of SAYS. */
enum {
    SAYS_FLAGS = 0x01,       /* the capture has flags of the packet: SHIFT are their upper bits */
    SAYS_NO_TIME = 0x02,
    SAYS_MEND = 0x04,        /* lengths and checksums of frames are made right */
    SAYS_SECTION = 0x08,     /* the second section */
    SAYS_IGNORED = 0x10,     /* no interface id */
    SAYS_BACK = 0x20,        /* time runs back */
    SAYS_SECONDS = 0x40,     /* LATER is in seconds, not in ms */
};

struct packet {
    wtap_rec rec;
    frame_data fd;
    unsigned length, captured;
    uint8_t *bytes;          /* `captured` of them, a block of its own, for the sanitizer */
    char *seen_again;        /* what was shown */
};

static struct packet packets[PACKETS];
static unsigned packet_count;
static char *interfaces[INTERFACES][2];
static unsigned interface_count;
static unsigned rows[2];
static uint32_t taps;
static uint8_t switches, dialect;
static uint32_t tcp_next[4][2];
static nstime_t now;
static char *comment, *display_log;
static bool is_talkative; /* FUZZ_PLUGIN_SAY=1: says what it shows, for somebody who looks at one input */

/* ---- texts ---- */

void
check_utf8(const char *what, const char *text, long length)
{
    if (text == NULL || g_utf8_validate(text, length, NULL))
        return;
    fprintf(stderr, "not UTF-8 (%s): %s\n", what, text);
    abort();
}

static void
say(const char *format, va_list arguments)
{
    char *text = g_strdup_vprintf(format, arguments);

    check_utf8("a message", text, -1);
    if (is_talkative)
        fprintf(stderr, "%s\n", text);
    g_free(text);
}

/* ---- settings and tables ---- */

static void
set(char *preference)
{
    char *error = NULL;

    if (prefs_set_pref(preference, &error) != PREFS_SET_OK)
        abort();
    g_free(error);
    g_free(preference);
}

static void
set_switch(const char *name, unsigned bit)
{
    set(g_strdup_printf("cjt188.%s:%s", name, (switches & bit) != 0 ? "TRUE" : "FALSE"));
}

static void
apply_settings(void)
{
    const enum cjt188_dialect_id id = (enum cjt188_dialect_id)(dialect % CJT188_DIALECTS);

    set_switch("desegment", ON_DESEGMENT);
    set_switch("damaged_values", ON_DAMAGED_VALUES);
    set_switch("inspect", ON_INSPECT);
    switches ^= ON_NO_DIGITS;
    set_switch("show_digits", ON_NO_DIGITS);
    switches ^= ON_NO_DIGITS;
    set(g_strdup_printf("cjt188.dialect:%s", cjt188_dialect(id)->key));
    find_heur_dissector_by_unique_short_name("cjt188_tcp")->enabled = (switches & ON_HEURISTIC) != 0;
    find_heur_dissector_by_unique_short_name("cjt188_udp")->enabled = (switches & ON_HEURISTIC) != 0;
    prefs_apply_all();
}

static void
fill_cell(const uat_field_t *column, void *record, const char *text, bool *is_right)
{
    const unsigned length = (unsigned)strlen(text);
    char *error = NULL;

    if (*is_right && column->cb.chk != NULL)
        *is_right = column->cb.chk(record, text, length, column->cbdata.chk, column->fld_data, &error);
    if (*is_right)
        column->cb.set(record, text, length, column->cbdata.set, column->fld_data);
    if (column->cb.chk != uat_fld_chk_enum) /* Wireshark's own, which repeats the cell as it is */
        check_utf8("why a cell is refused", error, -1);
    g_free(error);
}

/* As Wireshark takes a row of a profile's file; its own reader forgets to free a row that is refused. Cells stand between
 * bars. */
static void
add_row(const char *name, unsigned which, const uint8_t *body, unsigned length)
{
    uat_t *table = uat_get_table_by_name(name);
    char *text = g_strndup((const char *)body, length), *error = NULL;
    char **cells = g_strsplit(text, "|", -1);
    void *record = g_malloc0(table->record_size);
    bool is_right = rows[which]++ < ROWS;

    for (unsigned i = 0; table->fields[i].title != NULL; i++)
        fill_cell(&table->fields[i], record, i < g_strv_length(cells) ? cells[i] : "", &is_right);
    if (is_right && table->update_cb(record, &error)) {
        uat_add_record(table, record, true);
        table->post_update_cb();
    }
    check_utf8("why a row is refused", error, -1);
    g_free(error);
    table->free_cb(record);
    g_free(record);
    g_strfreev(cells);
    g_free(text);
}

static void
add_interface(const uint8_t *body, unsigned length)
{
    char *text = g_strndup((const char *)body, length);
    char *bar = strchr(text, '|');

    if (interface_count < INTERFACES) {
        interfaces[interface_count][0] = bar != NULL ? g_strndup(text, (size_t)(bar - text)) : g_strdup(text);
        interfaces[interface_count][1] = bar != NULL ? g_strdup(bar + 1) : NULL;
        interface_count++;
    }
    g_free(text);
}

static const char *
interface_text(uint32_t id, unsigned which)
{
    return id < interface_count ? interfaces[id][which] : NULL;
}

#if WS_AT_LEAST(4, 4)
#define SECTION , unsigned section _U_
#else
#define SECTION
#endif

static const char *
interface_name(struct packet_provider_data *provider _U_, uint32_t id SECTION)
{
    return interface_text(id, 0);
}

static const char *
interface_description(struct packet_provider_data *provider _U_, uint32_t id SECTION)
{
    return interface_text(id, 1);
}

static const nstime_t *
frame_time(struct packet_provider_data *provider _U_, uint32_t number)
{
    return number >= 1 && number <= packet_count ? &packets[number - 1].fd.abs_ts : NULL;
}

/* ---- packets ---- */

/* Lengths and checksums of whatever looks like a frame. */
static void
mend(uint8_t *bytes, unsigned length)
{
    for (unsigned at = 0; at + CJT188_OFF_DATA < length; at++) {
        const unsigned sum = at + CJT188_OFF_DATA + bytes[at + CJT188_OFF_LENGTH];

        if (bytes[at] != CJT188_START || sum + 1 >= length)
            continue;
        bytes[sum] = cjt188_checksum(bytes + at, sum - at);
        bytes[sum + 1] = CJT188_END;
        at = sum + 1;
    }
}

static void
put16(GByteArray *packet, unsigned value)
{
    const uint8_t bytes[2] = { (uint8_t)(value >> 8), (uint8_t)value };

    g_byte_array_append(packet, bytes, sizeof bytes);
}

static void
put32(GByteArray *packet, uint32_t value)
{
    put16(packet, value >> 16);
    put16(packet, value & 0xFFFF);
}

enum { IP_HEAD = 20, TCP_HEAD = 20, UDP_HEAD = 8, IP_TCP = 6, IP_UDP = 17, SERVER_PORT = 4001,
       OTHER_PORT = 60001, CLIENT_PORT = 50000 };

static void
put_ip(GByteArray *packet, unsigned protocol, bool from_client, unsigned length)
{
    put16(packet, 0x4500);
    put16(packet, IP_HEAD + length);
    put32(packet, 0x00010000);
    put16(packet, 64 << 8 | protocol);
    put16(packet, 0);
    put32(packet, from_client ? 0xC0000201 : 0xC0000263);
    put32(packet, from_client ? 0xC0000263 : 0xC0000201);
}

/* A server's usual port, or one that only the heuristic takes. */
static void
put_ports(GByteArray *packet, unsigned where, bool from_client)
{
    const unsigned client = CLIENT_PORT + (where >> 1 & 1), server = (where & 4) != 0 ? OTHER_PORT : SERVER_PORT;

    put16(packet, from_client ? client : server);
    put16(packet, from_client ? server : client);
}

/* SHIFT is where else than next in the stream these bytes stand: gaps, and what was sent before. */
static void
put_tcp(GByteArray *packet, const uint8_t *head, unsigned length)
{
    const bool from_client = (head[WHERE] & 1) != 0;
    uint32_t *next = tcp_next[head[WHERE] >> 1 & 3];
    const uint32_t at = next[from_client] + (uint32_t)(int8_t)head[SHIFT];

    put_ip(packet, IP_TCP, from_client, TCP_HEAD + length);
    put_ports(packet, head[WHERE], from_client);
    put32(packet, at);
    put32(packet, next[!from_client]);
    put16(packet, 0x5018);
    put16(packet, 65535);
    put32(packet, 0);
    next[from_client] = at + length;
}

static void
put_udp(GByteArray *packet, const uint8_t *head, unsigned length)
{
    const bool from_client = (head[WHERE] & 1) != 0;

    put_ip(packet, IP_UDP, from_client, UDP_HEAD + length);
    put_ports(packet, head[WHERE], from_client);
    put16(packet, UDP_HEAD + length);
    put16(packet, 0);
}

/* As Linux's usbmon has it: a bulk transfer of one of two devices, at one of two endpoints. */
static void
put_usb(GByteArray *packet, const uint8_t *head, unsigned length)
{
    const bool from_host = (head[WHERE] & 1) != 0;
    struct {
        uint64_t id;
        uint8_t type, transfer, endpoint, device;
        uint16_t bus;
        uint8_t no_setup, no_data;
        int64_t seconds;
        int32_t microseconds, status;
        uint32_t length, captured;
        uint8_t setup[8], more[16];
    } usb = { .id = packet_count + 1, .type = from_host ? 'S' : 'C', .transfer = 3, .bus = 2,
              .endpoint = from_host ? 0x02 : 0x81 + (head[WHERE] >> 2 & 1), .device = 5 + (head[WHERE] >> 1 & 1),
              .no_setup = '-', .no_data = length > 0 ? 0 : '<', .length = length, .captured = length };

    g_byte_array_append(packet, (const uint8_t *)&usb, sizeof usb);
}

static void
put_rtac(GByteArray *packet, const uint8_t *head, unsigned length _U_)
{
    put32(packet, (uint32_t)now.secs);
    put32(packet, 0);
    put16(packet, (1 + (head[WHERE] & 1)) << 8);
    put16(packet, 0);
}

static const struct carrier {
    int encapsulation;
    void (*put)(GByteArray *packet, const uint8_t *head, unsigned length);
} carriers[RECORDS] = {
    [USER0] = { WTAP_ENCAP_USER0, NULL },
    [TCP] = { WTAP_ENCAP_RAW_IP, put_tcp },
    [UDP] = { WTAP_ENCAP_RAW_IP, put_udp },
    [USB] = { WTAP_ENCAP_USB_LINUX_MMAPPED, put_usb },
    [RTAC] = { WTAP_ENCAP_RTAC_SERIAL, put_rtac },
};

static void
pass_time(const uint8_t *head)
{
    const unsigned later = head[LATER_LOW] | (unsigned)head[LATER_HIGH] << 8;
    const int sign = (head[SAYS] & SAYS_BACK) != 0 ? -1 : 1;
    nstime_t step;

    if ((head[SAYS] & SAYS_SECONDS) != 0)
        step = (nstime_t){ sign * (time_t)later, 0 };
    else
        step = (nstime_t){ sign * (time_t)(later / 1000), sign * (int)(later % 1000) * 1000000 };
    nstime_add(&now, &step);
}

static void
fill_record(wtap_rec *rec, int encapsulation, const uint8_t *head, const struct packet *packet)
{
    memset(rec, 0, sizeof *rec);
    rec->rec_type = REC_TYPE_PACKET;
    rec->presence_flags = WTAP_HAS_CAP_LEN;
    if ((head[SAYS] & SAYS_NO_TIME) == 0)
        rec->presence_flags |= WTAP_HAS_TS;
    rec->ts = now;
    if ((head[SAYS] & SAYS_IGNORED) == 0)
        rec->presence_flags |= WTAP_HAS_INTERFACE_ID;
    rec->presence_flags |= WTAP_HAS_SECTION_NUMBER;
    rec->section_number = (head[SAYS] & SAYS_SECTION) != 0;
    rec->rec_header.packet_header.interface_id = head[WHERE] % INTERFACES;
    rec->rec_header.packet_header.pkt_encap = encapsulation;
    rec->rec_header.packet_header.len = packet->length;
    rec->rec_header.packet_header.caplen = packet->captured;
#if WS_AT_LEAST(4, 6)
    ws_buffer_init(&rec->data, packet->captured + 1u);
#endif
    rec->block = wtap_block_create(WTAP_BLOCK_PACKET);
    if ((head[SAYS] & SAYS_FLAGS) != 0)
        wtap_block_add_uint32_option(rec->block, OPT_PKT_FLAGS, (uint32_t)head[SHIFT] << 24 | (head[WHERE] & 3));
    if (comment != NULL)
        wtap_block_add_string_option(rec->block, OPT_COMMENT, comment, strlen(comment));
    g_clear_pointer(&comment, g_free);
}

static void
add_packet(enum record kind, const uint8_t *body, unsigned length)
{
    struct packet *packet = &packets[packet_count];
    GByteArray *whole = g_byte_array_new();
    const uint8_t *head = body;
    unsigned behind;

    if (packet_count == PACKETS || length < HEAD) {
        g_byte_array_unref(whole);
        return;
    }
    length -= HEAD;
    pass_time(head);
    if (carriers[kind].put != NULL)
        carriers[kind].put(whole, head, length);
    behind = whole->len;
    g_byte_array_append(whole, body + HEAD, length);
    if ((head[SAYS] & SAYS_MEND) != 0 && length > 0)
        mend(whole->data + behind, length);
    packet->length = whole->len;
    packet->captured = head[SNAP] == UINT8_MAX ? whole->len : MIN(whole->len, behind + head[SNAP]);
    packet->bytes = g_memdup2(whole->data, packet->captured);
    fill_record(&packet->rec, carriers[kind].encapsulation, head, packet);
    packet_count++;
    g_byte_array_unref(whole);
}

/* ---- what is read ---- */

static void
read_record(enum record kind, const uint8_t *body, unsigned length)
{
    switch (kind) {
    case SETTINGS:
        if (length < SWITCHES + 2)
            return;
        memcpy(&taps, body, sizeof taps);
        switches = body[SWITCHES];
        dialect = body[SWITCHES + 1];
        return;
    case OWN_FIELD:
        add_row("CJ/T 188 fields", 0, body, length);
        return;
    case METER:
        add_row("CJ/T 188 meters", 1, body, length);
        return;
    case INTERFACE:
        add_interface(body, length);
        return;
    case COMMENT:
        g_free(comment);
        comment = g_strndup((const char *)body, length);
        return;
    case LOG:
        if (!g_utf8_validate((const char *)body, length, NULL)) /* that is refused as a whole */
            return;
        g_free(display_log);
        display_log = g_strndup((const char *)body, length);
        return;
    default:
        add_packet(kind, body, length);
    }
}

static void
read_input(const uint8_t *input, size_t size)
{
    enum { RECORD_HEAD = 3 };

    while (size > RECORD_HEAD) {
        const unsigned said = MIN(input[1] | (unsigned)input[2] << 8, BODY_MAX);
        const unsigned length = (unsigned)MIN(said, size - RECORD_HEAD);

        read_record((enum record)(input[0] % RECORDS), input + RECORD_HEAD, length);
        input += RECORD_HEAD + length;
        size -= RECORD_HEAD + length;
    }
}

/* ---- dissecting ---- */

static epan_t *session;
static column_info columns;
static epan_dissect_t *dissection;
static GString *shown;

/* Where two segments have different bytes for one place, TCP says so, in several items, whoever is above it. */
static bool tcp_contradicts;

static void
check_not_malformed(const field_info *field, const char *label)
{
    tcp_contradicts = tcp_contradicts || strstr(label, "New fragment overlaps old data (retransmission?)") != NULL;
    if (tcp_contradicts || !g_str_has_prefix(field->hfinfo->abbrev, "_ws.malformed"))
        return;
    fprintf(stderr, "packet %u: %s\n", (unsigned)dissection->pi.num, label);
    abort();
}

/* What a node is shown with; what other protocols say is no matter, and TCP's own differs from look to look. */
static void
show_node(proto_node *node, void *data)
{
    unsigned depth = GPOINTER_TO_UINT(data);
    field_info *field = PNODE_FINFO(node);
    char made[ITEM_LABEL_LENGTH];
    const char *label = made;

    if (field != NULL) {
        if (field->rep != NULL)
            label = field->rep->representation;
        else
#if WS_AT_LEAST(4, 6)
            proto_item_fill_label(field, made, NULL);
#else
            proto_item_fill_label(field, made);
#endif
        check_not_malformed(field, label);
        if (depth == 0 && g_str_has_prefix(field->hfinfo->abbrev, "cjt188"))
            depth = 1;
        if (depth > 0) {
            check_utf8(field->hfinfo->abbrev, label, -1);
            g_string_append_printf(shown, "%*s%s%s [%s]\n", (int)(4 * depth), "", label,
                                   proto_item_is_hidden(node) ? " (hidden)" : "", field->hfinfo->abbrev);
        }
    }
    proto_tree_children_foreach(node, show_node, GUINT_TO_POINTER(depth > 0 ? depth + 1 : 0));
}

static void
show_columns(void)
{
    epan_dissect_fill_in_columns(dissection, false, true);
    for (unsigned i = 0; i < (unsigned)columns.num_cols; i++) {
        check_utf8(columns.columns[i].col_title, columns.columns[i].col_data, -1);
        g_string_append_printf(shown, "%s: %s\n", columns.columns[i].col_title, columns.columns[i].col_data);
    }
}

/* Every field, as columns do it: anew for each packet. */
static void
ask_for_all(void)
{
    void *cookie = NULL;

    if ((switches & ON_ALL_COLUMNS) == 0)
        return;
    for (header_field_info *field = proto_get_first_protocol_field(proto_cjt188, &cookie); field != NULL;
         field = proto_get_next_protocol_field(proto_cjt188, &cookie))
        epan_dissect_prime_with_hfid(dissection, field->id);
}

static void
dissect(struct packet *packet, bool with_taps)
{
#if WS_AT_LEAST(4, 6)
    ws_buffer_clean(&packet->rec.data);
    ws_buffer_append(&packet->rec.data, packet->bytes, packet->captured);
#define OF_TVB(tvb)
#else
#define OF_TVB(tvb) tvb,
    tvbuff_t *tvb = tvb_new_real_data(packet->bytes, packet->captured, (int)packet->length);
#endif

    ask_for_all();
    if (with_taps)
        epan_dissect_run_with_taps(dissection, WTAP_FILE_TYPE_SUBTYPE_UNKNOWN, &packet->rec, OF_TVB(tvb) &packet->fd,
                                   &columns);
    else
        epan_dissect_run(dissection, WTAP_FILE_TYPE_SUBTYPE_UNKNOWN, &packet->rec, OF_TVB(tvb) &packet->fd, &columns);
}

/* What a packet shows; the caller frees it. */
static char *
look_at(struct packet *packet, bool with_taps)
{
    char *text;

    dissect(packet, with_taps);
    g_string_truncate(shown, 0);
    tcp_contradicts = false;
    show_columns();
    proto_tree_children_foreach(dissection->tree, show_node, GUINT_TO_POINTER(0));
    text = g_strndup(shown->str, shown->len);
    epan_dissect_reset(dissection);
    return text;
}

static void
start_pass(bool visible)
{
    dissection = epan_dissect_new(session, visible || tap_listeners_require_dissection(), visible);
}

static void
end_pass(void)
{
    epan_dissect_free(dissection);
}

static void
see_first(void)
{
    const bool with_taps = (switches & ON_FIRST_TAPS) != 0;
    const frame_data *reference = NULL, *before = NULL;
    nstime_t elapsed = NSTIME_INIT_ZERO;
    uint32_t bytes = 0;

    start_pass((switches & ON_FIRST_TREE) != 0);
    for (unsigned i = 0; i < packet_count; i++) {
        struct packet *packet = &packets[i];

        frame_data_init(&packet->fd, i + 1, &packet->rec, i, bytes);
        frame_data_set_before_dissect(&packet->fd, &elapsed, &reference, before);
        dissect(packet, with_taps);
        epan_dissect_reset(dissection);
        frame_data_set_after_dissect(&packet->fd, &bytes);
        before = &packet->fd;
    }
    end_pass();
    if (with_taps) {
        plugin_taps_draw();
        reset_tap_listeners();
    }
}

static void
see_again(void)
{
    start_pass(true);
    for (unsigned i = 0; i < packet_count; i++) {
        packets[i].seen_again = look_at(&packets[i], true);
        if (is_talkative)
            fprintf(stderr, "%s\n", packets[i].seen_again);
    }
    end_pass();
    plugin_taps_draw();
}

static void
see_backwards(void)
{
    start_pass(true);
    for (unsigned i = packet_count; i-- > 0;) {
        char *text = look_at(&packets[i], false);

        if (!g_str_equal(text, packets[i].seen_again)) {
            fprintf(stderr, "packet %u, looked at again:\n%s\nand backwards:\n%s\n", i + 1, packets[i].seen_again, text);
            abort();
        }
        g_free(text);
    }
    end_pass();
}

/* ---- one input ---- */

static void
forget_input(void)
{
    for (unsigned i = 0; i < packet_count; i++) {
        frame_data_destroy(&packets[i].fd);
        wtap_block_unref(packets[i].rec.block);
#if WS_AT_LEAST(4, 6)
        ws_buffer_free(&packets[i].rec.data);
#endif
        g_free(packets[i].bytes);
        g_free(packets[i].seen_again);
    }
    for (unsigned i = 0; i < interface_count; i++) {
        g_free(interfaces[i][0]);
        g_free(interfaces[i][1]);
    }
    g_clear_pointer(&comment, g_free);
    g_clear_pointer(&display_log, g_free);
    memset(packets, 0, sizeof packets);
    memset(interfaces, 0, sizeof interfaces);
    packet_count = interface_count = 0;
}

static void
clear_table(const char *name, unsigned which)
{
    if (rows[which] > 0)
        uat_clear(uat_get_table_by_name(name));
    rows[which] = 0;
}

static void
start_input(void)
{
    clear_table("CJ/T 188 fields", 0);
    clear_table("CJ/T 188 meters", 1);
    proto_free_deregistered_fields();
    taps = 0;
    switches = ON_DESEGMENT;
    dialect = 0;
    for (unsigned i = 0; i < array_length(tcp_next); i++)
        tcp_next[i][0] = tcp_next[i][1] = 1000;
    now = (nstime_t){ 1777313520, 0 };
}

/* Now and then: libFuzzer would look behind every input whose session leaves more than there was, which all do at first, and
 * a look takes a second. */
static void
check_leaks(void)
{
    enum { OFTEN = 2000 };
    static unsigned inputs;

    if (++inputs % OFTEN == 0 && __lsan_do_recoverable_leak_check() != 0)
        abort();
}

int LLVMFuzzerInitialize(int *argument_count, char ***arguments);
int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    static const struct packet_provider_funcs provider = {
        .get_frame_ts = frame_time,
        .get_interface_name = interface_name,
        .get_interface_description = interface_description,
    };

    check_leaks();
    start_input();
    read_input(input, size);
    if (packet_count > 0) {
        apply_settings();
        session = epan_new(NULL, &provider);
        plugin_taps_start(taps, display_log);
        reset_tap_listeners();
        see_first();
        see_again();
        see_backwards();
        plugin_taps_stop();
        epan_free(session);
    }
    forget_input();
    return 0;
}

/* ---- once ---- */

/* In the place of Wireshark's own, so that not every session reads the makers of all network cards anew. */
char *
get_datafile_path(const char *name)
{
    return g_build_filename("/nonexistent", name, NULL);
}

/* By Decode As, which is the only way in: the handle that is offered for this table. */
static dissector_handle_t
offered(const char *table)
{
    GSList *handles = dissector_table_get_dissector_handles(find_dissector_table(table));
    dissector_handle_t handle = NULL;

    for (GSList *at = handles; at != NULL; at = at->next) {
        if (g_strcmp0(dissector_handle_get_protocol_short_name(at->data), "CJ/T 188") == 0)
            handle = at->data;
    }
    if (handle == NULL)
        abort();
    return handle;
}

static bool
is_carrier(const char *name)
{
    static const char *const names[] = { "cjt188", "user_dlt", "raw", "ip", "tcp", "udp", "usb", "rtacser", "data" };

    for (unsigned i = 0; i < array_length(names); i++) {
        if (g_str_equal(name, names[i]))
            return true;
    }
    return false;
}

/* What others make of bytes that look like theirs is no matter. */
static void
leave_only_carriers(void)
{
    void *cookie = NULL;

    for (int id = proto_get_first_protocol(&cookie); id != -1; id = proto_get_next_protocol(&cookie)) {
        if (proto_can_toggle_protocol(id) && !proto_is_pino(find_protocol_by_id(id)))
            proto_set_decoding(id, is_carrier(proto_get_protocol_filter_name(id)));
    }
}

static void
decode_as(void)
{
    set(g_strdup_printf("cjt188.tcp.port:%d", SERVER_PORT));
    set(g_strdup_printf("cjt188.udp.port:%d", SERVER_PORT));
    dissector_change_uint("usb.device", 2 << 16 | 5, offered("usb.device"));
    dissector_change_uint("usb.device", 2 << 16 | 6, offered("usb.device"));
    dissector_change_payload("rtacser.data", offered("rtacser.data"));
    prefs_apply_all();
}

void plugin_register(void);

int
LLVMFuzzerInitialize(int *argument_count _U_, char ***arguments)
{
    static const struct report_message_routines routines = { .vreport_failure = say, .vreport_warning = say };

    is_talkative = g_getenv("FUZZ_PLUGIN_SAY") != NULL;
    g_setenv("TZ", "UTC", TRUE);
#if WS_AT_LEAST(4, 6)
    ws_log_init(NULL);
#else
    ws_log_init("fuzz", NULL);
#endif
    init_process_policies();
#if WS_AT_LEAST(4, 6)
    g_free(configuration_init((*arguments)[0]));
#else
    g_free(configuration_init((*arguments)[0], NULL));
#endif
    init_report_message("fuzz", &routines);
    timestamp_set_type(TS_RELATIVE);
    timestamp_set_precision(TS_PREC_AUTO);
    timestamp_set_seconds_type(TS_SECONDS_DEFAULT);
    wtap_init(false);
    plugin_register();
    if (!epan_init(NULL, NULL, false))
        abort();
    build_column_format_array(&columns, epan_load_settings()->num_cols, true);
    leave_only_carriers();
    decode_as();
    shown = g_string_new(NULL);
    plugin_taps_init();
    return 0;
}
