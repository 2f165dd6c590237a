"""Maps of a client's own, as the parameters of a preset: what may be in them (rule Q8)."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from math import isfinite
from typing import Any

import msgspec
from msgspec import Struct, inspect

from schema.limits import MAX_MAP_BYTES, MAX_MAP_DEPTH
from schema.text.enumerations import NAMED
from schema.text.text_rules import IN_WORDS, MAP_KEY, problem_with_text

JSON_MAP = "JsonMap"
"""The name of their type in the JSON Schema, by which they are found in structs too."""

CLIPPED = "clipped"
"""The one key of what stands for a map that is too large, or too deep, to be sent (rule C8)."""

LARGEST = 2**53
"""Of numbers, what every client can hold: PostgreSQL makes whole numbers of large floats."""

WRITTEN_BACK = (
    "is what stands for a map that no reply has room for, and would take that one's place;"
    " leave this column out of the call"
)

_KEY = re.compile(MAP_KEY)
_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,64}")
_POWER = re.compile(rb'"(?:[^"\\]|\\.)*"|[0-9]e-([0-9]+)')
"""A text, in which nothing is a number, or the power of ten of a number; within 2^53 no other is
written with one."""


def check_maps(struct: Struct) -> None:
    """For `__post_init__`; raises `ValueError` that ends in the place, as msgspec's own errors."""
    for name in _map_fields(type(struct)):
        value = getattr(struct, name)
        if isinstance(value, dict | list):
            problem = problem_with_map(value)
            if problem is not None:
                path, text = problem
                raise ValueError(f"`{name}` {text} - at `$.{name}{path}`")


def problem_with_map(value: dict[Any, Any] | list[Any]) -> tuple[str, str] | None:
    """Where in it, and what is wrong, as the rest of a sentence; None: nothing is.

    Its size first, and all values of a kind at once: a hostile map of a megabyte costs no more
    than it took to decode it (`tests.schema.columns.test_json_maps` counts).
    """
    if any(map(_is_clipped, value if isinstance(value, list) else [value])):
        return "", WRITTEN_BACK
    size = _size_in_jsonb(value)
    if size is not None and size > MAX_MAP_BYTES:
        return "", f"holds {size} bytes as JSON, of {MAX_MAP_BYTES}"
    return None if _is_sound(value, 1) else _first_problem(value, 1)


def _is_clipped(value: Any) -> bool:
    """Whether it is what a list shows in the place of a map: written back, it would be lost."""
    if not isinstance(value, dict) or len(value) != 1:
        return False
    size = value.get(CLIPPED)
    return type(size) is int or (type(size) is float and size.is_integer())


def _size_in_jsonb(value: Any) -> int | None:
    """In bytes as JSON without powers of ten, as jsonb gives it back; None: it is none."""
    try:
        encoded_value = msgspec.json.encode(value)
    except (TypeError, ValueError, OverflowError, RecursionError):
        return None
    if len(encoded_value) > MAX_MAP_BYTES or b"e-" not in encoded_value:
        return len(encoded_value)
    return len(encoded_value) + sum(map(int, filter(None, _POWER.findall(encoded_value))))


def _is_sound(value: dict[Any, Any] | list[Any], depth: int) -> bool:
    """Whether nothing in it is wrong; `depth`: its own, from 1 on. Level by level."""
    level: list[Any] = [value]
    while level:
        depth += 1
        keys: list[Any] = []
        inner_values: list[Any] = []
        for container in level:
            if type(container) is dict:
                keys += container
                inner_values += container.values()
            else:
                inner_values += container
        kinds = set(map(type, inner_values))
        if not (kinds <= _KINDS and set(map(type, keys)) <= _TEXT and all(map(_KEY.match, keys))):
            return False
        if depth > MAX_MAP_DEPTH and kinds & _CONTAINERS:
            return False
        for kind in kinds & _PROBES.keys():
            values_of_kind = (
                inner_values
                if len(kinds) == 1
                else [inner_value for inner_value in inner_values if type(inner_value) is kind]
            )
            if not _PROBES[kind](values_of_kind):
                return False
        level = [inner for inner in inner_values if inner and type(inner) in _CONTAINERS]
    return True


_CONTAINERS = frozenset({dict, list})
_TEXT = frozenset({str})
_KINDS = frozenset({dict, list, str, int, float, bool, type(None)})
_PROBES: Mapping[type, Callable[[list[Any]], bool]] = {
    str: lambda held: not any(map(problem_with_text, held)),
    int: lambda held: -LARGEST <= min(held) <= max(held) <= LARGEST,
    float: lambda held: all(map(isfinite, held)) and -LARGEST <= min(held) <= max(held) <= LARGEST,
}
"""Kind of value -> whether all of them may be."""


def _first_problem(value: Any, depth: int) -> tuple[str, str]:
    """Where it is and what, of a map or list with one."""
    key, inner_value = _first_unsound(value, depth)
    path = f".{_path_key(key)}" if isinstance(value, dict) else f"[{key}]"
    if isinstance(value, dict) and not (isinstance(key, str) and _KEY.match(key)):
        return path, f"has a key that may not be: {IN_WORDS[MAP_KEY]}"
    if isinstance(inner_value, str):
        return path, f"has a text that {problem_with_text(inner_value)}"
    if not isinstance(inner_value, dict | list):
        return path, f"has a value that is none of JSON's, or a number past ±{LARGEST}"
    if depth >= MAX_MAP_DEPTH:
        return path, f"is nested deeper than {MAX_MAP_DEPTH} maps and lists"
    inner_path, text = _first_problem(inner_value, depth + 1)
    return path + inner_path, text


def _first_unsound(value: Any, depth: int) -> tuple[Any, Any]:
    """The first key, or number, under which something is wrong, and what is there: by halves."""
    is_map = isinstance(value, dict)
    pairs = list(value.items()) if is_map else list(enumerate(value))
    while len(pairs) > 1:
        first_half = pairs[: len(pairs) // 2]
        values_tried = (
            dict(first_half) if is_map else [inner_value for _, inner_value in first_half]
        )
        pairs = pairs[len(first_half) :] if _is_sound(values_tried, depth) else first_half
    return pairs[0]


def _path_key(key: Any) -> str:
    """A key as a place in an error: nothing in it can do harm there."""
    return key if isinstance(key, str) and _PLAIN.fullmatch(key) else "[...]"


@cache
def _map_fields(kind: type[Struct]) -> tuple[str, ...]:
    """The fields that hold such maps, or lists of them."""
    fields: Any = inspect.type_info(kind)
    return tuple(field.name for field in fields.fields if _has_map(field.type))


def _has_map(kind: inspect.Type) -> bool:
    match kind:
        case inspect.Metadata(type=inner, extra_json_schema=extra):
            return (extra or {}).get(NAMED) == JSON_MAP or _has_map(inner)
        case inspect.UnionType(types=kinds):
            return any(map(_has_map, kinds))
        case inspect.ListType(item_type=item):
            return _has_map(item)
    return False
