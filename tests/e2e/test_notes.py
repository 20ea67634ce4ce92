# tshark -z cjt188,notes: the page, its Markdown, and that nothing of a meter's identity is left when masked.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import random
import re

import pytest
import truth
from conftest import write_pcap
from craft import bcd, frame, heat_901f, le
from rows import BCD, BITS, CLOCK, DATE, PER_4096, SBE, SLE, TEXT, UBE, ULE, options, row


def cells(line):
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def tables(page):
    """[(heading, [rows of cells])], the heads of the tables left out."""
    found, heading, rows = [], None, []
    for line in page.splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
        if line.startswith("|"):
            rows.append(cells(line))
        elif rows:
            assert len({len(row) for row in rows}) == 1, rows
            assert all(set(cell) <= set("-:") for cell in rows[1])
            found.append((heading, rows[2:]))
            rows = []
    return found + ([(heading, rows[2:])] if rows else [])


@pytest.fixture(scope="module")
def notes(tshark):
    return lambda path, argument="", *options: tshark("-r", path, *options, "-q", "-z", "cjt188,notes" + argument).stdout


def test_page_of_the_thread(notes, samples):
    page = notes(samples / "thread.pcapng")
    assert page.startswith("# ")
    found = dict((heading, rows) for heading, rows in tables(page) if "903F" in heading and heading.startswith("Reply"))
    (heading, rows), = found.items()
    assert "L 58" in heading and "OEM ultrasonic" in heading
    by_offset = {int(row[0]): row for row in rows}
    # Offset, bytes, name, meaning, source, range, example
    assert by_offset[0][1:3] == ["2", "Supply temperature"]
    assert by_offset[0][5:] == ["24.72 °C … 25.53 °C", "24.72 °C"]
    assert "the thread" in by_offset[0][4] and "CJ/T 188-2004" in by_offset[0][4]
    assert "Tiangang" in by_offset[40][4]
    assert by_offset[49][5] == "2024-06-29 … 2026-04-27"
    assert by_offset[48][2] == "Reserved"
    assert sum(int(row[1]) for row in rows) == 55
    assert "1 byte at 48" in page.split("## Still unknown")[1]


def test_statistics(notes, samples):
    page = notes(samples / "thread.pcapng")
    found = [rows for heading, rows in tables(page) if heading == "The capture"]
    counts = {row[0]: row[1] for row in found[0]}
    assert counts["Frames with a right checksum"] == "7"
    assert counts["replies"] == "3"
    assert counts["requests to all meters"] == "3"
    meters = [row for row in found[1] if row[0] == "24263225"]
    assert meters == [["24263225", "OEM ultrasonic", "1", "3"]]


def cells_of(page, name):
    """The row of the field with this name, in the only table that has one."""
    (found,) = [row for _, rows in tables(page) for row in rows if row[2:3] == [name]]
    return found


def unknown(payload, number="24263225", **more):
    return frame(bytes.fromhex("00 9A 00") + payload, number=number, **more)


# kind, width, other columns, the values as they are sent, and the least and the most of them as they read.
RANGES = [
    (SLE, 2, {}, [v.to_bytes(2, "little", signed=True) for v in (5, -200, 300, -1)], "-200", "300"),
    (SBE, 2, {}, [v.to_bytes(2, "big", signed=True) for v in (5, -200, 300, -1)], "-200", "300"),
    (UBE, 2, {}, [v.to_bytes(2, "big") for v in (511, 256, 1300)], "256", "1300"),
    (ULE, 2, {"scale": "-0.5"}, [le(v, 2) for v in (511, 256, 1300)], "-650", "-128"),
    (BCD, 2, {}, [bcd(v, 2) for v in (102, 201, 150)] + [b"\xff\xff", b"\0\xaa"], "102", "201"),
    (BITS, 1, {"mask": "3"}, [bytes([v]) for v in (0x80, 0x03, 0x7E)], "0", "3"),
    (PER_4096, 2, {}, [le(v, 2) for v in (4096, 8192, 6144)], "1", "2"),
    (TEXT, 5, {}, [b"01300", b"00810", b"00809", b"01299"], "00809", "01300"),
    (DATE, 4, {}, [bytes.fromhex(v) for v in ("20 26 04 27", "20 25 12 31", "01 05 26 20")], "2025-12-31", "2026-05-01"),
    (CLOCK, 7, {}, [bytes.fromhex(v) for v in ("20 26 05 27 10 00 00", "20 26 04 28 01 00 59", "20 26 05 26 23 59 59")],
     "2026-04-28 01:00:59", "2026-05-27 10:00:00"),
]


@pytest.mark.parametrize("kind, width, more, sent, least, most", RANGES, ids=[case[0] for case in RANGES])
def test_the_range_is_of_values_not_of_bytes(notes, tmp_path, kind, width, more, sent, least, most):
    path = write_pcap(tmp_path / "range.pcap", [unknown(raw) for raw in sent])
    page = notes(path, "", *options(row("mine", kind, width=width, name="Mine", **more)))
    assert cells_of(page, "Mine")[5] == f"{least} … {most}"


def test_the_range_of_documented_fields(notes, tmp_path):
    """A clock sent high byte first, and volumes in m³ and in litres, of which one meter has none."""
    packets = [frame(heat_901f(clock=clock)) for clock in ("20 26 04 27 18 12 15", "20 26 05 27 10 00 00", "20 26 04 28 01 00 59")]
    assert cells_of(notes(write_pcap(tmp_path / "clock.pcap", packets)), "Clock")[5] == (
        "2026-04-27 18:12:15 … 2026-05-27 10:00:00")
    litres, cubic = 0x29, 0x2C
    volumes = [(bytes.fromhex("FF FF FF FF"), cubic), (1000, cubic), (5000, litres), (2000, cubic), (900_000, litres)]
    packets = [frame(heat_901f(volume=volume), number=f"1111111{i}") for i, volume in enumerate(volumes)]
    page = notes(write_pcap(tmp_path / "volume.pcap", packets))
    assert cells_of(page, "Volume")[5] == "5.000 L … 2.000 m³"


def test_values_of_masked_bits_are_counted_without_the_others(tshark, tmp_path):
    path = write_pcap(tmp_path / "bits.pcap", [unknown(bytes([value])) for value in (0x80, 0x00, 0x01, 0x81, 0x82)])
    text = tshark("-r", path, *options(row("low", BITS, mask="1"), row("high", BITS, mask="80")), "-q", "-z",
                  "cjt188,explore").stdout
    found = {line.split("(")[1].split(")")[0]: line for line in text.splitlines() if "(cjt188.user." in line}
    assert "distinct 2" in found["cjt188.user.low"] and "changes in packets 3..5" in found["cjt188.user.low"]
    assert "distinct 2" in found["cjt188.user.high"] and "changes in packets 2..4" in found["cjt188.user.high"]


def number_forms(number):
    raw = bytes.fromhex(number)
    for order in (raw, raw[::-1]):
        yield from (order.hex().upper(), order.hex(), order.hex(" ").upper(), order.hex(":"), order.hex("-"))
        yield str(int.from_bytes(order, "big"))


def test_masked_page_names_no_meter(notes, tmp_path):
    """The number is in the address, in undocumented bytes, in a set-address command and as a documented meter number."""
    numbers = ["24263225", "31020456", "58210077"]
    packets = []
    for turn in range(60):
        number = numbers[turn % 3]
        low_first = bytes.fromhex(number)[::-1]
        packets.append(frame(heat_901f(supply=2500 + turn), number=number))
        packets.append(frame(bytes.fromhex("00 9A 00") + low_first + b"\0" + bcd(turn, 2), number=number))
        packets.append(frame(bytes.fromhex("18 A0 00") + low_first + b"\0\x11\x11", control=0x15, number=number))
        packets.append(frame(bytes.fromhex("3F 90 03") + bytes(28) + low_first + bytes.fromhex("00 10") * 4 + bytes(15),
                             type=0x25, number=number))
    path = write_pcap(tmp_path / "numbers.pcap", packets)
    plain, masked = notes(path), notes(path, ",mask")
    for number in numbers:
        assert number in plain
        for form in number_forms(number):
            assert form not in masked, form
    assert "meter 1" in masked and "meter 3" in masked
    # consistently: the same rows, in the same places
    assert len(tables(plain)) == len(tables(masked))
    assert [len(rows) for _, rows in tables(plain)] == [len(rows) for _, rows in tables(masked)]


def test_nothing_is_taken_for_markdown(notes, tmp_path):
    text = b"*a_b|c`<b>#"
    packets = [frame(bytes.fromhex("00 9A 00") + text) for _ in range(3)]
    path = write_pcap(tmp_path / "text.pcap", packets)
    row = f'"","reply","01","9A00","14","0","{len(text)}","text","","","","","My *own* | field","mine","<i>mine</i> [x](y)"'
    page = notes(path, "", "-o", f"uat:cjt188_fields:{row}")
    (_, rows), = [(heading, rows) for heading, rows in tables(page) if "9A00" in heading]
    (cells_of_text,) = rows
    assert cells_of_text[2] == r"My \*own\* \| field"
    assert "&lt;i&gt;mine" in cells_of_text[3] and r"\[x\](y)" in cells_of_text[3]
    assert cells_of_text[4] == "user's table"
    assert r"\*a\_b\|c\`&lt;b&gt;\#" in cells_of_text[6]


def test_proposals_stand_in_the_table(notes, tmp_path):
    made = truth.make_capture(3, 60, meters=2, fields=[truth.counter(4, "BCD", 20, random.Random(3))])
    path = write_pcap(tmp_path / "counter.pcap", made.packets)
    (_, rows), = [(heading, rows) for heading, rows in tables(notes(path)) if "9A00" in heading]
    assert [row[4] for row in rows] == ["nobody knows", "proposal, strong"]
    assert rows[1][0:2] == ["0", "4"] and "BCD" in rows[1][3]


def test_filter_and_wrong_arguments(tshark, notes, samples):
    page = notes(samples / "thread.pcapng", ",cjt188.di == 0x901f")
    assert "901F" in page and "903F" not in page
    page = notes(samples / "thread.pcapng", ",mask,cjt188.di == 0x901f")
    assert "24263225" not in page and "903F" not in page and "901F" in page
    for wrong in ("x", ",mask,no such ==", ",masked"):
        done = tshark("-r", samples / "thread.pcapng", "-q", "-z", "cjt188,notes" + wrong, check=False)
        assert done.returncode != 0
        assert "# What" not in done.stdout


def test_empty_capture(notes, tmp_path):
    page = notes(write_pcap(tmp_path / "empty.pcap", []))
    assert "Frames with a right checksum | 0" in page
