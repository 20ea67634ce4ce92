# The tap beside other programs that read a serial line, all at the same moments: what they cost in silence and at 2400
# baud, and how far from the first byte their times are.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import collections
import os
import pathlib
import pty
import random
import re
import shutil
import socket
import statistics
import subprocess
import time
import tty

from measure import peak_kib
from tapkit import parse

CHARACTER = 11 / 2400
LATENCY = 0.016
SETTLE_SECONDS = 65  # then the beginning of the file is on the disk, too
IDLE_SECONDS, FULL_SECONDS, BURSTS = 120, 30, 40
TURNS, TURN_SECONDS = 4, 5  # of each alone
WATCHDOG = 120  # seconds, as the unit has it


class Reader:
    """A program on a pseudo terminal of its own."""

    def __init__(self, name, command, out, env=None, times=None):
        self.name, self.out, self.times = name, out, times
        self.master, slave = pty.openpty()
        tty.setraw(slave)
        self.slave = slave
        words = [word.replace("LINE", os.ttyname(slave)) for word in map(str, command)]
        with open(out, "wb") as stdout, open(f"{out}.said", "wb") as stderr:
            self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, env=env)

    def cpu(self):
        """Seconds, of all threads, to the nanosecond: clock_getcpuclockid() in Python."""
        return time.clock_gettime(~self.process.pid << 3 | 2)

    def switches(self):
        count = 0
        for status in pathlib.Path(f"/proc/{self.process.pid}/task").glob("*/status"):
            count += sum(int(line.split()[1]) for line in status.read_text().splitlines() if "ctxt_switches" in line)
        return count

    def close(self):
        self.process.terminate()
        self.process.wait()
        os.close(self.master)
        os.close(self.slave)


# ---- what they noted: the time of each burst's first byte ----


def tap_times(reader):
    return [packet.time for packet in parse(reader.out.read_bytes()).packets]


def stamps(text, pattern, form):
    """Date and time down to seconds, then microseconds, of which socat 1.7 writes nine digits."""
    return [time.mktime(time.strptime(second, form)) + int(micros) / 1e6 for second, micros in re.findall(pattern, text)]


def socat_times(reader):
    return stamps(pathlib.Path(f"{reader.out}.said").read_text(), r"(?m)^> (\S+ [\d:]+)\.(\d+) ", "%Y/%m/%d %H:%M:%S")


def jpnevulator_times(reader):
    return stamps(reader.out.read_text(), r"(?m)^(\S+ [\d:]+)\.(\d+):", "%Y-%m-%d %H:%M:%S")


def first_byte_errors(times, begun):
    """Milliseconds. What a reader noted of a burst is what it noted first behind the burst's beginning."""
    return [abs(min(later) - at) * 1000 for at in begun for later in [[stamp for stamp in times if stamp > at - 0.05]] if later]


# ---- the line ----


def pass_time(readers, until, data):
    """Each 16 ms what a line of 2400 baud has said by then, to all; another one is first each time."""
    begun, at, readers = time.monotonic(), 0, collections.deque(readers)
    while time.monotonic() - begun < until:
        time.sleep(LATENCY)
        due = int((time.monotonic() - begun) / CHARACTER)
        for reader in readers:
            os.write(reader.master, data[at:due])
        at = due
        readers.rotate(1)


def send_bursts(readers, frames):
    """As an adapter hands them over that looks each 16 ms; when each began."""
    moments, chance = [], random.Random(188)
    for index in range(BURSTS):
        data, at, begun = frames[index % len(frames)], 0, time.time() + chance.random() * LATENCY
        moments.append(begun)
        while at < len(data):
            tick = (int(time.time() / LATENCY) + 1) * LATENCY
            time.sleep(max(0, tick - time.time()))
            due = min(len(data), int((tick - begun) / CHARACTER))
            for reader in readers:
                os.write(reader.master, data[at:due])
            at = max(at, due)
        time.sleep(0.15)
    return moments


# ---- the table ----


def tap_command(tap, out, *more):
    return [tap, "-q", "-i", "LINE", "-w", out, *more]


def start_all(folder, tap, service):
    """What this computer has of them. cat twice: what it hears is thrown away, or in a file, as with the tap."""
    everything = ("--alarm-silence", "15m", "--metrics", folder / "tap.prom", "--sync", "60")
    environment = dict(os.environ, NOTIFY_SOCKET=service.getsockname(), WATCHDOG_USEC=str(WATCHDOG * 1_000_000))
    readers = [
        Reader("cat, to /dev/null", ["cat", "LINE"], pathlib.Path("/dev/null")),
        Reader("cat, to a file", ["cat", "LINE"], folder / "cat"),
        Reader("cjt188dump", tap_command(tap, folder / "tap"), folder / "tap.said", times=tap_times),
        Reader("cjt188dump, all told", tap_command(tap, folder / "all", *everything), folder / "all.said", environment, tap_times),
    ]
    for reader in readers[2:]:
        reader.out = reader.out.with_suffix("")
    if shutil.which("socat"):
        readers.append(Reader("socat -x", ["socat", "-u", "-x", "LINE,raw,echo=0", f"OPEN:{folder}/socat.bytes,creat"], folder / "socat",
                              times=socat_times))
    if shutil.which("jpnevulator"):
        readers.append(Reader("jpnevulator", ["jpnevulator", "--read", "--timing-print", "--tty", "LINE"], folder / "jpnevulator",
                              times=jpnevulator_times))
    time.sleep(SETTLE_SECONDS)
    return readers


def measured(readers, begin, look):
    """What `look` says has grown by while `begin` runs."""
    before = [look(reader) for reader in readers]
    begin()
    return [look(reader) - then for reader, then in zip(readers, before)]


def cost_alone(readers, data):
    """CPU seconds a second, the median of some turns: what one costs while the others are silent, and caches are cold."""
    turns = [[measured([reader], lambda: pass_time([reader], TURN_SECONDS, data), Reader.cpu)[0] / TURN_SECONDS for reader in readers]
             for _ in range(TURNS)]
    return [statistics.median(costs) for costs in zip(*turns)]


def show_row(reader, idle, alone, together, errors):
    error = f"{statistics.mean(errors):8.1f}{statistics.quantiles(errors, n=20)[-1]:8.1f}" if errors else f"{'-':>8}{'-':>8}"
    print(f"  {reader.name:22}{idle / IDLE_SECONDS:8.3f}{alone[0] * 1e6:8.0f}{alone[0] / alone[1]:8.2f}{together[0] / together[1]:10.2f}"
          f"{peak_kib(reader.process.pid) / 1024:8.1f}{error}")


def show_peers(folder, tap, known):
    frames = [frame["bytes"] for frame in known if frame["kind"] == "thread"]
    data = b"".join(frames) * 100
    service = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    service.bind(str(folder / "notify"))
    readers = start_all(folder, tap, service)
    idle = measured(readers, lambda: time.sleep(IDLE_SECONDS), Reader.switches)
    alone = cost_alone(readers, data)
    together = measured(readers, lambda: pass_time(readers, FULL_SECONDS, data), Reader.cpu)
    moments = send_bursts(readers, frames)
    time.sleep(0.5)
    print("readers of a pseudo terminal of 2400 baud, handed over each 16 ms, without their start: wakeups/s in silence, CPU µs/s\n"
          "  and as a ratio to the first, alone and while all read; peak MiB; first byte's time is wrong by ms, mean and 95 of 100")
    for number, reader in enumerate(readers):
        show_row(reader, idle[number], (alone[number], alone[0]), (together[number], together[0]),
                 first_byte_errors(reader.times(reader), moments) if reader.times else [])
        reader.close()
    service.close()
