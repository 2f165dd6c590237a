"""Counts in Redis or Valkey by `limits`; the only file that knows `limits`.

Only a node with a server to count in loads it: the two libraries are a fifth of what a start loads.
"""

import asyncio
import time

from limits import RateLimitItemPerHour
from limits.aio.storage import RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from redis.asyncio.connection import BlockingConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

TIMEOUT_SECONDS = 0.5
"""For a command, and for a connection of the pool."""

CONNECTIONS = 2
"""Only what was refused is counted here."""

TROUBLE = (RedisError, OSError, TimeoutError, ValueError)


class RedisCounts:
    """`deployment` keeps the counts of one apart from those of others on the server."""

    def __init__(self, redis_url: str, deployment: str) -> None:
        self._pool = _pool(redis_url)
        storage = RedisStorage(
            "async+redis://",
            implementation="redispy",
            key_prefix=f"prime:{deployment}:counts",
            connection_pool=self._pool,  # type: ignore[arg-type]
        )
        self._limiter = SlidingWindowCounterRateLimiter(storage)

    async def hit(self, key: str, per_hour: int) -> float:
        """One more of these: how many seconds to wait, 0 if it is within so many an hour.

        Raises `OSError`, whatever was wrong with the server.
        """
        item = RateLimitItemPerHour(per_hour)
        try:
            async with asyncio.timeout(2 * TIMEOUT_SECONDS):
                if await self._limiter.hit(item, key):
                    return 0.0
                stats = await self._limiter.get_window_stats(item, key)
        except TROUBLE as error:
            raise OSError(str(error)) from error
        return max(1.0, stats.reset_time - time.time())

    async def close(self) -> None:
        """Let go of the connections."""
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                await self._pool.disconnect()
        except TROUBLE:
            return


def _pool(redis_url: str) -> BlockingConnectionPool:
    return BlockingConnectionPool.from_url(
        redis_url,
        max_connections=CONNECTIONS,
        timeout=TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        protocol=2,
    )
