# Packets of what can carry CJ/T 188 beside a line of its own: TCP, UDP, USB serial adapters, RTAC serial captures.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import struct

from bus import SECOND, START
from craft import write_pcapng

RAW_IP, RTAC, USB_LINUX, USB_LINUX_MMAPPED = 101, 250, 189, 220
CLIENT, SERVER = "192.0.2.1", "192.0.2.99"
PORT = 4001


def ip_packet(source, destination, protocol, payload):
    def to_bytes(text):
        return bytes(int(part) for part in text.split("."))

    return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 1, 0, 64, protocol, 0) + to_bytes(source) + \
        to_bytes(destination) + payload


class Packets:
    """Packets in their order, 100 ms apart unless told."""

    def __init__(self):
        self.now = START
        self.packets = []

    def add(self, data, after=0.1):
        """Returns the packet's number."""
        self.now += round(after * SECOND)
        self.packets.append((0, self.now, data))
        return len(self.packets)

    def write(self, path, dlt):
        return write_pcapng(path, self.packets, [dlt])


class Tcp:
    """One TCP conversation between CLIENT and SERVER."""

    def __init__(self, packets, client_port=50000, port=PORT):
        self.packets = packets
        self.ports = client_port, port
        self.next = [1000, 5000]
        self.segment(0, b"", flags=0x02, length=1)
        self.segment(1, b"", flags=0x12, length=1)
        self.segment(0, b"", flags=0x10)

    def segment(self, side, data, flags=0x18, at=None, length=None):
        """`side` 0 is the client. `at` is where else in the stream than at its end these bytes stand."""
        sequence = self.next[side] if at is None else at
        source, destination = self.ports if side == 0 else self.ports[::-1]
        head = struct.pack(">HHIIBBHHH", source, destination, sequence, self.next[1 - side], 0x50, flags, 65535, 0, 0)
        if at is None:
            self.next[side] += len(data) if length is None else length
        ends = (CLIENT, SERVER) if side == 0 else (SERVER, CLIENT)
        return self.packets.add(ip_packet(*ends, 6, head + data))

    def ask(self, data, **more):
        return self.segment(0, data, **more)

    def answer(self, data, **more):
        return self.segment(1, data, **more)

    def lose(self, data, side=1):
        """Bytes that no packet of the capture holds."""
        self.next[side] += len(data)


def udp_datagram(data, from_client=True, client_port=50000, port=PORT):
    source, destination = (client_port, port) if from_client else (port, client_port)
    ends = (CLIENT, SERVER) if from_client else (SERVER, CLIENT)
    return ip_packet(*ends, 17, struct.pack(">HHHH", source, destination, 8 + len(data), 0) + data)


def rtac(data, event):
    """`event` 1 is sent, 2 received; 0 has no data."""
    return struct.pack(">IIBBH", 1777313520, 0, event, 0, 0) + data


class Usb:
    """A serial adapter as usbmon sees it."""

    CONTROL, INTERRUPT, BULK = 2, 1, 3

    def __init__(self, packets, dlt=USB_LINUX_MMAPPED, bus=2, device=5):
        self.packets, self.dlt, self.bus, self.device = packets, dlt, bus, device
        self.id = 0xFFFF8880_00000000 + (bus << 24) + (device << 16)

    def key(self):
        """What Decode As calls this device."""
        return self.bus << 16 | self.device

    def event(self, kind, transfer, endpoint, data=b"", setup=None, length=None):
        seconds, rest = divmod(self.packets.now, SECOND)
        head = struct.pack("<QcBBBHBBqiiII", self.id, kind, transfer, endpoint, self.device, self.bus,
                           0 if setup else ord("-"), 0 if data else ord("<" if endpoint & 0x80 else ">"), seconds,
                           rest // 1000, -115 if kind == b"S" else 0, len(data) if length is None else length, len(data))
        head += setup or bytes(8)
        if self.dlt == USB_LINUX_MMAPPED:
            head += bytes(16)
        return self.packets.add(head + data, after=0.001)

    def get_descriptor(self, kind, data):
        self.id += 1
        self.event(b"S", self.CONTROL, 0x80, setup=struct.pack("<BBHHH", 0x80, 6, kind << 8, 0, len(data)))
        self.event(b"C", self.CONTROL, 0x80, data)

    def plug_in(self, vendor, product, interfaces, device_class=0):
        """The descriptors. An interface is (class, [(endpoint, attributes, maximum packet), …])."""
        self.get_descriptor(1, struct.pack("<BBHBBBBHHHBBBB", 18, 1, 0x0200, device_class, 0, 0, 64, vendor, product, 0x0100,
                                           0, 0, 0, 1))
        body = b""
        for number, (interface_class, endpoints) in enumerate(interfaces):
            body += struct.pack("<BBBBBBBBB", 9, 4, number, 0, len(endpoints), interface_class, 0, 0, 0)
            for endpoint, attributes, maximum in endpoints:
                body += struct.pack("<BBBBHB", 7, 5, endpoint, attributes, maximum, 0)
        self.get_descriptor(2, struct.pack("<BBHBBBBB", 9, 2, 9 + len(body), len(interfaces), 1, 0, 0x80, 50) + body)

    def receive(self, data, endpoint=0x81, transfer=BULK):
        """A read is handed in, and comes back with bytes; returns the packet that has them."""
        self.id += 1
        self.event(b"S", transfer, endpoint, length=512)
        return self.event(b"C", transfer, endpoint, data)

    def transmit(self, data, endpoint=0x02):
        self.id += 1
        number = self.event(b"S", self.BULK, endpoint, data)
        self.event(b"C", self.BULK, endpoint, length=len(data))
        return number


def ftdi_packets(data, maximum, status=b"\x01\x60"):
    """What an FTDI adapter makes of received bytes: two status bytes before each packet's part."""
    step = maximum - 2
    return b"".join(status + data[at:at + step] for at in range(0, max(len(data), 1), step))
