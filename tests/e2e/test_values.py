# Every kind of value, in frames made for it: what number, time, text or filler it is, and what is said when it is none.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
from decimal import Decimal
from fractions import Fraction

import pytest
from conftest import write_pcap
from craft import (DELU_MECHANICAL, EXPERT, GAS5, HIWITS, INFO, LICHUANG, MAITUO, MALFORMED, OEM, PLUS33, SANEXT,
                   STANDARD, TIANGANG, UNIT_FIRST, add_33, bcd, decode, differences, field_rows, frame,  # noqa: F401
                   heat_901f, le, matches, quantity, water_901f)

GROUPS = {}


def case(group, label, data, **expected):
    """A frame and what it must read as; energy__heating=1 stands for "energy.heating": 1."""
    GROUPS.setdefault(group, []).append((label, data, {name.replace("__", "."): value for name,
                                                       value in expected.items()}))


def standard_heat(**values):
    """Heat meter of no known maker: the standard's decimal places 2, 2, 4, 2, 0."""
    return frame(heat_901f(di="90 1F", **values), maker="33 78")


def water(data, **more):
    return frame(data, **{"type": 0x10, "number": "12345678", **more})


# ---- units: codes of section "units", as what they are in kWh, kW, m³/h and m³ ----

JOULE = Fraction(1, 3_600_000)  # in kWh
UNITS = {
    "energy.heating": {
        0x01: JOULE, 0x02: Decimal("0.001"), 0x03: Decimal("0.01"), 0x04: Decimal("0.1"), 0x05: Decimal(1),
        0x06: Decimal(10), 0x07: Decimal(100), 0x08: Decimal(1000), 0x09: Decimal(10_000), 0x0A: Decimal(100_000),
        0x0B: JOULE * 10**3, 0x0C: JOULE * 10**4, 0x0D: JOULE * 10**5, 0x0E: JOULE * 10**6, 0x0F: JOULE * 10**7,
        0x10: JOULE * 10**8, 0x11: JOULE * 10**9, 0x12: JOULE * 10**10, 0x13: JOULE * 10**11,
    },
    "power": {
        0x14: Decimal("0.001"), 0x15: Decimal("0.01"), 0x16: Decimal("0.1"), 0x17: Decimal(1), 0x18: Decimal(10),
        0x19: Decimal(100), 0x1A: Decimal(1000), 0x1B: Decimal(10_000), 0x1C: Decimal(100_000),
        0x40: JOULE, 0x43: JOULE * 10**3, 0x44: JOULE * 10**4, 0x45: JOULE * 10**5, 0x46: JOULE * 10**6,
        0x47: JOULE * 10**7, 0x48: JOULE * 10**8, 0x49: JOULE * 10**9, 0x4A: JOULE * 10**10, 0x4B: JOULE * 10**11,
    },
    "volume": {
        0x26: Decimal("0.000001"), 0x27: Decimal("0.00001"), 0x28: Decimal("0.0001"), 0x29: Decimal("0.001"),
        0x2A: Decimal("0.01"), 0x2B: Decimal("0.1"), 0x2C: Decimal(1), 0x2D: Decimal(10), 0x2E: Decimal(100),
    },
    "flow": {
        0x2F: Decimal("0.000001"), 0x30: Decimal("0.00001"), 0x31: Decimal("0.0001"), 0x32: Decimal("0.001"),
        0x33: Decimal("0.01"), 0x34: Decimal("0.1"), 0x35: Decimal(1), 0x36: Decimal(10), 0x37: Decimal(100),
    },
}
SLOTS = {"energy.heating": "energy2", "power": "power", "flow": "flow", "volume": "volume"}
PLACES = {"energy.heating": 2, "power": 2, "flow": 4, "volume": 2}
DIGITS = (0, 1, 7, 29, 12357, 33333333, 12345678, 99999998)
EXACT = {}  # display filter -> frame

for field, codes in UNITS.items():
    for code, factor in codes.items():
        for first in (False, True):
            for digits in DIGITS:
                data = standard_heat(**{SLOTS[field]: (digits, code)}, unit_first=first)
                if isinstance(factor, Decimal):
                    literal = f"{Decimal(digits).scaleb(-PLACES[field]) * factor:f}"
                    number = float(literal)
                    EXACT[f"cjt188.{field} == {literal}"] = data
                else:
                    number = pytest.approx(float(Fraction(digits, 10**PLACES[field]) * factor), rel=1e-14)
                case(f"unit {code:02X}", f"{digits}, unit {'first' if first else 'last'}", data,
                     **{field: number, "unit_mismatch": None, "unknown_unit": None, "unsupported": None})


# ---- units that give no number ----

MISFITS = {"energy1": 0x2C, "energy2": 0x17, "power": 0x05, "flow": 0x2C, "volume": 0x35}
FIELD_OF = {"energy1": "energy.settlement", "energy2": "energy.heating", "power": "power", "flow": "flow",
            "volume": "volume"}

for slot, code in MISFITS.items():
    expected = {name: 0.0 for name in FIELD_OF.values()}
    expected[FIELD_OF[slot]] = None
    if slot == "energy1":
        expected["energy.first"] = None
    case("a unit of another kind", slot, standard_heat(**{slot: (12345678, code)}), **expected, unit_mismatch=...,
         unknown_unit=None, bad_bcd=None, unsupported=None)
for code in (0x00, 0x1D, 0x20, 0x25, 0x38, 0x3F, 0x41, 0x42, 0x4C, 0x80, 0xFE, 0xFF):
    case("an unknown unit", f"{code:02X}", standard_heat(power=(12345678, code)), power=None, energy__heating=0.0,
         volume=0.0, unknown_unit=..., unit_mismatch=None, unsupported=None)


# ---- digits that are not decimal ----

for raw in ("1A 00 00 00", "00 A0 00 00", "00 00 00 F0", "FF FF FF 00", "BB BB BB BB", "00 00 0C 00"):
    case("bad digits", raw, standard_heat(volume=(bytes.fromhex(raw), 0x2C)), volume=None, bad_bcd=..., power=0.0,
         unsupported=None)


def with_bytes(data, offset, raw):
    """DATA with other bytes at an offset behind SER."""
    raw = bytes.fromhex(raw) if isinstance(raw, str) else raw
    return data[:3 + offset] + raw + data[3 + offset + len(raw):]


# Offsets behind SER in a heat meter's 901F.
ENERGY1, ENERGY2, POWER, FLOW, VOLUME, SUPPLY, RETURN, HOURS, CLOCK, STATUS = 0, 5, 10, 15, 20, 25, 28, 31, 34, 41


def patched(offset, raw, **more):
    return frame(with_bytes(heat_901f(di="90 1F"), offset, raw), **{"maker": "33 78", **more})


case("bad digits", "temperature", patched(SUPPLY, "0A 25 00"), temperature__supply=None, temperature__return=25.54,
     temperature__difference=None, bad_bcd=...)
case("bad digits", "hours", patched(HOURS, "0B 00 00"), operating_hours=None, bad_bcd=...)


# ---- fillers ----

HEAT_UNITS = {"energy1": 0x05, "volume": 0x2C}
FF4, NINES, THREES = b"\xff" * 4, b"\x99" * 4, b"\x33" * 4
for slot, (offset, unit) in {"energy1": (ENERGY1, 0x05), "energy2": (ENERGY2, 0x05), "power": (POWER, 0x17),
                             "flow": (FLOW, 0x35), "volume": (VOLUME, 0x2C)}.items():
    for raw in (FF4, NINES):
        for first in (False, True):
            case("fillers of quantities", f"{slot} {raw.hex()} {'first' if first else 'last'}",
                 standard_heat(**{slot: (raw, unit)}, unit_first=first), **{FIELD_OF[slot]: None}, unsupported=raw,
                 bad_bcd=None, unknown_unit=None, unit_mismatch=None)
    case("fillers of quantities", f"{slot} without unit", patched(offset, "00 00 00 00 00"), **{FIELD_OF[slot]: None},
         unsupported=bytes(4), unknown_unit=None)
    case("fillers of quantities", f"{slot} FF in the unit too", patched(offset, b"\xff" * 5), **{FIELD_OF[slot]: None},
         unsupported=..., unknown_unit=None, bad_bcd=None)
    case("no fillers", f"{slot} 0 with its unit", patched(offset, bytes(4) + bytes([unit])), **{FIELD_OF[slot]: 0.0},
         unsupported=None)
    # 33333333 is a number but for Delu's mechanical meters.
    case("no fillers", f"{slot} 33", patched(offset, THREES + bytes([unit])), unsupported=None,
         **{FIELD_OF[slot]: 3333.3333 if slot == "flow" else 333333.33})
case("fillers of other values", "supply FF", patched(SUPPLY, "FF FF FF"), temperature__supply=None,
     temperature__difference=None, unsupported=b"\xff" * 3, bad_bcd=None)
case("fillers of other values", "return FF", patched(RETURN, "FF FF FF"), temperature__return=None,
     unsupported=b"\xff" * 3)
case("fillers of other values", "hours FF", patched(HOURS, "FF FF FF"), operating_hours=None, unsupported=b"\xff" * 3)
case("fillers of other values", "clock FF", patched(CLOCK, b"\xff" * 7), clock=None, unsupported=b"\xff" * 7,
     bad_clock=None)
# 99 fills quantities of four bytes and clocks only, 33 those of Delu's mechanical meters.
case("no fillers", "temperature 99", patched(SUPPLY, "99 99 99"), temperature__supply=None, suspect=..., unsupported=None)
case("no fillers", "temperature 33", patched(SUPPLY, "33 33 00"), temperature__supply=33.33, unsupported=None)
case("no fillers", "hours 99", patched(HOURS, "99 99 99"), operating_hours=999999.0, unsupported=None)
case("no fillers", "clock 33", patched(CLOCK, b"\x33" * 7), clock=None, unsupported=None, bad_clock=...)


def delu_mechanical(**values):
    """Code 00 00, volume in litres, status byte 1 3x."""
    return frame(heat_901f(di="90 1F", **{"status": "00 30", "volume": (9588, 0x29), **values}))


case("33 of Delu's mechanical meters", "power", delu_mechanical(power=(THREES, 0x17)), dialect=DELU_MECHANICAL,
     power=None,
     unsupported=THREES, volume=0.09588)
case("33 of Delu's mechanical meters", "energies", delu_mechanical(energy1=(THREES, 0x05), energy2=(THREES, 0x05)),
     dialect=DELU_MECHANICAL, energy__settlement=None, energy__heating=None, unsupported=[THREES] * 2)
case("33 of Delu's mechanical meters", "clock", delu_mechanical(clock="33 33 33 33 33 33 33"), dialect=DELU_MECHANICAL,
     clock=None, unsupported=b"\x33" * 7, bad_clock=None)
case("33 of Delu's mechanical meters", "temperature is a number", delu_mechanical(supply=333333),
     temperature__supply=None, suspect=..., unsupported=None)
case("fillers with 33 added", "FF", frame(add_33(heat_901f(power=(FF4, 0x17)))), dialect=PLUS33, power=None,
     unsupported=FF4)
case("fillers with 33 added", "99", frame(add_33(heat_901f(power=(NINES, 0x17)))), dialect=PLUS33, power=None,
     unsupported=NINES)
# 33 on the wire is 0, FF on the wire CC.
case("fillers with 33 added", "33 on the wire", frame(add_33(heat_901f(power=(0, 0x17)))), dialect=PLUS33, power=0.0,
     unsupported=None)


# ---- what no meter can have: a sign that no document knows, a broken sensor ----

ZERO_80 = bytes.fromhex("00 00 00 80")
for slot, (offset, unit) in {"power": (POWER, 0x17), "flow": (FLOW, 0x35)}.items():
    for raw in ("00 00 00 80", "34 12 00 80", "99 99 99 80", "34 12 00 F0", "34 12 00 F5", "00 00 00 F9"):
        case("suspect", f"{slot} {raw}", patched(offset, bytes.fromhex(raw) + bytes([unit])), **{FIELD_OF[slot]: None},
             suspect=..., bad_bcd=None, unsupported=None, volume=0.0)
    for raw in ("00 00 00 81", "00 00 00 79", "00 00 00 90", "99 99 99 08"):
        case("not suspect", f"{slot} {raw}", patched(offset, bytes.fromhex(raw) + bytes([unit])), **{FIELD_OF[slot]: ...},
             suspect=None, bad_bcd=None)
    for raw in ("00 00 00 FA", "0A 00 00 F0", "00 00 00 A0", "00 00 00 FF", "0A 00 00 80"):
        case("not suspect", f"{slot} {raw}", patched(offset, bytes.fromhex(raw) + bytes([unit])), **{FIELD_OF[slot]: None},
             suspect=None, bad_bcd=...)
    case("not suspect", f"{slot}, unit of another kind", patched(offset, ZERO_80 + b"\x2c\x00\x00"), suspect=None,
         unit_mismatch=...)
for slot in ("energy1", "volume"):
    case("suspect", slot, standard_heat(**{slot: (ZERO_80, HEAT_UNITS[slot])}), **{FIELD_OF[slot]: None}, suspect=...)
    for digits in (80000001, 80000100, 79999999, 90000000, 81000000, 99999998):
        case("not suspect", f"{slot} {digits}", standard_heat(**{slot: (digits, HEAT_UNITS[slot])}),
             **{FIELD_OF[slot]: digits / 100}, suspect=None)
case("not suspect", "second energy", standard_heat(energy2=(80000000, 5)), energy__heating=800000.0, suspect=None)
case("suspect", "second volume of water", water(water_901f(second=(80000000, 0x2C))), volume__settlement=None, suspect=...)
for raw in ("25 12 80", "25 12 F0", "25 12 F1", "01 00 02", "99 99 99"):
    case("suspect", f"temperature {raw}", patched(RETURN, raw), temperature__return=None, temperature__supply=25.66,
         temperature__difference=None, suspect=..., bad_bcd=None)
for raw, number in {"00 00 02": 200.0, "99 99 01": 199.99, "25 80 00": 80.25}.items():
    case("not suspect", f"temperature {raw}", patched(RETURN, raw), temperature__return=number, suspect=None)
case("not suspect", "unit first", standard_heat(power=(800000, 0x17), unit_first=True), power=8000.0, suspect=None)
case("suspect", "unit first", standard_heat(power=(80000000, 0x17), unit_first=True), power=None, suspect=...)


# ---- clocks and dates ----

GOOD_CLOCKS = {
    "15 12 18 27 04 26 20": "2026-04-27 18:12:15",
    "00 00 00 01 01 00 20": "2000-01-01 00:00:00",
    "59 59 23 31 12 99 19": "1999-12-31 23:59:59",
    "59 59 23 31 12 99 21": "2199-12-31 23:59:59",
    "00 00 12 29 02 24 20": "2024-02-29 12:00:00",
    "00 00 12 29 02 00 20": "2000-02-29 12:00:00",
    # High byte first.
    "20 24 06 29 23 59 58": "2024-06-29 23:59:58",
    "20 16 07 15 09 59 59": "2016-07-15 09:59:59",
    "20 24 02 29 00 00 00": "2024-02-29 00:00:00",
    # The year high byte first.
    "00 00 12 01 01 20 16": "2016-01-01 12:00:00",
    "30 45 23 31 12 20 15": "2015-12-31 23:45:30",
}
NO_CLOCKS = [
    "00 00 00 00 00 00 00", "60 12 18 27 04 26 20", "15 60 18 27 04 26 20", "15 12 24 27 04 26 20",
    "15 12 18 00 04 26 20",
    "15 12 18 31 04 26 20", "15 12 18 27 13 26 20", "15 12 18 27 00 26 20", "00 00 12 29 02 23 20",
    "00 00 12 29 02 00 21",
    "15 12 18 27 04 26 22", "15 12 18 27 04 26 00", "1A 12 18 27 04 26 20", "15 12 18 27 04 A6 20",
    "FF FF FF FF FF FF 20",
    "52 40 16 04 01 00 00", "33 33 33 33 33 33 33",
]
for raw, text in GOOD_CLOCKS.items():
    case("clocks", raw, water(water_901f(clock=raw)), clock=text, bad_clock=None, unsupported=None)
    case("clocks", f"heat {raw}", standard_heat(clock=raw), clock=text, bad_clock=None)
for raw in NO_CLOCKS:
    case("impossible clocks", raw, water(water_901f(clock=raw)), clock=None, bad_clock=..., unsupported=None,
         digits=["00000000", "00000000", raw.replace(" ", "")])
case("clocks that are not there", "FF", water(water_901f(clock="FF " * 7)), clock=None, unsupported=b"\xff" * 7,
     bad_clock=None)
case("clocks that are not there", "99", water(water_901f(clock="99 " * 7)), clock=None, unsupported=b"\x99" * 7)


# ---- 903F ----


def hires_903f(**values):
    """DATA of an ultrasonic meter's 903F reply, L=3AH; each value in hex."""
    parts = {
        "supply": "74 28", "pulses": "00 00 00 00", "volume": "00 00 00 00 2C", "energy": "00 00 00 00 05",
        "alarm": "00 00 00",
        "diameter": "03 00", "zero": "00 00 00 00", "width": "00 00 00", "number": "00 00 00 00",
        "coefficients": "00 10 00 10 00 10 00 10", "temperature": "00 00 00 00", "parameter": "00 00",
        "return_": "30 28 00",
        "date": "29 06 24 20", "status": "00 00",
    }
    assert set(values) <= set(parts)
    data = bytes.fromhex("3F 90 01" + "".join({**parts, **values}.values()))
    assert len(data) == 0x3A
    return data


def hires(**values):
    return frame(hires_903f(**values), type=0x25, maker="11 11")


case("903F", "numbers", hires(volume="78 56 34 12 2C", energy="78 56 34 12 05", alarm="56 34 12", pulses="78 56 34 12",
                              zero="01 02 03 04", width="05 06 07", number="54 87 09 21", temperature="01 00 02 00",
                              parameter="00 04"),
     dialect=TIANGANG, hires__volume=12.345678, hires__energy=1234.5678, alarm_time=123456.0, pulses=0x12345678,
     zero_offset=0x04030201, pulse_width=0x070605, meter_number="21098754", temperature_coefficient=[1, 2],
     instrument_parameter=0x0400, temperature__supply=28.74, temperature__return=28.30, undocumented=b"\x00",
     energy__heating=None, volume=None)
case("903F", "units", hires(volume="78 56 34 12 29", energy="78 56 34 12 08"), hires__volume=0.012345678,
     hires__energy=1234567.8)
case("903F", "units of another kind", hires(volume="01 00 00 00 05", energy="01 00 00 00 2C"), hires__volume=None,
     hires__energy=None, unit_mismatch=...)
# 80 °C in two bytes is hot water, and a verification counter may stand anywhere below 100.
case("903F", "80", hires(supply="12 80", return_="00 80 00", volume="00 00 00 80 2C", energy="00 00 00 80 05"), suspect=None,
     temperature__supply=80.12, temperature__return=80.0, hires__volume=80.0, hires__energy=8000.0)
case("903F", "minus", hires(supply="12 F5"), suspect=..., temperature__supply=None, temperature__return=28.30)
case("903F", "fillers", hires(supply="FF FF", return_="FF FF 00", volume="FF FF FF FF 2C", energy="99 99 99 99 05",
                              date="FF FF FF FF"),
     temperature__supply=None, temperature__return=None, hires__volume=None, hires__energy=None, date=None,
     bad_clock=None,
     bad_bcd=None, unsupported=[b"\xff" * 2, b"\xff" * 4, b"\x99" * 4, b"\xff" * 2, b"\xff" * 4])
case("903F", "a number that is not set", hires(number="00 00 00 00"), meter_number="00000000")
for raw, value in {"00 10": 1.0, "4F 0F": 0x0F4F / 4096, "00 00": 0.0, "FF FF": 65535 / 4096,
                   "01 00": 1 / 4096}.items():
    case("coefficients", raw, hires(coefficients=f"{raw} 00 10 {raw} 00 20"), coefficient__q2_5=value,
         coefficient__q0_75=1.0,
         coefficient__q0_25=value, coefficient__q0_05=2.0)
NOMINAL = ["DN15", "DN20", "DN25", "DN32", "DN40", "DN50", "DN65", "DN80", "DN100", "DN125", "DN150", "DN200", "DN250",
           "DN300"]
for code, name in enumerate(NOMINAL, 1):
    case("diameters", name, hires(diameter=f"{code:02X} 00"), diameter=code)
case("diameters", "unknown", hires(diameter="0F 00"), diameter=0x0F)
case("diameters", "unknown, high byte", hires(diameter="03 01"), diameter=0x0103)
DATES = {"29 06 24 20": "2024-06-29", "29 02 24 20": "2024-02-29", "20 24 06 29": "2024-06-29",
         "31 12 99 19": "1999-12-31"}
for raw, text in DATES.items():
    case("dates", raw, hires(date=raw), date=text, bad_clock=None)
for raw in ("00 00 00 00", "31 06 24 20", "29 02 23 20", "29 13 24 20", "2A 06 24 20"):
    case("dates", raw, hires(date=raw), date=None, bad_clock=...)
case("mechanical 903F", "numbers", frame(bytes.fromhex(
    "3F 90 03 78 56 34 12 05 78 56 34 12 2C 43 26 00 18 26 00 56 34 12 01 02 03 04 05 06") + bytes(range(29)) +
    bytes.fromhex("00 04 58 03"), type=0x21),
    dialect=TIANGANG, hires__energy=1234.5678, hires__volume=12.345678, temperature__supply=26.43,
    temperature__return=26.18,
    alarm_time=123456.0, battery_voltage=3.58, instrument_parameter=0x0400, unexpected_length=None)
# What gas meters send under 903F is their history of six months, in an undocumented layout.
case("903F of a gas meter", "3AH", frame(hires_903f(), type=0x30), temperature__supply=None, hires__energy=None,
     diameter=None,
     undocumented=...)


# ---- status words ----

TIANGANG_BITS = {0x0004: "battery_low", 0x0100: "integrator_fault", 0x0200: "supply_sensor_fault",
                 0x0400: "return_sensor_fault", 0x0800: "flow_sensor_fault", 0x4000: "reverse_flow", 0x8000: "no_water"}
HIWITS_BITS = {0x0004: "battery_low", 0x0100: "supply_below", 0x0200: "supply_above", 0x0400: "return_below",
               0x0800: "return_above", 0x1000: "converter_fault", 0x2000: "flow_high", 0x4000: "no_flow"}
GAS_BITS = {0x0004: "battery_low", 0x0008: "valve_leak", 0x0010: "unused", 0x0020: "backup_battery_low",
            0x0040: "magnet",
            0x0080: "reed"}
STANDARD_BITS = {mask: name for mask, name in TIANGANG_BITS.items() if mask < 0x1000}
MAITUO_CODES = {0x01: "sensor_short", 0x02: "sensor_open", 0x04: "no_water", 0x08: "board_fault", 0x10: "flow_high"}


def gas_5bcd(status="00 00", volume="17 72 00 00 00"):
    return frame(bytes.fromhex(f"1F 90 01 {volume} 00 00 00 00 00 00 00 12 01 01 20 16 {status}"), type=0x30)


def status_cases(group, dialect, bits, make):
    for mask in [1 << bit for bit in range(2, 16)] + [0x0000, 0xFFFC]:
        expected = {f"status__{name}": bool(mask & own) for own, name in bits.items()}
        other = mask & ~sum(bits) & ~3
        case(group, f"{mask:04X}", make(le(mask, 2).hex()), dialect=dialect, status=mask, status__valve=0,
             status__other=other or None, fault=... if mask & sum(bits) else None, **expected)
    for valve in (0, 1, 3):
        case(group, f"valve {valve}", make(le(valve, 2).hex()), status__valve=valve, fault=None)


status_cases("status, standard", STANDARD, STANDARD_BITS, lambda st: standard_heat(status=st))
status_cases("status, OEM ultrasonic", OEM, STANDARD_BITS, lambda st: frame(heat_901f(status=st)))
status_cases("status, Tiangang", TIANGANG, TIANGANG_BITS, lambda st: frame(heat_901f(status=st), maker="11 11"))
status_cases("status, Hiwits", HIWITS, HIWITS_BITS, lambda st: frame(heat_901f(status=st), maker="55 55"))
status_cases("status, gas", GAS5, GAS_BITS, gas_5bcd)
status_cases("status, water", STANDARD, {0x0004: "battery_low"}, lambda st: water(water_901f(status=st)))
status_cases("status, gas with units", STANDARD, {0x0004: "battery_low"},
             lambda st: frame(water_901f(status=st), type=0x30))
case("status, SANEXT", "0004", frame(heat_901f(status="04 08"), maker="74 00"), dialect=SANEXT, status=0x0804,
     status__battery_low=True)
for code, name in MAITUO_CODES.items():
    case("status, Maituo", name, frame(heat_901f(di="90 1F", status=f"00 {code:02X}"), maker="11 11"), dialect=MAITUO,
         status=code << 8, status__code=code, fault=..., **{f"status__{name}": True})
case("status, Maituo", "well", frame(heat_901f(di="90 1F"), maker="11 11"), dialect=MAITUO, status=0, status__code=0,
     fault=None)
case("status, Maituo", "a code that is none of them", frame(heat_901f(di="90 1F", status="00 40"), maker="11 11"),
     dialect=MAITUO, status__code=0x40)


# ---- decimal places of the dialects ----

SAME = dict(energy1=(12345, 0x05), energy2=(12345, 0x05), power=(12345, 0x17), flow=(12345, 0x35),
            volume=(12345, 0x2C), hours=12)
for dialect, data, first, places in (
    (STANDARD, frame(heat_901f(di="90 1F", **SAME), maker="33 78"), "energy__settlement", (2, 2, 4, 2, 0)),
    (OEM, frame(heat_901f(**SAME)), "energy__cooling", (3, 3, 3, 3, 0)),
    (TIANGANG, frame(heat_901f(**SAME), maker="11 11"), "energy__cooling", (2, 2, 4, 2, 0)),
    (LICHUANG, frame(heat_901f(di="90 1F", unit_first=True, **SAME), maker="59 42"), "energy__settlement",
     (2, 2, 3, 2, 0)),
    (SANEXT, frame(heat_901f(**SAME), maker="74 00"), "energy__cooling", (2, 2, 2, 2, 0)),
    (MAITUO, frame(heat_901f(di="90 1F", **SAME), maker="11 11"), "energy__cooling", (0, 0, 0, 0, 0)),
    (HIWITS, frame(heat_901f(**SAME), maker="55 55"), "energy__settlement", (2, 2, 4, 2, 0)),
    (UNIT_FIRST, frame(heat_901f(di="90 1F", unit_first=True, **SAME)), "energy__settlement", (2, 2, 4, 2, 0)),
    (PLUS33, frame(add_33(heat_901f(**SAME))), "energy__settlement", (2, 2, 4, 2, 0)),
):
    energy, power, flow, volume, hours = (12345 / 10**place for place in places)
    case("decimal places", dialect, data, dialect=dialect, **{first: energy}, energy__first=energy,
         energy__heating=energy,
         power=power, flow=flow, volume=volume, operating_hours=12.0)


# Most meters never cool: what they have counted of it is a zero that nobody has to read.
case("cooling", "a meter that cools", frame(heat_901f(energy1=(12345, 0x05)), type=0x26, maker="11 11", number="00000021"),
     energy__cooling=123.45, info="00000021: cooling 123.45 kWh, heating 0.00 kWh, 25.66/25.54 °C")
case("cooling", "one that does not", frame(heat_901f(energy2=(12345, 0x05)), maker="11 11", number="00000022"),
     energy__cooling=0.0, info="00000022: heating 123.45 kWh, 25.66/25.54 °C")


# ---- water, gas, electricity ----

case("water", "both volumes", water(water_901f(volume=(12345, 0x2C), second=(678, 0x2C))), volume=123.45,
     volume__settlement=6.78, flow=None)
case("water", "Maituo: flow in second place", water(water_901f(di="90 1F", volume=(123, 0x2C), second=(456, 0x32)),
                                                    maker="11 11"),
     dialect=MAITUO, volume=123.0, flow=0.456, volume__settlement=None, unit_mismatch=None)
case("water", "flow in second place, 35", water(water_901f(volume=(12345, 0x2C), second=(12345, 0x35))), volume=123.45,
     flow=1.2345, volume__settlement=None, unit_mismatch=None)
case("water", "Maituo with reverse volume", water(
    bytes.fromhex("90 1F 00") + quantity(123, 0x2C) + quantity(45, 0x2C) + quantity(6, 0x35) +
    bytes.fromhex("15 12 18 27 04 26 20 04 00")),
    dialect=MAITUO, length=0x1B, volume=123.0, volume__reverse=45.0, flow=6.0, clock="2026-04-27 18:12:15",
    status__battery_low=True, volume__settlement=None, unexpected_length=None)
case("water", "control A1", water(
    bytes.fromhex("90 1F 01") + quantity(12345, 0x2C, True) + quantity(678, 0x2C, True) + quantity(12345, 0x35, True) +
    bytes.fromhex("41 20 14 16 12 19 20 DE AD BE EF"), control=0xA1),
    dialect=UNIT_FIRST, length=0x1D, volume=123.45, volume__second=6.78, volume__settlement=None, flow=1.2345, clock="2019-12-16 14:20:41",
    undocumented=bytes.fromhex("DE AD BE EF"), unexpected_length=None)
case("water", "control 91", water(bytes.fromhex("90 1F 00") + bytes(range(69)), control=0x91), length=0x48,
     undocumented=..., unexpected_length=None, volume=None)
case("gas", "five bytes of digits", gas_5bcd(volume="90 78 56 34 12"), dialect=GAS5, volume=123456789.0,
     volume__settlement=0.0, unit=None, clock="2016-01-01 12:00:00")
case("gas", "with units", frame(water_901f(volume=(12345, 0x2C)), type=0x30), dialect=STANDARD, volume=123.45)
case("electricity", "energy", frame(water_901f(volume=(12345, 0x05), second=(678, 0x05)), type=0x40), volume=None,
     energy__electric=123.45, unit_mismatch=None, unit=[5, 5])
for number, kind in enumerate((0x10, 0x30), 11):  # no document has an energy in this place, and none of these is electric
    case("electricity", f"none of type {kind:02X}",
         frame(water_901f(volume=(12345, 0x05)), type=kind, number=f"{number:08d}"), energy__electric=None, energy__heating=None, volume=None, unit_mismatch=...)
case("electricity", "none of a heat meter", frame(water_901f(volume=(12345, 0x05)), number="00000013", maker="33 78"),
     energy__electric=None, energy__heating=None, volume=None, unit_mismatch=...)
case("electricity", "none of a heat meter's freeze", frame(
    bytes.fromhex("D3 01 00 00 00 00 01 05 26 20") + quantity(123456, 0x05) + quantity(12345, 0x35) + bytes(6),
    number="00000014"),
    energy__electric=None, energy__heating=None, volume=None, flow=1.2345, unit_mismatch=...)


# ---- 610A, A016, 900E, 902F ----

LICHUANG_610A = "61 0A 00 76 98 0E 3D D5 62 04 00 51 F2 5B 33 1D 24 1F 00 55 F8 06 00 1E 00 0A"
case("610A", "the maker's example", frame(LICHUANG_610A, maker="59 42", control=0xA1), dialect=LICHUANG,
     operating_hours=456789.0, seconds=30, state=0x0A, bad_bcd=None)
EXACT["cjt188.hires.energy == 12345678.98765430"] = frame(LICHUANG_610A, maker="59 42", control=0xA1)
EXACT["cjt188.hires.volume == 87654321.12345681"] = frame(LICHUANG_610A, maker="59 42", control=0xA1)
for energy, volume in ((1, 99_999_999), (12_357, 123_456_789), (0, 10**15 + 1)):
    data = frame(bytes.fromhex("0A 61 00") + le(energy, 8) + le(volume, 8) + bytes(7), maker="59 42", control=0xA1)
    EXACT[f"cjt188.hires.energy == {Decimal(energy).scaleb(-8):f}"] = data
    EXACT[f"cjt188.hires.volume == {Decimal(volume).scaleb(-8):f}"] = data
case("610A", "not supported", frame("61 0A 00" + "FF" * 16 + "00" * 7, maker="59 42", control=0xA1), hires__energy=None,
     hires__volume=None, unsupported=[b"\xff" * 8] * 2)
case("A016", "value and unit", water("A0 16 00 45 23 01 00 2C", control=0x16), volume=123.45, unit=0x2C)
case("A016", "reply", water("A0 16 00 05 00", control=0x96), status=5, status__valve=1, status__battery_low=True)
LICHUANG_A016 = frame(bytes.fromhex("A0 16 00") + le(12_312_300_000, 8) + le(32_132_132_000, 8) + bytes(range(12)),
                      maker="59 42", control=0x16)
case("A016", "Lichuang, L=1FH", LICHUANG_A016, dialect=LICHUANG, length=0x1F, undocumented=bytes(range(12)),
     unexpected_length=None)
EXACT["cjt188.hires.energy == 123.123"] = LICHUANG_A016
EXACT["cjt188.hires.volume == 321.32132"] = LICHUANG_A016
# Whether these digits are decimal or binary, the document does not tell: below 10 it is the same.
for di in ("0E 90", "90 0E", "0D 90"):
    case("900E", di, frame(bytes.fromhex(f"{di} 00 03 07 00 00 00 05 00 00 00 09 00 00 00"), maker="55 55"),
         dialect=HIWITS,
         length=0x10, floor=3, hires__energy=0.007, hires__volume=0.00005, pulses=9, unexpected_length=None)
case("902F", "Maituo: as 901F", frame(heat_901f(di="90 2F", energy2=(123, 0x05), volume=(789, 0x2C)), maker="11 11"),
     dialect=MAITUO, energy__heating=123.0, volume=789.0, temperature__supply=25.66, clock="2026-04-27 18:12:15")
case("902F", "Yuanda", frame(bytes.fromhex("2F 90 00" "00 00 00 00 00 05" "00 00 00 00 00 05") + quantity(12345, 0x17) +
                             quantity(12345, 0x35) + bytes(6) + b"\x2c", maker="11 11"),
     length=0x20, unit=[5, 5, 0x17, 0x35, 0x2C], power=123.45, flow=1.2345, hires__energy=0.0, hires__volume=0.0,
     undocumented=None, unexpected_length=None)


# ---- history ----

for back in range(1, 13):
    di = 0xD120 + back - 1
    case("D120 to D12B", f"{di:04X}", water(di.to_bytes(2, "big") + b"\x01" + quantity(12345, 0x2C)), di=di,
         month=f"N-{back}",
         volume__monthly=123.45, di__swapped=True)
    case("D120 to D12B", f"heat {di:04X}", frame(di.to_bytes(2, "little") + b"\x01" + quantity(12345, 0x05),
                                                 maker="11 11"),
         di=di, month=f"N-{back}", energy__monthly=123.45, volume__monthly=None, di__swapped=False)
for di in (0xD131, 0xD134, 0xD140, 0xD152):
    case("makers' history", f"{di:04X} 12H", frame(
        di.to_bytes(2, "big") + b"\x00" + bytes.fromhex("06 24") + quantity(12345, 0x05) + quantity(678, 0x2C) +
        bytes.fromhex("56 34 12"), maker="33 78"),
        length=0x12, di=di, month="2024-06", energy__monthly=123.45, volume__monthly=6.78, operating_hours=123456.0)
    case("makers' history", f"{di:04X} 08H", water(di.to_bytes(2, "big") + b"\x00" + quantity(12345, 0x2C)), di=di,
         volume__monthly=123.45)
case("makers' history", "a month that is none", frame(
    bytes.fromhex("D1 31 00 13 24") + quantity(12345, 0x05) + quantity(678, 0x2C) + bytes(3), maker="33 78"),
    month=None, bad_clock=..., energy__monthly=123.45)
for di in ("D1 32", "D1 33", "D1 53"):
    case("makers' history", f"{di} is in no document", water(f"{di} 00 45 23 01 00 2C"), unknown_di=...,
         volume__monthly=None, undocumented=bytes.fromhex("45 23 01 00 2C"))
case("history of 2018", "D200", water(bytes.fromhex("D2 00 00") + quantity(12345, 0x2C)), di=0xD200, unknown_di=None,
     volume__monthly=123.45)
case("history of 2018", "freeze", water(
    bytes.fromhex("D3 05 00 15 12 18 27 04 26 20") + quantity(12345, 0x2C) + quantity(12345, 0x35) +
    bytes.fromhex("66 25 00 23 01 00")),
    length=0x1A, di=0xD305, unknown_di=None, freeze__time="2026-04-27 18:12:15", volume=123.45, flow=1.2345,
    pressure=...,
    clock=None)
case("history of 2018", "with another function these are unknown", water("D3 05 00", control=0x04), unknown_di=...)


# ---- 2018, one source ----

# How many decimal places its three bytes of flow have, the source does not tell.
HEAT_2018 = (bytes.fromhex("90 1F 00") + quantity(12345, 0x05) + quantity(678, 0x05) + bcd(1234,
                                                                                           3) + b"\x17" + bcd(12345,
                                                                                                              3) +
             b"\x35" + quantity(999, 0x2C) + bcd(2566, 2) + bcd(2554, 2) + bcd(13100, 4) +
             bytes.fromhex("15 12 18 27 04 26 20 04 00"))
case("2018", "heat, L=2BH", frame(HEAT_2018, maker="33 78"), length=0x2B, energy__settlement=123.45,
     energy__heating=6.78,
     power=12.34, flow=..., volume=9.99, temperature__supply=25.66, temperature__return=25.54, operating_hours=13100.0,
     clock="2026-04-27 18:12:15", status__battery_low=True, unexpected_length=None)
case("2018", "return", frame("90 4F 00 54 25", maker="33 78"), temperature__return=25.54, temperature__supply=None)
case("2018", "supply", frame("90 5F 00 66 25", maker="33 78"), temperature__supply=25.66)
case("2018", "hours", frame("90 6F 00 00 31 01 00", maker="33 78"), operating_hours=13100.0)
case("2018", "clock", frame("90 7F 00 15 12 18 27 04 26 20", maker="33 78"), clock="2026-04-27 18:12:15")


# ---- prices, purchase, days, key ----

PRICES = "50 01 00 00 10 00 75 02 00 00 20 00 99 03 00"
for label, data in (("8102", water("81 02 00" + PRICES)), ("A010", water("A0 10 00" + PRICES, control=0x04))):
    case("prices", label, data, length=0x12, price__1=1.50, price__volume__1=1000.0, price__2=2.75,
         price__volume__2=2000.0,
         price__3=3.99)
case("prices", "A010 reply", water("A0 10 00 01 00", control=0x84), status=1, status__valve=1)
case("purchase", "8105", water("81 05 00 07 00 50 00 00 00 00 12 00 34 12 00 00 04 00"), length=0x12, purchase__count=7,
     purchase__amount=50.0, purchase__total=1200.0, purchase__remaining=12.34, status=4, status__battery_low=True)
case("purchase", "A013", water("A0 13 00 08 00 50 00 00", control=0x04), length=0x08, purchase__count=8,
     purchase__amount=50.0)
case("purchase", "A013 reply", water("A0 13 00 08 00 50 00 00", control=0x84), purchase__count=8, purchase__amount=50.0)
for label, control, di in (("8103", 0x81, "81 03"), ("8104", 0x81, "81 04"), ("A011", 0x04, "A0 11"),
                           ("A012", 0x04, "A0 12")):
    case("days", label, water(f"{di} 00 25", control=control), day=25, length=4)
case("days", "bad digits", water("81 03 00 2A"), day=None)
for di in ("A0 11", "A0 12", "A0 14", "A0 15", "A0 18", "A0 19"):
    case("replies without a value", di, water(f"{di} 00", control=0x84), unexpected_length=None, unknown_di=None,
         undocumented=None)
KEY = bytes.fromhex("11 22 33 44 55 66 77 88")
case("key", "A014", water(bytes.fromhex("A0 14 00 03") + KEY, control=0x04), length=0x0C, key_version=3, key=KEY,
     unsupported=None)
case("key", "33 in every byte is a key", water(bytes.fromhex("A0 14 00 03") + b"\xff" * 8, control=0x04),
     key=b"\xff" * 8,
     unsupported=None)
case("key", "8106", water("81 06 00 05", control=0x89), key_version=5)


# ---- writes, valve, errors ----

case("writes", "A015", water("A0 15 00 15 12 18 27 04 26 20", control=0x04), clock="2026-04-27 18:12:15", length=0x0A)
case("writes", "A018", water("A0 18 00 01 23 45 67 89 33 78", control=0x15), new_address="78338967452301")
case("writes", "the thread's 39", frame("18 A0 AA 25 32 26 24 00 11 11 00 31 11 27 04 26 20", control=0x39,
                                        maker="11 11"),
     new_address="11110024263225", clock="2026-04-27 11:31:00", length=0x11, unexpected_length=None)
case("writes", "36: flow coefficients, largest flow first", frame("A0 19 06 00 01 10 02 10 03 10 04 10", control=0x36),
     length=0x0C,
     coefficient__q2_5=0x1001 / 4096, coefficient__q0_75=0x1002 / 4096, coefficient__q0_25=0x1003 / 4096,
     coefficient__q0_05=0x1004 / 4096)
case("writes", "A117", frame("A1 17 00 15 12 18 27 04 26 20", type=0x48, control=0x84, maker="11 11"), dialect=MAITUO,
     clock="2026-04-27 18:12:15")
for code in (0x55, 0x99, 0x66, 0x77, 0x00, 0xAA, 0x12):
    case("valve", f"{code:02X}", water(f"A0 17 00 {code:02X}", control=0x04), valve=code)
case("valve", "reply", water("A0 17 00 01 00", control=0x84), status=1, status__valve=1, valve=None)
for code in (0x55, 0x99, 0x59):
    # A meter of its own: a valve reply takes the dialect of the same meter's last reading.
    case("valve", f"reply of Maituo {code:02X}", frame(f"A0 17 00 {code:02X}", control=0x84, maker="11 11",
                                                       number="26015422"),
         dialect=MAITUO, valve=code, status=None)
ERROR = {"control.error": True, "control.response": True, "unexpected_length": None, "unknown_di": None,
         "undocumented": None}
case("errors", "L=01", water("02", control=0xC1), status__code=2, di=None, ser=None, **ERROR)
case("errors", "L=03", water("07 04 00", control=0xC1), ser=7, status=4, status__battery_low=True, di=None, **ERROR)
case("errors", "L=03 with a known identifier", water("1F 90 07", control=0xC1), di=0x901F, ser=7, status=None,
     **{name: value for name, value in ERROR.items() if name.startswith("control")})
case("errors", "L=04", water("90 1F 07 02", control=0xC1), di=0x901F, ser=7, status__code=2, status=None, **ERROR)
case("errors", "L=05", water("1F 90 07 04 00", control=0xC1), di=0x901F, ser=7, status=4, status__battery_low=True,
     **ERROR)
case("errors", "valve, L=05", water("A0 17 01 01 00", control=0xC4), di=0xA017, status__valve=1, **ERROR)


# ---- M-Bus in transit, what is not documented ----

INNER = bytes.fromhex("68 07 07 68 53 FE 51 0F 01 00 01 B3 16")
BARE_WATER_DATA = bytes.fromhex("90 1F 00 00 01 23 45 67 89 01 00 12 34 25 10 15 30 01 01 26 04 00")
case("water without units", "one document", water(BARE_WATER_DATA), unit=None, volume=None, volume__settlement=None, flow=None,
     unit_mismatch=None, unknown_unit=None, bad_clock=None, status=4, status__battery_low=True, unexpected_length=None,
     undocumented=[bytes.fromhex(raw) for raw in ("00012345", "678901", "001234", "25", "101530010126")])

case("19BB", "long frame", water(bytes.fromhex("BB 19 01 01 0D 00") + INNER, control=0x04), mbus__start=[0x68, 0x68],
     mbus__length=[7, 7], mbus__control=0x53, mbus__address=0xFE, mbus__ci=0x51,
     mbus__data=bytes.fromhex("0F 01 00 01"),
     mbus__checksum=0xB3, undocumented=None)
case("19BB", "short frame", water("BB 19 01 01 05 00 10 5B 01 5C 16", control=0x04), mbus__start=0x10,
     mbus__control=0x5B,
     mbus__address=1)
case("19BB", "reply", water(bytes.fromhex("BB 19 01 01 0D 00") + INNER, control=0x84), mbus__ci=0x51)
# Behind a preamble, with a byte behind it, and where 33H was added: the frame itself is read, as it was before that.
BARE = bytes.fromhex("68 05 05 68 08 05 72 11 22 B2 16")
IN_TRANSIT = {"mbus.length": [5, 5], "mbus.control": 8, "mbus.address": 5, "mbus.ci": 0x72,
              "mbus.data": bytes.fromhex("11 22"), "mbus.checksum": 0xB2}
TUNNEL = bytes.fromhex("BB 19 00 01 0D 00")
case("19BB", "preamble", water(TUNNEL + b"\xfe\xfe" + BARE, control=0x84), preamble=b"\xfe\xfe", undocumented=None,
     **IN_TRANSIT)
case("19BB", "preamble and 33H", water(add_33(TUNNEL + b"\xfe\xfe" + BARE), control=0x84, preamble=2), dialect=PLUS33,
     preamble=[b"\xfe\xfe", b"\xfe\xfe"], undocumented=None, **IN_TRANSIT)
case("19BB", "33H and a byte behind it", water(add_33(TUNNEL + BARE + b"\x01"), control=0x84), dialect=PLUS33,
     undocumented=b"\x01", **IN_TRANSIT)
case("19BB", "no frame", water("BB 19 01 01 03 00 01 02 03", control=0x04), mbus__start=None,
     undocumented=bytes([1, 2, 3]))
case("19BB", "nothing behind it", water("BB 19 01 01 00", control=0x04), mbus__start=None)
case("not documented", "an identifier", water("8F 77 00 01 02 03"), di=0x8F77, unknown_di=...,
     undocumented=bytes([1, 2, 3]))
case("not documented", "a length", water("90 1F 00 01 02 03"), di=0x901F, unexpected_length=...,
     undocumented=bytes([1, 2, 3]),
     volume=None)
case("not documented", "one byte of data", water("12", control=0x81), undocumented=b"\x12", di=None)
case("not documented", "temperature coefficients", frame("A0 19 06" + "01 02 03 04 05 06 07 08 09 0A 0B", control=0x37),
     length=0x0E, control__function=0x37)


@pytest.fixture(scope="module")
def decoded(decode):
    """{group: the packets of its cases}, all from one run."""
    cases = [(group, data) for group, rows in GROUPS.items() for _, data, _ in rows]
    out = {}
    for (group, _), packet in zip(cases, decode([data for _, data in cases])):
        out.setdefault(group, []).append(packet)
    return out


@pytest.mark.parametrize("group", GROUPS)
def test_values(decoded, group):
    wrong = {}
    assert GROUPS[group]
    for (label, data, expected), packet in zip(GROUPS[group], decoded[group]):
        bad = differences(packet, expected)
        if packet[MALFORMED] or packet["checksum.status"] != [1]:
            bad["frame"] = f"malformed {packet[MALFORMED]!r}, checksum {packet['checksum.status']}"
        if bad:
            wrong[f"{label}: {data.hex(' ')}"] = bad
    assert wrong == {}


def test_numbers_equal_the_decimal_literals_that_they_print_as(tshark, readable_folder):
    """Not nearly: == in a display filter compares exactly."""
    filters = list(EXACT)
    path = write_pcap(readable_folder / "exact.pcap", list(EXACT.values()))
    wanted = {f"{text} && frame.number == {number}": 1 for number, text in enumerate(filters, 1)}
    found = matches(tshark, path, wanted)
    assert len(found) > 200
    assert [text for text, count in found.items() if count != 1] == []


def shown(tshark, capture, data):
    """The texts of the tree."""
    packet, = tshark.pdml(capture([data]))
    return [field.get("showname") or field.get("show") or "" for field in packet.iter("field")]


def test_what_gives_no_number_still_shows_digits_and_unit(tshark, capture):
    texts = shown(tshark, capture, standard_heat(power=(12345678, 0x05)))
    assert any("Power" in text and "12345678" in text and "kWh" in text for text in texts)
    texts = shown(tshark, capture, standard_heat(volume=(bytes.fromhex("1A 00 00 00"), 0x2C)))
    assert any("Volume" in text and "0000001A" in text for text in texts)


def test_a_suspect_value_says_what_a_minus_would_make_of_it(tshark, capture):
    for data, words in ((standard_heat(power=(ZERO_80, 0x17)), "Power: digits 80000000, unit kW, no number (no meter can have "
                         "that: with a minus it would be -0.00 kW)"),
                        (standard_heat(flow=(bytes.fromhex("34 12 00 F0"), 0x35)), "Flow: digits F0001234, unit m³/h, no number "
                         "(no meter can have that: with a minus it would be -0.1234 m³/h)"),
                        (patched(SUPPLY, "25 12 80"), "Supply temperature: digits 801225, no number (no meter can have that: with "
                         "a minus it would be -12.25 °C)"),
                        (patched(SUPPLY, "25 12 F1"), "Supply temperature: digits F11225, no number (no meter can have that: with "
                         "a minus it would be -112.25 °C)"),
                        (patched(SUPPLY, "99 99 99"), "Supply temperature: digits 999999, no number (no meter can have that: above "
                         "200 °C)")):
        assert words in shown(tshark, capture, data)


def test_the_order_of_a_clock_is_named(tshark, capture):
    texts = shown(tshark, capture, water(water_901f(clock="15 12 18 27 04 26 20")))
    assert "Clock: 2026-04-27 18:12:15" in texts
    for raw, words in (("20 24 06 29 23 59 58", ("2024-06-29 23:59:58", "high byte first")),
                       ("00 00 12 01 01 20 16", ("2016-01-01 12:00:00", "year"))):
        clock, = [text for text in shown(tshark, capture, water(water_901f(clock=raw))) if text.startswith("Clock:")]
        assert all(word in clock for word in words), clock


def test_one_source_is_called_one_source(tshark, capture):
    for data in (frame(HEAT_2018, maker="33 78"), frame("90 4F 00 54 25", maker="33 78"),
                 water(bytes.fromhex("D2 00 00") + quantity(12345, 0x2C))):
        assert any("2018, one source" in text for text in shown(tshark, capture, data))


def test_codes_are_named(tshark, capture):
    for code, name in enumerate(NOMINAL, 1):
        if code in (1, 3, 14):
            assert any(f"Nominal diameter: {name} " in text for text in shown(tshark, capture,
                                                                              hires(diameter=f"{code:02X} 00")))
    texts = shown(tshark, capture, water("A0 17 00 55", control=0x04))
    assert any(text.startswith("Valve control: open") for text in texts)


def status_texts(tshark, capture, data):
    return [text.split(" = ", 1)[1] for text in shown(tshark, capture, data) if text[:4].strip(".01") == "" and " = " in text]


def test_valve_bits_say_that_there_may_be_no_valve(tshark, capture):
    for status, words in (("00 00", "00 (open"), ("01 08", "01 (closed"), ("02 00", "10 (undefined"), ("03 00", "11 (abnormal")):
        for data in (frame(heat_901f(status=status)), standard_heat(status=status), water(water_901f(status=status))):
            texts = status_texts(tshark, capture, data)
            assert f"Valve bits {words}, where there is a valve)" in texts, texts
            assert not any("Valve:" in text for text in texts)
    # What is asked of a valve is answered by one, and the gas meter whose document has a valve has one.
    for data in (water("A0 17 00 01 00", control=0x84), gas_5bcd(status="01 00")):
        assert "Valve: closed (1)" in status_texts(tshark, capture, data)


def test_bits_in_the_other_byte_are_said_to_be_the_threads_faults(tshark, capture, decode):
    data = frame(heat_901f(status="08 00"))
    other, = [text for text in status_texts(tshark, capture, data) if text.startswith("Bits without a name: 0x0008")]
    assert "if the two bytes were swapped: flow sensor fault" in other and "thread" in other
    packet, = decode([data])
    assert differences(packet, {"status": 0x0008, "status.other": 0x0008, "status.flow_sensor_fault": False, "fault": None}) == {}
    # Nothing is said of bits that would be none there either, nor of other makers' meters, nor of water.
    for data in (frame(heat_901f(status="10 00")), frame(heat_901f(status="00 80")), water(water_901f(status="08 00")),
                 frame(heat_901f(status="08 00"), maker="55 55"), frame(heat_901f(status="08 00"), maker="11 11")):
        assert any(text.startswith("Bits without a name") for text in status_texts(tshark, capture, data))
        assert not any("swapped" in text for text in status_texts(tshark, capture, data))


def test_a_makers_counter_of_1e_8_can_be_read(tshark, capture):
    """D1xx with L=0BH: whose quantity it is, is not documented, its number is: 123.123."""
    texts = shown(tshark, capture, frame(bytes.fromhex("D1 40 00") + le(12_312_300_000, 8), maker="59 42"))
    assert any("123.123" in text for text in texts), texts


def test_the_known_lengths_are_said(decode):
    packet, = decode([water("90 1F 00 01 02 03")])
    assert any("22" in text and "27" in text for text in packet["remark"]), packet["remark"]


def test_an_error_reply_is_called_so(decode):
    for packet in decode([water("02", control=0xC1), water("07 04 00", control=0xC1),
                          water("90 1F 07 02", control=0xC1)]):
        assert "error" in packet[INFO]
        assert packet[EXPERT] != []
