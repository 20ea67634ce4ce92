# tshark -z cjt188,explore and cjt188,bytes: counts against counts made here, and proposals against the truth.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import random
import re
from itertools import count

import pytest
import truth
import unknowns
import unknowns_other
from conftest import write_pcap
from craft import bcd, frame, heat_901f, le
from truth import BE, LE

LINE = re.compile(r"^  +(\d+) +(\d+)  (.*) \((cjt188[^)]*)\): seen (\d+)  distinct (more than )?(\d+)(.*)$")


@pytest.fixture(scope="module")
def explore(tshark):
    return lambda path, argument="", *options: tshark("-r", path, *options, "-q", "-z", "cjt188,explore,all,rows" + argument).stdout


def unknown(*rest, di="00 9A", number="24263225"):
    """A reply to an identifier without a layout."""
    return frame(bytes.fromhex(di) + b"\0" + b"".join(rest), number=number)


def fields(text, di):
    """{offset: [width, name, filter name, seen, more than, distinct, what else is said]} of the replies to `di`."""
    found, inside = {}, False
    for line in text.splitlines():
        if line and not line.startswith(" "):
            inside = line.startswith(f"Reply {di}")
        match = LINE.match(line) if inside else None
        if match:
            at, width, name, abbrev, seen, more, distinct, rest = match.groups()
            found[int(at)] = [int(width), name, abbrev, int(seen), bool(more), int(distinct), rest]
    return found


def firsts(text):
    return [entry for entry in truth.proposals(text) if entry["rank"] == 1]


# ---- the truth ----


@pytest.fixture(scope="module")
def score(explore, readable_folder):
    score = truth.Score()
    for first in range(1000, 1096, 24):
        made = truth.make_captures(range(first, first + 24), [50, 120, 300])
        path = write_pcap(readable_folder / f"truth-{first}.pcap", [packet for one in made for packet in one.packets])
        text = explore(path)
        for one in made:
            score.add(one, text)
    assert score.varying > 300 and score.said["first"] > 400
    return score


def test_true_readings_rank_first(score):
    assert score.found >= 0.9 * score.varying, score.missed


def test_what_is_not_called_weak_is_true(score):
    """Of all ranks: what is printed below the first is no second claim."""
    assert score.right["all"] >= 0.9 * score.said["all"]


def test_noise_and_zeros_get_nothing(score):
    assert score.on_noise == []
    assert score.on_zeros == []


# Fields side by side that were once taken for others: how many meters, and the fields.
HARD = {
    "date high byte first": (1, lambda rng: [truth.date(high_first=True)]),
    "clock high byte first": (3, lambda rng: [truth.clock(high_first=True)]),
    "clock of another time zone": (7, lambda rng: [truth.clock(3)]),
    "clock behind a counter": (7, lambda rng: [truth.counter(3, "BCD", 20, rng), truth.clock(-8)]),
    "flags before a copy": (3, lambda rng: [truth.flags(rng, often=0.5, bits=(1, 2)), truth.supply(rng)]),
    "time before noise": (2, lambda rng: [truth.unix_be(rng), truth.Field("noise", 1, None, lambda *_: rng.randbytes(1))]),
    "counter before FF FF": (2, lambda rng: [truth.counter(2, LE, 5, rng, start=20000), truth.constant(b"\xff\xff")]),
    "BCD 5 with a constant top": (1, lambda rng: [CONSTANT_TOP]),
    "wide steps": (3, lambda rng: [truth.measured("BCD", 3, 1000, 900000, 4000, rng)]),
    "one byte behind a counter": (2, lambda rng: [truth.counter(4, LE, 20, rng), truth.measured(LE, 1, 40, 200, 6, rng),
                                                  truth.flags(rng)]),
    "minutes with constant high bytes": (1, lambda rng: [truth.minutes(rng)]),
    "text before a letter": (2, lambda rng: [truth.constant(b"V2.17", "text"), truth.measured(LE, 1, 0x41, 0x5A, 3, rng)]),
    "date that 2 meters share": (2, lambda rng: [same("01 06 26 20", "date"), truth.zeros(rng)]),
    "date that 7 meters share": (7, lambda rng: [same("01 06 26 20", "date"), truth.zeros(rng)]),
    "date like value/4096": (5, lambda rng: [truth.constant(bytes(3)), same("01 10 25 20", "date")]),
    "clock that stands": (3, lambda rng: [same("15 12 18 01 06 26 20", "clock")]),
    "cut off to tenths": (1, lambda rng: [truth.supply_tenths(rng), truth.zeros(rng)]),
    "cut off to tenths, 5 meters": (5, lambda rng: [truth.supply_tenths(rng), truth.zeros(rng)]),
    "sign turned": (3, lambda rng: [truth.below_zero(rng), truth.zeros(rng)]),
    "always below zero": (2, lambda rng: [truth.measured(truth.SIGNED, 2, -2000, -300, 40, rng), truth.zeros(rng)]),
    "always below zero, high byte first": (2, lambda rng: [truth.measured(truth.SIGNED_BE, 2, -2000, -300, 40, rng)]),
    "carry, no restart": (4, lambda rng: [SHORT_OF_A_CARRY]),
}


def same(data, kind):
    return truth.constant(bytes.fromhex(data), kind)


SHORT_OF_A_CARRY = truth.Field("counter", 3, "BCD", lambda meter, state: bcd(next(state.setdefault("n", count(9800, 13))), 3))
CONSTANT_TOP = truth.Field("counter", 5, "BCD", lambda meter, state: bcd(2712345678 + meter.volume % 10**7, 5))


@pytest.fixture(scope="module")
def hard(explore, readable_folder):
    """{name: (capture, what was proposed)}"""
    made = {}
    for i, (name, (meters, make)) in enumerate(HARD.items()):
        made[name] = truth.make_capture(i, 120, meters, make(random.Random(i)), 61, truth.IDENTIFIERS[i])
    path = write_pcap(readable_folder / "hard.pcap", [packet for one in made.values() for packet in one.packets])
    text = explore(path)
    return {name: (one, truth.proposals(text, one.di)) for name, one in made.items()}


@pytest.mark.parametrize("name", HARD)
def test_hard_cases(hard, name):
    made, entries = hard[name]
    for offset, field, _, _ in made.fields:
        if field.kind is not None:
            assert any(truth.is_true(entry, offset, field) for entry in entries if entry["rank"] == 1), (field, entries)


# What never comes near its end, or goes through it, is as wide as it is, however many zeros are beside it.
NARROW = {
    "two bits": lambda rng: truth.flags(rng, often=0.5, bits=(1, 2)),
    "weekday": truth.weekday,
    "through its end": lambda rng: truth.wrapping(1, rng),
}


@pytest.fixture(scope="module")
def narrow(explore, readable_folder):
    """{(name, replies, meters, zeros in front): (capture, what is proposed first)}"""
    made = {}
    for replies, meters in ((50, 1), (200, 3), (1000, 1), (1000, 7)):
        for name, make in NARROW.items():
            for in_front in (0, 2):
                rng = random.Random(f"{name} {replies}")
                some = [truth.constant(bytes(in_front))] * (in_front > 0) + [make(rng), truth.constant(bytes(2))]
                made[name, replies, meters, in_front] = truth.make_capture(5, replies, meters, some, 3607,
                                                                           truth.IDENTIFIERS[len(made)])
    path = write_pcap(readable_folder / "narrow.pcap", [packet for one in made.values() for packet in one.packets])
    text = explore(path)
    return {key: (one, [entry for entry in truth.proposals(text, one.di) if entry["rank"] == 1]) for key, one in made.items()}


@pytest.mark.parametrize("name", NARROW)
def test_zeros_are_no_digits(narrow, name):
    for key, (made, entries) in narrow.items():
        if key[0] == name:
            (at, field), = [(at, field) for at, field, _, _ in made.fields if field.kind is not None]
            assert len(entries) == 1 and truth.is_true(entries[0], at, field), (key, entries)


def test_other_ranks_claim_little(hard, score):
    """They are weak, of the same bytes as the first, and stand below one first only."""
    for _, entries in hard.values():
        assert {entry["strength"] for entry in entries if entry["rank"] > 1} <= {"weak"}
        places = [(entry["offset"], entry["width"], entry["kind"]) for entry in entries]
        assert len(places) == len(set(places))
        for entry in entries:
            here = range(int(entry["offset"]), int(entry["offset"]) + int(entry["width"]))
            first = here if entry["rank"] == 1 else first
            assert 2 * len(set(here) & set(first)) >= max(len(here), len(first))


@pytest.mark.parametrize("replies", [1, 2, 5, 1000])
def test_any_number_of_replies(explore, tmp_path, replies):
    made = truth.make_capture(77, replies)
    text = explore(write_pcap(tmp_path / "some.pcap", made.packets))
    found = fields(text, "9A00")
    assert sum(row[0] for row in found.values()) == sum(field.width for _, field, _, _ in made.fields)
    assert {row[3] for row in found.values()} == {replies}


def test_zeros_alone(explore, tmp_path):
    text = explore(write_pcap(tmp_path / "zeros.pcap", [unknown(bytes(20)) for _ in range(60)]))
    assert "9A00" in text and truth.proposals(text) == []


@pytest.fixture(scope="module")
def noises(explore, readable_folder):
    """{(meters, replies): what is proposed for 40 bytes of noise, in several captures}"""
    made = {}
    for meters in (1, 3, 7):
        for replies in (1, 8, 30, 200):
            for i in range(5):
                rng = random.Random(f"{meters} {replies} {i}")
                field = truth.Field("noise", 40, None, lambda meter, state, rng=rng: rng.randbytes(40))
                made[meters, replies, i] = truth.make_capture(i, replies, meters, [field], 907, truth.IDENTIFIERS[len(made)])
    path = write_pcap(readable_folder / "noise.pcap", [packet for one in made.values() for packet in one.packets])
    text = explore(path)
    assert text.count("no proposal for byte") >= len(made) * 3 // 4
    found = {}
    for (meters, replies, _), one in made.items():
        found.setdefault((meters, replies), []).extend(truth.proposals(text, one.di))
    return found


def test_noise_alone(noises):
    assert {key: entries for key, entries in noises.items() if key[1] > 1 and entries} == {}


def test_decimal_noise_is_weak(explore, readable_folder):
    """Digits without an order, in few samples: of numbers and of counters that increased by accident."""
    made = []
    for i in range(40):
        rng = random.Random(i)
        field = truth.Field("noise", 16, None, lambda meter, state, rng=rng: bytes(
            rng.randrange(10) << 4 | rng.randrange(10) for _ in range(16)))
        made.append(truth.make_capture(i, 8, 1 + i % 5, [field], 61, truth.IDENTIFIERS[i]))
    text = explore(write_pcap(readable_folder / "digits.pcap", [packet for one in made for packet in one.packets]))
    found = [entry for one in made for entry in truth.proposals(text, one.di)]
    assert len(found) > 20 and {entry["strength"] for entry in found} == {"weak"}


def test_nothing_is_sure_of_one_reply(explore, noises, tmp_path):
    made = truth.make_capture(1, 1, 1, [truth.clock(), truth.supply(None), truth.constant(b"V2.17", "text")])
    entries = truth.proposals(explore(write_pcap(tmp_path / "one.pcap", made.packets)))
    entries += [entry for key, some in noises.items() if key[1] == 1 for entry in some]
    assert entries and {entry["strength"] for entry in entries} == {"weak"}


# ---- eight meters, 27 kinds of fields ----


@pytest.fixture(scope="module")
def judged(tshark, readable_folder):
    """{replies: Score} of a few captures; tests/bench prints it of more."""
    return {replies: unknowns.judge(tshark, write_pcap, readable_folder, range(7, 11), replies) for replies in unknowns.REPLIES}


@pytest.mark.parametrize("replies, least", [(20, 75), (100, 85), (1000, 95)])
def test_of_what_varies_most_is_found_and_first(judged, replies, least):
    score = judged[replies]
    assert score.varying > 50 and score.percent(score.found, score.varying) >= least, score.missed


@pytest.mark.parametrize("replies", [100, 1000])
def test_what_is_called_strong_or_likely_is_so(judged, replies):
    score = judged[replies]
    assert score.said["strong"] > 50 and score.wrong["strong"] == []
    assert score.percent(len(score.wrong["likely"]), score.said["likely"]) <= 5, score.wrong["likely"]


def test_more_evidence_never_makes_it_worse(judged):
    """Of each truth, in each of the captures: what is found with some replies is found with more."""
    for fewer, more in zip(unknowns.REPLIES, unknowns.REPLIES[1:]):
        before, after = judged[fewer].found_in, judged[more].found_in
        assert [key for key in before if before[key] and not after[key]] == [], (fewer, more)


# ---- a house, by another hand ----


@pytest.fixture(scope="module")
def house(tshark, readable_folder):
    """{replies: Score} of a few captures of the second generator; tests/bench prints it of more."""
    return {replies: unknowns_other.judge(tshark, write_pcap, readable_folder, range(40, 46), replies)
            for replies in (100, 400)}


@pytest.mark.parametrize("replies", [100, 400])
def test_of_a_house_most_is_found_and_little_wrong(house, replies):
    score = house[replies]
    assert score.varying > 40 and score.percent(score.found, score.varying) >= 70, score.missed
    wrong, said = score.wrong["strong"], score.said["strong"]
    assert said > 10 and score.percent(len(wrong), said) <= 10, wrong


# ---- what is printed ----


@pytest.fixture(scope="module")
def eight(readable_folder):
    return write_pcap(readable_folder / "eight.pcap", unknowns.make_capture(3, 100).packets)


def test_one_line_each_and_strong_ones_on_top(tshark, eight):
    lines = tshark("-r", eight, "-q", "-z", "cjt188,explore").stdout.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("Reply 9A00"))
    heads = [re.match(r"  (strong|likely|weak) +(byte \d+|bytes (\d+) to (\d+)) +\S.*: \S", line) for line in lines[start + 2:-1]]
    assert max(map(len, lines)) <= 120
    heads = [head for head in heads if head]
    assert len(heads) > 20 and len(heads) >= len(lines[start + 2:-1]) - 1
    strengths = [head.group(1) for head in heads]
    assert strengths == sorted(strengths, key=["strong", "likely", "weak"].index)
    assert all(int(head.group(3)) < int(head.group(4)) for head in heads if head.group(3))
    places = [int(re.search(r"\d+", head.group(2)).group()) for head in heads]
    assert len(places) == len(set(places))


def test_words_ask_for_more(tshark, eight):
    def said(*words):
        return tshark("-r", eight, "-q", "-z", ",".join(("cjt188,explore", *words))).stdout.splitlines()

    plain = said()
    for words, pattern in ((("evidence",), r"          \S.* samples"), (("rows",), r'          "OEM'), (("all",), "    or ")):
        more = [line for line in said(*words) if line not in plain]
        assert sum(bool(re.match(pattern, line)) for line in more) > 10, words
    assert len(said("evidence", "rows")) == len(said("rows", "evidence", "cjt188")) > len(said("rows"))
    assert said("cjt188.di == 0x901f")[6:] != plain[6:]
    for wrong in ("evidences", "rows,no such ==", "alles"):
        assert tshark("-r", eight, "-q", "-z", f"cjt188,explore,{wrong}", check=False).returncode != 0


def test_plain_words(tshark, eight):
    text = tshark("-r", eight, "-q", "-z", "cjt188,explore").stdout
    for words in ("bit 0 is 1 exactly when the power is above 0", "counts seconds", "the time of day", "the meter's own number",
                  "date and time when something last happened", "is its unit, kWh", "Unix time", "float32, low byte first"):
        assert words in text, words
    assert "saves" not in text and "bits to tell" not in text


CASES = {
    "BCD counter": ("BCD", 4, lambda i, rng: bcd(123456 + 7 * i + i % 3, 4), "increases"),
    "low byte first": (LE, 4, lambda i, rng: le(70000 + 90 * i + i % 7, 4), "increases"),
    "high byte first": (BE, 4, lambda i, rng: (70000 + 90 * i + i % 7).to_bytes(4, "big"), "increases"),
    "minutes": (LE, 4, lambda i, rng: le(500000 + i, 4), "time"),
    "number": ("BCD", 4, lambda i, rng: bytes.fromhex("25322624"), "address"),
    "coefficient": ("value/4096", 2, lambda i, rng: le(4107, 2), "1.0027"),
    "text": ("text", 6, lambda i, rng: b"V2A17B", "letters"),
}


@pytest.mark.parametrize("name", CASES)
def test_evidence(explore, tmp_path, name):
    """One field between two bytes that never change, beside readings that are a minute apart."""
    kind, width, make, evidence = CASES[name]
    rng = random.Random(9)
    packets = []
    for i in range(80):
        packets.append((truth.START + 60 * i, frame(heat_901f(supply=2500 + 37 * i % 900, hours=7))))
        packets.append((truth.START + 60 * i + 1, unknown(b"\xa5", make(i, rng), b"\xff")))
    entry, = [entry for entry in firsts(explore(write_pcap(tmp_path / "case.pcap", packets))) if entry["offset"] == "1"]
    assert (entry["kind"], int(entry["width"])) == (kind, width)
    assert evidence in entry["note"]


@pytest.mark.parametrize("meters", [1, 3])
def test_offset_of_what_follows(explore, tmp_path, meters):
    """Hundredths of a kelvin beside °C; minutes have no offset, because the capture's first reply is no time to count from."""
    kelvin = truth.Field("kelvin", 2, LE, lambda meter, state: le(meter.supply + 27315, 2))
    made = truth.make_capture(1, 120, meters, [kelvin, truth.minutes(None)], 61)
    first, second = firsts(explore(write_pcap(tmp_path / "kelvin.pcap", made.packets)))
    assert [first[column] for column in ("width", "scale", "add", "unit")] == ["2", "0.01", "-273.15", "°C"]
    assert [second[column] for column in ("width", "scale", "add", "unit")] == ["4", "60", "", "s"]


@pytest.mark.parametrize("meters", [1, 5])
def test_a_row_shows_what_was_cut_off(explore, tshark, tmp_path, meters):
    """54.9, as the meter means it, and -37.24 by its sign: no fraction that only fits well."""
    tenths, below = truth.supply_tenths(None), truth.below_zero(None)
    shown = []
    tenths.make = lambda meter, state: shown.append((meter.supply // 10 / 10, meter.return_ / 100)) or le(meter.supply // 10, 2)
    made = truth.make_capture(8, 60, meters, [tenths, truth.constant(b"\0"), below], 61)
    path = write_pcap(tmp_path / "tenths.pcap", made.packets)
    entries = firsts(explore(path))
    assert [(entry["scale"], entry["add"], entry["unit"], entry["strength"]) for entry in entries] == [
        ("0.1", "", "°C", "strong"), ("-0.01", "", "°C", "strong")]
    assert "cut off to 0.1 °C, in 60 of 60" in entries[0]["note"] and "with its sign turned" in entries[1]["note"]
    names = [word for entry in entries for word in ("-e", "cjt188.user." + entry["suffix"])]
    lines = tshark("-r", path, *paste(entries), "-Y", "cjt188.di == 0x9a00", "-T", "fields", *names).stdout.splitlines()
    assert [tuple(map(float, line.split("\t"))) for line in lines] == [pytest.approx(pair) for pair in shown]


def test_a_counter_through_its_end(explore, tmp_path):
    packets = [(truth.START + 60 * i, unknown(le((7 + 30 * i + i % 3) % 256, 1), bytes(3))) for i in range(60)]
    entry, = firsts(explore(write_pcap(tmp_path / "through.pcap", packets)))
    assert (entry["width"], entry["kind"]) == ("1", LE)
    assert "increases 53 times, goes on from its end at 0 6 times and does not decrease" in entry["note"]


def test_evidence_counts_decreases(explore, tmp_path):
    """A counter that was once put back is still one, and the sentence says so."""
    packets = [(truth.START + 60 * i, unknown(le(70000 + 90 * i + i % 7 - (4000 if i > 70 else 0), 4))) for i in range(100)]
    entry, = firsts(explore(write_pcap(tmp_path / "back.pcap", packets)))
    assert "increases 98 times and decreases 1 time" in entry["note"]


# ---- rows ----


def test_a_proposed_row_works_as_it_is(explore, tshark, tmp_path):
    made = truth.make_capture(1004, 60)
    path = write_pcap(tmp_path / "rows.pcap", made.packets)
    entries = firsts(explore(path))
    assert len(entries) >= 3
    for entry in entries:
        text = tshark("-r", path, "-o", "uat:cjt188_fields:" + entry["row"], "-T", "fields", "-e",
                      "cjt188.user." + entry["suffix"], "-Y", "cjt188.user." + entry["suffix"]).stdout
        assert len(text.splitlines()) == 60, entry
    options = [word for entry in entries for word in ("-o", "uat:cjt188_fields:" + entry["row"])]
    named = fields(explore(path, "", *options), "9A00")
    for entry in entries:
        assert named[int(entry["offset"])][1] == entry["name"]
        assert named[int(entry["offset"])][2] == "cjt188.user." + entry["suffix"]


def paste(entries):
    return [word for entry in entries for word in ("-o", "uat:cjt188_fields:" + entry["row"])]


@pytest.fixture(scope="module")
def two_makers(explore, readable_folder):
    """(capture, proposals of all ranks) of replies that differ in maker or control alone, each with bytes of its own."""
    packets = []
    for i in range(60):
        day = truth.START + 43200 * i
        packets += [
            (day, unknown(bcd(1000 + 7 * i + i % 3, 4))),
            (day + 1, frame(bytes.fromhex("00 9A 00") + truth.date_bytes(truth.utc(day)), number="22222222", maker="11 11")),
            (day + 2, frame(bytes.fromhex("00 9A 00") + le(70000 + 90 * i + i % 7, 4), control=0xC1)),
        ]
    path = write_pcap(readable_folder / "makers.pcap", packets)
    return path, truth.proposals(explore(path))


def test_all_rows_of_a_report_together(two_makers, tshark):
    """Two makers, good and error replies, every rank: no row takes the filter name of another."""
    path, entries = two_makers
    assert len([entry for entry in entries if entry["rank"] == 1]) == 3 < len(entries)
    assert len({entry["suffix"] for entry in entries}) == len(entries)
    assert all(len(entry["suffix"]) <= 40 for entry in entries)
    assert tshark("-r", path, *paste(entries), "-Y", "cjt188.user_field_inactive").stdout == ""


def test_a_proposed_row_is_for_its_group_only(two_makers, tshark):
    path, entries = two_makers
    groups = set()
    for entry in entries:
        lines = tshark("-r", path, *paste([entry]), "-Y", f"cjt188.user.{entry['suffix']}", "-T", "fields", "-e",
                       "cjt188.dialect", "-e", "cjt188.control").stdout.splitlines()
        assert len(lines) == 60 and len(set(lines)) == 1, entry
        groups.add(lines[0])
    assert len(groups) == 3


def test_named_bytes_are_proposed_no_more(explore, tmp_path):
    packets = [(truth.START + 60 * i, unknown(bcd(1000 + 3 * i, 4), le(5000 + 11 * i, 4))) for i in range(60)]
    path = write_pcap(tmp_path / "named.pcap", packets)
    assert {entry["offset"] for entry in firsts(explore(path))} == {"0", "4"}
    row = '"","reply","","9A00","","0","4","BCD","","","","","Mine","mine",""'
    after = explore(path, "", "-o", "uat:cjt188_fields:" + row)
    assert {entry["offset"] for entry in firsts(after)} == {"4"}
    assert fields(after, "9A00")[0][1:3] == ["Mine", "cjt188.user.mine"]


# ---- counts ----


def test_counts(explore, tmp_path):
    values = [0x10, 0x10, 0x11, 0x19, 0x1A, 0x10]
    packets = [unknown(b"\x34\x12", bytes([value])) for value in values] + [unknown(b"\x34\x12\x10", number="11111111")]
    found = fields(explore(write_pcap(tmp_path / "counts.pcap", packets)), "9A00")
    (width, name, abbrev, seen, more, distinct, rest), = found.values()
    assert (width, abbrev, seen, more, distinct) == (3, "cjt188.undocumented", 7, False, 4)
    assert "BCD no" in rest
    assert f"low byte first {0x101234}..{0x1A1234}" in rest and f"high byte first {0x341210}..{0x34121A}" in rest
    assert "changes in packets 3..6" in rest
    assert rest.endswith("bits toggled 00 00 0B")


def test_documented_fields_are_counted(explore, samples):
    found = fields(explore(samples / "thread.pcapng"), "903F")
    assert found[0][:6] == [2, "Supply temperature", "cjt188.temperature.supply", 2, False, 2]
    assert "BCD 2472..2553" in found[0][6] and "changes in packets 6..6" in found[0][6]
    assert found[40][1] != found[42][1]
    assert sum(row[0] for row in found.values()) == 55


def test_damaged_frames_are_left_out(explore, tmp_path):
    good, bad = unknown(b"\x01\x02"), bytearray(unknown(b"\x03\x04"))
    bad[-2] ^= 0xFF
    found = fields(explore(write_pcap(tmp_path / "bad.pcap", [good, bytes(bad), good])), "9A00")
    assert found[0][3] == 2 and found[0][5] == 1


def test_bounds(explore, tmp_path):
    """More values, meters and kinds of frames than are kept: said so, not forgotten."""
    packets = [unknown(le(i, 2)) for i in range(1500)]
    packets += [unknown(bytes(2), number=f"{i:08d}") for i in range(300)]
    packets += [unknown(b"\x01", di=f"{i & 0xFF:02x} {0x70 + (i >> 8):02x}") for i in range(300)]
    text = explore(write_pcap(tmp_path / "bounds.pcap", packets))
    found = fields(text, "9A00")
    assert found[0][3] + 45 == 1800 and found[0][4] and found[0][5] == 512
    assert "1800 frames of more than 256 meters" in text
    assert re.search(r"\n45 frames of further kinds were not explored", text)


def test_meters_in_turn_are_all_sampled(explore, tmp_path):
    """Thinning out by packets would keep one of two meters that are asked in turn."""
    packets = []
    for i in range(3000):
        number = ("24263225", "31020456")[i % 2]
        packets.append((truth.START + 30 * i, unknown(bytes.fromhex(number)[::-1], number=number)))
    entry, = firsts(explore(write_pcap(tmp_path / "turns.pcap", packets)))
    assert "2 meters" in entry["note"] and "address" in entry["note"] and entry["strength"] == "strong"


def test_filter_and_wrong_arguments(explore, tshark, samples):
    text = explore(samples / "thread.pcapng", ",cjt188.di == 0x901f")
    assert "901F" in text and "903F" not in text
    for wrong in ("x", ",no such =="):
        done = tshark("-r", samples / "thread.pcapng", "-q", "-z", "cjt188,explore" + wrong, check=False)
        assert done.returncode != 0 and "CJ/T 188 bytes" not in done.stdout and done.stderr.strip()


def test_two_passes_count_once(explore, samples):
    assert explore(samples / "demo-line.pcapng", "", "-2") == explore(samples / "demo-line.pcapng")


def test_window_has_the_same_counts(explore, tshark, samples):
    lines = tshark("-r", samples / "demo-line.pcapng", "-q", "-z", "cjt188,bytes").stdout.splitlines()
    rows = [[cell.strip() for cell in line.split("|")] for line in lines if line.startswith("81 903F")]
    found = fields(explore(samples / "demo-line.pcapng"), "903F")
    assert len(rows) == len(found) > 15
    for row in rows:
        _, offset, width, name, abbrev, seen, _, distinct, decimal, low, *_ = row
        expected = found[int(offset)]
        assert [int(width), name, abbrev, int(seen)] == expected[:4]
        assert int(distinct) == expected[5]
        assert f"low byte first {low}" in expected[6] and (not decimal or f"BCD {decimal}" in expected[6])


def test_what_counts_replies_is_not_sure_to_count_minutes(explore, tmp_path):
    """Read each minute, a count of replies and one of minutes look the same; seconds, and a minute that is missed, do not."""
    def said(counts):
        packets = [(1777313520 + 60 * turn, frame(bytes.fromhex("00 9A 00") + le(700 + count, 4) + bytes([0x55]) +
                                                  bytes([random.Random(turn).randrange(256)]))) for turn, count in counts]
        text = explore(write_pcap(tmp_path / "count.pcap", packets))
        assert "  no proposal for byte 5: no order was found in what varies there\n" in text
        return next(line for line in text.splitlines() if "bytes 0 to 3" in line)

    assert re.match("  likely .* one each 60 s, or one each reply$", said([(turn, turn) for turn in range(100)]))
    assert re.match("  likely .* or one each reply$", said([(turn, turn) for turn in range(1200)]))
    for counts in ([(turn, 60 * turn) for turn in range(100)], [(turn, turn) for turn in range(100) if turn % 10 != 7]):
        line = said(counts)
        assert line.startswith("  strong ") and "reply" not in line
