#!/usr/bin/python3
# plugin_seeds.py FOLDER: writes inputs of fuzz_plugin.c, made of tests/frames.json and the captures in samples/.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
#
# An input is a run of records: a byte that says what, two of its length, low byte first, and the body. A packet's body
# begins with six bytes: where it was seen (interface; or bit 0 the sender and the others the conversation or the device), how
# much later than the one before (two bytes), how many of its bytes were kept (FF: all), what else is known (bits, see
# fuzz_plugin.c) and a byte for those: of TCP, how far behind the end of the stream it stands.
import itertools
import json
import struct
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
SETTINGS, OWN_FIELD, METER, INTERFACE, COMMENT, LOG, USER0, TCP, UDP, USB, RTAC = range(11)
FLAGS, NO_TIME, MEND, SECTION, NO_INTERFACE, BACK, SECONDS = (1 << bit for bit in range(7))
STATISTICS, PACKETS, PORTION = 19, 20, 4
EPB = 6  # the block of pcapng that holds a packet


def record(kind, body):
    return struct.pack("<BH", kind, len(body)) + body


def settings(statistics, switches=1, dialect=0):
    return record(SETTINGS, struct.pack("<IBB", statistics, switches, dialect))


def packet(kind, data, where=0, later=100, snap=0xFF, says=0, shift=0):
    return record(kind, struct.pack("<BHBBB", where, later, snap, says, shift) + data)


def frames():
    return [bytes.fromhex(row["hex"]) for row in json.loads((SOURCE / "tests/frames.json").read_text())]


def packets_of(path):
    """The packets' bytes of a pcapng file in this machine's byte order."""
    data, at = path.read_bytes(), 0
    while at + 12 <= len(data):
        kind, size = struct.unpack_from("<II", data, at)
        if kind == EPB:
            kept = struct.unpack_from("<I", data, at + 20)[0]
            yield data[at + 28:at + 28 + kept]
        at += size


def portions(data, size=PORTION):
    return [data[at:at + size] for at in range(0, len(data), size)]


FIELDS = ["|reply||901F||0|4|BCD||0.01||kWh|Energy|one|seen on the display",
          "|any||||0|1|unsigned, low byte first||||V|Byte|two|",
          "24263225|reply|81|903F|58|4|2|bits|0FF0|||x|Bits|three|",
          "|reply||||20|7|clock|||||Clock|four|", "OEM ultrasonic|reply||901F||1|5|text|||||Text|five|"]
METERS = ["24263225|Flat 3|by the rules|||||", "0024263225|Küche|OEM ultrasonic|3|3|3|3|0",
          "????????|Any|CJ/T 188-2004|8|||2|",
          "59493675||Tiangang, Delu ultrasonic||||5|"]
INTERFACES = ["ttyUSB0|2400 8E1", "ttyUSB1|M-Bus, 9600 8N1", "|", "ttyUSB0|"]
EVERYTHING = (1 << STATISTICS) - 1


def of_frames(all_frames):
    """A request and its reply, and those behind them, as each carrier has them."""
    for number, two in enumerate(zip(all_frames, all_frames[1:])):
        yield settings(1 << number % STATISTICS, 1 + (number << 1) % 256, number % 20) + \
            b"".join(packet(USER0, data, where=number % 4, says=MEND) for data in two)
    for start in range(0, len(all_frames) - 8, 8):
        some = all_frames[start:start + 8]
        yield settings(EVERYTHING, 0x48) + b"".join(record(INTERFACE, text.encode()) for text in INTERFACES) + \
            b"".join(packet(USER0, data, where=i % 3, says=SECTION * (i % 2)) for i, data in enumerate(some))
        yield settings(0x1D73, 0x11) + b"".join(
            packet(TCP, part, where=i % 2, later=7) for i, data in enumerate(some) for part in portions(data, 40))
        yield settings(0x07, 0x31) + b"".join(packet(UDP, data, where=i % 2) for i, data in enumerate(some))
        yield settings(0x0F) + b"".join(packet(USB, part, where=1 - i % 2, later=3)
                                        for i, data in enumerate(some[:2]) for part in portions(data, 30))
        yield settings(0x03) + b"".join(packet(RTAC, data, where=i % 2) for i, data in enumerate(some))


def of_samples():
    for path in sorted((SOURCE / "samples").glob("*.pcapng")):
        data = list(packets_of(path))
        for number, start in enumerate(range(0, min(len(data), 12 * PACKETS), PACKETS)):
            some = data[start:start + PACKETS]
            yield settings(EVERYTHING >> number % 4 & ~(1 << number), 0x41 | number << 1) + \
                b"".join(packet(USER0, one, where=i % 2, later=2000) for i, one in enumerate(some))


def of_oddities(reply, request):
    """What no capture here has: tables, marks, cut packets, gaps, times that run back, an adapter's own bytes."""
    tables = b"".join([record(OWN_FIELD, text.encode()) for text in FIELDS] +
                      [record(METER, text.encode()) for text in METERS])
    pair = packet(USER0, request) + packet(USER0, reply)
    yield settings(EVERYTHING, 0x0D) + tables + 5 * pair
    yield settings(EVERYTHING, 0x07) + tables + pair
    for text in FIELDS + METERS:
        yield settings(0x780) + record(OWN_FIELD if text in FIELDS else METER, text.encode()) + 3 * pair
    yield settings(0x2000) + b"".join(record(COMMENT, text) + pair for text in (b"heating off", b"heating on\xff", b"<b>&"))
    for text in ("18:12;24263225;hours;13100;h\n", "time,value,unit\n2026-04-27 18:12,\"25,54\",C\nsoon,1\n",
                 "27.04.2026 18:12\t\tx\t3\t\n"):
        yield settings(0x200) + record(LOG, text.encode()) + 2 * pair
    for snap in (0, 1, 11, 30, 60):
        yield settings(0x3) + packet(USER0, request, snap=snap) + packet(USER0, reply, snap=snap) + \
            packet(TCP, reply, snap=snap) + packet(USB, reply, snap=snap) + packet(UDP, reply, snap=snap)
    yield settings(0x7) + packet(TCP, reply[:20]) + packet(TCP, reply[25:], shift=5) + packet(TCP, reply) + \
        packet(TCP, reply[:10]) + packet(TCP, reply[:10], shift=0xF6) + packet(TCP, reply[10:])
    yield settings(0x7) + pair + packet(USER0, reply, later=9000, says=BACK) + packet(USER0, reply, says=NO_TIME) + \
        packet(USER0, request, later=60000, says=SECONDS | SECTION) + packet(USER0, reply, says=NO_INTERFACE)
    for bits in (0x01, 0x04, 0x20, 0x80, 0xFF):
        yield settings(0x3) + packet(USER0, reply, says=FLAGS, shift=bits) + \
            packet(USER0, reply[:-4], says=FLAGS, shift=bits)
    yield settings(0x1) + packet(USB, b"\x01\x60") + packet(USB, b"\x01\x60" + reply[:30]) + \
        packet(USB, b"\x01\x60" + reply[30:])
    yield settings(0x60) + 3 * packet(USER0, request, where=0, later=5) + packet(USER0, request + reply, where=1, later=5)
    yield settings(0x7) + packet(USER0, reply[:-2] + bytes([reply[-2] ^ 1]) + reply[-1:]) + \
        packet(USER0, b"noise" + reply + b"\0") + \
        packet(USER0, bytes.fromhex("680E0E6808017278563412000000000000000016 1040015116")) + packet(USER0, b"")


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    known = frames()
    for number, data in enumerate(itertools.chain(of_frames(known), of_samples(), of_oddities(known[3], known[2]))):
        (folder / f"{number:04}").write_bytes(data)


main()
