# Help and manual have one source: the tables of options in sniffer/, which -h prints. How an option is written stands at the head of
# its paragraph in the manual just as in -h, none is missing, none is there that is not taken, and what holds unless an option says
# otherwise is the same in both; so are the exit codes. CJT188_REMAKE=1 writes the heads anew.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import collections
import os
import re
import shutil
import subprocess

import pytest

from conftest import BUILD, SRC, TIMEOUT

PROGRAMS = ["cjt188dump", "cjt188poll"]
Option = collections.namedtuple("Option", "letter name argument text")
HEAD = re.compile(r"(?<=^\.TP\n)(.*)$", re.MULTILINE)
NAME = re.compile(r"(?<![\w-])(?:--([a-z][a-z-]+)|-([a-zA-Z]))(?![\w-])")


def help_of(program):
    return subprocess.run([BUILD / "sniffer" / program, "-h"], check=True, capture_output=True, text=True, timeout=TIMEOUT).stdout


def options_of(program):
    """Those that -h lists."""
    rows = re.findall(r"^  (?:-(\w), )?--([a-z-]+)(?:=(\S+))?  +(.*)$", help_of(program), re.MULTILINE)
    return [Option(*row) for row in rows]


def path_of(program):
    return SRC / "sniffer" / "service" / f"{program}.1"


def plain(roff):
    return re.sub(r"\\f[BIR]", "", roff).replace("\\-", "-").replace('"', "")


def named_in(head, options):
    """The options that a head is about, in its order."""
    found = []
    for name, letter in NAME.findall(plain(head)):
        known = [option for option in options if name == option.name or (letter and letter == option.letter)]
        assert known, f"{head}: there is no {name or letter}"
        found += [option for option in known if option not in found]
    return found


def argument(text):
    """Capitals stand for something, and are slanted; other words are meant as they are."""
    return "|".join(rf"\fI{word}\fR" if word.isupper() else rf"\fB{word}\fR" for word in text.split("|"))


def written(option):
    letter = rf"\fB\-{option.letter}\fR, " if option.letter else ""
    name = option.name.replace("-", r"\-")
    return rf"{letter}\fB\-\-{name}\fR" + (f"={argument(option.argument)}" if option.argument else "")


def head_of(options):
    return ", ".join(written(option) for option in options)


def paragraphs(program):
    """[(options, text)] of the manual."""
    options = options_of(program)
    parts = re.split(r"^\.TP\n|^\.SH .*\n", path_of(program).read_text(encoding="utf-8"), flags=re.MULTILINE)
    heads = [part.partition("\n") for part in parts]
    return [(named, plain(text)) for head, _, text in heads if NAME.search(plain(head)) for named in [named_in(head, options)]]


@pytest.mark.parametrize("program", PROGRAMS)
def test_heads_are_written_as_in_help(program):
    options = options_of(program)
    text = path_of(program).read_text(encoding="utf-8")
    made = HEAD.sub(lambda head: head_of(named_in(head[1], options)) if NAME.search(plain(head[1])) else head[1], text)
    if os.environ.get("CJT188_REMAKE"):
        path_of(program).write_text(made, encoding="utf-8")
        text = made
    assert text.splitlines() == made.splitlines()


@pytest.mark.parametrize("program", PROGRAMS)
def test_no_option_is_missing(program):
    """Nearly all have a paragraph; the others are named in one."""
    options, told = options_of(program), paragraphs(program)
    text = plain(path_of(program).read_text(encoding="utf-8"))
    assert len(options) > 30
    missing = [option.name for option in options if not re.search(rf"--{option.name}(?![\w-])", text)]
    assert missing == [] and sum(len(named) for named, _ in told) >= len(options) - 8


@pytest.mark.parametrize("program", PROGRAMS)
def test_defaults_are_the_same(program):
    """What -h has in parentheses at the end, or behind a number, the paragraph says too."""
    checked = 0
    for named, text in paragraphs(program):
        for option in named:
            default = re.search(r"\((\w+)(?:[,;] [^)]*| and [^)]*)?\)$", option.text)
            if default and "cjt188dump (1)" not in text:
                assert re.search(rf"\b{default[1]}\b", text), (option.name, default[1])
                checked += 1
    assert checked > 3


@pytest.mark.parametrize("program", PROGRAMS)
def test_exit_codes_are_the_same(program):
    section = plain(path_of(program).read_text(encoding="utf-8").split("\n.SH EXIT STATUS\n")[1].split("\n.SH ")[0])
    said = help_of(program).split("Exit codes:")[1]
    codes = re.findall(r"(?:^|, )(?:\.B )?(\d)(?= |$)", section, re.MULTILINE)
    assert codes == re.findall(r"\b(\d) [a-z]", said) and len(codes) >= 5


def test_commands_are_the_same():
    """Those of cjt188poll, in their order."""
    section = path_of("cjt188poll").read_text(encoding="utf-8").split("\n.SH COMMANDS\n")[1].split("\n.SH ")[0].replace("\\-", "-")
    told = re.findall(r"^  ([a-z-]+) ", help_of("cjt188poll").split("\nCommands:\n")[1].split("\n\n")[0], re.MULTILINE)
    assert re.findall(r"^\.TP\n(?:\.BR? ?|\.BI )?\"?([a-z-]+)", section, re.MULTILINE) == told and len(told) == 6


@pytest.mark.parametrize("program", PROGRAMS)
def test_man_takes_it(program):
    """Without a complaint."""
    if shutil.which("groff") is None:
        pytest.skip("groff is not installed")
    done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z", path_of(program)], capture_output=True, check=False)
    assert done.returncode == 0 and done.stderr == b"", done.stderr


@pytest.mark.parametrize("program", PROGRAMS)
def test_help_is_whole_in_every_locale(program):
    """GLib prints a question mark for what a locale cannot show, as a server's often cannot, and it has one such letter itself."""
    shown = subprocess.run([BUILD / "sniffer" / program, "-h"], check=True, capture_output=True, timeout=TIMEOUT,
                           env={**os.environ, "LC_ALL": "C"}).stdout
    assert b"-i, --interface" in shown and b"?" not in shown.replace(b"[OPTION?]", b"")
