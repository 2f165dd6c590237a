"""One connection to Redis or Valkey, made by redis-py, then driven without a coroutine per message.

redis-py connects: address, TLS, password. After that its reader and writer cost a task and two
timers for each message, where a room's tick is a few microseconds of work. See decision 0013.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, cast

import hiredis
from redis.asyncio.connection import AbstractConnection

Word = str | bytes

TURN_SECONDS = 0.001
"""How long messages are dealt with before it is the turn of others."""

ANSWERS_AT_ONCE = 8
"""How many are dealt with before the clock is looked at."""


class ConnectionLost(Exception):
    """The connection ended, or the server said something that it must not; the text says why."""


class RedisConnection(asyncio.Protocol):
    """`on_answer` gets each answer or message; `on_lost` is called once, with the reason."""

    def __init__(self, on_answer: Callable[[Any], None], on_lost: Callable[[str], None]) -> None:
        self._on_answer = on_answer
        self._on_lost: Callable[[str], None] | None = on_lost
        self._reader = hiredis.Reader()
        """Holds the bytes of an answer that has not come whole."""
        self._transport: asyncio.Transport | None = None
        """None until `connect` has taken it over."""
        self._writer: asyncio.StreamWriter | None = None
        """Of redis-py: it closes the socket when it is freed."""
        self._waiting_commands: list[bytes] = []
        """Packed commands for the one write of this turn of the loop."""
        self._waiting_bytes = 0
        """Of `_waiting_commands`."""
        self._has_turn = False
        """More has come than one turn deals with: the socket is not read until all of it is."""

    @property
    def unsent_bytes(self) -> int:
        """Bytes that the server has not taken yet."""
        buffered = self._transport.get_write_buffer_size() if self._transport is not None else 0
        return buffered + self._waiting_bytes

    async def connect(self, connection: AbstractConnection, *first: Sequence[Word]) -> None:
        """Connect, send the first commands and read their answers, and take over.

        Raises `ConnectionLost`, and what redis-py raises.
        """
        await connection.connect()  # type: ignore[no-untyped-call]
        for words in first:
            await connection.send_command(*words)
            await connection.read_response()
        # What redis-py let go of would close the socket: its writer is kept, and it has none.
        self._writer, connection._writer, connection._reader = connection._writer, None, None
        if self._writer is None:
            raise ConnectionLost("the server closed the connection at once")
        self._transport = cast("asyncio.Transport", self._writer.transport)
        self._transport.set_protocol(self)

    def say(self, *words: Word) -> None:
        """Send a command; all of one turn of the event loop go out in one write."""
        packed_command: bytes = hiredis.pack_command(words)  # type: ignore[arg-type]
        if not self._waiting_commands:
            asyncio.get_running_loop().call_soon(self._flush)
        self._waiting_commands.append(packed_command)
        self._waiting_bytes += len(packed_command)

    def close(self) -> None:
        """End it; `on_lost` is not called."""
        self._on_lost = None
        if self._transport is not None:
            self._transport.abort()

    # What asyncio calls.

    def data_received(self, data: bytes) -> None:
        """Bytes of answers and messages; a burst of them is dealt with in turns, in order."""
        self._reader.feed(data)
        if not self._has_turn:
            self._take_turn()

    def _take_turn(self) -> None:
        loop = asyncio.get_running_loop()
        began_at = loop.time()
        try:
            while self._on_lost is not None:
                for _ in range(ANSWERS_AT_ONCE):
                    if (answer := self._reader.gets()) is False:
                        self._read_on()
                        return
                    self._on_answer(answer)
                if loop.time() - began_at > TURN_SECONDS:
                    break
        except Exception as error:  # of hiredis, or of what came in another shape
            self._fail(f"the server said what it must not: {error}")
        transport = self._transport
        if self._on_lost is not None and transport is not None and not transport.is_closing():
            self._has_turn = True
            transport.pause_reading()
            loop.call_soon(self._take_turn)

    def _read_on(self) -> None:
        """Nothing whole is left of what has come."""
        if self._has_turn and self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()
        self._has_turn = False

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is gone."""
        self._fail(str(exc) if exc is not None else "the server closed the connection")

    def _flush(self) -> None:
        waiting_commands, self._waiting_commands = self._waiting_commands, []
        self._waiting_bytes = 0
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(b"".join(waiting_commands))

    def _fail(self, reason: str) -> None:
        on_lost, self._on_lost = self._on_lost, None
        if on_lost is not None:
            on_lost(reason)
