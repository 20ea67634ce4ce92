# Frames made for a test, and what the dissector says of them as Python values.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import struct

import pytest
from conftest import DLT_USER0, write_pcap

PREFIX = "cjt188."
INFO, EXPERT, MALFORMED = "info", "expert", "malformed"

# Dialects by the names that the tree shows.
STANDARD = "CJ/T 188-2004"
OEM = "OEM ultrasonic"
TIANGANG = "Tiangang, Delu ultrasonic"
DELU_MECHANICAL = "Delu mechanical"
LICHUANG = "Lichuang, new Delu"
UNIT_FIRST = "Unit first"
MAITUO = "Maituo"
HIWITS = "Hiwits"
SANEXT = "SANEXT"
HUIZHONG = "Huizhong"
PLUS33 = "+33H"
GAS5 = "Five-byte gas"
BARE_WATER = "Water without units"


# ---- making frames ----


def bcd(number, width):
    """Decimal digits, low byte first."""
    return bytes.fromhex(f"{number:0{2 * width}d}")[::-1]


def le(number, width):
    return number.to_bytes(width, "little")


def frame(data=b"", *, type=0x20, number="24263225", maker="00 00", control=0x81, preamble=0):
    """One frame. `number` is A4..A0 as displayed, `maker` A5 A6 as sent, `data` DI, SER and the rest, hex or bytes."""
    if isinstance(data, str):
        data = bytes.fromhex(data)
    address = bytes.fromhex(number.rjust(10, "0"))[::-1] + bytes.fromhex(maker)
    assert len(address) == 7
    head = bytes([0x68, type]) + address + bytes([control, len(data)]) + data
    return b"\xfe" * preamble + head + bytes([sum(head) & 0xFF, 0x16])


HEAT_VALUES = {
    "energy1": (0, 0x05),
    "energy2": (0, 0x05),
    "power": (0, 0x17),
    "flow": (0, 0x35),
    "volume": (0, 0x2C),
}


def quantity(digits, unit, unit_first=False):
    """Four bytes of digits (a number, or the bytes themselves) and a unit code."""
    raw = digits if isinstance(digits, bytes) else bcd(digits, 4)
    return bytes([unit]) + raw if unit_first else raw + bytes([unit])


def heat_901f(di="1F 90", ser=0, supply=2566, return_=2554, hours=13100, clock="15 12 18 27 04 26 20", status="00 00",
              unit_first=False, **values):
    """DATA of a heat meter's 901F reply, L=2EH."""
    values = {**HEAT_VALUES, **values}
    assert list(values) == list(HEAT_VALUES)
    body = b"".join(quantity(digits, unit, unit_first) for digits, unit in values.values())
    body += bcd(supply, 3) + bcd(return_, 3) + bcd(hours, 3) + bytes.fromhex(clock) + bytes.fromhex(status)
    data = bytes.fromhex(di) + bytes([ser]) + body
    assert len(data) == 0x2E
    return data


def water_901f(di="1F 90", ser=0, volume=(0, 0x2C), second=(0, 0x2C), clock="15 12 18 27 04 26 20", status="00 00",
               unit_first=False):
    """DATA of a water, gas or electricity meter's 901F reply, L=16H."""
    body = quantity(*volume, unit_first) + quantity(*second, unit_first) + bytes.fromhex(clock) + bytes.fromhex(status)
    data = bytes.fromhex(di) + bytes([ser]) + body
    assert len(data) == 0x16
    return data


def add_33(data):
    """DATA as Guangda and Wanhua send it."""
    return bytes((byte + 0x33) & 0xFF for byte in data)


def pcapng_block(kind, body):
    length = len(body) + 12
    return struct.pack("<II", kind, length) + body + struct.pack("<I", length)


def write_lines(path, packets, dlts=None):
    """A pcapng in which each packet is alone on an interface and in its minute, so that none has to do with any other.
    `dlts` are the interfaces' link types; all DLT_USER0 if None."""
    dlts = dlts or [DLT_USER0] * len(packets)
    out = pcapng_block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    out += b"".join(pcapng_block(1, struct.pack("<HHI", dlt, 0, 262144)) for dlt in dlts)
    for number, data in enumerate(packets):
        microseconds = (1777313520 + 60 * number) * 1_000_000
        head = struct.pack("<IIIII", number, microseconds >> 32, microseconds & 0xFFFFFFFF, len(data), len(data))
        out += pcapng_block(6, head + data + bytes(-len(data) % 4))
    path.write_bytes(out)
    return path


def pcapng_option(code, data):
    return struct.pack("<HH", code, len(data)) + data + bytes(-len(data) % 4)


def write_pcapng(path, packets, dlts=(DLT_USER0,), names=(), descriptions=()):
    """A pcapng with nanoseconds and an interface for each of `dlts`, with what `names` and `descriptions` say of them. A packet is (interface, nanoseconds since 1970, bytes),
    or with packet flags as a fourth and a comment as a fifth. None in place of a packet begins another section with the same interfaces."""
    head = pcapng_block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    end = pcapng_option(0, b"")
    for number, dlt in enumerate(dlts):
        said = b"".join(pcapng_option(code, texts[number].encode()) for code, texts in ((2, names), (3, descriptions))
                        if number < len(texts))
        head += pcapng_block(1, struct.pack("<HHI", dlt, 0, 262144) + said + pcapng_option(9, b"\x09") + end)
    out = bytearray(head)
    for packet in packets:
        if packet is None:
            out += head
            continue
        interface, time, data, flags, comment = (*packet, *(0, "")[len(packet) - 3:])
        body = struct.pack("<IIIII", interface, time >> 32, time & 0xFFFFFFFF, len(data), len(data))
        body += data + bytes(-len(data) % 4)
        if comment:
            body += pcapng_option(1, comment.encode())
        if flags:
            body += pcapng_option(2, struct.pack("<I", flags))
        if comment or flags:
            body += end
        out += pcapng_block(6, body)
    path.write_bytes(out)
    return path


# ---- reading them back ----


def typed(kind, text):
    if kind == "FT_DOUBLE":
        return float(text)
    if kind.startswith("FT_UINT"):
        return int(text, 0)
    if kind == "FT_BOOLEAN":
        return text in ("1", "True")
    if kind == "FT_BYTES":
        return bytes.fromhex(text.replace(":", ""))
    return text


@pytest.fixture(scope="session")
def field_rows(tshark):
    """`tshark -G fields` of this dissector: {name without prefix: (type, blurb)}, expert infos included."""
    rows = [line.split("\t") for line in tshark("-G", "fields").stdout.splitlines()]
    own = {row[2][len(PREFIX):]: (row[3], row[7]) for row in rows if row[0] == "F" and row[2].startswith(PREFIX)}
    assert len(own) > 100
    own["info column"] = ("_ws.col.info" if any(row[2:3] == ["_ws.col.info"] for row in rows) else "_ws.col.Info", "")
    return own


@pytest.fixture(scope="session")
def decode(tshark, field_rows, readable_folder):
    """decode(packets or a capture's path, *options): a dict a packet, {name without prefix: [values]}; absent is []."""
    info_column = field_rows["info column"][0]
    kinds = {name: kind for name, (kind, _) in field_rows.items() if name != "info column"}
    columns = [PREFIX + name for name in kinds] + ["_ws.expert.message", "_ws.malformed", info_column]
    count = iter(range(10**9))

    def read(packets, *options):
        path = packets
        if isinstance(packets, list):
            path = write_pcap(readable_folder / f"craft-{next(count)}.pcap", packets)
        rows = tshark.fields(path, columns, *options)
        if isinstance(packets, list) and "-Y" not in options:
            assert len(rows) == len(packets)
        out = []
        for row in rows:
            packet = {name: [typed(kind, text) for text in row[PREFIX + name].split("|")] if row[PREFIX + name] else []
                      for name, kind in kinds.items()}
            packet[EXPERT] = row["_ws.expert.message"].split("|") if row["_ws.expert.message"] else []
            packet[MALFORMED] = row["_ws.malformed"]
            packet[INFO] = row[info_column]
            out.append(packet)
        return out

    return read


def differences(packet, expected):
    """What `packet` says otherwise. In `expected` a value stands for exactly one, a list for all of them in order,
    None for none, and ... for any."""
    wrong = {}
    for name, value in expected.items():
        got = packet[name]
        if value is None:
            fine = got == []
        elif value is ...:
            fine = got != []
        elif isinstance(value, list) or name == INFO:
            fine = got == value
        else:
            fine = got == [value]
        if not fine:
            wrong[name] = f"expected {value!r}, got {got!r}"
    return wrong


def matches(tshark, path, filters, *options):
    """How many packets of the capture each display filter lets through, all filters in one run."""
    filters = list(filters)
    assert filters and not any("," in text for text in filters)
    text = tshark("-r", path, "-q", *options, "-z", "io,stat,0," + ",".join(filters)).stdout
    row = next(line for line in text.splitlines() if "<>" in line)
    cells = [int(cell) for cell in row.strip("|").split("|")[1:] if cell.strip()]
    assert len(cells) == 2 * len(filters), row
    return dict(zip(filters, cells[::2]))
