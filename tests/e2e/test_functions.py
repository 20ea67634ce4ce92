# What a control code means: the standard's for every meter, a maker's own only where his documents have it, and a report that
# a meter sends unasked.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import re

import pytest
from bus import READ, Bus, conversation, reading, request
from craft import INFO, decode, differences, field_rows, frame, write_lines  # noqa: F401

NO_NAME = "maker's own, without a name here"
WATER, HEAT, GAS = 0x10, 0x20, 0x30


def sent(control, data, type=HEAT, maker="00 00", **more):
    return frame(data, type=type, control=control, maker=maker, number="12345678", **more)


# (frame, its name in the tree, the info column). The first four were published, by three makers.
CASES = [
    (sent(0x24, "A0 17 00 55", WATER), "write general data (one water maker)", "Write general data A017 (valve): open, 12345678"),
    (sent(0x24, "A1 71 00 45 23 01 00 00", WATER), "write general data (one water maker)",
     "Write general data A171 (base reading), 12345678"),
    (sent(0x20, "81 00 00", WATER), NO_NAME, "Control 20 8100, 12345678"),
    (sent(0x22, bytes(3) + b"AT+RDMETER=UL"), NO_NAME, 'Control 22 0000: "AT+RDMETER=UL", 12345678'),
    (sent(0x24, "A0 0E 01"), "clear verification counters (Delu)", "Clear verification counters A00E, 12345678"),
    (sent(0x24, "A0 0E 01", WATER), NO_NAME, "Control 24 A00E (verification counters), 12345678"),
    (sent(0x24, "A0 17 00 55"), NO_NAME, "Control 24 A017 (valve): open, 12345678"),
    (sent(0x24, "A1 71 00 45 23 01 00 00"), NO_NAME, "Control 24 A171 (base reading), 12345678"),
    (sent(0x2A, "A0 17 00 55", WATER), "write (one water maker)", "Write A017 (valve): open, 12345678"),
    (sent(0x2A, "A0 17 00 55"), NO_NAME, "Control 2A A017 (valve): open, 12345678"),
    (sent(0x20, "A0 21 00"), "write (Lichuang)", "Write A021 (parameters), 12345678"),
    (sent(0x20, "81 00 00", maker="59 42"), "write (Lichuang)", "Write 8100, 12345678"),
    (sent(0x21, "61 0A 00"), "read (Lichuang)", "Read 610A (high-precision reading), 12345678"),
    (sent(0x21, "1F 90 00", WATER), "read (one water maker)", "Read 901F (metering data), 12345678"),
    (sent(0x21, "1F 90 00"), NO_NAME, "Control 21 901F (metering data), 12345678"),
    (sent(0x22, "1F 90 00", GAS), "radio scan (gas)", "Radio scan 901F, 12345678"),
    (sent(0x25, "0C 00 00 07 00 00 00 01", WATER), NO_NAME, "Control 25 0C00, 12345678"),
    (sent(0x33, b""), "enter verification mode (Delu, Hiwits)", "Enter verification mode, 12345678"),
    (sent(0x33, b"", WATER), NO_NAME, "Control 33, 12345678"),
    (sent(0x33, "1F 90 00"), NO_NAME, "Control 33 901F (metering data), 12345678"),
    (sent(0x36, "A0 19 06 00 00 10 00 10 00 10 00"), "write flow coefficients", "Write flow coefficients A019, 12345678"),
    (sent(0x36, "A0 19 06 00 00 10 00 10 00 10 00", WATER), NO_NAME, "Control 36 A019 (factory enable), 12345678"),
    (sent(0x37, "A0 19 06 01 02 03 04 05 06 07 08 09 0A 0B", WATER), NO_NAME, "Control 37 A019 (factory enable), 12345678"),
    (sent(0x39, "18 A0 AA 78 56 34 12 00 11 11 00 12 18 27 04 26 20"), "set meter number and clock",
     "Set meter number and clock: 11110012345678, 2026-04-27 18:12:00, 12345678"),
    (sent(0x39, "18 A0 AA 78 56 34 12 00 11 11 00 12 18 27 04 26 20", WATER), NO_NAME,
     "Control 39 A018 (address), 12345678"),
    (sent(0x1A, "9A 4F 00"), "show a page of the display (Maituo)", "Show display page 9A4F, 12345678"),
    (sent(0x1A, "8F 77 00"), NO_NAME, "Control 1A 8F77, 12345678"),
    (sent(0x3E, "90 1F 00"), "show a page of the display (Maituo)", "Show display page 901F, 12345678"),
    (sent(0x3A, "2A 49 00"), "verification (Huizhong)", "Verification 2A49, 12345678"),
    (sent(0x3A, "8F 77 00"), NO_NAME, "Control 3A 8F77, 12345678"),
    (sent(0x11, "90 1F 00", type=0x20), "read parameters (Maituo)", "Read parameters, 12345678"),
    (sent(0x11, "8F 77 00"), NO_NAME, "Control 11 8F77, 12345678"),
    (sent(0xA0, "81 00 00", WATER), NO_NAME, '12345678: reply to "Control A0 8100"'),
    (sent(0x04, "A0 17 00 55"), "write data", "Write A017 (valve): open, 12345678"),
]


@pytest.fixture(scope="module")
def shown(tshark, decode, readable_folder):  # noqa: F811
    path = write_lines(readable_folder / "functions.pcapng", [data for data, _, _ in CASES])
    return list(zip(CASES, decode(path), tshark.pdml(path)))


def test_a_makers_name_holds_where_its_documents_have_it(shown):
    wrong = {}
    for (data, name, info), packet, pdml in shown:
        control, = [field.get("showname") for field in pdml.iter("field") if field.get("name") == "cjt188.control"]
        function, = [field.get("showname") for field in pdml.iter("field") if field.get("name") == "cjt188.control.function"]
        kind = "reply" if packet["control"][0] & 0x80 else "request"
        code = packet["control"][0] & 0x3F
        picture = f"..{code >> 4:02b} {code & 15:04b}"
        expected = (info, f"Control code: 0x{packet['control'][0]:02x} ({kind}: {name})", f"{picture} = Function: {name} (0x{code:02x})",
                    [code])
        got = (packet[INFO], control, function, packet["control.function"])
        if got != expected:
            wrong[data.hex(" ")] = got, expected
    assert wrong == {}


def test_text_in_undocumented_bytes_is_shown(tshark, capture, decode):  # noqa: F811
    def line(data):
        packet, = tshark.pdml(capture([sent(0x22, bytes(3) + data)]))
        text, = [field.get("showname") for field in packet.iter("field") if field.get("name") == "cjt188.undocumented"]
        return re.sub(" \\(offset [0-9]+, width [0-9]+\\)$", "", text.removeprefix("Undocumented: ")), decode([sent(0x22, bytes(3) + data)])[0]

    text, packet = line(b"AT+RDMETER=UL")
    assert text == '41 54 2B 52 44 4D 45 54 45 52 3D 55 4C "AT+RDMETER=UL"'
    assert packet["undocumented"] == [b"AT+RDMETER=UL"], "the value is the bytes as before"
    assert line(b"\x00abcd\x01efg\x02hijkl\xff")[0].endswith(' FF "abcd" "hijkl"'), "at least four in a row"
    assert '"' not in line(b"\x00abc\x7fdef\x01")[0]
    # 30 31 32 33 may be text or digits: the tree shows it, the sentence claims nothing.
    text, packet = line(b"0123")
    assert text == '30 31 32 33 "0123"' and packet[INFO] == "Control 22 0000, 12345678"
    assert line(b",0003UcSp")[1][INFO] == "Control 22 0000, 12345678", "2C is the unit m³, the others are digits"


REPORT = frame("C0 01 20 40 14 16 22 04 15 20 18 56 42 37 18 56 02 00 18 56 02 00 18 56 02 00 23 00 00 00", type=GAS,
               number="12345678", control=0x21, preamble=2)


def test_a_report_of_the_meters_own_is_no_request(tshark, capture, decode):  # noqa: F811
    packet, = decode([REPORT])
    assert differences(packet, {"clock": "2015-04-22 16:14:40", "di": 0xC001, "di.swapped": True, "src": "12345678",
                                "dst": "master", "control.response": False, "unknown_di": None, "unexpected_length": None,
                                INFO: "12345678: report of its own, C001, 2015-04-22 16:14:40"}) == {}
    tree, = tshark.pdml(capture([REPORT]))
    texts = [field.get("showname") or "" for field in tree.iter("field")]
    assert "Control code: 0x21 (no request: report of the meter's own (one gas maker))" in texts
    assert not any("from the master" in text or "Lichuang" in text for text in texts)
    # The same from a water meter, or of another identifier, is what bit 7 says.
    for data in (frame("C0 01 20", type=WATER, control=0x21), frame("C0 02 20", type=GAS, control=0x21)):
        other, = decode([data])
        assert other[INFO].startswith("Control 21 ") and other["src"] == ["master"]


def test_a_report_opens_no_request_and_answers_none(tshark, tmp_path):
    bus = Bus()
    bus.send(REPORT)
    first = bus.ask(request("12345678"))
    bus.send(REPORT)
    bus.answer(first, reading("12345678"))
    bus.send(REPORT)
    bus.answer(bus.ask(request("12345678")), reading("12345678"))
    path = bus.write(tmp_path / "reports.pcapng")
    assert conversation(tshark, path, "-2") == bus.known(("request_in", "response_time", "response_in"))
    text = tshark("-r", path, "-q", "-z", "cjt188,lines").stdout
    assert "-z cjt188" not in text and tshark("-r", path, "-q", "-z", "cjt188,tree").stdout.count("Reports of the meters' own") == 1


def test_a_report_between_leaves_a_repeated_request_one(tshark, tmp_path):
    bus = Bus()
    asked = bus.ask(request("12345678", READ))
    bus.send(REPORT)
    bus.silent(asked, bus.ask(request("12345678", READ, ser=1)), repeated=True)
    assert conversation(tshark, bus.write(tmp_path / "r.pcapng"), "-2") == bus.known(
        ("unanswered", "no_response_to", "retransmission"))
