# Nothing is said that is not so: damage makes no values, a snap length is no damage, a request is read as its meter is known,
# no stamp overflows, and no name of a table forges a line.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import json
import random
import re
import struct

import pytest
from carriers import PORT, RAW_IP, RTAC, ip_packet, rtac, udp_datagram
from craft import (EXPERT, INFO, OEM, TIANGANG, decode, field_rows, frame, heat_901f, water_901f)  # noqa: F401

NUMBER = "24263225"
READING = frame(heat_901f(energy2=(7, 0x05), supply=2566, return_=2554, status="00 08"), number=NUMBER)
DAMAGED = READING[:-2] + bytes([READING[-2] ^ 0x55]) + READING[-1:]
VALUE_FIELDS = ["energy.heating", "energy.first", "power", "volume", "temperature.supply", "temperature.difference", "clock",
                "status", "status.flow_sensor_fault", "power.computed", "unit", "digits", "changed", "energy.delta"]


# ---- damage ----


def test_a_damaged_frame_has_a_header_and_no_values(decode):
    whole, packet = decode([READING, DAMAGED])
    assert all(whole[name] for name in ("energy.heating", "temperature.supply", "status"))
    assert [name for name in VALUE_FIELDS if packet[name]] == []
    assert (packet["meter"], packet["di"], packet["control"]) == ([NUMBER], [0x901F], [0x81])
    assert packet["checksum.bad"] and packet[INFO].startswith("Damaged: ")


def test_its_bytes_say_what_they_mean_if_they_are_right_all_the_same(pdml, capture):
    (packet,) = pdml(capture([DAMAGED]))
    items = [item for item in packet.iter("field") if item.get("name") == "cjt188.damaged"]
    labels = [item.get("showname") for item in items]
    assert "Heating energy, if undamaged: 0.007 kWh" in labels
    assert "Supply temperature, if undamaged: 25.66 °C" in labels and "Status, if undamaged: 0x0800" in labels
    assert "".join(item.get("value") for item in items) == READING[14:-2].hex(), "every byte, in order"
    assert len(items) == 10


def test_the_preference_makes_values_of_it(decode):
    (packet,) = decode([DAMAGED], "-o", "cjt188.damaged_values:TRUE")
    assert packet["energy.heating"] == [0.007] and packet["status.flow_sensor_fault"] == [True]


def test_damage_warns_of_nothing_but_damage(decode):
    """Whatever bytes there are: of many mutated replies none reports a fault, an unknown identifier, an error, or digits."""
    dice = random.Random(188)
    packets = []
    for _ in range(400):
        data = bytearray(READING)
        for _ in range(dice.randint(1, 6)):
            data[dice.randrange(11, len(data) - 2)] = dice.randrange(256)
        data[9] = dice.choice((0x81, 0xC1, 0x84, 0xA1))
        if data[-2] == sum(data[:-2]) & 0xFF:
            data[-2] ^= 1
        packets.append(bytes(data))
    silent = ["fault", "unknown_di", "error_reply", "bad_bcd", "bad_clock", "unknown_unit", "unit_mismatch",
              "unexpected_length", "backwards", "clock_jump", "power_mismatch"]
    for data, packet in zip(packets, decode([(1777313520 + 60 * number, data) for number, data in enumerate(packets)])):
        assert packet["checksum.bad"] and [name for name in silent if packet[name]] == [], data.hex(" ")
        assert [name for name in VALUE_FIELDS if packet[name]] == []


def test_nothing_of_it_is_in_a_column_or_a_graph(tshark, capture):
    path = capture([READING, DAMAGED])
    rows = tshark("-r", path, "-o", 'gui.column.format:"E","%Cus:cjt188.energy.heating"').stdout.splitlines()
    assert [row.strip() for row in rows] == ["0.007", ""]
    table = tshark("-r", path, "-q", "-z", "io,stat,0,COUNT(cjt188.energy.heating)cjt188.energy.heating").stdout
    assert re.search(r"<>\s*\S+\s*\|\s*1 \|", table), table


# ---- a snap length ----


def cut_pcap(path, *have, dlt=147, data=READING):
    """The same packet as often as there are lengths, each time so much of it."""
    out = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, dlt)
    for length in have:
        out += struct.pack("<IIII", 1777313520, 0, length, len(data)) + data[:length]
    path.write_bytes(out)
    return path


def test_a_snap_length_is_no_damage_to_the_line(tshark, tmp_path):
    path = cut_pcap(tmp_path / "cut.pcap", 40)
    assert "Cut by the snap length: 24263225" in tshark("-r", path).stdout
    (row,) = tshark.fields(path, ["cjt188.energy.heating", "cjt188.truncated", "_ws.short", "cjt188.damaged"])
    assert row["cjt188.energy.heating"] == "0.007", "what is there is read"
    assert row["cjt188.truncated"] == row["cjt188.damaged"] == "" and row["_ws.short"] != ""
    lines = tshark("-r", path, "-q", "-z", "cjt188,lines").stdout.splitlines()
    head = next(line for line in lines if line.startswith("Line |")).split(" |")
    cells = next(line for line in lines if re.match(r"interface|\S* \|", line) and "0.000" in line).split(" |")
    assert dict(zip(head, cells))["Truncated"].strip() == "0"
    assert "Cut by the snap length" in tshark("-r", path, "-q", "-z", "cjt188,tree").stdout


def test_wherever_it_cuts(tshark, tmp_path):
    path = cut_pcap(tmp_path / "cut.pcap", *range(5, len(READING)))
    rows = tshark.fields(path, ["cjt188.truncated", "cjt188.damaged", "_ws.short"])
    assert len(rows) == len(READING) - 5
    for row in rows:
        assert row["cjt188.truncated"] == row["cjt188.damaged"] == "" and row["_ws.short"] != ""


@pytest.mark.parametrize("dlt, data, how", [
    (RAW_IP, udp_datagram(READING), ("-d", f"udp.port=={PORT},cjt188")),
    (RTAC, rtac(READING, 2), ("-d", "rtacser.data,cjt188")),
], ids=["UDP", "RTAC"])
def test_other_carriers_say_so_too(tshark, tmp_path, dlt, data, how):
    path = cut_pcap(tmp_path / "cut.pcap", len(data) - 20, dlt=dlt, data=data)
    (row,) = tshark.fields(path, ["cjt188.energy.heating", "cjt188.truncated", "_ws.short"], *how)
    assert row["cjt188.energy.heating"] == "0.007" and row["cjt188.truncated"] == "" and row["_ws.short"] != ""


def test_tcp_says_so_too(tshark, tmp_path):
    head = struct.pack(">HHIIBBHHH", 50000, PORT, 1, 1, 0x50, 0x18, 65535, 0, 0)
    data = ip_packet("192.0.2.1", "192.0.2.99", 6, head + READING)
    path = cut_pcap(tmp_path / "cut.pcap", len(data) - 20, dlt=RAW_IP, data=data)
    (row,) = tshark.fields(path, ["cjt188.meter", "_ws.short"], "-d", f"tcp.port=={PORT},cjt188")
    assert row["cjt188.meter"] == NUMBER and row["_ws.short"] != ""


# ---- order and dialect from the conversation ----


def read(di, number="1409594321", maker="00 00", **more):
    return frame(bytes.fromhex(di), control=0x01, number=number, maker=maker, **more)


UNKNOWN, KNOWN = read("A5 8A 01"), read("1F 90 01")  # an ESP8266's requests to its water meter


def identifiers(packets):
    return [(packet["di"], packet["di.swapped"]) for packet in packets]


def test_the_order_is_that_of_the_meters_other_identifiers(decode):
    low, first = ([0x8AA5], [False]), ([0xA58A], [])
    assert identifiers(decode([UNKNOWN, KNOWN, UNKNOWN])) == [first, ([0x901F], [False]), low]
    assert identifiers(decode([UNKNOWN, KNOWN, UNKNOWN], "-2")) == [low, ([0x901F], [False]), low]
    assert identifiers(decode([read("90 1F 01"), UNKNOWN]))[1] == ([0xA58A], [True])


def test_the_master_says_it_of_a_meter_that_it_asks_nothing_else(decode):
    everybody = read("EF 90 01", number="AAAAAAAAAA", maker="AA AA")
    assert identifiers(decode([KNOWN, everybody]))[1] == ([0x90EF], [False])
    assert identifiers(decode([everybody]))[0] == ([0xEF90], [])


def test_a_request_is_read_as_its_meters_replies(decode):
    """The thread's master always sends 11 11, its meter answers with 00 00."""
    request = frame(bytes.fromhex("1F 90 00"), control=0x01, number=NUMBER, maker="11 11")
    assert [packet["dialect"] for packet in decode([request, READING, request])] == [[TIANGANG], [OEM], [OEM]]
    assert [packet["dialect"] for packet in decode([request, READING, request], "-2")] == [[OEM]] * 3


# ---- stamps ----


@pytest.mark.parametrize("seconds", [2**63 - 1, 2**62, 2**40, 0])
def test_no_stamp_overflows(tshark, tmp_path, seconds):
    """A pcapng's stamps are 64 bits: units of a second make them as large as they can be."""
    def block(kind, body):
        size = 12 + len(body) + -len(body) % 4
        return struct.pack("<II", kind, size) + body + bytes(-len(body) % 4) + struct.pack("<I", size)

    out = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    out += block(1, struct.pack("<HHI", 147, 0, 262144) + struct.pack("<HHB3xHH", 9, 1, 0, 0, 0))
    for stamp in (seconds, 1777313520, seconds):
        for data in (frame(bytes.fromhex("1F 90 00"), control=0x01, number=NUMBER), READING):
            out += block(6, struct.pack("<IIIII", 0, stamp >> 32, stamp & 0xFFFFFFFF, len(data), len(data)) + data)
    path = tmp_path / "stamps.pcapng"
    path.write_bytes(out)
    for option in (["-V"], ["-V", "-2"], *(["-q", "-z", f"cjt188,{name}"] for name in ("meters", "lines", "srt", "notes"))):
        assert tshark("-r", path, *option).stderr == ""


# ---- names ----


def named(text):
    return f'uat:cjt188_meters:"{NUMBER}","{text}","by the rules","","","","",""'


def test_the_longest_name_is_shown_whole_everywhere(tshark, capture):
    name = "暖" * 64
    path = capture([READING])
    assert name in tshark("-r", path, "-o", named(name)).stdout
    (packet,) = tshark.json(path, "-o", named(name))
    assert packet["_source"]["layers"]["cjt188"]["cjt188.address_tree"]["cjt188.meter.name"] == name
    assert name in tshark("-r", path, "-o", named(name), "-q", "-z", "endpoints,cjt188", "-N", "n").stdout


@pytest.mark.parametrize("text", ["x" * 65, "暖" * 65, "\\xc5\\xaf\\xc6\\xf8", "a\\x1b[31mb", "a\\x0ab", "a\\xc2\\x9bb",
                                  "a\\xe2\\x80\\xaeb"],
                         ids=["65 letters", "65 signs", "GBK", "ESC", "newline", "C1", "right to left"])
def test_other_names_are_refused(tshark, capture, text):
    done = tshark("-r", capture([READING]), "-o", named(text), check=False)
    assert done.returncode != 0 and "name" in done.stderr
    assert "\x1b" not in done.stderr and done.stderr.isprintable() or done.stderr.count("\n") <= 2


def test_a_table_in_gbk_is_said_to_be_wrong_and_breaks_nothing(tshark, capture, tmp_path):
    folder = tmp_path / "settings"
    folder.mkdir()
    (folder / "cjt188_meters").write_bytes(f'"{NUMBER}","'.encode() + "暖气".encode("gbk") + b'","by the rules","","","","",""\n')
    for path in (folder, folder / "cjt188_meters"):
        path.chmod(0o777)
    done = tshark("-r", capture([READING]), "-T", "json", env={"WIRESHARK_CONFIG_DIR": str(folder)}, text=False, check=False)
    assert b"cjt188_meters" in done.stderr or b"meters" in done.stderr
    json.loads(done.stdout.decode("utf-8"))
