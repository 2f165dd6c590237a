"""The two encodings of `prime.v1`: typed decoding in one pass, and frames that are built once."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, get_args

import msgspec
from websockets.frames import Opcode

from rooms.effects import Packet
from schema.columns.stored_json import with_floats
from schema.messages import (
    SUBPROTOCOL_JSON,
    SUBPROTOCOL_MSGPACK,
    ClientMessage,
    ServerMessage,
)
from server.encoding.allowed_words import with_allowed
from server.encoding.decode_errors import (
    BadMessage,
    Explainer,
    MessageHeader,
    OpsUnread,
    UnreadableMessage,
    explain_params,
)
from server.encoding.exact_places import plain_json
from server.encoding.packed_in_front import packed_fields_in_front
from server.encoding.plain_words import in_plain_words
from server.encoding.reasons import UNREADABLE
from server.encoding.unreadable_bytes import fields_in_front

__all__ = [
    "CODECS",
    "FINAL",
    "JSON",
    "MSGPACK",
    "BadMessage",
    "Codec",
    "UnreadableMessage",
    "frame_header",
]


FINAL = 0x80

MESSAGE_KINDS: dict[str, type[msgspec.Struct]] = {
    str(kind.__struct_config__.tag): kind for kind in get_args(ClientMessage)
}
"""Name of a message from a client -> what it holds."""


def frame_header(first_byte: int, payload: bytes) -> bytes:
    """Of a whole message from a server, which is not masked (RFC 6455, 5.2)."""
    length = len(payload)
    if length < 126:
        return bytes((first_byte, length))
    if length < 65_536:
        return bytes((first_byte, 126, length >> 8, length & 0xFF))
    return bytes((first_byte, 127)) + length.to_bytes(8, "big")


@dataclass(frozen=True)
class Codec:
    """One subprotocol; `opcode` is the kind of frame it uses (rule E5)."""

    name: str
    opcode: Opcode
    encoder: Any
    decoder: Any
    explainer: Explainer
    converter: Any = field(repr=False)

    @cached_property
    def first_byte(self) -> int:
        """Of a frame that is a whole message (RFC 6455, 5.2)."""
        return FINAL | self.opcode

    def encode(self, message: object) -> bytes:
        """A message, or any part of one, as bytes; a whole number too large for them as a float."""
        try:
            encoded: bytes = self.encoder.encode(message)
        except OverflowError:
            encoded = self.encoder.encode(with_floats(message))
        return encoded

    def decode(self, data: bytes) -> ClientMessage:
        """Bytes from a client as a message; raises `BadMessage` (rule E1)."""
        try:
            message: ClientMessage = self.decoder.decode(data)
        except UNREADABLE as error:
            problem = self.explainer.explain(data, error)
            kind = MESSAGE_KINDS.get(self.look_at(data).name or "")
            raise (problem if kind is None else with_allowed(problem, kind)) from None
        return message

    def look_at(self, data: bytes) -> UnreadableMessage:
        """What is known of a message from a client without reading it."""
        return self.explainer.look_at(data)

    def params(self, raw: msgspec.Raw, kind: type[msgspec.Struct]) -> Any:
        """The parameters of a call; raises `BadMessage` (rule C3)."""
        try:
            return self.converter(bytes(raw) or self.encode({}), type=kind)
        except UNREADABLE as error:
            problem = explain_params(
                bytes(raw), error, lambda data: self.converter(data, type=kind), self.converter
            )
            raise in_plain_words(with_allowed(problem, kind), kind) from None

    def frame(self, packet: Packet) -> bytes:
        """The packet as one WebSocket frame, built at the first call and kept."""
        frame = packet.frames.get(self.name)
        if frame is None:
            frame = packet.frames[self.name] = self.frame_of(packet.message)
        return frame

    def frame_of(self, message: ServerMessage) -> bytes:
        """One message as one WebSocket frame."""
        payload = self.encode(message)
        return frame_header(self.first_byte, payload) + payload

    @staticmethod
    def payload_of(frame: bytes) -> bytes:
        """What is in a frame of a server, which is not masked (RFC 6455, 5.2)."""
        return frame[{126: 4, 127: 10}.get(frame[1], 2) :]


MSGPACK = Codec(
    SUBPROTOCOL_MSGPACK,
    Opcode.BINARY,
    msgspec.msgpack.Encoder(),
    msgspec.msgpack.Decoder(ClientMessage),
    Explainer(
        msgspec.msgpack.Decoder(ClientMessage).decode,
        msgspec.msgpack.Decoder(MessageHeader).decode,
        msgspec.msgpack.decode,
        packed_fields_in_front,
        msgspec.msgpack.Decoder(OpsUnread).decode,
        msgspec.msgpack.decode,
    ),
    msgspec.msgpack.decode,
)
JSON = Codec(
    SUBPROTOCOL_JSON,
    Opcode.TEXT,
    msgspec.json.Encoder(),
    msgspec.json.Decoder(ClientMessage),
    Explainer(
        msgspec.json.Decoder(ClientMessage).decode,
        msgspec.json.Decoder(MessageHeader).decode,
        msgspec.json.decode,
        fields_in_front,
        msgspec.json.Decoder(OpsUnread).decode,
        plain_json,
    ),
    msgspec.json.decode,
)
CODECS = {codec.name: codec for codec in (MSGPACK, JSON)}
"""By the name of the subprotocol."""
