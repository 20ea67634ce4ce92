# Part `dissector`: CPU of tshark with the plugin, beside tshark alone, Wireshark's own Modbus RTU, a dissector in Lua,
# and plugins that decode nothing.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import collections
import itertools
import statistics
import struct
import subprocess

from conftest import BUILD, SRC, write_pcap
from measure import bare_tshark, make_tshark, plugin_tshark, timed_tshark
from mixedbus import PERIOD, RESPONSE, START, write_bus

RUNS = 5
LUA_SHARE = 20  # Lua takes this many times fewer frames
DLT_USER1 = 148
MBRTU = ("-o", 'uat:user_dlts:"User 1 (DLT=148)","mbrtu","0","","0",""')
REGISTERS = 23  # as many bytes as a heat meter's 901F
MODES = ("summary", "-T fields", "-V", "-2")
ALONE, ALONE_MODBUS = "tshark alone", "tshark alone, Modbus"
PLUGIN, LUA = "CJ/T 188 plugin", "Lua, fewer frames"

# `beside` is the row whose cost is 1; `sign` is the protocol of every frame when the right dissector is at work.
Row = collections.namedtuple("Row", "name beside sign tshark capture frames options fields")


def words(mode, row):
    """What tshark is told, but for the capture."""
    if mode == "-T fields":
        return (*row.options, "-T", "fields", *(word for field in row.fields for word in ("-e", field)))
    return row.options if mode == "summary" else (*row.options, mode)


# ---- Modbus ----


def crc_table():
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0xA001 if byte & 1 else 0)
        table.append(byte)
    return table


def seal_modbus(data, table=crc_table()):
    crc = 0xFFFF
    for byte in data:
        crc = crc >> 8 ^ table[(crc ^ byte) & 0xFF]
    return data + struct.pack("<H", crc)


def modbus():
    """(seconds, bytes) without end: holding registers read from 60 slaves, whose values change."""
    for count in itertools.count():
        slave, seconds = count % 60 + 1, START + PERIOD * count
        yield seconds, seal_modbus(struct.pack(">BBHH", slave, 3, 0, REGISTERS))
        registers = struct.pack(f">{REGISTERS}H", count & 0xFFFF, *range(2500, 2499 + REGISTERS))
        yield seconds + RESPONSE, seal_modbus(struct.pack("BBB", slave, 3, 2 * REGISTERS) + registers)


# ---- who is measured ----


def build_floors():
    """Two plugins that decode nothing: {name: folder}."""
    subprocess.run(["cmake", "--build", BUILD, "--target", "bench_floors"], stdout=subprocess.DEVNULL, check=True)
    return {name: BUILD / "tests" / "floors" / name for name in ("hello", "items")}


def rows(folder, frames):
    bus = write_bus(folder / "bus.pcap", frames), frames
    short = write_bus(folder / "short.pcap", frames // LUA_SHARE), frames // LUA_SHARE
    other = write_pcap(folder / "modbus.pcap", itertools.islice(modbus(), frames), DLT_USER1), frames
    bare, floors = bare_tshark(folder), build_floors()
    hello, items = (make_tshark(folder, name, floors[name]) for name in ("hello", "items"))
    lua = "-X", f"lua_script:{SRC / 'tests' / 'bench.d' / 'baseline.lua'}"
    lengths, ours = ("data.len", "frame.len"), ("cjt188.energy.heating", "cjt188.temperature.supply")
    return [
        Row(ALONE, ALONE, "data", bare, *bus, (), lengths),
        Row(PLUGIN, ALONE, "cjt188", plugin_tshark(folder), *bus, (), ours),
        Row("floor: columns", ALONE, "floor", hello, *bus, (), ("frame.number", "frame.len")),
        Row("floor: and items", ALONE, "floor", items, *bus, (), ("floor.0", "floor.1")),
        Row(LUA, ALONE, "luacjt", bare, *short, lua, ("luacjt.energy", "luacjt.t_supply")),
        Row(ALONE_MODBUS, ALONE_MODBUS, "data", bare, *other, (), lengths),
        Row("Modbus RTU", ALONE_MODBUS, "mbrtu", bare, *other, MBRTU, ("modbus.func_code", "modbus.regval_uint16")),
    ]


def check_sign(row):
    """A dissector that is not there costs nothing, and one that stumbles is no measure."""
    seen = row.tshark.fields(row.capture, ["frame.protocols", "_ws.lua.error"], "-c", "100", *row.options)
    for packet in seen:
        assert row.sign in packet["frame.protocols"].split(":") and not packet["_ws.lua.error"], f"{row.name}: {packet}"


# ---- measuring ----


def alternating(every, command):
    """{name: CPU seconds}: medians of RUNS rounds, in each of which every row has its turn."""
    taken = collections.defaultdict(list)
    for _ in range(RUNS):
        for row in every:
            taken[row.name].append(timed_tshark(row.tshark, *command(row))[0])
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def measure(every, empty):
    """{mode: {name: microseconds per frame}}; start-up is what a capture of no frame takes."""
    started = alternating(every, lambda row: ("-r", empty, *row.options))
    figures = {}
    for mode in MODES:
        taken = alternating(every, lambda row: ("-r", row.capture, *words(mode, row)))
        figures[mode] = {row.name: 1e6 * (taken[row.name] - started[row.name]) / row.frames for row in every}
    return figures


def show_dissector(folder, frames):
    every = rows(folder, frames)
    empty = write_pcap(folder / "empty.pcap", [])
    for row in every:
        check_sign(row)
    figures = measure(every, empty)
    print(f"dissector, {frames} frames of a mixed bus: CPU microseconds per frame, and how many times those of tshark\n"
          f"alone on the same capture; start-up taken off; medians of {RUNS} alternating runs; Lua on "
          f"{frames // LUA_SHARE} frames")
    print(" " * 26 + "".join(f"{mode:>20}" for mode in MODES))
    for row in every:
        costs = [(figures[mode][row.name], figures[mode][row.beside]) for mode in MODES]
        print(f"  {row.name:24}" + "".join(f"{cost:10.2f}{cost / beside:8.2f} x" for cost, beside in costs))
    print(f"  {'Lua beside the plugin':24}" +
          "".join(f"{figures[mode][LUA] / figures[mode][PLUGIN]:18.2f} x" for mode in MODES))
