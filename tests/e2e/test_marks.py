# tshark -z cjt188,marks: bits that change at the tap's marks and nowhere else, from captures in which it is known which do.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import re

import pytest
from bus import SECOND, START
from conftest import write_pcap
from craft import frame, le, write_pcapng

BIT = re.compile(r" +byte +(\d+) bit (\d) (becomes 1|becomes 0|changes) +at (\d+) of (\d+): (.+?)(?:  \((.*)\))?")
VALVE, OTHER = "24263225", "31020456"
ON, OFF = "valve opened", "valve closed"


@pytest.fixture(scope="module")
def marks(tshark):
    """marks(capture): ({text: marks}, {(meter, byte, bit): {text: (what, at, of)}})"""

    def run(path, *more):
        text = tshark("-r", path, *more, "-q", "-z", "cjt188,marks").stdout
        assert all(len(line) <= 120 for line in text.splitlines())
        classes, found, meter = {}, {}, None
        for line in text.splitlines():
            if " x " in line and meter is None:
                count, name = line.strip().split(" x ", 1)
                classes[name] = int(count)
            if line.startswith("    meter "):
                meter = line.split()[1].rstrip(":")
            bit = BIT.fullmatch(line)
            if bit:
                found.setdefault((meter, int(bit[1]), int(bit[2])), {})[bit[6]] = bit[3], int(bit[4]), int(bit[5])
        return classes, found

    return run


def write_valve(path, comments_on="reply"):
    """Ten replies a state, six states; the marks stand on the first packet of each but the first."""
    packets, now, count, marked = [], START, 0, 0
    for state in range(6):
        is_on = state % 2 == 1
        for turn in range(10):
            for meter in (OTHER, VALVE):
                now += 60 * SECOND
                count += 1
                comment = ""
                if state > 0 and turn == 0 and meter == (OTHER if comments_on == "another" else VALVE):
                    marked += 1
                    comment = f"Mark {marked}: {ON if is_on else OFF}"
                follows = is_on and meter == VALVE
                data = bytes([follows,                                  # follows
                              0x40 | (not follows) << 3,                # the other way round, beside a constant
                              0x10 if follows or turn == 5 else 0,      # changes elsewhere, too
                              0x80 if state >= 4 and meter == VALVE else 0,  # changed at one mark only
                              follows << 7 | turn & 3])                 # beside bits that count
                packets.append((0, now, frame(bytes.fromhex("00 9A 00") + data + le(count, 3), number=meter), 0, comment))
    return write_pcapng(path, packets)


@pytest.mark.parametrize("comments_on", ["reply", "another"])
def test_a_valve(marks, tmp_path, comments_on):
    """Also when the mark is on the packet of another meter before."""
    classes, found = marks(write_valve(tmp_path / "valve.pcapng", comments_on))
    assert classes == {ON: 3, OFF: 2}
    assert found == {
        (VALVE, 0, 0): {ON: ("becomes 1", 3, 3), OFF: ("becomes 0", 2, 2)},
        (VALVE, 1, 3): {ON: ("becomes 0", 3, 3), OFF: ("becomes 1", 2, 2)},
        (VALVE, 3, 7): {OFF: ("becomes 1", 1, 2)},
        (VALVE, 4, 7): {ON: ("becomes 1", 3, 3), OFF: ("becomes 0", 2, 2)}}


def test_in_two_passes(marks, tmp_path):
    path = write_valve(tmp_path / "valve.pcapng")
    assert marks(path, "-2") == marks(path)


def test_what_is_a_mark(marks, tmp_path):
    comments = ["Mark 1", "Mark 2: a", "Mark 3: a", "Mark", "Marked", "Mark x", "Mark 4 lost", "a Mark 5", "Mark 6:   b \n"]
    packets = [(0, START + n * SECOND, frame(bytes.fromhex("00 9A 00 01")), 0, comment) for n, comment in enumerate(comments)]
    classes, found = marks(write_pcapng(tmp_path / "what.pcapng", packets))
    assert classes == {"a mark without text": 1, "a": 2, "lost": 1, "b": 1} and found == {}


def valve_at_marks(texts):
    """A reply, then for each of `texts` (one or more between two replies) the other state of a bit."""
    packets, state = [(0, START, frame(bytes([0, 0x9A, 0, 0])))], 0
    for between in texts:
        state ^= 1
        for text in between:
            packets.append((0, START + len(packets) * SECOND, b"\x00", 0, f"Mark 1: {text}"))
        for _ in range(2):
            packets.append((0, START + len(packets) * SECOND, frame(bytes([0, 0x9A, 0, state]))))
    return packets


def test_more_marks_never_find_less(marks, tmp_path):
    """Behind the 256th mark a bit that changes there still changes nowhere else."""
    path = write_pcapng(tmp_path / "many.pcapng", valve_at_marks([("off",), ("on",)] * 150))
    classes, found = marks(path)
    assert classes == {"off": 128, "on": 128}
    assert found == {(VALVE, 0, 0): {"off": ("becomes 1", 128, 128), "on": ("becomes 0", 128, 128)}}
    path = write_pcapng(tmp_path / "texts.pcapng", valve_at_marks([("off",), ("on",)] + [(f"text {n}",) for n in range(40)]))
    classes, found = marks(path)
    assert len(classes) == 32 and found[VALVE, 0, 0]["off"] == ("becomes 1", 1, 1)


def test_marks_of_two_texts_before_a_reply_tell_neither(marks, tmp_path):
    path = write_pcapng(tmp_path / "two.pcapng", valve_at_marks([("off",), ("on",), ("light", "off"), ("on", "on")]))
    classes, found = marks(path)
    assert classes == {"off": 2, "on": 3, "light": 1}
    assert found == {(VALVE, 0, 0): {"off": ("becomes 1", 1, 1), "on": ("becomes 0", 2, 2)}}


def test_hostile_texts(tshark, tmp_path):
    packets = [(0, START + n * SECOND, frame(bytes([0, 0x9A, 0, n > 0])), 0, "Mark 1: \x1b[2J\u202e" + 300 * "x" if n else "")
               for n in range(3)]
    text = tshark("-r", write_pcapng(tmp_path / "hostile.pcapng", packets), "-q", "-z", "cjt188,marks").stdout
    assert "\x1b" not in text and "\u202e" not in text and max(map(len, text.splitlines())) <= 120


def test_without_marks(tshark, tmp_path):
    text = tshark("-r", write_pcap(tmp_path / "none.pcap", [frame(bytes.fromhex("00 9A 00 01"))]), "-q", "-z", "cjt188,marks").stdout
    assert "no packet has a mark" in text


@pytest.mark.parametrize("words, said", [(",frame", "no filter"), ("x", "not known")])
def test_wrong_options(tshark, samples, words, said):
    done = tshark("-r", samples / "thread.pcapng", "-q", "-z", "cjt188,marks" + words, check=False)
    assert done.returncode != 0 and said in done.stderr
