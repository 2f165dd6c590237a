"""Reading XML that strangers wrote: bounded in bytes, depth and elements, without entities."""

import math
import stat
import zlib
from collections.abc import Mapping
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from files.broken_song import BrokenSong

MAX_FILE_BYTES = 64 * 1_048_576
MAX_INFLATED_BYTES = 256 * 1_048_576
"""Thirty times the largest song seen; past it a file is a bomb."""

MAX_NUMBER = 2.0**53
"""The largest that a project holds, in `params`; arithmetic on it does not overflow."""

MAX_ELEMENTS = 2_000_000
MAX_DEPTH = 128
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r")


class Located(Element):
    """An element that knows its line, so that a message can name it."""

    line = 0
    unreadable: dict[str, None] | None = None
    """Of its tree: the attributes that were asked for as numbers and are none to keep, in words."""


class BadElement(Exception):
    """What is wrong with an element; a reader turns it into a `BrokenSong` of its file."""

    def __init__(self, element: Element, why: str) -> None:
        super().__init__(why)
        self.where = f"line {getattr(element, 'line', 0)}, <{element.tag}>"
        self.why = why


def read_bytes(path: Path, max_bytes: int = MAX_FILE_BYTES) -> bytes:
    """The whole file, if it is not too large."""
    content = _first_bytes(path, max_bytes + 1)
    if len(content) > max_bytes:
        raise BrokenSong(path, "", f"is larger than {max_bytes >> 20} MiB, the most read here")
    return content


def read_head(path: Path) -> bytes:
    """The first bytes of a file, by which its kind is known."""
    return _first_bytes(path, 64)


def _first_bytes(path: Path, count: int) -> bytes:
    """Of a pipe nobody would ever write them, and some devices have no end."""
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            raise BrokenSong(path, "", "is a pipe, a socket or a device: save it as a file")
        with path.open("rb") as file:
            return file.read(count)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BrokenSong(path, "", f"cannot be read: {reason}") from error


def inflate(path: Path, packed_content: bytes, max_bytes: int = MAX_INFLATED_BYTES) -> bytes:
    """What zlib packed; stops as soon as more than `max_bytes` come out."""
    unpacker = zlib.decompressobj()
    try:
        content = unpacker.decompress(packed_content, max_bytes + 1)
    except zlib.error as error:
        raise BrokenSong(path, "the packed part", f"is damaged ({error}): save it again") from error
    if len(content) > max_bytes:
        raise BrokenSong(path, "the packed part", f"unpacks to more than {max_bytes >> 20} MiB")
    if not unpacker.eof:
        raise BrokenSong(path, "the packed part", "ends too early: the file was cut off")
    return content


def parse_xml(path: Path, content: bytes) -> Element:
    """The root element. Entity declarations and external entities are refused."""
    if not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        # Some programs write control characters into names; XML allows none of them.
        content = content.translate(None, _CONTROLS) if b"\0" not in content[:8] else content
    target = _BoundedTree()
    parser = DefusedXMLParser(target=target, forbid_dtd=False)
    target.parser = parser.parser
    try:
        parser.feed(content)
        root = parser.close()
    except ParseError as error:
        line, column = error.position
        why = f"is not XML ({str(error).split(':')[0]}): the file is damaged or of another kind"
        raise BrokenSong(path, f"line {line}, column {column + 1}", why) from error
    except DefusedXmlException as error:
        why = f"declares an entity ({type(error).__name__}), which is refused: remove it"
        raise BrokenSong(path, target.position(), why) from error
    except (ValueError, LookupError, RecursionError, AssertionError) as error:
        raise BrokenSong(path, target.position(), f"cannot be read as XML ({error})") from error
    if not isinstance(root, Element):
        raise BrokenSong(path, "line 1", "holds no element")
    return root


class _BoundedTree:
    """Builds the tree and counts: a file that is too deep or too wide stops here."""

    def __init__(self) -> None:
        self._builder = TreeBuilder(element_factory=Located)
        self._depth = 0
        self._count = 0
        self.parser: object = None
        self._unreadable: dict[str, None] = {}

    def position(self) -> str:
        line = getattr(self.parser, "CurrentLineNumber", 0)
        return f"line {line}, column {getattr(self.parser, 'CurrentColumnNumber', 0) + 1}"

    def start(self, tag: str, attributes: Mapping[str, str]) -> Element:
        self._depth += 1
        self._count += 1
        if self._depth > MAX_DEPTH:
            raise ValueError(f"elements are nested more than {MAX_DEPTH} deep")
        if self._count > MAX_ELEMENTS:
            raise ValueError(f"more than {MAX_ELEMENTS:,} elements")
        element = self._builder.start(tag, dict(attributes))
        if isinstance(element, Located):
            element.line = getattr(self.parser, "CurrentLineNumber", 0)
            element.unreadable = self._unreadable
        return element

    def end(self, tag: str) -> Element:
        self._depth -= 1
        return self._builder.end(tag)

    def data(self, text: str) -> None:
        self._builder.data(text)

    def close(self) -> Element:
        return self._builder.close()


def number(element: Element, name: str, default: float | None = None) -> float:
    """An attribute as a number; a comma is taken for a decimal point, as some locales write it.

    What is no number, NaN, infinite or huge becomes the default, or 0: `unreadable_numbers` tells
    of it. Raises `BadElement` for what is missing and has no default.
    """
    text = element.get(name)
    if text is None:
        if default is None:
            raise BadElement(element, f"has no {name}")
        return default
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = math.nan
    if abs(value) <= MAX_NUMBER:  # which NaN is not, either
        return value
    unreadable = getattr(element, "unreadable", None)
    if unreadable is None:
        raise BadElement(element, f'{name}="{text[:40]}" is not a number that can be kept')
    line = getattr(element, "line", 0)
    unreadable[f'{name}="{text[:40]}" of <{element.tag}> on line {line}'] = None
    return 0.0 if default is None else default


def integer(element: Element, name: str, default: int | None = None) -> int:
    """An attribute as a whole number."""
    return round(number(element, name, default))


def unreadable_numbers(root: Element) -> list[str]:
    """What a reader has asked for in this tree and got another number for."""
    return list(getattr(root, "unreadable", None) or ())


UNREADABLE = "mended: numbers that are none, NaN or huge (now the usual value, or 0)"
"""The words of the report for them."""
