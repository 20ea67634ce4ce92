# Captures in which the meaning of every byte is known: meters that are asked for 901F and then for an identifier that no
# document knows, whose reply is put together from fields with a truth each.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import csv
import datetime
import random
import re
from dataclasses import dataclass

from craft import bcd, frame, heat_901f, le

START = 1777313520
UNKNOWN_DI = "9A00"
LE, BE, SIGNED = "unsigned, low byte first", "unsigned, high byte first", "signed, low byte first"


def utc(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)


class Meter:
    """A heat meter that lives: its values change from one reply to the next."""

    def __init__(self, rng, number):
        self.rng, self.number = rng, number
        self.time = START
        self.supply, self.return_ = rng.randint(5000, 7000), rng.randint(3000, 4500)
        self.energy, self.volume = rng.randint(1000, 400000), rng.randint(1000, 400000)
        self.flow, self.hours = 300, rng.randint(100, 20000)
        self.power = 0

    def live(self, time):
        elapsed, self.time = time - self.time, time
        self.supply = min(9500, max(3000, self.supply + self.rng.randint(-60, 60)))
        self.return_ = min(self.supply - 200, max(2000, self.return_ + self.rng.randint(-40, 40)))
        self.flow = min(2000, max(0, self.flow + self.rng.randint(-40, 40)))
        self.power = round(1.163 * self.flow * (self.supply - self.return_) / 100)
        self.volume += round(self.flow * elapsed / 3600)
        self.energy += round(self.power * elapsed / 3600)

    def reading(self):
        now = datetime.datetime.fromtimestamp(self.time, datetime.timezone.utc)
        return heat_901f(supply=self.supply, return_=self.return_, hours=self.hours + int(self.time - START) // 3600,
                         clock=clock_bytes(now).hex(" "), energy2=(self.energy, 0x05), power=(self.power, 0x17),
                         flow=(self.flow, 0x35), volume=(self.volume, 0x2C))

    @property
    def now(self):
        return datetime.datetime.fromtimestamp(self.time, datetime.timezone.utc)


def date_bytes(day):
    return bytes.fromhex(day.strftime("%d%m%y%Y")[:6]) + bcd(day.year // 100, 1)


def clock_bytes(now):
    return bytes.fromhex(now.strftime("%S%M%H")) + date_bytes(now)


@dataclass
class Field:
    """`kind` as in the user's table; None: nothing is to be found. `make(meter, state)` gives the bytes of one reply."""

    what: str
    width: int
    kind: str | None
    make: object
    alternatives: tuple = ()


def counter(width, kind, most, rng):
    encode = {"BCD": bcd, LE: le, BE: lambda n, w: n.to_bytes(w, "big")}[kind]

    def make(meter, state):
        state.setdefault("n", rng.randint(0, 50000 if width > 2 else 2000))
        state["n"] += rng.randint(0, most)
        return encode(state["n"], width)

    return Field(f"counter {kind} {width}", width, kind, make)


def pulses(rng):
    per_litre = rng.choice([1, 10, 25, 4])
    return Field("pulses of the volume", 4, LE, lambda meter, state: le(meter.volume * per_litre, 4))


def wave(rng):
    """Something measured that depends on nothing known."""

    def make(meter, state):
        state.setdefault("n", rng.randint(1500, 6000))
        state["n"] = min(8000, max(1000, state["n"] + rng.randint(-30, 30)))
        return bcd(state["n"], 2)

    return Field("measured BCD 2", 2, "BCD", make)


def signed(rng):
    def make(meter, state):
        state.setdefault("n", rng.randint(-50, 50))
        state["n"] = min(900, max(-900, state["n"] + rng.randint(-40, 40)))
        return state["n"].to_bytes(2, "little", signed=True)

    return Field("signed 2", 2, SIGNED, make)


def flags(rng):
    bits = rng.sample([1, 2, 4, 8, 16, 32, 64, 128], 2)

    def make(meter, state):
        state.setdefault("n", 0)
        for bit in bits:
            if rng.random() < 0.15:
                state["n"] ^= bit
        return bytes([state["n"]])

    return Field("flags", 1, "bits", make)


def coefficient(rng):
    return Field("coefficient", 2, "value/4096",
                 lambda meter, state: le(state.setdefault("n", 4096 + rng.randint(-300, 300)), 2))


def made_on(rng):
    def make(meter, state):
        return date_bytes(state.setdefault("day", datetime.date(2024, 1, 1) + datetime.timedelta(rng.randint(0, 700))))

    return Field("date of manufacture", 4, "date", make)


FOUND = {
    "counter": [
        lambda rng: counter(4, "BCD", rng.choice([3, 20, 300]), rng),
        lambda rng: counter(4, LE, rng.choice([3, 20, 300]), rng),
        lambda rng: counter(2, LE, rng.choice([2, 9]), rng),
        lambda rng: counter(4, BE, rng.choice([3, 20, 300]), rng),
        lambda rng: counter(3, "BCD", rng.choice([3, 20]), rng),
        pulses,
    ],
    "copy": [
        lambda rng: Field("copy of the number", 4, "BCD", lambda meter, state: bytes.fromhex(meter.number)[::-1], ("bytes",)),
        lambda rng: Field("copy of the supply", 2, "BCD", lambda meter, state: bcd(meter.supply, 2)),
        lambda rng: Field("copy of the return", 2, "BCD", lambda meter, state: bcd(meter.return_, 2)),
        lambda rng: Field("copy of the energy", 4, "BCD", lambda meter, state: bcd(meter.energy, 4)),
        lambda rng: Field("supply binary", 2, LE, lambda meter, state: le(meter.supply, 2)),
        lambda rng: Field("supply in sixteenths", 2, LE, lambda meter, state: le(meter.supply * 16 // 100, 2)),
    ],
    "date": [
        lambda rng: Field("date", 4, "date", lambda meter, state: date_bytes(meter.now)),
        lambda rng: Field("clock", 7, "clock", lambda meter, state: clock_bytes(meter.now)),
        made_on,
    ],
    "coefficient": [coefficient],
    "measured": [wave, signed, flags],
}


def noise(rng):
    width = rng.randint(1, 4)
    return Field("noise", width, None, lambda meter, state: rng.randbytes(width))


def zeros(rng):
    width = rng.randint(1, 4)
    return Field("zeros", width, None, lambda meter, state: bytes(width))


def make_fields(rng):
    fields = [rng.choice(FOUND[name])(rng) for name in rng.choices(list(FOUND), k=rng.randint(4, 8))]
    fields += [noise(rng) for _ in range(rng.randint(0, 2))] + [zeros(rng) for _ in range(rng.randint(0, 2))]
    rng.shuffle(fields)
    return fields


@dataclass
class Made:
    packets: list
    fields: list  # (offset, Field, values: the distinct bytes of it, changes: changes within a meter)


def make_capture(seed, replies, meters=None, fields=None, every=None):
    rng = random.Random(seed)
    fields = fields or make_fields(rng)
    numbers = [f"{rng.randint(10**7, 10**8 - 1):08d}" for _ in range(meters or rng.choice([1, 2, 3, 7]))]
    living = [Meter(rng, number) for number in numbers]
    states = [[{} for _ in fields] for _ in living]
    every = every or rng.choice([60, 300, 900, 3600])
    packets, values, last = [], [set() for _ in fields], {}
    changes = [0] * len(fields)
    for i in range(replies):
        which = i % len(living)
        meter = living[which]
        time = START + every * (i // len(living)) + 3 * which + rng.random()
        meter.live(time)
        packets.append((time, frame(meter.reading(), number=meter.number)))
        pieces = [field.make(meter, state) for field, state in zip(fields, states[which])]
        for j, piece in enumerate(pieces):
            assert len(piece) == fields[j].width, fields[j]
            values[j].add(piece)
            changes[j] += last.get((which, j), piece) != piece
            last[which, j] = piece
        packets.append((time + 1, frame(bytes.fromhex(UNKNOWN_DI)[::-1] + b"\0" + b"".join(pieces), number=meter.number)))
    offset, placed = 0, []
    for j, field in enumerate(fields):
        placed.append((offset, field, len(values[j]), changes[j]))
        offset += field.width
    return Made(packets, placed)


# ---- what the explorer says ----

COLUMNS = "who direction control di length offset width kind mask scale add unit name suffix note".split()


def proposals(text, di=UNKNOWN_DI):
    """[{rank, strength, row, and the columns of the row}] of one identifier."""
    found = []
    group = None
    for line in text.splitlines():
        if line.startswith(("Reply ", "Request ", "Error reply ")):
            group = re.search(r"([0-9A-F]{4}), control", line).group(1)
        head = re.match(r"\s+(\d)\. bytes (\d+) to (\d+), (.*); (weak|likely|strong) \(saves (-?\d+) bits\)$", line)
        if head:
            found.append({"rank": int(head.group(1)), "strength": head.group(5), "gain": int(head.group(6)), "group": group})
        elif found and "row" not in found[-1]:
            row = line.strip()
            found[-1].update(zip(COLUMNS, next(csv.reader([row]))), row=row)
    return [entry for entry in found if entry["group"] == di]


def is_true(entry, offset, field):
    return (int(entry["offset"]), int(entry["width"])) == (offset, field.width) and \
        entry["kind"] in (field.kind, *field.alternatives)
