"""What may be sent: text, numbers, true, false, None, and lists and dicts of them."""

import math
from typing import Any

from prime_client.failures import WrongUse

MAX_DEPTH = 4
"""Of values within values: nothing in a project state is as deep."""

MAX_INTEGER = 2**53
"""Up to here a number is the same in every language."""


def sendable_copy(value: Any, depth: int = 0) -> Any:
    """A copy that nobody else can change; raises `WrongUse` if it cannot be sent."""
    if _is_sendable(value):  # nearly always
        return value
    if depth > MAX_DEPTH:
        raise WrongUse(f"values lie within values more than {MAX_DEPTH} deep")
    if isinstance(value, dict):
        if not all(map(_is_text, value)):
            raise WrongUse("the names in a dict are text")
        return {name: sendable_copy(part, depth + 1) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [sendable_copy(part, depth + 1) for part in value]
    raise WrongUse(f"{value!r} cannot be sent: a {type(value).__name__}")


def _is_sendable(value: Any) -> bool:
    if isinstance(value, str):
        return _is_text(value)
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, int):
        return -MAX_INTEGER <= value <= MAX_INTEGER
    return value is None


def _is_text(value: Any) -> bool:
    """Whether UTF-8 can hold it."""
    if not isinstance(value, str):
        return False
    return value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value)
