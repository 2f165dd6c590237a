"""What one op of a delta does to a project state: what takes effect, or why it is dropped."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from itertools import chain
from typing import Any

from msgspec import UNSET

from rooms.document import digest
from rooms.document.cascades import Cascade, cascade_of
from rooms.document.channel_routes import TooFar, Walk, meet
from rooms.document.contributor_scope import ContributorScope
from rooms.document.devices_in_place import are_too_many
from rooms.document.entity_store import Entity, EntityStore, State, Steps
from rooms.document.index import POINTERS, target_of
from rooms.document.ops_in_full import DEFAULTS, merged
from rooms.rules.entity_rules import problem_with_whole
from rooms.rules.op_rules import problem_with_op, props_of_move
from rooms.rules.routing_ops import ROUTED
from rooms.rules.structure_rules import problem_with_place, route_of
from schema import invariants
from schema.entities import MAPS_FROM_ZERO, MASTER_CHANNEL, SIDED, Field
from schema.errors import DropReason
from schema.limits import MAX_ENTITIES, MAX_PARAMS_BYTES, MAX_STATE_BYTES
from schema.ops import Delete, Insert, Move, Op, Set

SLICE_OPS = 20
"""Ops between two points at which a large delta may pause: about a quarter of a millisecond."""

SLICE_DELETED = 50
"""Entities taken away between two pauses."""


class OpDropped(Exception):
    def __init__(self, reason: DropReason, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


class OpApplication(EntityStore):
    """A project state and what one op does to it."""

    def __init__(self, state: State | None = None) -> None:
        self._is_at_door = False
        self._are_sound = False
        """`problem_with_op` found nothing in any op of the delta that is under way."""
        self._reach: ContributorScope | None = None
        """Of the contributor whose delta is under way; None: all of the project."""
        self._gives_way = False
        """An undo or a redo is under way: its ops take the place of nothing (rule U3)."""
        super().__init__(state)

    # One op: what took effect, or, if that may take long, the steps to it.

    def _apply_op(self, op: Op) -> list[Op] | Steps[list[Op]]:
        if not self._are_sound:
            problem = problem_with_op(op)
            if problem:
                raise OpDropped(DropReason.INVALID, problem)
        if self._reach is not None:
            self._check_reach(self._reach, op)
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
        changed_entity = merged(entity, props)
        touched_names = props.keys()
        if not touched_names.isdisjoint(POINTERS[op.col]):
            pointers = {name: f for name, f in POINTERS[op.col].items() if name in props}
            self._check_pointers(op.col, op.id, changed_entity, pointers)
        self._check_whole(op.col, op.id, changed_entity, touched_names)
        if self._is_at_door and "params" in props:
            _check_params_size(entity["params"], changed_entity["params"])
        if op.col in MAPS_FROM_ZERO:
            self._check_stays_from_zero(op.col, op.id, changed_entity)
        if op.col in ROUTED and self._may_come_back(op.col, op.id, changed_entity, touched_names):
            return self._routing(op, changed_entity, props)
        return self._put_at_same_time(op, changed_entity, props)

    def _change_wide(self, op: Set | Move, device: Entity, props: Entity) -> list[Op]:
        """As `_change`, for a device with so many parameters that it is changed in place."""
        if "channel" in props:
            self._check_pointers(op.col, op.id, props, POINTERS[op.col])
        changed_leaves = props.get("params") or {}
        if are_too_many(device["params"], changed_leaves):
            raise OpDropped(DropReason.INVALID, invariants.TOO_MANY_PARAMS)
        grown_bytes = self._change_in_place(op.id, device, props)
        if (
            self._is_at_door
            and grown_bytes > 0
            and self._devices_in_place[op.id].params_size > MAX_PARAMS_BYTES
        ):
            raise OpDropped(DropReason.LIMIT, invariants.TOO_LONG_PARAMS)
        return [op if isinstance(op, Set) else Set(op.col, op.id, props)]

    def _put_in_place(self, op: Set | Move | Insert, entity: Entity, props: Entity) -> list[Op]:
        if isinstance(op, Insert):
            return self._put_inserted(op, entity)
        return self._put_changed(op, entity, props)

    def _put_changed(self, op: Set | Move, changed_entity: Entity, props: Entity) -> list[Op]:
        if op.col in SIDED:
            slot = changed_entity["slot"]
            made_room = self._make_room(op.col, op.id, changed_entity)
            if made_room or changed_entity["slot"] != slot:
                self._put(op.col, op.id, changed_entity)
                return [*made_room, Set(op.col, op.id, props | {"slot": changed_entity["slot"]})]
        self._put(op.col, op.id, changed_entity)
        return [op if isinstance(op, Set) else Set(op.col, op.id, props)]

    def _insert(self, op: Insert) -> list[Op] | Steps[list[Op]]:
        if op.id in self.collection_by_id:
            raise OpDropped(DropReason.EXISTS, invariants.IN_USE.format(id=op.id))
        if len(self.collection_by_id) >= MAX_ENTITIES:
            raise OpDropped(DropReason.LIMIT, invariants.TOO_MANY_ENTITIES)
        self._check_size()
        entity = merged(DEFAULTS[op.col], op.entity)
        self._check_pointers(op.col, op.id, entity, POINTERS[op.col])
        touched_names = set(entity)
        self._check_whole(op.col, op.id, entity, touched_names)
        if self._is_at_door and op.col == "devices":
            _check_params_size({}, entity["params"])
        if op.col in ROUTED and self._may_come_back(op.col, op.id, entity, touched_names):
            return self._routing(op, entity, op.entity)
        return self._put_at_same_time(op, entity, op.entity)

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
            raise OpDropped(DropReason.CHANGED, invariants.ALONE.format(id=op.id))
        if op.col in MAPS_FROM_ZERO:
            self._check_stays_from_zero(op.col, op.id, None)
        if is_referred_to:
            return self._deleting(op)
        self._put(op.col, op.id, None)
        return [op]

    def _deleting(self, op: Delete) -> Steps[list[Op]]:
        """Point elsewhere what stays, then take away all that goes (rule O5)."""
        fall = yield from cascade_of(self._index, op.id)
        if self._reach is not None:
            yield from self._checking_fall(self._reach, fall)
        from_master = self._index.routes.onward(MASTER_CHANNEL)
        effective_ops: list[Op] = []
        for doomed_id, referrers in fall.left():
            for referrer, name, col in referrers:
                if referrer in fall.ids_that_go:
                    continue
                value = yield from self._stand_in(doomed_id, referrer, (col, name), from_master)
                self._put(col, referrer, self.collections[col][referrer] | {name: value})
                effective_ops.append(Set(col, referrer, {name: value}))
                if not len(effective_ops) % SLICE_OPS:
                    yield
        for doomed_id in fall.children_first:
            collection = self.collection_by_id[doomed_id]
            self._put(collection, doomed_id, None)
            effective_ops.append(op if doomed_id == op.id else Delete(collection, doomed_id))
            if not len(effective_ops) % SLICE_DELETED:
                yield
        return effective_ops

    def _stand_in(
        self, doomed_id: str, referrer: str, pointer: tuple[str, str], from_master: Walk
    ) -> Steps[str | None]:
        """What a pointer at what goes leads to from now on."""
        collection, name = pointer
        match POINTERS[collection][name].on_delete:
            case "reparent":
                parent_id: str | None = self.collections[collection][doomed_id]["parent"]
                return parent_id
            case "master":
                routes_back = self._index.routes.back(referrer)
                feeds_it = yield from self._meet(from_master, routes_back, referrer)
                return None if feeds_it else MASTER_CHANNEL
            case _:
                return None

    # Routes: whether sound comes back may take long to see.

    def _may_come_back(
        self, col: str, entity_id: str, entity: Entity, touched_names: AbstractSet[str]
    ) -> bool:
        route = route_of(col, entity_id, entity, touched_names)
        return route is not None and self._index.routes.may_lead(route[1], route[0])

    def _routing(self, op: Set | Move | Insert, entity: Entity, props: Entity) -> Steps[list[Op]]:
        """Put the entity in place if its channel does not feed itself (rules O6, O18)."""
        route = route_of(op.col, op.id, entity, entity.keys())
        assert route is not None
        source, destination = route
        routes = self._index.routes
        if (yield from self._meet(routes.onward(destination), routes.back(source), source)):
            raise OpDropped(DropReason.CYCLE, invariants.FEEDS_ITSELF)
        return self._put_in_place(op, entity, props)

    def _meet(self, onward: Walk, backward: Walk, goal: str) -> Steps[bool]:
        try:
            return (yield from meet(onward, backward, goal, is_limited=self._is_at_door))
        except TooFar:
            raise OpDropped(DropReason.LIMIT, invariants.ROUTE_TOO_FAR) from None

    # What ops have in common.

    def _check_reach(self, reach: ContributorScope, op: Op) -> None:
        """What a contributor may not do (rules R20 to R23); what is not there is told so."""
        if not isinstance(op, Insert):
            self._expected(op)
        problem = reach.problem_with(self, op)
        if problem:
            raise OpDropped(DropReason.FOREIGN, problem)

    def _checking_fall(self, reach: ContributorScope, fall: Cascade) -> Steps[None]:
        """Nothing of others goes, or leads elsewhere, with what a contributor deletes."""
        referrers = (referrer for _, of in fall.left() for referrer, *_ in of)
        falling_children = ((child, True) for child in fall.children_first)
        touched_entities = chain(
            falling_children, ((each, each in fall.ids_that_go) for each in referrers)
        )
        for number, (entity_id, is_gone) in enumerate(touched_entities, start=1):
            problem = reach.problem_with_fall(self, entity_id, goes=is_gone)
            if problem:
                raise OpDropped(DropReason.FOREIGN, problem)
            if not number % SLICE_DELETED:
                yield

    def _expected(self, op: Set | Delete | Move) -> Entity:
        """The entity an op is about, if it is there and as the op expects (rules O3, O7)."""
        if self.collection_by_id.get(op.id) != op.col:
            raise OpDropped(
                DropReason.GONE, invariants.NOT_THERE.format(collection=op.col, id=op.id)
            )
        entity = self.collections[op.col][op.id]
        if op.expect is not UNSET:
            for name, value in op.expect.items():
                if not _is_as_expected(entity.get(name), value):
                    raise OpDropped(DropReason.CHANGED, invariants.AS_EXPECTED.format(name=name))
        return entity

    def _check_size(self) -> None:
        if self.size >= MAX_STATE_BYTES:
            raise OpDropped(DropReason.LIMIT, invariants.TOO_LARGE.format(size=self.size))

    def _check_pointers(
        self, col: str, entity_id: str, entity: Entity, pointers: Mapping[str, Field]
    ) -> None:
        for name, pointer in pointers.items():
            value = entity.get(name)
            if value is None:
                continue
            if value == entity_id:
                itself = invariants.LEADS_TO_ITSELF.format(collection=col, name=name)
                raise OpDropped(DropReason.CYCLE, itself)
            target = target_of(pointer, value)
            if target is None or self.collection_by_id.get(target[1]) != target[0]:
                nothing = invariants.LEADS_TO_NOTHING.format(collection=col, name=name)
                raise OpDropped(DropReason.PARENT_GONE, nothing)

    def _check_whole(
        self, col: str, entity_id: str, entity: Entity, touched_names: AbstractSet[str]
    ) -> None:
        problem = problem_with_whole(col, entity)
        if problem:
            raise OpDropped(DropReason.INVALID, problem)
        reason, problem = problem_with_place(self, col, entity_id, entity, touched_names)
        if reason is not None:
            raise OpDropped(reason, problem)

    def _check_stays_from_zero(
        self, col: str, entity_id: str, changed_entity: Entity | None
    ) -> None:
        """The tempo and the signature at time 0 stay (rule O10)."""
        if not self._index.is_last_at_zero(col, entity_id):
            return
        if changed_entity is None or changed_entity["time"] != 0:
            raise OpDropped(DropReason.INVALID, invariants.FROM_ZERO.format(collection=col))

    # Two at one time: the later one is right, a third replaces it (rule O12).

    def _put_at_same_time(
        self, op: Set | Move | Insert, entity: Entity, props: Entity
    ) -> list[Op] | Steps[list[Op]]:
        if op.col != "tempo":  # points are never pointed at
            return self._put_in_place(op, entity, props)
        neighbours = self._beside(op.col, op.id, entity)
        if (
            len(neighbours) == 2
            and not self._gives_way
            and self._index.is_referred_to(neighbours[1])
        ):
            return self._replacing(neighbours[1], op, entity, props)
        return self._put_in_place(op, entity, props)

    def _replacing(
        self, replaced: str, op: Set | Move | Insert, entity: Entity, props: Entity
    ) -> Steps[list[Op]]:
        """With what is replaced goes what cannot stand without it (rule O5)."""
        fallen = yield from self._deleting(Delete(op.col, replaced))
        return [*fallen, *self._put_in_place(op, entity, props)]

    def _beside(self, col: str, entity_id: str, entity: Entity) -> dict[int, str]:
        slots = self._index.beside(col, entity)
        return {
            slot: neighbour_id for slot, neighbour_id in slots.items() if neighbour_id != entity_id
        }

    def _make_room(self, col: str, entity_id: str, entity: Entity) -> list[Op]:
        neighbours = self._beside(col, entity_id, entity)
        if entity["slot"] not in neighbours:
            return []
        if self._gives_way:
            entity["slot"] = _free_side(neighbours)
            return []
        entity["slot"] = 1
        if 1 not in neighbours:
            return []
        neighbour_id = neighbours[1]
        if 0 in neighbours:
            self._put(col, neighbour_id, None)
            return [Delete(col, neighbour_id)]
        self._put(col, neighbour_id, self.collections[col][neighbour_id] | {"slot": 0})
        return [Set(col, neighbour_id, {"slot": 0})]


def _free_side(neighbours: Mapping[int, str]) -> int:
    """Where what an undo puts back goes, one of two sides being taken at least."""
    if len(neighbours) == 2:
        why = invariants.TWO_ALREADY.format(left=neighbours[0], right=neighbours[1])
        raise OpDropped(DropReason.CHANGED, why)
    return 0 if 1 in neighbours else 1


def _check_params_size(before: Entity, after: Entity) -> None:
    """Only the door refuses parameters that grow past their bound (rule O19)."""
    size = digest.size_of(after)
    if size > MAX_PARAMS_BYTES and size > digest.size_of(before):
        raise OpDropped(DropReason.LIMIT, invariants.TOO_LONG_PARAMS)


def _is_as_expected(value: Any, expected_value: Any) -> bool:
    if isinstance(expected_value, dict) and isinstance(value, dict):
        return all(value.get(name) == leaf for name, leaf in expected_value.items())
    return bool(value == expected_value)
