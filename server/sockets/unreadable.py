"""What can be told of bytes that are no message: whom to answer, where it is wrong, and why."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from schema.errors import ErrorCode
from schema.messages import Call, Details, Error
from schema.server_limits import READ_ANYHOW_BYTES
from schema.text.texts import in_words

UNREADABLE = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)
"""What decoders raise."""


class BadMessage(Exception):
    """The bytes are no message; the text says where. `id` is the message's, where it had one.

    `is_noise`: not even the name of a message could be read of them (rule E4).
    """

    def __init__(
        self,
        text: str,
        message_id: str | None = None,
        code: ErrorCode = ErrorCode.BAD_MESSAGE,
        details: Details | None = None,
        *,
        is_noise: bool = False,
    ) -> None:
        super().__init__(text)
        self.id = message_id
        self.code = code
        self.details = details or {}
        self.is_noise = is_noise

    def as_answer(self) -> Error:
        """The error that is sent."""
        return Error(self.id, self.code, str(self), None, self.details)


class Header(msgspec.Struct):
    """Whom to answer: nothing else is built, as what is no message may be made to take memory."""

    t: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)
    id: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)


@dataclass(frozen=True)
class Explainer:
    """Of one subprotocol. `decode`: to a message; `read`: to anything."""

    decode: Callable[[bytes], object]
    read_header: Callable[[bytes], Header]
    read: Callable[[bytes], Any]

    def explain(self, data: bytes, error: Exception) -> BadMessage:
        """What was wrong with bytes that `decode` could not read.

        A client that cuts a text in the middle of a character sends half a surrogate pair: a mark
        of the same length in its place lets the rest be read.
        """
        mended = _mended(data)
        name, message_id = self._header(mended)
        if _holds_no_number(data, error):
            error = ValueError(
                "NaN and infinity are no numbers in JSON: send null, or leave it out"
            )
        if name is None:
            return BadMessage(f"not a message: {_cause(error)}", message_id, is_noise=True)
        told, place = in_words(_cause(error)), ""
        if mended != data:
            told, place = _halved(told, lambda: self._places_of_mark(self.decode(mended)))
        return _placed(name, told, place or _place(told), message_id)

    def _header(self, data: bytes) -> tuple[str | None, str | None]:
        """The name and the id of the message, as far as they can be read."""
        fields: dict[str, object]
        try:
            header = self.read_header(data)
            fields = {"t": self._short(header.t), "id": self._short(header.id)}
        except UNREADABLE:
            fields = dict(_fields_in_front(data))
        name, message_id = fields.get("t"), fields.get("id")
        return (
            name if isinstance(name, str) else None,
            message_id if isinstance(message_id, str) and _ID.fullmatch(message_id) else None,
        )

    def _short(self, raw: msgspec.Raw) -> object:
        data = bytes(raw)
        return self.read(data) if 0 < len(data) <= 512 else None

    def _places_of_mark(self, message: object) -> Iterator[str]:
        if isinstance(message, Call):
            yield from _marked({"id": message.id, "method": message.method}, "")
            params = bytes(message.params)
            short = len(params) <= READ_ANYHOW_BYTES
            yield from _marked(self.read(params) if params and short else MARK, "params")
        else:
            yield from _marked(msgspec.to_builtins(message), "")


MARK = "\ua9c1"
"""An ornament of Javanese script: it may stand in every text, and hardly ever does."""

MEND_HALVES = "toWellFormed() of JavaScript mends it"


def explain_params(data: bytes, error: Exception, decode: Callable[[bytes], object]) -> BadMessage:
    """What was wrong with the parameters of a call, which `decode` could not read (rule C3)."""
    told, place = in_words(_cause(error)), ""
    mended = _mended(data)
    if mended != data:
        told, place = _halved(told, lambda: _marked(msgspec.to_builtins(decode(mended)), ""))
    place = place or _place(told)
    details: Details = {"field": place} if place else {}
    return BadMessage(told, None, ErrorCode.VALIDATION, details)


def _placed(name: str, told: str, place: str, message_id: str | None) -> BadMessage:
    """By the place it is a mistake of an op, of a call's parameter, or of the message."""
    if place == "t":
        text = f"there is no message {name[:32]!r}"
        return BadMessage(text, message_id, ErrorCode.UNKNOWN_MESSAGE)
    text = f"{name[:32]}: {told}"
    details: Details = {"field": _WITHIN.sub("", place)} if place else {}
    in_op = _IN_OP.match(place) if name == "delta" else None
    if in_op is not None:
        details["op"] = int(in_op[1])
        if not details["field"] or "[" in str(details["field"]):
            del details["field"]
        return BadMessage(text, message_id, ErrorCode.OP_INVALID, details)
    if name == "call" and place.startswith("params."):
        return BadMessage(text, message_id, ErrorCode.VALIDATION, details)
    return BadMessage(text, message_id, ErrorCode.BAD_MESSAGE, details)


_ID = re.compile(f"[^{MARK}]{{1,64}}", re.DOTALL)
_IN_OP = re.compile(r"ops\[(\d+)\]")
_WITHIN = re.compile(r"^(params\.|ops\[\d+\]\.?(?:(?:props|entity|expect)\.)?)")
"""What stands in front of the name of a parameter, or of a property of an op."""


def _cause(error: Exception) -> str:
    match error:
        case RecursionError():
            return "it is nested too deep"
        case UnicodeDecodeError():
            return "the text is not UTF-8"
    return str(error)


def _holds_no_number(data: bytes, error: Exception) -> bool:
    """Whether it is about a number of Python or JavaScript that JSON does not have."""
    found = re.search(r"\(byte (\d+)\)$", str(error))
    near = data[max(0, int(found[1]) - 2) :][:12] if found else b""
    return b"NaN" in near or b"Infinity" in near


def _place(told: str) -> str:
    """Where it is wrong, as msgspec says it: `ops[0].order`; empty: it does not say."""
    found = re.search(r"at `\$\.?([^`]*)`$", told)
    return found[1] if found else ""


# Half a surrogate pair, in bytes as WTF-8 or escaped in JSON, and what is put in its place.

_HALF = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")
_HALF_ESCAPED = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    rb"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)
_MARK, _MARK_ESCAPED = MARK.encode(), rb"\\ua9c1"


def _mended(data: bytes) -> bytes:
    """With a mark for each half; the same where there is none."""
    return _HALF_ESCAPED.sub(_MARK_ESCAPED, _HALF.sub(_MARK, data))


def _halved(told: str, places: Callable[[], Iterator[str]]) -> tuple[str, str]:
    """What is said where there are halves, and the place of the first."""
    try:
        place = next(places(), "")
    except UNREADABLE as other:  # that is not all that is wrong
        return in_words(_cause(other)), ""
    if not place:
        return told, ""
    return f"half a surrogate pair is no text: {MEND_HALVES} - at `$.{place}`", place


def _marked(value: object, place: str) -> Iterator[str]:
    """The places of texts with a mark."""
    match value:
        case str() if MARK in value:
            yield place
        case dict():
            for name, one in value.items():
                if isinstance(name, str) and MARK in name:
                    yield place
                yield from _marked(one, f"{place}.{name}" if place else str(name))
        case list():
            for index, one in enumerate(value):
                yield from _marked(one, f"{place}[{index}]")


# JSON that breaks off, or holds what is no JSON.


def _fields_in_front(data: bytes) -> Iterator[tuple[str, Any]]:
    """The fields before the place that cannot be read."""
    text = data[:READ_ANYHOW_BYTES].decode("utf-8", "replace")
    try:
        at = _step(text, 0, "{")
        while True:
            name, at = _READ(text, _step(text, at, ""))
            value, at = _READ(text, _step(text, _step(text, at, ":"), ""))
            yield name, value
            at = _step(text, at, ",")
    except (ValueError, RecursionError):
        return


_READ = json.JSONDecoder(strict=False).raw_decode
_SPACE = re.compile(r"[ \t\r\n]*")


def _step(text: str, at: int, expected: str) -> int:
    """Past white space and what is expected there; raises ValueError."""
    space = _SPACE.match(text, at)
    at = space.end() if space else at
    if not text.startswith(expected, at):
        raise ValueError(f"no {expected!r} at {at}")
    return at + len(expected)
