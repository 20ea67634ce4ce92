#!/usr/bin/python3
# Writes samples/thread.pcapng and samples/public-captures.pcapng from tests/frames.json, and samples/longer-903f.pcapng,
# which is made up.
#
#   tests/make_samples.py [FOLDER]        FOLDER instead of samples/
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import datetime
import json
import pathlib
import random
import struct
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
LINKTYPE_USER0 = 147
SNAPLEN = 262144
CHARACTER_S = 11 / 2400  # 2400 8E1
TURNAROUND_S = 0.050  # from the end of a request to the start of its reply; the thread does not tell
INBOUND, OUTBOUND = 1, 2


def option(code, data):
    return struct.pack("<HH", code, len(data)) + data + bytes(-len(data) % 4)


def block(kind, body):
    length = len(body) + 12
    return struct.pack("<II", kind, length) + body + struct.pack("<I", length)


def section_block(comment):
    body = struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)
    return block(0x0A0D0D0A, body + option(1, comment.encode()) + option(4, b"make_samples.py") + option(0, b""))


def interface_block(name, description):
    body = struct.pack("<HHI", LINKTYPE_USER0, 0, SNAPLEN)
    body += option(2, name.encode()) + option(3, description.encode())
    body += option(8, struct.pack("<Q", 2400)) + option(9, b"\x09")
    return block(1, body + option(0, b""))


def packet_block(interface, time, data, comment=None):
    nanoseconds = round(time * 1_000_000) * 1000
    body = struct.pack("<IIIII", interface, nanoseconds >> 32, nanoseconds & 0xFFFFFFFF, len(data), len(data))
    body += data + bytes(-len(data) % 4)
    if comment:
        body += option(1, comment.encode())
    direction = INBOUND if is_reply(data) else OUTBOUND
    return block(6, body + option(2, struct.pack("<I", direction)) + option(0, b""))


def frame_start(data):
    """Where the 68 of the frame stands whose checksum is right."""
    for start in range(len(data) - 12):
        end = start + 11 + (data[start + 10] if start + 10 < len(data) else 0)
        if data[start] == 0x68 and end + 1 < len(data) and data[end + 1] == 0x16:
            if sum(data[start:end]) & 0xFF == data[end]:
                return start
    raise ValueError(f"no whole frame in {data.hex(' ')}")


def is_reply(data):
    return bool(data[frame_start(data) + 9] & 0x80)


def utc(*when):
    return datetime.datetime(*when, tzinfo=datetime.timezone.utc).timestamp()


def set_clock_command():
    """What the thread's script sends: number 24263225 and a clock, 2026-04-27 18:12:00, low byte first."""
    frame = bytes.fromhex("68 20 25322624001111 39 11 18A0 AA 25322624001111 00121827042620")
    return bytes.fromhex("FE FE FE FE FE FE") + frame + bytes([sum(frame) & 0xFF, 0x16])


def exchange(start, request, reply):
    """A request and its reply at the pace of the line: [(time, bytes), …]."""
    return [(start, request), (start + len(request) * CHARACTER_S + TURNAROUND_S, reply)]


def thread_capture(frames):
    """The thread tells dates, and the meter's clock; the seconds are made up around them. Until it is set, the
    meter's clock runs half a minute ahead."""
    data = [frame["bytes"] for frame in frames if frame["kind"] == "thread"]
    packets = exchange(utc(2024, 6, 29, 18, 12, 0), data[0], data[1])
    packets += exchange(utc(2026, 4, 27, 18, 11, 45), data[2], data[3])
    packets += exchange(utc(2026, 4, 27, 18, 11, 50), data[4], data[5])
    packets.append((utc(2026, 4, 27, 18, 12, 0), set_clock_command()))
    out = section_block("The frames of the forum thread \"Connecting to an Ultrasonic Heat Meter\", in its order")
    out += interface_block("thread", "ultrasonic heat meter 24263225 on M-Bus, 2400 8E1")
    return out + b"".join(packet_block(0, time, bytes_) for time, bytes_ in packets)


def public_captures(frames):
    """Each source is a line of its own: their meters have nothing to do with each other."""
    chosen = [frame for frame in frames if frame["kind"] == "thread" or "capture" in frame["kind"]]
    sources = list(dict.fromkeys(frame["source"] for frame in chosen))
    out = section_block("Frames that were published as captured on a real line, each with its source as a comment")
    for number, source in enumerate(sources, 1):
        out += interface_block(f"source-{number}", source)
    time = utc(2026, 4, 27, 12, 0, 0)
    for frame in chosen:
        comment = f"{frame['name']}; source: {frame['source']}; {frame['kind']}"
        out += packet_block(sources.index(frame["source"]), time, frame["bytes"], comment)
        time += len(frame["bytes"]) * CHARACTER_S + (TURNAROUND_S if not is_reply(frame["bytes"]) else 1)
    return out


def bcd(number, width):
    """Low byte first."""
    return bytes.fromhex(f"{number:0{2 * width}d}")[::-1]


def clock(time):
    moment = datetime.datetime.fromtimestamp(time, datetime.timezone.utc)
    return bytes.fromhex(moment.strftime("%S%M%H%d%m%y20"))


def wrapped(type_, address, control, data, preamble):
    frame = bytes([0x68, type_]) + address + bytes([control, len(data)]) + data
    return b"\xfe" * preamble + frame + bytes([sum(frame) & 0xFF, 0x16])


class Meter:
    """Like the thread's meter, but its 903F is six bytes longer. What lies where is known here, and nowhere else."""

    def __init__(self, number, flow, supply, coefficients, chance):
        self.address, self.nominal, self.mean, self.coefficients = bcd(number, 5), flow, supply, coefficients
        self.number, self.chance, self.last = number, chance, None
        self.energy, self.volume, self.hours, self.battery = 4000 + number % 977, 120 + number % 53, 13100, 3600 + number % 60

    def live(self, time):
        passed = (time - self.last) / 3600 if self.last else 0
        self.last = time
        self.supply = self.mean + self.chance.uniform(-4, 4)
        self.back = self.supply - self.chance.uniform(6, 14)
        self.flow = self.nominal * self.chance.uniform(0.2, 1)
        self.power = self.flow * (self.supply - self.back) * 1.163
        self.volume += self.flow * passed
        self.energy += self.power * passed
        self.hours += passed
        self.battery -= self.chance.choice((0, 0, 0, 1)) - self.chance.choice((0, 0, 0, 0, 1))

    def reply_901f(self, time):
        def quantity(value, places, unit):
            return bcd(round(value * 10**places), 4) + bytes([unit])

        data = b"\x1f\x90\x12" + quantity(0, 3, 5) + quantity(self.energy, 3, 5) + quantity(self.power, 3, 0x17)
        data += quantity(self.flow, 3, 0x35) + quantity(self.volume, 3, 0x2C) + bcd(round(self.supply * 100), 3)
        data += bcd(round(self.back * 100), 3) + bcd(int(self.hours), 3) + clock(time) + bytes(2)
        return wrapped(0x20, self.address + bytes(2), 0x81, data, 5)

    def reply_903f(self, time):
        data = b"\x3f\x90\x03" + bcd(round(self.supply * 100), 2) + struct.pack("<I", int(self.volume * 1000))
        data += bcd(int(self.volume * 1e6) % 10**8, 4) + b"\x2c" + bcd(int(self.energy * 1e4) % 10**8, 4) + b"\x05"
        data += bytes(3) + b"\x03\x00" + bytes(7) + bcd(self.number, 4)
        data += b"".join(struct.pack("<H", value) for value in self.coefficients) + bytes(4) + b"\x00\x04"
        data += bcd(round(self.back * 100), 2) + b"\x00" + clock(time)[3:] + bytes(2)
        data += struct.pack("<HI", self.battery, int(self.hours * 3600))
        return wrapped(0x25, self.address + bytes(2), 0x81, data, 5)


def longer_903f(_):
    """Two meters, read every half hour for two days."""
    chance = random.Random(903)
    meters = [Meter(24263225, 0.9, 58, (4096, 4101, 4088, 4096), chance), Meter(24263241, 1.4, 49, (4099, 4096, 4104, 4090), chance)]
    out = section_block("Made up for samples/undocumented.md: meters whose 903F reply is six bytes longer than any that is known")
    out += interface_block("made-up", "two heat meters that do not exist, 2400 8E1")
    start = utc(2026, 4, 27, 18, 0, 0)
    for time in (start + 1800 * step for step in range(96)):
        for at, meter in enumerate(meters):
            for delay, di, type_ in ((0, b"\x1f\x90", "reply_901f"), (2, b"\x3f\x90", "reply_903f")):
                now = time + 5 * at + delay
                if not delay:
                    meter.live(now)
                request = wrapped(0x20, meter.address + b"\x11\x11", 0x01, di + b"\x12", 6)
                pair = exchange(now, request, getattr(meter, type_)(now))
                out += b"".join(packet_block(0, when, data) for when, data in pair)
    return out


SAMPLES = {"thread.pcapng": thread_capture, "public-captures.pcapng": public_captures, "longer-903f.pcapng": longer_903f}


def make_samples():
    """{file name: bytes}"""
    frames = json.loads((ROOT / "tests" / "frames.json").read_text(encoding="utf-8"))
    for frame in frames:
        frame["bytes"] = bytes.fromhex(frame["hex"])
    return {name: make(frames) for name, make in SAMPLES.items()}


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "samples"
    for name, content in make_samples().items():
        (folder / name).write_bytes(content)
        print(f"{folder / name}: {len(content)} bytes")
