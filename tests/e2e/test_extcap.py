# cjt188dump inside Wireshark: what it answers, and real tshark captures through it. No serial port is ever opened: the
# adapters are made up, in a folder that stands for /sys, and the line is a pseudo terminal.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import collections
import contextlib
import os
import re
import shutil
import socket
import time

from conftest import BUILD
from tapkit import *  # noqa: F403

DEMO = "cjt188-demo"
SENTENCE = re.compile(r"(\w+) ((?:\{[a-z]+=.*?\}(?=\{|$))+)$")


def sentences(text):
    """[(keyword, {name: value})] as Wireshark reads them: a value ends at the first } before {, blank or the end."""
    found = []
    for line in text.splitlines():
        match = SENTENCE.match(line)
        assert match, line
        pairs = re.findall(r"\{([a-z]+)=(.*?)\}(?=[{\s]|$)", match[2])
        assert "".join("{%s=%s}" % pair for pair in pairs) == match[2], line
        found.append((match[1], dict(pairs)))
    return found


class Adapters:
    """A /sys of our own."""

    def __init__(self, root):
        self.root = root
        self.ttys = root / "class" / "tty"
        self.ttys.mkdir(parents=True)
        self.env = {"CJT188_SYSFS": str(root)}

    def add(self, tty, manufacturer=b"FTDI", product=b"FT232R USB UART", serial=b"A50285BI"):
        usb = self.root / "devices" / f"1-{len(list(self.ttys.iterdir()))}"
        device = usb / "interface" / tty.replace("/", "!")
        device.mkdir(parents=True)
        (usb / "idVendor").write_text("0403\n")
        for name, value in (("manufacturer", manufacturer), ("product", product), ("serial", serial)):
            if value is not None:
                (usb / name).write_bytes(value + b"\n")
        link = self.ttys / tty.replace("/", "!")
        link.mkdir()
        (link / "device").symlink_to(device)


@pytest.fixture
def adapters(tmp_path):
    return Adapters(tmp_path / "sys")


@pytest.fixture
def ask(cjt188dump, adapters):
    """ask(args…): one question as Wireshark puts it; the answer, which must not be a complaint."""

    def run(*args):
        done = subprocess.run([cjt188dump, *args], capture_output=True, stdin=subprocess.DEVNULL, timeout=TIMEOUT,
                              env={**os.environ, **adapters.env, "LC_ALL": "C"})
        assert (done.returncode, done.stderr) == (0, b"")
        return done.stdout.decode()

    return run


@pytest.fixture(scope="module")
def home(readable_folder, cjt188dump):
    """Somebody's home, in which `cjt188dump --install-extcap` was said."""
    folder = readable_folder / "home"
    folder.mkdir()
    program = shutil.copy(cjt188dump, readable_folder)  # where everybody gets: the clone may be in root's own folder
    env = {**os.environ, "HOME": str(folder), "WIRESHARK_CONFIG_DIR": str(folder / "wireshark")}
    subprocess.run([program, "--install-extcap"], env=env, check=True, stdout=subprocess.DEVNULL, timeout=TIMEOUT)
    for path in folder.rglob("*"):
        if path.is_dir():
            path.chmod(0o777)
    return folder


class Wireshark:
    """tshark in that home."""

    def __init__(self, tshark, home, env):
        self.tshark = tshark
        self.env = {"HOME": str(home), "WIRESHARK_CONFIG_DIR": str(home / "wireshark"), **env}

    def __call__(self, *args, **more):
        return self.tshark(*args, env=self.env, **more)

    def start(self, *args):
        command, env = self.tshark.command(*args)
        return subprocess.Popen(command, env={**env, **self.env}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)


@pytest.fixture
def wireshark(tshark, home, adapters):
    wireshark = Wireshark(tshark, home, adapters.env)
    yield wireshark
    wait_until(lambda: not taps(adapters.root), "the end of every tap that tshark has started")


def taps(root):
    """Ids of the processes that were given this test's adapters, which no other test has."""
    found = []
    for environment in pathlib.Path("/proc").glob("[0-9]*/environ"):
        try:
            if str(root).encode() in environment.read_bytes():
                found.append(environment.parent.name)
        except OSError:
            continue
    return found


def complaints(done):
    """What tshark says beyond what it says of every capture."""
    usual = re.compile(r"Capturing on |.* -- |\d+ packets? captured|\d+ ?$|tshark: *$|$")
    return [line for line in done.stderr.splitlines() if not usual.match(line)]


# Questions


def test_discovery(ask, adapters, cjt188dump):
    """One line for each port with its adapter's name, and the demo bus."""
    adapters.add("ttyUSB10")
    adapters.add("ttyUSB2", b"Silicon Labs", b"CP2102N", None)
    adapters.add("ttyACM0", None, None, None)
    (adapters.ttys / "ttyS9").mkdir()  # no hardware behind it
    adapters.add("ttyS8")
    (adapters.ttys / "console").mkdir()
    (adapters.ttys / "console" / "active").write_text("tty0 ttyS8\n")
    answer = sentences(ask("--extcap-interfaces", "--extcap-version=4.0"))
    assert [keyword for keyword, _ in answer[:1]] == ["extcap"] and answer[0][1]["version"]
    assert [values for keyword, values in answer if keyword == "interface"] == [
        {"value": "cjt188-ttyACM0", "display": "CJ/T 188 on serial port"},
        {"value": "cjt188-ttyUSB2", "display": "CJ/T 188 on Silicon Labs CP2102N"},
        {"value": "cjt188-ttyUSB10", "display": "CJ/T 188 on FTDI FT232R USB UART, serial number A50285BI"},
        {"value": DEMO, "display": "CJ/T 188 demo bus"},
    ]
    assert {(values["type"], values["display"]) for keyword, values in answer if keyword == "control"} == {
        ("string", "Comment"), ("button", "Mark"), ("button", "Log")}
    assert ask("--extcap-interfaces") == ask("--extcap-interfaces", "--extcap-version=4.6")


def test_discovery_is_quick(cjt188dump):
    """Every start of Wireshark waits for it, with the ports that this computer has."""
    best = 1e9
    for _ in range(10):
        begun = time.monotonic()
        subprocess.run([cjt188dump, "--extcap-interfaces"], check=True, stdout=subprocess.DEVNULL, timeout=TIMEOUT)
        best = min(best, time.monotonic() - begun)
    assert best < 0.1


def test_port_near_the_root(ask, adapters, tmp_path):
    """A port that is on the board, a few folders below the root, is below no adapter."""
    (adapters.ttys / "ttyAMA0").mkdir(parents=True)
    (adapters.ttys / "ttyAMA0" / "device").symlink_to(tmp_path)
    assert len(tmp_path.parts) <= 5
    assert "{value=cjt188-ttyAMA0}{display=CJ/T 188 on serial port}" in ask("--extcap-interfaces", "--extcap-version=4.0")


def test_discovery_opens_no_port(cjt188dump, adapters, tmp_path):
    adapters.add("ttyUSB0")
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed")
    for question in (["--extcap-interfaces"], ["--extcap-config", "--extcap-interface", "cjt188-ttyUSB0"],
                     ["--extcap-dlts", "--extcap-interface", "cjt188-ttyUSB0"]):
        log = tmp_path / "log"
        subprocess.run([strace, "-f", "-e", "trace=open,openat,openat2", "-o", log, cjt188dump, *question], check=True,
                       stdout=subprocess.DEVNULL, timeout=TIMEOUT, env={**os.environ, **adapters.env})
        opened = log.read_text(encoding="utf-8")
        assert "+++ exited with 0" in opened and '"/dev/' not in opened


HOSTILE = {
    b"Serial {brace} port": "Serial (brace) port",
    b"} {default=true}{display=x": ") (default=true)(display=x",
    b"caf\xe9 \xff\xfe\x80": "caf� ���",
    b"tab\there\x1b[31m\x07\nsecond line": "tab here [31m  second line",
    b"\xe7\x83\xad\xe8\xa1\xa8 M-Bus": "热表 M-Bus",
    b"x" * 4000: "x" * 4000,
}


def test_hostile_product_names(ask, adapters, wireshark):
    """Whatever an adapter's maker has put into it, the adapter is listed."""
    for number, product in enumerate(HOSTILE):
        adapters.add(f"ttyUSB{number}", None, product, None)
    found = [values for keyword, values in sentences(ask("--extcap-interfaces")) if keyword == "interface"]
    assert [values["display"] for values in found] == [
        "CJ/T 188 on " + name for name in HOSTILE.values()] + ["CJ/T 188 demo bus"]
    listed = wireshark("-D").stdout
    for number, name in enumerate(HOSTILE.values()):
        assert f"cjt188-ttyUSB{number} (CJ/T 188 on {name})" in listed
    second = [values for keyword, values in sentences(ask("--extcap-config", "--extcap-interface", "cjt188-ttyUSB0"))
              if keyword == "value" and values["arg"] == "4"]
    assert [values["value"] for values in second] == ["none"] + [f"/dev/ttyUSB{n}" for n in range(1, len(HOSTILE))]


def dialog(ask, interface):
    answer = sentences(ask("--extcap-config", "--extcap-interface", interface))
    rows = {values["call"]: values for keyword, values in answer if keyword == "arg"}
    for row in rows.values():
        row["values"] = [values for keyword, values in answer if keyword == "value" and values["arg"] == row["number"]]
    return rows


def preset(row):
    chosen = [value["value"] for value in row["values"] if value.get("default") == "true"]
    return chosen[0] if chosen else row.get("default", "")


def test_dialog(ask, adapters):
    adapters.add("ttyUSB0")
    adapters.add("ttyUSB1")
    rows = dialog(ask, "cjt188-ttyUSB0")
    groups = collections.OrderedDict()
    for call, row in rows.items():
        assert row["tooltip"] and row["display"] and row["type"] in ("selector", "unsigned", "string", "boolflag")
        groups.setdefault(row["group"], []).append(call)
    assert groups == {"Line": ["--baud", "--format", "--gap"], "More lines": ["--server", "--second-line"],
                      "Adapter": ["--low-latency", "--dtr", "--rts"]}
    assert [value["value"] for value in rows["--baud"]["values"]][:2] == ["2400", "auto"]
    assert [value["value"] for value in rows["--second-line"]["values"]] == ["none", "/dev/ttyUSB1"]
    assert {call: preset(row) for call, row in rows.items()} == {
        "--baud": "2400", "--format": "8E1", "--gap": "0", "--server": "", "--second-line": "none",
        "--low-latency": "false", "--dtr": "keep", "--rts": "keep"}
    demo = dialog(ask, DEMO)
    assert set(demo) == {"--baud", "--format", "--gap", "--server", "--second-line"}
    assert [value["value"] for value in demo["--baud"]["values"]][:2] == ["2400", "300"], "there is nothing to find"


def test_dialog_is_validated(ask):
    rows = dialog(ask, DEMO)
    good = re.compile(rows["--server"]["validation"])
    for text in ("", "tcp://host:4001", "tcp://192.168.1.50:4001", "tcp://[fe80::1]:4001"):
        assert good.fullmatch(text), text
    for port in range(100000):
        assert bool(good.fullmatch(f"tcp://h:{port}")) == (0 < port < 65536), port
    for text in ("host:4001", "tcp://host", "tcp://host:", "udp://host:1", "tcp://:", "tcp://host:4001x"):
        assert not good.fullmatch(text), text
    assert rows["--gap"]["range"] == "0,60000"


@pytest.mark.parametrize("good", ["", "link[2] = 0x68", "len > 20", "greater 20 and less 80"])
def test_good_filter(ask, good):
    assert ask("--extcap-capture-filter", good, "--extcap-interface", DEMO) == ""


@pytest.mark.parametrize("bad", ["len >", "inbound", "tcp port 80", "}{", "ärger", "cjt188.di == 0x901f"])
def test_bad_filter(ask, bad):
    answer = ask("--extcap-capture-filter", bad, "--extcap-interface", DEMO)
    assert answer.count("\n") == 1 and answer.endswith(".\n")


def test_link_type(ask, wireshark):
    assert sentences(ask("--extcap-dlts", "--extcap-interface", DEMO)) == [
        ("dlt", {"number": "147", "name": "USER0", "display": "CJ/T 188"})]
    assert "USER0 (CJ/T 188)" in wireshark("-L", "-i", DEMO).stdout


def test_by_hand(dump):
    """A person who tries Wireshark's options is told what to do."""
    for args in (["--extcap-config"], ["--capture", "--extcap-interface", DEMO], ["--extcap-version=4.0"],
                 ["--extcap-interface"]):
        done = dump(*args)
        assert done.returncode == USAGE and done.stderr.count(b"\n") == 1


# Captures, without Wireshark


class Fifo:
    """Reads a FIFO as dumpcap does."""

    def __init__(self, path):
        os.mkfifo(path)
        self.path = path
        self.fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        self.data = b""

    def read(self):
        """What has come; b"" also when there is no writer (any more)."""
        try:
            while part := os.read(self.fd, 65536):
                self.data += part
        except BlockingIOError:
            pass
        return self.data

    def close(self):
        if self.fd >= 0:
            os.close(self.fd)
        self.fd = -1


@pytest.fixture
def fifo(tmp_path):
    fifo = Fifo(tmp_path / "fifo")
    yield fifo
    fifo.close()


def tap_on(start, line, fifo, *args):
    interface = line if isinstance(line, str) else "cjt188-" + line.path[len("/dev/"):]
    return start("--capture", "--extcap-interface", interface, "--fifo", fifo.path, *args)


def packets_of(fifo):
    """Packets so far; the last block may be on its way."""
    data = fifo.read()
    end = 0
    while len(data) - end >= 8 and len(data) - end >= (length := struct.unpack_from("<I", data, end + 4)[0]):
        end += length
    return parse(data[:end]).packets


def end_silently(process, fifo, number=signal.SIGTERM):
    begun = time.monotonic()
    process.send_signal(number)
    out, messages = process.communicate(timeout=TIMEOUT)
    assert (process.returncode, out, messages) == (0, b"", b"")
    assert time.monotonic() - begun < 2
    return parse(fifo.read())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_capture_and_end(start, fifo, number):
    process = tap_on(start, DEMO, fifo)
    wait_until(lambda: len(packets_of(fifo)) >= 2, "two packets")
    capture = end_silently(process, fifo, number)
    assert len(capture.interfaces) == 1 and len(capture.statistics) == 1


def test_presets_are_the_dialogs(start, ask, line, tmp_path):
    """What Wireshark does not say, because nobody opened the dialog, is as the dialog shows it."""
    rows = dialog(ask, "cjt188-ttyUSB0")
    said = [word for call, row in rows.items() if row["type"] != "boolflag" for word in (call, preset(row))]
    found = []
    for number, args in enumerate(([], said)):
        fifo = Fifo(tmp_path / f"fifo{number}")
        process = tap_on(start, line, fifo, *args)
        wait_until(lambda: len(fifo.read()) > 100, "the interface")
        capture = end_silently(process, fifo)
        found.append(capture.interfaces)
        fifo.close()
    assert found[0] == found[1] and found[0][0][3] == on_host("pseudo terminal, 2400 8E1")


def test_second_line_and_server(start, line, fifo, frames):
    """The dialog's other lines: a device server in place of the port, and a second adapter."""
    frame = thread_frames(frames)[0]
    with socket.create_server(("127.0.0.1", 0)) as server:
        name = "tcp://127.0.0.1:%d" % server.getsockname()[1]
        process = tap_on(start, "cjt188-ttyUSB99", fifo, "--server", name, "--second-line", line.path)
        peer, _ = server.accept()
        with peer:
            wait_until(lambda: len(fifo.read()) > 100, "the interfaces")
            peer.sendall(frame)
            line.send(frame)
            wait_until(lambda: len(packets_of(fifo)) == 2, "both packets")
            capture = end_silently(process, fifo)
    assert [interface[2].decode() for interface in capture.interfaces] == [name, line.path]
    assert sorted(packet.interface for packet in capture.packets) == [0, 1]
    assert {packet.data for packet in capture.packets} == {frame}


def test_auto_is_the_second_lines(start, line, fifo):
    """A device server's speed cannot be found from here."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        name = "tcp://127.0.0.1:%d" % server.getsockname()[1]
        for more, settings in (([], []), (["--second-line", line.path], [on_host("pseudo terminal, settings searched")])):
            process = tap_on(start, DEMO, fifo, "--server", name, "--baud", "auto", *more)
            wait_until(lambda: len(fifo.read()) > 100, "the interfaces")
            first, *second = [interface[3] for interface in end_silently(process, fifo).interfaces]
            assert first == on_host("serial device server, 2400 8E1 as far as is known here") and second == settings
            fifo.data = b""


def test_adapter_settings_arrive(cjt188dump, line, fifo, tmp_path):
    """DTR, RTS and low latency are asked of the port; a pseudo terminal has none of them, which is no reason to stop."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed")
    log = tmp_path / "log"
    process = subprocess.Popen([strace, "-D", "-f", "-e", "trace=ioctl", "-o", log, cjt188dump, "--capture",
                                "--extcap-interface", "cjt188-" + line.path[len("/dev/"):], "--fifo", fifo.path, "--dtr", "on",
                                "--rts", "off", "--low-latency"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    wait_until(lambda: len(fifo.read()) > 100, "the interface")
    end_silently(process, fifo)
    asked = log.read_text(encoding="utf-8")
    for call in (r"TIOCMBIS, \[TIOCM_DTR\]", r"TIOCMBIC, \[TIOCM_RTS\]", "TIOCGSERIAL"):
        assert re.search(call, asked), call


def test_reader_is_killed(start, line, fifo):
    """On a silent line nothing is written: the tap must notice by itself that nobody reads any more."""
    process = tap_on(start, line, fifo)
    wait_until(lambda: len(fifo.read()) > 100, "the interface")
    fifo.close()
    assert process.communicate(timeout=TIMEOUT) == (b"", b"") and process.returncode == 0


def fails(start, fifo, line, *args):
    """One sentence, and an empty capture so that Wireshark adds none of its own. Returns (exit code, sentence)."""
    process = tap_on(start, line, fifo, *args)
    out, messages = process.communicate(timeout=TIMEOUT)
    capture = parse(fifo.read())
    assert out == b"" and messages.count(b"\n") == 1 and messages.endswith(b".\n")
    assert len(capture.interfaces) == 1 and not capture.packets
    return process.returncode, messages.decode()


def test_port_that_is_not_there(start, fifo):
    code, sentence = fails(start, fifo, "cjt188-ttyNONE0")
    assert code == CANNOT_OPEN and '"/dev/ttyNONE0": No such file' in sentence


def test_busy_port(start, line, fifo, tmp_path):
    start_on(start, line, tmp_path / "first.pcapng")
    code, sentence = fails(start, fifo, line)
    assert code == CANNOT_OPEN and line.path in sentence and "cjt188dump (process" in sentence


@pytest.fixture
def silent_server():
    """The name of a host that does not even refuse: its queue is full, and what else asks for a connection gets no answer."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(4):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(server.getsockname())
        yield "tcp://127.0.0.1:%d" % server.getsockname()[1]


def test_server_that_is_silent(start, fifo, silent_server):
    """A server across a slow modem link may take seconds; nobody watches a window for longer than this."""
    begun = time.monotonic()
    code, sentence = fails(start, fifo, DEMO, "--server", silent_server)
    assert code == CANNOT_OPEN and silent_server in sentence
    assert time.monotonic() - begun < 12


def test_server_that_does_not_answer(start, fifo):
    with socket.create_server(("127.0.0.1", 0)) as server:
        name = "tcp://127.0.0.1:%d" % server.getsockname()[1]
    code, sentence = fails(start, fifo, DEMO, "--server", name)
    assert code == CANNOT_OPEN and name in sentence and "refused" in sentence


@pytest.mark.parametrize("args, word", [
    (["--baud", "7"], "--baud"),
    (["--format", "9X9"], "--format"),
    (["--extcap-capture-filter", "len >"], "len >"),
    (["--baud", "auto"], "no serial port"),
    (["--server", "tcp://nowhere"], "tcp://nowhere"),
    (["--server", "tcp://nowhere:0"], "tcp://nowhere:0"),
    *[(["--server", text], f'"{text}" is not of the form tcp://') for text in ("server:1", "demo", "-", "/dev/null", "1")],
])
def test_wrong_settings(start, fifo, args, word):
    code, sentence = fails(start, fifo, DEMO, *args)
    assert code == USAGE and word in sentence


# The toolbar


class Toolbar:
    """Wireshark's end of the two control pipes."""

    COMMENT, MARK, LOG = range(3)

    def __init__(self, folder):
        self.to, self.back = folder / "to", folder / "back"
        for path in (self.to, self.back):
            os.mkfifo(path)
        self.reader = os.open(self.back, os.O_RDONLY | os.O_NONBLOCK)
        self.writer = None
        self.data = b""

    def args(self):
        return ["--extcap-control-in", self.to, "--extcap-control-out", self.back]

    def say(self, control, command=1, text=b""):
        if self.writer is None:
            self.writer = os.open(self.to, os.O_WRONLY)  # waits for the tap, as Wireshark does
        length = (len(text) + 2).to_bytes(3, "big")
        os.write(self.writer, b"T" + length + bytes([control, command]) + text)

    def heard(self):
        """[(control, command, text)]"""
        try:
            while part := os.read(self.reader, 65536):
                self.data += part
        except BlockingIOError:
            pass
        found, rest = [], self.data
        while rest:
            assert rest[:1] == b"T"
            length = int.from_bytes(rest[1:4], "big")
            found.append((rest[4], rest[5], rest[6 : 4 + length].decode()))
            rest = rest[4 + length :]
        return found

    def status(self):
        return [text for _, command, text in self.heard() if command == 6]

    def log(self):
        return "".join(text for control, command, text in self.heard() if (control, command) == (self.LOG, 2))

    def close(self):
        os.close(self.reader)
        if self.writer is not None:
            os.close(self.writer)


@pytest.fixture
def toolbar(tmp_path):
    toolbar = Toolbar(tmp_path)
    yield toolbar
    toolbar.close()


def test_mark(start, line, fifo, toolbar, frames):
    """A mark is a comment on the next packet, and only on that."""
    one, two, three = thread_frames(frames)[:3]
    process = tap_on(start, line, fifo, *toolbar.args())
    toolbar.say(0, command=0)
    wait_until(lambda: len(fifo.read()) > 100, "the interface")
    toolbar.say(Toolbar.MARK)
    wait_until(lambda: any("Mark 1" in text for text in toolbar.status()), "the first mark")
    line.send(one)
    wait_until(lambda: len(packets_of(fifo)) == 1, "a packet")
    line.send(two)
    wait_until(lambda: len(packets_of(fifo)) == 2, "two packets")
    toolbar.say(Toolbar.COMMENT, text="Ventil {auf}".encode())
    toolbar.say(Toolbar.MARK)
    toolbar.say(Toolbar.MARK)
    wait_until(lambda: any("Mark 3" in text for text in toolbar.status()), "the third mark")
    line.send(three)
    wait_until(lambda: len(packets_of(fifo)) == 3, "three packets")
    capture = end_silently(process, fifo)
    assert [packet.comment for packet in capture.packets] == [
        "Mark 1", "", "Mark 2: Ventil {auf}; Mark 3: Ventil {auf}"]
    assert payload(capture) == one + two + three
    assert re.search(r"^\d\d:\d\d:\d\d  Capturing on '%s'\n" % line.path, toolbar.log(), re.M)
    told = [text for text in toolbar.status() if text.startswith("Mark")]
    assert told == ["Mark 1, without text: press Enter in the field first. It waits for the next packet",
                    "Mark 2: Ventil {auf} waits for the next packet", "Mark 3: Ventil {auf} waits for the next packet"]


def test_the_field_says_that_enter_is_needed(ask):
    """Wireshark hands its text over only then: it stands in the empty field, and behind the mouse."""
    (field,) = [values for keyword, values in sentences(ask("--extcap-interfaces"))
                if keyword == "control" and values["display"] == "Comment"]
    assert "Enter" in field["placeholder"] and "Enter" in field["tooltip"]


def test_line_lost_is_told(start, fifo, toolbar):
    """In the log and the status line, and not on stderr, which Wireshark would show as an error."""
    line = Line()
    process = tap_on(start, line, fifo, *toolbar.args())
    wait_until(lambda: len(fifo.read()) > 100, "the interface")
    line.hang_up()
    wait_until(lambda: any("is gone" in text for text in toolbar.status()), "the loss")
    assert "is gone" in toolbar.log()
    end_silently(process, fifo)
    line.close()


def test_settings_found_are_told(start, line, fifo, toolbar, frames):
    process = tap_on(start, line, fifo, "--baud", "auto", *toolbar.args())
    wait_until(lambda: len(fifo.read()) > 100, "the interface")
    for frame in thread_frames(frames) * 2:
        line.send(frame)
    wait_until(lambda: any("Settings found: 2400 8" in text for text in toolbar.status()), "the settings")
    end_silently(process, fifo)


def test_error_waits_for_the_toolbar(start, fifo, toolbar):
    """Wireshark's window would stand still if it opened the pipe to a tap that has gone already."""
    process = tap_on(start, "cjt188-ttyNONE0", fifo, *toolbar.args())
    wait_until(lambda: len(fifo.read()) > 40, "the empty capture")
    assert process.poll() is None
    toolbar.say(0, command=0)
    assert b"ttyNONE0" in process.communicate(timeout=TIMEOUT)[1] and process.returncode == CANNOT_OPEN


# Captures with tshark


def test_listed(wireshark, adapters):
    adapters.add("ttyUSB0")
    listed = wireshark("-D").stdout
    assert "cjt188-demo (CJ/T 188 demo bus)" in listed
    assert "cjt188-ttyUSB0 (CJ/T 188 on FTDI FT232R USB UART, serial number A50285BI)" in listed


def test_demo_bus(wireshark, tmp_path):
    """Settings arrive, packets are decoded, -c ends it."""
    path = tmp_path / "demo.pcapng"
    done = wireshark("-i", DEMO, "-o", "extcap.cjt188_demo.baud:9600", "-o", "extcap.cjt188_demo.format:8N1", "-f",
                     "len > 10", "-c", "4", "-w", path)
    assert complaints(done) == []
    capture = parse(path.read_bytes())
    assert capture.interfaces[0][3] == on_host("built-in demo bus, 9600 8N1")
    rows = wireshark.tshark.fields(path, ["cjt188.di", "cjt188.checksum.status", "_ws.col.Protocol"])
    assert len(rows) == 4 and {row["_ws.col.Protocol"] for row in rows} == {"CJ/T 188"}
    assert rows[0]["cjt188.di"] == "0x901f"


def test_sigterm_ends_it(wireshark, adapters, tmp_path):
    path = tmp_path / "x.pcapng"
    process = wireshark.start("-i", DEMO, "-w", path)
    wait_until(lambda: path.exists() and path.stat().st_size > 300, "a packet")
    begun = time.monotonic()
    process.send_signal(signal.SIGTERM)
    _, messages = process.communicate(timeout=TIMEOUT)
    assert time.monotonic() - begun < 2 and b"extcap" not in messages
    assert parse(path.read_bytes()).packets
    wait_until(lambda: not taps(adapters.root), "the end of the tap")


def test_ring_files(wireshark, tmp_path):
    """dumpcap repeats what stands at the beginning in every file."""
    done = wireshark("-i", DEMO, "-b", "packets:2", "-a", "files:2", "-w", tmp_path / "ring.pcapng")
    files = sorted(tmp_path.glob("ring_*.pcapng"))
    assert complaints(done) == [] and len(files) == 2
    assert [len(parse(file.read_bytes()).packets) for file in files] == [2, 2]
    assert all(parse(file.read_bytes()).interfaces[0][2] == b"demo" for file in files)


def test_two_interfaces(wireshark, adapters, line, frames, tmp_path):
    """A real line and the demo bus at once."""
    adapters.add(line.path[len("/dev/"):])
    frame = thread_frames(frames)[0]
    path = tmp_path / "both.pcapng"
    process = wireshark.start("-i", "cjt188-" + line.path[len("/dev/"):], "-i", DEMO, "-w", path)
    wait_until(lambda: any(listens(Process(pid), line.path) for pid in taps(adapters.root)), "the tap on the line")
    line.send(frame)
    wait_until(lambda: path.exists() and {p.interface for p in whole_packets(path)} == {0, 1}, "packets of both")
    process.send_signal(signal.SIGTERM)
    _, messages = process.communicate(timeout=TIMEOUT)
    assert b"extcap" not in messages
    capture = parse(path.read_bytes())
    names = [interface[2].decode() for interface in capture.interfaces]
    assert sorted(names) == sorted([line.path, "demo"])
    assert [packet.data for packet in capture.packets if names[packet.interface] == line.path] == [frame]


Process = collections.namedtuple("Process", "pid")


def whole_packets(path):
    data, end = path.read_bytes(), 0
    while len(data) - end >= 8 and len(data) - end >= (length := struct.unpack_from("<I", data, end + 4)[0]):
        end += length
    return parse(data[:end]).packets


@pytest.fixture
def refused(wireshark):
    """refused(interface, args…): the one thing that tshark says about a capture that cannot begin."""

    def run(interface, *args):
        done = wireshark("-i", interface, "-c", "1", *args, check=False)
        found = complaints(done)
        assert len(found) == 1, done.stderr
        return found[0]

    return run


def test_tshark_says_why_a_port_cannot_be_opened(refused, adapters):
    adapters.add("ttyNONE0")
    sentence = refused("cjt188-ttyNONE0")
    assert re.search("Error (by|from) extcap pipe: ", sentence) and '"/dev/ttyNONE0": No such file' in sentence


def test_tshark_says_who_has_the_port(refused, adapters, start, line, tmp_path):
    adapters.add(line.path[len("/dev/"):])
    start_on(start, line, tmp_path / "first.pcapng")
    assert line.path in refused("cjt188-" + line.path[len("/dev/"):])


def test_tshark_says_that_nobody_answers(refused):
    with socket.create_server(("127.0.0.1", 0)) as server:
        name = "tcp://127.0.0.1:%d" % server.getsockname()[1]
    assert name in refused(DEMO, "-o", "extcap.cjt188_demo.server:" + name)


# Installing


def install(cjt188dump, folder, **env):
    base = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    return subprocess.run([cjt188dump, "--install-extcap"], env={**base, **env}, capture_output=True, text=True,
                          timeout=TIMEOUT)


def test_install_for_oneself(cjt188dump, tmp_path):
    new = tmp_path / ".local/lib/wireshark/extcap/cjt188dump"
    for env, old in (({}, ".config/wireshark"), ({"XDG_CONFIG_HOME": str(tmp_path / "xdg")}, "xdg/wireshark"),
                     ({"WIRESHARK_CONFIG_DIR": str(tmp_path / "ws")}, "ws")):
        for _ in range(2):  # the second time, the links are there
            done = install(cjt188dump, tmp_path, **env)
            assert done.returncode == 0 and done.stderr == ""
            for link in (new, tmp_path / old / "extcap" / "cjt188dump"):
                assert os.path.samefile(link, cjt188dump) and str(link) in done.stdout


def test_install_leaves_files_alone(cjt188dump, tmp_path):
    mine = tmp_path / ".local/lib/wireshark/extcap/cjt188dump"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    done = install(cjt188dump, tmp_path)
    assert done.returncode == CANNOT_OPEN and str(mine) in done.stderr and done.stderr.count("\n") == 1
    assert mine.read_text() == "mine"


def test_install_for_all(tmp_path):
    """The link that CMake installs leads to the program that CMake installs."""
    subprocess.run(["cmake", f"-DCMAKE_INSTALL_PREFIX={tmp_path}", "-P", BUILD / "sniffer" / "cmake_install.cmake"],
                   check=True, capture_output=True, timeout=TIMEOUT)
    links = list(tmp_path.glob("**/wireshark/extcap/cjt188dump"))
    assert len(links) == 1 and links[0].is_symlink() and os.path.samefile(links[0], tmp_path / "bin" / "cjt188dump")
