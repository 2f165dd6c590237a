"""Fitting single values into the ranges that `schema.entities` gives them."""

import math
import re
from collections.abc import Callable

from schema.entities import ENTITY_ID, ENTITY_TYPES, Field
from schema.order_keys import FIRST_KEY, is_order_key
from schema.text.text_rules import OF_EVERY_OBJECT, problem_with_text, without_problems

SHORTEST_BEATS = 1 / 960
"""What a duration of nothing becomes: one tick of the usual 960 a beat."""

LARGEST_LEAF = 2**53
"""The largest number in `params`: every JSON reader keeps whole ones up to it exact."""

MAX_PARAM_NAME = 64
MAX_PARAM_TEXT = 1_024
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""What PostgreSQL cannot keep in a JSON text."""


def fit(field: Field, value: object) -> tuple[object, str]:
    """The value as the field allows it, and what had to be changed ("" if nothing)."""
    if value is None and field.nullable:
        return None, ""
    return _FITTERS[field.kind](field, value)


def _fit_number(field: Field, value: object) -> tuple[object, str]:
    number = _finite(value)
    lowest = field.minimum + (SHORTEST_BEATS if field.exclusive_minimum else 0)
    if number is None:
        return _fallback(field), "is not a number"
    if number < lowest and not (field.exclusive_minimum and number > field.minimum):
        relation = "not above" if field.exclusive_minimum else "below"
        return float(lowest), f"is {relation} {_numeral(field.minimum)}"
    if number > field.maximum:
        return float(field.maximum), f"is above {_numeral(field.maximum)}"
    return number, ""


def _fit_integer(field: Field, value: object) -> tuple[object, str]:
    number = _finite(value)
    if number is None:
        return int(_fallback(field)), "is not a number"
    whole_number = round(number)
    fitted = int(min(max(whole_number, field.minimum), field.maximum))
    if field.choices and str(fitted) not in field.choices:
        return int(_fallback(field)), f"is none of {', '.join(field.choices)}"
    if fitted != whole_number:
        return fitted, f"is outside {_numeral(field.minimum)} to {_numeral(field.maximum)}"
    return fitted, "" if whole_number == number else "is not a whole number"


def _numeral(bound: float) -> str:
    """As a musician writes it: 1,000,000."""
    return f"{bound:,.15g}"


def _finite(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _fallback(field: Field) -> float:
    if isinstance(field.default, int | float):
        return float(field.default)
    return float(max(field.minimum, 0) + (SHORTEST_BEATS if field.exclusive_minimum else 0))


def _fit_boolean(field: Field, value: object) -> tuple[object, str]:
    return (value, "") if isinstance(value, bool) else (field.default, "is not true or false")


def _fit_text(field: Field, value: object) -> tuple[object, str]:
    if not isinstance(value, str):
        return field.default, "is not a text"
    text = without_problems(_UNSTORABLE.sub("\ufffd", value))
    if len(text) > field.max_length:
        cut = without_problems(text[: field.max_length])  # which may lack an end by now
        return cut, f"is longer than {field.max_length:,} characters"
    return text, "" if text == value else "holds characters that cannot be stored"


def _fit_choice(field: Field, value: object) -> tuple[object, str]:
    if value in field.choices:
        return value, ""
    return field.default or field.choices[0], f"is none of {', '.join(field.choices)}"


def _fit_choices(field: Field, value: object) -> tuple[object, str]:
    if not isinstance(value, list | tuple):
        return _default_choices(field), "is not a list"
    known_choices = [choice for choice in field.choices if choice in value]
    ordered = [word for word in dict.fromkeys(map(str, value)) if word in known_choices]
    if not ordered:
        return _default_choices(field), "holds none of the words known"
    return ordered, "" if len(ordered) == len(value) else "holds words that are unknown or twice"


def _default_choices(field: Field) -> list[object]:
    return list(field.default) if isinstance(field.default, tuple) else []


def _fit_pointer(_field: Field, value: object) -> tuple[object, str]:
    if isinstance(value, str) and ENTITY_ID.fullmatch(value):
        return value, ""
    return None, "is not an id"


def _fit_order(_field: Field, value: object) -> tuple[object, str]:
    return (value, "") if is_order_key(value) else (FIRST_KEY, "is not an order key")


def _fit_path(_field: Field, value: object) -> tuple[object, str]:
    if isinstance(value, str) and len(value) <= 256 and _is_target(value):
        return value, ""
    return None, "is not a path such as channels/<id>/volume"


def _is_target(path: str) -> bool:
    collection, _, path_rest = path.partition("/")
    _, _, prop = path_rest.partition("/")
    name, slash, leaf = prop.partition("/")
    field = ENTITY_TYPES.get(collection, {}).get(name)
    if collection in ("lanes", "points"):  # automation of automation
        return False
    if field is None or _is_unstorable(path) or "/" in leaf or leaf in OF_EVERY_OBJECT:
        return False
    return bool(slash) == (field.kind == "params")


def _fit_params(field: Field, value: object) -> tuple[object, str]:
    if not isinstance(value, dict):
        return {}, "is not a map"
    names = sorted(OF_EVERY_OBJECT.intersection(value))
    reasons = [f"{names[0]}, a name that every JavaScript object has"] if names else []
    faults = {name: _fault_of_param(name, value[name]) for name in value if name not in names}
    good_leaves = {name: value[name] for name, fault in faults.items() if not fault}
    reasons += sorted(set(faults.values()) - {""})
    if len(good_leaves) > field.max_length:
        good_leaves = dict(list(good_leaves.items())[: field.max_length])
        reasons.append(f"more than {field.max_length:,} parameters")
    return good_leaves, f"holds {', and '.join(reasons)}" if reasons else ""


def _fault_of_param(name: object, leaf: object) -> str:
    """What is wrong with it, as of more than one; "": nothing."""
    if not isinstance(name, str) or not name:
        return "parameters without a name"
    if len(name) > MAX_PARAM_NAME:
        return f"names of more than {MAX_PARAM_NAME} characters"
    if _is_unstorable(name) or (isinstance(leaf, str) and _is_unstorable(leaf)):
        return "characters that cannot be stored"
    if isinstance(leaf, str) and len(leaf) > MAX_PARAM_TEXT:
        return f"texts of more than {MAX_PARAM_TEXT:,} characters"
    if isinstance(leaf, str | bool):
        return ""
    number = _finite(leaf)
    if number is None:
        return "values that are no number, no text, and not true or false"
    return f"numbers beyond {LARGEST_LEAF:,}" if abs(number) > LARGEST_LEAF else ""


def _is_unstorable(text: str) -> bool:
    return _UNSTORABLE.search(text) is not None or problem_with_text(text) is not None


_FITTERS: dict[str, Callable[[Field, object], tuple[object, str]]] = {
    "number": _fit_number,
    "integer": _fit_integer,
    "boolean": _fit_boolean,
    "text": _fit_text,
    "choice": _fit_choice,
    "choices": _fit_choices,
    "pointer": _fit_pointer,
    "path": _fit_path,
    "order": _fit_order,
    "params": _fit_params,
}
