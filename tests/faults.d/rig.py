# For tests/faults: the tap on a line, what was sent to it, and the account of it: every byte is in a capture, in order, or
# counted where it is missing.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import collections
import contextlib
import fcntl
import gzip
import os
import pathlib
import random
import signal
import struct
import subprocess
import termios
import time

from tapkit import Line, parse, wait_until

TIMEOUT = 60
# let_go: bytes that the tap may lose, and what for; broken: promises that were not kept
Account = collections.namedtuple("Account", "rounds sent recorded counted let_go unaccounted broken", defaults=([],))


class NotHere(Exception):
    """What this fault needs, this machine does not have."""


class Rig:
    """A folder, the taps that were started in it, and dice that fall as the seed says."""

    def __init__(self, tap, folder, frames, seed):
        self.tap, self.folder, self.frames = tap, folder, frames
        self.dice = random.Random(seed)
        self.stack = contextlib.ExitStack()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stack.close()

    def line(self):
        line = Line()
        self.stack.callback(line.close)
        return line

    def start(self, *args, ready=True, **more):
        process = subprocess.Popen([self.tap, *map(str, args)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, **more)
        self.stack.callback(kill, process)
        if ready:
            wait_until(lambda: is_ready(process), "the tap to listen")
        return process

    def frame(self):
        return self.dice.choice(self.frames)

    def mount(self, *what):
        folder = self.folder / f"mount{len(list(self.folder.glob('mount*')))}"
        folder.mkdir()
        if subprocess.run(["mount", *map(str, what), folder], check=False, capture_output=True).returncode != 0:
            raise NotHere("nothing can be mounted here")
        self.stack.callback(subprocess.run, ["umount", "-l", folder], check=False, capture_output=True)
        return folder

    def ext4(self, name, mib):
        """(its image, the folder where it is mounted)."""
        image = self.folder / name
        with open(image, "wb") as file:
            file.truncate(mib << 20)
        tool = pathlib.Path("/usr/sbin/mke2fs")
        if not tool.exists():
            raise NotHere("mke2fs is not installed")
        subprocess.run([tool, "-q", "-t", "ext4", image], check=True)
        return image, self.mount("-o", "loop", image)


def is_ready(process):
    """It reads its signals, SIGTERM among them, when it listens."""
    if process.poll() is not None:
        raise AssertionError(process.stderr.read().decode())
    with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
        blocked = next(row for row in status if row.startswith("SigBlk:"))
    return bool(int(blocked.split()[1], 16) & 1 << signal.SIGTERM - 1)


def kill(process):
    if process.poll() is None:
        process.kill()
    if not process.stderr.closed:
        process.communicate()


def finish(process, line=None):
    """When it has heard all; what it said."""
    if line is not None:
        wait_until(line.is_read, "the tap to read all")
    process.terminate()
    _, said = process.communicate(timeout=TIMEOUT)
    return said.decode()


def give_back(line):
    """A tap that was killed leaves the line locked for others than root."""
    fcntl.ioctl(line.slave, termios.TIOCNXCL)


def unread(line):
    return struct.unpack("<i", fcntl.ioctl(line.slave, termios.FIONREAD, bytes(4)))[0]


# ---- what was recorded ----


def whole_part(data):
    at = 0
    while at + 12 <= len(data) and at + struct.unpack_from("<I", data, at + 4)[0] <= len(data):
        at += struct.unpack_from("<I", data, at + 4)[0]
    return data[:at]


def capture_of(path):
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return parse(whole_part(data))


def packets_in(folder, key=None):
    return [packet for path in sorted(folder.iterdir(), key=key) for packet in capture_of(path).packets]


def walk(packets, sent, at=0):
    """The packets, in order, are what was sent from `at` on, but for what they themselves say is missing: (recorded, counted, where
    they end). None: they are not."""
    recorded = counted = 0
    for packet in packets:
        at += packet.dropped
        if sent[at : at + len(packet.data)] != packet.data:
            return None
        at += len(packet.data)
        recorded += len(packet.data)
        counted += packet.dropped
    return recorded, counted, at


def settle_account(rounds, packets, sent, last=0, let_go=0, broken=()):
    """`last`: bytes that the tap said at its end are missing behind the last packet."""
    walked = walk(packets, sent)
    if walked is None:
        recorded = sum(len(packet.data) for packet in packets)
        return Account(rounds, len(sent), recorded, 0, let_go, len(sent) - recorded, [*broken, "other bytes than were sent, or elsewhere"])
    recorded, counted, _ = walked
    return Account(rounds, len(sent), recorded, counted + last, let_go, len(sent) - recorded - counted - last - let_go, list(broken))


def send_slowly(line, data, dice):
    """In pieces, as adapters hand them over, only faster."""
    at = 0
    while at < len(data):
        length = dice.randrange(1, 8)
        line.send_all(data[at : at + length])
        at += length
        time.sleep(0.0005)
