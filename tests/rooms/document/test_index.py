"""What the index of a document reads of an entity: of nothing else does it have to hear."""

from collections.abc import Iterator
from typing import Any

import pytest

from rooms.document.index import INDEXED, DocumentIndex
from schema.entities import ENTITY_TYPES, defaults


class Watched(dict[str, Any]):
    """An entity that tells which of its properties were read."""

    def __init__(self, entity: dict[str, Any]) -> None:
        super().__init__(entity)
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.read.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self.read.add(name)
        return super().get(name, default)

    def items(self) -> Any:
        raise AssertionError("which properties are read is to be seen")

    values = __iter__ = items


def _entities(collection: str) -> Iterator[dict[str, Any]]:
    """With everything that leads elsewhere set, at time 0 and later."""
    entity = defaults(collection)
    for name, field in ENTITY_TYPES[collection].items():
        if field.kind == "pointer":
            entity[name] = f"{name}_0001"
        elif field.kind == "path":
            entity[name] = "channels/chan_0001/volume"
        elif field.required:
            entity[name] = 0
    for time in (0, 1):
        yield entity | {"time": time}


@pytest.mark.parametrize("collection", ENTITY_TYPES)
def test_the_index_reads_no_property_that_is_not_said_to_be_indexed(collection: str) -> None:
    for entity in _entities(collection):
        index, watched = DocumentIndex(), Watched(entity)
        index.add(collection, "entity_01", watched)
        index.discard(collection, "entity_01", watched)
        assert watched.read & ENTITY_TYPES[collection].keys() <= set(INDEXED[collection])


def test_what_touches_nothing_indexed_leaves_the_index_alone() -> None:
    index, before = DocumentIndex(), next(_entities("channels"))
    index.replace("channels", "chan_0001", before, before | {"volume": 0.25})  # it never was added
    assert not index.is_referred_to(before["dest"])
    index.add("channels", "chan_0001", before)
    index.replace("channels", "chan_0001", before, before | {"dest": "chan_0002"})
    assert index.referrers("chan_0002") == [("chan_0001", "dest", "channels")]
    assert not index.is_referred_to(before["dest"])
