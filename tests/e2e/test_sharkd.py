# A window shows packets in whatever order somebody clicks on them: sharkd, which dissects as the window does, is asked for
# the packets of a capture in random order, more than once, and shows of each what `tshark -2 -V` shows of it in its turn.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import random
import re

import pytest
from bus import reading, request
from carriers import PORT, RAW_IP, RTAC, USB_LINUX_MMAPPED, Packets, Tcp, Usb, ftdi_packets, rtac, udp_datagram
from conftest import write_pcap
from rows import BITS, config_dir, row, sharkd
from test_at_once import SIZES, Scene
from test_exchange import Random
from test_robust import mutated

SEED = 188
OWN = re.compile(r"CJ/T 188 meter protocol")
ROWS = [row("energy", identifier="901F", direction="reply", width=4, scale="0.001", unit="kWh"),
        row("flags", kind=BITS, identifier="901F", offset=42, width=2, mask="0FF0")]
PREFERENCES = f"cjt188.tcp.port: {PORT}\ncjt188.udp.port: {PORT}\ncjt188.damaged_values: TRUE\n"


def own_parts(lines):
    """Of a packet's lines, those below a top line of this plugin."""
    kept, own = [], False
    for line in lines:
        if not line.startswith(" "):
            own = OWN.match(line) is not None
        if own:
            kept.append(line)
    return kept


def in_order(tshark, path, env):
    """What tshark -2 -V prints: a list of lines a packet."""
    text = tshark("-r", path, "-2", "-V", env=env).stdout
    packets = re.split(r"^(?=Frame \d+: )", text, flags=re.MULTILINE)[1:]
    return [own_parts(packet.splitlines()) for packet in packets]


def lines_of(nodes, depth=0):
    """As -V has them: what is generated stands in brackets."""
    for node in nodes:
        yield "    " * depth + (f"[{node['l']}]" if node.get("g") else node["l"])
        yield from lines_of(node.get("n", []), depth + 1)


def in_any_order(tshark, path, order, env):
    """What sharkd shows of the packets in `order`: (packet, lines) each."""
    replies = sharkd(tshark, [("load", {"file": str(path)}),
                              *(("frame", {"frame": number, "proto": True}) for number in order)], **env)
    assert "error" not in replies[0], replies[0]
    return [(number, own_parts(list(lines_of(reply["result"]["tree"]))))
            for number, reply in zip(order, replies[1:], strict=True)]


@pytest.fixture
def same(tshark, readable_folder):
    def check(path, least, decode_as=()):
        env = config_dir(readable_folder / "settings", ROWS)
        (readable_folder / "settings" / "preferences").write_text(PREFERENCES)
        (readable_folder / "settings" / "decode_as_entries").write_text(
            "".join(f"decode_as_entry: {table},{key},(none),CJ/T 188\n" for table, key in decode_as))
        expected = in_order(tshark, path, env)
        assert sum(map(bool, expected)) >= least
        order = 2 * list(range(1, len(expected) + 1))
        random.Random(SEED).shuffle(order)
        before = None
        for number, shown in in_any_order(tshark, path, order, env):
            assert shown == expected[number - 1], f"packet {number}, behind {before}"
            before = number
        return expected

    return check


def test_a_bus_with_everything_on_it(same, readable_folder):
    expected = same(Random().run(300).bus.write(readable_folder / "bus.pcapng"), 300)
    text = "\n".join(line for packet in expected for line in packet)
    assert "Reply in: " in text and "Request in: " in text and "Field energy: " in text


def test_lines_that_are_asked_at_once(same, readable_folder):
    for seed in range(6):
        scene = Scene(seed, sorted(SIZES), known=seed % 2 == 0)
        same(scene.write(readable_folder / f"scene-{seed}.pcapng"), 4)


def test_mutated_frames(same, frames, readable_folder):
    same(write_pcap(readable_folder / "mutants.pcap", mutated(frames)[:1500]), 1500)


def test_samples(same, samples):
    for path in sorted(samples.glob("*.pcapng")):
        same(path, 2)


def test_tcp_with_gaps_and_udp(same, readable_folder):
    packets = Packets()
    stream, dice = Tcp(packets), random.Random(SEED)
    data = b"".join(reading("24263225", energy2=(number, 0x05)) + b"\0" * (number % 3) for number in range(20))
    while data:
        size = dice.randint(1, 70)
        stream.ask(request())
        if dice.random() < 0.1:
            stream.lose(data[:size])
        else:
            stream.answer(data[:size])
        packets.add(udp_datagram(reading("24263241")))
        data = data[size:]
    same(packets.write(readable_folder / "ip.pcapng", RAW_IP), 30)


def test_usb_and_rtac(same, readable_folder):
    packets = Packets()
    usb, dice = Usb(packets), random.Random(SEED)
    for number in range(20):
        usb.transmit(request())
        data = reading("24263225", energy2=(number, 0x05))
        while data:
            size = dice.randint(1, 40)
            usb.receive(ftdi_packets(data[:size], 64))
            data = data[size:]
            usb.receive(b"\x01\x60")
    same(packets.write(readable_folder / "usb.pcapng", USB_LINUX_MMAPPED), 50, [("usb.device", usb.key())])
    packets = Packets()
    for number in range(20):
        packets.add(rtac(request(), 1))
        packets.add(rtac(reading("24263225", energy2=(number, 0x05)), 2))
    same(packets.write(readable_folder / "rtac.pcapng", RTAC), 40, [("rtacser.data", 0)])
