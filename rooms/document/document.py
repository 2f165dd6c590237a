"""A project's document: what ops do to its state. Total, deterministic, cost by what is touched."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from msgspec import UNSET

from rooms.aspect import Applied as AspectApplied
from rooms.document import digest
from rooms.document.cascades import what_falls
from rooms.document.entity_store import Change, Entity, EntityStore, State, Steps, finish
from rooms.document.index import POINTERS, target_of
from rooms.document.owned_devices import are_too_many
from rooms.document.size_at_door import SizeAtDoor
from rooms.document.spelled import DEFAULTS, merged, spelled
from rooms.rules.entity_rules import problem_with_whole
from rooms.rules.op_rules import problem_with_op, props_of_move
from rooms.rules.routes import ROUTED, TooFar, Walk, meet
from rooms.rules.structure_rules import problem_with_place, route_of
from schema import invariants
from schema.entities import MAPS_FROM_ZERO, MASTER_CHANNEL, SIDED, Field
from schema.errors import DropReason
from schema.limits import MAX_ENTITIES, MAX_PARAMS_BYTES, MAX_STATE_BYTES
from schema.ops import Delete, Insert, Move, Op, Set

__all__ = ["Applied", "Change", "Document", "Drop", "Entity", "State", "Tried", "merged"]

SLICE_OPS = 20
"""Ops between two points at which a large delta may pause: about a quarter of a millisecond."""

SLICE_DOOMED = 50
"""Entities taken away between two pauses."""

FREE_OF_COUNTING = 0.4
"""Of the bound of a state: below that no delta can pass it, as one adds less than 12 MiB.

A byte of a message becomes at most nine of the state (a small number is a float 64 there), and
what points at something that is deleted grows by a few bytes.
"""

AT_DOOR_ONLY = frozenset({invariants.ROUTE_TOO_FAR, invariants.TOO_LONG_PARAMS})
"""What is refused at the door and never dropped."""


@dataclass(frozen=True, slots=True)
class Drop:
    """An op that does nothing: its index in the delta, why, and the reason as a sentence."""

    op: int
    reason: DropReason
    detail: str = ""


class Tried(NamedTuple):
    """A delta as it was proposed."""

    ops: Sequence[Op]
    atomic: bool = False


@dataclass(slots=True)
class Applied(AspectApplied):
    """What a delta did: the effective ops (`set`, `insert`, `delete` of one entity) and the drops.

    `as_sent` is true when the effective ops are just the ones of the delta. `changes`, in their
    order, are what an undo has to take back.
    """

    ops: list[Op] = field(default_factory=list)
    drops: list[Drop] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    as_sent: bool = True
    is_spelled: bool = True
    """Whether the effective ops are those of the delta, spelled out (`rooms.document.spelled`)."""
    proposed: Sequence[Op] = ()
    """The ops of the entry, if it could be read."""

    def took(self, op: Op, effective: Sequence[Op]) -> None:
        """One op of the delta took effect."""
        if len(effective) != 1 or effective[0] is not op:
            self.as_sent = False
            if len(effective) != 1 or (op.col in SIDED and effective[0] != spelled(op)):
                self.is_spelled = False
        self.ops.extend(effective)


def quarantined(ops: int, mistake: str) -> Applied:
    """What a delta of so many ops does that cannot be read or applied: nothing."""
    drops = [Drop(index, DropReason.QUARANTINED) for index in range(max(1, ops))]
    return Applied([], drops, as_sent=False, mistake=mistake)


class _Dropped(Exception):
    def __init__(self, reason: DropReason, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


class Document(EntityStore):
    """A project state and what ops do to it."""

    def __init__(self, state: State | None = None) -> None:
        self._is_at_door = False
        self._are_sound = False
        """`problem_with_op` found nothing in any op of the delta that is under way."""
        super().__init__(state)

    def apply(self, ops: Sequence[Op], *, atomic: bool = False) -> Applied:
        """Apply a committed delta (rules D5, D6, O1-O13). Never raises, whatever the ops."""
        return finish(self.applying(ops, atomic=atomic))

    def applying(
        self, ops: Sequence[Op], *, atomic: bool = False, are_sound: bool = False
    ) -> Steps[Applied]:
        """`apply` with pauses. A delta that raises, ours being the mistake, does nothing (D17).

        `are_sound`: `problem_with_op` found nothing in any of them.
        """
        self._begin()
        self._are_sound = are_sound
        before = self.size, self._digest
        try:
            return (yield from self._applying(ops, atomic, before))
        except MemoryError:
            yield from self._undoing(*before)
            raise  # of this machine, not of the delta: others have applied it
        except Exception as error:
            yield from self._undoing(*before)
            return quarantined(len(ops), f"{type(error).__name__}: {error}")

    def _applying(self, ops: Sequence[Op], atomic: bool, before: tuple[int, int]) -> Steps[Applied]:
        self._is_at_door = False
        applied = Applied()
        counted = 0
        for index, op in enumerate(ops):
            try:
                effective = self._apply_op(op)
                if not isinstance(effective, list):
                    effective = yield from effective
            except _Dropped as dropped:
                applied.drops.append(Drop(index, dropped.reason, dropped.detail))
            else:
                applied.took(op, effective)
            if index % SLICE_OPS == SLICE_OPS - 1:
                counted = yield from self._counting(counted)
                yield
        yield from self._counting(counted)
        yield from self._counting_apart()
        if applied.drops:
            applied.as_sent = False
            if atomic:
                yield from self._rolling_back()
                self.size, self._digest = before
                return _dropped_whole(ops, applied)
        applied.changes = self._taken_log()
        return applied

    def rehearse(self, ops: Sequence[Op]) -> list[Drop]:
        """What would be dropped if these ops were applied now; leaves everything as it is.

        Stricter than `apply` by what only the door refuses (rule O18).
        """
        return finish(self.rehearsing(ops))

    def rehearsing(self, ops: Sequence[Op], *, are_sound: bool = False) -> Steps[list[Drop]]:
        """`rehearse` with pauses; `are_sound` as for `applying`.

        Where this raises, ours being the mistake, everything is as it was as well.
        """
        return self._tried_only(self._rehearsing(ops), are_sound=are_sound)

    def _tried_only(self, steps: Steps[list[Drop]], *, are_sound: bool) -> Steps[list[Drop]]:
        self._begin()
        self._are_sound = are_sound
        self._is_at_door = True
        before = self.size, self._digest
        try:
            return (yield from steps)
        except Exception:
            yield from self._undoing(*before)
            raise

    def _rehearsing(self, ops: Sequence[Op]) -> Steps[list[Drop]]:
        before = self.size
        size = SizeAtDoor(before) if before > MAX_STATE_BYTES * FREE_OF_COUNTING else None
        drops: list[Drop] = []
        for index, op in enumerate(ops):
            try:
                effective = self._apply_op(op)
                if not isinstance(effective, list):
                    yield from effective
                if size is not None:
                    yield from self._check_grown(op, size)
            except _Dropped as dropped:
                drops.append(Drop(index, dropped.reason, dropped.detail))
                if dropped.detail in AT_DOOR_ONLY:
                    break  # the delta is refused, whatever follows
            if index % SLICE_OPS == SLICE_OPS - 1:
                if size is not None:
                    self.size = size.bytes  # `apply` would see this from here on
                yield
        self.size = before
        yield from self._rolling_back()
        return drops

    def rehearsing_on(
        self, back: Sequence[Change], own: Sequence[Tried], ops: Sequence[Op]
    ) -> Steps[list[Drop]]:
        """What would be dropped of `ops` before the changes `back`, and with `own` deltas since.

        `back`: the latest first. Devices that were changed stay as they are, and the size counts
        as it is. Raises as `rehearsing`.
        """
        return self._tried_only(self._rehearsing_on(back, own, ops), are_sound=False)

    def _rehearsing_on(
        self, back: Sequence[Change], own: Sequence[Tried], ops: Sequence[Op]
    ) -> Steps[list[Drop]]:
        for number, (collection, entity_id, before, after) in enumerate(back, start=1):
            if collection != "devices" or before is None or after is None:
                self._put(collection, entity_id, before)
            if not number % SLICE_OPS:
                yield
        for each in own:
            yield from self._trying_delta(each)
        drops = yield from self._trying(ops)
        yield from self._rolling_back()
        return drops

    def _trying_delta(self, delta: Tried) -> Steps[None]:
        """Put in place what takes effect of it: of an atomic one all or nothing (rule D6)."""
        before = len(self._log)
        if delta.atomic:
            self._owned.clear()  # copied anew, as what it changes in place is taken back with it
        drops = yield from self._trying(delta.ops)
        if delta.atomic and drops:
            yield from self._rolling_back(before)
            self._owned.clear()

    def _trying(self, ops: Sequence[Op]) -> Steps[list[Drop]]:
        """What is dropped of them; the rest is in place, and not counted."""
        drops: list[Drop] = []
        for index, op in enumerate(ops):
            try:
                effective = self._apply_op(op)
                if not isinstance(effective, list):
                    yield from effective
            except _Dropped as dropped:
                drops.append(Drop(index, dropped.reason, dropped.detail))
            if index % SLICE_OPS == SLICE_OPS - 1:
                yield
        return drops

    def _check_grown(self, op: Op, size: SizeAtDoor) -> Steps[None]:
        """Only the door sees what each op adds to the state, to the byte (rule O16)."""
        before = size.bytes
        grown, self._grown = self._grown, 0
        yield from size.counting(self._log, self._apart, grown)
        if size.bytes > MAX_STATE_BYTES and size.bytes > before and not isinstance(op, Delete):
            raise _Dropped(DropReason.LIMIT, invariants.TOO_LARGE.format(size=size.bytes))

    # One op: what took effect, or, if that may take long, the steps to it.

    def _apply_op(self, op: Op) -> list[Op] | Steps[list[Op]]:
        if not self._are_sound:
            problem = problem_with_op(op)
            if problem:
                raise _Dropped(DropReason.INVALID, problem)
        match op:
            case Set():
                return self._change(op, op.props)
            case Insert():
                return self._insert(op)
            case Delete():
                return self._delete(op)
            case Move():
                return self._change(op, props_of_move(op))

    def _change(self, op: Set | Move, props: Entity) -> list[Op] | Steps[list[Op]]:
        """Put new properties in place."""
        entity = self._expected(op)
        if "params" in props:
            self._check_size()
        if op.col == "devices" and self._is_wide(op.id, entity):
            return self._change_wide(op, entity, props)
        changed = merged(entity, props)
        touched = props.keys()
        if not touched.isdisjoint(POINTERS[op.col]):
            pointers = {name: f for name, f in POINTERS[op.col].items() if name in props}
            self._check_pointers(op.col, op.id, changed, pointers)
        self._check_whole(op.col, op.id, changed, touched)
        if self._is_at_door and "params" in props:
            _check_params_size(entity["params"], changed["params"])
        if op.col in MAPS_FROM_ZERO:
            self._check_stays_from_zero(op.col, op.id, changed)
        if op.col in ROUTED and self._may_come_back(op.col, op.id, changed, touched):
            return self._routing(op, changed, props)
        return self._put_beside(op, changed, props)

    def _change_wide(self, op: Set | Move, device: Entity, props: Entity) -> list[Op]:
        """As `_change`, for a device with so many parameters that it is changed in place."""
        if "channel" in props:
            self._check_pointers(op.col, op.id, props, POINTERS[op.col])
        leaves = props.get("params") or {}
        if are_too_many(device["params"], leaves):
            raise _Dropped(DropReason.INVALID, invariants.TOO_MANY_PARAMS)
        grown = self._change_in_place(op.id, device, props)
        if self._is_at_door and grown > 0 and self._owned[op.id].params_size > MAX_PARAMS_BYTES:
            raise _Dropped(DropReason.LIMIT, invariants.TOO_LONG_PARAMS)
        return [op if isinstance(op, Set) else Set(op.col, op.id, props)]

    def _put_in_place(self, op: Set | Move | Insert, entity: Entity, props: Entity) -> list[Op]:
        if isinstance(op, Insert):
            return self._put_inserted(op, entity)
        return self._put_changed(op, entity, props)

    def _put_changed(self, op: Set | Move, changed: Entity, props: Entity) -> list[Op]:
        if op.col in SIDED:
            slot = changed["slot"]
            made_room = self._make_room(op.col, op.id, changed)
            if made_room or changed["slot"] != slot:
                self._put(op.col, op.id, changed)
                return [*made_room, Set(op.col, op.id, props | {"slot": changed["slot"]})]
        self._put(op.col, op.id, changed)
        return [op if isinstance(op, Set) else Set(op.col, op.id, props)]

    def _insert(self, op: Insert) -> list[Op] | Steps[list[Op]]:
        if op.id in self.where:
            raise _Dropped(DropReason.EXISTS, invariants.IN_USE.format(id=op.id))
        if len(self.where) >= MAX_ENTITIES:
            raise _Dropped(DropReason.LIMIT, invariants.TOO_MANY_ENTITIES)
        self._check_size()
        entity = merged(DEFAULTS[op.col], op.entity)
        self._check_pointers(op.col, op.id, entity, POINTERS[op.col])
        touched = set(entity)
        self._check_whole(op.col, op.id, entity, touched)
        if self._is_at_door and op.col == "devices":
            _check_params_size({}, entity["params"])
        if op.col in ROUTED and self._may_come_back(op.col, op.id, entity, touched):
            return self._routing(op, entity, op.entity)
        return self._put_beside(op, entity, op.entity)

    def _put_inserted(self, op: Insert, entity: Entity) -> list[Op]:
        made_room = self._make_room(op.col, op.id, entity) if op.col in SIDED else []
        self._put(op.col, op.id, entity)
        if not made_room and entity == op.entity:
            return [op]
        return [*made_room, Insert(op.col, op.id, entity)]

    def _delete(self, op: Delete) -> list[Op] | Steps[list[Op]]:
        self._expected(op)
        is_referred_to = self._index.is_referred_to(op.id)
        if op.alone and is_referred_to:
            raise _Dropped(DropReason.CHANGED, invariants.ALONE.format(id=op.id))
        if op.col in MAPS_FROM_ZERO:
            self._check_stays_from_zero(op.col, op.id, None)
        if is_referred_to:
            return self._deleting(op)
        self._put(op.col, op.id, None)
        return [op]

    def _deleting(self, op: Delete) -> Steps[list[Op]]:
        """Point elsewhere what stays, then take away all that goes (rule O5)."""
        fall = yield from what_falls(self._index, op.id)
        from_master = self._index.routes.onward(MASTER_CHANNEL)
        effective: list[Op] = []
        for doomed_id, left in fall.left():
            for referrer, name, col in left:
                if referrer in fall.gone:
                    continue
                value = yield from self._stand_in(doomed_id, referrer, (col, name), from_master)
                self._put(col, referrer, self.collections[col][referrer] | {name: value})
                effective.append(Set(col, referrer, {name: value}))
                if not len(effective) % SLICE_OPS:
                    yield
        for doomed_id in fall.children_first:
            collection = self.where[doomed_id]
            self._put(collection, doomed_id, None)
            effective.append(op if doomed_id == op.id else Delete(collection, doomed_id))
            if not len(effective) % SLICE_DOOMED:
                yield
        return effective

    def _stand_in(
        self, doomed_id: str, referrer: str, pointer: tuple[str, str], from_master: Walk
    ) -> Steps[str | None]:
        """What a pointer at what goes leads to from now on."""
        collection, name = pointer
        match POINTERS[collection][name].on_delete:
            case "reparent":
                above: str | None = self.collections[collection][doomed_id]["parent"]
                return above
            case "master":
                back = self._index.routes.back(referrer)
                feeds_it = yield from self._meet(from_master, back, referrer)
                return None if feeds_it else MASTER_CHANNEL
            case _:
                return None

    # Routes: whether sound comes back may take long to see.

    def _may_come_back(
        self, col: str, entity_id: str, entity: Entity, touched: AbstractSet[str]
    ) -> bool:
        route = route_of(col, entity_id, entity, touched)
        return route is not None and self._index.routes.may_lead(route[1], route[0])

    def _routing(self, op: Set | Move | Insert, entity: Entity, props: Entity) -> Steps[list[Op]]:
        """Put the entity in place if its channel does not feed itself (rules O6, O18)."""
        route = route_of(op.col, op.id, entity, entity.keys())
        assert route is not None
        source, destination = route
        routes = self._index.routes
        if (yield from self._meet(routes.onward(destination), routes.back(source), source)):
            raise _Dropped(DropReason.CYCLE, invariants.FEEDS_ITSELF)
        return self._put_in_place(op, entity, props)

    def _meet(self, onward: Walk, back: Walk, goal: str) -> Steps[bool]:
        try:
            return (yield from meet(onward, back, goal, is_limited=self._is_at_door))
        except TooFar:
            raise _Dropped(DropReason.LIMIT, invariants.ROUTE_TOO_FAR) from None

    # What ops have in common.

    def _expected(self, op: Set | Delete | Move) -> Entity:
        """The entity an op is about, if it is there and as the op expects (rules O3, O7)."""
        if self.where.get(op.id) != op.col:
            raise _Dropped(
                DropReason.GONE, invariants.NOT_THERE.format(collection=op.col, id=op.id)
            )
        entity = self.collections[op.col][op.id]
        if op.expect is not UNSET:
            for name, value in op.expect.items():
                if not _is_as_expected(entity.get(name), value):
                    raise _Dropped(DropReason.CHANGED, invariants.AS_EXPECTED.format(name=name))
        return entity

    def _check_size(self) -> None:
        if self.size >= MAX_STATE_BYTES:
            raise _Dropped(DropReason.LIMIT, invariants.TOO_LARGE.format(size=self.size))

    def _check_pointers(
        self, col: str, entity_id: str, entity: Entity, pointers: Mapping[str, Field]
    ) -> None:
        for name, pointer in pointers.items():
            value = entity.get(name)
            if value is None:
                continue
            if value == entity_id:
                itself = invariants.LEADS_TO_ITSELF.format(collection=col, name=name)
                raise _Dropped(DropReason.CYCLE, itself)
            target = target_of(pointer, value)
            if target is None or self.where.get(target[1]) != target[0]:
                nothing = invariants.LEADS_TO_NOTHING.format(collection=col, name=name)
                raise _Dropped(DropReason.PARENT_GONE, nothing)

    def _check_whole(
        self, col: str, entity_id: str, entity: Entity, touched: AbstractSet[str]
    ) -> None:
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
            raise _Dropped(DropReason.INVALID, invariants.FROM_ZERO.format(collection=col))

    # Two at one time: the later one is right, a third replaces it (rule O12).

    def _put_beside(
        self, op: Set | Move | Insert, entity: Entity, props: Entity
    ) -> list[Op] | Steps[list[Op]]:
        if op.col != "tempo":  # points are never pointed at
            return self._put_in_place(op, entity, props)
        taken = self._beside(op.col, op.id, entity)
        if len(taken) == 2 and self._index.is_referred_to(taken[1]):
            return self._replacing(taken[1], op, entity, props)
        return self._put_in_place(op, entity, props)

    def _replacing(
        self, replaced: str, op: Set | Move | Insert, entity: Entity, props: Entity
    ) -> Steps[list[Op]]:
        """With what is replaced goes what cannot stand without it (rule O5)."""
        fallen = yield from self._deleting(Delete(op.col, replaced))
        return [*fallen, *self._put_in_place(op, entity, props)]

    def _beside(self, col: str, entity_id: str, entity: Entity) -> dict[int, str]:
        slots = self._index.beside(col, entity)
        return {slot: other for slot, other in slots.items() if other != entity_id}

    def _make_room(self, col: str, entity_id: str, entity: Entity) -> list[Op]:
        taken = self._beside(col, entity_id, entity)
        if entity["slot"] not in taken:
            return []
        entity["slot"] = 1
        if 1 not in taken:
            return []
        other = taken[1]
        if 0 in taken:
            self._put(col, other, None)
            return [Delete(col, other)]
        self._put(col, other, self.collections[col][other] | {"slot": 0})
        return [Set(col, other, {"slot": 0})]


def _check_params_size(before: Entity, after: Entity) -> None:
    """Only the door refuses parameters that grow past their bound (rule O19)."""
    size = digest.size_of(after)
    if size > MAX_PARAMS_BYTES and size > digest.size_of(before):
        raise _Dropped(DropReason.LIMIT, invariants.TOO_LONG_PARAMS)


def _is_as_expected(value: Any, expected: Any) -> bool:
    if isinstance(expected, dict) and isinstance(value, dict):
        return all(value.get(name) == leaf for name, leaf in expected.items())
    return bool(value == expected)


def _dropped_whole(ops: Sequence[Op], applied: Applied) -> Applied:
    reasons = {drop.op: drop for drop in applied.drops}
    drops = [reasons.get(i) or Drop(i, DropReason.ATOMIC) for i in range(len(ops))]
    return Applied([], drops, as_sent=False)
