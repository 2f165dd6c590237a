"""The place of a mistake with what msgspec does not tell: the property, and what is wrong."""

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from rooms.rules.entity_rules import problem_with_value
from schema.entities import ENTITY_TYPES
from schema.messages import Previewed
from schema.ops import Op

_IN_MAP = re.compile(r"(?:ops\[(\d+)\]|values\[\.\.\.\])\.(props|entity|expect)\[\.\.\.\].*")

MOST_DIGITS = 308
"""A whole number with more is none of the numbers that are sent."""

NO_VALUE = b""
"""In the place of a number that is too large: JSON holds no bytes."""


def exact_place(path: str, plain: Any) -> tuple[str, str | None]:
    """With the first property, of an op or a gesture, that cannot be: msgspec says `[...]`.

    And what is wrong with it by the rules of its collection, if they tell. `plain`: the message as
    plain values. The same path where it cannot be told.
    """
    found = _IN_MAP.fullmatch(path)
    if found is None:
        return path, None
    index, part = found.groups()
    kind = Previewed if index is None else Op
    try:
        if index is not None:
            holders = {f"ops[{index}]": plain["ops"][int(index)]}
        else:
            holders = {f"values.{name}": shown for name, shown in plain["values"].items()}
        return _first_wrong(holders, part, kind) or (path, None)
    except (LookupError, TypeError, AttributeError):  # it is of another form altogether
        return path, None


def _first_wrong(holders: Mapping[str, Any], part: str, kind: Any) -> tuple[str, str | None] | None:
    """The place of the first property, or leaf, that cannot be; None: each can, by itself."""

    def has_wrong_holder(places: Sequence[str]) -> bool:
        return not _fits([holders[place] for place in places], list[kind])

    place = _first([*holders], has_wrong_holder)
    if place is None:
        return None
    holder = holders[place]

    def has_wrong_property(names: Sequence[str]) -> bool:
        return not _fits(holder | {part: {name: holder[part][name] for name in names}}, kind)

    name = _first([*holder[part]], has_wrong_property)
    if name is None:
        return None
    value = holder[part][name]

    def has_wrong_leaf(leaves: Sequence[str]) -> bool:
        return not _fits(holder | {part: {name: {leaf: value[leaf] for leaf in leaves}}}, kind)

    leaf = (
        _first([*value], has_wrong_leaf) if name == "params" and isinstance(value, dict) else None
    )
    field = ENTITY_TYPES.get(holder["col"], {}).get(name)
    problem = None if field is None else problem_with_value(field, value)
    said = None if problem is None else f"{holder['col']}.{name} {problem}"
    return f"{place}.{part}.{name}" + ("" if leaf is None else f".{leaf}"), said


def _first(names: Sequence[str], is_wrong: Callable[[Sequence[str]], bool]) -> str | None:
    """The first that is wrong by itself, sought by halves: in all, as much as to look twice."""
    while len(names) > 1:
        middle = len(names) // 2
        front = names[:middle]
        names = front if is_wrong(front) else names[middle:]
    return names[0] if names and is_wrong(names) else None


def _fits(value: object, kind: Any) -> bool:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True


def values_at(value: Any, path: str) -> Iterator[Any]:
    """What stands at a place of plain values; of a map at `[...]` each."""
    found = [value]
    for step in re.findall(r"[^.\[\]]+|\[[^\]]*\]", path):
        found = [inner for one in found for inner in _inside(one, step)]
    yield from found


def _inside(value: Any, step: str) -> Iterator[Any]:
    if step == "[...]" and isinstance(value, Mapping):
        yield from value.values()
        return
    try:
        yield value[int(step[1:-1]) if step.startswith("[") else step]
    except (LookupError, TypeError, ValueError):
        return


def has_no_number(value: Any, path: str) -> bool:
    """Whether NaN or infinity stands at a place."""
    return any(isinstance(one, float) and not math.isfinite(one) for one in values_at(value, path))


def plain_json(data: bytes) -> Any:
    """Read, though numbers may be too large; raises ValueError and RecursionError."""
    return json.loads(data, parse_float=_number, parse_int=_whole_number)


def _number(text: str) -> object:
    number = float(text)
    return number if math.isfinite(number) else NO_VALUE


def _whole_number(text: str) -> object:
    return int(text) if len(text) <= MOST_DIGITS else NO_VALUE
