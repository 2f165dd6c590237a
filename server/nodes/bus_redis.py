"""The bus over Redis or Valkey pub/sub: no retries, short timeouts, one channel per open room.

On a cluster it is sharded pub/sub: each channel lives on the shard of its slot, and nowhere else.
"""

import asyncio
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import structlog
from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.crc import key_slot
from redis.exceptions import RedisError

from schema.server_limits import MAX_BUS_MESSAGE_BYTES, MAX_BUS_WAITING_BYTES
from server.logs.outages import BUS, OUTAGES
from server.metrics.metrics import Count
from server.nodes.bus import BusListener
from server.nodes.redis_connection import ConnectionLost, RedisConnection
from server.nodes.redis_trouble import in_words

TIMEOUT_SECONDS = 0.5
CONNECT_SECONDS = 2.0
RETRY_SECONDS = 1.0
SILENCE_SECONDS = 1.0
"""After so long without a message we ask; after as long without an answer the server is gone."""

GOODBYES = (b"unsubscribe", b"sunsubscribe")
"""Asked for, or said by a cluster of its own accord."""

SUBSCRIBED_AT_ONCE = 500
SLOTS = 16_384

TROUBLE = (RedisError, OSError, TimeoutError, ConnectionLost)

log = structlog.get_logger()


class _Shard:
    """One server: a connection that listens, and one that speaks and never waits for an answer."""

    def __init__(
        self, bus: "RedisBus", listener: BusListener, on_lost: Callable[[str], None]
    ) -> None:
        self.listening = RedisConnection(self._on_answer, on_lost)
        self.speaking = RedisConnection(lambda _: None, on_lost)
        self.is_silent = False
        """Nothing has come since it was last asked whether it is there."""
        self._bus = bus
        self._listener = listener

    async def connect(self, make: Callable[[], AbstractConnection], channel: str) -> None:
        """Raises `TROUBLE`, also where we are not allowed to speak or listen."""
        publish = self._bus.word("PUBLISH")
        await self.listening.connect(make())
        # Once with an answer, for that says whether we may; then Redis keeps its answers.
        speaking = make()
        await self.speaking.connect(speaking, (publish, channel, b""))
        self.speaking.say("CLIENT", "REPLY", "OFF")

    def close(self) -> None:
        self.listening.close()
        self.speaking.close()

    def _on_answer(self, answer: Any) -> None:
        self.is_silent = False
        if isinstance(answer, Exception):
            raise RedisError(str(answer))
        kind = answer[0] if isinstance(answer, list) and answer else b""
        if kind in (b"message", b"smessage"):
            self._bus.on_published(answer[2], self._listener)
        elif kind in (b"subscribe", b"ssubscribe"):
            self._bus.subscribed(answer[1].decode())
        elif kind in GOODBYES and not self._bus.unsubscribed(answer[1].decode()):
            raise RedisError("the slot has moved to another shard")


class RedisBus:
    """A `Bus`. `deployment` keeps the channels of one apart from those of others on the server."""

    def __init__(self, url: str, deployment: str, count: Count) -> None:
        self.is_up = False
        """Connected and subscribed; a message may be lost all the same."""
        self._prefix = f"prime:{deployment}"
        self._count = count
        self._pool: Any = ConnectionPool.from_url(
            url,
            retry=Retry(NoBackoff(), 0),
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            protocol=2,
        )
        self._is_cluster = False
        """Whether the server is one, as it last said."""
        self._shards: list[_Shard] = []
        """The servers we are connected to: one, or those of a cluster."""
        self._shard_of_slot: list[int] = []
        """Slot of a cluster -> index into `_shards`."""
        self._followed: set[str] = {self._channel(None)}
        """Channels that we want to receive, connected or not."""
        self._unfollowing: list[str] = []
        """Channels given up whose confirmation is still to come."""
        self._confirmed: dict[str, asyncio.Future[None]] = {}
        """By channel: those who wait until the server has subscribed us."""

    # The contract.

    async def follow(self, project: str) -> None:
        """Subscribe, and wait until the server confirms it, or half a second."""
        channel = self._channel(project)
        self._followed.add(channel)
        if not self.is_up:
            return
        confirmed = self._confirmed.setdefault(channel, asyncio.get_running_loop().create_future())
        self._shard(channel).listening.say(self.word("SUBSCRIBE"), channel)
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                await asyncio.shield(confirmed)
        except TimeoutError:
            self._count("bus_subscribe_late")  # if the server is gone, `_watch` finds that out
        finally:
            self._confirmed.pop(channel, None)

    def unfollow(self, project: str) -> None:
        """Unsubscribe; what is under way still comes."""
        channel = self._channel(project)
        if channel in self._followed and self.is_up:
            self._unsubscribe(channel)
        self._followed.discard(channel)

    def publish(self, project: str | None, message: bytes) -> bool:
        """Goes out with all of this turn of the loop; dropped when down, too long, or too much."""
        if self.is_up and len(message) <= MAX_BUS_MESSAGE_BYTES:
            channel = self._channel(project)
            speaking = self._shard(channel).speaking
            if speaking.unsent_bytes + len(message) <= MAX_BUS_WAITING_BYTES:
                speaking.say(self.word("PUBLISH"), channel, message)
                return True
        self._count("bus_dropped")
        return False

    async def run(self, listener: BusListener) -> None:
        """Listen and send until cancelled; a lost connection is made again each second."""
        while True:
            try:
                await self._live(listener)
            except TROUBLE as problem:
                self._down(listener, in_words(problem))
            except Exception as problem:  # a server that says what nobody expects
                log.exception("the bus broke")
                self._down(listener, repr(problem))
            finally:
                self._close()
            await asyncio.sleep(RETRY_SECONDS)

    # What the shards ask.

    def word(self, command: str) -> str:
        """The command, as this kind of server has it."""
        return (
            {
                "PUBLISH": "SPUBLISH",
                "SUBSCRIBE": "SSUBSCRIBE",
                "UNSUBSCRIBE": "SUNSUBSCRIBE",
            }[command]
            if self._is_cluster
            else command
        )

    def unsubscribed(self, channel: str) -> bool:
        """The server has let go of a channel; whether we asked it to."""
        is_ours = channel in self._unfollowing
        if is_ours:
            self._unfollowing.remove(channel)
        return is_ours

    def on_published(self, message: bytes, listener: BusListener) -> None:
        """Pass on a message; whatever is wrong with it, those behind it are passed on too."""
        if not message or len(message) > MAX_BUS_MESSAGE_BYTES:
            return
        try:
            listener.on_bus_message(message)
        except Exception:
            self._count("bus_malformed")
            log.exception("a message on the bus could not be acted on")

    def subscribed(self, channel: str) -> None:
        """The server has confirmed it."""
        confirmed = self._confirmed.get(channel)
        if confirmed is not None and not confirmed.done():
            confirmed.set_result(None)

    # One life of the connections.

    async def _live(self, listener: BusListener) -> None:
        end: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        def lost(reason: str) -> None:
            if not end.done():
                end.set_result(reason)

        async with asyncio.timeout(CONNECT_SECONDS):
            await self._connect(listener, lost)
            await self._subscribe_all()
        self.is_up = True
        log_fields = {"cluster": self._is_cluster, "shards": len(self._shards)}
        if not OUTAGES.ended(BUS, "the bus is up", **log_fields):
            log.info("the bus is up", **log_fields)
        listener.on_bus_restored()
        raise ConnectionLost(await self._watch(end))

    async def _watch(self, end: "asyncio.Future[str]") -> str:
        """Why the connections ended, or are of no use any more."""
        while True:
            for shard in self._shards:
                shard.is_silent = True
                if self._is_cluster:
                    shard.listening.say("PING")
                else:  # said on one connection, heard on the other: both are well
                    shard.speaking.say("PUBLISH", self._channel(None), b"")
            ended_tasks, _ = await asyncio.wait([end], timeout=SILENCE_SECONDS)
            if ended_tasks:
                return end.result()
            if any(shard.is_silent for shard in self._shards):
                return "the server does not answer"

    def _down(self, listener: BusListener, reason: str) -> None:
        log.warning("the bus is down; other nodes are heard later", reason=reason, outage=BUS)
        was_up, self.is_up = self.is_up, False
        for confirmed in self._confirmed.values():
            if not confirmed.done():
                confirmed.set_result(None)
        if was_up:
            listener.on_bus_lost(reason)

    def _close(self) -> None:
        self.is_up = False
        self._unfollowing.clear()
        shards, self._shards = self._shards, []
        for shard in shards:
            shard.close()

    async def _connect(self, listener: BusListener, on_lost: Callable[[str], None]) -> None:
        connection_makers = await self._find_shards()
        for make_connection in connection_makers:
            shard = _Shard(self, listener, on_lost)
            self._shards.append(shard)
            index = len(self._shards) - 1
            channel = self._channel(None)
            if self._is_cluster:  # any channel of a slot that this shard has
                channel = f"{{{_word_in(self._shard_of_slot, index)}}}"
            await shard.connect(make_connection, channel)

    async def _find_shards(self) -> list[Callable[[], AbstractConnection]]:
        """How to connect to each server there is."""
        first: AbstractConnection = self._pool.make_connection()
        try:
            await first.connect()  # type: ignore[no-untyped-call]
            await first.send_command("INFO", "cluster")
            self._is_cluster = b"cluster_enabled:1" in bytes(await first.read_response())
            if not self._is_cluster:
                return [self._pool.make_connection]
            await first.send_command("CLUSTER", "SLOTS")
            return self._read_slots(await first.read_response())
        finally:
            await first.disconnect(nowait=True)

    def _read_slots(self, slots: Any) -> list[Callable[[], AbstractConnection]]:
        known_host = self._pool.connection_kwargs.get("host", "localhost")
        if not slots:
            raise ConnectionLost("the cluster has no slots yet")
        places: dict[tuple[str, int], int] = {}
        self._shard_of_slot = [0] * SLOTS
        for begin, end, primary, *_ in slots:
            address = (primary[0].decode() if primary[0] else known_host, int(primary[1]))
            index = places.setdefault(address, len(places))
            self._shard_of_slot[begin : end + 1] = [index] * (end - begin + 1)
        return [partial(self._connection_to, address) for address in places]

    def _connection_to(self, place: tuple[str, int]) -> AbstractConnection:
        options = self._pool.connection_kwargs | {"host": place[0], "port": place[1]}
        return self._pool.connection_class(**options)  # type: ignore[no-any-return]

    async def _subscribe_all(self) -> None:
        """And wait until the servers have confirmed it, also of what is followed meanwhile."""
        subscribed: set[str] = set()
        while channels := self._followed - subscribed:
            loop = asyncio.get_running_loop()
            confirmed = {channel: loop.create_future() for channel in channels}
            self._confirmed = confirmed
            self._subscribe(channels)
            await asyncio.gather(*confirmed.values())
            subscribed |= channels
        self._confirmed = {}
        for channel in subscribed - self._followed:
            self._unsubscribe(channel)

    def _subscribe(self, channels: Iterable[str]) -> None:
        by_shard: dict[int, list[str]] = {}
        for channel in channels:
            by_shard.setdefault(self._index(channel), []).append(channel)
        # On a cluster, channels of several slots cannot be named in one command.
        at_once = 1 if self._is_cluster else SUBSCRIBED_AT_ONCE
        for index, of_shard in by_shard.items():
            for n in range(0, len(of_shard), at_once):
                listening = self._shards[index].listening
                listening.say(self.word("SUBSCRIBE"), *of_shard[n : n + at_once])

    def _unsubscribe(self, channel: str) -> None:
        self._shard(channel).listening.say(self.word("UNSUBSCRIBE"), channel)
        self._unfollowing.append(channel)

    # Channels.

    def _channel(self, project: str | None) -> str:
        return f"{self._prefix}:{{{project or 'all nodes'}}}"

    def _index(self, channel: str) -> int:
        return self._shard_of_slot[key_slot(channel.encode())] if self._is_cluster else 0

    def _shard(self, channel: str) -> _Shard:
        return self._shards[self._index(channel)]


def _word_in(shard_of_slot: list[int], index: int) -> str:
    """Some word whose slot is on that shard."""
    return next(
        word for word in map(str, range(SLOTS)) if shard_of_slot[key_slot(word.encode())] == index
    )
