#!/usr/bin/python3
# tests/upstream.d/objects.py BUILD: compiles the objects of plugins/epan/cjt188 and no others, with the very commands of a
# configured build of Wireshark. Whoever asks ninja for them gets all of libwireshark first.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import concurrent.futures
import json
import os
import pathlib
import shlex
import subprocess
import sys


def compile_one(entry):
    """True where the compiler says yes and nothing else: it takes warnings for errors."""
    words = shlex.split(entry["command"])
    pathlib.Path(entry["directory"], words[words.index("-o") + 1]).parent.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(words, cwd=entry["directory"], stderr=subprocess.PIPE, text=True, check=False)
    sys.stderr.write(done.stderr)
    return done.returncode == 0 and not done.stderr


entries = [entry for entry in json.loads(pathlib.Path(sys.argv[1], "compile_commands.json").read_text(encoding="utf-8"))
           if "/plugins/epan/cjt188/" in entry["file"]]
plain = [entry["file"] for entry in entries if "-Werror" not in shlex.split(entry["command"])]
with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    good = sum(pool.map(compile_one, entries))
print(f"upstream: {good} of {len(entries)} objects compile in the tree, warnings as errors", flush=True)
if plain:
    sys.exit(f"upstream: these are compiled without -Werror: {' '.join(plain)}")
sys.exit(not entries or good != len(entries))
