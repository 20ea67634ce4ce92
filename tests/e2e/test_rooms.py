# The house in rooms: what each of them may know of the others, by the #include lines of its files. All arrows run one way:
#
#   protocol <- bus <- the dissector (packet-cjt188.c) <- carriers
#                ^---- workbench                  register.c knows them all, and nothing knows it but plugin.c
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import re

import pytest
from conftest import SRC

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.MULTILINE)
STANDARD_C = {"inttypes.h", "stdbool.h", "stddef.h", "stdint.h", "stdio.h", "stdlib.h", "string.h"}

# What the rooms below the dissector share: no room's own, and nothing that shows or cuts anything.
BASE = ["plugin/compat.h", "plugin/fields.h", "plugin/frame.h", "plugin/own.h", "plugin/columns.h",
        "plugin/plain.h", "plugin/remark.h"]
# A room, and what of others it may include; a name that ends with / is all that is in there.
MAY_KNOW = {
    "protocol/": [],
    "plugin/bus/": ["protocol/", *BASE],
    "plugin/carriers/": ["protocol/", "plugin/compat.h", "plugin/fields.h", "plugin/packet-cjt188.h", "plugin/bus/lines.h"],
    "plugin/workbench/": ["protocol/", *BASE, "plugin/bus/tap.h", "plugin/bus/meters.h"],
}
# Files of plugin/ itself: these may, the others know neither a room nor the dissector.
FILES_MAY_KNOW = {
    "plugin/packet-cjt188.c": ["plugin/bus/"],
    "plugin/register.c": ["plugin/bus/", "plugin/carriers/", "plugin/workbench/"],
}
ABOVE = {"plugin/packet-cjt188.h": ["plugin/packet-cjt188.c", "plugin/register.c"],
         "plugin/register.h": ["plugin/register.c", "plugin/plugin.c"],
         "plugin/show.h": ["plugin/show.c", "plugin/packet-cjt188.c", "plugin/register.c"]}


def room_of(name):
    """The folder, with its slash."""
    return name.rpartition("/")[0] + "/"


def is_one_of(name, wanted):
    return any(name == entry or (entry.endswith("/") and room_of(name) == entry) for entry in wanted)


def may_include(name, included):
    """May this file include that one?"""
    room = room_of(name)
    if room != "plugin/":
        return room_of(included) == room or is_one_of(included, MAY_KNOW[room])
    if included in ABOVE:
        return name in ABOVE[included]
    return room_of(included) in ("plugin/", "protocol/") or is_one_of(included, FILES_MAY_KNOW.get(name, []))


def sources():
    """{name: text} of every source of both folders."""
    files = [path for folder in ("protocol", "plugin") for path in sorted((SRC / folder).rglob("*.[ch]"))]
    return {str(path.relative_to(SRC)): path.read_text(encoding="utf-8") for path in files}


def found(name, included):
    """The file that the compiler takes: beside the one that includes it, in plugin/, in protocol/."""
    for folder in (room_of(name), "plugin/", "protocol/"):
        if (SRC / folder / included).is_file():
            return folder + included
    return None


ALL = sources()
ARROWS = [(name, found(name, included), included) for name, text in ALL.items()
          for quote, included in INCLUDE.findall(text) if quote == '"']


def test_every_room_is_looked_at():
    assert {room_of(name) for name in ALL} == {*MAY_KNOW, "plugin/"}
    assert len(ARROWS) > 100
    assert [(name, included) for name, target, included in ARROWS if target is None] == []


def test_arrows_run_one_way():
    assert [f"{name} includes {target}" for name, target, _ in ARROWS if not may_include(name, target)] == []


def test_the_decoder_is_plain_c():
    used = {(name, header) for name, text in ALL.items() for quote, header in INCLUDE.findall(text)
            if quote == "<" and name.startswith("protocol/")}
    assert used and {(name, header) for name, header in used if header not in STANDARD_C} == set()


def test_there_is_no_circle():
    """Of the plugin. A file and its header are one; none can be reached from itself. The library's headers are shared."""
    def unit(name):
        return name.rpartition(".")[0]

    known = {}
    for name, target, _ in ARROWS:
        if unit(name) != unit(target) and name.startswith("plugin/"):
            known.setdefault(unit(name), set()).add(unit(target))
    reached, circles = {}, []

    def reach(name, way):
        if name in way:
            circles.append(" -> ".join([*way[way.index(name):], name]))
            return
        for other in sorted(known.get(name, ())) if name not in reached else ():
            reach(other, [*way, name])
        reached[name] = True

    for name in sorted(known):
        reach(name, [])
    assert circles == []


@pytest.mark.parametrize("name, included", [
    ("protocol/cjt188-decode.c", "plugin/compat.h"), ("plugin/bus/lines.c", "plugin/workbench/explore.h"),
    ("plugin/bus/lines.c", "plugin/carriers/carriers.h"), ("plugin/bus/tap.c", "plugin/packet-cjt188.h"),
    ("plugin/bus/changes.c", "plugin/show.h"), ("plugin/workbench/notes.c", "plugin/bus/exchange.h"),
    ("plugin/workbench/notes.c", "plugin/packet-cjt188.h"), ("plugin/workbench/notes.c", "plugin/carriers/carriers.h"),
    ("plugin/carriers/usb.c", "plugin/bus/tap.h"), ("plugin/carriers/usb.c", "plugin/workbench/notes.h"),
    ("plugin/packet-cjt188.c", "plugin/workbench/notes.h"), ("plugin/packet-cjt188.c", "plugin/carriers/carriers.h"),
    ("plugin/show.c", "plugin/bus/tap.h"), ("plugin/show.c", "plugin/packet-cjt188.h"),
    ("plugin/packet-cjt188.c", "plugin/register.h")])
def test_what_may_not_be(name, included):
    assert (SRC / name).is_file() and (SRC / included).is_file()
    assert not may_include(name, included)
