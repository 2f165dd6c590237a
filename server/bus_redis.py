"""The bus over Redis or Valkey pub/sub: one channel of head hints, no retries, short timeouts."""

import asyncio
import uuid
from collections.abc import Mapping

import msgspec
import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from server.bus import Heard

CHANNEL = "prime:heads"
TIMEOUT_SECONDS = 0.5
RETRY_SECONDS = 1.0
LISTEN_SECONDS = 1.0

log = structlog.get_logger()


class _Hint(msgspec.Struct, array_like=True):
    node: str
    heads: dict[str, int]


class RedisBus:
    """A `Bus`. Hints that wait are merged by project: their number is that of the open rooms."""

    def __init__(self, url: str) -> None:
        self.is_up = False
        self._node = uuid.uuid4().hex[:8]
        self._waiting: dict[str, int] = {}
        self._something = asyncio.Event()
        self._redis = Redis.from_url(
            url,
            retry=Retry(NoBackoff(), 0),
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
        )

    def announce(self, heads: Mapping[str, int]) -> None:
        """Goes out with the next publish."""
        self._waiting.update(heads)
        self._something.set()

    async def run(self, heard: Heard) -> None:
        """Listen and send until cancelled; a lost connection is made again each second."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._send())
                tasks.create_task(self._listen(heard))
        finally:
            await self._redis.aclose()

    async def _send(self) -> None:
        encode = msgspec.msgpack.encode
        while True:
            await self._something.wait()
            self._something.clear()
            heads, self._waiting = self._waiting, {}
            try:
                async with asyncio.timeout(2 * TIMEOUT_SECONDS):
                    await self._redis.publish(CHANNEL, encode(_Hint(self._node, heads)))
            except (RedisError, OSError, TimeoutError):
                continue  # a hint is lost; other nodes find the entries in the journal

    async def _listen(self, heard: Heard) -> None:
        while True:
            try:
                await self._listen_once(heard)
            except (RedisError, OSError, TimeoutError) as error:
                if self.is_up:
                    log.warning("the bus is down; other nodes hear later", reason=str(error))
                self.is_up = False
            await asyncio.sleep(RETRY_SECONDS)

    async def _listen_once(self, heard: Heard) -> None:
        async with self._redis.pubsub(ignore_subscribe_messages=True) as channel:
            await channel.subscribe(CHANNEL)
            self.is_up = True
            while True:
                message = await channel.get_message(timeout=LISTEN_SECONDS)
                if message is None:
                    await channel.ping()
                    continue
                if message["type"] == "message":  # and not the answer to a ping
                    self._hear(message["data"], heard)

    def _hear(self, data: object, heard: Heard) -> None:
        if not isinstance(data, bytes):
            return
        try:
            hint = msgspec.msgpack.decode(data, type=_Hint)
        except msgspec.DecodeError:
            log.warning("something else speaks on our channel", channel=CHANNEL)
            return
        if hint.node != self._node:
            heard(hint.heads)
