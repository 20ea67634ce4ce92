# Many lines at once, each with its two directions on an interface of its own, as two taps record them: every reply finds its
# request among all that wait on all lines, and more lines cost no more than their packets.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import os
import random
import subprocess

import pytest
from bus import ALL, HIRES, ONE_PASS, READ, SECOND, START, TWO_PASSES, Bus, conversation, damaged, hires, mixed, reading, request

SEED = 188
NOISE = b"\x55\x01\x02\x03" * 4


class Event:
    def __init__(self, time, interface, data):
        self.time, self.interface, self.data = time, interface, data


class Line:
    """One line: a master's requests on interface 2n, replies on 2n + 1 (or both on 2n); what happens, and what is true of it."""

    def __init__(self, number, dice, meters=4, taps=2):
        self.dice = dice
        self.interfaces = (2 * number, 2 * number + taps - 1)
        self.meters = [f"{number:06d}{meter:02d}" for meter in range(1, meters + 1)]
        self.now = dice.random() * 2
        self.events, self.truth, self.overtaken = [], [], []
        self.open = None

    def add(self, side, data, after):
        self.now += after
        event = Event(round(self.now * SECOND), self.interfaces[side], data)
        self.events.append(event)
        return event

    def ask(self, data):
        event = self.add(0, data, self.dice.uniform(0.6, 2))
        if self.open is not None:
            self.truth.append(("silent", self.open, event, self.open.data == data))
        self.open = event
        return event

    def answer(self, asked, data, first=True):
        event = self.add(1, data, self.dice.uniform(0.05, 0.5))
        self.truth.append(("pair", asked, event, first))
        self.open = None

    def pair(self):
        meter, di = self.dice.choice(self.meters), self.dice.choice((READ, HIRES))
        self.answer(self.ask(request(meter, di)), (reading if di == READ else hires)(meter))

    def unanswered(self):
        meter = self.dice.choice(self.meters)
        for _ in range(self.dice.randint(1, 4)):
            self.ask(request(meter))
        if self.dice.random() < 0.5:
            self.add(1, self.dice.choice((damaged(reading(meter)), NOISE)), 0.2)  # no collision: one meter was asked

    def late(self):
        """The reply comes behind the next request, which gets its own."""
        first, second = self.dice.sample(self.meters, 2)
        asked = self.ask(request(first))
        self.open = None
        following = self.ask(request(second))
        self.overtaken.append((asked, following))
        self.answer(asked, reading(first))
        self.answer(following, reading(second))

    def broadcast(self):
        asked = self.ask(request())
        answering = self.dice.sample(self.meters, self.dice.randint(1, 3))
        for number, meter in enumerate(answering):
            self.answer(asked, reading(meter), first=number == 0)

    def collision(self):
        self.ask(request())
        both = [reading(meter) for meter in self.dice.sample(self.meters, 2)]
        self.truth.append(("collision", self.add(1, self.dice.choice((mixed(*both), NOISE)), 0.2)))

    def run(self, count):
        self.pair()  # before that nothing tells which interface hears which line's replies
        for _ in range(count):
            self.dice.choices((self.pair, self.unanswered, self.late, self.broadcast, self.collision), (5, 1, 1, 2, 1))[0]()
        return self


def together(lines):
    """All lines' events in the order of their times. Returns the bus, and what a first look alone takes for true."""
    bus = Bus()
    events = sorted((event for line in lines for event in line.events), key=lambda event: event.time)
    numbers = {}
    for event in events:
        bus.now = START + event.time
        numbers[event] = bus.send(event.data, after=0, interface=event.interface)
    for what, *about in (statement for line in lines for statement in line.truth):
        if what == "pair":
            bus.pair(numbers[about[0]], numbers[about[1]], about[2])
        elif what == "silent":
            bus.silent(numbers[about[0]], numbers[about[1]], about[2])
        else:
            bus.note(numbers[about[0]], collision=1)
    early = {numbers[following]: numbers[asked] for line in lines for asked, following in line.overtaken}
    return bus, early


@pytest.fixture
def check(tshark, tmp_path):
    """check(lines): everything that is said of who asked and who answered is true, in one pass and in two."""

    def run(lines, *options):
        bus, early = together(lines)
        path = bus.write(tmp_path / "lines.pcapng", dlts=[147] * (1 + max(packet[0] for packet in bus.packets)))
        assert conversation(tshark, path, "-2", *options) == bus.known(TWO_PASSES)
        for number, asked in early.items():
            bus.note(number, no_response_to=asked)
        assert conversation(tshark, path, *options) == bus.known(ONE_PASS)
        return bus

    return run


def test_the_script_has_everything():
    lines = [Line(number, random.Random(f"{SEED} {number}")).run(40) for number in range(50)]
    said = [statement[0] for line in lines for statement in line.truth]
    assert min(said.count(what) for what in ("pair", "silent", "collision")) > 100
    assert sum(len(line.overtaken) for line in lines) > 100
    assert sum(statement[0] == "pair" and not statement[3] for line in lines for statement in line.truth) > 100


@pytest.mark.parametrize("count", [1, 2, 50])
def test_two_taps_each(check, count):
    check([Line(number, random.Random(f"{SEED} {number}")).run(2000 // (count + 10)) for number in range(count)])


def test_two_taps_beside_lines_that_carry_both(check):
    check([Line(number, random.Random(f"{SEED} {number}"), taps=1 + number % 2).run(40) for number in range(40)])


# ---- which two interfaces are one line ----

A, B, C = "24263225", "24263241", "24263258"


def said(tshark, bus, path):
    bus.write(path, dlts=[147] * 4)
    assert conversation(tshark, path) == bus.known(ONE_PASS)
    assert conversation(tshark, path, "-2") == bus.known(TWO_PASSES)


def test_a_later_broadcast_of_the_same_line_is_meant(tshark, tmp_path):
    """Nothing is known of the lines yet but that the meter was asked alone on this one."""
    bus = Bus()
    alone = bus.ask(request(A), interface=0)
    everyone = bus.ask(request(), interface=0)
    bus.silent(alone, everyone)
    bus.answer(everyone, reading(A), interface=1)
    said(tshark, bus, tmp_path / "alone.pcapng")


def test_a_broadcast_elsewhere_is_not_meant(tshark, tmp_path):
    bus = Bus()
    bus.answer(bus.ask(request(A), interface=0), reading(A), interface=1)
    alone = bus.ask(request(B), interface=0)
    everyone = bus.ask(request(), after=0.05, interface=2)
    bus.answer(alone, reading(B), interface=1)
    bus.send(damaged(reading(B)), interface=1)  # no collision: on this line one meter was asked
    bus.send(reading(A), interface=1)           # unasked, and not that other line's
    bus.answer(everyone, reading(C), interface=3)
    said(tshark, bus, tmp_path / "elsewhere.pcapng")


def test_adapters_that_were_swapped(tshark, tmp_path):
    """The next reply to a request that went to one meter alone tells, once what was asked before is no longer open."""
    bus = Bus()
    for asking, answering in ((0, 1), (2, 3), (0, 3), (2, 1)):
        meter = (A, B)[asking // 2]
        bus.wait(10)
        bus.answer(bus.ask(request(meter), interface=asking), reading(meter), interface=answering)
        everyone = bus.ask(request(), interface=asking)
        bus.answer(everyone, reading(meter), interface=answering)
        bus.answer(everyone, reading(C), interface=answering, first=False)
    said(tshark, bus, tmp_path / "swapped.pcapng")


def test_one_number_on_two_lines_tells_nothing(tshark, tmp_path):
    """Both are asked at once, so that neither reply shows where it belongs; the next one does."""
    bus = Bus()
    first, second = (bus.ask(request(A), after=0.05, interface=interface) for interface in (0, 2))
    bus.answer(second, reading(A), interface=3)
    bus.answer(first, reading(A), interface=1)
    for asking in (0, 2):
        bus.answer(bus.ask(request((B, C)[asking // 2]), interface=asking), reading((B, C)[asking // 2]), interface=asking + 1)
    everyone = [bus.ask(request(), after=0.05, interface=interface) for interface in (0, 2)]
    for asking in (0, 2):
        bus.answer(everyone[asking // 2], reading(A), interface=asking + 1)
    said(tshark, bus, tmp_path / "number.pcapng")


# ---- cost ----


def cpu_seconds(tshark, path):
    command, env = tshark.command("-r", path, "-q", "-z", "io,stat,0")
    before = os.times()
    subprocess.run(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def test_twice_the_lines_cost_twice_as_much(tshark, check, tmp_path, capsys):
    """Right for all of them; the cost is only said, for it is this machine's as much as the plugin's."""
    spent = []
    for count in (1500, 3000):
        check([Line(number, random.Random(f"{SEED} {number}"), meters=3).run(3) for number in range(count)])
        spent.append(cpu_seconds(tshark, tmp_path / "lines.pcapng"))
    with capsys.disabled():
        print(f"\n1500 lines: {spent[0]:.2f} s, 3000 lines: {spent[1]:.2f} s of CPU, {spent[1] / spent[0]:.1f} times as much")
