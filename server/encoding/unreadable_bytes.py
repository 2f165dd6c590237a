"""Bytes that are no message, as far as they can be read anyhow.

A mark is put in the place of what no text and no JSON holds; where it is found, there it was.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from schema.server_limits import READ_ANYHOW_BYTES

MARK = "\ua9c1"
"""An ornament of Javanese script: it may stand in every text, and hardly ever does."""

MOST_MARKS = 1_000
"""Of one kind are put into a message: where there would be more, it is not told where."""

# Numbers of Python and JavaScript that JSON does not have.

_NO_NUMBER = re.compile(rb"-?Infinity|NaN")
_NO_NUMBER_AS_VALUE = re.compile(rb"(?<=[:,\[ \t\r\n])(?:-?Infinity|NaN)(?=[]},\s])")


def no_number_at(data: bytes, error: Exception) -> int | None:
    """Where such a number is what could not be read."""
    match = re.search(r"\(byte (\d+)\)$", str(error))
    if match is None:
        return None
    near = max(0, int(match[1]) - 2)
    number = _NO_NUMBER.search(data, near, near + 12)
    return None if number is None else number.start()


def with_mark(data: bytes, at: int) -> bytes:
    """With a mark, as a text, for the number there, and a number for each other one."""
    marked = _NO_NUMBER.sub(f'"{MARK}"'.encode(), data[at:], count=1)
    return data[:at] + _NO_NUMBER_AS_VALUE.sub(b"0", marked, MOST_MARKS)


# Half a surrogate pair, in bytes as WTF-8 or escaped in JSON, and what is put in its place.

_HALF = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")
_ESCAPED = [
    (
        start,
        re.compile(
            re.escape(start) + rb"(?:[89abAB][0-9a-fA-F]{2}(\\u[dD][c-fC-F][0-9a-fA-F]{2})?"
            rb"|[c-fC-F][0-9a-fA-F]{2}"
            rb"(?<!\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][0-9a-fA-F]{3}))"
        ),
    )
    for start in (rb"\ud", rb"\uD")
]
"""What each begins with, and a half, or a whole pair whose second half is the group. A beginning is
found thirty times as fast as a choice of two."""
_MARK, _MARK_ESCAPED = MARK.encode(), rb"\ua9c1"


def mended_halves(data: bytes) -> bytes:
    """With a mark for each half; the same where there is none."""
    data = _HALF.sub(_MARK, data, MOST_MARKS)
    for start, half_or_pair in _ESCAPED:
        if start in data:
            data = half_or_pair.sub(_mark_of_half, data, MOST_MARKS)
    return data


def _mark_of_half(found: re.Match[bytes]) -> bytes:
    return _MARK_ESCAPED if found[1] is None else found[0]


# Texts of MessagePack that are not UTF-8: the mark stands for the whole text.

MOST_TEXTS = 4
"""Of a short message are marked, of a long one the first: each costs one more reading of it."""


def mended_texts(data: bytes, decode: Callable[[bytes], object]) -> bytes:
    """With a mark in the place of such texts; the same where there is none."""
    for _ in range(MOST_TEXTS if len(data) <= READ_ANYHOW_BYTES else 1):
        try:
            decode(data)
        except UnicodeDecodeError as error:
            data = _with_mark_for(data, error.object)
        except (msgspec.DecodeError, RecursionError):
            break
        else:
            break
    return data


def _with_mark_for(data: bytes, text: bytes) -> bytes:
    """The first such text, by any of the heads that one of its length may have (MessagePack)."""
    size = len(text)
    heads = [bytes((0xA0 | size,))] if size < 32 else []
    heads += [
        bytes((head,)) + size.to_bytes(width, "big")
        for head, width in ((0xD9, 1), (0xDA, 2), (0xDB, 4))
        if size < 256**width
    ]
    found = [(at, head) for head in heads if (at := data.find(head + text)) >= 0]
    if not found:
        return data
    at, head = min(found)
    return data[:at] + bytes((0xA0 | len(_MARK),)) + _MARK + data[at + len(head) + size :]


def places_of_mark(value: object, path: str) -> Iterator[str]:
    """The places of texts with a mark."""
    match value:
        case str() if MARK in value:
            yield path
        case dict():
            for name, one in value.items():
                if isinstance(name, str) and MARK in name:
                    yield path
                yield from places_of_mark(one, f"{path}.{name}" if path else str(name))
        case list():
            for index, one in enumerate(value):
                yield from places_of_mark(one, f"{path}[{index}]")


# JSON that breaks off, or holds what is no JSON.


def fields_in_front(data: bytes) -> Iterator[tuple[str, Any]]:
    """The fields before the place that cannot be read."""
    text = data[:READ_ANYHOW_BYTES].decode("utf-8", "replace")
    try:
        at = _skip_expected(text, 0, "{")
        while True:
            name, at = _READ(text, _skip_expected(text, at, ""))
            value, at = _READ(text, _skip_expected(text, _skip_expected(text, at, ":"), ""))
            yield name, value
            at = _skip_expected(text, at, ",")
    except (ValueError, RecursionError):
        return


_READ = json.JSONDecoder(strict=False).raw_decode
_SPACE = re.compile(r"[ \t\r\n]*")


def _skip_expected(text: str, at: int, expected: str) -> int:
    """Past white space and what is expected there; raises ValueError."""
    space = _SPACE.match(text, at)
    at = space.end() if space else at
    if not text.startswith(expected, at):
        raise ValueError(f"no {expected!r} at {at}")
    return at + len(expected)
