# A simulated day: eight meters on a line with a converter that echoes, polled every ten minutes, and everything that is true of it.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Energy and volume integrate over the day, clocks drift, one counter is reset, one clock follows summer time, one meter dies at
# noon, replies are late, overtaken, damaged or cut off. The truth is kept while the capture is made, from nothing but what is sent.
# By itself: python3 day.py FOLDER writes day.pcapng and, beside it, day.json.
import collections
import datetime
import json
import math
import pathlib
import random
import sys

from bus import HIRES, READ, SECOND, SYMBOL_ERROR, Bus, damaged, hires, reading, request
from craft import frame, water_901f

SEED = 20260329
HOUR, STEP = 3600, 600
BEGIN = int(datetime.datetime(2026, 3, 29, tzinfo=datetime.timezone.utc).timestamp())
CHARACTER = 11 / 2400
ASKED = 22 * CHARACTER               # how long a request takes
LATEST = (22 + 30) * CHARACTER + 0.6  # the longest wait for its reply
KWH, KW, M3_H, M3 = 0x05, 0x17, 0x35, 0x2C
SENT, HEARD = 0, 1                   # interfaces: the master's two wires
NAMES = ["/dev/ttyUSB0", "/dev/ttyUSB1"]
DESCRIPTIONS = ["serial port, 2400 8E1"] * 2
FIELDS = ("request_in", "response_time", "response_in", "retransmission", "no_response_to", "unanswered", "echo", "late",
          "no_request")


class Meter:
    """What happens in the house behind it; `power` in kW at noon, `drift` of its clock in seconds a day."""

    def __init__(self, number, power, clock, drift, water=False):
        self.number, self.noon, self.offset, self.drift, self.water = number, power, clock, drift, water
        self.energy, self.volume = 1000.0 * power, 40.0 * power  # kWh, m³
        self.summer = 0
        self.status = "00 00"

    def power(self, second):
        """In kW; at night half of it."""
        return self.noon * (0.75 - 0.25 * math.cos(2 * math.pi * second / 86400))

    def flow(self, second):
        """In m³/h, with 20 K between supply and return."""
        return self.power(second) / (1.163 * 20)

    def live(self, second):
        """Until the next step: the middle of it stands for all of it."""
        self.energy += self.power(second + STEP / 2) * STEP / HOUR
        self.volume += self.flow(second + STEP / 2) * STEP / HOUR

    def clock(self, now):
        """What its clock shows, in whole seconds, at `now` ns."""
        return math.floor(now / SECOND + self.offset + self.drift * (now / SECOND - BEGIN) / 86400 + self.summer)

    def read(self, now):
        """(frame, reading as it is sent, clock as it is sent)."""
        shown = self.clock(now)
        moment = datetime.datetime.fromtimestamp(shown, datetime.timezone.utc)
        clock = moment.strftime("%S %M %H %d %m %y 20")
        if self.water:
            digits = math.floor(100 * self.volume)
            return frame(water_901f(volume=(digits, M3), clock=clock, status=self.status), number=self.number, type=0x10), \
                digits, shown
        second, digits = now / SECOND - BEGIN, math.floor(1000 * self.energy)
        values = {"power": (round(1000 * self.power(second)), KW), "flow": (round(1000 * self.flow(second)), M3_H),
                  "volume": (math.floor(1000 * self.volume), M3)}
        return reading(self.number, energy2=(digits, KWH), supply=5000, return_=3000, clock=clock, status=self.status,
                       **values), digits, shown


class Day:
    """`bus` has the packets and what is true of each, `meters` and `lines` the sums."""

    def __init__(self):
        self.dice = random.Random(SEED)
        self.bus = Bus(BEGIN * SECOND)
        self.houses = [Meter(f"242632{40 + i}", 2.0 + 1.5 * i, (0, 12, -40, 3, -7200, 95, 1, 0)[i], (-3, 2, 5, 0, 14, -9, 1, 7)[i],
                             water=i == 6) for i in range(8)]
        self.meters = {house.number: collections.Counter() for house in self.houses}
        self.readings = collections.defaultdict(list)   # digits
        self.offsets = collections.defaultdict(list)    # s
        self.times = collections.defaultdict(list)      # ns, of replies that are not late
        self.calls = collections.defaultdict(list)      # the same by identifier
        self.lines = {line: collections.Counter() for line in (SENT, HEARD)}
        self.spans = {}                                 # by line: times of the first and the last packet
        self.faults = {}
        self.one_pass = {}                              # what one pass cannot know: {(packet, field): values}
        self.open = None                                # the last request, while nobody has answered it

    def send(self, data, after, line, what, count=1, flags=0):
        number = self.bus.send(data, after, interface=line, flags=flags)
        self.lines[line][what] += count
        first, _ = self.spans.get(line, (self.bus.now, None))
        self.spans[line] = first, self.bus.now
        return number

    # ---- what happens on the line ----

    def ask(self, house, after, di=READ, again=None):
        """A request and its echo. `again`: it was asked in that packet before, not more than 10 s ago."""
        data = request(house.number, di)
        number = self.send(data, after, SENT, "requests")
        if self.open:
            before, whose = self.open
            self.bus.note(before, unanswered=1)
            self.bus.note(number, no_response_to=before)
            self.meters[whose]["unanswered"] += 1
            self.lines[SENT]["unanswered"] += 1
        if again:
            self.bus.note(number, retransmission=again)
        echo = self.send(data, self.dice.uniform(0, 0.003), HEARD, "echoes")
        self.bus.note(echo, echo=number)
        self.meters[house.number]["requests"] += 1
        self.open = number, house.number
        return number

    def wait_for(self, asked, seconds):
        """To that many seconds behind the beginning of the request; how far it is from now."""
        return seconds - (self.bus.now - self.bus.times[asked]) / SECOND

    def answer(self, house, asked, seconds, di=READ, following=None):
        """The reply begins so long after its request. `following`: the master has asked on meanwhile, in that packet."""
        after = self.wait_for(asked, seconds)
        now = self.bus.now + round(after * SECOND)
        data, digits, shown = house.read(now) if di == READ else (hires(house.number), None, None)
        number = self.send(data, after, HEARD, "replies")
        assert self.bus.now == now
        self.bus.pair(asked, number)
        if following:
            self.be_overtaken(asked, following, house.number)
        else:
            self.open = None
        self.meters[house.number]["replies"] += 1
        passed = now - self.bus.times[asked]
        if passed > LATEST * SECOND:
            self.bus.note(number, late=1)
            self.meters[house.number]["late"] += 1
        else:
            self.times[house.number].append(passed)
            self.calls["901F" if di == READ else "903F"].append(passed)
        if digits is not None:
            self.readings[house.number].append(digits)
            self.offsets[house.number].append(shown - now / SECOND)

    def be_overtaken(self, asked, following, number):
        """The request seemed unanswered: in one pass the next one said so, and that stands."""
        self.one_pass[following, "no_response_to"] = self.bus.truth[following].pop("no_response_to")
        del self.bus.truth[asked]["unanswered"]
        self.meters[number]["unanswered"] -= 1
        self.lines[SENT]["unanswered"] -= 1

    # ---- what a master does with one meter ----

    def quick(self):
        return self.dice.uniform(0.13, 0.45)

    def plain(self, house, after):
        self.answer(house, self.ask(house, after), self.quick())

    def late(self, house, after):
        self.answer(house, self.ask(house, after), self.dice.uniform(LATEST + 0.001, 2.5))

    def broken(self, house, after):
        """The reply is damaged or stops; what was asked again is answered."""
        asked = self.ask(house, after)
        data, _, _ = house.read(self.bus.now)
        cut = self.dice.random() < 0.4
        self.send(data[:30] if cut else damaged(data, 28), self.quick(), HEARD, "truncated" if cut else "damaged",
                  flags=SYMBOL_ERROR)
        self.lines[HEARD]["marks"] += 1
        self.meters[house.number]["damaged"] += 1
        self.answer(house, self.ask(house, 2.0, again=asked), self.quick())

    def dead(self, house, after):
        asked = self.ask(house, after)
        self.ask(house, 1.5, again=asked)

    def crossed(self, house, after):
        """The reply to the first request begins while the same is being asked again."""
        first = self.ask(house, after)
        second = self.ask(house, 1.2, again=first)
        overtaking = self.open
        self.answer(house, first, (self.bus.times[second] - self.bus.times[first]) / SECOND + 0.03, following=second)
        self.open = overtaking
        self.answer(house, second, 0.4)

    def overtaken(self, house, after, other):
        """The master asks the next meter before this one answers; both do."""
        first = self.ask(house, after)
        second = self.ask(other, 1.0)
        overtaking = self.open
        self.answer(house, first, (self.bus.times[second] - self.bus.times[first]) / SECOND + 0.18, following=second)
        self.open = overtaking
        self.answer(other, second, 0.5)

    def noise(self, after):
        data = bytes(self.dice.choice(range(0x17, 0x68)) for _ in range(self.dice.randint(1, 5)))
        self.send(data, after, HEARD, "noise", count=len(data))

    # ---- the day ----

    def events(self, second):
        if second == 3 * HOUR:
            self.houses[2].summer = HOUR
        if second == 13 * HOUR:
            self.houses[1].energy = 0
        if second == 18 * HOUR:
            self.houses[5].status = "04 00"
            self.faults[self.houses[5].number] = "battery low"

    def round(self, second):
        """All eight, 2 to 4 s apart."""
        houses, chance = list(self.houses), self.dice.random
        while houses:
            house, after = houses.pop(0), self.dice.uniform(2, 4)
            if house is self.houses[7] and 12 * HOUR <= second < 23 * HOUR:
                self.dead(house, after)
            elif house is self.houses[3] and chance() < 0.2:
                self.late(house, after)
            elif house is self.houses[4] and chance() < 0.1:
                self.overtaken(house, after, houses.pop(0))
            elif house is self.houses[0] and second and chance() < 0.1:
                self.crossed(house, after)
            elif house is self.houses[6] and second and chance() < 0.15:
                self.broken(house, after)
            else:
                self.plain(house, after)
        if chance() < 0.1:
            self.noise(5.0)

    def run(self):
        for second in range(0, 24 * HOUR + 1, STEP):
            self.events(second)
            self.bus.now = (BEGIN + second) * SECOND
            self.round(second)
            if second % HOUR == 0:
                asked = self.ask(self.houses[0], 3.0, HIRES)
                self.answer(self.houses[0], asked, self.quick(), HIRES)
            for house in self.houses:
                house.live(second)
        return self

    def known(self, again):
        """{packet: {field: values}} in one pass, or dissected again."""
        truth = {number: dict(fields) for number, fields in self.bus.known(FIELDS).items()}
        for (number, name), values in ({} if again else self.one_pass).items():
            truth.setdefault(number, {})[name] = values
        later = () if again else ("response_in", "unanswered")
        truth = {number: {name: values for name, values in fields.items() if name not in later}
                 for number, fields in truth.items()}
        return {number: fields for number, fields in truth.items() if fields}

    def write(self, path):
        """The capture, and its truth beside it."""
        truth = {"meters": self.meters, "lines": self.lines, "readings": self.readings, "clock offsets": self.offsets,
                 "response times": self.times, "faults": self.faults, "packets": self.known(True)}
        pathlib.Path(path).with_suffix(".json").write_text(json.dumps(truth, indent=1), encoding="utf-8")
        return self.bus.write(pathlib.Path(path), dlts=[147] * 2, names=NAMES, descriptions=DESCRIPTIONS)


if __name__ == "__main__":
    print(Day().run().write(pathlib.Path(sys.argv[1]) / "day.pcapng"))
