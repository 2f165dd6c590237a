"""The case files of DAWproject: each one a kind of thing that DAWs write, with the right value."""

import math
from pathlib import Path
from typing import Any

import pytest

from files.imported_song import Song
from files.importing import read_song
from rooms.music.tempo_map import TempoMap
from tests.files.helpers.state_rules import broken_rules

CASES = Path(__file__).parent.parent / "cases" / "dawproject"


def case(number: str) -> Song:
    [path] = CASES.glob(f"{number}-*")
    song = read_song(path)
    assert broken_rules(song.state) == []
    return song


def all_of(song: Song, collection: str) -> list[dict[str, Any]]:
    return list(song.state[collection].values())


def named(song: Song, collection: str, name: str) -> dict[str, Any]:
    [entity] = [e for e in all_of(song, collection) if e["name"] == name]
    return entity


def items(song: Song, what: str) -> list[str]:
    [loss] = [loss for loss in song.losses if loss.what == what]
    return loss.items


def channel_of(song: Song, track: str) -> dict[str, Any]:
    return song.state["channels"][str(named(song, "tracks", track)["channel"])]


def test_every_case_file_has_its_test() -> None:
    text = Path(__file__).read_text()
    numbers = [path.name.split("-")[0] for path in CASES.iterdir()]
    assert len(numbers) >= 13
    assert [number for number in numbers if f'case("{number}")' not in text] == []


def test_d01_tempo_and_clips_in_seconds_go_through_the_map_that_is_being_built() -> None:
    song = case("d01")
    assert [(t["time"], t["bpm"]) for t in all_of(song, "tempo")] == [(0, 120), (8, 60)]
    [clip] = all_of(song, "clips")
    assert (clip["time"], clip["duration"]) == (10, 2)


def test_d03_a_ramp_that_ends_in_a_jump_has_a_left_and_a_right_tempo() -> None:
    tempi = [(t["time"], t["slot"], t["bpm"]) for t in all_of(case("d03"), "tempo")]
    assert tempi == [(0, 0, 120), (8, 0, 140), (8, 1, 90)]
    tempo = TempoMap.of(case("d03").state)
    assert tempo.seconds_at(8) == pytest.approx(8 * 3 * math.log(140 / 120))
    assert tempo.seconds_at(8) == pytest.approx(3.700, abs=1e-3)
    assert tempo.seconds_at(16) == pytest.approx(9.033, abs=1e-3)


def test_d04_a_negative_fade_begins_before_the_clip() -> None:
    [clip] = all_of(case("d04"), "clips")
    assert (clip["time"], clip["duration"]) == (3, 5)
    # The content begins as much earlier: the file says 2.
    assert (clip["playStart"], clip["fadeIn"], clip["fadeOut"]) == (1, 1, 0.5)


def test_d06a_a_damaged_optional_part_is_told_and_the_rest_comes_in() -> None:
    song = case("d06a")
    assert len(all_of(song, "notes")) == 1
    [told] = items(song, "files of the project that are damaged")
    assert told.startswith("metadata.xml: ")


def test_d08_a_project_is_found_one_folder_down_with_all_its_files() -> None:
    song = case("d08")
    assert song.name == "x"
    assert len(all_of(song, "notes")) == 1


def test_d09_a_path_is_found_as_it_is_meant() -> None:
    media = all_of(case("d09"), "media")
    assert len(media) == 4
    assert all(one["sha256"] for one in media)
    names = [one["name"] for one in media]
    assert names == ["x.wav", "y.wav", "Gr\u00f6\u00dfe.wav", "My Take.wav"]


def test_d21_warps_in_seconds_become_beats() -> None:
    warps = [(w["time"], w["contentTime"]) for w in all_of(case("d21"), "warps")]
    assert warps == [(0, 0), (4, 4)]


def test_d26_the_master_is_the_one_that_is_no_groups_own() -> None:
    song = case("d26")
    assert named(song, "tracks", "Master")["channel"] == "ch_master"
    assert song.state["channels"]["ch_master"]["volume"] == 0.7
    drums = named(song, "tracks", "Drums Master")["channel"]
    assert channel_of(song, "Kick")["dest"] == drums
    strip = channel_of(song, "Drums Master")
    assert (strip["role"], strip["dest"], strip["volume"]) == ("submix", "ch_master", 0.5)
    assert channel_of(song, "Bass")["dest"] == "ch_master"


def test_d27_a_device_that_is_not_loaded_is_off_and_told() -> None:
    song = case("d27")
    assert named(song, "devices", "Comp")["enabled"] is False
    assert items(song, "devices that are not loaded, now switched off") == ["Comp on T"]


def test_d28_the_bands_of_an_equaliser_keep_type_and_order() -> None:
    params = named(case("d28"), "devices", "EQ")["params"]
    assert (params["band1.type"], params["band1.order"]) == ("highPass", 4)
    assert params["band2.type"] == "highShelf"
    assert (params["band1.Freq"], params["band2.Freq"], params["band2.Gain"]) == (80, 8000, 3)


def test_d29_inner_clips_outside_the_outer_window_are_counted_and_named() -> None:
    song = case("d29")
    assert all_of(song, "clips") == []
    what = "clips in a clip that lie outside of what it plays"
    assert items(song, what) == ["number 1 in take 1 on T1 at beat 8"]


def test_d31_what_a_group_holds_leads_to_the_groups_strip() -> None:
    song = case("d31")
    assert channel_of(song, "In")["dest"] == named(song, "tracks", "Group")["channel"]


def test_d36_each_odd_value_of_a_note_is_told_as_what_it_is() -> None:
    song = case("d36")
    notes = [(n["key"], n["ch"], n["vel"]) for n in all_of(song, "notes")]
    assert notes == [(60, 0, 0.8), (60, 15, 1.0), (127, 0, 0.5)]
    mended = sorted(what for what in song.problems if "of a note " in what)
    assert mended == [
        "1 mended: duration of a note is not above 0",
        "1 mended: key of a note is outside 0 to 127",
        "1 mended: velocity of a note is above 1",
        "2 mended: channel of a note is outside 0 to 15",
    ]
