"""Why bytes cannot be read, and where: what msgspec says of it, and what the bytes show."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from schema.text.text_rules import in_words
from server.encoding.exact_places import exact_place, has_no_number, values_at
from server.encoding.repeated_words import readable
from server.encoding.unreadable_bytes import MARK, mended_halves, mended_texts

UNREADABLE = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)
"""What decoders raise."""

NO_NUMBER = "NaN and infinity are no numbers in JSON: send null, or leave it out"

HALF = "half a surrogate pair is no text: toWellFormed() of JavaScript mends it"

NOT_UTF8 = "the text is not UTF-8"

SHOWN_MARK = "\ufffd"
"""In a sentence that repeats a name: Unicode's own sign for what could not be read."""


def cause(error: Exception) -> str:
    """What a decoder has raised, as a sentence."""
    match error:
        case RecursionError():
            return "it is nested too deep"
        case UnicodeDecodeError():
            return NOT_UTF8
    return readable(str(error))


def path_in(reason: str) -> str:
    """Where it is wrong, as msgspec says it: `ops[0].order`; empty: it does not say.

    Of a field that is missing or unknown it is that field's place, not that of what holds it.
    """
    reason, path = _parted(reason)
    field = OF_A_FIELD.match(reason)
    if field is None:
        return path
    return f"{path}.{field[1]}" if path else field[1]


def _parted(reason: str) -> tuple[str, str]:
    """What is wrong, and the place, which msgspec says behind it."""
    path = ""
    while (match := _AT.search(reason)) is not None:  # the outer struct's place is the last
        inner = match[2] + ("[...]" if match[1] else "")
        path = f"{path}.{inner}" if path and inner else path or inner
        reason = reason[: match.start()].removesuffix(" - ")
    return reason, path


_AT = re.compile(r"at (`key` in )?`\$\.?([^`]*)`$")
OF_A_FIELD = re.compile(
    r"Object (?:missing required|contains unknown) field `(.*?)`(?: - at `[^`]*`)?$", re.DOTALL
)


def with_marks(data: bytes, error: Exception, decode: Callable[[bytes], object]) -> bytes:
    """With a mark for each text, or half a character, that no text holds."""
    mended = mended_halves(data)
    return mended_texts(mended, decode) if isinstance(error, UnicodeDecodeError) else mended


def said_of_mark(error: Exception) -> str:
    """Why a text was marked."""
    text = error.object if isinstance(error, UnicodeDecodeError) else b""
    return NOT_UTF8 if text and mended_halves(text) == text else HALF


def marked(
    error: Exception,
    reason: str,
    places: Callable[[], Iterator[str]],
    plain: Callable[[str], Any],
) -> tuple[str, str]:
    """What is said of texts that were marked, and the place of the first.

    Where a mark is no id, or no name of a field, it is what is said to be wrong.
    """
    said = said_of_mark(error)
    try:
        path = next(places(), "")
    except UNREADABLE as other:
        other_reason = cause(other)
        path, field = path_in(other_reason), OF_A_FIELD.match(other_reason)
        if field is not None and MARK in field[1]:
            key, holder = field[1].replace(MARK, SHOWN_MARK), path.removesuffix(field[1])
            at = f" - at `$.{holder.removesuffix('.')}`" if holder else ""
            return f"{said} (the key `{key}`){at}", path.replace(MARK, SHOWN_MARK)
        stands = values_at(plain(path), path) if path else ()
        if not any(isinstance(one, str) and MARK in one for one in stands):  # something else is
            return in_words(other_reason).replace(MARK, SHOWN_MARK), ""
    return (f"{said} - at `$.{path}`", path) if path else (reason, "")


def exact(reason: str, path: str, plain: Callable[[str], Any]) -> tuple[str, str]:
    """The same, as exactly as the values themselves can tell it."""
    path = path or path_in(reason)
    if _IN_A_MAP.match(path) and "at `key` in " not in reason:
        place, said = exact_place(path, plain(path))
        if place != path:
            return f"{said or _parted(reason)[0]} - at `$.{place}`", place
    if _OF_A_NUMBER.match(reason) and has_no_number(plain(path), path):
        return f"{NO_NUMBER} - at `$.{path}`", path
    return reason, path


_IN_A_MAP = re.compile(r"(?:ops\[\d+\]|values\[\.\.\.\])\.\w+\[\.\.\.\]")
_OF_A_NUMBER = re.compile(r"Expected `(?:int|float)` (?:<=|>=|<|>) ")
