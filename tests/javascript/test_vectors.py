"""The vectors of schema/vectors/, read by a client of another language; and what they find."""

import json
import shutil
from pathlib import Path

import pytest

from tests.javascript.node import HERE, Node
from tests.javascript.planted_bugs import BUGS, Bug
from tests.vectors.__main__ import main as make_vectors
from tests.vectors.files import FOLDER, OTHER_SEEDS, ROOT


def checked(javascript: Node, vectors: Path) -> tuple[int, str]:
    """How many things were compared, and what was found, in words."""
    done = javascript.run("reader/check.mjs", vectors)
    assert done.stdout, done.stderr
    *faults, summary = done.stdout.splitlines()
    counted: dict[str, int] = json.loads(summary)
    assert bool(faults) == bool(counted["faults"]) == bool(done.returncode)
    return counted["checked"], "\n".join(faults)


def test_a_reader_in_javascript_comes_to_the_same(javascript: Node) -> None:
    compared, faults = checked(javascript, FOLDER)
    assert faults == ""
    assert compared > 3_000


def test_it_does_so_for_other_seeds(javascript: Node, tmp_path: Path) -> None:
    assert make_vectors(["--seeds", OTHER_SEEDS, "--steps", "60", "--out", str(tmp_path)]) == 0
    compared, faults = checked(javascript, tmp_path)
    assert faults == ""
    assert compared > 10_000


def test_O11_keys_are_those_of_fractional_indexing(packages: Node) -> None:
    done = packages.run("compare_keys.mjs", FOLDER / "order_keys.json")
    assert (done.returncode, done.stderr) == (0, "")
    # The package makes the smallest integer, which it refuses itself from then on.
    smallest = "A" + "0" * 26
    assert json.loads(done.stdout) == [[None, smallest[:-1] + "1", smallest + "V", smallest]]


@pytest.mark.slow
def test_each_planted_bug_is_found(javascript: Node, tmp_path: Path) -> None:
    assert len(BUGS) >= 12
    readers = [with_bug(tmp_path / str(n), bug) for n, bug in enumerate(BUGS.values())]
    done = javascript.run("find_bugs.mjs", FOLDER, HERE / "reader", *readers)
    without, *found = [json.loads(line) for line in done.stdout.splitlines()]
    assert without is None, "the reader is right as it is"
    assert len(found) == len(BUGS), done.stderr
    assert [name for name, fault in zip(BUGS, found, strict=True) if fault is None] == []


def with_bug(folder: Path, bug: Bug) -> Path:
    """A copy of the reader with the bug in it."""
    reader = folder / "tests" / "javascript" / "reader"
    shutil.copytree(HERE / "reader", reader)
    (folder / "schema").symlink_to(ROOT / "schema")
    text = (reader / bug.file).read_text()
    assert text.count(bug.right) == 1, bug
    (reader / bug.file).write_text(text.replace(bug.right, bug.wrong))
    return reader
