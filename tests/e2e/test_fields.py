# doc/fields.md has every display field and every preference of the plugin, with their words.
# CJT188_REMAKE=1 writes its tables anew.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import os
import re

from conftest import SRC

PAGE = SRC / "doc" / "fields.md"


def cell(text):
    return text.replace("|", "\\|") or " "


def tables(tshark):
    """The page's tables as the plugin has it: fields, expert infos, preferences."""
    rows = [line.split("\t") for line in tshark("-G", "fields").stdout.splitlines()]
    rows = [row for row in rows if row[0] == "F" and row[2].startswith("cjt188.")]
    fields = [f"| `{row[2]}` | {cell(row[1])} | {cell(row[7])} |" for row in rows if row[3] != "FT_NONE"]
    experts = [f"| `{row[2]}` | {cell(row[1])} |" for row in rows if row[3] == "FT_NONE"]
    preferences = re.findall(r"^# (.+)\n(?:# .+\n)+#?(cjt188\.\w+): ?(.*)$", tshark("-G", "currentprefs").stdout, re.MULTILINE)
    return fields, experts, [f"| `{name}` | {cell(value)} | {cell(text)} |" for text, name, value in preferences]


def test_every_field_and_preference_is_on_the_page(tshark):
    made = tables(tshark)
    assert [len(table) > least for table, least in zip(made, (100, 20, 5))] == [True] * 3
    parts = re.split(r"((?:^\| `.*\n)+)", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    if os.environ.get("CJT188_REMAKE"):
        parts[1::2] = ["".join(f"{row}\n" for row in table) for table in made]
        PAGE.write_text("".join(parts), encoding="utf-8")
    assert [sorted(part.splitlines()) for part in parts[1::2]] == [sorted(table) for table in made]
