"""Prime's own file: what is written is read back, and what is wrong in it is named."""

import json
from pathlib import Path
from typing import Any

import pytest

from files.broken_song import BrokenSong
from files.imported_song import Song
from files.importing import read_song
from files.prime_file import read_prime_file, write_prime_file, write_state
from files.songs import compose
from tests.files.helpers.state_rules import broken_rules


@pytest.fixture
def document() -> Any:
    song = Song("Small")
    channel = song.add("channels", name="Bass", dest="ch_master")
    track = song.add("tracks", name="Bass", channel=channel)
    clip = song.add("clips", track=track, kind="notes", time=0, duration=4)
    song.add("notes", clip=clip, time=0, duration=1, key=40)
    return {"format": "prime-project", "version": 1, "state": song.state}


def write(folder: Path, document: Any) -> Path:
    path = folder / "song.prime.json"
    path.write_text(json.dumps(document))
    return path


def first(document: Any, collection: str) -> Any:
    return next(reversed(document["state"][collection].values()))


def test_a_song_comes_back_as_it_was(tmp_path: Path) -> None:
    song = compose.compose()
    path = tmp_path / "copy.prime.json"
    write_prime_file(path, song)
    again = read_prime_file(path)
    assert again.state == song.state
    assert again.name == "Harbour Lights"
    write_state(tmp_path / "second.prime.json", again.state)
    assert (tmp_path / "second.prime.json").read_bytes() == path.read_bytes()
    assert sorted(file.name for file in tmp_path.iterdir()) == [path.name, "second.prime.json"]


def test_what_is_left_out_gets_its_default(tmp_path: Path, document: Any) -> None:
    del first(document, "notes")["vel"]
    del document["state"]["scenes"]
    song = read_prime_file(write(tmp_path, document))
    assert next(iter(song.state["notes"].values()))["vel"] == 0.8
    assert broken_rules(song.state) == []


def test_values_that_json_has_no_number_for_are_not_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"):
        write_state(tmp_path / "x.prime.json", {"tempo": {"tempo_start": {"bpm": float("nan")}}})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.update(format="other"), 'format: must be "prime-project"'),
        (lambda d: d.update(version=2), "version: must be 1"),
        (lambda d: d.update(state=[]), "state: must be an object"),
        (lambda d: d["state"].update(songs={}), r"state\.songs: is no collection"),
        (lambda d: d["state"].update(notes=[]), r"state\.notes: must be an object"),
        (lambda d: d["state"]["notes"].update({"!": {}}), "an id has 8 to 36"),
        (lambda d: d["state"]["notes"].update(abcdefgh=7), "must be an object with the entity"),
        (lambda d: first(d, "notes").update(colour=1), r"\.colour: is no property of notes"),
        (lambda d: first(d, "notes").update(key=128), r"\.key: is outside 0 to 127"),
        (lambda d: first(d, "notes").update(vel="loud"), r"\.vel: is not a number"),
        (lambda d: first(d, "notes").pop("key"), "has no key"),
        (lambda d: first(d, "notes").update(clip="nowhere1"), "clip points to no clips"),
        (lambda d: first(d, "tracks").update(content=["audio"]), "its track holds no notes"),
        (lambda d: first(d, "clips").update(loopEnd=2), "only one of loopStart and loopEnd"),
        (lambda d: first(d, "clips").update(loopStart=3, loopEnd=2), "loop ends before"),
        (lambda d: d["state"]["tempo"].clear(), "tempo: has no entity at time 0"),
        (lambda d: d["state"]["channels"]["ch_master"].update(role="regular"), "is the master"),
        (
            lambda d: d["state"]["sends"].update(
                send_one={"channel": "ch_master", "dest": list(d["state"]["channels"])[1]}
            ),
            "feeds",
        ),
        (
            lambda d: d["state"]["lanes"].update(lane_one={"target": "channels/nothing1/volume"}),
            "target channels/nothing1/volume does not exist",
        ),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, document: Any, change: Any, message: str) -> None:
    change(document)
    with pytest.raises(BrokenSong, match=message):
        read_prime_file(write(tmp_path, document))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"format": NaN}', "NaN is no number"),
        ("{\n  x", "line 2, column 3: is not JSON"),
        ('{"a":' * 100_000, "nested"),
        ('{"a":"\ud800"}', r"json: is not UTF-8 at byte 6: save it again as UTF-8$"),
        ('\ufeff{"a":"\ud800"}', "is not UTF-8 at byte 9:"),
        (f'{{"a":{"9" * 5_000}}}', "json: holds a number with more digits than any has$"),
    ],
)
def test_broken_json(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "x.prime.json"
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    with pytest.raises(BrokenSong, match=message):
        read_prime_file(path)


def test_the_demo_song_is_what_its_composer_writes() -> None:
    assert compose.is_up_to_date(), "run: python -m files.songs.compose"


def test_the_demo_song() -> None:
    song = read_song(compose.SONG_FILE)
    assert broken_rules(song.state) == []
    assert song.problems == []
    counts = song.counts
    assert 6 <= counts.tracks <= 9
    assert 24 <= counts.clips <= 40
    assert 400 <= counts.notes <= 900
    assert counts.lanes >= 3
    assert len(song.state["tempo"]) > 2
    assert len(song.state["sends"]) >= 4
    assert compose.SONG_FILE.stat().st_size < 200_000


def test_tempi_written_before_they_had_sides_keep_their_meaning(tmp_path: Path) -> None:
    at = {"time": 8.0, "interp": "hold"}
    song = Song("Small")
    tempi: dict[str, Any] = {"tempo_start": {"time": 0, "bpm": 120}, "tempo_bb": at | {"bpm": 90}}
    state: dict[str, Any] = dict(song.state) | {"tempo": tempi | {"tempo_aa": at | {"bpm": 140}}}
    document = {"format": "prime-project", "version": 1, "state": state}
    read = read_prime_file(write(tmp_path, document))
    slots = {i: tempo["slot"] for i, tempo in read.state["tempo"].items()}
    assert slots == {"tempo_start": 0, "tempo_aa": 0, "tempo_bb": 1}
    state["tempo"]["tempo_cc"] = at | {"bpm": 70}
    with pytest.raises(BrokenSong, match="has the time and the slot of another one"):
        read_prime_file(write(tmp_path, document))


def test_what_a_refusal_quotes_does_not_speak_to_the_terminal(tmp_path: Path) -> None:
    document = {"format": "prime-project", "version": 1, "state": {"a\x1b[2J\nb": {}}}
    with pytest.raises(BrokenSong, match=r"state\.a \[2J b: is no collection"):
        read_prime_file(write(tmp_path, document))
