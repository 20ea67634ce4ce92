# The pages' recipes are true, too: what takes more than one program runs word for word, each in a folder of its own. A "box" is
# this computer, reached by a real sshd where one is installed and by a stand-in for ssh anyway; the adapter there is the
# demo bus.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import collections
import csv
import datetime
import getpass
import json
import os
import re
import shutil
import socket
import subprocess
import threading
import time

import pytest

from bus import request
from conftest import BUILD, SRC, TIMEOUT
from tapkit import parse, payload
from test_export import NUMBER
from pages import BLOCKS, TEXT, block_with, line_with, shown_behind

PACKETS = 6  # from a box, before its line ends


class Desk:
    """A folder with the samples, a PATH on which stand-ins come first, and a shell."""

    def __init__(self, tshark, folder):
        self.tshark = tshark
        self.folder = folder
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.env = {**tshark.env, "PATH": f"{self.bin}:{os.environ['PATH']}"}
        (folder / "samples").symlink_to(SRC / "samples")
        self.program("tshark", f'exec {tshark.unprivileged[0]} {tshark.program} "$@"')

    def program(self, name, script):
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        path.chmod(0o755)

    def __call__(self, *commands):
        """What they print, one after the other."""
        done = subprocess.run(["sh", "-ec", "\n".join(commands)], cwd=self.folder, env=self.env, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=TIMEOUT)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def desk(tshark, tmp_path):
    return Desk(tshark, tmp_path)


def test_pages(desk):
    """Each is one, and the masked one shows no number of a meter."""
    desk.folder.chmod(0o777)
    commands = block_with("masked.html")
    assert desk(*commands) == ""
    pages = {name: (desk.folder / f"{name}.html").read_text(encoding="utf-8") for name in ("report", "masked", "one-meter")}
    assert all(page.startswith("<!DOCTYPE html>") and page.rstrip().endswith("</html>") for page in pages.values())
    assert {name: ("24263225" in page, "24263241" in page) for name, page in pages.items()} == {
        "report": (True, True), "masked": (False, False), "one-meter": (True, False)}


def test_what_may_be_given_away(desk):
    """The three files of CONTRIBUTING.md: no number of a meter is in them."""
    desk.folder.chmod(0o777)
    shutil.copy(SRC / "samples" / "longer-903f.pcapng", desk.folder / "line.pcapng")
    desk(*block_with("cjt188,notes,mask >notes.md"))
    texts = [(desk.folder / name).read_text(encoding="utf-8") for name in ("notes.md", "report.html", "mine.cjt188")]
    assert all(texts) and not [text for text in texts if "24263225" in text or "24263241" in text]


# Elasticsearch and OpenSearch. Neither is here; what they demand is: no name twice in an object, a value that the field's
# type can take, and no type of document.


def no_name_twice(pairs):
    assert len({name for name, _ in pairs}) == len(pairs), f"a name twice: {sorted(name for name, _ in pairs)}"
    return dict(pairs)


def types_of(properties, above=()):
    for name, value in properties.items():
        if "properties" in value:
            yield from types_of(value["properties"], above + (name,))
        else:
            yield above + (name,), value["type"]


WHOLE = re.compile(r"-?\d+")
LIMITS = {"byte": 7, "short": 15, "integer": 31, "long": 63}
TAKES = {
    "keyword": lambda value: isinstance(value, str),
    "boolean": lambda value: value in (True, False, "true", "false"),
    "float": lambda value: NUMBER.fullmatch(str(value)),
    "double": lambda value: NUMBER.fullmatch(str(value)),
    "date": lambda value: WHOLE.fullmatch(value) or re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", value),
    **{name: lambda value, bits=bits: WHOLE.fullmatch(str(value)) and abs(int(value)) < 2**bits
       for name, bits in LIMITS.items()},
}
GUESSED = {str: "keyword", bool: "boolean"}


def values_of(layer, above=()):
    """((name, …), value) of every value in a document; the values of a list are the field's values."""
    for name, value in layer.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                yield from values_of(one, above + (name,))
            else:
                yield above + (name,), one


def index(types, document):
    """{field: [values]} as they are indexed. Fails where the document would be refused."""
    found = collections.defaultdict(list)
    for name, value in values_of(document):
        kind = types.get(name) or GUESSED[type(value)]
        assert TAKES[kind](value), f"{'.'.join(name)} is {kind}, but the document says {value!r}"
        found[name[-1]].append(value)
    return found


def bulk(text):
    rows = [json.loads(line, object_pairs_hook=no_name_twice) for line in text.splitlines()]
    assert len(rows) % 2 == 0
    return list(zip(rows[::2], rows[1::2]))


@pytest.mark.parametrize("sample", ["demo-line", "thread", "public-captures"])
def test_elastic(desk, sample):
    """Every document of every version is taken, and can be found by its texts, numbers and faults."""
    make_template, make_documents, *_ = block_with("-T ek")
    desk(make_template, make_documents.replace("demo-line", sample))
    template = json.loads((desk.folder / "template.json").read_text())
    mappings = template["template"]["mappings"]
    assert mappings["dynamic"] is True and mappings["date_detection"] is False
    assert mappings["dynamic_templates"][0]["texts"]["mapping"]["type"] == "keyword"
    types = dict(types_of(mappings["properties"]))
    pairs = bulk((desk.folder / "bulk.ndjson").read_text(encoding="utf-8"))
    packets = desk.tshark.fields(SRC / "samples" / f"{sample}.pcapng", ["cjt188.meter", "cjt188.di", "cjt188.energy.heating"])
    assert len(pairs) == len(packets)
    for (action, document), packet in zip(pairs, packets):
        assert list(action) == ["index"] and list(action["index"]) == ["_index"]
        assert action["index"]["_index"].startswith("packets-") and template["index_patterns"] == ["packets-*"]
        found = index(types, document)
        assert found["timestamp"]
        assert "|".join(found["cjt188_cjt188_meter"]) == packet["cjt188.meter"]
        assert [int(value) for value in found["cjt188_cjt188_di"]] == [int(v, 16) for v in packet["cjt188.di"].split("|") if v]
        assert "|".join(found["cjt188_cjt188_energy_heating"]) == packet["cjt188.energy.heating"]
    if sample == "thread":
        assert any(True in index(types, document)["cjt188_cjt188_fault"] for _, document in pairs)


def test_elastic_sends_what_it_made(desk):
    """The files that curl sends are the ones made before."""
    desk.program("curl", 'for last; do :; done\ntest -s "${last#@}" && echo "$*"')
    sent = desk(*block_with("-T ek")).splitlines()
    assert [re.search(r"-X (\w+) (\S+)", line).groups() for line in sent] == [
        ("PUT", "localhost:9200/_index_template/cjt188"), ("POST", "localhost:9200/_bulk")]


def test_elastic_says_how_it_is_used():
    done = subprocess.run([SRC / "samples" / "elastic"], capture_output=True, text=True, timeout=TIMEOUT)
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and "template or documents" in done.stderr


def test_csv(desk):
    command = line_with("separator=,")
    desk(command)
    head, *rows = csv.reader((desk.folder / "readings.csv").read_text().splitlines())
    assert head == re.findall(r"-e (\S+)", command) and "cjt188.meter" in head
    assert len(rows) > 10 and all(len(row) == len(head) for row in rows)
    assert '","' in (desk.folder / "readings.csv").read_text().splitlines()[1]


# Meters that are asked: the built-in ones, in place of those that the pages' commands are for


@pytest.fixture
def asking(desk):
    """The desk, with a cjt188poll that listens for no longer than it must."""
    desk.program("cjt188poll", f'exec {BUILD}/sniffer/cjt188poll --listen 0 "$@"')
    return desk


def without_chance(line):
    """Temperatures, the clock and how long it took are others each time."""
    line = re.sub(r"\d+\.\d\d(?=/| °C)", "T", line)
    return re.sub(r"after \d+ ms", "after N ms", re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "TIME", line))


@pytest.mark.parametrize("command", [line_with("cjt188poll -i demo read"), line_with("cjt188poll -i demo find")])
def test_a_meter_is_asked(asking, command):
    """What the pages show, word for word."""
    printed = [without_chance(line) for line in asking(command).splitlines()]
    shown = [without_chance(line) for line in shown_behind(command)]
    assert printed == shown


def test_first_example():
    """Who has just found the first page needs no hardware: behind building and installing comes a meter that is asked."""
    first, second, *_ = BLOCKS
    assert first.page == "README.md" and first.text.startswith("git clone ")
    assert second.text == "cjt188poll -i demo read\n"


def on_demo(command):
    return re.sub(r"-i \S+", "-i demo", command)


def test_ways_to_ask(asking):
    """Each command of the block, and what its remark promises."""
    listing, *commands = block_with("cjt188poll -D")
    assert "demo" in asking(listing)
    assert len(commands) == 6
    for command in commands:
        command = re.sub(r"scan (\d{6})00-\d{6}99", r"scan \g<1>20-\g<1>29", on_demo(command))  # ten numbers, not a hundred
        printed = asking(command)
        assert "24263225" in printed and all(f", {identifier} " in printed for identifier in re.findall(r"9\d\dF", command))
    rows = asking.tshark.fields(asking.folder / "read.pcapng", ["cjt188.meter", "cjt188.energy.heating"])
    assert [row["cjt188.meter"] for row in rows] == ["24263225"] * 2 and rows[1]["cjt188.energy.heating"] == "0.007"


def test_other_ways_to_ask(asking):
    """Objects, hex, and which numbers answer."""
    objects, in_hex, scan = block_with("--json read 901F")
    assert json.loads(asking(objects))["cjt188.energy.heating"] == 0.007
    assert [line.split()[-1] for line in asking(in_hex).splitlines() if "SEND" in line or "RECV" in line] == ["16"] * 2
    assert "24263225" in asking(scan)


def test_a_page_from_the_first_page(desk):
    desk.folder.chmod(0o777)
    assert desk(line_with("longer-903f", "cjt188,report,report.html")) == ""
    assert (desk.folder / "report.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_find_is_as_the_pages_say(asking):
    """On a line with nobody: as many ways as the pages count."""
    asking.program("cjt188poll", f'{BUILD}/sniffer/cjt188poll --listen 0 --timeout 1 --gap 1 "$@" || echo ended with $?')
    master, slave = os.openpty()
    try:
        steps = asking(f"cjt188poll -i {os.ttyname(slave)} find").splitlines()
    finally:
        os.close(master)
        os.close(slave)
    assert steps.pop() == "ended with 5"
    assert {int(ways) for ways in re.findall(r"`find` asks in (\d+) ways", TEXT)} == {len(steps)}
    assert all(re.match(r"\d+ 8[ENO]1, \d+ FE, ", step) for step in steps)


def test_a_table(asking):
    command, = block_with("--csv -o readings.csv")
    for _ in range(2):
        asking(on_demo(command).replace("--csv", "--csv --count 1"))
    head, *rows = csv.reader((asking.folder / "readings.csv").read_text(encoding="utf-8").splitlines())
    assert len(rows) == 2 and all(len(row) == len(head) for row in rows)
    assert [row[head.index("cjt188.energy.heating")] for row in rows] == ["0.007"] * 2


def test_a_clock_is_set(asking):
    """The page's command, but for "now", which this computer may not know, and for a person who types the number."""
    command, = block_with("set-clock now")
    soon = (datetime.datetime.now() + datetime.timedelta(seconds=40)).strftime("%Y-%m-%d %H:%M:%S")
    command = on_demo(command).replace("set-clock now", f"--yes --allow-jump set-clock '{soon}'")
    asking(command)
    row, = [row for row in asking.tshark.fields(asking.folder / "clock.pcapng", ["frame.comment", "cjt188.control"])
            if row["cjt188.control"] == "0x39"]
    assert row["frame.comment"] == f"Write: sets the clock of 24263225 to {soon}, and its number anew, confirmed with --yes"


def test_tables_are_rotated(asking):
    """The page's recipe for logrotate, on a table that the service would go on with."""
    logrotate = shutil.which("logrotate", path="/usr/sbin:/usr/bin")
    if logrotate is None:
        pytest.skip("logrotate is not installed")
    folder = asking.folder / "cjt188poll" / "boiler"
    folder.mkdir(parents=True)
    for path in (folder, folder.parent):
        path.chmod(0o755)
    command = f"cjt188poll -i demo --csv -o {folder}/readings.csv read"
    recipe = asking.folder / "logrotate.conf"
    recipe.write_text("create\n" + "\n".join(block_with("/var/lib/cjt188poll/*")).replace("/var/lib", str(asking.folder)) + "\n")
    recipe.chmod(0o644)
    asking(command)
    subprocess.run([logrotate, "-f", "-s", asking.folder / "state", recipe], check=True, timeout=TIMEOUT)
    asking(command, command)
    rows = {path.name: path.read_text().splitlines() for path in folder.iterdir()}
    assert {name: len(lines) for name, lines in rows.items()} == {"readings.csv": 3, "readings.csv.1": 2}
    assert all(lines[0].startswith("time,line,") for lines in rows.values())


# A box


class Sshd:
    """A real one, on a port that nobody else uses, for whoever runs the test."""

    CONFIG = """Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
StrictModes no
PermitRootLogin yes
UsePAM no
PidFile none
SetEnv PATH={path}
"""
    CLIENT = """Host box
HostName 127.0.0.1
Port {port}
User {user}
IdentityFile {folder}/user
IdentitiesOnly yes
StrictHostKeyChecking no
UserKnownHostsFile {folder}/known
LogLevel ERROR
"""

    def __init__(self, folder, path):
        self.folder = folder
        self.user = getpass.getuser()
        for name in ("host", "user"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True, timeout=TIMEOUT)
        with socket.create_server(("127.0.0.1", 0)) as server:
            self.port = server.getsockname()[1]
        values = {"port": self.port, "folder": folder, "path": path, "user": self.user}
        (folder / "sshd_config").write_text(self.CONFIG.format(**values))
        (folder / "ssh_config").write_text(self.CLIENT.format(**values))
        program = shutil.which("sshd", path=os.environ["PATH"] + ":/usr/sbin")
        self.process = subprocess.Popen([program, "-D", "-e", "-f", folder / "sshd_config"], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=(folder / "log").open("wb"))

    def client(self):
        return f"{shutil.which('ssh')} -F {self.folder}/ssh_config"

    def refuses(self):
        """Why nobody can log in here, or None."""
        for _ in range(50):
            done = subprocess.run([*self.client().split(), "box", "true"], capture_output=True, text=True,
                                  stdin=subprocess.DEVNULL, timeout=TIMEOUT)
            if done.returncode == 0:
                return None
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        return done.stderr + (self.folder / "log").read_text()

    def close(self):
        self.process.terminate()
        self.process.wait(timeout=TIMEOUT)


@pytest.fixture
def box_path(cjt188dump, tmp_path):
    """The box's PATH: a cjt188dump whose /dev/ttyUSB0 is the demo bus, and which ends by itself."""
    folder = tmp_path / "box"
    folder.mkdir()
    program = folder / "cjt188dump"
    program.write_text('#!/bin/sh\necho "$*" >>"${0%/*}/said"\n[ "$1 $2 $3" = "-q -i /dev/ttyUSB0" ] || exit 1\nshift 3\n'
                       f'exec {cjt188dump} -q -i demo -c {PACKETS} "$@"\n')
    program.chmod(0o755)
    return f"{folder}:/usr/bin:/bin"


@pytest.fixture
def sshd(tmp_path, box_path):
    if not shutil.which("ssh") or not shutil.which("sshd", path=os.environ["PATH"] + ":/usr/sbin"):
        pytest.skip("openssh-server and openssh-client are not installed; tests/run does not, because a server would start")
    folder = tmp_path / "sshd"
    folder.mkdir(mode=0o700)
    sshd = Sshd(folder, box_path)
    try:
        why = sshd.refuses()
        if why:
            pytest.skip(f"nobody can log in to this computer by ssh: {why}")
        yield sshd
    finally:
        sshd.close()


@pytest.fixture(params=["stand-in", "sshd"])
def box(request, desk, box_path):
    """Something that is called ssh is on the desk's PATH, and leads to the box."""
    if request.param == "sshd":
        desk.program("ssh", f'exec {request.getfixturevalue("sshd").client()} "$@"')
    else:
        desk.program("ssh", f'[ "$1" = box ] || exit 255\nshift\nPATH={box_path} exec sh -c "$*"')
    return desk


def decoded(text):
    assert len(text.splitlines()) == PACKETS and "Read 901F" in text and "heating 0.007 kWh" in text
    return True


def test_ssh_into_wireshark(box):
    """In the window's place: what Wireshark is given, and that it can be read."""
    box.program("wireshark", f'[ "$*" = "-k -i -" ] || exit 1\nexec tshark -l -i - 2>/dev/null')
    assert decoded(box(line_with("ssh box", "wireshark")))


def test_ssh_into_a_terminal(box):
    assert decoded(box(line_with("ssh box", "tshark")))


def test_sshdump(desk, sshd, tmp_path):
    """Wireshark's own remote capture. It knows nothing of this test's "box", so the host is said in numbers."""
    if "sshdump" not in desk.tshark("-D", check=False).stdout:
        pytest.skip("this Wireshark comes without sshdump")
    (tmp_path / "home").mkdir(mode=0o777)
    desk.env["HOME"] = str(tmp_path / "home")
    option = " -o extcap.sshdump."
    command = line_with("tshark -i sshdump").replace("remotehost:box", "remotehost:127.0.0.1") + "".join([
        option, f"remoteport:{sshd.port}", option, f"remoteusername:{sshd.user}", option, f"sshkey:{sshd.folder}/user",
        f" -c {PACKETS} -l 2>/dev/null"])
    assert decoded(desk(command))
    assert (tmp_path / "box" / "said").read_text() == "-q -i /dev/ttyUSB0 -w -\n"


# A line that is tapped: the demo bus, in place of the ports that the pages' commands are for


@pytest.fixture
def tapping(desk, cjt188dump):
    """The desk, with a cjt188dump whose lines end after a few packets."""
    desk.folder.chmod(0o777)
    desk.program("cjt188dump", f'exec {cjt188dump} -q "$@"')
    desk.program("wireshark", f'[ "$*" = "-k -i -" ] || exit 1\nexec tshark -r - 2>/dev/null')
    return desk


def of_demo(command):
    """A few packets of the demo bus, for each port that a command names."""
    return re.sub(r"-i (/dev/\S+|demo)", "-i demo:fast", re.sub("^cjt188dump", f"cjt188dump -c {PACKETS}", command))


def test_ways_to_tap(tapping):
    """Each command of the first page's block, and what its remark promises."""
    listing, lines, *captures = block_with("cjt188dump -D ")
    assert "demo" in tapping(listing)
    assert len(tapping(of_demo(lines)).splitlines()) == PACKETS
    record, window, terminal = captures
    tapping(of_demo(record))
    assert decoded(tapping("tshark -r line.pcapng"))
    for command in (window, terminal):
        assert decoded(tapping(of_demo(command)))


def test_ways_to_record(tapping):
    """Two adapters, a device server, a ring, and a capture that is cut anew. --probe has its own test."""
    two, server, ring, anew, probe = block_with("-w both.pcapng")
    assert probe.endswith(" --probe")
    (tapping.folder / "taps").mkdir()
    tapping(of_demo(two).replace("-c 6", "-c 40"), of_demo(ring), "cp samples/demo-line.pcapng pieces.pcapng", anew)
    assert len(set(tapping("tshark -r both.pcapng -T fields -e frame.interface_id").split())) == 2
    assert len(list((tapping.folder / "taps").iterdir())) == 1
    pieces, frames = (tapping(f"tshark -r {name}.pcapng -T fields -e cjt188.meter -Y cjt188.start") for name in ("pieces", "frames"))
    assert frames == pieces != ""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = "tcp://192.168.1.7:4001"
        assert address in server
        told = threading.Thread(target=lambda: listening.accept()[0].sendall((SRC / "samples" / "demo-line.bin").read_bytes()))
        told.start()
        tapping(server.replace(address, f"tcp://127.0.0.1:{listening.getsockname()[1]} -c {PACKETS}"))
        told.join()
    assert decoded(tapping("tshark -r line.pcapng"))


def test_hex_becomes_a_capture(tapping):
    (tapping.folder / "post.txt").write_text(f"I wrote {request('24263225').hex(' ')}, and it was silent.\n", encoding="utf-8")
    tapping(*block_with("--hex -i post.txt"))
    assert "Read 901F, all meters" in tapping("tshark -r frame.pcapng")
    assert "Read 901F, 24263225" in tapping("tshark -r post.pcapng")


# A fleet


def record(cjt188dump, box, tap, seed, *options):
    """Ring files of a tap, where cjt188dump@.service writes them: systemd makes the folder a link to a private one. The lines
    of all boxes have the same name; the boxes have not."""
    private, public = box / "var/lib/private/cjt188dump" / tap, box / "var/lib/cjt188dump" / tap
    for folder in (private, public.parent):
        folder.mkdir(parents=True, exist_ok=True)
    public.symlink_to(f"../private/cjt188dump/{tap}")
    raw = box / f"{tap}.bin"
    demo = subprocess.run([cjt188dump, "-q", "-i", f"demo:seed={seed},fast", "-a", "duration:120", "-w", "-"], check=True,
                          timeout=TIMEOUT, stdout=subprocess.PIPE).stdout
    raw.write_bytes(payload(parse(demo)))
    on_box = ["unshare", "--uts"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--uts"]
    script = 'hostname "$0" && exec "$@"'
    subprocess.run([*on_box, "sh", "-c", script, box.name.split("@")[1], cjt188dump, "-q", "-i", raw, "--name", "/dev/ttyUSB0",
                    *options, "-b", "packets:30", "-w", public / "line.pcapng"], check=True, timeout=TIMEOUT)
    assert len(list(private.iterdir())) > 3


def lines_in(text):
    """[[requests, replies, …]] of -z cjt188,lines."""
    return sorted([cell.strip() for cell in row.split("|")[1:-1]] for row in text.splitlines()
                  if row.count("|") > 5 and not row.startswith("Line "))


def test_fleet(desk, cjt188dump):
    """After the two steps every line of every box is one line, and has what it has alone."""
    box1, box2 = desk.folder / "root@box1", desk.folder / "root@box2"
    record(cjt188dump, box1, "ttyUSB0", 1)
    record(cjt188dump, box1, "ttyUSB1", 2, "--description", "the other one")
    record(cjt188dump, box2, "ttyUSB0", 3)
    torn = sorted((box1 / "var/lib/cjt188dump/ttyUSB0").iterdir())[1]
    torn.write_bytes(torn.read_bytes()[:-20])  # the power was cut
    desk.program("cjt188dump", f'exec {cjt188dump} "$@"')
    desk.program("rsync", '[ $# -eq 3 ] || exit 1\nmkdir "$3"\ncp "$1" "${2%%:*}${2#*:}." "$3"')
    together = lines_in(desk(*block_with("mergecap -I any")))
    assert len(together) == 3
    alone = []
    for number, line in enumerate(("box1/ttyUSB0", "box1/ttyUSB1", "box2/ttyUSB0")):
        alone += lines_in(desk(f"mergecap -I any -w {number}.pcapng taps/{line}/*", f"tshark -r {number}.pcapng -q -z cjt188,lines"))
    assert together == sorted(alone)


# For yourself alone


def test_installed_for_oneself(tshark, tmp_path):
    """The page's commands, word for word, in an empty home: then tshark has plugin, line and profile from there. And back."""
    home, clone = tmp_path / "home", tmp_path / "clone"
    for folder in (home, clone):
        folder.mkdir()
        folder.chmod(0o777)
    for name, target in (("build", BUILD), ("profiles", SRC / "profiles"), ("samples", SRC / "samples")):
        (clone / name).symlink_to(target)
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "TZ": "UTC", "LC_ALL": "C.UTF-8"}

    def shell(*commands):
        done = subprocess.run([*tshark.unprivileged, "sh", "-ec", "\n".join(commands)], cwd=clone, env=env, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=TIMEOUT)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return done.stdout

    shell(*block_with("mkdir -p ~/.local/lib/wireshark"))
    assert f"{home}/.local/lib/wireshark/plugins/" in next(
        line for line in shell("tshark -G plugins").splitlines() if line.startswith("cjt188.so"))
    assert "cjt188-demo (CJ/T 188 demo bus)" in shell("tshark -D")
    colour, = set(shell("tshark -C CJT188 --color -r samples/demo-line.pcapng -Y frame.number==2 -T fields "
                        "-e frame.coloring_rule.name").split("\n")) - {""}
    assert colour == "Fault"
    assert "heating 0.007 kWh" in shell("~/.local/bin/cjt188poll -q -i demo --listen 0 find")
    packets = shell("tshark -C CJT188 -i cjt188-demo -c 2 2>/dev/null").splitlines()
    assert len(packets) == 2 and "heating 0.007 kWh" in packets[1] and " reply " in packets[1]
    shell(*block_with("rm -f ~/.local/lib/wireshark"), *block_with("profiles/remove"))
    assert not [path for path in home.rglob("*") if "cjt188" in path.name.lower()]
    assert not (home / ".local" / "lib" / "wireshark").exists()


OWN_METERS = '"24263241","Attic","by the rules","","","","",""\n'
GENERATED = "# This file is automatically generated, DO NOT MODIFY.\n"


def test_the_profile_goes_and_your_own_tables_stay(tmp_path):
    """Wireshark lists every folder: none is left without anything in it. A table that you have filled or changed is left."""
    profiles = tmp_path / "profiles"

    def after(change):
        shutil.copytree(SRC / "profiles" / "CJT188", profiles / "CJT188")
        (profiles / "CJT188" / "recent").write_text("column.width: %m, 200\n")  # as Wireshark does
        change(profiles / "CJT188")
        other = profiles.parent / "cjt188_meters"
        other.write_text(OWN_METERS)
        done = subprocess.run([SRC / "profiles" / "remove"], env={**os.environ, "WIRESHARK_CONFIG_DIR": str(tmp_path)},
                              check=True, capture_output=True, text=True, timeout=TIMEOUT)
        assert other.read_text() == OWN_METERS and done.stderr == ""
        left = {path.name: path.read_text() for path in profiles.glob("CJT188/*")}
        assert bool(left) == (profiles / "CJT188").exists() == bool(done.stdout), (left, done.stdout)
        assert all(name in done.stdout for name in left)
        shutil.rmtree(profiles / "CJT188", ignore_errors=True)
        return left

    def written_anew(folder):
        """As Wireshark saves a table in which nothing was changed, and one that is empty."""
        for name in ("io_graphs", "dfilter_buttons"):
            rows = [line for line in (folder / name).read_text().splitlines() if line and not line.startswith("#")]
            (folder / name).write_text(GENERATED + "\n".join(rows) + "\n")
        (folder / "cjt188_meters").write_text(GENERATED)

    buttons = (SRC / "profiles" / "CJT188" / "dfilter_buttons").read_text() + '"TRUE","Mine","cjt188.valve",""\n'
    assert after(lambda folder: None) == {}
    assert after(written_anew) == {}
    assert after(lambda folder: (folder / "cjt188_meters").write_text(OWN_METERS)) == {"cjt188_meters": OWN_METERS}
    assert after(lambda folder: (folder / "dfilter_buttons").write_text(buttons)) == {"dfilter_buttons": buttons}
    subprocess.run([SRC / "profiles" / "remove"], env={**os.environ, "WIRESHARK_CONFIG_DIR": str(tmp_path)}, check=True,
                   timeout=TIMEOUT)  # where there is none there is nothing to do


def test_installed_for_everybody_and_removed(desk):
    """The page's commands, with a folder of the test's in place of /usr: nothing is left, and of others' nothing is gone."""
    prefix = desk.folder / "usr"
    others = [prefix / "share" / "wireshark" / "profiles" / "Other" / "recent", prefix / "lib" / "others.so"]
    for path in others:
        path.parent.mkdir(parents=True)
        path.write_text("")
    manifest, real = BUILD / "install_manifest.txt", BUILD / "install_manifest.txt.real"
    if manifest.exists():
        manifest.rename(real)  # of a real installation, and perhaps root's
    try:  # without --component, which would install what is for packages alone, and that is in /etc
        subprocess.run(["cmake", "--install", BUILD, "--prefix", prefix], check=True, capture_output=True, timeout=TIMEOUT)
        installed = manifest.read_text()
    finally:
        manifest.unlink(missing_ok=True)
        if real.exists():
            real.rename(manifest)
    assert all(line.startswith(f"{prefix}/") for line in installed.splitlines())
    (desk.folder / "build").mkdir()
    (desk.folder / "build" / "install_manifest.txt").write_text(installed)
    assert (prefix / "share" / "wireshark" / "profiles" / "CJT188" / "recent").exists()
    desk.program("sudo", 'exec "$@"')
    desk(*(line.replace("/usr/", f"{prefix}/") for line in block_with("sudo xargs")))
    assert sorted(path for path in prefix.rglob("*") if path.is_file()) == sorted(others)
    assert not [path for path in prefix.rglob("*") if "cjt188" in path.name.lower()]


# A log of the display.


def test_a_log_of_the_display(desk):
    text = desk(*block_with("display=display.csv"))
    assert "display.csv: 1 line, 0 more cannot be read" in text
    assert "  weak    901F, Heating energy, 2 decimal places: 1 of 1 lines, 1 value; " in text
