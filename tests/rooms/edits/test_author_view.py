"""A delta is judged by what its author had before it: its mistakes are refused, nothing else."""

import random
from typing import Any

import pytest

from rooms.document.document import Document, TriedDelta
from rooms.document.document_aspect import read_ops
from rooms.edits import author_view
from rooms.journal.entry import Purpose
from rooms.presence import seat
from schema.messages import Ack, Error, ProposeDelta
from schema.ops import Delete, Insert, Move, Op, Set
from tests.rooms.bench import PROJECT, Bench
from tests.rooms.chaos import Chaos
from tests.rooms.songs import SONG, blank, finished, song

NOTE: dict[str, Any] = {"clip": "clip_bass", "time": 0, "duration": 1, "key": 60}
TRACK: dict[str, Any] = {"content": ["tracks"]}
ON_TRACK: dict[str, Any] = {"track": "tr_audio", "kind": "notes", "time": 0, "duration": 4}
IN_SLOT: dict[str, Any] = {"track": "tr_bass_", "time": 0, "duration": 4, "slot": "slot_two"}
STANDS = Set("markers", "marker_one", {"name": "stands"})

CONFLICTS: dict[str, tuple[list[Op], list[Op], str]] = {
    "two tracks into each other": (
        [Move("tracks", "tr_one__", parent="tr_two__")],
        [Move("tracks", "tr_two__", parent="tr_one__")],
        "cycle",
    ),
    "two channels into each other": (
        [Set("channels", "ch_bass_", {"dest": "ch_drums"})],
        [Set("channels", "ch_drums", {"dest": "ch_bass_"})],
        "cycle",
    ),
    "one id twice": (
        [Insert("notes", "note_new", NOTE)],
        [Insert("notes", "note_new", NOTE | {"key": 61})],
        "exists",
    ),
    "a clip shortened and faded in": (
        [Set("clips", "clip_loop", {"duration": 1.0})],
        [Set("clips", "clip_loop", {"fadeIn": 3.0})],
        "invalid",
    ),
    "two takes into one slot": (
        [Insert("clips", "clip_mine", IN_SLOT)],
        [Insert("clips", "clip_thine", IN_SLOT)],
        "invalid",
    ),
    "a group that is one no longer": (
        [Set("tracks", "tr_one__", {"content": ["notes"]})],
        [Move("tracks", "tr_bass_", parent="tr_one__")],
        "invalid",
    ),
    "a channel for two tracks": (
        [Set("tracks", "tr_one__", {"channel": "ch_reverb"})],
        [Set("tracks", "tr_two__", {"channel": "ch_reverb"})],
        "invalid",
    ),
    "a clip of another kind": (
        [Set("clips", "clip_new_", {"kind": "audio"})],
        [Insert("notes", "note_new", NOTE | {"clip": "clip_new_"})],
        "invalid",
    ),
    "an original that became an alias": (
        [Set("clips", "clip_new_", {"ref": "clip_two_"})],
        [Insert("clips", "clip_ali", ON_TRACK | {"ref": "clip_new_"})],
        "invalid",
    ),
    "the last tempo at zero": (
        [Delete("tempo", "tempo_two")],
        [Set("tempo", "tempo_start", {"time": 4.0})],
        "invalid",
    ),
}

WRONG: list[list[Op]] = [
    [Insert("notes", "tr_bass_", NOTE)],
    [Move("tracks", "tr_group", parent="tr_bass_")],
    [Set("tracks", "tr_group", {"parent": "tr_bass_"})],
    [Set("clips", "clip_loop", {"fadeIn": 99.0})],
    [Move("tracks", "tr_one__", parent="tr_bass_")],
]
"""Each is impossible in the song of the bench."""


@pytest.fixture
def bench() -> Bench:
    document = song()
    more = [
        Insert("tracks", "tr_one__", TRACK),
        Insert("tracks", "tr_two__", TRACK),
        Insert("slots", "slot_two", {"scene": "scene_one", "track": "tr_bass_"}),
        Insert("clips", "clip_new_", ON_TRACK),
        Insert("clips", "clip_two_", ON_TRACK),
        Insert("tempo", "tempo_two", {"time": 0, "bpm": 100}),
    ]
    assert document.apply(more).drops == []
    made = Bench(document=document)
    made.join("ann")
    made.join("bob")
    return made


def propose(bench: Bench, who: str, *ops: Op, base: int | None = None, **more: Any) -> Any:
    """Propose and commit; what the member hears of it."""
    delta_id = f"delta-{random.getrandbits(64):x}"
    delta = ProposeDelta(PROJECT, delta_id, list(ops), base=base, **more)
    bench.run(bench.room.edits.propose(who, delta))
    bench.commit()
    return bench.last(who)


def dropped(answer: Any) -> list[tuple[int, str]]:
    assert isinstance(answer, Ack), answer
    return [(drop.op, drop.reason) for drop in answer.dropped]


def code(answer: Any) -> str:
    assert isinstance(answer, Error), answer
    return answer.code


@pytest.mark.parametrize("name", CONFLICTS)
def test_D5_D18_what_others_did_after_the_base_overtakes_an_op_and_never_refuses_its_delta(
    name: str, bench: Bench
) -> None:
    theirs, mine, why = CONFLICTS[name]
    assert dropped(propose(bench, "bob", *theirs)) == []
    answer = propose(bench, "ann", STANDS, *mine, base=0)
    assert dropped(answer) == [(1, why)]
    assert answer.ops == [STANDS]


@pytest.mark.parametrize("name", CONFLICTS)
def test_D19_the_same_is_refused_to_who_had_seen_it(name: str, bench: Bench) -> None:
    theirs, mine, why = CONFLICTS[name]
    propose(bench, "bob", *theirs)
    answer = propose(bench, "ann", STANDS, *mine, base=1)
    assert (code(answer), answer.details["op"]) == (f"op_{why}", 1)
    assert code(propose(bench, "ann", STANDS, *mine)) == f"op_{why}"


@pytest.mark.parametrize("ops", WRONG)
@pytest.mark.parametrize("base", [None, 0, 1, 2, 3, 99])
def test_D19_what_was_wrong_on_its_base_is_refused_whatever_others_did(
    ops: list[Op], base: int | None, bench: Bench
) -> None:
    for value in (0.1, 0.2, 0.3):
        propose(bench, "bob", Set("channels", "ch_bass_", {"volume": value}))
        propose(bench, "bob", Set("tracks", "tr_bass_", {"name": f"{value}"}))
    assert code(propose(bench, "ann", STANDS, *ops, base=base)) in (
        "op_invalid",
        "op_exists",
        "op_cycle",
    )


@pytest.mark.parametrize("name", CONFLICTS)
def test_D19_own_deltas_since_the_base_are_not_others(name: str, bench: Bench) -> None:
    earlier, later, why = CONFLICTS[name]
    assert dropped(propose(bench, "ann", *earlier, base=0)) == []
    propose(bench, "bob", STANDS)
    assert code(propose(bench, "ann", *later, base=0)) == f"op_{why}"


def test_D19_what_builds_on_an_own_delta_is_no_mistake_once_others_overtook_that(
    bench: Bench,
) -> None:
    propose(bench, "bob", Set("clips", "clip_loop", {"gain": 2.0}))
    longer = Set("clips", "clip_loop", {"duration": 8.0}, {"gain": 1})
    assert dropped(propose(bench, "ann", longer, base=0)) == [(0, "changed")]
    faded = Set("clips", "clip_loop", {"fadeIn": 6.0})
    assert dropped(propose(bench, "ann", STANDS, faded, base=0)) == [(1, "invalid")]


def test_D6_D19_an_own_atomic_delta_that_others_overtook_counts_for_nothing(bench: Bench) -> None:
    propose(bench, "bob", STANDS)
    renamed = Set("markers", "marker_one", {"name": "mine"}, {"name": ""})
    both: list[Op] = [Insert("clips", "clip_mine", IN_SLOT), renamed]
    answer = propose(bench, "ann", *both, base=0, atomic=True)
    assert dropped(answer) == [(0, "atomic"), (1, "changed")]
    propose(bench, "bob", Insert("clips", "clip_thine", IN_SLOT))
    # On seq 1 the copy of ann shows nothing of its atomic delta: there the slot is empty.
    later = Insert("clips", "clip_more", IN_SLOT)
    assert dropped(propose(bench, "ann", STANDS, later, base=1)) == [(1, "invalid")]


def test_D6_D19_an_own_atomic_delta_is_taken_back_from_wide_devices_as_well(bench: Bench) -> None:
    wide: dict[str, Any] = {f"leaf{number}": 0 for number in range(40)}
    propose(bench, "ann", Set("devices", "dev_synth", {"params": wide}))
    before, follower = bench.room.document.frozen(), bench.room.follower
    leaf = Set("devices", "dev_synth", {"params": {"leaf0": 1}})
    other = Set("devices", "dev_synth", {"params": {"leaf0": 2}})
    gone = Set("markers", "nobody__", {"name": "x"})
    own = [TriedDelta([leaf]), TriedDelta([other, gone], atomic=True)]
    expected = Set("devices", "dev_synth", {"params": {"leaf1": 1}}, {"params": {"leaf0": 1}})
    assert finished(follower.document.rehearsing_on([], own, [expected])) == []
    assert bench.room.document.frozen() == before


def test_D19_an_own_delta_counts_as_it_was_proposed_and_not_with_what_fell_later(
    bench: Bench,
) -> None:
    propose(bench, "bob", Move("tracks", "tr_one__", parent="tr_group"))
    propose(bench, "bob", Move("tracks", "tr_two__", parent="tr_one__"))
    answer = propose(bench, "ann", Delete("tracks", "tr_one__"), base=1)
    assert Set("tracks", "tr_two__", {"parent": "tr_group"}) in answer.ops
    # On the copy of ann `tr_two__` never was in a group.
    inside = Move("tracks", "tr_group", parent="tr_two__")
    assert dropped(propose(bench, "ann", STANDS, inside, base=1)) == [(1, "cycle")]


def test_D19_what_builds_on_an_own_delta_that_is_on_its_way_stands(bench: Bench) -> None:
    edits = bench.room.edits
    holds_tracks: dict[str, Any] = {"content": ["audio", "notes", "tracks"]}
    first = ProposeDelta(PROJECT, "delta-one", [Set("tracks", "tr_audio", holds_tracks)])
    second = ProposeDelta(PROJECT, "delta-two", [Move("tracks", "tr_two__", parent="tr_audio")])
    bench.run(edits.propose("ann", first))
    bench.run(edits.propose("ann", second))
    bench.commit()
    assert [entry.delta_id for entry in bench.entries] == ["delta-one", "delta-two"]
    assert dropped(bench.last("ann")) == []


def test_D6_D18_an_atomic_delta_that_others_overtook_is_dropped_whole(bench: Bench) -> None:
    theirs, mine, why = CONFLICTS["one id twice"]
    propose(bench, "bob", *theirs)
    answer = propose(bench, "ann", STANDS, *mine, base=0, atomic=True)
    assert dropped(answer) == [(0, "atomic"), (1, why)]


def test_D18_an_undo_of_others_overtakes_like_an_edit(bench: Bench) -> None:
    propose(bench, "bob", Set("clips", "clip_loop", {"duration": 8.0}))
    bench.run(bench.room.edits.undo_or_redo("bob", "undo-0001", Purpose.UNDO))
    bench.commit()
    faded = Set("clips", "clip_loop", {"fadeIn": 6.0})
    assert dropped(propose(bench, "ann", faded, base=1)) == [(0, "invalid")]
    assert code(propose(bench, "ann", faded, base=2)) == "op_invalid"


def test_D18_what_another_node_committed_overtakes_as_well(bench: Bench) -> None:
    other = Bench(document=Document(bench.room.document.frozen()))
    other.join("cyd")
    theirs, mine, why = CONFLICTS["two takes into one slot"]
    propose(other, "cyd", *theirs)
    bench.run(bench.room.follower.on_remote_entry(other.entries[0]))
    bench.entries.extend(other.entries)
    assert why == "invalid"
    edits, delta = bench.room.edits, ProposeDelta(PROJECT, "delta-ann", mine, base=0)
    bench.run(edits.propose("ann", delta))
    assert [proposal.delta_id for [proposal] in bench.waiting] == ["delta-ann"]


def test_D20_past_what_the_room_keeps_all_counts_as_overtaken_but_what_is_wrong_in_itself(
    bench: Bench,
) -> None:
    propose(bench, "bob", STANDS)
    bench.room.edits.entries.stacks._changes.clear()
    assert dropped(propose(bench, "ann", STANDS, *WRONG[0], base=0)) == [(1, "exists")]
    nonsense = Set("clips", "clip_loop", {"fadeIn": -1.0})
    assert code(propose(bench, "ann", STANDS, nonsense, base=0)) == "op_invalid"


def test_D20_a_base_of_another_epoch_is_past_what_the_room_keeps(bench: Bench) -> None:
    old: dict[str, Any] = {"base": 0, "base_epoch": "the one before"}
    assert dropped(propose(bench, "ann", STANDS, *WRONG[0], **old)) == [(1, "exists")]
    same: dict[str, Any] = {"base": 1, "base_epoch": "epoch"}
    assert code(propose(bench, "ann", STANDS, *WRONG[0], **same)) == "op_exists"


def test_D20_what_a_member_may_look_back_comes_again_with_its_deltas(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (seat, author_view):
        monkeypatch.setattr(module, "MAX_LOOKED_BACK", 100)
    bench.room.seats["ann"].changes_to_look_back = 100
    for _ in range(40):
        propose(bench, "bob", STANDS)  # each costs two: the entry and its change
    wrong = [code(propose(bench, "ann", *WRONG[0], base=0))]
    while isinstance(answer := propose(bench, "ann", *WRONG[0], base=0), Error):
        wrong.append(answer.code)
    assert wrong == ["op_exists"]
    for _ in range(2):
        propose(bench, "ann", STANDS)
    assert code(propose(bench, "ann", *WRONG[0], base=38)) == "op_exists"


@pytest.mark.parametrize("seed", range(40))
def test_D19_the_verdict_is_that_of_a_document_replayed_to_the_base(seed: int) -> None:
    """What is looked at with the changes taken back is what its author had, to the entity."""
    rng, chaos = random.Random(seed), Chaos(seed)
    bench = Bench(document=song())
    bench.join("ann")
    bench.join("bob")
    for ops, _ in chaos.deltas(bench.room.document, 40):
        propose(bench, rng.choice(("ann", "bob")), *ops, base=bench.room.head)
    document, follower = bench.room.document, bench.room.follower
    stacks = bench.room.edits.entries.stacks
    before = document.frozen()
    for _ in range(15):
        base = rng.randint(0, bench.room.head)
        ops = next(iter(chaos.deltas(document, 1)))[0]
        seen = author_view.as_seen(follower, stacks, bench.room.seats["ann"], base, [])
        assert seen is not None
        told = finished(document.rehearsing_on(seen.changes_to_take_back, seen.own_deltas, ops))
        assert document.frozen() == before
        assert told == replayed_to(bench, base).rehearse(ops)
    again = Document(before)
    assert document.digest == again.digest
    for entity_id in again.collection_by_id:
        assert document.referrers(entity_id) == again.referrers(entity_id)


def replayed_to(bench: Bench, base: int) -> Document:
    """What ann had on its copy at `base`: the journal up to there, and its own ops since."""
    document = blank()
    document.apply(SONG)
    for entry in bench.entries:
        if entry.seq <= base or entry.member == bench.room.seats["ann"].member:
            document.apply(read_ops(entry) or [], atomic=entry.atomic)
    return document
