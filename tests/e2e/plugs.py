# A computer's sockets for serial adapters: a mount namespace with a /dev and a /sys/class/tty of its own, in which pseudo
# terminals are plugged in and out as USB adapters. The rest of the machine sees nothing of it.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import pathlib
import shlex
import subprocess

import pytest
from tapkit import TIMEOUT, Line

PREPARE = """
set -e
mount -t tmpfs none {root}
mkdir {root}/dev {root}/dev/pts {root}/dev/usb {root}/devices
for name in null zero urandom full; do : >{root}/dev/$name; mount --bind /dev/$name {root}/dev/$name; done
mount --rbind /dev/pts {root}/dev/pts
mount --rbind {root}/dev /dev
mount -t tmpfs none /sys/class/tty
"""


class Sockets:
    """plug() and pull() adapters; start the tap with `prefix` in front of its command."""

    def __init__(self, folder):
        self.root = folder / "computer"
        self.root.mkdir()
        self.shell = subprocess.Popen(["unshare", "--mount", "--propagation", "private", "sh"], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.prefix = ["nsenter", "--mount", f"--target={self.shell.pid}", "--"]
        if self.run(PREPARE.format(root=self.root)) != "":
            self.close()
            pytest.skip("mount namespaces are not allowed here")
        self.lines = {}

    def run(self, script):
        """What it prints; "" when all went well."""
        try:
            self.shell.stdin.write(f"( {script} ) || echo failed\necho .\n")
            self.shell.stdin.flush()
        except BrokenPipeError:
            return "no shell"
        said = ""
        for line in self.shell.stdout:
            if line == ".\n":
                return said
            said += line
        return said + "no shell"

    def plug(self, tty, place, serial=None, product="USB Serial"):
        """An adapter into the socket `place`; its line. udev's link by the serial number is the last one's that has it."""
        line = Line()
        usb = f"{self.root}/devices/usb1/{place}"
        port = f"{usb}/{place}:1.0/{tty}"
        rdev = pathlib.Path(line.path).stat().st_rdev
        identity = "usb-" + product.replace(" ", "_") + (f"_{serial}" if serial else "") + "-if00-port0"
        script = [
            "set -e",
            f"mkdir -p {port} /sys/class/tty/usb!{tty} /dev/serial/by-id /dev/serial/by-path",
            f"echo 1a86 >{usb}/idVendor; echo 7523 >{usb}/idProduct; echo {shlex.quote(product)} >{usb}/product",
            f"echo {serial} >{usb}/serial" if serial else ":",
            f"ln -s {port} /sys/class/tty/usb!{tty}/device",
            f"echo {rdev >> 8}:{rdev & 255} >/sys/class/tty/usb!{tty}/dev",
            f": >/dev/usb/{tty}; mount --bind {line.path} /dev/usb/{tty}",
            f"ln -sfn ../../usb/{tty} /dev/serial/by-id/{identity}",
            f"ln -sfn ../../usb/{tty} /dev/serial/by-path/{place}",
        ]
        assert self.run("\n".join(script)) == ""
        self.lines[tty] = (line, place, identity)
        return line

    def pull(self, tty):
        line, place, identity = self.lines.pop(tty)
        script = [
            "set -e",
            f"umount -l /dev/usb/{tty}; rm /dev/usb/{tty}; rm -r /sys/class/tty/usb!{tty} {self.root}/devices/usb1/{place}",
            f"rm /dev/serial/by-path/{place}",
            f'[ -e /dev/serial/by-id/{identity} ] || rm -f /dev/serial/by-id/{identity}',
        ]
        # udev gives the link to another that is there
        for other, (_, _, its) in self.lines.items():
            if its == identity:
                script.append(f"ln -sfn ../../usb/{other} /dev/serial/by-id/{identity}")
        assert self.run("\n".join(script)) == ""
        line.close()

    def close(self):
        for line, _, _ in getattr(self, "lines", {}).values():
            line.close()
        try:
            self.shell.stdin.close()
        except BrokenPipeError:  # a shell that never was
            pass
        self.shell.wait(TIMEOUT)


@pytest.fixture
def sockets(tmp_path):
    computer = Sockets(tmp_path)
    yield computer
    computer.close()
