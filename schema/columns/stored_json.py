"""JSON that the database gives back, whoever wrote it: read so that every client can be sent it."""

import json
from decimal import Decimal
from sys import float_info
from typing import Any

import msgspec

from schema.columns.json_maps import CLIPPED, LARGEST
from schema.limits import MAX_PAGE_BYTES

DEEPEST = 64
"""Maps and lists in each other that are sent; those of clients are less deep (rule Q8)."""

_MASK = bytes(48 if chr(n) in "0123456789" else 46 if n == 46 else 32 for n in range(256))
_LONG = b" " + 16 * b"0"
"""A whole number of 16 digits or more, behind the mask; those behind a point are none."""

_read = msgspec.json.Decoder().decode


def read_stored(text: str | bytes) -> Any:
    """What the JSON holds. A whole number past ±2^53 is read as a float, as jsonb makes one of it.

    Never raises for what jsonb or `msgspec.json.encode` has written.
    """
    encoded_text = text.encode() if isinstance(text, str) else text
    try:
        is_long = _LONG in encoded_text.translate(_MASK)
        return _read_long(encoded_text) if is_long else _read(encoded_text)
    except msgspec.DecodeError:
        return _read_long(encoded_text)  # a fraction past what a float holds


def read_stored_map(text: str) -> Any:
    """A map, or a list of maps, of a row; what no reply has room for is `clipped` (rule C8)."""
    try:
        value = read_stored(text)
        if text.count("[") + text.count("{") > DEEPEST and _is_deeper(value, DEEPEST):
            return _clipped(text)
        if len(text) > MAX_PAGE_BYTES and len(msgspec.json.encode(value)) > MAX_PAGE_BYTES:
            return _clipped(text)
    except RecursionError:
        return _clipped(text)
    return value


def with_floats(value: Any) -> Any:
    """The same with floats for all whole numbers that MessagePack cannot hold."""
    match value:
        case bool():
            return value
        case int():
            return value if -(2**63) <= value < 2**64 else _float(str(Decimal(value)))
        case dict():
            return {key: with_floats(item) for key, item in value.items()}
        case list() | tuple():
            return [with_floats(item) for item in value]
        case msgspec.Struct():
            fields = {name: with_floats(getattr(value, name)) for name in value.__struct_fields__}
            return msgspec.structs.replace(value, **fields)
    return value


def _read_long(encoded_text: bytes) -> Any:
    return json.loads(encoded_text, parse_int=_whole, parse_float=_float)


def _whole(digits: str) -> int | float:
    if len(digits) <= len(str(-LARGEST)) and abs(int(digits)) <= LARGEST:
        return int(digits)
    return _float(digits)


def _float(digits: str) -> float:
    """The nearest that is no infinity."""
    return min(max(float(digits), -float_info.max), float_info.max)


def _is_deeper(value: Any, most: int) -> bool:
    level = [value]
    for _ in range(most):
        level = [
            inner_value
            for container in level
            for inner_value in (container.values() if isinstance(container, dict) else container)
            if isinstance(inner_value, dict | list)
        ]
    return bool(level)


def _clipped(text: str) -> Any:
    """What stands there instead, with the bytes that it would have had."""
    notice = {CLIPPED: len(text.encode())}
    return [notice] if text.startswith("[") else notice
