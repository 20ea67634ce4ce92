# A second maker of captures whose undocumented bytes are known: a house with small heat meters and one water meter.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Written from the description of the fields alone, before its author had seen the other generator or the explorer, so that
# what the explorer gets right here was not tuned in. The seeds from 2000 to 2023 are for that measurement: nobody mends for
# what is missed in them. Rooms, radiators, meters and the bus are simulated; a meter puts what it measures into registers
# once a cycle, and a reply sends the registers. By itself: python3 unknowns_other.py FILE [SEED [REPLIES]].
import binascii
import datetime
import math
import random
import struct
import sys

import unknowns
from conftest import write_pcap
from craft import bcd, frame, heat_901f, water_901f
from truth import BE, LE, SIGNED, SIGNED_BE, proposals

HOUR, DAY = 3600, 86400
HEAT_OF_WATER = 1.163          # Wh per litre and kelvin
UTC = datetime.timezone.utc
DRIVERS = {                    # what a maker's frames look like: (maker, DI, unit first, decimals of E, P, F, V)
    "tiangang": ("11 11", "1F 90", False, (2, 2, 4, 2)),
    "oem": ("00 00", "1F 90", False, (3, 3, 3, 3)),
    "lichuang": ("59 42", "90 1F", True, (2, 2, 3, 2)),
}


# ---- what happens in the house ----


class Weather:
    """Outdoor temperature: a mean, a day's swing, and a slow wander."""

    def __init__(self, rng, mean):
        self.rng, self.mean, self.swing, self.wander = rng, mean, rng.uniform(2, 5), 0.0

    def at(self, local, step):
        keep = math.exp(-step / (3 * HOUR))
        self.wander = self.wander * keep + self.rng.gauss(0, 1.5) * math.sqrt(1 - keep * keep)
        return self.mean + self.swing * math.cos(2 * math.pi * (local % DAY - 15 * HOUR) / DAY) + self.wander


class Flat:
    """One room model, a radiator and a thermostat, set back at night. It takes 1.5 to 3 kW when it is cold outside."""

    def __init__(self, rng, start, cooling):
        self.rng, self.cooling = rng, cooling
        self.loss = rng.uniform(55, 110)                       # W/K
        self.mass = rng.uniform(9e6, 2.4e7)                     # J/K
        self.radiator = rng.uniform(60, 110)                   # W/K
        self.most = rng.uniform(90, 260)                       # l/h
        self.day, self.night = rng.uniform(20.5, 22.5), rng.uniform(16.5, 18.5)
        self.wakes, self.sleeps = rng.uniform(5, 7.5) * HOUR, rng.uniform(21, 23.5) * HOUR
        self.on_off = rng.random() < 0.3                       # an electric valve drive instead of a thermostat
        self.open = False
        self.room = self.day - rng.uniform(0, 1.5) if self.wakes < start % DAY < self.sleeps else self.night + 1
        self.gain = 0.0
        self.supply = self.back = self.room
        self.flow = 0.0

    def wanted(self, local):
        return self.day if self.wakes < local % DAY < self.sleeps else self.night

    def opening(self, local):
        """How far the valve is open, 0 to 1."""
        if self.cooling:
            missing = self.room - 24.5
        else:
            missing = self.wanted(local) - self.room
        if not self.on_off:
            return min(1.0, max(0.0, 0.25 + 0.6 * missing))
        if abs(missing) > 0.15:
            self.open = missing > 0
        return 1.0 if self.open else 0.0

    def step(self, local, outside, supply, step):
        """Moves on by `step` seconds; leaves flow in l/h and the two temperatures."""
        if self.rng.random() < step / (2 * HOUR):              # somebody cooks, sleeps, or lets air in
            self.gain = self.rng.choice((0, 0, 150, 400, -600))
        target = self.most * self.opening(local)
        self.flow += (target - self.flow) * (1 - math.exp(-step / 90))
        if self.flow < 5:                                      # below the meter's least flow
            self.flow = 0.0
        heat = 0.0
        settle = 1 - math.exp(-step / (60 if self.flow else 1500))
        if self.flow:
            carried = self.flow * HEAT_OF_WATER
            back = self.room + (supply - self.room) * math.exp(-self.radiator / carried)
            self.supply += (supply - self.supply) * settle
            self.back += (back - self.back) * settle
            heat = carried * (self.supply - self.back)
        else:
            self.supply += (self.room - self.supply) * settle
            self.back += (self.room - self.back) * settle
        self.room += (heat + self.gain - self.loss * (self.room - outside)) * step / self.mass


class Taps:
    """Water drawn in a flat: short, long and very short draws, more of them in the morning and the evening."""

    def __init__(self, rng):
        self.rng, self.flow, self.left = rng, 0.0, 0.0

    def step(self, local, step):
        self.left -= step
        if self.left <= 0:
            self.flow = 0.0
            hour = local % DAY / HOUR
            busy = 14 if 6 < hour < 9 or 17 < hour < 22 else 5 if 9 <= hour <= 17 else 0.7
            if self.rng.random() < 1 - math.exp(-busy * step / HOUR):
                self.flow, self.left = self.rng.choice(((120, 15), (360, 45), (540, 420), (700, 90)))
                self.flow *= self.rng.uniform(0.7, 1.2)
                self.left *= self.rng.uniform(0.5, 2)


# ---- meters ----


class Meter:
    """What all meters have: a number, a clock of their own, seconds of operation, a battery, errors."""

    def __init__(self, rng, model, index, start):
        self.rng, self.model = rng, model
        self.number = f"{model.series + 37 * index + rng.randrange(30):08d}"
        self.slow = rng.choice((0, 0, rng.uniform(-240, 240)))            # its clock is wrong by so many seconds
        self.ppm = rng.uniform(-30, 30) * 1e-6
        self.start = start
        self.began = start - rng.uniform(20 * DAY, 1500 * DAY)            # when its counters were last set to zero
        self.battery = rng.uniform(3.45, 3.66)
        self.errors = rng.randrange(0, 9)
        self.telegrams = rng.randrange(65536)
        self.cycles = rng.randrange(65536)
        self.restart_at = math.inf
        self.month = None
        self.latched = {}

    def clock(self, now):
        """Its own idea of UTC."""
        return now + self.slow + (now - self.start) * self.ppm

    def local(self, now):
        return datetime.datetime.fromtimestamp(int(self.clock(now)) + self.model.zone, UTC)

    def running(self, now):
        return int((now - self.began) * (1 + self.ppm))

    def ageing(self, step, load):
        """Volts: they sag while the meter measures flow, and with the years."""
        self.battery -= step * 1e-9
        return self.battery - (0.012 if load else 0) + self.rng.gauss(0, 0.0015)

    def turn_of_month(self, now):
        month = self.local(now).month
        if self.month not in (None, month):
            self.keep_month()
        self.month = month

    def counts_errors(self, step):
        if self.rng.random() < step / (5 * HOUR) * self.model.trouble:
            self.errors += 1


class HeatMeter(Meter):
    def __init__(self, rng, model, index, start):
        super().__init__(rng, model, index, start)
        self.flat = Flat(rng, start + model.zone, False)
        self.cooler = Flat(rng, start + model.zone, True)
        self.kilowatt_hours = rng.uniform(300, 19000)
        self.cool = rng.uniform(20, 900) if model.cools else 0.0
        self.cubic_metres = self.kilowatt_hours / rng.uniform(10, 20)
        self.minutes = (start - self.began) / 60 * rng.uniform(0.3, 0.6)
        self.last_month = (self.kilowatt_hours - rng.uniform(30, 250), self.cubic_metres - rng.uniform(3, 12))
        self.peak = self.trough = None
        if not model.daily:                                    # the month has seen something already
            earlier = [self.local(start - rng.random() * (self.local(start).day - 1) * DAY) for _ in range(2)]
            self.peak, self.trough = (rng.uniform(900, 3600), earlier[0]), (rng.uniform(17, 30), earlier[1])

    def restart(self, now):
        self.kilowatt_hours = self.cool = self.cubic_metres = self.minutes = 0.0
        self.began = now
        self.telegrams = self.cycles = 0
        self.errors += 1
        self.peak = self.trough = None

    def keep_month(self):
        self.last_month = (self.kilowatt_hours, self.cubic_metres)
        if not self.model.daily:
            self.peak = self.trough = None

    def step(self, now, outside, supply, step):
        if now >= self.restart_at:
            self.restart_at = math.inf
            self.restart(now)
        local = self.clock(now) + self.model.zone
        flat, water = (self.cooler, 9.0) if self.model.reverses and outside > 16 else (self.flat, supply)
        flat.step(local, outside, water, step)
        noise = self.rng.gauss
        quantum = self.model.kelvin
        flow = max(0.0, flat.flow * (1 + noise(0, 0.006)))
        hot, cold = (quantum * round((value + noise(0, 0.012)) / quantum) for value in (flat.supply, flat.back))
        watts = flow * HEAT_OF_WATER * (hot - cold)
        self.kilowatt_hours += max(0.0, watts) * step / 3.6e6
        self.cool += max(0.0, -watts) * step / 3.6e6
        self.cubic_metres += flow * step / 3.6e6
        self.minutes += step / 60 if flow else 0
        volts = self.ageing(step, flow > 0)
        self.counts_errors(step)
        self.turn_of_month(now)
        if int(local // self.model.cycle) != int((local - step) // self.model.cycle) or not self.latched:
            self.cycles += 1
            self.latch(now, flow, hot, cold, abs(watts), volts)

    def latch(self, now, flow, hot, cold, watts, volts):
        moment = self.local(now)
        if self.model.daily and self.latched and moment.day != self.latched["moment"].day:
            self.peak = self.trough = None
        if self.peak is None or watts > self.peak[0]:
            self.peak = (watts, moment)
        if self.trough is None or cold < self.trough[0]:
            self.trough = (cold, moment)
        self.latched = {
            "flow": flow, "supply": hot, "return": cold, "watts": watts, "energy2": self.kilowatt_hours, "energy1": self.cool,
            "volume": self.cubic_metres, "minutes": self.minutes, "volts": volts, "cycles": self.cycles, "errors": self.errors,
            "last_month": self.last_month, "peak": self.peak, "trough": self.trough, "moment": moment,
        }

    def digits(self):
        """What the documented bytes say: {name: integer}."""
        energy, power, flow, volume = (10 ** places for places in self.model.places)
        now = self.latched
        return {
            "energy1": int(now["energy1"] * energy), "energy2": int(now["energy2"] * energy),
            "power": round(now["watts"] / 1000 * power), "flow": round(now["flow"] / 1000 * flow),
            "volume": int(now["volume"] * volume), "supply": round(now["supply"] * 100), "return": round(now["return"] * 100),
        }

    def documented(self, now):
        digits = self.digits()
        clock = self.local(now).strftime("%S %M %H %d %m ") + self.local(now).strftime("%Y")[2:] + " 20"
        units = {"energy1": 0x05, "energy2": 0x05, "power": 0x17, "flow": 0x35, "volume": 0x2C}
        return heat_901f(self.model.di, self.model.ser, digits["supply"], digits["return"], self.running(now) // HOUR, clock,
                         "00 00", self.model.unit_first, **{name: (digits[name], unit) for name, unit in units.items()})


class WaterMeter(Meter):
    def __init__(self, rng, model, index, start):
        super().__init__(rng, model, index, start)
        self.taps = Taps(rng)
        self.cubic_metres = rng.uniform(20, 900)
        self.last_month = self.cubic_metres - rng.uniform(1, 8)

    def keep_month(self):
        self.last_month = self.cubic_metres

    def step(self, now, outside, supply, step):
        local = self.clock(now) + self.model.zone
        self.taps.step(local, step)
        self.cubic_metres += self.taps.flow * step / 3.6e6
        volts = self.ageing(step, False)
        self.counts_errors(step)
        self.turn_of_month(now)
        if int(local // self.model.cycle) != int((local - step) // self.model.cycle) or not self.latched:
            self.cycles += 1
            self.latched = {"flow": self.taps.flow, "volume": self.cubic_metres, "volts": volts, "cycles": self.cycles,
                            "errors": self.errors, "last_month": (0, self.last_month)}

    def digits(self):
        return {"volume": int(self.latched["volume"] * 100), "last": int(self.last_month * 100)}

    def documented(self, now):
        digits = self.digits()
        clock = self.local(now).strftime("%S %M %H %d %m ") + self.local(now).strftime("%Y")[2:] + " 20"
        return water_901f(self.model.di, self.model.ser, (digits["volume"], 0x2C), (digits["last"], 0x2C), clock, "00 00")


# ---- hidden fields ----


class Field:
    """So many bytes and what they are: `put(meter, now)` makes them, `what` is the truth, `notes` tell more of it."""

    def __init__(self, what, width, put, **notes):
        self.what, self.width, self.put, self.notes = what, width, put, notes


def number(what, width, order, value, **notes):
    """An integer of `value(meter, now)`, wrapped to its width; below zero in two's complement."""
    def put(meter, now):
        return (round(value(meter, now)) % (1 << 8 * width)).to_bytes(width, order)
    return Field(what, width, put, order=order, coding="integer", **notes)


def decimal(what, width, order, value, **notes):
    def put(meter, now):
        raw = bcd(round(value(meter, now)) % 10 ** (2 * width), width)
        return raw if order == "little" else raw[::-1]
    return Field(what, width, put, order=order, coding="bcd", **notes)


def constant(what, raw, **notes):
    return Field(what, len(raw), lambda meter, now: raw, coding="constant", **notes)


def register(name, scale=1):
    return lambda meter, now: meter.latched[name] * scale


def floor_of(name, scale):
    return lambda meter, now: int(meter.latched[name] * scale)


def watts(rng, model):
    return [number("power", rng.choice((2, 2, 3)), rng.choice(("little", "big")), register("watts"), unit="W")]


def litres_per_hour(rng, model):
    coding = rng.choice((number, number, decimal))
    return [coding("flow", rng.choice((2, 3)), rng.choice(("little", "big")), register("flow"), unit="l/h")]


def tenths(rng, model):
    name = rng.choice(("supply", "return"))
    return [number(name, 2, rng.choice(("little", "big")), register(name, 10), unit="0.1 K", signed=True)]


def temperature_again(rng, model):
    name = rng.choice(("supply", "return"))
    return [decimal(name, 2, rng.choice(("little", "big")), register(name, 100), unit="0.01 K")]


def difference(rng, model):
    coding = rng.choice((number, decimal)) if not model.reverses else number
    scale = rng.choice((100, 100, 10))

    def kelvin(meter, now):
        value = (meter.latched["supply"] - meter.latched["return"]) * scale
        return value if coding is number else abs(value)
    return [coding("difference", 2, rng.choice(("little", "big")), kelvin, unit=f"1/{scale} K", signed=True)]


def energy_again(rng, model):
    shown = 10 ** model.places[0]
    coding, width, order = rng.choice(((number, 4, "big"), (number, 5, "little"), (decimal, 4, "big"), (decimal, 5, "little"),
                                       (number, 6, "big")))
    return [coding("energy2", width, order, floor_of("energy2", shown), unit=f"1/{shown} kWh")]


def energy_rescaled(rng, model):
    unit, scale = rng.choice((("MJ", 3.6), ("Wh", 1000), ("kWh", 1), ("0.1 kWh", 10)))
    return [number("energy2", 4, rng.choice(("little", "big")), floor_of("energy2", scale), unit=unit)]


def litres(rng, model):
    return [number("volume", rng.choice((3, 4)), rng.choice(("little", "big")), floor_of("volume", 1000), unit="l")]


def pulses(rng, model):
    each = rng.choice((2.5, 10.0, 7.31, 36.2))                 # pulses a litre, the calibrated ones no round number
    return [number("volume", 4, rng.choice(("little", "big")), floor_of("volume", 1000 * each), unit=f"{each} a litre")]


def sum_of_counters(rng, model):
    def both(meter, now):
        return meter.digits()["energy1"] + meter.digits()["energy2"]
    return [number("energy1 + energy2", 4, rng.choice(("little", "big")), both, unit="as shown")]


def seconds(rng, model):
    order = rng.choice(("little", "little", "big"))
    return [number("operating time", 4, order, lambda meter, now: meter.running(now), unit="s")]


def minutes_of_flow(rng, model):
    return [number("time with flow", 3, rng.choice(("little", "big")), floor_of("minutes", 1), unit="min")]


def unix_time(rng, model):
    return [number("clock", 4, rng.choice(("little", "big")), lambda meter, now: int(meter.clock(now)), unit="unix")]


def dated(moment, form):
    return b"".join(bcd(int(moment.strftime(part)), 1) for part in form)


def most_power(rng, model):
    order = rng.choice(("little", "big"))
    form = ("%M", "%H", "%d", "%m") if model.daily else ("%d", "%m", "%y")
    return [number("greatest power", 2, order, lambda meter, now: meter.latched["peak"][0], unit="W"),
            Field("date of greatest power", len(form), lambda meter, now: dated(meter.latched["peak"][1], form), form=form)]


def least_return(rng, model):
    form = ("%M", "%H", "%d", "%m") if model.daily else ("%y", "%m", "%d")
    return [decimal("least return", 2, "little", lambda meter, now: meter.latched["trough"][0] * 100, unit="0.01 K"),
            Field("date of least return", len(form), lambda meter, now: dated(meter.latched["trough"][1], form), form=form)]


def wrapping(rng, model):
    if rng.random() < 0.5:
        return [number("replies", 1, "little", lambda meter, now: meter.telegrams, wraps=True)]
    return [number("measuring cycles", 1, "little", register("cycles"), wraps=True)]


def errors(rng, model):
    return [number("errors", rng.choice((1, 2)), "little", register("errors"))]


def battery_digits(rng, model):
    return [decimal("battery", 2, rng.choice(("little", "big")), register("volts", 100), unit="0.01 V")]


def battery_millivolts(rng, model):
    return [number("battery", 2, rng.choice(("little", "big")), register("volts", 1000), unit="mV")]


def hour_and_minute(rng, model):
    form = rng.choice((("%M", "%H"), ("%H", "%M")))
    return [Field("time of day", 2, lambda meter, now: dated(meter.local(now), form), form=form)]


def weekday(rng, model):
    sunday = rng.choice((0, 7))
    return [Field("day of week", 1, lambda meter, now: bytes([meter.local(now).isoweekday() % 7 or sunday]), sunday=sunday)]


def flag_of_flow(rng, model):
    bit = rng.choice((1, 1, 1, 0x10, 0x80))
    return [Field("flow above 0", 1, lambda meter, now: bytes([bit if round(meter.latched["flow"]) else 0]), bit=bit)]


def floating(order):
    def make(rng, model):
        name, scale, unit = rng.choice((("flow", 1, "l/h"), ("flow", 0.001, "m³/h"), ("watts", 1, "W"), ("watts", 0.001, "kW"),
                                        ("supply", 1, "°C"), ("return", 1, "°C"), ("volume", 1, "m³"), ("energy2", 1, "kWh")))
        known = "power" if name == "watts" else name
        return [Field(known, 4, lambda meter, now: struct.pack(order, meter.latched[name] * scale), coding="float32",
                      order="little" if order == "<f" else "big", unit=unit)]
    return make


def previous_month(rng, model):
    which, scale = rng.choice(((0, 1), (0, 100), (1, 100), (1, 1000))) if model.heats else (1, 1000)
    coding = rng.choice((number, decimal))
    return [coding(("energy2", "volume")[which] + " of last month", 4, rng.choice(("little", "big")),
                   lambda meter, now: int(meter.latched["last_month"][which] * scale))]


def firmware(rng, model):
    return [constant("firmware", rng.choice((b"V1.0%d" % rng.randrange(10), bcd(rng.randrange(100, 400), 2),
                                             bytes([rng.randrange(1, 5), rng.randrange(30), 0]))))]


HEAT_FIELDS = [watts, litres_per_hour, tenths, temperature_again, difference, energy_again, energy_rescaled, litres, pulses,
               sum_of_counters, seconds, minutes_of_flow, unix_time, most_power, least_return, wrapping, errors, battery_digits,
               battery_millivolts, hour_and_minute, weekday, flag_of_flow, floating("<f"), floating(">f"), previous_month,
               firmware]
WATER_FIELDS = [litres, pulses, litres_per_hour, seconds, unix_time, wrapping, errors, battery_digits, battery_millivolts,
                hour_and_minute, weekday, previous_month, firmware]


def crc_modbus(data):
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc


def xor(data):
    total = 0
    for byte in data:
        total ^= byte
    return total


CHECKSUMS = [
    ("sum", 1, lambda data: bytes([sum(data) & 0xFF])),
    ("exclusive or", 1, lambda data: bytes([xor(data)])),
    ("CRC-16/MODBUS", 2, lambda data: crc_modbus(data).to_bytes(2, "little")),
    ("CRC-16/XMODEM", 2, lambda data: binascii.crc_hqx(data, 0).to_bytes(2, "big")),
    ("CRC-16/CCITT-FALSE", 2, lambda data: binascii.crc_hqx(data, 0xFFFF).to_bytes(2, "big")),
]


class Model:
    """A maker's model: how it sends what is documented, and what follows."""

    def __init__(self, rng, heats, zone, interval):
        self.heats, self.zone = heats, zone
        driver = rng.choice(list(DRIVERS)) if heats else "tiangang"
        self.maker, self.di, self.unit_first, self.places = DRIVERS[driver]
        self.type = rng.choice((0x20, 0x25)) if heats else 0x10
        self.series = rng.randrange(10_000_000, 89_000_000)
        self.ser = rng.choice((0, 3, 0x12))
        self.kelvin = rng.choice((0.01, 0.01, 0.02, 0.05, 0.1))
        self.cools = rng.random() < 0.8
        self.reverses = self.cools and rng.random() < 0.3
        self.daily = rng.random() < 0.5
        self.trouble = rng.choice((0.2, 1, 5))
        self.cycle = rng.choice([cycle for cycle in (2, 4, 8, 16, 30, 60) if cycle <= max(8, interval)])
        self.tail, self.check = self.hide(rng)

    def hide(self, rng):
        """The undocumented bytes: some of the fields, shuffled, with fillers and constants between, perhaps a checksum last."""
        kinds = rng.sample(HEAT_FIELDS, rng.randint(9, 15)) if self.heats else rng.sample(WATER_FIELDS, rng.randint(3, 6))
        tail = []
        for kind in kinds:
            if rng.random() < 0.3:
                filler = rng.choice((bytes(1), bytes(2), bytes(3), b"\xff", b"\xff\xff", bytes([rng.randrange(1, 255)])))
                tail.append(constant("filler", filler))
            tail += kind(rng, self)
        return tail, rng.choice(CHECKSUMS) if rng.random() < 0.4 else None


class Variant:
    """A firmware of a model: its tail may end sooner, or go on."""

    def __init__(self, model, tail):
        self.model, self.tail, self.check = model, tail, model.check

    def layout(self):
        """[(offset in DATA, Field)]"""
        offset = 0x2E if self.model.heats else 0x16
        out = []
        for field in self.tail:
            out.append((offset, field))
            offset += field.width
        if self.check:
            out.append((offset, Field("checksum " + self.check[0], self.check[1], None, coding="checksum")))
        return out

    def data(self, meter, now):
        meter.telegrams += 1
        data = meter.documented(now) + b"".join(field.put(meter, now) for field in self.tail)
        return data + (self.check[2](data) if self.check else b"")


# ---- the bus ----


class House:
    """Everything on one line. `main` is the variant that most meters have."""

    def __init__(self, seed):
        rng = self.rng = random.Random(f"a second hand {seed}")
        self.interval = rng.choice((10, 15, 20, 30, 60, 60, 120, 300, 600, 900))
        self.zone = rng.choice((0, HOUR, 8 * HOUR))
        self.start = self.some_day(rng)
        heat, water = Model(rng, True, self.zone, self.interval), Model(rng, False, self.zone, self.interval)
        month = datetime.datetime.fromtimestamp(self.start, UTC).month
        mean = 15 if heat.reverses else {10: 10, 11: 5, 12: 1, 1: -1, 2: 0, 3: 5, 4: 9}[month] + rng.uniform(-3, 3)
        self.weather = Weather(rng, mean)
        self.main = Variant(heat, heat.tail)
        cut = rng.randrange(len(heat.tail) // 2, len(heat.tail))
        more = [constant("filler", bytes(rng.randrange(1, 4))), *rng.choice(HEAT_FIELDS)(rng, heat)]
        self.meters = [(HeatMeter(rng, heat, index, self.start), self.main) for index in range(rng.randint(3, 6))]
        others = [Variant(heat, heat.tail[:cut]), Variant(heat, heat.tail + more)]
        for variant in rng.sample(others, rng.randint(0, 2)):
            self.meters.append((HeatMeter(rng, heat, len(self.meters), self.start), variant))
        self.meters.append((WaterMeter(rng, water, len(self.meters), self.start), Variant(water, water.tail)))
        rng.shuffle(self.meters)
        self.every = {meter: rng.choice((1, 1, 1, 1, 2, 3)) for meter, _ in self.meters}
        self.packets = []
        self.made = {id(variant): Made(seed, variant) for _, variant in self.meters}

    @staticmethod
    def some_day(rng):
        """A moment of the heating season; one in four shortly before a month ends."""
        year, month = rng.choice(((2025, 10), (2025, 11), (2025, 12), (2026, 1), (2026, 2), (2026, 3), (2026, 4)))
        first = datetime.datetime(year, month, 1, tzinfo=UTC)
        if rng.random() < 0.25:
            following = datetime.datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
            return following.timestamp() - rng.uniform(0.1, 12) * HOUR
        return first.timestamp() + rng.uniform(1, 27) * DAY

    def supply(self, outside):
        """The boiler's curve: the colder it is outside, the hotter."""
        return min(68.0, max(28.0, 38 + 1.1 * (15 - outside)))

    def move(self, now, until, step):
        while now + step <= until:
            now += step
            outside = self.weather.at(now + self.zone, step)
            for meter, _ in self.meters:
                meter.step(now, outside, self.supply(outside), step)
        return now

    def noise(self, now):
        rng = self.rng
        other = f"{rng.randrange(256):02x}"
        self.packets.append((now, rng.choice((
            bytes(rng.randrange(256) for _ in range(rng.randint(1, 9))), bytes.fromhex("e5"), bytes(rng.randint(1, 3)),
            bytes.fromhex("10 40 05 45 16"), bytes.fromhex(f"fefefe68{other}0000000000680100ff16")))))

    def talk(self, meter, variant, now, lost):
        """A request and, unless the meter stays silent, its reply. True if the reply is good."""
        rng, model = self.rng, meter.model
        asked = frame(bytes.fromhex(model.di) + bytes([model.ser]), number=meter.number, maker=model.maker, type=model.type,
                      control=0x01, preamble=4)
        self.packets.append((now, asked))
        if lost:
            return False
        now += rng.uniform(0.12, 0.35)
        data = variant.data(meter, now)
        raw = frame(data, number=meter.number, maker=model.maker, type=model.type, preamble=3)
        if rng.random() < 0.01:                                # a bit is lost on the way
            at = rng.randrange(20, len(raw) - 2)
            raw = raw[:at] + bytes([raw[at] ^ 1 << rng.randrange(8)]) + raw[at + 1:]
            self.packets.append((now, raw))
            return False
        self.packets.append((now, raw))
        self.made[id(variant)].add(meter, data)
        return True

    def run(self, replies):
        """The packets of so many good replies of the main variant."""
        rng, step = self.rng, min(30.0, max(2.0, self.interval / 10))
        now = self.move(self.start - rng.uniform(1, 4) * HOUR, self.start, 30.0)
        rounds = replies / max(1, sum(1 / self.every[meter] for meter, variant in self.meters if variant is self.main))
        if rng.random() < 0.5:
            meter = rng.choice([meter for meter, variant in self.meters if variant is self.main])
            meter.restart_at = self.start + rng.uniform(0.1, 0.9) * rounds * self.interval
        away = rng.choice(self.meters)[0] if rng.random() < 0.4 else None
        gone = sorted(rng.uniform(0, rounds) for _ in range(2))
        turn = 0
        while replies > 0:
            due = self.start + turn * self.interval + abs(rng.gauss(0, min(2, self.interval / 40)))
            for meter, variant in self.meters:
                if turn % self.every[meter] or replies <= 0:
                    continue
                now = self.move(now, due, step)
                lost = rng.random() < 0.02 or meter is away and gone[0] < turn < gone[1]
                replies -= self.talk(meter, variant, due, lost) and variant is self.main
                due += rng.uniform(0.8, 1.0)
                if rng.random() < 0.03:
                    self.noise(due)
                    due += 0.2
            turn += 1
        return self.packets


# ---- the same interface as unknowns.py has ----


BEHIND_SER = 3
TEMPERATURES = {"supply": ("supply temperature",), "return": ("return temperature",), "difference": ("temperature difference",)}
ABOUT = {                      # what each may be said to follow
    "power": unknowns.POWER, "flow": unknowns.FLOW, "energy2": unknowns.COUNTED, "volume": unknowns.COUNTED,
    "energy1 + energy2": unknowns.COUNTED, "operating time": unknowns.TIME, "time with flow": unknowns.COUNTED,
    "clock": unknowns.TIME, "greatest power": unknowns.POWER, "least return": ("return temperature",),
    "date of greatest power": unknowns.TIME, "date of least return": unknowns.TIME, "replies": unknowns.TIME,
    "measuring cycles": unknowns.TIME, "time of day": unknowns.TIME, "day of week": unknowns.TIME,
    "flow above 0": unknowns.FLOW, **TEMPERATURES,
}
# Of a row that names a unit, in which the known value is told.
SCALES = {"W": 0.001, "l/h": 0.001, "m³/h": 1, "kW": 1, "°C": 1, "m³": 1, "kWh": 1, "0.1 K": 0.1, "0.01 K": 0.01, "1/10 K": 0.1,
          "1/100 K": 0.01, "MJ": 1 / 3.6, "Wh": 0.001, "0.1 kWh": 0.1, "l": 0.001, "1/100 kWh": 0.01, "1/1000 kWh": 0.001}
BCD_HIGH = "BCD, high byte first"
INTEGERS = {("little", False): LE, ("big", False): BE, ("little", True): SIGNED, ("big", True): SIGNED_BE}
PARTS = {("%M", "%H"): "hh:mm", ("%H", "%M"): "hh:mm, high byte first"}


def kinds_of(field):
    """What the user's table may call it."""
    order = field.notes.get("order")
    if field.what == "clock":
        return ("Unix time, low byte first" if order == "little" else "Unix time, high byte first", INTEGERS[order, False])
    coding = field.notes.get("coding")
    if coding == "integer":
        order = "little" if field.width == 1 else order
        return (INTEGERS[order, field.notes.get("signed", False)], INTEGERS[order, True])[:1 + field.notes.get("signed", False)]
    if coding == "float32":
        return (f"float32, {'low' if order == 'little' else 'high'} byte first",)
    if coding == "bcd":
        return ("BCD",) if order == "little" or field.width == 1 else (BCD_HIGH,)
    return {"day of week": ("day of week", LE, "BCD"), "flow above 0": ("bits",)}.get(field.what, ())


def truths_of(offset, field):
    """[[offset behind SER, Truth, 0]]. Of a date without a century the table has no kind: it is digits from the year down."""
    form, kinds, scale = field.notes.get("form"), kinds_of(field), SCALES.get(field.notes.get("unit"))
    if form is not None:
        kinds = (PARTS.get(form, BCD_HIGH if form[0] == "%y" else "BCD"),)
    return [[offset - BEHIND_SER, unknowns.Truth(field.what, field.width, kinds, None, scale, ABOUT.get(field.what, ())), 0]]


# ---- judging ----


def whole(order, signed=False):
    return lambda raw: int.from_bytes(raw, order, signed=signed)


def digits(raw):
    return int(raw.hex()) if raw.hex().isdecimal() else None


def low_digits(raw):
    return digits(raw[::-1])


READ = {LE: whole("little"), BE: whole("big"), SIGNED: whole("little", True), SIGNED_BE: whole("big", True), "BCD": low_digits,
        BCD_HIGH: digits, "day of week": whole("little"), "hh:mm": low_digits, "hh:mm, high byte first": digits}


def shows_the_same(made, entry, offset, truth):
    """The same number in every reply, whatever the kind and however many zeros: nobody can tell the two from what was sent."""
    at, width = int(entry["offset"]), int(entry["width"])
    if at >= offset + truth.width or offset >= at + width or entry["kind"] not in READ or truth.kinds[0] not in READ:
        return False
    ours, theirs = READ[truth.kinds[0]], READ[entry["kind"]]
    return all(ours(data[offset:offset + truth.width]) == theirs(data[at:at + width]) for data in made.replies)


def is_right(made, entry, offset, truth):
    if unknowns.is_right(made, entry, offset, truth):
        return True
    scaled = truth.scale is None or not entry["unit"] or math.isclose(float(entry["scale"] or 1), truth.scale)
    return bool(truth.kinds) and shows_the_same(made, entry, offset, truth) and scaled and \
        not unknowns.says_what_is_not(entry, truth)


SCARCE = 3


class Score(unknowns.Score):
    """`scarce`: of what is missed, so many changed fewer than SCARCE times in all: of those nobody can tell."""

    is_right = staticmethod(is_right)

    def __init__(self):
        super().__init__()
        self.scarce = 0

    def add(self, made, entries):
        super().add(made, entries)
        self.scarce += sum(0 < changes < SCARCE and not self.found_in.get((made.seed, truth.what), True)
                           for _, truth, changes in made.fields)


class Made:
    """The replies of one variant with their truths; `fields` and `replies` as unknowns.Made has them."""

    def __init__(self, seed, variant):
        self.seed, self.variant, self.replies, self.last = seed, variant, [], {}
        self.fields = [truth for offset, field in variant.layout() for truth in truths_of(offset, field)]
        self.length = sum(field.width for _, field in variant.layout()) + variant.layout()[0][0]

    def add(self, meter, data):
        data = data[BEHIND_SER:]
        self.replies.append(data)
        for place in self.fields:
            piece = data[place[0]:place[0] + place[1].width]
            place[2] += self.last.get((meter, place[0]), piece) != piece
            self.last[meter, place[0]] = piece


def make_capture(seed, replies):
    """(packets, [Made of each variant, that of most meters first])"""
    house = House(seed)
    packets = house.run(replies)
    return packets, sorted(house.made.values(), key=lambda made: made.variant is not house.main)


def entries_of(text, made):
    return [entry for entry in proposals(text, "901F") if entry["length"] == str(made.length)]


def judge(tshark, write, folder, seeds, replies):
    """Score of `seeds` captures of `replies` each of the main variant; `others` is that of the other meters' replies."""
    score, others = Score(), Score()
    for seed in seeds:
        packets, made = make_capture(seed, replies)
        path = write(folder / f"unknowns-other-{seed}-{replies}.pcap", packets)
        text = tshark("-r", path, "-q", "-z", "cjt188,explore,all,rows").stdout
        for number, one in enumerate(made):
            (others if number else score).add(one, entries_of(text, one))
        path.unlink()
    score.others = others
    return score


def main(path, seed="1", replies="100"):
    packets, made = make_capture(int(seed), int(replies))
    write_pcap(path, packets)
    print(f"{len(packets)} packets")
    for one in made:
        print("---", "heat" if one.variant.model.heats else "water", f"L {one.length}, {len(one.replies)} replies")
        for offset, truth, changes in one.fields:
            print(f"{offset:4d} {truth.width} {truth.what}: {', '.join(truth.kinds)}, changes {changes} times")


if __name__ == "__main__":
    main(*sys.argv[1:])
