"""A connection that proposes deltas as fast as they are answered, and keeps no copy."""

import asyncio
import secrets
from collections.abc import Callable
from typing import Any, Self

from prime_client.connecting.codec import Message, codec_named
from prime_client.connecting.connection import Connection
from prime_client.copy.state_ops import Op

OPEN_SECONDS = 10.0


class WriterFailed(Exception):
    """The server said no, or went away."""


class SaturatingWriter:
    """A member of the room of one project."""

    def __init__(self, url: str, token: str | None, project: str, number: int) -> None:
        self._url = url
        self._token = token
        self._project = project
        self._device = f"writer-{number}"
        self._codec = codec_named("msgpack")
        self._is_joined = asyncio.Event()
        self._deltas_left = 0
        self._unanswered = 0
        self._is_done = asyncio.Event()
        self._error = ""

    async def __aenter__(self) -> Self:
        hello = {"t": "hello", "versions": [1], "device": self._device, "token": self._token}
        self._connection = await Connection.open(self._url, self._codec, hello, OPEN_SECONDS)
        self._life = asyncio.create_task(self._connection.run(self._received, self._stay()))
        self._connection.send({"t": "join", "id": "in", "project": self._project})
        async with asyncio.timeout(OPEN_SECONDS):
            await self._is_joined.wait()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._connection.end()
        await asyncio.wait([self._life])

    async def write(self, count: int, op: Callable[[], Op], in_flight: int) -> None:
        """Propose so many deltas of one op each, and wait until all are on disk."""
        self._deltas_left, self._op = count, op
        self._is_done.clear()
        for _ in range(min(in_flight, count)):
            self._propose()
        await self._is_done.wait()
        if self._error:
            raise WriterFailed(self._error)

    def _propose(self) -> None:
        self._deltas_left -= 1
        self._unanswered += 1
        delta: dict[str, Any] = {"t": "delta", "project": self._project, "ops": [self._op()]}
        self._connection.send(delta | {"id": secrets.token_urlsafe(12)})

    def _received(self, message: Message) -> None:
        match message["t"]:
            case "joined":
                self._is_joined.set()
            case "ack":
                self._unanswered -= 1
                if self._deltas_left:
                    self._propose()
                elif not self._unanswered:
                    self._is_done.set()
            case "error":
                self._error = f"{message['code']}: {message['message']}"
                self._is_done.set()

    async def _stay(self) -> None:
        await asyncio.Event().wait()
