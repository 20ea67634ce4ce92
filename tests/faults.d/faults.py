# What happens in years, for tests/faults: each a function of a rig and a number of rounds that gives an account.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import threading
import time

from rig import (Account, NotHere, capture_of, finish, give_back, packets_in, send_slowly, settle_account, unread, walk)
from tapkit import CHARACTER, Line, listens, parse, wait_until

SYNC = 1  # seconds, what --sync is told
MARGIN = 0.5  # of a busy machine
FROZEN = 1.5
MB = 1_000_000


# ---- kills ----


def take_unread(line):
    """What the tap that was killed has not read, so that the next one does not hear it: it was sent to nobody."""
    time.sleep(0.005)
    left = b""
    while unread(line):
        left += os.read(line.slave, 4096)
    return left.replace(b"\xff\xff", b"\xff")  # as the kernel marks an FF


def one_life(rig, line, ring):
    """A tap from its start to kill -9: (what it read, where in that the frame before the last one began)."""
    tap = rig.start("-q", "-i", line.path, "-b", "packets:20", "-w", ring)
    begins, heard = [0], b""
    for _ in range(rig.dice.randrange(1, 12)):
        begins.append(len(heard))
        heard += rig.frame()
    end = len(heard) - rig.dice.randrange(0, len(heard) - begins[-1])
    send_slowly(line, heard[:end], rig.dice)
    time.sleep(rig.dice.random() * 0.003)
    tap.kill()
    tap.communicate()
    give_back(line)
    left = take_unread(line)
    assert heard[:end].endswith(left)
    read = heard[: end - len(left)]
    return read, ([begin for begin in begins if begin < len(read)] or [0])[-2:][0]


def kills(rig, rounds):
    """Of what the tap has read it may take along the packet that is being written and what was heard of the next."""
    line, folder = rig.line(), rig.folder / "ring"
    folder.mkdir()
    sent = recorded = let_go = lost = 0
    for _ in range(rounds):
        before = set(folder.iterdir())
        read, in_flight = one_life(rig, line, folder / "ring.pcapng")
        there = b"".join(packet.data for path in sorted(set(folder.iterdir()) - before) for packet in capture_of(path).packets)
        sent, recorded = sent + len(read), recorded + len(there)
        if read.startswith(there) and len(there) >= in_flight:
            let_go += len(read) - len(there)
        else:
            lost += len(read) - len(there)
    return Account(rounds, sent, recorded, 0, let_go, sent - recorded - let_go, ["records are missing"] if lost else [])


# ---- full disks ----


def fill(path):
    with open(path, "wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass


def fills(rig, rounds):
    """One file, no ring: what finds no room is counted, and the next packet says so."""
    disk, line, sent = rig.mount("-t", "tmpfs", "-o", "size=2m", "none"), rig.line(), b""
    tap = rig.start("-q", "-i", line.path, "-w", disk / "line.pcapng")
    for _ in range(rounds):
        fill(disk / "others")
        full = b"".join(rig.frame() for _ in range(rig.dice.randrange(40, 120)))
        send_slowly(line, full, rig.dice)
        wait_until(line.is_read, "the tap to read all")
        (disk / "others").unlink()
        free = b"".join(rig.frame() for _ in range(5))
        send_slowly(line, free, rig.dice)
        sent += full + free
    finish(tap, line)
    account = settle_account(rounds, packets_in(disk), sent)
    return account if account.counted else account._replace(broken=["the disk was never full"])


def rings(rig, rounds):
    """A disk that others fill, too: the oldest files go as budget and reserve say, and nothing of the line is lost."""
    disk, line = rig.mount("-t", "tmpfs", "-o", "size=6m", "none"), rig.line()
    folder, sent, broken = disk / "ring", b"", []
    folder.mkdir()
    tap = rig.start("-q", "-i", line.path, "-b", "filesize:100", "-b", "budget:2", "-b", "reserve:1", "-b", "keep:3", "-w",
                    folder / "ring.pcapng")
    for _ in range(rounds):
        (disk / "others").write_bytes(bytes(rig.dice.randrange(MB, 4 * MB)))
        data = b"".join(rig.frame() for _ in range(4000))
        line.send_all(data)
        sent += data
        wait_until(line.is_read, "the tap to read all")
        size = sum(path.stat().st_size for path in folder.iterdir())
        if size > 2 * MB or len(list(folder.iterdir())) < 4:
            broken.append(f"{size} bytes in {len(list(folder.iterdir()))} files")
    finish(tap, line)
    packets = packets_in(folder)
    kept = sum(len(packet.data) for packet in packets)
    if walk(packets, sent, len(sent) - kept) != (kept, 0, len(sent)):
        return Account(rounds, len(sent), kept, 0, 0, len(sent) - kept, ["what is left is not the newest"])
    return Account(rounds, len(sent), kept, 0, len(sent) - kept, 0, broken)


# ---- lines that go away ----


def is_quiet(line):
    time.sleep(0.02)
    return unread(line) == 0


def hangups(rig, rounds):
    """In the middle of a frame; another pseudo terminal comes under the line's name."""
    link, file, sent = rig.folder / "mbus-tap", rig.folder / "line.pcapng", b""
    line = rig.line()
    link.symlink_to(line.path)
    tap = rig.start("-i", link, "-w", file)
    for _ in range(rounds):
        wait_until(lambda: listens(tap, line.path), "the tap to open the line")
        time.sleep(0.2)  # and to set it up
        data = b"".join(rig.frame() for _ in range(10))[: -rig.dice.randrange(1, 20)]
        send_slowly(line, data, rig.dice)
        sent += data
        wait_until(lambda: is_quiet(line), "the tap to read all")
        line.hang_up()
        line = rig.line()
        (rig.folder / "new").symlink_to(line.path)
        os.replace(rig.folder / "new", link)
    wait_until(lambda: listens(tap, line.path), "the tap to open the line")
    finish(tap)
    packets = capture_of(file).packets
    told = sum("was gone for" in packet.comment for packet in packets)
    return settle_account(rounds, packets, sent, broken=[] if told == rounds - 1 else [f"{told} packets tell of it"])


class Server(threading.Thread):
    """A device server whose connections are reset in the middle of a frame, directly behind its last byte."""

    def __init__(self, frames, dice, rounds):
        super().__init__(daemon=True)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.name_of_line = f"tcp://127.0.0.1:{self.socket.getsockname()[1]}"
        self.parts = [b"".join(dice.choice(frames) for _ in range(10))[: -dice.randrange(1, 20)] for _ in range(rounds)]

    def run(self):
        for part in self.parts:
            tap, _ = self.socket.accept()
            tap.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close() sends RST
            for at in range(0, len(part), 16):
                tap.sendall(part[at : at + 16])
                time.sleep(0.002)
            tap.close()
        self.socket.close()


def resets(rig, rounds):
    """Several servers at once, each five times: a tap waits longer each time."""
    servers = [Server(rig.frames, rig.dice, 5) for _ in range(max(1, rounds // 5))]
    file = rig.folder / "tcp.pcapng"
    for server in servers:
        server.start()
    tap = rig.start(*[word for server in servers for word in ("-i", server.name_of_line)], "-w", file)
    for server in servers:
        server.join()
    sent = b"".join(b"".join(server.parts) for server in servers)
    wait_until(lambda: sum(len(packet.data) for packet in capture_of(file).packets) >= len(sent), "the packets")
    finish(tap)
    packets = capture_of(file).packets
    told = sum("connection was gone for" in packet.comment for packet in packets)
    packets.sort(key=lambda packet: packet.interface)  # which keeps the order of each
    return settle_account(5 * len(servers), packets, sent, broken=[] if told == 4 * len(servers) else [f"{told} packets tell of it"])


# ---- files that go away ----

LOGROTATE = """{file} {{
    size 1
    rotate 1000
    create
    compress
    delaycompress
    postrotate
        kill -HUP {pid}
    endscript
}}
"""


class Sender(threading.Thread):
    """A line that goes on talking."""

    def __init__(self, rig, line, pause):
        super().__init__(daemon=True)
        self.rig, self.line, self.pause, self.over = rig, line, pause, False
        self.sent, self.moments = b"", []  # when, and how much by then
        self.start()
        rig.stack.callback(self.stop)

    def run(self):
        while not self.over:
            data = self.rig.frame()
            self.sent += data
            send_slowly(self.line, data, self.rig.dice)
            self.moments.append((time.monotonic(), len(self.sent)))
            time.sleep(self.pause)

    def by(self, moment):
        """How many bytes were sent by then."""
        return max([length for when, length in self.moments if when <= moment], default=0)

    def stop(self):
        self.over = True
        self.join()


def rotation(path):
    """From the oldest to the one that is written: line.pcapng.2.gz, line.pcapng.1, line.pcapng."""
    number = re.search(r"\.(\d+)(\.gz)?$", path.name)
    return -int(number[1]) if number else 1


def renames(rig, rounds):
    """The real logrotate, as Debian sets it up, while the line goes on talking."""
    logrotate = shutil.which("logrotate", path="/usr/sbin:/usr/bin")
    if logrotate is None:
        raise NotHere("logrotate is not installed")
    line, folder, config = rig.line(), rig.folder / "log", rig.folder / "logrotate.conf"
    folder.mkdir(mode=0o755)
    file = folder / "line.pcapng"
    tap = rig.start("-q", "-i", line.path, "-w", file)
    config.write_text(LOGROTATE.format(file=file, pid=tap.pid), encoding="ascii")
    config.chmod(0o644)
    sender = Sender(rig, line, 0.01)
    for _ in range(rounds):
        time.sleep(0.2)
        subprocess.run([logrotate, "-f", "-s", rig.folder / "state", config], check=True)
        wait_until(lambda: file.exists() and file.stat().st_size > 0, "the new file")
    sender.stop()
    finish(tap, line)
    files = len(list(folder.iterdir()))
    return settle_account(rounds, packets_in(folder, rotation), sender.sent, broken=[] if files == rounds + 1 else [f"{files} files"])


def starts(rig, rounds):
    """On a silent line, ended or killed: files that hold records stay as they are."""
    line, folder = rig.line(), rig.folder / "ring"
    folder.mkdir()
    words = ("-q", "-b", "packets:10", "-b", "files:4", "-w", folder / "ring.pcapng")
    subprocess.run([rig.tap, "-i", f"demo:fast,seed={rig.dice.randrange(1000)}", "-c", "40", *words], check=True)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    for _ in range(rounds):
        tap = rig.start("-i", line.path, *words)
        tap.send_signal(rig.dice.choice((signal.SIGTERM, signal.SIGKILL)))
        tap.communicate()
        give_back(line)
    after = {path.name: path.read_bytes() for path in folder.iterdir()}
    sent, recorded = ([packet.data for data in some.values() for packet in parse(data).packets] for some in (before, after))
    sent, recorded = sum(map(len, sent)), sum(map(len, recorded))
    return Account(rounds, sent, recorded, 0, 0, sent - recorded, [] if before == after else ["files have changed"])


# ---- disks ----


def stalls(rig, rounds):
    """A disk that stands still: bytes and times are those of the line, or say that they are not."""
    _, disk = rig.ext4("disk.img", 16)
    freeze = shutil.which("fsfreeze", path="/usr/sbin:/sbin")
    if freeze is None:
        raise NotHere("fsfreeze is not installed")
    line, file, sent, due = rig.line(), disk / "line.pcapng", [], []
    tap = rig.start("-q", "-i", line.path, "-w", file)
    for _ in range(rounds):
        subprocess.run([freeze, "--freeze", disk], check=True)
        thaw = threading.Timer(FROZEN, subprocess.run, ([freeze, "--unfreeze", disk],), {"check": False})
        thaw.start()
        for _ in range(3):
            data = rig.frame()
            time.sleep(len(data) * CHARACTER + 0.16)  # it takes so long, and begins 0.16 s after the one before
            due.append(time.time() - len(data) * CHARACTER)
            line.send(data)
            sent.append(data)
        thaw.join()
    finish(tap, line)
    packets = capture_of(file).packets
    wrong = [round(packet.time - when, 3) for packet, when in zip(packets, due) if abs(packet.time - when) > 0.1 and not packet.comment]
    return settle_account(rounds, packets, b"".join(sent), broken=[f"times are wrong by {wrong} s"] if wrong else [])


def what_the_disk_has(image):
    """As it is at one moment: read until it reads the same twice."""
    before, now = None, image.read_bytes()
    while now != before:
        before, now = now, image.read_bytes()
    return now


def after_power_cut(rig, data, number):
    """The packets that are found when the computer has started again."""
    image = rig.folder / f"after{number}.img"
    image.write_bytes(data)
    disk = rig.mount("-o", "loop", image)
    files = sorted(disk.glob("*.pcapng"))
    if files:
        subprocess.run([rig.tap, "--repair", *files], check=True, stdout=subprocess.DEVNULL)
    captures = [parse(path.read_bytes()) for path in files]  # whole blocks only, else this fails
    subprocess.run(["umount", disk], check=True)
    image.unlink()
    return [packet for capture in captures for packet in capture.packets]


def power(rig, rounds):
    """What the disk has at some moment, mounted again, and repaired: all but what is younger than --sync is there."""
    image, disk = rig.ext4("disk.img", 16)
    line, broken = rig.line(), []
    tap = rig.start("-q", "-i", line.path, "-b", "packets:25", "--sync", str(SYNC), "-w", disk / "ring.pcapng")
    sender = Sender(rig, line, 0.02)
    sent = recorded = let_go = lost = 0
    for number in range(rounds):
        time.sleep(0.5 + 2 * rig.dice.random())
        old = sender.by(time.monotonic() - SYNC - MARGIN)
        data = what_the_disk_has(image)
        by_now = sender.by(time.monotonic())
        packets = after_power_cut(rig, data, number)
        walked = walk(packets, sender.sent)
        there = walked[2] if walked is not None and walked[1] == 0 else 0
        sent, recorded, lost = sent + max(by_now, there), recorded + there, lost + max(0, old - there)
        let_go += max(by_now, there) - max(old, there)
        if walked is None:
            broken.append("other bytes than were sent")
    sender.stop()
    finish(tap, line)
    return Account(rounds, sent, recorded, 0, let_go, lost, broken)


ALL = {
    "kills": kills,
    "fills": fills,
    "rings": rings,
    "hang-ups": hangups,
    "resets": resets,
    "renames": renames,
    "starts": starts,
    "stalls": stalls,
    "power-cuts": power,
}
ROUNDS = {"kills": 240, "fills": 15, "rings": 20, "hang-ups": 20, "resets": 40, "renames": 20, "starts": 40, "stalls": 8,
          "power-cuts": 20}
PROMISES = {
    "kills": "let go: in each, at most the packet in flight and the one begun",
    "fills": "each gap is told by the packet behind it",
    "rings": "let go: the oldest, as budget and reserve say",
    "hang-ups": "in mid frame; each is told",
    "resets": "TCP RST in mid frame; each is told",
    "renames": "logrotate with create, no gap",
    "starts": "on a silent line, half of them killed: no file has changed",
    "stalls": "1.5 s each: times are right",
    "power-cuts": "let go: younger than --sync 1; what is there is whole",
}
