"""Numbers so near to 0 that what SQL makes of them would be none, where PostgreSQL raises."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from msgspec import Struct, inspect
from msgspec.structs import force_setattr

TINIEST = 1e-100
"""Of numbers that are not 0: thousandths of it, and its products with weights, are numbers too."""


def round_tiny_numbers(struct: Struct) -> None:
    """For `__post_init__`: what is nearer to 0, and -0, is 0."""
    for name in _numbers_of(type(struct)):
        value = getattr(struct, name)
        if isinstance(value, float) and -TINIEST < value < TINIEST:
            force_setattr(struct, name, 0.0)


@cache
def _numbers_of(kind: type[Struct]) -> tuple[str, ...]:
    """The fields that hold a number, whole or not."""
    fields: Any = inspect.type_info(kind)
    return tuple(
        field.name
        for field in fields.fields
        if any(isinstance(one, inspect.FloatType) for one in _kinds(field.type))
    )


def _kinds(kind: inspect.Type) -> Iterator[inspect.Type]:
    match kind:
        case inspect.UnionType(types=kinds):
            for kind_arg in kinds:
                yield from _kinds(kind_arg)
        case inspect.Metadata(type=inner):
            yield from _kinds(inner)
        case _:
            yield kind
