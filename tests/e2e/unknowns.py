# Eight heat meters as they live, whose replies to one undocumented identifier hold 27 kinds of fields, with the truth of each
# beside the capture; and what the explorer says of them, judged by that truth.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
#
#     flow, temperatures -> power -> energy, volume, hours: integrated between readings, with drift of the clock and resets
#     a meter's state    -> FIELDS: bytes of one reply, and what they are
import datetime
import math
import random
import struct
from dataclasses import dataclass, field

from craft import bcd, frame, heat_901f, le
from truth import BE, LE, SIGNED, clock_bytes, date_bytes, proposals, utc

START = 1777248000  # 2026-04-27 00:00 UTC; each capture begins at some time of that day
DI = "9A00"
METERS = 8
REPLIES = (20, 50, 100, 200, 500, 1000)


def be(number, width):
    return number.to_bytes(width, "big")


def slowly(rng, now, least, most, step):
    """The next of something that wanders."""
    return min(most, max(least, now + rng.gauss(0, step)))


class Meter:
    """A heat meter: what flows warms, what warms is counted. Its clock drifts, sometimes it restarts."""

    def __init__(self, rng, number):
        self.rng, self.number = rng, number
        self.time = self.born = START - rng.uniform(5e6, 6e7)
        self.drift = rng.uniform(-40, 40)
        self.supply, self.return_, self.room = rng.uniform(45, 72), rng.uniform(28, 42), rng.uniform(-8, 24)
        self.energy, self.cold, self.volume = rng.uniform(200, 90000), rng.uniform(0, 900), rng.uniform(20, 9000)
        self.hours = rng.randint(500, 40000)
        self.on_since = START - rng.uniform(1e4, 2e7)
        self.flow = rng.uniform(0.1, 0.8)
        self.is_on, self.power = True, 0.0
        self.errors, self.frames, self.battery = rng.randint(0, 60), rng.randrange(256), rng.uniform(3.45, 3.68)
        self.most, self.least = (0.0, START), (99.0, START)
        self.month, self.before = None, 0.0

    def live(self, time):
        rng, elapsed = self.rng, time - self.time if self.month is not None else 0.0
        steps = math.sqrt(max(elapsed, 60) / 900)
        self.time = time
        if rng.random() < min(0.5, 0.12 * steps):
            self.is_on = not self.is_on
        self.supply = slowly(rng, self.supply, 30, 75, 0.9 * steps)
        self.return_ = min(self.supply - 1.5, slowly(rng, self.return_, 18, 60, 0.5 * steps))
        self.room = slowly(rng, self.room, -18, 30, 0.4 * steps)
        self.flow = slowly(rng, self.flow, 0.05, 0.9, 0.04 * steps)
        self.power = 1.163 * self.now_flow * (self.supply - self.return_)
        self.energy += self.power * elapsed / 3600
        self.cold += rng.random() * 0.02 * elapsed / 3600
        self.volume += self.now_flow * elapsed / 3600
        self.battery -= rng.random() * 2e-4
        self.errors += (rng.random() < 0.08) + (rng.random() < 0.01) * rng.randint(1, 4)
        self.frames = (self.frames + rng.choice((1, 1, 1, 2, 3))) % 256
        if rng.random() < 0.004:
            self.on_since = time - rng.uniform(1, 600)
        if self.power > self.most[0]:
            self.most = self.power, self.now.timestamp()
        if self.return_ < self.least[0]:
            self.least = self.return_, self.now.timestamp()
        if self.month != self.now.month:
            self.month, self.before = self.now.month, self.energy - rng.uniform(5, 60) * (self.month is None)

    @property
    def now_flow(self):
        return self.flow if self.is_on else 0.0

    @property
    def now(self):
        return utc(self.time + self.drift + (self.time - START) * 2e-5)

    # As the display has it.
    supply_cc = property(lambda self: round(100 * self.supply))
    return_cc = property(lambda self: round(100 * self.return_))
    wh = property(lambda self: int(1000 * self.energy))
    cold_wh = property(lambda self: int(1000 * self.cold))
    litres = property(lambda self: int(1000 * self.volume))
    watts = property(lambda self: round(1000 * self.power))
    lh = property(lambda self: round(1000 * self.now_flow))
    run = property(lambda self: self.hours + int(self.time - START) // 3600)

    def reading(self):
        return heat_901f(energy1=(self.cold_wh, 0x05), energy2=(self.wh, 0x05), power=(self.watts, 0x17), flow=(self.lh, 0x35),
                         volume=(self.litres, 0x2C), supply=self.supply_cc, return_=self.return_cc, hours=self.run,
                         clock=clock_bytes(self.now).hex(" "))


@dataclass
class Truth:
    """`kinds`: what the user's table may call it. `scale`: of a row that names a unit; None: any. `about`: what of the known
    things it may be said to follow. `make(meter)`: its bytes."""

    what: str
    width: int
    kinds: tuple
    make: object
    scale: float | None = None
    about: tuple = ()
    unit: int | None = None  # a byte of its own behind it, part of what is to be found or left out


UNIX = ("Unix time, low byte first", "Unix time, high byte first")
POWER = ("power", "flow", "temperature difference", "supply temperature")
FLOW = ("flow", "power")
TIME = ("time", "operating hours")
COUNTED = ("energy", "volume", "time", "operating hours")


def mmhh(now):
    return bcd(now.minute, 1) + bcd(now.hour, 1)


def crc(data):
    value = 0xFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0xA001 if value & 1 else 0)
    return value


def signed_bcd(number, width, by_nibble):
    data = bytearray(bcd(abs(number), width))
    if number < 0:
        data[-1] |= 0xF0 if by_nibble else 0x80
    return bytes(data)


def make_fields(rng):
    """Lists of fields that stay beside each other."""
    low = rng.random() < 0.5
    whole = (LE, le) if rng.random() < 0.7 else (BE, be)
    copied = rng.choice([
        Truth("copy of the supply", 2, ("BCD",), lambda m: bcd(m.supply_cc, 2), 0.01, ("supply temperature",)),
        Truth("copy of the return", 3, ("BCD",), lambda m: bcd(m.return_cc, 3), 0.01, ("return temperature",)),
        Truth("copy of the flow", 4, ("BCD",), lambda m: bcd(m.lh, 4), None, FLOW, unit=0x35),
    ])
    floats = [lambda m: m.now_flow, lambda m: m.power, lambda m: m.volume, lambda m: m.supply]
    abouts = [FLOW, POWER, COUNTED, ("supply temperature",)]
    one, two = rng.sample(range(4), 2)
    difference = lambda m: m.supply_cc - m.return_cc  # noqa: E731
    weekday = rng.choice([lambda d: d.isoweekday(), lambda d: d.weekday(), lambda d: d.isoweekday() % 7])
    by_nibble = rng.random() < 0.5
    return [
        [copied],
        [Truth("copy of the energy", 4, ("BCD",), lambda m: bcd(m.wh, 4), None, COUNTED, unit=0x05)],
        [Truth("seconds since it was switched on", 4, (whole[0],), lambda m: whole[1](int(m.time - m.on_since), 4), None, TIME)],
        [Truth("Unix time", 4, UNIX + (LE, BE), lambda m: (le if low else be)(int(m.now.timestamp()), 4), None, TIME)],
        [Truth("litres, high byte first", 4, (BE,), lambda m: be(m.litres, 4), None, COUNTED)],
        [Truth("watts", rng.choice([2, 4]), (LE,), None, None, POWER)],
        [Truth("litres per hour", 2, (whole[0],), lambda m: whole[1](m.lh, 2), None, FLOW)],
        [Truth("most power", 4, ("BCD",), lambda m: bcd(round(1000 * m.most[0]), 4), None, COUNTED, unit=0x17),
         Truth("date of the most power", 4, ("date",), lambda m: date_bytes(utc(m.most[1])))],
        [Truth("least return", 2, ("BCD",), lambda m: bcd(round(100 * m.least[0]), 2), None, ("return temperature",)),
         Truth("time of the least return", 7, ("clock",), lambda m: clock_bytes(utc(m.least[1])))],
        [Truth("sum of both energies", 4, ("BCD",), lambda m: bcd(m.wh + m.cold_wh, 4), None, COUNTED, unit=0x05)],
        [Truth("room, signed tenths", 2, (SIGNED,), lambda m: round(10 * m.room).to_bytes(2, "little", signed=True))],
        [Truth("frames, wrapping", 1, (LE,), lambda m: le(m.frames, 1), None, TIME)],
        [Truth("errors", 2, (whole[0],), lambda m: whole[1](m.errors, 2), None, ())],
        [Truth("battery, BCD", 2, ("BCD",), lambda m: bcd(round(100 * m.battery), 2), None, ())],
        [Truth("battery, mV", 2, (LE,), lambda m: le(round(1000 * m.battery), 2), None, ())],
        [rng.choice([
            Truth("difference", 2, ("BCD",), lambda m: bcd(difference(m), 2), 0.01, ("temperature difference",)),
            Truth("difference, binary", 2, (LE,), lambda m: le(difference(m), 2), 0.01, ("temperature difference",))])],
        [Truth("hh:mm", 2, ("hh:mm", "hh:mm, high byte first"),
               lambda m: mmhh(m.now) if low else mmhh(m.now)[::-1], None, TIME)],
        [Truth("weekday", 1, ("day of week", LE, "BCD"), lambda m: bytes([weekday(m.now)]), None, TIME)],
        [Truth("flag of the flow", 1, ("bits",), lambda m: bytes([1 if m.lh > 0 else 0]), None, FLOW)],
        [Truth("float32, low byte first", 4, ("float32, low byte first",), lambda m: struct.pack("<f", floats[one](m)), None,
               abouts[one])],
        [Truth("float32, high byte first", 4, ("float32, high byte first",), lambda m: struct.pack(">f", floats[two](m)), None,
               abouts[two])],
        [Truth("energy of the month before", 4, ("BCD",), lambda m: bcd(int(1000 * m.before), 4), None, COUNTED, unit=0x05)],
        [Truth("signed BCD", 3, ("BCD, top F is minus",) if by_nibble else ("BCD, top bit is minus",),
               lambda m: signed_bcd(round(100 * m.room), 3, by_nibble))],
        [Truth("number, binary", 4, (LE, "meter number, low byte first"), lambda m: le(int(m.number), 4), None, ("address",))],
        [Truth("number, text", 8, ("text", "meter number, text"), lambda m: m.number.encode(), None, ("address",))],
        [Truth("firmware", 4, ("text", "bytes"), lambda m: b"V1.7")],
        [Truth("zeros", rng.randint(1, 4), (), None)],
        [Truth("CRC", 2, ("CRC",), None)],
    ]


def finish(fields):
    """Those whose bytes depend on their place."""
    for truth in fields:
        if truth.what == "watts":
            truth.make = lambda m, width=truth.width: le(m.watts, width)
        if truth.what == "zeros":
            truth.make = lambda m, width=truth.width: bytes(width)
    return fields


@dataclass
class Made:
    seed: int
    packets: list = field(default_factory=list)
    fields: list = field(default_factory=list)   # (offset, Truth, changes within a meter)
    replies: list = field(default_factory=list)  # data behind SER


def order_of(rng):
    groups = make_fields(rng)
    check = [group for group in groups if group[0].what == "CRC"]
    groups = [group for group in groups if group[0].what != "CRC"]
    rng.shuffle(groups)
    return finish([one for group in groups + check for one in group])


def reply_data(fields, meter):
    body = b""
    for truth in fields:
        body += le(crc(body), 2) if truth.what == "CRC" else truth.make(meter)
        body += bytes([truth.unit]) if truth.unit is not None else b""
    return body


def make_capture(seed, replies, di=DI):
    """`replies` replies of the eight meters in turn. The sixth does not answer 901F, the seventh with more bytes than are known,
    and no clock in them, so that they cannot be read; the eighth answers every third time. They are asked for it before, or after."""
    rng = random.Random(seed)
    made, fields = Made(seed), order_of(rng)
    meters = [Meter(rng, f"{rng.randint(10**7, 10**8 - 1):08d}") for _ in range(METERS)]
    every, begin, before = rng.choice([120, 300, 900, 1800, 3600]), START + rng.randrange(86400), rng.random() < 0.7
    offset = 0
    for truth in fields:
        made.fields.append([offset, truth, 0])
        offset += truth.width + (truth.unit is not None)
    last = {}
    for i in range(replies):
        which, turn = i % METERS, i // METERS
        meter, time = meters[which], begin + every * turn + 9 * which + rng.random()
        meter.live(time)
        reading = meter.reading()
        if which == 6:
            reading = reading[:-9] + bytes(9) + bytes(range(0xE0, 0xE5))
        if which != 5 and (which != 7 or turn % 3 == 0):
            made.packets.append((time if before else time + 2, frame(reading, number=meter.number)))
        data = reply_data(fields, meter)
        made.replies.append(data)
        made.packets.append((time + 1, frame(bytes.fromhex(di)[::-1] + b"\0" + data, number=meter.number)))
        made.packets[-2:] = sorted(made.packets[-2:], key=lambda packet: packet[0])
        for place in made.fields:
            piece = data[place[0]:place[0] + place[1].width]
            place[2] += last.get((which, place[0]), piece) != piece
            last[which, place[0]] = piece
    return made


# ---- judging ----


def is_of(made, entry, offset, truth):
    """The whole of it, with the byte of its unit or without. What is 0 in all replies may be left out at its end or taken in
    there: the value is the same."""
    at, width = int(entry["offset"]), int(entry["width"])
    ours, theirs = set(range(offset, offset + truth.width)), set(range(at, at + width))
    if truth.unit is not None and theirs == ours | {offset + truth.width}:
        return True
    end = offset if "high byte first" in entry["kind"] else offset + truth.width
    side = range(min(at, offset), max(at, offset)) if end == offset else range(min(at + width, end), max(at + width, end))
    return set(side) == ours ^ theirs and not any(data[i] for data in made.replies for i in side)


def says_what_is_not(entry, truth):
    """A relation that is none."""
    note = entry["note"]
    if not any(word in note for word in ("follows", "advances with", "equals the")):
        return False
    return not any(word in note for word in truth.about + ("day of capture",))


def is_kind(made, entry, offset, truth):
    """Without a minus in any reply a number with a sign is one without."""
    top = offset + truth.width - 1
    unsigned = {SIGNED: LE, "BCD, top bit is minus": "BCD", "BCD, top F is minus": "BCD"}.get(truth.kinds[0]) if truth.kinds else None
    return entry["kind"] in truth.kinds or (entry["kind"] == unsigned and all(data[top] < 0x80 for data in made.replies))


def is_right(made, entry, offset, truth):
    shown = float(entry["scale"] or 1)
    scaled = truth.scale is None or not entry["unit"] or math.isclose(shown, truth.scale)
    return is_of(made, entry, offset, truth) and is_kind(made, entry, offset, truth) and scaled and not says_what_is_not(entry, truth)


class Score:
    """Of the truths that vary, found and first; of what is called strong and likely, wrong."""

    is_right = staticmethod(is_right)

    def __init__(self):
        self.varying = self.found = 0
        self.said = {"strong": 0, "likely": 0, "weak": 0}
        self.wrong = {"strong": [], "likely": [], "weak": []}
        self.missed = []
        self.found_in = {}  # (seed, truth)

    def add(self, made, entries):
        firsts = [entry for entry in entries if entry["rank"] == 1]
        for offset, truth, changes in made.fields:
            if changes == 0 or not truth.kinds or truth.what == "CRC":
                continue
            found = any(self.is_right(made, entry, offset, truth) for entry in firsts)
            self.varying += 1
            self.found += found
            self.found_in[made.seed, truth.what] = found
            if not found:
                near = [f"{entry['offset']}+{entry['width']} {entry['kind']}: {entry['note']}" for entry in firsts
                        if int(entry["offset"]) < offset + truth.width and int(entry["offset"]) + int(entry["width"]) > offset]
                self.missed.append(f"{made.seed}: {offset} {truth.what}: {'; '.join(near) or 'nothing'}")
        for entry in firsts:
            self.said[entry["strength"]] += 1
            if not any(self.is_right(made, entry, offset, truth) for offset, truth, _ in made.fields):
                what = next((truth.what for offset, truth, _ in reversed(made.fields) if offset <= int(entry["offset"])), "")
                self.wrong[entry["strength"]].append(
                    f"{made.seed}: {entry['offset']}+{entry['width']} {entry['kind']}: {entry['note']} [{what}]")

    def percent(self, part, whole):
        return 100 * part / whole if whole else 0.0


def judge(tshark, write, folder, seeds, replies):
    """Score of `seeds` captures of `replies` each, every capture alone."""
    score = Score()
    for seed in seeds:
        made = make_capture(seed, replies)
        path = write(folder / f"unknowns-{seed}-{replies}.pcap", made.packets)
        score.add(made, proposals(tshark("-r", path, "-q", "-z", "cjt188,explore,all,rows").stdout, DI))
        path.unlink()
    return score


def show(score, replies, everything=False):
    print(f"  {replies} replies: found and first {score.percent(score.found, score.varying):5.1f} % of {score.varying} that vary")
    for strength in ("strong", "likely", "weak"):
        wrong, said = score.wrong[strength], score.said[strength]
        print(f"    {strength:7} wrong {score.percent(len(wrong), said):5.1f} % of {said}")
        for line in wrong if strength != "weak" or everything else ():
            print(f"      {line}")
    if everything:
        for line in score.missed:
            print(f"    missed {line}")
