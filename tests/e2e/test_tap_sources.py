# Other sources than a serial port: device servers, raw files with marks, captures that another tool has cut, and
# text as people post it.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import datetime
import json
import random
import select
import socket
import struct
import subprocess
import time

import pytest

from conftest import write_pcap
from tapkit import *  # noqa: F403


class Server:
    """A serial device server: accepts one tap at a time, and notes what that sends, which must be nothing."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.settimeout(TIMEOUT)
        self.name = f"tcp://127.0.0.1:{self.socket.getsockname()[1]}"
        self.tap = None

    def accept(self):
        self.tap, _ = self.socket.accept()

    def is_silent(self):
        return select.select([self.tap], [], [], 0.1)[0] == []

    def close(self):
        for one in (self.tap, self.socket):
            if one is not None:
                one.close()


@pytest.fixture
def server():
    server = Server()
    yield server
    server.close()


def test_device_server(start, server, frames, tmp_path):
    """Bytes and times as from a line, and never a byte to the server; the connection comes back."""
    file = tmp_path / "tcp.pcapng"
    request, reply = thread_frames(frames)[2:4]
    process = start("-i", server.name, "-w", file, "--gap", "60000")
    server.accept()
    server.tap.sendall(request + reply[:20])
    wait_until(lambda: file.exists() and parse(file.read_bytes()).packets, "the request")
    time.sleep(0.2)
    assert server.is_silent()
    server.tap.close()
    server.accept()
    assert payload(parse(file.read_bytes())) == request + reply[:20], "the record in progress is kept"
    server.tap.sendall(reply)
    wait_until(lambda: len(parse(file.read_bytes()).packets) == 3, "the reply")
    assert server.is_silent()
    messages = finish(process)
    capture = parse(file.read_bytes())
    assert capture.packets[2].data == reply and "connection was gone for" in capture.packets[2].comment
    assert capture.interfaces[0][2].decode() == server.name
    assert "Connecting again" in messages and "is back" in messages


def reset(connection):
    """RST instead of FIN, directly behind what was sent last."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def test_device_server_that_resets(start, server, frames, tmp_path):
    """In the middle of a frame, and before the first byte: what came is kept, as it came, and the next packet tells."""
    file, (request, reply) = tmp_path / "tcp.pcapng", thread_frames(frames)[2:4]
    process = start("-i", server.name, "-w", file, "--gap", "60000")
    server.accept()
    server.tap.sendall(request + reply[:20])
    reset(server.tap)
    server.accept()
    reset(server.tap)
    server.accept()
    server.tap.sendall(reply)
    packets = packets_of(file, 3)
    assert server.is_silent()
    messages = finish(process)
    assert [packet.data for packet in packets] == [request, reply[:20], reply]
    assert "connection was gone for" in packets[2].comment and packets[1].comment == "Ends after 15 of 59 bytes"
    assert sum(packet.dropped for packet in packets) == 0 and "is gone. Connecting again" in messages


def test_device_server_that_comes_later(start, line, frames, tmp_path):
    """Its silence holds up no other line."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    file, (request, reply) = tmp_path / "line.pcapng", thread_frames(frames)[2:4]
    process = start("-i", f"tcp://127.0.0.1:{port}", "-i", line.path, "-w", file)
    wait_until(lambda: listens(process, line.path), "the line to be open")
    time.sleep(0.2)
    line.send(request)
    packets_of(file, 1)
    with socket.create_server(("127.0.0.1", port)) as server:
        tap, _ = server.accept()
        tap.sendall(reply)
        assert packets_of(file, 2)[1].data == reply
        tap.close()
    messages = finish(process)
    assert messages.count("Cannot connect to") == 1 and "There is a connection" in messages


def test_device_server_that_hangs_up_at_once(start, server, tmp_path):
    """Again and again: each time it is left alone for longer, and the log and the capture stay small."""
    file, moments = tmp_path / "tcp.pcapng", []
    process = start("-i", server.name, "-w", file)
    for _ in range(5):
        server.accept()
        moments.append(time.monotonic())
        server.tap.sendall(b"busy")
        server.tap.close()
    packets_of(file, 5)
    messages = finish(process)
    waited = [after - before for before, after in zip(moments, moments[1:])]
    assert all(after > 1.5 * before for before, after in zip(waited, waited[1:])), waited
    assert len(parse(file.read_bytes()).packets) == 5
    assert messages.count("is gone. Connecting again until it works.\n") == 1
    assert "is gone. Connecting again until it works. (4 times more within a minute)" in messages


@pytest.mark.parametrize("greeting", [b"\xff\xfd\x03\xff\xfb\x00", b"h\xff\xff \xff\xff\x01\xff\xff\xff\xff\x02\xff\xff\x16\x00"])
def test_telnet(start, server, tmp_path, greeting):
    """A server in the wrong mode is named, once; its bytes are kept as they are. FF alone is no Telnet."""
    file = tmp_path / "tcp.pcapng"
    process = start("-q", "-i", server.name, "-w", file, "--gap", "50")
    server.accept()
    server.tap.sendall(greeting + b"h" + greeting)
    wait_until(lambda: file.exists() and payload(parse(file.read_bytes())) == greeting + b"h" + greeting, "the bytes")
    assert finish(process).count("speaks Telnet") == 1


def test_no_telnet(start, server, tmp_path):
    file, data = tmp_path / "tcp.pcapng", b"\x16\xff\x01\xff\xff\x02\xff\xff\x03\xff\xff\x04\xff\xff\x05\xff\xff\x06\xff\xfd"
    process = start("-q", "-i", server.name, "-w", file, "--gap", "50")
    server.accept()
    server.tap.sendall(data)
    wait_until(lambda: file.exists() and payload(parse(file.read_bytes())) == data, "the bytes")
    assert "Telnet" not in finish(process)


def test_device_server_gone(start, server):
    process = start("-i", server.name, "--no-wait", "-w", "-")
    server.accept()
    server.tap.close()
    assert process.wait(TIMEOUT) == LINE_LOST


def test_device_server_stays_away(start, server, tmp_path):
    """The tap can be ended while it tries to connect again."""
    process = start("-i", server.name, "-w", tmp_path / "tcp.pcapng")
    server.accept()
    server.close()
    time.sleep(1)
    finish(process)


def test_marked_bytes(dump, frames, tmp_path):
    """What a tty with PARMRK gives, kept in a file: marks and FF are undone."""
    reply = thread_frames(frames)[3]
    stream = reply[:7] + b"\xff\x00" + reply[7:] + b"\xff\xff" * 3
    (tmp_path / "marked.bin").write_bytes(stream)
    for args in (("-i", tmp_path / "marked.bin", "--marked"), ("--marked", "-i", "-")):
        done = dump("-q", *args, "-w", "-", **({"stdin": None, "input": stream} if "-i" == args[1] else {}))
        first, second = parse(done.stdout).packets
        assert first.data == reply and first.flags == IN | SYMBOL and "1 of 64 bytes" in first.comment
        assert second.data == b"\xff" * 3


def test_capture_cut_by_another_tool(dump, frames, tmp_path):
    """Pieces of a stream, each with its time, become frames; a long pause in it still ends one."""
    chance = random.Random(4)
    data, pieces, now = b"".join(thread_frames(frames)), [], 1777313520.0
    at = 0
    while at < len(data):
        length = chance.randrange(1, 40)
        pieces.append((now, data[at : at + length]))
        at += length
        now += 0.016
    pieces += [(now + 10, data[:15]), (now + 20, data[:22])]
    again = parse(dump("-q", "-i", write_pcap(tmp_path / "pieces.pcap", pieces), "-w", "-").stdout)
    assert [packet.data for packet in again.packets] == [*thread_frames(frames), data[:15], data[:22]]
    assert again.packets[6].flags == SHORT
    assert again.packets[0].time == pytest.approx(1777313520, abs=1e-6)
    assert again.packets[7].time == pytest.approx(now + 20, abs=1e-6)


def test_own_capture_again(dump, samples):
    """A capture of the tap gives the same packets again."""
    first = parse((samples / "demo-line.pcapng").read_bytes())
    again = parse(dump("-q", "-i", samples / "demo-line.pcapng", "-w", "-").stdout)
    assert payload(again) == payload(first) and len(again.packets) > 100
    assert [packet.time for packet in again.packets] == [packet.time for packet in first.packets]


def test_times_beyond_all_clocks(dump, frames, tmp_path):
    """2^63 seconds, and back: the bytes are there, and the times are some that a file can hold."""
    section = struct.pack("<IIIHHqI", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28)
    interface = struct.pack("<IIHHIHHBxxxHHI", 1, 32, 147, 0, 262144, 9, 1, 0, 0, 0, 32)  # whole seconds
    request, blocks = thread_frames(frames)[2], b""
    padded = request + bytes(-len(request) % 4)
    for stamp in (1, 2**63 - 1, 2**63, 0, 2**64 - 1):
        block = struct.pack("<IIII", 0, stamp >> 32, stamp & 0xFFFFFFFF, len(request)) + struct.pack("<I", len(request)) + padded
        blocks += struct.pack("<II", 6, len(block) + 12) + block + struct.pack("<I", len(block) + 12)
    (tmp_path / "odd.pcapng").write_bytes(section + interface + blocks)
    done = dump("-q", "-i", tmp_path / "odd.pcapng", "-w", "-")
    packets = parse(done.stdout).packets
    assert done.returncode == OK and [packet.data for packet in packets] == [request] * 5
    assert [packet.time for packet in packets] == [1, 9e9, pytest.approx(0, abs=9e9), 0, pytest.approx(0, abs=9e9)]


def test_captures_it_cannot_read(dump, tmp_path):
    ethernet = write_pcap(tmp_path / "ethernet.pcap", [b"\x68" * 20], dlt=1)
    done = dump("-i", ethernet)
    assert done.returncode == CANNOT_OPEN and b"link type 1:" in done.stderr
    (tmp_path / "torn.pcap").write_bytes(ethernet.read_bytes()[:20])
    assert dump("-i", tmp_path / "torn.pcap").returncode == CANNOT_OPEN


def test_capture_through_a_pipe(dump, samples):
    """Its blocks are no bytes of a line."""
    done = dump("-i", "-", "-w", "-", input=(samples / "thread.pcapng").read_bytes(), stdin=None)
    assert done.returncode == CANNOT_OPEN and b"gives a capture, and that has to be a file" in done.stderr
    assert parse(done.stdout).packets == []


def test_options_for_files_only(dump, samples, line):
    for option in ("--hex", "--marked"):
        for source in (line.path, "demo", "tcp://127.0.0.1:1"):
            done = dump(option, "-i", source)
            assert done.returncode == USAGE and f"{option} is for files and pipes" in done.stderr.decode()
        done = dump(option, "-i", samples / "thread.pcapng")
        assert done.returncode == USAGE and f"is a capture: leave {option} out" in done.stderr.decode()


def test_read_and_written_at_once(cjt188dump, tmp_path):
    """The input survives, by whichever name or stream it is called."""
    file = tmp_path / "line.bin"
    file.write_bytes(b"\x68" * 1000)
    for args in (("-i", file, "-w", file), ("-i", "-", "-w", file), ("-i", file, "-w", "-"), ("-i", "-", "-w", "-"),
                 ("-i", file), ("-i", "-")):
        with open(file, "rb") as stdin, open(file, "ab") as stdout:
            done = subprocess.run([cjt188dump, *args], stdin=stdin, stdout=stdout, stderr=subprocess.PIPE, timeout=TIMEOUT,
                                  check=False)
        assert done.returncode == USAGE and b"read and written at once" in done.stderr
        assert file.read_bytes() == b"\x68" * 1000


def test_cut_packets(dump, tmp_path):
    """A snapshot length has cut bytes off: how many is told."""
    file = tmp_path / "cut.pcap"
    write_pcap(file, [])
    file.write_bytes(file.read_bytes() + struct.pack("<4I", 1, 0, 3, 10) + b"abc" + struct.pack("<4I", 9, 0, 2, 2) + b"de")
    packets = parse(dump("-q", "-i", file, "-w", "-").stdout).packets
    assert sum(packet.dropped for packet in packets) == 7 and b"".join(packet.data for packet in packets) == b"abcde"


# Bytes as the thread that this project began with has them, in its notations: with brackets and broken over lines, in
# a log, and taken apart line by line. Around them stand words and tables of this test's own.
THREAD = r"""
The document has 7 examples, here is the first one, see 3.2:

FE FE FE FE FE FE 68 (20) (AA AA AA AA AA 11 11) (01) (03) (3F
90 12) (E1) 16

first 6 bytes of 0xFE - preamble
0x01 - control code
0x903F - identifier

and this came back

fe fe fe fe fe 68
(25) (25 32 26 24 00 00 00) (81) (3a) (3f 90 03) (72 24) (00
00 00 00) (00 00 00 00 2c) (00 00 00 00 05) (00 00 00)
(03 00) (00 00 00 00) (00 00 00) (00 00 00 00) (00 10) (00
10) (00 10) (00 10) (00 00 00 00 00 00) (44 24) (00) (29 06
24 20) (00 08) (a8) 16
0x25 0x32 0x26 0x24 0x00 0x00 0x00 - the number on the display (24263225)
0x00 0x00 0x00 0x00 - pulses
0x0001 DN15
0x000E DN300

frame_data = b'\x68\x20\xAA\xAA\xAA\xAA\xAA\x11\x11\x01\x03\x3F\x90\x12'

SEND (022) FE FE FE FE FE FE 68 20 AA AA AA AA AA 11 11 01 03 1F 90 00 AF 16
RECV (064) FE FE FE FE FE 68 20 25 32 26 24 00 00 00 81 2E 1F 90 12 00 00 00 00 05 07 00 00 00 05 00 00 00 00 17 00 00 00 00 35 03 00 00 00 2C 66 25 00 54 25 00 00 31 01 15 12 18 27 04 26 20 00 08 13 16

FE FE FE FE FE        wake-up
68 20                 start
25 32 26 24 00 00 00  address
81                    reply?
2E                    length
1F 90 12              reading 901F
00 00 00 00 05        cold [BCD 00000.000 kWh]
07 00 00 00 05        warm [00000.007 kWh]
00 00 00 00 17        power
00 00 00 00 35        flow
03 00 00 00 2C        volume
66 25 00              supply (25.66 C)
54 25 00              return (25.54 C)
00 31 01              hours
15 12 18 27 04 26 20  clock
00 08                 status
13                    sum
16                    end

SEND (022) FE FE FE FE FE FE 68 20 AA AA AA AA AA 11 11 01 03 3F 90 00 CF 16
RECV (076) FE FE FE FE FE 68 25 25 32 26 24 00 00 00 81 3A 3F 90 03 53 25 00 00 00 00 00 00 00 00 2C 00 00 00 00 05 00 00 00 03 00 00 00 00 00 00 00 00 00 00 00 00 00 10 00 10 00 10 00 10 00 00 00 00 00 00 34 25 00 27 04 26 20 00 08 79 16

Code Unit
0x02 Wh
0x0A 0.1 GWh
0x2C
0x32 l/h
D0 D1 D2 D3 D4 D5 D6 D7
Definition Battery res res res
0x0001 DN15
"""


def text_only(dump, tmp_path, text, *args):
    (tmp_path / "post.txt").write_text(text, encoding="utf-8")
    done = dump("-q", "--hex", "-i", tmp_path / "post.txt", "-w", "-", *args)
    assert done.returncode == OK, done.stderr
    return done


def from_text(dump, tmp_path, text, *args):
    return parse(text_only(dump, tmp_path, text, *args).stdout).packets


def test_the_thread(dump, frames, tmp_path):
    """Its six frames, whole and in order, the one listing again, and nothing else."""
    six = thread_frames(frames)
    done = text_only(dump, tmp_path, THREAD)
    packets = parse(done.stdout).packets
    assert done.stderr == b""
    assert [packet.data for packet in packets] == [*six[:4], six[3], *six[4:]]
    assert all(packet.flags in (IN, OUT) and not packet.comment for packet in packets)
    assert [packet.flags for packet in packets] == [OUT, IN, OUT, IN, IN, OUT, IN]


def spaced(data, form="{:02X}", separator=" "):
    return separator.join(form.format(byte) for byte in data)


def dump_rows(data, form):
    return "".join(
        form.format(at, spaced(data[at : at + 16]), "".join(chr(b) if 32 < b < 127 else "." for b in data[at : at + 16]))
        for at in range(0, len(data), 16)
    )


def styles(request, reply):
    """Logs as other programs write them."""
    return {
        "logger": f"2026-04-27 18:12:15,250 DEBUG meter: TX: {spaced(request)}\n"
        f"2026-04-27 18:12:15,750 DEBUG meter: RX: {spaced(reply)}\n",
        "arrows": f"[18:12:15.250] >>> {request.hex()}\n[18:12:15.750] <<< {reply.hex().upper()}\n",
        "colons": f"2026-04-27T18:12:15.250 sent {spaced(request, '{:02x}', ':')} (22 bytes)\n"
        f"2026-04-27T18:12:15.750 received {spaced(reply, '{:02x}', ':')} (64 bytes)\n",
        "c": "18:12:15.25 out\nconst uint8_t request[] = {\n  " + spaced(request, "0x{:02x}", ", ") + "\n};\n"
        "18:12:15.75 in\nconst uint8_t reply[] = {\n  " + spaced(reply[:30], "0x{:02x}", ", ") + ",\n  "
        + spaced(reply[30:], "0x{:02x}", ", ") + "\n};\n",
        "hexdump": "18:12:15.25 -> length=22\n" + dump_rows(request, "{:08x}  {}  |{}|\n")
        + "18:12:15.75 <- length=64\n" + dump_rows(reply, "{:04x}: {}   {}\n"),
        "chunks": f"18:12:15.25 write({len(request)}): {spaced(request[:9])}\n18:12:15.28 write: {spaced(request[9:])}\n"
        f"18:12:15.75 read, len=5: {spaced(reply[:5])}\n18:12:15.77 read, len=59: {spaced(reply[5:])}\n",
        "counts before": f"18:12:15.250 Sending 22 bytes: {spaced(request)}\n18:12:15.750 Received 64 bytes {spaced(reply)}\n",
        "counts labelled": f"18:12:15.250 TX 22: {spaced(request)}\n18:12:15.750 RX [64] {spaced(reply)}\n",
        "no counts": f"18:12:15.250 sent bytes: {spaced(request)}\n18:12:15.750 read, Length: {spaced(reply)}\n",
        "byte order mark": f"\ufeff{spaced(request)} at 18:12:15.250\n\ufeff18:12:15.750\n{spaced(reply)}\n",
        "no-break spaces": f"18:12:15.250\u00a0TX\u00a0{spaced(request, separator=chr(0xA0))}\n"
        f"18:12:15.750\u00a0RX\u00a0{spaced(reply, separator=chr(0xA0))}\n",
        "SSCOM": f"[18:12:15.250]发→◇{spaced(request)} □\n[18:12:15.750]收←◆{spaced(reply)} \n",
        "tcpdump": "18:12:15.250000 Out\n" + dump_rows(request, "\t0x{:04x}:  {}  {}\n")
        + "18:12:15.750000 In\n" + dump_rows(reply, "\t0x{:04x}:  {}\n"),
        "Python bytes": f"18:12:15.250 write({request!r})\n18:12:15.750 read -> {reply!r}\n",
        "Python list": f"18:12:15.250 send {[hex(byte) for byte in request]}\n18:12:15.750 recv {[hex(byte) for byte in reply]}\n",
        "assembler": f"18:12:15.250 TX {spaced(request, '{:02X}h')}\n18:12:15.750 RX {spaced(reply, '${:02X}')}\n",
        "bars": f"18:12:15.250 TX {spaced(request, separator='|')}\n18:12:15.750 RX |{spaced(reply, separator='|')}|\n",
    }


@pytest.mark.parametrize("style", list(styles(b"", b"")))
def test_log_styles(dump, frames, tmp_path, style):
    """Whole frames, their direction and their time."""
    request, reply = thread_frames(frames)[2:4]
    packets = from_text(dump, tmp_path, "Log of 2026-04-27, meter 24263225\n" + styles(request, reply)[style] + "done\n")
    assert [packet.data for packet in packets] == [request, reply]
    assert [packet.flags for packet in packets] == [OUT, IN]
    moment = datetime.datetime(2026, 4, 27, 18, 12, 15).timestamp()
    assert [packet.time - moment for packet in packets] == [pytest.approx(0.25, abs=1e-3), pytest.approx(0.75, abs=1e-3)]


@pytest.mark.parametrize(
    "stamp",
    [
        "27.04.2026 18:12:15.250",
        "04/27/2026 18:12:15.250",
        "4/27/2026 6:12:15.250 PM",
        "Apr 27 2026 18:12:15.250",
        "27 Apr 2026 18:12:15.250",
        "2026-04-27 18:12:15.250000:",
        "2026-04-27 18:12:15:250",
        "2026-04-27_18:12:15.250",
        "18:12:15.250 27.04.2026",
        "{:.3f}".format(datetime.datetime(2026, 4, 27, 18, 12, 15, 250000).timestamp()),
        "[{:.0f}]".format(datetime.datetime(2026, 4, 27, 18, 12, 15).timestamp()),
    ],
)
def test_times_in_text(dump, frames, tmp_path, stamp):
    request = thread_frames(frames)[2]
    packets = from_text(dump, tmp_path, f"{stamp} TX {spaced(request)}\n")
    assert [packet.data for packet in packets] == [request]
    expected = datetime.datetime(2026, 4, 27, 18, 12, 15, 250000 * ("250" in stamp)).timestamp()
    assert packets[0].time == pytest.approx(expected, abs=1e-3)


def test_time_of_syslog(dump, frames, tmp_path):
    """It has no year: the last such day."""
    request = thread_frames(frames)[2]
    day = datetime.datetime.now().replace(microsecond=0) - datetime.timedelta(days=40)
    (packet,) = from_text(dump, tmp_path, f"{day:%b %e %H:%M:%S} pi meterd[1234]: TX: {spaced(request)}\n")
    assert packet.data == request and packet.time == pytest.approx(day.timestamp(), abs=1e-3)


def test_midnight_in_text(dump, frames, tmp_path):
    """Times without dates go on, and the capture says that their date is assumed."""
    request, reply = thread_frames(frames)[2:4]
    (tmp_path / "log.txt").write_text(f"23:59:59 TX {request.hex()}\n00:00:00 RX {reply.hex()}\n", encoding="ascii")
    capture = parse(dump("-q", "--hex", "-i", tmp_path / "log.txt", "-w", "-").stdout)
    first, second = capture.packets
    assert second.time - first.time == pytest.approx(1, abs=1e-3)
    assert abs(first.time - time.time()) < 2 * 86400
    assert b"assumed" in capture.interfaces[0][3]


def test_ends_of_dumps(dump, frames, tmp_path):
    """The offset behind the last row is no data."""
    reply = thread_frames(frames)[3]
    for form, end in (("{:08x}  {}  |{}|\n", "00000040\n"), ("{:06x} {}\n", "000040\n"), ("{:06x} {}  >{}<\n", "000040\n")):
        assert [packet.data for packet in from_text(dump, tmp_path, dump_rows(reply, form) + end)] == [reply]


def test_direction_of_sscom(dump, tmp_path):
    """Bytes that do not tell it themselves; on a Chinese Windows it writes GBK."""
    text = "[18:12:15.250]发→◇01 02 05 □\n[18:12:15.750]收←◆03 00 00 00 \n"
    for encoding in ("utf-8", "gbk", "utf-16", "utf-8-sig"):
        (tmp_path / "sscom.txt").write_bytes(text.encode(encoding))
        packets = parse(dump("-q", "--hex", "-i", tmp_path / "sscom.txt", "-w", "-").stdout).packets
        assert [packet.data for packet in packets] == [b"\x01\x02\x05", b"\x03\x00\x00\x00"], encoding
        assert [packet.flags for packet in packets] == [OUT | DELIMITER, IN | DELIMITER]


def test_counts_that_are_data(dump, frames, tmp_path):
    """Nothing is taken for a number of bytes that may as well be one."""
    reply = thread_frames(frames)[3].lstrip(b"\xfe")
    text = f"Length: {spaced(reply)}\n\nRX: {spaced(reply)}\n\nRX ({reply[0]:02X}) ({spaced(reply[1:])})\n\nRX 03 00 00 00\n"
    assert [packet.data for packet in from_text(dump, tmp_path, text)] == [reply, reply, reply, b"\x03\x00\x00\x00"]


def two_on_a_line(request, reply):
    return {
        "words": f"TX: {spaced(request)} RX: {spaced(reply)}\n",
        "arrow": f"{spaced(request)} -> {spaced(reply)}\n",
        "arrows": f">>> {spaced(request)} <<< {spaced(reply)}\n",
        "prose": f"I sent {spaced(request)} and it said {spaced(reply)}, which is fine\n",
        "table": f"| 1 | {spaced(request)} | {spaced(reply)} | ok |\n",
        "JSON": f'{{"tx": "{request.hex()}", "rx": "{reply.hex()}"}}\n',
        "CSV": f"12.5;{request.hex()};{reply.hex()};ok\n",
    }


@pytest.mark.parametrize("style", list(two_on_a_line(b"", b"")))
def test_two_frames_on_a_line(dump, frames, tmp_path, style):
    request, reply = thread_frames(frames)[2:4]
    done = text_only(dump, tmp_path, two_on_a_line(request, reply)[style])
    packets = parse(done.stdout).packets
    assert [packet.data for packet in packets] == [request, reply] and done.stderr == b""
    assert [packet.flags for packet in packets] == [OUT, IN]


def signed(data):
    return ", ".join(str(byte - 256 if byte > 127 else byte) for byte in data)


def decimal(data, separator=","):
    return spaced(data, "{}", separator)


def escaped(data, form):
    """A string of a program: characters where it has some, else numbers."""
    return "".join(chr(byte) if 32 <= byte < 127 and chr(byte) not in "\"'\\" else form.format(byte) for byte in data)


def mixed(data):
    """C, as somebody wrote it by hand."""
    return ", ".join(f"0x{byte:02X}" if at % 2 or byte > 99 else str(byte) for at, byte in enumerate(data))


def notations(request, reply):
    """The same two frames as programs and forums write them; the direction is not always told."""
    return {
        "emphasis": f"I sent *{spaced(request)}* and got {spaced(reply[:20])} **{spaced(reply[20:22])}** _{spaced(reply[22:24])}_ "
        f"`{spaced(reply[24:26])}` {spaced(reply[26:])} back\n",
        "code": f"`{spaced(request)}`\n\n~~{spaced(reply)}~~\n",
        "HTML": f"<p>{spaced(request)}<br>\n<b>{spaced(reply[:10])}</b> <span style=\"color: red\">{spaced(reply[10:])}</span></p>\n",
        "colours": f"\x1b[0;36mTX \x1b[1m{spaced(request)}\x1b[0m\nRX {spaced(reply[:9])} \x1b[31m{spaced(reply[9:])}\x1b[0m\n",
        "decimal array": f"[{decimal(request)}]\n[{decimal(reply, ', ')}]\n",
        "decimal beside hex": f"TX {spaced(request)}\nRX [{decimal(reply)}]\n",
        "JSON": json.dumps({"d": list(request), "rx": {"type": "Buffer", "data": list(reply)}}) + "\n",
        "JSON over lines": json.dumps({"tx": {"type": "Buffer", "data": list(request)}, "b": list(reply)}, indent=2) + "\n",
        "wrapped": f"tx = [{decimal(request[:9])},\n      {decimal(request[9:])}]\n\n"
        f"rx =\n{decimal(reply[:30], ' ')}\n{decimal(reply[30:], ' ')}\n",
        "Node": f"sent <Buffer {request.hex(' ')}>\n{{ data: <Buffer {reply.hex(' ')}>, at: 22 }}\n",
        "Java": "{" + spaced(request, "(byte)0x{:02x}", ", ") + "}\n{" + spaced(reply, "(byte) {}", ", ") + "};\n",
        "signed": f"tx=[{signed(request)}]\nrx=[{signed(reply)}]\n",
        "C": f"uint8_t tx[] = {{{mixed(request)}}};\nuint8_t rx[] = {{\n  {mixed(reply[:31])},\n  {mixed(reply[31:])}\n}};\n",
        "Rust": f"tx {spaced(request, '0x{:x}u8', ', ')}\nrx [{spaced(reply, '{:x}', ', ')}]\n",
        "Kotlin": spaced(request, "0x{:02X}.toByte()", ", ") + "\n" + spaced(reply, "0x{:02X}.toUByte()", ", ") + "\n",
        "one a line": spaced(request, separator="\n") + "\n\n" + spaced(reply, "0x{:x}", ",\n") + "\n",
        "one decimal a line": decimal(request, "\n") + "\n\n" + decimal(reply, ",\n") + "\n",
        "one digit": f"TX {spaced(request, '{:X}')}\nRX {spaced(reply, '{:x}')}\n",
        "strings": f'tx "{escaped(request, chr(92) + "x{:02x}")}"\nread(3, "{escaped(reply, chr(92) + "{:03o}")}", 255) = 64\n',
        "separators": spaced(request, separator="_") + "\n" + spaced(reply, separator=".") + "\n",
        "brackets": spaced(request, "<{:02X}>", "") + "\n" + spaced(reply, "{{{:02X}}}", "") + "\n",
        "slashes": f"{spaced(request, separator='/')}\n{spaced(reply, separator='/')}\n",
        "percent": spaced(request, "%{:02X}", "") + "\n" + reply.hex() + "\n",
        "od": "".join(f"{at:07o} {spaced(data[at : at + 16], '{:3}')}\n" for data in (request, reply) for at in range(0, len(data), 16)),
        "listing": "".join(f"tx[{at}] = 0x{byte:02x}\n" for at, byte in enumerate(request))
        + "".join(f"rx[{at}]={byte}\n" for at, byte in enumerate(reply)),
        "table": "".join(f"| {at} | {byte:02X} |\n" for at, byte in enumerate(request + reply)),
        "ESPHome": f"[18:12:15][D][uart_debug:158]: >>> {decimal(request)}\n"
        f"[18:12:16][D][uart_debug:114]: <<< {spaced(reply, separator=':')}\n",
        "diff": f"-{spaced(request.lstrip(bytes([0xFE])))}\n+{spaced(reply)}\n",
    }


@pytest.mark.parametrize("style", list(notations(b"", b"")))
def test_notations(dump, frames, tmp_path, style):
    """Both frames, nothing else that could be one, and nothing to say."""
    request, reply = thread_frames(frames)[2:4]
    done = text_only(dump, tmp_path, "Firmware 1.16 at 10.20.30.68, is that bad?\n" + notations(request, reply)[style] + "12 of 104 ok\n")
    got = [packet.data.lstrip(b"\xfe") for packet in parse(done.stdout).packets]
    assert got == [request.lstrip(b"\xfe"), reply.lstrip(b"\xfe")] and done.stderr == b""


def test_long_list(dump, frames, tmp_path):
    """On one line, which is longer than a buffer."""
    request, reply = thread_frames(frames)[2:4]
    packets = from_text(dump, tmp_path, f'{{"d":[{decimal((request + reply) * 40)}]}}\n')
    assert [packet.data for packet in packets] == [request, reply] * 40


def analysers(request, reply):
    """Exports of logic analysers, and the seconds from the first byte of the request to the first one of the reply."""
    step = 0.0045833
    bytes_and_times = [(at * step, "TX", byte) for at, byte in enumerate(request)] + [
        (1 + at * step, "RX", byte) for at, byte in enumerate(reply)
    ]
    samples = [(int(at * 1e6) + 1000, what, byte) for at, what, byte in bytes_and_times]

    def rows(form):
        return "".join(form.format(at=at, what=what, byte=byte, n=n) for n, (at, what, byte) in enumerate(bytes_and_times))

    letters = {0x2C: "COMMA", 0x20: "' '"}
    return {
        "Saleae": ("Time [s],Value,Parity Error,Framing Error\n" + rows("{at:.15f},0x{byte:02X},,\n"), 1),
        "Saleae, decimal": ("Time [s],Value,Parity Error,Framing Error\n" + rows("{at:.15f},{byte},,\n"), 1),
        "Saleae, letters": ("Time [s],Value,Parity Error,Framing Error\n" + "".join(
            f"{at:.15f},{letters.get(byte) or (chr(byte) if 32 < byte < 127 else repr(str(byte)))},,\n"
            for at, _, byte in bytes_and_times), 1),
        "Saleae 2": ("name,type,start_time,duration,data\n" + rows('"{what}","data",{at:.9f},0.004166,0x{byte:02X}\n'), 1),
        "Kingst": ("Time[s], Value, Parity Error, Framing Error\n" + rows("{at:.9f},0x{byte:02X},,\n"), 1),
        "DSView": ("Id,Time[ns],0:UART: RX/TX\n" + "".join(
            f"{n},{at * 1e9:.2f},{byte:02X}\n" for n, (at, _, byte) in enumerate(bytes_and_times)), 1),
        "milliseconds": ("Time(ms);Data\n" + "".join(f"{at * 1e3:.3f};{byte:02x}\n" for at, _, byte in bytes_and_times), 1),
        "no heading": (rows("{at:.6f}\t{byte:02X}\n"), 1),
        "sigrok": (rows("uart-1: {byte:02X}\n"), None),
        "sigrok, all": (rows("uart-1: Start bit\nuart-1: 1\nuart-1: {byte:02X}\nuart-1: Stop bit\n"), None),
        "PulseView": ("".join(f"{at}-{at + 3333} UART: {what} bits: 1\n{at}-{at + 3333} UART: {what} data: {byte:02X}\n"
                              for at, what, byte in samples), None),
    }


@pytest.mark.parametrize("style", list(analysers(b"", b"")))
def test_logic_analysers(dump, frames, tmp_path, style):
    """A byte a line; where the export has times they are kept."""
    request, reply = thread_frames(frames)[2:4]
    text, seconds = analysers(request, reply)[style]
    done = text_only(dump, tmp_path, text)
    packets = parse(done.stdout).packets
    assert [packet.data for packet in packets] == [request, reply] and done.stderr == b""
    assert [packet.flags for packet in packets] == [OUT, IN]
    if seconds is None:
        assert packets[0].time == packets[1].time == 0
    else:
        assert packets[1].time - packets[0].time == pytest.approx(seconds, abs=1e-6)
        midnight = datetime.datetime.fromtimestamp(packets[0].time)
        assert (midnight.hour, midnight.minute, midnight.second) == (0, 0, 0)


def test_gaps_of_analysers(dump, frames, tmp_path):
    """A pause ends a frame that is cut off: half a second, or thirty bytes where there are only sample numbers."""
    reply = thread_frames(frames)[3]
    heading, step = "Time [s],Value,Parity Error,Framing Error\n", 0.0045833
    table = heading + "".join(f"{start + at * step:.9f},0x{byte:02X},,\n" for start in (0, 0.7) for at, byte in enumerate(reply[:20]))
    samples = "".join(f"{start + at * 4583}-{start + at * 4583 + 3333} UART: RX data: {byte:02X}\n"
                      for start in (1000, 700_000) for at, byte in enumerate(reply[:20]))
    for text, lines in ((table, "7 and 27"), (samples, "6 and 26")):
        done = text_only(dump, tmp_path, text)
        packets = parse(done.stdout).packets
        assert [packet.data for packet in packets] == [reply[:20]] * 2
        assert done.stderr.endswith(f': 2 frames stop before their end, on lines {lines}.\n'.encode())
        if text is table:
            assert packets[1].time - packets[0].time == pytest.approx(0.7, abs=1e-6)


def test_cut_buffer(dump, frames, tmp_path):
    """Node prints no more than 50 bytes: they are kept, and it is said that there were more."""
    request, reply = thread_frames(frames)[2:4]
    text = f"{{ data: <Buffer {reply[:50].hex(' ')} ... {len(reply) - 50} more bytes>, length: {len(reply)} }}\nTX {spaced(request)}\n"
    done = text_only(dump, tmp_path, text)
    assert [packet.data for packet in parse(done.stdout).packets] == [reply[:50], request]
    assert done.stderr.endswith(b": 1 frame stops before its end, on line 1.\n")


def test_damaged_on_a_line(dump, frames, tmp_path):
    """The second of two is kept although its checksum is wrong, and stderr says so."""
    request, reply = thread_frames(frames)[2:4]
    broken = reply[:-2] + bytes([reply[-2] ^ 1]) + reply[-1:]
    done = text_only(dump, tmp_path, f"\nTX: {spaced(request)} RX: {spaced(broken)}\n")
    assert [packet.data for packet in parse(done.stdout).packets] == [request, broken]
    assert done.stderr.endswith(b"post.txt\": 1 run of bytes from 68 to 16 gave no whole frame, on line 2.\n")


def lost_texts(request, reply):
    """Texts whose frame cannot be read, and which lines are said."""
    text = spaced(reply)
    broken = text[:-5] + "00 16"
    return {
        "prose": (f"It said {broken} to me\n", "1 run of bytes from 68 to 16 gave no whole frame, on line 1"),
        "with another": (f"{spaced(request)}\nIt said {broken} to me\nand {broken} to you\n",
                         "2 runs of bytes from 68 to 16 gave no whole frame, on lines 2 and 3"),
        "in pieces": (f"TX {spaced(request)}\n\nRX {text[:30]} [b] {text[30:60]} [/b] {text[60:]}\n",
                      "1 run of bytes from 68 to 16 gave no whole frame, on line 3"),
        "over lines": (f"{spaced(request)}\n{text[:60]}\n= {text[60:75]} = {text[75:]}\n",
                       "1 run of bytes from 68 to 16 gave no whole frame, on line 2"),
        "many": (f"It said {broken} to me\n" * 12,
                 "12 runs of bytes from 68 to 16 gave no whole frame, on lines 1, 2, 3, 4, 5, 6, 7 and 8 and perhaps more"),
        "cut": (f"{spaced(request)}\nIt said {spaced(reply[:30])} and no more\n", "1 frame stops before its end, on line 2"),
        "cut list": (f"{spaced(request)}\nrx [{decimal(reply[:40])}]\n", "1 frame stops before its end, on line 2"),
        "damaged list": (f"{spaced(request)}\nrx [{decimal(bytes.fromhex(broken))}]\n",
                         "1 run of bytes from 68 to 16 gave no whole frame, on line 2"),
        "Basic": (f"{spaced(request)}\n{spaced(reply, '&H{:02X}', ', ')} and {spaced(request, '&H{:02X}', ', ')}\n",
                  "2 whole frames are written in a way that is not read, on line 2"),
        "binary": (f"{spaced(request)}\n{spaced(reply, '{:08b}')}\n", "1 whole frame is written in a way that is not read, on line 2"),
        "swapped": (f"{spaced(request)}\n" + "".join(f"{reply[at + 1]:02x}{reply[at]:02x} " for at in range(0, len(reply), 2)) + "\n",
                    "1 whole frame is written in a way that is not read, on line 2"),
        "with comments": (f"{spaced(request)}\n" + "".join(f"{byte:02X} # byte {at} of 64\n" for at, byte in enumerate(reply)),
                          "1 whole frame is written in a way that is not read, on line 7"),
        "octal beside another": (f"{spaced(request)}\n{spaced(reply, '{:03o}')}\n",
                                 "1 whole frame is written in a way that is not read, on line 2"),
        "octal": ("\n" + " ".join(f"{byte:03o}" for byte in reply) + "\n",
                  "no whole frame was found, and there are digits on 1 line, first on line 2"),
    }


@pytest.mark.parametrize("style", list(lost_texts(b"", b"")))
def test_nothing_is_lost_in_silence(dump, frames, tmp_path, style):
    text, said = lost_texts(*thread_frames(frames)[2:4])[style]
    done = text_only(dump, tmp_path, text)
    assert done.stderr.decode().endswith(f'post.txt": {said}.\n') and done.stderr.count(b"\n") == 1


def test_text_or_not(dump, frames, tmp_path):
    """--hex is for text only."""
    file = write_pcap(tmp_path / "line.pcap", [thread_frames(frames)[2]])
    done = dump("--hex", "-i", file)
    assert done.returncode == USAGE and done.stderr.decode().count(".\n") == 1 and b"is a capture: leave" in done.stderr
    done = dump("--hex", "--marked", "-i", file)
    assert done.returncode == USAGE and b"--hex and --marked exclude each other" in done.stderr


def test_noise_in_text(dump, frames, tmp_path):
    """Bytes that are no frame: kept from lines of bytes, with the direction that is told, not from prose."""
    reply = thread_frames(frames)[3]
    packets = from_text(dump, tmp_path, f"RX {spaced(reply[:20])}\n\n12 34 56 78\n\nIt had 12 34 56 78 9A in it\nTX 01 02 05\n")
    assert [packet.data for packet in packets] == [reply[:20], bytes.fromhex("12345678"), b"\x01\x02\x05"]
    assert packets[0].flags == IN | SHORT
    assert packets[2].flags == OUT | DELIMITER


def test_prose_is_no_bytes(dump, tmp_path):
    assert from_text(dump, tmp_path, "A dead face, a bad cafe: add 25 or 30, at 18:12:15 on 2026-04-27.\n2\n42\n") == []
    assert from_text(
        dump, tmp_path,
        "The gateway 550e8400-e29b-41d4-a716-446655440000\nhas firmware 3f786850e387550fdab836ed7e6dc881de23001b\n"
        "and address 192.168.10.20\n",
    ) == []
    # On lines of their own, too.
    assert from_text(
        dump, tmp_path,
        "550e8400-e29b-41d4-a716-446655440000\n3f786850e387550fdab836ed7e6dc881de23001b\n192.168.10.20\n",
    ) == []
    assert from_text(dump, tmp_path, "It took 0x1, 0x2 or 0x3 of them, for 25h, at $30; run print(b'hello').\n") == []


def test_hostile_text(dump, frames, tmp_path):
    """No line is too long, no byte too strange; the frame behind it all is found."""
    request = thread_frames(frames)[2]
    text = "z" * 50_000 + "68" * 50_000 + " " + "\x00\x01<<<<>>>>((((" * 3000 + "\n" + "6" * 4095 + "\n" + "FE " * 20_000
    packets = from_text(dump, tmp_path, text + "\n" + spaced(request) + "\n" + request.hex() * 1000)
    assert sum(packet.data.endswith(request[6:]) for packet in packets) >= 1000
