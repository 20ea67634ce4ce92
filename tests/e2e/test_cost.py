# No change doubles unseen what a frame costs: instructions, which callgrind counts the same each time, of the dissector
# beside a plugin that shows as many items and decodes nothing, and of the framer beside md5sum of the same bytes. Each
# bound is about one and a half times what was measured when it was set; tests/bench tells what it is now.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import re
import shutil
import statistics
import subprocess
import sys

import pytest

from conftest import BUILD, SRC, write_pcap

sys.path.insert(0, str(SRC / "tests" / "bench.d"))
from dissector import build_floors  # noqa: E402
from instructions import ROUNDS, callgrind, instructions, sections  # noqa: E402
from measure import make_tshark  # noqa: E402

pytestmark = pytest.mark.skipif(shutil.which("valgrind") is None, reason="valgrind is not installed; .ci/run installs it")

NOISE = "7 bytes of noise"
# Frame, options of tshark, how many times the other plugin's instructions at most.
BOUNDS = (
    ("901F reply", (), 3.4),
    ("901F request to one", (), 3.0),
    ("903F reply", (), 3.8),
    (NOISE, (), 1.9),
    ("901F reply", ("-V",), 2.5),
    ("901F request to one", ("-V",), 3.1),
    ("903F reply", ("-V",), 2.6),
)
FRAMER_BOUND = 18.6


def steady(tshark, capture, every, words, function):
    """{kind of frame: instructions}: the mean of the second half of its frames."""
    profiles = callgrind(tshark, capture, *words, function=function)
    assert len(profiles) == sum(len(packets) for _, packets in every)
    out = {}
    for names, packets in every:
        own, profiles = profiles[: len(packets)], profiles[len(packets) :]
        for at, name in enumerate(names):
            out[name] = statistics.mean(map(instructions, own[at :: len(names)][ROUNDS // 2 :]))
    return out


@pytest.mark.parametrize("words", [(), ("-V",)], ids=["summary", "tree"])
def test_a_frame_beside_one_that_is_only_shown(tshark, tmp_path, words):
    every = sections()
    capture = write_pcap(tmp_path / "steady.pcap", [packet for _, packets in every for packet in packets])
    items = make_tshark(tmp_path, "items", build_floors()["items"])
    ours = steady(tshark, capture, every, words, "dissect_cjt188")
    floor = steady(items, capture, every, words, "dissect_floor")
    assert all(ours.values()) and all(floor.values()), "callgrind has collected nothing"
    for name, options, bound in BOUNDS:
        if options == words:
            ratio = ours[name] / floor[name]
            print(f"{name}: {ours[name]:.0f} instructions, {ratio:.2f} times the other plugin's, {bound} allowed")
            assert ratio <= bound, f"{name} {words}: {ratio:.2f} times as many instructions, {bound} allowed"


def counted(command, data, folder):
    """Instructions of a whole program that reads `data`."""
    out = folder / "whole"
    subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", *command], input=data, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return int(re.search(r"^(?:summary|totals): (\d+)$", out.read_text(encoding="utf-8"), re.MULTILINE)[1])


def per_byte(command, data, folder):
    """Start-up, which an empty input costs, is taken off."""
    return (counted(command, data, folder) - counted(command, b"", folder)) / len(data)


def test_the_tap_beside_a_checksum(cjt188dump, frames, tmp_path):
    data = b"".join(frame["bytes"] for frame in frames if frame["checksum_ok"]) * 40
    tap = per_byte([cjt188dump, "-q", "-i", "-", "-w", tmp_path / "out.pcapng"], data, tmp_path)
    beside = per_byte(["md5sum"], data, tmp_path)
    print(f"tap: {tap:.1f} instructions a byte, {tap / beside:.2f} times md5sum's, {FRAMER_BOUND} allowed")
    assert tap <= FRAMER_BOUND * beside
