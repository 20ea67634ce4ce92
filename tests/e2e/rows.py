# Rows of the user's table "CJ/T 188 fields", as a profile's file, as -o options, and through sharkd, which keeps its
# dissectors while the table changes.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import json
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree

COLUMNS = ["who", "direction", "control", "identifier", "length", "offset", "width", "kind", "mask", "scale", "add",
           "unit", "name", "suffix", "note"]
TABLE = "uat:cjt188_fields:"
BCD, ULE, UBE, SLE, SBE = ("BCD", "unsigned, low byte first", "unsigned, high byte first", "signed, low byte first",
                           "signed, high byte first")
BCD_BIT, BCD_F, BCD_HIGH = "BCD, top bit is minus", "BCD, top F is minus", "BCD, high byte first"
FLE, FBE, DLE, DBE = ("float32, low byte first", "float32, high byte first", "float64, low byte first",
                      "float64, high byte first")
XLE, XBE, HM, HM_BE = "Unix time, low byte first", "Unix time, high byte first", "hh:mm", "hh:mm, high byte first"
NLE, NBE, NTEXT = "meter number, low byte first", "meter number, high byte first", "meter number, text"
TENTHS, HUNDREDTHS, THOUSANDTHS, WEEKDAY = "value/10", "value/100", "value/1000", "day of week"
BITS, PER_4096, DATE, CLOCK, TEXT, BYTES = "bits", "value/4096", "date", "clock", "text", "bytes"
KINDS = {BCD: (1, 8), ULE: (1, 8), UBE: (1, 8), SLE: (1, 8), SBE: (1, 8), BITS: (1, 4), PER_4096: (2, 2),
         DATE: (4, 4), CLOCK: (7, 7), TEXT: (1, 64), BYTES: (1, 252), BCD_BIT: (1, 8), BCD_F: (1, 8), BCD_HIGH: (1, 8),
         TENTHS: (1, 4),
         HUNDREDTHS: (1, 4), THOUSANDTHS: (1, 4), FLE: (4, 4), FBE: (4, 4), DLE: (8, 8), DBE: (8, 8), XLE: (4, 4), XBE: (4, 4),
         HM: (2, 2), HM_BE: (2, 2), WEEKDAY: (1, 1), NLE: (4, 5), NBE: (4, 5), NTEXT: (8, 14)}


def row(suffix="x", kind=BCD, **columns):
    """One row as Wireshark writes it."""
    cells = {"direction": "any", "offset": "0", "width": "1", "name": f"Field {suffix}", "suffix": suffix, "kind": kind}
    cells.update({name: str(value) for name, value in columns.items()})
    assert set(cells) <= set(COLUMNS), cells
    return ",".join('"' + cells.get(name, "").replace("\\", "\\x5c").replace('"', "\\x22") + '"' for name in COLUMNS)


def options(*rows):
    return [word for text in rows for word in ("-o", TABLE + text)]


def config_dir(folder, rows, profile=None):
    """A settings folder that holds the rows, or has them in a profile. `rows` is rows, or the file's bytes."""
    place = folder / "profiles" / profile if profile else folder
    place.mkdir(parents=True, exist_ok=True)
    data = rows if isinstance(rows, bytes) else "".join(text + "\n" for text in rows).encode()
    (place / "cjt188_fields").write_bytes(data)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o777)
    return {"WIRESHARK_CONFIG_DIR": str(folder)}


def sharkd(tshark, requests, timeout=120, **env):
    """The replies of one sharkd to [(method, parameters), …]; it must have ended by itself, and well."""
    program = shutil.which("sharkd")
    assert program, "sharkd is not installed; it is in Debian's wireshark-common"
    lines = [json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": parameters})
             for number, (method, parameters) in enumerate([*requests, ("bye", {})], 1)]
    done = subprocess.run([*tshark.unprivileged, program, "-"], env={**tshark.env, **env}, text=True, timeout=timeout,
                          input="\n".join(lines) + "\n", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == 0, done.stderr[-2000:]
    replies = {}
    for line in done.stdout.splitlines():
        if line.strip():
            reply = json.loads(line)
            replies[reply["id"]] = reply
    return [replies[number] for number in range(1, len(requests) + 1)]


def packets_of(text):
    """The <packet> elements of pdml."""
    return ElementTree.fromstring(text).findall("packet")


def own_items(packet):
    """The items of the user's fields in a <packet> of pdml: {suffix: element}, in no field more than once."""
    found = {}
    for item in packet.iter("field"):
        if item.get("name").startswith("cjt188.user."):
            suffix = item.get("name").removeprefix("cjt188.user.")
            assert suffix not in found, suffix
            found[suffix] = item
    return found
