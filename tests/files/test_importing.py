"""Choosing the reader; and whatever a file holds, the answer is a sound song or a `BrokenSong`."""

import json
import os
import zipfile
import zlib
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from files.broken_song import BrokenSong
from files.importing import read_song
from files.songs.compose import SONG_FILE
from tests.files.dawproject.test_reader import NOTES, clips, project
from tests.files.helpers.song_files import corpus_file, write_mmp, write_zip
from tests.files.helpers.state_rules import broken_rules
from tests.files.lmms.test_reader import BEATS, MIXER, automation, container, instrument, lmms

LMMS_XML = lmms(MIXER + BEATS + container(automation("88") + instrument("Bass", "")))
DAW_XML = project(clips(f'<Clip time="0" duration="4">{NOTES}</Clip>'))
MANY = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def test_each_kind_is_known_by_its_content(tmp_path: Path) -> None:
    for name in ("a.mmp", "b.mmpz"):
        assert read_song(write_mmp(tmp_path, LMMS_XML, name)).file_counts["tracks"] == 5
    # The name says nothing: a packed song may be called .mmp.
    packed = tmp_path / "b.mmpz"
    assert read_song(packed.rename(tmp_path / "b.mmp")).file_counts["tracks"] == 5
    assert read_song(write_zip(tmp_path, {"project.xml": DAW_XML})).file_counts["clips"] == 1
    bare = tmp_path / "project.xml"
    bare.write_text(DAW_XML)
    assert read_song(bare).file_counts["clips"] == 1
    assert read_song(SONG_FILE).name == "Harbour Lights"


def test_real_files() -> None:
    for name in ("Skiessi-C64.mmpz", "bitwig-readme-example.project.xml"):
        assert broken_rules(read_song(corpus_file(name)).state) == []


@pytest.mark.parametrize("content", [b"", b"RIFF....WAVE", b"<html/>", b"[1]", b"\0" * 100])
def test_an_unknown_kind_says_what_is_accepted(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "song.xyz"
    path.write_bytes(content)
    with pytest.raises(BrokenSong, match=r"Accepted: \.dawproject.*\.mmpz.*\.prime\.json"):
        read_song(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BrokenSong, match=r"nowhere\.mmp: cannot be read"):
        read_song(tmp_path / "nowhere.mmp")


def check(path: Path, content: bytes) -> None:
    """A sound song, or a BrokenSong: any other exception fails the test."""
    path.write_bytes(content)
    try:
        song = read_song(path)
    except BrokenSong as error:
        message = str(error)
    else:
        assert broken_rules(song.state) == []
        return
    assert message.startswith(f"{path}: ")


def samples() -> list[bytes]:
    """One whole file of each kind."""
    packed = len(LMMS_XML).to_bytes(4, "big") + zlib.compress(LMMS_XML.encode())
    small = json.loads(SONG_FILE.read_text())
    for collection in ("notes", "points", "sends", "lanes", "clips"):
        small["state"][collection] = {}
    return [LMMS_XML.encode(), packed, DAW_XML.encode(), json.dumps(small).encode()]


@MANY
@given(content=st.binary(max_size=400))
def test_garbage(tmp_path: Path, content: bytes) -> None:
    check(tmp_path / "song", content)


@MANY
@given(kind=st.integers(0, 3), cut=st.floats(0, 1))
def test_cut_off_files(tmp_path: Path, kind: int, cut: float) -> None:
    content = samples()[kind]
    check(tmp_path / "song", content[: int(cut * len(content))])


@MANY
@given(kind=st.integers(0, 3), seed=st.integers(0, 2**32), flips=st.integers(1, 8))
def test_flipped_bytes(tmp_path: Path, kind: int, seed: int, flips: int) -> None:
    rng, content = Random(seed), bytearray(samples()[kind])
    for _ in range(flips):
        content[rng.randrange(len(content))] = rng.choice(b'0123456789-.eE"<>/ \0\xff')
    check(tmp_path / "song", bytes(content))


@MANY
@given(kind=st.sampled_from([LMMS_XML, DAW_XML]), seed=st.integers(0, 2**32))
def test_wild_values_in_sound_xml(tmp_path: Path, kind: str, seed: int) -> None:
    """Attributes replaced by others that parse: the trees stay XML, the meaning goes."""
    rng, pieces = Random(seed), kind.split('"')
    wild = ["", "-1", "0", "1e15", "-1e15", "1e-300", "99999999", "0.5", "true", "id", "é" * 300]
    for _ in range(rng.randrange(1, 12)):
        pieces[rng.randrange(5, len(pieces) - 1) | 1] = rng.choice(
            [*wild, rng.choice(pieces[1::2])]
        )
    check(tmp_path / "song", '"'.join(pieces).encode())


@MANY
@given(seed=st.integers(0, 2**32))
def test_damaged_zips(tmp_path: Path, seed: int) -> None:
    rng, path = Random(seed), write_zip(tmp_path, {"project.xml": DAW_XML}, "whole.zip")
    assert zipfile.is_zipfile(path)
    content = bytearray(path.read_bytes())
    for _ in range(rng.randrange(1, 5)):
        content[rng.randrange(len(content))] = rng.randrange(256)
    check(
        tmp_path / "song", bytes(content[: rng.choice([len(content), rng.randrange(len(content))])])
    )


@MANY
@given(seed=st.integers(0, 2**32))
def test_wild_values_in_sound_json(tmp_path: Path, seed: int) -> None:
    rng, document = Random(seed), json.loads(samples()[3])
    wild: list[object]
    collection = rng.choice([name for name, found in document["state"].items() if found])
    entities = document["state"][collection]
    entity = entities[rng.choice(list(entities))]
    wild = [None, -1, 1e300, True, "", "x" * 2_000, [], ["a"], {}, {"a": []}, "ch_master", "\0"]
    for _ in range(rng.randrange(1, 4)):
        entity[rng.choice(list(entity))] = rng.choice(wild)
    check(tmp_path / "song", json.dumps(document).encode())


def test_what_is_no_regular_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "song.mid")
    for path in (tmp_path / "song.mid", Path("/dev/zero"), Path("/dev/null")):
        with pytest.raises(BrokenSong, match="is a pipe, a socket or a device: save it as a file"):
            read_song(path)


def test_an_empty_file_is_called_so(tmp_path: Path) -> None:
    (tmp_path / "song.mid").touch()
    with pytest.raises(BrokenSong, match=r"song\.mid: is empty"):
        read_song(tmp_path / "song.mid")
