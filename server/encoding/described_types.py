"""What a type holds, found out once: msgspec takes milliseconds, and whoever errs may go on."""

from functools import cache

import msgspec
from msgspec import inspect


@cache
def described(kind: type[msgspec.Struct]) -> inspect.Type:
    """Of a message, or the parameters of a call: there are only so many."""
    return inspect.type_info(kind)
