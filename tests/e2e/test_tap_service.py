# What makes the tap a service: what is installed, and that systemd, man and bash take it.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import os
import pathlib
import re
import shlex
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
    assert names["cjt188dump"] and set(names) >= {"cjt188dump.1", "cjt188dump@.service", "70-cjt188dump.rules", "taps.conf"}
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


UNIT = "lib/systemd/system/cjt188dump@.service"


def test_unit(installed, cjt188dump, tmp_path):
    """systemd takes the unit without a word."""
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed")
    text = (installed / UNIT).read_text(encoding="utf-8")
    program = re.search(r"^ExecStart=(\S+)", text, re.M)[1]
    assert program.endswith("/bin/cjt188dump")
    unit = tmp_path / "cjt188dump@boiler.service"
    unit.write_text(text.replace(program, cjt188dump), encoding="utf-8")
    done = subprocess.run([analyze, "verify", "--man=no", "--recursive-errors=no", unit], capture_output=True, check=False)
    assert done.returncode == 0 and b"cjt188dump" not in done.stderr, done.stderr


def expanded(folder, instance):
    """The command line that systemd itself makes of the unit: (words, folder of its state)."""
    systemd = shutil.which("systemd", path="/usr/lib/systemd:/lib/systemd")
    if systemd is None:
        pytest.skip("systemd is not installed")
    (folder / "run").mkdir(mode=0o777)
    (folder / "run").chmod(0o777)
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder / "run"),
           "SYSTEMD_UNIT_PATH": f"{folder}:"}
    done = subprocess.run([SRC / "tests" / "unprivileged", systemd, "--user", "--test", f"--unit=cjt188dump@{instance}.service"],
                          env=env, capture_output=True, timeout=TIMEOUT, check=False, text=True)
    if done.returncode != 0:
        pytest.skip(f"systemd does not run here as a user's: {done.stderr}")
    dump = done.stdout.split(f"-> Unit cjt188dump@{instance}.service:")[1].split("\n\t-> Unit ")[0]
    return shlex.split(re.search(r"-> ExecStart:\s+Command Line: (.*)", dump)[1]), dump


def test_documented_unit_starts(installed, frames, line, start, cjt188dump, tmp_path):
    """taps.conf as the README has it, the unit's command line as systemd expands it, and that runs."""
    (tmp_path / "cjt188dump@.service").write_bytes((installed / UNIT).read_bytes())
    readme = (SRC / "README.md").read_text(encoding="utf-8")
    taps = tmp_path / "taps.conf"
    taps.write_text(re.search(r"# /etc/cjt188/taps.conf\n.*?(?=\n```)", readme, re.S)[0].replace("/dev/mbus-tap", line.path),
                    encoding="utf-8")
    name = re.search(r"systemctl enable --now cjt188dump@(\w+)", readme)[1]
    words, _ = expanded(tmp_path, name)
    assert words[0].endswith("/bin/cjt188dump") and not [word for word in words if "%" in word or "$" in word]
    capture = pathlib.Path(words[words.index("-w") + 1])
    assert capture.parts[-3:] == ("cjt188dump", name, "line.pcapng")
    words[words.index("-w") + 1] = str(tmp_path / "line.pcapng")
    process = start("--taps", taps, *words[1:])
    wait_until(lambda: is_ready(process), "the line to be open")
    line.send(thread_frames(frames)[2])
    wait_until(lambda: list(tmp_path.glob("line_00001_*.pcapng")), "the first file")
    finish(process)
    file, = tmp_path.glob("line_00001_*.pcapng")
    assert parse(file.read_bytes()).interfaces[0][3] == name.encode() + b": " + on_host("pseudo terminal, 2400 8E1")


def test_example_of_taps(installed, dump):
    """Each line of the installed example is one that the program takes."""
    example, = installed.rglob("taps.conf")
    names = re.findall(r"^(\w+) ", example.read_text(encoding="utf-8"), re.M)
    assert len(names) >= 3
    for name in names:
        assert dump("--taps", example, "--tap", name, "--version").returncode == OK


def test_taps_that_are_wrong(dump, tmp_path):
    """Each mistake is told with the line it is in, and none in another line is in the way."""
    taps = tmp_path / "taps.conf"
    taps.write_text('# taps\n\n  good -i demo:fast,seed=1 -c1 # one\nbad -i "demo\nbad-name -i demo\ngoods -i demo -c\nagain --tap good\n',
                    encoding="utf-8")
    assert dump("--taps", taps, "--tap", "good", "-q").stdout == dump("-q", "-i", "demo:fast,seed=1", "-c", "1").stdout != b""
    for name, code, part in (("bad", USAGE, "line 4"), ("bad-name", USAGE, "letters, digits and _"), ("none", CANNOT_OPEN, "none -i"),
                             ("goods", USAGE, "-c"), ("again", USAGE, "--tap is for the command line")):
        done = dump("--taps", taps, "--tap", name)
        assert done.returncode == code and part in done.stderr.decode() and done.stderr.count(b"\n") == 1, (name, done)
    done = dump("--taps", tmp_path / "none.conf", "--tap", "good")
    assert done.returncode == CANNOT_OPEN and b"none.conf" in done.stderr


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
