# cjt188poll read: what it sends, what it makes of what comes, and what the capture of it shows. The meter is in this test, on a
# pseudo terminal.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import csv
import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time

import pytest
from craft import add_33, frame, heat_901f
from pollkit import *  # noqa: F403
from tapkit import *  # noqa: F403

from bus import damaged, mixed

def once(*steps):
    """A behave that does this after the first request, that after the second; the last again and again."""
    left = list(steps)
    return lambda bus, asked: (left.pop(0) if len(left) > 1 else left[0])(bus, asked)


def silent(bus, asked):
    return ()


def babble(bus, asked):
    return [(0.03 * n, b"\x55") for n in range(1, 600)]


def in_pieces(bus, asked):
    whole = reading()
    return [(0.2 + 0.1 * n, whole[at : at + 7]) for n, at in enumerate(range(0, len(whole), 7))]


ERROR_REPLY = frame(bytes.fromhex("0002"), control=0xC1, preamble=5)
SLOW = ("--listen", "0", "--gap", "100", "--timeout", "2000", "-r", "0")  # 2400 8E1: an echo is known by its time

# behave, options, exit code, what is said, what the capture holds, how Wireshark pairs it
SCENES = {
    "normal": (answers(reading()), QUICK, 0, r"24263225 answered after \d+ ms", "ask reply", {1: "→2", 2: "←1"}),
    "echo": (echo([(0.35, reading())], 2400), SLOW, 0, "24263225 answered", "ask echo reply",
             {1: "→3", 2: "echo 1", 3: "←1"}),
    "echo only": (echo(), CURT, 5, "no answer, only the echo of the request", "ask echo", None),
    "silence": (None, CURT[:-2], 5, r"Asked all meters: no answer within 0\.2 s\. \(901F\)", "ask ask ask", {1: "", 2: "", 3: ""}),
    "damage": (answers(damaged(reading())), CURT, 5, r"several meters answered at once", "ask damaged", None),
    "damage of one": (answers(damaged(reading())), (*CURT, "--address", NUMBER), 5, "no frame was whole: the line is disturbed",
                      "ask damaged", None),
    "damage, then right": (once(answers(damaged(reading())), answers(reading())), (*QUICK, "-r", "2"), 0,
                           "24263225 answered", "ask damaged ask reply", {1: "", 2: "", 3: "→4", 4: "←3"}),
    "cut": (answers(reading()[:30]), CURT, 5, "several meters answered at once", "ask noise", None),
    "late": (answers((0.6, reading())), (*FAST, "--gap", "500", "--timeout", "300"), 0, "24263225 answered", "ask ask reply reply", None),
    "another SER and T": (answers(reading(ser=0x77, type=0x25)), QUICK, 0, "24263225 answered", "ask reply",
                          {1: "→2", 2: "←1"}),
    "another maker's code": (answers(reading(maker="59 42")), (*QUICK, "--address", NUMBER), 0, "24263225 answered", "ask reply",
                             {1: "→2", 2: "←1"}),
    "33 added": (answers(frame(add_33(heat_901f()), preamble=5)), QUICK, 0, "24263225 answered", "ask reply", None),
    "another's reply": (answers(reading(OTHER)), (*QUICK, "--address", NUMBER), 5,
                        "24263225: meter 24263241 replied to something else", "ask reply", None),
    "another identifier": (answers(reading(di="3F 90")), QUICK, 5, "replied to something else", "ask reply", None),
    "two at once": (answers(mixed(reading(), reading(OTHER, supply=7799))), CURT, 5, "several meters answered at once",
                    None, None),
    "one after the other": (answers((0.06, reading()), (0.1, reading(OTHER))), QUICK, 5,
                            "several meters answered, one after the other: ask each with --address", "ask reply reply", None),
    "two, asked for one": (answers((0.06, reading()), (0.1, reading(OTHER))), (*QUICK, "--address", NUMBER), 0,
                           "the reply is right, but it was not alone: a reply of meter 24263225, a reply of meter 24263241", "ask reply reply", None),
    "noise before it": (answers((0.06, b"\x00\x81"), (0.09, reading())), QUICK, 0, "bytes that are no frame", "ask noise reply", None),
    "error reply": (answers(ERROR_REPLY), QUICK, NO_ANSWER, "The meter says that it cannot do this", "ask reply", {1: "→2", 2: "←1"}),
    "another master during": (answers(FOREIGN), QUICK, 5, "somebody else asks on this line", "ask request", None),
    "another master, not to be waited for": (answers(FOREIGN), (*QUICK, "--if-busy", "exit"), 8,
                                             "somebody else asks on this line", "ask request", None),
    "in pieces": (in_pieces, (*FAST, "--timeout", "2000", "-r", "0"), 0, "24263225 answered", "ask reply", {1: "→2", 2: "←1"}),
    "babble": (babble, CURT, 5, "the line did not fall silent", None, None),
    "unplugged": (lambda bus, asked: [(0.1, reading()[:20]), (0.2, bus.unplug)], (*QUICK, "--gap", "1000"), 4, "is gone", "ask noise", None),
}


@pytest.fixture(scope="module")
def scenes(cjt188poll, readable_folder):
    """scenes[name]: what ran, its line, its capture."""
    buses = []

    def play(scene):
        behave, options = SCENES[scene][:2]
        bus, file = Bus(behave), readable_folder / f"{scene}.pcapng"
        buses.append(bus)
        return runner(cjt188poll)("-i", bus.path, *options, "-w", file, "read"), bus, file

    yield Together(SCENES, play)
    for bus in buses:
        bus.close()


@pytest.mark.parametrize("scene", SCENES)
def test_a_read(scenes, tshark, scene):
    _, options, code, says, story, paired = SCENES[scene]
    done, bus, file = scenes[scene]
    assert done.returncode == code, done.stderr
    assert re.search(says, done.stdout + done.stderr), done.stdout + done.stderr
    expected = READ if "--address" not in options else READ.replace(b"\xaa" * 5, bytes.fromhex("2532262400"))
    assert {asked.frame[:13] for asked in bus.asked} == {expected[6:19]}
    assert bus.received == b"".join(asked.data for asked in bus.asked), "nothing but requests"
    if story is not None:
        assert told(file) == story.split()
        assert len(bus.asked) == told(file).count("ask")
    found = pairs(tshark, file)
    if paired is not None:
        assert found == paired


def test_first_bytes(poll, buses):
    """Those of the thread."""
    bus = buses(answers(reading()))
    assert poll("-i", bus.path, *QUICK, "read").returncode == 0
    assert bus.received == READ


def test_requests_as_asked_for(poll, buses):
    bus = buses()
    poll("-i", bus.path, *CURT, "--preamble", "2", "--type", "10", "--di-order", "high", "--broadcast", "aa7", "read")
    assert bus.received == bytes.fromhex("FEFE 6810AAAAAAAAAAAAAA010390 1F00D116")


def test_several_meters_and_identifiers(poll, buses):
    """In the order in which they were named; one that does not answer does not hold up the others."""

    def behave(bus, asked):
        return answers(reading(OTHER, di=asked.di.hex()))(bus, asked) if asked.address[0] == 0x41 else ()

    bus = buses(behave)
    done = poll("-i", bus.path, *QUICK, "--timeout", "500", "--address", f"{NUMBER},{OTHER}", "read", "901F", "901F")
    assert done.returncode == NO_ANSWER and "Not all that was asked for was told" in done.stderr
    assert [asked.address[0] for asked in bus.asked] == [0x25, 0x25, 0x41, 0x41]
    assert done.stdout.count("24263241 answered") == 2


def test_another_master_before(begin, buses, tmp_path):
    """A read waits for its turn; it is said."""
    bus, file = buses(answers(reading())), tmp_path / "line.pcapng"
    process = begin("-i", bus.path, *QUICK, "--listen", "1", "-w", file, "read")
    wait_until(lambda: file.exists() and file.stat().st_size > 0, "the line to be listened to")
    bus.say((0.1, FOREIGN), (0.15, reading(OTHER)))
    out, messages = process.communicate(timeout=TIMEOUT)
    assert process.returncode == 0 and b"24263225 answered" in out
    assert "Heard before anything was asked: a request of somebody else, a reply of meter 24263241".encode() in messages
    assert told(file) == ["request", "reply", "ask", "reply"]
    packets = parse(file.read_bytes()).packets
    assert packets[2].time - packets[1].time > 2, "as long as an answer may take"


def test_a_table_that_finds_no_room(poll, buses):
    """Is said each time, and the next reading is tried: a service that ends would be begun anew, and ask at once."""
    bus = buses(answers(reading()))
    done = poll("-i", bus.path, *QUICK, "--every", "1s", "--fast", "--count", "2", "--csv", "-o", "/dev/full", "read")
    assert done.returncode == NO_ANSWER and "This reading is missing." in done.stderr and len(bus.asked) == 2
    done = poll("-i", bus.path, *QUICK, "--csv", "-o", "/dev/full", "read")
    assert done.returncode == OUTPUT_FAILED and len(bus.asked) == 3


@pytest.mark.parametrize("neighbour", [bytes.fromhex("105B015C16"), bytes.fromhex("6803036853FE51A216"),
                                       bytes.fromhex("68AAAAAAAAAAAA681300DF16"), FOREIGN])
def test_another_master_and_no_wish_to_wait(begin, buses, tmp_path, neighbour):
    """Nothing is sent."""
    bus, file = buses(answers(reading())), tmp_path / "line.pcapng"
    process = begin("-i", bus.path, *QUICK, "--listen", "1", "--if-busy", "exit", "-w", file, "read")
    wait_until(lambda: file.exists() and file.stat().st_size > 0, "the line to be listened to")
    bus.say((0.1, neighbour))
    _, messages = process.communicate(timeout=TIMEOUT)
    assert process.returncode == BUSY and b"two masters spoil each other's answers" in messages
    assert bus.received == b"" and len(told(file)) == 1


def test_another_master_between(poll, buses, tmp_path):
    """Asked after its exchange is over, not in it."""
    file = tmp_path / "line.pcapng"

    def behave(bus, asked):
        reply = (0.06, reading(di=asked.di.hex()))
        return [reply, (0.1, FOREIGN), (0.2, reading(OTHER))] if len(bus.asked) == 1 else [reply]

    bus = buses(behave)
    done = poll("-i", bus.path, *QUICK, "--gap", "200", "--timeout", "1000", "-w", file, "--address", NUMBER, "read", "901F", "901F")
    assert done.returncode == 0 and "it was not alone" in done.stderr
    assert told(file) == ["ask", "reply", "request", "reply", "ask", "reply"]
    packets = parse(file.read_bytes()).packets
    assert packets[4].time - packets[3].time > 1.2


def test_late_replies_are_named(poll, buses):
    bus = buses(answers((0.6, reading())))
    done = poll("-i", bus.path, *FAST, "--gap", "500", "--timeout", "300", "read")
    assert done.returncode == 0 and "one of the replies was late" in done.stderr and "--timeout 2000" in done.stderr


# ---- what is printed ----


def test_words(poll, buses, tmp_path):
    """With the user's name for the meter, from Wireshark's own table."""
    (tmp_path / "meters").write_text('"24263225","Kitchen left","by the rules","","","4","",""\n', encoding="utf-8")
    bus = buses(answers(reading()))
    done = poll("-i", bus.path, *QUICK, "--meters", tmp_path / "meters", "read")
    assert done.returncode == 0 and "Kitchen left" in done.stdout and "25.66" in done.stdout
    for name in ("Supply temperature", "Return temperature", "Operating hours"):
        assert name.lower() in done.stdout.lower()


def test_json(poll, buses, cjt188dump, tmp_path):
    """One object for each reading: what the tap says of the same capture."""
    bus, file = buses(answers(reading())), tmp_path / "line.pcapng"
    done = poll("-i", bus.path, *QUICK, "--json", "-w", file, "read", "901F", "901F")
    assert done.returncode == 0
    of_poll = [json.loads(line) for line in done.stdout.splitlines()]
    tap = subprocess.run([cjt188dump, "-q", "-i", file, "--readings", "json"], capture_output=True, timeout=TIMEOUT, check=True)
    of_tap = [json.loads(line) for line in tap.stdout.splitlines()]
    assert len(of_poll) == 2 and of_poll[0]["meter"] == NUMBER and of_poll[0]["line"] == bus.path
    drop = lambda told: {key: value for key, value in told.items() if key not in ("line", "time")}  # noqa: E731
    assert [drop(told) for told in of_poll] == [drop(told) for told in of_tap if told["kind"] == "reply"]


def test_json_into_a_file(poll, buses, tmp_path):
    bus = buses(answers(reading()))
    for _ in range(2):
        done = poll("-i", bus.path, *QUICK, "--json", "-o", tmp_path / "readings", "read")
        assert done.returncode == 0 and done.stdout == ""
    assert [json.loads(line)["meter"] for line in (tmp_path / "readings").open(encoding="utf-8")] == [NUMBER] * 2


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text), strict=True))


def test_csv(poll, buses, tmp_path):
    """Header once, whoever appends; cells with commas are quoted; another table is not mixed in."""
    file = tmp_path / "table.csv"
    (tmp_path / "meters").write_text('"24263225","Kitchen, left","by the rules","","","","",""\n', encoding="utf-8")
    bus = buses(answers(reading()))
    for _ in range(2):
        done = poll("-i", bus.path, *QUICK, "--meters", tmp_path / "meters", "--csv", "-o", file, "read", "901F", "901F")
        assert done.returncode == 0 and done.stdout == ""
    rows = rows_of(file.read_text(encoding="utf-8"))
    assert len(rows) == 4 and file.read_text(encoding="utf-8").count("time,line,meter") == 1
    assert {(row["name"], row["meter"], row["identifier"], row["cjt188.temperature.supply"]) for row in rows} == {
        ("Kitchen, left", NUMBER, "901F", "25.66")}
    asked, kept = len(bus.asked), file.read_bytes()
    done = poll("-i", bus.path, *QUICK, "--csv", "-o", file, "read", "903F")
    assert done.returncode == 1 and "begins with other columns" in done.stderr and "name another file" in done.stderr
    assert len(bus.asked) == asked and file.read_bytes() == kept


def test_csv_on_standard_output(poll, buses):
    bus = buses(answers(reading()))
    done = poll("-i", bus.path, *QUICK, "--csv", "read", "901F", "901F")
    assert done.returncode == 0 and len(done.stdout.splitlines()) == 3 and len(rows_of(done.stdout)) == 2


def test_csv_renamed_under_it(begin, buses, tmp_path):
    """As logrotate does it: the new file has a header, the old one is whole."""
    file = tmp_path / "table.csv"
    bus = buses(answers(reading()))
    process = begin("-i", bus.path, *QUICK, "--every", "1s", "--fast", "--csv", "-o", file, "read")
    lines = lambda path: path.read_text(encoding="utf-8").count("\n") if path.exists() else 0  # noqa: E731
    wait_until(lambda: lines(file) >= 2, "the first row")
    file.rename(tmp_path / "old.csv")
    wait_until(lambda: lines(file) >= 2, "the first row of the new file")
    finish(process)
    for path in (file, tmp_path / "old.csv"):
        text = path.read_text(encoding="utf-8")
        assert text.endswith("\n") and text.count("time,line,meter") == 1 and len(rows_of(text)) >= 1


def test_full_disk(poll, buses):
    bus = buses(answers(reading()))
    for words in (("--csv",), ("--json",), ("--hex",), ()):
        done = poll("-i", bus.path, *QUICK, *words, "-o", "/dev/full", "read")
        assert done.returncode == OUTPUT_FAILED and "No space left" in done.stderr


def test_hex(poll, buses, frames):
    """As the thread's script prints it, with the thread's bytes."""
    thread = thread_frames(frames)
    replies = {b"\x1f\x90": thread[3], b"\x3f\x90": thread[5]}
    bus = buses(lambda bus, asked: [(0.06, replies[asked.di])])
    done = poll("-i", bus.path, *QUICK, "--hex", "read", "901F", "903F")
    assert done.stdout.splitlines() == [f"{word} ({len(data):03}) {data.hex(' ').upper()}" for word, data in
                                        (("SEND", thread[2]), ("RECV", thread[3]), ("SEND", thread[4]), ("RECV", thread[5]))]


def test_hex_of_an_echo_and_noise(poll, buses):
    bus = buses(lambda bus, asked: [(0.03, asked.data), (0.1, b"\x00\x12")])
    done = poll("-i", bus.path, *CURT, "--hex", "read")
    assert done.returncode == NO_ANSWER
    assert [row[:10] for row in done.stdout.splitlines()] == ["SEND (022)", "ECHO (022)", "RECV (002)"]


def test_capture_into_a_pipe(begin, buses, tshark):
    """-w - | tshark -r -"""
    bus = buses(answers(reading()))
    process = begin("-i", bus.path, *QUICK, "-w", "-", "-o", "/dev/null", "read")
    done = tshark("-r", "-", "-T", "fields", "-e", "cjt188.control.response", "-e", "cjt188.request_in", stdin=process.stdout, text=True)
    process.wait(TIMEOUT)
    assert process.returncode == 0
    assert [row.replace("True", "1").replace("False", "0").split("\t") for row in done.stdout.splitlines()] == [["0", ""], ["1", "1"]]


# ---- again and again ----


def test_every(poll, buses, tmp_path):
    bus, file = buses(answers(reading())), tmp_path / "line.pcapng"
    done = poll("-i", bus.path, *QUICK, "--every", "1s", "--fast", "--count", "3", "-w", file, "read")
    assert done.returncode == 0 and len(bus.asked) == 3 and told(file) == ["ask", "reply"] * 3
    gaps = [b.time - a.time for a, b in zip(bus.asked, bus.asked[1:])]
    assert all(gap > 0.7 for gap in gaps)


@pytest.mark.parametrize("words, says", [(("--every", "59s"), "say --fast"), (("--every", "1"), "say --fast"),
                                         (("--every", "0"), "wants a time"), (("--every", "x"), "wants a time"),
                                         (("--count", "3"), "--count needs --every")])
def test_every_refused(poll, buses, words, says):
    bus = buses()
    done = poll("-i", bus.path, *QUICK, *words, "read")
    assert done.returncode == USAGE and says in done.stderr and bus.received == b""


def test_sigterm_ends_every(begin, buses, tmp_path):
    """With 0, and the capture whole; in a listening or in an exchange."""
    bus, file = buses(answers(reading())), tmp_path / "line.pcapng"
    process = begin("-i", bus.path, *QUICK, "--every", "60s", "-w", file, "read")
    wait_until(lambda: file.exists() and len(parse(file.read_bytes()).packets) == 2, "the first reading")
    finish(process)
    assert told(file) == ["ask", "reply"] and len(parse(file.read_bytes()).statistics) == 1
    bus.behave = silent
    asked = len(bus.asked)
    process = begin("-i", bus.path, *QUICK, "--timeout", "60000", "--every", "90s", "read")
    wait_until(lambda: len(bus.asked) > asked, "a question")
    finish(process)


def test_sigterm_ends_one_read(begin, buses):
    bus = buses()
    process = begin("-i", bus.path, *QUICK, "--timeout", "60000", "read")
    wait_until(lambda: bus.asked, "a question")
    assert "Stopped" in finish(process, REFUSED)


def test_every_waits_for_a_line_that_is_gone(begin, buses, tmp_path):
    """Unplugged in the middle of an exchange, and back: it goes on, whenever that was."""
    link, file = tmp_path / "meter", tmp_path / "line.pcapng"
    first = buses(lambda bus, asked: [(0.06, reading()[:20]), (0.1, bus.unplug)])
    second = buses(answers(reading()))
    link.symlink_to(first.path)
    process = begin("-i", link, *QUICK, "-r", "2", "--every", "1s", "--fast", "-w", file, "read")
    wait_until(lambda: first.asked and not listens(process, first.path), "the tap to let go of the line")
    os.symlink(second.path, tmp_path / "new")
    os.replace(tmp_path / "new", link)
    wait_until(lambda: second.asked, "a question on the new line")
    wait_until(lambda: told(file)[-1] == "reply", "an answer")
    assert "is gone. Waiting" in finish(process)


# ---- a gateway ----


class Gateway:
    """A serial device server."""

    def __init__(self, behave):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.name = f"tcp://127.0.0.1:{self.server.getsockname()[1]}"
        self.received = b""
        self.behave = behave
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        connection, _ = self.server.accept()
        with connection:
            while data := connection.recv(4096):
                self.received += data
                for after, reply in self.behave(asked_of(data, time.time())):
                    time.sleep(after)
                    if reply is None:
                        return
                    connection.sendall(reply)


@pytest.fixture
def gateways():
    made = []

    def make(behave):
        made.append(Gateway(behave))
        return made[-1]

    yield make
    for gateway in made:
        gateway.server.close()


def test_a_gateway(poll, gateways, tshark, tmp_path):
    gateway, file = gateways(lambda asked: [(0.5, reading())]), tmp_path / "line.pcapng"
    done = poll("-i", gateway.name, *SLOW, "-w", file, "read")
    assert done.returncode == 0 and gateway.received == READ and "24263225 answered" in done.stdout
    assert told(file) == ["ask", "reply"] and pairs(tshark, file) == {1: "→2", 2: "←1"}


def test_a_gateway_that_hangs_up(poll, gateways):
    gateway = gateways(lambda asked: [(0.05, reading()[:9]), (0, None)])
    done = poll("-i", gateway.name, *SLOW, "read")
    assert done.returncode == LINE_LOST and gateway.received == READ


def test_no_gateway(poll):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert poll("-i", f"tcp://127.0.0.1:{port}", *SLOW, "read").returncode == CANNOT_OPEN


# ---- what is no line to ask, and the small options ----


@pytest.mark.parametrize("line", ["-", "file", "capture.pcapng", "rfc2217://127.0.0.1:4000", "/dev/null", "/dev/missing"])
def test_what_is_no_line(poll, tmp_path, line):
    (tmp_path / "file").write_bytes(b"\x68")
    (tmp_path / "capture.pcapng").write_bytes(bytes.fromhex("0A0D0D0A1C0000004D3C2B1A01000000FFFFFFFFFFFFFFFF1C000000"))
    done = poll("-i", line, "--listen", "0", "read", cwd=tmp_path)
    assert done.returncode in (USAGE, CANNOT_OPEN) and done.stderr


@pytest.mark.parametrize("words", [(), ("read",), ("-i", "demo"), ("-i", "demo", "write"), ("-i", "demo", "read", "901"),
                                   ("-i", "demo", "-i", "demo", "read"), ("-i", "demo", "find", "more"),
                                   ("-i", "demo", "--baud", "auto", "read"), ("-i", "demo", "read", "--json", "--csv"),
                                   ("-i", "demo", "read", "--address", "2426322"), ("-i", "demo", "read", "--address", "all,24263225"),
                                   ("-i", "demo", "read", "--form", "thread"), ("-i", "demo", "read", "--yes"),
                                   ("-i", "demo", "find", "--address", "24263225"), ("-i", "demo:nonsense", "read"),
                                   ("-i", "demo", "read", "--timeout", "0"), ("-i", "demo", "read", "--preamble", "65"),
                                   ("-i", "demo", "read", "--type", "100"), ("-i", "demo", "read", "--type", "2x"),
                                   ("-i", "demo", "read", "-r", "21"), ("-i", "demo", "read", "--broadcast", "aa6"),
                                   ("-i", "demo", "read", "--unknown")])
def test_wrong_command_lines(poll, words):
    done = poll(*words)
    assert done.returncode == USAGE and len(done.stderr.splitlines()) == 1


def test_what_it_says_of_itself(poll):
    done = poll("-v")
    assert done.returncode == 0 and re.fullmatch(r"cjt188poll \d+\.\d+\S*\n", done.stdout)
    done = poll("-h")
    assert done.returncode == 0
    for word in ("set-clock", "--manufacturer", "Exit codes: 0 ok", "8 somebody else asks"):
        assert word in done.stdout
    assert poll("-D").returncode == 0
