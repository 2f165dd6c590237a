"""A WebSocket client for load: one asyncio.Protocol per connection, no tasks, no queues."""

import asyncio
import base64
import hashlib
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from loadtest.bare.frames import BINARY, CLOSE, PING, PONG, Messages, Opcode, Receiver, frame

if TYPE_CHECKING:
    from collections.abc import Callable

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
OPEN_SECONDS = 30.0


class HandshakeFailed(Exception):
    """The server did not answer as a WebSocket server; the message has what it said."""


class BareConnection(asyncio.Protocol):
    """An open WebSocket. What arrives goes to `receiver`, which may be replaced at any time.

    `on_lost` is called once when the connection is gone, with `close_code` known if one came.
    """

    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver
        self.on_lost: Callable[[BareConnection], None] | None = None
        self.is_open = False
        self.close_code: int | None = None
        self.subprotocol = ""
        self._transport: asyncio.Transport | None = None
        self._said_goodbye = False
        self._head = b""
        self._accept = b""
        self._opened_future: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    # What callers use.

    def send(self, data: bytes) -> None:
        """Send bytes that are whole frames already."""
        if self._transport is not None:
            self._transport.write(data)

    def send_message(self, payload: bytes, opcode: Opcode = BINARY) -> None:
        """Send one message."""
        self.send(frame(payload, opcode))

    @property
    def unsent_bytes(self) -> int:
        """What the socket has not taken yet."""
        return 0 if self._transport is None else self._transport.get_write_buffer_size()

    @property
    def fileno(self) -> int:
        """The socket, for those who read it themselves; -1 when it is gone."""
        if self._transport is None:
            return -1
        return int(self._transport.get_extra_info("socket").fileno())

    def pause_reading(self) -> None:
        """Leave what comes in the socket."""
        if self._transport is not None:
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Read on."""
        if self._transport is not None:
            self._transport.resume_reading()

    def close(self, code: int = 1000) -> None:
        """Say goodbye; the server then ends the connection."""
        self._send_close(code.to_bytes(2, "big"))

    def abort(self) -> None:
        """Cut the connection off."""
        if self._transport is not None:
            self._transport.abort()

    def control(self, opcode: Opcode, payload: bytes) -> None:
        """Answer a ping and note a close: the `on_control` of a `Messages` receiver."""
        if opcode == PING:
            self.send_message(payload, PONG)
        elif opcode == CLOSE:
            self.close_code = int.from_bytes(payload[:2], "big") if payload else 1005
            self._send_close(payload[:2])

    def _send_close(self, payload: bytes) -> None:
        if not self._said_goodbye:
            self._said_goodbye = True
            self.send_message(payload, CLOSE)

    # The handshake.

    async def shake_hands(
        self, url: str, subprotocol: str, headers: Mapping[str, str] | None = None
    ) -> None:
        """Send the request and wait for the answer; raises `HandshakeFailed`."""
        parts = urlsplit(url)
        key = base64.b64encode(os.urandom(16))
        self._accept = base64.b64encode(hashlib.sha1(key + GUID).digest())
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: {parts.netloc}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {key.decode()}",
        ]
        if subprotocol:
            lines.append(f"Sec-WebSocket-Protocol: {subprotocol}")
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        self.send("\r\n".join([*lines, "", ""]).encode())
        await self._opened_future

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """TCP is there."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Bytes of the handshake's answer, then of frames."""
        if self.is_open:
            self.receiver.received(data)
            return
        self._head += data
        head, end, rest_of_bytes = self._head.partition(b"\r\n\r\n")
        if not end or self._opened_future.done():
            return
        problem = self._read_answer(head)
        if problem:
            self._opened_future.set_exception(HandshakeFailed(problem))
            self.abort()
            return
        self.is_open = True
        self._head = b""
        self._opened_future.set_result(None)
        if rest_of_bytes:
            self.receiver.received(rest_of_bytes)

    def connection_lost(self, exc: Exception | None) -> None:
        """TCP is gone."""
        self._transport = None
        self.is_open = False
        if not self._opened_future.done():
            self._opened_future.set_exception(
                HandshakeFailed(str(exc or "the connection was lost"))
            )
        elif self.on_lost is not None:
            self.on_lost(self)

    def _read_answer(self, head: bytes) -> str:
        status, *lines = head.split(b"\r\n")
        if b" 101 " not in status:
            return status.decode("latin-1")
        headers = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(b":") for line in lines)
        }
        if headers.get(b"sec-websocket-accept") != self._accept:
            return "the answer is to another handshake"
        self.subprotocol = headers.get(b"sec-websocket-protocol", b"").decode("latin-1")
        return ""


async def connect(
    url: str,
    receiver: Receiver | None = None,
    subprotocol: str = "",
    seconds: float = OPEN_SECONDS,
    headers: Mapping[str, str] | None = None,
) -> BareConnection:
    """Open ws://host:port/path; raises `HandshakeFailed`, `OSError` or `TimeoutError`.

    Without a receiver, a `Messages` that drops what it decodes: replace `on_message`.
    """
    parts = urlsplit(url)
    loop = asyncio.get_running_loop()
    ignoring = receiver or Messages(lambda _: None)
    async with asyncio.timeout(seconds):
        _, connection = await loop.create_connection(
            lambda: BareConnection(ignoring), parts.hostname or "", parts.port or 80
        )
        if isinstance(ignoring, Messages):
            ignoring.on_control = connection.control
        try:
            await connection.shake_hands(url, subprotocol, headers)
        except BaseException:
            connection.abort()
            raise
    return connection
