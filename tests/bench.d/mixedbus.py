# Long captures of lines with many meters, written fast: frames of frames.json with other numbers, values and clocks.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import itertools
import json
import time

from carriers import ip_packet
from conftest import SRC, write_pcap
from craft import bcd

START = 1777313520  # 2026-04-27 18:12:00 UTC
ADDRESS, NUMBER_BYTES = 2, 5
PERIOD, RESPONSE = 1.0, 0.2
NOISE = bytes.fromhex("00 F7 3C 00 91 00 FF 5A")

HEAT, HEAT_UNIT_FIRST = (19, 39, 48), (20, 39, 48)
HIRES, WATER, NOTHING = (23, 14, None), (14, None, 24), (None, None, None)

ALL, ONE = True, False
HEAT_FRAMES = "thread-3 request 901F", "thread-4 response 901F"
# Request, reply, where the reply's counter, temperature and clock are, who is asked, how many such meters.
KINDS = (
    (*HEAT_FRAMES, HEAT, ALL, 6),
    (*HEAT_FRAMES, HEAT, ONE, 6),
    ("thread-5 request 903F", "thread-6 response 903F", HIRES, ALL, 4),
    ("thread-5 request 903F", "thread-6 response 903F", HIRES, ONE, 4),
    ("tiangang concentrator read", "tiangang concentrator response", HEAT, ONE, 6),
    ("lichuang read 901F", "lichuang 901F response (unit first)", HEAT_UNIT_FIRST, ONE, 6),
    ("maituo read 901F", "maituo 901F response", HEAT, ONE, 4),
    ("sanext read", "sanext 901F response", HEAT, ONE, 4),
    ("cj94 read", "cj94 901F response", WATER, ONE, 6),
    ("gdiot valve open 55", "SC valve open reply", NOTHING, ONE, 2),
    ("valve ff test", "maituo valve reply", NOTHING, ONE, 2),
    ("gdiot read addr", "fox address reply", NOTHING, ALL, 1),
    ("golden read", "golden error", NOTHING, ONE, 1),
)


def templates():
    rows = json.loads((SRC / "tests" / "frames.json").read_text(encoding="utf-8"))
    return {row["name"]: bytes.fromhex(row["hex"]) for row in rows}


class Meter:
    """A meter with its number on the display, and how it is asked."""

    known = templates()

    def __init__(self, number, request, reply, places=HEAT, asked=ONE):
        self.request, self.reply = bytearray(self.known[request]), bytearray(self.known[reply])
        self.places = places
        self.start = self.reply.index(0x68)
        self.put(ADDRESS, bcd(number, 4))
        if asked is ONE:
            at, own = self.request.index(0x68), self.start + ADDRESS
            self.request[at + ADDRESS : at + ADDRESS + NUMBER_BYTES] = self.reply[own : own + NUMBER_BYTES]
            self.request[-2] = sum(self.request[at:-2]) & 0xFF

    def put(self, at, data):
        self.reply[self.start + at : self.start + at + len(data)] = data

    def answer(self, count, seconds):
        """Its reply to the request number `count`."""
        counter, temperature, clock = self.places
        if counter is not None:
            self.put(counter, bcd(count % 1_000_000, 4))
        if temperature is not None:
            self.put(temperature, bcd(2500 + count % 97, 2))
        if clock is not None:
            self.put(clock, bytes.fromhex(time.strftime("%S%M%H%d%m%y20", time.gmtime(seconds))))
        self.reply[-2] = sum(self.reply[self.start : -2]) & 0xFF
        return bytes(self.reply)


def heat_meter(number):
    return Meter(number, *HEAT_FRAMES)


def exchanges(meters, rounds=None):
    """(meter, seconds, request, seconds, reply) for all meters, one after the other, again and again."""
    seconds = START
    for count in itertools.count() if rounds is None else range(rounds):
        for meter in meters:
            seconds += PERIOD
            yield meter, seconds, bytes(meter.request), seconds + RESPONSE, meter.answer(count, seconds)


def mixed_bus():
    """(seconds, bytes) without end. Once a round one request has no reply, one reply is damaged, and there is noise."""
    numbers = itertools.count(24263225)
    meters = [Meter(next(numbers), *kind[:4]) for kind in KINDS for _ in range(kind[4])]
    silent, damaged = meters[1], meters[6]
    for meter, asked, request, answered, reply in exchanges(meters):
        yield asked, request
        if meter is silent:
            yield answered, NOISE
        elif meter is damaged:
            yield answered, reply[:-4] + b"\x5a" + reply[-3:]
        else:
            yield answered, reply


def write_bus(path, count):
    return write_pcap(path, itertools.islice(mixed_bus(), count))


def pairs(meters, rounds):
    """(meter, seconds, bytes): requests and replies alike."""
    for meter, asked, request, answered, reply in exchanges(meters, rounds):
        yield meter, asked, request
        yield meter, answered, reply


def write_meters(path, count, rounds):
    """One line with `count` heat meters."""
    meters = [heat_meter(10_000_000 + n) for n in range(count)]
    return write_pcap(path, (packet[1:] for packet in pairs(meters, rounds)))


def udp(data, line, port):
    """From or to the device server of this line."""
    server = f"10.{line >> 16}.{line >> 8 & 255}.{line & 255}"
    head = (50000).to_bytes(2, "big") + port.to_bytes(2, "big") + (8 + len(data)).to_bytes(2, "big") + bytes(2)
    return ip_packet("192.0.2.1", server, 17, head + data)
