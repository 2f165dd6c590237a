"""Ops as they take effect: the whole entity of an insert, a move as a set (rules O4, O6, Y1)."""

from typing import Any

from rooms.rules.op_rules import props_of_move
from schema.entities import ENTITY_TYPES, defaults
from schema.ops import Insert, Move, Op, Set

Entity = dict[str, Any]

DEFAULTS = {collection: defaults(collection) for collection in ENTITY_TYPES}


def spelled(op: Op) -> Op:
    """What the op does where nothing else is in its way and it takes nothing with it."""
    match op:
        case Insert():
            return Insert(op.col, op.id, merged(DEFAULTS[op.col], op.entity))
        case Move():
            return Set(op.col, op.id, props_of_move(op))
        case _:
            return op


def merged(entity: Entity, props: Entity) -> Entity:
    """The entity with these properties in place; `params` by leaf, null removes one (rule O2)."""
    merged_entity = entity | props
    if "params" in props:
        merged_leaves = entity["params"] | props["params"]
        merged_entity["params"] = {
            name: value for name, value in merged_leaves.items() if value is not None
        }
    return merged_entity
