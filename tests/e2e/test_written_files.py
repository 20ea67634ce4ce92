# What the workbench writes is whole or not there at all: with a full disk, or in place of something else, what was there
# stays, and whoever starts tshark from a script is told by how it ends.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import os
import subprocess

import pytest

KINDS = ("report", "report-mask", "export", "export-mask", "export-ksy", "export-ksy-mask")
ONE_KIND = ("-2", "-R", "cjt188.di == 0x903f && cjt188.control == 0x81")
EVERY_KIND = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture
def write(tshark, samples):
    def run(kind, path, check=False):
        return tshark("-r", samples / "thread.pcapng", "-q", *ONE_KIND, "-z", f"cjt188,{kind},{path}", check=check)

    return run


def is_told(done, path, why):
    """One line on stderr, and tshark did not end well."""
    (line,) = done.stderr.splitlines()
    return done.returncode == 1 and str(path) in line and why in line


@EVERY_KIND
def test_a_full_disk_costs_nothing_that_was_there(tshark, samples, write, tmp_path, kind):
    path = tmp_path / "kept"
    write(kind, path, check=True)
    before = path.read_bytes() + b" \n" * 2000
    path.write_bytes(before)
    command, env = tshark.command("-r", samples / "thread.pcapng", "-q", *ONE_KIND, "-z", f"cjt188,{kind},{path}")
    full = ["sh", "-c", 'trap "" XFSZ; ulimit -f 1; exec "$@"', "sh"]  # 512 bytes are all that any file may have
    done = subprocess.run([*full, *command], env=env, capture_output=True, text=True, timeout=120)
    assert path.read_bytes() == before
    assert is_told(done, path, "File too large"), done.stderr
    assert [entry.name for entry in tmp_path.iterdir()] == ["kept"]


@EVERY_KIND
def test_a_full_device(write, kind):
    assert is_told(write(kind, "/dev/full"), "/dev/full", "No space left")


@EVERY_KIND
def test_a_file_of_another_kind_stays(write, tmp_path, kind):
    other = tmp_path / "index.html"
    for content in (b"<!DOCTYPE html>\n<html lang=en><title>My garden</title>", b"# CJ/T 188", b"\x0a\x0d\x0d\x0a"):
        other.write_bytes(content)
        other.chmod(0o666)
        assert is_told(write(kind, other), other, "is there already")
        assert other.read_bytes() == content


@EVERY_KIND
def test_a_file_that_nobody_may_read_stays(write, tmp_path, kind):
    other = tmp_path / "secret"
    other.write_bytes(b"mine")
    other.chmod(0o222)
    done = write(kind, other)
    other.chmod(0o666)
    assert other.read_bytes() == b"mine" and done.returncode == 1


@EVERY_KIND
def test_a_link_stays_and_so_do_permissions(write, tmp_path, kind):
    path, link = tmp_path / "page", tmp_path / "link"
    path.touch()
    path.chmod(0o606)
    link.symlink_to("page")
    write(kind, link, check=True)
    assert link.is_symlink() and path.stat().st_size > 500 and path.stat().st_mode & 0o777 == 0o606


@EVERY_KIND
def test_a_folder_with_that_one_file_to_write(write, tmp_path, kind):
    folder = tmp_path / "closed"
    folder.mkdir()
    path = folder / "page"
    path.touch()
    path.chmod(0o666)
    folder.chmod(0o555)
    write(kind, path, check=True)
    assert path.stat().st_size > 500


@EVERY_KIND
def test_a_pipe(write, tmp_path, kind):
    done = write(kind, "/dev/stdout", check=True)
    assert len(done.stdout) > 500


@EVERY_KIND
def test_standard_output_in_a_file_is_that_file(tshark, samples, tmp_path, kind):
    """Also what else tshark prints stays in it: it is not replaced by another."""
    out = tmp_path / "out"
    command, env = tshark.command("-r", samples / "thread.pcapng", "-q", *ONE_KIND, "-z", f"cjt188,{kind},/dev/stdout")
    with out.open("wb") as stream:
        before = os.fstat(stream.fileno()).st_ino
        out.chmod(0o666)
        subprocess.run(command, env=env, stdout=stream, check=True, timeout=120)
    assert out.stat().st_ino == before and out.stat().st_size > 500
