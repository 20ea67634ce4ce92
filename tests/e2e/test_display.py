# tshark -z cjt188,explore,display=FILE: a person's log of what the display said, against a meter whose display is known.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
#
#     a meter as it lives -> its display    -> a log, with what people do to it
#                         -> its replies    -> a capture
import datetime
import random
import re

import pytest
from conftest import write_pcap
from craft import bcd, frame, heat_901f, le
from rows import config_dir

START = 1777291200  # 2026-04-27 12:00 UTC
NUMBER = "24263225"
LATE = 40           # s that the person's clock is ahead
# Of the bytes behind SER in 9A00: two of noise, l as u32, noise, 1/100 °C as signed high byte first, noise, kWh × 100 as BCD.
LITRES, ROOM, ENERGY = (2, 4, 1), (9, 2, 1), (13, 4, 1)


class Meter:
    """What its display shows at a time, as whole numbers: energy in 10 Wh, water in l, a room's temperature in 1/100 °C."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.energy0, self.litres0 = self.rng.randrange(200_000, 900_000), self.rng.randrange(1_000_000, 8_000_000)
        self.room = {}

    def energy(self, time):
        return self.energy0 + int((time - START) * 0.7)

    def litres(self, time):
        return self.litres0 + int((time - START) * 0.14)

    def temperature(self, time):
        return self.room.setdefault(int(time - START) // 300, self.rng.randrange(-400, 2600))

    def replies(self, time):
        noise = self.rng.randbytes
        unknown = (noise(2) + le(self.litres(time), 4) + noise(3) + self.temperature(time).to_bytes(2, "big", signed=True) +
                   noise(2) + bcd(self.energy(time), 4) + noise(1))
        known = heat_901f(energy2=(self.energy(time), 0x05), volume=(self.litres(time), 0x2C), clock="15 12 18 27 04 26 20")
        return [(time, frame(known, number=NUMBER)), (time + 1, frame(bytes.fromhex("00 9A 00") + unknown, number=NUMBER))]


def capture(folder, meter, every=30, long=7200):
    packets = [packet for time in range(START, START + long, every) for packet in meter.replies(time)]
    return write_pcap(folder / "display.pcap", packets)


def written(time, seconds=False):
    now = datetime.datetime.fromtimestamp(time, datetime.timezone.utc)
    return now.strftime("%Y-%m-%d %H:%M" + (":%S" if seconds else ""))


def times(meter, count):
    """When somebody looks at the display, and what is written as the time of it."""
    looked = sorted(meter.rng.sample(range(START + 60, START + 7100), count))
    return [(time, written(time + LATE)) for time in looked]


def log_of(meter, count=12):
    """MWh rounded to kWh, m³ with all places, °C to tenths; decimal commas and semicolons."""
    rows = []
    for time, text in times(meter, count):
        rows.append(f"{text};{NUMBER};energy;{meter.energy(time) / 100_000:.3f};MWh".replace(".", ","))
        rows.append(f"{text};{NUMBER};water;{meter.litres(time) / 1000:.3f};m³".replace(".", ","))
        rows.append(f"{text};{NUMBER};room;{meter.temperature(time) / 100:.1f};°C".replace(".", ","))
    return rows


@pytest.fixture
def display(tshark, tmp_path):
    def run(path, log, words="", options=(), check=True):
        """What is printed for a log, its lines or its bytes; and its error messages."""
        file = tmp_path / "readings, mine.csv"
        file.write_bytes(log if isinstance(log, bytes) else "\n".join(log).encode())
        done = tshark("-r", path, "-q", *options, "-z", f"cjt188,explore,{words}display={file}", check=check)
        return done.stdout if check else done
    return run


FOUND = re.compile(r"^  (strong|likely|weak) +([0-9A-F]{4}), (.*): (\d+) of (\d+) lines, (\d+) values?; by chance (.*)$")


def sections(text):
    """{name: [(strength, identifier, what, explained, checked, values, chance)]}"""
    found, name = {}, None
    for line in text.splitlines():
        title = re.match(r"(?:Meter \S+|The meter), (.*?)(?: \(.*\))?: \d+ lines?, ", line)
        name = title.group(1) if title else name
        match = FOUND.match(line)
        if title:
            found.setdefault(name, [])
        elif match:
            strength, di, what, explained, checked, values, chance = match.groups()
            found[name].append((strength, di, what, int(explained), int(checked), int(values), chance))
    return found


def places(what):
    match = re.match(r"bytes? (\d+)(?: to (\d+))?", what)
    first = int(match.group(1))
    return first, int(match.group(2) or first) - first + 1


# ---- the truth ----


@pytest.mark.parametrize("seed", range(4))
def test_the_bytes_behind_the_display(display, tmp_path, seed):
    meter = Meter(seed)
    rows = log_of(meter)
    path = capture(tmp_path, meter)
    del rows[7], rows[13]                          # forgotten
    rows[4] = rows[4].replace(",", ",,")           # a slip of the finger: no number
    rows[9] = re.sub(r";(\d)", lambda m: f";{(int(m.group(1)) + 1) % 10}", rows[9])  # another: a wrong meter
    text = display(path, ["time;meter;quantity;value;unit", *rows])
    found = sections(text)
    assert all(len(line) <= 120 for line in text.splitlines())
    assert 'line 6: "' in text and "1 more cannot be read" in text
    energy = {(entry[1], entry[2]): entry for entry in found["energy"]}
    known = energy["901F", "Heating energy, 2 decimal places"]
    assert known[0] == "strong" and known[3] == known[4] >= 8 and known[6] == "< 0.001"
    assert f'          "{NUMBER}","","by the rules","2","","","",""' in text.splitlines()
    for name, wanted, kind in (("energy", ENERGY, "BCD × 1e-05 MWh"), ("water", LITRES, "unsigned, low byte first × 0.001 m³"),
                               ("room", ROOM, "signed, high byte first × 0.01 °C")):
        of_bytes = [entry for entry in found[name] if entry[1] == "9A00" and entry[0] != "weak"]
        if name == "energy":  # the display hides the lowest byte: with it or without it, at a scale that fits
            assert len(of_bytes) == 1 and of_bytes[0][2].split(" × ")[0] in ("bytes 13 to 16: BCD", "bytes 14 to 15: BCD")
            assert of_bytes[0][2].endswith("1e-05 MWh" if places(of_bytes[0][2])[0] == 13 else "0.001 MWh")
            continue
        assert [places(entry[2]) for entry in of_bytes] == [wanted[:2]], name
        if "-" in " ".join(row for row in rows if ";room;-" in row) or name != "room":
            assert of_bytes[0][2].endswith(kind), name


def test_what_proves_nothing_is_not_strong(display, tmp_path):
    """One line, or one value over and over, or values of other meters' lives."""
    meter, other = Meter(1), Meter(99)
    path = capture(tmp_path, meter)
    for log in ([f"12:03;{NUMBER};valve;0;"], [f"12:03;{NUMBER};valve;1;"], [f"12:{m:02d};{NUMBER};valve;1;" for m in range(3, 50, 4)],
                [row for row in log_of(other) if "room" in row or "water" in row]):
        assert "  strong " not in display(path, log)


def test_days_tolerance_and_rows(display, tmp_path):
    meter = Meter(5)
    path = capture(tmp_path, meter)
    rows = [f"{text[11:]}\t{NUMBER}\twater\t{meter.litres(time) / 1000:.3f} m3" for time, text in times(meter, 10)]
    text = display(path, rows, "rows,tolerance=120,")
    assert "Times without a day are of the capture's first, 2026-04-27." in text and "wrong by 120 s" in text
    row = next(line.strip() for line in text.splitlines() if '"9A00"' in line)
    values = row.split('","')
    assert values[5:8] == [str(LITRES[0]), str(LITRES[1]), "unsigned, low byte first"]
    assert "0 with replies" in display(path, [row.replace("12:", "02:").replace("13:", "03:") for row in rows])


def test_a_row_keeps_the_persons_quotes(display, tshark, tmp_path):
    """From the log into the row, from the row through Wireshark's own table into the tree, and out of the table again as it was."""
    meter, name = Meter(5), 'the "hot" side \\ ü, m3'
    path = capture(tmp_path, meter)
    said = name.replace('"', '""')
    rows = [f'{text};{NUMBER};"{said}";{meter.litres(time) / 1000:.3f};m³' for time, text in times(meter, 10)]
    text = display(path, rows, "rows,")
    line = next(line.strip() for line in text.splitlines() if '"9A00"' in line)
    assert r'"the \x22hot\x22 side \x5c ü, m3"' in line
    env = config_dir(tmp_path / "settings", [line])
    tree = tshark("-r", path, "-V", "-Y", "cjt188.di == 0x9a00", env=env).stdout
    assert tree.count(f"    {name}: ") == 240
    out = tmp_path / "out.txt"
    tmp_path.chmod(0o777)
    tshark("-r", path, "-q", "-z", f"cjt188,export,{out}", env=env)
    assert line in out.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("log, said", [
    (b"", "has no line with a reading"), (b"a,b,c,d\n", "has no line with a reading"), (b"\0\0", "is not plain text"),
    (b"soon,1,energy,5,kWh\n", 'line 1: "soon" is no time'), (b"12:03;1;energy;five;kWh\n", 'line 1: "five" is no number'),
    (b"12:03\n", "line 1: 1 column"), (b"2026-02-30 12:03;1;e;5;kWh", "is no time"), (b"x" * 5000, "longer than 1000 bytes"),
    (b"12:03;1;e;5" + b"5" * 40 + b";kWh", "is no number")])
def test_a_log_that_cannot_be_read(display, tmp_path, log, said):
    done = display(capture(tmp_path, Meter(1), long=60), log, check=False)
    assert done.returncode != 0 and said in done.stderr, done.stderr


def test_the_words_before_the_name(tshark, tmp_path):
    path = capture(tmp_path, Meter(1), long=60)
    for word, said in (("display=", "Write -z"), ("tolerance=x,display=a", "Write -z"), ("display=/nowhere/a,b.csv", "/nowhere/a,b.csv"),
                       (f"display={tmp_path}", "is no file")):
        done = tshark("-r", path, "-q", "-z", f"cjt188,explore,{word}", check=False)
        assert done.returncode != 0 and said in done.stderr
