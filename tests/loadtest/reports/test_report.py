"""A report is one page that needs nothing else."""

import json
import re
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

from loadtest.reports.report import Report, TableOf, write


@cache
def pictures() -> dict[str, str]:
    """Drawn here: matplotlib takes a second, and each process of tests imports this file."""
    from loadtest.reports import plots

    return {
        "bars": plots.bars({"Prime": 900_000.0, "ws": 0.0}, "Speed", "updates"),
        "no bars": plots.bars({}, "Nothing", "updates"),
        "curves": plots.percentile_curves({"Prime": [1.0, 2.0, 900.0], "silent": []}, "Latency"),
        "lines": plots.lines({"a": [(0, 1), (1, 2)], "b": []}, "Memory", "s", "MiB"),
    }


def report(**changes: object) -> Report:
    fields: dict[str, object] = {
        "title": "Load & <order>",
        "lead": "4 rooms",
        "how": {"date": "2026-11-25", "versions": {"ws": {"ws": "8.23.0"}}},
        "tables": [
            TableOf(
                "Servers",
                {"title": "server", "p99_ms": "p99 ms", "sustained": "sustained"},
                [
                    {"title": "one", "p99_ms": 1234.5, "sustained": True},
                    {"title": "two", "error": "needs <Node>"},
                    {"title": "three", "p99_ms": None, "sustained": False},
                ],
            )
        ],
        "plots": [pictures()["bars"]],
        "figures": {"results": [1, 2]},
        "notes": ["two: disturbed"],
    }
    return Report(**(fields | changes))  # type: ignore[arg-type]  # the tests change one field


def test_the_page_needs_nothing_else_and_the_figures_lie_beside_it(tmp_path: Path) -> None:
    page = write(report(), tmp_path / "new" / "folder")
    text = page.read_text(encoding="utf-8")
    assert "<h1>Load &amp; &lt;order&gt;</h1>" in text
    assert "1,234.5" in text
    assert "needs &lt;Node&gt;" in text
    assert "two: disturbed" in text
    assert "ws: ws 8.23.0" in text
    assert not re.search(r'(?:src|href)="(?!#)', text)
    assert json.loads((page.parent / "figures.json").read_text()) == {"results": [1, 2]}


@pytest.mark.parametrize("name", ["bars", "no bars", "curves", "lines"])
def test_plots_are_whole_pictures(name: str) -> None:
    svg = pictures()[name]
    root = ElementTree.fromstring(svg)
    assert root.tag.endswith("svg")
    assert "<script" not in svg


def test_a_curve_ends_where_its_values_do() -> None:
    from loadtest.reports import plots

    few = plots.percentile_curve([float(n) for n in range(1, 101)])
    assert few[0] == (1.0, 1.0)
    assert few[-1][1] == 100.0
    assert few[-1][0] == pytest.approx(100.0)  # of a hundred values, p99 is the last that is told
    many = plots.percentile_curve([float(n) for n in range(100_000)])
    assert many[-1][0] == pytest.approx(10_000)
    assert many[-1][1] == pytest.approx(99_990, abs=2)
