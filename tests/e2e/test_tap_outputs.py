# Where the tap writes: ring files, classic pcap, FIFOs, filters, a disk that is full, a file that is renamed, and what is
# left when the tap is killed.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import fcntl
import gzip
import os
import random
import re
import resource
import select
import shutil
import signal
import socket
import stat
import struct
import subprocess
import termios
import time

import pytest

from conftest import BUILD
from tapkit import *  # noqa: F403

NAME = re.compile(r"ring_(\d{5})_\d{14}\.pcapng")


def ring_files(folder):
    """[(number, capture)] in the order of their numbers; no other file may be there."""
    while True:
        names = sorted(path.name for path in folder.iterdir())
        assert all(NAME.fullmatch(name) for name in names), names
        try:
            return [(int(NAME.fullmatch(name)[1]), parse((folder / name).read_bytes())) for name in names]
        except FileNotFoundError:  # the tap has removed it in between
            pass


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "ring"
    path.mkdir()
    return path


def test_ring_by_packets(dump, folder):
    """Names as dumpcap makes them; each file stands alone; together they are the line."""
    whole = parse(dump("-q", "-i", "demo:fast,seed=5", "-c", "70", "-w", "-").stdout)
    assert dump("-i", "demo:fast,seed=5", "-c", "70", "-b", "packets:20", "-w", folder / "ring.pcapng").returncode == OK
    files = ring_files(folder)
    assert [number for number, _ in files] == [1, 2, 3, 4]
    assert [len(capture.packets) for _, capture in files] == [20, 20, 20, 10]
    assert all(len(capture.interfaces) == len(capture.statistics) == 1 for _, capture in files)
    assert [packet for _, capture in files for packet in capture.packets] == whole.packets


def test_no_ring_file_is_empty(dump, folder):
    """The capture ends where a file does."""
    assert dump("-i", "demo:fast,seed=5", "-c", "60", "-b", "packets:20", "-w", folder / "ring.pcapng").returncode == OK
    assert [len(capture.packets) for _, capture in ring_files(folder)] == [20, 20, 20]
    for path in folder.iterdir():
        path.unlink()
    done = dump("-i", "demo:fast,seed=5", "-b", "packets:20", "-a", "files:2", "-w", folder / "ring.pcapng")
    assert done.returncode == OK and [len(capture.packets) for _, capture in ring_files(folder)] == [20, 20]


def test_ring_keeps_the_last_files(dump, folder):
    done = dump("-i", "demo:fast,seed=5", "-c", "100", "-b", "packets:10", "-b", "files:3", "-w", folder / "ring.pcapng")
    assert done.returncode == OK
    assert [number for number, _ in ring_files(folder)] == [8, 9, 10]


def test_ring_by_size(dump, folder):
    dump("-i", "demo:fast,seed=5", "-c", "300", "-b", "filesize:4", "-w", folder / "ring.pcapng")
    sizes = [path.stat().st_size for path in sorted(folder.iterdir())]
    assert len(sizes) > 5 and all(4000 <= size < 4600 for size in sizes[:-1])


def test_ring_by_time(dump, folder):
    """Also without packets; -a files: is the end."""
    for when in ("duration:0.2", "interval:0.2"):
        done = dump("-i", "demo", "-b", when, "-a", "files:3", "-w", folder / "ring.pcapng")
        assert done.returncode == OK, done.stderr
        assert [number for number, _ in ring_files(folder)] == [1, 2, 3]
        for path in folder.iterdir():
            path.unlink()


def test_ring_counts_the_files_of_earlier_runs(dump, folder):
    """What is started anew, again and again, does not fill the disk. Other files of the folder are not its own."""
    others = [folder / name for name in ("ring.pcapng", "ring_1_20260427181215.pcapng", "ring_00001_2026.pcapng",
                                         "string_00001_20200101000000.pcapng", "ring_00001_20200101000000.txt")]
    for path in others:
        path.write_text("somebody else's", encoding="ascii")
    (folder / "ring_99999_20200101000000.pcapng").write_bytes(b"older than all")
    for run in range(3):
        done = dump("-i", "demo:fast,seed=5", "-c", "25", "-b", "packets:10", "-b", "files:4", "-w", folder / "ring.pcapng")
        assert done.returncode == OK
        assert len(list(folder.iterdir())) - len(others) == (4, 4, 4)[run]
    assert all(path.read_text(encoding="ascii") == "somebody else's" for path in others)
    for path in others:
        path.unlink()
    numbers = [number for number, _ in ring_files(folder)]
    assert numbers == [5, 6, 7, 8], "numbers go on where they ended, from 99999 to 0"


def fill(folder, names):
    for name in names:
        (folder / name).write_bytes(name.encode())


def left(folder, names):
    return [name for name in names if (folder / name).exists()]


def test_ring_goes_by_numbers(dump, folder):
    """Before a time server answers, a box without a battery for its clock writes stamps of long ago."""
    names = [f"ring_{number:05}_{stamp}.pcapng" for number, stamp in (
        (3, "20260103000000"), (4, "20260104000000"), (5, "19700101000010"))]
    fill(folder, names)
    assert dump("-i", "demo:fast", "-c", "1", "-b", "packets:9", "-b", "files:3", "-w", folder / "ring.pcapng").returncode == OK
    assert left(folder, names) == names[1:] and len(list(folder.glob("ring_00006_*"))) == 1


def test_ring_goes_by_stamps_where_numbers_say_nothing(dump, folder):
    """Runs that began at 1 each."""
    names = [f"ring_{number:05}_{stamp}.pcapng" for number, stamp in (
        (1, "20260101000000"), (2, "20260102000000"), (3, "20260103000000"), (1, "20260201000000"), (2, "20260202000000"))]
    fill(folder, names)
    assert dump("-i", "demo:fast", "-c", "1", "-b", "packets:9", "-b", "files:3", "-w", folder / "ring.pcapng").returncode == OK
    assert left(folder, names) == names[3:] and len(list(folder.glob("ring_00003_*"))) == 1


def test_ring_spares_what_is_in_use(start, dump, line, frames, folder):
    """What another tap writes, and what it reads itself."""
    process = start("-q", "-i", line.path, "-b", "packets:9", "-w", folder / "ring.pcapng")
    wait_until(lambda: listens(process, line.path), "the line to be open")
    line.send(thread_frames(frames)[2])
    wait_until(lambda: list(folder.iterdir()), "the first file")
    live, = folder.iterdir()
    own = folder / "ring_00002_20260101000000.pcapng"
    own.write_bytes(dump("-q", "-i", "demo:fast", "-c", "5", "-w", "-").stdout)
    done = dump("-i", own, "-b", "packets:2", "-b", "files:1", "-w", folder / "ring.pcapng")
    assert done.returncode == OK and live.exists() and own.exists()
    assert len(list(folder.iterdir())) == 3
    finish(process)


def test_starts_cost_no_record(start, dump, line, folder):
    """Twenty starts on a silent line: no file is begun, so none that holds records is removed for it."""
    assert dump("-i", "demo:fast,seed=5", "-c", "40", "-b", "packets:10", "-w", folder / "ring.pcapng").returncode == OK
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert len(before) == 4
    for _ in range(20):
        process = start("-q", "-i", line.path, "-b", "packets:10", "-b", "files:4", "-w", folder / "ring.pcapng")
        wait_until(lambda: is_ready(process), "the line to be open")
        finish(process)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_kills_cost_no_record(start, dump, line, folder):
    """Nor do twenty that are killed: what they leave holds nothing."""
    assert dump("-i", "demo:fast,seed=5", "-c", "40", "-b", "packets:10", "-w", folder / "ring.pcapng").returncode == OK
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    for _ in range(20):
        process = start("-q", "-i", line.path, "-b", "packets:10", "-b", "files:4", "-w", folder / "ring.pcapng")
        wait_until(lambda: is_ready(process), "the line to be open")
        process.kill()
        process.communicate()
        fcntl.ioctl(line.slave, termios.TIOCNXCL)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_old_files_go_only_for_a_record(start, line, frames, folder):
    """The first packet of the new file is on the disk before the oldest goes."""
    names = [f"ring_{number:05}_20260101000000.pcapng" for number in (1, 2, 3)]
    fill(folder, names)
    process = start("-q", "-i", line.path, "-b", "packets:9", "-b", "files:3", "-w", folder / "ring.pcapng")
    wait_until(lambda: is_ready(process), "the line to be open")
    assert left(folder, names) == names and len(list(folder.iterdir())) == 3
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (10, resource.RLIM_INFINITY))
    line.send(thread_frames(frames)[2])
    wait_until(lambda: process_complains(process), "the complaint")
    assert left(folder, names) == names, "there is no room for the new one, so no old one goes"
    raise_limit(process)
    line.send(thread_frames(frames)[3])
    wait_until(lambda: left(folder, names) == names[1:], "the oldest to go")
    new, = folder.glob("ring_00004_*")
    assert [packet.data for packet in parse(new.read_bytes()).packets] == [thread_frames(frames)[3]]
    finish(process)


def test_leftovers_count_for_nothing(dump, folder):
    """Empty files and files of a beginning only go first, and no file with packets goes for them; not when in use."""
    packets = parse_blocks(dump("-q", "-i", "demo:fast,seed=5", "-c", "5", "-w", "-").stdout)
    header = b"".join(block for kind, block in packets if kind in (SECTION, INTERFACE))
    statistics = b"".join(block for kind, block in packets if kind == STATISTICS)
    classic = dump("-q", "-i", "demo:fast,seed=5", "-c", "1", "-P", "-w", "-").stdout[:24]
    useless = {"1": b"", "2": header, "3": header + statistics, "4": header[:30], "5": classic}
    useful = {"6": header + packets[2][1][:40], "7": header + packets[2][1]}
    for number, data in {**useless, **useful, "8": header}.items():
        (folder / f"ring_0000{number}_20260101000000.pcapng").write_bytes(data)
    with open(folder / "ring_00008_20260101000000.pcapng", "rb") as in_use:
        fcntl.flock(in_use, fcntl.LOCK_EX)
        done = dump("-i", "demo:fast", "-c", "1", "-b", "packets:9", "-b", "files:3", "-w", folder / "ring.pcapng")
    assert done.returncode == OK
    assert sorted(path.name[5:10] for path in folder.iterdir()) == ["00006", "00007", "00008", "00008"]


def test_ring_hurts_no_file_of_that_name(dump, folder):
    """Two runs within one second, without files:, would give their files the same names."""
    for _ in range(4):
        dump("-i", "demo:fast", "-c", "3", "-b", "packets:2", "-w", folder / "ring.pcapng")
    assert sorted(len(capture.packets) for _, capture in ring_files(folder)) == [1] * 4 + [2] * 4


def test_ring_follows_the_wall_clock(start, line, frames, folder, tmp_path):
    """A clock that is set over the moment at which a file ends: what is said then is in the next one."""
    request, step = thread_frames(frames)[2], tmp_path / "step"
    env = dict(os.environ, LD_PRELOAD=str(BUILD / "tests" / "libclock_step.so"), CJT188_CLOCK_STEP=str(step),
               ASAN_OPTIONS="verify_asan_link_order=0")
    step.write_text(str(-(time.time() % 86400) + 3600), encoding="ascii")  # one in the morning, UTC
    process = start("-q", "-i", line.path, "-b", "interval:86400", "-w", folder / "ring.pcapng", env=env)
    wait_until(lambda: is_ready(process), "the line to be open")
    line.send(request)
    wait_until(lambda: [len(capture.packets) for _, capture in ring_files(folder)] == [1], "the packet")
    step.write_text(str(-(time.time() % 86400) + 3600 + 86400), encoding="ascii")
    line.send(request)
    wait_until(lambda: len(list(folder.iterdir())) == 2, "the file of the next day")
    line.send(request)
    wait_until(lambda: [len(capture.packets) for _, capture in ring_files(folder)] == [1, 2], "the packet in it")
    finish(process)


def test_ring_while_there_is_no_room(start, line, frames, folder):
    """Nothing new is begun and nothing old removed; what was lost is told in the file that goes on."""
    reply = thread_frames(frames)[3]
    process = start("-i", line.path, "-b", "duration:0.3", "-b", "files:2", "-w", folder / "ring.pcapng")
    wait_until(lambda: is_ready(process), "the line to be open")
    for count in (1, 2):
        line.send(reply)
        wait_until(lambda: sum(len(capture.packets) for _, capture in ring_files(folder)) == count, "the packet")
        wait_until(lambda: all(capture.statistics for _, capture in ring_files(folder)), "the end of the file")
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    line.send(reply)
    wait_until(lambda: process_complains(process), "the complaint")
    before = [(path.name, path.read_bytes()) for path in sorted(folder.iterdir())]
    time.sleep(1)
    assert [(path.name, path.read_bytes()) for path in sorted(folder.iterdir())] == before
    raise_limit(process)
    line.send(reply)
    wait_until(lambda: any(packet.dropped for _, capture in ring_files(folder) for packet in capture.packets), "room")
    finish(process)


def test_ring_folder_gone(start, line, frames, tmp_path):
    """No other file can be begun, so the last is written on; that is said once."""
    folder = tmp_path / "folder"
    folder.mkdir()
    reply = thread_frames(frames)[3]
    process = start("-i", line.path, "-b", "packets:2", "-w", folder / "ring.pcapng")
    wait_until(lambda: is_ready(process), "the line to be open")
    line.send(reply)
    wait_until(lambda: list(folder.iterdir()), "the file")
    folder.rename(tmp_path / "elsewhere")
    for _ in range(5):
        line.send(reply)
        time.sleep(0.05)
    messages = finish(process)
    (_, capture), = ring_files(tmp_path / "elsewhere")
    assert payload(capture) == reply * 6 and len(capture.statistics) == 1
    assert messages.count("written on") == 1 and "room" not in messages


def test_names_without_extension(dump, folder):
    dump("-i", "demo:fast,seed=5", "-c", "3", "-b", "packets:2", "-w", folder / "line")
    assert all(re.fullmatch(r"line_0000\d_\d{14}", path.name) for path in folder.iterdir())


def test_files_are_private(dump, tmp_path):
    for args, mode in (((), 0o600), (("-g",), 0o640)):
        file = tmp_path / f"file{mode}"
        dump("-i", "demo:fast", "-c", "1", "-w", file, *args)
        assert stat.S_IMODE(file.stat().st_mode) == mode


def test_classic_pcap(dump, tshark, tmp_path):
    """The same packets at the same nanoseconds, by libpcap."""
    arguments = ("-q", "-i", "demo:fast,seed=5", "-c", "50", "-w")
    file = tmp_path / "demo.pcap"
    assert dump(*arguments, file, "-P").returncode == OK
    file.chmod(0o644)
    packets = parse(dump(*arguments, "-", "-n").stdout).packets
    with open(file, "rb") as stream:
        assert [data for _, data in read_pcap(stream)] == [packet.data for packet in packets]
    rows = tshark.fields(file, ["frame.time_epoch", "frame.len"])
    assert [float(row["frame.time_epoch"]) for row in rows] == [pytest.approx(packet.time, abs=1e-6) for packet in packets]
    assert dump(*arguments, "-", "-P").stdout == file.read_bytes()


def test_filter(dump):
    """By bytes and by length; what is left out is no loss."""
    everything = parse(dump("-q", "-i", "demo:fast,seed=5", "-c", "200", "-w", "-").stdout).packets
    for text, passes in (
        ("link[0] = 0xfe and link[5] = 0x68", lambda data: data[:1] == b"\xfe" and data[5:6] == b"\x68"),
        ("len > 30", lambda data: len(data) > 30),
        ("greater 64", lambda data: len(data) >= 64),
        ("less 22", lambda data: len(data) <= 22),
    ):
        wanted = [packet.data for packet in everything if passes(packet.data)]
        capture = parse(dump("-q", "-i", "demo:fast,seed=5", "-f", text, "-c", len(wanted), "-w", "-").stdout)
        assert [packet.data for packet in capture.packets] == wanted and 10 < len(wanted) < 200
        assert capture.interfaces[0][11] == b"\0" + text.encode()
        assert capture.statistics[0][5] == bytes(8)


def test_link_types(dump):
    assert b"USER0" in dump("-L").stdout


def test_fifo(start, tmp_path):
    """It waits for a reader, and ends when that is gone."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    process = start("-i", "demo:fast,seed=5", "-w", fifo)
    with open(fifo, "rb") as reader:
        records = read_records(reader)
        assert [len(next(records)[1]) for _ in range(4)] == [22, 64, 22, 76]
    assert process.wait(TIMEOUT) == OUTPUT_FAILED
    assert b"is gone" in process.stderr.read()


def test_fifo_without_reader_can_be_ended(start, tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    process = start("-i", "demo", "-w", fifo)
    time.sleep(0.3)
    process.terminate()
    assert process.wait(TIMEOUT) != OK


def test_reader_that_stalls(start):
    """A full pipe that nobody reads does not hold the tap for ever."""
    process = start("-q", "-i", "demo:fast", "-w", "-")
    wait_until(lambda: "S" in proc_state(process), "the pipe to be full")
    process.terminate()
    assert process.wait(TIMEOUT) == OUTPUT_FAILED
    assert b"stopped reading" in process.stderr.read()


@pytest.mark.parametrize("kind", ["pipe", "socket", "fifo"])
def test_reader_gone_on_a_silent_line(start, line, tmp_path, kind):
    """As an ssh that was ended: there is nothing to write that would tell, and the port has to be free again."""
    if kind == "fifo":
        os.mkfifo(tmp_path / "fifo")
        process = start("-q", "-i", line.path, "-w", tmp_path / "fifo")
        reader = os.open(tmp_path / "fifo", os.O_RDONLY)
    else:
        reader, writer = os.pipe() if kind == "pipe" else [end.detach() for end in socket.socketpair()]
        process = start("-q", "-i", line.path, "-w", "-", stdout=writer)
        os.close(writer)
    assert os.read(reader, 28)
    time.sleep(0.2)
    assert process.poll() is None
    os.close(reader)
    assert process.wait(TIMEOUT) == OUTPUT_FAILED and b"is gone" in process.stderr.read()


def test_fifo_first_then_the_line(start, line, tmp_path):
    """What a line says while a FIFO has no reader would bear the time of the reader's coming."""
    os.mkfifo(tmp_path / "fifo")
    process = start("-q", "-i", line.path, "-w", tmp_path / "fifo")
    time.sleep(0.5)
    assert process.poll() is None and not listens(process, line.path)
    with open(tmp_path / "fifo", "rb") as fifo:
        assert fifo.read(28) and listens(process, line.path)
        finish(process)


def test_reader_that_stalls_is_named(start, line, frames):
    """Meanwhile a live line is not listened to."""
    process = start("-i", line.path, "-w", "-")
    fcntl.fcntl(process.stdout.fileno(), fcntl.F_SETPIPE_SZ, 4096)
    wait_until(lambda: listens(process, line.path), "the line to be open")
    time.sleep(0.2)
    line.send(thread_frames(frames)[3] * 60)
    wait_until(lambda: b"has stopped reading" in (process_says(process) or b""), "the complaint")
    process.terminate()
    process.communicate(timeout=TIMEOUT)
    assert process.returncode in (OK, OUTPUT_FAILED)


def test_the_end_does_not_wait_for_a_reader(start, line, frames):
    """Standard output is full when the end comes, and stays so, be it a pipe or a socket."""
    for kind in ("pipe", "socket"):
        reader, writer = os.pipe() if kind == "pipe" else [end.detach() for end in socket.socketpair()]
        process = start("-q", "-i", line.path, "-w", "-", stdout=writer)
        assert os.read(reader, 28) and listens(process, line.path)
        time.sleep(0.2)
        os.set_blocking(writer, False)
        with pytest.raises(BlockingIOError):
            while True:
                os.write(writer, bytes(1))
        os.set_blocking(writer, kind == "socket")
        process.terminate()
        assert process.wait(TIMEOUT) == OUTPUT_FAILED
        assert b"has stopped reading, so" in process.stderr.read()
        os.close(reader)
        os.close(writer)
        fcntl.ioctl(line.slave, termios.TIOCNXCL)


def test_nothing_is_written_to_a_line(dump, line):
    """A forgotten -i in front of the second line."""
    done = dump("-i", "demo:fast", "-c", "2", "-w", line.path)
    assert done.returncode == USAGE and b"nothing is ever written to a line" in done.stderr
    assert select.select([line.master], [], [], 0.1)[0] == []


def proc_state(process):
    with open(f"/proc/{process.pid}/stat", encoding="ascii") as file:
        return file.read().rsplit(")", 1)[1].split()[0]


def limit_files(size):
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def raise_limit(process):
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def test_no_room_and_told_to_end(dump, tmp_path):
    """A write that is cut short is undone: the file ends with its last whole block."""
    file = tmp_path / "demo.pcapng"
    done = dump("-i", "demo:fast,seed=1", "-w", file, "--on-full", "exit", preexec_fn=limit_files(5000))
    assert done.returncode == OUTPUT_FAILED
    assert 4000 < file.stat().st_size <= 5000
    packets = parse(file.read_bytes()).packets
    assert len(packets) > 20 and f"Packets captured: {len(packets)}\n" in done.stderr.decode()


def test_no_room_for_the_first_packet(dump, tmp_path):
    file = tmp_path / "demo.pcapng"
    assert dump("-i", "demo:fast,seed=1", "-c", "1", "-w", file).returncode == OK
    with open(file, "rb") as stream:
        header = sum(8 + len(rest) for kind, rest in read_blocks(stream) if kind in (SECTION, INTERFACE))
    done = dump("-i", "demo:fast,seed=1", "-w", file, "--on-full", "exit", preexec_fn=limit_files(header))
    assert done.returncode == OUTPUT_FAILED and b"Packets captured: 0\n" in done.stderr
    assert file.stat().st_size == header


def test_room_comes_back(start, line, frames, tmp_path):
    """What could not be written is counted, and the next packet says so."""
    file = tmp_path / "line.pcapng"
    request, reply = thread_frames(frames)[2:4]
    process = start_on(start, line, file, preexec_fn=limit_files(1000))
    sent = 0
    while not process_complains(process):
        line.send(request)
        sent += 1
        assert sent < 100
        time.sleep(0.03)
    line.send(reply)
    time.sleep(0.2)
    size = file.stat().st_size
    written = parse(file.read_bytes())
    assert size <= 1000 and 0 < len(written.packets) < sent
    raise_limit(process)
    line.send(reply)
    wait_until(lambda: file.stat().st_size > size, "the next packet")
    finish(process)
    capture = parse(file.read_bytes())
    missing = (sent - len(written.packets)) * len(request) + len(reply)
    last = capture.packets[-1]
    assert last.data == reply and last.dropped == missing
    assert last.comment == f"{missing} bytes of the line are missing before this"
    assert payload(capture) == request * len(written.packets) + reply
    assert struct.unpack("<Q", capture.statistics[0][5])[0] == missing


def parse_blocks(data):
    """[(type, block)] of a pcapng file."""
    blocks = []
    while data:
        kind, length = struct.unpack_from("<II", data)
        blocks.append((kind, data[:length]))
        data = data[length:]
    return blocks


def process_says(process):
    os.set_blocking(process.stderr.fileno(), False)
    text = process.stderr.read() or b""
    os.set_blocking(process.stderr.fileno(), True)
    return text


def process_complains(process):
    return b"Counting what is lost" in process_says(process)


def test_no_room_from_the_beginning(start, line, frames, tmp_path):
    """Not even the first blocks find room; later they come first nevertheless."""
    file = tmp_path / "line.pcapng"
    request, reply = thread_frames(frames)[2:4]
    process = start("-i", line.path, "-w", file, preexec_fn=limit_files(10))
    wait_until(lambda: process_complains(process), "the complaint")
    line.send(request)
    time.sleep(0.3)
    assert file.stat().st_size == 0
    raise_limit(process)
    line.send(reply)
    wait_until(lambda: file.stat().st_size > 0, "the first blocks")
    finish(process)
    packet, = parse(file.read_bytes()).packets
    assert packet.data == reply and packet.dropped == len(request)


@pytest.mark.parametrize("limit", range(3000, 3120, 12))
def test_no_room_at_the_end(dump, frames, tmp_path, limit):
    """Also where what a file ends with, which is small, finds room that a packet did not."""
    (tmp_path / "line.bin").write_bytes(thread_frames(frames)[3] * 100)
    file = tmp_path / "line.pcapng"
    done = dump("-i", tmp_path / "line.bin", "-w", file, preexec_fn=limit_files(limit))
    capture = parse(file.read_bytes())
    lost, messages = 100 - len(capture.packets), done.stderr.decode()
    assert done.returncode == OUTPUT_FAILED and 0 < lost < 95
    assert f"the last {lost * 64} bytes" in messages and "room for" not in messages.replace("no room for", "")
    assert f"Packets captured: {100 - lost}\n" in messages and f"found no room: {lost}\n" in messages


@pytest.mark.parametrize("mode", ["wb", "ab"])
def test_no_room_on_standard_output(cjt188dump, tmp_path, mode):
    """A file that was only lent: the end, with code 3, behind the last whole block."""
    with open(tmp_path / "out", mode) as file:
        file.write(b"before")
        file.flush()
        done = subprocess.run([cjt188dump, "-q", "-i", "demo:fast,seed=1", "-w", "-"], stdout=file, stderr=subprocess.PIPE,
                              timeout=TIMEOUT, preexec_fn=limit_files(5001), check=False)
    data = (tmp_path / "out").read_bytes()
    assert done.returncode == OUTPUT_FAILED and data.startswith(b"before")
    assert 4000 < len(data) <= 5001 and len(parse(data[6:]).packets) > 20


def test_what_is_missing_is_counted(start, line, frames, tmp_path):
    """Classic pcap has no place for it, so it is said at the end."""
    reply = thread_frames(frames)[3]
    file = tmp_path / "line.pcap"
    process = start_on(start, line, file, "-P", preexec_fn=limit_files(200))
    for _ in range(5):
        line.send(reply)
        time.sleep(0.05)
    wait_until(lambda: process_complains(process), "the complaint")
    raise_limit(process)
    line.send(reply)
    wait_until(lambda: file.stat().st_size > 200, "room")
    messages = finish(process)
    with open(file, "rb") as stream:
        written = len(list(read_pcap(stream)))
    assert 0 < written < 6 and f"Packets captured: {written}\n" in messages
    assert f"found no room: {6 - written}\n" in messages
    assert f"bytes of the line that are missing: {(6 - written) * 64}\n" in messages


def test_small_disk(start, line, frames, tmp_path):
    """A file system of its own that is full, then has room."""
    mount, umount = shutil.which("mount"), shutil.which("umount")
    disk = tmp_path / "disk"
    disk.mkdir()
    if mount is None or subprocess.run([mount, "-t", "tmpfs", "-o", "size=64k", "none", disk], check=False,
                                       capture_output=True).returncode != 0:
        pytest.skip("a small file system cannot be mounted here")
    try:
        file, reply = disk / "line.pcapng", thread_frames(frames)[3]
        process = start_on(start, line, file)
        (disk / "fill").write_bytes(bytes(56 * 1024))
        while not process_complains(process):
            line.send(reply)
            time.sleep(0.005)
        before = parse(file.read_bytes())
        (disk / "fill").unlink()
        size = file.stat().st_size
        line.send(reply)
        wait_until(lambda: file.stat().st_size > size, "the next packet")
        finish(process)
        last = parse(file.read_bytes()).packets[len(before.packets)]
        assert last.dropped > 0 and last.dropped % len(reply) == 0 and last.data == reply
    finally:
        subprocess.run([umount, "-l", disk], check=True)


@pytest.fixture
def disk(tmp_path):
    """A file system of its own that can be made to stand still: (its folder, freeze, thaw)."""
    image, folder = tmp_path / "disk.img", tmp_path / "disk"
    folder.mkdir()
    with open(image, "wb") as file:
        file.truncate(64 << 20)
    tools = [shutil.which(tool, path=os.environ["PATH"] + ":/usr/sbin:/sbin") for tool in ("mke2fs", "fsfreeze", "mount", "umount")]
    if None in tools or subprocess.run([tools[0], "-q", "-t", "ext4", image], check=False).returncode != 0 or subprocess.run(
            [tools[2], "-o", "loop", image, folder], check=False, capture_output=True).returncode != 0:
        pytest.skip("a file system of its own cannot be mounted here")

    def freeze():
        subprocess.run([tools[1], "--freeze", folder], check=True)

    def thaw():
        subprocess.run([tools[1], "--unfreeze", folder], check=False, capture_output=True)

    yield folder, freeze, thaw
    thaw()
    subprocess.run([tools[3], "-l", folder], check=True)


@pytest.fixture
def after_power_cut(disk, tmp_path):
    """after_power_cut(): what is found in the folder when the computer has started again. The running one's disk is copied as it
    is; what was only in its memory is not in there."""
    mounted = []

    def run():
        image, folder = tmp_path / f"after{len(mounted)}.img", tmp_path / f"after{len(mounted)}"
        shutil.copyfile(tmp_path / "disk.img", image)
        folder.mkdir()
        subprocess.run(["mount", "-o", "loop", image, folder], check=True)
        mounted.append(folder)
        return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}

    yield run
    for folder in mounted:
        subprocess.run(["umount", "-l", folder], check=True)


def test_power_cut(start, line, frames, disk, after_power_cut):
    """Finished files are there, and of the running one what is older than --sync says."""
    folder, reply = disk[0], thread_frames(frames)[3]
    process = start("-q", "-i", line.path, "-b", "packets:10", "--sync", "1", "-w", folder / "line.pcapng")
    wait_until(lambda: is_ready(process), "the line to be open")
    for _ in range(35):
        line.send(reply)
        time.sleep(0.01)
    wait_until(lambda: len(list(folder.glob("line_00004*"))) == 1, "the last file")
    files = sorted((name, data) for name, data in after_power_cut().items())
    assert [len(parse(data).packets) for _, data in files[:3]] == [10, 10, 10]
    time.sleep(1.5)
    files = sorted((name, data) for name, data in after_power_cut().items())
    assert [len(parse(data).packets) for _, data in files] == [10, 10, 10, 5]
    finish(process)


def syncs(start, line, frames, tmp_path, name, *args):
    """How often the tap syncs while three packets come, one a second, and one second of silence; not counting the end."""
    strace = shutil.which("strace")
    assert strace, "strace is not installed; tests/run installs it"
    trace, file = tmp_path / f"{name}.trace", tmp_path / f"{name}.pcapng"
    process = start_on(start, line, file, "-q", *args)
    tracer = subprocess.Popen([strace, "-f", "-e", "trace=fsync,fdatasync", "-o", trace, "-p", str(process.pid)],
                              stderr=subprocess.PIPE)
    try:
        assert b"attached" in tracer.stderr.readline()
        for count in range(1, 4):
            line.send(thread_frames(frames)[2])
            packets_of(file, count)
            time.sleep(1)
        time.sleep(1)
        return trace.read_text(encoding="ascii").count("fdatasync(")
    finally:
        finish(process)
        tracer.wait(TIMEOUT)
        tracer.stderr.close()
        fcntl.ioctl(line.slave, termios.TIOCNXCL)


def test_sync_costs_nothing_in_silence(start, line, frames, tmp_path):
    """A sync for each second with a packet, none without, and none at all when it is not wanted."""
    assert 2 <= syncs(start, line, frames, tmp_path, "often", "--sync", "1") <= 4
    assert syncs(start, line, frames, tmp_path, "never", "--sync", "0") == 0


def test_repair(start, dump, line, tshark, tmp_path):
    """Wherever a file is torn: its whole packets stay, what follows goes, and then everybody reads it. Not what is being written,
    nor what is no capture."""
    for name, args in (("pcapng", ()), ("pcap", ("-P",))):
        whole = dump("-q", "-i", "demo:fast,seed=5", "-c", "8", *args, "-w", "-").stdout
        packets = 0
        for length in range(24 if args else 12, len(whole) + 1):
            file = tmp_path / f"torn.{name}"
            if length % 11 and length < len(whole):
                continue
            zeros = bytes(100) if length % 7 == 0 and name == "pcapng" else b""  # as file systems leave them
            file.write_bytes(whole[:length] + zeros)
            done = dump("--repair", file)
            assert done.returncode == OK and done.stderr == b""
            repaired = file.read_bytes()
            assert whole[:length].startswith(repaired) and length - len(repaired) < 400
            count = len(parse(repaired).packets) if name == "pcapng" else len(list(read_pcap(open(file, "rb"))))
            assert count >= packets and f"{count} packets" in done.stdout.decode()
            assert ("repaired" in done.stdout.decode()) == (len(repaired) < length + len(zeros))
            packets = count
            assert dump("--repair", file).stdout.decode().endswith(f": whole, {count} packets\n")
        assert packets == 8
        assert len(tshark.fields(file, ["frame.number"])) == 8
    process = start_on(start, line, tmp_path / "live.pcapng")
    (tmp_path / "text.txt").write_text("no capture", encoding="ascii")
    done = dump("--repair", tmp_path / "live.pcapng", tmp_path / "text.txt", tmp_path / "none.pcapng", file)
    assert done.returncode == CANNOT_OPEN and done.stdout.count(b"\n") == 1 and b": whole, 8 packets" in done.stdout
    for part in ("live.pcapng\" is left as it is: it is being written", "it is no pcapng or pcap", "No such file"):
        assert part in done.stderr.decode()
    finish(process)


def test_a_disk_that_stands_still(start, line, frames, disk):
    """For as long as it takes: times and bytes are those of the line, and the tap can be asked meanwhile."""
    folder, freeze, thaw = disk
    file, sent = folder / "line.pcapng", thread_frames(frames)[2:4] * 3
    process = start_on(start, line, file)
    line.send(sent[0])
    packets_of(file, 1)
    freeze()
    begun = []
    for data in sent[1:]:
        begun.append(time.time())
        line.send(data)
        time.sleep(0.4)
    process.send_signal(signal.SIGUSR1)
    wait_until(lambda: b"Packets captured: 1\n" in process_says(process), "the counters")
    thaw()
    packets = packets_of(file, len(sent))
    messages = finish(process)
    assert [packet.data for packet in packets] == sent and "that are missing" not in messages
    assert all(packet.dropped == 0 and not packet.comment for packet in packets)
    errors = [abs(packet.time - when - len(packet.data) * -CHARACTER) for packet, when in zip(packets[1:], begun)]
    print("first-byte time errors while the disk stood still, ms:", [round(error * 1000, 2) for error in errors])
    assert max(errors) < 0.2


def test_a_disk_that_stands_still_for_too_long(start, line, frames, disk, tmp_path):
    """On a real line nothing waits: what finds no place in the queue is counted, and the next packet says so."""
    folder, freeze, thaw = disk
    file, reply = folder / "line.pcapng", thread_frames(frames)[3]
    env = dict(os.environ, LD_PRELOAD=str(BUILD / "tests" / "libfake_port.so"), CJT188_PORT_LOG=str(tmp_path / "log"),
               CJT188_PORT_COUNTERS=str(tmp_path / "counters"), ASAN_OPTIONS="verify_asan_link_order=0")
    process = start_on(start, line, file, "--gap", "60000", env=env)
    line.send(reply)
    packets_of(file, 1)
    freeze()
    count = 1
    while b"takes too long" not in process_says(process):
        line.send_all(reply * 1000)
        count += 1000
        assert count < 1_000_000
    wait_until(line.is_read, "the tap to read all")
    thaw()
    wait_until(lambda: file.stat().st_size > 4 << 20, "the disk")
    time.sleep(0.5)
    line.send(reply)
    count += 1
    messages = finish(process).replace("\r", "\n")
    capture = parse(file.read_bytes())
    lost = count - len(capture.packets)
    assert lost > 0 and sum(packet.dropped for packet in capture.packets) == lost * len(reply)
    assert f"found no room: {lost}\n" in messages and f"that are missing: {lost * len(reply)}\n" in messages
    assert all(packet.data == reply for packet in capture.packets)


def test_odd_disk(dump, tmp_path):
    """EINTR, EAGAIN and half a write are no full disk."""
    env = dict(os.environ, LD_PRELOAD=str(BUILD / "tests" / "libodd_disk.so"), ASAN_OPTIONS="verify_asan_link_order=0")
    done = dump("-i", "demo:fast,seed=5", "-b", "packets:10", "-c", "200", "-w", tmp_path / "ring.pcapng", env=env)
    files = [parse(path.read_bytes()) for path in sorted(tmp_path.iterdir())]
    assert done.returncode == OK and b"room" not in done.stderr
    whole = parse(dump("-q", "-i", "demo:fast,seed=5", "-c", "200", "-w", "-").stdout)
    assert [packet for capture in files for packet in capture.packets] == whole.packets


def test_nobody_reads_what_is_said(start, line, frames, tmp_path):
    """A full stderr stops nothing. When somebody reads again, he is told how much he missed."""
    file, request = tmp_path / "line.pcapng", thread_frames(frames)[2]
    process = start_on(start, line, file)
    fcntl.fcntl(process.stderr.fileno(), fcntl.F_SETPIPE_SZ, 4096)
    for count in range(1, 101):
        line.send(request)
        process.send_signal(signal.SIGUSR1)
        packets_of(file, count)
    process_says(process)
    process.send_signal(signal.SIGUSR1)
    wait_until(lambda: b"messages before this found no reader" in process_says(process), "what was not said")
    finish(process)


def test_quiet_about_all_but_losses(start, line, frames, tmp_path):
    """Classic pcap has no place for what is missing."""
    file, reply = tmp_path / "line.pcap", thread_frames(frames)[3]
    process = start_on(start, line, file, "-P", "-q", preexec_fn=limit_files(110))
    for _ in range(3):
        line.send(reply)
        time.sleep(0.05)
    wait_until(lambda: process_complains(process), "the complaint")
    raise_limit(process)
    line.send(reply)
    wait_until(lambda: file.stat().st_size > 110, "room")
    assert f'128 bytes of the line are missing in "{file}"' in finish(process)


def test_no_thread_to_be_had(cjt188dump, line, frames, tmp_path):
    """Neither for the disk nor for a connection: both are said, and the line is recorded all the same."""
    program, file = shutil.copy(cjt188dump, tmp_path), tmp_path / "line.pcapng"
    os.chmod(line.path, 0o666)
    nobody = {"user": 65533, "group": 65533, "extra_groups": []} if os.geteuid() == 0 else {}
    process = subprocess.Popen([program, "-i", line.path, "-i", "tcp://127.0.0.1:1", "-w", file], stderr=subprocess.PIPE,
                               preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NPROC, (1, 1)), **nobody)
    try:
        wait_until(lambda: file.exists() and file.stat().st_size > 0, "the first block")
        time.sleep(0.3)
        line.send(thread_frames(frames)[2])
        packets_of(file, 1)
        messages = finish(process)
    finally:
        process.kill()
        process.communicate()
    assert "There is no thread to be had" in messages and "Cannot connect" in messages


@pytest.fixture
def small_disk(tmp_path):
    """Four megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "none", folder], check=False, capture_output=True).returncode != 0:
        pytest.skip("a small file system cannot be mounted here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def numbers_in(folder):
    return sorted(int(NAME.fullmatch(path.name)[1]) for path in folder.glob("ring_*"))


def free_on(folder):
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize


RING = ("-q", "-i", "demo:fast,seed=5", "-b", "filesize:100")


def test_budget(dump, small_disk):
    """Never more than that in all, be it in files of this run or an earlier one; the newest are kept."""
    for run in (1, 2):
        assert dump(*RING, "-b", "budget:1", "-a", "files:30", "-w", small_disk / "ring.pcapng").returncode == OK
        sizes = [path.stat().st_size for path in small_disk.iterdir()]
        assert 850_000 < sum(sizes) <= 1_000_000
        assert numbers_in(small_disk)[-1] == 30 * run
        assert numbers_in(small_disk) == list(range(30 * run - len(sizes) + 1, 30 * run + 1))


def test_budget_keeps_at_least(dump, small_disk):
    """A budget that seven files do not fit into."""
    for args, kept in ((("-b", "filesize:300"), 7), (("-b", "filesize:300", "-b", "keep:5"), 5)):
        done = dump(*RING, *args, "-b", "budget:1", "-a", "files:12", "-w", small_disk / "ring.pcapng")
        assert done.returncode == OK and len(list(small_disk.iterdir())) == kept + 1
        for path in small_disk.iterdir():
            path.unlink()


def test_reserve(dump, small_disk):
    """Others take room: older files go, one at a time, and no more than it takes."""
    assert dump(*RING, "-a", "files:25", "-w", small_disk / "ring.pcapng").returncode == OK
    (small_disk / "others").write_bytes(bytes(1_000_000))
    before = numbers_in(small_disk)
    room = free_on(small_disk)
    assert len(before) == 25 and room < 1_000_000
    assert dump(*RING, "-c", "10", "-b", "reserve:1", "-w", small_disk / "ring.pcapng").returncode == OK
    after = numbers_in(small_disk)
    gone = (1_000_000 - room) // 100_000
    assert 1_000_000 - 110_000 <= free_on(small_disk) <= 1_000_000 + 210_000
    assert after[-1] == 26 and after == list(range(after[0], 27)) and gone <= after[0] - 1 <= gone + 2


def test_reserve_that_cannot_be_restored(dump, small_disk):
    """Others have filled the disk: said once, no file is removed for that, and recording goes on."""
    assert dump(*RING, "-a", "files:9", "-w", small_disk / "ring.pcapng").returncode == OK
    (small_disk / "others").write_bytes(bytes(2_900_000))
    done = dump(*RING, "-c", "2000", "-b", "reserve:1", "-w", small_disk / "ring.pcapng")
    assert done.returncode == OK and done.stderr.count(b"cannot leave 1 MB") == 1
    assert numbers_in(small_disk)[:9] == list(range(1, 10)) and len(numbers_in(small_disk)) > 9


@pytest.mark.parametrize("policy", [("-b", "budget:100"), ()])
def test_disk_full_of_own_files(dump, small_disk, policy):
    """With a budget that the disk is too small for, the oldest goes for the newest; without one nothing is removed."""
    (small_disk / "others").write_bytes(bytes(2_000_000))
    done = dump(*RING, *policy, "-a", "duration:36000", "-w", small_disk / "ring.pcapng")
    numbers = numbers_in(small_disk)
    if policy:
        assert done.returncode == OK and len(numbers) > 15 and numbers[0] > 5
        assert parse(max(small_disk.glob("ring_*")).read_bytes()).statistics
        return
    assert done.returncode == OUTPUT_FAILED and numbers[0] == 1 and b"There is no room" in done.stderr


PACKED = {"gzip": "gz", "zstd": "zst"}


def unpacked(path):
    """What a file holds, by the real gunzip or unzstd."""
    tool = {".gz": "gzip", ".zst": "zstd"}.get(path.suffix)
    if tool is None:
        return path.read_bytes()
    return subprocess.run([tool, "-dc", path], check=True, stdout=subprocess.PIPE).stdout


@pytest.mark.parametrize("how", ["gzip", "zstd"])
def test_compressed_ring(dump, tshark, folder, how):
    """Finished files only, all of them; tshark opens them as they are; together they are the line; they count among those that are
    kept."""
    if shutil.which(how) is None:
        pytest.skip(f"{how} is not installed")
    arguments = ("-q", "-i", "demo:fast,seed=5", "-c", "70", "-g", "-b", "packets:20", "--compress", how, "-w", folder / "ring.pcapng")
    assert dump(*arguments).returncode == OK
    names = sorted(path.name for path in folder.iterdir())
    assert len(names) == 4 and all(name.endswith(f".pcapng.{PACKED[how]}") for name in names)
    captures = [parse(unpacked(folder / name)) for name in names]
    whole = parse(dump("-q", "-i", "demo:fast,seed=5", "-c", "70", "-w", "-").stdout)
    assert [packet for capture in captures for packet in capture.packets] == whole.packets
    assert all((folder / name).stat().st_mode & 0o777 == 0o640 for name in names)
    (folder / names[0]).chmod(0o644)
    assert len(tshark.fields(folder / names[0], ["frame.number"])) == 20
    # An earlier run's count, also those that are not compressed; halves beside them go first.
    (folder / f"{names[3]}.part").write_bytes(b"half")
    assert dump(*arguments, "-b", "files:3").returncode == OK
    left = sorted(path.name for path in folder.iterdir())
    assert [name[5:10] for name in left] == ["00006", "00007", "00008"] and all(name.endswith(PACKED[how]) for name in left)
    assert dump("-q", "-i", "demo:fast,seed=5", "-c", "70", "-b", "packets:30", "-b", "files:4", "-w", folder / "ring.pcapng").returncode == OK
    assert sorted(path.name[5:10] for path in folder.iterdir()) == ["00008", "00009", "00010", "00011"]


def test_compressing_that_fails(start, line, frames, folder):
    """No room for the compressed file: the original stays whole, and that is said."""
    reply = thread_frames(frames)[3]
    process = start("-q", "-i", line.path, "-b", "packets:300", "--compress", "gzip", "-w", folder / "ring.pcapng",
                    env=dict(os.environ, ASAN_OPTIONS="verify_asan_link_order=0"))
    wait_until(lambda: is_ready(process), "the line to be open")
    line.send(reply)
    wait_until(lambda: list(folder.iterdir()), "the first file")
    first, = folder.iterdir()
    os.mkdir(f"{first}.gz.part")  # nothing can be written there
    for _ in range(3):
        line.send(reply * 50)
        time.sleep(0.1)
    line.send_all(reply * 200)
    wait_until(lambda: len(list(folder.glob("ring_00002*"))) == 1, "the second file")
    messages = finish(process)
    assert f'Cannot compress "{first}"' in messages and len(parse(first.read_bytes()).packets) == 300
    os.rmdir(f"{first}.gz.part")


def test_the_original_goes_last(dump, cjt188dump, folder, tmp_path):
    """The compressed file is on the disk, then has its name, then that is on the disk; only then the original goes."""
    strace, trace = shutil.which("strace"), tmp_path / "trace"
    assert strace, "strace is not installed; tests/run installs it"
    subprocess.run([strace, "-f", "-y", "-e", "trace=fsync,rename,unlink", "-o", trace, cjt188dump, "-q", "-i", "demo:fast,seed=5", "-c",
                    "5", "-b", "packets:9", "--compress", "gzip", "-w", folder / "ring.pcapng"], check=True, timeout=TIMEOUT)
    calls = [call.split(maxsplit=1)[1] for call in trace.read_text(encoding="utf-8").splitlines() if "ring" in call]
    calls = calls[[".gz.part" in call for call in calls].index(True) :]
    assert [call.split("(")[0] for call in calls] == ["fsync", "rename", "fsync", "unlink"]
    assert ".gz.part>" in calls[0] and calls[2].split(">")[0].endswith("/ring") and calls[3].split('"')[1].endswith(".pcapng")


def test_compressed_is_refused(dump, samples, tmp_path):
    """As what it is, with code 2; it was one record of noise, and code 0."""
    data = (samples / "demo-line.pcapng").read_bytes()
    for name, packed in (("x.pcapng.gz", gzip.compress(data)), ("x.pcapng.zst", b"\x28\xb5\x2f\xfd" + bytes(20))):
        (tmp_path / name).write_bytes(packed)
        for done in (dump("-i", tmp_path / name, "-w", "-"), dump("--repair", tmp_path / name),
                     dump("-i", "-", "-w", "-", input=packed, stdin=None)):
            assert done.returncode == CANNOT_OPEN and (done.stdout == b"" or not parse(done.stdout).packets), done
    assert b"is compressed: gunzip or unzstd it first" in dump("-i", tmp_path / "x.pcapng.gz").stderr
    (tmp_path / "noise.bin").write_bytes(b"\x1f\x8b\x16\x00")
    assert dump("-q", "-i", tmp_path / "noise.bin").returncode == OK


def test_renamed_file(start, line, frames, tmp_path):
    """logrotate with SIGHUP: the old file is complete, a new one begins under the old name."""
    file, old = tmp_path / "line.pcapng", tmp_path / "line.pcapng.1"
    request, reply = thread_frames(frames)[2:4]
    process = start_on(start, line, file)
    line.send(request)
    wait_until(lambda: parse(file.read_bytes()).packets, "the request")
    process.send_signal(signal.SIGHUP)
    time.sleep(0.2)
    assert payload(parse(file.read_bytes())) == request, "the path still names the open file: nothing changes"
    file.rename(old)
    process.send_signal(signal.SIGHUP)
    wait_until(file.exists, "a new file")
    line.send(reply)
    wait_until(lambda: parse(file.read_bytes()).packets, "the reply")
    finish(process)
    first, second = parse(old.read_bytes()), parse(file.read_bytes())
    assert payload(first) == request and len(first.statistics) == 1
    assert payload(second) == reply and len(second.statistics) == len(second.interfaces) == 1


LOGROTATE = """{file} {{
    size 1
    rotate 5
    {how}
    compress
    delaycompress
    postrotate
        kill -HUP {pid}
    endscript
}}
"""


@pytest.mark.parametrize("how", ["create", "create 0640", "nocreate", "create\n    dateext\n    dateformat -%s"])
def test_logrotate(start, line, frames, tmp_path, how):
    """The real one, as Debian has it set up: each rotation's file is whole, and together they are the line."""
    logrotate = shutil.which("logrotate", path="/usr/sbin:/usr/bin")
    if logrotate is None:
        pytest.skip("logrotate is not installed")
    folder = tmp_path / "log"
    folder.mkdir(mode=0o755)
    file, request = folder / "line.pcapng", thread_frames(frames)[2]
    process = start_on(start, line, file)
    config = tmp_path / "logrotate.conf"
    config.write_text(LOGROTATE.format(file=file, how=how, pid=process.pid), encoding="ascii")
    config.chmod(0o644)

    def files():
        for path in sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns):
            yield parse(gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes())

    for count in range(1, 5):
        for _ in range(3):
            line.send(request)
            time.sleep(0.02)
        wait_until(lambda: sum(len(capture.packets) for capture in files()) == 3 * count, "the packets")
        subprocess.run([logrotate, "-f", "-s", tmp_path / "state", config], check=True, timeout=TIMEOUT)
        wait_until(lambda: file.exists() and file.stat().st_size > 0, "the new file")
        if "date" in how:
            time.sleep(1)
    messages = finish(process)
    assert b"".join(map(payload, files())) == request * 12 and len(list(folder.iterdir())) == 5
    assert all(len(capture.statistics) == 1 for capture in files())
    assert "Cannot" not in messages and "that are missing" not in messages


def test_removed_file(start, line, frames, tmp_path):
    """rm under the tap: said, and begun anew with the next packet, without a signal."""
    file, (request, reply) = tmp_path / "line.pcapng", thread_frames(frames)[2:4]
    process = start_on(start, line, file)
    line.send(request)
    packets_of(file, 1)
    file.unlink()
    line.send(reply)
    wait_until(file.exists, "a new file")
    packet, = packets_of(file, 1)
    assert packet.data == reply and "was removed while it was written" in packet.comment
    assert finish(process).count("was removed while it was written") == 1


def test_removed_ring_file(start, line, frames, folder):
    request, reply = thread_frames(frames)[2:4]
    process = start("-i", line.path, "-b", "packets:9", "-b", "files:3", "-w", folder / "ring.pcapng")
    wait_until(lambda: is_ready(process), "the line to be open")
    line.send(request)
    wait_until(lambda: [len(capture.packets) for _, capture in ring_files(folder)] == [1], "the packet")
    next(folder.iterdir()).unlink()
    line.send(reply)
    wait_until(lambda: [payload(capture) for _, capture in ring_files(folder)] == [reply], "the next file")
    finish(process)
    assert [number for number, _ in ring_files(folder)] == [2]


def test_removed_and_taken(start, line, frames, tmp_path):
    """Another's file has the name: it is not touched, and what finds no place is counted."""
    file, (request, reply) = tmp_path / "line.pcapng", thread_frames(frames)[2:4]
    process = start_on(start, line, file)
    line.send(request)
    packets_of(file, 1)
    file.unlink()
    file.write_bytes(b"somebody else's")
    line.send(reply)
    wait_until(lambda: process_complains(process), "the complaint")
    assert file.read_bytes() == b"somebody else's"
    file.unlink()
    process.send_signal(signal.SIGHUP)
    line.send(request)
    wait_until(file.exists, "a new file")
    packet, = packets_of(file, 1)
    assert packet.data == request and packet.dropped == len(reply)
    finish(process)


def test_name_taken(start, line, frames, tmp_path):
    """Somebody else has made a file of that name: it is not touched."""
    file, old = tmp_path / "line.pcapng", tmp_path / "line.pcapng.1"
    process = start_on(start, line, file)
    file.rename(old)
    file.write_bytes(b"somebody else's")
    process.send_signal(signal.SIGHUP)
    time.sleep(0.3)
    line.send(thread_frames(frames)[2])
    wait_until(lambda: parse(old.read_bytes()).packets, "the packet in the renamed file")
    messages = finish(process)
    assert file.read_bytes() == b"somebody else's" and "File exists" in messages


def test_counters(start, line, frames, tmp_path):
    process = start_on(start, line, tmp_path / "line.pcapng", "-q")
    line.send(thread_frames(frames)[2])
    wait_until(lambda: parse((tmp_path / "line.pcapng").read_bytes()).packets, "the packet")
    process.send_signal(signal.SIGUSR1)
    assert b"is open in" in process.stderr.readline()  # this test has it
    assert [process.stderr.readline() for _ in range(2)] == [b"Packets captured: 1\n", b"  request 1\n"]
    finish(process)


def whole_part(data):
    """The whole blocks at the beginning."""
    at = 0
    while at + 12 <= len(data) and at + struct.unpack_from("<I", data, at + 4)[0] <= len(data):
        at += struct.unpack_from("<I", data, at + 4)[0]
    return data[:at]


def test_killed_on_a_live_line(start, line, frames, tmp_path):
    """A line leaves block by block: at most the one in flight is missing of what was read."""
    chance, sent = random.Random(10), make_stream([dict(frame) for frame in frames], 60_000)
    for _ in range(20):
        file = tmp_path / "live.pcapng"
        file.unlink(missing_ok=True)
        process = start_on(start, line, file, "-q")
        line.send(sent[: chance.randrange(1, 3500)])
        time.sleep(chance.random() * 0.002)
        process.kill()
        process.communicate()
        fcntl.ioctl(line.slave, termios.TIOCNXCL)
        termios.tcflush(line.slave, termios.TCIFLUSH)
        good = whole_part(file.read_bytes())
        assert sent.startswith(payload(parse(good)))


def test_killed_at_any_moment(start, dump, tshark, tmp_path):
    """kill -9, 200 times: at most the block in flight is torn, and everything before it opens."""
    chance = random.Random(9)
    file = tmp_path / "killed.pcapng"
    whole = parse(dump("-q", "-i", "demo:fast,seed=3", "-c", "30000", "-w", "-").stdout).packets
    torn, counts, patience = 0, [], 0.02
    for index in range(200):
        file.unlink(missing_ok=True)
        process = start("-q", "-i", "demo:fast,seed=3", "-w", file)
        wait_until(lambda: file.exists() and file.stat().st_size > 0, "the file")
        time.sleep(chance.random() * patience)
        process.kill()
        process.wait()
        data = file.read_bytes()
        good = whole_part(data)
        torn += len(good) < len(data)
        packets = parse(good).packets
        counts.append(len(packets))
        if max(counts) <= 100:  # a busy machine: let it come further
            patience = min(1.1 * patience, 1)
        assert packets == whole[: len(packets)]
        if good:
            again = dump("-q", "-i", file, "-w", "-")  # by libpcap
            assert len(good) < len(data) or again.returncode == OK or not packets, again.stderr
            assert payload(parse(again.stdout)) == payload(parse(good))
        if index % 20 == 0:
            file.chmod(0o644)
            # it shows all whole packets of a torn file too, and ends with 2
            rows = tshark.fields(file, ["frame.len"], check=len(good) == len(data))
            assert len(rows) == len(packets)
    print(f"{torn} of 200 files torn, packets {min(counts)} to {max(counts)}")
    assert max(counts) > 100 and max(counts) < len(whole)
