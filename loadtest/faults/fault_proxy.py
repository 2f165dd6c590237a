"""A TCP proxy of our own that makes a network bad: cut, stalled, slow, narrow, half closed."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Awaitable, Callable
from enum import Enum

CHUNK_BYTES = 16 * 1024
CHUNKS_UNDER_WAY = 64
"""Of one direction of one link, in the proxy; past it the sender is not read."""

BUFFER_BYTES = 64 * 1024
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER with zero seconds: closing sends RST instead of FIN."""

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Upstream = Callable[[], Awaitable[Streams]]


class Direction(Enum):
    """Which way bytes flow: `UP` from who connected, `DOWN` towards it."""

    UP = "up"
    DOWN = "down"


BOTH = (Direction.UP, Direction.DOWN)


class Condition:
    """The present state of one direction, for all links."""

    def __init__(self) -> None:
        self.delay_seconds = 0.0
        self.bytes_per_second = 0.0
        self.flows = asyncio.Event()
        self.flows.set()

    def heal(self) -> None:
        """As if there were no proxy."""
        self.delay_seconds = 0.0
        self.bytes_per_second = 0.0
        self.flows.set()


def tcp(host: str, port: int) -> Upstream:
    """The way to a server on a port."""
    return lambda: asyncio.open_connection(host, port, limit=BUFFER_BYTES)


def unix(path: str) -> Upstream:
    """The way to a server on a socket in the file system."""
    return lambda: asyncio.open_unix_connection(path, limit=BUFFER_BYTES)


class FaultProxy:
    """Listens on a free port of 127.0.0.1 and passes bytes on to `upstream`, well or badly."""

    def __init__(self, upstream: Upstream) -> None:
        self.port = 0
        self.accepted = 0
        self.conditions = {direction: Condition() for direction in Direction}
        self._upstream = upstream
        self._refuses = False
        self._server: asyncio.Server | None = None
        self._links: set[Link] = set()
        self._serving: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "FaultProxy":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def links(self) -> int:
        """How many connections go through now."""
        return len(self._links)

    async def start(self) -> int:
        """Listen; returns the port."""
        self._server = await asyncio.start_server(
            self._on_connect, "127.0.0.1", 0, limit=BUFFER_BYTES
        )
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self.port

    async def stop(self) -> None:
        """End everything."""
        if self._server is not None:
            self._server.close()
        self.cut()
        for task in list(self._serving):
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    # Faults. What is not lifted by itself is lifted by `heal`.

    def cut(self) -> int:
        """Reset both ends of every link; returns how many. New ones may come at once."""
        links = list(self._links)
        for link in links:
            link.reset()
        return len(links)

    def refuse(self) -> None:
        """Cut, and reset whoever comes, until `heal`."""
        self._refuses = True
        self.cut()

    def stall(self, *directions: Direction) -> None:
        """Let no byte through (both ways if none is named), and close nothing."""
        for direction in directions or BOTH:
            self.conditions[direction].flows.clear()

    def delay(self, seconds: float, *directions: Direction) -> None:
        """Let every byte take so long, in order."""
        for direction in directions or BOTH:
            self.conditions[direction].delay_seconds = seconds

    def throttle(self, bytes_per_second: float, *directions: Direction) -> None:
        """Let so many bytes of each link through in a second."""
        for direction in directions or BOTH:
            self.conditions[direction].bytes_per_second = bytes_per_second

    def half_close(self, direction: Direction) -> int:
        """End one direction of every link with FIN, and lose what is said there; returns how many.

        The other direction goes on.
        """
        links = list(self._links)
        for link in links:
            link.half_close(direction)
        return len(links)

    def heal(self) -> None:
        """Lift what is in force; a half-closed link stays so."""
        self._refuses = False
        for condition in self.conditions.values():
            condition.heal()

    async def _on_connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)
        self.accepted += 1
        if self._refuses:
            _reset(writer)
            return
        try:
            upstream = await self._upstream()
        except OSError:
            _reset(writer)
            return
        link = Link((reader, writer), upstream, self.conditions)
        self._links.add(link)
        try:
            with contextlib.suppress(asyncio.CancelledError):  # it was cut
                await link.run()
        finally:
            self._links.discard(link)


class Link:
    """One connection through the proxy: two pipes, one for each direction."""

    def __init__(
        self, client: Streams, server: Streams, conditions: dict[Direction, Condition]
    ) -> None:
        self._writers = (client[1], server[1])
        self._task: asyncio.Task[None] | None = None
        self._pipes = {
            Direction.UP: _Pipe(client[0], server[1], conditions[Direction.UP]),
            Direction.DOWN: _Pipe(server[0], client[1], conditions[Direction.DOWN]),
        }

    async def run(self) -> None:
        """Until both directions are over, or one is broken."""
        self._task = asyncio.current_task()
        try:
            async with asyncio.TaskGroup() as tasks:
                for pipe in self._pipes.values():
                    tasks.create_task(pipe.fill())
                    tasks.create_task(pipe.drain())
            for writer in self._writers:
                writer.close()
        except* OSError:
            self._reset()
        finally:
            for writer in self._writers:
                writer.transport.abort()

    def reset(self) -> None:
        """RST to both ends, even while it is stalled."""
        self._reset()
        if self._task is not None:
            self._task.cancel()

    def half_close(self, direction: Direction) -> None:
        """FIN to the receiver of this direction."""
        self._pipes[direction].close()

    def _reset(self) -> None:
        for writer in self._writers:
            _reset(writer)


class _Pipe:
    """One direction of one link: reads, keeps for as long as it must, writes."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, condition: Condition
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._condition = condition
        self._chunks: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(CHUNKS_UNDER_WAY)
        self._is_closed = False
        writer.transport.set_write_buffer_limits(BUFFER_BYTES)

    async def fill(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            data = await self._reader.read(CHUNK_BYTES)
            await self._chunks.put((clock(), data))
            if not data:
                return

    async def drain(self) -> None:
        while True:
            came_at, data = await self._chunks.get()
            await self._wait_for(came_at)
            if not data:
                self.close()
                return
            await self._write(data)

    def close(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            with contextlib.suppress(OSError):
                self._writer.write_eof()

    async def _wait_for(self, came_at: float) -> None:
        due_at = came_at + self._condition.delay_seconds
        await asyncio.sleep(max(0.0, due_at - asyncio.get_running_loop().time()))
        await self._condition.flows.wait()

    async def _write(self, data: bytes) -> None:
        while data and not self._is_closed:
            rate = self._condition.bytes_per_second
            size = max(1, int(rate / 20)) if rate else len(data)
            if self._writer.transport.is_closing():
                raise ConnectionResetError("the other end has gone")
            self._writer.write(data[:size])
            await self._writer.drain()
            if rate:
                await asyncio.sleep(min(size, len(data)) / rate)
            data = data[size:]


def _reset(writer: asyncio.StreamWriter) -> None:
    connection = writer.get_extra_info("socket")
    if connection is not None and connection.family != socket.AF_UNIX:
        with contextlib.suppress(OSError, ValueError):  # uvloop has closed it already
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()
