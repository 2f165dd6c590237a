"""The bus over Redis or Valkey pub/sub: no retries, short timeouts, one channel per open room.

On a cluster it is sharded pub/sub: each channel lives on the shard of its slot, and nowhere else.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.crc import key_slot
from redis.exceptions import RedisError

from server.bus import MAX_MESSAGE_BYTES, MAX_WAITING_BYTES, Ears

TIMEOUT_SECONDS = 0.5
RETRY_SECONDS = 1.0
SILENCE_SECONDS = 1.0
"""After so long without a word we ask; after as long without an answer the server is gone."""

SUBSCRIBED_AT_ONCE = 500
PUBLISHED_AT_ONCE = 200
SLOTS = 16_384

TROUBLE = (RedisError, OSError, TimeoutError)

log = structlog.get_logger()


class _Shard:
    """One server: a connection that listens, and one that speaks."""

    def __init__(self, listening: AbstractConnection, speaking: AbstractConnection) -> None:
        self.listening = listening
        self.speaking = speaking
        self.subscribing = asyncio.Lock()

    async def connect(self) -> None:
        async with asyncio.timeout(2 * TIMEOUT_SECONDS):
            await self.listening.connect()  # type: ignore[no-untyped-call]
            await self.speaking.connect()  # type: ignore[no-untyped-call]

    async def close(self) -> None:
        for connection in (self.listening, self.speaking):
            await connection.disconnect(nowait=True)


class RedisBus:
    """A `Bus`. `deployment` keeps the channels of one apart from those of others on the server."""

    def __init__(
        self, url: str, deployment: str = "prime", count: Callable[[str], None] | None = None
    ) -> None:
        self.is_up = False
        self._prefix = f"prime:{deployment}"
        self._count = count or (lambda _: None)
        self._pool: Any = ConnectionPool.from_url(
            url,
            retry=Retry(NoBackoff(), 0),
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            protocol=2,
        )
        self._is_cluster = False
        self._shards: list[_Shard] = []
        self._shard_of_slot: list[int] = []
        self._followed: set[str] = {self._channel(None)}
        self._confirmed: dict[str, asyncio.Future[None]] = {}
        self._waiting: deque[tuple[str, bytes]] = deque()
        self._waiting_bytes = 0
        self._something = asyncio.Event()

    # The contract.

    async def follow(self, project: str) -> None:
        """Subscribe, and wait for the server's word or half a second."""
        channel = self._channel(project)
        self._followed.add(channel)
        if not self.is_up:
            return
        confirmed = self._confirmed.setdefault(channel, asyncio.get_running_loop().create_future())
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                await self._subscribe(self._shard(channel), [channel])
                await asyncio.shield(confirmed)
        except TROUBLE:
            self._count("bus_subscribe_failed")  # whoever listens finds out, and connects anew
        finally:
            self._confirmed.pop(channel, None)

    def unfollow(self, project: str) -> None:
        """Forgotten here at once, by the server with the next one that is followed or left."""
        channel = self._channel(project)
        self._followed.discard(channel)
        if self.is_up:
            self._waiting.append((channel, b""))
            self._something.set()

    def publish(self, project: str | None, message: bytes) -> bool:
        """Goes out with all that waits; dropped while the bus is down, too long, or too much."""
        size = len(message)
        if (
            not self.is_up
            or size > MAX_MESSAGE_BYTES
            or self._waiting_bytes + size > MAX_WAITING_BYTES
        ):
            self._count("bus_dropped")
            return False
        self._waiting.append((self._channel(project), message))
        self._waiting_bytes += size
        self._something.set()
        return True

    async def run(self, ears: Ears) -> None:
        """Listen and send until cancelled; a lost connection is made again each second."""
        while True:
            try:
                await self._live(ears)
            except TROUBLE as problem:
                reason = str(problem) or type(problem).__name__
                log.warning("the bus is down; other nodes are heard later", reason=reason)
                self._down(ears, reason)
            finally:
                await self._close()
            await asyncio.sleep(RETRY_SECONDS)

    # One life of the connections.

    async def _live(self, ears: Ears) -> None:
        async with asyncio.timeout(4 * TIMEOUT_SECONDS):
            await self._connect()
            for shard in self._shards:
                mine = [c for c in self._followed if self._shard(c) is shard]
                await self._subscribe(shard, mine)
        # Not a TaskGroup: one whose tasks fail while it is cancelled forgets that it was.
        parts = [self._listen(shard, ears) for shard in self._shards]
        tasks = [asyncio.create_task(part) for part in (*parts, self._send())]
        try:
            self.is_up = True
            log.info("the bus is up", cluster=self._is_cluster, shards=len(self._shards))
            ears.restored()
            ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                task.result()
        finally:
            await _end(tasks)

    def _down(self, ears: Ears, reason: str) -> None:
        was_up, self.is_up = self.is_up, False
        self._waiting.clear()
        self._waiting_bytes = 0
        for confirmed in self._confirmed.values():
            if not confirmed.done():
                confirmed.set_result(None)
        if was_up:
            ears.lost(reason)

    async def _close(self) -> None:
        shards, self._shards = self._shards, []
        for shard in shards:
            await shard.close()

    async def _connect(self) -> None:
        first = _Shard(self._connection(), self._connection())
        self._shards = [first]
        await first.connect()
        info = await self._ask(first, "INFO", "cluster")
        self._is_cluster = b"cluster_enabled:1" in bytes(info)
        self._shard_of_slot = []
        if self._is_cluster:
            slots = await self._ask(first, "CLUSTER", "SLOTS")
            await first.close()
            await self._connect_cluster(slots)

    async def _connect_cluster(self, slots: Any) -> None:
        known = self._pool.connection_kwargs.get("host", "localhost")
        places: dict[tuple[str, int], int] = {}
        self._shards = []
        self._shard_of_slot = [0] * SLOTS
        for begin, end, primary, *_ in slots:
            host = primary[0].decode() if primary[0] else known
            place = (host, int(primary[1]))
            if place not in places:
                places[place] = len(self._shards)
                self._shards.append(_Shard(self._connection(place), self._connection(place)))
            self._shard_of_slot[begin : end + 1] = [places[place]] * (end - begin + 1)
        for shard in self._shards:
            await shard.connect()

    def _connection(self, place: tuple[str, int] | None = None) -> AbstractConnection:
        if place is None:
            connection: AbstractConnection = self._pool.make_connection()
            return connection
        words = self._pool.connection_kwargs | {"host": place[0], "port": place[1]}
        return self._pool.connection_class(**words)  # type: ignore[no-any-return]

    async def _ask(self, shard: _Shard, *words: str) -> Any:
        await shard.speaking.send_command(*words)
        return await shard.speaking.read_response()

    # Listening.

    async def _subscribe(self, shard: _Shard, channels: list[str]) -> None:
        word = "SSUBSCRIBE" if self._is_cluster else "SUBSCRIBE"
        async with shard.subscribing:
            if self._is_cluster:  # channels of several slots cannot be named in one command
                for channel in channels:
                    await shard.listening.send_command(word, channel)
                return
            for n in range(0, len(channels), SUBSCRIBED_AT_ONCE):
                await shard.listening.send_command(word, *channels[n : n + SUBSCRIBED_AT_ONCE])

    async def _listen(self, shard: _Shard, ears: Ears) -> None:
        is_asked = False
        while True:
            answer = await shard.listening.read_response(
                timeout=SILENCE_SECONDS, disconnect_on_error=False
            )
            if answer is not None:
                is_asked = False
                self._take(answer, ears)
            elif is_asked:
                raise TimeoutError("the server does not answer")
            else:
                is_asked = True
                async with shard.subscribing, asyncio.timeout(TIMEOUT_SECONDS):
                    await shard.listening.send_command("PING")

    def _take(self, answer: Any, ears: Ears) -> None:
        kind = answer[0] if isinstance(answer, list) and answer else b""
        if kind in (b"message", b"smessage"):
            if isinstance(answer[2], bytes):
                ears.heard(answer[2])
        elif kind in (b"subscribe", b"ssubscribe"):
            confirmed = self._confirmed.get(answer[1].decode())
            if confirmed is not None and not confirmed.done():
                confirmed.set_result(None)
        elif kind == b"sunsubscribe" and answer[1].decode() in self._followed:
            raise ConnectionError("the slot has moved to another shard")

    # Speaking.

    async def _send(self) -> None:
        while True:
            await self._something.wait()
            self._something.clear()
            while self._waiting:
                await self._send_some()

    async def _send_some(self) -> None:
        by_shard: dict[int, list[tuple[str, bytes]]] = defaultdict(list)
        for _ in range(min(PUBLISHED_AT_ONCE, len(self._waiting))):
            channel, message = self._waiting.popleft()
            self._waiting_bytes -= len(message)
            if message:
                by_shard[self._index(channel)].append((channel, message))
            elif channel not in self._followed:
                await self._unsubscribe(channel)
        word = "SPUBLISH" if self._is_cluster else "PUBLISH"
        async with asyncio.timeout(TIMEOUT_SECONDS):
            for index, messages in by_shard.items():
                speaking = self._shards[index].speaking
                commands = [(word, channel, message) for channel, message in messages]
                await speaking.send_packed_command(speaking.pack_commands(commands))
                for _ in commands:
                    await speaking.read_response()

    async def _unsubscribe(self, channel: str) -> None:
        shard = self._shard(channel)
        word = "SUNSUBSCRIBE" if self._is_cluster else "UNSUBSCRIBE"
        async with shard.subscribing, asyncio.timeout(TIMEOUT_SECONDS):
            await shard.listening.send_command(word, channel)

    # Channels.

    def _channel(self, project: str | None) -> str:
        return f"{self._prefix}:{{{project or 'all nodes'}}}"

    def _index(self, channel: str) -> int:
        return self._shard_of_slot[key_slot(channel.encode())] if self._is_cluster else 0

    def _shard(self, channel: str) -> _Shard:
        return self._shards[self._index(channel)]


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Cancel until it is so: `asyncio.wait_for` of Python 3.11 may swallow a cancellation."""
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        await asyncio.wait(pending, timeout=0.1)
    await asyncio.gather(*tasks, return_exceptions=True)
