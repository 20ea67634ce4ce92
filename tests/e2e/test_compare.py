# tshark -z cjt188,compare,FILTER1,FILTER2: every byte and bit against what was sent, and how the two filters are told apart.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import random
import re
import shutil
import subprocess

import pytest
from conftest import write_pcap
from craft import frame, heat_901f
from rows import BYTES, options, row

NUMBERS = ("24263225", "31020456")
A, B = (f'cjt188.meter == "{number}"' for number in NUMBERS)
ROW = re.compile(r" {2,5}(\d+)  (.{22})  (.{22})  ([#ab.]{8})  (.{22})  (.*)")


@pytest.fixture(scope="module")
def compare(tshark):
    """compare(capture, A, B, …): what it prints. No line is wider than 120 columns."""

    def run(path, a=A, b=B, *more):
        text = tshark("-r", path, *more, "-q", "-z", f"cjt188,compare,{a},{b}").stdout
        assert all(len(line) <= 120 for line in text.splitlines())
        return text

    return run


def unknown(payload, number, **more):
    return frame(bytes.fromhex("00 9A 00") + bytes(payload), number=number, **more)


def rows_of(text):
    """{byte: (values in A, values in B, bits, what, field)}"""
    found = [ROW.fullmatch(line) for line in text.splitlines()]
    return {int(row[1]): tuple(cell.strip() for cell in row.groups()[1:]) for row in found if row}


def written(values):
    values = sorted(values)
    if len(values) > 5:
        return f"{len(values)} values, {values[0]:02X} to {values[-1]:02X}"
    return ("always " if len(values) == 1 else "") + " ".join(f"{value:02X}" for value in values)


def bit_of(a, b, bit):
    a, b = ({value >> bit & 1 for value in values} for values in (a, b))
    return "." if a == b else "a" if len(a) > len(b) else "b" if len(b) > len(a) else "#"


def truth(sent):
    """From the payloads of both sides, the rows without words."""
    found, same, alike = {}, 0, 0
    for at, (a, b) in enumerate(zip(*(map(set, zip(*payloads)) for payloads in sent))):
        bits = "".join(bit_of(a, b, bit) for bit in range(7, -1, -1))
        if bits != "........" or not a & b:
            found[at] = written(a), written(b), bits
        else:
            same += len(a | b) == 1
            alike += len(a | b) > 1
    return found, same, alike


@pytest.mark.parametrize("seed", range(6))
def test_every_byte_and_bit(compare, tmp_path, seed):
    dice = random.Random(seed)
    makers = [lambda s: 0x42, lambda s: 0x10 + s, lambda s: dice.choice((0, s)), lambda s: dice.choice((1 << s, 3)),
              lambda s: dice.randrange(256), lambda s: 128 * s + dice.randrange(100), lambda s: dice.choice((5, 7)) if s else 5]
    bytes_ = [dice.choice(makers) for _ in range(dice.randint(1, 60))]
    sent = [[[make(side) for make in bytes_] for _ in range(dice.choice((1, 3, 40)))] for side in (0, 1)]
    packets = [unknown(payload, NUMBERS[side]) for side in (0, 1) for payload in sent[side]]
    dice.shuffle(packets)
    text = compare(write_pcap(tmp_path / "random.pcap", packets))
    expected, same, alike = truth(sent)
    assert {at: cells[:3] for at, cells in rows_of(text).items()} == expected
    assert (f"{len(expected)} of {len(bytes_)} bytes differ; the same constant in A and B: {same}, "
            f"the same bits change in both: {alike}") in text
    assert f"{len(sent[0])} frame{'' if len(sent[0]) == 1 else 's'} in A, {len(sent[1])} in B" in text


def test_what_is_said_of_a_byte(compare, tmp_path):
    sides = [[(1, 1, 2, 1, 9), (1, 2, 3, 1, 9)], [(2, 1, 8, 1, 7), (2, 1, 9, 2, 8)]]
    packets = [unknown(payload, NUMBERS[side]) for side in (0, 1) for payload in sides[side]]
    found = rows_of(compare(write_pcap(tmp_path / "words.pcap", packets)))
    assert {at: cells[3] for at, cells in found.items()} == {
        0: "another constant", 1: "constant in B", 2: "no value in common", 3: "constant in A", 4: "constant in A, not B's"}


def test_fields_have_their_names(compare, tmp_path):
    packets = [frame(heat_901f(supply=5000 + 100 * side, power=(0, 0x17), status="00 08" if side else "00 00"), number=NUMBERS[side])
               for side in (0, 1)]
    own = options(row("mine", BYTES, offset=30, width=1, name="Mein Zähler"))
    found = rows_of(compare(write_pcap(tmp_path / "heat.pcap", packets), A, B, *own))
    assert {at: cells[4] for at, cells in found.items()} == {26: "Supply temperature", 42: "Status"}
    assert found[26][:4] == ("always 50", "always 51", ".......#", "another constant")


def test_kinds_of_one_side_only(compare, tmp_path):
    path = write_pcap(tmp_path / "kinds.pcap", [unknown(b"\1", NUMBERS[0]), unknown(b"\1\2", NUMBERS[1]), unknown(b"\1\2", NUMBERS[1]),
                                                frame("1F 90 00", number=NUMBERS[0], control=1)])
    text = compare(path)
    assert "only in A: 1 frame\n" in text and "only in B: 2 frames\n" in text and rows_of(text) == {}


def test_two_spans_of_time_and_two_captures(compare, tmp_path):
    packets = [(1777313520 + turn, unknown(bytes([turn >= 5, 7]), NUMBERS[0])) for turn in range(10)]
    path = write_pcap(tmp_path / "time.pcap", packets)
    found = rows_of(compare(path, "frame.number < 6", "frame.number >= 6"))
    assert found == {0: ("always 00", "always 01", ".......#", "another constant", "Undocumented")}
    one, two = (write_pcap(tmp_path / f"{name}.pcap", part) for name, part in (("one", packets[:5]), ("two", packets[5:])))
    merged = tmp_path / "merged.pcapng"
    subprocess.run([shutil.which("mergecap"), "-I", "none", "-w", merged, one, two], check=True)
    assert rows_of(compare(merged, "frame.interface_id == 0", "frame.interface_id == 1")) == found


@pytest.mark.parametrize("a, b", [
    (f'cjt188.meter in {{"{NUMBERS[0]}", "x"}}', B), (A, f'cjt188.meter in {{"x", "{NUMBERS[1]}"}}'),
    (f'({A}) && !(frame contains "a,b")', B), (f'{A} && max(frame.number, 1) > 0', B), (f' {A} ', f' {B}'),
    (f'{A} && frame[0:1,0:2] != 00:00:00', B), (f'{A} || frame contains "\\",("', B)])
def test_commas_inside(compare, tmp_path, a, b):
    path = write_pcap(tmp_path / "commas.pcap", [unknown([3 + side], NUMBERS[side]) for side in (0, 1)])
    assert rows_of(compare(path, a, b)) == {0: ("always 03", "always 04", ".....###", "another constant", "Undocumented")}


@pytest.mark.parametrize("words", ["", ",", ",frame", ",frame,", ",,frame", ",frame,frame,frame", ',frame in {"a,b"}', ",(frame,frame)",
                                   ',frame contains "a,b'])
def test_no_two_filters(tshark, samples, words):
    done = tshark("-r", samples / "thread.pcapng", "-q", "-z", "cjt188,compare" + words, check=False)
    assert done.returncode != 0 and "needs two display filters with one comma between them" in done.stderr and done.stdout == ""


@pytest.mark.parametrize("words, said", [("d,frame,frame", "not known"), (",frame,no.such.field", "no.such.field"),
                                         (",no.such.field,frame", "no.such.field")])
def test_wrong_options(tshark, samples, words, said):
    done = tshark("-r", samples / "thread.pcapng", "-q", "-z", "cjt188,compare" + words, check=False)
    assert done.returncode != 0 and said in done.stderr


def test_nothing_to_compare(compare, samples):
    assert "Neither filter has let a frame through." in compare(samples / "thread.pcapng", "frame.number > 9999", "frame.number < 0")


def test_one_frame_is_no_constant(tshark, samples, tmp_path):
    """And one byte is not "1 bytes"."""
    packets = [frame(bytes([0, 0x9A, 0, value])) for value in (1, 1, 2)]
    path = write_pcap(tmp_path / "few.pcap", packets)

    def said(one, other):
        text = tshark("-r", path, "-q", "-z", f"cjt188,compare,{one},{other}").stdout
        assert "1 of 1 byte differs" in text or "0 of 1 byte differs" in text
        return [line.strip() for line in text.splitlines() if "one frame" in line]

    one_frame = "one frame in {}: that a byte is constant there says nothing"
    assert said("frame.number == 1", "frame.number > 1") == [one_frame.format("A")]
    assert said("frame.number > 1", "frame.number == 1") == [one_frame.format("B")]
    assert said("frame.number == 1", "frame.number == 2") == [one_frame.format("each")]
    assert said("frame.number < 3", "frame.number > 1") == []
