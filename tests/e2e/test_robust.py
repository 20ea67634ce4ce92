# Whatever bytes come, the dissector stays calm: no malformed packet, no dissector bug, no byte without a name; and the
# neighbours on the wire are never taken for CJ/T 188, nor CJ/T 188 for them.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import random
import struct
import subprocess
import xml.etree.ElementTree as ElementTree

import pytest
from conftest import TIMEOUT, write_pcap
from craft import (EXPERT, INFO, MALFORMED, add_33, bcd, decode, field_rows, frame, heat_901f, water_901f)  # noqa: F401
from test_coverage import covered, types  # noqa: F401

SEED = 188
MUTATED = 10_000
NOTHING = "No CJ/T 188 frame (user DLT 147; preference cjt188.dlt_user)"


# ---- 10 000 mutated frames ----


def seeds(frames):
    """What is mutated: every known frame, and layouts that none of them has."""
    made = [
        frame(heat_901f()),
        frame(add_33(heat_901f(unit_first=True))),
        frame(water_901f(di="90 1F", unit_first=True), type=0x10),
        frame("20 D1 01" + bcd(12345678, 4).hex() + "2C"),
        frame("D1 40 01" + "06 24" + "11 22 33 44 05" + "55 66 77 88 2C" + "01 02 03", type=0x20),
        frame("D3 01 00" + "00 00 00 01 01 24 20" + "00" * 16, type=0x10),
        frame("81 02 00" + "50 01 00" * 5, type=0x10),
        frame("81 05 00 01" + "00 01 00 00" * 3 + "04 00", type=0x10),
        frame("A0 14 00 01 11 22 33 44 55 66 77 88", control=0x04, type=0x10),
        frame("A0 19 06 00 00 10 01 10 02 10 03 10", control=0x36),
        frame("04 80", control=0xC1),
        frame("2F 90 00" + "00" * 29),
        frame("0E 90 00" + "01" * 13, maker="55 55"),
        frame("1F 90 00" + "2C 00 00 00 00" * 2 + "00" * 16, type=0x10),
        frame("90 1F 00" + "12" * 69, type=0x10, control=0x91),
        bytes.fromhex("68 07 07 68 53 FE 51 0F 01 00 01 B3 16"),
        bytes.fromhex("10 5B 01 5C 16"),
        bytes.fromhex("68 AA AA AA AA AA AA 68 11 04 33 33 34 33 AE 16"),
    ]
    return [row["bytes"] for row in frames] + made


def change(dice, data):
    data = bytearray(data)
    for _ in range(dice.randint(1, 4)):
        data[dice.randrange(len(data))] = dice.choice((dice.randrange(256), 0x68, 0x16, 0xFE, 0xFF, 0x00, 0x99, 0x33))
    return bytes(data)


def cut(dice, data):
    start, end = sorted((dice.randint(0, len(data)), dice.randint(0, len(data))))
    return dice.choice((data[:end], data[start:], data[:start] + data[end:])) or data[:1]


def repeat(dice, data):
    start, end = sorted((dice.randint(0, len(data)), dice.randint(0, len(data))))
    return data[:end] + data[start:end] * dice.randint(1, 3) + data[end:]


def right_checksum(data):
    """Bytes that were changed and yet have a right checksum reach the layouts."""
    start = data.find(0x68)
    if start < 0 or len(data) < start + 13:
        return data
    head = data[start:start + 11 + data[start + 10]]
    return data[:start] + head + bytes([sum(head) & 0xFF, 0x16])


def mutated(frames):
    dice = random.Random(SEED)
    bases = seeds(frames)
    out = []
    while len(out) < MUTATED:
        data = dice.choice(bases)
        for _ in range(dice.randint(1, 3)):
            kind = dice.choice(("change", "cut", "repeat", "glue", "change and mend"))
            if kind == "change":
                data = change(dice, data)
            elif kind == "cut":
                data = cut(dice, data)
            elif kind == "repeat":
                data = repeat(dice, data)
            elif kind == "glue":
                data += dice.choice(bases)
            else:
                data = right_checksum(change(dice, data))
        out.append(data[:600])
    return out


def packets_of(tshark, path, *options):
    """Yields each <packet>, which lasts until the next: all of them at once would fill the memory. Taken to its end, it
    checks that tshark ended well."""
    command, env = tshark.command("-r", path, "-T", "pdml", *options)
    process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    with process:
        for _, element in ElementTree.iterparse(process.stdout):
            if element.tag == "packet":
                yield element
                element.clear()
        errors = process.stderr.read().decode()
        assert process.wait(TIMEOUT) == 0, errors
        assert errors == ""


def complaints(packet, data, types):
    """What is wrong with the decode of these bytes."""
    names = [element.get("name") for element in packet.iter("proto")]
    names += [element.get("name") for element in packet.iter("field")]
    texts = [element.get("showname") or "" for element in packet.iter("field")]
    missing = sorted(set(range(len(data))) - covered(packet, types))
    wrong = [name for name in names if name in ("_ws.malformed", "_ws.unreassembled")]
    wrong += [text for text in texts if "Dissector bug" in text or "Malformed" in text]
    return wrong + ([f"bytes {missing} have no name"] if missing else [])


@pytest.fixture(scope="module")
def mutants(frames, readable_folder):
    packets = mutated(frames)
    assert len(packets) == MUTATED and len(set(packets)) > MUTATED * 0.9
    return packets, write_pcap(readable_folder / "mutants.pcap", packets)


def test_mutated_frames_are_decoded_to_the_last_byte(tshark, mutants, types):  # noqa: F811
    packets, path = mutants
    wrong, count, reached = {}, 0, 0
    for packet, data in zip(packets_of(tshark, path), packets):
        count += 1
        reached += any(element.get("name") == "cjt188.control" for element in packet.iter("field"))
        said = complaints(packet, data, types)
        if said and len(wrong) < 5:
            wrong[data.hex(" ")] = said
    assert wrong == {}
    assert count == MUTATED
    assert reached > MUTATED / 2, "most are still recognised as frames, else this test would not reach the layouts"


def test_a_second_look_at_mutated_frames_says_the_same(tshark, mutants):
    """A reply's dialect may come from an earlier reading: it must not change when Wireshark dissects a packet again. Of a request
    the whole capture may tell more then."""
    _, path = mutants
    names = ["frame.number", "cjt188.dialect", "cjt188.control.response"]

    def replies(*options):
        return [row for row in tshark.fields(path, names, *options) if "0" not in row["cjt188.control.response"]]

    once = replies()
    assert len(once) > MUTATED // 3
    assert replies("-2") == once


# ---- captures cut by a snap length ----


def write_cut_pcap(path, packets):
    """packets: [(whole bytes, how many of them were captured)]."""
    out = bytearray(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 147))
    for number, (data, have) in enumerate(packets):
        out += struct.pack("<IIII", 1777313520 + number, 0, have, len(data)) + data[:have]
    path.write_bytes(out)
    return path


def test_a_snap_length_is_named_as_such_and_what_is_there_is_read(tshark, tmp_path, frames, types):  # noqa: F811
    whole = [row["bytes"] for row in frames if row["id"] in (2, 3, 5, 33, 124, 144, 152, 162, 164)]
    cases = [(data, have) for data in whole for have in range(len(data))]
    assert len(cases) > 300
    path = write_cut_pcap(tmp_path / "snap.pcap", cases)
    for packet, (data, have) in zip(packets_of(tshark, path), cases):
        where = f"{have} bytes of {data.hex(' ')}"
        names = {element.get("name") for element in packet.iter()}
        assert complaints(packet, data[:have], types) == [], where
        assert "cjt188.truncated" not in names, where
        assert "_ws.short" in names, where
    text = tshark("-r", path, "-V").stdout
    assert text.count("[Packet size limited during capture") >= len(cases)


def test_a_snap_length_leaves_the_fields_before_it(decode, tmp_path, frames):
    reply = next(row["bytes"] for row in frames if row["id"] == 3)
    packets = decode(write_cut_pcap(tmp_path / "snap.pcap", [(reply, 40), (reply, len(reply) - 2)]))
    assert packets[0]["meter"] == ["24263225"] and packets[0]["energy.heating"] == [0.007]
    assert packets[0]["temperature.supply"] == []
    assert packets[1]["status"] == [0x0800] and packets[1]["checksum.status"] == []


# ---- odd packets ----


def test_a_truncated_frame_is_read_as_far_as_it_goes(decode, frames):
    reply = next(row["bytes"] for row in frames if row["id"] == 3)
    cut_off = [reply[:have] for have in range(20, len(reply))]
    for data, packet in zip(cut_off[:-2], decode(cut_off[:-2])):
        assert packet["truncated"], data.hex(" ")
        assert packet["meter"] == ["24263225"]
        assert packet[MALFORMED] == ""
        assert packet["temperature.supply"] == packet["status"] == [], "the sum is not there to say that they are right"
    assert decode([cut_off[-3]], "-o", "cjt188.damaged_values:TRUE")[0]["temperature.supply"] == [25.66]
    assert decode([cut_off[-1]])[0]["status"] == [0x0800], "only the end byte is missing"


def test_a_wrong_end_byte_is_named(decode, frames):
    reply = next(row["bytes"] for row in frames if row["id"] == 3)
    packet, = decode([reply[:-1] + b"\x17"])
    assert packet["no_end"] and packet["checksum.status"] == [1] and packet["energy.heating"] == [0.007]


def test_noise_only(decode):
    dice = random.Random(SEED)
    noise = [bytes(dice.choice(range(0x17, 0x68)) for _ in range(length)) for length in (1, 2, 5, 30, 300)]
    noise += [b"\xfe" * 6, b"\x16", b"\x55" * 20, b"\x00", b"AT+CGMI\r\n"]
    for data, packet in zip(noise, decode(noise)):
        assert packet["noise"] == [data]
        assert packet[INFO] == NOTHING
        assert packet["control"] == [] and packet["mbus.start"] == [] and packet["dlt645.start"] == []


def test_an_empty_packet(tshark, capture, frames):
    rows = tshark.fields(capture([b"", frames[2]["bytes"]]), ["frame.len", "cjt188.di", "_ws.malformed"])
    assert [row["frame.len"] for row in rows] == ["0", str(len(frames[2]["bytes"]))]
    assert [row["cjt188.di"] for row in rows] == ["", "0x901f"]
    assert all(row["_ws.malformed"] == "" for row in rows)


LARGE = 65535


def test_64_kib_of_nearly_frames(tshark, capture, types):  # noqa: F811
    patterns = ["68", "FE", "68 FF", "16 68", "68 20 FF", "68 20 AA AA AA AA AA AA AA 01 FF", "E5"]
    packets = [(bytes.fromhex(pattern) * LARGE)[:LARGE] for pattern in patterns]
    decoded = tshark.pdml(capture(packets))
    assert {pattern: complaints(packet, data, types) for pattern, data, packet in zip(patterns, packets, decoded)} == \
        dict.fromkeys(patterns, [])


def test_64_kib_of_frames(tshark, capture, types):  # noqa: F811
    one = frame("1F 90 00", control=0x01)
    data = one * (LARGE // len(one))
    packet, = tshark.pdml(capture([data]))
    assert complaints(packet, data, types) == []
    assert sum(field.get("name") == "cjt188.di" for field in packet.iter("field")) == LARGE // len(one)


def test_several_frames_in_one_packet_all_decode(decode, frames):
    by_id = {row["id"]: row["bytes"] for row in frames}
    together = by_id[2] + by_id[3] + by_id[4] + by_id[5] + by_id[57]
    packet, = decode([together])
    assert packet["di"] == [0x901F, 0x901F, 0x903F, 0x903F, 0xA017]
    assert packet["energy.heating"] == [0.007]
    assert packet["temperature.supply"] == [25.66, 25.53]
    assert packet["status"] == [0x0800, 0x0800]
    assert packet["valve"] == [0x99]
    assert packet["checksum.status"] == [1] * 5
    assert packet["noise"] == [] and packet["trailing"] == []
    assert "Read 901F, all meters" in packet[INFO] and "24263225: heating 0.007 kWh" in packet[INFO]


def test_what_stands_around_a_frame(decode, frames):
    reply = next(row["bytes"] for row in frames if row["id"] == 3)
    packets = decode([
        b"\x01\x02\x03" + reply,
        reply + b"\xaa\xbb",
        b"\x01" + reply + b"\x02\x03" + reply + b"\x04",
        reply,
    ])
    assert [packet["noise"] for packet in packets] == [[b"\x01\x02\x03"], [], [b"\x01"], []]
    assert [packet["trailing"] for packet in packets] == [[], [b"\xaa\xbb"], [b"\x02\x03", b"\x04"], []]
    assert [packet["meter"] for packet in packets] == [["24263225"], ["24263225"], ["24263225"] * 2, ["24263225"]]


# ---- neighbours on the wire ----


def mbus_long(control, address, ci, data=b""):
    body = bytes([control, address, ci]) + data
    return bytes([0x68, len(body), len(body), 0x68]) + body + bytes([sum(body) & 0xFF, 0x16])


def mbus_short(control, address):
    return bytes([0x10, control, address, (control + address) & 0xFF, 0x16])


def dlt645(address, control, data=b"", preamble=0):
    body = b"\x68" + bytes.fromhex(address)[::-1] + b"\x68" + bytes([control, len(data)]) + data
    return b"\xfe" * preamble + body + bytes([sum(body) & 0xFF, 0x16])


NEVER_OF_A_NEIGHBOUR = ("type", "address", "meter", "control", "length", "di", "ser", "dialect", "checksum", "noise",
                        "trailing", "undocumented")


def assert_no_cjt188(packet):
    assert {name: packet[name] for name in NEVER_OF_A_NEIGHBOUR if packet[name]} == {}
    assert packet[MALFORMED] == "" and packet[EXPERT] == []


def test_mbus_frames_are_labelled(decode):
    long, short, ack = decode([mbus_long(0x08, 5, 0x72, bytes(range(30))), mbus_short(0x5B, 1), b"\xe5"])
    for packet in (long, short, ack):
        assert_no_cjt188(packet)
        assert "M-Bus" in packet[INFO]
    assert long["mbus.start"] == [0x68, 0x68] and long["mbus.length"] == [33, 33]
    assert (long["mbus.control"], long["mbus.address"], long["mbus.ci"]) == ([0x08], [5], [0x72])
    assert long["mbus.data"] == [bytes(range(30))]
    assert long["mbus.checksum"] == [(0x08 + 5 + 0x72 + sum(range(30))) & 0xFF]
    assert (short["mbus.start"], short["mbus.control"], short["mbus.address"]) == ([0x10], [0x5B], [1])
    assert short["mbus.checksum"] == [0x5C]
    assert ack["mbus.start"] == [0xE5]


def test_an_mbus_dialogue_in_one_packet(decode):
    packet, = decode([mbus_short(0x40, 1) + b"\xe5"])
    assert_no_cjt188(packet)
    assert packet["mbus.start"] == [0x10, 0xE5]


def test_dlt645_frames_are_labelled(decode):
    data = bytes.fromhex("33 33 34 33")
    plain, woken = decode([dlt645("202012345678", 0x11, data), dlt645("202012345678", 0x91, data * 2, preamble=4)])
    for packet in (plain, woken):
        assert_no_cjt188(packet)
        assert "DL/T 645" in packet[INFO]
        assert packet["dlt645.start"] == [0x68, 0x68]
        assert packet["dlt645.address"] == ["202012345678"]
    assert (plain["dlt645.control"], plain["dlt645.length"], plain["dlt645.data"]) == ([0x11], [4], [data])
    assert plain["dlt645.checksum"] == [(0xD0 + 0x20 + 0x20 + 0x12 + 0x34 + 0x56 + 0x78 + 0x11 + 4 + sum(data)) & 0xFF]
    assert woken["preamble"] == [b"\xfe" * 4] and woken["dlt645.length"] == [8]


def test_neighbours_are_never_cjt188(decode):
    dice = random.Random(SEED)
    made = []
    for _ in range(300):
        data = dice.randbytes(dice.randint(0, 60))
        made.append(mbus_long(dice.randrange(256), dice.randrange(256), dice.randrange(256), data))
        made.append(mbus_short(dice.choice((0x40, 0x53, 0x73, 0x5A, 0x5B, 0x7A, 0x7B)), dice.randrange(256)))
        made.append(dlt645(dice.randbytes(6).hex(), dice.randrange(256), data, preamble=dice.randint(0, 4)))
    for data, packet in zip(made, decode(made)):
        assert_no_cjt188(packet)
        assert bool(packet["mbus.start"]) != bool(packet["dlt645.start"]), data.hex(" ")


def test_cjt188_is_never_a_neighbour(decode, frames):
    rows = [row for row in frames if row["id"] not in (144, 225)]  # carries an M-Bus frame in transit; is cut to noise
    made = [row["bytes"] for row in rows]
    # Addresses that put 68 and equal bytes where the neighbours have theirs.
    made += [frame(heat_901f(), type=0x10, number="6810"), frame("90 1F 00", type=0x20, control=1, number="6820"),
             frame(heat_901f(), maker="68 00"), frame("90 1F 00", maker="68 68", control=1, number="6868686868")]
    for data, packet in zip(made, decode(made)):
        assert packet["mbus.start"] == [] and packet["dlt645.start"] == [], data.hex(" ")
        assert packet["control"] != [], data.hex(" ")


def test_a_neighbour_beside_cjt188_in_one_packet(decode, frames):
    reply = next(row["bytes"] for row in frames if row["id"] == 3)
    packet, = decode([mbus_long(0x08, 5, 0x72, b"\x01\x02") + reply + dlt645("000000000001", 0x11)])
    assert packet["mbus.address"] == [5]
    assert packet["meter"] == ["24263225"] and packet["energy.heating"] == [0.007]
    assert packet["dlt645.address"] == ["000000000001"]
    assert packet["noise"] == [] and packet["trailing"] == []
