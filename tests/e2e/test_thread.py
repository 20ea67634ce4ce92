# The frames of the forum thread that this project starts from, field by field, as their owner reads them.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import re

import pytest
from conftest import write_pcap
from craft import INFO, MALFORMED, OEM, STANDARD, TIANGANG, decode, differences, field_rows, matches  # noqa: F401

REQUEST_903F_12, REPLY_903F_2024, REQUEST_901F, REPLY_901F, REQUEST_903F_00, REPLY_903F_2026, SET_CLOCK = range(7)

# What the thread's script sends: the address, then the clock with which it published its test, 2026-04-27 11:31:00.
SCRIPT_ADDRESS = "25 32 26 24 00 11 11"
SCRIPT_CLOCK = "00 31 11 27 04 26 20"

GOOD = 1
TO_ALL = {
    "preamble": b"\xfe" * 6, "start": 0x68, "type": 0x20, "address": "1111AAAAAAAAAA", "meter": None,
    "manufacturer": 0x1111, "control": 0x01, "control.response": False, "control.error": False,
    "control.function": 0x01, "length": 3, "di.swapped": False, "dialect": STANDARD, "checksum.status": GOOD,
    "end": 0x16, "undocumented": None, "noise": None, "trailing": None, "fault": None,
}
FROM_METER = {
    "preamble": b"\xfe" * 5, "start": 0x68, "address": "00000024263225", "meter": "24263225", "manufacturer": 0x0000,
    "control": 0x81, "control.response": True, "control.error": False, "control.function": 0x01, "di.swapped": False,
    "dialect": OEM, "checksum.status": GOOD, "end": 0x16, "noise": None, "trailing": None,
    "status": 0x0800, "status.valve": 0, "status.battery_low": False, "status.integrator_fault": False,
    "status.supply_sensor_fault": False, "status.return_sensor_fault": False, "status.flow_sensor_fault": True,
}
HIGH_PRECISION = {
    **FROM_METER, "type": 0x25, "length": 0x3A, "di": 0x903F, "ser": 0x03, "pulses": 0, "hires.volume": 0.0,
    "hires.energy": 0.0, "alarm_time": 0.0, "diameter": 0x0003, "zero_offset": 0, "pulse_width": 0,
    "meter_number": "00000000", "coefficient.q2_5": 1.0, "coefficient.q0_75": 1.0, "coefficient.q0_25": 1.0,
    "coefficient.q0_05": 1.0, "temperature_coefficient": [0, 0], "instrument_parameter": 0,
    "undocumented": b"\x00", "unit": [0x2C, 0x05],
    # Verification counters, not the totals of 901F.
    "energy.heating": None, "energy.cooling": None, "volume": None, "operating_hours": None,
}

EXPECTED = {
    REQUEST_903F_12: {**TO_ALL, "di": 0x903F, "ser": 0x12, "checksum": 0xE1, INFO: "Read 903F, all meters"},
    REPLY_903F_2024: {
        **HIGH_PRECISION, "checksum": 0xA8, "temperature.supply": 24.72, "temperature.return": 24.44,
        "date": "2024-06-29",
    },
    REQUEST_901F: {**TO_ALL, "di": 0x901F, "ser": 0x00, "checksum": 0xAF, INFO: "Read 901F, all meters"},
    REPLY_901F: {
        **FROM_METER, "type": 0x20, "length": 0x2E, "di": 0x901F, "ser": 0x12, "checksum": 0x13,
        "energy.cooling": 0.0, "energy.heating": 0.007, "energy.first": 0.0, "energy.settlement": None, "power": 0.0,
        "flow": 0.0, "volume": 0.003, "temperature.supply": 25.66, "temperature.return": 25.54,
        "operating_hours": 13100.0, "clock": "2026-04-27 18:12:15", "unit": [0x05, 0x05, 0x17, 0x35, 0x2C],
        "digits": ["00000000", "00000007", "00000000", "00000000", "00000003", "002566", "002554", "013100"],
        "undocumented": None, INFO: "24263225: heating 0.007 kWh, 25.66/25.54 °C, flow sensor fault",
    },
    REQUEST_903F_00: {**TO_ALL, "di": 0x903F, "ser": 0x00, "checksum": 0xCF, INFO: "Read 903F, all meters"},
    # The owner swaps the names of the temperatures here; the supply comes first, as in his first post.
    REPLY_903F_2026: {
        **HIGH_PRECISION, "checksum": 0x79, "temperature.supply": 25.53, "temperature.return": 25.34,
        "date": "2026-04-27",
    },
    SET_CLOCK: {
        "preamble": b"\xfe" * 6, "type": 0x20, "address": "11110024263225", "meter": "24263225",
        "manufacturer": 0x1111, "control": 0x39, "control.response": False, "control.function": 0x39, "length": 0x11,
        "di": 0xA018, "di.swapped": False, "ser": 0xAA, "new_address": "11110024263225",
        "clock": "2026-04-27 11:31:00", "dialect": TIANGANG, "checksum.status": GOOD, "undocumented": None,
        "unexpected_length": None, "unknown_di": None,
    },
}


def set_clock():
    command = bytes.fromhex(f"68 20 {SCRIPT_ADDRESS} 39 11 18 A0 AA {SCRIPT_ADDRESS} {SCRIPT_CLOCK}")
    return b"\xfe" * 6 + command + bytes([sum(command) & 0xFF, 0x16])


@pytest.fixture(scope="module")
def thread(frames):
    six = [row["bytes"] for row in frames if row["kind"] == "thread"]
    assert len(six) == 6
    return six + [set_clock()]


@pytest.fixture(scope="module")
def packets(decode, thread):
    return decode(thread)


@pytest.mark.parametrize("number", EXPECTED, ids=lambda number: f"frame{number}")
def test_every_field_reads_as_its_owner_reads_it(packets, number):
    assert differences(packets[number], EXPECTED[number]) == {}
    assert packets[number][MALFORMED] == ""


def test_the_difference_of_the_temperatures_is_computed(packets):
    assert packets[REPLY_901F]["temperature.difference"] == pytest.approx([0.12])
    assert packets[REPLY_903F_2024]["temperature.difference"] == pytest.approx([0.28])


def test_the_meters_fault_is_an_expert_info(packets):
    faulty = [REPLY_903F_2024, REPLY_901F, REPLY_903F_2026]
    assert [number for number, packet in enumerate(packets) if packet["fault"]] == faulty
    assert all("The meter reports a fault" in packets[number]["expert"] for number in faulty)
    assert all(packets[number]["status.flow_sensor_fault"] == [True] for number in faulty)


def test_the_info_column_says_the_rest_in_a_sentence_too(packets):
    assert re.fullmatch(r"24263225: .*24\.72/24\.44 °C.*, flow sensor fault", packets[REPLY_903F_2024][INFO])
    assert re.fullmatch(r"24263225: .*25\.53/25\.34 °C.*, flow sensor fault", packets[REPLY_903F_2026][INFO])
    assert re.fullmatch(r".*clock.*2026-04-27 11:31:00.*24263225", packets[SET_CLOCK][INFO], re.IGNORECASE)


def test_the_protocol_column(tshark, capture, thread):
    text = tshark("-r", capture(thread), "-o", 'gui.column.format:"P","%p"').stdout
    assert [line.strip() for line in text.splitlines()] == ["CJ/T 188"] * 7


def test_filters_on_printed_values_find_their_packets(tshark, capture, thread):
    wanted = {
        "cjt188.energy.heating == 0.007": 1,
        "cjt188.volume == 0.003": 1,
        "cjt188.temperature.supply == 25.66": 1,
        "cjt188.temperature.supply == 24.72": 1,
        "cjt188.temperature.return == 25.34": 1,
        "cjt188.operating_hours == 13100": 1,
        'cjt188.meter == "24263225"': 4,
        'cjt188.address == "00000024263225"': 3,
        'cjt188.new_address == "11110024263225"': 1,
        'cjt188.clock == "2026-04-27 18:12:15"': 1,
        'cjt188.date == "2024-06-29"': 1,
        "cjt188.di == 0x901f": 2,
        "cjt188.di == 0x903f": 4,
        "cjt188.status == 0x0800": 3,
        "cjt188.status.flow_sensor_fault == 1": 3,
        "cjt188.status.integrator_fault == 1": 0,
        "cjt188.diameter == 3": 2,
        "cjt188.coefficient.q2_5 == 1": 2,
        "cjt188.control.response == 1": 3,
        "cjt188.manufacturer == 0x1111": 4,
        f'cjt188.dialect == "{OEM}"': 3,
        'cjt188.checksum.status == "Good"': 7,
        "cjt188.checksum.bad": 0,
        "_ws.malformed": 0,
    }
    assert matches(tshark, capture(thread), wanted) == wanted


def test_the_identifier_is_901f_in_either_order(tshark, capture, thread):
    swapped = bytearray(thread[REQUEST_901F])
    at = swapped.index(b"\x1f\x90")
    swapped[at:at + 2] = b"\x90\x1f"
    wanted = {
        "cjt188.di == 0x901f": 2,
        "cjt188.di == 0x901f && cjt188.di.swapped == 1": 1,
        "cjt188.di == 0x901f && cjt188.di.swapped == 0": 1,
        'cjt188.checksum.status == "Good"': 2,
    }
    assert matches(tshark, capture([thread[REQUEST_901F], bytes(swapped)]), wanted) == wanted


@pytest.fixture(scope="module")
def tree(tshark, readable_folder, thread):
    packets = tshark.pdml(write_pcap(readable_folder / "thread-tree.pcap", thread))
    return [[field.get("showname") or field.get("show") for field in packet.iter("field")] for packet in packets]


def test_a_value_shows_its_digits_and_where_its_decimal_places_come_from(tree):
    texts = tree[REPLY_901F]
    assert "Heating energy: 0.007 kWh" in texts
    assert ('Digits 00000007, 3 decimal places: dialect "OEM ultrasonic", not confirmed: its owner reads 3, the owner of '
            "another meter that looks the same reads 2; CJ/T 188 says 2") in texts


def digits_lines(packet):
    """{name of the value: its digits' line}"""
    found = {}
    for value in packet.iter("field"):
        if value.get("name", "").startswith("cjt188."):
            lines = [child.get("showname") or child.get("show") for child in value if child.get("name") == "cjt188.digits"]
            if lines:
                found.setdefault(value.get("showname").split(":")[0], lines[0])
    return found


# Two owners of meters that no byte tells apart, energy, power, flow, volume: one says 3, 3, 3, 3, the other 2, 2, 4.
READINGS = {"Cooling energy": (3, "reads 2", 2), "Heating energy": (3, "reads 2", 2), "Power": (3, "reads 2", 2),
            "Flow": (3, "reads 4", 4), "Volume": (3, "says nothing", 2)}


def test_unconfirmed_decimal_places_name_both_readings_class_by_class(tshark, capture, thread):
    packet, = tshark.pdml(capture([thread[REPLY_901F]]))
    lines = digits_lines(packet)
    for name, (one, other, standard) in READINGS.items():
        said = lines[name].split(", ", 1)[1]
        assert said == (f'{one} decimal places: dialect "OEM ultrasonic", not confirmed: its owner reads {one}, the owner of '
                        f"another meter that looks the same {other}; CJ/T 188 says {standard}"), name
    assert "not confirmed" not in lines["Operating hours"] + lines["Supply temperature"]


@pytest.mark.parametrize("places", [("2", "", "", ""), ("", "2", "4", ""), ("3", "3", "3", "3")])
def test_the_users_row_leaves_no_doubt(tshark, capture, thread, places):
    row = 'uat:cjt188_meters:"????????","","by the rules",' + ",".join(f'"{cell}"' for cell in (*places, ""))
    packet, = tshark.pdml(capture([thread[REPLY_901F]]), "-o", row)
    lines = digits_lines(packet)
    for name, cell in zip(("Heating energy", "Power", "Flow", "Volume"), places):
        assert ("not confirmed" in lines[name]) == (cell == ""), name
        if cell:
            assert lines[name].endswith(f"{cell} decimal places: your Meters table"), name


def test_the_tree_says_everything_in_plain_words(tree):
    for text in ["Cooling energy: 0.000 kWh", "Power: 0.000 kW", "Flow: 0.000 m³/h", "Volume: 0.003 m³",
                 "Supply temperature: 25.66 °C", "Return temperature: 25.54 °C", "Operating hours: 13100 h",
                 "Clock: 2026-04-27 18:12:15"]:
        assert text in tree[REPLY_901F]
    assert any("DN25" in text for text in tree[REPLY_903F_2024])
    assert any(OEM in text and "00 00" in text and "low byte first" in text
               for text in tree[REPLY_901F]), "why this dialect"


STATUS_BITS = {
    0x0004: "battery_low", 0x0100: "integrator_fault", 0x0200: "supply_sensor_fault",
    0x0400: "return_sensor_fault", 0x0800: "flow_sensor_fault",
}


def test_every_bit_of_the_status_is_shown_in_its_place(decode, thread):
    """The thread's 901F reply with one bit of ST after the other, then the valve, all and none."""
    valve = {0x0000: 0, 0x0001: 1, 0x0003: 3}
    words = [1 << bit for bit in range(16)] + [0x0003, 0xFFFF, 0x0000]
    made = []
    for word in words:
        reply = bytearray(thread[REPLY_901F])
        reply[-4:-2] = word.to_bytes(2, "little")
        reply[-2] = sum(reply[5:-2]) & 0xFF
        made.append(bytes(reply))
    for word, packet in zip(words, decode(made)):
        assert packet["status"] == [word]
        assert packet["checksum.status"] == [GOOD]
        for bit, name in STATUS_BITS.items():
            assert packet[f"status.{name}"] == [bool(word & bit)], f"{name} of {word:#06x}"
        if word & 3 in valve:
            assert packet["status.valve"] == [word & 3]
        known = sum(STATUS_BITS) | 3
        assert packet["status.other"] == ([word & ~known] if word & ~known else []), f"{word:#06x}"
        assert bool(packet["fault"]) == bool(word & sum(STATUS_BITS)), f"{word:#06x}"


# ---- the registration ----

EXPERTS = {
    "checksum.bad", "truncated", "no_end", "bad_bcd", "bad_clock", "unknown_unit", "unit_mismatch", "unknown_di",
    "unexpected_length", "fault", "line_error", "backwards", "clock_jump", "power_mismatch", "collision",
}
FIELD_TYPES = {
    "FT_BYTES": "preamble noise trailing undocumented unsupported key",
    "FT_STRING": "address meter meter.name meter.label dialect digits meter_number new_address clock date month "
                 "freeze.time src dst addr",
    "FT_UINT8": "start type control control.function length ser checksum checksum.status end unit valve day "
                "key_version status.code state mbus.start mbus.length mbus.control mbus.address mbus.ci mbus.checksum "
                "dlt645.start dlt645.control dlt645.length dlt645.checksum",
    "FT_UINT16": "manufacturer di diameter status temperature_coefficient instrument_parameter status.valve",
    "FT_BOOLEAN": "control.response control.error di.swapped status.battery_low status.integrator_fault "
                  "status.supply_sensor_fault status.return_sensor_fault status.flow_sensor_fault unanswered",
    "FT_FRAMENUM": "request_in response_in retransmission no_response_to",
    "FT_DOUBLE": "energy.heating energy.cooling energy.settlement energy.monthly energy.first power flow volume "
                 "volume.settlement volume.reverse volume.monthly temperature.supply temperature.return "
                 "temperature.difference operating_hours alarm_time hires.energy hires.volume coefficient.q2_5 "
                 "coefficient.q0_75 coefficient.q0_25 coefficient.q0_05 pressure price.1 price.2 price.3 "
                 "price.volume.1 price.volume.2 battery_voltage clock_offset power.computed energy.delta volume.delta",
    "FT_NONE": " ".join(sorted(EXPERTS)),
}


def test_the_filter_names_are_those_of_the_public_interface(field_rows):
    wrong = {name: field_rows.get(name, ("not registered",))[0] for kind, names in FIELD_TYPES.items()
             for name in names.split() if field_rows.get(name, ("not registered",))[0] != kind}
    assert wrong == {}
    assert field_rows["seconds"][0] in ("FT_UINT8", "FT_UINT16")
    assert {field_rows[name][0] for name in ("pulse_width", "zero_offset", "pulses")} <= {"FT_UINT24", "FT_UINT32"}


def test_every_field_says_what_it_is(field_rows):
    """All but the expert infos, whose text is their name."""
    assert [name for name, (kind, blurb) in field_rows.items() if kind.startswith("FT_") and kind != "FT_NONE"
            and not blurb] == []
