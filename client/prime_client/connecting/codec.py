"""The two encodings of `prime.v1`: maps to frames and back, within bounds."""

import base64
import json
import zlib
from typing import Any, Literal, Protocol

import msgpack

Message = dict[str, Any]
Frame = bytes | str
CodecName = Literal["msgpack", "json"]

MAX_FRAME_BYTES = 64 << 20
"""A state comes in parts of 128 KiB; this leaves room for whatever a later version sends."""

MAX_STATE_BYTES = 256 << 20
"""A project state unpacked: ten times the largest that the protocol allows."""


class BadFrame(Exception):
    """The server sent something that is no message."""


class Codec(Protocol):
    """One encoding: of messages, and of the project state inside `state` messages."""

    name: CodecName
    subprotocol: str

    def encode(self, message: Message) -> Frame: ...

    def decode(self, frame: Frame) -> Message: ...

    def decode_state(self, data: bytes) -> Any: ...


class MsgpackCodec:
    """Binary frames."""

    name: CodecName = "msgpack"
    subprotocol = "prime.v1.msgpack"

    def encode(self, message: Message) -> Frame:
        packed_message: bytes = msgpack.packb(message)
        return packed_message

    def decode(self, frame: Frame) -> Message:
        if isinstance(frame, str):
            raise BadFrame("a text frame, where binary ones were agreed on")
        return _message(_unpack(frame))

    def decode_state(self, data: bytes) -> Any:
        return _unpack(_inflate(data))


class JsonCodec:
    """Text frames."""

    name: CodecName = "json"
    subprotocol = "prime.v1.json"

    def encode(self, message: Message) -> Frame:
        return json.dumps(message, separators=(",", ":"), allow_nan=False, default=_base64)

    def decode(self, frame: Frame) -> Message:
        if isinstance(frame, bytes):
            raise BadFrame("a binary frame, where text ones were agreed on")
        return _message(_parse(frame))

    def decode_state(self, data: bytes) -> Any:
        return _parse(_inflate(data))


def codec_named(name: CodecName) -> Codec:
    """The codec of that name."""
    return MsgpackCodec() if name == "msgpack" else JsonCodec()


def _unpack(data: bytes) -> Any:
    # A header may claim any length; nothing can be longer than the bytes that follow it.
    bound = len(data)
    try:
        return msgpack.unpackb(
            data,
            strict_map_key=True,
            max_str_len=bound,
            max_bin_len=bound,
            max_array_len=bound,
            max_map_len=bound,
            max_ext_len=0,
        )
    except (ValueError, TypeError, RecursionError, msgpack.UnpackException) as error:
        raise BadFrame(f"not msgpack: {error}") from error


def _parse(text: bytes | str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadFrame(f"not JSON: {error}") from error


def _message(value: Any) -> Message:
    if not isinstance(value, dict) or not isinstance(value.get("t"), str):
        raise BadFrame("a message without a name")
    return value


def _inflate(data: bytes) -> bytes:
    inflater = zlib.decompressobj()
    try:
        inflated = inflater.decompress(data, MAX_STATE_BYTES)
    except zlib.error as error:
        raise BadFrame(f"a state that cannot be unpacked: {error}") from error
    if not inflater.eof:
        raise BadFrame(f"a state that is cut off, or over {MAX_STATE_BYTES} bytes")
    return inflated


def _base64(value: object) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    raise TypeError(f"{type(value).__name__} cannot be sent")
