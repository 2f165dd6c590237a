"""What is wrong with bytes that are no message: whom to answer, where, and why."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec.structs import replace

from schema.errors import ErrorCode
from schema.messages import Call, Details, Error, ProposeDelta
from schema.server_limits import READ_ANYHOW_BYTES
from schema.text.text_rules import in_words
from server.encoding.unreadable_bytes import (
    MARK,
    mended_halves,
    mended_texts,
    no_number_at,
    places_of_mark,
    with_mark,
)

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
        project: str | None = None,
        gesture: str | None = None,
    ) -> None:
        super().__init__(text)
        self.id = message_id
        self.code = code
        self.details = details or {}
        self.is_noise = is_noise
        self.project = project
        """Of the delta that it was to be."""
        self.gesture = gesture
        """What that delta would have ended (rule G2)."""

    def as_answer(self) -> Error:
        """The error that is sent."""
        return Error(self.id, self.code, str(self), None, self.details)


class MessageHeader(msgspec.Struct):
    """Whom to answer: nothing else is built, as what is no message may be made to take memory."""

    t: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)
    id: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)
    project: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)
    gesture: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)
    values: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)


NO_VALUES = (b"", b"null", b"\xc0")
"""Of a gesture that is given up."""


@dataclass(frozen=True, slots=True)
class UnreadableMessage:
    """What is known of a message without reading it, which costs a tenth; None: it has no such."""

    name: str | None = None
    id: str | None = None
    project: str | None = None
    gesture: str | None = None
    has_values: bool = False


@dataclass(frozen=True)
class Explainer:
    """Of one subprotocol. `decode`: to a message; `read`: to anything.

    `fields_in_front`: those of a message that can be read although it is damaged behind them.
    """

    decode: Callable[[bytes], object]
    read_header: Callable[[bytes], MessageHeader]
    read: Callable[[bytes], Any]
    fields_in_front: Callable[[bytes], Iterator[tuple[str, object]]]

    def explain(self, data: bytes, error: Exception) -> BadMessage:
        """What was wrong with bytes that `decode` could not read.

        A client that cuts a text in the middle of a character sends half a surrogate pair, one with
        another encoding no UTF-8: a mark in its place lets the rest be read.
        """
        mended = _mended(data, error, self.decode)
        unread = self.look_at(mended)
        explained = self._explained(data, mended, error, unread)
        if unread.name == "delta":
            explained.project, explained.gesture = unread.project, unread.gesture
        return explained

    def _explained(
        self, data: bytes, mended: bytes, error: Exception, unread: UnreadableMessage
    ) -> BadMessage:
        name, message_id = unread.name and unread.name.replace(MARK, SHOWN_MARK), unread.id
        reason, path = in_words(_cause(error)), ""
        if (at := no_number_at(data, error)) is not None:
            mended = with_mark(mended, at) if mended == data else b""
            path = self._place_of_mark(mended)
            reason = f"{NO_NUMBER} - at `$.{path}`" if path else NO_NUMBER
        elif mended != data and name is not None:
            reason, path = _marked(error, reason, lambda: self._places_of_mark(self.decode(mended)))
        if name is None:
            return BadMessage(f"not a message: {reason}", message_id, is_noise=True)
        if name == "call" and isinstance(error, RecursionError):
            path = "params.params"  # nothing else of a call holds anything
        return _placed(name, reason, path or _path_in(reason), message_id)

    def _place_of_mark(self, mended: bytes) -> str:
        """Where a text stands in the place of a number; empty if something else is wrong before."""
        try:
            return next(self._places_of_mark(self.decode(mended)), "")
        except UNREADABLE as error:
            reason = _cause(error)
            return _path_in(reason) if "got `str`" in reason else ""

    def look_at(self, data: bytes) -> UnreadableMessage:
        """The name and the ids of a message, as far as they can be read."""
        fields: dict[str, object]
        try:
            header = self.read_header(data)
            fields = {
                name: self._short(getattr(header, name)) for name in MessageHeader.__struct_fields__
            }
            fields["values"] = bytes(header.values) not in NO_VALUES
        except UNREADABLE:
            fields = dict(self.fields_in_front(data))
        name = fields.get("t")
        return UnreadableMessage(
            name if isinstance(name, str) else None,
            _id(fields.get("id")),
            _id(fields.get("project")),
            _id(fields.get("gesture")),
            bool(fields.get("values")),
        )

    def _short(self, raw: msgspec.Raw) -> object:
        data = bytes(raw)
        try:
            return self.read(data) if 0 < len(data) <= 512 else None
        except UNREADABLE:  # the other fields can be read all the same
            return None

    def _places_of_mark(self, message: object) -> Iterator[str]:
        if isinstance(message, Call):
            yield from places_of_mark({n: getattr(message, n) for n in _BESIDE_IN_A_CALL}, "")
            params = bytes(message.params)
            short = len(params) <= READ_ANYHOW_BYTES
            yield from places_of_mark(self.read(params) if params and short else MARK, "params")
        elif isinstance(message, ProposeDelta):
            yield from places_of_mark(msgspec.to_builtins(replace(message, ops=[])), "")
            yield from _places_in_ops(message.ops)
        else:
            yield from places_of_mark(msgspec.to_builtins(message), "")


def _places_in_ops(ops: Sequence[object]) -> Iterator[str]:
    """An op is only walked through if its bytes have a mark: thousands have none."""
    mark = MARK.encode()
    for index, op in enumerate(ops):
        if mark in msgspec.msgpack.encode(op):
            yield from places_of_mark(msgspec.to_builtins(op), f"ops[{index}]")


NO_NUMBER = "NaN and infinity are no numbers in JSON: send null, or leave it out"

HALF = "half a surrogate pair is no text: toWellFormed() of JavaScript mends it"

NOT_UTF8 = "the text is not UTF-8"

SHOWN_MARK = "\ufffd"
"""In a sentence that repeats a name: Unicode's own sign for what could not be read."""


def explain_params(data: bytes, error: Exception, decode: Callable[[bytes], object]) -> BadMessage:
    """What was wrong with the parameters of a call, which `decode` could not read (rule C3)."""
    reason, path = in_words(_cause(error)), ""
    mended = _mended(data, error, decode)
    if mended != data:
        reason, path = _marked(
            error, reason, lambda: places_of_mark(_with_unknown_fields(decode(mended)), "")
        )
    path = path or _path_in(reason)
    if _OF_A_FIELD.match(reason) and path.rpartition(".")[2] in _BESIDE_PARAMS:
        name = path.rpartition(".")[2]
        reason = f"`{name}` is no parameter: it stands in the message, beside `method`"
    return BadMessage(reason, None, ErrorCode.VALIDATION, _field(path or "params"))


_BESIDE_IN_A_CALL = tuple(name for name in Call.__struct_fields__ if name != "params")

_BESIDE_PARAMS = frozenset(Call.__struct_fields__) - {"id"}
"""What is no parameter, but a field of the message; many things have an id."""


def _with_unknown_fields(params: object) -> object:
    """Plain values; what is read later, as the parameters within a batch, by whether it is marked.

    A call of a batch tells its own mistakes when it is read.
    """
    plain: object = msgspec.to_builtins(
        params, enc_hook=lambda raw: MARK if MARK.encode() in bytes(raw) else None
    )
    return plain


def _placed(name: str, reason: str, path: str, message_id: str | None) -> BadMessage:
    """By the place it is a mistake of an op, of a call's parameter, or of the message."""
    if path == "t":
        text = f"there is no message {name[:32]!r}"
        return BadMessage(text, message_id, ErrorCode.UNKNOWN_MESSAGE)
    text = f"{name[:32]}: {reason}"
    in_op = _IN_OP.match(path) if name == "delta" else None
    if in_op is not None:
        details = _field(_property(path)) | {"op": int(in_op[1])}
        return BadMessage(text, message_id, ErrorCode.OP_INVALID, details)
    details = _field(_property(path))
    if name == "call" and (path == "params" or path.startswith("params.")):
        return BadMessage(text, message_id, ErrorCode.VALIDATION, details)
    return BadMessage(text, message_id, ErrorCode.BAD_MESSAGE, details)


def _id(value: object) -> str | None:
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def _field(path: str) -> Details:
    return {"field": path} if path else {}


def _property(path: str) -> str:
    """Of a message, a call's parameters, an op or a gesture: the field, or the property."""
    if _IN_LEAVES.match(path):
        return "params"  # no other property is a map
    whole = re.split(r"[.\[]", path, maxsplit=1)[0]
    return _WITHIN.sub("", path).partition("[...]")[0] or whole


_ID = re.compile(f"[^{MARK}]{{1,64}}", re.DOTALL)
_IN_OP = re.compile(r"ops\[(\d+)\]")
_IN_LEAVES = re.compile(
    r"(?:ops\[\d+\]|values\[\.\.\.\])\.(?:props|entity|expect)\[\.\.\.\]\[\.\.\.\]"
)
_WITHIN = re.compile(
    r"^(params\.|(?:ops\[\d+\]|values\[\.\.\.\])\.?(?:(?:props|entity|expect)\.)?)"
)
"""What stands in front of the name of a parameter, or of a property of an op."""


def _cause(error: Exception) -> str:
    match error:
        case RecursionError():
            return "it is nested too deep"
        case UnicodeDecodeError():
            return NOT_UTF8
    return str(error)


def _path_in(reason: str) -> str:
    """Where it is wrong, as msgspec says it: `ops[0].order`; empty: it does not say.

    Of a field that is missing or unknown it is that field's place, not that of what holds it.
    """
    path = ""
    while (match := _AT.search(reason)) is not None:  # the outer struct's place is the last
        inner = match[2] + ("[...]" if match[1] else "")
        path = f"{path}.{inner}" if path and inner else path or inner
        reason = reason[: match.start()].removesuffix(" - ")
    field = _OF_A_FIELD.match(reason)
    if field is None:
        return path
    return f"{path}.{field[1]}" if path else field[1]


_AT = re.compile(r"at (`key` in )?`\$\.?([^`]*)`$")
_OF_A_FIELD = re.compile(
    r"Object (?:missing required|contains unknown) field `(.*?)`(?: - at `[^`]*`)?$", re.DOTALL
)


def _mended(data: bytes, error: Exception, decode: Callable[[bytes], object]) -> bytes:
    """With a mark for each text, or half a character, that no text holds."""
    mended = mended_halves(data)
    return mended_texts(mended, decode) if isinstance(error, UnicodeDecodeError) else mended


def _marked(error: Exception, reason: str, places: Callable[[], Iterator[str]]) -> tuple[str, str]:
    """What is said of texts that were marked, and the place of the first."""
    text = error.object if isinstance(error, UnicodeDecodeError) else b""
    said = NOT_UTF8 if text and mended_halves(text) == text else HALF
    try:
        path = next(places(), "")
    except UNREADABLE as other:  # that is not all that is wrong, or it is a name
        return in_words(_cause(other)).replace(MARK, SHOWN_MARK), ""
    return (f"{said} - at `$.{path}`", path) if path else (reason, "")
