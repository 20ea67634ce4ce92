# Statistics as text: a scripted capture, every number of it computed here from the script, and the whole text compared with
# golden files. CJT188_REMAKE=1 writes these anew; they are worth what their review was.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import collections
import datetime
import os
import re

import pytest
from bus import ALL, HIRES, SECOND, SYMBOL_ERROR, Bus, damaged, hires, mixed, reading, request
from carriers import CLIENT, PORT, RAW_IP, SERVER, Packets, Tcp
from conftest import SRC
from craft import frame, water_901f
from rows import sharkd

A, B, C, WATER, LONG = "24263225", "24263241", "24263258", "10000042", "0124263225"
GOLDEN = SRC / "tests" / "golden" / "stats"
KWH, M3 = 0x05, 0x2C
READ_901F, READ_903F = ("1F 90", "901F"), (HIRES, "903F")
OEM, STANDARD = "OEM ultrasonic", "CJ/T 188-2004"


def clock_at(now, offset):
    """A clock as it is sent, `offset` seconds ahead of the whole second of `now`."""
    moment = datetime.datetime.fromtimestamp(now // SECOND + offset, datetime.timezone.utc)
    parts = (moment.second, moment.minute, moment.hour, moment.day, moment.month, moment.year % 100, moment.year // 100)
    return " ".join(f"{part:02d}" for part in parts)


class Script:
    """A bus that also keeps what the statistics are to say."""

    def __init__(self):
        self.bus = Bus()
        self.meters, self.lines = {}, {}
        self.pieces = []                           # (kind, control, identifier, bytes, meter)
        self.calls = collections.defaultdict(list)  # response times by identifier
        self.asked, self.open = {}, {}              # by line: (meter, identifier, when) of the last request

    def meter(self, line, number):
        fresh = {"requests": 0, "replies": 0, "unanswered": 0, "damaged": 0, "times": [], "dialect": "", "readings": [],
                 "unit": "", "faults": "", "offsets": []}
        return self.meters.setdefault((line, number), fresh)

    def send(self, data, what, count, line, after, marked):
        self.bus.send(data, after, interface=line, flags=SYMBOL_ERROR if marked else 0)
        sums = self.lines.setdefault(line, collections.Counter(first=self.bus.now))
        sums["last"] = self.bus.now
        sums[what] += count
        sums["marks"] += marked

    def ask(self, number=ALL, di=READ_901F, line=0, after=1.0, marked=False):
        data = request(number, di[0])
        self.send(data, "requests", 1, line, after, marked)
        if self.open.get(line):
            self.meter(line, self.asked[line][0])["unanswered"] += 1
            self.lines[line]["unanswered"] += 1
        self.meter(line, number)["requests"] += 1
        self.asked[line] = (number, di[1], self.bus.now)
        self.open[line] = True
        self.pieces.append(("Requests", "Control 01 Read", di[1], len(data), number))

    def answer(self, data, number, line=0, after=0.2, dialect="", error=False, marked=False):
        """A reply to the last request of its line."""
        _, di, when = self.asked[line]
        self.send(data, "replies", 1, line, after, marked)
        self.open[line] = False
        sums = self.meter(line, number)
        sums["replies"] += 1
        sums["times"].append((self.bus.now - when) / SECOND)
        self.calls[di].append(sums["times"][-1])
        sums["dialect"] = dialect or sums["dialect"]
        self.pieces.append(("Error replies" if error else "Replies", "Control 01 Read", None if error else di, len(data),
                            number))
        return sums

    def read(self, number, digits, line=0, after=0.2, status="00 00", faults="", offset=0, marked=False):
        """A heat meter's answer with its heating energy in 0.001 kWh."""
        clock = clock_at(self.bus.now + round(after * SECOND), offset)
        data = reading(number, energy2=(digits, KWH), status=status, clock=clock)
        sums = self.answer(data, number, line, after, OEM, marked=marked)
        sums["readings"].append(digits / 1000)
        known = [fault for fault in (sums["faults"], faults) if fault]
        sums.update(unit="kWh", faults=", ".join(dict.fromkeys(known)))
        sums["offsets"].append(offset - self.bus.now % SECOND / SECOND)

    def read_water(self, number, digits, line=0, after=0.2, offset=0):
        clock = clock_at(self.bus.now + round(after * SECOND), offset)
        sums = self.answer(frame(water_901f(volume=(digits, M3), clock=clock), number=number, type=0x10), number, line, after,
                           STANDARD)
        sums["readings"].append(digits / 100)
        sums["unit"] = "m³"
        sums["offsets"].append(offset - self.bus.now % SECOND / SECOND)

    def damage(self, data, number=None, kind="damaged", line=0, after=0.2, marked=False):
        """A frame that is not whole; `number` is the known meter that it still names."""
        self.send(data, kind, 1, line, after, marked)
        if number:
            self.meter(line, number)["damaged"] += 1
        self.pieces.append((kind.capitalize(), None, None, len(data), None))

    def noise(self, data, line=0, after=0.2, marked=False):
        self.send(data, "noise", len(data), line, after, marked)
        self.pieces.append(("Noise", None, None, len(data), None))


def written():
    """Two lines for a quarter of an hour; number A is on both, and is another meter on each."""
    script = Script()
    script.ask(A)
    script.read(A, 7, after=0.1514, status="00 08", faults="flow sensor fault", offset=15)
    script.ask(B)
    script.read(B, 8412320, after=0.208, offset=-5)
    script.ask(A, line=1, after=0.25)
    script.read(A, 500000, line=1, after=0.125, offset=3600)
    script.ask(WATER)
    script.read_water(WATER, 1200, after=0.33)
    script.ask(C)                                  # never answers
    script.ask(C, after=0.7)
    script.ask(C, after=0.7)
    script.ask(A, READ_903F)
    script.answer(hires(A), A, after=0.2, dialect=OEM)
    script.noise(b"\x55\x01\x02")
    script.ask(B, READ_903F)
    script.damage(damaged(hires(B)), B, marked=True)
    script.ask(B, READ_903F)
    script.answer(frame("00 04 00", number=B, control=0xC1), B, error=True, dialect=OEM)
    script.ask()                                   # all meters: two answer, one behind the other
    script.read(A, 1007, after=0.2, status="04 00", faults="battery low", offset=14)
    script.read(B, 8412638, after=0.31, offset=-5)
    script.ask()                                   # all meters: both at once
    script.noise(bytes(range(1, 20)), marked=True)
    script.ask(A, line=1)
    script.read(A, 502500, line=1, after=0.375, offset=3600)
    script.ask(A)
    script.damage(reading(A)[:40], A, "truncated")
    script.ask(LONG)
    script.read(LONG, 1000, after=0.4)
    script.bus.wait(800)
    script.ask(WATER)
    script.read_water(WATER, 1250, after=0.21, offset=2)
    script.ask(A)
    script.read(A, 2007, after=0.18, offset=14)
    strange = bytearray(reading(B))
    strange[5 + 2] ^= 0x10                         # the address itself is damaged
    script.ask(B)
    script.damage(bytes(strange))
    return script


@pytest.fixture(scope="module")
def script(readable_folder):
    made = written()
    assert mixed(b"\xff", b"") == b"\xff"
    return made, made.bus.write(readable_folder / "stats.pcapng", dlts=[147, 147])


def plain(text):
    """Without what Wireshark's versions draw differently: rules, how wide a column is, whether bytes are called so."""
    lines = [re.sub(r"(?<=\d) bytes\b", "", re.sub(r"[ \t]+", " ", line)).strip() for line in text.splitlines()]
    return [line for line in lines if line and not re.fullmatch(r"[=\-]+", line)]


@pytest.fixture
def statistic(tshark, script):
    """statistic(name, options): its lines."""

    def run(name, *options):
        return plain(tshark("-r", script[1], "-q", "-z", name, *options).stdout)

    return run


def rows(lines):
    """The cells of a table with |."""
    table = [[cell.strip() for cell in line.split("|")] for line in lines if line.count("|") > 5]
    head, body = table[0], table[1:]
    return [dict(zip(head, row)) for row in body]


# ---- meters ----


def milliseconds(times):
    if not times:
        return "", "", ""
    return tuple(f"{1000 * time:.1f} ms" for time in (min(times), sum(times) / len(times), max(times)))


def duration(seconds, plus=""):
    """−1 d 2 h 4 s, by days and not by remainders of them."""
    left = datetime.timedelta(seconds=round(abs(seconds)))
    hours, rest = divmod(left.seconds, 3600)
    parts = ((left.days, "d"), (hours, "h"), (rest // 60, "m"), (rest % 60, "s"))
    text = " ".join(f"{count} {unit}" for count, unit in parts if count)
    return ("−" if seconds < 0 else plus) + text if text else "0 s"


def counted(readings):
    return sum(max(0, after - before) for before, after in zip(readings, readings[1:]))


def expected_share(sums, number, totals):
    if number == ALL:
        return "none: not one meter"
    if len(sums["readings"]) < 2:
        return "none: only one reading" if sums["readings"] else "none: no reply"
    return f"{100 * counted(sums['readings']) / totals[sums['unit']]:.1f} %"


def expected_meters(script):
    totals = collections.Counter()
    for sums in script.meters.values():
        totals[sums["unit"]] += counted(sums["readings"])
    out = []
    for (line, number), sums in script.meters.items():
        fastest, mean, slowest = milliseconds(sums["times"])
        row = {"Meter": "all meters" if number == ALL else number, "Name": "", "Line": f"interface 0.{line}",
               "Dialect": sums["dialect"], "Requests": sums["requests"], "Replies": sums["replies"],
               "Unanswered": sums["unanswered"], "Damaged": sums["damaged"], "Response min": fastest, "Response mean": mean,
               "Response max": slowest, "Late replies": "", "First reading": "", "Last reading": "", "Counted": "",
               "Ran backwards": "", "Share (relative)": expected_share(sums, number, totals), "Faults": sums["faults"],
               "First clock offset": "", "Last clock offset": "", "Clock drift": ""}
        if sums["readings"]:
            first, last = sums["readings"][0], sums["readings"][-1]
            places = {"kWh": 3, "m³": 2}[sums["unit"]]
            row.update({"First reading": f"{first:.{places}f} {sums['unit']}", "Last reading": f"{last:.{places}f} {sums['unit']}",
                        "First clock offset": duration(sums["offsets"][0]), "Last clock offset": duration(sums["offsets"][-1])})
        if len(sums["readings"]) > 1:
            row.update({"Counted": f"{counted(sums['readings']):.{places}f} {sums['unit']}",
                        "Clock drift": duration(sums["offsets"][-1] - sums["offsets"][0], "+")})
        out.append({name: str(value) for name, value in row.items()})
    return out


@pytest.mark.parametrize("option", [[], ["-2"]], ids=["once", "again"])
def test_meters(statistic, script, option):
    expected = expected_meters(script[0])
    assert len(expected) == 7
    got = [{name: row[name] for name in expected[0]} for row in rows(statistic("cjt188,meters", *option))]
    assert got == expected


def test_shares_sum_up_and_are_said_to_be_relative(statistic):
    lines = statistic("cjt188,meters")
    shares = [row["Share (relative)"] for row in rows(lines) if row["First reading"].endswith("kWh") and row["Counted"]]
    assert sum(float(share.removesuffix(" %")) for share in shares) == pytest.approx(100, abs=0.2)


def test_a_name_of_the_users_table(statistic):
    lines = rows(statistic("cjt188,meters", "-o", f'uat:cjt188_meters:"{A}","Kitchen loop","by the rules","","","","",""'))
    assert [(row["Meter"], row["Name"]) for row in lines if row["Name"]] == [(A, "Kitchen loop")] * 2


def test_clock_offsets_are_local_time(statistic, tshark, monkeypatch):
    monkeypatch.setitem(tshark.env, "TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    east = {(row["Meter"], row["Line"]): row for row in rows(statistic("cjt188,meters"))}
    monkeypatch.setitem(tshark.env, "TZ", "UTC")
    utc = {(row["Meter"], row["Line"]): row for row in rows(statistic("cjt188,meters"))}
    assert any(row["Last clock offset"] for row in utc.values())
    for meter, row in utc.items():
        for name in ("First clock offset", "Last clock offset"):
            assert (row[name] == "") == (east[meter][name] == "")
            if row[name]:
                assert seconds_of(east[meter][name]) == seconds_of(row[name]) - 7200
        assert east[meter]["Clock drift"] == row["Clock drift"]


def seconds_of(text):
    size = sum(int(count) * {"d": 86400, "h": 3600, "m": 60, "s": 1}[unit] for count, unit in re.findall(r"(\d+) ([dhms])", text))
    return -size if text.startswith("−") else size


@pytest.fixture
def metered(tshark, tmp_path):
    """metered(bus, options): {meter: its row}."""

    def run(bus, *options):
        path = bus.write(tmp_path / "meters.pcapng", dlts=[147] * (1 + max(p[0] for p in bus.packets if p)))
        return {row["Meter"]: row for row in rows(plain(tshark("-r", path, "-q", "-z", "cjt188,meters", *options).stdout))}

    return run


def test_a_share_is_of_the_steps_up(metered):
    """500 kWh lost to a reset and 0.5 to a step back take nothing away, here or from others."""
    bus = Bus()
    for digits in (500_000, 501_000, 1_000, 3_000, 2_500, 4_000):
        bus.answer(bus.ask(request(A)), reading(A, energy2=(digits, KWH)))
    for digits in (7_000, 11_500):
        bus.answer(bus.ask(request(B)), reading(B, energy2=(digits, KWH)))
    for digits in (900_000, 0):
        bus.answer(bus.ask(request(C)), reading(C, energy2=(digits, KWH)))
    said = metered(bus)
    assert [(row["Counted"], row["Ran backwards"], row["Share (relative)"]) for row in said.values()] == [
        ("4.500 kWh", "1 reset, 1 step, −500.500 kWh not counted", "50.0 %"), ("4.500 kWh", "", "50.0 %"),
        ("0.000 kWh", "1 reset, −900.000 kWh not counted", "0.0 %")]


def test_a_counter_that_begins_anew_is_counted_on(metered):
    bus = Bus()
    for a, b in ((99_999_000, 0), (99_999_900, 500), (100, 600), (1_100, 1_000)):
        bus.answer(bus.ask(request(A)), reading(A, energy2=(a, KWH)))
        bus.answer(bus.ask(request(B)), reading(B, energy2=(b, KWH)))
    for digits in (99_999_999 - 9, 8, 4):
        bus.answer(bus.ask(request(C)), reading(C, energy2=(digits, KWH)))
    assert [(row["Counted"], row["Ran backwards"]) for row in metered(bus).values()] == [
        ("2.100 kWh", "1 rollover"), ("1.000 kWh", ""), ("0.018 kWh", "1 rollover, 1 step, −0.004 kWh not counted")]


def test_a_share_is_of_one_kind_of_meter(metered):
    """Water and gas are m³ both, heat and electricity kWh: nobody splits a bill between them."""
    bus = Bus()
    meters = {"10000001": (0x10, M3), "10000002": (0x11, M3), "30000001": (0x30, M3), "40000001": (0x40, KWH),
              A: (0x20, KWH)}
    for digits in (1_000, 2_000):
        for number, (kind, unit) in meters.items():
            answer = reading(number, energy2=(digits, unit)) if kind == 0x20 else \
                frame(water_901f(volume=(digits, unit), second=(0, unit)), number=number, type=kind)
            bus.answer(bus.ask(request(number)), answer)
    assert {number: row["Share (relative)"] for number, row in metered(bus).items()} == {
        "10000001": "50.0 %", "10000002": "50.0 %", "30000001": "100.0 %", "40000001": "100.0 %", A: "100.0 %"}


def test_a_meter_without_a_share_says_why(metered):
    bus = Bus()
    bus.ask(request(A))                                                    # dead
    bus.answer(bus.ask(request(B)), reading(B))                            # once
    bus.answer(bus.ask(request(C, HIRES)), hires(C))                       # verification counters only
    for _ in range(2):
        bus.answer(bus.ask(request(LONG)), reading(LONG, energy2=(5, KWH)))  # still
    bus.ask(request())
    assert {meter: row["Share (relative)"] for meter, row in metered(bus).items()} == {
        A: "none: no reply", B: "none: only one reading", C: "none: no energy or volume was read",
        LONG: "none: no meter counted anything", "all meters": "none: not one meter"}


def test_two_meters_of_one_number_are_no_sum(metered):
    """Numbers of twelve digits go on in the manufacturer code: what lies between the two meters nobody has counted."""
    bus = Bus()
    for digits in (1_000, 2_000, 3_000):
        for maker, more in (("26 00", 0), ("27 00", 90_000)):
            asked = bus.ask(request("2601300011", maker=maker))
            bus.answer(asked, frame(water_901f(volume=(digits + more, M3)), number="2601300011", maker=maker, type=0x10))
        bus.answer(bus.ask(request("10000042")), frame(water_901f(volume=(digits, M3)), number="10000042", type=0x10))
    said = metered(bus)
    row = said["2601300011"]
    assert row["Share (relative)"] == "none: replies with several manufacturer codes, perhaps of several meters"
    assert {row[name] for name in ("First reading", "Last reading", "Counted", "Ran backwards", "First clock offset",
                                   "Clock drift")} == {""}
    assert said["10000042"]["Share (relative)"] == "100.0 %"


@pytest.mark.parametrize("zone, said", [
    ("UTC", ("2 h 12 s", "3 h 22 s", "+10 s; 1 summer time step, +1 h")),
    ("CET-1CEST,M3.5.0,M10.5.0/3", ("1 h 12 s", "1 h 22 s", "+10 s")),
    ("CET-1", ("1 h 12 s", "2 h 22 s", "+10 s; 1 summer time step, +1 h")),
])
def test_a_clock_that_follows_summer_time_drifts_by_seconds(metered, tshark, monkeypatch, zone, said):
    """From winter to summer on 2026-03-29; the meter is 2 h 12 s ahead of UTC before. So is local time, by an hour, in the
    second zone."""
    monkeypatch.setitem(tshark.env, "TZ", zone)
    bus = Bus(int(datetime.datetime(2026, 3, 28, 12, tzinfo=datetime.timezone.utc).timestamp()) * SECOND)
    for hours, offset in ((0, 7212), (12, 7217), (24, 10822)):
        bus.now = int(datetime.datetime(2026, 3, 28, 12, tzinfo=datetime.timezone.utc).timestamp() + 3600 * hours) * SECOND
        bus.ask(request(A), after=-0.5)
        bus.send(reading(A, clock=clock_at(bus.now + SECOND // 2, offset)), after=0.5)
    row = metered(bus)[A]
    assert (row["First clock offset"], row["Last clock offset"], row["Clock drift"]) == said


def test_a_clock_that_was_set(metered):
    bus = Bus()
    for offset in (93784, 93785, -61, -60):
        bus.ask(request(A))
        bus.send(reading(A, clock=clock_at(bus.now + SECOND, offset)), after=1)
    row = metered(bus)[A]
    assert (row["First clock offset"], row["Last clock offset"]) == ("1 d 2 h 3 m 4 s", "−1 m")
    assert row["Clock drift"] == "+2 s; 1 jump, −1 d 2 h 4 m 6 s"


# ---- lines ----


MARKS = "Packets with parity, framing or break marks"
PER_HOUR = {"Damaged": "Damaged per hour", "Truncated": "Truncated per hour", "Noise bytes": "Noise bytes per hour",
            MARKS: "Packets with such marks per hour"}


def expected_lines(script):
    out = []
    for line, sums in script.lines.items():
        hours = (sums["last"] - sums["first"]) / SECOND / 3600
        row = {"Line": f"interface 0.{line}", "Hours": f"{hours:.3f}", "Requests": sums["requests"], "Echoes": 0,
               "Replies": sums["replies"], "Unanswered": sums["unanswered"], "Damaged": sums["damaged"], "Truncated": sums["truncated"],
               "Noise bytes": sums["noise"], MARKS: sums["marks"]}
        for name, per_hour in PER_HOUR.items():
            row[per_hour] = f"{row[name] / hours:.1f}"
        out.append({name: str(value) for name, value in row.items()})
    return out


@pytest.mark.parametrize("option", [[], ["-2"]], ids=["once", "again"])
def test_lines(statistic, script, option):
    expected = expected_lines(script[0])
    assert [row["Line"] for row in expected] == ["interface 0.0", "interface 0.1"]
    assert all(int(expected[0][name]) > 0 for name in expected[0]
               if name not in ("Line", "Hours", "Echoes") and "hour" not in name)
    got = [{name: row[name] for name in expected[0]} for row in rows(statistic("cjt188,lines", *option))]
    assert got == expected


# ---- until when cells are written ----

ACKNOWLEDGE = b"\xe5"


@pytest.fixture
def closing(tmp_path):
    """Two meters, each asked twice, and behind them M-Bus with line errors, an hour of it."""
    bus = Bus()
    for number in (A, A, B, B):
        bus.answer(bus.ask(request(number)), reading(number))
    for _ in range(4):
        bus.send(ACKNOWLEDGE, 900, flags=SYMBOL_ERROR)
    return bus.write(tmp_path / "closing.pcapng")


def test_what_comes_behind_the_last_frame_is_counted_everywhere(tshark, closing):
    lines = [rows(plain(tshark("-r", closing, "-q", "-z", "cjt188,lines", *option).stdout)) for option in ([], ["-2"])]
    assert lines[0][0][MARKS] == "4" and float(lines[0][0]["Hours"]) > 1
    assert lines[1] == lines[0]
    reply = sharkd(tshark, [("load", {"file": str(closing)}), ("tap", {"tap0": "nstat:cjt188,lines"})])[1]
    assert [str(cell) for cell in reply["result"]["taps"][0]["tables"][0]["i"][0]] == list(lines[0][0].values())[:-1]


@pytest.mark.parametrize("name", ["cjt188,meters", "cjt188,lines", "cjt188,decimals"])
def test_a_read_filter_may_take_the_last_packets(tshark, closing, name):
    first = tshark("-r", closing, "-c", "6", "-q", "-z", name).stdout
    assert "interface 0.0" in first
    assert tshark("-r", closing, "-2", "-R", "frame.number <= 6", "-q", "-z", name).stdout == first


def test_a_table_without_rows_goes_without_a_word(tshark, capture, closing):
    """Wireshark tells of a table that goes by its cells; of this one nobody is told, and another capture follows."""
    alone, other = (("load", {"file": str(path)}) for path in (capture([ACKNOWLEDGE] * 3), closing))
    meters = ("tap", {"tap0": "nstat:cjt188,meters"})
    replies = sharkd(tshark, [alone, meters, ("frames", {}), ("frame", {"frame": 3, "proto": True}), other, meters],
                     MALLOC_PERTURB_="165")
    found = [len(replies[number]["result"]["taps"][0]["tables"][0]["i"]) for number in (1, 5)]
    assert found == [0, 2]


def test_sessions_have_rows_of_their_own(tshark, closing):
    """tshark -M forgets packets now and then, but it tells no table of that."""
    text = tshark("-r", closing, "-q", "-M", "4", "-z", "cjt188,meters", "-z", "cjt188,lines").stdout
    meters = rows([line for line in plain(text) if line.startswith(("Meter |", A, B))])
    assert [(row["Meter"], row["Requests"], row["Replies"]) for row in meters] == [(A, "2", "2"), (B, "2", "2")]
    lines = rows([line for line in plain(text) if line.startswith(("Line |", "interface"))])
    assert [[row[name] for name in ("Requests", "Replies", MARKS)] for row in lines] == \
        [["2", "2", "0"], ["2", "2", "0"], ["0", "0", "4"]]


# ---- response times, tree, endpoints, conversations ----


def test_response_times(statistic, script):
    """The index is the row's; the times are in seconds."""
    got = {}
    for line in statistic("cjt188,srt"):
        found = re.fullmatch(r"\d+ (\w{4}) .*? (\d+) ([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+)", line)
        if found:
            got[found[1]] = (int(found[2]), *(float(number) for number in found.groups()[2:]))
    calls = script[0].calls
    assert set(got) == set(calls) == {"901F", "903F"}
    for di, times in calls.items():
        assert got[di] == pytest.approx((len(times), min(times), max(times), sum(times) / len(times), sum(times)), abs=2e-6), di


def test_tree(statistic, script):
    counts = collections.Counter()
    for kind, control, di, *_ in script[0].pieces:
        path = ("Frames and other pieces", kind, control, di)
        for depth in range(1, 5):
            if path[depth - 1] is not None:
                counts[path[:depth]] += 1
    got, at = collections.Counter(), []
    names = sorted({path[-1] for path in counts}, key=len, reverse=True)
    depth_of = {path[-1]: len(path) for path in counts}
    for line in statistic("cjt188,tree"):
        name = next((name for name in names if line.startswith(name + " ")), None)
        if name:
            at = at[:depth_of[name] - 1] + [name]
            got[tuple(at)] = int(line[len(name):].split()[0])
    assert got == counts and len(counts) > 10


def traffic(script):
    """{meter: [replies, their bytes, requests, their bytes]} of whole frames."""
    sums = collections.defaultdict(lambda: [0, 0, 0, 0])
    for kind, _, _, length, number in script.pieces:
        if number:
            at = 2 if kind == "Requests" else 0
            sums["all meters" if number == ALL else number][at] += 1
            sums["all meters" if number == ALL else number][at + 1] += length
    return sums


def test_endpoints(statistic, script):
    got = {}
    for line in statistic("endpoints,cjt188"):
        found = re.fullmatch(r"(all meters|master|\d+)((?: \d+){6})", line)
        if found:
            got[found[1]] = [int(cell) for cell in found[2].split()]
    expected = {}
    for meter, (replies, reply_bytes, requests, request_bytes) in traffic(script[0]).items():
        expected[meter] = [replies + requests, reply_bytes + request_bytes, replies, reply_bytes, requests, request_bytes]
    sums = [sum(column) for column in zip(*expected.values())]
    expected["master"] = sums[:2] + sums[4:] + sums[2:4]
    assert got == expected


def test_conversations(statistic, script):
    got = {}
    for line in statistic("conv,cjt188"):
        found = re.match(r"master <-> (all meters|\d+)((?: \d+){6}) ", line)
        if found:
            got[found[1]] = [int(cell) for cell in found[2].split()]
    expected = {meter: [*sums, sums[0] + sums[2], sums[1] + sums[3]] for meter, sums in traffic(script[0]).items()}
    assert got == expected


def test_a_filter_limits_a_table(statistic, script):
    lines = rows(statistic(f'cjt188,meters,cjt188.meter == "{B}"'))
    assert [row["Meter"] for row in lines] == [B]
    assert int(lines[0]["Requests"]) == script[0].meters[0, B]["requests"]


# ---- the whole text ----


@pytest.mark.parametrize("name", ["cjt188,meters", "cjt188,lines", "cjt188,decimals", "cjt188,srt", "cjt188,tree",
                                  "conv,cjt188", "endpoints,cjt188"])
def test_text(statistic, name):
    path = GOLDEN / (name.replace(",", "-") + ".txt")
    lines = statistic(name)
    if os.environ.get("CJT188_REMAKE"):
        GOLDEN.mkdir(exist_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        pytest.skip("the golden file was written anew: nothing was tested")
    assert lines == path.read_text(encoding="utf-8").splitlines()


# ---- names, titles, groups ----


def test_lines_are_called_as_the_capture_calls_them(tshark, tmp_path):
    """As the frame's header does: by the interface's name, or where it has none by its number; by both ends of a conversation."""
    bus = Bus()
    for line in range(4):
        bus.answer(bus.ask(request(A), interface=line), reading(A), interface=line)
    path = bus.write(tmp_path / "names.pcapng", dlts=[147] * 4, names=["/dev/ttyUSB0", "north wing", "", "north wing"])
    lines = plain(tshark("-r", path, "-q", "-z", "cjt188,meters", "-z", "cjt188,lines").stdout)
    names = ["/dev/ttyUSB0", "north wing", "interface 0.2", "north wing (interface 0.3)"]
    assert [row["Line"] for row in rows([line for line in lines if line.startswith(("Meter |", A))])] == names
    assert [line.split(" |")[0] for line in lines if line.startswith(tuple(names))] == names


def test_a_conversation_is_called_by_its_ends(tshark, tmp_path):
    packets = Packets()
    stream = Tcp(packets)
    stream.ask(request(A))
    stream.answer(reading(A))
    path = packets.write(tmp_path / "tcp.pcapng", RAW_IP)
    lines = rows(plain(tshark("-r", path, "-q", "-z", "cjt188,lines", "-d", f"tcp.port=={PORT},cjt188").stdout))
    assert [row["Line"] for row in lines] == [f"{CLIENT}:50000 - {SERVER}:{PORT}"]


def test_titles_begin_with_the_protocol_and_disclaim_nothing(tshark, script):
    for name, title in (("meters", "CJ/T 188 meters"), ("lines", "CJ/T 188 lines"), ("bytes", "CJ/T 188 bytes"),
                        ("tree", "CJT 188 frames")):
        assert f"\n{title}:\n" in tshark("-r", script[1], "-q", "-z", "cjt188," + name).stdout


def test_expert_info_groups_what_is_of_one_kind(tshark, tmp_path):
    """Five different counts backwards, faults, mismatches and lengths are one line each, which says 5."""
    bus = Bus()
    for i in range(6):
        bus.send(reading(A, energy2=(9000 - 7 * i, KWH), power=(100 + i, 0x17), flow=(2000 + i, 0x35), supply=3000 + 100 * i,
                         return_=2000, status=("00 08", "04 00")[i % 2]), after=1)
        bus.send(frame("90 1F 00" + " 01" * (3 + i), number=WATER, type=0x10), after=1)
        bus.send(reading(A)[:30 + i], after=1)
    text = tshark("-r", bus.write(tmp_path / "kinds.pcapng"), "-q", "-z", "expert").stdout
    found = {line.split("  ")[-1].strip(): int(line.split()[0]) for line in text.splitlines()
             if re.match(r" +\d+ .*CJ/T 188", line)}
    assert found["A counter of this meter ran backwards"] == 5
    assert found["The meter reports a fault"] == 6
    assert found["Power does not fit flow and temperatures"] == 6
    assert found["No known layout has this length"] == 6
    assert sum(count for text, count in found.items() if text.startswith("The frame stops before the length")) == 6
