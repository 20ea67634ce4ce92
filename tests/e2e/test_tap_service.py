# What makes the tap a service: what is installed, and that systemd, man and bash take it.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import socket
import subprocess
import time

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
    metrics = pathlib.Path(words[words.index("--metrics") + 1])
    assert metrics.parts[-3:] == ("cjt188dump", name, f"{name}.prom")
    words[words.index("--metrics") + 1] = str(tmp_path / "boiler.prom")
    process = start("--taps", taps, *words[1:])
    wait_until(lambda: is_ready(process), "the line to be open")
    line.send(thread_frames(frames)[2])
    wait_until(lambda: list(tmp_path.glob("line_00001_*.pcapng")), "the first file")
    finish(process)
    file, = tmp_path.glob("line_00001_*.pcapng")
    assert parse(file.read_bytes()).interfaces[0][3] == name.encode() + b": " + on_host("pseudo terminal, 2400 8E1")


VALUE = re.compile(r'(cjt188_line_\w+)\{line="((?:[^"\\\n]|\\.)*)"(?:,class="([^"]+)")?\} (-?\d+(?:\.\d+)?)')


def figures(text):
    """{(name, line, class): value}. The format as Prometheus has it: HELP and TYPE once in front of all lines of a name."""
    found, current, names = {}, None, []
    for row in text.splitlines():
        if row.startswith("# HELP "):
            names.append(row.split()[2])
        elif row.startswith("# TYPE "):
            current = row.split()[2]
            assert current == names[-1] and row.split()[3] in ("counter", "gauge")
        else:
            name, line, record_class, value = VALUE.fullmatch(row).groups()
            assert name == current
            found[name, line, record_class] = float(value)
    assert len(names) == len(set(names))
    return found


def test_metrics(start, line, frames, tmp_path):
    """Figures of each line; each minute and at the end, as a whole, for everybody to read, without a time of their own."""
    file, metrics = tmp_path / "line.pcapng", tmp_path / "boiler.prom"
    other = Line()
    request, reply = thread_frames(frames)[2:4]
    process = start_on(start, line, file, "--metrics", metrics, "--name", 'a "b" \\', "-i", other.path, preexec_fn=lambda: os.umask(0o077))
    wait_until(metrics.exists, "the first figures")
    assert metrics.stat().st_mode & 0o777 == 0o644
    first = figures(metrics.read_text(encoding="utf-8"))
    mine = 'a \\"b\\" \\\\'
    assert first["cjt188_line_up", other.path, None] == 1 and first["cjt188_line_bytes_total", mine, None] == 0
    assert first["cjt188_line_last_byte_seconds", mine, None] == 0
    line.send(request + reply[:40])
    wait_until(lambda: len(parse(file.read_bytes()).packets) == 2, "the packets")
    now = time.time()
    finish(process)
    last = figures(metrics.read_text(encoding="utf-8"))
    assert last["cjt188_line_bytes_total", mine, None] == len(request) + 40
    assert last["cjt188_line_records_total", mine, "request"] == last["cjt188_line_records_total", mine, "truncated"] == 1
    assert last["cjt188_line_damaged_total", mine, None] == 1 and last["cjt188_line_lost_bytes_total", mine, None] == 0
    assert abs(last["cjt188_line_last_byte_seconds", mine, None] - now) < 30
    assert last["cjt188_line_bytes_total", other.path, None] == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["boiler.prom", "line.pcapng"]
    heads = [row for row in metrics.read_text(encoding="utf-8").splitlines() if row.startswith("#")]
    again = start_on(start, other, tmp_path / "again.pcapng", "--metrics", tmp_path / "again.prom")
    wait_until((tmp_path / "again.prom").exists, "the figures")
    assert [row for row in (tmp_path / "again.prom").read_text().splitlines() if row.startswith("#")] == heads
    finish(again)
    other.close()


def test_metrics_that_cannot_be_written(start, line, tmp_path):
    messages = finish(start_on(start, line, tmp_path / "line.pcapng", "--metrics", tmp_path / "none" / "x.prom"))
    assert messages.count("Cannot write the figures") == 1


def test_service_manager(start, line, tmp_path, monkeypatch):
    """READY, STATUS, signs of life in time, STOPPING."""
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.bind("\0cjt188-test-" + tmp_path.name)
    manager.settimeout(TIMEOUT)
    monkeypatch.setenv("NOTIFY_SOCKET", "@cjt188-test-" + tmp_path.name)
    monkeypatch.setenv("WATCHDOG_USEC", "400000")
    process = start_on(start, line, tmp_path / "line.pcapng", "-q")
    said = [manager.recv(1000).decode() for _ in range(5)]
    assert said[0] == "READY=1" and said[1].startswith("STATUS=0 packets; ") and "silent since the start" in said[1]
    assert said[2:] == ["WATCHDOG=1"] * 3
    finish(process)
    while said[-1] == "WATCHDOG=1":
        said.append(manager.recv(1000).decode())
    assert said[-1] == "STOPPING=1"
    manager.close()


def test_alarm(start, line, frames, tmp_path):
    """A line that falls silent says so, in the log, to a command, and in the figures; and again when it is heard."""
    file, metrics, told = tmp_path / "line.pcapng", tmp_path / "line.prom", tmp_path / "told"
    command = f'echo "$CJT188_LINE $CJT188_STATE" >>{told}; exit 3'
    process = start_on(start, line, file, "-q", "--name", "boiler", "--alarm-silence", "1s", "--alarm-command", command, "--metrics",
                       metrics)
    wait_until(lambda: told.exists() and told.read_text() == "boiler silent\n", "the alarm")
    time.sleep(1.5)
    assert told.read_text() == "boiler silent\n", "once for each silence"
    line.send(thread_frames(frames)[2])
    wait_until(lambda: told.read_text().startswith("boiler silent\nboiler heard\n"), "the end of the alarm")
    wait_until(lambda: told.read_text() == "boiler silent\nboiler heard\nboiler silent\n", "the next alarm")
    messages = finish(process)
    assert figures(metrics.read_text())["cjt188_line_alarm", "boiler", None] == 1
    assert '"boiler" is silent: there, and silent since the start' in messages and '"boiler" is heard again' in messages
    assert "The alarm command has failed" in messages and not [path for path in tmp_path.iterdir() if path.suffix == ".new"]


def test_alarm_times(dump):
    for value in ("", "m", "0", "15 m", "1w", "-3s", "99999999d"):
        done = dump("-i", "demo:fast", "-c", "1", "--alarm-silence", value)
        assert done.returncode == USAGE and b"such as 90s, 15m or 2h" in done.stderr
    assert dump("-q", "-i", "demo:fast", "-c", "1", "--alarm-silence", "15m").returncode == OK
    assert b"needs --alarm-silence" in dump("-i", "demo:fast", "--alarm-command", "true").stderr


def test_lists_for_machines(dump, tmp_path):
    """An adapter with every kind of character in its name."""
    usb = tmp_path / "sys" / "devices" / "1-1"
    device = usb / "1-1:1.0" / "ttyUSB0"
    device.mkdir(parents=True)
    (usb / "idVendor").write_text("0403\n")
    (usb / "product").write_text('A "b" \\ é\t\x01c\n', encoding="utf-8")
    (tmp_path / "sys" / "class" / "tty" / "ttyUSB0").mkdir(parents=True)
    (tmp_path / "sys" / "class" / "tty" / "ttyUSB0" / "device").symlink_to(device)
    env = dict(os.environ, CJT188_SYSFS=str(tmp_path / "sys"))
    port, demo = json.loads(dump("-D", "--json", env=env).stdout)
    assert port == {"number": 1, "name": "/dev/ttyUSB0", "description": 'A "b" \\ é  c'} and demo["name"] == "demo"
    rows = dump("-D", "-M", env=env).stdout.decode().splitlines()
    assert [row.split("\t") for row in rows] == [["1", port["name"], port["description"]], ["2", "demo", demo["description"]]]


def test_dead_or_silent(start, tmp_path):
    """SIGUSR1 tells a line that is gone from one on which nobody speaks."""
    lines = Line(), Line()
    process = start_on(start, lines[0], tmp_path / "line.pcapng", "-i", lines[1].path)
    lines[1].send(b"\x68")
    time.sleep(0.3)
    lines[0].hang_up()
    while b"is gone" not in process.stderr.readline():
        continue
    process.send_signal(signal.SIGUSR1)
    messages = finish(process)
    assert f"{lines[0].path}: gone; nothing heard for" in messages and f"{lines[1].path}: there; last heard 0 s ago" in messages
    for line in lines:
        line.close()


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
