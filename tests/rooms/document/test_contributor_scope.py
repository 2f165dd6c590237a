"""What a contributor may edit, beside a model that looks at the whole state (rules R20 to R23)."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rooms.changes.inverse import inverse
from rooms.document.contributor_scope import EDITORS, HANGS_ON, SHARED, ContributorScope, scope_of
from rooms.document.document import Document, State
from rooms.document.index import POINTERS, target_of
from rooms.rules.op_rules import props_of_move
from schema.entities import ENTITY_TYPES, PARENTS
from schema.errors import DropReason
from schema.messages import Previewed
from schema.ops import Delete, Insert, Move, Op, Set
from tests.rooms.songs import SONG, blank, finished

BASS = ("tr_bass_",)
GROUP = ("tr_group",)
CLIP = {"time": 8, "duration": 4}
SYNTH = "devices/dev_synth/enabled"

MORE: tuple[Op, ...] = (
    Insert("devices", "dev_drums", {"channel": "ch_drums", "params": {"gain": 1}}),
    Insert("lanes", "lane_far", {"track": "tr_audio", "target": "devices/dev_synth/params/res"}),
    Insert("lanes", "lane_out", {"track": "tr_bass_", "target": "devices/dev_drums/params/gain"}),
    Insert("points", "point_far", {"lane": "lane_far", "time": 0, "value": 1}),
    Insert("points", "point_out", {"lane": "lane_out", "time": 0, "value": 1}),
    Insert("clips", "clip_far_", {"track": "tr_audio", "time": 8, "duration": 4}),
    Insert("clips", "clip_alias", CLIP | {"track": "tr_audio", "ref": "clip_bass"}),
    Insert("notes", "note_far_", {"clip": "clip_far_", "time": 0, "duration": 1, "key": 40}),
    Insert("tracks", "tr_below", {"parent": "tr_group", "content": ["notes", "tracks"]}),
    Insert("tracks", "tr_deep_", {"parent": "tr_below"}),
    Insert("slots", "slot_far_", {"scene": "scene_one", "track": "tr_audio"}),
    Insert("devices", "dev_plain", {"channel": "ch_bass_"}),
)


def project() -> Document:
    document = blank()
    assert not document.apply((*SONG, *MORE)).drops
    return document


MAY: tuple[tuple[tuple[str, ...], Op], ...] = (
    (BASS, Set("tracks", "tr_bass_", {"name": "Upright", "color": "#fff"})),
    (BASS, Set("channels", "ch_bass_", {"volume": 0.5, "mute": True, "name": "Upright"})),
    (BASS, Insert("clips", "clip_new_", {"track": "tr_bass_", "time": 8, "duration": 1})),
    (BASS, Set("clips", "clip_bass", {"media": "media_one"})),
    (BASS, Insert("media", "media_new", {"name": "take 1.wav"})),
    (BASS, Move("clips", "clip_bass", time=4)),
    (BASS, Delete("clips", "clip_slot")),
    (BASS, Insert("notes", "note_new_", {"clip": "clip_bass", "time": 2, "duration": 1, "key": 1})),
    (BASS, Delete("notes", "note_one")),
    (BASS, Insert("devices", "dev_new__", {"channel": "ch_bass_"})),
    (BASS, Set("devices", "dev_synth", {"params": {"cutoff": 0.1}})),
    (BASS, Delete("devices", "dev_plain")),
    (BASS, Insert("lanes", "lane_new", {"track": "tr_bass_", "target": SYNTH})),
    (BASS, Insert("points", "point_new", {"lane": "lane_vol", "time": 1, "value": 1})),
    (BASS, Delete("lanes", "lane_vol")),
    (BASS, Set("sends", "send_bass", {"volume": 0.2})),
    (BASS, Insert("slots", "slot_new_", {"scene": "scene_one", "track": "tr_bass_"})),
    (GROUP, Insert("tracks", "tr_new__", {"parent": "tr_group"})),
    (GROUP, Set("tracks", "tr_bass_", {"name": "in the folder"})),
    (GROUP, Move("tracks", "tr_bass_", order="a5")),
    (GROUP, Move("tracks", "tr_deep_", parent="tr_group")),
    (GROUP, Delete("tracks", "tr_below")),
)

MAY_NOT: tuple[tuple[tuple[str, ...], Op], ...] = (
    ((), Set("tracks", "tr_bass_", {"name": "x"})),
    (BASS, Set("tracks", "tr_audio", {"name": "x"})),
    (BASS, Set("tracks", "tr_group", {"name": "the folder above"})),
    (BASS, Move("tracks", "tr_bass_", order="a5")),
    (BASS, Move("tracks", "tr_bass_", parent=None)),
    (GROUP, Move("tracks", "tr_bass_", parent=None)),
    (GROUP, Move("tracks", "tr_group", order="a5")),
    (BASS, Delete("tracks", "tr_bass_")),
    (GROUP, Delete("tracks", "tr_group")),
    (GROUP, Delete("tracks", "tr_bass_")),  # its channel is the mixer's
    (BASS, Insert("tracks", "tr_new__", {"name": "a track of one's own"})),
    (GROUP, Insert("tracks", "tr_new__", {"parent": "tr_group", "channel": "ch_reverb"})),
    (BASS, Set("tracks", "tr_bass_", {"channel": "ch_reverb"})),
    (BASS, Set("tracks", "tr_bass_", {"channel": None})),
    (BASS, Set("channels", "ch_drums", {"volume": 0.1})),
    (BASS, Set("channels", "ch_reverb", {"volume": 0.1})),
    (BASS, Set("channels", "ch_master", {"volume": 0.1})),
    (BASS, Set("channels", "ch_bass_", {"dest": "ch_reverb"})),
    (BASS, Move("channels", "ch_bass_", order="a9")),
    (BASS, Insert("channels", "ch_new__", {"name": "one more"})),
    (BASS, Delete("channels", "ch_bass_")),
    (BASS, Insert("sends", "send_new", {"channel": "ch_bass_", "dest": "ch_reverb"})),
    (BASS, Insert("sends", "send_new", {"channel": "ch_drums", "dest": "ch_bass_"})),
    (BASS, Set("sends", "send_bass", {"dest": "ch_drums"})),
    (BASS, Delete("sends", "send_bass")),  # nor could it be brought back
    (BASS, Move("clips", "clip_bass", parent="tr_audio")),
    (BASS, Set("clips", "clip_far_", {"track": "tr_bass_"})),
    (BASS, Set("clips", "clip_far_", {"name": "x"})),
    (BASS, Delete("clips", "clip_bass")),  # others' alias would go with it
    (BASS, Insert("clips", "clip_new_", {"track": "tr_audio", "time": 0, "duration": 1})),
    (BASS, Insert("clips", "clip_new_", CLIP | {"track": "tr_bass_", "ref": "clip_far_"})),
    (BASS, Insert("notes", "note_new_", {"clip": "clip_far_", "time": 2, "duration": 1, "key": 1})),
    (BASS, Set("notes", "note_far_", {"vel": 0.1})),
    (BASS, Move("notes", "note_one", parent="clip_far_")),
    (BASS, Set("devices", "dev_drums", {"params": {"gain": 0}})),
    (BASS, Move("devices", "dev_synth", parent="ch_drums")),
    (BASS, Move("devices", "dev_drums", parent="ch_bass_")),
    (BASS, Delete("devices", "dev_synth")),  # others automate it
    (BASS, Set("lanes", "lane_vol", {"target": "devices/dev_drums/params/gain"})),
    (BASS, Insert("lanes", "lane_new", {"track": "tr_bass_", "target": "tempo/tempo_start/bpm"})),
    (BASS, Insert("lanes", "lane_new", {"target": "channels/ch_bass_/volume"})),
    (BASS, Set("lanes", "lane_vol", {"track": None})),
    (BASS, Set("points", "point_far", {"value": 0})),
    (BASS, Set("points", "point_out", {"value": 0})),
    (BASS, Set("media", "media_one", {"name": "x"})),
    (BASS, Delete("media", "media_one")),
    (BASS, Insert("scenes", "scene_new", {})),
    (BASS, Delete("scenes", "scene_one")),
    (BASS, Set("slots", "slot_far_", {"hasStop": False})),
    (BASS, Insert("markers", "marker_new", {"time": 1})),
    (BASS, Delete("markers", "marker_one")),
    (BASS, Insert("tempo", "tempo_new", {"time": 4, "bpm": 90})),
    (BASS, Set("tempo", "tempo_start", {"bpm": 90})),
    (BASS, Insert("signatures", "signature_new", {"time": 4})),
    (BASS, Set("project", "project", {"name": "mine"})),
    (BASS, Set("transport", "transport", {"loopOn": True})),
)


@pytest.mark.parametrize(("tracks", "op"), MAY)
def test_R20_a_contributor_edits_its_tracks_and_what_hangs_on_them(
    tracks: tuple[str, ...], op: Op
) -> None:
    document = project()
    assert document.rehearse([op], reach=ContributorScope(tracks)) == []
    applied = document.apply([op], reach=ContributorScope(tracks))
    assert (applied.drops, applied.ops[-1].id) == ([], op.id)


@pytest.mark.parametrize("op", [op for _, op in (*MAY, *MAY_NOT) if isinstance(op, Set | Move)])
@pytest.mark.parametrize("tracks", [(), BASS, GROUP])
def test_R25_a_gesture_is_judged_as_the_op_that_does_the_same(
    tracks: tuple[str, ...], op: Set | Move
) -> None:
    document, reach = project(), ContributorScope(tracks)
    props: Any = props_of_move(op) if isinstance(op, Move) else op.props
    shown = {op.id: Previewed(op.col, props)}
    problem = reach.problem_with_shown(document, shown)
    assert problem == reach.problem_with(document, op)
    foreign = [drop.reason for drop in document.rehearse([op], reach=reach)]
    assert (problem is not None) == (foreign == [DropReason.FOREIGN])


def test_R25_no_gesture_is_shown_on_what_is_not_there_or_of_another_collection() -> None:
    document, reach = project(), ContributorScope(BASS)
    for entity_id, collection in (("note_none", "notes"), ("tr_bass_", "channels")):
        assert reach.problem_with_shown(document, {entity_id: Previewed(collection, {})})


@pytest.mark.parametrize(("tracks", "op"), MAY_NOT)
def test_R21_nothing_of_others_is_touched_whatever_the_op(tracks: tuple[str, ...], op: Op) -> None:
    document = project()
    before = document.frozen()
    [drop] = document.rehearse([op], reach=ContributorScope(tracks))
    assert (drop.op, drop.reason) == (0, DropReason.FOREIGN)
    assert document.apply([op]).drops == [], "an editor may"
    document = Document(before)
    assert [drop.reason for drop in document.apply([op], reach=ContributorScope(tracks)).drops] == [
        DropReason.FOREIGN
    ]
    assert document.frozen() == before


def test_R21_each_kind_of_op_on_each_collection_is_tried_or_cannot_be_a_contributors() -> None:
    tried = {(type(op), op.col) for _, op in (*MAY, *MAY_NOT)}
    collections = set(ENTITY_TYPES)
    assert {col for kind, col in tried if kind is Set} >= collections - {
        "signatures", "markers", "scenes", "warps"
    }  # fmt: skip
    assert {col for kind, col in tried if kind is Insert} >= collections - {
        "project", "transport", "warps"
    }  # fmt: skip


def test_R22_what_the_delta_has_made_before_is_looked_at_with_it() -> None:
    document = project()
    ops: list[Op] = [
        Insert("clips", "clip_new_", {"track": "tr_bass_", "time": 8, "duration": 1}),
        Insert("notes", "note_new_", {"clip": "clip_new_", "time": 0, "duration": 1, "key": 1}),
    ]
    assert document.apply(ops, reach=ContributorScope(BASS)).drops == []


@pytest.mark.parametrize(("tracks", "op"), MAY)
def test_R22_what_a_contributor_may_do_it_may_undo_and_do_again(
    tracks: tuple[str, ...], op: Op
) -> None:
    document = project()
    before = document.frozen()
    done = document.apply([op], reach=ContributorScope(tracks))
    undone = document.apply(
        finished(inverse(done.changes, document)), reach=ContributorScope(tracks, takes_back=True)
    )
    assert undone.drops == []
    assert document.frozen() == before
    again = document.apply(
        finished(inverse(undone.changes, document)), reach=ContributorScope(tracks)
    )
    assert again.drops == []


def test_R22_media_that_others_use_by_now_is_not_taken_back() -> None:
    document = project()
    made = document.apply(
        [Insert("media", "media_new", {"name": "take"})], reach=ContributorScope(BASS)
    )
    document.apply([Set("clips", "clip_far_", {"media": "media_new"})])
    before = document.frozen()
    undo = finished(inverse(made.changes, document))
    for ops, reason in (
        (undo, DropReason.CHANGED),
        ([Delete("media", "media_new")], DropReason.FOREIGN),
    ):
        drops = document.apply(ops, reach=ContributorScope(BASS, takes_back=True)).drops
        assert [drop.reason for drop in drops] == [reason]
        assert document.frozen() == before


def test_R20_the_text_of_a_reach_and_back() -> None:
    for tracks in ((), ("track_01",), ("track_02", "track_01")):
        reach = scope_of(ContributorScope(tracks).text)
        assert reach is not None
        assert (tuple(reach.listed), reach.tracks) == (tracks, frozenset(tracks))
    assert scope_of(None) is None


# The model: what hangs on the tracks, found by a walk over all of the state.


def above(state: State, collection: str, id: str) -> set[tuple[str, str]]:
    if collection == "channels":
        return {("tracks", i) for i, track in state["tracks"].items() if track["channel"] == id}
    entity = state[collection][id]
    return {
        (POINTERS[collection][name].points_to, entity[name])
        for name in HANGS_ON.get(collection, ())
        if entity[name] is not None
    }


def theirs(state: State, tracks: tuple[str, ...]) -> set[str]:
    everything = {id: collection for collection, of in state.items() for id in of}
    found = {track for track in tracks if track in state["tracks"]}
    while True:
        more = set()
        for id, collection in everything.items():
            over = above(state, collection, id)
            if id in found or not over or not all(i in found for _, i in over):
                continue
            if collection == "lanes":
                target = target_of(POINTERS["lanes"]["target"], state["lanes"][id]["target"])
                if target is not None and target[1] not in found:
                    continue
            more.add(id)
        if not more:
            return found
        found |= more


def links(collection: str, entity: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, pointer in POINTERS[collection].items():
        if (collection, name) in SHARED or (value := entity.get(name)) is None:
            continue
        target = target_of(pointer, value)
        if target is not None:
            yield name, target[1]


def violations(before: State, after: State, tracks: tuple[str, ...]) -> list[str]:
    """What was changed and is not the contributor's, before or after."""
    was, now = theirs(before, tracks), theirs(after, tracks)
    found = []
    for collection in ENTITY_TYPES:
        for id in before[collection].keys() | after[collection].keys():
            old, new = before[collection].get(id), after[collection].get(id)
            if old == new or (collection == "media" and old is None):
                continue
            if (old is not None and id not in was) or (new is not None and id not in now):
                found.append(f"{collection}/{id} is not theirs")
            if old is not None and new is not None:
                found += changed_badly(collection, old, new, was, now)
    return found


def changed_badly(
    collection: str, old: dict[str, Any], new: dict[str, Any], was: set[str], now: set[str]
) -> list[str]:
    names = {name for name in old if old[name] != new[name]}
    found = [f"{collection}.{name}" for name in names & EDITORS.get(collection, frozenset())]
    if collection == "tracks" and names & {"parent", "order"} and old["parent"] not in was:
        found.append("the place of a track")
    led = [target for name, target in links(collection, new) if name in names]
    return found + [f"{collection} leads to {target}" for target in led if target not in now]


IDS = sorted({op.id for op in (*SONG, *MORE)} | {"ch_master", "new_id_01", "new_id_02"})
REQUIRED: dict[str, dict[str, Any]] = {
    "clips": {"time": 0.0, "duration": 1.0},
    "notes": {"time": 0.0, "duration": 1.0, "key": 3},
    "points": {"time": 3.0, "value": 1.0},
    "warps": {"time": 0.5, "contentTime": 0.0},
    "markers": {"time": 3.0},
    "tempo": {"time": 3.0, "bpm": 99.0},
    "signatures": {"time": 3.0},
}


@st.composite
def ops(draw: st.DrawFn) -> Op:
    by_id = {op.id: op.col for op in (*SONG, *MORE)}
    kind = draw(st.sampled_from(("set", "insert", "delete", "move", "point")))
    id = draw(st.sampled_from(IDS))
    col = by_id.get(id) or draw(st.sampled_from(sorted(ENTITY_TYPES)))
    if kind == "delete":
        return Delete(col, id)
    if kind == "move" and col in PARENTS:
        return Move(col, id, parent=draw(st.sampled_from([*IDS, None])))
    if kind == "move" and "order" in ENTITY_TYPES[col]:
        return Move(col, id, order="a7")
    pointers: dict[str, Any] = {
        name: f"channels/{draw(st.sampled_from(IDS))}/volume"
        if pointer.kind == "path"
        else draw(st.sampled_from([*IDS, None]))
        for name, pointer in POINTERS[col].items()
        if draw(st.booleans()) or pointer.required
    }
    if kind == "insert":
        new = draw(st.sampled_from(("new_id_01", "new_id_02", id)))
        return Insert(col, new, REQUIRED.get(col, {}) | {k: v for k, v in pointers.items() if v})
    if pointers and kind == "point":
        return Set(col, id, pointers)
    names = [n for n, f in ENTITY_TYPES[col].items() if f.kind == "number" and n != "time"]
    if not names:
        return Set(col, id, {"name": "x"}) if "name" in ENTITY_TYPES[col] else Delete(col, id)
    return Set(col, id, {draw(st.sampled_from(names)): 0.5})


@settings(max_examples=200, deadline=None)
@given(
    st.lists(ops(), min_size=1, max_size=4),
    st.sampled_from([BASS, GROUP, ("tr_audio",), ("tr_below", "tr_bass_"), ()]),
)
def test_R21_what_a_delta_changes_is_the_contributors_before_and_after(
    delta: list[Op], tracks: tuple[str, ...]
) -> None:
    document = project()
    reach = ContributorScope(tracks)
    for op in delta:
        before = document.frozen()
        drops = document.rehearse([op], reach=reach)
        applied = document.apply([op], reach=reach)
        assert [d.reason for d in drops] == [d.reason for d in applied.drops]
        after = document.frozen()
        assert violations(before, after, tracks) == []
        back = finished(inverse(applied.changes, document))
        undone = Document(after).rehearse(back, reach=reach)
        foreign = [back[drop.op] for drop in undone if drop.reason is DropReason.FOREIGN]
        assert [op for op in foreign if op.col != "media"] == [], "what it may do, it may undo"
