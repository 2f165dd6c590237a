"""Maps of a client's own, as the parameters of a preset: what may be in them (rule Q8)."""

import re
from collections.abc import Iterator
from functools import cache
from math import isfinite
from typing import Any

import msgspec
from msgspec import Struct, inspect

from schema.limits import MAX_MAP_BYTES, MAX_MAP_DEPTH
from schema.text.texts import IN_WORDS, MAP_KEY, problem_with_text
from schema.text.words import NAMED

JSON_MAP = "JsonMap"
"""The name of their type in the JSON Schema, by which they are found in structs too."""

LARGEST = 2**53
"""Of integers, what every client can hold."""

_KEY = re.compile(MAP_KEY)
_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,64}")


def check_maps(struct: Struct) -> None:
    """For `__post_init__`; raises `ValueError` that ends in the place, as msgspec's own errors."""
    for name in _map_fields(type(struct)):
        value = getattr(struct, name)
        if isinstance(value, dict | list):
            problem = problem_with_map(value)
            if problem is not None:
                place, text = problem
                raise ValueError(f"`{name}` {text} - at `$.{name}{place}`")


def problem_with_map(value: dict[Any, Any] | list[Any]) -> tuple[str, str] | None:
    """Where in it, and what is wrong, as the rest of a sentence; None: nothing is."""
    for place, depth, one in _walk(value):
        text = _problem_with(depth, one)
        if text is not None:
            return place, text
    size = len(msgspec.json.encode(value))
    if size > MAX_MAP_BYTES:
        return "", f"holds {size} bytes as JSON, of {MAX_MAP_BYTES}"
    return None


class _Key(str):
    """A key, beside the values."""

    __slots__ = ()


def _walk(value: Any) -> Iterator[tuple[str, int, Any]]:
    """Each key and each value, with its place; without recursion, and no deeper than may be."""
    left: list[tuple[str, int, Any]] = [("", 1, value)]
    while left:
        place, depth, one = left.pop()
        yield place, depth, one
        if isinstance(one, dict):
            for key, held in one.items():
                inside = f"{place}.{_shown(key)}"
                yield inside, depth, _Key(key if isinstance(key, str) else "")
                left.append((inside, depth + 1, held))
        elif isinstance(one, list):
            left += [(f"{place}[{n}]", depth + 1, held) for n, held in enumerate(one)]


def _shown(key: Any) -> str:
    """A key as a place in an error: nothing in it can do harm there."""
    return key if isinstance(key, str) and _PLAIN.fullmatch(key) else "[...]"


def _problem_with(depth: int, one: Any) -> str | None:
    match one:
        case _Key():
            return None if _KEY.match(one) else f"has a key that may not be: {IN_WORDS[MAP_KEY]}"
        case str():
            text = problem_with_text(one)
            return text and f"has a text that {text}"
        case dict() | list() if depth > MAX_MAP_DEPTH:
            return f"is nested deeper than {MAX_MAP_DEPTH} maps and lists"
        case dict() | list() | bool() | None:
            return None
        case int() if abs(one) <= LARGEST:
            return None
        case float() if isfinite(one):
            return None
    return f"has a value that is none of JSON's, or a number past ±{LARGEST}"


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
