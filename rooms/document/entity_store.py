"""The entities of a project with their indexes, size and digest: every change goes through here."""

from collections.abc import Generator, Mapping
from collections.abc import Set as AbstractSet
from itertools import islice
from typing import Any, TypeVar

from rooms.document import digest
from rooms.document.devices_in_place import WIDE, DeviceInPlace
from rooms.document.index import DocumentIndex
from rooms.pauses import finish
from schema.entities import ENTITY_TYPES

Entity = dict[str, Any]
State = dict[str, dict[str, Entity]]

Result = TypeVar("Result")

Steps = Generator[None, None, Result]
"""What may take long, with pauses in which the document must neither be changed nor `frozen`."""

Change = tuple[str, str, Entity | None, Entity | None]
"""What became of one entity: collection, id, before, after; None: it was, or is, not there.

Of a device with many parameters that was changed: only what was given a value.
"""

SLICE_ROLLED_BACK = 40
"""Changes rolled back between two pauses."""

SLICE_COUNTED = 32_768
"""Bytes of entities counted between two pauses; each entity is taken for 1,000 bytes more."""

SLICE_FROZEN = 5_000
"""Entities between two points at which copying the state may pause: about half a millisecond."""

SLICE_FREED = 1_000
"""Entities freed between two pauses."""

MOST_COUNTED = 64
"""Entities that were changed lately, of which it is remembered what they count."""


class EntityStore:
    """A project state with the indexes that make each change cost what it touches.

    Entities are never changed in place but replaced, so `frozen()` is a cheap copy of this moment;
    but devices with many parameters, copied once for the ops under way: `_devices_in_place`.
    """

    def __init__(self, state: State | None = None) -> None:
        self.collections: State = {name: {} for name in ENTITY_TYPES}
        self.collection_by_id: dict[str, str] = {}
        self.size = 0
        self._digest = 0
        self._index = DocumentIndex()
        # Of the delta that is under way: what it has changed, the devices that it changes in place
        # and where they are in the log, and by how many bytes they grew since the last count.
        self._log: list[Change] = []
        self._devices_in_place: dict[str, DeviceInPlace] = {}
        self._in_place_by_log_index: dict[int, DeviceInPlace] = {}
        self._grown_bytes = 0
        self._counted_entities: dict[str, tuple[Entity, int, int]] = {}
        """By id, what lately was put there, its bytes and its term: the next edit replaces it."""
        for collection, entities in (state or {}).items():
            self.load(collection, entities)

    def load(self, collection: str, entities: Mapping[str, Entity]) -> None:
        """Take in entities of a stored state, which are known to be valid."""
        self.collections[collection].update(entities)
        for entity_id, entity in entities.items():
            self.collection_by_id[entity_id] = collection
            self._index.add(collection, entity_id, entity)
            self._count(collection, entity_id, entity, 1)

    @property
    def digest(self) -> str:
        """The digest of the state; see `rooms.document.digest`."""
        return digest.shown(self._digest)

    @property
    def index(self) -> DocumentIndex:
        """What is looked up rather than searched."""
        return self._index

    def __len__(self) -> int:
        return len(self.collection_by_id)

    def get(self, entity_id: str) -> Entity | None:
        """The entity with this id, of whichever collection."""
        collection = self.collection_by_id.get(entity_id)
        return None if collection is None else self.collections[collection][entity_id]

    def referrers(self, entity_id: str) -> list[tuple[str, str]]:
        """(id, property) of every pointer at this entity, in a fixed order."""
        return [(referrer, name) for referrer, name, _ in self._index.referrers(entity_id)]

    def referring(self, entity_id: str, collection: str, name: str) -> AbstractSet[str]:
        """The ids of the collection whose property `name` points at this entity."""
        return self._index.referring(entity_id, collection, name)

    def holds_kind(self, track_id: str, kind: str) -> bool:
        """Whether a clip of this kind is on the track."""
        return self._index.holds_kind(track_id, kind)

    def track_levels(self, track_id: str) -> int:
        """How many levels of tracks there are from this one down, itself the first."""
        return self._index.levels.of(track_id)

    def frozen(self) -> State:
        """The present state, safe to read later and from another thread."""
        return finish(self.freezing())

    def freezing(self) -> Generator[None, None, State]:
        """`frozen` with pauses, in which the document must not be changed."""
        state: State = {}
        for collection, entities in self.collections.items():
            copy = state[collection] = {}
            remaining = iter(entities.items())
            for _ in range(0, len(entities), SLICE_FROZEN):
                copy.update(islice(remaining, SLICE_FROZEN))
                yield
        return state

    def dismantling(self) -> Generator[None, None, None]:
        """Take the document apart with pauses: freed at once, a large one takes 15 ms."""
        for entities in (*self.collections.values(), *self._index.maps(), self.collection_by_id):
            while entities:
                for _ in range(min(len(entities), SLICE_FREED)):
                    entities.popitem()
                yield
        self._begin()  # forgets the delta before
        self._counted_entities.clear()

    # The primitives: every change of the maps and their indexes goes through these.

    def _begin(self) -> None:
        """Before the ops of a delta."""
        self._log.clear()
        self._devices_in_place.clear()
        self._in_place_by_log_index.clear()
        self._grown_bytes = 0

    def _put(self, collection: str, entity_id: str, entity: Entity | None) -> None:
        before = self.collections[collection].get(entity_id)
        self._log.append((collection, entity_id, before, entity))
        self._place(collection, entity_id, before, entity)
        if self._devices_in_place:
            self._devices_in_place.pop(entity_id, None)

    def _is_wide(self, device_id: str, device: Entity) -> bool:
        return device_id in self._devices_in_place or len(device["params"]) >= WIDE

    def _change_in_place(self, device_id: str, device: Entity, props: Entity) -> int:
        """Put new properties into a device that was copied for these ops, or is now.

        By how many bytes it has grown.
        """
        device_in_place = self._devices_in_place.get(device_id)
        if device_in_place is None:
            device_in_place = self._devices_in_place[device_id] = self._in_place_by_log_index[
                len(self._log)
            ] = DeviceInPlace(device)
            self._log.append(("devices", device_id, device, device_in_place.entity))
            self.collections["devices"][device_id] = device_in_place.entity
        is_moved = "channel" in props
        if is_moved:
            self._index.discard("devices", device_id, device_in_place.entity)
        grown_bytes = device_in_place.change(props)
        self._grown_bytes += grown_bytes
        if is_moved:
            self._index.add("devices", device_id, device_in_place.entity)
        return grown_bytes

    def _rolling_back(self, log_length: int = 0) -> Generator[None, None, None]:
        """Take back what was changed since the log was so long."""
        while len(self._log) > log_length:
            for _ in range(min(len(self._log) - log_length, SLICE_ROLLED_BACK)):
                collection, entity_id, before, after = self._log.pop()
                self._place(collection, entity_id, after, before)
            if len(self._log) > log_length:
                yield

    def _undoing(self, size: int, digest: int) -> Steps[None]:
        """Bring back what was there before ops that raised: a primitive may be half done.

        So the index is made anew, whatever it holds.
        """
        while self._log:
            collection, entity_id, before, _ = self._log.pop()
            if before is None:
                self.collections[collection].pop(entity_id, None)
                self.collection_by_id.pop(entity_id, None)
            else:
                self.collections[collection][entity_id] = before
                self.collection_by_id[entity_id] = collection
        self._begin()
        self.size, self._digest = size, digest
        self._index = DocumentIndex()
        for collection, entities in self.collections.items():
            for number, (entity_id, entity) in enumerate(entities.items(), start=1):
                self._index.add(collection, entity_id, entity)
                if not number % SLICE_FREED:
                    yield

    def _taken_log(self) -> list[Change]:
        """What the ops have changed, which is not ours any more."""
        changes, self._log = self._log, []
        for at, device_in_place in self._in_place_by_log_index.items():
            collection, entity_id, _, _ = changes[at]
            changes[at] = (collection, entity_id, *device_in_place.narrowed())
        return changes

    def _counting(self, start: int) -> Steps[int]:
        """Bring size and digest up to what the log holds from `start` on; the log's length.

        What is changed in place counts in the size from now on, in the digest at the end.
        """
        self.size, self._grown_bytes = self.size + self._grown_bytes, 0
        weight = 0
        for at, (collection, entity_id, before, after) in enumerate(self._log[start:], start):
            if at in self._in_place_by_log_index:
                continue
            for entity, sign in ((before, -1), (after, 1)):
                if entity is None:
                    continue
                if collection == "devices" and digest.is_long(entity):
                    yield from self._count_long_device(collection, entity_id, entity, sign)
                else:
                    weight += 1_000 + self._count_again(collection, entity_id, entity, sign)
            if weight > SLICE_COUNTED:
                weight = 0
                yield
        return len(self._log)

    def _counting_long_devices(self) -> Steps[None]:
        """Bring the digest up to what was changed in place: once for each, however often."""
        size = self.size
        for at, device_in_place in self._in_place_by_log_index.items():
            _, device_id, before, _ = self._log[at]
            assert before is not None
            yield from self._count_long_device("devices", device_id, before, -1)
            yield from self._count_long_device("devices", device_id, device_in_place.entity, 1)
        self.size = size

    def _count_long_device(
        self, collection: str, entity_id: str, entity: Entity, sign: int
    ) -> Steps[None]:
        term = digest.LongTerm()
        for encoded_slice in digest.slices(collection, entity_id, entity):
            term.add(encoded_slice)
            if term.is_to_pause:
                yield
        self.size += sign * term.size
        self._digest += sign * term.value

    def _count(self, collection: str, entity_id: str, entity: Entity, sign: int) -> int:
        encoded_entity = digest.canonical(collection, entity_id, entity)
        self.size += sign * len(encoded_entity)
        self._digest += sign * digest.term(encoded_entity)
        return len(encoded_entity)

    def _count_again(self, collection: str, entity_id: str, entity: Entity, sign: int) -> int:
        """`_count`, of an entity that is encoded only once while it is edited again and again."""
        counted_before = self._counted_entities.get(entity_id)
        if counted_before is not None and counted_before[0] is entity:
            _, size, term = counted_before
        else:
            encoded_entity = digest.canonical(collection, entity_id, entity)
            size, term = len(encoded_entity), digest.term(encoded_entity)
            if sign > 0 and collection != "devices":  # those are changed in place, if wide
                if len(self._counted_entities) >= MOST_COUNTED:
                    self._counted_entities.clear()
                self._counted_entities[entity_id] = entity, size, term
        self.size += sign * size
        self._digest += sign * term
        return size

    def _place(
        self, collection: str, entity_id: str, before: Entity | None, after: Entity | None
    ) -> None:
        if before is None:
            assert after is not None
            self.collections[collection][entity_id] = after
            self.collection_by_id[entity_id] = collection
            self._index.add(collection, entity_id, after)
        elif after is None:
            self._index.discard(collection, entity_id, before)
            del self.collections[collection][entity_id]
            del self.collection_by_id[entity_id]
        else:
            self.collections[collection][entity_id] = after
            self._index.replace(collection, entity_id, before, after)
