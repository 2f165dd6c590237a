"""One spelling of a name, whoever sends it: texts that others are shown come in the form NFC."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from msgspec import Struct, inspect
from msgspec.structs import force_setattr

from schema.limits import MAX_NAME_LENGTH
from schema.text.text_rules import (
    SHOWN,
    SHOWN_NOT_EMPTY,
    in_nfc,
    problem_with_characters,
    problem_with_name,
)


def spell_names_alike(struct: Struct) -> None:
    """For `__post_init__`; raises `ValueError` where a name is too long, or none (rule E8)."""
    for name, most in _names_of(type(struct)):
        value = getattr(struct, name)
        if isinstance(value, str):
            if not value.isascii():
                force_setattr(struct, name, _spelt(name, value, most))
        elif isinstance(value, list):
            force_setattr(struct, name, [_spelt(name, item, most) for item in value])
        elif isinstance(value, dict):
            spelt = {key: _spelt(name, leaf, most) for key, leaf in value.items()}
            force_setattr(struct, name, spelt)


def keys_spelt_alike(name: str, named: dict[str, str], most: int) -> dict[str, str]:
    """The same by names in one spelling; raises `ValueError` where one is none, or stands twice."""
    spelt: dict[str, str] = {}
    for key, value in named.items():
        problem = problem_with_name(in_nfc(key))
        if problem:
            raise ValueError(f"`{name}` has a key that is no name: {problem} - at `$.{name}`")
        key_spelt = _spelt(name, key, most)
        if key_spelt in spelt:
            raise ValueError(f"`{name}` has a key twice, in two spellings - at `$.{name}`")
        spelt[key_spelt] = value
    return spelt


def _spelt(name: str, text: str, most: int) -> str:
    spelt = in_nfc(text)
    if len(spelt) > most:
        text = f"`{name}` has at most {most} characters in the form NFC of Unicode"
        raise ValueError(f"{text} - at `$.{name}`")
    problem = None if spelt.isascii() else problem_with_characters(spelt)
    if problem:
        raise ValueError(f"`{name}`: {problem} - at `$.{name}`")
    return spelt


@cache
def _names_of(kind: type[Struct]) -> tuple[tuple[str, int], ...]:
    """The fields that hold names, and how long these may be."""
    fields: Any = inspect.type_info(kind)
    return tuple(
        (field.name, text.max_length or MAX_NAME_LENGTH)
        for field in fields.fields
        for text in _texts(field.type)
        if text.pattern in (SHOWN, SHOWN_NOT_EMPTY)
    )


def _texts(kind: inspect.Type) -> Iterator[inspect.StrType]:
    match kind:
        case inspect.StrType():
            yield kind
        case inspect.UnionType(types=kinds):
            yield from (text for kind_arg in kinds for text in _texts(kind_arg))
        case inspect.ListType(item_type=item) | inspect.DictType(value_type=item):
            yield from _texts(item)
        case inspect.Metadata(type=inner):
            yield from _texts(inner)
