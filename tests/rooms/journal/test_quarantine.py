"""D17: a delta that raises, or cannot be read, does nothing, wholly, and the room goes on."""

from typing import Any

import pytest

from rooms.document import digest
from rooms.document.document import Document, TriedDelta
from rooms.document.entity_store import EntityStore
from rooms.document.index import DocumentIndex
from rooms.edits import proposal_queue
from rooms.journal.entry import Purpose
from rooms.pauses import finish
from schema.errors import DropReason
from schema.messages import Ack, Error
from schema.ops import Delete, Insert, Op, Set
from tests.rooms.bench import Bench
from tests.rooms.songs import song, why

NEW = [Insert("markers", f"newmark_{n}", {"time": n}) for n in range(3)]
POISON = Insert("markers", "poisoned", {"time": 9})

OPS: list[Op] = [
    *NEW,
    Set("markers", "newmark_0", {"time": 5}),
    Delete("tracks", "tr_audio"),
    POISON,
    Set("markers", "newmark_1", {"time": 6}),
]


class Planted(Exception):
    pass


def raising_for(plant: pytest.MonkeyPatch, owner: Any, name: str, entity_of: Any) -> None:
    """Let a function raise when it is about the poison: before what it does, and after."""
    function = getattr(owner, name)

    def wrapped(*args: Any) -> Any:
        done = function(*args)
        if "poisoned" in entity_of(args):
            raise Planted
        return done

    plant.setattr(owner, name, wrapped)


PLACES = [
    (EntityStore, "_put", lambda args: (args[2],)),
    (EntityStore, "_place", lambda args: (args[2],)),
    (EntityStore, "_count_again", lambda args: (args[2],)),
    (DocumentIndex, "add", lambda args: (args[2],)),
    (digest, "canonical", lambda args: (args[1],)),
    (Document, "_check_whole", lambda args: (args[2],)),
]

PLACES_AT_DOOR = [place for place in PLACES if place[1] not in ("_count_again", "canonical")]
"""What is not counted cannot raise where it is counted."""


def whole(document: Document) -> Any:
    """All that a document is, its index by what it answers."""
    state = document.frozen()
    ids = [i for entities in state.values() for i in entities]
    pointers = {i: document.referrers(i) for i in ids}
    return state, document.collection_by_id.copy(), document.size, document.digest, pointers


@pytest.mark.parametrize("atomic", [False, True])
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place[1])
def test_D17_a_delta_that_raises_midway_is_undone_wholly(
    place: tuple[Any, str, Any], atomic: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    document, other = song(), song()
    before = whole(document)
    with monkeypatch.context() as plant:
        raising_for(plant, *place)
        applied = document.apply(OPS, atomic=atomic)
    assert (applied.ops, applied.changes) == ([], [])
    assert why(applied) == [DropReason.QUARANTINED] * len(OPS)
    assert applied.mistake == "Planted: "
    assert whole(document) == before
    rest = [op for op in OPS if op is not POISON]
    document.apply(rest)
    other.apply(rest)
    assert whole(document) == whole(other)


@pytest.mark.parametrize("place", PLACES_AT_DOOR, ids=lambda place: place[1])
def test_D17_a_delta_that_raises_at_the_door_leaves_nothing_behind(
    place: tuple[Any, str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    document = song()
    back = document.apply(NEW).changes[::-1]
    before = whole(document)
    with monkeypatch.context() as plant:
        raising_for(plant, *place)
        for tried in (
            document.rehearsing(OPS),
            document.rehearsing_on(back, [], OPS),
            document.rehearsing_on(back, [TriedDelta(OPS, atomic=True)], NEW),
        ):
            with pytest.raises(Planted):
                finish(tried)
            assert whole(document) == before


@pytest.mark.parametrize("raised", [Planted, MemoryError])
def test_D17_what_the_server_cannot_judge_is_answered_and_what_follows_goes_on(
    raised: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench()
    bench.join("ann")
    insert = Document._insert

    def raising(self: Document, op: Insert) -> Any:
        if op.id == "poisoned":
            raise raised
        return insert(self, op)

    monkeypatch.setattr(Document, "_insert", raising)
    bench.edit("ann", *NEW, POISON)
    assert [type(mistake) for mistake in bench.mistakes] == [raised]
    answer = bench.last("ann")
    assert isinstance(answer, Error)
    assert answer.code == ("internal" if raised is MemoryError else "op_invalid")
    assert not bench.room.seats["ann"].queue
    if raised is MemoryError:
        return  # what follows waits until it comes again (rule D12)
    done = bench.edit("ann", *NEW)
    assert isinstance(bench.last("ann"), Ack)

    def no_inverse(*_: Any) -> Any:
        raise raised

    with monkeypatch.context() as plant:
        plant.setattr(proposal_queue, "inverse", no_inverse)
        undo = bench.room.edits.undo_or_redo("ann", "undo-0001", Purpose.UNDO)
        bench.run(undo)
    assert [type(mistake) for mistake in bench.mistakes] == [raised] * 2
    assert isinstance(bench.last("ann"), Error)
    bench.run(bench.room.edits.undo_or_redo("ann", "undo-0002", Purpose.UNDO))
    bench.commit()
    assert [entry.delta_id for entry in bench.entries] == [done, "undo-0002"]


def test_D17_what_the_server_cannot_judge_takes_no_answer_of_others_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One job brings both entries, and between them lets an undo have its turn."""
    bench = Bench()
    bench.join("ann")
    bench.join("ben")
    bench.propose("ann", NEW[0])
    bench.run(bench.room.edits.undo_or_redo("ann", "undo-0001", Purpose.UNDO))
    bens = bench.propose("ben", NEW[1])

    def no_inverse(*_: Any) -> Any:
        raise Planted

    monkeypatch.setattr(proposal_queue, "inverse", no_inverse)
    bench.commit()
    assert [type(mistake) for mistake in bench.mistakes] == [Planted]
    ack = bench.last("ben")
    heard = [message.id for message in bench.heard["ann"] if isinstance(message, Error)]
    assert heard == ["undo-0001"]
    assert isinstance(ack, Ack)
    assert (ack.id, bench.room.head) == (bens, 2)


def test_D17_no_memory_is_this_machines_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    document = song()
    before = whole(document)

    def exhausted(*_: Any) -> None:
        raise MemoryError

    with monkeypatch.context() as plant:
        plant.setattr(EntityStore, "_count_again", exhausted)
        with pytest.raises(MemoryError):
            document.apply(OPS)
    assert whole(document) == before
