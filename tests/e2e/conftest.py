# What every end-to-end test needs: the real tshark with the plugin of the build folder, captures written on the
# spot, and fields read back.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

import pytest

SRC = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("CJT188_BUILD", SRC / "build"))
# A plugin may be built without its workbench; what only the workbench offers is then skipped.
HAS_WORKBENCH = os.environ.get("CJT188_WORKBENCH", "ON") == "ON"
OF_THE_WORKBENCH = ("cjt188,notes", "cjt188,report", "cjt188,compare", "cjt188,marks", "cjt188,explore", "cjt188,export",
                    "cjt188,bytes", "uat:cjt188_fields:")
DLT_USER0 = 147
TIMEOUT = 120

sys.path.insert(0, str(SRC / "tests"))


# Why a file may be skipped whole: what is missing is no part of the project.
WHOLLY_SKIPPED = ("mount namespaces are not allowed here", "valgrind is not installed")


def pytest_sessionfinish(session, exitstatus):
    """A file of which nothing ran proves nothing: all skipped is a failure, but where the machine has not what it takes."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if exitstatus == pytest.ExitCode.OK and not reporter.stats.get("passed"):
        reasons = [str(report.longrepr) for report in reporter.stats.get("skipped", [])]
        may_be = reasons and all(any(known in reason for known in WHOLLY_SKIPPED) for reason in reasons)
        session.exitstatus = 77 if may_be else pytest.ExitCode.TESTS_FAILED


def write_pcap(path, packets, dlt=DLT_USER0):
    """Writes a classic pcap with nanoseconds. A packet is its bytes, or (seconds since 1970, bytes)."""
    out = bytearray(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, dlt))
    for number, packet in enumerate(packets):
        seconds, data = packet if isinstance(packet, tuple) else (1777313520 + number, packet)
        nanoseconds = round(seconds * 1_000_000_000)
        out += struct.pack("<IIII", nanoseconds // 10**9, nanoseconds % 10**9, len(data), len(data)) + data
    path = pathlib.Path(path)
    path.write_bytes(out)
    return path


class Tshark:
    """Calls tshark as somebody who is not root, with the plugin of the build folder and nobody's settings."""

    def __init__(self, folder):
        self.program = shutil.which("tshark")
        assert self.program, "tshark is not installed; tests/run installs it"
        config = folder / "wireshark"
        config.mkdir()
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": "/nonexistent",
            "TZ": "UTC",
            "LC_ALL": "C.UTF-8",
            "WIRESHARK_CONFIG_DIR": str(config),
            "WIRESHARK_PLUGIN_DIR": str(BUILD / "plugins"),
            "WIRESHARK_ABORT_ON_DISSECTOR_BUG": "1",
            "WIRESHARK_ABORT_ON_TOO_MANY_ITEMS": "1",
        }
        self.unprivileged = [str(SRC / "tests" / "unprivileged")]

    def command(self, *args):
        """For tests that start it themselves: (command, environment)."""
        if not HAS_WORKBENCH and any(str(arg).startswith(OF_THE_WORKBENCH) for arg in args):
            pytest.skip("this plugin was built without its workbench")
        return [*self.unprivileged, self.program, *map(str, args)], dict(self.env)

    def __call__(self, *args, check=True, **more):
        """Runs tshark; its CompletedProcess has text. `check` demands that it ended with 0."""
        if len(args) == 1 and isinstance(args[0], (list, tuple)):
            args = args[0]
        command, env = self.command(*args)
        env.update(more.pop("env", {}))
        if "input" not in more:
            more.setdefault("stdin", subprocess.DEVNULL)
        more.setdefault("text", True)
        more.setdefault("timeout", TIMEOUT)
        done = subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
        if check and done.returncode != 0:
            pytest.fail(f"{' '.join(command)} ended with {done.returncode}\n{done.stderr}")
        return done

    def fields(self, pcap, names, *extra, check=True):
        """One dict a packet that the filter in `extra` lets through: {name: text, several values joined by '|'}.

        Booleans are '1' and '0' whatever the version of Wireshark. `check` as for the call itself.
        """
        columns = [word for name in names for word in ("-e", name)]
        how = ("-T", "fields", "-E", "separator=/t", "-E", "aggregator=|")
        text = self("-r", pcap, *how, *columns, *extra, check=check).stdout
        rows = [line.split("\t") for line in text.splitlines()]
        truth = {"True": "1", "False": "0"}
        return [
            {name: "|".join(truth.get(value, value) for value in cell.split("|")) for name, cell in zip(names, row)}
            for row in rows
        ]

    def pdml(self, pcap, *extra):
        """The <packet> elements."""
        return ElementTree.fromstring(self("-r", pcap, "-T", "pdml", *extra, text=False).stdout).findall("packet")

    def json(self, pcap, *extra):
        return json.loads(self("-r", pcap, "-T", "json", *extra).stdout)

    def plugins(self):
        """What `tshark -G plugins` lists: {name: path}."""
        lines = [line.split("\t") for line in self("-G", "plugins").stdout.splitlines()]
        return {line[0].strip(): pathlib.Path(line[-1]) for line in lines if len(line) >= 4}


@pytest.fixture(scope="session")
def readable_folder():
    """A folder that tshark, which is not root, may read and write, unlike pytest's own."""
    with tempfile.TemporaryDirectory(prefix="cjt188-test-") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o777)
        yield folder


@pytest.fixture
def tmp_path(readable_folder):
    """In place of pytest's own tmp_path, which only root could read."""
    folder = pathlib.Path(tempfile.mkdtemp(dir=readable_folder))
    folder.chmod(0o777)
    return folder


@pytest.fixture(scope="session")
def bare_tshark(readable_folder):
    """tshark, not yet known to have the plugin."""
    return Tshark(readable_folder)


@pytest.fixture(scope="session")
def tshark(bare_tshark):
    """tshark with the plugin. Without it no test may pass: tshark would say 'data' and end with 0."""
    if "cjt188.so" not in bare_tshark.plugins():
        pytest.fail(f"tshark does not load cjt188.so from {bare_tshark.env['WIRESHARK_PLUGIN_DIR']}")
    return bare_tshark


@pytest.fixture(scope="session")
def fields(tshark):
    return tshark.fields


@pytest.fixture(scope="session")
def pdml(tshark):
    return tshark.pdml


@pytest.fixture
def capture(tmp_path):
    """capture([bytes, …], name="x.pcap", dlt=147) writes a capture and returns its path."""

    def write(packets, name="capture.pcap", dlt=DLT_USER0):
        return write_pcap(tmp_path / name, packets, dlt)

    return write


@pytest.fixture(scope="session")
def src():
    return SRC


@pytest.fixture(scope="session")
def build():
    return BUILD


@pytest.fixture(scope="session")
def samples():
    return SRC / "samples"


@pytest.fixture(scope="session")
def cjt188dump():
    """The path of the tap. CJT188_TAP names another than the build folder's: one built with sanitizers."""
    program = pathlib.Path(os.environ.get("CJT188_TAP", BUILD / "sniffer" / "cjt188dump"))
    assert program.exists(), f"{program} is not built"
    return str(program)


@pytest.fixture(scope="session")
def cjt188poll():
    """The path of the program that asks. CJT188_POLL as CJT188_TAP."""
    program = pathlib.Path(os.environ.get("CJT188_POLL", BUILD / "sniffer" / "cjt188poll"))
    assert program.exists(), f"{program} is not built"
    return str(program)


@pytest.fixture(scope="session")
def frames():
    """frames.json: a list of dicts, "bytes" in each."""
    rows = json.loads((SRC / "tests" / "frames.json").read_text(encoding="utf-8"))
    for row in rows:
        row["bytes"] = bytes.fromhex(row["hex"])
    return rows
