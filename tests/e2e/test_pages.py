# The pages for people can be relied on: README.md is short, every link in every page leads somewhere, no line is too long for a
# terminal, every page, folder and picture can be found, and every command that stands on a page is run by a test.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import ast
import os
import re

import pytest

import pages
from conftest import SRC
from pages import line_with

WIDEST = 125
MOST_WORDS = 1200
LARGEST_PICTURE = 150_000

# In tests/: what needs no word, and what is no command for a person.
NOT_TOLD = {"README.md", "CMakeLists.txt", "__pycache__"}
NO_COMMAND = {"make_samples.py", "unprivileged"}

# Commands that are run by a test which has them from elsewhere: the test.
ELSEWHERE = {
    "samples/demo": "test_samples.py test_the_demo",
    "sudo cmake --install build --prefix /usr": "test_recipes.py test_installed_for_everybody_and_removed",
    "cjt188dump -i /dev/ttyUSB0 --probe": "test_tap_lines.py test_probe",
    "systemctl enable --now cjt188dump@boiler": "test_tap_service.py test_documented_unit_starts",
    "systemctl enable --now cjt188poll@boiler": "test_tap_service.py test_documented_poll_starts",
}
# Commands that no test in here runs: why.
LEFT_OUT = {
    "git clone ADDRESS cjt188 && cd cjt188": "only the reader knows the address",
    "git pull": "wants the place where this was cloned from",
    "rm -rf build": "is what the tests run in",
    "tests/run": "is what runs this",
    "cmake --build build --target package": "wants Debian's tools for packages",
    "sudo apt install --reinstall ./build/cjt188-*.deb": "changes the computer",
    "sudo apt install --reinstall ./build/cjt188-tools_*.deb": "changes the computer",
    "cmake -S . -B build -DCJT188_PLUGIN=OFF": "tests/cross does it",
    "systemctl restart 'cjt188dump@*' 'cjt188poll@*'": "wants a systemd that runs everything",
    "sudo ln -s /run/cjt188dump/boiler/boiler.prom /var/lib/prometheus/node-exporter/": "wants node_exporter's folder",
}


def folders():
    """Every folder of the project that is no build folder."""
    for folder, below, files in os.walk(SRC):
        below[:] = [name for name in below if not name.startswith(".") and name != "__pycache__"]
        if "CMakeCache.txt" in files:
            below.clear()
            continue
        yield folder, files


ALL = {os.path.relpath(os.path.join(folder, name), SRC): open(os.path.join(folder, name), encoding="utf-8").read()
       for folder, files in folders() for name in files if name.endswith(".md")}


def prose(text):
    """The page without its blocks."""
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def links(text):
    """Where a page leads to: [(path or "", anchor or "")], and not to other computers."""
    found = re.findall(r"\]\(([^)\s]*)\)", prose(text))
    return [(path, anchor) for path, _, anchor in (target.partition("#") for target in found) if "://" not in path]


def anchors(text):
    """The titles of a page as GitHub's links call them."""
    titles = re.findall(r"^#+ (.*)$", prose(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_there_are_pages():
    assert len(ALL) > 20 and len(pages.PAGES) > 10 and len(pages.COMMANDS) > 60


def test_the_first_page_is_short():
    assert len(ALL["README.md"].split()) <= MOST_WORDS


@pytest.mark.parametrize("name", sorted(ALL))
def test_links_lead_somewhere(name):
    broken = []
    for path, anchor in links(ALL[name]):
        target = os.path.normpath(os.path.join(os.path.dirname(name), path)) if path else name
        if not (SRC / target).exists() or (anchor and anchor not in anchors(ALL.get(target, ""))):
            broken.append(f"{path}#{anchor}")
    assert broken == []


def test_a_wrong_link_is_seen():
    """What the test above is made of, on a page that is made up."""
    text = "# A b\n[x](a.md#b) ![p](p.png) [y](https://example.org/a#b)\n```\n[z](no.md)\n```\n## `C`, d: e/f?\n"
    assert links(text) == [("a.md", "b"), ("p.png", "")]
    assert anchors(text) == {"a-b", "c-d-ef"}


def long_lines(text):
    """Lines beyond the width. Rows of tables, also of Wireshark's, are as long as they are, and so is what a program prints."""
    printed = False
    for line in text.splitlines():
        if line.startswith("```"):
            printed = line == "```text"
        if len(line) > WIDEST and not printed and not line.startswith(("|", '"')):
            yield line


@pytest.mark.parametrize("name", sorted(ALL))
def test_lines_fit_a_terminal(name):
    assert list(long_lines(ALL[name])) == []


def test_every_page_is_in_the_index():
    assert {name for name, _ in links(ALL["doc/README.md"])} >= {path.name for path in (SRC / "doc").glob("*.md")} - {"README.md"}


def test_every_folder_says_what_it_is():
    """Those at the top."""
    tops = {path.name for path in SRC.iterdir() if path.is_dir() and not path.name.startswith(".")
            and not (path / "CMakeCache.txt").exists()}
    assert tops >= {"doc", "plugin", "protocol", "sniffer", "tests"}
    assert {top for top in tops if f"{top}/README.md" not in ALL} == set()


def test_everything_in_tests_is_told():
    """What is in there, in its README; and what is a command for developers, on their page, too."""
    readme, page = ALL["tests/README.md"], ALL["doc/testing.md"]
    here = [path for path in (SRC / "tests").iterdir() if path.name not in NOT_TOLD]
    names = [path.name + "/" * path.is_dir() for path in here]
    assert [name for name in sorted(names) if f"`{name}`" not in readme and f"[{name}]" not in readme] == []
    commands = [path.name for path in here if path.is_file() and os.access(path, os.X_OK) and path.name not in NO_COMMAND]
    assert len(commands) > 8 and [name for name in sorted(commands) if f"`tests/{name}" not in page] == []


def test_pictures_are_shown_and_small():
    shown = {os.path.normpath(os.path.join(os.path.dirname(name), path)) for name, text in ALL.items()
             for path, _ in links(text) if path.endswith(".png")}
    made = {str(path.relative_to(SRC)): path.stat().st_size for path in (SRC / "doc" / "pictures").glob("*.png")}
    assert shown == set(made) and len(made) >= 4
    assert {name: size for name, size in made.items() if size > LARGEST_PICTURE} == {}


# Which commands do tests run? Those that they take from the pages, by block_with() and line_with(); and the examples.


def asked_for():
    """[(function, arguments)]: what the tests take from the pages."""
    for path in sorted((SRC / "tests" / "e2e").glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("block_with", "line_with"):
                yield node.func.id, [argument.value for argument in node.args]


def functions_of(file):
    tree = ast.parse((SRC / "tests" / "e2e" / file).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_command_is_run():
    taken = {"block_with": lambda *texts: pages.block_with(*texts), "line_with": lambda *texts: [pages.line_with(*texts)]}
    run = {*pages.EXAMPLES, *(command for name, texts in asked_for() for command in taken[name](*texts))}
    assert len(run) > 50
    assert [command for command in pages.COMMANDS if command not in run and command not in {**ELSEWHERE, **LEFT_OUT}] == []


def test_packages_for_the_programs_alone():
    """Those that need.sh installs, without Wireshark's."""
    command = line_with("sudo apt install gcc")
    need = (SRC / "tests" / "need.sh").read_text(encoding="utf-8")
    lists = dict(re.findall(r'^packages_to_(\w+)="([^"]*)"', need, re.MULTILINE))
    needed = {*lists["build"].split(), *lists["pack"].split()} - {"wireshark-dev", "libwireshark-dev"}
    assert set(command.removeprefix("sudo apt install ").split()) == needed


def test_no_reason_outlives_its_command():
    assert {*ELSEWHERE, *LEFT_OUT} - set(pages.COMMANDS) == set()
    for file, name in map(str.split, ELSEWHERE.values()):
        assert name in functions_of(file)
