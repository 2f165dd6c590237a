"""The studio page makes the same song of a MIDI file as `./run import`."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from files.broken_song import BrokenSong
from files.imported_song import Song
from files.importing import read_song
from files.midi.export import write_midi
from files.prime_file import read_prime_file
from files.songs.compose import SONG_FILE
from schema.entities import ENTITY_TYPES, empty_state
from tests.files.helpers.state_equality import differences
from tests.files.midi.odd_files import odd_file
from tests.javascript.node import SECONDS, Node
from tests.web.building import WEB, bundled

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SEEDS = range(600)

OF_THE_PAGE = [("project", "name"), ("tracks", "color")]
"""The page leaves the name of the project, and gives tracks colours."""


IS_OF_ONE = re.compile(r"mended: |controller |pressure of a channel$")
"""Losses whose words are those of one thing, however many there are."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files, `0.mid` and so on."""
    path = tmp_path_factory.mktemp("midi")
    for seed in SEEDS:
        (path / f"{seed}.mid").write_bytes(odd_file(seed))
    write_midi(path / "song.mid", read_prime_file(SONG_FILE).state)
    return path


@pytest.fixture(scope="module")
def read_by_the_page(
    web: Node, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, Any]]:
    """What one process of Node made of each; and `fields`, the bounds that it keeps to."""
    built = tmp_path_factory.mktemp("built")
    bundled(web, [WEB / "tests" / "studio" / "importing" / "read_midi_files.ts"], built)
    (built / "empty.json").write_text(json.dumps(empty_state("")))
    files = sorted(folder.glob("*.mid"))
    done = subprocess.run(
        [web.command, built / "read_midi_files.mjs", built / "empty.json", *files],
        capture_output=True, text=True, timeout=SECONDS, check=True,
    )  # fmt: skip
    said = [json.loads(line) for line in done.stdout.splitlines()]
    names = ["fields", *(path.stem for path in files)]
    return dict(zip(names, said, strict=True))


def read_or_none(path: Path) -> Song | None:
    try:
        return read_song(path)
    except BrokenSong:
        return None


def test_odd_files_are_the_same_song(
    folder: Path, read_by_the_page: dict[str, dict[str, Any]]
) -> None:
    songs = []
    for path in sorted(folder.glob("*.mid")):
        page, song = read_by_the_page[path.stem], read_or_none(path)
        assert ("broken" in page) == (song is None), f"{path.stem}: {page}"
        if song is None:
            continue
        assert differences(song.state, page["state"], OF_THE_PAGE) == [], path.stem
        assert page["losses"] == {loss.what: loss.count for loss in song.losses}, path.stem
        songs.append(song)
        alone = {what for what, said in page["one"].items() if said == f"1 {what}"}
        assert [what for what in alone if not IS_OF_ONE.match(what)] == [], "they are told as many"
    told = {loss.what for song in songs for loss in song.losses}
    assert len(songs) > len(SEEDS) / 2, "most of them can be read"
    assert len(told) > 40, "much of what can be lost is"


def test_the_bounds_are_those_of_the_project(read_by_the_page: dict[str, dict[str, Any]]) -> None:
    for collection, fields in read_by_the_page["fields"]["fields"].items():
        for name, theirs in fields.items():
            ours = ENTITY_TYPES[collection][name]
            if theirs["kind"] == "text":
                assert theirs == {"kind": ours.kind, "maxLength": ours.max_length}
            else:
                bounds = {"minimum": ours.minimum, "maximum": ours.maximum}
                assert theirs == {"kind": ours.kind, "isAbove": ours.exclusive_minimum} | bounds
