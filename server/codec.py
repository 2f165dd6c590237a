"""The two encodings of `prime.v1`: typed decoding in one pass, and frames that are built once."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import msgspec
from websockets.frames import Opcode

from rooms.effects import Packet
from schema.messages import (
    SUBPROTOCOL_JSON,
    SUBPROTOCOL_MSGPACK,
    ClientMessage,
    ServerMessage,
)
from schema.texts import in_words


class BadMessage(Exception):
    """The bytes are no message; the text says where. `id` is the message's, where it had one."""

    def __init__(self, text: str, message_id: str | None = None, *, unknown: bool = False) -> None:
        super().__init__(text)
        self.id = message_id
        self.is_unknown = unknown


class _Header(msgspec.Struct):
    """What can still be read of a message that is none: whom to answer."""

    t: str = ""
    id: str | None = None


FINAL = 0x80


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
    header: Any
    converter: Any = field(repr=False)

    @cached_property
    def first_byte(self) -> int:
        """Of a frame that is a whole message (RFC 6455, 5.2)."""
        return FINAL | self.opcode

    def encode(self, message: object) -> bytes:
        """A message, or any part of one, as bytes."""
        encoded: bytes = self.encoder.encode(message)
        return encoded

    def decode(self, data: bytes) -> ClientMessage:
        """Bytes from a client as a message; raises `BadMessage` (rule E1)."""
        try:
            message: ClientMessage = self.decoder.decode(data)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            raise self._explain(data, error) from None
        return message

    def params(self, raw: msgspec.Raw, kind: type[msgspec.Struct]) -> Any:
        """The parameters of a call; raises `BadMessage` (rule C3)."""
        try:
            return self.converter(bytes(raw) or self.encode({}), type=kind)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            raise BadMessage(in_words(str(error))) from None

    def frame(self, packet: Packet) -> bytes:
        """The packet as one WebSocket frame, built at the first call and kept."""
        frame = packet.frames.get(self.name)
        if frame is None:
            frame = packet.frames[self.name] = self.frame_of(packet.message)
        return frame

    def frame_of(self, message: ServerMessage) -> bytes:
        """One message as one WebSocket frame."""
        payload: bytes = self.encoder.encode(message)
        return frame_header(self.first_byte, payload) + payload

    @staticmethod
    def payload_of(frame: bytes) -> bytes:
        """What is in a frame of a server, which is not masked (RFC 6455, 5.2)."""
        return frame[{126: 4, 127: 10}.get(frame[1], 2) :]

    def _explain(self, data: bytes, error: Exception) -> BadMessage:
        if isinstance(error, RecursionError):
            return BadMessage("the message is nested too deep")
        try:
            header: _Header = self.header.decode(data)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            return BadMessage(f"not a message: {error}")
        unknown = "Invalid value" in str(error) and str(error).endswith("`$.t`")
        text = (
            f"there is no message {header.t[:32]!r}"
            if unknown
            else f"{header.t[:32]}: {in_words(str(error))}"
        )
        message_id = header.id if header.id and len(header.id) <= 64 else None
        return BadMessage(text, message_id, unknown=unknown)


MSGPACK = Codec(
    SUBPROTOCOL_MSGPACK,
    Opcode.BINARY,
    msgspec.msgpack.Encoder(),
    msgspec.msgpack.Decoder(ClientMessage),
    msgspec.msgpack.Decoder(_Header),
    msgspec.msgpack.decode,
)
JSON = Codec(
    SUBPROTOCOL_JSON,
    Opcode.TEXT,
    msgspec.json.Encoder(),
    msgspec.json.Decoder(ClientMessage),
    msgspec.json.Decoder(_Header),
    msgspec.json.decode,
)
CODECS = {codec.name: codec for codec in (MSGPACK, JSON)}
"""By the name of the subprotocol."""
