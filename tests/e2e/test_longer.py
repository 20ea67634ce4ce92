# A known layout that goes on: what fits is decoded and counts, the rest is not documented, and that is said once of a meter.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import pytest
from bus import Bus, hires, reading, request
from craft import (EXPERT, GAS5, INFO, OEM, STANDARD, UNIT_FIRST, add_33, decode, differences, field_rows, frame,  # noqa: F401
                   heat_901f, water_901f)

LONGER = "A known layout that goes on: the rest is not documented"
HIRES = bytes.fromhex("3F 90 03 74 28 01 02 03 04 78 56 34 12 2C 78 56 34 12 05 00 00 00 03 00") + bytes(7) + \
    bytes.fromhex("54 87 09 21 4F 0F 81 0F 58 0F 45 0E 00 00 00 00 00 04 30 28 00 30 07 10 20 00 00")
MECHANICAL = bytes.fromhex("3F 90 03 78 56 34 12 05 78 56 34 12 2C 43 26 00 18 26 00 56 34 12") + bytes(35) + bytes.fromhex("00 04 58 03")
HEAT = dict(energy2=(7, 5), volume=(3, 0x2C))


def longer(data, by=2, **more):
    return frame(data + bytes(range(0xE0, 0xE0 + by)), **more)


def values(**more):
    return {name.replace("__", "."): value for name, value in more.items()}


AS_LONG = values(unexpected_length=None, longer=..., bad_bcd=None, bad_clock=None)
FIT = [
    ("heat", longer(heat_901f(**HEAT)), values(dialect=OEM, energy__heating=0.007, volume=0.003, temperature__supply=25.66,
                                               operating_hours=13100.0, clock="2026-04-27 18:12:15", undocumented=b"\xe0\xe1")),
    ("heat, unit first", longer(heat_901f(unit_first=True, **HEAT), 1), values(dialect=UNIT_FIRST, energy__heating=0.07,
                                                                            undocumented=b"\xe0")),
    ("heat, 33H added", longer(add_33(heat_901f(**HEAT)), 1), values(energy__heating=0.07, undocumented=b"\xad")),
    ("heat, very long", longer(heat_901f(**HEAT), 31), values(energy__heating=0.007, undocumented=bytes(range(0xE0, 0xFF)))),
    ("heat, four of five units", longer(heat_901f(power=(0, 0x05), **HEAT)), values(energy__heating=0.007, power=None,
                                                                               unit_mismatch=...)),
    ("heat, clock a filler", longer(heat_901f(clock="FF " * 7, **HEAT)), values(energy__heating=0.007, clock=None)),
    ("water", longer(water_901f(volume=(1234, 0x2C)), type=0x10), values(volume=12.34, clock="2026-04-27 18:12:15", dialect=STANDARD,
                                                                        undocumented=b"\xe0\xe1")),
    ("water, unit first", longer(water_901f(volume=(1234, 0x2C), unit_first=True), 3, type=0x10),
     values(volume=12.34, dialect=UNIT_FIRST, undocumented=b"\xe0\xe1\xe2")),
    ("903F", longer(HIRES, 6, maker="11 11"), values(hires__volume=12.345678, hires__energy=1234.5678, temperature__supply=28.74,
                                                    temperature__return=28.3, date="2010-07-30", diameter=3,
                                                    undocumented=[b"\0", bytes(range(0xE0, 0xE6))])),
    ("903F, mechanical", longer(MECHANICAL, 2), values(hires__energy=1234.5678, battery_voltage=3.58, temperature__return=26.18)),
]
NO_FIT = [
    ("three of five units", longer(heat_901f(power=(0, 0x05), flow=(0, 0x05)))),
    ("a bad temperature", longer(heat_901f(supply=2566)[:28] + b"\x0a" + heat_901f()[29:])),
    ("no clock", longer(heat_901f(clock="00 " * 7))),
    ("suspect values are no evidence", longer(heat_901f(power=(b"\0\0\0\x80", 0x17), flow=(b"\0\0\0\x80", 0x35)))),
    ("a suspect temperature", longer(heat_901f(supply=801279))),
    ("one of two units", longer(water_901f(volume=(1, 0x17)), type=0x10)),
    ("no units", longer(bytes.fromhex("1F 90 01 17 72 00 00 00 00 00 00 00 00 00 00 12 01 01 20 16 35 00"), type=0x30)),
    ("nothing", longer(b"\x1f\x90\x00" + bytes(60))),
    ("shorter", frame(heat_901f()[:-1])),
]


@pytest.mark.parametrize("name, data, expected", FIT, ids=[name for name, _, _ in FIT])
def test_what_fits_is_decoded(decode, tshark, capture, name, data, expected):  # noqa: F811
    packet, = decode([data])
    assert differences(packet, {**AS_LONG, **expected}) == {}
    texts = [field.get("showname") or field.get("show") or "" for field in tshark.pdml(capture([data]))[0].iter("field")]
    by = len(packet["undocumented"][-1])
    assert any(text.startswith("Data: ") and text.endswith(f"longer than the known layout by {by}: the rest is not documented")
               for text in texts)


@pytest.mark.parametrize("name, data", NO_FIT, ids=[name for name, _ in NO_FIT])
def test_what_does_not_fit_is_left_alone(decode, name, data):  # noqa: F811
    packet, = decode([data])
    assert differences(packet, values(longer=None, unexpected_length=..., energy__heating=None, volume=None, clock=None,
                                      temperature__return=None)) == {}
    whole = data[14:-2]
    assert packet["undocumented"] == [whole]


def test_a_longer_error_request_or_other_identifier_is_none(decode):  # noqa: F811
    for data in (longer(heat_901f(), control=0xC1), longer(heat_901f(), control=0x01), longer(heat_901f(di="2F 90"))):
        packet, = decode([data])
        assert packet["longer"] == [] and packet["energy.heating"] == []


def test_it_is_said_once_of_a_meter_and_its_values_are_readings(decode, tshark, tmp_path):  # noqa: F811
    bus, meters = Bus(), ("24263225", "24263241")
    for number in range(5):
        for meter in meters:
            data = heat_901f(energy2=(1000 + number, 5), clock=f"15 {12 + number} 18 27 04 26 20")
            bus.answer(bus.ask(request(meter)), longer(data, 2, number=meter))
            bus.answer(bus.ask(request(meter, "3F 90")), longer(HIRES, 6, number=meter))
            bus.send(frame("90 1F 00 01 02 03", number=meter, type=0x10))
    path = bus.write(tmp_path / "longer.pcapng")
    for options in ((), ("-2",), ("-2", "-Y", "cjt188.di")):
        packets = decode(path, *options)
        assert [number for number, packet in enumerate(packets, 1) if packet["longer"]] == [2, 7]
        assert [number for number, packet in enumerate(packets, 1) if packet["unexpected_length"]] == [5, 10]
        assert sum(text == LONGER for packet in packets for text in packet[EXPERT]) == 2
        assert [packet["energy.delta"] for packet in packets if packet["energy.heating"]] == [[], []] + [[0.001]] * 8
    assert decode(path)[1][INFO].startswith("24263225: heating 1.000 kWh, 25.66/25.54 °C")
    table = tshark("-r", path, "-q", "-z", "cjt188,meters").stdout
    rows = [line for line in table.splitlines() if any(meter in line for meter in meters)]
    assert rows and all("1.004" in row for row in rows), table
