"""What is looked up rather than searched, so that an op costs what it touches."""

from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from collections.abc import Set as AbstractSet
from heapq import merge
from itertools import islice
from typing import Any

from rooms.document.channel_routes import Routes, shrunk
from rooms.document.track_levels import TrackLevels
from rooms.rules.entity_rules import path_target
from schema.entities import ENTITY_TYPES, MAPS_FROM_ZERO, SIDED, Field

Entity = Mapping[str, Any]

POINTERS: Mapping[str, Mapping[str, Field]] = {
    collection: {name: f for name, f in fields.items() if f.kind in ("pointer", "path")}
    for collection, fields in ENTITY_TYPES.items()
}
"""The properties of each collection that lead to another entity."""

_READ_BESIDE: Mapping[str, AbstractSet[str]] = {
    "clips": frozenset({"kind"}),
    **{collection: frozenset({"time"}) for collection in MAPS_FROM_ZERO},
    **{collection: frozenset({"lane", "time", "slot"}) for collection in SIDED},
}

INDEXED: Mapping[str, tuple[str, ...]] = {
    collection: tuple(sorted(POINTERS[collection].keys() | _READ_BESIDE.get(collection, ())))
    for collection in ENTITY_TYPES
}
"""All properties of each collection that the index reads."""

Referrer = tuple[str, str, str]
"""Who points at an entity: its id, by which property, its collection."""

SLICE_SORTED = 500
"""Referrers sorted between two pauses."""

_NO_IDS: frozenset[str] = frozenset()


def target_of(pointer: Field, value: str) -> tuple[str, str] | None:
    """The collection and id that a pointer or path leads to."""
    return path_target(value) if pointer.kind == "path" else (pointer.points_to, value)


class DocumentIndex:
    """Who points at what, which points share a time, which kinds of clips a track holds."""

    def __init__(self) -> None:
        self.routes = Routes()
        self.levels = TrackLevels()
        self._referring: dict[str, dict[tuple[str, str], set[str]]] = {}
        # By collection, lane (None: no lane) and time: who is there, by slot.
        self._sides: dict[tuple[str, str | None, float], dict[int, str]] = {}
        self._clip_kinds: dict[str, Counter[str]] = {}
        self._at_zero: dict[str, set[str]] = {collection: set() for collection in MAPS_FROM_ZERO}

    def add(self, collection: str, entity_id: str, entity: Entity) -> None:
        """An entity is there now."""
        for target, name in _targets(collection, entity):
            groups = self._referring.setdefault(target, {})
            groups.setdefault((collection, name), set()).add(entity_id)
        if collection in SIDED:
            self._sides.setdefault(_place(collection, entity), {})[entity["slot"]] = entity_id
        match collection:
            case "tracks":
                self.levels.add(entity_id, entity["parent"])
            case "channels" | "sends" if entity["dest"] is not None:
                self.routes.add(entity.get("channel", entity_id), entity["dest"])
            case "clips":
                self._clip_kinds.setdefault(entity["track"], Counter())[entity["kind"]] += 1
            case "tempo" | "signatures" if entity["time"] == 0:
                self._at_zero[collection].add(entity_id)

    def discard(self, collection: str, entity_id: str, entity: Entity) -> None:
        """An entity that was added is no longer there, or no longer so."""
        for target, name in _targets(collection, entity):
            self._discard_referrer(target, (collection, name), entity_id)
        if collection in SIDED:
            self._discard_side(collection, entity_id, entity)
        match collection:
            case "tracks":
                self.levels.discard(entity_id)
            case "channels" | "sends" if entity["dest"] is not None:
                self.routes.discard(entity.get("channel", entity_id), entity["dest"])
            case "clips":
                self._discard_clip_kind(entity["track"], entity["kind"])
            case "tempo" | "signatures":
                self._at_zero[collection].discard(entity_id)

    def replace(self, collection: str, entity_id: str, before: Entity, after: Entity) -> None:
        """An entity is another one now; where the index reads the same of both, it stays."""
        for name in INDEXED[collection]:
            if before.get(name) != after.get(name):
                self.discard(collection, entity_id, before)
                self.add(collection, entity_id, after)
                return

    def maps(self) -> "tuple[dict[Any, Any], ...]":
        """What holds most of the memory, for who takes a document apart."""
        return (
            self._referring,
            self._sides,
            self._clip_kinds,
            *self.routes.maps(),
            *self.levels.maps(),
        )

    def referrers(self, entity_id: str) -> list[Referrer]:
        """(id, property, collection) of every pointer at this entity, in a fixed order."""
        groups = self._referring.get(entity_id, {})
        return sorted((i, name, col) for (col, name), ids in groups.items() for i in ids)

    def in_order(self, entity_id: str) -> Generator[None, None, Iterator[Referrer]]:
        """`referrers` of this moment, of a crowd sorted with pauses."""
        groups = self._referring.get(entity_id, {})
        if sum(map(len, groups.values())) <= SLICE_SORTED:
            return iter(self.referrers(entity_id))
        slices: list[list[Referrer]] = []
        for (collection, name), ids in groups.items():
            remaining = iter(ids)
            while chunk := sorted((i, name, collection) for i in islice(remaining, SLICE_SORTED)):
                slices.append(chunk)
                yield
        return merge(*map(iter, slices))  # iterators let go of what they are through with

    def referring(self, entity_id: str, collection: str, name: str) -> AbstractSet[str]:
        """The ids of the collection whose property `name` points at this entity."""
        return self._referring.get(entity_id, {}).get((collection, name), _NO_IDS)

    def is_referred_to(self, entity_id: str) -> bool:
        """Whether anything points at this entity."""
        return entity_id in self._referring

    def beside(self, collection: str, entity: Entity) -> Mapping[int, str]:
        """Which points of its lane, or tempos, are at the time of this one, by their slot."""
        return self._sides.get(_place(collection, entity), {})

    def holds_kind(self, track_id: str, kind: str) -> bool:
        """Whether a clip of this kind is on the track."""
        kinds = self._clip_kinds.get(track_id)
        return kinds is not None and kinds[kind] > 0

    def is_last_at_zero(self, collection: str, entity_id: str) -> bool:
        """Whether only this entity keeps its map beginning at time 0."""
        return self._at_zero.get(collection) == {entity_id}

    def _discard_referrer(self, target: str, group: tuple[str, str], entity_id: str) -> None:
        groups = self._referring[target]
        ids = groups[group]
        ids.discard(entity_id)
        if ids:
            groups[group] = shrunk(ids)
            return
        del groups[group]
        if not groups:
            del self._referring[target]

    def _discard_clip_kind(self, track_id: str, kind: str) -> None:
        kinds = self._clip_kinds[track_id]
        kinds[kind] -= 1
        if not kinds.total():
            del self._clip_kinds[track_id]

    def _discard_side(self, collection: str, entity_id: str, entity: Entity) -> None:
        at = _place(collection, entity)
        slots = self._sides[at]
        # While two change places, the other one may have taken this slot already.
        if slots.get(entity["slot"]) == entity_id:
            del slots[entity["slot"]]
        if not slots:
            del self._sides[at]


def _place(collection: str, entity: Entity) -> tuple[str, str | None, float]:
    return collection, entity.get("lane"), entity["time"]


def _targets(collection: str, entity: Entity) -> Iterator[tuple[str, str]]:
    for name, pointer in POINTERS[collection].items():
        value = entity.get(name)
        target = None if value is None else target_of(pointer, value)
        if target is not None:
            yield target[1], name
