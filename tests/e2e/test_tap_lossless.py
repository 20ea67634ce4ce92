# Nothing is lost: 32 MiB of line traffic in arbitrary portions through every source and every output.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import bisect
import os
import pathlib
import random
import signal
import socket
import struct
import subprocess
import threading

import pytest

from tapkit import *  # noqa: F403

MIB = 1 << 20
WAITING_KIB = 8 << 10  # what may wait for a disk or a reader (QUEUE_MAX of output.c); an allocator takes more for it


@pytest.fixture(scope="module")
def sent(frames):
    return traffic(frames, 32 * MIB)


def in_portions(data, most, write):
    """Hands `data` to `write` in portions of 1 to `most` bytes."""
    chance, at = random.Random(most), 0
    while at < len(data):
        length = chance.randrange(1, most + 1)
        write(data[at : at + length])
        at += length


def check(records, data, starts, flags_known=True):
    """The bytes, all of them, and every undamaged frame a record of its own."""
    at, ends, whole = 0, {}, []
    for flags, record in records:
        assert data[at : at + len(record)] == record, f"other bytes than were sent, at {at}"
        ends[at + len(record)] = at
        if flags in (0, IN, OUT):
            whole.append((at, at + len(record)))
        at += len(record)
    assert at == len(data), f"{len(data) - at} bytes are missing at the end"
    missed = []
    for start, end in starts:
        begun = ends.get(end)
        if begun is None or data[begun:start].strip(b"\xfe"):
            missed.append((start, end))
    # By chance, a cut frame and what follows it can have a right checksum, also as a neighbour's: then they are the frame.
    if flags_known:
        begins = [a for a, _ in whole]
        assert all(start < whole[bisect.bisect(begins, start) - 1][1] for start, _ in missed)
    assert len(starts) > len(data) / 150 and len(missed) < len(starts) / 500
    print(f"{len(data)} bytes, {len(ends)} records, {len(starts)} undamaged frames, {len(missed)} inside another by chance")


def peak_kib(process):
    text = pathlib.Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    return int(text.split("VmHWM:")[1].split()[0])


def feed(function, *args):
    thread = threading.Thread(target=function, args=args)
    thread.start()
    return thread


def write_all(process, data, most):
    in_portions(data, most, process.stdin.write)
    process.stdin.close()
    process.stdin = None  # communicate() would flush it


def test_file_to_file(dump, sent, tmp_path):
    data, starts = sent
    (tmp_path / "line.bin").write_bytes(data)
    assert dump("-q", "-i", tmp_path / "line.bin", "-w", tmp_path / "line.pcapng").returncode == OK
    with open(tmp_path / "line.pcapng", "rb") as file:
        check(read_records(file), data, starts)


def test_two_files_to_one(dump, sent, tmp_path):
    """Each interface has its own bytes, whatever lies between them."""
    data, starts = sent
    lines = [data[: 8 * MIB], data[8 * MIB : 14 * MIB]]
    for number, part in enumerate(lines):
        (tmp_path / f"{number}.bin").write_bytes(part)
    assert dump("-q", "-i", tmp_path / "0.bin", "-i", tmp_path / "1.bin", "-w", tmp_path / "both.pcapng").returncode == OK
    pieces = [[], []]
    with open(tmp_path / "both.pcapng", "rb") as file:
        for kind, rest in read_blocks(file):
            if kind == PACKET:
                interface, _, _, length = struct.unpack_from("<4I", rest)
                pieces[interface].append(rest[20 : 20 + length])
    assert [b"".join(part) for part in pieces] == lines


def test_file_to_text(dump, sent, tmp_path):
    data = sent[0][: 4 * MIB]
    (tmp_path / "line.bin").write_bytes(data)
    rows = dump("-q", "-i", tmp_path / "line.bin").stdout.splitlines()
    assert bytes.fromhex(b"".join(row[38:].split(b"  ")[0] for row in rows).decode()) == data


def test_pipe_to_stdout(start, sent):
    """Memory stays flat, too: what is sent is four times what may wait for a reader that is slower than the line."""
    data, starts = sent
    process = start("-q", "-i", "-", "-w", "-", "--gap", "60000", stdin=subprocess.PIPE)
    records = read_records(process.stdout)
    process.stdin.write(data[: starts[0][1]])
    process.stdin.flush()  # else it may stay here, and both wait
    first = next(records)
    before = peak_kib(process)
    thread = feed(write_all, process, data[starts[0][1] :], 5000)
    peaks = []

    def watched():
        yield first
        for index, record in enumerate(records):
            if index % 100_000 == 50_000:
                peaks.append(peak_kib(process))
            yield record

    check(watched(), data, starts)
    thread.join()
    assert process.wait(TIMEOUT) == OK
    print(f"peak memory before and after each 100000 records, KiB: {before}, {peaks}")
    assert peaks[-1] < before + 2 * WAITING_KIB


def test_marked_bytes_to_fifo(start, sent, tmp_path):
    data, starts = sent
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    process = start("-q", "--marked", "-i", "-", "-w", fifo, "--gap", "60000", stdin=subprocess.PIPE)
    thread = feed(write_all, process, data.replace(b"\xff", b"\xff\xff"), 70_000)
    with open(fifo, "rb") as stream:
        check(read_records(stream), data, starts)
    thread.join()
    assert process.wait(TIMEOUT) == OK


def test_device_server_to_ring(start, sent, tmp_path):
    data, starts = sent
    server = socket.create_server(("127.0.0.1", 0))
    folder = tmp_path / "ring"
    folder.mkdir()
    process = start("-q", "-i", f"tcp://127.0.0.1:{server.getsockname()[1]}", "--no-wait", "--gap", "60000", "-b",
                    "filesize:5000", "-w", folder / "ring.pcapng")
    tap, _ = server.accept()
    in_portions(data, 20_000, tap.sendall)
    tap.close()
    server.close()
    assert process.wait(TIMEOUT) == LINE_LOST
    files = sorted(folder.iterdir())
    assert len(files) > 8

    def records():
        for path in files:
            with open(path, "rb") as file:
                yield from read_records(file)

    check(records(), data, starts)


def test_capture_to_classic_pcap(dump, sent, tmp_path):
    data, starts = sent
    with open(tmp_path / "pieces.pcap", "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, 147))
        in_portions(data, 400, lambda piece: file.write(struct.pack("<4I", 9, 0, len(piece), len(piece)) + piece))
    done = dump("-q", "-i", tmp_path / "pieces.pcap", "-P", "-w", tmp_path / "line.pcap")
    assert done.returncode == OK
    with open(tmp_path / "line.pcap", "rb") as file:
        check(read_pcap(file), data, starts, flags_known=False)


def test_line_to_file(start, line, sent, tmp_path):
    """A pseudo terminal: every byte value passes it, FF doubled by the kernel and undone."""
    data, starts = sent
    file = tmp_path / "line.pcapng"
    process = start_on(start, line, file, "-q", "--gap", "60000")
    in_portions(data, 4000, line.send_all)
    wait_until(lambda: line.is_read(), "the tap to read all")
    process.send_signal(signal.SIGTERM)
    assert process.wait(TIMEOUT) == OK
    with open(file, "rb") as stream:
        check(read_records(stream), data, starts)


def test_text_to_stdout(start, sent):
    """As hex, 4 MiB of it: nothing that is no frame on its own may stick to what precedes it."""
    data, _ = sent
    data = data[: 4 * MIB]
    process = start("-q", "--hex", "-i", "-", "-w", "-", stdin=subprocess.PIPE)
    text = "\n".join(data[at : at + 32].hex(" ") for at in range(0, len(data), 32)).encode()
    thread = feed(write_all, process, text, 60_000)
    received = b"".join(record for _, record in read_records(process.stdout))
    thread.join()
    assert process.wait(TIMEOUT) == OK and received == data
