# The plugin built with the address and undefined behaviour sanitizers, in the stock tshark: hostile bytes make it read and
# write nothing that is not its own.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import os
import random
import re
import struct
import subprocess

import pytest
from bus import START, hires, reading, request
from carriers import PORT, RAW_IP, USB_LINUX_MMAPPED, Packets, Tcp, Usb, ftdi_packets, udp_datagram
from conftest import BUILD, SRC, TIMEOUT, write_pcap
from craft import pcapng_block, pcapng_option, write_pcapng
from rows import config_dir
from test_at_once import SIZES, Scene
from test_exchange import Random
from test_robust import mutated
from test_userfields import any_row

REPORT = re.compile(r"AddressSanitizer|runtime error|UndefinedBehaviorSanitizer|SUMMARY:|DEADLYSIGNAL|Dissector bug")
STATISTICS = [word for name in ("cjt188,meters", "cjt188,lines", "cjt188,decimals", "cjt188,srt", "cjt188,tree", "conv,cjt188",
                                "endpoints,cjt188", "cjt188,bytes", "cjt188,explore", "cjt188,notes", "cjt188,notes,mask",
                                "expert", "io,stat,1,AVG(cjt188.power)cjt188.power") for word in ("-z", name)]

# Reads behind a block that Wireshark's own allocator gave, or overflows an int: what must be found, if anything is.
PLANTED = """
#include <stdint.h>
#include <stdio.h>
#include <limits.h>
#include <stdlib.h>
#include <epan/packet.h>
#include <epan/proto.h>
__attribute__((visibility("default"))) const char plugin_version[] = "0";
__attribute__((visibility("default"))) const int plugin_want_major = WS_MAJOR;
__attribute__((visibility("default"))) const int plugin_want_minor = WS_MINOR;
__attribute__((visibility("default"))) void plugin_register(void);
__attribute__((visibility("default"))) uint32_t plugin_describe(void);
uint32_t plugin_describe(void) { return 1; }
static void plant(void)
{
    volatile int at = atoi(getenv("PLANTED"));
    volatile uint8_t *block = (uint8_t *)wmem_alloc0(wmem_epan_scope(), 8);
    if (at > 0)
        fprintf(stderr, "planted %d\\n", block[at]);
    else
        fprintf(stderr, "planted %d\\n", INT_MIN + at);
}
static void nothing(void) { }
void plugin_register(void)
{
    static proto_plugin plugin;
    plugin.register_protoinfo = plant;
    plugin.register_handoff = nothing;
    proto_register_plugin(&plugin);
}
"""


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=TIMEOUT)
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout[-4000:]}"
    return done.stdout.strip()


@pytest.fixture(scope="module")
def sanitized():
    """The plugins folder of a build with sanitizers."""
    folder = BUILD / "sanitized-plugin"
    run("cmake", "-S", str(SRC), "-B", str(folder), "-DCJT188_SANITIZE=ON", "-DBUILD_TESTING=OFF", "-DCMAKE_C_COMPILER=gcc")
    run("cmake", "--build", str(folder), "--target", "cjt188", "--parallel", "2")
    built, = folder.glob("plugins/*/epan/cjt188.so")
    assert "__asan_report_load1" in run("nm", "-D", str(built)) and "__ubsan_handle" in run("nm", "-D", str(built))
    return folder / "plugins"


@pytest.fixture(scope="module")
def watched(tshark, sanitized):
    """watched(*arguments): tshark's return code and what it says on stderr, with the sanitizers' runtime in it."""
    runtime = run("gcc", "-print-file-name=libasan.so")

    def start(*arguments, plugins=sanitized, **environment):
        env = {**tshark.env, "WIRESHARK_PLUGIN_DIR": str(plugins), **environment}
        inside = ["env", f"LD_PRELOAD={runtime}", "ASAN_OPTIONS=detect_leaks=0:abort_on_error=0:exitcode=77",
                  "UBSAN_OPTIONS=print_stacktrace=1", "WIRESHARK_DEBUG_WMEM_OVERRIDE=simple"]
        done = subprocess.run([*tshark.unprivileged, *inside, tshark.program, *map(str, arguments)], env=env,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                              timeout=2 * TIMEOUT)
        return done.returncode, done.stderr

    return start


@pytest.fixture(scope="module")
def planted(sanitized, readable_folder):
    """A plugin folder with one plugin, built as ours, that does what the sanitizers must find."""
    version, = (folder.name for folder in sanitized.iterdir())
    folder = readable_folder / "planted" / version / "epan"
    folder.mkdir(parents=True)
    source = readable_folder / "planted.c"
    source.write_text(PLANTED)
    major, minor = version.split(".")
    flags = run("pkg-config", "--cflags", "wireshark", "glib-2.0").split()
    # GCC 14 knows how much wmem_alloc0() gives: its own check would find the fault before AddressSanitizer does
    run("gcc", "-shared", "-fPIC", "-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize=object-size",
        "-fno-sanitize-recover=all", f"-DWS_MAJOR={major}", f"-DWS_MINOR={minor}", *flags, str(source),
        "-o", str(folder / "planted.so"))
    return folder.parent.parent


@pytest.fixture(scope="module")
def captures(frames, readable_folder):
    """{name: (path, options)}."""
    made = {name: readable_folder / f"sanitized-{name}.pcapng" for name in ("bus", "tcp", "usb")}
    Random().run(200).bus.write(made["bus"])

    hostile = mutated(frames)[::40]
    packets = Packets()
    stream = Tcp(packets)
    for data in hostile + [reading("24263225")[:30], hires("24263225")]:
        stream.answer(data)
        packets.add(udp_datagram(data))
    packets.write(made["tcp"], RAW_IP)

    packets = Packets()
    adapters = [Usb(packets, device=device) for device in (1, 2, 3)]
    adapters[0].plug_in(0x0403, 0x6001, [(0xFF, [(0x81, 2, 64), (0x02, 2, 64)])])
    adapters[1].plug_in(0x10C4, 0xEA60, [(0xFF, [(0x81, 2, 64), (0x02, 2, 64)])])
    for number, data in enumerate(hostile):
        adapters[0].receive(ftdi_packets(data, 64))
        adapters[1].receive(data)
        adapters[2].receive(data)
        if number % 16 == 0:
            adapters[0].receive(b"\x01")
            adapters[1].receive(b"\x68" * 5000)
            adapters[2].transmit(request())
    packets.write(made["usb"], USB_LINUX_MMAPPED)

    by_device = [word for usb in adapters for word in ("-d", f"usb.device=={usb.key()},cjt188")]
    return {
        "mutated": (write_pcap(readable_folder / "sanitized-mutated.pcap", mutated(frames)), []),
        "known": (write_pcap(readable_folder / "sanitized-known.pcap", [row["bytes"] for row in frames]), []),
        "bus": (made["bus"], []),
        "tcp": (made["tcp"], ["-d", f"tcp.port=={PORT},cjt188", "-d", f"udp.port=={PORT},cjt188"]),
        "usb": (made["usb"], by_device),
    }


def odd_times(path, seed):
    """A bus whose packets claim any time that a pcapng can hold, before 1970 and behind the end of all clocks among them."""
    chance = random.Random(seed)
    interfaces = [(resolution, offset) for resolution in (9, 6, 0, 0x80, 0xBF, 19)
                  for offset in (0, 1, -1, 2 ** 62, -2 ** 62, 2 ** 63 - 1, -2 ** 63)]
    out = pcapng_block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    for resolution, offset in interfaces:
        options = pcapng_option(9, bytes([resolution])) + pcapng_option(14, struct.pack("<q", offset)) + pcapng_option(0, b"")
        out += pcapng_block(1, struct.pack("<HHI", 147, 0, 262144) + options)
    for number in range(400):
        meter = f"{chance.randrange(4):08d}"
        data = chance.choice((request(meter), reading(meter, volume=(number, 0x2C)), hires(meter), request(), reading(meter)[:30]))
        time = chance.choice((0, 1, 2 ** 32, 2 ** 63 - 1, 2 ** 63, 2 ** 64 - 1, START, START + number, chance.randrange(2 ** 64)))
        interface = chance.choice((0, 0, 1, chance.randrange(len(interfaces))))
        head = struct.pack("<IIIII", interface, time >> 32, time & 0xFFFFFFFF, len(data), len(data))
        out += pcapng_block(6, head + data + bytes(-len(data) % 4))
    path.write_bytes(out)
    return path


# With io,stat Wireshark would make a row a second.
@pytest.mark.parametrize("passes", [["-V"], ["-2", "-T", "pdml"], ["-2", "-q", "-z", "cjt188,meters", "-z", "cjt188,lines"],
                                    ["-q", "-z", "cjt188,srt", "-z", "cjt188,notes", "-z", "cjt188,explore"],
                                    ["-q", "-z", "cjt188,tree"], ["-q", "-z", "conv,cjt188", "-z", "endpoints,cjt188"]],
                         ids=lambda passes: passes[-1])
def test_any_time_that_a_capture_can_claim(watched, tmp_path, passes):
    for seed in range(3):
        code, said = watched("-r", odd_times(tmp_path / "times.pcapng", seed), *passes)
        assert not REPORT.search(said) and code == 0, (seed, said[:6000])


def mutated_scenes(path, seed, count):
    """So many captures of several lines, each in a section of its own: packets in another order, on another line, twice or gone,
    at any time, and with any bytes."""
    chance, packets = random.Random(seed), []
    for number in range(count):
        scene = Scene(f"{seed} {number}", tuple(SIZES), known=chance.random() < 0.5).bus.packets
        times = chance.choice((1, 0, 2 ** 30)), chance.choice((0, 0, 3 * 10 ** 9))
        for packet in scene:
            line, time, data, flags = packet
            if chance.random() < 0.1:
                line = chance.randrange(6)
            if chance.random() < 0.1:
                time = chance.choice((0, START, 2 ** 63 - 1, time + chance.randrange(-times[1], times[1] + 1)))
            if chance.random() < 0.1:
                data = bytearray(data)
                data[chance.randrange(len(data))] = chance.randrange(256)
            if chance.random() < 0.05:
                data = bytes(data) + bytes(chance.choice(scene)[2])
            packets += [(line, time * times[0], bytes(data), flags)] * chance.choice((0, 1, 1, 1, 1, 1, 1, 1, 2))
        if chance.random() < 0.2:
            chance.shuffle(packets)
        packets.append(None)
    return write_pcapng(path, [packet if packet is None else (packet[0], packet[1] % 2 ** 64, *packet[2:]) for packet in packets],
                        dlts=[147] * 6)


@pytest.mark.parametrize("passes", [["-V"], ["-2", "-V"], ["-q", *STATISTICS[:-2]], ["-2", "-q", *STATISTICS[:-2]],
                                    ["-q", "-z", "cjt188,meters,cjt188.control.response == 0",
                                     "-z", "cjt188,lines,cjt188.echo", "-z", "cjt188,srt,cjt188.late"]],
                         ids=["once", "again", "statistics", "statistics again", "filters"])
def test_several_lines_at_random(watched, tmp_path, passes):
    for seed in range(int(os.environ.get("CJT188_SEEDS", 3))):
        code, said = watched("-r", mutated_scenes(tmp_path / "scenes.pcapng", seed, 25), *passes)
        assert not REPORT.search(said) and code == 0, (seed, said[:6000])


@pytest.mark.parametrize("at, found", [("8", "heap-buffer-overflow"), ("-1", "signed integer overflow")])
def test_a_planted_fault_is_found(watched, planted, captures, at, found):
    code, said = watched("-r", captures["known"][0], plugins=planted, PLANTED=at)
    assert found in said and REPORT.search(said) and code != 0, said


def test_what_is_in_bounds_is_not_reported(watched, planted, captures):
    code, said = watched("-r", captures["known"][0], plugins=planted, PLANTED="7")
    assert (code, said) == (0, "planted 0\n")


def test_the_sanitized_plugin_is_the_one_that_dissects(tshark, watched, capture):
    code, said = watched("-r", capture([reading("24263225")]), "-Y", "cjt188.energy.heating", "-z", "cjt188,nothing")
    assert code != 0 and "cjt188,nothing" in said, "an unknown statistic is refused"
    code, said = watched("-r", capture([reading("24263225")]), "-Y", "cjt188.energy.heating")
    assert (code, said) == (0, "")


@pytest.mark.parametrize("name", ["mutated", "known", "bus", "tcp", "usb"])
@pytest.mark.parametrize("passes", [["-V"], ["-2", "-V", *STATISTICS]], ids=["once", "again with statistics"])
def test_nothing_is_reported(watched, captures, name, passes):
    path, options = captures[name]
    code, said = watched("-r", path, *options, *passes)
    assert not REPORT.search(said) and code == 0, said[:6000]


def test_user_settings(watched, captures):
    path, _ = captures["known"]
    for options in (["-o", 'uat:cjt188_meters:"????3225","Kitchen","Maituo","0","8","","2",""'], ["-o", "cjt188.dialect:maituo"],
                    ["-o", "cjt188.show_digits:FALSE", "-o", "cjt188.verify_checksum:FALSE"]):
        code, said = watched("-r", path, "-V", "-2", *options)
        assert not REPORT.search(said) and code == 0, said[:6000]


@pytest.mark.parametrize("name", ["mutated", "known", "bus"])
def test_the_users_fields_at_random(watched, captures, tmp_path, name):
    """Rows of all kinds over frames of all kinds, few of them and many, in one pass and with statistics in two."""
    path, _ = captures[name]
    for seed in range(4):
        chance = random.Random(f"{name} {seed}")
        rows = [any_row(chance, bad=0) for _ in range(10 ** seed)]
        settings = config_dir(tmp_path / str(seed), rows)
        for passes in (["-V"], ["-q", "-2", *STATISTICS]):
            code, said = watched("-r", path, *passes, **settings)
            assert not REPORT.search(said) and code == 0, (seed, said[:6000])
