# Parts `memory` and `statistics`: what a longer capture, more meters, more lines and a longer Meters table cost.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
from carriers import RAW_IP
from conftest import DLT_USER0, write_pcap
from craft import write_pcapng
from measure import COUNTED, bare_tshark, make_tshark, median_cpu, plugin_tshark, timed_tshark
from mixedbus import heat_meter, pairs, udp, write_bus, write_meters

KIB = 1024
LIMIT = 300  # seconds for one command
PORT = 4001
PAIRS, PACKETS = 4, 80_000  # at least, for each meter and for each capture
TABLE_FRAMES = 100_000


# ---- memory ----


def show_memory(folder, frames):
    """The slope, so that what tshark and the plugin always take is not in it."""
    few, many = frames // 10, frames
    captures = [write_bus(folder / f"{count}.pcap", count) for count in (few, many)]
    bare, plugin = bare_tshark(folder), plugin_tshark(folder)
    print(f"memory: peak KiB at {few} and {many} frames of a mixed bus, bytes a frame in between")
    for name, options in (("one pass", ()), ("-2", ("-2",))):
        slopes = {}
        for who, tshark in (("tshark alone", bare), ("plugin", plugin)):
            low, high = (timed_tshark(tshark, "-r", capture, *options)[2] for capture in captures)
            slopes[who] = KIB * (high - low) / (many - few)
            print(f"  {name + ', ' + who:24}{low:10}{high:10}{slopes[who]:10.1f}")
        print(f"  {name + ', the plugin’s own':44}{slopes['plugin'] - slopes['tshark alone']:10.1f}")


# ---- statistics ----


def rounds_of(count):
    return max(PAIRS, PACKETS // 2 // count)


def write_interfaces(path, count, rounds):
    """A line and a meter for each interface."""
    meters = [heat_meter(10_000_000 + n) for n in range(count)]
    line = {meter: n for n, meter in enumerate(meters)}
    packets = ((line[meter], round(1e9 * seconds), data) for meter, seconds, data in pairs(meters, rounds))
    return write_pcapng(path, packets, [DLT_USER0] * count)


def write_servers(path, count, rounds):
    """A line and a meter for each device server, which is asked over UDP."""
    meters = [heat_meter(10_000_000 + n) for n in range(count)]
    line = {meter: n for n, meter in enumerate(meters)}
    packets = ((seconds, udp(data, line[meter], PORT)) for meter, seconds, data in pairs(meters, rounds))
    return write_pcap(path, packets, RAW_IP)


def microseconds(tshark, capture, packets, words, started):
    """Per packet, start-up taken off, as text."""
    done = timed_tshark(tshark, "-r", capture, *words, limit=LIMIT)
    if done is None:
        return f"> {1e6 * LIMIT / packets:.0f}"
    return f"{1e6 * (done[0] - started) / packets:.2f}"


def show_table(folder, tshark, title, write, table, counts, options=()):
    print(f"  {title}: without a table, {' '.join(table)}")
    started = median_cpu(tshark, "-r", write_pcap(folder / "empty.pcap", []), *COUNTED)
    for count in counts:
        capture = write(folder / "many", count, rounds_of(count))
        packets = 2 * count * rounds_of(count)
        costs = [microseconds(tshark, capture, packets, (*words, *options), started) for words in (COUNTED, table)]
        print(f"    {f'{count}, {packets} packets':28}" + "".join(f"{cost:>12}" for cost in costs))


def show_rows(folder):
    """The last row matches every meter, the others none."""
    capture = write_bus(folder / "bus.pcap", TABLE_FRAMES)
    empty = write_pcap(folder / "empty.pcap", [])
    print(f"  rows of the Meters table, the last matches all, the others none: summary of {TABLE_FRAMES} frames of a bus")
    for count in (0, 1, 10, 1000):
        tshark = make_tshark(folder, f"rows-{count}")
        patterns = [f"{99_000_000 + n}" for n in range(count - 1)] + ["?" * 14] * (count > 0)
        text = "".join(f'"{pattern}","Meter {n}","by the rules","","","","",""\n' for n, pattern in enumerate(patterns))
        (folder / f"rows-{count}" / "wireshark" / "cjt188_meters").write_text(text, encoding="ascii")
        taken = (median_cpu(tshark, "-r", capture) - median_cpu(tshark, "-r", empty)) / TABLE_FRAMES
        named = f"Meter {count - 1}" in tshark("-r", capture, "-c", "20").stdout
        assert named == (count > 0), "the Meters table was not read"
        print(f"    {count:<28}{1e6 * taken:12.2f}")


def show_statistics(folder, _frames):
    tshark = plugin_tshark(folder)
    meters, lines = (("-q", "-z", f"cjt188,{table}") for table in ("meters", "lines"))
    print(f"statistics: CPU microseconds per packet, start-up taken off; a command may take {LIMIT} s")
    show_table(folder, tshark, "meters", write_meters, meters, (1000, 10_000, 100_000))
    show_table(folder, tshark, "lines, as interfaces", write_interfaces, lines, (1000, 3000, 10_000))
    show_table(folder, tshark, "lines, as UDP conversations", write_servers, lines, (1000, 10_000, 100_000),
               ("-d", f"udp.port=={PORT},cjt188"))
    show_rows(folder)
