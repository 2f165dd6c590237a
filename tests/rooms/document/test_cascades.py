"""What goes with what is deleted, and what is pointed elsewhere: rule O5, row by row."""

from typing import Any

import pytest

from rooms.document.document import Document
from schema.entities import ENTITY_TYPES
from schema.errors import DropReason
from schema.ops import Delete, Insert, Op, Set
from tests.rooms.songs import MASTER, blank, outcome, replay, song


def taken_along(document: Document, op: Delete) -> set[str]:
    """Delete, check that the effective ops tell all of it, and say what else is gone."""
    before = set(document.collection_by_id)
    replica = document.frozen()
    applied = document.apply([op])
    replay(replica, applied.ops)
    assert replica == document.collections
    assert not applied.drops
    return before - set(document.collection_by_id) - {op.id}


def prop(document: Document, entity_id: str, name: str) -> Any:
    entity = document.get(entity_id)
    assert entity is not None
    return entity[name]


@pytest.mark.parametrize(
    ("collection", "deleted", "along"),
    [
        ("clips", "clip_bass", {"note_one", "note_two"}),
        ("clips", "clip_loop", {"warp_one"}),
        ("lanes", "lane_vol", {"point_one"}),
        ("scenes", "scene_one", {"slot_one", "clip_slot"}),
        ("media", "media_one", set()),
        (
            "tracks",
            "tr_bass_",
            {"clip_bass", "note_one", "note_two", "lane_vol", "point_one", "slot_one", "clip_slot"},
        ),
        ("channels", "ch_bass_", {"dev_synth", "send_bass", "lane_vol", "point_one"}),
        ("channels", "ch_reverb", {"send_bass"}),
        ("notes", "note_one", set()),
        ("tracks", "tr_group", set()),
    ],
)
def test_O5_a_delete_takes_what_cannot_stand_alone(
    collection: str, deleted: str, along: set[str]
) -> None:
    assert taken_along(song(), Delete(collection, deleted)) == along


def test_O5_a_delete_of_what_stands_alone_is_in_effect_as_sent() -> None:
    op = Delete("notes", "note_one")
    applied = song().apply([op])
    assert (applied.ops, applied.as_sent) == ([op], True)


def test_O5_what_cannot_stand_alone_goes_before_what_it_stands_on() -> None:
    ops = song().apply([Delete("tracks", "tr_bass_")]).ops
    order = [op.id for op in ops if isinstance(op, Delete)]
    assert order[-1] == "tr_bass_"
    assert order.index("note_one") < order.index("clip_bass")
    assert order.index("point_one") < order.index("lane_vol")


def test_O5_child_tracks_go_to_the_grandparent() -> None:
    document = song()
    folder: list[Op] = [
        Insert("tracks", "tr_inner", {"parent": "tr_group", "content": ["tracks"]}),
        Set("tracks", "tr_bass_", {"parent": "tr_inner"}),
    ]
    assert outcome(document, *folder) == []
    taken_along(document, Delete("tracks", "tr_inner"))
    assert prop(document, "tr_bass_", "parent") == "tr_group"
    taken_along(document, Delete("tracks", "tr_group"))
    assert prop(document, "tr_bass_", "parent") is None


def test_O5_a_route_into_a_deleted_channel_leads_to_the_master() -> None:
    document = song()
    document.apply([Set("channels", "ch_bass_", {"dest": "ch_drums"})])
    taken_along(document, Delete("channels", "ch_drums"))
    assert prop(document, "ch_bass_", "dest") == MASTER
    assert prop(document, "tr_audio", "channel") is None


def test_O5_a_route_that_would_come_back_to_the_master_leads_nowhere() -> None:
    """The master sends to a channel whose output is deleted: to the master it would be a circle."""
    document = song()
    routes: list[Op] = [
        Set("channels", "ch_drums", {"dest": None}),
        Set("channels", "ch_bass_", {"dest": "ch_drums"}),
        Insert("sends", "send_cue_", {"channel": MASTER, "dest": "ch_bass_"}),
    ]
    assert outcome(document, Delete("sends", "send_bass"), *routes) == []
    taken_along(document, Delete("channels", "ch_drums"))
    assert prop(document, "ch_bass_", "dest") is None


@pytest.mark.parametrize(
    ("deleted", "referrer", "name"),
    [
        (Delete("media", "media_one"), "clip_loop", "media"),
        (Delete("channels", "ch_bass_"), "tr_bass_", "channel"),
    ],
    ids=["media", "channel"],
)
def test_O5_other_links_are_cleared(deleted: Delete, referrer: str, name: str) -> None:
    document = song()
    taken_along(document, deleted)
    assert prop(document, referrer, name) is None


def test_O5_aliases_go_with_their_original() -> None:
    document = song()
    alias: dict[str, Any] = {"track": "tr_bass_", "time": 4, "duration": 4, "ref": "clip_bass"}
    assert outcome(document, Insert("clips", "clip_echo", alias)) == []
    assert "clip_echo" in taken_along(document, Delete("clips", "clip_bass"))


def test_O5_lanes_that_automate_a_parameter_go_with_its_device() -> None:
    document = song()
    lane: dict[str, Any] = {"track": "tr_bass_", "target": "devices/dev_synth/params/cutoff"}
    assert outcome(document, Insert("lanes", "lane_cut", lane)) == []
    assert taken_along(document, Delete("devices", "dev_synth")) == {"lane_cut"}


@pytest.mark.parametrize("target", ["points/point_one/value", "lanes/lane_vol/enable"])
def test_O5_automation_is_not_automated(target: str) -> None:
    """A point that gives way to another (rule O12) would take lanes with it, even its own."""
    lane = Insert("lanes", "lane_odd", {"target": target})
    assert outcome(song(), lane) == [DropReason.INVALID]


def test_O5_two_deletes_of_one_thing_leave_the_same_as_one() -> None:
    document = song()
    taken_along(document, Delete("tracks", "tr_bass_"))
    before = document.frozen()
    assert outcome(document, Delete("tracks", "tr_bass_")) == [DropReason.GONE]
    assert outcome(document, Delete("notes", "note_one")) == [DropReason.GONE]
    assert document.collections == before


def test_O5_nothing_that_is_left_points_at_what_is_gone() -> None:
    document = song()
    for entity_id, collection in list(document.collection_by_id.items()):
        document.apply([Delete(collection, entity_id)])
        for left, fields in ENTITY_TYPES.items():
            for entity in document.collections[left].values():
                for name, field in fields.items():
                    if field.kind == "pointer" and entity[name] is not None:
                        assert entity[name] in document.collections[field.points_to]
    assert set(document.collection_by_id) == set(blank().collection_by_id)
