# A long capture of a busy line, for the packet list: eight meters that are read in turn, one with a fault for a while, and now
# and then damage, noise, a write, silence, and a mark. What its columns are to show comes with it. To look at it in a window:
#
#     python3 tests/e2e/crowd.py 20000 crowd.pcapng
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import pathlib
import sys

from bus import START, damaged, reading, request
from craft import frame, write_pcapng

METERS = [f"{24263200 + 16 * i:08d}" for i in range(8)]
NOISE_FLAG = 1 << 29
BROKEN, FAULT = METERS[3], "flow sensor fault"  # of the meter that has one
MILLISECOND = 1_000_000


class Meter:
    def __init__(self, number):
        self.number = number
        self.energy, self.volume = 1000 * int(number[-2:]), 300 * int(number[-2:])
        self.reads = 0

    def answer(self):
        """Its next reading; and what the columns say of it: fault, heating, power, flow, volume, supply, return."""
        self.reads += 1
        power = 0 if self.reads % 9 == 0 else 1200 + 37 * (self.reads % 400)
        flow, supply, back = power // 23, 5000 + 10 * (self.reads % 150), 3050 + self.reads % 30
        self.energy += power // 100
        self.volume += flow // 100
        fault = FAULT if self.number == BROKEN and self.reads % 200 > 150 else ""
        data = reading(self.number, status="00 08" if fault else "00 00", energy2=(self.energy, 0x05), power=(power, 0x17),
                       flow=(flow, 0x35), volume=(self.volume, 0x2C), supply=supply, return_=back)
        return data, (fault, *(f"{value / 1000:.3f}" for value in (self.energy, power, flow, self.volume)),
                      f"{supply / 100:.2f}", f"{back / 100:.2f}")


def crowd(count):
    """`count` packets for write_pcapng(), and of each (response in ms, meter, direction, (fault, heating, …))."""
    packets, truth, now = [], [], START
    meters = [Meter(number) for number in METERS]
    nothing = ("",) * 7

    def say(after, data, response="", meter="", direction="", values=nothing, **more):
        nonlocal now
        now += after * MILLISECOND
        packets.append((0, now, data, more.get("flags", 0), more.get("comment", "")))
        truth.append((response, meter, direction, values))

    for turn in range(count):
        meter = meters[turn % len(meters)]
        number, late = meter.number, 150 + turn % 90
        comment = f"Mark {turn // 1500}: valve" if turn % 1500 == 1499 else ""
        say(3000, request(number), meter=number, direction="request", comment=comment)
        if turn % 97 == 96:
            say(900, bytes.fromhex("00 FF 42 17 00 00 00 00 00"), flags=NOISE_FLAG)
        elif turn % 61 == 60:
            say(late, damaged(meter.answer()[0], at=30), meter=number, direction="reply")
        elif turn % 211 == 210:
            say(3000, request(number, di="17 A0", control=0x04, data="55"), meter=number, direction="request")
            say(late, frame("00 00", number=number, control=0xC4), str(late), number, "reply", ("error reply", *nothing[1:]))
        elif turn % 53 != 52:  # else it is silent
            data, values = meter.answer()
            say(late, data, str(late), number, "reply", values)
        if len(packets) >= count:
            break
    return packets[:count], truth[:count]


def write_crowd(path, count):
    """Writes it; returns what is to be shown of each packet."""
    packets, truth = crowd(count)
    write_pcapng(path, packets)
    return truth


if __name__ == "__main__":
    write_crowd(pathlib.Path(sys.argv[2]), int(sys.argv[1]))
