# tshark -z cjt188,explore: units beside digits, scaled numbers, checksums, and the meter that a row was fitted on; each field made
# here beside readings of the same meters.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import random
import struct

import pytest
import truth
import unknowns
from conftest import write_pcap
from craft import bcd, frame, heat_901f, le
from unknowns import START, Meter, be

COLUMNS = ("offset", "width", "kind", "scale", "add", "unit")


def capture(path, *makes, replies=80, meters=1, tail=None, seed=3):
    """Replies to 9A00 of what the makes say of a meter, each behind a reading; `tail` makes a checksum of what stands before it."""
    rng, packets = random.Random(seed), []
    living = [Meter(rng, f"{24263225 + i:08d}") for i in range(meters)]
    for i in range(replies):
        meter, time = living[i % meters], START + 300 * (i // meters) + 5 * (i % meters)
        meter.live(time)
        data = b"".join(make(meter) for make in makes)
        packets.append((time, frame(meter.reading(), number=meter.number)))
        packets.append((time + 1, frame(b"\x00\x9a\x00" + data + (tail(data) if tail else b""), number=meter.number)))
    return write_pcap(path, packets)


@pytest.fixture(scope="module")
def said(tshark):
    """(lines, rows of the best readings)"""
    def run(path):
        lines = tshark("-r", path, "-q", "-z", "cjt188,explore,rows").stdout.splitlines()
        best = [entry for entry in truth.proposals("\n".join(lines)) if entry["rank"] == 1]
        return [line for line in lines if line.startswith(("  strong", "  likely", "  weak"))], best
    return run


# ---- scaled numbers ----

SCALED = {
    "unsigned tenths": (lambda m: le(round(10 * m.supply), 2), "unsigned, low byte first", "0.1"),
    "unsigned tenths, high byte first": (lambda m: be(round(10 * m.supply), 2), "unsigned, high byte first", "0.1"),
    "unsigned hundredths": (lambda m: le(m.supply_cc, 2), "unsigned, low byte first", "0.01"),
    "unsigned thousandths": (lambda m: le(10 * m.supply_cc, 4), "unsigned, low byte first", "0.001"),
}


@pytest.mark.parametrize("name", SCALED)
def test_what_is_known_gives_a_round_scale_and_its_unit(said, tmp_path, name):
    make, kind, scale = SCALED[name]
    lines, (best,) = said(capture(tmp_path / "scaled.pcap", make))
    assert [best[column] for column in COLUMNS[2:]] == [kind, scale, "", "°C"]
    assert f"{kind} × {scale} °C: the supply temperature" in lines[0]


def test_signed_tenths_that_follow(said, tmp_path):
    """20 K below the supply's half, on both sides of zero: no copy, but its scale is round all the same."""
    lines, (best,) = said(capture(tmp_path / "signed.pcap", lambda m: struct.pack("<h", round(10 * m.supply) - 550), replies=200))
    assert [best[column] for column in COLUMNS] == ["0", "2", "signed, low byte first", "0.1", "55", "°C"]
    assert lines[0].startswith("  strong") and "follows the supply temperature" in lines[0]


def test_a_battery_is_in_volts(said, tmp_path):
    lines, (best,) = said(capture(tmp_path / "battery.pcap", lambda m: le(round(1000 * m.battery), 2), replies=200))
    assert [best[column] for column in COLUMNS] == ["0", "2", "unsigned, low byte first", "0.001", "", "V"]
    assert "perhaps the battery" in lines[0]


@pytest.mark.parametrize("make, kind, scale, unit", [
    (lambda m: bcd(m.supply_cc, 2)[::-1], "BCD, high byte first", "0.01", "°C"),
    (lambda m: bcd(m.wh // 10, 5)[::-1], "BCD, high byte first", "0.01", "kWh"),
], ids=["temperature", "energy"])
def test_digits_high_byte_first(said, tmp_path, make, kind, scale, unit):
    lines, best = said(capture(tmp_path / "high.pcap", make, meters=3, replies=120))
    assert [(entry["kind"], entry["scale"], entry["unit"]) for entry in best if entry["unit"]] == [(kind, scale, unit)]
    assert lines[0].startswith("  strong")


# ---- copies in other digits: levels tell them, single steps do not ----


def slow(path, make, meters=3, replies=120, every=10):
    """Readings so soon one behind the other that of what is known hardly any step moves its last digit."""
    rng, packets = random.Random(5), []
    living = [Meter(rng, f"{24263225 + 17 * i:08d}") for i in range(meters)]
    for i in range(replies):
        meter, time = living[i % meters], START + every * (i // meters) + i % meters
        meter.live(time)
        whole = frame(heat_901f(energy2=(meter.wh // 100, 0x06), power=(meter.watts, 0x17), flow=(meter.lh, 0x35),
                                volume=(meter.litres, 0x2C), supply=meter.supply_cc, return_=meter.return_cc),
                      number=meter.number)
        packets.append((time, whole))
        packets.append((time + 0.5, frame(b"\x00\x9a\x00" + make(meter) + b"\x0a", number=meter.number)))
    return write_pcap(path, packets)


def test_pulses_of_no_round_number_that_all_meters_have_alike(said, tmp_path):
    lines, (best, *_) = said(slow(tmp_path / "pulses.pcap", lambda m: le(int(36.2 * 1000 * m.volume), 4)))
    assert [best[column] for column in ("offset", "width", "kind", "unit")] == ["0", "4", "unsigned, low byte first", "m³"]
    assert float(best["scale"]) == pytest.approx(1 / 36200, rel=1e-3)


def test_a_copy_of_three_bytes_takes_no_constant_above_it(said, tmp_path):
    lines, (best, *_) = said(slow(tmp_path / "three.pcap", lambda m: le(int(1000 * m.volume) % 256**3, 3)))
    assert [best[column] for column in ("offset", "width", "kind", "scale", "unit")] == [
        "0", "3", "unsigned, low byte first", "0.001", "m³"]


def test_a_flag_below_a_copy_is_no_further_digit(said, tmp_path):
    chance = random.Random(2)
    lines, best = said(slow(tmp_path / "below.pcap", lambda m: bytes([chance.randrange(3)]) + bcd(m.supply_cc, 2)))
    assert ("1", "2", "BCD", "0.01") in [(entry["offset"], entry["width"], entry["kind"], entry["scale"]) for entry in best]


def test_a_unit_that_no_meter_sends_is_a_constant(said, tmp_path):
    """01 is J, in January too."""
    chance = random.Random(4)
    lines, best = said(capture(tmp_path / "joule.pcap", lambda m: bcd(chance.randrange(10**8), 4), lambda m: b"\x01"))
    assert not any("is its unit" in line for line in lines)


# ---- whose meter a row is ----


def test_a_row_fitted_on_one_meter_names_it(said, tmp_path):
    """Kelvin: the offset is what the samples say. A round scale without an offset holds for every meter."""
    kelvin = lambda m: le(m.supply_cc + 27315, 2)  # noqa: E731
    _, (best,) = said(capture(tmp_path / "one.pcap", kelvin))
    assert (best["who"], best["add"]) == ("24263225", "-273.15")
    _, (best,) = said(capture(tmp_path / "three.pcap", kelvin, meters=3, replies=120))
    assert (best["who"], best["add"]) == ("OEM ultrasonic", "-273.15")
    _, (best,) = said(capture(tmp_path / "round.pcap", lambda m: le(m.supply_cc, 2)))
    assert (best["who"], best["add"]) == ("OEM ultrasonic", "")


def test_a_row_that_names_a_meter_shows_its_replies_alone(said, tshark, tmp_path):
    _, (best,) = said(capture(tmp_path / "one.pcap", lambda m: le(m.supply_cc + 27315, 2)))
    other = capture(tmp_path / "two.pcap", lambda m: le(m.supply_cc + 27315, 2), meters=2)
    name = "cjt188.user." + best["suffix"]
    meters = tshark("-r", other, "-o", "uat:cjt188_fields:" + best["row"], "-Y", name, "-T", "fields", "-e", "cjt188.meter").stdout
    assert meters.split() == ["24263225"] * 40


# ---- units ----


def test_numbers_with_a_unit_again_and_again(said, tmp_path):
    lines, best = said(capture(tmp_path / "units.pcap", lambda m: bcd(m.wh, 4) + b"\x05" + bcd(m.litres, 4) + b"\x2c"
                               + bcd(m.watts, 4) + b"\x17" + bcd(m.lh, 4) + b"\x35"))
    assert [(entry["offset"], entry["unit"]) for entry in best] == [("0", "kWh"), ("5", "m³"), ("10", "kW"), ("15", "m³/h")]
    for line, byte, unit in zip(lines, (4, 9, 14, 19), ("kWh", "m³", "kW", "m³/h")):
        assert line.startswith("  strong") and line.endswith(f"; byte {byte} is its unit, {unit} (4 alike in a row)")


def test_a_multiple_and_fewer_digits_where_they_make_a_copy(said, tmp_path):
    lines, best = said(capture(tmp_path / "multiple.pcap", lambda m: bcd(m.wh // 10, 4) + b"\x06" + bcd(m.lh, 3) + b"\x35"))
    assert [(entry["offset"], entry["width"], entry["scale"]) for entry in best] == [("0", "4", "0.01"), ("5", "3", "0.001")]
    assert "byte 4 is its unit, kWh×10" in lines[0] and "byte 8 is its unit, m³/h" in lines[1]


def test_a_multiple_alone_is_no_unit(said, tmp_path):
    """Digits that are nothing known, with 06 behind them: it may be anything."""
    chance = random.Random(5)
    lines, _ = said(capture(tmp_path / "alone.pcap", lambda m: bcd(chance.randrange(10**8), 4) + b"\x06"))
    assert not any("its unit" in line for line in lines)


def test_a_unit_in_front_and_none_of_a_neighbour(said, tmp_path):
    """The energy's 05 stands in front of it; the 2C behind it is the next one's."""
    lines, best = said(capture(tmp_path / "front.pcap", lambda m: b"\x05" + bcd(m.wh, 4) + b"\x2c" + bcd(m.litres, 4)))
    assert [(entry["offset"], entry["width"]) for entry in best] == [("1", "4"), ("6", "4")]
    assert lines[0].endswith("the heating energy; byte 0 is its unit, kWh (2 alike in a row)")
    assert lines[1].endswith("the volume; byte 5 is its unit, m³ (2 alike in a row)")


# ---- checksums ----


def crc(data, poly, first, reflected, at_end=0):
    value = first
    for byte in data:
        value ^= byte if reflected else byte << 8
        for _ in range(8):
            if reflected:
                value = value >> 1 ^ (poly if value & 1 else 0)
            else:
                value = (value << 1 ^ (poly if value & 0x8000 else 0)) & 0xFFFF
    return value ^ at_end


def crc_8(data):
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = (value << 1 ^ (0x07 if value & 0x80 else 0)) & 0xFF
    return value


def exclusive_or(data):
    value = 0
    for byte in data:
        value ^= byte
    return value


SUMS = {
    "CRC-16/MODBUS": lambda data: le(unknowns.crc(data), 2),
    "CRC-16/ARC": lambda data: be(crc(data, 0xA001, 0, True), 2),
    "CRC-16/CCITT-FALSE": lambda data: be(crc(data, 0x1021, 0xFFFF, False), 2),
    "CRC-16/XMODEM": lambda data: le(crc(data, 0x1021, 0, False), 2),
    "CRC-16/KERMIT": lambda data: le(crc(data, 0x8408, 0, True), 2),
    "CRC-16/X-25": lambda data: le(crc(data, 0x8408, 0xFFFF, True, 0xFFFF), 2),
    "CRC-16/EN-13757": lambda data: be(crc(data, 0x3D65, 0, False, 0xFFFF), 2),
    "CRC-16/DNP": lambda data: le(crc(data, 0xA6BC, 0, True, 0xFFFF), 2),
    "sum of 16 bits": lambda data: le(sum(data), 2),
    "sum of 8 bits": lambda data: bytes([sum(data) & 0xFF]),
    "exclusive or": lambda data: bytes([exclusive_or(data)]),
    "CRC-8": lambda data: bytes([crc_8(data)]),
}


def body(meter):
    return bcd(meter.wh, 4) + le(meter.watts, 4) + bcd(meter.supply_cc, 2)


def test_the_algorithms_are_what_they_are_called():
    """The check values that everybody prints for the text 123456789."""
    text = b"123456789"
    checks = {"CRC-16/MODBUS": "374b", "CRC-16/ARC": "bb3d", "CRC-16/CCITT-FALSE": "29b1", "CRC-16/XMODEM": "c331",
              "CRC-16/KERMIT": "8921", "CRC-16/X-25": "6e90", "CRC-16/EN-13757": "c2b7", "CRC-16/DNP": "82ea", "CRC-8": "f4"}
    assert {name: SUMS[name](text).hex() for name in checks} == checks


@pytest.mark.parametrize("name", SUMS)
def test_checksums(said, tmp_path, name):
    lines, best = said(capture(tmp_path / "sum.pcap", body, tail=SUMS[name]))
    width = len(SUMS[name](b""))
    place = "byte 10    " if width == 1 else f"bytes 10 to {9 + width}"
    assert [line for line in lines if line.startswith(f"  strong  {place}") and line.endswith(f"checksum ({name}) of bytes 0 to 9")]
    assert [entry["offset"] for entry in best] == ["0", "4", "8"]  # the table has no kind for it, so it has no row


@pytest.mark.parametrize("name", ["CRC-16/MODBUS", "sum of 8 bits", "exclusive or"])
def test_a_checksum_of_the_identifier_too(said, tmp_path, name):
    lines, _ = said(capture(tmp_path / "front.pcap", body, tail=lambda data: SUMS[name](b"\x00\x9a\x00" + data)))
    (line,) = [line for line in lines if "checksum" in line]
    assert line.startswith("  strong") and "of bytes 0 to 9" in line


def test_one_wrong_sum_is_no_checksum(said, tmp_path):
    count = iter(range(80))
    lines, _ = said(capture(tmp_path / "wrong.pcap", body,
                            tail=lambda data: le(unknowns.crc(data) ^ (next(count) == 40), 2)))
    assert not any("checksum" in line for line in lines)


def test_noise_is_no_checksum(said, tmp_path):
    chance = random.Random(11)
    for seed in range(4):
        lines, _ = said(capture(tmp_path / "noise.pcap", body, lambda m: chance.randbytes(8), seed=seed, replies=20))
        assert not any("checksum" in line for line in lines)


def test_few_replies_are_sure_of_no_checksum(said, tmp_path):
    for replies in (1, 2, 4):
        lines, _ = said(capture(tmp_path / "few.pcap", body, tail=SUMS["CRC-16/MODBUS"], replies=replies))
        assert not any("checksum" in line and line.startswith("  strong") for line in lines)


# ---- a flag beside the hours ----


def test_a_flag_beside_the_hours_is_no_minute(said, tmp_path):
    """Of replies that are an hour apart the minutes stay, so that a 0 or 1 is hardly ever more than a minute off."""
    chance = random.Random(7)
    packets = []
    for i in range(120):
        now = truth.utc(START + 3600 * i + 1830)
        data = bytes([chance.random() < 0.5]) + bcd(now.hour, 1) + bcd(now.minute, 1)
        packets.append((START + 3600 * i + 1830, frame(b"\x00\x9a\x00" + data)))
    lines, best = said(write_pcap(tmp_path / "hours.pcap", packets))
    assert not any(line.startswith("  strong") and "bytes 0 to 1" in line for line in lines)
    assert ("1", "hh:mm, high byte first") in [(entry["offset"], entry["kind"]) for entry in best]
