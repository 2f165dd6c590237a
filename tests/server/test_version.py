"""Which Prime it is, in a checkout and in a package."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from server.version import ROOT, VERSION, commit, main


def test_the_version_is_that_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == VERSION


def test_a_checkout_names_its_commit(tmp_path: Path) -> None:
    git = ["git", "-C", str(tmp_path), "-c", "user.name=x", "-c", "user.email=x@example.org"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "x"], check=True)
    assert re.fullmatch(r"[0-9a-f]{8,}", commit(tmp_path) or "")


def test_a_package_has_none_though_it_lies_in_a_checkout_of_another(tmp_path: Path) -> None:
    assert commit(tmp_path) is None
    (tmp_path / ".git").mkdir()
    assert commit(tmp_path) is None


@pytest.mark.parametrize("words", [[], ["--json"]])
def test_it_is_told_in_a_line(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["version", *words])
    assert main() == 0
    [line] = capsys.readouterr().out.splitlines()
    if words:
        assert json.loads(line)["version"] == VERSION
    else:
        assert line.startswith(f"prime {VERSION}")
