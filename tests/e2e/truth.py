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
LE, BE = "unsigned, low byte first", "unsigned, high byte first"
SIGNED, SIGNED_BE = "signed, low byte first", "signed, high byte first"


def be(number, width):
    return number.to_bytes(width, "big")


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
        return heat_901f(supply=self.supply, return_=self.return_, hours=self.hours + int(self.time - START) // 3600,
                         clock=clock_bytes(self.now).hex(" "), energy2=(self.energy, 0x05), power=(self.power, 0x17),
                         flow=(self.flow, 0x35), volume=(self.volume, 0x2C))

    @property
    def now(self):
        return utc(self.time)


def date_bytes(day):
    return bytes.fromhex(day.strftime("%d%m%y%Y")[:6]) + bcd(day.year // 100, 1)


def clock_bytes(now):
    return bytes.fromhex(now.strftime("%S%M%H")) + date_bytes(now)


@dataclass
class Field:
    """`kind` as in the user's table; None: nothing is to be found. `make(meter, state)` gives the bytes of one reply.
    `scale`: a row's is this, and what it adds `add`, so that it shows the truth; None: it may be any."""

    what: str
    width: int
    kind: str | None
    make: object
    alternatives: tuple = ()
    scale: float | None = None
    add: float = 0


def counter(width, kind, most, rng, start=None, lazy=0.0):
    """Counts up by at most `most`, from anywhere up to `start`; `lazy`: how often it stands still."""
    encode = {"BCD": bcd, LE: le, BE: be}[kind]
    start = start or (50000 if width > 2 else 2000)

    def make(meter, state):
        state.setdefault("n", rng.randint(0, start))
        state["n"] += rng.randint(0, most) if rng.random() >= lazy else 0
        return encode(state["n"], width)

    return Field(f"counter {kind} {width}", width, kind, make)


def pulses(rng):
    per_litre = rng.choice([1, 10, 25, 4])
    return Field("pulses of the volume", 4, LE, lambda meter, state: le(meter.volume * per_litre, 4))


def measured(kind, width, least, most, step, rng, start=None):
    """Something that depends on nothing known."""
    encode = {"BCD": bcd, LE: le, BE: be, SIGNED: lambda n, w: n.to_bytes(w, "little", signed=True),
              SIGNED_BE: lambda n, w: n.to_bytes(w, "big", signed=True)}[kind]

    def make(meter, state):
        state.setdefault("n", rng.randint(least, most) if start is None else rng.randint(-start, start))
        state["n"] = min(most, max(least, state["n"] + rng.randint(-step, step)))
        return encode(state["n"], width)

    return Field(f"measured {kind} {width}", width, kind, make)


def wrapping(width, rng):
    """Counts through its end."""
    most = rng.choice([20, 60]) * 256**(width - 1)

    def make(meter, state):
        state["n"] = (state.get("n", rng.randrange(256**width)) + rng.randint(1, most)) % 256**width
        return le(state["n"], width)

    return Field(f"wrapping {LE} {width}", width, LE, make)


def weekday(rng):
    """1 to 7, or 0 to 6; of a meter that is not read every day."""
    first = rng.choice([0, 1])

    def make(meter, state):
        state["n"] = (state.get("n", 3) + rng.choice([0, 0, 1, 1, 2])) % 7
        return bytes([first + state["n"]])

    return Field("weekday", 1, LE, make, ("BCD", "bits"))


def flags(rng, count=2, often=0.15, bits=None):
    bits = bits or rng.sample([1, 2, 4, 8, 16, 32, 64, 128], count)

    def make(meter, state):
        state.setdefault("n", 0)
        for bit in bits:
            if rng.random() < often:
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


def shared_date(rng):
    """The day of settlement, or that of the meters' program."""
    day = datetime.date(2024, 6, 1) + datetime.timedelta(rng.randint(0, 900))
    return Field("date that all meters share", 4, "date", lambda meter, state: date_bytes(day))


def clock(hours=0, high_first=False):
    """The meter's clock, set in another time zone than the capture's."""

    def make(meter, state):
        told = clock_bytes(meter.now + datetime.timedelta(hours=hours))
        return told[::-1] if high_first else told

    return Field(f"clock {hours} h off" + ", high byte first" * high_first, 7, "clock", make)


def date(high_first=False):
    return Field("date" + ", high byte first" * high_first, 4, "date",
                 lambda meter, state: date_bytes(meter.now)[::-1 if high_first else 1])


def copy(what, width, kind, encode, alternatives=(), scale=None, add=0):
    return lambda rng: Field(what, width, kind, lambda meter, state: encode(meter), alternatives, scale, add)


supply = copy("copy of the supply", 2, "BCD", lambda meter: bcd(meter.supply, 2), scale=0.01)
supply_tenths = copy("supply cut off to tenths", 2, LE, lambda meter: le(meter.supply // 10, 2), scale=0.1)
below_zero = copy("return with its sign turned", 2, SIGNED, lambda meter: (-meter.return_).to_bytes(2, "little", signed=True),
                  scale=-0.01)
unix = copy("seconds since 1970", 4, "Unix time, low byte first", lambda meter: le(int(meter.time), 4))
unix_be = copy("seconds since 1970, high byte first", 4, "Unix time, high byte first", lambda meter: be(int(meter.time), 4))
minutes = copy("minutes", 4, LE, lambda meter: le(777777 + int(meter.time - START) // 60, 4))


def constant(data, kind=None):
    return Field(f"constant {data.hex(' ')}", len(data), kind, lambda meter, state: data)


# One field, or several that stay beside each other.
FOUND = {
    "counter": [
        lambda rng: counter(4, "BCD", rng.choice([3, 20, 300]), rng),
        lambda rng: counter(4, LE, rng.choice([3, 20, 300]), rng),
        lambda rng: counter(2, LE, rng.choice([2, 9]), rng),
        lambda rng: counter(4, BE, rng.choice([3, 20, 300]), rng),
        lambda rng: counter(2, BE, rng.choice([2, 9]), rng, start=20000),
        lambda rng: counter(3, "BCD", rng.choice([3, 20]), rng),
        lambda rng: counter(5, "BCD", 200, rng, start=10**9),
        lambda rng: counter(4, "BCD", 3, rng, start=5 * 10**7, lazy=0.5),
        lambda rng: counter(4, LE, 1000, rng, start=10**9),
        pulses, unix, unix_be, minutes,
    ],
    "copy": [
        copy("copy of the number", 4, "BCD", lambda meter: bytes.fromhex(meter.number)[::-1], ("bytes",)),
        supply,
        copy("copy of the return", 2, "BCD", lambda meter: bcd(meter.return_, 2), scale=0.01),
        copy("return, high byte first", 2, BE, lambda meter: be(meter.return_, 2), scale=0.01),
        copy("copy of the energy", 4, "BCD", lambda meter: bcd(meter.energy, 4)),
        copy("supply binary", 2, LE, lambda meter: le(meter.supply, 2), scale=0.01),
        copy("supply in sixteenths", 2, LE, lambda meter: le(meter.supply * 16 // 100, 2), scale=1 / 16),
        supply_tenths,
        copy("return cut off to tenths", 2, "BCD", lambda meter: bcd(meter.return_ // 10, 2), scale=0.1),
        below_zero,
        copy("difference", 2, "BCD", lambda meter: bcd(meter.supply - meter.return_, 2)),
    ],
    "date": [
        lambda rng: date(),
        lambda rng: date(high_first=True),
        lambda rng: clock(),
        lambda rng: clock(high_first=True),
        lambda rng: clock(rng.choice([-8, -5, 1, 2, 3, 8])),
        made_on,
        shared_date,
    ],
    "coefficient": [coefficient],
    "measured": [
        lambda rng: measured("BCD", 2, 1000, 8000, 30, rng),
        lambda rng: measured("BCD", 3, 1000, 900000, 4000, rng),
        lambda rng: measured(LE, 2, 300, 40000, 300, rng),
        lambda rng: measured(BE, 2, 300, 40000, 300, rng),
        lambda rng: measured(LE, 1, 40, 200, 6, rng),
        lambda rng: measured(SIGNED, 2, -900, 900, 40, rng, start=50),
        lambda rng: measured(SIGNED_BE, 2, -900, 900, 40, rng, start=50),
        lambda rng: measured(SIGNED, 2, -2000, -300, 40, rng),
        lambda rng: measured(SIGNED_BE, 2, -2000, -300, 40, rng),
        lambda rng: flags(rng),
        lambda rng: flags(rng, count=4, often=0.1),
    ],
    "beside": [
        lambda rng: (flags(rng), supply(rng)),
        lambda rng: (flags(rng, count=3, often=0.4), minutes(rng)),
        lambda rng: (counter(2, LE, 5, rng, start=20000), constant(b"\xff\xff")),
        lambda rng: (constant(b"V2.17", "text"), measured(LE, 1, 0x41, 0x5A, 3, rng)),
        lambda rng: (counter(3, "BCD", 20, rng), clock()),
    ],
    "before zeros": [
        lambda rng: (flags(rng, often=0.5, bits=(1, 2)), zeros(rng)),
        lambda rng: (weekday(rng), zeros(rng)),
        lambda rng: (wrapping(1, rng), zeros(rng)),
    ],
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
    return [field for some in fields for field in (some if isinstance(some, tuple) else (some,))]


@dataclass
class Made:
    packets: list
    di: str
    fields: list  # (offset, Field, values: the distinct bytes of it, changes: changes within a meter)


def make_capture(seed, replies, meters=None, fields=None, every=None, di=UNKNOWN_DI):
    rng = random.Random(seed)
    fields = fields or make_fields(rng)
    numbers = [f"{rng.randint(10**7, 10**8 - 1):08d}" for _ in range(meters or rng.randint(1, 7))]
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
        packets.append((time + 1, frame(bytes.fromhex(di)[::-1] + b"\0" + b"".join(pieces), number=meter.number)))
    offset, placed = 0, []
    for j, field in enumerate(fields):
        placed.append((offset, field, len(values[j]), changes[j]))
        offset += field.width
    return Made(packets, di, placed)


# Identifiers of captures that are put into one file, so that tshark starts once for all: unknown also after 33H is subtracted.
IDENTIFIERS = [f"9A{low:02X}" for low in range(0x10, 0x50)]


def make_captures(seeds, replies):
    """A capture for each seed, with `replies` in turn, and an identifier of its own."""
    return [make_capture(seed, replies[i % len(replies)], di=IDENTIFIERS[i]) for i, seed in enumerate(seeds)]


class Score:
    """Counts what the explorer said against the truth."""

    def __init__(self):
        self.varying = self.found = 0
        self.right = {"first": 0, "all": 0, "first, weak too": 0, "all, weak too": 0}
        self.said = dict.fromkeys(self.right, 0)
        self.missed, self.on_noise, self.on_zeros = [], [], []

    def add(self, made, text):
        entries = proposals(text, made.di)
        firsts = [entry for entry in entries if entry["rank"] == 1]
        for offset, field, _, changes in made.fields:
            inside = [entry for entry in firsts if within(entry, offset, field.width)]
            self.on_noise += [entry for entry in inside if field.what == "noise" and entry["strength"] != "weak"]
            self.on_zeros += [entry for entry in inside if field.what == "zeros"]
            if field.kind is not None and changes > 0:
                right = any(is_true(entry, offset, field) for entry in firsts)
                self.varying += 1
                self.found += right
                self.missed += [] if right else [(made.di, offset, field.what)]
        for entry in entries:
            self._judge(entry, any(field.kind and is_true(entry, offset, field) for offset, field, _, _ in made.fields))

    def _judge(self, entry, right):
        first, sure = entry["rank"] == 1, entry["strength"] != "weak"
        for name, counts in (("first", first and sure), ("all", sure), ("first, weak too", first), ("all, weak too", True)):
            self.said[name] += counts
            self.right[name] += counts and right


# ---- what the explorer says ----

COLUMNS = "who direction control di length offset width kind mask scale add unit name suffix note".split()


def proposals(text, di=UNKNOWN_DI):
    """[{rank, strength, row, and the columns of the row}] of one identifier, of -z cjt188,explore,all,rows."""
    found = []
    group, before, rank, first = None, "", 1, 0
    for line in text.splitlines():
        if line.startswith(("Reply ", "Request ", "Error reply ")):
            group = re.search(r"([0-9A-F]{4}), control", line).group(1)
        head = re.match(r"  (weak|likely|strong|  or) +(?:byte \d+|bytes \d+ to \d+) +", line)
        if head:  # a checksum has no row, but what else its bytes may be has
            rank, first = (rank + 1, first) if head.group(1) == "  or" else (1, len(found))
            strength = "weak" if rank > 1 else head.group(1)
        if before and line.startswith('          "'):
            row = line.strip()
            found.append({"first": first, "rank": rank, "strength": strength, "group": group,
                          **dict(zip(COLUMNS, next(csv.reader([row])))), "row": row})
        before = head
    return sorted((entry for entry in found if entry["group"] == di),
                  key=lambda entry: (int(found[entry["first"]]["offset"]), entry["rank"]))


def within(entry, offset, width):
    return offset <= int(entry["offset"]) and int(entry["offset"]) + int(entry["width"]) <= offset + width


def is_true(entry, offset, field):
    place = (int(entry["offset"]), int(entry["width"])) == (offset, field.width)
    return place and entry["kind"] in (field.kind, *field.alternatives) and shows_truth(entry, field)


def shows_truth(entry, field):
    shown = float(entry["scale"] or 1), float(entry["add"] or 0)
    return field.scale is None or shown == (field.scale, field.add)
