"""A project's document: what ops do to its state. Total, deterministic, cost by what is touched."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from msgspec import UNSET

from rooms import digest
from rooms.document_index import POINTERS, DocumentIndex, target_of
from rooms.entity_rules import problem_with_whole
from rooms.op_rules import problem_with_op, props_of_move
from rooms.structure_rules import feeds, problem_with_place
from schema.entities import ENTITY_TYPES, MASTER_CHANNEL, Field, defaults
from schema.errors import DropReason
from schema.limits import MAX_ENTITIES, MAX_STATE_BYTES
from schema.ops import Delete, Insert, Move, Op, Set

__all__ = ["Applied", "Change", "Document", "Drop", "Entity", "State", "merged", "problem_with_op"]

Entity = dict[str, Any]
State = dict[str, dict[str, Entity]]

Result = TypeVar("Result")

Change = tuple[str, str, Entity | None, Entity | None]
"""What became of one entity: collection, id, before, after; None: it was, or is, not there."""

SLICE_OPS = 40
"""Ops between two points at which a large delta may pause: about half a millisecond."""

SLICE_FROZEN = 5_000
"""Entities between two points at which copying the state may pause: about half a millisecond."""

SLICE_FREED = 1_000
"""Entries freed between two pauses."""

_DEFAULTS = {collection: defaults(collection) for collection in ENTITY_TYPES}


@dataclass(frozen=True, slots=True)
class Drop:
    """An op that does nothing: its index in the delta, why, and the reason as a sentence."""

    op: int
    reason: DropReason
    detail: str = ""


@dataclass(slots=True)
class Applied:
    """What a delta did: the effective ops (`set`, `insert`, `delete` of one entity) and the drops.

    `as_sent` is true when the effective ops are just the ones of the delta. `changes`, in their
    order, are what an undo has to take back.
    """

    ops: list[Op] = field(default_factory=list)
    drops: list[Drop] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    as_sent: bool = True


class _Dropped(Exception):
    def __init__(self, reason: DropReason, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


class Document:
    """A project state with the indexes that make each op cost what it touches.

    Entities are never changed in place but replaced, so `frozen()` is a cheap picture of a moment.
    """

    def __init__(self, state: State | None = None) -> None:
        self.collections: State = {name: {} for name in ENTITY_TYPES}
        self.where: dict[str, str] = {}
        self.size = 0
        self._digest = 0
        self._index = DocumentIndex()
        self._log: list[Change] = []
        for collection, entities in (state or {}).items():
            self.load(collection, entities)

    def load(self, collection: str, entities: Mapping[str, Entity]) -> None:
        """Take in entities of a stored state, which are known to be valid."""
        self.collections[collection].update(entities)
        for entity_id, entity in entities.items():
            self.where[entity_id] = collection
            self._index.add(collection, entity_id, entity)
            self._count(collection, entity_id, entity, 1)

    @property
    def digest(self) -> str:
        """What the state comes to; see `rooms.digest`."""
        return digest.shown(self._digest)

    def __len__(self) -> int:
        return len(self.where)

    def get(self, entity_id: str) -> Entity | None:
        """The entity with this id, of whichever collection."""
        collection = self.where.get(entity_id)
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

    def frozen(self) -> State:
        """The state of this moment, safe to read later and from another thread."""
        return _finish(self.freezing())

    def freezing(self) -> Generator[None, None, State]:
        """`frozen` with pauses, in which the document must not be changed."""
        state: State = {}
        for collection, entities in self.collections.items():
            copy = state[collection] = {}
            left = iter(entities.items())
            for _ in range(0, len(entities), SLICE_FROZEN):
                copy.update(islice(left, SLICE_FROZEN))
                yield
        return state

    def dismantling(self) -> Generator[None, None, None]:
        """Take the document apart with pauses: freed at once, a large one takes 15 ms."""
        for entities in (*self.collections.values(), *self._index.maps(), self.where):
            while entities:
                for _ in range(min(len(entities), SLICE_FREED)):
                    entities.popitem()
                yield

    def apply(self, ops: Sequence[Op], *, atomic: bool = False) -> Applied:
        """Apply a committed delta (rules D5, D6, O1-O13). Never raises, whatever the ops."""
        return _finish(self.applying(ops, atomic=atomic))

    def applying(
        self, ops: Sequence[Op], *, atomic: bool = False
    ) -> Generator[None, None, Applied]:
        """`apply` with pauses, in which the document must neither be changed nor `frozen`."""
        self._log.clear()
        applied = Applied()
        counted = 0
        before = self.size, self._digest
        for index, op in enumerate(ops):
            self._apply_into(applied, index, op)
            if index % SLICE_OPS == SLICE_OPS - 1:
                counted = self._count_changes(counted)
                yield
        self._count_changes(counted)
        if applied.drops:
            applied.as_sent = False
            if atomic:
                yield from self._rolling_back()
                self.size, self._digest = before
                return _dropped_whole(ops, applied)
        applied.changes = self._log
        self._log = []
        return applied

    def rehearse(self, ops: Sequence[Op]) -> list[Drop]:
        """What would be dropped if these ops were applied now; leaves everything as it is."""
        return _finish(self.rehearsing(ops))

    def rehearsing(self, ops: Sequence[Op]) -> Generator[None, None, list[Drop]]:
        """`rehearse` with pauses, as `applying` has them."""
        self._log.clear()
        drops: list[Drop] = []
        for index, op in enumerate(ops):
            try:
                self._apply_op(op)
            except _Dropped as dropped:
                drops.append(Drop(index, dropped.reason, dropped.detail))
            if index % SLICE_OPS == SLICE_OPS - 1:
                yield
        yield from self._rolling_back()
        return drops

    def _apply_into(self, applied: Applied, index: int, op: Op) -> None:
        try:
            effective = self._apply_op(op)
        except _Dropped as dropped:
            applied.drops.append(Drop(index, dropped.reason, dropped.detail))
            return
        if len(effective) != 1 or effective[0] is not op:
            applied.as_sent = False
        applied.ops.extend(effective)

    # One op.

    def _apply_op(self, op: Op) -> list[Op]:
        problem = problem_with_op(op)
        if problem:
            raise _Dropped(DropReason.INVALID, problem)
        match op:
            case Set():
                return self._set(op)
            case Insert():
                return self._insert(op)
            case Delete():
                return self._delete(op)
            case Move():
                return self._move(op)

    def _set(self, op: Set) -> list[Op]:
        effective = self._change(op.col, op.id, self._expected(op), op.props)
        return [op] if effective is None else effective

    def _move(self, op: Move) -> list[Op]:
        props = props_of_move(op)
        effective = self._change(op.col, op.id, self._expected(op), props)
        return [Set(op.col, op.id, props)] if effective is None else effective

    def _insert(self, op: Insert) -> list[Op]:
        if op.id in self.where:
            raise _Dropped(DropReason.EXISTS, f"the id {op.id} is in use")
        if len(self.where) >= MAX_ENTITIES:
            raise _Dropped(DropReason.LIMIT, f"a project holds at most {MAX_ENTITIES} entities")
        self._check_size()
        entity = merged(_DEFAULTS[op.col], op.entity)
        self._check_pointers(op.col, op.id, entity, POINTERS[op.col])
        self._check_whole(op.col, op.id, entity, set(entity))
        made_room = self._make_room(op.col, op.id, entity)
        self._put(op.col, op.id, entity)
        if not made_room and entity == op.entity:
            return [op]
        return [*made_room, Insert(op.col, op.id, entity)]

    def _delete(self, op: Delete) -> list[Op]:
        self._expected(op)
        if op.alone and self._index.is_referred_to(op.id):
            raise _Dropped(DropReason.CHANGED, f"others have put something on {op.id}")
        self._check_stays_from_zero(op.col, op.id, None)
        doomed = self._doomed(op.id)
        effective: list[Op] = []
        for doomed_id in doomed:
            effective.extend(self._point_elsewhere(doomed_id, doomed))
        for doomed_id in reversed(doomed):
            collection = self.where[doomed_id]
            self._put(collection, doomed_id, None)
            effective.append(op if doomed_id == op.id else Delete(collection, doomed_id))
        return effective

    # What ops have in common.

    def _expected(self, op: Set | Delete | Move) -> Entity:
        """The entity an op is about, if it is there and as the op expects (rules O3, O7)."""
        if self.where.get(op.id) != op.col:
            raise _Dropped(DropReason.GONE, f"{op.col}/{op.id} is not there")
        entity = self.collections[op.col][op.id]
        if op.expect is not UNSET:
            for name, value in op.expect.items():
                if not _is_as_expected(entity.get(name), value):
                    raise _Dropped(DropReason.CHANGED, f"{name} was changed")
        return entity

    def _change(self, col: str, entity_id: str, entity: Entity, props: Entity) -> list[Op] | None:
        """Put new properties in place; the effective ops, or None when they are just `props`."""
        if "params" in props:
            self._check_size()
        changed = merged(entity, props)
        pointers = {name: f for name, f in POINTERS[col].items() if name in props}
        self._check_pointers(col, entity_id, changed, pointers)
        self._check_whole(col, entity_id, changed, set(props))
        self._check_stays_from_zero(col, entity_id, changed)
        slot = changed.get("slot")
        made_room = self._make_room(col, entity_id, changed)
        self._put(col, entity_id, changed)
        if not made_room and changed.get("slot") == slot:
            return None
        return [*made_room, Set(col, entity_id, props | {"slot": changed["slot"]})]

    def _check_size(self) -> None:
        if self.size >= MAX_STATE_BYTES:
            limit = MAX_STATE_BYTES // 1_048_576
            raise _Dropped(DropReason.LIMIT, f"a project holds at most {limit} MiB")

    def _check_pointers(
        self, col: str, entity_id: str, entity: Entity, pointers: Mapping[str, Field]
    ) -> None:
        for name, pointer in pointers.items():
            value = entity.get(name)
            if value is None:
                continue
            if value == entity_id:
                raise _Dropped(DropReason.CYCLE, f"{col}.{name} cannot lead to itself")
            target = target_of(pointer, value)
            if target is None or self.where.get(target[1]) != target[0]:
                raise _Dropped(DropReason.PARENT_GONE, f"{col}.{name} leads to nothing")

    def _check_whole(self, col: str, entity_id: str, entity: Entity, touched: set[str]) -> None:
        problem = problem_with_whole(col, entity)
        if problem:
            raise _Dropped(DropReason.INVALID, problem)
        reason, problem = problem_with_place(self, col, entity_id, entity, touched)
        if reason is not None:
            raise _Dropped(reason, problem)

    def _check_stays_from_zero(self, col: str, entity_id: str, changed: Entity | None) -> None:
        """The tempo and the signature at time 0 stay (rule O10)."""
        if not self._index.is_last_at_zero(col, entity_id):
            return
        if changed is None or changed["time"] != 0:
            raise _Dropped(DropReason.INVALID, f"{col} must keep one at time 0")

    def _make_room(self, col: str, entity_id: str, entity: Entity) -> list[Op]:
        """Two points at one time: the later one is right, a third replaces it (rule O12)."""
        if col != "points":
            return []
        slots = self._index.points_at(entity["lane"], entity["time"])
        taken = {slot: other for slot, other in slots.items() if other != entity_id}
        if entity["slot"] not in taken:
            return []
        entity["slot"] = 1
        if 1 not in taken:
            return []
        other = taken[1]
        if 0 in taken:
            self._put("points", other, None)
            return [Delete("points", other)]
        self._put("points", other, self.collections["points"][other] | {"slot": 0})
        return [Set("points", other, {"slot": 0})]

    def _doomed(self, entity_id: str) -> dict[str, None]:
        """What a delete takes with it, each after all that it hangs on (rule O5)."""
        seen = {entity_id}
        children_first: list[str] = []
        ways = [(entity_id, self._hanging_on(entity_id))]
        while ways:
            above, hanging = ways[-1]
            for below in hanging:
                if below not in seen:
                    seen.add(below)
                    ways.append((below, self._hanging_on(below)))
                    break
            else:
                children_first.append(above)
                ways.pop()
        return dict.fromkeys(reversed(children_first))

    def _hanging_on(self, entity_id: str) -> Iterator[str]:
        for referrer, name, collection in self._index.referrers(entity_id):
            if POINTERS[collection][name].on_delete == "cascade":
                yield referrer

    def _point_elsewhere(self, doomed_id: str, doomed: Mapping[str, None]) -> Iterator[Op]:
        """What stays but pointed at what goes (rule O5)."""
        for referrer, name, collection in self._index.referrers(doomed_id):
            if referrer in doomed:
                continue
            value: str | None = None
            match POINTERS[collection][name].on_delete:
                case "reparent":
                    value = self.collections[collection][doomed_id]["parent"]
                case "master" if not feeds(self, MASTER_CHANNEL, referrer):
                    value = MASTER_CHANNEL
            self._put(collection, referrer, self.collections[collection][referrer] | {name: value})
            yield Set(collection, referrer, {name: value})

    # The primitives: every change of the maps and their indexes goes through these.

    def _put(self, collection: str, entity_id: str, entity: Entity | None) -> None:
        before = self.collections[collection].get(entity_id)
        self._log.append((collection, entity_id, before, entity))
        self._place(collection, entity_id, before, entity)

    def _rolling_back(self) -> Generator[None, None, None]:
        while self._log:
            for _ in range(min(len(self._log), 4 * SLICE_OPS)):
                collection, entity_id, before, after = self._log.pop()
                self._place(collection, entity_id, after, before)
            if self._log:
                yield

    def _count_changes(self, start: int) -> int:
        """Bring size and digest up to what the log holds from `start` on; the log's length."""
        for collection, entity_id, before, after in self._log[start:]:
            if before is not None:
                self._count(collection, entity_id, before, -1)
            if after is not None:
                self._count(collection, entity_id, after, 1)
        return len(self._log)

    def _count(self, collection: str, entity_id: str, entity: Entity, sign: int) -> None:
        encoded = digest.canonical(collection, entity_id, entity)
        self.size += sign * len(encoded)
        self._digest += sign * digest.term(encoded)

    def _place(
        self, collection: str, entity_id: str, before: Entity | None, after: Entity | None
    ) -> None:
        if before is not None:
            self._index.discard(collection, entity_id, before)
        if after is None:
            del self.collections[collection][entity_id]
            del self.where[entity_id]
        else:
            self.collections[collection][entity_id] = after
            self.where[entity_id] = collection
            self._index.add(collection, entity_id, after)


def _finish(steps: Generator[None, None, Result]) -> Result:
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            result: Result = stop.value
            return result


def merged(entity: Entity, props: Entity) -> Entity:
    """The entity with these properties in place; `params` by leaf, null removes one (rule O2)."""
    changed = entity | props
    if "params" in props:
        leaves = entity["params"] | props["params"]
        changed["params"] = {name: value for name, value in leaves.items() if value is not None}
    return changed


def _is_as_expected(value: Any, expected: Any) -> bool:
    if isinstance(expected, dict) and isinstance(value, dict):
        return all(value.get(name) == leaf for name, leaf in expected.items())
    return bool(value == expected)


def _dropped_whole(ops: Sequence[Op], applied: Applied) -> Applied:
    reasons = {drop.op: drop for drop in applied.drops}
    drops = [reasons.get(i) or Drop(i, DropReason.ATOMIC) for i in range(len(ops))]
    return Applied([], drops, as_sent=False)
