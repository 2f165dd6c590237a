"""How much of a project a song fills: the server's own count, before anything is sent."""

from pathlib import Path

import pytest

import files.song_size
from files.broken_song import BrokenSong
from files.imported_song import Song
from files.importing import read_song
from files.prime_file import write_prime_file
from files.song_size import bytes_of, refuse_too_large
from files.songs.compose import compose
from rooms.document.document import Document
from schema.limits import MAX_PARAMS_BYTES, MAX_STATE_BYTES


def test_O16_a_song_is_counted_as_the_server_counts_its_project() -> None:
    song = compose()
    assert bytes_of(song.state) == Document(song.state).size


def test_O16_a_song_that_fills_a_project_is_taken_and_one_byte_more_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "song.prime.json"
    write_prime_file(path, compose())
    size = bytes_of(read_song(path).state)
    monkeypatch.setattr(files.song_size, "MAX_STATE_BYTES", size)
    read_song(path)
    monkeypatch.setattr(files.song_size, "MAX_STATE_BYTES", size - 1)
    with pytest.raises(BrokenSong, match=r"song\.prime\.json: comes to .* MiB .*: split the song"):
        read_song(path)


def test_O16_the_size_and_the_bound_are_told() -> None:
    song = Song("Large")
    for _ in range(20_500):
        song.add("media", path="x" * 1_024)
    assert bytes_of(song.state) > MAX_STATE_BYTES
    with pytest.raises(BrokenSong, match=r"comes to 2\d\.\d\d MiB .* holds at most 20 MiB"):
        refuse_too_large(song)


def test_O19_a_device_with_longer_params_than_one_may_have_is_named() -> None:
    song = Song("Long")
    params = {f"{number:04} {'x' * 30}": 0.5 for number in range(4_000)}
    song.add("devices", channel="ch_master", name="Monster", params=params)
    document = Document(song.state)
    assert document.size > MAX_PARAMS_BYTES
    with pytest.raises(BrokenSong, match=r"song: Monster: has 18\d,\d{3} bytes of par") as refused:
        refuse_too_large(song)
    assert refused.value.why.endswith(": take the device off its channel, and save the song again")
