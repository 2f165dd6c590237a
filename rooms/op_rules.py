"""What is wrong with an op in itself, whatever the state (rules O8, O10)."""

from typing import Any

from msgspec import UNSET

from rooms.entity_rules import missing_props, problem_with_id, problem_with_props
from schema.entities import ENTITY_TYPES, MASTER_CHANNEL, PARENTS, SINGLETONS
from schema.ops import Delete, Insert, Move, Op, Set


def problem_with_op(op: Op) -> str | None:
    """What is wrong with an op in itself, whatever the state, as a sentence, or None."""
    if op.col not in ENTITY_TYPES:
        return f"there is no collection {op.col!r}"
    problem = problem_with_id(op.col, op.id)
    if problem:
        return problem
    match op:
        case Set():
            problem = _problem_with_set(op)
        case Insert():
            return _problem_with_insert(op)
        case Move():
            problem = _problem_with_move(op)
        case Delete():
            problem = _problem_with_delete(op)
    return problem or _problem_with_expect(op)


def props_of_move(op: Move) -> dict[str, Any]:
    """The properties a move sets."""
    props: dict[str, Any] = {}
    if op.parent is not UNSET:
        props[PARENTS.get(op.col, "parent")] = op.parent
    if op.order is not UNSET:
        props["order"] = op.order
    if op.time is not UNSET:
        props["time"] = op.time
    return props


def _problem_with_set(op: Set) -> str | None:
    return problem_with_props(op.col, op.props) if op.props else "a set names a property"


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


def _problem_with_expect(op: Set | Move | Delete) -> str | None:
    """A value that a property can never have is a mistake, not something others changed."""
    return None if op.expect is UNSET else problem_with_props(op.col, op.expect)
