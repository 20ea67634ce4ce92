# What an owner gives away masked names none of his meters: captures and tables at random, with numbers in every form that a
# person or a meter writes them in, and a search of all masked pages for each of them that knows nothing of how they are made.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import html
import os
import random
import re
import unicodedata

import pytest
from bus import damaged
from craft import frame, heat_901f, le, write_pcapng
from rows import BCD, BYTES, NLE, TEXT, ULE, config_dir, row

SEEDS = int(os.environ.get("CJT188_SEEDS", 4))


# ---- a number, as a person types it ----


def low_first(number):
    return "".join(re.findall("..", number)[::-1])


def in_script(number, zero):
    return "".join(chr(ord(zero) + int(digit)) for digit in number)


def with_signs(sign, size):
    return lambda number: sign.join(re.findall(f".{{1,{size}}}", number))


# Each with what is around it; a unit has room for 20 characters.
TYPED = {
    "plain": lambda n: f"meter {n}.",
    "in a word": lambda n: f"mA{n}",
    "in letters of both kinds": lambda n: f"№{n}kWh",
    "behind hexadecimal letters": lambda n: f"fade{n}bad",
    "among more digits": lambda n: f"0011{n}00",
    "in two groups": lambda n: f"no {n[:4]}-{n[4:]}",
    "with blanks": with_signs(" ", 4),
    "with points": with_signs(".", 2),
    "with wide blanks": with_signs("\u00a0", 3),
    "with dashes": with_signs(" – ", 4),
    "a digit each": with_signs(" ", 1),
    "hexadecimal bytes": lambda n: "h".join(re.findall("..", n)) + "h",
    "as an array": lambda n: ",".join("0x" + pair for pair in re.findall("..", low_first(n))),
    "low byte first": lambda n: f"sent as {low_first(n)}",
    "low byte first, with blanks": lambda n: " ".join(re.findall("..", low_first(n))),
    "back to front": lambda n: f"<{n[::-1]}>",
    "in hexadecimal": lambda n: f"0x{int(n):X}",
    "in small hexadecimal": lambda n: f"id={int(n):x}",
    "in hexadecimal, low byte first": lambda n: le(int(n), len(n) // 2).hex(),
    "its bytes as a decimal number": lambda n: f"#{int(n, 16)}",
    "its bytes turned as a decimal number": lambda n: f"#{int(low_first(n), 16)}",
    "six digits": lambda n: f"…{n[-6:]}",
    "without zeros": lambda n: f"no {int(n)}",
    "wide digits": lambda n: in_script(n, "\uff10"),
    "Arabic digits": lambda n: in_script(n, "\u0660"),
    "circled digits": lambda n: "".join("\u24ea" if d == "0" else chr(0x245F + int(d)) for d in n),
    "in markup": lambda n: f"<b>{n[:4]}</b>{n[4:]}",
    "in an entity": lambda n: f"&#{n};",
    "in Markdown": lambda n: f"**{n[:4]}**`{n[4:]}`|",
}
HOSTILE = ["</td><script>alert(1)</script>", "| a | b |", "Wärmezähler ü€", "[x](http://y)", "\\x41 %s %n", "`", "![](x)", "\"'&amp;"]

# ---- as a meter sends it: the bytes, which a page may show in hexadecimal or as a value of any kind ----

SENT = {
    "low byte first": lambda n: bytes.fromhex(low_first(n)),
    "high byte first": bytes.fromhex,
    "half a byte off": lambda n: bytes.fromhex("0" + n + "0"),
    "text": str.encode,
    "text with signs": lambda n: f"{n[:4]}-{n[4:]}".encode(),
    "binary": lambda n: le(int(n), 5),
    "binary, high byte first": lambda n: le(int(n), 5)[::-1],
    "a digit a byte": lambda n: bytes(map(int, n)),
    "33H added": lambda n: bytes(byte + 0x33 & 0xFF for byte in bytes.fromhex(low_first(n))),
    "inverted": lambda n: bytes(byte ^ 0xFF for byte in bytes.fromhex(low_first(n))),
}


# ---- looking for it ----


def digits_of(text, hexadecimal):
    """All its digits, of any script, and nothing else."""
    plain = unicodedata.normalize("NFKC", text)
    plain = "".join(str(unicodedata.decimal(character, character)) for character in plain).upper()
    return re.sub("[^0-9A-F]" if hexadecimal else "[^0-9]", "", plain)


def forms(number):
    """Digits by which it is known, each long enough to be there by no accident."""
    for turned in (number, low_first(number), number[::-1], low_first(number)[::-1]):
        yield turned
        yield str(int(turned))
        yield str(int(turned, 16))
        yield f"{int(turned):X}"
        yield le(int(turned), 5).hex().upper().rstrip("0")
    for sent in SENT.values():
        yield sent(number).hex().upper()


def lines_of(page):
    """What somebody reads: without the numbers that place a drawing, without marks of HTML and Markdown."""
    if page.startswith("<!DOCTYPE"):
        page = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
        page = re.sub(r' (d|x|y|x1|x2|y1|y2|cx|cy|r|width|height|points|transform|viewBox|id|href|class|style)=("[^"]*"|[^\s>]*)', "",
                      page)
        page = re.sub(r"</?(td|th|tr|p|h\d|text|title|small|li|section|figure|svg|g|b|i|a|span)[ >]", "\n\\g<0>", page)
    for line in html.unescape(page.replace("\\", "")).splitlines():
        yield from line.split(" | ")


def found_in(page, numbers):
    """Of the numbers those that a page tells."""
    views = [digits_of(line, hexadecimal) for line in lines_of(page) for hexadecimal in (False, True)]
    return {number for number in numbers
            if any(form in view for form in forms(number) if len(form) >= 7 for view in views)}


# ---- an owner with a capture, tables and files ----


class Owner:
    """Meters that speak, one whose only frame is damaged, one that is only in the Meters table, one only in a row's address."""

    def __init__(self, seed):
        self.dice = random.Random(seed)
        self.meters = [self.new_number() for _ in range(5)] + ["00" + self.new_number()[2:]]
        self.damaged, self.in_table, self.in_row = (self.new_number() for _ in range(3))
        self.numbers = [*self.meters, self.damaged, self.in_table, self.in_row]
        self.typed = []  # each text, as it was typed
        self.serial = {number: self.dice.randbytes(6).replace(b"\0", b"\x77") for number in self.meters}

    def new_number(self):
        return "".join(str(self.dice.randint(1, 9)) for _ in range(8))

    def type(self, most, number=None):
        """Words with a number."""
        while True:
            number = number or self.dice.choice(self.numbers)
            form = self.dice.choice(list(TYPED))
            text = TYPED[form](number)
            around = self.dice.choice(HOSTILE)
            text = self.dice.choice((f"{around} {text}", f"{text} {around}", text))
            if len(text) <= most and (form != "without zeros" or len(str(int(number))) >= 6):
                self.typed.append((form, TYPED[form](number), number))
                return text

    def rows(self):
        kinds = [(BYTES, 9), (TEXT, 8), (BCD, 4), (ULE, 4), (NLE, 4), (BYTES, 1), (ULE, 2)]
        made = []
        for i in range(14):
            kind, width = self.dice.choice(kinds)
            number = self.dice.choice(self.numbers)
            suffix = self.dice.choice((number, low_first(number), f"{int(number):x}", f"{number[:4]}_{number[4:]}", number[-6:]))
            made.append(row(f"m{suffix}_{i}", kind, width=width, offset=self.dice.randrange(12), identifier="9A00",
                            unit=self.type(20), name=self.type(64), note=self.type(900)))
        made.append(row("own", BYTES, who=self.in_row, width=2, name=self.type(64), note=self.type(900, self.in_row)))
        return made

    def config(self, folder):
        env = config_dir(folder, self.rows())
        quoted = lambda text: '"' + text.replace("\\", "\\x5c").replace('"', "\\x22") + '"'  # noqa: E731
        lines = [",".join([quoted(number), quoted(self.type(64, number)), '"OEM ultrasonic"', '"3"', '""', '""', '""', '""'])
                 for number in (*self.meters[:3], self.in_table)]
        lines.append('"' + self.meters[4][:6] + '??","","OEM ultrasonic","2","","","",""')
        (folder / "cjt188_meters").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return env

    def payload(self, number, turn):
        """Numbers, its own or another's, one always and one now and then, a serial that nobody knows, and a counter."""
        dice = random.Random(f"{number} {self.in_row}")
        always, sometimes = (SENT[dice.choice(list(SENT))](dice.choice((number, *self.numbers))) for _ in range(2))
        if turn % 3:
            sometimes = self.dice.randbytes(len(sometimes))
        return always + sometimes + self.serial[number] + le(1000 + 3 * turn, 2) + bytes([self.dice.randrange(256)])

    def capture(self, folder):
        packets, moment = [], 1_768_000_000_000_000_000

        def send(data, comment=""):
            nonlocal moment
            moment += 700_000_000
            packets.append((0, moment, data, 0, comment))

        for turn in range(12):
            for number in self.meters:
                send(frame(b"\x1F\x90\x01", number=number, control=0x01), self.type(200) if turn == 3 else "")
                send(frame(heat_901f(supply=2500 + turn), number=number), f"Mark {number} is open" if turn == 7 else "")
                send(frame(bytes.fromhex("00 9A 00") + self.payload(number, turn), number=number),
                     f"Mark {turn + 1}: {self.type(100)}\t{self.type(60)}" if turn % 5 == 1 else "")
            send(damaged(frame(bytes.fromhex("00 9A 00") + self.payload(self.meters[0], turn), number=self.damaged)))
        return write_pcapng(folder / f"{self.dice.choice(self.numbers)} boiler.pcapng", packets,
                            names=[f"/dev/{self.dice.choice(self.numbers)}"], descriptions=[self.type(60)])


# What is asked for, masked and not: (option, option, does it write a file?)
PAGES = {
    "notes": ("notes,mask", "notes", False),
    "notes with words": ("notes,mask,names", "notes", False),
    "report": ("report-mask", "report", True),
    "dictionary": ("export-mask", "export", True),
    "Kaitai": ("export-ksy-mask", "export-ksy", True),
}


@pytest.fixture
def pages(tshark, tmp_path):
    """pages(owner) -> {name: (masked, not masked)}"""

    def make(owner):
        env = owner.config(tmp_path / "conf")
        path = owner.capture(tmp_path)

        def page(option, is_file):
            more = ("-2", "-R", f'cjt188.meter == "{owner.meters[0]}" && cjt188.di == 0x9a00') if "ksy" in option else ()
            out = tmp_path / f"{owner.numbers[0]}-{option.replace(',', '-')}"
            if option.startswith("export-mask"):
                out.write_text(f"# CJ/T 188 dictionary: old\n# Source: {owner.type(200)}\n# Maker: {owner.type(50)}\n", encoding="utf-8")
                out.chmod(0o666)
            done = tshark("-r", path, *more, "-q", "-z", f"cjt188,{option}" + (f",{out}" if is_file else ""), env=env)
            assert "has not" not in done.stderr and "rror" not in done.stderr, done.stderr
            return out.read_text(encoding="utf-8") if is_file else done.stdout

        return {name: (page(masked, is_file), page(plain, is_file)) for name, (masked, plain, is_file) in PAGES.items()}

    return make


@pytest.mark.parametrize("seed", range(SEEDS))
def test_no_number_is_in_what_is_given_away(pages, seed):
    owner = Owner(seed)
    made = pages(owner)
    told = {name: found_in(plain, owner.numbers) for name, (_, plain) in made.items()}
    assert set(owner.meters) <= told["notes"] and set(owner.meters) <= told["report"], "the search finds what is there"
    assert owner.in_row in told["dictionary"] and owner.in_table in told["dictionary"]
    for name, (masked, _) in made.items():
        # Kaitai's has seen one meter's frames only, and the tables
        numbers = set(owner.numbers) - (set(owner.meters[3:]) | {owner.damaged} if name == "Kaitai" else set())
        assert found_in(masked, numbers) == set(), name
        for form, text in ((form, text) for form, text, number in owner.typed if number in numbers):
            assert text not in html.unescape(masked.replace("\\", "")), (name, form)
        for number, serial in owner.serial.items():
            assert serial.hex().upper() not in digits_of(masked.split("## The capture")[0], True), (name, number)
        assert "<script>" not in masked or name in ("dictionary", "Kaitai"), name


@pytest.mark.parametrize("form", TYPED)
def test_each_form_that_a_person_types_is_masked(tshark, tmp_path, form):
    """A number of eight digits and one of ten, on each page that has words, and that nothing else of the words is."""
    for number in ("24263225", "1324263225"):
        text = TYPED[form](number)
        env = config_dir(tmp_path / f"conf{len(number)}", [row("own", BCD, width=2, name=f"Alas {text}", note=f"Words {text} end", unit="kW")])
        moment = 1_768_000_000_000_000_000
        path = write_pcapng(tmp_path / "one.pcapng", [(0, moment + i, frame(bytes.fromhex("00 9A 00") + le(0x100 + 7 * i, 2), number=number))
                                                      for i in range(3)])
        out = tmp_path / "out.cjt188"
        masked = tshark("-r", path, "-q", "-z", "cjt188,notes,mask,names", "-z", f"cjt188,export-mask,{out}", env=env).stdout
        plain = tshark("-r", path, "-q", "-z", "cjt188,notes", env=env).stdout.replace("\\", "")
        assert text in html.unescape(plain)
        for page in (masked.replace("\\", ""), out.read_text(encoding="utf-8")):
            page = html.unescape(page)
            assert text not in page and not found_in(page, [number])
            assert "Alas" in page and "Words" in page and "end" in page and "meter" in page and "kW" in page


def test_what_is_given_away_can_be_taken_in(tshark, tmp_path):
    """Rows for one meter are for any, filters keep a name that Wireshark takes, numbers that are no meter's stay."""
    rows = [row("m24263225.x", ULE, who="24263225", identifier="903F", length="58", offset="28", width="4", scale="0.000277777777777778",
                add="-24", unit="h", name="Hours of 2426-3225", note="since 2026-04-27"),
            row("maker", BYTES, who="00112426322500"), row("dialect", BYTES, who="OEM ultrasonic")]
    env = config_dir(tmp_path / "conf", rows)
    (tmp_path / "conf" / "cjt188_meters").write_text('"24263225","Smith","OEM ultrasonic","2","","3","",""\n', encoding="utf-8")
    path = write_pcapng(tmp_path / "one.pcapng", [(0, 1_768_000_000_000_000_000, frame(heat_901f()))])
    out = tmp_path / "out.cjt188"
    tshark("-r", path, "-q", "-z", f"cjt188,export-mask,{out}", env=env)
    assert [line for line in out.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")] == [
        row("mmeter.x", ULE, who="????????", identifier="903F", length="58", offset="28", width="4", scale="0.000277777777777778",
            add="-24", unit="h", name="Hours of meter", note="since 2026-04-27"),
        row("maker", BYTES, who="0011??????????"), row("dialect", BYTES, who="OEM ultrasonic"),
        '"????????","","OEM ultrasonic","2","","3","",""']
    config_dir(tmp_path / "again", out.read_bytes().split(b"\n# [cjt188_fields]\n")[1].split(b"\n# [")[0])
    again = {"WIRESHARK_CONFIG_DIR": str(tmp_path / "again")}
    for suffix in ("mmeter.x", "maker", "dialect"):
        tshark("-r", path, "-T", "fields", "-e", f"cjt188.user.{suffix}", env=again)
