"""The place of a mistake with what msgspec does not tell: the property, and what stands there."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import msgspec

from schema.messages import Previewed
from schema.ops import Op

_IN_MAP = re.compile(r"(?:ops\[(\d+)\]|values\[\.\.\.\])\.(props|entity|expect)\[\.\.\.\].*")

MOST_DIGITS = 308
"""A whole number with more is none of the numbers that are sent."""

NO_VALUE = b""
"""In the place of a number that is too large: JSON holds no bytes."""


MOST_TRIED = 1_000
"""Properties that are tried one after the other; whoever errs may go on."""


def exact_place(path: str, plain: Any) -> str:
    """With the first property, of an op or a gesture, that cannot be: msgspec says `[...]`.

    `plain`: the message as plain values. The same where it cannot be told, and of a leaf of
    `params`.
    """
    found = _IN_MAP.fullmatch(path)
    if found is None:
        return path
    index, part = found.groups()
    kind = Previewed if index is None else Op
    try:
        if index is not None:
            holders = {f"ops[{index}]": plain["ops"][int(index)]}
        else:
            holders = {f"values.{name}": shown for name, shown in plain["values"].items()}
        tries = islice(_with_one_property(holders, part), MOST_TRIED)
        exact = next((place for place, one in tries if not _fits(one, kind)), path)
    except (LookupError, TypeError, AttributeError):  # it is of another form altogether
        return path
    return path if exact.endswith(f".{part}.params") else exact


def _with_one_property(holders: Mapping[str, Any], part: str) -> Iterator[tuple[str, Any]]:
    """Each op, or each entity of a gesture, with one of its properties alone."""
    for place, holder in holders.items():
        for name, value in holder[part].items():
            yield f"{place}.{part}.{name}", holder | {part: {name: value}}


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
