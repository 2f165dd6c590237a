"""A path on a command line is relative to the caller, in every word."""

import argparse
import os
import re
from pathlib import Path

import pytest

from machine.caller_paths import (
    directory_of_caller,
    file_of_caller,
    path_of_caller,
    problem_with_directory,
)
from persistence.database_url import data_directory

ROOT = Path(__file__).parents[2]
FOLDERS = ("server", "persistence", "files", "loadtest", "machine", "admin", "tests/simulation")
NAMES = ("file", "--data", "--from", "--keep", "--out", "--report")
"""Of the arguments that are paths."""


def test_a_path_is_the_callers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRIME_CWD", "/somewhere")
    assert path_of_caller("page") == Path("/somewhere/page")
    assert path_of_caller("/tmp/page") == Path("/tmp/page")


def test_a_path_is_shown_without_a_way_back(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "real" / "deep").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "real" / "deep")
    monkeypatch.setenv("PRIME_CWD", str(tmp_path / "link"))
    assert path_of_caller("../song.mid") == tmp_path.resolve() / "real" / "song.mid"
    assert path_of_caller("..") == tmp_path.resolve() / "real"
    assert path_of_caller("song.mid") == tmp_path / "link" / "song.mid"


def test_a_file_is_not_written_where_there_is_no_directory(tmp_path: Path) -> None:
    assert file_of_caller(tmp_path / "x.svg") == tmp_path / "x.svg"
    with pytest.raises(argparse.ArgumentTypeError, match="there is no directory"):
        file_of_caller(tmp_path / "nowhere" / "x.svg")


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("there", None),
        ("there/a/b", None),
        ("file", "is no directory"),
        ("file/a/b", "is no directory"),
        ("dangling", "is no directory"),
        ("loop", "Too many levels of symbolic links"),
        ("x" * 300, "File name too long"),
        ("shut", "may not write in"),
        ("shut/a", "may not write in"),
    ],
)
def test_a_directory_that_cannot_be_written_is_told_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, problem: str | None
) -> None:
    prepared(tmp_path, monkeypatch)
    if problem is None:
        assert directory_of_caller(tmp_path / name) == tmp_path / name
        assert problem_with_directory(tmp_path / name) is None
        return
    with pytest.raises(argparse.ArgumentTypeError, match=problem) as refused:
        directory_of_caller(tmp_path / name)
    assert re.search(r"; name (a|another)\b", str(refused.value))
    assert "Errno" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("there/x.mid", None),
        ("file", None),
        ("there", "is a directory"),
        ("nowhere/x.mid", "there is no directory"),
        ("file/x.mid", "there is no directory"),
        ("there/" + "x" * 300, "File name too long"),
        ("shut/x.mid", "may not write"),
    ],
)
def test_a_file_that_cannot_be_written_is_told_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, problem: str | None
) -> None:
    prepared(tmp_path, monkeypatch)
    if problem is None:
        assert file_of_caller(tmp_path / name) == tmp_path / name
        return
    with pytest.raises(argparse.ArgumentTypeError, match=problem) as refused:
        file_of_caller(tmp_path / name)
    assert "; " in str(refused.value)
    assert "Errno" not in str(refused.value)


def prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests may run as root, who may write everywhere."""
    for name in ("there", "shut"):
        (tmp_path / name).mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "dangling").symlink_to("nowhere")
    may = os.access
    shut = tmp_path / "shut"
    monkeypatch.setattr(os, "access", lambda path, mode: path != shut and may(path, mode))


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
                assert re.search(r"type=(path|directory)_of_caller", call), (path, call)
                found += 1
    assert found >= 10


def test_no_path_of_a_caller_is_resolved_in_a_way_that_raises() -> None:
    """`Path.resolve` raises `RuntimeError` where links lead round; `resolved` does not."""
    for path in (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")):
        for line in path.read_text().splitlines():
            if ".resolve()" in line and path.name != "child_directory.py":
                assert "__file__" in line, (path, line)
