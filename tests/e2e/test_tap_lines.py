# Lines as they are: several at once, unplugged and back, taken by others, with settings to be found, on a clock that
# is set. The lines are pseudo terminals.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import fcntl
import os
import shutil
import signal
import struct
import subprocess
import termios
import time

import pytest

from conftest import BUILD
from tapkit import *  # noqa: F403


@pytest.fixture
def lines():
    pair = [Line(), Line()]
    yield pair
    for line in pair:
        line.close()


def test_two_lines(start, lines, frames, tmp_path):
    """TX and RX of a level converter: each line is an interface with its own settings."""
    file = tmp_path / "both.pcapng"
    request, reply = thread_frames(frames)[2:4]
    process = start_on(start, lines[0], file, "--baud", "1200", "-i", lines[1].path, "--format", "8N1")
    for count, (line, data) in enumerate(((lines[0], request), (lines[1], reply), (lines[0], request)), 1):
        line.send(data)
        packets_of(file, count)
    messages = finish(process)
    capture = parse(file.read_bytes())
    assert [interface[2].decode() for interface in capture.interfaces] == [line.path for line in lines]
    assert [(packet.interface, packet.data) for packet in capture.packets] == [(0, request), (1, reply), (0, request)]
    assert [struct.unpack("<Q", block[4])[0] for block in capture.statistics] == [2, 1]
    assert f"{lines[0].path}:  request 2" in messages and f"{lines[1].path}:  reply 1" in messages


def test_order_of_line_options(start, lines, tmp_path):
    """dumpcap's rule: what comes before the first -i is for all, what comes after one is for that one."""
    file = tmp_path / "both.pcapng"
    process = start("--baud", "9600", "-f", "len > 3", "-w", file, "-i", lines[0].path, "--format", "8N1", "-i",
                    lines[1].path, "--baud", "300", "-f", "link[0] = 0x68")
    wait_until(lambda: file.exists() and file.stat().st_size > 0, "the first block")
    finish(process)
    first, second = parse(file.read_bytes()).interfaces
    assert (first[3], second[3]) == (on_host("pseudo terminal, 9600 8N1"), on_host("pseudo terminal, 300 8E1"))
    assert (first[11], second[11]) == (b"\0len > 3", b"\0link[0] = 0x68")


def test_who_and_where(start, lines, tshark, tmp_path):
    """Names and descriptions of lines, dumpcap's words for them, a comment on all, and the computer's name."""
    file = tmp_path / "both.pcapng"
    process = start_on(start, lines[0], file, "--description", "Haus Süd", "--name", "TX", "--capture-comment", "valve open",
                       "-i", lines[1].path, "--ifname", "RX", "--ifdescr", "its other side", path=lines[0].path)
    finish(process)
    first, second = parse(file.read_bytes()).interfaces
    assert (first[2], second[2]) == (b"TX", b"RX")
    assert first[3].decode() == "Haus Süd: " + on_host("pseudo terminal, 2400 8E1").decode()
    assert second[3] == b"its other side: " + on_host("pseudo terminal, 2400 8E1")
    file.chmod(0o644)
    info = subprocess.run([shutil.which("capinfos"), file], capture_output=True, timeout=TIMEOUT, check=True).stdout.decode()
    assert "valve open" in info and f"Recorded on {os.uname().nodename}" in info


def test_text_names_the_line(dump):
    rows = dump("-q", "-i", "demo:fast,seed=1", "-i", "demo:fast,seed=2", "-c", "4").stdout.decode().splitlines()
    assert len(rows) == 4 and all("  demo  " in row for row in rows)


def test_one_ends_the_other_goes_on(dump, tmp_path):
    """A file is read to its end, and that ends nothing else."""
    (tmp_path / "short.bin").write_bytes(b"\x68" * 5)
    done = dump("-i", tmp_path / "short.bin", "-i", "demo:fast,seed=1", "-a", "duration:60", "-w", "-")
    capture = parse(done.stdout)
    assert done.returncode == OK and len(capture.interfaces) == 2
    assert [packet.data for packet in capture.packets if packet.interface == 0] == [b"\x68" * 5]
    assert sum(packet.interface == 1 for packet in capture.packets) > 50


def test_lost_and_back(start, lines, frames, tmp_path):
    """What was begun is kept, the file stays open, the next packet tells of the loss."""
    file, link = tmp_path / "line.pcapng", tmp_path / "mbus-tap"
    request, reply = thread_frames(frames)[2:4]
    link.symlink_to(lines[0].path)
    process = start_on(start, lines[0], file, "--gap", "60000", path=link)
    lines[0].send(request + reply[:9])
    packets_of(file, 1)
    time.sleep(0.2)
    lines[0].hang_up()
    assert packets_of(file, 2)[1].data == reply[:9], "the record in progress is kept"
    os.symlink(lines[1].path, tmp_path / "new")
    os.replace(tmp_path / "new", link)
    wait_until(lambda: listens(process, lines[1].path), "the tap to open the line again")
    time.sleep(0.2)
    lines[1].send(reply)
    wait_until(lambda: len(parse(file.read_bytes()).packets) == 3, "the packet after the loss")
    messages = finish(process)
    capture = parse(file.read_bytes())
    assert capture.packets[2].data == reply and "was gone for" in capture.packets[2].comment
    assert capture.packets[2].flags == IN
    assert len(capture.interfaces) == 1
    assert "is gone. Waiting" in messages and "is back" in messages


def test_told_not_to_wait(start, lines, frames, tmp_path):
    """One lost line ends all when told so; the other's packets are whole."""
    file = tmp_path / "line.pcapng"
    request = thread_frames(frames)[2]
    process = start_on(start, lines[0], file, "--no-wait", "-i", lines[1].path)
    lines[1].send(request)
    packets_of(file, 1)
    lines[0].hang_up()
    _, messages = process.communicate(timeout=TIMEOUT)
    assert process.returncode == LINE_LOST and b"is gone" in messages
    assert payload(parse(file.read_bytes())) == request


def test_sigterm_while_gone(start, line, tmp_path):
    file = tmp_path / "line.pcapng"
    process = start_on(start, line, file)
    time.sleep(0.1)
    line.hang_up()
    wait_until(lambda: not listens(process, line.path), "the tap to let go of the line")
    finish(process)
    assert len(parse(file.read_bytes()).statistics) == 1


def test_sigterm_during_a_frame(start, line, frames, tmp_path):
    file = tmp_path / "line.pcapng"
    reply = thread_frames(frames)[3]
    process = start_on(start, line, file)
    line.send(reply[:40])
    time.sleep(0.2)
    finish(process)
    packet, = parse(file.read_bytes()).packets
    assert packet.data == reply[:40] and packet.flags == IN | SHORT


def test_who_holds_the_line(start, dump, line, tmp_path):
    first = start_on(start, line, tmp_path / "line.pcapng")
    second = dump("-i", line.path)
    assert second.returncode == CANNOT_OPEN
    message = second.stderr.decode()
    assert "it is open already, in " in message and f"cjt188dump (process {first.pid})" in message


def test_a_line_given_twice(dump, line):
    done = dump("-i", line.path, "-i", line.path)
    assert done.returncode == USAGE and b"is given twice" in done.stderr


def test_who_reads_too(start, line, tmp_path):
    """This test has the line open, without a lock: what it would read the tap would miss."""
    messages = finish(start_on(start, line, tmp_path / "line.pcapng"))
    assert f"(process {os.getpid()}), too: what that reads is missing here" in messages


def test_mode_of_the_line(start, line, tmp_path):
    """No handshake, no hanging up at the end, errors marked, a read that waits for a byte."""
    mode = termios.tcgetattr(line.slave)
    mode[2] |= termios.CRTSCTS | termios.HUPCL
    mode[0] |= termios.IGNPAR | termios.ISTRIP | termios.IXON
    termios.tcsetattr(line.slave, termios.TCSANOW, mode)
    assert termios.tcgetattr(line.slave)[2] & (termios.CRTSCTS | termios.HUPCL)
    process = start_on(start, line, tmp_path / "line.pcapng", "--baud", "1200")
    input_, _, control, local, speed, _, characters = termios.tcgetattr(line.slave)
    assert control & (termios.CRTSCTS | termios.HUPCL) == 0 and control & termios.CLOCAL
    assert input_ & (termios.IGNPAR | termios.ISTRIP | termios.IXON) == 0
    assert input_ & (termios.INPCK | termios.PARMRK) == termios.INPCK | termios.PARMRK
    assert local & (termios.ICANON | termios.ECHO | termios.ISIG) == 0 and speed == termios.B1200
    assert characters[termios.VMIN] in (1, b"\x01")
    finish(process)


@pytest.fixture
def port(tmp_path):
    """A pseudo terminal with more of a port: (environment for the tap, its log, the file with overruns, rx and buf_overruns)."""
    library = BUILD / "tests" / "libfake_port.so"
    assert library.exists(), f"{library} is not built"
    log, counters = tmp_path / "port.log", tmp_path / "counters"
    log.touch()
    env = dict(os.environ, LD_PRELOAD=str(library), CJT188_PORT_LOG=str(log), CJT188_PORT_COUNTERS=str(counters),
               ASAN_OPTIONS="verify_asan_link_order=0")
    return env, log, counters


def test_control_lines_and_latency(start, line, port, tmp_path):
    """As they are asked for, and the latency as it was when the tap ends. keep touches nothing."""
    env, log, _ = port
    finish(start_on(start, line, tmp_path / "line.pcapng", "--dtr", "on", "--rts", "off", "--low-latency", env=env))
    assert log.read_text(encoding="ascii").split("\n") == ["DTR on", "RTS off", "exclusive", "low latency", "usual latency", ""]
    log.write_text("", encoding="ascii")
    finish(start_on(start, line, tmp_path / "again.pcapng", "--dtr", "keep", env=env))
    assert log.read_text(encoding="ascii") == "exclusive\n"


def test_control_lines_first(start, line, port, tmp_path):
    """A converter that sends while RTS is up holds the bus from the moment the port is opened: nothing comes in between, but that
    nobody else has the line."""
    env, _, _ = port
    strace, trace = shutil.which("strace"), tmp_path / "trace"
    assert strace, "strace is not installed; tests/run installs it"
    program = [strace, "-D", "-f", "-E", f"LD_PRELOAD={env['LD_PRELOAD']}", "-e", "trace=openat,open,ioctl,flock,read,write,poll,ppoll",
               "-o", trace, BUILD / "sniffer" / "cjt188dump"]  # -D: the process is the tap, not strace
    env = {name: value for name, value in env.items() if name != "LD_PRELOAD"}
    process = start("-i", line.path, "--rts", "off", "-w", tmp_path / "line.pcapng", env=env, program=program)
    wait_until(lambda: is_ready(process), "the line to be open")
    finish(process)
    wait_until(lambda: "exited with 0" in trace.read_text(encoding="utf-8"), "the end of the trace")
    calls = trace.read_text(encoding="utf-8").splitlines()
    opened = next(index for index, call in enumerate(calls) if f'"{line.path}"' in call and "O_RDONLY|O_NOCTTY" in call)
    between = calls[opened + 1 : next(index for index, call in enumerate(calls) if index > opened and "port.log" in call)]
    assert ["TCGETS" in call or "flock" in call for call in between] == [True, True], between


def test_rts_that_silences_a_line(start, line, port, tmp_path):
    """A line with RTS up that is silent, or gives nothing but breaks, says what may be the reason. Not when RTS is down, not when
    there was a byte."""
    env, _, _ = port
    silent = Line(), Line()
    processes = [start("-q", "-i", path, *args, "-w", tmp_path / f"{number}.pcapng", env=env)
                 for number, (path, args) in enumerate(((line.path, ()), (silent[0].path, ("--rts", "off")), (silent[1].path, ())))]
    wait_until(lambda: listens(processes[2], silent[1].path), "the line to be open")
    time.sleep(0.2)
    silent[1].send(b"\x68")
    wait_until(lambda: "try --rts off" in read_along(processes[0]), "the hint")
    for process in processes[1:]:
        assert "--rts off" not in finish(process)
    assert processes[0].said.count("has given nothing for 10 s, and its RTS is up") == 1
    finish(processes[0])
    for one in silent:
        one.close()


def test_overruns(start, line, port, frames, tmp_path):
    """Bytes that the port had no room for: the next packet says how many."""
    env, _, overruns = port
    file, (request, reply) = tmp_path / "line.pcapng", thread_frames(frames)[2:4]
    overruns.write_text("5", encoding="ascii")  # before our time
    process = start_on(start, line, file, env=env)
    line.send(request)
    packets_of(file, 1)
    overruns.write_text("12", encoding="ascii")
    line.send(reply)
    packets_of(file, 2)
    messages = finish(process)
    first, second = parse(file.read_bytes()).packets
    assert (first.dropped, second.dropped) == (0, 7)
    assert second.comment.startswith("7 bytes of the line are missing before this")
    assert "bytes of the line that are missing: 7" in messages


def test_no_room_in_the_kernel(start, line, port, frames, tmp_path):
    """A driver that counts no characters counts at least what it had no room for."""
    env, _, counters = port
    file, (request, reply) = tmp_path / "line.pcapng", thread_frames(frames)[2:4]
    counters.write_text("5 0 3", encoding="ascii")
    process = start_on(start, line, file, env=env)
    line.send(request)
    packets_of(file, 1)
    wait_until(lambda: "does not count characters" in read_along(process), "what this driver cannot tell")
    counters.write_text("6 0 7", encoding="ascii")
    line.send(reply)
    assert packets_of(file, 2)[1].dropped == 5
    finish(process)


def read_along(process):
    """All that the tap has said so far."""
    os.set_blocking(process.stderr.fileno(), False)
    process.said = getattr(process, "said", "") + (process.stderr.read() or b"").decode()
    os.set_blocking(process.stderr.fileno(), True)
    return process.said


def test_bytes_that_another_program_reads(start, line, port, frames, tmp_path):
    """This test takes some away: a driver that counts characters tells how many, silence or not; in the next packet, and in
    the log. Marks and FF, which are more bytes in the kernel than on the line, are no loss."""
    env, _, counters = port
    file, (request, reply) = tmp_path / "line.pcapng", thread_frames(frames)[2:4]
    counters.write_text("2 1000", encoding="ascii")
    process = start_on(start, line, file, env=env)
    rx = 1000

    def said_on_the_line(data, overruns=2):
        nonlocal rx
        rx += len(data)
        counters.write_text(f"{overruns} {rx}", encoding="ascii")
        line.send(data)

    said_on_the_line(request + b"\xff\xff\xff")
    packets_of(file, 2)
    time.sleep(0.5)
    process.send_signal(signal.SIGSTOP)
    wait_until(lambda: process_state(process) == "T", "the tap to stand still")
    said_on_the_line(reply)
    taken = os.read(line.slave, 20)
    process.send_signal(signal.SIGCONT)
    packets_of(file, 3)
    wait_until(lambda: f"20 bytes that came to \"{line.path}\" were not heard here" in read_along(process), "the complaint")
    said_on_the_line(request, overruns=5)
    packets = packets_of(file, 4)
    time.sleep(0.5)
    messages = process.said + finish(process)
    assert taken == reply[:20] and payload(parse(file.read_bytes())) == request + b"\xff\xff\xff" + reply[20:] + request
    assert [packet.dropped for packet in packets] == [0, 0, 20, 3]
    assert packets[2].comment.startswith("20 bytes of the line are missing before this")
    assert "does not count characters" not in messages and messages.count("were not heard here") == 1


def process_state(process):
    with open(f"/proc/{process.pid}/stat", encoding="ascii") as file:
        return file.read().rsplit(")", 1)[1].split()[0]


def test_cost_of_a_piece(start, line, frames, tmp_path):
    """A piece of a frame, as an adapter hands it over each 16 ms, costs a wait and a read, and little more now and then."""
    strace, trace, file = shutil.which("strace"), tmp_path / "trace", tmp_path / "line.pcapng"
    assert strace, "strace is not installed; tests/run installs it"
    process = start("-q", "-i", line.path, "-w", file, program=[strace, "-D", "-f", "-o", trace, BUILD / "sniffer" / "cjt188dump"])
    wait_until(lambda: is_ready(process), "the line to be open")
    request = thread_frames(frames)[2]
    line.send(request)
    wait_until(file.exists, "the file")
    packets_of(file, 1)
    time.sleep(1)
    begun = len(trace.read_text(encoding="utf-8").splitlines())
    for at in range(0, 10 * len(request), 2):
        line.send((request * 10)[at : at + 2])
        time.sleep(0.016)
    packets_of(file, 11)
    calls = trace.read_text(encoding="utf-8").splitlines()[begun:]
    finish(process)
    pieces = sum("read(" in call and call.endswith(" = 2") for call in calls)
    main = [call for call in calls if call.split()[0] == str(process.pid) and "futex" not in call]
    assert pieces > 90 and len(main) < 2.5 * pieces, f"{len(main)} calls for {pieces} pieces"


def test_seven_data_bits(start, line, tmp_path):
    messages = finish(start_on(start, line, tmp_path / "line.pcapng", "-q", "--format", "7E1"))
    assert "do not pass 7 data bits" in messages


def test_no_control_lines(start, line, tmp_path):
    """A pseudo terminal has neither DTR nor RTS: said, and no reason to stop."""
    process = start_on(start, line, tmp_path / "line.pcapng", "--dtr", "on", "--rts", "off", "--low-latency")
    messages = finish(process)
    assert "no control line DTR" in messages and "no control line RTS" in messages


def baud_of(line):
    return termios.tcgetattr(line.slave)[4]


def test_settings_are_found(start, line, frames, tmp_path):
    """This line gives frames only to those who listen with 9600; what is heard before is kept."""
    file = tmp_path / "line.pcapng"
    reply, sent, seen = thread_frames(frames)[3], b"", []
    process = start_on(start, line, file, "--baud", "auto", "--gap", "40")
    while not any("Settings found" in packet.comment for packet in parse(file.read_bytes()).packets):
        data = reply if baud_of(line) == termios.B9600 else b"\x00\x80\xf8" * 7
        seen.append(baud_of(line))
        line.send(data)
        sent += data
        assert len(seen) < 100, "not found"
        time.sleep(0.1)
    messages = finish(process)
    capture = parse(file.read_bytes())
    assert payload(capture) == sent, "every byte seen while searching is recorded"
    assert seen[0] == termios.B2400, "what is common is tried first"
    assert 8 not in capture.interfaces[0] and b"settings searched" in capture.interfaces[0][3]
    comments = [packet.comment for packet in capture.packets if packet.comment.startswith("Settings")]
    assert comments[0].startswith("Settings searched, from here with 2400 8E1")
    assert comments[1].startswith("Settings searched, from here with 9600 8E1")
    assert comments[-1].startswith("Settings found: 9600 8E1 (1 whole frame, no line errors; bytes such as FE")
    assert f"{line.path}: Settings found: 9600 8E1" in messages


def cpu_ticks(process):
    with open(f"/proc/{process.pid}/stat", encoding="ascii") as file:
        return sum(int(word) for word in file.read().rsplit(")", 1)[1].split()[11:13])


def test_lost_while_searching(start, lines, frames, tmp_path):
    """The search rests, the other line goes on, and the search goes on when the line is back."""
    file, link = tmp_path / "line.pcapng", tmp_path / "tap"
    link.symlink_to(lines[0].path)
    request, reply = thread_frames(frames)[2:4]
    process = start_on(start, lines[0], file, "--baud", "auto", "--gap", "200", "-i", lines[1].path, path=link)
    for _ in range(2):
        lines[0].send(b"\x12\x34\x56")
        time.sleep(0.05)
    lines[0].hang_up()
    wait_until(lambda: not listens(process, lines[0].path), "the tap to let go of the line")
    time.sleep(0.5)
    before = cpu_ticks(process)
    lines[1].send(request)
    wait_until(lambda: any(packet.data == request for packet in parse(file.read_bytes()).packets), "the other line")
    time.sleep(0.5)
    assert cpu_ticks(process) - before < 20
    back = Line()
    try:
        os.symlink(back.path, tmp_path / "new")
        os.replace(tmp_path / "new", link)
        wait_until(lambda: listens(process, back.path), "the tap to open the line again")
        time.sleep(0.2)
        back.send(reply)
        wait_until(lambda: parse(file.read_bytes()).packets[-1].data == reply, "the reply")
        messages = finish(process)
    finally:
        back.close()
    last = parse(file.read_bytes()).packets[-1]
    assert "was gone for" in last.comment and "Settings found: 2400 8E1" in messages


def test_back_but_taken(start, lines, frames, tmp_path):
    """Somebody else was faster: said once, and waited for."""
    file, link = tmp_path / "line.pcapng", tmp_path / "tap"
    link.symlink_to(lines[0].path)
    process = start_on(start, lines[0], file, path=link)
    time.sleep(0.1)
    fcntl.flock(lines[1].slave, fcntl.LOCK_EX)
    os.symlink(lines[1].path, tmp_path / "new")
    os.replace(tmp_path / "new", link)
    lines[0].hang_up()
    time.sleep(2.5)
    fcntl.flock(lines[1].slave, fcntl.LOCK_UN)
    wait_until(lambda: listens(process, lines[1].path), "the tap to open the line again")
    time.sleep(0.2)
    lines[1].send(thread_frames(frames)[3])
    packets_of(file, 1)
    assert finish(process).count("it is open already") == 1


def test_backlog_at_the_end(start, line, frames, tmp_path):
    """What the kernel holds already was said on the line before the end."""
    file, reply = tmp_path / "line.pcapng", thread_frames(frames)[3]
    process = start_on(start, line, file)
    process.send_signal(signal.SIGSTOP)
    line.send_all(reply * 150)
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGCONT)
    _, messages = process.communicate(timeout=TIMEOUT)
    assert process.returncode == OK, messages
    assert payload(parse(file.read_bytes())) == reply * 150


def test_half_a_mark_at_the_end(start):
    """FF is the first half of FF FF, or of a mark, when the end comes between the two."""
    process = start("-q", "--marked", "-i", "-", "-w", "-", stdin=subprocess.PIPE)
    process.stdin.write(b"\x68\xff")
    process.stdin.flush()
    time.sleep(0.3)
    process.terminate()
    out, _ = process.communicate(timeout=TIMEOUT)
    assert payload(parse(out)) == b"\x68\xff"


def test_probe_that_finds_nothing(start, line):
    process = start("--probe", "-a", "duration:0.5", "-i", line.path)
    out, messages = process.communicate(timeout=TIMEOUT)
    assert process.returncode == LINE_LOST and out == b"" and b"Nothing was found" in messages


def test_probe(start, line, frames):
    """--probe prints the settings and ends."""
    process = start("--probe", "-i", line.path)
    wait_until(lambda: listens(process, line.path), "the line to be open")
    time.sleep(0.3)
    line.send(thread_frames(frames)[3])
    out, _ = process.communicate(timeout=TIMEOUT)
    assert process.returncode == OK and out == b"2400 8E1\n"


def test_nothing_to_search(dump, tmp_path):
    (tmp_path / "line.bin").write_bytes(b"\x68")
    for source in ("demo", tmp_path / "line.bin"):
        done = dump("-i", source, "--baud", "auto")
        assert done.returncode == USAGE and b"no serial port" in done.stderr


def test_clock_step(start, line, frames, tmp_path):
    """The clock of the computer is set while the tap runs."""
    library = BUILD / "tests" / "libclock_step.so"
    assert library.exists(), f"{library} is not built"
    file, step = tmp_path / "line.pcapng", tmp_path / "step"
    request, reply = thread_frames(frames)[2:4]
    env = dict(os.environ, LD_PRELOAD=str(library), CJT188_CLOCK_STEP=str(step),
               ASAN_OPTIONS="verify_asan_link_order=0")
    process = start_on(start, line, file, env=env)
    for count, seconds in enumerate((None, "3600", "3600", "-7200.5"), 1):
        if seconds:
            step.write_text(seconds, encoding="ascii")
        line.send(reply)
        packets_of(file, count)
    finish(process)
    packets = parse(file.read_bytes()).packets
    assert [packet.data for packet in packets] == [reply] * 4
    assert "set forward by 3600.0" in packets[1].comment and packets[0].comment == packets[2].comment == ""
    assert "set back by 10800.5" in packets[3].comment
    assert packets[1].time - packets[0].time == pytest.approx(3600, abs=30)


def test_clock_step_inside_a_frame(start, line, frames, tmp_path):
    """What was begun before the step keeps its time; the step is told with what begins after it."""
    file, step = tmp_path / "line.pcapng", tmp_path / "step"
    reply = thread_frames(frames)[3]
    env = dict(os.environ, LD_PRELOAD=str(BUILD / "tests" / "libclock_step.so"), CJT188_CLOCK_STEP=str(step),
               ASAN_OPTIONS="verify_asan_link_order=0")
    process = start_on(start, line, file, env=env)
    for count, seconds in ((1, "-7200"), (2, "3600")):
        line.send(reply[:30])
        time.sleep(0.15)
        step.write_text(seconds, encoding="ascii")
        line.send(reply[30:])
        packets_of(file, count)
    line.send(reply)
    packets_of(file, 3)
    now = time.time()
    finish(process)
    packets = parse(file.read_bytes()).packets
    assert [packet.data for packet in packets] == [reply] * 3
    assert [packet.time - now for packet in packets] == [pytest.approx(seconds, abs=30) for seconds in (0, -7200, 3600)]
    assert packets[0].comment == "" and "set back by 7200" in packets[1].comment
    assert "set forward by 10800" in packets[2].comment


def test_the_computer_slept(start, line, frames, tmp_path):
    """Its clock was not set: that is another thing."""
    file, slept = tmp_path / "line.pcapng", tmp_path / "slept"
    reply = thread_frames(frames)[3]
    env = dict(os.environ, LD_PRELOAD=str(BUILD / "tests" / "libclock_step.so"), CJT188_CLOCK_SLEPT=str(slept),
               ASAN_OPTIONS="verify_asan_link_order=0")
    process = start_on(start, line, file, env=env)
    line.send(reply)
    packets_of(file, 1)
    slept.write_text("3600.5", encoding="ascii")
    for count in (2, 3):
        line.send(reply)
        packets_of(file, count)
    finish(process)
    packets = parse(file.read_bytes()).packets
    assert [packet.comment for packet in packets] == [
        "", "The computer slept for 3600.5 s before this, what was said meanwhile is missing", ""]
    assert packets[1].time - packets[0].time == pytest.approx(3600.5, abs=30)


def test_stopped_and_on(start, line, frames, tmp_path):
    """SIGSTOP and SIGCONT: what was said meanwhile is there, and bears a mark. A service manager's SIGCONT behind its SIGTERM
    says nothing."""
    file, (request, reply) = tmp_path / "line.pcapng", thread_frames(frames)[2:4]
    process = start_on(start, line, file)
    line.send(request)
    packets_of(file, 1)
    process.send_signal(signal.SIGSTOP)
    wait_until(lambda: process_state(process) == "T", "the tap to stand still")
    line.send(reply)
    process.send_signal(signal.SIGCONT)
    packets_of(file, 2)
    line.send(request)
    packets_of(file, 3)
    process.send_signal(signal.SIGSTOP)
    wait_until(lambda: process_state(process) == "T", "the tap to stand still")
    line.send(request)
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGCONT)
    _, messages = process.communicate(timeout=TIMEOUT)
    packets = parse(file.read_bytes()).packets
    assert [packet.data for packet in packets] == [request, reply, request, request]
    assert ["stood still" in packet.comment for packet in packets] == [False, True, False, False]
    assert process.returncode == OK and messages.count(b"was stopped, and goes on") == 1


def test_read_late(start, line, port, frames, tmp_path):
    """A line of 2400 baud cannot give a reply in one piece, so it waited somewhere. Five characters at once are usual."""
    env, _, _ = port
    file, (request, reply) = tmp_path / "line.pcapng", thread_frames(frames)[2:4]
    process = start_on(start, line, file, env=env)
    line.send(reply)
    packets_of(file, 1)
    for at in range(0, len(request), 5):
        line.send(request[at : at + 5])
        time.sleep(0.03)
    first, second = packets_of(file, 2)
    finish(process)
    assert first.comment == "Bytes of this were read at least 277 ms late, so its time is less exact" and second.comment == ""


def test_first_byte_times(start, line, frames, tmp_path):
    """Paced as a line of 2400 8E1, handed over as an adapter with 16 ms latency does."""
    file = tmp_path / "line.pcapng"
    process = start_on(start, line, file)
    starts, sent = [], thread_frames(frames)[2:4] * 4
    for index, data in enumerate(sent):
        begun, at = time.time() + 0.0037 * index, 0
        starts.append(begun)
        while at < len(data):
            tick = (int(time.time() / 0.016) + 1) * 0.016
            time.sleep(max(0, tick - time.time()))
            complete = min(len(data), int((tick - begun) / CHARACTER))
            if complete > at:
                line.send(data[at:complete])
                at = complete
        time.sleep(0.03)
    packets_of(file, len(sent))
    finish(process)
    packets = parse(file.read_bytes()).packets
    assert [packet.data for packet in packets] == sent
    errors = sorted(abs(packet.time - begun) * 1000 for packet, begun in zip(packets, starts))
    print(f"first-byte time error, ms: mean {sum(errors) / len(errors):.2f}, worst {errors[-1]:.2f}")
    # Stamped with its first chunk a record would be 13 ms late in the mean, with its last 100 to 293 ms.
    assert errors[len(errors) // 2] < 9
