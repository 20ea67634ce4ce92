# A scripted line: what is sent when, and what is known to be true of it.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import collections

from craft import bcd, frame, heat_901f, write_pcapng

START = 1777313520_000_000_000  # 2026-04-27 18:12:00 UTC
SECOND = 1_000_000_000
ALL = "AAAAAAAAAA"
SYMBOL_ERROR = 1 << 31

READ, HIRES, VALVE = "1F 90", "3F 90", "17 A0"
ONE_PASS = ("request_in", "response_time", "retransmission", "no_response_to", "collision", "no_request")
TWO_PASSES = ONE_PASS + ("response_in", "unanswered")
EXPERTS = ("collision", "no_request")


def request(number=ALL, di=READ, ser=0, control=0x01, maker="11 11", data="", **more):
    return frame(f"{di} {ser:02X} {data}" if di else b"", number=number, maker=maker, control=control, preamble=6, **more)


def reading(number, di=READ, ser=0, maker="00 00", type=0x20, clock="15 12 18 27 04 26 20", **values):
    """A heat meter's 901F reply."""
    return frame(heat_901f(di=di, ser=ser, clock=clock, **values), number=number, maker=maker, type=type, preamble=5)


def hires(number, di=HIRES, **more):
    """A 903F reply."""
    return frame(bytes.fromhex(di) + b"\x03" + bcd(2472, 2) + bytes(7) + b"\x2c" + bytes(4) + b"\x05" + bytes(40),
                 number=number, preamble=5, **more)


def damaged(data, at=-4):
    data = bytearray(data)
    data[at] ^= 0x55
    return bytes(data)


def mixed(one, two):
    """Two replies at once, the second three characters later: where one pulls the line low, low is what is heard."""
    return bytes(a & b for a, b in zip(one, b"\xff" * 3 + two))


class Bus:
    """Packets in their order, and `truth`: {packet number: {field: [values]}} of everything that Wireshark is to find."""

    def __init__(self, start=START):
        self.now = start
        self.packets = []
        self.times = {}
        self.truth = collections.defaultdict(dict)
        self.number = 0

    def wait(self, seconds):
        self.now += round(seconds * SECOND)

    def section(self):
        self.packets.append(None)

    def send(self, data, after=0.2, interface=0, flags=0, **truth):
        """One packet `after` seconds; returns its number. `truth` are fields that it has: a value, or a list."""
        self.wait(after)
        self.packets.append((interface, self.now, data, flags))
        self.number += 1
        self.times[self.number] = self.now
        self.note(self.number, **truth)
        return self.number

    def note(self, number, **truth):
        for name, value in truth.items():
            self.truth[number].setdefault(name, []).extend(value if isinstance(value, list) else [value])

    def ask(self, data, after=1.0, **more):
        return self.send(data, after, **more)

    def answer(self, asked, data, after=0.2, first=True, **more):
        """A reply to the request in packet `asked`."""
        number = self.send(data, after, **more)
        self.pair(asked, number, first)
        return number

    def pair(self, asked, number, first=True):
        self.note(number, request_in=asked, response_time=(self.times[number] - self.times[asked]) / SECOND)
        if first:
            self.note(asked, response_in=number)

    def silent(self, asked, following, repeated=False):
        """Nobody answered the request in `asked`; `following` is the line's next one, perhaps the same again."""
        self.note(asked, unanswered=1)
        self.note(following, no_response_to=asked)
        if repeated:
            self.note(following, retransmission=asked)

    def write(self, path, **more):
        return write_pcapng(path, self.packets, **more)

    def known(self, names):
        """The truth as far as these fields go."""
        rows = {number: {name: values for name, values in fields.items() if name in names}
                for number, fields in self.truth.items()}
        return {number: fields for number, fields in rows.items() if fields}


def conversation(tshark, path, *options, names=TWO_PASSES, number="frame.number"):
    """{packet: {field: [values]}} of the fields of `names` that are there at all."""
    out = {}
    for row in tshark.fields(path, [number] + ["cjt188." + name for name in names], *options):
        found = {}
        for name in names:
            text = row["cjt188." + name]
            if text and name == "collision":  # damage may be several pieces
                found[name] = [1]
            elif text:
                found[name] = [1 if name in EXPERTS else float(value) if name == "response_time" else int(value)
                               for value in text.split("|")]
        if found:
            out[int(row[number])] = found
    return out
