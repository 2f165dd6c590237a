"""From any valid state to any other: no op is dropped, and nothing is left over."""

import random
from typing import Any

import pytest

from rooms.changes.diff import ops_between
from rooms.document.document import AppliedDelta, Document, State
from schema.ops import Delete, Insert, Move, Op, Set
from tests.rooms.chaos import Chaos
from tests.rooms.songs import blank, song


def leads(current: State, target: State) -> list[Op]:
    ops = ops_between(current, target)
    document = Document(current)
    assert document.apply(ops).drops == []
    assert document.frozen() == target
    return ops


def after(document: Document, *ops: Op) -> State:
    assert document.apply(ops).drops == []
    return document.frozen()


@pytest.mark.parametrize("seed", range(75))
def test_N4_from_any_state_of_a_song_to_any_other(seed: int) -> None:
    rng = random.Random(seed)
    states = []
    for way in range(2):
        document = song()
        for ops, atomic in Chaos(2 * seed + way).deltas(document, rng.randint(1, 150)):
            document.apply(ops, atomic=atomic)
        states.append(document.frozen())
    leads(*states)
    leads(*reversed(states))


@pytest.mark.parametrize("seed", range(30))
def test_N4_back_and_forth_along_one_history(seed: int) -> None:
    document = song()
    states = [document.frozen()]
    for number, (ops, atomic) in enumerate(Chaos(seed).deltas(document, 120)):
        document.apply(ops, atomic=atomic)
        if number % 30 == 29:
            states.append(document.frozen())
    for before in states:
        for target in states:
            leads(before, target)


def test_N4_from_nothing_and_to_nothing() -> None:
    leads(blank().frozen(), song().frozen())
    leads(song().frozen(), blank().frozen())
    assert leads(song().frozen(), song().frozen()) == []


def test_N4_one_set_for_each_entity_that_changed() -> None:
    document = song()
    before = document.frozen()
    target = after(
        document,
        Set("channels", "ch_bass_", {"volume": 0.4, "pan": 0.1}),
        Set("devices", "dev_synth", {"params": {"res": None, "new": 2}}),
    )
    assert sorted(leads(before, target), key=lambda op: op.col) == [
        Set("channels", "ch_bass_", {"volume": 0.4, "pan": 0.1}),
        Set("devices", "dev_synth", {"params": {"new": 2, "res": None}}),
    ]


def track(parent: str | None = None, **more: Any) -> dict[str, Any]:
    return {"parent": parent, "content": ["tracks", "notes"], **more}


def test_N4_tracks_that_change_places_with_what_is_around_them() -> None:
    document = song()
    base = [Insert("tracks", "tr_outer", track()), Insert("tracks", "tr_inner", track("tr_outer"))]
    before = after(document, *base)
    target = after(
        document,
        Move("tracks", "tr_inner", parent=None),
        Move("tracks", "tr_outer", parent="tr_inner"),
    )
    leads(before, target)
    leads(target, before)


def test_N4_routes_that_turn_around() -> None:
    document = song()
    before = after(document, Set("channels", "ch_drums", {"dest": "ch_bass_"}))
    target = after(
        document,
        Delete("sends", "send_bass"),
        Set("channels", "ch_drums", {"dest": "ch_master"}),
        Set("channels", "ch_bass_", {"dest": "ch_drums"}),
        Insert("sends", "send_bass", {"channel": "ch_reverb", "dest": "ch_bass_"}),
    )
    leads(before, target)
    leads(target, before)


def test_N4_channels_that_change_tracks() -> None:
    document = song()
    before = document.frozen()
    target = after(
        document,
        Set("tracks", "tr_bass_", {"channel": None}),
        Set("tracks", "tr_audio", {"channel": "ch_bass_"}),
        Set("tracks", "tr_bass_", {"channel": "ch_drums"}),
    )
    leads(before, target)
    leads(target, before)


def test_N4_a_clip_of_another_kind_on_a_track_of_other_content() -> None:
    document = song()
    before = after(
        document,
        Delete("notes", "note_one"),
        Delete("notes", "note_two"),
        Delete("scenes", "scene_one"),
    )
    target = after(
        document,
        Set("tracks", "tr_bass_", {"content": ["notes", "audio"]}),
        Set("clips", "clip_bass", {"kind": "audio"}),
        Set("tracks", "tr_bass_", {"content": ["audio"]}),
    )
    leads(before, target)
    leads(target, before)


def test_N4_points_that_change_sides() -> None:
    document = song()
    left: dict[str, Any] = {"lane": "lane_vol", "time": 4, "value": 0}
    before = after(document, Insert("points", "point_aa", left), Insert("points", "point_bb", left))
    target = after(
        document,
        Delete("points", "point_aa"),
        Delete("points", "point_bb"),
        Insert("points", "point_bb", left),
        Insert("points", "point_aa", left | {"slot": 1}),
    )
    leads(before, target)
    leads(target, before)


def test_N4_another_tempo_at_time_zero() -> None:
    document = song()
    before = after(document, Insert("tempo", "tempo_two", {"time": 4, "bpm": 90}))
    target = after(
        document,
        Set("tempo", "tempo_two", {"time": 0}),
        Delete("tempo", "tempo_start"),
        Insert("signatures", "sig_other", {"time": 0, "num": 3}),
        Delete("signatures", "signature_start"),
    )
    leads(before, target)
    leads(target, before)


def test_N4_an_id_that_is_something_else_now() -> None:
    document = song()
    before = after(document, Insert("markers", "same_id_", {"time": 1}))
    target = after(
        document, Delete("markers", "same_id_"), Insert("scenes", "same_id_", {"name": "x"})
    )
    leads(before, target)
    leads(target, before)


def test_N4_clips_that_change_slots() -> None:
    document = song()
    slots: list[Op] = [
        Insert("slots", f"slot_no_{n}", {"scene": "scene_one", "track": "tr_bass_"}) for n in "ab"
    ]
    clip: dict[str, Any] = {"track": "tr_bass_", "time": 0, "duration": 1}
    before = after(
        document,
        *slots,
        Insert("clips", "clip_in_a", clip | {"slot": "slot_no_a"}),
        Insert("clips", "clip_in_b", clip | {"slot": "slot_no_b"}),
    )
    target = after(
        document,
        Set("clips", "clip_in_a", {"slot": None}),
        Set("clips", "clip_in_b", {"slot": "slot_no_a"}),
        Set("clips", "clip_in_a", {"slot": "slot_no_b"}),
    )
    leads(before, target)
    elsewhere = after(
        document,
        Set("clips", "clip_in_a", {"slot": None}),
        Set("slots", "slot_no_b", {"track": "tr_audio"}),
        Set("clips", "clip_in_a", {"track": "tr_audio", "slot": "slot_no_b"}),
    )
    leads(target, elsewhere)
    leads(elsewhere, before)


LINKED = ("channels", "sends", "media")


def linked(collection: str, names: list[str]) -> State:
    """Each leads to the one before it."""
    document = blank()
    for above, name in zip([None, *names], names, strict=False):
        ops: list[Op] = [Insert("channels", name, {})]
        if collection == "channels":
            ops = [Insert("channels", name, {"dest": above})]
        elif collection == "media":
            ops = [Insert("media", name, {"stemOf": above})]
        elif above is not None:
            ops.append(Insert("sends", f"s_{name}", {"channel": name, "dest": above}))
        assert not document.apply(ops).drops
    return document.frozen()


@pytest.mark.parametrize("collection", LINKED)
@pytest.mark.parametrize("ways", ["in", "out", "about", "mixed"])
def test_N4_ops_that_restore_a_chain_are_found_at_the_first_tries(
    collection: str, ways: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"link_{n:04}" for n in range(300)]
    mixed = random.Random(7).sample(names, len(names))
    nothing, chain = blank().frozen(), linked(collection, names)
    before, target = {
        "in": (nothing, linked(collection, names[::-1])),
        "out": (chain, nothing),
        "about": (chain, linked(collection, names[::-1])),
        "mixed": (chain, linked(collection, mixed)),
    }[ways]
    tries = [0]
    apply = Document.apply

    def counted(document: Document, ops: list[Op]) -> AppliedDelta:
        tries[0] += 1
        return apply(document, ops)

    monkeypatch.setattr(Document, "apply", counted)
    ops = ops_between(before, target)
    monkeypatch.undo()
    assert tries[0] < 4 * len(ops)
    document = Document(before)
    assert not document.apply(ops).drops
    assert document.collections == target
