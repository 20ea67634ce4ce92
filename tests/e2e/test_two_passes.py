# Dissecting a packet again says what the first look said, though more is known by then: what a first look has learned is
# kept with its packet. Only what can be known no sooner is new: a request's reply, and the dialect and the order of the
# identifier that its meter's replies tell.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import random
import re

import pytest
from bus import Bus, damaged, hires, mixed, reading, request
from carriers import PORT, RAW_IP, Packets, Tcp, udp_datagram
from conftest import write_pcap
from craft import MAITUO, STANDARD, decode, field_rows, frame, heat_901f, water_901f  # noqa: F401
from rows import packets_of
from test_exchange import Random
from test_robust import mutated

LATER = {"cjt188.response_in", "cjt188.unanswered"}
LATER_OF_REQUESTS = {"cjt188.dialect"} # by the replies of its meter, which come later
FIELDS = ["frame.number", "cjt188.meter", "cjt188.src", "cjt188.dst",
          "cjt188.request_in", "cjt188.response_time", "cjt188.retransmission"]


def summary(tshark, path, *options):
    """Number, time, source, destination, protocol, length and sentence of each packet."""
    return tshark("-r", path, *options).stdout.splitlines()


def without_reassembly(lines):
    """Newer versions say of a segment only when they dissect it again in which packet its frame ends."""
    return [re.sub(r"(TCP|CJ/T 188) (\d+ .*)\[TCP PDU reassembled in \d+\]", r"\2", line) for line in lines]


def without_requests(lines):
    """What a request is called can change with the order of its identifier, once its meter's order is known."""
    return [re.sub("(master → .* CJ/T 188 [0-9]+|(Read|Write|Show display page|Control [0-9A-F]{2})) .*", r"\1", line) for line in lines]


def tree(tshark, path, *options):
    """Of each packet, each item but those that can be known no sooner: (name, label, place, bytes)."""
    def said(packet):
        own = [item for proto in packet.iter("proto") if proto.get("name") == "cjt188" for item in proto.iter("field")]
        asks = any(item.get("name") == "cjt188.control.response" and item.get("show") in ("0", "False") for item in own)
        later = LATER | LATER_OF_REQUESTS if asks else LATER
        return [(item.get("name"), item.get("showname") or item.get("show"), item.get("pos"), item.get("size"),
                 item.get("value")) for item in own if item.get("name") not in later]

    return [said(packet) for packet in packets_of(tshark("-r", path, "-T", "pdml", *options, text=False).stdout)]


@pytest.fixture
def same(tshark):
    """same(path, *options): one pass and two say the same; returns the summary."""

    def check(path, *options):
        lines = summary(tshark, path, *options)
        assert lines and without_reassembly(summary(tshark, path, "-2", *options)) == without_reassembly(lines)
        once, twice = tree(tshark, path, *options), tree(tshark, path, "-2", *options)
        assert len(once) == len(lines)
        for number, (first, second) in enumerate(zip(once, twice, strict=True), 1):
            assert first == second, number
        return lines

    return check


# ---- a meter that is known only from the middle on ----

# On its display 26015422; Maituo sends the high byte first, and only its replies tell.
SENT = "22540126"
SHOWN = "26015422"


def ask(di="90 1F", **more):
    return request(SENT, di, **more)


def maituo_reading(**values):
    return reading(SENT, di="90 1F", maker="11 11", **values)


def refusal(status="04"):
    """Says too little of itself: it takes the dialect of the meter's last reading."""
    return frame(f"A0 17 00 {status}", number=SENT, maker="22 22", control=0xC4)


def learned_in_the_middle():
    """Three packets of which nothing is known, a reading, and the same three again."""
    bus = Bus()
    for _ in range(2):
        bus.answer(bus.ask(ask("A0 17", control=0x04, data="55")), refusal())
        bus.answer(bus.ask(ask()), maituo_reading())
    bus.ask(ask("A0 17", control=0x04, data="99"))
    return bus


def test_nothing_is_said_before_it_was_known(decode, same, tmp_path):
    path = learned_in_the_middle().write(tmp_path / "middle.pcapng")
    same(path)
    for options in ([], ["-2"]):
        packets = decode(path, *options)
        assert [packet["meter"] for packet in packets] == [[SENT]] * 3 + [[SHOWN]] * 6
        assert [packet["dialect"] for packet in packets[1::2]] == [[STANDARD], [MAITUO], [MAITUO], [MAITUO]]


def columns(lines):
    """Source and destination."""
    return [(line.split(" → ")[0].split()[-1], line.split(" → ")[1].split()[0]) for line in lines]


def test_the_address_columns_say_what_the_tree_says(same, tmp_path):
    lines = same(learned_in_the_middle().write(tmp_path / "middle.pcapng"))
    assert columns(lines) == [("master", SENT), (SENT, "master"), ("master", SENT), (SHOWN, "master"),
                              *[("master", SHOWN), (SHOWN, "master")] * 2, ("master", SHOWN)]


def test_on_another_line_the_number_is_known_and_the_dialect_is_not(decode, same, tmp_path):
    """A number is a meter's wherever it is; what its readings tell of its dialect is the line's."""
    bus = Bus()
    bus.send(refusal(), interface=1)
    bus.send(maituo_reading(), interface=0)
    bus.send(refusal(), interface=1)
    path = bus.write(tmp_path / "two.pcapng", dlts=[147, 147])
    same(path)
    for options in ([], ["-2"]):
        assert [(packet["meter"], packet["dialect"]) for packet in decode(path, *options)] == [
            ([SENT], [STANDARD]), ([SHOWN], [MAITUO]), ([SHOWN], [STANDARD])]


def test_another_reading_changes_the_dialect_back(same, decode, tmp_path):
    """A reading with the identifier low byte first is no Maituo's; the number stays as it was learned."""
    bus = Bus()
    for data in (refusal(), maituo_reading(), refusal(), reading(SENT, maker="33 78"), refusal()):
        bus.send(data)
    path = bus.write(tmp_path / "back.pcapng")
    same(path)
    dialects = [packet["dialect"] for packet in decode(path, "-2")]
    assert dialects == [[STANDARD], [MAITUO], [MAITUO], [STANDARD], [STANDARD]]


def test_several_frames_in_a_packet(same, tmp_path):
    bus = Bus()
    bus.send(ask() + refusal() + maituo_reading() + refusal())
    bus.send(b"\x01\x02" + refusal() + damaged(maituo_reading()) + ask() + maituo_reading()[:40])
    bus.send(damaged(refusal()))
    same(bus.write(tmp_path / "several.pcapng"))


def test_by_the_users_table(same, tmp_path):
    path = learned_in_the_middle().write(tmp_path / "middle.pcapng")
    lines = same(path, "-o", f'uat:cjt188_meters:"{SENT}","Kitchen","by the rules","","","","",""')
    assert columns(lines)[0] == ("master", "Kitchen") and columns(lines)[-2] == ("Kitchen", "master")
    same(path, "-o", f'uat:cjt188_meters:"{SENT}","","Maituo","","","","",""')


# ---- packets that a read filter takes away ----

COLUMNS = ("-o", 'gui.column.format:"Source","%s","Destination","%d","Info","%i"')
READ_FILTERS = ["cjt188.control.response == 1", "cjt188.control.response == 0", f'cjt188.meter == "{SHOWN}"',
                f'cjt188.meter == "{SENT}"', "cjt188.clock", "cjt188.control.error == 0",
                "cjt188.changed.time"]


@pytest.mark.parametrize("filter", READ_FILTERS)
def test_a_read_filter_leaves_the_rest_as_it_was(tshark, tmp_path, filter):
    """tshark -2 -R looks at every packet once, and then again at those that it has not taken away, under new numbers."""
    bus = learned_in_the_middle()
    bus.answer(bus.ask(ask()), maituo_reading(volume=(1, 0x2C), clock="16 12 18 27 04 26 20"))
    bus.ask(ask())
    path = bus.write(tmp_path / "middle.pcapng")
    names = ["cjt188.meter", "cjt188.meter.name", "cjt188.src", "cjt188.dst", "cjt188.addr",
             "cjt188.response_time", "cjt188.changed", "cjt188.changed.time", "cjt188.volume.delta"]
    once, twice = ([summary(tshark, path, *COLUMNS, *words), tshark.fields(path, names, *words)]
                   for words in (["-Y", filter], ["-2", "-R", filter]))
    assert once[0] and twice == once


# ---- everything at once ----


def test_a_bus_with_everything_on_it(same, tmp_path):
    assert len(same(Random().run(400).bus.write(tmp_path / "bus.pcapng"))) > 400


def test_mutated_frames(tshark, frames, tmp_path):
    path = write_pcap(tmp_path / "mutants.pcap", mutated(frames))
    assert without_requests(summary(tshark, path, "-2")) == without_requests(summary(tshark, path))
    assert tshark.fields(path, FIELDS, "-2") == tshark.fields(path, FIELDS)


def test_samples(same, samples):
    for path in sorted(samples.glob("*.pcap*")):
        same(path)


def test_tcp_and_udp(same, tmp_path):
    packets = Packets()
    stream, dice = Tcp(packets), random.Random(188)
    data = b"".join((refusal(), maituo_reading(), refusal(), hires(SENT), b"\0" * 9, maituo_reading()))
    while data:
        size = dice.randint(1, 50)
        stream.ask(ask())
        stream.answer(data[:size])
        packets.add(udp_datagram(refusal(), client_port=50000 + size))
        data = data[size:]
    packets.add(udp_datagram(maituo_reading()))
    packets.add(udp_datagram(refusal()))
    same(packets.write(tmp_path / "ip.pcapng", RAW_IP), "-d", f"tcp.port=={PORT},cjt188", "-d", f"udp.port=={PORT},cjt188")


STATISTICS = ("cjt188,meters", "cjt188,lines", "cjt188,srt", "cjt188,tree", "conv,cjt188", "endpoints,cjt188", "expert")


def test_statistics(tshark, tmp_path):
    bus = learned_in_the_middle()
    asked = bus.ask(request())
    bus.answer(asked, reading("11111111"))
    bus.answer(asked, reading("22222222"))
    bus.send(mixed(reading("33333333"), maituo_reading()))
    path = bus.write(tmp_path / "middle.pcapng")
    words = [word for name in STATISTICS for word in ("-z", name)]
    once = tshark("-r", path, "-q", *words).stdout
    assert once.count(SHOWN) >= 3 and tshark("-r", path, "-2", "-q", *words).stdout == once
