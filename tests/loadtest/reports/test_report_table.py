"""The table says what was wanted, what was not told, and what was not sustained."""

from io import StringIO

import pytest
from rich.console import Console

from loadtest.reports.report_table import Target, shown, tell


def test_targets_judge_numbers_only() -> None:
    assert Target("ack_p99_ms", 30).is_met(30)
    assert not Target("ack_p99_ms", 30).is_met(30.01)
    assert Target("ratio", 0.5, at_least=True).is_met(0.5)
    assert not Target("ratio", 0.5, at_least=True).is_met(0.49)
    assert not Target("ratio", 0.5).is_met(None)


def test_a_table_says_all_of_it() -> None:
    console = Console(width=100, record=True, file=StringIO())
    report = {
        "ratio": 0.25,
        "lost": 0,
        "encodings": None,
        "ack_ms": {"p50": 1.5, "p99": 1234.5},
        "sustained": False,
        "not_sustained_because": ["the generator took 99 % of its core"],
    }
    targets = (Target("ratio", 0.5, at_least=True), Target("lost", 0), Target("encodings", 1))
    tell("deltas", report, targets, console)
    text = console.export_text()
    assert "✗ at least 0.5" in text
    assert "✓ at most 0" in text
    assert "not told" in text
    assert "? at most 1" in text
    assert "p50 1.5  p99 1,234.5" in text
    assert "Not sustained: the generator took 99 % of its core." in text


def test_values_in_words() -> None:
    assert shown(True) == "yes"
    assert shown({}) == "none"
    assert shown([]) == "none"
    assert shown("core 1") == "core 1"
    assert shown([{"loop_ms": 3, "kind": "list"}, 4]) == "loop_ms 3  kind list\n4"


def test_in_a_file_no_line_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    written = StringIO()
    monkeypatch.setattr("sys.stderr", written)
    monkeypatch.setenv("COLUMNS", "40")
    tell("drill", {"beside": "a " * 60})
    assert ("a " * 60).strip() in written.getvalue()
