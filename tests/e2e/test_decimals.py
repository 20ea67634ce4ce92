# -z cjt188,decimals: what physics says of decimal places. Meters made here, whose energy and volume integrate as a meter's do;
# the true decimal places are known, and must never be excluded.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import math
import random
import re
import shlex

import pytest
from bus import START, Bus, reading
from conftest import SRC
from craft import pcapng_block
from pages import PAGES, commands_of
from test_stats import plain

ENERGY, POWER, FLOW, VOLUME = range(4)
NAMES = ("energy", "power", "flow", "volume")
RELATIONS = {"Energy gained = power × time": (ENERGY, POWER), "Power = flow × difference × 1.163": (POWER, FLOW),
             "Volume gained = flow × time": (VOLUME, FLOW)}
ENERGY_POWER, POWER_FLOW, VOLUME_FLOW = RELATIONS
FAMILY, FIT, EXCLUDED, ROW = "Decimal places", "Dialects that fit", "Dialects excluded", "Row for the Meters table"
# Unit code: how many of the standard's kWh, kW, m³/h or m³ it is.
KWH, KW, M3H, M3 = 0x05, 0x17, 0x35, 0x2C
UNITS = {0x02: 1e-3, 0x03: 1e-2, 0x05: 1, 0x08: 1e3, 0x0E: 1 / 3.6, 0x11: 1e3 / 3.6, 0x14: 1e-3, 0x17: 1, 0x32: 1e-3, 0x35: 1,
         0x29: 1e-3, 0x2C: 1}
PLAIN_UNITS = (KWH, KW, M3H, M3)
WATER = 4.1868 * 992 / 3600  # kWh in a cubic metre of water at 45 °C, a kelvin; not the 1.163 of the program
HOUR = 3600
STEP = 10                    # s, of the integration


def wave(low, high, period):
    return lambda t: low + (high - low) * (1 - math.cos(2 * math.pi * t / period)) / 2


def constant(value):
    return lambda t: value


def valve(flow, period, open_for, phase=0):
    return lambda t: flow if (t + phase) % period < open_for else 0


class Meter:
    """Flow in m³/h and difference in K as functions of the time; digits as they are sent."""

    def __init__(self, number, places=(3, 3, 3, 3), flow=wave(0.4, 1.6, 6 * HOUR), difference=wave(12, 24, 5 * HOUR), poll=60,
                 hours=12, units=PLAIN_UNITS, noise=0.0, seed=1, energy=120.0, volume=30.0, energy_factor=1.0, status=None,
                 resets=(), spoil=None):
        self.number, self.places, self.units, self.poll, self.hours = number, places, units, poll, hours
        self.flow, self.difference, self.noise, self.random = flow, difference, noise, random.Random(seed)
        self.heating, self.cooling, self.volume, self.energy_factor = energy, 0.0, volume, energy_factor
        self.status, self.resets, self.spoil = status, list(resets), spoil

    def digits(self, what, value):
        return int(value / UNITS[self.units[what]] * 10 ** self.places[what] + 1e-9)

    def noisy(self, value):
        return value * self.random.uniform(1 - self.noise, 1 + self.noise)

    def answer(self, t):
        difference, flow = self.difference(t), self.flow(t)
        power = abs(WATER * flow * difference)
        sent = {"energy1": (self.digits(ENERGY, self.cooling), self.units[ENERGY]),
                "energy2": (self.digits(ENERGY, self.heating), self.units[ENERGY]),
                "power": (self.digits(POWER, self.noisy(power)), self.units[POWER]),
                "flow": (self.digits(FLOW, self.noisy(flow)), self.units[FLOW]),
                "volume": (self.digits(VOLUME, self.volume), self.units[VOLUME])}
        more = {"supply": round(100 * (45 + difference / 2)), "return_": round(100 * (45 - difference / 2)), "status": "00 00"}
        if self.status and self.status(t):
            more["status"] = "00 08"
        if self.spoil:
            self.spoil(t, sent, more)
        return reading(self.number, **sent, **more)

    def readings(self):
        """(seconds, frame)"""
        for t in range(0, round(self.hours * HOUR), STEP):
            if t % self.poll == 0:
                yield t, self.answer(t)
            middle = t + STEP / 2
            gained = self.energy_factor * WATER * self.flow(middle) * self.difference(middle) * STEP / HOUR
            self.heating += max(gained, 0)
            self.cooling += max(-gained, 0)
            self.volume += self.flow(middle) * STEP / HOUR
            if self.resets and t >= self.resets[0]:
                self.resets.pop(0)
                self.heating = self.cooling = self.volume = 0.0


def write(folder, *meters):
    sent = sorted((t, number, data) for number, meter in enumerate(meters) for t, data in meter.readings())
    bus = Bus()
    for t, number, data in sent:
        bus.now = START + t * 10**9 + number * 10**7
        bus.send(data, after=0)
    return bus.write(folder / "decimals.pcapng")


def table(text):
    """{meter: {what: what follows}}"""
    found = {}
    for line in plain(text):
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) == 5 and cells[0] != "Meter":
            found.setdefault(cells[0], {})[cells[2]] = cells[3]
    return found


@pytest.fixture
def decimals(tshark, tmp_path):
    """decimals(meter, …, options): the table, or the rows of the only meter."""

    def run(*meters, options=(), filter=""):
        path = write(tmp_path, *meters)
        rows = table(tshark("-r", path, "-q", "-z", "cjt188,decimals" + filter, *options).stdout)
        return rows[meters[0].number] if len(meters) == 1 else rows

    return run


def told(sentence):
    """The difference that a sentence tells, None where it tells none."""
    found = re.match(r"\w+ has (?:as many|(\d) decimal places? (more|fewer)) ", sentence)
    if not found:
        assert sentence.startswith(("cannot be told: ", "does not fit: ")), sentence
        return None
    return 0 if not found[1] else int(found[1]) * (1 if found[2] == "more" else -1)


def true_differences(places):
    return {name: places[above] - places[below] for name, (above, below) in RELATIONS.items()}


def members(places, first=ENERGY):
    letter = NAMES[first][0]
    return [f"{name} {letter}" + (f"{places[i] - places[first]:+d}" if places[i] != places[first] else "")
            for i, name in enumerate(NAMES)]


def family(places):
    return ", ".join(members(places)) + "; e unknown"


A = "24263225"
COMBINATIONS = [(3, 3, 3, 3), (2, 2, 4, 2), (2, 2, 2, 2), (3, 2, 4, 3), (1, 3, 4, 2), (3, 1, 3, 4), (2, 3, 3, 5)]


@pytest.mark.parametrize("places", COMBINATIONS, ids=str)
def test_the_true_decimal_places_are_found_but_for_one_number(decimals, places):
    rows = decimals(Meter(A, places, noise=0.02))
    assert {name: told(rows[name]) for name in RELATIONS} == true_differences(places)
    assert rows[FAMILY] == family(places)
    assert rows[ROW].startswith("none: your row sets no decimal places")
    for name in RELATIONS:
        assert re.search(r": \d{2,} intervals, median ratio [\d.e+-]+, 9 of 10 between [\d.e+-]+ and [\d.e+-]+, \d+ % within 25 %",
                         rows[name]), rows[name]


def test_dialects_that_fit_and_those_that_do_not(decimals):
    rows = decimals(Meter(A, (3, 3, 3, 3)))
    assert rows[FIT].split("; ") == ["OEM ultrasonic", "Delu mechanical, verification mode", "Maituo",
                                     "Maituo, valve-controlled heat", "SANEXT"]
    excluded = rows[EXCLUDED].split("; ")
    assert "CJ/T 188-2004" in excluded and "Lichuang, new Delu" in excluded and not set(excluded) & set(rows[FIT].split("; "))
    rows = decimals(Meter(A, (2, 2, 4, 2)))
    assert "CJ/T 188-2004" in rows[FIT].split("; ") and "OEM ultrasonic" in rows[EXCLUDED].split("; ")
    rows = decimals(Meter(A, (3, 2, 4, 3)))
    assert rows[FIT] == "none" and len(rows[EXCLUDED].split("; ")) == 17
    assert not {"Five-byte gas", "Water without units"} & set(rows[EXCLUDED].split("; "))  # no heat meter speaks them


def row_option(cells, pattern="????????", name="", dialect="by the rules"):
    return ["-o", f'uat:cjt188_meters:"{pattern}","{name}","{dialect}",' + ",".join(f'"{cell}"' for cell in cells)]


# ---- the row ----


@pytest.mark.parametrize("anchor", [ENERGY, POWER, FLOW, VOLUME])
def test_an_anchor_settles_the_others(decimals, tshark, tmp_path, anchor):
    places = (3, 2, 4, 3)
    cells = [str(places[i]) if i == anchor else "" for i in range(4)] + [""]
    rows = decimals(Meter(A, places), options=row_option(cells))
    assert rows[ROW] == f'"{A}","","by the rules","3","2","4","3",""'
    rows = table(tshark("-r", tmp_path / "decimals.pcapng", "-q", "-z", "cjt188,decimals", "-o",
                        f"uat:cjt188_meters:{rows[ROW]}").stdout)[A]
    assert rows[ROW] == "none: nothing more follows from your row" and rows[FAMILY] == family(places)


def test_a_row_keeps_what_the_user_has_written(decimals):
    name = r"Kitchen \x22loop\x22 \x5c 1"
    rows = decimals(Meter(A), options=row_option(["3", "", "", "", "1"], name=name, dialect="Tiangang, Delu ultrasonic"))
    assert rows[ROW] == f'"{A}","{name}","Tiangang, Delu ultrasonic","3","3","3","3","1"'


def test_a_long_number_has_ten_digits(decimals):
    rows = decimals(Meter("0124263225"), options=row_option(["3", "", "", "", ""], pattern="01????????"))
    assert rows[ROW].startswith('"0124263225",')


def test_a_row_that_contradicts_itself_or_leaves_the_range(decimals):
    assert decimals(Meter(A), options=row_option(["3", "2", "", "", ""]))[ROW] == \
        "none: the decimal places in your row do not go together"
    assert "less than 0 or more than 8" in decimals(Meter(A, (1, 3, 4, 2)), options=row_option(["7", "", "", "", ""]))[ROW]


def test_hours_are_no_anchor_and_other_meters_rows_are_none(decimals):
    assert decimals(Meter(A), options=row_option(["", "", "", "", "2"]))[ROW].startswith("none: your row sets no")
    assert decimals(Meter(A), options=row_option(["3", "", "", "", ""], pattern="99999999"))[ROW].startswith("none: your row sets no")


@pytest.mark.parametrize("assumed", [("0", "0", "0", "0", ""), ("1", "7", "2", "5", ""), ("8", "0", "8", "0", "")])
def test_what_is_assumed_changes_nothing(decimals, assumed):
    without = decimals(Meter(A, (2, 2, 4, 2), noise=0.03))
    rows = decimals(Meter(A, (2, 2, 4, 2), noise=0.03), options=row_option(assumed))
    assert {name: rows[name] for name in rows if name != ROW} == {name: without[name] for name in rows if name != ROW}
    assert not rows[ROW].startswith('"')


# ---- units ----


@pytest.mark.parametrize("units, places, start", [
    ((0x02, KW, M3H, M3), (0, 3, 3, 3), 5000),      # Wh
    ((0x08, KW, M3H, M3), (5, 2, 4, 3), 120),       # MWh
    ((0x11, KW, M3H, M3), (4, 2, 4, 3), 120),       # GJ
    ((0x0E, 0x14, 0x32, 0x29), (2, 0, 1, 1), 120),  # MJ, W, L/h, L
    ((0x03, 0x14, 0x32, M3), (1, 1, 0, 2), 120),    # Wh×10
], ids=str)
def test_units(decimals, units, places, start):
    rows = decimals(Meter(A, places, units=units, energy=start))
    assert rows[FAMILY] == family(places), rows


def test_another_unit_in_the_middle_is_no_step(decimals):
    def change(t, sent, more):
        if t >= 6 * HOUR:
            sent["energy2"] = (sent["energy2"][0] // 10, 0x06)  # kWh×10

    assert decimals(Meter(A, spoil=change))[FAMILY] == family((3, 3, 3, 3))


# ---- what is no evidence ----


def nothing_told(rows, why=""):
    assert rows[FAMILY] == "cannot be told" and rows[FIT] == rows[EXCLUDED] == "" and rows[ROW] == "none: nothing can be told"
    for name in RELATIONS:
        assert rows[name].startswith("cannot be told: ") and why in rows[name], rows[name]


def test_zeros_say_nothing(decimals):
    rows = decimals(Meter(A, flow=constant(0), hours=5), options=row_option(["3", "", "", "", ""]))
    nothing_told(rows, "power or flow is zero")


def test_one_reading(decimals):
    nothing_told(decimals(Meter(A, hours=0.01)), "one reading only")


def test_few_readings(decimals):
    nothing_told(decimals(Meter(A, hours=0.15)), "10 are needed")


def test_a_small_difference(decimals):
    nothing_told(decimals(Meter(A, difference=constant(2.9))), "below 3 K")


def test_a_fault(decimals):
    nothing_told(decimals(Meter(A, status=constant(True))), "reports a fault")


def test_one_level_is_not_enough(decimals):
    nothing_told(decimals(Meter(A, flow=constant(1), difference=constant(20), noise=0.01)), "two levels are needed")


def test_values_that_are_not_sent(decimals):
    def spoil(t, sent, more):
        sent["flow"] = (b"\xff" * 4, M3H)

    rows = decimals(Meter(A, spoil=spoil))
    assert "is not sent" in rows[POWER_FLOW] and "is not sent" in rows[VOLUME_FLOW]
    assert rows[FAMILY] == "energy e, power e; e unknown; flow cannot be told; volume cannot be told"


def test_a_counter_that_hardly_moves(decimals):
    rows = decimals(Meter(A, (0, 3, 3, 0), flow=wave(0.05, 0.1, HOUR)))
    assert "fewer than 20 steps" in rows[ENERGY_POWER] and "fewer than 20 steps" in rows[VOLUME_FLOW]
    assert rows[FAMILY] == "energy cannot be told; power p, flow p; p unknown; volume cannot be told"


def test_power_of_few_digits(decimals):
    rows = decimals(Meter(A, (3, 0, 3, 3), flow=wave(0.1, 0.3, HOUR), difference=constant(12)))
    assert "fewer than 10 steps" in rows[POWER_FLOW] and "fewer than 10 steps" in rows[ENERGY_POWER]


@pytest.mark.parametrize("phase", [0, 180])
def test_hourly_readings_of_a_cycling_valve(decimals, phase):
    """Open for six minutes of each hour, and read in the middle of them: energy and volume are ten times too small."""
    flow = valve(1, HOUR, 360, phase)
    level = wave(10, 25, 24 * HOUR)
    rows = decimals(Meter(A, flow=flow, difference=level, poll=HOUR, hours=72))
    assert "more than 5 minutes apart" in rows[ENERGY_POWER] and "more than 5 minutes apart" in rows[VOLUME_FLOW]
    assert rows[FAMILY] == "energy cannot be told; power p, flow p; p unknown; volume cannot be told"
    assert not rows[ROW].startswith('"')


@pytest.mark.parametrize("poll, told_why", [(900, "more than 5 minutes apart"), (300, "read it more often")])
def test_a_valve_that_cycles_faster_than_it_is_read(decimals, poll, told_why):
    flow = valve(1, 470, 50)
    rows = decimals(Meter(A, flow=flow, difference=wave(10, 25, 24 * HOUR), poll=poll, hours=200))
    assert told(rows[ENERGY_POWER]) is None and told(rows[VOLUME_FLOW]) is None, rows
    assert told_why in rows[ENERGY_POWER] + rows[VOLUME_FLOW]
    assert told(rows[POWER_FLOW]) in (None, 0)


def test_a_valve_that_cycles_nearly_as_it_is_read(decimals):
    """For hours each reading finds it open, for days each finds it closed: the counters go on all the same."""
    rows = decimals(Meter(A, flow=valve(1, 301, 30), difference=wave(10, 25, 2 * HOUR), poll=300, hours=200))
    assert told(rows[ENERGY_POWER]) is None and told(rows[VOLUME_FLOW]) is None, rows
    assert "read it more often" in rows[ENERGY_POWER]


@pytest.mark.parametrize("poll", [30, 240])
def test_a_leak_beside_a_cycling_valve(decimals, poll):
    """Read while the valve is closed, flow is a tenth of what it is in the mean."""
    def flow(t):
        return 1 if t % 470 < 45 else 0.011

    rows = decimals(Meter(A, (3, 4, 5, 3), flow=flow, difference=wave(18, 24, 24 * HOUR), poll=poll, hours=poll))
    for name in (ENERGY_POWER, VOLUME_FLOW):
        assert told(rows[name]) in (None, true_differences((3, 4, 5, 3))[name]), rows


def test_power_that_does_not_fit_has_no_winner(decimals):
    def spoil(t, sent, more):
        sent["power"] = (round(3.2 * sent["power"][0]), KW)

    rows = decimals(Meter(A, spoil=spoil), options=row_option(["3", "", "", "", ""]))
    assert rows[POWER_FLOW].startswith("does not fit: ") and "near no power of ten" in rows[POWER_FLOW]
    assert rows[FAMILY] == "does not fit" and rows[FIT] == rows[EXCLUDED] == "" and rows[ROW].startswith("none: ")


def test_power_that_means_nothing_cannot_be_told(decimals):
    chance = random.Random(7)

    def spoil(t, sent, more):
        sent["power"] = (chance.randint(1000, 100000), KW)

    rows = decimals(Meter(A, spoil=spoil))
    assert told(rows[POWER_FLOW]) is None and told(rows[ENERGY_POWER]) is None
    assert told(rows[VOLUME_FLOW]) == 0


# ---- what does no harm ----


def test_resets(decimals):
    rows = decimals(Meter(A, (2, 2, 4, 2), resets=[3 * HOUR, 7 * HOUR]))
    assert rows[FAMILY] == family((2, 2, 4, 2))


def test_values_during_a_fault(decimals):
    def spoil(t, sent, more):
        if t % (4 * HOUR) < HOUR:
            sent["flow"], more["status"] = (77777777, M3H), "00 08"

    assert decimals(Meter(A, spoil=spoil))[FAMILY] == family((3, 3, 3, 3))


def test_cooling(decimals):
    rows = decimals(Meter(A, (2, 3, 4, 3), difference=lambda t: -wave(6, 12, 5 * HOUR)(t)))
    assert rows[FAMILY] == family((2, 3, 4, 3))


def test_heating_and_cooling_in_turn(decimals):
    rows = decimals(Meter(A, (2, 2, 3, 3), difference=lambda t: 15 * math.cos(2 * math.pi * t / (6 * HOUR))))
    assert rows[FAMILY] == family((2, 2, 3, 3))


def test_hours_of_standstill_between(decimals):
    flow = wave(0.4, 1.2, 3 * HOUR)
    rows = decimals(Meter(A, (3, 2, 3, 2), flow=lambda t: flow(t) if t % (4 * HOUR) < 3 * HOUR else 0, hours=24))
    assert rows[FAMILY] == family((3, 2, 3, 2))


def test_readings_without_times_say_nothing_of_counters(tshark, tmp_path):
    out = pcapng_block(0x0A0D0D0A, bytes.fromhex("4d3c2b1a01000000ffffffffffffffff")) + pcapng_block(1, bytes.fromhex("9300000000000400"))
    for _, data in Meter(A).readings():
        out += pcapng_block(3, len(data).to_bytes(4, "little") + data + bytes(-len(data) % 4))
    path = tmp_path / "timeless.pcapng"
    path.write_bytes(out)
    nothing_told(table(tshark("-r", path, "-q", "-z", "cjt188,decimals").stdout)[A], "one has no time")


# ---- any meter ----


def any_meter(number, seed):
    chance = random.Random(seed)
    sign = chance.choice([1, 1, 1, -1])
    low, period = chance.uniform(0.05, 1), chance.uniform(1, 12) * HOUR
    flow = chance.choice([wave(low, low * chance.uniform(1, 8), period), valve(low, period, chance.uniform(0.05, 1) * period),
                          valve(low, chance.choice([640, 900, 3600]), chance.choice([30, 90, 360])), constant(0), constant(low)])
    difference = wave(chance.uniform(1, 15), chance.uniform(15, 40), chance.uniform(1, 24) * HOUR)
    poll = chance.choice([10, 30, 60, 300, 900, 3600])
    meter = Meter(number, places=tuple(chance.randint(0, 4) for _ in range(4)), flow=flow, difference=lambda t: sign * difference(t),
                  poll=poll, hours=min(poll / 8, 48), noise=chance.choice([0, 0.02, 0.1]), seed=seed,
                  status=lambda t: t % period < 0.1 * period,
                  resets=sorted(chance.uniform(0, 8 * HOUR) for _ in range(chance.randint(0, 2))))
    meter.stands_still = all(flow(t) == 0 for t in range(0, 2 * HOUR, STEP))
    return meter


@pytest.mark.parametrize("batch", range(3))
def test_the_truth_is_always_in_the_family(decimals, batch):
    meters = [any_meter(f"{batch:04d}{i:04d}", 1000 * batch + i) for i in range(40)]
    found = decimals(*meters)
    assert len(found) == len(meters)
    counts = 0
    for meter in meters:
        rows = found[meter.number]
        for name, difference in true_differences(meter.places).items():
            if told(rows[name]) is not None:
                assert told(rows[name]) == difference, (meter.places, meter.poll, rows)
                counts += 1
        assert "does not fit" not in rows[FAMILY], rows
        assert not rows[ROW].startswith('"')
        if meter.stands_still:
            nothing_told(rows)
    assert counts > 20, "hardly anything was told at all"


def test_each_meter_by_itself_and_in_two_passes(decimals, tshark, tmp_path):
    one, other = Meter("10000001", (3, 3, 3, 3)), Meter("10000002", (2, 2, 4, 2))
    found = decimals(one, other)
    assert {number: rows[FAMILY] for number, rows in found.items()} == {"10000001": family(one.places), "10000002": family(other.places)}
    path = tmp_path / "decimals.pcapng"
    assert table(tshark("-r", path, "-q", "-2", "-z", "cjt188,decimals").stdout) == found
    chosen = table(tshark("-r", path, "-q", "-z", 'cjt188,decimals,cjt188.meter == "10000002"').stdout)
    assert chosen == {"10000002": found["10000002"]}


def test_title(tshark, samples):
    text = tshark("-r", samples / "demo-line.pcapng", "-q", "-z", "cjt188,decimals").stdout
    assert any(line.startswith("CJ/T 188 decimal places") for line in text.splitlines())


def test_what_the_page_says_is_printed(tshark):
    """Each command of the page, and the lines that are shown behind both."""
    page = PAGES["doc/meters.md"]
    block, shown = re.search(r"```\n(tshark [^`]*cjt188,decimals[^`]*)```\n\n```text\n(.*?)```", page, re.DOTALL).groups()
    printed = []
    for command in commands_of(block):
        program, *words = shlex.split(command)
        assert program == "tshark"
        printed += plain(tshark(*words, cwd=SRC).stdout)
    assert len(plain(shown)) >= 4
    for line in plain(shown):
        assert any(said.startswith(line) for said in printed), line
