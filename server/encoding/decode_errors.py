"""What is wrong with bytes that are no message: whom to answer, where, and why."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, get_args

import msgspec
from msgspec.structs import replace

from schema.errors import ErrorCode
from schema.messages import Call, ClientMessage, Details, Error, ProposeDelta
from schema.server_limits import READ_ANYHOW_BYTES
from schema.text.text_rules import in_words
from server.encoding.reasons import (
    NO_NUMBER,
    OF_A_FIELD,
    SHOWN_MARK,
    UNREADABLE,
    cause,
    exact,
    marked,
    path_in,
    said_of_mark,
    with_marks,
)
from server.encoding.repeated_words import repeated, repeated_place
from server.encoding.unreadable_bytes import MARK, no_number_at, places_of_mark, with_mark


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
        super().__init__(repeated(text))
        self.id = message_id
        self.code = code
        self.details: Details = dict(details or {})
        if isinstance(field := self.details.get("field"), str):
            self.details["field"] = repeated_place(field)
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


class OpsUnread(msgspec.Struct):
    """The ops of a delta, none of them read."""

    ops: list[msgspec.Raw] = []


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

    `read_plain`: to anything, though numbers may be too large. `fields_in_front`: those of a
    message that can be read although it is damaged behind them.
    """

    decode: Callable[[bytes], object]
    read_header: Callable[[bytes], MessageHeader]
    read: Callable[[bytes], Any]
    fields_in_front: Callable[[bytes], Iterator[tuple[str, object]]]
    read_ops: Callable[[bytes], OpsUnread]
    read_plain: Callable[[bytes], Any]

    def explain(self, data: bytes, error: Exception) -> BadMessage:
        """What was wrong with bytes that `decode` could not read.

        A client that cuts a text in the middle of a character sends half a surrogate pair, one with
        another encoding no UTF-8: a mark in its place lets the rest be read.
        """
        mended = with_marks(data, error, self.decode)
        unread = self.look_at(mended)
        explained = self._explained(data, mended, error, unread)
        if unread.name == "delta":
            explained.project, explained.gesture = unread.project, unread.gesture
        return explained

    def _explained(
        self, data: bytes, mended: bytes, error: Exception, unread: UnreadableMessage
    ) -> BadMessage:
        name, message_id = unread.name and unread.name.replace(MARK, SHOWN_MARK), unread.id
        reason, path = in_words(cause(error)), ""
        if (at := no_number_at(data, error)) is not None:
            mended = with_mark(mended, at) if mended == data else b""
            path = self._place_of_mark(mended)
            reason = f"{NO_NUMBER} - at `$.{path}`" if path else NO_NUMBER
        elif mended != data and MARK in (unread.name or ""):
            reason = f"not a message: {said_of_mark(error)} - at `$.t`"
            return BadMessage(reason, message_id, details=_field("t"), is_noise=True)
        elif mended != data and name is not None:
            reason, path = marked(
                error,
                reason,
                lambda: self._places_of_mark(self.decode(mended)),
                lambda path: self._plain(mended, path),
            )
        if name is None:
            return BadMessage(f"not a message: {reason}", message_id, is_noise=True)
        reason, path = exact(reason, path, lambda path: self._plain(mended, path))
        if name == "call" and isinstance(error, RecursionError):
            path = "params.params"  # nothing else of a call holds anything
        return _placed(name, reason, path, message_id)

    def _place_of_mark(self, mended: bytes) -> str:
        """Where a text stands in the place of a number; empty if something else is wrong before."""
        try:
            return next(self._places_of_mark(self.decode(mended)), "")
        except UNREADABLE as error:
            reason = cause(error)
            return path_in(reason) if "got `str`" in reason else ""

    def _plain(self, data: bytes, path: str) -> Any:
        """A message as plain values; of a long delta the op that a path leads to. None: neither."""
        in_op = _IN_OP.match(path)
        try:
            if len(data) <= READ_ANYHOW_BYTES:
                return self.read_plain(data)
            if in_op is not None:
                index = int(in_op[1])
                op = bytes(self.read_ops(data).ops[index])
                return {"ops": {index: self.read_plain(op[:READ_ANYHOW_BYTES])}}
            header = self.read_header(data)
            return {"id": self._short(header.id), "project": self._short(header.project)}
        except (*UNREADABLE, ValueError, LookupError):
            return None

    def look_at(self, data: bytes) -> UnreadableMessage:
        """The name and the ids of a message, as far as they can be read."""
        fields: dict[str, object]
        try:
            header = self.read_header(data)
            fields = {
                name: self._short(getattr(header, name)) for name in MessageHeader.__struct_fields__
            }
            fields["t"] = self._any(header.t)  # a name that does not exist may be of any length
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
        return self._any(raw) if len(bytes(raw)) <= 512 else None

    def _any(self, raw: msgspec.Raw) -> object:
        data = bytes(raw)
        try:
            return self.read(data) if data else None
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


def explain_params(
    data: bytes,
    error: Exception,
    decode: Callable[[bytes], object],
    read: Callable[[bytes], Any],
) -> BadMessage:
    """What was wrong with the parameters of a call, which `decode` could not read (rule C3)."""

    def plain(_: str) -> Any:
        try:
            return read(mended) if len(mended) <= READ_ANYHOW_BYTES else None
        except UNREADABLE:
            return None

    reason, path = in_words(cause(error)), ""
    mended = with_marks(data, error, decode)
    if mended != data:
        reason, path = marked(
            error, reason, lambda: places_of_mark(_with_unknown_fields(decode(mended)), ""), plain
        )
    reason, path = exact(reason, path, plain)
    if path == "[...]":  # a key, of which no more can be told
        path = ""
    if OF_A_FIELD.match(reason) and path.rpartition(".")[2] in _BESIDE_PARAMS:
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
        if name in _NAMES:
            text = f"two different `t` stand in one message; the last is {name!r}"
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
    r"(?:ops\[\d+\]|values\[\.\.\.\])\.(?:props|entity|expect)"
    r"(?:\[\.\.\.\]\[\.\.\.\]|\.params\.)"
)
_WITHIN = re.compile(
    r"^(params\.|(?:ops\[\d+\]|values\[\.\.\.\])\.?(?:(?:props|entity|expect)\.)?)"
)
"""What stands in front of the name of a parameter, or of a property of an op."""
_NAMES = frozenset(str(kind.__struct_config__.tag) for kind in get_args(ClientMessage))
"""Of messages from clients."""
