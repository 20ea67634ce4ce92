# Adapters that are pulled and plugged in again: the tap listens to its own and to no other, whatever they are called then.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import fcntl
import socket
import time

import pytest

from conftest import BUILD
from plugs import sockets  # noqa: F401
from tapkit import *  # noqa: F403

A, B = b"\x10\x5b\x01\x5c\x16", b"\x10\x5b\x02\x5d\x16"  # M-Bus short frames: whose line it is
BY_ID = "/dev/serial/by-id/usb-USB_Serial-if00-port0"
BY_SERIAL = "/dev/serial/by-id/usb-USB_Serial_A501-if00-port0"


@pytest.fixture
def tap(start, sockets, cjt188dump, tmp_path):  # noqa: F811
    """tap(path, options…): the tap inside the computer, listening."""

    def run(path, *args):
        file = tmp_path / "line.pcapng"
        process = start("-q", *args, "-i", path, "-w", file, program=[*sockets.prefix, cjt188dump])
        wait_until(lambda: file.exists() and file.stat().st_size > 0, "the first block")
        process.file = file
        return process

    return run


def hears(process, line, data):
    """The tap has this line open, and records what is said on it."""
    before = len(parse(process.file.read_bytes()).packets)
    wait_until(lambda: line.path in held(process), "the line to be open")
    time.sleep(0.2)
    line.send(data)
    packets = packets_of(process.file, before + 1)
    assert packets[-1].data == data
    return packets[-1].comment


def held(process):
    """The pseudo terminals that the tap has open, by their own names."""
    names = {}
    for name in pathlib.Path("/dev/pts").iterdir():
        names[name.stat().st_rdev] = str(name)
    found = set()
    for fd in pathlib.Path(f"/proc/{process.pid}/fd").iterdir():
        try:
            found.add(names.get(fd.stat().st_rdev))
        except OSError:
            continue
    return found


def is_deaf(process, line):
    """For as long as it takes to look twice."""
    time.sleep(2.5)
    return line.path not in held(process)


def test_not_there_at_the_start(tap, sockets, tmp_path, monkeypatch):  # noqa: F811
    """One line in the log, ready while it waits, and the line that is there is heard meanwhile."""
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.bind(str(tmp_path / "notify"))
    manager.settimeout(TIMEOUT)
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    b = sockets.plug("ttyUSB1", "1-2")
    process = tap("/dev/usb/ttyUSB1", "-i", "/dev/usb/ttyUSB0")
    assert manager.recv(100) == b"READY=1"
    hears(process, b, B)
    time.sleep(2.5)
    assert "was not there before" in hears(process, sockets.plug("ttyUSB0", "1-1"), A)
    assert [packet.data for packet in parse(process.file.read_bytes()).packets] == [B, A]
    messages = finish(process)
    own = [line for line in messages.splitlines() if "is open in python3" not in line]  # that is this test
    assert sum('"/dev/usb/ttyUSB0"' in line for line in own) == 2 and messages.count("Waiting.") == 1
    manager.close()


def test_all_settings_of_a_line_that_comes_later(tap, sockets):  # noqa: F811
    process = tap("/dev/usb/ttyUSB0", "--baud", "auto")
    reply = bytes.fromhex("6820AAAAAAAAAA111101031F9000AF16")
    a = sockets.plug("ttyUSB0", "1-1")
    wait_until(lambda: a.path in held(process), "the line to be open")
    time.sleep(0.2)
    a.send(reply)
    assert "Settings searched, from here with 2400 8E1" in packets_of(process.file, 1)[0].comment
    a.send(reply)
    assert "Settings found: 2400 8E1" in packets_of(process.file, 2)[1].comment
    finish(process)


def test_plugged_in_after_a_long_time(tap, sockets):  # noqa: F811
    """A line that is gone is looked for less and less often, and noticed at once when it comes back."""
    a = sockets.plug("ttyUSB0", "1-1")
    process = tap("/dev/usb/ttyUSB0")
    hears(process, a, A)
    sockets.pull("ttyUSB0")
    time.sleep(4)  # it has been looked for after 0.5, 1.5 and 3.5 seconds, and will be after 7.5
    plugged = time.monotonic()
    a = sockets.plug("ttyUSB0", "1-1")
    wait_until(lambda: a.path in held(process), "the line to be open")
    assert time.monotonic() - plugged < 2
    hears(process, a, A)
    finish(process)


def test_one_that_another_program_has(tap, sockets):  # noqa: F811
    """Among several it is waited for."""
    a, b = sockets.plug("ttyUSB0", "1-1"), sockets.plug("ttyUSB1", "1-2")
    fcntl.flock(a.slave, fcntl.LOCK_EX)
    process = tap("/dev/usb/ttyUSB1", "-i", "/dev/usb/ttyUSB0")
    hears(process, b, B)
    fcntl.flock(a.slave, fcntl.LOCK_UN)
    hears(process, a, A)
    finish(process)


def test_a_port_that_came_too_late(tap, sockets, tmp_path, monkeypatch):  # noqa: F811
    """systemd's list of devices is that of the start: the tap ends, so that it is started with a new one."""
    monkeypatch.setenv("LD_PRELOAD", str(BUILD / "tests" / "libfake_port.so"))
    monkeypatch.setenv("CJT188_PORT_FORBIDDEN", "/dev/usb/ttyUSB0")
    monkeypatch.setenv("CJT188_PORT_LOG", str(tmp_path / "port.log"))
    monkeypatch.setenv("CJT188_PORT_COUNTERS", str(tmp_path / "counters"))
    process = tap("/dev/usb/ttyUSB0")
    assert process.poll() is None
    sockets.plug("ttyUSB0", "1-1")
    assert process.wait(TIMEOUT) == CANNOT_OPEN
    assert b"not permitted" in process.stderr.read()


@pytest.mark.parametrize("path", ["/dev/usb/ttyUSB0", BY_ID, "/dev/serial/by-path/1-1"])
def test_adapters_without_serial_numbers(tap, sockets, path):  # noqa: F811
    """Both have the same link by-id: the tap on A never records B, and hears A when it is back, under whatever name."""
    sockets.plug("ttyUSB1", "1-2")
    a = sockets.plug("ttyUSB0", "1-1")  # udev's link is the last one's
    process = tap(path)
    hears(process, a, A)
    sockets.pull("ttyUSB0")
    assert is_deaf(process, sockets.lines["ttyUSB1"][0])
    a = sockets.plug("ttyUSB7", "1-1")
    hears(process, a, A)
    messages = finish(process)
    assert ("by-path tells them apart" in messages) == (path == BY_ID)
    assert payload(parse(process.file.read_bytes())) == A * 2


def test_serial_number_beats_place(tap, sockets):  # noqa: F811
    """They change places, and names."""
    a, b = sockets.plug("ttyUSB0", "1-1", "A501"), sockets.plug("ttyUSB1", "1-2", "A502")
    process = tap("/dev/usb/ttyUSB0")
    hears(process, a, A)
    sockets.pull("ttyUSB0")
    sockets.pull("ttyUSB1")
    wait_until(lambda: a.path not in held(process), "the tap to let go")
    a = sockets.plug("ttyUSB1", "1-2", "A501")
    b = sockets.plug("ttyUSB0", "1-1", "A502")
    assert "at another place" in hears(process, a, A)
    assert b.path not in held(process)
    finish(process)


def test_serial_numbers_that_repeat(tap, sockets):  # noqa: F811
    """CP2102 of one batch are all 0001: then the place tells."""
    sockets.plug("ttyUSB1", "1-2", "0001")
    a = sockets.plug("ttyUSB0", "1-1", "0001")
    process = tap("/dev/usb/ttyUSB0")
    hears(process, a, A)
    sockets.pull("ttyUSB0")
    assert is_deaf(process, sockets.lines["ttyUSB1"][0])
    hears(process, sockets.plug("ttyUSB2", "1-1", "0001"), A)
    finish(process)


def test_another_adapter_in_its_place(tap, sockets):  # noqa: F811
    """A broken one was replaced: taken, and said, also in the packet. Not when told to wait for the same."""
    a = sockets.plug("ttyUSB0", "1-1", "A501")
    process = tap(BY_SERIAL)
    hears(process, a, A)
    sockets.pull("ttyUSB0")
    assert "is another adapter now: Other, serial number X9" in hears(process, sockets.plug("ttyUSB0", "1-1", "X9", "Other"), A)
    assert "is another adapter now" in finish(process)


def test_told_to_wait_for_the_same_adapter(tap, sockets):  # noqa: F811
    a = sockets.plug("ttyUSB0", "1-1", "A501")
    process = tap("/dev/usb/ttyUSB0", "--same-adapter")
    hears(process, a, A)
    sockets.pull("ttyUSB0")
    assert is_deaf(process, sockets.plug("ttyUSB0", "1-1", "X9", "Other"))
    sockets.pull("ttyUSB0")
    hears(process, sockets.plug("ttyUSB3", "1-2", "A501"), A)
    assert finish(process).count("is another adapter now") == 1


@pytest.mark.parametrize("where", ["this process", "taps.conf"])
def test_never_another_lines_adapter(tap, sockets, tmp_path, where):  # noqa: F811
    """B's adapter is plugged into A's place while both are gone: it stays B's."""
    a, b = sockets.plug("ttyUSB0", "1-1"), sockets.plug("ttyUSB1", "1-2", "B7", "Other")
    by_id = "/dev/serial/by-id/usb-Other_B7-if00-port0"
    taps = tmp_path / "taps.conf"
    taps.write_text(f"b -i {by_id} --baud 9600\n", encoding="ascii")
    others = ("-i", by_id) if where == "this process" else ("--taps", taps)
    process = tap("/dev/usb/ttyUSB0", *others)
    hears(process, a, A)
    sockets.pull("ttyUSB0")
    sockets.pull("ttyUSB1")
    wait_until(lambda: a.path not in held(process), "the tap to let go")
    b = sockets.plug("ttyUSB0", "1-1", "B7", "Other")
    if where == "this process":
        hears(process, b, B)
        assert parse(process.file.read_bytes()).packets[-1].interface == 0
    else:
        assert is_deaf(process, b)
        assert "is another line's" in finish(process)
