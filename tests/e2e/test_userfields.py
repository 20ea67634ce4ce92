# The user's own fields: each kind, whom a row is for, what becomes of undocumented bytes, what is refused, and a table
# that changes while Wireshark runs.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import concurrent.futures
import json
import random
import struct
import subprocess

import pytest
from conftest import write_pcap
from craft import OEM, PLUS33, STANDARD, add_33, field_rows, frame, heat_901f, le, matches  # noqa: F401
from rows import (BCD, BCD_BIT, BCD_F, BITS, BYTES, CLOCK, DATE, DBE, DLE, FBE, FLE, HM, HM_BE, HUNDREDTHS, KINDS, NBE, NLE, NTEXT,
                  PER_4096, SBE, SLE, TABLE, TENTHS, TEXT, THOUSANDTHS, UBE, ULE, WEEKDAY, XBE, XLE, config_dir, options, own_items,
                  packets_of, row, sharkd)
from test_coverage import covered, types  # noqa: F401

SEED = 188
UNKNOWN = "2F 99 00"  # an identifier that nobody knows, and SER


def reply(payload, number="24263225", **more):
    payload = bytes.fromhex(payload) if isinstance(payload, str) else payload
    return frame(bytes.fromhex(UNKNOWN) + payload, number=number, **more)


def labels(packet, name):
    return [item.get("showname") for item in packet.iter("field") if item.get("name") == name]


@pytest.fixture
def with_rows(tshark, capture, tmp_path):
    """with_rows(rows, packets): the packets' pdml, read with a settings folder that holds the rows."""

    def read(rows, packets, *extra):
        env = config_dir(tmp_path / "settings", rows)
        done = tshark("-r", capture(packets), "-T", "pdml", *extra, env=env, text=False)
        assert done.stderr.decode() == ""
        return packets_of(done.stdout)

    return read


# ---- kinds ----

# kind, bytes, other columns, what it reads as, its text in the tree (None: not looked at)
VALUES = [
    (BCD, "07", {}, 7, "7"),
    (BCD, "99", {}, 99, "99"),
    (BCD, "57 23 01", {"scale": "0.001", "unit": "m³"}, 12.357, "12.357 m³"),
    (BCD, "57 23 01 00", {"scale": "0.1", "add": "-0.7", "unit": "kWh"}, 1235, "1235 kWh"),
    (BCD, "78 56 34 12 00", {}, 12345678, "12345678"),
    (BCD, "12 90 78 56 34 12", {}, 123456789012, "123456789012"),
    (BCD, "34 12 90 78 56 34 12", {}, 12345678901234, "12345678901234"),
    (BCD, "56 34 12 90 78 56 34 12", {}, 1234567890123456, "1234567890123456"),
    (BCD, "00 00 00 00", {"unit": "h"}, 0, "0 h"),
    (BCD, "00", {"scale": "-1"}, 0, "0"),
    (ULE, "FF", {}, 255, "255"),
    (ULE, "01 02", {}, 0x0201, "513"),
    (ULE, "01 02 03", {}, 0x030201, "197121"),
    (ULE, "FF FF FF FF", {}, 4294967295, "4294967295"),
    (UBE, "80", {}, 128, "128"),
    (UBE, "01 02", {}, 0x0102, "258"),
    (UBE, "01 02 03", {}, 0x010203, "66051"),
    (UBE, "FE DC BA 98", {}, 0xFEDCBA98, "4275878552"),
    (UBE, "09 C4", {"scale": "0.01", "add": "-273.15", "unit": "°C"}, -248.15, "-248.15 °C"),
    (SLE, "FF", {}, -1, "-1"),
    (SLE, "7F", {}, 127, "127"),
    (SLE, "FE FF", {}, -2, "-2"),
    (SLE, "00 80", {"scale": "0.1"}, -3276.8, "-3276.8"),
    (SLE, "FF FF 7F", {}, 8388607, "8388607"),
    (SLE, "00 00 80", {}, -8388608, "-8388608"),
    (SLE, "00 00 00 80", {}, -2147483648, "-2147483648"),
    (SBE, "80", {}, -128, "-128"),
    (SBE, "FF FE", {}, -2, "-2"),
    (SBE, "80 00 01", {}, -8388607, "-8388607"),
    (SBE, "FF FF FF FD", {"scale": "2", "add": "1"}, -5, "-5"),
    (BITS, "A5", {"mask": "1"}, 1, "1"),
    (BITS, "A5", {"mask": "F0"}, 10, "10"),
    (BITS, "A5", {"mask": "02"}, 0, "0"),
    (BITS, "A5", {"mask": "0x81"}, 0x81, "129"),
    (BITS, "00 08", {"mask": "0800"}, 1, "1"),
    (BITS, "34 12", {"mask": "0ff0"}, 0x23, "35"),
    (BITS, "00 00 80", {"mask": "800000"}, 1, "1"),
    (BITS, "FF FF FF FF", {"mask": "FFFFFFFF"}, 0xFFFFFFFF, "4294967295"),
    (BITS, "00 00 00 C0", {"mask": "C0000000", "scale": "10", "add": "1"}, 31, "31"),
    (PER_4096, "00 10", {}, 1, "1"),
    (PER_4096, "01 10", {}, 4097 / 4096, "1.000244140625"),
    (PER_4096, "00 08", {"scale": "100", "unit": "%"}, 50, "50 %"),
    (PER_4096, "FF FF", {}, 65535 / 4096, "15.999755859375"),
    (ULE, "07", {"scale": "1e-20"}, 7e-20, "7e-20"),
    (ULE, "07", {"scale": "1e300"}, 7e300, "7e+300"),
    (ULE, "0A", {"scale": "0.3333333333333333"}, 3.333333333333333, None),
    (DATE, "27 04 26 20", {}, "2026-04-27", "2026-04-27"),
    (DATE, "20 24 06 29", {}, "2024-06-29", "2024-06-29"),
    (CLOCK, "15 12 18 27 04 26 20", {}, "2026-04-27 18:12:15", "2026-04-27 18:12:15"),
    (TEXT, "41", {}, "A", "A"),
    (TEXT, "56 31 2E 30 32", {}, "V1.02", "V1.02"),
    (TEXT, "41 00 FF 0A 25 73 7E 7F", {}, "A...%s~.", "A...%s~."),
    (TEXT, "20" * 64, {}, " " * 64, None),
    (BYTES, "FF", {}, "ff", "FF"),
    (BYTES, "00 01 02 AB", {}, "000102ab", "00 01 02 AB"),
    (BYTES, bytes(range(252)).hex(), {}, bytes(range(252)).hex(), None),
    (ULE, "01 00 00 00 00 00 01 00", {}, 2**48 + 1, "281474976710657"),
    (UBE, "00 01 00 00 00 00 00 01", {}, 2**48 + 1, "281474976710657"),
    (ULE, "FF FF FF FF FF", {"scale": "0.001"}, 1099511627.775, "1099511627.775"),
    (SLE, "FF FF FF FF FF FF FF FF", {}, -1, "-1"),
    (SBE, "FF FF FF FF FE", {}, -2, "-2"),
    (SLE, "00 00 00 00 00 00 00 80", {}, -2.0**63, None),
    (BCD_BIT, "34 92", {}, -1234, "-1234"),
    (BCD_BIT, "34 12", {"scale": "0.01"}, 12.34, "12.34"),
    (BCD_BIT, "50 02 80", {"scale": "0.01", "unit": "°C"}, -2.5, "-2.5 °C"),
    (BCD_F, "34 F2", {}, -234, "-234"),
    (BCD_F, "34 92", {}, 9234, "9234"),
    (BCD_F, "F7", {}, -7, "-7"),
    (TENTHS, "FF", {}, 25.5, "25.5"),
    (HUNDREDTHS, "06 0A", {"unit": "°C"}, 25.66, "25.66 °C"),
    (THOUSANDTHS, "1C 0E", {"unit": "V"}, 3.612, "3.612 V"),
    (FLE, struct.pack("<f", 0.1).hex(), {}, struct.unpack("<f", struct.pack("<f", 0.1))[0], "0.1"),
    (FBE, struct.pack(">f", -1234.5).hex(), {"unit": "kW"}, -1234.5, "-1234.5 kW"),
    (FLE, "00 00 00 00", {}, 0, "0"),
    (DLE, struct.pack("<d", 1e-3 / 3).hex(), {}, 1e-3 / 3, "0.000333333333333333"),
    (DBE, struct.pack(">d", 123456.789).hex(), {}, 123456.789, "123456.789"),
    (XLE, "00 00 00 00", {}, "1970-01-01 00:00:00", "1970-01-01 00:00:00"),
    (XLE, struct.pack("<I", 951782400).hex(), {}, "2000-02-29 00:00:00", "2000-02-29 00:00:00"),
    (XBE, struct.pack(">I", 1777313535).hex(), {}, "2026-04-27 18:12:15", "2026-04-27 18:12:15"),
    (XBE, "FF FF FF FF", {}, "2106-02-07 06:28:15", "2106-02-07 06:28:15"),
    (HM, "59 23", {}, "23:59", "23:59"),
    (HM_BE, "07 05", {}, "07:05", "07:05"),
    (WEEKDAY, "03", {}, 3, "3 (Wednesday)"),
    (WEEKDAY, "06", {"add": "1"}, 7, "7 (Sunday)"),
    (NLE, struct.pack("<I", 24263225).hex(), {}, "24263225", "24263225"),
    (NBE, struct.pack(">I", 263225).hex(), {}, "00263225", "00263225"),
    (NTEXT, b"00263225".hex(), {}, "00263225", "00263225"),
]
# What is no value of its kind is bytes, and said to be none.
NO_VALUES = [(FLE, "00 00 80 7F"), (FBE, "FF C0 00 00"), (DLE, "00 00 00 00 00 00 F0 7F"), (HM, "60 12"), (HM, "00 24"), (HM_BE, "1A 00"),
             (WEEKDAY, "08"), (BCD_F, "FF FF"), (BCD_BIT, "00 FF"), (NTEXT, b"2426322X".hex())]


@pytest.fixture(scope="module")
def every_kind(readable_folder):
    """A capture with a frame for each of VALUES, each of a meter of its own, and the rows that are for them."""
    rows = [row(f"v{i}", kind, who=f"{i:08d}", width=len(bytes.fromhex(raw)), **more)
            for i, (kind, raw, more, _, _) in enumerate(VALUES)]
    path = write_pcap(readable_folder / "kinds.pcap", [reply(raw, f"{i:08d}") for i, (_, raw, *_) in enumerate(VALUES)])
    folder = readable_folder / "kinds"
    return path, config_dir(folder, rows)


def test_what_is_no_value_of_its_kind_is_shown_as_bytes(with_rows):
    rows = [row(f"v{i}", kind, who=f"{i:08d}", width=len(bytes.fromhex(raw))) for i, (kind, raw) in enumerate(NO_VALUES)]
    packets = with_rows(rows, [reply(raw, f"{i:08d}") for i, (_, raw) in enumerate(NO_VALUES)])
    for i, ((kind, raw), packet) in enumerate(zip(NO_VALUES, packets)):
        assert own_items(packet) == {}, (kind, raw)
        text = bytes.fromhex(raw).hex(" ").upper()
        assert labels(packet, "cjt188.digits") == [f"Field v{i}: {text}, no {kind} (your field)"], (kind, raw)


def test_every_kind_has_its_value_and_its_text(tshark, every_kind):
    path, env = every_kind
    packets = packets_of(tshark("-r", path, "-T", "pdml", env=env, text=False).stdout)
    assert len(packets) == len(VALUES)
    wrong = []
    for i, ((kind, raw, more, value, text), packet) in enumerate(zip(VALUES, packets)):
        item = own_items(packet).get(f"v{i}")
        if item is None or len(own_items(packet)) != 1:
            wrong.append((i, kind, raw, "no item, or another's"))
            continue
        show = item.get("show").replace(":", "") if kind == BYTES else item.get("show")
        got = show if isinstance(value, str) else float(show)
        if got == pytest.approx(value, rel=1e-14):  # Wireshark 4.0 writes 15 digits; the filters below are exact
            got = value
        place = int(item.get("pos")), int(item.get("size"))
        if got != value or place != (14, len(bytes.fromhex(raw))):
            wrong.append((i, kind, raw, more, value, got, place))
        if text is not None and item.get("showname") != f"Field v{i}: {text} (your field)":
            wrong.append((i, kind, raw, more, text, item.get("showname")))
        if labels(packet, "cjt188.undocumented"):
            wrong.append((i, kind, raw, "still undocumented"))
    assert wrong == []


def test_every_kind_can_be_filtered_exported_and_counted(tshark, every_kind):
    path, env = every_kind
    filters = {}
    for i, (kind, raw, _, value, _) in enumerate(VALUES):
        if kind == BYTES:
            literal = bytes.fromhex(raw).hex(":")
        else:
            literal = json.dumps(value) if isinstance(value, str) else repr(value).replace("e+", "e")
        if literal != "ff" and len(literal) < 100:  # one byte with letters is not taken for bytes
            filters[f"cjt188.user.v{i} == {literal}"] = i
    assert len(filters) > 50
    text = tshark("-r", path, "-q", "-z", "io,stat,0," + ",".join(filters), env=env).stdout
    cells = [int(cell) for cell in next(line for line in text.splitlines() if "<>" in line).strip("|").split("|")[1:]
             if cell.strip()]
    assert {name: count for name, count in zip(filters, cells[::2]) if count != 1} == {}

    names = [word for i in range(len(VALUES)) for word in ("-e", f"cjt188.user.v{i}")]
    table = [line.split("\t") for line in tshark("-r", path, "-T", "fields", *names, env=env).stdout.splitlines()]
    assert [[i for i, cell in enumerate(cells) if cell] for cells in table] == [[i] for i in range(len(VALUES))]
    packets = json.loads(tshark("-r", path, "-T", "json", *names, env=env).stdout)
    for i, (cells, packet) in enumerate(zip(table, packets)):
        assert packet["_source"]["layers"] == {f"cjt188.user.v{i}": [cells[i]]}
    lines = [json.loads(line) for line in tshark("-r", path, "-T", "ek", env=env).stdout.splitlines()]
    found = [[name for name in line["layers"]["cjt188"] if name.startswith("cjt188_cjt188_user_")]
             for line in lines if "layers" in line]
    assert found == [[f"cjt188_cjt188_user_v{i}"] for i in range(len(VALUES))]


def test_numbers_add_up_in_io_stat(tshark, capture):
    path = capture([reply(bytes([i])) for i in (1, 2, 10)])
    text = tshark("-r", path, "-q", "-z", "io,stat,0,SUM(cjt188.user.x)cjt188.user.x,MAX(cjt188.user.x)cjt188.user.x",
                  *options(row("x", ULE, scale="0.5"))).stdout
    cells = next(line for line in text.splitlines() if "<>" in line).strip("|").split("|")[1:]
    assert [float(cell) for cell in cells if cell.strip()] == [6.5, 5]


def test_a_decimal_is_found_by_what_it_prints_as(tshark, capture):
    """n * 0.001 differs from the decimal for one integer in seven: the scale is a division where it can be one."""
    numbers = list(range(0, 20000, 37))
    path = capture([reply(le(number, 4)) for number in numbers])
    rows = options(row("x", ULE, width=4, scale="0.001"), row("y", ULE, width=4, scale="0.003", add="0.1"))
    packets = packets_of(tshark("-r", path, "-T", "pdml", *rows, text=False).stdout)
    assert len(packets) == len(numbers)
    for number, packet in zip(numbers, packets):
        items = own_items(packet)
        for item, thousandths in ((items["x"], number), (items["y"], 3 * number + 100)):
            text = item.get("showname").split(": ")[1].split(" ")[0]
            assert float(text) == float(item.get("show")) == float(f"{thousandths}e-3")


# Bytes that are not what the kind says: the row's name, the digits, an expert info, and no value.
MISFITS = [(BCD, "0A"), (BCD, "A0 00"), (BCD, "00 FF"), (BCD, "FF FF FF FF"), (DATE, "00 00 00 00"),
           (DATE, "32 04 26 20"), (DATE, "FF FF FF FF"), (CLOCK, "61 61 61 32 13 26 20"), (CLOCK, "FF" * 7),
           (CLOCK, "15 12 18 27 04 26 2A")]


def test_bytes_that_are_not_what_the_row_says(with_rows):
    rows = [row(f"m{i}", kind, who=f"{i:08d}", width=len(bytes.fromhex(raw))) for i, (kind, raw) in enumerate(MISFITS)]
    packets = with_rows(rows, [reply(raw, f"{i:08d}") for i, (_, raw) in enumerate(MISFITS)])
    for i, ((kind, raw), packet) in enumerate(zip(MISFITS, packets)):
        spaced = bytes.fromhex(raw).hex(" ").upper()
        assert own_items(packet) == {}, (kind, raw)
        assert labels(packet, "cjt188.undocumented") == []
        assert labels(packet, "cjt188.digits") == [f"Field m{i}: {spaced}, no {kind} (your field)"]
        experts = {item.get("name") for item in packet.iter("field")}
        assert ("cjt188.bad_bcd" if kind == BCD else "cjt188.bad_clock") in experts


def warnings(tshark, path, rows, *tree):
    """How many warnings tshark counts: without a tree (-q -z expert) every item that a dissector adds is NULL."""
    text = tshark("-r", path, *tree, "-q", "-z", "expert,warn", *options(*rows)).stdout
    counts = [int(line.split("(")[1].rstrip(")")) for line in text.splitlines() if line.startswith("Warns (")]
    return sum(counts)


def test_right_bytes_warn_nobody_and_wrong_ones_do_with_and_without_a_tree(tshark, capture):
    right = [(kind, raw) for kind, raw, *_ in VALUES if len(bytes.fromhex(raw)) < 20]
    chosen = right + MISFITS
    rows = [row(f"k{i}", kind, who=f"{i:08d}", width=len(bytes.fromhex(raw)), **({"mask": "1"} if kind == BITS else {}))
            for i, (kind, raw) in enumerate(chosen)]
    path = capture([reply(raw, f"{i:08d}") for i, (_, raw) in enumerate(chosen)])
    assert len(right) > 40
    assert warnings(tshark, path, []) == 0
    assert warnings(tshark, path, rows[:len(right)]) == 0
    assert warnings(tshark, path, rows) == warnings(tshark, path, rows, "-V") == len(MISFITS)


# ---- whom a row is for ----

METERS = ["24263225", "24263226", "1224263225", "99999999"]
MAKERS = ["00 00", "33 78"]


def traffic():
    """[(facts, frame)]: requests, replies and error replies of several meters, identifiers and lengths."""
    out = []
    for number in METERS:
        for maker in MAKERS:
            address = (bytes.fromhex(number.rjust(10, "0"))[::-1] + bytes.fromhex(maker))[::-1].hex().upper()
            for control in (0x01, 0x04, 0x81, 0x84, 0xC1):
                for di, width in ((0x992F, 1), (0x992F, 4), (0x901F, 4), (0x903F, 9)):
                    data = di.to_bytes(2, "little") + b"\0" + bytes(range(0x11, 0x11 + width))
                    facts = {"address": address, "number": number, "reply": control >= 0x80, "function": control & 0x3F,
                             "di": di, "length": len(data), "width": width}
                    out.append((facts, frame(data, number=number, maker=maker, control=control)))
    return out


WHOM = {
    "who": {
        "24263225": lambda f: f["number"] == "24263225",
        "2426322?": lambda f: f["number"] in ("24263225", "24263226"),
        "????????": lambda f: len(f["number"]) == 8,
        "0024263225": lambda f: f["number"] == "24263225",
        "1224263225": lambda f: f["number"] == "1224263225",
        "??24263225": lambda f: f["number"].endswith("24263225"),
        "78330024263225": lambda f: f["address"] == "78330024263225",
        "????0024263225": lambda f: f["number"] == "24263225",
        "7833??????????": lambda f: f["address"].startswith("7833"),
        "00000024263227": lambda f: False,
    },
    "direction": {"request": lambda f: not f["reply"], "reply": lambda f: f["reply"], "any": lambda f: True},
    "control": {"01": lambda f: f["function"] == 1, "4": lambda f: f["function"] == 4,
                "15": lambda f: f["function"] == 0x15},
    "identifier": {"992F": lambda f: f["di"] == 0x992F, "903f": lambda f: f["di"] == 0x903F,
                   "2F99": lambda f: False},
    "length": {"7": lambda f: f["length"] == 7, "12": lambda f: f["length"] == 12, "8": lambda f: False},
    "offset": {"0": lambda f: True, "3": lambda f: f["width"] > 3, "8": lambda f: f["width"] > 8,
               "9": lambda f: False, "251": lambda f: False},
}


def whom_rows():
    """Each column alone, then a hundred mixtures, as (columns, rule)."""
    yield {}, lambda f: True
    for name, values in WHOM.items():
        for text, rule in values.items():
            yield {name: text}, rule
    chance = random.Random(SEED)
    for _ in range(100):
        chosen = {name: chance.choice(list(values)) for name, values in WHOM.items() if chance.random() < 0.5}
        yield chosen, lambda f, chosen=chosen: all(WHOM[name][text](f) for name, text in chosen.items())


def test_a_row_is_for_whom_it_says(tshark, capture, tmp_path):
    rows = list(whom_rows())
    env = config_dir(tmp_path / "settings", [row(f"w{i}", ULE, **columns) for i, (columns, _) in enumerate(rows)])
    known = traffic()
    path = capture([data for _, data in known])
    names = [word for i in range(len(rows)) for word in ("-e", f"cjt188.user.w{i}")]
    table = [line.split("\t") for line in tshark("-r", path, "-T", "fields", *names, env=env).stdout.splitlines()]
    assert len(table) == len(known) > 100
    wrong = []
    used = set()
    for (facts, _), cells in zip(known, table):
        for (columns, rule), cell in zip(rows, cells):
            expected = str(0x11 + int(columns.get("offset", 0))) if rule(facts) else ""
            used.add((str(columns), expected != ""))
            if cell != expected:
                wrong.append((facts, columns, expected, cell))
    assert wrong == []
    assert sum(1 for columns, _ in rows if (str(columns), True) in used) > 60


def test_more_kinds_of_frames_than_are_remembered(tshark, capture):
    """Which rows are for a control, identifier and length is remembered for some of them at a time."""
    kinds = [(control, width) for control in range(0xA1, 0xA8) for width in range(1, 201)] * 2
    path = capture([reply(bytes([7]) + bytes(width - 1), control=control) for control, width in kinds])
    rows = options(row("one", ULE, control="A3", length=50), row("every", ULE), row("none", ULE, length=255))
    found = tshark.fields(path, ["cjt188.user.one", "cjt188.user.every", "cjt188.user.none"], *rows)
    assert [list(packet.values()) for packet in found] == [
        ["7" if kind == (0xA3, 47) else "", "7", ""] for kind in kinds]


def test_a_row_for_a_dialect(with_rows):
    standard = frame(heat_901f(di="90 1F"), maker="33 78")
    oem = frame(heat_901f())
    plus = frame(add_33(bytes.fromhex("1F 90 00 12 34 56 78")), maker="33 78")
    rows = [row("standard", ULE, who=STANDARD), row("oem", ULE, who=OEM), row("plus", ULE, who=PLUS33),
            row("all", ULE)]
    found = [set(own_items(packet)) for packet in with_rows(rows, [standard, oem, plus])]
    assert found == [{"standard", "all"}, {"oem", "all"}, {"plus", "all"}]


def test_33h_is_taken_off_before_a_row_reads(with_rows):
    packet, = with_rows([row("x", UBE, width=4)], [frame(add_33(bytes.fromhex("1F 90 00 12 34 56 78")), maker="33 78")])
    item = own_items(packet)["x"]
    assert (float(item.get("show")), item.get("pos"), item.get("size")) == (0x12345678, "14", "4")


def test_cut_and_damaged_frames_have_the_rows_that_are_there_whole(with_rows):
    whole = reply("01 02 03 04")
    damaged = whole[:-2] + bytes([whole[-2] ^ 0xFF]) + whole[-1:]
    rows = [row("two", UBE, width=2), row("four", UBE, width=4)]
    packets = [whole, damaged, whole[:17], whole[:15], whole[:9]]
    found = [set(own_items(packet)) for packet in with_rows(rows, packets, "-o", "cjt188.damaged_values:TRUE")]
    assert found == [{"two", "four"}, {"two", "four"}, {"two"}, set(), set()]
    assert [set(own_items(packet)) for packet in with_rows(rows, packets)] == [{"two", "four"}] + [set()] * 4


# ---- what becomes of the bytes ----


def undocumented(packet):
    return [(int(item.get("pos")) - 14, item.get("value")) for item in packet.iter("field")
            if item.get("name") == "cjt188.undocumented"]


# (offset, width) of the rows, and the undocumented bytes that are left of twelve.
LEFT = [
    ([(0, 1)], [(1, "0102030405060708090a0b")]),
    ([(11, 1)], [(0, "000102030405060708090a")]),
    ([(4, 2)], [(0, "00010203"), (6, "060708090a0b")]),
    ([(0, 2), (4, 2), (10, 2)], [(2, "0203"), (6, "06070809")]),
    ([(2, 4), (4, 4)], [(0, "0001"), (8, "08090a0b")]),
    ([(2, 4), (2, 4), (3, 1)], [(0, "0001"), (6, "060708090a0b")]),
    ([(0, 12)], []),
    ([(0, 4), (4, 4), (8, 4)], []),
    ([(11, 2)], [(0, "000102030405060708090a0b")]),
    ([(12, 1)], [(0, "000102030405060708090a0b")]),
    ([], [(0, "000102030405060708090a0b")]),
]


def test_named_bytes_are_no_longer_undocumented(with_rows):
    rows = [row(f"n{i}", BYTES, who=f"{meter:08d}", offset=offset, width=width)
            for meter, (places, _) in enumerate(LEFT) for i, (offset, width) in enumerate(places)]
    packets = with_rows(rows, [reply(bytes(range(12)), f"{meter:08d}") for meter in range(len(LEFT))])
    for (places, left), packet in zip(LEFT, packets):
        assert undocumented(packet) == left
        assert set(own_items(packet)) == {f"n{i}" for i, (at, width) in enumerate(places) if at + width <= 12}


def test_undocumented_bytes_inside_a_known_layout(with_rows):
    """Of a mechanical meter's 903F 3, 3 and 29 bytes are its maker's own; now four of them have a name."""
    data = frame(bytes.fromhex("3F 90 00") + bytes(range(0x3A)))
    bare, = with_rows([], [data])
    assert [(at, len(raw) // 2) for at, raw in undocumented(bare)] == [(19, 3), (22, 3), (25, 29)]
    packet, = with_rows([row("x", BYTES, identifier="903F", offset=35, width=4)], [data])
    assert [(at, len(raw) // 2) for at, raw in undocumented(packet)] == [(19, 3), (22, 3), (25, 10), (39, 15)]
    assert own_items(packet)["x"].get("value") == "23242526"


def test_a_row_over_a_known_field_stands_beside_it(with_rows):
    data = frame(heat_901f(volume=(3, 0x2C)))
    bare, = with_rows([], [data])
    packet, = with_rows([row("volume.raw", BCD, identifier="901F", offset=20, width=4)], [data])
    assert own_items(packet)["volume.raw"].get("show") == "3"
    own = {item for item in packet.iter("field") if item.get("name").startswith("cjt188.user.")}

    def listing(tree):
        return [(i.get("name"), i.get("showname"), i.get("pos"), i.get("size")) for i in tree.iter("field")
                if i not in own and i.get("name").startswith("cjt188.")]

    assert listing(packet) == listing(bare)


def test_more_rows_than_bytes(with_rows):
    """Every bit of five bytes has a name of its own."""
    rows = [row(f"b{i}", BITS, offset=i // 8, mask=f"{1 << i % 8:X}") for i in range(40)]
    packet, = with_rows(rows, [reply("01 80 FF 00 A5")])
    got = sum(int(own_items(packet)[f"b{i}"].get("show")) << i for i in range(40))
    assert got == 0xA500FF8001
    assert undocumented(packet) == []


def test_every_byte_is_covered_with_rows_too(tshark, capture, frames, tmp_path, types):  # noqa: F811
    chance = random.Random(SEED)
    rows = [row("every", BYTES, width=1)]
    for i in range(60):
        kind = chance.choice(list(KINDS))
        most = min(KINDS[kind][1], 12)
        rows.append(row(f"c{i}", kind, offset=chance.randrange(60), width=chance.randint(KINDS[kind][0], most),
                        **({"mask": "1"} if kind == BITS else {}),
                        **({"who": "2???????"} if chance.random() < 0.3 else {})))
    path = capture([f["bytes"] for f in frames])
    env = config_dir(tmp_path / "settings", rows)
    packets = packets_of(tshark("-r", path, "-T", "pdml", env=env, text=False).stdout)
    assert len(packets) == len(frames) > 100
    assert sum(len(own_items(packet)) for packet in packets) > 500
    known = {**types, **{f"cjt188.user.c{i}": "FT_STRING" for i in range(60)}, "cjt188.user.every": "FT_BYTES"}
    bare = {f["name"]: missing for f, packet in zip(frames, packets)
            if (missing := set(range(len(f["bytes"]))) - covered(packet, known))}
    assert bare == {}


# ---- one suffix, one field, one type ----


def test_one_suffix_of_two_rows_is_one_field(tshark, capture, tmp_path):
    path = capture([reply("01 02"), reply("03 04", "11111111")])
    env = config_dir(tmp_path / "settings", [row("x", ULE, who="24263225", name="First", note="Seen at home."),
                                             row("x", BCD, who="11111111", offset=1, scale="0.5")])
    text = tshark("-r", path, "-T", "fields", "-e", "cjt188.user.x", env=env).stdout
    assert text.split() == ["1", "2"]
    listed = [line.split("\t") for line in tshark("-G", "fields", env=env).stdout.splitlines() if "\tcjt188.user." in line]
    one = [("First", "cjt188.user.x", "FT_DOUBLE", 'Seen at home. (your table "CJ/T 188 fields")')]
    assert [(line[1], line[2], line[3], line[7]) for line in listed] in (one, [])  # 4.0 lists before it reads tables


def test_both_rows_of_a_suffix_in_one_frame(tshark, capture):
    rows = options(row("x", ULE), row("x", ULE, offset=1))
    assert tshark("-r", capture([reply("01 02")]), "-T", "fields", "-e", "cjt188.user.x", *rows).stdout.strip() == "1,2"


@pytest.mark.parametrize("first, second, literal", [(ULE, TEXT, "16961"), (TEXT, ULE, '"AB"'), (BYTES, BCD, "41:42")])
def test_a_row_that_gives_a_suffix_another_type_is_inactive(tshark, capture, first, second, literal):
    path = capture([reply("41 42 43 44")] * 2)
    rows = options(row("x", first, width=2), row("x", second, offset=2, name="Second"), row("y", ULE, offset=3))
    filters = ["cjt188.user.x", "cjt188.user_field_inactive", "cjt188.user.y == 68", f"cjt188.user.x == {literal}"]
    assert set(matches(tshark, path, filters, *rows).values()) == {2}
    packet, _ = packets_of(tshark("-r", path, "-T", "pdml", *rows, text=False).stdout)
    assert undocumented(packet) == [(2, "43")]
    assert 'Your field "Second" is inactive: an earlier row gives cjt188.user.x another type' in [
        item.get("show") for item in packet.iter("field") if item.get("name") == "cjt188.remark"]


# ---- rows that are refused ----

LONG = "x" * 600  # sharkd takes no line of more than 1 kB
ABSURD = {
    "no suffix": dict(suffix=""), "capitals": dict(suffix="Flow"), "suffix begins with a digit": dict(suffix="1a"),
    "two dots": dict(suffix="a..b"), "dot at the end": dict(suffix="a."), "dot in front": dict(suffix=".a"),
    "space in the suffix": dict(suffix="a b"), "suffix of another alphabet": dict(suffix="größe"),
    "long suffix": dict(suffix="a" * 41), "very long suffix": dict(suffix=LONG),
    "width 0": dict(width=0), "no width": dict(width=""), "negative width": dict(width=-1),
    "nine bytes unsigned": dict(kind=ULE, width=9), "nine bytes signed": dict(kind=SBE, width=9),
    "nine bytes BCD": dict(width=9), "three bytes of 4096": dict(kind=PER_4096, width=3),
    "date of three": dict(kind=DATE, width=3), "clock of four": dict(kind=CLOCK, width=4),
    "much text": dict(kind=TEXT, width=65), "many bytes": dict(kind=BYTES, width=253),
    "offset 999": dict(offset=999), "offset 252": dict(offset=252), "offset -1": dict(offset=-1),
    "offset in words": dict(offset="two"), "offset with a fraction": dict(offset="1.5"),
    "offset beyond all numbers": dict(offset="9" * 30), "width in words": dict(width="2x"),
    "a mask that is none": dict(mask="1"), "bits without mask": dict(kind=BITS), "mask 0": dict(kind=BITS, mask="0"),
    "mask in words": dict(kind=BITS, mask="xyz"), "mask beyond the bytes": dict(kind=BITS, mask="100"),
    "mask of five bytes": dict(kind=BITS, width=4, mask="100000000"),
    "no name": dict(name=""), "long name": dict(name=LONG), "long unit": dict(unit=LONG),
    "two lines": dict(name="a\nb"), "unknown kind": dict(kind="float"), "no kind": dict(kind=""),
    "unknown direction": dict(direction="both"),
    "scale NaN": dict(scale="nan"), "scale inf": dict(scale="inf"), "scale too large": dict(scale="1e999"),
    "scale with a comma": dict(scale="0,1"), "add in words": dict(add="ten"), "scale in words": dict(scale="1x"),
    "control of three digits": dict(control="181"), "control in words": dict(control="read"),
    "identifier of five digits": dict(identifier="1901F"), "identifier in words": dict(identifier="DIxx"),
    "length 256": dict(length=256), "length in words": dict(length="L"),
    "seven digits": dict(who="2426322"), "a dialect that is none": dict(who="Somebody"),
    "long pattern": dict(who=LONG), "letters in a pattern": dict(who="2426322x"),
}


def setconf(text):
    return "setconf", {"name": TABLE.rstrip(":"), "value": text}


def test_absurd_rows_are_refused(tshark):
    good = row("good", BITS, width=4, mask="F", scale="1", add="2", unit="u", note="n")
    answers = sharkd(tshark, [setconf(row(**columns)) for columns in ABSURD.values()] + [setconf(good)])
    assert [name for name, answer in zip(ABSURD, answers) if "error" not in answer] == []
    assert answers[-1].get("result") == {"status": "OK"}


SENTENCES = {
    "seven digits": '"2426322" is neither a dialect nor an address: write a dialect\'s name, 8, 10 or 14 digits with '
                    "? for any, or nothing.",
    "control in words": '"read" is no control code: write two hexadecimal digits, or nothing.',
    "identifier in words": '"DIxx" is no identifier: write four hexadecimal digits, or nothing.',
    "length 256": '"256" is no length: write 0 to 255, or nothing.',
    "offset 999": '"999" is no offset: write 0 to 251, counted from the first byte behind SER.',
    "nine bytes unsigned": '"9" is no width for unsigned, low byte first: write 1 to 8 bytes.',
    "width 0": '"0" is no width for BCD: write 1 to 8 bytes.',
    "a mask that is none": '"1" is a mask, but only the kind "bits" has one: leave it empty.',
    "mask beyond the bytes": '"100" is no mask: write which bits of these bytes count, in hexadecimal.',
    "scale NaN": 'Scale "nan" or offset to add "" is no number.',
    "capitals": '"Flow" is no filter suffix: write small letters, digits, _ and single dots, a letter first, '
                "40 characters at most.",
    "no name": "A field needs a name.",
    "long name": "The name is too long or not plain UTF-8 text: write one line of at most 64 characters.",
    "unknown kind": "invalid value: float",
    "unknown direction": "invalid value: both",
}


def refusal(tshark, text):
    command, env = tshark.command("-r", "/dev/null", *options(text))
    done = subprocess.run([word.encode(errors="surrogateescape") for word in command], env=env, timeout=60,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert (done.returncode, done.stdout) == (1, b""), text
    return done.stderr.decode(errors="replace").strip()


def refusals(tshark, rows):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda columns: refusal(tshark, row(**columns)), rows))


def test_a_refusal_says_why(tshark):
    said = refusals(tshark, [ABSURD[name] for name in SENTENCES])
    assert {name: text for name, text in zip(SENTENCES, said) if not text.endswith(SENTENCES[name])} == {}


NO_TEXT = "\udcff\udcfe\udc80" + 5 * "\udcb0"


def test_what_is_not_utf8_or_far_too_long_is_refused(tshark):
    rows = [dict(name=NO_TEXT), dict(unit=NO_TEXT), dict(suffix=NO_TEXT), dict(name=10_000 * "x"),
            dict(note=10_000 * "x"), dict(who=10_000 * "1")]
    assert all("Invalid -o flag" in text for text in refusals(tshark, rows))


def test_a_table_with_an_absurd_row_says_which(tshark, capture, tmp_path):
    env = config_dir(tmp_path / "settings", [row("good", ULE), row("x", ULE, width=9), row("y", ULE)])
    done = tshark("-r", capture([reply("01")]), env=env, check=False)
    assert done.returncode == 0
    assert "CJ/T 188 fields" in done.stderr and SENTENCES["nine bytes unsigned"] in done.stderr


def test_limits_are_accepted(with_rows):
    rows = [row("a" * 40, BYTES, width=252), row("b", TEXT, width=64, note="n" * 1000), row("c", BCD, width=8),
            row("d_1.e2", ULE, offset=251, length=255, control="81", identifier="992F", who="????????"),
            row("e", BITS, width=4, mask="FFFFFFFF"), row("f", ULE, name="%s%n \"Flöw\" <&> \\", unit="µ%")]
    packet, = with_rows(rows, [reply(bytes(range(252)))])
    items = own_items(packet)
    assert set(items) == {"a" * 40, "b", "c", "d_1.e2", "e", "f"}
    assert items["f"].get("showname") == '%s%n "Flöw" <&> \\: 0 µ% (your field)'


# ---- a table that changes while Wireshark runs ----


def frames_with(text):
    return "frames", {"filter": text}


def numbers(answer):
    return [packet["num"] for packet in answer["result"]] if "result" in answer else "refused"


def test_rows_come_into_force_without_a_restart(tshark, capture):
    """sharkd only adds rows; each time all fields are given back and registered anew."""
    path = str(capture([reply("41 42 55"), reply("43 44 56", "11111111")]))
    add = [setconf(text) for text in (row("x", ULE), row("x", TEXT, offset=1), row("y", TEXT, offset=1, width=2),
                                      row("z", ULE, width=0), row("w", BYTES, width=3, who="11111111"))]
    answers = sharkd(tshark, [
        ("load", {"file": path}), frames_with("cjt188.user.x"),
        add[0], frames_with("cjt188.user.x == 65"), frames_with("cjt188.undocumented == 42:55"),
        add[1], frames_with("cjt188.user.x == 67"), frames_with("cjt188.user_field_inactive"),
        add[2], frames_with('cjt188.user.y == "BU"'), frames_with("cjt188.undocumented"),
        add[3], frames_with("cjt188.user.z"),
        add[4], frames_with("cjt188.user.w == 43:44:56"),
        ("load", {"file": path}), frames_with("cjt188.user.x && cjt188.user.y"), frames_with("cjt188.user.w"),
    ])
    assert [numbers(answer) for answer in answers if not isinstance(answer.get("result"), dict)] == [
        "refused", [1], [1], [2], [1, 2], [1], [], "refused", "refused", [2], [1, 2], [2]]


def test_each_profile_has_its_own_rows(tshark, capture, tmp_path):
    path = capture([reply("41 42")])
    env = config_dir(tmp_path / "settings", [row("x", ULE)])
    config_dir(tmp_path / "settings", [row("x", TEXT, width=2)], profile="other")
    config_dir(tmp_path / "settings", [], profile="none")
    for profile, expected in (([], "65"), (["-C", "other"], "AB"), ([], "65")):
        assert tshark("-r", path, *profile, "-T", "fields", "-e", "cjt188.user.x", env=env).stdout.strip() == expected
    assert "cjt188.user" not in tshark("-r", path, "-C", "none", "-V", "-T", "pdml", env=env).stdout


# ---- the row that an undocumented line carries ----

READY = "cjt188.undocumented.row"


def ready_rows(packet):
    """[(label of the undocumented bytes, the row below it or None)]"""
    found = []
    for item in packet.iter("field"):
        if item.get("name") == "cjt188.undocumented":
            rows = [below.get("show") for below in item if below.get("name") == READY]
            assert len(rows) <= 1
            found.append((item.get("showname"), rows[0] if rows else None))
    return found


def test_an_undocumented_line_says_where_it_is_and_how_to_name_it(with_rows):
    packet, = with_rows([row("mine", ULE, offset=2)], [reply("41 42 00 43")])
    (first, first_row), (second, second_row) = ready_rows(packet)
    assert first.endswith("41 42 (offset 0, width 2)") and second.endswith("43 (offset 3, width 1)")
    assert first_row == row("oem_81_992f_7_0_raw2", BYTES, who=OEM, direction="reply", control="81",
                            identifier="992F", length=7, offset=0, width=2, name="Bytes 0 to 1")
    assert second_row == row("oem_81_992f_7_3_raw1", BYTES, who=OEM, direction="reply", control="81",
                             identifier="992F", length=7, offset=3, width=1, name="Byte 3")


def test_each_ready_row_names_the_bytes_of_its_line(pdml, with_rows, capture, frames):
    """In every known frame, as it was copied: then no undocumented byte is left that had a row."""
    packets = [frame["bytes"] for frame in frames]
    before = pdml(capture(packets))
    rows = sorted({row for packet in before for _, row in ready_rows(packet) if row})
    after = with_rows(rows, packets)
    assert len(before) == len(after) == len(packets) and len(rows) > 5
    named = 0
    for one, two in zip(before, after):
        assert [text for text, row in ready_rows(two) if row] == []
        assert len(ready_rows(two)) == len([text for text, row in ready_rows(one) if not row])
        assert len(own_items(two)) >= len([text for text, row in ready_rows(one) if row])
        named += len(own_items(two))
    assert named >= len(rows)


def test_what_is_damaged_or_cut_short_has_no_ready_row(pdml, capture):
    whole = reply("41 42 43")
    wrong = whole[:-2] + bytes([whole[-2] ^ 1, 0x16])
    for packet, count in zip(pdml(capture([whole, wrong, whole[:-3]])), (1, 0, 0)):
        assert len([row for _, row in ready_rows(packet) if row]) == count


# ---- rows at random ----


def any_text(chance, good, bad=0.3):
    """One of the good ones, or something that nobody would write."""
    if chance.random() >= bad:
        return str(chance.choice(good))
    return chance.choice(["", "0", "-1", "1e9", "999999999999999999999", "nan", "?", "%s", "0x7f", "\\", "\"", "ü",
                          "." * 5, "a" * 300, "\t", "'", ",", "00000000", "{}"])


def any_row(chance, bad=0.05):
    kind = chance.choice(list(KINDS))
    return row(any_text(chance, ["a", "b", "c.d", "e_1", f"r{chance.randrange(200)}"], bad),
               kind if chance.random() >= bad else "odd",
               who=any_text(chance, ["", "", "", OEM, "2426322?", "??????????", "??????????????", STANDARD], bad),
               direction=any_text(chance, ["any", "any", "reply", "request"], bad / 4),
               control=any_text(chance, ["", "", "81", "1", "C1"], bad),
               identifier=any_text(chance, ["", "", "901F", "903F", "992F"], bad),
               length=any_text(chance, ["", "", "", 46, 58, 22], bad),
               offset=any_text(chance, list(range(60)) + [250, 251], bad),
               width=any_text(chance, [KINDS[kind][0], KINDS[kind][1], chance.randint(*KINDS[kind])], bad),
               mask=any_text(chance, ["1", "80", "F0", "7F"] if kind == BITS else [""], bad / 2),
               scale=any_text(chance, ["", "0.001", "-1e300", "1e-300", "0"], bad),
               add=any_text(chance, ["", "-273.15", "1e300", "0.1"], bad), unit=any_text(chance, ["", "°C", "%d"], bad),
               name=any_text(chance, ["Name", "名", "%n"], bad), note=any_text(chance, ["", "note"], bad))


@pytest.fixture(scope="module")
def everything(readable_folder, frames):
    """Every known frame, whole, damaged and cut, and frames of random bytes with a right checksum."""
    chance = random.Random(SEED)
    packets = [f["bytes"] for f in frames]
    packets += [data[:chance.randrange(1, len(data))] for data in packets]
    packets += [bytes(chance.choice((byte, 0xFF, chance.randrange(256))) for byte in f["bytes"]) for f in frames]
    packets += [frame(chance.randbytes(chance.randrange(256)), control=chance.choice((0x01, 0x81, 0xC1)),
                      type=chance.choice((0x10, 0x20, 0x30))) for _ in range(100)]
    return write_pcap(readable_folder / "everything.pcap", packets)


def test_many_rows_at_random_never_crash(tshark, everything, tmp_path):
    chance = random.Random(SEED)
    rows = [any_row(chance, bad=0) for _ in range(2000)]
    env = config_dir(tmp_path / "settings", rows)
    done = tshark("-r", everything, "-V", "-2", env=env)
    assert done.stderr == ""
    assert "Dissector bug" not in done.stdout and "Malformed" not in done.stdout
    assert done.stdout.count("(your field)") > 5_000


def test_absurd_rows_at_random_never_crash(tshark, everything):
    """A thousand rows put into one running dissector, some refused, with every frame dissected now and then."""
    chance = random.Random(SEED + 1)
    requests = [("load", {"file": str(everything)})]
    for number in range(1000):
        requests.append(setconf(any_row(chance)))
        if number % 250 == 249:
            requests += [frames_with("cjt188.user.a || cjt188.user.b"), ("frame", {"frame": 1, "proto": True})]
    answers = sharkd(tshark, requests)
    settings = [answer for (method, _), answer in zip(requests, answers) if method == "setconf"]
    taken = sum("result" in answer for answer in settings)
    assert 100 < taken < 900
    assert any(numbers(answer) for (method, _), answer in zip(requests, answers) if method == "frames")


def test_files_at_random_never_crash(tshark, capture, tmp_path):
    """Files that are no table at all, or torn ones."""
    chance = random.Random(SEED + 2)
    path = capture([reply("01 02 03 04")])
    good = "\n".join(any_row(chance, bad=0) for _ in range(5)).encode()

    junk = b'\0\xff",\n\\x#0123'

    def torn(number):
        data = bytearray(good)
        if number % 2:
            data = data[:chance.randrange(len(data))]
        for _ in range(chance.randrange(1, 20)):
            if data:
                data[chance.randrange(len(data))] = chance.choice(junk)
        return bytes(data) if number else chance.randbytes(2000)

    files = [torn(number) for number in range(6)]
    settings = [config_dir(tmp_path / str(number), data) for number, data in enumerate(files)]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda env: tshark("-r", path, "-V", env=env, check=False, errors="replace"), settings))
    for data, done in zip(files, results):
        assert done.returncode == 0 and "Dissector bug" not in done.stdout + done.stderr, (data, done.stderr)
        assert "Start: 0x68" in done.stdout
