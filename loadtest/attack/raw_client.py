"""A client without an SDK: bytes and maps as an attacker writes them, and no manners."""

import asyncio
import base64
import itertools
import os
import ssl
from collections import deque
from collections.abc import Mapping
from typing import Any, Self, cast
from urllib.parse import urlsplit

import msgpack

from loadtest.bare.frames import BINARY, CLOSE, FIN, MASK, MASKED, PING, PONG, TEXT, Opcode, frame

MSGPACK = "prime.v1.msgpack"
JSON = "prime.v1.json"

PATIENCE = 20.0
"""Seconds that any answer may take: a server that takes longer is held up, or gone."""

MAX_FRAME = 64 << 20
"""A longer frame is not read: no message of Prime comes near."""

Message = dict[str, Any]


class ConnectionClosed(Exception):
    """The server ended the connection. `code`: of its close frame; None: it sent none."""

    def __init__(self, code: int | None) -> None:
        super().__init__(f"closed with {code}" if code is not None else "cut off")
        self.code = code


class NoHandshake(Exception):
    """The server answered the request with another status; 0: with nothing."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}" if status else "no answer to the handshake")
        self.status = status


class RawClient:
    """One connection. What comes while something else is waited for is kept in `received`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.received: deque[Message] = deque(maxlen=10_000)
        self.close_code: int | None = None
        self.largest_frame = 0
        self._reader = reader
        self._writer = writer
        self._ids = itertools.count(1)

    # Coming and going.

    @classmethod
    async def open(
        cls, url: str, headers: Mapping[str, str] | None = None, protocol: str = MSGPACK
    ) -> Self:
        """Shake hands; raises `NoHandshake`, `OSError` or `TimeoutError`."""
        wire = await cls.dial(url)
        try:
            async with asyncio.timeout(PATIENCE):
                wire.write(handshake(url, headers or {}, protocol))
                status = await wire.status()
        except BaseException:
            wire.cut()
            raise
        if status != 101:
            wire.cut()
            raise NoHandshake(status)
        return wire

    @classmethod
    async def dial(cls, url: str) -> Self:
        """Only the TCP (or TLS) connection."""
        parts = urlsplit(url)
        tls = ssl.create_default_context() if parts.scheme == "wss" else None
        port = parts.port or (443 if tls else 80)
        async with asyncio.timeout(PATIENCE):
            return cls(*await asyncio.open_connection(parts.hostname, port, ssl=tls))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.cut()

    def cut(self) -> None:
        """End without a word."""
        self._writer.transport.abort()

    def stop_reading(self) -> None:
        """Leave what comes in the socket, from now on."""
        cast("asyncio.Transport", self._writer.transport).pause_reading()

    async def status(self) -> int:
        """Of the answer to a request; 0 if the server said nothing."""
        try:
            head = await self._reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            return 0
        status_line = head.split(b" ", 2)
        return int(status_line[1]) if len(status_line) > 1 and status_line[1].isdigit() else 0

    # Out.

    def write(self, data: bytes) -> None:
        """Bytes as they are; what the socket does not take waits here."""
        if not self._writer.transport.is_closing():
            self._writer.write(data)

    async def flush(self) -> None:
        """Wait until the socket has taken nearly all, or is gone."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self._writer.drain()
        except (ConnectionError, TimeoutError):
            pass

    def send(self, message: object) -> None:
        """One message, in one frame."""
        self.write(frame(msgpack.packb(message)))

    def send_frame(self, payload: bytes, opcode: Opcode = BINARY) -> None:
        """One frame of any kind."""
        self.write(frame(payload, opcode))

    def send_piece(self, payload: bytes, opcode: Opcode, *, is_last: bool) -> None:
        """A fragment of less than 126 bytes."""
        head = bytes(((FIN if is_last else 0) | opcode, MASKED | len(payload)))
        self.write(head + MASK + payload)

    # In.

    async def next(self) -> Message:
        """The next message as it comes; raises `ConnectionClosed` or `TimeoutError`."""
        async with asyncio.timeout(PATIENCE):
            while True:
                opcode, payload = await self._frame()
                if opcode in (BINARY, TEXT):
                    message: Message = msgpack.unpackb(payload, strict_map_key=False)
                    return message
                if opcode == PING:
                    self.send_frame(payload, PONG)

    async def until(self, **fields: object) -> Message:
        """The next message that has these fields; what comes before it is kept in `received`."""
        while True:
            message = await self.next()
            if all(message.get(name) == value for name, value in fields.items()):
                return message
            if message["t"] != "tick":
                self.received.append(message)

    async def closed(self) -> int | None:
        """Read until the server ends the connection; the code it gave."""
        try:
            while True:
                self.received.append(await self.next())
        except ConnectionClosed as closed:
            return closed.code

    async def _frame(self) -> tuple[Opcode, bytes]:
        try:
            first_byte, second_byte = await self._reader.readexactly(2)
            size = second_byte & 0x7F
            if size >= 126:
                width = 2 if size == 126 else 8
                size = int.from_bytes(await self._reader.readexactly(width), "big")
            if size > MAX_FRAME:
                raise ConnectionClosed(None)
            payload = await self._reader.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError) as gone:
            raise ConnectionClosed(self.close_code) from gone
        self.largest_frame = max(self.largest_frame, size)
        if first_byte & 0x0F == CLOSE:
            self.close_code = int.from_bytes(payload[:2], "big") if payload else 1005
            self.send_frame(payload[:2], CLOSE)
            raise ConnectionClosed(self.close_code)
        return first_byte & 0x0F, payload

    # What every client says.

    def new_id(self) -> str:
        """Never used before on this connection, nor by another one of this run."""
        return f"attack-{os.urandom(4).hex()}-{next(self._ids)}"

    async def hello(self, token: str | None = None, device: str = "a raw client") -> Message:
        """`welcome`, or the error."""
        self.send({"t": "hello", "versions": [1], "device": device, "token": token})
        while (message := await self.next())["t"] not in ("welcome", "error"):
            pass
        return message

    async def call(self, method: str, params: Mapping[str, object]) -> Message:
        """The reply or error to a call."""
        call_id = self.new_id()
        self.send({"t": "call", "id": call_id, "method": method, "params": dict(params)})
        return await self.until(id=call_id)

    async def join(self, project: str) -> Message:
        """`joined` or an error; the state that follows is left to be read."""
        join_id = self.new_id()
        self.send({"t": "join", "id": join_id, "project": project})
        return await self.until(id=join_id)

    def propose(self, project: str, ops: list[Message], **other_fields: object) -> str:
        """Send a delta; its id."""
        delta_id = str(other_fields.pop("id", None) or self.new_id())
        self.send({"t": "delta", "id": delta_id, "project": project, "ops": ops, **other_fields})
        return delta_id

    async def edit(self, project: str, ops: list[Message], **other_fields: object) -> Message:
        """Send a delta, again when it was told to wait; its `ack` or error."""
        delta_id = str(other_fields.pop("id", None) or self.new_id())
        while True:
            self.propose(project, ops, id=delta_id, **other_fields)
            while (answer := await self.until(id=delta_id))["t"] not in ("ack", "error"):
                pass
            if answer.get("code") != "rate_limited":
                return answer
            await asyncio.sleep(answer["details"]["retry_after_ms"] / 1_000)

    async def ping(self) -> None:
        """All that was sent before has been looked at when this returns."""
        time = float(next(self._ids))
        self.send({"t": "ping", "time": time})
        await self.until(t="pong", time=time)


def handshake(url: str, headers: Mapping[str, str], protocol: str = MSGPACK) -> bytes:
    """The request, with headers of one's own beside it or in its place."""
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    all_headers = {
        "Host": parts.netloc,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        "Sec-WebSocket-Protocol": protocol,
        **headers,
    }
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in all_headers.items())]
    return "\r\n".join([*lines, "", ""]).encode()
