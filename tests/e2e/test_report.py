# tshark -z cjt188,report,FILE: the page in a real browser, its figures against a day that is known, and what it never shows.
#
# Copyright 2026, the CJ/T 188 tools contributors
# SPDX-License-Identifier: GPL-2.0-or-later
import random
import re

import pytest
from bus import READ, SECOND, START, request
from browser import DARK, LIGHT, dom, measured, screenshot
from conftest import write_pcap
from craft import frame, heat_901f, le, water_901f, write_pcapng
from day import HEARD, SENT, Day
from heating import DEAD, FAULTY, MARKS, METERS, TAIL, WATER, Heating
from rows import BYTES, options, row

HOSTILE = "<script>alert(1)</script>\"><img src=x onerror=alert(2)>&amp;'"


@pytest.fixture(scope="module")
def heating(readable_folder):
    made = Heating()
    return made, made.write(readable_folder / "heating.pcapng")


@pytest.fixture(scope="module")
def report(tshark):
    """report(capture, folder, …): the page's path."""

    def make(capture, folder, *words, option="report", name="report.html"):
        page = folder / name
        done = tshark("-r", capture, "-q", *words, "-z", f"cjt188,{option},{page}")
        assert done.stdout == ""
        return page

    return make


@pytest.fixture(scope="module")
def page(heating, report, readable_folder):
    return report(heating[1], readable_folder)


@pytest.fixture(scope="module")
def tree(page):
    return dom(page)


def rows_of(tree, word):
    (table,) = tree.all("table", word)
    return [[cell.text() for cell in line.all("td")] for line in table.all("tr")][1:]


# ---- what it says ----


def test_the_summary_is_true(heating, tree):
    made, _ = heating
    for house, cells in zip(made.houses, rows_of(tree, "summary"), strict=True):
        places, first, last = 2 if house.index == WATER else 3, house.first, house.last
        energy = ["", "", ""] if house.index == WATER else [f"{n:.3f} kWh" for n in (first[0], last[0], last[0] - first[0])]
        volume = [f"{n:.{places}f} m³" for n in (first[1], last[1], last[1] - first[1])]
        assert cells == [house.number, str(made.replies[house.index]), str(made.unanswered[house.index]), *energy, *volume,
                         "battery low" if house.index == FAULTY else ""]
    assert next(tree.all("h1")).text() == "8 meters on 1 line"
    assert [cells[0] for cells in rows_of(tree, "marks")] == [text for _, text in MARKS]


def test_every_meter_has_its_charts(heating, tree):
    made, _ = heating
    sections = list(tree.all("section", "meter"))
    assert len(sections) == METERS
    for house, section in zip(made.houses, sections):
        titles = [(next(figure.all("b")).text(), next(figure.all("i")).text()) for figure in section.all("figure")]
        assert titles == ([("Volume", "m³")] if house.index == WATER else
                          [("Temperature", "°C"), ("Power", "kW"), ("Flow", "m³/h"), ("Energy", "kWh")])
        for figure in section.all("figure"):
            assert [mark.text() for mark in figure.all("g", "mark")] == [f"{n + 1}{text}" for n, (_, text) in enumerate(MARKS)]
            assert len(list(figure.all("path", "line"))) == (2 if "warm" in figure.attributes["class"] else 1)


def points(path):
    return [tuple(map(float, pair)) for pair in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path.attributes["d"])]


def test_a_curve_is_where_its_values_are(heating, tree):
    """The valve is shut between the marks: the flow is at the lower edge there, and nowhere else."""
    section = next(tree.all("section", "meter"))
    flow = next(path for figure in section.all("figure") if next(figure.all("b")).text() == "Flow"
                for path in figure.all("path", "line"))
    marks = [float(re.search(r"M([\d.]+)", path.attributes["d"])[1]) for mark in section.all("g", "mark")
             for path in mark.all("path")][:2]
    low = [x for x, y in points(flow) if y == 142]
    assert len(low) == 12 and marks[0] - 0.2 <= min(low) and max(low) < marks[1]


def test_silence_breaks_a_curve(tree):
    sections = list(tree.all("section", "meter"))
    pieces = [[path.attributes["d"].count("M") for path in section.all("path", "line")] for section in sections]
    assert [max(counts) for counts in pieces] == [2 if index == DEAD else 1 for index in range(METERS)]


def test_lines(heating, tree):
    made, _ = heating
    (section,) = tree.all("section", "line")
    assert next(section.all("h3")).text() == "/dev/ttyUSB0"
    cells = {next(line.all("th")).text(): next(line.all("td")).text() for line in section.all("tr")}
    mean = f"mean {sum(made.times) / len(made.times):.0f} ms, without late replies"
    times = f"{min(made.times):.0f} to {max(made.times):.0f} ms, {mean}"
    assert made.late > 0
    assert cells.pop("Longest silence").startswith("9 min 4")
    assert cells == {"Requests": str(sum(made.replies) + sum(made.unanswered)), "Replies": str(sum(made.replies)),
                     "Unanswered": str(sum(made.unanswered)), "Late replies": str(made.late), "Response time": times}
    assert [next(figure.all("b")).text() for figure in section.all("figure") if list(figure.all("svg"))] == [
        "Response time", "Silence before a packet"]
    (events,) = section.all("path", "event")
    assert events.attributes["d"].count("M") == sum(made.unanswered)


def test_a_heat_map_for_each_kind(tree):
    kinds = list(tree.all("section", "kind"))
    assert [next(kind.all("h3")).text().split(",")[0] for kind in kinds] == ["Reply 901F"] * 2
    heat = next(kind for kind in kinds if "L 58" in next(kind.all("h3")).text())
    names = [text.text() for text in heat.all("text", "known")]
    assert names == ["Cooling energy", "Heating energy", "Power", "Flow", "Volume", "Supply temperature", "Return temperature",
                     "Operating hours", "Clock", "Status"]
    assert [text.text() for text in heat.all("text", "unknown")] == ["Undocumented"]
    assert [mark.text() for mark in next(heat.all("svg", "heatmap")).all("g", "mark")] == [
        f"Mark {n + 1}{text}" for n, (_, text) in enumerate(MARKS)]
    changed = {int(byte) for path in heat.all("path", "heat") if "h0" not in path.attributes["class"]
               for byte in re.findall(r"M(\d+) ", path.attributes["d"])}
    tail = 43
    assert not changed & set(range(5))                            # no cooling energy
    assert {tail, tail + 4, tail + 6, tail + 8} <= changed
    assert not changed & {tail + at for at in range(TAIL["zeros"][0], sum(TAIL["zeros"]))}


def test_undocumented_bytes_have_plots(tree):
    heat = next(kind for kind in tree.all("section", "kind") if "L 58" in next(kind.all("h3")).text())
    figures = list(heat.all("figure"))
    assert len(figures) >= 3
    assert any(next(figure.all("b")).text().startswith("Bytes 43 to 46: ") for figure in figures)
    for figure in figures:
        assert list(figure.all("path", "line")) and list(figure.all("p", "note"))


def test_nothing_from_elsewhere(page, tree):
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"https?:|url\(|@import|src=", text)
    assert [tag for tag in ("script", "link", "img") if list(tree.all(tag))] == []


# ---- what it looks like ----


def test_it_is_light_and_dark_and_fits_a_telephone(page, tmp_path):
    assert screenshot(page, tmp_path / "light.png", 1300, 1600) == (1300, 1600, (255, 255, 255))
    assert screenshot(page, tmp_path / "dark.png", 1300, 1600, DARK) == (1300, 1600, (0x14, 0x17, 0x1A))
    assert screenshot(page, tmp_path / "phone.png", 390, 1600, LIGHT)[2] == (255, 255, 255)
    for width in (390, 700, 1300):
        assert measured(page, tmp_path, "document.documentElement.scrollWidth <= innerWidth", width) == "true", width
    letters = "Math.min(...[...document.querySelectorAll('.chart text')].map(t => t.getBoundingClientRect().height))"
    assert float(measured(page, tmp_path, letters, 390)) > 10


# ---- hostile texts ----


def test_hostile_names_are_text(report, tmp_path):
    made = [(0, START + 600 * turn * SECOND, data, 0, comment) for turn in range(4) for data, comment in (
        (request("24263225", READ), f"Mark 7: {HOSTILE}\n</title><svg onload=alert(1)>" if turn == 1 else ""),
        (frame(heat_901f(supply=2500 + turn) + le(turn, 2), number="24263225"), ""))]
    made = [(line, time + nth * SECOND // 5, *rest) for nth, (line, time, *rest) in enumerate(made)]
    path = write_pcapng(tmp_path / "hostile.pcapng", made, names=[HOSTILE], descriptions=["2400 8E1"])
    meters = 'uat:cjt188_meters:"24263225","' + HOSTILE.replace('"', "\\x22") + '","by the rules","","","","",""'
    own = options(row("own", BYTES, offset=43, width=1, name=HOSTILE[:60], note=HOSTILE))
    tree = dom(report(path, tmp_path, "-o", meters, *own))
    assert not [tag for tag in ("script", "img", "iframe", "object") if list(tree.all(tag))]
    assert list(tree.all("svg")) and all("onload" not in svg.attributes for svg in tree.all("svg"))
    assert next(next(tree.all("td", "name")).all("a")).text() == HOSTILE
    assert HOSTILE in next(next(tree.all("section", "line")).all("h3")).text()
    assert rows_of(tree, "marks")[0][0].startswith(f"Mark 7: {HOSTILE}")
    assert HOSTILE[:36] + "…" in [text.text() for text in tree.all("text", "known")]
    assert f"{HOSTILE[:60]}, byte 43" in [title.text() for title in tree.all("title")]


# ---- masked ----


def test_masked_it_names_nobody(tshark, heating, tmp_path, report):
    made, path = heating
    words = [word for house in made.houses for word in (
        "-o", f'uat:cjt188_meters:"{house.number}","Smith {house.index}","by the rules","","","","",""')]
    page = report(path, tmp_path, *words, option="report-mask")
    text, tree = page.read_text(encoding="utf-8"), dom(page)
    for house in made.houses:
        assert house.number not in text and house.number.lstrip("0") not in text
        assert bytes.fromhex(house.number)[::-1].hex().upper() not in text
    assert not re.search(r"Smith|ttyUSB|boiler|valve|2026|Jan|\d\d:\d\d", text)
    assert [cells[0] for cells in rows_of(tree, "summary")] == [f"Meter {n + 1}" for n in range(METERS)]
    assert [cells[0] for cells in rows_of(tree, "marks")] == [f"Mark {n + 1}" for n in range(len(MARKS))]
    plots = [figure for kind in tree.all("section", "kind") for figure in kind.all("figure")]
    assert plots and all(not list(figure.all("title")) or "Mark" in next(figure.all("title")).text() for figure in plots)
    assert "47000" not in text  # the undocumented counter's values


# ---- odd captures ----


def test_without_times_packets_are_counted(report, tmp_path):
    packets = [(0, frame(heat_901f(supply=2500 + turn), number="24263225")) for turn in range(9)]
    tree = dom(report(write_pcap(tmp_path / "untimed.pcap", packets), tmp_path))
    assert "packet numbers" in next(tree.all("p", "lead")).text()
    assert list(tree.all("path", "line")) and list(tree.all("svg", "heatmap"))


@pytest.mark.parametrize("packets", [[], [b"\x01\x02\x03"], [frame(heat_901f())], [frame(heat_901f())] * 3])
def test_next_to_nothing(report, tmp_path, packets):
    tree = dom(report(write_pcap(tmp_path / "little.pcap", packets), tmp_path))
    assert next(tree.all("h1")).text() in ("0 meters on 0 lines", "0 meters on 1 line", "1 meter on 1 line")


def test_broken_times(report, tmp_path):
    """Centuries apart, and backwards."""
    times = [1, 2**31, 2**32 - 1, 1_700_000_000, 5, 2**32 - 2]
    packets = [(seconds, frame(heat_901f(supply=2500 + n), number="24263225")) for n, seconds in enumerate(times)]
    assert list(dom(report(write_pcap(tmp_path / "broken.pcap", packets), tmp_path)).all("svg", "heatmap"))


def test_many_meters_and_kinds_stay_small(report, tmp_path):
    dice = random.Random(7)
    packets, second = [], 1_768_000_000
    for turn in range(40):
        for meter in range(200):
            second += 1
            data = heat_901f(supply=2000 + 10 * turn + meter) + dice.randbytes(200)
            packets.append((second, frame(data, number=f"{10_000_000 + meter}")))
    page = report(write_pcap(tmp_path / "many.pcap", packets), tmp_path)
    assert page.stat().st_size < 8_000_000
    tree = dom(page)
    assert len(rows_of(tree, "summary")) == 200 and len(list(tree.all("section", "meter"))) == 64
    assert "136 more are in the table only" in tree.text()


# ---- the option ----


def test_any_name_behind_the_comma(heating, report, tmp_path):
    page = report(heating[1], tmp_path, name="a b,c=\"d\" & e.html")
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    report(heating[1], tmp_path, name="a b,c=\"d\" & e.html")  # an older page may be written over


@pytest.mark.parametrize("option, said", [
    ("cjt188,report", "name it"), ("cjt188,report,", "name it"), ("cjt188,report-mask", "name it"),
    ("cjt188,reports,x.html", "not known"), ("cjt188,report-masks,x.html", "not known"),
    ("cjt188,report,/no/such/folder/x.html", "cannot be written")])
def test_what_is_no_file(tshark, samples, option, said):
    done = tshark("-r", samples / "thread.pcapng", "-q", "-z", option, check=False)
    assert done.returncode != 0 and said in done.stderr


def test_a_capture_is_not_written_over(tshark, heating, tmp_path):
    path = heating[0].write(tmp_path / "mine.pcapng")
    path.chmod(0o666)
    before = path.read_bytes()
    done = tshark("-r", path, "-q", "-z", f"cjt188,report,{path}", check=False)
    assert done.returncode != 0 and "no such page" in done.stderr and path.read_bytes() == before


def test_a_read_filter(report, heating, tmp_path):
    made, path = heating
    page = report(path, tmp_path, "-2", "-R", f'cjt188.meter == "{made.houses[DEAD].number}"')
    (cells,) = rows_of(dom(page), "summary")
    assert cells[:3] == [made.houses[DEAD].number, str(made.replies[DEAD]), str(made.unanswered[DEAD])]


def test_counters_of_a_full_meter_and_of_two_in_one(report, tmp_path):
    """Behind its last digit a counter begins anew; two numbers that differ in the manufacturer code alone have no sum."""
    replies = [frame(heat_901f(energy2=(digits, 0x05)), preamble=5) for digits in (99_999_990, 5)]
    replies += [frame(water_901f(volume=(digits, 0x2C)), number="2601300011", maker=maker, type=0x10)
                for maker, digits in (("26 00", 1), ("27 00", 9_000), ("26 00", 2))]
    path = write_pcapng(tmp_path / "full.pcapng", [(0, START + n * SECOND, data) for n, data in enumerate(replies)])
    full, two = rows_of(dom(report(path, tmp_path)), "summary")
    assert full[3:6] == ["99999.990 kWh", "0.005 kWh", "0.015 kWh"]
    assert two[6:9] == ["", "", "several manufacturer codes, perhaps several meters"]


@pytest.mark.parametrize("passes", [[], ["-2"]], ids=["once", "again"])
def test_a_day_with_echoes_and_crossed_replies(report, tmp_path, passes):
    """Two wires, a converter that echoes, replies that are late, overtaken, damaged; a counter that is reset."""
    made = Day().run()
    tree = dom(report(made.write(tmp_path / "day.pcapng"), tmp_path, *passes))
    for house, cells in zip(made.houses, rows_of(tree, "summary"), strict=True):
        counts, readings = made.meters[house.number], made.readings[house.number]
        places, unit, at = (2, "m³", 6) if house.water else (3, "kWh", 3)
        gained = sum(max(0, after - before) for before, after in zip(readings, readings[1:]))
        assert cells[:3] == [house.number, str(counts["replies"]), str(counts["unanswered"])]
        assert cells[at:at + 2] == [f"{readings[n] / 10**places:.{places}f} {unit}" for n in (0, -1)]
        assert cells[at + 2].startswith(f"{gained / 10**places:.{places}f} {unit}")
        assert ("ran back 1 time" in cells[at + 2]) == (house is made.houses[1])
        assert cells[-1] == made.faults.get(house.number, "")
    sent, heard = tree.all("section", "line")
    cells = {next(line.all("th")).text(): next(line.all("td")).text() for line in sent.all("tr")}
    assert cells["Unanswered"] == str(made.lines[SENT]["unanswered"])
    assert cells["Late replies"] == str(sum(counts["late"] for counts in made.meters.values()))
    cells = {next(line.all("th")).text(): next(line.all("td")).text() for line in heard.all("tr")}
    assert [cells[name] for name in ("Damaged frames", "Truncated frames", "Bytes of noise")] == [
        str(made.lines[HEARD][name]) for name in ("damaged", "truncated", "noise")]


def test_in_every_language_numbers_have_points(tshark, heating, tmp_path):
    """Coordinates with a comma would be no coordinates."""
    page = tmp_path / "german.html"
    tshark("-r", heating[1], "-q", "-z", f"cjt188,report,{page}", env={"LC_ALL": "de_DE.UTF-8"})
    assert not re.search(r'\b(?:x|y|d|width|height)="[^"]*\d,\d', page.read_text(encoding="utf-8"))
