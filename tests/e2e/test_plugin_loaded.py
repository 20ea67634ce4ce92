# Is the plugin of this build loaded at all? As root, and with a plugin made for another version, tshark goes on
# without it and ends with 0: then every other test would look at undissected bytes.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
from conftest import HAS_WORKBENCH


def test_the_plugin_of_this_build_is_loaded(bare_tshark, build):
    plugins = bare_tshark.plugins()
    assert "cjt188.so" in plugins, f"loaded are only {sorted(plugins)}"
    assert plugins["cjt188.so"].resolve().is_relative_to(build.resolve()), plugins


def test_nothing_is_said_at_start(bare_tshark):
    assert bare_tshark("-G", "plugins").stderr == ""


def test_a_capture_opens_as_cjt188_without_any_setting(tshark, capture, frames):
    path = capture([frames[0]["bytes"]])
    assert tshark.fields(path, ["frame.protocols"]) == [{"frame.protocols": "user_dlt:cjt188"}] or \
        tshark.fields(path, ["frame.protocols"]) == [{"frame.protocols": "cjt188"}]


def test_the_workbench_is_there_unless_it_was_left_out(tshark):
    done = tshark("-z", "help")
    offered = {line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip().startswith("cjt188,")}
    assert {"cjt188,meters", "cjt188,lines"} < offered
    workbench = {"cjt188,notes", "cjt188,explore"} & offered
    assert workbench == ({"cjt188,notes", "cjt188,explore"} if HAS_WORKBENCH else set())
