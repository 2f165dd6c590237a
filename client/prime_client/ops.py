"""The four edits of a project, for `Room.edit`; and what each takes, so that errors can say so.

An op is a dict, as it travels: {"op": "set", "col": "channels", "id": "ch_master", "props": {...}}.
"""

from typing import Any

from prime_client.copy.state_ops import Op, State
from prime_client.failures import DeltaTooLarge, MalformedOp
from prime_client.property_names import check_id, check_properties, fields_of
from prime_client.schema.entities import ENTITY_TYPES, PARENTS
from prime_client.schema.limits import MAX_OPS_PER_DELTA
from prime_client.sendable_values import sendable_copy

TAKES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "set": (("props",), ("expect",)),
    "insert": (("entity",), ()),
    "delete": ((), ("alone", "expect")),
    "move": ((), ("parent", "order", "time", "expect")),
}
"""Op -> what it must have and what it may have, beside `op`, `col` and `id`."""

_ALWAYS = frozenset({"op", "col", "id"})
_NEEDED = {op: _ALWAYS | frozenset(needed) for op, (needed, _) in TAKES.items()}
_ALLOWED = {op: _NEEDED[op] | frozenset(allowed) for op, (_, allowed) in TAKES.items()}


_REQUIRED = {
    collection: tuple(name for name, field in fields.items() if field.required)
    for collection, fields in ENTITY_TYPES.items()
}
"""Collection -> what has no default, so that an insert has to give it."""


def set(collection: str, entity_id: str, /, **props: Any) -> Op:
    """Change properties of an entity; leaves of `params` merge, None removes a leaf."""
    return {"op": "set", "col": collection, "id": entity_id, "props": props}


def insert(collection: str, entity_id: str, /, **entity: Any) -> Op:
    """Add an entity under an id of yours (`new_id()`); what is left out gets its default.

    What has no default has to be there: a note's `clip`, `time`, `duration` and `key`.
    """
    return {"op": "insert", "col": collection, "id": entity_id, "entity": entity}


def delete(collection: str, entity_id: str, /) -> Op:
    """Remove an entity and what depends on it."""
    return {"op": "delete", "col": collection, "id": entity_id}


def move(collection: str, entity_id: str, /, **to: Any) -> Op:
    """Give an entity another `parent`, `order` or `time`, as one unit."""
    return {"op": "move", "col": collection, "id": entity_id, **to}


def copied(ops: list[Op], state: State, *, allow_unknown: bool = False) -> list[Op]:
    """A copy that nobody else can change; `state` is that of the room.

    Raises `MalformedOp` if one could not be applied, and `DeltaTooLarge`.
    """
    if not isinstance(ops, list | tuple):
        raise MalformedOp(f"an edit is a list of ops, not a {type(ops).__name__}")
    if not ops:
        raise MalformedOp("an edit has at least one op; this list is empty")
    if len(ops) > MAX_OPS_PER_DELTA:
        raise DeltaTooLarge(
            f"{len(ops)} ops, where one delta holds {MAX_OPS_PER_DELTA}: make several edits with "
            "the same `step`, which are undone together"
        )
    known_in = None if allow_unknown else state
    return [_copied_op(index, op, known_in) for index, op in enumerate(ops)]


def _copied_op(index: int, op: Any, known_in: State | None) -> Op:
    try:
        if not isinstance(op, dict):
            raise MalformedOp(f"it is a {type(op).__name__}, not a dict")
        _check(op)
        copy: Op = sendable_copy(op)
        if known_in is not None:
            _check_known(copy, known_in)
    except ValueError as error:
        raise MalformedOp(f"op {index}: {error}") from None
    return copy


def _check(op: Op) -> None:
    kind, collection = op.get("op"), op.get("col")
    if not isinstance(kind, str) or kind not in TAKES:
        raise MalformedOp(f"there is no op {kind!r}; ops are {', '.join(TAKES)}")
    fields_of(collection)
    check_id(op.get("id"))
    _check_names(kind, op)
    for name in ("props", "entity", "expect"):
        if name in op:
            _check_properties(name, op[name])
    if "parent" in op and collection not in PARENTS:
        raise MalformedOp(f"an entity of {collection} has no parent to move to")


def _check_known(op: Op, state: State) -> None:
    """All of its properties, by the SDK's schema or by the entities of the room."""
    for part in ("props", "entity", "expect"):
        if part in op and not op[part].keys() <= ENTITY_TYPES[op["col"]].keys():
            check_properties(op["col"], op[part], state)
    if op["op"] == "insert":
        for name in _REQUIRED[op["col"]]:
            if op["entity"].get(name) is None:
                raise MalformedOp(f"{op['col']}.{name} is required")
    for name in ("order", "time"):
        if op["op"] == "move" and name in op:
            check_properties(op["col"], (name,), state)


def _check_names(kind: str, op: Op) -> None:
    needed_names, allowed_names = TAKES[kind]
    if _NEEDED[kind] <= op.keys() <= _ALLOWED[kind]:
        return
    lacks = [name for name in needed_names if name not in op]
    too_many = [name for name in op if name not in _ALLOWED[kind]]
    must = ", ".join(f"`{name}`" for name in ("col", "id", *needed_names))
    may = (
        f" and may have {', '.join(f'`{name}`' for name in allowed_names)}" if allowed_names else ""
    )
    problems = [f"lacks `{name}`" for name in lacks] + [f"has {name!r}" for name in too_many]
    raise MalformedOp(f"{kind} takes {must}{may}; this one {' and '.join(problems)}")


def _check_properties(name: str, properties: Any) -> None:
    if not isinstance(properties, dict):
        raise MalformedOp(f"`{name}` is a dict of properties, not a {type(properties).__name__}")
    params = properties.get("params")
    if params is not None and not isinstance(params, dict):
        raise MalformedOp(f"`params` is a dict of leaves, not a {type(params).__name__}")
