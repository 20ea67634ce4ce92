# What the parts of tests/bench share: a program's cost, and tshark in several make-ups.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import os
import pathlib
import statistics
import subprocess
import time

from conftest import Tshark

COUNTED = ("-q", "-z", "io,stat,0,cjt188")  # dissected without a line for each


def peak_kib(pid):
    """Of its own life: what wait4() tells includes the Python that it was forked from."""
    text = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(text.split("VmHWM:")[1].split()[0]) if "VmHWM:" in text else 0


def timed(command, limit=float("inf"), **more):
    """(CPU seconds, seconds, peak KiB) of a program; None if it takes more than `limit` seconds."""
    begun, peak, stopped = time.monotonic(), 0, False
    process = subprocess.Popen(command, **more)
    while True:
        done, status, usage = os.wait4(process.pid, os.WNOHANG)
        if done:
            break
        peak = max(peak, peak_kib(process.pid))
        if not stopped and time.monotonic() - begun > limit:
            process.kill()
            stopped = True
        time.sleep(0.005)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert stopped or process.returncode == 0, command
    return None if stopped else (usage.ru_utime + usage.ru_stime, time.monotonic() - begun, peak)


def timed_tshark(tshark, *words, **more):
    command, env = tshark.command(*words)
    return timed(command, env=env, stdout=subprocess.DEVNULL, **more)


def median_cpu(tshark, *words, runs=3):
    return statistics.median(timed_tshark(tshark, *words)[0] for _ in range(runs))


def make_tshark(folder, name, plugins=None):
    """A tshark with settings of its own, and with the plugins of another folder than the build folder's."""
    (folder / name).mkdir()
    tshark = Tshark(folder / name)
    if plugins is not None:
        tshark.env["WIRESHARK_PLUGIN_DIR"] = str(plugins)
    return tshark


def bare_tshark(folder):
    """Without any plugin."""
    (folder / "no-plugins").mkdir(exist_ok=True)
    return make_tshark(folder, "bare", folder / "no-plugins")


def plugin_tshark(folder):
    tshark = make_tshark(folder, "plugin")
    assert "cjt188.so" in tshark.plugins(), f"tshark does not load cjt188.so from {tshark.env['WIRESHARK_PLUGIN_DIR']}"
    return tshark
