# Status words of dialects that only the Meters table can choose, bit by bit as their makers document them.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import pytest

from craft import frame, heat_901f  # noqa: F401

# Dialect as the Meters table has it -> {bit of the word, low byte first: field}.
BITS = {
    "Jiade": {0x0004: "battery_low", 0x0020: "cooling", 0x0040: "flow_sensor_fault", 0x0080: "supply_sensor_fault",
              0x0100: "return_sensor_fault", 0x0200: "eeprom_fault", 0x0400: "invalid_data",
              0x1000: "settlement_mode"},
    "Ruina": {0x0004: "battery_low", 0x0200: "supply_sensor_fault", 0x0400: "return_sensor_fault",
              0x4000: "reverse_flow", 0x8000: "no_water"},
    "Yuanda": {0x0004: "battery_low", 0x0200: "supply_sensor_fault", 0x0400: "return_sensor_fault"},
    "Chuangzhan": {0x0004: "battery_low", 0x0100: "integrator_fault", 0x0200: "supply_sensor_fault",
                   0x0400: "return_sensor_fault", 0x0800: "flow_sensor_fault"},
    "Maituo, valve-controlled heat": {0x0001: "sensor_short", 0x0002: "sensor_open", 0x0004: "no_water",
                                      0x0008: "board_fault", 0x0010: "flow_high", 0x0020: "battery_low"},
}
FIELDS = sorted({name for bits in BITS.values() for name in bits.values()})


def reply(word):
    """A heat meter's 901F whose last two bytes are this status."""
    whole = heat_901f()
    return frame(whole[:-2] + bytes([word & 0xFF, word >> 8]))


@pytest.mark.parametrize("dialect", BITS)
def test_each_bit_has_its_maker_s_name(tshark, capture, dialect):
    words = [1 << bit for bit in range(16)]
    row = f'uat:cjt188_meters:"????????","","{dialect}","","","","",""'
    out = tshark("-r", capture([reply(word) for word in words]), "-o", row, "-T", "fields", "-e", "cjt188.dialect",
                 *(part for name in FIELDS for part in ("-e", f"cjt188.status.{name}"))).stdout.splitlines()
    assert len(out) == 16
    for word, line in zip(words, out):
        chosen, *values = line.split("\t")
        assert chosen == dialect
        found = {name for name, value in zip(FIELDS, values) if value in ("1", "True")}
        assert found == ({BITS[dialect][word]} if word in BITS[dialect] else set()), hex(word)


def test_a_bit_of_two_meanings_names_both(tshark, capture):
    """Which way round Jiade's bit is, no document says: it must not say "cooling" of a meter that heats."""
    row = 'uat:cjt188_meters:"????????","","Jiade","","","","",""'
    said = tshark("-r", capture([reply(0x0020)]), "-o", row, "-V").stdout
    assert "Heating/cooling bit set, which way round is not documented: Yes" in said and "Cooling mode" not in said
