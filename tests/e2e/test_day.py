# A simulated day of eight meters: every number of the statistics, and every pair, from what was simulated.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import json
import re

import pytest
from bus import SECOND, conversation
from day import FIELDS, HEARD, HOUR, LATEST, NAMES, SENT, Day
from test_stats import duration, plain, rows

PASSES = pytest.mark.parametrize("options", [[], ["-2"]], ids=["once", "again"])


@pytest.fixture(scope="module")
def day(readable_folder):
    made = Day().run()
    return made, made.write(readable_folder / "day.pcapng")


@pytest.fixture
def statistic(tshark, day):
    return lambda name, *options: plain(tshark("-r", day[1], "-q", "-z", name, *options).stdout)


def test_the_day_has_everything_in_it(day):
    made, path = day
    assert len(made.houses) == 8 and 3000 < len(made.bus.times) < 5000
    kinds = {name for fields in made.known(True).values() for name in fields}
    assert kinds == set(FIELDS) - {"no_request"}
    assert all(made.lines[HEARD][name] for name in ("echoes", "damaged", "truncated", "noise", "marks"))
    assert len(made.one_pass) > 10 and all(fields.total() for fields in made.meters.values())
    assert any(after < before for readings in made.readings.values() for before, after in zip(readings, readings[1:]))
    assert json.loads(path.with_suffix(".json").read_text())["meters"] == made.meters


@PASSES
def test_every_pair_echo_and_silence(tshark, day, options):
    made, path = day
    names = FIELDS if options else [name for name in FIELDS if name not in ("response_in", "unanswered")]
    assert conversation(tshark, path, *options, names=names) == made.known(bool(options))


# ---- meters ----


def milliseconds(times):
    return [f"{time / 1e6:.1f} ms" for time in (min(times), sum(times) / len(times), max(times))]


def steps(readings):
    return [after - before for before, after in zip(readings, readings[1:])]


def clock_columns(offsets, summer):
    drift = offsets[-1] - offsets[0] - (HOUR if summer else 0)
    return {"First clock offset": duration(offsets[0]), "Last clock offset": duration(offsets[-1]),
            "Clock drift": duration(drift, "+") + ("; 1 summer time step, +1 h" if summer else "")}


def expected_meter(made, house):
    number, counts = house.number, made.meters[house.number]
    readings, unit = made.readings[number], "m³" if house.water else "kWh"
    scale, places = (100, 2) if house.water else (1000, 3)
    counted = {each.number: sum(step for step in steps(made.readings[each.number]) if step > 0)
               for each in made.houses if each.water == house.water}
    lost = -sum(step for step in steps(readings) if step < 0)
    fastest, mean, slowest = milliseconds(made.times[number])
    return {
        "Meter": number, "Name": "", "Line": NAMES[SENT], "Dialect": "CJ/T 188-2004" if house.water else "OEM ultrasonic",
        "Requests": str(counts["requests"]), "Replies": str(counts["replies"]), "Unanswered": str(counts["unanswered"]),
        "Damaged": str(counts["damaged"]), "Response min": fastest, "Response mean": mean, "Response max": slowest,
        "Late replies": f"{counts['late']}, not in the mean" if counts["late"] else "",
        "First reading": f"{readings[0] / scale:.{places}f} {unit}", "Last reading": f"{readings[-1] / scale:.{places}f} {unit}",
        "Counted": f"{counted[number] / scale:.{places}f} {unit}",
        "Ran backwards": f"1 reset, −{lost / scale:.{places}f} {unit} not counted" if lost else "",
        "Share (relative)": f"{100 * counted[number] / sum(counted.values()):.1f} %", "Faults": made.faults.get(number, ""),
        **clock_columns(made.offsets[number], house.summer),
    }


@PASSES
def test_meters(statistic, day, options):
    made, _ = day
    expected = [expected_meter(made, house) for house in made.houses]
    got = [{name: row[name] for name in expected[0]} for row in rows(statistic("cjt188,meters", *options))]
    assert got == expected


def test_shares_are_those_of_the_heat(statistic, day):
    """Each house's power is known by formula: 0.75 of its noon on average, for 24 hours, or 13 of them, or until it died."""
    made, _ = day
    said = {row["Meter"]: row for row in rows(statistic("cjt188,meters"))}
    for house in made.houses[2:6]:
        assert float(said[house.number]["Counted"].split()[0]) == pytest.approx(house.noon * 0.75 * 24, rel=0.002)
    shares = [float(said[house.number]["Share (relative)"].split()[0]) for house in made.houses if not house.water]
    assert sum(shares) == pytest.approx(100, abs=0.4) and all(0 <= share <= 100 for share in shares)


# ---- lines, response times ----


def expected_line(made, line):
    counts, (first, last) = made.lines[line], made.spans[line]
    hours = (last - first) / SECOND / HOUR
    row = {"Line": NAMES[line], "Hours": f"{hours:.3f}"}
    columns = {"Requests": "requests", "Echoes": "echoes", "Replies": "replies", "Unanswered": "unanswered",
               "Damaged": "damaged", "Truncated": "truncated", "Noise bytes": "noise",
               "Packets with parity, framing or break marks": "marks"}
    row.update({title: str(counts[name]) for title, name in columns.items()})
    rates = {"Damaged per hour": "damaged", "Truncated per hour": "truncated", "Noise bytes per hour": "noise",
             "Packets with such marks per hour": "marks"}
    row.update({title: f"{counts[name] / hours:.1f}" for title, name in rates.items()})
    return row


@PASSES
def test_lines(statistic, day, options):
    made, _ = day
    expected = [expected_line(made, line) for line in (SENT, HEARD)]
    got = [{name: row[name] for name in expected[0]} for row in rows(statistic("cjt188,lines", *options))]
    assert got == expected


@PASSES
def test_response_times(statistic, day, options):
    made, _ = day
    got = {}
    for line in statistic("cjt188,srt", *options):
        found = re.fullmatch(r"\d+ (\w{4}) .*? (\d+) ([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+)", line)
        if found:
            got[found[1]] = (int(found[2]), *(float(number) for number in found.groups()[2:]))
    assert set(got) == set(made.calls) == {"901F", "903F"}
    for di, times in made.calls.items():
        seconds = [time / SECOND for time in times]
        assert max(seconds) < LATEST
        assert got[di] == pytest.approx((len(seconds), min(seconds), max(seconds), sum(seconds) / len(seconds), sum(seconds)),
                                        abs=2e-6)
