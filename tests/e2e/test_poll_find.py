# cjt188poll find, scan, address, the demo, and RTS.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import os
import subprocess
import termios

import pytest
from conftest import BUILD
from craft import frame
from pollkit import *  # noqa: F403
from tapkit import *  # noqa: F403

from bus import damaged, mixed

HURRY = ("--listen", "0", "--gap", "40", "--timeout", "40")
STEPS = 25


def test_found_at_the_third_step(poll, buses):
    """With the command to go on with, which works."""
    bus = buses(lambda bus, asked: [(0.15, reading(di="90 1F"))] if asked.di == b"\x90\x1f" and asked.address[6] == 0x11 else [])
    done = poll("-i", bus.path, "--listen", "0", "--gap", "80", "--timeout", "400", "find")
    assert done.returncode == 0, done.stderr
    rows = done.stdout.splitlines()
    assert len(rows) == 4 and len(bus.asked) == 3
    assert rows[0].startswith("2400 8E1, 6 FE, type 20 (heat), AA×5 11 11, identifier 1F 90: no answer")
    assert rows[2].startswith("2400 8E1, 6 FE, type 20 (heat), AA×5 11 11, identifier 90 1F: answered by 24263225")
    assert rows[3] == f"Go on with: cjt188poll -i {bus.path} --di-order high read"
    words = rows[3].removeprefix("Go on with: cjt188poll ").split()
    assert poll(*words, *QUICK[2:]).returncode == 0


def test_found_at_another_speed(poll, buses):
    """The line has that speed when it is asked."""
    speeds = []

    def behave(bus, asked):
        speeds.append(termios.tcgetattr(bus.slave)[5])
        return [(0.04, reading())] if speeds[-1] == termios.B9600 else []

    bus = buses(behave)
    done = poll("-i", bus.path, *HURRY[:-1], "300", "find")
    assert done.returncode == 0 and f"Go on with: cjt188poll -i {bus.path} --baud 9600 --format 8N1 read" in done.stdout
    assert set(speeds[:-1]) == {termios.B2400}


def test_only_reads_are_tried(poll, buses):
    bus = buses()
    done = poll("-i", bus.path, *HURRY, "find")
    assert done.returncode == NO_ANSWER and len(done.stdout.splitlines()) == len(bus.asked) == STEPS
    assert {asked.control for asked in bus.asked} == {0x01} and bus.received == b"".join(asked.data for asked in bus.asked)
    assert {len(asked.data) - len(asked.frame) for asked in bus.asked} == {0, 4, 6, 13}
    assert "Nothing came at all, not even an echo" in done.stderr


IN_VAIN = {
    "echo": (lambda bus, asked: [(0, asked.data)], "Only echoes came"),
    "noise": (lambda bus, asked: [(0, b"\x00\xf8\x80")], "Bytes came that are no frame"),
    "altered": (lambda bus, asked: [(0, asked.data[:-4] + b"\x11\x22" + asked.data[-2:])], "The requests came back altered"),
    "M-Bus": (lambda bus, asked: [(0, bytes.fromhex("6803036853FE51A216"))], "this line speaks M-Bus"),
    "DL/T 645": (lambda bus, asked: [(0, bytes.fromhex("68AAAAAAAAAAAA681300DF16"))], "A DL/T 645 frame was heard"),
}


@pytest.fixture(scope="module")
def in_vain(cjt188poll):
    buses = []

    def play(name):
        bus = Bus(IN_VAIN[name][0])
        buses.append(bus)
        return runner(cjt188poll)("-i", bus.path, *HURRY, "find")

    yield Together(IN_VAIN, play)
    for bus in buses:
        bus.close()


@pytest.mark.parametrize("name", IN_VAIN)
def test_what_is_heard_in_vain(in_vain, name):
    done = in_vain[name]
    assert done.returncode == NO_ANSWER and "No meter was found. " in done.stderr and IN_VAIN[name][1] in done.stderr, done.stderr


@pytest.mark.parametrize("reply", [damaged(reading()), mixed(reading(), reading(OTHER, supply=7799))])
def test_several_at_once(poll, buses, reply):
    """Named in find, too, and no other form is tried."""
    bus = buses(answers((0.15, reply)))
    done = poll("-i", bus.path, "--listen", "0", "--gap", "80", "--timeout", "400", "find")
    assert done.returncode == NO_ANSWER and "everal meters answered at once" in done.stdout + done.stderr and len(bus.asked) == 1


# ---- scan and address ----


def test_scan(poll, buses):
    bus = buses(lambda bus, asked: Meter()(bus, asked) if asked.address[0] == 0x25 else ())
    done = poll("-i", bus.path, *CURT, "scan", "24263224-24263226", "0000000007")
    assert done.returncode == 0 and done.stdout.startswith("24263225: ") and len(done.stdout.splitlines()) == 1
    assert "1 of 4 numbers answered" in done.stderr and "AA×5 11 11" in done.stderr
    assert [asked.address[:5].hex() for asked in bus.asked] == ["2432262400", "2532262400", "2632262400", "0700000000"]
    assert {asked.control for asked in bus.asked} == {0x01}


def test_scan_finds_none(poll, buses):
    bus = buses()
    done = poll("-i", bus.path, *CURT, "scan", "24263224-24263225")
    assert done.returncode == NO_ANSWER and "None of these numbers answered" in done.stderr and done.stdout == ""


@pytest.mark.parametrize("words", [("24263226-24263220",), ("2426-2427",), ("24263225-2426322600",), ("24263225-",), ("-24263225",),
                                   ("00000000-99999999",), ("2426322A",), ("00000000-00099999", "24263225"), ("24263225-24263226-24263227",)])
def test_bad_ranges(poll, buses, words):
    bus = buses()
    done = poll("-i", bus.path, *CURT, "scan", "--", *words)
    assert done.returncode == USAGE and bus.received == b"" and done.stderr


def test_address(poll, buses):
    bus = buses(lambda bus, asked: [(0.06, frame(asked.body, control=0x83, preamble=5))])
    done = poll("-i", bus.path, *QUICK, "address")
    assert done.returncode == 0 and "00000024263225" in done.stdout
    assert bus.received == bytes.fromhex("FEFEFEFEFEFE6820AAAAAAAAAA111103030A81008D16")
    bus.behave = lambda bus, asked: ()
    assert poll("-i", bus.path, *CURT, "address").returncode == NO_ANSWER


# ---- the demo: every command, every meter ----


DEMO = [
    (("read",), 0, "24263225 answered"), (("read", "901F", "903F"), 0, "903F"),
    (("read", "--address", "24263241"), 0, "24263241 answered"), (("read", "--address", "24263258"), 0, "24263258 answered"),
    (("read", "--address", "24263266"), 0, "24263266 answered"), (("read", "--address", "24263274", "-r", "0"), 5, "no answer within"),
    (("address",), 0, "24263225"), (("find",), 0, "Go on with: cjt188poll -i demo read"),
    (("scan", "24263240-24263241"), 0, "1 of 2 numbers answered"), (("raw", READ.hex()), 0, "24263225 answered"),
    (("set-clock", "2026-04-27 11:31:00", "--form", "thread", "--address", NUMBER, "--yes", "--allow-jump"), 0, "now shows 2026-04-27 11:31"),
    (("set-clock", "2026-04-27 11:31:00", "--form", "standard", "--address", "24263258", "--yes", "--allow-jump"), 0,
     "now shows 2026-04-27 11:31"),
]


@pytest.fixture(scope="module")
def demo(cjt188poll):
    return Together(range(len(DEMO)), lambda number: runner(cjt188poll)("-i", "demo", "--listen", "0", *DEMO[number][0]))


@pytest.mark.parametrize("number", range(len(DEMO)))
def test_demo(demo, number):
    _, code, says = DEMO[number]
    done = demo[number]
    assert done.returncode == code and says in done.stdout + done.stderr, done.stderr


def test_demo_words(poll):
    done = poll("-i", "demo:crowd", "--listen", "0", "-r", "0", "read")
    assert done.returncode == NO_ANSWER and "several meters answered at once" in done.stderr
    first, second = (poll("-i", "demo:seed=7", "--listen", "0", "--hex", "read").stdout for _ in range(2))
    assert first and first.count("\n") == second.count("\n") == 2


@pytest.mark.parametrize("words", [("find",), ("scan", "24263225-24263241"), ("read",), ("address",)])
def test_nobody_takes_what_is_found(cjt188poll, words):
    with open("/dev/full", "wb") as full:
        done = subprocess.run([cjt188poll, "-i", "demo", "--listen", "0", *words], stdin=subprocess.DEVNULL, stdout=full,
                              stderr=subprocess.PIPE, timeout=TIMEOUT, check=False)
    assert done.returncode == OUTPUT_FAILED and b"No space left" in done.stderr


# ---- a converter that is switched by RTS ----


@pytest.fixture
def port(tmp_path):
    library = BUILD / "tests" / "libfake_port.so"
    assert library.exists(), f"{library} is not built"
    log = tmp_path / "port.log"
    log.touch()
    return dict(os.environ, LD_PRELOAD=str(library), CJT188_PORT_LOG=str(log), CJT188_PORT_COUNTERS=str(tmp_path / "counters"),
                CJT188_PORT_TIMES="1", ASAN_OPTIONS="verify_asan_link_order=0"), log


def events(log):
    """[(seconds, what)] of the control line and of what was written."""
    rows = [row.split(" ", 1) for row in log.read_text(encoding="ascii").splitlines()]
    return [(float(when), what) for when, what in rows if what.startswith(("RTS", "RS485", "write"))]


@pytest.mark.parametrize("drain_ms", [0, 300])
def test_rts_while_it_sends(poll, buses, port, drain_ms):
    """Up before the first byte; down when the driver has none left and the last has had the time to leave."""
    env, log = port
    bus = buses(answers((0.4, reading())))
    done = poll("-i", bus.path, "--rts", "send", "--listen", "0", "--gap", "80", "--timeout", "2000", "read",
                env=dict(env, CJT188_PORT_DRAIN_MS=str(drain_ms)))
    assert done.returncode == 0, done.stderr
    rows = events(log)
    at = [what for _, what in rows].index("RTS on")
    assert {what for _, what in rows[:at]} == {"RTS off"}
    assert [what for _, what in rows[at:]][:3] == ["RTS on", "write 22", "RTS off"]
    up, sent, down = (when for when, _ in rows[at : at + 3])
    assert up <= sent and down - sent >= max(22 * CHARACTER, drain_ms / 1000) - 0.001
    assert {what for _, what in rows[at + 3 :]} <= {"RTS off"}


def test_rts_falls_when_stopped(begin, buses, port):
    env, log = port
    bus = buses()
    process = begin("-i", bus.path, "--rts", "send", "--listen", "0", "--timeout", "60000", "read",
                    env=dict(env, CJT188_PORT_DRAIN_MS="500"))
    wait_until(lambda: bus.asked, "a question")
    finish(process, REFUSED)
    assert events(log)[-1][1] == "RTS off"


def test_a_driver_that_never_sends(poll, buses, port):
    env, log = port
    bus = buses()
    done = poll("-i", bus.path, "--rts", "send", *CURT, "read", env=dict(env, CJT188_PORT_DRAIN_MS="100000"))
    assert done.returncode == LINE_LOST and "did not leave" in done.stderr
    assert events(log)[-1][1] == "RTS off"


def test_rts_by_the_driver(poll, buses, port):
    """Where it can do that, it is told once, and RTS is left to it."""
    env, log = port
    bus = buses(answers((0.4, reading())))
    done = poll("-i", bus.path, "--rts", "send", "--listen", "0", "--gap", "80", "--timeout", "2000", "read",
                env=dict(env, CJT188_PORT_RS485="1"))
    assert done.returncode == 0
    said = [what for _, what in events(log)]
    assert said.count("RS485, RTS while it sends") == 1 and "RTS on" not in said and "RS485, otherwise" not in said
