# The preference cjt188.inspect: what undocumented bytes would be as each kind, below their item.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
from craft import bcd, frame, le


def test_every_reading_and_its_row(tshark, capture):
    path = capture([frame(bytes.fromhex("00 9A 00") + bcd(1234, 2) + le(300, 2))])
    plain = tshark("-r", path, "-V").stdout
    text = tshark("-r", path, "-V", "-o", "cjt188.inspect:TRUE").stdout
    lines = [line.strip() for line in text.splitlines()]
    assert "What begins at byte" not in plain
    assert lines.count("2 bytes, BCD: 1234") == 1 and lines.count("2 bytes, unsigned, low byte first: 300") == 1
    row = lines[lines.index("2 bytes, unsigned, low byte first: 300") + 1]
    row = row[row.index(': ') + 2:].rstrip("]")
    named = tshark("-r", path, "-V", "-o", "uat:cjt188_fields:" + row).stdout
    assert "Bytes 2 to 3: 300 (your field)" in named
    off = [line for line in text.splitlines() if line in plain.splitlines()]
    assert off == plain.splitlines()
