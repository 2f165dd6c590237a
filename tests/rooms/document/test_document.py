from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rooms.document.document import Document
from schema.entities import ENTITY_TYPES, PARENTS
from schema.errors import DropReason
from schema.ops import Delete, Insert, Move, Op, Set
from tests.rooms.chaos import Chaos
from tests.rooms.songs import SONG, outcome, replay, song, why

ATOMIC, CHANGED, CYCLE, EXISTS, GONE, INVALID, LIMIT, PARENT_GONE = (
    DropReason.ATOMIC,
    DropReason.CHANGED,
    DropReason.CYCLE,
    DropReason.EXISTS,
    DropReason.GONE,
    DropReason.INVALID,
    DropReason.LIMIT,
    DropReason.PARENT_GONE,
)


def entity(document: Document, entity_id: str) -> dict[str, Any]:
    found = document.get(entity_id)
    assert found is not None
    return found


# Sets.


def test_O1_the_later_set_of_a_property_wins() -> None:
    document = song()
    document.apply([Set("channels", "ch_bass_", {"volume": 0.5})])
    document.apply([Set("channels", "ch_bass_", {"volume": 0.7})])
    assert entity(document, "ch_bass_")["volume"] == 0.7


def test_O1_sets_of_different_properties_both_take_effect() -> None:
    document = song()
    before = entity(document, "ch_bass_")
    document.apply([Set("channels", "ch_bass_", {"volume": 0.5})])
    document.apply([Set("channels", "ch_bass_", {"pan": 0.1})])
    assert entity(document, "ch_bass_") == before | {"volume": 0.5, "pan": 0.1}


def test_O1_a_set_changes_no_other_property_and_is_in_effect_as_sent() -> None:
    document = song()
    op = Set("notes", "note_one", {"key": 41, "vel": 0.2})
    before = entity(document, "note_one")
    applied = document.apply([op])
    assert entity(document, "note_one") == before | {"key": 41, "vel": 0.2}
    assert applied.as_sent
    assert applied.ops == [op]


def test_O2_params_merge_leaf_by_leaf_and_null_removes_one() -> None:
    document = song()
    document.apply([Set("devices", "dev_synth", {"params": {"cutoff": 0.9}})])
    document.apply([Set("devices", "dev_synth", {"params": {"drive": "warm", "res": None}})])
    assert entity(document, "dev_synth")["params"] == {"cutoff": 0.9, "drive": "warm"}


def test_O2_null_leaves_of_an_insert_are_not_kept() -> None:
    document = song()
    props: dict[str, Any] = {"channel": "ch_bass_", "params": {"gone": None, "kept": True}}
    applied = document.apply([Insert("devices", "dev_other", props)])
    assert entity(document, "dev_other")["params"] == {"kept": True}
    assert not applied.as_sent


def test_O2_merging_cannot_grow_params_past_their_bound() -> None:
    document = song()
    full: dict[str, Any] = {f"p{n}": n for n in range(4_094)}
    assert outcome(document, Set("devices", "dev_synth", {"params": full})) == []
    assert outcome(document, Set("devices", "dev_synth", {"params": {"more": 1}})) == [INVALID]
    assert outcome(document, Set("devices", "dev_synth", {"params": {"p1": 5}})) == []


# Gone, exists, expect.


@pytest.mark.parametrize(
    "late",
    [
        Set("notes", "note_one", {"key": 50}),
        Move("notes", "note_one", time=2.0),
        Delete("notes", "note_one"),
    ],
    ids=["set", "move", "delete"],
)
def test_O3_what_is_deleted_stays_so(late: Op) -> None:
    document = song()
    document.apply([Delete("notes", "note_one")])
    assert outcome(document, late) == [GONE]
    assert document.get("note_one") is None


def test_O3_an_op_on_the_wrong_collection_finds_nothing() -> None:
    assert outcome(song(), Set("clips", "note_one", {"time": 1})) == [GONE]


def test_O4_an_insert_is_filled_in_with_defaults() -> None:
    document = song()
    applied = document.apply([Insert("markers", "marker_two", {"time": 3})])
    filled: dict[str, Any] = {"time": 3, "name": "", "color": None}
    assert entity(document, "marker_two") == filled
    assert applied.ops == [Insert("markers", "marker_two", filled)]
    assert not applied.as_sent


def test_O4_an_insert_that_leaves_nothing_out_is_in_effect_as_sent() -> None:
    op = Insert("markers", "marker_two", {"time": 3, "name": "x", "color": None})
    assert song().apply([op]).as_sent


def test_O4_an_insert_under_a_deleted_parent_is_dropped() -> None:
    document = song()
    document.apply([Delete("clips", "clip_bass")])
    props: dict[str, Any] = {"clip": "clip_bass", "time": 0, "duration": 1, "key": 60}
    assert outcome(document, Insert("notes", "note_new", props)) == [PARENT_GONE]


def test_O4_a_move_under_a_deleted_parent_is_dropped() -> None:
    document = song()
    document.apply([Delete("tracks", "tr_audio")])
    assert outcome(document, Move("clips", "clip_bass", parent="tr_audio")) == [PARENT_GONE]


def test_O4_an_id_is_used_once_in_all_collections() -> None:
    document = song()
    assert outcome(document, Insert("markers", "note_one", {"time": 0})) == [EXISTS]
    document.apply([Delete("notes", "note_one")])
    assert outcome(document, Insert("markers", "note_one", {"time": 0})) == []


def test_O7_an_op_that_expects_something_else_is_dropped() -> None:
    document = song()
    document.apply([Set("notes", "note_one", {"key": 44})])
    for op in (
        Set("notes", "note_one", {"key": 45}, expect={"key": 40}),
        Move("notes", "note_one", time=2.0, expect={"key": 40}),
        Delete("notes", "note_one", expect={"time": 0, "key": 40}),
    ):
        assert outcome(document, op) == [CHANGED]
    assert outcome(document, Set("notes", "note_one", {"key": 40}, expect={"key": 44})) == []


def test_O7_expect_looks_at_the_params_it_names_alone() -> None:
    document = song()
    fits: dict[str, Any] = {"params": {"cutoff": 0.5, "absent": None}}
    assert outcome(document, Set("devices", "dev_synth", {"enabled": False}, fits)) == []
    other: dict[str, Any] = {"params": {"cutoff": 0.6}}
    assert outcome(document, Set("devices", "dev_synth", {"enabled": True}, other)) == [CHANGED]


def test_O7_expecting_what_can_never_be_is_a_mistake() -> None:
    document = song()
    assert outcome(document, Delete("notes", "note_one", expect={"kye": 1})) == [INVALID]
    assert outcome(document, Delete("notes", "note_one", expect={"key": 200})) == [INVALID]


# Moves.


def test_O6_a_move_is_one_unit_and_spelled_as_a_set() -> None:
    document = song()
    applied = document.apply([Move("clips", "clip_bass", parent="tr_audio", time=8.0)])
    assert applied.ops == [Set("clips", "clip_bass", {"track": "tr_audio", "time": 8.0})]
    assert not applied.as_sent
    assert entity(document, "clip_bass")["track"] == "tr_audio"


def test_O6_the_later_of_two_moves_wins_whole() -> None:
    document = song()
    document.apply([Move("tracks", "tr_bass_", parent=None, order="a5")])
    document.apply([Move("tracks", "tr_bass_", parent="tr_group", order="a7")])
    moved = entity(document, "tr_bass_")
    assert (moved["parent"], moved["order"]) == ("tr_group", "a7")


@pytest.mark.parametrize("collection", sorted(PARENTS))
def test_O6_a_move_to_what_is_not_there_is_dropped(collection: str) -> None:
    document = song()
    moved = next(
        i for i, col in document.collection_by_id.items() if col == collection and i != "ch_master"
    )
    assert outcome(document, Move(collection, moved, parent="nobody__")) == [PARENT_GONE]


# Maps from zero, master, singletons.


@pytest.mark.parametrize(
    ("col", "first", "second"),
    [
        ("tempo", "tempo_start", Insert("tempo", "tempo_two", {"time": 0, "bpm": 90})),
        ("signatures", "signature_start", Insert("signatures", "sig_two_", {"time": 0, "num": 3})),
    ],
    ids=["tempo", "signatures"],
)
def test_O10_the_one_at_time_zero_stays(col: str, first: str, second: Insert) -> None:
    document = song()
    assert outcome(document, Delete(col, first)) == [INVALID]
    assert outcome(document, Move(col, first, time=4.0)) == [INVALID]
    assert outcome(document, Set(col, first, {"time": 4})) == [INVALID]
    assert outcome(document, Set(col, first, {"time": 0})) == []
    assert outcome(document, second, Delete(col, first)) == []
    assert outcome(document, Delete(col, second.id)) == [INVALID]


@pytest.mark.parametrize("col", ["project", "transport"])
def test_O10_project_and_transport_can_only_be_set(col: str) -> None:
    document = song()
    ops = Insert(col, col, {}), Delete(col, col), Move(col, col, time=0.0), Move(col, col)
    assert outcome(document, *ops) == [INVALID] * 4
    assert outcome(document, Move(col, col, parent="tr_group")) == [INVALID]
    assert outcome(document, Set("project", "project", {"name": "New"})) == []


def test_O10_the_master_channel_stays_the_one_it_is() -> None:
    document = song()
    assert outcome(document, Delete("channels", "ch_master")) == [INVALID]
    assert outcome(document, Move("channels", "ch_master", parent="ch_bass_")) == [INVALID]
    assert outcome(document, Set("channels", "ch_master", {"role": "regular"})) == [INVALID]
    assert outcome(document, Set("channels", "ch_bass_", {"role": "master"})) == [INVALID]
    assert outcome(document, Insert("channels", "ch_second", {"role": "master"})) == [INVALID]
    assert outcome(document, Set("channels", "ch_master", {"volume": 0.9})) == []


# Order, points, bounds.


def test_O11_two_equal_order_keys_are_both_kept() -> None:
    document = song()
    assert outcome(document, Move("tracks", "tr_bass_", order="a5")) == []
    assert outcome(document, Move("tracks", "tr_audio", order="a5")) == []
    orders = [entity(document, track)["order"] for track in ("tr_bass_", "tr_audio")]
    assert orders == ["a5", "a5"]


@pytest.mark.parametrize("key", ["", "a", "a00", "a-", "a0" + "V" * 63, "5", "A" + "0" * 26])
def test_O11_what_is_no_order_key_is_invalid(key: str) -> None:
    assert outcome(song(), Set("tracks", "tr_bass_", {"order": key})) == [INVALID]


def point(point_id: str, **props: Any) -> Insert:
    placed: dict[str, Any] = {"lane": "lane_vol", "time": 0, "value": 0.5}
    return Insert("points", point_id, placed | props)


def slots(document: Document) -> dict[str, int]:
    return {i: p["slot"] for i, p in document.collections["points"].items() if p["time"] == 0}


def test_O12_the_later_of_two_points_is_right() -> None:
    document = song()
    assert outcome(document, point("point_two")) == []
    assert slots(document) == {"point_one": 0, "point_two": 1}


def test_O12_the_later_is_right_also_of_two_that_are_both_meant_to_be() -> None:
    document = song()
    document.apply([Set("points", "point_one", {"slot": 1})])
    applied = document.apply([point("point_two", slot=1)])
    assert slots(document) == {"point_one": 0, "point_two": 1}
    assert applied.ops[0] == Set("points", "point_one", {"slot": 0})


def test_O12_a_free_slot_is_taken_as_it_was_asked_for() -> None:
    document = song()
    document.apply([Set("points", "point_one", {"slot": 1}), point("point_two", slot=0)])
    assert slots(document) == {"point_one": 1, "point_two": 0}


@pytest.mark.parametrize("slot", [0, 1])
def test_O12_a_third_point_replaces_the_right_one(slot: int) -> None:
    document = song()
    applied = document.apply([point("point_two"), point("point_thr", slot=slot)])
    assert slots(document) == {"point_one": 0, "point_thr": 1}
    assert Delete("points", "point_two") in applied.ops


def test_O12_a_point_moved_to_the_time_of_two_replaces_the_right_one() -> None:
    document = song()
    document.apply([point("point_two"), point("point_thr", time=4)])
    applied = document.apply([Move("points", "point_thr", time=0.0)])
    assert slots(document) == {"point_one": 0, "point_thr": 1}
    assert applied.ops == [
        Delete("points", "point_two"),
        Set("points", "point_thr", {"time": 0.0, "slot": 1}),
    ]


def test_O12_left_and_right_can_change_places() -> None:
    document = song()
    document.apply([point("point_two")])
    document.apply([Set("points", "point_one", {"slot": 1})])
    assert slots(document) == {"point_one": 1, "point_two": 0}
    assert outcome(document, Set("points", "point_one", {"value": 2})) == []


def test_O13_a_project_holds_so_many_entities(monkeypatch: pytest.MonkeyPatch) -> None:
    document = song()
    monkeypatch.setattr("rooms.document.op_application.MAX_ENTITIES", len(document) + 1)
    markers = [Insert("markers", f"marker_{n:03}", {"time": n}) for n in range(3)]
    assert outcome(document, *markers) == [LIMIT, LIMIT]
    assert outcome(document, Delete("markers", "marker_000"), markers[1]) == []


# Whole deltas.


def test_D5_what_was_overtaken_is_dropped_and_the_rest_takes_effect() -> None:
    document = song()
    first = Set("notes", "note_one", {"key": 50})
    last = Set("channels", "ch_bass_", {"mute": True})
    applied = document.apply([first, Set("notes", "note_none", {"key": 1}), last])
    assert [(drop.op, drop.reason) for drop in applied.drops] == [(1, GONE)]
    assert applied.drops[0].detail
    assert applied.ops == [first, last]
    assert not applied.as_sent


def test_D6_an_atomic_delta_is_dropped_whole() -> None:
    document = song()
    before = document.frozen()
    gone, track = Set("notes", "note_none", {"key": 1}), Delete("tracks", "tr_bass_")
    applied = document.apply([track, gone, point("point_two")], atomic=True)
    assert why(applied) == [ATOMIC, GONE, PARENT_GONE]
    assert (applied.ops, applied.as_sent) == ([], False)
    assert document.collections == before
    assert outcome(document, *SONG) == [EXISTS] * len(SONG)


def test_D6_an_atomic_delta_without_a_drop_takes_effect() -> None:
    document = song()
    assert document.apply([Set("notes", "note_one", {"key": 50})], atomic=True).as_sent
    assert entity(document, "note_one")["key"] == 50


# Total and deterministic.


def assert_indexes_agree(document: Document) -> None:
    """The indexes kept along the way are those of a document made from the state."""
    fresh = Document(document.frozen())
    assert document.collection_by_id == fresh.collection_by_id
    assert vars(document._index) == vars(fresh._index)


@pytest.mark.parametrize("seed", range(4))
def test_D8_effective_ops_rebuild_the_state(seed: int) -> None:
    document, chaos = song(), Chaos(seed)
    replica = document.frozen()
    applied_any = 0
    for ops, atomic in chaos.deltas(document, 80):
        applied = document.apply(ops, atomic=atomic)
        replay(replica, applied.ops)
        assert replica == document.collections
        assert applied.as_sent == (applied.ops == ops and not applied.drops)
        applied_any += len(applied.ops)
    assert_indexes_agree(document)
    assert applied_any > 80


def test_D8_a_rehearsal_changes_nothing_and_tells_what_would_be_dropped() -> None:
    document, chaos = song(), Chaos(5)
    for ops, atomic in chaos.deltas(document, 60):
        before = document.frozen()
        drops = document.rehearse(ops)
        assert document.collections == before
        applied = document.apply(ops, atomic=atomic)
        assert drops == [drop for drop in applied.drops if drop.reason is not ATOMIC]
    assert_indexes_agree(document)


def test_D8_a_document_made_anew_does_the_same() -> None:
    """What a node does after a restart, from a frozen state, is what another did."""
    document, chaos = song(), Chaos(6)
    twin = Document(document.frozen())
    for number, (ops, atomic) in enumerate(chaos.deltas(document, 80)):
        if number % 10 == 0:
            shuffled = {c: dict(reversed(e.items())) for c, e in document.frozen().items()}
            twin = Document(shuffled)
        assert document.apply(ops, atomic=atomic) == twin.apply(ops, atomic=atomic)
        assert document.collections == twin.collections


def test_D8_a_frozen_state_does_not_change() -> None:
    document = song()
    frozen = document.frozen()
    copy = {name: {i: dict(e) for i, e in entities.items()} for name, entities in frozen.items()}
    for ops, atomic in Chaos(7).deltas(document, 40):
        document.apply(ops, atomic=atomic)
    assert frozen == copy
    assert document.collections != copy


IDS = st.sampled_from(["nobody__", "project", *(op.id for op in SONG)])
COLLECTIONS = st.sampled_from([*ENTITY_TYPES, "nothing"])
NAMES = st.sampled_from(sorted({name for fields in ENTITY_TYPES.values() for name in fields}))
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([0, 1, 4, 10**400, -(10**400), 10**5_000, float("nan"), float("inf"), 1e308]),
    st.sampled_from(["", "a0", "notes", "channels/ch_bass_/volume", "lanes/lane_vol/name", "\0"]),
    IDS,
    st.lists(st.sampled_from(["notes", "tracks", "x"]), max_size=3),
    st.dictionaries(st.sampled_from(["cutoff", "a/b"]), st.sampled_from([None, 10**400, "x"])),
)
PROPS = st.dictionaries(NAMES, VALUES, max_size=4)
OPS = st.one_of(
    st.builds(Set, COLLECTIONS, IDS, PROPS, PROPS),
    st.builds(Insert, COLLECTIONS, st.sampled_from(["new_one_", "new_two_", "short"]), PROPS),
    st.builds(Delete, COLLECTIONS, IDS, PROPS),
    st.builds(Move, COLLECTIONS, IDS, IDS, st.sampled_from(["a0", "", "a00"]), st.floats()),
)


@settings(
    max_examples=40, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
@given(st.lists(OPS, max_size=6), st.booleans())
def test_D5_applying_never_raises(ops: list[Op], atomic: bool) -> None:
    document = song()
    replica = document.frozen()
    replay(replica, document.apply(ops, atomic=atomic).ops)
    assert replica == document.collections
    assert_indexes_agree(document)
