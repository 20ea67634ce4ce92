# cjt188poll set-clock: what it writes, when it does not, and that it never writes twice.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import os
import pty
import select
import signal
import subprocess
import time

import pytest
from craft import add_33, frame, heat_901f
from pollkit import *  # noqa: F403
from tapkit import *  # noqa: F403

from bus import damaged

LINE = (*FAST, "--gap", "80", "--timeout", "500")
THREAD = ("set-clock", "--form", "thread", "--address", NUMBER)
STANDARD = ("set-clock", "--form", "standard", "--address", NUMBER)
TO = bytes.fromhex("25322624001111")


@pytest.fixture
def meters(buses, computer):
    """meters(ahead=…) makes a line with a meter: (line, meter)."""

    def make(**more):
        meter = Meter(step=computer[1], **more)
        return buses(meter), meter

    return make


@pytest.fixture
def set_clock(poll, computer):
    def run(bus, *words, **more):
        more.setdefault("env", computer[0])
        return poll("-i", bus.path, *LINE, *words, **more)

    return run


def only_reads(bus):
    return bus.writes() == [] and bus.received == b"".join(asked.data for asked in bus.asked)


# ---- what is written ----


@pytest.mark.parametrize("words, control, body", [(THREAD, 0x39, bytes.fromhex("18A0AA") + TO), (STANDARD, 0x04, bytes.fromhex("15A000"))])
def test_now(set_clock, meters, computer, tshark, tmp_path, words, control, body):
    """Read, written once, read back; the second that was written is the one in which its last byte leaves."""
    bus, meter = meters()
    file = tmp_path / "line.pcapng"
    done = set_clock(bus, *words, "--yes", "-w", file)
    assert done.returncode == 0 and f"{NUMBER} now shows" in done.stderr
    assert [asked.control for asked in bus.asked] == [0x01, control, 0x01]
    assert all(asked.address == TO for asked in bus.asked)
    write = bus.asked[1]
    assert write.body[:-7] == body
    late = write.time + computer[1] + len(write.data) * 11 / 19200 - seconds_of(write.body[-7:])
    assert -0.05 < late < 5
    assert abs(meter.ahead) < 6
    for said in ("Meter        24263225", "Its clock", "To be set    now: ", "Written to   25 32 26 24 00 11 11", "UTC"):
        assert said in done.stderr
    assert told(file) == ["ask", "reply", "write", "reply", "ask", "reply"]
    comment = parse(file.read_bytes()).packets[2].comment
    assert comment.startswith(f"Write: sets the clock of {NUMBER} to 20") and "confirmed with --yes" in comment
    assert pairs(tshark, file) == {1: "→2", 2: "←1", 3: "→4", 4: "←3", 5: "→6", 6: "←5"}


def test_the_threads_own_write(set_clock, meters):
    """Byte for byte, with a time that is given: the kernel need not know one."""
    bus, _ = meters(ahead=seconds_of(bytes.fromhex("00301127042620")) - time.time() - 0)
    done = set_clock(bus, "set-clock", "2026-04-27", "11:31:00", *THREAD[1:], "--yes", "--allow-jump",
                     env=dict(os.environ))
    assert done.returncode == 0, done.stderr
    assert bus.asked[1].data.hex(" ").upper() == ("FE FE FE FE FE FE 68 20 25 32 26 24 00 11 11 39 11 18 A0 AA 25 32 26 24 00 11 11 "
                                                  "00 31 11 27 04 26 20 6D 16")


@pytest.mark.parametrize("order, sent", [("1F 90", "15A0"), ("90 1F", "A015")])
def test_order_of_the_meters_own_reply(set_clock, meters, order, sent):
    """Whatever --di-order the question had."""
    bus, _ = meters(di=order)
    assert set_clock(bus, *STANDARD, "--yes").returncode == 0
    assert bus.asked[1].body[:2].hex().upper() == sent


def test_manufacturer(set_clock, meters):
    """4259, as Wireshark shows it, is 59 42 on the wire: in the questions, as destination, as new address."""
    bus, _ = meters()
    done = set_clock(bus, *THREAD, "--manufacturer", "4259", "--yes")
    assert done.returncode == 0 and "Written to   25 32 26 24 00 59 42" in done.stderr
    assert [asked.address[5:].hex() for asked in bus.asked] == ["5942"] * 3
    assert bus.asked[1].body[3:10].hex() == "25322624005942"


def test_all_digits_of_an_address(set_clock, meters):
    """Of the standard's form; the thread's writes the manufacturer code, too, and takes it from --manufacturer alone."""
    bus, _ = meters()
    assert set_clock(bus, *STANDARD[:3], "--address", "42590024263225", "--yes").returncode == 0
    assert {asked.address.hex() for asked in bus.asked} == {"25322624005942"}
    bus.asked.clear()
    done = set_clock(bus, *THREAD[:3], "--address", "00000024263225", "--yes")
    assert done.returncode == REFUSED and "give it with --manufacturer" in done.stderr and bus.asked == []


@pytest.mark.parametrize("confirms", [True, False])
def test_an_echoing_converter(set_clock, buses, computer, confirms):
    """Its own echo is no surprise."""
    meter = Meter(step=computer[1])
    meter.confirms = confirms
    bus = buses(lambda bus, asked: [(0.03, asked.data), *((after + 0.1, data) for after, data in meter(bus, asked))])
    done = set_clock(bus, *THREAD, "--yes")
    assert done.returncode == 0 and len(bus.writes()) == 1, done.stderr


# ---- what comes after it ----


def test_silence_after_the_write(set_clock, meters):
    """Is no failure: what is read back decides."""
    bus, meter = meters()
    meter.confirms = False
    done = set_clock(bus, *THREAD, "--yes")
    assert done.returncode == 0 and "Written once; no answer within" in done.stderr and len(bus.writes()) == 1


@pytest.mark.parametrize("confirms", [True, False])
def test_read_back_differs(set_clock, meters, confirms):
    bus, meter = meters()
    meter.takes_writes, meter.confirms = False, confirms
    done = set_clock(bus, *THREAD, "--yes", "-r", "5")
    assert done.returncode == DIFFERS and "its clock was not set" in done.stderr and len(bus.writes()) == 1


def test_the_meter_says_no(set_clock, meters):
    bus, meter = meters()
    meter.takes_writes = meter.confirms = False
    behave = bus.behave
    bus.behave = lambda bus, asked: list(behave(bus, asked)) or [(0.06, frame(bytes.fromhex("0002"), control=0xC4, preamble=5))]
    done = set_clock(bus, *STANDARD, "--yes")
    assert done.returncode == DIFFERS and "the meter says that it cannot" in done.stderr and len(bus.writes()) == 1


def test_another_number_after_the_write(set_clock, meters):
    """Whoever asks for the old one hears nothing."""
    bus, meter = meters()
    behave = bus.behave

    def takes_another(bus, asked):
        reply = list(behave(bus, asked))
        if asked.control == 0x39:
            meter.number = "11111111"
        return reply

    bus.behave = takes_another
    done = set_clock(bus, *THREAD, "--yes", "-r", "1")
    assert done.returncode in (NO_ANSWER, DIFFERS) and "could not be read back" in done.stderr and len(bus.writes()) == 1


def test_damage_after_the_write(set_clock, meters):
    bus, meter = meters()
    behave = bus.behave

    def spoil(bus, asked):
        return [(after, damaged(data) if bus.writes() else data) for after, data in behave(bus, asked)]

    bus.behave = spoil
    done = set_clock(bus, *THREAD, "--yes", "-r", "1")
    assert done.returncode in (NO_ANSWER, DIFFERS) and "The write was sent, and could not be read back" in done.stderr
    assert "Nothing was written" not in done.stderr and len(bus.writes()) == 1


def test_unplugged_after_the_write(set_clock, meters):
    bus, meter = meters()
    behave = bus.behave
    bus.behave = lambda bus, asked: [(0.02, bus.unplug)] if asked.control == 0x39 else behave(bus, asked)
    done = set_clock(bus, *THREAD, "--yes")
    assert done.returncode == LINE_LOST and "read 24263225 to see what became of it" in done.stderr and len(bus.writes()) == 1


# ---- what is refused before anything is sent ----

BEFORE = {
    "AA×5": ((*THREAD[:3], "--address", "1111AAAAAAAAAA"), REFUSED, "no number of one meter"),
    "AA×7": ((*STANDARD[:3], "--address", "AAAAAAAAAAAAAA"), REFUSED, "no number of one meter"),
    "FF×4": ((*STANDARD[:3], "--address", "111100FFFFFFFF"), REFUSED, "no number of one meter"),
    "99×4": ((*STANDARD[:3], "--address", "99999999"), REFUSED, "no number of one meter"),
    "DD×7": ((*STANDARD[:3], "--address", "DDDDDDDDDDDDDD"), REFUSED, "no number of one meter"),
    "0": ((*THREAD[:3], "--address", "00000000"), REFUSED, "no number of one meter"),
    "0 of ten": ((*THREAD[:3], "--address", "0000000000"), REFUSED, "no number of one meter"),
    "not decimal": ((*THREAD[:3], "--address", "1111002426322A"), REFUSED, "no number of one meter"),
    "AA inside": ((*THREAD[:3], "--address", "11110024AA3225"), REFUSED, "no number of one meter"),
    "all": ((*THREAD[:3], "--address", "all"), USAGE, "the number of one meter"),
    "two": ((*THREAD[:3], "--address", f"{NUMBER},{OTHER}"), USAGE, "the number of one meter"),
    "none": (THREAD[:3], USAGE, "the number of one meter"),
    "no form": (("set-clock", "--address", NUMBER), USAGE, "--form thread"),
    "another form": (("set-clock", "--address", NUMBER, "--form", "best"), USAGE, "wants thread or standard"),
    "maker FFFF": ((*THREAD, "--manufacturer", "FFFF"), USAGE, "stands for every maker"),
    "maker AAAA": ((*THREAD, "--manufacturer", "AAAA"), USAGE, "stands for every maker"),
    "maker 9999": ((*THREAD, "--manufacturer", "9999"), USAGE, "stands for every maker"),
    "maker DDDD": ((*STANDARD, "--manufacturer", "DDDD"), USAGE, "stands for every maker"),
    "maker FFFF in an address": ((*STANDARD[:3], "--address", "FFFF0024263225"), REFUSED, "stands for every maker"),
    "maker of three": ((*THREAD, "--manufacturer", "111"), USAGE, "four hex digits"),
    "maker 0x": ((*THREAD, "--manufacturer", "0x11"), USAGE, "four hex digits"),
    "no time": (("set-clock", "noon", *THREAD[1:]), USAGE, "set-clock wants now, or a time"),
    "30 February": (("set-clock", "2026-02-30 11:31:00", *THREAD[1:]), USAGE, "set-clock wants now, or a time"),
    "1999": (("set-clock", "1999-04-27 11:31:00", *THREAD[1:]), USAGE, "set-clock wants now, or a time"),
    "2100": (("set-clock", "2100-04-27 11:31:00", *THREAD[1:]), USAGE, "set-clock wants now, or a time"),
    "no seconds": (("set-clock", "2026-04-27 11:31", *THREAD[1:]), USAGE, "set-clock wants now, or a time"),
    "more behind it": (("set-clock", "2026-04-27 11:31:00Z", *THREAD[1:]), USAGE, "set-clock wants now, or a time"),
    "list and address": ((*THREAD, "--all", "list"), USAGE, "not both"),
    "no list": ((*THREAD[:3], "--all", "nowhere"), CANNOT_OPEN, "cannot be read"),
    "list of nothing": ((*THREAD[:3], "--all", "empty"), USAGE, "names no meter"),
    "list with a wildcard": ((*THREAD[:3], "--all", "wild"), REFUSED, "no number of one meter"),
    "list with words": ((*THREAD[:3], "--all", "words"), USAGE, "line 2"),
    "list with one twice": ((*THREAD[:3], "--all", "twice"), REFUSED, "named twice"),
}


@pytest.fixture
def lists(tmp_path):
    for name, text in {"list": NUMBER, "empty": "# none\n\n", "wild": f"{NUMBER}\n1111AAAAAAAAAA\n", "words": f"{NUMBER}\nkitchen\n",
                       "twice": f"{NUMBER}\n{OTHER}\n00{NUMBER}\n"}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("name", BEFORE)
def test_refused_before_anything_is_sent(set_clock, meters, lists, name):
    words, code, says = BEFORE[name]
    bus, _ = meters()
    done = set_clock(bus, *words, "--yes", "--allow-jump", cwd=lists)
    assert (done.returncode, says in done.stderr) == (code, True), done.stderr
    assert bus.received == b""


def test_kernel_without_the_time(set_clock, meters, computer):
    """now is refused; a time that is given is not."""
    bus, _ = meters()
    env = dict(computer[0], CJT188_CLOCK_SYNCHRONISED="no")
    done = set_clock(bus, *THREAD, "--yes", env=env)
    assert done.returncode == REFUSED and "not synchronised" in done.stderr and bus.received == b""
    done = set_clock(bus, "set-clock", time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(time.time() + computer[1])), *THREAD[1:], "--yes",
                     env=env)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("years", [1, 56])
def test_year_before_the_build(set_clock, meters, computer, tmp_path, years):
    bus, _ = meters()
    (tmp_path / "step").write_text(str(-years * 366 * 86400), encoding="ascii")
    done = set_clock(bus, *THREAD, "--yes")
    assert done.returncode == REFUSED and "before this program was made" in done.stderr and bus.received == b""


# ---- what is refused after the meter was read ----


def test_not_a_terminal(set_clock, meters):
    bus, _ = meters()
    done = set_clock(bus, *THREAD)
    assert done.returncode == REFUSED and "it was not confirmed on a terminal, nor with --yes. Nothing was written." in done.stderr
    assert len(bus.asked) == 1 and only_reads(bus)
    assert set_clock(bus, *THREAD, input=f"{NUMBER}\n").returncode == REFUSED and only_reads(bus)


def test_silent_meter(set_clock, buses):
    bus = buses()
    done = set_clock(bus, *THREAD, "--yes", "-r", "1")
    assert done.returncode == NO_ANSWER and len(bus.asked) == 2 and only_reads(bus)


@pytest.mark.parametrize("form", [THREAD, STANDARD])
def test_plus_33(set_clock, buses, form):
    reply = frame(add_33(heat_901f()), preamble=5)
    bus = buses(answers(reply))
    done = set_clock(bus, *form, "--manufacturer", "1111", "--yes")
    assert done.returncode == REFUSED and "adds 33 to its data" in done.stderr and only_reads(bus)


def test_another_dialect(set_clock, meters):
    """Has the thread's form only with a manufacturer's code."""
    bus, _ = meters(maker="59 42")
    done = set_clock(bus, *THREAD, "--yes")
    assert done.returncode == REFUSED and "give it with --manufacturer" in done.stderr and only_reads(bus)
    assert set_clock(bus, *THREAD, "--manufacturer", "4259", "--yes").returncode == 0
    assert len(bus.writes()) == 1


def test_no_clock_to_be_read(set_clock, meters):
    for clock in ("FF FF FF FF FF FF FF", "00 00 00 00 00 00 00", "61 00 00 01 01 26 20"):
        bus, meter = meters()
        meter.clock = lambda clock=clock: bytes.fromhex(clock)
        done = set_clock(bus, *THREAD, "--manufacturer", "1111", "--yes")
        assert done.returncode == REFUSED and "shows no date" in done.stderr and only_reads(bus), done.stderr


def test_a_clock_that_has_stopped(set_clock, meters):
    """Its owner wants it set, and says so twice."""
    bus, meter = meters()
    shows = meter.clock
    meter.clock = lambda: shows() if bus.writes() else bytes(7)
    done = set_clock(bus, *THREAD, "--yes", "--allow-jump", "--manufacturer", "1111")
    assert done.returncode == 0 and len(bus.writes()) == 1, done.stderr


def test_error_reply(set_clock, buses):
    bus = buses(answers(frame(bytes.fromhex("0002"), control=0xC1, preamble=5)))
    done = set_clock(bus, *THREAD, "--yes")
    assert done.returncode == REFUSED and "cannot be read so" in done.stderr and only_reads(bus)


SURPRISES = {
    "the same again": ([(0.1, reading())], REFUSED, "it answered more than once"),
    "another's reply": ([(0.1, reading(OTHER))], REFUSED, f"a reply of meter {NUMBER}, a reply of meter {OTHER}"),
    "damage": ([(0.1, damaged(reading()))], REFUSED, "a damaged frame"),
    "noise": ([(0.1, b"\x00")], REFUSED, "bytes that are no frame"),
    "noise before it": ([(0.02, b"\x00\x01\x02")], REFUSED, "bytes that are no frame"),
    "another master": ([(0.1, FOREIGN)], BUSY, "two masters"),
    "M-Bus": ([(0.1, bytes.fromhex("105B015C16"))], BUSY, "two masters"),
    "noise in the silence": ([(0.45, b"\x00")], REFUSED, "the line was not silent before the write"),
    "late reply in the silence": ([(0.45, reading())], REFUSED, "the line was not silent before the write"),
    "another master in the silence": ([(0.45, FOREIGN)], BUSY, "two masters"),
}


@pytest.fixture(scope="module")
def surprises(cjt188poll, tmp_path_factory):
    env, step = computer_in(tmp_path_factory.mktemp("computer"))
    buses = []

    def play(name):
        meter = Meter(step=step)
        meter.after_read = SURPRISES[name][0]
        bus = Bus(meter)
        buses.append(bus)
        return runner(cjt188poll)("-i", bus.path, *LINE, *THREAD, "--yes", "-r", "0", env=env), bus

    yield Together(SURPRISES, play)
    for bus in buses:
        bus.close()


@pytest.mark.parametrize("name", SURPRISES)
def test_anything_else_heard(surprises, name):
    """Ends it, and nothing was written."""
    _, code, says = SURPRISES[name]
    done, bus = surprises[name]
    assert (done.returncode, says in done.stderr) == (code, True), done.stderr
    assert only_reads(bus) and len(bus.asked) == 1


def test_an_altered_echo(set_clock, meters):
    bus, meter = meters()
    behave = bus.behave
    bus.behave = lambda bus, asked: [(0.02, asked.data[:-3] + b"\x40" + asked.data[-2:]), *behave(bus, asked)]
    done = set_clock(bus, *THREAD, "--yes", "-r", "0")
    assert done.returncode == REFUSED and only_reads(bus), done.stderr


def test_another_master_before(begin, meters, computer, tmp_path):
    """Heard at any time: no write in this run."""
    bus, _ = meters()
    file = tmp_path / "line.pcapng"
    process = begin("-i", bus.path, *LINE, "--listen", "1", "-w", file, *THREAD, "--yes", env=computer[0])
    wait_until(lambda: file.exists() and file.stat().st_size > 0, "the line to be listened to")
    bus.say((0.05, FOREIGN))
    _, messages = process.communicate(timeout=TIMEOUT)
    assert process.returncode == BUSY and b"two masters" in messages and bus.received == b""


@pytest.mark.parametrize("data, code", [(reading(OTHER), BUSY), (damaged(FOREIGN), BUSY), (b"\x00\x01", REFUSED)],
                         ids=["replies", "damaged requests", "noise"])
def test_anything_heard_before(begin, meters, computer, tmp_path, data, code):
    """A master that this receiver cannot hear is known by the replies to it."""
    bus, _ = meters()
    file = tmp_path / "line.pcapng"
    process = begin("-i", bus.path, *LINE, "--listen", "1", "-w", file, *THREAD, "--yes", env=computer[0])
    wait_until(lambda: file.exists() and file.stat().st_size > 0, "the line to be listened to")
    bus.say((0.05, data))
    _, messages = process.communicate(timeout=TIMEOUT)
    assert process.returncode == code and b"nothing is written" in messages and bus.received == b""


@pytest.mark.parametrize("first", [damaged(reading()), reading(OTHER), b"\x00" * 20], ids=["damaged", "another's", "noise"])
def test_what_the_first_question_met(set_clock, meters, first):
    """Is not forgotten for a good answer to the second."""
    bus, _ = meters()
    behave = bus.behave
    bus.behave = lambda bus, asked: [(0.06, first)] if len(bus.asked) == 1 else behave(bus, asked)
    done = set_clock(bus, *THREAD, "--yes")
    assert done.returncode == REFUSED and only_reads(bus) and len(bus.asked) == 1, done.stderr


@pytest.mark.parametrize("data", [FOREIGN, damaged(FOREIGN), reading(), b"\x00"], ids=["request", "damaged", "reply", "noise"])
def test_a_program_that_stood_still(begin, meters, computer, data):
    """Looks at what has come meanwhile before it writes, and does not write a second that is over."""
    bus, _ = meters()
    process = begin("-i", bus.path, *LINE, "--timeout", "3000", *THREAD, "--yes", env=computer[0])
    wait_until(lambda: len(bus.asked) == 1, "the read")
    time.sleep(0.6)
    process.send_signal(signal.SIGSTOP)
    bus.say((0.1, data))
    time.sleep(4)
    process.send_signal(signal.SIGCONT)
    _, messages = process.communicate(timeout=TIMEOUT)
    assert process.returncode in (REFUSED, BUSY) and only_reads(bus), messages


def test_a_program_that_overslept(begin, meters, computer):
    """Nothing was heard, but what it was to write is no longer so."""
    bus, meter = meters()
    process = begin("-i", bus.path, *LINE, "--timeout", "3000", *THREAD, "--yes", env=computer[0])
    wait_until(lambda: len(bus.asked) == 1, "the read")
    time.sleep(0.6)
    process.send_signal(signal.SIGSTOP)
    time.sleep(25)
    process.send_signal(signal.SIGCONT)
    _, messages = process.communicate(timeout=TIMEOUT)
    assert process.returncode == REFUSED and b"stood still" in messages and only_reads(bus), messages


def test_a_reply_before_the_question_has_left(begin, meters, computer):
    """Is an answer to somebody else."""
    bus, meter = meters()
    meter.takes_writes = False
    process = begin("-i", bus.path, "--baud", "300", "--gap", "300", "--listen", "0", *THREAD, "--yes", env=computer[0])
    _, messages = process.communicate(timeout=TIMEOUT)
    assert process.returncode == REFUSED and b"before the request had left" in messages and only_reads(bus), messages


@pytest.mark.parametrize("more", [[(0.2, reading(OTHER))], [(0.2, damaged(reading()))]], ids=["another's", "damage"])
def test_a_surprise_after_the_write(set_clock, meters, more):
    """The clock is right, and the list ends all the same."""
    bus, meter = meters()
    behave = bus.behave
    bus.behave = lambda bus, asked: [*behave(bus, asked), *(more if asked.control == 0x39 else ())]
    done = set_clock(bus, *THREAD, "--yes")
    assert done.returncode == DIFFERS and "now shows the right time, but" in done.stderr and len(bus.writes()) == 1, done.stderr


def test_streams_that_are_closed(meters, cjt188poll, computer):
    """No message goes out on the line in their place."""
    bus, _ = meters()
    words = " ".join(map(str, (cjt188poll, "-i", bus.path, *LINE, "read", "-r", "0")))
    subprocess.run(f"{words} <&- >&- 2>&-", shell=True, timeout=TIMEOUT, env=computer[0])
    assert bus.received.lstrip(b"\xfe")[:1] == b"\x68" and len(bus.received) == 22


def test_a_disk_that_is_full(set_clock, meters):
    """What cannot be recorded is not written."""
    bus, _ = meters()
    done = set_clock(bus, *THREAD, "--yes", "-w", "/dev/full")
    assert done.returncode == OUTPUT_FAILED and bus.writes() == []


@pytest.mark.parametrize("form", [THREAD, STANDARD])
def test_a_jump_back(set_clock, meters, form):
    """--yes alone does not allow it."""
    bus, _ = meters(ahead=3600)
    done = set_clock(bus, *form, "--yes")
    assert done.returncode == REFUSED and "set back" in done.stderr and "--allow-jump does" in done.stderr and only_reads(bus)
    assert set_clock(bus, *form, "--yes", "--allow-jump").returncode == 0 and len(bus.writes()) == 1


def test_a_jump_over_the_end_of_a_month(set_clock, meters):
    bus, _ = meters(ahead=-40 * 86400)
    done = set_clock(bus, *THREAD, "--yes")
    assert done.returncode == REFUSED and "end of a month" in done.stderr and only_reads(bus)
    assert set_clock(bus, *THREAD, "--yes", "--allow-jump").returncode == 0 and len(bus.writes()) == 1


# ---- the user is asked ----


@pytest.fixture
def terminal(begin, computer):
    """terminal(line, words…): the program on a terminal; (process, type(text)). process.shown() waits for its end."""
    fds = []

    def shown(process, master):
        text = b""
        while process.poll() is None or select.select([master], [], [], 0)[0]:
            if select.select([master], [], [], 0.1)[0]:
                text += os.read(master, 4096)
        return text.replace(b"\r\n", b"\n")

    def run(bus, *words):
        master, slave = pty.openpty()
        fds.extend((master, slave))
        process = begin("-i", bus.path, *LINE, *words, env=computer[0], stdin=slave, stderr=slave)
        process.shown = lambda: shown(process, master)
        return process, lambda text: os.write(master, text.encode())

    yield run
    for fd in fds:
        os.close(fd)


def until_asked(bus, process, count=1):
    wait_until(lambda: len(bus.asked) >= count or process.poll() is not None, "the first read")
    time.sleep(0.5)  # its reply, and the question


def test_the_number_is_typed(terminal, meters):
    bus, _ = meters()
    process, write = terminal(bus, *THREAD)
    until_asked(bus, process)
    assert bus.writes() == []
    write(f"{NUMBER}\n")
    messages = process.shown()
    assert process.returncode == 0 and b"Type the meter's number, 24263225" in messages and len(bus.writes()) == 1


@pytest.mark.parametrize("text", ["24263226\n", "\n", "yes\n", "2426322\n", "\x04", "24263225 24263225\n", "9" * 1000 + "\n", f"{NUMBER} \n", f"{NUMBER}{' ' * 300}x\n"],
                         ids=["one more", "nothing", "yes", "one less", "end", "twice", "long", "a space", "cut"])
def test_something_else_is_typed(terminal, meters, text):
    bus, _ = meters()
    process, write = terminal(bus, *THREAD)
    until_asked(bus, process)
    write(text)
    messages = process.shown()
    assert process.returncode == REFUSED and b"not confirmed" in messages and only_reads(bus)


@pytest.mark.parametrize("text, code", [("jump\n", 0), ("yes\n", REFUSED)])
def test_a_jump_is_typed(terminal, meters, text, code):
    bus, _ = meters(ahead=3600)
    process, write = terminal(bus, *THREAD)
    until_asked(bus, process)
    write(f"{NUMBER}\n")
    time.sleep(0.3)
    write(text)
    messages = process.shown()
    assert process.returncode == code and b"Type jump" in messages and len(bus.writes()) == (code == 0)


def test_what_was_typed_before(terminal, meters):
    """Answers no question."""
    bus, _ = meters(ahead=3600)
    process, write = terminal(bus, *THREAD)
    write(f"{NUMBER}\njump\n")
    until_asked(bus, process)
    write("\n")
    assert b"not confirmed" in process.shown() and process.returncode == REFUSED and only_reads(bus)


def test_a_question_that_nobody_sees(begin, meters, computer):
    bus, _ = meters()
    master, slave = pty.openpty()
    process = begin("-i", bus.path, *LINE, *THREAD, env=computer[0], stdin=slave, stderr=subprocess.DEVNULL)
    assert process.wait(TIMEOUT) == REFUSED and only_reads(bus)
    os.close(master)
    os.close(slave)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_while_asked(terminal, meters, number):
    bus, _ = meters()
    process, _ = terminal(bus, *THREAD)
    until_asked(bus, process)
    process.send_signal(number)
    process.shown()
    assert process.returncode == REFUSED and only_reads(bus)


@pytest.mark.parametrize("data, code, says", [(FOREIGN, BUSY, b"two masters"), (reading(OTHER), REFUSED, b"heard while you were asked"),
                                              (b"\x00", REFUSED, b"heard while you were asked")],
                         ids=["a request", "a reply", "noise"])
def test_heard_while_asked(terminal, meters, data, code, says):
    bus, _ = meters()
    process, write = terminal(bus, *THREAD)
    until_asked(bus, process)
    bus.say((0, data))
    time.sleep(0.4)
    write(f"{NUMBER}\n")
    messages = process.shown()
    assert process.returncode == code and says in messages and only_reads(bus), messages


def test_a_user_who_takes_his_time(terminal, meters):
    """What was read is read again after 10 s, and may not have become a jump meanwhile."""
    bus, meter = meters()
    process, write = terminal(bus, *THREAD)
    until_asked(bus, process)
    meter.ahead = 3600
    time.sleep(10.5)
    write(f"{NUMBER}\n")
    messages = process.shown()
    assert process.returncode == REFUSED and b"by now the clock would jump" in messages
    assert len(bus.asked) == 2 and only_reads(bus)


# ---- a list ----


def test_a_list(set_clock, buses, computer, tmp_path):
    """One after the other, until one is not as it should be."""
    meters = [Meter(number, step=computer[1]) for number in (NUMBER, OTHER, "24263258")]
    bus = buses(lambda bus, asked: [said for meter in meters for said in meter(bus, asked)])
    path = tmp_path / "meters.txt"
    path.write_text(f"# of the house\n{NUMBER}  # kitchen\n\n  {OTHER}\n24263258\n", encoding="utf-8")
    done = set_clock(bus, *THREAD[:3], "--all", path, "--yes")
    assert done.returncode == 0, done.stderr
    assert [asked.control for asked in bus.asked] == [0x01, 0x39, 0x01] * 3
    assert [asked.address[0] for asked in bus.writes()] == [0x25, 0x41, 0x58]
    meters[1].after_read = [(0.1, b"\x00")]
    bus.asked.clear()
    done = set_clock(bus, *THREAD[:3], "--all", path, "--yes", "-r", "0")
    assert done.returncode == REFUSED and f"{OTHER}: its reply was not alone" in done.stderr and f"Set: {NUMBER}. Not touched: 24263258." in done.stderr
    assert [asked.address[0] for asked in bus.asked] == [0x25, 0x25, 0x25, 0x41]
    meters[1].after_read, meters[1].takes_writes, meters[1].ahead = (), False, -100
    bus.asked.clear()
    assert set_clock(bus, *THREAD[:3], "--all", path, "--yes").returncode == DIFFERS
    assert [asked.address[0] for asked in bus.asked] == [0x25] * 3 + [0x41] * 3
