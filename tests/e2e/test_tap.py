# The tap as people use it: the real cjt188dump on a pseudo terminal, a file, a pipe and the demo bus, its captures
# read by the real tshark and capinfos. No real serial port is opened.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import collections
import os
import pathlib
import re
import select
import shutil
import signal
import struct
import subprocess
import time

import pytest

from tapkit import *  # noqa: F403


def test_paced_line(start, line, frames, tmp_path):
    """A request and its reply at true pace: bytes, direction, and the time of the first byte."""
    file = tmp_path / "line.pcapng"
    sent = thread_frames(frames)[2:4]
    process = start_on(start, line, file)
    for data in sent:
        line.pace(data)
        time.sleep(0.03)
    wait_until(lambda: len(parse(file.read_bytes()).packets) == len(sent), "the packets")
    messages = finish(process)
    capture = parse(file.read_bytes())
    assert [packet.data for packet in capture.packets] == sent
    assert [packet.flags for packet in capture.packets] == [OUT, IN]
    assert all(not packet.comment for packet in capture.packets)
    errors = [packet.time - begun for packet, begun in zip(capture.packets, line.starts)]
    print("first-byte time errors, ms:", [round(error * 1000, 2) for error in errors])
    assert all(abs(error) < 0.1 for error in errors)  # the last byte of the reply is 293 ms after its first
    assert capture.interfaces[0][2].decode() == line.path
    assert capture.interfaces[0][3] == on_host("pseudo terminal, 2400 8E1")
    assert capture.interfaces[0][8] == struct.pack("<Q", 2400)
    assert capture.interfaces[0][9] == b"\x09"
    assert capture.section[2] and capture.section[3] and capture.section[4].startswith(b"cjt188dump ")
    assert capture.statistics[0][4] == struct.pack("<Q", 2) and capture.statistics[0][5] == bytes(8)
    assert "Packets captured: 2\n  request 1, reply 1\n" in messages


def test_line_is_only_read(start, line, tmp_path):
    process = start_on(start, line, tmp_path / "line.pcapng")
    found = 0
    for fd in pathlib.Path(f"/proc/{process.pid}/fd").iterdir():
        if os.readlink(fd) != line.path:
            continue
        info = pathlib.Path(f"/proc/{process.pid}/fdinfo/{fd.name}").read_text(encoding="ascii")
        flags = int(re.search(r"^flags:\s*([0-7]+)$", info, re.M).group(1), 8)
        assert flags & os.O_ACCMODE == os.O_RDONLY
        found += 1
    assert found
    line.send(b"\x68")
    time.sleep(0.1)
    finish(process)
    assert select.select([line.master], [], [], 0)[0] == [], "the tap has sent or echoed something"


def test_every_byte_value(start, line, tmp_path):
    """No byte means anything to the terminal: not FF, not control characters."""
    file = tmp_path / "line.pcapng"
    data = bytes(range(256)) + b"\xff\xff\xff\x00\xff" + bytes(reversed(range(256)))
    process = start_on(start, line, file, "--gap", "50")
    line.send(data)
    wait_until(lambda: len(payload(parse(file.read_bytes()))) == len(data), "the bytes")
    finish(process)
    assert payload(parse(file.read_bytes())) == data


def test_silence_ends_a_frame(start, line, frames, tmp_path):
    file = tmp_path / "line.pcapng"
    reply = thread_frames(frames)[3]
    process = start_on(start, line, file, "--gap", "100")
    line.send(reply[:40])
    wait_until(lambda: parse(file.read_bytes()).packets, "the first half")
    line.send(reply[40:])
    wait_until(lambda: len(payload(parse(file.read_bytes()))) == len(reply), "the second half")
    finish(process)
    first, *rest = parse(file.read_bytes()).packets
    assert first.data == reply[:40] and first.flags == IN | SHORT and "40" not in first.comment
    assert first.comment == "Ends after 35 of 59 bytes"
    assert b"".join(packet.data for packet in rest) == reply[40:]
    assert all(packet.flags == DELIMITER for packet in rest)


def test_sigterm_during_a_frame(start, line, frames, tmp_path):
    """What has come is kept, and the capture ends as it should."""
    for number in (signal.SIGTERM, signal.SIGINT):
        file = tmp_path / f"{number.name}.pcapng"
        process = start_on(start, line, file, "--gap", "60000")
        request, reply = thread_frames(frames)[2:4]
        line.send(request + reply[:20])
        wait_until(lambda: parse(file.read_bytes()).packets, "the request")
        time.sleep(0.2)
        process.send_signal(number)
        process.communicate(timeout=TIMEOUT)
        capture = parse(file.read_bytes())
        assert process.returncode == OK
        assert [packet.data for packet in capture.packets] == [request, reply[:20]]
        assert capture.packets[1].flags == IN | SHORT
        assert len(capture.statistics) == 1


def test_signals_before_the_line_is_open(start, line, frames, tmp_path):
    """SIGHUP and SIGUSR1 while it still waits for who reads its FIFO: they wait, too."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    process = start("-q", "-i", line.path, "-w", fifo)
    wait_until(lambda: blocked(process, signal.SIGHUP) and blocked(process, signal.SIGUSR1), "the signals to be held")
    assert not listens(process, line.path)
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGUSR1)
    time.sleep(0.2)
    assert process.poll() is None
    with open(fifo, "rb") as reader:
        assert reader.read(28) and b"is open in" in process.stderr.readline()
        assert process.stderr.readline() == b"Packets captured: 0\n"
        finish(process)


def test_signals_and_many_lines(start, tmp_path):
    """From the first moment that the program has."""
    lines = [Line() for _ in range(16)]
    for number in range(20):
        file = tmp_path / f"{number}.pcapng"
        process = start("-q", *(word for line in lines for word in ("-i", line.path)), "-w", file)
        wait_until(lambda: blocked(process, signal.SIGHUP), "main()")
        while not file.exists():
            process.send_signal(signal.SIGHUP)
            process.send_signal(signal.SIGUSR1)
            assert process.poll() is None
        wait_until(lambda: is_ready(process), "the lines to be open")
        finish(process)
    for line in lines:
        line.close()


def test_line_lost(start, line, frames, tmp_path):
    file = tmp_path / "line.pcapng"
    reply = thread_frames(frames)[3]
    process = start_on(start, line, file, "--gap", "60000", "--no-wait")
    line.send(reply + reply[:9])
    wait_until(lambda: parse(file.read_bytes()).packets, "the reply")
    time.sleep(0.2)
    line.hang_up()
    _, messages = process.communicate(timeout=TIMEOUT)
    assert process.returncode == LINE_LOST
    assert f'"{line.path}" is gone' in messages.decode()
    capture = parse(file.read_bytes())
    assert payload(capture) == reply + reply[:9]
    assert len(capture.statistics) == 1


def test_links_to_a_line(start, line, frames, tmp_path):
    """udev's links, /dev/serial/by-id/…"""
    link = tmp_path / "mbus-tap"
    link.symlink_to(line.path)
    file = tmp_path / "line.pcapng"
    process = start_on(start, line, file, path=link)
    line.send(thread_frames(frames)[0])
    wait_until(lambda: parse(file.read_bytes()).packets, "the request")
    finish(process)
    assert parse(file.read_bytes()).interfaces[0][2].decode() == str(link)


def test_one_tap_a_line(start, dump, line, tmp_path):
    start_on(start, line, tmp_path / "line.pcapng")
    second = dump("-i", line.path, "-w", tmp_path / "second.pcapng")
    assert second.returncode == CANNOT_OPEN
    assert b"it is open already, in " in second.stderr
    assert not (tmp_path / "second.pcapng").exists()


def test_other_settings(start, line, tmp_path):
    file = tmp_path / "line.pcapng"
    finish(start_on(start, line, file, "--baud", "9600", "--format", "8n1"))
    interface = parse(file.read_bytes()).interfaces[0]
    assert interface[3] == on_host("pseudo terminal, 9600 8N1")
    assert interface[8] == struct.pack("<Q", 9600)


def test_file_of_raw_bytes(dump, frames, tmp_path):
    data = make_stream(frames, 300_000)
    (tmp_path / "line.bin").write_bytes(data)
    done = dump("-i", tmp_path / "line.bin", "-w", tmp_path / "line.pcapng")
    assert done.returncode == OK, done.stderr
    capture = parse((tmp_path / "line.pcapng").read_bytes())
    assert payload(capture) == data
    assert len(capture.packets) > 3000
    assert b"times are when it was read" in capture.interfaces[0][3]
    assert 8 not in capture.interfaces[0]


def test_pipe_equals_file(dump, cjt188dump, frames, tmp_path):
    """The same bytes through a pipe, in portions, give the same packets."""
    data = make_stream(frames, 100_000)
    (tmp_path / "line.bin").write_bytes(data)
    from_file = parse(dump("-q", "-i", tmp_path / "line.bin", "-w", "-").stdout)
    from_pipe = parse(dump("-q", "-i", "-", "-w", "-", "--gap", "60000", stdin=None, input=data).stdout)
    with open(tmp_path / "line.bin", "rb") as stdin:
        from_stdin = parse(dump("-q", "-i", "-", "-w", "-", stdin=stdin).stdout)
    assert len(from_file.packets) > 1000
    for other in (from_pipe, from_stdin):
        assert [(packet.data, packet.flags) for packet in other.packets] == [
            (packet.data, packet.flags) for packet in from_file.packets
        ]


def test_every_known_frame(dump, frames, tmp_path):
    """Good ones are packets without a complaint; those with a wrong checksum or without their end are there and complained of."""
    for frame in frames:
        (tmp_path / "frame.bin").write_bytes(frame["bytes"])
        capture = parse(dump("-q", "-i", tmp_path / "frame.bin", "-w", "-").stdout)
        assert payload(capture) == frame["bytes"]
        whole = [packet for packet in capture.packets if packet.flags in (IN, OUT) and not packet.comment]
        assert len(whole) == (1 if frame["checksum_ok"] else 0), frame["name"]
        if not frame["checksum_ok"]:
            assert all(packet.flags & (CRC | DELIMITER | SHORT) and packet.comment for packet in capture.packets)


def test_text(dump, frames, tmp_path):
    """Without -w: time, what it is, bytes, what they say, what is wrong."""
    request, reply = thread_frames(frames)[2:4]
    damaged = bytearray(reply)
    damaged[30] ^= 4
    neighbours = bytes.fromhex("105B015C16 68120000000000681104333334 33C416")
    (tmp_path / "line.bin").write_bytes(neighbours + request + reply + damaged + b"noise" + reply[:20])
    done = dump("-q", "-i", tmp_path / "line.bin")
    assert done.returncode == OK and done.stderr == b""
    rows = [re.fullmatch(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6})  (\S+(?: 645)?) +((?: [0-9A-F]{2})+)(?:  ([^ (].*?))?(?:  \((.+)\))?", row)
            for row in done.stdout.decode().splitlines()]
    assert [row.group(2) for row in rows] == [
        "M-Bus", "DL/T 645", "request", "reply", "damaged", "noise", "truncated",
    ]
    assert bytes.fromhex("".join(row.group(3) for row in rows)) == (tmp_path / "line.bin").read_bytes()
    right = sum(reply[5:-2]) & 0xFF
    assert [row.group(5) for row in rows] == [
        None, None, None, None, f"Checksum is {right:02X}, the bytes give {sum(damaged[5:-2]) & 0xFF:02X}", "No frame in these bytes",
        "Ends after 15 of 59 bytes",
    ]


def test_demo_into_tshark(start, tshark):
    """The documented pipe, live, at true pace."""
    command, env = tshark.command("-r", "-", "-l", "-T", "fields", "-e", "frame.len", "-e", "cjt188.di")
    tap = start("-q", "-i", "demo", "-w", "-", "-c", "5")
    reader = subprocess.run(command, env=env, stdin=tap.stdout, stdout=subprocess.PIPE, timeout=TIMEOUT, check=True)
    assert tap.wait(TIMEOUT) == OK
    rows = [row.split("\t") for row in reader.stdout.decode().splitlines()]
    assert [row[0] for row in rows] == ["22", "64", "22", "76", "22"]
    assert [int(row[1], 16) for row in rows] == [0x901F, 0x901F, 0x903F, 0x903F, 0x901F]


def demo(dump, *args):
    done = dump("-i", "demo:seed=188,fast", *args)
    assert done.returncode == OK, done.stderr
    return done


def test_demo_shows_everything(dump, tshark, tmp_path):
    """Ten simulated minutes: replies that decode, noise, damage, cut replies, meters that stay silent; and pace."""
    file = tmp_path / "demo.pcapng"
    demo(dump, "-w", file, "-a", "duration:600")
    file.chmod(0o644)
    capture = parse(file.read_bytes())
    kinds = collections.Counter(packet.flags for packet in capture.packets)
    assert kinds[OUT] > kinds[IN] > 300, "a silent meter leaves requests without reply"
    assert kinds[IN | CRC | SYMBOL] > 10 and kinds[IN | SHORT] > 5
    assert kinds[DELIMITER] + kinds[DELIMITER | SYMBOL] > 30
    assert {packet.data[6:11].hex() for packet in capture.packets if packet.flags == IN} >= {"2025322624", "2525322624"}
    times = [packet.time for packet in capture.packets]
    assert times == sorted(times) and 590 < times[-1] - times[0] <= 600
    for packet, following in zip(capture.packets, capture.packets[1:]):
        assert following.time - packet.time > len(packet.data) * CHARACTER - 0.02
    meters = tshark.fields(
        file, ["cjt188.meter", "cjt188.checksum.status", "cjt188.energy.heating", "cjt188.power", "cjt188.flow",
               "cjt188.temperature.supply", "cjt188.temperature.return"],
        "-Y", "cjt188.energy.heating && frame.packet_flags_crc_error == 0 && !cjt188.truncated",
    )
    assert len({row["cjt188.meter"] for row in meters}) == 4
    energy = collections.defaultdict(list)
    for row in meters:
        flow, power = float(row["cjt188.flow"]), float(row["cjt188.power"])
        difference = float(row["cjt188.temperature.supply"]) - float(row["cjt188.temperature.return"])
        assert power == pytest.approx(1.163 * flow * difference, rel=0.02, abs=0.02)
        energy[row["cjt188.meter"]].append(float(row["cjt188.energy.heating"]))
    assert all(values == sorted(values) for values in energy.values())
    assert sum(values[-1] > values[0] for values in energy.values()) == 3
    assert energy["24263225"][0] == 0.007


def test_demo_is_the_same_again(dump):
    first, second = (demo(dump, "-q", "-c", "200").stdout for _ in range(2))
    assert first == second and first
    other = dump("-q", "-i", "demo:fast,seed=189", "-c", "200").stdout
    assert other != first


def test_autostop(dump, tmp_path):
    for args, enough in ((("-c", "7"), 7), (("-c7",), 7), (("-a", "packets:9"), 9)):
        assert len(parse(demo(dump, "-w", "-", *args).stdout).packets) == enough
    capture = parse(demo(dump, "-w", "-", "-a", "duration:30").stdout)
    assert 25 < capture.packets[-1].time - capture.packets[0].time <= 30
    file = tmp_path / "size.pcapng"
    demo(dump, "-w", file, "-a", "filesize:5")
    assert 5000 <= file.stat().st_size < 5500
    assert len(parse(file.read_bytes()).statistics) == 1
    begun = time.monotonic()
    assert dump("-q", "-i", "demo", "-a", "duration:0.5", "-w", "-").returncode == OK
    assert time.monotonic() - begun >= 0.5


def test_read_by_other_programs(dump, tshark, tmp_path):
    """capinfos and tshark take the file without complaint and show what stands in it."""
    file = tmp_path / "demo.pcapng"
    demo(dump, "-w", file, "-a", "duration:60")
    file.chmod(0o644)
    packets = parse(file.read_bytes()).packets
    rows = tshark.fields(file, ["frame.time_epoch", "frame.packet_flags", "frame.comment", "frame.interface_name",
                                "frame.interface_description"])
    assert len(rows) == len(packets) > 50
    for row, packet in zip(rows, packets):
        assert float(row["frame.time_epoch"]) == pytest.approx(packet.time, abs=1e-6)
        assert int(row["frame.packet_flags"] or "0", 16) == packet.flags
        assert row["frame.comment"] == packet.comment
        assert row["frame.interface_name"] == "demo"
        assert row["frame.interface_description"] == "built-in demo bus, 2400 8E1"
    info = subprocess.run([shutil.which("capinfos"), "-M", file], capture_output=True, timeout=TIMEOUT, check=True)
    text = info.stdout.decode()
    assert info.stderr == b""
    for expected in ("USER 0", "nanoseconds (9)", "Capture application: cjt188dump", "Speed = 2400",
                     "Hardware = simulated", "Number of stat entries = 1", f"Number of packets:   {len(packets)}"):
        assert expected in text, text


def test_bad_command_lines(dump, tmp_path):
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "line.bin").write_bytes(b"\x68")
    refused = {
        (): "Which line",
        ("-i", "demo", "--colour"): "--colour",
        ("-i", "demo", "-x"): "-x",
        ("-i", "demo", "more"): '"more"',
        ("-i", "demo", "-w", "x", "-w", "y"): "one -w",
        ("-i", "demo", "-s", "65535"): "never cut",
        ("-i", "demo", "-y", "USER0"): "link type",
        ("-i", "demo", "-p"): "promiscuous",
        ("-i", "demo", "-b", "filesize:10"): "-w",
        ("-i", "demo", "-b", "files:3", "-w", "x"): "when a file is over",
        ("-i", "demo", "-a", "files:3", "-w", "x"): "-b",
        ("-i", "demo", "-b", "printname:x", "-w", "x"): '"printname:x"',
        ("-i", "demo", "-P"): "-w",
        ("-i", "demo", "--dtr", "up"): '"up"',
        ("-i", "demo", "--on-full", "beep"): '"beep"',
        ("-i", "demo", "-f", "host 1.2.3.4"): "link[2] = 0x68",
        ("-i", "demo", "-f", "inbound"): "networks",
        ("-i", "demo", "-f", "len >"): "syntax error",
        ("--probe", "-i", "demo", "-i", "demo"): "one line",
        ("-i", "demo", "-c", "0"): "above 0",
        ("-i", "demo", "-c", "many"): '"many"',
        ("-i", "demo", "-a", "duration:0"): "above 0",
        ("-i", "demo", "-a", "duration:nan"): "above 0",
        ("-i", "demo", "-a", "moon:full"): '"moon:full"',
        ("-i", "demo", "-a", "filesize:3"): "-w",
        ("-i", "demo", "-w", "x.pcapng", "-b", "budget:3"): "when a file is over",
        ("-i", "demo", "-w", "x.pcapng", "-b", "packets:3", "-b", "reserve:none"): "above 0",
        ("-i", "demo", "-w", "x.pcapng", "--compress", "gzip"): "needs -b",
        ("-i", "demo", "-w", "x.pcapng", "-b", "packets:3", "--compress", "zip"): "gzip or zstd",
        ("-i", "demo", "-w"): "-w",
        ("-i", "demo", "--baud", "fast"): '"fast"',
        ("-i", "demo", "--baud", "0"): '"0"',
        ("-i", "demo", "--format", "9E1"): '"9E1"',
        ("-i", "demo", "--format", "8E12"): '"8E12"',
        ("-i", "demo", "--gap", "-1"): '"-1"',
        ("-i", "demo:slow"): "demo:slow",
        ("-i", tmp_path / "line.bin", "-w", tmp_path / "line.bin"): "at once",
        ("-i", "tcp://meter"): "tcp://HOST:PORT",
    }
    for args, part in refused.items():
        done = dump(*args)
        assert done.returncode == USAGE, (args, done)
        assert done.stdout == b""
        message = done.stderr.decode()
        assert message.startswith("cjt188dump: ") and message.count("\n") == 1 and part in message, (args, message)


def test_what_cannot_be_opened(dump, tmp_path):
    (tmp_path / "empty").write_bytes(b"")
    earlier = tmp_path / "earlier.pcapng"
    earlier.write_bytes(b"what an earlier capture has left")
    refused = {
        ("--no-wait", "-i", "/dev/ttyNONE7"): "No such file",
        ("-i", "ttyNONE7"): "cjt188dump -D",
        ("-i", "4711"): "4711",
        ("-i", tmp_path): "folder",
        ("-i", "/dev/null"): "no serial line",
        ("-i", tmp_path / "empty"): "empty",
        ("--no-wait", "-i", "tcp://127.0.0.1:1"): "refused",
        ("-i", "demo", "-w", tmp_path): "Is a directory",
        ("-i", "demo", "-w", tmp_path / "none" / "x.pcapng"): "No such file",
        ("-i", tmp_path / "empty", "-w", earlier): "empty",
    }
    for args, part in refused.items():
        done = dump(*args)
        assert done.returncode == CANNOT_OPEN, (args, done)
        message = done.stderr.decode()
        assert message.startswith("cjt188dump: ") and message.count("\n") == 1 and part in message, (args, message)
    assert earlier.read_bytes() == b"what an earlier capture has left"
    assert dump("-i", "-", stdin=subprocess.DEVNULL).returncode == OK  # a pipe may be empty


def test_no_permission(cjt188dump, line, tmp_path):
    """Not in the group of the port: how to join it."""
    os.chmod(line.slave, 0)
    program = shutil.copy(cjt188dump, tmp_path)  # where everybody may read it
    nobody = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
    done = subprocess.run([program, "-i", line.path], capture_output=True, timeout=TIMEOUT, check=False, **nobody)
    assert done.returncode == CANNOT_OPEN
    assert b"dialout" in done.stderr


def test_full_disk(dump):
    done = dump("-i", "demo:fast", "-w", "/dev/full")
    assert done.returncode == OUTPUT_FAILED
    assert "No space left" in done.stderr.decode()


def test_reader_gone(start):
    """As `cjt188dump -i demo | head -1` ends."""
    for args in ((), ("-w", "-")):
        process = start("-i", "demo:fast", *args)
        process.stdout.read(100)
        process.stdout.close()
        assert process.wait(TIMEOUT) == OUTPUT_FAILED
        assert b"is gone" in process.stderr.read()
        process.stdout = None


def test_samples(samples):
    """The raw dump of the demo line and its capture are one and the same line."""
    capture = parse((samples / "demo-line.pcapng").read_bytes())
    assert payload(capture) == (samples / "demo-line.bin").read_bytes()
    kinds = collections.Counter(packet.flags & ~SYMBOL for packet in capture.packets)
    assert set(kinds) == {IN, OUT, IN | CRC, IN | SHORT, DELIMITER}


def test_list_version_help(dump):
    """The list holds the demo bus, and never a kernel console."""
    rows = dump("-D").stdout.decode().splitlines()
    assert re.fullmatch(r"\d+\. demo \(.+\)", rows[-1])
    assert [int(row.split(".")[0]) for row in rows] == list(range(1, len(rows) + 1))
    consoles = pathlib.Path("/sys/class/tty/console/active")
    for console in consoles.read_text(encoding="ascii").split() if consoles.exists() else ():
        assert not any(f"/dev/{console} " in row + " " for row in rows)
    by_number = dump("-q", "-i", len(rows), "-c", "1")
    assert by_number.returncode == OK and b"request" in by_number.stdout
    assert re.fullmatch(r"cjt188dump \d+\.\d+\.\d+\n", dump("-v").stdout.decode())
    assert b"--baud" in dump("-h").stdout


def test_listing_opens_nothing(cjt188dump, tmp_path):
    """A port that is opened may disturb a capture that runs on it."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed")
    log = tmp_path / "log"
    subprocess.run([strace, "-f", "-e", "trace=open,openat", "-o", log, cjt188dump, "-D"], check=True,
                   stdout=subprocess.DEVNULL, timeout=TIMEOUT)
    assert "/sys/class/tty" in log.read_text(encoding="utf-8")
    assert '"/dev/tty' not in log.read_text(encoding="utf-8")
