# What cjt188poll does not send, looked at from outside: system calls, symbols. And that cjt188dump cannot send at all.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import os
import pty
import re
import shutil
import subprocess

import pytest
from conftest import BUILD
from craft import frame
from pollkit import *  # noqa: F403
from tapkit import *  # noqa: F403
from test_poll_clock import BEFORE, THREAD, lists  # noqa: F401

READ_HEX = "68 20 AA AA AA AA AA 11 11 01 03 1F 90 00 AF 16"
CLOCK = "15 A0 00 00 31 11 27 04 26 20"


def hex_frame(address="25 32 26 24 00 11 11", control="39", data="18 A0 AA", type="20"):
    data = bytes.fromhex(data)
    body = bytes.fromhex(f"68 {type} {address} {control}") + bytes([len(data)]) + data
    return (body + bytes([sum(body) & 0xFF, 0x16])).hex(" ").upper()


KNOW = ("--i-know", "--yes")
# words behind raw, exit code, what is said; none of them reaches the line
RAW = {
    "a write": ((hex_frame(),), REFUSED, "--i-know lets it pass"),
    "a write with --yes": (("--yes", hex_frame()), REFUSED, "--i-know lets it pass"),
    "a write, nobody there": ((*KNOW, hex_frame()), REFUSED, "not confirmed on a terminal"),
    "a clock, nobody there": ((hex_frame(control="04", data=CLOCK),), REFUSED, "not confirmed on a terminal"),
    "a clock +33H": (("--yes", hex_frame(control="04", data="48 D3 33 33 64 44 5A 37 59 53")), REFUSED, "--i-know lets it pass"),
    "a bad date": (("--yes", hex_frame(control="04", data="15 A0 00 00 31 11 30 02 26 20")), REFUSED, "--i-know lets it pass"),
    "AA×5": ((*KNOW, hex_frame("AA AA AA AA AA 11 11")), REFUSED, "not the number of one meter"),
    "AA×7": ((*KNOW, hex_frame("AA AA AA AA AA AA AA", "04", CLOCK)), REFUSED, "not the number of one meter"),
    "FF×4": ((*KNOW, hex_frame("FF FF FF FF 00 11 11", "15")), REFUSED, "not the number of one meter"),
    "99×7": ((*KNOW, hex_frame("99 99 99 99 99 99 99", "36")), REFUSED, "not the number of one meter"),
    "DD×7": ((*KNOW, hex_frame("DD DD DD DD DD DD DD", "16")), REFUSED, "not the number of one meter"),
    "AA inside": ((*KNOW, hex_frame("25 AA 26 24 00 11 11", "24")), REFUSED, "not the number of one meter"),
    "every maker": ((*KNOW, hex_frame("25 32 26 24 00 AA AA", "33")), REFUSED, "not the number of one meter"),
    "a reply": ((*KNOW, hex_frame(control="81", data="1F 90 00")), REFUSED, "bit 7 or 6"),
    "an error reply": ((*KNOW, hex_frame(control="C1", data="00 00")), REFUSED, "bit 7 or 6"),
    "bit 6": ((*KNOW, hex_frame(control="44", data=CLOCK)), REFUSED, "bit 7 or 6"),
    "two frames": ((READ_HEX, READ_HEX), REFUSED, "more than one frame"),
    "a read and a write": ((*KNOW, READ_HEX, hex_frame()), REFUSED, "more than one frame"),
    "noise behind it": ((READ_HEX, "00"), REFUSED, "more than one frame"),
    "noise before it": (("00", READ_HEX), REFUSED, "no CJ/T 188 frame"),
    "M-Bus": (("10 5B 01 5C 16",), REFUSED, "M-Bus"),
    "long M-Bus": (("68 03 03 68 53 FE 51 A2 16",), REFUSED, "M-Bus"),
    "DL/T 645": (("68 AA AA AA AA AA AA 68 13 00 DF 16",), REFUSED, "DL/T 645"),
    "FE": (("FE FE FE",), REFUSED, "nothing but FE"),
    "too long": (("68" * 300,), REFUSED, "longer than a frame"),
    "wrong checksum": (("68 20 AA AA AA AA AA 11 11 01 03 1F 90 00 B0 16",), REFUSED, "no CJ/T 188 frame"),
    "cut": (("68 20 AA AA AA AA",), REFUSED, "no CJ/T 188 frame"),
    "no hex": (("hello",), USAGE, "no frame in hex"),
    "half a byte": (("68 2",), USAGE, "no frame in hex"),
}


@pytest.fixture
def traced(cjt188poll, computer, tmp_path):
    """traced(line, words…): the program under strace; (what ran, the lines of the log)."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed")

    def run(bus, *words, program=cjt188poll, **more):
        log = tmp_path / "strace"
        calls = "write,writev,pwrite64,pwritev,send,sendto,sendmsg,sendmmsg,sendfile,splice,ioctl,open,openat,io_uring_enter"
        env = [f"--env={name}={computer[0][name]}" for name in ("LD_PRELOAD", "CJT188_CLOCK_SYNCHRONISED", "CJT188_CLOCK_STEP", "ASAN_OPTIONS")]
        more.setdefault("stdin", subprocess.DEVNULL)
        done = subprocess.run([strace, "-f", "-y", "-e", f"trace={calls}", *env, "-o", log, program, "-i", bus.path, *map(str, words)],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=TIMEOUT, check=False, **more)
        rows = log.read_text(encoding="utf-8", errors="replace").splitlines()
        assert rows, done.stderr
        for row in rows:
            assert not re.search(r"TCSBRK|TIOCSBRK|TIOCSTI|TCSBRKP|io_uring", row), row
        return done, rows

    return run


def written(rows, bus):
    """What went out on the line."""
    return [row for row in rows if re.search(rf"\b(p?writev?(64)?|send\w*|splice)\(.*<{re.escape(bus.path)}>", row)]


@pytest.mark.parametrize("name", RAW)
def test_raw_refused(traced, buses, name):
    words, code, says = RAW[name]
    bus = buses()
    done, rows = traced(bus, *FAST, "--gap", "80", "raw", *words)
    assert (done.returncode, says in done.stderr) == (code, True), done.stderr
    assert written(rows, bus) == [] and bus.received == b""


@pytest.mark.parametrize("name", BEFORE)
def test_set_clock_refused(traced, buses, lists, name):  # noqa: F811
    words, code, says = BEFORE[name]
    bus = buses()
    done, rows = traced(bus, *FAST, *words, "--yes", "--allow-jump", cwd=lists)
    assert (done.returncode, says in done.stderr) == (code, True), done.stderr
    assert written(rows, bus) == [] and bus.received == b""


def test_not_confirmed(traced, buses, computer):
    """Only the question went out; a run that is confirmed shows that it would have been seen."""
    bus = buses(Meter(step=computer[1]))
    done, rows = traced(bus, *FAST, "--gap", "80", "--timeout", "1000", *THREAD)
    assert done.returncode == REFUSED and len(written(rows, bus)) == 1 and bus.writes() == [] and len(bus.asked) == 1
    done, rows = traced(bus, *FAST, "--gap", "80", "--timeout", "1000", *THREAD, "--yes")
    assert done.returncode == 0 and len(written(rows, bus)) == 3 and len(bus.writes()) == 1, done.stderr


def test_confirmed_raw(begin, buses):
    """By typing the number, and only so; sent once, exactly, and recorded as a write."""
    bus = buses(lambda bus, asked: [(0.06, frame(asked.body[:3], control=asked.control | 0x80, preamble=5))])
    for text, sent in (("24263226\n", 0), ("yes\n", 0), (f"{NUMBER}\n", 1)):
        master, slave = pty.openpty()
        process = begin("-i", bus.path, *QUICK, "-r", "5", "raw", "--i-know", hex_frame(), stdin=slave, stderr=slave)
        messages = b""
        while b"to send it:" not in messages:
            messages += os.read(master, 4096)
        os.write(master, text.encode())
        process.wait(TIMEOUT)
        os.close(master)
        os.close(slave)
        assert process.returncode == (0 if sent else REFUSED), messages
        assert b"Control 39 writes to meter 24263225" in messages and len(bus.asked) == sent
    assert bus.received == b"\xfe" * 6 + bytes.fromhex(hex_frame())


def test_a_raw_write_is_not_repeated(poll, buses, tmp_path):
    """Silence or not. A clock under 04 may be sent with --yes."""
    bus, file = buses(), tmp_path / "line.pcapng"
    done = poll("-i", bus.path, *CURT, "-r", "5", "-w", file, "raw", "--yes", hex_frame(control="04", data=CLOCK))
    assert done.returncode == NO_ANSWER and len(bus.asked) == 1
    assert parse(file.read_bytes()).packets[0].comment.startswith("Write, by cjt188poll raw")


def test_raw_on_a_busy_line(begin, buses, tmp_path):
    bus, file = buses(), tmp_path / "line.pcapng"
    process = begin("-i", bus.path, *CURT, "--listen", "1", "-w", file, "raw", "--yes", hex_frame(control="04", data=CLOCK))
    wait_until(lambda: file.exists() and file.stat().st_size > 0, "the line to be listened to")
    bus.say((0.05, FOREIGN))
    process.communicate(timeout=TIMEOUT)
    assert process.returncode == BUSY and bus.received == b""


@pytest.mark.parametrize("text, sent", [
    ("68 20 AA AA AA AA AA 11 11 01 03 1F 90 00", READ.hex()), ("6820AAAAAAAAAA111101031F9000AF16", READ.hex()),
    ("FE FE 68 20 AA AA AA AA AA 11 11 01 03 1F 90 00", "FEFE" + READ[6:].hex()),
    ("FE FE 68 20 AA AA AA AA AA 11 11 01 03 1F 90 00 AF 16", "FEFE" + READ[6:].hex())])
def test_raw_reads(poll, buses, text, sent):
    """A checksum and an end are added where they are missing, FE where there are none; else it is sent as it stands."""
    bus = buses(answers(reading()))
    done = poll("-i", bus.path, *QUICK, "raw", *text.split())
    assert done.returncode == 0 and bus.received == bytes.fromhex(sent) and "24263225 answered" in done.stdout


# ---- the tap cannot ----


def symbols_of(program, *options):
    rows = subprocess.run(["nm", "--defined-only", *options, program], capture_output=True, text=True, check=True).stdout
    return {row.split()[2] for row in rows.splitlines() if len(row.split()) == 3}


def test_the_tap_has_nothing_that_sends(cjt188dump, cjt188poll):
    """Not one symbol of the library in which all is that sends."""
    sending = symbols_of(BUILD / "sniffer" / "libcjt188_ask.a", "--extern-only")
    assert {"sender_begin", "bus_ask", "request_make", "poll_write"} <= sending & symbols_of(cjt188poll)
    assert symbols_of(cjt188dump) & sending == set()
    with open(cjt188dump, "rb") as file:
        assert b"cannot be opened for writing" not in file.read()
    linked = subprocess.run(["ldd", cjt188dump], capture_output=True, text=True, check=False).stdout
    assert "cjt188_ask" not in linked


def test_the_tap_opens_no_line_for_writing(start, cjt188dump, cjt188poll, buses, tmp_path):
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed")
    bus = buses(answers(reading()))
    for program, words, modes in ((cjt188dump, ("-a", "duration:1"), {"O_RDONLY"}), (cjt188poll, (*QUICK, "read"), {"O_RDONLY", "O_WRONLY"})):
        log = tmp_path / "strace"
        subprocess.run([strace, "-f", "-y", "-e", "trace=openat,open,write,ioctl", "-o", log, program, "-i", bus.path, *words],
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=TIMEOUT, check=True)
        rows = log.read_text(encoding="utf-8", errors="replace").splitlines()
        found = {mode for row in rows if re.search(rf'open(at)?\(.*"{re.escape(bus.path)}"', row)
                 for mode in re.findall(r"O_(?:RDONLY|WRONLY|RDWR)", row)}
        assert found == modes
        assert bool(written(rows, bus)) == ("O_WRONLY" in modes)
        assert not any(re.search("TCSBRK|TIOCSBRK|TIOCSTI", row) for row in rows)
