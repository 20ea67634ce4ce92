# The rules that decide the order of the identifier's bytes, the place of the unit bytes and the dialect: each row of
# the rule table, and the rules as properties of thousands of made-up frames, against a second implementation of them.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import random
from decimal import Decimal

import pytest
from conftest import write_pcap
from craft import (BARE_WATER, DELU_MECHANICAL, GAS5, HIWITS, HUIZHONG, LICHUANG, MAITUO, OEM, PLUS33, SANEXT, STANDARD, TIANGANG,
                   UNIT_FIRST, add_33, bcd, decode, differences, field_rows, frame, heat_901f, quantity,
                   water_901f, write_lines)  # noqa: F401

SEED = 188

# ---- the identifier ----

# Identifier or range: with which functions it is used. Known with any function, but D2xx to D4xx.
KNOWN = {
    (0x901F, 0x901F): (0x01,), (0x902F, 0x902F): (0x01,), (0x900D, 0x900E): (0x01,), (0x903F, 0x903F): (0x01,),
    (0x904F, 0x904F): (0x01,), (0x905F, 0x905F): (0x01,), (0x906F, 0x906F): (0x01,), (0x907F, 0x907F): (0x01,),
    (0xD120, 0xD12B): (0x01,), (0xD131, 0xD131): (0x01,), (0xD134, 0xD152): (0x01,), (0x8102, 0x8105): (0x01,),
    (0x8106, 0x8106): (0x09,), (0x810A, 0x810A): (0x03,), (0xA010, 0xA015): (0x04,), (0xA016, 0xA016): (0x16,),
    (0xA017, 0xA017): (0x04,), (0xA018, 0xA018): (0x15, 0x39), (0xA019, 0xA019): (0x04, 0x36),
    (0x610A, 0x610A): (0x21,),
    (0x19BB, 0x19BB): (0x04,), (0x9A1F, 0x9AAF): (0x1A, 0x3E), (0x020A, 0x020A): (0x21,), (0x120A, 0x120A): (0x21,),
    (0xA021, 0xA021): (0x20,), (0x2A43, 0x2A43): (0x3A,), (0x2A49, 0x2A49): (0x3A,), (0xB26C, 0xB26D): (0x3B,),
    (0xA00E, 0xA00E): (0x24,), (0xA117, 0xA117): (0x04,),
}
HISTORY_2018 = range(0xD200, 0xD500)


def is_known(di, function):
    return any(first <= di <= last for first, last in KNOWN) or (di in HISTORY_2018 and function == 0x01)


def decide_identifier(first, second, function):
    """(identifier, high byte first, 33 added) by the rule; the order is None where nothing tells it."""
    for offset in (0, 0x33):
        a, b = (first - offset) & 0xFF, (second - offset) & 0xFF
        if is_known(a << 8 | b, function):
            return a << 8 | b, True, offset != 0
        if is_known(b << 8 | a, function):
            return b << 8 | a, False, offset != 0
    if first < 0x80 <= second:
        return second << 8 | first, False, False
    return first << 8 | second, True if second < 0x80 <= first else None, False


def all_known():
    for (first, last), functions in KNOWN.items():
        for di in range(first, last + 1):
            yield from ((di, function) for function in functions)
    yield from ((di, 0x01) for di in HISTORY_2018)


@pytest.fixture(scope="session")
def columns(tshark, readable_folder):
    """columns(packets, names): a dict a packet, as fast as it goes; each on a line of its own, so that
    it speaks for itself, or all together on one."""
    count = iter(range(10**9))

    def read(packets, names, *options, together=False):
        path = (write_pcap if together else write_lines)(readable_folder / f"rules-{next(count)}.pcap", packets)
        rows = tshark.fields(path, ["cjt188." + name for name in names], *options)
        assert len(rows) == len(packets)
        return [{name: row["cjt188." + name] for name in names} for row in rows]

    return read


def order_text(high_first):
    return {True: "1", False: "0", None: ""}[high_first]


def identifier_mistakes(columns, wires):
    """wires: [(first byte, second byte, function)]; each in a request of a meter whose code says nothing."""
    packets = [frame(bytes([first, second, 0]), control=function, maker="33 78", type=0x10) for first, second,
               function in wires]
    wrong = {}
    for wire, packet in zip(wires, columns(packets, ["di", "di.swapped", "dialect"])):
        di, high_first, plus_33 = decide_identifier(*wire)
        expected = (f"0x{di:04x}", order_text(high_first), plus_33)
        got = (packet["di"], packet["di.swapped"], packet["dialect"] == PLUS33)
        if got != expected and len(wrong) < 10:
            wrong["%02X %02X with function %02X" % wire] = f"expected {expected}, got {got}"
    return wrong


def test_every_known_identifier_in_both_orders(columns):
    known = list(all_known())
    assert len(known) > 900
    high = [(di >> 8, di & 0xFF, function) for di, function in known]
    low = [(di & 0xFF, di >> 8, function) for di, function in known]
    assert identifier_mistakes(columns, high + low) == {}
    # The model above says no less than this: each reads as itself, but for the pairs that mirror each other.
    mirrored = {di for di in HISTORY_2018 if (di & 0xFF) << 8 | di >> 8 in HISTORY_2018}
    assert all(decide_identifier(di >> 8, di & 0xFF, function)[:2] == (di, True) for di, function in known)
    as_sent = {di for di, function in known if decide_identifier(di & 0xFF, di >> 8, function)[:2] != (di, False)}
    assert as_sent == mirrored | {0x9A9A}
    assert len(mirrored) == 9 and {0xD2D3, 0xD3D2, 0xD2D4, 0xD4D3} <= mirrored


def test_every_known_identifier_with_33_added(columns):
    known = list(all_known())
    wires = [((a + 0x33) & 0xFF, (b + 0x33) & 0xFF, function)
             for di, function in known for a, b in ((di >> 8, di & 0xFF), (di & 0xFF, di >> 8))]
    assert identifier_mistakes(columns, wires) == {}
    assert decide_identifier(0xC3, 0x52, 0x01) == (0x901F, True, True)
    assert decide_identifier(0x52, 0xC3, 0x01) == (0x901F, False, True)


def test_any_two_bytes(columns):
    dice = random.Random(SEED)
    wires = [divmod(pair, 256) + (0x01,) for pair in dice.sample(range(65536), 8_000)]
    wires += [(dice.randrange(256), dice.randrange(256), dice.choice((0x03, 0x04, 0x09, 0x15, 0x16, 0x21, 0x33)))
              for _ in range(2000)]
    assert identifier_mistakes(columns, wires) == {}


def test_33_is_taken_off_everything_behind_l_and_nothing_else(decode):
    """The same data with 33 added read the same, whatever their order and unit position."""
    dice = random.Random(SEED)
    bodies = []
    for _ in range(200):
        numbers = {name: (dice.randrange(99_999_999), unit) for name, unit in
                   (("energy1", 0x05), ("energy2", 0x08), ("power", 0x17), ("flow", 0x35), ("volume", 0x2C))}
        bodies.append(heat_901f(di=dice.choice(("1F 90", "90 1F")), unit_first=dice.random() < 0.5,
                                ser=dice.randrange(256),
                                status="04 00", **numbers))
    plain = decode([frame(data, maker="33 78") for data in bodies])
    added = decode([frame(add_33(data), maker="33 78") for data in bodies])
    same = ["energy.heating", "power", "flow", "volume", "temperature.supply", "temperature.return", "operating_hours",
            "clock", "status", "di", "di.swapped", "ser", "unit", "unsupported"]
    for data, one, other in zip(bodies, plain, added):
        assert other["dialect"] == [PLUS33]
        assert {name: other[name] for name in same} == {name: one[name] for name in same}, data.hex(" ")
        assert other["checksum.status"] == [1] and other["meter"] == ["24263225"]
        assert one["energy.heating"] != []


# ---- the place of the unit bytes ----

E = [code for code in range(0x01, 0x14)]
P = [code for code in range(0x14, 0x1D)]
V = [code for code in range(0x26, 0x2F)]
F = [code for code in range(0x2F, 0x38)]
FACTOR = {0x02: "0.001", 0x05: "1", 0x08: "1000", 0x14: "0.001", 0x17: "1", 0x1A: "1000", 0x29: "0.001", 0x2C: "1",
          0x32: "0.001",
          0x35: "1"}
PLACES = {"energy.settlement": 2, "energy.heating": 2, "power": 2, "flow": 4, "volume": 2, "volume.settlement": 2, "volume.second": 2,
          "volume.reverse": 0}
SLOTS = {
    0x2E: [("energy.settlement", E), ("energy.heating", E), ("power", P), ("flow", F), ("volume", V)],
    0x16: [("volume", V), ("volume.settlement", V)],
    0x1D: [("volume", V), ("volume.second", V), ("flow", F)],
}
TAIL = {0x2E: "66 25 00 54 25 00 00 31 01 15 12 18 27 04 26 20 00 00", 0x16: "15 12 18 27 04 26 20 00 00",
        0x1D: "15 12 18 27 04 26 20 01 02 03 04"}


def random_reading(dice, length, first):
    """DATA with values of up to eight digits, and the numbers that they are."""
    body, expected = b"", {}
    for name, codes in SLOTS[length]:
        digits = dice.randrange(10 ** dice.randint(1, 8))
        if digits == 99_999_999:
            digits = 0
        code = dice.choice([code for code in codes if code in FACTOR] if dice.random() < 0.8 else codes)
        body += quantity(digits, code, first)
        if name in ("power", "flow") and 80_000_000 <= digits < 81_000_000:
            expected[name] = None  # no meter has that: test_values.py
        elif code in FACTOR:
            expected[name] = float(Decimal(digits).scaleb(-PLACES[name]) * Decimal(FACTOR[code]))
    di = dice.choice(("1F 90", "90 1F"))
    data = bytes.fromhex(di) + bytes([dice.randrange(256)]) + body + bytes.fromhex(TAIL[length])
    assert len(data) == length
    return data, expected


@pytest.mark.parametrize("length, type, control", [(0x2E, 0x20, 0x81), (0x16, 0x10, 0x81), (0x1D, 0x10, 0xA1)],
                         ids=["heat-2E", "water-16", "water-1D"])
def test_units_are_found_first_or_last_whatever_the_digits(columns, length, type, control):
    dice = random.Random(SEED + length)
    made = []
    for number in range(2000):
        first = number % 2 == 0
        data, expected = random_reading(dice, length, first)
        made.append((frame(data, type=type, control=control, maker="33 78"), expected, first))
    names = ["dialect", "unit_mismatch", "unknown_unit", "bad_bcd"] + [name for name, _ in SLOTS[length]]
    wrong = {}
    for (data, expected, first), packet in zip(made, columns([data for data, _, _ in made], names)):
        got = {name: float(packet[name]) if packet[name] else None for name in expected}
        if got != expected or packet["dialect"] != (UNIT_FIRST if first else STANDARD):
            wrong[data.hex(" ")] = f"unit {'first' if first else 'last'}: expected {expected}, got {packet}"
    assert len(wrong) == 0, dict(list(wrong.items())[:3])


def test_testing_only_the_first_and_the_last_unit_would_not_do(decode):
    """Both ends of every value look like units: the slots are counted."""
    last = frame(heat_901f(di="90 1F", energy1=(12345605, 0x05), energy2=(5, 0x05), power=(1700000, 0x17),
                           flow=(35, 0x35), volume=(34000000, 0x2C)), maker="33 78")
    first = frame(heat_901f(di="90 1F", unit_first=True, energy1=(5123456, 0x05), energy2=(5000000, 0x05),
                            power=(0, 0x17), flow=(35000000, 0x35), volume=(0, 0x2C)), maker="33 78")
    packets = decode([last, first])
    assert [packet["dialect"] for packet in packets] == [[STANDARD], [UNIT_FIRST]]
    assert [packet["energy.settlement"] for packet in packets] == [[123456.05], [51234.56]]
    assert [packet["flow"] for packet in packets] == [[0.0035], [3500.0]]


def test_a_filler_keeps_the_place_of_its_neighbours_unit(decode):
    for first, name in ((True, UNIT_FIRST), (False, STANDARD)):
        packet, = decode([frame(water_901f(di="90 1F", volume=(7, 0x2C), second=(b"\xff" * 4, 0x2C), unit_first=first),
                                type=0x10)])
        assert packet["dialect"] == [name] and packet["volume"] == [0.07] and packet["unsupported"] == [b"\xff" * 4]


def test_gas_without_units_is_read_so_whatever_the_digits(columns):
    """Digits that look like a unit are no unit. A pair that looks like two volume units cannot be told: 1 in 600."""
    dice = random.Random(SEED)
    readings = [(dice.randrange(10 ** dice.randint(1, 8)), dice.randrange(10 ** dice.randint(1, 8)))
                for _ in range(2000)]
    packets = [frame(bytes.fromhex("1F 90 01") + bcd(volume, 5) + bcd(settled,
                                                                      5) + bytes.fromhex("00 00 12 01 01 20 16 04 00"),
                     type=0x30) for volume, settled in readings]
    names = ["dialect", "volume", "volume.settlement", "status.battery_low"]
    got = [tuple(packet[name] for name in names) for packet in columns(packets, names)]
    right = [one[0] == GAS5 and float(one[1]) == volume / 10 and float(one[2]) == settled / 10 and one[3] == "1"
             for one, (volume, settled) in zip(got, readings)]
    wrong = [reading for reading, fine in zip(readings, right) if not fine]
    assert len(wrong) <= len(readings) // 200, f"{len(wrong)} of {len(readings)}, such as {wrong[:5]} tenths of m³"


# ---- the dialect: row after row of the rule table ----

GAS_5BCD = bytes.fromhex("1F 90 01 17 72 00 00 00 00 00 00 00 00 00 00 12 01 01 20 16 35 00")


def bare_water(volume="00 01 23 45", flow="00 12 34", time="10 15 30 01 01 26"):
    """One document: volume 4 and fraction 3, flow 3, temperature 1, time 6, status 2."""
    return bytes.fromhex(f"90 1F 00 {volume} 67 89 01 {flow} 25 {time} 00 00")


BARE = bare_water()
MECHANICAL = bytes.fromhex("3F 90 03") + bytes(4) + b"\x05" + bytes(4) + b"\x2c" + bytes(48)
DELU = dict(status="00 30", volume=(9588, 0x29))
ROWS = [
    # 1: 33 added wins over any maker and any type
    (PLUS33, "C3 52 33", dict(control=0x01)), (PLUS33, "52 C3 33", dict(control=0x01)),
    (PLUS33, add_33(heat_901f()), dict(maker="11 11")), (PLUS33, add_33(heat_901f(unit_first=True)),
                                                         dict(maker="59 42")),
    (PLUS33, add_33(water_901f()), dict(type=0x10)), (PLUS33, "C3 52 33", dict(control=0x01, number="AAAAAAAAAA")),
    (PLUS33, add_33(water_901f()), dict(type=0x30)),
    # 2: Lichuang's functions and identifiers, whoever is asked
    (LICHUANG, "61 0A 00", dict(control=0x21)), (LICHUANG, "0A 61 00", dict(control=0x21, maker="11 11")),
    (LICHUANG, "02 0A 00", dict(control=0x21)), (LICHUANG, "12 0A 00", dict(control=0x20)),
    (LICHUANG, "A0 21 00", dict(control=0x20)), (LICHUANG, "61 0A 00",
                                                 dict(control=0x21, number="AAAAAAAAAA", maker="AA AA")),
    (LICHUANG, "61 0A 00", dict(control=0xA1, type=0x30)),
    (STANDARD, "61 0A 00", dict(control=0x01)), (STANDARD, "90 1F 00", dict(control=0x21)),
    # 3: Huizhong's
    (HUIZHONG, "2A 49 00", dict(control=0x3A)), (HUIZHONG, "2A 43 00", dict(control=0x3A, maker="11 11")),
    (HUIZHONG, "B2 6C 00", dict(control=0x3B)), (HUIZHONG, "B2 6D 00", dict(control=0x3B)),
    (HUIZHONG, "6D B2 00", dict(control=0xBB)), (STANDARD, "2A 49 00", dict(control=0x01)),
    (STANDARD, "90 1F 00", dict(control=0x3A)),
    # 4: Maituo's functions, types and length
    (MAITUO, "9A 4F 00", dict(control=0x1A)), (MAITUO, "90 1F 00", dict(control=0x3E)),
    (MAITUO, "9A 4F 00", dict(control=0x1A, number="AAAAAAAAAA", maker="AA AA")),
    (MAITUO, "9A 4F 00", dict(control=0x9A, maker="59 42")),
    *((MAITUO, "90 1F 00", dict(control=0x01, type=type)) for type in (0x48, 0x49, 0x50, 0x51)),
    (MAITUO, b"\x90\x1f\x00" + quantity(1, 0x2C) + quantity(1, 0x2C) + quantity(1, 0x35) + bytes(9), dict(type=0x10)),
    # 5: a wildcard names no maker
    *((STANDARD, "1F 90 00", dict(control=0x01, number=number, maker=maker))
      for number in ("AAAAAAAAAA", "00AAAAAAAA", "00FFFFFFFF", "9999999999", "DDDDDDDDDD")
      for maker in ("11 11", "AA AA", "59 42")),
    (STANDARD, "1F 90 00", dict(control=0x01, number="AAAAAAAAAA", maker="55 55")),
    (STANDARD, "1F 90 00", dict(control=0x01, number="AAAAAAAAAA", maker="00 00")),
    # A0 to A3 all the same: three are not enough
    (TIANGANG, "1F 90 00", dict(control=0x01, number="0012AAAAAA", maker="11 11")),
    # 6, 7: gas
    (GAS5, GAS_5BCD, dict(type=0x30)), (GAS5, GAS_5BCD, dict(type=0x30, maker="59 42")),
    (GAS5, GAS_5BCD, dict(type=0x3F)),
    (STANDARD, water_901f(), dict(type=0x30)), (STANDARD, water_901f(), dict(type=0x30, maker="59 42")),
    (STANDARD, water_901f(unit_first=True), dict(type=0x30)), (STANDARD, "90 1F 00", dict(type=0x31, control=0x01)),
    (STANDARD, "90 1F 00", dict(type=0x30, maker="11 11")),
    # water without units: all digits, a time of six bytes in the place of the clock's last six
    (BARE_WATER, BARE, dict(type=0x10)), (BARE_WATER, BARE, dict(type=0x13, maker="33 78")),
    (STANDARD, BARE, dict(type=0x40)), (GAS5, BARE, dict(type=0x30)),
    (BARE_WATER, bare_water(volume="26 01 23 45"), dict(type=0x10)), (BARE_WATER, bare_water(flow="00 12 27"), dict(type=0x10)),
    (BARE_WATER, bare_water(time="30 15 10 01 01 26"), dict(type=0x10)), (BARE_WATER, bare_water(time="26 01 31 23 59 59"), dict(type=0x10)),
    (STANDARD, water_901f(volume=(12345678, 0x29), second=(1, 0x29)), dict(type=0x10)),
    (STANDARD, water_901f(volume=(12345678, 0x29), second=(1, 0x29), clock="25 10 15 30 01 01 26"), dict(type=0x10)),
    # 8: Lichuang and new Delu, heat and water
    (LICHUANG, "90 1F 00", dict(maker="59 42", control=0x01)),
    (LICHUANG, "90 1F 00", dict(maker="59 42", control=0x01, type=0x10)),
    (LICHUANG, heat_901f(), dict(maker="59 42")), (LICHUANG, heat_901f(unit_first=True), dict(maker="59 42")),
    (STANDARD, "90 1F 00", dict(maker="42 59", control=0x01)),
    # 9, 10: heat only
    (HIWITS, "1F 90 00", dict(maker="55 55", control=0x01)), (HIWITS, heat_901f(di="90 1F"), dict(maker="55 55")),
    (HIWITS, b"", dict(maker="55 55", control=0x33)), (HIWITS, heat_901f(), dict(maker="55 55", type=0x25)),
    (STANDARD, "1F 90 00", dict(maker="55 55", control=0x01, type=0x10)),
    (SANEXT, heat_901f(), dict(maker="74 00")), (SANEXT, "90 1F 00", dict(maker="74 00", control=0x01)),
    (STANDARD, water_901f(), dict(maker="74 00", type=0x10)), (STANDARD, heat_901f(di="90 1F"), dict(maker="00 74")),
    # 11: Maituo by the order of its replies
    (MAITUO, heat_901f(di="90 1F"), dict(maker="11 11")), (MAITUO, water_901f(di="90 1F"),
                                                           dict(maker="11 11", type=0x10)),
    (STANDARD, "90 1F 00", dict(maker="11 11", control=0x01)),
    (STANDARD, heat_901f(di="90 1F"), dict(maker="11 11", number="1224263225")),
    # 12: Tiangang: low byte first, or no identifier at all
    (TIANGANG, "1F 90 00", dict(maker="11 11", control=0x01)), (TIANGANG, heat_901f(), dict(maker="11 11")),
    (TIANGANG, heat_901f(), dict(maker="11 11", type=0x25, number="1224263225")),
    (TIANGANG, b"", dict(maker="11 11", control=0x33)), (TIANGANG, heat_901f(unit_first=True), dict(maker="11 11")),
    (STANDARD, water_901f(), dict(maker="11 11", type=0x10)),
    (STANDARD, "1F 90 00", dict(maker="11 11", control=0x01, type=0x10)),
    # 13: mechanical 903F, before the codes 00 00
    (TIANGANG, MECHANICAL, dict(type=0x21)), (TIANGANG, MECHANICAL, dict(maker="33 78")),
    (STANDARD, MECHANICAL, dict(type=0x10)), (HIWITS, MECHANICAL, dict(maker="55 55")),
    # 14: unit first, before the codes 00 00
    (UNIT_FIRST, heat_901f(di="90 1F", unit_first=True), {}), (UNIT_FIRST, heat_901f(unit_first=True), {}),
    (UNIT_FIRST, water_901f(unit_first=True), dict(type=0x10)),
    (UNIT_FIRST, heat_901f(di="90 1F", unit_first=True, **DELU), {}),
    # 15: the thread's meter
    (OEM, heat_901f(), {}), (OEM, heat_901f(), dict(type=0x25)), (OEM, "1F 90 00", dict(control=0x01)),
    (OEM, "3F 90 00", dict(control=0x01)),
    (OEM, heat_901f(**DELU), {}), (OEM, "17 A0 00 55", dict(control=0x04)),
    (STANDARD, "1F 90 00", dict(control=0x01, type=0x10)), (STANDARD, heat_901f(), dict(maker="00 01")),
    # 16: Delu's mechanical meters
    (DELU_MECHANICAL, heat_901f(di="90 1F", **DELU), {}),
    (DELU_MECHANICAL, heat_901f(di="90 1F", status="04 3F", volume=(1, 0x29)), {}),
    (STANDARD, heat_901f(di="90 1F", status="00 30"), {}), (STANDARD, heat_901f(di="90 1F", volume=(1, 0x29)), {}),
    (STANDARD, heat_901f(di="90 1F", status="30 00", volume=(1, 0x29)), {}),
    (STANDARD, heat_901f(di="90 1F", **DELU), dict(maker="33 78")),
    # 17: the rest
    (STANDARD, heat_901f(di="90 1F"), {}), (STANDARD, heat_901f(), dict(maker="33 78")),
    (STANDARD, b"", dict(control=0x33)),
    (STANDARD, "90 1F 00", dict(control=0x01)), (STANDARD, water_901f(), dict(type=0x10)),
]


def test_every_row_of_the_rule_table(columns):
    packets = []
    for number, (_, data, more) in enumerate(ROWS):
        more = {"number": f"{30000000 + number}", **more}  # each a meter of its own
        packets.append(frame(data, **more))
    wrong = {}
    for (name, _, _), data, packet in zip(ROWS, packets, columns(packets, ["dialect"])):
        if packet["dialect"] != name:
            wrong[data.hex(" ")] = f"expected {name}, got {packet['dialect']}"
    assert wrong == {}


WILD = (0xAA, 0xFF, 0x99, 0xDD)


def decide_dialect(data, wire):
    """The rule table for frames without values (L=03), of which no unit position can be told."""
    kind, address, control = data[1], data[2:9], data[9]
    function, reply = control & 0x3F, bool(control & 0x80)
    di, high_first, plus_33 = decide_identifier(*wire, function)
    heat, gas, maker = 0x20 <= kind <= 0x2F, 0x30 <= kind <= 0x3F, address[5:7].hex()
    rows = [
        (PLUS33, plus_33),
        (LICHUANG, function in (0x20, 0x21) and di in (0x610A, 0x020A, 0x120A, 0xA021)),
        (HUIZHONG, function in (0x3A, 0x3B) and di in (0x2A49, 0x2A43, 0xB26C, 0xB26D)),
        (MAITUO, function in (0x1A, 0x3E) or 0x48 <= kind <= 0x51),
        (STANDARD, address[0] in WILD and len(set(address[:4])) == 1),
        (STANDARD, gas),
        (LICHUANG, maker == "5942"),
        (HIWITS, heat and maker == "5555"),
        (SANEXT, heat and maker == "7400"),
        (MAITUO, maker == "1111" and reply and high_first is True and address[4] == 0),
        (TIANGANG, heat and maker == "1111" and high_first is not True),
        (OEM, heat and maker == "0000" and high_first is False),
        (STANDARD, True),
    ]
    return next(name for name, holds in rows if holds)


def test_the_rule_table_over_any_header(columns):
    dice = random.Random(SEED)
    known = list(all_known())
    made = []
    for number in range(4000):
        di, function = dice.choice(known)
        if dice.random() < 0.2:
            di = dice.randrange(65536)
        if dice.random() < 0.2:
            function = dice.choice((0x01, 0x03, 0x04, 0x09, 0x15, 0x16, 0x1A, 0x20, 0x21, 0x33, 0x39, 0x3A, 0x3B, 0x3E))
        wire = dice.choice(((di >> 8, di & 0xFF), (di & 0xFF, di >> 8)))
        if dice.random() < 0.1:
            wire = tuple((byte + 0x33) & 0xFF for byte in wire)
        if dice.random() < 0.1:
            digits = dice.choice(("AA", "FF", "99", "DD")) * 4
        else:
            digits = f"{40000000 + number}"
        data = frame(bytes(wire) + b"\x00", control=function | dice.choice((0, 0x80)),
                     type=dice.choice((0x10, 0x11, 0x20, 0x20, 0x20, 0x21, 0x25, 0x2F, 0x30, 0x31, 0x40, 0x48, 0x51,
                                       0x55, 0xAA, 0xB0)),
                     number=dice.choice(("00", "00", "12")) + digits,
                     maker=dice.choice(("00 00", "11 11", "11 11", "59 42", "55 55", "74 00", "33 78", "42 59")))
        made.append((data, wire))
    wrong = {}
    for (data, wire), packet in zip(made, columns([data for data, _ in made], ["dialect"])):
        expected = decide_dialect(data, wire)
        if packet["dialect"] != expected and len(wrong) < 10:
            wrong[data.hex(" ")] = f"expected {expected}, got {packet['dialect']}"
    assert wrong == {}
    assert len({decide_dialect(*row) for row in made}) >= 9


def test_the_reason_is_shown(tshark, tmp_path):
    texts = {}
    for name, data, more in ROWS:
        texts.setdefault(name, frame(data, **more))
    packets = tshark.pdml(write_lines(tmp_path / "reasons.pcapng", list(texts.values())))
    reasons = set()
    for name, packet in zip(texts, packets):
        shown, = [field.get("showname") for field in packet.iter("field") if field.get("name") == "cjt188.dialect"]
        assert name in shown and len(shown) > len(f"Dialect: {name}") + 10, shown
        reasons.add(shown.split(name, 1)[1])
    assert len(reasons) == len(texts), "a reason of its own for each"


# ---- too little evidence ----

NUMBER, OTHER = "24263225", "24263226"
READING = frame(heat_901f(), maker="11 11", number=NUMBER)  # Tiangang
VALVE = frame("A0 17 00 00 00", maker="11 11", number=NUMBER, control=0x84)  # alone: Maituo
ERROR = frame("90 1F 00 01", maker="11 11", number=NUMBER, control=0xC1)  # alone: Maituo


def test_an_error_or_valve_reply_is_read_as_the_meters_last_reading(columns, tshark, capture):
    alone = columns([VALVE], ["dialect"]) + columns([ERROR], ["dialect"])
    assert [packet["dialect"] for packet in alone] == [MAITUO] * 2
    line = [
        VALVE, READING, VALVE, ERROR,
        frame("A0 17 00 00 00", maker="00 00", type=0x10, number=NUMBER, control=0x84),  # the same meter by A0 to A4
        frame("A0 17 00 00 00", maker="11 11", number=OTHER, control=0x84),  # another meter
        frame(heat_901f(), number=NUMBER), ERROR,  # a later reading
    ]
    expected = [MAITUO, TIANGANG, TIANGANG, TIANGANG, TIANGANG, MAITUO, OEM, OEM]
    for options in ((), ("-2",)):
        assert [packet["dialect"] for packet in columns(line, ["dialect"], *options, together=True)] == expected
    shown = [field.get("showname") for packet in tshark.pdml(capture(line)) for field in packet.iter("field")
             if field.get("name") == "cjt188.dialect"]
    assert ["last reading" in text for text in shown] == [False, False, True, True, True, False, False, True]


# ---- the user's own table ----


def meters(*rows):
    """Options for rows of (address, name, dialect, places of energy, power, flow, volume, hours)."""
    out = []
    for row in rows:
        cells = [*row] + ["by the rules"] * (len(row) == 2)
        cells += [""] * (8 - len(cells))
        out += ["-o", "uat:cjt188_meters:" + ",".join(f'"{cell}"' for cell in cells)]
    return out


def test_the_users_table_comes_first(columns):
    line = [READING, frame(heat_901f(), number=OTHER)]
    got = columns(line, ["dialect", "energy.heating", "meter.name"], *meters((NUMBER, "Kitchen loop", SANEXT)))
    assert [packet["dialect"] for packet in got] == [SANEXT, OEM]
    assert [packet["meter.name"] for packet in got] == ["Kitchen loop", ""]


BY_HAND = {
    "Chuangzhan": {"energy.cooling": [1.0], "energy.settlement": [], "flow": [1.2345]},
    "Ruina": {"energy.cooling": [1.0], "status.no_water": [True], "status.reverse_flow": [False]},
    "Yuanda": {"energy.cooling": [1.0], "status.supply_sensor_fault": [True], "status.flow_sensor_fault": []},
    # Flow and hours with two decimals, status and clock not those of the standard.
    "Delu mechanical, verification mode": {"energy.settlement": [1.0], "flow": [123.45], "operating_hours": [131.0]},
    "Maituo, valve-controlled heat": {"energy.cooling": [100.0], "flow": [12345.0]},
}


def test_what_only_the_users_table_can_choose(decode):
    numbers = {name: f"{31000000 + number}" for number, name in enumerate(BY_HAND)}
    line = [frame(heat_901f(di="90 1F", energy1=(100, 0x05), flow=(12345, 0x35), status="00 82"), maker="33 78",
                  number=number)
            for number in numbers.values()]
    assert [packet["dialect"] for packet in decode(line)] == [[STANDARD]] * len(line)
    for name, packet in zip(BY_HAND, decode(line, *meters(*((number, "", name) for name, number in numbers.items())))):
        assert packet["dialect"] == [name]
        assert {field: packet[field] for field in BY_HAND[name]} == BY_HAND[name]


def test_huizhong_sends_all_data_high_byte_first(decode):
    """Number, digits and clock high byte first, FF in front of short numbers."""
    body = b"".join(bytes.fromhex(raw) for raw in (
        "90 1F 00", "00 01 23 45 05", "FF FF 12 34 05", "00 00 00 00 17", "00 01 23 45 35", "FF FF FF FF 2C",
        "00 25 66",
        "FF 25 54", "01 31 00", "20 26 04 27 18 12 15", "00 00"))
    data = frame(body, number="78563412")  # A0 to A3: 12 34 56 78
    packet, = decode([data], *meters(("78563412", "", HUIZHONG)))
    assert differences(packet, {
        "dialect": HUIZHONG, "meter": "12345678", "energy.settlement": 123.45, "energy.heating": 12.34, "power": 0.0,
        "flow": 1.2345, "volume": None, "unsupported": b"\xff" * 4, "temperature.supply": 25.66,
        "temperature.return": 25.54, "operating_hours": 13100.0, "clock": "2026-04-27 18:12:15"}) == {}


def test_a_clock_that_fits_both_ways_is_huizhongs_way(decode):
    """20 19 11 12 10 15 20 is 2015-10-12 11:19:20 of all others."""
    data = frame(heat_901f(di="90 1F", clock="20 19 11 12 10 15 20"), number="78563412")
    said = [decode([data], *options)[0]["clock"] for options in ((), meters(("78563412", "", HUIZHONG)))]
    assert said == [["2015-10-12 11:19:20"], ["2019-11-12 10:15:20"]]


def test_what_901f_has_too_has_its_decimal_places_everywhere(decode):
    """The same digits, written and read back, frozen or asked for alone, are the same value."""
    energy, volume, flow = quantity(12345, 0x05), quantity(12345, 0x2C), quantity(12345, 0x35)
    packets = decode([frame(data, control=control) for data, control in (
        (bytes.fromhex("16 A0 00") + energy, 0x16),
        (bytes.fromhex("D3 01 00 00 00 00 01 05 26 20") + volume + flow + bytes(6), 0x81),
        (bytes.fromhex("3F 90 00") + quantity(12345, 0x17), 0x81), (bytes.fromhex("6F 90 00 45 23 01"), 0x81),
        (bytes.fromhex("6F 90 00 45 23 01 00"), 0x81))], *meters((NUMBER, "", "by the rules", 1, 2, 3, 4, 1)))
    packets += decode([frame(bytes.fromhex("A0 16 00") + volume, type=0x10, control=0x16)],
                      *meters((NUMBER, "", "by the rules", "", "", "", 3)))
    fields = ("energy.heating", "power", "flow", "volume", "operating_hours")
    assert [[packet[name][0] if packet[name] else None for name in fields] for packet in packets] == [
        [1234.5, None, None, None, None], [None, None, 12.345, 1.2345, None], [None, 123.45, None, None, None],
        [None, None, None, None, 1234.5], [None, None, None, None, 1234.5], [None, None, None, 12.345, None]]


def test_decimal_places_of_one_meter(decode):
    data = frame(heat_901f(energy2=(12345, 0x05), power=(12345, 0x17), flow=(12345, 0x35), volume=(12345, 0x2C),
                           hours=123))
    packet, = decode([data], *meters((NUMBER, "", "by the rules", 1, 2, 3, 4, 1)))
    assert differences(packet, {"dialect": OEM, "energy.heating": 1234.5, "power": 123.45, "flow": 12.345,
                                "volume": 1.2345,
                                "operating_hours": 12.3}) == {}
    packet, = decode([data], *meters((NUMBER, "", "by the rules", "", "", "", 2)))
    assert differences(packet, {"energy.heating": 12.345, "volume": 123.45}) == {}


# Pattern, and a meter (A4..A0, A5 A6 as sent) that has or has not that name.
PATTERNS = [
    ("10000001", "10000001", "00 00", True), ("10000002", "10000002", "11 11", True),
    ("10000003", "10000004", "00 00", False),
    ("10000005", "1210000005", "00 00", False),  # eight digits: A4 is zero, as on the display
    ("0010000006", "10000006", "00 00", True), ("1210000007", "1210000007", "00 00", True),
    ("1210000008", "10000008", "00 00", False), ("78421000000912", "10000009", "42 78", False),
    ("78420010000010", "10000010", "42 78", True), ("11110010000011", "10000011", "00 00", False),
    ("1000002?", "10000027", "00 00", True), ("1000003?", "10000041", "00 00", False),
    ("????????????51", "10000051", "33 78", True),
    ("????????", "99000000", "00 00", True),
]


def test_address_patterns(columns):
    line = [frame(heat_901f(), number=number, maker=maker) for _, number, maker, _ in PATTERNS]
    rows = [(pattern, f"row {place}") for place, (pattern, _, _, _) in enumerate(PATTERNS)]
    last = f"row {len(rows) - 1}"
    got = columns(line, ["meter.name"], *meters(*rows))
    for place, ((pattern, number, maker, hit), packet) in enumerate(zip(PATTERNS, got)):
        elsewhere = last if len(number) == 8 else ""  # the last row takes every meter of eight digits
        assert packet["meter.name"] == (f"row {place}" if hit else elsewhere), f"{pattern} and {number} {maker}"


def test_the_first_row_that_matches_is_taken(columns):
    got = columns([frame(heat_901f()), frame(heat_901f(), number=OTHER)], ["meter.name"],
                  *meters((NUMBER, "one"), ("2426322?", "all"), (OTHER, "never")))
    assert [packet["meter.name"] for packet in got] == ["one", "all"]


def test_a_row_that_is_no_pattern_is_refused_in_a_sentence(tshark, capture):
    done = tshark("-r", capture([READING]), *meters(("2426", "x")), check=False)
    assert done.returncode != 0
    assert "2426" in done.stderr and "digits" in done.stderr
