# tshark -z cjt188,export,FILE and -z cjt188,export-ksy,FILE: what leaves, enters again as it was, and other programs read it.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Kaitai Struct's compiler is used where it is: CJT188_KAITAI is a folder in which somebody has run "npm install
# kaitai-struct-compiler kaitai-struct js-yaml", or these are installed for all (npm install -g). Elsewhere the descriptions are
# only looked at by what the form demands.
import json
import os
import pathlib
import re
import shutil
import struct
import subprocess

import pytest
from conftest import SRC, TIMEOUT, write_pcap
from craft import bcd, frame, heat_901f, le
from rows import BCD, BITS, BYTES, CLOCK, DATE, PER_4096, SBE, SLE, TEXT, UBE, ULE, config_dir, options, row
from pages import block_with
from test_recipes import Desk

HEAD = ["# Maker: ", "# Model: ", "# Source: ", "# Licence: "]
TABLES = ("cjt188_fields", "cjt188_meters")


def meter(address, name="", dialect="by the rules", *places):
    cells = [address, name, dialect, *places, "", "", "", "", ""][:8]
    return ",".join(f'"{cell}"' for cell in cells)


def parts_of(text):
    """{file: [rows]} of a dictionary, as its own words tell to take them."""
    found = {}
    for name in TABLES:
        (command,) = re.findall(rf"^# +(sed .*) THIS >>FOLDER/{name}$", text, re.MULTILINE)
        done = subprocess.run(["sh", "-c", command], input=text, text=True, capture_output=True, timeout=TIMEOUT, check=True)
        found[name] = done.stdout
    return found


def rows_in(part):
    return [line for line in part.splitlines() if line and not line.startswith("#")]


@pytest.fixture
def export(tshark, samples, tmp_path):
    """export(*options, name=…, what="export") writes a file and returns it."""

    def run(*more, name="meter.cjt188", what="export", path=samples / "thread.pcapng", check=True):
        out = tmp_path / name
        done = tshark("-r", path, "-q", *more, "-z", f"cjt188,{what},{out}", check=check)
        return out if check else done

    return run


HOSTILE = 'Wärme "x" \\ \\x41 | `a` <b> # [cjt188_meters] $(id) %s ü€'
ALL_ROWS = [
    row("running", ULE, who="OEM ultrasonic", direction="reply", control="81", identifier="903F", length="58", offset="28",
        width="4", scale="0.5", add="-3", unit="h", name="Running", note="the thread"),
    row("bits", BITS, mask="F0", offset="3"),
    row("hostile", BCD, name=HOSTILE, unit='"\\', note=HOSTILE),
    row("at", TEXT, who="2426????", width="3"),
]


def test_what_leaves_enters_as_it_was(export, tshark, samples, tmp_path):
    """Through a profile's files, and out again: the same rows, and tshark shows the same."""
    meters = [meter("24263225", "Smith", "OEM ultrasonic", "2", "", "3"), meter("????????", "", "SANEXT"),
              meter("11112222", "Nobody")]
    env = config_dir(tmp_path / "before", ALL_ROWS)
    (tmp_path / "before" / "cjt188_meters").write_text("".join(line + "\n" for line in meters), encoding="utf-8")
    out = tmp_path / "first.cjt188"
    tshark("-r", samples / "thread.pcapng", "-q", "-z", f"cjt188,export,{out}", env=env)
    text = out.read_text(encoding="utf-8")
    parts = parts_of(text)
    assert rows_in(parts["cjt188_meters"]) == [meter("24263225", "", "OEM ultrasonic", "2", "", "3"),
                                               meter("????????", "", "SANEXT")]
    assert len(rows_in(parts["cjt188_fields"])) == len(ALL_ROWS)
    assert "Smith" not in text and "Nobody" not in text
    after = tmp_path / "after"
    after.mkdir()
    for name, part in parts.items():
        (after / name).write_text(part, encoding="utf-8")
    after.chmod(0o777)
    again = {"WIRESHARK_CONFIG_DIR": str(after)}
    second = tmp_path / "second.cjt188"
    done = tshark("-r", samples / "thread.pcapng", "-q", "-z", f"cjt188,export,{second}", env=again)
    assert done.stderr == "" and second.read_text(encoding="utf-8") == text
    shown = [tshark("-r", samples / "thread.pcapng", "-V", env=which).stdout for which in (env, again)]
    assert "your field" in shown[0] and HOSTILE in shown[0]
    assert shown[0].replace(", Smith", "").replace("Smith", "24263225").count("your field") == shown[1].count("your field")
    assert HOSTILE in shown[1] and "0.07 kWh" in shown[1]


def test_the_first_lines_stay(export):
    out = export()
    assert [line for line in out.read_text().splitlines()[1:5]] == HEAD
    filled = ["# Maker: Hiwits \"x\" # [cjt188_fields]", "# Model: ü 9", "# Source: https://example.org/a?b=c", "# Licence: CC0-1.0"]
    text = out.read_text()
    for empty, line in zip(HEAD, filled):
        text = text.replace(empty + "\n", line + "\n")
    out.write_text(text, encoding="utf-8")
    again = export(*options(row("x")))
    lines = again.read_text(encoding="utf-8").splitlines()
    assert lines[1:5] == filled
    assert len(rows_in(parts_of(again.read_text(encoding="utf-8"))["cjt188_fields"])) == 1
    assert "\n  license: CC0-1.0\n" in again.with_name(
        export("-2", "-R", "cjt188.di == 0x901f && cjt188.control == 0x81", what="export-ksy").name).read_text(encoding="utf-8")


def test_nothing_of_another_kind_is_written_over(export, tmp_path):
    other = tmp_path / "capture.pcapng"
    other.write_bytes(b"\x0a\x0d\x0d\x0a and more")
    for what in ("export", "export-ksy"):
        done = export("-2", "-R", "cjt188.di == 0x901f && cjt188.control == 0x81", name=other.name, what=what, check=False)
        assert "left as it is" in done.stderr and done.returncode != 0 and other.read_bytes().endswith(b"and more")
    done = export(name=other.name, check=False)
    assert done.returncode != 0


def test_names_of_files_and_wrong_options(export, tshark, samples, tmp_path):
    assert export(name="a,b c=d.cjt188").exists()
    (tmp_path / "no").mkdir(mode=0o555)
    assert export(name="no/such/file", check=False).returncode != 0
    for wrong in ("cjt188,export", "cjt188,export,", "cjt188,exported,x", "cjt188,export-ksy", "cjt188,export-ksy,", "cjt188,export-,x"):
        done = tshark("-r", samples / "thread.pcapng", "-q", "-z", wrong, check=False)
        assert done.returncode != 0 and "cjt188,export" in done.stderr, wrong


# ---- Kaitai Struct ----


def kaitai_folder():
    wanted = [os.environ.get("CJT188_KAITAI")]
    if shutil.which("npm"):
        root = subprocess.run(["npm", "root", "-g"], text=True, capture_output=True, timeout=TIMEOUT).stdout.strip()
        wanted.append(str(pathlib.Path(root).parent) if root else None)
    for folder in filter(None, wanted):
        if all((pathlib.Path(folder) / "node_modules" / name).is_dir() for name in ("kaitai-struct-compiler", "kaitai-struct", "js-yaml")):
            return folder
    return None


@pytest.fixture(scope="module")
def parse():
    """parse(file, bytes, …): what the compiled parsers make of them, a list where there are several."""
    folder = kaitai_folder()
    if folder is None or not shutil.which("node"):
        pytest.skip("Kaitai Struct's compiler is not here")

    def run(*pairs):
        words = [word.hex() if isinstance(word, bytes) else word for word in pairs]
        done = subprocess.run(["node", SRC / "tests" / "e2e" / "kaitai.js", folder, *words], text=True, capture_output=True,
                              timeout=TIMEOUT)
        assert done.returncode == 0, done.stderr[-3000:]
        found = json.loads(done.stdout)
        return found if len(pairs) > 2 else found[0]

    return run


def reply(di):
    return ("-2", "-R", f"cjt188.di == 0x{di:04x} && cjt188.control == 0x81")


def test_the_threads_replies(export, parse, frames):
    """Values as the thread tells them, in frames.json."""
    sent = {f["id"]: f["bytes"] for f in frames}
    data = parse(export(*reply(0x901F), name="901f.ksy", what="export-ksy"), sent[3])["data"]
    assert {name: data[name] for name in ("coolingEnergy", "heatingEnergy", "power", "flow", "volume", "supplyTemperature",
                                          "returnTemperature", "operatingHours")} == {
        "coolingEnergy": 0, "heatingEnergy": 0.007, "power": 0, "flow": 0, "volume": 0.003, "supplyTemperature": 25.66,
        "returnTemperature": 25.54, "operatingHours": 13100}
    assert [data["clock"][part] for part in ("year", "month", "day", "hour", "minute", "second")] == [2026, 4, 27, 18, 12, 15]
    assert data["statusFlowSensorFault"] is True and data["statusBatteryLow"] is False and data["status"] == 0x0800
    ksy = export(*reply(0x903F), name="903f.ksy", what="export-ksy")
    for number, supply, back, date in ((1, 24.72, 24.44, [2024, 6, 29]), (5, 25.53, 25.34, [2026, 4, 27])):
        data = parse(ksy, sent[number])["data"]
        assert (data["supplyTemperature"], data["returnTemperature"]) == (supply, back)
        assert [data["date"][part] for part in ("year", "month", "day")] == date
        assert [data[f"flowCoefficientAt{flow}MH"] for flow in ("25", "075", "025", "005")] == [1] * 4
        assert data["nominalDiameter"] == 3 and data["highPrecisionEnergy"] == 0 and data["statusFlowSensorFault"] is True


def test_units_decimal_places_and_fillers(export, parse, tmp_path):
    made = [frame(heat_901f(energy2=(12345, code), volume=(bytes.fromhex("FFFFFFFF"), 0x2C), flow=(5, 0x05)))
            for code in (0x05, 0x08, 0x0E, 0x77)]
    path = write_pcap(tmp_path / "units.pcap", made)
    row_of = ("-o", "uat:cjt188_meters:" + meter("24263225", "", "by the rules", "1"))
    ksy = export(*row_of, name="units.ksy", what="export-ksy", path=path)
    found = [one["data"] for one in parse(*(word for data in made for word in (ksy, data)))]
    assert [data["heatingEnergy"] for data in found] == pytest.approx([1234.5, 1234500, 1234.5 / 3.6, 0])
    assert all("volume" not in data or data["volume"] is None for data in found)


# kind, bytes, the columns scale and add, what the parser says; times as parts.
RAW = [
    (BCD, "34 12", {}, 1234), (ULE, "01 02 03", {}, 0x030201), (UBE, "01 02 03", {}, 0x010203), (ULE, "FF FF FF FF", {}, 2**32 - 1),
    (SLE, "FE FF", {}, -2), (SBE, "FF FF FE", {"scale": "0.1"}, -0.2), (SLE, "10", {"scale": "0.5", "add": "-40"}, -32),
    (BITS, "A5 00", {"mask": "F0"}, 10), (PER_4096, "00 18", {}, 1.5), (TEXT, "41 62 21", {}, "Ab!"), (BYTES, "01 FF", {}, "01ff"),
    ("BCD, top bit is minus", "34 92", {}, -1234), ("BCD, top F is minus", "34 F2", {}, -234),
    ("BCD, high byte first", "12 34", {}, 1234), ("value/10", "FF 00", {}, 25.5),
    ("value/100", "01 02 03", {}, 1971.21), ("value/1000", "E8 03", {}, 1), ("float32, low byte first", struct.pack("<f", 1.5).hex(), {}, 1.5),
    ("float32, high byte first", struct.pack(">f", -2.25).hex(), {}, -2.25),
    ("float64, low byte first", struct.pack("<d", 0.1).hex(), {}, 0.1), ("float64, high byte first", struct.pack(">d", 0.1).hex(), {}, 0.1),
    ("Unix time, low byte first", le(1777313535, 4).hex(), {}, 1777313535), ("day of week", "03", {}, 3),
    ("hh:mm", "30 18", {}, 1830), ("hh:mm, high byte first", "18 30", {}, 1830),
    ("meter number, low byte first", le(24263225, 4).hex(), {}, 24263225), ("meter number, text", b"24263225".hex(), {}, "24263225"),
    (DATE, "27 04 26 20", {}, (2026, 4, 27)), (DATE, "20 26 04 27", {}, (2026, 4, 27)),
    (CLOCK, "15 12 18 27 04 26 20", {}, (2026, 4, 27, 18, 12, 15)),
]


def test_every_kind_of_the_users_fields(export, parse, tmp_path):
    """A row for each in one frame, besides one that lies over two others and hostile words."""
    data, rows = b"", []
    for number, (kind, sent, more, _) in enumerate(RAW):
        raw = bytes.fromhex(sent)
        rows.append(row(f"k{number}", kind, offset=len(data), width=len(raw), name=f"{number}: {HOSTILE}", note=HOSTILE, **more))
        data += raw
    rows += [row("over", UBE, offset=0, width=4), row("a.b", ULE), row("a_b", ULE), row("a.b_n2", ULE)]
    sent = frame(bytes.fromhex("00 9A 00") + data)
    path = write_pcap(tmp_path / "kinds.pcap", [sent])
    ksy = export(*options(*rows), name="kinds.ksy", what="export-ksy", path=path)
    check_form(ksy)
    found = parse(ksy, b"\xfe\xfe" + sent)["data"]
    for number, (kind, _, _, expected) in enumerate(RAW):
        got = found[f"userK{number}"]
        if isinstance(expected, tuple):
            got = tuple(got[part] for part in ("year", "month", "day", "hour", "minute", "second")[:len(expected)])
        assert got == (pytest.approx(expected) if isinstance(expected, float) else expected), kind
    assert found["userOver"] == int.from_bytes(data[:4], "big")
    assert found["undocumented0"] == data.hex()


def test_more_than_one_kind_is_told_with_what_chooses_it(export, tshark, samples, tmp_path):
    done = export(name="x.ksy", what="export-ksy", check=False)
    assert not (tmp_path / "x.ksy").exists()
    filters = re.findall(r"-2 -R '([^']*)'", done.stderr)
    assert len(filters) == 5 and done.returncode != 0
    for number, chosen in enumerate(filters):
        out = tmp_path / f"{number}.ksy"
        tshark("-r", samples / "thread.pcapng", "-q", "-2", "-R", chosen, "-z", f"cjt188,export-ksy,{out}")
        check_form(out)
    empty = tshark("-r", write_pcap(tmp_path / "none.pcap", []), "-q", "-z", f"cjt188,export-ksy,{tmp_path / 'none.ksy'}",
                   check=False)
    assert "no frame" in empty.stderr and empty.returncode != 0 and not (tmp_path / "none.ksy").exists()


def test_every_known_frame_compiles(export, parse, frames, tmp_path):
    """Every layout that frames.json has: its parser reads the frame that it was made from."""
    seen, pairs = set(), []
    for known in frames:
        data = known["bytes"]
        start = data.find(0x68)
        if not known["checksum_ok"] or start < 0 or len(data) < start + 13:
            continue
        key = (data[start + 1] & 0xF0, *data[start + 9:start + 13])
        if key in seen:
            continue
        seen.add(key)
        path = write_pcap(tmp_path / "one.pcap", [data])
        out = tmp_path / f"known-{known['id']}.ksy"
        done = export(name=out.name, what="export-ksy", path=path, check=False)
        if not out.exists():
            assert "+33H" in done.stderr or "no frame" in done.stderr or "kinds of frames" in done.stderr, (known["id"], done.stderr)
            continue
        check_form(out)
        pairs += [out, data]
    controls = [one["control"] for one in parse(*pairs)]
    assert controls == [data[data.find(0x68) + 9] for data in pairs[1::2]] and len(controls) > 20


# ---- the form, for where there is no compiler ----

KEYS = {"top": {"meta", "doc", "seq", "types"}, "type": {"doc", "seq", "instances"},
        "field": {"id", "type", "size", "contents", "repeat", "repeat-expr", "repeat-until", "valid", "doc", "encoding", "pos", "value", "if"}}
OF_KAITAI = re.compile(r"[us][1248](le|be)?|f[48](le|be)|str")


def check_form(path):
    """What its schema demands: keys, identifiers, types that are there."""
    yaml = pytest.importorskip("yaml")
    made = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert set(made) == KEYS["top"] and re.fullmatch(r"[a-z][a-z0-9_]*", made["meta"]["id"])
    for one in (made, *made["types"].values()):
        assert one is made or set(one) <= KEYS["type"]
        fields = [*((field["id"], field) for field in one.get("seq", [])), *one.get("instances", {}).items()]
        assert len({name.replace("_", "") for name, _ in fields}) == len(fields)
        for name, field in fields:
            assert re.fullmatch(r"[a-z][a-z0-9_]*", name) and set(field) <= KEYS["field"], (name, field)
            kind = field.get("type")
            assert kind is None or kind in made["types"] or OF_KAITAI.fullmatch(kind), kind
            assert kind or {"size", "contents", "value"} & set(field), field


def test_the_form(export):
    for di in (0x901F, 0x903F):
        check_form(export(*reply(di), name=f"{di}.ksy", what="export-ksy"))


# ---- The page, and the dictionary that comes along ----


def test_what_the_page_says(tshark, tmp_path, parse, frames):
    """Its commands, word for word: out, and in by a profile of its own."""
    desk = Desk(tshark, tmp_path)
    desk.env["HOME"] = str(tmp_path)
    desk.env["WIRESHARK_CONFIG_DIR"] = str(tmp_path / ".config" / "wireshark")
    (tmp_path / ".config" / "wireshark").mkdir(parents=True)
    for folder in (tmp_path / ".config", tmp_path / ".config" / "wireshark"):
        folder.chmod(0o777)
    desk(*block_with("cjt188,export-ksy,"))
    assert (tmp_path / "mine.cjt188").read_text().splitlines()[1:5] == HEAD
    assert parse(tmp_path / "903f.ksy", next(f["bytes"] for f in frames if f["id"] == 1))["data"]["supplyTemperature"] == 24.72
    desk(*block_with("profiles/thread/cjt188_meters"))
    shown = desk("tshark -C thread -r samples/thread.pcapng -V -Y cjt188.user.undefined_48")
    assert shown.count("Undefined, 6 bytes") == 2
    assert "your Meters table" in desk("tshark -C thread -r samples/thread.pcapng -V -Y 'frame.number == 4'")


def test_the_threads_dictionary_is_what_this_writes(tshark, samples, tmp_path):
    text = (samples / "dictionaries" / "thread.cjt188").read_text(encoding="utf-8")
    folder = tmp_path / "conf"
    folder.mkdir(mode=0o777)
    for name, part in parts_of(text).items():
        (folder / name).write_text(part, encoding="utf-8")
    env = {"WIRESHARK_CONFIG_DIR": str(folder)}
    for name, more in (("thread.cjt188", ["export"]), ("thread-901f.ksy", ["export-ksy", *reply(0x901F)]),
                       ("thread-903f.ksy", ["export-ksy", *reply(0x903F)])):
        out = tmp_path / name
        shutil.copy(samples / "dictionaries" / name, out)
        out.chmod(0o666)
        before = out.read_text(encoding="utf-8")
        tshark("-r", samples / "thread.pcapng", "-q", *more[1:], "-z", f"cjt188,{more[0]},{out}", env=env)
        assert out.read_text(encoding="utf-8") == before and "Licence: GPL-2.0-or-later" in before
