# Part `report`: what the page of a day of 50 000 packets costs beside tshark's own dissection.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import statistics

from heating import Heating
from measure import COUNTED, plugin_tshark, timed_tshark

EVERY = 27  # seconds between two rounds of eight meters


def seconds(tshark, capture, *words, runs=5):
    """Median CPU, and the most memory in KiB."""
    done = [timed_tshark(tshark, "-r", capture, *words) for _ in range(runs)]
    return statistics.median(cpu for cpu, _, _ in done), max(peak for _, _, peak in done)


def show_report(folder, _frames):
    tshark, made = plugin_tshark(folder), Heating(EVERY)
    capture, folder_of_page = made.write(folder / "day.pcapng"), folder / "page"
    folder_of_page.mkdir(mode=0o777)
    folder_of_page.chmod(0o777)
    page = folder_of_page / "day.html"
    print(f"report of a day, {len(made.packets)} packets: CPU seconds, peak KiB")
    figures = {}
    for name, words in (("tshark", ()), ("not printed", COUNTED), ("report", ("-q", "-z", f"cjt188,report,{page}"))):
        figures[name] = cpu, peak = seconds(tshark, capture, *words)
        print(f"  {name:32}{cpu:8.2f}{peak:9}")
    for name in ("tshark", "not printed"):
        print(f"  {'report beside ' + name:32}{figures['report'][0] / figures[name][0]:6.2f} x")
    print(f"  {'bytes of the page':32}{page.stat().st_size:8}")
