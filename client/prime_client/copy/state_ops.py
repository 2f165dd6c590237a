"""How ops act on a project state of plain dicts, and how their effect is taken back.

Entities are replaced, never changed in place, so taking back means putting the old one there again.
"""

from collections.abc import Callable
from typing import Any

from prime_client.schema.entities import ENTITY_TYPES, PARENTS, defaults

Op = dict[str, Any]
Entity = dict[str, Any]
State = dict[str, dict[str, Entity]]
Undo = list[tuple[str, str, Entity | None]]


_OWNERS = {
    collection: [
        (name, field.points_to)
        for name, field in fields.items()
        if field.kind == "pointer" and field.on_delete == "cascade"
    ]
    for collection, fields in ENTITY_TYPES.items()
}
"""The fields that say what an entity goes with, and of which collection that is."""


class DoesNotApply(Exception):
    """A committed op finds nothing to act on: this copy is not what the server thinks it is."""


def apply_op(state: State, op: Op, undo: Undo) -> None:
    """Apply an op that must take effect, and note how to take it back."""
    try:
        entities = state[op["col"]]
        changed_entity = _APPLY[op["op"]](entities.get(op["id"]), op)
    except (KeyError, TypeError, AttributeError) as error:
        raise DoesNotApply(f"{op.get('op')} {op.get('col')}/{op.get('id')}: {error}") from None
    undo.append((op["col"], op["id"], entities.get(op["id"])))
    _put(entities, op["id"], changed_entity)


def would_apply(state: State, op: Op) -> bool:
    """Whether an op of ours makes sense in this state; the server has the last word."""
    entities = state.get(op["col"])
    if entities is None:
        return False
    current = entities.get(op["id"])
    if op["op"] == "insert":
        return current is None and _owners_exist(state, op)
    if current is None:
        return False
    return all(current.get(name) == value for name, value in op.get("expect", {}).items())


def roll_back(state: State, undo: Undo) -> None:
    """Take back what these notes are about, the latest first."""
    while undo:
        collection, entity_id, before = undo.pop()
        _put(state[collection], entity_id, before)


def _put(entities: dict[str, Entity], entity_id: str, entity: Entity | None) -> None:
    if entity is None:
        entities.pop(entity_id, None)
    else:
        entities[entity_id] = entity


def _owners_exist(state: State, op: Op) -> bool:
    entity = op["entity"]
    for name, points_to in _OWNERS[op["col"]]:
        owner = entity.get(name)
        owners = state.get(points_to, {})
        if owner is not None and not (isinstance(owner, str) and owner in owners):
            return False
    return True


def _set(current: Entity | None, op: Op) -> Entity:
    changed_entity = dict(_existing(current))
    for name, value in op["props"].items():
        changed_entity[name] = (
            _merged(changed_entity.get(name), value) if name == "params" else value
        )
    return changed_entity


def _merged(before: Entity | None, changed_leaves: Entity | None) -> Entity:
    merged_leaves = (before or {}) | (changed_leaves or {})
    return {name: leaf for name, leaf in merged_leaves.items() if leaf is not None}


def _insert(_current: Entity | None, op: Op) -> Entity:
    entity: Entity = defaults(op["col"]) | op["entity"]
    return entity


def _delete(current: Entity | None, _op: Op) -> None:
    _existing(current)


def _move(current: Entity | None, op: Op) -> Entity:
    return _existing(current) | moved(op)


def moved(op: Op) -> Entity:
    """The properties that a move sets."""
    names = {"parent": PARENTS.get(op["col"], "parent"), "order": "order", "time": "time"}
    return {names[name]: value for name, value in op.items() if name in names}


def _existing(current: Entity | None) -> Entity:
    if current is None:
        raise KeyError("there is no such entity")
    return current


_APPLY: dict[str, Callable[[Entity | None, Op], Entity | None]] = {
    "set": _set,
    "insert": _insert,
    "delete": _delete,
    "move": _move,
}
