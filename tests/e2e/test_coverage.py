# Every byte of every known frame belongs to a named field that says what it is, not only to a container.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import xml.etree.ElementTree as ElementTree

import pytest

PREFIX = "cjt188."
# A label says nothing about bytes. A field of the second kind with fields inside leaves it to them to say what its
# bytes are. The text or number of any other type is made of every one of its bytes.
LABELS = {"FT_NONE", "FT_PROTOCOL"}
WRAPPERS = {"FT_BYTES", "FT_DOUBLE"}


def span(field):
    start = int(field.get("pos"))
    return range(start, start + int(field.get("size")))


def has_fields_inside(field):
    """Does a visible field of ours, at any depth, say something about a part of this field's bytes?"""
    own = span(field)
    return any(
        child.get("name").startswith(PREFIX) and child.get("hide") != "yes"
        and span(child) != own and span(child) and span(child).start in own
        for child in field.iter("field")
    )


def covered(packet, types):
    """The offsets of a <packet> that a field with a meaning of its own stands for."""
    found = set()
    for field in packet.iter("field"):
        name = field.get("name")
        if not name.startswith(PREFIX) or field.get("hide") == "yes" or types[name] in LABELS:
            continue
        if types[name] not in WRAPPERS or not has_fields_inside(field):
            found.update(span(field))
    return found


@pytest.fixture(scope="module")
def types(tshark):
    """{display filter name: type} of every field."""
    rows = [line.split("\t") for line in tshark("-G", "fields").stdout.splitlines()]
    return {row[2]: row[3] for row in rows if row[0] == "F" and row[2].startswith(PREFIX)}


def test_every_byte_of_every_frame_is_in_a_named_field(pdml, capture, frames, types):
    packets = pdml(capture([frame["bytes"] for frame in frames]))
    assert len(packets) == len(frames) > 100
    bare = {}
    for frame, packet in zip(frames, packets):
        missing = set(range(len(frame["bytes"]))) - covered(packet, types)
        if missing:
            bare[f"{frame['id']} {frame['name']}"] = sorted(missing)
    assert bare == {}


SHOWN = """<packet><proto name="cjt188" pos="0" size="9">
<field name="" pos="0" size="9"/>
<field name="cjt188.fold" pos="0" size="2"><field name="" pos="0" size="2"/></field>
<field name="cjt188.data" pos="2" size="3"><field name="cjt188.unit" pos="2" size="1"/></field>
<field name="cjt188.status" pos="5" size="1"><field name="cjt188.status.valve" pos="5" size="1"/></field>
<field name="cjt188.src" hide="yes" pos="6" size="1"/>
<field name="cjt188.power" pos="7" size="2"><field name="cjt188.digits" pos="7" size="1"/></field>
</proto></packet>"""


def test_a_container_covers_nothing_by_itself():
    types = {
        "cjt188.fold": "FT_NONE",
        "cjt188.data": "FT_BYTES",
        "cjt188.unit": "FT_UINT8",
        "cjt188.status": "FT_UINT16",
        "cjt188.status.valve": "FT_UINT16",
        "cjt188.src": "FT_STRING",
        "cjt188.power": "FT_DOUBLE",
        "cjt188.digits": "FT_STRING",
    }
    assert covered(ElementTree.fromstring(SHOWN), types) == {2, 5, 7}
