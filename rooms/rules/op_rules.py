"""What is wrong with an op in itself, whatever the state (rules O8, O10)."""

from typing import Any

from msgspec import UNSET

from rooms.rules.entity_rules import missing_props, problem_with_id, problem_with_props
from schema import invariants
from schema.entities import ENTITY_TYPES, MASTER_CHANNEL, PARENTS, SINGLETONS
from schema.ops import Delete, Insert, Move, Op, Set


def problem_with_op(op: Op) -> str | None:
    """What is wrong with an op in itself, whatever the state, as a sentence, or None."""
    if op.col not in ENTITY_TYPES:
        return invariants.NO_COLLECTION.format(collection=op.col)
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
    return problem_with_props(op.col, op.props) if op.props else invariants.EMPTY_SET


def _problem_with_insert(op: Insert) -> str | None:
    if op.col in SINGLETONS:
        return invariants.ALWAYS_THERE.format(collection=op.col)
    if op.entity.get("role") == "master" and op.col == "channels":
        return invariants.ONE_MASTER
    return missing_props(op.col, op.entity) or problem_with_props(op.col, op.entity)


def _problem_with_move(op: Move) -> str | None:
    props = props_of_move(op)
    if op.parent is not UNSET and op.col not in PARENTS:
        return invariants.NO_PARENT.format(collection=op.col)
    return problem_with_props(op.col, props) if props else invariants.EMPTY_MOVE


def _problem_with_delete(op: Delete) -> str | None:
    if op.col in SINGLETONS:
        return invariants.NEVER_DELETED.format(collection=op.col)
    return invariants.MASTER_STAYS if op.id == MASTER_CHANNEL else None


def _problem_with_expect(op: Set | Move | Delete) -> str | None:
    """A value that a property can never have is a mistake, not something others changed."""
    return None if op.expect is UNSET else problem_with_props(op.col, op.expect)
