# One value, one text: the tree, what changed, the notes and the explorer say the same of the same bytes, a kind of value
# after the other. Two frames each, of which every value is another.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import collections
import re

import pytest
from conftest import write_pcap
from craft import bcd, frame, heat_901f, le
from test_notes import tables

# A value by what it is called and how it reads in the first frame and in the second. `label`: what the tree calls it, where
# that is not the same; `remarks`: what stands behind it in the tree; `explored`: least and most of its whole numbers, as
# -z cjt188,explore reads them; `changed`: None where no change is ever said.
Value = collections.namedtuple("Value", "kind name before after label remarks explored changed",
                               defaults=(None, ("", ""), None, "changed"))
FRAMES, VALUES = {}, []


def frames(heading, first, second, *values):
    """`heading`: how the notes begin the heading of such frames."""
    FRAMES[heading] = first, second
    VALUES.extend((heading, value) for value in values)


def bcd_range(least, most):
    return f"BCD {least}..{most}"


def low_first(least, most):
    return f"low byte first {least}..{most}"


# ---- replies ----

TIME = {"changed": "changed.time"}

frames(
    "Reply 901F",
    frame(heat_901f(energy1=(1, 0x05), energy2=(1234, 0x0E), power=(150, 0x17), flow=(25, 0x35), volume=(3, 0x29), supply=2566,
                    return_=2554, hours=13100, clock="15 12 18 27 04 26 20", status="00 00")),
    frame(heat_901f(energy1=(2, 0x05), energy2=(5678, 0x0E), power=(163, 0x17), flow=(1025, 0x35), volume=(12003, 0x29),
                    supply=6000, return_=4512, hours=13101, clock="16 12 19 28 04 26 20", status="00 08")),
    Value("quantity", "Cooling energy", "0.001 kWh", "0.002 kWh"),
    Value("quantity", "Heating energy", "1.234 MJ", "5.678 MJ", remarks=(" (0.342778 kWh)", " (1.57722 kWh)")),
    Value("quantity", "Power", "0.150 kW", "0.163 kW"),
    Value("quantity", "Flow", "0.025 m³/h", "1.025 m³/h"),
    Value("quantity", "Volume", "0.003 L", "12.003 L", remarks=(" (0.000003 m³)", " (0.012003 m³)")),
    Value("quantity", "Supply temperature", "25.66 °C", "60.00 °C", explored=bcd_range(2566, 6000)),
    Value("quantity", "Return temperature", "25.54 °C", "45.12 °C", explored=bcd_range(2554, 4512)),
    Value("quantity", "Operating hours", "13100 h", "13101 h", explored=bcd_range(13100, 13101), **TIME),
    Value("clock", "Clock", "2026-04-27 18:12:15", "2026-04-28 19:12:16", explored=bcd_range(20260427181215, 20260428191216),
          **TIME),
    Value("status", "Status", "0x0000", "0x0800", remarks=("", " (flow sensor fault)"), explored=low_first(0, 0x0800)))


def hires_903f(supply, pulses, volume, energy, alarm, diameter, zero, width, number, flow, temperature, parameter, back,
               reserved, date, status):
    data = bytes.fromhex("3F 90 00") + bcd(supply, 2) + le(pulses, 4) + bcd(volume, 4) + b"\x2c" + bcd(energy, 4) + b"\x05"
    data += bcd(alarm, 3) + le(diameter, 2) + le(zero, 4) + le(width, 3) + bcd(number, 4)
    data += b"".join(le(part, 2) for part in flow) + b"".join(le(part, 2) for part in temperature)
    data += le(parameter, 2) + bcd(back, 2) + bytes([reserved]) + bytes.fromhex(date) + le(status, 2)
    assert len(data) == 0x3A
    return frame(data, type=0x25)


frames(
    "Reply 903F",
    hires_903f(2472, 18, 1234567, 123456, 5, 3, 0x12, 0x34, 12345678, (4096, 2048, 4000, 0), (1, 0x0203), 0x0400, 2401, 0x01,
               "29 06 24 20", 0),
    hires_903f(2553, 1900, 7654321, 987654, 6, 4, 0xFEDCBA98, 0xABCDEF, 12345679, (8192, 3072, 4097, 65535), (0xFF01, 0xFF02),
               0x0500, 2402, 0x7F, "27 04 26 20", 0x0004),
    Value("quantity", "Supply temperature", "24.72 °C", "25.53 °C", explored=bcd_range(2472, 2553)),
    Value("uint, plain", "Pulse count", "18", "1900", explored=low_first(18, 1900)),
    Value("quantity", "High-precision volume", "1.234567 m³", "7.654321 m³"),
    Value("quantity", "High-precision energy", "12.3456 kWh", "98.7654 kWh"),
    Value("quantity", "Alarm time", "5 h", "6 h", explored=bcd_range(5, 6)),
    Value("uint, named", "Nominal diameter", "DN25 (0x0003)", "DN32 (0x0004)", explored=low_first(3, 4)),
    Value("uint, hexadecimal", "Zero offset", "0x00000012", "0xfedcba98", explored=low_first(0x12, 0xFEDCBA98)),
    Value("uint, hexadecimal", "Pulse width", "0x000034", "0xabcdef", explored=low_first(0x34, 0xABCDEF)),
    Value("meter number", "Meter number", "12345678", "12345679", explored=bcd_range(12345678, 12345679)),
    Value("coefficient", "Flow coefficient at 2.5 m³/h", "1.0000", "2.0000", explored=low_first(4096, 8192),
          remarks=(" (0x1000 / 4096)", " (0x2000 / 4096)")),
    Value("coefficient", "Flow coefficient at 0.75 m³/h", "0.5000", "0.7500", explored=low_first(2048, 3072),
          remarks=(" (0x0800 / 4096)", " (0x0c00 / 4096)")),
    Value("coefficient", "Flow coefficient at 0.25 m³/h", "0.9766", "1.0002", explored=low_first(4000, 4097),
          remarks=(" (0x0fa0 / 4096)", " (0x1001 / 4096)")),
    Value("coefficient", "Flow coefficient at 0.05 m³/h", "0.0000", "15.9998", explored=low_first(0, 65535),
          remarks=(" (0x0000 / 4096)", " (0xffff / 4096)")),
    Value("uint, hexadecimal", "Temperature coefficient, first", "0x0001", "0xff01", "Temperature coefficient",
          (" (first)", " (first)"), low_first(1, 0xFF01)),
    Value("uint, hexadecimal", "Temperature coefficient, second", "0x0203", "0xff02", "Temperature coefficient",
          (" (second)", " (second)"), low_first(0x0203, 0xFF02)),
    Value("uint, hexadecimal", "Instrument parameter", "0x0400", "0x0500", explored=low_first(0x0400, 0x0500)),
    Value("quantity", "Return temperature", "24.01 °C", "24.02 °C", explored=bcd_range(2401, 2402)),
    Value("bytes", "Reserved", "01", "7F", explored=low_first(1, 0x7F), changed="undocumented.changed"),
    Value("date", "Date", "2024-06-29", "2026-04-27", explored=bcd_range(20240629, 20260427), **TIME),
    Value("status", "Status", "0x0000", "0x0004", remarks=("", " (battery low)"), explored=low_first(0, 4)))


def lichuang_610a(energy, volume, hours, seconds, state):
    data = bytes.fromhex("0A 61 00") + le(energy, 8) + le(volume, 8) + le(hours, 4) + le(seconds, 2) + bytes([state])
    assert len(data) == 0x1A
    return frame(data, control=0xA1, maker="59 42")


BINARY = " (binary, low byte first)"
frames(
    "Reply 610A",
    lichuang_610a(123456789, 5, 13100, 17, 0x01),
    lichuang_610a(12345678900000001, 50000000, 70000, 3599, 0x0A),
    Value("u64", "High-precision energy", "1.23456789 kWh", "123456789.00000001 kWh"),
    Value("u64", "High-precision volume", "0.00000005 m³", "0.50000000 m³", explored=low_first(5, 50000000)),
    Value("binary hours", "Operating hours", "13100 h", "70000 h", remarks=(BINARY, BINARY), explored=low_first(13100, 70000),
          **TIME),
    Value("uint, plain", "Seconds", "17", "3599", explored=low_first(17, 3599)),
    Value("uint, hexadecimal", "State", "0x01", "0x0a", explored=low_first(1, 10)))

frames(
    "Reply D131",
    frame(bytes.fromhex("D1 31 00") + le(123456789, 8), maker="33 78"),
    frame(bytes.fromhex("D1 31 00") + le(200000000, 8), maker="33 78"),
    Value("u64", "History value, of which quantity is not documented", "1.23456789", "2.00000000",
          explored=low_first(123456789, 200000000)))


def month_d134(month, energy, volume, hours):
    data = bytes.fromhex("D1 34 00" + month) + bcd(energy, 4) + b"\x05" + bcd(volume, 4) + b"\x2c" + bcd(hours, 3)
    assert len(data) == 0x12
    return frame(data, maker="33 78")


frames(
    "Reply D134",
    month_d134("12 23", 12345, 678, 720), month_d134("01 24", 12346, 679, 744),
    Value("month", "Month", "2023-12", "2024-01"),
    Value("quantity", "Energy of a past month", "123.45 kWh", "123.46 kWh"),
    Value("quantity", "Volume of a past month", "6.78 m³", "6.79 m³"),
    Value("quantity", "Operating hours", "720 h", "744 h", explored=bcd_range(720, 744), **TIME))


def freeze_d301(time, pressure):
    return frame(bytes.fromhex("D3 01 00" + time) + bcd(1, 4) + b"\x2c" + bcd(1, 4) + b"\x35" + bcd(1, 3) + bcd(pressure, 3),
                 type=0x10, maker="33 78")


frames(
    "Reply D301",
    freeze_d301("00 00 00 01 01 24 20", 34), freeze_d301("59 30 23 31 12 24 20", 35),
    Value("clock", "Time of the freeze", "2024-01-01 00:00:00", "2024-12-31 23:30:59",
          explored=bcd_range(20240101000000, 20241231233059)),
    Value("quantity", "Pressure", "0.34", "0.35", explored=bcd_range(34, 35)))

frames(
    "Reply 8103", frame("81 03 00 09", type=0x10), frame("81 03 00 25", type=0x10),
    Value("day", "Day of the month", "9", "25", explored=bcd_range(9, 25)))

frames(
    "Reply 8105",
    frame(bytes.fromhex("81 05 00 07") + bcd(1234, 4) + bcd(5678, 4) + bcd(12, 4) + b"\0\0", type=0x10),
    frame(bytes.fromhex("81 05 00 FF") + bcd(2000, 4) + bcd(7678, 4) + bcd(99999999, 4) + b"\4\0", type=0x10),
    Value("uint, plain", "Purchase number", "7", "255", explored=low_first(7, 255)),
    Value("quantity", "This purchase", "12.34", "20.00", explored=bcd_range(1234, 2000)),
    Value("quantity", "Total purchased", "56.78", "76.78", explored=bcd_range(5678, 7678)),
    Value("quantity", "Remaining", "0.12", "999999.99", explored=bcd_range(12, 99999999)),
    Value("status", "Status", "0x0000", "0x0004", remarks=("", " (battery low)"), explored=low_first(0, 4)))

frames(
    "Reply 8106", frame("81 06 00 02", control=0x89, type=0x10), frame("81 06 00 11", control=0x89, type=0x10),
    Value("uint, plain", "Key version", "2", "17", explored=low_first(2, 17)))

STATE = " (the valve's state)"
frames(
    "Reply A017", frame("A0 17 00 55", control=0x84, type=0x10), frame("A0 17 00 99", control=0x84, type=0x10),
    Value("uint, named", "Valve control, the valve's state", "open (0x55)", "close (0x99)", "Valve control", (STATE, STATE),
          low_first(0x55, 0x99)))

frames(
    "Reply 19BB",
    frame("19 BB 00 01 05 00 10 5B 01 5C 16", control=0x84), frame("19 BB 00 02 05 00 10 5B 02 5D 16", control=0x84),
    Value("uint, hexadecimal", "Transit type", "0x01", "0x02", explored=low_first(1, 2)))

frames(
    "Reply 992F", frame("2F 99 00 01 02 03"), frame("2F 99 00 FF FE FD"),
    Value("bytes", "Undocumented", "01 02 03", "FF FE FD", explored=low_first(0x030201, 0xFDFEFF),
          changed="undocumented.changed"))

# ---- frames of which no change is said: requests, and error replies ----

frames(
    "Request A018", frame("A0 18 00 11 11 11 11 11 22 33", control=0x15, type=0x10),
    frame("A0 18 00 12 11 11 11 11 22 33", control=0x15, type=0x10),
    Value("new address", "New address", "33221111111111", "33221111111112", changed=None))

frames(
    "Request A014", frame("A0 14 00 01 11 22 33 44 55 66 77 88", control=0x04, type=0x10),
    frame("A0 14 00 02 12 22 33 44 55 66 77 88", control=0x04, type=0x10),
    Value("uint, plain", "Key version", "1", "2", explored=low_first(1, 2), changed=None),
    Value("bytes", "Key", "11 22 33 44 55 66 77 88", "12 22 33 44 55 66 77 88", changed=None))

frames(
    "Error reply 901F", frame("1F 90 00 04", control=0xC1), frame("1F 90 00 1F", control=0xC1),
    Value("one-byte status", "Status code", "0x04", "0x1f", explored=low_first(4, 0x1F), changed=None))



# ---- who says it ----


@pytest.fixture(scope="module")
def path(readable_folder):
    return write_pcap(readable_folder / "same-text.pcap", [data for pair in FRAMES.values() for data in pair])


@pytest.fixture(scope="module")
def items(tshark, path):
    """{heading: of each of the two frames, [(filter name without prefix, label)]}."""
    packets = tshark.pdml(path)
    labels = [[(item.get("name").removeprefix("cjt188."), item.get("showname") or item.get("show"))
               for item in packet.iter("field")] for packet in packets]
    return dict(zip(FRAMES, zip(labels[::2], labels[1::2], strict=True), strict=True))


@pytest.fixture(scope="module")
def noted(tshark, path):
    """{heading: {name: (range, example)}}"""
    found = {}
    for heading, rows in tables(tshark("-r", path, "-q", "-z", "cjt188,notes").stdout):
        found[heading.split(",")[0]] = {row[2]: tuple(row[5:]) for row in rows if len(row) == 7}
    return found


@pytest.fixture(scope="module")
def explored(tshark, path):
    """{heading: {name: its line}}"""
    found, heading = {}, None
    for line in tshark("-r", path, "-q", "-z", "cjt188,explore,all").stdout.splitlines():
        if line and not line.startswith(" "):
            heading = line.split(",")[0]
        elif " (cjt188." in line:
            found.setdefault(heading, {})[line[10:].split(" (cjt188.")[0]] = line
    return found


NAMES = [f"{heading}: {value.kind}: {value.name}" for heading, value in VALUES]
each_value = pytest.mark.parametrize("heading, value", VALUES, ids=NAMES)


PLACE = re.compile(" \\(offset [0-9]+, width [0-9]+\\)$")  # where a user's row finds undocumented bytes; only the tree says it


@each_value
def test_tree(items, heading, value):
    for packet, text, remark in zip(items[heading], (value.before, value.after), value.remarks):
        labels = [PLACE.sub("", label) for name, label in packet if "changed" not in name]
        assert labels.count(f"{value.label or value.name}: {text}{remark}") == 1, labels


@each_value
def test_changed(items, heading, value):
    first, second = items[heading]
    assert not any("changed" in name for name, _ in first)
    if value.changed is None:
        assert not any("changed" in name for name, _ in second)
        return
    news = [label for name, label in second if name == value.changed]
    name = "offset [0-9]+" if value.changed == "undocumented.changed" else re.escape(value.name)
    wanted = re.compile(f"Changed[^:]*: {name}: {re.escape(value.before)} → {re.escape(value.after)}")
    assert sum(wanted.fullmatch(label) is not None for label in news) == 1, news


@each_value
def test_notes(noted, heading, value):
    assert noted[heading][value.name] == (f"{value.before} … {value.after}", value.before)


@each_value
def test_explorer(explored, heading, value):
    """It reads all bytes as whole numbers; where these are the digits of the text, they are the same ones."""
    line = explored[heading][value.name]
    assert "  distinct 2  " in line
    assert value.explored is None or f"  {value.explored}  " in line


# cjt188dump --readings json is one more that says it: a fixture as those above, and a test with @each_value.


def test_every_kind_is_there():
    assert {value.kind for _, value in VALUES} == {
        "quantity", "binary hours", "u64", "coefficient", "uint, plain", "uint, hexadecimal", "uint, named", "clock", "date",
        "month", "day", "status", "one-byte status", "meter number", "new address", "bytes"}


def test_nothing_else_is_said_to_have_changed(items):
    for heading, (_, second) in items.items():
        said = [label for name, label in second if name in ("changed", "changed.time", "undocumented.changed")]
        known = [value for at, value in VALUES if at == heading and value.changed]
        of_the_frame_in_transit = [label for label in said if ": Frame in transit: " in label]
        assert len(said) == len(known) + len(of_the_frame_in_transit), said


@pytest.mark.parametrize("options", [["-2"], ["-2", "-Y", "cjt188"]], ids=["again", "again, filtered"])
def test_a_second_look_reads_the_same(tshark, path, items, options):
    again = [[(item.get("name").removeprefix("cjt188."), item.get("showname") or item.get("show"))
              for item in packet.iter("field")] for packet in tshark.pdml(path, *options)]
    later = ("response_in", "unanswered")
    once = [packet for pair in items.values() for packet in pair]
    assert [[item for item in packet if item[0] not in later] for packet in again] == once
