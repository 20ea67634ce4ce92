# Every frame of frames.json against what its source claims of it and what the standard and the makers' documents say:
# the numbers as numbers, in the field's unit. Where a source and the documents differ, a comment says who is right.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import pytest
from craft import (BARE_WATER, DELU_MECHANICAL, GAS5, HIWITS, INFO, LICHUANG, MAITUO, MALFORMED, OEM, SANEXT, STANDARD, TIANGANG,
                   UNIT_FIRST, decode, differences, field_rows, write_lines)  # noqa: F401

BAD, GOOD = 0, 1
LOW_FIRST, HIGH_FIRST = False, True
NO_CLOCK = {"clock": None, "bad_clock": ...}


def header(control, di, swapped, dialect, **more):
    """What a frame is, whatever is in it."""
    return {"control": control, "di": di, "di.swapped": swapped, "dialect": dialect, **more}


def read(di, swapped, dialect, **more):
    return header(0x01, di, swapped, dialect, undocumented=None, **more)


def reply(di, swapped, dialect, **more):
    return header(0x81, di, swapped, dialect, **more)


def values(**more):
    """energy__heating=1 → "energy.heating": 1"""
    return {name.replace("__", "."): value for name, value in more.items()}


FRAMES = {
    # ---- the thread; test_thread.py looks closer ----
    0: read(0x903F, LOW_FIRST, STANDARD, address="1111AAAAAAAAAA", meter=None, ser=0x12),
    1: reply(0x903F, LOW_FIRST, OEM, meter="24263225", ser=0x03, diameter=3, date="2024-06-29", status=0x0800) | values(
        temperature__supply=24.72, temperature__return=24.44, hires__volume=0.0, hires__energy=0.0, alarm_time=0.0,
        coefficient__q2_5=1.0, coefficient__q0_75=1.0, coefficient__q0_25=1.0, coefficient__q0_05=1.0,
        status__flow_sensor_fault=True),
    2: read(0x901F, LOW_FIRST, STANDARD),
    3: reply(0x901F, LOW_FIRST, OEM, ser=0x12, clock="2026-04-27 18:12:15", status=0x0800) | values(
        energy__cooling=0.0, energy__heating=0.007, power=0.0, flow=0.0, volume=0.003, temperature__supply=25.66,
        temperature__return=25.54, operating_hours=13100.0, status__flow_sensor_fault=True),
    4: read(0x903F, LOW_FIRST, STANDARD, ser=0x00),
    # The source calls the first temperature outlet here, inlet in frame 1: the supply comes first.
    5: reply(0x903F, LOW_FIRST, OEM, diameter=3, date="2026-04-27", status=0x0800) | values(
        temperature__supply=25.53, temperature__return=25.34),

    # ---- Delu, Hiwits, Tiangang: verification and 903F ----
    6: header(0x33, None, None, STANDARD, length=0, meter=None, unexpected_length=None),
    7: read(0x903F, LOW_FIRST, STANDARD),
    # Its third field reads 00000201 with six decimals; "00 04" is one word, low byte first.
    8: reply(0x903F, LOW_FIRST, TIANGANG, meter="21098754", ser=0x01, pulses=0, alarm_time=0.0, diameter=3,
             zero_offset=0x24, pulse_width=0x022351, meter_number="21098754", date="2010-07-30", status=0,
             instrument_parameter=0x0400) | values(
        temperature__supply=28.74, temperature__return=28.30, hires__volume=0.000201, hires__energy=0.0002,
        coefficient__q2_5=0x0F4F / 4096, coefficient__q0_75=0x0F81 / 4096, coefficient__q0_25=0x0F58 / 4096,
        coefficient__q0_05=0x0E45 / 4096),
    9: read(0x901F, LOW_FIRST, STANDARD),
    10: header(0x24, 0xA00E, HIGH_FIRST, STANDARD, ser=0x01, unknown_di=None),
    11: header(0x33, None, None, HIWITS, meter="08023412", length=0),
    12: read(0x903F, LOW_FIRST, HIWITS, meter="08023412"),
    # Its nominal diameter and version 76 D1 FF are in no table.
    14: reply(0x903F, LOW_FIRST, TIANGANG, type=0x21, meter="85679609", alarm_time=0.0, battery_voltage=3.58,
              instrument_parameter=0x0400) | values(
        hires__energy=0.0, hires__volume=0.02, temperature__supply=26.43, temperature__return=26.18),

    # ---- new Delu, 59 42: unit first ----
    16: read(0x901F, HIGH_FIRST, LICHUANG, meter="12345685"),
    # The source reads the clock as 2000-01-04 16:40:52, but its century byte is 00: no possible date, digits only.
    17: reply(0x901F, HIGH_FIRST, LICHUANG, status=0, unit=[0x05, 0x05, 0x17, 0x35, 0x2C]) | values(
        energy__settlement=123.12, energy__cooling=None, energy__heating=123.12, power=0.0, flow=0.0, volume=4.56,
        temperature__supply=15.49, temperature__return=15.73, operating_hours=147.0) | NO_CLOCK,

    # ---- Delu ultrasonic and mechanical ----
    18: read(0x901F, LOW_FIRST, TIANGANG, meter="11111111"),
    20: read(0x901F, HIGH_FIRST, STANDARD, meter="11105745"),
    21: reply(0x901F, HIGH_FIRST, DELU_MECHANICAL, clock="2010-10-27 00:35:57", status=0x3000,
              unsupported=bytes(4), unit=[0x00, 0x02, 0x17, 0x35, 0x29]) | values(
        energy__settlement=None, energy__cooling=None, energy__first=None, energy__heating=0.038, power=0.0, flow=0.0,
        volume=0.09588, temperature__supply=14.70, temperature__return=14.65, operating_hours=0.0),
    22: read(0x901F, HIGH_FIRST, STANDARD),
    # The source was in verification mode, flow and hours with two decimals (1.25 m³/h, 1000.00 h). Nothing in
    # it says so: only the user's table can choose that dialect. Its clock, said to be not used, is not 33 in every byte.
    23: reply(0x901F, HIGH_FIRST, DELU_MECHANICAL, unsupported=[b"\x33" * 4] * 2, status=0x3023) | values(
        energy__settlement=None, energy__heating=1.279, power=None, flow=0.0125, volume=0.18445,
        temperature__supply=21.13, temperature__return=22.10, operating_hours=100000.0) | NO_CLOCK,
    24: read(0x903F, LOW_FIRST, TIANGANG),
    25: read(0x903F, LOW_FIRST, STANDARD),

    # ---- Tiangang ----
    27: read(0x901F, LOW_FIRST, TIANGANG, meter="59493675"),
    30: read(0x901F, LOW_FIRST, TIANGANG, meter="17312151", preamble=b"\xfe" * 11),
    31: reply(0x901F, LOW_FIRST, TIANGANG, clock="2007-09-12 11:41:32", status=0x0004) | values(
        energy__cooling=0.0, energy__heating=0.0, power=0.0, flow=0.0, volume=0.19, temperature__supply=30.76,
        temperature__return=30.68, operating_hours=273.0, status__battery_low=True, status__flow_sensor_fault=False),

    # ---- Lichuang ----
    32: header(0x21, 0x610A, HIGH_FIRST, LICHUANG, meter="12345678"),
    # tshark prints 15 digits of a number; test_values.py compares these two exactly. The hours are binary.
    33: header(0xA1, 0x610A, HIGH_FIRST, LICHUANG, operating_hours=456789.0, seconds=0, state=0x0A) | values(
        hires__energy=12345678.9876543, hires__volume=87654321.1234568),
    38: header(0x21, 0x610A, HIGH_FIRST, LICHUANG, meter=None),
    39: read(0x901F, HIGH_FIRST, LICHUANG),
    # The source's text says 123.45 for the second energy, its bytes 123.46. Flow has three decimals.
    40: reply(0x901F, HIGH_FIRST, LICHUANG, clock="2011-10-31 11:11:20", status=0) | values(
        energy__settlement=123.45, energy__heating=123.46, power=2.39, flow=0.450, volume=456.78,
        temperature__supply=22.16, temperature__return=17.58, operating_hours=15.0),
    42: header(0x03, 0x810A, HIGH_FIRST, STANDARD),
    43: read(0x901F, HIGH_FIRST, STANDARD),
    44: header(0x21, 0x020A, HIGH_FIRST, LICHUANG, unknown_di=None),
    45: header(0x21, 0x120A, HIGH_FIRST, LICHUANG, unknown_di=None),
    47: header(0x20, 0xA021, HIGH_FIRST, LICHUANG,
               undocumented=bytes.fromhex("00 28 09 01 00 28 09 01 20 55 25 01 55 00")),
    # Two counters of 1e-8, then three numbers whose meaning nobody tells.
    48: header(0x16, 0xA016, HIGH_FIRST, LICHUANG, length=0x1F,
               undocumented=bytes.fromhex("08 0C 3A 1B 00 00 00 00 93 00 00 00")) | values(
        hires__energy=0x02DDDEC9E0 / 1e8, hires__volume=0x077B38EFA0 / 1e8),

    # ---- Maituo ----
    # Its number is sent high byte first (12345678), but nothing in the request names Maituo: the standard's order.
    51: read(0x901F, HIGH_FIRST, STANDARD, meter="78563412"),
    52: reply(0x901F, HIGH_FIRST, MAITUO, meter="12345678", clock="2010-06-08 21:47:37", status=0x0400,
              unit=[0x05, 0x05, 0x14, 0x32, 0x2C]) | values(
        energy__cooling=456.0, energy__heating=123.0, power=0.0, flow=0.0, volume=789.0, temperature__supply=26.50,
        temperature__return=26.60, operating_hours=0.0, status__no_water=True),
    54: header(0x1A, 0x9A4F, HIGH_FIRST, MAITUO, meter=None, unknown_di=None),
    57: header(0x84, 0xA017, HIGH_FIRST, MAITUO, meter="22540126", valve=0x99),
    60: header(0x1A, 0x9A2F, HIGH_FIRST, MAITUO),
    61: header(0x1A, 0x9A4F, HIGH_FIRST, MAITUO),
    62: header(0x1A, 0x9A1F, HIGH_FIRST, MAITUO),
    63: header(0x1A, 0x9A3F, HIGH_FIRST, MAITUO),
    64: header(0x1A, 0x9AAF, HIGH_FIRST, MAITUO),
    65: header(0x1A, 0x9A7F, HIGH_FIRST, MAITUO),
    66: header(0x1A, 0x9A5F, HIGH_FIRST, MAITUO),
    67: header(0x3E, 0x901F, HIGH_FIRST, MAITUO),

    # ---- other heat meters ----
    69: read(0x901F, HIGH_FIRST, STANDARD, meter="12345678"),
    # Chuangzhan calls the first energy cooling; nothing tells its frames from a standard meter's.
    70: reply(0x901F, HIGH_FIRST, STANDARD, clock="2010-12-01 00:02:44", status=0) | values(
        energy__settlement=0.0, energy__heating=60.20, power=224.91, flow=2.8826, volume=0.77,
        temperature__supply=81.59, temperature__return=12.57, operating_hours=0.0),
    # The source's number has twelve digits, two of them in A5.
    71: read(0x901F, LOW_FIRST, STANDARD, address="00205544332211", meter="5544332211"),
    72: reply(0x901F, LOW_FIRST, STANDARD, address="00205544332211", clock="2000-01-01 01:30:32", status=0,
              unsupported=[b"\x99" * 4] * 2) | values(
        energy__settlement=None, energy__first=None, energy__heating=0.0, power=None, flow=0.0, volume=0.0,
        temperature__supply=15.30, temperature__return=15.50, operating_hours=1.0),
    73: header(0x03, 0x810A, LOW_FIRST, STANDARD),
    74: header(0x83, 0x810A, LOW_FIRST, STANDARD, address="00010012345678", meter="12345678"),
    83: read(0x901F, LOW_FIRST, TIANGANG),
    91: read(0x901F, LOW_FIRST, STANDARD),
    92: reply(0x901F, LOW_FIRST, SANEXT, meter="12064713", clock="2023-09-05 12:49:09", status=0x0800) | values(
        energy__cooling=0.0, energy__heating=0.0, power=0.0, flow=0.0, volume=0.0, temperature__supply=23.02,
        temperature__return=23.11, operating_hours=5834.0),
    93: read(0x901F, LOW_FIRST, STANDARD, meter="2718241912"),
    101: read(0x901F, HIGH_FIRST, STANDARD, meter="40314132"),
    # 0.02 MWh
    102: reply(0x901F, HIGH_FIRST, UNIT_FIRST, clock="2015-07-10 12:00:53", status=0,
               unit=[0x08, 0x08, 0x17, 0x35, 0x2C]) | values(
        energy__settlement=20.0, energy__heating=20.0, power=0.0, flow=0.0, volume=10.34, temperature__supply=25.35,
        temperature__return=25.66, operating_hours=0.0),
    103: read(0x901F, LOW_FIRST, STANDARD, meter="11223344", manufacturer=0x7833),
    # The source's text reads the flow with two decimals; the standard has four. The clock is in reverse order. No water is 1234.56 °C.
    104: reply(0x901F, LOW_FIRST, STANDARD, clock="2014-03-18 12:56:59", bad_clock=None, status=0) | values(
        energy__settlement=123456.78, energy__heating=123456.78, power=123456.78, flow=1234.5678, volume=123456.78,
        temperature__supply=None, temperature__return=None, suspect=..., operating_hours=123456.0),

    # ---- water ----
    105: read(0x901F, LOW_FIRST, STANDARD, meter="11223344", manufacturer=0x7833),
    106: reply(0x901F, LOW_FIRST, STANDARD, clock="2015-05-11 22:01:31", status=0x8421) | values(
        volume=556677.0, volume__settlement=556677.0, status__valve=1, status__battery_low=False,
        # The second byte of a water meter's status is its maker's own.
        status__integrator_fault=None, status__flow_sensor_fault=None),
    108: header(0x04, 0xA017, HIGH_FIRST, STANDARD, meter="1505900569", valve=0x55),
    109: header(0x84, 0xA017, HIGH_FIRST, STANDARD, status=0) | values(status__valve=0),
    110: header(0x04, 0xA017, HIGH_FIRST, STANDARD, valve=0x99),
    111: header(0x03, 0x810A, HIGH_FIRST, STANDARD, type=0xAA),
    112: header(0x83, 0x810A, HIGH_FIRST, STANDARD, meter="2020120218"),
    113: read(0x901F, HIGH_FIRST, STANDARD),
    114: reply(0x901F, HIGH_FIRST, STANDARD, status=0xFF00) | values(volume=2.0, volume__settlement=2.0) | NO_CLOCK,
    116: read(0x901F, LOW_FIRST, STANDARD, meter="0805000001"),
    # The settlement volume is 0 m³: with a unit it is a value, no filler.
    117: reply(0x901F, HIGH_FIRST, STANDARD, status=0, unsupported=None) | values(
        volume=123.0, volume__settlement=0.0) | NO_CLOCK,
    118: header(0x83, 0x810A, HIGH_FIRST, STANDARD, meter="0805000001"),
    119: header(0x15, 0xA018, HIGH_FIRST, STANDARD, meter="0805000002", new_address="00000805000001"),
    121: header(0x03, 0x810A, LOW_FIRST, STANDARD, ser=0xA7),
    123: read(0x901F, HIGH_FIRST, STANDARD, ser=0xAA),
    124: reply(0x901F, HIGH_FIRST, STANDARD, meter="1505104145", status=0, clock=None, bad_clock=None,
               unsupported=[b"\xff" * 4, b"\xff" * 7]) | values(volume=5959.0, volume__settlement=None),
    125: read(0x901F, HIGH_FIRST, STANDARD),
    126: reply(0x901F, HIGH_FIRST, STANDARD, address="00000024170567", status=0xFF00) | values(
        volume=3.0, volume__settlement=3.0) | NO_CLOCK,
    130: header(0x83, 0x810A, LOW_FIRST, STANDARD, type=0xAA, meter="0805000001"),
    132: reply(0x901F, HIGH_FIRST, STANDARD, checksum=0xFE) | values(volume=2222.0) | NO_CLOCK,
    134: read(0x901F, HIGH_FIRST, STANDARD),
    135: reply(0x901F, HIGH_FIRST, STANDARD, clock="2017-01-09 17:20:06") | values(volume=0.0, volume__settlement=0.0),
    # 170.47 L. The source could not read the clock: it is in reverse order.
    140: reply(0x901F, HIGH_FIRST, STANDARD, clock="2020-05-28 20:58:24", bad_clock=None, unit=[0x29, 0x29]) | values(
        volume=0.17047, volume__settlement=0.14851),
    142: header(0x03, 0x810A, LOW_FIRST, STANDARD),
    # A whole EN 13757 frame in transit.
    144: header(0x04, 0x19BB, LOW_FIRST, STANDARD, ser=0x01) | values(
        mbus__start=[0x68, 0x68], mbus__length=[7, 7], mbus__control=0x53, mbus__address=0xFE, mbus__ci=0x51,
        mbus__data=bytes.fromhex("0F 01 00 01"), mbus__checksum=0xB3),
    146: header(0x04, 0xA017, HIGH_FIRST, STANDARD, meter="19121301", valve=0x66),
    147: header(0x04, 0xA017, HIGH_FIRST, STANDARD, valve=0x77),
    148: header(0x04, 0xA017, HIGH_FIRST, STANDARD, valve=0x00),
    149: header(0x04, 0xA017, HIGH_FIRST, STANDARD, valve=0x55),
    150: header(0x04, 0xA017, HIGH_FIRST, STANDARD, valve=0x99),
    151: header(0x03, 0x810A, HIGH_FIRST, STANDARD),
    152: header(0xA1, 0x901F, HIGH_FIRST, UNIT_FIRST, clock="2019-12-16 14:20:41", unit=[0x2C, 0x2C, 0x35],
                undocumented=bytes.fromhex("40 21 00 02")) | values(volume=0.0, volume__second=0.0, flow=0.0),
    160: read(0x901F, HIGH_FIRST, STANDARD, address="11223344556677"),
    # The source reads 12345678, but no known 901F reply has nine bytes.
    161: reply(0x901F, HIGH_FIRST, STANDARD, undocumented=bytes.fromhex("78 56 34 12 00 FF"), unexpected_length=...,
               volume=None),
    162: header(0xC1, 0x901F, HIGH_FIRST, STANDARD, ser=0x01, undocumented=None) | values(
        control__error=True, status__code=0x02),
    163: header(0x04, 0xA017, HIGH_FIRST, STANDARD, meter=None, valve=0x55),

    # ---- gas ----
    # In a wrapper of its own; five bytes of digits, one decimal and no unit; the year high byte first.
    164: reply(0x901F, LOW_FIRST, GAS5, meter="1606000102", clock="2016-01-01 12:00:00", bad_clock=None, status=0x0035,
               unit=None, noise=bytes.fromhex("AA 30 42 00 00 AA 01 02"), trailing=bytes.fromhex("81 D6 55")) | values(
        volume=721.7, volume__settlement=0.0, status__valve=1, status__battery_low=True, status__valve_leak=False,
        status__unused=True, status__backup_battery_low=True, status__magnet=False, status__reed=False),
    166: header(0x04, 0xA017, LOW_FIRST, STANDARD, valve=0x55),
    167: header(0x04, 0xA017, LOW_FIRST, STANDARD, valve=0x99),
    170: read(0x901F, LOW_FIRST, STANDARD, ser=0xFF),

    # ---- negative vectors of a test: wrong checksums around plausible frames ----
    # An error reply of three bytes is SER and ST, without an identifier.
    171: header(0xC1, None, None, STANDARD, ser=0x01, status=0x2211) | values(control__error=True),
    172: reply(0x901F, HIGH_FIRST, STANDARD, clock="2016-07-15 09:59:59", status=0x2211) | values(
        volume=433323.13, volume__settlement=443424.14),
    173: header(0x84, 0xA017, HIGH_FIRST, STANDARD, status=0x2211),
    174: reply(0xD120, HIGH_FIRST, STANDARD, month="N-1") | values(volume__monthly=433323.13),

    # ---- 31 frames of other sources, which nobody had seen when the rules were made ----
    200: reply(0x901F, LOW_FIRST, OEM, clock="2020-09-11 20:10:32", status=0x0008, undocumented=None) | values(
        energy__heating=0.0, temperature__supply=24.13, temperature__return=23.29, operating_hours=2321.0,
        status__other=0x0008, status__flow_sensor_fault=False, fault=None),
    201: reply(0x901F, LOW_FIRST, STANDARD, clock="2013-09-04 10:50:11", status=0x8000) | values(
        energy__heating=pytest.approx(14106.18 / 3600, rel=1e-14), temperature__supply=25.59, temperature__return=26.09),
    202: read(0x901F, LOW_FIRST, STANDARD),
    203: header(0x21, 0xC001, HIGH_FIRST, STANDARD, clock="2015-04-22 16:14:40", src="3523514321", dst="master"),
    204: reply(0x901F, LOW_FIRST, STANDARD) | values(volume=1.0, volume__settlement=0.0) | NO_CLOCK,
    205: header(0x83, 0x810A, LOW_FIRST, STANDARD),
    206: header(0x84, 0xA017, LOW_FIRST, STANDARD, status=0xAAAA),
    207: header(0x2A, 0xA017, HIGH_FIRST, STANDARD, valve=0x55),
    208: header(0xAA, 0xA017, HIGH_FIRST, STANDARD, status=0xFF00) | values(status__valve=0),
    209: reply(0x901F, HIGH_FIRST, STANDARD, unexpected_length=..., undocumented=bytes.fromhex("78 56 34 12 00 FF")),
    210: header(0x25, 0x0C00, None, STANDARD),
    211: header(0x23, 0xA0F0, None, STANDARD),
    212: header(0x20, 0x8100, HIGH_FIRST, STANDARD, info="Control 20 8100, all meters"),
    213: header(0x22, 0x0000, None, STANDARD, undocumented=b"AT+RDMETER=UL",
                info='Control 22 0000: "AT+RDMETER=UL", all meters'),
    214: header(0x24, 0xA171, HIGH_FIRST, STANDARD, info="Write general data A171 (base reading), 12345678"),
    215: header(0x24, 0xA017, HIGH_FIRST, STANDARD, valve=0x55, info="Write general data A017 (valve): open, 12345678"),
    216: header(0x04, 0xA017, HIGH_FIRST, STANDARD, valve=0x99),
    217: header(0xA1, 0x610A, HIGH_FIRST, LICHUANG, seconds=780, state=0x0A) | values(
        hires__energy=3.668, hires__volume=0.32879, operating_hours=0.0),
    218: read(0xEF90, None, STANDARD),  # from the same master's other requests it is 90EF
    219: read(0x901F, LOW_FIRST, STANDARD),
    220: read(0x901F, HIGH_FIRST, MAITUO, meter=None),
    221: read(0xBB1D, HIGH_FIRST, STANDARD),
    222: reply(0xBB20, HIGH_FIRST, STANDARD, undocumented=bytes.fromhex("00 01 00")),
    223: reply(0x901F, HIGH_FIRST, BARE_WATER, unit=None, unit_mismatch=None, bad_clock=None, volume=None, flow=None, status=0),
    224: reply(0x901F, LOW_FIRST, STANDARD) | values(volume=785634.12, volume__settlement=896745.23) | NO_CLOCK,
    225: header(None, None, None, None, noise=...),  # cut off before its checksum, and no identifier that anybody knows
    226: reply(0x9012, HIGH_FIRST, STANDARD, truncated=..., length=0x31, undocumented=...),
    227: reply(0x901F, LOW_FIRST, TIANGANG, clock="2012-03-12 08:56:57", status=0, suspect=...) | values(
        energy__first=None, energy__cooling=None, energy__heating=12.52, power=None, flow=0.0, volume=0.43, temperature__supply=12.81,
        temperature__return=12.79, operating_hours=9381.0),
    228: read(0xA58A, None, STANDARD),  # from the same master's other requests it is 8AA5
    229: read(0x901F, LOW_FIRST, STANDARD),
    230: reply(0x901F, HIGH_FIRST, STANDARD, clock=None, bad_clock=None) | values(volume=6046.0, volume__settlement=None),
}
CUT = {225, 226}  # published without their end, or with a length beyond it
UNKNOWN = {210, 211, 212, 213, 218, 221, 222, 226, 228}  # identifiers of which no document tells
WRONG_CHECKSUM = {9, 23, 24, 25, 54, 104, 106, 171, 172, 173, 174}


@pytest.fixture(scope="module")
def decoded(decode, frames, readable_folder):
    # Some documents' examples have wrong sums, and mean what they say all the same.
    packets = decode(write_lines(readable_folder / "frames.pcapng", [row["bytes"] for row in frames]), "-o",
                     "cjt188.damaged_values:TRUE")
    assert len(packets) == len(frames)
    return {row["id"]: packet for row, packet in zip(frames, packets)}


def test_no_frame_is_left_out(frames):
    assert sorted(FRAMES) == sorted(row["id"] for row in frames)
    assert len(FRAMES) == 138


@pytest.mark.parametrize("number", FRAMES)
def test_frame_reads_as_documented(decoded, number):
    assert differences(decoded[number], FRAMES[number]) == {}


def test_checksums(decoded, frames):
    assert {row["id"] for row in frames if not row["checksum_ok"]} == WRONG_CHECKSUM | CUT
    status = {number: packet["checksum.status"] for number, packet in decoded.items()}
    assert status == {number: [] if number in CUT else [BAD if number in WRONG_CHECKSUM else GOOD] for number in FRAMES}
    assert {number for number, packet in decoded.items() if packet["checksum.bad"]} == WRONG_CHECKSUM


def test_nothing_is_malformed_truncated_or_unknown(decoded):
    assert [number for number, packet in decoded.items() if packet["truncated"]] == [226]
    assert {number for number, packet in decoded.items() if packet["unknown_di"]} == UNKNOWN
    for name in ("no_end", "unknown_unit", "unit_mismatch", "bad_bcd"):
        assert [number for number, packet in decoded.items() if packet[name]] == [], name
    assert [number for number, packet in decoded.items() if packet[MALFORMED]] == []


def test_only_the_gas_frame_has_anything_around_it_and_one_is_no_frame(decoded):
    assert [number for number, packet in decoded.items() if packet["noise"] or packet["trailing"]] == [164, 225]


def test_only_two_frames_have_a_length_that_fits_no_layout(decoded):
    assert [number for number, packet in decoded.items() if packet["unexpected_length"]] == [161, 209]
    assert any("22" in text for text in decoded[161]["remark"]), "the known lengths are said"


def test_the_info_column_names_the_speaker(decoded):
    """A reply begins with the meter, a request ends with whom it is for."""
    for number, packet in decoded.items():
        text = packet[INFO].removeprefix("Damaged: ").removeprefix("Truncated: ")
        if number == 225:
            continue
        who = (packet["meter"] or ["all meters"])[0]
        if packet["control.response"] == [True] or number == 203:  # a report is the meter's own
            assert text.startswith(f"{who}: "), f"{number}: {text}"
        else:
            assert text.endswith(f", {who}"), f"{number}: {text}"
