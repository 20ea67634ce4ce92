# A page in a real browser: what its DOM has, what it looks like, and what its console says.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import html.parser
import pathlib
import shutil
import struct
import subprocess
import tempfile
import zlib

import pytest

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--enable-logging=stderr", "--v=0",
         "--blink-settings=preferredColorScheme=%d")
DARK, LIGHT = 0, 1
VOID = {"meta", "link", "br", "img", "input", "hr"}


def chromium(page, *flags, scheme=LIGHT):
    """(what it prints, what its console says). No network: it is a file."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("chromium is not installed; tests/run installs it")
    with tempfile.TemporaryDirectory(prefix="cjt188-browser-") as own:
        command = [program, *(flag % scheme if "%" in flag else flag for flag in FLAGS), f"--user-data-dir={own}", *flags,
                   pathlib.Path(page).as_uri()]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              timeout=120, encoding="utf-8")
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


class Element:
    def __init__(self, tag, attributes):
        self.tag, self.attributes, self.children = tag, dict(attributes), []

    def all(self, tag, word=None):
        """Those below it, in order; `word` is one of its classes."""
        for child in self.children:
            if isinstance(child, Element):
                if child.tag == tag and (word is None or word in (child.attributes.get("class") or "").split()):
                    yield child
                yield from child.all(tag, word)

    def text(self):
        return "".join(child if isinstance(child, str) else child.text() for child in self.children)


class Builder(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.stack = [Element("", [])]

    def handle_starttag(self, tag, attributes):
        element = Element(tag, attributes)
        self.stack[-1].children.append(element)
        if tag not in VOID:
            self.stack.append(element)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.stack[-1].tag == tag, (tag, self.stack[-1].tag)
            self.stack.pop()

    def handle_data(self, data):
        self.stack[-1].children.append(data)


def dom(page):
    """The document as the browser has understood it; its console must be silent."""
    text, console = chromium(page, "--dump-dom")
    assert console == []
    builder = Builder()
    builder.feed(text)
    assert len(builder.stack) == 1
    return builder.stack[0]


def screenshot(page, path, width, height, scheme=LIGHT):
    """Returns (width, height, colour of the pixel in the corner)."""
    _, console = chromium(page, f"--window-size={width},{height}", f"--screenshot={path}", scheme=scheme)
    assert console == []
    data = pathlib.Path(path).read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    wide, high = struct.unpack(">II", data[16:24])
    at, packed = 8, b""
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        packed += data[at + 8:at + 8 + length] if kind == b"IDAT" else b""
        at += length + 12
    return wide, high, tuple(zlib.decompress(packed)[1:4])  # of the first row's filters none changes its first pixel


def measured(page, folder, script, width, height=900):
    """What the script says of the page at this width. The copy that it runs in may run scripts, the page may not."""
    text = pathlib.Path(page).read_text(encoding="utf-8")
    assert text.count("default-src 'none'; ") == 1
    copy = folder / "measured.html"
    copy.write_text(text.replace("default-src 'none'; ", "").replace(
        "</body>", f"<script>document.title = String({script})</script></body>"), encoding="utf-8")
    said, _ = chromium(copy, "--dump-dom", f"--window-size={width},{height}")
    return said.split("<title>")[1].split("</title>")[0]
