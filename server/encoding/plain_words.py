"""What is wrong with the parameters of a call, in plain words: whoever calls knows no msgspec."""

import difflib
import re
from collections.abc import Callable, Iterable
from typing import TypeVar

import msgspec
from msgspec import inspect

from server.encoding.decode_errors import BadMessage
from server.encoding.described_types import described

KindT = TypeVar("KindT", bound=inspect.Type)

TYPES = {
    "array": "a list",
    "bool": "true or false",
    "bytes": "bytes",
    "float": "a number",
    "int": "a whole number",
    "null": "null",
    "object": "a map",
    "str": "a text",
}
"""A type of msgspec -> what is sent."""

MOST_NAMES = 12
"""A longer list is in PROTOCOL.md."""

_AT = re.compile(r" - at (?:`key` in )?`\$\.?([^`]*)`(?=$|; allowed: )")


def in_plain_words(bad_message: BadMessage, kind: type[msgspec.Struct]) -> BadMessage:
    """The same with its place in front: `params.name: must not be empty`."""
    text = str(bad_message)
    places = _AT.findall(text)
    if len(places) > 1:
        return bad_message
    path = places[0] if places else ""
    said = _plain(_AT.sub("", text), kind, path)
    if " - at `key` in " in text and said.startswith("must "):
        said = f"a key {said}"
    where = f"params.{path}".rstrip(".").replace(".[", "[")
    return BadMessage(f"{where}: {said}", bad_message.id, bad_message.code, bad_message.details)


def _plain(reason: str, kind: type[msgspec.Struct], path: str) -> str:
    if unknown := _UNKNOWN.fullmatch(reason):
        return _no_such(unknown[1], _names_at(kind, path))
    for pattern, words in _SENTENCES:
        if found := pattern.match(reason):
            return words(found) + reason[found.end() :]
    return reason


def _no_such(name: str, known: list[str]) -> str:
    """What may be meant, or else all that there is."""
    near = difflib.get_close_matches(name[:64], known)
    if near:
        return f"there is no `{name}`: is {' or '.join(f'`{one}`' for one in near)} meant?"
    listed = ", ".join(f"`{one}`" for one in known) if len(known) <= MOST_NAMES else ""
    return f"there is no `{name}`" + (f"; there is {listed}" if listed else "")


def _wrong_type(found: re.Match[str]) -> str:
    wanted = " or ".join(_types(found[1].split(" | ")))
    return f"must be {wanted}, and is {TYPES.get(found[2], found[2])}"


def _types(names: Iterable[str]) -> list[str]:
    return [TYPES.get(name, name) for name in names]


def _wrong_length(found: re.Match[str]) -> str:
    of, sign, count = found[1], found[2], int(found[3])
    if sign == ">=" and count == 1:
        return "must not be empty"
    one = {"str": "character", "bytes": "byte"}.get(of, "item")
    return f"must have at {_BOUNDS[sign]} {count} {one}{'s' if count != 1 else ''}"


def _out_of_range(found: re.Match[str]) -> str:
    sign = found[1]
    bound = f"at {_BOUNDS[sign]}" if sign in _BOUNDS else {"<": "less than", ">": "more than"}[sign]
    return f"must be {bound} {found[2].removesuffix('.0')}"


_BOUNDS = {"<=": "most", ">=": "least"}

_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)

_SENTENCES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"Object missing required field `(.*)`", re.DOTALL), "`{0[1]}` is missing".format),
    (re.compile(r"Expected `([\w| ]+)`, got `(\w+)`"), _wrong_type),
    (re.compile(r"Expected `(\w+)` of length (<=|>=) (\d+)"), _wrong_length),
    (re.compile(r"Expected `(?:int|float)` (<=|>=|<|>) (\S+)"), _out_of_range),
    (re.compile(r"Invalid enum value (.*?)(?=$|; allowed: )"), "{0[1]} is not allowed".format),
)
"""What msgspec says -> what is said in its place."""


def _names_at(kind: type[msgspec.Struct], path: str) -> list[str]:
    """The fields of what stands at a place of the parameters; none where it is no struct."""
    place: inspect.Type | None = described(kind)
    for step in re.findall(r"[^.\[\]]+|\[[^\]]*\]", path):
        place = _inside(place, step)
    struct = _of_kind(place, inspect.StructType)
    return [field.encode_name for field in struct.fields] if struct else []


def _inside(place: inspect.Type | None, step: str) -> inspect.Type | None:
    if step.startswith("["):
        of_list = _of_kind(place, inspect.ListType)
        if of_list is not None:
            return of_list.item_type
        of_map = _of_kind(place, inspect.DictType)
        return of_map.value_type if of_map else None
    struct = _of_kind(place, inspect.StructType)
    fields = struct.fields if struct else ()
    return next((field.type for field in fields if field.encode_name == step), None)


def _of_kind(place: inspect.Type | None, kind: type[KindT]) -> KindT | None:
    types = place.types if isinstance(place, inspect.UnionType) else (place,)
    return next((one for one in types if isinstance(one, kind)), None)
