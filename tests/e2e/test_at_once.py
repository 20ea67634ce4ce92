# Masters of several lines that ask the same at the same instant, taps that hear the same line, converters that echo, meters that
# are silent, late or damaged: random captures of 2 to 5 interfaces, each with its truth, which is kept while it is made. One pass
# and two count it, and two passes pair it; where the lines are known from the beginning one pass does, too.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import collections
import os
import random
import re

import pytest
from bus import ALL, HIRES, ONE_PASS, READ, SECOND, START, TWO_PASSES, Bus, conversation, damaged, hires, reading, request
from rows import sharkd
from test_stats import plain, rows

SEEDS = int(os.environ.get("CJT188_SEEDS", 4))
CHARACTER = 11 / 2400
ASKED = 22 * CHARACTER                # how long a request takes
LATEST = (22 + 30) * CHARACTER + 0.6  # the longest wait for its reply
ROUND = 15                            # s: longer than a retry may take, and than an open request is looked for elsewhere
METERS = ("24263225", "24263241")     # on every line, so that only the interface tells them apart
NAMES = [name for name in TWO_PASSES if name != "collision"] + ["echo", "late"]
KNOWN_AT_ONCE = [name for name in ONE_PASS if name != "collision"] + ["echo", "late"]
PASSES = {"once": [], "again": ["-2"]}


class Line:
    """What happens on one line, and what is true of it. `taps`: interfaces that hear all of it; or `sent` and `heard`."""

    def __init__(self, dice, kind, interfaces):
        self.dice, self.kind = dice, kind
        self.interfaces = interfaces
        self.counters = dict.fromkeys(METERS, 1000)
        self.events = []      # (time in ns, interface, bytes, key)
        self.truth = []       # ("pair", asked, reply, first) …, by keys
        self.open = {}        # by tap: (key, meter asked, bytes) of the last request, while nobody has answered it
        self.last = {}        # by tap: (time, bytes) of the last request

    def views(self):
        """The lines that the dissector sees: (where requests are, where replies are)."""
        if self.kind == "copies":
            return [(tap, tap) for tap in self.interfaces]
        return [(self.interfaces[0], self.interfaces[-1])]

    def put(self, time, interface, data):
        key = (interface, len(self.events))
        self.events.append((round(time * SECOND), interface, data, key))
        return key

    def ask(self, time, data, meter, di, echo=True):
        """Returns, for each view, its request."""
        asked = []
        for sent, heard in self.views():
            at = time + self.dice.uniform(0.0001, 0.002)
            key = self.put(at, sent, data)
            asked.append(key)
            self.truth.append(("request", sent, key, meter, di))
            if sent in self.open:
                self.truth.append(("silent", self.open[sent], key, self.last[sent][1] == data and at - self.last[sent][0] <= 10))
            self.open[sent], self.last[sent] = key, (at, data)
            if self.kind == "converter":
                self.echo(at, data, key, meter, whole=echo)
        return asked

    def echo(self, time, data, key, meter, whole):
        at = time + self.dice.uniform(0.0001, ASKED)
        if whole:
            self.truth.append(("echo", self.interfaces[1], key, self.put(at, self.interfaces[1], data)))
        else:
            self.truth.append(("damage", self.interfaces[1], self.put(at, self.interfaces[1], damaged(data)), meter))

    def answer(self, time, asked, meter, di, first=True):
        self.counters[meter] += self.dice.randrange(50)
        data = reading(meter, energy2=(self.counters[meter], 0x05)) if di == READ else hires(meter)
        for (sent, heard), request_key in zip(self.views(), asked):
            key = self.put(time + self.dice.uniform(0.0001, 0.002), heard, data)
            energy = self.counters[meter] if di == READ else None
            self.truth.append(("reply", sent, heard, request_key, key, first, meter, di, energy))
            self.open.pop(sent, None)

    def damage(self, time, meter, di):
        data = reading(meter) if di == READ else hires(meter)
        for _, heard in self.views():
            at = time + self.dice.uniform(0.0001, 0.002)
            self.truth.append(("damage", heard, self.put(at, heard, damaged(data, 30)), meter))

    def happen(self, time, what, to, di):
        """One poll of the meter `to`, or of all, which begins at that time."""
        meter = self.dice.choice(METERS) if to == ALL else to
        data = request(to, di)
        asked = self.ask(time, data, to, di, echo=what != "no echo")
        if what in ("reply", "no echo"):
            self.answer(time + self.dice.uniform(0.25, 0.5), asked, meter, di)
        elif what == "late":
            self.answer(time + self.dice.uniform(LATEST + 0.01, 3), asked, meter, di)
        elif what == "both" and to == ALL:
            for number, each in enumerate(METERS):
                self.answer(time + 0.3 + 0.3 * number, asked, each, di, first=number == 0)
        elif what == "damage":
            self.damage(time + 0.3, meter, di)
        elif what == "retry":
            asked = self.ask(time + 2, data, to, di)
            self.answer(time + 2.4, asked, meter, di)
        elif what == "damage and retry":
            self.damage(time + 0.3, meter, di)
            self.ask(time + 1.5, data, to, di)


WHAT = ("reply",) * 6 + ("silence", "silence", "late", "both", "damage", "retry", "damage and retry", "no echo")
SIZES = {"whole": 1, "copies": 2, "taps": 2, "converter": 2}


class Scene:
    """A capture with all its lines. known: each line is asked alone first, so that it is known before they are asked at once."""

    def __init__(self, seed, kinds, known):
        self.dice = random.Random(f"{seed} {kinds} {known}")
        self.kinds = kinds
        self.lines = self.make_lines()
        self.time = 1.0
        if known:
            self.alone()
        for _ in range(self.dice.randint(2, 8)):
            self.together()
        if not known:
            self.alone()
        self.sort()

    def make_lines(self):
        left, kinds = self.dice.randint(2, 5), []
        while left and any(SIZES[kind] <= left for kind in self.kinds):
            kind = self.dice.choice([kind for kind in self.kinds if SIZES[kind] <= left])
            kinds.append(kind)
            left -= SIZES[kind]
        free = list(range(sum(SIZES[kind] for kind in kinds)))
        self.dice.shuffle(free)
        return [Line(self.dice, kind, [free.pop() for _ in range(SIZES[kind])]) for kind in kinds]

    def alone(self):
        for line in self.lines:
            line.happen(self.time, "reply", self.dice.choice(METERS), READ)
            self.time += ROUND

    def together(self):
        to, di = self.dice.choice((*METERS, ALL)), self.dice.choice((READ, READ, HIRES))
        for line in self.lines:
            same = self.dice.random() < 0.85
            line.happen(self.time + self.dice.uniform(0, 0.01), self.dice.choice(WHAT), to if same else self.dice.choice(METERS), di)
        self.time += ROUND

    def sort(self):
        """Packets in the order of their times, and the truth by their numbers."""
        self.bus = Bus()
        numbers = {}
        for number, line in enumerate(self.lines):
            for event in line.events:
                numbers[number, event[3]] = event
        for (line, key), event in sorted(numbers.items(), key=lambda item: item[1][0]):
            self.bus.now = START + event[0]
            numbers[line, key] = self.bus.send(event[2], after=0, interface=event[1])
        self.meters = collections.defaultdict(collections.Counter)
        self.times = collections.defaultdict(list)
        self.readings = collections.defaultdict(list)
        self.taps = collections.defaultdict(collections.Counter)
        self.calls = collections.defaultdict(list)
        for number, line in enumerate(self.lines):
            for what, *about in line.truth:
                getattr(self, "note_" + what)(line, *[numbers.get((number, item), item) if isinstance(item, tuple) else item
                                                      for item in about])

    def note_request(self, line, tap, packet, meter, di):
        self.meters[meter, tap]["requests"] += 1
        self.taps[tap]["requests"] += 1

    def note_silent(self, line, packet, following, again):
        self.bus.silent(packet, following, again)

    def note_echo(self, line, tap, asked, packet):
        self.bus.note(packet, echo=asked)
        self.taps[tap]["echoes"] += 1

    def note_damage(self, line, tap, packet, meter):
        self.taps[tap]["damaged"] += 1
        row = line.interfaces[0] if line.kind in ("taps", "converter") else tap
        self.meters[meter, row]["damage"] += 1

    def note_reply(self, line, sent, heard, asked, packet, first, meter, di, energy):
        self.bus.pair(asked, packet, first)
        passed = (self.bus.times[packet] - self.bus.times[asked]) / SECOND
        self.taps[heard]["replies"] += 1
        self.meters[meter, sent]["replies"] += 1
        if passed > LATEST:
            self.bus.note(packet, late=1)
            self.meters[meter, sent]["late"] += 1
        else:
            self.times[meter, sent].append(passed)
            self.calls[di].append(passed)
        if energy is not None:
            self.readings[meter, sent].append((packet, energy))

    def write(self, path):
        return self.bus.write(path, dlts=[147] * (1 + max(packet[0] for packet in self.bus.packets)))

    def unanswered(self):
        """By interface, and by meter on it: from the truth of the packets."""
        silent = {packet for packet, fields in self.bus.truth.items() if "unanswered" in fields}
        return silent

    # ---- as tables show it ----

    def expected_lines(self):
        silent = collections.Counter(self.bus.packets[packet - 1][0] for packet in self.unanswered())
        return {f"interface 0.{tap}": [str(counts["requests"]), str(counts["echoes"]), str(counts["replies"]), str(silent[tap]),
                                       str(counts["damaged"])] for tap, counts in self.taps.items()}

    def expected_meters(self):
        silent = collections.Counter()
        for packet in self.unanswered():
            tap, _, data, _ = self.bus.packets[packet - 1]
            address = data[data.index(0x68) + 2:][:4][::-1].hex().upper()
            silent[ALL if address == ALL[:8] else address, tap] += 1
        out = {}
        for (meter, tap), counts in self.meters.items():
            if counts["requests"] + counts["replies"] == 0:
                continue  # damage alone is no meter
            times = self.times[meter, tap]
            read = [energy for _, energy in sorted(self.readings[meter, tap])]
            shown = [f"{1000 * time:.1f} ms" for time in (min(times), sum(times) / len(times), max(times))] if times else [""] * 3
            energy = [f"{value / 1000:.3f} kWh" for value in (read[0], read[-1])] if read else [""] * 2
            out["all meters" if meter == ALL else meter, f"interface 0.{tap}"] = [
                str(counts["requests"]), str(counts["replies"]), str(silent[meter, tap]), str(counts["damage"]), *shown,
                f"{counts['late']}, not in the mean" if counts["late"] else "", *energy,
                f"{(read[-1] - read[0]) / 1000:.3f} kWh" if len(read) > 1 else ""]
        return out


METER_COLUMNS = ("Requests", "Replies", "Unanswered", "Damaged", "Response min", "Response mean", "Response max", "Late replies",
                 "First reading", "Last reading", "Counted")
LINE_COLUMNS = ("Requests", "Echoes", "Replies", "Unanswered", "Damaged")
TABLES = ("cjt188,meters", "cjt188,lines", "cjt188,srt", "cjt188,tree", "cjt188,decimals", "endpoints,cjt188")


def tables(tshark, path, *options):
    """The lines of all, made in one run. The tree's rates of bursts are not in it, nor what it has 0 of by now: Wireshark takes
    neither back."""
    text = tshark("-r", path, "-q", *[word for name in TABLES for word in ("-z", name)], *options).stdout
    lines = [re.sub(r"(%) [\d.]+ [\d.]+$", r"\1", line) for line in plain(text)]
    return [line for line in lines if " 0 0.0000 " not in line]


def table_of(lines, *head):
    """The rows of the table whose header begins so."""
    start = next(i for i, line in enumerate(lines) if line.startswith(" |".join(head)))
    return rows([line for line in lines[start:] if line.count("|") == lines[start].count("|")])


def of_meters(lines):
    return {(row["Meter"], row["Line"]): [row[name] for name in METER_COLUMNS] for row in table_of(lines, "Meter", "Name")}


def of_lines(lines):
    return {row["Line"]: [row[name] for name in LINE_COLUMNS] for row in table_of(lines, "Line", "Hours")}


def of_calls(lines):
    """{identifier: (how many, shortest, longest, mean)}."""
    found = (re.fullmatch(r"\d+ (\w{4}) .*? (\d+) ([\d.]+) ([\d.]+) ([\d.]+) [\d.]+", line) for line in lines)
    return {row[1]: (int(row[2]), *(float(number) for number in row.groups()[2:])) for row in found if row}


def of_tree(lines):
    found = (re.match(r"(Requests|Replies|Echoes of requests|Damaged) (\d+) ", line) for line in lines)
    return {row[1]: int(row[2]) for row in found if row and int(row[2])}


def expected_calls(scene):
    names = {READ: "901F", HIRES: "903F"}
    return {names[di]: pytest.approx((len(times), min(times), max(times), sum(times) / len(times)), abs=2e-6)
            for di, times in scene.calls.items() if times}


def expected_tree(scene):
    names = {"Requests": "requests", "Echoes of requests": "echoes", "Replies": "replies", "Damaged": "damaged"}
    sums = {title: sum(counts[name] for counts in scene.taps.values()) for title, name in names.items()}
    return {title: count for title, count in sums.items() if count}


def check_tables(tshark, scene, path, why):
    said = {how: tables(tshark, path, *options) for how, options in PASSES.items()}
    for how, lines in said.items():
        assert of_lines(lines) == scene.expected_lines(), (why, how)
        assert of_meters(lines) == scene.expected_meters(), (why, how)
        assert of_tree(lines) == expected_tree(scene), (why, how)
        assert of_calls(lines) == expected_calls(scene), (why, how)


@pytest.mark.parametrize("kinds", [("whole", "converter"), ("whole", "taps"), ("whole", "taps", "converter")], ids="+".join)
def test_lines_that_are_known(tshark, tmp_path, kinds):
    for seed in range(SEEDS):
        scene = Scene(seed, kinds, known=True)
        path = scene.write(tmp_path / f"{seed}.pcapng")
        assert conversation(tshark, path, names=KNOWN_AT_ONCE) == scene.bus.known(KNOWN_AT_ONCE), seed
        assert conversation(tshark, path, "-2", names=NAMES) == scene.bus.known(NAMES), seed
        check_tables(tshark, scene, path, seed)


@pytest.mark.parametrize("kinds", [("whole",), ("whole", "copies"), ("copies",)], ids="+".join)
def test_lines_that_show_only_later_that_they_are_lines(tshark, tmp_path, kinds):
    """One pass cannot know of a packet what later ones show; its tables can, and two passes know it of each."""
    for seed in range(SEEDS):
        scene = Scene(seed, kinds, known=False)
        path = scene.write(tmp_path / f"{seed}.pcapng")
        assert conversation(tshark, path, "-2", names=NAMES) == scene.bus.known(NAMES), seed
        check_tables(tshark, scene, path, seed)


def test_whatever_it_is_one_pass_and_two_count_the_same(tshark, tmp_path):
    """All kinds at once from the beginning: nobody can tell some of them, but nothing depends on when it is looked at."""
    for seed in range(2 * SEEDS):
        scene = Scene(seed, tuple(SIZES), known=seed % 4 == 0)
        path = scene.write(tmp_path / f"{seed}.pcapng")
        assert tables(tshark, path, "-2") == tables(tshark, path), seed
        for filter in ("cjt188.control.response == 1", "cjt188.control.response == 0"):
            words = [word for name in ("meters", "lines") for word in ("-z", f"cjt188,{name},{filter}")]
            assert tshark("-r", path, "-q", "-2", *words).stdout == tshark("-r", path, "-q", *words).stdout, (seed, filter)


@pytest.mark.parametrize("backwards", [False, True])
def test_3000_lines_that_are_asked_the_same_at_the_same_instant(tshark, tmp_path, backwards):
    """Every second one seems the echo of the one before, until they answer. What it costs is in test_many_lines.py."""
    count, rounds, bus = 3000, 3, Bus()
    for _ in range(rounds):
        bus.wait(ROUND)
        asked = {line: bus.send(request(METERS[0]), after=1e-7, interface=line) for line in range(count)}
        bus.wait(0.3)
        for line in sorted(asked, reverse=backwards):
            bus.answer(asked[line], reading(METERS[0]), after=1e-7, interface=line)
    path = bus.write(tmp_path / "lines.pcapng", dlts=[147] * count)
    assert conversation(tshark, path, "-2", names=NAMES) == bus.known(NAMES)
    for options in PASSES.values():
        lines = tables(tshark, path, *options)
        assert set(map(tuple, of_lines(lines).values())) == {(str(rounds), "0", str(rounds), "0", "0")}
        meters = of_meters(lines)
        assert len(meters) == count and {tuple(row[:4]) for row in meters.values()} == {(str(rounds), str(rounds), "0", "0")}
        assert of_tree(lines) == {"Requests": rounds * count, "Replies": rounds * count}
        assert of_calls(lines)["901F"][0] == rounds * count


def counts(answer):
    """What sharkd says of the meters and of the lines: {row: its numbers}."""
    said = {tap["tap"]: tap["tables"][0]["i"] for tap in answer["result"]["taps"]}
    meters, lines = said["nstat:cjt188,meters"], said["nstat:cjt188,lines"]
    table = {tuple(row[:1] + row[2:3]): [str(cell) for cell in row[4:8]] for row in meters}
    return table, {row[0]: [str(cell) for cell in row[2:7]] for row in lines}


def test_another_capture_in_the_same_program_and_the_first_one_again(tshark, tmp_path):
    """What was learned of one capture's lines is not known of another's, whose lines have the same names."""
    scenes = [Scene(seed, ("whole", "copies"), known=False) for seed in (0, 1)] + [Scene(0, ("whole", "converter"), known=True)]
    paths = [scene.write(tmp_path / f"{number}.pcapng") for number, scene in enumerate(scenes)]
    order = [0, 1, 2, 0, 2, 1, 1]
    requests = [each for number in order for each in (
        ("load", {"file": str(paths[number])}), ("tap", {"tap0": "nstat:cjt188,meters", "tap1": "nstat:cjt188,lines"}))]
    answers = sharkd(tshark, requests)
    said = [counts(answer) for (method, _), answer in zip(requests, answers) if method == "tap"]
    for number, (meters, lines) in zip(order, said, strict=True):
        assert lines == scenes[number].expected_lines()
        assert meters == {name: row[:4] for name, row in scenes[number].expected_meters().items()}


# ---- what shows that two lines are two, and what does not ----

A, B = METERS


@pytest.fixture
def again(tshark, tmp_path):
    """again(bus): dissected again, exactly the bus's truth is said."""

    def check(bus):
        path = bus.write(tmp_path / "bus.pcapng", dlts=[147] * 3)
        assert conversation(tshark, path, "-2", names=NAMES) == bus.known(NAMES)
        return path

    return check


def both_ask(bus, data, after=ROUND):
    """On lines 0 and 1; the second looks like the echo of the first."""
    return bus.ask(data, after=after, interface=0), bus.send(data, after=0.01, interface=1)


def converter(bus, rounds=3):
    """Lines 0 and 1 of one that echoes."""
    for _ in range(rounds):
        asked, echo = both_ask(bus, request(A))
        bus.note(echo, echo=asked)
        bus.answer(asked, reading(A), after=0.3, interface=1)


def test_a_line_that_is_asked_alone_and_answers_is_no_line_of_echoes(again):
    bus = Bus()
    _, second = both_ask(bus, request(A))
    bus.answer(second, reading(A), interface=1)
    bus.answer(bus.ask(request(B), after=ROUND, interface=1), reading(B), interface=1)
    again(bus)


def test_an_echo_that_is_captured_before_its_request_parts_nothing(again):
    bus = Bus()
    converter(bus)
    asked = bus.ask(request(B), after=ROUND, interface=1)
    bus.ask(request(B), after=0.001, interface=0)
    bus.answer(asked, reading(B), after=0.3, interface=1)
    again(bus)


def test_a_request_that_is_damaged_where_it_is_sent_parts_nothing(again):
    bus = Bus()
    converter(bus)
    bus.ask(damaged(request(B)), after=ROUND, interface=0)
    bus.answer(bus.send(request(B), after=0.01, interface=1), reading(B), after=0.3, interface=1)
    again(bus)


def test_a_missing_echo_without_damage_is_no_damaged_echo(again):
    """The late reply is to what its line was asked itself, as the other line's own reply shows."""
    bus = Bus()
    first, second = both_ask(bus, request(ALL))
    retry = bus.ask(request(ALL), after=1.5, interface=0)
    bus.silent(first, retry, repeated=True)
    late = bus.answer(second, reading(B), after=0.04, interface=1)
    bus.note(late, late=1)
    bus.answer(retry, reading(A), after=0.3, interface=0)
    again(bus)


def test_a_reply_through_a_missed_echo_is_nobodys_when_lines_part(again, tshark):
    bus = Bus()
    first, second = both_ask(bus, request(A))
    bus.answer(second, reading(A), interface=1)
    asked = bus.ask(request(B), after=ROUND, interface=0)
    bus.silent(first, asked)
    bus.send(damaged(request(B)), after=0.01, interface=1)
    bus.send(reading(B), after=0.3, interface=1, no_request=1)
    bus.answer(asked, reading(B), after=0.1, interface=0)
    path = again(bus)
    meters = of_meters(tables(tshark, path))
    assert [meters[B, f"interface 0.{line}"][:3] for line in (0, 1)] == [["1", "1", "0"], ["0", "1", "0"]]


def test_three_that_are_asked_at_once_may_still_be_a_line_and_a_converter(again):
    """The pair on the last of them tells nothing: others were asked the same. A later round does."""
    bus = Bus()
    asked, _, last = (bus.send(request(A), after=0.01, interface=line) for line in range(3))
    bus.answer(asked, reading(A), after=0.3, interface=0)
    bus.answer(last, reading(A), after=0.01, interface=2)
    sent = bus.ask(request(B), after=ROUND, interface=1)
    bus.silent(2, sent)
    bus.send(request(B), after=0.01, interface=2, echo=sent)
    bus.answer(sent, reading(B), after=0.3, interface=2)
    again(bus)


def test_what_seemed_answered_is_a_retransmission_when_lines_part(again):
    bus = Bus()
    first, second = both_ask(bus, request(A))
    bus.answer(second, reading(A), after=0.3, interface=1)
    retry, third = both_ask(bus, request(A), after=3)
    bus.silent(first, retry, repeated=True)
    bus.answer(third, reading(A), after=0.3, interface=1)
    bus.answer(retry, reading(A), after=0.01, interface=0)
    again(bus)


@pytest.mark.parametrize("options", PASSES.values(), ids=PASSES)
def test_a_filter_counts_what_it_lets_through(tshark, tmp_path, options):
    """Also of lines that part: only what was on this interface, and all of that."""
    scene = Scene(1, ("whole", "copies"), known=False)
    path = scene.write(tmp_path / "filter.pcapng")
    for name, row in scene.expected_lines().items():
        filter = f"frame.interface_id == {name.rsplit('.', 1)[1]}"
        text = tshark("-r", path, "-q", *options, "-z", f"cjt188,lines,{filter}").stdout
        assert of_lines(plain(text)) == {name: row}
        text = tshark("-r", path, "-q", *options, "-z", f"cjt188,meters,{filter}").stdout
        assert of_meters(plain(text)) == {key: row for key, row in scene.expected_meters().items() if key[1] == name}


def test_a_line_whose_replies_are_known_to_come_elsewhere_has_no_echoes(again):
    bus = Bus()
    bus.answer(bus.ask(request(B), interface=0), reading(B), interface=2)
    _, second = both_ask(bus, request(A))
    bus.answer(second, reading(A), after=0.3, interface=1)
    again(bus)
