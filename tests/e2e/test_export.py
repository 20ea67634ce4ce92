# The pages' examples are true: each command that reads a sample runs as written, and gives plain numbers. What takes more
# programs, or writes files, is in test_recipes.py.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import json
import re
import shlex
import subprocess

import pytest
from conftest import SRC, TIMEOUT
from craft import matches
from pages import BLOCKS, EXAMPLES, TEXT

FILTERS = [re.split(r"\s{3,}", line)[0] for block in BLOCKS if block.language == "filter" for line in block.text.splitlines()]


@pytest.fixture
def shell(tshark):
    """shell(command): what it prints, run by a shell in the repository's folder as somebody who is not root."""

    def run(command):
        # tshark in a pipe warns when its output is cut; nothing else may be on stderr
        done = subprocess.run([*tshark.unprivileged, "sh", "-c", command], cwd=SRC, env=tshark.env, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=TIMEOUT)
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        assert done.stdout.strip() != ""
        return done.stdout

    return run


def test_there_are_examples_of_every_kind():
    text = "\n".join(EXAMPLES)
    for kind in ("-T fields", "-T json", "io,stat", "cjt188,meters", "cjt188,lines", "cjt188,srt", "cjt188,tree",
                 "cjt188,decimals", "conv,cjt188", "endpoints,cjt188", "uat:cjt188_meters"):
        assert kind in text, kind
    assert len(EXAMPLES) >= 9 and len(FILTERS) >= 5


@pytest.mark.parametrize("command", EXAMPLES)
def test_an_example_runs(shell, command):
    shell(command)


def test_example_filters_are_valid_and_find_something(tshark):
    samples = ("thread", "public-captures", "demo-line")
    found = {text: 0 for text in FILTERS}
    for sample in samples:
        for text, count in matches(tshark, SRC / "samples" / f"{sample}.pcapng", FILTERS).items():
            found[text] += count
    assert all(found.values()), found


def test_the_shortened_reply_is_in_the_sample(tshark):
    """doc/filters-and-exports.md: its lines, in their order, are among those that tshark -V prints."""
    shown, = [block.text.splitlines() for block in BLOCKS if block.text.startswith("CJ/T 188 meter protocol, ")]
    printed = iter(tshark("-r", SRC / "samples" / "thread.pcapng", "-V", "-Y", "frame.number == 4").stdout.splitlines())
    assert len(shown) > 20 and [line for line in shown if line not in printed] == []


def of_kind(kind):
    chosen = [command for command in EXAMPLES if kind in shlex.split(command)]
    assert chosen
    return chosen


NUMBER = re.compile(r"-?\d+(\.\d+)?(e-?\d+)?")
# Fields whose numbers are checked against what the tree says, by the unit that design and pages promise.
UNITS = {"cjt188.energy.heating": "kWh", "cjt188.energy.cooling": "kWh", "cjt188.power": "kW", "cjt188.flow": "m³/h",
         "cjt188.volume": "m³", "cjt188.temperature.supply": "°C", "cjt188.temperature.return": "°C",
         "cjt188.operating_hours": "h"}


def columns(command):
    words = shlex.split(command)
    return [words[i + 1] for i, word in enumerate(words) if word == "-e"]


def test_fields_are_plain_numbers(shell):
    for command in of_kind("fields"):
        names = columns(command)
        lines = shell(command).splitlines()
        if "header=y" in command:
            assert lines.pop(0).split("\t") == names
        assert lines
        checked = 0
        for line in lines:
            for name, cell in zip(names, line.split("\t")):
                if name in UNITS and cell:
                    assert NUMBER.fullmatch(cell), (name, cell)
                    checked += 1
        assert checked > 0 or not set(names) & set(UNITS)


def test_json_is_plain_numbers(shell):
    for command in of_kind("json"):
        packets = [packet["_source"]["layers"] for packet in json.loads(shell(command))]
        numbers = [value for packet in packets for name in columns(command) if name in UNITS
                   for value in packet.get(name, [])]
        assert packets and numbers
        assert all(NUMBER.fullmatch(str(value)) for value in numbers), numbers[:5]


def test_numbers_are_in_the_units_promised(tshark, decode_units):
    """A sample of every unit family: the exported number times nothing is what the tree prints in that unit."""
    seen = set()
    for name, number, text in decode_units:
        unit = UNITS[name]
        shown = re.search(rf"(-?\d+(?:\.\d+)?) {re.escape(unit)}$", text)
        if shown:
            assert float(shown[1]) == pytest.approx(float(number), abs=1e-9), (name, number, text)
            seen.add(name)
    assert seen == set(UNITS)


@pytest.fixture(scope="module")
def decode_units(tshark):
    """[(field, exported number, the tree's text)] over all samples."""
    out = []
    for sample in ("thread", "public-captures", "demo-line"):
        for packet in tshark.pdml(SRC / "samples" / f"{sample}.pcapng"):
            out += [(field.get("name"), field.get("show"), field.get("showname")) for field in packet.iter("field")
                    if field.get("name") in UNITS]
    assert len(out) > 100
    return out


def test_other_units_are_converted(tshark, capture):
    """MWh and L/h on the line, kWh and m³/h in every export."""
    from bus import reading

    path = capture([reading("24263225", energy2=(1234, 0x08), flow=(2500000, 0x32), power=(7000, 0x14))])
    names = ["cjt188.energy.heating", "cjt188.flow", "cjt188.power"]
    row, = tshark.fields(path, names)
    assert [float(row[name]) for name in names] == [1234, 2.5, 0.007]
    layers = tshark.json(path, *[word for name in names for word in ("-e", name)])[0]["_source"]["layers"]
    assert [float(layers[name][0]) for name in names] == [1234, 2.5, 0.007]


def test_graphs_over_every_quantity(tshark):
    """io,stat draws what I/O Graphs would: averages, sums, minima and maxima of floating point fields."""
    calls = [f"{call}({name}){name}" for name in UNITS for call in ("AVG", "MIN", "MAX", "SUM")]
    text = tshark("-r", SRC / "samples" / "demo-line.pcapng", "-q", "-z", "io,stat,0," + ",".join(calls)).stdout
    row = next(line for line in text.splitlines() if "<>" in line)
    cells = [cell.strip() for cell in row.strip("|").split("|")[1:]]
    assert len(cells) == len(calls)
    exported = {name: [] for name in UNITS}
    for line in tshark.fields(SRC / "samples" / "demo-line.pcapng", list(UNITS)):
        for name, cell in line.items():
            exported[name] += [float(value) for value in cell.split("|") if value]
    for call, cell in zip(calls, cells):
        kind, name = re.match(r"(\w+)\(([\w.]+)\)", call).groups()
        numbers = exported[name]
        expected = {"AVG": sum(numbers) / len(numbers), "MIN": min(numbers), "MAX": max(numbers), "SUM": sum(numbers)}[kind]
        assert float(cell) == pytest.approx(expected, abs=1e-5, rel=1e-5), call


def test_decode_as_of_the_pages_is_known(tshark, samples):
    """Each -d of doc/other-ways-in.md, with a device number where it leaves that open."""
    rules = re.findall(r"`-d (\S+)`", TEXT)
    assert len(rules) >= 4
    for rule in rules:
        done = tshark("-r", samples / "thread.pcapng", "-c", "1", "-d", rule.replace("…", "5"))
        assert done.returncode == 0 and "nknown" not in done.stderr, (rule, done.stderr)
