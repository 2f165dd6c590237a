"""The ops that take changes back: latest first, each unit by itself, links to the dead cleared."""

from typing import Any

from rooms.changes.inverse import inverse
from schema.ops import Delete, Insert, Op, Set
from tests.rooms.songs import finished, song


def taken_back(*ops: Op) -> list[Op]:
    document = song()
    applied = document.apply(ops)
    assert not applied.drops
    return finished(inverse(applied.changes, document))


def test_the_latest_change_is_taken_back_first() -> None:
    ops = taken_back(
        Set("markers", "marker_one", {"name": "Here"}),
        Set("markers", "marker_one", {"name": "There"}),
    )
    assert ops == [
        Set("markers", "marker_one", {"name": "Here"}, {"name": "There"}),
        Set("markers", "marker_one", {"name": ""}, {"name": "Here"}),
    ]


def test_what_was_inserted_is_deleted_only_if_nothing_leads_to_it() -> None:
    [op] = taken_back(Insert("markers", "marker_two", {"time": 4}))
    assert isinstance(op, Delete)
    assert op.alone
    assert isinstance(op.expect, dict)
    assert op.expect["time"] == 4


def test_U3_properties_of_one_unit_go_back_together_and_others_alone() -> None:
    props: dict[str, Any] = {"loopStart": 1, "loopEnd": 2, "name": "x", "gain": 0.5}
    ops = taken_back(Set("clips", "clip_bass", props))
    assert sorted(sorted(op.props) for op in ops if isinstance(op, Set)) == [
        ["gain"],
        ["loopEnd", "loopStart"],
        ["name"],
    ]


def test_U3_what_one_edit_changed_at_once_goes_back_at_once() -> None:
    [op] = taken_back(Set("clips", "clip_bass", {"time": 8, "track": "tr_audio"}))
    assert isinstance(op, Set)
    assert op.props["track"] == "tr_bass_"
    assert op.props["time"] == 0
    [alone] = taken_back(Set("clips", "clip_bass", {"time": 8}))
    assert alone == Set("clips", "clip_bass", {"time": 0}, {"time": 8})


def test_U3_each_parameter_goes_back_by_itself_and_a_new_one_goes() -> None:
    ops = taken_back(Set("devices", "dev_synth", {"params": {"cutoff": 0.9, "new": 2}}))
    assert ops == [
        Set("devices", "dev_synth", {"params": {"cutoff": 0.5}}, {"params": {"cutoff": 0.9}}),
        Set("devices", "dev_synth", {"params": {"new": None}}, {"params": {"new": 2}}),
    ]


def test_a_link_to_what_others_have_deleted_since_is_cleared() -> None:
    document = song()
    applied = document.apply([Delete("clips", "clip_loop")])
    document.apply([Delete("media", "media_one")])
    ops = finished(inverse(applied.changes, document))
    [clip] = [op for op in ops if isinstance(op, Insert) and op.id == "clip_loop"]
    assert clip.entity["media"] is None


def test_a_link_to_what_comes_back_too_stays() -> None:
    document = song()
    applied = document.apply([Delete("clips", "clip_loop"), Delete("media", "media_one")])
    document.apply(finished(inverse(applied.changes, document)))
    clip = document.get("clip_loop")
    assert clip is not None
    assert clip["media"] == "media_one"
