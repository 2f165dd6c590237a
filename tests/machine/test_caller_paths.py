"""A path on a command line is relative to the caller, in every word."""

import argparse
import re
from pathlib import Path

import pytest

from machine.caller_paths import file_of_caller, path_of_caller
from persistence.database_url import data_directory

ROOT = Path(__file__).parents[2]
FOLDERS = ("server", "persistence", "files", "loadtest", "machine", "admin", "tests/simulation")
NAMES = ("file", "--data", "--from", "--keep", "--out", "--report")
"""Of the arguments that are paths."""


def test_a_path_is_the_callers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRIME_CWD", "/somewhere")
    assert path_of_caller("page") == Path("/somewhere/page")
    assert path_of_caller("/tmp/page") == Path("/tmp/page")


def test_a_file_is_not_written_where_there_is_no_directory(tmp_path: Path) -> None:
    assert file_of_caller(tmp_path / "x.svg") == tmp_path / "x.svg"
    with pytest.raises(argparse.ArgumentTypeError, match="there is no directory"):
        file_of_caller(tmp_path / "nowhere" / "x.svg")


def test_no_default_is_another_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRIME_CWD", "/somewhere")
    monkeypatch.delenv("PRIME_DATA", raising=False)
    assert data_directory(None) == Path("/somewhere/.data")


def test_every_argument_that_is_a_path_has_this_type() -> None:
    found = 0
    for path in (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")):
        text = path.read_text()
        assert "type=Path" not in text, path
        for call in re.findall(r"add_argument\(([^()]*)", text):
            named = re.match(r'\s*"([\w-]+)"', call)
            if named and named[1] in NAMES and "type=_count" not in call:
                assert "type=path_of_caller" in call, (path, call)
                found += 1
    assert found >= 10


def test_no_path_of_a_caller_is_resolved_in_a_way_that_raises() -> None:
    """`Path.resolve` raises `RuntimeError` where links lead round; `resolved` does not."""
    for path in (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")):
        for line in path.read_text().splitlines():
            if ".resolve()" in line and path.name != "child_directory.py":
                assert "__file__" in line, (path, line)
