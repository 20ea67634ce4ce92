# For the tests of the tap: pcapng read block by block, a pseudo terminal as the line, the tap started and ended.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import collections
import fcntl
import os
import pathlib
import pty
import random
import re
import signal
import struct
import subprocess
import termios
import time

import pytest

CHARACTER = 11 / 2400  # seconds; 2400 8E1
TIMEOUT = 60

OK, USAGE, CANNOT_OPEN, OUTPUT_FAILED, LINE_LOST = range(5)
IN, OUT = 1, 2
CRC, SHORT, DELIMITER, SYMBOL = 1 << 24, 1 << 26, 1 << 29, 1 << 31

SECTION, INTERFACE, STATISTICS, PACKET = 0x0A0D0D0A, 1, 5, 6

Packet = collections.namedtuple("Packet", "interface time data flags comment dropped")
Capture = collections.namedtuple("Capture", "section interfaces packets statistics")


def options_of(data):
    """{code: value} of the options of a block, whose end must be marked."""
    options = {}
    while True:
        code, length = struct.unpack_from("<HH", data)
        if code == 0:
            assert length == 0 and len(data) == 4
            return options
        options[code] = data[4 : 4 + length]
        data = data[4 + (length + 3) // 4 * 4 :]


def parse_packet(body):
    interface, high, low, captured, length = struct.unpack_from("<5I", body)
    assert captured == length
    options = options_of(body[20 + (captured + 3) // 4 * 4 :])
    return Packet(
        interface,
        (high << 32 | low) / 1e9,
        body[20 : 20 + captured],
        int.from_bytes(options.get(2, b""), "little"),
        options.get(1, b"").decode(),
        int.from_bytes(options.get(4, b""), "little"),
    )


def parse(data):
    """A pcapng file of this machine's byte order. Anything but whole blocks is a failure."""
    capture = Capture(None, [], [], [])
    while data:
        kind, length = struct.unpack_from("<II", data)
        assert 12 <= length <= len(data) and length % 4 == 0, "torn block"
        assert struct.unpack_from("<I", data, length - 4) == (length,)
        body = data[8 : length - 4]
        if kind == SECTION:
            capture = capture._replace(section=options_of(body[16:]))
        elif kind == INTERFACE:
            assert struct.unpack_from("<HHI", body) == (147, 0, 262144)
            capture.interfaces.append(options_of(body[8:]))
        elif kind == PACKET:
            capture.packets.append(parse_packet(body))
        elif kind == STATISTICS:
            capture.statistics.append(options_of(body[12:]))
        else:
            pytest.fail(f"block of type {kind}")
        data = data[length:]
    return capture


def on_host(description):
    """As it stands in a capture."""
    return f"{description}, on {os.uname().nodename}".encode()


def payload(capture):
    return b"".join(packet.data for packet in capture.packets)


def wait_until(condition, what):
    deadline = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.01)


@pytest.fixture
def dump(cjt188dump):
    """dump(args…) runs the tap to its end."""

    def run(*args, **more):
        more.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.run(
            [cjt188dump, *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=TIMEOUT, **more
        )

    return run


@pytest.fixture
def start(cjt188dump):
    """start(args…) starts the tap, `program` in its place; what still runs at the end of the test is killed."""
    running = []

    def run(*args, **more):
        more.setdefault("stdin", subprocess.DEVNULL)
        more.setdefault("stdout", subprocess.PIPE)
        program = more.pop("program", [cjt188dump])
        process = subprocess.Popen([*program, *map(str, args)], **{"stderr": subprocess.PIPE, **more})
        running.append(process)
        return process

    yield run
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


class Line:
    """A pseudo terminal: the test is the line, the tap hears it."""

    def __init__(self):
        self.master, slave = pty.openpty()
        self.slave = slave
        self.path = os.ttyname(slave)
        self.starts = []

    def send(self, data):
        os.write(self.master, data)

    def send_all(self, data):
        """However full the line is."""
        while data:
            data = data[os.write(self.master, data) :]

    def is_read(self):
        """Nothing waits in the kernel for the tap any more."""
        waiting = fcntl.ioctl(self.slave, termios.FIONREAD, bytes(4))
        if struct.unpack("<i", waiting)[0] != 0:
            return False
        time.sleep(0.2)  # what it has read, it writes
        return True

    def pace(self, data):
        """Character by character as a line of 2400 8E1 does; notes when each burst really began."""
        begun = time.clock_gettime(time.CLOCK_REALTIME)
        self.starts.append(begun)
        for index in range(len(data)):
            rest = begun + (index + 1) * CHARACTER - time.clock_gettime(time.CLOCK_REALTIME)
            if rest > 0:
                time.sleep(rest)
            self.send(data[index : index + 1])

    def hang_up(self):
        # What is not read yet is thrown away by the kernel, so the tap must have read it before.
        os.close(self.master)
        self.master = -1

    def close(self):
        for fd in (self.master, self.slave):
            if fd >= 0:
                os.close(fd)


@pytest.fixture
def line():
    line = Line()
    yield line
    line.close()


def packets_of(file, count):
    """Waits until so many packets are written."""
    wait_until(lambda: len(parse(file.read_bytes()).packets) >= count, f"{count} packets")
    return parse(file.read_bytes()).packets


def listens(process, path):
    """Has the tap opened the line and set it up? It raises an exclusive lock as the last step."""
    fds = pathlib.Path(f"/proc/{process.pid}/fd")
    try:
        return any(os.readlink(fd) == path for fd in fds.iterdir())
    except OSError:
        return False


def blocked(process, number):
    """Does this signal wait until the tap reads it?"""
    assert process.poll() is None, process.stderr.read()
    with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
        return bool(int(re.search(r"^SigBlk:\s*(\w+)", status.read(), re.M)[1], 16) & 1 << number - 1)


def is_ready(process):
    """Has it begun to listen? It reads its signals from then on."""
    return blocked(process, signal.SIGTERM)


def start_on(start, line, file, *args, **more):
    """The tap on a line, ready: the interface block is there, which is written when the line is set up."""
    process = start("-i", more.pop("path", line.path), "-w", file, *args, **more)
    wait_until(lambda: file.exists() and file.stat().st_size > 0 or process.poll() is not None, "the first block")
    assert process.poll() is None, process.stderr.read()
    return process


def finish(process, code=OK):
    process.send_signal(signal.SIGTERM)
    _, messages = process.communicate(timeout=TIMEOUT)
    assert process.returncode == code, messages
    return messages.decode()


def thread_frames(frames):
    thread = [frame["bytes"] for frame in frames if frame["kind"] == "thread"]
    assert len(thread) >= 6
    return thread[:6]


def make_stream(frames, length):
    """Frames, whole, cut and damaged, and noise; always the same."""
    chance = random.Random(188)
    stream = bytearray()
    while len(stream) < length:
        data = bytearray(chance.choice(frames)["bytes"])
        what = chance.randrange(6)
        if what == 0:
            data = data[: chance.randrange(len(data))]
        elif what == 1:
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        elif what == 2:
            data += chance.randbytes(chance.randrange(100))
        stream += data
    return bytes(stream)


def traffic(frames, length, seed=188):
    """About `length` bytes of line traffic, always the same: (bytes, [(start byte, end) of every undamaged frame])."""
    chance = random.Random(seed)
    good = [frame["bytes"] for frame in frames if frame["checksum_ok"]]
    pool = []
    for index in range(3000):
        data = chance.choice(good)
        start = len(data) - len(data.lstrip(b"\xfe"))
        whole = data[start] == 0x68 and len(data) == start + 13 + data[start + 10]
        what = index % 10
        if what == 0:
            data, whole = data[: chance.randrange(1, len(data))], False
        elif what == 1:
            at = chance.randrange(start, len(data))
            data, whole = data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :], False
        elif what == 2:
            data, whole = chance.randbytes(chance.randrange(1, 300)), False
        elif what == 3:
            data, whole = bytes([chance.choice((0x68, 0xFE, 0xFF, 0x00))]) * chance.randrange(1, 40), False
        pool.append((data, start if whole else -1))
    pieces, starts, at = [], [], 0
    while at < length:
        data, start = pool[int(chance.random() * len(pool))]
        if start >= 0:
            starts.append((at + start, at + len(data)))
        pieces.append(data)
        at += len(data)
    return b"".join(pieces), starts


def read_blocks(stream):
    """(type, whole block) of a pcapng stream, one after the other."""
    while True:
        head = stream.read(8)
        if not head:
            return
        kind, length = struct.unpack("<II", head)
        rest = stream.read(length - 8)
        assert len(rest) == length - 8 and rest[-4:] == head[4:], "torn block"
        yield kind, rest


def read_records(stream):
    """(flags, bytes) of every packet of a pcapng stream."""
    for kind, rest in read_blocks(stream):
        if kind != PACKET:
            continue
        length = int.from_bytes(rest[12:16], "little")
        options = options_of(rest[20 + (length + 3) // 4 * 4 : -4])
        yield int.from_bytes(options.get(2, b""), "little"), rest[20 : 20 + length]


def read_pcap(stream):
    """(None, bytes) of every packet of a classic pcap with nanoseconds."""
    assert stream.read(24)[:4] == struct.pack("<I", 0xA1B23C4D)
    while True:
        head = stream.read(16)
        if not head:
            return
        length = struct.unpack("<4I", head)[2]
        yield None, stream.read(length)
