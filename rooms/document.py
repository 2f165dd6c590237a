"""The document aspect of a project: what ops do to its state. Total, deterministic, cost by what is touched."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec import UNSET

from rooms.entity_rules import (
    missing_props,
    path_target,
    problem_with_id,
    problem_with_props,
    problem_with_whole,
)
from rooms.structure_rules import problem_with_place
from schema.entities import (
    ENTITY_TYPES,
    MAPS_FROM_ZERO,
    MASTER_CHANNEL,
    PARENTS,
    SINGLETONS,
    Field,
    defaults,
)
from schema.errors import DropReason
from schema.limits import MAX_ENTITIES
from schema.ops import Delete, Insert, Move, Op, Set

Entity = dict[str, Any]
State = dict[str, dict[str, Entity]]

_POINTERS: dict[str, dict[str, Field]] = {
    collection: {name: f for name, f in fields.items() if f.kind in ("pointer", "path")}
    for collection, fields in ENTITY_TYPES.items()
}
_DEFAULTS = {collection: defaults(collection) for collection in ENTITY_TYPES}


@dataclass(frozen=True, slots=True)
class Drop:
    """An op that does nothing: its index in the delta, why, and the reason as a sentence."""

    op: int
    reason: DropReason
    detail: str = ""


@dataclass(slots=True)
class Applied:
    """What a delta did: the effective ops (`set`, `insert`, `delete` of one entity each) and the drops.

    `as_sent` is true when the effective ops are just the ones of the delta.
    """

    ops: list[Op] = field(default_factory=list)
    drops: list[Drop] = field(default_factory=list)
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

    def __init__(self, state: State) -> None:
        self.collections: State = {name: state.get(name) or {} for name in ENTITY_TYPES}
        self.where: dict[str, str] = {}
        self._referrers: dict[str, set[tuple[str, str]]] = {}
        self._points: dict[tuple[str, float], dict[int, str]] = {}
        self._undo: list[tuple[str, str, Entity | None]] = []
        for collection, entities in self.collections.items():
            for entity_id, entity in entities.items():
                self.where[entity_id] = collection
                self._index(collection, entity_id, entity)

    def __len__(self) -> int:
        return len(self.where)

    def get(self, entity_id: str) -> Entity | None:
        """The entity with this id, of whichever collection."""
        collection = self.where.get(entity_id)
        return None if collection is None else self.collections[collection][entity_id]

    def referrers(self, entity_id: str) -> list[tuple[str, str]]:
        """(id, property) of every pointer at this entity, in a fixed order."""
        return sorted(self._referrers.get(entity_id, ()))

    def frozen(self) -> State:
        """The state of this moment, safe to read later and from another thread."""
        return {name: dict(entities) for name, entities in self.collections.items()}

    def apply(self, ops: Sequence[Op], *, atomic: bool = False) -> Applied:
        """Apply a committed delta (rules D5, D6, O1-O13). Never raises, whatever the ops."""
        self._undo.clear()
        applied = Applied()
        for index, op in enumerate(ops):
            try:
                effective = self._apply_op(op)
            except _Dropped as dropped:
                applied.drops.append(Drop(index, dropped.reason, dropped.detail))
                continue
            if len(effective) != 1 or effective[0] is not op:
                applied.as_sent = False
            applied.ops.extend(effective)
        if applied.drops:
            applied.as_sent = False
            if atomic:
                self._roll_back()
                return _dropped_whole(ops, applied)
        self._undo.clear()
        return applied

    def rehearse(self, ops: Sequence[Op]) -> list[Drop]:
        """What would be dropped if these ops were applied now; leaves everything as it is."""
        self._undo.clear()
        drops: list[Drop] = []
        for index, op in enumerate(ops):
            try:
                self._apply_op(op)
            except _Dropped as dropped:
                drops.append(Drop(index, dropped.reason, dropped.detail))
        self._roll_back()
        return drops

    # One op.

    def _apply_op(self, op: Op) -> list[Op]:
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
        problem = problem_with_op(op)
        if problem:
            raise _Dropped(DropReason.INVALID, problem)
        entity = self._expected(op)
        effective = self._change(op.col, op.id, entity, op.props)
        return effective if effective is not None else [op]

    def _move(self, op: Move) -> list[Op]:
        problem = problem_with_op(op)
        if problem:
            raise _Dropped(DropReason.INVALID, problem)
        entity = self._expected(op)
        props = props_of_move(op)
        effective = self._change(op.col, op.id, entity, props)
        return effective if effective is not None else [Set(op.col, op.id, props)]

    def _insert(self, op: Insert) -> list[Op]:
        problem = problem_with_op(op)
        if problem:
            raise _Dropped(DropReason.INVALID, problem)
        if op.id in self.where:
            raise _Dropped(DropReason.EXISTS, f"the id {op.id} is in use")
        if len(self.where) >= MAX_ENTITIES:
            raise _Dropped(DropReason.LIMIT, f"a project holds at most {MAX_ENTITIES} entities")
        entity = merged(_DEFAULTS[op.col], op.entity)
        self._check_pointers(op.col, entity, _POINTERS[op.col])
        self._check_whole(op.col, op.id, entity, set(entity))
        evicted = self._make_room(op.col, op.id, entity)
        self._put(op.col, op.id, entity)
        if not evicted and entity == op.entity:
            return [op]
        return [*evicted, Insert(op.col, op.id, entity)]

    def _delete(self, op: Delete) -> list[Op]:
        problem = problem_with_op(op)
        if problem:
            raise _Dropped(DropReason.INVALID, problem)
        entity = self._expected(op)
        self._check_stays_from_zero(op.col, op.id, entity, None)
        doomed = self._doomed(op.id)
        effective: list[Op] = []
        for doomed_id in doomed:
            effective.extend(self._point_elsewhere(doomed_id, doomed))
        for doomed_id in reversed(doomed):
            collection = self.where[doomed_id]
            self._remove(collection, doomed_id)
            effective.append(op if doomed_id == op.id else Delete(collection, doomed_id))
        return effective if len(effective) > 1 else [op]

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
        changed = merged(entity, props)
        pointers = {name: f for name, f in _POINTERS[col].items() if name in props}
        self._check_pointers(col, changed, pointers)
        self._check_whole(col, entity_id, changed, set(props))
        self._check_stays_from_zero(col, entity_id, entity, changed)
        slot = changed.get("slot")
        evicted = self._make_room(col, entity_id, changed)
        self._put(col, entity_id, changed)
        if not evicted and changed.get("slot") == slot:
            return None
        return [*evicted, Set(col, entity_id, props | {"slot": changed["slot"]})]

    def _check_pointers(self, collection: str, entity: Entity, fields: dict[str, Field]) -> None:
        for name, pointer in fields.items():
            value = entity.get(name)
            if value is None:
                continue
            target = path_target(value) if pointer.kind == "path" else (pointer.points_to, value)
            if target is None or self.where.get(target[1]) != target[0]:
                raise _Dropped(DropReason.PARENT_GONE, f"{collection}.{name} leads to nothing")

    def _check_whole(self, col: str, entity_id: str, entity: Entity, touched: set[str]) -> None:
        problem = problem_with_whole(col, entity)
        if problem:
            raise _Dropped(DropReason.INVALID, problem)
        reason, problem = problem_with_place(self, col, entity_id, entity, touched)
        if reason is not None:
            raise _Dropped(reason, problem)

    def _check_stays_from_zero(
        self, col: str, entity_id: str, entity: Entity, changed: Entity | None
    ) -> None:
        """The tempo and the signature at time 0 stay (rule O10)."""
        if col not in MAPS_FROM_ZERO or entity["time"] != 0:
            return
        if changed is not None and changed["time"] == 0:
            return
        others = (e for i, e in self.collections[col].items() if i != entity_id)
        if not any(other["time"] == 0 for other in others):
            raise _Dropped(DropReason.INVALID, f"{col} must keep one at time 0")

    def _make_room(self, col: str, entity_id: str, entity: Entity) -> list[Op]:
        """Two points at one time are left and right, a third replaces the right (rule O12)."""
        if col != "points":
            return []
        slots = self._points.get((entity["lane"], entity["time"]), {})
        taken = {slot: other for slot, other in slots.items() if other != entity_id}
        if entity["slot"] not in taken:
            return []
        if len(taken) == 1:
            entity["slot"] = 1 - entity["slot"]
            return []
        entity["slot"] = 1
        self._remove("points", taken[1])
        return [Delete("points", taken[1])]

    def _doomed(self, entity_id: str) -> list[str]:
        """What a delete takes with it, the entity itself first (rule O5)."""
        doomed = {entity_id: None}
        waiting = [entity_id]
        while waiting:
            for referrer, name in self.referrers(waiting.pop()):
                pointer = _POINTERS[self.where[referrer]][name]
                if pointer.on_delete == "cascade" and referrer not in doomed:
                    doomed[referrer] = None
                    waiting.append(referrer)
        return list(doomed)

    def _point_elsewhere(self, doomed_id: str, doomed: list[str]) -> Iterator[Op]:
        gone = set(doomed) if len(doomed) > 1 else {doomed_id}
        for referrer, name in self.referrers(doomed_id):
            if referrer in gone:
                continue
            collection = self.where[referrer]
            value: str | None = None
            match _POINTERS[collection][name].on_delete:
                case "reparent":
                    value = self.collections[collection][doomed_id]["parent"]
                case "master":
                    value = MASTER_CHANNEL
                case _:
                    value = None
            self._put(collection, referrer, self.collections[collection][referrer] | {name: value})
            yield Set(collection, referrer, {name: value})

    # The primitives: every change of the maps and their indexes goes through these.

    def _put(self, collection: str, entity_id: str, entity: Entity) -> None:
        before = self.collections[collection].get(entity_id)
        self._undo.append((collection, entity_id, before))
        self._place(collection, entity_id, before, entity)

    def _remove(self, collection: str, entity_id: str) -> None:
        before = self.collections[collection][entity_id]
        self._undo.append((collection, entity_id, before))
        self._place(collection, entity_id, before, None)

    def _roll_back(self) -> None:
        while self._undo:
            collection, entity_id, before = self._undo.pop()
            now = self.collections[collection].get(entity_id)
            self._place(collection, entity_id, now, before)

    def _place(
        self, collection: str, entity_id: str, before: Entity | None, after: Entity | None
    ) -> None:
        if before is not None:
            self._unindex(collection, entity_id, before)
        if after is None:
            del self.collections[collection][entity_id]
            del self.where[entity_id]
        else:
            self.collections[collection][entity_id] = after
            self.where[entity_id] = collection
            self._index(collection, entity_id, after)

    def _index(self, collection: str, entity_id: str, entity: Entity) -> None:
        for target, name in _targets(collection, entity):
            self._referrers.setdefault(target, set()).add((entity_id, name))
        if collection == "points":
            slots = self._points.setdefault((entity["lane"], entity["time"]), {})
            slots[entity["slot"]] = entity_id

    def _unindex(self, collection: str, entity_id: str, entity: Entity) -> None:
        for target, name in _targets(collection, entity):
            referrers = self._referrers[target]
            referrers.discard((entity_id, name))
            if not referrers:
                del self._referrers[target]
        if collection == "points":
            at = (entity["lane"], entity["time"])
            slots = self._points[at]
            if slots.get(entity["slot"]) == entity_id:
                del slots[entity["slot"]]
            if not slots:
                del self._points[at]


def problem_with_op(op: Op) -> str | None:
    """What is wrong with an op in itself, whatever the state (rules O8, O10), as a sentence."""
    if op.col not in ENTITY_TYPES:
        return f"there is no collection {op.col!r}"
    problem = problem_with_id(op.col, op.id)
    if problem:
        return problem
    match op:
        case Set():
            return problem_with_props(op.col, op.props) if op.props else "a set names a property"
        case Insert():
            return _problem_with_insert(op)
        case Move():
            return _problem_with_move(op)
        case Delete():
            return _problem_with_delete(op)


def _problem_with_insert(op: Insert) -> str | None:
    if op.col in SINGLETONS:
        return f"{op.col} is always there; set its properties"
    if op.entity.get("role") == "master" and op.col == "channels":
        return "a project has one master channel"
    return missing_props(op.col, op.entity) or problem_with_props(op.col, op.entity)


def _problem_with_move(op: Move) -> str | None:
    props = props_of_move(op)
    if op.parent is not UNSET and op.col not in PARENTS:
        return f"{op.col} have no parent"
    return problem_with_props(op.col, props) if props else "a move names parent, order or time"


def _problem_with_delete(op: Delete) -> str | None:
    if op.col in SINGLETONS:
        return f"{op.col} cannot be deleted"
    return "the master channel cannot be deleted" if op.id == MASTER_CHANNEL else None


def props_of_move(op: Move) -> Entity:
    """The properties a move sets."""
    props: Entity = {}
    if op.parent is not UNSET:
        props[PARENTS.get(op.col, "parent")] = op.parent
    if op.order is not UNSET:
        props["order"] = op.order
    if op.time is not UNSET:
        props["time"] = op.time
    return props


def merged(entity: Entity, props: Entity) -> Entity:
    """The entity with these properties in place; `params` merge by leaf, null removes one (rule O2)."""
    changed = entity | props
    if "params" in props:
        leaves = entity["params"] | props["params"]
        changed["params"] = {name: value for name, value in leaves.items() if value is not None}
    return changed


def _is_as_expected(value: Any, expected: Any) -> bool:
    if isinstance(expected, dict) and isinstance(value, dict):
        return all(value.get(name) == leaf for name, leaf in expected.items())
    return bool(value == expected)


def _targets(collection: str, entity: Entity) -> Iterator[tuple[str, str]]:
    for name, pointer in _POINTERS[collection].items():
        value = entity.get(name)
        if value is None:
            continue
        if pointer.kind == "pointer":
            yield value, name
        elif (target := path_target(value)) is not None:
            yield target[1], name


def _dropped_whole(ops: Sequence[Op], applied: Applied) -> Applied:
    reasons = {drop.op: drop for drop in applied.drops}
    drops = [reasons.get(i) or Drop(i, DropReason.ATOMIC) for i in range(len(ops))]
    return Applied([], drops, as_sent=False)
