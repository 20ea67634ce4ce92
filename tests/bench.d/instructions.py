# Part `instructions`: what one frame costs inside the dissector, counted by callgrind.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import collections
import pathlib
import re
import shutil
import statistics
import subprocess
import tempfile

from conftest import write_pcap
from measure import plugin_tshark
from mixedbus import ALL, HEAT_FRAMES, HIRES, NOISE, START, Meter, pairs

DISSECTOR = "dissect_cjt188"
ROUNDS = 40  # of these the second half is the steady state
TOP = 15


def sections():
    """[(names of the frames in turn, packets)]: one meter's 901F and 903F, noise."""
    number, day = 24263225, 86400
    hires = Meter(number, "thread-5 request 903F", "thread-6 response 903F", HIRES)
    talks = [
        (("901F request to all", "901F reply"), Meter(number, *HEAT_FRAMES, asked=ALL)),
        (("901F request to one", "901F reply, so asked"), Meter(number, *HEAT_FRAMES)),
        (("903F request to one", "903F reply"), hires),
    ]
    out = [(names, [(seconds + day * nth, data) for _, seconds, data in pairs([meter], ROUNDS)])
           for nth, (names, meter) in enumerate(talks)]
    return out + [(("7 bytes of noise",), [(START + 9 * day + second, NOISE[:7]) for second in range(ROUNDS)])]


def callgrind(tshark, capture, *words, function=DISSECTOR):
    """Runs tshark; returns a profile for each call of the function, callees included."""
    assert shutil.which("valgrind"), "valgrind is not installed"
    out = pathlib.Path(tempfile.mkdtemp(prefix="callgrind-", dir=capture.parent))
    out.chmod(0o777)
    command, env = tshark.command("-r", capture, *words)
    where = command.index(shutil.which("tshark"))
    command[where:where] = ["valgrind", "--tool=callgrind", f"--toggle-collect={function}",
                            f"--dump-after={function}", f"--callgrind-out-file={out / 'profile'}"]
    subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return sorted(out.glob("profile.*"), key=lambda path: int(path.suffix[1:]))


def instructions(profile):
    return int(re.search(r"^(?:summary|totals): (\d+)$", profile.read_text(encoding="utf-8"), re.MULTILINE)[1])


def top(profile, *options):
    """[(instructions, function)], the dearest first. What calls the dissector is charged with all of it, or more."""
    text = subprocess.run(["callgrind_annotate", "--threshold=100", "--show-percs=no", "--auto=no", *options, profile],
                          stdout=subprocess.PIPE, text=True, check=True).stdout
    costs = collections.Counter()
    for count, function, library in re.findall(r"^ *([\d,]+) +\S*?:(\S+) (?:\[.*?([^/]*)\])?$", text, re.MULTILINE):
        costs[function + (f" ({library})" if function.startswith("0x") else "")] += int(count.replace(",", ""))
    return [(count, function) for function, count in costs.most_common() if count < instructions(profile)][:TOP]


def show_top(profile):
    print(f"  the last 901F reply, {instructions(profile)} instructions: callees included, and alone")
    for (inclusive, caller), (alone, function) in zip(top(profile, "--inclusive=yes"), top(profile)):
        print(f"  {inclusive:10}  {caller:46}{alone:10}  {function}")


def show_instructions(folder, _frames):
    every = sections()
    packets = [packet for _, packets in every for packet in packets]
    profiles = callgrind(plugin_tshark(folder), write_pcap(folder / "steady.pcap", packets))
    assert len(profiles) == len(packets), f"{len(profiles)} calls of {DISSECTOR} were seen for {len(packets)} packets"
    print(f"instructions in {DISSECTOR}, callees included, one-line summary; of {ROUNDS} frames of a kind\n"
          f"the second half, mean and largest, and the very first")
    for names, section in every:
        own, profiles = profiles[: len(section)], profiles[len(section) :]
        for at, name in enumerate(names):
            counts = [instructions(profile) for profile in own[at :: len(names)]]
            steady = counts[ROUNDS // 2 :]
            assert min(counts) > 0, f"callgrind has collected nothing in {DISSECTOR}"
            print(f"  {name:24}{statistics.mean(steady):10.0f}{max(steady):10}{counts[0]:10}")
            if name == "901F reply":
                reply = own[-1]
    show_top(reply)
