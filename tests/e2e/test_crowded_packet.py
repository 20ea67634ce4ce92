# Packets that are full to the brim: a capture's packet has up to 262144 bytes, which is 20 000 of the smallest frames. Each
# is counted, though Wireshark takes no more than 5000 records of a packet from a dissector for its statistics.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import re

import pytest
from bus import damaged, request
from conftest import write_pcap
from craft import frame, heat_901f
from test_stats import plain, rows

PACKET_MAX = 262144
A, B = "24263225", "24263241"
STATISTICS = ("cjt188,meters", "cjt188,lines", "cjt188,tree", "conv,cjt188", "endpoints,cjt188", "cjt188,srt", "cjt188,notes",
              "cjt188,explore,all")


@pytest.fixture
def statistics(tshark, tmp_path):
    """statistics(packets, options): {name: its lines}, all made in one run."""

    def run(packets, *options):
        assert all(len(data) <= PACKET_MAX for data in packets)
        path = write_pcap(tmp_path / "full.pcap", packets)
        out = {}
        for name in STATISTICS:
            done = tshark("-r", path, "-q", "-z", name, *options)
            assert done.stderr == ""
            out[name] = plain(done.stdout)
        return out

    return run


def count(lines, name):
    """Of the first line of a tree with that name."""
    return int(next(line for line in lines if line.startswith(name + " "))[len(name):].split()[0])


def numbers(lines, pattern):
    """The whole numbers behind a line's beginning, that line being the only one."""
    found, = (line for line in lines if re.match(pattern, line))
    return [int(word) for word in re.sub(pattern, "", found, count=1).split() if word.isdigit()]


@pytest.mark.parametrize("options", [[], ["-2"]], ids=["once", "again"])
def test_20_000_frames_in_one_packet(statistics, options):
    """The smallest there are: no data at all. Each reply follows its request; another packet finds nothing left over."""
    asked, answered = frame(b"", number=A, control=0x33), frame(b"", number=A, control=0xB3)
    pairs = PACKET_MAX // len(asked + answered)
    assert 2 * pairs > 20_000
    told = statistics([(asked + answered) * pairs, frame("1F 90 00", number=B, control=0x01)], *options)

    first, second = rows(told["cjt188,meters"])
    assert (first["Meter"], first["Requests"], first["Replies"], first["Unanswered"], first["Damaged"]) == (
        A, str(pairs), str(pairs), "0", "0")
    assert (first["Response min"], first["Response max"]) == ("", "")  # of one packet: nobody has measured that
    assert (second["Meter"], second["Requests"], second["Replies"]) == (B, "1", "0")
    line, = rows(told["cjt188,lines"])
    assert (line["Requests"], line["Replies"], line["Unanswered"]) == (str(pairs + 1), str(pairs), "0")
    tree = told["cjt188,tree"]
    assert [count(tree, name) for name in ("Frames and other pieces", "Requests", "Replies")] == [2 * pairs + 1, pairs + 1, pairs]
    # each number of frames with its bytes, which may be written as kB
    assert numbers(told["conv,cjt188"], f"master <-> {A} ")[:6:2] == [pairs, pairs, 2 * pairs]
    assert numbers(told["endpoints,cjt188"], f"{A} ")[:6:2] == [2 * pairs, pairs, pairs]
    assert not any(line.split()[1:3] == ["other", str(pairs)] for line in told["cjt188,srt"])
    assert f"| Frames with a right checksum | {2 * pairs + 1} |" in told["cjt188,notes"]


def test_11_900_meters_in_one_packet(statistics):
    """Requests as the thread's meter wants them, each to another meter; none is answered, and all but the last prove it."""
    requests = [request(f"{number:08d}") for number in range(PACKET_MAX // 22)]
    assert len(requests) > 11_900
    told = statistics([b"".join(requests)])

    meters = rows(told["cjt188,meters"])
    assert len(meters) == len(requests)
    assert {row["Meter"] for row in meters} == {f"{number:08d}" for number in range(len(requests))}
    assert {(row["Requests"], row["Replies"], row["Unanswered"]) for row in meters[:-1]} == {("1", "0", "1")}
    assert meters[-1]["Unanswered"] == "0"
    line, = rows(told["cjt188,lines"])
    assert (line["Requests"], line["Unanswered"]) == (str(len(requests)), str(len(requests) - 1))
    assert count(told["cjt188,tree"], "901F") == len(requests)
    conversations = [line for line in told["conv,cjt188"] if line.startswith("master <-> ")]
    assert len(conversations) == len(requests)
    assert {tuple(line.split()[3:9]) for line in conversations} == {("0", "0", "1", "22", "1", "22")}
    assert numbers(told["endpoints,cjt188"], "master ")[::2] == [len(requests), len(requests), 0]
    assert f"| Requests without a reply | {len(requests) - 1} |" in told["cjt188,notes"]


def test_readings_and_all_else_in_one_packet(statistics):
    """Readings that grow, a byte of noise, a damaged frame, an M-Bus acknowledge, and the same again."""
    broken = damaged(frame("1F 90 00", number=A), at=-2)
    parts, rounds = [], PACKET_MAX // (59 + 1 + len(broken) + 1)
    for number in range(rounds):
        parts += [frame(heat_901f(energy2=(number, 0x05)), number=A), b"\x00", broken, b"\xe5"]
    told = statistics([b"".join(parts)])

    meter, = rows(told["cjt188,meters"])
    assert (meter["Replies"], meter["Damaged"]) == (str(rounds), str(rounds))
    assert (meter["First reading"], meter["Last reading"]) == ("0.000 kWh", f"{(rounds - 1) / 1000:.3f} kWh")
    line, = rows(told["cjt188,lines"])
    assert (line["Replies"], line["Damaged"], line["Noise bytes"]) == (str(rounds), str(rounds), str(rounds))
    tree = told["cjt188,tree"]
    assert count(tree, "Frames and other pieces") == 4 * rounds
    assert [count(tree, name) for name in ("Replies", "Noise", "Damaged")] == [rounds] * 3
    explored = " ".join(told["cjt188,explore,all"])
    assert f"{rounds} frames of 1 meter" in explored


def test_nothing_is_left_over_for_the_next_packet(tshark, tmp_path):
    """Packets of many pieces and of few, in turns. A reply that comes once too often is the late one to a request before."""
    asked, answered = frame("1F 90 00", number=A, control=0x01), frame(heat_901f(), number=A)
    asked_both = asked + frame("1F 90 00", number=B, control=0x01)  # the same again at once would be an echo
    packets = [asked_both * 1500, answered, b"", asked, answered * 2, asked_both * 3000, answered, answered]
    path = write_pcap(tmp_path / "turns.pcap", packets)
    for options in ([], ["-2"]):
        found = [row["cjt188.request_in"] for row in tshark.fields(path, ["frame.number", "cjt188.request_in"], *options)]
        assert found == ["", "1", "", "", "4|1", "", "6", "6"]
