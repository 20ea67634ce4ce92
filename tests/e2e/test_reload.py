# Rows of the user that change, go and come while the program runs, statistics that begin anew, and what the rows of one
# frame do to others: nothing. Wireshark's windows do it; for sharkd and tshark probe.c does.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import random
import shutil
import subprocess

import pytest
from conftest import BUILD, SRC, TIMEOUT, write_pcap
from craft import bcd, frame, heat_901f
from rows import BCD, BITS, BYTES, KINDS, TABLE, TEXT, ULE, config_dir, options, row, sharkd

START = 1777313520


def run(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=TIMEOUT, check=True).stdout.strip()


@pytest.fixture(scope="module")
def probe(readable_folder):
    """A plugins folder that holds ours and the probe."""
    folder = readable_folder / "probed"
    shutil.copytree(BUILD / "plugins", folder)
    (ours,) = folder.glob("*/epan/cjt188.so")
    major, minor = ours.parent.parent.name.split(".")
    flags = run("pkg-config", "--cflags", "wireshark", "glib-2.0").split()
    run("gcc", "-shared", "-fPIC", "-Wall", "-Werror", f"-I{SRC / 'plugin'}", f"-DWS_MAJOR={major}", f"-DWS_MINOR={minor}", *flags,
        str(SRC / "tests" / "e2e" / "probe.c"), "-o", str(ours.parent / "probe.so"))
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)
    return folder


@pytest.fixture
def probed(probe, tmp_path):
    """Environment with that folder, and settings that may be saved."""
    return {"WIRESHARK_PLUGIN_DIR": str(probe), **config_dir(tmp_path / "saved", [])}


def unknown(payload, number="24263225", **more):
    return frame(bytes.fromhex("2F 99 00") + payload, number=number, **more)


def setconf(table, text):
    return "setconf", {"name": "uat:" + table, "value": text}


def load(path):
    return setconf("cjt188_probe", f'"load","{path}"')


def drop(index):
    return setconf("cjt188_probe", f'"drop","{index}"')


def frames_with(text):  # sharkd remembers what it found by the filter: ask in other words each time
    return "frames", {"filter": text}


def numbers(answer):
    return [packet["num"] for packet in answer["result"]] if "result" in answer else "refused"


def asked(requests, answers):
    """The answers to what was asked; every order must have been taken."""
    assert [answer for (method, _), answer in zip(requests, answers) if method == "setconf" and "result" not in answer] == []
    return [numbers(answer) for (method, _), answer in zip(requests, answers) if method == "frames"]


def rows_file(folder, name, rows):
    path = folder / name
    path.write_text("".join(text + "\n" for text in rows))
    path.chmod(0o644)
    return path


# ---- rows that change ----


def test_rows_that_change_and_go_come_into_force_without_a_restart(tshark, probed, tmp_path):
    path = write_pcap(tmp_path / "two.pcap", [unknown(b"ABE7"), unknown(b"CDE8", "11111111")])
    requests = [
        ("load", {"file": str(path)}),
        load(rows_file(tmp_path, "first", [row("x", ULE), row("y", ULE, offset=3)])),
        frames_with("cjt188.user.x == 65"), frames_with("cjt188.user.y == 56"), frames_with("cjt188.undocumented == 42:45"),
        # x becomes a text, which is another type; y moves
        load(rows_file(tmp_path, "changed", [row("x", TEXT, width=2), row("y", ULE, offset=1)])),
        frames_with('cjt188.user.x == "CD"'), frames_with("cjt188.user.y == 66"), frames_with("cjt188.undocumented == 45:37"),
        # x goes by itself; y stays and is y
        drop(0), frames_with("cjt188.user.x"), frames_with("cjt188.user.y == 68"), frames_with("cjt188.undocumented == 45:38"),
        # nothing is left
        drop(0), frames_with("cjt188.user.y"), frames_with("cjt188.undocumented == 41:42:45:37"),
        # and back
        load(rows_file(tmp_path, "back", [row("y", BYTES, width=4), row("x", ULE, who="11111111")])),
        frames_with("cjt188.user.y == 43:44:45:38"), frames_with("cjt188.user.x == 67"), frames_with("cjt188.undocumented"),
    ]
    assert asked(requests, sharkd(tshark, requests, **probed)) == [
        [1], [2], [1], [2], [1], [1], "refused", [2], [2], "refused", [1], [2], [2], []]


def test_an_inactive_row_comes_into_force_when_the_row_before_it_goes(tshark, probed, tmp_path):
    path = write_pcap(tmp_path / "one.pcap", [unknown(b"AB")])
    requests = [
        ("load", {"file": str(path)}),
        load(rows_file(tmp_path, "rows", [row("x", ULE), row("x", TEXT, offset=1)])),
        frames_with("cjt188.user.x == 65"), frames_with("cjt188.user_field_inactive"),
        drop(0), frames_with('cjt188.user.x == "B"'), frames_with("frame && cjt188.user_field_inactive"),
    ]
    assert asked(requests, sharkd(tshark, requests, **probed)) == [[1], [1], [1], []]


def test_another_profile_in_the_same_program(tshark, probed, tmp_path):
    """Profile A, B and A again; and each with -C, as a program of its own."""
    path = write_pcap(tmp_path / "one.pcap", [unknown(b"AB"), unknown(b"CD")])
    rows = {"a": [row("x", ULE), row("a", BITS, mask="2")], "b": [row("x", TEXT, width=2), row("b", ULE, offset=1)]}
    env = config_dir(tmp_path / "settings", [])
    for name, texts in rows.items():
        config_dir(tmp_path / "settings", texts, profile=name)
    file = {name: tmp_path / "settings" / "profiles" / name / "cjt188_fields" for name in rows}
    look = {"a": [frames_with("cjt188.user.x == 67"), frames_with("cjt188.user.a == 1"), frames_with("cjt188.user.b")],
            "b": [frames_with('cjt188.user.x == "AB"'), frames_with("cjt188.user.b == 68"), frames_with("cjt188.user.a")]}
    expected = {"a": [[2], [2], "refused"], "b": [[1], [2], "refused"]}
    requests = [("load", {"file": str(path)})]
    for name in "abab":
        requests += [load(file[name]), *look[name]]
    assert asked(requests, sharkd(tshark, requests, **probed)) == [each for name in "abab" for each in expected[name]]
    for name, filters in look.items():
        for (_, parameters), numbers_expected in zip(filters, expected[name]):
            done = tshark("-C", name, "-r", path, "-Y", parameters["filter"], "-T", "fields", "-e", "frame.number", env=env,
                          check=False)
            assert ([int(line) for line in done.stdout.split()] or "refused") == numbers_expected, (name, done.stderr)


def test_changes_and_statistics_between_changes_of_the_rows(tshark, probed, tmp_path):
    """Whatever a statistic or a change of bytes remembers, it is of rows that are there."""
    path = write_pcap(tmp_path / "turns.pcap", [unknown(bytes([i, 7, i // 2, 9])) for i in range(20)])
    chance = random.Random(188)
    requests = [("load", {"file": str(path)})]
    for turn in range(40):
        rows = [row(f"r{chance.randrange(4)}", kind := chance.choice([BCD, BITS, BYTES, TEXT, ULE]),
                    offset=chance.randrange(4), **({"mask": "3"} if kind == BITS else {}))
                for _ in range(chance.randrange(6))]
        requests += [load(rows_file(tmp_path, f"rows{turn}", rows)), frames_with("cjt188.changed || cjt188.undocumented"),
                     ("tap", {"tap0": "nstat:cjt188,bytes"}), ("frame", {"frame": 7, "proto": True})]
    answers = sharkd(tshark, requests, **probed)
    tables = [answer["result"]["taps"][0]["tables"] for (method, _), answer in zip(requests, answers) if method == "tap"]
    for table in tables:
        widths = {}
        for at, width, seen in [cells[1:3] + cells[5:6] for cells in table[0]["i"]]:
            assert seen == 20
            widths.update({byte: 1 for byte in range(at, at + width)})
        assert sorted(widths) == [0, 1, 2, 3], "each byte is in some row"


# ---- statistics ----


def table_of(text):
    """[cells] of cjt188,bytes."""
    return [[cell.strip() for cell in line.split("|")] for line in text.splitlines() if " L" in line.split("|")[0]]


def test_statistics_begin_anew(tshark, probed, tmp_path):
    """Ten frames of one kind, then ten of another; at the eleventh all is forgotten."""
    packets = [unknown(bcd(i, 4)) for i in range(10)] + [frame(bytes.fromhex("30 99 00") + bcd(i, 2)) for i in range(10)]
    path = write_pcap(tmp_path / "anew.pcap", packets)
    asked_for = ["-z", "cjt188,bytes", "-z", "cjt188,explore", "-z", "cjt188,notes"]
    for anew in ([], ["-z", "probe,reset,11"]):
        text = tshark("-r", path, "-q", *asked_for, *anew, env=probed).stdout
        first, second = text.count("81 992F L7"), text.count("81 9930 L5")
        assert (first, second) == ((0, 1) if anew else (1, 1))
        assert [row_[5] for row_ in table_of(text) if row_[0] == "81 9930 L5"] == ["10"]
        assert ("Reply 992F" in text) == (not anew) and text.count("10 frames of 1 meter") == (2 if anew else 4)


def test_a_statistic_asked_for_twice_counts_once(tshark, tmp_path):
    path = write_pcap(tmp_path / "twice.pcap", [unknown(bytes([i])) + unknown(bytes([i, i])) for i in range(5)])
    once = table_of(tshark("-r", path, "-q", "-z", "cjt188,bytes").stdout)
    twice = table_of(tshark("-r", path, "-q", "-z", "cjt188,bytes", "-z", "cjt188,bytes").stdout)
    assert [cells[0] for cells in once] == ["81 992F L4", "81 992F L5"]
    assert [cells[5] for cells in once] == ["5", "5"]
    assert twice == once + once  # one table, printed for each


def test_all_meters_are_no_meter(tshark, tmp_path):
    """Requests to all meters have their wildcard for an address."""
    ask = frame("2F 99 00 01", number="AAAAAAAAAA", maker="AA AA", control=0x01)
    one = frame("2F 99 00 01", maker="33 78", control=0x01)  # read as the standard says, as a wildcard is
    path = write_pcap(tmp_path / "all.pcap", [ask, ask, ask, one, unknown(b"\1\2")])

    def counts(*extra):
        text = tshark("-r", path, "-q", *extra).stdout
        return [line.strip().split(",")[0].rstrip(".") for line in text.splitlines() if line.strip()[:8] in
                ("3 frames", "4 frames", "1 frame ")]

    for page in ("explore", "notes"):
        assert counts("-z", f"cjt188,{page}") == ["4 frames of 1 meter and to all meters", "1 frame of 1 meter"], page
        assert counts("-z", f"cjt188,{page},frame.number < 4") == ["3 frames to all meters"], page
    cells = table_of(tshark("-r", path, "-q", "-z", "cjt188,bytes").stdout)
    assert {(row_[0], row_[6]) for row_ in cells} == {("01 992F L4", "1"), ("81 992F L5", "1")}
    text = tshark("-r", path, "-q", "-z", "cjt188,explore").stdout
    assert "packet 5; 1 sample kept" in text and "packets 1 to 4; 4 samples kept" in text


# ---- rows for other frames ----

NOT_COMPARED = {"cjt188.changed", "cjt188.changed.time", "cjt188.undocumented.changed"}


def decoding(tshark, path, rows):
    """What is said of each packet, but for what it has changed."""
    packets = tshark.pdml(path, *options(*rows))
    return [[tuple(sorted(item.attrib.items())) for item in packet.iter("field") if item.get("name") not in NOT_COMPARED]
            for packet in packets]


def test_rows_for_other_frames_change_nothing(tshark, samples):
    chance = random.Random(188)
    rows = [row(f"o{i}", kind := chance.choice(list(KINDS)), identifier=f"{0xEE00 + i:04X}", offset=chance.randrange(20),
                width=KINDS[kind][0], **({"mask": "1"} if kind == BITS else {})) for i in range(20)]
    rows += [row("p", BYTES, who="99887766"), row("q", ULE, control="3F"), row("r", ULE, length="254")]
    captures = sorted(path for path in samples.iterdir() if path.suffix in (".pcap", ".pcapng"))
    assert len(captures) >= 2
    for path in captures:
        bare = decoding(tshark, path, [])
        assert bare and bare == decoding(tshark, path, rows), path
