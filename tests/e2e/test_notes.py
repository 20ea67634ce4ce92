# tshark -z cjt188,notes: the page, its Markdown, and that nothing of a meter's identity is left when masked.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import calendar
import random
import re
import time

import pytest
import truth
from conftest import write_pcap
from craft import bcd, frame, heat_901f, le
from day import Day
from rows import (BCD, BITS, BYTES, CLOCK, DATE, HM, PER_4096, SBE, SLE, TEXT, UBE, ULE, XLE, config_dir, options, row)


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
                  "cjt188,explore,all").stdout
    found = {line.split("(")[1].split(")")[0]: line for line in text.splitlines() if "(cjt188.user." in line}
    assert "distinct 2" in found["cjt188.user.low"] and "changes in packets 3..5" in found["cjt188.user.low"]
    assert "distinct 2" in found["cjt188.user.high"] and "changes in packets 2..4" in found["cjt188.user.high"]


def test_what_a_field_means_is_said_in_words(notes, tmp_path):
    """Their blurbs are a unit, or nothing but a source."""
    page = notes(write_pcap(tmp_path / "heat.pcap", [frame(heat_901f())]))
    meanings = {name: cells_of(page, name)[3] for name in ("Heating energy", "Power", "Flow", "Volume", "Supply temperature",
                                                          "Operating hours", "Clock")}
    assert meanings.pop("Clock") == "The meter's local time"
    for name, unit in (("Heating energy", "kWh"), ("Power", "kW"), ("Flow", "m³/h"), ("Volume", "m³"),
                       ("Supply temperature", "°C"), ("Operating hours", "h")):
        assert re.match(rf"{name} in {unit}(,|;|$)", meanings[name]), meanings[name]
    assert all(row[3] for _, rows in tables(page) for row in rows if len(row) == 7)


def test_a_value_seen_once_is_not_always_so(notes, tmp_path):
    once = notes(write_pcap(tmp_path / "once.pcap", [unknown(b"\1\2")]))
    assert cells_of(once, "Undocumented")[5] == "once 01 02"
    assert "1 frame of 1 meter." in once
    twice = notes(write_pcap(tmp_path / "twice.pcap", [unknown(b"\1\2")] * 2))
    assert cells_of(twice, "Undocumented")[5] == "always 01 02"
    assert "2 frames of 1 meter." in twice


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


NUMBER = "24263225"
LOW = bytes.fromhex(NUMBER)[::-1]
AT = 4  # where a copy stands in data of
WIDTH = 16

# Every way in which a payload may hold the number, as bytes.
COPIES = {
    "low byte first": LOW,
    "high byte first": LOW[::-1],
    "half a byte off": bytes.fromhex("0" + NUMBER + "0"),
    "half a byte off, low byte first": bytes.fromhex("0" + LOW.hex() + "0"),
    "digits of each byte exchanged": bytes.fromhex("42622352"),
    "text": NUMBER.encode(),
    "text, low byte first": LOW.hex().encode(),
    "binary, low byte first": le(int(NUMBER), 4),
    "binary, high byte first": le(int(NUMBER), 4)[::-1],
    "three bytes": LOW[:3],
    "three other bytes, high byte first": LOW[:0:-1],
    "two bytes": LOW[1:3],
    "text in groups": b"2426-3225",
    "text in UTF-16": "263225".encode("utf-16-le")[:-1],
    "a digit in each byte": bytes(int(digit) for digit in NUMBER),
    "a digit in each byte, low first": bytes(int(digit) for digit in NUMBER[::-1]),
    "with 33H added": bytes(byte + 0x33 for byte in LOW),
    "inverted": bytes(byte ^ 0xFF for byte in LOW),
}

# Widths of the rows that lie over the data, from its first byte; none: the bytes stay undocumented.
LAYERS = {"undocumented": [], "rows of 2": [2] * 8, "rows of 3": [3] * 5 + [1], "rows of 4": [4] * 4, "one row": [16],
          "rows of 1": [1] * 16}


def layer(widths, kind="bytes"):
    at, rows = 0, []
    for i, width in enumerate(widths):
        rows.append(row(f"f{i}", kind, offset=at, width=width, name=f"Of Smith {i}", note="At Smith's", unit="kWh"))
        at += width
    return rows


def places(page, control=0x81):
    """[(offset, width, name, meaning, range, example)] of the fields of the reply, without proposals; of all dialects."""
    found = [rows for heading, rows in tables(page) if heading.startswith(f"Reply 9A00, control {control:02X}")]
    assert found
    return [(int(r[0]), int(r[1]), r[2], r[3], r[5], r[6]) for rows in found for r in rows
            if not r[4].startswith("proposal")]


def shown_bytes(cell, width):
    """Of a value that is shown as bytes, [text of each]; "masked" is none."""
    found = ["··"] * width if cell == "masked" else cell.split(" ")
    assert len(found) == width, cell
    return found


@pytest.mark.parametrize("layers", LAYERS)
def test_whatever_takes_part_in_a_number_is_masked(notes, tmp_path, layers):
    """That and nothing else. All bytes vary, so that nothing but the number gives a copy away; it is in the example, the first."""
    rng = random.Random(layers)
    packets, firsts = [], []
    for i, copy in enumerate(COPIES.values()):
        firsts.append(bytes([0x81, 0x82, 0x83, 0x84]) + copy + bytes(0x90 + i for i in range(WIDTH - AT - len(copy))))
        others = [bytes(rng.choice((0xA5, 0xB6, 0xC7, 0xD8)) for _ in range(WIDTH)) for _ in range(40)]
        packets += [unknown(data, control=0xA1 + i) for data in (firsts[i], *others)]
    page = notes(write_pcap(tmp_path / "copies.pcap", packets), ",mask", *options(*layer(LAYERS[layers])))
    for i, (form, copy) in enumerate(COPIES.items()):
        found = places(page, 0xA1 + i)
        assert sum(width for _, width, *_ in found) == WIDTH
        example = [text for _, width, *_, cell in found for text in shown_bytes(cell, width)]
        assert example == ["··" if AT <= at < AT + len(copy) and byte else f"{byte:02X}" for at, byte in enumerate(firsts[i])], form
        assert all((cell == "masked") == (example == "masked") for *_, cell, example in found)


@pytest.mark.parametrize("kind, width", [(BCD, 4), (BCD, 2), (ULE, 4), (UBE, 4), (TEXT, 4), (SLE, 3)])
def test_numbers_of_rows_are_masked_as_their_bytes_are(notes, tmp_path, kind, width):
    for copy in (LOW, LOW[::-1], le(int(NUMBER), 4), le(int(NUMBER), 4)[::-1]):
        datas = [copy, b"\x11\x12\x13\x14", b"\x21\x02\x33\x01"]
        path = write_pcap(tmp_path / "rows.pcap", [unknown(data) for data in datas])
        range_seen, example = places(notes(path, ",mask", *options(*layer([width], kind))))[0][4:]
        assert shown_bytes(example, width) == ["··"] * width, copy
        raw = {data[:width].hex(" ") for data in datas[1:]} | {" ".join(["··"] * width)}
        assert {value.lower() for value in range_seen.split(" … ")} <= raw, copy


@pytest.mark.parametrize("how", ["asked", "damaged", "many"])
def test_another_meters_number_is_masked(notes, tmp_path, how):
    damaged = bytearray(unknown(b"\x07"))
    damaged[-2] ^= 0x55
    met = {"asked": [unknown(b"", control=0x01)], "damaged": [bytes(damaged)],
           "many": [unknown(b"", f"{n:08d}", control=0x01) for n in range(10_000_000, 10_008_200)]}[how]
    datas = [b"\x81" + LOW + b"\x82\x83", bytes(range(7)), bytes(range(0x40, 0x47))]
    path = write_pcap(tmp_path / "other.pcap", [unknown(data, "11112222") for data in datas] + met)
    page = notes(path, ",mask")
    assert places(page)[0][4:] == (("masked", "masked") if how == "many" else
                                   ("00 01 02 03 04 05 06 … 81 ·· ·· ·· ·· 82 83", "81 ·· ·· ·· ·· 82 83"))
    rows = options(row("tail", BCD, offset=5, width=2), row("head", BCD, width=5))
    assert [place[4] for place in places(notes(path, ",mask", *rows))] == [
        "masked" if how == "many" else "00 01 02 03 04 … 40 41 42 43 44",
        "masked" if how == "many" else places(notes(path, "", *rows))[1][4]]


def test_a_number_that_nobody_is_called_by_is_masked_when_it_never_changes(notes, tmp_path):
    """A meter's own serial number, say: the same in all that it sends. Bytes that change may be shown."""
    serial = b"\x31\x41\x59\x26"
    path = write_pcap(tmp_path / "serial.pcap", [unknown(serial + bytes([i, 0]), "11112222") for i in (7, 9, 8)])
    assert places(notes(path, ",mask"))[0][4:] == (
        "·· ·· ·· ·· 07 00 … ·· ·· ·· ·· 09 00", "·· ·· ·· ·· 07 00")
    path = write_pcap(tmp_path / "alike.pcap", [unknown(serial, n) for n in ("11112222", "11112222", "33334444")])
    assert places(notes(path, ",mask"))[0][4:] == ("masked", "masked")
    assert places(notes(path, ",mask", *options(*layer([4], BCD))))[0][4:] == ("masked", "masked")
    path = write_pcap(tmp_path / "zeros.pcap", [unknown(bytes(4))] * 2)
    assert places(notes(path, ",mask"))[0][4:] == ("always 00 00 00 00", "00 00 00 00")


SERIAL = b"SN 2426-3225 "  # no way of writing a number that anybody looks for
DOTS = " ".join(["··"] * len(SERIAL))


def counting(turns=30, number="11112222"):
    return [unknown(SERIAL + le(0x4101 + 0x107 * turn, 2), number) for turn in range(turns)]


def test_what_a_meter_never_changes_is_hidden_though_another_does(notes, tmp_path):
    """The other's values are all higher, and lower, than the serial."""
    packets = counting()
    for turn in range(30):
        packets += [unknown(bytes([turn + (0xC0 if turn % 2 else 1)] * 15), "31120077"),
                    unknown(bytes([0x80 + turn] * 13) + le(turn, 2), "58210077")]
    alone = write_pcap(tmp_path / "alone.pcap", counting())
    path = write_pcap(tmp_path / "others.pcap", packets)
    assert places(notes(alone, ",mask"))[0][4:] == (f"{DOTS} 01 41 … {DOTS} CC 5E", f"{DOTS} 01 41")
    assert places(notes(path, ",mask"))[0][5] == f"{DOTS} 01 41"
    for kind in (BYTES, TEXT):
        rows = options(row("serial", kind, width=15))
        assert places(notes(alone, ",mask", *rows))[0][5] == f"{DOTS} 01 41"
        assert places(notes(path, ",mask", *rows))[0][5] == f"{DOTS} 01 41"


def test_numbers_with_bytes_that_never_change(notes, tmp_path):
    """A high byte that stays hides a number; one that is 00 does not."""
    path = write_pcap(tmp_path / "high.pcap", [unknown(le(0x510000 + value, 4)) for value in (0x1234, 0x4321, 0x3333)])
    rows = [row("whole", ULE, width=4, scale="0.5", unit="l"), row("low", ULE, width=2), row("high", ULE, offset=2, width=2)]
    assert {place[2]: place[4:] for place in places(notes(path, ",mask", *options(*rows)))} == {
        "whole": ("34 12 ·· 00 … 21 43 ·· 00", "34 12 ·· 00"), "low": ("4660 … 17185", "4660"), "high": ("always ·· 00", "·· 00")}
    path = write_pcap(tmp_path / "bits.pcap", [unknown(bytes([value])) for value in (0x50, 0x5F, 0x51)])
    rows = [row("high", BITS, mask="F0"), row("low", BITS, mask="0F")]
    assert {place[2]: place[4:] for place in places(notes(path, ",mask", *options(*rows)))} == {
        "high": ("masked", "masked"), "low": ("0 … 15", "0")}


def test_what_three_meters_share_is_shown(notes, tmp_path):
    """A firmware's number, say. Of two meters it stays hidden, and of one that is heard on two lines as well."""
    firmware, serials = b"\x01\x05\x21", [b"\x31\x41\x59", b"\x27\x18\x28", b"\x16\x18\x03", b"\x57\x72\x15"]
    numbers = ["31120077", "58210078", "70190001", "90000003"]
    for count in (1, 2, 3, 4):
        path = write_pcap(tmp_path / f"{count}.pcap", [unknown(firmware + serials[i] + bytes([turn, 9 - turn]), numbers[i])
                                                       for turn in range(4) for i in range(count)])
        for rows, width in (((), 8), (options(row("all", BYTES, width=8)), 8)):
            example = shown_bytes(places(notes(path, ",mask", *rows))[0][5], width)
            assert example == (["01", "05", "21"] if count > 2 else ["··"] * 3) + ["··"] * 3 + ["00", "09"], count
    rows = options(row("firmware", UBE, width=3))
    assert [place[4:] for place in places(notes(path, ",mask", *rows))][0] == ("always 66849", "66849")


def test_bytes_that_each_three_share_are_no_serial_together(notes, tmp_path):
    """Each byte of each serial is that of two other meters, never of the same: no more than one may be shown."""
    serials = {f"{31120070 + 11 * (16 * a + b)}": bytes([0xA1 + a, 0xB1 + b, 0xC1 + (a + b) % 4, 0xD1 + (a + 2 * b) % 4])
               for a in range(4) for b in range(4)}
    for first in list(serials)[:6]:
        order = [first] + [number for number in serials if number != first]
        path = write_pcap(tmp_path / "square.pcap", [unknown(serials[number] + bytes([turn]), number)
                                                     for turn in range(3) for number in order])
        example = shown_bytes(places(notes(path, ",mask"))[0][5], 5)
        assert example[4] == "00" and [byte != "··" for byte in example[:4]].count(True) == 1
        shown, = (i for i in range(4) if example[i] != "··")
        assert example[shown] == f"{serials[first][shown]:02X}"
        crowd = [serial for serial in serials.values() if f"{serial[shown]:02X}" == example[shown]]
        assert len(crowd) == 4


def test_times_are_to_the_hour(notes, tmp_path):
    """Clocks of documents and of rows, and what a proposal takes for one; dates stay."""
    stamps = [f"20 26 04 {27 + turn // 20} {4 + turn % 20:02} {(7 * turn) % 60:02} {30 + turn % 30:02}" for turn in range(40)]
    turned = [bytes.fromhex(stamp)[::-1] for stamp in stamps]
    seconds = [1777313520 + 4321 * turn for turn in range(40)]
    packets = []
    for turn, raw in enumerate(turned):
        moment = calendar.timegm(time.strptime(stamps[turn], "20 %y %m %d %H %M %S"))
        packets += [(moment, frame(heat_901f(clock=stamps[turn]))), (moment + 1, unknown(raw + le(seconds[turn], 4) + raw[1:3]))]
    path = write_pcap(tmp_path / "times.pcap", packets)
    rows = options(row("clock", CLOCK, width=7), row("unix", XLE, offset=7, width=4), row("hm", HM, offset=11, width=2),
                   row("date", DATE, offset=3, width=4))
    page, plain = notes(path, ",mask", *rows), notes(path, "", *rows)
    assert re.search(r"\d:\d\d", plain) and not re.search(r"\d:\d\d", page)
    assert cells_of(page, "Clock")[5:] == ["2026-04-27 04:·· … 2026-04-28 23:··", "2026-04-27 04:··"]
    found = {place[2]: place[4:] for place in places(page)}
    assert found["clock"] == ("2026-04-27 04:·· … 2026-04-28 23:··", "2026-04-27 04:··")
    assert found["hm"] == ("04:·· … 23:··", "04:··") and found["date"] == ("2026-04-27 … 2026-04-28", "2026-04-27")
    assert re.fullmatch(r"2026-04-27 \d\d:·· … 2026-04-29 \d\d:··", found["unix"][0])
    bare = notes(path, ",mask")
    example, = [place[5] for place in places(bare)]
    assert "clock" in bare and shown_bytes(example, 13)[:7] == ["··" if byte else "00" for byte in turned[0]]


def test_a_clock_that_is_none_is_masked(notes, tmp_path):
    packets = [frame(heat_901f(clock=clock)) for clock in ("20 26 13 45 18 12 15", "20 26 04 27 18 12 15")]
    path = write_pcap(tmp_path / "clock.pcap", packets)
    assert cells_of(notes(path, ",mask"), "Clock")[5:] == ["masked", "masked"]
    table = options(row("clock", CLOCK, width=7))
    path = write_pcap(tmp_path / "own.pcap", [unknown(bytes.fromhex(clock)) for clock in ("20 26 13 45 18 12 15", "20 26 13 45 19 13 16")])
    assert places(notes(path, ",mask", *table))[0][4:] == ("masked", "masked")


def test_echoes_are_no_requests(tshark, notes, tmp_path):
    made = Day().run()
    page = notes(made.write(tmp_path / "day.pcapng"))
    found = [rows for heading, rows in tables(page) if heading == "The capture"]
    counts = {row[0]: int(row[1]) for row in found[0]}
    echoes = sum(line["echoes"] for line in made.lines.values())
    assert echoes > 1000 and counts["echoes of requests"] == echoes
    assert counts["of them requests"] == sum(line["requests"] for line in made.lines.values())
    assert counts["Frames with a right checksum"] == counts["of them requests"] + echoes + counts["replies"]
    asked = {number: meter["requests"] for number, meter in made.meters.items()}
    assert {row[0]: int(row[2]) for row in found[1] if row[0] in asked} == asked


@pytest.mark.parametrize("copy", [bytes(int(digit) for digit in NUMBER), b"2.4.2.6.3.2.2.5", bytes(b + 0x33 for b in LOW)])
def test_rows_of_one_byte_do_not_spell_a_number(notes, tmp_path, copy):
    path = write_pcap(tmp_path / "spelt.pcap", [unknown(copy + bytes([0x81 + turn])) for turn in range(20)])
    rows = options(*layer([1] * (len(copy) + 1), ULE))
    assert [place[4] for place in places(notes(path, ",mask", *rows))] == ["masked"] * len(copy) + ["129 … 148"]


def test_replies_from_a_wildcard_address_are_nobodys(notes, tmp_path):
    """Two meters answer in turn; neither has changed anything."""
    serials = (b"\x31\x41\x59\x26", b"\x27\x18\x28\x00")
    path = write_pcap(tmp_path / "wildcard.pcap", [unknown(serials[turn % 2], "AAAAAAAA") for turn in range(8)])
    page = notes(path, ",mask")
    assert places(page)[0][4:] == ("·· ·· ·· 00 … ·· ·· ·· ··", "·· ·· ·· ··")


KINDS_AT_RANDOM = {
    BYTES: lambda raw: raw.hex(" ").upper(), TEXT: lambda raw: raw.decode("ascii"), BITS: lambda raw: str(raw[0]),
    ULE: lambda raw: str(int.from_bytes(raw, "little")), UBE: lambda raw: str(int.from_bytes(raw, "big")),
}


def rows_at_random(rng, width):
    """[(offset, width, kind, mask)]; they may lie over each other, and leave gaps."""
    drawn = []
    for _ in range(rng.randrange(10)):
        kind = rng.choice(list(KINDS_AT_RANDOM))
        wide = rng.randint(1, {BYTES: 12, TEXT: 12, BITS: 1}.get(kind, 4))
        drawn.append((rng.randrange(width - wide + 1), wide, kind, rng.choice((0x0F, 0xF0, 0xFF)) if kind == BITS else 0xFF))
    return drawn


def may_be_shown(frames, is_wildcard, at, width, kind, mask):
    """All that a field may show of what one meter sent."""
    sent = [bytes(byte & mask for byte in data[at:at + width]) for data in frames]
    secret = [is_wildcard or len(set(there)) == 1 for there in zip(*sent)]
    for raw in sent:
        hidden = [secret[i] and byte != 0 for i, byte in enumerate(raw)]
        yield " ".join("··" if hidden[i] else f"{byte:02X}" for i, byte in enumerate(raw))
        if not any(hidden):
            yield KINDS_AT_RANDOM[kind](bytes(byte // (mask & -mask) for byte in raw) if kind == BITS else raw)


def meter_at_random(rng, width, count):
    """Letters and digits, some of them always the same, and zeros."""
    letters = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    fixed = [rng.choice((None, None, rng.choice(letters), 0)) for _ in range(width)]
    return [bytes(rng.choice(letters) if byte is None else byte for byte in fixed) for _ in range(count)]


def is_allowed(value, allowed):
    """Is it one of them, with or without more bytes hidden, because they look like a part of the meter's own number?"""
    return any(len(value) == len(text) and all(a in ("·", b) for a, b in zip(value, text)) for text in allowed)


@pytest.mark.parametrize("seed", range(12))
def test_no_byte_is_shown_that_its_meter_never_changed(notes, tmp_path, seed):
    rng, width = random.Random(seed), 16
    meters = {number: meter_at_random(rng, width, count)
              for number, count in (("71112222", 12), ("83334444", 9), ("95556666", 1), ("AAAAAAAA", 4))}
    packets = [unknown(data, number) for number, frames in meters.items() for data in frames]
    rng.shuffle(packets)
    rows = {f"r{i}": drawn for i, drawn in enumerate(rows_at_random(rng, width))}
    path = write_pcap(tmp_path / "random.pcap", packets)
    table = [row(name, kind, offset=at, width=wide, mask=f"{mask:02X}" if kind == BITS else "")
             for name, (at, wide, kind, mask) in rows.items()]
    shown = 0
    for at, wide, name, _, *cells_shown in places(notes(path, ",mask", *options(*table))):
        *_, kind, mask = rows.get(name, (at, wide, BYTES, 0xFF))
        allowed = {text.replace("\0", ".") for number, frames in meters.items()
                   for text in may_be_shown(frames, number == "AAAAAAAA", at, wide, kind, mask)}
        for cell in cells_shown:
            values = re.sub("^(always|once) ", "", cell).split(" … ")
            assert values == ["masked"] or all(is_allowed(value, allowed) for value in values), (name, at, wide, kind, values)
            shown += any(character in "0123456789ABCDEF" for value in values for character in value)
    assert shown > 1


def test_a_frame_in_transit_is_masked(notes, frames, tmp_path):
    """It carries the number of a meter of another protocol."""
    (tunnel,) = [f["bytes"] for f in frames if f["id"] == 144]
    path = write_pcap(tmp_path / "tunnel.pcap", [tunnel] * 2)
    for argument, expected in (("", lambda text: "68 07 07 68 53" in text), (",mask", lambda text: text == "masked")):
        found = [r for _, rows in tables(notes(path, argument)) for r in rows if len(r) == 7 and r[2] == "Frame in transit"]
        assert [all(map(expected, r[5:])) for r in found] == [True], argument


def test_the_users_words_are_not_on_a_masked_page(notes, tmp_path):
    meters = 'uat:cjt188_meters:"24263225","Smith","by the rules","","","","",""'
    rows = [row("counter", BCD, width=4, name="Meter 24263225 of Smith", note="Smith told me, 24263225"),
            row("m24263225", BCD, offset=4, width=2, unit="Smith's kWh", name="Smith's second")]
    packets = []
    for turn in range(60):
        packets.append(frame(heat_901f(volume=(100 + turn, 0x2C))))
        packets.append(unknown(bcd(100 + turn, 4) + bcd(7 * turn, 2) + bcd(100 + turn, 4)))
    path = write_pcap(tmp_path / "smith.pcap", packets)
    page = notes(path, ",mask", "-o", meters, *options(*rows))
    assert "Smith" not in page and "24263225" not in page
    assert [place[2:4] for place in places(page)][:2] == [("counter", BCD), ("mmeter 1", BCD)]
    assert "proposal" in page
    assert places(page)[1][4:] == ("0 … 413", "0")
    plain = notes(path, "", "-o", meters, *options(*rows))
    assert "Meter 24263225 of Smith" in plain and "Smith told me" in plain and places(plain)[1][5] == "0 Smith's kWh"


def test_adopted_rows_keep_their_words_on_demand(notes, tmp_path):
    """Name, meaning and unit, unmasked and with mask,names; a meter's number in them is replaced, and times are to the hour."""
    table = options(row("running", BCD, width=2, name="Running time", unit="h", note="display of 24263225, page 3"))
    path = write_pcap(tmp_path / "names.pcap", [(1777313535 + turn, unknown(bcd(7 * turn, 2))) for turn in range(5)])
    plain, named, masked = (notes(path, argument, *table) for argument in ("", ",mask,names", ",mask"))
    for page, words in ((plain, "display of 24263225, page 3"), (named, "display of meter 1, page 3")):
        assert places(page)[0][2:] == ("Running time", f"{words}; BCD, in h", "0 h … 28 h", "0 h")
    assert places(masked)[0][2:] == ("running", BCD, "0 … 28", "0")
    for page in (named, masked):
        assert "24263225" not in page and "From 2026-04-27 18:·· UTC to 2026-04-27 18:·· UTC" in page
    assert "From 2026-04-27 18:12:15 UTC" in plain
    assert notes(path, ",mask,names,cjt188.di == 0x901f", *table).count("Running time") == 0


def test_what_a_row_makes_of_its_bytes_is_told(notes, tmp_path):
    table = options(row("flow", ULE, width=2, name="Flow", unit="l/h", scale="0.5", add="-3", note="a look at the display"),
                    row("bits", BITS, offset=2, mask="F0", name="Flags"))
    path = write_pcap(tmp_path / "meaning.pcap", [unknown(le(7 * turn, 2) + bytes([17 * turn])) for turn in range(5)])
    plain, named, masked = (places(notes(path, argument, *table)) for argument in ("", ",mask,names", ",mask"))
    assert plain == named
    assert [place[2:] for place in plain] == [
        ("Flow", "a look at the display; unsigned, low byte first × 0.5 - 3, in l/h", "-3 l/h … 11 l/h", "-3 l/h"),
        ("Flags", "bits F0", "0 … 4", "0")]
    assert [place[2:] for place in masked] == [
        ("flow", "unsigned, low byte first × 0.5 - 3", "-3 … 11", "-3"), ("bits", "bits F0", "0 … 4", "0")]


def test_nothing_else_is_replaced(notes, tmp_path):
    """Meter 00100000 and 100000 hours, meter 00000000 and zeros, and a number within another."""
    path = write_pcap(tmp_path / "hours.pcap", [frame(heat_901f(hours=100000), number="00100000")] * 2)
    assert cells_of(notes(path, ",mask"), "Operating hours")[5:] == ["always 100000 h", "100000 h"]
    path = write_pcap(tmp_path / "zeros.pcap", [unknown(bytes(6), n) for n in ("00000000", "12345678") * 2])
    page = notes(path, ",mask")
    assert places(page)[0][4:] == ("always 00 00 00 00 00 00", "00 00 00 00 00 00")
    assert [line for line in page.splitlines() if "meter 1" in line] == [
        line for line in page.splitlines() if line.startswith("| meter 1 |")]
    rows = options(row("d", ULE, width=4, scale="0.00000001"), row("long", BCD, offset=4, width=6))
    sent = [le(value, 4) + bcd(long, 6) for value, long in ((2612345678, 991234567899), (2700000000, 5), (1, 7))]
    path = write_pcap(tmp_path / "within.pcap", [unknown(data, "11112222") for data in sent] +
                      [unknown(b"", "12345678", control=0x01)])
    assert [place[4] for place in places(notes(path, "", *rows))] == ["1e-08 … 27", "5 … 991234567899"]
    page = notes(path, ",mask", *rows)
    assert "meter 2" not in "".join(line for line in page.splitlines() if not line.startswith("| meter 2 |"))


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


FIELDS, SLOTS = 512, 1 << 22  # of one kind of frames; for values, in all


def test_rows_beyond_a_number_are_left_out_and_counted(tshark, notes, tmp_path):
    """The bytes that no row names count, too, and stay."""
    path = write_pcap(tmp_path / "few.pcap", [unknown(bytes([1, 2, turn])) for turn in range(3)])
    for rows in (FIELDS - 1, FIELDS, FIELDS + 80):
        env = config_dir(tmp_path / str(rows), [row(f"r{i}", ULE, offset=i % 2) for i in range(rows)])
        left = max(rows + 1 - FIELDS, 0)
        said = f"{left} more of your fields {'is' if left == 1 else 'are'} not explored: there are more than {FIELDS}"
        text = tshark("-r", path, "-q", "-z", "cjt188,explore,all", env=env).stdout
        page = tshark("-r", path, "-q", "-z", "cjt188,notes", env=env).stdout
        window = tshark("-r", path, "-q", "-z", "cjt188,bytes", env=env).stdout
        found = set(re.findall(r"\(cjt188\.user\.r(\d+)\)", text))
        assert found == {str(i) for i in range(rows - left)}
        assert set(re.findall(r"cjt188\.user\.r(\d+)", window)) == found
        assert "(cjt188.undocumented): seen 3  distinct 3" in text
        assert len(places(page)) == min(rows + 1, FIELDS)
        for output in (text, page):
            assert (said in output) == (left > 0) and ("not explored" in output) == (left > 0)


def test_all_values_together_have_room_only_for_so_many(tshark, tmp_path):
    """450 values want 1024 places of 8 bytes in each of 5120 fields; one value wants none."""
    kinds, turns, rng = 10, 450, random.Random(8)
    packets = [frame(bytes([kind, 0x9A, 0]) + le(turn, 2) + rng.randbytes(40) + b"\x55\x66")
               for turn in range(turns) for kind in range(kinds)]
    rows = [row(f"r{i}", ULE, offset=i % 40, width=3) for i in range(FIELDS - 1)] + [row("same", ULE, offset=42, width=2)]
    env = config_dir(tmp_path / "rows", rows)
    text = tshark("-r", write_pcap(tmp_path / "noise.pcap", packets), "-q", "-z", "cjt188,explore,all", env=env).stdout
    told = re.findall(r"\(cjt188\.user\.(\w+)\): seen 450  distinct (more than )?(\d+)", text)
    assert len(told) == kinds * FIELDS
    assert [(more, distinct) for name, more, distinct in told if name == "same"] == [("", "1")] * kinds
    kept = [int(distinct) for name, more, distinct in told if not more]
    assert 2000 < sum(distinct > 440 for distinct in kept) and 2 * sum(kept) < SLOTS
    assert len(kept) < len(told) and all(1 <= int(distinct) <= turns for _, _, distinct in told)


@pytest.mark.parametrize("packets", [[], [frame(heat_901f())[:-2] + b"\0\x16"]])
def test_without_a_frame_nothing_is_documented(notes, tmp_path, packets):
    page = notes(write_pcap(tmp_path / "none.pcap", packets))
    assert "there is no frame with a right checksum" in page and "documented" not in page
