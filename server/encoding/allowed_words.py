"""Of a field that takes one of a few words, and got another: which words it takes."""

from collections.abc import Iterator

import msgspec
from msgspec import inspect

from server.encoding.decode_errors import BadMessage
from server.encoding.described_types import described

MOST_WORDS = 40
"""A longer list is in PROTOCOL.md."""


def with_allowed(bad_message: BadMessage, kind: type[msgspec.Struct]) -> BadMessage:
    """The same, and what is allowed, where the words of a field of `kind` are few."""
    if "enum value" not in str(bad_message):
        return bad_message
    words = _words_of(kind, str(bad_message.details.get("field", "")))
    if not 0 < len(words) <= MOST_WORDS:
        return bad_message
    allowed = ", ".join(word or '""' for word in words)
    return BadMessage(
        f"{bad_message}; allowed: {allowed}", bad_message.id, bad_message.code, bad_message.details
    )


def _words_of(kind: type[msgspec.Struct], name: str) -> list[str]:
    struct = described(kind)
    assert isinstance(struct, inspect.StructType)
    field = next((field for field in struct.fields if field.encode_name == name), None)
    if field is None:
        return []
    return list(_allowed_of(field.type))


def _allowed_of(one: inspect.Type) -> Iterator[str]:
    match one:
        case inspect.Metadata():  # what is said of it in the JSON Schema, as its name there
            yield from _allowed_of(one.type)
        case inspect.UnionType():
            for type_arg in one.types:
                yield from _allowed_of(type_arg)
        case inspect.LiteralType():
            yield from map(str, one.values)
        case inspect.EnumType():
            yield from (str(member.value) for member in one.cls)
