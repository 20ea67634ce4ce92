# For the tests of cjt188poll: a simulated meter on a pseudo terminal, and what a capture tells of an exchange.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import collections
import concurrent.futures
import heapq
import os
import select
import subprocess
import threading
import time

import pytest
from conftest import BUILD
from craft import frame, heat_901f
from tapkit import CHARACTER, IN, OUT, TIMEOUT, Line, parse

NO_ANSWER, REFUSED, DIFFERS, BUSY = 5, 6, 7, 8

NUMBER, OTHER = "24263225", "24263241"
READ = bytes.fromhex("FEFEFEFEFEFE6820AAAAAAAAAA111101031F9000AF16")
PRECISION = bytes.fromhex("FEFEFEFEFEFE6820AAAAAAAAAA111101033F9000CF16")
# Somebody else's request: what this program does not send.
FOREIGN = frame(bytes.fromhex("1F9055"), number=OTHER, maker="11 11", control=0x01, preamble=3)

# A line that is fast, and short of patience where nobody is to answer.
FAST = ("--baud", "19200", "--listen", "0")
QUICK = (*FAST, "--gap", "80", "--timeout", "2000", "-r", "0")
CURT = (*FAST, "--gap", "80", "--timeout", "250", "-r", "0")

Asked = collections.namedtuple("Asked", "time data frame address control di body")


def asked_of(data, now):
    """One frame that a master sent; `data` with its preamble."""
    whole = data.lstrip(b"\xfe")
    return Asked(now, data, whole, whole[2:9], whole[9], whole[11:13], whole[11:-2])


def reading(number=NUMBER, **more):
    clock = more.pop("clock", "15 12 18 27 04 26 20")
    type = more.pop("type", 0x20)
    ser = more.pop("ser", 0x12)
    maker = more.pop("maker", "00 00")
    return frame(heat_901f(ser=ser, clock=clock, **more), number=number, type=type, maker=maker, preamble=5)


class Bus(Line):
    """The line and all that stands on it. `behave(bus, asked)` is called for every request that comes; what it returns, or
    yields, is said: (seconds from now, bytes)."""

    def __init__(self, behave=None):
        super().__init__()
        self.behave = behave or (lambda bus, asked: ())
        self.asked = []
        self.received = b""
        self._rest = b""
        self._due = []
        self._count = 0
        self._lock = threading.Lock()
        self._over = False
        self._wake = os.pipe()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def say(self, *what):
        """(seconds from now, bytes), or in place of bytes something to be called."""
        now = time.monotonic()
        with self._lock:
            for after, data in what:
                self._count += 1
                heapq.heappush(self._due, (now + after, self._count, data))
        os.write(self._wake[1], b"!")

    def unplug(self):
        """The other side is gone; for say() and behave()."""
        os.close(self.master)
        self.master = -1
        self._over = True

    def _next(self):
        with self._lock:
            if self._due and self._due[0][0] <= time.monotonic():
                return heapq.heappop(self._due)[2]
        return None

    def _patience(self):
        with self._lock:
            return max(0.0, self._due[0][0] - time.monotonic()) if self._due else 1.0

    def _run(self):
        while not self._over:
            ready, _, _ = select.select([self.master, self._wake[0]], [], [], self._patience())
            if self._wake[0] in ready:
                os.read(self._wake[0], 4096)
            if self.master in ready:
                self._hear(os.read(self.master, 4096))
            while not self._over and (data := self._next()) is not None:
                if callable(data):
                    data()
                else:
                    os.write(self.master, data)

    def _hear(self, data):
        now = time.time()
        self.received += data
        self._rest += data
        while (whole := self._whole()) is not None:
            asked = asked_of(whole, now)
            self.asked.append(asked)
            self.say(*(self.behave(self, asked) or ()))

    def _whole(self):
        """The next frame of what was received, cut off."""
        begin = self._rest.find(b"\x68")
        if begin < 0 or len(self._rest) < begin + 13 or len(self._rest) < begin + 13 + self._rest[begin + 10]:
            return None
        end = begin + 13 + self._rest[begin + 10]
        whole, self._rest = self._rest[:end], self._rest[end:]
        return whole

    def writes(self):
        """The requests that were no reads."""
        return [asked for asked in self.asked if asked.control not in (0x01, 0x03, 0x09)]

    def close(self):
        self._over = True
        os.write(self._wake[1], b"!")
        self._thread.join(TIMEOUT)
        super().close()
        for fd in self._wake:
            os.close(fd)


@pytest.fixture
def buses():
    """buses(behave) makes a line; it goes away at the end."""
    made = []

    def make(behave=None):
        made.append(Bus(behave))
        return made[-1]

    yield make
    for bus in made:
        bus.close()


def runner(cjt188poll):
    """run(args…) runs the program to its end."""

    def run(*args, **more):
        if "input" not in more:
            more.setdefault("stdin", subprocess.DEVNULL)
        more.setdefault("text", True)
        return subprocess.run(
            [cjt188poll, *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=TIMEOUT, check=False, **more
        )

    return run


@pytest.fixture
def poll(cjt188poll):
    return runner(cjt188poll)


@pytest.fixture
def begin(start, cjt188poll):
    """begin(args…) starts the program."""
    return lambda *args, **more: start(*args, program=[cjt188poll], **more)


def answers(*what):
    """A behave that says the same after every request: (seconds, bytes), and bytes alone are said after 60 ms."""
    told = [(0.06, item) if isinstance(item, bytes) else item for item in what]
    return lambda bus, asked: told


def echo(then=(), baud=19200):
    """A behave of a converter that echoes: the echo is whole when the last byte has left."""
    return lambda bus, asked: [(len(asked.data) * CHARACTER * 2400 / baud + 0.01, asked.data), *then]


def told(file):
    """What a capture says, a word a packet, by this module's own reading of pcapng: ask, write, echo, reply, request, damaged,
    noise."""
    words = []
    for packet in parse(file.read_bytes()).packets:
        whole = packet.data.lstrip(b"\xfe")
        is_frame = whole[:1] == b"\x68" and len(whole) >= 13 and len(whole) == 13 + whole[10]
        is_right = is_frame and sum(whole[:-2]) & 0xFF == whole[-2]
        if "Echo of our own request" in packet.comment:
            words.append("echo")
        elif is_right and whole[9] & 0x80:
            assert packet.flags & 3 == IN, packet
            words.append("reply")
        elif packet.data == FOREIGN:
            words.append("request")
        elif is_right:
            assert packet.flags & 3 == OUT, packet
            words.append("ask" if whole[9] in (1, 3, 9) else "write")
        else:
            words.append("damaged" if is_frame else "noise")
    return words


def pairs(tshark, file):
    """The same in Wireshark's eyes, after two passes: {packet: "→3" or "←1" or "echo 1" or "late 1"…}, and that nothing is malformed."""
    names = ["frame.number", "cjt188.request_in", "cjt188.response_in", "cjt188.echo", "cjt188.late", "cjt188.address", "_ws.malformed"]
    file.chmod(0o644)
    rows = {}
    for row in tshark.fields(file, names, "-2"):
        assert row["_ws.malformed"] == ""
        words = [("echo " if name.endswith("echo") else "←" if name.endswith("request_in") else "→") + row[name]
                 for name in ("cjt188.request_in", "cjt188.response_in", "cjt188.echo") if row[name]]
        rows[int(row["frame.number"])] = " ".join(words)
    return rows


# ---- a meter that has a clock ----


def bcd_clock(seconds):
    """ss mm hh DD MM YY CC of the local time."""
    return bytes.fromhex(time.strftime("%S%M%H%d%m", time.localtime(seconds)) + time.strftime("%Y", time.localtime(seconds))[2:] +
                         time.strftime("%Y", time.localtime(seconds))[:2])


def seconds_of(clock):
    second, minute, hour, day, month, year, century = (int(f"{byte:02x}") for byte in clock)
    return time.mktime((century * 100 + year, month, day, hour, minute, second, 0, 0, -1))


class Meter:
    """A behave: a meter whose clock can be read and set. ahead: of the computer, as the program sees it."""

    def __init__(self, number=NUMBER, ahead=-100.0, step=0.0, **reply):
        self.number = number
        self.ahead = ahead
        self.step = step
        self.reply = reply
        self.takes_writes = self.confirms = True
        self.after_read = ()  # said, too; (seconds after the question, bytes)
        self.spoiled = lambda data: data

    def is_asked(self, asked):
        return asked.address[:5] == bytes.fromhex(self.number.rjust(10, "0"))[::-1]

    def clock(self):
        return bcd_clock(time.time() + self.step + self.ahead)

    def __call__(self, bus, asked):
        if not self.is_asked(asked):
            return
        if asked.control == 0x01:
            yield 0.06, self.spoiled(reading(self.number, clock=self.clock().hex(), **self.reply))
            yield from self.after_read
            return
        if self.takes_writes:
            self.ahead = seconds_of(asked.body[-7:]) - time.time() - self.step
        if self.confirms:
            yield 0.06, frame(asked.body[:3], number=self.number, control=asked.control | 0x80, preamble=5)


def computer_in(tmp_path):
    """(environment, step): a computer whose kernel knows the time, and that is in the middle of a month."""
    library = BUILD / "tests" / "libclock_step.so"
    assert library.exists(), f"{library} is not built"
    days = [time.localtime(time.time() + day * 86400).tm_mday for day in (-1, 0, 1)]
    step = 0 if days == sorted(days) else 10 * 86400
    (tmp_path / "step").write_text(str(step), encoding="ascii")
    return dict(os.environ, LD_PRELOAD=str(library), CJT188_CLOCK_SYNCHRONISED="yes", CJT188_CLOCK_STEP=str(tmp_path / "step"),
                ASAN_OPTIONS="verify_asan_link_order=0"), step


@pytest.fixture
def computer(tmp_path):
    return computer_in(tmp_path)


class Together:
    """Runs that mostly wait are done side by side, when the first of them is asked for: (key, function of the key)."""

    def __init__(self, keys, run, workers=6):
        self.keys, self.run, self.workers = list(keys), run, workers
        self.done = None

    def __getitem__(self, key):
        if self.done is None:
            with concurrent.futures.ThreadPoolExecutor(self.workers) as pool:
                futures = {each: pool.submit(self.run, each) for each in self.keys}
            self.done = {each: future for each, future in futures.items()}
        return self.done[key].result()
