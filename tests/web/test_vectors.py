"""The vectors of schema/vectors/, read by the TypeScript SDK; and what they find."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.javascript.node import SECONDS, Node
from tests.javascript.planted_bugs import Bug
from tests.vectors.__main__ import main as make_vectors
from tests.vectors.files import FOLDER, OTHER_SEEDS
from tests.web.building import WEB, bundled
from tests.web.planted_bugs import BUGS

READER = Path("tests") / "sdk" / "check_vectors.ts"


@pytest.fixture(scope="module")
def reader(web: Node, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reader")
    bundled(web, [WEB / READER], folder)
    return folder / "check_vectors.mjs"


def checked(web: Node, reader: Path, vectors: Path, *words: str) -> tuple[int, str]:
    """How many things were compared, and what was found, in words."""
    done = subprocess.run(
        [web.command, str(reader), str(vectors), *words],
        capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    assert done.stdout, done.stderr
    *faults, summary = done.stdout.splitlines()
    counted: dict[str, int] = json.loads(summary)
    assert bool(faults) == bool(counted["faults"]) == bool(done.returncode)
    return counted["checked"], "\n".join(faults)


def test_the_typescript_sdk_comes_to_the_same(web: Node, reader: Path) -> None:
    compared, faults = checked(web, reader, FOLDER)
    assert faults == ""
    assert compared > 3_000


def test_it_does_so_for_other_seeds(web: Node, reader: Path, tmp_path: Path) -> None:
    assert make_vectors(["--seeds", OTHER_SEEDS, "--steps", "60", "--out", str(tmp_path)]) == 0
    compared, faults = checked(web, reader, tmp_path)
    assert faults == ""
    assert compared > 10_000


@pytest.fixture(scope="module")
def readers_with_bugs(web: Node, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Bug -> the reader, over a copy of the SDK with it in it."""
    folder = tmp_path_factory.mktemp("bugs")
    sources = [with_bug(folder / str(number), bug) for number, bug in enumerate(BUGS.values())]
    bundled(web, sources, folder / "built")
    return {
        name: folder / "built" / str(number) / READER.with_suffix(".mjs")
        for number, name in enumerate(BUGS)
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", BUGS)
def test_each_planted_bug_is_found(
    web: Node, readers_with_bugs: dict[str, Path], name: str
) -> None:
    assert checked(web, readers_with_bugs[name], FOLDER, "--first")[1] != ""


def with_bug(folder: Path, bug: Bug) -> Path:
    """The source of the reader, beside a copy of the SDK with the bug in it."""
    shutil.copytree(WEB / "sdk", folder / "sdk")
    (folder / READER).parent.mkdir(parents=True)
    shutil.copy(WEB / READER, folder / READER)
    source = folder / "sdk" / "src" / bug.file
    text = source.read_text()
    assert text.count(bug.right) == 1, bug
    source.write_text(text.replace(bug.right, bug.wrong))
    return folder / READER
