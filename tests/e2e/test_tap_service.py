# What makes the tap a service, and cjt188poll one: what is installed, and that systemd and bash take it.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import json
import os
import pathlib
import pty
import re
import shlex
import shutil
import signal
import socket
import subprocess
import time

import pytest

from conftest import BUILD, SRC
from pages import TEXT
from tapkit import *  # noqa: F403

PROGRAMS = ["cjt188dump", "cjt188poll"]


@pytest.fixture(scope="session")
def programs(cjt188dump):
    """{name: path}"""
    return {"cjt188dump": cjt188dump, "cjt188poll": str(BUILD / "sniffer" / "cjt188poll")}


@pytest.fixture
def run(programs):
    """run(name, args…) runs a program to its end."""

    def to_its_end(name, *args):
        return subprocess.run([programs[name], *map(str, args)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=TIMEOUT, check=False)

    return to_its_end


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """What `cmake --install` puts under a prefix."""
    prefix = tmp_path_factory.mktemp("prefix")
    subprocess.run(["cmake", "-DCMAKE_INSTALL_PREFIX=" + str(prefix), "-P", BUILD / "sniffer" / "cmake_install.cmake"],
                   check=True, capture_output=True)
    return prefix


def test_everything_is_installed(installed):
    names = {path.name for path in installed.rglob("*") if path.is_file()}
    assert names >= {"70-cjt188dump.rules", "taps.conf", "polls.conf"}
    for name in PROGRAMS:
        assert os.access(installed / "bin" / name, os.X_OK)
        assert (installed / "lib" / "systemd" / "system" / f"{name}@.service").exists()
        assert (installed / "share" / "bash-completion" / "completions" / name).exists()
        assert (installed / "share" / "man" / "man1" / f"{name}.1").exists()


def options_of_help(run, name):
    text = run(name, "-h").stdout.decode()
    return set(re.findall(r"(?<![\w-])(-[a-zA-Z]|--[a-z][a-z-]+)(?![\w-])", re.split("LINE is (?:one of|a serial)", text)[0])) - {"-i"}


def commands_of_help(run):
    """Those of cjt188poll."""
    text = run("cjt188poll", "-h").stdout.decode().split("\nCommands:\n")[1].split("\n\n")[0]
    found = re.findall(r"^  ([a-z-]+) ", text, re.M)
    assert len(found) == 6
    return found


def test_help_offers_what_is_taken(run):
    """Both programs have one set of line options; what only one of them takes, only that one offers."""
    tap, poll = (run(name, "-h").stdout.decode() for name in PROGRAMS)
    assert "--baud=N|auto" in tap and "--baud=N " in poll and "send:" in poll and "send:" not in tap
    assert run("cjt188poll", "-i", "demo", "--baud", "auto", "read").returncode == USAGE
    assert run("cjt188dump", "-i", "demo", "--rts", "send").returncode == USAGE
    assert run("cjt188poll", "-i", "demo", "-i", "demo", "read").returncode == USAGE


def unit_of(name):
    return f"lib/systemd/system/{name}@.service"


@pytest.mark.parametrize("name", PROGRAMS)
def test_unit(installed, programs, tmp_path, name):
    """systemd takes the unit without a word."""
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed")
    text = (installed / unit_of(name)).read_text(encoding="utf-8")
    program = re.search(r"^ExecStart=(\S+)", text, re.M)[1]
    assert program.endswith(f"/bin/{name}")
    unit = tmp_path / f"{name}@boiler.service"
    unit.write_text(text.replace(program, programs[name]), encoding="utf-8")
    done = subprocess.run([analyze, "verify", "--man=no", "--recursive-errors=no", unit], capture_output=True, check=False)
    assert done.returncode == 0 and b"cjt188" not in done.stderr, done.stderr


def hardening(text):
    """What a unit takes away from its program."""
    settings = text.split("\nDynamicUser=")[1].split("\n[Install]")[0]
    return {line for line in settings.splitlines() if line and not line.startswith("#")}


def test_hardened_alike(installed):
    """A poll may do what a tap may, and write to the ports."""
    tap, poll = ((installed / unit_of(name)).read_text(encoding="utf-8") for name in PROGRAMS)
    assert hardening(poll) == {re.sub(r"^(DeviceAllow=\S+) r$", r"\1 rw", line) for line in hardening(tap)}
    assert sum(line.startswith("DeviceAllow=") for line in hardening(tap)) > 5
    assert "\nConflicts=cjt188dump@%i.service\n" in poll


def expanded(folder, name, instance):
    """The command line that systemd itself makes of the unit: (words, folder of its state)."""
    systemd = shutil.which("systemd", path="/usr/lib/systemd:/lib/systemd")
    if systemd is None:
        pytest.skip("systemd is not installed")
    (folder / "run").mkdir(mode=0o777)
    (folder / "run").chmod(0o777)
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder / "run"),
           "SYSTEMD_UNIT_PATH": f"{folder}:"}
    done = subprocess.run([SRC / "tests" / "unprivileged", systemd, "--user", "--test", f"--unit={name}@{instance}.service"],
                          env=env, capture_output=True, timeout=TIMEOUT, check=False, text=True)
    if done.returncode != 0:
        pytest.skip(f"systemd does not run here as a user's: {done.stderr}")
    dump = done.stdout.split(f"-> Unit {name}@{instance}.service:")[1].split("\n\t-> Unit ")[0]
    return shlex.split(re.search(r"-> ExecStart:\s+Command Line: (.*)", dump)[1]), dump


def test_documented_unit_starts(installed, frames, line, start, cjt188dump, tmp_path):
    """taps.conf as the page has it, the unit's command line as systemd expands it, and that runs."""
    (tmp_path / "cjt188dump@.service").write_bytes((installed / unit_of("cjt188dump")).read_bytes())
    taps = tmp_path / "taps.conf"
    taps.write_text(re.search(r"# /etc/cjt188/taps.conf\n.*?(?=\n```)", TEXT, re.S)[0].replace("/dev/mbus-tap", line.path),
                    encoding="utf-8")
    name = re.search(r"systemctl enable --now cjt188dump@([a-z]\w*)", TEXT)[1]
    words, _ = expanded(tmp_path, "cjt188dump", name)
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


def test_documented_poll_starts(installed, start, programs, tmp_path):
    """polls.conf as the page has it, on simulated meters: one table, with one head, and one ring of captures."""
    (tmp_path / "cjt188poll@.service").write_bytes((installed / unit_of("cjt188poll")).read_bytes())
    polls = tmp_path / "polls.conf"
    text = re.search(r"# /etc/cjt188/polls.conf\n.*?(?=\n```)", TEXT, re.S)[0]
    polls.write_text(text.replace("-i /dev/mbus-tap", "-i demo --listen 0"), encoding="utf-8")
    name = re.search(r"systemctl enable --now cjt188poll@([a-z]\w*)", TEXT)[1]
    assert re.search(rf"^{name} .* -i demo ", polls.read_text(encoding="utf-8"), re.M)
    words, dump = expanded(tmp_path, "cjt188poll", name)
    assert words[0].endswith("/bin/cjt188poll") and not [word for word in words if "%" in word or "$" in word]
    assert f"cjt188dump@{name}.service" in re.findall(r"\bConflicts: (\S+)", dump)
    for option, file in (("-o", "readings.csv"), ("-w", "line.pcapng")):
        path = pathlib.Path(words[words.index(option) + 1])
        assert path.parts[-3:] == ("cjt188poll", name, file)
        words[words.index(option) + 1] = str(tmp_path / file)
    assert f"`/var/lib/cjt188poll/{name}/readings.csv`" in TEXT and words[words.index("--every") + 1] == "15m"
    table = tmp_path / "readings.csv"
    for rows in (1, 2):
        process = start("--taps", polls, *words[1:], program=[programs["cjt188poll"]])
        wait_until(lambda: table.exists() and table.read_text(encoding="utf-8").count("\n") == rows + 1, "a reading")
        assert finish(process) == ""
    head, *readings = table.read_text(encoding="utf-8").splitlines()
    assert head.startswith("time,line,meter,") and all(",24263225," in row for row in readings)
    files = sorted(tmp_path.glob("line_*.pcapng"))
    assert len(files) == 2
    capture = parse(files[0].read_bytes())
    assert [packet.flags & 3 for packet in capture.packets] == [OUT, IN]
    assert capture.interfaces[0][3].startswith(name.encode() + b": built-in demo meters")


def test_a_service_changes_no_meter(run, installed, tmp_path):
    """Whatever command stands in polls.conf, the unit's options let only read pass."""
    text = (installed / unit_of("cjt188poll")).read_text(encoding="utf-8")
    words = shlex.split(re.search(r"^ExecStart=\S+ (.*)$", text, re.M)[1])
    words[words.index("-o") + 1] = tmp_path / "readings.csv"
    words[words.index("-w") + 1] = tmp_path / "line.pcapng"
    words[words.index("%i")] = "x"
    polls = tmp_path / "polls.conf"
    for command in [command for command in commands_of_help(run) if command != "read"]:
        behind = {"scan": "24263225", "raw": "68", "set-clock": "--address 24263225 --form thread --yes --allow-jump"}.get(command, "")
        polls.write_text(f"x -i demo {command} {behind}\n", encoding="utf-8")
        done = run("cjt188poll", "--taps", polls, *words)
        assert done.returncode == USAGE and f"is for read, not for {command}" in done.stderr.decode()
    assert [path.name for path in tmp_path.iterdir()] == ["polls.conf"]


def test_a_table_that_logrotate_has_moved(run, tmp_path):
    """A head at the beginning of each file, also of an empty one, and of none else."""
    table = tmp_path / "readings.csv"

    def read():
        done = run("cjt188poll", "-i", "demo", "--listen", "0", "--csv", "-o", table, "read")
        assert done.returncode == OK and done.stdout == b""
        return [row.split(",")[2] for row in table.read_text(encoding="utf-8").splitlines()]

    assert read() == ["meter", "24263225"]
    assert read() == ["meter", "24263225", "24263225"]
    table.rename(tmp_path / "readings.csv.1")
    table.touch()  # logrotate's create
    assert read() == ["meter", "24263225"]


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


@pytest.mark.parametrize("name, file", [("cjt188dump", "taps.conf"), ("cjt188poll", "polls.conf")])
def test_example_of_taps(installed, run, name, file):
    """Each line of the installed example is one that the program takes."""
    example, = installed.rglob(file)
    names = re.findall(r"^(\w+) ", example.read_text(encoding="utf-8"), re.M)
    assert len(names) >= 3
    for tap in names:
        assert run(name, "--taps", example, "--tap", tap, "--version").returncode == OK


def test_example_of_polls(installed, run, tmp_path):
    """And they ask: on simulated meters in place of the ports."""
    example, = installed.rglob("polls.conf")
    polls = tmp_path / "polls.conf"
    polls.write_text(re.sub(r"-i \S+", "-i demo --listen 0", example.read_text(encoding="utf-8")), encoding="utf-8")
    for name in re.findall(r"^(\w+) ", polls.read_text(encoding="utf-8"), re.M):
        done = run("cjt188poll", "--taps", polls, "--every", "1h", "--count", "1", "--csv", "--tap", name)
        head, *rows = done.stdout.decode().splitlines()
        assert head.startswith("time,") and rows, done


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
        _{script.name} {words[0]} {words[-1] or "''"} {words[-2]}
        printf '%s\\n' "${{COMPREPLY[@]}}" """
    return subprocess.run([bash, "--norc", "-c", commands], capture_output=True, check=True).stdout.decode().split()


@pytest.mark.parametrize("name", PROGRAMS)
def test_completion(installed, run, programs, name):
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("bash is not installed")
    script, program = installed / "share/bash-completion/completions" / name, programs[name]
    assert "demo" in complete(bash, script, program, "-i", "d")
    assert complete(bash, script, program, "--baud", "96") == ["9600"]
    assert complete(bash, script, program, "-b", "f") == ["filesize:", "files:"]
    assert "--low-latency" in complete(bash, script, program, program, "--l")
    assert not {option for option in options_of_help(run, name) if option not in complete(bash, script, program, program, "-")}
    assert pathlib.Path(SRC / "sniffer" / "service" / f"{name}.bash").read_bytes() == script.read_bytes()
    if name == "cjt188poll":
        assert not set(commands_of_help(run)) - set(complete(bash, script, program, "demo", ""))
        assert complete(bash, script, program, "--rts", "s") == ["send"] and complete(bash, script, program, "--form", "") == ["thread", "standard"]


def after_tab(bash, script, line):
    """The words of a command line, as bash itself has them once Tab was pressed at its end."""
    terminal, inside = pty.openpty()
    shell = subprocess.Popen([bash, "--noprofile", "--rcfile", script, "-i"], stdin=inside, stdout=inside, stderr=inside,
                             env={**os.environ, "TERM": "dumb", "INPUTRC": "/dev/null", "PS1": "", "HISTFILE": ""},
                             start_new_session=True)
    os.close(inside)
    os.write(terminal, f"{line}\t\x01printf '<%s>' \nexit\n".encode())  # Ctrl-A: to the beginning of the line
    said = b""
    try:
        while part := os.read(terminal, 65536):
            said += part
    except OSError:  # the shell is gone
        pass
    os.close(terminal)
    shell.wait(TIMEOUT)
    return re.findall(r"<([^<>]*)>", [words for words in said.decode().splitlines() if words.startswith("<")][-1])


@pytest.mark.parametrize("name, line, words", [
    ("cjt188dump", "--baud 96", ["--baud", "9600"]),
    ("cjt188dump", "--baud=96", ["--baud=9600"]),
    ("cjt188dump", "-b inter", ["-b", "interval:"]),
    ("cjt188dump", "--ring-buffer=inter", ["--ring-buffer=interval:"]),
    ("cjt188dump", "-w ./on", ["-w", "./one two"]),
    ("cjt188dump", "--write=./on", ["--write=./one two"]),
    ("cjt188dump", "--repair three ./on", ["--repair", "three", "./one two"]),
    ("cjt188dump", "--repair --qui", ["--repair", "--quiet"]),
    ("cjt188poll", "--rts=se", ["--rts=send"]),
    ("cjt188poll", "-i demo set-cl", ["-i", "demo", "set-clock"]),
])
def test_tab_is_pressed(installed, tmp_path, monkeypatch, name, line, words):
    """--help names options with =, so that is how they are typed, too."""
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("bash is not installed")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "one two").write_text("")
    script = installed / "share/bash-completion/completions" / name
    assert after_tab(bash, script, f"{name} {line}") == [name, *words]


def test_udev_rule(installed):
    """udev takes it, where a udev is there that can check."""
    rule, = installed.rglob("70-cjt188dump.rules")
    udevadm = shutil.which("udevadm")
    known = udevadm and subprocess.run([udevadm, "verify", "--help"], capture_output=True, check=False).returncode == 0
    if known:
        subprocess.run([udevadm, "verify", rule], check=True, capture_output=True)
    assert 'ENV{ID_MM_DEVICE_IGNORE}="1"' in rule.read_text(encoding="utf-8")
