"""WebSocket framing for load: cheap frames out, and two ways to read what comes in."""

import struct
from collections.abc import Callable
from typing import Protocol

TEXT = 0x1
BINARY = 0x2
CLOSE = 0x8
PING = 0x9
PONG = 0xA

FIN = 0x80
MASKED = 0x80
MASK = b"\0\0\0\0"
"""Masking with zeros changes nothing for us, and costs the server what any mask costs."""

Opcode = int


def frame(payload: bytes, opcode: Opcode = BINARY) -> bytes:
    """A whole message as a client sends it."""
    size = len(payload)
    if size < 126:
        return bytes((FIN | opcode, MASKED | size)) + MASK + payload
    if size < 65_536:
        return struct.pack("!BBH", FIN | opcode, MASKED | 126, size) + MASK + payload
    return struct.pack("!BBQ", FIN | opcode, MASKED | 127, size) + MASK + payload


class Receiver(Protocol):
    """Takes the bytes of one connection as they come."""

    received_bytes: int

    def received(self, data: bytes) -> None: ...


class Messages:
    """Decodes every frame; `on_message` gets whole messages, `on_control` the rest.

    Both may be replaced at any time.
    """

    def __init__(
        self,
        on_message: Callable[[bytes], None],
        on_control: Callable[[Opcode, bytes], None] = lambda _opcode, _payload: None,
    ) -> None:
        self.received_bytes = 0
        self.on_message = on_message
        self.on_control = on_control
        self._unread_bytes = b""
        self._fragments: list[bytes] = []

    def received(self, data: bytes) -> None:
        """The next bytes; frames may begin and end anywhere in them."""
        self.received_bytes += len(data)
        if self._unread_bytes:
            data = self._unread_bytes + data
        at, end = 0, len(data)
        while end - at >= 2:
            body, size = at + 2, data[at + 1]
            if size >= 126:
                width = 2 if size == 126 else 8
                body += width
                if body > end:
                    break
                size = int.from_bytes(data[at + 2 : body], "big")
            if body + size > end:
                break
            head = data[at]
            at = body + size
            self._got_frame(head, data[body:at])
        self._unread_bytes = data[at:]

    def _got_frame(self, head: int, payload: bytes) -> None:
        opcode = head & 0x0F
        if opcode >= CLOSE:
            self.on_control(opcode, payload)
        elif head & FIN and not self._fragments:
            self.on_message(payload)
        else:
            self._fragments.append(payload)
            if head & FIN:
                whole_message = b"".join(self._fragments)
                self._fragments.clear()
                self.on_message(whole_message)


class Headers:
    """Counts data frames by their headers, and skips their payloads.

    With `payload_bytes` only frames of that length count, and the rest are `others`.
    """

    def __init__(self, payload_bytes: int | None = None) -> None:
        self.received_bytes = 0
        self.frames = 0
        self.others = 0
        self._payload_bytes = payload_bytes
        self._unread_bytes = b""
        self._skip = 0

    def received(self, data: bytes) -> None:
        """The next bytes."""
        self.received_bytes += len(data)
        if self._skip >= len(data):
            self._skip -= len(data)
            return
        if self._unread_bytes:
            data = self._unread_bytes + data
        at, end = self._skip, len(data)
        wanted_bytes, frames = self._payload_bytes, 0
        while end - at >= 2:
            size = data[at + 1]
            body = at + (2 if size < 126 else 4 if size == 126 else 10)
            if body > end:
                break
            if size >= 126:
                size = int.from_bytes(data[at + 2 : body], "big")
            if data[at] & 0x0F < CLOSE:
                if wanted_bytes is None or wanted_bytes == size:
                    frames += 1
                else:
                    self.others += 1
            at = body + size
        self.frames += frames
        self._unread_bytes, self._skip = (b"", at - end) if at >= end else (data[at:], 0)
