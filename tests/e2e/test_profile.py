# The configuration profile CJT188: its columns, colours, filter buttons and graphs, by the real tshark.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import csv
import pathlib
import re
import shutil
import subprocess

import pytest

from bus import SYMBOL_ERROR, Bus, damaged, reading, request
from conftest import BUILD, SRC, TIMEOUT
from craft import frame
from crowd import crowd, write_crowd

PROFILE = SRC / "profiles" / "CJT188"
BAD, CUT, NOISE, LINE = "Bad checksum", "Cut short", "Noise", "Line error"
FAULT, SILENT, WRITE = "Fault", "No reply to the request before", "Write"
REPLY, REQUEST, OTHER = "Reply", "Request", "Another protocol"

READINGS, FAULTS, ERRORS, UNDOCUMENTED, WRITES = "Readings", "Faults", "Errors", "Undocumented", "Writes"
MARKS = "Marks"


class Profile:
    """tshark -C CJT188, as somebody who has the profile and a name for one meter."""

    def __init__(self, tshark, folder):
        self.tshark = tshark
        self.env = {"WIRESHARK_CONFIG_DIR": str(folder)}
        own = folder / "profiles" / "CJT188"
        shutil.copytree(PROFILE, own)
        (own / "cjt188_meters").write_text('"24263225","Kitchen loop","by the rules","","","","",""\n')
        for path in (folder, folder / "profiles", own):
            path.chmod(0o777)

    def __call__(self, *args):
        """Its stdout; not a word of complaint."""
        done = self.tshark("-C", "CJT188", *args, env=self.env)
        assert done.stderr == "", done.stderr
        return done.stdout


@pytest.fixture
def profile(tshark, tmp_path):
    return Profile(tshark, tmp_path)


def conversation(path):
    """Writes a capture; returns [(colour, buttons)] of its packets."""
    bus, rows = Bus(), []

    def say(data, colour, *buttons, **more):
        rows.append((colour, set(buttons)))
        return bus.send(data, **more)

    kitchen, attic = "24263225", "24263241"
    good = reading(attic, energy2=(8412320, 0x05), power=(28785, 0x17), flow=(1263, 0x35), supply=6157, return_=4198)
    say(request(kitchen), REQUEST)
    say(reading(kitchen, status="00 08", energy2=(7, 0x05)), FAULT, READINGS, FAULTS)
    say(request(attic), REQUEST)
    say(good, REPLY, READINGS)
    say(request("24263266"), REQUEST)
    say(request(attic), SILENT, after=3)
    say(damaged(good, at=20), BAD, READINGS, ERRORS)
    say(request(attic), SILENT, after=3)  # what is damaged is no reply
    say(good[:-20], CUT, READINGS, ERRORS)
    say(bytes.fromhex("00 FF 42 17"), NOISE, ERRORS, after=3)
    say(request(attic), SILENT, after=3)
    say(good, LINE, READINGS, ERRORS, flags=SYMBOL_ERROR)
    say(request(attic, di="18 A0", control=0x39, data="25 32 26 24 00 11 11 00 12 18 27 04 26 20"), WRITE, WRITES, after=3)
    say(frame("18 A0 00", number=attic, control=0xB9), WRITE, WRITES)
    say(request(attic, di="17 A0", control=0x04, data="55"), WRITE, WRITES, after=3)
    say(frame("00 00", number=attic, control=0xC4), FAULT, FAULTS, WRITES)
    say(bytes.fromhex("10 5B 01 5C 16"), OTHER, after=3)
    bus.write(path)
    return rows


def columns():
    """[(title, format)] of the profile."""
    text = (PROFILE / "preferences").read_text(encoding="utf-8")
    cells = next(csv.reader([text.split("gui.column.format:")[1].replace("\n", "").replace("\t", "")],
                            skipinitialspace=True))
    return list(zip(cells[::2], cells[1::2]))


def test_columns(profile, tmp_path):
    """What is printed is the profile's columns: time, response time, meter, and so on to the sentence."""
    assert [title for title, _ in columns()] == [
        "No.", "Time", "Reply ms", "Meter", "Direction", "Identifier", "Fault", "Heating kWh", "Power kW", "Flow m³/h",
        "Volume m³", "Supply °C", "Return °C", "Info"]
    conversation(tmp_path / "line.pcapng")
    lines = [" ".join(line.split()) for line in profile("-r", tmp_path / "line.pcapng").splitlines()]
    assert lines[0].startswith("1 0.000000000 Kitchen loop request 0x901f Read 901F, Kitchen loop")
    assert lines[1].startswith("2 0.200000000 200 Kitchen loop reply 0x901f flow sensor fault 0.007 0.000 0.000 0.000 25.66 25.54 "
                               "Kitchen loop: heating 0.007 kWh")
    assert lines[3].startswith("4 0.600000000 200 24263241 reply 0x901f 8412.320 28.785 1.263 0.000 61.57 41.98 "
                               "24263241: heating 8412.320 kWh")
    assert lines[6].startswith("7 4.000000000 24263241 reply 0x901f Damaged:"), "no number of a damaged frame"
    assert " 24263241 reply error reply 24263241: error reply" in lines[15]
    assert len(lines) == 17


LIST_FIELDS = ("cjt188.column.response", "cjt188.meter.label", "cjt188.column.direction", "cjt188.column.fault",
               "cjt188.column.heating", "cjt188.column.power", "cjt188.column.flow", "cjt188.column.volume",
               "cjt188.column.supply", "cjt188.column.return")


def test_columns_of_twenty_thousand_packets(profile, tmp_path):
    """Each cell is what it is known to be, and sorted as a text a column of numbers is sorted by size."""
    path = tmp_path / "crowd.pcapng"
    truth = write_crowd(path, 20_000)
    assert {f"%Cus:{field}:0:R" for field in LIST_FIELDS} <= {text for _, text in columns()}
    options = [word for field in LIST_FIELDS for word in ("-e", field)]
    rows = [line.split("\t") for line in profile("-r", path, "-T", "fields", *options).splitlines()]
    assert len(rows) == len(truth) == 20_000
    for number, (row, (response, meter, direction, values)) in enumerate(zip(rows, truth), 1):
        assert [cell.strip() for cell in row] == [response, meter, direction, *values], number
    for column in range(4, len(LIST_FIELDS)):
        texts = {row[column] for row in rows if row[column]}
        assert len(texts) > 20 and sorted(texts) == sorted(texts, key=float), LIST_FIELDS[column]
    (marks,) = [text for label, text in buttons() if label == MARKS]
    marked = profile("-r", path, "-Y", marks, "-T", "fields", "-e", "frame.number").split()
    packets, _ = crowd(20_000)
    assert marked == [str(number) for number, packet in enumerate(packets, 1) if packet[4]] and len(marked) > 5


def test_columns_fit_a_small_screen():
    """What each has to show, in the list's font (8 pixels a character), and all of them but the sentence in 1366 pixels."""
    line = next(line for line in (PROFILE / "recent").read_text().splitlines() if line.startswith("column.width:"))
    cells = next(csv.reader([line.removeprefix("column.width: ")], skipinitialspace=True))
    widths = {name: int(width) for name, width in zip(cells[::2], cells[1::2])}
    formats = {title: text.split(":0:")[0] for title, text in columns()}
    assert set(widths) == set(formats.values())
    shown = {"Time": "99999.999", "Reply ms": "10000", "Meter": "24263225", "Direction": "request", "Identifier": "0x901f",
             "Fault": "flow sensor fault", "Heating kWh": "123456.789", "Power kW": "1234.567", "Flow m³/h": "1234.567",
             "Volume m³": "123456.789", "Supply °C": "123.45", "Return °C": "123.45"}
    narrow = {title for title, text in shown.items() if widths[formats[title]] < 8 * len(text) + 6}
    assert narrow == set()
    assert widths["%m"] >= 8 * len("100000") + 40, "arrows stand beside the number"
    scrollbars = 60
    assert sum(widths.values()) - widths["%i"] + scrollbars < 1366 - 8 * len("Read 901F, 24263225")
    assert list(formats).index("Fault") < list(formats).index("Heating kWh")


def test_the_meter_column_has_one_text(profile, tmp_path):
    """The name where there is one, else the number, else that all meters are meant."""
    bus = Bus()
    for number in ("24263225", "24263241"):
        bus.send(request(number))
        bus.send(reading(number))
    bus.send(request(), after=3)
    bus.write(tmp_path / "line.pcapng")
    (column,) = [text for title, text in columns() if title == "Meter"]
    printed = profile("-r", tmp_path / "line.pcapng", "-o", f'gui.column.format:"Meter","{column}"').splitlines()
    assert [line.strip() for line in printed] == ["Kitchen loop"] * 2 + ["24263241"] * 2 + ["all meters"]


def test_colours(profile, tmp_path):
    """Each packet of a line of which everything is known has the colour that says what it is."""
    rows = conversation(tmp_path / "line.pcapng")
    names = profile("--color", "-r", tmp_path / "line.pcapng", "-T", "fields", "-e", "frame.coloring_rule.name")
    assert names.splitlines() == [colour for colour, _ in rows]
    rules = [line.split("@") for line in (PROFILE / "colorfilters").read_text().splitlines() if line.startswith("@")]
    assert {rule[1] for rule in rules} == {colour for colour, _ in rows}, "a colour that no packet of the test has"


def test_colours_are_readable():
    """Text and background differ enough (a contrast of 4.5 and more, as WCAG counts it)."""
    def light(triple):
        parts = [int(value) / 65535 for value in triple.split(",")]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    count = 0
    for line in (PROFILE / "colorfilters").read_text().splitlines():
        if not line.startswith("@"):
            continue
        _, name, _, colours = line.split("@")
        one, two = sorted(light(triple) for triple in colours.strip("[]").split("]["))
        assert (two + 0.05) / (one + 0.05) >= 4.5, name
        count += 1
    assert count == 10


def buttons():
    """[(label, filter)]"""
    lines = (PROFILE / "dfilter_buttons").read_text().splitlines()
    rows = list(csv.reader(line for line in lines if not line.startswith("#")))
    assert all(len(row) == 4 and row[0] == "TRUE" and row[3] for row in rows)
    return [(row[1], row[2].replace("\\x22", '"')) for row in rows]


def test_buttons(profile, tmp_path):
    """Each button shows the packets that its label says."""
    rows = conversation(tmp_path / "line.pcapng")
    assert [label for label, _ in buttons()] == [READINGS, FAULTS, ERRORS, UNDOCUMENTED, WRITES, MARKS]
    for label, text in buttons():
        if label in (UNDOCUMENTED, MARKS):  # of them other tests
            continue
        shown = profile("-r", tmp_path / "line.pcapng", "-Y", text, "-T", "fields", "-e", "frame.number").split()
        assert shown == [str(n) for n, (_, labels) in enumerate(rows, 1) if label in labels], label
        assert shown


def test_undocumented_button(profile, samples):
    """The thread's 903F replies hold bytes that nobody has explained."""
    text = dict(buttons())[UNDOCUMENTED]
    assert profile("-r", samples / "thread.pcapng", "-Y", text, "-T", "fields", "-e", "frame.number").split()


def test_graphs(profile, samples):
    """Temperatures, flow and power: each curve's field and filter are known, and the samples hold values."""
    lines = (PROFILE / "io_graphs").read_text(encoding="utf-8").splitlines()
    rows = list(csv.reader(line for line in lines if not line.startswith("#")))
    assert {row[6] for row in rows} == {"cjt188.temperature.supply", "cjt188.temperature.return", "cjt188.power",
                                        "cjt188.flow"}
    for row in rows:
        values = profile("-r", samples / "demo-line.pcapng", "-Y", row[2], "-T", "fields", "-e", row[6]).split()
        assert values and max(map(float, values)) > 0, row[1]
    assert all(row[0] == "Enabled" and row[5] == "AVG(Y Field)" and len(row) == 9 for row in rows)


def test_shows_the_taps_toolbar(cjt188dump):
    """Wireshark hides a toolbar unless the profile names it, in the quotes of its own list."""
    told = subprocess.run([cjt188dump, "--extcap-interfaces"], check=True, capture_output=True, text=True, timeout=TIMEOUT)
    name = re.search(r"^extcap .*\{display=(.*?)\}$", told.stdout, re.MULTILINE)[1]
    shown = [line for line in (PROFILE / "recent").read_text().splitlines() if line.startswith("gui.interface_toolbar_show")]
    assert shown == [f'gui.interface_toolbar_show: "{name}"']


def test_installed_where_wireshark_looks(tshark, tmp_path):
    """The folder's name under the prefix is that of Wireshark's own profiles."""
    subprocess.run(["cmake", f"-DCMAKE_INSTALL_PREFIX={tmp_path}", "-P", BUILD / "profiles" / "cmake_install.cmake"],
                   check=True, capture_output=True, timeout=TIMEOUT)
    folders = tshark("-G", "folders").stdout.splitlines()
    system = next(line.split("\t")[-1].strip() for line in folders if line.startswith("Global configuration"))
    assert pathlib.Path(system).name == "wireshark"
    installed = tmp_path / pathlib.Path(system).relative_to("/usr") / "profiles" / "CJT188"
    assert sorted(path.name for path in installed.iterdir()) == sorted(path.name for path in PROFILE.iterdir())
