# The pages for people, README.md, CONTRIBUTING.md and those of doc/, as what they are made of: blocks, the commands in them, and what a
# command prints. The language of a block says what it holds: none, commands of a shell; "text", what is printed or a file;
# "ini", a file of settings; "filter", display filters.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import collections
import re

from conftest import SRC

Block = collections.namedtuple("Block", "page language text")

PAGES = {str(path.relative_to(SRC)): path.read_text(encoding="utf-8")
         for path in [SRC / "README.md", SRC / "CONTRIBUTING.md", *sorted((SRC / "doc").glob("*.md"))]}
TEXT = "\n".join(PAGES.values())
BLOCKS = [Block(page, *found) for page, text in PAGES.items()
          for found in re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)]


def without_remark(line):
    """The command of a line whose end may be a remark, two blanks and # before it."""
    return re.split(r"\s{2,}#", line)[0].strip()


def commands_of(text):
    """The commands of a block's text; one that goes on behind a backslash, or behind a pipe, is one."""
    text = re.sub(r"\|\n\s*", "| ", text.replace("\\\n", ""))
    return [command for command in map(without_remark, text.splitlines()) if command]


COMMANDS = [command for block in BLOCKS if block.language == "" for command in commands_of(block.text)]
# Those that read a sample and print; what takes more programs, or writes files, has a test of its own.
EXAMPLES = [command for command in COMMANDS
            if re.match(r"tshark -r samples/(?!.*>\S+$|.*cjt188,report|.*cjt188,export|.*display=)", command)]


def one(found, wanted):
    """The one thing that was found, be it shown on several pages."""
    assert found and all(other == found[0] for other in found), (wanted, found)
    return found[0]


def block_with(text):
    """The commands, or lines, of the one block that has this text."""
    return one([commands_of(block.text) for block in BLOCKS if text in block.text], text)


def line_with(*texts):
    """The one command that has all of these texts."""
    return one([command for command in COMMANDS if all(text in command for text in texts)], texts)


def shown_behind(command):
    """The lines that a page shows as what this command prints."""
    return re.search(rf"^```\n{re.escape(command)}\n```\n\n```text\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)[1].splitlines()
