"""What a property may hold: a value against its `schema.entities.Field`, alone or in its entity."""

import math
from collections.abc import Mapping

from schema import invariants
from schema.entities import ENTITY_ID, ENTITY_TYPES, SINGLETONS, Field
from schema.limits import MAX_PARAMS_PER_DEVICE, MAX_STRING_LENGTH
from schema.order_keys import problem_with_key

Entity = Mapping[str, object]

_NOT_AUTOMATED = frozenset({"lanes", "points"})
"""Automation of automation could take itself away."""

_ROUNDING = 1e-9
"""What adding two fades may be off by."""


def problem_with_props(collection: str, props: Mapping[str, object]) -> str | None:
    """What is wrong with these properties, as a sentence, or None."""
    fields = ENTITY_TYPES[collection]
    for name, value in props.items():
        field = fields.get(name)
        if field is None:
            return invariants.NO_PROPERTY.format(collection=collection, name=name)
        problem = problem_with_value(field, value)
        if problem:
            return f"{collection}.{name} {problem}"
    return None


def missing_props(collection: str, props: Mapping[str, object]) -> str | None:
    """Which required property an insert leaves out, as a sentence, or None."""
    for name, field in ENTITY_TYPES[collection].items():
        if field.required and props.get(name) is None:
            return invariants.REQUIRED.format(collection=collection, name=name)
    return None


def problem_with_id(collection: str, entity_id: str) -> str | None:
    """Ids have a shape; the one of a singleton is its collection's name."""
    if collection in SINGLETONS:
        its_id = invariants.ID_OF_SINGLETON.format(collection=collection)
        return None if entity_id == collection else its_id
    if ENTITY_ID.fullmatch(entity_id) is None:
        return invariants.ID_FORM
    return None


def problem_with_value(field: Field, value: object) -> str | None:
    """What is wrong with this value, as the rest of a sentence, or None."""
    if value is None:
        return None if field.nullable else invariants.NOT_NULL
    match field.kind:
        case "number" | "integer":
            return _problem_with_number(field, value)
        case "boolean":
            return None if isinstance(value, bool) else invariants.TRUE_OR_FALSE
        case "choices":
            return _problem_with_choices(field, value)
        case "params":
            return _problem_with_params(field, value)
        case _:
            return _problem_with_text(field, value)


def _problem_with_number(field: Field, value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not _is_finite(value):
        return invariants.NUMBER
    if field.kind == "integer" and value != int(value):
        return invariants.WHOLE
    low_enough = value <= field.maximum
    high_enough = value > field.minimum if field.exclusive_minimum else value >= field.minimum
    if not (low_enough and high_enough):
        bound_word = "above" if field.exclusive_minimum else invariants.AT_LEAST
        return invariants.BETWEEN.format(
            above=bound_word, minimum=field.minimum, maximum=field.maximum
        )
    if field.choices and str(int(value)) not in field.choices:
        return invariants.ONE_OF.format(words=", ".join(field.choices))
    return None


def _is_finite(value: float) -> bool:
    # An integer always is; one of hundreds of digits is too large for `math.isfinite`.
    return isinstance(value, int) or math.isfinite(value)


def _problem_with_choices(field: Field, value: object) -> str | None:
    if not isinstance(value, list) or not value or any(v not in field.choices for v in value):
        return invariants.LIST_OF.format(words=", ".join(field.choices))
    return None if len(set(value)) == len(value) else invariants.NOT_TWICE


def _problem_with_params(field: Field, value: object) -> str | None:
    if not isinstance(value, dict):
        return invariants.MAP
    if len(value) > field.max_length:
        return invariants.MANY_LEAVES.format(most=field.max_length)
    if any("\0" in name for name in value):
        return invariants.NO_NUL
    return next(filter(None, map(_problem_with_leaf, value.values())), None)


def _problem_with_leaf(leaf: object) -> str | None:
    match leaf:
        case float() if not math.isfinite(leaf):
            return invariants.FINITE_LEAVES
        case int() | float() if abs(leaf) > 2**53:
            return invariants.LARGE_LEAVES
        case str() if "\0" in leaf:
            return invariants.NO_NUL
        case None | bool() | int() | float() | str():
            return None
        case _:
            return invariants.LEAVES


def _problem_with_text(field: Field, value: object) -> str | None:
    if not isinstance(value, str):
        return invariants.TEXT
    match field.kind:
        case "text":
            if len(value) > field.max_length:
                return invariants.LENGTH.format(length=field.max_length)
            return invariants.NO_NUL if "\0" in value else None
        case "choice":
            allowed_words = ", ".join(field.choices)
            return None if value in field.choices else invariants.ONE_OF.format(words=allowed_words)
        case "order":
            problem = problem_with_key(value)
            return None if problem is None else invariants.ORDER_KEY.format(why=problem)
        case "path":
            return _problem_with_path(value)
        case _:
            return None if ENTITY_ID.fullmatch(value) else invariants.POINTER


def _problem_with_path(path: str) -> str | None:
    if path_target(path):
        return None
    collection = path.partition("/")[0]
    if collection in _NOT_AUTOMATED:
        return invariants.PATH_OF_AUTOMATION.format(collection=collection)
    return invariants.PATH


def path_target(path: str) -> tuple[str, str] | None:
    """The collection and id that a path like `channels/<id>/volume` leads to."""
    parts = path.split("/")
    if len(parts) not in (3, 4) or len(path) > MAX_STRING_LENGTH or "\0" in path:
        return None
    field = ENTITY_TYPES.get(parts[0], {}).get(parts[2])
    if field is None or parts[0] in _NOT_AUTOMATED:
        return None
    if (len(parts) == 4) != (field.kind == "params"):
        return None
    return parts[0], parts[1]


def problem_with_whole(collection: str, entity: Entity) -> str | None:
    """What is wrong between the properties of one entity (rule O9), or None."""
    match collection:
        case "transport":
            return _problem_with_loop(entity)
        case "clips":
            return _problem_with_clip(entity)
        case "devices":
            return _problem_with_device(entity)
        case _:
            return None


def _problem_with_device(entity: Entity) -> str | None:
    params = entity["params"]
    assert isinstance(params, dict)
    if len(params) <= MAX_PARAMS_PER_DEVICE:
        return None
    return invariants.TOO_MANY_PARAMS


def _problem_with_clip(entity: Entity) -> str | None:
    if (entity["loopStart"] is None) != (entity["loopEnd"] is None):
        return invariants.LOOP_TOGETHER
    if entity["loopStart"] is not None:
        problem = _problem_with_loop(entity)
        if problem:
            return problem
    fades = _number(entity["fadeIn"]) + _number(entity["fadeOut"])
    fit = fades <= _number(entity["duration"]) + _ROUNDING
    return None if fit else invariants.FADES


def _problem_with_loop(entity: Entity) -> str | None:
    is_after = _number(entity["loopEnd"]) > _number(entity["loopStart"])
    return None if is_after else invariants.LOOP_ORDER


def _number(value: object) -> float:
    assert isinstance(value, int | float)
    return value
