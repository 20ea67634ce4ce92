# Who asked and who answered: scripted lines of which every pair, repetition, silence and collision is known.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import random
import re
import subprocess
import threading

import pytest
from bus import (ALL, HIRES, ONE_PASS, READ, START, TWO_PASSES, VALVE, Bus, conversation, damaged, hires, mixed,
                 reading, request)
from conftest import TIMEOUT
from craft import frame, write_pcapng

SEED = 188
A, B, C = "24263225", "24263241", "24263258"


@pytest.fixture
def check(tshark, tmp_path):
    """check(bus): what the plugin says is exactly the bus's truth, in one pass and dissected again."""

    def run(bus, *options):
        path = bus.write(tmp_path / "bus.pcapng", dlts=[147] * (1 + max(p[0] for p in bus.packets if p)))
        assert conversation(tshark, path, *options) == bus.known(ONE_PASS)
        assert conversation(tshark, path, "-2", *options) == bus.known(TWO_PASSES)
        return path

    return run


# ---- pairs ----


def test_plain_pairs(check):
    bus = Bus()
    for meter in (A, B, A, C):
        bus.answer(bus.ask(request(meter)), reading(meter), after=0.151)
        bus.answer(bus.ask(request(meter, HIRES)), hires(meter), after=0.162)
    assert len(bus.known(ONE_PASS)) == 8
    check(bus)


def test_a_pair_is_by_number_function_and_identifier(check):
    """Type, manufacturer code and sequence number may be others in the reply; the identifier's order too."""
    bus = Bus()
    bus.answer(bus.ask(request(A, ser=0x12)), reading(A, ser=0x03, type=0x25, maker="00 00"))
    bus.answer(bus.ask(request(A, "90 1F", type=0x10)), reading(A, maker="59 42"))
    bus.answer(bus.ask(request(A, "1F 90")), reading(A, di="90 1F", maker="11 11"))
    bus.answer(bus.ask(request()), reading(B, maker="74 00"))
    bus.answer(bus.ask(request("99" * 5, maker="99 99", type=0xAA)), reading(C))
    bus.answer(bus.ask(request("00FFFFFFFF")), reading(C))
    bus.answer(bus.ask(request(ALL, "0A 81", control=0x03)), frame("0A 81 00", number=B, control=0x83))
    check(bus)


def test_another_meter_identifier_or_function_is_no_reply(check):
    bus = Bus()
    first = bus.ask(request(A))
    bus.send(reading(B), no_request=1)
    bus.send(hires(A), no_request=1)
    bus.send(frame("1F 90 00 00 00", number=A, control=0x84), no_request=1)
    bus.answer(first, reading(A))
    check(bus)


def test_an_error_reply_is_a_reply_with_an_identifier_or_without(check):
    bus = Bus()
    bus.answer(bus.ask(request(A)), frame("00 04 00", number=A, control=0xC1))
    bus.answer(bus.ask(request(A)), frame("1F 90 00 04", number=A, control=0xC1))
    bus.answer(bus.ask(request(A)), frame("1F 90 00 04 00", number=A, control=0xC1))
    bus.answer(bus.ask(request(A, VALVE, control=0x04, data="55")), frame("01", number=A, control=0xC4))
    check(bus)


def test_a_reply_without_data_and_a_makers_own_control(check):
    bus = Bus()
    bus.answer(bus.ask(request(A, "", control=0x33)), frame(b"", number=A, control=0xB3))
    bus.answer(bus.ask(request(A, "0E A0", control=0x24)), frame("0E A0 00", number=A, control=0xA4))
    check(bus)


def test_several_frames_in_one_packet(check):
    bus = Bus()
    bus.send(request(A) + reading(A), request_in=1, response_in=1)  # both have the packet's time: nothing was measured
    asked = bus.ask(request(B))
    number = bus.answer(asked, reading(B) + request(C))
    bus.answer(number, reading(C) + reading(A), no_request=1)
    both = bus.ask(request() + request(B, HIRES))
    bus.note(both, no_response_to=both, unanswered=1)
    bus.answer(both, hires(B))
    check(bus)


def test_two_meters_answer_one_broadcast(check):
    bus = Bus()
    asked = bus.ask(request())
    bus.answer(asked, reading(A))
    bus.answer(asked, reading(B), first=False)
    bus.answer(bus.ask(request(A)), reading(A))
    check(bus)


# ---- silence ----


def test_repeated_requests_and_a_silent_meter(check):
    bus = Bus()
    first = bus.ask(request(A, ser=1))
    second = bus.ask(request(A, ser=2, type=0x10))
    bus.silent(first, second, repeated=True)
    third = bus.ask(request(A, ser=3))
    bus.silent(second, third, repeated=True)
    other = bus.ask(request(B))
    bus.silent(third, other)
    bus.answer(other, reading(B))
    again = bus.ask(request(A))
    last = bus.ask(request(A, HIRES))
    bus.silent(again, last)
    check(bus)  # nothing proves yet that the last one stays unanswered


def test_another_command_is_no_repetition(check):
    bus = Bus()
    opened = bus.ask(request(A, VALVE, control=0x04, data="55"))
    closed = bus.ask(request(A, VALVE, control=0x04, data="99"))
    bus.silent(opened, closed)
    again = bus.ask(request(A, VALVE, control=0x04, data="99", ser=7))
    bus.silent(closed, again, repeated=True)
    bus.answer(again, frame("17 A0 07 00 00", number=A, control=0x84))
    check(bus)


def test_the_first_reply_after_a_repetition_belongs_to_the_newest_request(check):
    bus = Bus()
    first = bus.ask(request(A))
    second = bus.ask(request(A))
    bus.silent(first, second, repeated=True)
    bus.answer(second, reading(A))
    check(bus)


def test_a_late_reply(tshark, tmp_path):
    """Packet 2 cannot know that the reply to packet 1 is only late; dissected again it does."""
    bus = Bus()
    first = bus.ask(request(A))
    second = bus.ask(request(B))
    bus.answer(first, reading(A))
    bus.answer(second, reading(B))
    path = bus.write(tmp_path / "late.pcapng")
    assert conversation(tshark, path, "-2") == bus.known(TWO_PASSES)
    bus.note(second, no_response_to=first)
    assert conversation(tshark, path) == bus.known(ONE_PASS)


def test_a_slow_reply(check):
    bus = Bus()
    bus.answer(bus.ask(request(A)), reading(A), after=4.9)
    check(bus)


# ---- replies that nobody asked for ----


def test_a_reply_that_nobody_asked_for(check):
    bus = Bus()
    bus.answer(bus.ask(request(A)), reading(A))
    bus.send(reading(A), no_request=1)
    bus.send(reading(B), no_request=1)
    check(bus)


def test_replies_on_a_line_without_requests_are_not_called_unasked(check):
    bus = Bus()
    bus.send(reading(A))
    bus.send(reading(B))
    check(bus)


def test_a_broadcast_of_long_ago_asked_for_nothing_now(check):
    bus = Bus()
    bus.answer(bus.ask(request()), reading(A))
    bus.answer(bus.ask(request(A), after=60), reading(A))
    bus.send(reading(A), no_request=1)
    bus.send(reading(B), no_request=1)
    check(bus)


# ---- collisions ----


def test_damage_behind_a_broadcast_is_a_collision_and_nowhere_else(check):
    bus = Bus()
    bus.answer(bus.ask(request(A)), reading(A))
    broken = bus.ask(request(B))
    bus.send(damaged(reading(B)))
    bus.send(b"\x55\x01\x02\x03" * 4, after=0.4)
    asked = bus.ask(request())
    bus.silent(broken, asked)
    bus.send(mixed(reading(A), reading(B)), collision=1)
    again = bus.ask(request())
    bus.silent(asked, again, repeated=True)
    bus.send(b"\x01\x5a\x23\x70\x11\x92\x40\x77\x35\x21\x01", collision=1)
    answered = bus.ask(request())
    bus.silent(again, answered, repeated=True)
    bus.answer(answered, reading(A))
    bus.send(damaged(reading(B)))
    spike = bus.ask(request())
    bus.send(b"\x00")
    long_after = bus.send(damaged(reading(B)), after=60)
    late = bus.ask(request(A))
    bus.silent(spike, late)
    bus.send(damaged(request(A)), after=0.5)
    assert "collision" not in bus.truth[long_after]
    check(bus)


def test_a_damaged_broadcast_is_no_collision(check):
    bus = Bus()
    first = bus.ask(request())
    bus.send(damaged(request()), after=1)
    bus.silent(first, bus.ask(request()), repeated=True)
    check(bus)


def test_damage_in_the_packet_of_the_broadcast(check):
    bus = Bus()
    bus.send(request() + damaged(reading(A)), collision=1)
    check(bus)


# ---- lines ----


def test_two_lines_are_never_mixed(check):
    """The same meters on both, so that only the interface tells them apart. That the second is no echo of the first is known
    as soon as it has answered a request of its own."""
    bus = Bus()
    bus.answer(bus.ask(request(C), interface=1), reading(C), interface=1)
    for meter in (A, B):
        asked = [bus.ask(request(meter), after=0.1, interface=line) for line in (0, 1)]
        for line in (1, 0):
            bus.answer(asked[line], reading(meter), interface=line)
    first = bus.ask(request(A), interface=0)
    bus.send(reading(A), interface=1, no_request=1)
    bus.silent(first, bus.ask(request(B), interface=0))
    bus.ask(request(), interface=1)
    bus.send(damaged(reading(A)), interface=0)
    check(bus)


def test_two_taps_of_one_line(check):
    bus = Bus()
    for meter in (A, B, C):
        bus.answer(bus.ask(request(meter), interface=0), reading(meter), interface=1)
    asked = bus.ask(request(), interface=0)
    bus.answer(asked, reading(A), interface=1)
    bus.answer(asked, reading(B), interface=1, first=False)
    silent = bus.ask(request(A), interface=0)
    broadcast = bus.ask(request(), interface=0)
    bus.silent(silent, broadcast)
    bus.send(damaged(reading(A)), interface=1, collision=1)
    bus.silent(broadcast, bus.ask(request(B), interface=0))
    check(bus)


def test_two_taps_beside_a_line_that_carries_both(check):
    bus = Bus()
    bus.answer(bus.ask(request(A), interface=2), reading(A), interface=2)
    asked = bus.ask(request(A), interface=0)
    bus.ask(request(A), interface=2, after=0.01)
    bus.answer(asked, reading(A), interface=1)
    check(bus)


def test_sections_are_lines_of_their_own(check):
    bus = Bus()
    first = bus.ask(request(A))
    bus.section()
    second = bus.ask(request(B))
    bus.answer(second, reading(B))
    bus.send(reading(A), no_request=1)
    assert first == 1
    check(bus)


# ---- 500 random exchanges ----


class Random:
    """A master, six meters, and everything that happens on a line; each event notes what is true of it."""

    METERS = ("24263225", "24263241", "24263258", "24263266", "24263274", "2426328201")

    def __init__(self):
        self.dice = random.Random(SEED)
        self.bus = Bus()
        self.unanswered = None  # the line's last request, while it has no reply
        self.counts = {}

    def ask(self, data, repeated=False):
        number = self.bus.ask(data, after=self.dice.uniform(0.6, 3))
        if self.unanswered:
            self.bus.silent(self.unanswered, number, repeated)
        self.unanswered = number
        return number

    def answer(self, asked, data, **more):
        self.bus.answer(asked, data, after=self.dice.uniform(0.12, 0.5), **more)
        self.unanswered = None

    def what(self, meter):
        """A request that was not the last, so that it is none repeated, and its reply."""
        number = meter or ALL
        di = self.dice.choice((READ, HIRES))
        swapped = di if self.dice.random() < 0.7 else " ".join(reversed(di.split()))
        maker = self.dice.choice(("11 11", "00 00"))
        return request(number, swapped, ser=self.dice.randrange(256), maker=maker), \
            lambda who: (reading if di == READ else hires)(who, type=self.dice.choice((0x20, 0x25)))

    def pair(self):
        meter = self.dice.choice(self.METERS)
        asked, reply = self.what(meter)
        self.answer(self.ask(asked), reply(meter))

    def retry(self):
        meter = self.dice.choice(self.METERS)
        asked, reply = self.what(meter)
        self.ask(asked)
        for _ in range(self.dice.randint(1, 3)):
            last = self.ask(asked, repeated=True)
        self.answer(last, reply(meter))

    def silence(self):
        self.ask(frame("03 81 00", number=self.dice.choice(self.METERS), control=0x01))
        self.pair()

    def broadcast(self):
        asked, reply = self.what(None)
        number = self.ask(asked)
        for i, meter in enumerate(self.dice.sample(self.METERS, self.dice.randint(1, 3))):
            self.answer(number, reply(meter), first=i == 0)

    def collision(self):
        asked, reply = self.what(None)
        self.ask(asked)
        self.bus.send(mixed(*(reply(meter) for meter in self.dice.sample(self.METERS, 2))), collision=1)
        self.pair()

    def unasked(self):
        self.pair()
        self.bus.send(frame("04 81 00 01", number=self.dice.choice(self.METERS)), no_request=1)

    def damage(self):
        meter = self.dice.choice(self.METERS)
        asked, reply = self.what(meter)
        self.ask(asked)
        self.bus.send(damaged(reply(meter)))
        self.answer(self.ask(asked, repeated=True), reply(meter))

    def noise(self):
        self.pair()
        self.bus.send(bytes(self.dice.choice(range(0x17, 0x68)) for _ in range(self.dice.randint(1, 20))))

    def error(self):
        meter = self.dice.choice(self.METERS)
        asked, _ = self.what(meter)
        self.answer(self.ask(asked), frame("00 04 00", number=meter, control=0xC1))

    def run(self, count):
        kinds = (self.pair,) * 8 + (self.retry, self.silence, self.broadcast, self.collision, self.unasked, self.damage,
                                    self.noise, self.error)
        for _ in range(count):
            kind = self.dice.choice(kinds)
            kind()
            self.counts[kind.__name__] = self.counts.get(kind.__name__, 0) + 1
        return self


@pytest.fixture(scope="module")
def random_bus(readable_folder):
    made = Random().run(500)
    assert min(made.counts.values()) > 15 and len(made.counts) == 9
    assert sum("request_in" in fields for fields in made.bus.truth.values()) > 400
    for name in TWO_PASSES:
        assert sum(name in fields for fields in made.bus.truth.values()) > 15, name
    return made.bus, made.bus.write(readable_folder / "random.pcapng")


def test_500_exchanges_in_one_pass(tshark, random_bus):
    bus, path = random_bus
    assert conversation(tshark, path) == bus.known(ONE_PASS)


def test_500_exchanges_dissected_again(tshark, random_bus):
    bus, path = random_bus
    assert conversation(tshark, path, "-2") == bus.known(TWO_PASSES)


@pytest.mark.parametrize("shown", ["cjt188.control.response == 1", "cjt188.control.response == 0",
                                   "!(cjt188.control.response == 1)", "cjt188.request_in", "cjt188.collision"])
def test_a_display_filter_changes_nothing(tshark, random_bus, shown):
    bus, path = random_bus
    for names, option in ((ONE_PASS, []), (TWO_PASSES, ["-2"])):
        rows = tshark.fields(path, ["frame.number"], "-Y", shown, *option)
        numbers = {int(row["frame.number"]) for row in rows}
        assert 0 < len(numbers) < len(bus.times)
        known = {number: fields for number, fields in bus.known(names).items() if number in numbers}
        assert conversation(tshark, path, "-Y", shown, *option) == known


def test_a_read_filter_leaves_pairs_right(tshark, random_bus):
    """With -R the packets are counted anew, and a request that was filtered away has no number that could be named."""
    bus, path = random_bus
    replies = tshark.fields(path, ["frame.time_epoch"], "-Y", "cjt188.control.response == 1")
    names = ["frame.time_epoch", "frame.number", "cjt188.response_time", "cjt188.request_in", "cjt188.no_request"]
    rows = tshark.fields(path, names, "-2", "-R", "cjt188.control.response == 1")
    assert [row["frame.time_epoch"] for row in rows] == [row["frame.time_epoch"] for row in replies]
    number_at = {time: number for number, time in bus.times.items()}
    seen = {number_at[round(float(row["frame.time_epoch"].split(".")[0])) * 10**9 +
                      int(row["frame.time_epoch"].split(".")[1].ljust(9, "0"))]: row for row in rows}
    for number, row in seen.items():
        times = bus.truth[number].get("response_time", [])
        assert [float(text) for text in row["cjt188.response_time"].split("|") if text] == times, number
        assert bool(row["cjt188.no_request"]) == ("no_request" in bus.truth[number]), number
    invented = {number: row["cjt188.request_in"] for number, row in seen.items() if row["cjt188.request_in"]}
    assert invented == {}


def test_a_read_filter_that_keeps_frames(tshark, random_bus):
    """Noise and damage go; requests and replies have new numbers, and name one another by these."""
    bus, path = random_bus
    kept = [int(row["frame.number"]) for row in tshark.fields(path, ["frame.number"], "-Y", "cjt188.di")]
    assert 0 < len(kept) < len(bus.times)
    new = {old: i + 1 for i, old in enumerate(kept)}
    numbers = ("request_in", "response_in", "retransmission", "no_response_to")
    expected = {}
    for old, fields in bus.known([name for name in TWO_PASSES if name != "collision"]).items():
        if old in new:
            expected[new[old]] = {name: [new[v] for v in values if v in new] if name in numbers else values
                                  for name, values in fields.items()}
    names = [name for name in TWO_PASSES if name != "collision"]
    rows = conversation(tshark, path, "-2", "-R", "cjt188.di", names=names)
    expected = {number: {name: values for name, values in fields.items() if values} for number, fields in expected.items()}
    assert rows == {number: fields for number, fields in expected.items() if fields}


def test_live_through_a_slow_pipe(tshark, tmp_path):
    """Each line comes while the next packet is not yet written."""
    bus = Bus(START)
    first = bus.ask(request(A))
    second = bus.ask(request(A))
    bus.silent(first, second, repeated=True)
    bus.answer(second, reading(A))
    bus.answer(bus.ask(request(B)), reading(B))
    asked = bus.ask(request())
    bus.send(damaged(reading(A)), collision=1)
    bus.silent(asked, bus.ask(request(A)))
    data = bus.write(tmp_path / "live.pcapng").read_bytes()
    names = [name for name in ONE_PASS]
    columns = [word for name in ["frame.number"] + ["cjt188." + name for name in names] for word in ("-e", name)]
    command, env = tshark.command("-l", "-r", "-", "-T", "fields", *columns)
    process = subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    guard = threading.Timer(TIMEOUT, process.kill)
    guard.start()
    found = {}
    try:
        at = 0
        while at < len(data):
            length = int.from_bytes(data[at + 4:at + 8], "little")
            kind = int.from_bytes(data[at:at + 4], "little")
            process.stdin.write(data[at:at + length // 2])
            process.stdin.flush()
            process.stdin.write(data[at + length // 2:at + length])
            process.stdin.flush()
            at += length
            if kind != 6:
                continue
            cells = process.stdout.readline().decode().rstrip("\n").split("\t")
            fields = {name: [1 if name in ("collision", "no_request") else float(cell)]
                      for name, cell in zip(names, cells[1:]) if cell}
            if fields:
                found[int(cells[0])] = fields
        process.stdin.close()
        assert process.stdout.read() == b""
        assert process.wait(TIMEOUT) == 0, process.stderr.read()
    finally:
        guard.cancel()
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()
    assert found == bus.known(ONE_PASS)


# ---- packets without times ----

NO_TIME = ("response_time", "clock_offset", "no_time", "request_in")


def untimed(tshark, path, *options):
    """[(response time?, clock offset?, said to have no time?, request)] of each packet."""
    rows = tshark.fields(path, ["cjt188." + name for name in NO_TIME], *options)
    return [(*(row["cjt188." + name] != "" for name in NO_TIME[:3]), row["cjt188.request_in"]) for row in rows]


TEXT = f"SEND {request(A).hex(' ')}\nRECV {reading(A).hex(' ')}\n"
NONE_OF_IT = [(False, False, True, ""), (False, False, True, "1")]


@pytest.mark.parametrize("options", [[], ["-2"]], ids=["once", "again"])
def test_text_without_times_has_no_times(tshark, cjt188dump, tmp_path, options):
    """Neither when the tap makes a capture of it, nor when Wireshark's own program does."""
    (tmp_path / "post.txt").write_text(TEXT)
    subprocess.run([cjt188dump, "-q", "--hex", "-i", tmp_path / "post.txt", "-w", tmp_path / "tap.pcapng"], check=True)
    rows = "".join("0000 " + data.hex(" ") + "\n" for data in (request(A), reading(A)))
    subprocess.run(["text2pcap", "-q", "-l", "147", "-", tmp_path / "import.pcapng"], input=rows.encode(), check=True,
                   capture_output=True)
    for name in ("tap.pcapng", "import.pcapng"):
        (tmp_path / name).chmod(0o644)
        assert untimed(tshark, tmp_path / name, *options) == NONE_OF_IT, name
        table = tshark("-r", tmp_path / name, "-q", "-z", "cjt188,meters", "-z", "cjt188,lines", *options).stdout
        assert " ms" not in table and not re.search(r"\d s\b", table) and "per hour" in table


def test_text_with_times_has_times(tshark, cjt188dump, tmp_path):
    lines = TEXT.splitlines()
    (tmp_path / "log.txt").write_text(f"2026-04-27 18:12:15.000 {lines[0]}\n2026-04-27 18:12:15.250 {lines[1]}\n")
    subprocess.run([cjt188dump, "-q", "--hex", "-i", tmp_path / "log.txt", "-w", tmp_path / "log.pcapng"], check=True)
    (tmp_path / "log.pcapng").chmod(0o644)
    assert untimed(tshark, tmp_path / "log.pcapng") == [(False, False, False, ""), (True, True, False, "1")]


def test_the_tap_says_that_text_has_no_time(cjt188dump, tmp_path):
    (tmp_path / "post.txt").write_text(TEXT)
    done = subprocess.run([cjt188dump, "-q", "--hex", "-i", tmp_path / "post.txt"], check=True, capture_output=True, text=True)
    assert [line[:7] for line in done.stdout.splitlines()] == ["no time"] * 2 and "1970" not in done.stdout
    done = subprocess.run([cjt188dump, "-q", "--hex", "-i", tmp_path / "post.txt", "--readings", "json"], check=True,
                          capture_output=True, text=True)
    assert '"time":null' in done.stdout


def test_times_faster_than_any_line_are_none(tshark, tmp_path):
    """22 characters at 1 Mbit/s take 220 µs."""
    bus = Bus()
    for after in (0.000045, 0.0002, 0.00023, 0.01):
        bus.ask(request(A))
        bus.send(reading(A), after=after)
    rows = untimed(tshark, bus.write(tmp_path / "fast.pcapng"))[1::2]
    assert [row[0] for row in rows] == [False, False, True, True] and [row[3] for row in rows] == ["1", "3", "5", "7"]


# ---- a converter that echoes ----

IN, OUT = 1, 2
CHARACTER = 11 / 2400  # s, 8E1
SPEED = ["a line, 2400 8E1"] * 3


@pytest.fixture
def check_more(tshark, tmp_path):
    """As check(), with echoes and late replies."""

    def run(bus, descriptions=(), **known):
        path = bus.write(tmp_path / "bus.pcapng", dlts=[147] * (1 + max(p[0] for p in bus.packets if p)),
                         descriptions=descriptions)
        one, two = ONE_PASS + ("echo", "late"), TWO_PASSES + ("echo", "late")
        assert conversation(tshark, path, names=one) == known.get("one_pass", bus.known(one))
        assert conversation(tshark, path, "-2", names=two) == bus.known(two)
        return path

    return run


@pytest.mark.parametrize("after", [0.0, 0.002, 0.1, 0.15])
def test_an_echo_on_the_other_line(check_more, after):
    """A tap on each direction; what the master sends comes back on its receiving side. 22 characters take 100.8 ms."""
    bus = Bus()
    for meter in (A, B, A):
        asked = bus.ask(request(meter), interface=0)
        bus.send(request(meter), after=after, interface=1, echo=asked)
        bus.answer(asked, reading(meter), after=0.3, interface=1)
    check_more(bus)


def test_an_echo_is_no_retransmission_and_a_silent_meter_is_asked_twice_not_four_times(check_more):
    bus = Bus()
    first = bus.ask(request(A), interface=0)
    bus.send(request(A), after=0.003, interface=1, echo=first)
    second = bus.ask(request(A), interface=0)
    bus.silent(first, second, repeated=True)
    bus.send(request(A), after=0.003, interface=1, echo=second)
    third = bus.ask(request(B), interface=0)
    bus.silent(second, third)
    bus.send(request(B), after=0.003, interface=1, echo=third)
    bus.answer(third, reading(B), interface=1)
    check_more(bus)


@pytest.mark.parametrize("flags", [(0, 0), (OUT, IN), (OUT, OUT)])
def test_an_echo_on_the_same_line(check_more, flags):
    bus = Bus()
    for meter in (A, B):
        asked = bus.ask(request(meter), flags=flags[0])
        bus.send(request(meter), after=0.1, flags=flags[1], echo=asked)
        bus.answer(asked, reading(meter))
    check_more(bus)


def test_what_is_no_echo(check_more):
    """Later than it takes to send it and 50 ms, against the direction, with another sequence number, or of an answered one."""
    bus = Bus()
    first = bus.ask(request(A))
    bus.silent(first, second := bus.ask(request(A), after=22 * CHARACTER + 0.051), repeated=True)
    bus.answer(second, reading(A))
    first = bus.ask(request(A), flags=IN)
    bus.silent(first, second := bus.ask(request(A), after=0.1, flags=OUT), repeated=True)
    bus.answer(second, reading(A))
    first = bus.ask(request(A, ser=1))
    bus.silent(first, second := bus.ask(request(A, ser=2), after=0.1), repeated=True)
    bus.answer(second, reading(A))
    bus.answer(bus.ask(request(A)), reading(A), after=0.02)
    bus.answer(bus.ask(request(A), after=0.02), reading(A))
    check_more(bus)


def test_a_faster_line_has_shorter_echoes(check_more):
    bus = Bus()
    first = bus.ask(request(A))
    bus.silent(first, second := bus.ask(request(A), after=22 * 10 / 9600 + 0.051), repeated=True)
    bus.send(request(A), after=22 * 10 / 9600 + 0.049, echo=second)
    bus.answer(second, reading(A))
    check_more(bus, ["serial port, 9600 8N1"])


def test_two_lines_that_are_asked_the_same_at_the_same_time(check_more):
    """The first round looks like an echo until the first line replies itself; then it never does again."""
    bus = Bus()
    for _ in range(3):
        asked = [bus.ask(request(A), after=0.01, interface=line) for line in (0, 1)]
        bus.answer(asked[1], reading(A), interface=1)
        bus.answer(asked[0], reading(A), interface=0)
        bus.wait(5)
    first = bus.known(ONE_PASS)
    first[2] = {"echo": [1]}
    first[3] = {"request_in": [1], "response_time": [0.21]}
    check_more(bus, one_pass=first)


def test_an_echo_in_the_tables(tshark, tmp_path):
    bus = Bus()
    for _ in range(4):
        asked = bus.ask(request(A), interface=0)
        bus.send(request(A), after=0.003, interface=1, echo=asked)
        bus.answer(asked, reading(A), interface=1)
    path = bus.write(tmp_path / "echo.pcapng", dlts=[147] * 2)
    text = tshark("-r", path, "-q", "-z", "cjt188,lines", "-z", "cjt188,meters", "-z", "cjt188,tree").stdout
    cells = [[cell.strip() for cell in line.split("|")] for line in text.splitlines()]
    table = {row[0]: row[2:6] for row in cells if len(row) > 5 and row[0].startswith("interface")}
    assert table == {"interface 0.0": ["4", "0", "0", "0"], "interface 0.1": ["0", "4", "4", "0"]}
    meters = [row for row in cells if len(row) > 5 and row[0] == A]
    assert [row[2:7] for row in meters] == [["interface 0.0", "OEM ultrasonic", "4", "4", "0"]]
    assert re.search(r"Echoes of requests +4 ", text)
    info = "_ws.col.info" if "_ws.col.info" in tshark("-G", "fields").stdout else "_ws.col.Info"
    rows = tshark.fields(path, [info])
    assert [row[info].endswith(" (echo)") for row in rows] == [False, True, False] * 4


# ---- late replies, and retries ----


@pytest.mark.parametrize("description, character", [("", CHARACTER), ("serial port, 2400 8E1", CHARACTER),
                                                    ("serial port, 300 7E1", 10 / 300), ("a port, 9600 8N1", 10 / 9600),
                                                    ("38400 8E2 on a converter", 12 / 38400), ("8E1", CHARACTER),
                                                    ("bus 12400 8E10", CHARACTER)])
def test_a_late_reply_is_said_so(check_more, description, character):
    """The request has 22 characters: 500 ms and 30 characters behind it, and 100 ms."""
    limit = (22 + 30) * character + 0.6
    bus = Bus()
    bus.answer(bus.ask(request(A)), reading(A), after=limit - 0.001)
    bus.answer(bus.ask(request(A)), reading(A), after=limit + 0.001, late=1)
    check_more(bus, [description])


def test_late_replies_are_not_in_the_means(tshark, tmp_path):
    bus = Bus()
    for after in (0.2, 0.4, 5, 7):
        bus.answer(bus.ask(request(A)), reading(A), after=after)
    text = tshark("-r", bus.write(tmp_path / "late.pcapng"), "-q", "-z", "cjt188,meters", "-z", "cjt188,srt").stdout
    cells = [[cell.strip() for cell in line.split("|")] for line in text.splitlines() if line.startswith(A)]
    assert cells[0][8:12] == ["200.0 ms", "300.0 ms", "400.0 ms", "2, not in the mean"]
    assert re.search(r"901F metering data +2 +0\.200000 +0\.400000 +0\.300000", text)
    assert "without late replies" in text


def test_a_retry_is_within_ten_seconds(check_more):
    bus = Bus()
    first = bus.ask(request(A))
    second = bus.ask(request(A), after=10)
    bus.silent(first, second, repeated=True)
    for after in (10.001, 60, 60):
        third = bus.ask(request(A), after=after)
        bus.silent(second, third)
        second = third
    check_more(bus)


@pytest.mark.parametrize("described", [True, False])
def test_a_reply_before_its_request_can_have_ended_is_the_one_befores(check_more, described):
    """Only where the capture names the speed: 22 characters take 100.8 ms, so 50 ms is too early and 52 ms is not."""
    for after, early in ((0.0495, True), (0.052, False)):
        bus = Bus()
        first = bus.ask(request(A))
        second = bus.ask(request(A), after=1.5)
        bus.note(second, retransmission=first)
        bus.send(reading(A), after=after)
        if early and described:
            bus.pair(first, 3)
            bus.note(3, late=1)
            one = {2: {"retransmission": [1], "no_response_to": [1]}, 3: bus.known(ONE_PASS + ("late",))[3]}
        else:
            bus.pair(second, 3)
            bus.note(first, unanswered=1)
            bus.note(second, no_response_to=first)
            one = bus.known(ONE_PASS)
        check_more(bus, SPEED if described else (), one_pass=one)


def test_a_reply_too_early_for_the_only_request_answers_nothing(check_more):
    bus = Bus()
    bus.ask(request(A))
    bus.send(reading(A), after=0.01, no_request=1)
    check_more(bus, SPEED)


@pytest.mark.parametrize("options", [[], ["-2"]], ids=["once", "again"])
def test_what_only_seemed_an_echo_is_counted_as_a_request_after_all(tshark, tmp_path, options):
    bus = Bus()
    for _ in range(2):
        asked = [bus.ask(request(A), after=0.01, interface=line) for line in (0, 1)]
        for line in (0, 1):
            bus.answer(asked[line], reading(A), interface=line)
        bus.wait(5)
    text = tshark("-r", bus.write(tmp_path / "two.pcapng", dlts=[147] * 2), "-q", "-z", "cjt188,lines", "-z", "cjt188,meters",
                  *options).stdout
    cells = [[cell.strip() for cell in line.split("|")] for line in text.splitlines()]
    assert [row[2:6] for row in cells if len(row) > 5 and row[0].startswith("interface")] == [["2", "0", "2", "0"]] * 2
    assert [row[4:7] for row in cells if len(row) > 5 and row[0] == A] == [["2", "2", "0"]] * 2


def test_what_was_kept_from_being_noted_is_noted_when_lines_part(tshark, tmp_path):
    """Behind what seemed echoes: two rounds without a reply, then one that all meters of the second line answer."""
    bus = Bus()
    for di in (HIRES, READ):
        bus.ask(request(di=di), interface=0)
        bus.send(request(di=di), after=0.01, interface=1)
    bus.send(reading(A), interface=1)
    bus.send(reading(B), interface=1)
    bus.send(reading(A), interface=0)
    path = bus.write(tmp_path / "parted.pcapng", dlts=[147] * 2)
    tables = {}
    for passes in ([], ["-2"]):
        text = tshark("-r", path, "-q", "-z", "cjt188,lines", *passes).stdout
        cells = [[cell.strip() for cell in line.split("|")] for line in text.splitlines()]
        tables[bool(passes)] = [row[2:6] for row in cells if len(row) > 5 and row[0].startswith("interface")]
    assert tables == {False: [["2", "0", "1", "1"], ["2", "0", "2", "1"]], True: [["2", "0", "1", "1"], ["2", "0", "2", "1"]]}
    said = conversation(tshark, path, "-2", names=("request_in", "no_response_to"))
    assert said == {3: {"no_response_to": [1]}, 4: {"no_response_to": [2]}, 5: {"request_in": [4]}, 6: {"request_in": [4]},
                    7: {"request_in": [3]}}


def test_names_of_interfaces_are_plain_and_short_and_each_lines_own(tshark, tmp_path):
    names = ["tty\x1b[31m\n\x07", "bad", "A" * 60000, "A" * 60000, "x (interface 0.6)", "x", "x", "interface 0.8"]
    packets = [(line, START + line, request(A)) for line in range(len(names) + 1)]
    path = write_pcapng(tmp_path / "names.pcapng", packets, dlts=[147] * len(packets), names=names,
                        descriptions=["1 " * 32000] * len(names))
    path.write_bytes(path.read_bytes().replace(b"bad\0", b"\xff\xfed\0"))
    text = tshark("-r", path, "-q", "-z", "cjt188,lines", text=False).stdout.decode()
    rows = [line.split("|")[0].rstrip() for line in text.splitlines() if line.count("|") > 5]
    long = "A" * 64 + "…"
    assert rows[1:] == ["tty\ufffd[31m\ufffd\ufffd", "\ufffd\ufffdd", long, long + " (interface 0.3)", "x (interface 0.6)", "x",
                        "x (interface 0.6) (interface 0.6)", "interface 0.8", "interface 0.8 (interface 0.8)"]
