"""The same file is the same project every time, to the id and in the same order."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from files.importing import read_song
from prime_client.copy.digest import digest
from tests.files.helpers.formats import FORMATS, Format
from tests.files.helpers.server_side import taken_whole
from tests.files.helpers.song_files import corpus_file

ROOT = Path(__file__).parents[2]

DIGESTS = """
import sys
from pathlib import Path
from prime_client.copy.digest import digest
from files.importing import read_song
for name in sys.argv[1:]:
    print(digest(read_song(Path(name)).state))
"""


def written(folder: Path, form: Format) -> list[Path]:
    paths = []
    for number, content in enumerate(form.samples()):
        paths.append(folder / f"{number}.song")
        paths[-1].write_bytes(content)
    return paths


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_two_imports_of_one_file_give_the_same_state_in_the_same_order(
    tmp_path: Path, form: Format
) -> None:
    for path in written(tmp_path, form):
        first, second = read_song(path), read_song(path)
        assert digest(first.state) == digest(second.state)
        assert list(map(str, first.to_ops())) == list(map(str, second.to_ops()))
        assert first.problems == second.problems


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_the_server_takes_a_song_whole(tmp_path: Path, form: Format) -> None:
    for path in written(tmp_path, form):
        assert taken_whole(read_song(path)) == []


@pytest.mark.parametrize(
    "name",
    [
        "Saber-FinalStep.mmpz",
        "Skiessi-C64.mmpz",
        "CapDan-ZeroSumGame-OriginalByZakarra.mmpz",
        "bitwig-readme-example.project.xml",
    ],
)
def test_the_server_takes_a_real_song_whole(name: str) -> None:
    assert taken_whole(read_song(corpus_file(name))) == []


def test_an_import_in_another_process_gives_the_same_state(tmp_path: Path) -> None:
    """Sets of texts come in another order there: nothing may depend on it."""
    paths = []
    for form in FORMATS:
        folder = tmp_path / form.name.replace(" ", "_")
        folder.mkdir()
        paths += written(folder, form)
    runs = {
        subprocess.run(
            [sys.executable, "-c", DIGESTS, *map(str, paths)],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            timeout=60,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1
    assert len(runs.pop().split()) == len(paths)


def test_the_name_of_the_file_names_the_song_and_changes_nothing_else(tmp_path: Path) -> None:
    content = FORMATS[0].samples()[0]
    states = []
    for name in ("Sails.mmp", "Copy of Sails.mmp"):
        (tmp_path / name).write_bytes(content)
        states.append(read_song(tmp_path / name).state)
        assert states[-1]["project"].pop("project")["name"] == name.removesuffix(".mmp")
    assert states[0] == states[1]
