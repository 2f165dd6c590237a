"""A flame graph is drawn from whole samples, or the report says why there is none."""

import asyncio
import os
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest

from loadtest.flame_graphs import flame_graph
from loadtest.flame_graphs.flame_graph import FlameGraph, record, stacks_of, without
from loadtest.flame_graphs.flame_svg import COLORS, LIBRARY, WIDTH, flame_svg
from loadtest.reports.report import Report, write

SVG = "{http://www.w3.org/2000/svg}"
RAW = """\
run (uvloop/__init__.py);received (server/router/router.py:164);move (rooms/room.py:12) 30
run (uvloop/__init__.py);received (server/router/router.py:163) 10
run (uvloop/__init__.py);<lambda> (a&b.py) 60
"""


def boxes(svg: str) -> dict[str, dict[str, str]]:
    """Attributes of the rectangles, by the function they are of."""
    found = {}
    for group in ElementTree.fromstring(svg).iter(f"{SVG}g"):
        title, rectangle = group.find(f"{SVG}title"), group.find(f"{SVG}rect")
        assert title is not None
        assert title.text is not None
        assert rectangle is not None
        found[title.text] = dict(rectangle.attrib)
    return found


def test_boxes_are_as_wide_as_their_share_and_stand_below_their_callers() -> None:
    drawn = boxes(flame_svg(stacks_of(RAW)))
    everything = drawn["run (uvloop/__init__.py): 100.0 %"]
    front = drawn["received (server/router/router.py): 40.0 %"]
    room = drawn["move (rooms/room.py): 30.0 %"]
    other = drawn["<lambda> (a&b.py): 60.0 %"]
    assert float(everything["width"]) == pytest.approx(WIDTH, abs=1)
    assert float(front["width"]) == pytest.approx(WIDTH * 0.4, abs=1)
    assert float(room["width"]) == pytest.approx(WIDTH * 0.3, abs=1)
    assert float(everything["y"]) < float(front["y"]) == float(other["y"]) < float(room["y"])
    assert room["x"] == front["x"]
    assert front["fill"] == COLORS["server/"]
    assert room["fill"] == COLORS["rooms/"]
    assert other["fill"] == LIBRARY


def test_a_very_deep_stack_and_none_at_all_can_be_drawn() -> None:
    deep = {tuple(f"f{n} (a.py)" for n in range(3_000)): 1}
    assert len(boxes(flame_svg(deep))) == 3_000
    assert boxes(flame_svg({})) == {}


def test_figures_tell_what_functions_took_alone() -> None:
    figures = FlameGraph(stacks_of(RAW), "a load").figures
    assert figures["samples"] == 100
    assert figures["own_percent"] == {
        "<lambda> (a&b.py)": 60.0,
        "move (rooms/room.py)": 30.0,
        "received (server/router/router.py)": 10.0,
    }


@pytest.mark.slow
async def test_a_busy_process_is_seen_at_what_it_does() -> None:
    program = "def busily():\n while True: sum(range(1000))\nprint('on', flush=True)\nbusily()"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program), stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        await process.stdout.readline()
        now = time.perf_counter()
        graph = await record(process.pid, now, now + 1, "a loop")
    finally:
        process.kill()
        await process.wait()
    if "ermission" in graph.why_none or "ermitted" in graph.why_none:
        pytest.skip(f"this system lets nobody look into a process: {graph.why_none}")
    assert graph.why_none == ""
    assert {stack[:2] for stack in graph.stacks} == {("<module> (<string>)", "busily (<string>)")}
    assert graph.figures["samples"] > 20


async def test_who_cannot_be_sampled_is_a_sentence_in_the_report(tmp_path: Path) -> None:
    nobody = os.getpid() + 2**22  # above the largest number of a process
    now = time.perf_counter()
    graph = await record(nobody, now, now + 1, "nothing")
    assert graph.stacks == {}
    assert "py-spy saw nothing" in graph.why_none
    page = write(Report("T", "l", {}, [], [], {}, flame=graph), tmp_path)
    assert "No flame graph: py-spy saw nothing" in page.read_text()


async def test_without_py_spy_the_report_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flame_graph, "_py_spy", lambda: None)
    assert (await record(1, 0.0, 0.0, "x")).why_none == "py-spy is not installed"


def test_a_page_has_the_picture_and_what_it_is_of(tmp_path: Path) -> None:
    graph = FlameGraph(stacks_of(RAW), "4 rooms of <50>")
    page = write(Report("T", "l", {}, [], [], {}, flame=graph), tmp_path).read_text()
    assert "move (rooms/room.py): 30.0 %" in page
    assert "4 rooms of &lt;50&gt;" in page
    assert "<script" not in page
    none = write(Report("T", "l", {}, [], [], {}), tmp_path).read_text()
    assert "server's time" not in none
    assert without("no leave", "x").figures == {"of": "x", "error": "no leave"}
