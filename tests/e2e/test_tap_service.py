# What makes the tap a service: what is installed, and that systemd, man and bash take it.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import pathlib
import re
import shutil
import subprocess

import pytest

from conftest import BUILD, SRC
from tapkit import *  # noqa: F403


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """What `cmake --install` puts under a prefix."""
    prefix = tmp_path_factory.mktemp("prefix")
    subprocess.run(["cmake", "-DCMAKE_INSTALL_PREFIX=" + str(prefix), "-P", BUILD / "sniffer" / "cmake_install.cmake"],
                   check=True, capture_output=True)
    return prefix


def test_everything_is_installed(installed):
    names = {path.name: path for path in installed.rglob("*") if path.is_file()}
    assert names["cjt188dump"] and set(names) >= {"cjt188dump.1", "cjt188dump@.service", "70-cjt188dump.rules"}
    assert (installed / "bin" / "cjt188dump").exists()
    assert (installed / "lib" / "systemd" / "system" / "cjt188dump@.service").exists()
    assert list(installed.glob("share/bash-completion/completions/cjt188dump"))
    assert list(installed.glob("share/man/man1/cjt188dump.1"))


def options_of_help(dump):
    text = dump("-h").stdout.decode()
    return set(re.findall(r"(?<![\w-])(-[a-zA-Z]|--[a-z][a-z-]+)(?![\w-])", text.split("LINE is one of")[0])) - {"-i"}


def test_manual_knows_every_option(dump, installed):
    """And man renders it without a complaint."""
    page = installed / "share" / "man" / "man1" / "cjt188dump.1"
    text = page.read_text(encoding="utf-8").replace("\\-", "-")
    options = options_of_help(dump)
    assert {"-w", "--write", "--baud"} <= options
    assert not {option for option in options if not re.search(re.escape(option) + r"(?![\w-])", text)}
    groff = shutil.which("groff")
    if groff:
        done = subprocess.run([groff, "-man", "-Tutf8", "-ww", "-z", page], capture_output=True, check=False)
        assert done.returncode == 0 and done.stderr == b"", done.stderr


def test_unit(installed, cjt188dump, tmp_path):
    """systemd takes the unit without a word."""
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed")
    text = (installed / "lib/systemd/system/cjt188dump@.service").read_text(encoding="utf-8")
    program = re.search(r"^ExecStart=(\S+)", text, re.M)[1]
    assert program.endswith("/bin/cjt188dump")
    unit = tmp_path / "cjt188dump@ttyUSB0.service"
    unit.write_text(text.replace(program, cjt188dump), encoding="utf-8")
    done = subprocess.run([analyze, "verify", "--man=no", "--recursive-errors=no", unit], capture_output=True, check=False)
    assert done.returncode == 0 and b"cjt188dump" not in done.stderr, done.stderr


def test_unit_command_line(installed, frames, line, start, tmp_path):
    """The command line of the unit is one that the program takes."""
    text = (installed / "lib/systemd/system/cjt188dump@.service").read_text(encoding="utf-8")
    words = re.search(r"^ExecStart=\S+ (.*)$", text, re.M)[1].replace("$OPTIONS", "").split()
    words = [word.replace("/dev/%I", line.path).replace("%S/cjt188dump/%i", str(tmp_path)) for word in words]
    process = start(*words)
    wait_until(lambda: is_ready(process), "the line to be open")
    line.send(thread_frames(frames)[2])
    wait_until(lambda: list(tmp_path.glob("line_00001_*.pcapng")), "the first file")
    finish(process)


def complete(bash, script, *words):
    """What bash offers for the last word."""
    commands = f"""source {script}
        compopt() {{ :; }}
        COMPREPLY=()
        _cjt188dump {words[0]} {words[-1] or "''"} {words[-2]}
        printf '%s\\n' "${{COMPREPLY[@]}}" """
    return subprocess.run([bash, "--norc", "-c", commands], capture_output=True, check=True).stdout.decode().split()


def test_completion(installed, dump, cjt188dump):
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("bash is not installed")
    script = installed / "share/bash-completion/completions/cjt188dump"
    assert "demo" in complete(bash, script, cjt188dump, "-i", "d")
    assert complete(bash, script, cjt188dump, "--baud", "96") == ["9600"]
    assert complete(bash, script, cjt188dump, "-b", "f") == ["filesize:", "files:"]
    assert "--low-latency" in complete(bash, script, cjt188dump, cjt188dump, "--l")
    assert not {option for option in options_of_help(dump) if option not in complete(bash, script, cjt188dump, cjt188dump, "-")}
    assert pathlib.Path(SRC / "sniffer" / "service" / "cjt188dump.bash").read_bytes() == script.read_bytes()


def test_udev_rule(installed):
    """udev takes it, where a udev is there that can check."""
    rule, = installed.rglob("70-cjt188dump.rules")
    udevadm = shutil.which("udevadm")
    known = udevadm and subprocess.run([udevadm, "verify", "--help"], capture_output=True, check=False).returncode == 0
    if known:
        subprocess.run([udevadm, "verify", rule], check=True, capture_output=True)
    assert 'ENV{ID_MM_DEVICE_IGNORE}="1"' in rule.read_text(encoding="utf-8")
