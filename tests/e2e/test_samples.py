# The samples are what tests/make_samples.py makes, each is told of in samples/README.md, and samples/undocumented.md is true:
# its commands run as they stand there, and print what it says.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import os
import re
import subprocess

import make_samples
from conftest import BUILD, SRC, TIMEOUT


def test_the_samples_are_the_frames(samples):
    made = make_samples.make_samples()
    assert sorted(made) == ["longer-903f.pcapng", "public-captures.pcapng", "thread.pcapng"]
    for name, content in made.items():
        assert (samples / name).read_bytes() == content, f"{name}: run tests/make_samples.py"


def test_the_thread_is_seven_packets_in_its_order(fields, samples, frames):
    names = ["frame.packet_flags_direction", "frame.cap_len", "cjt188.di", "cjt188.clock", "cjt188.checksum.status"]
    rows = fields(samples / "thread.pcapng", names)
    assert [tuple(row.values()) for row in rows] == [
        ("0x00000002", "22", "0x903f", "", "1"),
        ("0x00000001", "76", "0x903f", "", "1"),
        ("0x00000002", "22", "0x901f", "", "1"),
        ("0x00000001", "64", "0x901f", "2026-04-27 18:12:15", "1"),
        ("0x00000002", "22", "0x903f", "", "1"),
        ("0x00000001", "76", "0x903f", "", "1"),
        ("0x00000002", "36", "0xa018", "2026-04-27 18:12:00", "1"),
    ]


def test_every_public_capture_names_its_source(fields, samples, frames):
    chosen = [frame for frame in frames if frame["kind"] == "thread" or "capture" in frame["kind"]]
    rows = fields(samples / "public-captures.pcapng", ["frame.comment", "frame.cap_len"])
    assert len(rows) == len(chosen) == 18
    for row, frame in zip(rows, chosen):
        assert frame["source"] in row["frame.comment"]
        assert int(row["frame.cap_len"]) == len(frame["bytes"])


def test_the_guide_is_true(tshark, samples, tmp_path):
    """A block of commands, then a block of what they print, or part of it."""
    guide = (samples / "undocumented.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```(\w*)\n(.*?)^```", guide, re.MULTILINE | re.DOTALL)
    (tmp_path / "samples").symlink_to(samples)
    program = tmp_path / "bin" / "tshark"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {tshark.unprivileged[0]} {tshark.program} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    env = {**tshark.env, "PATH": f"{program.parent}:{os.environ['PATH']}"}
    printed, commands, results = "", 0, 0
    for language, block in blocks:
        if language == "text":
            assert all(line in printed for line in block.splitlines()), block
            results += 1
        elif "/dev/tty" not in block:
            done = subprocess.run(["sh", "-ec", block], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=TIMEOUT)
            assert done.returncode == 0 and "tshark:" not in done.stderr, (block, done.stderr)
            written = re.findall(r">(\S+\.\w+)$", block, re.MULTILINE)
            printed = done.stdout + "".join((tmp_path / name).read_text(encoding="utf-8") for name in written)
            commands += 1
    assert commands == 8 and results == 7
    assert "24263225" not in (tmp_path / "903f.md").read_text(encoding="utf-8")


def test_every_sample_is_listed(samples):
    listed = re.findall(r"^\| `([^`]+)` \|", (samples / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    files = [path.relative_to(samples) for path in samples.rglob("*") if path.is_file()]
    assert sorted(listed) == sorted(str(path) for path in files if path.name != "README.md")
    assert "thread.pcapng" in listed


def test_the_demo():
    """The first page's command, to its end; what it builds is there."""
    env = dict(os.environ, CJT188_BUILD=str(BUILD), DISPLAY="", WAYLAND_DISPLAY="")
    done = subprocess.run([SRC / "samples" / "demo"], env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=5 * TIMEOUT)  # it may have to build
    assert done.returncode == 0, done.stderr
    for said in ("Heating energy: 0.007 kWh", "strong  bytes 57 to 60", "24263225 answered after", "Read 901F, 24263241"):
        assert said in done.stdout, said
