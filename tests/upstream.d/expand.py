#!/usr/bin/python3
# tests/upstream.d/expand.py FOLDER: the plugin as the checkers of Wireshark's tree read a dissector, FOLDER/packet-cjt188.c:
# all of it in one file, the rows of fields.def, cjt188-fields.def and expert.def as the arrays that they are.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import pathlib
import re
import subprocess
import sys

SRC = pathlib.Path(__file__).resolve().parents[2]
VALUE = re.compile(r"\bcjt188_hf\[CJT188_F_(\w+)\]")


def preprocessed(text):
    """The text with the macros of its own and of the .def files expanded; those of all headers stay as they are."""
    kept = re.sub(r'^#\s*include\s+(?!"[\w/-]+\.def").*$', "", text, flags=re.MULTILINE)
    command = ["cpp", "-P", "-undef", "-nostdinc", "-DCJT188_WORKBENCH",
               "-DWS_AT_LEAST(major, minor)=1", f"-I{SRC / 'plugin'}", f"-I{SRC / 'protocol'}", "-"]
    return subprocess.run(command, input=kept, stdout=subprocess.PIPE, text=True, check=True).stdout


def whole():
    """Every source of the plugin; a value's place in the array of all values is a variable, as everybody else has it."""
    values = ('#define FIELD(id, ...) static int hf_cjt188_F_##id = -1;\n#include "cjt188-fields.def"\n#undef FIELD\n'
              'static const int *all[] = {\n#define FIELD(id, ...) hf_cjt188_F_##id,\n#include "cjt188-fields.def"\n};\n')
    sources = sorted((SRC / "plugin").rglob("*.c"), key=lambda path: (path.name != "fields.c", path))
    text = "".join(preprocessed(part) for part in [values, *(path.read_text(encoding="utf-8") for path in sources)])
    text = VALUE.sub(r"hf_cjt188_F_\1", text).replace("cjt188_tfs_", "local_tfs_")  # check_tfs.py knows no digits
    text = re.sub(r"(?<!static )\bint (hf_\w+);", r"static int \1 = -1;\n", text)
    text = re.sub(r"\bexpert_field (ei_\w+) = EI_INIT;", r"static expert_field \1 = EI_INIT;\n", text)
    text = re.sub(r"(?<=;) (?=static int hf_)", "\n", text)
    return re.sub(r"\s*(?=\{ &(?:hf|ei)_)", "\n        ", text)


(pathlib.Path(sys.argv[1]) / "packet-cjt188.c").write_text(whole(), encoding="utf-8")
