"""States stored by an earlier Prime."""

from typing import Any

import pytest

from rooms.document.document import Document
from rooms.document.older_states import (
    launcher_links,
    link,
    renewed,
    set_apart,
    take_without_sides,
)
from rooms.music.tempo_map import TempoMap
from schema.entities import defaults, empty_state
from tests.rooms.songs import song


def test_what_was_added_since_is_filled_in_and_what_was_taken_away_goes() -> None:
    whole = defaults("scenes")
    old = {"scene_one": {"name": "Verse", "tempo": 90}, "scene_two": whole}
    new = renewed("scenes", old)
    assert new["scene_one"] == whole | {"name": "Verse"}
    assert new["scene_two"] is whole


def test_a_slot_that_named_its_clip_becomes_a_clip_that_names_its_slot() -> None:
    slots: dict[str, dict[str, Any]] = {
        "slot_one": {"clip": "clip_bass"},
        "slot_two": {"clip": None},
        "slot_new": {},
    }
    assert list(launcher_links("slots", slots)) == [("clip_bass", "slot_one")]
    assert list(launcher_links("scenes", slots)) == []


def test_a_link_that_is_not_allowed_today_is_left_out() -> None:
    """The slot is of the bass: of its clip it becomes the slot, of another track's it does not."""
    document = song()
    slot = document.get("clip_slot")
    assert slot is not None
    link(document, [("clip_slot", "slot_one"), ("clip_loop", "slot_one")])
    clips = document.collections["clips"]
    assert (clips["clip_slot"]["slot"], clips["clip_loop"]["slot"]) == ("slot_one", None)


def test_O12_only_tempi_without_sides_are_taken_out() -> None:
    entities: dict[str, dict[str, Any]] = {
        "tempo_old": {"time": 8, "bpm": 90},
        "tempo_new": {"time": 8, "bpm": 90, "slot": 1},
    }
    assert take_without_sides("points", entities) == {}
    taken = take_without_sides("tempo", entities)
    assert (set(taken), set(entities)) == ({"tempo_old"}, {"tempo_new"})
    assert taken["tempo_old"] == {"time": 8, "bpm": 90, "slot": 0, "interp": "hold"}


def test_O12_of_stored_tempi_without_sides_the_first_is_left_and_the_last_counts() -> None:
    lane = {"track": None, "clip": None, "target": "tempo/tempo_bb/bpm"}
    document = Document({"lanes": {"lane_one": lane}} | empty_state(""))
    bpm = {"tempo_cc": 90, "tempo_aa": 70, "tempo_bb": 80}
    set_apart(document, {i: defaults("tempo") | {"time": 8, "bpm": n} for i, n in bpm.items()})
    tempi = document.collections["tempo"]
    assert {i: e["slot"] for i, e in tempi.items() if e["time"]} == {"tempo_aa": 0, "tempo_cc": 1}
    assert document.get("lane_one") is None
    assert TempoMap.of(document.frozen()).seconds_at(12) == pytest.approx(4 + 4 * 60 / 90)
