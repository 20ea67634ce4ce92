# CJ/T 188 inside TCP, UDP, USB serial adapters and RTAC serial captures.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import collections
import random
import subprocess

import pytest
from bus import HIRES, SECOND, hires, reading, request
from carriers import (CLIENT, PORT, RAW_IP, RTAC, SERVER, USB_LINUX, USB_LINUX_MMAPPED, Packets, Tcp, Usb, ftdi_packets,
                      ip_packet, rtac, udp_datagram)
from conftest import DLT_USER0, TIMEOUT
from craft import INFO, decode, field_rows, frame  # noqa: F401

A, B = "24263225", "24263241"
AS_TCP = ("-d", f"tcp.port=={PORT},cjt188")
AS_UDP = ("-d", f"udp.port=={PORT},cjt188")
TOGETHER = ("-o", "tcp.reassemble_out_of_order:TRUE")
WRONG = ("noise", "trailing", "truncated", "checksum.bad")


@pytest.fixture
def frames_of(tshark, tmp_path):
    """frames_of(packets, dlt, options): [(packet, what) …] of every frame, and all complaints.

    What is (meter or 'all', identifier); several in a packet come in their order.
    """

    def run(packets, dlt, *options):
        path = packets.write(tmp_path / "carrier.pcapng", dlt)
        names = ["frame.number", "cjt188.dst", "cjt188.src", "cjt188.di"] + ["cjt188." + name for name in WRONG] + \
            ["_ws.malformed"]
        found, wrong = [], []
        for row in tshark.fields(path, names, *options):
            ends = zip(row["cjt188.src"].split("|"), row["cjt188.dst"].split("|"))
            whose = [source if source != "master" else destination for source, destination in ends]
            found += [(int(row["frame.number"]), meter, di) for meter, di in zip(whose, row["cjt188.di"].split("|")) if di]
            wrong += [(int(row["frame.number"]), name, row[name]) for name in names[4:] if row[name]]
        return found, wrong

    return run


def in_both_passes(frames_of, packets, dlt, *options):
    once = frames_of(packets, dlt, *options)
    assert frames_of(packets, dlt, "-2", *options) == once
    return once


ASKED, ANSWERED, HIGH = ("all meters", "0x901f"), (A, "0x901f"), (A, "0x903f")


# ---- TCP ----


def test_a_request_and_its_reply_over_tcp(tshark, frames_of, tmp_path):
    packets = Packets()
    stream = Tcp(packets)
    asked, answered = stream.ask(request()), stream.answer(reading(A))
    assert in_both_passes(frames_of, packets, RAW_IP, *AS_TCP) == ([(asked, *ASKED), (answered, *ANSWERED)], [])
    row, = tshark.fields(packets.write(tmp_path / "tcp.pcapng", RAW_IP), ["cjt188.request_in", "cjt188.response_time"], *AS_TCP,
                         "-Y", "cjt188.request_in")
    assert int(row["cjt188.request_in"]) == asked and float(row["cjt188.response_time"]) == pytest.approx(0.1)


def test_addresses_of_ip_stay_in_the_columns(tshark, tmp_path):
    packets = Packets()
    stream = Tcp(packets)
    stream.ask(request())
    packets.add(udp_datagram(reading(A), from_client=False))
    text = tshark("-r", packets.write(tmp_path / "ip.pcapng", RAW_IP), *AS_TCP, *AS_UDP).stdout.splitlines()
    assert len(text) == 5
    assert f"{CLIENT} → {SERVER}" in text[3] and "CJ/T 188" in text[3] and "Read 901F, all meters" in text[3]
    assert f"{SERVER} → {CLIENT}" in text[4] and "CJ/T 188" in text[4] and "24263225: heating" in text[4]


def cut_at_every_byte(data):
    """[(where, conversation)], and the packets of all: each conversation is cut elsewhere."""
    packets = Packets()
    cuts = []
    for cut in range(1, len(data)):
        stream = Tcp(packets, client_port=20000 + cut)
        stream.ask(request())
        cuts.append((stream.answer(data[:cut]), stream.answer(data[cut:])))
    return packets, cuts


@pytest.mark.parametrize("options", [(), ("-2",), TOGETHER, ("-2", *TOGETHER)], ids=["once", "again", "sorted", "sorted again"])
def test_a_stream_cut_at_every_byte_of_two_frames(frames_of, options):
    first, second = reading(A), hires(A)
    packets, cuts = cut_at_every_byte(first + second)
    found, wrong = frames_of(packets, RAW_IP, *AS_TCP, *options)
    assert wrong == []
    where = collections.defaultdict(list)
    for number, *what in found:
        where[number].append(tuple(what))
    for cut, (one, two) in enumerate(cuts, 1):
        early = [ANSWERED] if cut >= len(first) else []
        assert (where[one], where[two]) == (early, [ANSWERED, HIGH][len(early):]), cut
        assert where[one - 1] == [ASKED]


def test_pairs_are_right_however_a_stream_is_cut(tshark, tmp_path):
    packets, cuts = cut_at_every_byte(reading(A))
    path = packets.write(tmp_path / "cut.pcapng", RAW_IP)
    for option in ([], ["-2"]):
        rows = tshark.fields(path, ["frame.number", "cjt188.request_in"], "-Y", "cjt188.request_in", *AS_TCP, *option)
        assert {int(row["frame.number"]): int(row["cjt188.request_in"]) for row in rows} == {two: one - 1 for one, two in cuts}


def test_one_byte_a_segment(frames_of):
    packets = Packets()
    stream = Tcp(packets)
    last = [[stream.answer(bytes([byte])) for byte in data][-1] for data in (reading(A), hires(A), reading(A))]
    assert in_both_passes(frames_of, packets, RAW_IP, *AS_TCP) == (
        [(last[0], *ANSWERED), (last[1], *HIGH), (last[2], *ANSWERED)], [])


def test_segments_in_wrong_order(frames_of):
    data = reading(A) + hires(A)
    packets = Packets()
    for port, order in enumerate([(0, 2, 1), (2, 1, 0), (1, 0, 2), (2, 0, 1)]):
        stream = Tcp(packets, client_port=30000 + port)
        parts = [(start, data[start:start + 50]) for start in range(0, len(data), 50)]
        assert len(parts) == 3
        for part in order:
            stream.answer(parts[part][1], at=5001 + parts[part][0])
        stream.lose(data)
        stream.answer(reading(B))
    found, wrong = in_both_passes(frames_of, packets, RAW_IP, *AS_TCP, *TOGETHER)
    assert [tuple(what) for _, *what in found] == [ANSWERED, HIGH, (B, "0x901f")] * 4 and wrong == []


def test_a_segment_sent_twice_shows_once(frames_of):
    packets = Packets()
    stream = Tcp(packets)
    first, again = reading(A), stream.next[1]
    number = stream.answer(first)
    stream.answer(first, at=again)
    last = stream.answer(hires(A))
    assert in_both_passes(frames_of, packets, RAW_IP, *AS_TCP) == ([(number, *ANSWERED), (last, *HIGH)], [])


@pytest.mark.parametrize("lost", range(1, 70, 7))
def test_after_a_lost_segment_the_next_frames_decode(frames_of, lost):
    data = reading(A)
    packets = Packets()
    stream = Tcp(packets)
    first = stream.answer(data)
    stream.answer(data[:lost])
    stream.lose(data[lost:lost + 5])
    stream.answer(data[lost + 5:])
    rest = [stream.answer(hires(A)) for _ in range(3)]
    found, wrong = in_both_passes(frames_of, packets, RAW_IP, *AS_TCP)
    assert found[0] == (first, *ANSWERED)
    assert found[-2:] == [(rest[1], *HIGH), (rest[2], *HIGH)]
    assert not any(name == "_ws.malformed" for _, name, _ in wrong)


def test_several_frames_a_segment_and_noise_between(frames_of):
    packets = Packets()
    stream = Tcp(packets)
    both = stream.answer(reading(A) + hires(A))
    noisy = stream.answer(b"\x01\x02\x03" + reading(A) + b"\x55\x55" + hires(A))
    only = stream.answer(b"\x01\x02\x03")
    last = stream.answer(reading(A))
    found, wrong = in_both_passes(frames_of, packets, RAW_IP, *AS_TCP)
    assert found == [(both, *ANSWERED), (both, *HIGH), (noisy, *ANSWERED), (noisy, *HIGH), (last, *ANSWERED)]
    assert wrong == [(noisy, "cjt188.noise", "010203"), (noisy, "cjt188.trailing", "5555"), (only, "cjt188.noise", "010203")]


def test_noise_that_looks_like_a_start_does_not_hold_up_frames(frames_of):
    packets = Packets()
    stream = Tcp(packets)
    stream.answer(b"\x68\x01\x02")
    frames = [stream.answer(reading(A)) for _ in range(12)]
    found, _ = in_both_passes(frames_of, packets, RAW_IP, *AS_TCP)
    assert [tuple(what) for _, *what in found] == [ANSWERED] * len(frames)


def test_a_damaged_frame_in_a_stream(frames_of):
    bad = bytearray(reading(A))
    bad[30] ^= 1
    packets = Packets()
    stream = Tcp(packets)
    damaged = stream.answer(bytes(bad))
    good = stream.answer(hires(A))
    found, wrong = in_both_passes(frames_of, packets, RAW_IP, *AS_TCP)
    assert found == [(damaged, *ANSWERED), (good, *HIGH)]
    assert [(number, name) for number, name, _ in wrong] == [(damaged, "cjt188.checksum.bad")]


def test_without_reassembly_nothing_breaks(frames_of):
    packets, _ = cut_at_every_byte(reading(A))
    for option in ("cjt188.desegment:FALSE", "tcp.desegment_tcp_streams:FALSE"):
        found, wrong = in_both_passes(frames_of, packets, RAW_IP, *AS_TCP, "-o", option)
        assert sum(tuple(what) == ASKED for _, *what in found) == len(reading(A)) - 1
        assert not any(name == "_ws.malformed" for _, name, _ in wrong)


def test_random_cuts_of_a_long_stream(frames_of):
    """Frames and noise of both directions, 200 frames, segments of 1 to 200 bytes."""
    dice = random.Random(188)
    packets = Packets()
    stream = Tcp(packets)
    data, count = b"", 0
    for _ in range(200):
        data += dice.choice((reading(A), hires(A), reading(B)))
        data += dice.choice((b"", b"", b"\x01\x02", b"\x00"))
    while data:
        length = dice.randint(1, 200)
        stream.answer(data[:length])
        data = data[length:]
        count += 1
    found, wrong = in_both_passes(frames_of, packets, RAW_IP, *AS_TCP)
    assert len(found) == 200
    assert {name for _, name, _ in wrong} <= {"cjt188.noise", "cjt188.trailing"}


SHORT = frame("0A 81 01", control=0x83)
REST = frame(bytes(0x2E), control=0x81)[:20]  # says of itself that it goes on for 39 bytes
NUMBER = (A, "0x810a")


def test_frames_behind_a_rest_stay_when_dissected_again(frames_of):
    """That the rest is one is known by bytes of the frame behind these, which TCP does not hand over again with them."""
    packets = Packets()
    stream = Tcp(packets)
    stream.answer(REST[:10])
    seen = stream.answer(REST[10:] + 2 * SHORT + reading(A)[:12])
    last = stream.answer(reading(A)[12:])
    found, wrong = in_both_passes(frames_of, packets, RAW_IP, *AS_TCP)
    assert [entry for entry in found if entry[2] != "0x0000"] == [(seen, *NUMBER), (seen, *NUMBER), (last, *ANSWERED)]
    assert [(number, name) for number, name, _ in wrong] == [(seen, "cjt188.truncated")]


def test_what_a_segment_leaves_is_shown_once(frames_of):
    """No byte of the newest segment is taken then: TCP would hand over all of them once more with the next one."""
    packets = Packets()
    stream = Tcp(packets)
    stream.answer(REST + SHORT)
    stream.answer(reading(A)[:30])
    last = stream.answer(reading(A)[30:])
    found, wrong = in_both_passes(frames_of, packets, RAW_IP, *AS_TCP)
    assert [entry for entry in found if entry[2] != "0x0000"] == [(last, *NUMBER), (last, *ANSWERED)]
    assert [(number, name) for number, name, _ in wrong] == [(last, "cjt188.truncated")]


def test_noise_that_has_been_a_start_ends_with_its_segment(frames_of):
    """It cannot become a frame any more: the frames before it need not wait for the next one."""
    packets = Packets()
    stream = Tcp(packets)
    stream.answer(b"\x68" + bytes(9) + b"\xc8" + reading(A) + b"\x68" + bytes(20))
    last = stream.answer(bytes(200))
    found, wrong = in_both_passes(frames_of, packets, RAW_IP, *AS_TCP)
    assert found == [(last, *ANSWERED)]
    assert {number for number, *_ in wrong} == {last}


@pytest.mark.parametrize("seed", range(4))
def test_random_cuts_of_a_damaged_stream(tshark, tmp_path, seed):
    """Frames, short ones, beginnings of frames and noise, in segments of 1 to 200 bytes."""
    def checksums(packets, dlt, *options):
        rows = tshark.fields(packets.write(tmp_path / "damaged.pcapng", dlt), ["frame.number", "cjt188.checksum"], *options)
        return [(row["frame.number"], sum_) for row in rows for sum_ in row["cjt188.checksum"].split("|") if sum_]

    dice = random.Random(seed)
    at_once, packets = Packets(), Packets()
    stream = Tcp(packets)
    pieces = [dice.choice((reading(A), reading(A), reading(B), SHORT, REST[:dice.randint(1, 12)],
                           bytes(dice.choice(b"\x00\x68\xfe\x16\x20\xe5") for _ in range(dice.randint(1, 20)))))
              for _ in range(60)]
    data = b"".join(pieces) + bytes(400)
    at_once.add(data)
    while data:
        length = dice.choice((1, 2, 5, 13, 16, 30, 59, 70, 100, 200))
        stream.answer(data[:length])
        data = data[length:]
    once, whole = checksums(packets, RAW_IP, *AS_TCP), checksums(at_once, DLT_USER0)
    assert checksums(packets, RAW_IP, "-2", *AS_TCP) == once
    assert len(whole) > 20 and [sum_ for _, sum_ in once] == [sum_ for _, sum_ in whole]


@pytest.mark.parametrize("carrier", ["tcp", "usb"])
def test_a_reply_began_with_its_first_byte(tshark, tmp_path, carrier):
    """Not in the packet that has its last one: what an adapter hands over piece by piece is not slow."""
    packets = Packets()
    stream = Tcp(packets) if carrier == "tcp" else Usb(packets)
    ask, answer = (stream.ask, stream.answer) if carrier == "tcp" else (stream.transmit, stream.receive)
    pieces = [reading(A)[at:at + 8] for at in range(0, len(reading(A)), 8)]
    for _ in range(2):
        asked = packets.now = packets.now + 5 * SECOND
        ask(request(A))
        packets.now = asked + 200_000_000
        for piece in pieces:
            answer(piece)
            packets.now += 30_000_000
    dlt, options = (RAW_IP, AS_TCP) if carrier == "tcp" else (USB_LINUX_MMAPPED, by_device([stream]))
    path = packets.write(tmp_path / "pieces.pcapng", dlt)
    for passes in [], ["-2"]:
        rows = tshark.fields(path, ["cjt188.response_time"], *passes, *options)
        times = [float(row["cjt188.response_time"]) for row in rows if row["cjt188.response_time"]]
        assert times == pytest.approx([0.2, 0.2], abs=0.11)


# ---- UDP ----


def test_udp(tshark, frames_of, tmp_path):
    packets = Packets()
    asked = packets.add(udp_datagram(request()))
    answered = packets.add(udp_datagram(reading(A) + hires(A), from_client=False))
    cut = packets.add(udp_datagram(reading(A)[:40], from_client=False))
    noise = packets.add(udp_datagram(b"\x01\x02", from_client=False))
    packets.add(udp_datagram(b"", from_client=False))
    found, wrong = in_both_passes(frames_of, packets, RAW_IP, *AS_UDP)
    assert found == [(asked, *ASKED), (answered, *ANSWERED), (answered, *HIGH), (cut, *ANSWERED)]
    assert [(number, name) for number, name, _ in wrong] == [
        (cut, "cjt188.truncated"), (noise, "cjt188.noise")]
    path = packets.write(tmp_path / "udp.pcapng", RAW_IP)
    row = tshark.fields(path, ["frame.number", "cjt188.request_in"], *AS_UDP, "-Y", "cjt188.request_in")[0]
    assert (int(row["frame.number"]), int(row["cjt188.request_in"].split("|")[0])) == (answered, asked)


ICMP = 1


def test_a_request_that_an_icmp_error_quotes_was_sent_once(tshark, tmp_path):
    """No retransmission of itself, and no request more in any table."""
    packets = Packets()
    asked = udp_datagram(request(A))
    packets.add(asked)
    packets.add(ip_packet(SERVER, CLIENT, ICMP, bytes([3, 3]) + bytes(6) + asked))
    packets.add(udp_datagram(request(A)), after=20)
    packets.add(udp_datagram(reading(A), from_client=False))
    path = packets.write(tmp_path / "icmp.pcapng", RAW_IP)
    names = ["cjt188.response_in", "cjt188.retransmission", "cjt188.no_response_to", "cjt188.request_in"]
    rows = [list(row.values()) for row in tshark.fields(path, names, *AS_UDP, "-2")]
    assert rows == [["", "", "", ""], ["", "", "", ""], ["4", "", "1", ""], ["", "", "", "3"]]
    for heuristic in AS_UDP, ("--enable-heuristic", "cjt188_udp"):
        assert [row["cjt188.address"] != "" for row in tshark.fields(path, ["cjt188.address"], *heuristic)] == \
            [True, False, True, True]


def test_two_conversations_are_two_lines(tshark, tmp_path):
    packets = Packets()
    streams = [Tcp(packets, client_port=port) for port in (40000, 40001)]
    asked = [stream.ask(request(A)) for stream in streams]
    answered = [stream.answer(reading(A)) for stream in reversed(streams)]
    rows = tshark.fields(packets.write(tmp_path / "two.pcapng", RAW_IP), ["frame.number", "cjt188.request_in"], *AS_TCP,
                         "-Y", "cjt188.request_in")
    assert {int(row["frame.number"]): int(row["cjt188.request_in"]) for row in rows} == dict(zip(answered, reversed(asked)))


# ---- heuristics ----


def heuristic_packets():
    """(packets, claimed): a conversation that begins with other bytes; UDP datagrams of which some begin with a frame."""
    packets, claimed = Packets(), []
    stream = Tcp(packets, port=45555)
    stream.answer(b"HELLO\r\n")
    stream.answer(reading(A)[:20])
    stream.answer(reading(A)[20:])
    claimed.append(stream.answer(reading(A)))
    stream.answer(hires(A)[:30])
    claimed.append(stream.answer(hires(A)[30:]))
    other = Tcp(packets, client_port=50001, port=45555)
    other.answer(b"\x68" + bytes(60))
    packets.add(udp_datagram(b"\x00" + reading(A), port=45555))
    claimed.append(packets.add(udp_datagram(reading(A), port=45555)))
    packets.add(udp_datagram(reading(A)[:-1], port=45555))
    packets.add(udp_datagram(frame(b"", type=0x77), port=45555))
    return packets, claimed


def test_the_heuristics_are_off_by_default(tshark, frames_of):
    packets, claimed = heuristic_packets()
    assert len(claimed) == 3
    assert frames_of(packets, RAW_IP) == ([], [])
    rows = [line.split("\t") for line in tshark("-G", "heuristic-decodes").stdout.splitlines()]
    assert sorted(row[:3] for row in rows if row[1] == "cjt188") == [["tcp", "cjt188", "F"], ["udp", "cjt188", "F"]]


HEURISTICS = ("--enable-heuristic", "cjt188_tcp", "--enable-heuristic", "cjt188_udp")


def test_the_heuristics_find_frames_without_a_port(frames_of):
    packets, claimed = heuristic_packets()
    expected = [(claimed[0], *ANSWERED), (claimed[1], *HIGH), (claimed[2], *ANSWERED)]
    assert frames_of(packets, RAW_IP, *HEURISTICS) == (expected, [])
    assert frames_of(packets, RAW_IP, "--enable-heuristic", "cjt188_udp") == (expected[2:], [])


def test_a_claimed_conversation_is_claimed_from_its_beginning_when_dissected_again(frames_of):
    packets, claimed = heuristic_packets()
    found, _ = frames_of(packets, RAW_IP, "-2", *HEURISTICS)
    assert found[-3:] == [(claimed[0], *ANSWERED), (claimed[1], *HIGH), (claimed[2], *ANSWERED)]
    assert {number for number, *_ in found[:-3]} <= {claimed[0] - 1, claimed[0] - 2}


# ---- USB serial adapters ----

INTERFACE_VENDOR, INTERFACE_CDC, INTERFACE_CDC_DATA = 0xFF, 0x02, 0x0A
BULK, INTERRUPT = 2, 3

# name: (vendor, product, class of the device, interfaces)
ADAPTERS = {
    "FTDI": (0x0403, 0x6001, 0, [(INTERFACE_VENDOR, [(0x81, BULK, 64), (0x02, BULK, 64)])]),
    "FTDI high speed": (0x0403, 0x6014, 0, [(INTERFACE_VENDOR, [(0x81, BULK, 512), (0x02, BULK, 512)])]),
    "CP210x": (0x10C4, 0xEA60, 0, [(INTERFACE_VENDOR, [(0x81, BULK, 64), (0x02, BULK, 64)])]),
    "CH340": (0x1A86, 0x7523, 0xFF, [(INTERFACE_VENDOR, [(0x81, BULK, 32), (0x02, BULK, 32), (0x83, INTERRUPT, 8)])]),
    "PL2303": (0x067B, 0x2303, 0, [(INTERFACE_VENDOR, [(0x83, INTERRUPT, 10), (0x02, BULK, 64), (0x81, BULK, 64)])]),
    "CDC-ACM": (0x0483, 0x5740, 2, [(INTERFACE_CDC, [(0x83, INTERRUPT, 8)]),
                                    (INTERFACE_CDC_DATA, [(0x81, BULK, 64), (0x02, BULK, 64)])]),
}


def as_received(name, data):
    """What the host sees of received bytes."""
    if not name.startswith("FTDI"):
        return data
    return ftdi_packets(data, ADAPTERS[name][3][0][1][0][2])


def dialogue(usb, name, pieces, descriptors=True):
    """[(packet, what)]: requests and replies, the replies in URBs of `pieces` bytes each."""
    vendor, product, device_class, interfaces = ADAPTERS[name]
    if descriptors:
        usb.plug_in(vendor, product, interfaces, device_class)
    frames = []
    for asked, what, answer, answered in ((request(), ASKED, reading(A), ANSWERED),
                                          (request(A, HIRES), (A, "0x903f"), hires(A), HIGH)):
        for at in range(0, len(asked), 16):
            number = usb.transmit(asked[at:at + 16])
        frames.append((number, *what))
        if name.startswith("FTDI"):
            usb.receive(b"\x01\x60")  # nothing but the status, as sixty times a second
        for at in range(0, len(answer), pieces):
            number = usb.receive(as_received(name, answer[at:at + pieces]))
        frames.append((number, *answered))
    return frames


def by_device(adapters):
    return [word for usb in adapters for word in ("-d", f"usb.device=={usb.key()},cjt188")]


def by_product(names):
    keys = [ADAPTERS[name][0] << 16 | ADAPTERS[name][1] for name in names]
    return [word for key in keys for word in ("-d", f"usb.product=={key:#x},cjt188")]


@pytest.mark.parametrize("dlt", [USB_LINUX, USB_LINUX_MMAPPED], ids=["189", "220"])
def test_every_adapter(frames_of, dlt):
    """Each is plugged in five times, and hands over received bytes in pieces of other sizes."""
    packets, adapters, expected = Packets(), [], []
    for name in ADAPTERS:
        for pieces in (1, 7, 32, 62, 400):
            adapters.append(Usb(packets, dlt, device=len(adapters) + 1))
            expected += dialogue(adapters[-1], name, pieces)
    assert in_both_passes(frames_of, packets, dlt, *by_device(adapters)) == (expected, [])
    assert in_both_passes(frames_of, packets, dlt, *by_product(ADAPTERS)) == (expected, [])
    assert frames_of(packets, dlt, *by_product(["FTDI"]))[0] == expected[:20]


def test_adapters_that_were_plugged_in_before(frames_of):
    """No descriptors: a device is known by its number only, and FTDI by its status bytes."""
    packets, adapters, expected = Packets(), [], []
    for name in ("FTDI", "CP210x", "CDC-ACM"):
        for pieces in (1, 7, 400):
            adapters.append(Usb(packets, device=len(adapters) + 1))
            expected += dialogue(adapters[-1], name, pieces, descriptors=False)
    assert in_both_passes(frames_of, packets, USB_LINUX_MMAPPED, *by_device(adapters)) == (expected, [])


def test_bytes_that_look_like_a_status_are_data_of_another_adapter(frames_of):
    """A CP210x whose URBs begin with 01 60, without descriptors."""
    data = frame(b"\x1f\x90\x12" + b"\x01\x60" * 20 + b"\x05\x05\x05", number="6001600160")
    for descriptors in (True, False):
        packets = Packets()
        usb = Usb(packets)
        if descriptors:
            usb.plug_in(*ADAPTERS["CP210x"][:2], ADAPTERS["CP210x"][3])
        parts = [data[:2]] + [data[at:at + 2] for at in range(2, len(data), 2)]
        for part in parts:
            last = usb.receive(part)
        found, wrong = frames_of(packets, USB_LINUX_MMAPPED, *by_device([usb]))
        assert found == [(last, "6001600160", "0x901f")], descriptors
        assert wrong == []


def test_ftdi_status_with_errors_and_while_sending(frames_of, tshark, tmp_path):
    """The status bytes change with modem lines, errors and the transmitter; they are never data."""
    packets = Packets()
    usb = Usb(packets)
    usb.plug_in(*ADAPTERS["FTDI"][:2], ADAPTERS["FTDI"][3])
    answer = reading(A)
    for at, status in zip(range(0, len(answer), 10), (b"\x01\x60", b"\x01\x00", b"\x11\x62", b"\xf1\x70", b"\x31\x64", b"\x02\x20",
                                                     b"\x01\x60")):
        last = usb.receive(status + answer[at:at + 10])
    option = by_device([usb])
    assert frames_of(packets, USB_LINUX_MMAPPED, *option) == ([(last, *ANSWERED)], [])
    rows = tshark.fields(packets.write(tmp_path / "status.pcapng", USB_LINUX_MMAPPED), ["cjt188.adapter_status"], *option)
    assert [row["cjt188.adapter_status"] for row in rows if row["cjt188.adapter_status"]] == [
        "0x0160", "0x0100", "0x1162", "0xf170", "0x3164", "0x0220", "0x0160"]


def test_both_directions_have_streams_of_their_own(frames_of):
    packets = Packets()
    usb = Usb(packets)
    usb.plug_in(*ADAPTERS["CP210x"][:2], ADAPTERS["CP210x"][3])
    asked, answer = request(), reading(A)
    usb.transmit(asked[:9])
    usb.receive(answer[:31])
    sent = usb.transmit(asked[9:])
    received = usb.receive(answer[31:])
    found = in_both_passes(frames_of, packets, USB_LINUX_MMAPPED, *by_device([usb]))
    assert found == ([(sent, *ASKED), (received, *ANSWERED)], [])


def test_the_ports_of_one_adapter_have_streams_of_their_own(frames_of):
    """An FT2232 has two."""
    packets = Packets()
    usb = Usb(packets)
    usb.plug_in(0x0403, 0x6010, [(INTERFACE_VENDOR, [(0x81, BULK, 512), (0x02, BULK, 512)]),
                                 (INTERFACE_VENDOR, [(0x83, BULK, 512), (0x04, BULK, 512)])])
    one, two = reading(A), hires(B)
    usb.receive(ftdi_packets(one[:20], 512), 0x81)
    usb.receive(ftdi_packets(two[:33], 512), 0x83)
    first = usb.receive(ftdi_packets(one[20:], 512), 0x81)
    second = usb.receive(ftdi_packets(two[33:], 512), 0x83)
    found = in_both_passes(frames_of, packets, USB_LINUX_MMAPPED, *by_device([usb]))
    assert found == ([(first, *ANSWERED), (second, B, "0x903f")], [])


def test_two_adapters_are_two_lines(frames_of, tshark, tmp_path):
    packets = Packets()
    adapters = [Usb(packets, device=device) for device in (5, 6)]
    for usb in adapters:
        usb.plug_in(*ADAPTERS["CP210x"][:2], ADAPTERS["CP210x"][3])
    asked = [usb.transmit(request(A)) for usb in adapters]
    adapters[1].receive(reading(A)[:30])
    adapters[0].receive(reading(A)[:40])
    answered = [usb.receive(reading(A)[have:]) for usb, have in zip(reversed(adapters), (30, 40))]
    rows = tshark.fields(packets.write(tmp_path / "two.pcapng", USB_LINUX_MMAPPED), ["frame.number", "cjt188.request_in"],
                         *by_device(adapters), "-Y", "cjt188.request_in")
    assert {int(row["frame.number"]): int(row["cjt188.request_in"]) for row in rows} == dict(zip(answered, reversed(asked)))


def test_silence_ends_what_no_byte_followed(frames_of):
    packets = Packets()
    usb = Usb(packets)
    usb.plug_in(*ADAPTERS["CP210x"][:2], ADAPTERS["CP210x"][3])
    usb.receive(reading(A)[:30])
    packets.now += 5_000_000_000
    last = usb.receive(hires(A))
    found, wrong = in_both_passes(frames_of, packets, USB_LINUX_MMAPPED, *by_device([usb]))
    assert found == [(last, *ANSWERED), (last, *HIGH)]
    assert [name for _, name, _ in wrong] == ["cjt188.truncated"]


def test_a_snap_length_ends_a_stream(decode, tmp_path):
    """What it has taken away nobody can put between the bytes before and behind it."""
    packets = Packets()
    usb = Usb(packets)
    usb.receive(reading(A))
    usb.receive(SHORT)
    path = packets.write(tmp_path / "whole.pcapng", USB_LINUX_MMAPPED)
    cut = tmp_path / "cut.pcapng"
    subprocess.run(["editcap", "-s", "100", path, cut], check=True, timeout=TIMEOUT)
    once = [packet[INFO] for packet in decode(cut, "-Y", "cjt188", *by_device([usb]))]
    assert once[0].startswith("Cut by the snap length: 24263225: heating 0.000 kWh")
    assert once[1:] == ['24263225: reply to "Read address"']
    assert [packet[INFO] for packet in decode(cut, "-2", "-Y", "cjt188", *by_device([usb]))] == once


def test_other_transfers_of_the_adapter_are_left_alone(frames_of):
    """Modem lines of a CDC adapter come by interrupt; control transfers set the line."""
    packets = Packets()
    usb = Usb(packets)
    vendor, product, device_class, interfaces = ADAPTERS["CDC-ACM"]
    usb.plug_in(vendor, product, interfaces, device_class)
    usb.receive(reading(A)[:30])
    usb.receive(b"\xa1\x20\x00\x00\x00\x00\x02\x00", endpoint=0x83, transfer=Usb.INTERRUPT)
    last = usb.receive(reading(A)[30:])
    found = in_both_passes(frames_of, packets, USB_LINUX_MMAPPED, *by_device([usb]))
    assert found == ([(last, *ANSWERED)], [])


def test_addresses_of_usb_stay_in_the_columns(tshark, tmp_path):
    packets = Packets()
    usb = Usb(packets)
    frames = dialogue(usb, "CP210x", 400)
    lines = tshark("-r", packets.write(tmp_path / "usb.pcapng", USB_LINUX_MMAPPED), *by_device([usb])).stdout.splitlines()
    ours = [lines[number - 1] for number, *_ in frames]
    assert "host → 2.5.2" in ours[0] and "Read 901F, all meters" in ours[0]
    assert "2.5.1 → host" in ours[1] and "24263225: heating" in ours[1]
    assert all("CJ/T 188" in line for line in ours)


def test_usb_that_no_one_decodes_as_cjt188_stays_usb(frames_of):
    packets = Packets()
    dialogue(Usb(packets), "CP210x", 400)
    assert frames_of(packets, USB_LINUX_MMAPPED) == ([], [])


# ---- RTAC ----


def test_rtac_serial_captures(tshark, frames_of, tmp_path):
    packets = Packets()
    asked = packets.add(rtac(request(), 1))
    packets.add(rtac(b"", 0))
    answered = packets.add(rtac(reading(A), 2))
    packets.add(rtac(b"\x01\x02\x03", 2))
    found, wrong = in_both_passes(frames_of, packets, RTAC, "-d", "rtacser.data,cjt188")
    assert found == [(asked, *ASKED), (answered, *ANSWERED)] and wrong == [(4, "cjt188.noise", "010203")]
    path = packets.write(tmp_path / "rtac.pcapng", RTAC)
    row, = tshark.fields(path, ["cjt188.request_in"], "-d", "rtacser.data,cjt188", "-Y", "cjt188.request_in")
    assert int(row["cjt188.request_in"]) == asked
    last = tshark("-r", path, "-d", "rtacser.data,cjt188").stdout.splitlines()[-1]
    assert "No CJ/T 188 frame" in last and "DLT" not in last


def test_decode_as_takes_nothing_from_user_dlts(frames_of):
    packets = Packets()
    number = packets.add(reading(A))
    assert frames_of(packets, DLT_USER0, *AS_TCP) == ([(number, *ANSWERED)], [])


# ---- late, and echoed ----


def test_through_a_network_ten_seconds_are_not_late(tshark, tmp_path):
    packets = Packets()
    stream = Tcp(packets)
    for after in (5, 9.9, 10.1):
        stream.ask(request())
        packets.now += round((after - 0.1) * 1_000_000_000)
        stream.answer(reading(A))
    rows = tshark.fields(packets.write(tmp_path / "slow.pcapng", RAW_IP), ["cjt188.response_time", "cjt188.late"], *AS_TCP,
                         "-Y", "cjt188.request_in")
    assert [float(row["cjt188.response_time"]) for row in rows] == pytest.approx([5, 9.9, 10.1])
    assert [row["cjt188.late"] for row in rows] == ["", "", "1"]


def test_an_echo_comes_back_from_the_other_side(tshark, tmp_path):
    """From the same side it is sent again."""
    packets = Packets()
    stream = Tcp(packets)
    sent = stream.ask(request())
    echo = stream.answer(request())
    answer = stream.answer(reading(A))
    again = [stream.ask(request()), stream.ask(request())]
    names = ["frame.number", "cjt188.echo", "cjt188.retransmission", "cjt188.request_in"]
    rows = {int(row["frame.number"]): [row[name] for name in names[1:]]
            for row in tshark.fields(packets.write(tmp_path / "echo.pcapng", RAW_IP), names, *AS_TCP)}
    assert rows[echo] == [str(sent), "", ""] and rows[answer] == ["", "", str(sent)]
    assert rows[again[1]] == ["", str(again[0]), ""]
