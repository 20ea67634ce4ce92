# A row of a table that is refused is repeated in the message, and may hold anything: what is printed is plain text.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import pytest
from rows import row

ODD = ["\\xff4", "\\x1b[31m4"]
FIELD_CELLS = ["who", "control", "identifier", "length", "offset", "width", "mask", "scale", "add", "suffix"]


def message(tshark, samples, table):
    """What tshark says of a row, without the line's end."""
    done = tshark("-r", samples / "thread.pcapng", "-o", f"uat:{table}", check=False, text=False)
    assert done.returncode != 0
    text = done.stderr.decode()
    assert all(character.isprintable() for character in text.replace("\n", "")), text
    return text


@pytest.mark.parametrize("odd", ODD)
def test_your_own_fields(tshark, samples, odd):
    for cell in FIELD_CELLS:
        text = row(**({"suffix": "x"} | {cell: "ODD"})).replace("ODD", odd)
        assert "\ufffd" in message(tshark, samples, f"cjt188_fields:{text}"), cell


@pytest.mark.parametrize("odd", ODD)
def test_meters(tshark, samples, odd):
    for cells in (f'"{odd}","","by the rules","","","","",""', f'"24263225","","by the rules","{odd}","","","",""'):
        assert "\ufffd" in message(tshark, samples, f"cjt188_meters:{cells}")
