"""D17: a delta that raises, or cannot be read, does nothing, wholly, and the room goes on."""

from typing import Any

import pytest

from rooms import digest
from rooms.document import Document
from rooms.document_index import DocumentIndex
from rooms.entity_store import EntityStore
from schema.errors import DropReason
from schema.ops import Delete, Insert, Op, Set
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
    (EntityStore, "_count", lambda args: (args[2],)),
    (DocumentIndex, "add", lambda args: (args[2],)),
    (digest, "canonical", lambda args: (args[1],)),
    (Document, "_check_whole", lambda args: (args[2],)),
]


def whole(document: Document) -> Any:
    """All that a document is, its index by what it answers."""
    state = document.frozen()
    ids = [i for entities in state.values() for i in entities]
    pointers = {i: document.referrers(i) for i in ids}
    return state, document.where.copy(), document.size, document.digest, pointers


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


def test_D17_no_memory_is_this_machines_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    document = song()
    before = whole(document)

    def exhausted(*_: Any) -> None:
        raise MemoryError

    with monkeypatch.context() as plant:
        plant.setattr(EntityStore, "_count", exhausted)
        with pytest.raises(MemoryError):
            document.apply(OPS)
    assert whole(document) == before
