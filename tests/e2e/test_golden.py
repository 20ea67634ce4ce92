# Every known frame's whole decode, as `tshark -T json` gives it, against the one that was reviewed and checked in.
# tests/golden/remake writes them anew; tests/golden/README.md says what was read and where claim and decode differ.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import json
import os
import re

import pytest
from conftest import HAS_WORKBENCH, SRC
from craft import write_lines

GOLDEN = SRC / "tests" / "golden"
REMAKE = os.environ.get("CJT188_REMAKE") == "1"

# Which file a frame is in: the first whose word its name has.
FILES = {
    "thread": ["thread"],
    "delu": ["delu"],
    "hiwits": ["haiweici"],
    "tiangang": ["tiangang"],
    "lichuang": ["lichuang"],
    "maituo": ["maituo"],
    "gas": ["gas", "golden error"],
    "other-heat": ["chuangzhan", "mbus-", "wanhua", "yuanda", "sanext", "lora", "JY", "SC heat"],
    "water": [""],
}


def file_of(frame):
    return next(name for name, words in FILES.items() if any(word in frame["name"] for word in words))


def value_text(name, value):
    """The same whatever the version of Wireshark."""
    if value in (True, "True"):
        value = "1"
    if value in (False, "False"):
        value = "0"
    if re.fullmatch(r"[0-9a-f]{2}(:[0-9a-f]{2})*", value):
        value = value.replace(":", "")
    elif re.fullmatch(r"-?\d+\.\d+(e[-+]\d+)?", value):
        value = f"{float(value):.15g}"
    return f"{name}: {value}"


# What a frame has to do with others and with the time of the capture is tested elsewhere: these come from everywhere.
CONVERSATION = {"request_in", "response_in", "response_time", "unanswered", "retransmission", "no_response_to",
                "clock_offset"}


def lines_of(pairs, depth=0):
    """One line a field, deeper ones indented, without the prefix "cjt188."; a text that heads a subtree stands."""
    out = []
    for name, value in pairs:
        short = name.removeprefix("cjt188.")
        if name == "_ws.expert":
            out.append("  " * depth + "expert: " + dict(value)["_ws.expert.message"])
        elif isinstance(value, list):
            if not name.endswith("_tree"):
                out.append("  " * depth + short)
            out += lines_of(value, depth + 1)
        elif short == "undocumented.row" and not HAS_WORKBENCH:
            raise AssertionError("a row for a table that this plugin does not have")
        elif short not in CONVERSATION:
            out.append("  " * depth + value_text(short, value))
    return out


@pytest.fixture(scope="module")
def decodes(tshark, frames, readable_folder):
    """{file: {frame: its info column and its fields}}"""
    path = write_lines(readable_folder / "golden.pcapng", [frame["bytes"] for frame in frames])
    # Some documents' examples have wrong sums, and mean what they say all the same.
    values = ("-o", "cjt188.damaged_values:TRUE")
    packets = json.loads(tshark("-r", path, "-T", "json", *values).stdout, object_pairs_hook=list)
    infos = tshark("-r", path, *values, "-o", 'gui.column.format:"I","%i"').stdout.splitlines()
    assert len(packets) == len(infos) == len(frames)
    out = {}
    for frame, packet, info in zip(frames, packets, infos):
        layers = dict(dict(packet)["_source"])["layers"]
        fields = [line for name, layer in layers if name == "cjt188"
                  for line in ["frame or bytes", *lines_of(layer, 1)]]
        out.setdefault(file_of(frame), {})[f"{frame['id']} {frame['name']}"] = {"info": info.strip(), "fields": fields}
    if REMAKE:
        for name, decode in out.items():
            text = json.dumps(decode, ensure_ascii=False, indent=1) + "\n"
            (GOLDEN / f"{name}.json").write_text(text, encoding="utf-8")
        pytest.skip("the golden files were written anew: nothing was tested")
    return out


def test_no_frame_is_left_out(decodes, frames):
    assert sorted(path.stem for path in GOLDEN.glob("*.json")) == sorted(FILES) == sorted(decodes)
    assert sum(len(decode) for decode in decodes.values()) == len(frames)


@pytest.mark.parametrize("name", FILES)
def test_the_decode_is_the_one_that_was_reviewed(decodes, name):
    expected = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    if not HAS_WORKBENCH:
        for decode in expected.values():
            decode["fields"] = [line for line in decode["fields"] if not line.strip().startswith("undocumented.row:")]
    got = decodes[name]
    assert list(got) == list(expected)
    wrong = [frame for frame in expected if got[frame] != expected[frame]]
    for frame in wrong[:1]:
        assert got[frame] == expected[frame], f"{frame}; as do {len(wrong) - 1} more in {name}.json"
