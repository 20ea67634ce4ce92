# tshark -z cjt188,explore,display=FILE: a person's log of what the display said, against a meter whose display is known.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
#
#     a meter as it lives -> its display    -> a log, with what people do to it
#                         -> its replies    -> a capture
import datetime
import os
import random
import re
import subprocess
import unicodedata

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
    (b"12:03,1,e,0,07\n", "\"07\" is no unit: quote"), (b"12:03,1,e,1,234 kWh\n", "\"234 kWh\" is no unit"),
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


# ---- what is no number ----


def worded(folder, rng):
    """Replies of one meter with a clock, a date of settlement that moves on, hh:mm, an error text, and its display at any time."""
    def at(time):
        return datetime.datetime.fromtimestamp(time, datetime.timezone.utc)

    def day(time):
        return datetime.date(2026, 1, 1) + datetime.timedelta(days=(int(time) - START) // 600 * 7)

    def state(time):
        return ("OK01", "E117", "BATT", "FLOW")[(int(time) - START) // 900 % 4]

    def two(*numbers):
        return b"".join(bcd(number, 1) for number in numbers)

    def reply(time):
        now, settled = at(time), day(time)
        data = (rng.randbytes(3) + two(now.second, now.minute, now.hour, now.day, now.month, 26, 20) + rng.randbytes(2) +
                two(settled.day, settled.month, 26, 20) + state(time).encode() + two(now.minute, now.hour) + rng.randbytes(2))
        return frame(bytes.fromhex("00 9A 00") + data, number=NUMBER)

    times = range(START, START + 7200, 20)
    return write_pcap(folder / "words.pcap", [(time, reply(time)) for time in times]), at, day, state


WORDED = {
    "clock": ("bytes 3 to 9: clock", lambda time, at, day, state: at(time).strftime("%d.%m.%Y %H:%M")),
    "settled": ("bytes 12 to 15: date", lambda time, at, day, state: day(time).strftime("%d.%m.%Y")),
    "settled, high first": ("bytes 12 to 15: date", lambda time, at, day, state: day(time).isoformat()),
    "state": ("bytes 16 to 19: text", lambda time, at, day, state: state(time)),
    "hours": ("bytes 20 to 21: hh:mm", lambda time, at, day, state: at(time).strftime("%H:%M")),
}


@pytest.mark.parametrize("name", WORDED)
def test_dates_clocks_and_texts(display, tmp_path, name):
    rng = random.Random(4)
    what, says = WORDED[name]
    path, *lives = worded(tmp_path, rng)
    looked = sorted(rng.sample(range(START + 60, START + 7000), 10))
    text = display(path, [f"{written(time)};{NUMBER};{name};{says(time, *lives)};" for time in looked], "rows,tolerance=20,")
    best = sections(text)[name][0]
    if name == "hours":  # the clock's own hours and minutes say so, too
        assert any(entry[0] == "strong" and entry[2] == what for entry in sections(text)[name]), text
    else:
        assert (best[0], best[2]) == ("strong", what) and best[3] == best[4] == 10, text
    row = next(line for line in text.splitlines() if f'"{what.split(": ")[1]}"' in line)
    assert row.split('","')[5] == re.search(r"\d+", what).group()


def test_other_words_prove_nothing(display, tmp_path):
    rng = random.Random(8)
    path, *_ = worded(tmp_path, rng)
    looked = sorted(rng.sample(range(START + 60, START + 7000), 10))
    for says in (lambda: f"{rng.randrange(1, 28):02d}.{rng.randrange(1, 13):02d}.2019", lambda: f"{rng.randrange(24):02d}:{rng.randrange(60):02d}",
                 lambda: "".join(rng.choices("ABCDEFG", k=4)), lambda: "OK01"):
        log = [f"{written(time)};{NUMBER};words;{says()};" for time in looked]
        assert not [line for line in display(path, log).splitlines() if line.startswith(("  strong", "  likely"))]


# ---- slow counters ----


def slow(folder, first, long=86400):
    """A counter of hours, one count each 3600 s, beside noise."""
    rng = random.Random(2)
    packets = [(time, frame(bytes.fromhex("00 9A 00") + rng.randbytes(6) + le(first + (time - START) // 3600, 4) + rng.randbytes(6),
                            number=NUMBER)) for time in range(START, START + long, 60)]
    return write_pcap(folder / "slow.pcap", packets)


def test_many_values_of_a_slow_counter_are_sure(display, tmp_path):
    path = slow(tmp_path, 4321)
    said = {}
    for count in (2, 16):
        rows = [f"{written(START + 3600 * i + 1800)};{NUMBER};hours;{4321 + i};" for i in range(count)]
        said[count] = [entry for entry in sections(display(path, rows))["hours"] if places(entry[2])[0] == 6]
    assert said[16][0][0] == "strong" and said[16][0][3:6] == (16, 16, 16)
    assert all(entry[0] != "strong" for entry in said[2])


@pytest.mark.parametrize("seed", range(3))
def test_a_slow_counter_of_another_meter_is_not_sure(display, tmp_path, seed):
    rng = random.Random(seed)
    first = rng.randrange(1000, 9000)
    path = slow(tmp_path, 4321)
    rows = [f"{written(START + 3600 * i + 1800)};{NUMBER};hours;{first + i};" for i in range(16)]
    assert not [line for line in display(path, rows).splitlines() if line.startswith("  strong")]


# ---- files as they are, and as they should not be ----


def test_a_log_in_any_encoding(display, tmp_path):
    """As UTF-8 with a mark or without, UTF-16 of both orders, Latin-1; lines end with LF, CR LF or CR; ; or , or tabs."""
    meter = Meter(3)
    path = capture(tmp_path, meter)
    rows = [f"{text};{NUMBER};wärme;{meter.litres(time) / 1000:.3f};m³".replace(".", ",") for time, text in times(meter, 8)]
    plain = "\n".join(rows)
    quoted = "\r".join('"' + row.replace(";", '","') + '"' for row in rows)
    logs = [plain.encode(), plain.encode("utf-8-sig"), b"\xff\xfe" + plain.replace("\n", "\r\n").encode("utf-16-le"),
            b"\xfe\xff" + plain.encode("utf-16-be"), plain.encode("latin-1"), quoted.encode(), plain.replace(";", "\t").encode()]
    found = [sections(display(path, log)) for log in logs]
    assert "wärme" in found[0] and found[0]["wärme"][0][0] == "strong"
    assert all(one == found[0] for one in found[1:])


def test_a_file_that_cannot_be_read(display, tshark, tmp_path):
    """Each is one sentence, at once."""
    path = capture(tmp_path, Meter(1), long=60)
    fifo, secret, folder = tmp_path / "fifo", tmp_path / "secret.csv", tmp_path / "folder"
    os.mkfifo(fifo)
    secret.write_text("12:03;1;e;5;kWh\n", encoding="utf-8")
    secret.chmod(0)
    folder.mkdir()
    for file, said in ((fifo, "is no file: give the name of a CSV file."), (folder, "is no file: give the name of a CSV file."),
                       (secret, "cannot be opened: Permission denied."), (tmp_path / "none", "cannot be opened: No such file or directory."),
                       ("/dev/zero", "is no file: give the name of a CSV file.")):
        if file == secret and subprocess.run([*tshark.unprivileged, "cat", secret], capture_output=True).returncode == 0:
            continue  # in a chroot tshark may read everything
        done = tshark("-r", path, "-q", "-z", f"cjt188,explore,display={file}", check=False, timeout=60)
        sentence = [line for line in done.stderr.splitlines() if "display log" in line]
        assert done.returncode != 0 and len(sentence) == 1 and sentence[0].endswith(f'The display log "{file}" {said}'), done.stderr


def test_limits_of_a_log(display, tmp_path):
    """1000 lines, 1 MiB, 1000 bytes a line, 64 meters and names: what is beyond is told, the rest is read."""
    meter = Meter(3)
    path = capture(tmp_path, meter)
    rows = [f"{text};{NUMBER};water;{meter.litres(time) / 1000:.3f};m³" for time, text in times(meter, 8)]
    cut = "The log is longer than 1000 lines or 1 MiB: the rest was not read."
    many = display(path, rows + [f"2026-04-27 12:00;{NUMBER};water;1.5;m³"] * 993)
    assert cut in many and ": 1000 lines, 0 more cannot be read" in many
    assert cut not in display(path, rows + [f"2026-04-27 12:00;{NUMBER};water;1.5;m³"] * 992)
    assert cut in display(path, rows + ["#" * 900] * 1200)
    long = display(path, [*rows, "x" * 1001, *["soon;1;e;5;kWh"] * 6])
    assert "line 9: it is longer than 1000 bytes, or no text: write one reading a line" in long
    assert "7 more cannot be read" in long and "  and 2 more\n" in long
    names = display(path, rows + [f"2026-04-27 12:10;{NUMBER};name {i};5;" for i in range(70)])
    assert "7 lines of further meters and names were not looked at: there are more than 64." in names
    assert all("strong" in str(sections(text)["water"]) for text in (long, names))


def hostile_log(rng):
    """A log with something done to its bytes, its lines or its cells."""
    cells = ["2026-04-27 12:03", "12:03", "27.04.2026 12:03:59", "99:99", "", "24263225", "????????", "2426322?", '"', '""', "a;b", "1,5", "1.234,5",
             "-5", "\u22125", "1e9", "0x10", "9" * 15, "9" * 16, "." * 30, ",5", "5 kWh", "kWh", "°C", "%s%n%d", "\x1b[31m", "\u202eabc", "日本",
             "2026-02-29", "29.02.2028", "24:00", "ERR 5", "=1+1", "nan", "inf", "\ufeff", "#", "x" * 400, "time", "value"]
    lines = [rng.choice(";,\t ").join(rng.choice(cells) for _ in range(rng.randrange(0, 9))) if rng.random() < 0.7 else
             f"2026-04-27 12:{rng.randrange(60):02d};{NUMBER};x;{rng.choice([rng.randrange(10**9), 'E7', '12:03'])};"
             for _ in range(rng.randrange(0, 60))]
    data = bytearray(rng.choice(["\n", "\r\n", "\r"]).join(lines).encode(rng.choice(["utf-8", "utf-16", "utf-16-be", "utf-8-sig"])))
    for _ in range(rng.choice([0, 0, 1, 20])):
        if data:
            data[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(data[rng.choice([0, 0, 0, 1]):]) + rng.choice([b"", b"", b"\xff\xfe", b"\xed\xa0\x80", b"\0"])


def test_hostile_logs(display, tmp_path):
    """Whatever is in a log, there is a table of printable lines or one sentence, and nothing is certain."""
    path, ended = capture(tmp_path, Meter(1), every=60, long=900), set()
    for seed in range(60):
        done = display(path, hostile_log(random.Random(seed)), rng_words(seed), check=False)
        assert done.returncode in (0, 1, 2), (seed, done.stderr)
        ended.add(done.returncode == 0)
        if done.returncode == 0:
            assert not {unicodedata.category(sign) for sign in done.stdout.replace("\n", "")} & {"Cc", "Cf", "Cs"}, seed
            assert not [line for line in done.stdout.splitlines() if line.startswith("  strong")], seed
        else:
            assert sum("isplay log" in line for line in done.stderr.splitlines()) == 1, (seed, done.stderr)
    assert ended == {True, False}


def rng_words(seed):
    return ("", "rows,", "tolerance=0,", "rows,tolerance=3600,")[seed % 4]
