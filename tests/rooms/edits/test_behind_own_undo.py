"""What a member sends behind its own undo is judged by what that undo has made of the song."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from rooms.document.document import Document
from rooms.journal.entry import Proposal, Purpose
from schema.messages import Ack, Error, ProposeDelta
from schema.ops import Delete, Insert, Move, Op, Set
from tests.rooms.bench import PROJECT, Bench
from tests.rooms.chaos import Chaos
from tests.rooms.songs import song

TRACK: dict[str, Any] = {"content": ["tracks"]}
CLIP: dict[str, Any] = {"track": "tr_bass_", "time": 0, "duration": 4}
IN_SLOT = CLIP | {"slot": "slot_two"}
NOTE: dict[str, Any] = {"clip": "clip_bass", "time": 0, "duration": 1, "key": 60}
STANDS = Set("markers", "marker_one", {"name": "stands"})

FREED: dict[str, tuple[Op, Op]] = {
    "a clip in a slot": (
        Insert("clips", "clip_mine", IN_SLOT),
        Insert("clips", "clip_2nd", IN_SLOT),
    ),
    "a clip put into a slot": (
        Set("clips", "clip_two_", {"slot": "slot_two"}),
        Insert("clips", "clip_2nd", IN_SLOT),
    ),
    "a clip on a track that is to hold tracks": (
        Insert("clips", "clip_mine", CLIP | {"track": "tr_notes"}),
        Set("tracks", "tr_notes", TRACK),
    ),
    "a track in a track that is to hold notes": (
        Insert("tracks", "tr_child", TRACK | {"parent": "tr_one__"}),
        Set("tracks", "tr_one__", {"content": ["notes"]}),
    ),
    "a track with a channel that another is to have": (
        Insert("tracks", "tr_child", TRACK | {"channel": "ch_reverb"}),
        Set("tracks", "tr_two__", {"channel": "ch_reverb"}),
    ),
    "an alias of a clip that is to be one": (
        Insert("clips", "clip_mine", CLIP | {"ref": "clip_one_"}),
        Set("clips", "clip_one_", {"ref": "clip_two_"}),
    ),
    "a track in a track that is to be in it": (
        Move("tracks", "tr_one__", parent="tr_two__"),
        Move("tracks", "tr_two__", parent="tr_one__"),
    ),
    "a channel into a channel that is to lead to it": (
        Set("channels", "ch_bass_", {"dest": "ch_drums"}),
        Set("channels", "ch_drums", {"dest": "ch_bass_"}),
    ),
    "an id": (Insert("notes", "note_new", NOTE), Insert("notes", "note_new", NOTE | {"key": 61})),
    "a fade that a shorter clip has no room for": (
        Set("clips", "clip_loop", {"fadeIn": 3.0}),
        Set("clips", "clip_loop", {"duration": 2.0}),
    ),
}
"""What is taken back, and what cannot be done before it is."""

ALLOWED: dict[str, tuple[Op, Op]] = {
    "a clip out of its slot": (
        Delete("clips", "clip_slot"),
        Insert("clips", "clip_2nd", IN_SLOT | {"slot": "slot_one"}),
    ),
    "a track that holds tracks": (
        Set("tracks", "tr_notes", TRACK),
        Move("tracks", "tr_two__", parent="tr_notes"),
    ),
    "a longer clip": (
        Set("clips", "clip_loop", {"duration": 9.0}),
        Set("clips", "clip_loop", {"fadeIn": 8.0}),
    ),
}
"""What is done again, and what cannot be done before it is."""


def studio() -> Bench:
    document = song()
    more = [
        Insert("tracks", "tr_one__", TRACK),
        Insert("tracks", "tr_two__", TRACK),
        Insert("tracks", "tr_notes", {"content": ["notes"]}),
        Insert("slots", "slot_two", {"scene": "scene_one", "track": "tr_bass_"}),
        Insert("clips", "clip_one_", CLIP),
        Insert("clips", "clip_two_", CLIP),
    ]
    assert document.apply(more).drops == []
    bench = Bench(document=document)
    bench.join("ann")
    bench.join("bob")
    return bench


def ask(bench: Bench, purpose: Purpose, delta_id: str = "turn-back", who: str = "ann") -> None:
    bench.run(bench.room.edits.undo_or_redo(who, delta_id, purpose))


def propose(bench: Bench, *ops: Op, who: str = "ann", **more: Any) -> None:
    bench.run(bench.room.edits.propose(who, ProposeDelta(PROJECT, "delta-behind", [*ops], **more)))


def stands(bench: Bench) -> None:
    """All of it is committed, and nothing of it dropped."""
    kept = bench.room.follower.tail.find("delta-behind")
    assert kept is not None, bench.last("ann")
    assert kept.drops == ()


def undoing(bench: Bench, done: Op) -> Purpose:
    bench.edit("ann", done)
    return Purpose.UNDO


def redoing(bench: Bench, done: Op) -> Purpose:
    bench.edit("ann", done)
    ask(bench, Purpose.UNDO, "undo-before")
    bench.commit()
    return Purpose.REDO


PAIRS = [
    *[pytest.param(undoing, *FREED[name], id=f"undo {name}") for name in FREED],
    *[pytest.param(redoing, *ALLOWED[name], id=f"redo {name}") for name in ALLOWED],
]

Preparing = Callable[[Bench, Op], Purpose]


@pytest.mark.parametrize("has_base", [True, False])
@pytest.mark.parametrize(("prepare", "done", "then"), PAIRS)
def test_U6_a_delta_behind_an_own_undo_is_judged_with_it(
    prepare: Preparing, done: Op, then: Op, has_base: bool
) -> None:
    bench = studio()
    purpose = prepare(bench, done)
    base: dict[str, Any] = {"base": bench.room.head} if has_base else {}
    ask(bench, purpose)
    propose(bench, STANDS, then, **base)
    bench.commit()
    stands(bench)
    assert [entry.purpose for entry in bench.entries][-2:] == [purpose, "edit"]


@pytest.mark.parametrize("asks_again", [True, False])
@pytest.mark.parametrize(("prepare", "done", "then"), PAIRS)
def test_U6_D13_so_it_is_after_a_reconnect(
    prepare: Preparing, done: Op, then: Op, asks_again: bool
) -> None:
    bench = studio()
    purpose, base = prepare(bench, done), bench.room.head
    ask(bench, purpose)
    bench.join("ann", connection="again", at=1)
    if asks_again:
        ask(bench, purpose, who="again")
    propose(bench, STANDS, then, who="again", base=base)
    bench.commit()
    stands(bench)
    assert [entry.purpose for entry in bench.entries][-2:] == [purpose, "edit"]


@pytest.mark.parametrize(("prepare", "done", "then"), PAIRS)
def test_U6_so_it_is_where_another_node_has_stored_the_undo(
    prepare: Preparing, done: Op, then: Op
) -> None:
    bench, other = studio(), studio()
    purpose = prepare(other, done)
    for entry in other.entries:
        bench.run(bench.room.follower.on_remote_entry(entry))
    base = bench.room.head
    ask(other, purpose)
    ask(bench, purpose)
    propose(bench, STANDS, then, base=base)
    assert [[part.delta_id for part in parts] for parts in bench.waiting] == [["turn-back"]]
    other.commit()
    bench.waiting.clear()  # the journal knows it already
    bench.run(bench.room.follower.on_remote_entry(other.entries[-1]))
    [[proposal]] = bench.waiting
    assert proposal.delta_id == "delta-behind"
    assert bench.room.document.rehearse([STANDS, then]) == []


@pytest.mark.parametrize("name", FREED)
def test_U6_a_restore_of_ones_own_is_waited_for_as_well(name: str) -> None:
    bench = studio()
    done, then = FREED[name]
    before = Document(bench.room.document.frozen())
    bench.edit("ann", done)
    back = back_to(before, done)
    member = bench.room.seats["ann"].member
    proposal = Proposal(
        project=PROJECT,
        delta_id="restore-1",
        author="ann",
        auth_session="login",
        member=member,
        payload=b"[]",
        atomic=False,
        purpose=Purpose.RESTORE,
        step="restore-1",
        snapshot="s",
    )
    bench.run(bench.room.edits.calls.restore(proposal, [back], "ann", 1))
    propose(bench, STANDS, then)
    bench.commit()
    stands(bench)


def back_to(before: Document, done: Op) -> Op:
    if isinstance(done, Insert):
        return Delete(done.col, done.id)
    entity = before.get(done.id)
    assert entity is not None
    names = done.props if isinstance(done, Set) else ("parent",)
    return Set(done.col, done.id, {name: entity[name] for name in names})


def test_D19_what_an_own_undo_brought_back_unseen_is_no_mistake_of_its_member() -> None:
    """Nobody knows what an undo does until it is answered."""
    bench = studio()
    bench.edit("ann", Delete("clips", "clip_slot"))
    ask(bench, Purpose.UNDO)
    propose(bench, STANDS, Insert("clips", "clip_2nd", IN_SLOT | {"slot": "slot_one"}), base=1)
    bench.commit()
    answer = bench.last("ann")
    assert isinstance(answer, Ack)
    assert [(drop.op, drop.reason) for drop in answer.dropped] == [(1, "invalid")]


def test_D19_what_builds_on_an_own_delta_behind_an_own_undo_is_no_mistake_when_overtaken() -> None:
    bench = studio()
    done, then = FREED["a clip on a track that is to hold tracks"]
    bench.edit("ann", done)
    ask(bench, Purpose.UNDO)
    propose(bench, then, base=1)
    bench.commit()
    bench.edit("bob", Set("tracks", "tr_notes", {"content": ["notes"]}))
    inside = Move("tracks", "tr_two__", parent="tr_notes")
    delta = ProposeDelta(PROJECT, "delta-later", [STANDS, inside], base=1)
    bench.run(bench.room.edits.propose("ann", delta))
    bench.commit()
    answer = bench.last("ann")
    assert isinstance(answer, Ack), answer
    assert [(drop.op, drop.reason) for drop in answer.dropped] == [(1, "invalid")]


def test_D19_what_builds_on_an_own_undo_that_others_overtook_is_no_mistake() -> None:
    bench = studio()
    done, then = FREED["a track in a track that is to be in it"]
    bench.edit("ann", done)
    bench.edit("bob", Set("tracks", "tr_one__", {"order": "a7"}))
    ask(bench, Purpose.UNDO)
    propose(bench, STANDS, then, base=1)
    bench.commit()
    answer = bench.last("ann")
    assert isinstance(answer, Ack), answer
    assert [(drop.op, drop.reason) for drop in answer.dropped] == [(1, "cycle")]


@pytest.mark.parametrize("wrong", [*FREED.values()])
def test_D19_what_is_wrong_with_the_undo_and_without_is_refused(wrong: tuple[Op, Op]) -> None:
    bench = studio()
    done, then = wrong
    bench.edit("ann", done)
    bench.edit("ann", Set("project", "project", {"key": "C"}))
    ask(bench, Purpose.UNDO)
    propose(bench, STANDS, then, base=2)
    bench.commit()
    assert isinstance(bench.last("ann"), Error)


@pytest.mark.parametrize("seed", range(30))
def test_U6_D19_what_is_right_with_the_undo_or_without_is_never_refused(seed: int) -> None:
    rng, chaos, bench = random.Random(seed), Chaos(seed), studio()
    for number in range(12):
        [(ops, _)] = chaos.deltas(bench.room.document, 1)
        bench.edit(rng.choice(("ann", "ann", "bob")), *ops)
        without = Document(bench.room.document.frozen())
        purpose = rng.choice((Purpose.UNDO, Purpose.UNDO, Purpose.REDO))
        ask(bench, purpose, f"turn-{number:04}")
        told = Document(without.frozen())
        for parts in bench.waiting:
            for part in parts:
                proposed = bench.room.edits.open_proposals.get(part.delta_id)
                assert proposed is not None
                told.apply(proposed.ops)
        seen = rng.choice((told, without))
        [(ops, atomic)] = chaos.deltas(seen, 1)
        dropped = {drop.op for drop in seen.rehearse(ops)}
        right = [op for index, op in enumerate(ops) if index not in dropped]
        if not right or seen.rehearse(right):
            bench.commit()
            continue
        delta = ProposeDelta(
            PROJECT, f"delta-behind-{number}", right, atomic=atomic, base=bench.room.head
        )
        bench.run(bench.room.edits.propose("ann", delta))
        bench.commit()
        assert isinstance(bench.last("ann"), Ack), (number, bench.last("ann"))
