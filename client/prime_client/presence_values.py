"""The values of presence and of gestures, which no server answers: looked at where they are said.

Nothing here is stricter than a server of the same age.
"""

import types
from collections.abc import Mapping
from typing import Any, get_args, get_origin, get_type_hints, is_typeddict

from prime_client.failures import WrongUse
from prime_client.property_names import which_is_meant
from prime_client.schema.entities import Field, Fields
from prime_client.schema.presence import Presence

_WORDS: dict[object, str] = {float: "a number", bool: "true or false", str: "text"}


def check_values(collection: str, fields: Fields, props: Mapping[str, Any]) -> None:
    """Raises `WrongUse` for a value that its property cannot hold; unknown names are passed by."""
    for name, value in props.items():
        problem = problem_with_value(fields[name], value) if name in fields else None
        if problem is not None:
            raise WrongUse(f"{collection}.{name} {problem}: {value!r}")


def problem_with_value(field: Field, value: Any) -> str | None:
    """Why a property cannot hold this value, as the rest of a sentence, or None."""
    if value is None:
        return None if field.nullable else "must not be None"
    match field.kind:
        case "number" | "integer":
            return _problem_with_number(field, value)
        case "boolean":
            return None if isinstance(value, bool) else "is true or false"
        case "choices":
            is_one = isinstance(value, list) and all(item in field.choices for item in value)
            return None if is_one else f"is a list of {', '.join(field.choices)}"
        case "choice":
            return None if value in field.choices else f"is one of {', '.join(field.choices)}"
        case "params":
            return None if isinstance(value, dict) else "is a dict of leaves"
        case _:
            return None if isinstance(value, str) else "is text"


def _problem_with_number(field: Field, value: Any) -> str | None:
    if not _is_number(value):
        return "is a number"
    if field.kind == "integer" and value != int(value):
        return "is a whole number"
    is_above = value > field.minimum if field.exclusive_minimum else value >= field.minimum
    if is_above and value <= field.maximum:
        return None
    least = "above" if field.exclusive_minimum else "at least"
    return f"is {least} {field.minimum:,.12g} and at most {field.maximum:,.12g}"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def check_presence(presence: Mapping[str, Any]) -> None:
    """Raises `WrongUse` for a name or a type that presence does not have."""
    _check(Presence, presence, "presence")


def _check(hint: Any, value: Any, where: str) -> None:
    """Raises `WrongUse` unless the value is of this type; `where` is its name."""
    if is_typeddict(hint):
        _check_dict(hint, value, where)
    elif get_origin(hint) is types.UnionType:
        kinds = get_args(hint)
        if value is not None or types.NoneType not in kinds:
            _check(kinds[0], value, where)
    elif get_origin(hint) is list:
        if not isinstance(value, list | tuple):
            raise WrongUse(f"{where} is a list: {value!r}")
        for item in value:
            _check(get_args(hint)[0], item, f"each of {where}")
    elif not (_is_number(value) if hint is float else isinstance(value, hint)):
        raise WrongUse(f"{where} is {_WORDS[hint]}: {value!r}")


def _check_dict(hint: Any, value: Any, where: str) -> None:
    hints = _HINTS[hint]
    if not isinstance(value, dict):
        raise WrongUse(f"{where} is a dict of {', '.join(hints)}: {value!r}")
    for name, part in value.items():
        if name not in hints:
            meant = which_is_meant(name, hints, "it has")
            raise WrongUse(f"{where} has no {name!r}{meant}")
        _check(hints[name], part, name if hint is Presence else f"{where}.{name}")
    lacks = [name for name in hint.__required_keys__ if name not in value]
    if lacks:
        raise WrongUse(f"{where} needs {', '.join(f'`{name}`' for name in sorted(lacks))}")


def _hints_of(kind: Any) -> dict[Any, dict[str, Any]]:
    """The fields of a TypedDict, and of those within it; looked up once, at the start."""
    hints = get_type_hints(kind)
    hints_by_type = {kind: hints}
    for hint in hints.values():
        for part in get_args(hint):
            if is_typeddict(part):
                hints_by_type |= _hints_of(part)
    return hints_by_type


_HINTS = _hints_of(Presence)
