# What changed in a reply since the same meter's last good reply to the same identifier and length.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import subprocess
import sys

from conftest import write_pcap
from craft import add_33, bcd, decode, field_rows, frame, heat_901f, matches, water_901f, write_pcapng  # noqa: F401
from rows import BCD, BITS, BYTES, DATE, TEXT, ULE, options, packets_of, row

CHANGED, TIME, NEWS = "changed", "changed.time", "undocumented.changed"
START = 1_777_313_520 * 10**9
SECOND = 10**9


def unknown(payload, number="24263225", **more):
    """A reply to an identifier that nobody knows."""
    return frame(bytes.fromhex("2F 99 00 " + payload), number=number, **more)


def heat(*, number="24263225", control=0x81, **values):
    return frame(heat_901f(**values), number=number, control=control)


def changes(packet):
    return packet[CHANGED], packet[TIME], packet[NEWS]


NONE = ([], [], [])


# ---- what is compared with what ----


def test_the_first_reply_has_no_changes_and_an_equal_one_neither(decode):
    assert [changes(packet) for packet in decode([heat()] * 4)] == [NONE] * 4


def test_each_changed_field_once_with_old_and_new(decode):
    first = heat(energy1=(1, 0x05), energy2=(7, 0x05), power=(0, 0x17), flow=(0, 0x35), volume=(3, 0x2C), supply=2566,
                 return_=2554, hours=13100, clock="15 12 18 27 04 26 20", status="00 08")
    second = heat(energy1=(2, 0x05), energy2=(12357, 0x05), power=(150, 0x17), flow=(25, 0x35), volume=(12003, 0x2C),
                  supply=6000, return_=4512, hours=13101, clock="16 12 19 27 04 26 20", status="04 00")
    packets = decode([first, second, second, first])
    forward = [("Cooling energy", "0.001 kWh", "0.002 kWh"), ("Heating energy", "0.007 kWh", "12.357 kWh"),
               ("Power", "0.000 kW", "0.150 kW"), ("Flow", "0.000 m³/h", "0.025 m³/h"),
               ("Volume", "0.003 m³", "12.003 m³"), ("Supply temperature", "25.66 °C", "60.00 °C"),
               ("Return temperature", "25.54 °C", "45.12 °C"), ("Status", "0x0800", "0x0004")]
    time = [("Operating time", "13100 h", "13101 h"), ("Meter clock", "2026-04-27 18:12:15", "2026-04-27 19:12:16")]
    assert changes(packets[0]) == changes(packets[2]) == NONE

    def said(rows):
        return [(name, *values.split(" → ")) for name, values in (text.split(": ", 1) for text in rows)]

    assert [row[1:] for row in said(packets[1][CHANGED])] == [row[1:] for row in forward]
    assert [row[1:] for row in said(packets[1][TIME])] == [row[1:] for row in time]
    assert [row[1:] for row in said(packets[3][CHANGED])] == [(new, old) for _, old, new in forward]
    assert packets[1][NEWS] == packets[3][NEWS] == []


def test_the_names_are_those_of_the_tree(tshark, tmp_path):
    """Every change begins as its item in the tree does, and ends with that item's value."""
    second = heat(energy1=(2, 0x05), energy2=(12357, 0x05), power=(150, 0x17), flow=(25, 0x35), volume=(12003, 0x2C),
                  supply=6000, return_=4512, hours=13101, clock="16 12 19 27 04 26 20", status="04 00")
    path = write_pcap(tmp_path / "two.pcap", [heat(), second])
    packet = packets_of(tshark("-r", path, "-T", "pdml", text=False).stdout)[1]
    labels = [item.get("showname", "") for item in packet.iter("field") if "changed" not in item.get("name")]
    found = [item.get("show") for item in packet.iter("field")
             if item.get("name") in ("cjt188.changed", "cjt188.changed.time")]
    assert len(found) == 10
    for text in found:
        name, values = text.split(": ", 1)
        new = values.split(" → ")[1]
        assert any(label.startswith(f"{name}: {new}") for label in labels), (text, labels)


def test_only_the_field_that_changed(decode):
    later = "16 12 18 27 04 26 20"
    packets = decode([heat(volume=(3, 0x2C)), heat(volume=(4, 0x2C)), heat(volume=(4, 0x2C), clock=later),
                      heat(volume=(4, 0x2C), clock=later, hours=1)])
    assert changes(packets[1]) == (["Volume: 0.003 m³ → 0.004 m³"], [], [])
    clock, hours = packets[2], packets[3]
    assert clock[CHANGED] == clock[NEWS] == hours[CHANGED] == hours[NEWS] == []
    assert [text.split(": ", 1)[1] for text in clock[TIME] + hours[TIME]] == [
        "2026-04-27 18:12:15 → 2026-04-27 18:12:16", "13100 h → 1 h"]


def test_a_unit_that_changed_and_digits_that_are_none(decode):
    packets = decode([heat(power=(5, 0x17)), heat(power=(5, 0x18)), heat(power=(bytes.fromhex("AA 00 00 00"), 0x17)),
                      heat(power=(bytes.fromhex("FF FF FF FF"), 0x17)), heat(power=(5, 0x17))])
    texts = [packet[CHANGED] for packet in packets]
    assert texts[0] == [] and [len(text) for text in texts[1:]] == [1] * 4
    assert texts[1][0].startswith("Power: 0.005 kW → ") and "AA 00 00 00" in texts[2][0]
    assert "FF FF FF FF" in texts[3][0] and texts[4][0].endswith(" → 0.005 kW")


def test_each_meter_identifier_and_length_by_itself(decode):
    packets = decode([
        heat(volume=(1, 0x2C)), heat(volume=(5, 0x2C), number="11111111"), unknown("01 02"), unknown("01 03 00"),
        frame(water_901f(volume=(9, 0x2C))), heat(volume=(1, 0x2C)), heat(volume=(6, 0x2C), number="11111111"),
        unknown("01 02"), unknown("01 04 00"), unknown("02 02", "11111111"), heat(volume=(2, 0x2C)),
    ])
    assert [changes(packet) for packet in packets[:6]] == [NONE] * 6
    assert changes(packets[6]) == (["Volume: 0.005 m³ → 0.006 m³"], [], [])
    assert changes(packets[7]) == NONE
    assert changes(packets[8]) == ([], [], [b"\x04"])
    assert changes(packets[9]) == NONE
    assert changes(packets[10]) == (["Volume: 0.001 m³ → 0.002 m³"], [], [])


def test_type_maker_and_sequence_number_do_not_make_another_meter(decode):
    packets = decode([unknown("01 02", type=0x20), unknown("01 03", type=0x25, maker="11 22"),
                      frame(bytes.fromhex("2F 99 07 01 04"))])
    assert [packet[NEWS] for packet in packets] == [[], [b"\x03"], [b"\x04"]]


def test_replies_from_a_wildcard_address_are_not_compared(decode):
    """Nobody knows which meter such a reply came from."""
    for number in ("AAAAAAAA", "AAAAAAAAAA"):
        packets = decode([unknown("01 02", number), unknown("03 04", number), heat(volume=(1, 0x2C), number=number),
                          heat(volume=(2, 0x2C), number=number), unknown("01 02"), unknown("01 03")])
        assert [changes(packet) for packet in packets[:5]] == [NONE] * 5
        assert changes(packets[5]) == ([], [], [b"\x03"])


def test_either_order_of_the_identifier_is_the_same_identifier(decode):
    packets = decode([frame(heat_901f(di="1F 90", volume=(1, 0x2C))), frame(heat_901f(di="90 1F", volume=(1, 0x2C)))])
    assert packets[1][NEWS] == [] and packets[1][TIME] == []


def test_other_functions_with_the_same_identifier_do_not_count(decode):
    packets = decode([unknown("01 02"), unknown("01 03", control=0x84), unknown("01 02")])
    assert [changes(packet) for packet in packets] == [NONE] * 3


def test_damaged_frames_requests_and_error_replies_do_not_count(decode):
    good, other = unknown("01 02 03"), unknown("09 09 09")
    damaged = other[:-2] + bytes([other[-2] ^ 0x01]) + other[-1:]
    packets = decode([good, damaged, other[:-4], unknown("09 09 09", control=0x01), unknown("09 09 09", control=0xC1),
                      b"\x01\x02\x03", good, unknown("01 02 04")])
    assert [changes(packet) for packet in packets[:7]] == [NONE] * 7
    assert packets[7][NEWS] == [b"\x04"]


def test_requests_have_none(decode):
    packets = decode([unknown("01", control=0x01), unknown("02", control=0x01), unknown("03", control=0x04),
                      unknown("04", control=0x04)])
    assert [changes(packet) for packet in packets] == [NONE] * 4


def test_the_same_number_on_another_line_is_another_meter(decode, tmp_path):
    packets = [(0, START, unknown("01")), (1, START + SECOND, unknown("02")), (0, START + 2 * SECOND, unknown("03")),
               (1, START + 3 * SECOND, unknown("02")), None, (0, START + 4 * SECOND, unknown("04"))]
    path = write_pcapng(tmp_path / "lines.pcapng", packets, dlts=(147, 147))
    assert [packet[NEWS] for packet in decode(path)][:4] == [[], [], [b"\x03"], []]


def test_several_frames_in_one_packet(decode):
    packets = decode([unknown("01 02") + unknown("01 03") + heat(), heat(volume=(1, 0x2C)) + unknown("02 03")])
    assert [packet[NEWS] for packet in packets] == [[b"\x03"], [b"\x02"]]
    assert [len(packet[CHANGED]) for packet in packets] == [0, 1]


def test_33h_is_taken_off(decode):
    def send(data):
        return frame(add_33(data), type=0x10, number="12345678", maker="33 78")

    first, second = water_901f(volume=(100, 0x2C)), water_901f(volume=(250, 0x2C))
    packets = decode([send(first), send(second), frame(second, type=0x10, number="12345678", maker="33 78")])
    assert [text.split(": ")[1] for text in packets[1][CHANGED]] == ["1.00 m³ → 2.50 m³"]
    assert packets[1][TIME] == packets[1][NEWS] == [] and packets[2][CHANGED] == []
    raw = [bytes.fromhex("1F 90 00 01 02 03 04"), bytes.fromhex("1F 90 00 01 AA BB 04")]
    packets = decode([frame(add_33(data), maker="33 78") for data in raw])
    assert [packet[NEWS] for packet in packets] == [[], [b"\xaa\xbb"]]


# ---- bytes that nobody knows ----


# Bytes before, after, and the runs that are news.
RUNS = [
    ("00 00 00 00", "00 00 00 00", []),
    ("00 00 00 00", "01 00 00 00", ["01"]),
    ("00 00 00 00", "00 00 00 02", ["02"]),
    ("00 00 00 00", "01 00 02 00", ["01", "02"]),
    ("00 00 00 00", "01 02 03 04", ["01020304"]),
    ("00 00 00 00 00 00", "01 02 00 00 05 06", ["0102", "0506"]),
    ("FF" * 252, "00" * 252, ["00" * 252]),
    ("FF FE " * 126, "00 FE " * 126, ["00"] * 126),
]


def test_each_run_of_changed_bytes(decode):
    packets = decode([unknown(text, f"{meter:08d}") for meter, (before, after, _) in enumerate(RUNS)
                      for text in (before, after, after)])
    for (_, _, runs), first, second, third in zip(RUNS, packets[::3], packets[1::3], packets[2::3]):
        assert changes(first) == changes(third) == NONE
        assert changes(second) == ([], [], [bytes.fromhex(run) for run in runs])


def test_where_the_news_are(tshark, tmp_path):
    path = write_pcap(tmp_path / "two.pcap", [unknown("00 11 22 33 44"), unknown("00 AA BB 33 CC")])
    packet = packets_of(tshark("-r", path, "-T", "pdml", text=False).stdout)[1]
    items = [item for item in packet.iter("field") if item.get("name") == "cjt188.undocumented.changed"]
    assert [(item.get("pos"), item.get("size"), item.get("value"), item.get("showname").split(": ", 1)[1])
            for item in items] == [("15", "2", "aabb", "offset 1: 11 22 → AA BB"), ("18", "1", "cc", "offset 4: 44 → CC")]
    heads = [item.get("show") for item in packet.iter("field") if "Changed since" in (item.get("show") or "")]
    assert heads == ["Changed since packet 1"]


def test_news_inside_a_known_layout(decode):
    """A mechanical meter's 903F: its own 29 bytes are news, the battery is a field."""
    body = bytearray(bytes.fromhex("3F 90 00") + bytes(0x3A))
    first = frame(bytes(body))
    body[3 + 25] = 0x77
    body[3 + 53] = 0x88
    body[3 + 56:3 + 58] = bcd(360, 2)
    packets = decode([first, frame(bytes(body))])
    assert packets[1][NEWS] == [b"\x77", b"\x88"]
    assert len(packets[1][CHANGED]) == 1 and packets[1][CHANGED][0].endswith("3.60 V")


# ---- the user's own fields ----

OWN = [row("bits", BITS, mask="3", offset=0, name="State"),
       row("n", ULE, offset=1, width=2, scale="0.1", unit="K", name="Room"),
       row("t", TEXT, offset=3, width=2, name="Version"), row("raw", BYTES, offset=5, width=1, name="Code"),
       row("day", DATE, offset=6, width=4, name="Billing day"), row("b", BCD, offset=10, width=1, name="Count")]


def test_the_users_fields_have_the_users_names(decode):
    first, second = "00 0A 00 41 42 00 27 04 26 20 07 00 01", "01 14 00 41 43 FF 28 04 26 20 0A 00 02"
    packets = decode([unknown(first), unknown(second), unknown(second)], *options(*OWN))
    assert changes(packets[1]) == (["State: 0 → 1", "Room: 1 K → 2 K", "Version: AB → AC", "Code: 00 → FF",
                                    "Billing day: 2026-04-27 → 2026-04-28", "Count: 7 → 0A"], [], [b"\x02"])
    assert changes(packets[2]) == NONE


def test_named_bytes_split_a_run_of_news(decode):
    rows = options(row("x", ULE, offset=2, name="Mine"))
    packets = decode([unknown("00 00 00 00 00"), unknown("01 02 03 04 05")], *rows)
    assert changes(packets[1]) == (["Mine: 0 → 3"], [], [b"\x01\x02", b"\x04\x05"])


def test_a_row_over_a_known_field_changes_beside_it(decode):
    rows = options(row("x", BCD, identifier="901F", offset=20, width=4, name="Volume digits"))
    packets = decode([heat(volume=(3, 0x2C)), heat(volume=(4, 0x2C))], *rows)
    assert packets[1][CHANGED] == ["Volume: 0.003 m³ → 0.004 m³", "Volume digits: 3 → 4"]


def test_bytes_of_an_inactive_row_stay_news(decode):
    rows = options(row("x", ULE, offset=0), row("x", TEXT, offset=1, name="Inactive"))
    packets = decode([unknown("00 00"), unknown("00 41")], *rows)
    assert changes(packets[1]) == ([], [], [b"\x41"])


def test_forty_rows_in_a_frame(decode):
    rows = options(*(row(f"b{i}", BITS, offset=i // 8, mask=f"{1 << i % 8:X}", name=f"Bit {i}") for i in range(40)))
    packets = decode([unknown("00 00 00 00 00 00"), unknown("FF FF FF FF FF FF")], *rows)
    assert changes(packets[1]) == ([f"Bit {i}: 0 → 1" for i in range(40)], [], [b"\xff"])


def test_more_rows_than_a_screen_shows(tshark, tmp_path):
    """Eighty rows, a bit each; two bytes behind them have no name."""
    rows = options(*(row(f"b{i}", BITS, offset=i // 8, mask=f"{1 << i % 8:X}", name=f"Bit {i}") for i in range(80)))
    path = write_pcap(tmp_path / "eighty.pcap", [unknown("00" * 12), unknown("FF" * 10 + "01 02")])
    cells = tshark.fields(path, ["cjt188.changed", "cjt188.undocumented.changed"], *rows)[1]
    assert cells["cjt188.changed"].split("|") == [f"Bit {i}: 0 → 1" for i in range(80)]
    assert cells["cjt188.undocumented.changed"] == "0102"
    listed = [line.split() for line in tshark("-r", path, *rows, "-q", "-z", "cjt188,explore,all").stdout.splitlines()
              if "(cjt188.undocumented)" in line]
    assert [line[:2] for line in listed] == [["10", "2"]]


def test_only_the_masked_bits_count(decode):
    rows = options(row("low", BITS, mask="1", name="Low"), row("high", BITS, mask="80", name="High"),
                   row("wide", BITS, width=2, mask="0180", name="Wide"), row("all", ULE, name="All"))
    packets = decode([unknown("00 00"), unknown("80 00"), unknown("81 00"), unknown("81 02"), unknown("81 01")], *rows)
    assert [packet[CHANGED] for packet in packets] == [
        [], ["High: 0 → 1", "Wide: 0 → 1", "All: 0 → 128"], ["Low: 0 → 1", "All: 128 → 129"], [], ["Wide: 1 → 3"]]


def test_values_that_look_alike_show_their_bytes(decode):
    rows = options(row("t", TEXT, width=4, name="Text"), row("raw", BYTES, offset=4, width=40, name="Run"))
    packets = decode([unknown(f"41 {a} {b} 42" + "00" * 39 + c) for a, b, c in
                      (("01", "02", "00"), ("01", "03", "00"), ("04", "05", "00"), ("04", "05", "07"))], *rows)
    assert [packet[CHANGED] for packet in packets] == [
        [], ["Text: 02 → 03"], ["Text: 01 03 → 04 05"], ["Run: 00 → 07"]]


# ---- memory ----


# A process counts what its parent held when it was made: the parent must be small, which pytest is not.
MEASURE = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
print(os.waitstatus_to_exitcode(status), 1024 * usage.ru_maxrss)
"""


def most_memory(tshark, path):
    """The most that one tshark has held, in bytes."""
    command, env = tshark.command("-r", path, "-q", "-z", "io,stat,0")
    done = subprocess.run([sys.executable, "-c", MEASURE, *command], env=env, stdout=subprocess.PIPE, text=True, check=True)
    code, most = map(int, done.stdout.split())
    assert code == 0
    return most


def test_little_more_is_kept_than_the_bytes_that_changed(tshark, tmp_path):
    """The worst case: every second of 252 bytes differs, 126 runs a frame."""
    count = 10_000
    same = write_pcap(tmp_path / "same.pcap", [unknown("01 02" * 126)] * count)
    other = write_pcap(tmp_path / "other.pcap", [unknown("01 02" * 126), unknown("01 03" * 126)] * (count // 2))
    spent = most_memory(tshark, other) - most_memory(tshark, same)
    assert spent / count < 4 * 126 + 200, spent / count


# ---- passes, filters, samples ----


def line():
    """Two meters that count, with requests and damage between."""
    out = []
    for number in range(60):
        for meter in ("24263225", "11111111"):
            out.append(frame("1F 90 00", number=meter, control=0x01))
            reply = heat(number=meter, volume=(number // 3, 0x2C), clock=f"{number:02d} 12 18 27 04 26 20")
            out.append(reply if number % 7 else reply[:-2] + b"\0\x16")
            out.append(unknown(f"{number // 2:02X} 00 {number // 5:02X}", meter))
    return out


NAMES = ["frame.number", "cjt188.changed", "cjt188.changed.time", "cjt188.undocumented.changed"]


def test_two_passes_say_the_same_as_one(tshark, tmp_path):
    path = write_pcap(tmp_path / "line.pcap", line())
    once, twice = tshark.fields(path, NAMES), tshark.fields(path, NAMES, "-2")
    assert once == twice
    assert sum(bool(packet["cjt188.undocumented.changed"]) for packet in once) == 2 * 35
    assert sum(bool(packet["cjt188.changed.time"]) for packet in once) > 80
    assert sum(bool(packet["cjt188.changed"]) for packet in once) > 30


def test_a_filter_shows_the_same_changes(tshark, tmp_path):
    path = write_pcap(tmp_path / "line.pcap", line())
    once = [packet for packet in tshark.fields(path, NAMES) if packet["cjt188.undocumented.changed"]]
    assert tshark.fields(path, NAMES, "-Y", "cjt188.undocumented.changed") == once
    assert tshark.fields(path, NAMES, "-2", "-Y", "cjt188.undocumented.changed") == once
    counts = matches(tshark, path, ["cjt188.undocumented.changed == 01", "cjt188.undocumented.changed",
                                    'cjt188.changed contains "Volume"', 'cjt188.changed.time contains "18:12:01"'])
    assert counts["cjt188.undocumented.changed"] == len(once)
    assert all(counts.values())


def test_a_read_filter_does_not_shift_the_packet_numbers(tshark, tmp_path):
    """tshark -2 -R gives the number of a packet that it takes away to the next one."""
    path = write_pcap(tmp_path / "line.pcap", [unknown("01"), frame("2F 99 00", control=0x01), unknown("02"),
                                              unknown("03", control=0x01), unknown("03")])
    text = tshark("-r", path, "-2", "-R", "cjt188.control.response == 1", "-V").stdout
    heads = [text.strip() for text in text.splitlines() if "Changed since" in text]
    assert heads == ["Changed since packet 1", "Changed since packet 2"]
    text = tshark("-r", path, "-2", "-R", "cjt188.undocumented.changed", "-V").stdout
    heads = [text.strip() for text in text.splitlines() if "Changed since" in text]
    assert len(heads) == 2 and "packet" not in heads[0] and heads[1].endswith("packet 1")


def test_the_samples_have_changes_that_are_there(tshark, samples):
    packets = tshark.fields(samples / "demo-line.pcapng", NAMES)
    assert sum(bool(packet["cjt188.changed.time"]) for packet in packets) > 0
    for packet in packets:
        for text in filter(None, [*packet["cjt188.changed"].split("|"), *packet["cjt188.changed.time"].split("|")]):
            old, new = text.split(": ", 1)[1].split(" → ")
            assert old != new, packet
