# Which captures the plugin opens, how it gives way to the user's own settings, and its preferences.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import subprocess

import pytest
from conftest import TIMEOUT
from craft import (INFO, MAITUO, OEM, PLUS33, STANDARD, TIANGANG, UNIT_FIRST, add_33, decode, field_rows,  # noqa: F401
                   frame, heat_901f, write_lines, write_pcapng)

DLTS = range(147, 163)
# An IPv4 packet without a payload: what another owner of a user DLT may have.
IP = bytes.fromhex("45 00 00 14 00 01 00 00 40 FD 00 00 7F 00 00 01 7F 00 00 02")


def row_of_user_table(dlt, dissector):
    return f'"User {dlt - DLTS[0]} (DLT={dlt})","{dissector}","0","","0",""'


@pytest.fixture
def dissected(tshark, tmp_path):
    """{DLT: (dissectors the packet went through, whether it is CJ/T 188)} of the same bytes with every user DLT."""

    def run(data, *options, **more):
        path = write_lines(tmp_path / "dlts.pcapng", [data] * len(DLTS), DLTS)
        done = tshark("-r", path, "-T", "fields", "-e", "frame.protocols", "-e", "cjt188.start", "-e", "cjt188.noise",
                      *options, **more)
        assert "cjt188" not in done.stderr, done.stderr
        rows = [line.split("\t") for line in done.stdout.splitlines()]
        assert len(rows) == len(DLTS)
        return {dlt: (row[0].split(":"), any(row[1:])) for dlt, row in zip(DLTS, rows)}

    return run


def ours(seen):
    return [dlt for dlt, (_, is_cjt188) in seen.items() if is_cjt188]


def ips(seen):
    return [dlt for dlt, (protocols, _) in seen.items() if "ip" in protocols]


REQUEST = frame("1F 90 00", control=0x01)


def test_dlt_147_needs_no_setting_and_the_others_are_left_alone(dissected):
    seen = dissected(REQUEST)
    assert ours(seen) == [147]
    assert seen[147][0][-1] == "cjt188"


def test_a_row_of_the_users_table_wins(dissected):
    seen = dissected(IP, "-o", "uat:user_dlts:" + row_of_user_table(147, "ip"))
    assert (ours(seen), ips(seen)) == ([], [147])


def test_a_row_in_the_users_own_file_wins(dissected, tmp_path):
    (tmp_path / "user_dlts").write_text(row_of_user_table(147, "ip") + "\n")
    seen = dissected(IP, env={"WIRESHARK_CONFIG_DIR": str(tmp_path)})
    assert (ours(seen), ips(seen)) == ([], [147])


def test_nothing_calls_a_packet_of_the_users_row_cjt188(dissected):
    seen = dissected(IP, "-o", "uat:user_dlts:" + row_of_user_table(147, "ip"))
    assert "cjt188" not in seen[147][0]


def test_the_users_row_still_works_when_this_protocol_is_disabled(dissected):
    seen = dissected(IP, "-o", "uat:user_dlts:" + row_of_user_table(147, "ip"), "--disable-protocol", "cjt188")
    assert (ours(seen), ips(seen)) == ([], [147])


def test_a_row_for_another_dlt_changes_nothing(dissected):
    seen = dissected(IP, "-o", "uat:user_dlts:" + row_of_user_table(148, "ip"))
    assert (ours(seen), ips(seen)) == ([147], [148])


def test_a_row_of_the_users_table_can_name_this_dissector(dissected):
    seen = dissected(REQUEST, "-o", "uat:user_dlts:" + row_of_user_table(152, "cjt188"))
    assert ours(seen) == [147, 152]


@pytest.mark.parametrize("preference, claimed", [
    ("150", [150]), ("147,150", [147, 150]), ("160-162", [160, 161, 162]), ("", []),
])
def test_the_preference_moves_it(dissected, preference, claimed):
    assert ours(dissected(REQUEST, "-o", f"cjt188.dlt_user:{preference}")) == claimed


def test_a_row_of_the_users_table_wins_wherever_the_preference_points(dissected):
    seen = dissected(IP, "-o", "cjt188.dlt_user:150-151", "-o", "uat:user_dlts:" + row_of_user_table(150, "ip"))
    assert (ours(seen), ips(seen)) == ([151], [150])


def test_other_peoples_packets_are_told_where_they_are(capture, decode):
    assert decode([IP])[0][INFO] == "No CJ/T 188 frame (user DLT 147; preference cjt188.dlt_user)"
    moved = capture([IP], dlt=151)
    assert decode(moved, "-o", "cjt188.dlt_user:151")[0][INFO] == \
        "No CJ/T 188 frame (user DLT 151; preference cjt188.dlt_user)"


def test_an_exported_packet_is_of_no_user_dlt(decode, tmp_path):
    """It names this dissector itself."""
    upper_pdu, name = 252, bytes.fromhex("00 0C 00 08") + b"cjt188\0\0" + bytes(4)
    packets = [(0, 10**18, name + data) for data in (frame("1F 90 00", control=1), IP)]
    path = write_pcapng(tmp_path / "exported.pcapng", packets, [upper_pdu])
    assert [packet[INFO] for packet in decode(path)] == ["Read 901F, 24263225", "No CJ/T 188 frame"]


NOISE_FLAG = 1 << 29
NOISE = bytes.fromhex("00 FF 42 17 00 00 00 00 00")


def test_noise_of_a_line_is_no_question_of_configuration(decode, tmp_path):
    """What says that it is noise is read as noise; a frame beside it, or no such flag, and nothing is different."""
    packets = [(NOISE, NOISE_FLAG), (NOISE[:1], NOISE_FLAG), (NOISE, 0), (REQUEST + NOISE, NOISE_FLAG)]
    path = write_pcapng(tmp_path / "noise.pcapng",
                        [(0, number * 10**9, data, flags) for number, (data, flags) in enumerate(packets)])
    assert [packet[INFO] for packet in decode(path)] == [
        "Noise, 9 bytes", "Noise, 1 byte", "No CJ/T 188 frame (user DLT 147; preference cjt188.dlt_user)",
        "Read 901F, 24263225"]


def test_noise_that_the_tap_has_heard(decode, cjt188dump, tmp_path):
    (tmp_path / "noise").write_bytes(NOISE)
    subprocess.run([cjt188dump, "-q", "-i", tmp_path / "noise", "-w", tmp_path / "noise.pcapng"], check=True,
                   timeout=TIMEOUT)
    assert [packet[INFO] for packet in decode(tmp_path / "noise.pcapng")] == ["Noise, 9 bytes"]


# ---- the other preferences ----

GOOD, BAD, UNVERIFIED = 1, 0, 2


def test_checksums_need_not_be_verified(decode):
    right = frame(heat_901f())
    wrong = right[:-2] + bytes([right[-2] ^ 1, 0x16])
    assert [packet["checksum.status"] for packet in decode([right, wrong])] == [[GOOD], [BAD]]
    packets = decode([right, wrong], "-o", "cjt188.verify_checksum:FALSE")
    assert [packet["checksum.status"] for packet in packets] == [[UNVERIFIED]] * 2
    assert [packet["checksum.bad"] for packet in packets] == [[], []]
    assert [packet["checksum"] for packet in packets] == [[right[-2]], [wrong[-2]]]


def test_the_digits_can_be_hidden(tshark, capture):
    path = capture([frame(heat_901f(energy2=(7, 0x05))), frame("0A 61 00" + "00" * 23, control=0xA1)])
    shown = tshark("-r", path, "-V").stdout
    hidden = tshark("-r", path, "-V", "-o", "cjt188.show_digits:FALSE").stdout
    assert "Digits 00000007, 3 decimal places" in shown
    assert shown.count("decimal places") >= 10
    assert "decimal places" not in hidden
    assert "Heating energy: 0.007 kWh" in hidden and "Operating hours: 13100 h" in hidden


# Heat meter, code 33 78: no rule speaks.
NOBODYS = frame(heat_901f(di="90 1F", energy1=(100, 0x05), energy2=(6020, 0x05), flow=(12345, 0x35)), maker="33 78")


def test_the_default_dialect_is_the_standard(decode):
    packet, = decode([NOBODYS])
    assert packet["dialect"] == [STANDARD]
    assert (packet["energy.settlement"], packet["energy.heating"], packet["flow"]) == ([1.0], [60.2], [1.2345])


@pytest.mark.parametrize("key, name, first, heating, flow", [
    ("oem", OEM, "energy.cooling", 6.020, 12.345),
    ("maituo", MAITUO, "energy.cooling", 6020.0, 12345.0),
    ("chuangzhan", "Chuangzhan", "energy.cooling", 60.20, 1.2345),
    ("lichuang", "Lichuang, new Delu", "energy.settlement", 60.20, 12.345),
    ("sanext", "SANEXT", "energy.cooling", 60.20, 123.45),
])
def test_the_default_dialect_can_be_set(decode, key, name, first, heating, flow):
    packet, = decode([NOBODYS], "-o", f"cjt188.dialect:{key}")
    assert packet["dialect"] == [name]
    assert packet[first] != []
    assert (packet["energy.heating"], packet["flow"]) == ([heating], [flow])


def test_a_rule_is_stronger_than_the_default_dialect(decode):
    ruled = {
        OEM: frame(heat_901f()),
        TIANGANG: frame(heat_901f(), maker="11 11"),
        UNIT_FIRST: frame(heat_901f(di="90 1F", unit_first=True)),
        PLUS33: frame(add_33(heat_901f())),
        STANDARD: frame("1F 90 00", control=0x01, number="AAAAAAAAAA", maker="11 11"),
    }
    packets = decode(list(ruled.values()), "-o", "cjt188.dialect:maituo")
    assert [packet["dialect"] for packet in packets] == [[name] for name in ruled]


def test_preferences_are_few_and_each_has_a_help_text(tshark):
    lines = tshark("-G", "currentprefs").stdout.splitlines()
    starts = {line.lstrip("#").split(":")[0]: number for number, line in enumerate(lines)
              if line.lstrip("#").startswith("cjt188.")}
    assert {"cjt188.dlt_user", "cjt188.dialect", "cjt188.verify_checksum", "cjt188.show_digits"} <= set(starts)
    for name, number in starts.items():
        assert lines[number - 1].startswith("# "), name
    at = starts["cjt188.dialect"]
    choices = next(line for line in reversed(lines[:at]) if line.startswith("# One of: "))
    # 4.0 and 4.4 list their names, 4.6 the words that -o takes.
    for name, word in (("CJ/T 188-2004", "standard"), ("OEM", "oem"), ("Tiangang", "tiangang"),
                       ("Delu mechanical", "delu-mechanical"),
                       ("verification", "verification"), ("Lichuang", "lichuang"), ("Unit first", "unit-first"),
                       ("Maituo", "maituo"), ("valve", "valve"), ("Hiwits", "hiwits"), ("Ruina", "ruina"),
                       ("Chuangzhan", "chuangzhan"), ("SANEXT", "sanext"), ("Yuanda", "yuanda"),
                       ("Huizhong", "huizhong"),
                       ("+33H", "plus33"), ("gas", "gas")):
        assert name in choices or word in choices, name
