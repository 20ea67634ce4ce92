#!/usr/bin/python3 -B
# A winter's day of eight meters with bytes that no document explains, marks of somebody at a valve, and everything true of it.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Behind the documented 901F a heat meter sends TAIL: seconds of operation, flow in l/h, battery in mV, a flag that follows the flow,
# zeros. By itself: python3 heating.py FILE [SECONDS BETWEEN TWO ROUNDS].
import datetime
import math
import pathlib
import random
import sys

from bus import READ, SECOND, request
from craft import frame, heat_901f, le, water_901f, write_pcapng

BEGIN = int(datetime.datetime(2026, 1, 14, tzinfo=datetime.timezone.utc).timestamp())
HOUR, DAY = 3600, 86400
METERS = 8
WATER = 6              # the meter that counts water only
DEAD = 4               # says nothing from DEAD_FROM to DEAD_TO
DEAD_FROM, DEAD_TO = 11 * HOUR, 16 * HOUR
FAULTY = 2             # its battery is low from FAULT_FROM
FAULT_FROM = 18 * HOUR
SHUT = 0               # its valve is shut between the two marks
MARKS = [(9 * HOUR, "Mark 1: valve closed"), (11 * HOUR, "Mark 2: valve opened"), (20 * HOUR, "Mark 3")]
TAIL = {"seconds": (0, 4), "flow": (4, 2), "battery": (6, 2), "flag": (8, 1), "zeros": (9, 3)}
DOCUMENTED = 43        # bytes behind SER of the 901F
LINE, DESCRIPTION = "/dev/ttyUSB0", "boiler room, 2400 8E1"
LATE = 1.9


def number(index):
    return f"2426{3301 + 17 * index}"


class House:
    """What happens behind one meter."""

    def __init__(self, index):
        self.index, self.number = index, number(index)
        self.noon = 3.0 + 1.4 * index                     # kW in the middle of the night
        self.energy, self.volume = 8000.0 + 913 * index, 300.0 + 41 * index
        self.first = self.last = None                     # (kWh, m³) as they are sent

    def flow(self, second):
        """m³/h; at night the house is set back, in the morning it is heated up."""
        if self.index == SHUT and MARKS[0][0] <= second < MARKS[1][0]:
            return 0.0
        hour = second / HOUR
        demand = 0.55 + 0.25 * math.cos(2 * math.pi * (hour - 3) / 24) + 0.45 * math.exp(-((hour - 6.5) / 1.1) ** 2)
        demand += 0.2 * math.exp(-((hour - 19.5) / 1.8) ** 2)
        return self.noon * demand / (1.163 * 22) * (1 + 0.02 * math.sin(second / 211 + self.index))

    def supply(self, second):
        return 58 + 6 * math.exp(-((second / HOUR - 6.5) / 1.5) ** 2) + 0.5 * math.sin(second / 900)

    def power(self, second):
        return self.flow(second) * 1.163 * 22

    def live(self, second, step):
        self.energy += self.power(second + step / 2) * step / HOUR
        self.volume += self.flow(second + step / 2) * step / HOUR

    def reply(self, second, dice):
        moment = datetime.datetime.fromtimestamp(BEGIN + second, datetime.timezone.utc)
        clock = moment.strftime("%S %M %H %d %m %y 20")
        energy, volume = math.floor(1000 * self.energy), math.floor(1000 * self.volume)
        status = "04 00" if self.index == FAULTY and second >= FAULT_FROM else "00 00"
        self.last = energy / 1000, volume / 1000
        if self.index == WATER:
            self.last = None, math.floor(100 * self.volume) / 100
        self.first = self.first or self.last
        if self.index == WATER:
            return frame(water_901f(volume=(math.floor(100 * self.volume), 0x2C), clock=clock, status=status),
                         number=self.number, type=0x10)
        flow = self.flow(second)
        data = heat_901f(energy2=(energy, 0x05), power=(round(1000 * self.power(second)), 0x17), flow=(round(1000 * flow), 0x35),
                         volume=(volume, 0x2C), supply=round(100 * self.supply(second)), return_=round(100 * (self.supply(second) - 22)),
                         hours=13100 + second // HOUR, clock=clock, status=status)
        tail = le(47_000_000 + second, 4) + le(round(1000 * flow), 2) + le(3600 + dice.randrange(0, 9), 2)
        return frame(data + tail + bytes([flow > 0]) + bytes(3), number=self.number, preamble=5)


class Heating:
    """`packets`, and the counts that are true of them."""

    def __init__(self, every=600, seed=1401):
        self.dice = random.Random(seed)
        self.houses = [House(index) for index in range(METERS)]
        self.packets, self.times = [], []                 # response times, ms, but late ones
        self.replies = [0] * METERS
        self.unanswered = [0] * METERS
        self.late = 0
        marks = list(MARKS)
        for second in range(0, DAY, every):
            for house in self.houses:
                at = second + house.index * min(2, every / 10)
                comment = marks.pop(0)[1] if marks and at >= marks[0][0] else ""
                self.ask(house, at, comment)
            for house in self.houses:
                house.live(second, every)

    def send(self, at, data, comment=""):
        self.packets.append((0, round((BEGIN + at) * SECOND), data, 0, comment))

    def ask(self, house, at, comment):
        self.send(at, request(house.number, READ), comment)
        if house.index == DEAD and DEAD_FROM <= at < DEAD_TO:
            self.unanswered[DEAD] += 1
            return
        late = self.dice.random() < 0.004
        after = LATE if late else self.dice.uniform(0.14, 0.34) + 0.02 * house.index
        self.late += late
        self.times += [] if late else [1000 * after]
        self.replies[house.index] += 1
        self.send(at + after, house.reply(math.floor(at), self.dice))

    def write(self, path, names=(LINE,), descriptions=(DESCRIPTION,)):
        return write_pcapng(pathlib.Path(path), self.packets, names=names, descriptions=descriptions)


if __name__ == "__main__":
    print(Heating(int(sys.argv[2]) if len(sys.argv) > 2 else 600).write(sys.argv[1]))
