# What follows from a reading alone, and beside the same meter's last one.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import datetime
import json
import subprocess

import pytest
from bus import ALL, SECOND, START, Bus, damaged, hires, reading, request
from conftest import BUILD, TIMEOUT
from craft import EXPERT, add_33, decode, field_rows, frame, heat_901f, water_901f  # noqa: F401

A, B = "24263225", "24263241"
# Central European time by its rule, so that no time zone database is needed.
BERLIN = "CET-1CEST,M3.5.0,M10.5.0/3"
KWH, KWH10, MWH, MJ, GJ, W, KW, L_H, M3_H, LITRE, M3 = \
    0x05, 0x06, 0x08, 0x0E, 0x11, 0x14, 0x17, 0x32, 0x35, 0x29, 0x2C


@pytest.fixture
def read(decode, tmp_path):  # noqa: F811
    """read(replies): what is said of each, one a second on one line."""

    def run(replies, *options, interfaces=None):
        bus = Bus()
        for number, data in enumerate(replies):
            bus.send(data, after=1, interface=interfaces[number] if interfaces else 0)
        lines = 1 + max(interfaces or [0])
        return decode(bus.write(tmp_path / "readings.pcapng", dlts=[147] * lines), *options)

    return run


def one(packet, name):
    """The one value of a field, or None."""
    assert len(packet[name]) <= 1
    return packet[name][0] if packet[name] else None


# ---- temperature difference ----


@pytest.mark.parametrize("supply, back, difference", [(2566, 2554, 0.12), (6000, 4000, 20), (1200, 1810, -6.1), (0, 0, 0),
                                                      (9999, 1, 99.98)])
def test_temperature_difference(read, supply, back, difference):
    packet, = read([reading(A, supply=supply, return_=back)])
    assert one(packet, "temperature.difference") == difference


def test_temperature_difference_of_903f_too(read, frames):
    rows = {row["id"]: row["bytes"] for row in frames}
    assert [one(packet, "temperature.difference") for packet in read([rows[1], rows[5]])] == [0.28, 0.19]


def test_no_difference_where_a_temperature_is_missing(read):
    data = bytearray(heat_901f(supply=2566))
    data[28:31] = b"\xff" * 3
    packet, = read([frame(bytes(data), number=A)])
    assert one(packet, "temperature.return") == 25.54 and one(packet, "temperature.supply") is None
    assert one(packet, "temperature.difference") is None and one(packet, "power.computed") is None


# ---- power ----


def heat(power, flow, difference, power_unit=KW, flow_unit=M3_H):
    """A reading of the thread's meter: 3 decimal places in power and flow."""
    return reading(A, power=(power, power_unit), flow=(flow, flow_unit), supply=3000 + difference, return_=3000)


@pytest.mark.parametrize("flow, unit, difference, computed", [
    (1234, M3_H, 1000, 1.163 * 1.234 * 10),
    (1000, M3_H, 2000, 23.26),
    (1_000_000, L_H, 2000, 23.26),
    (0, M3_H, 2000, 0),
    (1234, M3_H, 0, 0),
])
def test_power_from_flow_and_temperatures(read, flow, unit, difference, computed):
    packet, = read([heat(0, flow, difference, flow_unit=unit)])
    assert one(packet, "power.computed") == pytest.approx(computed, rel=1e-9)


def test_cooling_power_is_positive(read):
    packet, = read([reading(A, power=(11630, KW), flow=(1000, M3_H), supply=1000, return_=2000)])
    assert one(packet, "power.computed") == pytest.approx(11.63) and not packet["power_mismatch"]


# 1 m³/h and 20 K are 23.26 kW. The tolerance is 10 % of the larger, and what the digits cut off:
# 1.163 (1 × 0.02 + 20 × 0.001) + 0.001 = 0.0475 kW. So 20.886 to 25.897 kW fit.
@pytest.mark.parametrize("power, fits", [(23260, True), (21000, True), (25500, True), (20890, True), (20880, False),
                                         (25890, True), (25900, False), (0, False), (46520, False)])
def test_power_that_fits_and_power_that_does_not(read, power, fits):
    packet, in_watts = read([heat(power, 1000, 2000), heat(power * 1000, 1000, 2000, power_unit=W)])
    for said in (packet, in_watts):
        assert one(said, "power") == power / 1000
        assert bool(said["power_mismatch"]) == (not fits)
        about = [text for text in said["remark"] if "flow and temperatures say 23.260 kW" in text]
        assert len(about) == (not fits) and (fits or f"{power / 1000:.3f} kW" in about[0])


def test_what_the_digits_cut_off_is_no_mismatch(read):
    """5 W computed, 0.000 kW sent; 1 L/h or 2 L/h are one digit; a flow of whole cubic metres says hardly anything."""
    packets = read([heat(0, 1, 430), heat(2, 1, 430)])
    packets += read([reading(A, power=(30, KW), flow=(1, M3_H), supply=5000, return_=3000)],
                    "-o", f'uat:cjt188_meters:"{A}","","by the rules","0","0","0","0",""')
    assert [one(packet, "power.computed") for packet in packets] == pytest.approx([0.005, 0.005, 23.26], abs=1e-4)
    assert [one(packet, "power") for packet in packets] == [0, 0.002, 30]
    assert not any(packet["power_mismatch"] for packet in packets)


def test_power_in_another_kind_of_unit_is_not_compared(read):
    packet, = read([heat(0, 1000, 2000, power_unit=KWH)])
    assert one(packet, "power.computed") == pytest.approx(23.26) and not packet["power_mismatch"]


# ---- differences to the last reading ----


def deltas(packets, *names):
    return [tuple(one(packet, name) for name in names) for packet in packets]


def test_the_first_reading_has_no_difference_and_each_next_has(read):
    packets = read([reading(A, energy2=(8412320 + 318 * i, KWH), volume=(3 + i, M3)) for i in range(4)])
    assert deltas(packets, "energy.delta", "volume.delta") == [(None, None)] + [(0.318, 0.001)] * 3
    again = read([reading(A, energy2=(8412320 + 318 * i, KWH), volume=(3 + i, M3)) for i in range(4)], "-2")
    assert deltas(again, "energy.delta", "volume.delta") == [(None, None)] + [(0.318, 0.001)] * 3


def test_each_meter_has_its_own_last_reading(read):
    packets = read([reading(A, energy2=(1000, KWH)), reading(B, energy2=(7000, KWH)), reading(A, energy2=(1005, KWH)),
                    reading(B, energy2=(7300, KWH))])
    assert deltas(packets, "energy.delta") == [(None,), (None,), (0.005,), (0.3,)]


def test_a_meter_is_its_number_whatever_type_and_maker_it_says(read):
    packets = read([reading(A, energy2=(1000, KWH), volume=(10, M3)),
                    reading(A, energy2=(1005, KWH), volume=(10, M3), type=0x25),
                    reading(A, energy2=(1015, KWH), volume=(10, M3), maker="11 11")])
    assert one(packets[1], "energy.delta") == 0.005
    assert packets[2]["energy.delta"] != [], "another dialect reads other decimal places, but it is the same meter"
    other = read([reading(A, energy2=(1000, KWH)), reading("01" + A, energy2=(1005, KWH))])
    assert deltas(other, "energy.delta") == [(None,), (None,)]


def test_each_line_has_its_own_meters(read):
    packets = read([reading(A, energy2=(1000, KWH)), reading(A, energy2=(7000, KWH)), reading(A, energy2=(1005, KWH)),
                    reading(A, energy2=(7300, KWH))], interfaces=[0, 1, 0, 1])
    assert deltas(packets, "energy.delta") == [(None,), (None,), (0.005,), (0.3,)]
    assert not any(packet["backwards"] for packet in packets)


def test_several_readings_in_one_packet(read):
    packet, = read([reading(A, energy2=(1000, KWH)) + reading(B, energy2=(7, KWH)) + reading(A, energy2=(1005, KWH))])
    assert packet["energy.delta"] == [0.005]


# Digits have 3 decimal places; a joule is 1/3.6 MWs.
@pytest.mark.parametrize("then, now, delta", [
    ((1234, KWH), (1239, KWH), 0.005),
    ((1234, MWH), (1235, MWH), 1),
    ((1234, MWH), (1234500, KWH), 0.5),
    ((1234, KWH10), (1236, KWH10), 0.02),
    ((12340, GJ), (12350, GJ), 10 / 3.6),
    ((12340, GJ), (12341, GJ), 1 / 3.6),
    ((1234, MJ), (1235, MJ), 0.001 / 3.6),
    ((1234, MJ), (11234, MJ), 10 / 3.6),
])
def test_energy_difference_in_every_unit(read, then, now, delta):
    packets = read([reading(A, energy2=then), reading(A, energy2=now)])
    assert one(packets[1], "energy.delta") == pytest.approx(delta, rel=1e-6)


@pytest.mark.parametrize("then, now, delta", [
    ((1234, M3), (1239, M3), 0.005),
    ((1000, LITRE), (2500, LITRE), 0.0015),
    ((1000, M3), (2000500, LITRE), 1000.5 / 1000),
])
def test_volume_difference_in_every_unit(read, then, now, delta):
    packets = read([reading(A, volume=then), reading(A, volume=now)])
    assert one(packets[1], "volume.delta") == pytest.approx(delta, rel=1e-9)


def test_water_and_electricity_meters(read):
    water = read([frame(water_901f(volume=(12345, M3)), number=A, type=0x10),
                  frame(water_901f(volume=(12399, M3)), number=A, type=0x10)])
    assert deltas(water, "volume.delta", "energy.delta") == [(None, None), (0.54, None)]
    current = read([frame(water_901f(volume=(12345, KWH)), number=A, type=0x40),
                    frame(water_901f(volume=(12399, KWH)), number=A, type=0x40)])
    assert deltas(current, "volume.delta", "energy.delta") == [(None, None), (None, 0.54)]


def test_only_whole_readings_are_compared(read):
    """Requests, calibration counters, error replies and damaged frames lie between; a damaged one is no last reading."""
    packets = read([reading(A, energy2=(1000, KWH)), request(A), hires(A), frame("00 04 00", number=A, control=0xC1),
                    damaged(reading(A, energy2=(9000, KWH))), reading(A, energy2=(1007, KWH))])
    assert deltas(packets, "energy.delta") == [(None,)] * 5 + [(0.007,)]
    assert not any(packet["backwards"] for packet in packets)


def test_a_value_that_was_not_sent_is_not_compared(read):
    unsupported = reading(A, energy2=(b"\xff" * 4, KWH))
    packets = read([reading(A, energy2=(1000, KWH)), unsupported, reading(A, energy2=(1007, KWH))])
    assert [packet["backwards"] for packet in packets] == [[]] * 3
    assert one(packets[1], "energy.delta") is None


@pytest.mark.parametrize("name, slot, unit", [("volume", "volume", M3), ("energy.cooling", "energy1", KWH)])
def test_a_counter_that_has_come_to_80000000_is_a_number(read, name, slot, unit):
    """Out of nothing it is a sign of which no document knows."""
    digits = (0, 80_000_000, 80_000_000, 12_345, 80_000_000, 79_999_990, 80_000_000, 80_000_000, 80_000_005, 80_000_000)
    known = (0.0, None, None, 12.345, None, 79999.99, 80000.0, 80000.0, 80000.005, 80000.0)
    for options in ((), ("-2",)):
        packets = read([reading(A, **{slot: (value, unit)}) for value in digits], *options)
        assert [one(packet, name) for packet in packets] == list(known)
        assert [bool(packet["suspect"]) for packet in packets] == [value is None for value in known]


def test_a_suspect_value_is_in_no_sum_and_no_difference(read, tshark, tmp_path):
    """Published: first energy and power 80 00 00 00 where nothing flows."""
    replies = [reading(A, maker="11 11", energy1=(b"\0\0\0\x80", KWH), power=(b"\0\0\0\x80", KW), energy2=(1252, KWH),
                       volume=(43, M3), supply=1281, return_=801279) for _ in range(2)]
    for packet in read(replies):
        assert [one(packet, name) for name in ("energy.heating", "volume", "temperature.supply")] == [12.52, 0.43, 12.81]
        assert all(packet[name] == [] for name in ("energy.cooling", "energy.first", "power", "temperature.return",
                                                   "temperature.difference", "power.computed"))
        assert packet["info"] == "24263225: heating 12.52 kWh"
        assert len([text for text in packet[EXPERT] if text == "A value that no meter can have: no number"]) == 3
    text = tshark("-r", tmp_path / "readings.pcapng", "-q", "-z", "cjt188,meters").stdout
    assert "24263225" in text and "800000" not in text and "8012" not in text
    line = tmp_path / "line.bin"
    line.write_bytes(replies[0])
    done = subprocess.run([BUILD / "sniffer" / "cjt188dump", "-q", "-i", line, "--readings", "json"], stdout=subprocess.PIPE,
                          timeout=TIMEOUT, check=True)
    told = json.loads(done.stdout)
    assert told["cjt188.energy.heating"] == 12.52 and told["cjt188.temperature.supply"] == 12.81
    assert told["cjt188.energy.cooling"] is told["cjt188.power"] is told["cjt188.temperature.return"] is None


def test_33_added_bytes(read):
    packets = read([frame(add_33(heat_901f(unit_first=True, energy2=(digits, KWH))), number=A) for digits in (100, 103)])
    assert one(packets[1], "energy.delta") == 0.03


# ---- counters that run backwards ----

ANEW = "taken as a counter that began anew behind its last digit"


@pytest.mark.parametrize("name, before, after, text", [
    ("Heating energy", {"energy2": (8412320, KWH)}, {"energy2": (8412319, KWH)}, "from 8412.320 to 8412.319 kWh"),
    ("Cooling energy", {"energy1": (5, KWH)}, {"energy1": (4, KWH)}, "from 0.005 to 0.004 kWh"),
    ("Volume", {"volume": (99999998, M3)}, {"volume": (0, M3)}, "from 99999.998 to 0.000 m³, " + ANEW),
    ("Operating hours", {"hours": 999999}, {"hours": 1}, "from 999999 to 1 h, " + ANEW),
    ("Volume", {"volume": (89999998, M3)}, {"volume": (0, M3)}, "from 89999.998 to 0.000 m³"),
    ("Operating hours", {"hours": 13100}, {"hours": 13099}, "from 13100 to 13099 h"),
])
def test_a_counter_that_runs_backwards(read, name, before, after, text):
    packets = read([reading(A, **before), reading(A, **after), reading(A, **after)])
    assert [bool(packet["backwards"]) for packet in packets] == [False, True, False]
    assert packets[1]["remark"] == [f"{name} ran backwards since packet 1: {text}"]


def test_what_a_counter_gained_goes_on_behind_its_last_digit(read):
    packets = read([reading(A, energy2=(99_999_992, KWH), volume=(99_990_000, LITRE)),
                    reading(A, energy2=(6, KWH), volume=(5_000, LITRE)),
                    reading(A, energy2=(8, KWH), volume=(5_001, LITRE))])
    assert deltas(packets, "energy.delta", "volume.delta") == [(None, None), (0.014, 0.015), (0.002, 0.000001)]


def test_a_difference_below_zero_is_a_number_too(read):
    packets = read([reading(A, energy2=(1000, KWH), volume=(10, M3)), reading(A, energy2=(998, KWH), volume=(7, M3))])
    assert deltas(packets, "energy.delta", "volume.delta")[1] == (-0.002, -0.003)


# ---- clocks ----


def clock(moment):
    """A meter's clock as it is sent."""
    return " ".join(f"{part:02d}" for part in (moment.second, moment.minute, moment.hour, moment.day, moment.month,
                                               moment.year % 100, moment.year // 100))


@pytest.fixture
def clocks(decode, tshark, tmp_path, monkeypatch):  # noqa: F811
    """clocks(zone, [(seconds since 1970, what the meter's clock shows), …]): [(offset, jumped)] a reading."""

    def run(zone, readings, *options):
        monkeypatch.setitem(tshark.env, "TZ", zone)
        bus = Bus()
        for seconds, shown in readings:
            bus.now = round(seconds * 1000) * 1_000_000
            bus.send(reading(A, clock=shown if isinstance(shown, str) else clock(shown)), after=0)
        packets = decode(bus.write(tmp_path / "clocks.pcapng"), *options)
        return [(one(packet, "clock_offset"), bool(packet["clock_jump"])) for packet in packets]

    return run


def utc(*parts):
    return datetime.datetime(*parts, tzinfo=datetime.timezone.utc)


def test_the_meters_clock_is_local_time(clocks):
    shown = "15 12 18 27 04 26 20"  # START is 18:12:00 UTC, 20:12:00 in Berlin
    start = START / SECOND
    assert clocks("UTC", [(start, shown)]) == [(15, False)]
    assert clocks(BERLIN, [(start, shown)]) == [(15 - 7200, False)]
    assert clocks("EST5", [(start, shown)]) == [(15 + 5 * 3600, False)]
    assert clocks("UTC", [(start + 0.25, shown)]) == [(14.75, False)]


def test_the_zones_winter_counts_in_winter(clocks):
    moment = utc(2026, 1, 15, 12)
    shown = clock(moment + datetime.timedelta(hours=1))
    assert clocks(BERLIN, [(moment.timestamp(), shown)]) == [(0, False)]


def test_no_clock_no_offset(clocks):
    start = START / SECOND
    assert clocks("UTC", [(start, "00 " * 7), (start + 9, "99 " * 7), (start + 18, clock(utc(2026, 4, 27, 18, 12, 18)))]) \
        == [(None, False), (None, False), (0, False)]


@pytest.mark.parametrize("seconds, jumped", [(0, False), (59, False), (-59, False), (61, True), (-61, True), (3600, True),
                                             (-86400, True), (31536000, True)])
def test_a_clock_that_jumps(clocks, seconds, jumped):
    first = utc(2026, 6, 1, 12)
    second = first + datetime.timedelta(minutes=10)
    moved = second + datetime.timedelta(seconds=seconds)
    for zone in ("UTC", BERLIN):
        said = clocks(zone, [(first.timestamp(), first), (second.timestamp(), moved), (second.timestamp() + 60,
                             moved + datetime.timedelta(seconds=60))])
        assert [jump for _, jump in said] == [False, jumped, False]


def test_the_jump_is_told_in_seconds(decode, tmp_path):  # noqa: F811
    bus = Bus()
    bus.send(reading(A, clock="00 00 12 01 06 26 20"), after=0)
    bus.send(reading(A, clock="00 17 12 01 06 26 20"), after=600)
    bus.send(reading(A, clock="00 27 13 03 06 26 20"), after=600)
    packets = decode(bus.write(tmp_path / "jump.pcapng"))
    assert [packet["remark"] for packet in packets[1:]] == [
        ["The meter's clock jumped by 420 s since packet 1"],
        ["The meter's clock jumped by 176400 s (2 d 1 h) since packet 2"]]


@pytest.mark.parametrize("shown, said", [("00 00 12 01 06 26 20", "-1.0 s, "), ("01 59 11 01 06 26 20", "-60.0 s, "),
                                         ("01 00 13 01 06 26 20", "3600.0 s (1 h), "),
                                         ("00 00 12 01 06 25 20", "-31536001.0 s (−365 d 1 s), ")])
def test_a_long_offset_is_told_in_days_too(tshark, monkeypatch, tmp_path, shown, said):
    monkeypatch.setitem(tshark.env, "TZ", "UTC")
    bus = Bus()
    bus.now = round(utc(2026, 6, 1, 12).timestamp() + 1) * 1_000_000_000
    bus.send(reading(A, clock=shown), after=0)
    assert f"Clock offset: {said}the meter's clock as local time" in tshark("-r", bus.write(tmp_path / "offset.pcapng"), "-V").stdout


CHANGES = [pytest.param(utc(2026, 3, 29, 1), 1, 2, id="spring"), pytest.param(utc(2026, 10, 25, 1), 2, 1, id="autumn")]


@pytest.mark.parametrize("change, before, after", CHANGES)
def test_a_clock_that_follows_summer_time_does_not_jump(clocks, change, before, after):
    moments = [change + datetime.timedelta(minutes=20 * i) for i in range(-12, 13)]
    shown = [moment + datetime.timedelta(hours=before if moment < change else after) for moment in moments]
    said = clocks(BERLIN, list(zip((moment.timestamp() for moment in moments), shown)))
    assert [jump for _, jump in said] == [False] * len(moments)
    assert [offset for offset, _ in said] == [0] * len(moments)


@pytest.mark.parametrize("change, before, after", CHANGES)
def test_a_clock_that_stays_in_winter_time_does_not_jump(clocks, change, before, after):
    moments = [change + datetime.timedelta(minutes=20 * i) for i in range(-12, 13)]
    shown = [moment + datetime.timedelta(hours=1) for moment in moments]
    said = clocks(BERLIN, list(zip((moment.timestamp() for moment in moments), shown)))
    assert [jump for _, jump in said] == [False] * len(moments)
    doubtful = datetime.timedelta(hours=1)  # 02:00 to 03:00 is not there in spring, and twice in autumn
    sure = [(moment, offset) for moment, (offset, _) in zip(moments, said) if not -doubtful <= moment - change < doubtful]
    assert len(sure) > 15
    for moment, offset in sure:
        assert offset == (0 if (before if moment < change else after) == 1 else -3600), moment


@pytest.mark.parametrize("change, before, after", CHANGES)
def test_summer_time_hides_no_jump_of_another_size(clocks, change, before, after):
    early, late = change - datetime.timedelta(hours=3), change + datetime.timedelta(hours=3)
    for seconds in (300, -300, 1800, 7200):
        shown = late + datetime.timedelta(hours=after, seconds=seconds)
        said = clocks(BERLIN, [(early.timestamp(), early + datetime.timedelta(hours=before)), (late.timestamp(), shown)])
        assert [jump for _, jump in said] == [False, True], seconds


def test_a_broadcast_address_has_no_readings(read):
    packets = read([reading(ALL, energy2=(5, KWH)), reading(ALL, energy2=(4, KWH))])
    assert deltas(packets, "energy.delta") == [(None,), (None,)]
    assert not any(packet["backwards"] for packet in packets)
