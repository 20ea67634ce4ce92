# The samples are what tests/make_samples.py makes of frames.json, and each sample is told of in samples/README.md.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import re

import make_samples


def test_the_samples_are_the_frames(samples):
    made = make_samples.make_samples()
    assert sorted(made) == ["public-captures.pcapng", "thread.pcapng"]
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


def test_every_sample_is_listed(samples):
    listed = re.findall(r"^\| `([^`]+)` \|", (samples / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(path.name for path in samples.iterdir() if path.name != "README.md")
    assert "thread.pcapng" in listed
