"""What all nodes count together, in Redis or Valkey by `limits`; without one, or while it is down,
nothing is, and each node counts for itself.

The only file that knows `limits`: none of its errors leaves it.
"""

import asyncio
import time

import structlog
from limits import RateLimitItemPerHour
from limits.aio.storage import RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from redis.asyncio.connection import BlockingConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from server.health.outages import OUTAGES, SHARED_COUNTS

TIMEOUT_SECONDS = 0.5
"""For a command, and for a connection of the pool."""

CONNECTIONS = 2
"""Only what was refused is counted here."""

PAUSE_SECONDS = 5.0
"""So long nothing is asked of a server that did not answer."""

TROUBLE = (RedisError, OSError, TimeoutError, ValueError)

log = structlog.get_logger()


class SharedCounts:
    """`deployment` keeps the counts of one apart from those of others on the server."""

    def __init__(self, redis_url: str | None, deployment: str) -> None:
        self._paused_until = 0.0
        """On the clock of the event loop."""
        self._limiter: SlidingWindowCounterRateLimiter | None = None
        """None: this node is alone."""
        self._pool: BlockingConnectionPool | None = None
        if redis_url is not None:
            self._pool = _pool(redis_url)
            storage = RedisStorage(
                "async+redis://",
                implementation="redispy",
                key_prefix=f"prime:{deployment}:counts",
                connection_pool=self._pool,  # type: ignore[arg-type]
            )
            self._limiter = SlidingWindowCounterRateLimiter(storage)

    async def hit(self, key: str, per_hour: float) -> float:
        """One more of these: how many seconds to wait, 0 if it is within so many an hour.

        Also 0 where nobody counts: the caller counts for itself as well.
        """
        now = asyncio.get_running_loop().time()
        if self._limiter is None or now < self._paused_until or per_hour >= 1e9:
            return 0.0
        item = RateLimitItemPerHour(int(per_hour))
        try:
            async with asyncio.timeout(2 * TIMEOUT_SECONDS):
                is_within = await self._limiter.hit(item, key)
                OUTAGES.ended(SHARED_COUNTS)
                if is_within:
                    return 0.0
                stats = await self._limiter.get_window_stats(item, key)
        except TROUBLE as error:
            self._paused_until = now + PAUSE_SECONDS
            text = "this node counts wrong secrets alone for now"
            log.warning(text, reason=str(error), outage=SHARED_COUNTS)
            return 0.0
        return max(1.0, stats.reset_time - time.time())

    async def close(self) -> None:
        """Let go of the connections."""
        if self._pool is not None:
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
